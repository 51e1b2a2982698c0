"""Repricing against a run: the lines made under one contract cost, under another, what running the same care again would cost."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st
from scenarios import LEVELS, ContractSpec, Dice, Row, Scenario, hulpvorm, scenarios

import mpj
from mpj.contract import Contract
from mpj.engine import Declaratieregel, Herkomst, Result
from mpj.output.read import UNTOLD
from mpj.workbench.reprice.repricing import reprice
from mpj.workbench.reprice.values import Herberekening

PRICES = ["24,56", "11", "97,34", "0,02", "25,40", "0,50", "123,00", "18,10"]


def other_contract(dice: Dice, spec: ContractSpec) -> ContractSpec:
    """The contract with other prices, other levels, and sometimes other rounding or units."""
    toml: dict[str, Any] = copy.deepcopy(spec.toml)
    rows = [dict(row) for row in spec.tarieven]
    for row in rows:
        if row["tarief"] != "uitgesloten" and dice.one_in(2):
            row["tarief"] = dice.pick(PRICES)
        if row["kwalificatieniveau"] and dice.one_in(4):
            row["tarief"] = "uitgesloten" if row["tarief"] != "uitgesloten" else dice.pick(PRICES)
    rows += list(extra_levels(dice, rows, spec))
    kind = dice.number(0, 5)
    if kind == 4:
        rounding = toml.setdefault("afronding", {}).setdefault(dice.pick(["kwartier", "uur"]), {})
        rounding[dice.pick(["minimum", "drempel"])] = dice.pick([1, 2, 20])
        rounding["wijze"] = dice.pick(["naar_boven", "rekenkundig", "naar_beneden"])
        rounding["over"] = dice.pick(["contact", "dag", "productperiode"])
    elif kind == 5:
        toml["normtijd"] = {code: "kwartier" if name == "uur" else name for code, name in toml.get("normtijd", {}).items()}
        if not toml["normtijd"]:
            del toml["normtijd"]
    return ContractSpec(toml, rows, spec.codes)


def extra_levels(dice: Dice, rows: list[Row], spec: ContractSpec) -> Iterable[Row]:
    """New level cells on codes that have levels; not where an own code table would have no code for them."""
    cells = {(row["perceel"], row["prestatiecode"], row["kwalificatieniveau"]) for row in rows}
    for perceel, code in sorted({(perceel, code) for perceel, code, niveau in cells if niveau}):
        niveau = dice.pick(LEVELS)
        if spec.codes is None and hulpvorm(code) < 10 and (perceel, code, niveau) not in cells and dice.one_in(2):
            begin = str(spec.toml["contract"]["begindatum"])
            yield {
                "perceel": perceel,
                "prestatiecode": code,
                "kwalificatieniveau": niveau,
                "begindatum": begin,
                "einddatum": "",
                "tarief": dice.pick(PRICES),
            }


def run(
    scenario: Scenario, specs: Iterable[ContractSpec], ids: set[tuple[str, str]] | None = None
) -> tuple[list[Contract], Result]:
    """Declare the scenario, or only the records in `ids`, without the limits of its toewijzingen."""
    contracts = [mpj.make_contract(spec.toml, spec.tarieven, spec.codes) for spec in specs]
    limitless = [without_limits(row) for row in scenario.toewijzingen]
    records = [row for row in scenario.registraties if ids is None or ("registratie", row.get("id", "")) in ids]
    stays = [row for row in scenario.verblijf if ids is None or ("verblijf", row.get("id", "")) in ids]
    result = mpj.declare(
        contracts,
        limitless,
        records,
        verblijf=stays,
        medewerkers=scenario.medewerkers,
        periode=scenario.periode,
        dagtekening=scenario.dagtekening,
        nalevering=scenario.nalevering,
    )
    return contracts, result


def without_limits(row: Row) -> Row:
    """A toewijzing with a budget that is never used up and no limit on the volume; the unit it names stays."""
    plenty = {"budget_cent": "999999999"} if row.get("budget_cent", "").isdigit() else {}
    huge = {"volume": "999999"} if row.get("volume") else {}
    return {**row, **plenty, **huge}


def totals(lines: Iterable[Declaratieregel]) -> Counter[tuple[str, ...]]:
    result: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        result[line.gemeente, line.perceel, line.prestatiecode, line.kwalificatieniveau] += line.bedrag_cent
    return +result


def new_totals(outcome: Herberekening) -> Counter[tuple[str, ...]]:
    result: Counter[tuple[str, ...]] = Counter()
    for (group, niveau), sums in outcome.verschuivingen.items():
        if niveau is not None:
            result[group.gemeente, group.perceel, group.prestatiecode, niveau] += sums.nieuw
    return +result


def as_file(rows: Iterable[Herkomst]) -> list[Herkomst]:
    """The trace as an old herkomst.csv holds it."""
    return [evolve(row, **UNTOLD) for row in rows]


def check(outcome: Herberekening, old: Result, new: Result) -> None:
    """Either every line was repriced, to the cent, or the refusals are named; the effects always add up."""
    whole = outcome.totaal
    assert whole.prijs + whole.niveau + whole.eenheid + whole.vervallen == whole.verschil
    refused = sum(sums.oud for sums in outcome.geweigerd.values())
    assert whole.oud + refused == sum(line.bedrag_cent for line in old.regels)
    for reason in outcome.geweigerd:
        event(f"refused: {reason}")
    if outcome.volledig:
        event("complete")
        assert new_totals(outcome) == totals(new.regels)


@settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(scenarios(), st.data())
def test_repricing_equals_running_again(scenario: Scenario, data: st.DataObject) -> None:
    """On random scenarios and contracts, from the whole trace and from herkomst.csv alone."""
    dice = Dice(data.draw)
    others = [other_contract(dice, spec) for spec in scenario.contracten]
    try:
        contracts, old = run(scenario, scenario.contracten)
        ids = {(row.soort, row.bron) for row in old.herkomst}
        again = run(scenario, scenario.contracten, ids)[1]
        assume(old.regels and [line.bedrag_cent for line in again.regels] == [line.bedrag_cent for line in old.regels])
        others_loaded, new = run(scenario, others, ids)
    except mpj.InputError:
        assume(False)
        return
    check(reprice(old.regels, old.herkomst, contracts, others_loaded), old, new)
    check(reprice(old.regels, as_file(old.herkomst), contracts, others_loaded), old, new)
