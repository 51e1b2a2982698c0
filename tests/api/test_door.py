"""What `mpj` shows at its door: the names of the API, all types that they return, and what to install where an extra is missing."""

from __future__ import annotations

import subprocess
import sys
import typing
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import attrs
import pytest
from world import contract

import mpj

pytestmark = pytest.mark.lowest
ROOT = Path(__file__).parents[2]


def test_dir_shows_the_api_and_nothing_else() -> None:
    assert dir(mpj) == sorted(mpj.__all__)
    assert all(hasattr(mpj, name) for name in mpj.__all__)
    assert isinstance(mpj.messages, ModuleType) and not hasattr(mpj, "geen")


def types_in(annotation: object) -> Iterator[type]:
    """Yield the classes of mpj that an annotation names."""
    for inner in typing.get_args(annotation):
        yield from types_in(inner)
    if isinstance(annotation, type) and annotation.__module__.startswith("mpj."):
        yield annotation


@pytest.mark.parametrize("name", [name for name in mpj.__all__ if name[0].islower() and callable(getattr(mpj, name))])
def test_what_a_function_returns_is_public(name: str) -> None:
    """Also what the fields of those types hold, as far as that is a type of mpj."""
    found = set(types_in(typing.get_type_hints(getattr(mpj, name))["return"]))
    public = {getattr(mpj, one) for one in mpj.__all__}
    assert found <= public
    of_verify = {"Antwoordbericht"}  # a message: its types are those of mpj.messages
    for one in found:
        held = (
            [kind for field in attrs.fields(one) for kind in types_in(typing.get_type_hints(one)[field.name])]
            if attrs.has(one)
            else []
        )
        assert {kind for kind in held if kind.__name__ not in of_verify} <= public | {type(mpj.MPJ_16)}


def test_the_type_checker_refuses_junk_at_the_door() -> None:
    """Run for mypy alone: it says so when an ignore is not needed."""
    if typing.TYPE_CHECKING:
        with mpj.Ledger("x") as ledger:
            day = date(2026, 4, 7)
            ledger.declare([contract({})], [42], periode="2026-03", dagtekening=day)  # type: ignore[list-item]
            ledger.declare([contract({})], [], ["junk"], periode="2026-03", dagtekening=day)  # type: ignore[list-item]
            ledger.declare([contract({})], [], periode=day, dagtekening=day)  # type: ignore[arg-type]
            ledger.verify(b"", [], [], op=day)  # type: ignore[arg-type]
            ledger.status()["gemeente"]  # type: ignore[typeddict-item]
            ledger.work()["totaal"]  # type: ignore[typeddict-item]
            ledger.repair_list()[0]["bsn"]  # type: ignore[typeddict-item]


BARE = """
import sys
for name in ("lxml", "click", "rich", "sqlalchemy", "alembic", "psycopg", "openpyxl", "xlsxwriter", "duckdb", "pyarrow"):
    sys.modules[name] = None
import mpj
"""
DOORS = {
    "mpj.Ledger": "ledger",
    "mpj.Geboekt": "ledger",
    "mpj.verify": "messages",
    "mpj.Verificatie": "messages",
    "mpj.messages": "messages",
    "from mpj import Ledger": "ledger",
    "from mpj import verify": "messages",
    "from mpj import messages": "messages",
    "import mpj.messages": "messages",
    "import mpj.ledger": "ledger",
}


def bare(text: str) -> str:
    """What a program prints where nothing but the core is installed."""
    done = subprocess.run(
        [sys.executable, "-c", BARE + dedent(text)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout


def test_a_missing_extra_is_named_at_every_door() -> None:
    out = bare(f"""
        for door in {list(DOORS)}:
            try:
                exec(door)
            except mpj.UnavailableError as error:
                (fault,) = error.faults
                kinds = isinstance(error, ImportError), isinstance(error, AttributeError)
                print(door, fault.code, fault.verwacht, *kinds, sep=" | ")
    """)
    rows = [line.split(" | ") for line in out.splitlines()]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (door, "uitbreiding_ontbreekt", f"pip install 'mpj[{extra}]'") for door, extra in DOORS.items()
    ]
    assert [row[3:] for row in rows] == [["True", "False"] if "import" in door else ["False", "True"] for door in DOORS]


def test_asking_whether_a_name_is_there_does_not_fail() -> None:
    assert bare('print(hasattr(mpj, "Ledger"), hasattr(mpj, "verify"), hasattr(mpj, "declare"), "Ledger" in dir(mpj))') == (
        "False False True True\n"
    )
