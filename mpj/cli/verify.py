"""`mpj verify`: a gemeente checks a declaration line by line, or an aanbieder its own before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click
from attrs import evolve, field, frozen

from mpj.cli.common import (
    FILE,
    Command,
    Datum,
    Progress,
    best_effort,
    config_option,
    force_option,
    guarded,
    ledger_to_write,
    meldingen_option,
    profiel_option,
    show_fault,
    strict_option,
    submappen_option,
    taal_option,
    today,
    write_melding,
)
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write
from mpj.reading.config import names_of

if TYPE_CHECKING:
    from mpj.ledger import Ledger
    from mpj.reading.faults import Fault
    from mpj.reading.sources import Reading, Source
    from mpj.verification import MemoryHistory

    Uitkomst = tuple[tuple[Fault, ...], Mapping[str, Any]]

_EPILOG = """
Voorbeeld:

\b
  mpj verify --bericht jw323.xml --contracten tariffs/voorbeeldregio \\
      --toewijzingen toewijzingen.csv --eerder berichten/ --out antwoord

Zonder --ledger of --eerder zijn dubbele nummers, creditregels en het totaal van een toewijzing niet (helemaal) te toetsen; dat
staat dan in de samenvatting. Met --ledger onthoudt mpj elke declaratie met haar antwoord, en neemt het met --eerder over wat van
voor het ledger is. Dezelfde declaratie nog eens toetsen geeft hetzelfde antwoord; wordt het een ander, dan moet --force erbij.
Eindcode 0: klaar; 1: klaar, maar met --strict en er is iets afgekeurd of niet beoordeeld; 2: de invoer of de aanroep klopt niet en
er is niets geschreven.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--bericht", type=FILE, multiple=True, required=True, metavar="FILE", help="De declaraties (JW323): bestanden, mappen of zips."
)
@click.option(
    "--contracten", type=FILE, multiple=True, required=True, metavar="DIR", help="Contractmap met contract.toml en tarieven.csv."
)
@click.option(
    "--toewijzingen", type=FILE, multiple=True, required=True, metavar="FILE", help="toewijzingen.csv, of JW301-berichten."
)
@profiel_option
@submappen_option
@click.option("--eerder", type=FILE, multiple=True, metavar="FILE", help="Eerdere berichten: JW323, JW325, JW303, JW304.")
@click.option("--ledger", default=None, metavar="URL", help="Ledger dat elke declaratie met haar antwoord onthoudt.")
@click.option("--proef", is_flag=True, help="Met --ledger: toets en onthoud niets.")
@click.option("--gemeenten", type=FILE, default=None, metavar="FILE", help="CSV met kolom gemeente: de codes van het CBS (TR378).")
@click.option(
    "--dagtekening",
    type=Datum(),
    default=None,
    help="Datum van ontvangst en van het antwoord.  [standaard: vandaag; met --ledger de dag van de eerste keer]",
)
@taal_option("de toelichting")
@click.option(
    "--onbeoordeeld",
    default=None,
    metavar="toekennen|afwijzen|FILE",
    help="Wat het antwoord zegt over regels die niet te beoordelen zijn: toekennen, afwijzen, of een CSV met "
    "productcode;toewijzingnummer;besluit. Zonder keuze volgt dan geen jw325.xml.",
)
@click.option(
    "--toewijzingen-volledig",
    multiple=True,
    metavar="GEMEENTE",
    help="Van deze gemeente zijn alle toewijzingen gegeven, ook als het er geen zijn: toets haar declaraties altijd.",
)
@click.option(
    "--ontvangen",
    type=Datum(),
    default=None,
    help="Dag van ontvangst, waarvan de antwoordtermijn loopt.  [standaard: de dagtekening van elk bericht]",
)
@click.option(
    "--processen",
    type=click.IntRange(1),
    default=None,
    metavar="N",
    help="Bij veel berichten: zoveel aanbieders tegelijk, zonder --ledger.  [standaard: alle kernen]",
)
@config_option
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de uitvoer; verschijnt volledig of niet.")
@strict_option
@force_option
@meldingen_option
@guarded
def command(**options: Any) -> int:
    """Toets declaraties (JW323) regel voor regel en maak het antwoord (JW325).

    Schrijft in DIR: bevindingen.csv (elke fout, met regel en retourcode), samenvatting.json en jw325.xml. Bij meer dan één bericht:
    een antwoord per bericht, en overzicht.csv, .xlsx en .html.
    """
    from mpj.cli.verify_many import show as show_many
    from mpj.cli.verify_many import verify_many
    from mpj.verification.report import report
    from mpj.verification.sequence import bom_warnings

    asked = VerifyOptions(**options)
    if asked.proef and asked.ledger is None:
        raise click.UsageError("--proef hoort bij --ledger")
    sources, namen = _sources(asked), names_of(asked.config)
    progress = Progress()
    with folder_to_write(asked.out, force=asked.force) as folder, progress.shown():
        if len(sources) > 1:
            overzicht, faults = verify_many(asked, sources, folder, progress, namen)
        else:
            warnings, summary = _verify(asked, sources[0], folder, progress, namen)
            warnings = (*bom_warnings(sources[0]), *warnings)
    with best_effort():
        if len(sources) > 1:
            show_many(overzicht, faults, asked, namen)
            return 1 if asked.strict and overzicht.refused else 0
        for fault in warnings:
            show_fault(fault, asked.meldingen)
        if asked.meldingen == "json":
            show_findings(asked.out, sources[0].naam)
        say()
        show_report(report(summary, asked.out, namen))
    refused = summary["afgekeurd"] + summary["niet_beoordeeld"]
    return 1 if asked.strict and refused else 0


@frozen(kw_only=True)
class VerifyOptions:
    """The command line of `mpj verify`: each field is the option of its name."""

    bericht: tuple[Path, ...]
    contracten: tuple[Path, ...]
    toewijzingen: tuple[Path, ...]
    profiel: Path | None
    submappen: bool
    eerder: tuple[Path, ...]
    ledger: str | None
    proef: bool
    gemeenten: Path | None
    dagtekening: date | None
    taal: str
    onbeoordeeld: str | None
    toewijzingen_volledig: tuple[str, ...]
    ontvangen: date | None
    processen: int | None
    config: Path | None
    out: Path
    strict: bool
    force: bool
    meldingen: str
    niet_gelezen: list[str] = field(factory=list, init=False)
    """The files of folders and zips that were not read, so far."""

    @property
    def reading(self) -> Reading:
        """How messages are found in folders and zips."""
        from mpj.reading.sources import Reading

        return Reading(self.hear, submappen=self.submappen)

    def hear(self, fault: Fault) -> None:
        """Write a warning about what is read to stderr; a file that is not read is kept for the summary."""
        if fault.code == "bestand_niet_gelezen" and fault.bestand not in self.niet_gelezen:
            self.niet_gelezen.append(fault.bestand)
        show_fault(fault, self.meldingen)


def _verify(asked: VerifyOptions, source: Source, folder: Path, progress: Progress, namen: Mapping[str, str]) -> Uitkomst:
    """Read the files, verify the message and write what came of it into `folder`; warnings go to stderr as they come.

    With a ledger the files are written before it is committed. Returns the warnings about the messages, and the summary.
    """
    from mpj.messages import read_jw323
    from mpj.reading.sources import Digests
    from mpj.verification import open_declaratie

    invoer = Digests()
    with ExitStack() as kept:
        opened: Any = None if asked.ledger is None else kept.enter_context(ledger_to_write(asked.ledger, asked.meldingen))
        with source.open() as stream:
            file = cast("BinaryIO", stream)
            message: Any
            if opened is None:
                message = kept.enter_context(open_declaratie(file, source.naam, folder=folder))
            else:
                message = read_jw323(file, source.naam)
            invoer[source.naam] = stream.sha256()
        judge = _judge(asked, invoer, [source]) if opened is None else _judge_with(opened, asked, invoer, [source])
        contracten, toewijzingen, settings = given(asked, invoer, progress)
        settings |= {"dagtekening": asked.dagtekening, "progress": progress.step("regels")}
        return judge(folder, namen, message, contracten, toewijzingen, **settings)


def given(asked: VerifyOptions, invoer: dict[str, str], progress: Progress) -> tuple[Any, Any, dict[str, Any]]:
    """Return contracts and toewijzingen, and what is asked of every message; SHA-256 of files go to `invoer`."""
    import mpj
    from mpj.reading.profile import NO_PROFILE
    from mpj.verification.gemeenten import read_codes
    from mpj.verification.opdracht import check_codes

    check_codes(asked.toewijzingen_volledig)
    profiel = NO_PROFILE if asked.profiel is None else mpj.read_profile(asked.profiel, hashes=invoer)
    options: dict[str, Any] = {"report": asked.hear, "hashes": invoer}
    reading = options | {"submappen": asked.submappen, "profiel": profiel}
    settings = {
        "taal": asked.taal,
        "onbeoordeeld": _decisions(asked.onbeoordeeld, invoer),
        "toewijzingen_volledig": asked.toewijzingen_volledig,
        "gemeenten": read_codes(asked.gemeenten, invoer) if asked.gemeenten else None,
        "invoer": invoer,
        "niet_gelezen": asked.niet_gelezen,
    }
    contracten = mpj.load_contracts(asked.contracten, report=options["report"])
    return contracten, progress.counted("toewijzingen", mpj.read_toewijzingen(asked.toewijzingen, **reading)), settings


def _judge(asked: VerifyOptions, invoer: dict[str, str], verified: Sequence[Source]) -> Callable[..., Uitkomst]:
    """Return how a message is verified against the earlier messages in files, if there are any: client by client."""
    from mpj.verification import Basis, Toetsing
    from mpj.verification.besluiten import unmet
    from mpj.verification.output import stream_verification
    from mpj.verification.verification import parties

    history = earlier_history(asked, invoer, verified) if asked.eerder else None

    def judge(
        folder: Path, namen: Mapping[str, str], message: Any, *basics: Any, dagtekening: date | None, **settings: Any
    ) -> Uitkomst:
        basis = Basis(*basics, partijen=[parties(message)])
        toetsing = Toetsing(message, basis, dagtekening=dagtekening or today(), history=history, **settings)
        summary = stream_verification(toetsing, folder, namen)
        idle = unmet(toetsing.opdracht.onbeoordeeld, toetsing.besluiten)
        return (*(history.meldingen if history else ()), *toetsing.meldingen, *idle), summary

    return judge


def _judge_with(
    ledger: Ledger, asked: VerifyOptions, invoer: dict[str, str], verified: Sequence[Source]
) -> Callable[..., Uitkomst]:
    """Return how a message is verified with a ledger, which takes over the earlier messages in files."""
    from functools import partial

    from mpj.verification.besluiten import unmet
    from mpj.verification.output import write_verification

    earlier = earlier_messages(asked, invoer, verified)
    told: dict[str, Any] = {"proef": asked.proef, "vervang": asked.force}
    verify = partial(ledger.verify, op=today(), eerder=earlier, **told)

    def judge(folder: Path, namen: Mapping[str, str], *args: Any, **settings: Any) -> Uitkomst:
        outcome = verify(*args, before_commit=partial(write_verification, folder=folder, namen=namen), **settings)
        return (*outcome.meldingen, *unmet(settings["onbeoordeeld"], outcome.besluiten)), outcome.samenvatting

    return judge


def earlier_history(asked: VerifyOptions, invoer: dict[str, str], verified: Sequence[Source]) -> MemoryHistory:
    """Return what the earlier messages tell that were given beside those that are verified; without any nothing is known."""
    from mpj.verification import MemoryHistory

    if not asked.eerder:
        return MemoryHistory(onbekend=True)
    return MemoryHistory.read(asked.eerder, hashes=invoer, reading=asked.reading, verified=verified)


def earlier_messages(asked: VerifyOptions, invoer: dict[str, str], verified: Sequence[Source]) -> list[Any]:
    """Return the earlier messages and answers that were given beside those that are verified."""
    from mpj.verification.before import read_before_these, to_take_over

    if not asked.eerder:
        return []
    return list(to_take_over(read_before_these(verified, asked.eerder, evolve(asked.reading, hashes=invoer))))


def _sources(asked: VerifyOptions) -> Sequence[Source]:
    """Return the messages: files that were named, and those in folders and zips."""
    from mpj.reading.sources import find_sources
    from mpj.reading.twins import each_once

    return each_once(find_sources(asked.bericht, (".xml",), asked.reading), asked.reading)


def _decisions(given: str | None, hashes: dict[str, str]) -> Any:
    """Return what is decided about lines that cannot be judged: a word for all of them, or a file's word by code and toewijzing."""
    from mpj.reading.sources import Source
    from mpj.verification.besluiten import read_besluiten

    if given in (None, "toekennen", "afwijzen"):
        return given
    path = FILE.convert(given, None, click.get_current_context())
    return read_besluiten(Source(path.name, path), hashes=hashes)


def show_findings(out: Path, bestand: str = "") -> None:
    """Write every finding that was written to `out` to stderr, as a JSON object."""
    from mpj.verification.output import read_findings
    from mpj.verification.paginas import page_of

    for bericht, one in read_findings(out):
        write_melding(
            {
                "soort": "afkeuring" if one.retourcode else "niet_beoordeeld",
                "code": one.regelcode,
                "bestand": bericht or bestand,
                "rij": None,
                "kolom": " ".join(part for part in (one.plaats, one.positie) if part),
                "gevonden": one.gevonden,
                "verwacht": one.verwacht,
                "toelichting": one.toelichting,
                "retourcode": one.retourcode,
                "referentienummer": one.referentienummer,
                "bedrag_cent": one.bedrag_cent,
                "pagina": page_of(one.regelcode),
            }
        )
