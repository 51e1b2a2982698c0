"""What existing systems get wrong, one test each, named after the mistake that is not made here.

Each shows a right line that passes, or what becomes of it, and beside it a line that is wrong by the same rule and fails: a rule
that lets everything through makes no mistake either.
"""

from __future__ import annotations

from datetime import date

import pytest

from mpj.verification import MemoryHistory
from mpj.verification.register import NOT_APPLICABLE, rows
from verify.examples import GROEP, OUD, alles, omvang
from verify.support import (
    ANDERE_AANBIEDER,
    BRAM,
    Situatie,
    answer,
    contract,
    credit,
    earlier,
    granted,
    line,
    toewijzing,
    zaak,
)

UREN = contract(declaratie={"eenheid_uur": "minuut"})
GROEPSTIJD = (toewijzing(prestatiecode="4.1"),)
NEGENTIG = GROEP | {"volume": 90, "eenheid": "01", "tarief_cent": 139}


def test_tr389_a_credit_followed_by_a_corrected_debit_of_the_same_month_passes() -> None:
    old = line(referentienummer="R0")
    new = line(volume=75, bedrag_cent=12275)
    found = zaak(new, credit(old), history=granted(earlier(old))).verify()
    assert found.bevindingen == ()
    assert found.samenvatting["toegekend_cent"] == 12275 - 9820
    assert zaak(new, history=granted(earlier(old))).codes() == ["TR389"]


def test_tr389_the_credit_may_stand_after_the_debit_in_the_message() -> None:
    old = line(referentienummer="R0")
    new = line(volume=75, bedrag_cent=12275)
    assert zaak(new, credit(old), history=granted(earlier(old))).codes() == []
    other = earlier(old, line(referentienummer="R9", productcode="45214", tarief_cent=208, bedrag_cent=12480))
    of_another_line = credit(line(referentienummer="R9", productcode="45214", tarief_cent=208, bedrag_cent=12480))
    assert zaak(new, of_another_line, history=granted(other)).codes() == ["TR389"]


def test_tr389_a_refused_line_does_not_block() -> None:
    sent = earlier(line(referentienummer="R0"))
    assert zaak(history=MemoryHistory([sent], [answer(sent, "R0")])).codes() == []
    assert zaak(history=MemoryHistory([sent], [answer(sent)])).codes() == ["TR389"]


def test_iv081_ninety_minutes_of_an_hour_price_are_rounded_once() -> None:
    right = zaak(line(**NEGENTIG | {"bedrag_cent": 12525}), toewijzingen=GROEPSTIJD, contracten=(UREN,))
    assert right.codes() == []
    wrong = zaak(line(**NEGENTIG | {"bedrag_cent": 12510}), toewijzingen=GROEPSTIJD, contracten=(UREN,))
    (found,) = wrong.verify().bevindingen
    assert (found.regelcode, found.retourcode, found.gevonden, found.verwacht) == ("TR346", "9346", "€ 125,10", "€ 125,25")


@pytest.mark.parametrize(
    ("month", "weeks"),
    [
        ((date(2026, 3, 1), date(2026, 3, 31)), 6),
        ((date(2025, 12, 1), date(2025, 12, 31)), 5),
        ((date(2026, 1, 1), date(2026, 1, 31)), 5),
        ((date(2027, 2, 1), date(2027, 2, 28)), 4),
    ],
)
def test_iv077_weeks_of_a_month_also_over_a_border_of_years(month: tuple[date, date], weeks: int) -> None:
    own = (toewijzing(begindatum="2025-01-01", volume="1", eenheid="04", frequentie="2", einddatum="2027-12-31"),)
    hours = {"begindatum": month[0], "einddatum": month[1]}
    settings = {"dagtekening": date(2027, 3, 5)}
    for extra, codes in ((0, []), (15, ["TR321"])):
        minutes = weeks * 60 + extra
        one = line(volume=minutes, bedrag_cent=minutes // 15 * 2455, **hours)
        assert zaak(one, toewijzingen=own, maand=month, dagtekening=date(2027, 3, 1), settings=settings).codes() == codes


def test_tr390_a_second_credit_is_found_by_the_number_it_undoes() -> None:
    first = earlier(credit(OUD, referentienummer="C1"), nummer="DN01", identificatie="B01")
    history = granted(earlier(OUD), first)
    assert zaak(credit(OUD, referentienummer="C2"), history=history).codes() == ["TR390"]
    assert zaak(credit(OUD, referentienummer="C2"), history=granted(earlier(OUD))).codes() == []


def test_tr369_budget_alone_is_counted_in_cents() -> None:
    own = alles(budget_cent="9820", einddatum="2026-12-31")
    assert zaak(toewijzingen=own).codes() == []
    short = alles(budget_cent="9819", einddatum="2026-12-31")
    (found,) = zaak(toewijzingen=short).verify().bevindingen
    assert (found.regelcode, found.retourcode, found.gevonden, found.verwacht) == ("TR369", "9369", "€ 98,20", "€ 98,19")


def test_several_codes_on_one_toewijzing_pass_and_count_together() -> None:
    two = (line(), line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440))
    assert zaak(*two, toewijzingen=omvang("2")).codes() == []
    (found,) = zaak(*two, toewijzingen=omvang("1")).verify().bevindingen
    assert (found.positie, found.regelcode) == ("1.2", "TR322")


def test_tr338_is_not_tr304() -> None:
    own = (toewijzing(), toewijzing(toewijzingnummer="1002", bsn=BRAM))
    unknown = zaak(line(toewijzingnummer=9), toewijzingen=own).verify().bevindingen
    other = zaak(line(toewijzingnummer=1002), toewijzingen=own).verify().bevindingen
    stranger = zaak((BRAM, line(toewijzingnummer=9))).verify().bevindingen
    assert [(one.regelcode, one.retourcode, one.plaats) for one in unknown] == [("TR338", "9338", "regel")]
    assert [(one.regelcode, one.retourcode, one.plaats) for one in other] == [("TR304", "8187", "regel")]
    assert next((one.regelcode, one.retourcode, one.plaats) for one in stranger) == ("TR304", "8187", "client")


def test_tr322_sums_volume_over_the_assignment_not_euros_in_a_month() -> None:
    """A month of much money passes; a small line passes no more once the hours of the whole assignment are used."""
    dear = line(volume=600, productcode="45214", tarief_cent=208, bedrag_cent=40 * 3120)
    assert zaak(dear, toewijzingen=omvang("10")).codes() == []
    cheap = line(volume=15, bedrag_cent=2455)
    used = earlier(
        line(referentienummer="R0", volume=600, bedrag_cent=40 * 2455, begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28))
    )
    (found,) = zaak(cheap, toewijzingen=omvang("10"), history=granted(used)).verify().bevindingen
    assert (found.regelcode, found.gevonden, found.verwacht) == ("TR322", "615 minuten", "600 minuten")


def test_tr322_a_credit_gives_volume_back() -> None:
    used = earlier(OUD)
    new = line(begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28))
    assert zaak(new, credit(OUD), toewijzingen=omvang("1"), history=granted(used)).codes() == []
    more = line(volume=75, bedrag_cent=12275, begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28))
    assert zaak(more, credit(OUD), toewijzingen=omvang("1"), history=granted(used)).codes() == ["TR322"]


def test_op364_start_and_stop_messages_do_not_exist_for_a_line() -> None:
    """The whole month is right although nothing says that care started or stopped.

    What bounds a line is its toewijzing, whatever was started; and the register knows no line that OP364 refuses.
    """
    assert zaak().codes() == []
    begins_later = (toewijzing(begindatum="2026-04-01"),)
    ended_before = (toewijzing(einddatum="2026-02-28"),)
    assert zaak(toewijzingen=begins_later).codes() == ["TR307"]
    assert zaak(toewijzingen=ended_before).codes() == ["TR308"]
    assert [row.status for row in rows() if row.code == "OP364"] == [NOT_APPLICABLE]


def test_a_toewijzing_of_another_provider_does_not_count() -> None:
    own = (toewijzing(aanbieder=ANDERE_AANBIEDER), toewijzing(toewijzingnummer="2"))
    assert zaak(toewijzingen=own).codes() == ["TR338"]


def test_assigned_in_hours_declared_in_minutes() -> None:
    assert zaak(toewijzingen=omvang("1")).codes() == []
    assert zaak(line(volume=75, bedrag_cent=12275), toewijzingen=omvang("1")).codes() == ["TR322"]


def test_extra_care_in_minutes_does_not_count_against_days() -> None:
    own = (toewijzing(prestatiecode="", productcategorie="44", volume="", frequentie="", eenheid=""),)
    stay = line(productcategorie="44", productcode="44810", volume=31, eenheid="14", tarief_cent=25000, bedrag_cent=775000)
    care = line(referentienummer="R2", productcategorie="44", productcode="44812")
    assert zaak(stay, care, toewijzingen=own).codes() == []
    days = (own[0] | {"volume": "30", "frequentie": "6", "eenheid": "14", "einddatum": "2026-12-31"},)
    assert zaak(care, toewijzingen=days).codes() == []
    assert zaak(stay, toewijzingen=days).codes() == ["TR322"]


def test_an_unknown_code_is_not_assessed_and_nothing_is_granted_in_silence() -> None:
    situatie: Situatie = zaak(line(productcode="99ZZ9"), toewijzingen=alles())
    outcome = situatie.verify()
    assert outcome.bevindingen == () and outcome.antwoord is None
    (found,) = outcome.niet_beoordeeld
    assert (found.positie, found.regelcode, found.retourcode) == ("1.1", "niet_beoordeeld", "")
    assert outcome.samenvatting["uitkomst"] == "onbeslist"
    granted_, refused = situatie.verify(onbeoordeeld="toekennen"), situatie.verify(onbeoordeeld="afwijzen")
    assert granted_.antwoord and granted_.antwoord.antwoord and granted_.antwoord.antwoord.retourcodes == ("8001",)
    assert refused.antwoord and refused.antwoord.antwoord
    assert refused.antwoord.antwoord.clienten[0].prestaties[0].retourcodes == ("0233",)


def test_a_code_that_does_not_exist_is_not_that_of_a_specific_toewijzing() -> None:
    """Whatever is loaded, and whatever is decided about lines that cannot be judged."""
    (found,) = zaak(line(productcode="45218")).verify(onbeoordeeld="toekennen").bevindingen
    assert (found.regelcode, found.retourcode, found.gevonden, found.verwacht) == ("TR340", "9340", "45218", "2.1")
    assert zaak(line(productcode="45218"), contracten=(contract(contract={"einddatum": date(2026, 2, 28)}),)).codes() == ["TR340"]
    # A code that may be of the assigned prestatiecode is not judged: its contract is not loaded.
    other = contract([("1.1", "mbo", "17,85")])
    assert [one.regelcode for one in zaak(contracten=(other,)).verify().niet_beoordeeld] == ["niet_beoordeeld"]


def test_decisions_are_by_code_and_toewijzing() -> None:
    own = (*alles(), *alles(toewijzingnummer="1002"))
    one, other = line(productcode="99ZZ9"), line(referentienummer="R2", productcode="99ZZ9", toewijzingnummer=1002)
    situatie = zaak(one, other, toewijzingen=own)
    half = situatie.verify(onbeoordeeld={("99ZZ9", 1001): "toekennen"})
    assert half.antwoord is None and half.samenvatting["op_besluit"] == [
        {"uitkomst": "toegekend", "regels": 1, "bedrag_cent": 9820}
    ]
    both = situatie.verify(onbeoordeeld={("99ZZ9", 1001): "toekennen", ("99ZZ9", None): "afwijzen"})
    assert both.antwoord is not None and both.antwoord.antwoord is not None
    assert [back.toewijzingnummer for back in both.antwoord.antwoord.clienten[0].prestaties] == [1002]


def test_minutes_are_never_held_against_the_clock() -> None:
    """Two professionals in one contact are two records: 50 days of 24 hours in a month are granted."""
    assert zaak(line(volume=72000, bedrag_cent=4800 * 2455)).codes() == []


def test_a_line_of_zero_locks_no_month() -> None:
    zero = line(referentienummer="R0", volume=0, bedrag_cent=0)
    assert zaak(history=granted(earlier(zero))).codes() == []
    assert zaak(zero).codes() == ["MPJ03"]
