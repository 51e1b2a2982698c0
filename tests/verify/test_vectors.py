"""The published worked examples, by the numbers of the rule texts (chapter E) and with their recomputed values.

Those that are about filling a message, or about samples and code lists, belong elsewhere; here is what a verifier can hold a line
against.
"""

from __future__ import annotations

from datetime import date

import pytest

import mpj
from mpj.engine.limits import maximum_per_period, maximum_total
from mpj.messages import Totaal
from mpj.messages.declaratie import product_tarief
from mpj.reading.periods import month_of, sundays, weeks
from verify.examples import GROEP
from verify.support import contract, earlier, granted, line, message, toewijzing, zaak

HOUR, EURO, DAYPART = "04", "83", "16"
MONTH = "4"


def assigned(begin: str, end: str | None, volume: int, unit: str = HOUR, frequency: str = "2") -> mpj.Toewijzing:
    """A toewijzing with a size."""
    return mpj.Toewijzing(
        toewijzingnummer=1,
        bsn="999900006",
        gemeente="0384",
        aanbieder="65656055",
        begindatum=date.fromisoformat(begin),
        einddatum=date.fromisoformat(end) if end else None,
        prestatiecodes=("2.1",),
        volume=volume,
        eenheid=unit,
        frequentie=frequency,
    )


def months(own: mpj.Toewijzing, *names: str) -> list[int]:
    """The maxima of months, in the assigned unit."""
    return [maximum_per_period(mpj.MPJ_16, own, month_of(date.fromisoformat(f"{name}-01"))) or 0 for name in names]


def total(own: mpj.Toewijzing) -> int:
    """The maximum over the whole term, in the assigned unit."""
    maximum = maximum_total(mpj.MPJ_16, own)
    assert maximum is not None
    return maximum


@pytest.mark.parametrize(
    ("vector", "own", "names", "maxima", "whole"),
    [
        ("E-06..E-09", assigned("2025-07-07", "2025-09-07", 3), ("2025-07", "2025-08", "2025-09"), [12, 15, 3], 27),
        ("E-12", assigned("2025-10-07", "2025-12-30", 3), ("2025-10", "2025-11", "2025-12"), [12, 15, 15], 39),
        ("E-15", assigned("2026-11-12", "2026-12-13", 3), ("2026-11",), [12], 15),
        ("E-16", assigned("2021-10-12", "2021-12-13", 3), ("2021-10",), [9], 30),
        ("E-17", assigned("2026-10-14", "2026-12-13", 15, HOUR, MONTH), ("2026-10",), [15], 45),
        ("E-36", assigned("2026-01-01", "2027-12-31", 3), ("2026-03", "2027-02"), [18, 12], 3 * 105),
        (
            "E-38",
            assigned("2026-04-01", "2026-07-19", 2, DAYPART),
            ("2026-04", "2026-05", "2026-06", "2026-07"),
            [10, 10, 10, 6],
            32,
        ),
        ("E-10", assigned("2025-07-07", "2025-09-07", 300, EURO), ("2025-07", "2025-08", "2025-09"), [900, 1500, 300], 2700),
        ("E-11", assigned("2025-07-07", "2025-09-06", 300, EURO), ("2025-07", "2025-08", "2025-09"), [900, 1800, 0], 2700),
        ("E-13", assigned("2025-10-01", "2025-12-31", 300, EURO), ("2025-10", "2025-11", "2025-12"), [1200, 1500, 1500], 4200),
        ("E-14", assigned("2025-07-07", "2025-09-05", 300, EURO), ("2025-07", "2025-08", "2025-09"), [900, 1800, 0], 2700),
        ("E-37", assigned("2026-04-08", "2026-06-17", 300, EURO), ("2026-04", "2026-05", "2026-06"), [900, 1500, 900], 3300),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_maxima(vector: str, own: mpj.Toewijzing, names: tuple[str, ...], maxima: list[int], whole: int) -> None:
    assert months(own, *names) == maxima
    assert total(own) == whole


def test_e35_a_week_over_new_year_counts_once() -> None:
    assert weeks(date(2025, 12, 22), date(2026, 1, 11)) == 3
    assert (weeks(date(2025, 12, 22), date(2025, 12, 31)), weeks(date(2026, 1, 1), date(2026, 1, 11))) == (2, 2)
    assert sundays(date(2025, 12, 22), date(2026, 1, 11)) == 3


def test_e40_months_pass_and_the_total_fails() -> None:
    """12 + 15 + 15 hours fit their months, but the whole assignment holds 39."""
    own = toewijzing(prestatiecode="4.1", begindatum="2025-10-07", einddatum="2025-12-30", volume="3", eenheid="04", frequentie="2")

    def hours(number: str, begin: date, end: date, count: int) -> object:
        values = {"referentienummer": number, "begindatum": begin, "einddatum": end}
        return line(**GROEP | values | {"volume": count, "bedrag_cent": count * 8350})

    october = hours("R1", date(2025, 10, 7), date(2025, 10, 31), 12)
    november = hours("R2", date(2025, 11, 1), date(2025, 11, 30), 15)
    december = hours("R3", date(2025, 12, 1), date(2025, 12, 30), 15)
    month = {"maand": (date(2025, 12, 1), date(2025, 12, 31)), "dagtekening": date(2026, 1, 5)}
    one = zaak(october, november, december, toewijzingen=(own,), **month)  # type: ignore[arg-type]
    (found,) = one.verify().bevindingen
    assert (found.regelcode, found.retourcode, found.gevonden, found.verwacht) == ("TR322", "9322", "42 uur", "39 uur")
    less = zaak(october, november, toewijzingen=(own,), **month)  # type: ignore[arg-type]
    assert less.codes() == []


@pytest.mark.parametrize(
    ("price", "tariff", "amount"),
    [("87,30", 146, 55290), ("87,24", 145, 55252), ("62,35", 104, 39488), ("83,50", 139, 52883)],
    ids=["E-21", "E-22", "E-22b", "hour price of the contract"],
)
def test_e21_e22_an_hour_price_in_minutes(price: str, tariff: int, amount: int) -> None:
    """380 minutes: the tariff shown is rounded, the amount comes from the unrounded price."""
    own = contract([("4.1", "", price)], declaratie={"eenheid_uur": "minuut"})
    groep = GROEP | {"volume": 380, "eenheid": "01", "tarief_cent": tariff}
    settings = {"toewijzingen": (toewijzing(prestatiecode="4.1"),), "contracten": (own,)}
    assert product_tarief("uur", "01", round(float(price.replace(",", ".")) * 100)) == tariff
    assert zaak(line(**groep | {"bedrag_cent": amount}), **settings).codes() == []
    assert zaak(line(**groep | {"bedrag_cent": tariff * 380}), **settings).codes() == ([] if tariff * 380 == amount else ["TR346"])


def test_e23_two_toewijzingen_in_one_month() -> None:
    """Each line bears the period of its own toewijzing; nothing is said of the days between."""
    own = (
        toewijzing(begindatum="2026-03-01", einddatum="2026-03-09"),
        toewijzing(toewijzingnummer="1002", begindatum="2026-03-23", einddatum="2026-03-31"),
    )
    first = line(einddatum=date(2026, 3, 9))
    second = line(referentienummer="R2", toewijzingnummer=1002, begindatum=date(2026, 3, 23))
    assert zaak(first, second, toewijzingen=own).codes() == []


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (date(2026, 4, 8), date(2026, 4, 30)),
        (date(2026, 5, 1), date(2026, 5, 31)),
        (date(2026, 6, 1), date(2026, 6, 17)),
    ],
)
def test_e24_periods_of_a_toewijzing(begin: date, end: date) -> None:
    own = (toewijzing(begindatum="2026-04-08", einddatum="2026-06-17"),)
    month = {"maand": (date(2026, 6, 1), date(2026, 6, 30)), "dagtekening": date(2026, 7, 1)}
    settings = {"dagtekening": date(2026, 7, 2)}
    assert zaak(line(begindatum=begin, einddatum=end), toewijzingen=own, settings=settings, **month).codes() == []
    shifted = line(begindatum=begin.replace(day=begin.day + 1), einddatum=end)
    assert zaak(shifted, toewijzingen=own, settings=settings, **month).codes() == ["TR387"]


def test_e27_late_care_goes_into_the_last_period_or_a_later_one() -> None:
    """After May was declared, care of March may ride in May or June, but not in a declaration over April."""
    may = earlier(line(referentienummer="R0"), maand=(date(2026, 5, 1), date(2026, 5, 31)), dagtekening=date(2026, 6, 1))
    history = granted(may)
    late = line(referentienummer="R9", productcode="45213", tarief_cent=174, bedrag_cent=10440)
    for month, codes in ((4, ["TR318"]), (5, []), (6, [])):
        last = 31 if month == 5 else 30
        period = {"maand": (date(2026, month, 1), date(2026, month, last)), "dagtekening": date(2026, 7, 1)}
        assert zaak(late, history=history, settings={"dagtekening": date(2026, 7, 2)}, **period).codes() == codes


def test_e29_idle_months_are_no_breach() -> None:
    june = earlier(line(referentienummer="R0"), maand=(date(2025, 10, 1), date(2025, 10, 31)), dagtekening=date(2025, 11, 1))
    assert zaak(history=granted(june)).codes() == ["TR389"]
    other = line(productcode="45213", tarief_cent=174, bedrag_cent=10440)
    assert zaak(other, history=granted(june)).codes() == []


def test_e30_and_e39_totals() -> None:
    assert Totaal.of(5000 + 24000 + 5000 + 24000 + 21000) == Totaal(79000, "D")
    assert (Totaal.of(5000 - 24000), Totaal.of(0)) == (Totaal(19000, "C"), Totaal(0, "D"))
    assert message(line(bedrag_cent=5000), line(bedrag_cent=24000, debetcredit="C")).totaal == Totaal(19000, "C")
