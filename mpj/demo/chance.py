"""Drawing from tables: weights as data, whole numbers only, the same draws under every Python version."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen(eq=False)
class Weighted(Generic[T]):
    """Values to draw from; `bounds` are the running totals of their whole-number weights."""

    values: tuple[T, ...]
    bounds: tuple[int, ...]

    def draw(self, rng: Random) -> T:
        """Return one value, each in proportion to its weight."""
        return self.values[bisect_right(self.bounds, int(rng.random() * self.bounds[-1]))]


def weighted(pairs: Sequence[tuple[T, int]]) -> Weighted[T]:
    """Make a table from (value, weight) pairs; raises ValueError when there is nothing to draw."""
    table = [(value, weight) for value, weight in pairs if weight > 0]
    if not table:
        raise ValueError("nothing to draw from: every weight is zero")
    return Weighted(tuple(value for value, _ in table), tuple(accumulate(weight for _, weight in table)))


def happens(rng: Random, permille: int) -> bool:
    """Return True `permille` times in a thousand."""
    return int(rng.random() * 1000) < permille


def between(rng: Random, low: int, high: int) -> int:
    """Return a whole number from `low` up to and including `high`."""
    return low + int(rng.random() * (high - low + 1))


def one_of(rng: Random, values: Sequence[T]) -> T:
    """Return one of `values`, all equally likely."""
    return values[int(rng.random() * len(values))]


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` over `weights`, in proportion and to the last one.

    >>> apportion(10, [1, 1, 2])
    [2, 3, 5]

    Raises ValueError when there is something to divide and no weight to carry it.
    """
    whole = sum(weights)
    if not whole:
        if total:
            raise ValueError("nothing carries a weight")
        return [0] * len(weights)
    bounds = [0, *(total * part // whole for part in accumulate(weights))]
    return [high - low for low, high in pairwise(bounds)]
