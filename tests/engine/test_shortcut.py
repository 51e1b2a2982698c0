"""What is worked out for many records at once is what the steps work out for each, in whole random months.

The shortcut for plain care (`mpj.engine.fast`), and the matches of a search that executors join with.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios
from world import BSN, contract, declare, reasons, registratie, toewijzing

import mpj
from mpj.engine.job import Job
from mpj.engine.opdracht import Opdracht
from mpj.engine.outcome import Uitkomst
from mpj.engine.search import Match, Search
from mpj.engine.sieve import Records
from mpj.records.medewerkers import Levels, collect_medewerkers
from mpj.records.registraties import Ongeldig, as_registraties
from mpj.records.toewijzingen import as_toewijzingen
from mpj.records.verblijf import as_stays


def job_of(scenario: Scenario) -> Job:
    contracten = [mpj.make_contract(spec.toml, spec.tarieven, spec.codes, producten=spec.producten) for spec in scenario.contracten]
    words = Opdracht.of(periode=scenario.periode, dagtekening=scenario.dagtekening, nalevering=scenario.nalevering)
    staff = scenario.medewerkers
    levels = None if staff is None else Levels(collect_medewerkers(staff, contracten[0].protocol))
    return Job(words, contracten, as_toewijzingen(scenario.toewijzingen), levels)


def clients_of(job: Job, scenario: Scenario) -> dict[str, Records]:
    entries = job.entries()
    items = (item if isinstance(item, Ongeldig) else entries.of(item) for item in as_registraties(scenario.registraties))
    clients, _ = job.sift(items, as_stays(scenario.verblijf))
    return dict(clients)


def shown(outcome: Uitkomst) -> tuple[object, ...]:
    """All that an outcome says, whatever the order it says it in."""
    lines = {
        regel.identiteit: [(one.record.datum, one.record.id, one.niveau, one.counted) for one in regel.care]
        for regel in outcome.regels
    }
    return lines, Counter(outcome.uitval), {one.record.id for one in outcome.op_planning}, Counter(outcome.meldingen)


@settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(scenarios())
def test_shortcut_equals_the_steps(scenario: Scenario) -> None:
    job = job_of(scenario)
    for bsn, records in clients_of(job, scenario).items():
        assert shown(job.compute(bsn, records)) == shown(job.by_steps(bsn, records))


def plain_month(dice: random.Random) -> tuple[Job, Records]:
    """Plain care of one client on one or more toewijzingen, most of them with limits that its care may reach."""
    limits: list[dict[str, Any]] = [
        {},
        {"budget_cent": dice.randrange(40_000)},
        *({"volume": dice.randrange(1, 400), "eenheid": "01", "frequentie": code} for code in mpj.MPJ_16.frequenties),
    ]
    codes = dice.choice([["2.1"], ["2.1", "1.3"], ["2.1", "2.1", "1.3"]])
    given = [toewijzing(nummer, prestatiecode=code, **dice.choice(limits)) for nummer, code in enumerate(codes, 1)]
    given[0] |= {"budget_cent": dice.randrange(40_000)}
    aftoppen = {"bij_overschrijding": dice.choice(["aftoppen", "hele_contacten"])}
    prices = {"2.1 hbo": "24,55", "2.1 wo": "31,10", "1.3 hbo": "20,05"}
    words = Opdracht.of(periode="2026-03", dagtekening=date(2026, 4, 7), nalevering=True)
    job = Job(words, [contract(prices, declaratie=aftoppen)], as_toewijzingen(given))
    entries, rows = job.entries(), []
    for _ in range(dice.randrange(25)):
        datum = (date(2026, 2, 1) + timedelta(days=dice.randrange(60))).isoformat()
        nummer = dice.randrange(len(codes))
        niveau = "hbo" if codes[nummer] == "1.3" else dice.choice(["hbo", "wo"])
        rows.append(registratie(datum, dice.randrange(90), niveau, prestatiecode=codes[nummer], toewijzingnummer=nummer + 1))
    return job, Records([entries.of(one) for one in as_registraties(rows) if isinstance(one, mpj.Registratie)])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32))
def test_care_that_a_limit_may_bind_goes_on_by_the_steps_that_are_left(seed: int) -> None:
    job, records = plain_month(random.Random(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Job, "by_steps", None)
        outcome = job.compute(BSN, records)
    assert shown(outcome) == shown(job.by_steps(BSN, records))


def stayed_month(dice: random.Random) -> tuple[Job, Records]:
    """Stays of one client that overlap, on toewijzingen that begin or end within the month and whose limits they may reach."""
    limits: list[dict[str, Any]] = [
        {},
        {"budget_cent": dice.randrange(400_000)},
        {"volume": 9, "eenheid": "14", "frequentie": "4"},
    ]
    ends = {"begindatum": f"2026-02-{dice.randrange(1, 29):02}", "einddatum": f"2026-03-{dice.randrange(1, 32):02}"}
    given = [
        toewijzing(1, prestatiecode="8.2", **dice.choice(limits)),
        toewijzing(2, prestatiecode="8.2", **dice.choice([{}, ends])),
    ]
    given.append(toewijzing(3))
    days = {"laatste_dag": dice.choice(["telt", "telt_niet"])}
    words = Opdracht.of(periode="2026-03", dagtekening=date(2026, 4, 7), nalevering=dice.random() < 0.5)
    job = Job(words, [contract({"8.2": "250,00", "2.1 hbo": "24,55"}, verblijf=days)], as_toewijzingen(given))
    stays: list[dict[str, Any]] = []
    for place in range(dice.randrange(1, 8)):
        begin = date(2026, 2, 10) + timedelta(days=dice.randrange(60))
        end = None if dice.random() < 0.1 else begin + timedelta(days=dice.randrange(30))
        there = dice.choice(["aanwezig", "aanwezig", "afwezig"])
        own = {"toewijzingnummer": dice.choice([1, 1, 1, 2, 2, 3]), "prestatiecode": "8.2", "aanwezigheid": there}
        stays.append({"id": f"v{place}", "bsn": BSN, "begindatum": begin, "einddatum": end} | own)
    contacts = as_registraties([registratie(f"2026-03-{day:02}", toewijzingnummer=3) for day in dice.sample(range(1, 32), 3)])
    clients, _ = job.sift(map(job.entries().of, contacts), as_stays(stays))  # type: ignore[arg-type]
    return job, clients[BSN]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32))
def test_days_of_stays_are_counted_as_the_steps_count_them_without_going_through_all_of_these(seed: int) -> None:
    job, records = stayed_month(random.Random(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Job, "_by_steps", None)
        outcome = job.compute(BSN, records)
    assert shown(outcome) == shown(job.by_steps(BSN, records))


def test_in_these_months_days_are_told_twice_not_billed_and_cut() -> None:
    found = Counter(
        row.reden
        for seed in range(100)
        for job, records in [stayed_month(random.Random(seed))]
        for row in job.compute(BSN, records).uitval
    )
    expected = {"dubbele_dag", "afwezig", "buiten_toewijzing", "budget_overschreden", "omvang_overschreden"}
    assert expected <= {reden for reden, often in found.items() if often > 5}, found


def test_limits_bind_often_in_these_months() -> None:
    months = [plain_month(random.Random(seed)) for seed in range(100)]
    outcomes = [job.compute(BSN, records) for job, records in months]
    cut = [any(row.reden.endswith("_overschreden") for row in outcome.uitval) for outcome in outcomes]
    whole = [any(regel.plain for regel in outcome.regels) for outcome in outcomes]
    assert sum(cut) > 40
    assert sum(one and other for one, other in zip(cut, whole, strict=True)) > 10


@pytest.mark.parametrize(
    ("limit", "cut"), [({"budget_cent": 9_820}, 0), ({"budget_cent": 9_819}, 1), ({"volume": 60}, 0), ({"volume": 59}, 1)]
)
def test_a_limit_that_cannot_bind_changes_nothing_and_one_that_may_goes_on_by_the_steps(limit: dict[str, Any], cut: int) -> None:
    omvang: dict[str, Any] = {"eenheid": "01", "frequentie": "4"} if "volume" in limit else {}
    job = Job(
        Opdracht.of(periode="2026-03", dagtekening=date(2026, 4, 7)),
        [contract({"2.1 hbo": "24,55"})],
        as_toewijzingen([toewijzing(**limit, **omvang)]),
    )
    entries = job.entries()
    items = as_registraties([registratie(minuten=30), registratie(minuten=30)])
    read = [entries.of(one) for one in items if isinstance(one, mpj.Registratie)]
    records = Records(read)
    outcome = job.compute(BSN, records)
    assert shown(outcome) == shown(job.by_steps(BSN, records))
    assert sum(one.counted.afgetopt for one in outcome.care) == cut


def test_a_number_on_a_toewijzing_that_no_contract_can_read_is_told_so() -> None:
    """Its code cannot be read for want of a contract of its aanbieder, so there is no prestatiecode to ask the protocol for."""
    elsewhere = toewijzing(aanbieder="12345678", productcode="45210")
    result = declare(contract({"2.1 hbo": "24,55"}), [elsewhere], [registratie(toewijzingnummer=1, prestatiecode=None)])
    assert reasons(result) == {"geen_contract": 1}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(), st.dates(date(2025, 10, 1), date(2026, 8, 1)), st.integers(0, 250))
def test_the_matches_of_some_days_are_those_of_each_day(scenario: Scenario, first: date, more: int) -> None:
    job = job_of(scenario)
    days = [first + timedelta(days=place) for place in range(more + 1)]
    for reeks in {entry.reeks for records in clients_of(job, scenario).values() for entry in records.registraties}:
        stretches = job.stretches(Search(reeks.bsn, reeks.toewijzingnummer, reeks.gemeente, reeks.vorm.zorgcode))
        found = list(stretches.matches(days[0], days[-1]))
        for day in days:
            answer = stretches.on(day)
            own = [match for begin, einde, match in found if begin <= day <= einde]
            assert own == ([answer] if isinstance(answer, Match) else [])
