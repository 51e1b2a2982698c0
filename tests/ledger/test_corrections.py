"""The named scenarios: what a run with a ledger makes of records, toewijzingen and prices that arrive, change and go."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from world import BSN_2, contract, reasons

import mpj
from ledger.support import Partij, empty_ledger, lines, refs, registratie, toewijzing
from mpj.ledger import codes_asked

HBO, WO = "45212", "45214"


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(empty_ledger(tmp_path / "ledger.db"))


def test_run_look_repair_run_send(partij: Partij) -> None:
    first = partij.run(registratie("a", minuten=60))
    assert lines(first) == [("D", HBO, 9820)]
    again = partij.run(registratie("a", minuten=60))
    assert again.regels == first.regels
    repaired = partij.run(registratie("a", minuten=30))
    assert lines(repaired) == [("D", HBO, 4910)]
    assert repaired.regels[0].referentienummer != first.regels[0].referentienummer
    partij.settle(repaired)
    assert lines(partij.run(registratie("a", minuten=30))) == []


def test_absent_means_nothing(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    result = partij.run(registratie("a"))
    assert lines(result) == [] and reasons(result) == {"reeds_gedeclareerd": 2}
    late = partij.run(registratie("c", "2026-03-07"))
    assert lines(late) == [("C", HBO, 19640), ("D", HBO, 29460)]


def test_vervallen_withdraws(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    result = partij.run(registratie("b", "2026-03-06", status="vervallen"))
    assert lines(result) == [("C", HBO, 19640), ("D", HBO, 9820)]
    partij.settle(result)
    gone = partij.run(registratie("a", status="vervallen"))
    assert lines(gone) == [("C", HBO, 9820)]
    partij.settle(gone)
    assert lines(partij.run(registratie("b", "2026-03-06", status="vervallen"))) == []


@pytest.mark.slow
def test_volledig_vanaf_shows_the_euros_and_needs_akkoord(partij: Partij) -> None:
    partij.month(registratie("a", "2026-02-05"), periode="2026-02")
    partij.month(registratie("b"), registratie("c", "2026-03-06"))
    with pytest.raises(mpj.InputError, match=r"1 registraties.*98,20 aan toegekende zorg;") as error:
        partij.run(registratie("b"), volledig_vanaf="2026-03")
    result = partij.run(registratie("b"), volledig_vanaf="2026-03", akkoord=codes_asked(error.value))
    assert lines(result) == [("C", HBO, 19640), ("D", HBO, 9820)]


def test_volledig_vanaf_shows_what_is_still_to_be_answered(partij: Partij) -> None:
    partij.send(partij.run(registratie("b"), registratie("c", "2026-03-06", 30)))
    with pytest.raises(mpj.InputError, match=r"0,00 aan toegekende zorg, en € 49,10 zodra er antwoord op is"):
        partij.run(registratie("b"), volledig_vanaf="2026-03")


def test_volledig_vanaf_is_about_what_is_given(partij: Partij) -> None:
    """A list of registraties says nothing of stays, nor the other way round; an empty list says that there are none."""
    partij.toewijzingen = [toewijzing(), toewijzing(2, prestatiecode="8.1")]
    stay = {"id": "v", "bsn": "999900006", "begindatum": "2026-03-10", "einddatum": "2026-03-11", "toewijzingnummer": 2}
    partij.month(registratie("a"), verblijf=[stay])
    assert lines(partij.run(registratie("a"), volledig_vanaf="2026-03")) == []
    given: dict[str, Any] = {"contracten": [partij.contract], "toewijzingen": partij.toewijzingen, "periode": "2026-03"}
    given |= {"dagtekening": date(2026, 3, 31), "volledig_vanaf": "2026-03"}
    assert partij.ledger.declare(**given).regels == ()
    absent: list[tuple[dict[str, Any], list[tuple[str, str, int]]]] = [
        ({"verblijf": []}, [("C", "44810", 50000)]),
        ({"registraties": []}, [("C", HBO, 9820), ("C", "44810", 50000)]),
    ]
    for more, credited in absent:
        with pytest.raises(mpj.InputError) as error:
            partij.ledger.declare(**given, **more)
        assert lines(partij.ledger.declare(**given, **more, akkoord=codes_asked(error.value))) == credited


def test_50_to_52_minutes_changes_only_the_trace(partij: Partij) -> None:
    partij.month(registratie("a", minuten=50))
    assert lines(partij.run(registratie("a", minuten=52))) == []


def test_a_client_with_a_stay_that_goes_on_is_not_erased(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    partij.month(periode="2026-03", verblijf=[OPEN])
    bsn = str(OPEN["bsn"])
    with pytest.raises(mpj.InputError, match="een verblijf zonder einddatum") as error:
        partij.ledger.erase([bsn], op=date(2040, 1, 1))
    assert error.value.faults[0].code == "client_open" and bsn not in str(error.value)
    partij.month(periode="2026-04", verblijf=[OPEN | {"einddatum": "2026-03-31"}])
    assert partij.ledger.erase([bsn], op=date(2040, 1, 1)) == (1, 0)


def test_a_stay_that_goes_on(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    stay = {"id": "v", "bsn": "999900006", "begindatum": "2026-02-10", "prestatiecode": "8.1"}
    first = partij.run(periode="2026-02", verblijf=[stay])
    assert lines(first) == [("D", "44810", 19 * 25000)]
    partij.settle(first)
    march = partij.run(periode="2026-03", verblijf_loopt_door=True)
    assert lines(march) == [("D", "44810", 31 * 25000)]
    partij.settle(march)
    april = partij.run(periode="2026-04", verblijf=[stay | {"einddatum": "2026-04-10"}])
    assert lines(april) == [("D", "44810", 10 * 25000)]
    partij.settle(april)
    shorter = partij.run(periode="2026-05", verblijf=[stay | {"einddatum": "2026-04-08"}])
    assert lines(shorter) == [("C", "44810", 250000), ("D", "44810", 200000)]


OPEN = {"id": "v", "bsn": "999900006", "begindatum": "2026-03-20", "prestatiecode": "8.1"}


def test_a_stay_is_not_lost_when_a_run_goes_back_to_an_earlier_month(partij: Partij) -> None:
    """A concept of April makes way for one of March; April comes with May."""
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    assert lines(partij.run(periode="2026-04", verblijf=[OPEN])) == [("D", "44810", 12 * 25000), ("D", "44810", 30 * 25000)]
    assert lines(partij.month(periode="2026-03")) == [("D", "44810", 12 * 25000)]
    assert lines(partij.run(periode="2026-05", verblijf_loopt_door=True)) == [
        ("D", "44810", 30 * 25000),
        ("D", "44810", 31 * 25000),
    ]


def test_a_stay_is_not_lost_when_what_was_sent_is_withdrawn_and_an_earlier_month_declared(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    partij.month(periode="2026-03", verblijf=[OPEN])
    partij.send(april := partij.run(periode="2026-04", verblijf_loopt_door=True))
    partij.ledger.withdraw([one["declaratienummer"] for one in april.samenvatting["declaraties"]], op=date(2026, 5, 1))
    partij.run(registratie("a", prestatiecode="8.1"), periode="2026-03")
    assert lines(partij.run(periode="2026-05", verblijf_loopt_door=True)) == [
        ("D", "44810", 30 * 25000),
        ("D", "44810", 31 * 25000),
    ]


def test_a_stay_that_ended_is_not_lost_when_a_month_is_passed_over(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    partij.month(periode="2026-03", verblijf=[OPEN | {"einddatum": "2026-05-20"}])
    assert lines(partij.month(periode="2026-05")) == [("D", "44810", 30 * 25000), ("D", "44810", 20 * 25000)]
    assert lines(partij.run(periode="2026-06")) == []


def test_a_stay_withdrawn_in_a_run_of_an_earlier_month_is_credited_in_the_end(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(prestatiecode="8.1")]
    partij.month(periode="2026-04", verblijf=[OPEN])
    with pytest.raises(mpj.InputError, match="IV090"):
        partij.run(periode="2026-03", verblijf=[OPEN | {"einddatum": "2026-03-31"}])
    assert lines(partij.run(periode="2026-05", verblijf=[OPEN | {"einddatum": "2026-03-31"}]))[0] == ("C", "44810", 30 * 25000)


def test_a_retroactive_price_credits_nothing(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=15000)]
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    partij.contract = contract({"2.1 hbo": "20,00", "2.1 wo": "31,20"})
    assert lines(partij.run(registratie("a"), registratie("b", "2026-03-06"))) == []
    new = partij.run(registratie("c", "2026-04-02"), periode="2026-04")
    assert all(line.debetcredit == "D" for line in new.regels)


def test_a_changed_line_takes_the_price_of_the_contract(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 hbo": "20,00", "2.1 wo": "31,20"})
    with pytest.raises(mpj.InputError, match=r"alleen dat deel; gemeente 0384: 1 regel, debet € 100,00, credit € 122,75"):
        partij.run(registratie("b", "2026-03-06", 15))
    assert lines(partij.agreed(registratie("b", "2026-03-06", 15))) == [("C", HBO, 9820), ("D", HBO, 10000)]


@pytest.mark.slow
def test_rejected_goes_again_once_changed(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    still = partij.run(registratie("a"))
    assert lines(still) == [] and reasons(still) == {"afgekeurd": 1}
    changed = partij.run(registratie("a", minuten=30))
    assert lines(changed) == [("D", HBO, 4910)]


def test_rejected_goes_again_after_resend_under_new_numbers(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    partij.ledger.resend(refs(first.regels))
    again = partij.run()
    assert lines(again) == lines(first)
    assert again.regels[0].referentienummer != first.regels[0].referentienummer
    assert again.regels[0].declaratienummer != first.regels[0].declaratienummer


def test_rejected_goes_again_once_its_toewijzing_changed(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    partij.toewijzingen = [toewijzing(einddatum="2027-06-30")]
    assert lines(partij.run()) == lines(first)


def test_without_answer_it_waits_and_says_for_what(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    messages = partij.send(first)
    late = partij.run(registratie("b", "2026-03-06"))
    assert lines(late) == [] and reasons(late) == {"wacht_op_antwoord": 2}
    assert late.samenvatting["ledger"]["wacht_op"] == {first.regels[0].declaratienummer: 1}
    partij.book(messages)
    assert lines(partij.run()) == [("C", HBO, 9820), ("D", HBO, 19640)]


def test_a_changed_level_moves_the_record(partij: Partij) -> None:
    partij.month(registratie("a"))
    assert lines(partij.run(registratie("a", niveau="wo"))) == [("C", HBO, 9820), ("D", WO, 12480)]


def test_a_level_changed_in_retrospect(partij: Partij) -> None:
    staff = [{"medewerker": "M1", "kwalificatieniveau": "hbo", "begindatum": "2025-01-01"}]
    partij.month(registratie("a", niveau=None, medewerker="M1"), medewerkers=staff)
    assert lines(partij.run()) == []
    result = partij.run(medewerkers=[staff[0] | {"kwalificatieniveau": "wo"}])
    assert lines(result) == [("C", HBO, 9820), ("D", WO, 12480)]


def test_a_level_taken_out_of_the_contract_credits_nothing(partij: Partij) -> None:
    """Granted care is not credited in silence because the contract no longer has its level."""
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 wo": "31,20"})
    kept = partij.run(registratie("b", "2026-03-20"))
    assert (lines(kept), reasons(kept)) == ([], {"niveau_te_laag": 1, "reeds_gedeclareerd": 1})
    assert [fault.code for fault in kept.meldingen] == ["toegekend_blijft_staan"]
    assert "niveau_te_laag: door het contract of door de registratie" in kept.meldingen[0].toelichting
    assert lines(partij.run(crediteer=True)) == [("C", HBO, 9820)]


def test_a_level_lowered_on_the_record_itself_is_corrected(partij: Partij) -> None:
    """The record changed, so there is no doubt about the cause, although the contract does not have the level either."""
    partij.month(registratie("a"))
    assert lines(partij.run(registratie("a", niveau="mbo"))) == [("C", HBO, 9820)]


def test_a_level_lowered_in_the_medewerkers_file_is_asked(partij: Partij) -> None:
    staff = [{"medewerker": "M1", "kwalificatieniveau": "hbo", "begindatum": "2025-01-01"}]
    partij.month(registratie("a", niveau=None, medewerker="M1"), medewerkers=staff)
    lower = [staff[0] | {"kwalificatieniveau": "mbo"}]
    assert lines(partij.run(medewerkers=lower)) == []
    assert lines(partij.run(medewerkers=lower, crediteer=True)) == [("C", HBO, 9820)]


def test_a_toewijzing_that_arrives_late_picks_up_what_was_parked(partij: Partij) -> None:
    known, partij.toewijzingen = partij.toewijzingen, []
    assert reasons(partij.run(registratie("a"))) == {"geen_toewijzing": 1}
    partij.toewijzingen = known
    assert lines(partij.run(periode="2026-04")) == [("D", HBO, 9820)]


def test_a_toewijzing_extended(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(einddatum="2026-03-10")]
    partij.month(registratie("a"), registratie("b", "2026-03-20"))
    partij.toewijzingen = [toewijzing(einddatum="2026-12-31")]
    assert lines(partij.run()) == [("C", HBO, 9820), ("D", HBO, 19640)]


def test_a_toewijzing_shortened_below_granted_care(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-20"))
    partij.toewijzingen = [toewijzing(einddatum="2026-03-10")]
    kept = partij.run()
    assert lines(kept) == []
    assert [fault.code for fault in kept.meldingen] == ["toegekend_blijft_staan"]
    again = partij.run()
    assert [fault.code for fault in again.meldingen] == ["toegekend_blijft_staan"]
    told = partij.run(crediteer=True)
    assert lines(told) == [("C", HBO, 19640), ("D", HBO, 9820)]


def test_a_toewijzing_shortened_beyond_the_care_only_changes_the_period(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(einddatum="2026-03-10")]
    assert lines(partij.run()) == [("C", HBO, 9820), ("D", HBO, 9820)]


def test_a_toewijzing_removed(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(einddatum="2026-01-01", reden_wijziging="13")]
    assert lines(partij.run()) == []
    assert lines(partij.run(crediteer=True)) == [("C", HBO, 9820)]


@pytest.mark.slow
def test_a_toewijzing_replaced_by_another(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-20"))
    partij.toewijzingen = [toewijzing(einddatum="2026-03-10"), toewijzing(2, begindatum="2026-03-11")]
    kept = partij.run(registratie("c", "2026-03-21"))
    assert lines(kept) == [("D", HBO, 9820)] and kept.regels[0].toewijzingnummer == 2
    assert [fault.code for fault in kept.meldingen] == ["toegekend_blijft_staan"]
    moved = partij.run(registratie("c", status="vervallen"), crediteer=True)
    assert lines(moved) == [("C", HBO, 19640), ("D", HBO, 9820), ("D", HBO, 9820)]


def test_an_old_version_does_not_replace_a_later_one(partij: Partij) -> None:
    later = toewijzing(toewijzingsdatum="2026-02-01")
    partij.toewijzingen = [later]
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(einddatum="2026-03-01", toewijzingsdatum="2026-01-01")]
    assert lines(partij.run()) == []


def test_limits_count_what_is_granted_underway_or_to_be_repaired(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=10000)]
    first = partij.run(registratie("a", "2026-02-05"), periode="2026-02")
    messages = partij.send(first)
    underway = partij.run(registratie("b"))
    assert lines(underway) == [] and reasons(underway)["budget_overschreden"] == 1
    partij.book(messages, refs(first.regels))
    assert lines(partij.run()) == []
    assert lines(partij.run(registratie("a", "2026-02-05", status="vervallen"))) == [("D", HBO, 9820)]


def test_granted_records_keep_their_place(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=10000)]
    partij.month(registratie("b", "2026-03-20"))
    late = partij.run(registratie("a", "2026-03-01"))
    assert lines(late) == []
    assert reasons(late) == {"budget_overschreden": 1, "reeds_gedeclareerd": 1}


def test_what_stands_whole_does_not_make_room_for_what_was_cut_off(partij: Partij) -> None:
    """Not even with --crediteer: the toewijzing covers what was granted as well as it did before."""
    partij.toewijzingen = [toewijzing(volume=60, eenheid="01", frequentie="4")]
    partij.month(registratie("b", "2026-03-20", 30))
    assert lines(partij.month(registratie("a", "2026-03-05", 60, "wo"))) == [("D", WO, 6240)]
    assert lines(partij.run(crediteer=True)) == []


def test_a_raised_budget_bills_the_rest(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=10000)]
    partij.month(registratie("a"), registratie("b", "2026-03-20"))
    partij.toewijzingen = [toewijzing(budget_cent=20000)]
    assert lines(partij.run()) == [("C", HBO, 9820), ("D", HBO, 19640)]


def test_a_lowered_budget_is_reported(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=20000)]
    partij.month(registratie("a"), registratie("b", "2026-03-20"))
    partij.toewijzingen = [toewijzing(budget_cent=10000)]
    assert lines(partij.run()) == []
    assert lines(partij.run(crediteer=True)) == [("C", HBO, 19640), ("D", HBO, 9820)]


def test_withdrawn_declarations_are_new_again_under_new_numbers(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.send(first)
    partij.ledger.withdraw([first.regels[0].declaratienummer], op=first.regels[0].einddatum)
    again = partij.run()
    assert lines(again) == lines(first)
    assert {again.regels[0].referentienummer, again.regels[0].declaratienummer}.isdisjoint(
        {first.regels[0].referentienummer, first.regels[0].declaratienummer}
    )


@pytest.mark.parametrize("verdict", [{"technisch": True}, {"header": ("9056",)}, {"declaratie": ("9333",)}])
def test_a_declaration_refused_as_a_whole_is_new_again(partij: Partij, verdict: dict[str, Any]) -> None:
    partij.month(registratie("a"))
    correction = partij.run(registratie("a", minuten=30))
    booked = partij.book(partij.send(correction), **verdict)
    assert [one.status for one in booked] == ["niet_verzonden"]
    again = partij.run()
    assert lines(again) == lines(correction) == [("C", HBO, 9820), ("D", HBO, 4910)]
    assert set(refs(again.regels)).isdisjoint(refs(correction.regels))


def test_a_period_before_the_last_one_sent_is_refused(partij: Partij) -> None:
    partij.month(registratie("a"))
    with pytest.raises(mpj.InputError, match="IV090"):
        partij.run(registratie("b", "2026-02-06"), periode="2026-02")
    assert lines(partij.run(registratie("b", "2026-02-06"))) == [("D", HBO, 9820)]


def test_a_contract_that_is_not_given_credits_nothing(partij: Partij) -> None:
    partij.month(registratie("a"))
    other = contract({"2.1 hbo": "24,55"}, contract={"gemeenten": ["0363"], "id": "ANDERS"})
    result = partij.run(registratie("a"), contracten=[other])
    assert lines(result) == [] and result.meldingen == ()
    assert lines(partij.run(registratie("a", status="vervallen"), contracten=[other], crediteer=True)) == []
    assert lines(partij.run()) == [("C", HBO, 9820)]


def test_a_concept_that_goes_out_after_its_care_was_withdrawn_is_credited(partij: Partij) -> None:
    """The run that hears of the withdrawal has no contract of the concept, and so cannot replace it."""
    partij.toewijzingen = [toewijzing(), toewijzing(1, gemeente="0363", bsn="999900018")]
    here, there = (contract({"2.1 hbo": "24,55"}, contract={"gemeenten": [code], "id": code}) for code in ("0384", "0363"))
    concept = partij.run(registratie("a", bsn="999900018"), contracten=[here, there])
    assert lines(partij.run(registratie("a", bsn="999900018", status="vervallen"), contracten=[here])) == []
    assert lines(partij.run(contracten=[here])) == []
    partij.settle(concept)
    assert lines(partij.run(contracten=[here, there])) == [("C", HBO, 9820)]


@pytest.mark.slow
def test_a_contract_that_no_longer_has_the_price_credits_nothing(partij: Partij) -> None:
    partij.month(registratie("a"))
    partij.contract = contract({"4.1": "18,00"})
    result = partij.run(registratie("a"), crediteer=True)
    assert lines(result) == [] and [fault.code for fault in result.meldingen] == ["toegekend_blijft_staan"]


def test_what_cannot_be_read_is_not_absent(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    unreadable = {"id": "b", "bsn": "999900006", "datum": "geen datum"}
    assert lines(partij.run(registratie("a"), unreadable, volledig_vanaf="2026-03")) == []


def test_a_run_for_an_earlier_month_leaves_later_months_alone(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(1, gemeente="0363", bsn="999900018")]
    partij.month(registratie("a"))
    result = partij.run(registratie("a"), registratie("x", "2026-02-03", bsn="999900018"), periode="2026-02")
    assert lines(result) == [("D", HBO, 9820)]


@pytest.mark.slow
def test_proef_remembers_nothing(partij: Partij, tmp_path: Path) -> None:
    trial = Partij(tmp_path / "nieuw.db").run(registratie("a"), proef=True)
    assert lines(trial) == [("D", HBO, 9820)] and not (tmp_path / "nieuw.db").exists()
    assert lines(partij.run(registratie("a"), proef=True)) == lines(trial)
    assert lines(partij.run()) == []
    partij.month(registratie("a"))
    assert lines(partij.run(registratie("a", minuten=30), proef=True)) == [("C", HBO, 9820), ("D", HBO, 4910)]
    assert lines(partij.run()) == []


def test_conflicting_doubles_leave_what_was_known(partij: Partij) -> None:
    partij.month(registratie("a"))
    result = partij.run(registratie("a", minuten=30), registratie("a", minuten=45))
    assert lines(result) == [] and reasons(result)["id_meermaals"] == 2


def test_an_unreadable_row_leaves_what_was_known(partij: Partij) -> None:
    partij.month(registratie("a"))
    result = partij.run({"id": "a", "bsn": "999900006", "datum": "geen datum"}, registratie("z", "2026-03-09", 0))
    assert lines(result) == []


def test_a_record_that_moves_to_another_client(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn="999900018")]
    partij.month(registratie("a"))
    result = partij.run(registratie("a", bsn="999900018"))
    assert lines(result) == [("C", HBO, 9820), ("D", HBO, 9820)]


def test_a_refused_credit_is_not_sent_again_by_itself(partij: Partij) -> None:
    partij.month(registratie("a"))
    correction = partij.run(registratie("a", minuten=30))
    partij.settle(correction, refs(correction.regels))
    held = partij.run()
    assert lines(held) == [] and [fault.code for fault in held.meldingen] == ["toegekend_blijft_staan"]
    credit = next(line.referentienummer for line in correction.regels if line.debetcredit == "C")
    partij.ledger.resend([credit])
    again = partij.run()
    assert lines(again) == lines(correction) and set(refs(again.regels)).isdisjoint(refs(correction.regels))


def test_factuur_closes_the_account_of_a_rejected_line_in_the_line_file_only(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "ledger.db", declaratie={"vorm": "factuur"})
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    again = partij.run(registratie("a", minuten=30))
    assert [(line.debetcredit, line.bedrag_cent, line.in_bericht) for line in again.regels] == [
        ("C", 9820, False),
        ("D", 4910, True),
    ]
    (message,) = partij.send(again)
    assert [one.debetcredit for client in message.clienten for one in client.prestaties] == ["D"]
    partij.book([message])
    assert lines(partij.run()) == []


def test_a_declaration_of_which_no_line_travels_is_sent_without_a_message(tmp_path: Path) -> None:
    """A rejected line whose care was withdrawn, under `factuur`: sending twice is sending once, and no later month is closed."""
    partij = Partij(tmp_path / "ledger.db", declaratie={"vorm": "factuur"})
    first = partij.run(registratie("a", "2026-02-05"), periode="2026-02")
    partij.settle(first, refs(first.regels))
    closing = partij.run(registratie("a", "2026-02-05", status="vervallen"), periode="2026-04")
    assert [(line.debetcredit, line.in_bericht) for line in closing.regels] == [("C", False)]
    assert partij.send(closing) == []
    (again,) = partij.ledger.send([closing.regels[0].declaratienummer], op=closing.regels[0].einddatum)
    assert again.status == "beantwoord"
    assert lines(partij.run(registratie("b", "2026-03-05"))) == [("D", HBO, 9820)]


def te_herstellen(partij: Partij) -> int | None:
    """What stands on the repair list, in cents."""
    states = partij.ledger.status()["gemeenten"]["0384"]
    return states["te_herstellen"]["bedrag_cent"] if "te_herstellen" in states else None


def refused_credit(partij: Partij) -> tuple[str, str]:
    """A line of 60 minutes becomes 90; the credit is refused, the new debit granted. Returns line and credit."""
    (first,) = partij.month(registratie("a")).regels
    second = partij.run(registratie("a", minuten=90))
    assert lines(second) == [("C", HBO, 9820), ("D", HBO, 14730)]
    credit = second.regels[0].referentienummer
    partij.settle(second, [credit])
    return first.referentienummer, credit


@pytest.mark.slow
def test_a_refused_credit_beside_a_granted_debit_goes_out_again_when_asked_for(partij: Partij) -> None:
    first, credit = refused_credit(partij)
    assert lines(partij.run(registratie("a", minuten=90))) == []
    assert te_herstellen(partij) == -9820
    partij.ledger.resend([credit])
    again = partij.run(registratie("a", minuten=90))
    assert lines(again) == [("C", HBO, 9820)]
    assert again.regels[0].vorig_referentienummer == first and again.regels[0].referentienummer != credit
    partij.settle(again, refs(again.regels))
    assert te_herstellen(partij) == -9820
    partij.ledger.resend(refs(again.regels))
    partij.settle(partij.run())
    assert lines(partij.run(registratie("a", minuten=90))) == [] and te_herstellen(partij) is None
    assert partij.ledger.status()["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 14730


def test_a_refused_credit_beside_a_granted_debit_goes_along_with_the_next_change(partij: Partij) -> None:
    refused_credit(partij)
    last = partij.run(registratie("a", minuten=30))
    assert lines(last) == [("C", HBO, 9820), ("C", HBO, 14730), ("D", HBO, 4910)]
    partij.settle(last)
    assert te_herstellen(partij) is None
    assert partij.ledger.status()["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 4910


def test_a_refused_credit_sent_again_and_withdrawn_leaves_what_stands(partij: Partij) -> None:
    _, credit = refused_credit(partij)
    partij.ledger.resend([credit])
    partij.send(again := partij.run(registratie("a", minuten=90)))
    partij.ledger.withdraw([one["declaratienummer"] for one in again.samenvatting["declaraties"]], op=date(2026, 5, 1))
    assert lines(partij.run(registratie("a", minuten=90))) == [("C", HBO, 9820)]


def test_onderhanden_werk_counts_a_line_that_went_out_again_and_was_withdrawn_once(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    partij.ledger.resend(refs(first.regels))
    partij.send(again := partij.run(registratie("a")))
    partij.ledger.withdraw([one["declaratienummer"] for one in again.samenvatting["declaraties"]], op=date(2026, 5, 1))
    assert partij.ledger.work()["totaal_cent"] == 9820


def test_a_rejected_line_of_which_the_care_was_withdrawn_needs_no_repair(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    assert te_herstellen(partij) == partij.ledger.work()["totaal_cent"] == 9820
    partij.run(registratie("a", status="vervallen"))
    assert te_herstellen(partij) is None and partij.ledger.work()["totaal_cent"] == 0
    with pytest.raises(mpj.InputError, match="hersteld of vervallen"):
        partij.ledger.resend(refs(first.regels))
    partij.run(registratie("a"))
    assert te_herstellen(partij) == 9820


def test_a_correction_that_was_refused_and_taken_back_needs_no_repair(partij: Partij) -> None:
    partij.month(registratie("a"))
    changed = partij.run(registratie("a", minuten=90))
    partij.settle(changed, refs(changed.regels))
    assert te_herstellen(partij) == 14730 - 9820
    assert lines(partij.run(registratie("a"))) == [] and te_herstellen(partij) is None


def test_what_was_repaired_cannot_be_asked_for_again(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    partij.month(registratie("a", minuten=75))
    with pytest.raises(mpj.InputError, match="hersteld of vervallen"):
        partij.ledger.resend(refs(first.regels))


def test_a_change_that_waits_for_an_answer_is_worth_what_it_adds(partij: Partij) -> None:
    partij.send(partij.run(registratie("a", minuten=45)))
    waits = partij.run(registratie("a", minuten=75))
    assert [(row.reden, row.waarde_cent) for row in waits.uitval] == [("wacht_op_antwoord", 2 * 2455)]
    assert partij.ledger.work()["totaal_cent"] == 5 * 2455


def test_a_lowered_budget_is_named_as_such(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=20000)]
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(budget_cent=5000)]
    (melding,) = partij.run(registratie("a")).meldingen
    assert "budget_overschreden" in melding.toelichting


def test_what_a_limit_cut_off_gets_the_rest_later_also_when_it_was_looked_at_while_it_waited(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(budget_cent=15000)]
    partij.month(registratie("a", "2026-02-05"), periode="2026-02")
    march = partij.run(registratie("b"))
    assert lines(march) == [("D", HBO, 2 * 2455)]
    messages = partij.send(march)
    assert lines(partij.run(periode="2026-04")) == []
    partij.book(messages)
    freed = partij.run(registratie("a", "2026-02-05", status="vervallen"), periode="2026-04")
    assert lines(freed) == [("C", HBO, 9820), ("C", HBO, 4910), ("D", HBO, 9820)]


def test_a_rejected_line_that_a_concept_takes_up_can_be_asked_for(partij: Partij) -> None:
    """The concept makes way for the care as it was, and that goes out again."""
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    assert lines(partij.run(registratie("a", minuten=90))) == [("D", HBO, 14730)]
    partij.ledger.resend(refs(first.regels))
    assert lines(partij.run(registratie("a"))) == [("D", HBO, 9820)]


def test_what_another_aanbieder_takes_over_from_a_rejected_line_is_not_lost(tmp_path: Path) -> None:
    partij = Partij(empty_ledger(tmp_path / "ledger.db"))
    first = partij.run(registratie("a"))
    partij.settle(first, refused=refs(first.regels))
    other = contract({"2.1 hbo": "20,00"}, contract={"id": "ANDER", "aanbieder": "65651122"})
    partij.toewijzingen = [toewijzing(aanbieder="65651122")]
    result = partij.run(contracten=[other])
    # The rejected line is another aanbieder's, and its own contract is not given: whoever runs that one, decides.
    assert lines(result) == [] and reasons(result) == {"geen_contract": 1}
    (row,) = result.uitval
    assert "afgekeurd" in row.toelichting and row.waarde_cent == 8000
    both = partij.run(contracten=[partij.contract, other])
    assert lines(both) == [("D", HBO, 8000)]


@pytest.mark.parametrize(
    "moved",
    [
        {"aanbieder": "65651122", "toewijzingnummer": 1002},
        {"aanbieder": "65651122"},
        {"gemeente": "0363", "toewijzingnummer": 1002},
    ],
)
def test_what_a_concept_of_another_contract_holds_is_billed_once(tmp_path: Path, moved: dict[str, Any]) -> None:
    """Care goes to another aanbieder or gemeente while the declaration of the first is a concept, which may still be sent."""
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), contract={"gemeenten": ["0384"]})
    (first,) = partij.run(registratie("a")).regels
    parties = {"aanbieder": moved.get("aanbieder", "65656055"), "gemeenten": [moved.get("gemeente", "0384")]}
    other = contract({"2.1 hbo": "20,00"}, contract={"id": "ANDER"} | parties)
    ended = [toewijzing(einddatum="2026-01-31")] if "toewijzingnummer" in moved else []
    partij.toewijzingen = [*ended, toewijzing(**moved)]
    result = partij.run(registratie("a"), registratie("b", "2026-02-06"), contracten=[other])
    assert [(one.bron, one.bedrag_cent) for one in result.herkomst] == [("b", 8000)]
    (row,) = result.uitval
    assert row.reden == "geen_contract" and f"{first.referentienummer} is een concept" in row.toelichting
    changed = partij.run(registratie("a", minuten=90), contracten=[other])
    assert [one.bron for one in changed.herkomst] == ["b"] and reasons(changed) == {"geen_contract": 1}
    both = partij.run(contracten=[partij.contract, other])
    assert [(one.bron, one.bedrag_cent) for one in both.herkomst] == [("b", 8000), ("a", 12000)] and reasons(both) == {}
    assert first.declaratienummer in both.samenvatting["ledger"]["vervangen_concepten"]


@pytest.mark.parametrize(
    "change", [{"niveau": "wo"}, {"datum": "2026-02-05"}, {"datum": "2026-04-02"}, {"prestatiecode": "4.1", "niveau": None}]
)
def test_what_changed_waits_for_its_answer_wherever_it_goes(partij: Partij, change: dict[str, Any]) -> None:
    """A record whose line was sent is on no other line before its answer: both could be granted."""
    partij.toewijzingen = [toewijzing(), toewijzing(2, prestatiecode="4.1")]
    first = partij.run(registratie("a"))
    messages = partij.send(first)
    changed = registratie("a", **change)
    for _ in range(2):
        waits = partij.run(changed, periode="2026-04")
        assert lines(waits) == [] and reasons(waits) == {"wacht_op_antwoord": 1}
        assert waits.samenvatting["ledger"]["wacht_op"] == {first.regels[0].declaratienummer: 1}
    partij.book(messages)
    after = partij.run(periode="2026-04")
    assert [(one.debetcredit, one.bedrag_cent) for one in after.regels if one.debetcredit == "C"] == [("C", 9820)]
    assert len(after.regels) == 2 and reasons(after) == {}


@pytest.mark.parametrize("sent", [False, True])
def test_a_move_to_another_contract_stays_whole_when_one_of_both_runs(tmp_path: Path, sent: bool) -> None:
    """Its credit and its debit are in two declarations: a run of the first alone does not take the credit back."""
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), contract={"gemeenten": ["0384"]})
    partij.month(registratie("a"), registratie("b", "2026-03-20"))
    other = contract({"2.1 hbo": "20,00"}, contract={"id": "ANDER", "gemeenten": ["0363"]})
    removed = toewijzing(reden_wijziging="13", toewijzingsdatum="2026-03-31")
    partij.toewijzingen = [removed, toewijzing(2, gemeente="0363")]
    moved = partij.run(contracten=[partij.contract, other], crediteer=True)
    assert sorted(lines(moved)) == [("C", HBO, 19640), ("D", HBO, 16000)]
    if sent:
        own = [one.declaratienummer for one in moved.regels if one.gemeente == "0363"]
        partij.ledger.send(own, op=date(2026, 3, 31))
    assert lines(partij.run()) == [("C", HBO, 19640)]


def test_what_went_to_another_client_waits_for_the_answer_on_the_line_of_the_first(partij: Partij) -> None:
    """Both could be granted. What else the second client has goes its way."""
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BSN_2)]
    first = partij.run(registratie("a"))
    messages = partij.send(first)
    moved = registratie("a", bsn=BSN_2)
    for periode in ("2026-03", "2026-04"):
        waits = partij.agreed(moved, registratie("b", "2026-03-06", bsn=BSN_2), periode=periode)
        assert lines(waits) == [("D", HBO, 9820)] and reasons(waits) == {"wacht_op_antwoord": 1}
        assert waits.samenvatting["ledger"]["wacht_op"] == {first.regels[0].declaratienummer: 1}
    partij.book(messages)
    after = partij.agreed(periode="2026-04")
    assert sorted(lines(after)) == [("C", HBO, 9820), ("D", HBO, 19640)]
    partij.settle(after)
    assert lines(partij.agreed(moved, periode="2026-04")) == []


def test_what_went_to_another_client_is_declared_once_the_line_of_the_first_is_refused(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(), toewijzing(2, bsn=BSN_2)]
    first = partij.run(registratie("a"))
    messages = partij.send(first)
    waits = partij.agreed(registratie("a", bsn=BSN_2), periode="2026-04")
    assert lines(waits) == []
    assert any("(naar schatting € 98,20 volgt zodra er antwoord is)" in str(one) for one in waits.meldingen)
    partij.book(messages, refs(first.regels))
    assert lines(partij.agreed(periode="2026-04")) == [("D", HBO, 9820)]
