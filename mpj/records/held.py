"""A registratie that was read holds its entry, and takes its fields from there when one is looked at: of most none ever is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import repeat
from operator import attrgetter, call
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import fields_dict

if TYPE_CHECKING:
    from mpj.records.entries import Entry

_T = TypeVar("_T", bound="FromEntry")


class FromEntry:
    """The base of a frozen attrs class whose fields an entry gives (`Entry.fields`), but for `geboortedatum`, which none has."""

    __slots__ = ("_entry",)

    if not TYPE_CHECKING:  # so that type checkers go on telling of a field that there is not

        def __getattr__(self, name: str) -> Any:
            """Fill the fields, where one is asked for that is not there yet; a value that was made lacks `_entry` alone."""
            if name == "_entry":
                return None
            if self._entry is None or name not in _setters(type(self)):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            any(map(call, _setters(type(self)).values(), repeat(self), self._entry.fields))
            return object.__getattribute__(self, name)


entry_of: Callable[[FromEntry], Entry | None] = attrgetter("_entry")
"""Returns the entry of a value that was read, None of one that was made."""


@cache
def _setters(kind: type[Any]) -> Mapping[str, Callable[[FromEntry, object], None]]:
    """Return what sets each field that an entry gives, by its name; they go past the class being frozen."""
    return {name: kind.__dict__[name].__set__ for name in fields_dict(kind) if name != "geboortedatum"}


def holder(kind: type[_T]) -> Callable[[Sequence[object], Iterable[date | None]], list[_T]]:
    """Return a maker of values of `kind`, some at a time, from the entries and the birth dates that were read."""
    new, hold, bear = object.__new__, FromEntry.__dict__["_entry"].__set__, kind.__dict__["geboortedatum"].__set__

    def make(entries: Sequence[object], births: Iterable[date | None]) -> list[_T]:
        made = list(map(new, repeat(kind, len(entries))))
        any(map(hold, made, entries))
        any(map(bear, made, births))
        return made

    return make
