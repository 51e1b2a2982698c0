"""Repricing of products beside MPJ: by price, by what a product has become, and against running the same care again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from contract.test_producten import HEADER, folder
from engine import test_producten as effort
from engine.test_prestaties import CODES, CONTRACT, MONTHS, event, granted, run, scenarios
from engine.test_prestaties import contract as output_of
from hypothesis import given, settings
from hypothesis import strategies as st
from service.generated import generated
from service.support import Client, office, zipped

import mpj
from mpj.cli import run as mpj_run
from mpj.output import write_result
from mpj.reading.periods import last_day, parse_month
from mpj.workbench.reprice.report import groups, order_of
from mpj.workbench.reprice.values import Herberekening, Sleutel
from workbench.support import csv_rows

DEARER = CODES | {"45S01": ("stuk", "130,00"), "45W01": ("week", "149,00"), "48G01": ("gi_maand", "801,26")}
START = event("s", "45W01", "2026-03-02", "start")
CARE = [
    START,
    event("p", "45S01", "2026-03-10", "stuk", 3),
    event("t", "45T01", "2026-03-12", "mijlpaal", 70),
    event("g", "48G01", "2026-03-01", "start"),
    event("m", "45P01", "2026-03-01", "start"),
]
GRANTS = [
    granted(code, "2026-01-01", "2026-12-31", 1001 + place, **({"budget_cent": 975_000} if code == "45T01" else {}))
    for place, code in enumerate(["45W01", "45S01", "45T01", "48G01", "45P01"])
]


def found(outcome: Herberekening) -> dict[str, tuple[int, int]]:
    assert all(key.perceel == key.kwalificatieniveau == "" for key in outcome.groepen)
    return {key.prestatiecode: (sums.oud, sums.nieuw) for key, sums in outcome.groepen.items()}


def repriced(codes: dict[str, tuple[str, str | None]]) -> Herberekening:
    result = run("2026-03", GRANTS, CARE)
    return mpj.reprice(result.regels, result.herkomst, [CONTRACT], [output_of(codes)])


def test_output_costs_its_units_at_the_new_price_and_a_traject_what_is_assigned() -> None:
    """Of March 2026: five weeks (their Sundays are 8, 15, 22 and 29 March: four), three pieces, 70%, a month and a period."""
    outcome = repriced(DEARER)
    assert found(outcome) == {
        "45W01": (60_000, 59_600),
        "45S01": (37_500, 39_000),
        "45T01": (682_500, 682_500),
        "48G01": (80_125, 80_126),
        "45P01": (20_000, 20_000),
    }
    assert (outcome.totaal.prijs, outcome.totaal.verschil, outcome.uit_herkomst, outcome.meldingen) == (1101, 1101, 0, ())
    assert outcome.volledig


def test_products_stand_behind_the_codes_of_mpj_by_their_own_code() -> None:
    wide = [effort.toewijzing(budget_cent=50_000, einddatum="2021-12-31")]
    records = [
        effort.contact("a", "2021-02-01", 60, productcode="45A04"),
        effort.contact("b", "2021-02-01", 10, productcode="45A01"),
        effort.contact("c", "2021-02-02", 60, prestatiecode="2.1", kwalificatieniveau="hbo"),
    ]
    old = effort.contract(mpj_too=True)
    dearer = [row | {"tarief": "0,75"} if row["productcode"] == "45A01" else row for row in effort.PRODUCTEN]
    result = effort.declare(wide, records, contract=old)
    new = effort.contract(dearer, mpj_too=True)
    table = groups(mpj.reprice(result.regels, result.herkomst, [old], [new]), order_of([old]), {})
    assert [(row[1], row[2], *row[4:8]) for row in csv_rows(table)] == [
        ("", "45A01", "10", "710", "750", "40"),
        ("", "45A04", "1", "4000", "4000", "0"),
        ("A", "2.1", "4", "9820", "9820", "0"),
    ]


BECOMES: dict[str, tuple[dict[str, tuple[str, str | None]], str]] = {
    "another variant": ({"45W01": ("periode", "400,00")}, "normtijd_verschilt"),
    "effort": ({"45S01": ("uur", "60,00")}, "normtijd_verschilt"),
    "a task": ({"45W01": ("taak", "1000,00")}, "taakgericht"),
    "a traject of pieces": ({"45S01": ("traject", None)}, "normtijd_verschilt"),
}


@pytest.mark.parametrize("name", BECOMES)
def test_what_a_product_has_become_may_not_be_told_and_is_refused(name: str) -> None:
    codes, reason = BECOMES[name]
    (code,) = codes
    outcome = repriced(CODES | codes)
    assert set(outcome.geweigerd) == {reason}
    assert code not in found(outcome) and len(found(outcome)) == 4


def test_a_product_that_is_gone_is_not_paid() -> None:
    outcome = repriced({code: told for code, told in CODES.items() if code != "45W01"})
    assert {reason: sums.vervallen for reason, sums in outcome.vervallen.items()} == {"prestatiecode_niet_gecontracteerd": -60_000}
    assert found(outcome)["45W01"] == (60_000, 0) and outcome.volledig


def test_a_product_under_another_category_may_be_no_care_of_its_toewijzing() -> None:
    result = effort.declare([effort.toewijzing(productcode="45A04")], [effort.contact("a", "2021-02-01", 60)])
    moved = [effort.PRODUCTEN[0] | {"productcategorie": "44"}]
    outcome = mpj.reprice(result.regels, result.herkomst, [effort.contract()], [effort.contract(moved)])
    assert set(outcome.geweigerd) == {"categorie_wisselt"}


def test_a_code_that_goes_over_to_mpj_or_comes_from_it_is_refused() -> None:
    """A run pays it on both sides, an hour of it EUR 40.00 or four quarters at EUR 24.55: so it is not gone."""
    code = {"productcategorie": "45", "productcode": "45A04", "perceel": "A", "prestatiecode": "2.1", "kwalificatieniveau": "hbo"}
    beside = effort.contract()
    mpj_too = mpj.make_contract(effort.SETTINGS | {"perceel": [{"code": "A"}]}, [effort.CELL], codes=[code])
    records = [effort.contact("a", "2021-02-01", 60, kwalificatieniveau="hbo")]
    for old, new, cents in ((beside, mpj_too, 4_000), (mpj_too, beside, 9_820)):
        result = effort.declare([effort.toewijzing(productcode="45A04", productcategorie="45")], records, contract=old)
        outcome = mpj.reprice(result.regels, result.herkomst, [old], [new])
        assert {reason: sums.oud for reason, sums in outcome.geweigerd.items()} == {"stelsel_wisselt": cents}
        assert not outcome.vervallen and not outcome.volledig


HOURS: dict[str, tuple[str, list[int], dict[str, Any], int, int]] = {
    "each contact rounded up": ("45A04", [95, 95, 95, 95], {"uur": {"over": "contact", "wijze": "naar_boven"}}, 24_000, 32_000),
    "the sum rounded down": ("45A04", [95, 95], {"uur": {"wijze": "naar_beneden"}}, 12_000, 12_000),
    "minutes are never rounded": ("45A01", [7, 50], {"uur": {"over": "contact"}}, 57 * 71, 57 * 71),
    "nor hours by the minute": ("45U01", [7, 50], {"uur": {"wijze": "naar_boven"}}, 8_294, 8_294),
}


@pytest.mark.parametrize("name", HOURS)
def test_hours_are_rounded_anew_from_the_trace(name: str) -> None:
    code, minutes, rounding, before, after = HOURS[name]
    records = [effort.contact(f"r{n}", f"2021-02-0{n}", time) for n, time in enumerate(minutes, 1)]
    old, new = effort.contract(), effort.contract(afronding=rounding)
    grant = [effort.toewijzing(productcode=code)]
    result = effort.declare(grant, records)
    assert found(mpj.reprice(result.regels, result.herkomst, [old], [new])) == {code: (before, after)}
    assert sum(line.bedrag_cent for line in effort.declare(grant, records, contract=new).regels) == after


@given(
    scenarios(),
    st.dictionaries(st.sampled_from(["45S01", "45W01", "45P01", "48G01"]), st.sampled_from(["0,01", "99,99", "1250,50"])),
)
@settings(max_examples=60, deadline=None)
def test_repricing_output_equals_running_it_again(
    scenario: tuple[list[dict[str, object]], list[dict[str, object]]], prices: dict[str, str]
) -> None:
    """Limits are not judged again, so none stand in the way here but the amount of a traject."""
    grants = [
        grant if grant["productcode"] == "45T01" else {name: told for name, told in grant.items() if name not in LIMIT}
        for grant in scenario[0]
    ]
    other = output_of(CODES | {code: (CODES[code][0], price) for code, price in prices.items()})
    periode = MONTHS[-1]
    result = run(periode, grants, scenario[1], nalevering=True)
    dated = last_day(parse_month(periode)) + timedelta(5)
    again = mpj.declare([other], grants, prestaties=scenario[1], periode=periode, dagtekening=dated, nalevering=True)
    outcome = mpj.reprice(result.regels, result.herkomst, [CONTRACT], [other])
    wanted = Counter[str]()
    for line in again.regels:
        wanted[line.productcode] += line.bedrag_cent
    assert outcome.volledig and outcome.uit_herkomst == 0
    assert {code: new for code, (_, new) in found(outcome).items()} == wanted


LIMIT = ("budget_cent", "volume", "eenheid", "frequentie")
REGIO = """[contract]
id = "R-1"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384"]
begindatum = 2021-01-01
einddatum = 2030-12-31
"""


def producten(codes: dict[str, tuple[str, str | None]]) -> str:
    rows = (f"{code[:2]};{code};{variant};;{price or ''};2021-01-01;;\n" for code, (variant, price) in codes.items())
    return HEADER + "".join(rows)


def test_the_command_shows_the_change_per_product(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    maart, uit = tmp_path / "maart", tmp_path / "uit"
    maart.mkdir()
    write_result(run("2026-03", GRANTS, CARE), maart)
    for name, codes in (("oud", CODES), ("nieuw", DEARER)):
        folder(tmp_path / name, producten(codes), REGIO, None)
    files = ["--regels", maart / "declaratieregels.csv", "--herkomst", maart / "herkomst.csv"]
    sides = ["--oud", tmp_path / "oud", "--nieuw", tmp_path / "nieuw", "--out", uit]
    assert mpj_run(["tariffs", "reprice", *map(str, files), *map(str, sides)]) == 0
    screen = capsys.readouterr().out
    assert "buiten MPJ" in screen and "45S01" in screen and "+15,00" in screen
    assert (uit / "herberekening.csv").read_text("utf-8").splitlines()[1:] == [
        "0384;;45P01;;1;20000;20000;0",
        "0384;;45S01;;3;37500;39000;1500",
        "0384;;45T01;;682500;682500;682500;0",
        "0384;;45W01;;4;60000;59600;-400",
        "0384;;48G01;;1;80125;80126;1",
    ]


def test_the_service_shows_the_change_per_product(tmp_path: Path) -> None:
    service = generated(Client(office=office(tmp_path)))
    (tmp_path / "maart").mkdir()
    write_result(run("2026-03", GRANTS, CARE), tmp_path / "maart")
    sides = [[("c.zip", zipped({"contract.toml": REGIO, "producten.csv": producten(codes)}))] for codes in (CODES, DEARER)]
    lines, trace = ([(name, (tmp_path / "maart" / name).read_bytes())] for name in ("declaratieregels.csv", "herkomst.csv"))
    told = service.tariffs_reprice(regels=lines, herkomst=trace, oud=sides[0], nieuw=sides[1])
    assert [(row["prestatiecode"], row["verschil_cent"]) for row in told["tabellen"]["herberekening"]] == [
        ("45P01", "0"),
        ("45S01", "1500"),
        ("45T01", "0"),
        ("45W01", "-400"),
        ("48G01", "1"),
    ]


def test_credits_of_products_count_negative_and_prices_of_another_moment_hold() -> None:
    rows = [
        effort.PRODUCTEN[0] | {"einddatum": "2021-06-30"},
        effort.PRODUCTEN[0] | {"begindatum": "2021-07-01", "tarief": "41,00"},
    ]
    new = effort.contract(rows)
    result = effort.declare([effort.toewijzing(productcode="45A04")], [effort.contact("a", "2021-02-01", 60)])
    assert found(mpj.reprice(result.regels, (), [effort.contract()], [new])) == {"45A04": (4_000, 4_000)}
    outcome = mpj.reprice(result.regels, (), [effort.contract()], [new], prijspeil=date(2021, 8, 1))
    assert found(outcome) == {"45A04": (4_000, 4_100)}
    assert Sleutel("0384", "", "45A04", "") in outcome.groepen
