"""Which start and which end of a product are one run of care, whatever a contract says of the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from attrs import frozen

from mpj.engine.search import Search
from mpj.protocol.model import GI
from mpj.records.values import Prestatie

RUNNING = ("week", "periode", GI)
"""The variants that run from a start to an end."""


@frozen
class Running:
    """Care that runs from a start to an end, as far as they were told."""

    start: Prestatie | None
    einde: Prestatie | None

    @property
    def lead(self) -> Prestatie:
        """The record that its weeks or months are told by."""
        found = self.start or self.einde
        assert found is not None
        return found

    @property
    def search(self) -> Search:
        """What leads to its toewijzingen."""
        told = [one for one in (self.start, self.einde) if one is not None]
        nummer = next((one.toewijzingnummer for one in told if one.toewijzingnummer is not None), None)
        gemeente = next((one.gemeente for one in told if one.gemeente is not None), None)
        return Search(self.lead.bsn, nummer, gemeente, self.lead.productcode)


def by_product(prestaties: Iterable[Prestatie]) -> Iterator[tuple[str, list[Prestatie]]]:
    """Yield the prestaties of one client by product, those of each in order of date, then id."""
    found: dict[str, list[Prestatie]] = {}
    for one in sorted(prestaties, key=lambda one: (one.datum, one.id)):
        found.setdefault(one.productcode, []).append(one)
    yield from found.items()


def in_a_run(one: Prestatie) -> bool:
    """Say whether a prestatie can be the start or the end of a run."""
    return one.gebeurtenis in ("start", "einde") and one.aantal in (None, 1)


def pairs(prestaties: Iterable[Prestatie]) -> Iterator[Running]:
    """Yield the runs of care of one client, of all products."""
    for _, own in by_product(prestaties):
        yield from (found for found in runs([one for one in own if in_a_run(one)]) if isinstance(found, Running))


def runs(own: Iterable[Prestatie]) -> Iterator[Running | Prestatie]:
    """Pair each end with the last start before it that it can belong to; a start before the end of another one is given as it is.

    `own` are starts and ends in order of date. Of one day the ends of what ran already come first, then starts, then their ends.
    """
    begun: list[Prestatie] = []
    for _, of_day in groupby(own, key=lambda one: one.datum):
        day = list(of_day)
        left: list[Prestatie] = []
        for one in (one for one in day if one.gebeurtenis == "einde"):
            start = _last_begun(begun, one)
            if start is None:
                left.append(one)
            else:
                begun.remove(start)
                yield Running(start, one)
        for one in (one for one in day if one.gebeurtenis != "einde"):
            if _last_begun(begun, one) is None:
                begun.append(one)
            else:
                yield one
        for one in left:
            start = _last_begun(begun, one)
            begun = [other for other in begun if other is not start]
            yield Running(start, one)
    yield from (Running(one, None) for one in begun)


def _last_begun(begun: Sequence[Prestatie], one: Prestatie) -> Prestatie | None:
    """Return the last start that a record can be of one run with."""
    return next((other for other in reversed(begun) if together(other, one)), None)


def together(one: Prestatie, other: Prestatie) -> bool:
    """Say whether two records can be of one run: they name no different toewijzing or gemeente."""
    pairs = ((one.toewijzingnummer, other.toewijzingnummer), (one.gemeente, other.gemeente))
    return all(None in pair or pair[0] == pair[1] for pair in pairs)
