"""The work that a gemeente may expect: assigned and valid in a month that is past, and nothing of it was declared yet.

It is a range, beside figures that are exact: a child may have had no care in the month at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from attrs import frozen
from sqlalchemy import Connection, func, select

from mpj.engine.limits import counted, maximum_per_period
from mpj.ledger import schema
from mpj.ledger.schema import NIET_VERZONDEN
from mpj.ledger.use import month_column
from mpj.protocol import Protocol, decode
from mpj.reading.periods import month_of, month_text
from mpj.records.values import Toewijzing

_Months = Mapping[tuple[str, int], Mapping[int, int]]
"""By toewijzing and month of care the eurocents that were declared, in whatever state."""


@frozen(kw_only=True)
class Verwacht:
    """A row of verwacht.csv: what may still come of one month of one aanbieder, in eurocents."""

    gemeente: str
    aanbieder: str
    maand: str
    toewijzingen: int
    """How many were valid, of which nothing came."""
    laag_cent: int
    """The least that a month of these toewijzingen came to before; nothing of those of which nothing ever came."""
    hoog_cent: int
    """What omvang and budget allow, else the most that a month came to."""
    zonder_schatting: int
    """How many have neither, and are in no amount."""


def expected(connection: Connection, protocol: Protocol, toewijzingen: Iterable[Toewijzing], op: date) -> Iterator[Verwacht]:
    """Yield what may still come of the months before that of `op`, from the first month of which anything came."""
    came = _came(connection)
    prices = _prices(connection, protocol)
    first = min((month for months in came.values() for month in months), default=None)
    found: dict[tuple[str, str, int], list[tuple[int, int] | None]] = {}
    for one in toewijzingen if first is not None else ():
        assert first is not None
        months = came.get(one.sleutel, {})
        last = month_of(op) - 1 if one.einddatum is None else min(month_of(op) - 1, month_of(one.einddatum))
        for month in range(max(first, month_of(one.begindatum)), last + 1):
            if month not in months:
                place = found.setdefault((one.gemeente, one.aanbieder, month), [])
                place.append(_range(protocol, one, month, months, prices))
    for (gemeente, aanbieder, month), ranges in sorted(found.items()):
        known = [pair for pair in ranges if pair is not None]
        yield Verwacht(
            gemeente=gemeente,
            aanbieder=aanbieder,
            maand=month_text(month),
            toewijzingen=len(ranges),
            laag_cent=sum(low for low, _ in known),
            hoog_cent=sum(high for _, high in known),
            zonder_schatting=len(ranges) - len(known),
        )


def _range(
    protocol: Protocol, one: Toewijzing, month: int, months: Mapping[int, int], prices: Mapping[tuple[str, str], Fraction]
) -> tuple[int, int] | None:
    """Return what a month of a toewijzing may come to, None where nothing tells."""
    usual = [cent for cent in months.values() if cent > 0]
    telt, weight = counted(protocol, one.eenheid or "")
    most = maximum_per_period(protocol, one, month)
    price = max((prices[code, telt] for code in assigned_codes(protocol, one) if (code, telt) in prices), default=None)
    limits = [] if most is None or price is None else [int(most * weight * price)]
    if one.budget_cent is not None:
        limits.append(max(0, one.budget_cent - sum(months.values())))
    high = min(limits) if limits else max(usual, default=None)
    return None if high is None else (min([high, *usual]) if usual else 0, high)


def assigned_codes(protocol: Protocol, one: Toewijzing) -> tuple[str, ...]:
    """Return the prestatiecodes that a toewijzing names; of a product code what the default scheme says, else that code."""
    return one.prestatiecodes or ((meant(protocol, one.productcode),) if one.productcode else ())


def meant(protocol: Protocol, productcode: str) -> str:
    """Return the prestatiecode of a product code by the default scheme, the code itself where it has none."""
    decoded = decode(protocol, productcode)
    return productcode if decoded is None else decoded.prestatiecode


def _came(connection: Connection) -> _Months:
    table, message = schema.ontvangen_regel.c, schema.ontvangst.c
    keys = (table.gemeente, table.toewijzingnummer, month_column(table), table.debetcredit)
    query = select(*keys, func.sum(table.bedrag_cent)).group_by(*keys).join(schema.ontvangst, message.id == table.ontvangst_id)
    found: dict[tuple[str, int], dict[int, int]] = {}
    where = message.status != NIET_VERZONDEN, table.toewijzingnummer.is_not(None)
    for gemeente, nummer, maand, kind, cent in connection.execute(query.where(*where)):
        months = found.setdefault((gemeente, int(nummer)), {})
        months[int(maand)] = months.get(int(maand), 0) + (int(cent) if kind == "D" else -int(cent))
    return found


def _prices(connection: Connection, protocol: Protocol) -> Mapping[tuple[str, str], Fraction]:
    """Return the mean eurocents of what one wire unit counts, by prestatiecode and what is counted, of all debit lines."""
    table = schema.ontvangen_regel.c
    query = select(table.productcode, table.eenheid, func.sum(table.bedrag_cent), func.sum(table.volume))
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for code, eenheid, cent, volume in connection.execute(
        query.where(table.debetcredit == "D").group_by(table.productcode, table.eenheid)
    ):
        telt, weight = counted(protocol, eenheid)
        key = meant(protocol, code), telt
        before = sums.get(key, (0, 0))
        sums[key] = before[0] + int(cent), before[1] + int(volume) * weight
    return {key: Fraction(cent, volume) for key, (cent, volume) in sums.items() if volume}
