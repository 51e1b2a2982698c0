"""What a run with a ledger is given, and what it is told to do with it: read and checked once, before the ledger is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Required, TypeAlias, TypedDict

from attrs import Attribute, field, frozen

from mpj.contract import Contract
from mpj.engine.job import Job, Progress
from mpj.engine.opdracht import Opdracht, read_month
from mpj.ledger.bound import Grens
from mpj.ledger.codec import Given
from mpj.ledger.release import Reprice
from mpj.ledger.schema import PRESTATIE, REGISTRATIE, VERBLIJF
from mpj.reading.calls import YES_OR_NO, expect, expect_all
from mpj.reading.faults import Fault, InputError
from mpj.reading.masking import hide
from mpj.reading.periods import first_day
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.records.entries import Entry
from mpj.records.given import profiled
from mpj.records.medewerkers import collect_medewerkers
from mpj.records.prestaties import as_prestaties
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig, as_registraties
from mpj.records.toewijzingen import OngeldigeToewijzing, as_toewijzingen
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf
from mpj.records.verblijf import as_stays

Registraties: TypeAlias = Iterable[Registratie | Ongeldig | Mapping[str, object]]
Stays: TypeAlias = Iterable[Verblijf | Ongeldig | Mapping[str, object]]
Prestaties: TypeAlias = Iterable[Prestatie | Ongeldig | Mapping[str, object]]
Toewijzingen: TypeAlias = Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]]
Medewerkers: TypeAlias = Iterable[Medewerker | Mapping[str, object]]


class LedgeropdrachtWords(TypedDict, total=False):
    """The keywords of `mpj.Ledger.declare`; each stands for the attribute of `Ledgeropdracht` with its name."""

    periode: Required[str]
    dagtekening: Required[date]
    verblijf: Stays | None
    prestaties: Prestaties | None
    medewerkers: Medewerkers | None
    volledig_vanaf: str | None
    akkoord: Iterable[str]
    op: date | None
    grens: Grens | None
    crediteer: bool
    crediteer_toewijzing: Iterable[int]
    verblijf_loopt_door: bool
    proef: bool
    release: str
    xsd_versie: str
    map: str
    bericht: bool | None
    invoer: Mapping[str, Mapping[str, str]] | None
    progress: Progress | None
    profiel: Profiel


def _codes(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(expect_all("akkoord", given, "codes", str))


def _numbers(given: Iterable[int]) -> tuple[int, ...]:
    return tuple(expect_all("crediteer_toewijzing", given, "whole numbers", int))


def _decided(_: object, attribute: Attribute[bool], value: object) -> None:
    expect(attribute.name, value, YES_OR_NO, bool)


@frozen(kw_only=True)
class Ledgeropdracht:
    """What a run with a ledger is asked, beside its contracts, toewijzingen and registraties."""

    periode: str
    """The declaration month, as 2026-03."""
    dagtekening: date
    """The date that the declaration bears."""
    verblijf: Stays | None = None
    """Stays; None: nothing is said of them."""
    prestaties: Prestaties | None = None
    """What happened with products of output; None: nothing is said of it."""
    medewerkers: Medewerkers | None = None
    """Levels by medewerker and date; those of who is not named stay as they were."""
    volledig_vanaf: str | None = None
    """From this month on, what is absent from the records that are given is withdrawn."""
    akkoord: Iterable[str] = field(default=(), converter=_codes)
    """The codes of what somebody agreed to, as a refused run printed them."""
    op: date | None = None
    """The day of the run, for who looks back; None: that of `dagtekening`."""
    grens: Grens | None = None
    """From where on a run asks before it moves far more than usual; None: never."""
    crediteer: bool = field(default=False, validator=_decided)
    """Credit granted care that its toewijzing no longer covers."""
    crediteer_toewijzing: Iterable[int] = field(default=(), converter=_numbers)
    """Credit it of the toewijzingen with these numbers alone."""
    verblijf_loopt_door: bool = field(default=False, validator=_decided)
    """Say of open stays that are not given that they go on."""
    proef: bool = field(default=False, validator=_decided)
    """Compute, and remember nothing."""
    release: str = "3.2"
    """The release of the messages."""
    xsd_versie: str = "1.0.0"
    """The version of their schemas."""
    map: str = field(default="", converter=hide)
    """The folder that the run writes; of a concept that is replaced later its messages are void."""
    bericht: bool | None = None
    """Whether the messages are written there; False: `mpj.Ledger.send` refuses, None: that is the caller's to see to."""
    invoer: Mapping[str, Mapping[str, str]] | None = field(default=None)
    """What was read, for the summary: kind of input, to file name, to SHA-256."""
    progress: Progress | None = None
    profiel: Profiel = NO_PROFILE
    """How mappings are written (`mpj.read_profile`)."""


def _check_day(asked: Ledgeropdracht) -> None:
    """Raise InputError where the messages could not bear their dagtekening: before a ledger is made."""
    from mpj.messages.declaratie import too_early

    if faults := list(too_early(read_month(asked.periode, "periode"), asked.dagtekening)):
        raise InputError(faults)


def _entry(entries: Entries, one: Registratie, births: dict[Entry, date]) -> Entry:
    """Return a registratie as an entry, and keep in `births` what an entry does not hold."""
    made = entries.of(one)
    if one.geboortedatum is not None:
        births.setdefault(made, one.geboortedatum)
    return made


@frozen
class Input:
    """What a run is given."""

    asked: Ledgeropdracht
    job: Job
    """The run made ready with its contracts; its toewijzingen follow once it is known what is looked at."""
    toewijzingen: Sequence[Toewijzing | OngeldigeToewijzing]
    entries: Entries
    """What makes entries of registraties in this run."""
    registraties: Sequence[Entry | Ongeldig] | None
    """None: nothing is said of them."""
    births: Mapping[Entry, date]
    """The birth dates of their clients, as far as they tell them."""
    verblijf: Sequence[Verblijf | Ongeldig] | None
    prestaties: Sequence[Prestatie | Ongeldig] | None
    medewerkers: Sequence[Medewerker] | None
    volledig_vanaf: int | None
    meldingen: Sequence[Fault]
    """Warnings about what was given."""
    reprice: Reprice | None = None
    """The months of which standing lines are made again under the contracts of now."""

    @classmethod
    def read(
        cls, asked: Ledgeropdracht, contracten: Iterable[Contract], toewijzingen: Toewijzingen, registraties: Registraties | None
    ) -> Input:
        """Read what a caller gives; raises InputError and TypeError as `mpj.Ledger.declare` does."""
        heard: list[Fault] = []
        if asked.bericht:
            _check_day(asked)
        tell, lay = heard.append, partial(profiled, profiel=asked.profiel, report=heard.append)
        job = Job(Opdracht.of(periode=asked.periode, dagtekening=asked.dagtekening, nalevering=True), contracten, ())
        assigned = list(as_toewijzingen(lay(toewijzingen, "toewijzingen"), tell))
        entries, births = job.entries(), dict[Entry, date]()
        read = None if registraties is None else as_registraties(lay(registraties, "registraties"), tell)
        return cls(
            asked,
            job,
            assigned,
            entries,
            None if read is None else [one if isinstance(one, Ongeldig) else _entry(entries, one, births) for one in read],
            births,
            None if asked.verblijf is None else list(as_stays(lay(asked.verblijf, "verblijf"), tell)),
            None if asked.prestaties is None else list(as_prestaties(lay(asked.prestaties, "prestaties"), tell)),
            None if asked.medewerkers is None else collect_medewerkers(lay(asked.medewerkers, "medewerkers"), job.protocol, tell),
            None if asked.volledig_vanaf is None else read_month(asked.volledig_vanaf, "volledig_vanaf"),
            heard,
        )

    @property
    def complete(self) -> tuple[str, ...]:
        """The kinds of records that are given, and so are complete from `volledig_vanaf` on."""
        return tuple(soort for soort, records in self.records if records is not None)

    @property
    def records(self) -> Iterable[tuple[str, Sequence[Given | Ongeldig] | None]]:
        """What is given of each kind, None where nothing is said of it."""
        return (REGISTRATIE, self.registraties), (VERBLIJF, self.verblijf), (PRESTATIE, self.prestaties)

    @property
    def from_before(self) -> bool:
        """Whether any record is of before the month of the run."""
        first = first_day(self.job.opdracht.maand)
        records = (one for _, given in self.records for one in given or ())
        return any(one.dagen[0] < first for one in records if not isinstance(one, Ongeldig))

    @property
    def parties(self) -> frozenset[tuple[str, str]]:
        """The (aanbieder, gemeente) pairs that the run has a contract of."""
        contracten = self.job.contracten
        return frozenset((contract.aanbieder, gemeente) for contract in contracten for gemeente in contract.gemeenten)
