"""A message reads the same whether its plain elements are cut out or parsed: values, lines, faults, whatever was done to it."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from messages.mutations import STRUCTURE, TEXTS, elements, mutate, with_text
from messages.support import Line, written
from messages.test_hostile import SAMPLES
from mpj.messages import declaratieberichten, iter_jw323, parsing
from mpj.messages.description import shipped
from mpj.messages.parsing import Limits
from mpj.messages.reader import open_message
from mpj.messages.shapes import Cutter, PlainElement
from mpj.reading.faults import InputError


@cache
def declaration(lines: int = 6) -> bytes:
    """A declaration with debit and credit lines of two clients."""
    own = [
        Line(f"R{number}", bsn="999900006" if number % 2 else "999900018", productcode=f"4521{number % 8}")
        for number in range(lines)
    ]
    own.append(Line("C1", vorig_referentienummer="OUD", debetcredit="C", begindatum=date(2026, 2, 1), einddatum=date(2026, 2, 28)))
    (message,) = declaratieberichten(own, dagtekening=date(2026, 4, 1))
    return written(message)


def told(data: bytes, limits: Limits | None = None) -> tuple[list[object], list[object]]:
    """What the form walk hands out, and the faults."""
    found: list[object] = []
    with open_message(data, "b.xml", limits) as reader:
        try:
            for part in reader.delen():
                if part.naam == "Client":
                    found.append((part.naam, dict(part.waarden), part.rij, part.nummers))
                else:
                    found.append((part.naam, repr(part.waarden), part.rij, repr(part.omgeving), part.nummers))
        except InputError as error:
            return found, list(error.faults)
        return found, [reader.kenmerken.bom, reader.kenmerken.kale_lf]


def both(data: bytes, chunk: int, limits: Limits | None = None) -> tuple[int, list[object]]:
    """Read in pieces of so many bytes, cut and whole; returns how many elements were cut out, and what the faults were."""
    cuts: list[object] = []
    values = Cutter._values

    def counted(cutter: Cutter, found: Any) -> Any:
        cuts.append(found)
        return values(cutter, found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "_CHUNK", chunk)
        patch.setattr(Cutter, "_values", counted)
        cut = told(data, limits)
        patch.setattr(PlainElement, "of", classmethod(lambda *_: None))
        whole = told(data, limits)
    assert cut == whole
    return len(cuts), whole[1]


@pytest.mark.parametrize("chunk", [600, 1000, 2500, 7000])
def test_plain_lines_are_cut_out(chunk: int) -> None:
    """All but those that begin in the first bytes, which are parsed to know what message it is; with any layout."""
    data = declaration(20)
    bare = b"".join(part.strip() for part in data.splitlines())
    for one in (data, bare, data.replace(b"\r\n", b"\n"), data.replace(b"jw323:", b"").replace(b"xmlns:jw323", b"xmlns")):
        cuts, faults = both(one, chunk)
        assert cuts >= 21 - chunk * 22 // len(one) - 2
        assert faults[0] is False


@pytest.mark.slow
@pytest.mark.parametrize("mutation", STRUCTURE, ids=lambda mutation: mutation.__name__)
def test_a_changed_message_reads_the_same(mutation: object) -> None:
    data = declaration()
    seen = 0
    places = [*elements(etree.fromstring(data)), *range(60, 100)]
    for index in places:
        cuts, _ = both(mutate(data, index, mutation), 900)  # type: ignore[arg-type]
        seen += cuts
    assert seen > len(places)


@pytest.mark.slow
def test_a_changed_value_reads_the_same() -> None:
    data = declaration()
    for number, text in enumerate(TEXTS):
        for index in range(64 + number % 4, 82, 4):
            both(mutate(data, index, with_text(text)), 900)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        b"<!-- x -->",
        b"<!--",
        b"<![CDATA[x]]>",
        b"<?pi?>",
        b"<_/>",
        b"<_></_>",
        b"<jw323:Prestatie><_/></jw323:Prestatie>",
        b"<jw323:Prestatie/>",
        b'<a xmlns:ijw="urn:x">',
        b"xmlns",
        b"&amp;",
        b"&unknown;",
        b"]]>",
        b"\xc3\xa9",
        b"\xff",
        b"\0",
        b"\r",
        b"\x0b",
        b"x",
        b"</jw323:Prestatie>",
        b"<jw323:Prestatie>",
        b"<" * 3,
    ],
)
def test_a_piece_put_in_anywhere_reads_the_same(piece: bytes) -> None:
    data = declaration()
    for place in range(len(data) // 4, len(data), 61):
        both(data[:place] + piece + data[place:], 800)


def test_a_whole_line_within_something_opaque_is_not_read() -> None:
    """A line in a comment is no line, whatever it looks like; nor is one whose prefix means another namespace there."""
    data = declaration()
    begin, end = data.index(b"<jw323:Prestatie>", 2500), data.rindex(b"</jw323:Prestatie>")
    line = data[begin : data.index(b"</jw323:Prestatie>", begin) + len(b"</jw323:Prestatie>")]
    for before, after in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?x ", b"?>"), (b'<x xmlns:ijw="urn:y">', b"</x>")):
        for chunk in (700, 2000):
            both(data[:end] + before + line + after + data[end:], chunk)
            both(data[:begin] + before + line + after + data[begin:], chunk)
    other = data.replace(b"<jw323:Prestaties>", b'<jw323:Prestaties xmlns:ijw="urn:y">', 1)
    assert both(other, 700)[1]


@pytest.mark.parametrize("limits", [None, Limits(fouten=4), Limits(diepte=6)])
def test_each_line_of_a_run_without_a_place_is_told(limits: Limits | None) -> None:
    """Lines that stand beside their group, within a value, or in a group of another kind."""
    data, seen = declaration(12), 0
    for group in (b"", b"jw323:Bsn", b"ijw:Bsn", b"x", b"jw323:Prestatie"):
        other = data
        for old, new in ((b"<jw323:Prestaties>", b"<%b>" % group), (b"</jw323:Prestaties>", b"</%b>" % group)):
            other = other.replace(old, new if group else b"")
        for chunk in (600, 5000):
            cuts, faults = both(other, chunk, limits)
            assert faults
            seen += cuts
    assert seen > 2


@pytest.mark.parametrize("limits", [Limits(diepte=depth) for depth in range(5, 10)] + [Limits(fouten=2), Limits(omvang=4000)])
def test_limits_are_those_of_the_whole_message(limits: Limits) -> None:
    data = declaration()
    both(data, 700, limits)
    both(data.replace(b"<ijw:Bedrag>", b"<ijw:Bedrag>-"), 700, limits)
    both(data.replace(b"<jw323:Prestaties>", b"<x><x>").replace(b"</jw323:Prestaties>", b"</x></x>"), 700, limits)


PIECES = (b"<", b">", b"&#65;", b"<!--", b"-->", b" ", b"<_/>", b"<?x?>", b"]]>", b"'")


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, int]:
    """A message with bytes changed, cut out, doubled or put in, and the size of the pieces that it is read in."""
    data = bytearray(draw(st.sampled_from([declaration(), *SAMPLES])))
    for _ in range(draw(st.integers(0, 3))):
        place, length = draw(st.integers(0, len(data) - 1)), draw(st.integers(0, 900))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data[place : place + length] = b""
        elif kind == 1:
            data[place:place] = data[place : place + length]
        elif kind == 2:
            data[place : place + 1] = draw(st.binary(min_size=1, max_size=3))
        else:
            data[place:place] = draw(
                st.sampled_from([b"<", b">", b"&#65;", b"<!--", b"-->", b" ", b"<_/>", b"<?x?>", b"]]>", b"'"])
            )
    return bytes(data), draw(st.integers(500, 3000))


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(damaged())
def test_a_damaged_message_reads_the_same(given_: tuple[bytes, int]) -> None:
    both(*given_)


@pytest.mark.slow
def test_a_message_of_many_lines_is_the_same_values() -> None:
    """Past the line that libxml counts to, and in pieces of the usual size."""
    data = declaration(3500)
    with pytest.MonkeyPatch.context() as patch:
        cut = list(iter_jw323(data))
        patch.setattr(PlainElement, "of", classmethod(lambda *_: None))
        whole = list(iter_jw323(data))
    assert [getattr(one, "prestatie", one) for one in cut] == [getattr(one, "prestatie", one) for one in whole]
    assert len(cut) == 3502


def test_a_message_without_such_lines_has_no_shape() -> None:
    names = {"http://www.istandaarden.nl/ijw/3_2/basisschema/schema": "ijw"}
    for kind in ("JW323", "JW325"):
        description = shipped().get("ijw", "3.2", kind)
        own = names | {description.naamruimten[kind.lower()]: kind.lower()}
        assert (PlainElement.of(description.wortel, own) is None) == (kind == "JW325")
        assert PlainElement.of(description.wortel, names) is None
