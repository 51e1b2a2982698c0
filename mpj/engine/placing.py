"""Step 3 as a whole: from a record to its toewijzing, contract, perceel, kind of price and unit, or the first reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mpj.engine.levering import Levering
from mpj.engine.limits import product_period
from mpj.engine.matching import SPECIFIEK, Afwijzing, Dekking, Match, find
from mpj.engine.scope import Periode
from mpj.protocol import Protocol
from mpj.reading.periods import month_of
from mpj.records.values import Registratie, Verblijf
from mpj.tariefkaart import Plaats, Tariefkaarten
from mpj.tariefkaart.model import NIVEAU, VERBLIJF, Productcode

_NO_CODE = Productcode("", "", "", "", "", standaard=False)


class Placing:
    """Places records under the contracts of a call."""

    def __init__(self, protocol: Protocol, periode: Periode, kaarten: Tariefkaarten) -> None:
        self.protocol = protocol
        self.periode = periode
        self.kaarten = kaarten

    def place(self, record: Registratie | Verblijf, day: date, dekkingen: Sequence[Dekking]) -> Levering | Afwijzing:
        """Return the delivery of `record` on `day`, or why there is none, in the order of the reasons.

        `dekkingen` are the toewijzingen of the record's client.
        """
        match = find(dekkingen, record.toewijzingnummer, record.gemeente, record.prestatiecode, day)
        if isinstance(match, Afwijzing):
            return match
        toewijzing = match.dekking.toewijzing
        _, period_end = product_period(toewijzing.begindatum, toewijzing.einddatum, month_of(day))
        if self.periode.te_oud(day, period_end):
            return Afwijzing("te_oud", f"de productperiode eindigde op {period_end}")
        plaats = self.kaarten.place(toewijzing, match.prestatiecode, day)
        if isinstance(plaats, str):
            return Afwijzing(plaats, f"{match.dekking.naam}, {match.prestatiecode}")
        return self._priced(record, day, match, plaats)

    def _priced(self, record: Registratie | Verblijf, day: date, match: Match, plaats: Plaats) -> Levering | Afwijzing:
        kaart, perceel, code, month = plaats.kaart, plaats.perceel, match.prestatiecode, month_of(day)
        stay = isinstance(record, Verblijf)
        soort = VERBLIJF if isinstance(record, Verblijf) else record.soort or self.protocol.prestatiecodes[code].hulpvorm.soort
        row = kaart.soort(perceel, code, soort)
        per_day = self.protocol.normtijden[row.normtijd].meet == "dagen"
        if (stay and not per_day) or (soort == "groep" and per_day):
            return Afwijzing(
                "eenheid_past_niet",
                f"{code} telt per {row.normtijd}, de {'dag van een verblijf' if stay else 'groepstijd'} niet",
            )
        level = self.protocol.niveaus[0] if row.prijssoort == NIVEAU else ""
        prijs = kaart.prijs(perceel, code, row.prijssoort, level, month)
        where = f"{code} in perceel {perceel} van contract {kaart.instellingen.contract}"
        if prijs is None:
            kind = "prijs per niveau" if row.prijssoort == NIVEAU else "prijs zonder niveau"
            return Afwijzing("prestatiecode_niet_gecontracteerd", f"geen {kind} voor {where}")
        normtijd = self.protocol.normtijden[prijs.normtijd]
        if not stay and normtijd.meet == "dagen":
            return Afwijzing("eenheid_past_niet", f"{where} telt per {normtijd.naam}")
        assigned = match.dekking.toewijzing.eenheid if match.dekking.soort == SPECIFIEK else None
        eenheid = normtijd.eenheden.get(assigned) if assigned else prijs.eenheid
        if eenheid is None:
            return Afwijzing("eenheid_past_niet", f"toegewezen in eenheid {assigned}, {where} telt per {normtijd.naam}")
        if isinstance(record, Registratie) and normtijd.meet == "minuten" and record.duur is None:
            return Afwijzing("ongeldig", "minuten ontbreken; verwacht minuten, of begintijd en eindtijd")
        productcode = kaart.productcode(perceel, code, "", match.dekking.categorie) if not level else _NO_CODE
        return Levering(record, day, match.dekking, match.keuze, code, plaats, prijs, eenheid, productcode, month)
