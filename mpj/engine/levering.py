"""A delivery on its way to a line, and what can be counted and priced of it: the arithmetic of steps 6 and 8."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import define

from mpj.engine.matching import Dekking
from mpj.engine.rounding import minutes_amount, shares
from mpj.protocol import Afronding, Protocol
from mpj.records.values import Registratie, Verblijf
from mpj.tariefkaart import Plaats, Prijs
from mpj.tariefkaart.model import Productcode


@define(eq=False)
class Levering:
    """One registratie, or one day of a stay, on its way to a line; each step fills in what it decides.

    `regel` is what makes a line: toewijzing, product code, month.
    """

    record: Registratie | Verblijf
    datum: date
    dekking: Dekking
    keuze: str
    prestatiecode: str
    plaats: Plaats
    prijs: Prijs
    eenheid: str
    code: Productcode
    maand: int
    regel: tuple[int, str, int] = (0, "", 0)
    niveau: str = ""
    geteld: int = 0
    som_voor: int = 0
    voor_limiet: int = 0
    units: int = 0
    cents: int = 0
    afgetopt: bool = False
    rest_cents: int = 0

    @property
    def volgorde(self) -> tuple[date, str, bool]:
        """Sort key: date, then id."""
        return self.datum, self.record.id, isinstance(self.record, Verblijf)


class Rekenwijze:
    """Counts and prices deliveries by the protocol's normtijden and the contract's rounding."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def afronding(self, levering: Levering) -> Afronding:
        return levering.plaats.kaart.instellingen.afronding(levering.prijs.normtijd)

    def measure(self, levering: Levering) -> int:
        """Return what a delivery counts, before presence and rounding: minutes, pieces, or one day."""
        record = levering.record
        if isinstance(record, Verblijf):
            return 1
        return (record.duur or 0) if levering.prijs.minuten else record.aantal

    def unrounded(self, levering: Levering) -> bool:
        return levering.eenheid in self.protocol.normtijden[levering.prijs.normtijd].ongerond

    def rounds(self, levering: Levering) -> bool:
        return levering.prijs.minuten > 0 and not self.unrounded(levering)

    def share(self, members: Sequence[Levering]) -> None:
        first = members[0]
        counted = [levering.geteld for levering in members]
        parts = shares(counted, first.prijs.minuten, self.afronding(first)) if self.rounds(first) else counted
        before = 0
        for levering, part in zip(members, parts, strict=True):
            levering.voor_limiet, levering.som_voor = part, before
            before += levering.geteld

    def cost(self, levering: Levering, units: int, line: int = 0) -> int:
        """Return the eurocents of `units`, on a line that already holds `line` units: exact, or the running difference of IV081."""
        price = levering.prijs.tarief_cent
        if self.unrounded(levering):
            return minutes_amount(price, line + units) - minutes_amount(price, line)
        return price * units

    def fits(self, levering: Levering, line: int, cents: int) -> int:
        """Return how many units `cents` buy on a line that already holds `line` units."""
        price = levering.prijs.tarief_cent
        if not self.unrounded(levering):
            return cents // price
        return (120 * (cents + minutes_amount(price, line)) + 59) // (2 * price) - line

    def per_unit(self, levering: Levering) -> int:
        return self.protocol.normtijden[levering.prijs.normtijd].bericht[levering.eenheid]
