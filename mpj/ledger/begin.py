"""The begin of a ledger: from which month on it declares. Care of before was declared elsewhere, and is `voor_periode`."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from mpj.ledger import schema
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_text


def begin(connection: Connection, vanaf: int) -> None:
    """Remember from which month on this ledger declares. See `mpj.Ledger.begin`."""
    known = begun(connection)
    if known is not None:
        text = "dit ledger is al begonnen"
        raise InputError(Fault("ledger_begonnen", "", 0, "vanaf", month_text(vanaf), month_text(known), text))
    if connection.execute(select(schema.record.c.bron).limit(1)).first() is not None:
        text = "dit ledger is al in gebruik: zonder begin declareert het zorg van elke maand"
        raise InputError(Fault("ledger_begonnen", "", 0, "vanaf", month_text(vanaf), "een nieuw ledger", text))
    connection.execute(insert(schema.aanvang).values(id=1, vanaf=vanaf))


def begun(connection: Connection) -> int | None:
    """Return the month from which a ledger declares, None where it was not said."""
    found: int | None = connection.execute(select(schema.aanvang.c.vanaf)).scalar()
    return found
