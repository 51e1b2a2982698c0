"""`make_contract`: what a program may pass as a price and a date, and what it is told of its matrix."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

import mpj
from mpj.contract.warnings import warnings_of

SETTINGS: dict[str, Any] = {
    "contract": {
        "id": "MR-2026",
        "protocol": "MPJ-16",
        "aanbieder": "65656055",
        "gemeenten": ["0384"],
        "begindatum": date(2026, 1, 1),
        "einddatum": date(2026, 12, 31),
    },
    "perceel": [{"code": "A"}],
    "afronding": {"kwartier": {"over": "dag"}},
}
ROW: dict[str, Any] = {"prestatiecode": "2.1", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01", "tarief": "24,55"}


def make(report: Any = None, contract: dict[str, Any] | None = None, **row: Any) -> mpj.Contract:
    """A contract of one cell."""
    return mpj.make_contract(SETTINGS | {"contract": SETTINGS["contract"] | (contract or {})}, [ROW | row], report=report)


@pytest.mark.parametrize("tarief", ["24,55", "24.55", Decimal("24.55"), Decimal("24.550"), Decimal("2455E-2")])
def test_euros_as_text_or_decimal(tarief: object) -> None:
    assert make(tarief=tarief).cellen[0].tarief_cent == 2455


@pytest.mark.parametrize("tarief", [Decimal(24), Decimal("2.4E1")])
def test_whole_euros(tarief: Decimal) -> None:
    assert make(tarief=tarief).cellen[0].tarief_cent == 2400


@pytest.mark.parametrize("tarief", [2455, 24.55, 24, True, b"24,55", date(2026, 1, 1)])
def test_a_number_may_be_cents_or_euros_and_is_refused(tarief: object) -> None:
    with pytest.raises(TypeError, match=r"tarieven, rij 1, tarief: expected text or a Decimal of euros, not"):
        make(tarief=tarief)


@pytest.mark.parametrize("tarief", [Decimal("24.555"), Decimal("NaN"), Decimal("Infinity"), Decimal("-24.55"), Decimal(0)])
def test_a_decimal_that_is_no_price_is_a_fault(tarief: Decimal) -> None:
    with pytest.raises(mpj.InvalidError) as error:
        make(tarief=tarief)
    assert [fault.code for fault in error.value.faults] == ["tarief_onjuist"]


def test_a_price_below_zero_is_told_so() -> None:
    with pytest.raises(mpj.InvalidError) as error:
        make(tarief="-24,55")
    assert [fault.verwacht for fault in error.value.faults] == ["een bedrag boven nul, als 24,55, of uitgesloten"]


def test_dates_of_contract_and_cells_follow_one_rule() -> None:
    days: dict[str, Any] = {"begindatum": "2026-01-01", "einddatum": "2026-12-31"}
    made = make(contract=days, begindatum=date(2026, 1, 1), einddatum=date(2026, 12, 31))
    assert made == make(**days) == make(contract={"begindatum": date(2026, 1, 1)})


def test_a_moment_is_no_date() -> None:
    noon = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - what a program may pass by mistake
    with pytest.raises(TypeError, match=r"begindatum: expected text or a datetime.date, not datetime"):
        make(begindatum=noon)
    with pytest.raises(mpj.InvalidError, match="een datum, als 2026-01-01"):
        make(contract={"begindatum": noon})


def test_faults_speak_of_values_and_not_of_a_file() -> None:
    wrong = {"id": 7, "begindatum": "1 januari", "jeugdbescherming": "ja", "gemeenten": [384]}
    with pytest.raises(mpj.InvalidError) as error:
        make(contract=wrong, perceel="B")
    assert len(error.value.faults) >= 5
    for word in ("aanhalingstekens", ".toml", ".csv"):
        assert word not in str(error.value)


def test_other_columns_hold_text() -> None:
    with pytest.raises(TypeError, match="tarieven, rij 1, prestatiecode: expected text, not float"):
        make(prestatiecode=2.1)


def test_what_a_contract_manager_is_warned_of_reaches_the_report() -> None:
    """2455 euros for a quarter of an hour: cents were taken for euros, and the matrix shows it."""
    told: list[mpj.Fault] = []
    made = make(told.append, tarief="245,50")
    assert [fault.code for fault in told] == [fault.code for fault in warnings_of(made)]
    assert ("factor_vier", "tarieven", 1, "waarschuwing") in [(one.code, one.bestand, one.rij, one.soort) for one in told]


UNSEEN = ["A\x1b[2J", "A\nB", "A\tB", "A\u202eB", "A\u200b"]


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_of_a_contract_is_one_line_of_visible_characters(text: str) -> None:
    """It stands in files for machines as it is: a terminal, a spreadsheet or a CSV reader would obey it."""
    changes: list[dict[str, Any]] = [
        {"contract": SETTINGS["contract"] | {"id": text}},
        {"perceel": [{"code": text}]},
        {"perceel": [{"code": "A", "naam": text}]},
    ]
    for settings in (SETTINGS | change for change in changes):
        with pytest.raises(mpj.InvalidError) as error:
            mpj.make_contract(settings, [ROW])
        assert error.value.faults[0].code == "waarde_onjuist"
        assert str(error.value).isprintable()


@pytest.mark.parametrize("text", ["A\x1bB", "A\nB", "A\u202eB"])
def test_so_is_a_product_code(text: str) -> None:
    codes = [{"prestatiecode": "2.1", "kwalificatieniveau": "hbo", "productcategorie": "45", "productcode": text}]
    with pytest.raises(mpj.InvalidError) as error:
        mpj.make_contract(SETTINGS, [ROW], codes)
    assert [fault.code for fault in error.value.faults][:1] == ["productcode_onjuist"]


@pytest.mark.parametrize(("key", "column"), [("tot", "einddatum"), ("Geldig tot", "einddatum"), ("kavel", "perceel")])
def test_a_decisive_column_of_the_matrix_under_another_name_is_not_passed_over(key: str, column: str) -> None:
    """With `tot` ignored a price would hold to the end of the contract."""
    with pytest.raises(mpj.InvalidError) as error:
        mpj.make_contract(SETTINGS, [ROW | {key: "2026-06-30"}])
    (fault,) = error.value.faults
    assert (fault.code, fault.kolom) == ("kolom_onbeslist", key)
    assert column in fault.verwacht
    assert "profiel" not in fault.verwacht


def test_names_of_columns_are_read_as_those_of_a_record() -> None:
    row = {name.upper(): value for name, value in ROW.items()}
    assert mpj.make_contract(SETTINGS, [row]) == make()
