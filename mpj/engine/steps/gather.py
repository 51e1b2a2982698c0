"""Step 9: the care of each line; a line that comes to nothing is none."""

from __future__ import annotations

from collections.abc import Sequence

from mpj.engine.care import Aside, Care, Clientrun, Passed, by_line
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("geen_tijd",)


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Set aside the care of lines that come to nothing; the rest is what the lines are made of."""
    if all(one.counted.cent for one in care):
        return Passed(care)
    empty = {key for key, members in by_line(care).items() if not any(one.counted.cent for one in members)}
    aside = [Aside.of(one, "geen_tijd", "de regel komt op 0 uit", 0) for one in care if one.identiteit in empty]
    return Passed([one for one in care if one.identiteit not in empty], aside)
