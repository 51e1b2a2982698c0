"""Reading and writing lose nothing, for the official samples and for random messages; what is written is valid."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from standard import needs_standard

from messages.support import KINDS, canonical, groups, render, sample, valid, written
from mpj.messages import iter_jw323, iter_jw325, read, read_jw301, read_jw323, read_jw325, write_stream
from mpj.messages.values import Totaal

READERS: dict[str, Callable[..., Any]] = {"JW301": read_jw301, "JW323": read_jw323, "JW325": read_jw325}
STREAMS: dict[str, Callable[..., Iterator[Any]]] = {"JW323": iter_jw323, "JW325": iter_jw325}


@needs_standard
@pytest.mark.parametrize("kind", KINDS)
def test_an_official_sample_survives_reading_and_writing(kind: str) -> None:
    message = read(sample(kind))
    again = written(message)
    assert READERS[kind](sample(kind)) == message
    assert read(again) == message
    assert canonical(again) == canonical(sample(kind))
    assert valid(kind, again)


@needs_standard
def test_the_sample_declaration_reads_as_it_says() -> None:
    message = read_jw323(sample("JW323"))
    assert (message.header.afzender, message.header.ontvanger) == ("65656055", "0384")
    assert (message.declaratienummer, message.totaal) == ("DN001", Totaal(79000, "D"))
    assert [client.bsn for client in message.clienten] == ["999900006", "999900018"]
    line = message.clienten[1].prestaties[2]
    assert (line.referentienummer, line.toewijzingnummer, line.productcode) == ("RN004", 10073, "45A04")
    assert (line.begindatum, line.einddatum) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (line.volume, line.eenheid, line.tarief_cent, line.net) == (14, "04", 1500, 21000)


@needs_standard
def test_the_sample_answer_reads_as_it_says() -> None:
    message = read_jw325(sample("JW325"))
    assert message.header.retourcodes == ("0200",)
    assert message.antwoord is not None
    assert (message.antwoord.totaal_ingediend.net, message.antwoord.totaal_toegekend.net) == (-58000, -34000)
    lines = [line for client in message.antwoord.clienten for line in client.prestaties]
    assert [line.retourcodes for line in lines] == [("0611",), ("9339", "9340", "9341"), ("9307",)]
    assert [line.vorig_referentienummer for line in lines] == ["RT001", "RT002", "RT003"]


@needs_standard
def test_the_sample_assignment_reads_as_it_says() -> None:
    message = read_jw301(sample("JW301"))
    first = message.producten[0]
    assert (message.bsn, first.toewijzingnummer, first.productcode) == ("999900006", 300201, "55A11")
    assert (first.volume, first.eenheid, first.frequentie, first.budget_cent) == (2, "04", "2", None)
    assert first.toewijzingstijd == time(12, 34, 56)
    assert ("Geslacht", "1") in message.client


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "examples"), [("JW301", 60), ("JW323", 100), ("JW325", 100)])
def test_a_random_message_survives_reading_and_writing(kind: str, examples: int) -> None:
    """Whatever the description allows can be written, read, and written again with the same bytes, whole or as a stream."""

    @settings(max_examples=examples, deadline=None)
    @given(groups(kind))
    def law(values: dict[str, Any]) -> None:
        first = render(kind, values)
        message = read(first)
        assert read(written(message)) == message
        assert written(message) == first
        if kind in STREAMS:
            out = io.BytesIO()
            assert write_stream(STREAMS[kind](first), out) == len(first)
            assert out.getvalue() == first

    law()


@pytest.mark.slow
@needs_standard
@pytest.mark.parametrize(("kind", "examples"), [("JW301", 60), ("JW323", 100), ("JW325", 100)])
def test_whatever_the_description_allows_is_valid_by_the_official_schema(kind: str, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(groups(kind))
    def law(values: dict[str, Any]) -> None:
        assert valid(kind, render(kind, values))

    law()


@settings(max_examples=15, deadline=None)
@given(values=groups("JW323"))
def test_the_file_demands_of_the_standard_are_kept(values: dict[str, Any]) -> None:
    """D.10: UTF-8 without byte order mark, and CR with LF at the end of every line."""
    data = render("JW323", values)
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n')
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")


def test_line_ends_and_markup_in_a_text_survive() -> None:
    """A comment may hold markup and line ends; the line ends are CR/LF in the file and LF in the value."""
    values = _assignment("a < b & c\n]]> regel twee\r")
    data = render("JW301", values)
    assert b"c\r\n]]&gt;" in data
    assert read_jw301(data).producten[0].commentaar == "a < b & c\n]]> regel twee\r"


@needs_standard
def test_numbers_are_read_by_value_and_written_in_canonical_digits() -> None:
    """The schema takes signs, zeros and blanks around a number; mpj reads the number and writes its digits."""
    for spelling in (b"+4", b"0004", b" 4 ", b"\n4\t"):
        data = sample("JW323").replace(b">4</jw323:Gel", b">" + spelling + b"</jw323:Gel")
        assert valid("JW323", data)
        message = read(data)
        assert message == read(sample("JW323"))
        assert b"<jw323:GeleverdVolume>4</" in written(message)


@needs_standard
def test_comments_instructions_and_cdata_do_not_change_what_is_read() -> None:
    data = sample("JW323").replace(b">45A03<", b"><!-- x -->45<?y z?>A<![CDATA[03]]><")
    assert read(data) == read(sample("JW323"))


def test_an_answer_without_clients_and_one_without_an_answer_are_read() -> None:
    full = read_jw325(render("JW325", _answer({"Clienten": None})))
    assert full.antwoord is not None
    assert full.antwoord.clienten == ()
    assert read(written(full)) == full
    refused = read_jw325(render("JW325", _answer(None)))
    assert refused.antwoord is None
    assert read(written(refused)) == refused


def test_a_stream_must_begin_with_its_head() -> None:
    with pytest.raises(ValueError, match="head"):
        write_stream([], io.BytesIO())


def test_a_bsn_is_in_no_repr() -> None:
    message = read_jw301(render("JW301", _assignment("x")))
    assert "999900006" not in repr(message)


_ID = {"Identificatie": "ID1", "Dagtekening": date(2026, 5, 1)}
_XSD = {"BasisschemaXsdVersie": "1.0.0", "BerichtXsdVersie": "1.0.0"}
_OK = {"RetourCode": ["0200"]}


def _answer(changes: dict[str, Any] | None) -> dict[str, Any]:
    total = {"TotaalBedrag": 100, "DebetCredit": "D"}
    header = {
        "BerichtCode": "491",
        "BerichtVersie": 3,
        "BerichtSubversie": 2,
        "Afzender": "0384",
        "Ontvanger": "65656055",
        "BerichtIdentificatie": _ID,
        "XsdVersie": _XSD,
        "DeclaratieIdentificatie": _ID,
        "XsdVersieDeclaratie": _XSD,
        "RetourCodes": _OK,
    }
    if changes is None:
        return {"Header": header}
    answer = {
        "DeclaratieNummer": "DN1",
        "TotaalIngediendBedrag": total,
        "TotaalToegekendBedrag": total,
        "RetourCodes": {"RetourCode": ["8001"]},
    }
    return {"Header": header, "DeclaratieAntwoord": answer | changes}


def _assignment(remark: str) -> dict[str, Any]:
    header = {
        "BerichtCode": "436",
        "BerichtVersie": 3,
        "BerichtSubversie": 2,
        "Afzender": "0384",
        "Ontvanger": "42420001",
        "BerichtIdentificatie": _ID,
        "XsdVersie": _XSD,
    }
    product = {
        "ToewijzingNummer": 1,
        "Toewijzingsdatum": date(2026, 4, 1),
        "Toewijzingstijd": time(0),
        "Ingangsdatum": date(2026, 4, 1),
        "Einddatum": date(2026, 6, 30),
        "Budget": 100000,
        "Commentaar": remark,
    }
    client = {
        "Bsn": "999900006",
        "Geboortedatum": {"Datum": date(2010, 2, 14)},
        "Geslacht": "1",
        "Naam": {"Geslachtsnaam": {"Achternaam": "Wit"}, "NaamGebruik": "1"},
        "Contactgegevens": {"Contact": [{"Soort": "03"}]},
        "ToegewezenProducten": {"ToegewezenProduct": [product]},
    }
    return {"Header": header, "Client": client}
