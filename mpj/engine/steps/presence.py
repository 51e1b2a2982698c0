"""Step 5: what is no time counts for nothing; group time is the client's presence; a day of a stay counts once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time

from mpj.engine.care import Aside, Care, Clientrun, Counted, Passed, make_counted, tarieven_of
from mpj.engine.matching import Dekking
from mpj.engine.presence import Present, presence
from mpj.records.aside import named
from mpj.records.entries import VERBLIJF
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("geen_tijd", "dubbele_aanwezigheid", "dubbele_dag")


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Measure care, and take off what other care of the same day covers already."""
    kept: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        if one.told:
            kept.append(one)
            continue
        geteld, least = one.measure, one.tarief.least
        if geteld < least:
            text = f"korter dan de drempel van {least} minuten" if geteld else "0 minuten of stuks"
            aside.append(Aside.of(one, "geen_tijd", text, 0))
        else:
            kept.append(one.counting(make_counted((geteld, 0, 0, 0, 0, 0, False))))
    tarieven = tarieven_of(kept)
    if any(tarief.presence for tarief in tarieven):
        kept = _present_once(kept, aside)
    if any(tarief.soort == VERBLIJF for tarief in tarieven):
        kept = stayed_once(kept, aside)
    return Passed(kept, aside)


def _present_once(care: Sequence[Care], aside: list[Aside]) -> list[Care]:
    """Return care with no group time that other group time of the day covers; what adds nothing goes `aside`."""
    counts: dict[int, int] = {}
    for members in _together([one.tarief.presence for one in care], care):
        counts |= zip(members, presence([_present(care[place]) for place in members]), strict=True)
    text = "deze tijd van het kind telt al in een andere registratie"
    aside += [Aside.of(care[place], "dubbele_aanwezigheid", text, 0) for place, minutes in counts.items() if not minutes]
    counted = ((one, counts.get(place)) for place, one in enumerate(care))
    return [one if minutes is None else one.counting(Counted(minutes)) for one, minutes in counted if minutes != 0]


def stayed_once(care: Sequence[Care], aside: list[Aside]) -> list[Care]:
    """Return care with each day of a stay once; what tells it again goes `aside`."""
    again: set[int] = set()
    for members in _together([one.record.reeks.verblijf is not None for one in care], care):
        first = min(members, key=lambda place: _began(care[place]))
        members.remove(first)
        aside += [Aside.of(care[place], "dubbele_dag", f"telt al in {named(care[first].record)}", 0) for place in members]
        again.update(members)
    return [one for place, one in enumerate(care) if place not in again]


def _together(wanted: Iterable[bool], care: Iterable[Care]) -> list[list[int]]:
    """Return the places in `care` of what is wanted and shares its toewijzing and date, each time together."""
    groups: dict[tuple[Dekking, date], list[int]] = {}
    for place, (asked, one) in enumerate(zip(wanted, care, strict=True)):
        if asked:
            groups.setdefault((one.match.dekking, one.record.datum), []).append(place)
    return [members for members in groups.values() if len(members) > 1]


def _present(care: Care) -> Present:
    begin: time | None = care.record.tijd.begintijd
    return Present(care.record.id, None if begin is None else begin.hour * 60 + begin.minute, care.counted.geteld)


def _began(care: Care) -> tuple[date, str]:
    stay = care.record.reeks.verblijf
    assert stay is not None
    return stay.begindatum, stay.id
