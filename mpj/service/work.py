"""The work of a request: read what it brought, have it done in another process and answer it, or say which task does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

from fastapi import Request, Response

from mpj.reading.faults import BusyError, InputError
from mpj.service.forms import RequestForm
from mpj.service.problems import PROBLEM, UNEXPECTED, document, status_of
from mpj.service.tasks import Answer, Task, Tasks, told_of
from mpj.service.uploads import Uploads

API = "/api/v1"
Step: TypeAlias = Callable[[int, int], None]
"""Hears (done, in all) while work goes on."""
Document: TypeAlias = Mapping[str, Any] | bytes
"""What a request is answered with; as it goes out, where that is kept."""
Function: TypeAlias = Callable[[Uploads, date, Step], Document]
"""Does what a request asks, with its files and fields, on a day; returns what it is answered with. Raises InputError."""
NOTHING = RequestForm()


class Worker:
    """Has the work of requests done, and answers them."""

    def __init__(self, tasks: Tasks, today: Callable[[], date]) -> None:
        self.tasks = tasks
        self.today = today

    async def answer(self, function: Function, form: RequestForm, request: Request, wie: str) -> Response:
        """Answer `wie` with the outcome, or, where the request asks for it, with the task that works on it."""
        try:
            asked = await form.read(request)
            given = await Uploads.of(asked.files, asked.fields)
        finally:
            await request.close()

        def work(step: Step) -> Answer:
            job = partial(_made, function, given, self.today())
            try:
                return done(lambda: self.tasks.processes.do(job, given.folder, step))
            finally:
                given.remove()

        try:
            digest = await asyncio.to_thread(given.digest)
            task, begun = self.tasks.begin(work, (request.url.path, digest), asked.key, wie)
        except BaseException:
            given.remove()
            raise
        if not begun:
            given.remove()
        if asked.later:
            headers = {"Location": f"{API}/taken/{task.nummer}"}
            return Response(as_json(told_of(task)), HTTPStatus.ACCEPTED, headers, "application/json")
        return await outcome(task)

    async def look(self, function: Function, request: Request) -> Response:
        """Answer what takes nothing and only looks: it waits for no work of others."""
        await NOTHING.read(request)
        found = await asyncio.to_thread(done, lambda: _made(function, Uploads(Path()), self.today(), lambda done, total: None))
        return Response(found.body, found.status, media_type=found.kind)


def _made(function: Function, given: Uploads, today: date, step: Step) -> bytes:
    """Return what a function answers as it goes out: made where it is computed, so that nobody else waits for that."""
    return as_json(function(given, today, step))


def done(make: Callable[[], bytes]) -> Answer:
    """Return what work came to, as an answer: also what went wrong is one."""
    try:
        return Answer(HTTPStatus.OK, make())
    except InputError as error:
        status = status_of(error)
        return Answer(status, as_json(document(status, error.faults)), PROBLEM, again=isinstance(error, BusyError))
    except Exception:
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return Answer(status, as_json(document(status, [UNEXPECTED])), PROBLEM)


async def outcome(task: Task) -> Response:
    """Wait for a task, and answer with what came of it."""
    found = await asyncio.shield(asyncio.wrap_future(task.future))
    return Response(found.body, found.status, media_type=found.kind)


def as_json(value: Document) -> bytes:
    """Return a document as bytes."""
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
