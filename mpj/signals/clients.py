"""Signals about a client over days and months, and about a gemeente."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mpj.presentation import words
from mpj.reading.periods import first_day, last_day
from mpj.records.entries import Entry
from mpj.records.values import AANWEZIG, Verblijf
from mpj.signals.values import Beeld, Signaal

_MIN_CENT = {"toewijzing": 100_000, "gemeente": 250_000}
"""A month is not far from others by less than this, in eurocents."""
_VOLWASSEN, _VERLENGD = 18, 21
_VERLENGDE_ZORG = ("6.", "7.")


def twee_etmalen(beeld: Beeld) -> Iterator[Signaal]:
    """Eén dag van een cliënt onder twee prestatiecodes met verblijf."""
    own: dict[str, list[tuple[date, date, str, Verblijf]]] = defaultdict(list)
    for one in beeld.verblijven:
        if one.aanwezigheid == AANWEZIG:
            gemeente, code = beeld.place(one, one.begindatum)
            end = last_day(beeld.opdracht.maand) if one.einddatum is None else one.einddatum
            own[one.bsn].append((one.begindatum, end - timedelta(not beeld.laatste_dag_telt.get(gemeente, True)), code, one))
    for stays in own.values():
        stays.sort(key=lambda stay: (stay[0], stay[1], stay[3].id))
        for place, (_, end, code, one) in enumerate(stays):
            for begin, until, other_code, other in stays[place + 1 :]:
                if begin > end:
                    break
                if code != other_code and beeld.is_given((one, other)):
                    days = words.counted((min(end, until) - begin).days + 1, "dag")
                    text = f"{days} onder {other_code or 'onbekend'} en, met {beeld.naam(one)}, ook onder {code or 'onbekend'}"
                    yield beeld.about("twee_etmalen", other, begin, text)


def maand_wijkt_af(beeld: Beeld) -> Iterator[Signaal]:
    """Een maand van een cliënt of gemeente die meer dan het dubbele, of minder dan de helft, van de laatste drie is."""
    for one in beeld.bedragen:
        mean = sum(one.eerder) // len(one.eerder)
        far = one.nu > 2 * mean or 2 * one.nu < mean
        # A client of whom nothing comes any more left, or has no contact; a gemeente of which nothing comes may be forgotten.
        there = min(one.eerder) > 0 and (one.nu > 0 or one.soort == "gemeente")
        if far and there and abs(one.nu - mean) > _MIN_CENT[one.soort]:
            text = f"{words.euros(one.nu)} deze maand; gemiddeld was het in de laatste drie {words.euros(mean)}"
            day = first_day(beeld.opdracht.maand)
            yield Signaal("maand_wijkt_af", one.gemeente, one.soort, one.bron, day, text)


def zonder_contact(beeld: Beeld) -> Iterator[Signaal]:
    """Een cliënt in zorg zonder contact: de toewijzing loopt de hele maand, er was kort geleden contact, en nu geen."""
    for one in beeld.zonder_contact:
        text = f"geen contact deze maand; het laatste was in {words.month(one.laatste)}"
        day = first_day(beeld.opdracht.maand)
        yield Signaal("zonder_contact", one.gemeente, "toewijzing", str(one.toewijzingnummer), day, text)


def na_verjaardag(beeld: Beeld) -> Iterator[Signaal]:
    """Zorg na de 18e verjaardag, bij 6.x en 7.x na de 21e, waar een geboortedatum is gegeven."""
    if not beeld.geboren:
        return
    born = {one.bsn: day for one in beeld.contacten if (day := beeld.geboren.get(one)) is not None}
    own: dict[tuple[str, str], list[tuple[date, str, int, Entry | Verblijf]]] = defaultdict(list)
    until = last_day(beeld.opdracht.maand)
    records: Sequence[Entry | Verblijf] = (*beeld.contacten, *beeld.verblijven)
    for one in records:
        if one.bsn not in born or not beeld.is_given((one,)):
            continue
        begin, end = one.dagen
        gemeente, code = beeld.place(one, begin)
        age = _VERLENGD if code.startswith(_VERLENGDE_ZORG) else _VOLWASSEN
        day = max(begin, _birthday(born[one.bsn], age) + timedelta(1))
        if day <= min(end or until, until):
            own[one.bsn, gemeente].append((day, one.id, age, one))
    for rows in own.values():
        yield _grown_up(beeld, rows)


def _grown_up(beeld: Beeld, rows: Sequence[tuple[date, str, int, Entry | Verblijf]]) -> Signaal:
    day, _, age, first = min(rows, key=lambda row: row[:3])
    more = f", net als nog {words.counted(len(rows) - 1, 'registratie of verblijf')}" if len(rows) > 1 else ""
    return beeld.about("na_verjaardag", first, day, f"zorg na de {age}e verjaardag{more}")


def _birthday(born: date, age: int) -> date:
    """Return the birthday at an age; of who was born on 29 February it is 1 March in other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
