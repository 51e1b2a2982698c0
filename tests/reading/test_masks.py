"""What is shown of a value that could not be read: never a BSN, never 7 or more digits in a row."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from cli.helpers import ANNA, BRAM, shown_bsns, table, write
from hypothesis import given
from hypothesis import strategies as st

from mpj import read_registraties, read_toewijzingen, read_verblijf
from mpj.reading.faults import mask, mask_number
from mpj.records.profile import COLUMNS


@given(st.text())
def test_a_mask_shows_no_seven_digits_in_a_row_and_one_short_line(text: str) -> None:
    shown = mask(text)
    assert not re.search(r"[0-9]{7}", shown)
    assert shown.isprintable()
    assert len(shown) <= 61


@given(st.lists(st.sampled_from([" ", ".", "-", "/", "_", ""]), min_size=8, max_size=8))
def test_a_mask_hides_a_bsn_with_signs_between_its_digits(signs: list[str]) -> None:
    text = ANNA[0] + "".join(sign + digit for sign, digit in zip(signs, ANNA[1:], strict=True))
    assert mask(text) == f"(verborgen, {len(text)} tekens)"


@pytest.mark.parametrize("text", ["hbo++", "31-02-2026", "25:00", "", "0384x", "123456", "vijftig"])
def test_a_mask_leaves_what_helps(text: str) -> None:
    assert mask(text) == text


def test_a_number_in_the_form_of_a_referentienummer_is_shown() -> None:
    assert mask_number("0123456789ABCDEF0123") == "0123456789ABCDEF0123"
    for other in (ANNA, f"{ANNA}ABCDEF", "0123456789ABCDEF0123\n", "0123456789ABCDEF012G", "0123456789ABCDEF01234"):
        assert mask_number(other) == f"(verborgen, {len(other)} tekens)"


GOOD = {
    "registraties": {"id": "R1", "bsn": ANNA, "datum": "2026-03-02", "minuten": "50"},
    "verblijf": {"id": "V1", "bsn": ANNA, "begindatum": "2026-03-02"},
    "toewijzingen": {
        "toewijzingnummer": "1",
        "bsn": ANNA,
        "gemeente": "0384",
        "aanbieder": "65656055",
        "begindatum": "2026-01-01",
        "prestatiecode": "2.1",
    },
}
TABLES = {
    "registraties": (read_registraties, COLUMNS["registraties"]),
    "verblijf": (read_verblijf, COLUMNS["verblijf"]),
    "toewijzingen": (read_toewijzingen, COLUMNS["toewijzingen"]),
}
FORMS = [BRAM, BRAM + "x", f"x{BRAM}", f"{BRAM[:3]}.{BRAM[3:6]}.{BRAM[6:]}", f"{BRAM[:4]} {BRAM[4:]}", f"cliënt {BRAM}"]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("own", [BRAM, "", "R1"], ids=["right", "absent", "swapped"])
def test_a_bsn_in_a_wrong_column_is_not_shown(tmp_path: Path, name: str, form: str, own: str) -> None:
    read, columns = TABLES[name]
    rows = [GOOD[name] | {"bsn": own} | {column: form} for column in columns]
    path = write(tmp_path / "t.csv", table(";".join(columns), rows))
    for record in read([path]):
        uitval = getattr(record, "uitval", None)
        if uitval is not None:
            assert not shown_bsns(";".join(uitval.texts()))


@pytest.mark.parametrize("form", [FORMS[3], FORMS[4]])
def test_an_id_with_a_bsn_in_pieces_is_not_shown(tmp_path: Path, form: str) -> None:
    path = write(tmp_path / "t.csv", table("id;bsn;datum", [{"id": form, "bsn": "", "datum": "2026-03-02"}]))
    (record,) = read_registraties([path])
    assert not shown_bsns(record.uitval.bron)  # type: ignore[union-attr]


def test_values_do_not_show_a_bsn_in_their_repr(tmp_path: Path) -> None:
    from mpj import Registratie, Toewijzing, Verblijf

    day = date(2026, 3, 2)
    values = (
        Registratie("R1", ANNA, day),
        Verblijf("V1", ANNA, day),
        Toewijzing(1, ANNA, "0384", "65656055", day, prestatiecodes=("2.1",)),
    )
    assert not any(shown_bsns(repr(value)) for value in values)
