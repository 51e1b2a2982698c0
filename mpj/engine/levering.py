"""A delivery on its way to a line, and what can be counted and priced of it: the arithmetic of steps 6 and 8."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mpj.engine.matching import Dekking, Match
from mpj.engine.tarieven import Tarief
from mpj.protocol.rounding import amount
from mpj.records.entries import Entry
from mpj.records.values import Verblijf
from mpj.tariefkaart import Plaats, Prijs
from mpj.tariefkaart.model import Productcode

Regelsleutel = tuple[int, str, int]


class Levering:
    """One registratie, or one day of a stay, on its way to a line; each step fills in what it decides.

    `regel` is what makes a line: toewijzing, product code, month. `geteld` minutes, pieces or days; `voor_limiet` and `units`
    normed units before and after the limits, `cents` what they cost, `rest_cents` what a limit took off.
    """

    regel: Regelsleutel = (0, "", 0)
    geteld = 0
    som_voor = 0
    voor_limiet = 0
    units = 0
    cents = 0
    afgetopt = False
    rest_cents = 0

    def __init__(self, record: Entry | Verblijf, datum: date, match: Match, tarief: Tarief, niveau: str) -> None:
        self.record = record
        self.datum = datum
        self.match = match
        self.tarief = tarief
        self.niveau = niveau

    @property
    def volgorde(self) -> tuple[date, str, bool]:
        """Sort key: date, then id."""
        return self.datum, self.record.id, isinstance(self.record, Verblijf)

    @property
    def dekking(self) -> Dekking:
        """The toewijzing that it is delivered on."""
        return self.match.dekking

    @property
    def prestatiecode(self) -> str:
        """The prestatiecode."""
        return self.match.prestatiecode

    @property
    def plaats(self) -> Plaats:
        """Contract and perceel."""
        assert self.tarief.plaats is not None
        return self.tarief.plaats

    @property
    def prijs(self) -> Prijs:
        """The price row."""
        assert self.tarief.prijs is not None
        return self.tarief.prijs

    @property
    def code(self) -> Productcode:
        """The product code that the line bears."""
        assert self.tarief.code is not None
        return self.tarief.code

    @property
    def eenheid(self) -> str:
        """The unit on the wire."""
        return self.tarief.eenheid

    @property
    def maand(self) -> int:
        """The month of the product period."""
        return self.tarief.maand


def measure(levering: Levering) -> int:
    """Return what a delivery counts, before presence and rounding: minutes, pieces, or one day."""
    record = levering.record
    if isinstance(record, Verblijf):
        return 1
    return (record.tijd.duur or 0) if levering.tarief.telt_minuten else record.vorm.aantal


def share(members: Sequence[Levering]) -> None:
    """Give each delivery of one sum its share: the sum with it, rounded, minus the sum before it, rounded (never round twice)."""
    eenheden = members[0].tarief.eenheden
    total = before = 0
    for levering in members:
        levering.som_voor = total
        total += levering.geteld
        after = eenheden[total]
        levering.voor_limiet, before = after - before, after


def cost(levering: Levering, units: int, line: int = 0) -> int:
    """Return the eurocents of `units`, on a line that already holds `line` units: exact, or the running difference of IV081."""
    return amount(levering.prijs.tarief_cent, units, unrounded=levering.tarief.ongerond, before=line)


def fits(levering: Levering, line: int, cents: int) -> int:
    """Return how many units `cents` buy on a line that already holds `line` units."""
    price = levering.prijs.tarief_cent
    if not levering.tarief.ongerond:
        return cents // price
    return (120 * (cents + amount(price, line, unrounded=True)) + 59) // (2 * price) - line
