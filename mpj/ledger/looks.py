"""The types of what a ledger shows: `status`, `work` and `repair_list`, as their JSON Schemas in ``schemas/`` have them.

Amounts are eurocents, credits below zero. About groups only; a repair list names lines, and no client.
"""

from typing import Literal, NotRequired, TypedDict


class LineCount(TypedDict):
    """A number of lines and their amount."""

    regels: int
    bedrag_cent: int


class SetAside(TypedDict):
    """Records that were set aside for one reason."""

    aantal: int
    bekende_waarde_cent: int


class Used(TypedDict):
    """How many toewijzingen with a limit are used for how much of it."""

    toewijzingen: int
    tot_50_procent: int
    tot_80_procent: int
    tot_100_procent: int
    op: int
    zonder_totaal: NotRequired[int]
    """Of an omvang: without a total."""


class LimitUse(TypedDict):
    """The limits of one municipality."""

    budget: Used
    omvang: Used


class OfGemeente(TypedDict):
    """One municipality: its lines by state, as far as there are any, and the rest."""

    concept: NotRequired[LineCount]
    verzonden: NotRequired[LineCount]
    toegekend: NotRequired[LineCount]
    afgekeurd: NotRequired[LineCount]
    niet_verzonden: NotRequired[LineCount]
    te_herstellen: NotRequired[LineCount]
    retourcodes: dict[str, LineCount]
    opzij: dict[str, SetAside]
    limieten: LimitUse


class OfDeclaratie(TypedDict):
    """One declaration."""

    declaratienummer: str
    aanbieder: str
    gemeente: str
    declaratieperiode: str
    status: Literal["concept", "verzonden", "beantwoord", "niet_verzonden"]
    verzonden_op: str | None
    afgesloten_op: str | None
    regels: int
    bedrag_cent: int


class Work(TypedDict):
    """Onderhanden werk: what was delivered and is not granted yet."""

    totaal_cent: int
    concept_cent: int
    wacht_op_antwoord_cent: int
    te_herstellen_cent: int
    niet_verwerkt_cent: int
    opzij_cent: int
    opzij_zonder_bekende_waarde: int


class Received(TypedDict):
    """What a municipality received of one aanbieder, by what it said of it."""

    berichten: dict[Literal["wacht", "beantwoord", "niet_verzonden"], int]
    regels: dict[Literal["wacht", "toegekend", "afgekeurd"], LineCount]


class Incoming(TypedDict):
    """What a municipality received of one aanbieder for one month; None is what the ledger cannot know."""

    gemeente: str
    aanbieder: str
    maand: str
    berichten: int
    beantwoord: int
    ontvangen_op: str | None
    """The day of the last receipt."""
    uiterste_antwoorddatum: str | None
    """Ten working days after the receipt of the oldest message without an answer, or where all are answered of the last one."""
    regels: int | None
    toegekend_cent: int | None
    afgekeurd_cent: int | None
    gecrediteerd_cent: int | None
    retourcodes: dict[str, int] | None


class LedgerStatus(TypedDict):
    """The ledger at a glance."""

    formaat: Literal[1]
    soort: Literal["ledger_status"]
    gemeenten: dict[str, OfGemeente]
    declaraties: list[OfDeclaratie]
    onderhanden_werk: Work
    ontvangen: dict[str, Received]
    ontvangen_per_maand: list[Incoming]


class ReturnCode(TypedDict):
    """A return code and what it says; empty where mpj has no words for it."""

    retourcode: str
    omschrijving: str


class RepairLine(TypedDict):
    """A rejected line that nothing followed up."""

    gemeente: str
    referentienummer: str
    toewijzingnummer: int | None
    """None: the number shows the BSN of the client."""
    productcode: str
    periode: str
    debetcredit: Literal["D", "C"]
    bedrag_cent: int
    retourcodes: list[ReturnCode]
    opnieuw: bool
    """Whether the next run sends it again unchanged."""
