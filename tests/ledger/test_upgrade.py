"""Old ledgers are brought up to date with what is in them, and what is no ledger, or too new, is refused and left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, inspect, select, text
from verify.support import message
from verify.test_cli import prepare

import mpj
from ledger.conftest import Databases
from ledger.support import Partij, lines, refs, registratie
from ledger.test_verify_ledger import Gemeente
from mpj import cli
from mpj.ledger import Ledger, database, schema
from mpj.ledger.database import HEAD, Database

DAY = date(2026, 12, 31)


class Eerste(Database):
    """A database of the first version."""

    def _upgrade(self, connection: Any, *, fill: bool) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


@pytest.fixture
def url(databases: Databases) -> str:
    """An empty database of each kind, in which no ledger is."""
    return databases.new(filled=False)


TABLES = ("client", "record", "toewijzing", "declaratie", "regel", "herkomst", "antwoord", "afkeuring", "opzij", "herzien")


def old_tables(connection: Connection) -> MetaData:
    """The tables of the first version as they are in a database, without what came later."""
    found = MetaData()
    found.reflect(connection, only=TABLES)
    return found


def content(database: Database, tables: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables of the first version, in the columns they had."""
    with database._open().connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=str)
            for name, table in tables.tables.items()
        }


@pytest.fixture
def old(url: str, tmp_path: Path) -> tuple[MetaData, dict[str, list[tuple[Any, ...]]]]:
    """A ledger of the first version with a line granted, one rejected and a declaration without answer. What is in it."""
    partij = Partij(tmp_path / "nu.db")
    first = partij.run(registratie("a"), registratie("b", niveau="wo"))
    partij.settle(first, refs(first.regels)[:1])
    partij.send(partij.run(registratie("c", "2026-04-02"), periode="2026-04"))
    partij.ledger.database.close()
    database = Eerste(url)
    with database.transaction() as connection, partij.ledger.database.transaction(write=False) as source:
        assert not inspect(connection).has_table("ontvangst")
        tables = old_tables(connection)
        for table in tables.sorted_tables:
            if rows := [dict(row._mapping) for row in source.execute(select(table).order_by(*table.primary_key))]:
                connection.execute(table.insert(), rows)
    found = content(database, tables)
    assert all(found[name] for name in ("client", "record", "regel", "herkomst", "antwoord", "afkeuring"))
    database.close()
    partij.ledger.database.close()
    return tables, found


def shape(connection: Connection) -> dict[str, dict[str, object]]:
    """All that a database says of its tables."""
    found = inspect(connection)
    indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    if connection.dialect.name == "sqlite":
        indexes = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'"
    texts = {tuple(str(one).replace("<>", "!=") for one in row) for row in connection.execute(text(indexes))}
    return {
        table: {
            "columns": [one | {"type": repr(one["type"])} for one in map(dict, found.get_columns(table))],
            "keys": found.get_pk_constraint(table),
            "foreign": {one["name"]: one for one in found.get_foreign_keys(table)},
            "unique": {one["name"]: one for one in found.get_unique_constraints(table)},
            "checks": found.get_check_constraints(table),
            "indexes": {row for row in texts if row[0] == table and not row[1].startswith("sqlite_autoindex")},
        }
        for table in found.get_table_names()
    }


def test_a_new_ledger_is_what_the_migrations_make(databases: Databases) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    shapes = []
    for path in ([Database], [Eerste, Database]):
        url = databases.new(filled=False)
        for kind in path:
            made = kind(url)
            with made.transaction(fill=True) as connection:
                found = shape(connection)
                differs = compare_metadata(MigrationContext.configure(connection), schema.metadata)
                version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            made.close()
        assert version == HEAD and [one for one in differs if "alembic_version" not in str(one)] == []
        shapes.append(found)
    new, migrated = shapes
    assert {"uq_regel_staat", "uq_regel_concept", "uq_regel_credit"} <= {str(row[1]) for row in new["regel"]["indexes"]}  # type: ignore[attr-defined]
    assert "zorg" in str(new["ontvangen_regel"]["columns"]) and new == migrated


@pytest.mark.slow
@pytest.mark.parametrize("looking", [True, False])
def test_a_ledger_of_the_first_version(old: tuple[MetaData, dict[str, list[tuple[Any, ...]]]], url: str, looking: bool) -> None:
    ledger = Ledger(url)
    if looking:
        states = ledger.status()["gemeenten"]["0384"]
        assert {name: states[name]["regels"] for name in ("toegekend", "te_herstellen", "verzonden")} == {
            "toegekend": 1,
            "te_herstellen": 1,
            "verzonden": 1,
        }
    else:
        ledger.send(None, op=DAY)
    assert content(ledger.database, old[0]) == old[1]
    with ledger.database.transaction() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        assert inspect(connection).has_table("ontvangst")
        assert "afronding" in {column["name"] for column in inspect(connection).get_columns("regel")}
    ledger.database.close()
    partij = Partij(url)
    assert lines(partij.run(registratie("a", minuten=30), periode="2026-04")) == [("D", "45212", 4910)]
    partij.ledger.database.close()


@pytest.mark.slow
@pytest.mark.usefixtures("old")
def test_a_trial_leaves_an_old_ledger_as_it_is(url: str) -> None:
    partij = Partij(url)
    partij.run(registratie("a"), periode="2026-04", proef=True)
    with Eerste(url)._open().connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
    partij.ledger.database.close()


def refused(ledger: Ledger) -> str:
    """The code of the fault that looking and writing both give."""
    codes = set()
    for call in (ledger.status, lambda: ledger.send(None, op=DAY)):
        with pytest.raises(mpj.InputError) as error:
            call()
        codes.add(error.value.faults[0].code)
    ledger.database.close()
    (code,) = codes
    return code


def test_a_later_version_is_refused(url: str) -> None:
    ledger = Ledger(url)
    with ledger.database.transaction(fill=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert refused(ledger) == "ledger_te_nieuw"


def test_a_database_of_another_program_is_refused(url: str) -> None:
    ledger = Ledger(url)
    with ledger.database._open().begin() as connection:
        connection.execute(text("CREATE TABLE boeken (titel TEXT)"))
    assert refused(ledger) == "ledger_onbruikbaar"
    with ledger.database._open().begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('3f2a9c1b7e')"))
    assert refused(ledger) == "ledger_onbruikbaar"
    with ledger.database._open().connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"boeken", "alembic_version"}
    ledger.database.close()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "brief.db"
    path.write_text("Geachte mevrouw,\n" * 100, "utf-8")
    assert refused(Ledger(path)) == "ledger_onbruikbaar"
    assert path.read_text("utf-8").startswith("Geachte")
    assert refused(Ledger(tmp_path)) == "ledger_onbruikbaar"


def test_a_ledger_that_may_only_be_read(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "ledger.db")
    partij.run(registratie("a"))
    partij.ledger.database.close()
    readonly = Ledger(f"sqlite:///file:{tmp_path / 'ledger.db'}?mode=ro&uri=true")
    assert readonly.status()["gemeenten"]["0384"]["concept"]["regels"] == 1
    with pytest.raises(mpj.InputError) as error:
        readonly.send(None, op=DAY)
    assert error.value.faults[0].code == "ledger_alleen_lezen"
    readonly.close()


def test_an_old_ledger_that_may_only_be_read_cannot_be_brought_up_to_date(tmp_path: Path) -> None:
    first = Eerste(tmp_path / "ledger.db")
    with first.transaction():
        pass
    first.close()
    assert refused(Ledger(f"sqlite:///file:{tmp_path / 'ledger.db'}?mode=ro&uri=true")) == "ledger_alleen_lezen"


@pytest.mark.parametrize("wrong", ["mysql://x/y", "://", "postgresql://mpj@/weg?host=/nergens", "weg/ledger.db", "brief.db"])
def test_the_commands_refuse_what_is_no_ledger(
    tmp_path: Path, wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("brief.db").write_text("Geachte mevrouw,\n" * 100, "utf-8")
    assert cli.run([*prepare(tmp_path, message()), "--ledger", wrong]) == 2
    assert not Path("uit").exists()
    for command in (["ledger", "status"], ["explain", "--regel", "R1"]):
        assert cli.run([*command, "--ledger", wrong]) == 2
    out, err = capsys.readouterr()
    assert err.count("--ledger") >= 3 and "Traceback" not in err and out == ""


def test_lines_received_before_their_care_was_kept_get_it(databases: Databases) -> None:
    url = databases.new()
    gemeente = Gemeente(url)
    gemeente.verify(message())
    query = text("SELECT productcode, zorg FROM ontvangen_regel")
    with gemeente.ledger.database.transaction() as connection:
        kept = connection.execute(query).all()
        connection.execute(text("ALTER TABLE ontvangen_regel DROP COLUMN zorg"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0019'"))
    gemeente.ledger.database.close()
    again = Ledger(url)
    with again.database.transaction(fill=True) as connection:
        assert connection.execute(query).all() == kept == [("45212", "212")]
    again.database.close()
