"""What verification says: findings, lines that were not assessed, rules that were not checked, and the whole outcome.

Invariant: no text in here shows a BSN; a line is named by its reference number and its place in the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import field, frozen

from mpj.messages.values import Antwoordbericht, Periode
from mpj.reading.faults import Fault

HEADER, DECLARATIE, CLIENT, REGEL = "header", "declaratie", "client", "regel"
NIET_BEOORDEELD = "niet_beoordeeld"
TOEKENNEN, AFWIJZEN = "toekennen", "afwijzen"


@frozen
class Cent:
    """An amount in eurocents, to be shown as euros."""

    cent: int


@frozen
class Volume:
    """A number of wire units of `eenheid` (WJ756)."""

    aantal: int
    eenheid: str


@frozen
class Woord:
    """A word or phrase of the catalog, in Dutch, to be shown in the reader's language."""

    tekst: str


Waarde = str | int | date | Periode | Cent | Volume | Woord | None


@frozen
class Breuk:
    """A breach as a rule function returns it, before it is put into words.

    `gevonden` and `verwacht` are raw values; `tekst` is the key of the sentence (empty: the rule's code); `retourcode` the
    code where it differs from the rule's own; `gegevens` what else the sentence names.
    """

    gevonden: Waarde
    verwacht: Waarde
    tekst: str = ""
    retourcode: str = ""
    gegevens: Mapping[str, Waarde] = field(factory=dict)


@frozen
class Bevinding:
    """One fault of a message.

    `plaats` is header, declaratie, client or regel; `positie` the client's number in the message, for a line ``client.regel``
    (from 1), empty for header and declaratie. `retourcode` is the official code (WJ001), empty where no message can carry
    one. `bedrag_cent` are the eurocents at stake, credit below zero. `gevonden`, `verwacht` and `toelichting` are in the
    reader's language.
    """

    referentienummer: str
    plaats: str
    positie: str
    regelcode: str
    retourcode: str
    gevonden: str
    verwacht: str
    bedrag_cent: int
    toelichting: str


@frozen
class NietGetoetst:
    """A rule that was not checked, or only within this one message, and why (`reden`, in the reader's language)."""

    regelcode: str
    reden: str


@frozen
class Verificatie:
    """The outcome of `verify`.

    `bevindingen` every fault; `niet_beoordeeld` the lines without a fault that could not be judged, as findings with
    regelcode ``niet_beoordeeld`` and no retourcode; `niet_getoetst` the rules that lacked what they need; `meldingen`
    warnings that change no verdict; `antwoord` the JW325, None while lines are not assessed and nobody said what to do with
    them; `samenvatting` counts and totals, ready for JSON (docs/verify.md).
    """

    bevindingen: tuple[Bevinding, ...]
    niet_beoordeeld: tuple[Bevinding, ...]
    niet_getoetst: tuple[NietGetoetst, ...]
    meldingen: tuple[Fault, ...]
    antwoord: Antwoordbericht | None
    samenvatting: Mapping[str, Any]
