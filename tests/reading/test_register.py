"""The register of fault codes: complete, used, and the only place that joins place, found and expected."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from mpj.reading.faults import Fault
from mpj.reading.register import Foutcode, Regelcode, fault_register

PACKAGE = Path(__file__).parents[2] / "mpj"


def texts_in_the_source() -> set[str]:
    """Every text constant of mpj, apart from the register itself."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name != "register.py" or path.parent.name != "reading":
            tree = ast.parse(path.read_text("utf-8"))
            found |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return found


def test_the_register_has_every_code_of_the_type_and_no_other() -> None:
    """A new code needs a meaning and an action here; that the source uses no other code is what mypy checks (`Fault.code`)."""
    assert list(fault_register()) == list(get_args(Foutcode))


def test_every_code_of_the_register_is_used() -> None:
    assert set(fault_register()) - texts_in_the_source() == set()


@pytest.mark.parametrize("code", fault_register())
def test_every_code_says_what_it_means_and_what_to_do(code: Foutcode) -> None:
    row = fault_register()[code]
    for text in (row.betekenis, row.actie):
        assert text
        assert not text.endswith(".")
        assert "|" not in text
    assert row.betekenis != row.actie


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("waarde_onjuist"), ""),
        (
            Fault("waarde_onjuist", "a.csv", 3, "datum", "x", "een datum", "geen datum"),
            "a.csv, rij 3, datum: geen datum; gevonden: x; verwacht: een datum",
        ),
        (Fault("waarde_onjuist", gevonden="x", verwacht="y"), "gevonden: x; verwacht: y"),
        (Fault("waarde_onjuist", kolom="datum", gevonden="x"), "datum: gevonden: x"),
        (
            Fault(Regelcode("TR337"), "", 0, "header", "X", "Y", "Een ander bericht."),
            "header: Een ander bericht; gevonden: X; verwacht: Y",
        ),
        (Fault(Regelcode("TR342"), toelichting="Niets toegekend."), "Niets toegekend."),
    ],
)
def test_place_found_and_expected_are_joined_once(fault: Fault, text: str) -> None:
    assert str(fault) == text
