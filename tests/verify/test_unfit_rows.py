"""Rows of toewijzingen that cannot be used: told with file and row, and no reason to refuse what may have been declared on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpj import cli
from verify.support import ANNA, BRAM, line, message, toewijzing, written, zaak
from verify.test_cli import prepare

OTHER = toewijzing(toewijzingnummer="1002", bsn=BRAM)
UNREAD = [{"gemeente": "384"}, {"toewijzingnummer": "1E5"}, {"toewijzingnummer": "", "bsn": "99990006"}, {"volume": "1"}]


@pytest.mark.parametrize("wrong", UNREAD)
def test_what_may_stand_in_a_row_that_cannot_be_read_is_not_refused(wrong: dict[str, str]) -> None:
    """With a key that cannot be read its lines were refused, as of an unknown client (8187) or number (9338), without a word."""
    outcome = zaak(toewijzingen=(toewijzing() | wrong, OTHER)).verify()
    assert (outcome.bevindingen, [one.referentienummer for one in outcome.niet_beoordeeld]) == ((), ["R1"])
    (told,) = outcome.meldingen
    assert (told.code, told.verwacht) == ("toewijzing_onbruikbaar", "verbeter de rij en doe het opnieuw")


@pytest.mark.parametrize("wrong", [{"gemeente": "384"}, {"toewijzingnummer": "1E5"}])
def test_what_cannot_stand_in_it_is_refused_as_ever(wrong: dict[str, str]) -> None:
    """Of another client, or under another number where that can be read."""
    found = zaak(line(toewijzingnummer=7), toewijzingen=(toewijzing(bsn=BRAM) | wrong, OTHER))
    assert found.codes() == ["TR304", "TR338"]


def test_a_toewijzing_that_moved_to_another_client_is_told() -> None:
    first, second = (toewijzing(bsn=bsn, toewijzingsdatum=f"2026-0{month}-01") for month, bsn in ((1, ANNA), (2, BRAM)))
    assert [one.code for one in zaak(toewijzingen=(first, second)).verify().meldingen] == ["toewijzing_andere_client"]


def test_what_makes_a_file_look_like_the_wrong_one_is_told_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no row can be read, nothing was given for this gemeente; so it is beside a row that may be of any other."""
    arguments = prepare(tmp_path, message(line()), gemeente="384")
    assert cli.run(arguments) == 2
    wrong, row, count = capsys.readouterr().err.splitlines()
    assert "een toewijzing van 0384 voor 65656055" in wrong
    assert row.startswith("Let op: toewijzingen.csv, rij 2: de toewijzing is niet te gebruiken: gemeente")
    assert count == "1 fout; er is niets geschreven."


def test_each_cause_is_told_once_with_its_first_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the number of rows and of messages."""
    arguments = prepare(tmp_path, message(line()))
    (tmp_path / "b.xml").write_bytes(written(message(line(referentienummer="R9"), nummer="DN2", identificatie="B2")))
    rows = "".join(f"100{number};{ANNA};0384;65656055;{number}/31/2026;2.1\n" for number in range(1, 4))
    header = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode\n"
    (tmp_path / "toewijzingen.csv").write_text(header + rows, "utf-8")
    assert cli.run([*arguments, "--bericht", str(tmp_path / "b.xml")]) == 0
    told = [one for one in capsys.readouterr().err.splitlines() if one.startswith("Let op: toewijzingen.csv")]
    assert len(told) == 1 and "rij 2" in told[0] and "3 rijen, deze als eerste" in told[0]
