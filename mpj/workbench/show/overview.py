"""The matrix as people read it: per perceel, prestatiecodes down, levels across, one row per stretch of time.

The overview is a value; `show_text`, `show_files` and `show_html` only draw it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from attrs import frozen

from mpj.contract import Cel, Contract, Productprijs
from mpj.contract.matrix import Eenheden, by_place, hour_price, percentage, stretches, valid_on
from mpj.protocol import Normtijd
from mpj.tariefkaart import compile_tariefkaart

PRIJS, UITGESLOTEN, LEEG = "prijs", "uitgesloten", "leeg"
ZONDER_NIVEAU = ""
"""The column of the price without level."""


@frozen
class Vak:
    """One field."""

    soort: str
    """prijs, uitgesloten, or leeg where there is no cell."""
    normtijd: Normtijd | None
    """What the price is per."""
    tarief_cent: int | None = None
    """The price, in eurocents."""
    uur_cent: int | None = None
    """The price of an hour, in eurocents, where it is one of time."""
    sprong: Fraction | None = None
    """The change in percent from the row above; None where the price did not change."""


@frozen
class Rij:
    """One prestatiecode during one stretch of time (dates inclusive), by level; ZONDER_NIVEAU is the price without level."""

    prestatiecode: str
    naam: str
    begindatum: date
    einddatum: date
    vakken: Mapping[str, Vak]
    vervolg: bool


@frozen
class Blad:
    """One perceel. `kolommen` are the columns in use, low to high, the price without level first."""

    perceel: str
    naam: str
    gemeenten: tuple[str, ...]
    kolommen: tuple[str, ...]
    rijen: tuple[Rij, ...]


@frozen
class Matrixoverzicht:
    """A whole contract as people read it; `hash` is the short content hash of its tariefkaart."""

    contract: str
    aanbieder: str
    begindatum: date
    einddatum: date
    hash: str
    bladen: tuple[Blad, ...]
    plafonds: tuple[tuple[str, str, int], ...] = ()
    """Each ceiling as gemeente, prestatiecode and eurocents; what it is not about is empty."""
    producten: tuple[Productprijs, ...] = ()
    """What is bought beside MPJ."""


def overview(contract: Contract, *, op: date | None = None) -> Matrixoverzicht:
    """Return the overview of a checked contract; with `op`, only what holds on that date. Prices in eurocents."""
    places = by_place(contract)
    eenheden = Eenheden.of(contract)
    rows: dict[str, dict[str, dict[str | None, tuple[Cel, ...]]]] = {}
    for (home, code, niveau), cells in places.items():
        rows.setdefault(home, {}).setdefault(code, {})[niveau] = cells
    bladen: list[Blad] = []
    for perceel in contract.percelen:
        per_code = rows.get(perceel.code, {})
        used = {niveau or ZONDER_NIVEAU for levels in per_code.values() for niveau in levels}
        kolommen = tuple(naam for naam in (ZONDER_NIVEAU, *contract.protocol.niveaus) if naam in used)
        rijen = tuple(
            rij
            for code, levels in per_code.items()
            for rij in _rijen(contract, eenheden, perceel.code, code, levels, kolommen)
            if op is None or rij.begindatum <= op <= rij.einddatum
        )
        bladen.append(Blad(perceel.code, perceel.naam, perceel.gemeenten, kolommen, rijen))
    kaart = compile_tariefkaart(contract)
    term = contract.begindatum, contract.einddatum
    producten = tuple(one for one in contract.producten if op is None or one.begindatum <= op <= one.einddatum)
    beside = contract.plafond.ceilings, producten
    return Matrixoverzicht(contract.id, contract.aanbieder, *term, kaart.hash, tuple(bladen), *beside)


def _rijen(
    contract: Contract,
    eenheden: Eenheden,
    perceel: str,
    code: str,
    levels: Mapping[str | None, tuple[Cel, ...]],
    kolommen: tuple[str, ...],
) -> Iterator[Rij]:
    before: dict[str, Vak] = {}
    units = {kolom: eenheden.normtijd((perceel, code, kolom or None)) for kolom in kolommen if (kolom or None) in levels}
    cells = [cel for own in levels.values() for cel in own]
    for begin, end in stretches(contract.begindatum, contract.einddatum, cells):
        vakken: dict[str, Vak] = {}
        for kolom in kolommen:
            cel = valid_on(levels.get(kolom or None, ()), begin)
            if cel is None:
                vakken[kolom] = Vak(LEEG, units.get(kolom))
            elif cel.tarief_cent is None:
                vakken[kolom] = Vak(UITGESLOTEN, units[kolom])
            else:
                old = before[kolom].tarief_cent if kolom in before else None
                change = percentage(old, cel.tarief_cent) if old is not None and old != cel.tarief_cent else None
                hour = hour_price(cel.tarief_cent, units[kolom])
                vakken[kolom] = Vak(PRIJS, units[kolom], cel.tarief_cent, hour, change)
        naam = contract.protocol.prestatiecodes[code].naam
        yield Rij(code, naam, begin, end, vakken, bool(before))
        before = vakken


def column_name(kolom: str) -> str:
    """Return a column as people call it."""
    return kolom or "zonder niveau"
