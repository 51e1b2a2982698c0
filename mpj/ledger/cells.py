"""Which cells of client and month a run looks at: where something came or changed, and where something was still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen
from sqlalchemy import Connection, delete, false, func, or_, select, true, update

from mpj.ledger import schema
from mpj.ledger.rows import among, chunks
from mpj.ledger.schema import CONCEPT, LOPEND, PRESTATIE, TOEGEKEND

Span = tuple[int, int | None]
"""The first and last month of a toewijzing, None where it goes on."""


@frozen
class Stored:
    """A record as it was stored."""

    client_id: int
    maand: int
    maand_tot: int | None
    """The last month of what runs over months (`mpj.ledger.schema.LOPEND`), None where it goes on; None of a registratie too."""
    berekend_tot: int | None
    """The month up to which that was looked at."""
    vervallen: bool
    inhoud: str
    afspraak: str | None = None


class Cells:
    """The cells that a run looks at. They only grow."""

    def __init__(self, maand: int) -> None:
        self.maand = maand
        """The month of the run."""
        self.months: dict[int, set[int]] = {}
        """By client number."""
        self.left: set[tuple[int, str]] = set()
        """The afspraken that records belonged to until now, by client number."""

    def touch(self, client_id: int, begin: int, end: int | None) -> None:
        """Look at the months `begin` to `end` (None: to the run's month) of a client, as far as this run goes."""
        self._add(client_id, begin, self.maand if end is None else min(end, self.maand))

    def touch_before(self, soort: str, stored: Stored, vanaf: int = 0) -> None:
        """Look at the months, from `vanaf` on, in which a record, as it was stored, may stand behind lines."""
        end = stored.maand
        if soort in LOPEND:
            end = max(self.maand, stored.berekend_tot or self.maand)
            end = end if stored.maand_tot is None else min(end, stored.maand_tot)
        self._add(stored.client_id, max(stored.maand, vanaf), end)

    def _add(self, client_id: int, begin: int, end: int) -> None:
        self.months.setdefault(client_id, set()).update(range(begin, max(begin, end) + 1))


def touch_concepts(connection: Connection, pairs: Iterable[tuple[str, str]], cells: Cells) -> dict[int, str]:
    """Look at what the concepts of these (aanbieder, gemeente) pairs are about; returns their numbers, by row number."""
    declaratie, regel = schema.declaratie, schema.regel
    wanted = set(pairs)
    found = {
        row.id: str(row.declaratienummer)
        for row in connection.execute(select(declaratie).where(declaratie.c.status == CONCEPT))
        if (row.aanbieder, row.gemeente) in wanted
    }
    for line in among(connection, select(regel.c.client_id, regel.c.maand).distinct(), regel.c.declaratie_id, found):
        cells.touch(line.client_id, line.maand, line.maand)
    return found


def drop_concepts(connection: Connection, concepts: Iterable[int]) -> None:
    """Remove concepts: a run replaces them."""
    declaratie, regel = schema.declaratie, schema.regel
    for part in chunks(concepts):
        own = select(regel.c.id).where(regel.c.declaratie_id.in_(part))
        connection.execute(delete(schema.herkomst).where(schema.herkomst.c.regel_id.in_(own)))
        connection.execute(delete(regel).where(regel.c.declaratie_id.in_(part)))
        connection.execute(delete(declaratie).where(declaratie.c.id.in_(part)))


def touch_levels(connection: Connection, medewerkers: Iterable[str], cells: Cells) -> None:
    """Look at the months with records of these medewerkers."""
    record = schema.record.c
    query = select(record.client_id, record.maand).distinct()
    for row in among(connection, query, record.medewerker, medewerkers):
        cells.touch(row.client_id, row.maand, row.maand)


def touch_covered(connection: Connection, spans: Mapping[int, Sequence[Span]], cells: Cells) -> None:
    """Look at the months with records or lines of clients that these spans (by client number) cover."""
    record, regel = schema.record.c, schema.regel.c
    query = select(record.client_id, record.soort, record.maand, record.maand_tot).distinct()
    months = [
        (row.client_id, row.maand, row.maand_tot if row.soort in LOPEND else row.maand)
        for row in among(connection, query, record.client_id, spans)
    ]
    lines = select(regel.client_id, regel.maand).distinct()
    months += [(row.client_id, row.maand, row.maand) for row in among(connection, lines, regel.client_id, spans)]
    for client_id, begin, end in months:
        for first, last in spans[client_id]:
            low = max(begin, first)
            high = min(cells.maand if end is None else end, cells.maand if last is None else last)
            if low <= high:
                cells.touch(client_id, low, high)


def touch_open(connection: Connection, cells: Cells) -> None:
    """Look again at what was open, and at the months that what runs on reached since it was last computed."""
    for row in connection.execute(select(schema.herzien)):
        cells.touch(row.client_id, row.maand, row.maand)
    record = schema.record.c
    behind = (
        record.soort.in_(LOPEND),
        record.vervallen == false(),
        record.berekend_tot < cells.maand,
        or_(record.maand_tot.is_(None), record.maand_tot > record.berekend_tot),
    )
    for row in connection.execute(select(record.client_id, record.berekend_tot, record.maand_tot).where(*behind)):
        cells.touch(row.client_id, row.berekend_tot + 1, row.maand_tot)
    connection.execute(update(schema.record).where(*behind).values(berekend_tot=cells.maand))


def touch_whole(connection: Connection, clients: Iterable[int], cells: Cells) -> None:
    """Look at all months of these clients, as far as they have prestaties: of a client they decide together.

    Also at those of before: an end without a start is care from the begin of its toewijzing.
    """
    record, line, assigned = schema.record.c, schema.regel.c, schema.toewijzing.c
    own = select(record.client_id).distinct().where(record.soort == PRESTATIE)
    wanted = [row.client_id for row in among(connection, own, record.client_id, clients)]
    for client, month in ((record.client_id, record.maand), (line.client_id, line.maand), (assigned.client_id, assigned.begin)):
        for row in among(connection, select(client, func.min(month)).group_by(client), client, wanted):
            cells.touch(row[0], row[1], None)


def touch_granted(connection: Connection, van: int, tot: int, pairs: Iterable[tuple[str, str]], cells: Cells) -> None:
    """Look at the months `van` to `tot` in which a granted line of these (aanbieder, gemeente) pairs stands."""
    regel, wanted = schema.regel.c, set(pairs)
    query = select(regel.client_id, regel.maand, regel.aanbieder, regel.gemeente).distinct()
    for row in connection.execute(query.where(regel.staat == true(), regel.status == TOEGEKEND, regel.maand.between(van, tot))):
        if (row.aanbieder, row.gemeente) in wanted:
            cells.touch(row.client_id, row.maand, row.maand)


def touch_afspraken(connection: Connection, cells: Cells) -> None:
    """Look at every month that a decision about planned time can reach: those of records that belong together."""
    table = schema.record.c
    names = select(table.client_id, table.afspraak).where(table.afspraak.is_not(None)).group_by(table.client_id, table.afspraak)
    spread = names.having(func.min(table.maand) < func.max(table.maand))
    wanted = {(row.client_id, row.afspraak) for row in among(connection, spread, table.client_id, list(cells.months))} | cells.left
    query = select(table.client_id, table.afspraak, table.maand).distinct().where(table.afspraak.is_not(None))
    months: dict[tuple[int, str], set[int]] = {}
    for row in among(connection, query, table.client_id, sorted({client for client, _ in wanted})):
        if (row.client_id, row.afspraak) in wanted:
            months.setdefault((row.client_id, row.afspraak), set()).add(row.maand)
    for afspraak in cells.left & months.keys():
        cells.months[afspraak[0]] |= months[afspraak]
    over = [(client_id, own) for (client_id, _), own in months.items() if len(own) > 1]
    grown = True
    while grown:
        grown = False
        for client_id, own in over:
            looked = cells.months[client_id]
            if not own.isdisjoint(looked) and not own <= looked:
                looked |= own
                grown = True


def under_concepts(connection: Connection, cells: Cells) -> frozenset[tuple[int, int]]:
    """Return the cells that a concept (of another contract) stands on: it may still go out as it was made before."""
    table = schema.regel.c
    query = select(table.client_id, table.maand).where(table.status == CONCEPT)
    found = ((row.client_id, row.maand) for row in connection.execute(query))
    return frozenset(cell for cell in found if cell[1] in cells.months.get(cell[0], ()))
