"""Stays: a row for each unbroken part, weekends away as rows of their own, open as long as the client still stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

from attrs import evolve, frozen

from mpj.demo.chance import between, happens, one_of, weighted
from mpj.demo.clients import DemoCare, DemoClient
from mpj.demo.mess import VERBLIJF_MESS, Mess, table
from mpj.reading.periods import days, first_day, last_day

AWAY = weighted([("weekendverlof", 70), ("ziekenhuis", 10), ("vakantie", 10), ("afwezig", 10)])
STILL_STAYING_PERMILLE = 800
_MESS = table(VERBLIJF_MESS)
_PRESENT = ""
_DAY = timedelta(days=1)


@frozen(kw_only=True)
class VerblijfRow:
    """A row of verblijf.csv; every field is text, empty is absent."""

    id: str
    bsn: str
    begindatum: str
    einddatum: str = ""
    prestatiecode: str = ""
    toewijzingnummer: str = ""
    gemeente: str = ""
    aanwezigheid: str = ""


@frozen
class StayPart:
    """An unbroken part of a stay, both days included; `einde` None is still staying; `away` "" is present."""

    begin: date
    einde: date | None
    away: str


def stay_parts(rng: Random, care: DemoCare, count: int, month: int) -> tuple[StayPart, ...]:
    """Return the stay of one client in the month as exactly `count` parts, in order of date."""
    begin, end = care.window
    still = end == last_day(month) and happens(rng, STILL_STAYING_PERMILLE)
    if not still and end == last_day(month):
        end = max(begin, end - between(rng, 1, 12) * _DAY)
    parts = _with_weekends(rng, begin, end, (count - 1) // 2)
    while len(parts) < count:
        parts = _one_more(rng, parts)
    parts = parts[:count]
    if still and not parts[-1].away:
        parts[-1] = evolve(parts[-1], einde=None)
    return tuple(parts)


def _with_weekends(rng: Random, begin: date, end: date, wanted: int) -> list[StayPart]:
    """Cut a stay by at most `wanted` weekends away, none at its very begin or end."""
    saturdays = [
        day for offset in range(1, days(begin, end) - 2) if (day := begin + offset * _DAY).weekday() == 5 and day + _DAY < end
    ]
    away = sorted(rng.sample(saturdays, min(wanted, len(saturdays))))
    parts, at = [], begin
    for saturday in away:
        parts.append(StayPart(at, saturday - _DAY, _PRESENT))
        parts.append(StayPart(saturday, saturday + _DAY, AWAY.draw(rng)))
        at = saturday + 2 * _DAY
    return [*parts, StayPart(at, end, _PRESENT)]


def _one_more(rng: Random, parts: list[StayPart]) -> list[StayPart]:
    """Split the longest part in two, as a move to another group would; single days are doubled instead."""
    index = max(range(len(parts)), key=lambda number: (_length(parts[number]), -number))
    part = parts[index]
    length = _length(part)
    if part.einde is None or length < 2:
        return [*parts, parts[-1]]
    cut = part.begin + between(rng, 1, length - 1) * _DAY
    return [*parts[:index], evolve(part, einde=cut - _DAY), evolve(part, begin=cut), *parts[index + 1 :]]


def _length(part: StayPart) -> int:
    return days(part.begin, part.einde) if part.einde else 0


def present_days(parts: tuple[StayPart, ...], month: int) -> int:
    """Return how many days of the parts were spent there."""
    return sum(days(part.begin, part.einde or last_day(month)) for part in parts if not part.away)


def verblijf_rows(
    rng: Random, client: DemoClient, care: DemoCare, parts: tuple[StayPart, ...], month: int, ids: Iterator[str]
) -> Iterator[tuple[VerblijfRow, Mess, bool]]:
    """Yield the rows of a stay, each with the mess that was drawn for it and whether that changed anything."""
    shows_gemeente = care.plan.mess != "andere_gemeente" and happens(rng, 600)
    number = str(care.plan.nummer) if care.numbered else ""
    last_counts = care.plan.offer.contract.last_day_counts
    for part in parts:
        # Where the day of departure does not count, it is written down all the same.
        einde = part.einde if part.einde is None or last_counts else part.einde + _DAY
        row = VerblijfRow(
            id=next(ids),
            bsn=client.bsn,
            begindatum=part.begin.isoformat(),
            einddatum=einde.isoformat() if einde else "",
            prestatiecode=care.plan.offer.prestatiecode.code,
            toewijzingnummer=number,
            gemeente=client.gemeente if shows_gemeente else "",
            aanwezigheid=part.away or one_of(rng, ("aanwezig", "")),
        )
        mess = _MESS.draw(rng)
        change = _CHANGES.get(mess.naam)
        written = change(rng, row, month) if change else row
        yield written, mess, written != row


Change = Callable[[Random, VerblijfRow, int], VerblijfRow]


def _sooner(rng: Random, row: VerblijfRow, month: int) -> VerblijfRow:
    if row.begindatum == first_day(month).isoformat():
        return row
    return evolve(row, begindatum=(date.fromisoformat(row.begindatum) - between(rng, 3, 5) * _DAY).isoformat())


def _before_the_month(rng: Random, row: VerblijfRow, month: int) -> VerblijfRow:
    if row.begindatum != first_day(month).isoformat():
        return row
    return evolve(row, begindatum=(first_day(month) - between(rng, 1, 6) * _DAY).isoformat())


def _after_the_month(rng: Random, row: VerblijfRow, month: int) -> VerblijfRow:
    return evolve(row, begindatum=(last_day(month) + between(rng, 1, 10) * _DAY).isoformat(), einddatum="")


def _unreadable(rng: Random, row: VerblijfRow, month: int) -> VerblijfRow:
    before = (date.fromisoformat(row.begindatum) - _DAY).isoformat()
    return one_of(rng, (evolve(row, einddatum=before), evolve(row, begindatum=f"{row.begindatum[:4]}-02-30")))


def _other_number(rng: Random, row: VerblijfRow, month: int) -> VerblijfRow:
    return evolve(row, toewijzingnummer=str(between(rng, 50_000_000, 59_999_999)))


def _nameless(rng: Random, row: VerblijfRow, month: int) -> VerblijfRow:
    return evolve(row, prestatiecode="", toewijzingnummer="")


_CHANGES: Mapping[str, Change] = {
    "begon_eerder": _before_the_month,
    "volgende_maand": _after_the_month,
    "overlap": _sooner,
    "onleesbaar": _unreadable,
    "onbekend_nummer": _other_number,
    "code_ontbreekt": _nameless,
}
