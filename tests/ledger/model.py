"""What care is worth once every message was answered, computed from nothing but the records: no ledger, and not the engine.

`tests/naive.py` takes the steps; only limits and prices follow the two promises of a conversation. What was granted keeps its
place, so it is served before what came later, and what a limit cut then keeps that limit closed. And a granted line keeps its
price for as long as nothing else about it changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import naive
from scenarios import Scenario

Identiteit = tuple[str, int, str, str, str, int]
Spoor = tuple[str, str, date]


@dataclass(frozen=True)
class Inhoud:
    """What a line says: its dates, volume on the wire, unit and eurocents."""

    begindatum: date
    einddatum: date
    volume: int
    eenheid: str
    cent: int


def month_number(day: date) -> int:
    """Months as whole numbers, as in line identities."""
    return day.year * 12 + day.month - 1


def standing(scenario: Scenario, kept: Mapping[Spoor, int], prices: Mapping[Identiteit, int]) -> dict[Identiteit, Inhoud]:
    """Every line that this care comes to.

    `kept` is what was granted before: units by record, or day of a stay. `prices` are the prices of lines that keep theirs.
    """
    with _two_promises(kept, prices):
        outcome = naive.declare(scenario)
    return {
        (
            line["gemeente"],
            line["toewijzingnummer"],
            line["perceel"],
            line["prestatiecode"] or line["productcode"],
            line["kwalificatieniveau"],
            month_number(line["begindatum"]),
        ): Inhoud(line["begindatum"], line["einddatum"], line["volume_bericht"], line["eenheid"], line["bedrag_cent"])
        for line in outcome.regels
    }


@contextmanager
def _two_promises(kept: Mapping[Spoor, int], prices: Mapping[Identiteit, int]) -> Iterator[None]:
    usual = naive.limit_and_price

    def limit_and_price(leveringen: list[naive.Levering]) -> None:
        Ration(kept, prices).share_out(leveringen)

    naive.limit_and_price = limit_and_price
    try:
        yield
    finally:
        naive.limit_and_price = usual


class Ration:
    """Shares out what the toewijzingen allow: first what was granted, then in order of date and id."""

    def __init__(self, kept: Mapping[Spoor, int], prices: Mapping[Identiteit, int]) -> None:
        self.kept = kept
        self.prices = prices
        self.used: Counter[tuple[Any, ...]] = Counter()
        self.on_line: Counter[tuple[Any, ...]] = Counter()
        self.closed: set[tuple[Any, ...]] = set()

    def share_out(self, leveringen: list[naive.Levering]) -> None:
        """Set units and cents of every record, and the reason of those that get nothing."""
        turns = sorted(leveringen, key=lambda one: (one.day, one.bron))
        wanted = [one.units for one in turns]
        first = [min(one.units, self.kept.get((one.soort, one.bron, one.day), 0)) for one in turns]
        granted = [self._take(one, units) if units else 0 for one, units in zip(turns, first, strict=True)]
        cut = [0 < first[place] < wanted[place] for place in range(len(turns))]
        for place in sorted(range(len(turns)), key=lambda place: not cut[place]):
            one, rest = turns[place], wanted[place] - granted[place]
            if rest or not wanted[place]:
                granted[place] += self._take(one, rest)
            one.units, one.afgetopt = granted[place], granted[place] < wanted[place]
            if not one.units and (wanted[place] or self._shut(one)):
                one.reden = "omvang_overschreden"
        self._price_lines([one for one in turns if not one.reden])

    def _price_lines(self, turns: list[naive.Levering]) -> None:
        """Set the cents of every record: what it adds to its line, in order of date and id."""
        on_line: Counter[tuple[Any, ...]] = Counter()
        for one in turns:
            line = naive.line_key(one)
            one.cents = self._cents(one, on_line[line] + one.units) - self._cents(one, on_line[line])
            on_line[line] += one.units

    def _take(self, one: naive.Levering, units: int) -> int:
        """Take up to so many units out of every limit; returns how many there were."""
        if self._shut(one):
            return 0
        limits = self._limits(one)
        before = self.on_line[naive.line_key(one)]
        room = {limit: self._room(one, limit, maximum - self.used[limit], units, before) for limit, maximum in limits.items()}
        allowed = min([units, *room.values()])
        if allowed < units:
            self.closed.update(limit for limit in limits if room[limit] <= allowed)
            if one.match[1].settings["bij_overschrijding"] == "hele_contacten":
                return 0
        for limit in limits:
            self.used[limit] += self._takes(one, limit, allowed, before)
        self.on_line[naive.line_key(one)] += allowed
        return allowed

    def _room(self, one: naive.Levering, limit: tuple[Any, ...], left: int, units: int, before: int) -> int:
        """How many of the units fit into what is left of a limit."""
        return max((count for count in range(units + 1) if self._takes(one, limit, count, before) <= left), default=0)

    def _takes(self, one: naive.Levering, limit: tuple[Any, ...], units: int, before: int) -> int:
        """What so many units take of a limit, when `before` units stand on the line already."""
        if limit[2] == "budget":
            return self._cents(one, before + units) - self._cents(one, before)
        return units * (naive.quantity(one, one.match[0].eenheid) or 0)

    def _shut(self, one: naive.Levering) -> bool:
        return bool(self.closed & self._limits(one).keys())

    def _limits(self, one: naive.Levering) -> dict[tuple[Any, ...], int]:
        toewijzing = one.match[0]
        return {
            (toewijzing.gemeente, toewijzing.nummer, name): maximum
            for name, maximum in naive.maxima(toewijzing, one.day).items()
            if name == "budget" or naive.quantity(one, toewijzing.eenheid) is not None
        }

    def _cents(self, one: naive.Levering, units: int) -> int:
        """The amount of a line of so many units; of minutes of an hour price, not rounded until then (IV081)."""
        price = self._price(one)
        return naive.round_half_up(price * units, 60) if naive.is_exact(one) else price * units

    def _price(self, one: naive.Levering) -> int:
        toewijzing, contract = one.match
        care = one.perceel, one.code, one.billed_level
        identiteit = (toewijzing.gemeente, toewijzing.nummer, *care, month_number(one.day))
        listed = naive.price_on(contract, one.perceel, one.code, one.billed_level, one.day)
        assert listed is not None
        return self.prices.get(identiteit, listed)
