"""What repricing works with and what comes out: groups of lines, effects in eurocents, and what could not be told."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from attrs import define, field, frozen

from mpj.protocol.rounding import amount
from mpj.reading.faults import Fault
from mpj.reading.masking import masked

WEIGERINGEN: Mapping[str, str] = MappingProxyType(
    {
        "geen_contract": "valt buiten de looptijd of de gemeenten van het nieuwe contract; noem zo nodig --prijspeil",
        "perceel_wisselt": "het perceel kan nu een ander zijn; de herkomst zegt niet of de toewijzing het noemt",
        "perceel_onbekend": "het perceel bestaat niet in het nieuwe contract",
        "categorie_wisselt": "het product valt nu onder een andere categorie; de herkomst zegt niet wat de toewijzing noemt",
        "stelsel_wisselt": "de productcode is nu van MPJ, of juist een product buiten MPJ; de herkomst zegt niet hoe dat telt",
        "taakgericht": "het product is nu taakgericht: het vaste bedrag gaat buiten de regels om",
        "prijssoort_verschilt": "met of zonder niveau verschilt, en de herkomst zegt niet of het groepstijd was",
        "normtijd_verschilt": "de normtijd verschilt, en de herkomst zegt niet wat er in de nieuwe eenheid zou tellen",
        "eenheid_verschilt": "het ene contract telt uren in minuten; de herkomst zegt niet wat de toewijzing noemt",
        "drempel_lager": "de drempel is lager; kortere contacten staan niet in de herkomst",
        "afronding_verschilt": "de afronding verschilt, en wat eerst op 0 afrondde, staat niet in de herkomst",
        "aanwezigheid_onbekend": "groepstijd wordt opnieuw afgerond; bij een oude herkomst staat zij in stappen.csv (--stappen)",
        "maximum_onbekend": "het niveau hangt af van het maximum; bij een oude herkomst staat dat in stappen.csv (--stappen)",
        "afgetopt": "een grens van de toewijzing kapte hier af; opnieuw afronden zou die grens opnieuw moeten toetsen",
        "productcode_vast": "het nieuwe contract eist precies de toegewezen productcode (tr340)",
        "herkomst_ontbreekt": "de herkomst van deze regel ontbreekt in het bestand",
        "herkomst_past_niet": "regel en herkomst passen niet bij elkaar of bij het oude contract",
        "dubbele_regels": "twee regels van dezelfde toewijzing, code en maand; ze kunnen niet samen opnieuw worden afgerond",
    }
)
"""Why a line could not be repriced, by its code."""

VERVALT: Mapping[str, str] = MappingProxyType(
    {
        "prestatiecode_niet_gecontracteerd": "prestatiecode of product heeft in het nieuwe contract geen prijs van deze soort",
        "niveau_te_laag": "het nieuwe contract heeft geen niveau op of onder het geleverde",
        "geen_tijd": "het contact is te kort onder de nieuwe afronding",
    }
)
"""Why care would not be paid at all under the new contract, by the reason ``declare`` would give."""


@frozen(field_transformer=masked)
class Sleutel:
    """The group a line falls in; `kwalificatieniveau` is the level it was billed at."""

    gemeente: str
    perceel: str
    prestatiecode: str
    """Of a product beside MPJ its product code, in an empty perceel."""
    kwalificatieniveau: str


@define(field_transformer=masked)
class Bedragen:
    """Sums of one group, in eurocents; credits count negative. The effects add up to `nieuw` minus `oud`."""

    regels: int = 0
    """How many lines."""
    volume: Fraction = Fraction(0)
    """Normed units, exact."""
    oud: int = 0
    """What was declared."""
    nieuw: int = 0
    """What the same care would have cost."""
    prijs: int = 0
    """The effect of another price at the same level."""
    niveau: int = 0
    """The effect of another level that is billed."""
    eenheid: int = 0
    """The effect of other rounding or another unit."""
    vervallen: int = 0
    """Care that would not be paid."""

    @property
    def verschil(self) -> int:
        """New minus old."""
        return self.nieuw - self.oud

    def add(self, other: Bedragen) -> None:
        """Add another group's sums."""
        for name in ("regels", "volume", "oud", "nieuw", "prijs", "niveau", "eenheid", "vervallen"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@frozen
class Prijzen:
    """The prices an effect is told apart with, in eurocents: the old level under both contracts, the new level under both."""

    oud_niveau_nieuw: int | None
    nieuw_niveau_oud: int | None
    nieuw_niveau_nieuw: int
    unrounded: bool
    andere_eenheid: bool

    def amount(self, price: int, units: int) -> int:
        """Return what `units` cost at `price`."""
        return amount(price, units, unrounded=self.unrounded)


def effects(prijzen: Prijzen, same_level: bool, oud: int, oude_eenheden: int, nieuw: int) -> tuple[int, int, int]:
    """Return price, level and unit effect in eurocents; together they are `nieuw` minus `oud`.

    `same_level`: the level stays. A level that goes away is told apart at the old price of the level below it, a new level at the
    new price of the old one.
    """
    if prijzen.andere_eenheid:
        return 0, 0, nieuw - oud
    after = prijzen.amount(prijzen.nieuw_niveau_nieuw, oude_eenheden)
    unit = nieuw - after
    if same_level:
        return after - oud, 0, unit
    if prijzen.oud_niveau_nieuw is not None:
        same = prijzen.amount(prijzen.oud_niveau_nieuw, oude_eenheden)
        return same - oud, after - same, unit
    if prijzen.nieuw_niveau_oud is not None:
        moved = prijzen.amount(prijzen.nieuw_niveau_oud, oude_eenheden)
        return after - moved, moved - oud, unit
    return 0, after - oud, unit


@frozen(field_transformer=masked)
class Herberekening:
    """What the same care would have cost; see `mpj.workbench.reprice.reprice`."""

    groepen: Mapping[Sleutel, Bedragen]
    """By group of lines."""
    verschuivingen: Mapping[tuple[Sleutel, str | None], Bedragen]
    """By group and new level: empty is none, None is not paid."""
    vervallen: Mapping[str, Bedragen]
    """What would not be paid, by reason."""
    geweigerd: Mapping[str, Bedragen]
    """What could not be repriced, by reason."""
    meldingen: tuple[Fault, ...]
    """Warnings."""
    uit_herkomst: int
    """How many lines needed the trace."""
    maanden: Mapping[tuple[str, str], Bedragen] = field(factory=dict)
    """By contract of the line and month of delivery, as 2026-03."""

    @property
    def totaal(self) -> Bedragen:
        """The sums over all that could be repriced."""
        total = Bedragen()
        for group in self.groepen.values():
            total.add(group)
        return total

    @property
    def volledig(self) -> bool:
        """Say whether every line could be repriced."""
        return not self.geweigerd
