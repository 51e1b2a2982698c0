"""Removing clients after the retention period: everything that names them goes, the amounts stay, so that totals hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import evolve
from sqlalchemy import Connection, delete, false, func, select, update

from mpj.ledger import schema
from mpj.ledger.schema import CONCEPT, VERBLIJF, VERZONDEN, WACHT
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_of, month_text

# As long as care can be declared (TR335), the ledger must know that it was.
MAANDEN = 60


def erase(connection: Connection, bsns: Iterable[str], op: date, bestand: str = "") -> tuple[int, int]:
    """Remove these clients on `op`; returns how many were removed and how many are unknown. Blank ones only count as a place.

    Raises InputError, by place in the list (the row of `bestand`) and never by BSN, for a client with a line that is a concept or
    waits, with a stay that goes on, or with care of the last five years: its records could be declared a second time.
    """
    faults: list[Fault] = []
    found: list[int] = []
    unknown = 0
    for place, bsn in enumerate(bsns, 1):
        if not bsn:
            continue
        identity = connection.execute(select(schema.client.c.id).where(schema.client.c.bsn == bsn)).scalar()
        if identity is None:
            unknown += 1
        elif fault := _too_early(connection, identity, month_of(op)):
            faults.append(evolve(fault, bestand=bestand, rij=place))
        else:
            found.append(identity)
    if faults:
        raise InputError(faults)
    for identity in dict.fromkeys(found):
        _erase_one(connection, identity, op)
    return len(set(found)), unknown


def _too_early(connection: Connection, identity: int, now: int) -> Fault | None:
    table, received = schema.regel.c, schema.ontvangen_regel.c
    waits = (
        select(table.id).where(table.client_id == identity, table.status.in_((CONCEPT, VERZONDEN))),
        select(received.id).where(received.client_id == identity, received.stand == WACHT),
    )
    if any(connection.execute(query.limit(1)).first() for query in waits):
        return Fault("client_open", kolom="bsn", toelichting="deze cliënt heeft een regel die klaarstaat of op antwoord wacht")
    record = schema.record.c
    goes_on = (record.soort == VERBLIJF, record.vervallen == false(), record.maand_tot.is_(None))
    if connection.execute(select(record.bron).where(record.client_id == identity, *goes_on).limit(1)).first():
        text = "deze cliënt heeft een verblijf zonder einddatum: die zorg gaat door"
        return Fault("client_open", kolom="bsn", toelichting=text)
    last_line = connection.execute(select(func.max(table.maand)).where(table.client_id == identity)).scalar() or 0
    last_record = connection.execute(
        select(func.max(func.coalesce(record.maand_tot, record.berekend_tot, record.maand))).where(record.client_id == identity)
    ).scalar()
    last_received = connection.execute(select(func.max(received.einddatum)).where(received.client_id == identity)).scalar()
    last = max(last_line, last_record or 0, month_of(last_received) if last_received else 0)
    if last > now - MAANDEN:
        text = "de laatste zorg van deze cliënt kan nog worden gedeclareerd"
        return Fault("client_te_recent", "", 0, "bsn", month_text(last), f"{month_text(now - MAANDEN)} of eerder", text)
    return None


def _erase_one(connection: Connection, identity: int, op: date) -> None:
    regel = schema.regel
    own = select(regel.c.id).where(regel.c.client_id == identity)
    connection.execute(delete(schema.herkomst).where(schema.herkomst.c.regel_id.in_(own)))
    for table in (schema.record, schema.toewijzing, schema.opzij, schema.herzien):
        connection.execute(delete(table).where(table.c.client_id == identity))
    connection.execute(update(regel).where(regel.c.client_id == identity).values(toewijzingnummer=None, sleutel=""))
    received = schema.ontvangen_regel
    connection.execute(update(received).where(received.c.client_id == identity).values(toewijzingnummer=None))
    connection.execute(update(schema.client).where(schema.client.c.id == identity).values(bsn=None, gewist=op))
