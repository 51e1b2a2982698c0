"""Versions of a toewijzing: what a client misses by a faulty row, or by one that names another child, is told with file and row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from world import BSN, BSN_2, contract, declare, reasons, registratie, toewijzing

import mpj
from mpj.engine import Result

HBO = {"2.1 hbo": "24,55"}
HEADER = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode;reden_wijziging;toewijzingsdatum\n"


def run(folder: Path, rows: str, *records: Mapping[str, object]) -> Result:
    """A run on a file of toewijzingen."""
    (folder / "toewijzingen.csv").write_text(HEADER + rows, "utf-8")
    return declare(contract(HBO), list(mpj.read_toewijzingen([folder / "toewijzingen.csv"])), list(records))


def told(result: Result) -> list[tuple[str, str, str]]:
    return [(row.bron, row.reden, row.toelichting) for row in result.uitval if row.soort == "registratie"]


@pytest.mark.parametrize(
    "row",
    [
        f"1;{BSN};384;65656055;2026-01-01;;2.1;;",
        f"1;{BSN};0384;65656055;2026-01-01;;2.1;4;",
        f"1;{BSN};0384;65656055;2026-01-01;;2,1;;",
        f"1E+05;{BSN};0384;65656055;2026-01-01;;2.1;;",
    ],
)
@pytest.mark.parametrize("nummer", [None, 1])
def test_a_faulty_row_is_named_by_what_it_hides(row: str, nummer: int | None, tmp_path: Path) -> None:
    result = run(tmp_path, row + "\n", registratie(id="R-1", toewijzingnummer=nummer))
    assert told(result) == [("R-1", "toewijzing_ongeldig", "de toewijzing is ongeldig: toewijzingen.csv rij 2")]
    assert result.uitval[0].vervolg == "herstel"


def test_a_number_that_is_not_the_faulty_row_s_is_unknown_still(tmp_path: Path) -> None:
    result = run(tmp_path, f"1;{BSN};0384;65656055;2026-01-01;;2,1;;\n", registratie(toewijzingnummer=7))
    assert reasons(result) == {"toewijzing_onbekend": 1}


def test_the_faulty_row_of_another_child_stands_in_nobody_s_way(tmp_path: Path) -> None:
    result = run(tmp_path, f"1;{BSN};0384;65656055;2026-01-01;;2,1;;\n", registratie(bsn=BSN_2))
    assert reasons(result) == {"geen_toewijzing": 1}


def test_a_faulty_row_that_a_later_version_mends_is_not_named(tmp_path: Path) -> None:
    rows = f"1;{BSN};0384;65656055;2026-04-01;;2,1;;2026-01-01\n1;{BSN};0384;65656055;2026-04-01;;2.1;;2026-02-01\n"
    assert reasons(run(tmp_path, rows, registratie())) == {"geen_toewijzing": 1}


def test_a_toewijzing_that_is_there_is_not_looked_for_among_faulty_rows(tmp_path: Path) -> None:
    rows = f"1;{BSN};0384;65656055;2026-01-01;;4.1;;\n2;{BSN};0384;65656055;2026-01-01;;2,1;;\n"
    assert reasons(run(tmp_path, rows, registratie())) == {"prestatiecode_niet_toegewezen": 1}


def test_a_toewijzing_that_changes_child_is_told_with_both_rows(tmp_path: Path) -> None:
    """The latest version counts. Whose care is left behind, and nobody else, hears where it went."""
    rows = f"1;{BSN};0384;65656055;2026-01-01;;2.1;;2026-01-01\n1;{BSN_2};0384;65656055;2026-01-01;;2.1;;2026-02-01\n"
    result = run(tmp_path, rows, registratie(id="R-1"), registratie(id="R-2", bsn=BSN_2))
    (line,) = result.regels
    assert (line.bsn, line.bedrag_cent) == (BSN_2, 9820)
    text = "toewijzing 1 van gemeente 0384 is van een andere cliënt geworden: toewijzingen.csv rij 3, eerder toewijzingen.csv rij 2"
    assert told(result) == [("R-1", "geen_toewijzing", text)]
    (melding,) = result.meldingen
    assert (melding.code, melding.bestand, melding.rij, melding.soort) == (
        *("toewijzing_andere_client", "toewijzingen.csv", 3),
        "waarschuwing",
    )
    assert melding.toelichting == text
    assert told(run(tmp_path, rows, registratie(id="R-1", toewijzingnummer=1))) == [("R-1", "toewijzing_onbekend", text)]


def test_a_number_that_is_a_bsn_is_not_told_when_the_child_changes() -> None:
    rows = [toewijzing(int(BSN), toewijzingsdatum="2026-01-01"), toewijzing(int(BSN), bsn=BSN_2, toewijzingsdatum="2026-02-01")]
    result = declare(contract(HBO), rows, [registratie()])
    assert BSN not in repr(result.meldingen) + "".join(row.toelichting for row in result.uitval)
