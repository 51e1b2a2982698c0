"""The four jobs, as a user runs them, and how to measure one: ``python -m benchmarks.growth.jobs JOB SIZE TINY OUT``.

A job is prepared (its input is written, unmeasured), and then done in a process of its own: first some times at a tiny size, which
loads what has to be loaded and tells the fixed cost of a run, and then at the size asked.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

from benchmarks.growth.inputs import write_changed_contract, write_declaration, write_verification
from benchmarks.measure import measure
from benchmarks.peers.contestants import declare as declare_command
from benchmarks.peers.data import Files, prepare
from mpj import cli


@frozen
class Job:
    """A job: what its `unit` is called and the `sizes` to show.

    `prepare` writes the input for a size into a folder; `run` does the job for a size, from that folder, and returns the units.
    """

    unit: str
    sizes: tuple[int, int, int]
    prepare: Callable[[int, Path], None]
    run: Callable[[int, Path, Path], int]


def _command(*arguments: str) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        code = cli.run(list(arguments))
    if code:
        raise SystemExit(f"mpj {' '.join(arguments)}: exit code {code}")


def _no_input(size: int, place: Path) -> None:
    """Nothing to prepare."""


def _year(size: int, place: Path) -> None:
    (place / "year").symlink_to(prepare(size).folder)


def _declare(size: int, place: Path, out: Path) -> int:
    command = declare_command("--executor", "python")(Files(place / "year"), out)
    _command(*command[command.index("declare") :])
    return size


def _declared(size: int, place: Path) -> None:
    """The outcome of a declaration, and a matrix with other prices."""
    _year(size, place)
    measure(declare_command()(Files(place / "year"), place / "declared"))
    write_changed_contract(Files(place / "year").contract, place / "new")


def _reprice(size: int, place: Path, out: Path) -> int:
    regels = place / "declared" / "declaratieregels.csv"
    given = ["--regels", str(regels), "--herkomst", str(place / "declared" / "herkomst.csv")]
    _command(
        "tariffs", "reprice", *given, "--oud", str(place / "year" / "contract"), "--nieuw", str(place / "new"), "--out", str(out)
    )
    return _rows(regels)


def _prepare_verify(size: int, place: Path) -> None:
    write_verification(place, size)


def _verify(size: int, place: Path, out: Path) -> int:
    given = ["--bericht", str(place / "jw323.xml"), "--contracten", str(place / "contract")]
    given += ["--toewijzingen", str(place / "toewijzingen.csv"), "--dagtekening", "2026-04-10", "--strict"]
    _command("verify", *given, "--out", str(out))
    return size


def _message(size: int, place: Path, out: Path) -> int:
    write_declaration(out, size)
    return size


def _rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1


JOBS: Mapping[str, Job] = MappingProxyType(
    {
        "declare": Job("registratie", (100_000, 1_000_000, 10_000_000), _year, _declare),
        "reprice": Job("line", (10_000, 100_000, 1_000_000), _declared, _reprice),
        "verify": Job("line", (10_000, 100_000, 1_000_000), _prepare_verify, _verify),
        "message": Job("line", (10_000, 100_000, 1_000_000), _no_input, _message),
    }
)


def clock() -> int:
    """Return the CPU time that this process and its children used, in microseconds."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(sum(one.ru_utime + one.ru_stime for one in used) * 1_000_000)


def timed(job: Job, size: int, place: Path) -> tuple[int, int]:
    """Do a job on its prepared input; returns the units and the microseconds."""
    with tempfile.TemporaryDirectory(prefix="mpj-growth-") as folder:
        begin = clock()
        units = job.run(size, place, Path(folder) / "out")
        return units, clock() - begin


def main(name: str, size: int, place: Path, tiny: int, tiny_place: Path, out: Path) -> None:
    """Do one job at its size after some tiny runs, and write what it took to `out` as JSON."""
    job = JOBS[name]
    first, *others = [timed(job, tiny, tiny_place) for _ in range(4)]
    units, took = timed(job, size, place)
    out.write_text(json.dumps({"least": first[0], "fixed": min(one for _, one in others), "units": units, "took": took}), "utf-8")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0], int(given[1]), Path(given[2]), int(given[3]), Path(given[4]), Path(given[5]))
