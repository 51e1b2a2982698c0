"""Output from start to line: what `prestaties` come to, on the examples of the standard protocols and by laws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import mpj
from mpj import Contract, Declaratieregel, Result, make_contract
from mpj.reading.periods import last_day, month_of, month_text, parse_month
from mpj.verification import MemoryHistory, verify

BSN, OTHER = "999900006", "999900018"
CODES = {
    "45S01": ("stuk", "125,00"),
    "45P01": ("periode", "200,00"),
    "45W01": ("week", "150,00"),
    "45T01": ("traject", None),
    "48G01": ("gi_maand", "801,25"),
    "45K01": ("taak", "1000,00"),
    "45U01": ("uur", "40,00"),
}


def contract(codes: Mapping[str, tuple[str, str | None]] = CODES, **changes: str) -> Contract:
    told = {"id": "R-1", "protocol": "MPJ-16", "aanbieder": "65656055", "gemeenten": ["0384"]}
    dates = {"begindatum": date(2021, 1, 1), "einddatum": date(2030, 12, 31)}
    rows = [
        {"productcategorie": code[:2], "productcode": code, "variant": variant, "tarief": tarief, "begindatum": "2021-01-01"}
        for code, (variant, tarief) in codes.items()
    ]
    return make_contract({"contract": told | dates, **changes}, [], producten=rows)


CONTRACT = contract()


def granted(code: str, begin: str, end: str | None = None, nummer: int = 1001, **more: Any) -> dict[str, object]:
    own = {"productcode": code, "productcategorie": code[:2], "begindatum": begin, "einddatum": end}
    return {"toewijzingnummer": nummer, "bsn": BSN, "gemeente": "0384", "aanbieder": "65656055"} | own | more


def event(identity: str, code: str, day: str, gebeurtenis: str, aantal: int | None = None, **more: object) -> dict[str, object]:
    told = {"id": identity, "bsn": BSN, "datum": day, "productcode": code, "gebeurtenis": gebeurtenis}
    return told | ({} if aantal is None else {"aantal": aantal}) | more


def run(periode: str, toewijzingen: list[dict[str, object]], prestaties: list[dict[str, object]], **more: Any) -> Result:
    later = last_day(parse_month(periode)) + timedelta(5)
    return mpj.declare([CONTRACT], toewijzingen, prestaties=prestaties, periode=periode, dagtekening=later, **more)


def wire(line: Declaratieregel) -> tuple[str, str, int, int]:
    return line.begindatum.isoformat()[:7], line.eenheid, line.volume_bericht, line.bedrag_cent


def reasons(result: Result) -> list[tuple[str, str]]:
    return sorted((row.bron, row.reden) for row in result.uitval if row.soort == "prestatie")


def test_a_piece_is_its_price() -> None:
    found = run(
        "2026-03",
        [granted("45S01", "2026-01-01")],
        [event("a", "45S01", "2026-03-05", "stuk", 3), event("b", "45S01", "2026-03-06", "stuk")],
    )
    (line,) = found.regels
    assert wire(line) == ("2026-03", "82", 4, 50_000)
    assert (line.prestatiecode, line.kwalificatieniveau, line.productcode, line.tarief_cent) == ("", "", "45S01", 12_500)
    assert [(row.soort, row.bron, row.aantal_eenheden, row.bedrag_cent) for row in found.herkomst] == [
        ("prestatie", "a", 3, 37_500),
        ("prestatie", "b", 1, 12_500),
    ]


WEEKS = [
    ("2022-06-04", {"2022-04": 30_000, "2022-05": 90_000}),
    ("2022-07-31", {"2022-04": 30_000, "2022-05": 75_000, "2022-06": 60_000, "2022-07": 75_000}),
]


@pytest.mark.parametrize(("end", "expected"), WEEKS)
def test_weeks_are_billed_month_by_month(end: str, expected: dict[str, int]) -> None:
    grants, told = [granted("45W01", "2022-04-15", end)], [event("s", "45W01", "2022-04-15", "start")]
    for month in ("2022-03", "2022-04", "2022-05", "2022-06", "2022-07", "2022-08"):
        found = {line.declaratieperiode: line for line in run(month, grants, told).regels}
        assert {month: line.bedrag_cent for month, line in found.items()} == ({month: expected[month]} if month in expected else {})
        assert all(line.eenheid == "83" and line.volume_bericht == line.bedrag_cent for line in found.values())
    late = run("2022-08", grants, told, nalevering=True)
    assert {line.begindatum.isoformat()[:7]: line.bedrag_cent for line in late.regels} == expected


def test_a_period_is_billed_whole_and_a_broken_one_is_agreed() -> None:
    grants = [granted("45P01", "2026-01-15")]
    told = [event("s", "45P01", "2026-01-15", "start")]
    found = run("2026-02", grants, told, nalevering=True)
    assert [wire(line) for line in found.regels] == [("2026-02", "83", 20_000, 20_000)]
    (aside,) = found.uitval
    assert (aside.reden, aside.waarde_cent, aside.datum) == ("eenheid_past_niet", 20_000, date(2026, 1, 15))


@pytest.mark.parametrize("amount", [{"volume": 975_000, "eenheid": "83", "frequentie": "6"}, {"budget_cent": 975_000}])
@pytest.mark.parametrize(
    "told",
    [
        [("mijlpaal", 70), ("mijlpaal", 30)],
        [("mijlpaal", 70), ("mijlpaal", None)],
        [("start", 70), ("einde", 30)],
    ],
)
def test_a_traject_is_billed_in_its_milestones(told: list[tuple[str, int | None]], amount: dict[str, Any]) -> None:
    grants = [granted("45T01", "2026-01-12", "2026-06-30", **amount)]
    days = ("2026-01-12", "2026-06-17")
    happened = [event(str(place), "45T01", day, *one) for place, (day, one) in enumerate(zip(days, told, strict=True))]
    assert [wire(line) for line in run("2026-01", grants, happened).regels] == [("2026-01", "83", 682_500, 682_500)]
    assert [wire(line) for line in run("2026-06", grants, happened).regels] == [("2026-06", "83", 292_500, 292_500)]
    more = [*happened, event("9", "45T01", "2026-06-20", "mijlpaal", 1)]
    both = run("2026-06", grants, more, nalevering=True)
    assert sum(line.bedrag_cent for line in both.regels) == 975_000
    assert reasons(both)[0][1] in ("budget_overschreden", "omvang_overschreden")


def test_a_traject_of_which_only_the_end_is_told_is_billed_once_at_its_end() -> None:
    grants = [granted("45T01", "2026-04-08", "2026-06-17", volume=100_000, eenheid="83", frequentie="6")]
    told = [event("s", "45T01", "2026-04-08", "start"), event("e", "45T01", "2026-06-17", "einde")]
    found = run("2026-06", grants, told, nalevering=True)
    assert [(wire(line), line.begindatum, line.einddatum) for line in found.regels] == [
        (("2026-06", "83", 100_000, 100_000), date(2026, 6, 1), date(2026, 6, 17))
    ]
    assert reasons(found) == [("s", "geen_tijd")]


def test_a_gi_is_billed_by_month() -> None:
    grants = [granted("48G01", "2026-01-15", "2026-12-31")]
    told = [event("s", "48G01", "2026-01-15", "start"), event("e", "48G01", "2026-03-02", "einde")]
    assert reasons(run("2026-01", grants, told)) == [("e", "na_periode"), ("s", "na_periode")]
    found = run("2026-03", grants, told, nalevering=True)
    assert [wire(line) for line in found.regels] == [("2026-02", "82", 1, 80_125), ("2026-03", "82", 1, 80_125)]
    assert [row.bron for row in found.herkomst] == ["s", "s", "e"]


GI_SETTINGS: dict[str, Any] = {
    "contract": {"id": "G-1", "protocol": "MPJ-16", "aanbieder": "65656055", "gemeenten": ["0384"], "jeugdbescherming": True}
    | {"begindatum": date(2026, 1, 1), "einddatum": date(2026, 12, 31)},
    "perceel": [{"code": "A"}],
}


@pytest.mark.parametrize("code", ["11.1", "48B10"])
@pytest.mark.parametrize("normtijd", ["maand", "etmaal"])
def test_mpj_care_of_a_gi_by_month(code: str, normtijd: str) -> None:
    rows = [{"prestatiecode": "11.1", "kwalificatieniveau": "", "tarief": "801,25", "begindatum": "2026-01-01"}]
    gi = make_contract(GI_SETTINGS | {"normtijd": {"11.1": normtijd}}, rows)
    grants = [granted("48B10", "2026-01-15", "2026-12-31")]
    told = [event("s", code, "2026-01-15", "start"), event("e", code, "2026-03-02", "einde")]
    asked: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 5), "nalevering": True}
    found = mpj.declare([gi], grants, prestaties=told, **asked)
    if normtijd == "maand":
        assert [wire(line) for line in found.regels] == [("2026-02", "82", 1, 80_125), ("2026-03", "82", 1, 80_125)]
        assert {(line.prestatiecode, line.productcode) for line in found.regels} == {("11.1", "48B10")}
    else:
        assert found.regels == ()
        assert {reden for _, reden in reasons(found)} <= {"eenheid_past_niet", "voor_periode"}


def test_a_contact_is_no_month() -> None:
    rows = [{"prestatiecode": "11.1", "kwalificatieniveau": "", "tarief": "801,25", "begindatum": "2026-01-01"}]
    gi = make_contract(GI_SETTINGS | {"normtijd": {"11.1": "maand"}}, rows)
    contact = {"bsn": BSN, "datum": "2026-02-10", "medewerker": "m", "minuten": 100, "kwalificatieniveau": "hbo"}
    found = mpj.declare(
        [gi],
        [granted("48B10", "2026-01-01", "2026-12-31")],
        [contact | {"id": "r1"}, contact | {"id": "r2", "datum": "2026-02-11"}],
        prestaties=[event("s", "11.1", "2026-01-01", "start")],
        periode="2026-02",
        dagtekening=date(2026, 3, 5),
    )
    assert [wire(line) for line in found.regels] == [("2026-02", "82", 1, 80_125)]
    assert [(row.bron, row.reden) for row in found.uitval if row.soort == "registratie"] == [
        ("r1", "eenheid_past_niet"),
        ("r2", "eenheid_past_niet"),
    ]


def test_verify_takes_one_month_on_a_line_and_no_more() -> None:
    rows = [{"prestatiecode": "11.1", "kwalificatieniveau": "", "tarief": "801,25", "begindatum": "2026-01-01"}]
    gi = make_contract(GI_SETTINGS | {"normtijd": {"11.1": "maand"}}, rows)
    grants = [granted("48B10", "2026-01-01", "2026-12-31")]
    asked: dict[str, Any] = {"periode": "2026-02", "dagtekening": date(2026, 3, 5)}
    result = mpj.declare([gi], grants, prestaties=[event("s", "11.1", "2026-01-01", "start")], **asked)
    for months in (1, 12):
        lines = [evolve(line, volume_bericht=months, volume=months, bedrag_cent=months * 80_125) for line in result.regels]
        (message,) = mpj.messages.declaratieberichten(lines, dagtekening=date(2026, 3, 5))
        found = verify(message, [gi], grants, dagtekening=date(2026, 3, 10), history=MemoryHistory())
        assert [one.regelcode for one in found.bevindingen] == ([] if months == 1 else ["MPJ07"])


def test_a_protocol_without_months_sets_such_prestaties_aside() -> None:
    without = {naam: one for naam, one in mpj.MPJ_16.normtijden.items() if one.variant != "gi_maand"}
    other = evolve(mpj.MPJ_16, id="ANDERS", normtijden=without)
    rows = [{"prestatiecode": "11.1", "kwalificatieniveau": "", "tarief": "801,25", "begindatum": "2026-01-01"}]
    settings_of = GI_SETTINGS | {"contract": GI_SETTINGS["contract"] | {"protocol": "ANDERS"}, "normtijd": {"11.1": "etmaal"}}
    gi = make_contract(settings_of, rows, protocols={"ANDERS": other})
    told = [event("s", "11.1", "2026-01-01", "start")]
    asked: dict[str, Any] = {"periode": "2026-02", "dagtekening": date(2026, 3, 5)}
    found = mpj.declare([gi], [granted("48B10", "2026-01-01", "2026-12-31")], prestaties=told, **asked)
    assert found.regels == () and reasons(found) == [("s", "eenheid_past_niet")]


def test_other_care_of_mpj_takes_no_prestaties() -> None:
    found = run("2026-03", [granted("45210", "2026-01-01")], [event("s", "45210", "2026-03-01", "start")])
    assert (found.regels, reasons(found)) == ((), [("s", "eenheid_past_niet")])


def test_the_advice_of_a_gi_is_one_piece_at_the_end() -> None:
    found = run("2026-03", [granted("45S01", "2026-01-01")], [event("e", "45S01", "2026-03-20", "einde")])
    assert [wire(line) for line in found.regels] == [("2026-03", "82", 1, 12_500)]


def test_a_task_has_no_line() -> None:
    found = run("2026-03", [granted("45K01", "2026-01-01")], [event("s", "45K01", "2026-03-01", "start")])
    assert (found.regels, reasons(found)) == ((), [("s", "geen_tijd")])


def test_care_goes_on_over_the_toewijzing_that_follows() -> None:
    grants = [granted("45W01", "2026-01-01", "2026-03-15"), granted("45W01", "2026-03-16", "2026-12-31", 1002)]
    found = run("2026-03", grants, [event("s", "45W01", "2026-01-01", "start")])
    assert [(line.toewijzingnummer, line.volume) for line in found.regels] == [(1001, 3), (1002, 2)]


def test_a_week_is_billed_on_one_of_two_toewijzingen_that_lie_beside_each_other() -> None:
    """Also where the one that ends first covers the middle of the other."""
    grants = [granted("45W01", "2026-01-01", "2026-12-31"), granted("45W01", "2026-03-11", "2026-03-24", 1002)]
    found = run("2026-03", grants, [event("s", "45W01", "2026-03-02", "start")])
    assert {line.toewijzingnummer: line.volume for line in found.regels} == {1001: 3, 1002: 2}
    assert ("s", "dubbel") in reasons(found)


@pytest.mark.parametrize(("start", "einde"), [("a", "b"), ("b", "a")])
def test_an_end_on_the_day_of_its_start_is_its_end_whatever_their_ids(start: str, einde: str) -> None:
    grants = [granted("45W01", "2026-01-01", "2026-12-31")]
    found = run("2026-02", grants, [event(start, "45W01", "2026-02-10", "start"), event(einde, "45W01", "2026-02-10", "einde")])
    assert [wire(line) for line in found.regels] == [("2026-02", "83", 15_000, 15_000)]


def test_an_end_ends_what_ran_before_what_starts_that_day() -> None:
    grants = [granted("45W01", "2026-01-01", "2026-12-31")]
    told = [
        event("a", "45W01", "2026-01-05", "start"),
        event("z", "45W01", "2026-02-10", "einde"),
        event("b", "45W01", "2026-02-10", "start"),
    ]
    found = run("2026-02", grants, told)
    assert [wire(line) for line in found.regels] == [("2026-02", "83", 60_000, 60_000)]
    assert reasons(found) == [("a", "voor_periode"), ("b", "dubbel")]


def test_an_end_in_9999_is_none() -> None:
    grants = [granted("45W01", "2026-02-02", "9999-12-31")]
    told = [event("a", "45W01", "2026-02-02", "start"), event("b", "45W01", "9999-12-31", "einde")]
    assert [wire(line) for line in run("2026-02", grants, told).regels] == [("2026-02", "83", 45_000, 45_000)]


def test_every_day_without_a_toewijzing_is_told() -> None:
    dates = [("2026-01-01", "2026-02-05"), ("2026-02-10", "2026-02-15"), ("2026-02-20", "2026-12-31")]
    grants = [granted("45P01", first, last, 1001 + place) for place, (first, last) in enumerate(dates)]
    told = [event("a", "45P01", "2026-01-01", "start"), event("b", "45P01", "2026-03-31", "einde")]
    rows = [row for row in run("2026-02", grants, told).uitval if row.bron == "a" and row.reden == "geen_toewijzing"]
    assert [(str(row.datum), str(row.datum_tot), row.aantal) for row in rows] == [("2026-02-06", "2026-02-19", 2)]


def test_an_end_without_a_start_begins_with_its_toewijzing() -> None:
    grants = [granted("45W01", "2026-03-02", "2026-12-31")]
    found = run("2026-03", grants, [event("e", "45W01", "2026-03-15", "einde")])
    assert [wire(line) for line in found.regels] == [("2026-03", "83", 30_000, 30_000)]


def test_what_lies_outside_the_toewijzing_of_a_product_speaks_of_no_other_care() -> None:
    """An end without a start, and the days of a run: the toewijzing of another product of that day says nothing of them."""
    grants = [granted("45W01", "2026-01-05", "2026-03-08"), granted("45P01", "2026-01-05", "2026-12-31", 1002)]
    for told in ([event("e", "45W01", "2026-03-10", "einde")], [event("e", "45W01", "2026-03-09", "start")]):
        (aside,) = run("2026-03", grants, told).uitval
        text = "de cliënt heeft op deze datum geen toewijzing voor dit product"
        assert (aside.reden, aside.toelichting, aside.vervolg) == ("geen_toewijzing", text, "wacht")
    (numbered,) = run("2026-03", grants, [event("e", "45W01", "2026-03-10", "einde", toewijzingnummer=1002)]).uitval
    assert numbered.toelichting == "toewijzing 1002 van gemeente 0384 is specifiek: andere zorg"
    (unassigned,) = run("2026-03", grants, [event("e", "45S01", "2026-03-10", "einde")]).uitval
    assert unassigned.reden == "prestatiecode_niet_toegewezen"


def test_a_limit_stops_output_as_well() -> None:
    grants = [granted("45S01", "2026-01-01", volume=2, eenheid="82", frequentie="6")]
    found = run("2026-03", grants, [event("a", "45S01", "2026-03-05", "stuk", 3), event("b", "45S01", "2026-03-06", "stuk")])
    assert [wire(line) for line in found.regels] == [("2026-03", "82", 2, 25_000)]
    assert [row.afgetopt for row in found.herkomst] == [True]
    assert reasons(found) == [("b", "omvang_overschreden")]


def test_a_budget_is_shared_with_everything_on_its_toewijzing() -> None:
    generic = granted("45S01", "2026-01-01", "2026-12-31", budget_cent=30_000) | {"productcode": None, "productcategorie": None}
    told = [event("a", "45S01", "2026-03-05", "stuk"), event("s", "45W01", "2026-03-02", "start")]
    found = run("2026-03", [generic], told)
    assert sum(line.bedrag_cent for line in found.regels) == 27_500
    assert ("s", "budget_overschreden") in reasons(found)


@pytest.mark.parametrize(
    ("told", "reden"),
    [
        (event("a", "99999", "2026-03-05", "stuk"), "niet_mpj"),
        (event("a", "45W01", "2026-03-05", "mijlpaal", 5), "eenheid_past_niet"),
        (event("a", "45U01", "2026-03-05", "stuk"), "eenheid_past_niet"),
        (event("a", "45W01", "2026-03-05", "start", 4), "eenheid_past_niet"),
        (event("a", "45S01", "2026-03-05", "start"), "eenheid_past_niet"),
        (event("a", "45S01", "2026-04-05", "stuk"), "na_periode"),
        (event("a", "45S01", "2026-02-05", "stuk"), "voor_periode"),
        (event("a", "45S01", "2026-03-05", "stuk", 0), "geen_tijd"),
        (event("a", "45P01", "2026-03-05", "start"), "prestatiecode_niet_toegewezen"),
        (event("a", "45S01", "2026-03-05", "stuk", toewijzingnummer=7), "toewijzing_onbekend"),
        (event("a", "45S01", "2026-03-05", "stuk", bsn=OTHER), "geen_toewijzing"),
        (event("a", "45S01", "2026-13-05", "stuk"), "ongeldig"),
    ],
)
def test_what_cannot_be_billed_is_set_aside(told: dict[str, object], reden: str) -> None:
    found = run("2026-03", [granted("45S01", "2026-01-01"), granted("45W01", "2026-01-01", "2026-12-31", 1002)], [told])
    assert (found.regels, reasons(found)) == ((), [("a", reden)])


def test_an_id_counts_once() -> None:
    one = event("a", "45S01", "2026-03-05", "stuk")
    found = run(
        "2026-03",
        [granted("45S01", "2026-01-01")],
        [one, one, event("b", "45S01", "2026-03-06", "stuk"), event("b", "45S01", "2026-03-07", "stuk")],
    )
    assert sum(line.bedrag_cent for line in found.regels) == 12_500
    assert reasons(found) == [("a", "dubbel"), ("b", "id_meermaals"), ("b", "id_meermaals")]


def test_a_second_end_tells_of_no_care() -> None:
    """Which of two ends is the right one nobody said: the first ends what began, and the other is set aside."""
    told = [event("a", "45W01", "2026-03-09", "start"), event("b", "45W01", "2026-03-31", "einde", gemeente="0384")]
    twice = [*told, event("c", "45W01", "2026-03-16", "einde", toewijzingnummer=1001)]
    found = run("2026-03", [granted("45W01", "2026-03-02", "2026-12-31")], twice)
    assert sum(line.bedrag_cent for line in found.regels) == 2 * 15_000
    assert reasons(found) == [("b", "ongeldig")]


def test_each_toewijzing_may_have_an_end_without_a_start() -> None:
    grants = [granted("45W01", "2026-03-02", "2026-03-15"), granted("45W01", "2026-03-16", "2026-12-31", 1002)]
    found = run("2026-03", grants, [event("a", "45W01", "2026-03-15", "einde"), event("b", "45W01", "2026-03-29", "einde")])
    assert {line.toewijzingnummer: line.volume for line in found.regels} == {1001: 2, 1002: 2}


def test_what_an_earlier_run_declared_is_not_declared_again() -> None:
    grants, told = [granted("45W01", "2022-04-15", "2022-07-31")], [event("s", "45W01", "2022-04-15", "start")]
    may = run("2022-05", grants, told)
    again = run("2022-06", grants, told, nalevering=True, eerder=may.regels)
    assert Counter(line.begindatum.isoformat()[:7] for line in again.regels) == {"2022-04": 1, "2022-06": 1}
    assert ("s", "reeds_gedeclareerd") in reasons(again)


KINDS = {
    "45S01": ("stuk", "einde"),
    "45W01": ("start", "einde"),
    "45P01": ("start", "einde"),
    "48G01": ("start", "einde"),
    "45T01": ("mijlpaal", "einde", "start"),
}
MONTHS = [month_text(parse_month("2025-11") + place) for place in range(8)]


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    days = st.dates(date(2025, 11, 1), date(2026, 6, 30))
    grants, told = [], []
    for nummer in range(draw(st.integers(1, 4))):
        code = draw(st.sampled_from(sorted(KINDS)))
        begin, end = sorted((draw(days), draw(days)))
        limit: dict[str, object] = {"budget_cent": draw(st.integers(0, 200_000))}
        if draw(st.booleans()):
            limit = {
                "volume": draw(st.integers(0, 90_000)),
                "eenheid": "82" if code in ("45S01", "48G01") else "83",
                "frequentie": "6",
            }
        grants.append(granted(code, begin.isoformat(), end.isoformat(), 1001 + nummer, **limit))
    for place in range(draw(st.integers(0, 8))):
        code = draw(st.sampled_from(sorted(KINDS)))
        count = draw(st.one_of(st.none(), st.integers(0, 120)))
        count = count if code in ("45S01", "45T01") else None
        told.append(event(f"p{place}", code, draw(days).isoformat(), draw(st.sampled_from(KINDS[code])), count))
    return grants, told


@given(scenarios())
@settings(max_examples=60)
def test_nothing_is_lost_billed_twice_or_beyond_what_is_assigned(
    found: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    grants, told = found
    whole = run(MONTHS[-1], grants, told, nalevering=True)
    behind = {row.bron for row in whole.herkomst} | {row.bron for row in whole.uitval}
    assert behind >= {str(one["id"]) for one in told}
    for grant in grants:
        own = [line for line in whole.regels if line.toewijzingnummer == grant["toewijzingnummer"]]
        cents = sum(line.bedrag_cent for line in own)
        volume = sum(line.volume_bericht for line in own)
        assert cents <= int(str(grant.get("budget_cent", cents)))
        assert volume <= int(str(grant.get("volume", volume)))
        assert len({(line.productcode, month_of(line.begindatum)) for line in own}) == len(own)
    for line in whole.regels:
        rows = [row for row in whole.herkomst if row.referentienummer == line.referentienummer]
        assert (sum(row.aantal_eenheden for row in rows), sum(row.bedrag_cent for row in rows)) == (line.volume, line.bedrag_cent)
        assert line.volume * line.tarief_cent == line.bedrag_cent > 0
        assert line.volume_bericht == (line.bedrag_cent if line.eenheid == "83" else line.volume)
    assert run(MONTHS[-1], grants[::-1], told[::-1], nalevering=True).regels == whole.regels


@given(scenarios())
@settings(max_examples=40)
def test_month_by_month_is_the_same_as_all_at_once(found: tuple[list[dict[str, object]], list[dict[str, object]]]) -> None:
    grants = [
        {name: value for name, value in one.items() if name not in ("budget_cent", "volume", "eenheid", "frequentie")}
        for one in found[0]
    ]
    told = [one for one in found[1] if one["productcode"] != "45T01"]
    whole = {(*wire(line), line.toewijzingnummer) for line in run(MONTHS[-1], grants, told, nalevering=True).regels}
    steps = [(*wire(line), line.toewijzingnummer) for month in MONTHS for line in run(month, grants, told).regels]
    assert sorted(steps) == sorted(whole)


@pytest.mark.parametrize("second", ["2022-06-01", "2022-05-30"])
def test_a_run_in_the_last_sundays_week_and_one_in_the_broken_last_week_are_two_weeks(second: str) -> None:
    """Both are billed on the last Sunday of the toewijzing, 29 May, and neither is the other."""
    grants = [granted("45W01", "2022-04-15", "2022-06-04")]
    told = [
        event("a", "45W01", "2022-05-23", "start"),
        event("b", "45W01", "2022-05-27", "einde"),
        event("c", "45W01", second, "start"),
        event("d", "45W01", "2022-06-03", "einde"),
    ]
    found = run("2022-05", grants, told)
    assert [wire(line) for line in found.regels] == [("2022-05", "83", 30_000, 30_000)]
    assert ("c", "dubbel") not in reasons(found)


def test_a_week_of_two_runs_of_which_one_goes_on_into_the_broken_last_week_is_billed_once() -> None:
    grants = [granted("45W01", "2022-04-15", "2022-06-04")]
    told = [
        event("a", "45W01", "2022-05-23", "start"),
        event("b", "45W01", "2022-05-25", "einde"),
        event("c", "45W01", "2022-05-27", "start"),
    ]
    found = run("2022-05", grants, told)
    assert [wire(line) for line in found.regels] == [("2022-05", "83", 30_000, 30_000)]
    assert ("c", "dubbel") in reasons(found)


def elsewhere(variant: str = "stuk", code: str = "45S01", price: str = "99,00") -> Contract:
    """A contract of another aanbieder with the same gemeente."""
    told = {"id": "R-2", "protocol": "MPJ-16", "aanbieder": "65651122", "gemeenten": ["0384"]}
    dates = {"begindatum": date(2021, 1, 1), "einddatum": date(2030, 12, 31)}
    row = {"productcategorie": code[:2], "productcode": code, "variant": variant, "tarief": price, "begindatum": "2021-01-01"}
    return make_contract({"contract": told | dates}, [], producten=[row])


def test_a_toewijzing_of_another_aanbieder_is_no_candidate_for_a_product_that_this_one_does_not_have() -> None:
    asked: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 5)}
    generic = {"productcode": None, "productcategorie": None, "budget_cent": 1_000_000}
    grants = [
        granted("45W01", "2026-01-01", "2026-12-31", 1001) | generic,
        granted("45W01", "2026-01-01", "2026-12-31", 1002, aanbieder="65651122") | generic,
    ]
    told = [event("a", "45W01", "2026-03-02", "start")]
    found = mpj.declare([CONTRACT, elsewhere()], grants, prestaties=told, **asked)
    assert [line.toewijzingnummer for line in found.regels] == [1001]
    (row,) = mpj.declare([CONTRACT, elsewhere()], grants[1:], prestaties=told, **asked).uitval
    assert (row.reden, row.toelichting.rpartition(" is ")[2]) == ("prestatiecode_niet_toegewezen", "specifiek: andere zorg")


def test_the_prices_of_output_are_part_of_what_both_parties_compare() -> None:
    cheap, dear = (mpj.tariefkaart.compile_tariefkaart(elsewhere(price=price)).hash for price in ("99,00", "99,01"))
    assert cheap != dear
