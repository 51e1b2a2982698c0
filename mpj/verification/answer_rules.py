"""Rules for an answer that is received (JW325, iJw 3.2), beside those of its content (level 2, `mpj.messages.content`).

No message exists to report a fault in a JW325, so an aanbieder that finds one tells the gemeente outside the traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date

from attrs import define, field

from mpj.messages.values import Antwoordbericht, Antwoordclient, Antwoordprestatie, Declaratiebericht, Periode, Prestatie
from mpj.verification.values import Breach, Cent, Volume, Waarde, Word

EERDER = Word("van een eerdere declaratie")


@define(eq=False)
class AnswerCase:
    """A JW325 and what it is held against."""

    antwoord: Antwoordbericht
    declaratie: Declaratiebericht | None
    """The JW323 that it names; None when that is not among those given."""
    nummers: Collection[str]
    """The DeclaratieNummers of all declarations given."""
    eerdere: Collection[str] | None
    """The Identificaties of this gemeente's earlier answers; None: TR056 is not checked."""
    clienten: Collection[str] = field(repr=False)
    """The BSNs in those declarations."""
    systeemdatum: date
    """The receiver's date."""
    gemeenten: Collection[str] | None
    """The CBS codes that exist; None: TR378 is not checked."""
    regels: dict[str, Prestatie] = field(factory=dict)
    """The declared lines by reference number."""

    def __attrs_post_init__(self) -> None:
        if self.declaratie is not None:
            for client in self.declaratie.clienten:
                self.regels.update((one.referentienummer, one) for one in client.prestaties)


def tr056(case: AnswerCase) -> Breach | None:
    """TR056 (level 3, 9056): the Identificatie is new for the sending gemeente. Source: iJw 3.2."""
    found = case.antwoord.header.identificatie.identificatie
    if case.eerdere is None or found not in case.eerdere:
        return None
    return Breach(found, Word("een nummer dat nog niet is gebruikt"))


def tr135(case: AnswerCase) -> Breach | None:
    """TR135 (level 4, 8848): the answer is not dated after the receiver's own date. Source: iJw 3.2."""
    found = case.antwoord.header.identificatie.dagtekening
    return Breach(found, case.systeemdatum) if found > case.systeemdatum else None


def tr378(case: AnswerCase) -> Breach | None:
    """TR378 (level 4, S300): the gemeente's code is in the CBS list. Source: iJw 3.2."""
    if case.gemeenten is None or case.antwoord.header.afzender in case.gemeenten:
        return None
    return Breach(case.antwoord.header.afzender, Word("een code uit de lijst van het CBS"))


def tr337(case: AnswerCase) -> Breach | None:
    """TR337 (level 3, no code): DeclaratieIdentificatie is that of an earlier JW323, number and date. Source: iJw 3.2."""
    named = case.antwoord.header.declaratie_identificatie
    if case.declaratie is None:
        return Breach(named.identificatie, EERDER)
    expected = case.declaratie.header.identificatie.dagtekening
    return None if named.dagtekening == expected else Breach(named.dagtekening, expected)


def tr371(case: AnswerCase) -> Breach | None:
    """TR371 (level 3, no code): XsdVersieDeclaratie is the XsdVersie of that JW323. Source: iJw 3.2."""
    if case.declaratie is None or case.antwoord.header.xsdversie_declaratie == case.declaratie.header.xsdversie:
        return None
    found, expected = case.antwoord.header.xsdversie_declaratie, case.declaratie.header.xsdversie
    return Breach(f"{found.basisschema} / {found.bericht}", f"{expected.basisschema} / {expected.bericht}")


def tr376(case: AnswerCase) -> Breach | None:
    """TR376 (level 3, no code): the DeclaratieNummer is that of the declaration it answers. Source: iJw 3.2."""
    body = case.antwoord.antwoord
    if body is None:
        return None
    if case.declaratie is None:
        return None if body.declaratienummer in case.nummers else Breach(body.declaratienummer, EERDER)
    expected = case.declaratie.declaratienummer
    return None if body.declaratienummer == expected else Breach(body.declaratienummer, expected)


def tr304(case: AnswerCase, client: Antwoordclient) -> Breach | None:
    """TR304 (level 3, 8187): the BSN is that of a client who was declared. Source: iJw 3.2."""
    if client.bsn in case.clienten:
        return None
    return Breach(Word("een onbekende cliënt"), Word("een cliënt uit de declaratie"))


def tr366(case: AnswerCase, line: Antwoordprestatie) -> Breach | None:
    """TR366 (level 3, 9366): a returned line exists in the declaration, by its ProductReferentie. Source: iJw 3.2."""
    if case.declaratie is None or line.referentienummer in case.regels:
        return None
    return Breach(line.referentienummer, Word("een regel uit de declaratie"))


def tr367(case: AnswerCase, line: Antwoordprestatie) -> Iterator[Breach]:
    """TR367 (level 3, 9367): a returned line says what the declared line said. Source: iJw 3.2. One breach per field."""
    declared = case.regels.get(line.referentienummer)
    if declared is not None:
        for name, show in _FIELDS.items():
            if (found := show(line)) != (expected := show(declared)):
                yield Breach(found, expected, more={"veld": Word(name)})


def _volume(one: Prestatie) -> Waarde:
    return Volume(one.volume, one.eenheid)


_FIELDS: Mapping[str, Callable[[Prestatie], Waarde]] = {
    "vorig referentienummer": lambda one: one.vorig_referentienummer,
    "toewijzingnummer": lambda one: str(one.toewijzingnummer),
    "productcategorie": lambda one: one.productcategorie,
    "productcode": lambda one: one.productcode,
    "productperiode": lambda one: Periode(one.begindatum, one.einddatum),
    "volume": _volume,
    "tarief": lambda one: None if one.tarief_cent is None else Cent(one.tarief_cent),
    "bedrag": lambda one: Cent(one.bedrag_cent),
    "debetcredit": lambda one: one.debetcredit,
}
