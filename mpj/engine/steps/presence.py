"""Step 5: what is no time counts for nothing; group time is the client's presence; a day of a stay counts once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time

from mpj.engine.care import Aside, Care, Clientrun, Counted, Passed
from mpj.engine.presence import Present, presence
from mpj.records.aside import named
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("geen_tijd", "dubbele_aanwezigheid", "dubbele_dag")


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Measure care, and take off what other care of the same day covers already."""
    measured: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        if one.told:
            measured.append(one)
            continue
        geteld, least = one.measure, one.tarief.least
        if geteld < least:
            text = f"korter dan de drempel van {least} minuten" if geteld else "0 minuten of stuks"
            aside.append(Aside.of(one, "geen_tijd", text, 0))
        else:
            measured.append(one.counting(Counted(geteld)))
    kept = list(measured)
    for members in _together(kept, lambda one: one.tarief.presence):
        for place, minutes in zip(members, presence([_present(kept[place]) for place in members]), strict=True):
            kept[place] = kept[place].counting(Counted(minutes))
            if not minutes:
                text = "deze tijd van het kind telt al in een andere registratie"
                aside.append(Aside.of(kept[place], "dubbele_aanwezigheid", text, 0))
    for members in _together(kept, lambda one: one.record.reeks.verblijf is not None):
        first = min(members, key=lambda place: _began(kept[place]))
        for place in members:
            if place != first:
                aside.append(Aside.of(kept[place], "dubbele_dag", f"telt al in {named(kept[first].record)}", 0))
                kept[place] = kept[place].counting(Counted())
    return Passed([one for one in kept if one.counted.geteld or one.told], aside)


def _together(care: Sequence[Care], wanted: Callable[[Care], bool]) -> list[list[int]]:
    """Return the places in `care` of what is wanted, together those of one toewijzing and date."""
    groups: dict[tuple[tuple[str, int], date], list[int]] = {}
    for place, one in enumerate(care):
        if wanted(one):
            groups.setdefault((one.match.dekking.toewijzing.sleutel, one.record.datum), []).append(place)
    return list(groups.values())


def _present(care: Care) -> Present:
    begin: time | None = care.record.tijd.begintijd
    return Present(care.record.id, None if begin is None else begin.hour * 60 + begin.minute, care.counted.geteld)


def _began(care: Care) -> tuple[date, str]:
    stay = care.record.reeks.verblijf
    assert stay is not None
    return stay.begindatum, stay.id
