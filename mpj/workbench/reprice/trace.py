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
from mpj.workbench.reprice.verdict import Celpaar


class LineRefusedError(Exception):
    """The trace cannot tell; the text is a reason of `WEIGERINGEN`."""


@frozen
class Repriced:
    """One record of a line under the new contract: `niveau` None with a `reden` where it would not be paid."""

    regel: Declaratieregel
    behind: Herkomst
    niveau: str | None
    reden: str = ""
    eenheden: int = 0
    cent: int = 0


def recompute(pair: Celpaar, lines: Sequence[Declaratieregel], rows: Iterable[Herkomst], *, again: bool) -> list[Repriced]:
    """Return every record of `lines` under the new contract.

    `lines` are of one toewijzing, prestatiecode and month; `again` says whether time is rounded anew whatever the level. Raises
    LineRefusedError when the trace does not fit the lines, or cannot tell.
    """
    by_number = {line.referentienummer: line for line in lines}
    records = sorted(rows, key=lambda row: (row.datum, row.bron, row.soort == "verblijf"))
    units, cents = dict.fromkeys(by_number, 0), dict.fromkeys(by_number, 0)
    for row in records:
        units[row.referentienummer] += row.aantal_eenheden
        cents[row.referentienummer] += row.bedrag_cent
    if any(units[number] != line.volume or cents[number] != line.bedrag_cent for number, line in by_number.items()):
        raise LineRefusedError("herkomst_past_niet" if records else "herkomst_ontbreekt")
    unrounded = lines[0].eenheid in pair.normtijd_oud.ongerond
    shared = unrounded or (pair.rounded and pair.afronding_oud().over != "contact")
    if shared and len({line.productcode for line in lines}) != len(lines):
        raise LineRefusedError("dubbele_regels")
    parts = [Repriced(by_number[row.referentienummer], row, *_level(pair, row, by_number)) for row in records]
    if again or (shared and not unrounded):
        return _rounded(pair, parts, unrounded=unrounded)
    return _priced(pair, [(part, part.behind.aantal_eenheden) for part in parts], unrounded=unrounded)


def _level(pair: Celpaar, row: Herkomst, lines: dict[str, Declaratieregel]) -> tuple[str | None, str]:
    """Return the new billed level of a record, or None with the reason why it would not be paid."""
    if pair.soort_oud != NIVEAU:
        return "", ""
    niveaus = pair.oud.protocol.niveaus
    billed = lines[row.referentienummer].kwalificatieniveau
    if row.kwalificatieniveau not in niveaus:
        raise LineRefusedError("herkomst_past_niet")
    if row.explained:
        options = [stricter(row.kwalificatieniveau, row.maximum or None, niveaus)]
    else:
        options = list(niveaus[niveaus.index(billed) : niveaus.index(row.kwalificatieniveau) + 1])
    options = [level for level in options if pair.old_billed(level) == billed]
    found = {pair.new_billed(level) for level in options}
    if len(found) != 1:
        raise LineRefusedError("maximum_onbekend" if found else "herkomst_past_niet")
    (level,) = found
    return (None, "niveau_te_laag") if level is None else (level, "")


def _rounded(pair: Celpaar, parts: list[Repriced], *, unrounded: bool) -> list[Repriced]:
    """Round the minutes of all records anew, over what the new contract says, on the line each of them ends up on."""
    if any(part.behind.afgetopt for part in parts):
        raise LineRefusedError("afgetopt")
    afronding, unit = pair.afronding_nieuw(), pair.normtijd_nieuw.minuten
    stays_unrounded = unrounded and pair.normtijd_oud.naam == pair.normtijd_nieuw.naam
    sums: dict[object, list[Repriced]] = {}
    result: list[Repriced] = []
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
        minutes = [_minutes(pair, part) for part in members]
        units = minutes if stays_unrounded else shares(minutes, unit, afronding)
        if not any(units):
            result += [_dropped(part) for part in members]
            continue
        counted |= {id(part): number for part, number in zip(members, units, strict=True)}
    kept = [(part, counted[id(part)]) for part in parts if id(part) in counted]
    return result + _priced(pair, kept, unrounded=stays_unrounded)


def _dropped(part: Repriced) -> Repriced:
    return Repriced(part.regel, part.behind, None, "geen_tijd")


def _minutes(pair: Celpaar, part: Repriced) -> int:
    if part.behind.explained:
        return part.behind.geteld
    if pair.soort_oud != NIVEAU or part.behind.minuten is None:
        raise LineRefusedError("aanwezigheid_onbekend")
    return part.behind.minuten


def _priced(pair: Celpaar, parts: Sequence[tuple[Repriced, int]], *, unrounded: bool) -> list[Repriced]:
    """Give every record its new eurocents, in the order of the line."""
    before: dict[str, int] = {}
    result: list[Repriced] = []
    for part, units in parts:
        if part.niveau is None:
            result.append(part)
            continue
        price = pair.new_price(part.niveau)
        assert price is not None
        cents = price * units
        if unrounded:
            line = before.get(part.niveau, 0)
            cents = amount(price, units, unrounded=True, before=line)
            before[part.niveau] = line + units
        result.append(Repriced(part.regel, part.behind, part.niveau, "", units, cents))
    return result
