"""Reading registraties from CSV, Parquet and XLSX: rows into parts, as `mpj declare` takes them in.

The environment variable ROWS says how many: 1,000,000 unless it is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mpj.demo.people import bsn_range
from mpj.records.partitions import Partitions

ROWS = int(os.environ.get("ROWS", "1000000"))
HEADER = (
    "id",
    "bsn",
    "datum",
    "begintijd",
    "eindtijd",
    "minuten",
    "kwalificatieniveau",
    "prestatiecode",
    "soort",
    "status",
    "gemeente",
)


def rows() -> Iterator[tuple[str, ...]]:
    """The rows of a month, as text."""
    bsns = bsn_range()
    for number in range(ROWS):
        day = f"2026-03-{number % 28 + 1:02}"
        time = ("09:00", "09:45", "45")
        yield f"R{number}", bsns[number % 1000], day, *time, "hbo", "2.1", "individueel", "gerealiseerd", "0384"


def csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(";".join(HEADER) + "\n")
        stream.writelines(";".join(row) + "\n" for row in rows())
    return path


def parquet(path: Path) -> Path:
    duckdb = pytest.importorskip("duckdb")
    plain = csv(path.with_suffix(".csv"))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{plain}', all_varchar = true)) TO '{path}'")
    return path


def xlsx(path: Path) -> Path:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Export")
        for number, row in enumerate(_all()):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
    return path


def _all() -> Iterator[tuple[str, ...]]:
    yield HEADER
    yield from rows()


@pytest.mark.parametrize("make", [csv, parquet, xlsx])
def test_read(benchmark: Any, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / f"registraties.{make.__name__}")

    def read() -> int:
        with closing(Partitions()) as taken:
            taken.read([path])
            return taken.rows

    assert benchmark.pedantic(read, rounds=1, iterations=1) == ROWS
    benchmark.extra_info["rows"] = ROWS
