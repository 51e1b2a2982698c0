"""What a run sends is told by why it goes, beside the concept that it replaces and the month before; and what was read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from world import contract, toewijzing

from ledger.support import PRICES, Partij, empty_ledger, registratie
from mpj.engine import Result
from mpj.engine.told import LedgerSummary
from mpj.explanation import summary
from mpj.ledger import Grens
from mpj.presentation import terminal

STAY = {"id": "v", "bsn": "999900018", "begindatum": "2026-03-30", "prestatiecode": "8.1"}
HBO = "0384", 1, "2.1", "hbo"


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    found = Partij(empty_ledger(tmp_path / "zorg.db"))
    found.toewijzingen = [toewijzing(), toewijzing(2, bsn="999900018", prestatiecode="8.1")]
    return found


def rows(result: Result) -> list[tuple[Any, ...]]:
    (table,) = (one for one in result.bijlagen if one.bestand == "verschil.csv")
    return list(table.rijen)


def told(result: Result) -> LedgerSummary:
    return result.samenvatting["ledger"]


def test_that_nothing_is_declared_is_said_of_a_run_without_lines_alone(partij: Partij, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines may be of what the ledger had, and of care that is withdrawn: a credit is no nothing."""

    def shown(*records: dict[str, Any]) -> str:
        terminal.show(summary.report(partij.run(*records).samenvatting))
        return " ".join(capsys.readouterr().out.split())

    nothing = "Er is niets gedeclareerd"
    assert shown().endswith(f"{nothing}: in de invoer staat geen enkele registratie, verblijfsdag of prestatie.")
    partij.run(registratie("a"))
    found = shown()
    assert nothing not in found and found.endswith("deze regels zijn van wat het ledger al had.")
    partij.settle(partij.run())
    found = shown(registratie("a", status="vervallen"))
    assert nothing not in found and "creditregel" in found


def test_new_care_late_care_and_a_stay_that_runs_on(partij: Partij) -> None:
    partij.month(registratie("a"), verblijf=[STAY])
    result = partij.run(
        registratie("b", "2026-04-02"), registratie("c", "2026-03-09", niveau="wo"), periode="2026-04", verblijf_loopt_door=True
    )
    assert rows(result) == [
        ("0384", 1, "2.1", "hbo", "2026-04", "nieuw", 9820, 0, ""),
        ("0384", 1, "2.1", "wo", "2026-03", "nalevering", 12480, 0, ""),
        ("0384", 2, "8.1", "", "2026-04", "verblijf", 30 * 25000, 0, ""),
    ]
    assert told(result)["verzendt"] == {
        "nieuw": {"regels": 1, "debet_cent": 9820, "credit_cent": 0},
        "nalevering": {"regels": 1, "debet_cent": 12480, "credit_cent": 0},
        "verblijf": {"regels": 1, "debet_cent": 750000, "credit_cent": 0},
    }
    assert told(result)["per_gemeente"] == {
        "0384": {
            "verzendt": told(result)["verzendt"],
            "bedrag_cent": 9820 + 12480 + 750000,
            "vorig_concept_cent": None,
            "vorige_maand_cent": 9820 + 2 * 25000,
            "opvallend": "",
        }
    }
    assert result.samenvatting["gelezen"] == 2
    assert told(result)["erbij"] == result.samenvatting["gedeclareerd"] + result.samenvatting["uitval"] - 2


def test_a_correction_names_its_cause(partij: Partij) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-06", niveau="wo"))
    result = partij.run(registratie("a", minuten=30), periode="2026-04")
    assert rows(result) == [(*HBO, "2026-03", "correctie", 4910, 9820, "registratie")]
    assert told(result)["verzendt"] == {"correctie": {"regels": 2, "debet_cent": 4910, "credit_cent": 9820}}
    partij.toewijzingen[0] = toewijzing(prestatiecode="4.1", toewijzingsdatum="2026-03-20")
    result = partij.agreed(periode="2026-04", crediteer=True, proef=True)
    assert {(row[5], row[7], row[8]) for row in rows(result)} == {
        ("correctie", 9820, "registratie"),
        ("correctie", 12480, "toewijzing"),
    }


def test_a_rejected_line_goes_again_because_it_changed_or_was_asked_for(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, [line.referentienummer for line in first.regels])
    assert rows(partij.run(registratie("a"), periode="2026-04")) == []
    assert rows(partij.run(registratie("a", minuten=45), periode="2026-04", proef=True)) == [
        (*HBO, "2026-03", "opnieuw", 7365, 0, "registratie")
    ]
    partij.ledger.resend([line.referentienummer for line in first.regels])
    assert rows(partij.run(registratie("a"), periode="2026-04")) == [(*HBO, "2026-03", "opnieuw", 9820, 0, "gevraagd")]


def test_what_no_longer_goes_is_told_beside_the_concept_that_it_stood_in(partij: Partij) -> None:
    partij.run(registratie("a"), registratie("b", "2026-03-06", niveau="wo"))
    result = partij.run(registratie("b", "2026-03-06", niveau="wo", status="vervallen"))
    assert rows(result) == [
        (*HBO, "2026-03", "nieuw", 9820, 0, ""),
        ("0384", 1, "2.1", "wo", "2026-03", "vervallen_concept", 0, 12480, ""),
    ]
    (per,) = told(result)["per_gemeente"].values()
    assert (per["bedrag_cent"], per["vorig_concept_cent"], per["vorige_maand_cent"]) == (9820, 22300, 0)


def test_a_trial_tells_what_the_run_tells(partij: Partij) -> None:
    partij.month(registratie("a"))
    care = registratie("a", minuten=30), registratie("b", "2026-04-02")
    trial, run = (partij.run(*care, periode="2026-04", proef=proef) for proef in (True, False))
    assert rows(trial) == rows(run) != []
    assert told(trial) | {"proef": False} == told(run)


def test_the_screen_begins_with_what_is_sent(partij: Partij, capsys: pytest.CaptureFixture[str]) -> None:
    partij.month(registratie("a"))
    result = partij.run(registratie("a", minuten=30), registratie("b", "2026-04-02"), periode="2026-04")
    terminal.show(summary.report(result.samenvatting, namen={"0384": "Diemen"}))
    shown = capsys.readouterr().out
    assert "Diemen" in shown[shown.index("Per gemeente") : shown.index("Naast wat er was")]
    assert "Diemen" in shown[shown.index("Naast wat er was") :]
    assert shown.index("Om te verzenden") < shown.index("Per gemeente") < shown.index("Naast wat er was")
    assert "correctie" in shown and "uit het ledger" not in shown


def test_the_screen_tells_in_the_order_in_which_a_clerk_needs_it(partij: Partij, capsys: pytest.CaptureFixture[str]) -> None:
    """Sent, per gemeente, decided, waits, repaired, limits, lapses, lost, and beside what was before; nothing wider than 80."""
    partij.contract = contract(PRICES, termijnen={"indienen_maanden": 2})
    partij.toewijzingen = [toewijzing(budget_cent=20000), toewijzing(2, prestatiecode="8.1", bsn="999900018")]
    partij.month(registratie("a"))
    partij.toewijzingen = [toewijzing(budget_cent=20000, einddatum="2026-04-10"), partij.toewijzingen[1]]
    care = [
        *(registratie("b", "2026-04-02"), registratie("c", "2026-04-03"), registratie("d", "2026-05-02")),
        *(registratie("e", "2026-04-12", toewijzingnummer=1), registratie("f", "2026-04-04", tijdsoort="indirect")),
        registratie("g", "3 april"),
    ]
    result = partij.run(*care, periode="2026-04", grens=Grens(nieuw_procent=0))
    terminal.show(summary.report(result.samenvatting, uitval=result.uitval, namen={"0384": "Diemen"}))
    shown = capsys.readouterr().out
    heads = (
        *("gelezen", "Om te verzenden", "Per gemeente", "Wacht: gaat later mee", "Te herstellen", "Ongeldige rijen"),
        *("Overleg", "1 limiet op", "Verloopt binnenkort", "Wordt niet gedeclareerd", "Naast wat er was"),
    )
    places = [shown.index(head) for head in heads]
    assert places == sorted(places), heads
    assert "0384 Diemen: € 98,20, declaratie " in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert told(result)["per_gemeente"]["0384"]["opvallend"] == "meer" and "veel meer" in shown


def test_what_is_to_be_decided_is_summed_by_reason(partij: Partij, capsys: pytest.CaptureFixture[str]) -> None:
    partij.month(registratie("a"), registratie("b", "2026-03-25", niveau="wo"))
    partij.toewijzingen = [toewijzing(einddatum="2026-03-20")]
    result = partij.run(periode="2026-04")
    one = {"regels": 1, "debet_cent": 0, "credit_cent": 12480, "te_winnen_cent": 0, "op_het_spel_cent": 12480}
    assert told(result)["te_beslissen"] == {"toewijzing": one}
    terminal.show(summary.report(result.samenvatting, uitval=result.uitval))
    shown = capsys.readouterr().out
    assert "de toewijzing dekt" in shown[shown.index("Te beslissen") :]


def test_a_trial_tells_what_the_run_would_be_refused_for(partij: Partij) -> None:
    partij.month(registratie("a"))
    trial = partij.run(periode="2026-04", volledig_vanaf="2026-03", proef=True)
    assert told(trial)["te_beslissen"]["volledig_vanaf"]["credit_cent"] == 9820


@pytest.mark.parametrize(
    ("dagtekening", "told_of"), [("2026-04-28", []), ("2026-05-01", ["2026-06-30"]), ("2026-07-01", ["2026-06-30"])]
)
def test_what_lapses_within_two_months_is_told(tmp_path: Path, dagtekening: str, told_of: list[str]) -> None:
    """Care of March with three months to declare it, on no toewijzing: until 30 June; 63 days before it is not yet near."""
    partij = Partij(tmp_path / "l.db", termijnen={"indienen_maanden": 3})
    partij.toewijzingen = [toewijzing(begindatum="2026-03-20")]
    result = partij.run(registratie("a"), dagtekening=date.fromisoformat(dagtekening))
    assert [one["uiterlijk"] for one in told(result)["verloopt"]] == told_of
    assert [one["aantal"] for one in told(result)["verloopt"]] == [1 for _ in told_of]
