"""`mpj explain`: one line or one record, step by step, and with a ledger its whole life."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option, opened_ledger
from mpj.reading.faults import printable

if TYPE_CHECKING:
    from rich.console import Console

    from mpj.explanation import Uitleg

_EPILOG = """
Voorbeeld:

\b
  mpj explain --van maart --bron R-1001
  mpj explain --ledger zorg.db --regel REFERENTIENUMMER
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--van", type=FILE, default=None, metavar="DIR", help="Map die mpj declare schreef: hoe de regel tot stand kwam.")
@click.option("--ledger", default=None, metavar="URL", help="Ledger: wat er van de regel is geworden, door de tijd.")
@click.option("--regel", default=None, metavar="NUMMER", help="Referentienummer van een declaratieregel.")
@click.option("--bron", default=None, metavar="ID", help="Id van een registratie of verblijf.")
@meldingen_option
@guarded
def command(van: Path | None, ledger: str | None, regel: str | None, bron: str | None, meldingen: str) -> None:
    """Leg één regel, of één registratie of verblijf, stap voor stap uit.

    Een regel terug naar de registraties erachter; een registratie vooruit naar haar regel, of naar de reden waarom zij op geen
    regel staat. Met --ledger het hele leven: gedeclareerd, verzonden, beantwoord, gecrediteerd, vervangen. Er komt geen BSN in
    beeld.
    """
    from rich.console import Console

    from mpj.explanation import explain

    if van is None and ledger is None:
        raise click.UsageError("geef --van, --ledger, of allebei")
    if (regel is None) == (bron is None):
        raise click.UsageError("geef óf --regel, óf --bron")
    found: list[Uitleg] = []
    if van is not None:
        found.append(explain(van, regel=regel, bron=bron))
    if ledger is not None:
        with opened_ledger(ledger) as opened:
            found.append(opened.explain(regel, bron=bron))
    console = Console(width=None if Console().is_terminal else 120, highlight=False, markup=False, emoji=False)
    for place, uitleg in enumerate(found):
        if place:
            console.print()
        _show(console, uitleg)


def _show(console: Console, uitleg: Uitleg) -> None:
    from rich.table import Table

    console.print(_shown(uitleg.titel), style="bold")
    for blok in uitleg.blokken:
        console.print()
        console.print(_shown(blok.titel), style="bold cyan")
        table = Table(show_header=False, box=None, padding=(0, 1, 0, 2))
        table.add_column(no_wrap=True, style="dim")
        table.add_column()
        for step, text in blok.stappen:
            table.add_row(step, _shown(text))
        console.print(table)


def _shown(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))
