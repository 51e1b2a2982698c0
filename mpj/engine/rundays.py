"""The days of a run of care: on which toewijzing they lie, and from when and until when its product was bought as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mpj.engine.search import Afwijzing, Match, Stretch
from mpj.prestaties.rules import Looptijd
from mpj.records.values import Toewijzing

_DAY = timedelta(days=1)


class Held(NamedTuple):
    """Days, the last included, on which a contract buys a product by one variant."""

    first: date
    last: date
    variant: str


def since(toewijzing: Toewijzing, otherwise: Iterable[Held], day: date) -> date:
    """Return the first day of a toewijzing from which on a product is bought as on `day`; `otherwise` is when it is not."""
    return max((toewijzing.begindatum, *(one.last + _DAY for one in otherwise if one.last < day)))


def while_bought(stretches: Iterable[Stretch], otherwise: Callable[[Toewijzing], Sequence[Held]], code: str) -> Iterator[Stretch]:
    """Yield the days of a run up to that on which its product is bought otherwise as they are, and why not from there on."""
    over: Afwijzing | None = None
    for first, last, answer in stretches:
        if isinstance(answer, Match) and over is None:
            held = otherwise(answer.dekking.toewijzing)
            turn = next((one for one in held if one.last >= first and one.first <= last), None)
            if turn is not None:
                if first < turn.first:
                    yield Stretch(first, turn.first - _DAY, answer)
                first, over = max(first, turn.first), bought_otherwise(code, turn.first, turn.variant)
        yield Stretch(first, last, over if isinstance(answer, Match) and over is not None else answer)


def covered(
    stretches: Iterable[Stretch], until: date, *, open_end: bool
) -> tuple[list[tuple[Match, Looptijd]], list[tuple[Afwijzing, date, date]]]:
    """Return the days of a run on each toewijzing, and those on none with the reason, both in order.

    With an open end what its toewijzing does not end before `until`, the last day that is looked at, goes on.
    """
    days: list[tuple[Match, date, date]] = []
    uncovered: list[tuple[Afwijzing, date, date]] = []
    for first, last, answer in stretches:
        if isinstance(answer, Afwijzing):
            uncovered.append((answer, first, last))
        elif days and answer.dekking == days[-1][0].dekking and first == days[-1][2] + _DAY:
            days[-1] = (answer, days[-1][1], last)
        else:
            days.append((answer, first, last))
    found = []
    for match, first, last in days:
        goes_on = open_end and last == until and last != match.dekking.toewijzing.einddatum
        found.append((match, Looptijd(first, None if goes_on else last)))
    return found, uncovered


def bought_otherwise(code: str, day: date, variant: str) -> Afwijzing:
    """Return why what began under another variant is not billed from `day` on."""
    text = f"op {day} koopt het contract {code} als {variant}: wat daarvoor begon is daarmee voorbij"
    return Afwijzing("eenheid_past_niet", text)
