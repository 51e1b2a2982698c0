"""The level rule (docs/steps.md, step 4): a delivered level is billed as itself, or as the highest contracted level below it.

A lower level never stands in for a higher one, and a toewijzing's maximum can only lower what is billed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def billed_level(delivered: str, contracted: Collection[str], niveaus: Sequence[str]) -> str | None:
    """Return the level that `delivered` is billed at, None when no contracted level lies at or below it.

    `contracted` are the levels with a price; `niveaus` all levels of the protocol, low to high.

    >>> billed_level("wo", {"mbo", "hbo"}, ("mbo", "hbo", "hbo+", "wo"))
    'hbo'
    """
    at_or_below = niveaus[: niveaus.index(delivered) + 1]
    return next((niveau for niveau in reversed(at_or_below) if niveau in contracted), None)


def stricter(left: str, right: str | None, niveaus: Sequence[str]) -> str:
    """Return the lower of two levels; `right` None is no limit."""
    return left if right is None else min(left, right, key=niveaus.index)
