"""The files of a verification (docs/verify.md): ``bevindingen.csv``, ``samenvatting.json`` and the answer ``jw325.xml``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from mpj.messages import Antwoordclient, write, write_stream
from mpj.output.write import write_csv, write_json
from mpj.presentation.words import NO_NAMES
from mpj.reading.cells import as_text
from mpj.reading.guard import unguarded
from mpj.verification.answer import parts
from mpj.verification.declared import Spool
from mpj.verification.toelichting import name_of, write_explanation
from mpj.verification.told import MessageSummary, VerificationSummary, WrittenVerification
from mpj.verification.values import Bevinding, Verificatie
from mpj.verification.verification import Toetsing

BEVINDINGEN, SIGNALEN, SAMENVATTING, ANTWOORD = "bevindingen.csv", "signalen.csv", "samenvatting.json", "jw325.xml"
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
SIGNAAL_COLUMNS = ("code", "gemeente", "soort", "bron", "datum", "toelichting", "gezien")
_fields = attrgetter(*COLUMNS)


def write_verification(outcome: Verificatie, folder: Path, namen: Mapping[str, str] = NO_NAMES) -> None:
    """Write the findings, lines that were not assessed last, the answer where there is one, and the summary, into `folder`.

    `namen` stand beside the codes of gemeenten and aanbieders on pages.
    """
    _write_findings(folder, (*outcome.bevindingen, *outcome.niet_beoordeeld))
    if outcome.antwoord is not None:
        with (folder / ANTWOORD).open("wb") as stream:
            write(outcome.antwoord, stream)
    _write_signals(folder, outcome.signalen, outcome.samenvatting["bericht"])
    _write_summary(folder, outcome.samenvatting, namen, answered=outcome.antwoord is not None)


def stream_verification(toetsing: Toetsing, folder: Path, namen: Mapping[str, str] = NO_NAMES) -> WrittenVerification:
    """Carry out a verification and write the same files, to the byte, client by client; returns the summary.

    What must wait for the end (lines that were not assessed, what the answer sends back) stands on disk meanwhile.
    """
    with Spool[Bevinding](folder) as unjudged, Spool[Antwoordclient](folder) as back:

        def findings() -> Iterator[Bevinding]:
            yield from toetsing.bericht
            for one in toetsing.clienten():
                yield from one.bevindingen
                for doubt in one.niet_beoordeeld:
                    unjudged.append(doubt)
                if one.terug is not None:
                    back.append(one.terug, len(one.terug.prestaties))
            yield from unjudged

        _write_findings(folder, findings())
        if toetsing.beslist:
            with (folder / ANTWOORD).open("wb") as stream:
                write_stream(parts(*toetsing.antwoord(), back), stream)
    summary = toetsing.samenvatting()
    _write_signals(folder, toetsing.signalen, summary["bericht"])
    return _write_summary(folder, summary, namen, answered=toetsing.beslist)


def read_findings(folder: Path) -> Iterator[tuple[str, Bevinding]]:
    """Yield the findings that were written into `folder`, each with its message, empty where there was one."""
    with (folder / BEVINDINGEN).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            texts = {name: unguarded(row[name]) for name in COLUMNS}
            values: dict[str, Any] = texts | {"bedrag_cent": int(row["bedrag_cent"])}
            yield row.get("bericht", ""), Bevinding(**values)


def _write_findings(folder: Path, findings: Iterable[Bevinding]) -> None:
    rows = ([value if isinstance(value, int) else as_text(value) for value in _fields(one)] for one in findings)
    write_csv(folder / BEVINDINGEN, COLUMNS, rows)


def signal_rows(signals: Iterable[Bevinding], bericht: MessageSummary) -> list[tuple[str, ...]]:
    """Return what a person should look at in a message, as rows."""
    month = f"{bericht['declaratieperiode']}-01"
    return [
        (one.regelcode, bericht["gemeente"], one.plaats, as_text(one.referentienummer), month, as_text(one.toelichting), "")
        for one in signals
    ]


def _write_signals(folder: Path, signals: Iterable[Bevinding], bericht: MessageSummary) -> None:
    if rows := signal_rows(signals, bericht):
        write_csv(folder / SIGNALEN, SIGNAAL_COLUMNS, rows)


def _write_summary(folder: Path, summary: VerificationSummary, namen: Mapping[str, str], *, answered: bool) -> WrittenVerification:
    """Write and return the summary with the names of all files: a later run here takes away those that it does not make."""
    files = [BEVINDINGEN, SAMENVATTING, *([ANTWOORD] if answered else []), *([SIGNALEN] if summary["signalen"] else [])]
    if answered:
        files += write_explanation(folder, name_of(summary), summary, (one for _, one in read_findings(folder)), namen)
    written: WrittenVerification = {**summary, "bestanden": sorted(files)}
    write_json(folder / SAMENVATTING, written)
    return written
