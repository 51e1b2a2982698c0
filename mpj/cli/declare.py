"""`mpj declare`: one month of records becomes declaration lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from mpj.cli.common import (
    FILE,
    Command,
    Datum,
    Progress,
    best_effort,
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
from mpj.cli.screen import say
from mpj.cli.signals import folder_to_write
from mpj.presentation.words import listed
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
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
@click.option(
    "--executor",
    type=click.Choice(["auto", "python", "columnar"]),
    default="auto",
    show_default=True,
    help="Wie rekent: Python, of DuckDB (mpj[columnar]), dat ook Parquet leest; auto kiest. De uitkomst is dezelfde.",
)
@click.option(
    "--trace",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="De vorm van de herkomst: herkomst.csv, of herkomst.parquet (mpj[columnar]).",
)
@click.option("--verblijf", type=FILE, multiple=True, metavar="FILE", help="verblijf.csv: de verblijven.")
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
    help="Eerdere declaraties (declaratieregels.csv, JW323, JW325): hun verbruik telt eerst mee.",
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
@strict_option
@force_option
@meldingen_option
@guarded
def command(**given: Any) -> int:
    """Maak van een maand registraties declaratieregels.

    Schrijft in DIR: declaratieregels.csv (de regels), herkomst.csv (wat achter elke regel zit), uitval.csv (wat niet is
    gedeclareerd, en waarom), samenvatting.json en, met --berichten, de JW323-berichten.
    """
    return perform(DeclareOptions(**given))


def perform(asked: DeclareOptions, grens: Mapping[str, int] = _NONE, namen: Mapping[str, str] = _NONE) -> int:
    """Declare, and show what was made; returns the exit code.

    `grens` is what differs from the usual bound of a run with a ledger, `namen` are shown beside the codes of gemeenten.
    """
    from mpj.explanation import summary
    from mpj.output import check_installed
    from mpj.presentation import terminal

    asked.check()
    if asked.trace == "parquet":
        check_installed()
    check_months({"--periode": asked.periode, "--volledig-vanaf": asked.volledig_vanaf})
    progress = Progress()
    inputs = asked.inputs(progress)
    _check_nothing_sent(asked)
    with folder_to_write(asked.out, force=asked.force) as folder, progress.shown():
        result = _declare(asked, inputs, folder, grens)
    with best_effort():
        show_meldingen(result, asked.meldingen, inputs.lines)
        say()
        terminal.show(summary.report(result.samenvatting, asked.out, result.uitval, namen))
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
    def versions(self) -> dict[str, str]:
        """What was said of the messages."""
        return {name: said for name in ("release", "xsd_versie") if (said := getattr(self, name)) is not None}

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
        if self.executor == "columnar" and (self.ledger is not None or self.berichten):
            raise click.UsageError("--executor columnar gaat niet samen met --ledger of --berichten: laat --executor dan weg")
        if not self.registraties and not self.verblijf and self.ledger is None:
            text = "er is niets om te declareren"
            raise InputError(
                Fault("invoer_ontbreekt", kolom="--registraties", toelichting=text, verwacht="--registraties of --verblijf")
            )

    def inputs(self, progress: Progress) -> Inputs:
        """Return the files to read."""
        records = self.registraties, self.verblijf, self.medewerkers
        return Inputs(
            self.contracten, self.toewijzingen, *records, self.eerder, self.meldingen, progress, self.submappen, self.profiel
        )


def _declare(asked: DeclareOptions, inputs: Inputs, folder: Path, grens: Mapping[str, int]) -> Any:
    """Declare and write the run into `folder`; with a ledger while it can still be undone."""
    from mpj.output import write_result

    def write(made: Any) -> Any:
        beside: list[str] = []
        if asked.berichten:
            made, beside = _write_berichten(asked, made, folder)
        write_result(made, folder, trace=asked.trace, beside=beside)
        return made

    settings: dict[str, Any] = {"periode": asked.periode, "dagtekening": asked.dagtekening}
    if asked.ledger is not None:
        from mpj.ledger import Grens

        extra = asked.remembered | {"before_commit": write, "op": today(), "grens": Grens(**grens)} | asked.versions
        return inputs.declare(settings | extra, asked.ledger)
    settings |= {"nalevering": asked.nalevering, "volgnummer": asked.volgnummer}
    if asked.berichten:
        return write(inputs.declare(settings))
    return inputs.declare_files(settings, folder, asked.executor, asked.trace)


def _check_nothing_sent(asked: DeclareOptions) -> None:
    """Refuse, also with ``--force``, an output folder with a declaration that was sent: its lines and message are the only ones.

    Without the ledger that knows what was sent, the folder of any run with a ledger is refused.
    """
    from mpj.output.folder import sealed

    there = sealed(asked.out) if asked.force else {}
    ledger = there.get("ledger")
    if not isinstance(ledger, dict) or ledger.get("proef"):
        return
    text, verwacht = "in deze map staat een run met een ledger", "een andere map voor --out, of --ledger erbij"
    if asked.ledger is not None:
        sent = _sent(asked.ledger, [str(one["declaratienummer"]) for one in there["declaraties"]])
        if not sent:
            return
        shown = listed(sorted(sent), "mpj ledger messages")
        text, verwacht = f"in deze map staat wat verzonden is: {shown}", "een andere map voor --out"
    raise InputError(Fault("uitvoer_verzonden", asked.out.name[:60], 0, "--out", toelichting=text, verwacht=verwacht))


def _sent(url: str, nummers: Sequence[str]) -> set[str]:
    from mpj.ledger import Ledger

    with Ledger(url) as ledger:
        return ledger.sent(nummers) if nummers and ledger.database.exists() else set()


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


def _write_berichten(asked: DeclareOptions, result: Any, folder: Path) -> tuple[Any, list[str]]:
    """Write the messages; returns their names, and the result: lines of a split declaration get the number of their part."""
    from mpj.engine.summary import renumbered
    from mpj.messages import RELEASE, split, write_berichten

    parts = split(result.regels, release=asked.release or RELEASE, protocol=result.protocol)
    result = renumbered(result, {line.referentienummer: part.declaratienummer for part in parts for line in part.regels})
    paths = write_berichten(
        result.regels,
        folder,
        dagtekening=asked.dagtekening,
        volgnummer=asked.volgnummer,
        xsd_dir=asked.xsd,
        protocol=result.protocol,
        **asked.versions,
    )
    return result, [path.name for path in paths]


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
