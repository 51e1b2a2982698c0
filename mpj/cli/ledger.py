"""`mpj ledger`: send, withdraw, resend, answer, look back and clean up. Counts and numbers only: no client is ever named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mpj.cli.common import FILE, Command, count, euros, guarded, meldingen_option, opened_ledger, today
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    from rich.table import Table

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
    with opened_ledger(ledger) as opened:
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
    with opened_ledger(ledger) as opened:
        _show(opened.withdraw(nummers, op=today()), "")


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, required=True, metavar="REFERENTIENUMMER...")
@_ledger_option
@meldingen_option
@guarded
def resend(nummers: tuple[str, ...], ledger: str, meldingen: str) -> None:
    """Laat afgekeurde regels ongewijzigd nog eens meegaan met de volgende run."""
    with opened_ledger(ledger) as opened:
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
    with opened_ledger(ledger) as opened:
        _show(opened.answer(bestanden, op=today()), "")


@command.command(cls=Command)
@click.option(
    "--herstellijst", is_flag=True, help="Toon in plaats daarvan de afgekeurde regels die te herstellen zijn, een voor een."
)
@_ledger_option
@_formaat_option
@meldingen_option
@guarded
def status(herstellijst: bool, ledger: str, formaat: str, meldingen: str) -> None:
    """Toon per gemeente wat openstaat, is toegekend, is afgekeurd (per retourcode), te herstellen is en opzij staat.

    Ook hoever budgetten en omvang zijn gebruikt (in aantallen toewijzingen), het onderhanden werk, en wat een gemeente ontving.
    """
    if herstellijst:
        _repair_list(ledger, formaat)
        return
    with opened_ledger(ledger) as opened:
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
    with opened_ledger(ledger) as opened:
        found = opened.work()
    if formaat == "json":
        click.echo(json.dumps({"formaat": 1, "soort": "onderhanden_werk"} | found, ensure_ascii=False, indent=2))
    else:
        _show_work(found)


@command.command(cls=Command)
@click.option("--bsn-bestand", type=FILE, required=True, metavar="FILE", help="Tekstbestand met één BSN per regel.")
@_ledger_option
@meldingen_option
@guarded
def erase(bsn_bestand: Path, ledger: str, meldingen: str) -> None:
    """Verwijder cliënten na de bewaartermijn; bedragen blijven, dus de totalen ook."""
    with opened_ledger(ledger) as opened:
        removed, unknown = opened.erase(_read_bsns(bsn_bestand), op=today(), bestand=bsn_bestand.name)
    click.echo(f"{count(removed)} cliënten verwijderd, {count(unknown)} niet in dit ledger.")


def _read_bsns(path: Path) -> list[str]:
    """Return the lines of a file, blank ones included, so that a fault names the row; raises InputError for what is no BSN."""
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
    return found


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

    console = Console(width=None if Console().is_terminal else 110, highlight=False, markup=False)
    if found["gemeenten"] or not found["ontvangen"]:
        console.print(_lines_table(found["gemeenten"]))
    limits = _limits_table(found["gemeenten"])
    if limits.row_count:
        console.print(limits)
    if found["ontvangen"]:
        console.print(_received_table(found["ontvangen"]))
    for row in found["declaraties"]:
        if row["status"] in ("concept", "verzonden"):
            what = f"{row['declaratienummer']}  {row['declaratieperiode']}  gemeente {row['gemeente']}  {row['status']}"
            console.print(f"{what}  {count(row['regels'])} regels  {euros(row['bedrag_cent'])}")


def _table(title: str, *columns: str, right: int = 0) -> Table:
    """Return a table of which the last `right` columns hold numbers."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    for place, name in enumerate(columns):
        table.add_column(name, no_wrap=True, justify="right" if place >= len(columns) - right else "left")
    return table


def _lines_table(gemeenten: Mapping[str, Any]) -> Table:
    table = _table("Regels per gemeente", "gemeente", "stand", "aantal", "bedrag", right=2)
    for gemeente, rows in gemeenten.items():
        for name in _STATES:
            if name in rows:
                table.add_row(gemeente, name, count(rows[name]["regels"]), euros(rows[name]["bedrag_cent"]))
        for code, row in rows["retourcodes"].items():
            table.add_row(gemeente, f"  retourcode {code}", count(row["regels"]), euros(row["bedrag_cent"]))
        for reden, row in rows["opzij"].items():
            table.add_row(gemeente, f"  opzij: {reden}", count(row["aantal"]), euros(row["bekende_waarde_cent"]))
        table.add_section()
    return table


def _repair_list(ledger: str, formaat: str) -> None:
    from rich.console import Console

    with opened_ledger(ledger) as opened:
        rows = opened.repair_list()
    if formaat == "json":
        click.echo(json.dumps({"formaat": 1, "soort": "herstellijst", "regels": rows}, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo("De herstellijst is leeg.")
        return
    columns = ("gemeente", "referentienummer", "toewijzing", "product", "periode", "retourcodes", "gaat mee", "bedrag")
    table = _table("Herstellijst", *columns, right=1)
    for row in rows:
        codes = ", ".join(one["retourcode"] for one in row["retourcodes"])
        numbers = (row["referentienummer"], str(row["toewijzingnummer"] or "(verborgen)"), row["productcode"], row["periode"])
        table.add_row(row["gemeente"], *numbers, codes, "ja" if row["opnieuw"] else "", euros(row["bedrag_cent"]))
    # Wide enough to show every number whole: it is there to be copied.
    Console(width=max(130, Console().width), highlight=False, markup=False).print(table)
    texts = {one["retourcode"]: one["omschrijving"] for row in rows for one in row["retourcodes"]}
    for code in sorted(texts):
        click.echo(f"{code}: {texts[code] or 'geen omschrijving bekend'}")
    click.echo("Ongewijzigd opnieuw insturen: mpj ledger resend --ledger URL REFERENTIENUMMER")


_BANDS = {"tot_50_procent": "tot 50%", "tot_80_procent": "50-80%", "tot_100_procent": "80-100%", "op": "op"}


def _limits_table(gemeenten: Mapping[str, Any]) -> Table:
    columns = ("gemeente", "limiet", "toewijzingen", *_BANDS.values(), "geen totaal")
    table = _table("Gebruik van limieten, in aantallen toewijzingen", *columns, right=6)
    for gemeente, rows in gemeenten.items():
        for kind, row in rows["limieten"].items():
            if row["toewijzingen"]:
                numbers = [row["toewijzingen"], *(row[band] for band in _BANDS), row.get("zonder_totaal", 0)]
                table.add_row(gemeente, kind, *(count(number) for number in numbers))
    return table


def _received_table(received: Mapping[str, Any]) -> Table:
    table = _table("Ontvangen en getoetst, per aanbieder", "aanbieder", "stand", "aantal", "bedrag", right=2)
    for aanbieder, rows in received.items():
        for name, number in rows["berichten"].items():
            table.add_row(aanbieder, f"berichten {name}", count(number), "")
        for name, row in rows["regels"].items():
            table.add_row(aanbieder, f"regels {name}", count(row["regels"]), euros(row["bedrag_cent"]))
        table.add_section()
    return table


def _show_work(found: Mapping[str, Any]) -> None:
    click.echo(f"Onderhanden werk: {euros(found['totaal_cent'])}")
    for name, text in (
        ("concept_cent", "klaar om te verzenden"),
        ("wacht_op_antwoord_cent", "wacht op antwoord"),
        ("te_herstellen_cent", "afgekeurd, te herstellen"),
        ("niet_verwerkt_cent", "nooit verwerkt, gaat mee met de volgende mpj declare"),
        ("opzij_cent", "opzij gezet, met bekende waarde"),
    ):
        click.echo(f"  {text}: {euros(found[name])}")
    if found["opzij_zonder_bekende_waarde"]:
        click.echo(f"  en {count(found['opzij_zonder_bekende_waarde'])} registraties of dagen waarvan de waarde nog onbekend is")
