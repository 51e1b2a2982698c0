"""Steps 7 and 8: what an earlier line leaves open, what the toewijzing allows, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mpj.engine.care import Aside, Care, Clientrun, Passed, by_line, make_counted, regelinhoud
from mpj.engine.limits import Limiet, Limieten, Verbruik
from mpj.engine.matching import Dekking
from mpj.engine.memory import NOTHING, STILL_STANDS
from mpj.engine.search import Afwijzing
from mpj.engine.tarieven import Tarief
from mpj.engine.values import Identiteit
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = (
    "budget_overschreden",
    "omvang_overschreden",
    "wacht_op_antwoord",
    "afgekeurd",
    "verblijf_onbevestigd",
    "reeds_gedeclareerd",
)


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Bill up to what the toewijzing allows: first what stands already, then in order of date, then id."""
    care, unconfirmed = _apart(run, care)
    care, elsewhere = _elsewhere(run, care)
    lines = {} if run.memory is NOTHING else by_line(care)
    inhoud = {identiteit: regelinhoud(members) for identiteit, members in lines.items()}
    told = {key: why for key, one in inhoud.items() if (why := run.memory.told(key, one))}
    aside = [_standing(run, one, told[one.identiteit]) for one in care if one.identiteit in told] if told else []
    billed, refused = _bound(run, care, told)
    return Passed([billed[place] for place in sorted(billed)], unconfirmed + elsewhere + aside + refused, inhoud=inhoud)


def _apart(run: Clientrun, care: Sequence[Care]) -> tuple[Sequence[Care], list[Aside]]:
    """Take out care without an end of which nobody said that it goes on so long, but for what stands already."""
    confirmed = run.memory.confirmed
    if not confirmed:
        return care, []
    left: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        known = confirmed.get(one.recorded[:2])
        if known is None or one.tarief.maand <= known or one.recorded in run.memory.behind:
            left.append(one)
        else:
            text = f"{'deze start' if one.told else 'dit verblijf'} zonder einde staat niet in de invoer van deze run"
            aside.append(Aside.of(one, "verblijf_onbevestigd", text, one.tarief.cost(one.counted.voor_limiet)))
    return left, aside


def _elsewhere(run: Clientrun, care: Sequence[Care]) -> tuple[Sequence[Care], list[Aside]]:
    """Take out what an earlier line declares under its code or that of another category: one care, one line that stands (MPJ06)."""
    if not run.memory.codes:
        return care, []
    left: list[Care] = []
    aside: list[Aside] = []
    for one in care:
        of, tarief = one.identiteit, one.tarief
        codes, own = run.memory.codes.get((of.gemeente, of.toewijzingnummer, of.maand), frozenset()), tarief.price.productcode
        other = own if own in codes else next((code for code in sorted(codes) if tarief.also(code)), None)
        if other is None:
            left.append(one)
        else:
            text = STILL_STANDS if other == own else f"een eerdere regel voor dezelfde zorg, onder code {other}, staat nog"
            aside.append(Aside.of(one, "reeds_gedeclareerd", text))
    return left, aside


def _standing(run: Clientrun, care: Care, why: Afwijzing) -> Aside:
    """Set aside what belongs to an earlier line that may not be declared now, at the value of what is more than it holds."""
    units = _held(run, care) if _asks(run, care.identiteit) else 0
    known = why.reden != "reeds_gedeclareerd"
    value = care.tarief.cost(max(care.counted.voor_limiet - units, 0)) if known else None
    return Aside.of(care, why.reden, why.toelichting, value)


class _Limits(dict[Dekking, Limieten]):
    """The limits of toewijzingen, with what was used before."""

    def __init__(self, run: Clientrun) -> None:
        super().__init__()
        self._protocol, self._used = run.context.protocol, run.memory.used

    def __missing__(self, dekking: Dekking) -> Limieten:
        toewijzing = dekking.toewijzing
        made = self[dekking] = Limieten(self._protocol, toewijzing, self._used.get(toewijzing.sleutel))
        return made


def _bound(run: Clientrun, care: Sequence[Care], told: Collection[Identiteit]) -> tuple[dict[int, Care], list[Aside]]:
    """Hold care against the limits of its toewijzing; returns what is billed, by place, and what nothing is left of.

    Care on lines that are `told` to stand as they are keeps its room, and what it asks beyond that takes its turn: so a limit
    stays closed by the record that closed it.
    """
    limits = _Limits(run)
    on_line: dict[Identiteit, int] = {}
    billed: dict[int, Care] = {}
    refused: list[Aside] = []
    places = range(len(care))
    order = sorted(places, key=lambda place: _turn(run, care[place])) if run.memory.behind else places
    may_bind = _may_bind(run, care, limits)
    for place in order:
        one = care[place]
        match, tarief, identiteit = one.match, one.tarief, one.identiteit
        geteld, som_voor, units, *_ = one.counted
        dekking, held = match.dekking, 0
        stands = identiteit in told
        if stands:
            held = _held(run, one)
            if not _asks(run, identiteit):
                units, held = held, 0
        if not (units or stands) and one.told:
            billed[place] = one  # an end counts nothing, and no limit stops it
            continue
        if stands and not (dekking in may_bind and units):
            continue
        if not (dekking in may_bind or tarief.unrounded):
            billed[place] = one.counting(make_counted((geteld, som_voor, units, units, tarief.cost(units), 0, False)))
            continue
        before = on_line.get(identiteit, 0)
        fit = limits[dekking].take(one.record, units, tarief, before=before, held=held)
        on_line[identiteit] = before + fit.units
        if stands:
            continue
        cent = tarief.cost(fit.units, before)
        rest = tarief.cost(units, before) - cent if fit.units < units else 0
        if fit.limiet is not None and not fit.units:
            refused.append(Aside.of(one, fit.limiet.reden, _used_up(dekking, fit.limiet), rest))
        else:
            billed[place] = one.counting(make_counted((geteld, som_voor, units, fit.units, cent, rest, fit.afgetopt)))
    return billed, refused


def _may_bind(run: Clientrun, care: Sequence[Care], limits: _Limits) -> Collection[Dekking]:
    """Return the toewijzingen of which some limit may cut or refuse care: where all of it, beside what is used, goes past one."""
    asked: dict[tuple[Dekking, Tarief], list[int]] = {}
    behind = run.memory.behind
    for one in care:
        match, tarief, units = one.match, one.tarief, one.counted.voor_limiet
        if match.dekking.begrensd:
            asked.setdefault((match.dekking, tarief), []).append(max(units, _held(run, one)) if behind else units)
    rows: dict[Dekking, list[tuple[str, int, int, int]]] = {}
    for (dekking, tarief), each in asked.items():
        # What is unrounded costs a cent more or less beside what stands on its line already.
        units, cent = sum(each), tarief.cost(sum(each)) + len(each) * tarief.unrounded
        rows.setdefault(dekking, []).append((tarief.eenheid, tarief.maand, cent, units * tarief.per_unit))
    protocol = run.context.protocol
    return {dekking for dekking, own in rows.items() if limits[dekking].may_bind(Verbruik.of(protocol, own))}


def _asks(run: Clientrun, identiteit: Identiteit) -> bool:
    """Say whether what care comes to beyond what an earlier line holds takes its turn."""
    standing = run.memory.standing.get(identiteit)
    return standing is not None and standing.asks


def _held(run: Clientrun, care: Care) -> int:
    """Return the normed units that care has behind an earlier line."""
    behind = run.memory.behind
    return behind.get(care.recorded, (0, True))[0] if behind else 0


def _turn(run: Clientrun, care: Care) -> int:
    """Return when care takes its turn, before its date and id count: what stands behind an earlier line keeps its place.

    What a limit cut off, and is as it was, comes after what stands whole and before what is new: it keeps the limit closed.
    """
    behind = run.memory.behind.get(care.recorded)
    if behind is None:
        return 2
    units, as_it_was = behind
    return int(units < care.counted.voor_limiet and as_it_was)


def _used_up(dekking: Dekking, limiet: Limiet) -> str:
    what = "budget" if limiet.reden.startswith("budget") else "omvang"
    return f"{what} van {dekking.naam} op sinds {limiet.op}"
