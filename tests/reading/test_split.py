"""Rows that are split some at a time, as far as nothing is special about any of them, are the rows that csv has."""

from __future__ import annotations

import tempfile
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mpj
from mpj.reading.sources import Source
from mpj.reading.tables import open_table
from mpj.records.definitions import REGISTRATIE
from mpj.records.registraties import parse_registratie
from mpj.records.rows import row_of

HEADS = (
    "id;bsn;datum;minuten;status;medewerker",  # the last two are one text
    "id;bsn;status;datum;minuten;opmerking",
    "status;medewerker;bsn;datum;minuten;id",
    "id;bsn;datum;minuten;status;geboortedatum",
)
CELLS = {
    "id": ["R1", " R2", "R3", '"R;4"', '"R\n5"', "999900006"],
    "bsn": ["999900006", "999900018", "999900007"],
    "datum": ["2026-03-02", "3-3-2026", '"2026-03-04"', "2026-02-30"],
    "minuten": ["60", "", "060", "\x0b60"],
    "status": ["", "vervallen", "gepland", "gepland ", "g\u2028", '"gepland"'],
    "medewerker": ["M1", "M 2", "", '"M;1"', '"M\r\n1"', '"M ""1"""'],
    "geboortedatum": ["", "2010-03-05", "onbekend"],
    "opmerking": ["", "x", '";"'],
}
ODD = st.sampled_from(
    ["", ";;;;;", " ; ;", ";", "R9", "R9;999900006;2026-03-02;60;gepland;M1;M2", "R9;999900006;2026-03-02;60;;;;;"]
)


@st.composite
def files(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(HEADS))
    usual = st.tuples(*(st.sampled_from(CELLS[name]) for name in head.split(";"))).map(";".join)
    plain = st.tuples(*(st.sampled_from(CELLS[name][:3]) for name in head.split(";"))).map(";".join)
    rows = draw(st.lists(st.one_of(plain, plain, draw(st.sampled_from([plain, usual])), ODD), max_size=30))
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]]))
    text = head + "".join(draw(st.sampled_from(ends)) + row for row in rows)
    return text + draw(st.sampled_from(["", *ends]))


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(files())
def test_rows_that_are_split_are_the_rows_of_csv(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "registraties.csv")
        path.write_bytes(text.encode())
        with open_table(Source(path.name, path), REGISTRATIE.columns) as table:
            expected = [parse_registratie(row_of(table, rij, fields)) for rij, fields in table]
        found = list(mpj.read_registraties([path]))
    assert [attrs.astuple(one) for one in found] == [attrs.astuple(one) for one in expected]
