"""A product that is bought otherwise from a month on, through the ledger: month by month, corrected, and by one contract alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine.test_prestaties import granted
from engine.test_variants import CODE, OPEN, WEEKS_THEN_PIECES, bought, contracts, happenings, toewijzingen
from engine.test_variants import told as events
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from ledger.support import Partij, empty_ledger, lines
from ledger.test_output import month, reasons, steps_equal_the_whole, told
from mpj import Contract

MONTHS = 7


@pytest.fixture
def one(tmp_path: Path) -> Partij:
    """Three weeks of December are granted."""
    party = Partij(empty_ledger(tmp_path / "ledger.db"))
    party.contract, party.toewijzingen = WEEKS_THEN_PIECES, list(OPEN)
    assert told(month(party, "2025-12", *START)) == [("D", "2025-12", 45_000)]
    return party


START = events(("s", "2025-12-08", "start"))


def test_what_was_bought_by_the_week_ends_and_goes_on_in_pieces(one: Partij) -> None:
    assert told(month(one, "2026-01", *START)) == []
    assert told(month(one, "2026-02", *START, *events(("p", "2026-02-03", "stuk")))) == [("D", "2026-02", 12_500)]
    assert told(month(one, "2026-03", *events(("e", "2026-03-10", "einde")))) == []


def test_an_end_that_comes_late_credits_what_went_too_far(one: Partij) -> None:
    """It lies before the change, whenever it comes; moved beyond it all weeks of the variant stand again."""
    late = month(one, "2026-03", *events(("e", "2025-12-14", "einde")))
    assert told(late) == [("C", "2025-12", 45_000), ("D", "2025-12", 15_000)]
    moved = month(one, "2026-04", *events(("e", "2026-03-10", "einde")))
    assert told(moved) == [("C", "2025-12", 15_000), ("D", "2025-12", 45_000)]


def test_a_contract_that_changes_in_retrospect_credits_nothing_by_itself(one: Partij) -> None:
    one.contract = bought(("stuk", "2021-01"))
    result = one.agreed(periode="2026-01", prestaties=START, akkoord=[])
    assert lines(result) == []
    assert reasons(result) == [("s", "eenheid_past_niet")]
    (held,) = result.meldingen
    assert "(45000 cent, 2025-12) is toegekend en blijft staan: het product telt nu anders" in str(held)
    assert result.samenvatting["ledger"]["te_beslissen"]["contract"]["op_het_spel_cent"] == 45_000


def test_a_call_with_the_next_contract_alone_leaves_what_stands(one: Partij) -> None:
    one.contract = bought(("stuk", "2026-01"), begin="2026-01-01")
    january = month(one, "2026-01", *events(("p", "2026-01-08", "stuk")))
    assert told(january) == [("D", "2026-01", 12_500)]
    one.contract = WEEKS_THEN_PIECES
    assert told(month(one, "2026-02", *events(("q", "2026-02-08", "stuk")))) == [("D", "2026-02", 12_500)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, object]]], Contract]:
    runs, assigned, current = [], [], draw(toewijzingen())
    for number in range(MONTHS):
        names = draw(st.lists(st.sampled_from("abcdef"), max_size=3, unique=True))
        runs.append([draw(happenings(name)) for name in names])
        if number and draw(st.integers(0, 3)) == 0:
            current = draw(toewijzingen(number))
        assigned.append(current)
    return runs, assigned, draw(contracts())


REPLACED = (
    [events(("b", "2025-12-12", "start")), *([[]] * (MONTHS - 1))],
    [[granted(CODE, "2026-02-16", "2026-03-23", 1002)]] * 3 + [[granted(CODE, "2025-11-14", "2026-05-04", 1001)]] * (MONTHS - 3),
    bought(("periode", "2021-01")),
)
"""Later files name another toewijzing, and not the first, which goes on to break the months that it shares."""


@pytest.mark.slow
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@example(REPLACED)
@given(histories())
def test_steps_equal_the_whole(history: tuple[list[list[dict[str, Any]]], list[list[dict[str, object]]], Contract]) -> None:
    one = Partij("sqlite://")
    steps_equal_the_whole(one, *history)
    one.ledger.close()
