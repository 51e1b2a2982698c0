"""What records were behind before a run took in new ones: in lines that stand, and in concepts that it replaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Row, and_, false, or_, select, true

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.rows import among
from mpj.ledger.schema import CONCEPT
from mpj.ledger.stand import LINE_COLUMNS, line_of


@frozen
class Carried:
    """What a record carries in a line."""

    line: Declaratieregel
    status: str
    cent: int


def carried(connection: Connection, records: Mapping[tuple[str, str], tuple[int, date]]) -> dict[tuple[str, str], list[Carried]]:
    """Return what records (soort and id, to client number and first day) carry in lines that stand or are a concept."""
    regel, trace, declaratie = schema.regel, schema.herkomst.c, schema.declaratie.c
    query = (
        select(*(regel.c[name] for name in LINE_COLUMNS), regel.c.status)
        .add_columns(trace.soort, trace.bron, trace.datum, trace.inhoud)
        .add_columns(declaratie.declaratienummer, declaratie.maand.label("periode"), schema.client.c.bsn)
        .join(schema.declaratie, declaratie.id == regel.c.declaratie_id)
        .join(schema.client, schema.client.c.id == regel.c.client_id)
        .join(schema.herkomst, trace.regel_id == regel.c.id)
        .where(or_(regel.c.staat == true(), and_(regel.c.status == CONCEPT, regel.c.debetcredit == "D")))
    )
    found: dict[tuple[str, str], list[Carried]] = {}
    rows: Iterable[Row[Any]] = among(connection, query, regel.c.client_id, {client for client, _ in records.values()})
    for row in rows:
        name = row.soort, row.bron
        if name in records and row.datum >= records[name][1]:
            found.setdefault(name, []).append(Carried(line_of(row, ""), row.status, load(Herkomst, row.inhoud).bedrag_cent))
    return found


def emptied(connection: Connection, clients: Iterable[int]) -> frozenset[int]:
    """Return which of these clients have no record any more."""
    wanted, table = set(clients), schema.record.c
    query = select(table.client_id).distinct().where(table.vervallen == false())
    return frozenset(wanted - {row.client_id for row in among(connection, query, table.client_id, wanted)})
