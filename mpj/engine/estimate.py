"""What care that was set aside may be worth: an estimate for whoever works on it, which no amount follows from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import evolve

from mpj.engine.matching import SPECIFIEK, Dekkingen
from mpj.protocol import Protocol
from mpj.protocol.rounding import round_minutes
from mpj.reading.periods import month_of
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval
from mpj.tariefkaart import Prijs, Tariefkaart, Tariefkaarten
from mpj.tariefkaart.model import NIVEAU, VERBLIJF

_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9._-]{1,20}")
"""What names a medewerker, and cannot be a text of another column."""


class Estimates:
    """Completes what was set aside, the same wherever it is asked: by the contracts, and the client's own toewijzingen."""

    def __init__(self, protocol: Protocol, kaarten: Tariefkaarten, dekkingen: Dekkingen) -> None:
        self._protocol = protocol
        self._dekkingen = dekkingen
        self._kaarten = sorted(kaarten.kaarten, key=lambda kaart: (kaart.instellingen.begindatum, kaart.instellingen.contract))
        self._own: dict[str, tuple[int, ...]] = {}
        """By gemeente: the places among `_kaarten` of the contracts with it."""
        self._prices: dict[tuple[str, str, str, tuple[int, ...], int], tuple[Tariefkaart, Prijs] | None] = {}
        self._fitting: dict[tuple[str, str, str], list[tuple[int, Tariefkaart, Prijs]]] = {}

    def completed(self, row: Uitval, bsn: str | None = None) -> Uitval:
        """Return `row` without words that nobody knows, and with what it may be worth; `bsn` is the client, where known."""
        if row.reden == "ongeldig":
            row = self._readable(row)
        if row.waarde_cent is not None or REDENEN[row.reden].vervolg == "definitief":
            return row
        cent = self._worth(row, bsn)
        return row if cent is None else row.worth(cent)

    def _readable(self, row: Uitval) -> Uitval:
        """Leave out what stands in an unreadable row in a form that its column does not have: it may be of another column."""
        return evolve(
            row,
            medewerker=row.medewerker if _CODE.fullmatch(row.medewerker) else "",
            prestatiecode=row.prestatiecode if row.prestatiecode in self._protocol.prestatiecodes else "",
            kwalificatieniveau=row.kwalificatieniveau if row.kwalificatieniveau in self._protocol.niveaus else "",
        )

    def _worth(self, row: Uitval, bsn: str | None) -> int | None:
        code = row.prestatiecode or self._last_code(bsn)
        if not code or row.datum is None or code not in self._protocol.prestatiecodes:
            return None
        soort = VERBLIJF if row.soort == VERBLIJF else self._protocol.prestatiecodes[code].hulpvorm.soort
        own = self._own.get(row.gemeente)
        if own is None:
            gemeenten = (kaart.instellingen.gemeenten for kaart in self._kaarten)
            own = self._own[row.gemeente] = tuple(place for place, known in enumerate(gemeenten) if row.gemeente in known)
        asked = (code, soort, row.kwalificatieniveau, own, month_of(row.datum))
        if asked not in self._prices:
            self._prices[asked] = self._price(*asked)
        found = self._prices[asked]
        if found is None:
            return None
        kaart, prijs = found
        if row.soort == VERBLIJF or not prijs.minuten:
            return prijs.tarief_cent * row.aantal
        if row.minuten is None:
            return None
        return prijs.tarief_cent * round_minutes(row.minuten, prijs.minuten, kaart.instellingen.afronding[prijs.normtijd])

    def _last_code(self, bsn: str | None) -> str:
        """Return the prestatiecode of the client's last specific toewijzing; empty where there is none."""
        own = [one for one in self._dekkingen.of(bsn) if one.soort == SPECIFIEK and one.codes] if bsn else []
        last = max(own, key=lambda one: (one.toewijzing.begindatum, one.toewijzing.sleutel), default=None)
        return min(last.codes) if last is not None and last.codes else ""

    @cached_property
    def _by_code(self) -> Mapping[str, Sequence[tuple[int, Prijs]]]:
        """The prices of each prestatiecode, with the place of their contract among `_kaarten`."""
        found: defaultdict[str, list[tuple[int, Prijs]]] = defaultdict(list)
        for place, kaart in enumerate(self._kaarten):
            for prijs in kaart.prijzen:
                found[prijs.prestatiecode].append((place, prijs))
        return found

    def _price(self, code: str, soort: str, niveau: str, own: tuple[int, ...], maand: int) -> tuple[Tariefkaart, Prijs] | None:
        """Return the last price up to this month, else the first one after it: of the `own` contracts, else of any.

        Of a price per level that of the level, and of the lowest one where no level is known.
        """
        fitting = self._fitting.get((code, soort, niveau))
        if fitting is None:
            every = ((place, self._kaarten[place], prijs) for place, prijs in self._by_code.get(code, ()))
            fitting = self._fitting[code, soort, niveau] = [one for one in every if _fits(*one[1:], soort, niveau)]
        for found in ([one for one in fitting if one[0] in own], fitting):
            months = {prijs.maand for _, _, prijs in found}
            month = max((one for one in months if one <= maand), default=min(months, default=None))
            if month is not None:
                return next((kaart, prijs) for _, kaart, prijs in found if prijs.maand == month)
        return None


def _fits(kaart: Tariefkaart, prijs: Prijs, soort: str, niveau: str) -> bool:
    """Say whether this is what a registratie or stay of its code, and of this soort and level, is priced by."""
    if prijs.soort != kaart.soort(prijs.perceel, prijs.prestatiecode, soort).prijssoort:
        return False
    return prijs.soort != NIVEAU or (prijs.geleverd == niveau if niveau else bool(prijs.gedeclareerd))
