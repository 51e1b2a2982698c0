"""From contract to tables: what is priced in which month, as which level, in which unit, under which code."""

from __future__ import annotations

from collections.abc import Iterator

from mpj.contract.model import Contract, is_zorg, normtijd_of, priced_without_level
from mpj.protocol import Normtijd
from mpj.protocol.productcodes import encode
from mpj.reading.periods import month_of
from mpj.tariefkaart.kwalificatieniveaus import billed_level
from mpj.tariefkaart.model import NIVEAU, VERBLIJF, ZONDER, Aanbod, Instellingen, Prijs, Productcode, Soort, Tariefkaart

# A contract until the year 9999 is one without an end; tables of a hundred years are enough for it.
_HORIZON = 1200
_Prices = dict[tuple[str, str, int], dict[str | None, int]]


def compile_tariefkaart(contract: Contract) -> Tariefkaart:
    """Compile a checked contract. Same contract, same tables: rows are sorted, nothing depends on the order of the file."""
    prices = _by_month(contract)
    return Tariefkaart(
        instellingen=_instellingen(contract),
        protocol=contract.protocol,
        eigen_codes=contract.codes is not None,
        percelen=tuple(
            sorted((perceel.code, gemeente) for perceel in contract.percelen for gemeente in contract.gemeenten_of(perceel))
        ),
        prijzen=tuple(_prijzen(contract, prices)),
        aanbod=tuple(sorted(_aanbod(contract, prices), key=lambda row: (row.gemeente, row.prestatiecode, row.maand, row.perceel))),
        soorten=tuple(_soorten(contract)),
        productcodes=tuple(_productcodes(contract)),
    )


def _instellingen(contract: Contract) -> Instellingen:
    return Instellingen(
        contract=contract.id,
        protocol=contract.protocol.id,
        aanbieder=contract.aanbieder,
        gemeenten=contract.gemeenten,
        begindatum=contract.begindatum,
        einddatum=contract.einddatum,
        vorm=contract.vorm,
        registratiewijze=contract.registratiewijze,
        bevestiging=contract.bevestiging,
        eenheid=contract.eenheid,
        tr340=contract.tr340,
        bij_overschrijding=contract.bij_overschrijding,
        laatste_dag=contract.laatste_dag,
        afronding=contract.afronding,
    )


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
    niveaus = contract.protocol.niveaus
    zonder = priced_without_level(contract)
    for (perceel, code, month), by_level in sorted(prices.items()):
        main = normtijd_of(contract.protocol, contract.normtijd, code, zorg=False)
        assert main is not None
        if None in by_level:
            yield Prijs(perceel, code, ZONDER, "", month, "", main.naam, main.minuten, _wire(contract, main), by_level[None])
        contracted = {niveau for niveau in by_level if niveau is not None}
        if not contracted:
            continue
        zorg = is_zorg(contract.protocol, code, niveaus[0], zonder_niveau=(perceel, code) in zonder)
        unit = normtijd_of(contract.protocol, contract.normtijd, code, zorg=zorg)
        assert unit is not None
        for delivered in niveaus:
            billed = billed_level(delivered, contracted, niveaus)
            price = by_level[billed] if billed else 0
            yield Prijs(
                perceel,
                code,
                NIVEAU,
                delivered,
                month,
                billed or "",
                unit.naam,
                unit.minuten,
                _wire(contract, unit),
                price,
            )


def _wire(contract: Contract, normtijd: Normtijd) -> str:
    """Return the wire unit of a normtijd where the toewijzing names none: the contract's word, else the protocol's."""
    return normtijd.keuze[contract.eenheid.get(normtijd.naam, normtijd.standaard)]


def _aanbod(contract: Contract, prices: _Prices) -> Iterator[Aanbod]:
    percelen = {perceel.code: perceel for perceel in contract.percelen}
    for code, prestatiecode, month in prices:
        perceel = percelen[code]
        for gemeente in contract.gemeenten_of(perceel):
            yield Aanbod(gemeente, prestatiecode, month, code, bool(perceel.gemeenten))


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
        match contract.protocol.prestatiecodes[code].hulpvorm.niveau:
            case "altijd" | "zorg":
                individual = NIVEAU
            case "nooit":
                individual = ZONDER
            case _:
                individual = NIVEAU if True in kinds else ZONDER
        for soort, prijssoort in (("groep", ZONDER), ("individueel", individual), (VERBLIJF, ZONDER)):
            yield Soort(perceel, code, soort, prijssoort, main.naam)


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
