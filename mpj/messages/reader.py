"""Reading messages: whole, as one value, or as a stream of parts when a message may be large.

Every reader raises InputError and nothing else when the source is not a message of the asked kind: broken or unsafe
XML, another kind or release, or any breach of the form (control level 1), each fault with its path. A stream may have
yielded parts before that; nothing is yielded after the first fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from mpj.messages.binding import Groep, arguments, from_groep
from mpj.messages.description import Registry, shipped
from mpj.messages.form import Formreader, Part
from mpj.messages.parsing import Limits, Parser, Source, open_source
from mpj.messages.values import (
    Antwoordbericht,
    Antwoordclient,
    Antwoordheader,
    Antwoordkop,
    Antwoordprestatie,
    Antwoordslot,
    Bericht,
    Client,
    Clientregel,
    Clientslot,
    Declaratieantwoord,
    Declaratiebericht,
    Declaratiekop,
    Header,
    Prestatie,
    Product,
    Toewijzingsbericht,
)
from mpj.reading.calls import expect
from mpj.reading.faults import Fault, InputError

_OTHER_KIND = ("ander_bericht", "bericht_onbekend")
_NAMED = re.compile("([A-Z]+[0-9]+)(?: [0-9]+[.][0-9]+)?")
B = TypeVar("B")
Declaratiedeel = Declaratiekop | Clientregel
Antwoorddeel = Antwoordkop | Clientregel | Clientslot | Antwoordslot


@contextmanager
def open_message(
    source: Source,
    bestand: str = "",
    limits: Limits | None = None,
    registry: Registry | None = None,
    bericht: str = "",
) -> Iterator[Formreader]:
    """Open `source` for the form walk; `bestand` names it in faults where it has no name of its own.

    With `bericht`, a message of another kind is refused (``ander_bericht``).
    """
    limits = limits or Limits()
    with open_source(source) as (stream, name):
        file = bestand or name
        yield Formreader(Parser(stream, file, limits), registry or shipped(), file, limits, bericht)


def read(source: Source, bestand: str = "", *, limits: Limits | None = None, registry: Registry | None = None) -> Bericht:
    """Read a message of any described kind, recognised by its namespace and BerichtCode, as one value.

    `source` is a path, bytes or a binary file. Raises InputError with every fault of the form.
    """
    with open_message(source, bestand, limits, registry) as reader:
        return build(reader, reader.delen())


def from_bytes(data: bytes, bestand: str = "", *, limits: Limits | None = None, registry: Registry | None = None) -> Bericht:
    """Read a message that is in memory; see `read`. Raises TypeError for anything but bytes: a text could be a path."""
    expect("data", data, "bytes", bytes)
    return read(data, bestand, limits=limits, registry=registry)


def read_jw323(source: Source, bestand: str = "", *, limits: Limits | None = None) -> Declaratiebericht:
    """Read a declaration as one value; see `read`."""
    return _read_kind(source, bestand, limits, "JW323", _declaratie)


def read_jw325(source: Source, bestand: str = "", *, limits: Limits | None = None) -> Antwoordbericht:
    """Read an answer as one value; see `read`."""
    return _read_kind(source, bestand, limits, "JW325", _antwoord)


def read_jw301(source: Source, bestand: str = "", *, limits: Limits | None = None) -> Toewijzingsbericht:
    """Read a toewijzing message as one value; see `read`."""
    return _read_kind(source, bestand, limits, "JW301", _toewijzing)


def iter_jw323(source: Source, bestand: str = "", *, limits: Limits | None = None) -> Iterator[Declaratiedeel]:
    """Yield a declaration's head, then its lines one by one, in bounded memory; see `read` for what it raises."""
    with open_message(source, bestand, limits, bericht="JW323") as reader:
        begun = False
        for part in reader.delen():
            if part.naam == "Prestatie":
                if not begun:
                    begun = True
                    yield from_groep(Declaratiekop, part.omgeving[0] | {"Declaratie": part.omgeving[1]})
                yield _line(part, Prestatie)


def iter_jw325(source: Source, bestand: str = "", *, limits: Limits | None = None) -> Iterator[Antwoorddeel]:
    """Yield an answer's head, its lines, the end of each client and the end of the message; see `iter_jw323`."""
    with open_message(source, bestand, limits, bericht="JW325") as reader:
        begun = False
        for part in reader.delen():
            if not begun:
                begun = True
                around = part.omgeving[0] | {"DeclaratieAntwoord": part.omgeving[1]} if part.omgeving else part.waarden
                yield from_groep(Antwoordkop, around)
            if part.naam == "Prestatie":
                yield _line(part, Antwoordprestatie)
            elif part.naam == "Client":
                yield Clientslot(part.nummers[0], part.waarden["Bsn"], _codes(part.waarden))
            else:
                yield Antwoordslot(_codes(part.waarden.get("DeclaratieAntwoord", {})))


def passed_over(error: InputError, kinds: tuple[str, ...]) -> Fault | None:
    """Return the warning that a file in a folder is passed over, where `error` says that it is a message of another kind.

    None for any other error: a message of one of the `kinds`, in whatever release, cannot be passed over, nor what may hold one.
    """
    fault = error.faults[0]
    known = _NAMED.fullmatch(fault.gevonden) if fault.code in _OTHER_KIND and len(error.faults) == 1 else None
    if known is None or known.group(1) in kinds:
        return None
    text = f"dit is {fault.gevonden}; dit bestand is niet gelezen"
    expected = " of ".join(kinds)
    return Fault("bestand_niet_gelezen", fault.bestand, verwacht=expected, toelichting=text, soort="waarschuwing")


def build(reader: Formreader, parts: Iterator[Part]) -> Bericht:
    """Build the value of the message that `reader` is reading from its `parts`."""
    first = next(parts)
    assert reader.beschrijving is not None
    kind = reader.beschrijving.bericht
    if kind not in _BUILDERS:
        text = f"een {kind} wordt geteld, en verder niet gelezen"
        raise InputError(Fault("bericht_onbekend", reader.bestand, 0, "", kind, ", ".join(_BUILDERS), text))
    return _BUILDERS[kind](_with(first, parts))


def _with(first: Part, rest: Iterator[Part]) -> Iterator[Part]:
    yield first
    yield from rest


def _read_kind(source: Source, bestand: str, limits: Limits | None, kind: str, builder: Callable[[Iterator[Part]], B]) -> B:
    with open_message(source, bestand, limits, bericht=kind) as reader:
        return builder(reader.delen())


def _line(part: Part, kind: type[Prestatie]) -> Clientregel:
    client, number = part.nummers
    bsn = part.omgeving[3].get("Bsn", "")  # one that is missing is told where its client ends
    return Clientregel(client, bsn, number, from_groep(kind, part.waarden), part.rij)


def _codes(values: Groep) -> tuple[str, ...]:
    return tuple(values.get("RetourCodes", {}).get("RetourCode", ()))


def _declaratie(parts: Iterator[Part]) -> Declaratiebericht:
    lines: list[Prestatie] = []
    clients: list[Client] = []
    last: Groep = {}
    for part in parts:
        last = part.waarden
        if part.naam == "Prestatie":
            lines.append(from_groep(Prestatie, last))
        elif part.naam == "Client":
            clients.append(Client(last["Bsn"], tuple(lines)))
            lines.clear()
    return Declaratiebericht(**arguments(Declaratiekop, last), clienten=tuple(clients))


def _antwoord(parts: Iterator[Part]) -> Antwoordbericht:
    lines: list[Antwoordprestatie] = []
    clients: list[Antwoordclient] = []
    last: Groep = {}
    for part in parts:
        last = part.waarden
        if part.naam == "Prestatie":
            lines.append(from_groep(Antwoordprestatie, last))
        elif part.naam == "Client":
            clients.append(Antwoordclient(last["Bsn"], tuple(lines), _codes(last)))
            lines.clear()
    header = from_groep(Antwoordheader, last["Header"])
    if "DeclaratieAntwoord" not in last:
        return Antwoordbericht(header, None)
    answer = arguments(Declaratieantwoord, last["DeclaratieAntwoord"] | {"Clienten": None})
    return Antwoordbericht(header, Declaratieantwoord(**answer | {"clienten": tuple(clients)}))


def _toewijzing(parts: Iterator[Part]) -> Toewijzingsbericht:
    products: list[Product] = []
    last: Groep = {}
    for part in parts:
        last = part.waarden
        if part.naam == "ToegewezenProduct":
            products.append(from_groep(Product, last))
    client = {name: value for name, value in last["Client"].items() if name not in ("Bsn", "ToegewezenProducten")}
    return Toewijzingsbericht(from_groep(Header, last["Header"]), last["Client"]["Bsn"], _pairs(client), tuple(products))


def _pairs(values: Groep) -> tuple[tuple[str, Any], ...]:
    """Return a group as nested (name, value) pairs, a repeated element as so many pairs."""
    return tuple(
        (name, _pairs(item) if isinstance(item, dict) else item)
        for name, value in values.items()
        for item in (value if isinstance(value, list) else [value])
    )


_BUILDERS: Mapping[str, Callable[[Iterator[Part]], Bericht]] = {
    "JW301": _toewijzing,
    "JW323": _declaratie,
    "JW325": _antwoord,
}
