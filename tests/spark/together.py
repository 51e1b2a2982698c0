"""Many random scenarios as one run, each with clients, aanbieders, gemeenten and medewerkers of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

from hypothesis import HealthCheck, given, settings
from scenarios import AANBIEDERS, BSNS, GEMEENTEN, ContractSpec, Row, Scenario, elfproef, scenarios


@cache
def drawn(count: int) -> tuple[Scenario, ...]:
    """Always the same scenarios: of `count`, those that have contracts of their own."""
    found: list[Scenario] = []

    @settings(max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(scenarios())
    def draw(scenario: Scenario) -> None:
        found.append(scenario)

    draw()
    return tuple({repr(one.contracten): one for one in found}.values())


def together(found: Sequence[Scenario]) -> list[Scenario]:
    """Join the scenarios that one run can hold: of one month, with nalevering and medewerkers or without."""
    groups: dict[tuple[Any, ...], list[Scenario]] = {}
    for number, one in enumerate(found):
        groups.setdefault((one.periode, one.nalevering, one.medewerkers is None), []).append(_apart(one, number))
    return [_joined(group) for group in groups.values()]


def largest(found: Iterable[Scenario]) -> Scenario:
    """The scenario with the most to declare."""
    return max(found, key=lambda scenario: len(scenario.registraties) + len(scenario.verblijf))


def _joined(group: Sequence[Scenario]) -> Scenario:
    return replace(
        group[0],
        contracten=[row for one in group for row in one.contracten],
        toewijzingen=[row for one in group for row in one.toewijzingen],
        registraties=[row for one in group for row in one.registraties],
        verblijf=[row for one in group for row in one.verblijf],
        medewerkers=None if group[0].medewerkers is None else [row for one in group for row in one.medewerkers or ()],
        dagtekening=max(one.dagtekening for one in group),
    )


def _apart(scenario: Scenario, number: int) -> Scenario:
    """The same scenario under names of its own."""
    bsns = (str(bsn) for bsn in range(999910000 + 100 * number, 999999999) if elfproef(bsn))
    names = dict(zip(BSNS, islice(bsns, len(BSNS)), strict=True))
    names |= {agb: f"6{number:03}{agb[4:]}" for agb in AANBIEDERS}
    places = {code: f"{1000 + number * len(GEMEENTEN) + place}" for place, code in enumerate(GEMEENTEN)}

    def rows(given: Sequence[Row]) -> list[Row]:
        return [{name: field(name, text) for name, text in row.items()} for row in given]

    def field(name: str, text: str) -> str:
        if name == "gemeente":
            return places.get(text, text)
        for old, new in names.items():
            text = text.replace(old, new)
        # Some ids stay, so that clients who have nothing to do with each other have records with the same id.
        return f"{number}/{text}" if text and (name == "medewerker" or (name == "id" and not text.endswith("7"))) else text

    def contract(spec: ContractSpec) -> ContractSpec:
        head = spec.toml["contract"]
        own: dict[str, object] = {"id": f"{head['id']}-{number}", "aanbieder": names[head["aanbieder"]]}
        own |= {"gemeenten": [places[code] for code in head["gemeenten"]]}
        percelen = [one | {"gemeenten": [places[code] for code in one.get("gemeenten", ())]} for one in spec.toml["perceel"]]
        return replace(spec, toml=spec.toml | {"contract": head | own, "perceel": percelen})

    return replace(
        scenario,
        contracten=[contract(spec) for spec in scenario.contracten],
        toewijzingen=rows(scenario.toewijzingen),
        registraties=rows(scenario.registraties),
        verblijf=rows(scenario.verblijf),
        medewerkers=None if scenario.medewerkers is None else rows(scenario.medewerkers),
    )
