"""`STEPS` as a table: care is conserved, each reason has its owner, and docs and explanations are driven by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attrs import evolve
from engine.test_shortcut import job_of
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from world import BSN, contract, declare, registratie, toewijzing

import mpj.engine.job
from mpj.docs import HEADINGS
from mpj.engine import sieve
from mpj.engine.care import Care, Clientrun, Passed, Step
from mpj.engine.steps import STEPS
from mpj.explanation.steps import TOLD
from mpj.records import REDENEN
from mpj.records.verblijf import as_stays

SEVERAL = {
    "ongeldig": ("sieve", "place"),  # a time that is missing shows only when the price is known
    "niet_gerealiseerd": ("place", "planning"),  # cancelled by itself, or by another record of the afspraak
    "reeds_gedeclareerd": ("round", "limit"),  # on another line than the one that is kept, or on that line itself
    "geen_tijd": ("presence", "round", "gather"),  # nothing recorded, a sum that rounds to 0, a line of 0 eurocents
}
"""The reasons with more than one owner; all others have one."""


def test_every_reason_has_its_owner() -> None:
    owners: dict[str, tuple[str, ...]] = dict.fromkeys(sieve.REASONS, ("sieve",))
    for step in STEPS:
        assert len(set(step.reasons)) == len(step.reasons), step.name
        for reden in step.reasons:
            owners[reden] = (*owners.get(reden, ()), step.name)
    assert set(owners) == set(REDENEN)
    assert {reden: names for reden, names in owners.items() if len(names) > 1} == SEVERAL


def test_the_headings_of_the_page_are_those_of_the_steps() -> None:
    page = (Path(__file__).parents[2] / "docs" / "steps.md").read_text("utf-8")
    assert tuple(re.findall(r"^## \d+\. (.+)$", page, re.MULTILINE)) == HEADINGS
    numbers = sorted({1, *(number for step in STEPS for number in step.numbers)})
    assert numbers == [int(number) for number in re.findall(r"^## (\d+)\.", page, re.MULTILINE)]


def test_every_step_is_told_in_an_explanation() -> None:
    assert set(TOLD) == {step.name for step in STEPS}
    assert [step.apply.__module__.rpartition(".")[2].rstrip("_") for step in STEPS] == [step.name for step in STEPS]


def test_an_explanation_tells_the_steps_in_the_order_of_their_headings() -> None:
    """What people see does not follow the order of the code: planning comes before the toewijzing is named."""
    found = declare(
        contract({"2.1 hbo": "24,55"}, declaratie={"registratiewijze": "planning"}),
        [toewijzing(budget_cent=5_000)],
        [registratie(id="R-1", minuten=45, status="gepland")],
    )
    (_, blok, _) = mpj.explain(found, regel=found.regels[0].referentienummer).blokken
    words = [word for word, _ in blok.stappen]
    assert words == ["gelezen", "planning", "toewijzing", "contract", "niveau", "afronding", "limiet", "bedrag", "regel"]


def checked(step: Step) -> Step:
    """The step, that fails where care is lost or doubled, or set aside for a reason that is not among its own."""

    def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
        passed = step.apply(run, care)
        out = Counter([one.recorded for one in passed.care])
        for aside in passed.aside:
            out[aside.record.reeks.vorm.bron, aside.record.id, aside.record.datum] += aside.aantal
        assert out == Counter(one.recorded for one in care), step.name
        assert {aside.reden for aside in passed.aside} <= set(step.reasons), step.name
        assert all(REDENEN[aside.reden].code == aside.reden for aside in passed.aside)
        return passed

    return evolve(step, apply=apply)


@settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(scenarios())
def test_each_step_conserves_care_and_gives_its_own_reasons(scenario: Scenario) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mpj.engine.job, "STEPS", tuple(checked(step) for step in STEPS))
        job = job_of(scenario)
        clients, _ = job.sift(job.entries().given(scenario.registraties), as_stays(scenario.verblijf))
        for bsn, records in clients.items():
            job.by_steps(bsn, records)


@pytest.mark.parametrize(
    "broken",
    [
        lambda passed: evolve(passed, care=[]),
        lambda passed: evolve(passed, care=[*passed.care, *passed.care]),
        lambda passed: evolve(passed, aside=[one._replace(reden="dubbele_dag") for one in passed.aside]),
    ],
    ids=["lost", "doubled", "no reason of its own"],
)
def test_the_check_sees_what_is_wrong(broken: Callable[[Passed], Passed], monkeypatch: pytest.MonkeyPatch) -> None:
    place = evolve(STEPS[0], apply=lambda run, care: broken(STEPS[0].apply(run, care)))
    monkeypatch.setattr(mpj.engine.job, "STEPS", (checked(place), *STEPS[1:]))
    records = [registratie(afspraak="A"), registratie(status="geannuleerd")]
    with pytest.raises(AssertionError, match="place"):
        declare(contract({"2.1 hbo": "24,55"}), [toewijzing(bsn=BSN)], records)
