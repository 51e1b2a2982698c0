"""A ledger knows itself: a file that is none is refused and left alone, a new one is made as a whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

import mpj
from ledger.support import Partij, lines, registratie
from mpj import cli
from mpj.ledger import Ledger
from mpj.ledger.database import APPLICATION_ID, Database

DAY = date(2026, 12, 31)


def empty_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE x (y)")
        connection.execute("DROP TABLE x")
        connection.commit()


def of_another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 1196444487")
        connection.execute("PRAGMA user_version = 1")


def of_no_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
        connection.commit()


FILES: list[Callable[[Path], object]] = [
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"\n"),
    empty_database,
    of_another,
    of_no_version,
]


@pytest.mark.parametrize("place", range(len(FILES)))
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path, place: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "zorg.db"
    FILES[place](path)
    before = path.read_bytes()
    partij = Partij(path)
    for call in (partij.ledger.status, lambda: partij.ledger.send(None, op=DAY), lambda: partij.run(registratie("a"))):
        with pytest.raises(mpj.InputError) as error:
            call()
        assert error.value.faults[0].code == "ledger_onbruikbaar"
    partij.ledger.close()
    for command in ("status", "work"):
        assert cli.run(["ledger", command, "--ledger", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["zorg.db"]


def test_a_new_ledger_says_what_it_is(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "zorg.db")
    assert lines(partij.run(registratie("a"))) == [("D", "45212", 9820)]
    partij.ledger.close()
    with closing(sqlite3.connect(tmp_path / "zorg.db")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_ledger_from_before_its_identity_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "zorg.db"
    Partij(path).run(registratie("a"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 0")
    with Ledger(path) as ledger:
        assert ledger.status()["gemeenten"]["0384"]["concept"]["regels"] == 1


def test_a_new_ledger_appears_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = Database._upgrade

    def dies(self: Database, connection: object, *, fill: bool) -> None:
        upgrade(self, connection, fill=fill)  # type: ignore[arg-type]
        assert [one.suffix for one in tmp_path.iterdir() if one.suffix == ".db"] == []
        raise KeyboardInterrupt

    monkeypatch.setattr(Database, "_upgrade", dies)
    with pytest.raises(KeyboardInterrupt):
        Ledger(tmp_path / "zorg.db").status()
    assert list(tmp_path.iterdir()) == []
