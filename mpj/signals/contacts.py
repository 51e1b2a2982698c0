"""Signals about contacts: who was where, and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, time

from mpj.presentation import words
from mpj.records.entries import Entry
from mpj.signals.values import Beeld, Signaal, clock_of

_DAG = 24 * 60
_LANG = 16 * 60


def zelfde_contact(beeld: Beeld) -> Iterator[Signaal]:
    """Dezelfde cliënt, medewerker en kloktijd onder twee ids."""
    for rows in beeld.clocked:
        same: dict[tuple[str, int, int], list[Entry]] = defaultdict(list)
        for begin, end, one in rows:
            same[one.bsn, begin, end].append(one)
        for found in same.values():
            if len(found) > 1 and beeld.is_given(found):
                first, *others = sorted(found, key=lambda one: one.id)
                names = words.listed([beeld.naam(one) for one in others], "dit bestand")
                yield beeld.about(
                    "zelfde_contact", first, first.datum, f"dezelfde cliënt, medewerker en tijd ({_shown(first)}) als {names}"
                )


def twee_plekken(beeld: Beeld) -> Iterator[Signaal]:
    """Een medewerker die bij twee cliënten tegelijk is, buiten een groep."""
    for rows in beeld.clocked:
        clocked = [(begin, end, one.id, one) for begin, end, one in rows if not beeld.in_a_group(one)]
        latest: dict[str, tuple[int, Entry]] = {}
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
        if sum(one.tijd.duur or 0 for one in rows) > _LANG and (minutes := _worked(beeld, rows)) > _LANG:
            gemeenten = {beeld.place(one, datum)[0] for one in rows}
            gemeente = gemeenten.pop() if len(gemeenten) == 1 else ""
            text = f"{words.counted(minutes, 'minuut')} op één dag, in {words.counted(len(rows), 'registratie')}"
            yield Signaal("medewerker_te_lang", gemeente, "medewerker", beeld.without_bsn(medewerker), datum, text)


def client_te_lang(beeld: Beeld) -> Iterator[Signaal]:
    """Een cliënt met op een dag meer directe tijd dan 24 uur maal gelijktijdig_max van het contract."""
    spent: dict[tuple[str, date], int] = defaultdict(int)
    own: dict[tuple[str, date], list[Entry]] = defaultdict(list)
    direct = [one for one in beeld.contacten if one.reeks.vorm.tijdsoort == "direct" and one.tijd.duur]
    for one in direct:
        spent[one.reeks.bsn, one.datum] += one.tijd.duur or 0
    long = {key for key, minutes in spent.items() if minutes > _DAG}
    for one in direct if long else ():
        if (one.bsn, one.datum) in long:
            own[one.bsn, one.datum].append(one)
    for key, rows in own.items():
        minutes, datum = spent[key], key[1]
        if not beeld.is_given(rows):
            continue
        first = min(rows, key=lambda one: one.id)
        at_once = beeld.gelijktijdig_max.get(beeld.place(first, datum)[0], max(beeld.gelijktijdig_max.values(), default=1))
        if minutes > _DAG * at_once:
            text = f"{words.counted(minutes, 'minuut')} op één dag, in {words.counted(len(rows), 'registratie')} van één cliënt"
            yield beeld.about("client_te_lang", first, datum, text)


def _worked(beeld: Beeld, rows: Iterable[Entry]) -> int:
    """Return the minutes that a medewerker worked: on the clock once, without a clock each, with a group the longest."""
    clocked: list[tuple[int, int]] = []
    alone = together = 0
    for one in rows:
        if (clock := clock_of(one)) is not None:
            clocked.append(clock)
        elif beeld.in_a_group(one):
            together = max(together, one.tijd.duur or 0)
        else:
            alone += one.tijd.duur or 0
    until = covered = 0
    for begin, end in sorted(clocked):
        covered += max(0, end - max(begin, until))
        until = max(until, end)
    return covered + alone + together


def _shown(one: Entry) -> str:
    begin, end = clock_of(one) or (0, 0)
    return "-".join(time(at // 60 % 24, at % 60).strftime("%H:%M") for at in (begin, end))
