"""What a program passes is looked at where it comes in: a wrong call is a TypeError that names the argument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

_T = TypeVar("_T")
YES_OR_NO = "True or False"
"""What people call a bool; a word as ``nee`` would be taken for True."""


def expect(name: str, value: object, wanted: str, *kinds: type) -> None:
    """Raise TypeError unless `value` is one of `kinds`, which people call `wanted`.

    >>> expect("periode", 202603, "text, as '2026-03'", str)
    Traceback (most recent call last):
    TypeError: periode: expected text, as '2026-03', not int
    """
    if not isinstance(value, kinds):
        raise TypeError(f"{name}: expected {wanted}, not {type(value).__name__}")


def expect_date(name: str, value: object) -> None:
    """Raise TypeError for what is no date; a datetime is none either, since it says more than a day."""
    if type(value) is not date:
        raise TypeError(f"{name}: expected a datetime.date, not {type(value).__name__}")


def expect_all(name: str, values: Iterable[_T], wanted: str, *kinds: type) -> list[_T]:
    """Return `values` as a list; raises TypeError unless it is an iterable of `kinds` and no lone text."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name}: expected an iterable of {wanted}, not {type(values).__name__}")
    found = list(values)
    for value in found:
        expect(name, value, wanted, *kinds)
    return found
