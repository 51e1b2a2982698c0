"""What a verification is asked: one list of keywords, read once."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import NOTHING, fields

from mpj.verification import Toetsopdracht
from mpj.verification.opdracht import ToetsopdrachtWords

DAY = date(2026, 4, 10)


def test_every_keyword_is_an_attribute_and_the_other_way_round() -> None:
    assert [one.name for one in fields(Toetsopdracht)] == list(ToetsopdrachtWords.__annotations__)
    assert [one.name for one in fields(Toetsopdracht) if one.default is NOTHING] == ["dagtekening"]


def test_without_a_date_or_with_an_unknown_word_it_is_refused() -> None:
    with pytest.raises(TypeError, match="dagtekening"):
        Toetsopdracht()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="datum"):
        Toetsopdracht(dagtekening=DAY, datum=DAY)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="onbeoordeeld"):
        Toetsopdracht(dagtekening=DAY, onbeoordeeld="misschien")
