"""Signals about contacts: who was where, and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, time

from mpj.presentation import words
from mpj.records.values import Registratie
from mpj.signals.values import Beeld, Signaal

_DAG = 24 * 60
_LANG = 16 * 60


def zelfde_contact(beeld: Beeld) -> Iterator[Signaal]:
    """Dezelfde cliënt, medewerker en kloktijd onder twee ids."""
    for rows in _of_more(beeld):
        same: dict[tuple[str, int, int], list[Registratie]] = defaultdict(list)
        for one in rows:
            if (clock := _clock(one)) is not None:
                same[one.bsn, *clock].append(one)
        for found in same.values():
            if len(found) > 1 and beeld.is_given(found):
                first, *others = sorted(found, key=lambda one: one.id)
                names = words.listed([beeld.naam(one) for one in others], "dit bestand")
                yield beeld.about(
                    "zelfde_contact", first, first.datum, f"dezelfde cliënt, medewerker en tijd ({_shown(first)}) als {names}"
                )


def twee_plekken(beeld: Beeld) -> Iterator[Signaal]:
    """Een medewerker die bij twee cliënten tegelijk is, buiten een groep."""
    for rows in _of_more(beeld):
        clocked = [(*clock, one.id, one) for one in rows if (clock := _clock(one)) is not None and not beeld.in_a_group(one)]
        latest: dict[str, tuple[int, Registratie]] = {}
        for begin, end, _, one in sorted(clocked, key=lambda row: row[:3]):
            other = max((row for bsn, row in latest.items() if bsn != one.bsn), key=lambda row: row[0], default=None)
            if other is not None and other[0] > begin and beeld.is_given((one, other[1])):
                where = f"{_shown(other[1])} bij een andere cliënt was: {beeld.naam(other[1])}"
                text = f"{_shown(one)}, terwijl dezelfde medewerker {where}"
                yield beeld.about("twee_plekken", one, one.datum, text)
            if one.bsn not in latest or latest[one.bsn][0] < end:
                latest[one.bsn] = end, one


def medewerker_te_lang(beeld: Beeld) -> Iterator[Signaal]:
    """Een medewerker met meer dan 16 uur op een dag, de tijd met een groep één keer geteld."""
    for (medewerker, datum), rows in beeld.per_medewerker.items():
        minutes = _worked(beeld, rows)
        if minutes > _LANG:
            gemeenten = {beeld.place(one, datum)[0] for one in rows}
            gemeente = gemeenten.pop() if len(gemeenten) == 1 else ""
            text = f"{words.counted(minutes, 'minuut')} op één dag, in {words.counted(len(rows), 'registratie')}"
            yield Signaal("medewerker_te_lang", gemeente, "medewerker", beeld.without_bsn(medewerker), datum, text)


def client_te_lang(beeld: Beeld) -> Iterator[Signaal]:
    """Een cliënt met op een dag meer directe tijd dan 24 uur maal gelijktijdig_max van het contract."""
    own: dict[tuple[str, date], list[Registratie]] = defaultdict(list)
    for one in beeld.contacten:
        if one.tijdsoort == "direct" and one.duur:
            own[one.bsn, one.datum].append(one)
    for (_, datum), rows in own.items():
        minutes = sum(one.duur or 0 for one in rows)
        if minutes <= _DAG or not beeld.is_given(rows):
            continue
        first = min(rows, key=lambda one: one.id)
        at_once = beeld.gelijktijdig_max.get(beeld.place(first, datum)[0], max(beeld.gelijktijdig_max.values(), default=1))
        if minutes > _DAG * at_once:
            text = f"{words.counted(minutes, 'minuut')} op één dag, in {words.counted(len(rows), 'registratie')} van één cliënt"
            yield beeld.about("client_te_lang", first, datum, text)


def _of_more(beeld: Beeld) -> Iterator[list[Registratie]]:
    """Yield the contacts of each medewerker on a day with more than one."""
    return (rows for rows in beeld.per_medewerker.values() if len(rows) > 1)


def _worked(beeld: Beeld, rows: Iterable[Registratie]) -> int:
    """Return the minutes that a medewerker worked: on the clock once, without a clock each, with a group the longest."""
    clocked: list[tuple[int, int]] = []
    alone = together = 0
    for one in rows:
        if (clock := _clock(one)) is not None:
            clocked.append(clock)
        elif beeld.in_a_group(one):
            together = max(together, one.duur or 0)
        else:
            alone += one.duur or 0
    until = covered = 0
    for begin, end in sorted(clocked):
        covered += max(0, end - max(begin, until))
        until = max(until, end)
    return covered + alone + together


def _clock(one: Registratie) -> tuple[int, int] | None:
    """Return begin and end of a contact in minutes of its day, past midnight above 1440; None where it has no clock."""
    if one.begintijd is None or not one.duur:
        return None
    begin = one.begintijd.hour * 60 + one.begintijd.minute
    return begin, begin + one.duur


def _shown(one: Registratie) -> str:
    begin, end = _clock(one) or (0, 0)
    return "-".join(time(at // 60 % 24, at % 60).strftime("%H:%M") for at in (begin, end))
