"""Every fault a contract folder can hold: named with file, row, column, what was found and what was expected, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.helpers import TARIEVEN, TARIEVEN_HEADER, TOML, Content, write_contract

from mpj import Fault, InputError, load_contract, load_contracts

GOOD = "A;2.1;hbo;2026-01-01;;24,55\n"  # row 2; the faulty rows of a case start at row 3
CODES_HEADER = "prestatiecode;kwalificatieniveau;productcategorie;productcode;perceel\n"
NORMTIJD = '[normtijd]\n"10.2" = "stuk"\n"4.1" = "hele_dag"\n'


def faults_of(folder: Path) -> list[Fault]:
    """The faults that refuse a folder, in order; empty when it loads."""
    try:
        load_contract(folder)
    except InputError as error:
        return list(error.faults)
    return []


@dataclass(frozen=True)
class Expected:
    """One fault: file, row, column, what was found (exactly), and words that say what was expected."""

    bestand: str
    rij: int
    kolom: str
    gevonden: str
    verwacht: str

    def fits(self, fault: Fault) -> bool:
        same = (fault.bestand, fault.rij, fault.kolom, fault.gevonden) == (self.bestand, self.rij, self.kolom, self.gevonden)
        return same and self.verwacht in fault.verwacht and fault.soort == "fout"


def in_tarieven(rij: int, kolom: str, gevonden: str, verwacht: str) -> Expected:
    return Expected("vb/tarieven.csv", rij, kolom, gevonden, verwacht)


def in_toml(rij: int, kolom: str, gevonden: str, verwacht: str) -> Expected:
    return Expected("vb/contract.toml", rij, kolom, gevonden, verwacht)


EUROS = "2 decimalen"
TARIEVEN_CASES: dict[str, tuple[str, Expected]] = {
    "unknown code": ("A;9.9;hbo;2026-01-01;;1", in_tarieven(3, "prestatiecode", "9.9", "prestatiecode")),
    "code that lost its zeros' meaning": ("A;2.10;hbo;2026-01-01;;1", in_tarieven(3, "prestatiecode", "2.10", "prestatiecode")),
    "code with a comma": ("A;2,2;hbo;2026-01-01;;1", in_tarieven(3, "prestatiecode", "2,2", "prestatiecode")),
    "unknown level": ("A;2.1;arts;2026-01-01;;1", in_tarieven(3, "kwalificatieniveau", "arts", "mbo, hbo")),
    "level in capitals": ("A;2.1;WO;2026-01-01;;1", in_tarieven(3, "kwalificatieniveau", "WO", "mbo, hbo")),
    "mbo+ is known but off": ("A;2.1;mbo+;2026-01-01;;1", in_tarieven(3, "kwalificatieniveau", "mbo+", "mbo, hbo")),
    "too many decimals, comma": ("A;2.1;wo;2026-01-01;;24,555", in_tarieven(3, "tarief", "24,555", EUROS)),
    "too many decimals, point": ("A;2.1;wo;2026-01-01;;24.555", in_tarieven(3, "tarief", "24.555", EUROS)),
    "thousands separator, Dutch": ("A;2.1;wo;2026-01-01;;1.234,56", in_tarieven(3, "tarief", "1.234,56", EUROS)),
    "thousands separator, English": ("A;2.1;wo;2026-01-01;;1,234.56", in_tarieven(3, "tarief", "1,234.56", EUROS)),
    "thousands separator, blank": ("A;2.1;wo;2026-01-01;;1 234", in_tarieven(3, "tarief", "1 234", EUROS)),
    "currency sign": ("A;2.1;wo;2026-01-01;;€ 24", in_tarieven(3, "tarief", "€ 24", EUROS)),
    "digits of another script": ("A;2.1;wo;2026-01-01;;٢٤", in_tarieven(3, "tarief", "٢٤", EUROS)),
    "exponent": ("A;2.1;wo;2026-01-01;;1e3", in_tarieven(3, "tarief", "1e3", EUROS)),
    "zero": ("A;2.1;wo;2026-01-01;;0,00", in_tarieven(3, "tarief", "0,00", "boven 0")),
    "negative": ("A;2.1;wo;2026-01-01;;-1", in_tarieven(3, "tarief", "-1", "boven nul")),
    "no price": ("A;2.1;wo;2026-01-01;;", in_tarieven(3, "tarief", "leeg", "uitgesloten")),
    "excluded, in capitals": ("A;2.1;wo;2026-01-01;;Uitgesloten", in_tarieven(3, "tarief", "Uitgesloten", "uitgesloten")),
    "no begindatum": ("A;2.1;wo;;;1", in_tarieven(3, "begindatum", "leeg", "2026-03-31")),
    "a date that does not exist": ("A;2.1;wo;2026-02-30;;1", in_tarieven(3, "begindatum", "2026-02-30", "bestaande datum")),
    "American date": ("A;2.1;wo;2026-01-01;12/31/2026;1", in_tarieven(3, "einddatum", "12/31/2026", "2026-03-31")),
    "einddatum before begindatum": (
        "A;2.1;wo;2026-03-01;2026-01-31;1",
        in_tarieven(3, "einddatum", "2026-01-31", "2026-03-01 of later"),
    ),
    "begins before the contract": (
        "A;2.1;wo;2025-12-01;2026-12-31;1",
        in_tarieven(3, "begindatum", "2025-12-01", "2026-01-01 of later"),
    ),
    "ends after the contract": (
        "A;2.1;wo;2026-01-01;2028-01-31;1",
        in_tarieven(3, "einddatum", "2028-01-31", "2027-12-31 of eerder"),
    ),
    "begins in mid-month": ("A;2.1;wo;2026-03-15;;1", in_tarieven(3, "begindatum", "2026-03-15", "2026-03-01")),
    "ends in mid-month": ("A;2.1;wo;2026-01-01;2026-03-15;1", in_tarieven(3, "einddatum", "2026-03-15", "2026-03-31")),
    "gap": ("A;2.1;wo;2026-01-01;2026-03-31;1\nA;2.1;wo;2026-05-01;;2", in_tarieven(4, "begindatum", "2026-05-01", "2026-04-01")),
    "overlap": (
        "A;2.1;wo;2026-01-01;2026-06-30;1\nA;2.1;wo;2026-06-01;;2",
        in_tarieven(4, "begindatum", "2026-06-01", "2026-05-31"),
    ),
    "the same cell twice": ("A;2.1;wo;2026-01-01;;1\nA;2.1;wo;2026-01-01;;1", in_tarieven(4, "begindatum", "2026-01-01", "na")),
    "overlap with an excluded row": (
        "A;2.1;wo;2026-01-01;;1\nA;2.1;wo;2026-06-01;;uitgesloten",
        in_tarieven(4, "begindatum", "2026-06-01", "op rij 3 einddatum 2026-05-31"),
    ),
    "unknown perceel": ("B;2.1;wo;2026-01-01;;1", in_tarieven(3, "perceel", "B", "A")),
    "no level where a level is needed": ("A;1.2;;2026-01-01;;1", in_tarieven(3, "kwalificatieniveau", "leeg", "mbo, hbo")),
    "no level on 5.1": ("A;5.1;;2026-01-01;;1", in_tarieven(3, "kwalificatieniveau", "leeg", "mbo, hbo")),
    "a level on vervoer": ("A;10.2;hbo;2026-01-01;;1", in_tarieven(3, "kwalificatieniveau", "hbo", "leeg")),
    "JB/JR without the flag": ("A;11.1;;2026-01-01;;1", in_tarieven(3, "prestatiecode", "11.1", "jeugdbescherming = true")),
    "odd price of a whole day": ("A;4.1;;2026-01-01;;1,01", in_tarieven(3, "tarief", "101 cent", "even aantal")),
    "a field too many": ("A;2.1;wo;2026-01-01;;1;2", in_tarieven(3, "", "7 velden", "6 velden")),
    "a field too few": ("A;2.1;wo;2026-01-01;1", in_tarieven(3, "", "5 velden", "6 velden")),
}


@pytest.mark.parametrize("name", TARIEVEN_CASES)
def test_a_faulty_row_of_tarieven_is_named_exactly(tmp_path: Path, name: str) -> None:
    rows, expected = TARIEVEN_CASES[name]
    toml = TOML + NORMTIJD + '"11.1" = "kwartier"\n'
    faults = faults_of(write_contract(tmp_path / "vb", toml, TARIEVEN_HEADER + GOOD + rows + "\n"))
    assert [expected.fits(fault) for fault in faults] == [True], faults


SETTING_CASES: dict[str, tuple[str, str, Expected]] = {
    "AGB of 7 digits": ('"65656055"', '"656560"', in_toml(4, "contract.aanbieder", "656560", "8 cijfers")),
    "AGB with a letter": ('"65656055"', '"A5656055"', in_toml(4, "contract.aanbieder", "(verborgen, 8 tekens)", "8 cijfers")),
    "AGB as a number": ('"65656055"', "656", in_toml(4, "contract.aanbieder", "656", "aanhalingstekens")),
    "gemeente of 3 digits": ('"0384"', '"384"', in_toml(5, "contract.gemeenten", "['384', '0363']", "4 cijfers")),
    "gemeente as a number": ('"0384"', "384", in_toml(5, "contract.gemeenten", "[384, '0363']", "4 cijfers")),
    "gemeente twice": ('"0384"', '"0363"', in_toml(5, "contract.gemeenten", "['0363', '0363']", "één keer")),
    "no gemeenten": ('["0384", "0363"]', "[]", in_toml(5, "contract.gemeenten", "[]", "lijst")),
    "gemeenten no list": ('["0384", "0363"]', '"0384"', in_toml(5, "contract.gemeenten", "0384", "lijst")),
    "date as text": ("2026-01-01", '"2026-01-01"', in_toml(6, "contract.begindatum", "2026-01-01", "zonder aanhalingstekens")),
    "date with time": (
        "= 2026-01-01",
        "= 2026-01-01T00:00:00",
        in_toml(6, "contract.begindatum", "(verborgen, 19 tekens)", "datum"),
    ),
    "contract ends before it begins": ("2027-12-31", "2025-12-31", in_toml(7, "contract.einddatum", "2025-12-31", "2026-01-01")),
    "unknown protocol": ("MPJ-16", "MPJ-99", in_toml(3, "contract.protocol", "MPJ-99", "MPJ-16")),
    "empty id": ('"VB-2026"', '" "', in_toml(2, "contract.id", " ", "tekst")),
    "id as a number": ('"VB-2026"', "5", in_toml(2, "contract.id", "5", "tekst")),
    "flag as text": ("[[perc", 'jeugdbescherming = "ja"\n[[perc', in_toml(9, "contract.jeugdbescherming", "ja", "true of false")),
    "unknown vorm": ("[[perc", '[declaratie]\nvorm = "nota"\n[[perc', in_toml(10, "declaratie.vorm", "nota", "factuur")),
    "unknown registratiewijze": (
        "[[perc",
        '[declaratie]\nregistratiewijze = "gepland"\n[[perc',
        in_toml(10, "declaratie.registratiewijze", "gepland", "planning-tenzij"),
    ),
    "unknown rounding": (
        "[[perc",
        '[afronding.uur]\nwijze = "omhoog"\n[[perc',
        in_toml(10, "afronding.uur.wijze", "omhoog", "naar_boven"),
    ),
    "minimum no whole number": (
        "[[perc",
        "[afronding.kwartier]\nminimum = 1.5\n[[perc",
        in_toml(10, "afronding.kwartier.minimum", "1.5", "geheel getal"),
    ),
    "negative drempel": (
        "[[perc",
        "[afronding.kwartier]\ndrempel = -1\n[[perc",
        in_toml(10, "afronding.kwartier.drempel", "-1", "geheel getal"),
    ),
    "section no table": ("[contract]", "limiet = 1\n[contract]", in_toml(0, "limiet", "", "[limiet]")),
    "perceel with a foreign gemeente": ("gemeenten = []", 'gemeenten = ["0518"]', in_toml(12, "perceel.gemeenten", "0518", "0384")),
    "perceel code no text": ('code = "A"', "code = 1", in_toml(10, "perceel.code", "1", 'code = "A"')),
    "unknown normtijd": ("[[perc", '[normtijd]\n"4.1" = "minuut"\n[[perc', in_toml(10, "normtijd.4.1", "minuut", "kwartier")),
    "normtijd of an unknown code": (
        "[[perc",
        '[normtijd]\n"14.1" = "stuk"\n[[perc',
        in_toml(10, "normtijd.14.1", "14.1", "prestatiecode"),
    ),
}


@pytest.mark.parametrize("name", SETTING_CASES)
def test_a_faulty_setting_is_named_exactly(tmp_path: Path, name: str) -> None:
    found, replacement, expected = SETTING_CASES[name]
    assert found in TOML
    faults = faults_of(write_contract(tmp_path / "vb", TOML.replace(found, replacement, 1)))
    assert any(expected.fits(fault) for fault in faults), faults


@pytest.mark.parametrize("code", ["10.1", "10.2", "10.3", "11.1", "12.1", "13.1"])
def test_what_the_model_gives_no_unit_needs_a_normtijd(tmp_path: Path, code: str) -> None:
    toml = TOML.replace("[[perc", "jeugdbescherming = true\n[[perc")
    (fault,) = faults_of(write_contract(tmp_path / "vb", toml, f"{TARIEVEN_HEADER}A;{code};;2026-01-01;;2,00\n"))
    assert (fault.bestand, fault.kolom) == ("vb/contract.toml", f"normtijd.{code}")
    assert "kwartier, uur" in fault.verwacht


@pytest.mark.parametrize("value", ['["stuk"]', "{ a = 1 }", "[]"])
def test_a_normtijd_of_a_wrong_type_is_a_fault(tmp_path: Path, value: str) -> None:
    folder = write_contract(tmp_path / "vb", TOML + f'[normtijd]\n"4.1" = {value}\n')
    assert [fault.kolom for fault in faults_of(folder)] == ["normtijd.4.1"]


# --- All faults at once -----------------------------------------------------------------------------------------------


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    folder = write_contract(
        tmp_path / "vb",
        TOML.replace('"65656055"', '"x"').replace("[[perc", '[limiet]\nbij_overschrijding = "stop"\n[[perc'),
        TARIEVEN_HEADER + "A;9.9;arts;x;y;z\nB;2.1;hbo;2026-01-15;;0\n",
        CODES_HEADER + "2.1;hbo;99;123456;\n",
    )
    places = {(fault.bestand, fault.rij, fault.kolom) for fault in faults_of(folder)}
    assert places >= {
        ("vb/contract.toml", 4, "contract.aanbieder"),
        ("vb/contract.toml", 10, "limiet.bij_overschrijding"),
        *(("vb/tarieven.csv", 2, name) for name in ("prestatiecode", "kwalificatieniveau", "begindatum", "einddatum", "tarief")),
        ("vb/tarieven.csv", 3, "perceel"),
        ("vb/tarieven.csv", 3, "tarief"),
        ("vb/codes.csv", 2, "productcategorie"),
        ("vb/codes.csv", 2, "productcode"),
    }


@pytest.mark.parametrize(
    ("found", "replacement"),
    [
        ("= 2027-12-31", '= "2027-12-31"'),
        ("einddatum = 2027-12-31\n", ""),
        ("MPJ-16", "MPJ-99"),
        ('code = "A"', "code = 1"),
        ("[contract]", "[contract"),
    ],
    ids=["date as text", "no einddatum", "unknown protocol", "no perceel", "no TOML"],
)
def test_a_fault_in_the_settings_does_not_hide_faults_in_the_tables(tmp_path: Path, found: str, replacement: str) -> None:
    folder = write_contract(tmp_path / "vb", TOML.replace(found, replacement), TARIEVEN_HEADER + "A;9.9;hbo;2026-01-01;;0\n")
    places = {(fault.bestand, fault.kolom) for fault in faults_of(folder)}
    assert {("vb/tarieven.csv", "prestatiecode"), ("vb/tarieven.csv", "tarief")} <= places


def test_the_faults_of_all_contracts_are_reported_at_once(tmp_path: Path) -> None:
    one = write_contract(tmp_path / "een", TOML.replace('"65656055"', '"x"'))
    two = write_contract(tmp_path / "twee", TOML, TARIEVEN_HEADER + "A;9.9;hbo;2026-01-01;;1\n" + GOOD)
    with pytest.raises(InputError) as caught:
        load_contracts([one, two, tmp_path / "drie"])
    assert {fault.bestand for fault in caught.value.faults} == {"een/contract.toml", "twee/tarieven.csv", "drie"}


# --- Rows of one cell -------------------------------------------------------------------------------------------------

LONG = "A;2.1;wo;2026-01-01;;1\nA;2.1;wo;2026-02-01;2026-03-31;1\nA;2.1;wo;2026-06-01;;1\n"


def test_rows_inside_a_longer_row_overlap_it_and_leave_no_gap(tmp_path: Path) -> None:
    faults = faults_of(write_contract(tmp_path / "vb", TOML, TARIEVEN_HEADER + GOOD + LONG))
    assert [(fault.code, fault.rij) for fault in faults] == [("cel_overlap", 4), ("cel_overlap", 5)]


def test_a_cell_that_begins_after_the_contract_is_told_so(tmp_path: Path) -> None:
    (fault,) = faults_of(write_contract(tmp_path / "vb", TOML, TARIEVEN_HEADER + GOOD + "A;2.1;wo;2028-02-01;;1\n"))
    assert (fault.kolom, fault.gevonden) == ("begindatum", "2028-02-01")
    assert "2027-12-31" in fault.verwacht


# --- The code table ---------------------------------------------------------------------------------------------------


def in_codes(rij: int, kolom: str, gevonden: str, verwacht: str) -> Expected:
    return Expected("vb/codes.csv", rij, kolom, gevonden, verwacht)


CODES_CASES: dict[str, tuple[str, Expected]] = {
    "one productcode for two cells": (
        "2.1;hbo;45;X1;\n2.1;wo;45;X1;\n2.1;;45;X0;\n",
        in_codes(3, "productcode", "X1", "één keer"),
    ),
    "two codes for one cell": (
        "2.1;hbo;45;X1;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n",
        in_codes(3, "prestatiecode", "X2", "één code per"),
    ),
    "a code for all percelen and one for A": (
        "2.1;hbo;45;X1;\n2.1;hbo;45;X2;A\n2.1;wo;45;X3;\n",
        in_codes(3, "prestatiecode", "X2", "één code per"),
    ),
    "a priced cell without code": ("2.1;hbo;45;X1;\n", in_codes(0, "productcode", "geen rij", "elke cel")),
    "category outside the row": (
        "2.1;hbo;41;X1;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n",
        in_codes(2, "productcategorie", "41", "45 of 54"),
    ),
    "no category": ("2.1;hbo;;X1;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n", in_codes(2, "productcategorie", "leeg", "45 of 54")),
    "no productcode": ("2.1;hbo;45;;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n", in_codes(2, "productcode", "leeg", "5 tekens")),
    "productcode of 6": ("2.1;hbo;45;ABCDEF;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n", in_codes(2, "productcode", "ABCDEF", "5 tekens")),
    "unknown perceel": ("2.1;hbo;45;X1;Q\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n", in_codes(2, "perceel", "Q", "A")),
    "unknown level": ("2.1;arts;45;X1;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n", in_codes(2, "kwalificatieniveau", "arts", "mbo")),
    "unknown code": ("2.9;hbo;45;X1;\n2.1;hbo;45;X2;\n2.1;wo;45;X3;\n", in_codes(2, "prestatiecode", "2.9", "prestatiecode")),
}
TWO_CELLS = TARIEVEN_HEADER + "A;2.1;hbo;2026-01-01;;1\nA;2.1;wo;2026-01-01;;2\n"


@pytest.mark.parametrize("name", CODES_CASES)
def test_a_faulty_code_table_is_named_exactly(tmp_path: Path, name: str) -> None:
    rows, expected = CODES_CASES[name]
    faults = faults_of(write_contract(tmp_path / "vb", TOML, TWO_CELLS, CODES_HEADER + rows))
    assert [expected.fits(fault) for fault in faults] == [True], faults


# --- Files that are no contract ---------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Content | None, Content | None, Content | None, str, str]] = {
    "no contract.toml": (None, TARIEVEN, None, "vb/contract.toml", "bestand_ontbreekt"),
    "no tarieven.csv": (TOML, None, None, "vb/tarieven.csv", "bestand_ontbreekt"),
    "empty contract.toml": ("", TARIEVEN, None, "vb/contract.toml", "sleutel_ontbreekt"),
    "empty tarieven.csv": (TOML, "", None, "vb/tarieven.csv", "bestand_leeg"),
    "tarieven.csv of a header alone": (TOML, TARIEVEN_HEADER, None, "vb/tarieven.csv", "tarieven_leeg"),
    "empty codes.csv": (TOML, TARIEVEN, "", "vb/codes.csv", "bestand_leeg"),
    "broken TOML": ("[contract", TARIEVEN, None, "vb/contract.toml", "toml_onleesbaar"),
    "TOML with a NUL": (b"\0" + TOML.encode(), TARIEVEN, None, "vb/contract.toml", "toml_onleesbaar"),
    "TOML in cp1252": (TOML.replace("Ambulant", "Café").encode("cp1252"), TARIEVEN, None, "vb/contract.toml", "codering_onjuist"),
    "tarieven.csv in cp1252": (TOML, (TARIEVEN + "é").encode("cp1252"), None, "vb/tarieven.csv", "codering_onjuist"),
    "tarieven.csv with commas": (TOML, TARIEVEN.replace(";", ","), None, "vb/tarieven.csv", "scheidingsteken"),
    "tarieven.csv without tarief": (TOML, TARIEVEN.replace("tarief", "x"), None, "vb/tarieven.csv", "kolom_ontbreekt"),
    "tarieven.csv with a column twice": (TOML, TARIEVEN.replace("einddatum", "tarief"), None, "vb/tarieven.csv", "kolom_dubbel"),
    "tarieven.csv with a misspelt column": (
        TOML,
        TARIEVEN.replace("einddatum", "eindatum"),
        None,
        "vb/tarieven.csv",
        "kolom_verschreven",
    ),
    "no percelen": (TOML.split("[[perceel")[0], TARIEVEN, None, "vb/contract.toml", "perceel_ontbreekt"),
    "a perceel that is no list": (
        TOML.replace("[[perceel]]", "[perceel]"),
        TARIEVEN,
        None,
        "vb/contract.toml",
        "perceel_ontbreekt",
    ),
    "a perceel twice": (TOML + '[[perceel]]\ncode = "A"\n', TARIEVEN, None, "vb/contract.toml", "perceel_dubbel"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    toml, tarieven, codes, bestand, code = BROKEN[name]
    faults = faults_of(write_contract(tmp_path / "vb", toml, tarieven, codes))
    assert (bestand, code) in {(fault.bestand, fault.code) for fault in faults}, faults


def test_a_missing_folder_and_a_file_in_its_place_are_named(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    for name in ("weg", "bestand"):
        (fault,) = faults_of(tmp_path / name)
        assert (fault.code, fault.bestand) == ("map_ontbreekt", name)


def test_broken_toml_is_named_with_its_row(tmp_path: Path) -> None:
    (fault,) = faults_of(write_contract(tmp_path / "vb", TOML.replace('"MPJ-16"', "MPJ-16")))
    assert (fault.bestand, fault.rij) == ("vb/contract.toml", 3)


@pytest.mark.parametrize(
    "toml", ["x = " + "[" * 5000 + "]" * 5000 + "\n" + TOML, "x = " + "9" * 5000 + "\n" + TOML], ids=["deep nesting", "huge number"]
)
def test_hostile_toml_is_a_fault(tmp_path: Path, toml: str) -> None:
    assert [fault.bestand for fault in faults_of(write_contract(tmp_path / "vb", toml))] == ["vb/contract.toml"]


# --- Keys -------------------------------------------------------------------------------------------------------------

MISSPELT = {
    "aanbiede": "contract.aanbieder",
    "protocl": "contract.protocol",
    "gemeente": "contract.gemeenten",
    "Begindatum": "contract.begindatum",
    "jeugd_bescherming": "contract.jeugdbescherming",
}


@pytest.mark.parametrize("key", MISSPELT)
def test_a_misspelt_key_is_refused_and_the_known_one_named(tmp_path: Path, key: str) -> None:
    toml = TOML.replace("[[perc", f"{key} = 1\n[[perc")
    (fault,) = faults_of(write_contract(tmp_path / "vb", toml))
    assert (fault.code, fault.kolom) == ("kolom_verschreven", f"contract.{key}")
    assert f"contract.{fault.verwacht}" == MISSPELT[key]


def test_the_nearest_known_key_is_named(tmp_path: Path) -> None:
    faults = faults_of(write_contract(tmp_path / "vb", TOML.replace("einddatum", "eindatum")))
    assert {fault.verwacht for fault in faults} == {"einddatum"}


@pytest.mark.parametrize("section", ["declaraties", "afrondingen", "limieten", "normtijden", "percelen"])
def test_a_misspelt_section_is_refused(tmp_path: Path, section: str) -> None:
    (fault,) = faults_of(write_contract(tmp_path / "vb", TOML + f"[{section}]\n"))
    assert (fault.code, fault.kolom) == ("kolom_verschreven", section)


# --- Contracts together -----------------------------------------------------------------------------------------------


def second(tmp_path: Path, toml: str, tarieven: str = TARIEVEN) -> list[Fault]:
    """The faults of the contract `vb` and a second one, together."""
    one = write_contract(tmp_path / "vb")
    two = write_contract(tmp_path / "twee", toml, tarieven)
    try:
        load_contracts([one, two])
    except InputError as error:
        return list(error.faults)
    return []


def test_two_contracts_over_one_cell_and_month_are_refused(tmp_path: Path) -> None:
    toml = TOML.replace("VB-2026", "VB-2")
    (fault,) = second(tmp_path, toml, TARIEVEN_HEADER + "A;3.1;hbo;2026-01-01;;1\nA;2.1;mbo;2026-05-01;2026-05-31;9\n")
    assert (fault.code, fault.bestand, fault.rij) == ("contracten_overlappen", "twee/tarieven.csv", 3)
    assert "vb/tarieven.csv rij 2" in fault.toelichting
    assert "perceel A, 2.1" in fault.toelichting
    assert "2026-05-01 t/m 2026-05-31" in fault.toelichting


def test_two_contracts_that_change_over_in_mid_month_share_that_month(tmp_path: Path) -> None:
    toml = TOML.replace("VB-2026", "VB-2").replace("2026-01-01", "2027-12-31").replace("= 2027-12-31\n\n", "= 2028-12-31\n\n")
    (fault,) = second(tmp_path, toml, TARIEVEN_HEADER + "A;2.1;hbo;2027-12-31;;1\n")
    assert fault.code == "contracten_overlappen"


@pytest.mark.parametrize(
    "toml",
    [
        TOML.replace("VB-2026", "VB-2").replace("65656055", "12345678"),
        TOML.replace("VB-2026", "VB-2").replace('"0384", "0363"', '"0362"'),
        TOML.replace("VB-2026", "VB-2").replace("2027-12-31", "2028-12-31").replace("2026-01-01", "2028-01-01"),
    ],
    ids=["other aanbieder", "other gemeente", "next years"],
)
def test_contracts_that_share_no_cell_go_together(tmp_path: Path, toml: str) -> None:
    begin = "2028-01-01" if "2028" in toml else "2026-01-01"
    assert second(tmp_path, toml, TARIEVEN.replace("2026-01-01", begin)) == []


def test_a_contract_id_occurs_once(tmp_path: Path) -> None:
    (fault,) = second(tmp_path, TOML.replace('"0384", "0363"', '"0362"'))
    assert (fault.code, fault.bestand, fault.gevonden) == ("contract_dubbel", "twee/contract.toml", "VB-2026")
    assert "vb/contract.toml" in fault.toelichting


def test_a_row_with_one_bad_field_is_judged_on_the_others(tmp_path: Path) -> None:
    """A bad price hides neither the end in mid-month behind it, nor the hole after it."""
    toml = TOML.replace("begindatum = 2026-01-01", "begindatum = 2025-01-01")
    assert toml != TOML
    rows = "A;2.1;hbo;2025-01-01;2025-12-15;24,555\nA;2.1;hbo;2026-01-01;;29,00\nA;9.9;hbo;2026-01-15;;29,00\n"
    faults = faults_of(write_contract(tmp_path, toml, TARIEVEN_HEADER + rows))
    assert [(fault.code, fault.rij) for fault in faults] == [
        ("tarief_onjuist", 2),
        ("prestatiecode_onbekend", 4),
        ("wijziging_midden_in_maand", 2),
        ("wijziging_midden_in_maand", 4),
        ("cel_gat", 3),
    ]
