"""The pages of a service, each on its path: the frame, the language, and the places of the navigation."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mpj.presentation import html
from mpj.service.forms import TAAL, FormField, RequestForm
from mpj.service.gate import Gate
from mpj.service.pages import controle, ledger, login, maand, rapporten, tarieven
from mpj.service.pages.desk import SECURITY, Desk
from mpj.service.pages.visits import LANGUAGE, Visit, Visits
from mpj.service.tasks import Tasks

OF_LEDGER = ("/ledger", "/rapporten")
"""What is there for an office with a ledger alone."""
SECTIONS = {"/maand": "Maand", "/ledger": "Ledger", "/controle": "Controle", "/tarieven": "Tarieven", "/rapporten": "Rapporten"}
_PATH = re.compile(r"/[a-z]+(/[a-z0-9]+)*")
_LANGUAGE = RequestForm((), (), (FormField("taal", TAAL), FormField("naar")))


def add_pages(app: Starlette, tasks: Tasks, today: Callable[[], date], clock: Callable[[], float], gate: Gate) -> None:
    """Have the service of an office answer with pages; `clock` tells seconds, for how long something is kept for a visitor."""
    office = gate.office
    shown = {path: name for path, name in SECTIONS.items() if path not in OF_LEDGER or office.has_ledger}
    desk = Desk(tasks, Visits(clock), today, gate, shown)

    async def front(request: Request, visit: Visit) -> Response:
        return desk.go(desk.first(visit))

    async def language(request: Request, visit: Visit) -> Response:
        asked = await desk.fields(request, visit, _LANGUAGE)
        response = desk.go(asked["naar"] if _PATH.fullmatch(asked["naar"]) else "/")
        response.set_cookie(LANGUAGE, asked["taal"], httponly=True, samesite="strict", secure=visit.secure, path="/")
        return response

    desk.add(app, "/", front)
    desk.add(app, "/taal", language, "POST")
    if gate.logins is not None:
        login.add(app, desk, gate.logins)
    maand.add(app, desk)
    if office.has_ledger:
        ledger.add(app, desk)
        rapporten.add(app, desk)
    controle.add(app, desk)
    tarieven.add(app, desk)
    _add_file(app, "/stijl.css", html.STYLE + "\n" + _static("pages.css"), "text/css")
    _add_file(app, "/mpj.js", _static("pages.js"), "text/javascript")


def _static(name: str) -> str:
    return (files("mpj.service.pages") / "static" / name).read_text("utf-8")


def _add_file(app: Starlette, path: str, text: str, kind: str) -> None:
    async def answer(request: Request) -> Response:
        return Response(text, headers=SECURITY, media_type=kind)

    app.router.add_route(path, answer, methods=["GET"], include_in_schema=False)
