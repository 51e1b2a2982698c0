"""The elfproef agrees with python-stdnum, which knows it from its source."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from mpj.reading.fields import is_bsn


def test_the_elfproef_of_many_numbers() -> None:
    numbers = [f"{number:09}" for number in Random(12).sample(range(10**9), 20_000)]
    found = [number for number in numbers if is_bsn(number)]
    assert found == [number for number in numbers if bsn.is_valid(number)]
    assert len(found) > 1_000


@given(st.integers(0, 99) | st.integers(0, 10**9 - 1))
def test_the_elfproef_of_any_number(number: int) -> None:
    text = f"{number:09}"
    assert is_bsn(text) == bsn.is_valid(text)
