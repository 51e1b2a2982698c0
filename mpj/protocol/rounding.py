"""The one way in which a fraction becomes whole: half up, on integers (IV081)."""

from __future__ import annotations

from fractions import Fraction


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
