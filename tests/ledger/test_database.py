"""What the database itself guards: the schema and its versions, uniqueness, one writer at a time, and no BSN in any error."""

from __future__ import annotations

import os
import stat
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, select, text, update

import mpj
from ledger.conftest import fill
from ledger.support import Partij, lines, refs, registratie
from mpj.engine import Result
from mpj.ledger import Ledger, schema
from mpj.ledger.database import Database
from mpj.ledger.rows import CHUNK, add, client_ids, filling

pytestmark = pytest.mark.lowest

DAY = date(2026, 12, 31)


@pytest.mark.slow
def test_months_on_either_database(url: str) -> None:
    partij = Partij(url)
    first = partij.run(registratie("a"), registratie("b", niveau="wo"))
    partij.settle(first, refs(first.regels)[:1])
    changed = partij.run(registratie("b", minuten=30, niveau="wo"), registratie("a"))
    assert lines(changed) == [
        ("C", "45214", 12480),
        ("D", "45214", 6240),
    ]
    partij.ledger.resend(refs(first.regels)[:1])
    partij.month()
    assert lines(partij.run(registratie("a", status="vervallen"))) == [("C", "45212", 9820)]
    assert partij.ledger.status()["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 9820 + 6240
    assert "toegekend" in str(partij.ledger.explain(refs(first.regels)[0]))
    partij.month()
    assert partij.ledger.erase(["999900006"], op=date(2040, 1, 1)) == (1, 0)
    partij.ledger.database.close()


def test_the_database_refuses_what_would_break_a_promise(url: str) -> None:
    partij = Partij(url)
    first = partij.month(registratie("a"))
    table = schema.regel

    def copied(**changes: object) -> None:
        with partij.ledger.database.transaction() as connection:
            row = connection.execute(select(table)).mappings().first()
            assert row is not None
            connection.execute(table.insert().values(**{**row, "id": 99, "referentienummer": "ANDERS", **changes}))

    with pytest.raises(mpj.InputError, match="twee keer") as error:
        copied()
    assert "999900006" not in str(error.value) and error.value.__cause__ is None
    with pytest.raises(mpj.InputError, match="twee keer"):
        copied(staat=False, referentienummer=first.regels[0].referentienummer)
    copied(id=98, staat=False, debetcredit="C", vorige_id=1, referentienummer="C1")
    with pytest.raises(mpj.InputError, match="twee keer"):
        copied(staat=False, debetcredit="C", vorige_id=1)
    partij.ledger.database.close()


def test_two_runs_at_once_follow_one_another(url: str) -> None:
    """Both declare the same records: one makes the concept, the other waits and makes the same one in its place."""
    partij, other = Partij(url), Partij(url)
    inside, go_on = threading.Event(), threading.Event()
    found: dict[str, Result] = {}

    def slow(_: Result) -> None:
        inside.set()
        go_on.wait(10)

    def first() -> None:
        found["first"] = partij.run(registratie("a"), before_commit=slow)

    def second() -> None:
        found["second"] = other.run(registratie("a"), registratie("b", "2026-03-06"))

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert "second" not in found
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert [lines(found[name]) for name in ("first", "second")] == [[("D", "45212", 9820)], [("D", "45212", 19640)]]
    with partij.ledger.database.transaction(write=False) as connection:
        assert len(connection.execute(select(schema.regel)).all()) == 1
    partij.ledger.database.close()
    other.ledger.database.close()


def test_who_waits_too_long_is_told(url: str) -> None:
    partij = Partij(url)
    partij.run()
    impatient = Ledger(url, wacht=0.1)
    with partij.ledger.database.transaction(), pytest.raises(mpj.InputError, match="andere run is bezig"):
        impatient.send(None, op=DAY)
    partij.ledger.database.close()
    impatient.close()


def test_looking_waits_for_nobody(url: str) -> None:
    partij = Partij(url)
    partij.run(registratie("a"))
    looking = Ledger(url, wacht=0.1)
    with partij.ledger.database.transaction() as connection:
        connection.execute(update(schema.client).values(gewist=None))
        assert looking.status()["gemeenten"]["0384"]["concept"]["regels"] == 1
    partij.ledger.database.close()
    looking.close()


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_a_new_file_is_for_its_owner_alone(tmp_path: Path, prefix: str) -> None:
    path, modes = tmp_path / "ledger.db", []
    before = os.umask(0o022)
    try:
        with Ledger(f"{prefix}{path}") as ledger, ledger.database.transaction() as connection:
            connection.execute(schema.medewerker.insert().values(naam="x", inhoud="[]"))
            modes = [stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()]
    finally:
        os.umask(before)
    assert len(modes) == 2 and set(modes) == {0o600}
    with Ledger(f"{prefix}{path}2") as ledger:
        ledger.status()
    assert stat.S_IMODE(path.with_name("ledger.db2").stat().st_mode) == 0o600
    path.chmod(0o640)
    with Ledger(path) as ledger:
        ledger.send(None, op=DAY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_address_that_is_none(tmp_path: Path) -> None:
    codes = {"mysql://x/y": "ledger_onbruikbaar", "://": "ledger_onbruikbaar"}
    for wrong, code in (codes | {str(tmp_path / "nergens" / "ledger.db"): "ledger_map_ontbreekt"}).items():
        with pytest.raises(mpj.InputError) as error:
            Ledger(wrong).send(None, op=DAY)
        assert error.value.faults[0].code == code


@pytest.mark.parametrize("blank", ["", " ", "\t", "sqlite:/// "])
def test_a_name_that_is_blank(blank: str) -> None:
    with pytest.raises(mpj.InputError, match="de naam is leeg") as error:
        Ledger(blank)
    assert error.value.faults[0].code == "ledger_onbruikbaar"


@pytest.mark.parametrize(
    ("url", "advised"),
    [
        ("postgresql+psycopg2://x/y", "postgresql+psycopg://"),
        ("postgresql+asyncpg://x/y", "postgresql+psycopg://"),
        ("sqlite+aiosqlite:///q.db", "sqlite:///"),
    ],
)
def test_a_driver_that_mpj_does_not_use(url: str, advised: str) -> None:
    with pytest.raises(mpj.InputError) as error:
        Ledger(url).status()
    assert error.value.faults[0].code == "ledger_onbruikbaar" and f"schrijf {advised} " in str(error.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", ":memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_ledger_in_memory_is_for_programs(url: str) -> None:
    with Ledger(url) as ledger:
        assert ledger.database.memory and ledger.status()["declaraties"] == []


def test_a_month_that_is_none(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "ledger.db")
    with pytest.raises(mpj.InputError, match="periode: geen maand; gevonden: 2026-3; "):
        partij.ledger.declare([partij.contract], [], periode="2026-3", dagtekening=DAY)
    with pytest.raises(mpj.InputError, match=r"volledig_vanaf: geen maand; gevonden: \(verborgen, 9 tekens\); "):
        partij.run(volledig_vanaf="999900006")


@pytest.mark.slow
def test_a_connection_that_is_cut_is_told_as_such(postgres_cluster: str) -> None:
    """Nobody knows then whether the last thing asked was done, so nothing is said of that."""
    fill(postgres_cluster)
    ledger, other = Ledger(postgres_cluster), Ledger(postgres_cluster)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    with pytest.raises(mpj.InputError) as error, ledger.database.transaction(write=False) as connection:
        with other.database._open().connect() as killer:
            killer.execute(text(cut))
        connection.execute(text("SELECT 1"))
    assert [fault.code for fault in error.value.faults] == ["ledger_verbroken"]
    assert "niets veranderd" not in str(error.value) and "Traceback" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("/er_is_geen_database?", "ledger_onbereikbaar"),
        ("/postgres?options=-c%20default_transaction_read_only%3Don&", "ledger_alleen_lezen"),
    ],
)
def test_a_server_that_refuses(postgres_cluster: str, name: str, code: str) -> None:
    wrong = postgres_cluster.replace("/postgres?", name)
    assert wrong != postgres_cluster
    with pytest.raises(mpj.InputError) as error, Ledger(wrong).database.transaction(fill=True) as connection:
        connection.execute(schema.medewerker.insert().values(naam="x", inhoud="[]"))
    assert [fault.code for fault in error.value.faults] == [code]


def test_the_first_many_rows_are_indexed_at_once(url: str) -> None:
    """The table has the indexes that it had, also where the rows were undone; no rows but the first do without meanwhile."""
    database, many = Database(url), CHUNK + 1
    rows = [{"soort": "registratie", "bron": name, "client_id": 1, "maand": 1, "inhoud": "{}"} for name in ("a", "b")]
    first, second = (row | {"vervallen": False, "bestand": "", "rij": 0} for row in rows)

    def indexes(connection: Connection) -> set[tuple[object, str]]:
        found = inspect(connection).get_indexes("record")
        return {(one["name"], f"{one['column_names']} {one.get('dialect_options', {}).keys()}") for one in found}

    with database.transaction() as connection:
        before = indexes(connection)
        assert len(before) == 4 and client_ids(connection, ["999900006"]) == {"999900006": 1}
    with pytest.raises(mpj.InputError), database.transaction() as connection, filling(connection, schema.record, many):
        add(connection, schema.record, [first, first])
    for row, without in ((first, not database.postgres), (second, False)):
        with database.transaction() as connection:
            assert indexes(connection) == before
            with filling(connection, schema.record, many):
                assert (indexes(connection) == set()) == without
                add(connection, schema.record, [row])
            assert indexes(connection) == before
    database.close()
