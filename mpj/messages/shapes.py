"""Elements that stand in a message a hundred thousand times, read by their shape: their form is judged once per shape.

What is plain is cut out of the bytes that the parser gets, and handed to the form walk as values; elements with nothing but space
between them are one run, of which the first stays, with a mark in it. Plain is an element to the letter as its description has it,
with nothing but printable ASCII in it and values that break no facet; all else (an attribute, another order, a comment) stays for
the parser. Invariant: values and faults are those of the message as it came.

A plain element cannot be anything else than what it looks like: while there is no comment, CDATA section, processing instruction or
second declaration of a namespace, every ``<`` begins a tag. Where one of these comes, nothing is cut any more.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from operator import getitem
from typing import Any

from attrs import frozen

from mpj.messages.description import Element
from mpj.messages.types import Simpeltype

Groep = dict[str, Any]
_MARK = b"<_/>"
_BLANK = b" \t\r\n"
_SPACE = rb"[ \t\r\n]*"
_TEXT = rb"([ -%'-;=?-\\^-~]*)"
_OPAQUE = (b"<!", b"<?", b"<_", b"xmlns")
_REACH = len(_OPAQUE[-1]) - 1
"""Of what came before, how many bytes may belong to something opaque that is not whole."""
_MOST_KEPT = 64 * 1024
_MOST_KNOWN = 4096
Run = list[tuple[int, Groep]]
"""Of each element of a run how many lines below the first it begins, and what it holds."""
Form = tuple[tuple[str, int, tuple[str, ...]], ...]
"""Of each child its name, the place of its (first) value, and where it is a group the names of all that may stand in it."""


@frozen
class PlainElement:
    """An element whose descendants occur once at most, as it stands in the bytes."""

    mark: str
    """The tag of the element that stands in a cut one."""
    opened: bytes
    """Its start tag, and its end tag."""
    closed: bytes
    pattern: re.Pattern[bytes]
    """What is plain; a group for the space behind the start tag, and one for each value."""
    kinds: tuple[Simpeltype, ...]
    """The types of its values, in their order."""
    form: Form

    @classmethod
    def of(cls, root: Element, naamruimten: Mapping[str, str]) -> PlainElement | None:
        """Return the shape of the streamed element of a message with these prefixes by namespace; None where it has none.

        It stands alone in its group, as often as one likes: then one of a run is right where the first is.
        """
        alone = (group.kinderen[0] for group in _below(root) if len(group.kinderen) == 1)
        element = next((child for child in alone if child.stroom and child.maximum is None and _simple(child)), None)
        if element is None:
            return None
        kinds: list[Simpeltype] = []
        names = {child.tag: _name(child, naamruimten) for child in (element, *_below(element))}
        if None in names.values():
            return None
        pattern, form = _pattern(element, {tag: name for tag, name in names.items() if name is not None}, kinds)
        name = names[element.tag] or b""
        escaped = re.escape(name)
        whole = b"<%b>(%b)%b%b</%b>" % (escaped, _SPACE, pattern, _SPACE, escaped)
        mark = next((f"{{{space}}}_" for space, prefix in naamruimten.items() if not prefix), "_")
        return cls(mark, b"<%b>" % name, b"</%b>" % name, re.compile(whole), tuple(kinds), form)

    def groep(self, values: list[Any]) -> Groep:
        """Return values in their order as the group that the form walk would build."""
        found: Groep = {}
        for name, place, names in self.form:
            if not names:
                if (value := values[place]) is not None:
                    found[name] = value
                continue
            group = dict(zip(names, values[place : place + len(names)], strict=True))
            if None in group.values():
                group = {inner: value for inner, value in group.items() if value is not None}
            if group:
                found[name] = group
        return found


class _BrokenError(Exception):
    """A text breaks a facet of its type."""


class _Known(dict[bytes | None, Any]):
    """The values of texts of one type, read as they come by; none is None. Raises _BrokenError for what breaks a facet."""

    def __init__(self, kind: Simpeltype) -> None:
        super().__init__({None: None})
        self._kind = kind

    def __missing__(self, text: bytes) -> Any:
        value, breaks = self._kind.read(text.decode("ascii"))
        if breaks:
            raise _BrokenError
        if len(self) >= _MOST_KNOWN:
            self.clear()
            self[None] = None
        self[text] = value
        return value


class Cutter:
    """Cuts plain elements out of a message that comes in pieces; `cuts` are the runs that the form walk has not met yet."""

    def __init__(self, shape: PlainElement, before: bytes = b"") -> None:
        """`before` is what the parser got already, of which nothing was cut."""
        self.shape = shape
        self._before = before[-_REACH:]
        self.cuts: deque[Run] = deque()
        self._known = tuple(_Known(kind) for kind in shape.kinds)
        self._kept = b""
        self._done = False

    def cut(self, chunk: bytes) -> bytes:
        """Return what the parser gets of the next bytes; an element that is not whole yet is kept."""
        if self._done:
            return chunk
        data = self._kept + chunk
        end = self._whole(data)
        self._done = len(data) - end > _MOST_KEPT or not plain(self._before + data)
        if self._done:
            end = len(data)
        self._kept, self._before = data[end:], b""
        return data if self._done else b"".join(self._without(data[:end]))

    def rest(self) -> bytes:
        """Return what is kept, at the end of the message."""
        kept, self._kept = self._kept, b""
        return kept

    def _whole(self, data: bytes) -> int:
        """Return up to where no element is broken off: behind the last whole one, else before one that begins or a tag."""
        end = data.rfind(self.shape.closed)
        if end >= 0:
            return end + len(self.shape.closed)
        begun = data.rfind(self.shape.opened)
        return begun if begun >= 0 else max(data.rfind(b"<"), 0)

    def _without(self, data: bytes) -> Iterator[bytes]:
        """Yield what is left of the bytes without what is plain, of which lines and columns stay."""
        run: Run = []
        begin = end = 0
        for found in self.shape.pattern.finditer(data):
            values = self._values(found)
            if values is None:
                continue
            place, between = found.start(), data[end : found.start()]
            if run and not between.strip(_BLANK):
                run.append((data.count(b"\n", begin, place), values))
                yield _blank(data[end : found.end()])
            else:
                run, begin, space = [(0, values)], place, found[1]
                self.cuts.append(run)
                left = _blank(data[place + len(self.shape.opened) + len(space) : found.end() - len(self.shape.closed)])
                left = left if left.startswith(b"\n") else left[len(_MARK) :]
                yield b"".join((between, self.shape.opened, space, _MARK, left, self.shape.closed))
            end = found.end()
        yield data[end:]

    def _values(self, found: re.Match[bytes]) -> Groep | None:
        """Return what an element holds, None where a value breaks a facet."""
        try:
            return self.shape.groep(list(map(getitem, self._known, found.groups()[1:])))
        except _BrokenError:
            return None


def _blank(data: bytes) -> bytes:
    """Return space of as many lines, the last as wide."""
    return b"\n" * data.count(b"\n") + b" " * (len(data) - 1 - data.rfind(b"\n"))


def plain(data: bytes, declared: int = 0) -> bool:
    """Say whether every ``<`` in `data` begins a tag of the message's own, with at most `declared` namespaces."""
    return not any(opaque in data for opaque in _OPAQUE[:-1]) and data.count(_OPAQUE[-1]) <= declared


def _below(element: Element) -> Iterator[Element]:
    for child in element.kinderen:
        yield child
        yield from _below(child)


def _name(element: Element, naamruimten: Mapping[str, str]) -> bytes | None:
    """Return the name of an element as it stands in the bytes; None where its namespace has no prefix."""
    space, _, name = element.tag[1:].partition("}")
    prefix = naamruimten.get(space)
    return None if prefix is None else f"{prefix}:{name}".lstrip(":").encode()


def _simple(element: Element) -> bool:
    """Say whether a shape tells all: nothing is repeated, a group that may be missing has a value that may not, and no group has
    groups (so that a mark is as deep as what it stands for, but one).
    """
    groups = [child for child in element.kinderen if child.type is None]
    return (
        not any(child.herhaald or child.stroom for child in _below(element))
        and any(group.minimum for group in groups)
        and all(inner.type is not None for group in groups for inner in group.kinderen)
        and all(any(inner.minimum for inner in group.kinderen) for group in groups)
    )


def _pattern(element: Element, names: Mapping[str, bytes], kinds: list[Simpeltype]) -> tuple[bytes, Form]:
    """Return the pattern of what stands in a group, and its form; the types of the values are added to `kinds`."""
    parts: list[bytes] = []
    form: list[tuple[str, int, tuple[str, ...]]] = []
    for child in element.kinderen:
        name = names[child.tag]
        form.append((child.naam, len(kinds), tuple(inner.naam for inner in child.kinderen)))
        if child.type is None:
            body = _pattern(child, names, kinds)[0] + _SPACE
        else:
            body = _TEXT
            kinds.append(child.type)
        whole = b"%b<%b>%b</%b>" % (_SPACE, re.escape(name), body, re.escape(name))
        parts.append(whole if child.minimum else b"(?:%b)?" % whole)
    return b"".join(parts), tuple(form)
