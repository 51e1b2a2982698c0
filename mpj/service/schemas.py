"""What a client may count on: the schemas of answers and problems, in the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from mpj.output.shape import REGELS, UITVAL
from mpj.service.forms import FLAG, RequestForm
from mpj.service.forms import TEXT as TEXT_FIELD
from mpj.service.problems import PROBLEM
from mpj.service.values import FORMAAT, row_schema
from mpj.verification.output import COLUMNS as BEVINDING

TEXT: dict[str, Any] = {"type": "string"}
PERHAPS: Mapping[str, Any] = {"type": ["string", "null"]}
CENT: Mapping[str, Any] = {"type": "integer"}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _list(of: Any) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _by_name(of: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": of}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _shipped(name: str, package: str, *path: str) -> dict[str, Any]:
    """Return a schema that a package ships, as a part of this document: what it refers to stands there."""
    text = files(package).joinpath(*path).read_text("utf-8")
    found: dict[str, Any] = json.loads(text.replace('"#/$defs/', f'"#/components/schemas/{name}/$defs/'))
    return {key: value for key, value in found.items() if key not in ("$schema", "title")}


_FORMAAT = {"const": FORMAAT}
_MELDINGEN = _list(_ref("Melding"))
_FILE = _object(naam=TEXT, inhoud=TEXT | {"contentEncoding": "base64"})
_TABLES: Mapping[str, Any] = {
    "formaat": _FORMAAT,
    "tabellen": _by_name(_list(_by_name(TEXT))),
    "samenvatting": {"type": ["object", "null"]},
    "bestanden": _list(_FILE),
    "meldingen": _MELDINGEN,
}
SCHEMAS: Mapping[str, Any] = {
    "Melding": _shipped("Melding", "mpj.output", "schemas", "melding.json"),
    "Samenvatting": _shipped("Samenvatting", "mpj.output", "schemas", "samenvatting.json"),
    "Regel": row_schema(REGELS),
    "Uitvalrij": row_schema(UITVAL),
    "Declaratie": _object(
        formaat=_FORMAAT,
        samenvatting=_ref("Samenvatting"),
        regels=_list(_ref("Regel")),
        uitval=_list(_ref("Uitvalrij")),
        meldingen=_MELDINGEN,
    ),
    "Uitleg": _object(
        formaat=_FORMAAT,
        titel=TEXT,
        blokken=_list(_object(titel=TEXT, stappen=_list(_list(TEXT) | {"minItems": 2, "maxItems": 2}))),
        meldingen=_MELDINGEN,
    ),
    "Bevinding": _object(**{name: {"type": "integer"} if name == "bedrag_cent" else TEXT for name in BEVINDING}),
    "Bericht": _object(
        bericht=TEXT,
        declaratienummer=PERHAPS,
        uitkomst=TEXT,
        bevindingen={"anyOf": [_list(_ref("Bevinding")), {"type": "null"}]},
        jw325=PERHAPS,
        samenvatting={"anyOf": [_ref("Toetsing"), {"type": "null"}]},
    ),
    "Toetsing": _shipped("Toetsing", "mpj.verification", "samenvatting.schema.json"),
    "Verificatie": _object(formaat=_FORMAAT, berichten=_list(_ref("Bericht")), meldingen=_MELDINGEN),
    "Intake": _object(formaat=_FORMAAT, bestanden=_list({"type": "object"}), voorstel=TEXT, meldingen=_MELDINGEN),
    "LedgerBegin": _object(
        formaat=_FORMAAT, vanaf=TEXT, overgenomen=_by_name(_object(regels=COUNT, bedrag_cent=CENT)), meldingen=_MELDINGEN
    ),
    "LedgerDeclaratie": _object(
        formaat=_FORMAAT,
        samenvatting=_ref("Samenvatting"),
        regels=_list(_ref("Regel")),
        uitval=_list(_ref("Uitvalrij")),
        bijlagen=_by_name(_list(_by_name({"type": ["string", "integer"]}))),
        berichten=_list(_ref("Berichtbestand")),
        meldingen=_MELDINGEN,
    ),
    "Berichtbestand": _object(naam=TEXT, bericht=TEXT),
    "Geboekt": _object(
        declaratienummer=TEXT,
        gemeente=TEXT,
        status=TEXT,
        toegekend=COUNT,
        afgekeurd=COUNT,
        regels=COUNT,
        bedrag_cent=CENT,
        al_bekend={"type": "boolean"},
        bestand=TEXT,
        fouten=_MELDINGEN,
        meldingen=_MELDINGEN,
    ),
    "Boeking": _object(formaat=_FORMAAT, declaraties=_list(_ref("Geboekt"))),
    "Antwoordboeking": _object(formaat=_FORMAAT, declaraties=_list(_ref("Geboekt")), meldingen=_MELDINGEN),
    "Nummers": _object(formaat=_FORMAAT, nummers=_list(TEXT)),
    "Berichten": _object(formaat=_FORMAAT, berichten=_list(_ref("Berichtbestand"))),
    "LedgerHerprijzing": _object(
        formaat=_FORMAAT,
        herprijzing=_list(_object(gemeente=TEXT, regels=COUNT, oud_cent=CENT, nieuw_cent=CENT, verschil_cent=CENT)),
        meldingen=_MELDINGEN,
    ),
    "Jaarsluiting": _object(formaat=_FORMAAT, jaar=COUNT, meldingen=_MELDINGEN),
    "LedgerStatus": _shipped("LedgerStatus", "mpj.ledger", "schemas", "ledger_status.json"),
    "Herstellijst": _shipped("Herstellijst", "mpj.ledger", "schemas", "herstellijst.json"),
    "OnderhandenWerk": _shipped("OnderhandenWerk", "mpj.ledger", "schemas", "onderhanden_werk.json"),
    "Ledgertoets": _object(formaat=_FORMAAT, aantallen=_by_name(COUNT)),
    "Tabellen": _object(**_TABLES),
    "Betalingen": _object(**_TABLES, verwerkt=_by_name(COUNT)),
    "Gezien": _object(formaat=_FORMAAT, gezien=COUNT, al_gezien=COUNT),
    "Wissen": _object(
        formaat=_FORMAAT, verwijderd=COUNT, onbekend=COUNT, voorstel={"anyOf": [_ref("Wisvoorstel"), {"type": "null"}]}
    ),
    "Wisvoorstel": _object(aantal=COUNT, per_jaar=_by_name(COUNT), open=COUNT, bewaard=COUNT, bestand=_FILE),
    "Inzage": _object(formaat=_FORMAAT, bestanden=_list(_FILE), meldingen=_MELDINGEN),
    "Taak": _object(formaat=_FORMAAT, taak=TEXT, toestand={"enum": ["wacht", "loopt", "klaar"]}, gedaan=COUNT, totaal=COUNT),
    "Gezondheid": _object(formaat=_FORMAAT, versie=TEXT),
    "Probleem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "meldingen"],
        "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "meldingen": _MELDINGEN}
        | {"akkoord": _list(TEXT)},
        "additionalProperties": False,
    },
}
"""The schemas of all documents, by name. A value of a row is a whole number or text, as it stands in the CSV of that name."""


def _content(name: str, kind: str = "application/json") -> dict[str, Any]:
    return {kind: {"schema": _ref(name)}}


def answers(name: str, *, later: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return what a function answers with: its document, or, where that can come `later`, the task that works on it."""
    task = {"description": "de taak die eraan werkt", "content": _content("Taak")}
    found: dict[int | str, dict[str, Any]] = {200: {"description": name, "content": _content(name)}}
    return found | ({202: task} if later else {})


_LATER = "ja: antwoord met 202 en een taak, in plaats van met de uitkomst"
_KEY = "dezelfde sleutel met hetzelfde verzoek geeft hetzelfde antwoord nog eens, een uur lang"
_PARAMETERS = [
    {"name": "taak", "in": "query", "required": False, "description": _LATER, "schema": FLAG.schema},
    {"name": "Idempotency-Key", "in": "header", "required": False, "description": _KEY, "schema": TEXT_FIELD.schema},
]


def asking(form: RequestForm) -> dict[str, Any]:
    """Return what a request of a function may hold."""
    body = {"required": bool(form.schema.get("required")), "content": {form.kind: {"schema": form.schema}}}
    return {"parameters": _PARAMETERS, "requestBody": body}


_WHY = {
    400: "het verzoek is niet te lezen",
    401: "er is geen token van een gebruiker, of het klopt niet",
    403: "het verzoek is voor een andere host of van een andere site, of deze gebruiker mag dit niet",
    404: "dit is er niet",
    408: "het verzoek kwam te langzaam binnen",
    409: "het verzoek botst met wat er al is",
    413: "het verzoek is te groot",
    422: "de invoer of de aanroep klopt niet",
    429: "er kwam net een token dat niet klopt",
    500: "er gebeurde iets dat mpj niet voorzag",
    503: "de machine kan het nu niet",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": _content("Probleem", PROBLEM)} for status, text in _WHY.items()
}


def openapi_of(app: FastAPI, *, users: bool) -> dict[str, Any]:
    """Return the OpenAPI document of the service, made once; with `users` every function but `gezond` asks for a token."""
    if not app.openapi_schema:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        made["components"] = {"schemas": SCHEMAS}
        if users:
            made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            made["security"] = [{"token": []}]
        app.openapi_schema = made
    return app.openapi_schema
