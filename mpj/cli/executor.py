"""Which executor computes a run that leaves it to mpj (``--executor auto``)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from mpj.reading.faults import Fault
from mpj.reading.sources import TABLES, Reading, Source, find_sources

FROM_ROWS = 40_000
"""From about here on DuckDB takes less time than Python, its start included."""
MANY_FILES = 200
"""To DuckDB each file is a query of its own; beyond so many Python takes less time."""
_SAMPLE = 1 << 16
CHOSEN = Fault(
    "columnar_gekozen",
    kolom="--executor",
    toelichting="de invoer is groot of Parquet, dus rekent DuckDB (columnar); de uitkomst is dezelfde",
    soort="waarschuwing",
)


def choose_executor(registraties: Sequence[Path], *, submappen: bool = False) -> Literal["python", "columnar"]:
    """Return columnar where it is installed and the files are many rows, or Parquet, which only it reads; else python.

    Of a CSV file only the first rows are looked at. Raises InputError for a path that holds no registraties.
    """
    if not registraties or find_spec("duckdb") is None:
        return "python"
    sources = find_sources(registraties, TABLES, Reading(submappen=submappen))
    if len(sources) > MANY_FILES:
        return "python"
    many = any(source.suffix == ".parquet" for source in sources) or sum(map(_rows, sources)) >= FROM_ROWS
    return "columnar" if many else "python"


def _rows(source: Source) -> int:
    """Return about how many rows a CSV file has: as many as fit in its length when all are as long as the first ones."""
    with source.open() as stream:
        sample = stream.read(_SAMPLE)
    return source.size() * sample.count(b"\n") // len(sample) if sample else 0
