"""Old lines carried over, as tables and as a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Row, Table
from mpj.protocol import MPJ_16, Protocol
from mpj.protocol.rounding import round_half_up
from mpj.workbench.convert.conversion import Omgezet, Som

Sums = Mapping[tuple[str, str, str, str], Som]
_GEMEENTE = Column("gemeente", "code", "gemeente")
_CARE = Column("code", "code", "prestatiecode"), Column("niveau", "code", "kwalificatieniveau", {"": "zonder"})


def report(outcome: Omgezet, *, most: int) -> Report:
    """Return how much was carried over, and the `most` largest codes that were not."""
    counts = f"{words.counted(outcome.vertaald, 'regel')} omgezet"
    parts: list[Part] = [f"{counts}: {words.euros(outcome.totaal - outcome.gemist)} van {words.euros(outcome.totaal)}."]
    if outcome.niet_vertaald:
        parts.append(unmapped(outcome).first(most, "alles staat in niet_vertaald.csv"))
    return Report("", (), tuple(parts))


def carried_over(outcome: Omgezet) -> Table:
    """Return one row per month, gemeente, prestatiecode and level."""
    columns = (
        *(Column("periode", "code", "periode"), _GEMEENTE, *_CARE),
        *(Column("volume", "units", "volume"), Column("bedrag", "cent", "bedrag_cent")),
    )
    order = _order(outcome.protocol)
    keys = sorted(outcome.groepen, key=lambda key: (key[0], key[1], order[key[2]], order[key[3]]))
    return Table("Was-wordt", columns, ((*key, outcome.groepen[key].volume, outcome.groepen[key].cent) for key in keys))


def unmapped(outcome: Omgezet) -> Table:
    """Return what the table does not map, the largest amounts first."""
    columns = (
        *(_GEMEENTE, Column("aanbieder", "code", "aanbieder"), Column("productcode", "code", "productcode")),
        *(Column("regels", "count", "regels"), Column("volume", "units", "volume"), Column("bedrag", "cent", "bedrag_cent")),
    )
    found = sorted(outcome.niet_vertaald.items(), key=lambda item: (-abs(item[1].cent), item[0]))
    return Table("Niet in de tabel", columns, ((*party, som.regels, som.volume, som.cent) for party, som in found))


def compared(old: Sums, new: Sums, *, protocol: Protocol = MPJ_16) -> Table:
    """Return old and new per gemeente, prestatiecode and level: totals, months, and eurocents per month, rounded half up.

    A month counts for a gemeente when it has any line in it, so that a quiet code is compared over the same months.
    """
    sides = ((f"maanden {side}", f"{side}", f"{side} per maand") for side in ("oud", "nieuw"))
    columns = [_GEMEENTE, *_CARE]
    for months, whole, mean in sides:
        columns += [
            Column(months, "count", months.replace(" ", "_")),
            Column(whole, "cent", f"{whole}_cent"),
            Column(mean, "cent", f"{mean.replace(' ', '_')}_cent"),
        ]
    columns.append(Column("verschil per maand", "cent", "verschil_per_maand_cent", signed=True))
    return Table("Vergelijking", tuple(columns), _compared(old, new, protocol))


def _compared(old: Sums, new: Sums, protocol: Protocol) -> Iterator[Row]:
    order = _order(protocol)
    months = [_months(side) for side in (old, new)]
    sums = [_by_place(side) for side in (old, new)]
    for place in sorted({*sums[0], *sums[1]}, key=lambda place: (place[0], order[place[1]], order[place[2]])):
        found: list[int] = []
        for side in (0, 1):
            cents, count = sums[side].get(place, 0), len(months[side].get(place[0], ()))
            found += [count, cents, round_half_up(Fraction(cents, count)) if count else 0]
        yield (*place, *found, found[5] - found[2])


def _order(protocol: Protocol) -> Mapping[str, int]:
    return {code: place for place, code in enumerate((*protocol.prestatiecodes, "", *protocol.niveaus))}


def _months(side: Sums) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for periode, gemeente, _, _ in side:
        result.setdefault(gemeente, set()).add(periode)
    return result


def _by_place(side: Sums) -> dict[tuple[str, str, str], int]:
    result: dict[tuple[str, str, str], int] = {}
    for (_, *place), som in side.items():
        key = place[0], place[1], place[2]
        result[key] = result.get(key, 0) + som.cent
    return result
