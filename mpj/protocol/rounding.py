"""The one way in which a fraction becomes whole: half up, on integers (IV081)."""

from __future__ import annotations


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to a whole number, halves up; both non-negative, the denominator positive.

    >>> half_up(1455, 10), half_up(1454, 10)
    (146, 145)
    """
    return (2 * numerator + denominator) // (2 * denominator)
