"""What only shows when cells, codes and contracts are seen together: dates, gaps, overlaps, kinds of price, bijections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations
from typing import TypeAlias, assert_never

from mpj.contract.model import Cel, Coderij, Contract, Productprijs, is_zorg, normtijd_of, priced_without_level
from mpj.contract.rows import Matrixrij
from mpj.protocol import Normtijd, Protocol
from mpj.protocol.words import Prijswijze
from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.periods import first_day, last_day, month_of
from mpj.reading.register import Foutcode
from mpj.reading.toml import Document

Priced: TypeAlias = Cel | Productprijs
"""A dated price: of a cell of the matrix, or of a product beside MPJ."""
_DAY = timedelta(days=1)


def cell_name(cel: Priced | Coderij) -> str:
    """Return a cell as people call it: ``perceel A, 2.1, hbo``; of a product ``product 45A04``."""
    if isinstance(cel, Productprijs):
        return f"product {cel.productcode}"
    code = cel.prestatiecode or "onbekende prestatiecode"
    return f"perceel {cel.perceel or '(alle)'}, {code}, {cel.kwalificatieniveau or 'zonder niveau'}"


def check_cells(contract: Contract, rijen: Sequence[Matrixrij], bestand: str, document: Document, report: Hears) -> None:
    """Report every fault in the matrix: kinds of price, JB/JR, normtijd, mid-month changes, gaps and overlaps.

    A row with a field that could not be read is judged on its others.
    """
    if not rijen and not contract.producten:
        text, wanted = "geen enkele bruikbare cel", "minstens één rij met een tarief"
        report(Fault("tarieven_leeg", bestand, toelichting=text, verwacht=wanted))
    protocol = contract.protocol
    placed = [rij for rij in rijen if rij.plaats_bekend]
    zonder = priced_without_level(rij.cel for rij in placed)
    missing: set[str] = set()
    for rij in rijen:
        cel, code = rij.cel, rij.cel.prestatiecode
        if rij.plaats_bekend:
            zorg = is_zorg(protocol, code, cel.kwalificatieniveau, zonder_niveau=(cel.perceel, code) in zonder)
            normtijd = normtijd_of(protocol, contract.normtijd, code, zorg=zorg)
            missing.update({code} if normtijd is None else ())
            _check_cell(contract, cel, normtijd, bestand, report)
        if "prestatiecode" not in rij.onleesbaar:
            _check_jeugdbescherming(contract, cel, bestand, report)
        if rij.datums_bekend:
            check_month(contract, cel, bestand, report)
    for code in sorted(missing, key=lambda code: protocol.prestatiecodes[code].volgorde):
        text = "dit contract koopt deze prestatiecode, maar zegt niet per welke eenheid"
        report(document.fault("normtijd_ontbreekt", "normtijd", code, text, verwacht=", ".join(protocol.keuze_voor(code))))
    check_dates([rij.cel for rij in placed if rij.datums_bekend], bestand, report)


def _check_cell(contract: Contract, cel: Cel, normtijd: Normtijd | None, bestand: str, report: Hears) -> None:
    """Report what is wrong with one cell by itself."""
    protocol, niveau = contract.protocol, cel.kwalificatieniveau
    hulpvorm = protocol.prestatiecodes[cel.prestatiecode].hulpvorm
    _check_level(cel, hulpvorm.niveau, ", ".join(protocol.niveaus), bestand, report)
    if normtijd is not None and normtijd.meet == "dagen" and niveau is not None:
        text = "een prijs per etmaal heeft geen niveau"
        report(_fault(cel, bestand, "normtijd_onjuist", "kwalificatieniveau", text, niveau, "leeg"))
    elif normtijd is not None and cel.tarief_cent is not None:
        _check_parts(protocol, cel, normtijd, bestand, report)


def _check_jeugdbescherming(contract: Contract, cel: Cel, bestand: str, report: Hears) -> None:
    """Report a measure of jeugdbescherming in a contract that does not say that it buys these."""
    if contract.protocol.prestatiecodes[cel.prestatiecode].hulpvorm.jeugdbescherming and not contract.jeugdbescherming:
        text, wanted = "alleen met jeugdbescherming = true in contract.toml", "jeugdbescherming = true"
        report(_fault(cel, bestand, "jeugdbescherming_uit", "prestatiecode", text, cel.prestatiecode, wanted))


def _check_parts(protocol: Protocol, cel: Cel, normtijd: Normtijd, bestand: str, report: Hears) -> None:
    """Report a price that cannot travel in parts: units in the message times their price must be the amount, minutes apart."""
    assert cel.tarief_cent is not None
    for eenheid, factor in normtijd.bericht.items():
        if cel.tarief_cent % factor and eenheid not in protocol.minuten:
            unit = protocol.eenheden[eenheid].naam
            text = f"een prijs per {normtijd.woord()} gaat als {factor} × {unit} de deur uit"
            expected = "een even aantal centen" if factor == 2 else f"een aantal centen dat door {factor} te delen is"
            report(_fault(cel, bestand, "tarief_oneven", "tarief", text, f"{cel.tarief_cent} cent", expected))


def _fault(
    cel: Priced, bestand: str, code: Foutcode, kolom: str, toelichting: str, gevonden: str = "", verwacht: str = ""
) -> Fault:
    return Fault(code, bestand, cel.rij, kolom, gevonden, verwacht, f"{cell_name(cel)}: {toelichting}")


def _check_level(cel: Cel, priced: Prijswijze, niveaus: str, bestand: str, report: Hears) -> None:
    """Report a cell without level where each level has its price, and one with a level where none has."""
    match priced:
        case "altijd":
            if cel.kwalificatieniveau is None:
                text = "deze prestatiecode heeft een prijs per niveau"
                report(_fault(cel, bestand, "niveau_ontbreekt", "kwalificatieniveau", text, "leeg", niveaus))
        case "nooit":
            if cel.kwalificatieniveau is not None:
                text = "deze prestatiecode heeft geen prijs per niveau"
                report(_fault(cel, bestand, "niveau_teveel", "kwalificatieniveau", text, cel.kwalificatieniveau, "leeg"))
        case "zorg" | "contract":
            pass
        case _:
            assert_never(priced)


def check_month(contract: Contract, cel: Priced, bestand: str, report: Hears) -> None:
    """Report a price that begins or ends within a month."""
    begin, end = first_day(month_of(cel.begindatum)), last_day(month_of(cel.einddatum))
    if cel.begindatum not in (begin, contract.begindatum):
        report(
            _fault(
                cel,
                bestand,
                "wijziging_midden_in_maand",
                "begindatum",
                "een cel begint op de eerste van een maand",
                str(cel.begindatum),
                f"{begin}, of het begin van het contract",
            )
        )
    if cel.einddatum not in (end, contract.einddatum):
        report(
            _fault(
                cel,
                bestand,
                "wijziging_midden_in_maand",
                "einddatum",
                "een cel eindigt op de laatste van een maand",
                str(cel.einddatum),
                f"{end}, of het einde van het contract",
            )
        )


def check_dates(cells: Iterable[Priced], bestand: str, report: Hears) -> None:
    """Report overlaps and holes between the rows of one cell, or of one product."""
    for rows in _grouped(cells):
        first, *others = sorted(rows, key=lambda cel: (cel.begindatum, cel.rij))
        latest = first
        for later in others:
            if later.begindatum <= latest.einddatum:
                text = f"overlapt met rij {latest.rij} ({latest.begindatum} t/m {latest.einddatum})"
                ends = later.begindatum > latest.begindatum
                wanted = f"op rij {latest.rij} einddatum {later.begindatum - _DAY}" if ends else f"na {latest.einddatum}"
                found = str(later.begindatum)
                report(_fault(later, bestand, "cel_overlap", "begindatum", text, found, wanted))
            elif later.begindatum > latest.einddatum + _DAY:
                text = f"gat tussen rij {latest.rij} (t/m {latest.einddatum}) en deze rij"
                found, wanted = str(later.begindatum), str(latest.einddatum + _DAY)
                report(_fault(later, bestand, "cel_gat", "begindatum", text, found, wanted))
            latest = max(latest, later, key=lambda cel: cel.einddatum)


def _grouped(cells: Iterable[Priced]) -> Iterable[list[Priced]]:
    groups: dict[str, list[Priced]] = {}
    for cel in cells:
        groups.setdefault(cell_name(cel), []).append(cel)
    return groups.values()


def check_codes(contract: Contract, bestand: str, report: Hears) -> None:
    """Report where the code table is no bijection, or leaves a priced cell without a code."""
    assert contract.codes is not None
    by_productcode: dict[str, Coderij] = {}
    by_cell: dict[tuple[str, str | None], list[Coderij]] = {}
    for row in contract.codes:
        if (other := by_productcode.setdefault(row.productcode, row)) is not row:
            text, wanted = f"de productcode staat ook op rij {other.rij} ({cell_name(other)})", "elke productcode één keer"
            report(Fault("productcode_dubbel", bestand, row.rij, "productcode", row.productcode, wanted, text))
        rows = by_cell.setdefault((row.prestatiecode, row.kwalificatieniveau), [])
        twin = next((other for other in rows if other.perceel == row.perceel or not other.perceel or not row.perceel), None)
        if twin is not None:
            text, wanted = f"{cell_name(row)} heeft al een code op rij {twin.rij}", "één code per perceel, prestatiecode en niveau"
            report(Fault("productcode_dubbel", bestand, row.rij, "prestatiecode", row.productcode, wanted, text))
        rows.append(row)
    without: dict[str, None] = {}
    for cel in contract.cellen:
        rows = by_cell.get((cel.prestatiecode, cel.kwalificatieniveau), [])
        if cel.tarief_cent is not None and not any(row.perceel in ("", cel.perceel) for row in rows):
            without[cell_name(cel)] = None
    wanted = "een code voor elke cel met een prijs"
    for name in without:
        report(Fault("productcode_ontbreekt", bestand, 0, "productcode", "geen rij", wanted, f"{name} heeft geen code"))


def check_together(contracts: Sequence[Contract]) -> None:
    """Check contracts that are used in one call; raises InputError with every fault.

    Refused: an id that occurs twice, two protocols, and two contracts over one aanbieder, gemeente, perceel and prestatiecode
    in one calendar month.
    """
    faults: list[Fault] = []
    seen: dict[str, Contract] = {}
    for contract in contracts:
        other = seen.setdefault(contract.id, contract)
        if other is not contract:
            text = f"hetzelfde contract-id als in {_file(other, 'contract.toml')}"
            faults.append(
                Fault(
                    "contract_dubbel",
                    _file(contract, "contract.toml"),
                    0,
                    "contract.id",
                    contract.id,
                    "een eigen id per contract",
                    text,
                )
            )
        if contract.protocol != contracts[0].protocol:
            faults.append(
                Fault(
                    "protocol_verschilt",
                    _file(contract, "contract.toml"),
                    0,
                    "contract.protocol",
                    contract.protocol.id,
                    contracts[0].protocol.id,
                    "één protocol per aanroep",
                )
            )
    for left, right in combinations(contracts, 2):
        if left.aanbieder == right.aanbieder:
            faults += [*_shared_cells(left, right), *_shared_products(left, right)]
    if faults:
        raise InputError(faults)


def _shared_cells(left: Contract, right: Contract) -> list[Fault]:
    faults: list[Fault] = []
    served = {perceel.code: set(left.gemeenten_of(perceel)) for perceel in left.percelen}
    common = {perceel.code for perceel in right.percelen if served.get(perceel.code, set()) & set(right.gemeenten_of(perceel))}
    reported: set[tuple[str, str]] = set()
    for cel in right.cellen:
        key = (cel.perceel, cel.prestatiecode)
        if cel.perceel not in common or key in reported:
            continue
        for other in left.cellen:
            if (other.perceel, other.prestatiecode) == key and _share_month(cel, other):
                reported.add(key)
                text = (
                    f"{cell_name(cel)} ({cel.begindatum} t/m {cel.einddatum}) staat ook in "
                    f"{_file(left, 'tarieven.csv')} rij {other.rij} ({other.begindatum} t/m {other.einddatum})"
                )
                faults.append(
                    Fault(
                        "contracten_overlappen",
                        _file(right, "tarieven.csv"),
                        cel.rij,
                        "begindatum",
                        str(cel.begindatum),
                        "één contract per perceel, prestatiecode en maand",
                        text,
                    )
                )
                break
    return faults


def _shared_products(left: Contract, right: Contract) -> Iterable[Fault]:
    if not set(left.gemeenten) & set(right.gemeenten):
        return
    reported: set[str] = set()
    for product in right.producten:
        for other in left.producten:
            code = product.productcode
            if code == other.productcode and code not in reported and _share_month(product, other):
                reported.add(code)
                where = f"{_file(left, 'producten.csv')} rij {other.rij} ({other.begindatum} t/m {other.einddatum})"
                text = f"{cell_name(product)} ({product.begindatum} t/m {product.einddatum}) staat ook in {where}"
                at = _file(right, "producten.csv"), product.rij, "begindatum", str(product.begindatum)
                yield Fault("contracten_overlappen", *at, "één contract per product en maand", text)


def _share_month(left: Priced, right: Priced) -> bool:
    return month_of(left.begindatum) <= month_of(right.einddatum) and month_of(right.begindatum) <= month_of(left.einddatum)


def _file(contract: Contract, name: str) -> str:
    return f"{contract.map}/{name}" if contract.map else f"{contract.id}/{name}"
