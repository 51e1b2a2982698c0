"""``python -m benchmarks.peers``: every contestant on the same data, one after another, in one table.

What mpj came to is the measure: a peer whose lines differ in anything is not reported, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Measurement, measure
from benchmarks.peers.contestants import CONTESTANTS, Contestant
from benchmarks.peers.data import SEED, Files, prepare
from benchmarks.peers.totals import Totals
from benchmarks.report import busy, provenance, write_between
from mpj.docs import table

COLUMNS = ("", "gives", "wall s", "× mpj", "CPU s", "peak MB")
PACKAGES = ("pandas", "polars", "duckdb", "pyarrow")


@frozen
class Outcome:
    """A contestant with the best of its rounds, and what it came to (None where there is nothing to compare)."""

    contestant: Contestant
    took: Measurement
    totals: Totals | None


def compete(contestant: Contestant, files: Files, rounds: int) -> Outcome:
    """Run a contestant `rounds` times and keep the round that took the least time, with the highest peak of all."""
    taken: list[Measurement] = []
    found: Totals | None = None
    for _ in range(rounds):
        place = Path(tempfile.mkdtemp(prefix="mpj-peers-"))
        try:
            taken.append(measure(contestant.command(files, place / "out")))
            if found is None and contestant.totals is not None:
                found = contestant.totals(place / "out")
        finally:
            shutil.rmtree(place)
    best = min(taken, key=lambda one: one.seconds)
    print(f"{contestant.name}: {best.seconds:.1f} s", file=sys.stderr, flush=True)
    peaks = [one.peak_mb for one in taken if one.peak_mb is not None]
    return Outcome(contestant, Measurement(best.seconds, best.cpu, max(peaks, default=None)), found)


def row(outcome: Outcome, first: Outcome) -> tuple[str, ...]:
    """Return the cells of a contestant, `first` being what it is compared with."""
    took = outcome.took
    peak = "?" if took.peak_mb is None else f"{took.peak_mb:,}"
    ratio = f"{took.seconds / first.took.seconds:.2f}"
    return (outcome.contestant.name, outcome.contestant.gives, f"{took.seconds:.1f}", ratio, f"{took.cpu:.1f}", peak)


def show(console: Console, rows: Sequence[tuple[str, ...]], title: str) -> None:
    """Print the table."""
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for number, name in enumerate(COLUMNS):
        shown.add_column(name, justify="left" if number < 2 else "right", no_wrap=True)
    for cells in rows:
        shown.add_row(*cells)
    console.print(f"{title}\n", soft_wrap=True)
    console.print(shown)


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--registraties", type=int, default=1_000_000, help="how many registraties (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the data (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="run each so often and keep the fastest (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only those whose name begins so, beside mpj declare")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="where generated data are kept")
    parser.add_argument("--docs", type=Path, default=None, metavar="PAGE", help="also write the table into this page")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run everything that was asked for; returns the exit code."""
    asked = arguments(given)
    console = Console()
    other_work = busy()
    files = prepare(asked.registraties, asked.seed, asked.data)
    chosen = [one for one in CONTESTANTS[1:] if not asked.only or one.name.startswith(tuple(asked.only))]
    first = compete(CONTESTANTS[0], files, asked.rounds)
    title = f"{asked.registraties:,} registraties become {first.totals}"
    rows, differing = [row(first, first)], 0
    for contestant in chosen:
        if missing := contestant.missing():
            console.print(f"{contestant.name}: left out, {', '.join(missing)} is not installed (pip install -e '.\\[bench]')")
            continue
        outcome = compete(contestant, files, asked.rounds)
        if outcome.totals not in (None, first.totals):
            console.print(f"{contestant.name} comes to other lines and is not reported:\n  {outcome.totals!r}\n  {first.totals!r}")
            differing += 1
            continue
        rows.append(row(outcome, first))
    show(console, rows, title)
    if asked.docs and not differing:
        command = f"python -m benchmarks.peers --registraties {asked.registraties} --rounds {asked.rounds}"
        text = f"{title}.\n\n{table(COLUMNS, rows)}\n{provenance(command, other_work, PACKAGES)}\n"
        write_between(asked.docs, "peers", text)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
