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
from mpj.reports import Jaarbeeld, Jaarvraag, read_year
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
    if not total(beeld, "open_cent"):  # every answer was booked: both have seen the same
        for name in ("ingediend_cent", "toegekend_cent", "afgekeurd_cent", "credit_cent"):
            assert total(beeld, name) == total(theirs, name)
    early = read_year(own, Jaarvraag(jaar=jaar, peildatum=date(2026, 12, 20)))
    assert total(early, "ingediend_cent") == sum(one.ingediend_cent for one in early.regels)
    whole = read_year(own, Jaarvraag(jaar=jaar, peildatum=date(2030, 1, 1)))
    assert whole.regels == beeld.regels
