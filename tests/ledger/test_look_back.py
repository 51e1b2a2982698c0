"""Status, herstellijst and work as files: names, ages and totals, read back with another library than the one that writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import mpj, read_csv
from verify.support import message
from verify.test_cli import prepare

from ledger.support import Partij, refs, registratie, toewijzing
from mpj.ledger import report
from mpj.presentation import terminal

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

BSN = "999900006"
NAMES = "soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;\ngemeente;0363;Amsterdam en wijde omgeving aan het IJ;;\n"
NAMES += "aanbieder;65656055;Stichting Jeugdhulp Voorbeeldregio Noord;;\n"
TODAY = date(2026, 6, 30)
Look = Callable[..., str]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Looks back on 30 June on a ledger with every state, in two gemeenten, as files in the folder `uit`; returns the screen."""
    partij = Partij(tmp_path / "zorg.db")
    partij.toewijzingen = [toewijzing(987654, budget_cent=5_000_000), toewijzing(2, gemeente="0363")]
    in_diemen: dict[str, Any] = {"toewijzingnummer": 987654}
    first = partij.run(
        registratie("a", **in_diemen), registratie("b", niveau="wo", **in_diemen), registratie("c", toewijzingnummer=2)
    )
    partij.settle(first, [*refs(first.regels)[:1], refs(first.regels)[-1]])
    april = partij.run(*(registratie(f"d{day}", f"2026-04-0{day}", 1440, **in_diemen) for day in range(1, 6)), periode="2026-04")
    partij.send(april)
    partij.run(
        registratie("e", "2026-05-02", toewijzingnummer=2),
        registratie("f", "2026-04-20", prestatiecode="4.1"),
        periode="2026-05",
    )
    partij.ledger.close()
    (tmp_path / "namen.csv").write_text(NAMES, "utf-8")
    (tmp_path / "mpj.toml").write_text('contracten = "c"\ntoewijzingen = "t"\nuit = "u"\nnamen = "namen.csv"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mpj.cli.looks.today", lambda: TODAY)

    def look(*args: str) -> str:
        done = mpj("ledger", *args, "--ledger", "zorg.db", "--out", "uit", "--force")
        assert (done.code, done.err) == (0, "")
        assert max(map(len, done.out.splitlines())) <= 80, done.out
        assert BSN not in done.out
        return done.out

    return look


def data(*args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(mpj("ledger", *args, "--ledger", "zorg.db", "--formaat", "json").out)
    return found


@pytest.mark.slow
def test_status_as_csv_with_names_and_ages(look: Look) -> None:
    screen, out, told = look("status"), Path("uit"), data("status")
    assert screen.startswith("Stand op 30 juni 2026\n") and "0384 Diemen" in screen and "0363 Amsterdam en wijde" in screen
    lines = read_csv(out / "regels.csv")
    for row in lines:
        state = told["gemeenten"][row["gemeente"]][{"nooit verwerkt": "niet_verzonden"}.get(row["stand"], row["stand"])]
        assert (int(row["regels"]), int(row["bedrag_cent"])) == (state["regels"], state["bedrag_cent"])
    assert {row["gemeente_naam"] for row in lines} == {"Diemen", "Amsterdam en wijde omgeving aan het IJ"}
    repair = {row["gemeente"]: row for row in read_csv(out / "te_herstellen.csv")}
    assert set(repair) == {"0384", "0363"} and repair["0384"]["sinds"] == "2026-03-31" and repair["0384"]["dagen"] == "91"
    assert {row["retourcode"] for row in read_csv(out / "retourcodes.csv")} == {"9338"}
    aside = {row["reden"]: row for row in read_csv(out / "opzij.csv")}["prestatiecode_niet_toegewezen"]
    assert (aside["gemeente"], aside["sinds"], aside["dagen"], aside["aantal"]) == ("onbekend", "2026-04-20", "71", "1")
    waiting = {row["stand"]: row for row in read_csv(out / "declaraties.csv")}
    assert waiting["verzonden"]["verzonden_op"] == "2026-04-30" and waiting["verzonden"]["dagen"] == "61"
    assert waiting["concept"]["dagen"] == ""
    assert (out / "status.html").read_text("utf-8").count("Diemen") > 2
    assert BSN not in "".join(path.read_text("utf-8") for path in out.glob("*.[ch]*"))


@pytest.mark.slow
def test_the_totals_of_status_are_sums_and_each_euro_is_in_one_row(look: Look) -> None:
    look("status")
    told = data("status")
    book = openpyxl.load_workbook("uit/status.xlsx", data_only=True)
    sheet = book["Regels per gemeente"]
    whole = [
        own[state]
        for own in told["gemeenten"].values()
        for state in ("concept", "verzonden", "toegekend", "afgekeurd")
        if state in own
    ]
    assert sheet.cell(sheet.max_row, 1).value == "totaal"
    assert sheet.cell(sheet.max_row, sheet.max_column).value == sum(one["bedrag_cent"] for one in whole) / 100
    assert sheet.cell(sheet.max_row, sheet.max_column - 1).value == sum(one["regels"] for one in whole)
    formulas = openpyxl.load_workbook("uit/status.xlsx")["Regels per gemeente"]
    assert str(formulas.cell(sheet.max_row, sheet.max_column).value).startswith("=SUBTOTAL(109,"), "it follows the filter"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "name"), [(("status",), "status"), (("status", "--herstellijst"), "herstellijst"), (("work",), "onderhanden_werk")]
)
def test_the_workbook_holds_texts_euros_dates_and_filters(look: Look, args: tuple[str, ...], name: str) -> None:
    look(*args)
    for sheet in openpyxl.load_workbook(f"uit/{name}.xlsx", data_only=True):
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref
        summed = sheet.cell(sheet.max_row, 1).value == "totaal"
        assert summed or sheet.title.startswith("Afgekeurd")
        assert sheet.auto_filter.ref.endswith(str(sheet.max_row - summed)), "the sums stay out of the filter"
        heads = [cell.value for cell in sheet[1]]
        assert all(sheet.column_dimensions[cell.column_letter].width >= len(str(cell.value)) for cell in sheet[1])
        for row in sheet.iter_rows(min_row=2):
            for head, cell in zip(heads, row, strict=True):
                if cell.value is None:
                    continue
                if head in ("bedrag", "bekende waarde"):
                    assert cell.data_type == "n" and "€" in cell.number_format
                elif head in ("sinds", "verzonden"):
                    assert isinstance(cell.value, datetime)
                elif head in ("dagen", "regels", "aantal", "toewijzingen"):
                    assert cell.data_type == "n"
                elif head in (
                    "gemeente",
                    "referentienummer",
                    "toewijzing",
                    "product",
                    "periode",
                    "retourcodes",
                    "declaratienummer",
                ):
                    assert cell.data_type == "s"


@pytest.mark.slow
def test_the_repair_list_line_by_line_with_its_age_and_total(look: Look) -> None:
    screen = look("status", "--herstellijst")
    rows = read_csv(Path("uit/herstellijst.csv"))
    assert [(row["gemeente"], row["gemeente_naam"][:6], row["dagen"]) for row in rows] == [
        ("0363", "Amster", "91"),
        ("0384", "Diemen", "91"),
    ]
    told = data("status", "--herstellijst")["regels"]
    assert [row["referentienummer"] for row in rows] == [one["referentienummer"] for one in told]
    for text in ("987654", "45212", "2026-03", "totaal", *(one["referentienummer"] for one in told)):
        assert text in screen, text
    assert sum(int(row["bedrag_cent"]) for row in rows) == data("work")["te_herstellen_cent"]


def test_work_per_gemeente_adds_up_to_the_whole(look: Look) -> None:
    screen, told = look("work"), data("work")
    rows = read_csv(Path("uit/werk.csv"))
    for part in ("concept", "wacht_op_antwoord", "te_herstellen", "niet_verwerkt", "opzij"):
        own = [int(row["bedrag_cent"]) for row in rows if row["onderdeel"] == part]
        assert sum(own) == told[f"{part}_cent"]
        assert sum(one[f"{part}_cent"] for one in told["per_gemeente"].values()) == told[f"{part}_cent"]
    assert sum(int(row["bedrag_cent"]) for row in rows) == told["totaal_cent"] > 1_000_000
    ages = {(row["gemeente"], row["onderdeel"]): row["dagen"] for row in rows}
    assert ages["0384", "wacht_op_antwoord"] == "61" and ages["0363", "concept"] == "30" and ages["0384", "te_herstellen"] == "91"
    assert "0384 Diemen" in screen and "totaal" in screen and "Geschreven in uit." in screen


def test_a_folder_that_is_there_is_only_written_in_when_told_to(look: Look) -> None:
    look("work")
    done = mpj("ledger", "work", "--ledger", "zorg.db", "--out", "uit")
    assert done.code == 2 and "niet leeg" in done.err


@pytest.mark.slow
def test_what_a_municipality_received_names_both_sides(look: Look, tmp_path: Path) -> None:
    assert mpj(*prepare(tmp_path, message()), "--ledger", "gemeente.db").code == 0
    done = mpj("ledger", "status", "--ledger", "gemeente.db", "--out", "in")
    assert done.code == 0 and max(map(len, done.out.splitlines())) <= 80, done.out
    (row,) = read_csv(Path("in/ontvangen.csv"))
    assert (row["gemeente_naam"], row["aanbieder_naam"][:10]) == ("Diemen", "Stichting ")


def test_what_is_set_aside_says_what_is_no_work_and_what_it_may_be_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Budget 20000: the third hour is final. An hour on no toewijzing has no price: status says what the run estimated."""
    partij = Partij(tmp_path / "zorg.db")
    partij.toewijzingen = [toewijzing(1, budget_cent=20000)]
    hours = [registratie(f"r{number}", f"2026-03-0{number}") for number in (1, 2, 3)]
    result = partij.run(*hours, registratie("los", bsn="999900018", gemeente="0384"))
    estimated = sum(row.geschat_cent or 0 for row in result.uitval if row.waarde_cent is None)
    assert estimated == 9820
    found, work = partij.ledger.status(), partij.ledger.work()
    assert work["opzij_geschat_cent"] == estimated and work["opzij_zonder_bekende_waarde"] == 1
    assert work["totaal_cent"] == 19640, "an estimate is in no sum"
    shown = report.Shown(date(2026, 5, 1))
    terminal.show(report.status(found, shown).report)
    screen = capsys.readouterr().out
    assert "Geen onderhanden werk, want het komt niet vanzelf: budget_overschreden, samen € 98,20." in " ".join(screen.split())
    assert "geschat op € 98,20, en niet meegeteld" in " ".join(screen.split())
    assert [row[2] for row in report.work(work, shown).tables["werk"].rows] == ["concept"], "no row that comes to nothing"
