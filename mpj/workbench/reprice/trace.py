"""Repricing from the trace: the records of one toewijzing, prestatiecode and month, put on new levels and rounded once more.

The rules are those of a run: shares of a sum that is rounded once, and the running difference for hours declared in minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from mpj.engine.values import Declaratieregel, Herkomst
from mpj.protocol.rounding import amount, shares
from mpj.tariefkaart import stricter
from mpj.tariefkaart.model import NIVEAU
from mpj.workbench.reprice.verdict import Plek


class RefusedError(Exception):
    """The trace cannot tell; the text is a reason of `WEIGERINGEN`."""


@frozen
class Deel:
    """One record of a line under the new contract: `niveau` None with a `reden` where it would not be paid."""

    regel: Declaratieregel
    behind: Herkomst
    niveau: str | None
    reden: str = ""
    eenheden: int = 0
    cent: int = 0


def recompute(plek: Plek, lines: Sequence[Declaratieregel], rows: Iterable[Herkomst], *, again: bool) -> list[Deel]:
    """Return every record of `lines` under the new contract.

    `lines` are of one toewijzing, prestatiecode and month; `again` says whether time is rounded anew whatever the level. Raises
    RefusedError when the trace does not fit the lines, or cannot tell.
    """
    by_number = {line.referentienummer: line for line in lines}
    records = sorted(rows, key=lambda row: (row.datum, row.bron, row.soort == "verblijf"))
    units, cents = dict.fromkeys(by_number, 0), dict.fromkeys(by_number, 0)
    for row in records:
        units[row.referentienummer] += row.aantal_eenheden
        cents[row.referentienummer] += row.bedrag_cent
    if any(units[number] != line.volume or cents[number] != line.bedrag_cent for number, line in by_number.items()):
        raise RefusedError("herkomst_past_niet" if records else "herkomst_ontbreekt")
    ongerond = lines[0].eenheid in plek.normtijd_oud.ongerond
    shared = ongerond or plek.afronding_oud().over != "contact"
    if shared and len({line.productcode for line in lines}) != len(lines):
        raise RefusedError("dubbele_regels")
    parts = [Deel(by_number[row.referentienummer], row, *_level(plek, row, by_number)) for row in records]
    if again or (shared and not ongerond):
        return _rounded(plek, parts, ongerond=ongerond)
    return _priced(plek, [(part, part.behind.aantal_eenheden) for part in parts], ongerond=ongerond)


def _level(plek: Plek, row: Herkomst, lines: dict[str, Declaratieregel]) -> tuple[str | None, str]:
    """Return the new billed level of a record, or None with the reason why it would not be paid."""
    if plek.soort_oud != NIVEAU:
        return "", ""
    niveaus = plek.oud.protocol.niveaus
    billed = lines[row.referentienummer].kwalificatieniveau
    if row.kwalificatieniveau not in niveaus:
        raise RefusedError("herkomst_past_niet")
    if row.explained:
        options = [stricter(row.kwalificatieniveau, row.maximum or None, niveaus)]
    else:
        options = list(niveaus[niveaus.index(billed) : niveaus.index(row.kwalificatieniveau) + 1])
    options = [level for level in options if plek.old_billed(level) == billed]
    found = {plek.new_billed(level) for level in options}
    if len(found) != 1:
        raise RefusedError("maximum_onbekend" if found else "herkomst_past_niet")
    (level,) = found
    return (None, "niveau_te_laag") if level is None else (level, "")


def _rounded(plek: Plek, parts: list[Deel], *, ongerond: bool) -> list[Deel]:
    """Round the minutes of all records anew, over what the new contract says, on the line each of them ends up on."""
    if any(part.behind.afgetopt for part in parts):
        raise RefusedError("afgetopt")
    afronding, unit = plek.afronding_nieuw(), plek.normtijd_nieuw.minuten
    stays_unrounded = ongerond and plek.normtijd_oud.naam == plek.normtijd_nieuw.naam
    sums: dict[object, list[Deel]] = {}
    result: list[Deel] = []
    for number, part in enumerate(parts):
        if part.niveau is None:
            result.append(part)
        elif (part.behind.minuten or 0) < afronding.drempel:
            result.append(_dropped(part))
        else:
            over = "contact" if stays_unrounded else afronding.over
            key = {"contact": number, "dag": (part.niveau, part.behind.datum), "productperiode": part.niveau}[over]
            sums.setdefault(key, []).append(part)
    counted: dict[int, int] = {}
    for members in sums.values():
        minutes = [_minutes(plek, part) for part in members]
        units = minutes if stays_unrounded else shares(minutes, unit, afronding)
        if not any(units):
            result += [_dropped(part) for part in members]
            continue
        counted |= {id(part): number for part, number in zip(members, units, strict=True)}
    kept = [(part, counted[id(part)]) for part in parts if id(part) in counted]
    return result + _priced(plek, kept, ongerond=stays_unrounded)


def _dropped(part: Deel) -> Deel:
    return Deel(part.regel, part.behind, None, "geen_tijd")


def _minutes(plek: Plek, part: Deel) -> int:
    if part.behind.explained:
        return part.behind.geteld
    if plek.soort_oud != NIVEAU or part.behind.minuten is None:
        raise RefusedError("aanwezigheid_onbekend")
    return part.behind.minuten


def _priced(plek: Plek, parts: Sequence[tuple[Deel, int]], *, ongerond: bool) -> list[Deel]:
    """Give every record its new eurocents, in the order of the line."""
    before: dict[str, int] = {}
    result: list[Deel] = []
    for part, units in parts:
        if part.niveau is None:
            result.append(part)
            continue
        price = plek.new_price(part.niveau)
        assert price is not None
        cents = price * units
        if ongerond:
            line = before.get(part.niveau, 0)
            cents = amount(price, units, unrounded=True, before=line)
            before[part.niveau] = line + units
        result.append(Deel(part.regel, part.behind, part.niveau, "", units, cents))
    return result
