"""Steps 8 and 9: from deliveries to lines with their trace, and the numbers they bear."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from mpj.engine.levering import Levering
from mpj.engine.limits import product_period
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.reading.periods import month_of, month_text
from mpj.records.values import Verblijf

REFERENTIE = 20
# The fields of a `Declaratieregel` that its referentienummer is the digest of, with the volgnummer after them.
NUMBERED_BY = (
    "debetcredit",
    "aanbieder",
    "gemeente",
    "toewijzingnummer",
    "productcategorie",
    "productcode",
    "begindatum",
    "einddatum",
    "volume_bericht",
    "eenheid",
    "bedrag_cent",
)


def number(length: int, *parts: object) -> str:
    """Return a number of `length` hexadecimal digits that follows from `parts` alone: the same parts, the same number."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:length].upper()


def make_lines(lines: Iterable[list[Levering]], maand: int, volgnummer: int) -> Iterator[tuple[Declaratieregel, list[Herkomst]]]:
    """Make a line of each group of deliveries, with its trace: see `make_line`."""
    for members in lines:
        line = make_line(members, maand, volgnummer)
        yield line, [Herkomst(*trace_values(line.referentienummer, levering)) for levering in members]


def make_line(members: Sequence[Levering], maand: int, volgnummer: int) -> Declaratieregel:
    """Make a line of a group of deliveries: one per toewijzing, product code and product period (IV089).

    `maand` is the declaration period; `volgnummer` goes into the numbers, so that a second declaration of the same care can bear
    others. The declaratienummer, which follows from all lines of a declaration, is left empty.
    """
    first = members[0]
    toewijzing, tarief = first.match.dekking.toewijzing, first.tarief
    plaats, prijs, code = tarief.plaats, tarief.prijs, tarief.code
    assert plaats is not None and prijs is not None and code is not None
    begindatum, einddatum = product_period(toewijzing.begindatum, toewijzing.einddatum, tarief.maand)
    volume = sum(levering.units for levering in members)
    values: dict[str, Any] = {
        "vorig_referentienummer": "",
        "debetcredit": "D",
        "declaratienummer": "",
        "declaratieperiode": month_text(maand),
        "contract": plaats.kaart.instellingen.contract,
        "aanbieder": plaats.kaart.instellingen.aanbieder,
        "gemeente": toewijzing.gemeente,
        "bsn": toewijzing.bsn,
        "toewijzingnummer": toewijzing.toewijzingnummer,
        "perceel": plaats.perceel,
        "prestatiecode": first.match.prestatiecode,
        "kwalificatieniveau": prijs.gedeclareerd,
        "productcategorie": code.productcategorie,
        "productcode": code.productcode,
        "begindatum": begindatum,
        "einddatum": einddatum,
        "volume": volume,
        "normtijd": prijs.normtijd,
        "tarief_cent": prijs.tarief_cent,
        "bedrag_cent": sum(levering.cents for levering in members),
        "eenheid": tarief.eenheid,
        "volume_bericht": volume * tarief.per_unit,
    }
    return Declaratieregel(number(REFERENTIE, *[values[name] for name in NUMBERED_BY], volgnummer), **values)


def trace_values(referentienummer: str, levering: Levering) -> tuple[Any, ...]:
    """Return the fields of a `Herkomst`, in their order."""
    record, tarief, match = levering.record, levering.tarief, levering.match
    if isinstance(record, Verblijf):
        soort, minuten, status, medewerker, onderaannemer = "verblijf", None, "aanwezig", "", ""
    else:
        reeks = record.reeks
        soort, minuten, status = "registratie", record.tijd.duur, reeks.vorm.status
        medewerker, onderaannemer = reeks.medewerker or "", reeks.onderaannemer or ""
    return (
        referentienummer,
        soort,
        record.id,
        levering.datum,
        minuten,
        levering.niveau,
        levering.units,
        levering.cents,
        levering.afgetopt,
        status,
        medewerker,
        onderaannemer,
        record.bestand,
        record.rij,
        match.keuze,
        tarief.niveaus,
        match.dekking.maximum or "",
        levering.geteld,
        levering.som_voor,
        levering.voor_limiet,
    )


def sort_key(line: Declaratieregel) -> tuple[object, ...]:
    """The order of lines in every output: gemeente, bsn, toewijzingnummer, productcode, begindatum, credits first."""
    return (
        line.gemeente,
        line.bsn,
        line.toewijzingnummer,
        line.productcode,
        line.begindatum,
        line.debetcredit,
        line.aanbieder,
    )


def number_declarations(lines: Sequence[Declaratieregel], volgnummer: int) -> list[Declaratieregel]:
    """Give the lines of each declaration (aanbieder, gemeente, month) its number, which follows from what is declared."""
    groups: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        groups.setdefault((line.aanbieder, line.gemeente), []).append(line.referentienummer)
    numbers: Mapping[tuple[str, str], str] = {
        key: declaration_number(*key, lines[0].declaratieperiode, references, volgnummer) for key, references in groups.items()
    }
    return [evolve(line, declaratienummer=numbers[line.aanbieder, line.gemeente]) for line in lines]


def declaration_number(aanbieder: str, gemeente: str, periode: str, references: Iterable[str], volgnummer: int) -> str:
    """Return the number of a declaration (aanbieder, gemeente, month), which follows from the lines in it."""
    return number(12, aanbieder, gemeente, periode, *sorted(references), volgnummer)


def identity(line: Declaratieregel) -> tuple[str, int, str, str, int]:
    """Return what makes a line the same line over time: gemeente, toewijzing, category, product code, month (not its dates)."""
    return line.gemeente, line.toewijzingnummer, line.productcategorie, line.productcode, month_of(line.begindatum)
