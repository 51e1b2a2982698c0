"""Warnings a contract manager wants, one table per kind."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mpj.contract.plausible import Bereik, plausible
from mpj.contract.warnings import CHECKS, warnings_of
from mpj.protocol import MPJ_16
from mpj.reading.faults import InputError
from mpj.workbench.check.folders import check_folders
from workbench.support import codes, make, write_folder

ALL = "A 2.1 mbo 2026-01-01 .. 18,00\nA 2.1 hbo 2026-01-01 .. 24,00\nA 2.1 hbo+ 2026-01-01 .. 28,00\n"
ALL += "A 2.1 wo 2026-01-01 .. 31,00\nA 2.1 wo+ 2026-01-01 .. 40,00\nA 2.1 ams 2026-01-01 .. 58,00\n"


def of_code(text: str, code: str) -> str:
    return text.replace("2.1", code)


CASES = {
    "nothing wrong": (ALL, []),
    "higher cheaper": (ALL.replace("31,00", "27,99"), ["niveau_goedkoper"]),
    "equal is not cheaper": (ALL.replace("31,00", "28,00"), []),
    "hour price for a quarter": (ALL + of_code(ALL, "2.2").replace("24,00", "96,00"), ["factor_vier", "niveau_goedkoper"]),
    "beyond any quarter": (ALL.replace("58,00", "232,00"), ["factor_vier"]),
    "an hour price where a level has no peers": ("A 2.1 mbo 2026-01-01 .. 48,00", ["cel_ontbreekt", "tarief_buiten_bereik"]),
    "a minute price for a quarter": (
        ALL.replace("A 2.1 mbo 2026-01-01 .. 18,00", "A 2.1 mbo 2026-01-01 .. 1,20"),
        ["tarief_buiten_bereik"],
    ),
    "a stay at the price of a quarter": (ALL + "A 8.1 - 2026-01-01 .. 24,00", ["tarief_buiten_bereik"]),
    "a stay at a usual price": (ALL + "A 8.1 - 2026-01-01 .. 182,40", []),
    "change of more than ten percent": (
        ALL.replace("A 2.1 hbo 2026-01-01 .. 24,00", "A 2.1 hbo 2026-01-01 2026-12-31 24,00\nA 2.1 hbo 2027-01-01 .. 26,41"),
        ["tarief_sprong"],
    ),
    "change of exactly ten percent": (
        ALL.replace("A 2.1 hbo 2026-01-01 .. 24,00", "A 2.1 hbo 2026-01-01 2026-12-31 24,00\nA 2.1 hbo 2027-01-01 .. 26,40"),
        [],
    ),
    "never a price": (ALL + "A 4.1 - 2026-01-01 .. uitgesloten", ["prestatiecode_zonder_prijs"]),
    "missing level": (ALL.replace("A 2.1 wo+ 2026-01-01 .. 40,00\n", ""), ["cel_ontbreekt"]),
    "excluded where the others have it": (
        ALL + of_code(ALL, "2.2") + of_code(ALL, "1.3").replace("31,00", "uitgesloten"),
        ["niveau_uitgesloten"],
    ),
    "ends before the contract": (
        ALL.replace("A 2.1 ams 2026-01-01 .. 58,00", "A 2.1 ams 2026-01-01 2026-06-30 58,00"),
        ["cel_eindigt_eerder"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_warnings(text: str, expected: list[str]) -> None:
    found = warnings_of(make(text))
    assert sorted(set(codes(found))) == sorted(expected)
    assert all(fault.soort == "waarschuwing" and fault.toelichting for fault in found)


def test_a_perceel_without_a_price_is_named() -> None:
    found = [fault for fault in warnings_of(make(ALL, "AB")) if fault.code == "perceel_zonder_prijs"]
    assert [(fault.kolom, fault.gevonden) for fault in found] == [("perceel", "B")]


def test_every_kind_of_warning_has_a_case() -> None:
    assert {code for _, expected in CASES.values() for code in expected} == set(CHECKS) - {"perceel_zonder_prijs"}


def test_what_is_usual_has_its_source_and_follows_the_hour() -> None:
    assert "noordwijk.nl" in plausible().bron
    assert plausible().of("mbo", MPJ_16.normtijden["kwartier"]) == Bereik(638, 2550)
    assert plausible().of(None, MPJ_16.normtijden["stuk"]) is None


def test_the_threshold_of_a_change_is_exact() -> None:
    text = ALL.replace("A 2.1 hbo 2026-01-01 .. 24,00", "A 2.1 hbo 2026-01-01 2026-12-31 24,00\nA 2.1 hbo 2027-01-01 .. 24,83")
    jump = Fraction(2483 - 2400, 24)
    assert codes(warnings_of(make(text), sprong=jump)) == []
    assert codes(warnings_of(make(text), sprong=jump - Fraction(1, 10**9))) == ["tarief_sprong"]


def test_a_warning_names_cell_row_and_both_prices(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c", ALL.replace("31,00", "27,99"))
    _, (fault,) = check_folders([folder])
    assert (fault.bestand, fault.rij, fault.gevonden, fault.verwacht) == ("c/tarieven.csv", 5, "27,99", "minstens 28,00")


def test_every_fault_at_once(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c", "A 2.9 hbo 2026-01-01 .. 24,555\nB 2.1 hbo 2026-01-15 .. 0")
    with pytest.raises(InputError) as caught:
        check_folders([folder])
    found = codes(caught.value.faults)
    assert {"prestatiecode_onbekend", "tarief_onjuist", "perceel_onbekend"} <= set(found)
    assert found.count("tarief_onjuist") == 2
