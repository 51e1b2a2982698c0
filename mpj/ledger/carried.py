"""What there was before a run: what records were behind, what the concepts come to that it replaces, and the month before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from attrs import field, frozen
from sqlalchemy import ColumnElement, Connection, Row, and_, false, or_, select, true

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.rows import among
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN
from mpj.ledger.stand import LINE_COLUMNS, line_of
from mpj.reading.periods import month_text

Place: TypeAlias = tuple[str, int, str, str, str]
"""Where a line of care belongs, as people read it: gemeente, toewijzingnummer, prestatiecode, kwalificatieniveau, month."""


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


@frozen
class Replaced:
    """A concept that a run takes the place of."""

    aanbieder: str
    declaratienummer: str
    gemeente: str
    maand: int
    map: str
    """The folder of the run that made it, empty where that is not known."""


@frozen
class Before:
    """What there was before a run, in eurocents, credits subtracted."""

    concept: Mapping[Place, int] = field(factory=dict)
    """What the concepts that it replaces come to."""
    vorige_maand: Mapping[str, int] = field(factory=dict)
    """What was declared in the month before, by gemeente."""
    replaced: Sequence[Replaced] = ()
    """Those concepts."""


def before(connection: Connection, concepts: Collection[int], pairs: Collection[tuple[str, str]], maand: int) -> Before:
    """Return what these concepts come to, and what these (aanbieder, gemeente) pairs declared in the month before `maand`."""
    table = schema.declaratie.c
    last: dict[str, int] = {}
    for row in _lines(connection, table.maand == maand - 1, table.status != NIET_VERZONDEN):
        if row.declaratie_id not in concepts and (row.aanbieder, row.gemeente) in pairs:
            last[row.gemeente] = last.get(row.gemeente, 0) + _net(row)
    found: dict[Place, int] = {}
    for row in _lines(connection, table.id.in_(concepts)):
        place = row.gemeente, row.toewijzingnummer, row.prestatiecode, row.kwalificatieniveau, month_text(row.maand)
        found[place] = found.get(place, 0) + _net(row)
    return Before(found, last, _about_to_go(connection, concepts))


def _about_to_go(connection: Connection, concepts: Collection[int]) -> list[Replaced]:
    """Return these concepts, by row number, before they are removed."""
    table = schema.declaratie.c
    query = select(table.aanbieder, table.declaratienummer, table.gemeente, table.maand, table.map)
    return sorted((Replaced(*row) for row in among(connection, query, table.id, concepts)), key=lambda one: one.declaratienummer)


def _lines(connection: Connection, *where: ColumnElement[bool]) -> Iterable[Any]:
    return connection.execute(select(schema.regel).join(schema.declaratie).where(*where))


def _net(line: Any) -> int:
    cent: int = line.bedrag_cent
    return cent if line.debetcredit == "D" else -cent
