"""Step 6: time becomes normed units, once. Whole minutes in, whole units out; no fraction ever exists."""

from __future__ import annotations

from collections.abc import Iterable

from mpj.protocol import Afronding
from mpj.protocol.rounding import half_up


def round_minutes(minutes: int, unit: int, afronding: Afronding) -> int:
    """Return the normed units of `unit` minutes that `minutes` make under `afronding`; 0 for no time.

    >>> round_minutes(50, 15, Afronding("rekenkundig", "contact", 1, 0))
    3
    """
    if minutes <= 0:
        return 0
    match afronding.wijze:
        case "naar_boven":
            units = -(-minutes // unit)
        case "naar_beneden":
            units = minutes // unit
        case _:
            units = half_up(minutes, unit)
    return max(units, afronding.minimum)


def shares(minutes: Iterable[int], unit: int, afronding: Afronding) -> list[int]:
    """Return each record's share of a sum that is rounded once: the sum with it, rounded, minus the sum before it, rounded.

    >>> shares([10, 10, 10], 15, Afronding("rekenkundig", "dag", 1, 0))
    [1, 0, 1]
    """
    total, before, result = 0, 0, []
    for part in minutes:
        total += part
        after = round_minutes(total, unit, afronding)
        result.append(after - before)
        before = after
    return result


def minutes_amount(hour_price: int, minutes: int) -> int:
    """Return the eurocents of `minutes` at an unrounded hour price (IV081): half_up(price x minutes / 60)."""
    return half_up(hour_price * minutes, 60)
