"""What the year with limits has beside the plain year: an omvang or a budget nearly everywhere, and some groups, plans and stays.

Of the toewijzingen 92 in 100 have an omvang and 4 a budget. Three limits in a hundred are reached, a budget more often than an
omvang; the others are wide enough for everything that is delivered. Of a hundred toewijzingen two are for a group (an hour with one
or two leaders), two are declared from planning, and a client in a hundred has a second one for a stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from benchmarks.peers.data import Care

GROEP, PLAN, VERBLIJF = "groep", "plan", "verblijf"
GROUP_CODE, STAY_CODE = "4.2", "8.2"
WITHOUT_LEVEL = {GROUP_CODE: 2885, STAY_CODE: 26890}
LIMIT_COLUMNS = ";budget_cent;volume;eenheid;frequentie"
RECORD_COLUMNS = ";afspraak;begintijd;eindtijd"
STAY_HEADER = "id;bsn;begindatum;einddatum;prestatiecode;toewijzingnummer;gemeente;aanwezigheid\n"
TIGHT, TIGHT_BUDGET = 0.023, 0.2  # how many of the limits are reached
LONGEST, MEAN = 120, 63  # minutes of a contact
DEAREST, CHEAPEST = 5000, 1900  # eurocents of a kwartier

Shape = Callable[["Care", str, bool, int, int], list[str]]


def live(rng: Random, cares: Iterable[Care]) -> Iterator[Care]:
    """Give each toewijzing its kind of care and its limit, and some clients a second one, for a stay."""
    for place, care in enumerate(cares):
        kind = {7: GROEP, 57: GROEP, 13: PLAN, 63: PLAN}.get(place % 100, "")
        if kind == GROEP:
            team = tuple((niveau, medewerker, GROUP_CODE) for niveau, medewerker, _ in care.team)
            care = evolve(care, codes=(GROUP_CODE,), team=team, below="")
        yield evolve(care, kind=kind, limit=_limit(rng, care))
        if place % 100 == 29:
            limit = _stay_limit(rng, care)
            number = 500_000 + place
            yield evolve(care, nummer=number, codes=(STAY_CODE,), team=(), contacts=0, kind=VERBLIJF, limit=limit)


def _limit(rng: Random, care: Care) -> str:
    """Return the limit of a toewijzing as the columns of the table: an omvang, a budget, or nothing."""
    kind, hours, often = rng.random(), rng.random() < 0.4, rng.random()
    tight = rng.random() < (TIGHT_BUDGET if kind < 0.04 else TIGHT)
    span = care.last - care.first + 1
    if kind < 0.04:
        cents = care.contacts * MEAN // 15 * CHEAPEST * 6 // 10 if tight else (care.contacts + 1) * LONGEST // 15 * DEAREST
        return f";{cents // 1000 * 1000 + 1000};;;"
    if kind >= 0.96:
        return ";;;;"
    frequency, days = ("4", 31) if often < 0.6 else ("6", span) if often < 0.85 else ("2", 7)
    most = -(-days * care.contacts // span) + 2
    minutes = days * care.contacts * MEAN * 6 // (10 * span) if tight else most * LONGEST + 60
    unit, volume = ("04", -(-minutes // 60)) if hours or care.codes == (GROUP_CODE,) else ("01", minutes // 30 * 30 + 30)
    return f";;{volume};{unit};{frequency}"


def _stay_limit(rng: Random, care: Care) -> str:
    if rng.random() < TIGHT:
        return ";;20;14;4"
    return rng.choice((";;31;14;4", ";;7;14;2", f";;{care.last - care.first + 1};14;6"))


def shape(rng: Random) -> Shape:
    """Return what makes the rows of a contact: two where it has a second leader, or a plan and what came of it.

    It takes the toewijzing, the row as the plain year has it, whether something is wrong with it, how many rows there may be, and
    a number that no other contact of the toewijzing has.
    """

    def rows(care: Care, row: str, spoilt: bool, room: int, number: int) -> list[str]:
        if care.kind == GROEP:
            found = _group(rng, row)
        elif care.kind == PLAN:
            found = _planned(rng, row, spoilt, f"A{care.gemeente}{care.nummer}N{number}")
        else:
            return [f"{row};;;"]
        return found[:room]

    return rows


def _group(rng: Random, row: str) -> list[str]:
    bsn, datum, minuten, niveau, medewerker, rest = row.split(";", 5)
    begin = 540 + 15 * int(rng.random() * 28)
    found = [f"{row};;{_clock(begin)};{_clock(begin + int(minuten))}"]
    if rng.random() < 0.35:  # a second leader, at the same time or a little later
        begin += rng.choice((0, 0, 15, 30))
        second = f"{bsn};{datum};{minuten};{niveau};{medewerker}b;{rest}"
        found.append(f"{second};;{_clock(begin)};{_clock(begin + int(minuten))}")
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _planned(rng: Random, row: str, spoilt: bool, afspraak: str) -> list[str]:
    if spoilt or (drawn := rng.random()) < 0.05:
        return [f"{row};{afspraak};;"]
    bsn, datum, _, rest = row.split(";", 3)
    plan = f"{bsn};{datum};60;{rest.removesuffix('gerealiseerd')}gepland;{afspraak};;"
    if drawn < 0.45:
        return [plan]
    if drawn < 0.55:
        return [plan, f"{row.removesuffix('gerealiseerd')}{rng.choice(('niet_verschenen', 'geannuleerd'))};{afspraak};;"]
    return [plan, f"{row};{afspraak};;"]


def stays(rng: Random, care: Care, days: list[str]) -> Iterator[str]:
    """Yield the rows of verblijf.csv of a toewijzing, without id: one stay after another, some of which share a day."""
    begin = care.first
    while begin <= care.last:
        length = 5 + int(rng.random() * 40)
        end = min(begin + length, care.last)
        open_end = care.einde is None and end == care.last
        present = "aanwezig" if rng.random() < 0.9 else "verlof"
        where = f"{STAY_CODE};{care.nummer};{care.gemeente};{present}"
        yield f"{care.bsn};{days[begin]};{'' if open_end else days[end]};{where}"
        begin = end if rng.random() < 0.3 and end > begin else end + 1 + int(rng.random() * 3)
