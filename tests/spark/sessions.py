"""Spark on this machine alone, for the tests: nothing outside a folder of its own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PARTS = 3
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(PARTS),
    "spark.sql.session.timeZone": "UTC",
    # A few rows are not worth compiling code for.
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


def no_spark() -> str:
    """Why Spark cannot run here; empty when it can. In CI (``CI=true``) it must: AssertionError."""
    reason = ""
    if find_spec("pyspark") is None:
        reason = "pyspark is not installed; the extra mpj[spark] has it"
    elif shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        reason = "Java is not installed: there is no java, and JAVA_HOME is not set"
    if reason and os.environ.get("CI", "").lower() in ("1", "true"):
        raise AssertionError(f"{reason}. In CI the run on Spark is tested as well: apt-get install openjdk-17-jre-headless")
    return reason


@contextmanager
def session(master: str, folder: Path) -> Iterator[Any]:
    """A Spark session that keeps its files in `folder`; stopped afterwards."""
    from pyspark.sql import SparkSession

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder)}
    builder = SparkSession.builder.master(master).appName("mpj")
    for name, value in (_QUIET | {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()
