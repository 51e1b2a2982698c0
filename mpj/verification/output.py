"""The files of a verification (docs/verify.md): ``bevindingen.csv``, ``samenvatting.json`` and the answer ``jw325.xml``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import astuple

from mpj.messages import write
from mpj.output.tables import text_of, write_csv, write_json
from mpj.verification.values import Bevinding, Verificatie

BEVINDINGEN, SAMENVATTING, ANTWOORD = "bevindingen.csv", "samenvatting.json", "jw325.xml"
COLUMNS = (
    "referentienummer",
    "plaats",
    "positie",
    "regelcode",
    "retourcode",
    "gevonden",
    "verwacht",
    "bedrag_cent",
    "toelichting",
)


def write_verification(outcome: Verificatie, folder: Path) -> None:
    """Write the findings, lines that were not assessed last, the answer where there is one, and the summary, into `folder`."""
    write_findings(folder / BEVINDINGEN, (*outcome.bevindingen, *outcome.niet_beoordeeld))
    if outcome.antwoord is not None:
        with (folder / ANTWOORD).open("wb") as stream:
            write(outcome.antwoord, stream)
    write_json(folder / SAMENVATTING, outcome.samenvatting)


def write_findings(path: Path, findings: Iterable[Bevinding]) -> None:
    """Write findings as a table."""
    write_csv(path, COLUMNS, ([text_of(value) for value in astuple(one)] for one in findings))
