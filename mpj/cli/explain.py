"""`mpj explain`: one line or one record, step by step."""

from __future__ import annotations

from pathlib import Path

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option
from mpj.reading.faults import printable


@click.command(cls=Command, epilog="Voorbeeld: mpj explain --van maart --bron R-1001")
@click.option("--van", type=FILE, required=True, metavar="DIR", help="Map die mpj declare schreef.")
@click.option("--regel", default=None, metavar="NUMMER", help="Referentienummer van een declaratieregel.")
@click.option("--bron", default=None, metavar="ID", help="Id van een registratie of verblijf.")
@meldingen_option
@guarded
def command(van: Path, regel: str | None, bron: str | None, meldingen: str) -> None:
    """Leg één regel, of één registratie of verblijf, stap voor stap uit.

    Een regel terug naar de registraties erachter; een registratie vooruit naar haar regel, of naar de reden waarom zij op geen
    regel staat. Er komt geen BSN in beeld.
    """
    from rich.console import Console
    from rich.table import Table

    from mpj.explanation import explain

    if (regel is None) == (bron is None):
        raise click.UsageError("geef óf --regel, óf --bron")
    uitleg = explain(van, regel=regel, bron=bron)
    console = Console(width=None if Console().is_terminal else 120, highlight=False, markup=False, emoji=False)
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
