"""A year of care in sums, by the date of delivery: what was granted, is open and stands rejected, of an aanbieder or of a gemeente.

The same code sums both sides of the conversation. A rejected line counts until a later line of the same care follows it; a
correction is its credit, below zero, and its new debit. So the sums of a year are what its lines come to now, or came to on a day
(`peildatum`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby
from typing import Any

from attrs import asdict, fields, frozen
from sqlalchemy import Connection, FromClause, and_, case, exists, extract, func, literal, or_, select, true

from mpj.engine.values import Identiteit
from mpj.ledger import schema
from mpj.ledger.rows import assigned, batches, signed, streamed
from mpj.ledger.schema import AFGEKEURD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN, WACHT
from mpj.reading.faults import Fault, InputError

OPEN = "open"
QUARTER = 3
STATES = (TOEGEKEND, OPEN, AFGEKEURD)
PER_UUR = 60
"""Of a received line the price is that of 60 wire units: whole cents, whatever unit it travels in."""


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


def refuse_received(connection: Connection, verwacht: str) -> None:
    """Raise InputError in the ledger of a gemeente: what is asked is about declarations of its own, of which it has none."""
    if receives(connection):
        text = "dit is het ledger van een gemeente: het ontving declaraties en maakte er zelf geen"
        raise InputError(Fault("ledger_van_gemeente", "", 0, "ledger", "", verwacht, text))


def sums(connection: Connection, jaar: int, peildatum: date | None = None) -> list[Jaarsom]:
    """Return the lines of a year in sums, by `KEYS`, in their order; as they stood on `peildatum`, None: now."""
    lines = _lines(connection, jaar, peildatum)
    keys = [lines.c[name] for name in KEYS]
    per_state = [func.sum(case((lines.c.stand == one, lines.c.cent), else_=0)) for one in STATES]
    counts = [func.sum(case((lines.c.stand == one, 1), else_=0)) for one in STATES]
    added = [func.sum(lines.c.eenheden), *per_state, func.sum(lines.c.credit), *counts]
    columns = [column.label(f"som_{place}") for place, column in enumerate(added)]
    months = func.min(lines.c.maand).label("eerste"), func.max(lines.c.maand).label("laatste")
    own = select(*keys, *months, *columns).group_by(*keys, lines.c.client_id).subquery().c
    clients = func.sum(case((own.som_0 > 0, 1), else_=0))
    names = [own[name] for name in KEYS]
    query = select(*names, func.min(own.eerste), func.max(own.laatste), *(func.sum(own[one.name]) for one in columns), clients)
    rows = ((*row[: len(KEYS)], *map(int, row[len(KEYS) :])) for row in connection.execute(query.group_by(*names)))
    found = (Jaarsom(**dict(zip((one.name for one in fields(Jaarsom)), row, strict=True))) for row in rows)
    return sorted(found, key=lambda one: tuple(getattr(one, name) for name in KEYS))


def per_client(connection: Connection, jaar: int) -> Iterator[tuple[tuple[Any, ...], int, int, int, int, int]]:
    """Yield the care of a year that was not rejected, by quarter.

    Each its `KEYS`, the ledger's number of the client, the first month, the months of the quarter (1, 2 and 4 added up), units and
    eurocents.
    """
    lines = _lines(connection, jaar, None).c
    keys = [*(lines[name] for name in KEYS), lines.client_id, lines.maand // QUARTER]
    months = [func.max(case((lines.maand % QUARTER == turn, 1 << turn), else_=0)) for turn in range(QUARTER)]
    numbers = func.min(lines.maand), months[0] + months[1] + months[2], func.sum(lines.eenheden), func.sum(lines.cent)
    query = select(*keys[:-1], *numbers).where(lines.stand != AFGEKEURD).group_by(*keys)
    size = len(KEYS)
    for row in streamed(connection, query):
        yield tuple(row[:size]), row[size], *map(int, row[size + 1 :])


def per_month(connection: Connection, jaar: int, peildatum: date | None = None) -> dict[tuple[str, int], int]:
    """Return what was declared of each gemeente and month of a year and was not rejected, in eurocents, as `sums` sees it."""
    lines = _lines(connection, jaar, peildatum)
    keys = lines.c.gemeente, lines.c.maand
    query = select(*keys, func.sum(lines.c.cent)).where(lines.c.stand != AFGEKEURD).group_by(*keys)
    return {(gemeente, int(month)): int(cent) for gemeente, month, cent in connection.execute(query)}


def submitted(connection: Connection) -> dict[str, int]:
    """Return by gemeente what was sent, over all years, in eurocents: granted, without answer, or rejected and not sent again."""
    table = schema.regel.c
    rejected = and_(table.status == AFGEKEURD, ~_followed(None, sent=True))
    counts = or_(table.status.in_((VERZONDEN, TOEGEKEND)), rejected)
    query = select(table.gemeente, func.sum(signed(table))).where(table.in_bericht == true(), counts).group_by(table.gemeente)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def paid(connection: Connection, jaar: int, peildatum: date | None = None) -> dict[tuple[Any, ...], int] | None:
    """Return what was paid for the lines of a year, by `KEYS`, in eurocents; None where no payment is known by that day.

    What was paid on a declaration is spread over its lines that stand, of whatever year, by their amounts (`spread`); over all of
    its lines where none does.
    """
    line, coupled, payment = schema.regel.c, schema.koppeling.c, schema.betaling.c
    known = true() if peildatum is None else payment.datum <= peildatum
    if connection.execute(select(payment.id).where(known).limit(1)).first() is None:
        return None
    query = select(coupled.declaratie_id, func.sum(coupled.cent)).join(schema.betaling, payment.id == coupled.betaling_id)
    of_made = {number: int(cent) for number, cent in connection.execute(query.where(known).group_by(coupled.declaratie_id))}
    keys = [line.declaratie_id, line.status != AFGEKEURD, line.maand // 12, *(line[name] for name in KEYS)]
    rows = select(*keys, func.sum(signed(line))).where(line.in_bericht == true()).group_by(*keys).order_by(*keys)
    of_coupled = rows.where(line.declaratie_id.in_(select(coupled.declaratie_id)))
    found: dict[tuple[Any, ...], int] = {}
    for number, own in groupby(connection.execute(of_coupled), lambda row: row[0]):
        every = list(own)
        stands = [row for row in every if row[1]] or every
        for row, cent in zip(stands, spread(of_made.get(number, 0), [int(row[-1]) for row in stands]), strict=True):
            if row[2] == jaar and cent:
                key = tuple(row[3:-1])
                found[key] = found.get(key, 0) + cent
    return found


def spread(cent: int, amounts: Sequence[int]) -> Iterator[int]:
    """Yield the part of `cent` that goes to each amount: together all of it, and each its own where it is their sum.

    >>> list(spread(100, [1, 1, 1])), list(spread(30, [20, 15, -5]))
    ([33, 33, 34], [20, 15, -5])
    """
    total, run, before = sum(amounts), 0, 0
    for place, amount in enumerate(amounts, 1):
        run += amount
        now = cent * run // total if total else cent * (place == len(amounts))
        yield now - before
        before = now


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
        for part in batches(connection, query.order_by(*query.selected_columns)):
            found.update("".join([f"{number};{kind};{cent};{stand}\n" for number, kind, cent, stand in part]).encode())
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
    beside = and_(table.perceel == "", table.prestatiecode == table.productcode)
    code = case((beside, ""), else_=table.prestatiecode)
    keys = [(code if name == "prestatiecode" else table[name]).label(name) for name in KEYS]
    query = select(*keys, table.client_id, table.maand, stand.label("stand"), *amounts, credit)
    found = query.join(schema.declaratie, made.id == table.declaratie_id).where(*where).subquery()
    return select(found).where(found.c.stand != "").subquery()


def _followed(peildatum: date | None, *, sent: bool = False) -> Any:
    """Whether a later line (that was `sent`) follows up a rejected one: of the same care a debit, of the same line a credit."""
    table, later, made = schema.regel.c, schema.regel.alias("later"), schema.declaratie.alias("later_made")
    identity = [name for name in ("client_id", *Identiteit._fields) if name != "toewijzingnummer"]
    same = and_(
        *(later.c[name] == table[name] for name in (*identity, "debetcredit")),
        assigned(later.c) == assigned(table),
        later.c.declaratie_id > table.declaratie_id,
    )
    credit = and_(later.c.vorige_id == table.vorige_id, later.c.id > table.id)
    follows = or_(and_(table.debetcredit == "D", same), and_(table.debetcredit == "C", credit))
    alive = or_(later.c.status != NIET_VERZONDEN, later.c.opnieuw == true())
    where = [follows, alive, later.c.in_bericht == true(), made.c.id == later.c.declaratie_id]
    if sent:
        where.append(later.c.status != CONCEPT)
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
        *(later.c[name] == table[name] for name in ("client_id", "aanbieder", "gemeente", "zorg", "debetcredit")),
        assigned(later.c) == assigned(table),
        *month,
    )
    credit = and_(later.c.aanbieder == table.aanbieder, later.c.vorig_referentienummer == table.vorig_referentienummer)
    follows = or_(and_(table.debetcredit == "D", same), and_(table.debetcredit == "C", later.c.debetcredit == "C", credit))
    where = [follows, later.c.ontvangst_id > table.ontvangst_id]
    where += [message.c.id == later.c.ontvangst_id, message.c.status != NIET_VERZONDEN]
    if peildatum is not None:
        where.append(message.c.dagtekening <= peildatum)
    return exists().where(*where).correlate(schema.ontvangen_regel)
