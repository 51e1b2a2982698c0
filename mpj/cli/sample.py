"""`mpj sample`: what an auditor checks at the employer, drawn by euros and reproducible."""

from __future__ import annotations

from pathlib import Path

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option, opened_ledger, remark, taal_option
from mpj.cli.screen import say_rows

_EPILOG = """
Voorbeeld:

\b
  mpj sample --van maart --aantal 25 --zaad 2026-Q1 > steekproef.csv
  mpj sample --ledger zorg.db --jaar 2026 --aantal 25 --zaad 2026

Spreek het zaad samen af: met hetzelfde zaad trekken beide partijen dezelfde steekproef. Elke euro heeft evenveel kans.
"""


_LEFT_OUT = "Let op: {bedrag} aan registraties noemt geen medewerker of niveau, en kan niet als paar worden getrokken."
_NOTHING = "Er is niets om uit te trekken: controleer --jaar, --ledger of --van."


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--van", type=FILE, default=None, metavar="DIR", help="Map die mpj declare schreef.")
@click.option("--ledger", default=None, metavar="URL", help="Of een ledger, van een aanbieder of een gemeente; met --jaar.")
@click.option("--jaar", type=click.IntRange(2000, 2100), default=None, metavar="JAAR", help="Het jaar van levering.")
@click.option("--aantal", type=click.IntRange(1, 100_000), required=True, help="Aantal paren, en aantal regels.")
@click.option("--zaad", required=True, metavar="S", help="Woord of getal dat de trekking bepaalt.")
@taal_option("te_controleren")
@meldingen_option
@guarded
def command(van: Path | None, ledger: str | None, jaar: int | None, aantal: int, zaad: str, taal: str, meldingen: str) -> int:
    """Trek een steekproef van (medewerker, niveau) en van regels, gewogen naar euro's.

    Uit de map van een run, of uit wat van een jaar in een ledger staat. Schrijft een CSV naar stdout, met bij elke trekking wat er
    te controleren is: formeel (de juiste gemeente, recht op zorg, het afgesproken bedrag) en materieel (is het geleverd).
    """
    from mpj.output import read_run
    from mpj.presentation.words import euros
    from mpj.reading.cells import as_text
    from mpj.verification.sample import COLUMNS, draw, ladder

    if (van is None) == (ledger is None) or (ledger is None) != (jaar is None):
        raise click.UsageError("geef --van, of --ledger met --jaar")
    if van is not None:
        sample = draw(read_run(van).herkomst(), aantal=aantal, zaad=zaad, taal=taal)
    else:
        with opened_ledger(str(ledger)) as opened:
            sample = opened.sample(jaar, aantal=aantal, zaad=zaad, taal=taal)
    say_rows(COLUMNS, ([as_text(getattr(row, name)) for name in COLUMNS] for row in sample.trekkingen))
    remark(ladder())
    if sample.zonder_medewerker_cent:
        remark(_LEFT_OUT.format(bedrag=euros(sample.zonder_medewerker_cent)))
    if not sample.trekkingen:
        remark(_NOTHING)
    return 0
