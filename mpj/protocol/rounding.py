"""All arithmetic of units and prices: time becomes normed units, units become eurocents, once, on integers. No fraction is kept."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from mpj.protocol.model import Afronding


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to a whole number, halves up; both non-negative, the denominator positive.

    >>> half_up(1455, 10), half_up(1454, 10)
    (146, 145)
    """
    return (2 * numerator + denominator) // (2 * denominator)


def round_half_up(value: Fraction | int) -> int:
    """Return a signed value as a whole number, halves away from zero.

    >>> round_half_up(Fraction(4909, 2)), round_half_up(Fraction(-1, 2))
    (2455, -1)
    """
    sign = -1 if value < 0 else 1
    return sign * half_up(sign * value.numerator, value.denominator)


def round_minutes(minutes: int, unit: int, afronding: Afronding) -> int:
    """Return the normed units of `unit` minutes that `minutes` make under `afronding`; 0 for no time.

    >>> round_minutes(50, 15, Afronding("rekenkundig", "contact", 1, 0))
    3
    """
    if minutes <= 0:
        return 0
    match afronding.wijze:
        case "rekenkundig":
            units = half_up(minutes, unit)
        case "naar_boven":
            units = -(-minutes // unit)
        case "naar_beneden":
            units = minutes // unit
        case other:
            assert_never(other)
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


def amount(tarief_cent: int, volume: int, *, unrounded: bool = False, before: int = 0) -> int:
    """Return the eurocents of `volume` normed units, on a line that holds `before` already.

    Exact; of minutes at an hour price (`unrounded`) the difference of half_up(price x minutes / 60) over the line (IV081).

    >>> amount(2455, 4), amount(8730, 380, unrounded=True)
    (9820, 55290)
    """
    if not unrounded:
        return tarief_cent * volume
    return half_up(tarief_cent * (before + volume), 60) - half_up(tarief_cent * before, 60)
