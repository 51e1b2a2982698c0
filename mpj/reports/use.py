"""Use of limits: per toewijzing, gemeente and ceiling of a contract what is used and left, and on which day it is used up.

Of a gemeente also the work that it may expect: toewijzingen that were valid in a month that is past, of which nothing came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

from attrs import field, frozen

from mpj.contract import Contract
from mpj.engine.matching import Dekkingen
from mpj.engine.told import LapseSummary
from mpj.ledger import Ledger, use
from mpj.ledger.ceilings import Plafondstand, ceilings
from mpj.ledger.deadlines import lapses
from mpj.ledger.looks import LimitRow
from mpj.ledger.protocols import last_protocol
from mpj.ledger.schema import CONCEPT, TOEGEKEND, VERZONDEN
from mpj.ledger.year import receives
from mpj.protocol import Protocol
from mpj.reading.faults import Fault
from mpj.reading.periods import days, first_day, last_day, month_of
from mpj.records.toewijzingen import OngeldigeToewijzing, unfit
from mpj.records.values import Toewijzing
from mpj.reports.expected import Verwacht, assigned_codes, expected
from mpj.reports.waiting import Wacht, aside, waiting
from mpj.tariefkaart import Tariefkaarten

PACE_MONTHS = 3
_YEAR = 12
_FAR = 3660
"""In days: what is left for longer than that is not said to be used up."""


@frozen(kw_only=True)
class Gebruik:
    """A row of gebruik.csv: one limit. Amounts in eurocents, or in what `eenheid` counts."""

    gemeente: str
    toewijzingnummer: str
    """Empty for a ceiling."""
    prestatiecode: str
    soort: str
    """budget, omvang or plafond."""
    eenheid: str
    maximum: int | None
    """None for an omvang per period without end."""
    toegekend: int
    verzonden: int
    """Of a gemeente: what came and was not answered."""
    concept: int
    rest: int | None
    """Below zero where a ceiling was passed."""
    einddatum: date | None
    """The last day of the toewijzing or contract."""
    contract: str = ""
    """Of a ceiling."""
    op_datum: date | None = None
    """The day on which it is used up at the pace of the last three months; None: not before it ends."""
    op_datum_vorig_jaar: date | None = None
    """The same at the pace of those months of last year."""


@frozen(kw_only=True)
class Gebruiksbeeld:
    """Use of limits on a day."""

    op: date
    ontvangen: bool
    """Whether it is what a gemeente received, rather than what an aanbieder declared."""
    gebruik: tuple[Gebruik, ...]
    """By the day on which they are used up, then by place."""
    wacht: tuple[Wacht, ...] = ()
    vervalt: tuple[LapseSummary, ...] | None = ()
    """What of that can be declared until a day that is near, or has passed, by the terms of contracts; None: none was given."""
    verwacht: tuple[Verwacht, ...] = ()
    zonder_plafond: int = 0
    """Eurocents that fall under no contract that was given; 0 where none was."""
    meldingen: tuple[Fault, ...] = ()
    """What there is to say of the toewijzingen that were given: rows that are in no report."""

    @property
    def op_deze_maand(self) -> tuple[Gebruik, ...]:
        """What is used up by the end of the month of that day, or ends in it, the first one first; what ended before is over."""
        month = month_of(self.op)
        running = [one for one in self.gebruik if one.einddatum is None or month_of(one.einddatum) >= month]
        days = ((one.op_datum or one.einddatum, one) for one in running)
        found = [(day, one) for day, one in days if day is not None and month_of(day) <= month]
        return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


@frozen(kw_only=True)
class Gebruiksvraag:
    """What is asked."""

    op: date
    contracten: Sequence[Contract] = ()
    """Tell the ceilings, and what waiting care may be worth."""
    toewijzingen: Sequence[Toewijzing | OngeldigeToewijzing] = field(factory=tuple)
    """Of a gemeente, whose ledger holds none."""


def read_use(ledger: Ledger, asked: Gebruiksvraag) -> Gebruiksbeeld:
    """Return the use of every limit that a ledger knows. Names no client. Raises InputError for a ledger that cannot be used."""
    with ledger.database.transaction(write=False) as connection:
        protocol, ontvangen = last_protocol(connection), receives(connection)
        known = Dekkingen(asked.toewijzingen, Tariefkaarten(()), protocol)
        given = [one for one in known.toewijzingen if one.reden_wijziging != protocol.reden_verwijderd]
        used = (use.received if ontvangen else use.declared)(connection, protocol)
        found = [
            _of_toewijzing(protocol, one, used.get(one.sleutel, use.LimitUsage()), row, asked.op)
            for one in (given if ontvangen else use.current(connection, protocol))
            for row in use.rows(protocol, one, used.get(one.sleutel, use.LimitUsage()))
            if row["maand"] is None
        ]
        standing, outside = ceilings(connection, asked.contracten, ontvangen=ontvangen)
        found += [_of_ceiling(one, asked.op) for one in standing]
        waits = [] if ontvangen else aside(connection, protocol, asked.contracten)
        return Gebruiksbeeld(
            op=asked.op,
            ontvangen=ontvangen,
            gebruik=tuple(sorted(found, key=_order)),
            wacht=tuple(waiting(waits)),
            vervalt=tuple(lapses(asked.contracten, waits, asked.op)) if asked.contracten else None,
            verwacht=tuple(expected(connection, protocol, given, asked.op)) if ontvangen else (),
            zonder_plafond=outside,
            meldingen=(*unfit(known.ongeldig), *known.meldingen) if ontvangen else (),
        )


def _order(one: Gebruik) -> tuple[object, ...]:
    return one.op_datum or date.max, one.gemeente, one.toewijzingnummer.zfill(9), one.contract, one.prestatiecode, one.soort


def _of_toewijzing(protocol: Protocol, one: Toewijzing, used: use.LimitUsage, row: LimitRow, op: date) -> Gebruik:
    if row["stand"] == "op":
        passed = last_day(used.maand) if used.maand is not None else one.begindatum
        ends: _Ends = (passed, passed)
    else:
        term = _Term(row["maximum"], row["rest"], one.begindatum, one.einddatum)
        ends = term.ends(used.months(row["eenheid"]), op)
    return Gebruik(
        gemeente=one.gemeente,
        toewijzingnummer=str(row["toewijzingnummer"] or ""),
        prestatiecode=",".join(assigned_codes(protocol, one)),
        soort=row["soort"],
        eenheid=row["eenheid"],
        maximum=row["maximum"],
        toegekend=row["toegekend"],
        verzonden=row["verzonden"],
        concept=row["concept"],
        rest=row["rest"],
        einddatum=one.einddatum,
        op_datum=ends[0],
        op_datum_vorig_jaar=ends[1],
    )


def _of_ceiling(one: Plafondstand, op: date) -> Gebruik:
    rest = one.maximum - sum(one.staten.values())
    ends = _Term(one.maximum, rest, one.begindatum, one.einddatum).ends(one.maanden, op)
    return Gebruik(
        gemeente=one.gemeente,
        toewijzingnummer="",
        prestatiecode=one.prestatiecode,
        soort="plafond",
        eenheid=use.EUROCENT,
        maximum=one.maximum,
        toegekend=one.staten.get(TOEGEKEND, 0),
        verzonden=one.staten.get(VERZONDEN, 0),
        concept=one.staten.get(CONCEPT, 0),
        rest=rest,
        einddatum=one.einddatum,
        contract=one.contract,
        op_datum=ends[0],
        op_datum_vorig_jaar=ends[1],
    )


_Ends: TypeAlias = tuple[date | None, date | None]
"""When a limit is used up: at the pace of the last months, and of those of last year."""


@frozen
class _Term:
    """What a limit allows and leaves, and from when until when it stands."""

    maximum: int | None
    rest: int | None
    begindatum: date
    einddatum: date | None

    def ends(self, months: Mapping[int, int], op: date) -> _Ends:
        """Return on which days it is used up, by what was used in each month."""
        if self.rest is None or self.maximum is None:
            return None, None
        if self.rest <= 0:
            passed = last_day(_filled(months, self.maximum))
            return passed, passed
        last = month_of(op) - 1
        since = max([last, *(month for month, used in months.items() if used > 0)])
        return self._at(months, last, since), self._at(months, last - _YEAR, since)

    def _at(self, months: Mapping[int, int], last: int, since: int) -> date | None:
        """Return the day at the pace of the months that end with `last`; None where it is not before the limit ends."""
        used = sum([months.get(month, 0) for month in range(last - PACE_MONTHS + 1, last + 1)])
        if used <= 0 or self.rest is None:
            return None
        span = days(max(first_day(last - PACE_MONTHS + 1), self.begindatum), last_day(last))
        day = runs_out(self.rest, used, span, last_day(since))
        return None if day is None or (self.einddatum is not None and day > self.einddatum) else day


def runs_out(rest: int, used: int, span: int, since: date) -> date | None:
    """Return the day on which `rest` is used up after `since`, at `used` in `span` days; None where it lasts ten years.

    >>> runs_out(300, 900, 90, date(2026, 3, 31)).isoformat()
    '2026-04-30'
    """
    needed = -(-rest * span // used) if used > 0 and span > 0 else _FAR + 1
    return None if needed > _FAR else since + timedelta(days=needed)


def _filled(months: Mapping[int, int], maximum: int) -> int:
    """Return the month in which care reached a maximum."""
    total = 0
    for month, used in sorted(months.items()):
        total += used
        if total >= maximum:
            return month
    return max(months)


def in_cents(rows: Iterable[Gebruik], soorten: Sequence[str]) -> Iterator[Gebruik]:
    """Yield the rows of these kinds that are amounts."""
    return (one for one in rows if one.eenheid == use.EUROCENT and one.soort in soorten)
