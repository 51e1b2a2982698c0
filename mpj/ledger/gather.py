"""What a run looks at: this run's input, and of the same clients and months whatever the ledger holds. The newest content counts.

A record that is absent means nothing. One that cannot be read, or comes twice with different content, leaves what was stored as
it was. The months of a client are looked at again when a record in them came or changed, a toewijzing or a level changed, or
something there was still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from attrs import define, field
from sqlalchemy import Connection, Row, bindparam, delete, false, or_, select, update

from mpj.engine.scope import check_protocol, set_aside
from mpj.ledger import schema
from mpj.ledger.codec import dump, dump_periods, load, load_periods, vinger
from mpj.ledger.rows import add, among, by_month, chunks, client_ids
from mpj.ledger.schema import CONCEPT, REGISTRATIE, VERBLIJF
from mpj.protocol import Protocol
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing, stempel_of
from mpj.records.values import Medewerker, Registratie, Toewijzing, Verblijf

Record = Registratie | Verblijf
_R = TypeVar("_R", Registratie, Verblijf)
Naam = tuple[str, str]


@define
class Bekend:
    """A record as it was stored: its row number's client, its months and its content."""

    client_id: int
    maand: int
    maand_tot: int | None
    berekend_tot: int | None
    vervallen: bool
    inhoud: str


@define
class Gathered:
    """What goes into the computation, and the cells (client number to months) that it covers.

    `ingetrokken` counts what was withdrawn; `ontbreekt` says of what was so because it is absent: the client, and
    from which day on.
    """

    registraties: list[Registratie | Ongeldig] = field(factory=list)
    verblijf: list[Verblijf | Ongeldig] = field(factory=list)
    toewijzingen: list[Toewijzing | OngeldigeToewijzing] = field(factory=list)
    medewerkers: list[Medewerker] | None = None
    cellen: dict[int, set[int]] = field(factory=dict)
    clienten: dict[str, int] = field(factory=dict)
    vingers: dict[Naam, str] = field(factory=dict)
    ingetrokken: int = 0
    ontbreekt: dict[Naam, tuple[int, date]] = field(factory=dict)


class Gatherer:
    """Takes one run's input into the ledger and gathers what has to be computed."""

    def __init__(self, connection: Connection, protocol: Protocol, maand: int) -> None:
        self.connection = connection
        self.protocol = protocol
        self.maand = maand
        self.found = Gathered()
        self._bsn: dict[int, str] = {}
        self._given: set[Naam] = set()
        self._seen: set[Naam] = set()

    def gather(
        self,
        registraties: Sequence[Registratie | Ongeldig] | None,
        verblijf: Sequence[Verblijf | Ongeldig] | None,
        toewijzingen: Sequence[Toewijzing | OngeldigeToewijzing],
        medewerkers: Sequence[Medewerker] | None,
        volledig_vanaf: int | None,
    ) -> Gathered:
        """Store the input and return what the run looks at.

        `volledig_vanaf`: from that month on, absence from `registraties` is withdrawal, and from `verblijf`; not where these are
        None.
        """
        found = self.found
        complete = [soort for soort, given in ((REGISTRATIE, registraties), (VERBLIJF, verblijf)) if given is not None]
        registraties, verblijf = registraties or (), verblijf or ()
        good = [one for one in (*registraties, *verblijf, *toewijzingen) if isinstance(one, Registratie | Verblijf | Toewijzing)]
        self._clients(good)
        self._levels(medewerkers)
        found.registraties = self._records(registraties, REGISTRATIE)
        found.verblijf = self._records(verblijf, VERBLIJF)
        if volledig_vanaf is not None:
            self._withdraw_absent(volledig_vanaf, complete)
        self._assignments([one for one in toewijzingen if isinstance(one, Toewijzing)])
        self._open_cells()
        self._stored_records()
        self._stored_assignments(toewijzingen)
        return found

    def touch(self, client_id: int, begin: int, end: int | None) -> None:
        """Have the months `begin` to `end` (None: to the run's month) of a client looked at, as far as this run goes."""
        self._cells(client_id, begin, self.maand if end is None else min(end, self.maand))

    def _touch_before(self, soort: str, known: Bekend, vanaf: int = 0) -> None:
        """Have the months looked at in which a record, as it was stored, may stand behind lines."""
        end = known.maand
        if soort == VERBLIJF:
            end = max(self.maand, known.berekend_tot or self.maand)
            end = end if known.maand_tot is None else min(end, known.maand_tot)
        self._cells(known.client_id, max(known.maand, vanaf), end)

    def _cells(self, client_id: int, begin: int, end: int) -> None:
        self.found.cellen.setdefault(client_id, set()).update(range(begin, max(begin, end) + 1))

    def _clients(self, values: Iterable[Registratie | Verblijf | Toewijzing]) -> None:
        self.found.clienten.update(client_ids(self.connection, (one.bsn for one in values)))

    def _records(self, items: Sequence[_R | Ongeldig], soort: str) -> list[_R | Ongeldig]:
        """Store the records that count and return what the engine gets to see of the input."""
        groups: dict[str, list[_R]] = {}
        self._seen.update((soort, one.id) for one in items)
        withdrawn = {one.id for one in items if isinstance(one, Ongeldig) and one.vervallen and one.id}
        for one in items:
            if not isinstance(one, Ongeldig) and not check_protocol(one, self.protocol):
                groups.setdefault(one.id, []).append(one)
        known = self._known(soort, groups.keys() | withdrawn)
        kept: list[_R | Ongeldig] = []
        contested: set[str] = set()
        changed: list[tuple[_R, Bekend | None]] = []
        for name, group in groups.items():
            gone = [one for one in group if isinstance(one, Registratie) and one.status == "vervallen"]
            if not gone and name not in withdrawn and any(one != group[0] for one in group):
                if name in known and not known[name].vervallen:
                    contested.add(name)
                continue
            self._given.add((soort, name))
            changed.append((gone[0] if gone else group[0], known.get(name)))
        for one in items:
            if isinstance(one, Ongeldig) or one.id not in contested:
                kept.append(one)
            else:
                text = "hetzelfde id met verschillende inhoud; wat al bekend was blijft gelden"
                kept.append(Ongeldig(set_aside(one, "dubbel", text), one.id))
        self._store(soort, changed, withdrawn)
        for name in withdrawn & known.keys():
            self._withdraw(soort, name, known[name])
        return kept

    def _known(self, soort: str, names: Iterable[str]) -> dict[str, Bekend]:
        table = schema.record.c
        query = select(
            table.bron, table.client_id, table.maand, table.maand_tot, table.berekend_tot, table.vervallen, table.inhoud
        ).where(table.soort == soort)
        return {row.bron: Bekend(*row[1:]) for row in among(self.connection, query, table.bron, names)}

    def _store(self, soort: str, changed: Iterable[tuple[_R, Bekend | None]], withdrawn: set[str]) -> None:
        new: list[dict[str, object]] = []
        updates: list[dict[str, object]] = []
        for one, before in changed:
            row = self._row(soort, one, gone=one.id in withdrawn)
            begin, end = _months(one)
            self.found.vingers[soort, one.id] = vinger(one, str(row["inhoud"]))
            same = before is not None and _content(before) == (row["client_id"], row["inhoud"], row["vervallen"])
            if before is not None and same and soort == VERBLIJF:
                # What was computed before stands; the days since then, and those of this month, are looked at.
                begin = max(begin, min(self.maand, (before.berekend_tot or begin) + 1))
            self.touch(self.found.clienten[one.bsn], begin, end)
            if before is None:
                new.append(row)
            elif not same:
                self._touch_before(soort, before)
                updates.append(row)
        add(self.connection, schema.record, new)
        self._update(updates)

    def _row(self, soort: str, one: Record, *, gone: bool) -> dict[str, object]:
        stay = isinstance(one, Verblijf)
        begin = one.begindatum if isinstance(one, Verblijf) else one.datum
        end = month_of(one.einddatum) if isinstance(one, Verblijf) and one.einddatum is not None else None
        return {
            "soort": soort,
            "bron": one.id,
            "client_id": self.found.clienten[one.bsn],
            "maand": month_of(begin),
            "maand_tot": end,
            "berekend_tot": self.maand if stay else None,
            "vervallen": gone or (isinstance(one, Registratie) and one.status == "vervallen"),
            "medewerker": one.medewerker if isinstance(one, Registratie) else None,
            "inhoud": dump(one),
            "bestand": one.bestand,
            "rij": one.rij,
        }

    def _update(self, rows: Sequence[dict[str, object]]) -> None:
        table, keys = schema.record, ("soort", "bron")
        query = update(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        for part in chunks(rows):
            self.connection.execute(query, [row | {f"key_{name}": row[name] for name in keys} for row in part])

    def _withdraw(self, soort: str, name: str, known: Bekend) -> None:
        self._touch_before(soort, known)
        if not known.vervallen:
            self.found.ingetrokken += 1
        table = schema.record
        self.connection.execute(update(table).where(table.c.soort == soort, table.c.bron == name).values(vervallen=True))

    def _withdraw_absent(self, vanaf: int, complete: Sequence[str]) -> None:
        table = schema.record.c
        recent = or_(table.maand >= vanaf, table.soort == VERBLIJF)
        query = select(schema.record).where(table.vervallen == false(), table.soort.in_(complete), recent)
        for row in self.connection.execute(query).all():
            if (row.soort, row.bron) in self._seen:
                continue
            known = Bekend(row.client_id, row.maand, row.maand_tot, row.berekend_tot, row.vervallen, row.inhoud)
            if row.maand >= vanaf:
                self._withdraw(row.soort, row.bron, known)
            elif row.maand_tot is None or row.maand_tot >= vanaf:
                self._cut_stay(row.bron, known, vanaf)
            else:
                continue
            self.found.ontbreekt[row.soort, row.bron] = row.client_id, first_day(vanaf)

    def _cut_stay(self, name: str, known: Bekend, vanaf: int) -> None:
        """End a stay that is absent from input that is complete from `vanaf` on with the day before that month."""
        from attrs import evolve

        self._touch_before(VERBLIJF, known, vanaf)
        bsn = next(
            iter(self.connection.execute(select(schema.client.c.bsn).where(schema.client.c.id == known.client_id)).scalars())
        )
        stay = evolve(load(Verblijf, known.inhoud, bsn=bsn), einddatum=last_day(vanaf - 1))
        table = schema.record
        self.connection.execute(
            update(table).where(table.c.soort == VERBLIJF, table.c.bron == name).values(inhoud=dump(stay), maand_tot=vanaf - 1)
        )
        self.found.ingetrokken += 1

    def _levels(self, medewerkers: Sequence[Medewerker] | None) -> None:
        """Store the levels given and gather all that are known; months with records of a changed medewerker are looked at."""
        table = schema.medewerker
        known = {row.naam: row.inhoud for row in self.connection.execute(select(table))}
        given: dict[str, list[Medewerker]] = {}
        for one in medewerkers or ():
            given.setdefault(one.medewerker, []).append(one)
        changed = {name: text for name, periods in given.items() if (text := dump_periods(periods)) != known.get(name)}
        for part in chunks(changed):
            self.connection.execute(delete(table).where(table.c.naam.in_(part)))
        add(self.connection, table, [{"naam": name, "inhoud": text} for name, text in changed.items()])
        if given or known:
            others = [period for name, text in known.items() if name not in given for period in load_periods(text)]
            self.found.medewerkers = [*(medewerkers or ()), *others]
        record = schema.record.c
        query = select(record.client_id, record.maand).distinct()
        for row in among(self.connection, query, record.medewerker, changed):
            self.touch(row.client_id, row.maand, row.maand)

    def _assignments(self, items: Sequence[Toewijzing]) -> None:
        """Store new and changed versions; the months of their clients that they cover, before and after, are looked at."""
        table = schema.toewijzing
        rows = {}
        for one in items:
            row = self._assignment_row(one)
            rows[row["gemeente"], row["toewijzingnummer"], row["stempel"]] = row
        known = {
            (row.gemeente, row.toewijzingnummer, row.stempel): row
            for row in among(self.connection, select(table), table.c.toewijzingnummer, {one.toewijzingnummer for one in items})
        }
        versions: dict[tuple[str, int], list[Row[Any]]] = {}
        for version in known.values():
            versions.setdefault((version.gemeente, version.toewijzingnummer), []).append(version)
        spans: dict[int, list[tuple[int, int | None]]] = {}
        fresh: list[dict[str, object]] = []
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
                self.connection.execute(delete(table).where(*where))
        add(self.connection, table, fresh)
        self._touch_covered(spans)

    def _assignment_row(self, one: Toewijzing) -> dict[str, Any]:
        stempel = stempel_of(one.toewijzingsdatum, one.toewijzingstijd)
        return {
            "gemeente": one.gemeente,
            "toewijzingnummer": one.toewijzingnummer,
            "stempel": "" if stempel is None else f"{stempel[0].isoformat()}T{stempel[1].isoformat()}",
            "client_id": self.found.clienten[one.bsn],
            "begin": month_of(one.begindatum),
            "eind": None if one.einddatum is None else month_of(one.einddatum),
            "inhoud": dump(one),
            "bestand": one.bestand,
            "rij": one.rij,
        }

    def _touch_covered(self, spans: dict[int, list[tuple[int, int | None]]]) -> None:
        record = schema.record.c
        query = select(record.client_id, record.soort, record.maand, record.maand_tot).distinct()
        months = [
            (row.client_id, row.maand, row.maand_tot if row.soort == VERBLIJF else row.maand)
            for row in among(self.connection, query, record.client_id, spans)
        ]
        regel = schema.regel.c
        lines = select(regel.client_id, regel.maand).distinct()
        months += [(row.client_id, row.maand, row.maand) for row in among(self.connection, lines, regel.client_id, spans)]
        for client_id, begin, end in months:
            for first, last in spans[client_id]:
                low = max(begin, first)
                high = min(self.maand if end is None else end, self.maand if last is None else last)
                if low <= high:
                    self.touch(client_id, low, high)

    def _open_cells(self) -> None:
        """Look again at what was open, and at the months that a stay reached since it was last computed."""
        table = schema.herzien
        for row in self.connection.execute(select(table)):
            self.touch(row.client_id, row.maand, row.maand)
        record = schema.record.c
        behind = (
            record.soort == VERBLIJF,
            record.vervallen == false(),
            record.berekend_tot < self.maand,
            or_(record.maand_tot.is_(None), record.maand_tot > record.berekend_tot),
        )
        for row in self.connection.execute(select(record.client_id, record.berekend_tot, record.maand_tot).where(*behind)):
            self.touch(row.client_id, row.berekend_tot + 1, row.maand_tot)
        self.connection.execute(update(schema.record).where(*behind).values(berekend_tot=self.maand))

    def _stored_records(self) -> None:
        """Add the stored records of the cells that the input does not bring."""
        found, record = self.found, schema.record.c
        table = schema.client
        for row in among(self.connection, select(table.c.id, table.c.bsn), table.c.id, found.cellen):
            self._bsn[row.id] = row.bsn
            found.clienten[row.bsn] = row.id
        query = select(schema.record).where(record.vervallen == false())
        for clients, month in by_month(found.cellen):
            own = query.where(record.client_id.in_(clients), record.soort == REGISTRATIE, record.maand == month)
            for row in self.connection.execute(own):
                if (row.soort, row.bron) not in self._given:
                    found.registraties.append(registratie := load(Registratie, row.inhoud, **self._outside(row)))
                    found.vingers[REGISTRATIE, row.bron] = vinger(registratie, row.inhoud)
        for row in among(self.connection, query.where(record.soort == VERBLIJF), record.client_id, found.cellen):
            if (row.soort, row.bron) not in self._given and _covers(row, found.cellen[row.client_id]):
                found.verblijf.append(stay := load(Verblijf, row.inhoud, **self._outside(row)))
                found.vingers[VERBLIJF, row.bron] = vinger(stay, row.inhoud)

    def _outside(self, row: Row[Any]) -> dict[str, Any]:
        return {"bsn": self._bsn[row.client_id], "bestand": row.bestand, "rij": row.rij}

    def _stored_assignments(self, given: Sequence[Toewijzing | OngeldigeToewijzing]) -> None:
        """Give the engine the input's toewijzingen and the other versions of the same clients."""
        found, table = self.found, schema.toewijzing
        found.toewijzingen = list(given)
        own = {
            (one.gemeente, one.toewijzingnummer, str(self._assignment_row(one)["stempel"]))
            for one in given
            if isinstance(one, Toewijzing)
        }
        for row in among(self.connection, select(table), table.c.client_id, found.cellen):
            if (row.gemeente, row.toewijzingnummer, row.stempel) not in own:
                found.toewijzingen.append(load(Toewijzing, row.inhoud, **self._outside(row)))


def _content(known: Bekend) -> tuple[object, object, object]:
    return known.client_id, known.inhoud, known.vervallen


def _covers(row: Row[Any], months: Iterable[int]) -> bool:
    return any(row.maand <= month and (row.maand_tot is None or month <= row.maand_tot) for month in months)


def _months(one: Record) -> tuple[int, int | None]:
    """Return the first and last month of a record, None for a stay that goes on."""
    if isinstance(one, Registratie):
        return month_of(one.datum), month_of(one.datum)
    return month_of(one.begindatum), None if one.einddatum is None else month_of(one.einddatum)


def drop_concepts(connection: Connection, pairs: Iterable[tuple[str, str]], touch: Gatherer) -> list[str]:
    """Remove the concepts of these (aanbieder, gemeente) pairs: a run replaces them. Returns their numbers."""
    declaratie, regel = schema.declaratie, schema.regel
    wanted = set(pairs)
    found = [
        row
        for row in connection.execute(select(declaratie).where(declaratie.c.status == CONCEPT)).all()
        if (row.aanbieder, row.gemeente) in wanted
    ]
    for row in found:
        own = select(regel.c.id).where(regel.c.declaratie_id == row.id)
        for line in connection.execute(select(regel.c.client_id, regel.c.maand).where(regel.c.declaratie_id == row.id)):
            touch.touch(line.client_id, line.maand, line.maand)
        connection.execute(delete(schema.herkomst).where(schema.herkomst.c.regel_id.in_(own)))
        connection.execute(delete(regel).where(regel.c.declaratie_id == row.id))
        connection.execute(delete(declaratie).where(declaratie.c.id == row.id))
    return [row.declaratienummer for row in found]
