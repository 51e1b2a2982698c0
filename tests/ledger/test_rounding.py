"""A contract that rounds otherwise in retrospect credits nothing that stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import contract, reasons

from ledger.support import PRICES, Partij, lines, registratie, toewijzing

HBO = "45212"
MARCH = (registratie("a", minuten=50), registratie("b", "2026-03-06", 7), registratie("c", "2026-03-06", 7))


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(tmp_path / "ledger.db", afronding={"kwartier": {"drempel": 5}})


@pytest.mark.parametrize(
    "rounding",
    [
        {"wijze": "naar_boven"},
        {"wijze": "naar_beneden", "minimum": 0},
        {"over": "dag"},
        {"over": "productperiode"},
        {"minimum": 3},
        {"drempel": 20},
        {"drempel": 0},
    ],
    ids=str,
)
def test_a_retroactive_rounding_credits_nothing(partij: Partij, rounding: dict[str, Any]) -> None:
    """Granted, waiting, or with a short contact that did not count: the line stays as it is."""
    short = registratie("d", "2026-03-09", 3)
    partij.toewijzingen = [toewijzing(budget_cent=100000)]
    partij.month(*MARCH, short)
    partij.send(partij.run(registratie("w", "2026-04-02", 22), periode="2026-04"))
    partij.contract = contract(PRICES, afronding={"kwartier": {"drempel": 5} | rounding})
    again = partij.run(*MARCH, short, registratie("w", "2026-04-02", 22), periode="2026-04")
    assert lines(again) == [] and reasons(again) == {"reeds_gedeclareerd": 4, "geen_tijd": 1}
    assert again.samenvatting["ledger"]["wacht_op"] == {}


def test_a_line_that_changes_takes_the_rounding_of_the_contract(partij: Partij) -> None:
    partij.month(*MARCH)
    partij.contract = contract(PRICES, afronding={"kwartier": {"wijze": "naar_boven"}})
    assert lines(partij.run(*MARCH)) == []
    assert lines(partij.agreed(registratie("e", "2026-03-20", 16))) == [("C", HBO, 5 * 2455), ("D", HBO, 8 * 2455)]


def test_a_new_line_takes_the_rounding_of_the_contract(partij: Partij) -> None:
    partij.month(*MARCH)
    partij.contract = contract(PRICES, afronding={"kwartier": {"wijze": "naar_boven"}})
    assert lines(partij.run(registratie("f", "2026-04-02", 16), periode="2026-04")) == [("D", HBO, 2 * 2455)]


def test_hours_keep_their_rounding_too(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "ledger.db")
    partij.toewijzingen = [toewijzing(prestatiecode="4.1")]
    group = registratie("g", minuten=100, niveau=None, prestatiecode="4.1")
    partij.month(group)
    partij.contract = contract(PRICES, afronding={"uur": {"wijze": "naar_beneden"}})
    assert lines(partij.run(group)) == []
