"""Working days: Monday to Friday, except the public holidays of the Algemene termijnenwet (art. 3)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm: Meeus, Astronomical Algorithms, chapter 8).

    >>> easter(2026).isoformat(), easter(2027).isoformat()
    ('2026-04-05', '2027-03-28')
    """
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year: Good Friday and 5 May included, as that law has them."""
    sunday, kings = easter(year), date(year, 4, 27)
    moving = (sunday + days * _DAY for days in (-2, 0, 1, 39, 49, 50))
    fixed = (date(year, month, day) for month, day in ((1, 1), (5, 5), (12, 25), (12, 26)))
    return frozenset((*moving, *fixed, kings - _DAY if kings.isoweekday() == 7 else kings))


def after(day: date, workdays: int) -> date:
    """Return the day so many working days after `day`.

    >>> after(date(2026, 4, 2), 2).isoformat()  # a Thursday before Good Friday
    '2026-04-08'
    """
    while workdays:
        day += _DAY
        workdays -= day.isoweekday() < 6 and day not in holidays(day.year)
    return day


def between(first: date, last: date) -> int:
    """Return how many working days come after `first`, up to and including `last`; none where that is earlier.

    >>> between(date(2026, 4, 2), date(2026, 4, 8))  # Good Friday and Easter Monday do not count
    2
    """
    days = (first + number * _DAY for number in range(1, (last - first).days + 1))
    return sum(day.isoweekday() < 6 and day not in holidays(day.year) for day in days)
