"""The rules of output, on the examples of the standard and against the simplest recomputation that could work."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpj.prestaties.rules import Looptijd, gi_months, milestones, weeks, whole_months
from mpj.reading.periods import first_day, last_day, month_of, month_text

FAR = date(2030, 12, 31)
DAYS = st.dates(date(2021, 1, 1), date(2024, 12, 31))
PERCENTS = st.lists(st.integers(1, 100), max_size=8)


def per_month(begin: str, end: str, cent: int) -> dict[str, int]:
    granted = Looptijd(date.fromisoformat(begin), date.fromisoformat(end))
    found = Counter(month_text(month_of(day)) for _, day in weeks(granted, granted, FAR))
    return {month: count * cent for month, count in found.items()}


@pytest.mark.parametrize(
    ("begin", "end", "cent", "expected"),
    [
        ("2022-04-15", "2022-06-04", 15_000, {"2022-04": 30_000, "2022-05": 90_000}),
        ("2022-04-15", "2022-07-31", 15_000, {"2022-04": 30_000, "2022-05": 75_000, "2022-06": 60_000, "2022-07": 75_000}),
        ("2025-07-07", "2025-09-07", 30_000, {"2025-07": 90_000, "2025-08": 150_000, "2025-09": 30_000}),
        ("2025-07-07", "2025-09-06", 30_000, {"2025-07": 90_000, "2025-08": 180_000}),
        ("2025-10-01", "2025-12-31", 30_000, {"2025-10": 120_000, "2025-11": 150_000, "2025-12": 150_000}),
        ("2025-07-07", "2025-09-05", 30_000, {"2025-07": 90_000, "2025-08": 180_000}),
        ("2026-04-08", "2026-06-17", 30_000, {"2026-04": 90_000, "2026-05": 150_000, "2026-06": 90_000}),
        ("2026-03-02", "2026-03-07", 30_000, {}),
    ],
    ids=["vraag 1", "vraag 2", "E-10", "E-11", "E-13", "E-14", "E-37", "no Sunday"],
)
def test_a_week_belongs_to_the_period_of_its_sunday(begin: str, end: str, cent: int, expected: dict[str, int]) -> None:
    assert per_month(begin, end, cent) == expected


def test_care_that_stops_before_its_toewijzing_is_billed_in_the_period_of_the_sunday() -> None:
    granted = Looptijd(date(2022, 4, 15), date(2022, 12, 31))
    stopped = granted.within(None, date(2022, 5, 31))
    assert stopped is not None
    assert list(weeks(stopped, granted, FAR))[-1] == (date(2022, 6, 5), date(2022, 6, 5))


@given(DAYS, DAYS, DAYS, DAYS)
def test_weeks_agree_with_a_walk_over_days(a: date, b: date, c: date, d: date) -> None:
    begin, end = sorted((a, b))
    granted = Looptijd(begin, end)
    care = granted.within(*sorted((c, d)))
    if care is None or care.einddatum is None:
        return
    sundays = [day for offset in range((end - begin).days + 1) if (day := begin + timedelta(offset)).isoweekday() == 7]
    walked: set[tuple[int, int]] = set()
    billed = []
    day = care.begindatum
    while day <= care.einddatum:
        week = day.isocalendar()[:2]
        if week not in walked and sundays:
            sunday = date.fromisocalendar(*week, 7)
            billed.append(sunday if sunday in sundays else sundays[-1])
        walked.add(week)
        day += timedelta(1)
    assert [day for _, day in weeks(care, granted, FAR)] == billed


@given(DAYS, st.integers(0, 400), DAYS)
def test_a_run_bills_the_weeks_of_its_months_and_no_more(begin: date, length: int, until: date) -> None:
    granted = Looptijd(begin, begin + timedelta(length))
    assert list(weeks(granted, granted, until)) == [week for week in weeks(granted, granted, FAR) if week[1] <= until]


def test_a_gi_is_not_paid_a_broken_first_month_and_is_paid_a_broken_last_one() -> None:
    def found(begin: date, end: date | None) -> list[str]:
        return [month_text(month) for month in gi_months(Looptijd(begin, end), month_of(date(2026, 4, 1)))]

    assert found(date(2026, 1, 15), date(2026, 3, 2)) == ["2026-02", "2026-03"]
    assert found(date(2026, 1, 1), date(2026, 1, 2)) == ["2026-01"]
    assert found(date(2026, 1, 2), date(2026, 1, 31)) == []
    assert found(date(2026, 2, 1), None) == ["2026-02", "2026-03", "2026-04"]


@given(DAYS, DAYS)
def test_months_agree_with_a_walk_over_days(a: date, b: date) -> None:
    begin, end = sorted((a, b))
    care, until = Looptijd(begin, end), month_of(FAR)
    walked = [begin + timedelta(offset) for offset in range((end - begin).days + 1)]
    touched = Counter(map(month_of, walked))
    assert list(whole_months(care, until)) == [
        (month, count == (last_day(month) - first_day(month)).days + 1) for month, count in sorted(touched.items())
    ]
    assert list(gi_months(care, until)) == [month for month in sorted(touched) if first_day(month) in walked]


def test_a_traject_is_paid_in_its_milestones() -> None:
    assert list(milestones(975_000, [70, 30])) == [682_500, 292_500]
    assert list(milestones(100, [33, 33, 34])) == [33, 33, 34]
    assert list(milestones(1_001, [50, 50])) == [501, 500]
    assert list(milestones(975_000, [70, 40, 30, 1])) == [682_500, None, 292_500, None]


@given(st.integers(0, 10_000_000), PERCENTS)
def test_milestones_never_pass_the_assigned_amount(assigned: int, percents: list[int]) -> None:
    worth = list(milestones(assigned, percents))
    paid = [cent for cent in worth if cent is not None]
    share = sum(percent for percent, cent in zip(percents, worth, strict=True) if cent is not None)
    assert share <= 100
    assert all(cent >= 0 for cent in paid)
    assert sum(paid) == assigned if share == 100 else sum(paid) <= assigned
    assert len(worth) == len(percents)


@given(st.integers(0, 10_000_000), PERCENTS)
def test_each_milestone_is_its_percent_to_the_cent(assigned: int, percents: list[int]) -> None:
    share = 0
    for percent, cent in zip(percents, milestones(assigned, percents), strict=True):
        if cent is None:
            continue
        share += percent
        if share < 100:
            assert 2 * abs(100 * cent - assigned * percent) <= 100 or assigned < 100
