"""The trace as one Parquet file with typed columns, ``herkomst.parquet``: written and read with DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpj.engine.values import Herkomst
from mpj.output.shape import HERKOMST, FileColumn
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    import duckdb

TYPES = {str: "VARCHAR", int: "BIGINT", bool: "BOOLEAN", date: "DATE", tuple: "VARCHAR[]"}
"""What DuckDB, and with it Parquet, calls the values of a column."""
_BATCH = 10_000
_WORDS = 4096  # of columns in which nearly every value is another, like ids, none are looked up for long


def check_installed() -> None:
    """Raise InputError when DuckDB, which writes and reads Parquet files, is not installed."""
    try:
        import duckdb  # noqa: F401
    except ImportError:
        text, verwacht = "voor herkomst.parquet is duckdb nodig", "pip install 'mpj[columnar]'"
        raise InputError(Fault("uitbreiding_ontbreekt", kolom="trace", toelichting=text, verwacht=verwacht)) from None


def literal(text: str) -> str:
    """Return a text as it stands in SQL."""
    return "'" + text.replace("'", "''") + "'"


def csv_rows(csv: Path, before: str = "", *, header: bool = True) -> str:
    """Return SQL for the rows of a ``herkomst.csv`` in their order: whole numbers and dates typed, the rest as text.

    `before` names a column of whole numbers that stands in front of the others.
    """
    kinds = {column.name: TYPES[column.kind] if column.kind in (int, date) else "VARCHAR" for column in HERKOMST.columns}
    columns = {before: "BIGINT", **kinds} if before else kinds
    form = {
        "auto_detect": "false",
        "header": str(header).lower(),
        "parallel": "false",
        "delim": "';'",
        "quote": "'\"'",
        "escape": "'\"'",
        "new_line": "'\\n'",
        "max_line_size": "20000000",
        "force_not_null": f"[{', '.join(name for name, kind in kinds.items() if kind == 'VARCHAR')}]",
        "columns": f"{{{', '.join(f'{name}: {literal(kind)}' for name, kind in columns.items())}}}",
    }
    return f"FROM read_csv({literal(str(csv))}, {', '.join(f'{name} = {value}' for name, value in form.items())})"


def copy(rows: str, path: Path) -> str:
    """Return SQL that writes `rows`, which are as `csv_rows` gives them, as ``herkomst.parquet``."""
    typed = ", ".join(map(_typed, HERKOMST.columns))
    return f"COPY (SELECT {typed} FROM ({rows})) TO {literal(str(path))} (FORMAT parquet, DICTIONARY_SIZE_LIMIT {_WORDS})"


def _typed(column: FileColumn) -> str:
    value = column.name if column.kind is str else f"{column.name}::{TYPES[column.kind]}"
    if column.kind is bool:
        value = f"{column.name} = 'ja'"
    elif column.kind is tuple:
        value = f"CASE WHEN {column.name} = '' THEN [] ELSE string_split({column.name}::VARCHAR, ',') END"
    return f"{value} AS {column.name}"


def write_trace(csv: Path, parquet: Path) -> None:
    """Write the rows of a ``herkomst.csv`` of this run as a Parquet file, in their order."""
    with _connected() as connection:
        connection.execute(copy(csv_rows(csv), parquet))


def read_trace(path: Path) -> Iterator[Herkomst]:
    """Read ``herkomst.parquet``, one row at a time; raises InputError for a file that is not one."""
    check_installed()
    import duckdb

    shown = ", ".join(f"{column.name}::{TYPES[column.kind]}" for column in HERKOMST.columns)
    absent = " OR ".join(f"{column.name} IS NULL" for column in HERKOMST.columns if not column.optional)
    rows = f"FROM read_parquet({literal(str(path))})"
    with _connected() as connection:
        try:
            if connection.execute(f"SELECT 1 {rows} WHERE {absent} LIMIT 1").fetchall():
                raise InputError(Fault("parquet_onleesbaar", path.name, toelichting="een waarde ontbreekt"))
            connection.execute(f"SELECT {shown} {rows}")
            while batch := connection.fetchmany(_BATCH):
                yield from map(_herkomst, batch)
        except duckdb.Error:
            text, verwacht = "geen leesbare herkomst", "een herkomst.parquet zoals mpj declare die schreef"
            raise InputError(Fault("parquet_onleesbaar", path.name, toelichting=text, verwacht=verwacht)) from None


def _herkomst(row: tuple[Any, ...]) -> Herkomst:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return Herkomst(*values)


def _connected() -> duckdb.DuckDBPyConnection:
    import duckdb

    extensions = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(":memory:", config={"memory_limit": "500MB", "threads": "1", **extensions})
    connection.execute("SET enable_progress_bar = false")
    return connection
