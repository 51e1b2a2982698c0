"""Once on several processes: nothing but what Spark carries to the executors is there."""

from __future__ import annotations

from typing import Any

import pytest

from spark.sessions import no_spark
from spark.test_spark import both
from spark.together import drawn, largest, together

pytestmark = [
    pytest.mark.spark,
    pytest.mark.long,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(bool(no_spark()), reason=no_spark() or "-"),
]


def test_the_same_on_several_processes(cluster: Any) -> None:
    assert both(cluster, largest(scenario for scenario in together(drawn(200)) if not scenario.nalevering)).regels
