"""What a signal does to a command: stops it so that nothing is left behind, or waits where what was done is being written down."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK") if hasattr(signal, name))


class Stopped(BaseException):
    """A signal ends the command. No KeyboardInterrupt: click writes an empty line for that, which is no JSON."""


class Signals:
    """What came of the signals to a command. Stands by the commits of its ledger (`mpj.ledger.database.Witness`)."""

    def __init__(self) -> None:
        self.waiting = False
        """Whether a signal has to wait: what was decided is being written down, and is done when the command ends."""
        self.committed = False
        """Whether a ledger remembers what the command did."""
        self.came = False
        self.own = False
        """Whether a signal is the ordinary end of the command, which hears it itself: a service."""
        self.ended = False
        """Whether the command ended, and its process is about to."""

    def hold(self) -> None:
        """Let signals wait from here on: the ledger or the output is about to change."""
        self.waiting = True

    def done(self) -> None:
        """Hear that a ledger was changed for good."""
        self.committed = True

    def _come(self, *_: object) -> None:
        if self.own:
            return
        # One that comes while the first makes the command clean up adds nothing, and would only leave things behind.
        first, self.came = not self.came, True
        if first and not (self.waiting or self.ended):
            raise Stopped

    @contextmanager
    def heard(self, *, last: bool = False) -> Iterator[None]:
        """Hear signals while the block runs; one that is ignored (nohup, a background job) stays so.

        Where the block is the `last` thing that the process does, no signal ends it behind the block either: they are ignored from
        there on, which Python keeps while it ends; any other handler it takes away.
        """
        heeded = [sign for sign in SIGNALS if signal.getsignal(sign) != signal.SIG_IGN]
        previous = {sign: signal.signal(sign, self._come) for sign in heeded}
        try:
            yield
        finally:
            self.ended = last
            for sign, handler in previous.items():
                signal.signal(sign, signal.SIG_IGN if last else handler)


def signals() -> Signals:
    """Return the signals of the command that runs."""
    return click.get_current_context().ensure_object(Signals)


@contextmanager
def folder_to_write(out: Path, *, force: bool) -> Iterator[Path]:
    """As `mpj.output.output_folder`, where a signal waits once all is there and the folder only has to be put in place."""
    from mpj.output import output_folder

    with output_folder(out, force=force) as stage:
        yield stage
        signals().hold()
