"""From contract to tables: what is priced in which month, as which level, in which unit, under which code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, assert_never

from attrs import fields

from mpj.contract.model import Contract, Productprijs, is_zorg, normtijd_of, priced_without_level
from mpj.contract.varianten import varianten
from mpj.protocol.model import Normtijd
from mpj.protocol.productcodes import encode
from mpj.protocol.words import Prijssoort, Prijswijze, Zorgsoort
from mpj.reading.periods import month_of
from mpj.tariefkaart.instellingen import Instellingen
from mpj.tariefkaart.kwalificatieniveaus import billed_level
from mpj.tariefkaart.model import NIVEAU, VERBLIJF, ZONDER, Outputprijs, Prijs, Productcode, Soort, Tariefkaart

# A contract until the year 9999 is one without an end; tables of a hundred years are enough for it.
_HORIZON = 1200
_Prices = dict[tuple[str, str, int], dict[str | None, int]]
_Row = tuple[Prijssoort, str, tuple[str, str, int, str, int]]
"""A `Prijs` without perceel, prestatiecode and month: soort, delivered level, and what comes after the month."""


def compile_tariefkaart(contract: Contract) -> Tariefkaart:
    """Compile a checked contract. Same contract, same tables: rows are sorted, nothing depends on the order of the file."""
    prices = _by_month(contract)
    priced = {perceel for perceel, _, _ in prices}
    return Tariefkaart(
        instellingen=_instellingen(contract),
        protocol=contract.protocol,
        eigen_codes=contract.codes is not None,
        percelen=tuple(
            sorted((perceel.code, gemeente) for perceel in contract.percelen for gemeente in contract.gemeenten_of(perceel))
        ),
        expliciet=frozenset(perceel.code for perceel in contract.percelen if perceel.gemeenten and perceel.code in priced),
        prijzen=(*_prijzen(contract, prices), *_product_prices(contract)),
        soorten=(*_soorten(contract), *_product_kinds(contract)),
        productcodes=(*_productcodes(contract), *_product_codes(contract)),
        output=tuple(_output(contract)),
    )


def _instellingen(contract: Contract) -> Instellingen:
    named: dict[str, Any] = {"contract": contract.id, "protocol": contract.protocol.id}
    same = (one.name for one in fields(Instellingen) if one.name not in named)
    return Instellingen(**named | {name: getattr(contract, name) for name in same})


def _by_month(contract: Contract) -> _Prices:
    """Return the priced cells of each (perceel, prestatiecode, month) by level; excluded cells are left out here, once."""
    horizon = month_of(contract.begindatum) + _HORIZON
    prices: _Prices = {}
    for cel in contract.cellen:
        if cel.tarief_cent is not None:
            for month in range(month_of(cel.begindatum), min(month_of(cel.einddatum), horizon) + 1):
                prices.setdefault((cel.perceel, cel.prestatiecode, month), {})[cel.kwalificatieniveau] = cel.tarief_cent
    return prices


def _prijzen(contract: Contract, prices: _Prices) -> Iterator[Prijs]:
    """Yield the price rows of every month; months with equal cells differ in nothing but the month."""
    zonder = priced_without_level(contract.cellen)
    known: dict[tuple[object, ...], list[_Row]] = {}
    for (perceel, code, month), by_level in sorted(prices.items(), key=itemgetter(0)):
        kind = (perceel, code, *by_level.items())
        if kind not in known:
            known[kind] = list(_rows(contract, code, by_level, zonder_niveau=(perceel, code) in zonder))
        for soort, geleverd, after in known[kind]:
            yield Prijs(perceel, code, soort, geleverd, month, *after)


def _rows(contract: Contract, code: str, by_level: Mapping[str | None, int], *, zonder_niveau: bool) -> Iterator[_Row]:
    """Yield what is priced as what, by the cells of one month; `zonder_niveau` says whether any month has a price without level."""
    niveaus = contract.protocol.niveaus
    if None in by_level:
        yield ZONDER, "", ("", *_unit(contract, code, zorg=False), by_level[None])
    contracted = {niveau for niveau in by_level if niveau is not None}
    if not contracted:
        return
    unit = _unit(contract, code, zorg=is_zorg(contract.protocol, code, niveaus[0], zonder_niveau=zonder_niveau))
    for delivered in niveaus:
        billed = billed_level(delivered, contracted, niveaus)
        yield NIVEAU, delivered, (billed or "", *unit, by_level[billed] if billed else 0)


def _unit(contract: Contract, code: str, *, zorg: bool) -> tuple[str, int, str]:
    """Return a normtijd: its name, its minutes, and its wire unit where the toewijzing names none.

    That is the contract's word, else the protocol's.
    """
    normtijd = normtijd_of(contract.protocol, contract.normtijd, code, zorg=zorg)
    assert normtijd is not None
    return normtijd.naam, normtijd.minuten, normtijd.keuze[contract.eenheid.get(normtijd.naam, normtijd.standaard)]


def _soorten(contract: Contract) -> Iterator[Soort]:
    """Say for every prestatiecode of the contract which kind of price each soort of record needs (docs/steps.md, step 3)."""
    listed: dict[tuple[str, str], set[bool]] = {}
    for cel in contract.cellen:
        kinds = listed.setdefault((cel.perceel, cel.prestatiecode), set())
        if cel.tarief_cent is not None:
            kinds.add(cel.kwalificatieniveau is not None)
    for (perceel, code), kinds in sorted(listed.items()):
        main = normtijd_of(contract.protocol, contract.normtijd, code, zorg=False)
        assert main is not None
        individual = _individual(contract.protocol.prestatiecodes[code].hulpvorm.niveau, per_level=True in kinds)
        needed: dict[Zorgsoort, Prijssoort] = {"groep": ZONDER, "individueel": individual, VERBLIJF: ZONDER}
        for soort, prijssoort in needed.items():
            yield Soort(perceel, code, soort, prijssoort, main.naam)


def _individual(priced: Prijswijze, *, per_level: bool) -> Prijssoort:
    """Return the kind of price of individual care; `per_level` says whether the contract has a price per level."""
    match priced:
        case "altijd" | "zorg":
            return NIVEAU
        case "nooit":
            return ZONDER
        case "contract":
            return NIVEAU if per_level else ZONDER
        case _:
            assert_never(priced)


def _productcodes(contract: Contract) -> Iterator[Productcode]:
    """Give every (prestatiecode, level) its code per category: from the contract's own table, else by the default scheme."""
    protocol = contract.protocol
    if contract.codes is not None:
        for row in sorted(contract.codes, key=lambda row: row.productcode):
            for categorie in protocol.prestatiecodes[row.prestatiecode].categorieen:
                standaard = categorie == row.productcategorie
                yield Productcode(
                    row.perceel, row.prestatiecode, row.kwalificatieniveau or "", categorie, row.productcode, standaard
                )
        return
    for code in sorted({cel.prestatiecode for cel in contract.cellen}):
        for niveau in (None, *protocol.niveaus):
            for categorie in protocol.prestatiecodes[code].categorieen:
                standaard = categorie == protocol.prestatiecodes[code].categorieen[0]
                yield Productcode("", code, niveau or "", categorie, encode(protocol, code, niveau, categorie), standaard)


def _effort(contract: Contract) -> Iterator[tuple[Productprijs, Normtijd]]:
    """Yield the prices of products beside MPJ that are counted from registraties and stays, with what they are counted in."""
    for one in contract.producten:
        if varianten().per[one.variant].inspanning:
            yield one, contract.protocol.varianten[one.variant]


def _output(contract: Contract) -> Iterator[Outputprijs]:
    """Yield the prices of all other products, by code and month."""
    for one in sorted(contract.producten, key=lambda one: (one.productcode, one.begindatum)):
        variant = varianten().per[one.variant]
        if not variant.inspanning:
            normtijd = contract.protocol.varianten[one.variant].naam if variant.eenheden else ""
            for month in _priced_months(contract, one):
                of = one.productcode, one.productcategorie, one.variant
                yield Outputprijs(*of, month, normtijd, one.eenheid, 1 if one.tarief_cent is None else one.tarief_cent)


def _priced_months(contract: Contract, one: Productprijs) -> range:
    horizon = month_of(contract.begindatum) + _HORIZON
    return range(month_of(one.begindatum), min(month_of(one.einddatum), horizon) + 1)


def _product_prices(contract: Contract) -> Iterator[Prijs]:
    """Yield the price rows of products, as prices without level and perceel; the code is its own prestatiecode here."""
    for one, normtijd in _effort(contract):
        assert one.tarief_cent is not None, "effort has a price"
        for month in _priced_months(contract, one):
            unit = normtijd.naam, normtijd.minuten, one.eenheid
            yield Prijs("", one.productcode, ZONDER, "", month, "", *unit, one.tarief_cent)


def _product_kinds(contract: Contract) -> Iterator[Soort]:
    kinds: tuple[Zorgsoort, ...] = ("groep", "individueel", VERBLIJF)
    for code, naam in dict.fromkeys((one.productcode, normtijd.naam) for one, normtijd in _effort(contract)):
        for soort in kinds:
            yield Soort("", code, soort, ZONDER, naam)


def _product_codes(contract: Contract) -> Iterator[Productcode]:
    for code, categorie in dict.fromkeys((one.productcode, one.productcategorie) for one, _ in _effort(contract)):
        yield Productcode("", code, "", categorie, code, standaard=True)
