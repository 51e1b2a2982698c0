"""Values as JSON: a row under the names of its columns, whole numbers as numbers, all else as text, as it stands in a CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mpj.output.shape import FileColumn, Shape
from mpj.reading.cells import as_text

FORMAAT = 1
_KINDS: Mapping[type, str] = {int: "integer", bool: "boolean"}


def rows(shape: Shape, values: Iterable[Any]) -> list[dict[str, Any]]:
    """Return values as objects with the columns of a file of a run."""
    columns = [(column.name, column.kind in _KINDS) for column in shape.columns]
    return [{name: _plain(getattr(value, name), kept) for name, kept in columns} for value in values]


def _plain(value: Any, kept: bool) -> Any:
    return value if value is None or kept else as_text(value)


def row_schema(shape: Shape) -> dict[str, Any]:
    """Return the JSON schema of a row."""
    return {
        "type": "object",
        "required": list(shape.names),
        "properties": {column.name: _schema(column) for column in shape.columns},
        "additionalProperties": False,
    }


def _schema(column: FileColumn) -> dict[str, Any]:
    kind = _KINDS.get(column.kind, "string")
    return {"type": [kind, "null"] if column.optional else kind}
