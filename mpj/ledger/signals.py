"""What looks odd in a run with a ledger (signalen.csv): the month as `mpj.signals` sees it, and what somebody has seen already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, and_, case, exists, false, func, or_, select, true

from mpj.engine.job import Job
from mpj.engine.outcome import Bijlage
from mpj.ledger import schema
from mpj.ledger.codec import NOBODY, fingerprint, load
from mpj.ledger.decide import note
from mpj.ledger.gather import Gathered
from mpj.ledger.input import Input
from mpj.ledger.rows import among, signed
from mpj.ledger.schema import CONCEPT, REGISTRATIE, VERBLIJF
from mpj.ledger.year import refuse_received
from mpj.output.shape import SIGNALEN
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.entries import Entry
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing
from mpj.records.values import Registratie, Toewijzing
from mpj.signals import Beeld, Maandbedragen, Signaal, found
from mpj.signals.values import Zonder

GEZIEN = "gezien"
_BEFORE = 3
"""How many months before a month it is compared with."""


@frozen
class Odd:
    """What looks odd, and on which day somebody saw it."""

    rows: tuple[tuple[Signaal, str], ...]

    @classmethod
    def of(cls, connection: Connection, given: Input, gathered: Gathered, job: Job) -> Odd:
        """Return the signals of a run whose lines are stored."""
        table = schema.logboek.c
        query = select(table.code, table.op).where(table.handeling == GEZIEN)
        seen = {row.code: row.op.isoformat() for row in connection.execute(query)}
        return cls(tuple((one, seen.get(fingerprint(*one.texts()), "")) for one in found(_beeld(connection, given, gathered, job))))

    def bijlage(self) -> Bijlage:
        """Return the table signalen.csv."""
        return Bijlage(SIGNALEN.file, SIGNALEN.names, tuple((*one.texts(), day) for one, day in self.rows))

    def counts(self) -> dict[str, int]:
        """Return how many signals nobody has seen, by code."""
        counts: dict[str, int] = {}
        for one, day in self.rows:
            if not day:
                counts[one.code] = counts.get(one.code, 0) + 1
        return counts

    @property
    def seen(self) -> int:
        """How many somebody has seen already."""
        return sum(bool(day) for _, day in self.rows)


def remember_seen(connection: Connection, rows: Iterable[Sequence[str]], wie: str, op: date) -> int:
    """Remember who saw these rows of signalen.csv (its columns but `gezien`); returns how many were new."""
    refuse_received(connection, "het ledger van de aanbieder die de run maakte")
    table = schema.logboek.c
    known = set(connection.execute(select(table.code).where(table.handeling == GEZIEN)).scalars())
    new = {fingerprint(*row): row[0] for row in rows}
    for code, kind in sorted(new.items()):
        if code not in known:
            note(connection, GEZIEN, kind, wie, op, code=code)
    return len(new.keys() - known)


def _beeld(connection: Connection, given: Input, gathered: Gathered, job: Job) -> Beeld:
    bound = {gemeente: contract for contract in job.contracten for gemeente in contract.gemeenten}
    own = [one for one in given.registraties or () if not isinstance(one, Ongeldig)]
    contacts = [one for one in gathered.registraties if not isinstance(one, Ongeldig)]
    stays = [one for one in gathered.verblijf if not isinstance(one, Ongeldig)]
    taken = {VERBLIJF: {one.id for one in given.verblijf or () if not isinstance(one, Ongeldig)}}
    taken[REGISTRATIE] = {one.id for one in own}
    others = [one for one in own if month_of(one.datum) not in gathered.whole]
    toewijzingen = [one for one in gathered.toewijzingen if not isinstance(one, OngeldigeToewijzing)]
    return Beeld(
        job.opdracht,
        taken,
        [*contacts, *_of_colleagues(connection, others, contacts, given.entries)],
        stays,
        toewijzingen,
        gathered.clients.keys(),
        frozenset(code for code in job.protocol.prestatiecodes if job.default_soort(code) == "groep"),
        {gemeente: contract.gelijktijdig_max for gemeente, contract in bound.items()},
        {gemeente: contract.laatste_dag == "telt" for gemeente, contract in bound.items()},
        [*_per_client(connection, job), *_per_gemeente(connection, job)],
        _without_contact(connection, job.opdracht.maand, job.protocol.reden_verwijderd),
        given.births,
    )


def _of_colleagues(connection: Connection, own: Iterable[Entry], contacts: Iterable[Entry], entries: Entries) -> Iterator[Entry]:
    """Yield what the ledger holds beside the run, whose `contacts` are known, of the same medewerkers on the same days."""
    record = schema.record.c
    columns = select(record.bron, record.inhoud, record.bestand, record.rij, schema.client.c.bsn).join(schema.client)
    days: dict[int, set[tuple[str, date]]] = {}
    for one in own:
        if one.medewerker is not None:
            days.setdefault(month_of(one.datum), set()).add((one.medewerker, one.datum))
    known = {one.id for one in contacts} if days else frozenset[str]()
    for month, wanted in sorted(days.items()):
        query = columns.where(record.soort == REGISTRATIE, record.maand == month, record.vervallen == false())
        texts = {day.isoformat() for _, day in wanted}
        for row in among(connection, query, record.medewerker, sorted({name for name, _ in wanted})):
            # Most are of other days: those are not made into values.
            if row.bron in known or not any(text in row.inhoud for text in texts):
                continue
            held = entries.of(load(Registratie, row.inhoud, bsn=row.bsn, bestand=row.bestand, rij=row.rij))
            if (held.medewerker, held.datum) in wanted:
                yield held


def _sums(connection: Connection, maand: int, keys: Sequence[Any], *more: Any) -> Iterator[tuple[Any, list[int]]]:
    """Yield the lines that stand, or will once they are sent, by `keys`, with what they come to by month, `maand` the last."""
    regel = schema.regel.c
    counts = or_(and_(regel.staat == true(), regel.debetcredit == "D"), regel.status == CONCEPT)
    cents = signed(regel)
    months = [func.sum(case((regel.maand == maand - back, cents), else_=0)) for back in range(_BEFORE, -1, -1)]
    query = select(*keys, *more, *months).where(counts, regel.maand.between(maand - _BEFORE, maand)).group_by(*keys)
    for row in connection.execute(query):
        yield row, [int(cents) for cents in row[-_BEFORE - 1 :]]


def _per_gemeente(connection: Connection, job: Job) -> Iterator[Maandbedragen]:
    """Yield each gemeente that the run has a contract of."""
    bound = {gemeente for contract in job.contracten for gemeente in contract.gemeenten}
    for row, (first, second, third, now) in _sums(connection, job.opdracht.maand, [schema.regel.c.gemeente]):
        if row[0] in bound:
            yield Maandbedragen("gemeente", row[0], row[0], (first, second, third), now)


def _per_client(connection: Connection, job: Job) -> Iterator[Maandbedragen]:
    """Yield each client in each gemeente, named by the first of its toewijzingen."""
    regel = schema.regel.c
    keys, first_number = [regel.gemeente, regel.client_id], func.min(regel.toewijzingnummer)
    for row, (first, second, third, now) in _sums(connection, job.opdracht.maand, keys, first_number):
        yield Maandbedragen("toewijzing", str(row[2]), row[0], (first, second, third), now)


def _without_contact(connection: Connection, maand: int, removed: str) -> Iterator[Zonder]:
    """Yield the clients in care without contact in a month, who had one in the three before, each by its first toewijzing."""
    t, later, contact = schema.toewijzing.c, schema.toewijzing.alias().c, schema.record.alias().c
    own = contact.client_id == t.client_id, contact.soort == REGISTRATIE, contact.vervallen == false()
    now = exists().where(*own, contact.maand == maand)
    last = select(func.max(contact.maand)).where(*own, contact.maand.between(maand - _BEFORE, maand - 1)).scalar_subquery()
    newer = exists().where(later.gemeente == t.gemeente, later.toewijzingnummer == t.toewijzingnummer, later.stempel > t.stempel)
    query = select(t.client_id, t.inhoud, last.label("last"))
    query = query.where(t.begin <= maand, func.coalesce(t.eind, maand) >= maand, ~newer, ~now)
    covers = partial(_covers, first=first_day(maand), last=last_day(maand), removed=removed)
    told: set[tuple[str, int]] = set()
    for row in connection.execute(query.order_by(t.gemeente, t.toewijzingnummer)):
        if row.last is None or not covers(one := load(Toewijzing, row.inhoud, bsn=NOBODY)):
            continue
        if (one.gemeente, row.client_id) not in told:
            told.add((one.gemeente, row.client_id))
            yield Zonder(one.gemeente, one.toewijzingnummer, first_day(row.last))


def _covers(one: Toewijzing, first: date, last: date, removed: str) -> bool:
    return one.geldig(first) and one.geldig(last) and one.reden_wijziging != removed
