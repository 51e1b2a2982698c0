"""What stands of a line: the lines of one identity over time, and which of them counts now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, or_, select, true

from mpj.engine.limits import Verbruik
from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.codec import load_afronding
from mpj.ledger.rows import among, by_month
from mpj.ledger.schema import AFGEKEURD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN, WACHT
from mpj.protocol import Afronding, Protocol
from mpj.reading.periods import month_text

Identiteit = tuple[str, int, str, str, int]
Sleutel = tuple[str, str, date]


@frozen
class Regel:
    """A line that was made before: its row number, what became of it, and the line itself.

    `sleutel` says what it was made of, before limits; `afronding` how its time was rounded, None where that is not known or there
    was none; `opnieuw` that it may go out again unchanged; `afgedaan` that, rejected, it needs no repair any more.
    """

    id: int
    status: str
    staat: bool
    opnieuw: bool
    sleutel: str
    vorige_id: int | None
    maand: int
    line: Declaratieregel
    afronding: Afronding | None = None
    afgedaan: bool = False

    @property
    def debet(self) -> bool:
        """Whether it is a debit line."""
        return self.line.debetcredit == "D"


@frozen
class Spoor:
    """A record, or a day of a stay, behind a line: which one, its units, and the fingerprint of its content then."""

    sleutel: Sleutel
    eenheden: int
    vinger: str


@define
class Clientstand:
    """What the ledger knows of one client in the months that a run looks at.

    `regels` the lines ever sent, by identity; `sporen` the records behind those that stand, by row number; `gebruik` what standing
    lines of other months used, by gemeente and toewijzingnummer.
    """

    id: int
    maanden: set[int] = field(factory=set)
    regels: dict[Identiteit, list[Regel]] = field(factory=dict)
    sporen: dict[int, list[Spoor]] = field(factory=dict)
    gebruik: dict[tuple[str, int], Verbruik] = field(factory=dict)

    def stand(self, identiteit: Identiteit) -> tuple[str, Regel | None]:
        """Return what counts now of an identity: wacht, toegekend or afgekeurd with its debit, or nothing."""
        lines = self.regels.get(identiteit, [])
        standing = next((one for one in lines if one.staat), None)
        if any(one.status == VERZONDEN for one in lines):
            return WACHT, standing
        if standing is not None:
            return TOEGEKEND, standing
        debits = [one for one in lines if one.debet and one.status in (TOEGEKEND, AFGEKEURD)]
        if debits and debits[-1].status == AFGEKEURD:
            closed = any(one.vorige_id == debits[-1].id and one.status == TOEGEKEND for one in lines)
            return ("", None) if closed else (AFGEKEURD, debits[-1])
        return "", None

    def los(self, identiteit: Identiteit) -> list[tuple[Regel, Regel]]:
        """Return granted debits that should not be: a newer one was granted, but their credit refused; each with that credit."""
        lines = self.regels.get(identiteit, [])
        undone = {one.vorige_id: one for one in lines if not one.debet and one.status in (VERZONDEN, TOEGEKEND, AFGEKEURD)}
        debits = [one for one in lines if one.debet and one.status == TOEGEKEND and not one.staat]
        return [(one, credit) for one in debits if (credit := undone.get(one.id)) is not None and credit.status == AFGEKEURD]


def open_rejected(*, concepts: bool = True) -> list[ColumnElement[bool]]:
    """Return what singles out, in a query of `regel`, the rejected lines on the repair list: those that nothing followed up.

    A debit is followed up by a later line of the same identity, a credit by another credit of the same line; without `concepts`
    not by one that may still make way for another.
    """
    regel, later = schema.regel, schema.regel.alias("later")
    names = ("gemeente", "toewijzingnummer", "productcategorie", "productcode", "maand")
    same = and_(*(later.c[name] == regel.c[name] for name in names), later.c.declaratie_id > regel.c.declaratie_id)
    credit = and_(later.c.vorige_id == regel.c.vorige_id, later.c.id > regel.c.id)
    alive = or_(
        later.c.status.in_((VERZONDEN, TOEGEKEND, AFGEKEURD, *([CONCEPT] if concepts else []))),
        and_(later.c.status == NIET_VERZONDEN, later.c.opnieuw == true()),
    )
    follows = or_(and_(regel.c.debetcredit == "D", same), and_(regel.c.debetcredit == "C", credit))
    followed = select(later.c.id).where(follows, alive).exists()
    return [regel.c.status == AFGEKEURD, regel.c.toewijzingnummer.is_not(None), regel.c.afgedaan == false(), ~followed]


def load_stands(
    connection: Connection, cells: dict[int, set[int]], limited: Iterable[int], protocol: Protocol
) -> dict[int, Clientstand]:
    """Return the stand of every client in `cells` (client number to months); `limited` are those whose use of limits counts."""
    stands = {identity: Clientstand(identity, set(months)) for identity, months in cells.items()}
    regel, declaratie = schema.regel.c, schema.declaratie.c
    query = select(schema.regel, schema.client.c.bsn, declaratie.declaratienummer, declaratie.maand.label("periode"))
    query = query.join(schema.client, schema.client.c.id == regel.client_id).join(schema.declaratie)
    query = query.where(regel.status != CONCEPT)
    rows = [
        row
        for clients, month in by_month(cells)
        for row in connection.execute(query.where(regel.client_id.in_(clients), regel.maand == month))
    ]
    numbers: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: row.id):
        numbers[row.id] = row.referentienummer
        stand = stands[row.client_id]
        if row.maand in stand.maanden and row.toewijzingnummer is not None:
            line = line_of(row, numbers.get(row.vorige_id, "") if row.vorige_id else "")
            rounding = load_afronding(row.afronding)
            state = (row.status, row.staat, row.opnieuw, row.sleutel, row.vorige_id, row.maand)
            found = Regel(row.id, *state, line, rounding, row.afgedaan)
            identity = (row.gemeente, row.toewijzingnummer, row.productcategorie, row.productcode, row.maand)
            stand.regels.setdefault(identity, []).append(found)
    _load_traces(connection, stands.values())
    _load_use(connection, stands, [identity for identity in limited if identity in stands], protocol)
    return stands


def line_of(row: Row[Any], vorig: str) -> Declaratieregel:
    """Return a row of the table `regel`, with bsn, declaratienummer and periode beside it, as a line."""
    return Declaratieregel(
        referentienummer=row.referentienummer,
        vorig_referentienummer=vorig,
        debetcredit=row.debetcredit,
        declaratienummer=row.declaratienummer,
        declaratieperiode=month_text(row.periode),
        contract=row.contract,
        aanbieder=row.aanbieder,
        gemeente=row.gemeente,
        bsn=row.bsn or "",
        toewijzingnummer=row.toewijzingnummer or 0,
        perceel=row.perceel,
        prestatiecode=row.prestatiecode,
        kwalificatieniveau=row.kwalificatieniveau,
        productcategorie=row.productcategorie,
        productcode=row.productcode,
        begindatum=row.begindatum,
        einddatum=row.einddatum,
        volume=row.volume,
        normtijd=row.normtijd,
        tarief_cent=row.tarief_cent,
        bedrag_cent=row.bedrag_cent,
        eenheid=row.eenheid,
        volume_bericht=row.volume_bericht,
        in_bericht=row.in_bericht,
    )


def _load_traces(connection: Connection, stands: Iterable[Clientstand]) -> None:
    owners = {one.id: stand for stand in stands for lines in stand.regels.values() for one in lines if one.staat}
    table = schema.herkomst.c
    query = select(table.regel_id, table.soort, table.bron, table.datum, table.eenheden, table.vinger)
    for row in among(connection, query, table.regel_id, owners):
        spoor = Spoor((row.soort, row.bron, row.datum), row.eenheden, row.vinger)
        owners[row.regel_id].sporen.setdefault(row.regel_id, []).append(spoor)


def _load_use(connection: Connection, stands: dict[int, Clientstand], limited: Sequence[int], protocol: Protocol) -> None:
    table = schema.regel.c
    keys = (table.client_id, table.gemeente, table.toewijzingnummer, table.eenheid, table.maand)
    query = select(*keys, func.sum(table.bedrag_cent), func.sum(table.volume_bericht)).where(table.staat == true()).group_by(*keys)
    rows: dict[tuple[int, str, int], list[tuple[str, int, int, int]]] = {}
    for identity, gemeente, nummer, eenheid, maand, cent, volume in among(connection, query, table.client_id, limited):
        if maand not in stands[identity].maanden:
            rows.setdefault((identity, gemeente, nummer), []).append((eenheid, maand, int(cent), int(volume)))
    for (identity, gemeente, nummer), lines in rows.items():
        stands[identity].gebruik[gemeente, nummer] = Verbruik.of(protocol, lines)
