"""Steps 2 and 3: the toewijzing that covers care on its day, and the contract, perceel and unit that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mpj.engine.care import Aside, Care, Clientrun, Passed, Placed
from mpj.engine.planning import out_by_form
from mpj.engine.search import Afwijzing, Match, Search, Stretches
from mpj.engine.tarieven import Tarief
from mpj.protocol.words import Zorgsoort
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = (
    "na_periode",
    "te_oud",
    "voor_periode",
    "niet_direct",
    "niet_gerealiseerd",
    "afwezig",
    "toewijzing_onbekend",
    "toewijzing_verwijderd",
    "toewijzing_ongeldig",
    "buiten_toewijzing",
    "prestatiecode_ontbreekt",
    "meerdere_toewijzingen",
    "prestatiecode_niet_toegewezen",
    "niet_mpj",
    "geen_toewijzing",
    "geen_contract",
    "perceel_onbekend",
    "prestatiecode_niet_gecontracteerd",
    "eenheid_past_niet",
    "ongeldig",
)


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Place care: find its toewijzing, and how it counts there. Prestaties come placed (`mpj.engine.produced`)."""
    placed: list[Care] = []
    aside: list[Aside] = []
    known = _Known({}, {})
    for one in care:
        if one.placed is not None:
            placed.append(one)
            continue
        found = _place(run, one, known)
        if isinstance(found, Afwijzing):
            aside.append(Aside(one.record, found.reden, found.toelichting))
            continue
        one = Care(one.record, one.niveau, found)
        if _last_day(one):
            aside.append(Aside.of(one, "afwezig", "de laatste dag telt niet in dit contract"))
        else:
            placed.append(one)
    kept, moved = _one_place_a_month(placed)
    return Passed(kept, aside + moved)


class _Known(NamedTuple):
    """What was found so far for one client."""

    searches: dict[Search, Stretches]
    answers: dict[tuple[Match, Zorgsoort | None, str | None, bool, int], Placed | Afwijzing]
    """By match, soort, level, whether a time was recorded, and tijdvak."""


def _place(run: Clientrun, care: Care, known: _Known) -> Placed | Afwijzing:
    entry, context = care.record, run.context
    day, reeks, vorm = context.days[entry.datum], entry.reeks, entry.reeks.vorm
    if out := day.outside or out_by_form(vorm):
        return out
    search = Search(reeks.bsn, reeks.toewijzingnummer, reeks.gemeente, vorm.zorgcode)
    stretches = known.searches.get(search)
    if stretches is None:
        stretches = known.searches[search] = context.stretches(search)
    match = stretches.on(entry.datum)
    if isinstance(match, Afwijzing):
        return match
    timed = entry.tijd.duur is not None
    key = match, vorm.soort, care.niveau, timed, day.tijdvak
    found = known.answers.get(key)
    if found is None:
        found = known.answers[key] = context.place(match, vorm, care.niveau, day.tijdvak, timed=timed)
    return found


def _last_day(care: Care) -> bool:
    """Say whether this is the last day of a stay under a contract by which that day does not count."""
    stay = care.record.reeks.verblijf
    if stay is None or care.record.datum != stay.einddatum:
        return False
    return not care.tarief.kaart.instellingen.bills_last_day


def _one_place_a_month(care: Sequence[Care]) -> tuple[Sequence[Care], list[Aside]]:
    """Set aside what one toewijzing would bill under two contracts or percelen in one month: one line cannot hold it."""
    if len({_contract_perceel(tarief) for tarief in {one.tarief for one in care}}) < 2:
        return care, []
    places: dict[tuple[str, int, str, int], set[tuple[str, str]]] = {}
    for one in care:
        places.setdefault(_month_of(one), set()).add(_contract_perceel(one.tarief))
    kept: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        options = places[_month_of(one)]
        if len(options) == 1:
            kept.append(one)
            continue
        names = "; ".join(f"contract {contract}, perceel {perceel}" for contract, perceel in sorted(options))
        aside.append(Aside.of(one, "perceel_onbekend", f"in deze maand wisselt het perceel: {names}"))
    return kept, aside


def _contract_perceel(tarief: Tarief) -> tuple[str, str]:
    return tarief.kaart.instellingen.contract, tarief.perceel


def _month_of(care: Care) -> tuple[str, int, str, int]:
    return (*care.match.dekking.toewijzing.sleutel, care.match.prestatiecode, care.tarief.maand)
