"""Work that a request asks for: a few at a time, watched by who waits, and remembered for at most an hour, in memory."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, TypeAlias

from attrs import define, field, frozen

from mpj.reading.faults import Fault, RefusedError
from mpj.service.processes import Processes

KEPT = 3600
"""Seconds that an outcome is remembered."""
MOST = 1_000
"""Outcomes that are remembered; the oldest goes for a new one."""
_FAILED = 500
State: TypeAlias = Literal["wacht", "loopt", "klaar"]
Work: TypeAlias = Callable[[Callable[[int, int], None]], "Answer"]
"""Does the work; hears (done, in all) what it tells of its progress."""


@frozen
class Answer:
    """What a request is answered with: a status, and a document of JSON as bytes."""

    status: int
    body: bytes = field(repr=False)
    kind: str = "application/json"
    again: bool = False
    """Whether the same request is worth another try: it found somebody else at work."""


@define
class Task:
    """Work that was asked for."""

    nummer: str
    future: Future[Answer] = field(repr=False)
    since: float
    """When it was asked for, in seconds of the clock."""
    asked: object = field(repr=False)
    """What was asked, to tell another request under the same key."""
    wie: str = ""
    """Who asked: it is there for nobody else."""
    gedaan: int = 0
    totaal: int = 0

    @property
    def state(self) -> State:
        """Where the work stands."""
        if self.future.done():
            return "klaar"
        return "loopt" if self.future.running() else "wacht"

    @property
    def failed(self) -> bool:
        """Whether it ended through the service, its machine or who else was at work: the same request is worth another try."""
        found = self.future
        if not found.done() or found.cancelled() or found.exception() is not None:
            return found.done()
        return found.result().again or found.result().status >= _FAILED


class Tasks:
    """The work of a service: `workers` threads that see to it, `processes` that compute it, and what is remembered of it."""

    def __init__(self, clock: Callable[[], float], processes: Processes | None = None, workers: int = 2) -> None:
        self.processes = Processes() if processes is None else processes
        self._clock = clock
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="mpj")
        self._tasks: dict[str, Task] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def begin(self, work: Work, asked: object, key: str = "", wie: str = "") -> tuple[Task, bool]:
        """Have work done; returns its task, and whether it is new: under a `key` that came before from `wie` it is not done again.

        Raises RefusedError where the key came with another question.
        """
        with self._lock:
            self._forget()
            if (wie, key) in self._keys:
                task = self._tasks[self._keys[wie, key]]
                if task.asked != asked:
                    text, verwacht = "deze sleutel hoort bij een ander verzoek", "een nieuwe Idempotency-Key"
                    raise RefusedError(Fault("sleutel_gebruikt", kolom="Idempotency-Key", toelichting=text, verwacht=verwacht))
                return task, False
            task = Task(secrets.token_urlsafe(16), Future(), self._clock(), asked, wie)
            self._tasks[task.nummer] = task
            if key:
                self._keys[wie, key] = task.nummer

            def told(done: int, total: int) -> None:
                task.gedaan, task.totaal = done, total

            task.future = self._pool.submit(work, told)
        return task, True

    def find(self, nummer: str, wie: str = "") -> Task | None:
        """Return a task that is remembered, to who asked for it."""
        with self._lock:
            self._forget()
            found = self._tasks.get(nummer)
        return found if found is not None and found.wie == wie else None

    def close(self) -> None:
        """End: what runs is done, what waits is not begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.processes.close()

    def _forget(self) -> None:
        old = self._clock() - KEPT
        gone = {nummer for nummer, task in self._tasks.items() if task.state == "klaar" and task.since < old}
        done = [nummer for nummer, task in self._tasks.items() if task.state == "klaar" and nummer not in gone]
        gone |= set(done[: max(0, len(self._tasks) - len(gone) - MOST)])
        for nummer in gone:
            del self._tasks[nummer]
        self._keys = {key: nummer for key, nummer in self._keys.items() if nummer in self._tasks and not self._tasks[nummer].failed}


def told_of(task: Task) -> dict[str, Any]:
    """Return what a task says of itself."""
    return {"formaat": 1, "taak": task.nummer, "toestand": task.state, "gedaan": task.gedaan, "totaal": task.totaal}
