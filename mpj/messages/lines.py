"""What content rules look at: the lines, amounts and periods of a JW323 or JW325, each with its element path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import frozen

from mpj.messages.values import Antwoordbericht, Antwoordclient, Client, Declaratiebericht, Periode, Prestatie, Totaal

Declaratieverkeer = Declaratiebericht | Antwoordbericht


@frozen
class Bevinding:
    """A breach of a content rule: the element path, what was found and expected, and a Dutch sentence."""

    pad: str
    gevonden: str
    verwacht: str
    toelichting: str


@frozen
class Regel:
    """A line with its element path `pad` and its client's `bsn`."""

    pad: str
    bsn: str
    prestatie: Prestatie


def clients(message: Declaratieverkeer) -> Iterator[tuple[str, str]]:
    """Yield the path and BSN of every client."""
    for pad, client in _clients(message):
        yield pad, client.bsn


def lines(message: Declaratieverkeer) -> Iterator[Regel]:
    """Yield every line of the message."""
    for pad, client in _clients(message):
        for number, prestatie in enumerate(client.prestaties, start=1):
            yield Regel(f"{pad}/Prestaties/Prestatie[{number}]", client.bsn, prestatie)


def totals(message: Declaratieverkeer) -> Iterator[tuple[str, Totaal]]:
    """Yield the path and value of every total of the message."""
    if isinstance(message, Declaratiebericht):
        yield "Declaratie/TotaalIngediendBedrag", message.totaal
    elif message.antwoord is not None:
        yield "DeclaratieAntwoord/TotaalIngediendBedrag", message.antwoord.totaal_ingediend
        yield "DeclaratieAntwoord/TotaalToegekendBedrag", message.antwoord.totaal_toegekend


def periods(message: Declaratieverkeer) -> Iterator[tuple[str, Periode]]:
    """Yield the path and value of every period of the message."""
    if isinstance(message, Declaratiebericht):
        yield "Declaratie/DeclaratiePeriode", message.periode
    for line in lines(message):
        yield f"{line.pad}/ProductPeriode", Periode(line.prestatie.begindatum, line.prestatie.einddatum)


def sent(message: Declaratieverkeer) -> date:
    """Return the date that the message itself carries (Header/BerichtIdentificatie/Dagtekening)."""
    return message.header.identificatie.dagtekening


def _clients(message: Declaratieverkeer) -> Iterator[tuple[str, Client | Antwoordclient]]:
    root = "Declaratie" if isinstance(message, Declaratiebericht) else "DeclaratieAntwoord"
    for number, client in enumerate(_client_values(message), start=1):
        yield f"{root}/Clienten/Client[{number}]", client


def _client_values(message: Declaratieverkeer) -> tuple[Client | Antwoordclient, ...]:
    if isinstance(message, Declaratiebericht):
        return message.clienten
    return message.antwoord.clienten if message.antwoord is not None else ()
