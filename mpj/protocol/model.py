"""The values a protocol consists of. All frozen; order of levels and codes is the order of the data file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from attrs import frozen


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
    the default word. `afronding` is the default rounding, None where nothing is rounded.
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

    def wire_units(self, eenheid: str) -> int:
        """Return how many wire units one normed unit holds: what its price is divided by for the price of one (IV081)."""
        return self.minuten if eenheid in self.ongerond else self.bericht.get(eenheid, 1)


@frozen
class Eenheid:
    """A unit on the wire: what it counts (`telt`; empty for output-based units) and how many of that it weighs (`gewicht`)."""

    code: str
    naam: str
    telt: str
    gewicht: int


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


@frozen(eq=False)
class Protocol:
    """All national rules of one regulation. Mappings are read-only and keyed by code or name."""

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
