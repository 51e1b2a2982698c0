"""The worked table of docs/steps.md, literally."""

from __future__ import annotations

import pytest
from world import contract, declare, only, reasons, registratie, toewijzing

from mpj.protocol import MPJ_16, Afronding
from mpj.protocol.rounding import round_minutes, shares
from mpj.tariefkaart import billed_level

STANDARD = Afronding("rekenkundig", "contact", 1, 0)
PRICE = {"2.1 hbo": "24,55"}


@pytest.mark.parametrize(("minutes", "units"), [(10, 1), (50, 3), (7, 1), (8, 1), (22, 1), (23, 2), (0, 0)])
def test_round(minutes: int, units: int) -> None:
    assert round_minutes(minutes, 15, STANDARD) == units
    result = declare(contract(PRICE), [toewijzing()], [registratie(minuten=minutes)])
    assert [line.volume for line in result.regels] == ([units] if units else [])
    assert reasons(result) == ({} if units else {"geen_tijd": 1})


@pytest.mark.parametrize(
    ("wijze", "minimum", "minutes", "units"),
    [("naar_boven", 1, 10, 1), ("naar_boven", 1, 50, 4), ("naar_beneden", 0, 10, 0), ("naar_beneden", 0, 50, 3)],
)
def test_round_up_and_down(wijze: str, minimum: int, minutes: int, units: int) -> None:
    rule = {"kwartier": {"wijze": wijze, "minimum": minimum}}
    result = declare(contract(PRICE, afronding=rule), [toewijzing()], [registratie(minuten=minutes)])
    assert [line.volume for line in result.regels] == ([units] if units else [])
    assert reasons(result) == ({} if units else {"geen_tijd": 1})


def test_round_over_a_day_gives_shares() -> None:
    assert shares([10, 10, 10], 15, STANDARD) == [1, 0, 1]
    rule = {"kwartier": {"over": "dag"}}
    result = declare(contract(PRICE, afronding=rule), [toewijzing()], [registratie(minuten=10) for _ in range(3)])
    assert [row.aantal_eenheden for row in result.herkomst] == [1, 0, 1]
    assert only(result).volume == 2


@pytest.mark.parametrize(
    ("contracted", "delivered", "billed"),
    [
        ("mbo hbo", "wo", "hbo"),
        ("mbo hbo", "hbo", "hbo"),
        ("mbo hbo", "mbo", "mbo"),
        ("hbo wo", "hbo+", "hbo"),
        ("hbo wo", "ams", "wo"),
        ("hbo wo", "mbo", None),
    ],
)
def test_level(contracted: str, delivered: str, billed: str | None) -> None:
    assert billed_level(delivered, contracted.split(), MPJ_16.niveaus) == billed
    prices = {f"2.1 {level}": "20,00" for level in contracted.split()}
    result = declare(contract(prices), [toewijzing()], [registratie(niveau=delivered)])
    assert [line.kwalificatieniveau for line in result.regels] == ([billed] if billed else [])
    assert reasons(result) == ({} if billed else {"niveau_te_laag": 1})


def test_price() -> None:
    line = only(declare(contract(PRICE), [toewijzing()], [registratie(minuten=50), registratie("2026-03-09", 10)]))
    assert (line.volume, line.volume_bericht, line.eenheid, line.bedrag_cent) == (4, 60, "01", 9820)


def test_merge_keeps_the_delivered_level_in_the_trace() -> None:
    records = [registratie(minuten=50), registratie("2026-03-09", 10), registratie("2026-03-10", 15, "wo")]
    result = declare(contract(PRICE), [toewijzing()], records)
    assert (only(result).volume, only(result).kwalificatieniveau) == (5, "hbo")
    assert [row.kwalificatieniveau for row in result.herkomst] == ["hbo", "hbo", "wo"]


def test_months() -> None:
    records = [registratie(day) for day in ("2026-04-20", "2026-05-05", "2026-06-16")]
    assigned = toewijzing(begindatum="2026-04-08", einddatum="2026-06-17")
    result = declare(contract(PRICE), [assigned], records, periode="2026-06", nalevering=True)
    periods = [(line.begindatum.isoformat(), line.einddatum.isoformat()) for line in result.regels]
    assert periods == [("2026-04-08", "2026-04-30"), ("2026-05-01", "2026-05-31"), ("2026-06-01", "2026-06-17")]


def test_year() -> None:
    prices = [
        {
            "perceel": "A",
            "prestatiecode": "2.1",
            "kwalificatieniveau": "hbo",
            "begindatum": begin,
            "einddatum": end,
            "tarief": price,
        }
        for begin, end, price in (("2025-01-01", "2026-12-31", "24,55"), ("2027-01-01", "", "25,40"))
    ]
    assigned = toewijzing(einddatum="2027-06-30")
    records = [registratie("2026-12-31"), registratie("2027-01-01")]
    result = declare(contract(prices), [assigned], records, periode="2027-01", nalevering=True)
    assert [(line.tarief_cent, line.bedrag_cent) for line in result.regels] == [(2455, 9820), (2540, 10160)]


def test_limit_budget() -> None:
    prices = {"2.1 hbo": "24,55", "2.1 mbo": "10,00"}
    records = [registratie("2026-03-02", 60), registratie("2026-03-03", 30), registratie("2026-03-04", 15, "mbo")]
    result = declare(contract(prices), [toewijzing(budget_cent=10000)], records)
    assert (only(result).volume, only(result).bedrag_cent) == (4, 9820)
    assert not result.herkomst[0].afgetopt
    assert reasons(result) == {"budget_overschreden": 2}


def test_limit_hours_a_week() -> None:
    """3 hours a week, August 2025 touches 5 weeks: a record beyond 15 hours finds nothing left."""
    assigned = toewijzing(begindatum="2025-07-07", einddatum="2025-09-07", volume=3, eenheid="04", frequentie="2")
    records = [registratie(f"2025-08-{day:02d}", 60) for day in range(1, 16)] + [registratie("2025-08-28", 30)]
    result = declare(contract(PRICE), [assigned], records, periode="2025-08")
    assert only(result).volume == 60
    assert reasons(result) == {"omvang_overschreden": 1}


def test_limit_hours_a_week_caps_the_last_record() -> None:
    assigned = toewijzing(begindatum="2025-07-07", einddatum="2025-09-07", volume=3, eenheid="04", frequentie="2")
    records = [registratie(f"2025-08-{day:02d}", 120) for day in range(1, 8)] + [registratie("2025-08-28", 90)]
    result = declare(contract(PRICE), [assigned], records, periode="2025-08")
    assert only(result).volume_bericht == 15 * 60
    assert [row.afgetopt for row in result.herkomst] == [False] * 7 + [True]


def test_group() -> None:
    records = [
        registratie(minuten=None, begintijd="14:00", eindtijd="16:00", prestatiecode="4.1", medewerker=leader)
        for leader in ("m1", "m2")
    ]
    result = declare(contract({"4.1": "18,00"}), [toewijzing(prestatiecode="4.1")], records)
    assert (only(result).volume, only(result).normtijd) == (2, "uur")
    assert reasons(result) == {"dubbele_aanwezigheid": 1}
