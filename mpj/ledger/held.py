"""What is held of one client, as tables to hand over to who may see it (AVG, art. 15): everything but the BSN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Select, func, select

from mpj.ledger import schema
from mpj.ledger.codec import NOBODY, Record, load, load_record
from mpj.ledger.schema import PRESTATIE, REGISTRATIE, VERBLIJF
from mpj.presentation.report import Column, Report, Table, Value
from mpj.reading.periods import month_text
from mpj.records.values import Toewijzing

_INSIDE = frozenset(
    {"id", "client_id", "regel_id", "bsn", "sleutel", "vinger", "inhoud", "termen", "afronding", "toewijzing_plaats"}
)
"""What the ledger keeps for itself: its own numbers, and what is there a second time."""
_MONTHS = frozenset({"maand", "maand_tot"})


def held(connection: Connection, bsn: str) -> Report | None:
    """Return what is held of a client. See `mpj.Ledger.held`."""
    client = schema.client.c
    identity = connection.execute(select(client.id).where(client.bsn == bsn)).scalar()
    if identity is None:
        return None
    tables = [_table(title, rows) for title, rows in _kinds(connection, identity)]
    found = [table for table in tables if table.rows]
    facts = tuple((table.title, str(len(table.rows))) for table in found)
    told = (
        "Alles wat dit ledger van deze cliënt bewaart, behalve het BSN zelf, dat hier niet wordt herhaald.",
        "Berichten worden uit de regels gemaakt en staan er niet nog eens naast.",
    )
    return Report("Inzage: wat van deze cliënt wordt bewaard", facts, (*told, *found), "mpj ledger inzage")


def _kinds(connection: Connection, client: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield what there is by kind, each row as values by name."""
    table = schema.toewijzing.c
    rows = connection.execute(select(schema.toewijzing).where(table.client_id == client).order_by(table.begin)).all()
    yield "Toewijzingen", [_fields(load(Toewijzing, row.inhoud, bsn=NOBODY), row) for row in rows]
    record = schema.record
    for title, soort in (("Registraties", REGISTRATIE), ("Verblijf", VERBLIJF), ("Prestaties", PRESTATIE)):
        query = select(record).where(record.c.client_id == client, record.c.soort == soort)
        rows = connection.execute(query.order_by(record.c.maand, record.c.bron)).all()
        yield title, [_record(row) | {"vervallen": row.vervallen} for row in rows]
    line, made, behind = schema.regel, schema.declaratie.c, schema.herkomst
    code = schema.afkeuring.c
    codes = select(func.aggregate_strings(code.retourcode, ", ")).where(code.regel_id == line.c.id).scalar_subquery()
    more = made.declaratienummer, made.verzonden_op, made.afgesloten_op, codes.label("retourcodes")
    of_client = line.c.client_id == client
    yield "Gedeclareerd", _rows(connection, select(line, *more).join(schema.declaratie).where(of_client).order_by(line.c.id))
    traced = select(line.c.referentienummer, behind).join(behind, behind.c.regel_id == line.c.id).where(of_client)
    yield "Waaruit regels bestaan", _rows(connection, traced.order_by(line.c.id, behind.c.volg))
    received = schema.ontvangen_regel
    asked = select(received, schema.ontvangst.c.declaratienummer).join(schema.ontvangst).where(received.c.client_id == client)
    yield "Ontvangen en getoetst", _rows(connection, asked.order_by(received.c.id))
    for title, own in (("Opzij gezet", schema.opzij), ("Te herstellen rijen", schema.onleesbaar)):
        yield title, _rows(connection, select(own).where(own.c.client_id == client).order_by(own.c.id))


def _fields(value: Record | Toewijzing, row: Any) -> dict[str, Any]:
    own = {one.name: getattr(value, one.name) for one in attrs.fields(type(value))}
    return own | {"bestand": row.bestand, "rij": row.rij}


def _record(row: Any) -> dict[str, Any]:
    return _fields(load_record(row.soort, row.inhoud, bsn=NOBODY), row)


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(query)]


def _table(title: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return rows under the names that hold something in any of them."""
    found = [{name: _shown(name, value) for name, value in row.items() if name not in _INSIDE} for row in rows]
    names = [name for name in dict.fromkeys(name for row in found for name in row) if any(row[name] != "" for row in found)]
    columns = [Column(name.replace("_", " "), "cent" if name.endswith("_cent") else "text", name) for name in names]
    return Table(title, tuple(columns), (tuple(row[name] for name in names) for row in found))


def _shown(name: str, value: Any) -> Value:
    """Return a value as people read it; numbers that could be a BSN become texts, which are hidden."""
    match value:
        case None | False | "":
            return ""
        case True:
            return "ja"
        case date():
            return value
        case tuple():
            return ", ".join(map(str, value))
        case int() if name in _MONTHS:
            return month_text(value)
        case int() if name.endswith("_cent"):
            return value
    return str(value)
