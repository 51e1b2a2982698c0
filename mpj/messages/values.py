"""Messages as values: what a JW301, JW323 and JW325 say, frozen and typed.

Money is whole eurocents, volumes are whole units of their `eenheid` (WJ756), days are dates; an element that is
absent is None. Fields carry the names of the standard's elements in lower case. The classes serve every release whose
description has these elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from operator import attrgetter
from typing import Any

from attrs import field, fields, frozen

from mpj.messages.binding import element
from mpj.reading.faults import Fault, Place

DEBET = "D"
CREDIT = "C"


def signed(cent: int, debetcredit: str) -> int:
    """Return `cent` with the sign of its side: debit counts up, credit down (COD043)."""
    return -cent if debetcredit == CREDIT else cent


@frozen
class Periode:
    """A closed period: `begindatum` and `einddatum`, both included (CDT_GeslotenPeriode)."""

    begindatum: date = field(metadata=element("Begindatum"))
    einddatum: date = field(metadata=element("Einddatum"))


@frozen
class Berichtidentificatie:
    """What a message is known by: `identificatie` (1 to 12 characters) and `dagtekening`, its date of sending."""

    identificatie: str = field(metadata=element("Identificatie"))
    dagtekening: date = field(metadata=element("Dagtekening"))


@frozen
class Xsdversie:
    """Versions of the schemas that a message was made with: the `basisschema` and the `bericht` (``1.0.0``)."""

    basisschema: str = field(metadata=element("BasisschemaXsdVersie"))
    bericht: str = field(metadata=element("BerichtXsdVersie"))


@frozen
class Totaal:
    """A total: `cent` (0 to 999999999999) and its side `debetcredit` (COD043)."""

    cent: int = field(metadata=element("TotaalBedrag"))
    debetcredit: str = field(metadata=element("DebetCredit"))

    @classmethod
    def of(cls, net: int) -> Totaal:
        """Return the total for a net amount in cents: absolute value, credit when below zero (D.7, CS325)."""
        return cls(abs(net), CREDIT if net < 0 else DEBET)

    @property
    def net(self) -> int:
        """The amount in cents with its sign."""
        return signed(self.cent, self.debetcredit)


@frozen
class Header:
    """The header of a JW301 or JW323; codes and versions of the message kind come first."""

    berichtcode: str = field(metadata=element("BerichtCode"))
    berichtversie: int = field(metadata=element("BerichtVersie"))
    berichtsubversie: int = field(metadata=element("BerichtSubversie"))
    afzender: str = field(metadata=element("Afzender"))
    ontvanger: str = field(metadata=element("Ontvanger"))
    identificatie: Berichtidentificatie = field(metadata=element("BerichtIdentificatie", Berichtidentificatie))
    xsdversie: Xsdversie = field(metadata=element("XsdVersie", Xsdversie))


@frozen
class Antwoordheader(Header):
    """The header of a JW325: also which declaration it answers, with which schemas that was made, and the header's
    retourcodes.
    """

    declaratie_identificatie: Berichtidentificatie = field(metadata=element("DeclaratieIdentificatie", Berichtidentificatie))
    xsltversie: str | None = field(metadata=element("XsltVersie"))
    xsdversie_declaratie: Xsdversie = field(metadata=element("XsdVersieDeclaratie", Xsdversie))
    retourcodes: tuple[str, ...] = field(metadata=element("RetourCodes/RetourCode", reeks=True))


@frozen
class Prestatie:
    """One line of a declaration."""

    referentienummer: str = field(metadata=element("ProductReferentie/ReferentieNummer"))
    """The number that the line is known by."""
    vorig_referentienummer: str | None = field(metadata=element("ProductReferentie/VorigReferentieNummer"))
    """On a credit line: the number of the line that it undoes."""
    toewijzingnummer: int = field(metadata=element("ToewijzingNummer"))
    productcategorie: str = field(metadata=element("ProductCategorie"))
    """JZ020."""
    productcode: str = field(metadata=element("ProductCode"))
    begindatum: date = field(metadata=element("ProductPeriode/Begindatum"))
    """The ProductPeriode, inclusive."""
    einddatum: date = field(metadata=element("ProductPeriode/Einddatum"))
    volume: int = field(metadata=element("GeleverdVolume"))
    """Whole units of `eenheid`."""
    eenheid: str = field(metadata=element("Eenheid"))
    """WJ756."""
    tarief_cent: int | None = field(metadata=element("ProductTarief"))
    """Eurocents per unit; None for euros (CD087)."""
    bedrag_cent: int = field(metadata=element("IngediendBedrag/Bedrag"))
    """Eurocents, without sign."""
    debetcredit: str = field(metadata=element("IngediendBedrag/DebetCredit"))
    """The side of the amount: D or C (COD043)."""

    @property
    def net(self) -> int:
        """The amount in cents with its sign."""
        return signed(self.bedrag_cent, self.debetcredit)


NO_TOEWIJZING = -1
"""Stands for the number of a line of a JW303 that names none: no toewijzing has it."""
PRESTATIE_FIELDS = tuple(one.name for one in fields(Prestatie))
prestatie_values = attrgetter(*PRESTATIE_FIELDS)


@frozen
class Antwoordprestatie(Prestatie):
    """A returned line of a declaration with the `retourcodes` it was refused for (WJ001)."""

    retourcodes: tuple[str, ...] = field(metadata=element("RetourCodes/RetourCode", reeks=True))


@frozen
class Client:
    """The lines of one client."""

    bsn: str = field(repr=False, metadata=element("Bsn"))
    prestaties: tuple[Prestatie, ...] = field(metadata=element("Prestaties/Prestatie", Prestatie, reeks=True))


@frozen
class Antwoordclient:
    """The returned lines of one client, and the `retourcodes` about the client."""

    bsn: str = field(repr=False, metadata=element("Bsn"))
    prestaties: tuple[Antwoordprestatie, ...] = field(metadata=element("Prestaties/Prestatie", Antwoordprestatie, reeks=True))
    retourcodes: tuple[str, ...] = field(metadata=element("RetourCodes/RetourCode", reeks=True))


@frozen
class Declaratiekop:
    """Everything of a declaration that stands before its first client."""

    header: Header = field(metadata=element("Header", Header))
    declaratienummer: str = field(metadata=element("Declaratie/DeclaratieNummer"))
    periode: Periode = field(metadata=element("Declaratie/DeclaratiePeriode", Periode))
    dagtekening: date = field(metadata=element("Declaratie/DeclaratieDagtekening"))
    totaal: Totaal = field(metadata=element("Declaratie/TotaalIngediendBedrag", Totaal))


@frozen
class Declaratiebericht(Declaratiekop):
    """A whole declaration (JW323)."""

    clienten: tuple[Client, ...] = field(metadata=element("Declaratie/Clienten/Client", Client, reeks=True))

    @property
    def prestaties(self) -> list[Prestatie]:
        """The lines of all clients, in their order."""
        return [line for client in self.clienten for line in client.prestaties]


@frozen
class Declaratieantwoord:
    """The answer to one declaration."""

    declaratienummer: str = field(metadata=element("DeclaratieNummer"))
    totaal_ingediend: Totaal = field(metadata=element("TotaalIngediendBedrag", Totaal))
    """What was submitted."""
    totaal_toegekend: Totaal = field(metadata=element("TotaalToegekendBedrag", Totaal))
    """What is granted."""
    clienten: tuple[Antwoordclient, ...] = field(metadata=element("Clienten/Client", Antwoordclient, reeks=True))
    """The returned lines."""
    retourcodes: tuple[str, ...] = field(metadata=element("RetourCodes/RetourCode", reeks=True))
    """The codes about the declaration (WJ001)."""

    @property
    def prestaties(self) -> list[Antwoordprestatie]:
        """The returned lines of all clients, in their order."""
        return [line for client in self.clienten for line in client.prestaties]


@frozen
class Antwoordbericht:
    """A whole answer (JW325); `antwoord` is None when the header itself was refused (IV087)."""

    header: Antwoordheader = field(metadata=element("Header", Antwoordheader))
    antwoord: Declaratieantwoord | None = field(metadata=element("DeclaratieAntwoord", Declaratieantwoord))


@frozen
class Product:
    """A ToegewezenProduct as it stands in a JW301."""

    toewijzingnummer: int = field(metadata=element("ToewijzingNummer"))
    referentie_aanbieder: str | None = field(metadata=element("ReferentieAanbieder"))
    productcategorie: str | None = field(metadata=element("Product/Categorie"))
    """None where the toewijzing leaves it open; the code as well."""
    productcode: str | None = field(metadata=element("Product/Code"))
    toewijzingsdatum: date = field(metadata=element("Toewijzingsdatum"))
    """With the time it orders the versions of a toewijzing."""
    toewijzingstijd: time = field(metadata=element("Toewijzingstijd"))
    begindatum: date = field(metadata=element("Ingangsdatum"))
    """Ingangsdatum, inclusive."""
    einddatum: date | None = field(metadata=element("Einddatum"))
    """Inclusive; None without end."""
    reden_wijziging: str | None = field(metadata=element("RedenWijziging"))
    """JZ002."""
    volume: int | None = field(metadata=element("Omvang/Volume"))
    """Whole units of `eenheid` per `frequentie`."""
    eenheid: str | None = field(metadata=element("Omvang/Eenheid"))
    """WJ756."""
    frequentie: str | None = field(metadata=element("Omvang/Frequentie"))
    """WMO757."""
    budget_cent: int | None = field(metadata=element("Budget"))
    """Eurocents."""
    commentaar: str | None = field(repr=False, metadata=element("Commentaar"))


@frozen
class ToegewezenProduct(Product):
    """A ToegewezenProduct with what its message says around it: a plain value for whoever bills on it."""

    bsn: str = field(repr=False)
    gemeente: str
    """The sender: 4 digits."""
    aanbieder: str
    """The receiver: an AGB of 8 digits."""
    bestand: str = ""
    """The file that it was read from."""
    rij: int = 0
    """The line of the file."""
    fouten: tuple[Fault, ...] = ()
    """The JW301 rules that it breaks (chapter C.6); empty when it can be billed on."""


@frozen
class Toewijzingsbericht:
    """A whole toewijzing message (JW301)."""

    header: Header
    bsn: str = field(repr=False)
    client: tuple[tuple[str, Any], ...] = field(repr=False)
    """The elements of the client that billing does not use: nested (name, value) pairs in their order."""
    producten: tuple[Product, ...]


Bericht = Declaratiebericht | Antwoordbericht | Toewijzingsbericht


@frozen
class Gelezen:
    """A message as what was declared before: of today (JW323, JW325) or an old one, in the values of today."""

    bericht: Bericht
    bestand: str = ""
    """The name of its file."""
    sha256: str = ""
    """Of its file: names of files in which a BSN is hidden can be alike."""
    oud: bool = False
    """Whether it is a JW303 or JW304."""
    rijen: Mapping[str, int] = field(factory=dict)
    """The line of the file on which each Prestatie begins, by its ReferentieNummer."""
    ingediend: Mapping[str, int] = field(factory=dict)
    """Of a JW304 what it says that was submitted of each line, in eurocents (a credit below zero), by its ReferentieNummer."""
    meldingen: tuple[Fault, ...] = ()
    """What there is to say of an old one: warnings."""

    def place(self, referentienummer: str) -> Place:
        """Return where a line stands."""
        return Place(self.bestand, self.rijen.get(referentienummer, 0))


@frozen
class Clientregel:
    """One line of a streamed message."""

    client: int
    """The position of its client, from 1."""
    bsn: str = field(repr=False)
    nummer: int
    """Its position under the client, from 1."""
    prestatie: Prestatie
    rij: int = 0
    """The line of the file."""


@frozen
class Antwoordkop:
    """Everything of a streamed JW325 that stands before its first client; without an answer the last three are None."""

    header: Antwoordheader = field(metadata=element("Header", Antwoordheader))
    declaratienummer: str | None = field(metadata=element("DeclaratieAntwoord/DeclaratieNummer"))
    totaal_ingediend: Totaal | None = field(metadata=element("DeclaratieAntwoord/TotaalIngediendBedrag", Totaal))
    totaal_toegekend: Totaal | None = field(metadata=element("DeclaratieAntwoord/TotaalToegekendBedrag", Totaal))


@frozen
class Clientslot:
    """The end of a client in a streamed JW325, with the retourcodes about that client."""

    client: int
    bsn: str = field(repr=False)
    retourcodes: tuple[str, ...]


@frozen
class Antwoordslot:
    """The end of a streamed JW325, with the retourcodes about the declaration (empty when there is no answer)."""

    retourcodes: tuple[str, ...]
