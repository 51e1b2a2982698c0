"""Use of limits: what granted, sent and concept use, what is left, when it is used up, what waits and what may be expected."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from ledger.support import Partij, refs, registratie, toewijzing
from world import contract

from mpj import cli
from mpj.demo import contract_folders
from mpj.ledger import Ledger
from mpj.messages import Totaal, declaratieberichten
from mpj.presentation.report import Bars, Table
from mpj.reading.periods import parse_month
from mpj.records.toewijzingen import as_toewijzingen
from mpj.reports import Gebruik, Gebruiksbeeld, Gebruiksvraag, read_use, use_pages, write_use
from mpj.reports.speech import ReportSpeech
from mpj.reports.use import runs_out
from mpj.simulation import Simulatie, Sizes, simulate
from reports.test_benchmark import CHILDREN

openpyxl = pytest.importorskip("openpyxl")
PRICES = {"2.1 hbo": "24,55", "4.1": "18,00"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Simulatie:
    sizes = Sizes(zaad=3, clienten=30, registraties=300, aantal_gemeenten=8)
    return simulate(tmp_path_factory.mktemp("play"), van=parse_month("2026-01"), tot=parse_month("2026-03"), sizes=sizes)


def use_of(partij: Partij, op: str = "2026-06-10", **asked: Any) -> Gebruiksbeeld:
    return read_use(partij.ledger, Gebruiksvraag(op=date.fromisoformat(op), **asked))


def one(rows: Iterable[Gebruik], **wanted: object) -> Gebruik:
    (found,) = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return found


def three_months(tmp_path: Path, **limits: object) -> Partij:
    """March granted, April sent, May a concept: an hour each, at 9820."""
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    partij.toewijzingen = [toewijzing(1, **limits)]
    partij.month(registratie("a", "2026-03-05"))
    partij.send(partij.run(registratie("b", "2026-04-07"), periode="2026-04"))
    partij.run(registratie("c", "2026-05-06"), periode="2026-05")
    return partij


def test_a_budget_is_used_by_granted_sent_and_concept(tmp_path: Path) -> None:
    row = one(use_of(three_months(tmp_path, budget_cent=39280)).gebruik, soort="budget")
    assert (row.maximum, row.toegekend, row.verzonden, row.concept, row.rest) == (39280, 9820, 9820, 9820, 9820)
    assert (row.toewijzingnummer, row.gemeente, row.prestatiecode, row.eenheid) == ("1", "0384", "2.1", "eurocent")
    # 3 x 9820 in the 92 days of March, April and May: what is left is used up 31 days after the end of May (30.67).
    assert row.op_datum == date(2026, 7, 1)
    assert row.op_datum_vorig_jaar is None, "nothing was used a year before"


def test_an_omvang_counts_what_its_unit_counts(tmp_path: Path) -> None:
    """Four hours in all, of which three are used: told in minutes, as the limit counts."""
    row = one(use_of(three_months(tmp_path, volume=4, eenheid="04", frequentie="6")).gebruik, soort="omvang")
    assert (row.eenheid, row.maximum, row.toegekend, row.verzonden, row.concept, row.rest) == ("minuten", 240, 60, 60, 60, 60)


def test_an_omvang_per_period_without_end_has_no_maximum(tmp_path: Path) -> None:
    partij = three_months(tmp_path, volume=60, eenheid="01", frequentie="4", einddatum=None)
    row = one(use_of(partij).gebruik, soort="omvang")
    assert (row.maximum, row.rest, row.op_datum, row.toegekend + row.verzonden + row.concept) == (None, None, None, 180)


@pytest.mark.slow
def test_what_is_used_up_says_since_when_and_what_lasts_says_nothing(tmp_path: Path) -> None:
    gone = use_of(three_months(tmp_path, budget_cent=20000))
    row = one(gone.gebruik, soort="budget")
    # The third hour was cut to what still fits: 0 units of 2455 in 360.
    assert row.rest is not None and 0 < row.rest < 2455
    whole = tmp_path / "whole"
    whole.mkdir()
    row = one(use_of(three_months(whole, budget_cent=19640)).gebruik, soort="budget")
    assert (row.rest, row.op_datum) == (0, date(2026, 4, 30)), "April reached it"
    lasting = tmp_path / "lasting"
    lasting.mkdir()
    row = one(use_of(three_months(lasting, budget_cent=9_999_999)).gebruik, soort="budget")
    assert row.op_datum is None, "not before the toewijzing ends"


@pytest.mark.slow
def test_the_pace_of_last_year_is_that_of_the_same_months(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    partij.toewijzingen = [toewijzing(1, begindatum="2025-01-01", einddatum="2027-12-31", budget_cent=9820 * 5)]
    for number, month in enumerate(("2025-03", "2025-04", "2026-05")):
        partij.month(registratie(f"r{number}", f"{month}-06"), periode=month)
    row = one(use_of(partij).gebruik, soort="budget")
    assert row.rest == 2 * 9820
    assert row.op_datum == date(2026, 5, 31) + timedelta(days=184), "one hour in 92 days"
    assert row.op_datum_vorig_jaar == date(2026, 5, 31) + timedelta(days=92), "two hours in 92 days"


@pytest.mark.slow
def test_a_corrected_line_counts_once(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    partij.toewijzingen = [toewijzing(1, budget_cent=100_000)]
    partij.month(registratie("a"))
    partij.run(registratie("a", minuten=90), periode="2026-04")
    row = one(use_of(partij).gebruik, soort="budget")
    assert (row.toegekend, row.concept, row.rest) == (9820, 4910, 100_000 - 14730), "its credit is a concept too"
    rejected = Partij(tmp_path / "r.db", prices=PRICES)
    rejected.toewijzingen = [toewijzing(1, budget_cent=100_000)]
    found = rejected.run(registratie("a"))
    rejected.settle(found, refs(found.regels))
    assert one(use_of(rejected).gebruik, soort="budget").rest == 100_000


def test_ceilings_are_watched_on_both_sides(tmp_path: Path) -> None:
    plafond = {"totaal_cent": 20000, "prestatiecode": {"4.1": 5000}, "gemeente": {"0363": 700}}
    partij = Partij(tmp_path / "l.db", prices=PRICES, plafond=plafond)
    partij.toewijzingen = [toewijzing(1), toewijzing(4, prestatiecode="4.1")]
    hour = registratie("g", "2026-03-06", 60, None, prestatiecode="4.1", toewijzingnummer=4)
    messages = partij.send(partij.run(registratie("a", toewijzingnummer=1), hour))
    found = use_of(partij, contracten=[partij.contract])
    whole, code, gemeente = (row for row in sorted(found.gebruik, key=lambda row: (row.gemeente, row.prestatiecode)))
    assert (whole.prestatiecode, whole.maximum, whole.verzonden, whole.rest) == ("", 20000, 11620, 8380)
    assert (code.prestatiecode, code.verzonden, code.rest) == ("4.1", 1800, 3200)
    assert (gemeente.gemeente, gemeente.verzonden, gemeente.rest) == ("0363", 0, 700)
    with Ledger(tmp_path / "gemeente.db") as theirs:
        for message in messages:
            theirs.verify(message, [partij.contract], list(as_toewijzingen(partij.toewijzingen)), op=date(2026, 4, 9))
        asked = Gebruiksvraag(op=date(2026, 6, 10), contracten=[partij.contract])
        other = [(row.gemeente, row.prestatiecode, row.rest) for row in read_use(theirs, asked).gebruik]
    assert sorted(other) == [("", "", 8380), ("", "4.1", 3200), ("0363", "", 700)]
    stranger = contract(PRICES, contract={"id": "ANDERS"}, plafond={"totaal_cent": 1})
    assert use_of(partij, contracten=[stranger]).zonder_plafond == 11620, "what is in no ceiling is told"


def test_what_waits_says_since_when_and_what_it_may_be_worth(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    late = registratie("w", "2026-02-11", 30, bsn="999900018")
    partij.run(registratie("a"), registratie("v", "2026-03-03", bsn="999900018"), late)
    (row,) = use_of(partij).wacht
    assert (row.reden, row.sinds, row.aantal, row.geschat_cent, row.zonder_schatting) == (
        *("geen_toewijzing", date(2026, 2, 11), 2, None, 2),
    )
    assert use_pages.waiting_table([row], ReportSpeech("nl")).total == ("samen", "", None, 2, None, 2), (
        "what nobody estimated is not nothing"
    )
    (row,) = use_of(partij, contracten=[partij.contract]).wacht
    assert (row.geschat_cent, row.zonder_schatting) == (9820 + 4910, 0), "four quarters and two, at the last price"


def test_what_lapses_has_its_last_day_how_much_and_what_it_is_worth(tmp_path: Path) -> None:
    """Within three months: care of February until 31 May, of March until 30 June; what is more than two months away is not told."""
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    other: dict[str, Any] = {"bsn": "999900018"}
    partij.run(
        registratie("w", "2026-02-11", 30, **other),
        *(registratie(name, f"2026-03-0{day}", **other) for name, day in (("v", 3), ("x", 4))),
    )
    termed = contract(PRICES, termijnen={"indienen_maanden": 3})
    assert use_of(partij).vervalt is None

    def rows(op: str) -> list[tuple[object, ...]]:
        tables = list(use_pages.lapses_tables(use_of(partij, op, contracten=[termed]), ReportSpeech("nl")))
        assert len(tables) <= 1
        return [row for table in tables for row in table.rows]

    february, march = (date(2026, 5, 31), "onbekend", 1, 4910), (date(2026, 6, 30), "onbekend", 2, 2 * 9820)
    for op, expected in (
        ("2026-03-29", []),  # 31 May is 63 days away
        ("2026-03-30", [(*february, "")]),
        ("2026-04-29", [(*february, ""), (*march, "")]),
        ("2026-05-31", [(*february, ""), (*march, "")]),
        ("2026-06-01", [(*february, "verlopen"), (*march, "")]),
        ("2026-07-01", [(*february, "verlopen"), (*march, "verlopen")]),
    ):
        assert rows(op) == expected, op


def test_what_a_gemeente_cannot_use_of_its_toewijzingen_is_told_and_a_credit_of_nothing_takes_nothing_away(tmp_path: Path) -> None:
    """A row without a word was in no limit, and a credit of a line from before the ledger left more than there was."""
    partij = Partij(tmp_path / "l.db", prices=PRICES, plafond={"totaal_cent": 20000})
    rows: list[Mapping[str, object]] = [
        toewijzing(1, budget_cent=100_000),
        toewijzing(2, gemeente="384"),
        toewijzing(3, eenheid="4", volume=1, frequentie="2"),
    ]
    partij.toewijzingen = rows[:1]
    (made,) = declaratieberichten(partij.run(registratie("a")).regels, dagtekening=date(2026, 4, 3))
    (client,) = made.clienten
    (own,) = client.prestaties
    loose: dict[str, Any] = {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28), "debetcredit": "C"}
    more = evolve(own, referentienummer="X1", vorig_referentienummer="X0", **loose)
    both = evolve(made, totaal=Totaal.of(0), clienten=(evolve(client, prestaties=(own, more)),))
    with Ledger(tmp_path / "gemeente.db") as theirs:
        known = list(as_toewijzingen(rows))
        assert theirs.verify(both, [partij.contract], known, op=date(2026, 4, 9)).bevindingen == ()
        found = read_use(theirs, Gebruiksvraag(op=date(2026, 5, 4), toewijzingen=known, contracten=[partij.contract]))
    assert sorted((row.soort, row.toegekend) for row in found.gebruik) == [("budget", 9820), ("plafond", 9820)]
    assert [one.code for one in found.meldingen] == ["toewijzing_onbruikbaar"] * 2


def test_a_gemeente_may_expect_what_was_assigned_and_did_not_come(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    quiet = toewijzing(2, bsn="999900018", volume=120, eenheid="01", frequentie="4", productcode="45210", prestatiecode="2.1")
    partij.toewijzingen = [toewijzing(1)]
    known = list(as_toewijzingen((*partij.toewijzingen, quiet)))
    messages = declaratieberichten(partij.run(registratie("a")).regels, dagtekening=date(2026, 4, 3))
    with Ledger(tmp_path / "gemeente.db") as theirs:
        for message in messages:
            theirs.verify(message, [partij.contract], known, op=date(2026, 4, 9))
        asked = Gebruiksvraag(op=date(2026, 5, 4), toewijzingen=known)
        rows = read_use(theirs, asked).verwacht
    march, april = ({name: getattr(row, name) for name in ("maand", "toewijzingen", "laag_cent", "hoog_cent")} for row in rows)
    assert march == {"maand": "2026-03", "toewijzingen": 1, "laag_cent": 0, "hoog_cent": 120 * 9820 // 60}
    assert april == {"maand": "2026-04", "toewijzingen": 2, "laag_cent": 9820, "hoog_cent": 9820 + 120 * 9820 // 60}


@given(rest=st.integers(1, 10**7), used=st.integers(1, 10**7), span=st.integers(1, 92))
def test_what_runs_out_lasts_till_that_day_and_no_longer(rest: int, used: int, span: int) -> None:
    since = date(2026, 3, 31)
    day = runs_out(rest, used, span, since)
    if day is None:
        assert used * 3660 < rest * span, "it lasts ten years"
        return
    needed = (day - since).days
    assert used * (needed - 1) < rest * span <= used * needed, "by that day it is used up, and the day before it is not"


@pytest.mark.slow
def test_the_whole_of_a_play_adds_up_and_names_nobody(
    played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of every limit granted, sent, concept and left are the maximum; and what status counts is what stands here."""
    ledger = tmp_path / "aanbieder.db"
    shutil.copy(played.aanbieder, ledger)
    folders = [text for folder in contract_folders() for text in ("--contracten", str(folder))]
    out = tmp_path / "gebruik"
    assert cli.run(["report", "use", "--ledger", str(ledger), "--op", "2026-04-20", *folders, "--out", str(out)]) == 0
    shown = capsys.readouterr()
    with (out / "gebruik.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert rows
    for row in rows:
        used = sum(int(row[name]) for name in ("toegekend", "verzonden", "concept"))
        assert row["maximum"] == "" or int(row["rest"]) == int(row["maximum"]) - used
    assert [row["op_datum"] or "9" for row in rows] == sorted(row["op_datum"] or "9" for row in rows)
    assert {path.name for path in out.iterdir()} == {"gebruik.csv", "gebruik.xlsx", "gebruik.html", "wacht.csv"}
    text = shown.out + shown.err + "".join(path.read_text("utf-8") for path in out.iterdir() if path.suffix in (".csv", ".html"))
    assert not re.search(r"\b9999\d{5}\b", text)
    assert max(len(line) for line in shown.out.splitlines() if str(out) not in line) <= 80
    with Ledger(ledger) as opened:
        limits = [one["limieten"] for one in opened.status()["gemeenten"].values()]
    assert sum(one["budget"]["toewijzingen"] + one["omvang"]["toewijzingen"] for one in limits) == len(rows)


@pytest.mark.slow
def test_a_gemeente_gives_its_toewijzingen(played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = played.invoer / "2026-03" / "toewijzingen-gemeente.csv"
    asked = ["report", "use", "--ledger", str(played.gemeenten), "--op", "2026-04-20"]
    assert cli.run([*asked, "--toewijzingen", str(known), "--out", str(tmp_path / "with")]) == 0
    assert "Te verwachten" in capsys.readouterr().out
    with (tmp_path / "with" / "verwacht.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert rows
    assert all(0 <= int(row["laag_cent"]) <= int(row["hoog_cent"]) for row in rows)
    assert cli.run([*asked, "--out", str(tmp_path / "without")]) == 0
    shown = capsys.readouterr().out
    assert "--toewijzingen" in shown
    assert "Te verwachten" not in shown, "what nobody asked about is not nothing"


def test_toewijzingen_that_are_not_used_are_told(played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = played.invoer / "2026-03" / "toewijzingen.csv"
    asked = ["report", "use", "--ledger", str(played.aanbieder), "--op", "2026-04-20", "--toewijzingen", str(known)]
    assert cli.run([*asked, "--out", str(tmp_path / "uit")]) == 0
    assert "--toewijzingen is niet gebruikt" in capsys.readouterr().out


@pytest.mark.slow
def test_how_a_limit_ends_is_told_apart(tmp_path: Path) -> None:
    """One budget is used up, one will be, one ends with something left; nothing stands as an end of another kind."""
    partij = Partij(tmp_path / "l.db", prices=PRICES)
    ends: dict[int, dict[str, Any]] = {
        1: {"budget_cent": 9820},
        2: {"budget_cent": 9820 * 4},
        3: {"budget_cent": 999_999, "einddatum": "2026-06-20"},
    }
    partij.toewijzingen = [toewijzing(number, bsn=bsn, **ends[number]) for number, bsn in zip(ends, CHILDREN, strict=False)]
    for month in ("2026-03", "2026-04", "2026-05"):
        hours = [registratie(f"{bsn}-{month}", f"{month}-06", bsn=bsn) for bsn in CHILDREN[: len(ends)]]
        partij.month(*hours, periode=month)
    beeld = use_of(partij)
    assert {row.toewijzingnummer: use_pages._ends(beeld, row) for row in beeld.gebruik} == {"1": "is", "2": "raakt", "3": "eindigt"}
    titles = [part.title for part in use_pages.overview(beeld, ReportSpeech("nl")).parts if isinstance(part, Table)]
    assert titles[:2] == ["Uitgeput", "Eindigt in juni 2026"], "the second lasts into July"


def test_a_workbook_draws_where_the_money_goes(played: Simulatie, tmp_path: Path) -> None:
    """A chart of what the page draws, and the amounts behind it; how full a limit is as a bar behind its percentage."""
    with Ledger(played.aanbieder) as ledger:
        beeld = read_use(ledger, Gebruiksvraag(op=date(2026, 4, 20)))
    write_use(beeld, tmp_path, namen={})
    book = openpyxl.load_workbook(tmp_path / "gebruik.xlsx")
    (figure,) = book["Overzicht"]._charts
    assert len(figure.series) == 4
    (bars,) = (part for part in use_pages.overview(beeld, ReportSpeech("nl")).parts if isinstance(part, Bars))
    told = [[cell.value for cell in row[4:8]] for row in book["Overzicht"].iter_rows(min_row=2, max_row=1 + len(bars.bars))]
    assert told == [[pytest.approx(float(part / 100)) for part in bar.parts] for bar in bars.bars]
    assert book["Gebruik"].conditional_formatting
    assert book["Gebruik"].auto_filter.ref
