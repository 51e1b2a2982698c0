"""Between groups (element name -> value, as the form walk builds them) and typed values, both ways, from one
declaration.

A field of a value class says which element it holds:
``begindatum: date = field(metadata=element("ProductPeriode/Begindatum"))``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from attrs import fields

T = TypeVar("T")
Groep = dict[str, Any]

_KEY = "element"
_EMPTY: Groep = {}


def element(path: str, groep: type[Any] | None = None, reeks: bool = False) -> dict[str, Any]:
    """Return attrs metadata: the field holds the element at `path` (names with ``/`` between them, below the class's
    own group).

    `groep` is the value class of the element when it is a group; with `reeks` the field is a tuple of all its
    occurrences.
    """
    return {_KEY: (tuple(path.split("/")), groep, reeks)}


@cache
def _bindings(cls: Any) -> tuple[tuple[str, tuple[str, ...], str, type[Any] | None, bool], ...]:
    """Return for each bound field: attribute, groups on the way, last element, class of its value, whether it
    repeats.
    """
    bound = [(one.name, *one.metadata[_KEY]) for one in fields(cls) if _KEY in one.metadata]
    return tuple((name, path[:-1], path[-1], groep, reeks) for name, path, groep, reeks in bound)


def arguments(cls: Any, values: Groep) -> Groep:
    """Return the bound fields of `cls` as found in `values`; a missing element is None, or an empty tuple where it
    repeats.
    """
    found: Groep = {}
    for name, way, last, inner, repeated in _bindings(cls):
        group: Groep | None = values
        for step in way:
            group = group.get(step) if group else None
        value = group.get(last) if group else None
        if inner is None and not repeated:
            found[name] = value
        elif repeated:
            items = value or ()
            found[name] = tuple(from_groep(inner, item) for item in items) if inner else tuple(items)
        else:
            found[name] = from_groep(inner, value) if inner and value is not None else value
    return found


@cache
def _places(cls: Any) -> tuple[tuple[str, str], ...] | None:
    """Return group (empty: its own) and element of each field, where `cls` has only values, none deeper than in one group."""
    bound = _bindings(cls)
    simple = all(len(way) < 2 and inner is None and not repeated for _, way, _, inner, repeated in bound)
    return tuple(("".join(way), last) for _, way, last, _, _ in bound) if simple and len(bound) == len(fields(cls)) else None


def from_groep(cls: Callable[..., T], values: Groep) -> T:
    """Make a value of the class `cls` from a group."""
    places = _places(cls)
    if places is None:
        return cls(**arguments(cls, values))
    return cls(*[(values.get(group, _EMPTY) if group else values).get(last) for group, last in places])


def to_groep(value: Any) -> Groep:
    """Return the group that `value` stands for; fields that are None or an empty tuple are left out.

    Repeated groups are generators, so that a large message is never held twice.
    """
    values: Groep = {}
    kind: Any = type(value)
    for name, way, last, inner, repeated in _bindings(kind):
        content = getattr(value, name)
        if content is None or (repeated and not content):
            continue
        group = values
        for step in way:
            group = group.setdefault(step, {})
        if inner is None:
            group[last] = content
        else:
            group[last] = map(to_groep, content) if repeated else to_groep(content)
    return values
