"""The files of a run (docs/formats.md): their names, their columns, and how a value stands in them as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from attrs import fields, frozen

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.records.uitval import Uitval

SAMENVATTING = "samenvatting.json"
Trace: TypeAlias = Literal["csv", "parquet"]
"""In which form a run writes its trace."""


@frozen
class FileColumn:
    """A column of a file."""

    name: str
    kind: type
    """What its values are: str, int, bool, date, or tuple for several texts, which stand in one field with commas between."""
    optional: bool = False
    """Whether a value may be absent: then the field is empty."""


@frozen
class Shape:
    """A table among the files of a run."""

    file: str
    columns: tuple[FileColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(column.name for column in self.columns)


def columns_of(kind: type) -> tuple[FileColumn, ...]:
    """Return the fields of a class of values as columns."""
    hints = get_type_hints(kind)
    return tuple(_column(field.name, hints[field.name]) for field in fields(kind))


def _column(name: str, hint: object) -> FileColumn:
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    (kind,) = {_kind(option) for option in options} - {NoneType}
    return FileColumn(name, kind, NoneType in options)


def _kind(hint: object) -> type:
    """Return what a value of an annotated type is; a word of a closed list is a text."""
    found = str if get_origin(hint) is Literal else get_origin(hint) or getattr(hint, "__supertype__", hint)
    assert isinstance(found, type)
    return found


def _with_vervolg(columns: Iterable[FileColumn]) -> tuple[FileColumn, ...]:
    """Put what follows behind the reason that it follows from."""
    made: list[FileColumn] = []
    for column in columns:
        made.append(column)
        if column.name == "reden":
            made.append(FileColumn("vervolg", str))
    return tuple(made)


REGELS = Shape("declaratieregels.csv", columns_of(Declaratieregel))
HERKOMST = Shape("herkomst.csv", columns_of(Herkomst))
TRACE_FILES: Mapping[Trace, str] = {"csv": HERKOMST.file, "parquet": "herkomst.parquet"}
PROTOCOL = "protocol.toml"
"""Where the protocol of a run stands that is not one of the shipped ones."""
UITVAL = Shape("uitval.csv", _with_vervolg(columns_of(Uitval)))
OLD_UITVAL = UITVAL.names[: UITVAL.names.index("medewerker")]
"""The columns of the first ``uitval.csv``."""

_SIGNAL = ("code", "gemeente", "soort", "bron", "datum", "toelichting", "gezien")
SIGNALEN = Shape("signalen.csv", tuple(FileColumn(name, str) for name in _SIGNAL))
"""What looks odd in a run with a ledger; `gezien` is the day on which somebody saw it, empty where nobody did."""

# Until there was one file for the trace, herkomst.csv ended before the column `bestand`, and this file held the rest beside it,
# the last of them by another name.
_LAST_OF_OLD = HERKOMST.names.index("bestand")
OLD_HERKOMST = Shape("herkomst.csv", HERKOMST.columns[:_LAST_OF_OLD])
OLD_NAMES = {"eenheden_voor_limiet": "voor_limiet"}
STAPPEN = Shape(
    "stappen.csv",
    (*HERKOMST.columns[:4], *HERKOMST.columns[_LAST_OF_OLD:-1], FileColumn("eenheden_voor_limiet", int)),
)


def cell(text: str) -> str:
    """Return free text as a field of the house form, in quotes where it needs them."""
    if ";" in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
