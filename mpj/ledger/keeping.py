"""How long clients are kept: what concerned each last, who may be erased, and why others may not yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from attrs import field, frozen
from sqlalchemy import Connection, false, func, select

from mpj.ledger import schema
from mpj.ledger.rows import chunks
from mpj.ledger.schema import CONCEPT, LOPEND, VERZONDEN, WACHT
from mpj.reading.calls import expect
from mpj.reading.config import YEARS
from mpj.reading.faults import Fault
from mpj.reading.periods import month_of, month_text

JAREN = 7
"""How many whole years after the last one that concerns a client it is kept, where nobody says otherwise (AWR, art. 52)."""
_DECLARABLE = 60


def years(name: str, value: int) -> int:
    """Return how many years are kept, as the keyword `name` says; raises TypeError or ValueError for what is no such number.

    Fewer than five are not taken: as long as care can be declared (TR335, 60 months), the ledger must know that it was.
    """
    expect(name, value, "a number of years", int)
    if value not in YEARS:
        raise ValueError(f"{name}: from {YEARS[0]} to {YEARS[-1]} years")
    return value


@frozen
class Voorstel:
    """Who may be erased, and how many may not yet."""

    bsns: tuple[str, ...] = field(repr=False)
    """Of whom the last year lies behind the years of keeping, in order."""
    per_jaar: Mapping[int | None, int]
    """How many of these, by the last year that concerns them; None: nothing but the BSN is held."""
    open: int
    """How many have a line that waits or is a concept, or care that goes on."""
    bewaard: int
    """How many are within the years of keeping."""


@frozen
class _Kept:
    """What keeps one client."""

    open: str = ""
    """Why it is still going on, in Dutch; empty where nothing is."""
    care: int = 0
    """The last month of care, 0 where there is none."""
    last: int = 0
    """The last month of anything: care, a declaration of it, a toewijzing."""


NOTHING_KEPT = _Kept()


def proposal(connection: Connection, op: date, jaren: int) -> Voorstel:
    """Return who may be erased on `op`: exactly whom `mpj.ledger.erase` then takes."""
    client = schema.client.c
    known = connection.execute(select(client.id, client.bsn).where(client.bsn.is_not(None)).order_by(client.bsn)).all()
    kept = kept_of(connection)
    faults = {row.id: too_early(kept.get(row.id, NOTHING_KEPT), op, jaren) for row in known}
    codes = Counter(fault.code for fault in faults.values() if fault is not None)
    due = [row for row in known if faults[row.id] is None]
    years = Counter(kept[row.id].last // 12 if row.id in kept else None for row in due)
    per_year = dict(sorted(years.items(), key=lambda one: one[0] or 0))
    return Voorstel(tuple(row.bsn for row in due), per_year, codes["client_open"], codes["client_te_recent"])


def too_early(kept: _Kept, op: date, jaren: int) -> Fault | None:
    """Return why a client may not be erased on `op`, None where it may."""
    if kept.open:
        return Fault("client_open", kolom="bsn", toelichting=kept.open)
    if kept.care > month_of(op) - _DECLARABLE:
        text = "de laatste zorg van deze cliënt kan nog worden gedeclareerd"
    elif kept.last // 12 + jaren >= op.year:
        text = f"deze cliënt wordt {jaren} jaar bewaard na het laatste jaar waarin er iets was"
    else:
        return None
    return Fault("client_te_recent", "", 0, "bsn", month_text(kept.last), f"{op.year - jaren - 1} of eerder", text)


def kept_of(connection: Connection, clients: Collection[int] | None = None) -> dict[int, _Kept]:
    """Return what keeps these clients (None: all), by the ledger's number; one of whom nothing is held has no place in it."""
    open_, care, last = dict[int, str](), dict[int, int](), dict[int, int]()
    for client, text in _open(connection, clients):
        open_[client] = text
    for client, month, is_care in _months(connection, clients):
        last[client] = max(month, last.get(client, 0))
        if is_care:
            care[client] = max(month, care.get(client, 0))
    return {one: _Kept(open_.get(one, ""), care.get(one, 0), last.get(one, 0)) for one in open_.keys() | last.keys()}


def _open(connection: Connection, clients: Collection[int] | None) -> Iterator[tuple[int, str]]:
    """Yield what still goes on; of a client for whom both hold, the line comes last."""
    record, line, received = schema.record.c, schema.regel.c, schema.ontvangen_regel.c
    goes_on = record.soort.in_(LOPEND), record.vervallen == false(), record.maand_tot.is_(None)
    for row in _asked(connection, select(record.client_id).where(*goes_on).distinct(), record.client_id, clients):
        yield row[0], "deze cliënt heeft een verblijf zonder einddatum, of een start zonder einde: die zorg gaat door"
    for column, waits in (
        (line.client_id, line.status.in_((CONCEPT, VERZONDEN))),
        (received.client_id, received.stand == WACHT),
    ):
        for row in _asked(connection, select(column).where(waits).distinct(), column, clients):
            yield row[0], "deze cliënt heeft een regel die klaarstaat of op antwoord wacht"


def _months(connection: Connection, clients: Collection[int] | None) -> Iterator[tuple[int, int, bool]]:
    """Yield the last month of each kind of thing that is held of a client, and whether it is care."""
    line, record, received = schema.regel, schema.record.c, schema.ontvangen_regel
    aside, faulty, assigned = schema.opzij.c, schema.onleesbaar.c, schema.toewijzing.c
    sent, message = schema.declaratie.c.dagtekening, schema.ontvangst.c.dagtekening
    booked = line.join(schema.declaratie), received.join(schema.ontvangst)
    for client, value, where, is_care in (
        (line.c.client_id, line.c.maand, line, True),
        (record.client_id, func.coalesce(record.maand_tot, record.berekend_tot, record.maand), schema.record, True),
        (received.c.client_id, received.c.einddatum, received, True),
        (aside.client_id, aside.datum_tot, schema.opzij, False),
        (faulty.client_id, faulty.maand, schema.onleesbaar, False),
        (assigned.client_id, func.coalesce(assigned.eind, assigned.begin), schema.toewijzing, False),
        (line.c.client_id, sent, booked[0], False),
        (received.c.client_id, message, booked[1], False),
    ):
        query = select(client, func.max(value)).select_from(where).where(client.is_not(None)).group_by(client)
        for identity, last in _asked(connection, query, client, clients):
            yield identity, month_of(last) if isinstance(last, date) else int(last), is_care


def _asked(connection: Connection, query: Any, column: Any, clients: Collection[int] | None) -> Iterator[Any]:
    if clients is None:
        yield from connection.execute(query)
        return
    for part in chunks(clients):
        yield from connection.execute(query.where(column.in_(part)))
