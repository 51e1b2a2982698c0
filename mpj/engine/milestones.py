"""What each milestone of a traject is worth, whichever run bills it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from mpj.prestaties.rules import WHOLE, milestones
from mpj.records.values import Prestatie


def in_turn(
    own: Sequence[Prestatie], amount: int, stand: Mapping[str, int], late: Collection[str]
) -> list[tuple[Prestatie, int, int | None]]:
    """Return the milestones of one toewijzing with their percent and their eurocents of its amount; None would pass it.

    `own` are in order of date; `stand` says by id what those behind a line came to, `late` which come after those. One that takes
    what is left was worth what others left of it: of that order and the order of date, the one that leaves it nearest to that.
    """
    rest = [one.id for one in own if one.aantal is None and one.id in stand]
    found = [list(_worth(order, amount)) for order in (sorted(own, key=lambda one: one.id in late), own)]
    return min(found, key=lambda order: sum(abs((cents or 0) - stand[one.id]) for one, _, cents in order if one.id in rest))


def _worth(own: Sequence[Prestatie], amount: int) -> Iterator[tuple[Prestatie, int, int | None]]:
    """Yield each milestone with its percent and what it is worth of an amount, in this order; None where it would pass it."""
    steps = list(_percents(own))
    worth = milestones(amount, [percent for percent in steps if percent])
    for one, percent in zip(own, steps, strict=True):
        yield one, percent, next(worth) if percent else 0


def _percents(own: Sequence[Prestatie]) -> Iterator[int]:
    """Yield the percent of each milestone; one that names none takes what is left, and so does an end that is the only one."""
    named = any(one.aantal is not None or one.gebeurtenis == "mijlpaal" for one in own)
    left = WHOLE
    for one in own:
        percent = one.aantal
        if percent is None:
            percent = left if one.gebeurtenis == "mijlpaal" or (one.gebeurtenis == "einde" and not named) else 0
        yield percent
        left -= percent if percent <= left else 0
