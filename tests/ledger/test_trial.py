"""A trial is the run: whatever files and settings, `proef` gives the bytes that the run after it gives, and leaves the ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from scenarios import Scenario, scenarios
from world import contracts_of

import mpj
from mpj.engine import Result
from mpj.ledger import Grens, Ledger, codes_asked
from mpj.messages import declaratieberichten, to_bytes
from mpj.output import write_result

SUMMARY = "samenvatting.json"
"""The one file that says whether a run was a trial."""


def written(result: Result) -> dict[str, bytes]:
    """All files of a run but its summary, and its messages."""
    with TemporaryDirectory() as name:
        write_result(result, Path(name))
        found = {one.name: one.read_bytes() for one in Path(name).iterdir() if one.name != SUMMARY}
    dated = date.fromisoformat(result.samenvatting["instellingen"]["dagtekening"])
    messages = declaratieberichten(result.regels, dagtekening=dated, protocol=result.protocol)
    return found | {one.declaratienummer: to_bytes(one) for one in messages}


def declared(ledger: Ledger, scenario: Scenario, contracten: list[mpj.Contract], **more: Any) -> Result:
    """Declare, and agree to whatever is asked."""
    asked: dict[str, Any] = {"verblijf": scenario.verblijf, "medewerkers": scenario.medewerkers, "grens": Grens()} | more
    asked |= {"periode": scenario.periode, "dagtekening": scenario.dagtekening}
    codes: list[str] = []
    while True:
        try:
            return ledger.declare(contracten, scenario.toewijzingen, scenario.registraties, **asked, akkoord=codes)
        except mpj.InputError as error:
            new = codes_asked(error)
            if not new or set(new) <= set(codes):
                raise
            codes += new


@pytest.mark.slow
def test_a_trial_gives_the_bytes_of_the_run_that_follows() -> None:
    """On a new ledger, and after half of the month was sent, with the rest and stays that run on."""
    kinds = set[str]()

    @settings(max_examples=6)
    @given(scenarios())
    def search(scenario: Scenario) -> None:
        contracten = contracts_of(scenario)
        first = Scenario(**{**vars(scenario), "registraties": scenario.registraties[::2]})
        with Ledger("sqlite://") as ledger:
            for one in (first, scenario):
                trial = declared(ledger, one, contracten, proef=True, verblijf_loopt_door=True)
                run = declared(ledger, one, contracten, verblijf_loopt_door=True)
                kinds.update(line.debetcredit for line in run.regels)
                assert written(trial) == written(run)
                ledger.send(None, op=date(2099, 1, 1))

    search()
    assert "D" in kinds


@pytest.mark.slow
def test_a_trial_leaves_the_ledger_as_it_was() -> None:
    @settings(max_examples=3, deadline=None)
    @given(scenarios())
    def search(scenario: Scenario) -> None:
        contracten = contracts_of(scenario)
        with Ledger("sqlite://") as ledger:
            declared(ledger, Scenario(**{**vars(scenario), "registraties": scenario.registraties[::2]}), contracten)
            before = ledger.status()
            declared(ledger, scenario, contracten, proef=True)
            assert ledger.status() == before

    search()
