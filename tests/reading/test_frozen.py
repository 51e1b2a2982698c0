"""A class of values of the house is one of attrs: it shows, compares, hashes, travels and refuses the same."""

from __future__ import annotations

import pickle
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from mpj.reading.frozen import frozen

PACKAGE = Path(__file__).parents[2] / "mpj"


def point(make: Any, **options: Any) -> type[Any]:
    @make(**options)
    class Point:
        """Fields of every kind: not shown, shown in a way of its own, no part of the hash, telling nothing apart."""

        x: int
        y: tuple[int, ...] = ()
        secret: str = attrs.field(default="", repr=False)
        hidden: str = attrs.field(default="", repr=lambda value: f"<{len(value)}>")
        loose: list[int] = attrs.field(factory=list, hash=False)
        rij: int = attrs.field(default=0, eq=False)

    return Point


OURS, THEIRS = point(frozen), point(attrs.frozen)
GIVEN = [(1,), (1, (2,)), (1, (), "s"), (1, (), "", "", [], 3), (1, (), "", "s"), (2,)]


def test_values_are_as_those_of_attrs() -> None:
    ours, theirs = [OURS(*one) for one in GIVEN], [THEIRS(*one) for one in GIVEN]
    assert [repr(one) for one in ours] == [repr(one) for one in theirs]
    assert ("hidden=<1>" in repr(ours[4]), "secret" in repr(ours[2])) == (True, False)
    pairs = [(a, b) for a in range(len(GIVEN)) for b in range(len(GIVEN))]
    assert [ours[a] == ours[b] for a, b in pairs] == [theirs[a] == theirs[b] for a, b in pairs]
    assert len({*ours}) == len({*theirs}) == len(GIVEN) - 1
    assert (ours[0] == theirs[0], ours[0] == (1, (), "", "", [], 0), ours[0] != ours[5]) == (False, False, True)
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS(1, []))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ours[0].x = 3


def test_what_a_class_says_of_itself_holds() -> None:
    one = point(frozen, eq=False)
    assert one(1) != one(1)
    assert len({one(1), one(1)}) == 2

    @frozen
    class Own:
        x: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert (repr(Own(1)), Own(1) == Own(2)) == ("own", True)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Own(1))


@frozen
class Travels:
    """A value that can be pickled."""

    x: int


def test_a_value_travels() -> None:
    assert pickle.loads(pickle.dumps(Travels(1))) == Travels(1)


def test_no_field_of_a_value_asks_for_more_than_these_methods_give() -> None:
    """A field that is compared in a way of its own needs what attrs writes."""
    users = [path for path in PACKAGE.rglob("*.py") if "mpj.reading.frozen import" in path.read_text("utf-8")]
    names = [".".join(("mpj", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__") for path in users]
    kinds = [kind for name in names for kind in vars(import_module(name)).values() if attrs.has(kind) and kind.__module__ == name]
    assert len(kinds) > 100
    wrong = [(kind, one.name) for kind in kinds for one in attrs.fields(kind) if one.eq_key is not None]
    assert wrong == []
