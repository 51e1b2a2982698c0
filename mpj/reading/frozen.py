"""What never changes: values, and a mapping, so that values which hold one can be compared, hashed, pickled and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import attrs

if TYPE_CHECKING:
    from attrs import frozen as frozen
else:

    def frozen(kind: type[Any] | None = None, **options: Any) -> Any:
        """Make a class of values as `attrs.frozen` does, at import in two thirds of the time: a small run does little else.

        attrs writes and compiles `__repr__`, `__eq__` and `__hash__` for each class, of which a run uses few. Here they are the
        same functions for all, which ask the class for its fields; they give what those of attrs give.
        """
        if kind is None:
            return partial(frozen, **options)
        if "__repr__" not in vars(kind):
            kind.__repr__ = _repr
        if options.keys() & {"eq", "cache_hash"} or "__eq__" in vars(kind):
            return attrs.frozen(kind, **options)
        made = attrs.frozen(kind, eq=False, **options)
        made.__eq__, made.__hash__ = _by_values(made)
        return made


K = TypeVar("K")
V = TypeVar("V")


def _repr(self: Any) -> str:
    ways = ((one.name, repr if one.repr is True else one.repr) for one in attrs.fields(type(self)) if one.repr)
    shown = ", ".join(f"{name}={way(getattr(self, name))}" for name, way in ways)
    return f"{type(self).__qualname__.rpartition('>.')[2]}({shown})"


def _by_values(kind: type[Any]) -> tuple[Callable[[Any, object], bool], Callable[[Any], int]]:
    """Return the `__eq__` and `__hash__` of a class of values: by all fields that tell one from another."""
    fields = attrs.fields(kind)
    values = attrgetter(*(one.name for one in fields if one.eq))
    hashed = attrgetter(*(one.name for one in fields if (one.eq if one.hash is None else one.hash)))

    def __eq__(self: Any, other: object) -> bool:  # noqa: N807
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807
        return hash(hashed(self))

    return __eq__, __hash__


class Frozen(Mapping[K, V]):
    """A mapping that never changes, in the order it was made in; as hashable and picklable as its keys and values are.

    >>> Frozen({"a": 1}) == {"a": 1}, Frozen([("a", 1)])["a"]
    (True, 1)
    """

    __slots__ = ("_items",)
    _items: dict[K, V]

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def get(self, key: K, default: Any = None) -> Any:
        """Return what the key has, else `default`, without the exception that `Mapping` raises and catches."""
        return self._items.get(key, default)

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Frozen({self._items!r})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} never changes")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._items,)
