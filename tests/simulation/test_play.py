"""The play of a region: the same seed gives the same ledgers, and both of them are whole."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mpj import cli
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


def test_both_ledgers_are_whole(played: Simulatie) -> None:
    for path in (played.aanbieder, played.gemeenten):
        with Ledger(path) as ledger:
            assert ledger.check()[1] == []


def test_a_check_says_what_it_does_not_prove(played: Simulatie, capsys: pytest.CaptureFixture[str]) -> None:
    """Of received messages no amount is held against anything, and that a ledger is whole would say that it was."""
    for path, told in ((played.gemeenten, True), (played.aanbieder, False)):
        assert cli.run(["ledger", "check", "--ledger", str(path)]) == 0
        assert ("Niet bewezen: de bedragen van" in capsys.readouterr().out) is told


def test_every_month_is_declared_and_answered(played: Simulatie) -> None:
    assert [one.maand for one in played.maanden] == ["2026-01", "2026-02", "2026-03"]
    assert all(one.regels > 0 and one.bedrag_cent > 0 and one.toegekend > 0 for one in played.maanden)


def test_the_same_seed_gives_the_same_ledgers(played: Simulatie, tmp_path: Path) -> None:
    again = play(tmp_path)
    assert again.maanden == played.maanden
    assert lines(again.aanbieder) == lines(played.aanbieder)
    assert lines(again.gemeenten) == lines(played.gemeenten)


def test_lines_are_rejected_for_what_the_gemeente_has_later_and_granted_after_that(tmp_path: Path) -> None:
    found = play(tmp_path, sizes=Sizes(zaad=1, clienten=60, registraties=400, aantal_gemeenten=3))
    assert sum(one.afgekeurd for one in found.maanden) > 0
    with Ledger(found.aanbieder) as ledger:
        assert len(ledger.repair_list()) < sum(one.afgekeurd for one in found.maanden)


def test_months_that_cannot_be_played_are_refused(tmp_path: Path) -> None:
    for van, tot in (("2026-03", "2026-01"), ("2019-01", "2019-02")):
        with pytest.raises(InputError) as refused:
            simulate(tmp_path, van=parse_month(van), tot=parse_month(tot), sizes=SMALL)
        assert refused.value.faults[0].code == "periode_onjuist"


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
    assert (out / "invoer" / "2026-02" / "registraties.csv").exists()
