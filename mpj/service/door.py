"""What comes in before anything is read of it: requests of this host and this site, no larger and no slower than the bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mpj.reading.limits import REQUEST_BYTES, REQUEST_RATE, REQUEST_SECONDS
from mpj.service.problems import refusal

LOCAL = ("127.0.0.1", "localhost", "[::1]")
"""The names under which this machine is reached from itself."""
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_SECURE = [(name.encode(), text.encode()) for name, text in _HEADERS.items()]
_CLOSE = {"connection": "close"}
"""What is still to come of a request that is refused is not waited for."""
TOO_LARGE = HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers=_CLOSE)
TOO_SLOW = HTTPException(HTTPStatus.REQUEST_TIMEOUT, headers=_CLOSE)


@frozen(slots=False)
class Door:
    """Refuses a request for another host (a name that was made to point here), of another site, or that is too large or too slow.

    A request that is refused is read to its end first, up to the bounds and kept nowhere, so that the refusal arrives; one that
    asks whether it may go on is told at once that it may not. Every response says that it is for nobody else and not to be kept;
    a page says itself what it may hold.
    """

    app: ASGIApp
    hosts: frozenset[str]
    """The host names of this machine that it answers to, without port."""
    sites: Mapping[str, str] = {}
    """The sites that it answers to, by Host: another server takes their requests in over TLS, and passes them on."""
    most: int = REQUEST_BYTES
    """Bytes that a request may have."""
    patience: float = REQUEST_SECONDS
    """Seconds that it may let us wait; what comes gives them back at `REQUEST_RATE`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(pair for pair in _SECURE if pair[0] not in names)]
            await send(message)

        headers = _headers(scope)
        site = self.sites.get(headers.get("host", [""])[-1].lower())
        if site is not None:
            scope = {**scope, "scheme": "https"}
        refused = self._refused(headers, scope["scheme"], site)
        if refused is not None:
            if "100-continue" not in headers.get("expect", ()):
                await self._drain(receive)
            response = refusal(*refused)
            response.headers.update(_CLOSE)
            await response(scope, receive, secured)
            return
        await self.app(scope, self._bounded(receive), secured)

    def _refused(self, headers: dict[str, list[str]], scheme: str, site: str | None) -> tuple[HTTPStatus, str, str] | None:
        """Return why a request is refused, by its headers; None where it may come in."""
        (host,) = headers["host"] if len(headers.get("host", ())) == 1 else ("",)
        if not host or (site is None and _name(host) not in self.hosts):
            return HTTPStatus.FORBIDDEN, "deze host is niet van deze dienst", "een van de namen waarop zij luistert"
        if any(origin != (site or f"{scheme}://{host}") for origin in headers.get("origin", ())):
            return HTTPStatus.FORBIDDEN, "dit verzoek komt van een andere site", "een verzoek van deze site of van een programma"
        length = headers.get("content-length", ["0"])[-1]
        if not length.isascii() or not length.isdigit() or int(length) > self.most:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "het verzoek is te groot", f"hoogstens {self.most >> 20} MiB"
        return None

    async def _drain(self, receive: Receive) -> None:
        bounded = self._bounded(receive)
        with suppress(HTTPException):
            while (await bounded()).get("more_body", False):
                pass

    def _bounded(self, receive: Receive) -> Receive:
        held, left, more = 0, self.patience, True

        async def bounded() -> Message:
            nonlocal held, left, more
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(left if more else None):
                    message = await receive()
            except TimeoutError:
                raise TOO_SLOW from None
            came = len(message.get("body", b""))
            left = min(self.patience, left - (asyncio.get_running_loop().time() - began) + came / REQUEST_RATE)
            held += came
            more = message.get("more_body", False)
            if held > self.most:
                raise TOO_LARGE
            return message

        return bounded


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    for name, value in headers:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _name(host: str) -> str:
    """Return the name of a Host header without its port, in small letters; empty where it is none."""
    try:
        parts: Any = urlsplit(f"//{host}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    shown = f"[{name}]" if ":" in name else name
    return shown if host.lower() in (shown, f"{shown}:{port}") else ""
