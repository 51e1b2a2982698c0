"""How much of a toewijzing was used, and how much it allows (IV076 to IV078, iJw 3.2).

The maxima for effort are the engine's own, so that whoever declares and whoever verifies count alike. Output-based units do
not occur in MPJ; their weekly maximum (by Sundays) stands here, for lines of other regimes on the same toewijzing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from attrs import define, field

from mpj.engine.limits import maximum_per_period, maximum_total, product_period
from mpj.messages.values import DEBET, Prestatie
from mpj.protocol import Protocol
from mpj.reading.periods import month_of
from mpj.records.values import Toewijzing
from mpj.verification.history import History

ALLE = -1
_KNOWN = 16_384
_SUNDAY = 6


@define
class Used:
    """What the counted lines on one toewijzing add up to: eurocents, and the volume per what is counted and month; month ALLE holds
    the sum.
    """

    cent: int = 0
    volumes: dict[tuple[str, int], int] = field(factory=dict)


class Usage:
    """What is used of every toewijzing that has a limit (`limited`): by earlier lines, then by the lines of this message as they
    are accepted.
    """

    def __init__(
        self, protocol: Protocol, history: History | None, aanbieder: str, gemeente: str, limited: Collection[int]
    ) -> None:
        self._protocol = protocol
        self._history = history
        self._parties = (aanbieder, gemeente)
        self._limited = limited
        self._used: dict[int, Used] = {}
        self._maxima: dict[tuple[object, ...], int | None] = {}

    def of(self, toewijzingnummer: int) -> Used:
        """Return what is used of a toewijzing so far."""
        used = self._used.get(toewijzingnummer)
        if used is None:
            used = self._used[toewijzingnummer] = Used()
            if self._history is not None:
                for line in self._history.lines(*self._parties, toewijzingnummer):
                    self._count(used, line.prestatie)
        return used

    def maximum(self, toewijzing: Toewijzing, month: int) -> int | None:
        """Return what the omvang allows in one product period, or with month ALLE over the whole toewijzing (TR321, TR322).

        Worked out once for all toewijzingen of the same size and dates.
        """
        key = (month, toewijzing.volume, toewijzing.eenheid, toewijzing.frequentie, toewijzing.begindatum, toewijzing.einddatum)
        if key not in self._maxima:
            if len(self._maxima) >= _KNOWN:
                self._maxima.clear()
            total = month == ALLE
            self._maxima[key] = (
                total_maximum(self._protocol, toewijzing) if total else period_maximum(self._protocol, toewijzing, month)
            )
        return self._maxima[key]

    def add(self, one: Prestatie) -> None:
        """Count an accepted line: debit adds, credit takes away (COD043)."""
        if one.toewijzingnummer in self._limited:
            self._count(self.of(one.toewijzingnummer), one)

    def _count(self, used: Used, one: Prestatie) -> None:
        sign = 1 if one.debetcredit == DEBET else -1
        telt, weight = counted(self._protocol, one.eenheid)
        used.cent += sign * one.bedrag_cent
        for month in (ALLE, month_of(one.begindatum)):
            used.volumes[telt, month] = used.volumes.get((telt, month), 0) + sign * one.volume * weight


def counted(protocol: Protocol, eenheid: str) -> tuple[str, int]:
    """Return what a wire unit counts, and how many of that one unit weighs: hours are 60 minutes."""
    unit = protocol.eenheden.get(eenheid)
    return (unit.telt, unit.gewicht) if unit is not None and unit.telt else (eenheid, 1)


def period_maximum(protocol: Protocol, toewijzing: Toewijzing, month: int) -> int | None:
    """Return what the omvang allows in one product period, in what its unit counts; None without such a limit (TR321)."""
    if toewijzing.volume is None or toewijzing.eenheid is None:
        return None
    if _weekly_output(protocol, toewijzing):
        return toewijzing.volume * _output_weeks(toewijzing, *product_period(toewijzing.begindatum, toewijzing.einddatum, month))
    maximum = maximum_per_period(protocol, toewijzing, month)
    return None if maximum is None else max(0, maximum) * counted(protocol, toewijzing.eenheid)[1]


def total_maximum(protocol: Protocol, toewijzing: Toewijzing) -> int | None:
    """Return what the omvang allows over the whole toewijzing, in what its unit counts; None without such a limit (TR322)."""
    if toewijzing.volume is None or toewijzing.eenheid is None:
        return None
    if _weekly_output(protocol, toewijzing):
        if toewijzing.einddatum is None:
            return None
        return toewijzing.volume * _output_weeks(toewijzing, toewijzing.begindatum, toewijzing.einddatum)
    maximum = maximum_total(protocol, toewijzing)
    return None if maximum is None else maximum * counted(protocol, toewijzing.eenheid)[1]


def _weekly_output(protocol: Protocol, toewijzing: Toewijzing) -> bool:
    unit = protocol.eenheden.get(toewijzing.eenheid or "")
    per_week = toewijzing.frequentie is not None and protocol.frequenties[toewijzing.frequentie].telt == "weken"
    return unit is not None and not unit.telt and per_week


def sundays(begin: date, end: date) -> int:
    """Return the number of Sundays in the inclusive period; 0 when it ends before it begins."""
    return max(0, end.toordinal() // 7 - (begin.toordinal() - 1) // 7)


def _output_weeks(toewijzing: Toewijzing, begin: date, end: date) -> int:
    """Return the weeks that output may be billed for in a period: its Sundays, and the broken last week with the last Sunday."""
    last = toewijzing.einddatum
    if last is None or last.weekday() == _SUNDAY:
        return sundays(begin, end)
    last_sunday = last.toordinal() // 7 * 7
    return sundays(begin, end) + (begin.toordinal() <= last_sunday <= end.toordinal())
