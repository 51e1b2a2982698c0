"""`mpj sample`: what an auditor checks at the employer, drawn by euros and reproducible."""

from __future__ import annotations

from pathlib import Path

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option, remark
from mpj.cli.screen import say_rows

_EPILOG = """
Voorbeeld:

\b
  mpj sample --van maart --aantal 25 --zaad 2026-Q1 > steekproef.csv

Spreek het zaad samen af: met hetzelfde zaad trekken beide partijen dezelfde steekproef. Elke euro heeft evenveel kans.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--van", type=FILE, required=True, metavar="DIR", help="Map die mpj declare schreef.")
@click.option("--aantal", type=click.IntRange(1, 100_000), required=True, help="Aantal paren, en aantal regels.")
@click.option("--zaad", required=True, metavar="S", help="Woord of getal dat de trekking bepaalt.")
@click.option("--taal", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Taal van te_controleren.")
@meldingen_option
@guarded
def command(van: Path, aantal: int, zaad: str, taal: str, meldingen: str) -> int:
    """Trek een steekproef van (medewerker, niveau) en van regels, gewogen naar euro's.

    Schrijft een CSV naar stdout, met bij elke trekking wat er te controleren is.
    """
    from mpj.output import read_run
    from mpj.output.shape import text_of
    from mpj.presentation import words
    from mpj.verification.sample import COLUMNS, draw

    sample = draw(read_run(van).herkomst(), aantal=aantal, zaad=zaad, taal=taal)
    say_rows(COLUMNS, ([text_of(getattr(row, name)) for name in COLUMNS] for row in sample.trekkingen))
    if sample.zonder_medewerker_cent:
        amount = words.euros(sample.zonder_medewerker_cent)
        remark(f"Let op: {amount} aan registraties noemt geen medewerker of niveau, en kan niet als paar worden getrokken.")
    return 0
