"""Steps 8 and 9: from deliveries to lines with their trace, and the numbers they bear."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from mpj.engine.levering import Levering
from mpj.engine.limits import product_period
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.protocol import Protocol
from mpj.reading.periods import month_of, month_text
from mpj.records.values import Registratie

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def number(length: int, *parts: object) -> str:
    """Return a number of `length` letters and digits that follows from `parts` alone: the same parts, the same number."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    value = int.from_bytes(digest, "big")
    return "".join(_ALPHABET[value >> 5 * place & 31] for place in range(length))


def make_lines(
    protocol: Protocol, leveringen: Iterable[Levering], maand: int, volgnummer: int
) -> Iterator[tuple[Declaratieregel, list[Herkomst]]]:
    """Aggregate the deliveries of one client to lines: one per toewijzing, product code and product period (IV089).

    Each line comes with its trace in order of date and id. `maand` is the declaration period; `volgnummer` goes into the numbers,
    so that a second declaration of the same care can bear others. The declaratienummer is left empty.
    """
    groups: dict[tuple[int, str, int], list[Levering]] = {}
    for levering in leveringen:
        groups.setdefault(levering.regel, []).append(levering)
    for members in groups.values():
        line = _line(protocol, members, maand, volgnummer)
        yield line, [_trace(line.referentienummer, levering) for levering in members]


def _line(protocol: Protocol, members: Sequence[Levering], maand: int, volgnummer: int) -> Declaratieregel:
    first = members[0]
    toewijzing, kaart, prijs = first.dekking.toewijzing, first.plaats.kaart, first.prijs
    begindatum, einddatum = product_period(toewijzing.begindatum, toewijzing.einddatum, first.maand)
    volume, bedrag = sum(levering.units for levering in members), sum(levering.cents for levering in members)
    per_unit = protocol.normtijden[prijs.normtijd].bericht[first.eenheid]
    identity = (
        kaart.instellingen.aanbieder,
        toewijzing.gemeente,
        toewijzing.toewijzingnummer,
        first.code.productcategorie,
        first.code.productcode,
    )
    content = (begindatum, einddatum, volume * per_unit, first.eenheid, bedrag)
    return Declaratieregel(
        referentienummer=number(20, "D", *identity, *content, volgnummer),
        vorig_referentienummer="",
        debetcredit="D",
        declaratienummer="",
        declaratieperiode=month_text(maand),
        contract=kaart.instellingen.contract,
        aanbieder=kaart.instellingen.aanbieder,
        gemeente=toewijzing.gemeente,
        bsn=toewijzing.bsn,
        toewijzingnummer=toewijzing.toewijzingnummer,
        perceel=first.plaats.perceel,
        prestatiecode=first.prestatiecode,
        kwalificatieniveau=prijs.gedeclareerd,
        productcategorie=first.code.productcategorie,
        productcode=first.code.productcode,
        begindatum=begindatum,
        einddatum=einddatum,
        volume=volume,
        normtijd=prijs.normtijd,
        tarief_cent=prijs.tarief_cent,
        bedrag_cent=bedrag,
        eenheid=first.eenheid,
        volume_bericht=volume * per_unit,
    )


def _trace(referentienummer: str, levering: Levering) -> Herkomst:
    record = levering.record
    registratie = record if isinstance(record, Registratie) else None
    kaart = levering.plaats.kaart
    return Herkomst(
        referentienummer=referentienummer,
        soort="registratie" if registratie else "verblijf",
        bron=record.id,
        datum=levering.datum,
        minuten=registratie.duur if registratie else None,
        kwalificatieniveau=levering.niveau,
        aantal_eenheden=levering.units,
        bedrag_cent=levering.cents,
        afgetopt=levering.afgetopt,
        status=registratie.status if registratie else "aanwezig",
        medewerker=(registratie.medewerker or "") if registratie else "",
        onderaannemer=(registratie.onderaannemer or "") if registratie else "",
        bestand=record.bestand,
        rij=record.rij,
        keuze=levering.keuze,
        niveaus=kaart.niveaus(levering.plaats.perceel, levering.prestatiecode, levering.maand)
        if levering.prijs.gedeclareerd
        else (),
        maximum=levering.dekking.maximum or "",
        geteld=levering.geteld,
        som_voor=levering.som_voor,
        eenheden_voor_limiet=levering.voor_limiet,
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
        key: number(12, *key, lines[0].declaratieperiode, *sorted(references), volgnummer) for key, references in groups.items()
    }
    return [evolve(line, declaratienummer=numbers[line.aanbieder, line.gemeente]) for line in lines]


def identity(line: Declaratieregel) -> tuple[str, int, str, str, int]:
    """Return what makes a line the same line over time: gemeente, toewijzing, category, product code, month (not its dates)."""
    return line.gemeente, line.toewijzingnummer, line.productcategorie, line.productcode, month_of(line.begindatum)
