"""A contract of 45 regional codes and none of MPJ through ledger, answers, corrections, verification and year."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from engine.test_producten import BSN, contract, toewijzing

import mpj
from ledger.support import Partij, empty_ledger, lines
from mpj.ledger import codes_asked
from mpj.messages import declaratieberichten, read_jw323, to_bytes
from mpj.output import write_result
from mpj.reports import Jaarvraag, read_year
from mpj.verification import MemoryHistory, verify

VARIANTS = (("uur", "40,00"), ("minuut", "0,80"), ("dagdeel", "61,25"), ("stuk_inspanning", "12,50"), ("etmaal", "30,00"))
CODES = [
    {"productcategorie": "45", "productcode": f"45R{place:02d}", "variant": variant, "tarief": tarief}
    for place in range(45)
    for variant, tarief in [VARIANTS[place % len(VARIANTS)]]
]
TOEWIJZINGEN: list[dict[str, object]] = [toewijzing(place + 1, productcode=row["productcode"]) for place, row in enumerate(CODES)]


def record(place: int, day: str = "2026-03-05", **fields: Any) -> dict[str, Any]:
    variant = CODES[place]["variant"]
    base: dict[str, Any] = {"id": f"r{place}", "bsn": BSN, "datum": day, "toewijzingnummer": place + 1}
    if variant in ("uur", "minuut"):
        base["minuten"] = 60
    return base | fields


MARCH = [record(place) for place, row in enumerate(CODES) if row["variant"] != "etmaal"]
STAYS = [
    {"id": f"v{place}", "bsn": BSN, "begindatum": "2026-03-01", "einddatum": "2026-03-31", "toewijzingnummer": place + 1}
    for place, row in enumerate(CODES)
    if row["variant"] == "etmaal"
]
WHOLE = 9 * (4_000 + 60 * 80 + 6_125 + 1_250 + 31 * 3_000)


def partij(url: str | Path = "sqlite://") -> Partij:
    one = Partij(url)
    one.contract = contract(CODES)
    one.toewijzingen = list(TOEWIJZINGEN)
    return one


def test_a_whole_month_of_products_is_declared_answered_and_not_declared_again() -> None:
    one = partij()
    result = one.month(*MARCH, verblijf=STAYS)
    assert len(result.regels) == 45
    assert result.samenvatting["bedrag_cent"] == WHOLE
    assert {line.prestatiecode for line in result.regels} == {""}
    assert lines(one.run(*MARCH, verblijf=STAYS, periode="2026-04")) == []


def test_what_the_ledger_sent_is_verified_and_what_it_holds_is_whole() -> None:
    one = partij()
    result = one.run(*MARCH, verblijf=STAYS)
    (message,) = declaratieberichten(result.regels, dagtekening=date(2026, 3, 31))
    outcome = verify(
        read_jw323(to_bytes(message)), [contract(CODES)], TOEWIJZINGEN, dagtekening=date(2026, 4, 3), history=MemoryHistory()
    )
    assert (outcome.bevindingen, outcome.niet_beoordeeld) == ((), ())


def test_a_change_credits_and_declares_the_line_of_that_code_alone() -> None:
    one = partij()
    one.month(*MARCH, verblijf=STAYS)
    result = one.agreed(record(0, minuten=150), periode="2026-04")
    assert lines(result) == [("C", "45R00", 4_000), ("D", "45R00", 12_000)]
    assert {line.prestatiecode for line in result.regels} == {""}
    assert one.settle(result)


def test_a_second_record_on_the_same_code_makes_one_line_of_both() -> None:
    one = partij()
    one.month(*MARCH, verblijf=STAYS)
    result = one.agreed(record(1, id="more", minuten=30), periode="2026-04")
    assert lines(result) == [("C", "45R01", 4_800), ("D", "45R01", 7_200)]


def test_a_rejected_line_goes_again_once_it_changed() -> None:
    one = partij()
    result = one.run(*MARCH[:2])
    refused = [line.referentienummer for line in result.regels if line.productcode == "45R00"]
    one.settle(result, refused)
    again = one.agreed(record(0, minuten=120), periode="2026-04")
    assert lines(again) == [("D", "45R00", 8_000)]


def test_two_products_on_one_generic_toewijzing_are_two_lines_in_the_ledger() -> None:
    one = partij()
    one.toewijzingen = [toewijzing(1, budget_cent=1_000_000, einddatum="2026-12-31")]
    records = [record(0, toewijzingnummer=1, productcode="45R00"), record(5, toewijzingnummer=1, productcode="45R05")]
    result = one.month(*records)
    assert lines(result) == [("D", "45R00", 4_000), ("D", "45R05", 4_000)]
    changed = one.agreed(record(5, toewijzingnummer=1, productcode="45R05", minuten=120), periode="2026-04")
    assert lines(changed) == [("C", "45R05", 4_000), ("D", "45R05", 8_000)]


@pytest.mark.parametrize("used", [5_000, 8_000])
def test_what_the_ledger_knows_counts_at_a_limit(used: int) -> None:
    one = partij()
    one.toewijzingen = [toewijzing(1, productcode="45R00", budget_cent=8_000 + used, einddatum="2026-12-31")]
    one.month(record(0, minuten=120))
    later = one.agreed(record(0, id="later", day="2026-04-02", minuten=180), periode="2026-04")
    assert lines(later) == [("D", "45R00", used // 4_000 * 4_000)]


def test_a_price_that_changes_in_retrospect_moves_nothing_until_the_ledger_is_repriced() -> None:
    one = partij()
    one.month(*MARCH[:1])
    dearer = contract([row | {"tarief": "41,00"} if row["productcode"] == "45R00" else row for row in CODES])
    assert lines(one.run(contracten=[dearer], periode="2026-04")) == []
    asked: dict[str, Any] = {"van": "2026-03", "tot": "2026-03", "dagtekening": date(2026, 4, 30)}
    with pytest.raises(mpj.InputError) as error:
        one.ledger.reprice([dearer], **asked)
    result = one.ledger.reprice([dearer], **asked, akkoord=codes_asked(error.value))
    assert lines(result) == [("C", "45R00", 4_000), ("D", "45R00", 4_100)]


def test_the_year_tells_every_code_with_its_variant() -> None:
    one = partij()
    one.month(*MARCH, verblijf=STAYS)
    year = read_year(one.ledger, Jaarvraag(jaar=2026, contracten=[one.contract]))
    assert sum(row.toegekend_cent for row in year.regels) == WHOLE
    told = {(row.productcode, row.prestatiecode, row.perceel, row.variant) for row in year.regels}
    assert told == {(row["productcode"], "", "", row["variant"]) for row in CODES}


def test_lines_that_a_ledger_takes_over_from_files_stand_under_their_code(tmp_path: Path) -> None:
    write_result(partij().run(record(0, "2026-02-05"), periode="2026-02"), tmp_path)
    (tmp_path / "nog.csv").write_text("id;bsn;datum;minuten;toewijzingnummer\nlaat;999900006;2026-02-20;60;1\n", "utf-8")
    one = partij(empty_ledger(tmp_path / "ledger.db"))
    one.ledger.begin("2026-03", eerder=[tmp_path / "declaratieregels.csv"], nog_te_declareren=[tmp_path / "nog.csv"])
    shown = one.run(late := record(0, "2026-02-20", id="laat"))
    (code,) = [told.kolom.removeprefix("akkoord ") for told in shown.meldingen if told.code == "akkoord_nodig"]
    result = one.run(late, akkoord=[code])
    assert lines(result) == [("C", "45R00", 4_000), ("D", "45R00", 8_000)]


def test_a_rejected_product_stays_in_the_year_of_a_gemeente_beside_another_one(tmp_path: Path) -> None:
    own, theirs = [toewijzing(1, budget_cent=1_000_000)], Partij(empty_ledger(tmp_path / "gemeente.db"))
    theirs.contract = contract([CODES[0], CODES[0] | {"productcode": "44R00", "productcategorie": "44", "tarief": "30,00"}])
    told = {"id": "a", "bsn": BSN, "datum": "2026-03-05", "minuten": 60, "toewijzingnummer": 1}
    for number, (code, wrong) in enumerate((("45R00", 1), ("44R00", 0))):
        dated: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 3, 31), "volgnummer": 1 + 5 * number}
        result = mpj.declare([theirs.contract], own, [told | {"productcode": code}], **dated)
        (message,) = declaratieberichten(result.regels, dagtekening=date(2026, 3, 31))
        data = to_bytes(message).replace(b"ProductTarief>4000<", b"ProductTarief>%d<" % (4_000 + wrong))
        theirs.ledger.verify(read_jw323(data), [theirs.contract], own, op=date(2026, 4, 3))
    year = read_year(theirs.ledger, Jaarvraag(jaar=2026, contracten=[theirs.contract]))
    assert sorted((row.productcode, row.toegekend_cent, row.afgekeurd_cent) for row in year.regels) == [
        ("44R00", 3_000, 0),
        ("45R00", 0, 4_000),
    ]
