"""A toewijzing that was shortened or replaced below granted care: shown with euros, decided by somebody, and remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import contract, reasons

from ledger.support import Partij, empty_ledger, lines, registratie, toewijzing
from mpj.engine import Result

HBO = "45212"
SHORT = toewijzing(1001, einddatum="2026-03-01", toewijzingsdatum="2026-03-15")
OPEN = toewijzing(1001, toewijzingsdatum="2026-01-01")
NEXT = toewijzing(1002, begindatum="2026-03-02", toewijzingsdatum="2026-03-15")


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [OPEN]
    return partij


def to_decide(result: Result) -> list[dict[str, Any]]:
    (table,) = (one for one in result.bijlagen if one.bestand == "te_beslissen.csv")
    return [dict(zip(table.kolommen, row, strict=True)) for row in table.rijen]


def test_a_shortened_toewijzing_is_to_be_decided(partij: Partij) -> None:
    """Care of 2 March granted, then ended on 1 March; nothing waits for an answer that does not come."""
    partij.month(registratie("a", "2026-03-01"), registratie("b", "2026-03-02"))
    partij.toewijzingen = [SHORT]
    for _ in range(2):
        held = partij.run()
        assert (lines(held), reasons(held)) == ([], {"reeds_gedeclareerd": 2})
        (row,) = to_decide(held)
        assert (row["toewijzingnummer"], row["maand"], row["oorzaak"]) == (1001, "2026-03", "toewijzing")
        assert (row["debet_cent"], row["credit_cent"], row["op_het_spel_cent"]) == (9820, 19640, 19640)
    told = partij.run(crediteer_toewijzing=[1001])
    assert (lines(told), to_decide(told)) == ([("C", HBO, 19640), ("D", HBO, 9820)], [])


def test_new_care_on_a_line_that_is_to_be_decided_waits_for_no_answer(partij: Partij) -> None:
    partij.month(registratie("a", "2026-03-01"), registratie("b", "2026-03-02"))
    partij.toewijzingen = [SHORT]
    late = partij.run(registratie("c", "2026-03-01", 30))
    assert (lines(late), reasons(late)) == ([], {"reeds_gedeclareerd": 2, "buiten_toewijzing": 1})
    (row,) = to_decide(late)
    assert (row["debet_cent"], row["credit_cent"]) == (14730, 19640)
    assert lines(partij.run(crediteer_toewijzing=[1001])) == [("C", HBO, 19640), ("D", HBO, 14730)]


def test_a_replaced_toewijzing_is_one_decision_and_net_nothing(partij: Partij) -> None:
    partij.month(registratie("a", "2026-03-05"))
    partij.toewijzingen = [SHORT, NEXT]
    held = partij.run(registratie("b", "2026-03-06"))
    assert [(line.toewijzingnummer, line.bedrag_cent) for line in held.regels] == [(1002, 9820)]
    assert [(row["toewijzingnummer"], row["debet_cent"], row["credit_cent"]) for row in to_decide(held)] == [
        (1001, 0, 9820),
        (1002, 9820, 0),
    ]
    moved = partij.run(crediteer_toewijzing=[1001])
    assert [(line.debetcredit, line.toewijzingnummer, line.bedrag_cent) for line in moved.regels] == [
        ("C", 1001, 9820),
        ("D", 1002, 19640),
    ]
    partij.settle(moved)
    assert (lines(partij.run()), to_decide(partij.run())) == ([], [])


def test_a_replaced_toewijzing_bills_nothing_that_waits_for_its_answer(partij: Partij) -> None:
    messages = partij.send(partij.run(registratie("a", "2026-03-05")))
    partij.toewijzingen = [SHORT, NEXT]
    assert lines(partij.run(registratie("a", "2026-03-05"))) == []
    partij.book(messages)
    assert lines(partij.run()) == []
    assert lines(partij.run(crediteer=True)) == [("C", HBO, 9820), ("D", HBO, 9820)]


def test_what_was_decided_is_remembered(partij: Partij) -> None:
    """A later run without the option makes the same concept, and one after it was granted no line."""
    partij.month(registratie("a", "2026-03-01"), registratie("b", "2026-03-02"))
    partij.toewijzingen = [SHORT]
    told = partij.run(crediteer_toewijzing=[1001])
    for _ in range(2):
        assert lines(partij.run()) == lines(told)
    partij.settle(partij.run())
    assert (lines(partij.run()), to_decide(partij.run())) == ([], [])


def test_a_decision_is_about_the_toewijzing_as_it_was_shown(partij: Partij) -> None:
    """Shortened still more, it is asked again."""
    partij.month(registratie("a", "2026-03-03"), registratie("b", "2026-03-20"))
    partij.toewijzingen = [toewijzing(1001, einddatum="2026-03-10", toewijzingsdatum="2026-03-15")]
    assert lines(partij.run(crediteer_toewijzing=[1001])) == [("C", HBO, 19640), ("D", HBO, 9820)]
    partij.toewijzingen = [toewijzing(1001, einddatum="2026-03-02", toewijzingsdatum="2026-03-16")]
    again = partij.run()
    assert lines(again) == []
    assert [(row["debet_cent"], row["credit_cent"]) for row in to_decide(again)] == [(0, 19640)]


def test_another_toewijzing_is_not_decided_with_it(partij: Partij) -> None:
    partij.toewijzingen = [OPEN, toewijzing(7, bsn="999900018")]
    partij.month(registratie("a", "2026-03-02"), registratie("b", bsn="999900018"))
    partij.toewijzingen = [SHORT, toewijzing(7, bsn="999900018", einddatum="2026-03-01")]
    found = partij.run(crediteer_toewijzing=[7])
    assert [(line.debetcredit, line.toewijzingnummer) for line in found.regels] == [("C", 7)]
    assert [row["toewijzingnummer"] for row in to_decide(found)] == [1001]


@pytest.mark.slow
def test_a_lower_maximum_is_to_be_decided(partij: Partij) -> None:
    """The toewijzing makes care that was granted another line: a level, and not a registratie, moved it."""
    partij.contract = contract({"2.1 mbo": "16,00", "2.1 hbo": "24,55"})
    partij.month(registratie("a"))
    partij.toewijzingen = [OPEN | {"kwalificatieniveau_max": "mbo", "toewijzingsdatum": "2026-03-15"}]
    held = partij.run()
    assert lines(held) == []
    assert [(row["kwalificatieniveau"], row["debet_cent"], row["credit_cent"]) for row in to_decide(held)] == [
        ("hbo", 0, 9820),
        ("mbo", 6400, 0),
    ]
    assert lines(partij.run(crediteer=True)) == [("D", "45211", 6400), ("C", HBO, 9820)]


def test_the_code_of_a_row_decides_it(partij: Partij) -> None:
    """As te_beslissen.csv says: agreed to, it is as with the option; and it is not asked again."""
    partij.month(registratie("a", "2026-03-01"), registratie("b", "2026-03-02"))
    partij.toewijzingen = [SHORT]
    (row,) = to_decide(partij.run())
    told = partij.run(akkoord=[row["waarom"].rpartition(" ")[2]])
    assert (lines(told), to_decide(told)) == ([("C", HBO, 19640), ("D", HBO, 9820)], to_decide(told))
    assert lines(partij.run()) == lines(told)
    partij.settle(partij.run())
    assert (lines(partij.run()), to_decide(partij.run())) == ([], [])


def test_toewijzing_and_contract_are_decided_each_by_itself(partij: Partij) -> None:
    partij.toewijzingen = [OPEN, toewijzing(1002, prestatiecode="4.1")]
    partij.month(registratie("a", "2026-03-02"), registratie("g", "2026-03-03", 60, None, prestatiecode="4.1"))
    partij.toewijzingen = [SHORT, toewijzing(1002, prestatiecode="4.1")]
    partij.contract = contract({"2.1 hbo": "24,55"})
    held = partij.run()
    assert lines(held) == []
    assert sorted((row["oorzaak"], row["toewijzingnummer"], row["credit_cent"]) for row in to_decide(held)) == [
        ("contract", 1002, 1800),
        ("toewijzing", 1001, 9820),
    ]
    (code,) = (row["waarom"].rpartition(" ")[2] for row in to_decide(held) if row["oorzaak"] == "contract")
    assert [line.toewijzingnummer for line in partij.run(akkoord=[code]).regels] == [1002]
