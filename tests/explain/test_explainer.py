"""An `Explainer` says what `explain` says, and finds one record among a million at once."""

from __future__ import annotations

import time
from itertools import chain
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from world import contract, declare, registratie, run, toewijzing

import mpj
from mpj.output import write_result

RECORDS = 1_000_000


@settings(max_examples=15, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
@given(scenarios())
def test_it_says_what_explain_says(scenario: Scenario) -> None:
    result = run(scenario)
    explainer = mpj.Explainer(result)
    for line in result.regels[:5]:
        assert explainer.explain(regel=line.referentienummer) == mpj.explain(result, regel=line.referentienummer)
    for bron in chain((row.bron for row in result.herkomst[:5]), (row.bron for row in result.uitval[:5])):
        assert explainer.explain(bron=bron) == mpj.explain(result, bron=bron)


def test_it_reads_a_folder_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    result = declare(contract({"2.1 hbo": "24,55"}), [toewijzing()], [registratie(id="R-1")])
    write_result(result, tmp_path)
    explainer = mpj.Explainer(tmp_path)
    assert explainer.explain(bron="R-1") == mpj.explain(result, bron="R-1")
    with pytest.raises(mpj.InvalidError) as error:
        explainer.explain(bron="R-2")
    assert error.value.faults[0].kolom == "bron"
    with pytest.raises(ValueError, match="give either regel or bron"):
        explainer.explain()
    with pytest.raises(TypeError, match="run: expected a Result or the folder of a run, not int"):
        mpj.Explainer(42)  # type: ignore[arg-type]


@pytest.mark.long
def test_one_of_a_million_is_found_at_once() -> None:
    result = declare(contract({"2.1 hbo": "24,55"}), [toewijzing()], [registratie(id=f"R{number}") for number in range(4)])
    (line,), rows = result.regels, result.herkomst
    numbers = range(RECORDS // len(rows))
    many = mpj.Run(
        lambda: (evolve(line, referentienummer=f"{number:020X}") for number in numbers),
        lambda: (evolve(row, referentienummer=f"{number:020X}", bron=f"{number}-{row.bron}") for number in numbers for row in rows),
        lambda: (),
        result.samenvatting,
        result.protocol,
    )
    explainer = mpj.Explainer(many)
    wanted = [f"{number * 2_497}-R{number % 4}" for number in range(100)]
    begin = time.process_time()
    found = [explainer.explain(bron=bron) for bron in wanted]
    assert (time.process_time() - begin) / len(wanted) < 0.005
    assert [one.titel for one in found] == [f"Bron {bron}" for bron in wanted]
