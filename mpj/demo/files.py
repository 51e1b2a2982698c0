"""The files of an invented month: rows go to disk as they come, under a provisional name until all is complete."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from operator import attrgetter
from pathlib import Path
from typing import Any

from attrs import fields

from mpj.demo.people import MedewerkerRow
from mpj.demo.registraties import RegistratieRow
from mpj.demo.toewijzingen import ToewijzingRow
from mpj.demo.verblijf import VerblijfRow

PROVISIONAL = ".deel"


def _columns(row_class: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(row_class))


FILES: Mapping[type[Any], str] = {
    ToewijzingRow: "toewijzingen.csv",
    RegistratieRow: "registraties.csv",
    VerblijfRow: "verblijf.csv",
    MedewerkerRow: "medewerkers.csv",
}
_VALUES: Mapping[type[Any], Callable[[Any], tuple[str, ...]]] = {row_class: attrgetter(*_columns(row_class)) for row_class in FILES}


class Files:
    """The four CSV files of `folder`, open for rows; `rows` counts them by file name.

    Used as a context manager: on a normal end the files get their own names, on an exception they are removed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: Counter[str] = Counter()
        self._open = ExitStack()
        self._writers: dict[type[Any], Any] = {}

    def __enter__(self) -> Files:
        for row_class, name in FILES.items():
            path = self.folder / f"{name}{PROVISIONAL}"
            file = self._open.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writers[row_class] = csv.writer(file, delimiter=";", lineterminator="\n")
            self._writers[row_class].writerow(_columns(row_class))
        return self

    def write(self, rows: Sequence[object]) -> None:
        """Add rows, all of one class, to the file they belong to."""
        if rows:
            row_class = type(rows[0])
            self._writers[row_class].writerows(map(_VALUES[row_class], rows))
            self.rows[FILES[row_class]] += len(rows)

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._open.close()
        for name in FILES.values():
            provisional = self.folder / f"{name}{PROVISIONAL}"
            if failure:
                provisional.unlink(missing_ok=True)
            else:
                provisional.replace(self.folder / name)
