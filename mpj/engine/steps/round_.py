"""Step 6: normed units, rounded once, over a contact, a day or the product period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from mpj.engine.care import Aside, Care, Clientrun, Passed, make_counted
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("geen_tijd", "reeds_gedeclareerd")
ROUNDED_AWAY = "de som rondt af op 0 eenheden"


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Round what counts to normed units; sums that round to 0 are set aside.

    Of a sum each record has its share: the sum with it, rounded, minus the sum before it, rounded. So none is rounded twice.
    Care behind a line that stands as it is after all is in no other sum.
    """
    care, aside = _apart(run, care)
    rounded: list[Care] = []
    sums: dict[object, list[int]] = {}
    away: set[int] = set()
    for place, one in enumerate(care):
        if one.told:
            rounded.append(one)
            continue
        tarief, identiteit, geteld = one.tarief, one.identiteit, one.counted.geteld
        units = tarief.units[geteld]
        rounded.append(one.counting(make_counted((geteld, 0, units, 0, 0, 0, False))))
        match tarief.over:
            case "dag":
                sums.setdefault((identiteit, one.record.datum), []).append(place)
            case "productperiode":
                sums.setdefault(identiteit, []).append(place)
            case "contact":
                if not units:
                    away.add(place)
            case other:
                assert_never(other)
    for members in sums.values():
        sum_units, total = care[members[0]].tarief.units, 0
        for place in members if len(members) > 1 else ():
            geteld = care[place].counted.geteld
            share = sum_units[total + geteld] - (sum_units[total] if total else 0)
            rounded[place] = care[place].counting(make_counted((geteld, total, share, 0, 0, 0, False)))
            total += geteld
        if not any(rounded[place].counted.voor_limiet for place in members):
            away.update(members)
    if not away:
        return Passed(rounded, aside)
    aside += [Aside.of(rounded[place], "geen_tijd", ROUNDED_AWAY, 0) for place in sorted(away)]
    return Passed([one for place, one in enumerate(rounded) if place not in away], aside)


def _apart(run: Clientrun, care: Sequence[Care]) -> tuple[Sequence[Care], list[Aside]]:
    """Take out what stands behind a line that is kept, where it would come on another line now.

    A registratie is the same on whatever day; of what runs on each day is a record.
    """
    kept = run.memory.kept
    if not kept:
        return care, []
    names = {recorded[:2]: told for recorded, told in kept.items() if recorded[0] == "registratie"}
    left: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        line, why = kept.get(one.recorded) or names.get(one.recorded[:2]) or (one.identiteit, None)
        if why is None or line == one.identiteit:
            left.append(one)
        else:
            aside.append(Aside.of(one, why.reden, why.toelichting))
    return left, aside
