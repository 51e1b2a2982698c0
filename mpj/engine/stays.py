"""A stay taken apart into days, of which only those that a run may declare go into the steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from attrs import frozen

from mpj.engine.opdracht import Outside, Periode
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.values import Verblijf

_DAY = timedelta(days=1)


@frozen
class DayStretch:
    """Consecutive days of one stay (inclusive) of which the period says the same."""

    begin: date
    einde: date
    reden: Outside | None
    """Why they are out, None for days that go on."""

    @property
    def aantal(self) -> int:
        """The number of days."""
        return (self.einde - self.begin).days + 1

    @property
    def days(self) -> Iterator[date]:
        """The days, in order."""
        return (self.begin + offset * _DAY for offset in range(self.aantal))


def stretches_of(stay: Verblijf, periode: Periode) -> Iterator[DayStretch]:
    """Take a stay apart by what the period says of its days; an open end runs to the end of the period.

    Of an open stay that begins after the period the first day stands for what is to come.
    """
    last = stay.einddatum or max(last_day(periode.maand), stay.begindatum)
    begin = stay.begindatum
    while True:
        stretch = _stretch(periode, begin, last)
        yield stretch
        if stretch.einde >= last:
            return
        begin = stretch.einde + _DAY


def _stretch(periode: Periode, begin: date, last: date) -> DayStretch:
    """Return the days from `begin` on of which the period says the same: whole stretches at once, however long."""
    reden = periode.reason(begin)
    match reden:
        case "na_periode":
            return DayStretch(begin, last, reden)
        case "te_oud":
            end = min(max(periode.vroegste, first_day(month_of(periode.oudste))) - _DAY, last_day(periode.maand))
        case "voor_periode":
            end = first_day(periode.eerste) - _DAY
        case _:
            end = last_day(periode.maand)
    return DayStretch(begin, min(last, max(end, begin)), reden)
