"""The values a contract consists of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from mpj.protocol import Afronding, Normtijd, Protocol
from mpj.reading.frozen import Frozen


@frozen
class Perceel:
    """A perceel; `gemeenten` empty means all of the contract's."""

    code: str
    naam: str
    gemeenten: tuple[str, ...]


@frozen
class Cel:
    """A dated cell of the matrix: perceel x prestatiecode x kwalificatieniveau (None: the price without level).

    `tarief_cent` eurocents per normtijd, None for ``uitgesloten``; dates inclusive.
    """

    perceel: str
    prestatiecode: str
    kwalificatieniveau: str | None
    begindatum: date
    einddatum: date
    tarief_cent: int | None
    rij: int = field(default=0, eq=False)


@frozen
class Coderij:
    """A row of the contract's own code table; `perceel` empty serves all percelen."""

    prestatiecode: str
    kwalificatieniveau: str | None
    productcategorie: str
    productcode: str
    perceel: str
    rij: int = field(default=0, eq=False)


@frozen(eq=False)
class Contract:
    """A checked contract of one aanbieder with one or more gemeenten. Dates inclusive; settings as in docs/settings.md.

    `eenheid` is the word for the unit on the wire by normtijd where there is a choice, `afronding` the rounding by normtijd where
    there is one, `normtijd` by prestatiecode where it deviates; `codes` None means the default scheme; `bestanden` the SHA-256 of
    each file by name.
    """

    id: str
    protocol: Protocol
    aanbieder: str
    gemeenten: tuple[str, ...]
    begindatum: date
    einddatum: date
    jeugdbescherming: bool
    vorm: str
    registratiewijze: str
    bevestiging: bool
    eenheid: Mapping[str, str]
    tr340: str
    bij_overschrijding: str
    laatste_dag: str
    afronding: Mapping[str, Afronding]
    normtijd: Mapping[str, str]
    percelen: tuple[Perceel, ...]
    cellen: tuple[Cel, ...]
    codes: tuple[Coderij, ...] | None
    map: str = ""
    bestanden: Mapping[str, str] = field(factory=Frozen)

    def geldig(self, day: date) -> bool:
        """Say whether `day` lies inside the contract."""
        return self.begindatum <= day <= self.einddatum

    def gemeenten_of(self, perceel: Perceel) -> tuple[str, ...]:
        """Return the gemeenten that `perceel` serves: its own list, or all of the contract's."""
        return perceel.gemeenten or self.gemeenten


def normtijd_of(protocol: Protocol, afwijkend: Mapping[str, str], prestatiecode: str, *, zorg: bool) -> Normtijd | None:
    """Return the normtijd a price is per, None when the contract should name one and does not.

    `afwijkend` is the contract's own table; `zorg` marks the price of extra individual zorg beside a price without level,
    which has a normtijd of its own.
    """
    if zorg:
        return protocol.normtijden[protocol.normtijd_zorg]
    naam = afwijkend.get(prestatiecode) or protocol.prestatiecodes[prestatiecode].hulpvorm.normtijd
    return protocol.normtijden[naam] if naam else None


def is_zorg(protocol: Protocol, prestatiecode: str, kwalificatieniveau: str | None, *, zonder_niveau: bool) -> bool:
    """Say whether a price at `kwalificatieniveau` is extra zorg beside a price without level.

    `zonder_niveau` says whether the perceel also has a price without level for the prestatiecode; it matters where the
    protocol leaves it to the contract whether a prestatiecode is priced per level.
    """
    priced = protocol.prestatiecodes[prestatiecode].hulpvorm.niveau
    return kwalificatieniveau is not None and (priced == "zorg" or (priced == "contract" and zonder_niveau))


def priced_without_level(contract: Contract) -> set[tuple[str, str]]:
    """Return the (perceel, prestatiecode) that have a price without level at any time; an excluded cell is no price."""
    return {
        (cel.perceel, cel.prestatiecode)
        for cel in contract.cellen
        if cel.kwalificatieniveau is None and cel.tarief_cent is not None
    }
