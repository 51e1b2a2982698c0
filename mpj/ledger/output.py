"""The prestaties of the clients that a run looks at: which start and end belong together, and how far what they began reaches.

Of one client they decide together. So all of them are looked at, whatever their months; and where one came, changed or went, or
a toewijzing did, every month of that client.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from attrs import frozen
from sqlalchemy import Connection, Row, bindparam, false, select, update

from mpj.engine.runs import Running, pairs
from mpj.ledger import schema
from mpj.ledger.cells import Cells, touch_whole
from mpj.ledger.codec import NOBODY, dump, fingerprint, load
from mpj.ledger.intake import Naam
from mpj.ledger.rows import among, chunks
from mpj.ledger.schema import PRESTATIE
from mpj.reading.forms import open_end
from mpj.reading.periods import month_of
from mpj.records.values import Prestatie

RunsOn: TypeAlias = Callable[[str, date], bool | None]
"""Says of a product and a day whether it runs from a start to an end then, None where no contract tells."""


@frozen
class Output:
    """The prestaties that a run looks at."""

    rows: Collection[Row[Any]]
    fingerprints: dict[Naam, str]
    """A start and its end have one: where either changes, what they came to does; and so where it is told of another client."""
    confirmed: dict[Naam, int]
    """Of starts without an end: the last month in which it is known that they go on."""

    @classmethod
    def of(cls, connection: Connection, runs_on: RunsOn, cells: Cells, changed: Iterable[int]) -> Output:
        """Return those of the clients in `cells`, and look at all months of the `changed` ones."""
        table = schema.record.c
        query = select(schema.record).where(table.soort == PRESTATIE, table.vervallen == false()).order_by(table.bron)
        rows = list(among(connection, query, table.client_id, cells.months))
        ends = _ends(connection, {row.client_id for row in rows}) if rows else {}
        fingerprints: dict[Naam, str] = {}
        confirmed: dict[Naam, int] = {}
        reach: dict[str, int | None] = {}
        for row, one, found in _with_runs(rows):
            name = PRESTATIE, row.bron
            told = [] if found is None else [dump(other) for other in (found.start, found.einde) if other is not None]
            fingerprints[name] = fingerprint(str(row.client_id), *(told or [row.inhoud]))
            known = [runs_on(one.productcode, day) for day in {one.datum, one.datum if found is None else found.lead.datum}]
            if None in known:
                continue
            runs = any(known)
            end = found is not None and found.einde is not None and open_end(found.einde.datum)
            until: int | None = row.maand
            if runs and found is not None and not end:
                confirmed[name] = row.bevestigd_tot or 0
                assigned = ends.get(row.client_id)
                until = None if assigned is None else max(assigned, row.maand)
            elif runs and end:
                until = max(month_of(end) + 1, row.maand)  # a last week may be of the month after it
            if until != row.maand_tot:
                reach[row.bron] = until
        _store(connection, reach)
        touch_whole(connection, {*changed, *(row.client_id for row in rows if row.bron in reach)}, cells)
        return cls(rows, fingerprints, confirmed)

    def values(self, bsn_of: Mapping[int, str], taken: Collection[Naam]) -> list[Prestatie]:
        """Return those that the input does not bring (`taken`)."""
        left = [row for row in self.rows if (PRESTATIE, row.bron) not in taken]
        return [load(Prestatie, row.inhoud, bsn=bsn_of[row.client_id], bestand=row.bestand, rij=row.rij) for row in left]


def _with_runs(rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], Prestatie, Running | None]]:
    """Yield each prestatie with the run of care that it begins or ends."""
    clients: dict[int, list[tuple[Row[Any], Prestatie]]] = {}
    for row in rows:
        clients.setdefault(row.client_id, []).append((row, load(Prestatie, row.inhoud, bsn=NOBODY)))
    for own in clients.values():
        of = {one.id: found for found in pairs(one for _, one in own) for one in (found.start, found.einde) if one is not None}
        yield from ((row, one, of.get(one.id)) for row, one in own)


def _ends(connection: Connection, clients: Iterable[int]) -> dict[int, int]:
    """Return in which month the last toewijzing of each client ends; of a client with an open one, or none, there is none."""
    table = schema.toewijzing.c
    query = select(table.client_id, table.gemeente, table.toewijzingnummer, table.eind).order_by(table.stempel)
    last: dict[int, dict[tuple[str, int], int | None]] = {}
    for row in among(connection, query, table.client_id, clients):
        last.setdefault(row.client_id, {})[row.gemeente, row.toewijzingnummer] = row.eind
    return {client: max(known) for client, own in last.items() if len(known := [one for one in own.values() if one]) == len(own)}


def _store(connection: Connection, reach: Mapping[str, int | None]) -> None:
    table = schema.record
    query = update(table).where(table.c.soort == PRESTATIE, table.c.bron == bindparam("key")).values(maand_tot=bindparam("until"))
    for part in chunks({"key": bron, "until": until} for bron, until in reach.items()):
        connection.execute(query, part)
