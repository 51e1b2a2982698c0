"""The embedded database of one run: in memory, bounded, and gone at its end with all that it put on disk."""

from __future__ import annotations

import json
import mmap
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    import duckdb

_BATCH = 100_000
_QUIET = "SET enable_progress_bar = false"
# MiB: the whole process; what Python comes to hold and the database takes beyond its limit; what a process usually holds at the
# start, where that cannot be seen; what the database gets in any case.
_WHOLE, _SPARE, _USUAL, _LEAST = 2048, 700, 300, 300


class Database:
    """A DuckDB in memory that may hold `memory_limit`; what does not fit goes to a folder in `folder`, removed at the end.

    Without a `memory_limit` it may hold what is left of 2 GiB, with room to spare for what Python will come to hold. It reaches
    nothing outside: no extension is fetched or loaded. Raises InputError when DuckDB is not installed.
    """

    def __init__(self, folder: Path, memory_limit: str | None, threads: int | None = None) -> None:
        try:
            import duckdb
        except ImportError:
            text, verwacht = "voor de uitvoering met DuckDB is duckdb nodig", "pip install 'mpj[columnar]'"
            raise InputError(Fault("uitbreiding_ontbreekt", kolom="executor", toelichting=text, verwacht=verwacht)) from None
        self.error: type[Exception] = duckdb.Error
        self.folder = Path(tempfile.mkdtemp(prefix=".columnar-", dir=folder))
        try:
            self.connection: duckdb.DuckDBPyConnection = duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": memory_limit or _left(),
                    "temp_directory": str(self.folder / "tmp"),
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "preserve_insertion_order": "true",
                    # The size of a CSV file is misjudged; queries here name the large table first, and that is how they are run.
                    "disabled_optimizers": "join_order,build_side_probe_side",
                    **({} if threads is None else {"threads": str(threads)}),
                },
            )
            self.run(_QUIET)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, sql: str) -> None:
        """Run a statement that returns nothing."""
        self.connection.execute(sql)

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(sql).fetchall()

    def batches(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Return the rows of a query, some at a time; other statements may run in between."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(_QUIET)
            cursor.execute(sql)
            while rows := cursor.fetchmany(_BATCH):
                yield rows
        finally:
            cursor.close()

    def create(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of `rows`; `columns` are names and SQL types."""
        self.run(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
        self.insert(name, columns, rows)

    def insert(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Add `rows` to a table made with these `columns`."""
        # As one text a column takes less than half the time that it takes as a list of values.
        lists = ", ".join(f"unnest(from_json(${place}, '[\"{kind}\"]'))" for place, kind in enumerate(columns.values(), 1))
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            self.connection.execute(f"INSERT INTO {name} SELECT {lists}", list(map(json.dumps, zip(*batch, strict=True))))


def _left() -> str:
    """Return what is left of 2 GiB for the database, as the process is now."""
    try:
        held = int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE >> 20
    except OSError:
        held = _USUAL
    return f"{max(_WHOLE - _SPARE - held, _LEAST)}MiB"
