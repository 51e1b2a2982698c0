"""The laws that hold for any input, as properties over whole random scenarios."""

from __future__ import annotations

import pickle
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios
from world import run, traced

import mpj
from mpj.engine import Declaratieregel, Result
from mpj.engine.limits import maximum_per_period, maximum_total
from mpj.protocol import MPJ_16, Afronding
from mpj.protocol.rounding import round_minutes, shares
from mpj.reading.periods import month_of
from mpj.records import Toewijzing
from mpj.records.rows import Row
from mpj.records.toewijzingen import parse_toewijzing
from mpj.tariefkaart import Tariefkaart, compile_tariefkaart

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


def current(scenario: Scenario, line: Declaratieregel) -> list[Toewijzing]:
    """The readable rows of a line's toewijzing."""
    rows = (parse_toewijzing(Row({key: str(value) for key, value in row.items()})) for row in scenario.toewijzingen)
    return [row for row in rows if isinstance(row, Toewijzing) and row.sleutel == (line.gemeente, line.toewijzingnummer)]


def kaarten(scenario: Scenario) -> dict[str, Tariefkaart]:
    contracts = [mpj.make_contract(spec.toml, spec.tarieven, spec.codes, producten=spec.producten) for spec in scenario.contracten]
    return {contract.id: compile_tariefkaart(contract) for contract in contracts}


@quick
@given(scenarios())
def test_conservation(scenario: Scenario) -> None:
    """Every registratie ends in one place; minutes, units and cents add up from both ends; the summary says the same."""
    result = run(scenario)
    behind = [row.bron for row in result.herkomst if row.soort == "registratie"]
    aside = [row for row in result.uitval if row.soort == "registratie"]
    assert len(behind) + len(aside) == len(scenario.registraties)
    assert len(behind) == len(set(behind))
    summary = result.samenvatting
    assert summary["gelezen"] == summary["gedeclareerd"] + summary["uitval"]
    assert summary["gedeclareerd"] == len(result.herkomst)
    assert sum(summary["uitval_per_reden"].values()) == summary["uitval"]
    assert (
        summary["bedrag_cent"] == sum(line.bedrag_cent for line in result.regels) == sum(row.bedrag_cent for row in result.herkomst)
    )
    units: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in result.herkomst:
        units[row.referentienummer][0] += row.aantal_eenheden
        units[row.referentienummer][1] += row.bedrag_cent
    assert {line.referentienummer: [line.volume, line.bedrag_cent] for line in result.regels} == units


@quick
@given(scenarios(), st.integers())
def test_order_independence(scenario: Scenario, seed: int) -> None:
    """Another order of the rows changes nothing."""
    chance = random.Random(seed)

    def shuffled(rows: Iterable[dict[str, str]] | None) -> list[dict[str, str]]:
        return chance.sample(list(rows or []), len(list(rows or [])))

    other = replace(
        scenario,
        registraties=shuffled(scenario.registraties),
        verblijf=shuffled(scenario.verblijf),
        toewijzingen=shuffled(scenario.toewijzingen),
        medewerkers=None if scenario.medewerkers is None else shuffled(scenario.medewerkers),
        contracten=scenario.contracten[::-1],
    )
    first, second = run(scenario), run(other)
    assert first.regels == second.regels
    assert first.herkomst == second.herkomst
    assert first.uitval == second.uitval
    left: dict[str, Any] = {**first.samenvatting}
    right: dict[str, Any] = {**second.samenvatting}
    left["contracten"] = sorted(left["contracten"], key=lambda contract: str(contract["id"]))
    right["contracten"] = sorted(right["contracten"], key=lambda contract: str(contract["id"]))
    assert left == right


@quick
@given(scenarios())
def test_determinism(scenario: Scenario) -> None:
    assert run(scenario) == run(scenario)


@quick
@given(scenarios())
def test_a_line_never_crosses_a_month_a_toewijzing_or_a_price(scenario: Scenario) -> None:
    result = run(scenario)
    for line in result.regels:
        assert month_of(line.begindatum) == month_of(line.einddatum)
        assert any(
            toewijzing.geldig(line.begindatum) and toewijzing.geldig(line.einddatum) for toewijzing in current(scenario, line)
        )
        if not (line.normtijd == "uur" and line.eenheid == "01"):
            assert line.bedrag_cent == line.volume * line.tarief_cent
        assert line.volume > 0 and line.bedrag_cent > 0
    keys = [
        (line.gemeente, line.toewijzingnummer, line.productcategorie, line.productcode, line.begindatum) for line in result.regels
    ]
    assert len(keys) == len(set(keys))
    assert len({line.referentienummer for line in result.regels}) == len(result.regels)


@quick
@given(scenarios())
def test_billed_level_is_contracted_and_not_above_the_delivered(scenario: Scenario) -> None:
    result, cards, order = run(scenario), kaarten(scenario), MPJ_16.niveaus
    lines = {line.referentienummer: line for line in result.regels}
    for row in result.herkomst:
        line = lines[row.referentienummer]
        if line.kwalificatieniveau:
            assert order.index(line.kwalificatieniveau) <= order.index(row.kwalificatieniveau)
            contracted = cards[line.contract].niveaus(line.perceel, line.prestatiecode, month_of(line.begindatum))
            assert line.kwalificatieniveau in contracted


@quick
@given(scenarios())
def test_billed_volume_stays_within_the_limits(scenario: Scenario) -> None:
    result = run(scenario)
    groups: dict[tuple[str, int], list[Declaratieregel]] = defaultdict(list)
    for line in result.regels:
        groups[line.gemeente, line.toewijzingnummer].append(line)
    for lines in groups.values():
        versions = current(scenario, lines[0])
        assert any(_within(version, lines) for version in versions)


def _within(toewijzing: Toewijzing, lines: list[Declaratieregel]) -> bool:
    if toewijzing.budget_cent is not None and sum(line.bedrag_cent for line in lines) > toewijzing.budget_cent:
        return False
    if toewijzing.eenheid is None:
        return True
    unit = MPJ_16.eenheden[toewijzing.eenheid]
    total, periods = 0, defaultdict[int, int](int)
    for line in lines:
        wire = MPJ_16.eenheden[line.eenheid]
        if wire.telt == unit.telt:
            total += line.volume_bericht * wire.gewicht
            periods[month_of(line.begindatum)] += line.volume_bericht * wire.gewicht
    whole = maximum_total(MPJ_16, toewijzing)
    if whole is not None and total > whole * unit.gewicht:
        return False
    return all(
        (most := maximum_per_period(MPJ_16, toewijzing, month)) is None or used <= most * unit.gewicht
        for month, used in periods.items()
    )


@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=20),
    st.sampled_from([15, 60]),
    st.builds(
        Afronding, st.sampled_from(["rekenkundig", "naar_boven", "naar_beneden"]), st.just("dag"), st.integers(0, 3), st.just(0)
    ),
)
def test_shares_add_up_to_the_sum_rounded_once(minutes: list[int], unit: int, afronding: Afronding) -> None:
    parts = shares(minutes, unit, afronding)
    assert sum(parts) == round_minutes(sum(minutes), unit, afronding)
    assert all(part >= 0 for part in parts)


def test_the_result_type_is_public() -> None:
    assert mpj.Result is Result


@quick
@given(scenarios())
def test_a_result_that_is_pickled_holds_the_rows_of_its_trace(scenario: Scenario) -> None:
    """And not the care that they are made of until then, with a contract behind it."""
    result = evolve(run(scenario), herkomst=traced(scenario))
    again = pickle.loads(pickle.dumps(result))
    assert again == result and hash(again) == hash(result)
    assert again.traces == again.herkomst == result.herkomst
    assert evolve(result, herkomst=()).herkomst == ()
