"""The Spark that the tests run on: threads of one process, and processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from spark.sessions import no_spark, session


def _spark(master: str, factory: pytest.TempPathFactory) -> Iterator[Any]:
    if no_spark():
        pytest.skip(no_spark())
    with session(master, factory.mktemp("spark")) as spark:
        yield spark


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Spark with two threads."""
    yield from _spark("local[2]", tmp_path_factory)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Spark with two executors, each a process of its own with 1 GB, as on a cluster."""
    yield from _spark("local-cluster[2,1,1024]", tmp_path_factory)
