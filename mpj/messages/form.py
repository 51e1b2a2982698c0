"""The form of a message (control level 1): one walk over the parser's events, guided by a description.

The walk checks everything the official schema checks (elements, order, cardinality, namespaces, types, facets, code
lists), names every fault with its path, and builds values on the way. Elements marked `stroom` are handed out as soon
as they end and then forgotten, so memory does not grow with the message.

Structural fault codes are words: ``element_ontbreekt``, ``element_onverwacht``, ``element_volgorde``,
``element_aantal``, ``element_naamruimte``, ``attribuut``, ``tekst``; facets carry the rule code of the standard, or
the facet's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from attrs import define, evolve, field, frozen
from lxml import etree

from mpj.messages.description import Beschrijving, Element, Registry, with_old
from mpj.messages.parsing import Kenmerken, Limits, Parser
from mpj.messages.shapes import Run
from mpj.messages.types import Simpeltype
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.register import Foutcode, Regelcode

_SPACE = " \t\n\r"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ALLOWED_ATTRIBUTES = {f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"}

Groep = dict[str, Any]


_KIND = re.compile(r"\{http://www\.istandaarden\.nl/i([a-z]+)/([0-9]+)_([0-9]+)/([a-z]+[0-9]*)/schema\}Bericht")
_ENVELOPES = frozenset(("envelope", "envelop", "stuf", "soap", "bericht_envelop"))
_NONE = "Dit is geen bericht dat mpj kent: een andere soort of een andere release"


def what_is(tag: str) -> tuple[str, str]:
    """Return what XML with this root element is, in short and in a sentence; `tag` is ``{namespace}name``.

    >>> what_is("{http://www.istandaarden.nl/ijw/2_3/jw303/schema}Bericht")
    ('JW303 2.3', 'Dit is JW303 release 2.3')
    >>> what_is("{http://www.istandaarden.nl/iwmo/3_2/wmo323/schema}Bericht")
    ('WMO323 3.2', 'Dit is Wmo: WMO323 release 3.2')
    >>> what_is("{http://schemas.xmlsoap.org/soap/envelope/}Envelope")
    ('Envelope', 'Dit is een envelop: haal het bericht eruit')
    """
    found = _KIND.fullmatch(tag)
    if found is None:
        name = tag.rpartition("}")[2]
        return (name, "Dit is een envelop: haal het bericht eruit") if name.lower() in _ENVELOPES else (mask(tag), _NONE)
    regime, major, minor, kind = found.groups()
    own = "" if regime == "jw" else f"{regime.capitalize()}: "
    release = f"{major}.{minor}"
    return f"{kind.upper()} {release}", f"Dit is {own}{kind.upper()} release {release}"


@frozen
class Part:
    """A streamed element that has just ended."""

    naam: str
    waarden: Groep
    """What it holds: element name to value, group, or list of either where it repeats. Streamed elements inside are left out."""
    rij: int
    """The line it begins on."""
    omgeving: tuple[Groep, ...]
    """The groups around it, from the root inwards, as far as read: later elements are still missing."""
    nummers: tuple[int, ...]
    """Its position among its kind, for every repeated ancestor and itself."""


@define
class _Frame:
    """A group that is being read; `plaats` is the last place in the order that was reached, `tekst` whether text
    stood in it.
    """

    element: Element
    pad: str
    waarden: Groep
    rij: int
    plaats: int = 0
    tekst: bool = False
    cut: Run | None = None
    """Where all that it holds was cut out, and so is right: itself and those of its kind behind it."""
    aantallen: dict[str, int] = field(factory=dict)


class _EnoughError(Exception):
    """The limit on the number of faults is reached."""


class Formreader:
    """Reads one message by its description; `delen` yields its streamed parts, the root last.

    After the first fault no part is yielded any more, but the rest of the message is still checked; at the end
    `delen` raises InputError with every fault. `beschrijving` is known from the first part on; with `bericht` no other
    kind is taken.
    """

    def __init__(self, parser: Parser, registry: Registry, bestand: str, limits: Limits, bericht: str = "") -> None:
        self.beschrijving: Beschrijving | None = None
        self.faults: list[Fault] = []
        self._parser = parser
        self._registry = registry
        self.bestand = bestand
        self._limits = limits
        self._bericht = bericht
        self._stack: list[_Frame] = []
        self._leaf: Element | None = None
        self._leaf_name = ""
        self._skip = 0
        self._unbound = False

    @property
    def kenmerken(self) -> Kenmerken:
        """What the bytes of the source showed."""
        return self._parser.kenmerken

    def delen(self) -> Iterator[Part]:
        """Yield the streamed parts in document order, then the root."""
        try:
            for event, node in self._parser.events():
                if event == "start":
                    self._start(node)
                else:
                    yield from self._end(node)
        except InputError as error:
            if not self._unbound:
                self.faults += error.faults
        except _EnoughError:
            text = f"Er zijn meer dan {self._limits.fouten} fouten; de rest is niet bekeken"
            self.faults.append(Fault("te_veel_fouten", self.bestand, toelichting=text))
        if self.faults:
            raise InputError(self.faults)

    # Beginning of an element

    def _start(self, node: etree._Element) -> None:
        cutter = self._parser.cutter
        if cutter is not None and cutter.cuts and node.tag == cutter.shape.mark:
            self._cut(cutter.cuts.popleft())
            return
        if self._skip:
            self._skip += 1
            return
        if not self._stack:
            self._root(node)
            return
        if self._leaf is not None:
            self._unexpected(node, f"{self._stack[-1].pad}/{self._leaf_name}")
            return
        frame = self._stack[-1]
        element = frame.element.op_tag.get(node.tag) or self._other_namespace(frame, node)
        if element is None:
            self._unexpected(node, frame.pad)
            return
        count = self._place(frame, element, node)
        if node.keys():
            self._attributes(frame, element, node)
        name = f"{element.naam}[{count}]" if element.herhaald else element.naam
        if element.type is None:
            self._stack.append(_Frame(element, f"{frame.pad}/{name}" if frame.pad else name, {}, _line(node)))
        else:
            self._leaf, self._leaf_name = element, name

    def _root(self, node: etree._Element) -> None:
        tag = str(node.tag)
        self.beschrijving = description = self._registry.by_tag(tag)
        if description is None:
            found, text = what_is(tag)
            wanted = [of for of in self._registry if self._bericht in ("", of.bericht)]
            known = ", ".join(f"{of.bericht} {of.release}" for of in wanted)
            if with_old().by_tag(tag) is not None:
                text = f"{text}: alleen te lezen als wat eerder is gedeclareerd, met --eerder en in mpj tariffs convert"
            raise InputError(Fault("bericht_onbekend", self.bestand, _line(node), "", found, known, text))
        if self._bericht not in ("", description.bericht):
            text = f"{what_is(tag)[1]}: een ander soort bericht dan gevraagd"
            raise InputError(Fault("ander_bericht", self.bestand, 0, "", description.bericht, self._bericht, text))
        self._parser.cut(description.wortel, node.nsmap)
        self._stack.append(_Frame(description.wortel, "", {}, _line(node)))
        self._attributes(self._stack[0], description.wortel, node)

    def _cut(self, run: Run) -> None:
        """Take what was cut out of the element that is being read and of those behind it, where they have a place."""
        if not self._skip:
            frame = self._stack[-1]
            frame.waarden, frame.cut = run[0][1], run
        elif self._skip == 1:
            first = self.faults[-1]  # it has no place, so neither have they
            for lower, _ in run[1:]:
                self._add(evolve(first, rij=first.rij + lower))
        self._skip += 1

    def _place(self, frame: _Frame, element: Element, node: etree._Element) -> int:
        """Check the place and number of `element` in its group; returns how many there are now."""
        count = frame.aantallen.get(element.naam, 0) + 1
        frame.aantallen[element.naam] = count
        if element.volgorde < frame.plaats:
            after = frame.element.kinderen[frame.plaats].naam
            text = "Het element staat op de verkeerde plaats"
            self._fault("element_volgorde", self._path(frame, element), node, f"na {after}", f"vóór {after}", text)
        else:
            frame.plaats = element.volgorde
        if element.maximum is not None and count > element.maximum:
            text = "Het element komt te vaak voor"
            expected = f"hoogstens {element.maximum}"
            self._fault("element_aantal", self._path(frame, element), node, str(count), expected, text)
        return count

    def _other_namespace(self, frame: _Frame, node: etree._Element) -> Element | None:
        space, name = _split(str(node.tag))
        element = frame.element.op_naam.get(name)
        if element is not None:
            expected = element.tag[1:].partition("}")[0]
            text = "Het element staat in een andere naamruimte"
            found = mask(space or "(geen)")
            self._fault("element_naamruimte", self._path(frame, element), node, found, expected, text)
        return element

    def _unexpected(self, node: etree._Element, path: str) -> None:
        name = mask(_split(str(node.tag))[1])
        self._skip = 1
        prefix, colon, _ = name.partition(":")
        if colon:  # only of a prefix that nobody declared; one fault tells the cause of all that follows from it
            if not self._unbound:
                text = f"Het voorvoegsel {prefix} is nergens genoemd"
                self._fault(
                    "xml_ongeldig", f"{path}/{name}".lstrip("/"), node, f"{prefix}:", f"xmlns:{prefix} op het wortelelement", text
                )
            self._unbound = True
            return
        text = "Dit element hoort hier niet"
        self._fault("element_onverwacht", f"{path}/{name}".lstrip("/"), node, name, "", text)

    def _attributes(self, frame: _Frame, element: Element, node: etree._Element) -> None:
        for key in node.keys():  # noqa: SIM118 - an lxml element iterates over its children
            if key not in _ALLOWED_ATTRIBUTES:
                text = "Een bericht heeft geen attributen"
                self._fault("attribuut", self._path(frame, element), node, mask(str(key)), "geen attribuut", text)

    # End of an element

    def _end(self, node: etree._Element) -> Iterable[Part]:
        if self._skip:
            self._skip -= 1
            if self._skip or not self._stack[-1].cut:
                self._forget(node)
            return ()
        if self._leaf is not None:
            self._value(self._stack[-1], self._leaf, node)
            self._leaf = None
            return ()
        return self._group(node)

    def _value(self, frame: _Frame, element: Element, node: etree._Element) -> None:
        kind = element.type
        assert kind is not None
        text = node.text or ""
        value, breaks = kind.read(text)
        if breaks and not len(node):
            path = f"{frame.pad}/{self._leaf_name}".lstrip("/")
            for one in breaks:
                self._fault(one.code, path, node, _shown(kind, text), one.verwacht, one.toelichting)
        _store(frame.waarden, element, value)

    def _group(self, node: etree._Element) -> Iterable[Part]:
        frame = self._stack.pop()
        element, run = frame.element, frame.cut or [(0, frame.waarden)]
        if not frame.cut:
            self._whole(frame, node)
        if not self._stack:
            return () if self.faults else (Part(element.naam, frame.waarden, frame.rij, (), ()),)
        if not element.stroom:
            _store(self._stack[-1].waarden, element, frame.waarden)
            return ()
        self._forget(node)
        numbers = self._numbers(element)
        self._stack[-1].aantallen[element.naam] += len(run) - 1
        if self.faults:
            return ()
        around = tuple(outer.waarden for outer in self._stack)
        return (
            Part(element.naam, values, frame.rij + lower, around, (*numbers[:-1], numbers[-1] + place) if place else numbers)
            for place, (lower, values) in enumerate(run)
        )

    def _whole(self, frame: _Frame, node: etree._Element) -> None:
        """Check that between the elements of a group stands no text, and that none is missing."""
        stray = frame.tekst or _stray(node.text)
        for child_node in node:
            if (tail := child_node.tail) and tail.strip(_SPACE):
                stray = True
        if stray:
            text = "Tussen de elementen staat tekst"
            self._fault("tekst", frame.pad, node, "tekst", "alleen elementen", text)
        for child in frame.element.verplicht:
            if child.naam not in frame.aantallen and not self._unbound:
                path = f"{frame.pad}/{child.naam}".lstrip("/")
                self._fault("element_ontbreekt", path, node, "niets", child.naam, "Een verplicht element ontbreekt")

    def _numbers(self, element: Element) -> tuple[int, ...]:
        numbers: list[int] = []
        outer = self._stack[0]
        for frame in self._stack[1:]:
            if frame.element.herhaald:
                numbers.append(outer.aantallen[frame.element.naam])
            outer = frame
        return (*numbers, outer.aantallen[element.naam]) if element.herhaald else tuple(numbers)

    def _forget(self, node: etree._Element) -> None:
        """Drop what `node` holds and all before it in its parent; `node` itself stays, the parser has not passed it
        yet.
        """
        node.clear(keep_tail=True)  # type: ignore[call-arg]
        parent = node.getparent()
        while parent is not None and (before := node.getprevious()) is not None:
            if not self._skip and _stray(before.tail):
                self._stack[-1].tekst = True
            parent.remove(before)

    # Faults

    def _path(self, frame: _Frame, element: Element) -> str:
        if element is frame.element:
            return element.naam
        count = frame.aantallen.get(element.naam, 0)
        name = f"{element.naam}[{count}]" if element.herhaald and count else element.naam
        return f"{frame.pad}/{name}".lstrip("/")

    def _fault(self, code: Foutcode | Regelcode, path: str, node: etree._Element, found: str, expected: str, text: str) -> None:
        self._add(Fault(code, self.bestand, _line(node), path, found, expected, text))

    def _add(self, fault: Fault) -> None:
        if len(self.faults) >= self._limits.fouten:
            raise _EnoughError
        self.faults.append(fault)


def _store(values: Groep, element: Element, value: Any) -> None:
    if element.herhaald:
        values.setdefault(element.naam, []).append(value)
    else:
        values[element.naam] = value


def _shown(kind: Simpeltype, text: str) -> str:
    return kind.show(text) if text else "(leeg)"


def _stray(text: str | None) -> bool:
    return bool(text and text.strip(_SPACE))


def _split(tag: str) -> tuple[str, str]:
    """Return the namespace and local name of a tag; not etree.QName, which raises on the name of an undeclared prefix."""
    space, _, name = tag.rpartition("}")
    return space.removeprefix("{"), name


def _line(node: etree._Element) -> int:
    return cast(int, node.sourceline) or 0
