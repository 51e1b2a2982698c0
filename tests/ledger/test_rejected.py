"""A rejected line goes out again only when what it depends on changed, and the run counts what goes out again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.support import Partij, empty_ledger, lines, refs, registratie, toewijzing


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    one = Partij(empty_ledger(tmp_path / "ledger.db"))
    one.toewijzingen = [toewijzing(toewijzingsdatum="2026-01-01", reden_wijziging="05")]
    first = one.run(registratie("a"))
    one.settle(first, refs(first.regels))
    return one


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"toewijzingsdatum": "2026-05-01"},
        {"toewijzingsdatum": "2026-01-01", "toewijzingstijd": "10:00"},
        {"reden_wijziging": "06"},
    ],
)
def test_a_stamp_sends_nothing_again(partij: Partij, changes: dict[str, Any]) -> None:
    partij.toewijzingen = [toewijzing(**{"toewijzingsdatum": "2026-01-02", "reden_wijziging": "05"} | changes)]
    result = partij.run(registratie("a"))
    assert lines(result) == []
    (row,) = result.uitval
    assert (row.reden, row.vervolg, row.waarde_cent) == ("afgekeurd", "herstel", 9820)
    assert result.samenvatting["ledger"]["opnieuw_ingediend"] == 0
    # It counts as rejected, once.
    assert partij.ledger.work()["totaal_cent"] == 9820


@pytest.mark.parametrize("changes", [{"budget_cent": 50000}, {"einddatum": "2026-11-30"}, {"perceel": "A"}])
def test_what_a_line_depends_on_sends_it_again_and_is_counted(partij: Partij, changes: dict[str, Any]) -> None:
    partij.toewijzingen = [toewijzing(toewijzingsdatum="2026-05-01", **changes)]
    result = partij.run()
    assert lines(result) == [("D", "45212", 9820)]
    told = result.samenvatting["ledger"]
    assert (told["opnieuw_ingediend"], told["opnieuw_ingediend_cent"]) == (1, 9820)
