"""A run made ready: all that others ask of the engine. Nobody reaches through a job into its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import partial
from operator import is_
from typing import Unpack

from attrs import evolve

from mpj.contract import Contract, check_together
from mpj.engine.care import Aside, Care, Clientrun, Context, Day, Days, passed_by
from mpj.engine.estimate import Estimates
from mpj.engine.fast import Shortcut
from mpj.engine.matching import Dekking, Dekkingen
from mpj.engine.memory import NOTHING, Memory
from mpj.engine.opdracht import Opdracht, OpdrachtWords, Periode
from mpj.engine.outcome import Uitkomst, uitkomst_of
from mpj.engine.produced import produced
from mpj.engine.products import Products
from mpj.engine.runs import RUNNING
from mpj.engine.search import Afwijzing, Search, Stretches
from mpj.engine.sieve import NOTHING_DECIDED, Decided, Records, by_client, sift_prestaties, sift_registraties, sift_stays, uitval_of
from mpj.engine.stays import stretches_of
from mpj.engine.steps import STEPS
from mpj.engine.summary import Totals, summarise
from mpj.engine.tarieven import Answers, Tarief, Tariefvraag, Terms
from mpj.engine.told import DeclarationSummary, RunSummary
from mpj.engine.versions import Missed
from mpj.protocol import Protocol
from mpj.protocol.words import Zorgsoort
from mpj.reading.calls import expect_all
from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.periods import month_of
from mpj.records.entries import Entry, days_of, with_days
from mpj.records.known import check_protocol
from mpj.records.medewerkers import Levels, collect_medewerkers
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing, as_toewijzingen
from mpj.records.uitval import Uitval, conceal, in_order, suspects
from mpj.records.values import Medewerker, Prestatie, Toewijzing, Verblijf
from mpj.tariefkaart import Tariefkaarten, compile_tariefkaart

Progress = Callable[[int, int], None]
"""Hears how many clients are done, and how many there are."""


class Job:
    """A run made ready: contracts compiled, toewijzingen bound to them. It holds the answers of this run, and of clients nothing.

    `levels` are those of the medewerkers' file, None where none was given. Raises InputError where there is no contract, contracts
    contradict each other, or versions of a toewijzing cannot be ordered.
    """

    def __init__(
        self,
        opdracht: Opdracht,
        contracten: Iterable[Contract],
        toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing],
        levels: Levels | None = None,
    ) -> None:
        self.opdracht = opdracht
        self.contracten: Sequence[Contract] = tuple(expect_all("contracten", contracten, "Contract", Contract))
        if not self.contracten:
            raise InputError(Fault("contract_ontbreekt", toelichting="geen enkel contract", verwacht="minstens één contract"))
        check_together(self.contracten)
        self.protocol: Protocol = self.contracten[0].protocol
        self._kaarten = Tariefkaarten([compile_tariefkaart(contract) for contract in self.contracten])
        self._levels = levels
        self._bind(toewijzingen)

    @classmethod
    def of(
        cls,
        contracten: Iterable[Contract],
        toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]],
        *,
        medewerkers: Iterable[Medewerker | Mapping[str, object]] | None = None,
        report: Hears | None = None,
        **words: Unpack[OpdrachtWords],
    ) -> Job:
        """Make a run ready from what a caller gives, values or mappings; takes and raises what `mpj.declare` does of these.

        `report` hears of keys of mappings that are not known.
        """
        contracts = tuple(expect_all("contracten", contracten, "Contract", Contract))
        levels = None
        if medewerkers is not None and contracts:
            levels = Levels(collect_medewerkers(medewerkers, contracts[0].protocol, report))
        return cls(Opdracht.of(**words), contracts, as_toewijzingen(toewijzingen, report), levels)

    def _bind(self, toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Missed]) -> None:
        periode, answers = Periode.of(self.opdracht, self.protocol), Answers(self.protocol, self._kaarten)
        self._products = Products(self.protocol, self._kaarten)
        dekkingen = Dekkingen(toewijzingen, self._kaarten, self.protocol, self._products.covers)
        days = Days(periode, answers)
        self._context = Context(self.opdracht, self.protocol, periode, dekkingen, answers, days, self._levels)
        self._estimates = Estimates(self.protocol, self._kaarten, dekkingen)
        self._shortcut = Shortcut()
        self._terms: dict[tuple[int, str, date], str] = {}

    def part(
        self,
        toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Missed],
        levels: Levels | None = None,
        *,
        vanaf: int | None = None,
    ) -> Job:
        """Return this run for some of its clients: with their toewijzingen, and nothing of the others.

        `levels` take the place of those of this run, where they are given; `vanaf` is the first month that may be declared.
        """
        one = copy(self)
        one.opdracht = evolve(self.opdracht, vanaf=vanaf)
        one._levels = levels or self._levels
        one._bind(toewijzingen)
        return one

    # What records come to

    def entries(self, report: Hears | None = None) -> Entries:
        """Return a reader of registraties for this run; `report` hears of keys of mappings that are not known."""
        return Entries(partial(check_protocol, protocol=self.protocol), report)

    def sift(
        self,
        registraties: Iterable[Entry | Ongeldig],
        verblijf: Iterable[Verblijf | Ongeldig] = (),
        decided: Decided = NOTHING_DECIDED,
        prestaties: Iterable[Prestatie | Ongeldig] = (),
    ) -> tuple[dict[str, Records], tuple[Uitval, ...]]:
        """Step 1: return what counts once, by client, and what was set aside.

        `decided` is what others found of ids, of each kind of record, who saw records of other clients.
        """
        entries = sift_registraties(registraties, decided[0])
        stays = sift_stays(verblijf, self.protocol, decided[1])
        events = sift_prestaties(prestaties, decided[2])
        aside = uitval_of(entries, stays, events, self._context.periode)
        return by_client(entries.kept, stays.kept, events.kept), tuple(self._estimates.completed(row, bsn) for row, bsn in aside)

    def outcomes(
        self,
        registraties: Iterable[Entry | Ongeldig],
        verblijf: Iterable[Verblijf | Ongeldig] = (),
        memory: Memory = NOTHING,
        *,
        prestaties: Iterable[Prestatie | Ongeldig] = (),
        decided: Decided = NOTHING_DECIDED,
        progress: Progress | None = None,
    ) -> Iterator[Uitkomst]:
        """Sift records, then compute client by client. The last outcome is what the sieve set aside."""
        clients, aside = self.sift(registraties, verblijf, decided, prestaties)
        total, bsns = len(clients), frozenset(clients)
        # Clients of like care one after another: what they share is looked up while it is close to the processor.
        for done, bsn in enumerate(sorted(clients, key=lambda bsn: clients[bsn].zorgcode), 1):
            yield self.compute(bsn, clients.pop(bsn), memory)
            if progress is not None:
                progress(done, total)
        yield Uitkomst(uitval=aside, bsns=bsns)

    def compute(self, client: str, records: Records, memory: Memory = NOTHING) -> Uitkomst:
        """Return what one client's records (readable, each once) come to: by the shortcut where care is plain, else by `STEPS`."""
        run, days = self._run(records, memory), self._take_apart(records.verblijf, memory)
        found = None if records.prestaties else self._shortcut.compute(run, *days)
        return self._completed(client, self._by_steps(run, records, *days) if found is None else found)

    def by_steps(self, client: str, records: Records, memory: Memory = NOTHING) -> Uitkomst:
        """As `compute`, by `STEPS` alone."""
        days = self._take_apart(records.verblijf, memory)
        return self._completed(client, self._by_steps(self._run(records, memory), records, *days))

    def _run(self, records: Records, memory: Memory) -> Clientrun:
        by_date = sorted(records.registraties)  # then by id, which no two share
        return Clientrun(self._context, by_date, memory)

    def _completed(self, client: str, found: Uitkomst) -> Uitkomst:
        rows = tuple([self._estimates.completed(row, client) for row in found.uitval])
        return found if all(map(is_, rows, found.uitval)) else evolve(found, uitval=rows)

    def _by_steps(self, run: Clientrun, records: Records, days: Sequence[Entry], aside: Sequence[Aside]) -> Uitkomst:
        entries = with_days(run.registraties, days)
        care: Sequence[Care] = [Care(entry, self._context.delivered(entry)) for entry in entries]
        if records.prestaties:
            made, rest = produced(run, self._products, records)
            care, aside = sorted([*care, *made], key=lambda one: one.record.order), [*aside, *rest]
        return uitkomst_of(run, passed_by(STEPS, run, care), aside)

    def _take_apart(self, stays: Sequence[Verblijf], memory: Memory) -> tuple[list[Entry], list[Aside]]:
        """Return the days of stays that this run looks at, and what lies outside its period."""
        days: list[Entry] = []
        aside: list[Aside] = []
        for stay in stays:
            for stretch in stretches_of(stay, self._context.periode):
                if stretch.reden is not None:
                    (first,) = days_of(stay, [stretch.begin])
                    aside.append(Aside(first, stretch.reden, datum_tot=stretch.einde, aantal=stretch.aantal))
                else:
                    wanted = memory.maanden
                    days += days_of(stay, (day for day in stretch.days if wanted is None or month_of(day) in wanted))
        return days, aside

    # What executors join with

    def day(self, day: date) -> Day:
        """Return a day as this run sees it."""
        return self._context.days[day]

    def stretches(self, search: Search) -> Stretches:
        """Return where a search for a toewijzing leads, day by day."""
        return self._context.stretches(search)

    def terms_of(self, dekking: Dekking) -> Terms:
        """Return what of a toewijzing is asked about the price of care on it."""
        return self._context.answers.terms(dekking)

    def default_soort(self, prestatiecode: str) -> Zorgsoort:
        """Return the soort of a registratie that names none."""
        return self._context.answers.default_soort(prestatiecode)

    def tarief(self, vraag: Tariefvraag) -> Tarief | Afwijzing:
        """Answer the question about a price, once in this job."""
        return self._context.answers.tarief(vraag)

    def terms(self, aanbieder: str, gemeente: str, prestatiecode: str, day: date) -> str:
        """Return what the contracts say of such care in the month of `day`, but prices and rounding: equal terms, equal lines.

        What decides about planned time stands alone, before the ``#``. Empty where no contract covers it.
        """
        key = self._kaarten.like(aanbieder, gemeente), prestatiecode, day
        if key not in self._terms:
            kaarten = self._kaarten.valid(aanbieder, gemeente, day)
            terms = [kaart.terms(gemeente, prestatiecode, month_of(day)) for kaart in kaarten]
            text = "#".join("/".join(parts) for parts in zip(*terms, strict=True))
            self._terms[key] = text + self._products.terms(prestatiecode, day)
        return self._terms[key]

    def runs_on(self, productcode: str, day: date) -> bool | None:
        """Say whether what a prestatie of `day` names may run from a start to an end; None where no contract of the call tells."""
        variant = self._products.bought(productcode, day)
        return None if variant is None else isinstance(variant, Afwijzing) or variant in RUNNING

    def meaning(self, aanbieder: str, gemeente: str, productcode: str, day: date) -> tuple[str, str, str] | None:
        """Return perceel, prestatiecode and level of what travelled under a code on `day`; None where the contracts do not say."""
        if self._products.terms(productcode, day) and self._kaarten.valid(aanbieder, gemeente, day):
            return "", productcode, ""
        found = self._kaarten.meaning(aanbieder, gemeente, productcode, day)
        return None if found is None else (found[0].perceel, found[1].prestatiecode, found[1].kwalificatieniveau)

    def bound_by(self, aanbieder: str, gemeente: str, day: date) -> str:
        """Return what the contracts say that bind these two on a day, as a text: equal texts, equal contracts."""
        return "/".join(kaart.sha256[:16] for kaart in self._kaarten.valid(aanbieder, gemeente, day))

    @property
    def has_levels(self) -> bool:
        """Whether a medewerkers' file was given, which then says what level was delivered."""
        return self._levels is not None

    def periods_of(self, medewerker: str) -> Sequence[Medewerker]:
        """Return the levels of a medewerker by the medewerkers' file, each with its period."""
        return () if self._levels is None else self._levels.of(medewerker)

    # What of toewijzingen and contracts goes into the outcome

    @property
    def toewijzingen(self) -> Iterator[Toewijzing]:
        """The current toewijzingen of all clients."""
        return self._context.dekkingen.toewijzingen

    def toewijzingen_of(self, bsn: str) -> list[Toewijzing]:
        """Return the current toewijzingen of one client."""
        return [dekking.toewijzing for dekking in self._context.dekkingen.of(bsn)]

    def check_toewijzing(self, toewijzing: Toewijzing) -> str:
        """Return what makes a readable toewijzing faulty, without what was found; empty when all is well."""
        return self._context.dekkingen.check(toewijzing)

    @property
    def toewijzingen_aside(self) -> Sequence[Uitval]:
        """The toewijzingen that were set aside."""
        return self._context.dekkingen.uitval

    def all_aside(self, uitval: Iterable[Uitval], bsns: frozenset[str] | set[str]) -> list[Uitval]:
        """Return what a run set aside, toewijzingen too, in the order of ``uitval.csv``; `bsns` are clients of the records.

        An id that is the BSN of a client of the run, whoever's, is left out.
        """
        rows = [*uitval, *self.toewijzingen_aside]
        found = suspects(rows)
        known = found & bsns.union((one.bsn for one in self.toewijzingen), (one.bsn for one in self.missed)) if found else found
        return in_order(conceal(rows, known))

    @property
    def meldingen(self) -> Iterator[Fault]:
        """What is told of toewijzingen: those that moved to another client, and those of an aanbieder without a contract."""
        yield from self._context.dekkingen.meldingen
        yield from self._context.dekkingen.not_counted

    @property
    def missed(self) -> Sequence[Missed]:
        """The toewijzingen that clients do not have, although a row gives them."""
        return self._context.dekkingen.missed

    def summary(
        self,
        totals: Totals,
        declaraties: Sequence[DeclarationSummary],
        uitval: Sequence[Uitval],
        invoer: Mapping[str, Mapping[str, str]],
        toewijzingen: int | None = None,
    ) -> RunSummary:
        """Return the summary of the run (`mpj.engine.summary.summarise`); `toewijzingen` were read, None: those of this job."""
        read = self._context.dekkingen.gelezen if toewijzingen is None else toewijzingen
        return summarise(self.opdracht, self.contracten, self._kaarten.kaarten, totals, declaraties, uitval, read, invoer)
