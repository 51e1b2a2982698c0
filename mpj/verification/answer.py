"""The answer (JW325) that follows from a verdict (iJw 3.2: IV087, IV088): what is returned, with which codes, what is granted.

Granted lines are not listed; submitted less granted is exactly the sum of the returned lines (TR342).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import field, fields, frozen

from mpj.engine.lines import number
from mpj.messages.description import shipped
from mpj.messages.values import (
    Antwoordbericht,
    Antwoordclient,
    Antwoordheader,
    Antwoordprestatie,
    Berichtidentificatie,
    Client,
    Declaratieantwoord,
    Declaratiebericht,
    Header,
    Prestatie,
    Totaal,
    Xsdversie,
)

IN_ORDE, NIET_BEOORDEELD, VOLLEDIG_TOEGEKEND, TECHNISCH = "0200", "0233", "8001", "0001"
Positie = tuple[int, int]
Codes = tuple[str, ...]


@frozen
class Oordeel:
    """A verdict in return codes: `technisch` (a level 2 fault), about the `header` and the `declaratie`, by client number, and by
    line (client number, line number), both from 1.
    """

    technisch: bool = False
    header: Codes = ()
    declaratie: Codes = ()
    clienten: Mapping[int, Codes] = field(factory=dict)
    regels: Mapping[Positie, Codes] = field(factory=dict)

    @property
    def niet_verzonden(self) -> bool:
        """Whether the message counts as not sent."""
        return self.technisch or bool(self.header) or bool(self.declaratie)

    def teruggestuurd(self, client: int, regel: int) -> Codes:
        """Return the codes that a line is returned with, empty when it is granted; a refused client's lines are not assessed."""
        return (NIET_BEOORDEELD,) if client in self.clienten else self.regels.get((client, regel), ())


def build_answer(
    message: Declaratiebericht, oordeel: Oordeel, *, dagtekening: date, xsd_versie: str | tuple[str, str], xslt_versie: str
) -> Antwoordbericht:
    """Return the JW325 to `message`.

    `dagtekening` is its date of sending; `xsd_versie` the version of the schemas it is made with, one text or (basis, message);
    `xslt_versie` is named when a content rule (level 2) refused the message. The Identificatie follows from declaration and
    verdict, so the same verdict gives the same message.
    """
    body = None if oordeel.technisch or oordeel.header else _body(message, oordeel)
    return Antwoordbericht(_header(message.header, oordeel, dagtekening, xsd_versie, xslt_versie, body), body)


def _header(
    declared: Header,
    oordeel: Oordeel,
    dagtekening: date,
    xsd_versie: str | tuple[str, str],
    xslt_versie: str,
    body: Declaratieantwoord | None,
) -> Antwoordheader:
    release = f"{declared.berichtversie}.{declared.berichtsubversie}"
    fixed = shipped().get("ijw", release, "JW325").wortel.op_naam["Header"].op_naam["BerichtCode"].type
    versions = (xsd_versie, xsd_versie) if isinstance(xsd_versie, str) else xsd_versie
    codes = (TECHNISCH,) if oordeel.technisch else oordeel.header or (IN_ORDE,)
    content = () if body is None else (body.totaal_toegekend, body.retourcodes, *_returned(body))
    known = (declared.afzender, declared.ontvanger, declared.identificatie.identificatie, dagtekening, codes)
    return Antwoordheader(
        berichtcode=fixed.waarde if fixed is not None else "",
        berichtversie=declared.berichtversie,
        berichtsubversie=declared.berichtsubversie,
        afzender=declared.ontvanger,
        ontvanger=declared.afzender,
        identificatie=Berichtidentificatie(number(12, "JW325", *known, *content), dagtekening),
        xsdversie=Xsdversie(*versions),
        declaratie_identificatie=declared.identificatie,
        xsltversie=xslt_versie if oordeel.technisch else None,
        xsdversie_declaratie=declared.xsdversie,
        retourcodes=codes,
    )


def _returned(body: Declaratieantwoord) -> list[tuple[str, Codes]]:
    return [(line.referentienummer, line.retourcodes) for client in body.clienten for line in client.prestaties]


def _body(message: Declaratiebericht, oordeel: Oordeel) -> Declaratieantwoord:
    if oordeel.declaratie:
        nothing = Totaal.of(0)
        return Declaratieantwoord(message.declaratienummer, message.totaal, nothing, (), oordeel.declaratie)
    clients = tuple(
        returned for place, client in enumerate(message.clienten, start=1) if (returned := _client(place, client, oordeel))
    )
    refused = sum(line.net for client in clients for line in client.prestaties)
    granted = Totaal.of(message.totaal.net - refused)
    codes = (IN_ORDE,) if clients else (VOLLEDIG_TOEGEKEND,)
    return Declaratieantwoord(message.declaratienummer, message.totaal, granted, clients, codes)


def _client(place: int, client: Client, oordeel: Oordeel) -> Antwoordclient | None:
    lines = tuple(
        _line(one, codes)
        for number_, one in enumerate(client.prestaties, start=1)
        if (codes := oordeel.teruggestuurd(place, number_))
    )
    return Antwoordclient(client.bsn, lines, oordeel.clienten.get(place, (IN_ORDE,))) if lines else None


_LINE = tuple(one.name for one in fields(Prestatie))


def _line(one: Prestatie, codes: Codes) -> Antwoordprestatie:
    return Antwoordprestatie(**{name: getattr(one, name) for name in _LINE}, retourcodes=codes)
