"""Tables that people open are written as the csv module writes them, guarded; what was set aside comes in its order."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from mpj.output.write import write_csv
from mpj.reading.guard import guarded
from mpj.records.uitval import Uitval, in_order

CELLS = st.text("aZ0;\"'=+-@\t\r\n \u00a0\x1b€", max_size=4) | st.integers(-20, 20)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_a_table_is_what_the_csv_module_makes_of_guarded_texts(rows: list[list[str | int]]) -> None:
    expected = "kop\n"
    for row in rows:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        expected += stream.getvalue()[:-2] + "\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        write_csv(path, ["kop"], rows)
        assert path.read_bytes().decode() == expected


UITVAL = st.builds(
    Uitval,
    soort=st.sampled_from(["registratie", "verblijf"]),
    bron=st.sampled_from(["", "a", "b"]),
    datum=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    datum_tot=st.none(),
    aantal=st.sampled_from([1, 2, 10]),
    bestand=st.sampled_from(["", "x.csv"]),
    rij=st.integers(0, 12),
    gemeente=st.just("0384"),
    reden=st.sampled_from(["geen_tijd", "te_oud"]),
    waarde_cent=st.none() | st.sampled_from([5, 40]),
    toelichting=st.just(""),
)


@given(st.lists(UITVAL, max_size=12))
def test_what_was_set_aside_comes_in_the_order_of_its_columns_as_text(rows: list[Uitval]) -> None:
    assert in_order(rows) == sorted(rows, key=Uitval.sort_key)
