"""Invented messages of before: a JW303 and a JW304 of iJw 2.3 as text, written by hand and not by their descriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve, field, frozen

NAME = "Verzonnensma"
BORN = "2012-04-05"
COMMENT = "Een opmerking met 999900006 erin"
AANBIEDER, GEMEENTE = "65656055", "0384"
ANNA, BRAM = "999900006", "999900018"


@frozen
class Regel:
    """A line of a JW303, in the words that it stands in; None: the element is not there."""

    nummer: str = "R1"
    vorig: str | None = None
    toewijzing: int | None = 10072
    categorie: str = "45"
    code: str = "45212"
    begin: str = "2020-03-01"
    eind: str = "2020-03-31"
    volume: int = 60
    eenheid: str = "01"
    percentage: int | None = None
    tarief: int | None = 164
    berekend: int | None = None
    btw: int | None = None
    bedrag: int = 9840
    dc: str = "D"
    bsn: str = ANNA
    toegekend: int | None = None
    """In a JW304."""
    toegekend_dc: str = ""
    codes: tuple[str, ...] = ("0611",)

    @property
    def net(self) -> int:
        """Its amount with its sign."""
        return self.bedrag if self.dc == "D" else -self.bedrag


@frozen
class Kop:
    """What stands before the clients."""

    nummer: str = "DN2020X"
    begin: str = "2020-03-01"
    eind: str = "2020-03-31"
    dagtekening: str = "2020-04-02"
    totaal: int | None = None
    """None: the sum of the lines."""
    btw: int | None = None
    code: str = "432"
    antwoord: str = "GEM-2020-000000123"
    ingediend: int | None = None
    toegekend: int | None = None
    codes: tuple[str, ...] = ("0200",)
    extra: dict[str, Any] = field(factory=dict)


def jw303(*lines: Regel, **head: Any) -> bytes:
    """Return a JW303 with these lines; `head` replaces what stands in `Kop`."""
    kop = Kop(**head)
    total = kop.totaal if kop.totaal is not None else sum(one.net for one in lines)
    tax = "" if kop.btw is None else f"<ijw:BtwTotaalBedrag>{_total(kop.btw)}</ijw:BtwTotaalBedrag>"
    money = f"<ijw:DeclaratieFactuurTotaalBedrag>{_total(total)}</ijw:DeclaratieFactuurTotaalBedrag>{tax}"
    header = _header("jw303", kop) + f"<jw303:DeclaratieFactuurBedragen>{money}</jw303:DeclaratieFactuurBedragen>"
    return _message("jw303", header, lines)


def jw304(*lines: Regel, **head: Any) -> bytes:
    """Return the JW304 that answers with these lines; totals are of all lines of the declaration, so they are given."""
    kop = evolve(Kop(code="433"), **head)
    money = "".join(
        f"<ijw:{name}TotaalBedrag>{_total(cent or 0)}</ijw:{name}TotaalBedrag>"
        for name, cent in (("Ingediend", kop.ingediend), ("Toegekend", kop.toegekend))
    )
    header = (
        _header("jw304", kop)
        + f"<jw304:RetourHeader><ijw:GemeenteReferentieNummer>{kop.antwoord}</ijw:GemeenteReferentieNummer>"
        + f"<ijw:RetourDagtekening>{max('2020-04-20', kop.dagtekening)}</ijw:RetourDagtekening></jw304:RetourHeader>"
        + f"<jw304:RetourBedragen>{money}</jw304:RetourBedragen>{_codes('jw304', kop.codes)}"
    )
    return _message("jw304", header, lines)


def _message(kind: str, header: str, lines: Sequence[Regel]) -> bytes:
    spaces = f'xmlns:{kind}="http://www.istandaarden.nl/ijw/2_3/{kind}/schema"'
    spaces += ' xmlns:ijw="http://www.istandaarden.nl/ijw/2_3/basisschema/schema"'
    clients = "".join(_client(kind, bsn, lines) for bsn in dict.fromkeys(one.bsn for one in lines))
    body = f"<{kind}:Clienten>{clients}</{kind}:Clienten>" if clients else ""
    text = f'<?xml version="1.0" encoding="UTF-8"?><{kind}:Bericht {spaces}><{kind}:Header>{header}</{kind}:Header>{body}'
    return (text + f"</{kind}:Bericht>").replace("><", ">\n<").encode()


def _header(kind: str, kop: Kop) -> str:
    values = {"BerichtCode": kop.code, "BerichtVersie": "2", "BerichtSubversie": "3", "Gemeente": GEMEENTE}
    values |= {"Servicebureau": "98000001", "Aanbieder": AANBIEDER, "BetalingAanID": "02"}
    text = "".join(f"<{kind}:{name}>{value}</{kind}:{name}>" for name, value in values.items())
    period = f"<ijw:Begindatum>{kop.begin}</ijw:Begindatum><ijw:Einddatum>{kop.eind}</ijw:Einddatum>"
    return (
        f"{text}<{kind}:DeclaratieFactuurIdentificatie><ijw:DeclaratiePeriode>{period}</ijw:DeclaratiePeriode>"
        f"<ijw:DeclarantFactuurNummer>{kop.nummer}</ijw:DeclarantFactuurNummer>"
        f"<ijw:FactuurDagtekening>{kop.dagtekening}</ijw:FactuurDagtekening><ijw:ValutaCode>EUR</ijw:ValutaCode>"
        f"</{kind}:DeclaratieFactuurIdentificatie>"
    )


def _client(kind: str, bsn: str, lines: Sequence[Regel]) -> str:
    name = f"<ijw:Geslachtsnaam><ijw:Achternaam>{NAME}</ijw:Achternaam></ijw:Geslachtsnaam><ijw:Voorletters>AB</ijw:Voorletters>"
    return (
        f"<{kind}:Client><{kind}:Bsn>{bsn}</{kind}:Bsn>"
        f"<{kind}:Geboortedatum><ijw:Datum>{BORN}</ijw:Datum></{kind}:Geboortedatum><{kind}:Geslacht>2</{kind}:Geslacht>"
        f"<{kind}:Naam>{name}</{kind}:Naam><{kind}:Commentaar>{COMMENT}</{kind}:Commentaar>"
        f"<{kind}:Prestaties>{''.join(_line(kind, one) for one in lines if one.bsn == bsn)}</{kind}:Prestaties></{kind}:Client>"
    )


def _line(kind: str, one: Regel) -> str:
    amounts = [
        f"<ijw:GeleverdVolume>{one.volume}</ijw:GeleverdVolume><ijw:Eenheid>{one.eenheid}</ijw:Eenheid>",
        "" if one.percentage is None else f"<ijw:Verrekenpercentage>{one.percentage}</ijw:Verrekenpercentage>",
        "" if one.tarief is None else f"<ijw:ProductTarief>{one.tarief}</ijw:ProductTarief>",
        "" if one.berekend is None else _amount("BerekendBedrag", one.berekend, one.dc),
        "" if one.btw is None else "<ijw:BtwPercentage>2100</ijw:BtwPercentage>" + _amount("BtwBedrag", one.btw, one.dc),
        _amount("DeclaratieFactuurBedrag", one.bedrag, one.dc),
    ]
    before = "" if one.vorig is None else f"<ijw:VorigReferentieNummer>{one.vorig}</ijw:VorigReferentieNummer>"
    assigned = "" if one.toewijzing is None else f"<{kind}:ToewijzingNummer>{one.toewijzing}</{kind}:ToewijzingNummer>"
    granted = ""
    if kind == "jw304":
        cent = one.bedrag if one.toegekend is None else one.toegekend
        side = one.toegekend_dc or one.dc
        granted = _amount("GemeenteBerekendBedrag", cent, side) + _amount("ToegekendBedrag", cent, side)
        granted = f"<{kind}:ToegekendeBedragPrestatie>{granted}</{kind}:ToegekendeBedragPrestatie>"
    return (
        f"<{kind}:Prestatie><{kind}:BeschikkingNummer>77</{kind}:BeschikkingNummer>{assigned}"
        f"<{kind}:ProductCategorie>{one.categorie}</{kind}:ProductCategorie><{kind}:ProductCode>{one.code}</{kind}:ProductCode>"
        f"<{kind}:ProductPeriode><ijw:Begindatum>{one.begin}</ijw:Begindatum><ijw:Einddatum>{one.eind}</ijw:Einddatum>"
        f"</{kind}:ProductPeriode><{kind}:IngediendeBedragPrestatie>{''.join(amounts)}</{kind}:IngediendeBedragPrestatie>"
        f"<{kind}:ProductReferentie><ijw:ReferentieNummer>{one.nummer}</ijw:ReferentieNummer>{before}</{kind}:ProductReferentie>"
        f"{granted}<{kind}:Commentaar>{COMMENT}</{kind}:Commentaar>"
        f"{_codes(kind, one.codes) if kind == 'jw304' else ''}</{kind}:Prestatie>"
    )


def _codes(kind: str, codes: Sequence[str]) -> str:
    own = "".join(f"<{kind}:RetourCode>{code}</{kind}:RetourCode>" for code in codes)
    return f"<{kind}:RetourCodes>{own}</{kind}:RetourCodes>"


def _amount(name: str, cent: int, side: str) -> str:
    return f"<ijw:{name}><ijw:Bedrag>{cent}</ijw:Bedrag><ijw:DebetCredit>{side}</ijw:DebetCredit></ijw:{name}>"


def _total(net: int) -> str:
    return f"<ijw:TotaalBedrag>{abs(net)}</ijw:TotaalBedrag><ijw:DebetCredit>{'C' if net < 0 else 'D'}</ijw:DebetCredit>"
