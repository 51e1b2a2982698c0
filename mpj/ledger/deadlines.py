"""Whether a correction can stand: within the terms of its contract, and in no year that was closed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen
from sqlalchemy import Connection, select

from mpj.contract import Contract
from mpj.contract.model import Termijnen
from mpj.engine.told import LapseSummary
from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.decide import Agreed, Decision, note
from mpj.ledger.year import Jaarsom, digest, dump, sums
from mpj.presentation import words
from mpj.reading.calls import expect
from mpj.reading.faults import Fault, InputError
from mpj.records.uitval import Uitval

SOON = timedelta(days=62)
"""What lapses within this is told: no more than this run and the next, a month later, are sure to take it along."""
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


def lapses(contracten: Iterable[Contract], uitval: Iterable[Uitval], dagtekening: date) -> list[LapseSummary]:
    """Return until when what was set aside and may come can be declared or repaired, as far as that day is near or has passed."""
    counts: dict[tuple[date, str], list[int]] = {}
    bound = list(contracten)
    for row in uitval:
        last = _last(bound, row) if row.datum is not None and row.vervolg != "definitief" else None
        if last is not None and last <= dagtekening + SOON:
            count = counts.setdefault((last, row.gemeente), [0, 0])
            count[0] += row.aantal
            count[1] += row.waarde_cent or row.geschat_cent or 0
    return [
        {"gemeente": gemeente, "uiterlijk": last.isoformat(), "aantal": count, "waarde_cent": cent}
        for (last, gemeente), (count, cent) in sorted(counts.items())
    ]


def _last(contracten: Sequence[Contract], row: Uitval) -> date | None:
    """Return the last day for a row of which the date is known: by the contract of its gemeente; where none is, the earliest."""
    assert row.datum is not None
    own = [one for one in contracten if row.gemeente in one.gemeenten and one.begindatum <= row.datum <= one.einddatum]
    nieuw = row.reden != "afgekeurd"
    found = [one.termijnen.tot(row.datum, nieuw=nieuw) for one in own or (() if row.gemeente else contracten)]
    return min((one for one in found if one is not None), default=None)


def close_year(connection: Connection, jaar: int, agreed: Agreed) -> list[Fault]:
    """Close a year of care; returns warnings. See `mpj.Ledger.close_year`."""
    expect("jaar", jaar, "a year as 2026", int)
    if not 2000 <= jaar <= 2100:
        raise ValueError("jaar: a year from 2000 to 2100")
    wie, op = agreed.wie, agreed.op
    if jaar in Deadlines.of(connection, (), op).closed:
        raise InputError(Fault("jaar_gesloten", "", 0, "jaar", str(jaar), toelichting="dit jaar is al gesloten"))
    notes = agreed.settle(connection, [_running(jaar)] if op.year <= jaar else [], proef=False)
    note(connection, GESLOTEN, f"zorgjaar {jaar}", wie, op, code=str(jaar))
    stand = json.dumps({"sha256": digest(connection, jaar), "regels": dump(sums(connection, jaar))})
    note(connection, JAARSTAND, stand, wie, op, code=str(jaar))
    return notes


def _running(jaar: int) -> Decision:
    """Return that a year is not over: what is delivered or corrected in it later would have to be agreed to, case by case."""
    text = (
        f"het jaar {jaar} is nog niet voorbij; sluiten houdt elke latere correctie van zorg in dat jaar tegen, en gaat niet terug"
    )
    return Decision("jaar_loopt", (), text)


def closed_year(connection: Connection, jaar: int) -> tuple[date, list[Jaarsom]] | None:
    """Return when a year was closed and what its lines came to then; None for one that is open or was closed without that."""
    table = schema.logboek.c
    query = select(table.op, table.inhoud).where(table.handeling == JAARSTAND, table.code == str(jaar))
    found = connection.execute(query).first()
    return None if found is None else (found.op, [Jaarsom(**row) for row in json.loads(found.inhoud)["regels"]])
