"""Messages of before, JW303 and JW304 of iJw 2.3, read into the values of the JW323 and JW325 that took their place.

They tell what was declared before, and nothing else: no other reader takes them, and none is written. Their descriptions were not
written from an official schema; who reads one is told so once per file. What the values of today have no place for is told by file
and line: a line without a toewijzing counts for none, one in another unit, at a part of its price or with BTW counts otherwise, and
an amount that does not add up counts as it was declared. Names, dates of birth and comments are checked for their form and not
kept. See docs/messages.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import chain, groupby
from typing import Any

from attrs import evolve, field, frozen

from mpj.messages.answers import IN_ORDE
from mpj.messages.binding import element, from_groep
from mpj.messages.declaratie import NUMBER_LENGTH, RELEASE, digest
from mpj.messages.description import Beschrijving, shipped, with_old
from mpj.messages.form import Part
from mpj.messages.parsing import Source
from mpj.messages.reader import build, open_message
from mpj.messages.values import (
    DEBET,
    NO_TOEWIJZING,
    PRESTATIE_FIELDS,
    Antwoordbericht,
    Antwoordclient,
    Antwoordheader,
    Antwoordprestatie,
    Berichtidentificatie,
    Client,
    Declaratieantwoord,
    Declaratiebericht,
    Gelezen,
    Header,
    Periode,
    Prestatie,
    Totaal,
    Xsdversie,
    signed,
)
from mpj.presentation import words
from mpj.protocol.rounding import round_half_up
from mpj.reading.faults import Ernst, Fault, InputError
from mpj.reading.register import Foutcode

_WHOLE = 10_000
"""All of a price, in hundredths of a percent."""
_NO_VERSION = Xsdversie("", "")
_PRESTATIE = ("Declaratie", "Clienten", "Client", "Prestaties", "Prestatie")
_AMOUNTS, _GRANTED = "IngediendeBedragPrestatie", "ToegekendeBedragPrestatie"


@frozen
class OudBedrag:
    """An amount of a line: eurocents and its side (D or C)."""

    cent: int = field(metadata=element("Bedrag"))
    debetcredit: str = field(metadata=element("DebetCredit"))

    @property
    def net(self) -> int:
        """The amount with its sign."""
        return signed(self.cent, self.debetcredit)


@frozen
class OudePrestatie:
    """A line of a JW303, or of a JW304, as it stands there; amounts in eurocents."""

    referentienummer: str = field(metadata=element("ProductReferentie/ReferentieNummer"))
    vorig_referentienummer: str | None = field(metadata=element("ProductReferentie/VorigReferentieNummer"))
    toewijzingnummer: int | None = field(metadata=element("ToewijzingNummer"))
    productcategorie: str = field(metadata=element("ProductCategorie"))
    productcode: str = field(metadata=element("ProductCode"))
    begindatum: date = field(metadata=element("ProductPeriode/Begindatum"))
    einddatum: date = field(metadata=element("ProductPeriode/Einddatum"))
    volume: int = field(metadata=element(f"{_AMOUNTS}/GeleverdVolume"))
    eenheid: str = field(metadata=element(f"{_AMOUNTS}/Eenheid"))
    verrekend: int | None = field(metadata=element(f"{_AMOUNTS}/Verrekenpercentage"))
    """The part of the price that was asked, in hundredths of a percent; None: all of it."""
    tarief_cent: int | None = field(metadata=element(f"{_AMOUNTS}/ProductTarief"))
    berekend: OudBedrag | None = field(metadata=element(f"{_AMOUNTS}/BerekendBedrag", OudBedrag))
    btw: OudBedrag | None = field(metadata=element(f"{_AMOUNTS}/BtwBedrag", OudBedrag))
    bedrag: OudBedrag = field(metadata=element(f"{_AMOUNTS}/DeclaratieFactuurBedrag", OudBedrag))
    """What was declared."""
    toegekend: OudBedrag | None = field(metadata=element(f"{_GRANTED}/ToegekendBedrag", OudBedrag))
    """What was granted of it; None in a JW303."""
    retourcodes: tuple[str, ...] = field(metadata=element("RetourCodes/RetourCode", reeks=True))


@frozen
class Oudekop:
    """The header of a JW303 or JW304, as far as it is used; what only one of them has is None in the other."""

    berichtcode: str = field(metadata=element("BerichtCode"))
    berichtversie: int = field(metadata=element("BerichtVersie"))
    berichtsubversie: int = field(metadata=element("BerichtSubversie"))
    gemeente: str = field(metadata=element("Gemeente"))
    aanbieder: str = field(metadata=element("Aanbieder"))
    nummer: str = field(metadata=element("DeclaratieFactuurIdentificatie/DeclarantFactuurNummer"))
    periode: Periode = field(metadata=element("DeclaratieFactuurIdentificatie/DeclaratiePeriode", Periode))
    dagtekening: date = field(metadata=element("DeclaratieFactuurIdentificatie/FactuurDagtekening"))
    totaal: Totaal | None = field(metadata=element("DeclaratieFactuurBedragen/DeclaratieFactuurTotaalBedrag", Totaal))
    btw: Totaal | None = field(metadata=element("DeclaratieFactuurBedragen/BtwTotaalBedrag", Totaal))
    antwoordnummer: str | None = field(metadata=element("RetourHeader/GemeenteReferentieNummer"))
    antwoorddatum: date | None = field(metadata=element("RetourHeader/RetourDagtekening"))
    ingediend: Totaal | None = field(metadata=element("RetourBedragen/IngediendTotaalBedrag", Totaal))
    toegekend: Totaal | None = field(metadata=element("RetourBedragen/ToegekendTotaalBedrag", Totaal))
    xsltversie: str | None = field(metadata=element("XsltVersie"))
    retourcodes: tuple[str, ...] = field(metadata=element("RetourCodes/RetourCode", reeks=True))

    @property
    def declaratie(self) -> Berichtidentificatie:
        """What its declaration is known by: a JW303 has one number for message and declaration."""
        return Berichtidentificatie(self.nummer, self.dagtekening)


@frozen
class _Line:
    """A line and where it stands: its client by number (from 1) and BSN, its number under it, and the line of the file."""

    client: int
    bsn: str = field(repr=False)
    nummer: int
    one: OudePrestatie
    rij: int

    def fault(self, code: Foutcode, path: str, found: str, expected: str, text: str, soort: Ernst = "waarschuwing") -> Fault:
        """Return what there is to say of the element at `path`."""
        where = f"Clienten/Client[{self.client}]/Prestaties/Prestatie[{self.nummer}]/{path}"
        return Fault(code, "", self.rij, where, found, expected, text, soort)


def read_before(source: Source, bestand: str) -> Gelezen:
    """Read a message of any described kind as what was declared before, an old one too; `bestand` is the name of its file.

    Raises InputError with every fault of the form, and where a JW304 grants more of a line than was asked.
    """
    with open_message(source, bestand, registry=with_old()) as reader:
        parts = reader.delen()
        parts = chain((next(parts),), parts)
        description = reader.beschrijving
        assert description is not None
        if description.officieel:
            rows: dict[str, int] = {}
            return Gelezen(build(reader, _noted(parts, rows)), bestand, rijen=rows)
        lines: list[_Line] = []
        own: list[tuple[OudePrestatie, int]] = []
        for part in parts:
            last = part.waarden
            if part.naam == "Prestatie":
                own.append((from_groep(OudePrestatie, last), part.rij))
            elif part.naam == "Client":
                client, bsn = part.nummers[0], last["Bsn"]
                lines += [_Line(client, bsn, number, one, row) for number, (one, row) in enumerate(own, 1)]
                own.clear()
    head = from_groep(Oudekop, last["Header"])
    bericht, told = (_answer if description.bericht == "JW304" else _declaration)(head, lines)
    faults = tuple(evolve(fault, bestand=bestand) for fault in (_named(description), *told))
    if any(fault.soort == "fout" for fault in faults):
        raise InputError([fault for fault in faults if fault.soort == "fout"])
    rows = {line.one.referentienummer: line.rij for line in lines}
    asked = {line.one.referentienummer: line.one.bedrag.net for line in lines if line.one.toegekend is not None}
    return Gelezen(bericht, bestand, oud=True, rijen=rows, ingediend=asked, meldingen=faults)


def _noted(parts: Iterator[Part], rows: dict[str, int]) -> Iterator[Part]:
    """Yield the parts; the line of the file on which each Prestatie begins goes to `rows`, by its ReferentieNummer."""
    for part in parts:
        if part.naam == "Prestatie":
            rows.setdefault(part.waarden["ProductReferentie"]["ReferentieNummer"], part.rij)
        yield part


def _named(description: Beschrijving) -> Fault:
    name = f"{description.bericht} {description.release}"
    text = f"dit is {name}: gelezen als wat eerder is gedeclareerd, naar een beschrijving zonder officieel schema"
    return Fault("oud_bericht", toelichting=text, soort="waarschuwing")


# A declaration


def _declaration(head: Oudekop, lines: Sequence[_Line]) -> tuple[Declaratiebericht, list[Fault]]:
    """Return a JW303 as a declaration of today, and what there is to say of it."""
    told = [fault for line in lines for rule in _RULES for fault in rule(line)]
    code = Header(
        head.berichtcode,
        head.berichtversie,
        head.berichtsubversie,
        afzender=head.aanbieder,
        ontvanger=head.gemeente,
        identificatie=head.declaratie,
        xsdversie=_NO_VERSION,
    )
    total = head.totaal
    assert total is not None
    told += _sum("DeclaratieFactuurTotaalBedrag", total, [line.one.bedrag for line in lines])
    if head.btw is not None:
        told += _sum("BtwTotaalBedrag", head.btw, [line.one.btw for line in lines if line.one.btw is not None])
    clients = tuple(Client(bsn, tuple(_prestatie(line.one) for line in own)) for (_, bsn), own in groupby(lines, _client))
    return Declaratiebericht(code, head.nummer, head.periode, head.dagtekening, total, clients), told


def _client(line: _Line) -> tuple[int, str]:
    return line.client, line.bsn


def _prestatie(one: OudePrestatie) -> Prestatie:
    return Prestatie(**_alike(one), bedrag_cent=one.bedrag.cent, debetcredit=one.bedrag.debetcredit)


def _alike(one: OudePrestatie) -> dict[str, Any]:
    """Return what a line says of itself in an old message and today alike: all but its amount."""
    alike = {name: getattr(one, name) for name in PRESTATIE_FIELDS if hasattr(one, name)}
    return alike if one.toewijzingnummer is not None else alike | {"toewijzingnummer": NO_TOEWIJZING}


def _sum(name: str, total: Totaal, amounts: Iterable[OudBedrag]) -> Iterator[Fault]:
    if total.net != (found := sum(one.net for one in amounts)):
        text = "het totaal is niet de som van de regels; de regels tellen"
        path = f"Header/DeclaratieFactuurBedragen/{name}"
        yield Fault("oud_bedrag", "", 0, path, words.euros(total.net), words.euros(found), text, "waarschuwing")


def _unplaced(line: _Line) -> Iterator[Fault]:
    """A line that names no toewijzing counts towards the limits of none; a credit is of the one of the line that it undoes."""
    one = line.one
    if one.toewijzingnummer is None and (one.bedrag.debetcredit == DEBET or one.vorig_referentienummer is None):
        text = "de regel noemt geen toewijzing en telt voor geen enkele mee"
        yield line.fault("oude_regel_telt_niet", "ToewijzingNummer", "niets", "een toewijzing", text)


def _unit(line: _Line) -> Iterator[Fault]:
    """A week (21) or what a product takes (81) is no unit of a toewijzing of today, so no omvang counts it."""
    if line.one.eenheid not in _units_of_today():
        text = "in deze eenheid wordt niet meer toegewezen: het bedrag telt voor een budget, het volume voor geen omvang"
        yield line.fault("oude_regel_telt_anders", f"{_AMOUNTS}/Eenheid", line.one.eenheid, ", ".join(_units_of_today()), text)


def _share(line: _Line) -> Iterator[Fault]:
    """A line at a part of its price (Verrekenpercentage) counts what was declared, and all of its volume."""
    if line.one.verrekend not in (None, _WHOLE):
        found = words.percent(Fraction(line.one.verrekend or 0, 100))
        text = "een deel van het tarief is gerekend: het bedrag telt zoals gedeclareerd, het volume in zijn geheel"
        yield line.fault("oude_regel_telt_anders", f"{_AMOUNTS}/Verrekenpercentage", found, "100,00%", text)


def _tax(line: _Line) -> Iterator[Fault]:
    """A line with BTW counts what was declared; a budget of today knows none."""
    if line.one.btw is not None and line.one.btw.cent:
        text = "er is btw gerekend: het bedrag telt zoals gedeclareerd"
        yield line.fault("oude_regel_telt_anders", f"{_AMOUNTS}/BtwBedrag", words.euros(line.one.btw.net), "geen btw", text)


def _amounts(line: _Line) -> Iterator[Fault]:
    """The calculated amount is volume times price, and what was declared is that amount, with BTW or without."""
    one = line.one
    base = None if one.berekend is None else one.berekend.net
    if one.tarief_cent is not None:
        share = _WHOLE if one.verrekend is None else one.verrekend
        product = Fraction(one.volume * one.tarief_cent * share, _WHOLE)
        if one.berekend is not None and abs(one.berekend.cent - product) >= 1:
            text = "het berekende bedrag is niet volume maal tarief"
            found, expected = words.euros(one.berekend.cent), words.euros(product)
            yield line.fault("oud_bedrag", f"{_AMOUNTS}/BerekendBedrag", found, expected, text)
        if base is None:
            base = signed(round_half_up(product), one.bedrag.debetcredit)
    if base is not None and one.bedrag.net not in (base, base + (one.btw.net if one.btw is not None else 0)):
        text = "het gedeclareerde bedrag is niet het berekende, met of zonder btw; het gedeclareerde telt"
        yield line.fault("oud_bedrag", f"{_AMOUNTS}/DeclaratieFactuurBedrag", words.euros(one.bedrag.net), words.euros(base), text)


_RULES: tuple[Callable[[_Line], Iterator[Fault]], ...] = (_unplaced, _unit, _share, _tax, _amounts)


@cache
def _units_of_today() -> tuple[str, ...]:
    """Return the units that a line of a JW323 may be in."""
    element = shipped().get("ijw", RELEASE, "JW323").wortel
    for name in (*_PRESTATIE, "Eenheid"):
        element = element.op_naam[name]
    assert element.type is not None
    return element.type.codes


# An answer


def _answer(head: Oudekop, lines: Sequence[_Line]) -> tuple[Antwoordbericht, list[Fault]]:
    """Return a JW304 as an answer of today: of a line that was not granted in full it returns the part that was refused."""
    number, dated, asked, granted = head.antwoordnummer, head.antwoorddatum, head.ingediend, head.toegekend
    assert number is not None and dated is not None and asked is not None and granted is not None
    header = Antwoordheader(
        head.berichtcode,
        head.berichtversie,
        head.berichtsubversie,
        afzender=head.gemeente,
        ontvanger=head.aanbieder,
        identificatie=Berichtidentificatie(number if len(number) <= NUMBER_LENGTH else digest("JW304", number), dated),
        xsdversie=_NO_VERSION,
        declaratie_identificatie=head.declaratie,
        xsltversie=head.xsltversie,
        xsdversie_declaratie=_NO_VERSION,
        retourcodes=(IN_ORDE,),
    )
    returned = groupby((line for line in lines if _refused(line.one)), _client)
    clients = tuple(Antwoordclient(bsn, tuple(_returned(line.one) for line in own), ()) for (_, bsn), own in returned)
    body = Declaratieantwoord(head.nummer, asked, granted, clients, head.retourcodes)
    return Antwoordbericht(header, body), [fault for line in lines for fault in _more(line)]


def _refused(one: OudePrestatie) -> bool:
    return one.toegekend is not None and one.toegekend.net != one.bedrag.net


def _returned(one: OudePrestatie) -> Antwoordprestatie:
    """Return a line as it comes back: with the part of its amount that was refused."""
    assert one.toegekend is not None
    refused = one.bedrag.cent - one.toegekend.cent
    return Antwoordprestatie(**_alike(one), bedrag_cent=refused, debetcredit=one.bedrag.debetcredit, retourcodes=one.retourcodes)


def _more(line: _Line) -> Iterator[Fault]:
    granted, asked = line.one.toegekend, line.one.bedrag
    if granted is not None and granted.cent and (granted.debetcredit != asked.debetcredit or granted.cent > asked.cent):
        found, expected = words.euros(granted.net), f"{words.euros(0)} tot en met {words.euros(asked.net)}"
        text = "er is meer toegekend dan ingediend, of debet als credit"
        yield line.fault("oud_bedrag", f"{_GRANTED}/ToegekendBedrag", found, expected, text, "fout")
