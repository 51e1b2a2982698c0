"""Removing clients after the retention period: everything that names them goes, the amounts stay, so that totals hold.

What totals are made of keeps its place: a line tells its toewijzing as a place among those of its client (`toewijzing_plaats`), so
that what stood on different ones still does; what was set aside keeps all but its id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import evolve
from sqlalchemy import Connection, Table, delete, exists, select, update

from mpj.ledger import schema
from mpj.ledger.decide import note
from mpj.ledger.keeping import NOTHING_KEPT, kept_of, too_early
from mpj.ledger.rows import among
from mpj.presentation import words
from mpj.reading.faults import Fault, InputError


def erase(connection: Connection, bsns: Iterable[str], op: date, jaren: int, bestand: str = "", wie: str = "") -> tuple[int, int]:
    """Remove these clients on `op`, as `wie` asks; returns how many were removed and how many are unknown.

    Blank ones only count as a place.

    Raises InputError, by place in the list (the row of `bestand`) and never by BSN, for a client with a line that is a concept or
    waits, with a stay that goes on, of whom care could be declared a second time, or whose `jaren` of keeping are not over.
    """
    given = list(bsns)
    client = schema.client.c
    known = {row.bsn: row.id for row in among(connection, select(client.id, client.bsn), client.bsn, set(filter(None, given)))}
    kept = kept_of(connection, known.values())
    faults: list[Fault] = []
    for place, bsn in enumerate(given, 1):
        fault = too_early(kept.get(known[bsn], NOTHING_KEPT), op, jaren) if bsn in known else None
        if fault is not None:
            faults.append(evolve(fault, bestand=bestand, rij=place))
    if faults:
        raise InputError(faults)
    for identity in known.values():
        _erase_one(connection, identity, op)
    if known:
        note(connection, "gewist", words.counted(len(known), "cliënt"), wie, op)
    return len(known), sum(bool(bsn) and bsn not in known for bsn in given)


def _erase_one(connection: Connection, identity: int, op: date) -> None:
    regel, record, opened = schema.regel, schema.record.c, schema.opengesteld
    own = select(regel.c.id).where(regel.c.client_id == identity)
    connection.execute(delete(schema.herkomst).where(schema.herkomst.c.regel_id.in_(own)))
    same = record.soort == opened.c.soort, record.bron == opened.c.bron, record.client_id == identity
    connection.execute(delete(opened).where(exists().where(*same)))
    for table in (schema.record, schema.toewijzing, schema.herzien, schema.onleesbaar):
        connection.execute(delete(table).where(table.c.client_id == identity))
    aside = schema.opzij
    connection.execute(update(aside).where(aside.c.client_id == identity).values(bron=""))
    for table in (regel, schema.ontvangen_regel):
        _forget_toewijzing(connection, table, identity)
    connection.execute(update(regel).where(regel.c.client_id == identity).values(sleutel="", besloten=""))
    connection.execute(update(schema.client).where(schema.client.c.id == identity).values(bsn=None, gewist=op))


def _forget_toewijzing(connection: Connection, table: Table, identity: int) -> None:
    """Leave of each toewijzing of a client its place among them, in the order of their lines."""
    own, number = table.c.client_id == identity, table.c.toewijzingnummer
    numbers = connection.execute(select(table.c.gemeente, number).where(own).order_by(table.c.id)).all()
    for place, (gemeente, nummer) in enumerate(dict.fromkeys(map(tuple, numbers)), 1):
        same = own, table.c.gemeente == gemeente, number.is_not_distinct_from(nummer), table.c.toewijzing_plaats.is_(None)
        connection.execute(update(table).where(*same).values(toewijzingnummer=None, toewijzing_plaats=place))
