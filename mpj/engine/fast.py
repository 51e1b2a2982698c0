"""The shortcut for plain care: registraties that are counted and priced one by one, whatever others there are.

Most clients have nothing else. Of each kind of care it asks once, per record it looks up and appends. A client with anything
that needs the steps (a stay, an afspraak, group time, sums, a limit that may bind, a memory) goes through the steps, and a
property test proves that both ways give the same.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial

from attrs import frozen

from mpj.engine.care import Care, Clientrun, Counted, Placed, regelinhoud
from mpj.engine.limits import Limieten, Verbruik
from mpj.engine.matching import Afwijzing, Dekking, Search
from mpj.engine.memory import NOTHING
from mpj.engine.outcome import Regel, Uitkomst
from mpj.engine.planning import out_by_form, rests_on_planning
from mpj.engine.steps.round_ import ROUNDED_AWAY
from mpj.engine.tarieven import Tarief
from mpj.engine.values import Identiteit
from mpj.reading.periods import month_of
from mpj.records.aside import set_aside
from mpj.records.entries import Entry
from mpj.records.reasons import Redencode
from mpj.records.uitval import Uitval

_make_care = partial(tuple.__new__, Care)


class _NeedsSteps(Exception):  # noqa: N818
    """This client needs the steps."""


class Counts(dict[int, Counted]):
    """What plain care of one tarief counts and costs, by minutes or pieces, worked out on first use; 0 units: it is no time."""

    def __init__(self, tarief: Tarief) -> None:
        super().__init__()
        self.tarief = tarief
        self.cent = tarief.price.tarief_cent

    def __missing__(self, geteld: int) -> Counted:
        units = self.tarief.units[geteld] if geteld >= self.tarief.least else 0
        made = self[geteld] = Counted(geteld, 0, units, units, units * self.cent)
        return made


@frozen(eq=False)
class _Way:
    """Where the care of one reeks on equal days goes."""

    niveau: str | None
    placed: Placed
    timed: bool
    counts: Counts
    line: list[Care]


@frozen
class _Out:
    """Why the care of one reeks on equal days is set aside, and the gemeente of the toewijzing, where one was found."""

    reden: Redencode
    toelichting: str
    gemeente: str = ""


class Shortcut:
    """Tries clients one after another; keeps of one client for the next only what holds as long as the job: counts."""

    def __init__(self) -> None:
        self._counts: dict[Tarief, Counts] = {}

    def compute(self, run: Clientrun) -> Uitkomst | None:
        """Return what a client's registraties come to, None where that needs the steps; they come in order of date, then id."""
        if not run.memory.empty:
            return None
        try:
            return _Plain(run, self._counts).compute()
        except _NeedsSteps:
            return None


class _Plain:
    """The work for one client."""

    def __init__(self, run: Clientrun, counts: dict[Tarief, Counts]) -> None:
        self.run = run
        self.counts = counts
        self.lines: dict[Identiteit, list[Care]] = {}
        self.uitval: list[Uitval] = []
        self.places: set[tuple[int, str]] = set()

    def compute(self) -> Uitkomst:
        context = self.run.context
        days, levels, uitval = context.days, context.levels, self.uitval
        ways: dict[object, dict[object, _Way | _Out]] = {}
        # What holds for a day holds for its month, unless a toewijzing begins or ends within it.
        cut: set[int] | None = None
        for entry in self.run.registraties:
            datum, _, reeks, tijd, afspraak, _, _ = entry
            own = ways.get(reeks)
            if own is None:
                own = ways[reeks] = {}
                if cut is None:
                    cut = {month_of(day) for day in context.dekkingen.borders(reeks.bsn) if day.day > 1}
            assert cut is not None
            if afspraak is not None:
                raise _NeedsSteps
            day = days[datum]
            key: object = datum if day.maand in cut else day.tijdvak
            duur = tijd.duur
            if levels is not None or duur is None:
                key = (key, context.delivered(entry), duur is None)
            way = own.get(key)
            if way is None:
                way = own[key] = self._find(entry)
            if isinstance(way, _Out):
                uitval.append(set_aside(entry, way.reden, way.toelichting, gemeente=way.gemeente))
                continue
            counted = way.counts[(duur or 0) if way.timed else reeks.vorm.aantal]
            if counted.eenheden:
                way.line.append(_make_care((entry, way.niveau, way.placed, counted)))
            else:
                uitval.append(self._no_time(entry, way, counted.geteld))
        if len(self.places) > 1:
            raise _NeedsSteps
        self._check_limits()
        return self._uitkomst()

    def _find(self, entry: Entry) -> _Way | _Out:
        """Return where the care of this entry's reeks goes on days like this one."""
        context, reeks, vorm = self.run.context, entry.reeks, entry.reeks.vorm
        if rests_on_planning(entry):
            raise _NeedsSteps
        day, niveau = context.days[entry.datum], context.delivered(entry)
        if out := day.outside or out_by_form(vorm):
            return _Out(out.reden, out.toelichting)
        stretches = context.stretches(Search(reeks.bsn, reeks.toewijzingnummer, reeks.gemeente, vorm.prestatiecode))
        match = stretches[bisect_right(stretches, entry.datum, key=lambda stretch: stretch.begin) - 1].answer
        if isinstance(match, Afwijzing):
            return _Out(match.reden, match.toelichting)
        placed = context.place(match, vorm, niveau, day.tijdvak, timed=entry.tijd.duur is not None)
        if isinstance(placed, Afwijzing):
            return _Out(placed.reden, placed.toelichting)
        tarief = placed.tarief
        self.places.add((id(tarief.kaart), tarief.perceel))
        if context.levels is not None and reeks.medewerker is not None and vorm.kwalificatieniveau not in (None, niveau):
            raise _NeedsSteps  # a warning is due
        if tarief.refused is not None:
            return _Out(tarief.refused.reden, tarief.refused.toelichting, match.dekking.toewijzing.gemeente)
        if not tarief.plain:
            raise _NeedsSteps
        counts = self.counts.get(tarief)
        if counts is None:
            counts = self.counts[tarief] = Counts(tarief)
        return _Way(niveau, placed, tarief.timed, counts, self.lines.setdefault(placed.identiteit, []))

    def _no_time(self, entry: Entry, way: _Way, geteld: int) -> Uitval:
        least = way.placed.tarief.least
        text = ROUNDED_AWAY
        if geteld < least:
            text = f"korter dan de drempel van {least} minuten" if geteld else "0 minuten of stuks"
        return set_aside(entry, "geen_tijd", text, gemeente=way.placed.match.dekking.toewijzing.gemeente, waarde_cent=0)

    def _check_limits(self) -> None:
        """Leave the client to the steps where the sum of its care may reach a limit: then the order of records decides."""
        used: dict[Dekking, list[tuple[str, int, int, int]]] = {}
        for care in self.lines.values():
            if care and care[0].match.dekking.begrensd:
                tarief = care[0].tarief
                units = sum([one.counted.eenheden for one in care])
                row = (tarief.eenheid, tarief.maand, units * tarief.price.tarief_cent, units * tarief.per_unit)
                used.setdefault(care[0].match.dekking, []).append(row)
        protocol = self.run.context.protocol
        for dekking, rows in used.items():
            if Limieten(protocol, dekking.toewijzing, None).may_bind(Verbruik.of(protocol, rows)):
                raise _NeedsSteps

    def _uitkomst(self) -> Uitkomst:
        regels = tuple([Regel(identiteit, care) for identiteit, care in self.lines.items() if care])
        remembering = self.run.memory is not NOTHING
        inhoud = {regel.identiteit: regelinhoud(regel.care) for regel in regels} if remembering else {}
        return Uitkomst(regels, tuple(self.uitval), inhoud=inhoud)
