"""A run is a fixed point: sent, answered or not, the same run again makes no line, also where a limit cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.support import Partij, empty_ledger, lines, refs, registratie, toewijzing

PRICES = {"1.1 mbo": "16,74", "1.1 hbo+": "47,44", "2.1 hbo": "24,55"}


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    one = Partij(empty_ledger(tmp_path / "ledger.db"), prices=PRICES)
    one.toewijzingen = [toewijzing(prestatiecode="1.1", budget_cent=11500)]
    return one


def care(name: str, datum: str, minuten: int, niveau: str, **more: Any) -> dict[str, Any]:
    return registratie(name, datum, minuten, niveau, prestatiecode="1.1", **more)


A, B = care("a", "2026-03-06", 45, "hbo+"), care("b", "2026-03-11", 15, "mbo")


def told(result: Any) -> dict[str, str]:
    return {row.bron: row.reden for row in result.uitval}


def test_a_limit_that_closed_stays_closed_while_its_line_waits(partij: Partij) -> None:
    first = partij.run(A, B)
    assert [line[2] for line in lines(first)] == [9488] and told(first) == {"b": "budget_overschreden"}
    messages = partij.send(first)
    for given in ((A, B), (), (B,)):
        again = partij.run(*given)
        assert lines(again) == []
        (row,) = (row for row in again.uitval if row.bron == "b")
        assert row == next(one for one in first.uitval if one.bron == "b")
    partij.book(messages)
    for given in ((A, B), (), (B,)):
        assert lines(partij.run(*given)) == []


def test_a_limit_that_closed_stays_closed_for_what_comes_late_whatever_would_fit(partij: Partij) -> None:
    partij.month(A, B)
    early = care("vroeg", "2026-03-01", 15, "mbo")
    assert lines(partij.run(early)) == []
    assert lines(partij.run(care("april", "2026-04-01", 15, "mbo"), periode="2026-04")) == []


@pytest.mark.slow
def test_a_limit_opens_again_when_the_toewijzing_is_raised(partij: Partij) -> None:
    partij.month(A, B)
    partij.toewijzingen = [toewijzing(prestatiecode="1.1", budget_cent=16000, toewijzingsdatum="2026-04-01")]
    raised = partij.month()
    assert sorted(line[2] for line in lines(raised) if line[0] == "D") == [1674, 14232]
    assert lines(partij.run(A, B)) == []


def test_a_raised_toewijzing_keeps_room_for_the_rest_of_what_waits(partij: Partij) -> None:
    """In steps as in one run: a takes its third unit first, and then nothing is left for b."""
    messages = partij.send(partij.run(A, B))
    partij.toewijzingen = [toewijzing(prestatiecode="1.1", budget_cent=15000, toewijzingsdatum="2026-04-01")]
    assert lines(partij.run(A, B)) == []
    partij.book(messages)
    assert [line[2] for line in lines(partij.month(A, B))] == [9488, 14232]
    assert lines(partij.run(A, B)) == []


def test_a_limit_opens_again_when_the_record_that_closed_it_is_withdrawn(partij: Partij) -> None:
    partij.month(A, B)
    assert sorted(line[2] for line in lines(partij.run(A | {"status": "vervallen"}))) == [1674, 9488]


def test_a_limit_opens_again_when_the_line_that_closed_it_is_rejected_and_its_room_stays(partij: Partij) -> None:
    first = partij.run(A, B)
    partij.settle(first, refs(first.regels))
    opened = partij.run(A, B, care("c", "2026-03-12", 15, "mbo"))
    assert [line[2] for line in lines(opened)] == [1674]
    partij.settle(opened)
    assert lines(partij.run(A, B)) == []
    partij.ledger.resend(refs(first.regels))
    assert [line[2] for line in lines(partij.month(A, B))] == [9488]
    assert lines(partij.run(A, B)) == []


@pytest.mark.parametrize("bij_overschrijding", ["aftoppen", "hele_contacten"])
def test_a_limit_that_took_nothing_of_the_record_that_closed_it_stays_closed(tmp_path: Path, bij_overschrijding: str) -> None:
    """The record that closed it stands on no line, but belongs to one that waits."""
    terms = {"limiet": {"bij_overschrijding": bij_overschrijding}}
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), prices=PRICES, **terms)
    partij.toewijzingen = [toewijzing(prestatiecode="1.1", budget_cent=11500)]
    given = [care("0", "2026-03-02", 30, "hbo+"), A, B]
    messages = partij.send(partij.run(*given))
    assert lines(partij.run(*given)) == []
    partij.book(messages)
    assert lines(partij.run(*given)) == []
