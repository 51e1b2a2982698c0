"""Indexation: from a date on every price is higher (or lower) by a percentage; the old cells end the day before.

The rounding is explicit: half up to a whole step (by default one cent), once, from the exact product. A day price goes out as two
dagdelen, so its step is always even.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Literal, TypeAlias, assert_never

from attrs import evolve, frozen

from mpj.contract import Cel, Contract
from mpj.contract.matrix import DAY, Eenheden, by_place
from mpj.presentation import words
from mpj.protocol import Normtijd
from mpj.protocol.rounding import round_half_up
from mpj.reading.faults import Fault, InputError
from mpj.reading.fields import MAX_CENTS
from mpj.reading.periods import first_day, month_of

STAPPEN = {"cent": 1, "vijf_cent": 5, "tien_cent": 10, "euro": 100}
"""To what a new price is rounded, by name, in eurocents."""
Bestaande: TypeAlias = Literal["weigeren", "vervangen", "meenemen"]
"""What to do with prices that already begin on or after the date: refuse, replace them, or index them too."""
Veelvoud: TypeAlias = int | Literal["minuut"]
"""What a price of time is a multiple of: so many cents, or the minutes that it is per."""


@frozen
class Wijziging:
    """One indexed cell."""

    perceel: str
    """The code of the perceel."""
    prestatiecode: str
    """The prestatiecode."""
    kwalificatieniveau: str | None
    """The level; None: the price without level."""
    begindatum: date
    """The first day of the new price."""
    oud_cent: int
    """The old price, in eurocents."""
    nieuw_cent: int
    """The new price, in eurocents."""
    exact: Fraction
    """The new price before rounding."""


@frozen
class Indexatie:
    """The new set of cells, in the order of the matrix, what changed, and the rounding rule in a Dutch sentence."""

    cellen: tuple[Cel, ...]
    wijzigingen: tuple[Wijziging, ...]
    regel: str


def index_cells(
    contract: Contract,
    percentage: Fraction,
    vanaf: date,
    *,
    afronding: str = "cent",
    bestaande: Bestaande = "weigeren",
    deelbaar_door: Veelvoud | None = None,
) -> Indexatie:
    """Return the cells of `contract` with every price from `vanaf` on raised by `percentage` (exact, in percent).

    A cell valid on `vanaf` is cut in two; excluded cells stay as they are. `afronding` is a name of `STAPPEN`. With
    `deelbaar_door` a price of time is a multiple of so many cents, or, with ``minuut``, of its minutes: then the price of a minute,
    in which it travels, is whole. Raises InputError: `vanaf` is not the first of a month inside the contract,
    prices already begin there, or a new price would leave the permitted range.
    """
    faults = list(_date_faults(contract, vanaf))
    factor = 1 + percentage / 100
    if factor <= 0 or not percentage:
        text, wanted = "hiermee blijft er geen prijs over" if percentage else "hiermee verandert er niets", "boven -100, niet 0"
        faults.append(Fault("percentage_onjuist", kolom="percentage", toelichting=text, verwacht=f"een percentage {wanted}"))
    if faults:
        raise InputError(faults)
    eenheden = Eenheden.of(contract)
    cells: list[Cel] = []
    changes: list[Wijziging] = []
    for place, own in by_place(contract).items():
        step = _step(STAPPEN[afronding], eenheden.normtijd(place), deelbaar_door)
        for cel, base in sorted(_dated(contract, own, vanaf, bestaande, faults), key=lambda row: row[0].begindatum):
            if base is None:
                cells.append(cel)
                continue
            exact = base * factor
            cents = step * round_half_up(exact / step)
            faults += _price_faults(contract, cel, cents)
            cells.append(evolve(cel, tarief_cent=cents))
            changes.append(Wijziging(*place, cel.begindatum, base, cents, exact))
    if not changes and not faults:
        bestand, text = f"{contract.map or contract.id}/tarieven.csv", f"geen prijs geldt op of na {vanaf}"
        faults.append(Fault("niets_te_indexeren", bestand, toelichting=text))
    if faults:
        raise InputError(faults)
    return Indexatie(tuple(cells), tuple(changes), _rule(percentage, afronding, deelbaar_door))


def _step(step: int, normtijd: Normtijd, deelbaar_door: Veelvoud | None) -> int:
    """Return to what a price is rounded, in eurocents."""
    if any(part == 2 for part in normtijd.bericht.values()):
        step = lcm(step, 2)
    if deelbaar_door is None or not normtijd.minuten:
        return step
    return lcm(step, normtijd.minuten if deelbaar_door == "minuut" else deelbaar_door)


def _date_faults(contract: Contract, vanaf: date) -> Iterator[Fault]:
    if vanaf != first_day(month_of(vanaf)):
        text = "een tarief verandert op de eerste van een maand"
        yield Fault("datum_onjuist", kolom="vanaf", gevonden=str(vanaf), verwacht=str(first_day(month_of(vanaf))), toelichting=text)
    elif not contract.begindatum < vanaf <= contract.einddatum:
        expected = f"na {contract.begindatum}, uiterlijk {contract.einddatum}"
        text = "de datum ligt niet binnen het contract; verleng zo nodig eerst einddatum in contract.toml"
        yield Fault("datum_onjuist", kolom="vanaf", gevonden=str(vanaf), verwacht=expected, toelichting=text)


def _dated(
    contract: Contract, own: tuple[Cel, ...], vanaf: date, bestaande: Bestaande, faults: list[Fault]
) -> Iterator[tuple[Cel, int | None]]:
    """Return the new rows of one place, each with the price to index, None for a row that stays as it is."""
    for cel in own:
        if cel.einddatum < vanaf or cel.tarief_cent is None:
            yield cel, None
            continue
        if cel.begindatum < vanaf:
            yield evolve(cel, einddatum=vanaf - DAY), None
            if bestaande != "vervangen":
                yield evolve(cel, begindatum=vanaf), cel.tarief_cent
            continue
        match bestaande:
            case "meenemen":
                yield cel, cel.tarief_cent
            case "vervangen":
                pass
            case "weigeren":
                faults.append(_begins(contract, cel, vanaf))
            case other:
                assert_never(other)
    if bestaande == "vervangen":
        yield from _replaced(own, vanaf)


def _begins(contract: Contract, cel: Cel, vanaf: date) -> Fault:
    name = f"perceel {cel.perceel}, {cel.prestatiecode}, {cel.kwalificatieniveau or 'zonder niveau'}"
    text = f"{name}: hier begint al een prijs; gebruik `bestaande` vervangen of meenemen"
    bestand, expected = f"{contract.map or contract.id}/tarieven.csv", f"geen prijs op of na {vanaf}"
    return Fault("prijs_bestaat_al", bestand, cel.rij, "begindatum", str(cel.begindatum), expected, text)


def _replaced(own: tuple[Cel, ...], vanaf: date) -> Iterator[tuple[Cel, int | None]]:
    """Let the price of the day before `vanaf` run on, in place of the priced rows after it; excluded rows end it."""
    base = next((cel for cel in own if cel.begindatum < vanaf <= cel.einddatum + DAY and cel.tarief_cent is not None), None)
    following = [cel for cel in own if cel.einddatum >= vanaf]
    if base is None or base.tarief_cent is None:
        yield from ((cel, cel.tarief_cent) for cel in following if cel.tarief_cent is not None)
        return
    excluded = next((cel.begindatum for cel in following if cel.tarief_cent is None), None)
    end = excluded - DAY if excluded else max([base.einddatum, *(cel.einddatum for cel in following)])
    if end >= vanaf:
        yield evolve(base, begindatum=vanaf, einddatum=end), base.tarief_cent
    if excluded:
        yield from ((cel, cel.tarief_cent) for cel in following if cel.tarief_cent is not None and cel.begindatum > excluded)


def _price_faults(contract: Contract, cel: Cel, cents: int) -> Iterator[Fault]:
    if not 0 < cents <= MAX_CENTS:
        name = f"perceel {cel.perceel}, {cel.prestatiecode}, {cel.kwalificatieniveau or 'zonder niveau'}"
        bestand = f"{contract.map or contract.id}/tarieven.csv"
        yield Fault(
            "tarief_onjuist",
            bestand,
            cel.rij,
            "tarief",
            f"{cents} cent",
            "een tarief boven 0,00",
            f"{name}: na indexatie geen geldig tarief",
        )


def _rule(percentage: Fraction, afronding: str, deelbaar_door: Veelvoud | None) -> str:
    unit = {"cent": "hele centen", "vijf_cent": "5 cent", "tien_cent": "10 cent", "euro": "hele euro's"}[afronding]
    exact = words.number(percentage, 6).rstrip("0").rstrip(",")
    rounding = f"rekenkundig afgerond (half omhoog) op {unit}; een prijs per hele dag op een even aantal centen"
    if deelbaar_door is not None:
        multiple = "evenveel cent als hij minuten telt" if deelbaar_door == "minuut" else f"{deelbaar_door} cent"
        rounding += f", een prijs van tijd op een veelvoud van {multiple}"
    return f"oude prijs x (1 + {exact}/100), {rounding}"
