"""Which row of a table is its header, and which of our columns each of its names means.

Case, blanks, ``_`` and ``-`` do not count in a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from mpj.reading.profile import PLAIN, Tabelprofiel

Row = tuple[int, list[str]]
"""A row as it stands: its number, as a spreadsheet shows it, and its fields."""
_APART = re.compile(r"[\s_-]+")


def plain(name: str) -> str:
    """Return a name without what does not count in it.

    >>> plain("Kwalificatie niveau") == plain("KWALIFICATIE_NIVEAU") == plain("kwalificatieniveau")
    True
    """
    return _APART.sub("", name.casefold())


def _tuple(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen
class Columns:
    """The columns that a kind of table may have, and those that it must have."""

    known: tuple[str, ...] = field(converter=_tuple)
    required: tuple[str, ...] = field(converter=_tuple)
    profiel: Tabelprofiel = PLAIN
    """What the columns are called."""
    _by_plain: dict[str, str] = field(init=False, eq=False, repr=False)

    @_by_plain.default
    def _plainly(self) -> dict[str, str]:
        return {plain(name): name for name in self.known}

    def named(self, header: Iterable[str]) -> list[str]:
        """Return the names of a header, ours where they mean one of our columns."""
        return [self._by_plain.get(plain(name), name.strip()) for name in self.profiel.names(header, plain)]

    def header(self, rows: Iterable[Row]) -> Row | None:
        """Return the first row that has all required columns."""
        required = set(self.required)
        return next((row for row in rows if required.issubset(self.named(row[1]))), None)

    def matches(self, row: Row) -> int:
        """Return how many of our columns a row names."""
        return len(set(self.known).intersection(self.named(row[1])))

    def nearest(self, rows: Sequence[Row]) -> Row | None:
        """Return the row that names most of our columns, the first that holds anything where none names any."""
        return max(rows, key=self.matches, default=None)
