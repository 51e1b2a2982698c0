"""What a caller gives is read in bulk (`mpj.records.reader`), and comes to what each of its records comes to by itself."""

from __future__ import annotations

import pickle
import tempfile
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenarios import write_csv

import mpj
from mpj.records.definitions import REGISTRATIE
from mpj.records.entries import Entry
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig, parse_registratie
from mpj.records.rows import MappingRows

ANNA, BRAM = "999900006", "999900018"
COLUMNS = REGISTRATIE.columns.known


class Text(str):
    """A text of another type."""

    __slots__ = ()


class Whole(int):
    """A number of another type."""


class Number:
    """A number of other making, as libraries have them: equal to an int, and written as one."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def __str__(self) -> str:
        return f"{self.value}"

    def __eq__(self, other: object) -> bool:
        return self.value == other

    def __hash__(self) -> int:
        return hash(self.value)


class Silent:
    """A thing that cannot be written."""

    def __str__(self) -> str:
        raise ValueError


class Word(StrEnum):
    """Words of the closed lists."""

    GROEP = "groep"
    JA = "ja"
    GEPLAND = "gepland"


class Minutes(IntEnum):
    """A number with a name."""

    ONE = 1


# Equal things of other types are other texts; so are equal times of two zones.
ODD: list[object] = [
    *(0, 1, False, True, 0.0, 1.0, Decimal(1), Fraction(1), Whole(1), Number(1), Number(0), Minutes.ONE, 10**50, -1, 1 + 0j),
    *(
        Text("1"),
        Text(" ja "),
        "1",
        "0",
        " 1 ",
        "01",
        "",
        " ",
        None,
        "\0",
        "1\0",
        "\ud800",
        "a\ud800",
        "é\u2028",
        float("nan"),
        Silent(),
    ),
    *(Word.GROEP, Word.JA, Word.GEPLAND, ["1"], ("1", 2), {"1"}, frozenset({"ja"}), b"1", [[]], {"a": 1}),
    *(time(9), time(9, 0, 30), time(9, 0, 0, 5), time(9, fold=1), time(9, tzinfo=UTC)),
    *(time(10, tzinfo=timezone(timedelta(hours=1))), time(10), "09:00", "10:00"),
    *(date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC), date(1, 1, 1), "2026-03-02", "02-03-2026", "2026-02-30"),
]
USUAL: dict[str, list[object]] = {
    "id": ["R1", " R2", "R3", 4, "R5", ANNA],
    "bsn": [ANNA, BRAM, int(ANNA), f" {ANNA}", "999900007"],
    "datum": [date(2026, 3, 2), date(2026, 3, 3), "2026-03-02", " 2026-03-02"],
    "minuten": [None, "", 1, 60, "60", "060"],
    "begintijd": [None, "", time(9), "09:00"],
    "eindtijd": [None, "", time(10), "10:00"],
    "kwalificatieniveau": ["hbo", "hbo ", None],
    "medewerker": ["M1", None, 1],
    "prestatiecode": ["2.1", None],
    "productcode": [None, "45A04"],
    "toewijzingnummer": [1, "1", " 01", None],
    "gemeente": ["0384", None, 384],
    "soort": [None, "", "groep", "individueel"],
    "tijdsoort": ["direct", None, "reis"],
    "status": [None, "gerealiseerd", "vervallen"],
    "bevestigd": [None, True, False, "ja", "nee"],
    "afspraak": [None, "", "A1", " A2", 3],
    "aantal": [None, 1, "1", 2],
    "onderaannemer": [None, "O"],
    "geboortedatum": [None, "2010-03-05", "onbekend", date(2010, 3, 5)],
}
FORMS = (dict, OrderedDict, MappingProxyType)


@st.composite
def given_records(draw: st.DrawFn) -> list[Any]:
    """Some runs of mappings with equal keys, dirty but mostly readable, and values between them."""
    items: list[Any] = []
    for _ in range(draw(st.integers(1, 4))):
        optional: st.SearchStrategy[list[str]] = st.lists(
            st.sampled_from([*COLUMNS[3:], "geboortedatum", "opmerking", "mijn veld"]), unique=True
        )
        keys = [*draw(st.permutations(COLUMNS[:3])), *draw(optional)]
        if draw(st.integers(0, 9)) == 0:
            keys.remove(draw(st.sampled_from(keys)))
        form: Any = draw(st.sampled_from([*FORMS, dict, dict, dict]))
        for _ in range(draw(st.integers(1, 12))):
            record = {key: draw(st.sampled_from(USUAL.get(key, ["x"]))) for key in keys}
            if draw(st.integers(0, 1)):
                record[draw(st.sampled_from(keys))] = draw(st.sampled_from(ODD))
            items.append(form(record))
        if draw(st.integers(0, 3)) == 0:
            number = draw(st.integers(0, 2))
            items.append(mpj.Registratie("R9", ANNA, date(2026, 3, 2), number, medewerker="M1", bevestigd=bool(number)))
    return items


def one_by_one(items: Iterable[Any]) -> Iterator[Entry | Ongeldig]:
    """Each record by itself, by all rules."""
    entries, mappings = Entries(lambda one: one.prestatiecode or "-"), MappingRows(REGISTRATIE)
    for item in items:
        read = parse_registratie(mappings.row(item)) if isinstance(item, Mapping) else item
        yield read if isinstance(read, Ongeldig) else entries.of(read)


def in_bulk(items: Iterable[Any]) -> Iterator[Entry | Ongeldig]:
    return Entries(lambda one: one.prestatiecode or "-").given(items)


def shown(item: Entry | Ongeldig, *, place: bool = True) -> str:
    """All that an entry says, with the types of its fields: True and 1 are not the same."""
    if isinstance(item, Ongeldig):
        row = item.uitval if place else attrs.evolve(item.uitval, bestand="", rij=0)
        return repr((row, item.id, item.vervallen))
    values = [getattr(item.reeks, field.name) for field in attrs.fields(type(item.reeks)) if field.name != "vorm"]
    form = [getattr(item.vorm, field.name) for field in attrs.fields(type(item.vorm))]
    own = [item.datum, item.id, *item.tijd, item.afspraak, *([item.bestand, item.rij] if place else ())]
    return repr([(type(value).__name__, value) for value in (*own, *values, *form)])


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(given_records())
def test_in_bulk_is_one_by_one(items: list[Any]) -> None:
    assert [shown(item) for item in in_bulk(items)] == [shown(item) for item in one_by_one(items)]


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.sampled_from([one for one in USUAL[name] if isinstance(one, str)] or [""]) for name in COLUMNS}
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_mapping_a_row_of_a_file_and_a_value_are_one(rows: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "registraties.csv")
        write_csv(path, rows)
        from_file = [shown(item, place=False) for item in Entries(lambda _: "").read([path])]
        values = list(mpj.read_registraties([path]))
    assert [shown(item, place=False) for item in Entries(lambda _: "").given(rows)] == from_file
    assert [shown(item, place=False) for item in Entries(lambda _: "").given(values)] == from_file
    assert pickle.loads(pickle.dumps(values)) == values
    again = [one if isinstance(one, Ongeldig) else attrs.evolve(one) for one in values]
    assert again == values
    assert [hash(one) for one in again] == [hash(one) for one in values]
    assert [type(one) for one in again] == [type(one) for one in values]


@pytest.mark.parametrize("count", [1, 64, 65, 1000])
def test_one_mapping_filled_again_and_again_is_as_many_records(count: int) -> None:
    def records() -> Iterator[Mapping[str, object]]:
        record: dict[str, object] = {"bsn": ANNA, "datum": date(2026, 3, 2), "minuten": 60}
        for number in range(count):
            record["id"] = f"R{number}"
            yield record

    assert [item.id for item in in_bulk(records())] == [f"R{number}" for number in range(count)]


def test_records_are_taken_when_they_are_asked_for() -> None:
    taken = 0

    def records() -> Iterator[Mapping[str, object]]:
        nonlocal taken
        while True:
            taken += 1
            yield {"id": f"R{taken}", "bsn": ANNA, "datum": date(2026, 3, 2)}

    entries = in_bulk(records())
    assert taken == 0
    assert next(entries).id == "R1"
    assert taken <= 256


def test_what_is_no_record_is_refused_after_those_before_it() -> None:
    good: dict[str, object] = {"id": "R1", "bsn": ANNA, "datum": "2026-03-02"}
    entries = in_bulk([good, {**good, "minutn": 5}])
    assert next(entries).id == "R1"
    with pytest.raises(mpj.InputError, match="minutn"):
        next(entries)
    entries = in_bulk([good, ("R2", ANNA)])
    assert next(entries).id == "R1"
    with pytest.raises(TypeError, match="expected Registratie or a mapping, not tuple"):
        next(entries)
    with pytest.raises(mpj.InputError, match="bsm"):
        next(in_bulk([{"bsm": ANNA}]))


@pytest.mark.parametrize("name", COLUMNS)
def test_equal_cells_of_other_texts_are_told_apart(name: str) -> None:
    base = {"id": "R1", "bsn": ANNA, "datum": "2026-03-02", "begintijd": "08:00", "eindtijd": "10:30", "aantal": "1"}
    cells = [one for one in ODD if isinstance(one, Hashable)]
    for one, other in permutations(cells, 2):
        if one == other:
            items = [{**base, name: cell} for cell in (one, other, one)]
            assert [shown(item) for item in in_bulk(items)] == [shown(item) for item in one_by_one(items)]


def test_no_sign_makes_cells_of_their_neighbours() -> None:
    """Cells beside each other are one key: whatever stands between them there makes no other row of them."""
    names = ("medewerker", "onderaannemer", "kwalificatieniveau")
    base = {"id": "R1", "bsn": ANNA, "datum": "2026-03-02", "minuten": "60"}
    for sign in map(chr, range(33)):
        rows: list[tuple[str, ...]] = [
            ("M1", "O", "hbo"),
            (f"M1{sign}O", "hbo", ""),
            ("", f"M1{sign}O", "hbo"),
            ("M1", f"O{sign}", "hbo"),
        ]
        items = [
            {**base, **dict(zip(names, cells, strict=True))}
            for cells in (*rows, *rows, *product(["M1", "", sign, f"M1{sign}"], repeat=3))
        ]
        assert [shown(item) for item in in_bulk(items)] == [shown(item) for item in one_by_one(items)]


def test_many_layouts() -> None:
    names = COLUMNS[3:11]
    items = [
        {"id": f"R{number}", "bsn": ANNA, "datum": "2026-03-02", **{name: "" for at, name in enumerate(names) if number >> at & 1}}
        for number in range(2 ** len(names))
    ]
    assert [shown(item) for item in in_bulk(items)] == [shown(item) for item in one_by_one(items)]
