"""The input files of a declaration, read and handed to whatever computes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mpj.cli.common import Progress, ledger_to_write, show_fault

if TYPE_CHECKING:
    from mpj.output.shape import Trace
    from mpj.reading.faults import Fault
    from mpj.reading.lines import LineNumbers
    from mpj.reading.profile import Profiel


@frozen(slots=False)
class Inputs:
    """The input files of a run; warnings about them go to stderr as they come."""

    contracten: Sequence[Path]
    toewijzingen: Sequence[Path]
    registraties: Sequence[Path]
    verblijf: Sequence[Path]
    prestaties: Sequence[Path]
    medewerkers: Sequence[Path]
    eerder: Sequence[Path]
    """Earlier declarations and answers."""
    meldingen: str
    """The form of warnings, as in ``--meldingen``."""
    progress: Progress
    submappen: bool = False
    """Whether files in sub-folders count."""
    profiel: Path | None = None
    """The file that says how the tables are written."""
    invoer: dict[str, dict[str, str]] = field(factory=dict)
    """What was read: kind of input, to file name, to SHA-256; ``niet_gelezen`` what was not, ``overgeslagen`` how many rows."""
    lines: dict[str, LineNumbers] = field(factory=dict)
    """On which lines rows begin, by file."""
    naast: Sequence[Path] = ()
    """Messages of another system."""
    wie: dict[tuple[str, str], str] = field(factory=dict)
    """The client of each record that was read, by its soort and id, where there are such messages."""

    def _options(self, soort: str) -> dict[str, Any]:
        hashes = self.invoer.setdefault(soort, {})
        heard = partial(self._heard, soort)
        return {"report": heard, "hashes": hashes, "lines": self.lines, "submappen": self.submappen, "profiel": self._profiel}

    @cached_property
    def _profiel(self) -> Profiel:
        from mpj.reading.profile import NO_PROFILE
        from mpj.records.profile import read_profile

        return NO_PROFILE if self.profiel is None else read_profile(self.profiel, hashes=self.invoer.setdefault("profiel", {}))

    def _heard(self, soort: str, fault: Fault) -> None:
        from mpj.engine.summary import note_passed_over

        note_passed_over(self.invoer, soort, fault)
        show_fault(fault, self.meldingen)

    def _toewijzingen(self) -> Iterable[Any]:
        import mpj

        read = mpj.read_toewijzingen(self.toewijzingen, **self._options("toewijzingen"))
        return self.progress.counted("toewijzingen", read)

    def _verblijf(self) -> Iterable[Any]:
        import mpj

        return self.progress.counted("verblijf", mpj.read_verblijf(self.verblijf, **self._options("verblijf")))

    def _prestaties(self) -> Iterable[Any]:
        import mpj

        return self.progress.counted("prestaties", mpj.read_prestaties(self.prestaties, **self._options("prestaties")))

    def _medewerkers(self) -> Iterable[Any] | None:
        import mpj

        return mpj.read_medewerkers(self.medewerkers, **self._options("medewerkers")) if self.medewerkers else None

    def declare(self, settings: dict[str, Any], ledger: str | None = None) -> Any:
        """Declare the files, with a ledger where one is named, and return an `mpj.Result`."""
        import mpj

        if ledger is not None:
            with ledger_to_write(ledger, self.meldingen) as opened:
                return self._run(opened.declare, settings, remembered=True)
        return self._run(mpj.declare, settings | {"eerder": self._earlier()})

    def _run(self, declare: Any, settings: dict[str, Any], *, remembered: bool = False) -> Any:
        """Declare; with a ledger (`remembered`) what is not given is None: nothing is said of it.

        A ledger is opened once all is read (`mpj.ledger.input.Input.read`): a fault in a file leaves no empty new one behind.
        """
        import mpj

        contracts = mpj.load_contracts(self.contracten, report=lambda fault: show_fault(fault, self.meldingen))
        registraties: Any = None
        if self.registraties or not remembered:
            registraties = mpj.read_registraties(self.registraties, **self._options("registraties"))
            registraties = self._noted("registratie", self.progress.counted("registraties", registraties))
        toewijzingen = self._toewijzingen()
        verblijf = self._noted("verblijf", self._verblijf()) if self.verblijf or not remembered else None
        if self.prestaties:
            settings = settings | {"prestaties": self._noted("prestatie", self._prestaties())}
        return declare(
            contracts,
            toewijzingen,
            registraties,
            verblijf=verblijf,
            medewerkers=self._medewerkers(),
            invoer=self.invoer,
            progress=self.progress.step("cliënten"),
            **settings,
        )

    def _noted(self, soort: str, records: Iterable[Any]) -> Iterable[Any]:
        return self._note(soort, records) if self.naast else records

    def _note(self, soort: str, records: Iterable[Any]) -> Iterator[Any]:
        for one in records:
            if bsn := getattr(one, "bsn", None):
                self.wie[soort, one.id] = bsn
            yield one

    def shadow(self, periode: str) -> Any:
        """Read the messages of another system, and return what adds to a Result how they differ."""
        import mpj
        from mpj.reports.shadow import read_shadow, with_shadow

        aanbieders = [one.aanbieder for one in mpj.load_contracts(self.contracten)]
        heard = partial(self._heard, "naast")
        hashes = self.invoer.setdefault("naast", {})
        messages = read_shadow(self.naast, periode, aanbieders, hashes=hashes, report=heard, submappen=self.submappen)
        return partial(with_shadow, messages=messages, wie=self.wie)

    def _earlier(self) -> Iterator[Any]:
        if self.eerder:
            from mpj.verification.earlier import read_earlier

            hashes = self.invoer.setdefault("eerder", {})
            heard = partial(self._heard, "eerder")
            yield from read_earlier(self.eerder, hashes=hashes, report=heard, submappen=self.submappen)

    def declare_files(self, settings: dict[str, Any], folder: Path, executor: str = "python", trace: Trace = "csv") -> Any:
        """Declare the files straight into `folder`, and return an `mpj.executors.parts.Outcome`."""
        import mpj
        from mpj.cli.executor import CHOSEN, choose_executor
        from mpj.engine.job import Job
        from mpj.executors.memory import remembered
        from mpj.executors.parts import declare_files
        from mpj.reading.sources import Reading
        from mpj.records.partitions import Partitions

        contracts = mpj.load_contracts(self.contracten, report=lambda fault: show_fault(fault, self.meldingen))
        earlier = self._earlier()
        job = Job.of(contracts, self._toewijzingen(), medewerkers=self._medewerkers(), **settings)
        options = self._options("registraties")
        reading = Reading(**options | {"profiel": options["profiel"].of("registraties")})
        if executor == "auto":
            executor = choose_executor(self.registraties, submappen=self.submappen)
            if executor == "columnar":
                show_fault(CHOSEN, self.meldingen)
        memory = remembered(job, earlier, lambda fault: show_fault(fault, self.meldingen))
        given: dict[str, Any] = {"verblijf": self._verblijf(), "memory": memory, "invoer": self.invoer, "trace": trace}
        if self.prestaties:
            given["prestaties"] = self._prestaties()
        if executor == "columnar":
            from mpj.executors import columnar

            progress = self.progress.step("stappen")
            return columnar.declare_files(job, self.registraties, folder, progress=progress, reading=reading, **given)
        with closing(Partitions()) as rows:
            rows.read(self.registraties, reading, counted=partial(self.progress.counted, "registraties"))
            return declare_files(job, rows, folder, progress=self.progress.step("delen"), **given)
