"""Step 7: what a toewijzing allows. Budget in eurocents; omvang per product period and over the whole toewijzing (IV077).

Records come in order of date, then id. The one that crosses a limit gets what still fits in whole units; from then on that
limit is used up: "used up on this date, by this record" is the whole explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from attrs import define, frozen

from mpj.protocol import Protocol
from mpj.reading.periods import days, first_day, last_day, month_of, months, weeks
from mpj.records.values import Toewijzing

BUDGET = "budget_overschreden"
OMVANG = "omvang_overschreden"


def product_period(begindatum: date, einddatum: date | None, month: int) -> tuple[date, date]:
    """Return the product period: the calendar month cut to the toewijzing's dates (IV089)."""
    end = last_day(month)
    return max(first_day(month), begindatum), end if einddatum is None else min(end, einddatum)


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


def maximum_per_period(protocol: Protocol, toewijzing: Toewijzing, month: int) -> int | None:
    """Return the volume (in the assigned unit) that the omvang allows in one product period, None without one (TR321)."""
    if toewijzing.volume is None or toewijzing.frequentie is None:
        return None
    telt = protocol.frequenties[toewijzing.frequentie].telt
    if not telt:
        return None
    return toewijzing.volume * _multiple(telt, *product_period(toewijzing.begindatum, toewijzing.einddatum, month))


def maximum_total(protocol: Protocol, toewijzing: Toewijzing) -> int | None:
    """Return the volume that the omvang allows over the whole toewijzing (TR322); None without one, or per period without end."""
    if toewijzing.volume is None or toewijzing.frequentie is None:
        return None
    telt = protocol.frequenties[toewijzing.frequentie].telt
    if not telt:
        return toewijzing.volume
    if toewijzing.einddatum is None:
        return None
    return toewijzing.volume * _multiple(telt, toewijzing.begindatum, toewijzing.einddatum)


@frozen
class Verbruik:
    """What earlier declarations used of one toewijzing: eurocents, and per (what is counted, month) the volume."""

    cent: int
    volumes: Mapping[tuple[str, int], int]


@define
class Limiet:
    """One limit while it is used: `maximum` and `used` in eurocents or in what the unit counts.

    `laatst` says when and by which record it was used last, `op` the same once it is used up.
    """

    reden: str
    maximum: int
    used: int
    laatst: str = ""
    op: str = ""

    def __attrs_post_init__(self) -> None:
        self.laatst = "eerdere declaraties" if self.used else "het begin: er past geen hele eenheid in"

    @property
    def rest(self) -> int:
        """What is left, never below 0."""
        return max(0, self.maximum - self.used)


@frozen
class Vraag:
    """What one record asks of the limits: `units` of which each is `per_unit` in the wire `eenheid`, delivered on `datum`.

    `door` names the record without BSN; `hele_contacten` says that it is billed whole or not at all.
    """

    datum: date
    door: str
    units: int
    eenheid: str
    per_unit: int
    hele_contacten: bool


@frozen
class Toets:
    """The outcome for one record: `units` billed, whether it was `afgetopt`, and the limit that stopped (part of) it."""

    units: int
    afgetopt: bool
    limiet: Limiet | None


class Limieten:
    """The limits of one toewijzing over one run."""

    def __init__(self, protocol: Protocol, toewijzing: Toewijzing, verbruik: Verbruik | None) -> None:
        self.protocol = protocol
        self.toewijzing = toewijzing
        self._volumes = verbruik.volumes if verbruik else {}
        used = verbruik.cent if verbruik else 0
        self.budget = None if toewijzing.budget_cent is None else Limiet(BUDGET, toewijzing.budget_cent, used)
        unit = protocol.eenheden[toewijzing.eenheid] if toewijzing.eenheid else None
        self.telt = unit.telt if unit else ""
        self._weight = unit.gewicht if unit else 0
        total = maximum_total(protocol, toewijzing)
        earlier = sum(volume for (telt, _), volume in self._volumes.items() if telt == self.telt)
        self.total = None if total is None or not self.telt else Limiet(OMVANG, total * self._weight, earlier)
        self._periods: dict[int, Limiet | None] = {}

    def _period(self, month: int) -> Limiet | None:
        if month not in self._periods:
            maximum = maximum_per_period(self.protocol, self.toewijzing, month)
            earlier = self._volumes.get((self.telt, month), 0)
            self._periods[month] = None if maximum is None or not self.telt else Limiet(OMVANG, maximum * self._weight, earlier)
        return self._periods[month]

    def take(self, vraag: Vraag, cost: Callable[[int], int], fits: Callable[[int], int]) -> Toets:
        """Hold one record against every limit that it counts for, and return what may be billed.

        `cost` gives the eurocents of so many units, `fits` how many units so many eurocents buy.
        """
        wire = self.protocol.eenheden[vraag.eenheid]
        weight = vraag.per_unit * wire.gewicht
        limits: list[tuple[Limiet, int]] = []
        if self.budget is not None:
            limits.append((self.budget, fits(self.budget.rest)))
        if wire.telt and wire.telt == self.telt:
            omvang = (self._period(month_of(vraag.datum)), self.total)
            limits += [(limit, limit.rest // weight) for limit in omvang if limit is not None]
        closed = next((limit for limit, _ in limits if limit.op), None)
        if closed is not None:
            return Toets(0, False, closed)
        room = min((left for _, left in limits), default=vraag.units)
        name = f"{vraag.datum.isoformat()} door {vraag.door}"
        units, crossed = vraag.units, None
        if room < units:
            for limit, left in limits:
                if left == room:
                    limit.op = name if room else limit.laatst
                    crossed = crossed or limit
            units = 0 if vraag.hele_contacten else room
        for limit, _ in limits if units else ():
            limit.used += cost(units) if limit is self.budget else units * weight
            limit.laatst = name
        return Toets(units, crossed is not None and units > 0, crossed)
