"""Which row of a table is its header, and which of our columns each of its names means.

Case, accents, blanks, ``_`` and ``-`` do not count in a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from mpj.reading.frozen import Frozen
from mpj.reading.profile import PLAIN, Tabelprofiel

Row = tuple[int, list[str]]
"""A row as it stands: its number, as a spreadsheet shows it, and its fields."""
_APART = re.compile(r"[\s_-]+")


def plain(name: str) -> str:
    """Return a name without what does not count in it.

    >>> plain("Kwalificatie niveau") == plain("KWALIFICATIE_NIVEAU") == plain("kwalificatieniveau")
    True
    """
    if not name.isascii():
        name = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
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
    soort: str = ""
    """How a profile calls the table, as ``registraties``."""
    synonyms: Mapping[str, tuple[str, ...]] = Frozen()
    """By column, other names under which systems export it: where the column itself is absent, such a name is not passed over."""
    _by_plain: dict[str, str] = field(init=False, eq=False, repr=False)

    @_by_plain.default
    def _plainly(self) -> dict[str, str]:
        return {plain(name): name for name in self.known}

    _by_synonym: dict[str, list[str]] = field(init=False, eq=False, repr=False)

    @_by_synonym.default
    def _meanings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for column in self.known:
            for name in self.synonyms.get(column, ()):
                found.setdefault(plain(name), []).append(column)
        return found

    def under(self, profiel: Tabelprofiel) -> Columns:
        """Return the same columns, called as a profile says."""
        return self if profiel is self.profiel else evolve(self, profiel=profiel)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def named(self, header: Iterable[str]) -> list[str]:
        """Return the names of a header, ours where they mean one of our columns.

        A second way to write a name that stands there already is left as it is.
        """
        names = [name.strip() for name in self.profiel.names(header, plain)]
        taken = set(names).intersection(self.known)
        for place, name in enumerate(names):
            ours = self._by_plain.get(plain(name), name)
            if ours not in taken and ours in self._by_plain.values():
                taken.add(ours)
                names[place] = ours
        return names

    def undecided(self, header: Iterable[str]) -> dict[str, str]:
        """Return the names (`named`) that most probably stand for a column which is not there, each with that column."""
        names = list(header)
        there = set(names).intersection(self.known)
        told: dict[str, str] = {}
        for name in names:
            meant = () if name in there else self._by_synonym.get(plain(name), ())
            column = next((column for column in meant if column not in there), None)
            if column is not None:
                told[name] = column
                there.add(column)
        return told

    def header(self, rows: Iterable[Row]) -> Row | None:
        """Return the first row that has all required columns."""
        required = set(self.required)
        return next((row for row in rows if required.issubset(self.named(row[1]))), None)

    def matches(self, row: Row) -> int:
        """Return how many of our columns a row names, under whatever names."""
        names = self.named(row[1])
        return len(set(self.known).intersection(names)) + len(self.undecided(names))

    def nearest(self, rows: Sequence[Row]) -> Row | None:
        """Return the row that names most of our columns, the first that holds anything where none names any."""
        return max(rows, key=self.matches, default=None)
