"""What the API gives can be kept, compared and sent on; none of it can be changed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import attrs
import pytest
from world import contract, registratie, toewijzing

import mpj

pytestmark = pytest.mark.lowest

FOLDER = Path(__file__).parents[2] / "tariffs" / "voorbeeldregio"
COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
MONTH: dict[str, Any] = {"periode": "2026-03", "dagtekening": date(2026, 4, 7)}


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_a_contract_and_a_protocol_travel(again: Callable[[Any], Any]) -> None:
    given = mpj.load_contract(FOLDER)
    for value in (given, given.protocol):
        assert again(value) == value and hash(again(value)) == hash(value)
    records = [toewijzing()], [registratie()]
    prices = contract({"2.1 hbo": "24,55"})
    assert mpj.declare([again(prices)], *records, **MONTH) == mpj.declare([prices], *records, **MONTH)


def test_contracts_compare_by_what_they_say(tmp_path: Path) -> None:
    first, second = mpj.load_contract(FOLDER), mpj.load_contract(copytree(FOLDER, tmp_path / "kopie"))
    assert first == second and len({first, second}) == 1
    assert contract({"2.1 hbo": "24,55"}) != contract({"2.1 hbo": "24,56"})


def frozen_to_the_ground(value: object, path: str = "") -> list[str]:
    """Return where `value` could be changed."""
    if attrs.has(type(value)):
        names = [one.name for one in attrs.fields(type(value))]  # type: ignore[arg-type]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, names[0], None)
        inner = {name: getattr(value, name) for name in names}
        return [found for name, one in inner.items() for found in frozen_to_the_ground(one, f"{path}.{name}")]
    if type(value).__name__ == "Frozen":
        return [found for key, one in value.items() for found in frozen_to_the_ground(one, f"{path}[{key}]")]  # type: ignore[attr-defined]
    if isinstance(value, tuple | frozenset):
        return [found for one in value for found in frozen_to_the_ground(one, f"{path}[]")]
    return [] if isinstance(value, str | int | date | None) else [f"{path}: {type(value).__name__}"]


def test_a_contract_never_changes() -> None:
    given = mpj.load_contract(FOLDER)
    assert frozen_to_the_ground(given) == []
    with pytest.raises(TypeError):
        given.afronding["kwartier"] = None  # type: ignore[index]


def test_reprs_are_short_and_name_nobody() -> None:
    records = [registratie() for _ in range(300)]
    result = mpj.declare([contract({"2.1 hbo": "24,55"})], [toewijzing()], records, **MONTH)
    assert repr(result) == "<Result: 1 regels, 300 herkomst, 0 uitval, 0 meldingen>"
    assert isinstance(hash(result), int)
    assert len(repr(mpj.load_contract(FOLDER))) < 2_000


CLASSES = [name for name in mpj.__all__ if isinstance(getattr(mpj, name), type) and attrs.has(getattr(mpj, name))]


@pytest.mark.parametrize("name", CLASSES)
def test_a_repr_hides_a_bsn_wherever_it_was_put(name: str) -> None:
    """A contract's id, the name of a file, a number of a message: nobody says of a text what somebody wrote in it."""
    kind = getattr(mpj, name)
    value = object.__new__(kind)
    for field in attrs.fields(kind):
        object.__setattr__(value, field.name, ("map-999900018",))
    assert "999900018" not in repr(value)


@pytest.mark.parametrize("minuten", [[45, 0], (45, 0), {45, 0}, frozenset({0, 45})])
def test_a_list_is_no_number_with_decimals(minuten: object) -> None:
    record = registratie() | {"minuten": minuten}
    result = mpj.declare([contract({"2.1 hbo": "24,55"})], [toewijzing()], [record], **MONTH)
    assert [row.reden for row in result.uitval] == ["ongeldig"]
