"""Was-wordt: a function from old codes to prestatiecode and level, and no cent lost."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from messages.old import Regel, jw303, jw304

from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import Reading
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


def test_old_lines_may_be_messages_and_their_answers(tmp_path: Path) -> None:
    """A folder with two JW303, of which one has an answer: what stands of them, of whatever toewijzing, and what is told."""
    hours = Regel("R1", code="45A04", eenheid="04", volume=10, tarief=None, bedrag=100000)
    sent = [
        hours,
        evolve(hours, nummer="R2", toewijzing=2, bedrag=50000),
        evolve(hours, nummer="R3", toewijzing=3, bedrag=1),
        evolve(hours, nummer="R4", toewijzing=None, bedrag=7),
    ]
    folder = tmp_path / "oud"
    folder.mkdir()
    (folder / "a.xml").write_bytes(jw303(*sent))
    back = [evolve(sent[1], toegekend=20000), evolve(sent[2], toegekend=0)]
    (folder / "b.xml").write_bytes(jw304(*back, ingediend=150008, toegekend=120007))
    april = {"nummer": "APRIL", "begin": "2020-04-01", "eind": "2020-04-30"}
    more = [evolve(sent[0], nummer="C1", vorig="R1", dc="C"), Regel("R9", code="45A04", eenheid="01", bedrag=300, tarief=5)]
    (folder / "c.xml").write_bytes(jw303(*more, **april))
    heard: list[Fault] = []
    found = read_old_lines([folder], Reading(heard.append))
    assert sorted((one.bedrag_cent, one.volume) for one in found) == [
        (cents, Fraction(volume)) for cents, volume in ((-100000, -10), (7, 10), (300, 60), (20000, 10), (100000, 10))
    ]
    assert {(one.gemeente, one.aanbieder, one.productcode, one.periode) for one in found} == {
        ("0384", "65656055", "45A04", "2020-03")
    }
    outcome = convert(found, read_mapping(table(tmp_path, TABLE)))
    assert outcome.totaal == 20307 and outcome.gemist == 0
    assert [one.code for one in heard if one.code != "oud_bericht"] == [
        "oude_regel_telt_niet",
        "oude_regel_telt_anders",
        "opmerking",
    ]
    assert "meer dan één eenheid" in str(heard[-1]) and heard[-1].gevonden == "01, 04"


def test_tables_and_messages_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(jw303(Regel()))
    assert len(read_old_lines([*lines(tmp_path), tmp_path / "a.xml"])) == 7
    (tmp_path / "b.xml").write_text("<a/>", "utf-8")
    with pytest.raises(InputError, match=r"b\.xml"):
        read_old_lines([tmp_path / "b.xml"])
