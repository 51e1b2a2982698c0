"""What a function takes, as a table of its files and fields: it reads a request, with every fault of it, and describes itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, TypeAlias

from attrs import frozen
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from mpj.reading.faults import Fault, InputError
from mpj.reading.fields import FieldError, parse_date
from mpj.reading.limits import TOML_BYTES
from mpj.reading.periods import parse_month
from mpj.reading.register import Foutcode

TEXT_LENGTH = 200
"""Signs of one value."""
FILES = "multipart/form-data"
JSON = "application/json"
Files: TypeAlias = dict[str, list[UploadFile]]
_SHOWN = 60


@frozen
class Kind:
    """A kind of value: how it is read, and what a client is told of it."""

    read: Callable[[str], Any]
    """Raises ValueError for a text that is none."""
    schema: Mapping[str, Any]
    verwacht: str
    absent: Any = None
    """The value where nothing is given."""
    code: Foutcode = "aanroep_onjuist"
    toelichting: str = "dit veld is onjuist"


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except FieldError as error:
        raise ValueError from error


def _month(text: str) -> str:
    parse_month(text)
    return text


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError
    return int(text)


def words(*known: str) -> Kind:
    """Return the kind of a field in which one of these words stands; where nothing is given the first one does."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError
        return text

    return Kind(read, {"type": "string", "enum": list(known)}, " of ".join(f"'{word}'" for word in known if word), known[0])


TEXT = Kind(str, {"type": "string", "maxLength": TEXT_LENGTH}, "tekst", "")
DAY = Kind(_day, {"type": "string", "format": "date"}, "een datum als 2026-03-31", toelichting="geen datum")
MONTH = Kind(
    _month, {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}, "een maand als 2026-03", None, "periode_onjuist", "geen maand"
)
NUMBER = Kind(_number, {"type": "string", "pattern": "^[0-9]{1,18}$"}, "een geheel getal")
_YES = words("nee", "ja")
FLAG = Kind(lambda text: _YES.read(text) == "ja", {"type": "string", "enum": ["ja", "nee"]}, "'ja' of 'nee'", absent=False)
TAAL = words("nl", "en")
"""In which language people read the files of an answer."""


@frozen
class FormField:
    """One field of a function."""

    naam: str
    kind: Kind = TEXT
    needed: bool = False
    many: bool = False
    """Whether it may come more than once: then its value is a tuple."""

    @property
    def absent(self) -> Any:
        """The value where nothing is given."""
        return () if self.many else self.kind.absent

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema of what is given."""
        return {"type": "array", "items": self.kind.schema} if self.many else self.kind.schema

    def value(self, texts: Sequence[str]) -> Any:
        """Return what these texts say; raises ValueError where one of them says nothing of this kind."""
        found = tuple(self._read(text) for text in texts)
        return found if self.many else found[0]

    def _read(self, text: str) -> Any:
        if len(text) > TEXT_LENGTH:
            raise ValueError
        return self.kind.read(text)


@frozen
class Asked:
    """What a request brought."""

    files: Files
    fields: Mapping[str, Any]
    """The value of every field that the function knows."""
    key: str = ""
    """The caller's own key for this request."""
    later: bool = False
    """Whether a task is asked for, instead of its outcome."""


@frozen
class RequestForm:
    """What a function takes. With files it comes as a form of parts, without as an object of JSON; every value is text."""

    needed: tuple[str, ...] = ()
    """The files that it cannot do without."""
    files: tuple[str, ...] = ()
    """The other files; each may come more than once."""
    fields: tuple[FormField, ...] = ()

    @property
    def kind(self) -> str:
        """The media type of its requests."""
        return FILES if self.needed or self.files else JSON

    def with_fields(self, *more: FormField) -> RequestForm:
        """Return the form with more fields."""
        return RequestForm(self.needed, self.files, (*self.fields, *more))

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of what comes in."""
        files = {"type": "array", "items": {"type": "string", "format": "binary"}}
        found = {name: files | {"minItems": 1} for name in self.needed} | dict.fromkeys(self.files, files)
        found |= {one.naam: dict(one.schema) for one in self.fields}
        required = [*self.needed, *(one.naam for one in self.fields if one.needed)]
        return {"type": "object", "properties": found, "additionalProperties": False} | ({"required": required} if required else {})

    async def read(self, request: Request, *, page: bool = False) -> Asked:
        """Read a request; raises InputError with every fault: a name that is not known, what is missing, what says nothing.

        A name with a typing error would leave out what it brought, and with it euros. A `page` never sends an object of JSON.
        """
        given = await (_parts(request) if page or self.kind == FILES else _object(request))
        faults = [*_unknown(given, {*self.needed, *self.files, *(one.naam for one in self.fields)}), *_wrong_query(request)]
        files: Files = {}
        fields: dict[str, Any] = {}
        for name in (*self.needed, *self.files):
            files[name] = [one for one in given.get(name, ()) if isinstance(one, UploadFile)]
            if len(files[name]) < len(given.get(name, ())):
                faults.append(_fault(name, "dit is geen bestand", "een bestand"))
            elif name in self.needed and not files[name]:
                faults.append(_fault(name, "dit veld ontbreekt", "een bestand"))
        for one in self.fields:
            fields[one.naam] = one.absent
            faults += _read_field(one, given.get(one.naam, ()), fields)
        key = request.headers.get("idempotency-key", "")
        if len(key) > TEXT_LENGTH:
            faults.append(_fault("Idempotency-Key", "deze sleutel is te lang", f"hoogstens {TEXT_LENGTH} tekens"))
        if faults:
            raise InputError(faults)
        return Asked(files, fields, key, request.query_params.get("taak") == "ja")


_Given: TypeAlias = Mapping[str, Sequence[Any]]


async def _parts(request: Request) -> _Given:
    form = await request.form()
    return {name: [one for one in form.getlist(name) if (one.filename if isinstance(one, UploadFile) else one)] for name in form}


async def _object(request: Request) -> _Given:
    """Return the object of JSON of a request, each value as a list."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > TOML_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        found = json.loads(body or b"{}", object_pairs_hook=_listed)
    except (ValueError, RecursionError):
        raise InputError(_fault("", "dit is geen JSON", "een object van JSON")) from None
    if not isinstance(found, dict):
        raise InputError(_fault("", "dit is geen object", "een object van JSON"))
    return {name: [one for one in values if one not in ("", None)] for name, values in found.items()}


def _listed(pairs: Iterable[tuple[str, Any]]) -> _Given:
    """Return the values under each name of an object: all of them where a name comes twice."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return found


def _read_field(one: FormField, given: Sequence[Any], fields: dict[str, Any]) -> Iterator[Fault]:
    if not given:
        if one.needed:
            yield _fault(one.naam, "dit veld ontbreekt", one.kind.verwacht)
    elif len(given) > 1 and not one.many:
        yield _fault(one.naam, "dit veld komt meer dan één keer", "één waarde")
    elif not all(isinstance(text, str) for text in given):
        yield _fault(one.naam, "dit is geen tekst", one.kind.verwacht)
    else:
        try:
            fields[one.naam] = one.value(given)
        except ValueError:
            yield Fault(one.kind.code, kolom=one.naam, toelichting=one.kind.toelichting, verwacht=one.kind.verwacht)


def _unknown(given: _Given, known: set[str]) -> Iterator[Fault]:
    for name in given:
        if name not in known:
            yield _fault(name[:_SHOWN], "dit veld is niet bekend", ", ".join(sorted(known)) or "geen velden")


def _wrong_query(request: Request) -> Iterator[Fault]:
    for name, text in request.query_params.multi_items():
        if name != "taak":
            yield _fault(name[:_SHOWN], "deze parameter is niet bekend", "taak")
        elif text not in ("ja", "nee"):
            yield _fault(name, "dit veld is onjuist", FLAG.verwacht)


def _fault(kolom: str, toelichting: str, verwacht: str) -> Fault:
    return Fault("aanroep_onjuist", kolom=kolom, toelichting=toelichting, verwacht=verwacht)
