"""`mpj ledger erase` and `inzage`: who is kept how long, and what is held of one client. No BSN on a screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpj.cli.common import (
    FILE,
    Command,
    config_option,
    force_option,
    guarded,
    ledger_option,
    meldingen_option,
    opened_ledger,
    today,
    write_new,
)
from mpj.cli.dutch import speaks
from mpj.cli.screen import say
from mpj.cli.signals import folder_to_write
from mpj.presentation import words
from mpj.reading.config import config_of

if TYPE_CHECKING:
    from mpj.ledger.keeping import Voorstel

_BSNS = "Tekstbestand met één BSN per regel."
_EPILOG = """
Voorbeeld:

\b
  mpj ledger erase --ledger zorg.db --voorstel wissen.txt
  mpj ledger erase --ledger zorg.db --bsn-bestand wissen.txt

Hoe lang: [bewaren] jaren in mpj.toml, anders 7.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--bsn-bestand", type=FILE, default=None, metavar="FILE", help=_BSNS)
@click.option(
    "--voorstel",
    type=FILE,
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[FILE]",
    help="Wis niets: toon wie aan de beurt is, en schrijf hun BSN's in een nieuw bestand dat alleen u kunt lezen.",
)
@config_option
@ledger_option
@meldingen_option
@guarded
def erase(bsn_bestand: Path | None, voorstel: Path | None, config: Path | None, ledger: str, meldingen: str) -> None:
    """Verwijder cliënten na de bewaartermijn; bedragen blijven, dus de totalen ook.

    Een cliënt mag weg als het laatste jaar waarin er iets van hem was, zo veel hele jaren voorbij is als u bewaart.
    """
    from mpj.ledger.bsns import read_bsns
    from mpj.ledger.keeping import JAREN

    if (bsn_bestand is None) == (voorstel is None):
        raise click.UsageError("geef --bsn-bestand of --voorstel")
    jaren = config_of(config).bewaren.get("jaren", JAREN)
    with opened_ledger(ledger) as opened:
        if bsn_bestand is not None:
            removed, unknown = opened.erase(read_bsns(bsn_bestand), op=today(), bestand=bsn_bestand.name, jaren=jaren)
            say(f"{words.counted(removed, 'cliënt')} verwijderd, {words.number(unknown)} niet in dit ledger.")
            return
        _propose(opened.due(op=today(), jaren=jaren), jaren, voorstel)


def _propose(found: Voorstel, jaren: int, path: Path | None) -> None:
    """Tell who may be erased, in counts, and write who they are where a file was named."""
    say(f"Te wissen na {jaren} jaar bewaren: {words.counted(len(found.bsns), 'cliënt')}.")
    for year, count in found.per_jaar.items():
        say(f"  laatste jaar {year or 'onbekend'}: {words.counted(count, 'cliënt')}")
    say(f"Nog niet: {words.number(found.bewaard)} binnen de bewaartermijn, {words.number(found.open)} met iets dat nog loopt.")
    if path is None or path == Path():
        say("Hun BSN's komen in een bestand met --voorstel FILE.")
    elif found.bsns:
        write_new(path, "".join(f"{bsn}\n" for bsn in found.bsns), "--voorstel", mode=0o600)
        say(f"Geschreven: {path.name}. Kijk het na, en wis met --bsn-bestand {path.name}; verwijder het bestand daarna.")


@click.command(cls=Command)
@click.option("--bsn-bestand", type=FILE, required=True, metavar="FILE", help=_BSNS)
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de bestanden; verschijnt volledig of niet.")
@force_option
@ledger_option
@meldingen_option
@guarded
def inzage(bsn_bestand: Path, out: Path, force: bool, ledger: str, meldingen: str) -> None:
    """Schrijf wat van een cliënt wordt bewaard, om te geven aan wie daar recht op heeft (AVG, artikel 15).

    Van elke cliënt inzage-RIJ.html en inzage-RIJ.xlsx, met de rij in het bestand; het BSN staat er niet in.
    """
    from mpj.ledger.bsns import read_bsns
    from mpj.presentation.files import write_report

    rows = read_bsns(bsn_bestand)
    unknown: list[int] = []
    count = 0
    with opened_ledger(ledger) as opened, folder_to_write(out, force=force) as folder:
        for place, bsn in enumerate(rows, 1):
            report = opened.held(bsn) if bsn else None
            if report is not None:
                write_report(folder, f"inzage-{place}", report, {}, taal=speaks())
                count += 1
            elif bsn:
                unknown.append(place)
    say(f"Van {words.counted(count, 'cliënt')} geschreven in {out}.")
    if unknown:
        say(f"Niet in dit ledger: rij {', '.join(map(str, unknown))}.")
