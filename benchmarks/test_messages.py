"""Messages of 100,000 lines: time to write and to read, and the memory that it takes beside a tenth of that.

`extra_info` of each benchmark holds the peak memory in kB of a process of its own, for both sizes; the two should be alike.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from attrs import evolve
from pytest_benchmark.fixture import BenchmarkFixture

from mpj.messages import (
    Berichtidentificatie,
    Declaratiekop,
    Header,
    Limits,
    Periode,
    Prestatie,
    Totaal,
    Xsdversie,
    check,
    iter_jw323,
    write_stream,
)
from mpj.messages.values import Clientregel

T = TypeVar("T")
LINES = 100_000
SMALL = LINES // 10
NO_LIMIT = Limits(omvang=10**9)
DAY = date(2026, 4, 1)


def parts(count: int) -> Iterator[Declaratiekop | Clientregel]:
    """Yield the head and `count` lines of a declaration, five lines to a client, none of them held."""
    header = Header("490", 3, 2, "65656055", "0384", Berichtidentificatie("ID1", DAY), Xsdversie("1.0.0", "1.0.0"))
    yield Declaratiekop(header, "DN1", Periode(date(2026, 3, 1), date(2026, 3, 31)), DAY, Totaal(count * 9820, "D"))
    line = Prestatie("R", None, 1, "45", "45212", date(2026, 3, 1), date(2026, 3, 31), 60, "01", 164, 9820, "D")
    for number in range(count):
        one = evolve(line, referentienummer=f"R{number}", toewijzingnummer=number)
        yield Clientregel(number // 5 + 1, "999900006", number % 5 + 1, one)


def write_lines(path: Path, count: int) -> int:
    """Write a declaration of `count` lines to `path`; returns its bytes."""
    with path.open("wb") as out:
        return write_stream(parts(count), out)


def read_lines(path: Path) -> int:
    """Read the declaration at `path` as a stream; returns the number of its lines."""
    return sum(isinstance(part, Clientregel) for part in iter_jw323(path, limits=NO_LIMIT))


def peaks(task: str, path: Path) -> dict[str, int]:
    """Return the peak memory in kB of a process that does `task` for the small and the large message."""
    status = Path("/proc/self/status")
    found: dict[str, int] = {}
    for count in (SMALL, LINES) if status.exists() else ():
        program = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from pathlib import Path; import test_messages as t\n"
            f"path = Path({str(path)!r} + '-{count}')\n"
            f"{'t.write_lines(path, ' + str(count) + ')' if task == 'write' else 't.read_lines(path)'}\n"
            f"print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
        )
        if task == "read":
            write_lines(Path(f"{path}-{count}"), count)
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        found[f"peak_kb_{count}"] = int(done.stdout)
    return found


def _timed(benchmark: BenchmarkFixture, task: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    run = cast(Callable[..., T], benchmark.pedantic)
    return run(task, arguments, rounds=1)


@pytest.mark.benchmark(group="messages")
def test_write_100_000_lines(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = tmp_path / "bericht.xml"
    info: dict[str, Any] = benchmark.extra_info
    info["bytes"] = _timed(benchmark, write_lines, (path, LINES))
    info.update(peaks("write", path))


@pytest.mark.benchmark(group="messages")
def test_read_100_000_lines(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = tmp_path / "bericht.xml"
    write_lines(path, LINES)
    assert _timed(benchmark, read_lines, (path,)) == LINES
    benchmark.extra_info.update(peaks("read", path))


@pytest.mark.benchmark(group="messages")
def test_check_10_000_lines(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Form and content; the content rules look at the whole message, so this one is held in memory."""
    path = tmp_path / "bericht.xml"
    write_lines(path, SMALL)
    faults = _timed(benchmark, check, (path,))
    assert {fault.code for fault in faults} == {"TR101"}
