"""What people write and programs hand over: read where it means one thing, refused by name where it does not, never two bills."""

from __future__ import annotations

import csv
import dataclasses
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import numpy as np
import pandas as pd
import pytest
import sqlalchemy

import mpj
from mpj.reading.cells import as_text
from mpj.reading.fields import form_of
from mpj.reading.headers import Columns
from mpj.records.definitions import DEFINITIONS, REGISTRATIE, TOEWIJZING

ANNA, BRAM = "999900006", "999900018"
CONTRACT = mpj.load_contract(Path(__file__).parents[2] / "tariffs" / "voorbeeldregio")
GRANT: dict[str, Any] = {
    "toewijzingnummer": 1,
    "bsn": ANNA,
    "gemeente": "0384",
    "aanbieder": CONTRACT.aanbieder,
    "begindatum": date(2026, 1, 1),
    "prestatiecode": "2.1",
}
CARE: dict[str, Any] = {"id": "R-1", "bsn": ANNA, "datum": date(2026, 3, 2), "minuten": 60, "kwalificatieniveau": "hbo"}
HOUR = 9820
# What callers do that use no type checker.
REGISTRATIE_OF: Any = mpj.Registratie
VERBLIJF_OF: Any = mpj.Verblijf
MEDEWERKER_OF: Any = mpj.Medewerker


def run(registraties: Iterable[Any], toewijzingen: Iterable[Any] = (GRANT,), **words: Any) -> mpj.Result:
    return mpj.declare([CONTRACT], toewijzingen, registraties, periode="2026-03", dagtekening=date(2026, 4, 7), **words)


def cents(result: mpj.Result) -> int:
    return sum(line.bedrag_cent for line in result.regels)


def reasons(result: mpj.Result) -> list[str]:
    return [row.reden for row in result.uitval]


def table(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows with the columns that they have."""
    texts = [{name: as_text(value) for name, value in row.items()} for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in texts for name in row)), restval="", delimiter=";")
        writer.writeheader()
        writer.writerows(texts)
    return path


def from_file(rows: Iterable[Mapping[str, Any]]) -> mpj.Result:
    with tempfile.TemporaryDirectory() as folder:
        return run(list(mpj.read_registraties([table(Path(folder, "registraties.csv"), rows)])))


# --- One identity of ids ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blanks", ["   ", "\t", "\u00a0", "\u2003", "\r\n"])
def test_blanks_around_an_id_make_no_second_record(blanks: str) -> None:
    one = {**CARE, "id": "R-1" + blanks}
    for other in (REGISTRATIE_OF(**one), one, {**CARE, "id": blanks + "R-1"}, CARE):
        result = run([one, other])
        assert (cents(result), reasons(result)) == (HOUR, ["dubbel"])
    assert REGISTRATIE_OF(**one) == REGISTRATIE_OF(**CARE)
    assert (cents(from_file([one, CARE])), reasons(from_file([one, CARE]))) == (HOUR, ["dubbel"])


@pytest.mark.parametrize(
    "unseen", ["R-1\u200b", "\u202eR-1", "R\u00ad-1", "R\x1b-1", "R\u00a0-1", "R\u2800-1", "R\u3164-1", "R-\ud800"]
)
def test_a_character_that_nobody_sees_is_named(unseen: str) -> None:
    point = next(sign for sign in unseen if sign not in "R-1")
    result = run([CARE, {**CARE, "id": unseen}])
    assert (cents(result), reasons(result)) == (HOUR, ["ongeldig"])
    assert f"U+{ord(point):04X}" in result.uitval[0].toelichting
    with pytest.raises(ValueError, match="id: a text of visible characters"):
        REGISTRATIE_OF(**{**CARE, "id": unseen})
    for name in ("afspraak", "medewerker", "onderaannemer"):
        assert reasons(run([{**CARE, name: unseen}])) == ["ongeldig"]
        with pytest.raises(ValueError, match=name):
            REGISTRATIE_OF(**CARE, **{name: unseen})
    if point != "\ud800":
        assert reasons(from_file([CARE, {**CARE, "id": unseen}])) == ["ongeldig"]


def test_letters_of_all_kinds_are_seen() -> None:
    assert cents(run([{**CARE, "id": "R é Ж 字 ١ 😀"}])) == HOUR


# --- Values take typed fields -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: REGISTRATIE_OF(**CARE, bevestigd="nee"), "bevestigd: True or False, not str"),
        (lambda: REGISTRATIE_OF(**{**CARE, "id": 7}), "id: a text of visible characters, not int"),
        (lambda: REGISTRATIE_OF(**{**CARE, "datum": datetime(2026, 3, 2)}), "datum: a date, not datetime"),  # noqa: DTZ001
        (lambda: REGISTRATIE_OF(**{**CARE, "minuten": 60.0}), "minuten: a whole number from 0 to 1440, not float"),
        (lambda: REGISTRATIE_OF(**{**CARE, "minuten": True}), "minuten: .*, not bool"),
        (lambda: REGISTRATIE_OF(**{**CARE, "bsn": None}), "bsn: nine digits that pass the elfproef, not NoneType"),
        (lambda: REGISTRATIE_OF(**CARE, aantal=None), "aantal: .*, not NoneType"),
        (lambda: REGISTRATIE_OF(**CARE, status=["gepland"]), "status: one of .*, not list"),
        (lambda: toewijzing(prestatiecodes=["2.1"]), r"prestatiecodes: .*, not list"),
        (lambda: toewijzing(prestatiecodes="2.1"), r"prestatiecodes: .*, not str"),
        (lambda: VERBLIJF_OF("V-1", ANNA, "2026-03-02"), "begindatum: a date, not str"),
        (lambda: MEDEWERKER_OF("M", "hbo", date(2026, 1, 1), "2026-03-02"), "einddatum: .*, not str"),
    ],
)
def test_a_value_of_another_type_is_refused_where_it_is_made(make: Callable[[], Any], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        make()


def toewijzing(**fields: Any) -> mpj.Toewijzing:
    return mpj.Toewijzing(1, ANNA, "0384", CONTRACT.aanbieder, date(2026, 1, 1), **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "Gerealiseerd"},
        {"minuten": 1441},
        {"aantal": -1},
        {"gemeente": "384"},
        {"begintijd": time(9, 0, 30), "eindtijd": time(10)},
        {"begintijd": time(9, tzinfo=UTC), "eindtijd": time(10)},
        {"afspraak": " "},
    ],
)
def test_a_value_that_a_field_may_not_hold_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(fields))):
        REGISTRATIE_OF(**{**CARE, **fields})


def test_a_value_holds_what_a_row_holds() -> None:
    one = REGISTRATIE_OF(**{**CARE, "kwalificatieniveau": " HBO ", "medewerker": " M 1 "})
    assert (one.kwalificatieniveau, one.medewerker) == ("hbo", "M 1")
    assert toewijzing(prestatiecodes=(" 2.1",)) == toewijzing(prestatiecodes=("2.1",))
    assert toewijzing(prestatiecodes=("2.1",), einddatum=date(9999, 12, 31)).einddatum is None


# --- Values as people write them --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        {"datum": "2-3-2026"},
        {"datum": "02-03-2026 00:00:00"},
        {"datum": "2026-03-02T00:00:00"},
        {"datum": "2-3-2026 00:00"},
        {"minuten": "60,0"},
        {"minuten": "60.00"},
        {"minuten": None, "begintijd": "9:00", "eindtijd": "10:00:00"},
        {"minuten": None, "begintijd": timedelta(hours=9), "eindtijd": timedelta(hours=10)},
        {"kwalificatieniveau": "HBO"},
        {"status": "Gerealiseerd", "tijdsoort": "DIRECT", "soort": "Individueel", "bevestigd": "JA"},
        {"datum": datetime(2026, 3, 2)},  # noqa: DTZ001
        {"datum": pd.Timestamp("2026-03-02"), "minuten": 60.0, "medewerker": float("nan"), "afspraak": pd.NaT, "soort": pd.NA},
        {"datum": np.datetime64("2026-03-02T00:00:00.000000000"), "minuten": np.int64(60), "bevestigd": np.bool_(True)},
        {"minuten": Decimal("60.00"), "toewijzingnummer": Decimal(1), "aantal": np.float32(1)},
    ],
)
def test_what_means_one_thing_is_read(written: dict[str, Any]) -> None:
    assert cents(run([{**CARE, **written}])) == HOUR
    assert cents(from_file([{**CARE, **written}])) == HOUR


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"datum": datetime(2026, 3, 2, 14, 30)}, "datum: gevonden (verborgen, jjjj-mm-dd uu:mm:ss)"),  # noqa: DTZ001
        ({"datum": "02-03-2026 14:30"}, "datum: gevonden (verborgen, dd-mm-jjjj uu:mm)"),
        ({"datum": datetime(2026, 3, 2, tzinfo=UTC)}, "datum: gevonden (verborgen, jjjj-mm-dd uu:mm:ss+uu:mm)"),
        ({"datum": "20260302"}, "datum: gevonden (verborgen, 8 cijfers)"),
        (
            {"minuten": None, "begintijd": time(9, tzinfo=UTC), "eindtijd": time(10)},
            "begintijd: gevonden (verborgen, uu:mm:ss+uu:mm)",
        ),
        ({"begintijd": "09:00:30", "eindtijd": "10:00"}, "begintijd: gevonden 09:00:30"),
        ({"minuten": "45,5"}, "minuten: gevonden 45,5"),
        ({"minuten": "45,000"}, "minuten: gevonden 45,000"),
        ({"minuten": object()}, "minuten: gevonden een waarde van het type object"),
        ({"id": b"R-1"}, "id: gevonden een waarde van het type bytes"),
        ({"prestatiecode": "2,1"}, ""),
        ({"bsn": 99990006}, "bsn: gevonden (niet getoond, 8 tekens)"),
        ({"bsn": "9999.00.006"}, "bsn: gevonden (niet getoond, 11 tekens)"),
    ],
)
def test_what_could_mean_two_things_is_set_aside_and_its_form_is_told(written: dict[str, Any], shown: str) -> None:
    result = run([{**CARE, **written}])
    assert (cents(result), reasons(result)) == (0, ["ongeldig"])
    assert shown in result.uitval[0].toelichting


def test_forms() -> None:
    assert [form_of(text) for text in ("3-3-2026", "2026-03-03T14:30:00Z", "03/03/26", "9:00Z", "12", "a", "", "1-2-3-4")] == [
        *("d-m-jjjj", "jjjj-mm-ddTuu:mm:ss+uu:mm", "dd/mm/jjjj", "u:mm+uu:mm", "2 cijfers", "", "", ""),
    ]


@pytest.mark.parametrize("value", [10**50, Decimal("1E+999999"), 1e300, float("inf"), Decimal("Infinity"), Decimal("sNaN"), 1j])
def test_no_number_is_too_large_to_be_looked_at(value: object) -> None:
    assert len(as_text(value)) < 400
    assert reasons(run([{**CARE, "minuten": value}])) in (["ongeldig"], [])


# --- Records as programs have them ------------------------------------------------------------------------------------


class Named(NamedTuple):
    """A named tuple."""

    id: str
    bsn: str
    datum: date
    minuten: int
    kwalificatieniveau: str


@dataclasses.dataclass
class Data:
    """A dataclass."""

    id: str
    bsn: str
    datum: date
    minuten: int
    kwalificatieniveau: str


@attrs.define
class Own:
    """A class of attrs."""

    id: str
    bsn: str
    datum: date
    minuten: int
    kwalificatieniveau: str


def sqlite_rows() -> list[Any]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    names = ", ".join(f"? AS {name}" for name in CARE)
    rows = connection.execute(f"SELECT {names}", [as_text(value) for value in CARE.values()]).fetchall()
    connection.close()
    return rows


def sqlalchemy_rows() -> list[Any]:
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        shown = [sqlalchemy.literal(value).label(name) for name, value in CARE.items()]
        return list(connection.execute(sqlalchemy.select(*shown)))


@pytest.mark.parametrize(
    "records",
    [
        sqlite_rows,
        sqlalchemy_rows,
        lambda: [Named(**CARE)],
        lambda: [Data(**CARE)],
        lambda: [Own(**CARE)],
        lambda: [pd.Series(CARE)],
        lambda: pd.DataFrame([CARE, {**CARE, "id": "R-2", "minuten": None, "bsn": BRAM}]).to_dict("records")[:1],
        lambda: [row for _, row in pd.DataFrame([CARE]).iterrows()],
        lambda: list(pd.DataFrame([CARE]).itertuples(index=False)),
    ],
)
def test_rows_of_programs_are_read(records: Callable[[], list[Any]]) -> None:
    assert cents(run(records())) == HOUR


def test_what_is_no_record_is_named_by_its_number() -> None:
    for other in (("R-2", ANNA), 7, "R-2", VERBLIJF_OF("V", ANNA, date(2026, 3, 2)), Own, None):
        with pytest.raises(TypeError, match=r"expected Registratie or a mapping, not \w+ \(record 2 of those given\)"):
            run([CARE, other])
    with pytest.raises(TypeError, match=r"expected Toewijzing or a mapping, not Registratie \(record 1 of those given\)"):
        run([CARE], [REGISTRATIE_OF(**CARE)])
    with pytest.raises(TypeError, match=r"expected Medewerker or a mapping, not int \(record 1"):
        run([CARE], medewerkers=[1])


# --- What decides is decided ------------------------------------------------------------------------------------------


def undecided(call: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(mpj.InputError) as caught:
        call()
    assert {fault.code for fault in caught.value.faults} == {"kolom_onbeslist"}
    return {fault.kolom: fault.verwacht for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("budget", 10000, "budget_cent"),
        ("tot", date(2026, 3, 3), "einddatum"),
        ("kwalificatieniveau", "hbo", "kwalificatieniveau_max"),
        ("niveau", "hbo", "kwalificatieniveau_max"),
    ],
)
def test_a_grant_with_a_decisive_key_under_another_name_is_refused(key: str, value: object, column: str) -> None:
    told = undecided(lambda: run([CARE], [{**GRANT, key: value}]))
    assert f'"{key}" = "{column}" (gebruiken) of "{key}" = "" (negeren)' in told[key]
    assert "[toewijzingen.kolommen]" in told[key]


def test_a_record_with_a_decisive_key_under_another_name_is_refused() -> None:
    assert list(undecided(lambda: run([CARE, {**CARE, "toestand": "vervallen"}]))) == ["toestand"]
    assert list(undecided(lambda: run([CARE], verblijf=[{"id": "V", "bsn": ANNA, "begindatum": "2026-03-02", "tot": ""}]))) == [
        "tot"
    ]
    # Where the column itself is there too, the other name cannot be it.
    result = run([{**CARE, "status": "gerealiseerd", "toestand": "vervallen"}])
    assert (cents(result), [note.kolom for note in result.meldingen]) == (HOUR, ["toestand"])


def test_a_table_with_decisive_columns_under_other_names_is_refused(tmp_path: Path) -> None:
    rows = [{**CARE, "afspraakstatus": "geannuleerd", "soort tijd": "reistijd", "Opmerking": ""}]
    path = table(tmp_path / "registraties.csv", rows)
    told = undecided(lambda: list(mpj.read_registraties([path])))
    assert list(told) == ["afspraakstatus", "soort tijd"]
    assert '"soort tijd" = "tijdsoort" (gebruiken) of "soort tijd" = "" (negeren)' in told["soort tijd"]


def test_a_required_column_under_another_name_is_undecided_and_not_missing() -> None:
    columns = REGISTRATIE.columns
    header = columns.named(["Afspraaknr", "BSN cliënt", "Datum", "Van", "Tot", "Functie", "Zorgproduct", "Opmerking"])
    assert columns.undecided(header) == {
        "Afspraaknr": "id",
        "BSN cliënt": "bsn",
        "Van": "begintijd",
        "Tot": "eindtijd",
        "Functie": "kwalificatieniveau",
        "Zorgproduct": "prestatiecode",
    }


def test_other_keys_that_are_not_known_are_told_once() -> None:
    records = [{**CARE, "id": f"R-{number}", "opmerking": "", "kamer": 1} for number in range(3)]
    result = run(records, [{**GRANT, "memo": ""}], medewerkers=[])
    told = [(note.code, note.kolom, note.soort) for note in result.meldingen]
    assert sorted(told) == [("kolom_onbekend", name, "waarschuwing") for name in ("kamer", "memo", "opmerking")]
    assert run(records[::-1], [{**GRANT, "memo": ""}]).meldingen == result.meldingen


def test_names_are_known_whatever_their_case_blanks_and_dashes() -> None:
    renamed = {"Id": "id", "BSN": "bsn", "Datum": "datum", "MINUTEN": "minuten", "Kwalificatie niveau": "kwalificatieniveau"}
    record = {new: CARE[old] for new, old in renamed.items()}
    assert cents(run([record])) == HOUR
    assert run([record]).meldingen == ()
    assert cents(from_file([record])) == HOUR


def test_no_name_that_decides_is_itself_known_or_decides_twice() -> None:
    for definition in DEFINITIONS:
        columns = definition.columns
        assert len(set(columns.known)) == len(columns.known)
        for one in definition.fields:
            assert len(set(one.synonyms)) == len(one.synonyms)
            for name in one.synonyms:
                assert columns.named([name]) == [name], f"{name} is a column"
                assert name in columns.undecided([name])


def test_columns_keep_a_second_way_of_writing_a_name_apart() -> None:
    columns = Columns(("id", "datum"), ())
    assert columns.named(["Datum", "ID", "datum"]) == ["Datum", "id", "datum"]
    assert columns.named(["Datum", "DATUM"]) == ["datum", "DATUM"]


def test_attributes_of_values_are_those_of_the_definitions() -> None:
    kinds = (mpj.Registratie, mpj.Verblijf, mpj.Prestatie, mpj.Medewerker, mpj.Toewijzing)
    for definition, kind in zip(DEFINITIONS, kinds, strict=True):
        fields = {one.name: one for one in attrs.fields(kind)}
        assert list(fields) == [*(one.attribute for one in definition.fields), "bestand", "rij"]
        for one in definition.fields:
            default = fields[one.attribute].default
            assert default is attrs.NOTHING if one.required else default == one.default
    assert TOEWIJZING.by_name["prestatiecode"].attribute == "prestatiecodes"
