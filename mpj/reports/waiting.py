"""What waits behind no line, since when, and what it may be worth: by gemeente and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, select

from mpj.contract import Contract
from mpj.engine.estimate import Estimates
from mpj.engine.matching import Dekkingen
from mpj.ledger import schema
from mpj.ledger.codec import NOBODY, load, load_record
from mpj.ledger.rows import among
from mpj.protocol import Protocol
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval
from mpj.records.values import Prestatie, Registratie, Toewijzing
from mpj.reports.year import post_of
from mpj.tariefkaart import Tariefkaarten, compile_tariefkaart

_POSTS = ("nog_in_te_dienen", "zonder_toewijzing")


@frozen(kw_only=True)
class Wacht:
    """A row of wacht.csv: what waits for one reason in one gemeente."""

    gemeente: str
    """Empty where nobody knows it."""
    reden: str
    sinds: date
    """The oldest day of care."""
    aantal: int
    """Registraties, or days of a stay."""
    geschat_cent: int | None
    """What is known of it, and estimated where contracts are given; None where nothing is."""
    zonder_schatting: int
    """How many are in no amount."""


def aside(connection: Connection, protocol: Protocol, contracten: Sequence[Contract]) -> list[Uitval]:
    """Return what waits, with what it may be worth: what can still be declared, and is not stopped by a limit."""
    reasons = [code for code, reden in REDENEN.items() if reden.work and post_of(code) in _POSTS]
    table, record = schema.opzij, schema.record
    same = (table.c.soort == record.c.soort) & (table.c.bron == record.c.bron)
    query = select(table, record.c.inhoud, schema.client.c.bsn).outerjoin(record, same)
    query = query.join(schema.client, schema.client.c.id == table.c.client_id).where(table.c.reden.in_(reasons))
    rows = connection.execute(query).all()
    estimates = _estimates(connection, protocol, contracten, {row.client_id: row.bsn for row in rows if row.bsn}) if rows else None
    if estimates is None:
        return [_aside(row) for row in rows]
    return [estimates.completed(_aside(row), row.bsn) for row in rows]


def waiting(rows: Iterable[Uitval]) -> Iterator[Wacht]:
    """Yield what waits, by gemeente and reason."""
    found: dict[tuple[str, str], list[Uitval]] = {}
    for row in rows:
        found.setdefault((row.gemeente, row.reden), []).append(row)
    for (gemeente, reden), own in sorted(found.items()):
        told = [one.geschat_cent if one.waarde_cent is None else one.waarde_cent for one in own]
        cents = [cent for cent in told if cent is not None]
        yield Wacht(
            gemeente=gemeente,
            reden=reden,
            sinds=min(one.datum for one in own if one.datum is not None),
            aantal=sum(one.aantal for one in own),
            geschat_cent=sum(cents) if cents else None,
            zonder_schatting=sum(one.aantal for one, cent in zip(own, told, strict=True) if cent is None),
        )


def _estimates(
    connection: Connection, protocol: Protocol, contracten: Sequence[Contract], clients: dict[int, str]
) -> Estimates | None:
    """Return what estimates care of these clients, None without contracts."""
    if not contracten:
        return None
    kaarten = Tariefkaarten([compile_tariefkaart(one) for one in contracten])
    table = schema.toewijzing
    rows = among(connection, select(table), table.c.client_id, clients)
    items = [load(Toewijzing, row.inhoud, bsn=clients[row.client_id]) for row in rows]
    return Estimates(protocol, kaarten, Dekkingen(items, kaarten, protocol))


def _aside(row: Any) -> Uitval:
    """Return what was set aside as an estimate reads it: nobody's name is in it."""
    place = (row.soort, "", row.datum, row.datum_tot, row.aantal, "", 0, row.gemeente, row.reden, row.waarde_cent, "")
    if row.inhoud is None:
        return Uitval(*place)
    record = load_record(row.soort, row.inhoud, bsn=NOBODY)
    timed = record if isinstance(record, Registratie) else None
    return Uitval(
        *place,
        prestatiecode="" if isinstance(record, Prestatie) else record.prestatiecode or "",
        kwalificatieniveau=timed.kwalificatieniveau or "" if timed else "",
        minuten=timed.duur if timed else None,
    )
