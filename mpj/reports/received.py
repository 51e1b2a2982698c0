"""What the sums of a ledger mean: of received lines, prestatiecode, level, normed units and price follow from their code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mpj.contract import Contract
from mpj.ledger.year import PER_UUR, Jaarsom
from mpj.protocol import Normtijd, Protocol, decode, is_prestatiecode
from mpj.reading.periods import first_day, last_day
from mpj.tariefkaart import Tariefkaarten, compile_tariefkaart
from mpj.tariefkaart.model import NIVEAU

if TYPE_CHECKING:
    from mpj.reports.year import Jaarregel


@frozen(eq=False)
class Decoder:
    """The protocol of a ledger, and the contracts that were given with it."""

    protocol: Protocol
    kaarten: Tariefkaarten

    @classmethod
    def of(cls, protocol: Protocol, contracten: Sequence[Contract]) -> Decoder:
        """Return what tells the meaning of codes."""
        return cls(protocol, Tariefkaarten([compile_tariefkaart(one) for one in contracten]))

    @property
    def hashes(self) -> Mapping[str, str]:
        """The short hash of each tariefkaart, by contract."""
        return {one.instellingen.contract: one.hash for one in self.kaarten.kaarten}

    def order(self, row: Jaarregel) -> tuple[Any, ...]:
        """Return the place of a row: gemeente, aanbieder, then codes and levels in their own order."""
        codes, levels = list(self.protocol.prestatiecodes), list(self.protocol.kwalificatieniveaus)
        code = codes.index(row.prestatiecode) if row.prestatiecode in codes else len(codes)
        level = levels.index(row.kwalificatieniveau) if row.kwalificatieniveau in levels else -1
        return row.gemeente, row.aanbieder, code, level, row.perceel, row.productcode, row.eenheid, row.tarief_cent or 0

    def row(self, som: Jaarsom) -> Jaarregel:
        """Return the row that a sum is, its clients as counted."""
        from mpj.reports.year import Jaarregel

        place = self._declared(som) if som.normtijd else self._received(som)
        normtijd = self.protocol.normtijden.get(place["normtijd"])
        size = normtijd.minuten if normtijd is not None and normtijd.meet == "minuten" else 0
        units = place.pop("eenheden")
        kept = ("aanbieder", "gemeente", "productcategorie", "productcode", "eenheid", "clienten")
        cents = ("ingediend_cent", "toegekend_cent", "open_cent", "afgekeurd_cent", "credit_cent")
        return Jaarregel(
            **{name: getattr(som, name) for name in (*kept, *cents)},
            **place,
            begindatum=first_day(som.eerste),
            einddatum=last_day(som.laatste),
            eenheden=units,
            uren=units * size / 60 if size else None,
        )

    def _declared(self, som: Jaarsom) -> dict[str, Any]:
        normtijd = self.protocol.normtijden.get(som.normtijd)
        minutes = normtijd is not None and som.eenheid in normtijd.ongerond
        units = Fraction(som.eenheden, normtijd.minuten) if normtijd is not None and minutes else Fraction(som.eenheden)
        names = ("perceel", "prestatiecode", "kwalificatieniveau", "normtijd", "tarief_cent")
        variant = normtijd.variant if normtijd is not None and not som.prestatiecode else ""
        return {name: getattr(som, name) for name in names} | {"eenheden": units, "variant": variant}

    def _received(self, som: Jaarsom) -> dict[str, Any]:
        """Return what a received code means: by the contract of its first month, else by the protocol."""
        perceel, code, niveau, name = self._meaning(som)
        known = self.protocol.normtijden.get(name)
        normtijd = known or self._by_unit(som.eenheid)
        wire = 1 if normtijd is None else normtijd.wire_units(som.eenheid)
        told = {
            "perceel": perceel,
            "variant": known.variant if known is not None and not code else "",
            "prestatiecode": code,
            "kwalificatieniveau": niveau,
            "normtijd": normtijd.naam if normtijd else "",
        }
        return told | {"tarief_cent": som.tarief_cent * wire // PER_UUR, "eenheden": Fraction(som.eenheden, wire)}

    def _meaning(self, som: Jaarsom) -> tuple[str, str, str, str]:
        """Return perceel, prestatiecode, level and normtijd, each empty where nobody tells."""
        found = self.kaarten.meaning(som.aanbieder, som.gemeente, som.productcode, first_day(som.eerste))
        if found is not None:
            place, code = found
            names = {
                one.normtijd
                for one in place.kaart.prijzen
                if (code.kwalificatieniveau or one.soort != NIVEAU)
                and (one.perceel, one.prestatiecode, one.gedeclareerd, one.maand)
                == (place.perceel, code.prestatiecode, code.kwalificatieniveau, som.eerste)
            }
            of_mpj = code.prestatiecode if is_prestatiecode(code.prestatiecode) else ""
            return place.perceel, of_mpj, code.kwalificatieniveau, names.pop() if len(names) == 1 else ""
        decoded = decode(self.protocol, som.productcode)
        if decoded is None:
            return "", "", "", ""
        niveau = decoded.kwalificatieniveau or ""
        hulpvorm = self.protocol.prestatiecodes[decoded.prestatiecode].hulpvorm
        extra = hulpvorm.niveau == "zorg" and niveau
        return "", decoded.prestatiecode, niveau, (self.protocol.normtijd_zorg if extra else hulpvorm.normtijd) or ""

    def _by_unit(self, eenheid: str) -> Normtijd | None:
        """Return the only normtijd that travels in a unit, None where there are more."""
        found = [one for one in self.protocol.normtijden.values() if eenheid in one.bericht]
        return found[0] if len(found) == 1 else None
