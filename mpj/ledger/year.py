"""A year of care in sums, by the date of delivery: what was granted, is open and stands rejected, of an aanbieder or of a gemeente.

The same code sums both sides of the conversation. A rejected line counts until a later line of the same care follows it; a
correction is its credit, below zero, and its new debit. So the sums of a year are what its lines come to now, or came to on a day
(`peildatum`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from attrs import asdict, fields, frozen
from sqlalchemy import Connection, FromClause, and_, case, exists, extract, func, literal, or_, select, true

from mpj.engine.values import Identiteit
from mpj.ledger import schema
from mpj.ledger.rows import signed
from mpj.ledger.schema import AFGEKEURD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN, WACHT

OPEN = "open"
STATES = (TOEGEKEND, OPEN, AFGEKEURD)
PER_UUR = 60
"""Of a received line the price is that of 60 wire units: whole cents, whatever unit it travels in."""
_NOTHING = -1


@frozen(kw_only=True)
class Jaarsom:
    """What the lines of one code at one price come to; cents and units with credits subtracted. Names no client."""

    aanbieder: str
    gemeente: str
    perceel: str
    prestatiecode: str
    kwalificatieniveau: str
    productcategorie: str
    productcode: str
    normtijd: str
    """Empty, with perceel, prestatiecode and level, of what a gemeente received: a message does not tell."""
    eenheid: str
    tarief_cent: int
    """Per normed unit; of what was received the price of 60 wire units."""
    eerste: int
    laatste: int
    """The first and the last month of delivery."""
    eenheden: int
    """Normed units; of what was received wire units."""
    toegekend_cent: int
    open_cent: int
    afgekeurd_cent: int
    credit_cent: int
    """What was taken back of it, above zero."""
    toegekend_regels: int
    open_regels: int
    afgekeurd_regels: int
    clienten: int

    @property
    def ingediend_cent(self) -> int:
        """What was submitted: granted, open and rejected."""
        return self.toegekend_cent + self.open_cent + self.afgekeurd_cent


KEYS = tuple(one.name for one in fields(Jaarsom))[: [one.name for one in fields(Jaarsom)].index("eerste")]
"""The columns that sums are taken by."""


def receives(connection: Connection) -> bool:
    """Say whether the ledger is that of a gemeente: it received lines, and declared none."""
    has_lines = connection.execute(select(schema.regel.c.id).limit(1)).first()
    return not has_lines and connection.execute(select(schema.ontvangst.c.id).limit(1)).first() is not None


def sums(connection: Connection, jaar: int, peildatum: date | None = None) -> list[Jaarsom]:
    """Return the lines of a year in sums, by `KEYS`, in their order; as they stood on `peildatum`, None: now."""
    lines = _lines(connection, jaar, peildatum)
    keys = [lines.c[name] for name in KEYS]
    per_state = [func.sum(case((lines.c.stand == one, lines.c.cent), else_=0)) for one in STATES]
    counts = [func.sum(case((lines.c.stand == one, 1), else_=0)) for one in STATES]
    months = func.min(lines.c.maand), func.max(lines.c.maand)
    query = select(*keys, *months, func.sum(lines.c.eenheden), *per_state, func.sum(lines.c.credit), *counts).group_by(*keys)
    per_client = (
        select(*keys, lines.c.client_id).group_by(*keys, lines.c.client_id).having(func.sum(lines.c.eenheden) > 0).subquery()
    )
    groups = [per_client.c[name] for name in KEYS]
    clients = {tuple(row[:-1]): row[-1] for row in connection.execute(select(*groups, func.count()).group_by(*groups))}
    names = [one.name for one in fields(Jaarsom)]
    found = []
    for row in connection.execute(query):
        key, numbers = tuple(row[: len(KEYS)]), [int(one) for one in row[len(KEYS) :]]
        found.append(Jaarsom(**dict(zip(names, (*key, *numbers, clients.get(key, 0)), strict=True))))
    return sorted(found, key=lambda one: tuple(getattr(one, name) for name in KEYS))


def withdrawn(connection: Connection, jaar: int) -> dict[str, tuple[int, int]]:
    """Return, by gemeente, how many lines stand rejected whose care was withdrawn or moved since, and their cents."""
    table = schema.regel.c
    where = (
        table.afgedaan == true(),
        table.in_bericht == true(),
        table.status == AFGEKEURD,
        _in_year(table.maand, jaar),
        ~_followed(None),
    )
    query = select(table.gemeente, func.count(), func.sum(signed(table))).where(*where).group_by(table.gemeente)
    return {row[0]: (row[1], int(row[2])) for row in connection.execute(query)}


def digest(connection: Connection, jaar: int) -> str:
    """Return the SHA-256 of the lines of a year: number, state and amount of each, in order; it names no client."""
    found = sha256()
    table, received = schema.regel.c, schema.ontvangen_regel.c
    names = ("referentienummer", "debetcredit", "bedrag_cent")
    queries = (
        select(*(table[name] for name in names), table.status).where(_in_year(table.maand, jaar), table.in_bericht == true()),
        select(*(received[name] for name in names), received.stand).where(extract("year", received.begindatum) == jaar),
    )
    for query in queries:
        for row in connection.execution_options(yield_per=5000).execute(query.order_by(*query.selected_columns)):
            found.update(";".join(map(str, row)).encode() + b"\n")
    return found.hexdigest()


def dump(rows: Iterable[Jaarsom]) -> list[dict[str, Any]]:
    """Return sums as they are stored in the log of a year that is closed."""
    return [asdict(one) for one in rows]


def _in_year(month: Any, jaar: int) -> Any:
    return month.between(jaar * 12, jaar * 12 + 11)


def _lines(connection: Connection, jaar: int, peildatum: date | None) -> FromClause:
    """Return the lines that count: their keys, client_id, maand, stand, and cents and units with their sign."""
    return _received(jaar, peildatum) if receives(connection) else _declared(jaar, peildatum)


def _declared(jaar: int, peildatum: date | None) -> FromClause:
    table, made = schema.regel.c, schema.declaratie.c
    answered: Any = true()
    where = [table.in_bericht == true(), _in_year(table.maand, jaar)]
    waits: Any = table.status.in_((CONCEPT, VERZONDEN))
    if peildatum is not None:
        late = or_(made.afgesloten_op > peildatum, and_(made.afgesloten_op.is_(None), made.overgenomen != true()))
        answered, waits = ~func.coalesce(late, False), or_(waits, func.coalesce(late, False))
        where.append(made.dagtekening <= peildatum)
    stand = case(
        (waits, OPEN),
        (and_(table.status == TOEGEKEND, answered), TOEGEKEND),
        (and_(table.status == AFGEKEURD, answered, ~_followed(peildatum)), AFGEKEURD),
        else_="",
    )
    sign = case((table.debetcredit == "D", 1), else_=-1)
    amounts = (sign * table.volume).label("eenheden"), signed(table).label("cent")
    credit = case((and_(table.debetcredit == "C", table.status != AFGEKEURD), table.bedrag_cent), else_=0).label("credit")
    keys = [table[name] for name in KEYS]
    query = select(*keys, table.client_id, table.maand, stand.label("stand"), *amounts, credit)
    found = query.join(schema.declaratie, made.id == table.declaratie_id).where(*where).subquery()
    return select(found).where(found.c.stand != "").subquery()


def _followed(peildatum: date | None) -> Any:
    """Whether a later line follows up a rejected one: of the same care a debit, of the same line a credit."""
    table, later, made = schema.regel.c, schema.regel.alias("later"), schema.declaratie.alias("later_made")
    identity = [name for name in ("client_id", *Identiteit._fields) if name != "toewijzingnummer"]
    same = and_(
        *(later.c[name] == table[name] for name in (*identity, "debetcredit")),
        func.coalesce(later.c.toewijzingnummer, _NOTHING) == func.coalesce(table.toewijzingnummer, _NOTHING),
        later.c.declaratie_id > table.declaratie_id,
    )
    credit = and_(later.c.vorige_id == table.vorige_id, later.c.id > table.id)
    follows = or_(and_(table.debetcredit == "D", same), and_(table.debetcredit == "C", credit))
    alive = or_(later.c.status != NIET_VERZONDEN, later.c.opnieuw == true())
    where = [follows, alive, later.c.in_bericht == true(), made.c.id == later.c.declaratie_id]
    if peildatum is not None:
        where.append(made.c.dagtekening <= peildatum)
    return exists().where(*where).correlate(schema.regel)


def _received(jaar: int, peildatum: date | None) -> FromClause:
    table, message = schema.ontvangen_regel.c, schema.ontvangst.c
    where = [message.status != NIET_VERZONDEN, extract("year", table.begindatum) == jaar]
    if peildatum is not None:
        where.append(message.dagtekening <= peildatum)
    stand = case(
        (table.stand == WACHT, OPEN),
        (table.stand == TOEGEKEND, TOEGEKEND),
        (and_(table.stand == AFGEKEURD, ~_followed_received(peildatum)), AFGEKEURD),
        else_="",
    )
    sign = case((table.debetcredit == "D", 1), else_=-1)
    price = table.bedrag_cent * PER_UUR // func.nullif(table.volume, 0)
    values = {"tarief_cent": func.coalesce(price, 0)} | {
        name: literal("") for name in ("perceel", "prestatiecode", "kwalificatieniveau", "normtijd")
    }
    keys = [(values[name] if name in values else table[name]).label(name) for name in KEYS]
    month = (extract("year", table.begindatum) * 12 + extract("month", table.begindatum) - 1).label("maand")
    credit = case((and_(table.debetcredit == "C", table.stand != AFGEKEURD), table.bedrag_cent), else_=0).label("credit")
    amounts = (sign * table.volume).label("eenheden"), signed(table).label("cent")
    query = select(*keys, table.client_id, month, stand.label("stand"), *amounts, credit)
    found = query.join(schema.ontvangst, message.id == table.ontvangst_id).where(*where).subquery()
    return select(found).where(found.c.stand != "").subquery()


def _followed_received(peildatum: date | None) -> Any:
    """As `_followed`, of what was received: the same care is the same toewijzing, code without its category, and month."""
    table, later, message = schema.ontvangen_regel.c, schema.ontvangen_regel.alias("later"), schema.ontvangst.alias("later_message")
    month = [extract(part, later.c.begindatum) == extract(part, table.begindatum) for part in ("year", "month")]
    same = and_(
        *(later.c[name] == table[name] for name in ("client_id", "aanbieder", "gemeente", "debetcredit")),
        func.coalesce(later.c.toewijzingnummer, _NOTHING) == func.coalesce(table.toewijzingnummer, _NOTHING),
        func.substr(later.c.productcode, 3) == func.substr(table.productcode, 3),
        *month,
    )
    credit = and_(later.c.aanbieder == table.aanbieder, later.c.vorig_referentienummer == table.vorig_referentienummer)
    follows = or_(and_(table.debetcredit == "D", same), and_(table.debetcredit == "C", later.c.debetcredit == "C", credit))
    where = [follows, later.c.ontvangst_id > table.ontvangst_id]
    where += [message.c.id == later.c.ontvangst_id, message.c.status != NIET_VERZONDEN]
    if peildatum is not None:
        where.append(message.c.dagtekening <= peildatum)
    return exists().where(*where).correlate(schema.ontvangen_regel)
