"""The tariefkaarten of one call: which contract and perceel a toewijzing's care falls under on a date, and what its code means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from mpj.reading.periods import month_of
from mpj.records.values import Toewijzing
from mpj.tariefkaart.model import Productcode, Tariefkaart


@frozen(eq=False)
class Plaats:
    """Where care falls: a tariefkaart and one of its percelen. Of each there is one in a `Tariefkaarten`."""

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
        self._places: dict[tuple[object, ...], Plaats | str] = {}
        self._plaatsen: dict[tuple[int, str], Plaats] = {}

    def has(self, aanbieder: str) -> bool:
        """Say whether the call has any contract of `aanbieder`."""
        return aanbieder in self._by_aanbieder

    def like(self, aanbieder: str, gemeente: str) -> int:
        """Return a number that gemeenten share for which `aanbieder` has the same contracts, percelen and prices."""
        number = self._likes.get((aanbieder, gemeente))
        if number is None:
            kaarten = self._by_gemeente.get((aanbieder, gemeente), ())
            signature = (aanbieder, *((id(kaart), kaart.van_gemeente(gemeente)) for kaart in kaarten))
            number = self._likes[aanbieder, gemeente] = self._signatures.setdefault(signature, len(self._signatures))
        return number

    def valid(self, aanbieder: str, gemeente: str, day: date) -> tuple[Tariefkaart, ...]:
        """Return the contracts of `aanbieder` with `gemeente` that are valid on `day`."""
        return tuple(kaart for kaart in self._by_gemeente.get((aanbieder, gemeente), ()) if kaart.instellingen.geldig(day))

    def decode(self, toewijzing: Toewijzing) -> tuple[Tariefkaart, Productcode] | None:
        """Return what the toewijzing's product code means, None when no contract of its aanbieder knows it.

        Asked first: the contract valid when the toewijzing began, then the others with its gemeente by date, then the rest.
        """
        assert toewijzing.productcode is not None
        kaarten = self._by_aanbieder.get(toewijzing.aanbieder, [])
        first = self.valid(toewijzing.aanbieder, toewijzing.gemeente, toewijzing.begindatum)
        second = self._by_gemeente.get((toewijzing.aanbieder, toewijzing.gemeente), ())
        for kaart in (*first, *second, *kaarten):
            if (found := kaart.decode(toewijzing.productcode)) is not None:
                return kaart, found
        return None

    def place(self, toewijzing: Toewijzing, prestatiecode: str, day: date) -> Plaats | str:
        """Return contract and perceel for care on `day`, or the reason why there is none (docs/steps.md, perceel).

        Reasons: geen_contract, perceel_onbekend, prestatiecode_niet_gecontracteerd.
        """
        kaarten = self.valid(toewijzing.aanbieder, toewijzing.gemeente, day)
        if not kaarten:
            return "geen_contract"
        names = tuple(kaart.instellingen.contract for kaart in kaarten)
        key = (
            names,
            toewijzing.gemeente,
            toewijzing.perceel,
            toewijzing.productcode,
            toewijzing.begindatum,
            prestatiecode,
            month_of(day),
        )
        if key not in self._places:
            named = toewijzing.perceel or self._named_by_code(toewijzing)
            found = _choose(kaarten, toewijzing.gemeente, named, prestatiecode, month_of(day))
            if not isinstance(found, str):
                found = self._plaatsen.setdefault((id(found.kaart), found.perceel), found)
            self._places[key] = found
        return self._places[key]

    def _named_by_code(self, toewijzing: Toewijzing) -> str:
        """Return the perceel that the toewijzing's code names in a contract's own table, empty when it names none."""
        decoded = self.decode(toewijzing) if toewijzing.productcode else None
        return decoded[1].perceel if decoded else ""


def _choose(kaarten: Sequence[Tariefkaart], gemeente: str, named: str, prestatiecode: str, month: int) -> Plaats | str:
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
