"""On which line of a file each row of its table begins, where that is not the row's own number."""

from __future__ import annotations

from array import array
from bisect import bisect_right


class LineNumbers:
    """The lines of a table: a row is as far behind its number as the line breaks in fields before it were many.

    >>> lines = LineNumbers()
    >>> lines.shift(3, 2)  # the second row spans three lines
    >>> [lines.of(rij) for rij in (1, 2, 3, 4)]
    [1, 2, 5, 6]
    """

    def __init__(self) -> None:
        self._rows, self._shifts = array("q"), array("q")

    def shift(self, rij: int, by: int) -> None:
        """Say that from a row on, lines are `by` more than rows."""
        self._rows.append(rij)
        self._shifts.append(by)

    def of(self, rij: int) -> int:
        """Return the line on which a row begins."""
        place = bisect_right(self._rows, rij)
        return rij + self._shifts[place - 1] if place else rij

    def __bool__(self) -> bool:
        return bool(self._rows)
