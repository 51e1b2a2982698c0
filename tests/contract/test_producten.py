"""Products beside MPJ: every fault of producten.csv at its place, and what a contract of them holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cli.helpers import TARIEVEN, TOML, Content, mpj, write, write_contract

from mpj import InputError, load_contract, load_contracts, make_contract
from mpj.contract.varianten import varianten
from mpj.contract.words import PRODUCTVARIANTEN
from mpj.protocol import MPJ_16
from mpj.reading.periods import parse_month
from mpj.tariefkaart import compile_tariefkaart
from mpj.tariefkaart.files import read_tariefkaart, write_tariefkaart

HEADER = "productcategorie;productcode;variant;eenheid;tarief;begindatum;einddatum;omschrijving\n"
HOUR = "45;45A04;uur;04;40,00;2026-01-01;;Begeleiding\n"
TURN = "45;45A04;{};2026-01-01;2026-03-31;\n45;45A04;{};2026-04-01;;\n"
ALONE = TOML.split("[[perceel")[0]


def folder(path: Path, producten: Content, toml: Content = TOML, tarieven: Content | None = TARIEVEN) -> Path:
    write(write_contract(path, toml, tarieven) / "producten.csv", producten)
    return path


CASES: dict[str, tuple[str, tuple[str, int, str, str]]] = {
    "unknown category": (HOUR.replace("45;", "99;", 1), ("categorie_onjuist", 2, "productcategorie", "99")),
    "no category": (HOUR.replace("45;", ";", 1), ("categorie_onjuist", 2, "productcategorie", "leeg")),
    "no code": (HOUR.replace("45A04", ""), ("productcode_onjuist", 2, "productcode", "leeg")),
    "code of 6": (HOUR.replace("45A04", "45A041"), ("productcode_onjuist", 2, "productcode", "45A041")),
    "unknown variant": (HOUR.replace("uur", "week_x"), ("variant_onjuist", 2, "variant", "week_x")),
    "variant in capitals": (HOUR.replace("uur", "UUR"), ("variant_onjuist", 2, "variant", "UUR")),
    "no variant": (HOUR.replace("uur", ""), ("variant_onjuist", 2, "variant", "leeg")),
    "unit of another variant": (HOUR.replace(";04;", ";14;"), ("eenheid_onjuist", 2, "eenheid", "14")),
    "unit without its zero": (HOUR.replace(";04;", ";4;"), ("eenheid_onjuist", 2, "eenheid", "4")),
    "unit of a task": (HOUR.replace("uur;04", "taak;83"), ("eenheid_onjuist", 2, "eenheid", "83")),
    "no price": (HOUR.replace("40,00", ""), ("tarief_onjuist", 2, "tarief", "leeg")),
    "price of zero": (HOUR.replace("40,00", "0"), ("tarief_onjuist", 2, "tarief", "0")),
    "uitgesloten": (HOUR.replace("40,00", "uitgesloten"), ("tarief_onjuist", 2, "tarief", "uitgesloten")),
    "three decimals": (HOUR.replace("40,00", "40,001"), ("tarief_onjuist", 2, "tarief", "40,001")),
    "price of a traject": (HOUR.replace("uur;04", "traject;83"), ("tarief_onjuist", 2, "tarief", "40,00")),
    "no begindatum": (HOUR.replace("2026-01-01", ""), ("datum_onjuist", 2, "begindatum", "leeg")),
    "before the contract": (HOUR.replace("2026-01-01", "2025-01-01"), ("datum_buiten_contract", 2, "begindatum", "2025-01-01")),
    "begins in mid-month": (HOUR.replace("2026-01-01", "2026-01-15"), ("wijziging_midden_in_maand", 2, "begindatum", "2026-01-15")),
    "ends in mid-month": (HOUR.replace(";;", ";2026-03-15;"), ("wijziging_midden_in_maand", 2, "einddatum", "2026-03-15")),
    "overlap": (HOUR + HOUR.replace("2026-01", "2026-06"), ("cel_overlap", 3, "begindatum", "2026-06-01")),
    "hole": (
        HOUR.replace(";;", ";2026-03-31;") + HOUR.replace("2026-01-01", "2026-05-01"),
        ("cel_gat", 3, "begindatum", "2026-05-01"),
    ),
    "another variant later": (
        HOUR.replace(";;", ";2026-03-31;") + HOUR.replace("2026-01-01", "2026-04-01").replace("uur;04", "minuut;01"),
        ("product_wisselt", 3, "variant", "minuut"),
    ),
    "registraties, and prestaties later": (
        TURN.format("uur;04;40,00", "week;83;150,00"),
        ("product_wisselt", 3, "variant", "week"),
    ),
    "prestaties, and registraties later": (TURN.format("stuk;82;40,00", "uur;04;40,00"), ("product_wisselt", 3, "eenheid", "04")),
    "another category later": (
        TURN.format("week;83;150,00", "stuk;82;40,00").replace("\n45;", "\n54;"),
        ("product_wisselt", 3, "productcategorie", "54"),
    ),
    "a code of MPJ": (HOUR.replace("45A04", "45212"), ("product_is_mpj", 2, "productcode", "45212")),
    "a prestatiecode": (HOUR.replace("45A04", "2.1"), ("product_is_mpj", 2, "productcode", "2.1")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_faulty_row_is_named_exactly(tmp_path: Path, name: str) -> None:
    rows, expected = CASES[name]
    with pytest.raises(InputError) as error:
        load_contract(folder(tmp_path / "vb", HEADER + rows))
    found = [(fault.code, fault.rij, fault.kolom, fault.gevonden) for fault in error.value.faults]
    assert expected in found
    assert {fault.bestand for fault in error.value.faults} == {"vb/producten.csv"}
    assert all(fault.verwacht for fault in error.value.faults)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    rows = HOUR.replace("45;", "99;", 1) + HOUR.replace("uur", "jaar") + HOUR.replace("40,00", "x")
    with pytest.raises(InputError) as error:
        load_contract(folder(tmp_path / "vb", HEADER + rows, tarieven=TARIEVEN.replace("24,55", "24,555")))
    assert [fault.code for fault in error.value.faults] == [
        "tarief_onjuist",
        "categorie_onjuist",
        "variant_onjuist",
        "tarief_onjuist",
    ]


def test_what_prestaties_tell_of_is_bought_otherwise_from_a_month_on(tmp_path: Path) -> None:
    contract = load_contract(folder(tmp_path / "vb", HEADER + TURN.format("week;83;150,00", "stuk;;125,00")))
    assert [(one.variant, one.eenheid, one.tarief_cent) for one in contract.producten] == [
        ("week", "83", 15_000),
        ("stuk", "82", 12_500),
    ]
    kaart = compile_tariefkaart(contract)
    months = [parse_month(month) for month in ("2026-03", "2026-04")]
    assert [kaart.varianten["45A04"][month] for month in months] == ["week", "stuk"]
    write_tariefkaart(kaart, tmp_path / "kaart")
    assert read_tariefkaart(tmp_path / "kaart").varianten == kaart.varianten


def test_a_code_of_the_own_table_is_no_product(tmp_path: Path) -> None:
    path = folder(tmp_path / "vb", HEADER + HOUR)
    write(path / "codes.csv", "prestatiecode;kwalificatieniveau;productcategorie;productcode\n2.1;hbo;45;45A04\n")
    with pytest.raises(InputError) as error:
        load_contract(path)
    assert ("product_is_mpj", "vb/producten.csv") in {(fault.code, fault.bestand) for fault in error.value.faults}


def test_what_the_scheme_reads_under_a_category_of_another_row_is_a_product(tmp_path: Path) -> None:
    assert load_contract(folder(tmp_path / "vb", HEADER + HOUR.replace("45A04", "44212"))).producten[0].productcode == "44212"


def test_rows_become_dated_prices_in_eurocents(tmp_path: Path) -> None:
    rows = HOUR.replace(";;", ";2026-03-31;") + HOUR.replace("2026-01-01", "2026-04-01").replace("40,00", "41.5")
    rows += "54;54TRA;traject;;;2026-01-01;;\n45;45TAA;taak;;1000;2026-01-01;;\n"
    found = load_contract(folder(tmp_path / "vb", HEADER + rows)).producten
    assert [(one.productcode, one.eenheid, one.tarief_cent) for one in found] == [
        ("45A04", "04", 4000),
        ("45A04", "04", 4150),
        ("45TAA", "", 100_000),
        ("54TRA", "83", None),
    ]
    assert found[1].einddatum == load_contract(tmp_path / "vb").einddatum


def test_a_contract_may_hold_products_alone(tmp_path: Path) -> None:
    contract = load_contract(folder(tmp_path / "vb", HEADER + HOUR, ALONE, None))
    assert (contract.cellen, contract.percelen, len(contract.producten)) == ((), (), 1)


def test_without_either_table_the_matrix_is_missed(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_contract(write_contract(tmp_path / "vb", TOML, None))
    assert [fault.bestand for fault in error.value.faults] == ["vb/tarieven.csv"]


def test_the_content_of_the_matrix_does_not_change(tmp_path: Path) -> None:
    with_products = load_contract(folder(tmp_path / "met", HEADER + HOUR))
    assert load_contract(write_contract(tmp_path / "zonder")).cellen == with_products.cellen
    assert load_contract(write_contract(tmp_path / "zonder")).producten == ()


def test_two_contracts_do_not_share_a_product_in_a_month(tmp_path: Path) -> None:
    first = folder(tmp_path / "a", HEADER + HOUR, ALONE, None)
    second = folder(tmp_path / "b", HEADER + HOUR, ALONE.replace("VB-2026", "VB-2"), None)
    with pytest.raises(InputError) as error:
        load_contracts([first, second])
    assert "contracten_overlappen" in [fault.code for fault in error.value.faults]


def test_from_python() -> None:
    settings: dict[str, object] = {
        "contract": {
            "id": "R",
            "protocol": "MPJ-16",
            "aanbieder": "65656055",
            "gemeenten": ["0384"],
            "begindatum": date(2026, 1, 1),
            "einddatum": date(2026, 12, 31),
        }
    }
    row: dict[str, str | date | Decimal | None] = {
        "productcategorie": "45",
        "productcode": "45A04",
        "variant": "uur",
        "tarief": Decimal(40),
        "begindatum": date(2026, 1, 1),
    }
    (product,) = make_contract(settings, [], producten=[row]).producten
    assert (product.eenheid, product.tarief_cent, product.einddatum) == ("04", 4000, date(2026, 12, 31))


def test_every_variant_has_its_units_and_they_exist() -> None:
    table = varianten()
    assert tuple(table.per) == PRODUCTVARIANTEN
    assert {unit for one in table.per.values() for unit in one.eenheden} <= set(MPJ_16.eenheden)
    effort = {naam: one.eenheden for naam, one in table.per.items() if one.inspanning}
    assert effort == {"minuut": ("01",), "uur": ("04", "01"), "dagdeel": ("16",), "etmaal": ("14",), "stuk_inspanning": ("84",)}
    assert MPJ_16.varianten.keys() == table.per.keys() - {"taak"}
    for naam, units in effort.items():
        assert set(units) <= set(MPJ_16.varianten[naam].bericht)
    assert [naam for naam, one in table.per.items() if not one.tarief] == ["traject"]
    assert "WJ756" in table.bron


def test_check_and_show_tell_them(tmp_path: Path) -> None:
    path = folder(tmp_path / "vb", HEADER + HOUR)
    checked = mpj("tariffs", "check", path)
    assert (checked.code, "1 product buiten MPJ" in checked.out) == (0, True)
    shown = mpj("tariffs", "show", path)
    assert "45A04" in shown.out
    assert "40,00" in shown.out
