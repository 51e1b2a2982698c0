"""Junk in any field of any file, and any object in any field of the API: a record set aside, or the documented input error."""

from __future__ import annotations

import csv
import io
import math
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import ANNA, BRAM, CAS, TARIEVEN, TOML, shown_bsns, table, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpj import (
    Contract,
    InputError,
    Result,
    declare,
    load_contract,
    make_contract,
    read_medewerkers,
    read_registraties,
    read_toewijzingen,
    read_verblijf,
)
from mpj.contract.rows import CODES
from mpj.contract.rows import TARIEVEN as CELLEN
from mpj.contract.settings import SETTINGS
from mpj.output import write_result
from mpj.records.profile import COLUMNS

CONTRACT = make_contract(
    tomllib.loads(TOML),
    [
        *csv.DictReader(io.StringIO(TARIEVEN), delimiter=";"),
        {"perceel": "A", "prestatiecode": "4.1", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01", "tarief": "25"},
    ],
)
TOEWIJZING = {
    "toewijzingnummer": "1",
    "bsn": ANNA,
    "gemeente": "0384",
    "aanbieder": "65656055",
    "begindatum": "2026-01-01",
    "prestatiecode": "2.1,4.1,8.1",
}
REGISTRATIE = {"id": "R1", "bsn": ANNA, "datum": "2026-03-02", "minuten": "50", "prestatiecode": "2.1", "medewerker": "M1"}
STAY = {"id": "V1", "bsn": ANNA, "begindatum": "2026-03-02", "einddatum": "2026-03-05", "prestatiecode": "8.1"}
MEDEWERKER = {"medewerker": "M1", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01"}

Rows = Sequence[Mapping[str, Any]]
WORDS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1.5",
        "1e9",
        "9" * 40,
        "²",
        "٣٣٣٣",
        "2026-02-30",
        "0001-01-01",
        "31-12-9998",
        "24:00",
        "23:59",
        "mbo+",
        "hbo",
        "ams",
        "2.1",
        "4.1",
        "8.1",
        "10.1",
        "2.1,2.1",
        ",",
        "ja",
        "JA",
        "groep",
        "gepland",
        "vervallen",
        "reis",
        "45",
        "41",
        "45210",
        "04",
        "14",
        "6",
        "13",
        "A",
        "B",
        "0384",
        ANNA,
        BRAM,
        "=1+1",
        "'",
        '"',
        ";",
        "\n",
        "\r",
        "\t",
        "\u200b",
        "\u2028",
        "\x1b[2J",
        "[/b]",
        "é",
        "😀",
    ]
)
JUNK = WORDS | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def check(result: Result) -> None:
    """What holds of any result: nothing is lost, no BSN is shown, and it can be written."""
    summary = result.samenvatting
    assert summary["gelezen"] == summary["gedeclareerd"] + summary["uitval"]
    assert summary["uitval"] == sum(row.aantal for row in result.uitval if row.soort != "toewijzing")
    assert summary["bedrag_cent"] == sum(line.bedrag_cent for line in result.regels)
    with tempfile.TemporaryDirectory() as folder:
        write_result(result, Path(folder))
        assert not shown_bsns(Path(folder, "samenvatting.json").read_text("utf-8"))


def run_api(
    *,
    toewijzingen: Rows = (TOEWIJZING,),
    registraties: Rows = (REGISTRATIE,),
    verblijf: Rows = (STAY,),
    medewerkers: Rows = (MEDEWERKER,),
) -> Result:
    return declare(
        [CONTRACT],
        toewijzingen,
        registraties,
        verblijf=verblijf,
        medewerkers=medewerkers,
        periode="2026-03",
        dagtekening=date(2026, 4, 7),
    )


def run_files(folder: Path, **rows: Rows) -> Result:
    """The same by way of files."""
    paths = {}
    for name, columns, good in (
        ("toewijzingen", COLUMNS["toewijzingen"], TOEWIJZING),
        ("registraties", COLUMNS["registraties"], REGISTRATIE),
        ("verblijf", COLUMNS["verblijf"], STAY),
        ("medewerkers", COLUMNS["medewerkers"], MEDEWERKER),
    ):
        paths[name] = write(folder / f"{name}.csv", table(";".join(columns), rows.get(name, [good])))
    return declare(
        [CONTRACT],
        read_toewijzingen([paths["toewijzingen"]]),
        read_registraties([paths["registraties"]]),
        verblijf=read_verblijf([paths["verblijf"]]),
        medewerkers=read_medewerkers([paths["medewerkers"]]),
        periode="2026-03",
        dagtekening=date(2026, 4, 7),
    )


def changed(good: Mapping[str, str], columns: Sequence[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    """Up to four rows, each a good one with junk in some fields."""
    return st.lists(
        st.dictionaries(st.sampled_from(columns), JUNK, max_size=4).map(lambda junk: {**good, **junk}), min_size=1, max_size=4
    )


def test_the_rows_that_are_changed_below_are_good() -> None:
    assert run_api().samenvatting["uitval"] == 0
    assert run_api().samenvatting["gedeclareerd"] == 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(registraties=changed(REGISTRATIE, COLUMNS["registraties"]))
def test_junk_in_registraties(tmp_path: Path, registraties: Rows) -> None:
    result = run_files(tmp_path, registraties=registraties)
    check(result)
    assert result.samenvatting["gelezen"] == 4 + len([row for row in registraties if any(value.strip() for value in row.values())])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(verblijf=changed(STAY, COLUMNS["verblijf"]))
def test_junk_in_verblijf(tmp_path: Path, verblijf: Rows) -> None:
    check(run_files(tmp_path, verblijf=verblijf))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(toewijzingen=changed(TOEWIJZING, COLUMNS["toewijzingen"]))
def test_junk_in_toewijzingen(tmp_path: Path, toewijzingen: Rows) -> None:
    try:
        check(run_files(tmp_path, toewijzingen=toewijzingen))
    except InputError as error:
        assert {fault.code for fault in error.faults} == {"toewijzing_dubbel"}
        assert not shown_bsns(str(error))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(medewerkers=changed(MEDEWERKER, COLUMNS["medewerkers"]))
def test_junk_in_medewerkers(tmp_path: Path, medewerkers: Rows) -> None:
    try:
        check(run_files(tmp_path, medewerkers=medewerkers))
    except InputError as error:
        assert {fault.code for fault in error.faults} <= {"medewerker_ongeldig", "medewerker_overlap"}
        assert not shown_bsns(str(error))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.text(st.characters(codec="utf-8"), max_size=200).map(str.encode))
def test_any_bytes_as_a_table(tmp_path: Path, content: bytes) -> None:
    for header in (b"", b"id;bsn;datum\n"):
        path = write(tmp_path / "x.csv", header + content)
        try:
            list(read_registraties([path]))
        except InputError as error:
            assert {fault.bestand for fault in error.faults} == {"x.csv"}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tarieven=changed(
        {"perceel": "A", "prestatiecode": "2.1", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01", "tarief": "1"},
        CELLEN.columns.known,
    ),
    codes=st.none()
    | changed(
        {"prestatiecode": "2.1", "kwalificatieniveau": "hbo", "productcategorie": "45", "productcode": "X"}, CODES.columns.known
    ),
)
def test_junk_in_the_tables_of_a_contract(tmp_path: Path, tarieven: Rows, codes: Rows | None) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    write(folder / "contract.toml", TOML)
    write(folder / "tarieven.csv", table(";".join(CELLEN.columns.known), tarieven))
    if codes is not None:
        write(folder / "codes.csv", table(";".join(CODES.columns.known), codes))
    try:
        load_contract(folder)
    except InputError as error:
        assert all(fault.bestand and fault.toelichting for fault in error.faults)


# --- The API ----------------------------------------------------------------------------------------------------------


class Odd:
    """An object of the caller's own."""


OBJECTS: tuple[Any, ...] = (
    0,
    -1,
    60,
    10**8,
    1.5,
    math.nan,
    math.inf,
    True,
    False,
    None,
    Decimal("60"),
    Decimal("NaN"),
    Fraction(1, 3),
    1j,
    b"x",
    bytearray(b"y"),
    [],
    {},
    (),
    {1: 2},
    ["2.1", "4.1"],
    ("2.1",),
    {"2.1"},
    frozenset(),
    range(3),
    object(),
    Odd,
    Odd(),
    len,
    NotImplemented,
    ...,
    datetime(2026, 3, 2),  # noqa: DTZ001
    datetime(2026, 3, 2, 10, 30),  # noqa: DTZ001
    date(2026, 3, 2),
    date.min,
    date(9998, 12, 31),
    time(10),
    time(10, 0, 30, 5),
    timedelta(1),
    "\0",
    "a\nb",
    "x" * 100_000,
    "²",
    "٣٣٣٣",
)
TABLES = {
    "registraties": (COLUMNS["registraties"], REGISTRATIE),
    "verblijf": (COLUMNS["verblijf"], STAY),
    "toewijzingen": (COLUMNS["toewijzingen"], TOEWIJZING),
    "medewerkers": (COLUMNS["medewerkers"], MEDEWERKER),
}
FIELDS = [(name, column) for name, (columns, _) in TABLES.items() for column in columns]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "column"), FIELDS)
def test_any_object_in_any_field_of_a_mapping(name: str, column: str) -> None:
    for value in OBJECTS:
        rows: dict[str, Any] = {name: [TABLES[name][1] | {column: value}]}
        try:
            check(run_api(**rows))
        except InputError as error:
            assert not shown_bsns(str(error))


@pytest.mark.parametrize("name", TABLES)
def test_a_huge_number_in_a_mapping(name: str) -> None:
    for column in TABLES[name][0]:
        rows: dict[str, Any] = {name: [TABLES[name][1] | {column: 10**5000}]}
        with suppress(InputError):
            check(run_api(**rows))


@pytest.mark.parametrize(("name", "column"), [("registraties", "id"), ("registraties", "onderaannemer"), ("verblijf", "id")])
def test_text_that_is_no_unicode_in_a_mapping(name: str, column: str) -> None:
    rows: dict[str, Any] = {name: [TABLES[name][1] | {column: "\ud800"}]}
    with suppress(InputError):
        check(run_api(**rows))


def test_what_people_pass_for_text_is_read() -> None:
    result = run_api(
        toewijzingen=[
            TOEWIJZING
            | {"toewijzingnummer": 1, "begindatum": date(2026, 1, 1), "prestatiecode": ["2.1", "8.1"], "budget_cent": 1_000_000}
        ],
        registraties=[
            {
                "id": 7,
                "bsn": int(ANNA),
                "datum": date(2026, 3, 2),
                "begintijd": time(10),
                "eindtijd": time(10, 50),
                "prestatiecode": "2.1",
                "medewerker": "M1",
                "bevestigd": True,
            }
        ],
    )
    assert [row.bron for row in result.herkomst if row.soort == "registratie"] == ["7"]
    assert result.samenvatting["uitval"] == 0


@pytest.mark.parametrize("name", ["registraties", "verblijf", "toewijzingen", "medewerkers"])
def test_a_misspelt_key_is_an_input_error(name: str) -> None:
    rows: dict[str, Any] = {name: [TABLES[name][1] | {"begin_datum" if name != "registraties" else "Datum": "x"}]}
    with pytest.raises(InputError) as caught:
        run_api(**rows)
    assert caught.value.faults[0].code == "kolom_verschreven"


def test_values_refuse_what_mappings_set_aside() -> None:
    from mpj import Registratie

    with pytest.raises(ValueError, match="bsn") as caught:
        Registratie("R1", ANNA + "0", date(2026, 3, 2))
    assert not shown_bsns(str(caught.value))


TOML_VALUES: tuple[Any, ...] = (
    None,
    0,
    -1,
    10**30,
    1.5,
    math.nan,
    True,
    "",
    "x",
    [],
    [[]],
    [{}],
    ["x"],
    [1],
    {},
    {"a": 1},
    date(2026, 1, 1),
    datetime(2026, 1, 1),  # noqa: DTZ001
    time(1),
    b"x",
    object(),
    ("0384",),
)


def make(settings: Mapping[str, Any]) -> Contract | None:
    try:
        return make_contract(settings, list(csv.DictReader(io.StringIO(TARIEVEN), delimiter=";")))
    except InputError as error:
        assert all(fault.toelichting for fault in error.faults)
        return None


@pytest.mark.parametrize(
    "name", [setting.name for setting in SETTINGS] + ["contract", "declaratie", "afronding", "afronding.uur", "limiet", "perceel"]
)
def test_any_value_in_any_setting(name: str) -> None:
    for value in TOML_VALUES:
        data = tomllib.loads(TOML)
        *parents, last = name.split(".")
        place = data
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = value
        make(data)


@pytest.mark.parametrize("key", ["code", "naam", "gemeenten"])
def test_any_value_in_a_perceel(key: str) -> None:
    for value in TOML_VALUES:
        data = tomllib.loads(TOML)
        data["perceel"][0][key] = value
        make(data)


def test_a_stay_of_another_client_is_untouched_by_junk_beside_it() -> None:
    result = run_api(verblijf=[STAY, STAY | {"id": "V2", "bsn": CAS, "begindatum": "x"}])
    assert sum(row.soort == "verblijf" for row in result.herkomst) == 4


@pytest.mark.parametrize("begin", ["9999-12-31", "31-12-9999"])
def test_a_stay_that_begins_on_the_last_day_of_the_calendar(begin: str) -> None:
    result = run_api(verblijf=[STAY | {"begindatum": begin, "einddatum": ""}])
    assert [row.reden for row in result.uitval] == ["na_periode"]
