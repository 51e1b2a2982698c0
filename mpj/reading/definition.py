"""What a table or mapping consists of, said once: its fields, each with name, form, check, and the names it has elsewhere.

Values, mappings, tables, profiles and docs/formats.md follow from such a list and hold no second one.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from mpj.reading.forms import Form
from mpj.reading.frozen import Frozen
from mpj.reading.headers import Columns

_S = TypeVar("_S", bound=str, covariant=True)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(", ")))


@frozen
class Field:
    """One field of a kind of record."""

    name: str
    """The column, and the key of a mapping."""
    form: Form
    uitleg: str
    """What it says, for docs/formats.md."""
    synonyms: tuple[str, ...] = field(default="", converter=_listed)
    """Other names of what usually decides, given with commas between them: under such a name it is not passed over in silence."""
    default: Any = None
    """What an absent field means."""
    required: bool = False
    attribute: str = field()
    """The attribute of the value that holds it."""

    @attribute.default
    def _(self) -> str:
        return self.name


@frozen(slots=False)
class Definition(Generic[_S]):
    """The fields of one kind of record, in the order of its columns and of the attributes of its value."""

    soort: _S
    """How its table is called, and its part of a profile."""
    fields: tuple[Field, ...]
    profiled: bool = True
    """Whether a profile may say how its table is written."""

    @cached_property
    def columns(self) -> Columns:
        """The columns of its table."""
        synonyms = Frozen((one.name, one.synonyms) for one in self.fields)
        required = tuple(one.name for one in self.fields if one.required)
        return Columns((one.name for one in self.fields), required, soort=self.soort if self.profiled else "", synonyms=synonyms)

    @cached_property
    def by_name(self) -> Frozen[str, Field]:
        """Its fields by their names."""
        return Frozen((one.name, one) for one in self.fields)
