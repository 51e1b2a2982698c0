"""Numbers of lines and declarations: the same parts, the same number, and nothing takes one for an amount."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpj.engine.lines import FIRST, REFERENTIE, REST, declaration_number, number

FORM = re.compile(r"[A-Z][0-9A-Z]*")


def test_no_two_digests_make_one_number() -> None:
    assert len(set(FIRST)) == len(set(REST)) == 16
    assert FIRST.isalpha() and "E" not in FIRST + REST


@given(st.lists(st.text() | st.integers(), max_size=4), st.sampled_from([12, REFERENTIE]))
def test_no_number_reads_as_a_float(parts: list[object], length: int) -> None:
    made = number(length, *parts)
    assert made == number(length, *parts)
    assert len(made) == length and FORM.fullmatch(made)
    assert not re.search("[0-9]E[0-9]", made)
    for text in (made, made.lower(), made.replace("D", "E")):
        with pytest.raises(ValueError):
            float(text)


def test_the_form_is_fixed_once() -> None:
    """What was sent keeps its number; this is that of every line and declaration from now on."""
    assert number(20, "D", "65656055", 1) == "D8B504H532C50B025425"
    assert declaration_number("65656055", "0384", "2026-03", ["a", "b"], 1) == "C94C9CA5HBDD"
