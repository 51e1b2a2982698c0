"""Both sides run the same rules: what `declare` produces, `verify` accepts, and what was changed since, it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios
from world import contracts_of, run

import mpj
from mpj.messages import Client, Declaratiebericht, Prestatie, Totaal, declaratieberichten, read_jw323
from mpj.reading.periods import month_text, parse_month
from mpj.verification import MemoryHistory, Verificatie, verify
from verify.examples import SPECIFIEK, omvang
from verify.support import ANNA, ONTVANGST, credit, line, message, standard_contract, toewijzing, written, zaak

QUICK = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


def declared(scenario: Scenario) -> tuple[list[mpj.Contract], list[Declaratiebericht]]:
    """The contracts of a scenario, and its messages as the receiver reads them."""
    contracten = contracts_of(scenario)
    result = run(scenario, contracten)
    messages = declaratieberichten(result.regels, dagtekening=scenario.dagtekening)
    return contracten, [read_jw323(written(one)) for one in messages]


def check(scenario: Scenario, contracts: Sequence[mpj.Contract], one: Declaratiebericht, **values: object) -> Verificatie:
    history = values.pop("history", MemoryHistory())
    return verify(one, contracts, scenario.toewijzingen, dagtekening=scenario.dagtekening, history=history)  # type: ignore[arg-type]


@QUICK
@given(scenarios())
def test_whatever_declare_produces_is_accepted(scenario: Scenario) -> None:
    contracts, messages = declared(scenario)
    for one in messages:
        outcome = check(scenario, contracts, one)
        assert outcome.bevindingen == () and outcome.niet_beoordeeld == ()
        assert outcome.antwoord is not None and outcome.antwoord.antwoord is not None
        assert outcome.antwoord.antwoord.totaal_toegekend == one.totaal


@QUICK
@given(scenarios())
def test_a_message_is_accepted_once(scenario: Scenario) -> None:
    """The same message again breaks every uniqueness there is."""
    contracts, messages = declared(scenario)
    for one in messages:
        found = {finding.regelcode for finding in check(scenario, contracts, one, history=MemoryHistory([one])).bevindingen}
        assert {"TR056", "TR333", "TR314", "TR389"} <= found


@pytest.mark.slow
@QUICK
@given(scenarios())
def test_a_second_month_is_accepted_beside_the_first(scenario: Scenario) -> None:
    """What the first month used counts on both sides, while its answer is still awaited."""
    contracts = contracts_of(scenario)
    before = month_text(parse_month(scenario.periode) - 1)
    records: dict[str, Any] = {
        "verblijf": scenario.verblijf,
        "medewerkers": scenario.medewerkers,
        "dagtekening": scenario.dagtekening,
    }
    first = mpj.declare(contracts, scenario.toewijzingen, scenario.registraties, periode=before, **records)
    records |= {"eerder": first.regels, "nalevering": scenario.nalevering}
    second = mpj.declare(contracts, scenario.toewijzingen, scenario.registraties, periode=scenario.periode, **records)
    history = MemoryHistory(declaratieberichten(first.regels, dagtekening=scenario.dagtekening))
    for one in declaratieberichten(second.regels, dagtekening=scenario.dagtekening):
        assert check(scenario, contracts, one, history=history).bevindingen == ()


@pytest.mark.parametrize("lijst", [["54"], ["45", "54"]])
def test_the_same_care_is_not_declared_again_under_another_category(lijst: list[str]) -> None:
    """A toewijzing moves from one category to another after the month was declared: no second line for the same care."""
    record = {"bsn": ANNA, "datum": "2026-03-05", "minuten": "60", "kwalificatieniveau": "hbo"}
    deal, when = standard_contract(), {"periode": "2026-03", "dagtekening": ONTVANGST}
    sent: tuple[mpj.Declaratieregel, ...] = ()
    for category in ("45", *lijst):
        own = [toewijzing(productcategorie=category)]
        sent += mpj.declare([deal], own, [{"id": "1", **record}, {"id": "2", **record}], eerder=sent, **when).regels  # type: ignore[arg-type]
    assert [(one.productcode, one.volume) for one in sent] == [("45212", 8)]
    own = [toewijzing(productcategorie="54")]
    late = mpj.declare([deal], own, [{"id": "1", **record}], eerder=sent, **when)  # type: ignore[arg-type]
    assert [(one.reden, one.toelichting) for one in late.uitval] == [
        ("reeds_gedeclareerd", "een eerdere regel voor dezelfde zorg, onder code 45212, staat nog")
    ]


def change(**values: Callable[[Prestatie], object]) -> Callable[[Prestatie], Prestatie]:
    """A mutation that gives fields of a line other values."""

    def mutation(one: Prestatie) -> Prestatie:
        new: dict[str, Any] = {name: value(one) for name, value in values.items()}
        return evolve(one, **new)

    return mutation


# How a line of a right declaration is changed, and the rules of which at least one must be among the reasons.
LINE_MUTATIONS: dict[str, tuple[Callable[[Prestatie], Prestatie], set[str]]] = {
    "price a cent up": (change(tarief_cent=lambda one: (one.tarief_cent or 0) + 1), {"TR418"}),
    "amount a cent up": (change(bedrag_cent=lambda one: one.bedrag_cent + 1), {"TR346", "MPJ04"}),
    "amount doubled": (change(bedrag_cent=lambda one: one.bedrag_cent * 2), {"TR346", "MPJ04"}),
    "price and amount doubled": (
        # A price of a few cents shows as 0 per minute, doubled or not; then MPJ04 names the price.
        change(tarief_cent=lambda one: (one.tarief_cent or 0) * 2, bedrag_cent=lambda one: one.bedrag_cent * 2),
        {"TR418", "MPJ04"},
    ),
    "volume one up": (change(volume=lambda one: one.volume + 1), {"MPJ03", "TR346", "MPJ04"}),
    "volume doubled": (change(volume=lambda one: one.volume * 2), {"TR346", "MPJ04"}),
    "begin a day later": (change(begindatum=lambda one: one.begindatum + timedelta(days=1)), {"TR387", "TR137", "CS337"}),
    "end a day earlier": (change(einddatum=lambda one: one.einddatum - timedelta(days=1)), {"TR388", "TR137", "CS337"}),
    "end a day later": (change(einddatum=lambda one: one.einddatum + timedelta(days=1)), {"TR388", "CS337"}),
    "another toewijzing": (change(toewijzingnummer=lambda one: 999_999_998), {"TR338"}),
    "another category": (change(productcategorie=lambda one: "55"), {"TR339", "TR381"}),
    "euros": (change(eenheid=lambda one: "83"), {"TR341", "MPJ03"}),
    "output": (change(eenheid=lambda one: "82"), {"TR341", "MPJ03"}),
    "without tariff": (change(tarief_cent=lambda one: None), {"CD087"}),
    "sign turned": (change(debetcredit=lambda one: "C"), {"CD060"}),
    "a reference it should not have": (change(vorig_referentienummer=lambda one: "X1"), {"CD060"}),
    "credit of a line never sent": (change(debetcredit=lambda one: "C", vorig_referentienummer=lambda one: "X1"), {"TR323"}),
}


def mutated(one: Declaratiebericht, place: int, mutation: Callable[[Prestatie], Prestatie]) -> Declaratiebericht:
    """The message with its line number `place` changed, and the total that belongs to it."""

    def clients() -> Iterator[Client]:
        number = 0
        for client in one.clienten:
            lines = []
            for prestatie in client.prestaties:
                lines.append(mutation(prestatie) if number == place else prestatie)
                number += 1
            yield evolve(client, prestaties=tuple(lines))

    found = tuple(clients())
    return evolve(one, clienten=found, totaal=Totaal.of(sum(line.net for client in found for line in client.prestaties)))


@QUICK
@given(scenarios(), st.sampled_from(sorted(LINE_MUTATIONS)), st.integers(0, 99))
def test_a_changed_line_is_refused_for_the_rule_it_breaks(scenario: Scenario, name: str, place: int) -> None:
    contracts, messages = declared(scenario)
    mutation, expected = LINE_MUTATIONS[name]
    for one in messages:
        count = sum(len(client.prestaties) for client in one.clienten)
        outcome = check(scenario, contracts, mutated(one, place % count, mutation))
        assert expected & {finding.regelcode for finding in outcome.bevindingen}, name


SECOND = line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440)
# Changes of one right message of two lines, and exactly the rules that are then broken: one cause, no storm.
MESSAGES: dict[str, tuple[Declaratiebericht, list[str]]] = {
    "level digit to a cell with another price": (message(line(productcode="45214"), SECOND), ["TR418"]),
    "level digit to a level without a cell": (message(line(productcode="45216"), SECOND), ["MPJ01"]),
    "another prestatiecode": (message(line(productcode="45224", tarief_cent=220, bedrag_cent=13200), SECOND), ["TR340"]),
    "price": (message(line(tarief_cent=165), SECOND), ["TR418"]),
    "amount": (message(line(bedrag_cent=9920), SECOND), ["TR346"]),
    "amount by the rounded tariff": (message(line(bedrag_cent=9840), SECOND), ["MPJ04"]),
    "volume": (message(line(volume=75), SECOND), ["TR346"]),
    "volume of no whole quarters": (message(line(volume=64), SECOND), ["MPJ03"]),
    "doubled number under one client": (message(line(), evolve(SECOND, referentienummer="R1")), ["TR101"]),
    "doubled line": (message(line(), SECOND, line(referentienummer="R3")), ["TR416"]),
    "unit": (message(line(eenheid="84", volume=4, tarief_cent=2455), SECOND), ["TR341"]),
    "toewijzing": (message(line(toewijzingnummer=5), SECOND), ["TR338"]),
    "total": (message(line(), SECOND, totaal=Totaal(20261, "D")), ["TR358"]),
    "sign of the total": (message(line(), SECOND, totaal=Totaal(20260, "C")), ["TR358"]),
    "credit of a line of its own": (message(line(), SECOND, credit(line())), ["TR316", "TR323"]),
    "category": (message(line(productcategorie="54"), SECOND), ["TR339", "TR381"]),
    "period of the declaration": (
        message(line(), SECOND, maand=(line().begindatum, line().begindatum)),
        ["CS340", "TR319", "TR319"],
    ),
    "dated in the future": (message(line(), SECOND, dagtekening=ONTVANGST + timedelta(days=1)), ["TR135"]),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_one_cause_is_named_once(name: str) -> None:
    one, expected = MESSAGES[name]
    own = (toewijzing(productcategorie="45", **SPECIFIEK),)
    situatie = evolve(zaak(), bericht=one, toewijzingen=own)
    assert situatie.codes() == expected


def test_the_message_those_changes_start_from_is_right() -> None:
    assert evolve(zaak(), bericht=message(line(), SECOND), toewijzingen=omvang("10")).codes() == []
    assert message(line()).clienten[0].bsn == ANNA
