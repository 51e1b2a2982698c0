"""`mpj declare`: one month of records becomes declaration lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import field, frozen

from mpj.cli.common import (
    FILE,
    Command,
    Datum,
    Progress,
    best_effort,
    choice,
    config_option,
    force_option,
    guarded,
    meldingen_option,
    profiel_option,
    show_fault,
    strict_option,
    submappen_option,
    today,
    write_melding,
)
from mpj.cli.inputs import Inputs
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write
from mpj.reading.config import names_of
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    from mpj.output.berichten import Versions
    from mpj.output.shape import Trace
    from mpj.reading.lines import LineNumbers

_SHOWN = 3
_NONE: Mapping[str, Any] = MappingProxyType({})
_EPILOG = """
Voorbeeld:

\b
  mpj declare --contracten tariffs/voorbeeldregio \\
      --toewijzingen toewijzingen.csv --registraties registraties.csv \\
      --verblijf verblijf.csv --periode 2026-03 --out maart

Een optie met FILE mag vaker worden gegeven, en mag een map of zip met zulke bestanden zijn. Bij de toewijzingen mag ook een
JW301-bericht staan. Eindcode 0: klaar (uitval staat in uitval.csv); 1: klaar, maar met --strict en er was uitval; 2: de invoer
of de aanroep klopt niet en er is niets geschreven.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--contracten", type=FILE, multiple=True, required=True, metavar="DIR", help="Contractmap met contract.toml en tarieven.csv."
)
@click.option(
    "--toewijzingen", type=FILE, multiple=True, required=True, metavar="FILE", help="toewijzingen.csv, of JW301-berichten."
)
@click.option("--registraties", type=FILE, multiple=True, metavar="FILE", help="registraties.csv: de geregistreerde tijd.")
@choice(
    *("--executor", "auto", "python", "columnar"),
    text="Wie rekent: Python, of DuckDB (mpj[columnar]), dat ook Parquet leest; auto kiest. De uitkomst is dezelfde.",
)
@choice("--trace", "csv", "parquet", text="De vorm van de herkomst: herkomst.csv, of herkomst.parquet (mpj[columnar]).")
@click.option("--verblijf", type=FILE, multiple=True, metavar="FILE", help="verblijf.csv: de verblijven.")
@click.option(
    "--prestaties",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="prestaties.csv: stukken, weken, maanden en trajecten van producten buiten MPJ.",
)
@click.option(
    "--medewerkers", type=FILE, multiple=True, metavar="FILE", help="medewerkers.csv: het niveau per medewerker; gaat voor."
)
@click.option("--periode", required=True, metavar="JJJJ-MM", help="De maand die wordt gedeclareerd, als 2026-03.")
@click.option("--dagtekening", type=Datum(), default=None, help="Datum op de declaratie.  [standaard: vandaag]")
@click.option("--nalevering", is_flag=True, help="Neem eerdere maanden mee: die zijn nooit gedeclareerd.")
@click.option(
    "--eerder",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Eerdere declaraties (declaratieregels.csv, JW323, JW325, JW303, JW304): hun verbruik telt eerst mee.",
)
@click.option(
    "--volgnummer", type=click.IntRange(1, 999), default=1, show_default=True, help="Geeft dezelfde declaratie andere nummers."
)
@click.option("--ledger", default=None, metavar="URL", help="Ledger dat elke declaratie onthoudt: een bestand of postgresql://...")
@click.option("--proef", is_flag=True, help="Met --ledger: reken alles uit en onthoud niets.")
@click.option(
    "--volledig-vanaf",
    default=None,
    metavar="JJJJ-MM",
    help="Met --ledger: wat vanaf deze maand ontbreekt in --registraties of --verblijf, als die gegeven zijn, is ingetrokken.",
)
@click.option(
    "--akkoord", multiple=True, metavar="CODE", help="Met --ledger: wat een geweigerde run met deze code toonde, klopt. Mag vaker."
)
@click.option("--crediteer", is_flag=True, help="Met --ledger: crediteer toegekende zorg die de toewijzing niet meer dekt.")
@click.option(
    "--crediteer-toewijzing", type=int, multiple=True, metavar="NR", help="Met --ledger: hetzelfde, van deze toewijzing. Mag vaker."
)
@click.option(
    "--naast",
    type=FILE,
    multiple=True,
    metavar="JW323",
    help="Schaduwmaand: leg de berichten van het systeem in gebruik naast de regels; naast.csv zegt elk verschil en zijn oorzaak.",
)
@profiel_option
@submappen_option
@click.option(
    "--verblijf-loopt-door", is_flag=True, help="Met --ledger: verblijven zonder einde die niet in --verblijf staan, lopen door."
)
@click.option("--berichten", is_flag=True, help="Schrijf ook een JW323-bericht per declaratie.")
@click.option("--release", default=None, metavar="RELEASE", help="Release van de berichten.  [standaard: 3.2]")
@click.option("--xsd-versie", default=None, metavar="VERSIE", help="Versie van de schema's in de berichten, als 1.0.0.")
@click.option(
    "--xsd", type=FILE, default=None, metavar="DIR", help="Map met de officiële schema's: toets de berichten ook daarmee."
)
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de uitvoer; verschijnt volledig of niet.")
@config_option
@strict_option
@force_option
@meldingen_option
@guarded
def command(config: Path | None, **given: Any) -> int:
    """Maak van een maand registraties declaratieregels.

    Schrijft in DIR: declaratieregels.csv (de regels), herkomst.csv (wat achter elke regel zit), uitval.csv (wat niet is
    gedeclareerd, en waarom), samenvatting.json en, met --berichten, de JW323-berichten.
    """
    return perform(DeclareOptions(**given), namen=names_of(config))


def perform(asked: DeclareOptions, grens: Mapping[str, int] = _NONE, namen: Mapping[str, str] = _NONE) -> int:
    """Declare, and show what was made; returns the exit code.

    `grens` is what differs from the usual bound of a run with a ledger, `namen` are shown beside the codes of gemeenten.
    """
    from mpj.explanation import summary
    from mpj.output import check_installed

    asked.check()
    if asked.trace == "parquet":
        check_installed()
    check_months({"--periode": asked.periode, "--volledig-vanaf": asked.volledig_vanaf})
    progress = Progress()
    inputs = asked.inputs(progress)
    _refuse_sent(asked)
    with folder_to_write(asked.out, force=asked.force) as folder, progress.shown():
        result = _declare(asked, inputs, folder, grens)
    with best_effort():
        show_meldingen(result, asked.meldingen, inputs.lines)
        say()
        show_report(summary.report(result.samenvatting, asked.out, result.uitval, namen))
    return 1 if asked.strict and result.uitval else 0


def _or_today(given: date | None) -> date:
    return given or today()


@frozen(kw_only=True)
class DeclareOptions:
    """The command line of `mpj declare`: each field is the option of its name."""

    contracten: tuple[Path, ...]
    toewijzingen: tuple[Path, ...]
    registraties: tuple[Path, ...]
    executor: str
    trace: Trace
    verblijf: tuple[Path, ...]
    prestaties: tuple[Path, ...]
    medewerkers: tuple[Path, ...]
    periode: str
    dagtekening: date = field(converter=_or_today)
    nalevering: bool
    eerder: tuple[Path, ...]
    volgnummer: int
    ledger: str | None
    proef: bool
    volledig_vanaf: str | None
    akkoord: tuple[str, ...]
    crediteer: bool
    crediteer_toewijzing: tuple[int, ...]
    naast: tuple[Path, ...]
    submappen: bool
    verblijf_loopt_door: bool
    profiel: Path | None
    berichten: bool
    release: str | None
    xsd_versie: str | None
    xsd: Path | None
    out: Path
    strict: bool
    force: bool
    meldingen: str

    @property
    def remembered(self) -> dict[str, Any]:
        """The options that need a ledger."""
        names = ("volledig_vanaf", "akkoord", "crediteer", "crediteer_toewijzing", "verblijf_loopt_door", "proef")
        return {name: getattr(self, name) for name in names}

    @property
    def versions(self) -> Versions:
        """What was said of the messages."""
        return cast("Versions", {name: said for name in ("release", "xsd_versie") if (said := getattr(self, name)) is not None})

    def check(self) -> None:
        """Raise UsageError for options that do not go together, InputError when there is nothing to declare."""
        if self.ledger is None and any(self.remembered.values()):
            raise click.UsageError("--proef, --volledig-vanaf, --akkoord, --crediteer en --verblijf-loopt-door horen bij --ledger")
        if self.ledger is not None and (self.nalevering or self.eerder or self.volgnummer != 1):
            raise click.UsageError(
                "met --ledger zijn --nalevering, --eerder en --volgnummer niet nodig: het ledger weet wat er eerder was"
            )
        if self.versions and not self.berichten and self.ledger is None:
            raise click.UsageError("--release en --xsd-versie zeggen iets van berichten: geef --berichten erbij")
        if self.executor == "columnar" and (self.ledger is not None or self.berichten or self.naast):
            raise click.UsageError("--executor columnar gaat niet samen met --ledger, --berichten of --naast: laat hem dan weg")
        if not (self.registraties or self.verblijf or self.prestaties or self.ledger is not None):
            text, wanted = "er is niets om te declareren", "--registraties, --verblijf of --prestaties"
            raise InputError(Fault("invoer_ontbreekt", kolom="--registraties", toelichting=text, verwacht=wanted))

    def inputs(self, progress: Progress) -> Inputs:
        """Return the files to read."""
        records = self.registraties, self.verblijf, self.prestaties, self.medewerkers
        options: dict[str, Any] = {"submappen": self.submappen, "profiel": self.profiel, "naast": self.naast}
        return Inputs(self.contracten, self.toewijzingen, *records, self.eerder, self.meldingen, progress, **options)


def _declare(asked: DeclareOptions, inputs: Inputs, folder: Path, grens: Mapping[str, int]) -> Any:
    """Declare and write the run into `folder`; with a ledger while it can still be undone."""
    from mpj.output import write_result
    from mpj.output.berichten import add_berichten

    laid = inputs.shadow(asked.periode) if asked.naast else None
    written: list[Any] = []

    def write(made: Any) -> None:
        beside: list[str] = []
        if asked.berichten:
            days: dict[str, Any] = {"dagtekening": asked.dagtekening, "volgnummer": asked.volgnummer}
            made, beside = add_berichten(made, folder, asked.versions, **days, xsd_dir=asked.xsd)
        if laid is not None:
            made = laid(made)
        write_result(made, folder, trace=asked.trace, beside=beside)
        written.append(made)

    settings: dict[str, Any] = {"periode": asked.periode, "dagtekening": asked.dagtekening}
    if asked.ledger is not None:
        from mpj.ledger import Grens

        extra = asked.remembered | {"before_commit": write, "op": today(), "grens": Grens(**grens)} | asked.versions
        extra |= {"map": str(asked.out), "bericht": asked.berichten}
        inputs.declare(settings | extra, asked.ledger)
        return written[-1]
    settings |= {"nalevering": asked.nalevering, "volgnummer": asked.volgnummer}
    if asked.berichten or asked.naast:
        write(inputs.declare(settings))
        return written[-1]
    return inputs.declare_files(settings, folder, asked.executor, asked.trace)


def _refuse_sent(asked: DeclareOptions) -> None:
    """Refuse, also with ``--force``, a folder with what was sent; see `mpj.output.folder.refuse_sent`."""
    from mpj.output.folder import refuse_sent

    def sent(nummers: Sequence[str]) -> set[str]:
        from mpj.ledger import Ledger

        with Ledger(asked.ledger or "") as ledger:
            return ledger.sent(nummers) if ledger.database.exists() else set()

    if asked.force:
        refuse_sent(asked.out, None if asked.ledger is None else sent)


def check_months(options: Mapping[str, str | None]) -> None:
    """Raise InputError, by the name of the option, for each that is given and is no month."""
    from mpj.reading.faults import mask
    from mpj.reading.periods import parse_month

    faults = []
    for name, text in options.items():
        try:
            if text is not None:
                parse_month(text)
        except ValueError:
            faults.append(Fault("periode_onjuist", "", 0, name, mask(text or ""), "een maand als 2026-03", "geen maand"))
    if faults:
        raise InputError(faults)


def show_meldingen(result: Any, form: str, lines: Mapping[str, LineNumbers]) -> None:
    """Write warnings, and as JSON every set-aside record, to stderr; `lines` says on which lines rows begin, by file."""
    shown: Counter[str] = Counter()
    for note in result.meldingen:
        shown[note.code] += 1
        if form == "json" or shown[note.code] <= _SHOWN:
            show_fault(note, form)
    if form != "json":
        for code, number in shown.items():
            if number > _SHOWN:
                say(f"Let op: en nog {number - _SHOWN} keer {code}; --meldingen json toont ze alle.", err=True)
        return
    for row in result.uitval:
        write_melding(
            {
                "soort": "uitval",
                "code": row.reden,
                "record": row.soort,
                "bron": row.bron,
                "datum": row.datum.isoformat() if row.datum else None,
                "datum_tot": row.datum_tot.isoformat() if row.datum_tot else None,
                "aantal": row.aantal,
                "bestand": row.bestand,
                "rij": row.rij or None,
                "regel": (lines[row.bestand].of(row.rij) if row.bestand in lines else row.rij) or None,
                "gemeente": row.gemeente,
                "vervolg": row.vervolg,
                "waarde_cent": row.waarde_cent,
                "toelichting": row.toelichting,
            }
        )
