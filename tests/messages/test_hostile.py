"""Hostile and broken XML: one documented error, bounded memory, nothing read but the source itself."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from standard import missing

from messages.support import Line, assert_no_bsn, sample, written
from mpj.messages import (
    check,
    declaratieberichten,
    iter_jw323,
    iter_jw325,
    iter_toewijzingen,
    read,
    read_jw301,
    read_jw323,
    read_jw325,
)
from mpj.messages.parsing import Limits
from mpj.reading.faults import InputError

READERS: tuple[Callable[[Any], Any], ...] = (
    read,
    read_jw301,
    read_jw323,
    read_jw325,
    lambda source: list(iter_jw323(source)),
    lambda source: list(iter_jw325(source)),
    lambda source: list(iter_toewijzingen(source)),
)
LIMIT = 100_000_000


def declaration() -> bytes:
    """Return a small valid declaration."""
    (message,) = declaratieberichten([Line()], dagtekening=date(2026, 4, 1))
    return written(message)


def refusal(source: Any) -> str:
    """Return the one code under which every reader refuses `source`."""
    codes = set()
    for reader in READERS:
        with pytest.raises(InputError) as caught:
            reader(source() if callable(source) else source)
        assert_no_bsn(caught.value.faults)
        codes.add(caught.value.faults[-1].code)
    assert len(codes) == 1
    return codes.pop()


class Endless(io.RawIOBase):
    """A source of `size` bytes that repeats one piece for ever, and counts what was asked of it."""

    def __init__(self, head: bytes, piece: bytes, size: int) -> None:
        self._head, self._piece, self._left = head, piece, size
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        data = (self._head + self._piece * (size // len(self._piece) + 1))[: min(size, self._left)]
        self._head = b""
        self._left -= len(data)
        self.taken += len(data)
        return data


BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<b>&c;</b>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd"><x/>',
        b'<?xml version="1.0"?>\n<!-- <x> --><?pi ?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><x/>',
        b"<!DOCTYPE x><x/>",
        b"<!DOCTYPE x [" + b"<!ENTITY e 'x'>" * 100_000 + b"]><x/>",
    ],
    ids=["entity bomb", "external DTD", "external entity", "parameter entity", "bare", "never ending"],
)
def test_any_document_type_is_refused_before_anything_in_it_is_looked_at(data: bytes) -> None:
    assert refusal(data) == "xml_doctype"


def test_a_document_type_before_a_real_message_is_refused() -> None:
    head, message = declaration().split(b"\r\n", 1)
    assert refusal(head + b'<!DOCTYPE x [<!ENTITY n "1">]>' + message.replace(b">60<", b">&n;<")) == "xml_doctype"


def test_an_entity_that_nobody_declared_is_refused() -> None:
    assert refusal_of_declaration(b">60<", b">&n;<") == "xml_ongeldig"


def refusal_of_declaration(old: bytes, new: bytes) -> str:
    """Return the code under which a changed declaration is refused."""
    with pytest.raises(InputError) as caught:
        read_jw323(declaration().replace(old, new))
    assert_no_bsn(caught.value.faults)
    return caught.value.faults[-1].code


def test_nesting_without_end_is_refused_after_the_first_bytes() -> None:
    """A gigabyte of nesting costs no more than its first block."""
    source = Endless(b"", b"<a>", 1_000_000_000)
    with pytest.raises(InputError):
        read(source)
    assert source.taken < 1_000_000


def test_nesting_below_a_right_beginning_is_refused() -> None:
    head = declaration().split(b"<jw323:Bsn>")[0]
    source = Endless(head, b"<a>", 1_000_000_000)
    with pytest.raises(InputError) as caught:
        read(source)
    assert caught.value.faults[-1].code == "xml_diepte"
    assert source.taken < 1_000_000


@pytest.mark.parametrize("piece", [b" ", b"<!-- x -->", b"<?x y?>"], ids=["blanks", "comments", "instructions"])
def test_a_message_that_never_begins_is_refused(piece: bytes) -> None:
    source = Endless(b"", piece, 1_000_000_000)
    with pytest.raises(InputError):
        read(source)
    assert source.taken < 1_000_000


def test_a_message_larger_than_the_limit_is_refused() -> None:
    source = Endless(declaration().split(b"<jw323:Bsn>")[0], b"<!-- -->", 1_000_000_000)
    with pytest.raises(InputError) as caught:
        read(source, limits=Limits(omvang=1_000_000))
    assert caught.value.faults[-1].code == "xml_omvang"
    assert source.taken < 1_100_000


def test_an_endless_row_of_unknown_elements_stops_at_the_limit_of_faults() -> None:
    source = Endless(declaration().split(b"<jw323:Bsn>")[0], b"<a/>", LIMIT)
    with pytest.raises(InputError) as caught:
        read(source, limits=Limits(fouten=100))
    assert caught.value.faults[-1].code == "te_veel_fouten"
    assert source.taken < 1_000_000


def test_an_overlong_text_is_a_fault_and_is_not_shown() -> None:
    data = declaration().replace(b">45212<", b">" + b"4" * 1_000_000 + b"<")
    with pytest.raises(InputError) as caught:
        read(data)
    (fault,) = caught.value.faults
    assert (fault.code, len(str(fault)) < 300) == ("RS012", True)


def test_an_overlong_text_with_a_line_end_takes_no_time() -> None:
    """A pattern that had to look back over the whole text would take hours here."""
    data = declaration().replace(b">45212<", b">" + b"x" * 3_000_000 + b"\n<")
    with pytest.raises(InputError) as caught:
        read(data)
    assert {fault.code for fault in caught.value.faults} == {"RS012", "RS033"}


@pytest.mark.parametrize(
    "data",
    [
        declaration().decode().encode("utf-16"),
        declaration().decode().encode("utf-16-le"),
        declaration().decode().encode("utf-32"),
        declaration().replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"'),
        declaration().replace(b'encoding="UTF-8"', b"encoding='windows-1252'"),
        declaration().replace(b'encoding="UTF-8"', b'encoding="UTF-7"'),
        declaration().replace(b">45212<", b">4521\xe9<"),
        declaration().replace(b">45212<", b">4521\xed\xa0\x80<"),
    ],
    ids=["utf-16", "utf-16 bare", "utf-32", "latin-1", "cp1252", "utf-7", "latin-1 byte", "surrogate"],
)
def test_another_encoding_than_utf_8_is_refused(data: bytes) -> None:
    assert refusal(data) == "xml_codering"


def test_a_message_that_ends_within_a_character_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read(declaration()[:-20] + b"\xc3")
    assert caught.value.faults[-1].code == "xml_codering"


def test_a_byte_order_mark_is_read_and_reported_by_the_check() -> None:
    """OP192 wants none; a reader can live with it."""
    data = codecs.BOM_UTF8 + declaration()
    assert read(data) == read(declaration())
    assert [(fault.code, fault.soort) for fault in check(data)] == [("OP192", "waarschuwing")]


def test_line_ends_without_cr_are_reported_by_the_check() -> None:
    """OP192 wants CR and LF."""
    (warning,) = check(declaration().replace(b"\r\n", b"\n"))
    assert (warning.code, warning.soort) == ("OP192", "waarschuwing")
    assert check(declaration()) == ()


def test_a_message_cut_off_anywhere_is_refused() -> None:
    data = declaration().rstrip()
    for size in range(0, len(data), 7):
        with pytest.raises(InputError):
            read(data[:size])


@pytest.mark.parametrize(("old", "new"), [(b"jw323/schema", b"jw324/schema"), (b"/3_2/", b"/3_1/"), (b":Bericht", b":Berichten")])
def test_another_kind_or_release_is_refused_by_name(old: bytes, new: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read(declaration().replace(old, new))
    fault = caught.value.faults[0]
    assert fault.code == "bericht_onbekend"
    assert "JW323 3.2" in fault.verwacht


def test_a_known_message_of_another_kind_than_asked_for_is_refused() -> None:
    for reader in (read_jw301, read_jw325, lambda source: list(iter_jw325(source))):
        with pytest.raises(InputError) as caught:
            reader(declaration())
        fault = caught.value.faults[0]
        assert (fault.code, fault.gevonden) == ("ander_bericht", "JW323")


@pytest.mark.parametrize("data", [b"", b"x", b"\0", b"<", b"<x", b"<x></y>", b"a;b;c\n1;2;3\n", b"PK\x03\x04", b"{}"])
def test_what_is_no_message_at_all_is_refused(data: bytes) -> None:
    assert refusal(data) in {"xml_ongeldig", "xml_codering", "bericht_onbekend"}


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "weg.xml", tmp_path):
        with pytest.raises(InputError) as caught:
            read(path)
        (fault,) = caught.value.faults
        assert (fault.code, fault.bestand) == ("bestand", path.name)


def test_the_name_of_the_file_is_in_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "bericht.xml"
    path.write_bytes(declaration().replace(b">01<", b">02<"))
    with pytest.raises(InputError) as caught:
        read(path)
    assert [fault.bestand for fault in caught.value.faults] == ["bericht.xml"]
    with path.open("rb") as stream, pytest.raises(InputError) as caught:
        read(stream)
    assert [fault.bestand for fault in caught.value.faults] == ["bericht.xml"]


# Fuzzing: whatever the bytes, a reader gives a value or an InputError


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
@example(b"<?xml version='1.1'?><x/>")
@example(b"<x:y/>")
@example(b"<x xmlns:y=''/>")
def test_arbitrary_omvanggive_nothing_but_the_documented_error(data: bytes) -> None:
    for reader in READERS:
        with pytest.raises(InputError):
            reader(data)


MARKUP = rb"""< > / & &#0; &#55296; &lt; ]]> <![CDATA[ <!-- --> <? ?> " xmlns:jw323='' jw323: <jw323:Client> </jw323:Client>"""
PIECES = st.sampled_from([*MARKUP.split(), b"999900006", b"\xc2\xa0", b"\xef\xbf\xbf", b"\xff", b"\0", b"\r"])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a declaration or sample with bytes changed, cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from([declaration(), *SAMPLES])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data) - 1))
        length = draw(st.integers(0, 60))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data[place : place + length] = b""
        elif kind == 1:
            data[place:place] = data[place : place + length]
        elif kind == 2:
            data[place : place + 1] = draw(st.binary(min_size=1, max_size=3))
        else:
            data[place:place] = draw(PIECES)
    return bytes(data)


SAMPLES = [sample(kind) for kind in ("JW301", "JW325")] if not missing() else []


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(damaged())
def test_a_damaged_message_gives_a_value_or_the_documented_error(data: bytes) -> None:
    """And the error never shows a BSN, whatever the damage did to the elements around it."""
    for reader in READERS:
        try:
            reader(data)
        except InputError as error:
            assert_no_bsn(error.faults)
    assert_no_bsn(check(data))


@pytest.mark.parametrize("text", [b"<a/>", b"<a", b"<", b"a", b"\n", b"<a/>\n"])
def test_a_message_of_a_few_bytes_is_refused(text: bytes) -> None:
    for read_one in (read, read_jw323, read_jw325, read_jw301):
        with pytest.raises(InputError):
            read_one(text)
    assert check(text)


def test_a_stream_tells_what_is_missing_before_its_lines() -> None:
    """A client without a BSN is a fault of the form, whichever way a message is read."""
    data = re.sub(rb"\s*<jw323:Bsn>.*?</jw323:Bsn>", b"", declaration())
    for read_all in (read_jw323, lambda source: list(iter_jw323(source))):
        with pytest.raises(InputError, match=r"Client\[1\]/Bsn: Een verplicht element ontbreekt"):
            read_all(data)
