"""What stands in the way of sending a declaration: its message, its day, a later month that was sent, and who kept it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mpj.ledger import schema
from mpj.ledger.schema import BEANTWOORD, VERZONDEN
from mpj.reading.faults import Fault
from mpj.reading.periods import month_text

_LATER = (VERZONDEN, BEANTWOORD)


def hindrances(connection: Connection, row: Row[Any], op: date, *, zonder_bericht: bool) -> Iterator[Fault]:
    """Yield why a concept may not be sent on `op`; with `zonder_bericht` it may be without a message."""
    nummer = row.declaratienummer
    if fault := _too_early(connection, row):
        yield fault
    if op < row.dagtekening:
        text = "een declaratie wordt niet verzonden voor haar dagtekening"
        yield Fault("verzonden_te_vroeg", "", 0, nummer, str(op), f"{row.dagtekening} of later", text)
    if not (zonder_bericht or _written(connection, row)):
        text = "van deze declaratie is geen bericht geschreven"
        yield Fault("bericht_ongeschreven", "", 0, nummer, "", "een run met --berichten, of --zonder-bericht", text)


def same_eyes(row: Row[Any], wie: str) -> Fault | None:
    """Return why `wie` may not send a concept that a second person sends; None where it was kept by somebody else."""
    if wie and row.wie not in ("", wie):
        return None
    text, verwacht = "wie een declaratie vastlegde, verzendt haar niet", f"een ander dan {row.wie}"
    if not row.wie:
        text, verwacht = "wie deze declaratie vastlegde, is niet bekend", "draai de maand nog eens, en laat een ander verzenden"
    elif not wie:
        text = "wie verzendt, is niet bekend"
    return Fault("vier_ogen", "", 0, row.declaratienummer, wie, verwacht, text)


def _too_early(connection: Connection, row: Row[Any]) -> Fault | None:
    """Return why a declaration may not be sent: a later month was sent to the same gemeente (IV090)."""
    table = schema.declaratie.c
    received = (table.status.in_(_LATER), table.identificatie.is_not(None))
    where = (table.aanbieder == row.aanbieder, table.gemeente == row.gemeente, *received)
    last = connection.execute(select(func.max(table.maand)).where(*where)).scalar()
    if last is None or last <= row.maand:
        return None
    text = f"aan gemeente {row.gemeente} is al {month_text(last)} verzonden (IV090); draai die of een latere maand opnieuw"
    return Fault("periode_voor_laatste", "", 0, row.declaratienummer, month_text(row.maand), month_text(last), text)


def _written(connection: Connection, row: Row[Any]) -> bool:
    """Say whether a concept has its message, or needs none; of a program that is its own to see to."""
    table = schema.regel.c
    travels = select(table.id).where(table.declaratie_id == row.id, table.in_bericht.is_(True))
    return row.bericht is not False or connection.execute(travels.limit(1)).first() is None
