"""Steps 3 and 4 from a found toewijzing on: contract, perceel, kind of price, unit, level and code, once for every distinct kind.

Millions of records have few distinct answers here: what counts is the terms of the toewijzing, the prestatiecode, the soort, the
level and the month. Every answer is a `Tarief`, worked out from the tariefkaart when it is first asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta

from attrs import define, evolve, field, frozen

from mpj.engine.matching import SPECIFIEK, Afwijzing, Dekking
from mpj.protocol import Afronding, Protocol
from mpj.protocol.rounding import round_minutes
from mpj.reading.periods import month_of
from mpj.tariefkaart import Plaats, Prijs, Tariefkaarten, stricter
from mpj.tariefkaart.model import NIVEAU, VERBLIJF, ZONDER, Productcode, Soort

CONTACT = "contact"
_DAY = timedelta(days=1)


class Eenheden(dict[int, int]):
    """Normed units by the minutes of one contact, or of a sum, worked out on first use; what is not rounded counts as it is."""

    def __init__(self, unit: int, afronding: Afronding | None) -> None:
        super().__init__()
        self.unit = unit
        self.afronding = afronding

    def __missing__(self, minutes: int) -> int:
        afronding = self.afronding
        units = self[minutes] = minutes if afronding is None else round_minutes(minutes, self.unit, afronding)
        return units


@define(eq=False)
class Tarief:
    """What one kind of care is counted, priced and coded as in one month, under one contract and perceel.

    `geweigerd`: not even placed, and why; then the rest says nothing. `niveau_geweigerd`: placed, but not billable at its level.
    `telt_minuten` says that time counts, not pieces or days; `over` what is summed before rounding, `vanaf` the least that counts,
    `eenheden` the rounding itself and `afronding` its rule, `per_unit` wire units per normed unit, `groepstijd` that it counts the
    client's presence. `gewoon`: each contact is counted and priced by itself, whatever others there are. `cent` and `productcode`
    are those of `prijs` and `code`.
    """

    geweigerd: Afwijzing | None = None
    niveau_geweigerd: Afwijzing | None = None
    plaats: Plaats | None = None
    prijs: Prijs | None = None
    eenheid: str = ""
    code: Productcode | None = None
    maand: int = 0
    niveaus: tuple[str, ...] = ()
    telt_minuten: bool = False
    ongerond: bool = False
    groepstijd: bool = False
    over: str = CONTACT
    vanaf: int = 1
    per_unit: int = 1
    gewoon: bool = False
    cent: int = 0
    productcode: str = ""
    eenheden: Eenheden = field(factory=lambda: Eenheden(0, None))
    afronding: Afronding | None = None
    _andere: dict[tuple[int, Afronding | None], Tarief] = field(factory=dict)

    def at(self, tarief_cent: int, afronding: Afronding | None) -> Tarief:
        """Return the same at another price and rounding (None: its own)."""
        assert self.prijs is not None
        afronding = afronding if self.afronding is not None and afronding is not None else self.afronding
        if (tarief_cent, afronding) == (self.prijs.tarief_cent, self.afronding):
            return self
        other = self._andere.get((tarief_cent, afronding))
        if other is None:
            other = evolve(self, prijs=evolve(self.prijs, tarief_cent=tarief_cent), cent=tarief_cent, andere={})
            if afronding is not None:
                other.round_by(afronding)
            self._andere[tarief_cent, afronding] = other
        return other

    def round_by(self, afronding: Afronding) -> None:
        """Count the time by a rounding, from now on."""
        assert self.prijs is not None
        self.afronding, self.vanaf = afronding, max(afronding.drempel, 1)
        self.over = CONTACT if self.ongerond else afronding.over
        self.eenheden = Eenheden(self.prijs.minuten, None if self.ongerond else afronding)


@frozen
class _Voorwaarden:
    """The terms of a toewijzing that decide what its care is billed as, without where it was agreed."""

    soort: str
    eenheid: str | None
    categorie: str
    maximum: str | None
    productcode: str | None


class Tarieven:
    """The answers for one call."""

    def __init__(self, protocol: Protocol, kaarten: Tariefkaarten) -> None:
        self.protocol = protocol
        self.kaarten = kaarten
        self._grenzen = sorted({day for kaart in kaarten.kaarten for day in kaart.instellingen.grenzen})
        self._tijdvakken: dict[tuple[int, int], int] = {}
        self._voorwaarden: dict[tuple[object, ...], dict[object, Tarief]] = {}
        self._tarieven: dict[tuple[object, ...], Tarief] = {}
        self._eenheden: dict[tuple[int, Afronding | None], Eenheden] = {}

    def tijdvak(self, day: date) -> int:
        """Return a number for what of a day can matter to a Tarief: its month, and which contracts have begun and ended by then."""
        return self._tijdvakken.setdefault((month_of(day), bisect_right(self._grenzen, day)), len(self._tijdvakken))

    def known(self, dekking: Dekking, prestatiecode: str) -> dict[object, Tarief]:
        """Return the answers so far for all toewijzingen on these terms, to keep more in: by what `find` is asked beside them."""
        one = dekking.toewijzing
        specific = one.eenheid if dekking.soort == SPECIFIEK else None
        began = one.begindatum if one.productcode else None
        terms = _Voorwaarden(dekking.soort, specific, dekking.categorie, dekking.maximum, one.productcode)
        key = (self.kaarten.like(one.aanbieder, one.gemeente), one.perceel, began, terms, prestatiecode)
        return self._voorwaarden.setdefault(key, {})

    def find(
        self, dekking: Dekking, prestatiecode: str, day: date, soort: str | None, niveau: str | None, *, zonder_tijd: bool
    ) -> Tarief:
        """Return what care on `day` is billed as. `soort` is the record's (None: the default of the hulpvorm) or ``verblijf``.

        `niveau` is the delivered level, None when unknown; `zonder_tijd` says that no time was recorded.
        """
        toewijzing = dekking.toewijzing
        plaats = self.kaarten.place(toewijzing, prestatiecode, day)
        if isinstance(plaats, str):
            return Tarief(Afwijzing(plaats, f"{dekking.naam}, {prestatiecode}"))
        specific = toewijzing.eenheid if dekking.soort == SPECIFIEK else None
        terms = _Voorwaarden(dekking.soort, specific, dekking.categorie, dekking.maximum, toewijzing.productcode)
        soort = soort or self.protocol.prestatiecodes[prestatiecode].hulpvorm.soort
        key = (plaats, terms, prestatiecode, month_of(day), soort, niveau, zonder_tijd)
        tarief = self._tarieven.get(key)
        if tarief is None:
            tarief = self._tarieven[key] = self._work_out(*key)
        return tarief

    def _work_out(
        self,
        plaats: Plaats,
        terms: _Voorwaarden,
        code: str,
        month: int,
        soort: str,
        niveau: str | None,
        zonder_tijd: bool,
    ) -> Tarief:
        kaart, perceel = plaats.kaart, plaats.perceel
        row = kaart.soort(perceel, code, soort)
        prijs = self._priced(plaats, row, month)
        if isinstance(prijs, Afwijzing):
            return Tarief(prijs)
        normtijd = self.protocol.normtijden[prijs.normtijd]
        eenheid = normtijd.eenheden.get(terms.eenheid) if terms.eenheid else prijs.eenheid
        where = f"{code} in perceel {perceel} van contract {kaart.instellingen.contract}"
        if soort != VERBLIJF and normtijd.meet == "dagen":
            return Tarief(Afwijzing("eenheid_past_niet", f"{where} telt per {normtijd.naam}"))
        if eenheid is None:
            text = f"toegewezen in eenheid {terms.eenheid}, {where} telt per {normtijd.naam}"
            return Tarief(Afwijzing("eenheid_past_niet", text))
        if zonder_tijd and normtijd.meet == "minuten":
            return Tarief(Afwijzing("ongeldig", "minuten ontbreken; verwacht minuten, of begintijd en eindtijd"))
        tarief = self._counted(Tarief(plaats=plaats, prijs=prijs, eenheid=eenheid, maand=month), soort)
        refused = self._level(tarief, row, terms, niveau)
        if refused is None and (strict := self._strict(tarief, terms)):
            refused = Afwijzing("productcode_niet_toegewezen", strict)
        tarief.niveau_geweigerd = refused
        tarief.cent = tarief.prijs.tarief_cent if tarief.prijs else 0
        tarief.productcode = tarief.code.productcode if tarief.code else ""
        return tarief

    def _priced(self, plaats: Plaats, row: Soort, month: int) -> Prijs | Afwijzing:
        """Return the price row; of a price per level that of the lowest level, which says how all of them count."""
        kaart, perceel, code = plaats.kaart, plaats.perceel, row.prestatiecode
        stay = row.soort == VERBLIJF
        per_day = self.protocol.normtijden[row.normtijd].meet == "dagen"
        if (stay and not per_day) or (row.soort == "groep" and per_day):
            what = "dag van een verblijf" if stay else "groepstijd"
            return Afwijzing("eenheid_past_niet", f"{code} telt per {row.normtijd}, de {what} niet")
        level = self.protocol.niveaus[0] if row.prijssoort == NIVEAU else ""
        prijs = kaart.prijs(perceel, code, row.prijssoort, level, month)
        if prijs is None:
            kind = "prijs per niveau" if row.prijssoort == NIVEAU else "prijs zonder niveau"
            where = f"{code} in perceel {perceel} van contract {kaart.instellingen.contract}"
            return Afwijzing("prestatiecode_niet_gecontracteerd", f"geen {kind} voor {where}")
        return prijs

    def _counted(self, tarief: Tarief, soort: str) -> Tarief:
        """Fill in how the care is counted and rounded."""
        assert tarief.plaats is not None and tarief.prijs is not None
        prijs, normtijd = tarief.prijs, self.protocol.normtijden[tarief.prijs.normtijd]
        tarief.telt_minuten = prijs.minuten > 0 and soort != VERBLIJF
        tarief.ongerond = tarief.eenheid in normtijd.ongerond
        tarief.per_unit = normtijd.bericht[tarief.eenheid]
        tarief.groepstijd = soort == "groep" and prijs.soort == ZONDER and prijs.minuten > 0
        if prijs.minuten:
            tarief.round_by(tarief.plaats.kaart.instellingen.afronding[prijs.normtijd])
        tarief.gewoon = tarief.over == CONTACT and soort != VERBLIJF and not (tarief.groepstijd or tarief.ongerond)
        key = (prijs.minuten, None if tarief.ongerond else tarief.afronding)
        tarief.eenheden = self._eenheden.setdefault(key, tarief.eenheden)
        return tarief

    def _level(self, tarief: Tarief, row: Soort, terms: _Voorwaarden, niveau: str | None) -> Afwijzing | None:
        """Step 4: set price row and code, or return why the level is not billed."""
        assert tarief.plaats is not None and tarief.prijs is not None
        kaart, perceel, code, month = tarief.plaats.kaart, tarief.plaats.perceel, row.prestatiecode, tarief.maand
        if tarief.prijs.soort == ZONDER:
            tarief.code = kaart.productcode(perceel, code, "", terms.categorie)
            return None
        if niveau is None:
            return Afwijzing("niveau_onbekend", "geen kwalificatieniveau, en geen medewerker met een niveau op deze datum")
        tarief.niveaus = kaart.niveaus(perceel, code, month)
        contracted = ", ".join(tarief.niveaus)
        limit = stricter(niveau, terms.maximum, self.protocol.niveaus)
        as_delivered = kaart.prijs(perceel, code, NIVEAU, niveau, month)
        billed = kaart.prijs(perceel, code, NIVEAU, limit, month)
        if as_delivered is None or not as_delivered.gedeclareerd:
            return Afwijzing("niveau_te_laag", f"geleverd {niveau}, gecontracteerd {contracted}")
        if billed is None or not billed.gedeclareerd:
            return Afwijzing("niveau_niet_gecontracteerd", f"maximum {terms.maximum}, gecontracteerd {contracted}")
        tarief.prijs = billed
        tarief.code = kaart.productcode(perceel, code, billed.gedeclareerd, terms.categorie)
        return None

    def _strict(self, tarief: Tarief, terms: _Voorwaarden) -> str:
        """Return what is wrong under a contract that insists on the assigned product code (TR340), empty when nothing is."""
        assert tarief.plaats is not None and tarief.code is not None
        insists = tarief.plaats.kaart.instellingen.tr340 == "productcode" and terms.soort == SPECIFIEK
        if not insists or not terms.productcode or tarief.code.productcode == terms.productcode:
            return ""
        return f"toegewezen {terms.productcode}, de regel zou {tarief.code.productcode} dragen"
