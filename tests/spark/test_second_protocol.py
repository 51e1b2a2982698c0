"""Spark under the invented protocol of tests/protocol: the same as `mpj.declare`, and the protocol lies beside what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import successor as second

import mpj
from mpj.protocol import read_protocol
from spark.sessions import no_spark
from spark.test_spark import same, table

pytestmark = [
    pytest.mark.spark,
    pytest.mark.long,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(bool(no_spark()), reason=no_spark() or "-"),
]


def test_the_month_of_the_second_protocol(local: Any, tmp_path: Path) -> None:
    from mpj.executors.spark import declare

    asked: dict[str, Any] = {"periode": second.PERIODE, "dagtekening": second.DAGTEKENING}
    toewijzingen = [{name: str(value) for name, value in row.items()} for row in second.TOEWIJZINGEN]
    registraties = [{name: None if value is None else str(value) for name, value in row.items()} for row in second.REGISTRATIES]
    alone = mpj.declare([second.contract()], toewijzingen, registraties, **asked)
    assert alone.protocol == second.SECOND and len(alone.regels) == 6
    with declare(local, [second.contract()], toewijzingen, table(local, registraties), **asked) as result:
        same(result.collect(), alone)
        result.write(str(tmp_path / "maart"))
    (written,) = (tmp_path / "maart" / "protocol").glob("*.txt")
    assert read_protocol(written) == second.SECOND
