"""Messages as a municipality gets them in a month, each with one thing wrong, and what is right to say of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import mpj
from mpj.messages import read_jw323
from mpj.reading.faults import InputError
from mpj.verification import MemoryHistory, Verificatie, verify
from verify.examples import ANDERS
from verify.support import ANDERE_AANBIEDER, answer, contract, credit, earlier, granted, line, message, toewijzing, zaak

CASES = Path(__file__).resolve().parents[1] / "data" / "berichten"
ONTVANGST = date(2026, 2, 10)


def judged(bericht: str, toewijzingen: str = "toew.csv", **words: object) -> Verificatie:
    settings: dict[str, object] = {"dagtekening": ONTVANGST, "history": MemoryHistory()} | words
    contracts = [mpj.load_contract(CASES / "contract")]
    return verify(read_jw323(CASES / bericht), contracts, mpj.read_toewijzingen([CASES / toewijzingen]), **settings)  # type: ignore[arg-type]


def told(outcome: Verificatie) -> list[tuple[str, str, int]]:
    return [(one.regelcode, one.retourcode, one.bedrag_cent) for one in outcome.bevindingen]


@pytest.mark.parametrize(
    ("bericht", "toewijzingen", "found", "toegekend"),
    [
        ("bericht-B1-same.xml", "toew.csv", ("MPJ06", "9389", 40640), 431460 - 40640),
        ("bericht-C2.xml", "toew3.csv", ("MPJ07", "9321", 2694000), 3074768 - 2694000),
        ("bericht-D1-zero.xml", "toew.csv", ("MPJ03", "9341", 0), 350180),
        ("bericht-A7-45218.xml", "toew.csv", ("TR340", "9340", 96000000), 350180),
    ],
)
def test_what_was_granted_and_is_wrong(bericht: str, toewijzingen: str, found: tuple[str, str, int], toegekend: int) -> None:
    for onbeoordeeld in (None, "toekennen"):
        outcome = judged(bericht, toewijzingen, onbeoordeeld=onbeoordeeld)
        assert told(outcome) == [found]
        assert outcome.samenvatting["toegekend_cent"] == toegekend
        assert outcome.antwoord is not None


def test_the_wrong_file_is_not_judged() -> None:
    """A message to 0363 with toewijzingen of 0384: no answer in the name of 0363."""
    with pytest.raises(InputError) as caught:
        judged("bericht-48.xml")
    (fault,) = caught.value.faults
    assert (fault.code, fault.gevonden) == ("verkeerd_bestand", "een declaratie van 65656055 aan gemeente 0363")
    outcome = judged("bericht-48.xml", toewijzingen_volledig=["0363"])
    assert {code for code, _, _ in told(outcome)} == {"TR304", "TR338"}


def test_a_message_of_no_contract_is_the_wrong_file() -> None:
    for other in ({"aanbieder": ANDERE_AANBIEDER}, {"gemeenten": ["0363"]}):
        with pytest.raises(InputError) as caught:
            zaak(contracten=(contract(contract=other),)).verify(toewijzingen_volledig=["0384"])
        assert [one.code for one in caught.value.faults] == ["verkeerd_bestand"]


def test_toewijzingen_of_a_gemeente_that_went_into_another_are_those_of_the_other() -> None:
    merged = contract(herindeling={"0999": "0384"})
    assert zaak(toewijzingen=(toewijzing(gemeente="0999"),), contracten=(merged,)).codes() == []
    assert zaak(toewijzingen=(toewijzing(),), contracten=(merged,), ontvanger="0999").codes() == []
    with pytest.raises(InputError):
        zaak(toewijzingen=(toewijzing(gemeente="0999"),)).verify()
    with pytest.raises(InputError) as caught:
        contract(herindeling={"0999": "0363"})
    assert [(one.code, one.kolom) for one in caught.value.faults] == [("waarde_onjuist", "herindeling.0999")]


def test_what_was_declared_to_a_former_gemeente_was_declared_to_that_of_today(tmp_path: Path) -> None:
    """Credits and limits too, with a ledger and without: what stood under the former code could be declared once more."""
    merged = contract(herindeling={"0999": "0384"})
    grants = [toewijzing(gemeente="0999", budget_cent="19640", einddatum="2026-12-31")]
    february = {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28)}
    old = earlier(line(referentienummer="R0", **february), ontvanger="0999")
    again = message(line(referentienummer="R2", **february), line(volume=75, bedrag_cent=12275))
    undo = message(credit(line(referentienummer="R0", **february)), nummer="DN2", identificatie="B2", dagtekening=date(2026, 4, 6))
    last = message(line(referentienummer="R3", volume=120, bedrag_cent=19640), nummer="DN3", identificatie="B3")
    known, day = MemoryHistory(), date(2026, 4, 10)
    with mpj.Ledger(tmp_path / "l.db") as ledger:
        for one, broken in ((old, []), (again, ["TR389", "TR369"]), (undo, []), (last, [])):
            found = verify(one, [merged], grants, dagtekening=day, history=known)
            known.add(one, found.antwoord)
            assert [of.regelcode for of in found.bevindingen] == broken
            assert ledger.verify(one, [merged], grants, op=day).bevindingen == found.bevindingen


def test_the_same_care_under_two_categories_stands_once() -> None:
    """Within a message, across messages and with history; a credited or refused line does not stand."""
    old = line(referentienummer="R0")
    assert zaak(line(), ANDERS).codes() == ["MPJ06"]
    assert zaak(ANDERS, history=granted(earlier(old))).codes() == ["MPJ06"]
    assert zaak(ANDERS, history=MemoryHistory([earlier(old)])).codes() == ["MPJ06"]
    assert zaak(ANDERS, credit(old), history=granted(earlier(old))).codes() == []
    assert zaak(line(tarief_cent=165), ANDERS).codes() == ["TR418"]
    assert zaak(line(), history=granted(earlier(old))).codes() == ["TR389"]


def test_a_contract_that_keeps_categories_apart_makes_it_a_signal() -> None:
    apart = contract(contract={"categorieen_apart": True})
    outcome = zaak(line(), ANDERS, contracten=(apart,)).verify()
    assert outcome.bevindingen == () and outcome.samenvatting["uitkomst"] == "toegekend"
    assert [(one.regelcode, one.retourcode, one.referentienummer) for one in outcome.signalen] == [("MPJ06", "", "R2")]
    assert outcome.samenvatting["signalen"] == [
        {"regelcode": "MPJ06", "omschrijving": "dezelfde zorg staat al onder een andere categorie", "aantal": 1}
    ]


def test_the_commonest_mistake_is_named() -> None:
    """240 minutes at 25,40 per kwartier, added up as 240 x 1,69."""
    (found,) = judged("bericht-04.xml").bevindingen
    assert (found.regelcode, found.retourcode, found.gevonden, found.verwacht) == ("MPJ04", "9346", "€ 405,60", "€ 406,40")
    assert "volume x afgeronde minuutprijs (€ 1,69)" in found.toelichting


def test_hours_as_assigned_are_care_per_kwartier() -> None:
    hour = line(eenheid="04", volume=1, tarief_cent=9820)
    assigned = (toewijzing(volume="10", eenheid="04", frequentie="6", einddatum="2026-12-31"),)
    assert zaak(hour, toewijzingen=assigned).codes() == []
    assert zaak(line(eenheid="04", volume=1, tarief_cent=9840, bedrag_cent=9840), toewijzingen=assigned).codes() == ["TR418"]
    assert zaak(line(eenheid="04", volume=1, tarief_cent=9820, bedrag_cent=9821), toewijzingen=assigned).codes() == ["TR346"]
    assert zaak(hour).codes() == ["TR341"]


def test_lines_of_a_refused_client_bear_the_code_that_was_sent() -> None:
    outcome = zaak(("999900031", line(toewijzingnummer=9))).verify()
    assert [(one.plaats, one.regelcode, one.retourcode) for one in outcome.bevindingen] == [
        ("client", "TR304", "8187"),
        ("regel", "TR338", "0233"),
    ]
    assert outcome.antwoord is not None and outcome.antwoord.antwoord is not None
    (client,) = outcome.antwoord.antwoord.clienten
    assert (client.retourcodes, client.prestaties[0].retourcodes) == (("8187",), ("0233",))


def test_answers_alone_are_no_history() -> None:
    february = {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28)}
    sent = earlier(line(referentienummer="R0", **february))
    alone = MemoryHistory([], [answer(sent)])
    outcome = zaak(credit(line(referentienummer="R0", **february)), history=alone).verify()
    assert outcome.bevindingen == ()
    left = {one.regelcode for one in outcome.niet_getoetst}
    assert {"TR056", "TR314", "TR322", "TR323", "TR333", "TR389", "TR390", "TR369"} <= left
    assert outcome.samenvatting["geschiedenis"]["bekend"] is False


def test_the_summary_says_which_earlier_months_are_known() -> None:
    def of(month: int) -> dict[str, date]:
        return {"begindatum": date(2026, month, 1), "einddatum": date(2026, month, 28)}

    january = earlier(line(referentienummer="R0"), maand=tuple(of(1).values()), nummer="DN8", identificatie="B8")
    march = earlier(line(referentienummer="R9"), maand=tuple(of(3).values()), nummer="DN9", identificatie="B9")
    known = MemoryHistory([january, march], [answer(january)])
    may = line(begindatum=date(2026, 5, 1), einddatum=date(2026, 5, 31))
    outcome = zaak(may, history=known, maand=(date(2026, 5, 1), date(2026, 5, 31))).verify()
    assert outcome.samenvatting["geschiedenis"] == {
        "bekend": True,
        "volledig": ["2026-01"],
        "zonder_antwoord": ["2026-03"],
        "zonder_declaratie": ["2026-02", "2026-04"],
    }
