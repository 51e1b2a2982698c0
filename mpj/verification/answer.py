"""The answer (JW325) that follows from a verdict (iJw 3.2: IV087, IV088): what is returned, with which codes, what is granted.

Granted lines are not listed; submitted less granted is exactly the sum of the returned lines (TR342).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from attrs import field, frozen

from mpj.engine.lines import number_of
from mpj.messages.answers import IN_ORDE, NIET_BEOORDEELD, TECHNISCH, VOLLEDIG_TOEGEKEND
from mpj.messages.description import shipped
from mpj.messages.overview import Declaratie
from mpj.messages.reader import Antwoorddeel
from mpj.messages.values import (
    Antwoordbericht,
    Antwoordclient,
    Antwoordheader,
    Antwoordkop,
    Antwoordprestatie,
    Antwoordslot,
    Berichtidentificatie,
    Client,
    Clientregel,
    Clientslot,
    Declaratieantwoord,
    Header,
    Totaal,
    Xsdversie,
    prestatie_values,
)

Positie = tuple[int, int]
Codes = tuple[str, ...]


@frozen
class Oordeel:
    """A verdict in return codes."""

    technisch: bool = False
    """Whether a content rule (level 2) refuses the message."""
    header: Codes = ()
    """The codes about the header."""
    declaratie: Codes = ()
    """The codes about the declaration."""
    clienten: Mapping[int, Codes] = field(factory=dict)
    """The codes about a client, by its number in the message, from 1."""
    regels: Mapping[Positie, Codes] = field(factory=dict)
    """The codes about a line, by (client number, line number), both from 1."""

    @property
    def niet_verzonden(self) -> bool:
        """Whether the message counts as not sent: its answer refuses the whole (`mpj.messages.answers.refuses_whole`)."""
        return self.technisch or bool(self.header) or bool(self.declaratie)


@frozen
class Sending:
    """What an answer says of itself: its date, the version of the schemas it is made with, one text or (basis, message), and the
    version of the content rules (level 2), which is named when those refused the message.
    """

    dagtekening: date
    xsd_versie: str | tuple[str, str]
    xslt_versie: str


def build_answer(
    message: Declaratie, oordeel: Oordeel, *, dagtekening: date, xsd_versie: str | tuple[str, str], xslt_versie: str
) -> Antwoordbericht:
    """Return the JW325 to `message`.

    `dagtekening` is its date of sending; `xsd_versie` the version of the schemas it is made with, one text or (basis, message);
    `xslt_versie` is named when a content rule (level 2) refused the message. The Identificatie follows from declaration and
    verdict, so the same verdict gives the same message.
    """
    found = []
    for place, client in enumerate(message.clienten, start=1):
        lines = [oordeel.regels.get((place, number), ()) for number in range(1, len(client.prestaties) + 1)]
        if (one := returned(client, oordeel.clienten.get(place), lines)) is not None:
            found.append(one)
    return whole(message, oordeel, Sending(dagtekening, xsd_versie, xslt_versie), tuple(found))


def returned(client: Client, own: Codes | None, lines: Sequence[Codes]) -> Antwoordclient | None:
    """Return what the answer sends back of a client, None when everything is granted.

    `own` are the codes about the client, None when it is not refused; `lines` those of each line, empty when it is granted. Lines
    of a refused client are not assessed.
    """
    codes = lines if own is None else [(NIET_BEOORDEELD,)] * len(lines)
    back = tuple(Antwoordprestatie(*(*prestatie_values(one), of)) for one, of in zip(client.prestaties, codes, strict=True) if of)
    return Antwoordclient(client.bsn, back, (IN_ORDE,) if own is None else own) if back else None


def whole(message: Declaratie, oordeel: Oordeel, sending: Sending, clients: tuple[Antwoordclient, ...]) -> Antwoordbericht:
    """Return the answer as one value; of `oordeel` only what is about the message counts, `clients` is what is sent back."""
    head, codes = _head(message, oordeel, sending, clients)
    if head.declaratienummer is None or head.totaal_ingediend is None or head.totaal_toegekend is None:
        return Antwoordbericht(head.header, None)
    totals = (head.totaal_ingediend, head.totaal_toegekend)
    return Antwoordbericht(
        head.header, Declaratieantwoord(head.declaratienummer, *totals, () if oordeel.declaratie else clients, codes)
    )


def parts(message: Declaratie, oordeel: Oordeel, sending: Sending, clients: Iterable[Antwoordclient]) -> Iterator[Antwoorddeel]:
    """Yield the same answer as the parts that `mpj.messages.write_stream` writes; walks over `clients` twice, holds one."""
    head, codes = _head(message, oordeel, sending, clients)
    yield head
    if head.declaratienummer is None:
        return
    for place, client in enumerate(() if oordeel.declaratie else clients, start=1):
        for nummer, one in enumerate(client.prestaties, start=1):
            yield Clientregel(place, client.bsn, nummer, one)
        yield Clientslot(place, client.bsn, client.retourcodes)
    yield Antwoordslot(codes)


def _head(message: Declaratie, oordeel: Oordeel, sending: Sending, clients: Iterable[Antwoordclient]) -> tuple[Antwoordkop, Codes]:
    """Return everything of the answer that stands before its clients, and the codes about the declaration."""
    if oordeel.technisch or oordeel.header:
        return Antwoordkop(_header(message.header, oordeel, sending, ()), None, None, None), ()
    back: Iterable[object] = ()
    if oordeel.declaratie:
        granted, codes = Totaal.of(0), oordeel.declaratie
    else:
        refused: int | None = None
        for client in clients:
            refused = (refused or 0) + sum(line.net for line in client.prestaties)
        granted = Totaal.of(message.totaal.net - (refused or 0))
        codes = (VOLLEDIG_TOEGEKEND,) if refused is None else (IN_ORDE,)
        back = ((line.referentienummer, line.retourcodes) for client in clients for line in client.prestaties)
    header = _header(message.header, oordeel, sending, chain((granted, codes), back))
    return Antwoordkop(header, message.declaratienummer, message.totaal, granted), codes


def _header(declared: Header, oordeel: Oordeel, sending: Sending, content: Iterable[object]) -> Antwoordheader:
    release = f"{declared.berichtversie}.{declared.berichtsubversie}"
    fixed = shipped().get("ijw", release, "JW325").wortel.op_naam["Header"].op_naam["BerichtCode"].type
    versions = (sending.xsd_versie, sending.xsd_versie) if isinstance(sending.xsd_versie, str) else sending.xsd_versie
    codes = (TECHNISCH,) if oordeel.technisch else oordeel.header or (IN_ORDE,)
    known = (declared.afzender, declared.ontvanger, declared.identificatie.identificatie, sending.dagtekening, codes)
    return Antwoordheader(
        berichtcode=fixed.waarde if fixed is not None else "",
        berichtversie=declared.berichtversie,
        berichtsubversie=declared.berichtsubversie,
        afzender=declared.ontvanger,
        ontvanger=declared.afzender,
        identificatie=Berichtidentificatie(_number(chain(("JW325",), known, content)), sending.dagtekening),
        xsdversie=Xsdversie(*versions),
        declaratie_identificatie=declared.identificatie,
        xsltversie=sending.xslt_versie if oordeel.technisch else None,
        xsdversie_declaratie=declared.xsdversie,
        retourcodes=codes,
    )


def _number(known: Iterable[object]) -> str:
    """Return 12 characters that follow from `known` as those of `mpj.engine.lines.number` do, without holding it all at once."""
    digest = hashlib.sha256()
    for place, part in enumerate(known):
        digest.update(f"\x1f{part}".encode() if place else str(part).encode())
    return number_of(digest.hexdigest(), 12)
