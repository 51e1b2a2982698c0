"""The traffic of declarations and lines, of either side: what was answered and when, what was rejected at first and after that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, FromClause, Select, String, and_, case, cast, exists, func, or_, select, true

from mpj.engine.values import Identiteit
from mpj.ledger import schema
from mpj.ledger.rows import assigned
from mpj.ledger.schema import AFGEKEURD, BEANTWOORD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN, WACHT
from mpj.ledger.use import month_column

OPEN = "open"


@frozen
class Partner:
    """A month of declaring, of one gemeente and one aanbieder."""

    maand: int
    gemeente: str
    aanbieder: str


@frozen(kw_only=True)
class Reis:
    """A declaration and where it stands."""

    partner: Partner
    verzonden_op: date | None
    """None: a concept; of a gemeente the day of the message."""
    beantwoord_op: date | None
    """None: not answered, or of a gemeente, whose ledger does not keep that day."""
    open: bool
    """Sent, and without an answer."""


@frozen
class Regeltal:
    """Lines that share where they stand."""

    regels: int
    clienten: int
    cent: int


@frozen(kw_only=True)
class Regelsom:
    """The lines of a partner in sums; a first line is a debit of care that was declared for the first time."""

    partner: Partner
    beantwoord: Regeltal
    """The first lines that were granted or rejected."""
    afgekeurd: Regeltal
    """The first lines that were rejected."""
    wacht: int
    """How many first lines have no answer."""
    credit: Regeltal
    """Credits that were not rejected."""
    nagekomen: Regeltal
    """Debits of a month of care before that of declaring, that were not rejected."""


@frozen
class Afkeur:
    """First lines of one client that were rejected for the same reasons."""

    partner: Partner
    client: int
    codes: tuple[str, ...]
    regels: int
    cent: int


@frozen(kw_only=True)
class Voortijdig:
    """The lines of a partner of which the day of the toewijzing is known, and those with care of before that day."""

    partner: Partner
    regels: int
    clienten: int
    voor_regels: int
    voor_clienten: int


@frozen(kw_only=True)
class Herstel:
    """A line that was rejected, and when the same care was granted after that."""

    partner: Partner
    client: int
    afgekeurd_op: date | None
    toegekend_op: date | None
    in_maand: int | None
    """The month of declaring in which it was."""


def travels(connection: Connection, van: int, tot: int, *, ontvangen: bool) -> Iterator[Reis]:
    """Yield every declaration of these months that was not lost; one taken over from before the ledger is left out."""
    if ontvangen:
        message = schema.ontvangst.c
        query = select(message.maand, message.gemeente, message.aanbieder, message.dagtekening, message.status)
        for *place, dag, status in connection.execute(query.where(message.id > 0, message.maand.between(van, tot))):
            yield Reis(partner=Partner(*place), verzonden_op=dag, beantwoord_op=None, open=status == WACHT)
        return
    table = schema.declaratie.c
    query = select(table.maand, table.gemeente, table.aanbieder, table.verzonden_op, table.afgesloten_op, table.status)
    where = table.maand.between(van, tot), table.status.in_((CONCEPT, VERZONDEN, BEANTWOORD)), table.overgenomen != true()
    for row in connection.execute(query.where(*where)):
        answered = row.afgesloten_op if row.status == BEANTWOORD else None
        partner = Partner(row.maand, row.gemeente, row.aanbieder)
        yield Reis(partner=partner, verzonden_op=row.verzonden_op, beantwoord_op=answered, open=row.status == VERZONDEN)


def sums(connection: Connection, van: int, tot: int, *, ontvangen: bool) -> Iterator[Regelsom]:
    """Yield the lines of the declarations of these months in sums, by partner."""
    lines = _lines("line", ontvangen=ontvangen)
    names = (*_PARTNER, "client_id", "debetcredit", "zorgmaand", "stand", "cent")
    first = and_(lines.c.debetcredit == "D", ~_earlier(lines, ontvangen=ontvangen))
    query = select(*(lines.c[name] for name in names), first.label("eerste")).where(lines.c.maand.between(van, tot))
    # Kept apart: a database that moves `eerste` into each sum looks for the earlier line as many times.
    found = query.cte("found").prefix_with("MATERIALIZED").c
    counts = found.stand != AFGEKEURD
    groups = (
        and_(found.eerste, found.stand != OPEN),
        and_(found.eerste, found.stand == AFGEKEURD),
        and_(found.eerste, found.stand == OPEN),
        and_(found.debetcredit == "C", counts),
        and_(found.debetcredit == "D", counts, found.zorgmaand < found.maand),
    )
    place = [found[name] for name in _PARTNER]
    columns = [column for group in groups for column in _counted(found, group)]
    for row in connection.execute(select(*place, *columns).group_by(*place)):
        beantwoord, afgekeurd, wacht, credit, nagekomen = (
            Regeltal(*(int(one or 0) for one in row[start : start + 3])) for start in range(3, len(row), 3)
        )
        sums = {"beantwoord": beantwoord, "afgekeurd": afgekeurd, "credit": credit, "nagekomen": nagekomen}
        yield Regelsom(partner=Partner(*row[:3]), wacht=wacht.regels, **sums)


def _counted(found: Any, group: ColumnElement[bool]) -> Iterator[ColumnElement[int]]:
    """Yield the columns of a `Regeltal`."""
    yield func.count(case((group, 1)))
    yield func.count(case((group, found.client_id)).distinct())
    yield func.sum(case((group, found.cent)))


def rejections(connection: Connection, van: int, tot: int, *, ontvangen: bool) -> Iterator[Afkeur]:
    """Yield the first lines of these months that were rejected, by client and return codes."""
    lines = _lines("line", ontvangen=ontvangen)
    keys = [lines.c[name] for name in (*_PARTNER, "client_id", "codes")]
    where = lines.c.debetcredit == "D", lines.c.stand == AFGEKEURD, lines.c.maand.between(van, tot)
    query = select(*keys, func.count(), func.sum(lines.c.cent)).where(*where, ~_earlier(lines, ontvangen=ontvangen)).group_by(*keys)
    for *place, client, codes, regels, cent in connection.execute(query):
        yield Afkeur(Partner(*place), client, tuple(filter(None, codes.split(","))), regels, int(cent))


def repairs(connection: Connection, van: int, tot: int, *, ontvangen: bool) -> Iterator[Herstel]:
    """Yield every debit of these months that was rejected, with the first line of the same care that was granted after it."""
    lines, later = (_lines(name, ontvangen=ontvangen) for name in ("line", "later"))
    where = lines.c.debetcredit == "D", lines.c.stand == AFGEKEURD, lines.c.maand.between(van, tot)
    after = (*_same(later, lines), later.c.stand == TOEGEKEND, _before(lines, later))
    order = later.c.bericht, later.c.id
    granted: dict[int, tuple[date | None, int]] = {}
    for number, day, month in connection.execute(
        select(lines.c.id, later.c.op, later.c.maand).where(*where, *after).order_by(*order)
    ):
        granted.setdefault(number, (day, month))
    names = (*_PARTNER, "client_id", "op", "id")
    for *place, client, rejected, number in connection.execute(select(*(lines.c[name] for name in names)).where(*where)):
        day, month = granted.get(number, (None, None))
        yield Herstel(partner=Partner(*place), client=client, afgekeurd_op=rejected, toegekend_op=day, in_maand=month)


def before_toewijzing(connection: Connection, van: int, tot: int) -> Iterator[Voortijdig]:
    """Yield how many lines of an aanbieder in these months have care of before their toewijzing was given, by partner."""
    known, line, behind, made = schema.toewijzing.c, schema.regel.c, schema.herkomst.c, schema.declaratie.c
    # A stamp begins with its day, and compares as text.
    given = select(known.gemeente, known.toewijzingnummer, func.min(func.substr(known.stempel, 1, 10)).label("dag"))
    stamped = given.where(known.stempel != "").group_by(known.gemeente, known.toewijzingnummer).subquery()
    earliest = select(func.min(behind.datum)).where(behind.regel_id == line.id).scalar_subquery()
    query = select(made.maand, line.gemeente, line.aanbieder, line.client_id, stamped.c.dag, cast(earliest, String).label("zorg"))
    query = query.join(schema.declaratie, made.id == line.declaratie_id)
    query = query.join(stamped, and_(stamped.c.gemeente == line.gemeente, stamped.c.toewijzingnummer == line.toewijzingnummer))
    where = line.debetcredit == "D", line.in_bericht == true(), line.status.in_((VERZONDEN, TOEGEKEND, AFGEKEURD))
    # Kept apart: a database that moves `zorg` into each count looks for it as many times.
    found = query.where(made.maand.between(van, tot), *where).cte("found").prefix_with("MATERIALIZED").c
    early = found.zorg < found.dag
    place = [found[name] for name in _PARTNER]
    counts = (
        *(func.count(), func.count(found.client_id.distinct())),
        *(func.count(case((early, 1))), func.count(case((early, found.client_id)).distinct())),
    )
    for row in connection.execute(select(*place, *counts).where(found.zorg.is_not(None)).group_by(*place)):
        names = "regels", "clienten", "voor_regels", "voor_clienten"
        yield Voortijdig(partner=Partner(*row[:3]), **dict(zip(names, row[3:], strict=True)))


_PARTNER = ("maand", "gemeente", "aanbieder")
_CARE = ("client_id", *Identiteit._fields)


def _lines(name: str, *, ontvangen: bool) -> FromClause:
    """Return the lines of declarations that were not lost, of either side, and what is the same care as `zorg_`."""
    return (_received() if ontvangen else _declared()).subquery(name)


def _same(one: FromClause, other: FromClause) -> Iterator[ColumnElement[bool]]:
    """Yield what makes two lines of the same kind the same care."""
    for place in range(len(_CARE)):
        name = f"zorg_{place}"
        if name in one.c:
            yield one.c[name] == other.c[name]
    yield one.c.debetcredit == other.c.debetcredit


def _before(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return or_(one.c.bericht < other.c.bericht, and_(one.c.bericht == other.c.bericht, one.c.id < other.c.id))


def _earlier(lines: FromClause, *, ontvangen: bool) -> ColumnElement[bool]:
    """Whether the same care was declared before."""
    earlier = _lines("earlier", ontvangen=ontvangen)
    return exists().where(*_same(earlier, lines), _before(earlier, lines)).correlate(lines)


def _declared() -> Select[Any]:
    table, made, code = schema.regel.alias().c, schema.declaratie.alias().c, schema.afkeuring.alias().c
    stand = case((table.status.in_((CONCEPT, VERZONDEN)), OPEN), else_=table.status)
    codes = select(func.aggregate_strings(code.retourcode, ",")).where(code.regel_id == table.id).scalar_subquery()
    care = [assigned(table) if name == "toewijzingnummer" else table[name] for name in _CARE]
    columns = (
        *(made.maand, made.id.label("bericht"), table.id, table.gemeente, table.aanbieder, table.client_id, table.debetcredit),
        *(table.maand.label("zorgmaand"), table.bedrag_cent.label("cent"), made.afgesloten_op.label("op"), stand.label("stand")),
        func.coalesce(codes, "").label("codes"),
        *(one.label(f"zorg_{place}") for place, one in enumerate(care)),
    )
    where = table.in_bericht == true(), table.status != NIET_VERZONDEN, made.overgenomen != true(), made.id == table.declaratie_id
    return select(*columns).where(*where)


def _received() -> Select[Any]:
    table, message = schema.ontvangen_regel.alias().c, schema.ontvangst.alias().c
    stand = case((table.stand == WACHT, OPEN), else_=table.stand)
    month = month_column(table)
    care = table.client_id, table.gemeente, assigned(table), table.aanbieder, table.zorg, month
    columns = (
        *(
            message.maand,
            message.id.label("bericht"),
            table.id,
            table.gemeente,
            table.aanbieder,
            table.client_id,
            table.debetcredit,
        ),
        *(month.label("zorgmaand"), table.bedrag_cent.label("cent"), message.dagtekening.label("op"), stand.label("stand")),
        table.retourcodes.label("codes"),
        *(one.label(f"zorg_{place}") for place, one in enumerate(care)),
    )
    return select(*columns).where(message.status != NIET_VERZONDEN, message.id > 0, message.id == table.ontvangst_id)
