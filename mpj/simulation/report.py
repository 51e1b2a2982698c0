"""What was played, as a report: a row per month, and where everything is."""

from __future__ import annotations

from pathlib import Path

from attrs import astuple

from mpj.contract import load_contracts
from mpj.ledger import Ledger
from mpj.presentation.report import Column, Report, Table
from mpj.reports import Jaarvraag, read_year, write_year
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


def write_reports(found: Simulatie, folder: Path) -> None:
    """Write the year of both sides below `folder`, as 2026-aanbieder, for each year. Raises InputError without XlsxWriter."""
    contracts = load_contracts(found.contracten)
    years = sorted({int(one.maand[:4]) for one in found.maanden})
    for path in (found.aanbieder, found.gemeenten):
        with Ledger(path) as ledger:
            for jaar in years:
                place = folder / f"{jaar}-{path.stem}"
                place.mkdir(parents=True)
                write_year(read_year(ledger, Jaarvraag(jaar=jaar, contracten=contracts)), place, namen={})


def report(found: Simulatie, out: Path) -> Report:
    """Return what came of each month; `out` is where the folder of the play stands in the end."""
    rows = tuple(astuple(one) for one in found.maanden)
    sums = ("samen", *(sum(row[place] for row in rows) for place in range(1, len(_COLUMNS))))
    note = "Per maand: wat is gelezen, de regels en euro's die gingen, en wat in de antwoorden is toegekend en afgekeurd."
    facts = (
        ("ledger van de aanbieder", str(out / found.aanbieder.name)),
        ("ledger van de gemeenten", str(out / found.gemeenten.name)),
        ("invoer per maand", str(out / found.invoer.name)),
        ("verantwoording van beide", str(out / MAP_JAAR)),
    )
    last = f"Verder kijken: mpj ledger status --ledger {out / found.aanbieder.name}"
    title = f"Verzonnen regio, {rows[0][0]} tot en met {rows[-1][0]}"
    return Report(title, facts, (Table("Maanden", _COLUMNS, rows, sums, note), last))
