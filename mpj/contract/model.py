"""The values a contract consists of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import assert_never

from attrs import field, frozen

from mpj.contract.words import Declaratievorm, LaatsteDag, Overschrijding, Productvariant, Registratiewijze, Tr340
from mpj.protocol import Afronding, Normtijd, Protocol
from mpj.reading.frozen import Frozen
from mpj.reading.masking import masked
from mpj.reading.periods import last_day, month_of


@frozen(field_transformer=masked)
class Perceel:
    """A perceel."""

    code: str
    """What rows call it."""
    naam: str
    """What people call it."""
    gemeenten: tuple[str, ...]
    """Those that it serves; empty: all of the contract's."""


@frozen(field_transformer=masked)
class Cel:
    """A dated cell of the matrix."""

    perceel: str
    """The code of the perceel."""
    prestatiecode: str
    """The prestatiecode."""
    kwalificatieniveau: str | None
    """The level; None: the price without level."""
    begindatum: date
    """The first day on which it holds."""
    einddatum: date
    """The last day on which it holds."""
    tarief_cent: int | None
    """Eurocents per normtijd; None: uitgesloten."""
    rij: int = field(default=0, eq=False)
    """The row of tarieven.csv."""


@frozen(field_transformer=masked)
class Coderij:
    """A row of the contract's own code table."""

    prestatiecode: str
    """The prestatiecode."""
    kwalificatieniveau: str | None
    """The level; None: without level."""
    productcategorie: str
    """The product category."""
    productcode: str
    """The product code."""
    perceel: str
    """The code of the perceel; empty serves all percelen."""
    rij: int = field(default=0, eq=False)
    """The row of codes.csv."""


@frozen(field_transformer=masked)
class Productprijs:
    """A dated price of a product beside MPJ: a regional code."""

    productcategorie: str
    """The product category."""
    productcode: str
    """The product code: the same in every row of one product."""
    variant: Productvariant
    """How it is bought, which says what counts and how."""
    eenheid: str
    """The wire unit; empty of a product outside the messages."""
    tarief_cent: int | None
    """Eurocents per unit; None of a traject, whose price is the assigned amount."""
    begindatum: date
    """The first day on which it holds."""
    einddatum: date
    """The last day on which it holds."""
    omschrijving: str = ""
    """What people call it."""
    rij: int = field(default=0, eq=False)
    """The row of producten.csv."""


@frozen(field_transformer=masked)
class Termijnen:
    """Until when care may be declared and corrected; of what is not said there is no term."""

    indienen_maanden: int = 0
    """Months after that of the care in which it may be declared."""
    correctie_maanden: int = 0
    """The same for a correction; 0: as `indienen_maanden`."""
    sluiting: str = ""
    """The day on which a year of care closes, in the year after, as 03-31."""

    def tot(self, care: date, *, nieuw: bool = False) -> date | None:
        """Return the last day on which care of a day may be corrected (`nieuw`: declared at all), None where there is no term."""
        months = self.indienen_maanden if nieuw else self.correctie_maanden or self.indienen_maanden
        ends = [last_day(month_of(care) + months)] if months else []
        if self.sluiting:
            ends.append(date.fromisoformat(f"{care.year + 1}-{self.sluiting}"))
        return min(ends, default=None)


@frozen(field_transformer=masked)
class Plafond:
    """What a contract may come to over its whole term, in eurocents: watched, and never billed against."""

    totaal_cent: int | None = None
    """All of it; None: no such ceiling."""
    prestatiecode: Mapping[str, int] = field(factory=Frozen)
    """By prestatiecode."""
    gemeente: Mapping[str, int] = field(factory=Frozen)
    """By the CBS code of a gemeente."""

    @property
    def ceilings(self) -> tuple[tuple[str, str, int], ...]:
        """Each ceiling as gemeente, prestatiecode and eurocents; what it is not about is empty."""
        whole = [] if self.totaal_cent is None else [("", "", self.totaal_cent)]
        per_code = (("", code, cent) for code, cent in self.prestatiecode.items())
        return (*whole, *per_code, *((gemeente, "", cent) for gemeente, cent in self.gemeente.items()))


@frozen(cache_hash=True, field_transformer=masked)
class Contract:
    """A checked contract of one aanbieder with one or more gemeenten. The settings are those of docs/settings.md.

    It never changes, to the ground. Equal contracts say the same, wherever they were read from.
    """

    id: str
    """What people and files call it."""
    protocol: Protocol = field(repr=False)
    """The national rules it was made under."""
    aanbieder: str
    """The AGB code of the aanbieder."""
    gemeenten: tuple[str, ...]
    """The CBS codes of the gemeenten."""
    begindatum: date
    """The first day."""
    einddatum: date
    """The last day."""
    jeugdbescherming: bool
    """Whether jeugdbescherming and jeugdreclassering are bought."""
    vorm: Declaratievorm
    """Whether a credit of a rejected line must show."""
    registratiewijze: Registratiewijze
    """Whether what happened counts, what was planned, or the plan unless something else happened."""
    bevestiging: bool
    """Whether a plan counts only when the professional confirmed it."""
    eenheid: Mapping[str, str]
    """The word for the unit on the wire, by normtijd where there is a choice."""
    tr340: Tr340
    """What a line must share with a specific toewijzing."""
    bij_overschrijding: Overschrijding
    """What becomes of the record that crosses a limit."""
    laatste_dag: LaatsteDag
    """Whether the last day of a stay is billed."""
    termijnen: Termijnen
    """Until when care may be declared and corrected."""
    afronding: Mapping[str, Afronding]
    """How time is rounded, by normtijd where it is."""
    normtijd: Mapping[str, str]
    """What a price is per, by prestatiecode where it deviates."""
    percelen: tuple[Perceel, ...]
    """The percelen."""
    cellen: tuple[Cel, ...] = field(repr=False)
    """The matrix."""
    codes: tuple[Coderij, ...] | None = field(repr=False)
    """The contract's own code table; None: the default scheme."""
    producten: tuple[Productprijs, ...] = field(default=(), repr=False)
    """What it buys beside MPJ, by productcode and date."""
    categorieen_apart: bool = False
    """Whether one prestatiecode may stand under two categories for one toewijzing and month (MPJ06 is then a signal)."""
    gelijktijdig_max: int = 2
    """How many may be with one client at once: more direct time on a day than 24 hours times this is a signal."""
    herindeling: Mapping[str, str] = field(factory=Frozen)
    """By the CBS code of a gemeente that is no more, that of the gemeente it went into."""
    plafond: Plafond = field(factory=Plafond)
    """What it may come to."""
    map: str = field(default="", eq=False)
    """The name of its folder."""
    bestanden: Mapping[str, str] = field(factory=Frozen, eq=False, repr=False)
    """The SHA-256 of each file, by name."""

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
    if kwalificatieniveau is None:
        return False
    match protocol.prestatiecodes[prestatiecode].hulpvorm.niveau:
        case "zorg":
            return True
        case "contract":
            return zonder_niveau
        case "altijd" | "nooit":
            return False
        case other:
            assert_never(other)


def priced_without_level(cells: Iterable[Cel]) -> set[tuple[str, str]]:
    """Return the (perceel, prestatiecode) that have a price without level at any time; an excluded cell is no price."""
    return {(cel.perceel, cel.prestatiecode) for cel in cells if cel.kwalificatieniveau is None and cel.tarief_cent is not None}
