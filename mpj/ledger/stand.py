"""What stands of a line: the lines of one identity over time, and which of them counts now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, field, fields, frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, or_, select, true

from mpj.engine.limits import Verbruik
from mpj.engine.memory import Recorded
from mpj.engine.sieve import Records
from mpj.engine.values import Declaratieregel, Herkomst, Identiteit
from mpj.ledger import schema
from mpj.ledger.codec import load, load_afronding
from mpj.ledger.rows import among, by_month
from mpj.ledger.schema import (
    AFGEKEURD,
    CONCEPT,
    NIET_VERZONDEN,
    OVERGENOMEN,
    PRESTATIE,
    REGISTRATIE,
    TOEGEKEND,
    VERBLIJF,
    VERZONDEN,
    WACHT,
)
from mpj.protocol import Afronding, Protocol
from mpj.reading.periods import month_text


@frozen
class Regel:
    """A line that was made before, and what became of it."""

    id: int
    """Its row number."""
    status: str
    staat: bool
    """Whether it is the debit that stands of its identity."""
    opnieuw: bool
    """Whether it may go out again unchanged."""
    sleutel: str
    """What it was made of, before limits (`mpj.ledger.codec.dump_sleutel`)."""
    vorige_id: int | None
    """The row number of the line that it credits."""
    maand: int
    line: Declaratieregel
    afronding: Afronding | None = None
    """How its time was rounded, None where that is not known or there was none."""
    done: bool = False
    """Whether, rejected, it needs no repair any more."""
    termen: str = ""
    """The terms of the contract that it was made or last kept under (`mpj.engine.job.Job.terms`), empty where not known."""
    naast: bool = False
    """Whether it stands beside the one of its identity (`mpj.ledger.schema`)."""
    besloten: str = ""
    """What somebody decided of it (`mpj.ledger.hold`)."""

    @property
    def debet(self) -> bool:
        """Whether it is a debit line."""
        return self.line.debetcredit == "D"


@frozen
class Behind:
    """A record, or a day of a stay, behind a line."""

    recorded: Recorded
    eenheden: int
    """Its normed units in the line."""
    fingerprint: str
    """That of its content then."""


@frozen
class Clientstand:
    """What the ledger knows of one client in the months that a run looks at."""

    id: int
    """The ledger's own number of the client."""
    maanden: frozenset[int] = frozenset()
    regels: Mapping[Identiteit, Sequence[Regel]] = field(factory=dict)
    """The lines ever sent, and those of concepts that the run does not replace, oldest first."""
    behind: Mapping[int, Sequence[Behind]] = field(factory=dict)
    """The records behind each line that counts now, rejected ones first, by its row number."""
    used: Mapping[tuple[str, int], Verbruik] = field(factory=dict)
    """What standing lines of other months used, by gemeente and toewijzingnummer."""
    pieces: Mapping[int, Sequence[Herkomst]] = field(factory=dict)
    """What was taken over from before the ledger and stands behind a line beside its records, by the line's row number."""
    of_others: Mapping[Recorded, tuple[Identiteit, str, Regel]] = field(factory=dict)
    """What is this client's now and stands behind a line of another one that may still be granted, with its state (`waiting`)."""

    def state(self, identiteit: Identiteit) -> tuple[str, Regel | None]:
        """Return what counts now of an identity, as `state_of` does."""
        return state_of(self.regels.get(identiteit, ()))

    @property
    def granted(self) -> Iterator[tuple[Identiteit, Regel]]:
        """The debits that are granted and stand."""
        for identiteit in self.regels:
            state, regel = self.state(identiteit)
            if state == TOEGEKEND and regel is not None:
                yield identiteit, regel

    @property
    def waiting(self) -> Iterator[tuple[Identiteit, str, Regel]]:
        """The lines that may still be granted: they wait for an answer, or are a concept of another contract."""
        for identiteit in self.regels:
            state, regel = self.state(identiteit)
            if state in (CONCEPT, WACHT) and regel is not None:
                yield identiteit, state, regel

    def loose(self, identiteit: Identiteit) -> list[tuple[Regel, Regel]]:
        """Return granted debits that should not be: a newer one was granted, but their credit refused; each with that credit."""
        if (lines := self.regels.get(identiteit)) is None:
            return []
        undone = {one.vorige_id: one for one in lines if not one.debet and one.status in (VERZONDEN, TOEGEKEND, AFGEKEURD)}
        debits = [one for one in lines if one.debet and one.status == TOEGEKEND and not one.staat]
        return [(one, credit) for one in debits if (credit := undone.get(one.id)) is not None and credit.status == AFGEKEURD]

    def elsewhere(self, identiteit: Identiteit) -> bool:
        """Say whether care behind a line is on another one that counts: it moved to another contract, its credit was not sent."""
        counting = {key: now.id for key in self.regels for state, now in [self.state(key)] if now and state != AFGEKEURD}
        names = {key: {one.recorded for one in self.behind.get(line, ())} for key, line in counting.items()}
        own = names.pop(identiteit, set())
        return any(own & other for other in names.values())

    def beside(self, identiteit: Identiteit) -> list[Regel]:
        """Return granted debits that stand beside the one of their identity."""
        return [one for one in self.regels.get(identiteit, ()) if one.naast and one.staat and one.status == TOEGEKEND]


def with_others(stands: Mapping[str, Clientstand], records: Mapping[str, Records]) -> dict[str, Clientstand]:
    """Return the stands by BSN, each with what is its client's now and waits on a line of the client who had it before.

    A registratie of another day is other care, whatever its id.
    """
    gone: dict[tuple[object, ...], dict[Recorded, tuple[Identiteit, str, Regel]]] = {}
    for bsn, stand in stands.items():
        waiting = [(one, line) for line in stand.waiting for one in stand.behind.get(line[2].id, ())]
        own = _names(records.get(bsn, Records())) if waiting else set()
        for one, line in waiting:
            name = one.recorded if one.recorded[0] == REGISTRATIE else one.recorded[:2]
            if name not in own:
                gone.setdefault(name, {})[one.recorded] = line
    found = dict(stands)
    for bsn, theirs in records.items() if gone else ():
        if moved := gone.keys() & _names(theirs):
            found[bsn] = evolve(stands[bsn], of_others={key: line for name in moved for key, line in gone[name].items()})
    return found


def _names(own: Records) -> set[tuple[object, ...]]:
    names: set[tuple[object, ...]] = {(REGISTRATIE, one.id, one.datum) for one in own.registraties}
    return names | {(VERBLIJF, one.id) for one in own.verblijf} | {(PRESTATIE, one.id) for one in own.prestaties}


def state_of(lines: Sequence[Regel]) -> tuple[str, Regel | None]:
    """Return what counts now of the lines of one identity: concept, wacht, toegekend or afgekeurd with its debit, or nothing.

    A concept is that of another contract, which may still be sent: those of its own contracts are gone before a run looks.
    """
    standing = next((one for one in lines if one.staat and not one.naast), None)
    if concepts := [one for one in lines if one.status == CONCEPT]:
        return CONCEPT, next((one for one in concepts if one.debet), standing)
    if any(one.status == VERZONDEN for one in lines):
        return WACHT, standing
    if standing is not None:
        return TOEGEKEND, standing
    debits = [one for one in lines if one.debet and one.status in (TOEGEKEND, AFGEKEURD)]
    if debits and debits[-1].status == AFGEKEURD:
        closed = any(one.vorige_id == debits[-1].id and one.status == TOEGEKEND for one in lines)
        return ("", None) if closed else (AFGEKEURD, debits[-1])
    return "", None


def open_rejected(*, concepts: bool = True) -> list[ColumnElement[bool]]:
    """Return what singles out, in a query of `regel`, the rejected lines on the repair list: those that nothing followed up.

    A debit is followed up by a later line of the same identity, a credit by another credit of the same line; without `concepts`
    not by one that may still make way for another.
    """
    regel, later = schema.regel, schema.regel.alias("later")
    same = and_(
        *(later.c[name] == regel.c[name] for name in ("client_id", *Identiteit._fields)),
        later.c.declaratie_id > regel.c.declaratie_id,
    )
    credit = and_(later.c.vorige_id == regel.c.vorige_id, later.c.id > regel.c.id)
    alive = or_(
        later.c.status.in_((VERZONDEN, TOEGEKEND, AFGEKEURD, *([CONCEPT] if concepts else []))),
        and_(later.c.status == NIET_VERZONDEN, later.c.opnieuw == true()),
    )
    follows = or_(and_(regel.c.debetcredit == "D", same), and_(regel.c.debetcredit == "C", credit))
    followed = select(later.c.id).where(follows, alive).exists()
    return [regel.c.status == AFGEKEURD, regel.c.toewijzingnummer.is_not(None), regel.c.afgedaan == false(), ~followed]


def load_stands(
    connection: Connection, cells: Mapping[int, Collection[int]], limited: Iterable[int], protocol: Protocol
) -> dict[int, Clientstand]:
    """Return the stand of every client in `cells` (client number to months); `limited` are those whose use of limits counts."""
    regels = _load_lines(connection, cells)
    owners = _owners(regels)
    behind, pieces = _load_behind(connection, owners), _load_pieces(connection, owners)
    used = _load_use(connection, cells, [identity for identity in limited if identity in cells], protocol)
    return {
        identity: Clientstand(
            identity,
            frozenset(months),
            regels.get(identity, {}),
            behind.get(identity, {}),
            used.get(identity, {}),
            pieces.get(identity, {}),
        )
        for identity, months in cells.items()
    }


def _load_lines(connection: Connection, cells: Mapping[int, Collection[int]]) -> dict[int, dict[Identiteit, list[Regel]]]:
    """Return the lines in these cells, by client and identity, oldest first."""
    regel = schema.regel.c
    query = _lines().where(regel.toewijzingnummer.is_not(None))
    rows = [
        row
        for clients, month in by_month(cells)
        for row in connection.execute(query.where(regel.client_id.in_(clients), regel.maand == month))
    ]
    numbers: dict[int, str] = {}
    found: dict[int, dict[Identiteit, list[Regel]]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        numbers[row.id] = row.referentienummer
        line = line_of(row, numbers.get(row.vorige_id, "") if row.vorige_id else "")
        state = (row.status, row.staat, row.opnieuw, row.sleutel, row.vorige_id, row.maand)
        one = Regel(row.id, *state, line, load_afronding(row.afronding), row.afgedaan, row.termen, row.naast, row.besloten)
        identiteit = Identiteit(*(row._mapping[name] for name in Identiteit._fields))
        found.setdefault(row.client_id, {}).setdefault(identiteit, []).append(one)
    return found


def load_standing(connection: Connection, client: int, nummers: Collection[int]) -> list[tuple[str, Declaratieregel]]:
    """Return the debits that stand of a client on these toewijzingen, of whatever month, each with its status."""
    regel = schema.regel.c
    query = _lines().where(regel.client_id == client, regel.staat == true(), regel.toewijzingnummer.in_(nummers))
    return [(row.status, line_of(row, "")) for row in connection.execute(query.order_by(regel.id))]


def _lines() -> Select[Any]:
    """Return the query of lines with what `line_of` takes beside them."""
    declaratie = schema.declaratie.c
    query = select(schema.regel, schema.client.c.bsn, declaratie.declaratienummer, declaratie.maand.label("periode"))
    return query.join(schema.client, schema.client.c.id == schema.regel.c.client_id).join(schema.declaratie)


# The columns of `regel` that are fields of a line by the same name.
LINE_COLUMNS = tuple(one.name for one in fields(Declaratieregel) if one.name in schema.regel.c)


def line_of(row: Row[Any], vorig: str) -> Declaratieregel:
    """Return a row of the table `regel`, with bsn, declaratienummer and periode beside it, as a line."""
    values: dict[str, Any] = {name: row._mapping[name] for name in LINE_COLUMNS}
    if not row.perceel and row.prestatiecode == row.productcode:
        values["prestatiecode"] = ""  # a product beside MPJ lies in no perceel; its code tells its lines apart
    return Declaratieregel(
        **values | {"toewijzingnummer": row.toewijzingnummer or 0},
        vorig_referentienummer=vorig,
        declaratienummer=row.declaratienummer,
        declaratieperiode=month_text(row.periode),
        bsn=row.bsn or "",
    )


def _owners(regels: Mapping[int, Mapping[Identiteit, Sequence[Regel]]]) -> dict[int, int]:
    """Return the client of each line that counts now, by its row number, rejected ones first."""
    counting = [(client, now) for client, own in regels.items() for lines in own.values() if (now := state_of(lines)[1])]
    return {now.id: client for client, now in sorted(counting, key=lambda pair: pair[1].staat)}


def _load_pieces(connection: Connection, owners: Mapping[int, int]) -> dict[int, dict[int, list[Herkomst]]]:
    """Return, by client, what was taken over and stands behind each of these lines."""
    table, declaratie = schema.herkomst.c, schema.declaratie.c
    found: dict[int, dict[int, list[Herkomst]]] = {}
    if connection.execute(select(declaratie.id).where(declaratie.overgenomen == true()).limit(1)).first() is not None:
        query = select(table.regel_id, table.inhoud).where(table.soort == OVERGENOMEN).order_by(table.regel_id, table.volg)
        for row in among(connection, query, table.regel_id, owners):
            found.setdefault(owners[row.regel_id], {}).setdefault(row.regel_id, []).append(load(Herkomst, row.inhoud))
    return found


def _load_behind(connection: Connection, owners: Mapping[int, int]) -> dict[int, dict[int, list[Behind]]]:
    """Return, by client, the records behind each of these lines."""
    found: dict[int, dict[int, list[Behind]]] = {}
    for identity, client in owners.items():
        found.setdefault(client, {})[identity] = []
    table = schema.herkomst.c
    query = select(table.regel_id, table.soort, table.bron, table.datum, table.eenheden, table.vinger)
    query = query.where(table.soort != OVERGENOMEN)
    for row in among(connection, query, table.regel_id, owners):
        one = Behind((row.soort, row.bron, row.datum), row.eenheden, row.vinger)
        found[owners[row.regel_id]][row.regel_id].append(one)
    return found


def _load_use(
    connection: Connection, cells: Mapping[int, Collection[int]], limited: Iterable[int], protocol: Protocol
) -> dict[int, dict[tuple[str, int], Verbruik]]:
    """Return, by client, what standing lines of months that are not looked at used of each toewijzing."""
    table = schema.regel.c
    keys = (table.client_id, table.gemeente, table.toewijzingnummer, table.eenheid, table.maand)
    query = select(*keys, func.sum(table.bedrag_cent), func.sum(table.volume_bericht)).where(table.staat == true()).group_by(*keys)
    rows: dict[tuple[int, str, int], list[tuple[str, int, int, int]]] = {}
    for client, gemeente, nummer, eenheid, maand, cent, volume in among(connection, query, table.client_id, limited):
        if maand not in cells[client]:
            rows.setdefault((client, gemeente, nummer), []).append((eenheid, maand, int(cent), int(volume)))
    found: dict[int, dict[tuple[str, int], Verbruik]] = {}
    for (client, gemeente, nummer), lines in rows.items():
        found.setdefault(client, {})[gemeente, nummer] = Verbruik.of(protocol, lines)
    return found


def load_herkomst(connection: Connection, regels: Iterable[int]) -> dict[int, list[Herkomst]]:
    """Return the stored trace of lines, by their row number."""
    table = schema.herkomst.c
    query = select(table.regel_id, table.inhoud).order_by(table.regel_id, table.volg)
    found: dict[int, list[Herkomst]] = {}
    for row in among(connection, query, table.regel_id, regels):
        found.setdefault(row.regel_id, []).append(load(Herkomst, row.inhoud))
    return found
