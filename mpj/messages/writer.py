"""Writing messages: from values or from a stream of parts to bytes, in the order that the description gives.

The file demands of the standard (D.10): UTF-8 without byte order mark, every line ended by CR and LF. Output goes out
in pieces while values come in, so memory does not grow with the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from itertools import chain, groupby
from typing import Any, BinaryIO

from mpj.messages.binding import Groep, to_groep
from mpj.messages.description import Beschrijving, Element, Registry, shipped
from mpj.messages.reader import Antwoorddeel, Declaratiedeel
from mpj.messages.types import writable
from mpj.messages.values import (
    Antwoordbericht,
    Antwoordkop,
    Antwoordslot,
    Bericht,
    Clientregel,
    Clientslot,
    Declaratiebericht,
    Declaratiekop,
    Header,
    Toewijzingsbericht,
)
from mpj.reading.faults import Fault, InputError
from mpj.reading.register import Foutcode, Regelcode

_EOL = "\r\n"
_FLUSH = 64 * 1024
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\n": _EOL})
_KINDS: dict[type[Any], str] = {
    Declaratiebericht: "JW323",
    Declaratiekop: "JW323",
    Antwoordbericht: "JW325",
    Antwoordkop: "JW325",
    Toewijzingsbericht: "JW301",
}


def write(message: Bericht, out: BinaryIO, *, standaard: str = "ijw", registry: Registry | None = None) -> int:
    """Write `message` to the binary file `out`; returns the number of bytes.

    The release is that of the header (berichtversie and berichtsubversie). Every value is checked against the
    description; InputError with every breach is raised at the end, and then what was written must be thrown away. Raises
    TypeError for a path: a file appears whole or not at all only where its owner sees to that.
    """
    _expect_file(out)
    description = _description(message, message.header, standaard, registry)
    return Writer(description).write(_values(description.wortel, message), out)


def to_bytes(message: Bericht, *, standaard: str = "ijw", registry: Registry | None = None) -> bytes:
    """Return `message` as the bytes that `write` writes."""
    stream = BytesIO()
    write(message, stream, standaard=standaard, registry=registry)
    return stream.getvalue()


def write_stream(
    parts: Iterable[Declaratiedeel | Antwoorddeel],
    out: BinaryIO,
    *,
    standaard: str = "ijw",
    registry: Registry | None = None,
) -> int:
    """Write a JW323 or JW325 from the parts that `iter_jw323` or `iter_jw325` yields; see `write`.

    Memory does not grow with the number of parts. Raises ValueError when the first part is not the head of a message.
    """
    rest = iter(parts)
    _expect_file(out)
    head = next(rest, None)
    if not isinstance(head, Declaratiekop | Antwoordkop):
        raise ValueError("a stream of parts begins with the head of its message")
    description = _description(head, head.header, standaard, registry)
    values = to_groep(head)
    inner = values.get("Declaratie" if isinstance(head, Declaratiekop) else "DeclaratieAntwoord")
    if inner is not None:
        inner["Clienten"] = _clients(rest, inner)
    return Writer(description).write(values, out)


def _expect_file(out: object) -> None:
    if not hasattr(out, "write"):
        raise TypeError(f"out: expected a binary file, as open(path, 'wb') gives, or use to_bytes; not {type(out).__name__}")


def sizer(description: Beschrijving, path: str) -> Callable[[Groep], int]:
    """Return a function that tells how many bytes a group takes as the element at `path` (below the root), indent
    included.
    """
    element = description.wortel
    names = path.split("/")
    for name in names:
        element = element.op_naam[name]
    writer = Writer(description)

    def size(values: Groep) -> int:
        writer.render(element, values, len(names))
        return len("".join(writer.take()).encode("utf-8", "replace"))

    return size


class Writer:
    """Renders the groups of one message; `write` sends them to a file."""

    def __init__(self, description: Beschrijving) -> None:
        self._description = description
        self._pieces: list[str] = []
        self._path: list[str] = []
        self._faults: list[Fault] = []
        self._out: BinaryIO | None = None
        self._size = 0
        self._written = 0
        self._tags: dict[tuple[Element, int], tuple[str, str, str]] = {}

    def write(self, values: Groep, out: BinaryIO) -> int:
        """Write the whole message that `values` stand for; returns the number of bytes. See the module's `write`."""
        root = self._description.wortel
        spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in self._description.naamruimten.items())
        self._out = out
        self._put(f'<?xml version="1.0" encoding="UTF-8"?>{_EOL}<{root.gekwalificeerd}{spaces}>{_EOL}')
        self._children(root, values, 1)
        self._put(f"</{root.gekwalificeerd}>{_EOL}")
        self._flush()
        if self._faults:
            raise InputError(self._faults)
        return self._written

    def take(self) -> list[str]:
        """Return what was rendered since the last time, and forget it."""
        pieces, self._pieces, self._size = self._pieces, [], 0
        return pieces

    def render(self, element: Element, value: Any, depth: int) -> None:
        """Render one element with its indent at `depth`."""
        line, opening, closing = self._tags.get((element, depth)) or self._tag(element, depth)
        if element.type is None:
            self._put(opening)
            self._children(element, value, depth + 1)
            self._put(closing)
        else:
            self._put(f"{line}{self._text(element, value)}</{element.gekwalificeerd}>{_EOL}")

    def _tag(self, element: Element, depth: int) -> tuple[str, str, str]:
        line = f"{chr(9) * depth}<{element.gekwalificeerd}>"
        tags = (line, line + _EOL, f"{chr(9) * depth}</{element.gekwalificeerd}>{_EOL}")
        self._tags[element, depth] = tags
        return tags

    def _children(self, element: Element, values: Groep, depth: int) -> None:
        for child in element.kinderen:
            value = values.get(child.naam)
            items: Iterable[Any] = () if value is None else value if child.herhaald else (value,)
            number = 0
            for number, item in enumerate(items, start=1):
                self._path.append(f"{child.naam}[{number}]" if child.herhaald else child.naam)
                self.render(child, item, depth)
                self._path.pop()
            if number < child.minimum:
                self._path.append(child.naam)
                self._fault("element_ontbreekt", "niets", child.naam, "Een verplicht element ontbreekt")
                self._path.pop()

    def _text(self, element: Element, value: Any) -> str:
        kind = element.type
        assert kind is not None
        text = kind.write(value)
        if kind.soort == "tekst" and not writable(text):
            self._fault("teken", kind.show(text), "tekens die XML kent", "De waarde bevat een teken dat niet mag")
        for broken in kind.read(text)[1]:
            self._fault(broken.code, kind.show(text) or "(leeg)", broken.verwacht, broken.toelichting)
        return text.translate(_ESCAPES) if kind.soort == "tekst" else text

    def _fault(self, code: Foutcode | Regelcode, found: str, expected: str, text: str) -> None:
        path = "/".join(self._path)
        self._faults.append(Fault(code, kolom=path, gevonden=found, verwacht=expected, toelichting=text))

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size >= _FLUSH and self._out is not None:
            self._flush()

    def _flush(self) -> None:
        data = "".join(self.take()).encode("utf-8", "replace")
        self._written += len(data)
        if self._out is not None:
            self._out.write(data)


def _description(message: Any, header: Header, standaard: str, registry: Registry | None) -> Beschrijving:
    release = f"{header.berichtversie}.{header.berichtsubversie}"
    return (registry or shipped()).get(standaard, release, _KINDS[type(message)])


def _clients(parts: Iterator[Any], answer: Groep) -> Groep | None:
    """Return the group of clients that `parts` hold, lazily; an Antwoordslot fills `answer` when it comes by."""
    first = next(parts, None)
    if not isinstance(first, Clientregel):
        _close(first, answer)
        return None
    return {"Client": _each_client(chain([first], parts), answer)}


def _each_client(parts: Iterator[Any], answer: Groep) -> Iterator[Groep]:
    for number, group in groupby(parts, key=lambda part: getattr(part, "client", 0)):
        if number:
            yield _one_client(group)
        else:
            for part in group:
                _close(part, answer)


def _one_client(group: Iterator[Clientregel | Clientslot]) -> Groep:
    first = next(group)
    client: Groep = {"Bsn": first.bsn}

    def lines() -> Iterator[Groep]:
        for part in chain([first], group):
            if isinstance(part, Clientregel):
                yield to_groep(part.prestatie)
            else:
                client["RetourCodes"] = {"RetourCode": part.retourcodes}

    client["Prestaties"] = {"Prestatie": lines()}
    return client


def _close(part: Any, answer: Groep) -> None:
    if isinstance(part, Antwoordslot):
        answer["RetourCodes"] = {"RetourCode": part.retourcodes}


def _values(root: Element, message: Bericht) -> Groep:
    if not isinstance(message, Toewijzingsbericht):
        return to_groep(message)
    client = _from_pairs(root.op_naam["Client"], message.client)
    products = {"ToegewezenProduct": map(to_groep, message.producten)}
    return {
        "Header": to_groep(message.header),
        "Client": client | {"Bsn": message.bsn, "ToegewezenProducten": products},
    }


def _from_pairs(element: Element, pairs: tuple[tuple[str, Any], ...]) -> Groep:
    """Return nested (name, value) pairs as a group; raises ValueError on a name that `element` does not have."""
    values: Groep = {}
    for name, value in pairs:
        child = element.op_naam.get(name)
        if child is None:
            raise ValueError(f"{element.naam} has no element {name}")
        content = value if child.type is not None else _from_pairs(child, value)
        if child.herhaald:
            values.setdefault(name, []).append(content)
        else:
            values[name] = content
    return values
