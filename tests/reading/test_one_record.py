"""A value, a mapping, and a row of a CSV file, a workbook and a Parquet file are one record, however dirty, with one identity."""

from __future__ import annotations

import csv
import tempfile
from datetime import date, time
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mpj
from mpj.reading.cells import as_text
from mpj.records.registraties import as_registraties

BLANKS = st.sampled_from(["", " ", "   ", "\u00a0"])


def dirty(*words: str) -> st.SearchStrategy[str]:
    """A word with blanks around it, in any case."""
    return st.tuples(BLANKS, st.sampled_from(words), BLANKS, st.booleans()).map(
        lambda one: one[0] + (one[1].upper() if one[3] else one[1]) + one[2]
    )


RECORDS = st.fixed_dictionaries(
    {
        "id": st.tuples(BLANKS, st.sampled_from(["R-1", "r 2", "Ré", "0007", "Ж"]), BLANKS).map("".join),
        "bsn": st.sampled_from(["999900006", "999900018"]),
        "datum": st.sampled_from([date(2026, 3, 2), date(2026, 3, 12)]),
        "begintijd": st.sampled_from([None, time(9), time(23, 30)]),
        "minuten": st.sampled_from([0, 45, 60]),
        "kwalificatieniveau": dirty("hbo", "wo+"),
        "status": dirty("gerealiseerd", "gepland"),
        "bevestigd": dirty("ja", "nee"),
        "afspraak": st.sampled_from(["", " A 1", "A 1\u00a0"]),
        "toewijzingnummer": st.sampled_from(["", "0012", "12"]),
    }
)
"""Records as a program has them: dates and times typed, words as people write them."""


def value_of(record: dict[str, Any]) -> mpj.Registratie:
    """The record as a value: typed fields, and words as they are listed."""
    nummer = record["toewijzingnummer"]
    words: Any = {
        "status": record["status"].strip().lower(),
        "bevestigd": record["bevestigd"].strip().lower() == "ja",
        "toewijzingnummer": int(nummer) if nummer else None,
        "afspraak": record["afspraak"] or None,
    }
    return mpj.Registratie(**{**record, **words})


def written(record: dict[str, Any]) -> dict[str, str]:
    """The record as people write it."""
    day, begin = record["datum"], record["begintijd"]
    texts = {"datum": f"{day.day}-{day.month}-{day.year} 00:00", "minuten": f"{record['minuten']},0"}
    return {name: as_text(one) for name, one in record.items()} | texts | {"begintijd": f"{begin.hour}:{begin:%M}" if begin else ""}


def as_csv(path: Path, records: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(map(written, records))
    return path


def as_workbook(path: Path, records: list[dict[str, Any]]) -> Path:
    """Dates, times and numbers as cells of their own type."""
    book = import_module("openpyxl").Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(records[0]))
    for record in records:
        sheet.append([record[column] for column in records[0]])
    book.save(path)
    return path


def as_parquet(path: Path, records: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(records), path)
    return path


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(RECORDS, min_size=1, max_size=40))
def test_every_way_in_makes_the_same_record(records: list[dict[str, Any]]) -> None:
    values = [value_of(record) for record in records]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways: dict[str, list[Any]] = {
            "csv": list(mpj.read_registraties([as_csv(folder / "r.csv", records)])),
            "workbook": list(mpj.read_registraties([as_workbook(folder / "r.xlsx", records)])),
            "parquet": list(mpj.read_registraties([as_parquet(folder / "r.parquet", records)])),
            "mappings": list(as_registraties(records)),
            "texts": list(as_registraties(map(written, records))),
        }
    for way, found in ways.items():
        assert [(way, *pair) for pair in zip(found, values, strict=True) if pair[0] != pair[1]][:1] == []
    assert [attrs.evolve(one) for one in values] == values
