"""Steps 7 and 8: what an earlier line leaves open, what the toewijzing allows, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mpj.engine.care import Aside, Care, Clientrun, Counted, Passed, by_line, regelinhoud
from mpj.engine.limits import Fit, Limiet, Limieten, Wanted
from mpj.engine.matching import Dekking
from mpj.engine.search import Afwijzing
from mpj.engine.values import Identiteit
from mpj.records.aside import named
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("wacht_op_antwoord", "reeds_gedeclareerd", "budget_overschreden", "omvang_overschreden")


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Bill up to what the toewijzing allows: first what stands already, then in order of date, then id."""
    inhoud = {identiteit: regelinhoud(members) for identiteit, members in by_line(care).items()}
    told = {key: why for key, one in run.memory.standing.items() if key in inhoud and (why := one.told(inhoud[key]))}
    aside = [_standing(run, one, told[one.identiteit]) for one in care if one.identiteit in told]
    left = [one for one in care if one.identiteit not in told]
    billed, refused = _bound(run, left)
    return Passed([billed[place] for place in sorted(billed)], aside + refused, inhoud=inhoud)


def _standing(run: Clientrun, care: Care, why: Afwijzing) -> Aside:
    """Set aside what belongs to an earlier line that may not be declared now, at the value of what is more than it holds."""
    units, _ = run.memory.behind.get(care.recorded, (0, True))
    value = care.tarief.cost(max(care.counted.voor_limiet - units, 0)) if why.reden == "wacht_op_antwoord" else None
    return Aside.of(care, why.reden, why.toelichting, value)


def _bound(run: Clientrun, care: Sequence[Care]) -> tuple[dict[int, Care], list[Aside]]:
    """Hold care against the limits of its toewijzing; returns what is billed, by place, and what nothing is left of."""
    limits: dict[Dekking, Limieten] = {}
    on_line: dict[Identiteit, int] = {}
    billed: dict[int, Care] = {}
    refused: list[Aside] = []
    for place in sorted(range(len(care)), key=lambda place: not _keeps(run, care[place])):
        one = care[place]
        dekking, tarief = one.match.dekking, one.tarief
        if not (dekking.begrensd or tarief.unrounded):
            units = one.counted.voor_limiet
            billed[place] = one.counting(Counted(*one.counted[:2], units, units, tarief.cost(units)))
            continue
        limieten = limits.get(dekking)
        if limieten is None:
            used = run.memory.used.get(dekking.toewijzing.sleutel)
            limieten = limits[dekking] = Limieten(run.context.protocol, dekking.toewijzing, used)
        before = on_line.get(one.identiteit, 0)
        fit = _fit(limieten, one, before)
        units = one.counted.voor_limiet
        cent = tarief.cost(fit.units, before)
        rest = tarief.cost(units, before) - cent
        if fit.limiet is not None and not fit.units:
            refused.append(Aside.of(one, fit.limiet.reden, _used_up(dekking, fit.limiet), rest))
            continue
        billed[place] = one.counting(Counted(*one.counted[:2], units, fit.units, cent, rest, fit.afgetopt))
        on_line[one.identiteit] = before + fit.units
    return billed, refused


def _fit(limieten: Limieten, care: Care, before: int) -> Fit:
    """Ask the limits for the units of care on a line that holds `before` units already."""
    tarief, units = care.tarief, care.counted.voor_limiet
    whole = not tarief.kaart.instellingen.bills_up_to_limit
    wanted = Wanted(care.record.datum, named(care.record), units, tarief.eenheid, tarief.per_unit, whole)
    return limieten.take(wanted, partial(tarief.cost, before=before), partial(tarief.fits, before=before))


def _keeps(run: Clientrun, care: Care) -> bool:
    """Say whether care stands behind an earlier line, and so keeps its place, whatever arrives late.

    What a limit cut off, and is as it was, does not ask for the rest before what stands whole, unless its line waits.
    """
    behind = run.memory.behind.get(care.recorded)
    if behind is None:
        return False
    units, as_it_was = behind
    standing = run.memory.standing.get(care.identiteit)
    return not (units < care.counted.voor_limiet and as_it_was) or (standing is not None and standing.waits)


def _used_up(dekking: Dekking, limiet: Limiet) -> str:
    what = "budget" if limiet.reden.startswith("budget") else "omvang"
    return f"{what} van {dekking.naam} op sinds {limiet.op}"
