"""`check`: form, content and, where the user has it, the official schema in one list."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from standard import STANDARD, needs_standard

from messages.support import Line, assert_no_bsn, written
from mpj.messages import check, declaratieberichten
from mpj.reading.faults import InputError


def declaration() -> bytes:
    """Return a small valid declaration that names the version of the schemas."""
    (message,) = declaratieberichten([Line()], dagtekening=date(2026, 4, 1), xsd_versie="0.1.0")
    return written(message)


@needs_standard
def test_a_right_message_has_no_faults_with_or_without_the_schema() -> None:
    assert check(declaration()) == ()
    assert check(declaration(), xsd_dir=STANDARD / "xsd") == ()
    assert check(io.BytesIO(declaration()), xsd_dir=STANDARD / "xsd") == ()


@needs_standard
def test_the_schema_adds_its_findings_without_quoting_the_message() -> None:
    """The schema's own words would show the BSN; mpj keeps the element, the line and the kind of fault."""
    data = declaration().replace(b"999900006", b"9999000061")
    faults = check(data, "b.xml", xsd_dir=STANDARD / "xsd")
    assert_no_bsn(faults)
    assert [fault.code for fault in faults] == ["RS015", "RS037", "xsd", "xsd"]
    assert {(fault.kolom, fault.bestand) for fault in faults if fault.code == "xsd"} == {("Bsn", "b.xml")}


@needs_standard
def test_hostile_xml_never_reaches_the_schema() -> None:
    data = b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + declaration().split(b"\r\n", 1)[1]
    assert [fault.code for fault in check(data, xsd_dir=STANDARD / "xsd")] == ["xml_doctype"]


def test_a_folder_without_the_schema_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="schema"):
        check(declaration(), xsd_dir=tmp_path)


def test_a_message_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"weg\.xml"):
        check(tmp_path / "weg.xml")


def test_broken_xml_is_a_fault_not_an_exception() -> None:
    assert [fault.code for fault in check(b"<x", "b.xml")] == ["xml_ongeldig"]
