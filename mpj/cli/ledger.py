"""`mpj ledger`: send, withdraw, resend, answer, look back and clean up. Counts and numbers only: no client is ever named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.common import (
    FILE,
    Command,
    Datum,
    Progress,
    config_option,
    force_option,
    guarded,
    ledger_option,
    ledger_to_write,
    meldingen_option,
    opened_ledger,
    show_fault,
    submappen_option,
    today,
)
from mpj.cli.dutch import speaks
from mpj.cli.keeping import erase, inzage
from mpj.cli.looks import status, work
from mpj.cli.pay import pay
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write
from mpj.presentation import words
from mpj.reading.config import config_of
from mpj.reading.faults import InputError

if TYPE_CHECKING:
    from mpj.ledger import Geboekt

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_EPILOG = """
Voorbeeld:

\b
  mpj declare --ledger zorg.db ... --periode 2026-03 --berichten --out maart
  mpj ledger send --ledger zorg.db --alles
  mpj ledger answer --ledger zorg.db antwoorden/
  mpj ledger status --ledger zorg.db
"""


@click.group(epilog=_EPILOG)
def command() -> None:
    """Wat er is gedeclareerd en wat de gemeente antwoordde."""


command.add_command(status)
command.add_command(work)
command.add_command(erase)
command.add_command(inzage)
command.add_command(pay)


@command.command(cls=Command)
@click.option("--vanaf", required=True, metavar="JJJJ-MM", help="De eerste maand die met dit ledger wordt gedeclareerd.")
@click.option(
    "--eerder",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Wat eerder is gedeclareerd (declaratieregels.csv, JW323, JW325, JW303, JW304): telt mee, wacht of is te herstellen.",
)
@click.option(
    "--nog-te-declareren",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Registraties of verblijven van ervoor die nooit zijn gedeclareerd; mpj declare toont eerst hun bedrag.",
)
@submappen_option
@ledger_option
@meldingen_option
@guarded
def begin(
    vanaf: str, eerder: tuple[Path, ...], nog_te_declareren: tuple[Path, ...], submappen: bool, ledger: str, meldingen: str
) -> None:
    """Begin een ledger, bij de overstap van een ander systeem.

    Zorg van voor die maand is elders gedeclareerd: zij wordt opzijgezet (voor_periode), tenzij u akkoord gaat met wat mpj declare
    toont. Een declaratie in een regelbestand waar geen bericht of antwoord bij is, geldt als toegekend.
    """
    with ledger_to_write(ledger, meldingen) as opened:
        tell = partial(show_fault, form=meldingen)
        found = opened.begin(
            vanaf, eerder=eerder, nog_te_declareren=nog_te_declareren, op=today(), report=tell, submappen=submappen
        )
    say(f"Dit ledger declareert vanaf {vanaf}.")
    for state, told in (("toegekend", "toegekend"), ("verzonden", "wacht op antwoord"), ("afgekeurd", "afgekeurd, te herstellen")):
        if number := found.regels[state]:
            say(f"Overgenomen, {told}: {words.counted(number, 'regel')}, {words.euros(found.cent[state])}.")


@command.command(cls=Command, epilog="Eindcode 0: gedaan, of er is niets; 2: geweigerd, of er is akkoord nodig.")
@click.option(
    "--contracten", type=FILE, multiple=True, required=True, metavar="DIR", help="De contracten zoals zij nu zijn. Mag vaker."
)
@click.option("--van", required=True, metavar="JJJJ-MM", help="De eerste maand.")
@click.option("--tot", required=True, metavar="JJJJ-MM", help="De laatste maand.")
@click.option("--gemeente", multiple=True, metavar="CODE", help="Alleen deze gemeente. Mag vaker.")
@click.option("--akkoord", multiple=True, metavar="CODE", help="De getoonde regels en bedragen kloppen.")
@ledger_option
@meldingen_option
@guarded
def reprice(
    contracten: tuple[Path, ...],
    van: str,
    tot: str,
    gemeente: tuple[str, ...],
    akkoord: tuple[str, ...],
    ledger: str,
    meldingen: str,
) -> None:
    """Pas toegekende regels aan een gewijzigd contract aan.

    Eerst wat er per gemeente verandert, met een code; met --akkoord en die code komen credit en debet samen in een concept. Wat
    hier is besloten, houdt een volgende run vast.
    """
    from mpj.contract import load_contracts

    loaded = load_contracts(contracten, report=lambda fault: show_fault(fault, meldingen))
    asked: dict[str, Any] = {"van": van, "tot": tot, "gemeenten": gemeente or None, "dagtekening": today(), "op": today()}
    with opened_ledger(ledger) as opened:
        told = opened.reprice(loaded, **asked, akkoord=akkoord, proef=True).samenvatting["ledger"]
        found, waits = told["herprijzing"], [f"{words.counted(much, 'regel')} op {one}" for one, much in told["wacht_op"].items()]
        if waits:
            say(f"Wacht op antwoord, en wordt pas daarna herprijsd: {', '.join(waits)}.")
        for row in found:
            old, new, more = (words.euros(row[name]) for name in ("oud_cent", "nieuw_cent", "verschil_cent"))
            say(f"Gemeente {row['gemeente']}: {words.counted(row['regels'], 'regel')}, was {old}, wordt {new}, verschil {more}.")
        if not found:
            say("Dit contract maakt van geen enkele toegekende regel een andere.")
            return
        opened.reprice(loaded, **asked, akkoord=akkoord)
    say("De correcties staan klaar als concept. Een run van mpj declare met --berichten neemt ze mee en schrijft het bericht.")


@command.command("close-year", cls=Command)
@click.argument("jaar", type=click.IntRange(2000, 2100), metavar="JAAR")
@click.option("--akkoord", multiple=True, metavar="CODE", help="Het jaar mag dicht, al is het nog niet voorbij.")
@ledger_option
@meldingen_option
@guarded
def close_year(jaar: int, akkoord: tuple[str, ...], ledger: str, meldingen: str) -> None:
    """Leg vast dat een zorgjaar is gesloten, bijvoorbeeld na de jaarverantwoording.

    Een correctie van zorg in dat jaar gaat dan niet meer vanzelf mee: zij staat in te_beslissen.csv, en de toegekende regel blijft.
    """
    with opened_ledger(ledger) as opened:
        notes = opened.close_year(jaar, op=today(), akkoord=akkoord)
    for fault in notes:
        show_fault(fault, meldingen)
    say(f"Het jaar {jaar} is gesloten.")


@command.command(cls=Command, epilog="Alles is verzonnen: de BSN's komen uit de testreeks (9999...).")
@click.option("--van", required=True, metavar="JJJJ-MM", help="De eerste maand.")
@click.option("--tot", required=True, metavar="JJJJ-MM", help="De laatste maand.")
@click.option("--zaad", type=int, default=1, show_default=True, help="Startwaarde van het toeval.")
@click.option("--clienten", type=click.IntRange(1, 3000), default=120, show_default=True, help="Aantal cliënten tegelijk.")
@click.option("--registraties", type=click.IntRange(1, 100_000), default=1200, show_default=True, help="Registraties per maand.")
@click.option("--aantal-gemeenten", type=click.IntRange(1, 23), default=8, show_default=True, help="In hoeveel gemeenten.")
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de ledgers en de invoer.")
@force_option
@meldingen_option
@guarded
def simulate(van: str, tot: str, out: Path, force: bool, meldingen: str, **sizes: int) -> None:
    """Speel maanden van een verzonnen regio na, van beide kanten: declareren, verzenden, toetsen, antwoorden, corrigeren.

    Met zorg die te laat of verkeerd is opgeschreven, afkeuringen, verloren berichten, en de prijzen van een nieuw jaar.
    """
    from mpj.cli.declare import check_months
    from mpj.reading.periods import parse_month
    from mpj.simulation import MAP_JAAR, Sizes, report, simulate, write_reports

    check_months({"--van": van, "--tot": tot})
    progress = Progress()
    with folder_to_write(out, force=force) as folder, progress.shown():
        step = progress.step("maanden")
        played = simulate(folder, van=parse_month(van), tot=parse_month(tot), sizes=Sizes(**sizes), progress=step)
        write_reports(played, folder / MAP_JAAR, speaks())
    show_report(report(played, out))


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, metavar="DECLARATIENUMMER...|JJJJ-MM")
@click.option("--alles", is_flag=True, help="Alle concepten.")
@click.option("--gemeente", multiple=True, metavar="CODE", help="Met een maand of --alles: alleen naar deze gemeenten.")
@click.option("--op", type=Datum(), default=None, help="De dag van verzenden.  [standaard: vandaag]")
@click.option("--zonder-bericht", is_flag=True, help="Ook wat geen bericht heeft: het is op een andere weg verzonden.")
@config_option
@ledger_option
@meldingen_option
@guarded
def send(nummers: tuple[str, ...], alles: bool, gemeente: tuple[str, ...], ledger: str, **more: Any) -> None:
    """Leg vast dat declaraties zijn verzonden: met hun nummer, of alle concepten van een maand.

    Tot dan is een declaratie een concept, dat een volgende run vervangt. Wat al verzonden was, blijft zo.
    """
    from mpj.ledger.report import told_of_sending

    months = [one for one in nummers if _MONTH.fullmatch(one)]
    if alles == bool(nummers) or (months and len(nummers) > 1) or (gemeente and not (alles or months)):
        raise click.UsageError("geef declaratienummers, een maand als 2026-03, of --alles; --gemeente hoort bij de laatste twee")
    known, day = config_of(more["config"]), more["op"] or today()
    with opened_ledger(ledger) as opened:
        chosen = None if alles or months else nummers
        asked = {"maand": months[0] if months else None, "gemeenten": gemeente, "zonder_bericht": more["zonder_bericht"]}
        asked["vier_ogen"] = known.vier_ogen
        found = opened.send(chosen, op=day, **asked)
        void = [one for one in opened.status()["vervangen"] if one["declaratieperiode"] in months]
    _show(found, "Er staat niets klaar.", known.namen)
    for text in told_of_sending(found, void, day):
        say(text)


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, required=True, metavar="DECLARATIENUMMER...")
@ledger_option
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
@ledger_option
@meldingen_option
@guarded
def resend(nummers: tuple[str, ...], ledger: str, meldingen: str) -> None:
    """Laat afgekeurde regels ongewijzigd nog eens meegaan met de volgende run."""
    with opened_ledger(ledger) as opened:
        found = opened.resend(nummers, op=today())
    verb = "gaat" if len(found) == 1 else "gaan"
    say(f"{words.counted(len(found), 'regel')} {verb} opnieuw mee met de volgende mpj declare.")


@command.command(cls=Command)
@click.argument("bestanden", nargs=-1, required=True, type=FILE, metavar="FILE...")
@submappen_option
@ledger_option
@meldingen_option
@guarded
def answer(bestanden: tuple[Path, ...], submappen: bool, ledger: str, meldingen: str) -> int:
    """Boek antwoorden van gemeenten (JW325): bestanden, mappen of zips.

    Elk antwoord telt apart: een dat niet klopt houdt de andere niet tegen. Een antwoord dat al geboekt was, verandert niets.
    Eindcode 0: alle geboekt; 1: sommige niet; 2: geen.
    """
    with opened_ledger(ledger) as opened:
        rows = opened.answer(bestanden, op=today(), report=partial(show_fault, form=meldingen), submappen=submappen)
    for fault in (fault for row in rows for fault in (*row.fouten, *row.meldingen)):
        show_fault(fault, meldingen)
    _show(rows, "")
    return int(any(row.fouten for row in rows))


@command.command(cls=Command)
@click.option("--van", type=FILE, required=True, metavar="DIR", help="De uitvoer van een run: haar signalen.csv.")
@click.option("--code", multiple=True, metavar="CODE", help="Alleen signalen met deze code, als twee_plekken. Mag vaker.")
@click.option("--bron", multiple=True, metavar="ID", help="Alleen signalen over deze bron. Mag vaker.")
@ledger_option
@meldingen_option
@guarded
def seen(van: Path, code: tuple[str, ...], bron: tuple[str, ...], ledger: str, meldingen: str) -> None:
    """Leg vast dat signalen van een run zijn gezien: een volgende run telt ze niet meer mee.

    Zij blijven in signalen.csv staan, met de dag in de kolom gezien. Een signaal dat anders wordt, is een nieuw signaal.
    """
    from mpj.output.read import read_signals

    rows = read_signals(van / "signalen.csv", {"--code": code, "--bron": bron})
    with opened_ledger(ledger) as opened:
        new = opened.seen(rows, op=today())
    say(f"{words.counted(new, 'signaal')} gezien; {words.number(len(rows) - new)} was dat al.")


@command.command(cls=Command)
@click.argument("nummers", nargs=-1, required=True, metavar="DECLARATIENUMMER...")
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de berichten; verschijnt volledig of niet.")
@click.option("--zip", "packed", is_flag=True, help="In zips van hoogstens 30 berichten en 25 MB, zoals het knooppunt ze neemt.")
@force_option
@ledger_option
@meldingen_option
@guarded
def messages(nummers: tuple[str, ...], out: Path, packed: bool, force: bool, ledger: str, meldingen: str) -> None:
    """Schrijf berichten die verzonden zijn nog eens: dezelfde bytes."""
    from mpj.output import output_folder
    from mpj.output.parcels import parcels

    with opened_ledger(ledger) as opened:
        found = opened.messages(nummers)
    with output_folder(out, force=force) as folder:
        for name, content in parcels(found) if packed else found:
            (folder / name).write_bytes(content)
    say(f"{words.counted(len(found), 'bericht')} geschreven in {out}.")


@command.command(cls=Command, epilog="Eindcode 0: het ledger is heel; 2: het is beschadigd.")
@ledger_option
@meldingen_option
@guarded
def check(ledger: str, meldingen: str) -> None:
    """Bewijs dat het ledger heel is: database, verwijzingen, bedragen, de digest van elk verzonden of ontvangen bericht."""
    with opened_ledger(ledger) as opened:
        counts, faults = opened.check()
    if faults:
        raise InputError(faults)
    made = words.counted(counts["declaraties"], "declaratie")
    say(f"Het ledger is heel: {made}, {words.number(counts['berichten'])} verzonden.")
    if counts["zonder_digest"]:
        say(f"Van {words.number(counts['zonder_digest'])} is geen digest bekend: verzonden met een eerdere mpj.")
    if counts["gewist"]:
        say(f"Van {words.number(counts['gewist'])} blijft alleen de digest van wie is verwijderd: deels gewist, digest bewaard.")
    if received := counts.get("ontvangen"):
        say(f"Ontvangen: {words.counted(received, 'bericht')}.")
        if unknown := counts["ontvangen_zonder_digest"]:
            say(f"Niet bewezen: de bedragen van {words.counted(unknown, 'bericht')}, ontvangen met een eerdere mpj.")
        if erased := counts["ontvangen_gewist"]:
            say(f"Van {words.number(erased)} blijft alleen de digest van wie is verwijderd: deels gewist, digest bewaard.")


def _show(rows: Iterable[Geboekt], nothing: str, names: Mapping[str, str] = MappingProxyType({})) -> None:
    from mpj.ledger.report import booked

    for text in [booked(row, names) for row in rows] or [nothing]:
        say(text)
