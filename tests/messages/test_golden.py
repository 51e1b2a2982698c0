"""Whole messages as they must be, to the byte: read them in golden/ to see what mpj sends and answers.

Who changes one checks each line that differs against the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from standard import needs_standard
from world import BSN, BSN_2, contract, declare, toewijzing

from messages.support import Line, valid, written
from mpj.messages import Antwoordbericht, Declaratiebericht, check, declaratieberichten, read
from mpj.verification import Oordeel, build_answer

pytestmark = pytest.mark.lowest

GOLDEN = Path(__file__).with_name("golden")


def month() -> Declaratiebericht:
    """Contacts in minutes, group hours, pieces and days of stay of two clients, declared from records."""
    prices = contract({"2.1 hbo": "24,55", "4.1": "18,00", "6.1": "150,00", "10.2": "12,50"}, normtijd={"10.2": "stuk"})
    assigned = [
        toewijzing(101),
        toewijzing(102, prestatiecode="4.1"),
        toewijzing(201, bsn=BSN_2, prestatiecode="6.1", einddatum="2026-03-20"),
        toewijzing(202, bsn=BSN_2, prestatiecode="10.2"),
    ]
    records = [
        {"id": "a", "bsn": BSN, "datum": "2026-03-05", "minuten": 50, "kwalificatieniveau": "hbo", "prestatiecode": "2.1"},
        {"id": "b", "bsn": BSN, "datum": "2026-03-06", "minuten": 10, "kwalificatieniveau": "hbo", "prestatiecode": "2.1"},
        {"id": "c", "bsn": BSN, "datum": "2026-03-09", "minuten": 120, "prestatiecode": "4.1"},
        {"id": "d", "bsn": BSN_2, "datum": "2026-03-10", "aantal": 2, "prestatiecode": "10.2"},
    ]
    stay = {"id": "v", "bsn": BSN_2, "begindatum": "2026-03-18", "einddatum": "2026-03-20", "prestatiecode": "6.1"}
    result = declare(prices, assigned, records, verblijf=[stay])
    (message,) = declaratieberichten(result.regels, dagtekening=date(2026, 4, 7))
    return message


def correction() -> Declaratiebericht:
    """February again, in the declaration of March: a credit, the smaller debit that replaces it, and a credit alone."""
    february = Line("FEB1", begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28))
    other = evolve(february, bsn=BSN_2, toewijzingnummer=10073)
    lines = [
        evolve(february, referentienummer="FEB1-NIEUW", volume=3, volume_bericht=45, bedrag_cent=7365),
        evolve(february, referentienummer="FEB1-TERUG", vorig_referentienummer="FEB1", debetcredit="C"),
        evolve(other, referentienummer="FEB2-TERUG", vorig_referentienummer="FEB2", debetcredit="C"),
    ]
    (message,) = declaratieberichten(lines, dagtekening=date(2026, 4, 7))
    return message


def answer(oordeel: Oordeel) -> Antwoordbericht:
    """The answer to a declaration of three lines of two clients."""
    lines = [Line("R1"), Line("R2", toewijzingnummer=10074), Line("R3", bsn=BSN_2, toewijzingnummer=10073)]
    (message,) = declaratieberichten(lines, dagtekening=date(2026, 4, 7))
    return build_answer(message, oordeel, dagtekening=date(2026, 4, 21), xsd_versie="1.0.0", xslt_versie="1.1.0")


MESSAGES: dict[str, Callable[[], Declaratiebericht | Antwoordbericht]] = {
    "jw323-maand.xml": month,
    "jw323-correctie.xml": correction,
    "jw325-toegekend.xml": lambda: answer(Oordeel()),
    "jw325-een-regel-afgekeurd.xml": lambda: answer(Oordeel(regels={(1, 2): ("9338", "9384")})),
    "jw325-een-client-afgekeurd.xml": lambda: answer(Oordeel(clienten={2: ("8187",)})),
    "jw325-declaratie-afgekeurd.xml": lambda: answer(Oordeel(declaratie=("9333",))),
    "jw325-technisch-afgekeurd.xml": lambda: answer(Oordeel(technisch=True)),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_whole_message(name: str) -> None:
    assert written(MESSAGES[name]()).decode().splitlines() == (GOLDEN / name).read_text("utf-8").splitlines()
    assert written(MESSAGES[name]()) == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", MESSAGES)
def test_a_golden_message_keeps_form_and_content_rules_and_reads_back(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    assert [fault for fault in check(data) if fault.soort == "fout"] == []
    assert read(data) == MESSAGES[name]()


@needs_standard
@pytest.mark.parametrize("name", MESSAGES)
def test_a_golden_message_is_valid_by_the_official_schema(name: str) -> None:
    assert valid(name[:5].upper(), (GOLDEN / name).read_bytes())


def test_no_message_lies_there_unread() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(MESSAGES)
