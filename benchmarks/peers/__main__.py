"""``python -m benchmarks.peers``: every contestant on the same data, one after another, again and again, in one page of tables.

What counts is CPU seconds of a process and its children: the median of the rounds, and ratios of medians. A round runs everybody
once, so that what else the machine does falls on all alike. What mpj came to is the measure: a peer whose lines differ in anything
is not reported, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from attrs import field, frozen

from benchmarks.measure import Measurement, measure
from benchmarks.peers.contestants import AIMS, CONTESTANTS, LIFE, PLAIN, Aim, Contestant
from benchmarks.peers.data import SEED, Files, prepare
from benchmarks.peers.totals import Totals
from benchmarks.report import busy, provenance, write_between
from mpj.docs import table

YEARS = {LIFE: "The year with limits", PLAIN: "The plain year"}
COLUMNS = ("", "gives", "CPU s", "µs each", "wall s", "peak MB")
RATIOS = ("CPU of", "beside", "at most", *(name.lower() for name in YEARS.values()))
PACKAGES = ("pandas", "polars", "duckdb", "pyarrow")


@frozen(eq=False)
class Entrant:
    """A contestant in a year: what it runs on, what each round took, and what it came to (None: nothing to compare)."""

    contestant: Contestant
    year: str
    files: Files
    registraties: int
    rounds: list[Measurement] = field(factory=list)
    outcome: list[Totals] = field(factory=list)

    def run(self) -> None:
        """Run one round; the first also looks at the outcome."""
        place = Path(tempfile.mkdtemp(prefix="mpj-peers-"))
        try:
            took = measure(self.contestant.command(self.files, place / "out"))
            if self.contestant.totals is not None and not self.rounds:
                self.outcome.append(self.contestant.totals(place / "out"))
        finally:
            shutil.rmtree(place)
        self.rounds.append(took)
        print(f"{self.year}, {self.contestant.name}: {took.cpu:.2f} s", file=sys.stderr, flush=True)

    @property
    def cpu(self) -> float:
        """CPU seconds: the median of the rounds."""
        return median(one.cpu for one in self.rounds)

    def row(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        peaks = [one.peak_mb for one in self.rounds if one.peak_mb is not None]
        wall = median(one.seconds for one in self.rounds)
        each = f"{self.cpu * 1e6 / self.registraties:.1f}"
        return (
            self.contestant.name,
            self.contestant.gives,
            f"{self.cpu:.2f}",
            each,
            f"{wall:.2f}",
            f"{max(peaks):,}" if peaks else "?",
        )


def enter(asked: argparse.Namespace) -> list[Entrant]:
    """Return who takes part in which year, with its data made; those whose packages are missing are named and left out."""
    found: list[Entrant] = []
    for contestant in CONTESTANTS:
        if asked.only and contestant is not CONTESTANTS[0] and not contestant.name.startswith(tuple(asked.only)):
            continue
        if missing := contestant.missing():
            print(f"{contestant.name}: left out, {', '.join(missing)} is not installed (pip install -e '.\\[bench]')")
            continue
        size = contestant.size(asked.registraties)
        years = {year: prepare(size, asked.seed, asked.data, limits=year == LIFE) for year in contestant.years}
        found += [Entrant(contestant, year, files, size) for year, files in years.items()]
    return found


def differing(entrants: Sequence[Entrant]) -> list[Entrant]:
    """Return, after printing how, who came to other lines than the first with the same data."""
    first: dict[Path, Entrant] = {}
    wrong: list[Entrant] = []
    for entrant in entrants:
        leader = first.setdefault(entrant.files.folder, entrant)
        if entrant.outcome and entrant.outcome != leader.outcome:
            name = f"{entrant.contestant.name}, {entrant.year}"
            print(f"{name}: comes to other lines and is not reported:\n  {entrant.outcome}\n  {leader.outcome}")
            wrong.append(entrant)
    return wrong


def ratio(aim: Aim, year: str, entrants: Sequence[Entrant]) -> str:
    """Return what was reached of an aim in a year: a ratio with that of the lowest and highest round, or seconds."""
    found = {entrant.contestant: entrant for entrant in entrants if entrant.year == year}
    one, other = found.get(aim.one), found.get(aim.other) if aim.other else None
    if one is None or (aim.other and other is None):
        return ""
    reached = one.cpu / other.cpu if other else one.cpu
    each = [took.cpu for took in one.rounds]
    if other:
        each = [mine / its.cpu for mine, its in zip(each, other.rounds, strict=True)]
    text = f"{reached:.2f}{'' if other else ' s'}" + (f" ({min(each):.2f}-{max(each):.2f})" if len(each) > 1 else "")
    return text if reached <= aim.most else f"**{text}**"


def ratios(entrants: Sequence[Entrant]) -> list[tuple[str, ...]]:
    """Return the rows of the table of aims that can be told from these entrants."""
    rows: list[tuple[str, ...]] = []
    for aim in AIMS:
        reached = [ratio(aim, year, entrants) for year in YEARS]
        if any(reached):
            beside = aim.other.name if aim.other else ""
            rows.append((aim.one.name, beside, f"{aim.most:.2f}{'' if aim.other else ' s'}", *reached))
    return rows


def page(entrants: Sequence[Entrant], rounds: int) -> str:
    """Return all tables as text for a page."""
    head = f"CPU seconds, the median of {rounds} rounds; ratios of medians, with the lowest and highest of a round."
    parts = [f"{head} Bold: an aim missed."]
    if rows := ratios(entrants):
        parts.append(table(RATIOS, rows))
    for year, title in YEARS.items():
        mine = [entrant for entrant in entrants if entrant.year == year]
        if mine:
            parts.append(f"**{title}.** {mine[0].registraties:,} registraties become {mine[0].outcome[0]}.")
            parts.append(table(COLUMNS, [entrant.row() for entrant in mine]))
    return "\n\n".join(part.strip("\n") for part in parts)


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--registraties", type=int, default=1_000_000, help="how many registraties (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the data (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="run each so often and take the median (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only those whose name begins so, beside mpj declare")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="where generated data are kept")
    parser.add_argument("--docs", type=Path, default=None, metavar="PAGE", help="also write the tables into this page")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Run everything that was asked for; returns the exit code."""
    asked = arguments(given)
    other_work = busy()
    entrants = enter(asked)
    for _ in range(asked.rounds):
        for entrant in entrants:
            entrant.run()
    wrong = differing(entrants)
    text = page([entrant for entrant in entrants if entrant not in wrong], asked.rounds)
    print(text)
    if asked.docs and not wrong:
        command = f"python -m benchmarks.peers --registraties {asked.registraties} --rounds {asked.rounds}"
        write_between(asked.docs, "peers", f"{text}\n\n{provenance(command, other_work, PACKAGES)}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
