"""``python -m benchmarks.growth``: what a registratie or line more costs at three sizes a decade apart, as table and picture."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.table import Table

from benchmarks.growth.jobs import JOBS, Job
from benchmarks.growth.picture import Panel, cost_text, picture
from benchmarks.measure import measure
from benchmarks.report import busy, provenance, write_between
from mpj.docs import table

COLUMNS = ("job", "size", "unit", "CPU s", "fixed s", "µs/unit", "growth", "peak MB")
TINY = 40
PICTURE = "growth.svg"


@frozen
class Growth:
    """What a job of `units` took in microseconds, `fixed` the part that a run of almost nothing takes too."""

    job: str
    units: int
    took: int
    fixed: int
    nanoseconds: int
    peak_mb: int | None


def grown(name: str, size: int, rounds: int) -> Growth:
    """Measure a job at one size: the least CPU time of so many rounds, each in a process of its own."""
    job = JOBS[name]
    said: list[dict[str, int]] = []
    peaks: list[int] = []
    with tempfile.TemporaryDirectory(prefix="mpj-growth-") as folder:
        place, tiny, out = Path(folder) / "size", Path(folder) / "tiny", Path(folder) / "took.json"
        for here, count in ((place, size), (tiny, TINY)):
            here.mkdir()
            job.prepare(count, here)
        arguments = (name, str(size), str(place), str(TINY), str(tiny), str(out))
        for _ in range(rounds):
            whole = measure([sys.executable, "-m", "benchmarks.growth.jobs", *arguments])
            said.append(json.loads(out.read_text("utf-8")))
            peaks += [] if whole.peak_mb is None else [whole.peak_mb]
    units, least = said[0]["units"], said[0]["least"]
    took, tiny_took = min(one["took"] for one in said), min(one["fixed"] for one in said)
    print(f"{name} {size:,}: {took / 1_000_000:.1f} s", file=sys.stderr, flush=True)
    slope = max(took - tiny_took, 0) * 1000 // (units - least)
    return Growth(name, units, took, max(tiny_took - least * slope // 1000, 0), slope, max(peaks, default=None))


def row(one: Growth, first: Growth, job: Job) -> tuple[str, ...]:
    """Return the cells of a size, `first` being the smallest of the job."""
    peak = "?" if one.peak_mb is None else f"{one.peak_mb:,}"
    percent = (one.nanoseconds - first.nanoseconds) * 100 // max(first.nanoseconds, 1)
    beside = "" if one is first else f"{percent:+}%"
    seconds = (f"{part / 1_000_000:.2f}" for part in (one.took, one.fixed))
    return (one.job, f"{one.units:,}", job.unit, *seconds, cost_text(one.nanoseconds), beside, peak)


def show(console: Console, rows: Sequence[tuple[str, ...]]) -> None:
    """Print the table."""
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for number, name in enumerate(COLUMNS):
        shown.add_column(name, justify="left" if number in (0, 2) else "right", no_wrap=True)
    for cells in rows:
        shown.add_row(*cells)
    console.print(shown)


def main(given: Sequence[str] | None = None) -> int:
    """Measure what was asked; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(JOBS), default=list(JOBS), help="only these jobs (default: all)")
    parser.add_argument("--part", type=int, default=1, metavar="N", help="divide every size by N (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="run each so often and keep the fastest (default: %(default)s)")
    parser.add_argument(
        "--docs", type=Path, default=None, metavar="PAGE", help=f"also write into this page, and {PICTURE} beside it"
    )
    asked = parser.parse_args(given)
    if min(size for name in asked.only for size in JOBS[name].sizes) // asked.part <= TINY:
        parser.error(f"--part {asked.part}: the smallest size must stay above {TINY}")
    other_work = busy()
    rows: list[tuple[str, ...]] = []
    panels: list[Panel] = []
    for name in asked.only:
        job = JOBS[name]
        found = [grown(name, size // asked.part, asked.rounds) for size in job.sizes]
        rows += [row(one, found[0], job) for one in found]
        panels.append(Panel(name, job.unit, [(one.units, one.nanoseconds) for one in found]))
    show(Console(), rows)
    if asked.docs:
        (asked.docs.parent / PICTURE).write_text(picture(panels), "utf-8")
        text = f"![CPU time per unit at three sizes]({PICTURE})\n\n{table(COLUMNS, rows)}\n"
        command = f"python -m benchmarks.growth --rounds {asked.rounds}" + (f" --part {asked.part}" if asked.part > 1 else "")
        write_between(asked.docs, "growth", f"{text}{provenance(command, other_work)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
