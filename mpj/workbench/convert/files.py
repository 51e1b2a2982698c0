"""From old lines in files to the files of their conversion."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mpj.output.read import read_regels
from mpj.output.shape import SAMENVATTING
from mpj.output.write import write_json
from mpj.presentation import csv
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.sources import SILENT, Reading, find_sources
from mpj.version import __version__
from mpj.workbench.convert import report
from mpj.workbench.convert.conversion import Omgezet, convert, new_sums, read_mapping, read_old_lines


def convert_files(
    stage: Path,
    tabel: Path,
    regels: Iterable[Path],
    nieuw: Iterable[Path],
    *,
    protocol: Protocol = MPJ_16,
    reading: Reading = SILENT,
) -> Omgezet:
    """Carry old lines over by the table, write every file of the outcome into `stage`, and return the outcome.

    `nieuw` are files of lines as ``mpj declare`` writes them, to compare with; `protocol` is the one that care goes over to;
    `reading` says whether files in sub-folders count, and hears of those that were not read.
    Raises InputError with every fault.
    """
    outcome = convert(read_old_lines(regels, reading), read_mapping(tabel, protocol=protocol), protocol=protocol)
    csv.write(stage / "was_wordt.csv", report.carried_over(outcome))
    csv.write(stage / "niet_vertaald.csv", report.unmapped(outcome))
    sources = find_sources(nieuw, (".csv",), reading)
    if sources:
        new = new_sums(line for source in sources for line in read_regels(source, protocol=protocol))
        csv.write(stage / "vergelijking.csv", report.compared(outcome.groepen, new, protocol=protocol))
    data = {
        "formaat": 1,
        "soort": "was_wordt",
        "versie": __version__,
        "regels": sum(som.regels for som in outcome.niet_vertaald.values()) + outcome.vertaald,
        "bedrag_cent": outcome.totaal,
        "vertaald_cent": outcome.totaal - outcome.gemist,
        "niet_vertaald_cent": outcome.gemist,
        "niet_vertaalde_codes": len(outcome.niet_vertaald),
    }
    write_json(stage / SAMENVATTING, data)
    return outcome
