"""`mpj explain --ledger`: the whole life of a line and of a record."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from verify.support import BRAM, answer, contract, credit, earlier, line, message, standard_contract
from verify.support import toewijzing as assigned

import mpj
from ledger.support import Partij, refs, registratie, toewijzing
from ledger.test_crash import world
from mpj import cli

BSN = "999900006"


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(tmp_path / "ledger.db")


def test_a_line_from_rejection_to_correction(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    second = partij.run(registratie("a", minuten=30))
    partij.settle(second)
    third = partij.run(registratie("a", minuten=45))
    (one,), (two,), (credited, three) = refs(first.regels), refs(second.regels), refs(third.regels)
    text = str(partij.ledger.explain(one))
    for part in (
        f"Regel {one}: het hele leven",
        "is afgekeurd (9338)",
        f"opnieuw gedeclareerd als {two}: is toegekend",
        f"gecrediteerd door {credited}: staat klaar en is nog niet verzonden",
        f"vervangen door {three}: staat klaar en is nog niet verzonden",
        f"crediteert  {two}",
        "registratie a van 5 maart 2026: 60 minuten",
        "verzonden   31 maart 2026",
    ):
        assert part in text, part
    assert BSN not in text
    assert str(partij.ledger.explain(three)).splitlines()[1:] == text.splitlines()[1:]


def test_a_line_that_was_never_processed_and_one_for_the_line_file(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "ledger.db", declaratie={"vorm": "factuur"})
    first = partij.run(registratie("a"))
    partij.book(partij.send(first), technisch=True)
    second = partij.run()
    partij.settle(second, refs(second.regels))
    partij.run(registratie("a", minuten=30))
    text = str(partij.ledger.explain(refs(first.regels)[0]))
    assert "geldt als niet verzonden (0001)" in text and "staat alleen in het regelbestand" in text


def test_a_declaration_that_was_withdrawn_had_no_answer(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.send(first)
    partij.ledger.withdraw([first.regels[0].declaratienummer], op=date(2026, 4, 9))
    text = str(partij.ledger.explain(refs(first.regels)[0]))
    assert "ingetrokken  9 april 2026" in text and "geldt als niet verzonden" in text and "antwoord" not in text
    second = partij.run()
    partij.book(partij.send(second), technisch=True)
    assert "antwoord" in str(partij.ledger.explain(refs(second.regels)[0]))


def test_a_record_and_all_its_lines(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b"))
    partij.month(registratie("a", niveau="wo"), registratie("z", "2026-04-05"), periode="2026-04")
    text = str(partij.ledger.explain(bron="a"))
    assert text.startswith("Bron a: het hele leven") and text.count("Debet ") == 2 and "registratie b" not in text
    assert "gecrediteerd door" in text
    partij.run(registratie("a", status="vervallen"), periode="2026-04")
    assert "is ingetrokken" in str(partij.ledger.explain(bron="a"))
    english = str(partij.ledger.explain(bron="a", taal="en"))
    assert english.startswith("Record a: its whole life") and "credited by" in english and "was withdrawn" in english
    assert re.sub("[^0-9]", "", english) == re.sub("[^0-9]", "", str(partij.ledger.explain(bron="a")))


def test_a_stay_of_thirty_days_is_one_step(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    stay = {"id": "V1", "bsn": BSN, "begindatum": "2026-03-01", "einddatum": "2026-03-30", "prestatiecode": "8.1"}
    result = partij.month(verblijf=[stay])
    told = partij.ledger.explain(bron="V1")
    assert str(told).count("herkomst") == 1
    assert "verblijf V1 van 1 maart 2026 t/m 30 maart 2026, 30 dagen: 30 eenheden, € 7.500,00" in str(told)
    (number,) = refs(result.regels)
    assert partij.ledger.explain(number.lower()) == partij.ledger.explain(number)


@pytest.mark.slow
def test_a_record_that_is_set_aside(partij: Partij) -> None:
    partij.toewijzingen = []
    partij.run(registratie("a"))
    text = str(partij.ledger.explain(bron="a"))
    assert "opzij" in text and "geen_toewijzing" in text
    with pytest.raises(mpj.InputError, match="geen registratie"):
        partij.ledger.explain(bron="X")
    with pytest.raises(mpj.InputError, match="geen regel"):
        partij.ledger.explain("X")
    wrongs: tuple[dict[str, Any], ...] = ({}, {"regel": "X", "bron": "X"})
    for wrong in wrongs:
        with pytest.raises(ValueError, match="either"):
            partij.ledger.explain(**wrong)


def test_an_id_that_shows_the_bsn_is_not_shown(partij: Partij) -> None:
    partij.month(registratie(f"r-{BSN}"))
    assert BSN not in str(partij.ledger.explain(bron=f"r-{BSN}"))


def test_after_erasure_no_line_of_another_client_is_shown(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BRAM)]
    first = partij.month(registratie("a"), registratie("b", bsn=BRAM))
    partij.ledger.erase([BSN, BRAM], op=date(2040, 1, 1))
    one, other = refs(first.regels)
    text = str(partij.ledger.explain(one))
    assert one in text and other not in text


def test_a_line_that_was_received(partij: Partij) -> None:
    old = line(referentienummer="R0", begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28))
    sent = earlier(old)
    partij.ledger.verify(
        message(credit(old), line(toewijzingnummer=9)),
        [standard_contract()],
        [assigned()],
        op=date(2026, 4, 10),
        eerder=[sent, answer(sent)],
    )
    text = str(partij.ledger.explain("R0"))
    for part in ("Regel R0: ontvangen", "Debet R0", "Credit C-R0", "crediteert", "is toegekend", "getoetst    10 april 2026"):
        assert part in text, part
    assert "is afgekeurd (9338)" in str(partij.ledger.explain("R1")) and BSN not in text


def test_a_received_number_that_shows_the_bsn_is_not_shown(partij: Partij) -> None:
    told = message(line(referentienummer=f"R{BSN}"), nummer=f"D{BSN}")
    partij.ledger.verify(told, [standard_contract()], [assigned()], op=date(2026, 4, 10))
    text = str(partij.ledger.explain(f"R{BSN}"))
    assert "(verborgen)" in text and BSN not in text
    other = [contract([("2.1", "hbo", "23,90")])]
    with pytest.raises(mpj.InputError, match="verborgen") as error:
        partij.ledger.verify(told, other, [assigned()], op=date(2026, 4, 10))
    assert BSN not in str(error.value)


@pytest.mark.slow
def test_the_command_tells_both_how_and_what_became_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "zorg.db")
    assert cli.run(world(tmp_path, url)) == 0
    number = (tmp_path / "april" / "declaratieregels.csv").read_text("utf-8").splitlines()[1].split(";")[0]
    capsys.readouterr()
    both = ["explain", "--van", str(tmp_path / "april"), "--ledger", url]
    assert cli.run([*both, "--regel", number]) == 0
    out = capsys.readouterr().out
    assert "klopt met de regel" in out and "het hele leven" in out and BSN not in out
    assert cli.run([*both, "--bron", "c"]) == 0
    out = capsys.readouterr().out
    assert "afgerond" in out and "het hele leven" in out
    assert cli.run(["explain", "--regel", number]) == 2
    assert cli.run(["explain", "--ledger", url, "--regel", "X"]) == 2
    assert cli.run(["explain", "--ledger", str(tmp_path / "weg.db"), "--regel", number]) == 2
    assert not (tmp_path / "weg.db").exists()
