"""Effort beside MPJ: from the same registraties and stays to lines, with the steps, limits and trace that MPJ care has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

import mpj
from mpj.contract.model import Contract
from mpj.engine import Result
from mpj.messages import declaratieberichten, read_jw323, to_bytes
from mpj.verification import MemoryHistory, verify

BSN = "999900006"
SETTINGS: dict[str, Any] = {
    "contract": {
        "id": "R-2021",
        "protocol": "MPJ-16",
        "aanbieder": "65656055",
        "gemeenten": ["0384"],
        "begindatum": date(2021, 1, 1),
        "einddatum": date(2026, 12, 31),
    }
}
PRODUCTEN = [
    {"productcategorie": "45", "productcode": "45A04", "variant": "uur", "tarief": "40,00"},
    {"productcategorie": "45", "productcode": "45A01", "variant": "minuut", "tarief": "0,71"},
    {"productcategorie": "45", "productcode": "45U01", "variant": "uur", "eenheid": "01", "tarief": "87,30"},
    {"productcategorie": "44", "productcode": "44A14", "variant": "etmaal", "tarief": "30,00"},
    {"productcategorie": "41", "productcode": "41A16", "variant": "dagdeel", "tarief": "61,25"},
    {"productcategorie": "42", "productcode": "42A84", "variant": "stuk_inspanning", "tarief": "12,50"},
]
CELL = {"perceel": "A", "prestatiecode": "2.1", "kwalificatieniveau": "hbo", "begindatum": "2021-01-01", "tarief": "24,55"}


def contract(producten: Sequence[Mapping[str, str]] = PRODUCTEN, *, mpj_too: bool = False, **settings: Any) -> Contract:
    """A contract of products, with a cell of MPJ beside them or alone."""
    rows = [{"begindatum": "2021-01-01"} | dict(row) for row in producten]
    percelen = {"perceel": [{"code": "A"}]} if mpj_too else {}
    return mpj.make_contract(SETTINGS | percelen | settings, [CELL] if mpj_too else [], producten=rows)


def toewijzing(nummer: int = 1, **fields: object) -> dict[str, object]:
    base = {"toewijzingnummer": nummer, "bsn": BSN, "gemeente": "0384", "aanbieder": "65656055", "begindatum": "2021-01-01"}
    return base | fields


def contact(name: str, day: str, minuten: int | None, **fields: object) -> dict[str, object]:
    return {"id": name, "bsn": BSN, "datum": day, "minuten": minuten} | fields


def declare(
    toewijzingen: Sequence[Mapping[str, object]], registraties: Sequence[Mapping[str, object]] = (), **given: Any
) -> Result:
    options: dict[str, Any] = {"periode": "2021-02", "dagtekening": date(2021, 3, 5)} | given
    return mpj.declare([options.pop("contract", None) or contract()], toewijzingen, registraties, **options)


def lines(result: Result) -> list[tuple[str, int, str, int, int]]:
    return [(one.productcode, one.volume, one.eenheid, one.volume_bericht, one.bedrag_cent) for one in result.regels]


WEEKLY = {"frequentie": "2", "productcategorie": "45", "productcode": "45A04", "eenheid": "04"}
CHAIN = [
    toewijzing(1, begindatum="2021-02-01", einddatum="2021-02-21", volume=3, **WEEKLY),
    toewijzing(2, begindatum="2021-02-22", einddatum="2021-06-30", volume=5, **WEEKLY),
    toewijzing(3, productcategorie="44", productcode="44A14", volume=7, eenheid="14", frequentie="2", einddatum="2021-12-31"),
]
FEBRUARY = [
    contact("r1", "2021-02-03", 180, toewijzingnummer=1),
    contact("r2", "2021-02-10", 170, toewijzingnummer=1),
    contact("r3", "2021-02-17", 190, toewijzingnummer=1),
    contact("r4", "2021-02-24", 300, toewijzingnummer=2),
]
STAY = [{"id": "v1", "bsn": BSN, "begindatum": "2021-02-01", "einddatum": "2021-02-28", "toewijzingnummer": 3}]


def test_the_whole_chain_of_february_comes_to_1400_euros() -> None:
    result = declare(CHAIN, FEBRUARY, verblijf=STAY)
    assert lines(result) == [("45A04", 9, "04", 9, 36_000), ("45A04", 5, "04", 5, 20_000), ("44A14", 28, "14", 28, 84_000)]
    assert result.samenvatting["bedrag_cent"] == 140_000
    assert {(one.prestatiecode, one.kwalificatieniveau, one.perceel) for one in result.regels} == {("", "", "")}
    assert result.uitval == ()


def test_what_is_declared_of_the_chain_is_verified() -> None:
    result = declare(CHAIN, FEBRUARY, verblijf=STAY)
    (sent,) = declaratieberichten(result.regels, dagtekening=date(2021, 3, 5))
    received = read_jw323(to_bytes(sent))
    assert received.totaal.net == 140_000
    outcome = verify(received, [contract()], CHAIN, dagtekening=date(2021, 3, 8), history=MemoryHistory())
    assert (outcome.bevindingen, outcome.niet_beoordeeld) == ((), ())


def test_a_wrong_price_and_a_wrong_unit_are_found() -> None:
    result = declare(CHAIN, FEBRUARY, verblijf=STAY)
    (sent,) = declaratieberichten(result.regels, dagtekening=date(2021, 3, 5))
    dearer = contract([row | {"tarief": "39,00"} if row["productcode"] == "45A04" else row for row in PRODUCTEN])
    found = verify(read_jw323(to_bytes(sent)), [dearer], CHAIN, dagtekening=date(2021, 3, 8), history=MemoryHistory()).bevindingen
    assert {one.regelcode for one in found} == {"TR418"}
    assigned = [row | {"eenheid": "01"} if row["toewijzingnummer"] == 2 else row for row in CHAIN]
    found = verify(
        read_jw323(to_bytes(sent)), [contract()], assigned, dagtekening=date(2021, 3, 8), history=MemoryHistory()
    ).bevindingen
    assert "TR341" in {one.regelcode for one in found}


UNITS: dict[str, tuple[str, list[dict[str, object]], list[tuple[str, int, str, int, int]]]] = {
    "hours are summed over the period and rounded once (IV079)": (
        "45A04",
        [contact(f"u{n}", f"2021-02-0{n}", 95) for n in range(1, 5)],
        [("45A04", 6, "04", 6, 24_000)],
    ),
    "at least one hour": ("45A04", [contact("u", "2021-02-01", 5)], [("45A04", 1, "04", 1, 4_000)]),
    "minutes are not rounded": (
        "45A01",
        [contact("m1", "2021-02-01", 7), contact("m2", "2021-02-02", 50)],
        [("45A01", 57, "01", 57, 57 * 71)],
    ),
    "an hour price in minutes is rounded on the line (IV081)": (
        "45U01",
        [contact("x1", "2021-02-01", 7), contact("x2", "2021-02-02", 50)],
        [("45U01", 57, "01", 57, 8_294)],
    ),
    "day parts are counted": (
        "41A16",
        [contact("d1", "2021-02-01", None), contact("d2", "2021-02-02", None, aantal=2)],
        [("41A16", 3, "16", 3, 18_375)],
    ),
    "pieces are counted": ("42A84", [contact("s", "2021-02-01", None, aantal=4)], [("42A84", 4, "84", 4, 5_000)]),
}


@pytest.mark.parametrize("name", UNITS)
def test_units_of_effort(name: str) -> None:
    code, records, expected = UNITS[name]
    result = declare([toewijzing(productcode=code)], records)
    assert lines(result) == expected
    assert sum(one.bedrag_cent for one in result.herkomst) == expected[0][4]
    line = result.regels[0]
    assert f"productcode {code}, buiten MPJ" in str(mpj.explain(result, regel=line.referentienummer))


def test_the_level_passes_by_but_a_limit_does_not() -> None:
    budget = toewijzing(productcode="45A04", budget_cent=10_000, einddatum="2021-12-31")
    records = [
        contact("a", "2021-02-01", 120, kwalificatieniveau="wo"),
        contact("b", "2021-02-02", 60),
        contact("c", "2021-02-03", 60),
    ]
    result = declare([budget], records)
    assert lines(result) == [("45A04", 2, "04", 2, 8_000)]
    assert [(one.bron, one.reden) for one in result.uitval] == [("b", "budget_overschreden"), ("c", "budget_overschreden")]


def test_a_stay_does_not_fit_hours_and_a_contact_no_etmaal() -> None:
    result = declare([toewijzing(productcode="45A04")], verblijf=[{k: v for k, v in STAY[0].items() if k != "toewijzingnummer"}])
    assert [one.reden for one in result.uitval] == ["eenheid_past_niet"]
    result = declare([toewijzing(productcode="44A14")], [contact("a", "2021-02-01", 60)])
    assert [one.reden for one in result.uitval] == ["eenheid_past_niet"]


def test_an_assigned_unit_that_the_variant_does_not_permit_fits_nothing() -> None:
    result = declare([toewijzing(productcode="45A04", volume=1, eenheid="14", frequentie="4")], [contact("a", "2021-02-01", 60)])
    assert [one.reden for one in result.uitval] == ["eenheid_past_niet"]


def test_an_aspecific_toewijzing_covers_the_products_of_its_category() -> None:
    wide = [toewijzing(productcategorie="45"), toewijzing(2, productcategorie="44")]
    assert lines(declare(wide, [contact("a", "2021-02-01", 60, productcode="45A04")])) == [("45A04", 1, "04", 1, 4_000)]
    refused = declare(wide, [contact("a", "2021-02-01", 60, productcode="41A16")])
    assert [one.reden for one in refused.uitval] == ["prestatiecode_niet_toegewezen"]


def test_a_generic_toewijzing_covers_every_product_and_mpj() -> None:
    generic = [toewijzing(budget_cent=50_000, einddatum="2021-12-31")]
    records = [
        contact("a", "2021-02-01", 60, productcode="45A04"),
        contact("b", "2021-02-01", 10, productcode="45A01"),
        contact("c", "2021-02-02", 60, prestatiecode="2.1", kwalificatieniveau="hbo"),
    ]
    result = declare(generic, records, contract=contract(mpj_too=True))
    assert [one[0] for one in lines(result)] == ["45212", "45A01", "45A04"]
    assert [one.prestatiecode for one in result.regels] == ["2.1", "", ""]


def test_a_product_that_the_contract_does_not_buy_is_set_aside() -> None:
    result = declare([toewijzing(productcode="45X99")], [contact("a", "2021-02-01", 60)])
    assert {one.reden for one in result.uitval} == {"niet_mpj"}
    result = declare([toewijzing(budget_cent=1, einddatum="2021-12-31")], [contact("a", "2021-02-01", 60, productcode="45X99")])
    assert [one.reden for one in result.uitval] == ["prestatiecode_niet_gecontracteerd"]


def test_a_record_names_one_code() -> None:
    both = contact("a", "2021-02-01", 60, productcode="45A04", prestatiecode="2.1")
    assert [one.reden for one in declare([toewijzing(productcode="45A04")], [both]).uitval] == ["ongeldig"]


def test_another_price_makes_another_line_in_another_month() -> None:
    rows = [PRODUCTEN[0] | {"einddatum": "2021-01-31"}, PRODUCTEN[0] | {"begindatum": "2021-02-01", "tarief": "41,00"}]
    records = [contact("a", "2021-01-05", 60), contact("b", "2021-02-05", 60)]
    result = declare([toewijzing(productcode="45A04")], records, contract=contract(rows), nalevering=True)
    assert [one.bedrag_cent for one in result.regels] == [4_000, 4_100]
