"""Every message of a whole run is valid: the demo region, random scenarios, late months, stays and pieces among them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from standard import STANDARD, needs_standard
from world import run

import mpj
from mpj.demo import contract_folders, generate
from mpj.messages import check, declaratieberichten, read_jw323, write
from mpj.reading.faults import InputError
from mpj.reading.periods import last_day, parse_month

XSD = STANDARD / "xsd"


def faults_of(result: mpj.Result, dagtekening: date) -> list[str]:
    """Write and check every message of a run; what was read back must equal what was written."""
    found: list[str] = []
    for message in declaratieberichten(result.regels, dagtekening=dagtekening, xsd_versie="0.1.0"):
        stream = io.BytesIO()
        write(message, stream)
        assert read_jw323(stream.getvalue()) == message
        found += [str(fault) for fault in check(stream.getvalue(), xsd_dir=XSD) if fault.soort == "fout"]
    return found


@pytest.mark.slow
@needs_standard
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
@given(scenarios())
def test_messages_of_random_scenarios_are_valid(scenario: Scenario) -> None:
    result = run(scenario)
    month_end = last_day(parse_month(scenario.periode))
    assert faults_of(result, max(scenario.dagtekening, month_end)) == []


@pytest.mark.slow
@needs_standard
def test_messages_of_the_demo_are_valid_and_hold_every_line(tmp_path: Path) -> None:
    region = generate(tmp_path, contract_folders(), clienten=150, registraties=3000, verblijven=40)
    result = mpj.declare(
        mpj.load_contracts(contract_folders()),
        mpj.read_toewijzingen([region.toewijzingen_csv]),
        mpj.read_registraties([region.registraties_csv]),
        verblijf=mpj.read_verblijf([region.verblijf_csv]),
        medewerkers=mpj.read_medewerkers([region.medewerkers_csv]),
        periode=region.periode,
        dagtekening=date(2026, 4, 7),
    )
    assert faults_of(result, date(2026, 4, 7)) == []
    messages = list(declaratieberichten(result.regels, dagtekening=date(2026, 4, 7)))
    assert sum(message.totaal.net for message in messages) == result.samenvatting["bedrag_cent"]
    assert {line.eenheid for line in result.regels} >= {"01", "04", "14", "84"}
    assert sum(len(client.prestaties) for message in messages for client in message.clienten) == len(result.regels)


def test_a_declaration_is_not_dated_before_its_month_ended(tmp_path: Path) -> None:
    region = generate(tmp_path, contract_folders(), clienten=20, registraties=200, verblijven=0)
    result = mpj.declare(
        mpj.load_contracts(contract_folders()),
        mpj.read_toewijzingen([region.toewijzingen_csv]),
        mpj.read_registraties([region.registraties_csv]),
        periode=region.periode,
        dagtekening=date(2026, 3, 30),
    )
    with pytest.raises(InputError, match="einde van haar maand"):
        list(declaratieberichten(result.regels, dagtekening=date(2026, 3, 30)))
