"""The content rules (control level 2): one small function about one kind of part, be it the message, a client, a period, an amount
or a line.

Rules of level 3 and 4 stand here only for the part that shows inside one message; their history and outside sources belong to the
verification. What a rule must know beside its part it asks the `Walk`. Which rule is for what stands in `mpj.messages.content`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from attrs import frozen
from stdnum.nl import bsn as stdnum_bsn

from mpj.messages.answers import refuses_whole
from mpj.messages.overview import Declaratie, Overzicht, line_key
from mpj.messages.values import CREDIT, DEBET, Antwoordbericht, Antwoordprestatie, Prestatie, Totaal
from mpj.presentation.words import euros
from mpj.protocol import Protocol
from mpj.reading.faults import mask
from mpj.reading.periods import years_before

# Reasons that are about what was delivered; a credit line may only be refused because it has no debit to undo (IV085).
INHOUDELIJK = frozenset(
    {"0611", "9307", "9308", "9321", "9322", "9339", "9340", "9341", "9346", "9369", "9384", "9387", "9388", "S329"}
)


@frozen
class ContentBreach:
    """A breach of a content rule."""

    path: str
    """The element path below the part that the rule looked at."""
    gevonden: str
    verwacht: str
    toelichting: str
    """A Dutch sentence."""


Breaches = Iterator[ContentBreach]


class Walk:
    """A message on the way from client to client: its head, what one pass over it showed, and what came by before.

    `protocol` says which dates may be declared, and what a unit counts.

    State that grows: the suspects of the overview, and the references of the client at hand.
    """

    def __init__(self, message: Declaratie | Antwoordbericht, overview: Overzicht, protocol: Protocol) -> None:
        self.message = message
        self.overview = overview
        self.protocol = protocol
        self.sent = message.header.identificatie.dagtekening
        self.bsn = ""
        self.references: set[tuple[str, str | None]] = set()
        self._seen: set[tuple[str, object]] = set()
        self._owners: dict[int, str] = {}

    def next_client(self, bsn: str) -> None:
        """Go on to the next client."""
        self.bsn = bsn
        self.references.clear()

    def again(self, kind: str, key: object) -> bool:
        """Say whether this `key` came by before, among those of its kind."""
        if not self.overview.suspect(key):
            return False
        if (kind, key) in self._seen:
            return True
        self._seen.add((kind, key))
        return False

    def owner(self, toewijzingnummer: int) -> str:
        """Return the BSN of the first client who has this toewijzing in the message."""
        return self._owners.setdefault(toewijzingnummer, self.bsn) if self.overview.suspect(toewijzingnummer) else self.bsn


def cs002(walk: Walk, bsn: str) -> Breaches:
    """CS002 (level 2, 0001): a BSN passes the eleven test. The number itself is never shown."""
    if not stdnum_bsn.is_valid(bsn):
        yield ContentBreach("Bsn", "(verborgen)", "een geldig BSN", "Het BSN voldoet niet aan de elfproef")


def cs100(walk: Walk, begin: date, end: date) -> Breaches:
    """CS100 (level 2, 0001): periods lie on or after the protocol's first date (2021-01-01)."""
    first = walk.protocol.vroegste_datum
    for name, day in (("Begindatum", begin), ("Einddatum", end)):
        if day < first:
            text = "De datum ligt voor de eerste datum van deze standaard"
            yield ContentBreach(name, str(day), f"{first} of later", text)


def cs340(walk: Walk, message: Declaratie) -> Breaches:
    """CS340 (level 2, 0001): the declaration period is one whole calendar month."""
    begin, end = message.periode.begindatum, message.periode.einddatum
    first = begin.replace(day=1)
    last = begin.replace(day=monthrange(begin.year, begin.month)[1])
    if (begin, end) != (first, last):
        text = "De declaratieperiode is geen hele kalendermaand"
        yield ContentBreach("Declaratie/DeclaratiePeriode", f"{begin} t/m {end}", f"{first} t/m {last}", text)


def cs337(walk: Walk, begin: date, end: date) -> Breaches:
    """CS337 (level 2, 0001): a product period lies in one month."""
    if (begin.year, begin.month) != (end.year, end.month):
        text = "De productperiode loopt over meer dan een maand"
        yield ContentBreach("Einddatum", str(end), f"een dag in {begin:%Y-%m}", text)


def cs325(walk: Walk, cent: int, debetcredit: str) -> Breaches:
    """CS325 (level 2, 0001): an amount of zero stands on the debit side."""
    if cent == 0 and debetcredit != DEBET:
        yield ContentBreach("DebetCredit", debetcredit, DEBET, "Een bedrag van nul is debet")


def cs339(walk: Walk, one: Prestatie) -> Breaches:
    """CS339 (level 2, 0001): counted in euros (unit 83), the volume is the amount."""
    if one.eenheid in walk.protocol.bedragen and one.bedrag_cent != one.volume:
        text = "Bij eenheid euro is het volume gelijk aan het bedrag"
        yield ContentBreach("IngediendBedrag/Bedrag", euros(one.bedrag_cent), euros(one.volume), text)


def cd060(walk: Walk, one: Prestatie) -> Breaches:
    """CD060 (level 2, 0001): a credit line names the line it undoes, a debit line none."""
    path, undone = "ProductReferentie/VorigReferentieNummer", one.vorig_referentienummer
    if one.debetcredit == CREDIT and undone is None:
        yield ContentBreach(path, "niets", "een referentienummer", "Een creditregel noemt de regel die hij tegenboekt")
    if one.debetcredit == DEBET and undone is not None:
        yield ContentBreach(path, mask(undone), "niets", "Een debetregel heeft geen vorig nummer")


def cd087(walk: Walk, one: Prestatie) -> Breaches:
    """CD087 (level 2, 0001): every unit but euros (83) comes with a tariff, euros without."""
    if one.eenheid not in walk.protocol.bedragen and one.tarief_cent is None:
        yield ContentBreach("ProductTarief", "niets", "een tarief", "Bij deze eenheid hoort een tarief")
    if one.eenheid in walk.protocol.bedragen and one.tarief_cent is not None:
        yield ContentBreach("ProductTarief", euros(one.tarief_cent), "niets", "Bij eenheid euro hoort geen tarief")


def tr101_client(walk: Walk, bsn: str) -> Breaches:
    """TR101 (level 2, 0001): a client stands once in the message."""
    if walk.again("client", bsn):
        yield ContentBreach("Bsn", "(verborgen)", "elke client een keer", "Deze client staat al eerder in het bericht")


def tr101(walk: Walk, one: Prestatie) -> Breaches:
    """TR101 (level 2, 0001): a product reference stands once under its client."""
    reference = (one.referentienummer, one.vorig_referentienummer)
    if reference in walk.references:
        text = "Deze productreferentie staat al eerder bij deze client"
        yield ContentBreach("ProductReferentie", mask(one.referentienummer), "elke referentie een keer", text)
    walk.references.add(reference)


def tr134(walk: Walk, begin: date, end: date) -> Breaches:
    """TR134 (level 2, 0001): periods begin on or before the date of the message."""
    if begin > walk.sent:
        text = "De begindatum ligt na de dagtekening van het bericht"
        yield ContentBreach("Begindatum", str(begin), f"{walk.sent} of eerder", text)


def tr134_dagtekening(walk: Walk, message: Declaratie) -> Breaches:
    """TR134 for DeclaratieDagtekening: likely, but not in the rule texts, hence a warning."""
    if message.dagtekening > walk.sent:
        text = "De declaratie is later gedagtekend dan het bericht"
        yield ContentBreach("Declaratie/DeclaratieDagtekening", str(message.dagtekening), f"{walk.sent} of eerder", text)


def tr137(walk: Walk, begin: date, end: date) -> Breaches:
    """TR137 (level 2, 0001): periods end on or after their begin, and on or before the date of the message."""
    if end < begin:
        yield ContentBreach("Einddatum", str(end), f"{begin} of later", "De einddatum ligt voor de begindatum")
    if end > walk.sent:
        text = "De einddatum ligt na de dagtekening van het bericht"
        yield ContentBreach("Einddatum", str(end), f"{walk.sent} of eerder", text)


def tr315(walk: Walk, one: Prestatie) -> Breaches:
    """TR315 (level 2, 0001): a line is undone once in a message."""
    undone = one.vorig_referentienummer
    if undone is not None and walk.again("vorig", undone):
        path, text = "ProductReferentie/VorigReferentieNummer", "Deze regel wordt in dit bericht al tegengeboekt"
        yield ContentBreach(path, mask(undone), "elk nummer een keer", text)


def tr316(walk: Walk, one: Prestatie) -> Breaches:
    """TR316 (level 2, 0001): a line is not undone in the message that it travels in."""
    undone = one.vorig_referentienummer
    if undone is not None and undone in walk.overview.eigen:
        path, text = "ProductReferentie/VorigReferentieNummer", "De tegengeboekte regel staat zelf in dit bericht"
        yield ContentBreach(path, mask(undone), "een regel uit een eerder bericht", text)


def tr335(walk: Walk, begin: date, end: date) -> Breaches:
    """TR335 (level 2, 0001): a product period ended at most 5 years before the declaration was dated."""
    assert not isinstance(walk.message, Antwoordbericht)
    years = walk.protocol.jaren_terug
    oldest = years_before(walk.message.dagtekening, years)
    if end < oldest:
        yield ContentBreach("Einddatum", str(end), f"{oldest} of later", f"De prestatie is meer dan {years} jaar oud")


def tr358(walk: Walk, message: Declaratie) -> Breaches:
    """TR358 (level 2, 0001): the total is the sum of the lines, debit added and credit subtracted."""
    net = walk.overview.netto
    if message.totaal.net != net:
        expected, text = _amount(Totaal.of(net)), "Het totaal is niet de som van de regels"
        yield ContentBreach("Declaratie/TotaalIngediendBedrag", _amount(message.totaal), expected, text)


def tr416(walk: Walk, one: Prestatie) -> Breaches:
    """TR416 (level 2, 0001): one debit line per toewijzing, category, code and product period."""
    own = walk.owner(one.toewijzingnummer) == walk.bsn
    if one.debetcredit == DEBET and walk.again("regel", line_key(one)):
        found = f"{mask(one.productcode)}, {one.begindatum} t/m {one.einddatum}"
        text = "Voor deze toewijzing, dit product en deze periode staat al een debetregel in het bericht"
        if not own:
            text = "Deze toewijzing staat met dit product en deze periode al bij een andere client: dat treft het hele bericht"
        yield ContentBreach("", found, "een debetregel", text)


def tr342(walk: Walk, message: Antwoordbericht) -> Breaches:
    """TR342 (level 2, 0001): submitted less granted is the sum of the returned lines.

    Where the whole declaration is refused there are no lines, and the sum does not apply.
    """
    answer = message.antwoord
    if answer is None or refuses_whole(message):
        return
    granted = answer.totaal_ingediend.net - walk.overview.netto
    if answer.totaal_toegekend.net != granted:
        text = "Ingediend min toegekend is niet de som van de teruggestuurde regels"
        found, expected = _amount(answer.totaal_toegekend), _amount(Totaal.of(granted))
        yield ContentBreach("DeclaratieAntwoord/TotaalToegekendBedrag", found, expected, text)


def tr304(walk: Walk, one: Prestatie) -> Breaches:
    """TR304 and TR332 (level 3, 8187), the part that shows in one message: a toewijzing belongs to one client."""
    if walk.owner(one.toewijzingnummer) != walk.bsn:
        text = "Deze toewijzing staat in dit bericht ook bij een andere client"
        yield ContentBreach("ToewijzingNummer", mask(str(one.toewijzingnummer)), "een toewijzing van deze client", text)


def tr314(walk: Walk, one: Prestatie) -> Breaches:
    """TR314 (level 3, 8021), the part that shows in one message: a reference number is used once."""
    if walk.again("referentie", one.referentienummer):
        path, text = "ProductReferentie/ReferentieNummer", "Dit referentienummer staat al eerder in het bericht"
        yield ContentBreach(path, mask(one.referentienummer), "elk nummer een keer", text)


def tr319(walk: Walk, begin: date, end: date) -> Breaches:
    """TR319 (level 3, 9319): a product period is not later than the declaration period."""
    assert not isinstance(walk.message, Antwoordbericht)
    last = walk.message.periode.einddatum
    if end > last:
        yield ContentBreach("Einddatum", str(end), f"{last} of eerder", "De productperiode ligt na de declaratieperiode")


def tr346(walk: Walk, one: Prestatie) -> Breaches:
    """TR346 (level 4, 9346), as far as the line itself tells: the amount is volume times tariff, euros (83) apart.

    In minutes the tariff shown is rounded to a cent, so the amount may differ by half a cent per minute, and its own
    rounding.
    """
    if one.eenheid in walk.protocol.bedragen or one.tarief_cent is None:
        return
    expected = one.volume * one.tarief_cent
    slack = (one.volume + 1) // 2 if one.eenheid in walk.protocol.minuten else 0
    if abs(one.bedrag_cent - expected) > slack:
        text = "Het bedrag is niet volume maal tarief"
        wanted = euros(expected) + (f", hoogstens {euros(slack)} ernaast" if slack else "")
        yield ContentBreach("IngediendBedrag/Bedrag", euros(one.bedrag_cent), wanted, text)


def iv085(walk: Walk, one: Prestatie) -> Breaches:
    """IV085: a credit line is not refused for what was delivered. A filling instruction, hence a warning."""
    codes = one.retourcodes if isinstance(one, Antwoordprestatie) else ()
    refused = sorted(INHOUDELIJK.intersection(codes))
    if one.debetcredit == CREDIT and refused:
        text = "Een creditregel wordt niet op inhoud afgekeurd"
        yield ContentBreach("RetourCodes", ", ".join(refused), "geen inhoudelijke code", text)


def _amount(total: Totaal) -> str:
    return f"{euros(total.cent)} {total.debetcredit}"
