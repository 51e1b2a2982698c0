"""A problem in the language that a request asks for: what goes out is Dutch, and translated here where English is wanted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mpj.presentation.languages import Taal
from mpj.presentation.translation import translated_fault
from mpj.reading.faults import Fault
from mpj.service.problems import PROBLEM, message


@frozen(slots=False)
class Spoken:
    """Passes requests on; a problem is told in English to who asks for that rather than Dutch (Accept-Language)."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http" or _language(Headers(scope=scope).get("accept-language", "")) == "nl":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def spoken(part: Message) -> None:
            if part["type"] == "http.response.start" and Headers(raw=part["headers"]).get("content-type", "").startswith(PROBLEM):
                held.append(part)
            elif not held:
                await send(part)
            else:
                held.append(part)
                if not part.get("more_body", False):
                    start, *bodies = held
                    held.clear()
                    body = await asyncio.to_thread(_in_english, b"".join(one.get("body", b"") for one in bodies))
                    MutableHeaders(raw=start["headers"]).update({"content-length": str(len(body)), "content-language": "en"})
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, spoken)


def _language(asked: str) -> Taal:
    """Return the language that a request wants most of those that there are; Dutch where it does not say.

    >>> _language("en-GB,en;q=0.9"), _language("nl,en;q=0.8"), _language("de"), _language("en;q=0")
    ('en', 'nl', 'nl', 'nl')
    """
    wanted = {"nl": 0.0, "en": 0.0}
    for one in asked.lower().split(","):
        name, _, weight = one.strip().partition(";q=")
        taal = name.strip()[:2]
        if taal in wanted:
            wanted[taal] = max(wanted[taal], _weight(weight))
    return "en" if wanted["en"] > wanted["nl"] else "nl"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _in_english(body: bytes) -> bytes:
    """Return a problem with its texts in English; codes, places and what was found stay."""
    problem: dict[str, Any] = json.loads(body)
    told = [message(translated_fault(_fault(one), "en")) for one in problem["meldingen"]]
    detail = {"detail": told[0]["toelichting"]} if told else {}
    return json.dumps(problem | {"meldingen": told} | detail, ensure_ascii=False).encode()


def _fault(told: Mapping[str, Any]) -> Fault:
    fields = {name: value for name, value in told.items() if name != "formaat" and value is not None}
    return Fault(**fields)
