"""Runs an mpj command that kills itself at a chosen point: ``python killed.py POINT COMMAND...``."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


def die(*_: object) -> None:
    """The machine is switched off."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Have the process die before, during or after the commit, or halfway through the files."""
    from mpj.ledger import database
    from mpj.output import folder

    match point:
        case "voor":
            event.listen(Engine, "commit", die)
        case "tijdens":

            def later() -> None:
                time.sleep(0.0005)
                die()

            def soon(_: object) -> None:
                threading.Thread(target=later).start()

            event.listen(Engine, "commit", soon)
        case "na":
            whole = database.Database.transaction

            @contextmanager
            def transaction(self: Any, **options: Any) -> Iterator[Any]:
                with whole(self, **options) as connection:
                    yield connection
                die()

            database.Database.transaction = transaction  # type: ignore[method-assign]
        case "bestanden":
            for name in ("_publish", "publish"):
                if hasattr(folder, name):
                    setattr(folder, name, die)


if __name__ == "__main__":
    from mpj.cli import run
    from mpj.cli.ledger import command

    arm(sys.argv[1])
    if sys.argv[2] == "ledger":
        command.main(sys.argv[3:], prog_name="mpj ledger", standalone_mode=False)
    else:
        sys.exit(run(sys.argv[2:]))
