"""What stands in a ledger, computed once as long as nothing in it is changed: people look more often than anybody writes."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mpj.ledger import Ledger
    from mpj.ledger.looks import LedgerStatus

_WAIT_SECONDS = 5


class KeptStatus:
    """What the ledger of an office was last found to say.

    A SQLite file tells whether it was changed since; of PostgreSQL nothing is kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        self._watched: object = None
        self._known: object = None
        self._found: LedgerStatus | None = None

    def of(self, ledger: Ledger) -> LedgerStatus:
        """Return `ledger.status()`, as it is now; who asks while another has it computed waits for that."""
        if ledger.database.postgres:
            return ledger.status()
        with self._lock:
            before = self._state(Path(ledger.database.url.database or ""))
            if self._found is None or before is None or before != self._known:
                found = ledger.status()
                same = before is not None and before == self._state(Path(ledger.database.url.database or ""))
                self._found, self._known = found, before if same else None
            return self._found

    def _state(self, path: Path) -> object:
        """Return what changes with every change of a file, by whomever; None where it cannot be told."""
        with suppress(OSError, sqlite3.Error):
            file: Any = path.stat()
            if self._watch is None or self._watched != (path, file.st_dev, file.st_ino):
                if self._watch is not None:
                    self._watch.close()
                # Through SQLite alone: a file that is opened and closed beside it lets go of the locks of a run in this process.
                self._watch = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False)
                self._watched = path, file.st_dev, file.st_ino
            (version,) = self._watch.execute("PRAGMA data_version").fetchone()
            return self._watched, id(self._watch), version
        return None
