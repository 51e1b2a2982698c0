"""Output through the ledger: pieces, weeks, periods, trajects and months of a GI, over months, answers and corrections."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from engine.test_prestaties import BSN, CODES, CONTRACT, OTHER, WEEKS, event, granted
from engine.test_prestaties import contract as contract_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import mpj
from ledger.conftest import Databases
from ledger.support import Partij, empty_ledger, lines
from mpj.engine import Result
from mpj.ledger import codes_asked


def partij(url: str | Path, *toewijzingen: dict[str, object]) -> Partij:
    one = Partij(url)
    one.contract = CONTRACT
    one.toewijzingen = list(toewijzingen)
    return one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return empty_ledger(tmp_path / "ledger.db")


def month(one: Partij, periode: str, *told: dict[str, object], **more: Any) -> Result:
    """Declare what happened, send it, and have everything granted; the same run again makes no line, sent or answered."""
    result = one.agreed(periode=periode, prestaties=told, **more)
    messages = one.send(result)
    assert lines(one.run(periode=periode, prestaties=told, **more)) == []
    one.book(messages)
    assert lines(one.run(periode=periode, prestaties=told, **more)) == []
    return result


def told(result: Result) -> list[tuple[str, str, int]]:
    """The lines as (D or C, month of care, cents)."""
    return [(line.debetcredit, line.begindatum.isoformat()[:7], line.bedrag_cent) for line in result.regels]


def reasons(result: Result) -> list[tuple[str, str]]:
    return sorted((row.bron, row.reden) for row in result.uitval)


@pytest.mark.parametrize(("end", "expected"), WEEKS)
def test_weeks_run_on_month_by_month(path: Path, end: str, expected: dict[str, int]) -> None:
    one = partij(path, granted("45W01", "2022-04-15", end))
    start = event("s", "45W01", "2022-04-15", "start")
    for periode in ("2022-04", "2022-05", "2022-06", "2022-07", "2022-08"):
        wanted = [("D", periode, expected[periode])] if periode in expected else []
        assert told(month(one, periode, start)) == wanted


def test_a_start_that_is_not_given_does_not_run_on(path: Path) -> None:
    one = partij(path, granted("45W01", "2022-04-15", "2022-12-31"))
    start = event("s", "45W01", "2022-04-15", "start")
    month(one, "2022-04", start)
    may = one.run(periode="2022-05")
    assert lines(may) == []
    assert {(row.bron, row.reden) for row in may.uitval} == {("s", "verblijf_onbevestigd")}
    assert sum(row.waarde_cent or 0 for row in may.uitval) == 75_000
    assert told(one.run(periode="2022-05", verblijf_loopt_door=True)) == [("D", "2022-05", 75_000)]


def test_an_end_that_comes_late_credits_what_went_too_far(path: Path) -> None:
    one = partij(path, granted("45W01", "2022-04-15", "2022-12-31"))
    start = event("s", "45W01", "2022-04-15", "start")
    for periode in ("2022-04", "2022-05"):
        month(one, periode, start)
    end = event("e", "45W01", "2022-05-08", "einde")
    assert told(month(one, "2022-06", end)) == [("C", "2022-05", 75_000), ("D", "2022-05", 30_000)]
    assert told(month(one, "2022-07")) == []


def test_a_traject_is_declared_in_its_milestones(path: Path) -> None:
    one = partij(path, granted("45T01", "2026-01-12", "2026-06-30", volume=975_000, eenheid="83", frequentie="6"))
    assert told(month(one, "2026-01", event("a", "45T01", "2026-01-12", "mijlpaal", 70))) == [("D", "2026-01", 682_500)]
    assert told(month(one, "2026-02")) == []
    assert told(month(one, "2026-06", event("b", "45T01", "2026-06-17", "mijlpaal"))) == [("D", "2026-06", 292_500)]
    late = month(one, "2026-07", event("c", "45T01", "2026-02-03", "mijlpaal", 10))
    assert told(late) == [] and ("c", "omvang_overschreden") in reasons(late)


TRAJECT = granted("45T01", "2026-01-12", "2026-12-31", volume=100_000, eenheid="83", frequentie="6")


def test_what_is_left_of_a_traject_stays_what_others_left_of_it(path: Path) -> None:
    one = partij(path, TRAJECT)
    assert told(month(one, "2026-02", event("a", "45T01", "2026-02-10", "mijlpaal", 60))) == [("D", "2026-02", 60_000)]
    assert told(month(one, "2026-04", event("b", "45T01", "2026-04-10", "mijlpaal"))) == [("D", "2026-04", 40_000)]
    moved = month(one, "2026-05", event("a", "45T01", "2026-03-10", "mijlpaal", 60))
    assert sorted(told(moved)) == [("C", "2026-02", 60_000), ("D", "2026-03", 60_000)]
    smaller = month(
        one, "2026-06", event("a", "45T01", "2026-03-10", "mijlpaal", 50), event("c", "45T01", "2026-02-01", "mijlpaal", 5)
    )
    assert sum(cents if kind == "D" else -cents for kind, _, cents in told(smaller)) == 0


def test_a_milestone_that_comes_late_takes_no_cent_of_those_that_stand(path: Path) -> None:
    """33% of 101 cents is 33, and what completes the whole is the rest: 34 where it is the middle one, as it was billed last."""
    one = partij(path, granted("45T01", "2026-01-12", "2026-12-31", volume=101, eenheid="83", frequentie="6"))
    assert told(month(one, "2026-01", event("a", "45T01", "2026-01-12", "mijlpaal", 33))) == [("D", "2026-01", 33)]
    assert told(month(one, "2026-03", event("c", "45T01", "2026-03-12", "mijlpaal", 34))) == [("D", "2026-03", 34)]
    assert told(month(one, "2026-04", event("b", "45T01", "2026-02-12", "mijlpaal", 33))) == [("D", "2026-02", 34)]
    assert told(month(one, "2026-05", event("p", "45T01", "2026-05-12", "mijlpaal", 1))) == []
    less = month(one, "2026-06", event("c", "45T01", "2026-03-12", "mijlpaal", 30))
    assert told(less)[:2] == [("C", "2026-02", 34), ("D", "2026-02", 33)]
    assert told(less)[2:] == [("C", "2026-03", 34), ("D", "2026-03", 30), ("D", "2026-05", 1)]


def test_a_milestone_before_the_begin_keeps_its_part_of_the_traject(path: Path) -> None:
    one = partij(path, TRAJECT)
    one.ledger.begin("2026-03")
    assert told(month(one, "2026-03", event("a", "45T01", "2026-02-10", "mijlpaal", 60))) == []
    assert told(month(one, "2026-04", event("b", "45T01", "2026-04-10", "mijlpaal"))) == [("D", "2026-04", 40_000)]
    late = month(one, "2026-05", event("c", "45T01", "2026-03-10", "mijlpaal", 10))
    assert told(late) == [] and ("c", "omvang_overschreden") in reasons(late)
    assert told(month(one, "2026-06")) == []


def test_a_gi_runs_on_by_month(path: Path) -> None:
    one = partij(path, granted("48G01", "2026-01-15", "2026-12-31"))
    start = event("s", "48G01", "2026-01-15", "start")
    assert told(month(one, "2026-01", start)) == []
    assert told(month(one, "2026-02", start)) == [("D", "2026-02", 80_125)]
    assert told(month(one, "2026-03", event("e", "48G01", "2026-03-02", "einde"))) == [("D", "2026-03", 80_125)]
    assert told(month(one, "2026-04")) == []


MONTHS = [f"2026-{month:02d}" for month in range(1, 8)]
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30)).map(date.isoformat)
GEBEURTENISSEN = {"45S01": ("stuk", "einde"), "45W01": ("start", "einde"), "45P01": ("start", "einde"), "48G01": ("start", "einde")}
PRODUCTS = st.sampled_from(["45S01", "45W01", "45W01", "45P01", "48G01", "45T01", "45U01"])


@st.composite
def happenings(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A prestatie, or a registratie of a product of effort, with an id of its own."""
    code = draw(PRODUCTS)
    if code == "45U01":
        record = {"id": name, "bsn": granted(code, "2026-01-01")["bsn"], "datum": draw(DAYS), "productcode": code}
        return record | {"minuten": draw(st.sampled_from([30, 60, 100]))}
    if code == "45T01":
        return event(name, code, draw(DAYS), "mijlpaal", draw(st.sampled_from([10, 20])))
    count = draw(st.sampled_from([None, 2])) if code == "45S01" else None
    return event(name, code, draw(DAYS), draw(st.sampled_from(GEBEURTENISSEN[code])), count)


@st.composite
def toewijzingen(draw: st.DrawFn, version: int) -> list[dict[str, object]]:
    """What is assigned in this version: a toewijzing per product, of the weekly one two, whose dates may change."""
    grants = []
    for place, code in enumerate(["45S01", "45W01", "45W01", "45P01", "48G01", "45T01", "45U01"]):
        begin, end = sorted((draw(DAYS), draw(DAYS)))
        if place != 1 and draw(st.booleans()):
            begin, end = "2026-01-01", "2026-12-31"
        more = {"budget_cent": 1_000_000} if code == "45T01" else {}
        dated = f"2025-12-{version + 1:02d}"
        grants.append(granted(code, begin, end, 1001 + place, toewijzingsdatum=dated, **more))
    return grants


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, object]]]]:
    """What comes in each run, an id perhaps again with other content, and the toewijzingen as they are then."""
    runs, assigned, current = [], [], draw(toewijzingen(0))
    for number in range(len(MONTHS)):
        names = draw(st.lists(st.sampled_from("abcdefgh"), max_size=3, unique=True))
        runs.append([draw(happenings(name)) for name in names])
        if number and draw(st.integers(0, 3)) == 0:
            current = draw(toewijzingen(number))
        assigned.append(current)
    return runs, assigned


def split(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the registraties and the prestaties of these records."""
    return [one for one in items if "minuten" in one], [one for one in items if "minuten" not in one]


def net(standing: Counter[tuple[object, ...]], result: Result) -> None:
    """Add up what a run declares, by what a line means."""
    for line in result.regels:
        key = line.toewijzingnummer, line.productcode, str(line.begindatum), str(line.einddatum), line.volume_bericht
        standing[(*key, line.bedrag_cent)] += 1 if line.debetcredit == "D" else -1


def steps_equal_the_whole(
    one: Partij, runs: list[list[dict[str, Any]]], assigned: list[list[dict[str, object]]], contract: mpj.Contract = CONTRACT
) -> None:
    """Whatever comes in whatever run: what stands in the end is what one run over the newest of all declares.

    A toewijzing that a file no longer names is as it was: only a version of its own removes it. Where a budget was reached, what
    was granted first keeps its place, so that the order in which care came decides.
    """
    one.contract = contract
    newest: dict[tuple[bool, str], dict[str, Any]] = {}
    granted_last: dict[object, dict[str, object]] = {}
    standing: Counter[tuple[object, ...]] = Counter()
    options: dict[str, Any] = {"crediteer": True, "verblijf_loopt_door": True}
    for periode, items, grants in zip(MONTHS, runs, assigned, strict=True):
        one.toewijzingen = list(grants)
        granted_last |= {grant["toewijzingnummer"]: grant for grant in grants}
        newest |= {("minuten" in item, item["id"]): item for item in items}
        registraties, prestaties = split(items)
        result = one.agreed(*registraties, periode=periode, prestaties=prestaties, **options)
        net(standing, result)
        messages = one.send(result)
        assert lines(one.agreed(periode=periode, **options)) == []
        one.book(messages)
        assert lines(one.agreed(*registraties, periode=periode, prestaties=prestaties, **options)) == []
    registraties, prestaties = split(list(newest.values()))
    asked: dict[str, Any] = {"periode": MONTHS[-1], "dagtekening": date(2026, 7, 31), "nalevering": True}
    whole: Counter[tuple[object, ...]] = Counter()
    at_once = mpj.declare([contract], list(granted_last.values()), registraties, prestaties=prestaties, **asked)
    net(whole, at_once)
    spent = any(row.reden == "budget_overschreden" for one in (result, at_once) for row in one.uitval)
    assert spent or +standing == whole
    assert min(standing.values(), default=0) >= 0


@pytest.mark.long
@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(histories())
def test_steps_equal_the_whole(history: tuple[list[list[dict[str, Any]]], list[list[dict[str, object]]]]) -> None:
    one = Partij("sqlite://")
    steps_equal_the_whole(one, *history)
    one.ledger.close()


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(histories())
def test_steps_equal_the_whole_on_each_database(
    databases: Databases, history: tuple[list[list[dict[str, Any]]], list[list[dict[str, object]]]]
) -> None:
    one = Partij(url := databases.new())
    steps_equal_the_whole(one, *history)
    one.ledger.close()
    databases.drop(url)


# The cause decides


def changed(code: str, variant: str, tarief: str | None) -> mpj.Contract:
    return contract_of(CODES | {code: (variant, tarief)})


def three_weeks(path: Path) -> Partij:
    """Weeks of which those of April 2022 are granted."""
    one = partij(path, granted("45W01", "2022-04-15", "2022-12-31"))
    month(one, "2022-04", event("s", "45W01", "2022-04-15", "start"))
    return one


@pytest.mark.parametrize(("variant", "tarief"), [("week", "160,00"), ("periode", "150,00"), ("stuk", "150,00"), ("taak", "150,00")])
def test_a_contract_credits_nothing_by_itself(path: Path, variant: str, tarief: str) -> None:
    one = three_weeks(path)
    one.contract = changed("45W01", variant, tarief)
    start = event("s", "45W01", "2022-04-15", "start")
    again = one.agreed(periode="2022-04", prestaties=[start], akkoord=[])
    assert lines(again) == []


def test_a_product_that_is_gone_credits_nothing_by_itself(path: Path) -> None:
    one = three_weeks(path)
    one.contract = contract_of({code: told for code, told in CODES.items() if code != "45W01"})
    assert lines(one.run(periode="2022-05", prestaties=[event("s", "45W01", "2022-04-15", "start")])) == []


def test_a_dearer_week_is_repriced_when_somebody_asks_for_it(path: Path) -> None:
    one = three_weeks(path)
    asked: dict[str, Any] = {"van": "2022-04", "tot": "2022-04", "dagtekening": date(2022, 5, 31)}
    with pytest.raises(mpj.InputError) as error:
        one.ledger.reprice([changed("45W01", "week", "160,00")], **asked)
    made = one.ledger.reprice([changed("45W01", "week", "160,00")], **asked, akkoord=codes_asked(error.value))
    assert told(made) == [("C", "2022-04", 30_000), ("D", "2022-04", 32_000)]
    assert {line.volume_bericht for line in made.regels} == {30_000, 32_000}


def test_a_toewijzing_that_ends_earlier_is_decided_by_somebody(path: Path) -> None:
    one = three_weeks(path)
    one.toewijzingen = [granted("45W01", "2022-04-15", "2022-04-20", toewijzingsdatum="2022-05-02")]
    held = one.run(periode="2022-05", verblijf_loopt_door=True)
    assert told(held) == []
    assert [fault.code for fault in held.meldingen if fault.code == "toegekend_blijft_staan"]
    assert lines(one.run(periode="2022-05", verblijf_loopt_door=True)) == []
    assert told(one.run(periode="2022-05", verblijf_loopt_door=True, crediteer=True))[0] == ("C", "2022-04", 30_000)


def standing(*results: Result) -> Counter[str]:
    """The cents that stand after these runs, by month of care."""
    found: Counter[str] = Counter()
    for result in results:
        for kind, periode, cents in told(result):
            found[periode] += cents if kind == "D" else -cents
    return found


@pytest.mark.parametrize(
    ("before", "after", "held", "decided"),
    [
        ("2022-02-03", "2022-02-28", {"2022-01": 75_000, "2022-02": 60_000}, {"2022-01": 60_000, "2022-02": 75_000}),
        ("2022-12-31", "2022-02-03", {"2022-01": 60_000, "2022-02": 60_000}, {"2022-01": 75_000, "2022-02": 0}),
    ],
)
def test_the_last_week_of_an_end_that_moved_stands_once(
    path: Path, before: str, after: str, held: dict[str, int], decided: dict[str, int]
) -> None:
    one = partij(path, granted("45W01", "2022-01-01", before))
    start = event("s", "45W01", "2022-01-05", "start")
    runs = [month(one, "2022-01", start), month(one, "2022-02", start)]
    one.toewijzingen = [granted("45W01", "2022-01-01", after, toewijzingsdatum="2022-02-20")]
    runs.append(month(one, "2022-03", verblijf_loopt_door=True))
    assert standing(*runs) == held
    runs.append(month(one, "2022-04", crediteer=True))
    assert standing(*runs) == decided


def test_an_end_holds_no_month_that_its_toewijzing_no_longer_gives(path: Path) -> None:
    one = partij(path, granted("48G01", "2026-01-01", "2026-12-31"))
    month(one, "2026-03", event("s", "48G01", "2026-02-28", "start"), event("e", "48G01", "2026-03-17", "einde"))
    one.toewijzingen = [granted("48G01", "2026-01-01", "2026-02-12", toewijzingsdatum="2026-03-20")]
    held = one.run(periode="2026-04")
    assert told(held) == [] and [fault.code for fault in held.meldingen if fault.code == "toegekend_blijft_staan"]
    assert told(one.run(periode="2026-04", crediteer=True)) == [("C", "2026-03", 80_125)]


def test_a_month_that_its_toewijzing_breaks_is_decided_by_somebody(path: Path) -> None:
    one = partij(path, granted("45P01", "2026-01-01", "2026-12-31"))
    month(one, "2026-03", event("s", "45P01", "2026-03-01", "start"))
    one.toewijzingen = [granted("45P01", "2026-01-01", "2026-03-20", toewijzingsdatum="2026-03-21")]
    assert told(one.run(periode="2026-04")) == []
    assert told(one.run(periode="2026-04", crediteer=True)) == [("C", "2026-03", 20_000)]


def test_a_line_that_waits_credits_no_granted_weeks(path: Path) -> None:
    one = partij(path, granted("45W01", "2022-01-01", "2022-12-31"))
    start = event("s", "45W01", "2022-01-05", "start")
    waits = one.send(one.run(periode="2022-01", prestaties=[start]))
    month(one, "2022-02", start)
    one.toewijzingen = [granted("45W01", "2022-01-01", "2022-01-30", toewijzingsdatum="2022-02-20")]
    assert told(one.run(periode="2022-03")) == []
    one.book(waits)
    assert standing(one.run(periode="2022-03", crediteer=True))["2022-02"] == -60_000


def test_a_start_that_was_of_another_client_moves_with_its_money(path: Path) -> None:
    one = partij(path, granted("45W01", "2022-01-01"), granted("45W01", "2022-01-01", nummer=1002) | {"bsn": OTHER})
    start = event("s", "45W01", "2022-01-05", "start")
    month(one, "2022-01", start)
    assert told(month(one, "2022-02", start | {"bsn": OTHER})) == [
        ("C", "2022-01", 60_000),
        ("D", "2022-01", 60_000),
        ("D", "2022-02", 60_000),
    ]


def test_a_traject_of_less_money_is_decided_by_somebody(path: Path) -> None:
    assigned: dict[str, Any] = {"volume": 975_000, "eenheid": "83", "frequentie": "6"}
    one = partij(path, granted("45T01", "2026-01-12", "2026-06-30", **assigned))
    month(one, "2026-01", event("a", "45T01", "2026-01-12", "mijlpaal", 70))
    one.toewijzingen = [
        granted("45T01", "2026-01-12", "2026-06-30", toewijzingsdatum="2026-02-01", **assigned | {"volume": 500_000})
    ]
    assert told(one.run(periode="2026-02")) == []
    assert told(one.run(periode="2026-02", crediteer=True)) == [("C", "2026-01", 682_500), ("D", "2026-01", 350_000)]


def test_a_rejected_line_goes_again_once_it_changed(path: Path) -> None:
    one = partij(path, granted("45S01", "2026-01-01", "2026-12-31"))
    result = one.run(periode="2026-01", prestaties=[event("a", "45S01", "2026-01-12", "stuk", 2)])
    one.settle(result, [line.referentienummer for line in result.regels])
    waits = one.run(periode="2026-02")
    assert (told(waits), reasons(waits)) == ([], [("a", "afgekeurd")])
    again = one.run(periode="2026-02", prestaties=[event("a", "45S01", "2026-01-12", "stuk", 1)])
    assert told(again) == [("D", "2026-01", 12_500)]


def test_what_is_left_out_of_a_complete_file_is_withdrawn(path: Path) -> None:
    one = partij(path, granted("45S01", "2026-01-01", "2026-12-31"))
    pieces = [event(name, "45S01", "2026-01-12", "stuk") for name in "ab"]
    month(one, "2026-01", *pieces)
    less = one.agreed(periode="2026-02", prestaties=pieces[:1], volledig_vanaf="2026-01")
    assert told(less) == [("C", "2026-01", 25_000), ("D", "2026-01", 12_500)]


def test_an_assigned_amount_is_never_passed_over_months(path: Path) -> None:
    generic = granted("45S01", "2026-01-01", "2026-12-31", budget_cent=50_000) | {"productcode": None, "productcategorie": None}
    one = partij(path, generic)
    start = event("s", "45W01", "2026-01-05", "start")
    cents = 0
    for number, periode in enumerate(MONTHS[:4]):
        result = month(one, periode, start, event(f"p{number}", "45S01", f"{periode}-20", "stuk"))
        cents += sum(line.bedrag_cent if line.debetcredit == "D" else -line.bedrag_cent for line in result.regels)
    assert 0 < cents <= 50_000


# What is kept


def test_a_client_whose_care_goes_on_is_not_erased_and_shown_without_a_bsn(path: Path) -> None:
    one = partij(path, granted("45W01", "2022-04-15"))
    month(one, "2022-04", event("s", "45W01", "2022-04-15", "start"))
    with pytest.raises(mpj.InputError, match="start zonder einde"):
        one.ledger.erase([BSN], op=date(2040, 1, 1))
    shown = one.ledger.held(BSN)
    assert shown is not None
    assert "Prestaties" in dict(shown.facts) and BSN not in repr(shown)
    month(one, "2022-05", event("e", "45W01", "2022-05-08", "einde"))
    one.toewijzingen = [granted("45W01", "2022-04-15", "2022-05-31", toewijzingsdatum="2022-06-01")]
    month(one, "2022-06")
    assert one.ledger.erase([BSN], op=date(2040, 1, 1)) == (1, 0)
    assert one.ledger.check()[1] == []


def test_care_of_before_the_begin_is_opened_by_a_file_of_prestaties(tmp_path: Path, path: Path) -> None:
    file = tmp_path / "nog.csv"
    file.write_text(f"id;bsn;datum;productcode;gebeurtenis\na;{BSN};2026-02-10;45S01;stuk\n", "utf-8")
    one = partij(path, granted("45S01", "2026-01-01", "2026-12-31"), granted("45W01", "2026-01-01", "2026-12-31", 1002))
    one.ledger.begin("2026-03", nog_te_declareren=[file])
    given_ = [event(name, "45S01", "2026-02-10", "stuk") for name in "ab"] + [event("s", "45W01", "2026-01-05", "start")]
    shown = one.run(periode="2026-03", prestaties=given_)
    assert told(shown) == [("D", "2026-03", 75_000)]
    (code,) = [fault.kolom.removeprefix("akkoord ") for fault in shown.meldingen if fault.code == "akkoord_nodig"]
    opened = one.run(periode="2026-03", prestaties=given_, akkoord=[code])
    assert told(opened) == [("D", "2026-02", 12_500), ("D", "2026-03", 75_000)]
    assert ("b", "voor_periode") in reasons(opened)


def test_care_that_lost_its_toewijzing_goes_whole_with_its_end_too(path: Path) -> None:
    one = partij(path, granted("48G01", "2026-01-01", "2026-12-31"))
    began, ended = event("s", "48G01", "2026-03-28", "start"), event("e", "48G01", "2026-05-17", "einde")
    assert told(month(one, "2026-05", began, ended)) == [("D", "2026-04", 80_125), ("D", "2026-05", 80_125)]
    one.toewijzingen = [granted("48G01", "2026-01-01", "2026-03-31", toewijzingsdatum="2026-01-02")]
    assert told(one.run(periode="2026-06")) == []
    assert told(month(one, "2026-06", crediteer=True)) == [("C", "2026-04", 80_125), ("C", "2026-05", 80_125)]


def test_months_that_another_toewijzing_broke_are_no_matter_of_the_contract(path: Path) -> None:
    one = partij(path, granted("45P01", "2026-01-01", "2026-12-31"))
    ended = event("e", "45P01", "2026-03-01", "einde")
    assert told(month(one, "2026-03", ended)) == [("D", "2026-01", 20_000), ("D", "2026-02", 20_000)]
    one.toewijzingen = [granted("45P01", "2026-02-24", "2026-04-23", toewijzingsdatum="2026-01-02")]
    assert told(one.run(periode="2026-04")) == []
    assert told(month(one, "2026-04", crediteer=True)) == [("C", "2026-01", 20_000), ("C", "2026-02", 20_000)]


@pytest.mark.parametrize("end", [None, "2022-06-08"])
def test_a_run_of_an_earlier_month_says_nothing_of_granted_weeks_after_it(path: Path, end: str | None) -> None:
    one = partij(path, granted("45W01", "2022-04-15", "2022-12-31"), granted("45S01", "2022-04-15", "2022-12-31", 1002))
    care = [event("s", "45W01", "2022-04-15", "start"), *([event("e", "45W01", end, "einde")] if end else [])]
    for periode in ("2022-04", "2022-05", "2022-06"):
        month(one, periode, *care)
    later = event("p", "45S01", "2022-06-20", "stuk")
    for crediteer in (False, False, True):
        again = one.run(periode="2022-04", prestaties=[*care, later], crediteer=crediteer)
        assert lines(again) == []
        assert [fault for fault in again.meldingen if fault.code == "toegekend_blijft_staan"] == []


def test_an_end_that_a_run_of_an_earlier_month_brings_is_for_the_run_of_its_own(path: Path) -> None:
    """June is granted by its start alone; a run of May computes nothing of June, and credits nothing of it, however often."""
    one = partij(path, granted("45W01", "2022-04-15", "2022-12-31"))
    start, end = event("s", "45W01", "2022-06-06", "start"), event("e", "45W01", "2022-06-08", "einde")
    assert told(month(one, "2022-06", start)) == [("D", "2022-06", 45_000)]
    for _ in range(3):
        assert told(one.run(periode="2022-05", prestaties=[end])) == []
    assert told(month(one, "2022-06")) == [("C", "2022-06", 45_000), ("D", "2022-06", 15_000)]
