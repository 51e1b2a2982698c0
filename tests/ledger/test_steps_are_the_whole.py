"""A ledger in steps equals one run over everything: a run looks at every month that a decision can reach."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import contract

import mpj
from ledger.support import PRICES, Partij, empty_ledger, lines, registratie, toewijzing

HBO = "45212"
PLAN = registratie("PLAN", "2026-03-31", status="gepland", afspraak="k")
REAL = registratie("REAL", "2026-04-01", afspraak="k")


def planned(path: Path, wijze: str = "planning-tenzij", **more: object) -> Partij:
    return Partij(empty_ledger(path / "ledger.db"), declaratie={"registratiewijze": wijze, **more})


@pytest.mark.slow
def test_one_afspraak_over_a_months_border(tmp_path: Path) -> None:
    partij = planned(tmp_path)
    partij.month(PLAN)
    april = partij.run(REAL, periode="2026-04")
    assert [(line.debetcredit, str(line.begindatum), line.bedrag_cent) for line in april.regels] == [
        ("C", "2026-03-01", 9820),
        ("D", "2026-04-01", 9820),
    ]
    assert {row.bron: row.reden for row in april.uitval} == {"PLAN": "vervangen"}
    partij.settle(april)
    for given_ in ((), (PLAN,), (REAL,), (PLAN, REAL)):
        assert lines(partij.run(*given_, periode="2026-04")) == []
    # A change in March alone is judged with April beside it.
    partij.toewijzingen = [toewijzing(budget_cent=90000, toewijzingsdatum="2026-05-01")]
    assert lines(partij.run(periode="2026-04")) == []


def test_one_afspraak_cancelled_in_the_next_month_is_one_credit_that_stays(tmp_path: Path) -> None:
    partij = planned(tmp_path)
    partij.month(PLAN)
    gone = REAL | {"status": "geannuleerd"}
    assert lines(partij.month(gone, periode="2026-04")) == [("C", HBO, 9820)]
    for given_ in ((), (PLAN,), (gone,)):
        assert lines(partij.run(*given_, periode="2026-04")) == []
    assert lines(partij.run(REAL | {"status": "vervallen"}, periode="2026-04")) == [("D", HBO, 9820)]


def test_a_record_that_leaves_its_afspraak_lets_the_plan_count_again(tmp_path: Path) -> None:
    partij = planned(tmp_path)
    partij.month(PLAN)
    partij.month(REAL, periode="2026-04")
    assert lines(partij.run(REAL | {"afspraak": ""}, periode="2026-04")) == [("D", HBO, 9820)]


CARE = st.tuples(
    st.sampled_from("abcdef"),
    st.sampled_from(["03-30", "03-31", "04-01", "04-02", "05-01"]),
    st.sampled_from([20, 50, 60]),
    st.sampled_from(["gepland", "gepland", "gerealiseerd", "geannuleerd", "vervallen"]),
    st.sampled_from(["k", "l", ""]),
)


def record(care: tuple[str, str, int, str, str]) -> dict[str, Any]:
    name, day, minuten, status, afspraak = care
    return registratie(name, f"2026-{day}", minuten, status=status, afspraak=afspraak)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.lists(CARE, max_size=3, unique_by=lambda one: one[0]), min_size=2, max_size=4),
    wijze=st.sampled_from(["planning", "planning-tenzij"]),
    bevestiging=st.booleans(),
    over=st.sampled_from(["contact", "dag", "productperiode"]),
)
def test_steps_equal_the_whole(steps: list[list[Any]], wijze: str, bevestiging: bool, over: str) -> None:
    """Whatever comes in whatever run: what stands in the end is what one run over the newest content of all of it declares."""
    terms: dict[str, Any] = {"declaratie": {"registratiewijze": wijze, "bevestiging": bevestiging}}
    terms["afronding"] = {"kwartier": {"over": over}}
    partij = Partij("sqlite://", **terms)
    newest: dict[str, dict[str, Any]] = {}
    standing: Counter[tuple[str, int]] = Counter()
    for number, step in enumerate([*steps, []]):
        given_ = [record(one) for one in step]
        newest |= {one["id"]: one for one in given_}
        result = partij.month(*given_, periode=f"2026-0{5 + number}")
        for line in result.regels:
            standing[str(line.begindatum), line.bedrag_cent] += 1 if line.debetcredit == "D" else -1
        assert lines(partij.run(periode=f"2026-0{5 + number}")) == []
    whole = mpj.declare(
        [contract(PRICES, **terms)],
        partij.toewijzingen,
        list(newest.values()),
        periode="2026-09",
        dagtekening=date(2026, 9, 30),
        nalevering=True,
    )
    assert +standing == Counter((str(line.begindatum), line.bedrag_cent) for line in whole.regels)
    assert min(standing.values(), default=0) >= 0
    partij.ledger.close()
