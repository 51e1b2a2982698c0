"""Laws of the year over regions played from any seed: it adds up, it closes, both sides agree, and a closed year stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpj.ledger import Ledger
from mpj.reading.periods import parse_month
from mpj.reports import (
    Gebruiksvraag,
    Jaarbeeld,
    Jaarvraag,
    Vergelijkingsvraag,
    read_benchmark,
    read_kpi,
    read_use,
    read_year,
)
from mpj.reports.year import LINES
from mpj.simulation import Sizes, simulate

COUNTS = ("geleverd", "zonder_prijs", "onleesbaar")


def total(beeld: Jaarbeeld, name: str) -> int:
    return sum(getattr(one, name) for one in beeld.regels)


@pytest.mark.slow
@settings(max_examples=12)
@given(zaad=st.integers(0, 10_000), clienten=st.integers(3, 14), gemeenten=st.integers(1, 3))
def test_the_year_of_any_region(zaad: int, clienten: int, gemeenten: int) -> None:
    sizes = Sizes(zaad=zaad, clienten=clienten, registraties=10 * clienten, aantal_gemeenten=gemeenten)
    with TemporaryDirectory() as name:
        found = simulate(Path(name), van=parse_month("2026-11"), tot=parse_month("2027-01"), sizes=sizes)
        with Ledger(found.aanbieder) as own, Ledger(found.gemeenten) as other:
            for jaar in (2026, 2027):
                adds_up(own, other, jaar)
            limits_hold(own, found.dag)
            groups_agree(own, other)
            traffic_agrees(own, other)
            before = read_year(own, Jaarvraag(jaar=2026))
            own.close_year(2026, op=found.dag)
            after = read_year(own, Jaarvraag(jaar=2026))
            assert (after.regels, after.aansluiting, after.mutaties) == (before.regels, before.aansluiting, ())


def adds_up(own: Ledger, other: Ledger, jaar: int) -> None:
    beeld, theirs = read_year(own, Jaarvraag(jaar=jaar)), read_year(other, Jaarvraag(jaar=jaar))
    for post in LINES:
        assert total(beeld, f"{post}_cent") == sum(one.cent or 0 for one in beeld.aansluiting if one.post == post)
    adding = sum(one.cent or 0 for one in beeld.aansluiting if one.post not in COUNTS)
    assert adding == sum(one.cent or 0 for one in beeld.aansluiting if one.post == "geleverd")
    months_are_the_rows(beeld)
    if not total(beeld, "open_cent"):  # every answer was booked: both have seen the same
        for name in ("ingediend_cent", "toegekend_cent", "afgekeurd_cent", "credit_cent"):
            assert total(beeld, name) == total(theirs, name)
    early = read_year(own, Jaarvraag(jaar=jaar, peildatum=date(2026, 12, 20)))
    assert total(early, "ingediend_cent") == sum(one.ingediend_cent for one in early.regels)
    whole = read_year(own, Jaarvraag(jaar=jaar, peildatum=date(2030, 1, 1)))
    assert whole.regels == beeld.regels


def months_are_the_rows(beeld: Jaarbeeld) -> None:
    """Over months, and over levels, codes and prices, a gemeente comes to the same: what is granted and open."""
    for gemeente in beeld.gemeenten:
        rows = sum(one.toegekend_cent + one.open_cent for one in beeld.regels if one.gemeente == gemeente)
        assert sum(cent for (place, _), cent in beeld.maanden.items() if place == gemeente) == rows
        posts = {one.post: one.cent or 0 for one in beeld.aansluiting if one.gemeente == gemeente}
        assert posts["toegekend"] + posts["open"] == rows


def limits_hold(own: Ledger, op: date) -> None:
    """Of each limit what is used and left is the maximum; what its lines come to in euros is at most the year's."""
    beeld = read_use(own, Gebruiksvraag(op=op))
    for row in beeld.gebruik:
        assert row.maximum is None or row.rest == row.maximum - row.toegekend - row.verzonden - row.concept
    budgets = sum(row.toegekend for row in beeld.gebruik if row.soort == "budget")
    years = [read_year(own, Jaarvraag(jaar=jaar)) for jaar in (2026, 2027)]
    assert budgets <= sum(total(one, "toegekend_cent") for one in years)


def groups_agree(own: Ledger, other: Ledger) -> None:
    """Where both sides have seen the same, they show the same, and nothing of fewer than five clients."""
    asked = Vergelijkingsvraag(van=parse_month("2026-10"), tot=parse_month("2027-03"))
    mine, theirs = read_benchmark(own, asked), read_benchmark(other, asked)
    assert all(row.clienten >= 5 for row in (*mine.metingen, *theirs.metingen))
    if not any(total(read_year(own, Jaarvraag(jaar=jaar)), "open_cent") for jaar in (2026, 2027)):
        assert mine.metingen == theirs.metingen
    for row in mine.metingen:
        if row.maat == "cent_per_client" and row.groep == "aanbieder":
            years = [read_year(own, Jaarvraag(jaar=jaar)) for jaar in (2026, 2027)]
            lines = [one for year in years for one in year.regels if one.prestatiecode == row.prestatiecode]
            assert row.waarde * row.clienten == sum(one.toegekend_cent + one.open_cent for one in lines)


def traffic_agrees(own: Ledger, other: Ledger) -> None:
    """Every declaration is on time, late or open; what waits for an answer is no more with the aanbieder than it sent."""
    van, tot = parse_month("2026-11"), parse_month("2027-01")
    for ledger in (own, other):
        for row in read_kpi(ledger, van, tot).kpis:
            assert (row.binnen_norm or 0) <= row.aantal
            assert row.open >= 0
    sent, received = (
        sum(row.aantal for row in read_kpi(ledger, van, tot).kpis if row.kpi == "indienen_dagen") for ledger in (own, other)
    )
    assert sent == received
