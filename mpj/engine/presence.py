"""Step 5: group time is the client's presence, not the professionals'; a day of a stay counts once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Present(NamedTuple):
    """The time of one group record: `begin` minutes after midnight, None where only the length is known; `minuten` its length."""

    id: str
    begin: int | None
    minuten: int


def presence(records: Sequence[Present]) -> list[int]:
    """Return for each record of one client, toewijzing and date the minutes that it adds to the presence.

    In order of begin time and id a record adds what no earlier one covers. Records without times add nothing beside a timed
    one; among themselves the longest counts, then the lowest id.

    >>> presence([Present("a", 840, 120), Present("b", 840, 120)])
    [120, 0]
    """
    added = [0] * len(records)
    timed = sorted((record.begin, record.id, place) for place, record in enumerate(records) if record.begin is not None)
    if not timed:
        if records:
            longest = min(range(len(records)), key=lambda place: (-records[place].minuten, records[place].id))
            added[longest] = records[longest].minuten
        return added
    covered = 0
    for begin, _, place in timed:
        end = begin + records[place].minuten
        added[place] = max(0, end - max(begin, covered))
        covered = max(covered, end)
    return added
