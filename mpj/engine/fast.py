"""The shortcut for plain care: registraties that are counted and priced one by one, whatever others there are.

Most clients have nothing else, or days of stays beside them, which count once. Of each kind of care it asks once, per record or day
it looks up and appends. Where a limit may bind, it hands what is rounded over to the steps that are left. A client with anything
else that needs the steps (an afspraak, group time, sums, a memory) goes through all of them, and a property test proves that both
ways give the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, frozen

from mpj.engine.care import (
    Aside,
    Care,
    Clientrun,
    Context,
    Counted,
    Day,
    Placed,
    by_line,
    make_counted,
    passed_by,
    regelinhoud,
)
from mpj.engine.limits import Limieten, Verbruik
from mpj.engine.matching import Dekking
from mpj.engine.memory import NOTHING
from mpj.engine.outcome import Regel, Uitkomst, rows_of, uitkomst_of
from mpj.engine.planning import GEPLAND, out_by_form
from mpj.engine.search import Afwijzing, Match, Search, Stretches
from mpj.engine.steps import AFTER_ROUNDING
from mpj.engine.steps.place import billed_days
from mpj.engine.steps.presence import stayed_once
from mpj.engine.steps.round_ import ROUNDED_AWAY
from mpj.engine.tarieven import Tarief
from mpj.engine.values import Identiteit
from mpj.protocol.words import Zorgsoort
from mpj.records.aside import set_aside
from mpj.records.entries import Entry, Reeks, with_days
from mpj.records.reasons import Redencode
from mpj.records.uitval import Uitval

_NOTHING_LEFT = Uitkomst()


class _NeedsSteps(Exception):  # noqa: N818
    """This client needs the steps."""


class Counts(dict[int, Counted]):
    """What plain care of one tarief counts and costs, by minutes or pieces, worked out on first use; 0 units: it is no time."""

    def __init__(self, tarief: Tarief) -> None:
        super().__init__()
        self._tarief = tarief
        self._cent = tarief.price.tarief_cent

    def __missing__(self, geteld: int) -> Counted:
        units = self._tarief.units[geteld] if geteld >= self._tarief.least else 0
        made = self[geteld] = make_counted((geteld, 0, units, units, units * self._cent, 0, False))
        return made


@frozen(eq=False)
class _Kind:
    """Plain care of one kind in one month: what all clients with such care share."""

    tarief: Tarief
    place: tuple[int, str]
    """Contract and perceel."""
    timed: bool
    counts: Counts | None
    """None where its level or code is refused."""


@define
class _Way:
    """Where the care of one reeks on equal days goes."""

    niveau: str | None
    placed: Placed
    counts: Counts
    timed: bool
    line: list[Care]


@define
class _Begun:
    """What is known of a reeks: where its care goes on the days so far, why its form keeps it out, and where it may lead."""

    ways: dict[object, _Way | _Out]
    by_form: Afwijzing | None
    stretches: Stretches


@frozen
class _Out:
    """Why the care of one reeks on equal days is set aside, and the gemeente of the toewijzing, where one was found."""

    reden: Redencode
    toelichting: str
    gemeente: str = ""


_Answer = _Kind | Afwijzing | None
"""What is known of a kind of care: that it is plain, that it is not placed, or (None) that it needs the steps."""
_Kinds = dict[tuple[object, ...], _Answer]


class Shortcut:
    """Tries clients one after another; of one client it keeps for the next only what holds as long as the job: kinds of care."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[object, ...], _Kinds] = {}
        self._counts: dict[tuple[int, int, int], Counts] = {}

    def compute(self, run: Clientrun, days: Sequence[Entry], aside: Sequence[Aside]) -> Uitkomst | None:
        """Return what a client's registraties and `days` of stays come to, None where that needs the steps.

        Both come in order of date, then id; what of the stays lies outside the period is `aside`.
        """
        if not run.memory.empty or (days and run.memory is not NOTHING):
            return None
        try:
            return _Plain(run, self, aside).compute(days)
        except _NeedsSteps:
            return None

    def kinds(self, context: Context, match: Match) -> _Kinds:
        """Return the kinds of care known for all toewijzingen on equal terms, found in the same way."""
        key = (context.answers.terms(match.dekking), match.prestatiecode, match.keuze)
        known = self._kinds.get(key)
        if known is None:
            known = self._kinds[key] = {}
        return known

    def kind(self, tarief: Tarief | Afwijzing) -> _Answer:
        """Return what an answer says of a kind of care."""
        if isinstance(tarief, Afwijzing):
            return tarief
        place = id(tarief.kaart), tarief.perceel
        if tarief.refused is not None:
            return _Kind(tarief, place, tarief.timed, None)
        if not tarief.alone:
            return None
        # Units are kept as long as the job, so that no other ones get their number.
        key = (id(tarief.units), tarief.least, tarief.price.tarief_cent)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = Counts(tarief)
        return _Kind(tarief, place, tarief.timed, counts)


class _Plain:
    """The work for one client."""

    def __init__(self, run: Clientrun, shortcut: Shortcut, aside: Sequence[Aside]) -> None:
        self.run = run
        self.shortcut = shortcut
        self.lines: dict[Identiteit, list[Care]] = {}
        self.stayed: list[Care] = []
        self.uitval: list[Uitval] = []
        self.aside = [*aside]
        """Days of stays that were set aside."""
        self.places: set[tuple[int, str]] = set()
        self._stretches: dict[tuple[object, ...], Stretches] = {}
        self._known: dict[Match, _Kinds] = {}
        self._placed: dict[tuple[Match, _Kind], tuple[Placed, list[Care]]] = {}

    def compute(self, stayed: Sequence[Entry]) -> Uitkomst:
        entries = with_days(self.run.registraties, stayed)
        context = self.run.context
        days, levels = context.days, context.levels
        begun: dict[Reeks, _Begun] = {}
        # What holds for a day holds for its month, unless a toewijzing begins or ends within it.
        cut = context.dekkingen.cut_months(entries[0].bsn) if len(entries) > 1 else ()
        for entry in entries:
            datum, _, reeks, tijd, afspraak, _, _ = entry
            duur = tijd.duur
            known = begun.get(reeks)
            if known is None:
                known = begun[reeks] = self._begin(reeks)
            if afspraak is not None:
                raise _NeedsSteps
            day = days[datum]
            key: object = datum if day.maand in cut else day.tijdvak
            if levels is not None or duur is None:
                key = (key, context.delivered(entry), duur is None)
            way = known.ways.get(key)
            if way is None:
                way = known.ways[key] = self._find(entry, day, known)
            if isinstance(way, _Out):
                self._set_aside(entry, way)
                continue
            counted = way.counts[(duur or 0) if way.timed else reeks.vorm.aantal]
            if counted[3]:
                way.line.append(Care(entry, way.niveau, way.placed, counted))
            elif reeks.verblijf is None:
                self.uitval.append(_no_time(entry, way, counted.geteld))
            else:
                raise _NeedsSteps
        if len(self.places) > 1:
            raise _NeedsSteps
        if self.stayed:
            self._add_stays()
        return self._uitkomst()

    def _set_aside(self, entry: Entry, out: _Out) -> None:
        if entry.reeks.verblijf is None:
            self.uitval.append(set_aside(entry, out.reden, out.toelichting, gemeente=out.gemeente))
        else:
            self.aside.append(Aside(entry, out.reden, out.toelichting, gemeente=out.gemeente))

    def _add_stays(self) -> None:
        """Add the days of stays, each once, to their lines."""
        days = stayed_once(billed_days(self.stayed, self.aside), self.aside)
        for identiteit, care in by_line(days).items():
            if self.lines[identiteit]:
                raise _NeedsSteps  # registraties stand on this line too
            self.lines[identiteit] += care

    def _begin(self, reeks: Reeks) -> _Begun:
        """Find what holds for all care of a reeks."""
        vorm = reeks.vorm
        if vorm.status == GEPLAND:
            raise _NeedsSteps
        search = (reeks.toewijzingnummer, reeks.gemeente, vorm.zorgcode)
        stretches = self._stretches.get(search)
        if stretches is None:
            stretches = self._stretches[search] = self.run.context.stretches(Search(reeks.bsn, *search))
        return _Begun({}, out_by_form(vorm), stretches)

    def _find(self, entry: Entry, day: Day, begun: _Begun) -> _Way | _Out:
        """Return where the care of this entry's reeks goes on days like this one."""
        context, reeks = self.run.context, entry.reeks
        if out := day.outside or begun.by_form:
            return _Out(out.reden, out.toelichting)
        match = begun.stretches.on(entry.datum)
        if isinstance(match, Afwijzing):
            return _Out(match.reden, match.toelichting)
        niveau = own = reeks.vorm.kwalificatieniveau
        if context.levels is not None and reeks.medewerker is not None:
            niveau = context.delivered(entry)
            if own not in (None, niveau):
                raise _NeedsSteps  # a warning is due
        kind = self._kind(match, (reeks.vorm.soort, niveau, entry.tijd.duur is not None, day.tijdvak))
        if kind is None:
            raise _NeedsSteps
        if isinstance(kind, Afwijzing):
            return _Out(kind.reden, kind.toelichting or context.where(match))
        placed, line = self._placed.get((match, kind)) or self._place(match, kind)
        if kind.counts is None:
            refused = kind.tarief.refused
            if refused is None or reeks.verblijf is not None:
                raise _NeedsSteps
            return _Out(refused.reden, refused.toelichting, match.dekking.toewijzing.gemeente)
        if reeks.verblijf is not None:
            line = self.stayed
        return _Way(niveau, placed, kind.counts, kind.timed, line)

    def _kind(self, match: Match, key: tuple[Zorgsoort | None, str | None, bool, int]) -> _Answer:
        """Return what is known of care of this kind: its soort, its level, whether a time was recorded, and the tijdvak."""
        kinds = self._known.get(match)
        if kinds is None:
            kinds = self._known[match] = self.shortcut.kinds(self.run.context, match)
        if key in kinds:
            return kinds[key]
        soort, niveau, timed, tijdvak = key
        answers = self.run.context.answers
        kind = kinds[key] = self.shortcut.kind(answers.tarief(answers.question(match, tijdvak, soort, niveau, timed=timed)))
        return kind

    def _place(self, match: Match, kind: _Kind) -> tuple[Placed, list[Care]]:
        """Return where care of this kind falls, and the care of its line."""
        self.places.add(kind.place)
        placed = Placed.of(match, kind.tarief)
        made = self._placed[match, kind] = placed, self.lines.setdefault(placed.identiteit, [])
        return made

    def _uitkomst(self) -> Uitkomst:
        regels: list[Regel] = []
        used: dict[Dekking, list[tuple[str, int, int, int]]] = {}
        for identiteit, care in self.lines.items():
            if not care:
                continue
            tarief, dekking = care[0].tarief, care[0].match.dekking
            geteld = units = 0
            for one in care:
                counted = one.counted
                geteld += counted[0]
                units += counted[3]
            cent = units * tarief.price.tarief_cent
            regels.append(Regel(identiteit, care, geteld if tarief.timed else 0, geteld, units, units, cent, True))
            if dekking.begrensd:
                used.setdefault(dekking, []).append((tarief.eenheid, tarief.maand, cent, units * tarief.per_unit))
        bound = self._may_bind(used)
        left = self._by_the_last_steps(regels, bound) if bound else _NOTHING_LEFT
        regels = [one for one in regels if one.care[0].match.dekking not in bound] if bound else regels
        inhoud = {one.identiteit: regelinhoud(one.care) for one in regels} if self.run.memory is not NOTHING else {}
        uitval = (*self.uitval, *rows_of(self.aside), *left.uitval)
        return Uitkomst((*regels, *left.regels), uitval, inhoud={**inhoud, **left.inhoud})

    def _may_bind(self, used: Mapping[Dekking, list[tuple[str, int, int, int]]]) -> set[Dekking]:
        """Return the toewijzingen of which the sum of all care may reach a limit: there the order of records decides."""
        protocol = self.run.context.protocol
        return {
            dekking
            for dekking, rows in used.items()
            if Limieten(protocol, dekking.toewijzing, None).may_bind(Verbruik.of(protocol, rows))
        }

    def _by_the_last_steps(self, regels: Sequence[Regel], bound: set[Dekking]) -> Uitkomst:
        """Return what comes of the care of these toewijzingen, which is rounded: it goes on by the steps that are left."""
        care = [one for regel in regels if regel.care[0].match.dekking in bound for one in regel.care]
        passed = passed_by(AFTER_ROUNDING, self.run, sorted(care, key=lambda one: one.record.order))
        return uitkomst_of(self.run, passed)


def _no_time(entry: Entry, way: _Way, geteld: int) -> Uitval:
    least, text = way.placed.tarief.least, ROUNDED_AWAY
    if geteld < least:
        text = f"korter dan de drempel van {least} minuten" if geteld else "0 minuten of stuks"
    return set_aside(entry, "geen_tijd", text, gemeente=way.placed.match.dekking.toewijzing.gemeente, waarde_cent=0)
