"""Whether a correction can stand: within the terms of its contract, and in no year that was closed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

from attrs import frozen
from sqlalchemy import Connection, select

from mpj.contract import Contract
from mpj.contract.model import Termijnen
from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.decide import note
from mpj.ledger.year import Jaarsom, digest, dump, sums
from mpj.presentation import words
from mpj.reading.faults import Fault, InputError

GESLOTEN = "gesloten"
JAARSTAND = "jaarstand"
"""What the lines of a closed year came to."""


@frozen
class Deadlines:
    """What the debit of a correction is held against: a gemeente can refuse it, and never the credit before it."""

    dagtekening: date
    termijnen: Mapping[str, Termijnen]
    """By contract."""
    closed: frozenset[int]
    """The years of care that were closed."""

    @classmethod
    def of(cls, connection: Connection, contracten: Iterable[Contract], dagtekening: date) -> Deadlines:
        """Return what holds for a run."""
        table = schema.logboek.c
        closed = connection.execute(select(table.code).where(table.handeling == GESLOTEN)).scalars()
        return cls(dagtekening, {one.id: one.termijnen for one in contracten}, frozenset(map(int, closed)))

    def against(self, line: Declaratieregel) -> str:
        """Return in Dutch why the new debit of a correction cannot stand, empty where it can."""
        care = line.begindatum
        if care.year in self.closed:
            return f"het jaar {care.year} is gesloten"
        last = self.termijnen[line.contract].tot(care) if line.contract in self.termijnen else None
        return "" if last is None or self.dagtekening <= last else f"de termijn voor deze zorg liep tot en met {words.day(last)}"


def close_year(connection: Connection, jaar: int, wie: str, op: date) -> None:
    """Close a year of care. See `mpj.Ledger.close_year`."""
    if jaar in Deadlines.of(connection, (), op).closed:
        raise InputError(Fault("jaar_gesloten", "", 0, "jaar", str(jaar), toelichting="dit jaar is al gesloten"))
    note(connection, GESLOTEN, f"zorgjaar {jaar}", wie, op, code=str(jaar))
    stand = json.dumps({"sha256": digest(connection, jaar), "regels": dump(sums(connection, jaar))})
    note(connection, JAARSTAND, stand, wie, op, code=str(jaar))


def closed_year(connection: Connection, jaar: int) -> tuple[date, list[Jaarsom]] | None:
    """Return when a year was closed and what its lines came to then; None for one that is open or was closed without that."""
    table = schema.logboek.c
    query = select(table.op, table.inhoud).where(table.handeling == JAARSTAND, table.code == str(jaar))
    found = connection.execute(query).first()
    return None if found is None else (found.op, [Jaarsom(**row) for row in json.loads(found.inhoud)["regels"]])
