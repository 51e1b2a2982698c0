"""Output is judged by its variant; what a rule cannot know is said; and what `declare` makes of prestaties, `verify` accepts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from engine.test_prestaties import CONTRACT, GI_SETTINGS, MONTHS, event, run, scenarios
from engine.test_prestaties import granted as assigned
from hypothesis import HealthCheck, Phase, given, settings

import mpj
from mpj.messages import declaratieberichten, read_jw323
from mpj.messages.values import Prestatie
from mpj.reading.periods import last_day, parse_month
from mpj.verification import MemoryHistory, verify
from mpj.verification.texts import Texts
from verify.output import OUTPUT, UNJUDGED, case, on, pieces
from verify.support import Situatie, contract_tables, line, toewijzing, written, zaak

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


@pytest.mark.parametrize("name", OUTPUT)
def test_a_right_line_of_output_is_granted(name: str) -> None:
    outcome = OUTPUT[name][1].verify()
    assert (outcome.bevindingen, outcome.niet_beoordeeld) == ((), ())
    assert outcome.samenvatting["uitkomst"] == "toegekend"


@pytest.mark.parametrize("name", OUTPUT)
def test_a_wrong_line_of_output_is_refused_for_that_alone(name: str) -> None:
    code, _, wrong = OUTPUT[name]
    for taal in ("nl", "en"):
        found = wrong.verify(taal=taal)
        assert [one.regelcode for one in found.bevindingen] == [code]
        assert all(one.retourcode and one.gevonden and one.verwacht and one.toelichting for one in found.bevindingen)


@pytest.mark.parametrize("why", UNJUDGED)
def test_what_both_sides_agree_is_not_judged_and_says_why(why: str) -> None:
    found = UNJUDGED[why].verify()
    assert found.bevindingen == () and found.antwoord is None
    (row,) = found.niet_beoordeeld
    assert row.toelichting.startswith("Product 45") and row.retourcode == ""
    assert UNJUDGED[why].verify(onbeoordeeld="afwijzen").antwoord is not None


def test_a_piece_at_double_price_is_not_granted_by_deciding_what_to_do_with_what_is_not_judged() -> None:
    double = case(pieces("45S01", 25_000), toewijzingen=(toewijzing(prestatiecode="", productcategorie="45"),))
    assert double.codes(onbeoordeeld="toekennen") == ["TR418"]


def test_what_no_message_tells_is_said() -> None:
    def told(one: Situatie) -> list[str]:
        return [row.regelcode for row in one.verify().niet_getoetst]

    assert told(case()) == ["TR378", "MPJ07"] and told(evolve(case(), producten=False)) == ["TR378"]


def test_a_code_that_a_contract_has_for_output_is_never_said_to_be_in_none() -> None:
    for own in (on("45S01"), (toewijzing(prestatiecode="", productcategorie="45"),), (toewijzing(prestatiecode="2.1"),)):
        found = case(pieces("45S01", 12_500), toewijzingen=own).verify()
        assert not any("geen geladen contract" in one.toelichting for one in (*found.bevindingen, *found.niet_beoordeeld))


def messages(result: mpj.Result, month: str) -> list[Any]:
    day = last_day(parse_month(month)) + timedelta(5)
    return [read_jw323(written(one)) for one in declaratieberichten(result.regels, dagtekening=day)]


@QUICK
@given(scenarios())
def test_what_declare_makes_of_prestaties_verify_accepts_month_after_month(
    found: tuple[list[dict[str, object]], list[dict[str, object]]],
) -> None:
    grants, told = found
    lines: tuple[mpj.Declaratieregel, ...] = ()
    sent: list[Any] = []
    for month in MONTHS:
        result = run(month, grants, told, eerder=lines)
        for one in messages(result, month):
            day = last_day(parse_month(month)) + timedelta(9)
            outcome = verify(one, [CONTRACT], grants, dagtekening=day, history=MemoryHistory(sent))
            assert (outcome.bevindingen, outcome.niet_beoordeeld) == ((), ())
            sent.append(one)
        lines += result.regels


def dearer(one: Prestatie) -> Prestatie:
    """A line at a cent more per unit, as if the price were that."""
    more = 1 if one.tarief_cent is None else one.volume
    volume = one.volume + more if one.tarief_cent is None else one.volume
    return evolve(one, volume=volume, tarief_cent=one.tarief_cent and one.tarief_cent + 1, bedrag_cent=one.bedrag_cent + more)


@QUICK
@given(scenarios())
def test_a_price_that_is_not_the_contracts_is_refused(found: tuple[list[dict[str, object]], list[dict[str, object]]]) -> None:
    """But of a traject, which has no price; of that the whole assigned amount and a cent is refused."""
    grants, told = found
    result = run(MONTHS[-1], grants, [one for one in told if one["productcode"] != "45T01"], nalevering=True)
    for one in messages(result, MONTHS[-1]):
        clients = tuple(evolve(client, prestaties=tuple(map(dearer, client.prestaties))) for client in one.clienten)
        total = mpj.messages.Totaal.of(sum(line.net for client in clients for line in client.prestaties))
        outcome = verify(
            evolve(one, clienten=clients, totaal=total),
            [CONTRACT],
            grants,
            dagtekening=last_day(parse_month(MONTHS[-1])) + timedelta(9),
            history=MemoryHistory(),
        )
        refused = {row.positie for row in outcome.bevindingen if row.regelcode in ("TR418", "MPJ08")}
        assert len(refused) == sum(len(client.prestaties) for client in clients)


def test_a_gi_of_mpj_has_no_broken_first_month_either() -> None:
    rows = [{"prestatiecode": "11.1", "kwalificatieniveau": "", "tarief": "801,25", "begindatum": "2026-01-01"}]
    gi = mpj.make_contract(GI_SETTINGS | {"normtijd": {"11.1": "maand"}}, rows)
    grants = [assigned("48B10", "2026-02-01", "2026-12-31")]
    (message,) = messages(
        mpj.declare(
            [gi], grants, prestaties=[event("s", "11.1", "2026-02-01", "start")], periode="2026-02", dagtekening=date(2026, 3, 5)
        ),
        "2026-02",
    )
    late = [assigned("48B10", "2026-02-09", "2026-12-31")]
    (client,) = message.clienten
    cut = evolve(message, clienten=(evolve(client, prestaties=(evolve(client.prestaties[0], begindatum=date(2026, 2, 9)),)),))
    found = verify(cut, [gi], late, dagtekening=date(2026, 3, 5), history=MemoryHistory())
    assert [one.regelcode for one in found.bevindingen] == ["MPJ07"]


def test_every_normtijd_of_the_protocol_can_be_named_in_both_languages() -> None:
    """A line of day parts in a unit that it cannot travel in is refused by that name; the words of products were missing once."""
    rows = [{"productcategorie": "45", "productcode": "45D01", "variant": "dagdeel", "tarief": "40,00", "begindatum": "2026-01-01"}]
    toml, prices = contract_tables()
    of = line(productcode="45D01", eenheid="04", volume=3, tarief_cent=4000, bedrag_cent=12000)
    own = on("45D01", volume="9", eenheid="04", frequentie="6", einddatum="2026-12-31")
    wrong = zaak(of, contracten=(mpj.make_contract(toml, prices, producten=rows),), toewijzingen=own)
    assert [(one.regelcode, "dagdeel" in one.toelichting) for one in wrong.verify().bevindingen] == [("MPJ03", True)]
    for taal in ("nl", "en"):
        assert all(Texts(taal, ()).word(naam) for naam in mpj.MPJ_16.normtijden)
