"""Small helpers for reading and writing many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Boolean, Case, Column, ColumnElement, Connection, Select, Table, case, func, literal, or_, select, text

from mpj.ledger.schema import AFGEKEURD, client, ontvangen_regel

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
        for rows in connection.execute(query.where(column.in_(part))).partitions(CHUNK):
            yield from rows


def streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """Yield the rows of `query`, fetched in lists: of many rows, one at a time takes the driver half as long again."""
    for part in batches(connection, query):
        yield from part


def batches(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """Yield the rows of `query` in the lists that they are fetched in."""
    with connection.execute(query, execution_options={"yield_per": CHUNK}) as result:
        yield from result.partitions()


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
    """Insert the rows, if there are any; all have the same columns."""
    add_columns(connection, table, {name: [row[name] for row in rows] for name in (rows[0] if rows else ())})


def add_columns(connection: Connection, table: Table, columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert the rows, if there are any, of which these are the columns, by name."""
    bound = (map(make, columns[name]) if (make := maker(connection, table.c[name])) else columns[name] for name in columns)
    add_rows(connection, table, list(columns), zip(*bound, strict=True))


def add_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, if there are any, each with the values of the columns `names` as the driver takes them (`maker`).

    A run adds a row for each record: the statement is made once, and rows are taken when their turn comes.
    """
    quote, rest = connection.dialect.identifier_preparer.quote, iter(rows)
    marks = ", ".join(["?" if connection.dialect.paramstyle == "qmark" else "%s"] * len(names))
    statement = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({marks})"
    while part := list(islice(rest, CHUNK)):
        connection.exec_driver_sql(statement, part)


def maker(connection: Connection, column: Column[Any]) -> Callable[[Any], Any] | None:
    """Return what makes the values of a column as the driver takes them, each once; None where it takes them as they are."""
    if isinstance(column.type, Boolean):
        return None
    make = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return None if make is None else cache(make)


@contextmanager
def filling(connection: Connection, table: Table, count: int) -> Iterator[None]:
    """Add so many rows in the block: where they are many and the first, SQLite makes the indexes of all of them, after it.

    That takes a third of the time that adding each row to each index takes; on PostgreSQL nobody could read in the meantime.
    """
    indexes: Sequence[Any] = ()
    first = connection.execute(select(literal(1)).select_from(table).limit(1)).first() is None
    if connection.dialect.name == "sqlite" and count > CHUNK and first:
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL")
        indexes = connection.execute(query, {"name": table.name}).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {connection.dialect.identifier_preparer.quote(name)}")
    yield
    for _, made in indexes:
        connection.exec_driver_sql(made)


def signed(columns: Any, name: str = "bedrag_cent") -> Case[Any]:
    """Return the eurocents (or what `name` holds) of a line in a query, credits below zero; `columns` are of a table of lines."""
    return case((columns.debetcredit == "D", columns[name]), else_=-columns[name])


def counting(before: int | None = None) -> ColumnElement[bool]:
    """Say of a received line in a query whether it is a debit, or undoes a line that is known and was not refused, under whatever
    gemeente: a number is an aanbieder's own.

    `before`: in a message with a lower number than this.
    """
    line, undone = ontvangen_regel.c, ontvangen_regel.alias("undone")
    where = [
        undone.c.aanbieder == line.aanbieder,
        undone.c.referentienummer == line.vorig_referentienummer,
        undone.c.stand != AFGEKEURD,
    ]
    if before is not None:
        where.append(undone.c.ontvangst_id < before)
    return or_(line.debetcredit != "C", select(undone.c.id).where(*where).exists())


def assigned(columns: Any) -> ColumnElement[int]:
    """Return the toewijzing of a line in a query: its number, of an erased client its place, below zero."""
    return func.coalesce(columns.toewijzingnummer, -columns.toewijzing_plaats, 0)


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
