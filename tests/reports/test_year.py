"""The year: its sums are those of its lines, both sides agree, the reconciliation closes, a closed year stays as it was."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from attrs import evolve
from ledger.support import Partij, registratie, toewijzing

import mpj
from mpj import cli
from mpj.demo import contract_folders
from mpj.ledger import Ledger
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import parse_month
from mpj.records.reasons import REDENEN
from mpj.reports import Jaarbeeld, Jaarregel, Jaarvraag, beside, estimated, read_year, write_year
from mpj.reports.norms import year_norms
from mpj.reports.year import LINES, Post, post_of
from mpj.simulation import Simulatie, Sizes, simulate

CENTS = ("ingediend_cent", "toegekend_cent", "open_cent", "afgekeurd_cent", "credit_cent")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Simulatie:
    sizes = Sizes(zaad=3, clienten=30, registraties=300, aantal_gemeenten=8)
    return simulate(tmp_path_factory.mktemp("play"), van=parse_month("2026-01"), tot=parse_month("2026-03"), sizes=sizes)


def year_of(path: Path, **asked: object) -> Jaarbeeld:
    contracts = mpj.load_contracts(contract_folders())
    with Ledger(path) as ledger:
        return read_year(ledger, Jaarvraag(jaar=2026, contracten=contracts, **asked))  # type: ignore[arg-type]


def sums(rows: Iterable[Jaarregel]) -> dict[str, int]:
    found = list(rows)
    return {name: sum(getattr(one, name) for one in found) for name in CENTS}


def naive(path: Path) -> Counter[str]:
    """The year once more, line by line and without the code of the report."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        lines = connection.execute("select * from regel where in_bericht order by id").fetchall()
    found: Counter[str] = Counter()
    care = ("client_id", "gemeente", "toewijzingnummer", "perceel", "prestatiecode", "kwalificatieniveau", "maand", "debetcredit")
    for line in lines:
        cent = line["bedrag_cent"] * (1 if line["debetcredit"] == "D" else -1)
        alive = [one for one in lines if one["status"] != "niet_verzonden" or one["opnieuw"]]
        match line["status"]:
            case "toegekend":
                found["toegekend_cent"] += cent
            case "concept" | "verzonden":
                found["open_cent"] += cent
            case "afgekeurd":
                found["rejected"] += 1
                later = [one for one in alive if one["declaratie_id"] > line["declaratie_id"]]
                if not any(all(one[name] == line[name] for name in care) for one in later):
                    found["afgekeurd_cent"] += cent
    return found


@pytest.mark.slow
def test_the_sums_are_those_of_the_lines(played: Simulatie) -> None:
    found, told = naive(played.aanbieder), sums(year_of(played.aanbieder).regels)
    assert {name: told[name] for name in CENTS[1:4]} == {name: found[name] for name in CENTS[1:4]}
    assert told["ingediend_cent"] > 0
    assert found["rejected"] > 0, "the play must hold rejections, or this proves little"


@pytest.mark.slow
def test_every_row_adds_up(played: Simulatie) -> None:
    for row in year_of(played.aanbieder).regels:
        assert row.ingediend_cent == row.toegekend_cent + row.open_cent + row.afgekeurd_cent
        if not (row.normtijd == "uur" and row.eenheid == "01"):
            assert row.eenheden * (row.tarief_cent or 0) == row.ingediend_cent
        assert row.begindatum <= row.einddatum and row.begindatum.year == row.einddatum.year == 2026


@pytest.mark.slow
def test_both_sides_say_the_same(played: Simulatie) -> None:
    """Submitted, granted, rejected and open of the aanbieder are those of the gemeenten, but for answers under way."""
    own, other = year_of(played.aanbieder), year_of(played.gemeenten)
    assert (own.ontvangen, other.ontvangen) == (False, True)
    per_code: dict[str, Counter[tuple[str, ...]]] = {}
    for name, beeld in (("own", own), ("other", other)):
        per_code[name] = Counter()
        for row in beeld.regels:
            per_code[name][row.gemeente, row.prestatiecode, row.kwalificatieniveau] += row.ingediend_cent
    assert per_code["own"] == per_code["other"]
    early = date(2026, 4, 1)  # when every answer that is not on its way was booked
    own, other = year_of(played.aanbieder, peildatum=early), year_of(played.gemeenten, peildatum=early)
    assert sums(own.regels)["ingediend_cent"] == sums(other.regels)["ingediend_cent"]


def test_the_other_party_laid_beside_differs_by_what_is_under_way(played: Simulatie, tmp_path: Path) -> None:
    other = year_of(played.gemeenten)
    write_year(other, tmp_path, namen={})
    found = beside(year_of(played.aanbieder), tmp_path / "jaar.csv")
    assert {one.sleutel[3] for one in found} >= {"ingediend", "toegekend"}
    assert all(one.verschil_cent == 0 for one in found if one.sleutel[3] == "ingediend")
    assert sum(one.verschil_cent for one in found) == 0


def other_table(beeld: Jaarbeeld, path: Path, **changed: str) -> Path:
    """Write the jaar.csv of a year, every row with columns changed."""
    write_year(beeld, path, namen={})
    with (path / "jaar.csv").open(encoding="utf-8", newline="") as stream:
        rows = [{**row, **changed} for row in csv.DictReader(stream, delimiter=";")]
    with (path / "jaar.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path / "jaar.csv"


@pytest.mark.slow
def test_a_gemeente_lays_only_the_lines_of_that_aanbieder_beside(played: Simulatie, tmp_path: Path) -> None:
    """Its other aanbieders are no difference with this one; and an aanbieder is not held to the lines of others."""
    declared, received = year_of(played.aanbieder), year_of(played.gemeenten)
    more = tuple(evolve(row, aanbieder="99999999") for row in received.regels)
    two = evolve(received, regels=(*received.regels, *more))
    table = other_table(declared, tmp_path)
    assert beside(two, table) == beside(received, table)
    (tmp_path / "both").mkdir()
    write_year(two, tmp_path / "both", namen={})
    submitted = [one for one in beside(declared, tmp_path / "both" / "jaar.csv") if one.sleutel[3] == "ingediend"]
    assert submitted
    assert not any(one.verschil_cent for one in submitted)


@pytest.mark.slow
def test_a_gemeente_that_received_nothing_of_an_aanbieder_sees_all_of_it(played: Simulatie, tmp_path: Path) -> None:
    found = beside(year_of(played.gemeenten), other_table(year_of(played.aanbieder), tmp_path, aanbieder="99999999"))
    assert found
    assert not any(one.eigen_cent for one in found)


@pytest.mark.slow
def test_a_gemeente_of_which_the_own_ledger_has_nothing_is_a_difference_or_is_named(played: Simulatie, tmp_path: Path) -> None:
    """An aanbieder sees lines in its name that it never declared; a gemeente hears that others of the file are not compared."""
    declared, received = year_of(played.aanbieder), year_of(played.gemeenten)
    gone = declared.gemeenten[0]

    def without(beeld: Jaarbeeld) -> Jaarbeeld:
        regels = tuple(row for row in beeld.regels if row.gemeente != gone)
        return evolve(beeld, regels=regels, aansluiting=tuple(row for row in beeld.aansluiting if row.gemeente != gone))

    (tmp_path / "received").mkdir()
    write_year(received, tmp_path / "received", namen={})
    heard: list[Fault] = []
    rows = beside(without(declared), tmp_path / "received" / "jaar.csv", report=heard.append)
    strange = [one for one in rows if one.sleutel[0] == gone]
    assert strange
    assert not any(one.eigen_cent for one in strange)
    assert heard == []
    rows = beside(without(received), other_table(declared, tmp_path), report=heard.append)
    assert gone not in {one.sleutel[0] for one in rows}
    assert [fault.code for fault in heard] == ["opmerking"]
    assert gone in str(heard[0])
    chosen = beside(without(declared), tmp_path / "received" / "jaar.csv", gemeenten=declared.gemeenten[1:])
    assert gone not in {one.sleutel[0] for one in chosen}


def test_the_table_laid_beside_is_read_through_the_bounded_door(played: Simulatie, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "jaar.csv")
    with pytest.raises(InputError) as caught:
        beside(year_of(played.aanbieder), tmp_path / "jaar.csv")
    assert [fault.code for fault in caught.value.faults] == ["bestand_onleesbaar"]


@pytest.mark.slow
def test_the_table_of_another_year_is_not_laid_beside(played: Simulatie, tmp_path: Path) -> None:
    table = other_table(year_of(played.gemeenten), tmp_path, begindatum="2025-03-01")
    with pytest.raises(InputError) as caught:
        beside(year_of(played.aanbieder), table)
    assert "2026" in str(caught.value)
    assert "2025" in str(caught.value)


@pytest.mark.slow
def test_the_reconciliation_closes_whatever_the_day(played: Simulatie) -> None:
    now = year_of(played.aanbieder)
    delivered = {one.gemeente: one.cent for one in now.aansluiting if one.post == "geleverd"}
    for day in (None, date(2025, 1, 1), date(2026, 3, 1), date(2026, 12, 31)):
        beeld = now if day is None else year_of(played.aanbieder, peildatum=day)
        for gemeente, cent in delivered.items():
            posts = {one.post: one.cent for one in beeld.aansluiting if one.gemeente == gemeente}
            adding = [post for post in posts if post not in ("geleverd", "zonder_prijs", "onleesbaar")]
            assert sum(posts[post] or 0 for post in adding) == posts["geleverd"] == cent
            for post in LINES:
                assert posts[post] == sum(getattr(one, f"{post}_cent") for one in beeld.regels if one.gemeente == gemeente)


def test_on_a_day_before_all_of_it_nothing_was_submitted(played: Simulatie) -> None:
    assert year_of(played.aanbieder, peildatum=date(2025, 12, 31)).regels == ()
    assert sums(year_of(played.aanbieder, peildatum=date(2030, 1, 1)).regels) == sums(year_of(played.aanbieder).regels)


@pytest.mark.slow
def test_gemeenten_add_up_to_the_whole(played: Simulatie) -> None:
    whole = year_of(played.aanbieder)
    parts = [year_of(played.aanbieder, gemeenten=(gemeente,)) for gemeente in whole.gemeenten]
    assert sums(one for part in parts for one in part.regels) == sums(whole.regels)
    assert all({one.gemeente for one in part.aansluiting} == {part.gemeenten[0]} for part in parts)


def test_few_clients_are_not_counted_out(played: Simulatie, tmp_path: Path) -> None:
    write_year(year_of(played.aanbieder), tmp_path, namen={"0363": "Amsterdam"})
    with (tmp_path / "jaar.csv").open(encoding="utf-8", newline="") as stream:
        told = {row["clienten"] for row in csv.DictReader(stream, delimiter=";")}
    assert "<5" in told
    assert not told & {"1", "2", "3", "4"}
    assert "Niet voor openbaarmaking" in (tmp_path / "jaar-0363.html").read_text("utf-8")
    assert "Amsterdam" in (tmp_path / "jaar-0363.html").read_text("utf-8")


def test_the_estimate_is_a_range(played: Simulatie) -> None:
    for one in estimated(year_of(played.aanbieder)):
        assert 0 <= one.laag_cent <= one.hoog_cent


PLACES: dict[Post | None, str] = {
    "onleesbaar": "ongeldig id_meermaals",
    "zonder_toewijzing": "geen_toewijzing toewijzing_verwijderd buiten_toewijzing prestatiecode_niet_toegewezen",
    "niet_declarabel": "te_oud niveau_te_laag niveau_niet_gecontracteerd budget_overschreden omvang_overschreden",
    "nog_in_te_dienen": "na_periode voor_periode toewijzing_onbekend toewijzing_ongeldig prestatiecode_ontbreekt niet_mpj "
    "geen_contract meerdere_toewijzingen perceel_onbekend prestatiecode_niet_gecontracteerd eenheid_past_niet niet_bevestigd "
    "niveau_onbekend productcode_niet_toegewezen wacht_op_antwoord verblijf_onbevestigd",
    None: "vervallen dubbel niet_direct niet_gerealiseerd afwezig vervangen geen_tijd dubbele_aanwezigheid dubbele_dag afgekeurd "
    "reeds_gedeclareerd",
}


def test_each_reason_stands_in_the_post_that_somebody_chose_for_it() -> None:
    """A new reason is named here first: where its euros stand in a year is not left to how it happens to go on."""
    assert {code: post_of(code) for code in REDENEN} == {code: post for post, codes in PLACES.items() for code in codes.split()}


def test_every_reason_has_its_place() -> None:
    assert {post for code in REDENEN if (post := post_of(code))} <= set(get_args(Post))
    assert post_of("geen_toewijzing") == "zonder_toewijzing"
    assert post_of("budget_overschreden") == "niet_declarabel"
    assert post_of("afgekeurd") is None, "the rejected line itself counts"


@pytest.mark.slow
def test_the_estimate_counts_the_months_that_were_not_declared(tmp_path: Path) -> None:
    """January to March came to 2, 1 and 3 hours: nine months are to come, each as the lowest and as the highest of those."""
    partij = Partij(tmp_path / "l.db")
    for month, hours in ((1, 2), (2, 1), (3, 3)):
        partij.month(registratie(f"r{month}", f"2026-0{month}-05", 60 * hours), periode=f"2026-0{month}")
    (row,) = estimated(read_year(partij.ledger, Jaarvraag(jaar=2026)))
    assert (row.laag_cent, row.hoog_cent, row.maanden) == ((6 + 9 * 1) * 9820, (6 + 9 * 3) * 9820, 9)
    partij.month(registratie("r12", "2026-12-05"), periode="2026-12")
    (row,) = estimated(read_year(partij.ledger, Jaarvraag(jaar=2026)))
    assert (row.laag_cent, row.hoog_cent, row.maanden) == (7 * 9820, 7 * 9820, 0)


def test_the_norms_are_data() -> None:
    norms = year_norms()
    assert [one.of(2026) for one in norms.datums] == [date(2027, 1, 15), date(2027, 3, 1), date(2027, 4, 1)]
    assert norms.verklaring(19_999_999) != norms.verklaring(20_000_000)
    assert norms.bron


def test_a_closed_year_stays_and_its_changes_add_up(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db")
    messages = partij.send(partij.run(registratie("R1")))
    before = read_year(partij.ledger, Jaarvraag(jaar=2026))
    partij.ledger.close_year(2026, op=date(2027, 4, 8))
    partij.book(messages)
    after = read_year(partij.ledger, Jaarvraag(jaar=2026))
    assert after.gesloten == date(2027, 4, 8)
    assert after.regels == before.regels
    assert {one.post: one.cent for one in after.mutaties} == {"open": -9820, "toegekend": 9820}
    with pytest.raises(InputError):
        partij.ledger.close_year(2026, op=date(2027, 4, 9))


def test_what_a_limit_cut_off_is_delivered_and_not_declarable(tmp_path: Path) -> None:
    """Four kwartieren and two, on a budget of five: one of the last record is cut off, the next record is set aside whole."""
    partij = Partij(tmp_path / "l.db")
    partij.toewijzingen = [toewijzing(1, budget_cent=5 * 2455)]
    partij.month(registratie("a", "2026-03-02"), registratie("b", "2026-03-03", 30), registratie("c", "2026-03-04", 15))
    beeld = read_year(partij.ledger, Jaarvraag(jaar=2026))
    posts = {one.post: (one.aantal, one.cent) for one in beeld.aansluiting}
    assert posts["toegekend"] == (1, 5 * 2455)
    assert posts["niet_declarabel"] == (2, 2 * 2455)
    assert posts["geleverd"] == (None, 7 * 2455)


@pytest.mark.slow
def test_an_erased_client_stays_in_the_totals(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "l.db")
    partij.month(registratie("R1"))
    before = read_year(partij.ledger, Jaarvraag(jaar=2026))
    assert partij.ledger.erase(["999900006"], op=date(2034, 1, 1)) == (1, 0)
    after = read_year(partij.ledger, Jaarvraag(jaar=2026))
    assert after.regels == before.regels
    assert after.regels[0].eenheden == Fraction(4)


def test_the_command_writes_it_all_without_a_client(played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = tmp_path / "aanbieder.db"
    shutil.copy(played.aanbieder, ledger)
    out = tmp_path / "jaar"
    asked = ["report", "year", "--ledger", str(ledger), "--jaar", "2026", "--raming", "--out", str(out)]
    assert cli.run(asked) == 0
    shown = capsys.readouterr()
    names = {path.name for path in out.iterdir()}
    assert {"jaar.csv", "jaar.xlsx", "jaar.html", "aansluiting.csv", "raming.csv", "jaar-0363.xlsx", "jaar-0363.html"} <= names
    text = shown.out + shown.err + "".join(path.read_text("utf-8") for path in out.iterdir() if path.suffix in (".csv", ".html"))
    assert not re.search(r"\b9999\d{5}\b", text)
    assert cli.run([*asked[:-1], str(tmp_path / "x"), "--naast", str(out / "aansluiting.csv")]) == 2
    assert "jaar.csv" in capsys.readouterr().err


@pytest.mark.slow
def test_the_screen_shows_what_differs_and_counts_what_does_not(
    played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All posts stand in naast.csv; own codes of a gemeente are told to need the contracts."""
    table = other_table(year_of(played.aanbieder), tmp_path)
    asked = ["report", "year", "--ledger", str(played.gemeenten), "--jaar", "2026", "--naast", str(table)]
    assert cli.run([*asked, "--out", str(tmp_path / "one")]) == 0
    shown = capsys.readouterr().out
    with (tmp_path / "one" / "naast.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    equal = sum(row["verschil_cent"] == "0" for row in rows)
    assert 0 < equal < len(rows), "both kinds, or this proves little"
    told = shown[shown.index("Naast elkaar") :]
    assert f"gelijk zijn: {equal}; die verschillen: {len(rows) - equal}." in told
    assert "--contracten" in told
    lines = [line for line in told.splitlines() if re.match(r"\d{4} ", line)]
    assert len(lines) == len(rows) - equal
    assert max(map(len, lines)) <= 80
    contracts = [text for folder in contract_folders() for text in ("--contracten", str(folder))]
    assert cli.run([*asked, *contracts, "--out", str(tmp_path / "two")]) == 0
    assert "--contracten" not in capsys.readouterr().out


def test_a_day_that_has_not_come_is_refused(
    played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpj.cli.report.today", lambda: date(2026, 12, 1))
    asked = ["report", "year", "--ledger", str(played.aanbieder), "--jaar", "2026", "--out", str(tmp_path / "uit"), "--peildatum"]
    assert cli.run([*asked, "2026-12-02"]) == 2
    assert "--peildatum: deze dag is er nog niet" in capsys.readouterr().err
    assert not (tmp_path / "uit").exists()
    assert cli.run([*asked, "2026-12-01"]) == 0


@pytest.mark.parametrize("gemeente", ["9998", "Amsterdam"])
def test_a_gemeente_of_which_nothing_is_known_is_told(
    played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str], gemeente: str
) -> None:
    asked = ["report", "year", "--ledger", str(played.aanbieder), "--jaar", "2026", "--gemeente", gemeente, "--gemeente", "0363"]
    assert cli.run([*asked, "--out", str(tmp_path / "one")]) == 0
    assert f"Van gemeente {gemeente} weet dit ledger niets over 2026" in capsys.readouterr().out


def test_a_year_of_which_nothing_is_known_is_told(played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "year", "--ledger", str(played.aanbieder), "--jaar", "2025", "--out", str(tmp_path / "one")]
    assert cli.run(asked) == 0
    assert "Dit ledger weet niets over 2025" in capsys.readouterr().out
