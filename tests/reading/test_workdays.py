"""Working days, beside a library that is kept for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpj.reading.workdays import after, between, holidays

peer: Any = pytest.importorskip("holidays")


def test_the_public_holidays_are_those_of_a_kept_library() -> None:
    """The Algemene termijnenwet counts Good Friday and every 5 May; the library has both as optional."""
    for year in range(2015, 2060):
        assert holidays(year) == set(peer.country_holidays("NL", years=year, categories=("public", "optional"))), year


@given(first=st.dates(date(2020, 1, 1), date(2040, 1, 1)), count=st.integers(0, 40))
def test_so_many_working_days_after_a_day_is_so_many_between(first: date, count: int) -> None:
    last = after(first, count)
    assert between(first, last) == count
    assert between(last, first) == 0 or last == first
    if count:
        assert between(first, last - timedelta(days=1)) == count - 1
