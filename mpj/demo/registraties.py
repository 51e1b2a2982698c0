"""Contacts as professionals write them down: appointments on fixed weekdays, group days in series, trips, crises.

Everything here went as it should; `disturb` makes the mess afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from random import Random

from attrs import frozen

from mpj.demo.chance import between, happens, one_of, weighted
from mpj.demo.clients import DemoCare, DemoClient
from mpj.demo.people import DemoMedewerker

_CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
_DAY_BEGIN, _DAY_LENGTH = 8 * 60 + 30, 9 * 60
_TIME_FORM = weighted([("tijden", 60), ("minuten", 30), ("beide", 10)])
LEVEL_SHOWN_PERMILLE = 120
GEMEENTE_SHOWN_PERMILLE = 600
CODE_SHOWN_PERMILLE = 850


@frozen(kw_only=True)
class RegistratieRow:
    """A row of registraties.csv; every field is text, empty is absent."""

    id: str
    bsn: str
    datum: str
    begintijd: str = ""
    eindtijd: str = ""
    minuten: str = ""
    medewerker: str = ""
    kwalificatieniveau: str = ""
    prestatiecode: str
    toewijzingnummer: str = ""
    gemeente: str = ""
    soort: str = ""
    tijdsoort: str = ""
    status: str = ""
    bevestigd: str = ""
    afspraak: str = ""
    aantal: str = ""
    onderaannemer: str = ""


@frozen
class Style:
    """How care of one role is given: the usual `minuten`, the hours it begins, whether also in the weekend."""

    minuten: tuple[int, ...]
    begin: tuple[int, int]
    weekend: bool = False


_STYLES: Mapping[str, Style] = {
    "ambulant": Style((30, 45, 45, 50, 60, 60, 60, 60, 75, 90, 10, 20, 110, 37), (8 * 60, 17 * 60)),
    "maatregel": Style((15, 20, 30, 45, 60, 60, 90, 120, 5), (8 * 60 + 30, 16 * 60)),
    "zorg": Style((30, 45, 60, 60, 90), (9 * 60, 19 * 60)),
    "crisis": Style((20, 45, 60, 90, 120, 180, 8), (7 * 60, 23 * 60 + 30), weekend=True),
    "groep": Style((120, 150, 180, 180, 210, 240), (_DAY_BEGIN, 14 * 60)),
    "vervoer": Style((20, 25, 30, 40), (7 * 60 + 30, 16 * 60)),
    "verblijf": Style((60,), (9 * 60, 17 * 60)),
}


@frozen(eq=False)
class Habit:
    """What stays the same through the month: the hour, the form of the times, the columns that are filled in."""

    bsn: str
    begin: int
    time_form: str
    level_shown: bool
    gemeente: str
    soort: str


def contacts(rng: Random, care: DemoCare, client: DemoClient, count: int, ids: Iterator[str]) -> Iterator[RegistratieRow]:
    """Yield `count` contacts of `care` in order of date."""
    style = _STYLES[care.role]
    habit = _habit(rng, care, client, style)
    days = _days(rng, care, count, style.weekend)
    for day, same_day in groupby(range(count), lambda index: days[index * len(days) // count]):
        datum, numbers = day.isoformat(), list(same_day)
        for slot in range(len(numbers)):
            yield _contact(rng, care, datum, (slot, len(numbers)), habit, next(ids))


def _habit(rng: Random, care: DemoCare, client: DemoClient, style: Style) -> Habit:
    shows_gemeente = care.plan.mess != "andere_gemeente" and happens(rng, GEMEENTE_SHOWN_PERMILLE)
    return Habit(
        bsn=client.bsn,
        begin=between(rng, style.begin[0] // 15, style.begin[1] // 15) * 15,
        time_form=_TIME_FORM.draw(rng),
        level_shown=care.by_level and happens(rng, LEVEL_SHOWN_PERMILLE),
        gemeente=client.gemeente if shows_gemeente else "",
        soort=_soort(rng, care),
    )


def _soort(rng: Random, care: DemoCare) -> str:
    default = care.plan.offer.prestatiecode.hulpvorm.soort
    wanted = "individueel" if care.extra else default
    return wanted if care.extra or happens(rng, 200) else ""


def _days(rng: Random, care: DemoCare, count: int, weekend: bool) -> Sequence[date]:
    """Return the days of the month that `count` contacts fall on: the client's own weekdays, as many as are needed."""
    begin, end = care.window
    window = [begin + timedelta(days=offset) for offset in range((end - begin).days + 1)]
    working = [day for day in window if day.weekday() < 5 or weekend] or window
    weeks = max(1, (len(window) + 3) // 7)
    weekdays = sorted({day.weekday() for day in working})
    rng.shuffle(weekdays)
    wanted = set(weekdays[: max(1, -(-count // weeks))])
    return [day for day in working if day.weekday() in wanted]


def _contact(rng: Random, care: DemoCare, datum: str, place: tuple[int, int], habit: Habit, registratie_id: str) -> RegistratieRow:
    offer, plan = care.plan.offer, care.plan
    medewerker = _who(rng, care)
    counted = not care.by_level and offer.normtijd.meet == "aantal"
    begin, end, minuten = ("", "", "") if counted else _time(rng, care, place, habit)
    return RegistratieRow(
        id=registratie_id,
        bsn=habit.bsn,
        datum=datum,
        begintijd=begin,
        eindtijd=end,
        minuten=minuten,
        medewerker=medewerker.nummer if medewerker else "",
        kwalificatieniveau=medewerker.niveau if medewerker and habit.level_shown else "",
        prestatiecode=offer.prestatiecode.code if _shows_code(rng, care) else "",
        toewijzingnummer=str(plan.nummer) if care.numbered else "",
        gemeente=habit.gemeente,
        soort=habit.soort,
        aantal=_pieces(rng, care) if counted else "",
    )


def _who(rng: Random, care: DemoCare) -> DemoMedewerker | None:
    """Return the one who did it: mostly the first of the team."""
    if not care.team:
        return None
    return care.team[0] if happens(rng, 600) else one_of(rng, care.team)


def _shows_code(rng: Random, care: DemoCare) -> bool:
    """Whether the prestatiecode is filled in; only a number of a specific toewijzing makes it superfluous."""
    return not care.numbered or care.extra or care.plan.form != "specifiek" or happens(rng, CODE_SHOWN_PERMILLE)


def _pieces(rng: Random, care: DemoCare) -> str:
    """Return how many: one, two (there and back; not where a whole day is the unit), or nothing, which is one."""
    splits = max(care.plan.offer.normtijd.bericht.values()) == 1
    return "2" if splits and happens(rng, 250) else one_of(rng, ("1", ""))


def _time(rng: Random, care: DemoCare, place: tuple[int, int], habit: Habit) -> tuple[str, str, str]:
    """Return begintijd, eindtijd and minuten. Group time of one day never overlaps; a late crisis may pass midnight."""
    slot, per_day = place
    minutes = one_of(rng, _STYLES[care.role].minuten)
    form = habit.time_form
    if care.role == "groep":
        room = _DAY_LENGTH // per_day if per_day > 1 else _DAY_LENGTH
        minutes = max(10, min(minutes, room))
        begin = _DAY_BEGIN + slot * room if per_day > 1 else habit.begin
        form = "tijden" if per_day > 1 else form
    elif care.role == "crisis":
        begin = between(rng, *_STYLES["crisis"].begin)
    else:
        begin = habit.begin + slot * (_DAY_LENGTH // per_day) + one_of(rng, (0, 0, 0, 5, -5, 15))
    text = str(minutes)
    if form == "minuten":
        return "", "", text
    begin %= 1440
    return _CLOCK[begin], _CLOCK[(begin + minutes) % 1440], text if form == "beide" else ""
