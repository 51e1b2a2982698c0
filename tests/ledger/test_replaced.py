"""A concept that another run replaced is told as void, with its folder; nothing goes without a message; who did what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from verify.support import contract as received_contract
from verify.support import line, message
from verify.support import toewijzing as received_toewijzing
from world import contract

import mpj
from ledger.support import PRICES, Partij, answer_to, registratie
from mpj.engine.told import LedgerSummary
from mpj.explanation import summary
from mpj.ledger import Ledger, schema
from mpj.messages import declaratieberichten
from mpj.presentation import terminal

DAY = date(2026, 5, 4)


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    found = Partij(tmp_path / "zorg.db")
    found.ledger.wie = "clerk"
    return found


def number(result: mpj.Result) -> str:
    (one,) = result.samenvatting["declaraties"]
    return one["declaratienummer"]


def told(result: mpj.Result) -> LedgerSummary:
    return result.samenvatting["ledger"]


def log(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Who did what, in order, with what is kept of it."""
    table = schema.logboek.c
    with ledger.database.transaction(write=False) as connection:
        rows = connection.execute(select(table.handeling, table.wie, table.inhoud).order_by(table.id)).all()
    return [(row.handeling, row.wie, row.inhoud) for row in rows]


def faults(partij: Partij, nummers: Sequence[str]) -> list[mpj.Fault]:
    with pytest.raises(mpj.InputError) as refused:
        partij.ledger.send(nummers, op=DAY)
    return list(refused.value.faults)


def test_an_earlier_concept_is_void_and_its_folder_is_named(partij: Partij, capsys: pytest.CaptureFixture[str]) -> None:
    """March is run and not sent; April takes its lines along: the folder of March lies there with messages that are void."""
    march = partij.run(registratie("a"), map="maanden/2026-03", bericht=True)
    april = partij.run(registratie("b", "2026-04-02"), periode="2026-04", map="maanden/2026-04", bericht=True)
    assert told(april)["vervangen_concepten"] == [number(march)]
    assert told(april)["vervangen_mappen"] == ["maanden/2026-03"]
    terminal.show(summary.report(april.samenvatting))
    assert "De berichten in maanden/2026-03 gelden niet meer" in capsys.readouterr().out
    one = {"declaratienummer": number(march), "aanbieder": "65656055", "gemeente": "0384", "declaratieperiode": "2026-03"}
    assert partij.ledger.status()["vervangen"] == [one | {"map": "maanden/2026-03", "door": [number(april)]}]
    (fault,) = faults(partij, [number(march)])
    assert fault.code == "concept_vervangen"
    assert number(april) in fault.toelichting and "maanden/2026-03" in fault.toelichting
    assert partij.ledger.send(None, op=DAY, maand="2026-03") == []


def test_the_same_folder_again_is_not_void_and_the_same_number_lives_again(partij: Partij) -> None:
    first = partij.run(registratie("a"), map="maart", bericht=True)
    second = partij.run(registratie("a", minuten=30), map="maart", bericht=True)
    assert told(second)["vervangen_concepten"] == [number(first)] and told(second)["vervangen_mappen"] == []
    assert partij.ledger.status()["vervangen"] == []
    again = partij.run(registratie("a"), map="anders", bericht=True)
    assert number(again) == number(first) and told(again)["vervangen_mappen"] == ["maart"]
    assert partij.ledger.send([number(first)], op=DAY)[0].status == "verzonden"


def test_a_concept_of_which_nothing_is_left_is_told(partij: Partij) -> None:
    first = partij.run(registratie("a"), map="maart", bericht=True)
    partij.run(registratie("a", status="vervallen"), map="weer", bericht=True)
    (one,) = partij.ledger.status()["vervangen"]
    assert (one["declaratienummer"], one["door"]) == (number(first), [])
    assert "vervallen" in faults(partij, [number(first)])[0].toelichting


def test_an_answer_to_what_the_ledger_does_not_know_as_sent_says_so(partij: Partij) -> None:
    """The messages went out and nobody told the ledger: what takes their place is not to be sent as well."""
    first = partij.run(registratie("a"), map="maart", bericht=True)
    (sent,) = declaratieberichten(first.regels, dagtekening=date(2026, 3, 31))
    answers = [("jw325.xml", answer_to(sent))]
    with pytest.raises(mpj.InputError) as refused:
        partij.ledger.answer(answers, op=DAY)
    assert [(one.code, one.bestand) for one in refused.value.faults] == [("verkeerde_status", "jw325.xml")]
    assert f"mpj ledger send {number(first)}" in str(refused.value)
    second = partij.run(registratie("a", minuten=30), map="weer", bericht=True)
    with pytest.raises(mpj.InputError) as refused:
        partij.ledger.answer(answers, op=DAY)
    assert [(one.code, one.bestand) for one in refused.value.faults] == [("concept_vervangen", "jw325.xml")]
    assert number(second) in str(refused.value) and "verzend dan niet" in str(refused.value)


@pytest.mark.slow
def test_a_trial_replaces_nothing(partij: Partij) -> None:
    first = partij.run(registratie("a"), map="maart", bericht=True)
    partij.run(registratie("a", minuten=30), map="proef", bericht=True, proef=True)
    assert partij.ledger.status()["vervangen"] == []
    assert partij.ledger.send([number(first)], op=DAY)[0].status == "verzonden"


def test_what_has_no_message_is_not_sent_unless_told(partij: Partij) -> None:
    first = partij.run(registratie("a"), map="maart", bericht=False)
    assert [one.code for one in faults(partij, [number(first)])] == ["bericht_ongeschreven"]
    partij.run(registratie("a"), map="maart", bericht=True)
    partij.run(registratie("a"), map="maart", bericht=False)
    (sent,) = partij.ledger.send([number(first)], op=DAY, zonder_bericht=True)
    assert (sent.status, sent.al_bekend, sent.regels, sent.bedrag_cent) == ("verzonden", False, 1, 9820)
    (again,) = partij.ledger.send([number(first)], op=DAY)
    assert again.al_bekend


def test_what_a_program_makes_and_what_travels_in_no_message_goes_as_before(tmp_path: Path) -> None:
    """A credit of a rejected line under `factuur` stands in the line file alone."""
    partij = Partij(tmp_path / "factuur.db", declaratie={"vorm": "factuur"})
    first = partij.run(registratie("a"))
    partij.settle(first, [line.referentienummer for line in first.regels])
    only = partij.run(registratie("a", status="vervallen"), bericht=False)
    assert [line.in_bericht for line in only.regels] == [False]
    assert partij.ledger.send([number(only)], op=DAY)[0].status == "beantwoord"


def test_who_ran_sent_and_erased_is_kept(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.run(registratie("a"), proef=True)
    partij.settle(first)
    partij.ledger.send([number(partij.run(registratie("b", "2026-04-02"), periode="2026-04"))], op=DAY)
    assert log(partij.ledger) == [
        ("gedraaid", "clerk", "2026-03: 1 regel, € 98,20"),
        ("verzonden", "clerk", number(first)),
        ("beantwoord", "clerk", number(first)),
        ("gedraaid", "clerk", "2026-04: 1 regel, € 98,20"),
        ("verzonden", "clerk", partij.ledger.status()["declaraties"][1]["declaratienummer"]),
    ]


def test_who_began_resent_and_read_payments_is_kept(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "zorg.db")
    partij.ledger.wie = "clerk"
    partij.ledger.begin("2026-03", op=DAY)
    first = partij.run(registratie("a"))
    partij.settle(first, [line.referentienummer for line in first.regels])
    partij.ledger.resend([line.referentienummer for line in first.regels], op=DAY)
    partij.settle(partij.run())
    path = tmp_path / "bank.csv"
    path.write_text("datum;bedrag_cent;omschrijving;tegenrekening\n2026-05-01;9820;dank;NL91ABNA0417164300\n", "utf-8")
    for _ in range(2):  # The second time nothing is new.
        partij.ledger.pay([path], {"NL91ABNA0417164300": ("0384",)}, op=DAY)
    kept = [one for one in log(partij.ledger) if one[0] in ("begonnen", "opnieuw", "betaald")]
    assert kept == [
        ("begonnen", "clerk", "2026-03: 0 regels"),
        ("opnieuw", "clerk", first.regels[0].referentienummer),
        ("betaald", "clerk", "nieuw 1, gekoppeld 1"),
    ]


def test_who_repriced_is_kept_as_that(partij: Partij) -> None:
    partij.settle(partij.run(registratie("a")))
    partij.contract = contract({"2.1 hbo": "30,00"})
    asked: dict[str, Any] = {"van": "2026-03", "tot": "2026-03", "dagtekening": DAY}
    with pytest.raises(mpj.InputError) as refused:
        partij.ledger.reprice([partij.contract], **asked)
    partij.ledger.reprice([partij.contract], **asked, akkoord=mpj.ledger.codes_asked(refused.value))
    assert [(done, wie) for done, wie, _ in log(partij.ledger)][-1] == ("herprijsd", "clerk")


def test_who_verified_is_kept_once_for_each_verdict(tmp_path: Path) -> None:
    with Ledger(tmp_path / "gemeente.db", wie="controller") as ledger:
        for _ in range(2):
            ledger.verify(message(line()), [received_contract()], [received_toewijzing()], op=DAY)
        assert [(done, wie) for done, wie, _ in log(ledger)] == [("getoetst", "controller")]


def test_who_erased_is_kept(partij: Partij) -> None:
    partij.contract = contract(PRICES)
    partij.settle(partij.run(registratie("a")))
    assert partij.ledger.erase(["999900006", "999900018"], op=date(2040, 1, 1)) == (1, 1)
    assert log(partij.ledger)[-1] == ("gewist", "clerk", "1 cliënt")


def test_a_folder_that_bears_a_bsn_is_kept_without_it(partij: Partij) -> None:
    partij.run(registratie("a"), map="kind-999900006/maart", bericht=True)
    partij.run(registratie("a", minuten=30), map="weer", bericht=True)
    (one,) = partij.ledger.status()["vervangen"]
    assert "999900006" not in str(one) and "maart" in one["map"]
