"""Limits record by record, for the few toewijzingen that can reach one: shared by whoever does the job by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Asked(NamedTuple):
    """One record: its month, its normed units, the volume and the eurocents of one unit."""

    maand: int
    eenheden: int
    gewicht: int
    cent: int


class Billed(NamedTuple):
    """What may be billed of a record, and whether that is less than was asked for."""

    eenheden: int
    afgetopt: bool


def bill(records: Iterable[Asked], budget: int | None, total: int | None, months: Mapping[int, int | None]) -> list[Billed | None]:
    """Bill the records of one toewijzing in order, up to a budget in eurocents, a volume, and a volume per month.

    The record that does not fit gets the units that still do; None is what comes after it under that limit, or nothing is left of.
    """
    left: dict[object, int] = {
        name: most for name, most in (("budget", budget), ("total", total), *months.items()) if most is not None
    }
    closed: set[object] = set()
    found: list[Billed | None] = []
    for maand, eenheden, gewicht, cent in records:
        costs = [(name, cost) for name, cost in (("budget", cent), (maand, gewicht), ("total", gewicht)) if name in left]
        if not closed.isdisjoint(name for name, _ in costs):
            found.append(None)
            continue
        rooms = [left[name] // cost for name, cost in costs]
        units = min(rooms, default=eenheden)
        if units < eenheden:
            closed.update(name for (name, _), room in zip(costs, rooms, strict=True) if room == units)
            found.append(Billed(units, True) if units else None)
        else:
            units = eenheden
            found.append(Billed(units, False))
        for name, cost in costs:
            left[name] -= units * cost
    return found
