"""Which groups may be told: none of fewer than five clients, none that one client makes up, and none that follows from others.

The finest groups are those of one aanbieder in one gemeente. Those that are too small are put together with others until every
group (*block*) may be told. A cell is shown only where it holds whole blocks. So whatever is added up or subtracted, over cells,
regions drawn otherwise and periods, gives a sum of blocks: the blocks of a quarter follow from its care alone, not from the call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

FEW = 5
"""Fewer clients than this are not told."""
MOST_PERCENT = 80
"""Of a group that is told no client has a larger share."""

Fijnst: TypeAlias = tuple[str, str]
"""Aanbieder and gemeente: the finest group."""
Aandelen: TypeAlias = Mapping[int, tuple[int, int]]
"""By client the eurocents and the amount of care in a group."""
Block: TypeAlias = frozenset[Fijnst]


def may_be_told(aandelen: Aandelen) -> bool:
    """Say whether a group is large enough, and no client makes up most of its euros or of its care."""
    clients = [pair for pair in aandelen.values() if max(pair) > 0]
    if len(clients) < FEW:
        return False
    columns = [[max(0, one) for one in column] for column in zip(*clients, strict=True)]
    return all(max(column) * 100 <= MOST_PERCENT * sum(column) for column in columns)


def together(groups: Iterable[Aandelen]) -> Aandelen:
    """Return what clients have in groups together."""
    found: dict[int, tuple[int, int]] = {}
    for group in groups:
        for client, (cent, amount) in group.items():
            before = found.get(client, (0, 0))
            found[client] = before[0] + cent, before[1] + amount
    return found


def blocks_of(groups: Mapping[Fijnst, Aandelen]) -> tuple[Block, ...]:
    """Return the finest groups put together until each may be told; none where all of them together may not.

    Small groups of one aanbieder go together, and with its smallest other one where that is not enough; then what is left within a
    gemeente, then all that is left, at last with the smallest block.
    """
    done: list[Block] = []
    for aanbieder in sorted({place[0] for place in groups}):
        done += _of_aanbieder({place: one for place, one in groups.items() if place[0] == aanbieder})
    left = [block for block in done if not _told(groups, block)]
    done = [block for block in done if block not in left]
    for gemeente in sorted({place[1] for place in groups}):
        inside = [block for block in left if {place[1] for place in block} == {gemeente}]
        if (whole := frozenset().union(*inside)) and _told(groups, whole):
            done.append(whole)
            left = [block for block in left if block not in inside]
    if rest := frozenset().union(*left):
        while done and not _told(groups, rest):
            smallest = _smallest(groups, done)
            done.remove(smallest)
            rest |= smallest
        done = [*done, rest] if _told(groups, rest) else []
    return tuple(done)


def _of_aanbieder(own: Mapping[Fijnst, Aandelen]) -> list[Block]:
    """Return the blocks of one aanbieder; where all of it is too small, that is one block."""
    done = [frozenset({place}) for place, one in own.items() if may_be_told(one)]
    rest = frozenset(own).difference(*done)
    while rest and done and not _told(own, rest):
        smallest = _smallest(own, done)
        done.remove(smallest)
        rest |= smallest
    return [*done, rest] if rest else done


def _told(groups: Mapping[Fijnst, Aandelen], block: Block) -> bool:
    return may_be_told(together(groups[place] for place in block))


def _smallest(groups: Mapping[Fijnst, Aandelen], blocks: Collection[Block]) -> Block:
    return min(blocks, key=lambda block: (len(together(groups[place] for place in block)), sorted(block)))


def shown(cell: Collection[Fijnst], blocks: Collection[Block]) -> bool:
    """Say whether a cell of finest groups holds whole blocks, and nothing else."""
    inside = frozenset(cell)
    return inside == frozenset().union(*(block for block in blocks if block <= inside))
