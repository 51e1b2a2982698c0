"""Inloggen: a session begins with the token of a user, and ends by a button; where a service has users."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mpj.reading.faults import Fault, InputError
from mpj.service.forms import FormField, RequestForm
from mpj.service.logins import Logins
from mpj.service.pages.desk import LOGIN, Desk
from mpj.service.pages.visits import Visit
from mpj.service.problems import status_of

_TOKEN = RequestForm((), (), (FormField("token", needed=True),))


def add(app: Starlette, desk: Desk, logins: Logins) -> None:
    """Have the pages answer."""

    async def front(request: Request, visit: Visit) -> Response:
        return desk.go("/") if visit.user is not None else _form(desk, visit, ())

    async def begin(request: Request, visit: Visit) -> Response:
        """Let a visitor in under a new pass, so that nobody knows it from before."""
        asked = await desk.fields(request, visit, _TOKEN)
        try:
            user = await asyncio.to_thread(logins.login, asked["token"].strip())
        except InputError as error:
            return _form(desk, visit, error.faults, status_of(error))
        desk.forget(visit)
        known = desk.renew(visit)
        logins.begin(known.pas, user)
        return known.handed(desk.go("/"))

    async def end(request: Request, visit: Visit) -> Response:
        await desk.fields(request, visit, RequestForm())
        desk.forget(visit)
        return desk.go(LOGIN)

    desk.add(app, LOGIN, front)
    desk.add(app, LOGIN, begin, "POST")
    desk.add(app, "/uitloggen", end, "POST")


def _form(desk: Desk, visit: Visit, faults: tuple[Fault, ...], status: int = 200) -> Response:
    return desk.show(visit, "inloggen.html", {"pad": LOGIN, "fouten": faults}, status)
