"""Checking a message: its form (control level 1), then what its content shows on its own (level 2 and parts of 3 and
4).

Content is looked at only when the form is right, as the standard has it (IV088). With the official schema at hand the
message is validated with that as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from lxml import etree

from mpj.messages.content import content_faults
from mpj.messages.description import Beschrijving, Registry
from mpj.messages.form import Formreader
from mpj.messages.parsing import Kenmerken, Limits, Source, open_source
from mpj.messages.reader import build, open_message
from mpj.messages.toewijzingen import message_faults
from mpj.messages.values import Bericht, Toewijzingsbericht
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault, InputError
from mpj.reading.register import Regelcode

_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([A-Za-z]+)'")


def check(
    source: Source,
    bestand: str = "",
    *,
    xsd_dir: Path | str | None = None,
    limits: Limits | None = None,
    registry: Registry | None = None,
    protocol: Protocol = MPJ_16,
) -> tuple[Fault, ...]:
    """Return every fault and warning of a message; an empty tuple means that there is nothing to remark.

    `source` is a path, bytes or a binary file. A fault carries the element path with positions, the rule code, what
    was found and what was expected; ``soort`` tells a warning. With `xsd_dir` (the folder of the official schemas)
    the schema's own findings follow, under the code ``xsd``. `protocol` says which dates may be
    declared, and what a unit counts. Raises InputError only when `source` or the schema
    cannot be read.
    """
    if xsd_dir is not None:
        limits = limits or Limits()
        with open_source(source) as (stream, name):
            bestand = bestand or name
            source = stream.read(limits.omvang + 1)
    with open_message(source, bestand, limits, registry) as reader:
        message: Bericht | None = None
        try:
            message = built = build(reader, reader.delen())
            faults = _content(built, reader, protocol) + file_warnings(reader.kenmerken, reader.bestand)
        except InputError as error:
            faults = error.faults
            if any(fault.code == "bestand" for fault in faults):
                raise
        if xsd_dir is None or reader.beschrijving is None:
            return faults
        assert isinstance(source, bytes)
        return faults + _schema(source, Path(xsd_dir), reader.beschrijving, message, reader.bestand)


def _content(message: Bericht, reader: Formreader, protocol: Protocol) -> tuple[Fault, ...]:
    if isinstance(message, Toewijzingsbericht):
        return message_faults(message, reader.bestand)
    return content_faults(message, reader.bestand, protocol=protocol)


def file_warnings(seen: Kenmerken, bestand: str) -> tuple[Fault, ...]:
    """Return where the file itself departs from OP192; a schema does not see that, so these are warnings."""
    found = []
    if seen.bom:
        found.append(("een byte order mark", "UTF-8 zonder byte order mark", "Het bestand begint met een byte order mark"))
    if seen.kale_lf:
        found.append((f"{seen.kale_lf} regels zonder CR", "CR en LF", "Niet elke regel eindigt op CR en LF"))
    return tuple(Fault(Regelcode("OP192"), bestand, 0, "", one, two, text, "waarschuwing") for one, two, text in found)


def _schema(data: bytes, folder: Path, description: Beschrijving, message: Bericht | None, bestand: str) -> tuple[Fault, ...]:
    path = folder / f"{description.bericht}.xsd"
    try:
        document = etree.parse(str(path), _parser())
        schema = etree.XMLSchema(document)
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError):
        text = "Het officiële schema is niet te lezen"
        raise InputError(Fault("xsd_onleesbaar", path.name, verwacht="een schema", toelichting=text)) from None
    try:
        tree = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError:
        return ()
    schema.validate(tree)
    entries = cast(Iterable[etree._LogEntry], schema.error_log)
    return tuple(_schema_fault(entry, bestand) for entry in entries) + _version(document, message, bestand)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _schema_fault(entry: etree._LogEntry, bestand: str) -> Fault:
    """Return a finding of the schema; its own message may quote personal details, so only the element and the kind
    are kept.
    """
    element = _ELEMENT.match(entry.message or "")
    kind = entry.type_name.removeprefix("SCHEMAV_")
    text = "Het officiële schema keurt dit af"
    return Fault("xsd", bestand, entry.line, element.group(1) if element else "", kind, "geldig volgens het schema", text)


def _version(document: etree._ElementTree, message: Bericht | None, bestand: str) -> tuple[Fault, ...]:
    """IV034: the header names the version that the schema gives itself."""
    if message is None:
        return ()
    own = tuple(document.findtext(f".//{{*}}appinfo/{{*}}{name}") for name in ("BasisschemaXsdVersie", "BerichtXsdVersie"))
    found = (message.header.xsdversie.basisschema, message.header.xsdversie.bericht)
    if None in own or own == found:
        return ()
    text = "De versie in de header is niet die van het schema"
    shown, expected = " en ".join(found), " en ".join(str(one) for one in own)
    return (Fault(Regelcode("IV034"), bestand, 0, "Header/XsdVersie", shown, expected, text, "waarschuwing"),)
