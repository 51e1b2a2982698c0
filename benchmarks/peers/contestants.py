"""Who takes part: mpj in its forms, then the peers. A new one is one more row."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen

from benchmarks.peers.data import DAGTEKENING, PERIODE, Files, with_parquet
from benchmarks.peers.totals import Totals, of_mpj, of_peer

ALL = "lines, trace, reasons"
SUMS = "totals"


@frozen
class Contestant:
    """One way to do the job.

    `gives` says how much of it is done; `command` makes the command line from the data and the place for the outcome; `needs`
    names the packages it imports; `totals` reads its outcome, and is None where there is nothing to compare.
    """

    name: str
    gives: str
    command: Callable[[Files, Path], list[str]]
    totals: Callable[[Path], Totals] | None
    needs: tuple[str, ...] = ()

    def missing(self) -> list[str]:
        """Return the packages it needs that are not installed."""
        return [name for name in self.needs if find_spec(name) is None]


def declare(*options: str, parquet: bool = False) -> Callable[[Files, Path], list[str]]:
    """Return what makes the command line of `mpj declare`, with `options` added; with `parquet` on registraties in that form."""

    def command(files: Files, out: Path) -> list[str]:
        registraties = with_parquet(files).parquet if parquet else files.registraties
        given = ["--contracten", str(files.contract), "--toewijzingen", str(files.toewijzingen)]
        given += ["--registraties", str(registraties), "--periode", PERIODE, "--dagtekening", DAGTEKENING, "--nalevering"]
        return [sys.executable, "-m", "mpj", "declare", *given, "--out", str(out), *options]

    return command


def script(module: str) -> Callable[[Files, Path], list[str]]:
    """Return what makes the command line of a module in this folder."""
    return lambda files, out: [sys.executable, "-m", f"benchmarks.peers.{module}", str(files.folder), str(out)]


# The first is what the others are compared with.
CONTESTANTS = (
    Contestant("mpj declare", ALL, declare(), of_mpj),
    Contestant("mpj declare, columnar", ALL, declare("--executor", "columnar"), of_mpj, ("duckdb",)),
    Contestant("mpj.declare, API", "the same, in memory", script("api"), of_peer),
    Contestant("plain Python", SUMS, script("plain"), of_peer),
    Contestant("pandas", SUMS, script("with_pandas"), of_peer, ("pandas",)),
    Contestant("Polars", SUMS, script("with_polars"), of_peer, ("polars",)),
    Contestant("DuckDB", SUMS, script("with_duckdb"), of_peer, ("duckdb",)),
    Contestant("csv.reader", "nothing", script("scan"), None),
)
