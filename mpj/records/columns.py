"""Rows of a table column by column: cells of programs as texts, several cells as one key, what a text was found to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import repeat
from operator import itemgetter
from typing import TypeVar

from mpj.reading.cells import as_text
from mpj.reading.fields import FieldError, parse_text

_T = TypeVar("_T")
Columns = Sequence[Sequence[str]]
"""Some rows, column by column."""
_NO_CELL_THAT_IS_READ = "\0"
# Of one of these types equal values have one text; 1, 1.0 and True are equal, but are not one.
_PLAIN = frozenset((int, bool, date))
_NOTHING = type(None)


class Known(dict[str, _T | None]):
    """What the cells of a column are, read on first use; None where nothing stands. Raises what `read` raises."""

    def __init__(self, read: Callable[[str], _T | None]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: str) -> _T | None:
        text = cell.strip()
        found = self[cell] = self._read(text) if text else None
        return found


class AsTexts:
    """The values of programs as the texts that would stand in a file (`as_text`)."""

    def __init__(self) -> None:
        self._known: dict[type, _TextOf] = {}

    def of(self, column: Sequence[object]) -> Sequence[str]:
        """Return a column of values as texts."""
        kinds = {*map(type, column)}
        if kinds == {str}:
            return column  # type: ignore[return-value]
        kinds.discard(_NOTHING)
        if kinds <= {str}:
            return [cell or "" for cell in column]  # type: ignore[misc]
        kind = kinds.pop()
        if kinds or kind not in _PLAIN:
            return list(map(as_text, column))
        known = self._known.get(kind) or self._known.setdefault(kind, _TextOf())
        return list(map(known.__getitem__, column))


class _TextOf(dict[object, str]):
    """The texts of values of one type, and of None."""

    def __missing__(self, value: object) -> str:
        found = self[value] = as_text(value)
        return found


def keys_of(columns: Mapping[str, int], names: Iterable[str]) -> Callable[[Columns], Iterable[str]]:
    """Return what makes one key of the cells of each row in these columns, but for those that the table does not have.

    Keys of rows that can be read are equal where their cells are, and nowhere else: no such cell holds the sign between.
    """
    places = list(dict.fromkeys(columns[name] for name in names if name in columns))
    if not places:
        return lambda rows: repeat("", len(rows[0]))
    pick = itemgetter(*places)
    return pick if len(places) == 1 else lambda rows: map(_NO_CELL_THAT_IS_READ.join, zip(*pick(rows), strict=True))


def own_texts(cells: Sequence[str]) -> list[str | None]:
    """Return the cells of a column of which each has its own text: empty where nothing stands, None where it cannot be read."""
    joined = "".join(cells)
    if joined.isascii() and joined.isprintable():
        return list(map(str.strip, cells))
    return list(map(_own_text, cells))


def _own_text(cell: str) -> str | None:
    text = cell.strip()
    try:
        return parse_text(text) if text else ""
    except FieldError:
        return None
