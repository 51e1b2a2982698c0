"""Answers: booked once, refused when wrong, and what status, work, life and erase say afterwards."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import select

import mpj
from ledger.support import Partij, answer_to, empty_ledger, lines, refs, registratie, toewijzing
from mpj.ledger import schema
from mpj.messages import Antwoordbericht, Berichtidentificatie, Declaratiebericht, Totaal, Xsdversie

DAY = date(2026, 12, 31)


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(empty_ledger(tmp_path / "ledger.db"))


def sent(partij: Partij) -> Declaratiebericht:
    (message,) = partij.send(partij.run(registratie("a"), registratie("b", niveau="wo")))
    return message


def test_the_same_answer_twice_changes_nothing(partij: Partij) -> None:
    message = sent(partij)
    first = partij.book([message])
    before = partij.ledger.status()
    again = partij.book([message])
    assert [one.al_bekend for one in (*first, *again)] == [False, True]
    assert partij.ledger.status() == before


def other(message: Declaratiebericht, change: str) -> Antwoordbericht:
    """The answer with one thing wrong."""
    first = message.clienten[0].prestaties[0].referentienummer
    right = answer_to(message, [first])
    header, body = right.header, right.antwoord
    assert body is not None
    line = body.clienten[0].prestaties[0]
    client = body.clienten[0]

    def returned(**values: Any) -> Antwoordbericht:
        changed = evolve(client, prestaties=(evolve(line, **values),))
        return evolve(right, antwoord=evolve(body, clienten=(changed,)))

    match change:
        case "TR337":
            return evolve(right, header=evolve(header, declaratie_identificatie=Berichtidentificatie("ONBEKEND", DAY)))
        case "TR366":
            return returned(referentienummer="ONBEKEND")
        case "TR367":
            return returned(volume=line.volume + 15)
        case "TR371":
            return evolve(right, header=evolve(header, xsdversie_declaratie=Xsdversie("9.9.9", "9.9.9")))
        case "TR376":
            return evolve(right, antwoord=evolve(body, declaratienummer="ONBEKEND"))
    raise AssertionError(change)


@pytest.mark.parametrize("rule", ["TR337", "TR366", "TR367", "TR371", "TR376"])
def test_a_wrong_answer_changes_nothing(partij: Partij, rule: str) -> None:
    message = sent(partij)
    before = partij.ledger.status()
    with pytest.raises(mpj.InputError) as error:
        partij.ledger.answer([("fout.xml", other(message, rule))], op=DAY)
    assert rule in {fault.code for fault in error.value.faults}
    assert "999900006" not in str(error.value)
    assert partij.ledger.status() == before


@pytest.mark.parametrize("rule", ["TR337", "TR366", "TR367", "TR371", "TR376"])
def test_a_wrong_answer_is_told_in_one_sentence(partij: Partij, rule: str) -> None:
    """Behind the place: what is wrong, found, expected, each once."""
    message = sent(partij)
    with pytest.raises(mpj.InputError) as error:
        partij.ledger.answer([("fout.xml", other(message, rule))], op=DAY)
    for fault in error.value.faults:
        said = str(fault).partition(": ")[2]
        assert said.count(fault.gevonden) == said.count(fault.verwacht) == 1, said
        assert ".;" not in said


def test_an_answer_that_grants_nothing_and_refuses_nothing_is_not_booked(partij: Partij) -> None:
    message = sent(partij)
    before = partij.ledger.status()
    nothing = answer_to(message)
    assert nothing.antwoord is not None
    nothing = evolve(nothing, antwoord=evolve(nothing.antwoord, totaal_toegekend=Totaal(0, "D")))
    with pytest.raises(mpj.InputError) as error:
        partij.ledger.answer([("niets.xml", nothing)], op=DAY)
    assert [fault.code for fault in error.value.faults] == ["TR342"]
    assert partij.ledger.status() == before


def test_a_second_other_answer_is_refused(partij: Partij) -> None:
    message = sent(partij)
    partij.book([message])
    different = answer_to(message, [message.clienten[0].prestaties[0].referentienummer])
    with pytest.raises(mpj.InputError, match="beantwoord"):
        partij.ledger.answer([("b.xml", different)], op=DAY)


def test_states_that_do_not_allow_it(partij: Partij) -> None:
    result = partij.run(registratie("a"))
    (number,) = {line.declaratienummer for line in result.regels}
    with pytest.raises(mpj.InputError, match="verzonden"):
        partij.ledger.withdraw([number], op=DAY)
    with pytest.raises(mpj.InputError, match="niet afgekeurd"):
        partij.ledger.resend(refs(result.regels))
    with pytest.raises(mpj.InputError, match="kent deze declaratie niet"):
        partij.ledger.send(["ONBEKEND"], op=DAY)
    partij.settle(result)
    with pytest.raises(mpj.InputError, match="concept"):
        partij.ledger.send([number], op=DAY)


def test_sending_twice_is_sending_once(partij: Partij) -> None:
    result = partij.run(registratie("a"))
    partij.send(result)
    assert [one.status for one in partij.ledger.send([result.regels[0].declaratienummer], op=DAY)] == ["verzonden"]
    assert partij.ledger.send(None, op=DAY) == []


def test_status_and_work_name_groups_and_money(partij: Partij) -> None:
    message = sent(partij)
    one = next(line for line in message.clienten[0].prestaties if line.productcode == "45212")
    partij.book([message], [one.referentienummer])
    partij.run(registratie("c", "2026-04-02", niveau="wo"), registratie("p", "2027-02-01"), periode="2026-04")
    status = partij.ledger.status()
    gemeente = status["gemeenten"]["0384"]
    assert gemeente["toegekend"] == {"regels": 1, "bedrag_cent": 12480}
    assert gemeente["afgekeurd"] == gemeente["te_herstellen"] == {"regels": 1, "bedrag_cent": 9820}
    assert gemeente["retourcodes"] == {"9338": {"regels": 1, "bedrag_cent": 9820}}
    assert gemeente["concept"] == {"regels": 1, "bedrag_cent": 12480}
    work = partij.ledger.work()
    assert work["totaal_cent"] == 12480 + 9820 and work["opzij_zonder_bekende_waarde"] == 1
    assert "999900006" not in json.dumps(status)


def test_numbers_are_never_used_twice(partij: Partij) -> None:
    for minutes in (60, 30, 60, 30, 60):
        partij.month(registratie("a", minuten=minutes))
    assert len(partij.numbers) == len(set(partij.numbers)) == 9
    assert len(partij.sent) == 5


def test_erase_removes_the_client_and_keeps_the_totals(partij: Partij, tmp_path: Path) -> None:
    partij.toewijzingen = [toewijzing(begindatum="2026-01-01")]
    partij.month(registratie("a"))
    before = partij.ledger.status()["gemeenten"]
    with pytest.raises(mpj.InputError) as error:
        partij.ledger.erase(["999900006"], op=date(2027, 1, 1))
    assert "999900006" not in str(error.value)
    assert partij.ledger.erase(["999900006", "999900018"], op=date(2034, 1, 1)) == (1, 1)
    assert partij.ledger.status()["gemeenten"] == before
    partij.ledger.database.close()
    assert b"999900006" not in (tmp_path / "ledger.db").read_bytes()
    with partij.ledger.database.transaction(write=False) as connection:
        assert connection.execute(select(schema.record)).all() == []


@pytest.mark.slow
def test_erase_refuses_a_client_with_an_open_line(partij: Partij) -> None:
    partij.send(partij.run(registratie("a")))
    with pytest.raises(mpj.InputError, match="op antwoord wacht"):
        partij.ledger.erase(["999900006"], op=date(2040, 1, 1))
    assert lines(partij.run()) == []
