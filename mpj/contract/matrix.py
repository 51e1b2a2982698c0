"""The matrix of a contract to walk over: cells by place, stretches of time in which nothing changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeAlias

from attrs import evolve, frozen

from mpj.contract.model import Cel, Contract, is_zorg, normtijd_of
from mpj.contract.rows import TARIEVEN, UITGESLOTEN
from mpj.protocol import Normtijd, Protocol

Sleutel: TypeAlias = tuple[str, str, str | None]
"""The place of a cell: perceel, prestatiecode, kwalificatieniveau (None: the price without level)."""

DAY = timedelta(days=1)


def by_place(contract: Contract) -> dict[Sleutel, tuple[Cel, ...]]:
    """Return the dated cells of each place, by date; places in the order of percelen, prestatiecodes and levels."""
    groups: dict[Sleutel, list[Cel]] = {}
    for cel in contract.cellen:
        groups.setdefault((cel.perceel, cel.prestatiecode, cel.kwalificatieniveau), []).append(cel)
    order = Order(contract.protocol, [perceel.code for perceel in contract.percelen])
    return {place: tuple(sorted(groups[place], key=lambda cel: cel.begindatum)) for place in sorted(groups, key=order)}


class Order:
    """The order in which people read cells: perceel, prestatiecode (numeric per part), then without level, then low to high."""

    def __init__(self, protocol: Protocol, percelen: Iterable[str]) -> None:
        self._percelen = {code: place for place, code in enumerate(dict.fromkeys(percelen))}
        self._codes = {code: place for place, code in enumerate(protocol.prestatiecodes)}
        self._niveaus = {naam: niveau.rang for naam, niveau in protocol.kwalificatieniveaus.items()}

    def __call__(self, place: Sleutel) -> tuple[int, int, int]:
        """Return the sort key of a place."""
        perceel, code, niveau = place
        return self._percelen.get(perceel, len(self._percelen)), self._codes[code], self._niveaus[niveau] if niveau else -1


def valid_on(cells: Sequence[Cel], day: date) -> Cel | None:
    """Return the cell that covers `day`, None when there is none."""
    return next((cel for cel in cells if cel.begindatum <= day <= cel.einddatum), None)


def stretches(begin: date, end: date, cells: Iterable[Cel]) -> Iterator[tuple[date, date]]:
    """Cut the inclusive period into stretches at every date on which one of `cells` begins or has ended."""
    cuts = {begin}
    for cel in cells:
        cuts.update(cut for cut in (cel.begindatum, cel.einddatum + DAY) if begin < cut <= end)
    ordered = sorted(cuts)
    yield from zip(ordered, [*(cut - DAY for cut in ordered[1:]), end], strict=True)


@frozen
class Eenheden:
    """Says per which normtijd each place of a contract is priced."""

    contract: Contract
    zonder: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, contract: Contract) -> Eenheden:
        """Return the units of a contract."""
        return cls(
            contract, frozenset((cel.perceel, cel.prestatiecode) for cel in contract.cellen if cel.kwalificatieniveau is None)
        )

    def normtijd(self, place: Sleutel) -> Normtijd:
        """Return the normtijd that the price at `place` is per."""
        perceel, code, niveau = place
        protocol = self.contract.protocol
        zorg = is_zorg(protocol, code, niveau, zonder_niveau=(perceel, code) in self.zonder)
        found = normtijd_of(protocol, self.contract.normtijd, code, zorg=zorg)
        assert found is not None, "a loaded contract names every normtijd"
        return found


def percentage(old: int, new: int) -> Fraction | None:
    """Return by how many percent `new` differs from `old`, exact; None when `old` is 0."""
    return Fraction(100 * (new - old), old) if old else None


def hour_price(cents: int | None, normtijd: Normtijd) -> int | None:
    """Return the price of an hour for a price per unit of time, None where the unit is no time or there is no price."""
    if cents is None or not normtijd.minuten:
        return None
    hours, rest = divmod(60 * cents, normtijd.minuten)
    return None if rest else hours


def merged(cells: Iterable[Cel]) -> list[Cel]:
    """Return the cells with rows that follow on each other at one price taken together; order as given, by first row."""
    result: dict[Sleutel, list[Cel]] = {}
    for cel in sorted(cells, key=lambda cel: cel.begindatum):
        own = result.setdefault((cel.perceel, cel.prestatiecode, cel.kwalificatieniveau), [])
        if own and own[-1].tarief_cent == cel.tarief_cent and own[-1].einddatum + DAY == cel.begindatum:
            own[-1] = evolve(own[-1], einddatum=cel.einddatum)
        else:
            own.append(cel)
    return [cel for own in result.values() for cel in own]


def tarieven_text(contract: Contract, cells: Iterable[Cel]) -> str:
    """Return `cells` as the text of ``tarieven.csv``: an end at the contract's end is left empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(TARIEVEN.columns.known)
    for cel in cells:
        writer.writerow(tarieven_row(contract, cel).values())
    return stream.getvalue()


def price_text(cents: int) -> str:
    """Return a price as ``tarieven.csv`` has it: euros, with a comma and nothing between thousands."""
    return f"{cents // 100},{cents % 100:02d}"


def tarieven_row(contract: Contract, cel: Cel) -> Mapping[str, str]:
    """Return one cell as a row of ``tarieven.csv``."""
    price = UITGESLOTEN if cel.tarief_cent is None else price_text(cel.tarief_cent)
    return {
        "perceel": cel.perceel,
        "prestatiecode": cel.prestatiecode,
        "kwalificatieniveau": cel.kwalificatieniveau or "",
        "begindatum": cel.begindatum.isoformat(),
        "einddatum": "" if cel.einddatum == contract.einddatum else cel.einddatum.isoformat(),
        "tarief": price,
    }
