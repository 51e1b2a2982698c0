"""Every setting of a contract and every reason of the register: what of a granted line holds, and what credits.

The tables are what is right, written by hand; a setting or a reason that they do not name fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from world import contract

import mpj
from ledger.support import Partij, empty_ledger, lines, registratie, toewijzing
from ledger.test_decided import to_decide
from mpj.contract.settings import SETTINGS
from mpj.engine.outcome import Uitkomst
from mpj.engine.values import Identiteit
from mpj.ledger import codes_asked
from mpj.ledger.hold import Kept, reasons_to_hold
from mpj.ledger.stand import Behind
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval

PRICES = {"2.1 hbo": "10,00", "4.1": "100,00", "8.1": "250,00"}
STAY = {"id": "v", "bsn": "999900006", "begindatum": "2026-03-10", "einddatum": "2026-03-12", "toewijzingnummer": 8}
# Quarters: 50 is 3, 22 is 1, 22 is 1, 25 is 2: 7 at 10,00. Hours: 70 and 80 are 2.5, so 3, at 100,00. Three days at 250,00.
CARE = [
    registratie("a", minuten=50, toewijzingnummer=1),
    registratie("b", "2026-03-12", 22, toewijzingnummer=1),
    registratie("c", "2026-03-12", 22, toewijzingnummer=1),
    registratie("p", "2026-03-16", 40, status="gepland", afspraak="x", toewijzingnummer=1),
    registratie("r", "2026-03-16", 25, afspraak="x", toewijzingnummer=1),
    registratie("g", "2026-03-11", 70, None, prestatiecode="4.1", toewijzingnummer=4),
    registratie("h", "2026-03-13", 80, None, prestatiecode="4.1", toewijzingnummer=4),
]
TOEWIJZINGEN = [toewijzing(1, productcode="45210"), toewijzing(4, prestatiecode="4.1"), toewijzing(8, prestatiecode="8.1")]
Wanted = tuple[tuple[str, int, int], ...]
"""What is to be decided: prestatiecode, and in eurocents the debit and the credit."""
NOTHING: Wanted = ()
ALL_GONE: Wanted = (("2.1", 0, 7000), ("4.1", 0, 30000), ("8.1", 0, 75000))
SETTING: Mapping[str, tuple[object, Wanted]] = {
    "contract.id": ("VB-ANDERS", NOTHING),
    "contract.aanbieder": ("65651122", NOTHING),  # another's contract judges nothing of these
    "contract.gemeenten": (["0363"], NOTHING),
    "contract.begindatum": (date(2026, 4, 1), ALL_GONE),
    "contract.einddatum": (date(2026, 2, 28), ALL_GONE),
    "contract.jeugdbescherming": (False, NOTHING),
    "contract.categorieen_apart": (True, NOTHING),
    "contract.gelijktijdig_max": (1, NOTHING),
    "declaratie.vorm": ("factuur", NOTHING),
    "declaratie.registratiewijze": ("planning", (("2.1", 8000, 7000),)),
    "declaratie.bevestiging": (True, NOTHING),
    "declaratie.eenheid_kwartier": ("stuk", (("2.1", 7000, 7000),)),
    "declaratie.eenheid_uur": ("minuut", (("4.1", 25000, 30000),)),
    "declaratie.tr340": ("productcode", (("2.1", 0, 7000),)),
    "afronding.kwartier.wijze": ("naar_boven", (("2.1", 10000, 7000),)),
    "afronding.kwartier.over": ("dag", (("2.1", 8000, 7000),)),
    "afronding.kwartier.minimum": (2, (("2.1", 9000, 7000),)),
    "afronding.kwartier.drempel": (24, (("2.1", 5000, 7000),)),
    "afronding.uur.wijze": ("naar_beneden", (("4.1", 20000, 30000),)),
    "afronding.uur.over": ("contact", (("4.1", 20000, 30000),)),
    "afronding.uur.minimum": (4, (("4.1", 40000, 30000),)),
    "afronding.uur.drempel": (75, (("4.1", 10000, 30000),)),
    "limiet.bij_overschrijding": ("hele_contacten", NOTHING),
    "verblijf.laatste_dag": ("telt_niet", (("8.1", 50000, 75000),)),
    "termijnen.indienen_maanden": (1, NOTHING),
    "termijnen.correctie_maanden": (1, NOTHING),
    "termijnen.sluiting": ("03-31", NOTHING),
}


def test_every_setting_is_walked() -> None:
    """All but the protocol, of which there is one."""
    assert {one.name for one in SETTINGS} - {"contract.protocol"} == SETTING.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTING)
def test_a_setting_credits_nothing_and_is_told_with_its_euros(tmp_path: Path, name: str) -> None:
    """And its code, or a repricing, makes exactly that; the same run again makes no line."""
    value, wanted = SETTING[name]
    section, key = name.rsplit(".", 1)
    tables: dict[str, Any] = {key: value}
    for part in reversed(section.split(".")):
        tables = {part: tables}
    partij = Partij(empty_ledger(tmp_path / "ledger.db"), prices=PRICES)
    partij.toewijzingen = list(TOEWIJZINGEN)
    partij.month(*CARE, verblijf=[STAY])
    partij.contract = contract(PRICES, **tables)
    for _ in range(2):
        held = partij.run(*CARE, verblijf=[STAY])
        assert lines(held) == []
        told = sorted((row["prestatiecode"], row["debet_cent"], row["credit_cent"]) for row in to_decide(held))
        assert (tuple(told), {row["oorzaak"] for row in to_decide(held)}) == (wanted, {"contract"} if wanted else set())
    if wanted:
        (code,) = {row["waarom"].rpartition(" ")[2] for row in to_decide(held)}
        agreed = partij.run(*CARE, verblijf=[STAY], akkoord=[code], proef=True)
        asked: dict[str, Any] = {"van": "2026-03", "tot": "2026-03", "dagtekening": date(2026, 4, 20)}
        with pytest.raises(mpj.InputError) as shown:
            partij.ledger.reprice([partij.contract], **asked)
        repriced = partij.ledger.reprice([partij.contract], **asked, akkoord=codes_asked(shown.value))
        assert sum_of(agreed) == sum_of(repriced) == (sum(row[1] for row in wanted), sum(row[2] for row in wanted))
        partij.settle(repriced)
        again = partij.run(*CARE, verblijf=[STAY])
        assert (lines(again), to_decide(again)) == ([], [])


def sum_of(result: mpj.Result) -> tuple[int, int]:
    """What a run debits and credits."""
    debit, credit = (sum(line.bedrag_cent for line in result.regels if line.debetcredit == kind) for kind in "DC")
    return debit, credit


# What becomes of a granted line whose record, as it was, is set aside now: by what differs from what the line was kept under.
# Nothing that is known, the contract, the toewijzing. "credit" where nothing holds it, "toewijzing" and "contract" by what decides
# it, "of" where either does, "wacht" where this run does not look.
RECORD = ("credit", "contract", "credit")
CANCELLED = ("credit", "credit", "credit")
ASSIGNED = ("toewijzing", "contract", "toewijzing")
CONTRACTED = ("contract", "contract", "toewijzing")
UNSEEN = ("wacht", "contract", "wacht")
REASON: Mapping[str, tuple[str, str, str]] = {
    "ongeldig": RECORD,
    "vervallen": RECORD,
    "dubbel": RECORD,
    "id_meermaals": RECORD,
    "na_periode": UNSEEN,
    "te_oud": UNSEEN,
    "voor_periode": UNSEEN,
    "niet_direct": RECORD,
    "niet_gerealiseerd": CANCELLED,  # planned time is compared by what decides about it alone
    "afwezig": RECORD,
    "toewijzing_onbekend": ASSIGNED,
    "toewijzing_verwijderd": ASSIGNED,
    "toewijzing_ongeldig": ASSIGNED,
    "buiten_toewijzing": ASSIGNED,
    "prestatiecode_ontbreekt": ASSIGNED,
    "meerdere_toewijzingen": ASSIGNED,
    "prestatiecode_niet_toegewezen": ASSIGNED,
    "niet_mpj": ASSIGNED,
    "geen_toewijzing": ASSIGNED,
    "geen_contract": CONTRACTED,
    "perceel_onbekend": CONTRACTED,
    "prestatiecode_niet_gecontracteerd": CONTRACTED,
    "eenheid_past_niet": CONTRACTED,
    "vervangen": CANCELLED,
    "niet_bevestigd": CANCELLED,
    "niveau_onbekend": RECORD,
    "niveau_te_laag": ("of", "of", "of"),
    "niveau_niet_gecontracteerd": ASSIGNED,
    "productcode_niet_toegewezen": ASSIGNED,
    "geen_tijd": RECORD,
    "dubbele_aanwezigheid": RECORD,
    "dubbele_dag": RECORD,
    "budget_overschreden": ASSIGNED,
    "omvang_overschreden": ASSIGNED,
    "wacht_op_antwoord": RECORD,
    "afgekeurd": RECORD,
    "verblijf_onbevestigd": UNSEEN,
    "reeds_gedeclareerd": RECORD,
}
CAUSES: tuple[dict[str, Any], ...] = (
    {"before": "", "now": "", "assigned_alike": True},
    {"before": "realisatie#1", "now": "realisatie#2", "assigned_alike": True},
    {"before": "realisatie#1", "now": "realisatie#1", "assigned_alike": False},
)


def test_every_reason_is_walked() -> None:
    assert REASON.keys() == REDENEN.keys()


@pytest.mark.parametrize("reden", REASON)
def test_a_reason_holds_or_credits(reden: Any) -> None:
    day = date(2026, 3, 5)
    row = Uitval("registratie", "a", day, day, 1, "", 0, "0384", reden, None, "")
    key = Identiteit("0384", 1, "A", "2.1", "hbo", 24314)
    behind = [Behind(("registratie", "a", day), 4, "as it was")]
    assert tuple(becomes(Kept(key, behind, unit_alike=True, **cause), row, "as it was") for cause in CAUSES) == REASON[reden]
    changed = tuple(becomes(Kept(key, behind, unit_alike=True, **cause), row, "another") for cause in CAUSES)
    assert changed == ("credit", "credit", "credit")


def becomes(kept: Kept, row: Uitval, fingerprint: str) -> str:
    """What becomes of the line, where its record has this fingerprint now."""
    found = [
        hold.door if hold.melden else ("wacht",)
        for hold in reasons_to_hold(kept, Uitkomst(uitval=(row,)), {("registratie", "a"): fingerprint})
    ]
    words = {
        (): "credit",
        ("crediteer",): "toewijzing",
        ("reprice",): "contract",
        ("crediteer", "reprice"): "of",
        ("wacht",): "wacht",
    }
    return words[found[0] if found else ()]
