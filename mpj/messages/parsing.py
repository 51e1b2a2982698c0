"""From bytes to parser events, safely: the border where hostile or broken XML stops.

Invariants: memory does not depend on the size of the source; nothing outside the source is read (no DTD, no entity,
no network); whatever the bytes are, the only exception is `InputError` (OSError of an unreadable source included).
Fault codes: ``bestand``, ``xml_omvang``, ``xml_codering``, ``xml_doctype``, ``xml_diepte``, ``xml_ongeldig``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Protocol, cast

from attrs import define, field, frozen
from lxml import etree

from mpj.messages.description import Element
from mpj.messages.shapes import Cutter, PlainElement, plain
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.register import Foutcode
from mpj.reading.system import system_reason, xml_reason


class Readable(Protocol):
    """What a reader needs of a binary file."""

    def read(self, size: int = ..., /) -> bytes: ...


Source = str | PathLike[str] | bytes | Readable

_CHUNK = 64 * 1024
_DECLARATION = re.compile(rb"<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_MISC = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@frozen
class Limits:
    """What a reader takes before it refuses."""

    omvang: int = 100_000_000
    """Bytes of the source."""
    diepte: int = 30
    """Levels of nesting."""
    fouten: int = 10_000
    """Faults collected; then it stops."""


@define
class Kenmerken:
    """What the bytes of a source showed while they were read: a `bom`, and `kale_lf` line ends without a carriage
    return.
    """

    bom: bool = False
    kale_lf: int = 0
    _last: int = field(default=0, init=False)

    def see(self, chunk: bytes) -> None:
        """Take note of the next bytes of the source."""
        self.kale_lf += chunk.count(b"\n") - chunk.count(b"\r\n")
        if self._last == 0x0D and chunk.startswith(b"\n"):
            self.kale_lf -= 1
        self._last = chunk[-1]


@contextmanager
def open_source(source: Source) -> Iterator[tuple[Readable, str]]:
    """Open a path, bytes or a binary file object; gives the stream and the name that faults carry ('' when there is
    none).

    A file object is left open. Raises InputError (``bestand``) when a path cannot be opened.
    """
    if isinstance(source, bytes):
        yield BytesIO(source), ""
    elif isinstance(source, str | PathLike):
        path = Path(source)
        try:
            stream = path.open("rb")
        except (OSError, ValueError) as error:
            raise InputError(_unreadable(path.name, error)) from None
        with stream:
            yield stream, path.name
    else:
        yield source, Path(name).name if isinstance(name := getattr(source, "name", ""), str) else ""


class Parser:
    """An incremental parser over one source: `events` yields lxml's start and end events."""

    def __init__(self, stream: Readable, bestand: str, limits: Limits) -> None:
        self.kenmerken = Kenmerken()
        self.cutter: Cutter | None = None
        """What cuts plain elements out of what is parsed, where a message has such."""
        self._head_bytes = b""
        self._stream = stream
        self._bestand = bestand
        self._limits = limits
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._parser: etree.XMLPullParser = etree.XMLPullParser(
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
            encoding="utf-8",
        )

    def events(self) -> Iterator[tuple[str, etree._Element]]:
        """Yield (``start`` or ``end``, element) in document order; raises InputError on the first thing that is not
        safe XML.
        """
        depth, deepest = 0, self._limits.diepte
        for chunk in self._pieces():
            error = self._feed(chunk)
            for event, node in cast(Iterable[tuple[str, etree._Element]], self._parser.read_events()):
                if event == "start":
                    depth += 1
                    if depth >= deepest and (depth > deepest or self._marked(node)):
                        raise self._too_deep()
                    if depth == 1 and node.getroottree().docinfo.internalDTD is not None:
                        raise self._doctype()
                else:
                    depth -= 1
                yield event, node
            if error is not None:
                raise error
            if chunk is self._head_bytes and depth == 0 and self._read >= _CHUNK:
                raise self._refuse("xml_ongeldig", "het wortelelement", "Het bericht begint niet met een element")
        self._finish()
        # A message of a few bytes is parsed only now.
        yield from cast(Iterable[tuple[str, etree._Element]], self._parser.read_events())

    def cut(self, root: Element, nsmap: Mapping[str | None, str]) -> None:
        """Hand what is plain in the rest out as `cuts`; `root` is what the message's root element is, `nsmap` as that declares."""
        body = self._head_bytes[_end_of_misc(self._head_bytes) :]
        spaces = {space: prefix or "" for prefix, space in nsmap.items()}
        shape = PlainElement.of(root, spaces)
        if shape is not None and plain(body, len(nsmap)):
            self.cutter = Cutter(shape, body)

    def _pieces(self) -> Iterator[bytes]:
        """Yield what the parser gets: the bytes of the source, without what was cut out of them."""
        self._head_bytes = self._head()
        yield self._head_bytes
        refused: InputError | None = None
        try:
            while chunk := self._next():
                yield chunk if self.cutter is None else self.cutter.cut(chunk)
        except InputError as error:
            refused = error
        if self.cutter is not None:
            yield self.cutter.rest()
        if refused is not None:
            raise refused

    def _marked(self, node: etree._Element) -> bool:
        return self.cutter is not None and bool(self.cutter.cuts) and node.tag == self.cutter.shape.mark

    def _feed(self, chunk: bytes) -> InputError | None:
        """Give the parser the next bytes; returns what is wrong with them.

        An entity that nobody declared it only notes, and then it begins anew.
        """
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            return self._not_xml(error)
        noted = next((entry for entry in self._parser.feed_error_log if entry.level_name == "FATAL"), None)
        return None if noted is None else self._invalid(noted.type, noted.line, noted.column)

    def _finish(self) -> None:
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise self._encoding("een afgebroken teken aan het eind") from None
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._not_xml(error) from None

    def _next(self) -> bytes:
        chunk = self._take()
        if chunk:
            self._accept(chunk)
        return chunk

    def _take(self) -> bytes:
        try:
            chunk = self._stream.read(_CHUNK)
        except (OSError, ValueError) as error:
            raise InputError(_unreadable(self._bestand, error)) from None
        self._read += len(chunk)
        if self._read > self._limits.omvang:
            raise self._refuse("xml_omvang", f"hoogstens {self._limits.omvang} bytes", "Het bericht is te groot")
        return chunk

    def _accept(self, chunk: bytes) -> None:
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            raise self._encoding("bytes die geen UTF-8 zijn") from None
        self.kenmerken.see(chunk)

    def _head(self) -> bytes:
        """Return the first bytes of the source after checking what stands before the root element."""
        head = b""
        while len(head) < _CHUNK and (part := self._take()):
            head += part
        if not head:
            raise self._refuse("xml_ongeldig", "een bericht", "Het bestand is leeg")
        if head.startswith(_WIDE) or b"\0" in head[:4]:
            raise self._encoding("een codering met meer bytes per teken")
        self._accept(head)
        if head.startswith(codecs.BOM_UTF8):
            self.kenmerken.bom = True
            head = head[len(codecs.BOM_UTF8) :]
        declared = _DECLARATION.match(head)
        encoding = _ENCODING.search(declared.group()) if declared else None
        if encoding and encoding.group(1).lower() != b"utf-8":
            raise self._encoding(mask(encoding.group(1).decode("ascii", "replace")))
        if head[_end_of_misc(head) :].startswith(b"<!"):
            raise self._doctype()
        return head

    def _refuse(self, code: Foutcode, expected: str, text: str, found: str = "", row: int = 0) -> InputError:
        return InputError(Fault(code, self._bestand, row, gevonden=found, verwacht=expected, toelichting=text))

    def _encoding(self, found: str) -> InputError:
        return self._refuse("xml_codering", "UTF-8", "Het bericht is niet in UTF-8 gecodeerd", found)

    def _too_deep(self) -> InputError:
        return self._refuse("xml_diepte", f"hoogstens {self._limits.diepte} lagen", "Het bericht is te diep genest")

    def _doctype(self) -> InputError:
        return self._refuse("xml_doctype", "geen DOCTYPE", "Een bericht mag geen documenttype of entiteiten bevatten")

    def _not_xml(self, error: etree.XMLSyntaxError) -> InputError:
        return self._invalid(getattr(error, "code", 0), error.lineno or 0, (error.offset or 0) + 1)

    def _invalid(self, number: int, line: int, column: int) -> InputError:
        text = "Het bestand is geen welgevormde XML, of afgebroken"
        return self._refuse("xml_ongeldig", "welgevormde XML", text, xml_reason(number, column), line)


def _end_of_misc(head: bytes) -> int:
    """Return where the root element of a message, or its document type, begins."""
    misc = _MISC.match(head)
    return misc.end() if misc else 0


def _unreadable(bestand: str, error: Exception) -> Fault:
    return Fault(
        "bestand",
        bestand,
        gevonden=system_reason(error),
        verwacht="een leesbaar bestand",
        toelichting="Het bestand is niet te lezen",
    )
