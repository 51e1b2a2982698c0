"""mpj commands in processes of their own, killed at a chosen point or after so many seconds.

`Runner` starts this file once; every command then runs in a fork of it, with all modules loaded, and dies of a real SIGKILL.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, the seconds it took, and what it said on stderr."""

    code: int
    seconds: float
    stderr: str


class Runner:
    """Runs commands one by one: to their end, up to a `point`, or for so many seconds (`after`)."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )

    def __call__(self, command: Sequence[str], *, point: str = "", after: float | None = None) -> Ended:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"command": list(command), "point": point, "after": after}) + "\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        """Let the server end."""
        self.process.communicate(timeout=60)


@cache
def runner() -> Runner:
    """The one of this test process, from its first use."""
    found = Runner()
    atexit.register(found.close)
    return found


def killed(point: str, command: Sequence[str]) -> None:
    """Run a command that does not get past `point`."""
    ended = runner()(command, point=point)
    assert ended.code == KILLED, ended


DYING: list[threading.Thread] = []
"""What will kill this process: a command that is quicker than its killer waits for it, so that it never ends by itself."""


def arm(point: str, *, above: bool = False) -> None:
    """Have this process die before, during (so many milliseconds into it) or after the commit, at a statement (of
    ``uitspraak-12`` the twelfth), or in the middle of the files; with the one `above` it, that it works for.
    """

    def die(*_: object) -> None:
        """The machine is switched off."""
        if above:
            os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from mpj.ledger import database
    from mpj.output import folder

    name, _, number = point.partition("-")
    if name == "voor":
        event.listen(Engine, "commit", die)
    elif name == "tijdens":

        def later() -> None:
            time.sleep(float(number or 0.5) / 1000)
            die()

        def kill_soon(_: object) -> None:
            DYING.append(threading.Thread(target=later))
            DYING[-1].start()

        event.listen(Engine, "commit", kill_soon)
    elif name == "na":
        whole = database.Database.transaction

        @contextmanager
        def transaction(self: Any, **options: Any) -> Iterator[Any]:
            with whole(self, **options) as connection:
                yield connection
            die()

        database.Database.transaction = transaction  # type: ignore[method-assign]
    elif name == "uitspraak":
        left = [int(number)]

        def counted_statement(*_: object) -> None:
            left[0] -= 1
            if not left[0]:
                die()

        event.listen(Engine, "before_cursor_execute", counted_statement)
    elif name == "bestanden":
        assert callable(folder._publish)
        folder._publish = die  # type: ignore[assignment]
    elif name == "halverwege":
        replace, files = Path.replace, [2]

        def counted(self: Path, target: Any) -> Path:
            files[0] -= 1
            if not files[0]:
                die()
            return replace(self, target)

        Path.replace = counted  # type: ignore[assignment, method-assign]
    elif name:
        raise AssertionError(point)


def run_child(command: list[str], point: str, stderr: int) -> None:
    """The fork: run the command, and never return."""
    code = 70
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream, target in ((0, nothing), (1, nothing), (2, stderr)):
            os.dup2(target, stream)
        from mpj.cli import run

        arm(point)
        code = run(command)
        sys.stderr.flush()
        for killer in DYING:
            killer.join()
    finally:
        os._exit(code)


def run_one(command: list[str], point: str, after: float | None) -> Ended:
    """Fork, wait or kill, and tell how it ended."""
    with tempfile.TemporaryFile() as stderr:
        began = time.monotonic()
        child = os.fork()
        if not child:
            run_child(command, point, stderr.fileno())
        if after is not None:
            time.sleep(after)
            # Not waited for yet, so the number is still this child's, also when it ended by itself.
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        seconds = time.monotonic() - began
        stderr.seek(0)
        return Ended(code, seconds, stderr.read().decode(errors="replace"))


def load() -> None:
    """Import what a command would import first, so that forks are quick."""
    import alembic.command
    import alembic.config
    import psycopg
    import sqlalchemy.dialects.postgresql.psycopg
    import sqlalchemy.dialects.sqlite.pysqlite

    import mpj.cli.declare
    import mpj.cli.ledger
    import mpj.ledger.conversation
    import mpj.ledger.running
    import mpj.messages
    import mpj.output
    import mpj.verification

    assert alembic.command and alembic.config and psycopg and sqlalchemy.dialects and mpj.cli and mpj.messages


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2])]
    load()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(vars(run_one(**json.loads(line)))) + "\n")
        sys.stdout.flush()
