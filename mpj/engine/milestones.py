"""What each milestone of a traject is worth, whichever run bills it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from mpj.prestaties.rules import WHOLE, milestones
from mpj.records.values import Prestatie


def in_turn(
    own: Sequence[Prestatie], amount: int, stand: Mapping[str, int], late: Collection[str]
) -> list[tuple[Prestatie, int, int | None]]:
    """Return the milestones of one toewijzing with their percent and their eurocents of its amount; None would pass it.

    `own` are in order of date; `stand` says by id what those behind a line came to, `late` which come after those. In which order
    these were billed nobody knows: who completes the whole, or takes what is left, was worth what others left of it. So of the
    orders that there can have been the one counts under which what stands comes nearest to what it stood for.
    """
    early, after = [one for one in own if one.id not in late], [one for one in own if one.id in late]
    orders = [[*early, *after], list(own)]
    orders += [[*(other for other in early if other is not one), one, *after] for one in early if one.id in stand]
    found = [list(_worth(order, amount)) for order in orders]
    return min(found, key=lambda order: sum(abs((cents or 0) - stand[one.id]) for one, _, cents in order if one.id in stand))


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
