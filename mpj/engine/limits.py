"""Step 7: what a toewijzing allows, and what is used of it. Budget in eurocents; omvang per product period and in all (IV077).

Whoever declares, remembers or verifies counts alike: maxima and `Verbruik` stand here for all of them. Output-based units
count as themselves; their weekly maximum goes by Sundays (IV076).

Records come in order of date, then id. The one that crosses a limit gets what still fits in whole units; from then on that
limit is used up: "used up on this date, by this record" is the whole explanation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from attrs import define, field, frozen

from mpj.protocol import Protocol
from mpj.reading.periods import days, first_day, last_day, months, sundays, weeks
from mpj.records.aside import named
from mpj.records.entries import Entry
from mpj.records.values import Toewijzing

if TYPE_CHECKING:
    from mpj.engine.tarieven import Tarief

Limietreden = Literal["budget_overschreden", "omvang_overschreden"]
BUDGET: Limietreden = "budget_overschreden"
OMVANG: Limietreden = "omvang_overschreden"
_SUNDAY = 7


def product_period(begindatum: date, einddatum: date | None, month: int) -> tuple[date, date]:
    """Return the product period: the calendar month cut to the toewijzing's dates (IV089)."""
    first, last = first_day(month), last_day(month)
    return (begindatum if begindatum > first else first), (last if einddatum is None or einddatum > last else einddatum)


@lru_cache(maxsize=4096)
def _multiple(telt: str, begin: date, end: date) -> int:
    """Return how often an assigned volume fits the inclusive period, for a frequency that counts `telt`."""
    match telt:
        case "weken":
            return weeks(begin, end)
        case "maanden":
            return months(begin, end)
        case "dagen":
            return days(begin, end)
    return 1


def counted(protocol: Protocol, eenheid: str) -> tuple[str, int]:
    """Return what a wire unit counts, and how many of that one unit weighs: an hour is 60 minutes.

    A unit that counts nothing (output), or that the protocol does not know, counts as itself.
    """
    unit = protocol.eenheden.get(eenheid)
    return (unit.telt, unit.gewicht) if unit is not None and unit.telt else (eenheid, 1)


def maximum_per_period(protocol: Protocol, toewijzing: Toewijzing, month: int) -> int | None:
    """Return the volume (in the assigned unit) that the omvang allows in one product period, None without one (TR321)."""
    telt = _frequency(protocol, toewijzing)
    if not telt or toewijzing.volume is None:
        return None
    period = product_period(toewijzing.begindatum, toewijzing.einddatum, month)
    return max(0, toewijzing.volume * _times(protocol, toewijzing, telt, *period))


def maximum_total(protocol: Protocol, toewijzing: Toewijzing) -> int | None:
    """Return the volume (in the assigned unit) that the omvang allows over the whole toewijzing (TR322).

    None without an omvang, or for one per period without end.
    """
    telt = _frequency(protocol, toewijzing)
    if telt is None or toewijzing.volume is None:
        return None
    if not telt:
        return toewijzing.volume
    if toewijzing.einddatum is None:
        return None
    return toewijzing.volume * _times(protocol, toewijzing, telt, toewijzing.begindatum, toewijzing.einddatum)


def _frequency(protocol: Protocol, toewijzing: Toewijzing) -> str | None:
    """Return what the frequency of an omvang counts: empty for one over the whole toewijzing, None without an omvang."""
    if toewijzing.volume is None or toewijzing.eenheid is None or toewijzing.frequentie is None:
        return None
    return protocol.frequenties[toewijzing.frequentie].telt


def _times(protocol: Protocol, toewijzing: Toewijzing, telt: str, begin: date, end: date) -> int:
    """Return how often an assigned volume fits the inclusive period; output per week is told by its Sundays (IV076)."""
    unit = protocol.eenheden.get(toewijzing.eenheid or "")
    if telt == "weken" and unit is not None and not unit.telt:
        return output_weeks(toewijzing, begin, end)
    return _multiple(telt, begin, end)


def output_weeks(toewijzing: Toewijzing, begin: date, end: date) -> int:
    """Return the weeks that output may be billed for in a period: its Sundays, and the broken last week with the last Sunday.

    By IV076, so none of a toewijzing without a Sunday.
    """
    last = toewijzing.einddatum
    if last is None or last.isoweekday() == _SUNDAY:
        return sundays(begin, end)
    last_sunday = last.toordinal() // 7 * 7
    return sundays(begin, end) + (begin.toordinal() <= last_sunday <= end.toordinal())


@frozen
class Verbruik:
    """What is used of one toewijzing. It adds up: earlier + new."""

    cent: int = 0
    """Eurocents; a credit takes away."""
    volumes: Mapping[tuple[str, int], int] = field(factory=dict)
    """The volume by what the unit counts (`counted`) and month; a credit takes away."""

    @classmethod
    def of(cls, protocol: Protocol, lines: Iterable[tuple[str, int, int, int]], earlier: Verbruik | None = None) -> Verbruik:
        """Add up lines, each as wire unit, month of its product period, eurocents and wire volume (a credit below zero).

        What was used `earlier` is counted along, as if by `+`.
        """
        total, volumes = (0, {}) if earlier is None else (earlier.cent, dict(earlier.volumes))
        for eenheid, month, cent, volume in lines:
            telt, weight = counted(protocol, eenheid)
            total += cent
            volumes[telt, month] = volumes.get((telt, month), 0) + volume * weight
        return cls(total, volumes)

    def __add__(self, new: Verbruik) -> Verbruik:
        """Return what both use together."""
        volumes = dict(self.volumes)
        for key, volume in new.volumes.items():
            volumes[key] = volumes.get(key, 0) + volume
        return Verbruik(self.cent + new.cent, volumes)

    def volume(self, telt: str, month: int | None = None) -> int:
        """Return the volume of what counts as `telt`: in one month, or with None over the whole toewijzing."""
        if month is not None:
            return self.volumes.get((telt, month), 0)
        return sum([volume for key, volume in self.volumes.items() if key[0] == telt])


@define
class Limiet:
    """One limit while it is used: `maximum` and `used` in eurocents or in what the unit counts.

    `laatst` is the record that used it last, `op` says when and by which record it was used up, once it is.
    """

    reden: Limietreden
    maximum: int
    used: int
    laatst: Entry | str = ""
    op: str = ""

    def __attrs_post_init__(self) -> None:
        self.laatst = "eerdere declaraties" if self.used else "het begin: er past geen hele eenheid in"

    @property
    def rest(self) -> int:
        """What is left, never below 0."""
        return max(0, self.maximum - self.used)

    def close(self, by: Entry | str) -> None:
        """Note that it is used up: on the day of this record, named without BSN."""
        self.op = by if isinstance(by, str) else f"{by.datum.isoformat()} door {named(by)}"


class Fit(NamedTuple):
    """What the limits leave of one record."""

    units: int
    """The normed units that may be billed."""
    afgetopt: bool
    """Whether a limit took off a part, and not all."""
    limiet: Limiet | None
    """The limit that stopped (part of) it."""


class Limieten:
    """The limits of one toewijzing over one run."""

    def __init__(self, protocol: Protocol, toewijzing: Toewijzing, verbruik: Verbruik | None) -> None:
        self.protocol = protocol
        self.toewijzing = toewijzing
        self._earlier = verbruik or Verbruik()
        self.budget = None if toewijzing.budget_cent is None else Limiet(BUDGET, toewijzing.budget_cent, self._earlier.cent)
        self.telt, self._weight = counted(protocol, toewijzing.eenheid) if toewijzing.eenheid else ("", 0)
        total = maximum_total(protocol, toewijzing)
        earlier = self._earlier.volume(self.telt)
        self.total = None if total is None or not self.telt else Limiet(OMVANG, total * self._weight, earlier)
        self._periods: dict[int, Limiet | None] = {}
        self._for: dict[Tarief, list[tuple[Limiet, int]]] = {}

    def _period(self, month: int) -> Limiet | None:
        if month not in self._periods:
            maximum = maximum_per_period(self.protocol, self.toewijzing, month)
            earlier = self._earlier.volume(self.telt, month)
            self._periods[month] = None if maximum is None or not self.telt else Limiet(OMVANG, maximum * self._weight, earlier)
        return self._periods[month]

    def may_bind(self, new: Verbruik) -> bool:
        """Say whether earlier use and `new` together can reach past any limit; where not, no record of it is cut or refused."""
        if self.budget is not None and self.budget.used + new.cent > self.budget.maximum:
            return True
        if not self.telt:
            return False
        whole = 0
        for (telt, month), volume in new.volumes.items():
            if telt == self.telt:
                whole += volume
                maximum = maximum_per_period(self.protocol, self.toewijzing, month)
                if maximum is not None and self._earlier.volume(telt, month) + volume > maximum * self._weight:
                    return True
        return self.total is not None and self.total.used + whole > self.total.maximum

    def take(self, record: Entry, units: int, tarief: Tarief, *, before: int = 0, held: int = 0) -> Fit:
        """Hold normed units of one record against every limit that they count for, and return what may be billed.

        Its line holds units `before` these; `held` of these the limits count as used already.
        """
        limits = self._for.get(tarief)
        if limits is None:
            limits = self._for[tarief] = self._limits(tarief)
        for limit, _ in limits:
            if limit.op:
                return Fit(0, False, limit)
        left = [held + (limit.rest // weight if weight else tarief.fits(limit.rest, before)) for limit, weight in limits]
        room, crossed = min(left, default=units), None
        if room < units:
            for (limit, _), own in zip(limits, left, strict=True):
                if own == room:
                    limit.close(record if room else limit.laatst)
                    crossed = crossed or limit
            units = room if tarief.kaart.instellingen.bills_up_to_limit else 0
        more = max(0, units - held)
        for limit, weight in limits if units else ():
            limit.used += more * weight if weight else tarief.cost(more, before)
            limit.laatst = record
        return Fit(units, crossed is not None and units > 0, crossed)

    def _limits(self, tarief: Tarief) -> list[tuple[Limiet, int]]:
        """Return the limits that care of this tarief counts for, with what one normed unit weighs there: 0 for eurocents."""
        limits = [] if self.budget is None else [(self.budget, 0)]
        telt, one = counted(self.protocol, tarief.eenheid)
        if telt == self.telt:
            omvang = (self._period(tarief.maand), self.total)
            limits += [(limit, tarief.per_unit * one) for limit in omvang if limit is not None]
        return limits
