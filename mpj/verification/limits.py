"""How much of every toewijzing is used while the lines of a message go by (IV076 to IV078, iJw 3.2).

What a line uses and what a toewijzing allows are the engine's own (`mpj.engine.limits`), so that whoever declares and whoever
verifies count alike.
"""

from __future__ import annotations

from collections.abc import Collection

from mpj.engine.limits import Verbruik, counted, maximum_per_period, maximum_total
from mpj.messages.values import DEBET, Prestatie
from mpj.protocol import Protocol
from mpj.reading.periods import month_of
from mpj.records.values import Toewijzing
from mpj.verification.history import History

_KNOWN = 16_384


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
        self._used: dict[int, Verbruik] = {}
        self._new: dict[int, list[tuple[str, int, int, int]]] = {}
        self._maxima: dict[tuple[object, ...], tuple[str, int] | None] = {}

    def of(self, toewijzingnummer: int) -> Verbruik:
        """Return what is used of a toewijzing so far."""
        used = self._used.get(toewijzingnummer)
        if used is None:
            earlier = () if self._history is None else self._history.lines(*self._parties, toewijzingnummer)
            used = self._used[toewijzingnummer] = Verbruik.of(self._protocol, [_row(line.prestatie) for line in earlier])
        if new := self._new.pop(toewijzingnummer, None):
            used = self._used[toewijzingnummer] = Verbruik.of(self._protocol, new, used)
        return used

    def maximum(self, toewijzing: Toewijzing, month: int | None) -> tuple[str, int] | None:
        """Return what the omvang allows in one product period, or with None over the whole toewijzing (TR321, TR322).

        As what its unit counts, and how much of it (60 minutes for an hour); None without such a limit. Worked out once for all
        toewijzingen of the same size and dates.
        """
        key = (month, toewijzing.volume, toewijzing.eenheid, toewijzing.frequentie, toewijzing.begindatum, toewijzing.einddatum)
        if key not in self._maxima:
            if len(self._maxima) >= _KNOWN:
                self._maxima.clear()
            protocol = self._protocol
            units = maximum_total(protocol, toewijzing) if month is None else maximum_per_period(protocol, toewijzing, month)
            telt, weight = counted(protocol, toewijzing.eenheid or "")
            self._maxima[key] = None if units is None else (telt, units * weight)
        return self._maxima[key]

    def add(self, one: Prestatie) -> None:
        """Count an accepted line: debit adds, credit takes away (COD043)."""
        if one.toewijzingnummer in self._limited:
            self._new.setdefault(one.toewijzingnummer, []).append(_row(one))


def _row(one: Prestatie) -> tuple[str, int, int, int]:
    sign = 1 if one.debetcredit == DEBET else -1
    return one.eenheid, month_of(one.begindatum), sign * one.bedrag_cent, sign * one.volume
