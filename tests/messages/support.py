"""Shared by the message tests: the official schemas and samples, valid messages to start from, and random ones.

The schemas and samples belong to the standard and are not part of this repository (`standard`).
"""

from __future__ import annotations

import io
import re
from datetime import date, time
from functools import cache
from typing import Any

from attrs import frozen
from hypothesis import strategies as st
from lxml import etree
from standard import STANDARD

from mpj.messages import Beschrijving, shipped, write
from mpj.messages.description import Element
from mpj.messages.types import Simpeltype
from mpj.messages.values import Bericht
from mpj.messages.writer import Writer
from mpj.reading.faults import Fault

KINDS = ("JW301", "JW323", "JW325")
COUNTED = ("JW305", "JW307", "JW315")
"""Kinds that are described, and of which no value is made."""


@cache
def schema(kind: str) -> etree.XMLSchema:
    """Return the official schema of a message kind."""
    return etree.XMLSchema(etree.parse(str(STANDARD / "xsd" / f"{kind}.xsd")))


@cache
def sample(kind: str) -> bytes:
    """Return the official sample of a message kind."""
    return (STANDARD / "samples" / f"{kind}.xml").read_bytes()


def valid(kind: str, data: bytes) -> bool:
    """Return the official schema's verdict."""
    return schema(kind).validate(etree.fromstring(data))


def description(kind: str) -> Beschrijving:
    """Return the shipped description of a message kind."""
    return shipped().get("ijw", "3.2", kind)


def written(message: Bericht) -> bytes:
    """Return `message` as bytes."""
    out = io.BytesIO()
    assert write(message, out) == len(out.getvalue())
    return out.getvalue()


def canonical(data: bytes) -> bytes:
    """Return a message with its layout and the spelling of whole numbers taken out, to compare two of them."""
    root = etree.fromstring(data)
    for node in root.iter():
        if len(node):
            node.text = None
        node.tail = None
    return etree.tostring(root, method="c14n")


def assert_no_bsn(faults: tuple[Fault, ...]) -> None:
    """No fault shows what could be a BSN."""
    for fault in faults:
        assert not re.search("[0-9]{7}", str(fault)), fault.code


@frozen
class Line:
    """A declaration line, as the engine makes them."""

    referentienummer: str = "R1"
    vorig_referentienummer: str = ""
    debetcredit: str = "D"
    declaratienummer: str = "DN1"
    declaratieperiode: str = "2026-03"
    contract: str = "VB-2026"
    aanbieder: str = "65656055"
    gemeente: str = "0384"
    bsn: str = "999900006"
    toewijzingnummer: int = 10072
    perceel: str = "A"
    prestatiecode: str = "2.1"
    kwalificatieniveau: str = "hbo"
    productcategorie: str = "45"
    productcode: str = "45212"
    begindatum: date = date(2026, 3, 1)
    einddatum: date = date(2026, 3, 31)
    volume: int = 4
    normtijd: str = "kwartier"
    tarief_cent: int = 2455
    bedrag_cent: int = 9820
    eenheid: str = "01"
    volume_bericht: int = 60
    in_bericht: bool = True


# Random messages, drawn from the descriptions


def groups(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return random groups for a whole message of `kind`, valid by construction of the description."""
    return groups_of(description(kind).wortel)


def render(kind: str, values: dict[str, Any]) -> bytes:
    """Return the message that the groups stand for."""
    out = io.BytesIO()
    Writer(description(kind)).write(values, out)
    return out.getvalue()


def groups_of(element: Element) -> st.SearchStrategy[dict[str, Any]]:
    """Return random groups for one element."""
    wanted = {child.naam: _content(child) for child in element.kinderen if child.minimum}
    optional = {child.naam: _content(child) for child in element.kinderen if not child.minimum}
    return st.fixed_dictionaries(wanted, optional=optional)


def _content(element: Element) -> st.SearchStrategy[Any]:
    one: st.SearchStrategy[Any] = _value(element.type) if element.type is not None else groups_of(element)
    return st.lists(one, min_size=1, max_size=2) if element.herhaald else one


_NASTY = "aZ09 .-é€😀&<>\"'\u00a0\u2028"
_ANY = st.text(_NASTY, min_size=1, max_size=5)


def _value(kind: Simpeltype) -> st.SearchStrategy[Any]:
    if kind.waarde:
        return st.just(kind.read(kind.waarde)[0])
    if kind.codes:
        return st.sampled_from(kind.codes)
    if kind.soort == "geheel":
        return st.sampled_from((kind.min, kind.max)) | st.integers(kind.min, kind.max)
    if kind.soort == "datum":
        return st.dates(date(1900, 1, 1), date(2100, 12, 31))
    if kind.soort == "tijd":
        return st.times() | st.just(time(12, 34, 56))
    fixed = _FIXED.get(kind.naam)
    if fixed is not None:
        return st.sampled_from(fixed)
    if re.fullmatch("[0-9]+([|][0-9]+)+", kind.patroon):
        return st.sampled_from(kind.patroon.split("|"))
    if kind.patroon.startswith("[0-9]{"):
        length = int(kind.patroon[6:-1])
        return st.integers(0, 10**length - 1).map(lambda number: f"{number:0{length}d}")
    longest = kind.max_lengte or 40
    if kind.patroon == "[a-zA-Z0-9]+":
        return st.sampled_from(("x" * longest, "DN1"))
    filled = st.sampled_from(("x" * longest, "é" * longest, "x"))
    return filled | _ANY.map(lambda text: f"x{text}"[:longest])


_FIXED = {
    "LDT_Versie": ("1.0.0", "0.1.0", "10.20.30"),
    "LDT_Servicebureau": ("00000000", "98000001"),
    "LDT_BtwIDNummer": ("NL123456789B01",),
    "LDT_Voorletters": ("T", "ABCDEF", "É"),
    "LDT_Telefoonnummer": ("0201234567", "1"),
}
