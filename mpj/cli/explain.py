"""`mpj explain`: one line or one record, step by step, and with a ledger its whole life."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpj.cli.common import FILE, Command, config_option, guarded, meldingen_option, opened_ledger, taal_option
from mpj.cli.screen import say, show_report
from mpj.reading.config import names_of

if TYPE_CHECKING:
    from mpj.explanation.build import Uitleg
    from mpj.presentation.languages import Taal
    from mpj.presentation.report import Report

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
@click.option("--bron", default=None, metavar="ID", help="Id van een registratie, verblijf of prestatie.")
@taal_option("de uitleg")
@config_option
@meldingen_option
@guarded
def command(
    van: Path | None, ledger: str | None, regel: str | None, bron: str | None, taal: Taal, config: Path | None, meldingen: str
) -> None:
    """Leg één regel, of één registratie, verblijf of prestatie, stap voor stap uit.

    Een regel terug naar de registraties erachter; een registratie vooruit naar haar regel, of naar de reden waarom zij op geen
    regel staat. Met --ledger het hele leven: gedeclareerd, verzonden, beantwoord, gecrediteerd, vervangen. Er komt geen BSN in
    beeld.
    """
    from mpj.explanation.build import explain

    if van is None and ledger is None:
        raise click.UsageError("geef --van, --ledger, of allebei")
    if (regel is None) == (bron is None):
        raise click.UsageError("geef óf --regel, óf --bron")
    found: list[Uitleg] = []
    namen = names_of(config)
    if van is not None:
        found.append(explain(van, regel=regel, bron=bron, taal=taal, namen=namen))
    if ledger is not None:
        with opened_ledger(ledger) as opened:
            found.append(opened.explain(regel, bron=bron, taal=taal, namen=namen))
    for place, uitleg in enumerate(found):
        if place:
            say()
        show_report(_report(uitleg, taal))


def _report(uitleg: Uitleg, taal: Taal) -> Report:
    from mpj.presentation.report import Column, Report, Table

    columns = Column("", "code"), Column("")
    return Report(uitleg.titel, (), tuple(Table(blok.titel, columns, blok.stappen) for blok in uitleg.blokken), taal=taal)
