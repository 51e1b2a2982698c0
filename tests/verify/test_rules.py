"""Every rule passes where it should and fails where it should."""

from __future__ import annotations

from datetime import date

import pytest

from mpj.verification.values import REGEL
from verify.examples import ANDERE, VOORBEELDEN
from verify.support import ANNA, BRAM, Situatie, credit, earlier, granted, line, toewijzing, zaak


@pytest.mark.parametrize("code", VOORBEELDEN)
def test_a_right_message_keeps_the_rule(code: str) -> None:
    """The passing example has no finding at all, and everything in it is granted."""
    outcome = VOORBEELDEN[code][0].verify()
    assert outcome.bevindingen == ()
    assert outcome.samenvatting["uitkomst"] == "toegekend"


@pytest.mark.parametrize("code", VOORBEELDEN)
def test_a_wrong_message_breaks_the_rule(code: str) -> None:
    """The failing example names the rule, says what was found and expected, and explains it."""
    found = [one for one in VOORBEELDEN[code][1].verify().bevindingen if one.regelcode == code]
    assert found
    for one in found:
        assert one.retourcode and one.gevonden and one.verwacht and one.toelichting


@pytest.mark.parametrize(("code", "situatie"), ANDERE.values(), ids=ANDERE.keys())
def test_the_same_rule_fails_in_other_ways(code: str, situatie: Situatie) -> None:
    assert situatie.codes() == [code]


def test_all_faults_of_a_line_and_all_lines_are_reported() -> None:
    wrong = line(referentienummer="R2", productcode="45213", begindatum=date(2026, 3, 2), tarief_cent=1)
    outcome = zaak(line(tarief_cent=170, einddatum=date(2026, 3, 30)), wrong).verify()
    assert [(one.positie, one.regelcode) for one in outcome.bevindingen] == [
        ("1.1", "TR388"),
        ("1.1", "TR418"),
        ("1.2", "TR387"),
        ("1.2", "TR418"),
        ("1.2", "TR346"),
    ]
    assert {one.plaats for one in outcome.bevindingen} == {REGEL}


def test_the_euros_of_a_line_count_once_under_a_rule() -> None:
    """A stranger's toewijzing: TR304 at the client and at both lines, and the summary shows the euros of the message once."""
    own = (toewijzing(), toewijzing(toewijzingnummer="1002", bsn=ANNA))
    one, other = line(toewijzingnummer=1001), line(toewijzingnummer=1002, referentienummer="R2")
    outcome = zaak((BRAM, one), (BRAM, other), toewijzingen=own).verify()
    found = [row for row in outcome.samenvatting["per_regel"] if row["regelcode"] == "TR304"]
    both = one.bedrag_cent + other.bedrag_cent
    assert [(row["retourcode"], row["aantal"], row["bedrag_cent"]) for row in found] == [("0233", 2, both), ("8187", 1, both)]
    assert both == outcome.samenvatting["ingediend_cent"]


def test_a_refused_line_does_not_use_up_the_toewijzing() -> None:
    """The first line is refused for its tariff, so the second still fits in the budget."""
    first = line(tarief_cent=170, bedrag_cent=10200)
    second = line(referentienummer="R2", productcode="45213", tarief_cent=174, bedrag_cent=10440)
    outcome = zaak(first, second, toewijzingen=(toewijzing(budget_cent="10440"),)).verify()
    assert [(one.positie, one.regelcode) for one in outcome.bevindingen] == [("1.1", "TR418")]


def test_a_credit_line_is_judged_by_form_and_debit_alone() -> None:
    """The toewijzing, the price and the code have changed since; the credit undoes what was granted all the same."""
    old = line(referentienummer="R0", productcode="99999", tarief_cent=1, bedrag_cent=60)
    outcome = zaak(credit(old), toewijzingen=(toewijzing(toewijzingnummer="5"),), history=granted(earlier(old))).verify()
    assert outcome.bevindingen == ()
    assert outcome.samenvatting["toegekend_cent"] == -60
