"""Exact amounts as people read them: half up named once, percentages read and written exactly, euros and dates in Dutch form.

No float ever holds an amount or a percentage: fractions until one last rounding, then integer eurocents.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from functools import lru_cache

from mpj.protocol.rounding import half_up
from mpj.reading.fields import FieldError

_PERCENTAGE = re.compile(r"([+-]?)([0-9]{1,4})(?:[.,]([0-9]{1,6}))?%?")
EMPTY = "–"


def round_half_up(value: Fraction) -> int:
    """Return `value` as a whole number, halves away from zero (24,545 becomes 24,55, and -0,5 becomes -1)."""
    sign = -1 if value < 0 else 1
    return sign * half_up(sign * value.numerator, value.denominator)


def parse_percentage(text: str) -> Fraction:
    """Read ``3,42``, ``3.42``, ``-1`` or ``3,42%`` exactly; raises FieldError.

    >>> parse_percentage("3,42")
    Fraction(171, 50)
    """
    match = _PERCENTAGE.fullmatch(text.strip().replace(" %", "%"))
    if match is None:
        raise FieldError("een percentage als 3,42")
    sign, whole, decimals = match.groups()
    value = Fraction(int(whole + (decimals or "")), 10 ** len(decimals or ""))
    return -value if sign == "-" else value


def percentage(old: int, new: int) -> Fraction | None:
    """Return by how many percent `new` differs from `old`, None when `old` is 0."""
    return Fraction(100 * (new - old), old) if old else None


@lru_cache(maxsize=65536)
def number(value: Fraction | int, decimals: int = 2) -> str:
    """Return a number in Dutch form with so many decimals, rounded half up: ``1.234,50``."""
    from decimal import Decimal

    from babel.numbers import format_decimal

    rounded = Decimal(round_half_up(Fraction(value) * 10**decimals)).scaleb(-decimals)
    return format_decimal(rounded, "#,##0." + "0" * decimals if decimals else "#,##0", locale="nl_NL")


def euros(cents: Fraction | int) -> str:
    """Return eurocents as people write them: ``€ 1.234,56``; a part of a cent is rounded half up."""
    text = number(Fraction(cents) / 100)
    return f"-€ {text[1:]}" if text.startswith("-") else f"€ {text}"


def amount(cents: int | None) -> str:
    """Return eurocents without the sign, as in a table of euros: ``24,55``; a dash for None."""
    return EMPTY if cents is None else number(Fraction(cents, 100))


def signed(text: str) -> str:
    """Return a formatted number with its sign always shown; zero has none."""
    return text if text.startswith("-") or not any(digit in text for digit in "123456789") else f"+{text}"


def percent_text(value: Fraction | None) -> str:
    """Return a percentage with its sign and 2 decimals, rounded half up: ``+3,42%``; a dash for None."""
    return EMPTY if value is None else signed(number(value)) + "%"


def day(value: date) -> str:
    """Return a date in Dutch form: ``01-01-2027``."""
    return f"{value:%d-%m-%Y}"
