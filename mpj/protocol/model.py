"""The values a protocol consists of. All frozen; order of levels and codes is the order of the data file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from attrs import frozen

MINUTEN = "minuten"


@frozen
class Kwalificatieniveau:
    """A kwalificatieniveau: `naam`, its `cijfer` in the product code scheme, its `rang` from low to high, whether it is `aan`."""

    naam: str
    cijfer: str
    rang: int
    aan: bool


@frozen
class Afronding:
    """How time becomes normed units.

    `wijze` rekenkundig (half up), naar_boven or naar_beneden; `over` contact, dag or productperiode (what is summed
    before rounding); `minimum` units for any time above zero; `drempel` minutes below which a contact does not count.
    """

    wijze: str
    over: str
    minimum: int
    drempel: int


@frozen
class Normtijd:
    """A normed unit and its form on the wire (code list WJ756).

    `meet` says what is measured: minuten, aantal or dagen. `minuten` is its length (0 where it is not time). `eenheden`
    maps an assigned unit to the unit on the wire, `bericht` a wire unit to the wire volume of one normed unit; wire units in
    `ongerond` count minutes, unrounded (IV081). `keuze` maps the words a contract may use to wire units, `standaard` is
    the default word. `afronding` is the default rounding, None where nothing is rounded. `enkelvoud` and `meervoud` are how
    people call one and more of it.
    """

    naam: str
    meet: str
    minuten: int
    eenheden: Mapping[str, str]
    bericht: Mapping[str, int]
    ongerond: frozenset[str]
    keuze: Mapping[str, str]
    standaard: str
    afronding: Afronding | None
    enkelvoud: str = ""
    meervoud: str = ""

    def woord(self, aantal: int = 1) -> str:
        """Return how people call `aantal` of it: ``kwartier``, ``kwartieren``."""
        one = self.enkelvoud or self.naam.replace("_", " ")
        return one if aantal == 1 else self.meervoud or one

    def wire_units(self, eenheid: str) -> int:
        """Return how many wire units one normed unit holds: what its price is divided by for the price of one (IV081)."""
        return self.minuten if eenheid in self.ongerond else self.bericht.get(eenheid, 1)


@frozen
class Eenheid:
    """A unit on the wire (code list WJ756).

    `telt` is what it counts (empty for output-based units) and `gewicht` how many of that it weighs; `bedrag` says that its volume
    is the amount itself, in eurocents.
    """

    code: str
    naam: str
    telt: str
    gewicht: int
    bedrag: bool = False

    @property
    def is_minuut(self) -> bool:
        """Whether it is a minute of clock time; its price is rounded, and for information only (IV081)."""
        return self.telt == MINUTEN and self.gewicht == 1


@frozen
class Frequentie:
    """A frequency (code list WMO757): `telt` is dagen, weken, maanden, or empty for a total."""

    code: str
    naam: str
    telt: str


@frozen
class Hulpvorm:
    """One of the 13 hulpvormen.

    `niveau`: altijd (a price per level), zorg (a price without level, level prices for extra zorg), nooit (without level only)
    or contract (the contract says). `normtijd` None: the contract must say. `soort` is the default soort of a registratie.
    """

    nummer: int
    naam: str
    niveau: str
    normtijd: str | None
    soort: str
    jeugdbescherming: bool


@frozen
class Prestatiecode:
    """One of the 26 prestatiecodes; `categorieen` are the JZ020 categories it may travel under, default first."""

    code: str
    naam: str
    hulpvorm: Hulpvorm
    volgnummer: int
    categorieen: tuple[str, ...]

    @property
    def volgorde(self) -> tuple[int, int]:
        """Sort key: numeric per part, so 9.1 comes before 10.1."""
        return self.hulpvorm.nummer, self.volgnummer


@frozen
class Protocol:
    """All national rules of one regulation. Mappings never change and are keyed by code or name; equal rules are equal."""

    id: str
    naam: str
    bron: str
    vroegste_datum: date
    jaren_terug: int
    normtijd_zorg: str
    kwalificatieniveaus: Mapping[str, Kwalificatieniveau]
    normtijden: Mapping[str, Normtijd]
    eenheden: Mapping[str, Eenheid]
    frequenties: Mapping[str, Frequentie]
    hulpvormen: Mapping[int, Hulpvorm]
    prestatiecodes: Mapping[str, Prestatiecode]
    productcategorieen: frozenset[str]
    redenen_wijziging: frozenset[str]
    reden_verwijderd: str

    @cached_property
    def niveaus(self) -> tuple[str, ...]:
        """The names of the levels that are on, low to high."""
        return tuple(naam for naam, niveau in self.kwalificatieniveaus.items() if niveau.aan)

    def is_minuut(self, eenheid: str) -> bool:
        """Say whether a wire unit is a minute of clock time; an unknown one is not."""
        unit = self.eenheden.get(eenheid)
        return unit is not None and unit.is_minuut

    def is_bedrag(self, eenheid: str) -> bool:
        """Say whether the volume of a wire unit is the amount itself; that of an unknown one is not."""
        unit = self.eenheden.get(eenheid)
        return unit is not None and unit.bedrag
