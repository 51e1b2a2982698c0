"""A pool of forked processes, which have at hand all that this one has, hear no signal, and end with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from mpj.reading.faults import Fault, InputError

_T = TypeVar("_T")
_inherited: list[Callable[[int], Any]] = []
"""In a forked process: what it was forked with, which need not travel."""


def in_order(work: Callable[[int], _T], sizes: Sequence[int], processes: int) -> Iterator[_T]:
    """Yield ``work(0)``, ``work(1)``, ... of as many jobs as there are `sizes`, made by so many processes, the largest first.

    Where one process does it, or the system cannot fork, each is made when it is asked for. Raises InputError where a process was
    stopped from outside, and what `work` raises.
    """
    if processes < 2 or len(sizes) < 2 or not hasattr(os, "fork"):
        yield from map(work, range(len(sizes)))
        return
    # Only here, since the two take longer to import than a small run takes.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(processes, len(sizes)), context, _begin, (work,)) as pool:
        try:
            with deaf():
                made = {number: pool.submit(_do, number) for number in sorted(range(len(sizes)), key=lambda one: -sizes[one])}
            for number in range(len(sizes)):
                yield made.pop(number).result()
        except BrokenProcessPool:
            text = "een van de processen die meerekenen is van buiten gestopt; vaak was het geheugen vol"
            raise InputError(Fault("proces_weg", toelichting=text, verwacht="meer geheugen")) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def deaf() -> Iterator[None]:
    """Have the processes that are made in the block hear no signal, ever: this one does, and tells them to stop."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def end_with_parent() -> None:
    """End this process when the one that made it is gone: it would wait for ever, and keep the lock and files that it was given."""
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _begin(work: Callable[[int], Any]) -> None:
    from threading import Thread

    _inherited[:] = [work]
    Thread(target=end_with_parent, daemon=True).start()


def _do(number: int) -> Any:
    (work,) = _inherited
    return work(number)
