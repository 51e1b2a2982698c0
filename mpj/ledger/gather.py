"""What a run looks at: its input, stored, and of the same clients and months whatever the ledger holds beside it.

The months of a client are looked at again when a record in them came or changed, a toewijzing or a level changed, or something
there was still open (`mpj.ledger.cells`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import field, frozen
from sqlalchemy import Connection, Row, delete, false, select

from mpj.engine.job import Job
from mpj.engine.sieve import Records
from mpj.ledger import schema
from mpj.ledger.carried import Before, Carried, before, carried, emptied
from mpj.ledger.cells import Cells, Span, drop_concepts, touch_afspraken, touch_concepts, touch_covered, touch_levels, touch_open
from mpj.ledger.codec import dump_all, dump_periods, fingerprint_of, load, load_periods, stamp_of
from mpj.ledger.input import Input
from mpj.ledger.intake import Intake, Naam, Reused, confirm
from mpj.ledger.output import Output
from mpj.ledger.rows import add, among, by_month, chunks, client_ids
from mpj.ledger.schema import PRESTATIE, REGISTRATIE, VERBLIJF
from mpj.reading.periods import month_of
from mpj.records.entries import Entry, days_of, happened
from mpj.records.medewerkers import Levels
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing
from mpj.records.uitval import Uitval
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf


@frozen
class Gathered:
    """What goes into the computation."""

    registraties: Sequence[Entry | Ongeldig]
    verblijf: Sequence[Verblijf | Ongeldig]
    prestaties: Sequence[Prestatie | Ongeldig]
    toewijzingen: Sequence[Toewijzing | OngeldigeToewijzing]
    levels: Levels | None
    """None where nobody ever gave any."""
    clients: Mapping[str, int]
    """The ledger's own number of each client, by BSN."""
    fingerprints: Mapping[Naam, str]
    """Of the records as they are now."""
    withdrawn: int
    """How many records were withdrawn."""
    absent: Mapping[Naam, tuple[int, date]]
    """Of what was withdrawn because it is absent: the client number, and from which day on."""
    reused: Sequence[Reused]
    """The ids that came back with another client."""
    emptied: frozenset[int]
    """Of the clients that they had before: who has no other record."""
    before: Mapping[Naam, Sequence[Carried]]
    """What absent records and such ids were behind."""
    earlier: Before
    """What the concepts come to that the run replaces, and the month before."""
    confirmed: Mapping[Naam, int]
    """Of what has no end and the input does not bring: the last month in which it is known that it goes on."""
    loose_ends: Collection[Naam]
    """The stays, and the starts of products, that go on."""
    stored: Collection[Naam]
    """The records that the ledger brings and the input does not."""
    whole: frozenset[int]
    """The months of which the input brings every registratie that the ledger holds."""

    def sifted(self, job: Job) -> tuple[dict[str, Records], tuple[Uitval, ...]]:
        """Return what counts once, by client, and what is set aside before anybody is looked at."""
        return job.sift(self.registraties, self.verblijf, prestaties=self.prestaties)


def gather(connection: Connection, given: Input, cells: Cells) -> Gathered:
    """Store the input, add to `cells` what it touches, and return all that goes into the computation of these cells."""
    concepts = touch_concepts(connection, given.parties, cells)
    clients = _clients(connection, given)
    assigned = _store_toewijzingen(connection, given.toewijzingen, clients, cells)
    levels = _store_levels(connection, given.medewerkers, cells)
    intake = Intake(connection, given.job.protocol, cells, clients)
    registraties = intake.take(REGISTRATIE, given.registraties or (), lambda one: one)
    verblijf = intake.take(VERBLIJF, given.verblijf or (), _first_day)
    prestaties = intake.take(PRESTATIE, given.prestaties or (), lambda one: happened(one, one.datum))
    intake.withdraw_absent(given.volledig_vanaf, given.records)
    behind = carried(connection, intake.concerned)
    earlier = before(connection, concepts, given.parties, cells.maand)
    drop_concepts(connection, concepts)
    touch_open(connection, cells)
    output = Output.of(connection, given.job.runs_on, cells, {*intake.moved, *assigned})
    touch_afspraken(connection, cells)
    bsn_of = _bsns(connection, cells.months)
    stored = _stored_records(connection, cells, bsn_of, intake, output, given.entries)
    if given.asked.verblijf_loopt_door:
        confirm(connection, cells.maand, stored.confirmed)
        stored.confirmed.clear()
    return Gathered(
        [*registraties, *stored.registraties],
        stays := [*verblijf, *stored.verblijf],
        [*prestaties, *stored.prestaties],
        [*given.toewijzingen, *_stored_toewijzingen(connection, given.toewijzingen, bsn_of)],
        levels,
        clients | {bsn: client for client, bsn in bsn_of.items()},
        intake.taken | output.fingerprints | stored.fingerprints,
        intake.withdrawn,
        intake.absent,
        intake.reused,
        emptied(connection, [one.before.client_id for one in intake.reused]),
        behind,
        earlier,
        stored.confirmed,
        output.confirmed.keys() | {(VERBLIJF, one.id) for one in stays if not isinstance(one, Ongeldig) and one.einddatum is None},
        stored.fingerprints.keys(),
        stored.whole,
    )


def _clients(connection: Connection, given: Input) -> dict[str, int]:
    """Return the ledger's own number of each client of the input, by BSN."""
    reeksen = {one.reeks for one in given.registraties or () if not isinstance(one, Ongeldig)}
    named = *(given.verblijf or ()), *(given.prestaties or ()), *given.toewijzingen
    bsns = {one.bsn for one in reeksen} | {one.bsn for one in named if not isinstance(one, Ongeldig | OngeldigeToewijzing)}
    return client_ids(connection, bsns)


def _bsns(connection: Connection, clients: Iterable[int]) -> dict[int, str]:
    """Return the BSN of each client, by the ledger's own number."""
    table = schema.client.c
    return {row.id: row.bsn for row in among(connection, select(table.id, table.bsn), table.id, clients)}


def _first_day(stay: Verblijf) -> Entry:
    return next(days_of(stay, [stay.begindatum]))


def _store_levels(connection: Connection, medewerkers: Sequence[Medewerker] | None, cells: Cells) -> Levels | None:
    """Store the levels given, and return them with all that are known of other medewerkers; None where there are none."""
    table = schema.medewerker
    known = {row.naam: row.inhoud for row in connection.execute(select(table))}
    given: dict[str, list[Medewerker]] = {}
    for one in medewerkers or ():
        given.setdefault(one.medewerker, []).append(one)
    changed = {name: text for name, periods in given.items() if (text := dump_periods(periods)) != known.get(name)}
    for part in chunks(changed):
        connection.execute(delete(table).where(table.c.naam.in_(part)))
    add(connection, table, [{"naam": name, "inhoud": text} for name, text in changed.items()])
    touch_levels(connection, changed, cells)
    if not given and not known:
        return None
    others = [period for name, text in known.items() if name not in given for period in load_periods(text)]
    return Levels([*(medewerkers or ()), *others])


def _store_toewijzingen(
    connection: Connection, items: Iterable[Toewijzing | OngeldigeToewijzing], clients: Mapping[str, int], cells: Cells
) -> Iterable[int]:
    """Store new and changed versions; the months of their clients that they cover, before and after, are looked at.

    These are the months with anything of them from before: a run looks at the records that it brings anyhow. Returns the numbers
    of these clients.
    """
    table = schema.toewijzing
    read = [one for one in items if isinstance(one, Toewijzing)]
    rows = {_version(one): _toewijzing_row(one, text, clients) for one, text in zip(read, dump_all(read), strict=True)}
    known = {
        (row.gemeente, row.toewijzingnummer, row.stempel): row
        for row in among(connection, select(table), table.c.toewijzingnummer, {nummer for _, nummer, _ in rows})
    }
    versions: dict[tuple[str, int], list[Row[Any]]] = {}
    for key, version in known.items():
        versions.setdefault(key[:2], []).append(version)
    spans: dict[int, list[Span]] = {}
    fresh: list[dict[str, Any]] = []
    for key, row in rows.items():
        before = known.get(key)
        if before is not None and (before.client_id, before.inhoud) == (row["client_id"], row["inhoud"]):
            continue
        fresh.append(row)
        spans.setdefault(row["client_id"], []).append((row["begin"], row["eind"]))
        for other in versions.get(key[:2], ()):
            spans.setdefault(other.client_id, []).append((other.begin, other.eind))
        if before is not None:
            where = (table.c.gemeente == key[0], table.c.toewijzingnummer == key[1], table.c.stempel == key[2])
            connection.execute(delete(table).where(*where))
    add(connection, table, fresh)
    touch_covered(connection, spans, cells)
    return spans.keys()


def _version(one: Toewijzing) -> tuple[str, int, str]:
    """Return what names a version of a toewijzing: gemeente, number and stamp."""
    return *one.sleutel, stamp_of(one.toewijzingsdatum, one.toewijzingstijd)


def _toewijzing_row(one: Toewijzing, inhoud: str, clients: Mapping[str, int]) -> dict[str, Any]:
    return dict(zip(("gemeente", "toewijzingnummer", "stempel"), _version(one), strict=True)) | {
        "client_id": clients[one.bsn],
        "begin": month_of(one.begindatum),
        "eind": None if one.einddatum is None else month_of(one.einddatum),
        "inhoud": inhoud,
        "bestand": one.bestand,
        "rij": one.rij,
    }


@frozen
class _Stored:
    """The stored records of the cells that the input does not bring."""

    whole: frozenset[int]
    """The months of which there is no registratie."""
    registraties: list[Entry] = field(factory=list)
    verblijf: list[Verblijf] = field(factory=list)
    prestaties: list[Prestatie] = field(factory=list)
    fingerprints: dict[Naam, str] = field(factory=dict)
    confirmed: dict[Naam, int] = field(factory=dict)
    """Of what has no end: the last month in which it is known that it goes on."""


def _stored_records(
    connection: Connection, cells: Cells, bsn_of: Mapping[int, str], intake: Intake, output: Output, entries: Entries
) -> _Stored:
    found, record, taken = _Stored(intake.whole()), schema.record.c, intake.taken
    query = select(schema.record).where(record.vervallen == false())
    for clients, month in by_month({client: months - found.whole for client, months in cells.months.items()}):
        own = query.where(record.client_id.in_(clients), record.soort == REGISTRATIE, record.maand == month)
        for row in connection.execute(own):
            if (row.soort, row.bron) not in taken:
                found.registraties.append(entry := entries.of(load(Registratie, row.inhoud, **_outside(row, bsn_of))))
                found.fingerprints[REGISTRATIE, row.bron] = fingerprint_of(entry, row.inhoud)
    for row in among(connection, query.where(record.soort == VERBLIJF), record.client_id, cells.months):
        if (row.soort, row.bron) not in taken and _covers(row, cells.months[row.client_id]):
            found.verblijf.append(stay := load(Verblijf, row.inhoud, **_outside(row, bsn_of)))
            found.fingerprints[VERBLIJF, row.bron] = fingerprint_of(stay, row.inhoud)
            if stay.einddatum is None:
                found.confirmed[VERBLIJF, row.bron] = row.bevestigd_tot or 0
    for one in output.values(bsn_of, taken):
        name = PRESTATIE, one.id
        found.prestaties.append(one)
        found.fingerprints[name] = output.fingerprints[name]
        if name in output.confirmed:
            found.confirmed[name] = output.confirmed[name]
    return found


def _stored_toewijzingen(
    connection: Connection, items: Iterable[Toewijzing | OngeldigeToewijzing], bsn_of: Mapping[int, str]
) -> Iterator[Toewijzing]:
    """Return the other versions of the toewijzingen of these clients, also those that gave one to another client."""
    table = schema.toewijzing
    rows = [*among(connection, select(table), table.c.client_id, bsn_of)]
    looked, given = set(bsn_of.values()), [one for one in items if isinstance(one, Toewijzing)]
    numbers = {row.toewijzingnummer for row in rows} | {one.toewijzingnummer for one in given if one.bsn in looked}
    rows += [row for row in among(connection, select(table), table.c.toewijzingnummer, numbers) if row.client_id not in bsn_of]
    own, bsns = {_version(one) for one in given}, _bsns(connection, {row.client_id for row in rows})
    for row in rows:
        if (row.gemeente, row.toewijzingnummer, row.stempel) not in own:
            yield load(Toewijzing, row.inhoud, **_outside(row, bsns))


def _outside(row: Row[Any], bsn_of: Mapping[int, str]) -> dict[str, Any]:
    return {"bsn": bsn_of[row.client_id], "bestand": row.bestand, "rij": row.rij}


def _covers(row: Row[Any], months: Iterable[int]) -> bool:
    return any(row.maand <= month and (row.maand_tot is None or month <= row.maand_tot) for month in months)
