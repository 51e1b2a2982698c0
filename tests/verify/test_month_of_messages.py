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
from verify.support import ANDERE_AANBIEDER, contract, credit, earlier, granted, line, toewijzing, zaak

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
