"""The rules of output, each a small function: which weeks and months a run of care is billed for, and what a milestone is worth.

Days are inclusive. A month is an integer (`mpj.reading.periods`). Amounts are whole eurocents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from attrs import frozen

from mpj.protocol.rounding import half_up
from mpj.reading.periods import first_day, last_day, month_of

_WEEK = timedelta(days=7)
WHOLE = 100
"""All of a traject, in percent."""


@frozen
class Looptijd:
    """Consecutive days, the first and the last inclusive: of a toewijzing, or of the care on it. Without an end it goes on."""

    begindatum: date
    einddatum: date | None = None

    def within(self, begin: date | None, end: date | None) -> Looptijd | None:
        """Return the days from `begin` to `end` (None: no border) that lie in it, None where there are none."""
        first = self.begindatum if begin is None else max(begin, self.begindatum)
        borders = [day for day in (end, self.einddatum) if day is not None]
        last = min(borders, default=None)
        return None if last is not None and last < first else Looptijd(first, last)


def weeks(care: Looptijd, toewijzing: Looptijd, until: date) -> Iterator[tuple[date, date]]:
    """Yield each week of `care`, told by its Sunday, with the Sunday that it is billed on, in order, up to one billed on `until`.

    A week (Monday to Sunday) belongs to the period that holds its Sunday; the broken last one of the toewijzing, whose Sunday lies
    after its end, to the period of the last Sunday of the toewijzing (IV076). A toewijzing without a Sunday has no such period:
    its weeks are agreed by both sides, and none is yielded.

    >>> granted = Looptijd(date(2022, 4, 15), date(2022, 6, 4))
    >>> [(week.isoformat(), day.isoformat()) for week, day in weeks(granted, granted, date(2022, 6, 30))][-2:]
    [('2022-05-29', '2022-05-29'), ('2022-06-05', '2022-05-29')]
    """
    last = None if toewijzing.einddatum is None else _sunday_before(toewijzing.einddatum)
    if last is not None and last < toewijzing.begindatum:
        return
    sunday = _sunday_after(care.begindatum)
    ends = care.einddatum or toewijzing.einddatum
    end = None if ends is None else _sunday_after(ends)
    while end is None or sunday <= end:
        billed = sunday if last is None else min(sunday, last)
        if billed > until:
            return
        yield sunday, billed
        sunday += _WEEK


def whole_months(care: Looptijd, until: int) -> Iterator[tuple[int, bool]]:
    """Yield each month that `care` touches up to the month `until`, and whether care runs all of it.

    What a broken month of output is worth no rule says: both sides agree it (IV078).

    >>> list(whole_months(Looptijd(date(2026, 1, 15), date(2026, 2, 28)), month_of(date(2026, 12, 1))))
    [(24312, False), (24313, True)]
    """
    end = until if care.einddatum is None else min(until, month_of(care.einddatum))
    for month in range(month_of(care.begindatum), end + 1):
        ends_in_it = care.einddatum is not None and care.einddatum < last_day(month)
        yield month, care.begindatum <= first_day(month) and not ends_in_it


def gi_months(care: Looptijd, until: int) -> Iterator[int]:
    """Yield each month up to `until` that a GI is paid for: no broken first one, the last one whole (SAP GI 1.3).

    >>> list(gi_months(Looptijd(date(2026, 1, 15), date(2026, 3, 2)), month_of(date(2026, 12, 1))))
    [24313, 24314]
    """
    end = until if care.einddatum is None else min(until, month_of(care.einddatum))
    first = month_of(care.begindatum)
    yield from range(first if care.begindatum.day == 1 else first + 1, end + 1)


def milestones(assigned: int, percents: Iterable[int]) -> Iterator[int | None]:
    """Yield what each milestone of a traject is worth of an `assigned` amount, in order; None for one that would pass the whole.

    Each is rounded half up; the one that completes the whole gets the rest, so that all together are the assigned amount. What
    comes after one that would pass it is held against what was there before.

    >>> list(milestones(975_000, [70, 30]))
    [682500, 292500]
    """
    share = cents = 0
    for percent in percents:
        if share + percent > WHOLE:
            yield None
            continue
        share += percent
        worth = assigned - cents if share == WHOLE else min(half_up(assigned * percent, WHOLE), assigned - cents)
        cents += worth
        yield worth


def _sunday_after(day: date) -> date:
    """Return the Sunday that the week of `day` ends on."""
    return day + timedelta(days=7 - day.isoweekday())


def _sunday_before(day: date) -> date:
    """Return the last Sunday up to and with `day`."""
    return day - timedelta(days=day.isoweekday() % 7)
