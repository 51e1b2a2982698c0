"""What went wrong, as a document of problem+json (RFC 9457) with the same messages as on a screen. None of it holds a BSN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from mpj.ledger.decide import codes_of
from mpj.reading.faults import (
    BusyError,
    Fault,
    InputError,
    RefusedError,
    UnavailableError,
)
from mpj.reading.register import Foutcode

PROBLEM = "application/problem+json"
UNEXPECTED = Fault(
    "onverwacht", toelichting="er gebeurde iets dat mpj niet voorzag; een ledger kan al gewijzigd zijn: bekijk eerst de stand ervan"
)
HARMLESS = Fault("onverwacht", toelichting="er gebeurde iets dat mpj niet voorzag; er is niets gewijzigd")
"""The same where nothing could be changed."""
_STATUS: tuple[tuple[type[InputError], HTTPStatus], ...] = (
    (BusyError, HTTPStatus.CONFLICT),
    (RefusedError, HTTPStatus.CONFLICT),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_BY_CODE: Mapping[str, HTTPStatus] = {
    "niet_ingelogd": HTTPStatus.UNAUTHORIZED,
    "rol_onvoldoende": HTTPStatus.FORBIDDEN,
    "pogingen_te_veel": HTTPStatus.TOO_MANY_REQUESTS,
    "onverwacht": HTTPStatus.INTERNAL_SERVER_ERROR,
}
HEADERS: Mapping[int, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"www-authenticate": "Bearer"},
    HTTPStatus.TOO_MANY_REQUESTS: {"retry-after": "60"},
}
"""What goes along with a status."""
_CODES: Mapping[int, Foutcode] = {
    HTTPStatus.UNAUTHORIZED: "niet_ingelogd",
    HTTPStatus.FORBIDDEN: "verzoek_geweigerd",
    HTTPStatus.NOT_FOUND: "niet_gevonden",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "bestand_te_groot",
    HTTPStatus.INTERNAL_SERVER_ERROR: "onverwacht",
}


def status_of(error: InputError) -> HTTPStatus:
    """Return the status of an error: that of who may not ask, 409 where something or somebody stands in the way, 503 where the
    machine does, else 422.
    """
    if error.faults and error.faults[0].code in _BY_CODE:
        return _BY_CODE[error.faults[0].code]
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.UNPROCESSABLE_ENTITY)


def problem(status: HTTPStatus, faults: Iterable[Fault]) -> JSONResponse:
    """Return the response that says what went wrong."""
    return JSONResponse(document(status, tuple(faults)), status, HEADERS.get(status), PROBLEM)


def refusal(status: HTTPStatus, toelichting: str, verwacht: str = "") -> JSONResponse:
    """Return the response to a request that is not for a function of mpj to answer."""
    code = _CODES.get(status, "aanroep_onjuist")
    return problem(status, [Fault(code, toelichting=toelichting, verwacht=verwacht)])


def document(status: HTTPStatus, faults: Sequence[Fault]) -> dict[str, Any]:
    """Return what a problem says: `meldingen` are the faults as ``--meldingen json`` has them, `akkoord` the codes to agree to."""
    told = [message(fault) for fault in faults]
    detail = str(told[0]["toelichting"]) if told else status.description
    codes = codes_of(faults)
    found = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, "meldingen": told}
    return found | ({"akkoord": codes} if codes else {})


def message(fault: Fault) -> dict[str, Any]:
    """Return a fault as an object (schema: mpj/output/schemas/melding.json)."""
    names = ("soort", "code", "bestand", "rij", "regel", "kolom", "gevonden", "verwacht", "toelichting")
    told = {name: getattr(fault, name) for name in names}
    return {"formaat": 1} | told | {"rij": fault.rij or None, "regel": fault.regel or None}
