"""`mpj serve`: mpj for other systems of the same organisation, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option, show_fault, today, user
from mpj.cli.screen import say
from mpj.cli.signals import signals

if TYPE_CHECKING:
    from mpj.reading.config import Config
    from mpj.service import Users

_EPILOG = """
Voorbeeld:

\b
  mpj serve
  curl -F contract=@contract.zip -F toewijzingen=@toewijzingen.csv \\
    -F registraties=@maart.csv -F periode=2026-03 \\
    http://127.0.0.1:8303/api/v1/declare

Met een mpj.toml doet zij ook het ledger: haar contracten, haar ledger en haar mappen, en geen andere. Verder bewaart zij niets:
een uitkomst blijft een uur in het geheugen. Zij luistert alleen op deze machine, tenzij zij gebruikers heeft. Een gebruiker
krijgt een token, dat één keer op het scherm staat; wie is ingetrokken, is er meteen uit:

\b
  mpj serve --gebruikers gebruikers.csv --nieuw a.jansen:clerk
  mpj serve --gebruikers gebruikers.csv --intrekken a.jansen
  mpj serve --gebruikers gebruikers.csv

Rollen: clerk (maand en ledger), controller (controle en tarieven), reader (alleen kijken), owner (alles). Uitleg: docs/service.md
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--adres",
    default="127.0.0.1",
    show_default=True,
    metavar="ADRES",
    help="Waarop zij luistert: deze machine, of met gebruikers een ander.",
)
@click.option("--poort", type=click.IntRange(0, 65535), default=8303, show_default=True, help="De poort; 0: een die vrij is.")
@click.option("--config", type=FILE, default=None, metavar="FILE", help="Van wie: mpj.toml.  [standaard: die in deze map]")
@click.option(
    "--gebruikers", type=FILE, default=None, metavar="FILE", help="Wie erin mogen, en als wat.  [standaard: die van mpj.toml]"
)
@click.option("--nieuw", default=None, metavar="NAAM:ROL", help="Zet een gebruiker in --gebruikers, toon het token en stop.")
@click.option("--intrekken", default=None, metavar="NAAM", help="Haal een gebruiker uit --gebruikers, en stop.")
@meldingen_option
@guarded
def command(adres: str, poort: int, config: Path | None, gebruikers: Path | None, meldingen: str, **change: str | None) -> int:
    """Bied mpj aan andere systemen aan over HTTP, op deze machine.

    De beschrijving voor een programma (OpenAPI) staat op /openapi.json. Stop met Ctrl-C: wat bezig is, wordt afgemaakt.
    """
    import logging
    import time

    from mpj.reading.config import CONFIG, read_config
    from mpj.service import Office, serve

    known = read_config(config) if config is not None or Path(CONFIG).is_file() else None
    path = gebruikers or (known.gebruikers if known is not None else None)
    if any(change.values()):
        return _change(path, **change)
    users = _users(path, meldingen)
    _check(adres, users, known)
    logging.disable()  # What a library writes may quote a request.

    def ready(url: str) -> None:
        signals().own = True
        say(f"mpj luistert op {url}/api/v1")
        say("Zonder mpj.toml: geen ledger, en niets wordt bewaard." if known is None else f"Ledger en mappen: {config or CONFIG}.")
        if users is not None:
            say(f"Alleen voor gebruikers: {len(users)} in {users.path.name}.")

    serve(adres, poort, office=Office(known, user()), users=users, today=today, clock=time.monotonic, ready=ready)
    say("mpj is gestopt.")
    return 0


def _change(path: Path | None, nieuw: str | None, intrekken: str | None) -> int:
    """Add a user or strike one out; the token is on the screen this once."""
    from mpj.service.users import add_user, remove_user

    if path is None:
        raise click.UsageError("--nieuw en --intrekken vragen om --gebruikers FILE")
    if nieuw and intrekken:
        raise click.UsageError("--nieuw en --intrekken gaan niet samen")
    if intrekken:
        remove_user(path, intrekken)
        say(f"{intrekken} is ingetrokken: dit token opent niets meer.")
        return 0
    naam, _, rol = (nieuw or "").partition(":")
    token = add_user(path, naam, rol)
    say(f"{naam} is toegevoegd als {rol}. Het token staat alleen hier, en is niet terug te vinden:")
    say(token)
    return 0


def _users(path: Path | None, meldingen: str) -> Users | None:
    from mpj.service.users import Users, read_users

    if path is None:
        return None
    if not read_users(path, lambda fault: show_fault(fault, meldingen)):
        raise click.UsageError("er zijn nog geen gebruikers: begin met --nieuw NAAM:owner")
    return Users(path)


def _check(adres: str, users: Users | None, known: Config | None) -> None:
    """Refuse an address that other machines reach, unless who asks is known, and under which name."""
    from mpj.service.server import of_this_machine

    if of_this_machine(adres):
        return
    if users is None:
        text = "op een adres dat andere machines bereiken alleen met --gebruikers FILE; anders 127.0.0.1 of ::1"
        raise click.BadParameter(text, param_hint="--adres")
    if known is None or not known.sites:
        text = 'zet in mpj.toml onder welke naam zij bereikt wordt: [dienst] sites = ["https://mpj.voorbeeld.nl"]'
        raise click.BadParameter(text, param_hint="--adres")
