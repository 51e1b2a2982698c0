"""The one question about a price (`Tariefvraag`) and its one answer (`Tarief`): contract, perceel, unit, level, code (steps 3, 4).

Millions of records ask few distinct questions: what counts is the terms of the toewijzing, the prestatiecode, the soort, the
level and the month. `Answers` keeps every answer for as long as one job lasts, and nothing else keeps any.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cached_property
from typing import NamedTuple

from attrs import evolve, frozen

from mpj.engine.matching import SPECIFIEK, Dekking, Toewijzingsoort
from mpj.engine.memory import Keeps
from mpj.engine.search import Afwijzing, Match
from mpj.protocol import Afronding, Normtijd, Protocol, is_prestatiecode
from mpj.protocol.rounding import amount, round_minutes
from mpj.protocol.words import Over, Zorgsoort
from mpj.reading.periods import month_of
from mpj.tariefkaart import Plaats, Prijs, Tariefkaart, Tariefkaarten, stricter
from mpj.tariefkaart.model import NIVEAU, VERBLIJF, ZONDER, Soort


class Terms(NamedTuple):
    """What of a toewijzing decides where its care falls and what it is billed as: equal terms, equal answers."""

    gebied: int
    """`Tariefkaarten.like`: gemeenten with the same contracts, percelen and prices of one aanbieder share it."""
    soort: Toewijzingsoort
    perceel: str | None
    productcode: tuple[str, date] | None
    """The assigned code, and the toewijzing's first day: which code table reads the code depends on it."""
    categorie: str
    maximum: str | None
    """The highest kwalificatieniveau that it allows."""
    eenheid: str | None
    """The wire unit, only of a specific one (WJ756)."""


class Tariefvraag(NamedTuple):
    """The one question about a price. `AXES`, its fields in order, are what every executor joins on."""

    terms: Terms
    prestatiecode: str
    soort: Zorgsoort
    """groep, individueel or verblijf; the default of the hulpvorm is filled in."""
    niveau: str | None
    """The delivered level, None where it is unknown."""
    timed: bool
    """Whether a time was recorded."""
    tijdvak: int
    """Number of (month, contracts in force): days with one number have equal prices."""


AXES = Tariefvraag._fields


@frozen
class Billed:
    """What care is billed as: a price in the matrix and the code that it travels under."""

    kwalificatieniveau: str
    """Empty for a price without level."""
    tarief_cent: int
    """Eurocents per normtijd."""
    productcategorie: str
    productcode: str

    @property
    def code(self) -> tuple[str, str]:
        """What it travels under: category and code."""
        return self.productcategorie, self.productcode


class Units(dict[int, int]):
    """Normed units by the minutes of one contact, or of a sum, worked out on first use; what is not rounded counts as it is."""

    def __init__(self, minutes: int, afronding: Afronding | None) -> None:
        super().__init__()
        self._minutes = minutes
        self._afronding = afronding

    def __missing__(self, counted: int) -> int:
        rule = self._afronding
        units = self[counted] = counted if rule is None else round_minutes(counted, self._minutes, rule)
        return units


class Measure(NamedTuple):
    """What of a `Tarief` its time is added up by."""

    minuten: int
    """Minutes per normed unit."""
    unrounded: bool
    over: Over
    tarief_cent: int
    """Eurocents per normed unit."""

    @property
    def unit(self) -> int:
        """Minutes per unit that is counted."""
        return 1 if self.unrounded else self.minuten


@frozen(eq=False, slots=False)  # with slots, what is worked out on first use makes every other field slow to read
class Tarief:
    """How care of one kind counts in one month, under one contract and perceel: one object per question, in one job.

    Under a code, price or rounding that an earlier line keeps it is another one (`Answers.at`).
    """

    kaart: Tariefkaart
    perceel: str
    prestatiecode: str
    maand: int
    soort: Zorgsoort
    normtijd: str
    minuten: int
    """Minutes per normed unit, 0 where it is no time."""
    eenheid: str
    """On the wire."""
    per_unit: int
    """How many of `eenheid` one normed unit holds."""
    unrounded: bool
    """Minutes of an hour price, which are not rounded (IV081)."""
    afronding: Afronding | None
    """The rounding of the time, None for pieces and days; of unrounded minutes only its threshold counts."""
    units: Units
    """Normed units by what is counted."""
    presence: bool
    """Whether the client's presence counts: group time priced without level."""
    niveaus: tuple[str, ...]
    """The contracted levels, low to high; none for a price without level, or where the delivered one is unknown."""
    billed: Billed | None
    refused: Afwijzing | None
    """Why it is not billed at its level or code, None when it is."""

    @cached_property
    def mpj_code(self) -> str:
        """The prestatiecode that its line bears; empty of a product beside MPJ."""
        return self.prestatiecode if is_prestatiecode(self.prestatiecode) else ""

    @cached_property
    def timed(self) -> bool:
        """Whether minutes are counted, rather than pieces or days."""
        return self.minuten > 0 and self.soort != VERBLIJF

    @cached_property
    def over(self) -> Over:
        """What is summed before it is rounded: contact, dag or productperiode."""
        return "contact" if self.unrounded or self.afronding is None else self.afronding.over

    @cached_property
    def least(self) -> int:
        """The least that counts: what is shorter is no time."""
        return 1 if self.afronding is None else max(self.afronding.drempel, 1)

    @cached_property
    def alone(self) -> bool:
        """Whether each contact, or each day of a stay that counts, is counted and priced by itself."""
        return self.over == "contact" and not (self.unrounded or self.presence or self.monthly)

    @cached_property
    def plain(self) -> bool:
        """Whether each contact is counted and priced by itself, whatever others there are."""
        return self.alone and self.soort != VERBLIJF

    @cached_property
    def monthly(self) -> bool:
        """Whether months are counted, of which prestaties tell: no registratie is one."""
        return self.kaart.protocol.is_monthly(self.normtijd)

    @cached_property
    def price(self) -> Billed:
        """What it is billed as; not to be asked where step `level` refuses it."""
        assert self.billed is not None
        return self.billed

    @cached_property
    def measure(self) -> Measure:
        """What its time is added up by."""
        return Measure(self.minuten, self.unrounded, self.over, self.price.tarief_cent)

    def also(self, productcode: str) -> bool:
        """Say whether a product code is that of the same care: prestatiecode, level and perceel, under whatever category."""
        code = self.kaart.decode(productcode)
        if code is None or self.billed is None or code.perceel not in ("", self.perceel):
            return False
        return (code.prestatiecode, code.kwalificatieniveau) == (self.prestatiecode, self.billed.kwalificatieniveau)

    def cost(self, units: int, before: int = 0) -> int:
        """Return the eurocents of units, on a line that already holds `before`: exact, or the running difference of IV081."""
        return amount(self.price.tarief_cent, units, unrounded=self.unrounded, before=before)

    def fits(self, cents: int, before: int = 0) -> int:
        """Return how many units so many eurocents buy on a line that already holds `before`: the inverse of `cost`."""
        price = self.price.tarief_cent
        if not self.unrounded:
            return cents // price
        held = amount(price, before, unrounded=True)
        return (120 * (cents + held) + 59) // (2 * price) - before


class Answers:
    """All answers of one job about prices. They hold as long as the job; nothing else keeps an answer."""

    def __init__(self, protocol: Protocol, kaarten: Tariefkaarten) -> None:
        self._protocol = protocol
        self._kaarten = kaarten
        self._borders = sorted({day for kaart in kaarten.kaarten for day in kaart.instellingen.grenzen})
        self._tijdvakken: dict[tuple[int, int], int] = {}
        self._days: list[date] = []
        self._terms: dict[Dekking, Terms] = {}
        self._interned: dict[Terms, Terms] = {}
        self._answers: dict[Tariefvraag, Tarief | Afwijzing] = {}
        self._units: dict[tuple[int, Afronding | None], Units] = {}
        self._at: dict[tuple[Tarief, Keeps], Tarief] = {}

    def tijdvak(self, day: date) -> int:
        """Return the number of (month, contracts in force) that `day` lies in."""
        key = (month_of(day), bisect_right(self._borders, day))
        number = self._tijdvakken.get(key)
        if number is None:
            number = self._tijdvakken[key] = len(self._days)
            self._days.append(day)
        return number

    def terms(self, dekking: Dekking) -> Terms:
        """Return the terms of a toewijzing."""
        terms = self._terms.get(dekking)
        if terms is None:
            one = dekking.toewijzing
            terms = Terms(
                self._kaarten.like(one.aanbieder, one.gemeente),
                dekking.soort,
                one.perceel,
                (one.productcode, one.begindatum) if one.productcode else None,
                dekking.categorie,
                dekking.maximum,
                one.eenheid if dekking.soort == SPECIFIEK else None,
            )
            terms = self._terms[dekking] = self._interned.setdefault(terms, terms)
        return terms

    def question(self, match: Match, tijdvak: int, soort: Zorgsoort | None, niveau: str | None, *, timed: bool) -> Tariefvraag:
        """Make the question about care on a found toewijzing; `soort` None is the default of the hulpvorm."""
        kind = soort or self.default_soort(match.prestatiecode)
        return Tariefvraag(self.terms(match.dekking), match.prestatiecode, kind, niveau, timed, tijdvak)

    def default_soort(self, prestatiecode: str) -> Zorgsoort:
        """Return the soort of a registratie that names none; a code that no contract of the call can read has no other."""
        known = self._protocol.prestatiecodes.get(prestatiecode)
        return "individueel" if known is None else known.hulpvorm.soort

    def tarief(self, vraag: Tariefvraag) -> Tarief | Afwijzing:
        """Answer the question, once in this job: how the care counts, or why it cannot even be placed."""
        found = self._answers.get(vraag)
        if found is None:
            found = self._answers[vraag] = self._work_out(vraag)
        return found

    def at(self, tarief: Tarief, keeps: Keeps) -> Tarief:
        """Return the same care under the code, price and rounding (None: its own) that an earlier line keeps."""
        if tarief.billed is None:
            return tarief
        cent, rounding = keeps.price or (tarief.billed.tarief_cent, None)
        rule = rounding if tarief.afronding is not None and rounding is not None else tarief.afronding
        billed = Billed(tarief.billed.kwalificatieniveau, cent, keeps.productcategorie, keeps.productcode)
        if (billed, rule) == (tarief.billed, tarief.afronding):
            return tarief
        other = self._at.get((tarief, keeps))
        if other is None:
            units = self._rounded(tarief.minuten, None if tarief.unrounded else rule)
            per_unit = cent if tarief.eenheid in self._protocol.bedragen else tarief.per_unit
            other = self._at[tarief, keeps] = evolve(tarief, billed=billed, afronding=rule, units=units, per_unit=per_unit)
        return other

    def _rounded(self, minutes: int, afronding: Afronding | None) -> Units:
        return self._units.setdefault((minutes, afronding), Units(minutes, afronding))

    def _work_out(self, vraag: Tariefvraag) -> Tarief | Afwijzing:
        terms, code, day = vraag.terms, vraag.prestatiecode, self._days[vraag.tijdvak]
        plaats = self._kaarten.place_in(terms.gebied, terms.perceel, terms.productcode, code, day)
        if isinstance(plaats, str):
            return Afwijzing(plaats, "")
        kaart, perceel, month = plaats.kaart, plaats.perceel, month_of(day)
        row = kaart.soort(perceel, code, vraag.soort)
        prijs = self._first_price(plaats, row, month)
        if isinstance(prijs, Afwijzing):
            return prijs
        normtijd = self._protocol.normtijden[prijs.normtijd]
        eenheid = _unit(kaart, vraag, prijs, normtijd)
        if isinstance(eenheid, Afwijzing):
            return eenheid
        unrounded = eenheid in normtijd.ongerond
        rule = kaart.instellingen.afronding.get(prijs.normtijd)
        levels, billed, refused = self._level(kaart, vraag, prijs, month)
        return Tarief(
            kaart=kaart,
            perceel=perceel,
            prestatiecode=code,
            maand=month,
            soort=vraag.soort,
            normtijd=prijs.normtijd,
            minuten=prijs.minuten,
            eenheid=eenheid,
            per_unit=normtijd.bericht[eenheid],
            unrounded=unrounded,
            afronding=rule,
            units=self._rounded(prijs.minuten, None if unrounded else rule),
            presence=vraag.soort == "groep" and prijs.soort == ZONDER and prijs.minuten > 0,
            niveaus=levels,
            billed=billed,
            refused=refused or _strict(kaart, terms, billed),
        )

    def _first_price(self, plaats: Plaats, row: Soort, month: int) -> Prijs | Afwijzing:
        """Return the price row; of a price per level that of the lowest level, which says how all of them count."""
        kaart, perceel, code = plaats.kaart, plaats.perceel, row.prestatiecode
        stay = row.soort == VERBLIJF
        per_day = self._protocol.normtijden[row.normtijd].meet == "dagen"
        if (stay and not per_day) or (row.soort == "groep" and per_day):
            what = "dag van een verblijf" if stay else "groepstijd"
            return Afwijzing("eenheid_past_niet", f"{code} telt per {row.normtijd}, de {what} niet")
        level = self._protocol.niveaus[0] if row.prijssoort == NIVEAU else ""
        prijs = kaart.prijs(perceel, code, row.prijssoort, level, month)
        if prijs is None:
            kind = "prijs per niveau" if row.prijssoort == NIVEAU else "prijs zonder niveau"
            where = f"{code} in perceel {perceel} van contract {kaart.instellingen.contract}"
            return Afwijzing("prestatiecode_niet_gecontracteerd", f"geen {kind} voor {where}")
        return prijs

    def _level(
        self, kaart: Tariefkaart, vraag: Tariefvraag, prijs: Prijs, month: int
    ) -> tuple[tuple[str, ...], Billed | None, Afwijzing | None]:
        """Step 4: return the contracted levels, and what is billed or why the level is not."""
        perceel, code, terms, niveau = prijs.perceel, vraag.prestatiecode, vraag.terms, vraag.niveau
        if prijs.soort == ZONDER:
            return (), _billed(kaart, prijs, terms), None
        if niveau is None:
            text = "geen niveau op de registratie, of de medewerker daarop heeft er geen in het medewerkersbestand, dat dan telt"
            return (), None, Afwijzing("niveau_onbekend", text)
        levels = kaart.niveaus(perceel, code, month)
        contracted = ", ".join(levels)
        limit = stricter(niveau, terms.maximum, self._protocol.niveaus)
        as_delivered = kaart.prijs(perceel, code, NIVEAU, niveau, month)
        billed = kaart.prijs(perceel, code, NIVEAU, limit, month)
        if as_delivered is None or not as_delivered.gedeclareerd:
            return levels, None, Afwijzing("niveau_te_laag", f"geleverd {niveau}, gecontracteerd {contracted}")
        if billed is None or not billed.gedeclareerd:
            text = f"maximum {terms.maximum}, gecontracteerd {contracted}"
            return levels, None, Afwijzing("niveau_niet_gecontracteerd", text)
        return levels, _billed(kaart, billed, terms), None


def _unit(kaart: Tariefkaart, vraag: Tariefvraag, prijs: Prijs, normtijd: Normtijd) -> str | Afwijzing:
    """Return the unit on the wire, or why care of this soort is not counted in the normtijd of the price."""
    eenheid = normtijd.eenheden.get(vraag.terms.eenheid) if vraag.terms.eenheid else prijs.eenheid
    where = f"{vraag.prestatiecode} in perceel {prijs.perceel} van contract {kaart.instellingen.contract}"
    if vraag.soort != VERBLIJF and normtijd.meet == "dagen":
        return Afwijzing("eenheid_past_niet", f"{where} telt per {normtijd.naam}")
    if eenheid is None:
        text = f"toegewezen in eenheid {vraag.terms.eenheid}, {where} telt per {normtijd.naam}"
        return Afwijzing("eenheid_past_niet", text)
    if not vraag.timed and normtijd.meet == "minuten":
        return Afwijzing("ongeldig", "minuten ontbreken; verwacht minuten, of begintijd en eindtijd")
    return eenheid


def _billed(kaart: Tariefkaart, prijs: Prijs, terms: Terms) -> Billed:
    code = kaart.productcode(prijs.perceel, prijs.prestatiecode, prijs.gedeclareerd, terms.categorie)
    return Billed(prijs.gedeclareerd, prijs.tarief_cent, code.productcategorie, code.productcode)


def _strict(kaart: Tariefkaart, terms: Terms, billed: Billed | None) -> Afwijzing | None:
    """Say what is wrong under a contract that insists on the assigned product code (TR340)."""
    insists = kaart.instellingen.insists_on_productcode and terms.soort == SPECIFIEK
    if not insists or billed is None or terms.productcode is None or billed.productcode == terms.productcode[0]:
        return None
    text = f"toegewezen {terms.productcode[0]}, de regel zou {billed.productcode} dragen"
    return Afwijzing("productcode_niet_toegewezen", text)
