"""`mpj report`: what a ledger says at group level. No client is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.common import FILE, Command, Datum, force_option, guarded, meldingen_option, opened_ledger, show_fault
from mpj.cli.config import names_of
from mpj.cli.screen import say
from mpj.cli.signals import folder_to_write

if TYPE_CHECKING:
    from mpj.reports import Jaarbeeld

_EPILOG = """
Voorbeeld:

\b
  mpj report year --ledger zorg.db --jaar 2026 --out jaar
  mpj report year --ledger zorg.db --jaar 2026 \\
      --naast gemeente/jaar.csv --out vergelijking
"""


@click.group(epilog=_EPILOG)
def command() -> None:
    """Wat een ledger zegt op groepsniveau: het jaar per gemeente."""


@command.command(cls=Command)
@click.option("--ledger", required=True, metavar="URL", help="Het ledger, van een aanbieder of een gemeente.")
@click.option("--jaar", type=click.IntRange(2000, 2100), required=True, metavar="JAAR", help="Het jaar van levering.")
@click.option("--gemeente", multiple=True, metavar="CODE", help="Alleen deze gemeenten.")
@click.option("--peildatum", type=Datum(), default=None, help="De stand op deze dag.  [standaard: nu, of de stand bij sluiting]")
@click.option("--raming", is_flag=True, help="Schrijf ook raming.csv: wat het jaar wordt, als bandbreedte.")
@click.option("--naast", type=FILE, default=None, metavar="FILE", help="De jaar.csv van de andere partij, om naast te leggen.")
@click.option(
    "--contracten", type=FILE, multiple=True, metavar="DIR", help="Zeggen wat eigen codes betekenen, en de hash van de tariefkaart."
)
@click.option("--config", type=FILE, default=None, metavar="FILE", help="Voor de namen: mpj.toml.  [standaard: die in deze map]")
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de bestanden; verschijnt volledig of niet.")
@force_option
@meldingen_option
@guarded
def year(jaar: int, ledger: str, out: Path, force: bool, meldingen: str, **given: Any) -> None:
    """Maak het prestatie-kwalificatieoverzicht van een jaar: per gemeente en in totaal, met de aansluiting op wat is geleverd.

    Schrijft jaar.csv en aansluiting.csv, het geheel als jaar.xlsx en jaar.html, en per gemeente jaar-CODE.xlsx en jaar-CODE.html.
    """
    from mpj.contract import load_contracts
    from mpj.presentation import terminal
    from mpj.reports import Jaarvraag, beside, estimated, read_year, write_year

    peildatum: date | None = given["peildatum"]
    tell = partial(show_fault, form=meldingen)
    contracts = load_contracts(given["contracten"])
    asked = Jaarvraag(jaar=jaar, gemeenten=given["gemeente"], peildatum=peildatum, contracten=contracts)
    with opened_ledger(ledger) as opened, folder_to_write(out, force=force) as folder:
        beeld = read_year(opened, asked)
        naast = None if given["naast"] is None else beside(beeld, given["naast"], gemeenten=given["gemeente"], report=tell)
        raming = estimated(beeld) if given["raming"] else None
        shown = write_year(beeld, folder, namen=names_of(given["config"]), naast=naast, raming=raming)
    terminal.show(shown)
    for text in _unknown(beeld, given["gemeente"]):
        say(text)
    say(f"Geschreven in {out}.")


def _unknown(beeld: Jaarbeeld, gemeenten: Sequence[str]) -> Iterator[str]:
    """Yield what was asked for and is not there: an empty overview alone would say that it is right."""
    if not (gemeenten or beeld.aansluiting):
        yield f"Dit ledger weet niets over {beeld.jaar}: controleer --jaar en --ledger."
    for gemeente in gemeenten:
        if gemeente not in beeld.gemeenten:
            yield f"Van gemeente {gemeente} weet dit ledger niets over {beeld.jaar}: verwacht een code als 0363."
