"""The form of the summary of a run, as types: what `Result.samenvatting` and samenvatting.json hold (docs/formats.md).

Amounts are whole eurocents, time whole minutes, dates and months text as ISO has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict

from mpj.protocol.words import Over


class AskedSummary(TypedDict):
    """What the run was asked (`mpj.Opdracht`)."""

    periode: str
    dagtekening: str
    nalevering: bool
    volgnummer: int


class DifferenceSummary(TypedDict):
    """What lies between delivered and billed time."""

    aanwezigheid_minuten: int
    afronding_minuten: int
    afronding_cent: int
    afgetopt_registraties: int
    afgetopt_cent: int


class RoundedOtherwise(TypedDict):
    """What was rounded over one span, and what it would have come to over another."""

    over: Over
    bedrag_cent: int
    anders_over: Over
    anders_cent: int


class GemeenteSummary(TypedDict):
    """What one gemeente is billed."""

    regels: int
    bedrag_cent: int


class DeclarationSummary(GemeenteSummary):
    """One declaration: its parties, number and month, and what it adds up to."""

    declaratienummer: str
    aanbieder: str
    gemeente: str
    declaratieperiode: str


class ToewijzingenSummary(TypedDict):
    """How many toewijzingen were read, and were set aside."""

    gelezen: int
    ongeldig: int
    niet_mpj: int


class ContractSummary(TypedDict):
    """One contract that applied: its hash, and the settings that the run was made under by their names."""

    id: str
    tariefkaart: str
    sha256: str
    instellingen: Mapping[str, object]


class FileSummary(TypedDict):
    """One file that was read."""

    soort: str
    bestand: str
    sha256: str


class SentSummary(TypedDict):
    """What a run sends of one kind (verschil.csv)."""

    regels: int
    debet_cent: int
    credit_cent: int


class DecideSummary(TypedDict):
    """What a person has to decide, for one reason (te_beslissen.csv)."""

    regels: int
    debet_cent: int
    credit_cent: int
    te_winnen_cent: int
    op_het_spel_cent: int


class LapseSummary(TypedDict):
    """What can be declared or repaired until a day that is near, or has passed."""

    gemeente: str
    """Empty where the record does not say it."""
    uiterlijk: str
    aantal: int
    waarde_cent: int
    """As far as it is known or estimated."""


class BesideSummary(TypedDict):
    """What a run sends to a gemeente, beside the concept that it replaces and what was declared in the month before."""

    verzendt: dict[str, SentSummary]
    bedrag_cent: int
    vorig_concept_cent: int | None
    """None where there was none, or none that was other."""
    vorige_maand_cent: int
    opvallend: Literal["", "meer", "minder"]
    """Whether it is above the bound, held against the month before."""


class RepricedSummary(TypedDict):
    """What a contract makes of granted lines of one gemeente (`mpj.Ledger.reprice`)."""

    gemeente: str
    regels: int
    oud_cent: int
    nieuw_cent: int
    verschil_cent: int


class LedgerSummary(TypedDict):
    """What a ledger made of the run (docs/ledger.md)."""

    proef: bool
    debet_cent: int
    credit_cent: int
    creditregels: int
    vervangen_concepten: list[str]
    vervangen_mappen: list[str]
    """The folders whose messages are void by this run."""
    wacht_op: dict[str, int]
    ingetrokken: int
    opnieuw_ingediend: int
    opnieuw_ingediend_cent: int
    toegekend_blijft_staan: int
    toegekend_blijft_staan_cent: int
    erbij: int
    """Records that the ledger looked at again and no file of the run held."""
    verzendt: dict[str, SentSummary]
    te_beslissen: dict[str, DecideSummary]
    verloopt: list[LapseSummary]
    limieten: dict[str, int]
    """How many limits of toewijzingen with a new line are nearly used up (`bijna_op`), and used up (`op`)."""
    per_gemeente: dict[str, BesideSummary]
    herprijzing: NotRequired[list[RepricedSummary]]
    signalen: dict[str, int]
    """What looks odd and nobody has seen yet, by code (docs/signals.md)."""
    signalen_gezien: int


class ShadowSummary(TypedDict):
    """How the lines of a gemeente differ from those of another system, for one cause (naast.csv; `gelijk`: they do not)."""

    gemeente: str
    oorzaak: str
    aantal: int
    eigen_cent: int
    naast_cent: int
    verschil_cent: int


class RunSummary(TypedDict):
    """The summary of a run."""

    formaat: int
    soort: Literal["declare"]
    versie: str
    protocol: str
    instellingen: AskedSummary
    gelezen: int
    gedeclareerd: int
    uitval: int
    uitval_per_reden: dict[str, int]
    uitval_waarde_cent: int
    uitval_geschat_cent: int
    uitval_zonder_waarde: int
    regels: int
    bedrag_cent: int
    minuten_geleverd: int
    minuten_gedeclareerd: int
    verschil: DifferenceSummary
    afronding_anders: list[RoundedOtherwise]
    bedrag_op_planning_cent: int
    per_gemeente: dict[str, GemeenteSummary]
    declaraties: list[DeclarationSummary]
    toewijzingen: ToewijzingenSummary
    contracten: list[ContractSummary]
    invoer: list[FileSummary]
    niet_gelezen: list[str]
    overgeslagen: int
    ledger: NotRequired[LedgerSummary]
    naast: NotRequired[list[ShadowSummary]]
    bestanden: NotRequired[list[str]]
    """In samenvatting.json: what the run wrote."""
