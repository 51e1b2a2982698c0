"""Whatever the OpenAPI document allows, and what it does not, is answered as it says, and never with a failure of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from starlette.types import ASGIApp, Receive, Scope, Send

from mpj.service import make_app
from service.support import TODAY, Client, office

schemathesis = pytest.importorskip("schemathesis")
_OPTIONS: dict[str, Any] = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


def _running(app: ASGIApp) -> ASGIApp:
    """The service without its beginning and end: the client of schemathesis would end it after every request."""

    async def running(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await app(scope, receive, send)

    return running


def _play(folder: Path, most: int) -> None:
    own = office(folder)
    assert Client(office=own).ask("POST", "/api/v1/ledger/begin", data={"vanaf": "2026-03"}).status_code == 200
    app = make_app(lambda: TODAY, lambda: 0.0, office=own, hosts=("127.0.0.1", "localhost", "testserver"))
    described = schemathesis.openapi.from_asgi("/openapi.json", _running(app))
    operations = [one.ok() for one in described.get_all_operations()]
    assert len(operations) >= 30
    for operation in operations:

        @settings(max_examples=most, phases=(Phase.generate,), **_OPTIONS)
        @given(operation.as_strategy())
        def holds(case: Any) -> None:
            answer = case.call()
            assert answer.status_code < 500, (case.operation.path, answer.text)

        holds()


@pytest.mark.slow
def test_no_request_makes_the_service_fail(tmp_path: Path) -> None:
    _play(tmp_path, 2)


@pytest.mark.long
def test_no_request_makes_the_service_fail_however_many(tmp_path: Path) -> None:
    _play(tmp_path, 200)
