"""The databases that the ledger's tests run on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ledger.clusters import cluster, reason_to_skip

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """One throw-away cluster for all tests."""
    if reason := reason_to_skip():
        pytest.skip(reason)
    with cluster() as url:
        yield url


@pytest.fixture
def postgres(postgres_cluster: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    from sqlalchemy import create_engine, text

    name = f"t{next(_numbers)}"
    engine = create_engine(postgres_cluster, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    yield re.sub(r"/postgres\?", f"/{name}?", postgres_cluster)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger on each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    found: str = request.getfixturevalue("postgres")
    return found
