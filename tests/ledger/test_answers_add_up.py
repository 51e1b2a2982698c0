"""Answers that do not add up book nothing, each message by itself; poor codes with clear money are booked with a warning."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import mpj
from ledger.support import Partij, answer_to, empty_ledger, registratie
from mpj import cli
from mpj.messages import Antwoordbericht, Declaratiebericht, Totaal, write
from mpj.messages.answers import contradiction

DAY = date(2026, 12, 31)
WHOLE, NOTHING = Totaal(9820, "D"), Totaal(0, "D")


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(empty_ledger(tmp_path / "ledger.db"))


def sent(partij: Partij, *given: Any, **more: Any) -> Declaratiebericht:
    (message,) = partij.send(partij.run(*(given or (registratie("a"),)), **more))
    return message


def saying(message: Declaratiebericht, refused: Sequence[str] = (), **body: Any) -> Antwoordbericht:
    right = answer_to(message, refused)
    assert right.antwoord is not None
    return evolve(right, antwoord=evolve(right.antwoord, **body))


CONTRADICTIONS: list[dict[str, Any]] = [
    {"totaal_toegekend": NOTHING, "retourcodes": ("8001",)},
    {"totaal_toegekend": NOTHING, "retourcodes": ("0200",)},
    {"totaal_ingediend": NOTHING, "totaal_toegekend": NOTHING},
    {"totaal_ingediend": Totaal(7000, "D"), "totaal_toegekend": Totaal(7000, "D")},
    {"totaal_ingediend": NOTHING},
    {"totaal_toegekend": Totaal(9820, "C")},
    {"totaal_toegekend": Totaal(5000, "D")},
    {"retourcodes": ("9333",)},
    {"retourcodes": ("0200", "9333")},
]


@pytest.mark.parametrize("body", CONTRADICTIONS)
def test_money_that_contradicts_books_nothing(partij: Partij, body: dict[str, Any]) -> None:
    message = sent(partij)
    before = partij.ledger.status()
    wrong = saying(message, **body)
    assert contradiction(wrong, message) is not None
    with pytest.raises(mpj.InputError) as error:
        partij.ledger.answer([("fout.xml", wrong)], op=DAY)
    assert {fault.code for fault in error.value.faults} <= {"antwoord_spreekt_tegen", "TR342"}
    assert partij.ledger.status() == before


@pytest.mark.parametrize("whole", [False, True])
def test_an_answer_older_than_its_declaration_books_nothing(partij: Partij, whole: bool) -> None:
    message = sent(partij)
    old = answer_to(message)
    if whole:
        old = evolve(old, antwoord=None, header=evolve(old.header, retourcodes=("0001",)))
    name = evolve(old.header.identificatie, dagtekening=date(2026, 3, 30))
    with pytest.raises(mpj.InputError, match="ouder dan de declaratie"):
        partij.ledger.answer([("oud.xml", evolve(old, header=evolve(old.header, identificatie=name)))], op=DAY)


def test_a_refusal_of_the_whole_without_money_adds_up(partij: Partij) -> None:
    message = sent(partij)
    refused = saying(message, retourcodes=("9333",), totaal_toegekend=NOTHING)
    assert [one.status for one in partij.ledger.answer([("a.xml", refused)], op=DAY)] == ["niet_verzonden"]


@pytest.mark.parametrize("codes", [("8001",), ("0200",)])
def test_a_returned_line_without_a_reason_is_booked_with_a_warning(partij: Partij, codes: tuple[str, ...]) -> None:
    message = sent(partij)
    (line,) = message.clienten[0].prestaties
    poor = saying(message, [line.referentienummer], retourcodes=codes)
    assert poor.antwoord is not None
    client = poor.antwoord.clienten[0]
    bare = evolve(client, prestaties=tuple(evolve(one, retourcodes=("0200",)) for one in client.prestaties))
    poor = evolve(poor, antwoord=evolve(poor.antwoord, clienten=(bare,)))
    (booked,) = partij.ledger.answer([("kaal.xml", poor)], op=DAY)
    assert (booked.status, booked.afgekeurd, [fault.code for fault in booked.meldingen]) == (
        "beantwoord",
        1,
        ["antwoord_zonder_reden"],
    )
    assert "reden niet opgegeven" in booked.meldingen[0].toelichting
    assert [row["retourcodes"] for row in partij.ledger.repair_list()] == [[]]


def written(folder: Path, name: str, message: Antwoordbericht) -> Path:
    stream = io.BytesIO()
    write(message, stream)
    path = folder / name
    path.write_bytes(stream.getvalue())
    return path


def test_one_bad_answer_stops_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partij = Partij(empty_ledger(tmp_path / "zorg.db"))
    first = sent(partij)
    second = sent(partij, registratie("b", "2026-04-02"), periode="2026-04")
    partij.ledger.close()
    good = written(tmp_path, "goed.xml", answer_to(first))
    wrong = written(tmp_path, "fout.xml", saying(second, retourcodes=("9333",)))
    broken = tmp_path / "kapot.xml"
    broken.write_text("<geen bericht", "utf-8")
    command = ["ledger", "answer", "--ledger", str(tmp_path / "zorg.db")]
    assert cli.run([*command, str(wrong), str(broken)]) == 2
    assert cli.run([*command, str(wrong), str(broken), str(good)]) == 1
    shown = capsys.readouterr()
    assert "fout.xml: niet geboekt" in shown.out and "kapot.xml: niet geboekt" in shown.out
    assert "beantwoord: 1 regel toegekend" in shown.out and "weigert de hele declaratie" in shown.err
    right = written(tmp_path, "recht.xml", answer_to(second))
    assert cli.run([*command, str(good), str(right)]) == 0


def test_an_answer_in_earlier_files_whose_money_contradicts_is_warned_of_and_answers_nothing(tmp_path: Path) -> None:
    """Its declaration was sent all the same: it waits, and no run declares its care again."""
    from mpj.verification.earlier import read_earlier

    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    message = sent(partij)
    folder = tmp_path / "eerder"
    folder.mkdir()
    stream = io.BytesIO()
    write(message, stream)
    (folder / "jw323.xml").write_bytes(stream.getvalue())
    told: list[mpj.Fault] = []
    assert len(read_earlier([folder], report=told.append)) == 1 and told == []
    written(folder, "jw325.xml", saying(message, totaal_ingediend=Totaal(7000, "D"), totaal_toegekend=Totaal(7000, "D")))
    assert len(read_earlier([folder], report=told.append)) == 1
    assert [(fault.code, fault.soort) for fault in told] == [("antwoord_spreekt_tegen", "waarschuwing")]
