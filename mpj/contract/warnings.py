"""What a contract manager wants to be warned of in a matrix that loads without faults. A warning never changes a price.

Each kind of warning is one function in `CHECKS`: a contract in, warnings out, with file, row, what was found and expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from statistics import median_low
from types import MappingProxyType

from attrs import field, frozen

from mpj.contract.matrix import Eenheden, Sleutel, by_place, percentage
from mpj.contract.model import Cel, Contract
from mpj.contract.plausible import plausible
from mpj.presentation import words
from mpj.reading.faults import Fault
from mpj.reading.fields import MAX_CENTS
from mpj.reading.register import Foutcode

SPRONG = Fraction(10)
_FACTOR_LOW = 3
"""An hour price is four times a quarter price; between levels of one code the dearest is seldom three times the cheapest."""
_FACTOR_BEYOND = 2
"""So many times what is usual at most, a quarter price is no longer dear: it is the price of an hour."""


@frozen
class Matrix:
    """A contract prepared for the checks: its places by date, per code, and its units."""

    contract: Contract
    bestand: str
    places: Mapping[Sleutel, tuple[Cel, ...]]
    per_code: Mapping[tuple[str, str], Mapping[str | None, tuple[Cel, ...]]]
    eenheden: Eenheden
    sprong: Fraction = field(default=SPRONG)

    @classmethod
    def of(cls, contract: Contract, sprong: Fraction = SPRONG) -> Matrix:
        """Prepare `contract`."""
        places = by_place(contract)
        per_code: dict[tuple[str, str], dict[str | None, tuple[Cel, ...]]] = {}
        for (perceel, code, niveau), cells in places.items():
            per_code.setdefault((perceel, code), {})[niveau] = cells
        bestand = f"{contract.map or contract.id}/tarieven.csv"
        return cls(contract, bestand, places, per_code, Eenheden.of(contract), sprong)

    def warn(self, code: Foutcode, cel: Cel, gevonden: str, verwacht: str, text: str) -> Fault:
        """Return a warning about a cell."""
        niveau = f", {cel.kwalificatieniveau}" if cel.kwalificatieniveau else ""
        name = f"perceel {cel.perceel}, {cel.prestatiecode}{niveau}"
        return Fault(code, self.bestand, cel.rij, "tarief", gevonden, verwacht, f"{name}: {text}", "waarschuwing")


def warnings_of(contract: Contract, *, sprong: Fraction = SPRONG) -> list[Fault]:
    """Return the warnings about a checked contract, in the order of `CHECKS`, then of the matrix (docs/tariffs.md)."""
    matrix = Matrix.of(contract, sprong)
    return [fault for check in CHECKS.values() for fault in check(matrix)]


def _higher_cheaper(matrix: Matrix) -> Iterator[Fault]:
    """A higher level that costs less than a lower one, once per pair of cells."""
    niveaus = matrix.contract.protocol.niveaus
    for levels in matrix.per_code.values():
        priced = [(niveau, levels[niveau]) for niveau in niveaus if niveau in levels]
        for (low, low_cells), (high, high_cells) in combinations(priced, 2):
            for cel, other in _together(high_cells, low_cells):
                if cel.tarief_cent is not None and other.tarief_cent is not None and cel.tarief_cent < other.tarief_cent:
                    text = f"{high} is goedkoper dan {low} (rij {other.rij})"
                    yield matrix.warn(
                        "niveau_goedkoper", cel, words.amount(cel.tarief_cent), f"minstens {words.amount(other.tarief_cent)}", text
                    )


def _together(left: Sequence[Cel], right: Sequence[Cel]) -> Iterator[tuple[Cel, Cel]]:
    """Pair the cells that are valid at the same time."""
    for one in left:
        for other in right:
            if one.begindatum <= other.einddatum and other.begindatum <= one.einddatum:
                yield one, other


def _excluded(matrix: Matrix) -> Iterator[Fault]:
    """Levels excluded here that most other prestatiecodes of the perceel have, once per prestatiecode."""
    having: dict[tuple[str, str], set[str]] = {}
    sharing: dict[str, set[str]] = {}
    for (perceel, code, niveau), cells in matrix.places.items():
        if niveau:
            sharing.setdefault(perceel, set()).add(code)
            if any(cel.tarief_cent is not None for cel in cells):
                having.setdefault((perceel, niveau), set()).add(code)
    for (perceel, code), levels in matrix.per_code.items():
        found: list[tuple[str, Cel]] = []
        for niveau, cells in levels.items():
            excluded = next((cel for cel in cells if cel.tarief_cent is None), None)
            others = having.get((perceel, niveau or ""), set()) - {code}
            if excluded is not None and niveau and 2 * len(others) > len(sharing[perceel] - {code}):
                found.append((niveau, excluded))
        if found:
            names = ", ".join(niveau for niveau, _ in found)
            text = f"perceel {perceel}, {code}: {names} uitgesloten; de meeste prestatiecodes van dit perceel hebben ze wel"
            expected = "een prijs, als dit niet zo is bedoeld"
            yield Fault("niveau_uitgesloten", matrix.bestand, found[0][1].rij, "tarief", names, expected, text, "waarschuwing")


def _missing_level(matrix: Matrix) -> Iterator[Fault]:
    """A level without a cell on a code that is priced per level: bills as excluded, but may have been forgotten."""
    niveaus = matrix.contract.protocol.niveaus
    for (perceel, code), levels in matrix.per_code.items():
        missing = [niveau for niveau in niveaus if niveau not in levels]
        present = [cells[0] for niveau, cells in levels.items() if niveau]
        if present and missing:
            cel = present[0]
            text = f"perceel {perceel}, {code}: geen cel voor {', '.join(missing)}; dat rekent als uitgesloten"
            yield Fault(
                "cel_ontbreekt",
                matrix.bestand,
                cel.rij,
                "kwalificatieniveau",
                "geen rij",
                "een prijs of uitgesloten",
                text,
                "waarschuwing",
            )


def _jump(matrix: Matrix) -> Iterator[Fault]:
    """A price that changes by more than the given percentage."""
    for cells in matrix.places.values():
        for before, after in pairwise(cells):
            if before.tarief_cent is None or after.tarief_cent is None:
                continue
            change = percentage(before.tarief_cent, after.tarief_cent)
            if change is not None and abs(change) > matrix.sprong:
                old, new = words.euros(before.tarief_cent), words.euros(after.tarief_cent)
                text, most = f"van {old} naar {new} op {words.short_day(after.begindatum)}", words.percent(matrix.sprong)
                yield matrix.warn("tarief_sprong", after, words.percent(change, signed=True), f"hoogstens {most}", text)


def _no_price(matrix: Matrix) -> Iterator[Fault]:
    """A prestatiecode that the contract names, in the matrix, the code table or [normtijd], but that never has a price."""
    contract = matrix.contract
    priced = {cel.prestatiecode for cel in contract.cellen if cel.tarief_cent is not None}
    named = {cel.prestatiecode: "tarieven.csv" for cel in contract.cellen}
    named |= {row.prestatiecode: "codes.csv" for row in contract.codes or () if row.prestatiecode not in named}
    named |= {code: "contract.toml" for code in contract.normtijd if code not in named}
    for code in contract.protocol.prestatiecodes:
        if code in named and code not in priced:
            text = f"{code} wordt genoemd, maar heeft in geen enkel perceel een prijs"
            bestand = f"{contract.map or contract.id}/{named[code]}"
            yield Fault("prestatiecode_zonder_prijs", bestand, 0, "prestatiecode", code, "minstens één prijs", text, "waarschuwing")


def _hour_for_quarter(matrix: Matrix) -> Iterator[Fault]:
    """A quarter price that looks like the price of an hour: about four times its peers, or beyond what a quarter costs."""
    quarters: dict[tuple[str, str], dict[Sleutel, list[int]]] = {}
    for place, cells in matrix.places.items():
        if matrix.eenheden.normtijd(place).minuten == 15 and place[2]:
            prices = [cel.tarief_cent for cel in cells if cel.tarief_cent is not None]
            quarters.setdefault(("niveau", place[2]), {})[place] = prices
            quarters.setdefault(("code", f"{place[0]} {place[1]}"), {})[place] = prices
    middle = {kind: _middle(group) for kind, group in quarters.items()}
    for place, cells in matrix.places.items():
        if place not in quarters.get(("niveau", place[2] or ""), {}):
            continue
        peers = [middle["niveau", place[2] or ""], middle["code", f"{place[0]} {place[1]}"]]
        usual = plausible().of(place[2], matrix.eenheden.normtijd(place))
        bound = _FACTOR_BEYOND * usual.hoogst if usual else MAX_CENTS
        for cel in cells:
            if cel.tarief_cent is None:
                continue
            reference = [peer for peer in peers if peer and cel.tarief_cent >= _FACTOR_LOW * peer]
            if reference or cel.tarief_cent > bound:
                near = f"rond {words.amount(reference[0])}" if reference else f"hoogstens {words.amount(bound)}"
                text = f"lijkt een uurprijs waar een kwartierprijs hoort (een kwart is {words.amount(cel.tarief_cent // 4)})"
                yield matrix.warn("factor_vier", cel, words.amount(cel.tarief_cent), near, text)


def _out_of_range(matrix: Matrix) -> Iterator[Fault]:
    """A price outside what is usual for its level and unit, that is not told of as the price of an hour."""
    told = {fault.rij for fault in _hour_for_quarter(matrix)}
    codes = matrix.contract.protocol.prestatiecodes
    for place, cells in matrix.places.items():
        normtijd = matrix.eenheden.normtijd(place)
        # Without level the ranges are of groups and stays; a trip or a measure of jeugdbescherming is none of these.
        known = place[2] is not None or codes[place[1]].hulpvorm.niveau == "zorg"
        usual = plausible().of(place[2], normtijd) if known else None
        for cel in cells:
            if cel.tarief_cent is None or usual is None or cel.rij in told or usual.laagst <= cel.tarief_cent <= usual.hoogst:
                continue
            side = "onder" if cel.tarief_cent < usual.laagst else "boven"
            source = plausible().bron.partition(" (")[0]
            text = f"{side} wat per {normtijd.woord()} gebruikelijk is; klopt de eenheid? (bron: {source})"
            expected = f"{words.amount(usual.laagst)} tot en met {words.amount(usual.hoogst)}"
            yield matrix.warn("tarief_buiten_bereik", cel, words.amount(cel.tarief_cent), expected, text)


def _empty_perceel(matrix: Matrix) -> Iterator[Fault]:
    """A perceel of the contract without a single price: a sheet that got lost, perhaps."""
    contract = matrix.contract
    priced = {cel.perceel for cel in contract.cellen if cel.tarief_cent is not None}
    for perceel in contract.percelen:
        if perceel.code not in priced:
            text = f"perceel {perceel.code} heeft geen enkele prijs"
            bestand = f"{contract.map or contract.id}/tarieven.csv"
            yield Fault("perceel_zonder_prijs", bestand, 0, "perceel", perceel.code, "minstens één prijs", text, "waarschuwing")


def _middle(group: Mapping[Sleutel, Sequence[int]]) -> int:
    prices = [price for own in group.values() for price in own]
    return median_low(prices) if len(group) > 1 and prices else 0


def _ends_early(matrix: Matrix) -> Iterator[Fault]:
    """A cell whose last row ends before the contract does."""
    for cells in matrix.places.values():
        last = cells[-1]
        if last.einddatum < matrix.contract.einddatum and last.tarief_cent is not None:
            text = "na deze rij is er geen prijs meer, terwijl het contract doorloopt"
            yield matrix.warn(
                "cel_eindigt_eerder", last, words.short_day(last.einddatum), words.short_day(matrix.contract.einddatum), text
            )


CHECKS: Mapping[str, Callable[[Matrix], Iterator[Fault]]] = MappingProxyType(
    {
        "factor_vier": _hour_for_quarter,
        "tarief_buiten_bereik": _out_of_range,
        "niveau_goedkoper": _higher_cheaper,
        "tarief_sprong": _jump,
        "perceel_zonder_prijs": _empty_perceel,
        "prestatiecode_zonder_prijs": _no_price,
        "niveau_uitgesloten": _excluded,
        "cel_ontbreekt": _missing_level,
        "cel_eindigt_eerder": _ends_early,
    }
)
"""Every warning by its code; docs/tariffs.md explains each."""
