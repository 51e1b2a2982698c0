"""What a verification is asked: one list of keywords, read once."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import NOTHING, fields

import mpj
from mpj.reading.profile import Profiel, Tabelprofiel
from mpj.verification import Toetsopdracht
from mpj.verification.opdracht import ToetsopdrachtWords
from verify.support import message, standard_contract, toewijzing

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


def test_a_profile_is_laid_over_toewijzingen_that_are_mappings() -> None:
    """Under a name of the system's own, and with the zeros of a gemeente lost: the same verdict as of our own columns."""
    own = toewijzing()
    theirs = {"Nummer" if name == "toewijzingnummer" else name: text for name, text in own.items()}
    theirs["gemeente"] = theirs["gemeente"].lstrip("0")
    said = Tabelprofiel(kolommen={"Nummer": "toewijzingnummer"}, aanvullen={"gemeente": 4})
    profiel = Profiel({"toewijzingen": said})
    right = mpj.verify(message(), [standard_contract()], [own], dagtekening=DAY)
    found = mpj.verify(message(), [standard_contract()], [theirs], dagtekening=DAY, profiel=profiel)
    assert found.samenvatting["uitkomst"] == "toegekend"
    assert (found.bevindingen, found.samenvatting) == (right.bevindingen, right.samenvatting)
    assert [note.code for note in found.meldingen] == ["profiel_gebruikt"]
