"""Output through the ledger: pieces, weeks, periods, trajects and months of a GI, over months, answers and corrections."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from engine.test_prestaties import CONTRACT, WEEKS, event, granted
from hypothesis import given, settings
from hypothesis import strategies as st

import mpj
from ledger.conftest import Databases
from ledger.support import Partij, empty_ledger, lines
from mpj.engine import Result


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


def test_a_gi_runs_on_by_month(path: Path) -> None:
    one = partij(path, granted("48G01", "2026-01-15", "2026-12-31"))
    start = event("s", "48G01", "2026-01-15", "start")
    assert told(month(one, "2026-01", start)) == []
    assert told(month(one, "2026-02", start)) == [("D", "2026-02", 80_125)]
    assert told(month(one, "2026-03", event("e", "48G01", "2026-03-02", "einde"))) == [("D", "2026-03", 80_125)]
    assert told(month(one, "2026-04")) == []


MONTHS = [f"2026-{month:02d}" for month in range(1, 8)]
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30)).map(date.isoformat)
KINDS = {"45S01": ("stuk", "einde"), "45W01": ("start", "einde"), "45P01": ("start", "einde"), "48G01": ("start", "einde")}
CODES = st.sampled_from(["45S01", "45W01", "45W01", "45P01", "48G01", "45T01", "45U01"])


@st.composite
def happenings(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A prestatie, or a registratie of a product of effort, with an id of its own."""
    code = draw(CODES)
    if code == "45U01":
        record = {"id": name, "bsn": granted(code, "2026-01-01")["bsn"], "datum": draw(DAYS), "productcode": code}
        return record | {"minuten": draw(st.sampled_from([30, 60, 100]))}
    if code == "45T01":
        return event(name, code, draw(DAYS), "mijlpaal", draw(st.sampled_from([10, 20])))
    count = draw(st.sampled_from([None, 2])) if code == "45S01" else None
    return event(name, code, draw(DAYS), draw(st.sampled_from(KINDS[code])), count)


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


def steps_equal_the_whole(one: Partij, runs: list[list[dict[str, Any]]], assigned: list[list[dict[str, object]]]) -> None:
    """Whatever comes in whatever run: what stands in the end is what one run over the newest of all declares."""
    one.contract = CONTRACT
    newest: dict[tuple[bool, str], dict[str, Any]] = {}
    standing: Counter[tuple[object, ...]] = Counter()
    options: dict[str, Any] = {"crediteer": True, "verblijf_loopt_door": True}
    for periode, items, grants in zip(MONTHS, runs, assigned, strict=True):
        one.toewijzingen = list(grants)
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
    net(whole, mpj.declare([CONTRACT], assigned[-1], registraties, prestaties=prestaties, **asked))
    assert +standing == whole
    assert min(standing.values(), default=0) >= 0


@pytest.mark.long
@settings(max_examples=30, deadline=None)
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
