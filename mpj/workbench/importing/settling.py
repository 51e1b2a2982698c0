"""Prices as sheets have them, made the contract's: per its normtijd, converted where that is exact; one per cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import define, evolve, field

from mpj.contract.matrix import price_text
from mpj.contract.model import is_zorg, normtijd_of
from mpj.protocol import Normtijd, Protocol
from mpj.workbench.importing.rows import Bladprijs
from mpj.workbench.importing.units import Eenheidswoorden, joined


@define
class Verrekening:
    """Settles prices against the normtijden of a contract; every fault goes to the sheet of its price."""

    protocol: Protocol
    normtijd: Mapping[str, str]
    """What a price is per, by prestatiecode where the contract deviates."""
    notities: frozenset[str]
    """The units that sentences of the workbook outside its tables name."""
    omgerekend: dict[tuple[str, str, str], int] = field(factory=dict)
    """How many prices were converted, by sheet, from which unit and to which."""

    def settle(self, found: Iterable[Bladprijs], beside: Mapping[str, frozenset[str]]) -> list[Bladprijs]:
        """Return one price per cell and row, per normtijd; `beside` are the units that sentences of each sheet name."""
        items = list(found)
        zonder = {
            (item.perceel, item.prestatiecode) for item in items if not item.niveau and (item.cent is not None or not item.goed)
        }
        rows: dict[tuple[object, ...], list[Bladprijs]] = {}
        for item in items:
            normtijd = self._normtijd(item, zonder)
            stated = item.eenheden or beside.get(item.blad.naam, frozenset()) or self.notities
            settled = self._converted(item, stated, normtijd) if normtijd is not None else item
            key = item.blad.naam, item.rij, item.perceel, item.prestatiecode, item.niveau, item.begindatum
            rows.setdefault(key, []).append(settled)
        return list(_single(_agreed(own) for own in rows.values()))

    def _normtijd(self, item: Bladprijs, zonder: set[tuple[str, str]]) -> Normtijd | None:
        without = (item.perceel, item.prestatiecode) in zonder
        zorg = is_zorg(self.protocol, item.prestatiecode, item.niveau or None, zonder_niveau=without)
        named = {code: naam for code, naam in self.normtijd.items() if naam in self.protocol.normtijden}
        return normtijd_of(self.protocol, named, item.prestatiecode, zorg=zorg)

    def _converted(self, item: Bladprijs, stated: frozenset[str], normtijd: Normtijd) -> Bladprijs:
        """Return a price per normtijd; one whose unit is another, and that is not exact per normtijd, is a fault."""
        words = Eenheidswoorden.of(self.protocol)
        alike = [unit for unit in sorted(stated) if words.comparable(unit, normtijd)]
        if not stated or (normtijd.naam in stated and (item.vast or len(alike) == 1)):
            return item
        if len(alike) != 1:
            text = f"{item.prestatiecode} is hier per {normtijd.woord()}; per welke eenheid deze prijs is, staat er niet eenduidig"
            return self._refused(item, joined(words, stated), normtijd, text)
        if item.cent is None:
            return item
        cents = words.converted(item.cent, alike[0], normtijd)
        if cents is None:
            named = f"{price_text(item.cent)} per {words.woord(alike[0])}"
            text = f"{named} is niet precies om te rekenen naar hele centen per {normtijd.woord()}"
            return self._refused(item, price_text(item.cent), normtijd, text)
        key = item.blad.naam, words.woord(alike[0]), normtijd.woord()
        self.omgerekend[key] = self.omgerekend.get(key, 0) + 1
        return evolve(item, cent=cents, eenheden=frozenset(alike))

    @staticmethod
    def _refused(item: Bladprijs, gevonden: str, normtijd: Normtijd, text: str) -> Bladprijs:
        item.blad.refuse("eenheid_past_niet", item.rij, item.kolom, gevonden, f"een prijs per {normtijd.woord()}", text)
        return evolve(item, goed=False)


def _agreed(own: list[Bladprijs]) -> Bladprijs:
    """Return the one price that the columns of a row have for a cell; columns that say two prices are a fault."""
    first = own[0]
    for other in own[1:]:
        if first.goed and other.goed and first.cent != other.cent:
            shown = "uitgesloten" if other.cent is None else price_text(other.cent)
            wanted = "uitgesloten" if first.cent is None else price_text(first.cent)
            text = "twee kolommen zeggen voor deze cel niet dezelfde prijs, omgerekend naar dezelfde eenheid"
            other.blad.refuse("uurprijs_past_niet", other.rij, other.kolom, shown, wanted, text)
            return evolve(first, goed=False)
        if not first.goed:
            first = other
    return first


def _single(items: Iterable[Bladprijs]) -> Iterator[Bladprijs]:
    """Report a cell that stands twice from the same day, and yield the first of each."""
    seen: dict[tuple[str, str, str, date], Bladprijs] = {}
    for item in items:
        key = item.perceel, item.prestatiecode, item.niveau, item.begindatum
        before = seen.setdefault(key, item)
        if before is item:
            yield item
            continue
        place = f"perceel {item.perceel}, {item.prestatiecode}, {item.niveau or 'zonder niveau'}"
        text = f"{place} staat ook op blad {before.blad.naam}, rij {before.rij}"
        item.blad.refuse("rij_dubbel", item.rij, item.kolom, "", "elke cel één keer", text)
