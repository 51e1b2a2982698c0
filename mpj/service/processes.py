"""Where long work is computed: in processes of their own, so that who looks meanwhile does not wait for turns of a run.

They are started anew (spawn), never forked off a service with threads. What a job takes and gives travels through a pipe: nothing
of it stands in a command line, in the environment, or in what a process prints.
"""

from __future__ import annotations

import atexit
import copyreg
import gc
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeVar, cast

from attrs import frozen

from mpj.executors.forked import deaf, end_with_parent
from mpj.reading.faults import Fault, InputError
from mpj.reading.system import system_reason
from mpj.version import __version__

_T = TypeVar("_T")
NICE = 5
"""How much lower the priority of a job is than that of who answers (`nice`)."""
_END_SECONDS = 10
"""How long a process that has nothing to do gets to end."""
_OF_WINDOWS = ("SIGINT", "SIGBREAK")
"""The signals of a console where none can be masked."""
_GONE = Fault(
    "proces_weg",
    toelichting="het proces dat dit uitrekende is van buiten gestopt, vaak omdat het geheugen vol was; een ledger kan al gewijzigd "
    "zijn: bekijk eerst de stand ervan",
    verwacht="meer geheugen",
)
_UPDATED = Fault(
    "herstart_nodig",
    toelichting="mpj is bijgewerkt terwijl deze dienst draaide; er is niets gedaan",
    verwacht="een dienst die daarna is gestart",
)
_Kind: TypeAlias = Literal["stap", "gevonden", "fouten", "mislukt"]


def _unchanged(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


# Pickle does not know by itself how a mapping that nobody changes is made anew.
copyreg.pickle(MappingProxyType, lambda found: (_unchanged, (dict(found),)))


class FailedError(Exception):
    """A job ended in a way that nobody foresaw. How, stays in its process: it may quote a record."""


@frozen
class _Said:
    """What a process says: how far it is (done, in all), or what came of its job."""

    kind: _Kind
    value: Any = None


class Processes:
    """Processes that do one job at a time each, kept for the next one; where none is free there is one more."""

    def __init__(self) -> None:
        self._free: list[_Process] = []
        self._closed = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Have a process stand ready for the first job, if that can be: it takes a second or two to begin."""
        with suppress(InputError):
            self._leave(self._take())

    def do(self, job: Callable[[Callable[[int, int], None]], _T], folder: Path, step: Callable[[int, int], None]) -> _T:
        """Have a job done in another process, and return what came of it; `step` hears (done, in all) meanwhile.

        The job and what comes of it can be pickled. Files that it makes for a while stand in `folder`. Raises InputError as the job
        does, and for a process that cannot be started or was stopped from outside; FailedError where it raises anything else.
        """
        process = self._take()
        try:
            said = process.asked((__version__, pickle.dumps((job, folder))), step)
        except BaseException as error:
            process.end(0)
            if isinstance(error, EOFError | OSError):
                raise InputError(_GONE) from None
            raise
        self._leave(process)
        if said.kind == "fouten":
            raise InputError(said.value)
        if said.kind == "mislukt":
            raise FailedError
        return cast("_T", said.value)

    def close(self) -> None:
        """End the processes that have nothing to do now, and every other one once its job is done."""
        atexit.unregister(self.close)
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for process in free:
            process.end(_END_SECONDS)

    def _take(self) -> _Process:
        with self._lock:
            while self._free:
                process = self._free.pop()
                if process.lives:
                    return process
                process.end(0)
            try:
                process = _Process()
            except OSError as error:
                text = f"het systeem werkt niet mee ({system_reason(error)}); controleer schijfruimte en rechten"
                raise InputError(Fault("systeem_weigert", toelichting=text)) from None
            # Else Python waits at its end for a process that waits for a job.
            atexit.unregister(self.close)
            atexit.register(self.close)
            return process

    def _leave(self, process: _Process) -> None:
        with self._lock:
            if not self._closed:
                self._free.append(process)
                return
        process.end(_END_SECONDS)


class _Process:
    """One process, and the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        if hasattr(os, "fork"):
            resource_tracker.ensure_running()  # Of itself it begins in the block below, and Python 3.11 hears signals behind it.
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="mpj")
        with theirs, deaf():
            self._process.start()

    @property
    def lives(self) -> bool:
        """Whether it is there."""
        return self._process.is_alive()

    def asked(self, what: object, step: Callable[[int, int], None]) -> _Said:
        """Have it do something; returns what it says at the end, raises EOFError or OSError where it is gone."""
        self._pipe.send_bytes(pickle.dumps(what))
        while (said := cast("_Said", pickle.loads(self._pipe.recv_bytes()))).kind == "stap":
            step(*said.value)
        return said

    def end(self, seconds: float) -> None:
        """Let it end within so many seconds, and see that it does."""
        self._pipe.close()
        self._process.join(seconds)
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection) -> None:
    """Do what is asked, in a process of its own, until nobody can ask any more."""
    _settle()
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_done(pipe.recv_bytes(), pipe))
            gc.collect()
            gc.freeze()  # What is left is here to stay: no need to look at it again.


def _settle() -> None:
    """Become a process that hears no signal, says nothing, lets others go first, and ends with the one that made it."""
    for name in _OF_WINDOWS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    with suppress(AttributeError, OSError):  # Not on Windows, and not where a service is not allowed to.
        os.nice(NICE)
    # A job makes no rings of references; looking for them would walk over every record again and again.
    gc.disable()
    threading.Thread(target=end_with_parent, daemon=True).start()


def _done(asked: bytes, pipe: Connection) -> bytes:
    """Do a job, and return what is said of it."""
    told = 0

    def step(done: int, total: int) -> None:
        nonlocal told
        if done * 100 // max(total, 1) != told:
            told = done * 100 // max(total, 1)
            pipe.send_bytes(pickle.dumps(_Said("stap", (done, total))))

    try:
        version, what = pickle.loads(asked)
        if version != __version__:  # What was pickled by another version may mean something else here.
            raise InputError(_UPDATED)
        job, folder = pickle.loads(what)
        tempfile.tempdir = str(folder)
        return pickle.dumps(_Said("gevonden", job(step)))
    except InputError as error:
        return pickle.dumps(_Said("fouten", error.faults))
    except Exception:
        return pickle.dumps(_Said("mislukt"))
