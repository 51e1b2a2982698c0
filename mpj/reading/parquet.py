"""Parquet files as tables: every value as the text that a CSV file would hold. DuckDB reads them, some rows at a time."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpj.reading.extras import need
from mpj.reading.faults import Fault, InputError
from mpj.reading.headers import Columns, Row
from mpj.reading.sources import Source
from mpj.reading.text import Opened

if TYPE_CHECKING:
    import duckdb

PARQUET = ".parquet"
BEGIN = b"PAR1"
"""What a Parquet file begins with."""
_BATCH = 2048
"""Rows that are taken over at once: a vector of DuckDB; more cost memory and save no time."""
_CHUNK = 1 << 20
_CONFIG = {"memory_limit": "500MB", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


@contextmanager
def open_parquet(source: Source, columns: Columns) -> Iterator[Opened]:
    """Open a Parquet file as a table; its first record has row 2. Raises InputError, also when the extra is missing."""
    need(source.naam, "columnar", "duckdb")
    import duckdb

    with tempfile.TemporaryDirectory(prefix="mpj-") as folder:
        path, sha256 = on_disk(source, Path(folder))
        config: dict[str, Any] = {**_CONFIG, "temp_directory": folder}
        try:
            with closing(duckdb.connect(":memory:", config=config)) as connection:
                connection.execute("SET enable_progress_bar = false")
                kinds = [(str(row[0]), str(row[1])) for row in connection.execute(f"DESCRIBE {query(path)}").fetchall()]
                header = [name for name, _ in kinds]
                check_kinds(source, columns, kinds)
                texts = ", ".join(as_text(name, kind) for name, kind in kinds)
                yield Opened((0, header), _rows(connection, query(path, texts)), lambda: sha256)
        except duckdb.Error as error:
            raise InputError(unreadable(source)) from error


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[Row]:
    rij = 1
    connection.execute(sql)
    while batch := connection.fetchmany(_BATCH):
        for fields in batch:
            rij += 1
            if any(map(str.strip, fields)):
                yield rij, list(fields)


def on_disk(source: Source, folder: Path) -> tuple[Path, str]:
    """Return where a file stands, unpacked into `folder` where it is in a zip, and its SHA-256."""
    with source.open() as raw:
        if not source.lid:
            return source.path, raw.sha256()
        path = folder / f"bestand-{source.plaats}.parquet"
        with path.open("wb") as stream:
            shutil.copyfileobj(raw, stream, _CHUNK)
        return path, raw.sha256()


def query(path: Path, fields: str = "*", options: str = "") -> str:
    """Return the query of these fields of a Parquet file."""
    name = glob.escape(str(path)).replace("'", "''")
    return f"SELECT {fields} FROM read_parquet('{name}', hive_partitioning = false{options})"


def unreadable(source: Source) -> Fault:
    """Return the fault of a file that is no Parquet."""
    text, verwacht = "geen leesbaar Parquet-bestand", "een Parquet-bestand zonder wachtwoord"
    return Fault("parquet_onleesbaar", source.naam, toelichting=text, verwacht=verwacht)


def check_kinds(source: Source, columns: Columns, kinds: list[tuple[str, str]]) -> None:
    """Raise InputError for columns of ours whose values are lists or structures."""
    ours = columns.named(name for name, _ in kinds)
    wrong = [name for (name, kind), our in zip(kinds, ours, strict=True) if our in columns.known and _nested(kind)]
    if wrong:
        text, verwacht = "de kolom heeft geen enkelvoudige waarden", "tekst, getallen, datums of tijden"
        raise InputError([Fault("parquet_kolom", source.naam, 0, name, toelichting=text, verwacht=verwacht) for name in wrong])


def _nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "BLOB"))


def as_text(name: str, kind: str) -> str:
    """Return SQL for the text of a column of this type, as a CSV file would hold it; empty for NULL."""
    column = '"' + name.replace('"', '""') + '"'
    text = f"CAST({column} AS VARCHAR)"
    if kind == "BOOLEAN":
        text = f"CASE WHEN {column} THEN 'ja' WHEN NOT {column} THEN 'nee' END"
    elif kind.startswith("TIMESTAMP"):
        text = f"CASE WHEN {text} LIKE '% 00:00:00' THEN left({text}, length({text}) - 9) ELSE {text} END"
    elif kind == "TIME":
        text = f"CASE WHEN {text} LIKE '%:00' AND length({text}) = 8 THEN left({text}, 5) ELSE {text} END"
    elif kind in ("FLOAT", "DOUBLE"):
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
        text = f"CASE WHEN isnan({column}) THEN NULL WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE {text} END"
    elif kind.startswith("DECIMAL"):
        text = f"CASE WHEN {column} = trunc({column}) THEN CAST(CAST({column} AS HUGEINT) AS VARCHAR) ELSE {text} END"
    return f"coalesce({text}, '')"
