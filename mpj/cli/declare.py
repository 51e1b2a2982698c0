"""`mpj declare`: one month of records becomes declaration lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
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
    ledger_to_write,
    meldingen_option,
    show_fault,
    strict_option,
    today,
    write_melding,
)
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    from mpj.output.shape import Trace

_SHOWN = 3
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
@click.option("--akkoord", is_flag=True, help="Met --volledig-vanaf: de getoonde bedragen kloppen.")
@click.option("--crediteer", is_flag=True, help="Met --ledger: crediteer toegekende zorg die de toewijzing niet meer dekt.")
@click.option("--berichten", is_flag=True, help="Schrijf ook een JW323-bericht per declaratie.")
@click.option("--xsd-versie", default=None, metavar="VERSIE", help="Versie van de schema's in de berichten, als 1.0.0.")
@click.option(
    "--xsd", type=FILE, default=None, metavar="DIR", help="Map met de officiële schema's: toets de berichten ook daarmee."
)
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de uitvoer; verschijnt volledig of niet.")
@strict_option
@force_option
@meldingen_option
@guarded
def command(
    contracten: tuple[Path, ...],
    toewijzingen: tuple[Path, ...],
    registraties: tuple[Path, ...],
    executor: str,
    trace: Trace,
    verblijf: tuple[Path, ...],
    medewerkers: tuple[Path, ...],
    periode: str,
    dagtekening: date | None,
    nalevering: bool,
    eerder: tuple[Path, ...],
    volgnummer: int,
    ledger: str | None,
    proef: bool,
    volledig_vanaf: str | None,
    akkoord: bool,
    crediteer: bool,
    berichten: bool,
    xsd_versie: str | None,
    xsd: Path | None,
    out: Path,
    strict: bool,
    force: bool,
    meldingen: str,
) -> int:
    """Maak van een maand registraties declaratieregels.

    Schrijft in DIR: declaratieregels.csv (de regels), herkomst.csv (wat achter elke regel zit), uitval.csv (wat niet is
    gedeclareerd, en waarom), samenvatting.json en, met --berichten, de JW323-berichten.
    """
    from mpj.explanation import summary
    from mpj.output import check_installed, output_folder, write_result
    from mpj.presentation import terminal

    dagtekening = dagtekening or today()
    remembered = {"volledig_vanaf": volledig_vanaf, "akkoord": akkoord, "crediteer": crediteer, "proef": proef}
    if ledger is None and any(remembered.values()):
        raise click.UsageError("--proef, --volledig-vanaf, --akkoord en --crediteer horen bij --ledger")
    if akkoord and volledig_vanaf is None:
        raise click.UsageError("--akkoord hoort bij --volledig-vanaf")
    if ledger is not None and (nalevering or eerder or volgnummer != 1):
        raise click.UsageError(
            "met --ledger zijn --nalevering, --eerder en --volgnummer niet nodig: het ledger weet wat er eerder was"
        )
    if executor == "columnar" and (ledger is not None or berichten):
        raise click.UsageError("--executor columnar gaat niet samen met --ledger of --berichten: laat --executor dan weg")
    if not registraties and not verblijf and ledger is None:
        text = "er is niets om te declareren"
        raise InputError(
            Fault("invoer_ontbreekt", kolom="--registraties", toelichting=text, verwacht="--registraties of --verblijf")
        )
    if trace == "parquet":
        check_installed()
    _check_months({"--periode": periode, "--volledig-vanaf": volledig_vanaf})
    progress = Progress()
    inputs = Inputs(contracten, toewijzingen, registraties, verblijf, medewerkers, eerder, meldingen, progress)
    settings: dict[str, Any] = {"periode": periode, "dagtekening": dagtekening}
    with output_folder(out, force=force) as folder, progress.shown():

        def write(made: Any) -> Any:
            beside: list[str] = []
            if berichten:
                made, beside = _write_berichten(made, folder, dagtekening, volgnummer, xsd_versie, xsd)
            write_result(made, folder, trace=trace, beside=beside)
            return made

        if ledger is not None:
            extra = remembered | {"before_commit": write, "xsd_versie": xsd_versie or "1.0.0"}
            result = inputs.declare(settings | extra, ledger)
        else:
            settings |= {"nalevering": nalevering, "volgnummer": volgnummer}
            result = write(inputs.declare(settings)) if berichten else inputs.declare_files(settings, folder, executor, trace)
    with best_effort():
        show_meldingen(result, meldingen)
        click.echo()
        terminal.show(summary.report(result.samenvatting, out))
    return 1 if strict and result.uitval else 0


def _check_months(options: Mapping[str, str | None]) -> None:
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


@frozen
class Inputs:
    """The input files of a run; warnings about them go to stderr as they come."""

    contracten: Iterable[Path]
    toewijzingen: Iterable[Path]
    registraties: Iterable[Path]
    verblijf: Iterable[Path]
    medewerkers: tuple[Path, ...]
    eerder: tuple[Path, ...]
    meldingen: str
    progress: Progress
    invoer: dict[str, dict[str, str]] = field(factory=dict)

    def _options(self, soort: str) -> dict[str, Any]:
        return {"report": lambda fault: show_fault(fault, self.meldingen), "hashes": self.invoer.setdefault(soort, {})}

    def _toewijzingen(self) -> Iterable[Any]:
        import mpj

        read = mpj.read_toewijzingen(self.toewijzingen, **self._options("toewijzingen"))
        return self.progress.counted("toewijzingen", read)

    def _verblijf(self) -> Iterable[Any]:
        import mpj

        return self.progress.counted("verblijf", mpj.read_verblijf(self.verblijf, **self._options("verblijf")))

    def _common(self) -> dict[str, Any]:
        """Return what a run takes beside its records, without a ledger or with one."""
        import mpj

        levels = mpj.read_medewerkers(self.medewerkers, **self._options("medewerkers")) if self.medewerkers else None
        return {"medewerkers": levels}

    def declare(self, settings: dict[str, Any], ledger: str | None = None) -> Any:
        """Declare the files, with a ledger where one is named, and return an `mpj.Result`."""
        import mpj

        if ledger is not None:
            with ledger_to_write(ledger, self.meldingen) as opened:
                return self._run(opened.declare, settings, remembered=True)
        return self._run(mpj.declare, settings | {"eerder": _earlier(self.eerder, self.invoer.setdefault("eerder", {}))})

    def _run(self, declare: Any, settings: dict[str, Any], *, remembered: bool = False) -> Any:
        """Declare; with a ledger (`remembered`) what is not given is None: nothing is said of it.

        Then all is read before the ledger is opened, so that a fault in a file leaves no empty new one behind.
        """
        import mpj

        contracts = mpj.load_contracts(self.contracten, report=lambda fault: show_fault(fault, self.meldingen))
        registraties: Any = None
        if self.registraties or not remembered:
            registraties = mpj.read_registraties(self.registraties, **self._options("registraties"))
            registraties = self.progress.counted("registraties", registraties)
        toewijzingen = self._toewijzingen()
        verblijf = self._verblijf() if self.verblijf or not remembered else None
        if remembered:
            toewijzingen = list(toewijzingen)
            registraties = None if registraties is None else list(registraties)
            verblijf = None if verblijf is None else list(verblijf)
        return declare(
            contracts,
            toewijzingen,
            registraties,
            verblijf=verblijf,
            invoer=self.invoer,
            progress=self.progress.step("cliënten"),
            **self._common(),
            **settings,
        )

    def declare_files(self, settings: dict[str, Any], folder: Path, executor: str = "python", trace: Trace = "csv") -> Any:
        """Declare the files straight into `folder`, and return an `mpj.executors.parts.Outcome`."""
        import mpj
        from mpj.cli.executor import CHOSEN, choose_executor
        from mpj.engine.job import Job
        from mpj.engine.memory import remember
        from mpj.executors.parts import declare_files
        from mpj.records.partitions import Partitions

        contracts = mpj.load_contracts(self.contracten, report=lambda fault: show_fault(fault, self.meldingen))
        earlier = _earlier(self.eerder, self.invoer.setdefault("eerder", {}))
        job = Job.of(contracts, self._toewijzingen(), **self._common(), **settings)
        options = self._options("registraties")
        if executor == "auto":
            executor = choose_executor(tuple(self.registraties))
            if executor == "columnar":
                show_fault(CHOSEN, self.meldingen)
        memory = remember(earlier, job.protocol)
        given: dict[str, Any] = {"verblijf": self._verblijf(), "memory": memory, "invoer": self.invoer, "trace": trace}
        if executor == "columnar":
            from mpj.executors import columnar

            progress = self.progress.step("stappen")
            return columnar.declare_files(job, self.registraties, folder, progress=progress, **given, **options)
        with closing(Partitions()) as rows:
            rows.read(self.registraties, counted=partial(self.progress.counted, "registraties"), **options)
            return declare_files(job, rows, folder, progress=self.progress.step("delen"), **given)


def _write_berichten(
    result: Any, folder: Path, dagtekening: date, volgnummer: int, xsd_versie: str | None, xsd: Path | None
) -> tuple[Any, list[str]]:
    """Write the messages; returns their names, and the result: lines of a split declaration get the number of their part."""
    from mpj.engine.summary import renumbered
    from mpj.messages import XSD_VERSIE, split, write_berichten

    parts = split(result.regels, protocol=result.protocol)
    result = renumbered(result, {line.referentienummer: part.declaratienummer for part in parts for line in part.regels})
    version = xsd_versie or XSD_VERSIE
    paths = write_berichten(
        result.regels,
        folder,
        dagtekening=dagtekening,
        volgnummer=volgnummer,
        xsd_dir=xsd,
        xsd_versie=version,
        protocol=result.protocol,
    )
    return result, [path.name for path in paths]


def _earlier(paths: tuple[Path, ...], invoer: dict[str, str]) -> Iterator[Any]:
    if paths:
        from mpj.verification.earlier import read_earlier

        yield from read_earlier(paths, hashes=invoer)


def show_meldingen(result: Any, form: str) -> None:
    """Write warnings, and as JSON every set-aside record, to stderr."""
    shown: Counter[str] = Counter()
    for note in result.meldingen:
        shown[note.code] += 1
        if form == "json" or shown[note.code] <= _SHOWN:
            show_fault(note, form)
    if form != "json":
        for code, number in shown.items():
            if number > _SHOWN:
                click.echo(f"Let op: en nog {number - _SHOWN} keer {code}; --meldingen json toont ze alle.", err=True)
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
                "gemeente": row.gemeente,
                "vervolg": row.vervolg,
                "waarde_cent": row.waarde_cent,
                "toelichting": row.toelichting,
            }
        )
