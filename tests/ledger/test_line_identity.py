"""A line is the same line by what it means: a code or category that changes makes no second line for the same care."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from world import contract, declare, reasons
from world import registratie as care

from ledger.conftest import Databases
from ledger.support import Partij, answer_to, empty_ledger, lines, refs, registratie, toewijzing
from ledger.test_upgrade import Eerste, old_tables
from mpj.engine import Result
from mpj.ledger import schema
from mpj.messages import declaratieberichten
from mpj.verification import MemoryHistory, verify

LEVELS = ("hbo", "wo")


def coded(*codes: str) -> Any:
    """The contract under a code table: the codes of 2.1 hbo and wo."""
    rows = [
        {"prestatiecode": "2.1", "kwalificatieniveau": level, "productcategorie": code[:2], "productcode": code}
        for level, code in zip(LEVELS, codes, strict=True)
    ]
    return contract({"2.1 hbo": "24,55", "2.1 wo": "31,20"}, codes=rows)


OLD, NEW = coded("45001", "45002"), coded("45011", "45012")


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.contract = OLD
    return partij


def test_a_code_table_that_changes_makes_no_line(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.contract = NEW
    for _ in range(2):
        again = partij.run(registratie("a"))
        assert (lines(again), reasons(again), again.meldingen) == ([], {"reeds_gedeclareerd": 1}, ())


def causes(result: Result) -> dict[str, tuple[int, int, str]]:
    """What is to be decided, by its cause: what is to be won, what is at risk, and the code."""
    (table,) = (one for one in result.bijlagen if one.bestand == "te_beslissen.csv")
    return {str(row[8]): (int(row[9]), int(row[10]), str(row[11]).rpartition(" ")[2]) for row in table.rijen}


def own_verify(partij: Partij, result: Result, code_table: Any) -> list[str]:
    """What the gemeente, which has the code table of now, finds in the message of a run."""
    (message,) = declaratieberichten(result.regels, dagtekening=date(2026, 4, 30))
    history = MemoryHistory(partij.sent.values(), [answer_to(one) for one in partij.sent.values()])
    found = verify(message, [code_table], partij.toewijzingen, dagtekening=date(2026, 4, 30), history=history)
    return [bad.regelcode for bad in found.bevindingen]


def test_a_month_with_a_standing_line_keeps_its_code(partij: Partij) -> None:
    """A correction under it is refused by who knows the codes of now alone, and its credit is not: a person decides."""
    partij.month(registratie("a"))
    partij.contract = NEW
    late = registratie("b", "2026-03-06")
    held = partij.run(late)
    asked = causes(held)
    assert lines(held) == []
    assert {cause: cents for cause, (*cents, _) in asked.items()} == {
        "correctie_houdt_geen_stand": [9820, 9820],
        "contract": [9820, 9820],
    }
    kept = partij.run(late, akkoord=[asked["correctie_houdt_geen_stand"][2]], proef=True)
    assert lines(kept) == [("C", "45001", 9820), ("D", "45001", 19640)]
    assert own_verify(partij, kept, NEW) == ["TR340"]
    moved = partij.run(late, akkoord=[asked["contract"][2]])
    assert lines(moved) == [("C", "45001", 9820), ("D", "45011", 19640)]
    assert own_verify(partij, moved, NEW) == []
    assert lines(partij.run(registratie("c", "2026-04-02"), periode="2026-04", proef=True))[-1] == ("D", "45011", 9820)


def test_care_that_is_withdrawn_whole_is_credited_under_any_code(partij: Partij) -> None:
    """A credit is never refused: nothing comes in its place."""
    partij.month(registratie("a"))
    partij.contract = NEW
    assert lines(partij.run(registratie("a", status="vervallen"))) == [("C", "45001", 9820)]


def test_what_waits_for_an_answer_keeps_its_code(partij: Partij) -> None:
    sent = partij.send(partij.run(registratie("a")))
    partij.contract = NEW
    assert lines(partij.run(registratie("a"))) == []
    partij.book(sent)
    assert lines(partij.run(registratie("a"))) == []


def test_a_rejected_line_goes_again_under_the_code_of_now(partij: Partij) -> None:
    """A code is what a municipality rejects a line for."""
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    assert lines(partij.run(registratie("a"))) == []
    partij.contract = NEW
    again = partij.run(registratie("a"))
    assert lines(again) == [("D", "45011", 9820)]
    partij.settle(again)
    assert partij.ledger.repair_list() == []


def test_the_category_of_a_toewijzing_that_changes_moves_nothing(tmp_path: Path) -> None:
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [toewijzing(productcategorie="45")]
    first = partij.month(registratie("a"))
    assert [line.productcategorie for line in first.regels] == ["45"]
    partij.toewijzingen = [toewijzing(productcategorie="54")]
    assert lines(partij.run(registratie("a"))) == []
    late = registratie("b", "2026-03-06")
    asked = causes(partij.run(late))
    kept = partij.run(late, akkoord=[asked["correctie_houdt_geen_stand"][2]], proef=True)
    assert [(line.debetcredit, line.productcategorie, line.bedrag_cent) for line in kept.regels] == [
        ("C", "45", 9820),
        ("D", "45", 19640),
    ]
    assert own_verify(partij, kept, partij.contract) == ["TR339"]
    moved = partij.run(late, akkoord=[asked["contract"][2]])
    assert [(line.debetcredit, line.productcategorie, line.bedrag_cent) for line in moved.regels] == [
        ("C", "45", 9820),
        ("D", "54", 19640),
    ]
    assert own_verify(partij, moved, partij.contract) == []


def test_one_number_of_two_children_in_one_month_is_two_lines(partij: Partij) -> None:
    """The number moved to another child: what stands of the former one does not stop the other."""
    partij.toewijzingen = [toewijzing(toewijzingsdatum="2026-01-10")]
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(toewijzingsdatum="2026-02-10", bsn="999900018")]
    assert lines(partij.month(registratie("b", bsn="999900018"))) == [("D", "45001", 9820)]
    assert lines(partij.run()) == []


def test_without_a_ledger_an_earlier_line_stands_under_another_code() -> None:
    earlier = declare(OLD, [toewijzing()], [care(minuten=60)]).regels
    again = declare(NEW, [toewijzing()], [care(minuten=60)], eerder=earlier)
    assert (lines(again), reasons(again)) == ([], {"reeds_gedeclareerd": 1})


@pytest.fixture
def pair(databases: Databases, tmp_path: Path) -> Partij:
    """A ledger of the first version with two lines for the same care: the code table changed between them."""
    url, partij = databases.new(filled=False), Partij(tmp_path / "nu.db")
    partij.toewijzingen = [toewijzing(), toewijzing(2)]
    partij.month(registratie("a", toewijzingnummer=1), registratie("b", "2026-03-06", toewijzingnummer=2))
    partij.ledger.close()
    with Eerste(url).transaction(fill=True) as connection, partij.ledger.database.transaction(write=False) as source:
        for table in old_tables(connection).sorted_tables:
            if rows := [dict(row._mapping) for row in source.execute(select(table).order_by(*table.primary_key))]:
                connection.execute(table.insert(), rows)
        connection.execute(text("UPDATE regel SET sleutel = replace(sleutel, '|45|45212', '')"))
        connection.execute(text("UPDATE regel SET toewijzingnummer = 1, productcode = '54212' WHERE toewijzingnummer = 2"))
        moved = {"was": 'nummer":2', "now": 'nummer":1'}
        connection.execute(text("UPDATE record SET inhoud = replace(inhoud, :was, :now)"), moved)
    partij.ledger.close()
    found = Partij(url)
    found.numbers = partij.numbers
    return found


@pytest.mark.slow
def test_a_pair_of_before_stands_and_is_held(pair: Partij) -> None:
    with pair.ledger.database.transaction() as connection:
        table = schema.regel.c
        rows = connection.execute(select(table.referentienummer, table.naast, table.sleutel).order_by(table.id)).all()
    assert sorted(row.referentienummer for row in rows) == sorted(pair.numbers)
    assert [row.naast for row in rows] == [True, False]
    assert {row.sleutel.rpartition("#")[2] for row in rows} == {"2455|45|45212", "2455|45|54212"}
    for _ in range(2):
        again = pair.run(registratie("c", "2026-03-09", toewijzingnummer=1))
        assert lines(again) == []
        assert [fault.code for fault in again.meldingen] == ["toegekend_blijft_staan"]
        assert "twee regels" in again.meldingen[0].toelichting
    pair.ledger.close()
