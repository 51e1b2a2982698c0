"""Corner cases of a contract folder that are no faults, and warnings that stop nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from cli.helpers import TARIEVEN, TARIEVEN_HEADER, TOML, Content, write_contract

from mpj import Contract, Fault, load_contract, make_contract

CODES_HEADER = "prestatiecode;kwalificatieniveau;productcategorie;productcode;perceel\n"


def load(folder: Path, toml: Content = TOML, tarieven: Content = TARIEVEN, codes: Content | None = None) -> Contract:
    return load_contract(write_contract(folder / "vb", toml, tarieven, codes))


def test_a_price_without_einddatum_runs_to_the_end_of_the_contract(tmp_path: Path) -> None:
    contract = load(tmp_path)
    assert {cel.einddatum for cel in contract.cellen} == {date(2027, 12, 31)}


def test_a_cell_need_not_cover_the_whole_contract(tmp_path: Path) -> None:
    contract = load(tmp_path, tarieven=TARIEVEN_HEADER + "A;2.1;hbo;2026-04-01;2026-09-30;24,55\n")
    assert (contract.cellen[0].begindatum, contract.cellen[0].einddatum) == (date(2026, 4, 1), date(2026, 9, 30))


def test_a_contract_that_starts_and_ends_in_mid_month_has_cells_that_do(tmp_path: Path) -> None:
    toml = TOML.replace("2026-01-01", "2026-01-15").replace("2027-12-31", "2027-06-10")
    contract = load(tmp_path, toml, TARIEVEN_HEADER + "A;2.1;hbo;2026-01-15;2026-12-31;1\nA;2.1;hbo;2027-01-01;2027-06-10;2\n")
    assert [cel.tarief_cent for cel in contract.cellen] == [100, 200]


@pytest.mark.parametrize(
    ("text", "cents"),
    [("24,55", 2455), ("24.55", 2455), ("24,5", 2450), ("24", 2400), ("0,01", 1), (" 24,55 ", 2455), ("999999,99", 99_999_999)],
)
def test_prices_are_euros_with_comma_or_point(tmp_path: Path, text: str, cents: int) -> None:
    contract = load(tmp_path, tarieven=f"{TARIEVEN_HEADER}A;2.1;hbo;2026-01-01;;{text}\n")
    assert [cel.tarief_cent for cel in contract.cellen] == [cents]


def test_dates_have_two_forms(tmp_path: Path) -> None:
    contract = load(tmp_path, tarieven=TARIEVEN_HEADER + "A;2.1;hbo;01-01-2026;31-12-2026;1\nA;2.1;hbo;2027-01-01;;2\n")
    assert [cel.begindatum for cel in contract.cellen] == [date(2026, 1, 1), date(2027, 1, 1)]


def test_uitgesloten_is_a_cell_without_price(tmp_path: Path) -> None:
    contract = load(tmp_path, tarieven=TARIEVEN_HEADER + "A;2.1;hbo;2026-01-01;;1\nA;2.1;wo;2026-01-01;;uitgesloten\n")
    assert [cel.tarief_cent for cel in contract.cellen] == [100, None]


@pytest.mark.parametrize("tarieven", [TARIEVEN.replace("perceel;", "").replace("A;", ""), TARIEVEN.replace("A;", ";")])
def test_one_perceel_need_not_be_named(tmp_path: Path, tarieven: str) -> None:
    assert {cel.perceel for cel in load(tmp_path, tarieven=tarieven).cellen} == {"A"}


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    contract = load(tmp_path, tarieven="tarief;begindatum;kwalificatieniveau;prestatiecode\n24,55;2026-01-01;hbo;2.1\n")
    assert (contract.cellen[0].prestatiecode, contract.cellen[0].tarief_cent) == ("2.1", 2455)


def test_bom_line_ends_blank_lines_and_quotes_make_no_difference(tmp_path: Path) -> None:
    plain = load(tmp_path / "a")
    toml = b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode()
    tarieven = b"\xef\xbb\xbf" + TARIEVEN.replace("24,55", '"24,55"').replace("\n", "\r\n\r\n").encode()
    windows = load(tmp_path / "b", toml, tarieven)
    assert (windows.percelen, windows.cellen) == (plain.percelen, plain.cellen)


@pytest.mark.parametrize("row", ["A;4.1;hbo;2026-01-01;;1", "A;8.1;wo;2026-01-01;;1", "A;6.2;mbo;2026-01-01;;1"])
def test_a_level_beside_a_price_without_level_is_extra_zorg(tmp_path: Path, row: str) -> None:
    assert len(load(tmp_path, tarieven=f"{TARIEVEN_HEADER}{row}\n").cellen) == 1


def test_youth_protection_is_bought_with_the_flag_and_a_normtijd(tmp_path: Path) -> None:
    toml = TOML.replace("[[perc", "jeugdbescherming = true\n[[perc") + '[normtijd]\n"11.1" = "uur"\n'
    tarieven = TARIEVEN_HEADER + "A;11.1;;2026-01-01;;90\n"
    assert load(tmp_path, toml, tarieven).cellen[0].prestatiecode == "11.1"


def test_an_even_price_of_a_whole_day_and_an_odd_one_of_half_a_day_are_fine(tmp_path: Path) -> None:
    toml = TOML + '[normtijd]\n"4.1" = "hele_dag"\n"4.2" = "halve_dag"\n'
    assert len(load(tmp_path, toml, TARIEVEN_HEADER + "A;4.1;;2026-01-01;;1,02\nA;4.2;;2026-01-01;;1,01\n").cellen) == 2


def test_a_code_table_may_leave_out_what_is_only_excluded_and_hold_codes_without_level(tmp_path: Path) -> None:
    tarieven = TARIEVEN_HEADER + "A;2.1;hbo;2026-01-01;;1\nA;2.1;wo;2026-01-01;;uitgesloten\n"
    codes = CODES_HEADER + "2.1;;54;B0;\n2.1;hbo;45;B1;A\n"
    contract = load(tmp_path, tarieven=tarieven, codes=codes)
    assert contract.codes is not None
    assert [row.productcode for row in contract.codes] == ["B0", "B1"]


def test_each_perceel_may_have_a_code_of_its_own(tmp_path: Path) -> None:
    toml = TOML + '[[perceel]]\ncode = "B"\n'
    tarieven = TARIEVEN_HEADER + "A;2.1;hbo;2026-01-01;;1\nB;2.1;hbo;2026-01-01;;2\n"
    contract = load(tmp_path, toml, tarieven, CODES_HEADER + "2.1;hbo;45;XA;A\n2.1;hbo;45;XB;B\n")
    assert contract.codes is not None
    assert len(contract.codes) == 2


def test_unknown_columns_and_keys_are_warnings_listed_once_per_place(tmp_path: Path) -> None:
    warnings: list[Fault] = []
    toml = TOML.replace("[[perc", "opmerking = 1\nversie = 2\n[[perc") + "[notities]\n"
    tarieven = TARIEVEN.replace("tarief\n", "tarief;toelichting;bron\n").replace("24,55", "24,55;x;y")
    tarieven = "\n".join(line if line.count(";") == 7 else line + ";;" for line in tarieven.splitlines()) + "\n"
    load_contract(write_contract(tmp_path / "vb", toml, tarieven), report=warnings.append)
    assert {warning.soort for warning in warnings} == {"waarschuwing"}
    texts = [str(warning) for warning in warnings]
    for names, place in (
        ("opmerking, versie", "contract.toml"),
        ("notities", "contract.toml"),
        ("toelichting, bron", "tarieven.csv"),
    ):
        assert sum(names in text and place in text for text in texts) == 1, texts
    assert len(texts) == 3


def test_no_warning_is_given_when_the_folder_is_refused(tmp_path: Path) -> None:
    warnings: list[Fault] = []
    with pytest.raises(Exception, match="aanbieder"):
        load_contract(write_contract(tmp_path / "vb", TOML.replace("65656055", "x") + "[notities]\n"), report=warnings.append)
    assert warnings == []


def test_the_order_of_rows_makes_no_difference_to_what_is_compiled(tmp_path: Path) -> None:
    from mpj.tariefkaart import compile_tariefkaart

    header, *rows = TARIEVEN.splitlines()
    turned = "\n".join([header, *reversed(rows)]) + "\n"
    assert compile_tariefkaart(load(tmp_path / "a")).sha256 == compile_tariefkaart(load(tmp_path / "b", tarieven=turned)).sha256


def test_a_contract_can_be_made_without_files(tmp_path: Path) -> None:
    import tomllib

    header, *rows = (line.split(";") for line in TARIEVEN.splitlines())
    made = make_contract(tomllib.loads(TOML), [dict(zip(header, row, strict=True)) for row in rows])
    assert made.cellen == load(tmp_path).cellen


@pytest.mark.parametrize("folder", ["voorbeeldregio", "voorbeeldcodes"])
def test_the_contracts_that_come_along_load_without_a_word(folder: str) -> None:
    warnings: list[Fault] = []
    load_contract(Path(__file__).parents[2] / "tariffs" / folder, report=warnings.append)
    assert warnings == []


def test_blanks_around_a_perceel_code_do_not_count(tmp_path: Path) -> None:
    assert load(tmp_path, TOML.replace('"A"', '" A "')).percelen[0].code == "A"


@pytest.mark.slow
def test_a_contract_without_end_compiles_in_reasonable_time(tmp_path: Path) -> None:
    """Many systems write the year 9999 for: no end."""
    import time

    from mpj.tariefkaart import compile_tariefkaart

    contract = load(tmp_path, TOML.replace("2027-12-31", "2099-12-31"))
    began = time.perf_counter()
    compile_tariefkaart(contract)
    assert time.perf_counter() - began < 5
