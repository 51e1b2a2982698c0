"""What records cost before anybody does anything with them: `csv.reader` over the registraties, the floor for plain Python.

With ``mappings`` each row becomes a mapping with typed values, as records come from a database: what `benchmarks.peers.api` gives.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path


def mappings(path: Path) -> Iterator[Mapping[str, object]]:
    """Yield the rows of a file with dates and numbers as such, and None where nothing stands."""
    read: dict[str, Callable[[str], object]] = {"datum": date.fromisoformat, "minuten": int, "toewijzingnummer": int}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        names = next(rows)
        typed = [(place, names[place], read[names[place]]) for place in range(len(names)) if names[place] in read]
        for row in rows:
            record: dict[str, object] = dict(zip(names, [text or None for text in row], strict=True))
            for place, name, make in typed:
                record[name] = make(row[place])
            yield record


def main(folder: Path, form: str = "rows") -> int:
    """Go through every row, or every mapping; returns how many there are."""
    path = folder / "registraties.csv"
    if form == "mappings":
        return sum(1 for _ in mappings(path))
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[3:])
