"""Step 4: the level and code that care is billed at, and the code and price that an earlier line keeps."""

from __future__ import annotations

from collections.abc import Sequence

from mpj.engine.care import Aside, Care, Clientrun, Passed, Placed, tarieven_of
from mpj.engine.values import Identiteit
from mpj.reading.faults import Fault
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("niveau_onbekend", "niveau_te_laag", "niveau_niet_gecontracteerd", "productcode_niet_toegewezen")


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Set aside what is not billed at its level or code; care on a line that stands keeps the line's code, price and rounding."""
    standing, levels = run.memory.standing, run.context.levels
    if not standing and levels is None and not any(tarief.refused for tarief in tarieven_of(care)):
        return Passed(care)
    kept: list[Care] = []
    aside: list[Aside] = []
    meldingen: list[Fault] = []
    kept_price: set[Identiteit] = set()
    for one in care:
        meldingen += run.context.notes(one)
        refused = one.tarief.refused
        if refused is not None:
            aside.append(Aside.of(one, refused.reden, refused.toelichting))
            continue
        as_before = _as_before(run, one)
        if as_before is not one:
            kept_price.add(one.identiteit)
        kept.append(as_before)
    return Passed(kept, aside, meldingen, kept_price=frozenset(kept_price))


def _as_before(run: Clientrun, care: Care) -> Care:
    """Return care as the line that stands has it: a contract that changes in retrospect changes nothing."""
    standing = run.memory.standing.get(care.identiteit)
    if standing is None or standing.keeps is None:
        return care
    tarief = run.context.answers.at(care.tarief, standing.keeps)
    return care if tarief is care.tarief else Care(care.record, care.niveau, Placed.of(care.match, tarief), care.counted)
