"""A command run as a process of its own: its wall clock and CPU time, and the memory that it and its children held at most.

Peak memory is read from Linux's /proc while the command runs. Of one process that is the high-water mark that the kernel keeps
(VmHWM), so nothing is missed but what happens in the last hundredths of a second. As soon as there are more, their shares (Pss: a
page that is shared by two counts half for each) are added up ten times a second. Where there is no /proc, memory is not told.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from attrs import frozen

_PROC = Path("/proc")


@frozen
class Measurement:
    """What a command took: wall clock and CPU seconds (its children included), and peak memory in MB (None: unknown)."""

    seconds: float
    cpu: float
    peak_mb: int | None


class CommandFailedError(Exception):
    """A command that was to be measured ended with another exit code than 0; holds what it said."""


def measure(command: Sequence[str]) -> Measurement:
    """Run `command` to its end, without showing what it prints; raises CommandFailedError when it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment())
        watch = _Watch(process.pid)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        if process.returncode:
            said.seek(0)
            raise CommandFailedError(f"{' '.join(command)}\nexit code {process.returncode}\n{said.read()}")
    return Measurement(seconds, used.ru_utime + used.ru_stime, watch.peak_kb // 1000 if watch.peak_kb else None)


def environment() -> dict[str, str]:
    """Return the environment in which a command is measured: Python keeps what it compiled, as where a package was installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class _Watch(Thread):
    """Looks at the memory of a process and its children until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak_kb = 0
        self._done = Event()

    def run(self) -> None:
        pause = 0.01
        while not self._done.wait(pause):
            family = _family(self.pid)
            alone = len(family) == 1
            held = _number(self.pid, "status", "VmHWM:") if alone else sum(_number(pid, "smaps_rollup", "Pss:") for pid in family)
            self.peak_kb = max(self.peak_kb, held)
            # Looking costs time too: often in the first seconds, and less often in what takes longer.
            pause = min(pause * 1.02, 0.05) if alone else 0.1

    def stop(self) -> None:
        """End the watch and wait for it."""
        self._done.set()
        self.join()


def _family(pid: int) -> list[int]:
    """Return the process and all its descendants."""
    found = [pid]
    for parent in found:
        with suppress(OSError):  # it ended meanwhile, before its threads were listed or after
            for children in (_PROC / str(parent) / "task").glob("*/children"):
                found += map(int, children.read_text().split())
    return found


def _number(pid: int, file: str, name: str) -> int:
    """Return the number of kB after `name` in a file of /proc, 0 when the process ended meanwhile."""
    try:
        text = (_PROC / str(pid) / file).read_text()
    except OSError:
        return 0
    return int(text.split(name, 1)[1].split(None, 1)[0]) if name in text else 0
