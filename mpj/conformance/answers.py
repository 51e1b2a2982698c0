"""What a system answered to the cases: where an answer differs from what must come out, by case, row and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from mpj.conformance.pack import ConformanceCase, Outcome, case_files, outcomes_of, read_json, read_pack
from mpj.reading.sources import SILENT, Reading, Source

NOT_COMPARED = frozenset({"referentienummer", "vorig_referentienummer", "declaratienummer", "bestand", "rij", "toelichting"})
"""Columns that each system fills in its own way: numbers of lines and declarations, places in files, and explanations."""


@frozen
class Mismatch:
    """One place where an answer is not what must come out. A row counts from 1; what is about no row or step has 0."""

    geval: str
    """The name of the case."""
    bron: str
    """What the case is about, and why its outcome is right."""
    stap: int
    """The step, in a conversation."""
    tabel: str
    """regels, uitval or bevindingen; empty where the whole answer is meant."""
    rij: int
    """The row of what must come out, or, where there is no such row, of the answer."""
    veld: str
    """The column; empty where the whole row or table is meant."""
    verwacht: str
    """What must stand there."""
    gevonden: str
    """What stands there."""


@frozen
class Comparison:
    """What came of a comparison."""

    gevallen: int
    """How many cases there are."""
    goed: int
    """How many of them were answered without a difference."""
    verschillen: tuple[Mismatch, ...]
    """By case, step, table and row."""
    zonder_antwoord: tuple[str, ...]
    """The names of the cases that no file answers."""
    onbekend: tuple[str, ...]
    """The files that answer no case."""

    @property
    def conform(self) -> bool:
        """Whether every case was answered, and without a difference."""
        return self.goed == self.gevallen


def check(cases: str | Path, answers: str | Path, *, reading: Reading = SILENT) -> Comparison:
    """Compare a folder of answers with the cases that they answer: one file each, by the same name, with the shape of `verwacht`.

    Compared are the columns of the case but those of `NOT_COMPARED`; the order of rows does not count.

    `reading` hears of files that are not read. Raises InputError for a folder that holds no cases or no answers, and for a file
    that is neither, with its name and place.
    """
    given = {source.naam.rpartition("/")[2]: source for source in case_files(answers, reading)}
    known: set[str] = set()
    found: list[Mismatch] = []
    missing: list[str] = []
    for case in read_pack(cases, reading=reading):
        known.add(f"{case.naam}.json")
        answer = given.get(f"{case.naam}.json")
        if answer is None:
            missing.append(case.naam)
        else:
            found += differences(case, answer)
    good = len(known) - len(missing) - len({one.geval for one in found})
    return Comparison(len(known), good, tuple(found), tuple(missing), tuple(sorted(given.keys() - known)))


def differences(case: ConformanceCase, answer: Source) -> Iterator[Mismatch]:
    """Return each place where an answer differs from a case. The order of rows does not count."""
    found = outcomes_of(answer, read_json(answer), "het antwoord")
    steps = len(case.verwacht)
    if len(found) != steps:
        yield Mismatch(case.naam, case.bron, 0, "", 0, "", _counted(steps, case), _counted(len(found), case))
        return
    for number, (wanted, got) in enumerate(zip(case.verwacht, found, strict=True), 1):
        for tabel, rij, veld, verwacht, gevonden in _compared(wanted, got):
            yield Mismatch(case.naam, case.bron, number if case.stappen else 0, tabel, rij, veld, verwacht, gevonden)


def _counted(number: int, case: ConformanceCase) -> str:
    return f"{number} stappen" if case.stappen else "één uitkomst" if number == 1 else f"{number} uitkomsten"


_Place = tuple[str, int, str, str, str]


def _compared(wanted: Outcome, got: Outcome) -> Iterator[_Place]:
    for tabel in dict.fromkeys((*wanted, *got)):
        if tabel not in got:
            yield tabel, 0, "", "deze tabel, ook als zij leeg is", "niets"
        elif tabel not in wanted:
            yield tabel, 0, "", "geen tabel van die naam", f"{len(got[tabel])} rijen"
        else:
            yield from _rows(tabel, wanted[tabel], got[tabel])


def _rows(tabel: str, wanted: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> Iterator[_Place]:
    """Pair the rows that are alike, wherever they stand, then what is left in its order."""
    left = list(enumerate(got, 1))
    open_: list[tuple[int, Mapping[str, Any]]] = []
    for number, row in enumerate(wanted, 1):
        alike = next((one for one in left if not any(_fields(row, one[1]))), None)
        if alike is None:
            open_.append((number, row))
        else:
            left.remove(alike)
    for (number, row), (_, other) in zip(open_, left, strict=False):
        for veld, verwacht, gevonden in _fields(row, other):
            yield tabel, number, veld, verwacht, gevonden
    for number, row in open_[len(left) :]:
        yield tabel, number, "", _shown(row), "geen rij"
    for number, row in left[len(open_) :]:
        yield tabel, number, "", "geen rij", _shown(row)


def _fields(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return where a row differs; what it says in columns that the case does not have is its own."""
    for name, verwacht in wanted.items():
        if name not in NOT_COMPARED and got.get(name) != verwacht:
            yield name, _quoted(verwacht), _quoted(got[name]) if name in got else "dit veld ontbreekt"


def _quoted(value: Any) -> str:
    """Return a value as it is shown: text in quotes, anything else with the remark that values are text."""
    return f"'{value}'" if isinstance(value, str) else f"{str(value)[:40]} (geen tekst: waarden staan tussen aanhalingstekens)"


def _shown(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_quoted(value)}" for name, value in row.items() if name not in NOT_COMPARED and value != "")
