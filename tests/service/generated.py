"""A Python client made from the OpenAPI document alone: a method per operation, by its operationId."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from service.support import Client

FORM, JSON = "multipart/form-data", "application/json"


def generated(client: Client) -> Any:
    """Make the client: `made.ledger_declare(periode="2026-03", registraties=[("maart.csv", b"...")])` returns the document."""
    document = client.ask("GET", "/openapi.json").json()
    made = SimpleNamespace()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            setattr(made, operation["operationId"], _call(client, document, method.upper(), path, operation))
    return made


def _call(client: Client, document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {})

    def call(**given: Any) -> Any:
        """Send what the document says that the operation takes; anything else, or an answer of another form, is an error."""
        place, query = path, {}
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in given and parameter["in"] == "path":
                place = place.replace(f"{{{parameter['name']}}}", given.pop(parameter["name"]))
            elif parameter["name"] in given and parameter["in"] == "query":
                query[parameter["name"]] = given.pop(parameter["name"])
        asked: dict[str, Any] = {"params": query}
        files: Sequence[Any] = ()
        if JSON in content:
            _validate(content[JSON]["schema"], given, document)
            asked["json"] = given
        elif FORM in content:
            known = content[FORM]["schema"]
            assert given.keys() <= known["properties"].keys() and set(known.get("required", ())) <= given.keys()
            binary = {name for name, one in known["properties"].items() if one.get("items", {}).get("format") == "binary"}
            files = [(name, file) for name in sorted(binary & given.keys()) for file in given[name]]
            asked["data"] = {name: value for name, value in given.items() if name not in binary}
        else:
            assert not given
        answer = client.ask(method, place, files, **asked)
        told = operation["responses"][str(answer.status_code)]["content"][answer.headers["content-type"]]["schema"]
        found = answer.json()
        _validate(told, found, document)
        return found

    return call


def _validate(schema: Mapping[str, Any], found: Any, document: Mapping[str, Any]) -> None:
    Draft202012Validator({**schema, "components": document["components"]}).validate(found)
