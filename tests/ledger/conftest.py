"""The databases that the ledger's tests run on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ledger.clusters import cluster, no_cluster
from mpj.ledger.database import Database

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """One throw-away cluster for all tests; where there can be none, tests skip, but never in CI."""
    if no_cluster():
        pytest.skip(no_cluster())
    with cluster() as url:
        yield url


class Databases:
    """Empty ledgers, and copies of ledgers, of one kind of database: SQLite in `folder`, or PostgreSQL in the cluster."""

    def __init__(self, folder: Path, postgres: str = "") -> None:
        self.folder = folder
        self.postgres = postgres

    def new(self, template: str = "", *, filled: bool = True) -> str:
        """The URL of a new ledger: empty, or as `template` is; on PostgreSQL with `filled` False a database that is no ledger."""
        name = f"t{next(_numbers)}"
        if self.postgres:
            self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {_name(template)}" if template else ""))
            url = re.sub(r"/postgres\?", f"/{name}?", self.postgres)
            if filled and not template:
                fill(url)
            return url
        path = self.folder / f"{name}.db"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Remove a ledger, and end what a killed command left running in it."""
        if self.postgres:
            self._execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")
        else:
            Path(url.removeprefix("sqlite:///")).unlink()

    def _execute(self, statement: str) -> None:
        from sqlalchemy import create_engine, text

        engine = create_engine(self.postgres, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def fill(url: str) -> None:
    """Make a ledger, that begins with no month, of an empty database."""
    database = Database(url)
    with database.transaction(fill=True):
        pass
    database.close()


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Each kind of database."""
    postgres = request.getfixturevalue("postgres_cluster") if request.param == "postgresql" else ""
    return Databases(tmp_path_factory.mktemp("ledgers"), postgres)


@pytest.fixture
def url(databases: Databases) -> str:
    """An empty ledger on each kind of database."""
    return databases.new()
