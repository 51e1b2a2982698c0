"""How an explanation finds the rows it is about: by a walk over the run for one question, by an index for many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.output import Run
from mpj.records.uitval import Uitval

_R = TypeVar("_R")


class Lookup(Protocol):
    """Finds the rows of a run."""

    run: Run

    def line(self, referentienummer: str) -> Declaratieregel | None:
        """Return the line with this number."""

    def behind(self, referentienummer: str) -> Sequence[Herkomst]:
        """Return the trace of a line, in its order."""

    def trace(self, bron: str) -> Sequence[Herkomst]:
        """Return the trace of a record, in the order of the run."""

    def aside(self, bron: str) -> Sequence[Uitval]:
        """Return what was set aside of a record."""


class Scan:
    """Reads the tables of a run again at every question."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def line(self, referentienummer: str) -> Declaratieregel | None:
        """Return the line with this number."""
        return next((line for line in self.run.regels() if line.referentienummer == referentienummer), None)

    def behind(self, referentienummer: str) -> Sequence[Herkomst]:
        """Return the trace of a line, in its order."""
        return [row for row in self.run.herkomst() if row.referentienummer == referentienummer]

    def trace(self, bron: str) -> Sequence[Herkomst]:
        """Return the trace of a record, in the order of the run."""
        return [row for row in self.run.herkomst() if row.bron == bron]

    def aside(self, bron: str) -> Sequence[Uitval]:
        """Return what was set aside of a record."""
        return [row for row in self.run.uitval() if row.bron == bron]


class Index:
    """Walks over the tables of a run once; holds them, and where each number and id stands."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._lines = {line.referentienummer: line for line in run.regels()}
        self._behind: dict[str, list[Herkomst]] = {}
        self._trace: dict[str, Herkomst | list[Herkomst]] = {}
        for row in run.herkomst():
            self._behind.setdefault(row.referentienummer, []).append(row)
            _add(self._trace, row.bron, row)
        self._aside: dict[str, Uitval | list[Uitval]] = {}
        for one in run.uitval():
            _add(self._aside, one.bron, one)

    def line(self, referentienummer: str) -> Declaratieregel | None:
        """Return the line with this number."""
        return self._lines.get(referentienummer)

    def behind(self, referentienummer: str) -> Sequence[Herkomst]:
        """Return the trace of a line, in its order."""
        return self._behind.get(referentienummer, ())

    def trace(self, bron: str) -> Sequence[Herkomst]:
        """Return the trace of a record, in the order of the run."""
        return _listed(self._trace.get(bron))

    def aside(self, bron: str) -> Sequence[Uitval]:
        """Return what was set aside of a record."""
        return _listed(self._aside.get(bron))


def _add(index: dict[str, _R | list[_R]], key: str, row: _R) -> None:
    """Put a row under its key; nearly all keys have one row, which needs no list."""
    known = index.setdefault(key, row)
    if isinstance(known, list):
        known.append(row)
    elif known is not row:
        index[key] = [known, row]


def _listed(found: _R | list[_R] | None) -> Sequence[_R]:
    return () if found is None else found if isinstance(found, list) else (found,)
