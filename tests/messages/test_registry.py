"""Another release is another description: the same code reads, checks and writes it."""

from __future__ import annotations

import io
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

import mpj.messages
from messages.support import COUNTED, KINDS, Line
from mpj.messages import Registry, check, declaratieberichten, read, shipped, write
from mpj.messages.description import with_old
from mpj.messages.values import Declaratiebericht
from mpj.reading.faults import InputError

SHIPPED = Path(mpj.messages.__file__).parent / "ijw_3_2"


def test_the_shipped_descriptions_are_those_of_ijw_3_2() -> None:
    assert sorted(one.sleutel for one in shipped()) == [("ijw", "3.2", kind) for kind in sorted((*KINDS, *COUNTED))]


def test_one_that_is_not_official_stands_apart() -> None:
    """Messages of before are read by it, nothing else asks for it; what each is, is said in its file."""
    old = [one for one in with_old() if not one.officieel]
    assert sorted(one.sleutel for one in old) == [("ijw", "2.3", "JW303"), ("ijw", "2.3", "JW304")]
    assert {one.sleutel for one in with_old()} == {one.sleutel for one in (*shipped(), *old)}
    assert all("NOT OFFICIAL" in path.read_text("utf-8") for path in SHIPPED.with_name("ijw_2_3").iterdir())


def test_an_unknown_key_is_an_input_error_that_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="JW323"):
        shipped().get("ijw", "3.2", "JW303")


def test_a_new_release_needs_a_new_description_and_nothing_else(tmp_path: Path) -> None:
    """An invented release 4.1: another namespace, another version, a wider ProductCode and an extra optional element."""
    for path in SHIPPED.glob("*.toml"):
        text = path.read_text(encoding="utf-8").replace("/3_2/", "/4_1/").replace('release = "3.2"', 'release = "4.1"')
        text = text.replace('waarde = "3"', 'waarde = "4"').replace('waarde = "2"', 'waarde = "1"')
        text = text.replace('type = "LDT_ProductCode" }', 'type = "LDT_Referentie" }')
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    registry = Registry.load(tmp_path, SHIPPED)
    (message,) = declaratieberichten(
        [Line(productcode="45212-hbo")], dagtekening=date(2026, 4, 1), release="4.1", registry=registry
    )
    out = io.BytesIO()
    write(message, out, registry=registry)
    assert b"ijw/4_1/jw323/schema" in out.getvalue()
    assert read(out.getvalue(), registry=registry) == message
    assert check(out.getvalue(), registry=registry) == ()
    with pytest.raises(InputError):
        read(out.getvalue())
    old = evolve(message, header=evolve(message.header, berichtversie=3, berichtsubversie=2))
    with pytest.raises(InputError, match="ProductCode"):
        write(old, io.BytesIO(), registry=registry)
    assert isinstance(message, Declaratiebericht)


@pytest.mark.parametrize("path", sorted(SHIPPED.parent.glob("ijw_*/*.toml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_description_is_complete(path: Path) -> None:
    """Every type that an element names exists, and every type of the basis is used by some message."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    basis = tomllib.loads((path.parent / "basis.toml").read_text(encoding="utf-8"))
    known = {*basis["type"], *basis["groep"], *table["groep"]}
    named = {element["type"] for group in table["groep"].values() for element in group}
    assert named <= known
    if "bericht" in table:
        assert set(table["groep"]) - {table["wortel"]} <= named
        assert with_old().get("ijw", table["release"], table["bericht"]).wortel.kinderen


def test_the_core_does_not_need_lxml() -> None:
    """lxml is an extra: importing mpj without mpj.messages must not load it."""
    code = "import sys, mpj; sys.exit('lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
