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
SAME = "lines, trace"
SUMS = "totals only"
LIFE, PLAIN = "limits", "plain"
FEW = 100
LEDGER_PART = 5  # a run with a ledger is measured on one registratie in so many


@frozen
class Contestant:
    """One way to do the job."""

    name: str
    gives: str
    """How much of the job is done."""
    command: Callable[[Files, Path], list[str]]
    """Makes the command line from the data and the place for the outcome."""
    totals: Callable[[Path], Totals] | None
    """Reads the outcome; None where there is nothing to compare."""
    needs: tuple[str, ...] = ()
    """The packages that it imports."""
    years: tuple[str, ...] = (LIFE, PLAIN)
    """The years that it can do."""
    size: Callable[[int], int] = int
    """How many registraties it gets when so many are asked for."""

    def missing(self) -> list[str]:
        """Return the packages it needs that are not installed."""
        return [name for name in self.needs if find_spec(name) is None]


BEGUN = """
import sys
from mpj.__main__ import rest_collector
from mpj.cli import run
rest_collector()
sys.exit(run(["ledger", "begin", "--ledger", {database!r}, "--vanaf", "2026-01"]) or run(sys.argv[1:]))
"""
"""The care of the whole year is declared in its last month: a ledger that begins in the first one asks nothing about it. As
``python -m mpj`` it rests the garbage collector."""


def declare(*options: str, parquet: bool = False, ledger: bool = False) -> Callable[[Files, Path], list[str]]:
    """Return what makes the command line of `mpj declare`, with `options` added.

    With `parquet` it reads the registraties in that form; with `ledger` it begins a new one beside the outcome.
    """

    def line(files: Files, out: Path) -> list[str]:
        registraties = with_parquet(files).parquet if parquet else files.registraties
        given = ["--contracten", str(files.contract), "--toewijzingen", str(files.toewijzingen)]
        given += ["--registraties", str(registraties), "--periode", PERIODE, "--dagtekening", DAGTEKENING]
        database = str(out.with_name("ledger.db"))
        given += ["--ledger", database] if ledger else ["--nalevering"]
        given += ["--verblijf", str(files.verblijf)] if files.limits else []
        command = ["-c", BEGUN.format(database=database)] if ledger else ["-m", "mpj"]
        return [sys.executable, *command, "declare", *given, "--out", str(out), *options]

    return line


def script(module: str, *options: str) -> Callable[[Files, Path], list[str]]:
    """Return what makes the command line of a module in this folder."""
    return lambda files, out: [sys.executable, "-m", f"benchmarks.peers.{module}", str(files.folder), str(out), *options]


def plain_python(files: Files, out: Path) -> list[str]:
    """Return the command line of plain Python: another script where there are limits."""
    return script("plain_life" if files.limits else "plain")(files, out)


def _few(registraties: int) -> int:
    return FEW


def _part(registraties: int) -> int:
    return max(FEW, registraties // LEDGER_PART)


PYTHON = Contestant("mpj declare", ALL, declare("--executor", "python"), of_mpj)
COLUMNAR = Contestant("mpj declare, columnar", ALL, declare("--executor", "columnar"), of_mpj, ("duckdb",))
COLUMNAR_PARQUET = Contestant(
    "mpj declare, columnar, trace in Parquet",
    ALL,
    declare("--executor", "columnar", "--trace", "parquet"),
    of_mpj,
    ("duckdb",),
)
VALUES = Contestant("mpj.declare, values", "the same, in memory", script("api", "values"), of_peer)
MAPPINGS = Contestant("mpj.declare, mappings", "the same, in memory", script("api", "mappings"), of_peer)
DUCKDB = Contestant("DuckDB by hand", SAME, script("by_hand_duckdb"), of_mpj, ("duckdb",))
DUCKDB_PARQUET = Contestant("DuckDB by hand, trace in Parquet", SAME, script("by_hand_duckdb", "parquet"), of_mpj, ("duckdb",))
POLARS = Contestant("Polars by hand", SAME, script("by_hand_polars"), of_mpj, ("polars",))
TOTALS = Contestant("plain Python", SUMS, plain_python, of_peer)
PART = Contestant("mpj declare, a fifth", ALL, declare("--executor", "python"), of_mpj, size=_part)
LEDGER = Contestant("mpj declare, a fifth, new ledger", ALL, declare(ledger=True), of_mpj, size=_part)
HUNDRED = Contestant(f"mpj declare, {FEW} registraties", ALL, declare(), of_mpj, size=_few)

# The first of a size is what the others are compared with.
CONTESTANTS = (
    PYTHON,
    COLUMNAR,
    COLUMNAR_PARQUET,
    VALUES,
    MAPPINGS,
    DUCKDB,
    DUCKDB_PARQUET,
    POLARS,
    TOTALS,
    Contestant("pandas", SUMS, script("with_pandas"), of_peer, ("pandas",), (PLAIN,)),
    Contestant("Polars", SUMS, script("with_polars"), of_peer, ("polars",), (PLAIN,)),
    Contestant("DuckDB", SUMS, script("with_duckdb"), of_peer, ("duckdb",), (PLAIN,)),
    Contestant("csv.reader", "nothing", script("scan"), None),
    Contestant("mappings alone", "nothing", script("scan", "mappings"), None),
    PART,
    LEDGER,
    HUNDRED,
)


@frozen
class Aim:
    """What one contestant may take of what another takes, or, without another, in CPU seconds."""

    one: Contestant
    other: Contestant | None
    most: float


AIMS = (
    Aim(PYTHON, TOTALS, 1.6),
    Aim(COLUMNAR, DUCKDB, 1.6),
    Aim(COLUMNAR_PARQUET, DUCKDB_PARQUET, 1.6),
    Aim(VALUES, PYTHON, 1.25),
    Aim(MAPPINGS, PYTHON, 1.25),
    Aim(LEDGER, PART, 2.5),
    Aim(HUNDRED, None, 0.35),
)
