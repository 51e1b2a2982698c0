"""Records as they come in: the newest content counts and is stored; what is withdrawn, or absent where all should be there, goes.

A record that is absent means nothing otherwise. One that comes twice with different content leaves what was stored as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple, TypeVar

from attrs import evolve, frozen
from sqlalchemy import Connection, bindparam, false, func, or_, select, update

from mpj.ledger import schema
from mpj.ledger.cells import Cells, Stored
from mpj.ledger.codec import Given, Record, dump, dump_records, fingerprint_of, load, load_record
from mpj.ledger.rows import add_rows, among, chunks, filling
from mpj.ledger.schema import LOPEND, PRESTATIE, REGISTRATIE, VERBLIJF
from mpj.protocol import Protocol
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.aside import set_aside
from mpj.records.entries import Entry, Reeks
from mpj.records.known import check_protocol
from mpj.records.registraties import Ongeldig
from mpj.records.values import Prestatie, Registratie, Verblijf

_R = TypeVar("_R", Entry, Verblijf, Prestatie)
Naam = tuple[str, str]
"""The soort and id of a record."""


@frozen
class Reused:
    """An id that came back with another client."""

    naam: Naam
    before: Stored
    client_id: int
    """The client that it has now."""
    alike: bool
    """Whether date, minutes and medewerker are as they were."""


class _Row(NamedTuple):
    """A record as a row of its table."""

    soort: str
    bron: str
    client_id: int
    maand: int
    maand_tot: int | None
    berekend_tot: int | None
    vervallen: bool
    medewerker: str | None
    afspraak: str | None
    inhoud: str
    bestand: str
    rij: int


# As the class itself makes it, in half the time.
_make_row = partial(tuple.__new__, _Row)


class Intake:
    """Takes the records of one run into the ledger.

    `clients` gives the client number of every BSN in them.
    """

    def __init__(self, connection: Connection, protocol: Protocol, cells: Cells, clients: Mapping[str, int]) -> None:
        self._connection = connection
        self._protocol = protocol
        self._cells = cells
        self._clients = clients
        self.taken: dict[Naam, str] = {}
        """The fingerprints of the records whose content the input brings."""
        self.brought: Counter[int] = Counter()
        """How many registraties that count the input brings, by month."""
        self.reused: list[Reused] = []
        self.moved: set[int] = set()
        """The clients of whom a prestatie came, changed or went, by number."""
        self.withdrawn = 0
        self.absent: dict[Naam, tuple[int, date]] = {}
        """Of what was withdrawn because it is absent: the client number, and from which day on."""

    @property
    def concerned(self) -> dict[Naam, tuple[int, date]]:
        """What is absent or came back with another client, with the client number that it had, and from which day on."""
        return self.absent | {one.naam: (one.before.client_id, date.min) for one in self.reused}

    def whole(self) -> frozenset[int]:
        """Return the months of which the ledger holds no registratie that counts but those that the input brings."""
        table = schema.record.c
        query = select(table.maand, func.count()).where(table.soort == REGISTRATIE, table.vervallen == false())
        held = among(self._connection, query.group_by(table.maand), table.maand, self.brought)
        return frozenset(maand for maand, count in held if count == self.brought[maand])

    def take(self, soort: str, items: Sequence[_R | Ongeldig], entry: Callable[[_R], Entry]) -> list[_R | Ongeldig]:
        """Store the records that count, and return what the engine gets to see of the input.

        `entry` makes the entry that names a record (of a stay its first day) in uitval.
        """
        withdrawn = {one.id for one in items if isinstance(one, Ongeldig) and one.vervallen and one.id}
        newest = [one for one in items if not isinstance(one, Ongeldig) and not check_protocol(one, self._protocol)]
        names = {one.id for one in newest}
        known = self._known(soort, names | withdrawn)
        contested: set[str] = set()
        if len(names) != len(newest):
            newest, contested = _newest(newest, known, withdrawn)
        self._store(soort, newest, known, withdrawn)
        if soort in LOPEND:
            confirm(self._connection, self._cells.maand, [(soort, one.id) for one in newest])
        for name in withdrawn & known.keys():
            self._withdraw(soort, name, known[name])
        if not contested:
            return list(items)
        return [_contested(entry(one)) if one.id in contested and not isinstance(one, Ongeldig) else one for one in items]

    def _known(self, soort: str, names: Iterable[str]) -> dict[str, Stored]:
        table = schema.record.c
        columns = (table.client_id, table.maand, table.maand_tot, table.berekend_tot, table.vervallen, table.inhoud, table.afspraak)
        query = select(table.bron, *columns).where(table.soort == soort)
        if self._connection.execute(query.limit(1)).first() is None:
            return {}
        return {row.bron: Stored(*row[1:]) for row in among(self._connection, query, table.bron, names)}

    def _store(self, soort: str, newest: Sequence[Given], known: Mapping[str, Stored], withdrawn: Collection[str]) -> None:
        changed: list[_Row] = []
        entries = [one for one in newest if isinstance(one, Entry)]
        others = [one for one in newest if not isinstance(one, Entry)]
        made = self._rows_of_entries(entries, withdrawn) if entries else self._rows(soort, others, withdrawn)
        rows: Iterator[tuple[Given, _Row]] = zip(newest, made, strict=True)
        with filling(self._connection, schema.record, len(newest)):
            add_rows(self._connection, schema.record, _Row._fields, self._new(soort, rows, known, changed))
        self._update(changed)

    def _new(
        self, soort: str, rows: Iterable[tuple[Given, _Row]], known: Mapping[str, Stored], changed: list[_Row]
    ) -> Iterator[_Row]:
        """Yield the rows that are new, and add those that changed to `changed`; what they touch is looked at."""
        touched: set[tuple[int, int, int | None]] = set()
        for one, row in rows:
            _, name, client_id, begin, end, _, gone, _, _, inhoud, _, _ = row
            if soort == REGISTRATIE:
                end = begin
                self.brought[begin] += not gone
            self.taken[soort, name] = fingerprint_of(one, inhoud)
            before = known.get(name)
            same = before is not None and (before.client_id, before.inhoud, before.vervallen) == (client_id, inhoud, gone)
            if before is not None and same and soort in LOPEND:
                # What was computed before stands; what it comes to since then, and in this month, is looked at.
                since = max(begin, min(self._cells.maand, (before.berekend_tot or begin) + 1))
                if soort == PRESTATIE:
                    self._cells.touch(before.client_id, since, before.maand_tot)
                else:
                    begin = since
            elif soort == PRESTATIE:
                self.moved.add(client_id)
            if (months := (client_id, begin, end)) not in touched:
                touched.add(months)
                self._cells.touch(*months)
            if before is None:
                yield row
            elif not same:
                if before.client_id != client_id and not before.vervallen:
                    self._reuse(soort, one, before)
                self._left(soort, before)
                self._cells.touch_before(soort, before)
                changed.append(row)
                if before.afspraak is not None:
                    self._cells.left.add((before.client_id, before.afspraak))

    def _left(self, soort: str, before: Stored) -> None:
        """Note that a record is not what it was."""
        if soort == PRESTATIE:
            self.moved.add(before.client_id)

    def _reuse(self, soort: str, one: Given, before: Stored) -> None:
        known = load_record(soort, before.inhoud, bsn=one.bsn)
        self.reused.append(Reused((soort, one.id), before, self._clients[one.bsn], alike=_contact(known) == _contact(one)))

    def _rows_of_entries(self, entries: Sequence[Entry], withdrawn: Collection[str]) -> Iterator[_Row]:
        """Yield registraties as rows, fast enough for millions."""
        shared: dict[Reeks, tuple[int, str | None, bool]] = {}
        months: dict[date, int] = {}
        for (datum, bron, reeks, _, afspraak, bestand, rij), inhoud in zip(entries, dump_records(entries), strict=True):
            month = months.get(datum) or months.setdefault(datum, month_of(datum))
            told = shared.get(reeks)
            if told is None:
                told = shared[reeks] = self._clients[reeks.bsn], reeks.medewerker, reeks.vorm.status == "vervallen"
            client_id, medewerker, gone = told
            gone = gone or bron in withdrawn
            yield _make_row((REGISTRATIE, bron, client_id, month, None, None, gone, medewerker, afspraak, inhoud, bestand, rij))

    def _rows(self, soort: str, records: Sequence[Verblijf | Prestatie], withdrawn: Collection[str]) -> Iterator[_Row]:
        """Yield stays or prestaties as rows."""
        for one, inhoud in zip(records, dump_records(records), strict=True):
            gone, until = one.vervallen or one.id in withdrawn, self._cells.maand
            own = soort, one.id, self._clients[one.bsn], *_months(one), until, gone
            yield _make_row((*own, one.medewerker, None, inhoud, one.bestand, one.rij))

    def _update(self, rows: Sequence[_Row]) -> None:
        table, keys = schema.record, ("soort", "bron")
        query = update(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        for part in chunks(row._asdict() for row in rows):
            self._connection.execute(query, [row | {f"key_{name}": row[name] for name in keys} for row in part])

    def _withdraw(self, soort: str, name: str, known: Stored) -> None:
        self._left(soort, known)
        self._cells.touch_before(soort, known)
        if not known.vervallen:
            self.withdrawn += 1
        table = schema.record
        self._connection.execute(update(table).where(table.c.soort == soort, table.c.bron == name).values(vervallen=True))

    def withdraw_absent(self, vanaf: int | None, given: Iterable[tuple[str, Sequence[Given | Ongeldig] | None]]) -> None:
        """Withdraw records of the kinds that are `given` that are not among these, from month `vanaf` on; None: nowhere."""
        if vanaf is None:
            return
        complete = {soort: {one.id for one in items} for soort, items in given if items is not None}
        table = schema.record.c
        recent = or_(table.maand >= vanaf, table.soort == VERBLIJF)
        query = select(schema.record).where(table.vervallen == false(), table.soort.in_(complete), recent)
        for row in self._connection.execute(query).all():
            if row.bron in complete[row.soort]:
                continue
            known = Stored(row.client_id, row.maand, row.maand_tot, row.berekend_tot, row.vervallen, row.inhoud)
            if row.maand >= vanaf:
                self._withdraw(row.soort, row.bron, known)
            elif row.maand_tot is None or row.maand_tot >= vanaf:
                self._cut_stay(row.bron, known, vanaf)
            else:
                continue
            self.absent[row.soort, row.bron] = row.client_id, first_day(vanaf)

    def _cut_stay(self, name: str, known: Stored, vanaf: int) -> None:
        """End a stay that is absent from input that is complete from `vanaf` on with the day before that month."""
        self._cells.touch_before(VERBLIJF, known, vanaf)
        table = schema.client.c
        bsn = self._connection.execute(select(table.bsn).where(table.id == known.client_id)).scalar_one()
        stay = evolve(load(Verblijf, known.inhoud, bsn=bsn), einddatum=last_day(vanaf - 1))
        record = schema.record
        own = update(record).where(record.c.soort == VERBLIJF, record.c.bron == name)
        self._connection.execute(own.values(inhoud=dump(stay), maand_tot=vanaf - 1))
        self.withdrawn += 1


def confirm(connection: Connection, maand: int, names: Collection[Naam]) -> None:
    """Remember that what these records began, as far as it is open, goes on in a month."""
    table = schema.record
    earlier = or_(table.c.bevestigd_tot.is_(None), table.c.bevestigd_tot < maand)
    for soort in LOPEND:
        for part in chunks(bron for kind, bron in names if kind == soort):
            own = (table.c.soort == soort, table.c.bron.in_(part), earlier)
            connection.execute(update(table).where(*own).values(bevestigd_tot=maand))


def _newest(items: Iterable[_R], known: Mapping[str, Stored], withdrawn: Collection[str]) -> tuple[list[_R], set[str]]:
    """Return of each id what counts of it, and which ids came with different content, so that what was stored stays."""
    groups: dict[str, list[_R]] = {}
    for one in items:
        groups.setdefault(one.id, []).append(one)
    newest: list[_R] = []
    contested: set[str] = set()
    for name, group in groups.items():
        gone = [one for one in group if one.vervallen]
        if gone or len(group) == 1 or name in withdrawn or all(one.inhoud == group[0].inhoud for one in group):
            newest.append(gone[0] if gone else group[0])
        elif name in known and not known[name].vervallen:
            contested.add(name)
    return newest, contested


def _contact(one: Record | Given) -> tuple[object, ...]:
    """Return what tells one contact, stay or prestatie from another of the same client: date, minutes and medewerker."""
    duur = one.tijd.duur if isinstance(one, Entry) else one.duur if isinstance(one, Registratie) else None
    return one.dagen, duur, one.medewerker


def _contested(entry: Entry) -> Ongeldig:
    return Ongeldig(
        set_aside(entry, "id_meermaals", "hetzelfde id met verschillende inhoud; wat al bekend was blijft gelden"), entry.id
    )


def _months(one: Verblijf | Prestatie) -> tuple[int, int | None]:
    """Return the first and last month of a record, None for a stay that goes on."""
    first, last = one.dagen
    begin = month_of(first)
    return begin, begin if last is first else None if last is None else month_of(last)
