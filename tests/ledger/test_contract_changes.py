"""A contract never credits by itself, whatever of it changes: what was granted is held and said, with its euros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from world import contract

from ledger.support import Partij, empty_ledger, lines, registratie, toewijzing

BEFORE = {"2.1 mbo": "16,00", "2.1 hbo": "24,55", "2.1 wo": "31,20", "4.1": "18,00", "8.1": "250,00"}
STAY = {"id": "v", "bsn": "999900006", "begindatum": "2026-03-10", "einddatum": "2026-03-12", "toewijzingnummer": 8}
CARE = [
    registratie("a", minuten=50, toewijzingnummer=1),
    registratie("p", "2026-03-09", 25, status="gepland", afspraak="x", toewijzingnummer=1),
    registratie("r", "2026-03-10", 25, afspraak="x", toewijzingnummer=1),
    registratie("g", "2026-03-11", 50, None, prestatiecode="4.1", toewijzingnummer=4),
]
TOEWIJZINGEN = [
    toewijzing(1, productcode="45210", volume=600, eenheid="01", frequentie="6"),
    toewijzing(4, prestatiecode="4.1"),
    toewijzing(8, prestatiecode="8.1"),
]
PLANNED: dict[str, Any] = {"declaratie": {"registratiewijze": "planning"}}


def declaratie(**settings: object) -> dict[str, Any]:
    return {"declaratie": settings}


CHANGES: Sequence[tuple[dict[str, Any], Mapping[str, str], dict[str, Any]]] = [
    ({}, {name: price for name, price in BEFORE.items() if name != "2.1 hbo"}, {}),
    ({}, {name: price for name, price in BEFORE.items() if not name.startswith("2.1")} | {"2.1 wo": "31,20"}, {}),
    ({}, {"4.1": "18,00"}, {}),
    ({}, dict.fromkeys(BEFORE, "20,00"), {}),
    ({}, BEFORE, declaratie(tr340="productcode")),
    ({}, BEFORE, declaratie(eenheid_kwartier="stuk")),
    ({}, BEFORE, declaratie(eenheid_uur="minuut")),
    ({}, BEFORE, {"verblijf": {"laatste_dag": "telt_niet"}}),
    ({}, BEFORE, {"afronding": {"kwartier": {"wijze": "naar_boven"}}}),
    ({}, BEFORE, {"afronding": {"kwartier": {"over": "productperiode", "drempel": 55}, "uur": {"wijze": "naar_beneden"}}}),
    ({}, BEFORE, {"limiet": {"bij_overschrijding": "hele_contacten"}}),
    (PLANNED, BEFORE, {}),
    (PLANNED, BEFORE, declaratie(registratiewijze="planning-tenzij")),
    (PLANNED, BEFORE, declaratie(registratiewijze="planning", bevestiging=True)),
    (declaratie(registratiewijze="planning-tenzij"), BEFORE, PLANNED),
]


@pytest.mark.parametrize("place", range(len(CHANGES)))
def test_a_contract_never_credits_by_itself(tmp_path: Path, place: int) -> None:
    terms, prices, changed = CHANGES[place]
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), prices=BEFORE, **terms)
    partij.toewijzingen = list(TOEWIJZINGEN)
    first = partij.month(*CARE, verblijf=[STAY])
    assert len(first.regels) == 3
    partij.contract = contract(prices, **changed)
    for again in (partij.run(*CARE, verblijf=[STAY]), partij.run(*CARE, verblijf=[STAY])):
        assert lines(again) == []
        assert all(fault.code == "toegekend_blijft_staan" and "cent" in fault.toelichting for fault in again.meldingen)
        assert again.samenvatting["ledger"]["toegekend_blijft_staan"] == len(again.meldingen)


def test_what_the_contract_did_not_do_is_corrected_after_it_changed(tmp_path: Path) -> None:
    """A plan is cancelled, after the contract changed in other ways that left it as it was."""
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), prices=BEFORE, **PLANNED)
    plan = registratie("p", status="gepland", afspraak="x")
    partij.month(plan)
    partij.contract = contract({"2.1 hbo": "24,55"}, **PLANNED)
    assert lines(partij.run(registratie("n", status="geannuleerd", afspraak="x"))) == [("C", "45212", 9820)]


def test_a_level_that_bills_lower_leaves_room_for_new_care_at_that_level(tmp_path: Path) -> None:
    """And the held care is on no other line beside the one that stands."""
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), prices=BEFORE)
    partij.month(registratie("a"))
    partij.contract = contract({"2.1 mbo": "16,00"}, afronding={"kwartier": {"over": "productperiode"}})
    result = partij.run(registratie("a"), registratie("b", "2026-03-06", 20))
    assert lines(result) == [("D", "45211", 1600)]
    assert {row.bron: row.reden for row in result.uitval} == {"a": "reeds_gedeclareerd"}
    partij.settle(result)
    assert lines(partij.run(registratie("a"), registratie("b", "2026-03-06", 20))) == []
