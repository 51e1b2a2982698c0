"""What was paid, in the year: no cent is lost between the payments of the ledger and the rows of its years."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ledger.support import Partij, refs, registratie, toewijzing
from sqlalchemy import select

from mpj.ledger import schema
from mpj.ledger.rows import add
from mpj.ledger.year import spread
from mpj.reports import Jaarbeeld, Jaarvraag, read_year
from mpj.reports.year import stages
from reports.test_laws import months_are_the_rows


@given(cent=st.integers(-(10**9), 10**9), amounts=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=9))
@example(cent=5, amounts=[3, -3])
def test_the_parts_are_the_whole(cent: int, amounts: list[int]) -> None:
    assert sum(spread(cent, amounts)) == cent
    whole = list(spread(sum(amounts), amounts))
    assert whole == amounts if sum(amounts) else sum(whole) == 0


def two_years(path: Path) -> Partij:
    """A line of 2025 and lines of 2026 at two levels, one of them rejected; a correction with its credit; all was answered."""
    partij = Partij(path / "l.db", prices={"2.1 hbo": "24,55", "2.1 wo": "31,20"})
    partij.toewijzingen = [toewijzing(1, begindatum="2025-01-01", einddatum="2026-12-31")]
    partij.month(registratie("a", "2025-12-05"), periode="2025-12")
    march = partij.run(registratie("b", "2026-03-05"), registratie("c", "2026-03-06", niveau="wo"), registratie("d", "2026-04-07"))
    partij.settle(march, refs(march.regels)[:1])
    partij.month(registratie("b", "2026-03-05", 90), registratie("a", "2025-12-05", 75), periode="2026-04")
    return partij


def pay(partij: Partij, paid: list[int], day: str = "2026-05-01") -> int:
    """Couple amounts to the declarations, in their order; returns what was paid."""
    with partij.ledger.database.transaction(write=True) as connection:
        numbers = list(connection.scalars(select(schema.declaratie.c.id).order_by(schema.declaratie.c.id)))
        named = {
            "rekening": "NL00TEST0123456789",
            "gemeenten": "0384",
            "omschrijving": "",
            "kenmerk": "",
            "nummers": "",
            "hand": False,
        }
        pairs = [(number, cent) for number, cent in zip(numbers, paid, strict=False) if cent]
        rows = [{"id": place, "datum": date.fromisoformat(day), "cent": cent, **named} for place, (_, cent) in enumerate(pairs, 1)]
        add(connection, schema.betaling, rows)
        couplings = [{"betaling_id": place, "declaratie_id": number, "cent": cent} for place, (number, cent) in enumerate(pairs, 1)]
        add(connection, schema.koppeling, couplings)
    return sum(cent for _, cent in pairs)


def years(partij: Partij, peildatum: date | None = None) -> list[Jaarbeeld]:
    return [read_year(partij.ledger, Jaarvraag(jaar=jaar, peildatum=peildatum)) for jaar in (2025, 2026)]


@pytest.mark.slow
@given(paid=st.lists(st.integers(-5000, 40_000), min_size=3, max_size=3))
@example(paid=[0, 12_345, 1])
def test_what_was_paid_is_in_the_years_to_the_cent(paid: list[int]) -> None:
    with TemporaryDirectory() as name:
        partij = two_years(Path(name))
        total = pay(partij, paid)
        rows = [row for beeld in years(partij) for row in beeld.regels]
        if any(paid):
            assert sum(row.betaald_cent or 0 for row in rows) == total
        else:
            assert {row.betaald_cent for row in rows} == {None}


def test_months_are_the_rows_of_a_year(tmp_path: Path) -> None:
    partij = two_years(tmp_path)
    partij.run(registratie("e", "2026-05-05"), periode="2026-05")
    for beeld in (*years(partij), *years(partij, date(2026, 4, 10))):
        assert beeld.maanden
        months_are_the_rows(beeld)


def test_what_was_paid_whole_is_what_was_granted(tmp_path: Path) -> None:
    partij = two_years(tmp_path)
    assert {row.betaald_cent for beeld in years(partij) for row in beeld.regels} == {None}, "no payment is known"
    pay(partij, [one.toegekend_cent or 0 for one in partij.ledger.paid()[0]])
    for beeld in years(partij):
        assert [row.betaald_cent for row in beeld.regels] == [row.toegekend_cent for row in beeld.regels]
    assert {row.betaald_cent for beeld in years(partij, date(2026, 4, 30)) for row in beeld.regels} == {None}, "paid in May"


def test_a_payment_of_what_was_rejected_is_left_out_of_no_row(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db", prices={"2.1 hbo": "24,55"})
    partij.toewijzingen = [toewijzing(1)]
    march = partij.run(registratie("a"))
    partij.settle(march, refs(march.regels))
    partij.settle(partij.run(registratie("a", minuten=90), periode="2026-04"))
    pay(partij, [700])
    assert sum(row.betaald_cent or 0 for row in years(partij)[1].regels) == 700


def test_the_stages_of_payments_are_those_of_the_year(tmp_path: Path) -> None:
    partij = two_years(tmp_path)
    with partij.ledger.database.transaction(write=False) as connection:
        found = stages(connection, 2026)["0384"]
    beeld = years(partij)[1]
    delivered = sum(one.cent or 0 for one in beeld.aansluiting if one.post == "geleverd")
    assert found == (delivered, sum(one.toegekend_cent for one in beeld.regels))
