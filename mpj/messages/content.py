"""The content of a JW323 or JW325 (control level 2): rules that one message breaks or keeps on its own.

One rule is one function from a message to its breaches; `REGELS` is the register. Rules of level 3 and 4 stand here
only for the part that shows inside one message; their history and outside sources belong to the verification.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from attrs import frozen
from stdnum.nl import bsn as stdnum_bsn

from mpj.messages.lines import Bevinding, Declaratieverkeer, Regel, clients, lines, periods, sent, totals
from mpj.messages.values import CREDIT, DEBET, Antwoordbericht, Antwoordprestatie, Declaratiebericht, Totaal
from mpj.reading.faults import Fault, mask
from mpj.reading.periods import years_before

EUROS = "83"
MINUTES = "01"
EERSTE_DATUM = date(2021, 1, 1)
JAREN_TERUG = 5
# Reasons that are about what was delivered; a credit line may only be refused because it has no debit to undo (IV085).
INHOUDELIJK = frozenset(
    {"0611", "9307", "9308", "9321", "9322", "9339", "9340", "9341", "9346", "9369", "9384", "9387", "9388", "S329"}
)

Bevindingen = Iterator[Bevinding]
T = TypeVar("T")


def cs002(message: Declaratieverkeer) -> Bevindingen:
    """CS002 (level 2, 0001): a BSN passes the eleven test. The number itself is never shown."""
    for pad, bsn in clients(message):
        if not stdnum_bsn.is_valid(bsn):
            yield Bevinding(f"{pad}/Bsn", "(verborgen)", "een geldig BSN", "Het BSN voldoet niet aan de elfproef")


def cs100(message: Declaratiebericht) -> Bevindingen:
    """CS100 (level 2, 0001): periods lie on or after 2021-01-01."""
    for pad, period in periods(message):
        for name, day in (("Begindatum", period.begindatum), ("Einddatum", period.einddatum)):
            if day < EERSTE_DATUM:
                text = "De datum ligt voor de eerste datum van deze standaard"
                yield Bevinding(f"{pad}/{name}", str(day), f"{EERSTE_DATUM} of later", text)


def cs340(message: Declaratiebericht) -> Bevindingen:
    """CS340 (level 2, 0001): the declaration period is one whole calendar month."""
    begin, end = message.periode.begindatum, message.periode.einddatum
    first = begin.replace(day=1)
    last = begin.replace(day=monthrange(begin.year, begin.month)[1])
    if (begin, end) != (first, last):
        text = "De declaratieperiode is geen hele kalendermaand"
        yield Bevinding("Declaratie/DeclaratiePeriode", f"{begin} t/m {end}", f"{first} t/m {last}", text)


def cs337(message: Declaratiebericht) -> Bevindingen:
    """CS337 (level 2, 0001): a product period lies in one month."""
    for line in lines(message):
        begin, end = line.prestatie.begindatum, line.prestatie.einddatum
        if (begin.year, begin.month) != (end.year, end.month):
            text = "De productperiode loopt over meer dan een maand"
            yield Bevinding(f"{line.pad}/ProductPeriode/Einddatum", str(end), f"een dag in {begin:%Y-%m}", text)


def cs325(message: Declaratieverkeer) -> Bevindingen:
    """CS325 (level 2, 0001): an amount of zero stands on the debit side."""
    amounts = [(pad, total.cent, total.debetcredit) for pad, total in totals(message)]
    found = ((f"{line.pad}/IngediendBedrag", line.prestatie) for line in lines(message))
    amounts += [(pad, prestatie.bedrag_cent, prestatie.debetcredit) for pad, prestatie in found]
    for pad, cents, side in amounts:
        if cents == 0 and side != DEBET:
            yield Bevinding(f"{pad}/DebetCredit", side, DEBET, "Een bedrag van nul is debet")


def cs339(message: Declaratiebericht) -> Bevindingen:
    """CS339 (level 2, 0001): counted in euros (unit 83), the volume is the amount."""
    for line in lines(message):
        found = line.prestatie
        if found.eenheid == EUROS and found.bedrag_cent != found.volume:
            text = "Bij eenheid euro is het volume gelijk aan het bedrag"
            yield Bevinding(f"{line.pad}/IngediendBedrag/Bedrag", _euros(found.bedrag_cent), _euros(found.volume), text)


def cd060(message: Declaratieverkeer) -> Bevindingen:
    """CD060 (level 2, 0001): a credit line names the line it undoes, a debit line none."""
    for line in lines(message):
        found = line.prestatie
        pad = f"{line.pad}/ProductReferentie/VorigReferentieNummer"
        if found.debetcredit == CREDIT and found.vorig_referentienummer is None:
            yield Bevinding(pad, "niets", "een referentienummer", "Een creditregel noemt de regel die hij tegenboekt")
        if found.debetcredit == DEBET and found.vorig_referentienummer is not None:
            yield Bevinding(pad, mask(found.vorig_referentienummer), "niets", "Een debetregel heeft geen vorig nummer")


def cd087(message: Declaratiebericht) -> Bevindingen:
    """CD087 (level 2, 0001): every unit but euros (83) comes with a tariff, euros without."""
    for line in lines(message):
        found, pad = line.prestatie, f"{line.pad}/ProductTarief"
        if found.eenheid != EUROS and found.tarief_cent is None:
            yield Bevinding(pad, "niets", "een tarief", "Bij deze eenheid hoort een tarief")
        if found.eenheid == EUROS and found.tarief_cent is not None:
            yield Bevinding(pad, _euros(found.tarief_cent), "niets", "Bij eenheid euro hoort geen tarief")


def tr101(message: Declaratieverkeer) -> Bevindingen:
    """TR101 (level 2, 0001): a client stands once in the message, a product reference once under its client."""
    for pad, _ in _repeated(clients(message), lambda one: one[1]):
        text = "Deze client staat al eerder in het bericht"
        yield Bevinding(f"{pad}/Bsn", "(verborgen)", "elke client een keer", text)

    def key(line: Regel) -> Hashable:
        return (
            line.pad.rpartition("/Prestaties/")[0],
            line.prestatie.referentienummer,
            line.prestatie.vorig_referentienummer,
        )

    for line in _repeated(lines(message), key):
        text = "Deze productreferentie staat al eerder bij deze client"
        found = mask(line.prestatie.referentienummer)
        yield Bevinding(f"{line.pad}/ProductReferentie", found, "elke referentie een keer", text)


def tr134(message: Declaratieverkeer) -> Bevindingen:
    """TR134 (level 2, 0001): periods begin on or before the date of the message."""
    limit = sent(message)
    for pad, period in periods(message):
        if period.begindatum > limit:
            text = "De begindatum ligt na de dagtekening van het bericht"
            yield Bevinding(f"{pad}/Begindatum", str(period.begindatum), f"{limit} of eerder", text)


def tr134_dagtekening(message: Declaratiebericht) -> Bevindingen:
    """TR134 for DeclaratieDagtekening: likely, but not in the rule texts, hence a warning."""
    limit = sent(message)
    if message.dagtekening > limit:
        text = "De declaratie is later gedagtekend dan het bericht"
        yield Bevinding("Declaratie/DeclaratieDagtekening", str(message.dagtekening), f"{limit} of eerder", text)


def tr137(message: Declaratieverkeer) -> Bevindingen:
    """TR137 (level 2, 0001): periods end on or after their begin, and on or before the date of the message."""
    limit = sent(message)
    for pad, period in periods(message):
        end = period.einddatum
        if end < period.begindatum:
            text = "De einddatum ligt voor de begindatum"
            yield Bevinding(f"{pad}/Einddatum", str(end), f"{period.begindatum} of later", text)
        if end > limit:
            text = "De einddatum ligt na de dagtekening van het bericht"
            yield Bevinding(f"{pad}/Einddatum", str(end), f"{limit} of eerder", text)


def tr315(message: Declaratiebericht) -> Bevindingen:
    """TR315 (level 2, 0001): a line is undone once in a message."""
    undone = [line for line in lines(message) if line.prestatie.vorig_referentienummer is not None]
    for line in _repeated(undone, lambda one: one.prestatie.vorig_referentienummer):
        found = mask(line.prestatie.vorig_referentienummer or "")
        pad = f"{line.pad}/ProductReferentie/VorigReferentieNummer"
        yield Bevinding(pad, found, "elk nummer een keer", "Deze regel wordt in dit bericht al tegengeboekt")


def tr316(message: Declaratiebericht) -> Bevindingen:
    """TR316 (level 2, 0001): a line is not undone in the message that it travels in."""
    own = {line.prestatie.referentienummer for line in lines(message)}
    for line in lines(message):
        previous = line.prestatie.vorig_referentienummer
        if previous is not None and previous in own:
            pad = f"{line.pad}/ProductReferentie/VorigReferentieNummer"
            text = "De tegengeboekte regel staat zelf in dit bericht"
            yield Bevinding(pad, mask(previous), "een regel uit een eerder bericht", text)


def tr335(message: Declaratiebericht) -> Bevindingen:
    """TR335 (level 2, 0001): a product period ended at most 5 years before the declaration was dated."""
    oldest = years_before(message.dagtekening, JAREN_TERUG)
    for line in lines(message):
        if line.prestatie.einddatum < oldest:
            found, text = str(line.prestatie.einddatum), f"De prestatie is meer dan {JAREN_TERUG} jaar oud"
            yield Bevinding(f"{line.pad}/ProductPeriode/Einddatum", found, f"{oldest} of later", text)


def tr358(message: Declaratiebericht) -> Bevindingen:
    """TR358 (level 2, 0001): the total is the sum of the lines, debit added and credit subtracted."""
    net = sum(line.prestatie.net for line in lines(message))
    if message.totaal.net != net:
        expected, text = _amount(Totaal.of(net)), "Het totaal is niet de som van de regels"
        yield Bevinding("Declaratie/TotaalIngediendBedrag", _amount(message.totaal), expected, text)


def tr416(message: Declaratiebericht) -> Bevindingen:
    """TR416 (level 2, 0001): one debit line per toewijzing, category, code and product period."""

    def key(line: Regel) -> Hashable:
        one = line.prestatie
        return one.toewijzingnummer, one.productcategorie, one.productcode, one.begindatum, one.einddatum

    for line in _repeated((line for line in lines(message) if line.prestatie.debetcredit == DEBET), key):
        one = line.prestatie
        found = f"{mask(one.productcode)}, {one.begindatum} t/m {one.einddatum}"
        text = "Voor deze toewijzing, dit product en deze periode staat al een debetregel in het bericht"
        yield Bevinding(line.pad, found, "een debetregel", text)


def tr342(message: Antwoordbericht) -> Bevindingen:
    """TR342 (level 2, 0001): submitted less granted is the sum of the returned lines.

    When the declaration itself was refused there are no lines and nothing is granted; then the sum does not apply.
    """
    answer = message.antwoord
    if answer is None or (not answer.clienten and answer.totaal_toegekend == Totaal(0, DEBET)):
        return
    returned = sum(line.prestatie.net for line in lines(message))
    granted = answer.totaal_ingediend.net - returned
    if answer.totaal_toegekend.net != granted:
        text = "Ingediend min toegekend is niet de som van de teruggestuurde regels"
        found, expected = _amount(answer.totaal_toegekend), _amount(Totaal.of(granted))
        yield Bevinding("DeclaratieAntwoord/TotaalToegekendBedrag", found, expected, text)


def tr304(message: Declaratiebericht) -> Bevindingen:
    """TR304 and TR332 (level 3, 8187), the part that shows in one message: a toewijzing belongs to one client."""
    owner: dict[int, str] = {}
    for line in lines(message):
        if owner.setdefault(line.prestatie.toewijzingnummer, line.bsn) != line.bsn:
            text = "Deze toewijzing staat in dit bericht ook bij een andere client"
            found = mask(str(line.prestatie.toewijzingnummer))
            yield Bevinding(f"{line.pad}/ToewijzingNummer", found, "een toewijzing van deze client", text)


def tr314(message: Declaratiebericht) -> Bevindingen:
    """TR314 (level 3, 8021), the part that shows in one message: a reference number is used once."""
    for line in _repeated(lines(message), lambda one: one.prestatie.referentienummer):
        pad = f"{line.pad}/ProductReferentie/ReferentieNummer"
        found = mask(line.prestatie.referentienummer)
        yield Bevinding(pad, found, "elk nummer een keer", "Dit referentienummer staat al eerder in het bericht")


def tr319(message: Declaratiebericht) -> Bevindingen:
    """TR319 (level 3, 9319): a product period is not later than the declaration period."""
    last = message.periode.einddatum
    for line in lines(message):
        if line.prestatie.einddatum > last:
            text = "De productperiode ligt na de declaratieperiode"
            found = str(line.prestatie.einddatum)
            yield Bevinding(f"{line.pad}/ProductPeriode/Einddatum", found, f"{last} of eerder", text)


def tr346(message: Declaratieverkeer) -> Bevindingen:
    """TR346 (level 4, 9346), as far as the line itself tells: the amount is volume times tariff, euros (83) apart.

    In minutes the tariff shown is rounded to a cent, so the amount may differ by half a cent per minute, and its own
    rounding.
    """
    for line in lines(message):
        found = line.prestatie
        if found.eenheid == EUROS or found.tarief_cent is None:
            continue
        expected = found.volume * found.tarief_cent
        slack = (found.volume + 1) // 2 if found.eenheid == MINUTES else 0
        if abs(found.bedrag_cent - expected) > slack:
            text = "Het bedrag is niet volume maal tarief"
            wanted = _euros(expected) + (f", hoogstens {_euros(slack)} ernaast" if slack else "")
            yield Bevinding(f"{line.pad}/IngediendBedrag/Bedrag", _euros(found.bedrag_cent), wanted, text)


def iv085(message: Antwoordbericht) -> Bevindingen:
    """IV085: a credit line is not refused for what was delivered. A filling instruction, hence a warning."""
    for line in lines(message):
        found = line.prestatie
        codes = found.retourcodes if isinstance(found, Antwoordprestatie) else ()
        refused = sorted(INHOUDELIJK.intersection(codes))
        if found.debetcredit == CREDIT and refused:
            text = "Een creditregel wordt niet op inhoud afgekeurd"
            yield Bevinding(f"{line.pad}/RetourCodes", ", ".join(refused), "geen inhoudelijke code", text)


@frozen
class Inhoudsregel:
    """A row of the register: rule `code`, control `niveau`, message kinds, the function, and how a breach counts."""

    code: str
    niveau: int
    berichten: tuple[str, ...]
    functie: Callable[..., Bevindingen]
    soort: str = "fout"

    def check(self, message: Declaratieverkeer, bestand: str = "") -> Iterator[Fault]:
        """Yield the breaches of this rule as faults."""
        for found in self.functie(message):
            yield Fault(self.code, bestand, 0, found.pad, found.gevonden, found.verwacht, found.toelichting, self.soort)


_BOTH = ("JW323", "JW325")
REGELS: tuple[Inhoudsregel, ...] = (
    Inhoudsregel("CS002", 2, _BOTH, cs002),
    Inhoudsregel("CS100", 2, ("JW323",), cs100),
    Inhoudsregel("CS325", 2, _BOTH, cs325),
    Inhoudsregel("CS337", 2, ("JW323",), cs337),
    Inhoudsregel("CS339", 2, ("JW323",), cs339),
    Inhoudsregel("CS340", 2, ("JW323",), cs340),
    Inhoudsregel("CD060", 2, _BOTH, cd060),
    Inhoudsregel("CD087", 2, ("JW323",), cd087),
    Inhoudsregel("TR101", 2, _BOTH, tr101),
    Inhoudsregel("TR134", 2, _BOTH, tr134),
    Inhoudsregel("TR134", 2, ("JW323",), tr134_dagtekening, "waarschuwing"),
    Inhoudsregel("TR137", 2, _BOTH, tr137),
    Inhoudsregel("TR315", 2, ("JW323",), tr315),
    Inhoudsregel("TR316", 2, ("JW323",), tr316),
    Inhoudsregel("TR335", 2, ("JW323",), tr335),
    Inhoudsregel("TR342", 2, ("JW325",), tr342),
    Inhoudsregel("TR358", 2, ("JW323",), tr358),
    Inhoudsregel("TR416", 2, ("JW323",), tr416),
    Inhoudsregel("TR304", 3, ("JW323",), tr304),
    Inhoudsregel("TR314", 3, ("JW323",), tr314),
    Inhoudsregel("TR319", 3, ("JW323",), tr319),
    Inhoudsregel("TR346", 4, _BOTH, tr346),
    Inhoudsregel("IV085", 3, ("JW325",), iv085, "waarschuwing"),
)


def content_faults(message: Declaratieverkeer, bestand: str = "") -> tuple[Fault, ...]:
    """Return every breach of the content rules in `message`, in the order of the register."""
    kind = "JW323" if isinstance(message, Declaratiebericht) else "JW325"
    return tuple(fault for rule in REGELS if kind in rule.berichten for fault in rule.check(message, bestand))


def _repeated(items: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[T]:
    """Yield every item whose key occurred before."""
    seen: set[Hashable] = set()
    for item in items:
        mark = key(item)
        if mark in seen:
            yield item
        seen.add(mark)


def _euros(cents: int) -> str:
    """Return cents as people read them; dots between thousands, so that no amount looks like a BSN."""
    return f"€ {cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


def _amount(total: Totaal) -> str:
    return f"{_euros(total.cent)} {total.debetcredit}"
