"""Small helpers for reading and writing many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Case, Connection, Select, Table, case, func, insert, select

from mpj.ledger.schema import client

_T = TypeVar("_T")
CHUNK = 2000


def chunks(items: Iterable[_T]) -> Iterator[list[_T]]:
    """Yield the items in lists that fit in one statement."""
    found = list(items)
    for begin in range(0, len(found), CHUNK):
        yield found[begin : begin + CHUNK]


def among(connection: Connection, query: Select[Any], column: Any, items: Iterable[Any]) -> Iterator[Any]:
    """Yield the rows of `query` whose `column` is one of `items`."""
    for part in chunks(items):
        yield from connection.execute(query.where(column.in_(part)))


def by_month(cells: Mapping[int, Iterable[int]]) -> Iterator[tuple[list[int], int]]:
    """Yield each month with the clients who are looked at in it, so that a query touches those cells and no others."""
    clients: dict[int, list[int]] = {}
    for identity, months in cells.items():
        for month in months:
            clients.setdefault(month, []).append(identity)
    for month in sorted(clients):
        for part in chunks(clients[month]):
            yield part, month


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, if there are any."""
    for part in chunks(rows):
        connection.execute(insert(table), part)


def signed(columns: Any) -> Case[Any]:
    """Return the eurocents of a line in a query, credits below zero; `columns` are those of a table of lines."""
    return case((columns.debetcredit == "D", columns.bedrag_cent), else_=-columns.bedrag_cent)


def next_id(connection: Connection, table: Table) -> int:
    """Return the first number that no row of `table` has; writers follow one another, so nobody takes it in between."""
    return (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1


def client_ids(connection: Connection, bsns: Iterable[str]) -> dict[str, int]:
    """Return the ledger's own number of each client; who is new gets one."""
    wanted = set(bsns)
    found = {row.bsn: row.id for row in among(connection, select(client.c.id, client.c.bsn), client.c.bsn, wanted)}
    new = sorted(wanted - found.keys())
    first = next_id(connection, client)
    add(connection, client, [{"id": first + place, "bsn": bsn, "gewist": None} for place, bsn in enumerate(new)])
    found.update((bsn, first + place) for place, bsn in enumerate(new))
    return found
