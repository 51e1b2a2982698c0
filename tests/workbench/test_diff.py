"""Two matrices cell by cell."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenarios import Dice, draw_contracts

import mpj
from mpj.contract import Contract
from mpj.workbench.diff.comparison import compare
from mpj.workbench.diff.report import cells
from mpj.workbench.show.overview import overview
from workbench.support import csv_rows, make

OLD = """
A 2.1 hbo  2026-01-01 2026-12-31 24,55
A 2.1 hbo  2027-01-01 ..         25,40
A 2.1 wo   2026-01-01 ..         31,00
A 2.1 ams  2026-01-01 ..         uitgesloten
A 4.1 -    2026-01-01 ..         16,80
"""
NEW = """
A 2.1 hbo  2026-01-01 2026-12-31 24,55
A 2.1 hbo  2027-01-01 ..         26,40
A 2.1 wo   2026-01-01 2026-06-30 31,00
A 2.1 wo   2026-07-01 ..         uitgesloten
A 2.1 wo+  2026-01-01 ..         40,00
"""


def test_cells_by_size_with_euros_and_percent() -> None:
    result = compare(make(OLD), make(NEW))
    assert csv_rows(cells(result)) == [
        ("A", "2.1", "wo+", "2026-01-01", "2027-12-31", "verschenen", "", "4000", "", ""),
        ("A", "2.1", "wo", "2026-07-01", "2027-12-31", "uitgesloten", "3100", "", "", ""),
        ("A", "4.1", "", "2026-01-01", "2027-12-31", "verdwenen", "1680", "", "", ""),
        ("A", "2.1", "hbo", "2027-01-01", "2027-12-31", "gewijzigd", "2540", "2640", "100", "3,94"),
        ("A", "2.1", "ams", "2026-01-01", "2027-12-31", "uitsluiting_vervallen", "", "", "", ""),
    ]
    assert result.cellen[3].procent == Fraction(10000, 2540)


def test_the_first_deviating_cell_is_first_in_the_matrix() -> None:
    first = compare(make(OLD), make(NEW)).eerste
    assert first is not None
    assert (first.place, first.begindatum) == (("A", "2.1", "hbo"), date(2027, 1, 1))


def test_what_it_does_to_the_billed_level() -> None:
    moved = compare(make(OLD), make(NEW)).niveaus
    assert [(row.geleverd, row.begindatum, row.einddatum, row.oud, row.nieuw, row.oud_cent, row.nieuw_cent) for row in moved] == [
        ("wo", date(2026, 7, 1), date(2026, 12, 31), "wo", "hbo", 3100, 2455),
        ("wo", date(2027, 1, 1), date(2027, 12, 31), "wo", "hbo", 3100, 2640),
        ("wo+", date(2026, 1, 1), date(2027, 12, 31), "wo", "wo+", 3100, 4000),
        ("ams", date(2026, 1, 1), date(2027, 12, 31), "wo", "wo+", 3100, 4000),
    ]


def test_a_normtijd_that_differs_is_not_compared_in_percent() -> None:
    old = make("A 10.2 - 2026-01-01 .. 16,00", normtijd={"10.2": "stuk"})
    new = make("A 10.2 - 2026-01-01 .. 18,00", normtijd={"10.2": "uur"})
    (cel,) = compare(old, new).cellen
    assert (cel.soort, cel.procent, cel.verschil_cent) == ("eenheid_gewijzigd", None, None)
    assert [row.naam for row in compare(old, new).instellingen] == ["normtijd 10.2"]


def test_contracts_that_do_not_meet_are_compared_at_two_moments() -> None:
    old = make("A 2.1 hbo 2025-01-01 .. 24,00", contract={"begindatum": date(2025, 1, 1), "einddatum": date(2025, 12, 31)})
    new = make("A 2.1 hbo 2026-01-01 .. 25,00")
    result = compare(old, new)
    assert result.momenten == (date(2025, 12, 31), date(2026, 1, 1))
    assert [(cel.oud_cent, cel.nieuw_cent) for cel in result.cellen] == [(2400, 2500)]


def test_one_contract_at_two_moments() -> None:
    contract = make(OLD)
    result = compare(contract, contract, oud_op=date(2026, 12, 31), nieuw_op=date(2027, 1, 1))
    assert [(cel.kwalificatieniveau, cel.verschil_cent) for cel in result.cellen] == [("hbo", 85)]


def contracts_of(data: st.DataObject) -> list[Contract]:
    offers = draw_contracts(Dice(data.draw), date(2026, 3, 1))
    return [mpj.make_contract(offer.spec.toml, offer.spec.tarieven, offer.spec.codes) for offer in offers]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_equal_is_empty_and_diff_is_symmetric(data: st.DataObject) -> None:
    for left in contracts_of(data):
        assert compare(left, left).gelijk
        for right in contracts_of(data)[:1]:
            if max(left.begindatum, right.begindatum) > min(left.einddatum, right.einddatum):
                continue
            there, back = compare(left, right), compare(right, left)
            assert {(*row.place, row.begindatum, row.einddatum, row.oud_cent, row.nieuw_cent) for row in there.cellen} == {
                (*row.place, row.begindatum, row.einddatum, row.nieuw_cent, row.oud_cent) for row in back.cellen
            }
            assert {
                (row.perceel, row.prestatiecode, row.geleverd, row.begindatum, row.oud, row.nieuw) for row in there.niveaus
            } == {(row.perceel, row.prestatiecode, row.geleverd, row.begindatum, row.nieuw, row.oud) for row in back.niveaus}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_same_hash_means_no_difference_and_the_reverse(data: st.DataObject) -> None:
    """What decides a bill shows in hash and comparison alike."""
    first = contracts_of(data)
    for left in first:
        for right in [*first, *contracts_of(data)]:
            if compare(left, right).gelijk:
                assert overview(left).hash == overview(right).hash
            if overview(left).hash != overview(right).hash:
                assert not compare(left, right).gelijk
