"""The types of what a ledger shows: `status`, `work` and `repair_list`, as their JSON Schemas in ``schemas/`` have them.

Amounts are eurocents, credits below zero. About groups; a repair list names lines, a limit its toewijzing, and neither a client.
"""

from typing import Literal, NotRequired, TypeAlias, TypedDict


class LineCount(TypedDict):
    """A number of lines and their amount."""

    regels: int
    bedrag_cent: int


class SetAside(TypedDict):
    """Records that were set aside for one reason."""

    aantal: int
    bekende_waarde_cent: int
    geschat_cent: int
    """What the run that set them aside estimated of those without a known value."""
    sinds: str
    """The first day of delivery among them."""


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
    """The limits of one gemeente."""

    budget: Used
    omvang: Used


LimitStand: TypeAlias = Literal["ruim", "bijna_op", "op"]
"""How full a limit is; `op` where no whole unit fits any more."""


class LimitRow(TypedDict):
    """One limit of one toewijzing, in eurocents or in what its unit counts (minuten, etmalen, dagdelen, stuks)."""

    gemeente: str
    toewijzingnummer: int | None
    """None: the number could be the BSN of the client."""
    prestatiecode: str
    soort: Literal["budget", "omvang"]
    maand: str | None
    """Of an omvang per product period: the last one in which it is used; None: over the whole toewijzing."""
    eenheid: str
    maximum: int | None
    """None: an omvang per period, over the whole of a toewijzing without end."""
    toegekend: int
    verzonden: int
    concept: int
    """Used by what was granted and stands, by what was sent, and by concepts, credits taken off."""
    rest: int | None
    """Below zero where more is used than there is."""
    stand: LimitStand


class OfGemeente(TypedDict):
    """One gemeente: its lines by state, as far as there are any, and the rest."""

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


class ReplacedConcept(TypedDict):
    """A concept that another run replaced, and the folder whose messages are void by it."""

    declaratienummer: str
    aanbieder: str
    gemeente: str
    declaratieperiode: str
    map: str
    door: list[str]
    """The declaratienummers that took its place; none where nothing of it is left."""


Workpart: TypeAlias = Literal["concept", "wacht_op_antwoord", "te_herstellen", "niet_verwerkt", "opzij"]
"""A part of onderhanden werk, each euro in one."""


class FaultyRow(TypedDict):
    """A row that could not be read, or whose id stands at other content too, until it is repaired."""

    gemeente: str
    """Empty where the row has none."""
    soort: Literal["registratie", "verblijf", "toewijzing"]
    bestand: str
    rij: int
    """0 where a program gave it."""
    reden: Literal["ongeldig", "id_meermaals"]
    oorzaak: str
    """What is wrong, without what was found."""
    declaratieperiode: str
    """The month of the run that met it last."""
    sinds: str
    """The day of the run that met it first."""


class FaultyCount(TypedDict):
    """How many rows are to be repaired, and since when the oldest is known."""

    aantal: int
    sinds: str


class WorkParts(TypedDict):
    """The parts of onderhanden werk, each euro once."""

    totaal_cent: int
    concept_cent: int
    wacht_op_antwoord_cent: int
    te_herstellen_cent: int
    niet_verwerkt_cent: int
    opzij_cent: int
    opzij_zonder_bekende_waarde: int
    opzij_geschat_cent: int
    """What the run estimated of these; in no sum."""


class WorkOfGemeente(WorkParts):
    """Onderhanden werk of one gemeente."""

    sinds: dict[Workpart, str]
    """Of each part that is there, by its name without ``_cent``: since when the oldest is."""


class Work(WorkParts):
    """Onderhanden werk: what was delivered and is not granted yet."""

    per_gemeente: dict[str, WorkOfGemeente]
    herstel: dict[Literal["ongeldig", "id_meermaals"], FaultyCount]
    """Rows of which nobody can say what they are worth, by reason (`ongeldig`, `id_meermaals`), until they are repaired."""


class Received(TypedDict):
    """What a gemeente received of one aanbieder, by what it said of it."""

    berichten: dict[Literal["wacht", "beantwoord", "niet_verzonden"], int]
    regels: dict[Literal["wacht", "toegekend", "afgekeurd"], LineCount]


class Incoming(TypedDict):
    """What a gemeente received of one aanbieder for one month; None is what the ledger cannot know."""

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
    vervangen: list[ReplacedConcept]
    onderhanden_werk: Work
    onleesbaar: list[FaultyRow]
    limieten: list[LimitRow]
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
    sinds: str
    """The day of the answer."""
