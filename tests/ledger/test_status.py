"""What the ledger shows of itself: each euro in one state, limits in counts, and JSON that keeps its schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from verify.support import message
from verify.test_cli import prepare

from ledger.support import Partij, lines, refs, registratie, toewijzing
from ledger.test_crash import world
from mpj import cli
from mpj.ledger import Ledger, report

pytestmark = pytest.mark.lowest

BSN = "999900006"


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    return Partij(tmp_path / "ledger.db")


def validate(found: Mapping[str, Any], package: str, name: str) -> None:
    schema = json.loads((files(package) / "schemas" / name).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)


def granted(partij: Partij) -> int:
    """The eurocents granted, all in all."""
    gemeenten = partij.ledger.status()["gemeenten"].values()
    return sum(rows["toegekend"]["bedrag_cent"] for rows in gemeenten if "toegekend" in rows)


def work(partij: Partij) -> dict[str, int]:
    """Onderhanden werk without the parts that are 0."""
    return {name: cents for name, cents in partij.ledger.work().items() if isinstance(cents, int) and cents}


# --- Onderhanden werk -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_euro_is_in_work_once_until_it_is_granted(partij: Partij) -> None:
    """Through a rejection, a repair and a correction: what is granted and what is in work is what the records are worth."""
    first = partij.run(registratie("a"))
    assert work(partij) == {"totaal_cent": 9820, "concept_cent": 9820}
    messages = partij.send(first)
    assert work(partij) == {"totaal_cent": 9820, "wacht_op_antwoord_cent": 9820}
    partij.run(registratie("b", "2026-03-06", 30))
    assert work(partij) == {"totaal_cent": 14730, "wacht_op_antwoord_cent": 9820, "opzij_cent": 4910}
    partij.book(messages, refs(first.regels))
    repaired = partij.run()
    assert work(partij) == {"totaal_cent": 14730, "concept_cent": 14730}
    partij.settle(repaired)
    assert (granted(partij), work(partij)) == (14730, {})
    corrected = partij.run(registratie("c", "2026-03-07", 15))
    assert (granted(partij), work(partij)) == (14730, {"totaal_cent": 2455, "concept_cent": 2455})
    messages = partij.send(corrected)
    partij.book(messages, refs(corrected.regels))
    assert (granted(partij), work(partij)) == (14730, {"totaal_cent": 2455, "te_herstellen_cent": 2455})
    partij.ledger.resend(refs([line for line in corrected.regels if line.debetcredit == "C"]))
    again = partij.run()
    assert (granted(partij), work(partij)) == (14730, {"totaal_cent": 2455, "concept_cent": 2455})
    partij.settle(again)
    assert (granted(partij), work(partij)) == (17185, {})


@pytest.mark.slow
def test_what_was_never_processed_is_in_work_before_and_after_the_next_run(partij: Partij) -> None:
    partij.month(registratie("a"))
    corrected = partij.run(registratie("b", "2026-03-06"))
    partij.send(corrected)
    partij.ledger.withdraw([corrected.regels[0].declaratienummer], op=date(2026, 4, 20))
    assert (granted(partij), work(partij)) == (9820, {"totaal_cent": 9820, "niet_verwerkt_cent": 9820})
    partij.run()
    assert (granted(partij), work(partij)) == (9820, {"totaal_cent": 9820, "concept_cent": 9820})
    partij.run(registratie("b", "2026-03-06", status="vervallen"))
    assert (granted(partij), work(partij)) == (9820, {})


def test_a_closing_credit_is_no_money(partij: Partij) -> None:
    """Under `factuur` a rejected line is credited in the line file only: the municipality never granted it."""
    partij = Partij(partij.ledger.database.url.render_as_string(), declaratie={"vorm": "factuur"})
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    second = partij.run(registratie("a", minuten=30))
    assert lines(second) == [("C", "45212", 9820), ("D", "45212", 4910)]
    assert work(partij) == {"totaal_cent": 4910, "concept_cent": 4910}
    partij.settle(second)
    assert (granted(partij), work(partij)) == (4910, {})


def test_what_did_not_take_place_or_does_not_fit_is_no_work(partij: Partij) -> None:
    partij = Partij(partij.ledger.database.url.render_as_string(), declaratie={"registratiewijze": "planning", "bevestiging": True})
    partij.toewijzingen = [toewijzing(budget_cent=9820)]
    partij.month(registratie("a", bevestigd="ja", status="gepland"))
    planned = registratie("p", "2026-03-09", status="gepland")
    late = partij.run(planned, registratie("q", "2026-04-09", bevestigd="ja"), periode="2026-04")
    aside = partij.ledger.status()["gemeenten"]["0384"]["opzij"]
    assert lines(late) == [] and set(aside) == {"niet_bevestigd", "budget_overschreden"}
    assert work(partij) == {}


def test_erased_lines_are_not_to_be_repaired(partij: Partij) -> None:
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    partij.ledger.erase([BSN], op=date(2040, 1, 1))
    assert work(partij) == {}
    assert partij.ledger.status()["gemeenten"]["0384"]["afgekeurd"] == {"regels": 1, "bedrag_cent": 9820}


# --- Limits -----------------------------------------------------------------------------------------------------------


def bands(*counts: int, **more: int) -> dict[str, int]:
    names = ("tot_50_procent", "tot_80_procent", "tot_100_procent", "op")
    return {"toewijzingen": sum(counts) + sum(more.values()), **dict(zip(names, counts, strict=True)), **more}


def test_limits_in_counts_per_gemeente(partij: Partij) -> None:
    """Granted: 60 minutes of 24,55 a kwartier on each toewijzing."""
    for_year = {"volume": 4, "eenheid": "04", "frequentie": "6"}
    partij.toewijzingen = [
        toewijzing(1, budget_cent=20000),
        toewijzing(2, budget_cent=19640, gemeente="0363"),
        toewijzing(3, budget_cent=9820),
        toewijzing(4, budget_cent=12000, **for_year | {"volume": 60, "eenheid": "01"}),
        toewijzing(5, **for_year),
        toewijzing(6, **for_year | {"volume": 1, "frequentie": "4"}, begindatum="2026-03-01", einddatum="2026-03-31"),
        toewijzing(7, **for_year | {"frequentie": "2"}, einddatum=None),
        toewijzing(8, budget_cent=1),
        toewijzing(9),
    ]
    numbered = [
        registratie(f"r{number}", toewijzingnummer=number, gemeente="0363" if number == 2 else "0384") for number in range(1, 8)
    ]
    result = partij.run(*numbered)
    assert len(result.regels) == 7
    partij.settle(result)
    partij.toewijzingen = [
        toewijzing(8, budget_cent=1, toewijzingsdatum="2026-05-01", reden_wijziging="13", einddatum="2026-01-01")
    ]
    partij.run(periode="2026-04")
    found = partij.ledger.status()
    limits = {gemeente: rows["limieten"] for gemeente, rows in found["gemeenten"].items()}
    assert limits["0363"] == {"budget": bands(0, 1, 0, 0), "omvang": bands(0, 0, 0, 0, zonder_totaal=0)}
    assert limits["0384"] == {"budget": bands(1, 0, 0, 2), "omvang": bands(2, 0, 0, 2, zonder_totaal=0)}
    named = [*report.status(found, report.Shown(date(2026, 5, 1))).tables["toewijzingen"].rows]
    assert len(named) == 4, "each that counts from 80% on is named, once"


@pytest.mark.slow
def test_a_limit_by_number_with_what_uses_it(partij: Partij) -> None:
    """Budget 20000 and two hours in a concept: 360 is left, and no kwartier of 2455 fits. Sent, granted: as full."""
    partij.toewijzingen = [toewijzing(1001, budget_cent=20000)]
    given = [registratie(f"r{day}", f"2026-03-0{day}") for day in (2, 3, 4, 5)]
    result = partij.run(*given)
    whole = {"gemeente": "0384", "toewijzingnummer": 1001, "prestatiecode": "2.1", "soort": "budget", "maand": None}
    whole |= {"eenheid": "eurocent", "maximum": 20000, "toegekend": 0, "verzonden": 0, "concept": 19640, "rest": 360, "stand": "op"}
    assert [*partij.ledger.status()["limieten"]] == [whole]
    assert partij.ledger.status()["gemeenten"]["0384"]["limieten"]["budget"] == bands(0, 0, 0, 1)
    messages = partij.send(result)
    assert partij.ledger.status()["limieten"] == [whole | {"concept": 0, "verzonden": 19640}]
    partij.book(messages)
    assert partij.ledger.status()["limieten"] == [whole | {"concept": 0, "toegekend": 19640}]
    partij.run(registratie("r2", status="vervallen"))
    assert partij.ledger.status()["limieten"] == [whole | {"concept": 0, "toegekend": 19640}], "the next in line takes its place"
    partij.run(*(registratie(f"r{day}", f"2026-03-0{day}", status="vervallen") for day in (3, 4)))
    assert partij.ledger.status()["limieten"] == [whole | {"concept": -9820, "toegekend": 19640, "rest": 10180, "stand": "ruim"}]


@pytest.mark.parametrize("words", [{"eenheid": "04", "frequentie": "3"}, {"eenheid": "77", "frequentie": "6"}])
def test_an_omvang_in_words_that_do_not_exist_is_no_limit(partij: Partij, words: dict[str, str]) -> None:
    """No care is billed on it; the run says so of each record."""
    partij.toewijzingen = [toewijzing(1001, volume=10, budget_cent=19640, **words)]
    assert {row.reden for row in partij.run(registratie("a")).uitval} == {"toewijzing_ongeldig", "ongeldig"}
    assert partij.ledger.status()["limieten"] == []


def test_a_warning_comes_before_a_limit_is_used_up(partij: Partij) -> None:
    """Of 100 euros: 79.99% is ample, 80% is nearly used up; of an omvang per month the last month with care has a row."""
    monthly = {"volume": 2, "eenheid": "04", "frequentie": "4"}
    partij.toewijzingen = [
        *(toewijzing(1, budget_cent=9820 * 100 // 80 + 1), toewijzing(2, budget_cent=9820 * 100 // 80)),
        *(toewijzing(3, **monthly, einddatum=None), toewijzing(4, budget_cent=100)),
        toewijzing(int(BSN), budget_cent=100),
    ]
    partij.run(*(registratie(f"r{number}", toewijzingnummer=number) for number in (1, 2, 3)))
    found = {(row["toewijzingnummer"], row["maand"]): row for row in partij.ledger.status()["limieten"]}
    assert [found[key]["stand"] for key in ((1, None), (2, None), (3, "2026-03"), (4, None), (None, None))] == [
        *("ruim", "bijna_op", "ruim", "ruim", "ruim")
    ]
    period = found[3, "2026-03"]
    assert (period["eenheid"], period["maximum"], period["concept"], period["rest"]) == ("minuten", 120, 60, 60)
    assert (found[3, None]["maximum"], found[3, None]["rest"]) == (None, None)


# --- As JSON ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_summary_of_a_run_with_a_ledger_keeps_its_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = world(tmp_path, str(tmp_path / "zorg.db"))
    for more in ([], ["--proef"], ["--volledig-vanaf", "2026-03", "--crediteer"]):
        if cli.run([*command, *more]) == 2:
            code = re.search(r"--akkoord (\w+)", capsys.readouterr().err)
            assert code and cli.run([*command, *more, "--akkoord", code[1]]) == 0
        summary = json.loads((tmp_path / "april" / "samenvatting.json").read_text("utf-8"))
        assert set(summary["ledger"]) >= {"proef", "debet_cent", "credit_cent"}
        validate(summary, "mpj.output", "samenvatting.json")


def shown(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    """What a command of the ledger shows as JSON."""
    capsys.readouterr()
    assert cli.run(["ledger", *args, "--formaat", "json"]) == 0
    out, err = capsys.readouterr()
    assert BSN not in out + err
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.slow
def test_status_and_work_keep_their_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a new ledger, and of one that holds lines in every state, parked records, limits and received messages."""
    url = str(tmp_path / "zorg.db")
    empty = Ledger(url)
    empty.send(None, op=date(2026, 1, 1))
    empty.close()
    for name, schema in (("status", "ledger_status.json"), ("work", "onderhanden_werk.json")):
        validate(shown(capsys, name, "--ledger", url), "mpj.ledger", schema)
    partij = Partij(url)
    partij.toewijzingen = [toewijzing(987654, budget_cent=50000, volume=40, eenheid="04", frequentie="6")]
    first = partij.run(registratie("a"), registratie("b", niveau="wo"))
    partij.settle(first, refs(first.regels)[:1])
    partij.send(partij.run(registratie("c", "2026-04-02"), registratie("d", "2026-04-03", prestatiecode="4.1"), periode="2026-04"))
    partij.run(registratie("e", "2026-05-02"), periode="2026-05")
    partij.ledger.database.close()
    verified = prepare(tmp_path, message())
    assert cli.run([*verified, "--ledger", url]) == 0
    found = shown(capsys, "status", "--ledger", url)
    validate(found, "mpj.ledger", "ledger_status.json")
    assert {"concept", "verzonden", "toegekend", "te_herstellen"} <= set(found["gemeenten"]["0384"])
    assert found["gemeenten"]["0384"]["limieten"]["budget"]["toewijzingen"] == 1
    assert found["ontvangen"] == {
        "65656055": {"berichten": {"beantwoord": 1}, "regels": {"toegekend": {"regels": 1, "bedrag_cent": 9820}}}
    }
    assert "987654" not in json.dumps(found["gemeenten"])
    validate(shown(capsys, "work", "--ledger", url), "mpj.ledger", "onderhanden_werk.json")


@pytest.mark.slow
def test_the_repair_list_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "zorg.db")
    partij = Partij(url)
    partij.toewijzingen = [toewijzing(987654)]
    first = partij.run(registratie("a"), registratie("b", niveau="wo"))
    partij.settle(first, refs(first.regels)[:1])
    partij.ledger.database.close()
    found = shown(capsys, "status", "--ledger", url, "--herstellijst")
    validate(found, "mpj.ledger", "herstellijst.json")
    one = {"gemeente": "0384", "referentienummer": refs(first.regels)[0], "toewijzingnummer": 987654, "productcode": "45212"}
    one |= {"periode": "2026-03", "debetcredit": "D", "bedrag_cent": 9820, "opnieuw": False, "sinds": "2026-03-31"}
    code = {"retourcode": "9338", "omschrijving": "toewijzing onbekend"}
    assert found["regels"] == [one | {"retourcodes": [code]}]
    assert cli.run(["ledger", "status", "--ledger", url, "--herstellijst"]) == 0
    out = capsys.readouterr().out
    for part in (refs(first.regels)[0], "987654", "45212", "2026-03", "98,20", "9338: toewijzing onbekend\n"):
        assert part in out, part
    assert BSN not in out
    with Ledger(url) as ledger:
        ledger.resend(refs(first.regels)[:1])
        assert [row["opnieuw"] for row in ledger.repair_list()] == [True]
    partij.run()
    assert cli.run(["ledger", "status", "--ledger", url, "--herstellijst"]) == 0
    assert capsys.readouterr().out == "De herstellijst is leeg.\n"
    validate(shown(capsys, "status", "--ledger", url, "--herstellijst"), "mpj.ledger", "herstellijst.json")


def test_a_toewijzingnummer_that_is_the_bsn_is_not_on_the_repair_list(partij: Partij) -> None:
    partij.toewijzingen = [toewijzing(int(BSN))]
    first = partij.run(registratie("a"))
    partij.settle(first, refs(first.regels))
    (row,) = partij.ledger.repair_list()
    assert row["toewijzingnummer"] is None and BSN not in str(row)


@pytest.mark.slow
def test_status_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "zorg.db")
    partij = Partij(url)
    partij.toewijzingen = [toewijzing(987654, budget_cent=20000)]
    first = partij.run(registratie("a"), registratie("b", niveau="wo"))
    partij.settle(first, refs(first.regels)[:1])
    partij.ledger.database.close()
    assert cli.run([*prepare(tmp_path, message()), "--ledger", url]) == 0
    capsys.readouterr()
    assert cli.run(["ledger", "status", "--ledger", url]) == 0
    out = capsys.readouterr().out
    for part in (
        "te herstellen",
        "retourcode 9338",
        "Gebruik van limieten",
        "80-100%",
        "Ontvangen en getoetst",
        "Onderhanden werk",
    ):
        assert part in out
    assert BSN not in out and "987654" not in out
