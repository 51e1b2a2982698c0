"""The routes of the service: which function answers what, and what a client may count on (OpenAPI)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from mpj.reading.faults import InputError
from mpj.reading.limits import REQUEST_BYTES, REQUEST_SECONDS
from mpj.service.door import LOCAL, Door
from mpj.service.gate import Gate
from mpj.service.logins import Logins
from mpj.service.office import NOBODY, Office
from mpj.service.operations import OPERATIONS, Operation
from mpj.service.pages import add_pages
from mpj.service.problems import UNEXPECTED, problem, refusal, status_of
from mpj.service.processes import Processes
from mpj.service.roles import LOOKS
from mpj.service.schemas import PROBLEMS, answers, asking, openapi_of
from mpj.service.spoken import Spoken
from mpj.service.tasks import Tasks, told_of
from mpj.service.users import Users
from mpj.service.values import FORMAAT
from mpj.service.work import API, Worker, as_json, outcome
from mpj.version import __version__


def make_app(
    today: Callable[[], date],
    clock: Callable[[], float],
    *,
    office: Office = NOBODY,
    users: Users | None = None,
    hosts: Iterable[str] = LOCAL,
    most: int = REQUEST_BYTES,
    patience: float = REQUEST_SECONDS,
    processes: Processes | None = None,
) -> ASGIApp:
    """Return the service as an ASGI application.

    `today` tells the date where a request gives no `dagtekening`; `clock` seconds, for how long an outcome is remembered. `office`
    is whose ledger and folders it uses, `users` who may, and None: whoever reaches it. `hosts` are the names of this machine that
    it answers to, beside those of the sites of the office; `most` the bytes that a request may have,
    `patience` the seconds that it may let us wait; `processes` compute, by default those of this application alone.
    """
    tasks, gate = Tasks(clock, processes), Gate(office, None if users is None else Logins(users, clock))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(tasks.processes.warm)
        yield
        await asyncio.to_thread(tasks.close)

    app = FastAPI(
        title="mpj", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan, generate_unique_id_function=_name
    )
    app.include_router(_routes(Worker(tasks, today), gate), prefix=API)
    add_pages(app, tasks, today, clock, gate)
    app.add_exception_handler(InputError, _input_error)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unexpected)
    app.openapi = lambda: openapi_of(app, users=users is not None)  # type: ignore[method-assign]
    return Spoken(Door(app, frozenset(hosts), office.sites, most, patience))


def _name(route: APIRoute) -> str:
    """Return the name of an operation: what a generated client calls it."""
    return route.name


_REFUSED: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "dit adres is er niet: /openapi.json zegt welke er zijn",
    HTTPStatus.METHOD_NOT_ALLOWED: "dit adres kent deze methode niet: /openapi.json zegt welke",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "het verzoek is te groot",
    HTTPStatus.REQUEST_TIMEOUT: "het verzoek kwam te langzaam binnen",
}


def _routes(work: Worker, gate: Gate) -> APIRouter:
    routes = APIRouter(responses=PROBLEMS)
    for one in OPERATIONS:
        _add(routes, work, one, gate)

    @routes.get("/taken/{nummer}", summary="Hoe ver een taak is", responses=answers("Taak"))
    async def task(nummer: str, request: Request) -> Response:
        task = work.tasks.find(nummer, (await gate.program(request, LOOKS)).wie)
        return _no_task() if task is None else Response(as_json(told_of(task)), media_type="application/json")

    @routes.get("/taken/{nummer}/uitkomst", summary="De uitkomst van een taak; wacht er zo nodig op")
    async def task_outcome(nummer: str, request: Request) -> Response:
        task = work.tasks.find(nummer, (await gate.program(request, LOOKS)).wie)
        return _no_task() if task is None else await outcome(task)

    @routes.get("/gezond", summary="Of de dienst er is", responses=answers("Gezondheid"))
    async def health() -> Response:
        return Response(as_json({"formaat": FORMAAT, "versie": __version__}), media_type="application/json")

    return routes


def _add(routes: APIRouter, work: Worker, one: Operation, gate: Gate) -> None:
    async def answer(request: Request) -> Response:
        office = await gate.program(request, one.rollen)
        function = partial(one.function, office)
        if one.form is None:
            return await work.look(function, request)
        return await work.answer(function, one.form, request, office.wie)

    routes.add_api_route(
        one.path,
        answer,
        methods=["GET" if one.form is None else "POST"],
        name=one.name,
        summary=one.summary,
        responses=answers(one.document, later=one.form is not None),
        openapi_extra=None if one.form is None else asking(one.form),
    )


def _no_task() -> Response:
    return refusal(HTTPStatus.NOT_FOUND, "deze taak is er niet, of niet meer: een uitkomst blijft een uur")


async def _input_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)
    return problem(status_of(error), error.faults)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    response = refusal(status, _REFUSED.get(status, "het verzoek is niet te lezen"))
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> Response:
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, [UNEXPECTED])
