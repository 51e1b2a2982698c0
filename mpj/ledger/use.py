"""How far the limits of each toewijzing are used: by what was granted, what was sent and what is a concept, and what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, TypeAlias, get_args

from attrs import field, frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, extract, func, or_, select, true

from mpj.engine.limits import Verbruik, counted, maximum_per_period, maximum_total
from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.codec import NOBODY, load
from mpj.ledger.looks import LimitRow, LimitStand
from mpj.ledger.protocols import last_protocol
from mpj.ledger.rows import among, counting, signed, streamed
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN, WACHT
from mpj.protocol import Protocol
from mpj.reading.fields import is_bsn
from mpj.reading.periods import month_text
from mpj.records.values import Toewijzing

WARN_PERCENT = 80
"""From here on a limit is nearly used up. At an even pace the last fifth of a toewijzing for a year lasts ten weeks: time for a run
to show it, for the request, and for the gemeente to answer that."""
EUROCENT = "eurocent"
_Key: TypeAlias = tuple[str, int]
_STATES = (TOEGEKEND, VERZONDEN, CONCEPT)


@frozen
class LimitUsage:
    """What is used of one toewijzing, by the state of the lines that use it."""

    by_state: Mapping[str, Verbruik] = field(factory=dict)
    cent: int | None = None
    """What the cheapest whole unit on it costs; None while it has no line."""
    volumes: Mapping[str, int] = field(factory=dict)
    """What the smallest whole unit on it counts, by what its wire unit counts."""
    maand: int | None = None
    """The last month in which anything is used."""
    cents: Mapping[int, int] = field(factory=dict)
    """The eurocents of each month."""

    @property
    def total(self) -> Verbruik:
        """All that is used."""
        return sum(self.by_state.values(), Verbruik())

    def months(self, eenheid: str) -> Mapping[int, int]:
        """Return what is used in each month, in eurocents or in what counts as `eenheid`."""
        if eenheid == EUROCENT:
            return self.cents
        return {month: volume for (telt, month), volume in self.total.volumes.items() if telt == eenheid}


def limits(connection: Connection, only: Collection[_Key] | None = None, protocol: Protocol | None = None) -> Iterator[LimitRow]:
    """Yield every limit of every toewijzing, or of `only` these (gemeente, number), with what is used of it.

    `protocol` is that of the lines, None: of the last declaration.

    An omvang per product period has a row for the last month in which it is used, and one for the whole toewijzing: without a
    maximum where that has no end.
    A number that could be a BSN is left out (None).
    """
    protocol = protocol or last_protocol(connection)
    limited = [one for one in current(connection, protocol, only) if one.budget_cent is not None or one.volume is not None]
    used = declared(connection, protocol, None if only is None else {one.sleutel for one in limited})
    for toewijzing in limited:
        yield from rows(protocol, toewijzing, used.get(toewijzing.sleutel, LimitUsage()))


def fullest(rows: Iterable[LimitRow]) -> Iterator[LimitRow]:
    """Yield one row of every limit that `limits` yields: of an omvang per period its last month, where that is fuller."""
    month: list[LimitRow] = []
    for row in rows:
        if row["maand"] is not None:
            month.append(row)
        else:
            yield max(row, *month, key=_fullness) if month else row
            month.clear()


def _fullness(row: LimitRow) -> tuple[int, Fraction]:
    maximum, rest = row["maximum"], row["rest"]
    used = Fraction(-1) if maximum is None or rest is None else Fraction(maximum - rest, max(maximum, 1))
    return get_args(LimitStand).index(row["stand"]), used


def pressed(connection: Connection, protocol: Protocol, regels: Iterable[Declaratieregel]) -> dict[str, int]:
    """Count the limits of toewijzingen with one of these lines that are nearly used up, and that are used up."""
    wanted = {(one.gemeente, one.toewijzingnummer) for one in regels}
    counts = Counter(row["stand"] for row in fullest(limits(connection, wanted, protocol)))
    return {stand: counts[stand] for stand in ("bijna_op", "op") if counts[stand]}


def current(connection: Connection, protocol: Protocol, only: Collection[_Key] | None = None) -> Iterator[Toewijzing]:
    """Yield the latest version of every toewijzing that was not removed, under a BSN that is nobody's, by gemeente and number."""
    table, latest = schema.toewijzing.c, dict[_Key, str]()
    query = select(table.gemeente, table.toewijzingnummer, table.inhoud).order_by(table.stempel)
    for row in _of(connection, query, table.toewijzingnummer, only):
        latest[row.gemeente, row.toewijzingnummer] = row.inhoud
    for _, inhoud in sorted(latest.items()):
        toewijzing = load(Toewijzing, inhoud, bsn=NOBODY)
        if toewijzing.reden_wijziging != protocol.reden_verwijderd:
            yield toewijzing


def _of(connection: Connection, query: Any, column: ColumnElement[int], only: Collection[_Key] | None) -> Iterator[Row[Any]]:
    if only is None:
        yield from streamed(connection, query)
        return
    for row in among(connection, query, column, sorted({nummer for _, nummer in only})):
        if (row.gemeente, row.toewijzingnummer) in only:
            yield row


def declared(connection: Connection, protocol: Protocol, only: Collection[_Key] | None = None) -> dict[_Key, LimitUsage]:
    """Return what lines that stand, and concepts, use of each toewijzing."""
    regel = schema.regel.c
    query = _used(regel, regel.status, regel.maand, "volume_bericht")
    where = or_(regel.staat == true(), and_(regel.status == CONCEPT, regel.in_bericht == true()))
    query = query.where(where).group_by(regel.normtijd, regel.tarief_cent)
    return _by_toewijzing(protocol, _of(connection, query, regel.toewijzingnummer, only))


def received(connection: Connection, protocol: Protocol) -> dict[_Key, LimitUsage]:
    """Return what the lines that a gemeente received use of each toewijzing; what waits for its answer counts as sent."""
    table, message = schema.ontvangen_regel.c, schema.ontvangst.c
    status = case((table.stand == WACHT, VERZONDEN), else_=table.stand)
    query = _used(table, status, month_column(table), "volume").join(schema.ontvangst, message.id == table.ontvangst_id)
    where = table.stand.in_((TOEGEKEND, WACHT)), message.status != NIET_VERZONDEN, counting()
    return _by_toewijzing(protocol, streamed(connection, query.where(*where).group_by(table.tarief_cent)))


def _used(table: Any, status: ColumnElement[str], month: ColumnElement[int], wire: str) -> Select[Any]:
    """Return the sums that `_sum` takes, by toewijzing, state, wire unit and month, those of a toewijzing after one another.

    `wire` is the column of wire volumes.
    """
    keys = table.gemeente, table.toewijzingnummer, status, table.eenheid, month
    sums = signed(table), signed(table, wire), table.bedrag_cent, table[wire], table.volume
    return select(*keys, *map(func.sum, sums)).group_by(*keys).order_by(*keys[:2])


def _by_toewijzing(protocol: Protocol, rows: Iterable[Any]) -> dict[_Key, LimitUsage]:
    counts = cache(partial(counted, protocol))
    return {key: _sum(counts, own) for key, own in groupby(rows, itemgetter(0, 1))}


def month_column(columns: Any) -> ColumnElement[int]:
    """Return the month of care of received lines in a query (`mpj.reading.periods`)."""
    return extract("year", columns.begindatum) * 12 + extract("month", columns.begindatum) - 1


def _sum(counts: Callable[[str], tuple[str, int]], rows: Iterable[Sequence[Any]]) -> LimitUsage:
    """Add up the rows of one toewijzing; `counts` tells what a wire unit counts and its weight."""
    cents: dict[str, int] = {}
    volumes: dict[str, dict[tuple[str, int], int]] = {}
    least: dict[str, int] = {}
    months: dict[int, int] = {}
    prices: list[int] = []
    for _, _, state, eenheid, *numbers in rows:
        month, cent, wire, all_cent, all_wire, units = map(int, numbers)
        telt, weight = counts(eenheid)
        months[month] = months.get(month, 0) + cent
        cents[state] = cents.get(state, 0) + cent
        volume = volumes.setdefault(state, {})
        volume[telt, month] = volume.get((telt, month), 0) + wire * weight
        if units:
            one = all_wire * weight // units
            least[telt] = min(one, least.get(telt, one))
            prices.append(all_cent // units)
    used = {state: Verbruik(cent, volumes[state]) for state, cent in cents.items()}
    return LimitUsage(used, min(prices, default=None), least, max(months), months)


def rows(protocol: Protocol, toewijzing: Toewijzing, used: LimitUsage) -> Iterator[LimitRow]:
    """Yield every limit of a toewijzing with what is used of it, as `limits` does.

    One in words that the protocol does not know has none: no care is billed on it (`toewijzing_ongeldig`).
    """
    words = ((toewijzing.eenheid, protocol.eenheden), (toewijzing.frequentie, protocol.frequenties))
    if any(word is not None and word not in known for word, known in words):
        return
    if toewijzing.budget_cent is not None:
        cents = {state: one.cent for state, one in used.by_state.items()}
        yield _row(toewijzing, ("budget", None, EUROCENT), toewijzing.budget_cent, cents, used.cent)
    if toewijzing.volume is None:
        return
    telt, weight = counted(protocol, toewijzing.eenheid or "")
    month = used.maand if used.total.volume(telt) else None
    period = None if month is None else maximum_per_period(protocol, toewijzing, month)
    places = [(month, period)] if period is not None else []
    for place, maximum in (*places, (None, maximum_total(protocol, toewijzing))):
        volumes = {state: one.volume(telt, place) for state, one in used.by_state.items()}
        most = None if maximum is None else maximum * weight
        yield _row(toewijzing, ("omvang", place, telt), most, volumes, used.volumes.get(telt))


def _row(
    toewijzing: Toewijzing,
    what: tuple[Literal["budget", "omvang"], int | None, str],
    maximum: int | None,
    used: Mapping[str, int],
    unit: int | None,
) -> LimitRow:
    soort, maand, eenheid = what
    granted, sent, concept = (used.get(state, 0) for state in _STATES)
    rest = None if maximum is None else maximum - granted - sent - concept
    return {
        "gemeente": toewijzing.gemeente,
        "toewijzingnummer": None if is_bsn(str(toewijzing.toewijzingnummer)) else toewijzing.toewijzingnummer,
        "prestatiecode": ",".join(toewijzing.prestatiecodes),
        "soort": soort,
        "maand": None if maand is None else month_text(maand),
        "eenheid": eenheid,
        "maximum": maximum,
        "toegekend": granted,
        "verzonden": sent,
        "concept": concept,
        "rest": rest,
        "stand": _stand(maximum, rest, unit),
    }


def _stand(maximum: int | None, rest: int | None, unit: int | None) -> LimitStand:
    """Say how full a limit is: `op` where nothing is left, or less than one whole unit of what is delivered on it."""
    if maximum is None or rest is None:
        return "ruim"
    if rest <= 0 or (unit is not None and rest < unit):
        return "op"
    return "bijna_op" if (maximum - rest) * 100 >= WARN_PERCENT * maximum else "ruim"
