"""The tables of a tariefkaart. Months are integers (``mpj.reading.periods``), prices integer eurocents per normtijd."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Final

from attrs import field, fields, frozen

from mpj.contract.words import Productvariant
from mpj.protocol import Protocol
from mpj.protocol.productcodes import decode, is_prestatiecode
from mpj.protocol.words import Prijssoort, Zorgsoort
from mpj.tariefkaart.instellingen import Instellingen

ZONDER: Final = "zonder"
NIVEAU: Final = "niveau"
VERBLIJF: Final = "verblijf"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@frozen
class Prijs:
    """What one delivered level of a prestatiecode is billed as in one month."""

    perceel: str
    """The perceel."""
    prestatiecode: str
    """The prestatiecode; of a product beside MPJ its product code, here and in the other tables."""
    soort: Prijssoort
    """niveau: a price per level; zonder: one without level, both levels are empty."""
    geleverd: str
    """The level that was delivered."""
    maand: int
    """The month, as a number."""
    gedeclareerd: str
    """The level that is billed; empty under niveau: no level at or below the delivered one is contracted."""
    normtijd: str
    """What the price is per."""
    minuten: int
    """Minutes per normed unit, 0 where it is no time."""
    eenheid: str
    """The wire unit where the toewijzing names none."""
    tarief_cent: int
    """Eurocents per normed unit."""


@frozen
class Aanbod:
    """A perceel that serves a gemeente and has some price for a prestatiecode in a month."""

    gemeente: str
    """The CBS code of the gemeente."""
    prestatiecode: str
    """The prestatiecode."""
    maand: int
    """The month, as a number."""
    perceel: str
    """The perceel."""
    expliciet: bool
    """Whether its own list names the gemeente; without a list it serves all of the contract's."""


@frozen
class Productcode:
    """How a prestatiecode at a level travels under a product category."""

    perceel: str
    """The perceel, empty where it is so in all."""
    prestatiecode: str
    """The prestatiecode."""
    kwalificatieniveau: str
    """The billed level, empty where the price has none."""
    productcategorie: str
    """The product category."""
    productcode: str
    """The product code."""
    standaard: bool
    """Whether this category is the one where a toewijzing names none."""


@frozen
class Soort:
    """Which kind of price care of a prestatiecode needs."""

    perceel: str
    """The perceel."""
    prestatiecode: str
    """The prestatiecode."""
    soort: Zorgsoort
    """groep or individueel, of a registratie; verblijf, of a stay."""
    prijssoort: Prijssoort
    """The kind of price."""
    normtijd: str
    """What that price is per."""


@frozen
class Outputprijs:
    """What a product beside MPJ of which prestaties tell, or that is outside the messages (`taak`), costs in one month."""

    productcode: str
    """The product code."""
    productcategorie: str
    """The product category."""
    variant: Productvariant
    """How it is bought."""
    maand: int
    """The month, as a number."""
    normtijd: str
    """What it is counted in; empty of a product outside the messages."""
    eenheid: str
    """The wire unit; empty of a product outside the messages."""
    tarief_cent: int
    """Eurocents per normed unit; 1 of a traject, which counts the eurocents of the assigned amount."""


@frozen
class Tariefkaart:
    """One contract, compiled. Equal tables mean equal bills; `hash` tells whether two parties loaded the same."""

    instellingen: Instellingen
    """What decides what becomes of a record."""
    protocol: Protocol = field(eq=False, repr=False)
    """The national rules that it was compiled under; its id stands in `instellingen`."""
    eigen_codes: bool
    """Whether the contract has a code table of its own."""
    percelen: tuple[tuple[str, str], ...]
    """(perceel, gemeente that it serves), sorted."""
    expliciet: frozenset[str]
    """The percelen with a price that name their own gemeenten; the others serve all of the contract's."""
    prijzen: tuple[Prijs, ...] = field(repr=False)
    """By perceel, prestatiecode, kind, level and month."""
    soorten: tuple[Soort, ...] = field(repr=False)
    """Which kind of price care needs."""
    productcodes: tuple[Productcode, ...] = field(repr=False)
    """How care travels."""
    output: tuple[Outputprijs, ...] = field(default=(), repr=False)
    """What products beside MPJ that no registratie or stay counts cost, by code and month."""

    @cached_property
    def _prijs(self) -> Mapping[tuple[str, str, str, str, int], Prijs]:
        return {(row.perceel, row.prestatiecode, row.soort, row.geleverd, row.maand): row for row in self.prijzen}

    @cached_property
    def _niveaus(self) -> Mapping[tuple[str, str, int], tuple[str, ...]]:
        result: dict[tuple[str, str, int], tuple[str, ...]] = {}
        for row in self.prijzen:
            if row.soort == NIVEAU and row.geleverd == row.gedeclareerd:
                key = (row.perceel, row.prestatiecode, row.maand)
                result[key] = (*result.get(key, ()), row.geleverd)
        return result

    @cached_property
    def _van_gemeente(self) -> Mapping[str, tuple[str, ...]]:
        result: dict[str, tuple[str, ...]] = {}
        for perceel, gemeente in self.percelen:
            result[gemeente] = (*result.get(gemeente, ()), perceel)
        return result

    @cached_property
    def _met_prijs(self) -> frozenset[tuple[str, str, int]]:
        return frozenset((row.perceel, row.prestatiecode, row.maand) for row in self.prijzen)

    def _aanbod(self, percelen: tuple[str, ...]) -> Iterator[tuple[str, int, str, bool]]:
        """Yield the rows of `aanbod`, but for the gemeente, of a gemeente that is served by these percelen."""
        for code, maand, perceel in sorted(
            (code, maand, perceel) for perceel, code, maand in self._met_prijs if perceel in percelen
        ):
            yield code, maand, perceel, perceel in self.expliciet

    @property
    def aanbod(self) -> Iterator[Aanbod]:
        """Which percelen serve a gemeente, and have a price for a prestatiecode, in a month; sorted."""
        for gemeente, percelen in sorted(self._van_gemeente.items()):
            for row in self._aanbod(percelen):
                yield Aanbod(gemeente, *row)

    @cached_property
    def _soort(self) -> Mapping[tuple[str, str, str], Soort]:
        return {(row.perceel, row.prestatiecode, row.soort): row for row in self.soorten}

    @cached_property
    def _codes(self) -> Mapping[tuple[str, str, str], Mapping[str, Productcode]]:
        result: dict[tuple[str, str, str], dict[str, Productcode]] = {}
        for row in self.productcodes:
            codes = result.setdefault((row.perceel, row.prestatiecode, row.kwalificatieniveau), {})
            codes[row.productcategorie] = row
            if row.standaard:
                codes[""] = row
        return result

    @cached_property
    def _eigen(self) -> Mapping[str, Productcode]:
        return {row.productcode: row for row in self.productcodes if row.standaard}

    @cached_property
    def _gekocht(self) -> frozenset[str]:
        return frozenset(row.prestatiecode for row in self.productcodes)

    def prijs(self, perceel: str, prestatiecode: str, soort: str, geleverd: str, maand: int) -> Prijs | None:
        """Return the price row, None when there is no price of that kind in that month."""
        return self._prijs.get((perceel, prestatiecode, soort, geleverd, maand))

    def niveaus(self, perceel: str, prestatiecode: str, maand: int) -> tuple[str, ...]:
        """Return the contracted levels of a prestatiecode in a month, low to high."""
        return self._niveaus.get((perceel, prestatiecode, maand), ())

    def percelen_met_prijs(self, gemeente: str, prestatiecode: str, maand: int) -> tuple[Aanbod, ...]:
        """Return the percelen that serve `gemeente` and have some price for the prestatiecode in the month."""
        return tuple(
            Aanbod(gemeente, prestatiecode, maand, perceel, perceel in self.expliciet)
            for perceel in self.van_gemeente(gemeente)
            if (perceel, prestatiecode, maand) in self._met_prijs
        )

    def van_gemeente(self, gemeente: str) -> tuple[str, ...]:
        """Return the percelen that serve a gemeente: all in which the contract can tell one gemeente from another."""
        return self._van_gemeente.get(gemeente, ())

    @cached_property
    def producten(self) -> Mapping[str, Productcode]:
        """What is bought beside MPJ and counted from records, by product code."""
        return {row.productcode: row for row in self.productcodes if not is_prestatiecode(row.prestatiecode)}

    @cached_property
    def _sold(self) -> Mapping[tuple[str, int], Outputprijs]:
        return {(row.productcode, row.maand): row for row in self.output}

    def sold(self, code: str, maand: int) -> Outputprijs | None:
        """Return what output, or a task, costs in a month; None for a code that has no price in it, or is of care."""
        return self._sold.get((code, maand))

    @cached_property
    def verkocht(self) -> Mapping[str, str]:
        """The category of each product of `output`, by its code."""
        return {row.productcode: row.productcategorie for row in self.output}

    @cached_property
    def varianten(self) -> Mapping[str, Mapping[int, str]]:
        """How each product beside MPJ is bought, by its code, then by month; a month without a price has none."""
        normtijden = self.protocol.normtijden
        effort = {code: normtijden[self.soort("", code, VERBLIJF).normtijd].variant for code in self.producten}
        found: dict[str, dict[int, str]] = {}
        for _, code, maand in self._met_prijs:
            if code in effort:
                found.setdefault(code, {})[maand] = effort[code]
        for row in self.output:
            found.setdefault(row.productcode, {})[row.maand] = row.variant
        return found

    @cached_property
    def listed(self) -> frozenset[tuple[str, str]]:
        """The product list: each code with each category that it may travel under."""
        own = frozenset((row.productcode, row.productcategorie) for row in self.productcodes)
        return own.union(self.verkocht.items())

    def has_product(self, code: str, maand: int) -> bool:
        """Say whether `code` is a product beside MPJ with a price in the month: it lies in no perceel."""
        return code in self.producten and ("", code, maand) in self._met_prijs

    def bedient(self, perceel: str, gemeente: str) -> bool:
        """Say whether the contract has `perceel` and it serves `gemeente`."""
        return perceel in self.van_gemeente(gemeente)

    def soort(self, perceel: str, prestatiecode: str, soort: str) -> Soort:
        """Return which kind of price a registratie or stay of this soort needs; raises KeyError when there is none."""
        return self._soort[perceel, prestatiecode, soort]

    def productcode(self, perceel: str, prestatiecode: str, kwalificatieniveau: str, productcategorie: str) -> Productcode:
        """Return the code of a line; `productcategorie` empty means the default. Raises KeyError when there is none."""
        codes = self._codes.get((perceel, prestatiecode, kwalificatieniveau)) or self._codes["", prestatiecode, kwalificatieniveau]
        return codes[productcategorie]

    def decode(self, productcode: str) -> Productcode | None:
        """Return what a product code means under this contract, None when it is no code of it.

        A product beside MPJ is itself. Own table: its rows alone. Default scheme: the prestatiecodes that the contract buys, at
        every level; the last three positions decide, `productcategorie` is the first two as they stand.
        """
        if productcode in self.producten or self.eigen_codes:
            return self._eigen.get(productcode)
        found = decode(self.protocol, productcode)
        if found is None or found.prestatiecode not in self._gekocht:
            return None
        return Productcode(
            "",
            found.prestatiecode,
            found.kwalificatieniveau or "",
            found.productcategorie,
            productcode,
            standaard=False,
        )

    @cached_property
    def sha256(self) -> str:
        """The content hash over settings and tables, without the contract's own name."""
        digest = hashlib.sha256()
        settings = self.instellingen.table()
        del settings["contract"]
        digest.update(repr(sorted(settings.items())).encode())
        digest.update(repr((self.eigen_codes, self.percelen)).encode())
        digest.update(_text(self.prijzen))
        shared = {
            percelen: ["", *(repr(row)[1:] for row in self._aanbod(percelen))]
            for percelen in dict.fromkeys(self._van_gemeente.values())
        }
        for gemeente, percelen in sorted(self._van_gemeente.items()):
            begin = f"({gemeente!r}, "
            digest.update(begin.join(shared[percelen]).encode())
        digest.update(_text(self.soorten) + _text(self.productcodes) + _text(self.output))
        return digest.hexdigest()

    @cached_property
    def _per_maand(self) -> Mapping[tuple[str, int], Sequence[Prijs]]:
        """The prices of a prestatiecode in a month."""
        found: dict[tuple[str, int], list[Prijs]] = {}
        for row in self.prijzen:
            found.setdefault((row.prestatiecode, row.maand), []).append(row)
        return found

    def terms(self, gemeente: str, prestatiecode: str, maand: int) -> tuple[str, str]:
        """Return what decides about planned time, and a digest of all else but prices and rounding, of such care in a month."""
        key = self.van_gemeente(gemeente), prestatiecode, maand
        if (known := self._known_terms.get(key)) is None:
            known = self._known_terms[key] = self._terms(*key)
        return known

    @cached_property
    def _known_terms(self) -> dict[tuple[Sequence[str], str, int], tuple[str, str]]:
        """What `terms` found, as long as the card: it never changes."""
        return {}

    def _terms(self, percelen: Sequence[str], prestatiecode: str, maand: int) -> tuple[str, str]:
        own = self.instellingen
        settings = sorted(own.eenheid.items()), own.tr340, own.bij_overschrijding, own.laatste_dag
        priced = [
            (row.perceel, row.soort, row.geleverd, row.gedeclareerd)
            for row in self._per_maand.get((prestatiecode, maand), ())
            if row.perceel in ("", *percelen)
        ]
        digest = hashlib.sha256(repr((settings, priced)).encode())
        digest.update(_text(tuple(row for row in self.soorten if row.prestatiecode == prestatiecode)))
        digest.update(_text(tuple(row for row in self.productcodes if row.prestatiecode == prestatiecode)))
        return f"{own.registratiewijze},{own.bevestiging}", digest.hexdigest()[:16]

    @property
    def hash(self) -> str:
        """The content hash as people compare it: six characters, as ``7K4M-Q2``."""
        number = int(self.sha256[:8], 16) >> 2
        text = "".join(_CROCKFORD[number >> shift & 31] for shift in range(25, -1, -5))
        return f"{text[:4]}-{text[4:]}"


def _text(table: tuple[Prijs, ...] | tuple[Soort, ...] | tuple[Productcode, ...] | tuple[Outputprijs, ...]) -> bytes:
    """Return the rows of a table as the hash takes them in: the values of each, with nothing in between."""
    if not table:
        return b""
    values = attrgetter(*(attribute.name for attribute in fields(type(table[0]))))
    return "".join(map(repr, map(values, table))).encode()
