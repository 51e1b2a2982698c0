"""The naive re-computation holds under another protocol: one with every level, normtijd and date under another name or elsewhere.

`naive` knows the national rules by heart. A protocol that says the same in other words, with its contracts and records in those
words, must come to the same lines, trace and reasons; a word of MPJ-16 that stands in the code would not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

import naive
import pytest
from engine.test_against_naive import LINE_FIELDS, reasons_of
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import ContractSpec, Row, Scenario, scenarios
from world import contracts_of, run

import mpj
from mpj.protocol import MPJ_16, Protocol
from mpj.protocol.load import read_document
from mpj.reading.toml import parse_toml

LEVELS = {"mbo": "vakkracht", "mbo+": "vakplus", "hbo": "drie", "hbo+": "vier", "wo": "vijf", "wo+": "zes", "ams": "zeven"}
NORMTIJDEN = {"kwartier": "blok", "uur": "lang", "halve_dag": "half", "hele_dag": "heel", "etmaal": "nacht", "stuk": "keer"}
NORMTIJDEN |= {
    "minuut": "tel",
    "dagdeel": "helft",
    "maand": "maandstuk",
    "output": "uitvoer",
    "week": "zevendag",
    "periode": "tijdperk",
    "cent": "centiem",
}
LEVEL_COLUMNS = ("kwalificatieniveau", "kwalificatieniveau_max")
BACK = {new: old for names in (LEVELS, NORMTIJDEN) for old, new in names.items()}


def protocol() -> Protocol:
    """MPJ-16 in other words."""
    text = files("mpj.protocol").joinpath("mpj_16.toml").read_text("utf-8")
    text = text.replace('id = "MPJ-16"', 'id = "ANDERS-1"')
    for old, new in LEVELS.items():
        text = text.replace(f'naam = "{old}"\ncijfer', f'naam = "{new}"\ncijfer')
    for old, new in NORMTIJDEN.items():
        text = text.replace(f"[normtijd.{old}]", f"[normtijd.{new}]")
        text = re.sub(rf'^(normtijd(_zorg)? = )"{old}"', rf'\1"{new}"', text, flags=re.MULTILINE)
    return read_document(parse_toml(text.encode(), "anders.toml"))


ANDERS = protocol()


def rows(given: list[Row]) -> list[Row]:
    """The rows with their levels in the other words."""
    return [row | {name: LEVELS.get(row[name], row[name]) for name in LEVEL_COLUMNS if name in row} for row in given]


def keyed(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """A table with settings by normtijd, by their other names."""
    return {before + NORMTIJDEN.get(name.removeprefix(before), name.removeprefix(before)): value for name, value in table.items()}


def contract(spec: ContractSpec) -> ContractSpec:
    """The same contract under the other protocol."""
    toml = dict(spec.toml)
    toml["contract"] = toml["contract"] | {"protocol": ANDERS.id}
    if "normtijd" in toml:
        toml["normtijd"] = {code: NORMTIJDEN[one] for code, one in toml["normtijd"].items()}
    if "afronding" in toml:
        toml["afronding"] = keyed(toml["afronding"])
    if "declaratie" in toml:
        units = {name: one for name, one in toml["declaratie"].items() if name.startswith("eenheid_")}
        others = {name: one for name, one in toml["declaratie"].items() if name not in units}
        toml["declaratie"] = others | keyed(units, "eenheid_")
    return replace(spec, toml=toml, tarieven=rows(spec.tarieven), codes=spec.codes and rows(spec.codes))


def in_other_words(scenario: Scenario) -> Scenario:
    """The scenario under the other protocol."""
    return replace(
        scenario,
        contracten=[contract(spec) for spec in scenario.contracten],
        toewijzingen=rows(scenario.toewijzingen),
        registraties=rows(scenario.registraties),
        verblijf=rows(scenario.verblijf),
        medewerkers=None if scenario.medewerkers is None else rows(scenario.medewerkers),
    )


def declared(scenario: Scenario) -> mpj.Result:
    """Declare a scenario of the other protocol."""
    return run(scenario, contracts_of(scenario, {ANDERS.id: ANDERS}))


def back(value: object) -> object:
    """A word of the other protocol in that of MPJ-16."""
    return BACK.get(value, value) if isinstance(value, str) else value


@pytest.mark.slow
@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(scenarios())
def test_engine_agrees_with_the_naive_recomputation_under_another_protocol(scenario: Scenario) -> None:
    expected, result = naive.declare(scenario), declared(in_other_words(scenario))
    found = Counter(tuple(back(getattr(line, name)) for name in LINE_FIELDS) for line in result.regels)
    assert found == Counter(tuple(line[name] for name in LINE_FIELDS) for line in expected.regels)
    names = ("soort", "bron", "datum", "minuten", "kwalificatieniveau", "aantal_eenheden", "bedrag_cent", "afgetopt")
    trace = Counter(tuple(back(getattr(row, name)) for name in names) for row in result.herkomst)
    assert trace == Counter(one for line in expected.regels for one in line["herkomst"])
    assert reasons_of(result) == Counter((soort, bron, reden) for soort, bron, _, reden in expected.uitval)


def test_no_word_of_the_other_protocol_is_one_of_the_first() -> None:
    first = MPJ_16
    assert not ANDERS.kwalificatieniveaus.keys() & first.kwalificatieniveaus.keys()
    assert not ANDERS.normtijden.keys() & first.normtijden.keys()
