"""The service on a socket of this machine, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from ipaddress import ip_address
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from mpj.reading.faults import Fault, UnavailableError
from mpj.reading.limits import REQUEST_SECONDS
from mpj.reading.system import system_reason
from mpj.service.app import make_app
from mpj.service.door import LOCAL
from mpj.service.office import NOBODY, Office
from mpj.service.users import Users

_TURN = 0.0005
"""Seconds that a look at the ledger, or a month that comes in from where it was computed, goes on before another click gets a
turn: a click takes many, and five milliseconds each is Python's own."""
_TIDY = (50_000, 10, 100)
"""After how many new objects Python looks for rings of references that nobody uses any more: mostly among the young ones, which
takes milliseconds. To walk over all records of the months on pages makes everybody wait for half a second."""
_GRACE = 30
"""Seconds that a request gets to end once the service was told to stop."""


class Hurried(H11Protocol):
    """A connection on which the head of a request comes in time, or that is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hear that somebody is there."""
        super().connection_made(transport)
        self._await_head()

    def on_response_complete(self) -> None:
        """Hear that a request was answered: another one may follow."""
        super().on_response_complete()
        self._await_head()

    def _await_head(self) -> None:
        last = self.cycle

        def check() -> None:
            if self.cycle is last and (last is None or last.response_complete):
                self.transport.close()

        self.loop.call_later(REQUEST_SECONDS, check)


def settings_for(app: ASGIApp) -> uvicorn.Config:
    """Return how the service listens: nothing is logged, since an address or a name may say something of a client."""
    quiet: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False, "proxy_headers": False}
    return uvicorn.Config(app, http=Hurried, timeout_graceful_shutdown=_GRACE, **quiet)


def serve(
    adres: str,
    poort: int,
    *,
    office: Office = NOBODY,
    users: Users | None = None,
    today: Callable[[], date],
    clock: Callable[[], float],
    ready: Callable[[str], None],
) -> None:
    """Serve an office until a signal ends it; `ready` hears the address once it listens.

    To its `users` alone, where it has a file of them. Raises UnavailableError where it cannot.
    """
    hosts = {*LOCAL, *([adres.lower()] if of_this_machine(adres) else [])}
    sys.setswitchinterval(_TURN)
    app = make_app(today, clock, office=office, users=users, hosts=hosts)
    family = socket.AF_INET6 if ":" in adres else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        # Elsewhere a port that was just let go of can be had again; on Windows that would share one that is in use.
        alone = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        listening.setsockopt(socket.SOL_SOCKET, alone, 1)
        try:
            listening.bind((adres, poort))
            listening.listen()  # Who comes before the service runs waits for it.
        except OSError as error:
            text = f"hier kan niet worden geluisterd ({system_reason(error)})"
            fault = Fault("adres_onbruikbaar", kolom="--poort", gevonden=str(poort), verwacht="een vrije poort", toelichting=text)
            raise UnavailableError(fault) from None
        shown = f"[{adres}]" if ":" in adres else adres
        ready(f"http://{shown}:{listening.getsockname()[1]}")
        with tidied():
            uvicorn.Server(settings_for(app)).run([listening])


@contextmanager
def tidied() -> Iterator[None]:
    """Let go of what is used no more: a command ends soon and does without (`mpj.__main__`), a service grows by every report."""
    before = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(*_TIDY)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before[1])
        if not before[0]:
            gc.disable()


def of_this_machine(adres: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ip_address(adres).is_loopback
    except ValueError:
        return False
