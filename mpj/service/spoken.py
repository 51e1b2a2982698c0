"""The API in the language that a request asks for: what goes out is Dutch, and said here in English where that is wanted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mpj.presentation.languages import Taal
from mpj.presentation.translation import translated, translated_fault
from mpj.reading.faults import Fault
from mpj.service.problems import PROBLEM, message
from mpj.service.work import as_json

OPENAPI = "/openapi.json"
_JSON = "application/json"
_FAULTS = ("meldingen", "fouten")
"""Under which names an answer holds what was to be said."""
_TEXTS = ("summary", "description")
"""Under which names the description of the API holds what people read."""


@frozen(slots=False)
class Spoken:
    """Passes requests on. To who asks for English rather than Dutch (Accept-Language) problems and `meldingen` are told in it.

    The description of the API as well, where also ``?taal=en`` asks for it. Codes, names and values are the same in every language.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http" or _asked(scope) == "nl":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def spoken(part: Message) -> None:
            if part["type"] == "http.response.start" and _kind(part).startswith((PROBLEM, _JSON)):
                held.append(part)
            elif not held:
                await send(part)
            else:
                held.append(part)
                if not part.get("more_body", False):
                    start, *bodies = held
                    held.clear()
                    say = _described if scope["path"] == OPENAPI else _problem if _kind(start).startswith(PROBLEM) else _answer
                    body = await asyncio.to_thread(say, b"".join(one.get("body", b"") for one in bodies))
                    MutableHeaders(raw=start["headers"]).update({"content-length": str(len(body)), "content-language": "en"})
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, spoken)


def _kind(start: Message) -> str:
    return Headers(raw=start["headers"]).get("content-type", "")


def _asked(scope: Scope) -> Taal:
    """Return the language that a request asks for; of the description of the API its address says it first."""
    if scope["path"] == OPENAPI:
        (said, *_) = parse_qs(scope["query_string"].decode("latin-1")).get("taal", [""])
        if said in ("nl", "en"):
            return "en" if said == "en" else "nl"
    return _language(Headers(scope=scope).get("accept-language", ""))


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


def _problem(body: bytes) -> bytes:
    """Return a problem with its texts in English; codes, places and what was found stay."""
    problem: dict[str, Any] = json.loads(body)
    told = [_fault(one) for one in problem["meldingen"]]
    detail = {"detail": told[0]["toelichting"]} if told else {}
    return as_json(problem | {"meldingen": told} | detail)


def _answer(body: bytes) -> bytes:
    """Return an answer in which what was to be said is English; it is left as it is where there is nothing of that."""
    if not any(f'"{name}": [{{'.encode() in body for name in _FAULTS):
        return body

    def say(name: str, value: Any) -> Any:
        if name in _FAULTS and isinstance(value, list) and all(isinstance(one, dict) and "code" in one for one in value):
            return [_fault(one) for one in value]
        return None

    return as_json(_each(json.loads(body), say))


def _described(body: bytes) -> bytes:
    """Return the description of the API in English."""

    def say(name: str, value: Any) -> Any:
        told = name in _TEXTS and isinstance(value, str) and " " in value  # a single word is the name of a schema
        return translated(value, "en") if told else None

    return as_json(_each(json.loads(body), say))


def _each(value: Any, say: Callable[[str, Any], Any]) -> Any:
    """Return a document in which each value is what `say` makes of it and its name, or stays where that is None."""
    if isinstance(value, dict):
        return {name: _each(one, say) if (said := say(name, one)) is None else said for name, one in value.items()}
    return [_each(one, say) for one in value] if isinstance(value, list) else value


def _fault(told: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in told.items() if name != "formaat" and value is not None}
    return message(translated_fault(Fault(**fields), "en"))
