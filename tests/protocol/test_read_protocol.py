"""Reading a protocol: the invented one reads, writes and reads again; what mpj cannot carry is refused with place and reason."""

from __future__ import annotations

import os
import pickle
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mpj
from mpj.protocol import MPJ_16, Protocol, decode, encode, read_protocol, to_toml, write_protocol

FILE = Path(__file__).with_name("productstructuur.toml")
TEXT = FILE.read_text("utf-8")
SHIPPED = Path(mpj.__file__).parent / "protocol" / "mpj_16.toml"
SECOND = read_protocol(FILE)


@pytest.mark.parametrize("protocol", [MPJ_16, SECOND], ids=["mpj", "second"])
def test_a_protocol_survives_being_a_file_and_travelling(protocol: Protocol, tmp_path: Path) -> None:
    path = tmp_path / "protocol.toml"
    write_protocol(protocol, path)
    again, travelled = read_protocol(str(path)), pickle.loads(pickle.dumps(protocol))
    assert (again, travelled) == (protocol, protocol)
    assert (hash(again), hash(travelled)) == (hash(protocol), hash(protocol))
    assert to_toml(again) == to_toml(travelled) == path.read_text("utf-8")
    assert again.niveaus == protocol.niveaus
    assert MPJ_16 != SECOND


def test_nothing_of_a_protocol_can_be_changed() -> None:
    with pytest.raises(TypeError):
        SECOND.normtijden["halfuur"].bericht["01"] = 15  # type: ignore[index]
    with pytest.raises(AttributeError):
        SECOND.prestatiecodes._items = {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "niveau", "productcode"),
    [("2.11", "hbo", "452B2"), ("2.10", None, "452A0"), ("14.1", "hbo-ggz", "49E1G"), ("2.1", "wo", "45214")],
)
def test_one_character_for_each_part_of_a_product_code(code: str, niveau: str | None, productcode: str) -> None:
    assert encode(SECOND, code, niveau) == productcode
    found = decode(SECOND, productcode)
    assert found is not None
    assert (found.prestatiecode, found.kwalificatieniveau) == (code, niveau)


def test_product_codes_are_a_bijection_under_any_protocol() -> None:
    pairs = [(code, niveau) for code in SECOND.prestatiecodes for niveau in (None, *SECOND.niveaus)]
    codes = [encode(SECOND, *pair) for pair in pairs]
    found = [decode(SECOND, code) for code in codes]
    assert [(one.prestatiecode, one.kwalificatieniveau) for one in found if one] == pairs
    assert len(set(codes)) == len(codes)


def faults(text: str, tmp_path: Path) -> list[mpj.Fault]:
    path = tmp_path / "p.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(mpj.InputError) as caught:
        read_protocol(path)
    return list(caught.value.faults)


LAST = '[[prestatiecode]]\ncode = "14.1"'
REFUSED: dict[str, tuple[str, str, str, str, str]] = {
    # what stands there now, what stands there then, the key, what was found, part of what is said
    "a hulpvorm without a character": ("nummer = 14", "nummer = 36", "hulpvorm.nummer", "36", "1 tot en met 35"),
    "a code without a character": (LAST, LAST.replace("14.1", "14.36"), "prestatiecode.code", "14.36", "hoogstens 35"),
    "a code that is no code": (LAST, LAST.replace("14.1", "N.1"), "prestatiecode.code", "N.1", "als 2.1"),
    "a code below no hulpvorm": (LAST, LAST.replace("14.1", "15.1"), "prestatiecode.code", "15.1", "staat niet in dit protocol"),
    "a code twice": (LAST, LAST.replace("14.1", "2.11"), "prestatiecode.code", "2.11", "twee keer"),
    "a category that is not listed": ('["49"]', '["48"]', "prestatiecode.categorieen", "48", "staat niet in dit protocol"),
    "a level whose name needs quotes": ('"hbo-ggz"', '"hbo;ggz"', "kwalificatieniveau.naam", "hbo;ggz", "letters"),
    "a level digit of two": ('cijfer = "G"', "cijfer = 10", "kwalificatieniveau.cijfer", "10", "één teken"),
    "a level digit that is no level": ('cijfer = "G"', "cijfer = 0", "kwalificatieniveau.cijfer", "0", "geen niveau"),
    "two levels with one digit": ('cijfer = "G"', "cijfer = 2", "kwalificatieniveau.cijfer", "2", "een eigen cijfer"),
    "a rounding word that mpj does not know": ("naar_boven", "bankiers", "normtijd.halfuur.afronding", "", "wijze: rekenkundig"),
    "minutes without a rounding": (
        'afronding = { wijze = "naar_boven", over = "contact", minimum = 1, drempel = 0 }\n',
        "",
        "normtijd.halfuur.afronding",
        "niets",
        "minuten meet",
    ),
    "a measure that mpj does not know": ('meet = "dagen"', 'meet = "maanden"', "normtijd.nacht.meet", "maanden", "aantal"),
    "a unit that no table names": ('"82" = "82" }', '"99" = "82" }', "normtijd.maand.eenheden", "99", "staat niet"),
    "a unit without a wire volume": ('"04" = "01", "84"', '"04" = "04", "84"', "normtijd.halfuur.eenheden", "04", "01, 84"),
    "a wire volume that is another length": (
        '"01" = 30, "84"',
        '"01" = 15, "84"',
        "normtijd.halfuur.bericht",
        "15",
        "samen 30 minuten",
    ),
    "half an hour unrounded": (
        'bericht = { "01" = 30',
        'ongerond = ["01"]\nbericht = { "01" = 30',
        "normtijd.halfuur.ongerond",
        "30",
        "IV081",
    ),
    "a default that is no choice": ('standaard = "rit"', 'standaard = "bus"', "normtijd.rit.standaard", "bus", "rit"),
    "extra care in nights": (
        'normtijd_zorg = "halfuur"',
        'normtijd_zorg = "nacht"',
        "protocol.normtijd_zorg",
        "nacht",
        "geen niveau",
    ),
    "a normtijd that does not exist": ('normtijd = "nacht"', 'normtijd = "dag"', "hulpvorm.normtijd", "dag", "halfuur"),
    "levels by the night": (
        'niveau = "zorg"\nnormtijd = "nacht"',
        'niveau = "altijd"\nnormtijd = "nacht"',
        "hulpvorm.normtijd",
        "nacht",
        "geen niveau",
    ),
    "a weight without a measure": ('telt = "stuks"\ngewicht = 1', "gewicht = 1", "eenheid.84.gewicht", "1", "horen bij elkaar"),
    "a key that mpj does not know": (
        'telt = "etmalen"',
        'telt = "etmalen"\nkorting = 5',
        "eenheid.14.korting",
        "",
        "kent deze sleutel niet",
    ),
    "a table that mpj does not know": ("[lijsten]", "[korting]\nx = 1\n[lijsten]", "korting", "", "kent deze tabel niet"),
    "a date in quotes": ("vroegste_datum = 2025-02-01", 'vroegste_datum = "2025-02-01"', "protocol.vroegste_datum", "", "datum"),
    "a key left out": ("jaren_terug = 1\n", "", "protocol.jaren_terug", "", "verplichte sleutel"),
    "no TOML": ("[lijsten]", "[lijsten", "", "", "TOML"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_carried_is_refused_with_place_and_reason(name: str, tmp_path: Path) -> None:
    old, new, key, found, said = REFUSED[name]
    assert TEXT.count(old) >= 1
    first = faults(TEXT.replace(old, new, 1), tmp_path)[0]
    assert key in first.kolom
    assert first.bestand == "p.toml"
    assert first.rij > 0
    assert found in first.gevonden
    assert said in str(first)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = TEXT.replace("nummer = 14", "nummer = 36").replace('meet = "dagen"', 'meet = "?"').replace("jaren_terug = 1\n", "")
    assert [fault.kolom for fault in faults(text, tmp_path)] == ["protocol.jaren_terug", "hulpvorm.nummer", "normtijd.nacht.meet"]


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(mpj.InputError, match="bestaat niet"):
        read_protocol(tmp_path / "weg.toml")
    with pytest.raises(mpj.InputError):
        read_protocol(tmp_path)
    (tmp_path / "latin").write_bytes(TEXT.encode("utf-16"))
    with pytest.raises(mpj.InputError, match="UTF-8"):
        read_protocol(tmp_path / "latin")


JUNK: list[object] = [None, True, -1, 0, 10**9, 1.5, "", "x" * 70, "a;b", [], [1], [[]], {}, {"x": {}}, {"01": "x"}]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a parsed file."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in below for place in places(one, (*path, key)))]


PLACES = places(tomllib.loads(TEXT))[1:]


@settings(deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(JUNK), st.booleans())
def test_whatever_stands_in_a_file_is_a_protocol_or_an_input_error(place: tuple[Any, ...], junk: object, gone: bool) -> None:
    from mpj.protocol.load import read_document
    from mpj.reading.toml import Document

    data = tomllib.loads(TEXT)
    around: Any = data
    for key in place[:-1]:
        around = around[key]
    if gone:
        del around[place[-1]]
    else:
        around[place[-1]] = junk
    try:
        protocol = read_document(Document(data, "p.toml"))
    except mpj.InputError as error:
        assert all(fault.toelichting and fault.bestand == "p.toml" for fault in error.faults)
    else:
        assert read_document(Document(tomllib.loads(to_toml(protocol)), "p.toml")) == protocol


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "protocol.toml")
    with pytest.raises(mpj.InputError) as caught:
        read_protocol(tmp_path / "protocol.toml")
    assert [fault.code for fault in caught.value.faults] == ["bestand_onleesbaar"]
