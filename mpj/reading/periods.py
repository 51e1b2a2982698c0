"""Calendar arithmetic on inclusive dates: months as integers, weeks touched, parts of months.

A month is the integer ``year * 12 + month - 1``, so that months can be compared, counted and used as keys.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

OPEN_YEAR = 9999


def month_of(day: date) -> int:
    """Return the month that `day` lies in."""
    return day.year * 12 + day.month - 1


@lru_cache(maxsize=4096)
def first_day(month: int) -> date:
    """Return the first day of `month`."""
    return date(month // 12, month % 12 + 1, 1)


@lru_cache(maxsize=4096)
def last_day(month: int) -> date:
    """Return the last day of `month`."""
    year, number = month // 12, month % 12 + 1
    return date(year, number, monthrange(year, number)[1])


@lru_cache(maxsize=4096)
def month_text(month: int) -> str:
    """Return `month` as ``2026-03``."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@lru_cache(maxsize=4096)
def day_text(day: date) -> str:
    """Return `day` as ``2026-03-31``."""
    return day.isoformat()


def parse_month(text: str) -> int:
    """Read ``2026-03``; raises ValueError on anything else."""
    year, dash, number = text.partition("-")
    if len(year) != 4 or not dash or len(number) != 2 or not (year + number).isascii() or not (year + number).isdigit():
        raise ValueError("geen maand")
    if not 1 <= int(number) <= 12 or int(year) < 1:
        raise ValueError("geen maand")
    return int(year) * 12 + int(number) - 1


def weeks(begin: date, end: date) -> int:
    """Return how many ISO weeks (Monday to Sunday) the inclusive period touches (IV077)."""
    monday_begin = begin - timedelta(days=begin.weekday())
    monday_end = end - timedelta(days=end.weekday())
    return (monday_end - monday_begin).days // 7 + 1


def sundays(begin: date, end: date) -> int:
    """Return the number of Sundays in the inclusive period; 0 when it ends before it begins."""
    return max(0, end.toordinal() // 7 - (begin.toordinal() - 1) // 7)


def days(begin: date, end: date) -> int:
    """Return the number of days of the inclusive period."""
    return (end - begin).days + 1


def years_before(day: date, years: int) -> date:
    """Return the same day so many years earlier (28 February for the 29th); the first day of the calendar where there is none."""
    try:
        return day - relativedelta(years=years)
    except ValueError:
        return date.min


def months(begin: date, end: date) -> int:
    """Return how many calendar months the inclusive period touches."""
    return month_of(end) - month_of(begin) + 1
