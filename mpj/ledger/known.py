"""Rows to repair: unreadable, their id at other content too, or in words that nobody knows; known until they are repaired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import asdict, field, frozen
from sqlalchemy import Connection, Row, and_, delete, extract, func, or_, select

from mpj.engine.outcome import Result
from mpj.ledger import schema
from mpj.ledger.codec import Given, load, stamp_of
from mpj.ledger.gather import Gathered
from mpj.ledger.input import Input
from mpj.ledger.looks import FaultyCount, FaultyRow
from mpj.ledger.rows import add, among, chunks, next_id
from mpj.reading.masking import bsns_in, hide
from mpj.reading.periods import month_text
from mpj.records.known import check_protocol
from mpj.records.reasons import REDENEN
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing, toewijzing_aside
from mpj.records.uitval import Uitval
from mpj.records.values import Toewijzing

FAULTY = frozenset(("ongeldig", "id_meermaals"))
"""The reasons of what is to be repaired, and stands nowhere else in a ledger."""
_TOEWIJZING = "toewijzing"
_INVOER = {"registratie": "registraties", "verblijf": "verblijf", "prestatie": "prestaties", _TOEWIJZING: "toewijzingen"}
_Record = Given | Ongeldig


@frozen(kw_only=True)
class _Found:
    """A row that has to be repaired: never a BSN, nor the value that was found."""

    soort: str
    bron: str
    """Its id, empty where that cannot be read or could be a BSN."""
    bestand: str
    rij: int
    reden: str
    oorzaak: str
    """Which column, and what should stand there."""
    gemeente: str
    datum: date | None
    """The first day of its care, None where that cannot be read."""
    stempel: str = ""
    """Of a toewijzing: the stamp that orders its versions, empty where it has none that can be read."""
    bewaard: bool = False
    """Whether the ledger holds the record or toewijzing itself: then each run judges it anew."""
    bsn: str | None = field(default=None, repr=False)
    """The client, as far as it can be read: never kept, a row is erased with its client by it."""
    client_id: int | None = None
    """The ledger's own number of the client, where that is known."""

    @classmethod
    def of(cls, row: Uitval, oorzaak: str, bsn: str | None, **more: Any) -> _Found:
        """Return what was set aside as a row to repair, without any BSN in its texts."""
        shown = "" if bsns_in(row.bron) or (bsn and bsn in row.bron) else row.bron
        own: dict[str, Any] = {name: getattr(row, name) for name in ("soort", "rij", "reden", "gemeente", "datum")}
        return cls(bron=shown, bestand=hide(row.bestand), oorzaak=hide(oorzaak), bsn=bsn, **own, **more)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same row in another run: its id, else its place and what is wrong there."""
        return _key(self)


def _key(row: _Found | Row[Any]) -> tuple[object, ...]:
    if not row.bron:
        return row.soort, row.bestand, row.rij, row.oorzaak
    return row.soort, row.bron, row.gemeente if row.soort == _TOEWIJZING else ""


def keep(
    connection: Connection, given: Input, gathered: Gathered, result: Result, open_: Iterable[tuple[int, Uitval]], op: date
) -> None:
    """Remember what a run on `op` could not use as it stands, and forget what is repaired by it.

    That is what could not be read, stood twice with other content, or says what nobody knows; `open_` is what was set aside of
    records that the ledger holds, by client number. Repaired is what was read or withdrawn under the same id, of a toewijzing in a
    version that is not older, and what a file of the same name, read again for the same month, does not hold any more. A row that
    is met again keeps the day since when it is known.
    """
    table, month = schema.onleesbaar, given.job.opdracht.maand
    known, records = connection.execute(select(table)).all(), [*_records(given)]
    found = [*_unreadable(given, gathered, records), *_unknown(given, records), *_doubled(records, result)]
    found += [_Found.of(row, row.toelichting, None, bewaard=True, client_id=client) for client, row in open_ if row.reden in FAULTY]
    found += _toewijzingen(connection, given, [row for row in known if row.bewaard and row.soort == _TOEWIJZING])
    gone: list[Row[Any]] = []
    if known:
        repaired = _Repaired.of(given, gathered, records)
        gone = [row for row in known if row.bewaard or repaired.has(row, month)]
    for part in chunks(row.id for row in gone):
        connection.execute(delete(table).where(table.c.id.in_(part)))
    since: dict[tuple[object, ...], date] = {}
    for row in gone:
        since[_key(row)] = min(row.sinds, since.get(_key(row), row.sinds))
    first, clients = next_id(connection, table), _clients(connection, found)
    rows = [
        asdict(one, filter=lambda field, _: field.name != "bsn")
        | {"id": first + place, "maand": month, "sinds": since.get(one.key, op), "client_id": clients.get(one)}
        for place, one in enumerate(found)
    ]
    add(connection, table, rows)


@frozen
class _Repaired:
    """What a run read: a row that is known and not met again is repaired by it."""

    names: frozenset[tuple[str, str]]
    """The soort and id of every record that was read or withdrawn."""
    stamps: Mapping[tuple[str, str], str]
    """The last stamp of every toewijzing that was read, by gemeente (empty: any) and number."""
    files: frozenset[tuple[str, str]]
    """The soort and the name of every file."""

    @classmethod
    def of(cls, given: Input, gathered: Gathered, records: Sequence[tuple[str, _Record]]) -> _Repaired:
        """Return what a run with this input read."""
        stamps: dict[tuple[str, str], str] = {}
        for one in given.toewijzingen:
            gemeente, nummer, stamp = _read(one)
            for key in ((gemeente, nummer), ("", nummer)):
                stamps[key] = max(stamp, stamps.get(key, ""))
        names = {(soort, one.id) for soort, one in records} | gathered.absent.keys()
        return cls(frozenset(names), stamps, frozenset(_files(given, records)))

    def has(self, row: Row[Any], month: int) -> bool:
        """Say whether a row that is known was read again, or its file for the same month; one without a file has only its id."""
        if row.bron and row.soort == _TOEWIJZING:
            stamp = self.stamps.get((row.gemeente, row.bron))
            if stamp is not None and stamp >= row.stempel:
                return True
        elif row.bron and (row.soort, row.bron) in self.names:
            return True
        return row.maand == month and (row.soort, row.bestand) in self.files and bool(row.bestand or not row.bron)


def _read(one: Toewijzing | OngeldigeToewijzing) -> tuple[str, str, str]:
    """Return gemeente, number and stamp; of a stamp that cannot be read nobody knows that it is not the last one."""
    if isinstance(one, Toewijzing):
        return one.gemeente, str(one.toewijzingnummer), stamp_of(one.toewijzingsdatum, one.toewijzingstijd)
    stamp = "~" if one.stempel_onleesbaar else stamp_of(*(one.stempel or (None, None)))
    return one.uitval.gemeente, one.uitval.bron, stamp


def _records(given: Input) -> Iterator[tuple[str, _Record]]:
    """Yield the records that a run is given, with their soort."""
    for soort, items in given.records:
        for one in items or ():
            yield soort, one


def _files(given: Input, records: Iterable[tuple[str, _Record]]) -> set[tuple[str, str]]:
    """Return the soort and the name of every file that was read, also of one without rows."""
    found = {(soort, one.uitval.bestand if isinstance(one, Ongeldig) else one.bestand) for soort, one in records}
    for assigned in given.toewijzingen:
        found.add((_TOEWIJZING, assigned.uitval.bestand if isinstance(assigned, OngeldigeToewijzing) else assigned.bestand))
    read: Mapping[str, Mapping[str, str]] = given.asked.invoer or {}
    found |= {(soort, name) for soort, key in _INVOER.items() for name in read.get(key, ())}
    return {(soort, hide(name)) for soort, name in found}


def _unreadable(given: Input, gathered: Gathered, records: Sequence[tuple[str, _Record]]) -> Iterator[_Found]:
    """Yield the rows that cannot be read; one whose id some row withdraws, or whose later version can be used, needs no repair."""
    withdrawn = {(soort, one.id) for soort, one in records if one.vervallen and one.id}
    for soort, one in records:
        if isinstance(one, Ongeldig) and (soort, one.id) not in withdrawn:
            yield _Found.of(one.uitval, one.oorzaak, one.bsn)
    rows = [one for one in given.toewijzingen if isinstance(one, OngeldigeToewijzing)]
    wanted, later = {one.sleutel for one in rows if one.sleutel}, dict[tuple[str, int], str]()
    for good in gathered.toewijzingen if wanted else ():
        if isinstance(good, Toewijzing) and good.sleutel in wanted and not given.job.check_toewijzing(good):
            stamp = stamp_of(good.toewijzingsdatum, good.toewijzingstijd)
            later[good.sleutel] = max(stamp, later.get(good.sleutel, ""))
    for row in rows:
        stamp = stamp_of(*(row.stempel or (None, None)))
        if row.sleutel is None or row.stempel_onleesbaar or later.get(row.sleutel, "") <= stamp:
            yield _Found.of(row.uitval, row.oorzaak, row.bsn, stempel=stamp)


def _unknown(given: Input, records: Iterable[tuple[str, _Record]]) -> Iterator[_Found]:
    """Yield the records whose words the protocol does not know."""
    for soort, one in records:
        if not isinstance(one, Ongeldig) and (wrong := check_protocol(one, given.job.protocol)):
            yield _Found.of(_set_aside(soort, one), wrong, one.bsn)


def _set_aside(soort: Any, one: Given) -> Uitval:
    day, gemeente = one.dagen[0], one.gemeente or ""
    return Uitval(soort, one.id, day, day, 1, one.bestand, one.rij, gemeente, "ongeldig", None, "")


def _doubled(records: Iterable[tuple[str, _Record]], result: Result) -> Iterator[_Found]:
    """Yield the rows whose id stands at other content too, of which none counts."""
    rows = [row for row in result.uitval if row.reden == "id_meermaals"]
    wanted = {(row.soort, row.bestand, row.rij) for row in rows}
    readable = [(soort, one) for soort, one in records if rows and not isinstance(one, Ongeldig)]
    bsns = {(soort, one.bestand, one.rij, one.id): one.bsn for soort, one in readable if (soort, one.bestand, one.rij) in wanted}
    for row in rows:
        bsn = bsns.get((row.soort, row.bestand, row.rij, row.bron))
        yield _Found.of(row, REDENEN["id_meermaals"].betekenis, bsn)


def _toewijzingen(connection: Connection, given: Input, known: Sequence[Row[Any]]) -> Iterator[_Found]:
    """Yield the toewijzingen whose last version the ledger holds in words that nobody knows, of those given and those `known`.

    One whose contract the run does not have stays as it is known: only a contract tells what its own codes mean.
    """
    table, check = schema.toewijzing.c, given.job.check_toewijzing
    wrong = {one.toewijzingnummer for one in given.toewijzingen if isinstance(one, Toewijzing) and check(one)}
    numbers = wrong | {int(row.bron) for row in known if row.bron}
    columns = (table.gemeente, table.toewijzingnummer, table.stempel, table.client_id, table.inhoud, table.bestand, table.rij)
    query = select(*columns, schema.client.c.bsn).join(schema.client).order_by(table.stempel)
    hidden = [*among(connection, query, table.client_id, {row.client_id for row in known if not row.bron})]
    rows = sorted([*hidden, *among(connection, query, table.toewijzingnummer, numbers)], key=lambda row: str(row.stempel))
    told = {(row.gemeente, row.bestand, row.rij): row for row in known}
    for row in {(row.gemeente, row.toewijzingnummer): row for row in rows}.values():
        one = load(Toewijzing, row.inhoud, bsn=row.bsn, bestand=row.bestand, rij=row.rij)
        before = None if (one.aanbieder, one.gemeente) in given.parties else told.get((row.gemeente, hide(row.bestand), row.rij))
        if oorzaak := check(one) or (before.oorzaak if before is not None else ""):
            aside = toewijzing_aside(one, "ongeldig", "", bestand=row.bestand)
            yield _Found.of(aside, oorzaak, row.bsn, stempel=row.stempel, bewaard=True, client_id=row.client_id)


def _clients(connection: Connection, found: Sequence[_Found]) -> dict[_Found, int]:
    """Return the ledger's own number of the client of each row, as far as the ledger knows it: by the BSN, else by the id."""
    client, record = schema.client.c, schema.record.c
    bsns = {
        row.bsn: row.id
        for row in among(connection, select(client.id, client.bsn), client.bsn, {one.bsn for one in found if one.bsn})
    }
    query, names = select(record.soort, record.bron, record.client_id), {one.bron for one in found if one.bron}
    owners = {(row.soort, row.bron): row.client_id for row in among(connection, query, record.bron, names)}
    known = {one: one.client_id or bsns.get(one.bsn or "", owners.get((one.soort, one.bron))) for one in found}
    return {one: identity for one, identity in known.items() if identity is not None}


def faulty_rows(connection: Connection) -> list[FaultyRow]:
    """Return the rows that are still to be repaired, the oldest first; an id is not among them."""
    table = schema.onleesbaar.c
    query = select(schema.onleesbaar).order_by(table.sinds, table.bestand, table.rij, table.id)
    return [
        {
            "gemeente": row.gemeente,
            "soort": row.soort,
            "bestand": row.bestand,
            "rij": row.rij,
            "reden": row.reden,
            "oorzaak": row.oorzaak,
            "declaratieperiode": month_text(row.maand),
            "sinds": row.sinds.isoformat(),
        }
        for row in connection.execute(query)
    ]


def faulty_counts(rows: Iterable[FaultyRow]) -> dict[str, FaultyCount]:
    """Return how many rows are to be repaired by reason, and since when the oldest is known."""
    found: dict[str, FaultyCount] = {}
    for row in rows:
        known = found.get(row["reden"], {"aantal": 0, "sinds": row["sinds"]})
        found[row["reden"]] = {"aantal": known["aantal"] + 1, "sinds": min(known["sinds"], row["sinds"])}
    return dict(sorted(found.items()))


def faulty_of(connection: Connection, bron: str) -> Sequence[Row[Any]]:
    """Return the rows with this id that are still to be repaired, the oldest first."""
    table = schema.onleesbaar.c
    query = select(schema.onleesbaar).where(table.bron == bron).order_by(table.sinds, table.id) if bron else None
    return [] if query is None else connection.execute(query).all()


def faulty_care(connection: Connection, jaar: int) -> dict[str, int]:
    """Return how many records of care of a year are to be repaired, by gemeente (empty: unknown).

    One whose day cannot be read is of the year of the run that met it last.
    """
    table = schema.onleesbaar.c
    undated = and_(table.datum.is_(None), table.maand.between(jaar * 12, jaar * 12 + 11))
    where = table.soort != _TOEWIJZING, or_(extract("year", table.datum) == jaar, undated)
    query = select(table.gemeente, func.count()).where(*where).group_by(table.gemeente)
    return {row[0]: int(row[1]) for row in connection.execute(query)}
