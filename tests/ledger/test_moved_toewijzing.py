"""A toewijzingnummer that moved to another child counts for the former one no more, whatever a run looks at."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import reasons

from ledger.support import Partij, empty_ledger, lines, registratie, toewijzing

OTHER = "999900018"
FORMER = toewijzing(toewijzingsdatum="2026-01-10", budget_cent=90000)
NOW = toewijzing(bsn=OTHER, toewijzingsdatum="2026-02-10", budget_cent=90000)


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    """The number was given to one child, then to another."""
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    partij.toewijzingen = [FORMER]
    partij.month(registratie("a", "2026-02-05"), periode="2026-02")
    partij.toewijzingen = [NOW]
    assert lines(partij.month(registratie("b", bsn=OTHER), periode="2026-03")) == [("D", "45212", 9820)]
    return partij


def test_a_late_record_of_the_former_child_is_not_billed_on_it(partij: Partij) -> None:
    """The run gives no toewijzingen, and looks at the former child alone."""
    partij.toewijzingen = []
    late = partij.run(registratie("c", "2026-03-09"))
    assert (lines(late), reasons(late)) == ([], {"geen_toewijzing": 1, "reeds_gedeclareerd": 1})


def test_an_old_export_does_not_give_it_back(partij: Partij) -> None:
    partij.toewijzingen = [FORMER]
    late = partij.run(registratie("c", "2026-03-09"))
    assert (lines(late), reasons(late)) == ([], {"geen_toewijzing": 1, "reeds_gedeclareerd": 1})


def test_the_child_that_has_it_now_is_billed(partij: Partij) -> None:
    partij.toewijzingen = [FORMER]
    assert lines(partij.run(registratie("d", "2026-04-09", bsn=OTHER), periode="2026-04")) == [("D", "45212", 9820)]
