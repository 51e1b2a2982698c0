"""`mpj ledger`: send, withdraw, resend, answer, look back and clean up. Counts and numbers only: no client is ever named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mpj.cli.common import FILE, Command, count, euros, guarded, meldingen_option, today
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    from mpj.ledger import Geboekt

_F = TypeVar("_F", bound=Callable[..., Any])
_EPILOG = """
Voorbeeld:

\b
  mpj declare --ledger zorg.db --contracten ... --periode 2026-03 --berichten --out maart
  mpj ledger send --ledger zorg.db --alles
  mpj ledger answer --ledger zorg.db antwoorden/
  mpj ledger status --ledger zorg.db
"""


def _ledger_option(function: _F) -> _F:
    option = click.option(
        "--ledger", required=True, metavar="URL", help="Het ledger: een bestand (SQLite) of postgresql://gebruiker@server/database."
    )
    return option(function)


_formaat_option = click.option(
    "--formaat", type=click.Choice(["tekst", "json"]), default="tekst", show_default=True, help="Vorm van de uitvoer."
)


@click.group(epilog=_EPILOG)
def command() -> None:
    """Wat er is gedeclareerd en wat de gemeente antwoordde."""


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, metavar="DECLARATIENUMMER...")
@click.option("--alles", is_flag=True, help="Alle concepten.")
@_ledger_option
@meldingen_option
@guarded
def send(nummers: tuple[str, ...], alles: bool, ledger: str, meldingen: str) -> None:
    """Leg vast dat declaraties zijn verzonden.

    Tot dan is een declaratie een concept, dat een volgende run vervangt. Wat al verzonden was, blijft zo.
    """
    if alles == bool(nummers):
        raise click.UsageError("geef declaratienummers, of --alles")
    with _opened(ledger) as opened:
        _show(opened.send(None if alles else nummers, op=today()), "Er staat niets klaar.")


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, required=True, metavar="DECLARATIENUMMER...")
@_ledger_option
@meldingen_option
@guarded
def withdraw(nummers: tuple[str, ...], ledger: str, meldingen: str) -> None:
    """Leg vast dat declaraties nooit zijn verwerkt, bijvoorbeeld na een transportfout.

    Hun regels zijn weer nieuw: de volgende run declareert ze onder nieuwe nummers.
    """
    with _opened(ledger) as opened:
        _show(opened.withdraw(nummers, op=today()), "")


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, required=True, metavar="REFERENTIENUMMER...")
@_ledger_option
@meldingen_option
@guarded
def resend(nummers: tuple[str, ...], ledger: str, meldingen: str) -> None:
    """Laat afgekeurde regels ongewijzigd nog eens meegaan met de volgende run."""
    with _opened(ledger) as opened:
        found = opened.resend(nummers)
    click.echo(f"{count(len(found))} regels gaan opnieuw mee met de volgende mpj declare.")


@command.command(cls=Command)
@click.argument("bestanden", nargs=-1, required=True, type=FILE, metavar="FILE...")
@_ledger_option
@meldingen_option
@guarded
def answer(bestanden: tuple[Path, ...], ledger: str, meldingen: str) -> None:
    """Boek antwoorden van gemeenten (JW325): bestanden, mappen of zips.

    Klopt er een niet, dan verandert er niets. Een antwoord dat al geboekt was, verandert ook niets.
    """
    with _opened(ledger) as opened:
        _show(opened.answer(bestanden, op=today()), "")


@command.command(cls=Command)
@_ledger_option
@_formaat_option
@meldingen_option
@guarded
def status(ledger: str, formaat: str, meldingen: str) -> None:
    """Toon per gemeente wat openstaat, is toegekend, is afgekeurd (per retourcode) en opzij staat."""
    with _opened(ledger, existing=True) as opened:
        found = opened.status()
    if formaat == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _show_status(found)
    _show_work(found["onderhanden_werk"])


@command.command(cls=Command)
@_ledger_option
@_formaat_option
@meldingen_option
@guarded
def work(ledger: str, formaat: str, meldingen: str) -> None:
    """Toon het onderhanden werk in euro's: geleverd, en nog niet gedeclareerd of toegekend."""
    with _opened(ledger, existing=True) as opened:
        found = opened.work()
    if formaat == "json":
        click.echo(json.dumps({"formaat": 1, "soort": "onderhanden_werk"} | found, ensure_ascii=False, indent=2))
    else:
        _show_work(found)


@command.command(cls=Command)
@click.argument("nummer", metavar="REFERENTIENUMMER")
@_ledger_option
@meldingen_option
@guarded
def explain(nummer: str, ledger: str, meldingen: str) -> None:
    """Vertel het hele leven van een regel: registraties, verzending, antwoord en wat daarop volgde."""
    with _opened(ledger, existing=True) as opened:
        click.echo(str(opened.explain(nummer)), nl=False)


@command.command(cls=Command)
@click.option("--bsn-bestand", type=FILE, required=True, metavar="FILE", help="Tekstbestand met één BSN per regel.")
@_ledger_option
@meldingen_option
@guarded
def erase(bsn_bestand: Path, ledger: str, meldingen: str) -> None:
    """Verwijder cliënten na de bewaartermijn; bedragen blijven, dus de totalen ook."""
    with _opened(ledger, existing=True) as opened:
        removed, unknown = opened.erase(_read_bsns(bsn_bestand), op=today())
    click.echo(f"{count(removed)} cliënten verwijderd, {count(unknown)} niet in dit ledger.")


def _opened(url: str, *, existing: bool = False) -> Any:
    from mpj.ledger import Ledger

    ledger = Ledger(url)
    if existing and not ledger.database.exists():
        text = "dit ledger bestaat nog niet"
        raise InputError(
            Fault("ledger_onbruikbaar", kolom="--ledger", toelichting=text, verwacht="een ledger van mpj declare --ledger")
        )
    return ledger


def _read_bsns(path: Path) -> list[str]:
    from mpj.reading.fields import is_bsn

    try:
        found = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise InputError(Fault("bestand_onleesbaar", path.name, toelichting="bestand kan niet worden gelezen")) from None
    faults = [
        Fault("bsn_onjuist", path.name, place, toelichting="geen BSN", verwacht="9 cijfers die aan de elfproef voldoen")
        for place, line in enumerate(found, 1)
        if line and not is_bsn(line)
    ]
    if faults:
        raise InputError(faults)
    return [line for line in found if line]


def _show(rows: Iterable[Geboekt], nothing: str) -> None:
    rows = list(rows)
    if not rows and nothing:
        click.echo(nothing)
    for row in rows:
        lines = f": {count(row.toegekend)} regels toegekend, {count(row.afgekeurd)} afgekeurd" if row.status == "beantwoord" else ""
        known = " (was al geboekt)" if row.al_bekend else ""
        click.echo(f"{row.declaratienummer}  gemeente {row.gemeente}  {row.status}{lines}{known}")


_STATES = ("concept", "verzonden", "toegekend", "afgekeurd", "te_herstellen", "niet_verzonden")


def _show_status(found: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if Console().is_terminal else 110, highlight=False, markup=False)
    table = Table(title="Regels per gemeente", title_justify="left", title_style="bold")
    table.add_column("gemeente")
    table.add_column("stand", no_wrap=True)
    table.add_column("aantal", justify="right")
    table.add_column("bedrag", justify="right")
    for gemeente, rows in found["gemeenten"].items():
        for name in _STATES:
            if name in rows:
                table.add_row(gemeente, name, count(rows[name]["regels"]), euros(rows[name]["bedrag_cent"]))
        for code, row in rows["retourcodes"].items():
            table.add_row(gemeente, f"  retourcode {code}", count(row["regels"]), euros(row["bedrag_cent"]))
        for reden, row in rows["opzij"].items():
            table.add_row(gemeente, f"  opzij: {reden}", count(row["aantal"]), euros(row["bekende_waarde_cent"]))
        table.add_section()
    console.print(table)
    for row in found["declaraties"]:
        if row["status"] in ("concept", "verzonden"):
            what = f"{row['declaratienummer']}  {row['declaratieperiode']}  gemeente {row['gemeente']}  {row['status']}"
            console.print(f"{what}  {count(row['regels'])} regels  {euros(row['bedrag_cent'])}")


def _show_work(found: Mapping[str, Any]) -> None:
    click.echo(f"Onderhanden werk: {euros(found['totaal_cent'])}")
    for name, text in (
        ("concept_cent", "klaar om te verzenden"),
        ("wacht_op_antwoord_cent", "wacht op antwoord"),
        ("te_herstellen_cent", "afgekeurd, te herstellen"),
        ("opzij_cent", "opzij gezet, met bekende waarde"),
    ):
        click.echo(f"  {text}: {euros(found[name])}")
    if found["opzij_zonder_bekende_waarde"]:
        click.echo(f"  en {count(found['opzij_zonder_bekende_waarde'])} registraties of dagen waarvan de waarde nog onbekend is")
