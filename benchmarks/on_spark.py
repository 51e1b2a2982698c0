"""How long a run on Spark takes, on this machine alone: wall time, and CPU time of all processes together.

``python -m benchmarks.on_spark --registraties 1000000 --cores 2`` makes the data (see `benchmarks.peers.data`), declares them from
Parquet, and prints what each step took. The start of Spark is counted apart. Needs the extras ``mpj[spark,bench]`` and Java.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pyspark.sql import SparkSession

import mpj
import mpj.executors.spark
from benchmarks.peers.data import DAGTEKENING, PERIODE, prepare, with_parquet

_TICKS = os.sysconf("SC_CLK_TCK")


class Clock:
    """The CPU time of this process and all below it, also of those that are gone by the time that one looks."""

    def __init__(self) -> None:
        self._ticks: dict[int, int] = {}

    def seconds(self) -> int:
        """Return the CPU seconds so far."""
        stats: dict[int, tuple[int, int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            stats[int(path.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
        own = {os.getpid()}
        while own:
            self._ticks |= {pid: stats[pid][1] for pid in own}
            own = {pid for pid, (parent, _) in stats.items() if parent in own}
        return sum(self._ticks.values()) // _TICKS


@contextmanager
def timed(what: str, clock: Clock) -> Iterator[None]:
    """Print what a step took."""
    wall, cpu = time.monotonic(), clock.seconds()
    yield
    print(f"{what:<40} {time.monotonic() - wall:6.1f} s   {clock.seconds() - cpu:5} s CPU", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--registraties", type=int, default=1_000_000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--delen", type=int, default=32)
    args = parser.parse_args()
    clock, files = Clock(), with_parquet(prepare(args.registraties))
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    with tempfile.TemporaryDirectory() as folder:
        with timed("start Spark", clock):
            builder = SparkSession.builder.master(f"local[{args.cores}]").config("spark.ui.enabled", "false")
            builder = builder.config("spark.local.dir", folder).config("spark.sql.warehouse.dir", f"{folder}/warehouse")
            spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
            spark.range(1).collect()
        with timed("declare", clock):
            result = mpj.executors.spark.declare(
                spark,
                mpj.load_contracts([files.contract]),
                mpj.read_toewijzingen([files.toewijzingen]),
                spark.read.parquet(str(files.parquet)),
                periode=PERIODE,
                dagtekening=date.fromisoformat(DAGTEKENING),
                nalevering=True,
                delen=args.delen,
            )
        with timed("write Parquet", clock):
            result.write(f"{folder}/uitvoer")
        print({name: result.samenvatting[name] for name in ("gelezen", "gedeclareerd", "uitval", "regels", "bedrag_cent")})
        result.close()
        spark.stop()


if __name__ == "__main__":
    main()
