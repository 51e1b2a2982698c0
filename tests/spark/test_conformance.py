"""A run on Spark answers the conformance pack as every other way to declare does: all of it but ledgers and verification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cases.pack import FOLDER
from conformance.answering import conforms, on_spark

from mpj.conformance import read_pack
from spark.sessions import no_spark

pytestmark = [
    pytest.mark.spark,
    pytest.mark.long,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(bool(no_spark()), reason=no_spark() or "-"),
]


def test_spark_answers_it_well(local: Any, tmp_path: Path) -> None:
    """A case takes Spark seconds, most of which it waits: one session takes some at once."""
    cases = {case.naam: case for case in read_pack(FOLDER) if "registraties" in case.given}
    assert sum(bool(case.given["prestaties"]) for case in cases.values()) > 5
    conforms(cases, tmp_path, on_spark(local), at_once=4)
