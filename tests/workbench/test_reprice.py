"""Repricing by hand: prices, levels, rounding, credits, and what line and trace cannot tell."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import mpj
from mpj.contract import Contract
from mpj.engine import Herkomst, Result
from mpj.output import write_result
from mpj.output.read import UNTOLD
from mpj.reading.faults import InputError
from mpj.tariefkaart import compile_tariefkaart
from mpj.workbench.reprice.files import reprice_files, trace_of
from mpj.workbench.reprice.report import months, movers, parties, report, waterfall
from mpj.workbench.reprice.repricing import reprice
from mpj.workbench.reprice.values import VERVALT, WEIGERINGEN, Herberekening, Sleutel
from workbench.support import codes, make

jsonschema: Any = pytest.importorskip("jsonschema")
BSN = "999900006"
MATRIX = """
A 2.1 mbo 2026-01-01 .. 18,00
A 2.1 hbo 2026-01-01 .. 24,00
A 2.1 wo  2026-01-01 .. 31,00
A 4.1 -   2026-01-01 .. 16,80
"""
DAY: dict[str, Any] = {"afronding": {"kwartier": {"over": "dag"}}}
HBO, WO = Sleutel("0384", "A", "2.1", "hbo"), Sleutel("0384", "A", "2.1", "wo")


def declared(contract: Contract, minutes: Iterable[tuple[int, str, int]], **toewijzing: str) -> Result:
    """Lines of records on 2.1: (day in March, level, minutes)."""
    rows = [
        {
            "id": f"r{number}",
            "bsn": BSN,
            "datum": f"2026-03-{day:02}",
            "kwalificatieniveau": level,
            "minuten": str(time),
            "prestatiecode": "2.1",
        }
        for number, (day, level, time) in enumerate(minutes)
    ]
    one = {"toewijzingnummer": "1", "bsn": BSN, "gemeente": "0384", "aanbieder": "65656055", "begindatum": "2026-01-01"}
    return mpj.declare(
        [contract], [one | {"prestatiecode": "2.1"} | toewijzing], rows, periode="2026-03", dagtekening=date(2026, 4, 2)
    )


def as_file(result: Result) -> list[Herkomst]:
    return [evolve(row, **UNTOLD) for row in result.herkomst]


def sums(outcome: Herberekening, key: Sleutel) -> tuple[int, ...]:
    group = outcome.groepen[key]
    return group.oud, group.nieuw, group.prijs, group.niveau, group.eenheid, group.vervallen


def test_another_price_is_exact_from_the_lines() -> None:
    old, new = make(MATRIX), make(MATRIX.replace("24,00", "25,00"))
    result = declared(old, [(1, "hbo", 50), (2, "wo", 60)])
    outcome = reprice(result.regels, (), [old], [new])
    assert sums(outcome, HBO) == (7200, 7500, 300, 0, 0, 0)
    assert sums(outcome, WO) == (12400, 12400, 0, 0, 0, 0)
    assert outcome.uit_herkomst == 0


def test_a_level_that_goes_away_moves_to_the_one_below() -> None:
    """The work is told apart at the old price of the level below: 31,00 to 24,00 is level, 24,00 to 25,00 is price."""
    old, new = make(MATRIX), make(MATRIX.replace("31,00", "uitgesloten").replace("24,00", "25,00"))
    result = declared(old, [(2, "wo", 60)])
    outcome = reprice(result.regels, as_file(result), [old], [new])
    assert sums(outcome, WO) == (12400, 10000, 400, -2800, 0, 0)
    assert list(outcome.verschuivingen) == [(WO, "hbo")]


def test_a_new_level_needs_to_know_what_was_delivered() -> None:
    old, new = make(MATRIX.replace("31,00", "uitgesloten")), make(MATRIX)
    result = declared(old, [(1, "hbo", 60), (2, "wo", 60)])
    assert reprice(result.regels, as_file(result), [old], [new]).geweigerd.keys() == {"maximum_onbekend"}
    outcome = reprice(result.regels, result.herkomst, [old], [new])
    assert sums(outcome, HBO) == (19200, 22000, 0, 2800, 0, 0)
    capped = declared(old, [(1, "hbo", 60), (2, "wo", 60)], kwalificatieniveau_max="hbo")
    assert reprice(capped.regels, capped.herkomst, [old], [new]).totaal.verschil == 0


def test_a_new_level_of_what_is_counted_and_not_rounded() -> None:
    """Pieces have no rounding of their own, which the trace is not asked for."""
    jeugdbescherming: dict[str, Any] = {"contract": {"jeugdbescherming": True}, "normtijd": {"11.1": "stuk"}}
    old = make("A 11.1 hbo 2026-01-01 .. 100,00", **jeugdbescherming)
    new = make("A 11.1 hbo 2026-01-01 .. 100,00\nA 11.1 wo 2026-01-01 .. 120,00", **jeugdbescherming)
    pieces = {"id": "a", "bsn": BSN, "datum": "2026-03-02", "kwalificatieniveau": "wo", "aantal": 2, "prestatiecode": "11.1"}
    assigned = {"toewijzingnummer": 1, "bsn": BSN, "gemeente": "0384", "aanbieder": "65656055", "begindatum": "2026-01-01"}
    result = mpj.declare([old], [assigned | {"prestatiecode": "11.1"}], [pieces], periode="2026-03", dagtekening=date(2026, 4, 2))
    outcome = reprice(result.regels, result.herkomst, [old], [new])
    assert sums(outcome, Sleutel("0384", "A", "11.1", "hbo")) == (20_000, 24_000, 0, 4_000, 0, 0)


def test_no_level_at_or_below_is_not_paid() -> None:
    old, new = make(MATRIX), make(MATRIX.replace("18,00", "uitgesloten"))
    result = declared(old, [(1, "mbo", 60)])
    outcome = reprice(result.regels, (), [old], [new])
    assert outcome.vervallen["niveau_te_laag"].oud == 7200
    assert (outcome.totaal.nieuw, outcome.totaal.vervallen) == (0, -7200)


def test_levels_that_meet_on_one_line_are_rounded_together_again() -> None:
    """Per day: 10 minutes hbo and 10 minutes wo are 1 + 1 quarters apart, and 1 quarter on one line."""
    old, new = make(MATRIX, **DAY), make(MATRIX.replace("31,00", "uitgesloten"), **DAY)
    result = declared(old, [(1, "hbo", 10), (1, "wo", 10)])
    outcome = reprice(result.regels, as_file(result), [old], [new])
    assert (outcome.totaal.oud, outcome.totaal.nieuw) == (5500, 2400)
    assert outcome.uit_herkomst == 2


def test_other_rounding_from_the_minutes() -> None:
    old, new = make(MATRIX), make(MATRIX, afronding={"kwartier": {"wijze": "naar_boven", "drempel": 5}})
    result = declared(old, [(1, "hbo", 16), (2, "hbo", 4)])
    outcome = reprice(result.regels, as_file(result), [old], [new])
    assert sums(outcome, HBO) == (4800, 4800, 0, 0, 2400, -2400)
    assert outcome.vervallen.keys() == {"geen_tijd"}


def test_credits_count_negative() -> None:
    old, new = make(MATRIX), make(MATRIX.replace("24,00", "25,00"))
    result = declared(old, [(1, "hbo", 60)])
    credit = evolve(result.regels[0], debetcredit="C", referentienummer="C1")
    outcome = reprice([*result.regels, credit], (), [old], [new])
    total = outcome.totaal
    assert (total.oud, total.nieuw, int(total.volume), total.regels) == (0, 0, 0, 2)


def test_prices_of_another_moment() -> None:
    later = MATRIX.replace("A 2.1 hbo 2026-01-01 .. 24,00", "A 2.1 hbo 2026-01-01 2026-12-31 24,00\nA 2.1 hbo 2027-01-01 .. 26,00")
    old, new = make(MATRIX), make(later)
    result = declared(old, [(1, "hbo", 60)])
    assert reprice(result.regels, (), [old], [new]).totaal.verschil == 0
    assert reprice(result.regels, (), [old], [new], prijspeil=date(2027, 1, 1)).totaal.verschil == 800
    assert reprice(result.regels, (), [old], [new], prijspeil=date(2029, 1, 1)).geweigerd.keys() == {"geen_contract"}


REFUSALS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "drempel_lager": ({"afronding": {"kwartier": {"drempel": 5}}}, {}, {}),
    "afronding_verschilt": ({"afronding": {"kwartier": {"minimum": 0}}}, {}, {}),
    "normtijd_verschilt": ({}, {"normtijd": {"2.1": "uur"}}, {}),
    "productcode_vast": ({}, {"declaratie": {"tr340": "productcode"}}, {}),
    "afgetopt": ({}, {"afronding": {"kwartier": {"wijze": "naar_boven"}}}, {"budget_cent": "5000"}),
    "eenheid_verschilt": ({"normtijd": {"2.1": "uur"}}, {"normtijd": {"2.1": "uur"}, "declaratie": {"eenheid_uur": "minuut"}}, {}),
}


@pytest.mark.parametrize(("reason", "case"), REFUSALS.items(), ids=REFUSALS.keys())
def test_what_the_trace_cannot_tell_is_refused(reason: str, case: tuple[dict[str, Any], dict[str, Any], dict[str, str]]) -> None:
    left, right, toewijzing = case
    old, new = make(MATRIX, **left), make(MATRIX, **right)
    result = declared(old, [(1, "hbo", 50)], **toewijzing)
    outcome = reprice(result.regels, as_file(result), [old], [new])
    assert outcome.geweigerd.keys() == {reason}
    assert outcome.totaal.oud == 0


def test_a_missing_or_damaged_trace_is_refused() -> None:
    old, new = make(MATRIX, **DAY), make(MATRIX.replace("31,00", "uitgesloten"), **DAY)
    result = declared(old, [(1, "hbo", 10), (1, "wo", 10)])
    rows = as_file(result)
    assert reprice(result.regels, (), [old], [new]).geweigerd.keys() == {"herkomst_ontbreekt"}
    wrong = [evolve(rows[0], aantal_eenheden=5), *rows[1:]]
    assert reprice(result.regels, wrong, [old], [new]).geweigerd.keys() == {"herkomst_past_niet"}


def test_lines_of_another_contract_are_an_input_error() -> None:
    old = make(MATRIX)
    result = declared(old, [(1, "hbo", 50)])
    with pytest.raises(InputError) as caught:
        reprice(result.regels, (), [make(MATRIX, contract={"id": "ANDERS"})], [old])
    assert codes(caught.value.faults) == ["contract_onbekend"]


def test_settings_about_which_care_counts_are_named() -> None:
    old, new = make(MATRIX), make(MATRIX, declaratie={"registratiewijze": "planning"})
    result = declared(old, [(1, "hbo", 50)])
    assert [note.kolom for note in reprice(result.regels, (), [old], [new]).meldingen] == ["registratiewijze"]


def test_every_reason_has_a_sentence() -> None:
    assert all(text and not text.endswith(".") for text in (*WEIGERINGEN.values(), *VERVALT.values()))


def test_files_hold_groups_only_and_follow_the_schema(tmp_path: Path) -> None:
    old, new = make(MATRIX), make(MATRIX.replace("31,00", "uitgesloten").replace("24,00", "25,00"))
    result = declared(old, [(1, "hbo", 50), (2, "wo", 60)])
    run, out = tmp_path / "run", tmp_path / "out"
    run.mkdir()
    out.mkdir()
    write_result(result, run)
    outcome, _ = reprice_files(out, [run / "declaratieregels.csv"], trace_of([run / "herkomst.csv"]), [old], [new], None)
    assert (out / "herberekening.csv").read_text("utf-8").splitlines() == [
        "gemeente;perceel;prestatiecode;kwalificatieniveau;volume;oud_cent;nieuw_cent;verschil_cent",
        "0384;A;2.1;hbo;3;7200;7500;300",
        "0384;A;2.1;wo;4;12400;10000;-2400",
    ]
    schema = json.loads((files("mpj.workbench") / "schemas" / "herberekening.json").read_text("utf-8"))
    summary = json.loads((out / "samenvatting.json").read_text("utf-8"))
    jsonschema.validate(summary, schema)
    assert summary["effecten"] == {"prijs_cent": 700, "niveau_cent": -2800, "eenheid_cent": 0, "vervallen_cent": 0}
    assert [step.cent for step in waterfall(outcome).steps] == [19600, 700, -2800, 17500]
    assert [key.kwalificatieniveau for key, _ in movers(outcome)] == ["wo", "hbo"]
    for file in out.iterdir():
        assert BSN.encode() not in file.read_bytes(), file.name
        assert b"r0" not in file.read_bytes() or file.suffix == ".xlsx"


def test_a_row_per_contract_and_month_with_the_hashes_of_both_sides() -> None:
    old, new = make(MATRIX), make(MATRIX.replace("24,00", "25,00"))
    march = declared(old, [(1, "hbo", 60)]).regels
    april = [evolve(line, begindatum=date(2026, 4, 1), einddatum=date(2026, 4, 30), referentienummer="X") for line in march]
    outcome = reprice([*march, *april], (), [old], [new])
    table = months(outcome)
    assert [row[:5] for row in table.rows] == [("T", "2026-03", 1, 9600, 10000), ("T", "2026-04", 1, 9600, 10000)]
    assert sum(sums.nieuw for sums in outcome.maanden.values()) == outcome.totaal.nieuw
    hashes = [row[-1] for row in parties([old], [new]).rows]
    assert hashes == [compile_tariefkaart(old).hash, compile_tariefkaart(new).hash] and hashes[0] != hashes[1]
    many = [evolve(old, id=f"C{number}") for number in range(20)]
    assert report(outcome, many, [new], "").title == "Herberekening 20 contracten → T"


def test_the_same_line_twice_is_an_input_error(tmp_path: Path) -> None:
    old = make(MATRIX)
    write_result(declared(old, [(1, "hbo", 50)]), tmp_path)
    copy = tmp_path / "kopie.csv"
    copy.write_bytes((tmp_path / "declaratieregels.csv").read_bytes())
    with pytest.raises(InputError) as caught:
        reprice_files(tmp_path, [tmp_path / "declaratieregels.csv", copy], [], [old], [old], None)
    assert codes(caught.value.faults) == ["regel_dubbel"]
    (fault,) = caught.value.faults
    assert (fault.bestand, fault.rij, fault.verwacht) == ("kopie.csv", 2, "alleen die in declaratieregels.csv, rij 2")
