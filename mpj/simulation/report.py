"""What was played, as a report: a row per month, and where everything is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import astuple

from mpj.contract import load_contracts
from mpj.demo.months import GEMEENTE_CSV
from mpj.ledger import Ledger
from mpj.ledger.year import QUARTER
from mpj.presentation.languages import Taal
from mpj.presentation.report import Column, Report, Table
from mpj.reading.periods import parse_month
from mpj.records.toewijzingen import read_toewijzingen
from mpj.reports import (
    Gebruiksvraag,
    Jaarvraag,
    Vergelijkingsvraag,
    read_benchmark,
    read_kpi,
    read_use,
    read_year,
    write_benchmark,
    write_kpi,
    write_use,
    write_year,
)
from mpj.simulation.play import MAP_JAAR, Simulatie

_COLUMNS = (
    Column("maand", "code", "maand"),
    Column("gelezen", "count", "registraties"),
    Column("regels", "count", "regels"),
    Column("bedrag", "cent", "bedrag_cent"),
    Column("toegekend", "count", "toegekend"),
    Column("afgekeurd", "count", "afgekeurd"),
    Column("akkoord", "count", "akkoord", spare=True),
)


def write_reports(found: Simulatie, folder: Path, taal: Taal = "nl") -> None:
    """Write the four reports of both sides below `folder`: the year as 2026-aanbieder, for each year, and the others beside it.

    Raises InputError without XlsxWriter.
    """
    contracts = load_contracts(found.contracten)
    read: dict[str, Any] = {"namen": {}, "taal": taal}
    van, tot = (parse_month(found.maanden[place].maand) for place in (0, -1))
    known = list(read_toewijzingen([found.invoer / found.maanden[-1].maand / GEMEENTE_CSV]))
    use = Gebruiksvraag(op=found.dag, contracten=contracts, toewijzingen=known)
    quarters = Vergelijkingsvraag(van=van - van % QUARTER, tot=tot - tot % QUARTER + QUARTER - 1, contracten=contracts)
    for path in (found.aanbieder, found.gemeenten):
        with Ledger(path) as ledger:
            for jaar in sorted({int(one.maand[:4]) for one in found.maanden}):
                write_year(read_year(ledger, Jaarvraag(jaar=jaar, contracten=contracts)), _made(folder, jaar, path), **read)
            write_use(read_use(ledger, use), _made(folder, "gebruik", path), **read)
            write_benchmark(read_benchmark(ledger, quarters), _made(folder, "vergelijking", path), **read)
            write_kpi(read_kpi(ledger, van, tot), _made(folder, "verkeer", path), **read)


def _made(folder: Path, what: object, path: Path) -> Path:
    """Return a new folder for a report of one side."""
    place = folder / f"{what}-{path.stem}"
    place.mkdir(parents=True)
    return place


def report(found: Simulatie, out: Path) -> Report:
    """Return what came of each month; `out` is where the folder of the play stands in the end."""
    rows = tuple(astuple(one) for one in found.maanden)
    sums = ("samen", *(sum(row[place] for row in rows) for place in range(1, len(_COLUMNS))))
    note = "Per maand: wat is gelezen, de regels en euro's die gingen, en wat in de antwoorden is toegekend en afgekeurd."
    facts = (
        ("ledger van de aanbieder", str(out / found.aanbieder.name)),
        ("ledger van de gemeenten", str(out / found.gemeenten.name)),
        ("invoer per maand", str(out / found.invoer.name)),
        ("berichten zoals zij aankwamen", str(out / found.berichten.name)),
        ("verantwoording en rapporten van beide", str(out / MAP_JAAR)),
    )
    last = f"Verder kijken: mpj ledger status --ledger {out / found.aanbieder.name}"
    title = f"Verzonnen regio, {rows[0][0]} tot en met {rows[-1][0]}"
    return Report(title, facts, (Table("Maanden", _COLUMNS, rows, sums, note), last))
