"""Proof that a ledger is whole: database, references, what stands of each line, the digest of every message sent or received."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, inspect, or_, select, text, true

from mpj.ledger import schema
from mpj.ledger.conversation import message_of, to_bytes
from mpj.ledger.payments import payments
from mpj.ledger.receiving import lines_digest
from mpj.ledger.schema import AFGEKEURD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN
from mpj.ledger.sent import is_erased
from mpj.messages.values import PRESTATIE_FIELDS
from mpj.reading.faults import Fault, mask

_STATES = (CONCEPT, VERZONDEN, TOEGEKEND, AFGEKEURD, NIET_VERZONDEN)


def check(connection: Connection) -> tuple[dict[str, int], list[Fault]]:
    """Return what was counted and every fault. See `mpj.Ledger.check`."""
    faults = list(_database(connection))
    if faults:
        return {}, faults
    counts = {"declaraties": 0, "berichten": 0, "zonder_digest": 0, "gewist": 0}
    for row in connection.execute(select(schema.declaratie).order_by(schema.declaratie.c.id)).all():
        counts["declaraties"] += 1
        faults += _message(connection, row, counts)
    faults += _lines(connection)
    faults += _payments(connection)
    if received := connection.execute(select(schema.ontvangst).order_by(schema.ontvangst.c.id)).all():
        counts |= {"ontvangen": len(received), "ontvangen_zonder_digest": 0, "ontvangen_gewist": 0}
        for row in received:
            faults += _received(connection, row, counts)
    return counts, faults


def _database(connection: Connection) -> Iterator[Fault]:
    """Yield what the database itself finds: damaged pages, lost indexes, references that lead nowhere."""
    if connection.dialect.name != "sqlite":
        return
    told = connection.execute(text("PRAGMA integrity_check(20)")).scalars().all()
    if told != ["ok"]:
        yield _fault("database", f"de database klopt niet ({len(told)} meldingen)")
    elif broken := connection.execute(text("PRAGMA foreign_key_check")).all():
        yield _fault("database", f"{len(broken)} verwijzingen leiden nergens heen")
    missing = set(schema.metadata.tables) - set(inspect(connection).get_table_names())
    if missing:
        yield _fault("database", f"{len(missing)} tabellen ontbreken")


def _message(connection: Connection, row: Row[Any], counts: dict[str, int]) -> Iterator[Fault]:
    """Yield what is wrong with the message of a declaration that was sent."""
    if row.identificatie is None or row.overgenomen:
        return
    counts["berichten"] += 1
    if row.sha256 is None:
        counts["zonder_digest"] += 1
    elif is_erased(connection, row.id):
        counts["gewist"] += 1
    else:
        try:
            message = message_of(connection, row)
        except (TypeError, ValueError, LookupError):
            message = None
        if message is None or hashlib.sha256(to_bytes(message)).hexdigest() != row.sha256:
            yield _fault(f"declaratie {row.declaratienummer}", "de regels zijn niet meer die van het verzonden bericht")


def _received(connection: Connection, row: Row[Any], counts: dict[str, int]) -> Iterator[Fault]:
    """Yield what is wrong with the lines of a message that a gemeente received."""
    line = schema.ontvangen_regel.c
    query = select(schema.client.c.bsn, *(line[name] for name in PRESTATIE_FIELDS)).join(schema.client)
    lines = connection.execute(query.where(line.ontvangst_id == row.id).order_by(line.id)).all()
    if row.regels_sha256 is None:
        counts["ontvangen_zonder_digest"] += 1
    elif any(one.bsn is None for one in lines):
        counts["ontvangen_gewist"] += 1
    elif lines_digest(lines) != row.regels_sha256:
        yield _fault(f"declaratie {mask(row.declaratienummer)}", "de regels zijn niet meer die van het ontvangen bericht")


def _lines(connection: Connection) -> Iterator[Fault]:
    """Yield lines in a state that does not exist, credits that undo nothing or another amount, and debits that stand wrongly."""
    regel, before = schema.regel.c, schema.regel.alias("vorige")
    unknown = connection.execute(select(func.count()).where(regel.status.not_in(_STATES))).scalar_one()
    if unknown:
        yield _fault("regel", f"{unknown} regels in een status die niet bestaat")
    numbers = (regel.bedrag_cent, regel.volume, regel.tarief_cent, regel.volume_bericht, regel.maand)
    if connection.dialect.name == "sqlite":
        wrong = [func.typeof(one) != "integer" for one in numbers]
        found = connection.execute(select(func.count()).where(or_(*wrong))).scalar_one()
        if found:
            yield _fault("regel", f"{found} regels met een bedrag of volume dat geen getal is")
            return
    joined = schema.regel.join(before, before.c.id == regel.vorige_id)
    undoing = select(func.count()).select_from(joined)
    if other := connection.execute(undoing.where(before.c.bedrag_cent != regel.bedrag_cent)).scalar_one():
        yield _fault("regel", f"{other} creditregels met een ander bedrag dan hun debetregel")
    standing = select(func.count()).where(regel.staat == true(), regel.status.not_in((VERZONDEN, TOEGEKEND)))
    if wrongly := connection.execute(standing).scalar_one():
        yield _fault("regel", f"{wrongly} regels staan, en zijn niet verzonden of toegekend")


def _payments(connection: Connection) -> Iterator[Fault]:
    """Yield payments of which more was coupled than they came to."""
    for one in payments(connection):
        if not 0 <= one.rest_cent * (1 if one.cent > 0 else -1) <= abs(one.cent):
            yield _fault(f"betaling {one.id}", "er is meer van gekoppeld dan zij bedraagt")


def _fault(where: str, told: str) -> Fault:
    return Fault("ledger_beschadigd", "", 0, where, toelichting=f"het ledger is beschadigd: {told}")
