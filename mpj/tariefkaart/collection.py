"""The tariefkaarten of one call: which contract and perceel a toewijzing's care falls under on a date, and what its code means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from attrs import frozen

from mpj.reading.periods import month_of
from mpj.records.values import Toewijzing
from mpj.tariefkaart.model import Productcode, Tariefkaart

NoPlace = Literal["geen_contract", "perceel_onbekend", "prestatiecode_niet_gecontracteerd"]
"""Why care falls under no contract or perceel."""


@frozen(eq=False)
class Plaats:
    """Where care falls: a tariefkaart and one of its percelen."""

    kaart: Tariefkaart
    perceel: str


class Tariefkaarten:
    """All tariefkaarten of a call, looked up by aanbieder and gemeente."""

    def __init__(self, kaarten: Sequence[Tariefkaart]) -> None:
        self.kaarten = tuple(kaarten)
        self._by_aanbieder: dict[str, list[Tariefkaart]] = {}
        self._by_gemeente: dict[tuple[str, str], list[Tariefkaart]] = {}
        for kaart in sorted(kaarten, key=lambda kaart: (kaart.instellingen.begindatum, kaart.instellingen.contract)):
            self._by_aanbieder.setdefault(kaart.instellingen.aanbieder, []).append(kaart)
            for gemeente in kaart.instellingen.gemeenten:
                self._by_gemeente.setdefault((kaart.instellingen.aanbieder, gemeente), []).append(kaart)
        self._likes: dict[tuple[str, str], int] = {}
        self._signatures: dict[tuple[object, ...], int] = {}
        self._examples: list[tuple[str, str]] = []
        self._places: dict[tuple[object, ...], Plaats | NoPlace] = {}

    def has(self, aanbieder: str) -> bool:
        """Say whether the call has any contract of `aanbieder`."""
        return aanbieder in self._by_aanbieder

    def like(self, aanbieder: str, gemeente: str) -> int:
        """Return a number that gemeenten share for which `aanbieder` has the same contracts, percelen and prices."""
        number = self._likes.get((aanbieder, gemeente))
        if number is None:
            kaarten = self.between(aanbieder, gemeente)
            signature = (aanbieder, *((id(kaart), kaart.van_gemeente(gemeente)) for kaart in kaarten))
            number = self._likes[aanbieder, gemeente] = self._signatures.setdefault(signature, len(self._signatures))
            if number == len(self._examples):
                self._examples.append((aanbieder, gemeente))
        return number

    def producten(self, aanbieder: str, categorie: str) -> frozenset[str]:
        """Return the products beside MPJ that contracts of `aanbieder` buy under a category."""
        kaarten = self._by_aanbieder.get(aanbieder, ())
        return frozenset(code for kaart in kaarten for code, row in kaart.producten.items() if row.productcategorie == categorie)

    def verkocht(self, aanbieder: str, productcode: str) -> frozenset[str]:
        """Return the categories under which contracts of `aanbieder` buy a product of output."""
        kaarten = self._by_aanbieder.get(aanbieder, ())
        return frozenset(kaart.verkocht[productcode] for kaart in kaarten if productcode in kaart.verkocht)

    def valid(self, aanbieder: str, gemeente: str, day: date) -> tuple[Tariefkaart, ...]:
        """Return the contracts of `aanbieder` with `gemeente` that are valid on `day`."""
        return tuple(kaart for kaart in self.between(aanbieder, gemeente) if kaart.instellingen.geldig(day))

    def between(self, aanbieder: str, gemeente: str) -> Sequence[Tariefkaart]:
        """Return the contracts of `aanbieder` with `gemeente`, by their dates."""
        return self._by_gemeente.get((aanbieder, gemeente), ())

    def decode(self, toewijzing: Toewijzing) -> tuple[Tariefkaart, Productcode] | None:
        """Return what the toewijzing's product code means, None when no contract of its aanbieder knows it.

        Asked first: the contract valid when the toewijzing began, then the others with its gemeente by date, then the rest.
        """
        assert toewijzing.productcode is not None
        return self._decode(toewijzing.aanbieder, toewijzing.gemeente, toewijzing.productcode, toewijzing.begindatum)

    def _decode(self, aanbieder: str, gemeente: str, productcode: str, begin: date) -> tuple[Tariefkaart, Productcode] | None:
        second = self.between(aanbieder, gemeente)
        kaarten = (*self.valid(aanbieder, gemeente, begin), *second, *self._by_aanbieder.get(aanbieder, ()))
        # A product says what its code is; the default scheme reads codes of other categories as well.
        for kaart in sorted(kaarten, key=lambda kaart: productcode not in kaart.producten):
            if (found := kaart.decode(productcode)) is not None:
                return kaart, found
        return None

    def meaning(self, aanbieder: str, gemeente: str, productcode: str, day: date) -> tuple[Plaats, Productcode] | None:
        """Return what a line under a product code is care of, and where it falls; None where no contract of `day` tells."""
        if not self.valid(aanbieder, gemeente, day) or (decoded := self._decode(aanbieder, gemeente, productcode, day)) is None:
            return None
        code = decoded[1]
        place = self.place_in(self.like(aanbieder, gemeente), code.perceel or None, None, code.prestatiecode, day)
        return (place, code) if isinstance(place, Plaats) else None

    def place(self, toewijzing: Toewijzing, prestatiecode: str, day: date) -> Plaats | NoPlace:
        """Return contract and perceel for care on `day`, or the reason why there is none (docs/steps.md, perceel).

        Reasons: geen_contract, perceel_onbekend, prestatiecode_niet_gecontracteerd.
        """
        gebied, code = self.like(toewijzing.aanbieder, toewijzing.gemeente), toewijzing.productcode
        return self.place_in(gebied, toewijzing.perceel, (code, toewijzing.begindatum) if code else None, prestatiecode, day)

    def place_in(
        self, gebied: int, perceel: str | None, code: tuple[str, date] | None, prestatiecode: str, day: date
    ) -> Plaats | NoPlace:
        """As `place`, for any toewijzing in a `gebied` (`like`) with this perceel, and this productcode with its first day."""
        aanbieder, gemeente = self._examples[gebied]
        kaarten = self.valid(aanbieder, gemeente, day)
        if not kaarten:
            return "geen_contract"
        key = (gebied, *(kaart.instellingen.contract for kaart in kaarten), perceel, code, prestatiecode, month_of(day))
        if key not in self._places:
            decoded = None if perceel or code is None else self._decode(aanbieder, gemeente, *code)
            named = perceel or (decoded[1].perceel if decoded else "")
            product = next((kaart for kaart in kaarten if kaart.has_product(prestatiecode, month_of(day))), None)
            chosen = Plaats(product, "") if product else _choose(kaarten, gemeente, named, prestatiecode, month_of(day))
            self._places[key] = chosen
        return self._places[key]


def _choose(kaarten: Sequence[Tariefkaart], gemeente: str, named: str, prestatiecode: str, month: int) -> Plaats | NoPlace:
    priced = [(kaart, row) for kaart in kaarten for row in kaart.percelen_met_prijs(gemeente, prestatiecode, month)]
    if named:
        if not any(kaart.bedient(named, gemeente) for kaart in kaarten):
            return "perceel_onbekend"
        priced = [(kaart, row) for kaart, row in priced if row.perceel == named]
    elif any(row.expliciet for _, row in priced):
        priced = [(kaart, row) for kaart, row in priced if row.expliciet]
    if not priced:
        return "prestatiecode_niet_gecontracteerd"
    if len(priced) > 1:
        return "perceel_onbekend"
    kaart, row = priced[0]
    return Plaats(kaart, row.perceel)
