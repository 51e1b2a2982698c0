"""One day of care on its way to a line, and what a step is: care in, care and what it set aside out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import NamedTuple

from attrs import define, field, frozen

from mpj.engine.limits import product_period
from mpj.engine.matching import Dekkingen
from mpj.engine.memory import Memory, Recorded, Regelinhoud
from mpj.engine.opdracht import Opdracht, Periode
from mpj.engine.planning import Afspraken, rests_on_planning
from mpj.engine.search import Afwijzing, Match, Search, Stretches, search_in
from mpj.engine.tarieven import Answers, Tarief
from mpj.engine.values import Identiteit
from mpj.protocol import Protocol
from mpj.reading.faults import Fault
from mpj.reading.periods import month_of
from mpj.records.aside import named
from mpj.records.entries import PRESTATIE, Entry, Vorm
from mpj.records.medewerkers import Levels
from mpj.records.reasons import Redencode


class Counted(NamedTuple):
    """How much one day of care counts, by the names of the trace's columns."""

    geteld: int = 0
    """Minutes, pieces or days, after presence."""
    som_voor: int = 0
    """What the same sum held before, where more than one contact is rounded at once."""
    voor_limiet: int = 0
    """Normed units before a limit (minutes by IV081)."""
    eenheden: int = 0
    """Normed units that are billed."""
    cent: int = 0
    rest_cent: int = 0
    """Eurocents that a limit took off."""
    afgetopt: bool = False
    """Whether a limit took off a part."""


UNCOUNTED = Counted()


@define
class Placed:
    """Where care falls: the toewijzing found for it, how it counts there, and the line that it belongs to."""

    match: Match
    tarief: Tarief
    identiteit: Identiteit
    """Of care that its level or code keeps from a line, one that no line has."""

    @classmethod
    def of(cls, match: Match, tarief: Tarief) -> Placed:
        """Return where care on this match and tarief falls."""
        billed, of = tarief.billed, match.dekking.toewijzing
        care = ("", "", "") if billed is None else (tarief.perceel, tarief.prestatiecode, billed.kwalificatieniveau)
        return cls(match, tarief, _identiteit((of.gemeente, of.toewijzingnummer, *care, tarief.maand)))


# As the class itself makes it, in half the time.
_identiteit = partial(tuple.__new__, Identiteit)


@define
class Care:
    """One day of care of one client, a registratie or a day of a stay, with what is decided so far.

    A step makes new ones and fills none in; it is not frozen, since frozen ones take three times as long to make.
    """

    record: Entry
    niveau: str | None
    """The delivered level: that of the medewerkers' file, else the record's own."""
    placed: Placed | None = None
    """None only before step `place`, but of prestaties; read through `match`, `tarief` and `identiteit`."""
    counted: Counted = UNCOUNTED

    @property
    def at(self) -> Placed:
        """Where it falls."""
        assert self.placed is not None, "asked before step place"
        return self.placed

    @property
    def match(self) -> Match:
        """The toewijzing found for it."""
        assert self.placed is not None, "asked before step place"
        return self.placed.match

    @property
    def tarief(self) -> Tarief:
        """How it counts."""
        assert self.placed is not None, "asked before step place"
        return self.placed.tarief

    @property
    def identiteit(self) -> Identiteit:
        """The line that it belongs to."""
        assert self.placed is not None, "asked before step place"
        return self.placed.identiteit

    @property
    def recorded(self) -> Recorded:
        """What names the record, or the day of a stay."""
        return self.record.reeks.vorm.bron, self.record.id, self.record.datum

    @property
    def told(self) -> bool:
        """Whether a prestatie tells it, which is counted by the rules of output (`mpj.engine.produced`)."""
        return self.record.reeks.vorm.bron == PRESTATIE

    @property
    def measure(self) -> int:
        """What it counts before presence and rounding: minutes, pieces, or one day."""
        record = self.record
        return (record.tijd.duur or 0) if self.tarief.timed else record.reeks.vorm.aantal

    def counting(self, counted: Counted) -> Care:
        """Return the same care, counted otherwise."""
        return Care(self.record, self.niveau, self.placed, counted)


# As the class itself makes it, in half the time.
make_counted = partial(tuple.__new__, Counted)


def tarieven_of(care: Iterable[Care]) -> set[Tarief]:
    """Return how placed care counts, each tarief once: what concerns none of them, a step need not ask of each record."""
    return {one.placed.tarief for one in care if one.placed is not None}


class Aside(NamedTuple):
    """Care that a step set aside."""

    record: Entry
    reden: Redencode
    toelichting: str = ""
    waarde_cent: int | None = None
    """What would have been billed in eurocents, None while unknown."""
    gemeente: str = ""
    """That of the toewijzing, where one was found."""
    datum_tot: date | None = None
    """The last of consecutive days of a stay, where it stands for more than one."""
    aantal: int = 1

    @classmethod
    def of(cls, care: Care, reden: Redencode, toelichting: str = "", waarde_cent: int | None = None) -> Aside:
        """Set placed care aside."""
        return cls(care.record, reden, toelichting, waarde_cent, care.match.dekking.toewijzing.gemeente)


@frozen
class Passed:
    """What a step hands on. Conservation: what came in stands in `care` or in `aside`, once."""

    care: Sequence[Care]
    aside: Sequence[Aside] = ()
    meldingen: Sequence[Fault] = ()
    inhoud: Mapping[Identiteit, Regelinhoud] = field(factory=dict)
    """Told by `limit`: what each line is made of before limits, also where nothing of it is left."""
    kept_price: frozenset[Identiteit] = frozenset()
    """Told by `level`: lines that keep an earlier code, price or rounding where the contract says otherwise now."""


@frozen
class Day:
    """A day as a run sees it."""

    maand: int
    outside: Afwijzing | None
    """Why care on it is out, None where this run may declare it."""
    tijdvak: int
    """`Answers.tijdvak`."""


class Days(dict[date, Day]):
    """The days of a job, worked out on first use."""

    def __init__(self, periode: Periode, answers: Answers) -> None:
        super().__init__()
        self._periode = periode
        self._answers = answers

    def __missing__(self, day: date) -> Day:
        reden = self._periode.reason(day)
        outside = Afwijzing(reden, self._periode.explain(reden)) if reden else None
        made = self[day] = Day(month_of(day), outside, self._answers.tijdvak(day))
        return made


@frozen(eq=False)
class Context:
    """What holds for all clients of a job."""

    opdracht: Opdracht
    protocol: Protocol
    periode: Periode
    dekkingen: Dekkingen
    answers: Answers
    days: Days
    levels: Levels | None
    """Of the medewerkers' file, None where none was given."""

    def delivered(self, entry: Entry) -> str | None:
        """Return the delivered level: that of the medewerkers' file where the record names a medewerker, else its own."""
        if self.levels is None or entry.reeks.medewerker is None:
            return entry.reeks.vorm.kwalificatieniveau
        return self.levels.on(entry.reeks.medewerker, entry.datum)

    def notes(self, care: Care) -> tuple[Fault, ...]:
        """Report a level on the record that the medewerkers' file contradicts."""
        record, own = care.record, care.record.reeks.vorm.kwalificatieniveau
        if self.levels is None or record.reeks.medewerker is None or not care.niveau or own in (None, care.niveau):
            return ()
        text = f"{named(record)}: het niveau op de registratie wijkt af van het medewerkersbestand, dat telt"
        kolom = "kwalificatieniveau"
        return (Fault("niveau_afwijkend", record.bestand, record.rij, kolom, own or "", care.niveau, text, "waarschuwing"),)

    def stretches(self, search: Search) -> Stretches:
        """Return where a search for a toewijzing leads, by day."""
        return search_in(self.dekkingen, search, self.periode)

    def place(
        self, match: Match, vorm: Vorm, niveau: str | None, tijdvak: int, *, timed: bool, told: bool = False
    ) -> Placed | Afwijzing:
        """Return where care of this form falls once its toewijzing is found, or why nowhere; `told`: by a prestatie."""
        answer = self.answers.tarief(self.answers.question(match, tijdvak, vorm.soort, niveau, timed=timed))
        if isinstance(answer, Tarief):
            if answer.monthly and not told:
                text = f"{match.prestatiecode} telt per {answer.normtijd}: welke maanden zegt prestaties.csv"
                return Afwijzing("eenheid_past_niet", text)
            return Placed.of(match, answer)
        return answer if answer.toelichting else Afwijzing(answer.reden, self.where(match))

    def where(self, match: Match) -> str:
        """Say in Dutch on which toewijzing care is that falls under no contract or perceel."""
        return f"{match.dekking.naam}, {match.prestatiecode}"


@frozen(eq=False, slots=False)  # as `Tarief`
class Clientrun:
    """All that a step may look at; nothing in it changes while the steps run."""

    context: Context
    registraties: Sequence[Entry]
    """All readable ones of the client, for records of one afspraak."""
    memory: Memory

    @cached_property
    def afspraken(self) -> Afspraken | None:
        """What belongs together, None where no record bears on another."""
        return Afspraken(self.registraties) if any(map(rests_on_planning, self.registraties)) else None


@frozen
class Step:
    """One step of the nine."""

    name: str
    """Its module in `mpj.engine.steps`."""
    numbers: tuple[int, ...]
    """Its headings in docs/steps.md."""
    reasons: tuple[Redencode, ...]
    """Why it sets care aside, in the order it tries them."""
    apply: Callable[[Clientrun, Sequence[Care]], Passed]


def passed_by(steps: Iterable[Step], run: Clientrun, care: Sequence[Care]) -> list[Passed]:
    """Take one client's care through steps, and return what each handed on."""
    passed: list[Passed] = []
    for step in steps:
        passed.append(step.apply(run, care))
        care = passed[-1].care
    return passed


def regelinhoud(care: Sequence[Care]) -> Regelinhoud:
    """Return what the care of one line is made of before any limit."""
    tarief, toewijzing = care[0].tarief, care[0].match.dekking.toewijzing
    begin, end = product_period(toewijzing.begindatum, toewijzing.einddatum, tarief.maand)
    units = sum(one.counted.voor_limiet for one in care)
    billed = tarief.price
    return Regelinhoud(begin, end, units, tarief.eenheid, tarief.perceel, billed.tarief_cent, *billed.code)


def by_line(care: Sequence[Care]) -> dict[Identiteit, list[Care]]:
    """Return care by the line that it belongs to, in order."""
    lines: dict[Identiteit, list[Care]] = {}
    for one in care:
        lines.setdefault(one.identiteit, []).append(one)
    return lines
