"""What verification says: findings, lines that were not assessed, rules that were not checked, and the whole outcome.

Invariant: no text in here shows a BSN; a line is named by its reference number and its place in the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from mpj.messages.values import Antwoordbericht, Periode
from mpj.reading.faults import Fault
from mpj.reading.masking import masked
from mpj.verification.told import VerificationSummary

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
class Word:
    """A word or phrase of the catalog, in Dutch, to be shown in the reader's language."""

    text: str


Waarde = str | int | date | Periode | Cent | Volume | Word | None


@frozen
class Breach:
    """A breach as a rule function returns it, before it is put into words."""

    gevonden: Waarde
    verwacht: Waarde
    sentence: str = ""
    """The key of the sentence in the catalog; empty: the rule's code."""
    retourcode: str = ""
    """The return code, where it differs from the rule's own."""
    more: Mapping[str, Waarde] = field(factory=dict)
    """What else the sentence names."""
    signaal: bool = False
    """Whether it is told and refuses nothing."""


@frozen(field_transformer=masked)
class Bevinding:
    """One fault of a message."""

    referentienummer: str
    """The reference number of the line; empty for what is about more than a line, and for one that shows a BSN."""
    plaats: str
    """What it is about: header, declaratie, client or regel."""
    positie: str
    """The client's number in the message, for a line ``client.regel`` (from 1); empty for header and declaratie."""
    regelcode: str
    """The rule, or ``niet_beoordeeld``."""
    retourcode: str
    """The official code (WJ001); empty where no message can carry one."""
    gevonden: str
    """What was found, in the reader's language."""
    verwacht: str
    """What was expected, in the reader's language."""
    bedrag_cent: int
    """The eurocents at stake, credit below zero."""
    toelichting: str
    """What is wrong, as a sentence in the reader's language."""


@frozen
class Where:
    """What a finding is about: the first three columns of `Bevinding`, and its eurocents."""

    referentienummer: str
    plaats: str
    positie: str
    bedrag_cent: int

    def finding(self, regelcode: str, retourcode: str, words: tuple[str, str, str]) -> Bevinding:
        """Return a finding here; `words` are found, expected and the explanation."""
        found, expected, text = words
        about = (self.referentienummer, self.plaats, self.positie)
        return Bevinding(*about, regelcode, retourcode, found, expected, self.bedrag_cent, text)


@frozen(field_transformer=masked)
class NietGetoetst:
    """A rule that was not checked, or only within this one message."""

    regelcode: str
    reden: str
    """Why, in the reader's language."""


@frozen(field_transformer=masked)
class Verificatie:
    """The outcome of `verify`."""

    bevindingen: tuple[Bevinding, ...]
    """Every fault."""
    niet_beoordeeld: tuple[Bevinding, ...]
    """The lines without a fault that could not be judged: regelcode ``niet_beoordeeld``; a retourcode by decision alone."""
    niet_getoetst: tuple[NietGetoetst, ...]
    """The rules that lacked what they need."""
    meldingen: tuple[Fault, ...]
    """Warnings that change no verdict."""
    signalen: tuple[Bevinding, ...]
    """What a person should look at, and refuses nothing: without a retourcode."""
    antwoord: Antwoordbericht | None
    """The JW325; None while lines are not assessed and nobody said what to do with them."""
    samenvatting: VerificationSummary
    """Counts and totals, ready for JSON (docs/verify.md)."""
    besluiten: frozenset[tuple[str, int | None]] = frozenset()
    """Of the decisions by code and toewijzing about lines that cannot be judged: those that were about one."""
