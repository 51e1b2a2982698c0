"""The form of the summary of a verification (docs/verify.md), as types: `Verificatie.samenvatting` and its samenvatting.json.

Amounts are whole eurocents, of credit lines below zero; dates and months are text as ISO has them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from mpj.presentation.languages import Taal

Uitkomstwoord: TypeAlias = Literal["toegekend", "deels_toegekend", "afgekeurd", "niet_verzonden", "onbeslist"]
"""What becomes of a declaration as a whole; onbeslist: lines that nobody judged."""


class VerificationAsked(TypedDict):
    """What the verification was asked (docs/verify.md)."""

    dagtekening: str
    taal: Taal
    onbeoordeeld: str | None
    """toekennen or afwijzen for all lines that cannot be judged, per_code for a decision on each code; None: no decision."""


class MessageSummary(TypedDict):
    """What the message says of itself; a number that shows a BSN is empty."""

    aanbieder: str
    gemeente: str
    identificatie: str
    dagtekening: str
    declaratienummer: str
    declaratieperiode: str
    declaratiedagtekening: str


class RuleSummary(TypedDict):
    """How often a rule was broken, and the eurocents at stake."""

    regelcode: str
    retourcode: str
    omschrijving: str
    aantal: int
    bedrag_cent: int
    pagina: str
    """Where the rule stands (`mpj.verification.paginas`); empty where no page is known."""


class DecidedSummary(TypedDict):
    """Lines that could not be judged and got a verdict by decision."""

    uitkomst: str
    regels: int
    bedrag_cent: int


class SignalSummary(TypedDict):
    """How often a person should look at something."""

    regelcode: str
    omschrijving: str
    aantal: int


class NotCheckedSummary(TypedDict):
    """A rule that was not checked, and why."""

    regelcode: str
    reden: str


class ReadSummary(TypedDict):
    """How many toewijzingen were read."""

    gelezen: int


class EarlierSummary(TypedDict):
    """What is known of earlier months of this aanbieder and gemeente, each as 2026-03."""

    bekend: bool
    volledig: list[str]
    zonder_antwoord: list[str]
    zonder_declaratie: list[str]


class ContractUsed(TypedDict):
    """A contract that the message was held against, with its hash."""

    id: str
    tariefkaart: str
    sha256: str


class FileUsed(TypedDict):
    """A file that was read."""

    bestand: str
    sha256: str


class CountsSummary(TypedDict):
    """Lines and eurocents; submitted is granted plus refused plus not assessed."""

    regels: int
    toegekend: int
    afgekeurd: int
    niet_beoordeeld: int
    onbeoordeelbaar: int
    ingediend_cent: int
    toegekend_cent: int
    afgekeurd_cent: int
    niet_beoordeeld_cent: int


class VerificationSummary(CountsSummary):
    """The summary of a verification."""

    formaat: int
    soort: Literal["verify"]
    versie: str
    protocol: str
    instellingen: VerificationAsked
    bericht: MessageSummary
    uitkomst: Uitkomstwoord
    antwoord: bool
    clienten: int
    op_besluit: list[DecidedSummary]
    per_regel: list[RuleSummary]
    signalen: list[SignalSummary]
    geschiedenis: EarlierSummary
    niet_getoetst: list[NotCheckedSummary]
    toewijzingen: ReadSummary
    contracten: list[ContractUsed]
    invoer: list[FileUsed]
    niet_gelezen: list[str]
    """The files of folders and zips that were not read."""


class WrittenVerification(VerificationSummary):
    """The summary as it stands in samenvatting.json."""

    bestanden: list[str]
    """What the verification wrote."""
