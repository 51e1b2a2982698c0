"""Repricing from files to files: lines and trace as ``mpj declare`` wrote them, of one month or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from itertools import chain, repeat
from pathlib import Path

from mpj.contract import Contract
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.output import read_herkomst
from mpj.output.read import RegelReader
from mpj.presentation import words
from mpj.presentation.languages import Readers
from mpj.presentation.report import Report
from mpj.reading.faults import Fault, InputError, Place
from mpj.reading.sources import SILENT, Reading, Source, find_sources
from mpj.workbench.reprice.report import write_reprice
from mpj.workbench.reprice.repricing import reprice
from mpj.workbench.reprice.values import Herberekening


def reprice_files(
    stage: Path,
    regels: Iterable[Path],
    herkomst: Iterable[Herkomst],
    oud: Sequence[Contract],
    nieuw: Sequence[Contract],
    prijspeil: date | None,
    reading: Reading = SILENT,
    readers: Readers = Readers(),  # noqa: B008 - a value
) -> tuple[Herberekening, Report]:
    """Read lines, reprice them and write every file of the outcome into `stage`; returns the outcome and its report.

    The same file given twice counts once; a line that stands in two files is refused. `reading` says whether files in sub-folders
    count, and hears of those that were not read; `readers` are those of workbook and page. Raises InputError for files that are not
    what `mpj declare` writes, and for what `reprice` refuses.
    """
    invoer: dict[str, str] = {}
    lines = _lines(find_sources(regels, (".csv",), reading), oud, invoer)
    outcome = reprice(lines, herkomst, oud, nieuw, prijspeil=prijspeil)
    if not outcome.groepen and not outcome.geweigerd:
        raise InputError(Fault("invoer_leeg", kolom="regels", toelichting="er staat geen enkele regel in"))
    moment = f"Prijzen van {words.day(prijspeil)}." if prijspeil else "Prijzen van de maand van levering."
    extra = {
        "prijspeil": prijspeil.isoformat() if prijspeil else None,
        "invoer": [{"bestand": naam, "sha256": invoer[naam]} for naam in sorted(invoer)],
    }
    workbook = find_spec("xlsxwriter") is not None
    return outcome, write_reprice(stage, outcome, oud, nieuw, moment, readers, workbook=workbook, **extra)


def _lines(sources: Sequence[Source], oud: Sequence[Contract], invoer: dict[str, str]) -> Iterator[Declaratieregel]:
    seen: dict[str, Place] = {}
    reader = RegelReader(oud[0].protocol)
    for line, place in chain.from_iterable(reader.placed(source, invoer) for source in sources):
        bestand, rij = first = seen.setdefault(line.referentienummer, place)
        if first is not place:
            found, expected = line.referentienummer, f"alleen die in {bestand}, rij {rij}"
            text = "de regel komt twee keer voor in de opgegeven bestanden"
            raise InputError(Fault("regel_dubbel", *place, "referentienummer", found, expected, text))
        yield line


def trace_of(herkomst: Sequence[Path], stappen: Sequence[Path] = ()) -> Iterator[Herkomst]:
    """Return the trace of several months, as it is read; `stappen` are those of old ones, in the same order, or none.

    Raises InputError where they do not go together, and for files that are not what `mpj declare` writes.
    """
    if stappen and len(stappen) != len(herkomst):
        text = "geef bij elke herkomst.csv de stappen.csv uit dezelfde map, in dezelfde volgorde"
        raise InputError(
            Fault("stappen_past_niet", kolom="stappen", gevonden=str(len(stappen)), verwacht=str(len(herkomst)), toelichting=text)
        )
    return chain.from_iterable(map(read_herkomst, herkomst, stappen or repeat(None)))
