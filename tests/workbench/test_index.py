"""Indexation: a new dated set of cells that loads without a fault."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scenarios import Dice, draw_contracts

import mpj
from mpj.contract.matrix import by_place, tarieven_row, valid_on
from mpj.reading.faults import InputError
from mpj.workbench.diff.comparison import compare
from mpj.workbench.index.figures import Indexcijfer, weighed, weights
from mpj.workbench.index.indexation import STAPPEN, Bestaande, Veelvoud, index_cells
from workbench.support import codes, make

MATRIX = """
A 2.1 hbo 2026-01-01 2026-06-30 24,00
A 2.1 hbo 2026-07-01 ..         24,55
A 2.1 wo  2026-01-01 ..         uitgesloten
A 10.1 -  2026-01-01 ..         61,50
"""
UNIT: dict[str, Any] = {"normtijd": {"10.1": "hele_dag"}}
PERCENTAGE = Fraction(342, 100)


def rows(text: str, *args: object, **options: str) -> list[tuple[str, ...]]:
    contract = make(text, **UNIT)
    result = index_cells(contract, *args, **options)  # type: ignore[arg-type]
    return [tuple(tarieven_row(contract, cel).values())[1:] for cel in result.cellen]


def test_old_cells_are_closed_and_new_ones_follow() -> None:
    assert rows(MATRIX, PERCENTAGE, date(2027, 1, 1)) == [
        ("2.1", "hbo", "2026-01-01", "2026-06-30", "24,00"),
        ("2.1", "hbo", "2026-07-01", "2026-12-31", "24,55"),
        ("2.1", "hbo", "2027-01-01", "", "25,39"),  # 24,55 x 1,0342 = 25,38961
        ("2.1", "wo", "2026-01-01", "", "uitgesloten"),
        ("10.1", "", "2026-01-01", "2026-12-31", "61,50"),
        ("10.1", "", "2027-01-01", "", "63,60"),  # 63,6033, and an even number of cents
    ]


@pytest.mark.parametrize(
    ("price", "percentage", "afronding", "expected"),
    [
        ("10,00", "1,25", "cent", "10,13"),  # 10,125: half up
        ("10,00", "-1,25", "cent", "9,88"),  # 9,875: half up
        ("10,00", "1,24", "cent", "10,12"),
        ("24,55", "3,42", "vijf_cent", "25,40"),
        ("24,55", "3,42", "tien_cent", "25,40"),
        ("24,55", "3,42", "euro", "25,00"),
        ("0,01", "3", "cent", "0,01"),
    ],
)
def test_rounding_is_exact_and_half_up(price: str, percentage: str, afronding: str, expected: str) -> None:
    exact = Fraction(percentage.replace(",", "."))
    found = rows(f"A 2.1 hbo 2026-01-01 .. {price}", exact, date(2027, 1, 1), afronding=afronding)
    assert found[-1][-1] == expected


def test_the_rule_is_said_in_words() -> None:
    rule = index_cells(make(MATRIX, **UNIT), PERCENTAGE, date(2027, 1, 1)).regel
    assert "(1 + 3,42/100)" in rule
    assert "half omhoog" in rule


def test_prices_that_begin_later_are_refused_replaced_or_taken_along() -> None:
    text = "A 2.1 hbo 2026-01-01 2026-12-31 24,00\nA 2.1 hbo 2027-01-01 .. 30,00"
    with pytest.raises(InputError) as caught:
        rows(text, Fraction(10), date(2026, 7, 1))
    assert codes(caught.value.faults) == ["prijs_bestaat_al"]
    replaced = rows(text, Fraction(10), date(2026, 7, 1), bestaande="vervangen")
    assert [row[-1] for row in replaced] == ["24,00", "26,40"]
    taken = rows(text, Fraction(10), date(2026, 7, 1), bestaande="meenemen")
    assert [row[-1] for row in taken] == ["24,00", "26,40", "33,00"]


@pytest.mark.parametrize(
    ("percentage", "vanaf", "code"),
    [
        (Fraction(0), date(2027, 1, 1), "percentage_onjuist"),
        (Fraction(-100), date(2027, 1, 1), "percentage_onjuist"),
        (Fraction(3), date(2027, 1, 15), "datum_onjuist"),
        (Fraction(3), date(2028, 1, 1), "datum_onjuist"),
        (Fraction(3), date(2026, 1, 1), "datum_onjuist"),
        (Fraction(-9999, 100), date(2027, 1, 1), "tarief_onjuist"),
        (Fraction(9_000_000_00), date(2027, 1, 1), "tarief_onjuist"),
    ],
)
def test_refusals(percentage: Fraction, vanaf: date, code: str) -> None:
    with pytest.raises(InputError) as caught:
        index_cells(make("A 2.1 hbo 2026-01-01 .. 24,00", **UNIT), percentage, vanaf)
    assert code in codes(caught.value.faults)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(get_args(Bestaande)), st.sampled_from(list(STAPPEN)), st.integers(-500, 2000))
def test_indexed_contracts_load_without_a_fault(data: st.DataObject, bestaande: Bestaande, afronding: str, points: int) -> None:
    """On random contracts; before the date nothing changes, after it every price is what the rule says."""
    offer = draw_contracts(Dice(data.draw), date(2026, 3, 1))[0]
    contract = mpj.make_contract(offer.spec.toml, offer.spec.tarieven, offer.spec.codes)
    vanaf = data.draw(st.sampled_from([date(2026, 3, 1), date(2026, 4, 1), date(2027, 1, 1)]))
    try:
        result = index_cells(contract, Fraction(points, 100), vanaf, afronding=afronding, bestaande=bestaande)
    except InputError:
        assume(False)
        return
    table = [dict(tarieven_row(contract, cel)) for cel in result.cellen]
    again = mpj.make_contract(offer.spec.toml, table, offer.spec.codes)
    assert all(row.begindatum >= vanaf for row in compare(contract, again).cellen)
    for place, cells in by_place(again).items():
        for change in result.wijzigingen:
            if (change.perceel, change.prestatiecode, change.kwalificatieniveau) == place:
                cel = valid_on(cells, change.begindatum)
                assert cel is not None
                assert cel.tarief_cent == change.nieuw_cent
                assert abs(change.nieuw_cent - change.exact) <= STAPPEN[afronding]


def figures(vorig: tuple[str, str, str, str] | None) -> tuple[Indexcijfer, Indexcijfer]:
    """OVA and PPC as published for 2025."""
    ova, ppc = (tuple(map(Fraction, pair)) for pair in (vorig[:2], vorig[2:])) if vorig else (None, None)
    ova_weight, ppc_weight = weights()["ova"], weights()["ppc"]
    return (
        Indexcijfer("OVA", Fraction("4.18"), ova_weight, ova),  # type: ignore[arg-type]
        Indexcijfer("PPC", Fraction("1.82"), ppc_weight, ppc),  # type: ignore[arg-type]
    )


def test_last_year_is_put_right_by_a_quotient_and_then_weighed() -> None:
    """4,91 as published for 2025; plain subtraction gives 4,957."""
    found = weighed(figures(("4.94", "6.00", "2.51", "3.10"))).procent
    assert round(found, 4) == Fraction("4.9106")
    assert (
        round(Fraction("4.18") * 90 / 100 + Fraction("1.82") * 10 / 100, 3) == weighed(figures(None)).procent == Fraction("3.944")
    )


@pytest.mark.parametrize(
    ("deelbaar_door", "expected"), [("minuut", ["25,35", "80,40"]), (5, ["25,40", "80,65"]), (60, ["25,20", "80,40"])]
)
def test_a_price_of_time_is_a_multiple_of_its_minutes(deelbaar_door: Veelvoud, expected: list[str]) -> None:
    contract = make("A 2.1 hbo 2026-01-01 .. 24,55\nA 4.1 - 2026-01-01 .. 78,00\nA 8.1 - 2026-01-01 .. 182,40")
    result = index_cells(contract, PERCENTAGE, date(2027, 1, 1), deelbaar_door=deelbaar_door)
    new = [tarieven_row(contract, cel)["tarief"] for cel in result.cellen if cel.begindatum == date(2027, 1, 1)]
    assert new == [*expected, "188,64"]  # no price of time: to the cent
