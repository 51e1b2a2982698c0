"""The values a protocol consists of. All frozen; order of levels and codes is the order of the data file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Final

from attrs import frozen

from mpj.protocol.words import Meet, Over, Prijswijze, Soort, Telt, Wijze
from mpj.reading.frozen import Frozen
from mpj.reading.masking import masked

MINUTEN: Final = "minuten"
GI: Final = "gi_maand"
"""The variant that is counted by month; care of MPJ may be counted so too."""
ETMALEN: Final = "etmalen"


@frozen
class Kwalificatieniveau:
    """A kwalificatieniveau."""

    naam: str
    """Its name: mbo, hbo, wo, ..."""
    cijfer: str
    """Its digit in the product code scheme."""
    rang: int
    """Its place from low to high."""
    aan: bool
    """Whether it may be contracted and delivered."""


@frozen(field_transformer=masked)
class Afronding:
    """How time becomes normed units."""

    wijze: Wijze
    """rekenkundig (half up), naar_boven or naar_beneden."""
    over: Over
    """What is summed before rounding: contact, dag or productperiode."""
    minimum: int
    """Units for any time above zero."""
    drempel: int
    """Minutes below which a contact does not count."""


@frozen
class Normtijd:
    """A normed unit and its form on the wire (code list WJ756)."""

    naam: str
    """kwartier, uur, etmaal, ..."""
    meet: Meet
    """What is measured: minuten, aantal or dagen."""
    minuten: int
    """Its length; 0 where it is not time."""
    eenheden: Mapping[str, str]
    """By assigned wire unit, the wire unit that a line bears."""
    bericht: Mapping[str, int]
    """By wire unit, the wire volume of one normed unit."""
    ongerond: frozenset[str]
    """The wire units that count minutes, unrounded (IV081)."""
    keuze: Mapping[str, str]
    """The wire units by the words that a contract may use."""
    standaard: str
    """The word of a contract that uses none."""
    afronding: Afronding | None
    """The rounding of a contract that says none; None where nothing is rounded."""
    enkelvoud: str = ""
    """How people call one of it; empty: its name."""
    meervoud: str = ""
    """How people call more of it; empty: as one."""
    alleen: tuple[str, ...] | None = None
    """The prestatiecodes that a contract may choose it for; None: all; empty: it is for products beside MPJ."""
    variant: str = ""
    """The variant of products beside MPJ that are counted in it; empty: none."""

    def woord(self, aantal: int = 1) -> str:
        """Return how people call `aantal` of it: ``kwartier``, ``kwartieren``."""
        one = self.enkelvoud or self.naam.replace("_", " ")
        return one if aantal == 1 else self.meervoud or one

    def wire_units(self, eenheid: str) -> int:
        """Return how many wire units one normed unit holds: what its price is divided by for the price of one (IV081)."""
        return self.minuten if eenheid in self.ongerond else self.bericht.get(eenheid, 1)


@frozen
class Eenheid:
    """A unit on the wire (code list WJ756)."""

    code: str
    """Its code."""
    naam: str
    """Its name in the code list."""
    telt: str
    """What it counts, such as minuten; empty for output-based units."""
    gewicht: int
    """How many of that it weighs."""
    bedrag: bool = False
    """Whether its volume is the amount itself, in eurocents."""

    @property
    def is_minuut(self) -> bool:
        """Whether it is a minute of clock time."""
        return self.telt == MINUTEN and self.gewicht == 1


@frozen
class Frequentie:
    """A frequency (code list WMO757)."""

    code: str
    """Its code."""
    naam: str
    """Its name in the code list."""
    telt: Telt
    """The period of an omvang: dagen, weken, maanden, or empty for a total."""


@frozen
class Hulpvorm:
    """One of the 13 hulpvormen."""

    nummer: int
    """1 to 13."""
    naam: str
    """Its name."""
    niveau: Prijswijze
    """altijd: priced per level; nooit: without level; zorg: without level, extra zorg per level; contract: it says."""
    normtijd: str | None
    """What a price is per; None: the contract must say."""
    soort: Soort
    """The soort of a registratie that names none."""
    jeugdbescherming: bool
    """Whether it is jeugdbescherming or jeugdreclassering."""


@frozen
class Prestatiecode:
    """One of the 26 prestatiecodes."""

    code: str
    """1.1 to 13.1."""
    naam: str
    """Its name."""
    hulpvorm: Hulpvorm
    """The hulpvorm that it belongs to."""
    volgnummer: int
    """Its number within the hulpvorm."""
    categorieen: tuple[str, ...]
    """The JZ020 categories that it may travel under, the default first."""

    @property
    def volgorde(self) -> tuple[int, int]:
        """Sort key: numeric per part, so 9.1 comes before 10.1."""
        return self.hulpvorm.nummer, self.volgnummer


@frozen(field_transformer=masked)
class Protocol:
    """All national rules of one regulation. Mappings never change and are keyed by code or name; equal rules are equal."""

    id: str
    """What contracts call it."""
    naam: str
    """What people call it."""
    bron: str
    """The regulation it comes from."""
    vroegste_datum: date
    """No care before this date is declared (CS100)."""
    jaren_terug: int
    """How many years before the dagtekening a product period may have ended (TR335)."""
    normtijd_zorg: str
    """What extra zorg beside a price without level is priced per."""
    kwalificatieniveaus: Mapping[str, Kwalificatieniveau]
    """Low to high, those that are off too."""
    normtijden: Mapping[str, Normtijd]
    """By name."""
    eenheden: Mapping[str, Eenheid]
    """By code."""
    frequenties: Mapping[str, Frequentie]
    """By code."""
    hulpvormen: Mapping[int, Hulpvorm]
    """By number."""
    prestatiecodes: Mapping[str, Prestatiecode]
    """By code."""
    productcategorieen: frozenset[str]
    """The codes of JZ020."""
    redenen_wijziging: frozenset[str]
    """The codes of JZ002."""
    reden_verwijderd: str
    """The one by which a toewijzing is removed."""

    @cached_property
    def niveaus(self) -> tuple[str, ...]:
        """The names of the levels that are on, low to high."""
        return tuple(naam for naam, niveau in self.kwalificatieniveaus.items() if niveau.aan)

    @cached_property
    def varianten(self) -> Mapping[str, Normtijd]:
        """What products beside MPJ are counted in, by variant."""
        return Frozen((one.variant, one) for one in self.normtijden.values() if one.variant)

    def is_monthly(self, normtijd: str) -> bool:
        """Say whether a normtijd counts the months of a GI, of which prestaties tell."""
        return GI in self.varianten and self.varianten[GI].naam == normtijd

    def by_month(self, prestatiecode: str) -> bool:
        """Say whether a contract may count a prestatiecode by month."""
        return any(self.is_monthly(naam) for naam in self.keuze_voor(prestatiecode))

    def keuze_voor(self, prestatiecode: str) -> tuple[str, ...]:
        """Return the names of the normtijden that a contract may choose for a prestatiecode."""
        return tuple(naam for naam, one in self.normtijden.items() if one.alleen is None or prestatiecode in one.alleen)

    @cached_property
    def minuten(self) -> frozenset[str]:
        """The wire units that are a minute of clock time: their price is rounded, and for information only (IV081)."""
        return frozenset(code for code, unit in self.eenheden.items() if unit.is_minuut)

    @cached_property
    def bedragen(self) -> frozenset[str]:
        """The wire units of which the volume is the amount itself, so that no price goes with it (CS339, CD087)."""
        return frozenset(code for code, unit in self.eenheden.items() if unit.bedrag)
