"""Was-wordt: a function from old codes to prestatiecode and level, and no cent lost."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpj.reading.faults import InputError
from mpj.workbench.convert.conversion import convert, read_mapping, read_old_lines, split_cents
from mpj.workbench.convert.report import carried_over, compared, unmapped
from workbench.support import codes, csv_rows

TABLE = """gemeente;aanbieder;productcode;prestatiecode;kwalificatieniveau;aandeel;minuten
0384;;45A04;2.1;hbo;70;60
0384;;45A04;2.1;wo;30;60
0363;;45A04;1.2;hbo;;15
0363;65656055;45A04;1.2;mbo;;15
;;44A10;8.2;;;
"""
LINES = """gemeente;aanbieder;productcode;periode;volume;bedrag_cent;debetcredit;bsn
0384;65656055;45A04;2025-11;12,5;123457;D;
0384;65656055;45A04;2025-11;2,5;23457;C;
0363;65651122;45A04;2025-11;40;97200;D;
0363;65656055;45A04;2025-11;40;80000;D;
0363;65651122;44A10;2025-12;31;812200;D;
0363;65651122;50B01;2025-12;3;15000;D;
"""


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "was_wordt.csv"
    path.write_text(text, "utf-8")
    return path


def lines(tmp_path: Path, text: str = LINES) -> list[Path]:
    path = tmp_path / "oud.csv"
    path.write_text(text, "utf-8")
    return [path]


def test_the_same_code_means_something_else_elsewhere(tmp_path: Path) -> None:
    outcome = convert(read_old_lines(lines(tmp_path)), read_mapping(table(tmp_path, TABLE)))
    assert csv_rows(carried_over(outcome)) == [
        ("2025-11", "0363", "1.2", "mbo", "40", "80000"),
        ("2025-11", "0363", "1.2", "hbo", "40", "97200"),
        ("2025-11", "0384", "2.1", "hbo", "28", "70000"),  # 10 hours x 4 quarters x 70%
        ("2025-11", "0384", "2.1", "wo", "12", "30000"),
        ("2025-12", "0363", "8.2", "", "31", "812200"),
    ]
    assert csv_rows(unmapped(outcome)) == [("0363", "65651122", "50B01", "1", "3", "15000")]
    assert outcome.totaal == 123457 - 23457 + 97200 + 80000 + 812200 + 15000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0384;;45A04;2.1;wo;30;60", "0384;;45A04;1.2;wo;30;60"),
        ("0384;;45A04;2.1;wo;30;60", "0384;;45A04;2.1;hbo;30;60"),
        ("0384;;45A04;2.1;wo;30;60", "0384;;45A04;2.1;wo;30,01;60"),
        ("0384;;45A04;2.1;wo;30;60", "0384;;45A04;2.1;wo;30;15"),
        (";;44A10;8.2;;;", ";;44A10;8.2;;;\n;;44A10;8.1;;;"),
    ],
)
def test_a_mapping_that_is_no_function_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(table(tmp_path, TABLE.replace(old, new)))
    assert set(codes(caught.value.faults)) == {"geen_functie"}


def test_every_unreadable_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(table(tmp_path, TABLE + "38;1;;9.9;doctor;0;x\n"))
    assert [fault.kolom for fault in caught.value.faults] == [
        "gemeente",
        "aanbieder",
        "productcode",
        "prestatiecode",
        "kwalificatieniveau",
        "aandeel",
        "minuten",
    ]
    with pytest.raises(InputError) as caught:
        read_old_lines(lines(tmp_path, LINES + "0384;;A;2025-13;1,2,3;1,5;X;999900006\n"))
    assert [fault.kolom for fault in caught.value.faults] == ["periode", "volume", "bedrag_cent", "debetcredit"]
    assert "999900006" not in str(caught.value)


def test_per_month_beside_new_lines(tmp_path: Path) -> None:
    mapping = read_mapping(table(tmp_path, TABLE))
    old = convert(read_old_lines(lines(tmp_path)), mapping).groepen
    assert ("0363", "1.2", "mbo", "2", "80000", "40000", "2", "80000", "40000", "0") in csv_rows(compared(old, old))
    assert ("0384", "2.1", "wo", "1", "30000", "30000", "0", "0", "0", "-30000") in csv_rows(compared(old, {}))


@settings(max_examples=100)
@given(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_no_cent_is_lost(cents: int, weights: list[int]) -> None:
    shares = [Fraction(100 * weight, sum(weights)) for weight in weights]
    parts = split_cents(cents, shares)
    assert sum(parts) == cents
    assert all(abs(part - cents * share / 100) < 1 for part, share in zip(parts, shares, strict=True))
