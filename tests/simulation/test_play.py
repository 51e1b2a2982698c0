"""The play of a region: the same seed gives the same ledgers, and both of them are whole."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mpj import cli
from mpj.demo import contract_folders
from mpj.ledger import Ledger
from mpj.reading.faults import InputError
from mpj.reading.periods import parse_month
from mpj.simulation import Simulatie, Sizes, simulate

SMALL = Sizes(zaad=3, clienten=14, registraties=160, aantal_gemeenten=2)


def play(folder: Path, tot: str = "2026-03", sizes: Sizes = SMALL) -> Simulatie:
    return simulate(folder, van=parse_month("2026-01"), tot=parse_month(tot), sizes=sizes)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Simulatie:
    return play(tmp_path_factory.mktemp("play"))


def lines(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        table = "regel" if path.stem == "aanbieder" else "ontvangen_regel"
        return connection.execute(f"select * from {table} order by id").fetchall()


@pytest.mark.slow
def test_both_ledgers_are_whole(played: Simulatie) -> None:
    for path in (played.aanbieder, played.gemeenten):
        with Ledger(path) as ledger:
            assert ledger.check()[1] == []


@pytest.mark.slow
def test_a_check_says_what_it_does_not_prove(played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of messages that were received before their lines had a digest no amount is held against anything."""
    for path, told in ((played.gemeenten, True), (played.aanbieder, False)):
        older = tmp_path / path.name
        shutil.copy(path, older)
        with closing(sqlite3.connect(older)) as connection, connection:
            connection.execute("update ontvangst set regels_sha256 = null")
        for one, unknown in ((path, False), (older, told)):
            assert cli.run(["ledger", "check", "--ledger", str(one)]) == 0
            shown = capsys.readouterr().out
            assert ("Niet bewezen: de bedragen van" in shown) is unknown
            assert ("Ontvangen: " in shown) is told


def test_a_received_amount_that_changed_is_found(played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for change in (
        "update ontvangen_regel set bedrag_cent = bedrag_cent + 1 where id = (select min(id) from ontvangen_regel)",
        "update ontvangen_regel set debetcredit = 'C' where id = (select max(id) from ontvangen_regel)",
        "delete from ontvangen_regel where id = (select max(id) from ontvangen_regel)",
    ):
        shutil.copy(played.gemeenten, tmp_path / "l.db")
        with closing(sqlite3.connect(tmp_path / "l.db")) as connection, connection:
            connection.execute(change)
        assert cli.run(["ledger", "check", "--ledger", str(tmp_path / "l.db")]) == 2
        assert "de regels zijn niet meer die van het ontvangen bericht" in capsys.readouterr().err


@pytest.mark.parametrize("call", ["work", "send --alles", "send 2026-03", "reprice", "seen"])
def test_what_only_an_aanbieder_does_is_refused_in_the_ledger_of_a_gemeente(
    played: Simulatie, tmp_path: Path, capsys: pytest.CaptureFixture[str], call: str
) -> None:
    args = [*call.split(), "--ledger", str(played.gemeenten)]
    if call == "reprice":
        args += ["--contracten", str(next(iter(contract_folders()))), "--van", "2026-01", "--tot", "2026-02"]
    if call == "seen":
        (tmp_path / "signalen.csv").write_text("code;gemeente;soort;bron;datum;toelichting;gezien\n", "utf-8")
        args += ["--van", str(tmp_path)]
    before = played.gemeenten.read_bytes()
    assert cli.run(["ledger", *args]) == 2
    told = capsys.readouterr()
    assert "dit is het ledger van een gemeente" in told.err and "verwacht: " in told.err and not told.out
    assert played.gemeenten.read_bytes() == before


def test_every_month_is_declared_and_answered(played: Simulatie) -> None:
    assert [one.maand for one in played.maanden] == ["2026-01", "2026-02", "2026-03"]
    assert all(one.regels > 0 and one.bedrag_cent > 0 and one.toegekend > 0 for one in played.maanden)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_ledgers(played: Simulatie, tmp_path: Path) -> None:
    again = play(tmp_path)
    assert again.maanden == played.maanden
    assert lines(again.aanbieder) == lines(played.aanbieder)
    assert lines(again.gemeenten) == lines(played.gemeenten)


@pytest.mark.slow
def test_lines_are_rejected_for_what_the_gemeente_has_later_and_granted_after_that(tmp_path: Path) -> None:
    found = play(tmp_path, sizes=Sizes(zaad=1, clienten=60, registraties=400, aantal_gemeenten=3))
    assert sum(one.afgekeurd for one in found.maanden) > 0
    with Ledger(found.aanbieder) as ledger:
        assert len(ledger.repair_list()) < sum(one.afgekeurd for one in found.maanden)


@pytest.mark.slow
def test_months_that_cannot_be_played_are_refused(tmp_path: Path) -> None:
    for van, tot in (("2026-03", "2026-01"), ("2019-01", "2019-02")):
        with pytest.raises(InputError) as refused:
            simulate(tmp_path, van=parse_month(van), tot=parse_month(tot), sizes=SMALL)
        assert refused.value.faults[0].code == "periode_onjuist"


@pytest.mark.slow
def test_the_command_says_where_everything_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "jaar"
    asked = ["--van", "2026-01", "--tot", "2026-02", "--clienten", "10", "--registraties", "80", "--aantal-gemeenten", "1"]
    assert cli.run(["ledger", "simulate", *asked, "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert "2026-02" in shown.out and "aanbieder.db" in shown.out
    assert not re.search(r"\b9999\d{5}\b", shown.out + shown.err)
    assert (out / "aanbieder.db").exists() and (out / "gemeenten.db").exists()
    assert (out / "verantwoording" / "2026-aanbieder" / "jaar.csv").exists()
    assert (out / "verantwoording" / "2026-gemeenten" / "jaar.xlsx").exists()
    for side in ("aanbieder", "gemeenten"):
        for folder, name in (("gebruik", "gebruik"), ("vergelijking", "benchmark"), ("verkeer", "kpi")):
            assert (out / "verantwoording" / f"{folder}-{side}" / f"{name}.csv").exists()
    assert (out / "invoer" / "2026-02" / "registraties.csv").exists()
