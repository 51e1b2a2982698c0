"""Small helpers for reading and writing many rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, func, insert, select

_T = TypeVar("_T")
CHUNK = 2000


def chunks(items: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """Yield the items in lists that fit in one statement."""
    found = list(items)
    for begin in range(0, len(found), size):
        yield found[begin : begin + size]


def among(connection: Connection, query: Select[Any], column: Any, items: Iterable[Any]) -> Iterator[Any]:
    """Yield the rows of `query` whose `column` is one of `items`."""
    for part in chunks(items):
        yield from connection.execute(query.where(column.in_(part)))


def by_months(cells: Mapping[int, Collection[int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield clients with the months they are looked at in, such that clients with the same months go together.

    A query then touches those months of those clients, however much else the ledger holds.
    """
    ordered = sorted(cells, key=lambda identity: (min(cells[identity]), max(cells[identity]), identity))
    for part in chunks(ordered, 500):
        yield part, sorted({month for identity in part for month in cells[identity]})


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, if there are any."""
    for part in chunks(rows):
        connection.execute(insert(table), part)


def next_id(connection: Connection, table: Table) -> int:
    """Return the first number that no row of `table` has; writers follow one another, so nobody takes it in between."""
    return (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
