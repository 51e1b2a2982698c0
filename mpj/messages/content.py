"""The content of a JW323 or JW325 (control level 2): rules that one message breaks or keeps on its own.

One rule is one small function about one kind of part: the message, a client, a period, an amount or a line; `REGELS` is the
register. What a rule must know beside its part it asks the `Inhoud`, which walks over the message once, part by part, in bounded
memory. Rules of level 3 and 4 stand here only for the part that shows inside one message; their history and outside sources belong
to the verification.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import lru_cache

from attrs import evolve, frozen
from stdnum.nl import bsn as stdnum_bsn

from mpj.messages.answers import refuses_whole
from mpj.messages.overview import Declaratie, Overzicht, clients_of, line_key, scan
from mpj.messages.values import CREDIT, DEBET, Antwoordbericht, Antwoordprestatie, Prestatie, Totaal
from mpj.reading.faults import Ernst, Fault, mask
from mpj.reading.periods import years_before
from mpj.reading.register import Regelcode

EUROS = "83"
MINUTES = "01"
EERSTE_DATUM = date(2021, 1, 1)
JAREN_TERUG = 5
# Reasons that are about what was delivered; a credit line may only be refused because it has no debit to undo (IV085).
INHOUDELIJK = frozenset(
    {"0611", "9307", "9308", "9321", "9322", "9339", "9340", "9341", "9346", "9369", "9384", "9387", "9388", "S329"}
)
# What a rule looks at; a period is that of the declaration or of a product, an amount a total or that of a line.
BERICHT, CLIENT, PERIODE, PRODUCTPERIODE, BEDRAG, REGEL = "bericht", "client", "periode", "productperiode", "bedrag", "regel"
_PERIODS = 4096


@frozen
class Bevinding:
    """A breach of a content rule: the element path below the part, what was found and expected, and a Dutch sentence."""

    pad: str
    gevonden: str
    verwacht: str
    toelichting: str


Bevindingen = Iterator[Bevinding]


def cs002(inhoud: Inhoud, bsn: str) -> Bevindingen:
    """CS002 (level 2, 0001): a BSN passes the eleven test. The number itself is never shown."""
    if not stdnum_bsn.is_valid(bsn):
        yield Bevinding("Bsn", "(verborgen)", "een geldig BSN", "Het BSN voldoet niet aan de elfproef")


def cs100(inhoud: Inhoud, begin: date, end: date) -> Bevindingen:
    """CS100 (level 2, 0001): periods lie on or after 2021-01-01."""
    for name, day in (("Begindatum", begin), ("Einddatum", end)):
        if day < EERSTE_DATUM:
            text = "De datum ligt voor de eerste datum van deze standaard"
            yield Bevinding(name, str(day), f"{EERSTE_DATUM} of later", text)


def cs340(inhoud: Inhoud, message: Declaratie) -> Bevindingen:
    """CS340 (level 2, 0001): the declaration period is one whole calendar month."""
    begin, end = message.periode.begindatum, message.periode.einddatum
    first = begin.replace(day=1)
    last = begin.replace(day=monthrange(begin.year, begin.month)[1])
    if (begin, end) != (first, last):
        text = "De declaratieperiode is geen hele kalendermaand"
        yield Bevinding("Declaratie/DeclaratiePeriode", f"{begin} t/m {end}", f"{first} t/m {last}", text)


def cs337(inhoud: Inhoud, begin: date, end: date) -> Bevindingen:
    """CS337 (level 2, 0001): a product period lies in one month."""
    if (begin.year, begin.month) != (end.year, end.month):
        text = "De productperiode loopt over meer dan een maand"
        yield Bevinding("Einddatum", str(end), f"een dag in {begin:%Y-%m}", text)


def cs325(inhoud: Inhoud, cent: int, debetcredit: str) -> Bevindingen:
    """CS325 (level 2, 0001): an amount of zero stands on the debit side."""
    if cent == 0 and debetcredit != DEBET:
        yield Bevinding("DebetCredit", debetcredit, DEBET, "Een bedrag van nul is debet")


def cs339(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """CS339 (level 2, 0001): counted in euros (unit 83), the volume is the amount."""
    if one.eenheid == EUROS and one.bedrag_cent != one.volume:
        text = "Bij eenheid euro is het volume gelijk aan het bedrag"
        yield Bevinding("IngediendBedrag/Bedrag", _euros(one.bedrag_cent), _euros(one.volume), text)


def cd060(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """CD060 (level 2, 0001): a credit line names the line it undoes, a debit line none."""
    pad, undone = "ProductReferentie/VorigReferentieNummer", one.vorig_referentienummer
    if one.debetcredit == CREDIT and undone is None:
        yield Bevinding(pad, "niets", "een referentienummer", "Een creditregel noemt de regel die hij tegenboekt")
    if one.debetcredit == DEBET and undone is not None:
        yield Bevinding(pad, mask(undone), "niets", "Een debetregel heeft geen vorig nummer")


def cd087(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """CD087 (level 2, 0001): every unit but euros (83) comes with a tariff, euros without."""
    if one.eenheid != EUROS and one.tarief_cent is None:
        yield Bevinding("ProductTarief", "niets", "een tarief", "Bij deze eenheid hoort een tarief")
    if one.eenheid == EUROS and one.tarief_cent is not None:
        yield Bevinding("ProductTarief", _euros(one.tarief_cent), "niets", "Bij eenheid euro hoort geen tarief")


def tr101_client(inhoud: Inhoud, bsn: str) -> Bevindingen:
    """TR101 (level 2, 0001): a client stands once in the message."""
    if inhoud.again("client", bsn):
        yield Bevinding("Bsn", "(verborgen)", "elke client een keer", "Deze client staat al eerder in het bericht")


def tr101(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR101 (level 2, 0001): a product reference stands once under its client."""
    reference = (one.referentienummer, one.vorig_referentienummer)
    if reference in inhoud.referenties:
        text = "Deze productreferentie staat al eerder bij deze client"
        yield Bevinding("ProductReferentie", mask(one.referentienummer), "elke referentie een keer", text)
    inhoud.referenties.add(reference)


def tr134(inhoud: Inhoud, begin: date, end: date) -> Bevindingen:
    """TR134 (level 2, 0001): periods begin on or before the date of the message."""
    if begin > inhoud.verzonden:
        text = "De begindatum ligt na de dagtekening van het bericht"
        yield Bevinding("Begindatum", str(begin), f"{inhoud.verzonden} of eerder", text)


def tr134_dagtekening(inhoud: Inhoud, message: Declaratie) -> Bevindingen:
    """TR134 for DeclaratieDagtekening: likely, but not in the rule texts, hence a warning."""
    if message.dagtekening > inhoud.verzonden:
        text = "De declaratie is later gedagtekend dan het bericht"
        yield Bevinding("Declaratie/DeclaratieDagtekening", str(message.dagtekening), f"{inhoud.verzonden} of eerder", text)


def tr137(inhoud: Inhoud, begin: date, end: date) -> Bevindingen:
    """TR137 (level 2, 0001): periods end on or after their begin, and on or before the date of the message."""
    if end < begin:
        yield Bevinding("Einddatum", str(end), f"{begin} of later", "De einddatum ligt voor de begindatum")
    if end > inhoud.verzonden:
        text = "De einddatum ligt na de dagtekening van het bericht"
        yield Bevinding("Einddatum", str(end), f"{inhoud.verzonden} of eerder", text)


def tr315(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR315 (level 2, 0001): a line is undone once in a message."""
    undone = one.vorig_referentienummer
    if undone is not None and inhoud.again("vorig", undone):
        pad, text = "ProductReferentie/VorigReferentieNummer", "Deze regel wordt in dit bericht al tegengeboekt"
        yield Bevinding(pad, mask(undone), "elk nummer een keer", text)


def tr316(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR316 (level 2, 0001): a line is not undone in the message that it travels in."""
    undone = one.vorig_referentienummer
    if undone is not None and undone in inhoud.overzicht.eigen:
        pad, text = "ProductReferentie/VorigReferentieNummer", "De tegengeboekte regel staat zelf in dit bericht"
        yield Bevinding(pad, mask(undone), "een regel uit een eerder bericht", text)


def tr335(inhoud: Inhoud, begin: date, end: date) -> Bevindingen:
    """TR335 (level 2, 0001): a product period ended at most 5 years before the declaration was dated."""
    assert not isinstance(inhoud.message, Antwoordbericht)
    oldest = years_before(inhoud.message.dagtekening, JAREN_TERUG)
    if end < oldest:
        yield Bevinding("Einddatum", str(end), f"{oldest} of later", f"De prestatie is meer dan {JAREN_TERUG} jaar oud")


def tr358(inhoud: Inhoud, message: Declaratie) -> Bevindingen:
    """TR358 (level 2, 0001): the total is the sum of the lines, debit added and credit subtracted."""
    net = inhoud.overzicht.netto
    if message.totaal.net != net:
        expected, text = _amount(Totaal.of(net)), "Het totaal is niet de som van de regels"
        yield Bevinding("Declaratie/TotaalIngediendBedrag", _amount(message.totaal), expected, text)


def tr416(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR416 (level 2, 0001): one debit line per toewijzing, category, code and product period."""
    if one.debetcredit == DEBET and inhoud.again("regel", line_key(one)):
        found = f"{mask(one.productcode)}, {one.begindatum} t/m {one.einddatum}"
        text = "Voor deze toewijzing, dit product en deze periode staat al een debetregel in het bericht"
        yield Bevinding("", found, "een debetregel", text)


def tr342(inhoud: Inhoud, message: Antwoordbericht) -> Bevindingen:
    """TR342 (level 2, 0001): submitted less granted is the sum of the returned lines.

    Where the whole declaration is refused there are no lines, and the sum does not apply.
    """
    answer = message.antwoord
    if answer is None or refuses_whole(message):
        return
    granted = answer.totaal_ingediend.net - inhoud.overzicht.netto
    if answer.totaal_toegekend.net != granted:
        text = "Ingediend min toegekend is niet de som van de teruggestuurde regels"
        found, expected = _amount(answer.totaal_toegekend), _amount(Totaal.of(granted))
        yield Bevinding("DeclaratieAntwoord/TotaalToegekendBedrag", found, expected, text)


def tr304(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR304 and TR332 (level 3, 8187), the part that shows in one message: a toewijzing belongs to one client."""
    if inhoud.owner(one.toewijzingnummer) != inhoud.bsn:
        text = "Deze toewijzing staat in dit bericht ook bij een andere client"
        yield Bevinding("ToewijzingNummer", mask(str(one.toewijzingnummer)), "een toewijzing van deze client", text)


def tr314(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR314 (level 3, 8021), the part that shows in one message: a reference number is used once."""
    if inhoud.again("referentie", one.referentienummer):
        pad, text = "ProductReferentie/ReferentieNummer", "Dit referentienummer staat al eerder in het bericht"
        yield Bevinding(pad, mask(one.referentienummer), "elk nummer een keer", text)


def tr319(inhoud: Inhoud, begin: date, end: date) -> Bevindingen:
    """TR319 (level 3, 9319): a product period is not later than the declaration period."""
    assert not isinstance(inhoud.message, Antwoordbericht)
    last = inhoud.message.periode.einddatum
    if end > last:
        yield Bevinding("Einddatum", str(end), f"{last} of eerder", "De productperiode ligt na de declaratieperiode")


def tr346(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """TR346 (level 4, 9346), as far as the line itself tells: the amount is volume times tariff, euros (83) apart.

    In minutes the tariff shown is rounded to a cent, so the amount may differ by half a cent per minute, and its own
    rounding.
    """
    if one.eenheid == EUROS or one.tarief_cent is None:
        return
    expected = one.volume * one.tarief_cent
    slack = (one.volume + 1) // 2 if one.eenheid == MINUTES else 0
    if abs(one.bedrag_cent - expected) > slack:
        text = "Het bedrag is niet volume maal tarief"
        wanted = _euros(expected) + (f", hoogstens {_euros(slack)} ernaast" if slack else "")
        yield Bevinding("IngediendBedrag/Bedrag", _euros(one.bedrag_cent), wanted, text)


def iv085(inhoud: Inhoud, one: Prestatie) -> Bevindingen:
    """IV085: a credit line is not refused for what was delivered. A filling instruction, hence a warning."""
    codes = one.retourcodes if isinstance(one, Antwoordprestatie) else ()
    refused = sorted(INHOUDELIJK.intersection(codes))
    if one.debetcredit == CREDIT and refused:
        text = "Een creditregel wordt niet op inhoud afgekeurd"
        yield Bevinding("RetourCodes", ", ".join(refused), "geen inhoudelijke code", text)


@frozen
class Inhoudsregel:
    """A row of the register: rule `code`, control `niveau`, message kinds, the kind of part that it looks at, the function, and how
    a breach counts.
    """

    code: str
    niveau: int
    berichten: tuple[str, ...]
    deel: str
    functie: Callable[..., Bevindingen]
    soort: Ernst = "fout"


_BOTH, _JW323, _JW325 = ("JW323", "JW325"), ("JW323",), ("JW325",)
REGELS: tuple[Inhoudsregel, ...] = (
    Inhoudsregel("CS002", 2, _BOTH, CLIENT, cs002),
    Inhoudsregel("CS100", 2, _JW323, PERIODE, cs100),
    Inhoudsregel("CS325", 2, _BOTH, BEDRAG, cs325),
    Inhoudsregel("CS337", 2, _JW323, PRODUCTPERIODE, cs337),
    Inhoudsregel("CS339", 2, _JW323, REGEL, cs339),
    Inhoudsregel("CS340", 2, _JW323, BERICHT, cs340),
    Inhoudsregel("CD060", 2, _BOTH, REGEL, cd060),
    Inhoudsregel("CD087", 2, _JW323, REGEL, cd087),
    Inhoudsregel("TR101", 2, _BOTH, CLIENT, tr101_client),
    Inhoudsregel("TR101", 2, _BOTH, REGEL, tr101),
    Inhoudsregel("TR134", 2, _BOTH, PERIODE, tr134),
    Inhoudsregel("TR134", 2, _JW323, BERICHT, tr134_dagtekening, "waarschuwing"),
    Inhoudsregel("TR137", 2, _BOTH, PERIODE, tr137),
    Inhoudsregel("TR315", 2, _JW323, REGEL, tr315),
    Inhoudsregel("TR316", 2, _JW323, REGEL, tr316),
    Inhoudsregel("TR335", 2, _JW323, PRODUCTPERIODE, tr335),
    Inhoudsregel("TR342", 2, _JW325, BERICHT, tr342),
    Inhoudsregel("TR358", 2, _JW323, BERICHT, tr358),
    Inhoudsregel("TR416", 2, _JW323, REGEL, tr416),
    Inhoudsregel("TR304", 3, _JW323, REGEL, tr304),
    Inhoudsregel("TR314", 3, _JW323, REGEL, tr314),
    Inhoudsregel("TR319", 3, _JW323, PRODUCTPERIODE, tr319),
    Inhoudsregel("TR346", 4, _BOTH, REGEL, tr346),
    Inhoudsregel("IV085", 3, _JW325, REGEL, iv085, "waarschuwing"),
)
_ORDER = {id(rule): place for place, rule in enumerate(REGELS)}
Overtreding = tuple[Inhoudsregel, Bevinding]


class Inhoud:
    """The content rules on one message, part by part and in its order; breaches of a part come in the order of the register.

    `message` is known as far as its head; `overzicht` what one pass over it showed. With `rules` only those are checked. State that
    grows: the suspects of the overview, and the references of the client at hand.
    """

    def __init__(
        self, message: Declaratie | Antwoordbericht, overzicht: Overzicht, rules: Collection[Inhoudsregel] = REGELS
    ) -> None:
        kind = "JW325" if isinstance(message, Antwoordbericht) else "JW323"
        self.message = message
        self.overzicht = overzicht
        self.verzonden = message.header.identificatie.dagtekening
        self.bsn = ""
        self.referenties: set[tuple[str, str | None]] = set()
        self._rules = {
            deel: [rule for rule in rules if rule.deel == deel and kind in rule.berichten]
            for deel in (BERICHT, CLIENT, PERIODE, PRODUCTPERIODE, BEDRAG, REGEL)
        }
        self._product_period = lru_cache(_PERIODS)(self._product_period_of)
        self._seen: set[tuple[str, object]] = set()
        self._owners: dict[int, str] = {}

    def bericht(self) -> list[Overtreding]:
        """Return what is wrong with the message around its clients."""
        message = self.message
        found = [(rule, one) for rule in self._rules[BERICHT] for one in rule.functie(self, message)]
        if isinstance(message, Antwoordbericht):
            body = message.antwoord
            totals = {} if body is None else {"Ingediend": body.totaal_ingediend, "Toegekend": body.totaal_toegekend}
            root = "DeclaratieAntwoord"
        else:
            totals, root = {"Ingediend": message.totaal}, "Declaratie"
            period = message.periode
            found += _below("Declaratie/DeclaratiePeriode", self._period(PERIODE, period.begindatum, period.einddatum))
        for name, total in totals.items():
            found += _below(f"{root}/Totaal{name}Bedrag", self._amount(total.cent, total.debetcredit))
        return sorted(found, key=_place)

    def client(self, bsn: str) -> list[Overtreding]:
        """Return what is wrong with the next client, before its lines."""
        self.bsn = bsn
        self.referenties.clear()
        return [(rule, one) for rule in self._rules[CLIENT] for one in rule.functie(self, bsn)]

    def regel(self, one: Prestatie) -> Collection[Overtreding]:
        """Return what is wrong with the next line of the client."""
        found = self._product_period(one.begindatum, one.einddatum)
        if amount := self._amount(one.bedrag_cent, one.debetcredit):
            found += tuple(_below("IngediendBedrag", amount))
        for rule in self._rules[REGEL]:
            for breach in rule.functie(self, one):
                found += ((rule, breach),)
        return sorted(found, key=_place) if found else found

    def again(self, kind: str, key: object) -> bool:
        """Say whether this `key` came by before, among those of its kind."""
        if not self.overzicht.suspect(key):
            return False
        if (kind, key) in self._seen:
            return True
        self._seen.add((kind, key))
        return False

    def owner(self, toewijzingnummer: int) -> str:
        """Return the BSN of the first client who has this toewijzing in the message."""
        return self._owners.setdefault(toewijzingnummer, self.bsn) if self.overzicht.suspect(toewijzingnummer) else self.bsn

    def _product_period_of(self, begin: date, end: date) -> tuple[Overtreding, ...]:
        found = self._period(PERIODE, begin, end) + self._period(PRODUCTPERIODE, begin, end)
        return tuple(_below("ProductPeriode", found))

    def _period(self, deel: str, begin: date, end: date) -> list[Overtreding]:
        return [(rule, one) for rule in self._rules[deel] for one in rule.functie(self, begin, end)]

    def _amount(self, cent: int, debetcredit: str) -> list[Overtreding]:
        return [(rule, one) for rule in self._rules[BEDRAG] for one in rule.functie(self, cent, debetcredit)]


def content_breaches(
    message: Declaratie | Antwoordbericht, rules: Collection[Inhoudsregel] = REGELS
) -> list[tuple[Inhoudsregel, int, int, Bevinding]]:
    """Return every breach in `message` with its rule, client and line number (0: about more than that) and its full path.

    In the order of the register; of one rule in the order of the message.
    """
    inhoud = Inhoud(message, scan(message), rules)
    root = "DeclaratieAntwoord" if isinstance(message, Antwoordbericht) else "Declaratie"
    found = [(rule, 0, 0, one) for rule, one in inhoud.bericht()]
    for client, of in enumerate(clients_of(message), start=1):
        pad = f"{root}/Clienten/Client[{client}]"
        found += [(rule, client, 0, one) for rule, one in _below(pad, inhoud.client(of.bsn))]
        for number, line in enumerate(of.prestaties, start=1):
            if broken := inhoud.regel(line):
                found += [(rule, client, number, one) for rule, one in _below(f"{pad}/Prestaties/Prestatie[{number}]", broken)]
    return sorted(found, key=_place)


def content_faults(message: Declaratie | Antwoordbericht, bestand: str = "") -> tuple[Fault, ...]:
    """Return every breach of the content rules in `message`, in the order of the register."""
    return tuple(as_fault(rule, one, bestand) for rule, _, _, one in content_breaches(message))


def as_fault(rule: Inhoudsregel, found: Bevinding, bestand: str = "") -> Fault:
    """Return a breach as a fault; its path is the whole one."""
    return Fault(Regelcode(rule.code), bestand, 0, found.pad, found.gevonden, found.verwacht, found.toelichting, rule.soort)


def _place(found: tuple[Inhoudsregel, *tuple[object, ...]]) -> int:
    return _ORDER[id(found[0])]


def _below(pad: str, found: Collection[Overtreding]) -> list[Overtreding]:
    """Return breaches with their paths below `pad`."""
    return [(rule, evolve(one, pad=f"{pad}/{one.pad}".rstrip("/"))) for rule, one in found]


def _euros(cents: int) -> str:
    """Return cents as people read them; dots between thousands, so that no amount looks like a BSN."""
    return f"€ {cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


def _amount(total: Totaal) -> str:
    return f"{_euros(total.cent)} {total.debetcredit}"
