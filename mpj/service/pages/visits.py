"""Who asks for a page, and what was computed for them: in memory, bound to a random cookie, for a while and for a few."""

from __future__ import annotations

import hmac
import secrets
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any, cast

from attrs import define, evolve, field, frozen
from starlette.requests import Request
from starlette.responses import Response

from mpj.presentation.languages import LOCALES, Taal
from mpj.reading.faults import Fault
from mpj.service.tasks import Task
from mpj.service.uploads import Uploads
from mpj.service.users import User

COOKIE, LANGUAGE = "mpj_bezoek", "mpj_taal"
KEPT = 3600
"""Seconds that what was computed is kept after it was last looked at."""
MOST = 20
"""Visitors for whom something is kept; who was away longest goes for a new one."""
HEAVY = {"maand": 5}
"""Of these pages so many at most, of all visitors together: a month of 60,000 records is some 150 MB."""


@define
class PageWork:
    """What a page had computed for a visitor, or what stood in the way."""

    task: Task | None = None
    found: Any = field(default=None, repr=False)
    faults: tuple[Fault, ...] = ()
    asked: Mapping[str, Any] = field(factory=dict)
    """The fields of the form that asked for it."""
    _held: tuple[Uploads, weakref.finalize[..., Any]] | None = field(default=None, repr=False)

    def hold(self, given: Uploads) -> None:
        """Hold the files that were given for as long as what was computed of them is kept."""
        self._held = given, weakref.finalize(self, given.remove)

    def take(self) -> Uploads | None:
        """Give the files that are held to whoever goes on with them, None where there are none."""
        held, self._held = self._held, None
        if held is None:
            return None
        held[1].detach()
        return held[0]

    @property
    def holds(self) -> bool:
        """Whether the files are held."""
        return self._held is not None

    @property
    def busy(self) -> bool:
        """Whether it is still being computed."""
        return self.task is not None and self.task.state != "klaar"


@frozen
class Visit:
    """A visitor at one request."""

    taal: Taal
    pas: str = field(repr=False)
    """What the cookie holds: it is theirs alone."""
    zegel: str = field(repr=False)
    """What a form of theirs carries along."""
    new: bool
    """Whether the cookie has to be handed out."""
    secure: bool = False
    """Whether they came by TLS: then their cookies never go without."""
    user: User | None = None
    """Who they logged in as."""

    def handed(self, response: Response) -> Response:
        """Give a new visitor their cookie along: no script reads it, and no other site has it sent."""
        if self.new:
            response.set_cookie(COOKIE, self.pas, httponly=True, samesite="strict", secure=self.secure, path="/")
        return response


@define
class _Kept:
    last: float
    pages: dict[str, PageWork] = field(factory=dict)


class Visits:
    """The visitors of a service, by a clock in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def of(self, request: Request) -> Visit:
        """Return who asks; a cookie that was not handed out here is none."""
        pas = request.cookies.get(COOKIE, "")
        name, _, sign = pas.partition(".")
        known = bool(name) and hmac.compare_digest(sign.encode(), self._sign("pas", name).encode())
        taal = request.cookies.get(LANGUAGE, "nl")
        found = Visit(
            cast("Taal", taal if taal in LOCALES else "nl"),
            pas,
            self._sign("zegel", name),
            False,
            request.scope.get("scheme") == "https",
        )
        return found if known else self.renew(found)

    def renew(self, visit: Visit) -> Visit:
        """Return a visitor under a new cookie."""
        name = secrets.token_urlsafe(24)
        return evolve(visit, pas=f"{name}.{self._sign('pas', name)}", zegel=self._sign("zegel", name), new=True)

    def forget(self, visit: Visit) -> None:
        """Keep nothing for a visitor any more."""
        with self._lock:
            self._kept.pop(visit.pas, None)

    def find(self, visit: Visit, page: str) -> PageWork | None:
        """Return what a page keeps for a visitor."""
        with self._lock:
            self._forget()
            own = self._kept.get(visit.pas)
            if own is None:
                return None
            own.last = self._clock()
            return own.pages.get(page)

    def keep(self, visit: Visit, page: str, kept: PageWork | None) -> None:
        """Keep something for a visitor in place of what was there; None: nothing."""
        with self._lock:
            self._forget()
            own = self._kept.setdefault(visit.pas, _Kept(0))
            own.last = self._clock()
            if kept is None:
                own.pages.pop(page, None)
            else:
                own.pages[page] = kept
            having = [one for one in self._kept.values() if page in one.pages]
            for one in sorted(having, key=lambda one: one.last)[: max(0, len(having) - HEAVY.get(page, MOST))]:
                del one.pages[page]
            for pas in sorted(self._kept, key=lambda one: self._kept[one].last)[: max(0, len(self._kept) - MOST)]:
                del self._kept[pas]

    def _forget(self) -> None:
        old = self._clock() - KEPT
        self._kept = {pas: own for pas, own in self._kept.items() if own.last >= old}

    def _sign(self, use: str, name: str) -> str:
        return hmac.new(self._secret, f"{use}:{name}".encode(), "sha256").hexdigest()
