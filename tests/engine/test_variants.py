"""A product that is bought otherwise from a month on: each prestatie by the variant of its day, a run until its variant ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from engine.test_prestaties import MONTHS, event, granted, reasons
from hypothesis import given, settings
from hypothesis import strategies as st

import mpj
from mpj import Contract, Result, make_contract
from mpj.reading.periods import last_day, month_of, month_text, parse_month
from mpj.verification import MemoryHistory, verify

CODE = "45X01"
PRICES = {
    "week": "150,00",
    "stuk": "125,00",
    "periode": "200,00",
    "gi_maand": "801,25",
    "traject": None,
    "taak": "10,00",
    "uur": "40,00",
}
DAYS = st.dates(date(2025, 11, 1), date(2026, 6, 30))


def bought(*turns: tuple[str, str], gemeente: str = "0384", begin: str = "2021-01-01", end: str = "2030-12-31") -> Contract:
    """One product of which each variant holds from a month to the next."""
    told = {"id": f"R-{gemeente}-{begin}", "protocol": "MPJ-16", "aanbieder": "65656055", "gemeenten": [gemeente]}
    dates = {"begindatum": date.fromisoformat(begin), "einddatum": date.fromisoformat(end)}
    until = [last_day(parse_month(month) - 1).isoformat() for _, month in turns[1:]] + [None]
    rows = [
        {"productcategorie": "45", "productcode": CODE, "variant": variant, "tarief": PRICES[variant]}
        | {"begindatum": f"{month}-01", "einddatum": last}
        for (variant, month), last in zip(turns, until, strict=True)
    ]
    return make_contract({"contract": told | dates}, [], producten=rows)


def run(
    contracts: list[Contract], toewijzingen: list[dict[str, object]], prestaties: list[dict[str, object]], **more: Any
) -> Result:
    """All months up to and with one, in one run."""
    periode = more.pop("periode", "2026-06")
    nalevering = more.pop("nalevering", True)
    given = {"periode": periode, "dagtekening": last_day(parse_month(periode)), "nalevering": nalevering}
    return mpj.declare(contracts, toewijzingen, prestaties=prestaties, **given, **more)


def billed(result: Result) -> dict[str, tuple[str, int, int]]:
    return {month_text(month_of(one.begindatum)): (one.eenheid, one.volume, one.bedrag_cent) for one in result.regels}


def told(*events: tuple[str, str, str]) -> list[dict[str, object]]:
    return [event(name, CODE, day, what) for name, day, what in events]


WEEKS_THEN_PIECES = bought(("week", "2021-01"), ("stuk", "2026-01"))
OPEN = [granted(CODE, "2025-11-03", "2026-12-31")]
"""Without a unit: it takes whatever the product goes in."""


def test_each_is_judged_by_the_variant_of_its_day_and_a_run_ends_with_its_variant() -> None:
    """Three Sundays in December; the week of 4 January has its Sunday where nothing is bought by the week."""
    events = told(
        ("s", "2025-12-08", "start"), ("p", "2026-02-03", "stuk"), ("q", "2025-12-09", "stuk"), ("r", "2026-02-04", "start")
    )
    found = run([WEEKS_THEN_PIECES], OPEN, events)
    assert billed(found) == {"2025-12": ("83", 3, 45_000), "2026-02": ("82", 1, 12_500)}
    assert {one.bron: one.datum for one in found.uitval} == {
        "q": date(2025, 12, 9),
        "s": date(2026, 1, 4),
        "r": date(2026, 2, 4),
    }
    assert {one.reden for one in found.uitval} == {"eenheid_past_niet"}


def test_the_end_of_a_run_is_no_piece_and_the_days_after_the_change_are_told() -> None:
    events = told(("s", "2025-12-08", "start"), ("e", "2026-02-10", "einde"), ("n", "2026-03-10", "einde"))
    found = run([WEEKS_THEN_PIECES], OPEN, events)
    assert billed(found) == {"2025-12": ("83", 3, 45_000), "2026-03": ("82", 1, 12_500)}
    (days,) = found.uitval
    assert (days.bron, days.reden, days.datum, days.datum_tot, days.aantal) == (
        *("s", "eenheid_past_niet"),
        *(date(2026, 1, 1), date(2026, 2, 10), 1),
    )
    assert days.toelichting == "op 2026-01-01 koopt het contract 45X01 als stuk: wat daarvoor begon is daarmee voorbij"


@pytest.mark.parametrize(("einde", "last"), [(None, "2026-01-04"), ("2026-01-02", "2026-01-04"), ("2026-02-10", "2026-02-10")])
def test_the_week_over_the_change_is_told_once(einde: str | None, last: str) -> None:
    """With the days after the change, or alone where the run has no end; in a run of that month alone too."""
    ends = [] if einde is None else [("e", einde, "einde")]
    for more in ({}, {"periode": "2026-01", "nalevering": False}):
        found = run([WEEKS_THEN_PIECES], OPEN, told(("s", "2025-12-08", "start"), *ends), **more)
        (week,) = (one for one in found.uitval if one.bron == "s" and one.reden == "eenheid_past_niet")
        text = "op 2026-01-01 koopt het contract 45X01 als stuk: wat daarvoor begon is daarmee voorbij"
        begin, until = ("2026-01-04" if einde is None else "2026-01-01"), last
        if more and einde != "2026-01-02":  # the days until the end of January, where nothing is billed
            begin, until = "2026-01-01", "2026-01-31"
        assert (str(week.datum), str(week.datum_tot), week.aantal, week.toelichting) == (begin, until, 1, text)


def test_an_end_without_a_start_begins_with_its_variant() -> None:
    """The week of 1 January 2026 has its Sunday on the 4th; what was before is of no week."""
    found = run(
        [bought(("stuk", "2021-01"), ("week", "2026-01"))], OPEN, told(("e", "2026-01-20", "einde"), ("p", "2025-12-03", "einde"))
    )
    assert billed(found) == {"2025-12": ("82", 1, 12_500), "2026-01": ("83", 4, 60_000)}
    assert reasons(found) == []


def test_a_run_does_not_begin_again_with_a_later_row_of_its_variant() -> None:
    contract = bought(("periode", "2021-01"), ("stuk", "2026-02"), ("periode", "2026-04"))
    found = run([contract], OPEN, told(("s", "2025-12-01", "start"), ("e", "2026-05-31", "einde")))
    assert billed(found) == {"2025-12": ("83", 1, 20_000), "2026-01": ("83", 1, 20_000)}
    (aside,) = found.uitval
    assert (aside.bron, aside.datum, aside.datum_tot) == ("s", date(2026, 2, 1), date(2026, 5, 31))


@pytest.mark.parametrize("einde", [None, "2026-02-28"])
def test_what_runs_on_under_another_variant_is_told_to_end_and_to_start(einde: str | None) -> None:
    """1 March is a Sunday: the week that it ends takes nothing from the period that it begins."""
    contract = bought(("week", "2021-01"), ("periode", "2026-03"))
    ends = [] if einde is None else [("e", einde, "einde")]
    found = run([contract], OPEN, told(("s", "2026-02-02", "start"), *ends, ("t", "2026-03-01", "start")), periode="2026-04")
    months = {} if einde is None else {"2026-03": ("83", 1, 20_000), "2026-04": ("83", 1, 20_000)}
    assert billed(found) == {"2026-02": ("83", 3, 45_000)} | months
    told_of = {(one.bron, one.reden) for one in found.uitval}
    assert told_of == {("s", "eenheid_past_niet")} | ({("t", "ongeldig")} if einde is None else set())


def test_a_start_of_a_traject_begins_no_run() -> None:
    """The end of what began later is of that: the traject is 70% of its amount and has no end."""
    contract, grants = (
        bought(("traject", "2021-01"), ("week", "2026-02")),
        [granted(CODE, "2025-11-03", "2026-12-31", budget_cent=1_000_000)],
    )
    events = [event("m", CODE, "2026-01-08", "mijlpaal", 70), *told(("s", "2026-01-05", "start"), ("e", "2026-02-08", "einde"))]
    found = run([contract], grants, events)
    assert billed(found) == {"2026-01": ("83", 700_000, 700_000), "2026-02": ("83", 2, 30_000)}
    assert reasons(found) == [("s", "geen_tijd")]


def test_the_next_contract_buys_it_otherwise() -> None:
    """One contract after another is what one contract of both says, and effort goes over into output too."""
    events = told(("s", "2025-12-08", "start"), ("e", "2026-02-10", "einde"), ("p", "2026-02-03", "stuk"))
    after = bought(("stuk", "2026-01"), begin="2026-01-01")
    one = run([WEEKS_THEN_PIECES], OPEN, events)
    other = run([bought(("week", "2021-01"), end="2025-12-31"), after], OPEN, events)
    assert (billed(one), one.uitval) == (billed(other), other.uitval)
    hours = run([bought(("uur", "2021-01"), end="2025-12-31"), after], OPEN, events)
    assert billed(hours) == {"2026-02": ("82", 2, 25_000)}
    assert reasons(hours) == [("s", "eenheid_past_niet")]


def test_gemeenten_that_buy_it_otherwise_at_the_same_time() -> None:
    """The toewijzing says by which contract; where there is none, what it would be nobody knows."""
    contracts = [bought(("week", "2021-01")), bought(("stuk", "2021-01"), gemeente="0363")]
    grants = [granted(CODE, "2026-03-02", "2026-04-05"), granted(CODE, "2026-04-06", "2026-12-31", 1002) | {"gemeente": "0363"}]
    events = told(
        ("s", "2026-03-02", "start"), ("p", "2026-04-07", "stuk"), ("x", "2026-03-01", "stuk"), ("n", "2027-01-01", "einde")
    )
    found = run(contracts, grants, events)
    assert sorted((one.gemeente, one.begindatum.month, one.eenheid, one.bedrag_cent) for one in found.regels) == [
        ("0363", 4, "82", 12_500),
        ("0384", 3, "83", 60_000),
        ("0384", 4, "83", 15_000),
    ]
    assert ("x", "eenheid_past_niet") in reasons(found)
    (unclear,) = (one for one in found.uitval if one.bron == "x")
    assert unclear.toelichting == "contracten noemen 45X01 zowel stuk als week"


def test_a_toewijzing_keeps_its_unit() -> None:
    grants = [granted(CODE, "2025-11-03", "2026-12-31", volume=1_000_000, eenheid="83", frequentie="6")]
    found = run([WEEKS_THEN_PIECES], grants, told(("s", "2025-12-08", "start"), ("p", "2026-02-03", "stuk")))
    assert billed(found) == {"2025-12": ("83", 3, 45_000)}
    assert reasons(found) == [("p", "eenheid_past_niet"), ("s", "eenheid_past_niet")]


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A product that is bought in two or three ways, each of which may come back."""
    months = ["2021-01", *sorted(draw(st.sets(st.sampled_from(MONTHS[1:-1]), min_size=1, max_size=2)))]
    return bought(*((draw(st.sampled_from(["week", "periode", "stuk", "traject"])), month) for month in months))


@st.composite
def happenings(draw: st.DrawFn, name: str) -> dict[str, object]:
    """Whatever may be told of it, by whatever variant."""
    what = draw(st.sampled_from(["start", "start", "einde", "einde", "stuk", "mijlpaal"]))
    count = draw(st.sampled_from([None, 1, 2, 50])) if what in ("stuk", "mijlpaal") else None
    return event(name, CODE, draw(DAYS).isoformat(), what, count)


@st.composite
def toewijzingen(draw: st.DrawFn, version: int = 0) -> list[dict[str, object]]:
    """One to three, beside and after each other, in a version of their own."""
    grants = []
    for nummer in range(draw(st.integers(1, 3))):
        begin, end = sorted((draw(DAYS), draw(DAYS)))
        limit = {"budget_cent": draw(st.integers(0, 200_000)), "toewijzingsdatum": f"2025-10-{version + 1:02d}"}
        grants.append(granted(CODE, begin.isoformat(), end.isoformat(), 1001 + nummer, **limit))
    return grants


@st.composite
def changes(draw: st.DrawFn) -> tuple[Contract, list[dict[str, object]], list[dict[str, object]]]:
    return draw(contracts()), draw(toewijzingen()), [draw(happenings(f"p{place}")) for place in range(draw(st.integers(1, 7)))]


@given(changes())
@settings(max_examples=80)
def test_nothing_is_lost_billed_twice_or_by_a_variant_of_another_month(
    found: tuple[Contract, list[dict[str, object]], list[dict[str, object]]],
) -> None:
    contract, grants, events = found
    whole = run([contract], grants, events)
    behind = [(row.bron, row.datum) for row in whole.herkomst if row.aantal_eenheden]
    assert len(behind) == len(set(behind))
    assert {row.bron for row in whole.herkomst} | {row.bron for row in whole.uitval} >= {str(one["id"]) for one in events}
    for line in whole.regels:
        row = next(row for row in contract.producten if row.begindatum <= line.begindatum <= row.einddatum)
        price = 1 if row.variant == "traject" else row.tarief_cent
        assert (line.eenheid, line.bedrag_cent) == (row.eenheid, line.volume * (price or 0))
    for message in mpj.messages.declaratieberichten(whole.regels, dagtekening=date(2026, 6, 30)):
        judged = verify(message, [contract], grants, dagtekening=date(2026, 7, 5), history=MemoryHistory())
        assert judged.bevindingen == ()
    if any(row.reden == "budget_overschreden" for row in whole.uitval):
        return  # what does not fit closes a budget for what comes after: without a ledger the next month does not know
    months: list[mpj.Declaratieregel] = []
    for month in MONTHS:
        months += run([contract], grants, events, periode=month, nalevering=False, eerder=months).regels
    own = [(one.toewijzingnummer, one.begindatum, one.volume_bericht, one.bedrag_cent) for one in whole.regels]
    assert sorted(own) == sorted((one.toewijzingnummer, one.begindatum, one.volume_bericht, one.bedrag_cent) for one in months)


def test_verify_accepts_what_is_declared_on_either_side_of_the_change() -> None:
    for month, cent in (("2025-12", 45_000), ("2026-02", 12_500)):
        events = told(("s", "2025-12-08", "start"), ("p", "2026-02-03", "stuk"))
        result = run([WEEKS_THEN_PIECES], OPEN, events, periode=month, nalevering=False)
        assert sum(one.bedrag_cent for one in result.regels) == cent
        (message,) = mpj.messages.declaratieberichten(result.regels, dagtekening=date(2026, 3, 5))
        found = verify(message, [WEEKS_THEN_PIECES], OPEN, dagtekening=date(2026, 3, 10), history=MemoryHistory())
        assert found.bevindingen == ()
