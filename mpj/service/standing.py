"""What is made of a ledger, made once as long as nothing in it is changed: people look more often than anybody writes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mpj.reading.faults import InputError

if TYPE_CHECKING:
    from mpj.ledger import Ledger

_WAIT_SECONDS = 5
_T = TypeVar("_T")


class KeptLooks:
    """What was last made of the ledger of an office: what it says, and how that is shown."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._watch: sqlite3.Connection | None = None
        self._watched: object = None
        self._known: object = None
        self._found: dict[Hashable, Any] = {}

    def __reduce__(self) -> tuple[type[KeptLooks], tuple[()]]:
        """Stay in this process: another one begins with nothing."""
        return KeptLooks, ()

    def of(self, ledger: Ledger, name: Hashable, make: Callable[[], _T]) -> _T:
        """Return what `make` makes of the ledger as it is now; who asks while another has it made waits for that.

        `name` tells what it is. What it is made of may be kept here as well. Of a ledger in which something was changed while it
        was made nothing is kept.
        """
        with self._lock:
            before = self._state(ledger)
            if before != self._known:
                self._found, self._known = {}, before
            if before is None:
                return make()
            if name in self._found:
                return cast("_T", self._found[name])
            found = make()
            if before == self._known == self._state(ledger):
                self._found[name] = found
            return found

    def _state(self, ledger: Ledger) -> object:
        """Return what changes with every change of a ledger, by whomever; None where it cannot be told."""
        with suppress(OSError, sqlite3.Error, InputError):
            if ledger.database.postgres:
                return ledger.database.snapshot()
            return self._of_file(Path(ledger.database.url.database or ""))
        return None

    def _of_file(self, path: Path) -> object:
        file: Any = path.stat()
        if self._watch is None or self._watched != (path, file.st_dev, file.st_ino):
            if self._watch is not None:
                self._watch.close()
            # Through SQLite alone: a file that is opened and closed beside it lets go of the locks of a run in this process.
            self._watch = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False)
            self._watched = path, file.st_dev, file.st_ino
        (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        return self._watched, id(self._watch), version
