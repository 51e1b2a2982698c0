"""What toewijzingen cover: the current version of each, and what of it a record can be delivered on (step 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from attrs import frozen

from mpj.engine.versions import Missed, current
from mpj.protocol import Protocol
from mpj.reading.faults import Fault, in_form, wrong_value
from mpj.reading.periods import month_of
from mpj.records.toewijzingen import OngeldigeToewijzing, naam_of, stempel_of, toewijzing_aside
from mpj.records.uitval import Uitval
from mpj.records.values import Toewijzing
from mpj.tariefkaart import Tariefkaarten

Toewijzingsoort = Literal["specifiek", "aspecifiek", "generiek", "niet_mpj"]
"""What a toewijzing names: one prestatiecode, several or a category, none; or nothing of MPJ."""
SPECIFIEK: Final = "specifiek"
ASPECIFIEK: Final = "aspecifiek"
GENERIEK: Final = "generiek"
NIET_MPJ: Final = "niet_mpj"
_terms_of = attrgetter(
    "aanbieder",
    "prestatiecodes",
    "productcategorie",
    "productcode",
    "kwalificatieniveau_max",
    "eenheid",
    "frequentie",
    "reden_wijziging",
)


@frozen(eq=False)
class Dekking:
    """What a current toewijzing covers: its `soort`, the codes of care (None: all), its category, maximum level and assigned code.

    `contract` says whether the call has a contract of its aanbieder, `begrensd` whether there is a limit to what may be declared.
    """

    toewijzing: Toewijzing
    soort: Toewijzingsoort
    codes: frozenset[str] | None
    categorie: str
    maximum: str | None
    contract: bool
    verwijderd: bool
    begrensd: bool

    def covers(self, prestatiecode: str) -> bool:
        """Say whether the prestatiecode may be delivered on this toewijzing."""
        return self.codes is None or prestatiecode in self.codes

    @property
    def naam(self) -> str:
        """The toewijzing as people name it: number and gemeente; the number is left out when it could show the BSN."""
        return naam_of(self.toewijzing, self.toewijzing.bsn)


class _Fout(NamedTuple):
    """What is wrong with a readable toewijzing."""

    text: str
    oorzaak: str
    """The same without what was found."""

    @classmethod
    def of(cls, text: str) -> _Fout:
        """Return a fault that tells nothing of what was found but codes that exist."""
        return cls(text, text)


@frozen
class _Bereik:
    """What toewijzingen that name the same codes cover (see `Dekking`), and what is wrong with those codes (`fouten`)."""

    soort: Toewijzingsoort = NIET_MPJ
    codes: frozenset[str] | None = None
    categorie: str = ""
    maximum: str | None = None
    contract: bool = False
    verwijderd: bool = False
    fouten: tuple[_Fout, ...] = ()


class Dekkingen:
    """All current toewijzingen of a call by client, and what was set aside on the way."""

    def __init__(
        self,
        items: Iterable[Toewijzing | OngeldigeToewijzing | Missed],
        kaarten: Tariefkaarten,
        protocol: Protocol,
        beside: Callable[[Toewijzing], bool] = lambda _: False,
    ) -> None:
        """Bind toewijzingen to contracts; `beside` says of one whether it is on a product that a contract buys beside MPJ."""
        self.kaarten = kaarten
        self._beside = beside
        self.protocol = protocol
        self.uitval: list[Uitval] = []
        self.ongeldig: list[OngeldigeToewijzing] = []
        self.gelezen = 0
        self._bereiken: dict[tuple[object, ...], _Bereik] = {}
        self._by_bsn: dict[str, list[Dekking]] = {}
        self.missed: list[Missed] = []
        found, missed = current(self._checked(items))
        for toewijzing in found:
            self._by_bsn.setdefault(toewijzing.bsn, []).append(self._bind(toewijzing))
        self.missed += missed
        self._missed_by: dict[str, list[Missed]] = {}
        for one in sorted(self.missed, key=lambda one: one.order):
            self._missed_by.setdefault(one.bsn, []).append(one)
        for dekkingen in self._by_bsn.values():
            if len(dekkingen) > 1:
                dekkingen.sort(key=lambda dekking: dekking.toewijzing.sleutel)

    @property
    def toewijzingen(self) -> Iterator[Toewijzing]:
        """The current toewijzingen of all clients."""
        return (dekking.toewijzing for dekkingen in self._by_bsn.values() for dekking in dekkingen)

    def of(self, bsn: str, gemeente: str | None = None, nummer: int | None = None) -> Sequence[Dekking]:
        """Return the client's current toewijzingen of this gemeente and number (None: any), in this order."""
        own = self._by_bsn.get(bsn, ())
        if gemeente is not None:
            own = [one for one in own if one.toewijzing.gemeente == gemeente]
        return own if nummer is None else [one for one in own if one.toewijzing.toewijzingnummer == nummer]

    def missed_by(self, bsn: str, gemeente: str | None, nummer: int | None) -> Missed | None:
        """Return why a client has no toewijzing of this gemeente and number (None: any), where a row of toewijzingen tells."""
        own = self._missed_by.get(bsn)
        return next((one for one in own if one.fits(gemeente, nummer)), None) if own else None

    @property
    def meldingen(self) -> Iterator[Fault]:
        """What is told of toewijzingen that count all the same."""
        return (one.melding for one in self.missed if one.melding is not None)

    @property
    def not_counted(self) -> Iterator[Fault]:
        """What is told of toewijzingen of an aanbieder of whom there is no contract, by aanbieder."""
        others = {one.toewijzing.aanbieder for own in self._by_bsn.values() for one in own if not one.contract}
        text = "van deze aanbieder is hier geen contract: zijn toewijzingen tellen niet mee"
        wanted = "de aanbieder van een contract"
        for aanbieder in sorted(others):
            yield Fault("toewijzing_zonder_contract", "", 0, "aanbieder", aanbieder, wanted, text, "waarschuwing")

    def cut_months(self, bsn: str) -> set[int]:
        """Return the months within which one of the client's toewijzingen begins or is over: only there days of a month differ."""
        return {month_of(day) for one in self.of(bsn) for day in one.toewijzing.grenzen if day.day > 1}

    def _checked(self, items: Iterable[Toewijzing | OngeldigeToewijzing | Missed]) -> Iterator[Toewijzing | OngeldigeToewijzing]:
        for item in items:
            if isinstance(item, Missed):
                self.missed.append(item)
                continue
            self.gelezen += 1
            if isinstance(item, Toewijzing):
                bereik = self._bereik(item)
                if bereik.fouten:
                    text, oorzaak = map("; ".join, zip(*bereik.fouten, strict=True))
                    uitval = toewijzing_aside(item, "ongeldig", text, bestand=item.bestand)
                    stempel = stempel_of(item.toewijzingsdatum, item.toewijzingstijd)
                    item = OngeldigeToewijzing(uitval, item.sleutel, stempel, bsn=item.bsn, oorzaak=oorzaak)
                elif bereik.soort == NIET_MPJ and not self._beside(item):
                    text = "de code of categorie hoort niet bij MPJ of niet bij dit contract"
                    self.uitval.append(toewijzing_aside(item, "niet_mpj", text, bestand=item.bestand))
            if isinstance(item, OngeldigeToewijzing):
                self.uitval.append(item.uitval)
                self.ongeldig.append(item)
            yield item

    def _bereik(self, toewijzing: Toewijzing) -> _Bereik:
        """Return what a toewijzing covers, worked out once for all that name the same codes."""
        key = _terms_of(toewijzing)
        if toewijzing.productcode:
            key = (*key, toewijzing.gemeente, toewijzing.begindatum)
        bereik = self._bereiken.get(key)
        if bereik is None:
            fouten = tuple(self._faults(toewijzing))
            bereik = _Bereik(fouten=fouten) if fouten else self._work_out(toewijzing)
            self._bereiken[key] = bereik
        return bereik

    def _bind(self, toewijzing: Toewijzing) -> Dekking:
        one = self._bereik(toewijzing)
        limited = toewijzing.budget_cent is not None or toewijzing.volume is not None
        return Dekking(toewijzing, one.soort, one.codes, one.categorie, one.maximum, one.contract, one.verwijderd, limited)

    def check(self, toewijzing: Toewijzing) -> str:
        """Return what makes a readable toewijzing faulty, without what was found; empty when all is well."""
        return "; ".join(one.oorzaak for one in self._bereik(toewijzing).fouten)

    def _faults(self, toewijzing: Toewijzing) -> Iterator[_Fout]:
        """Yield what makes a readable row faulty all the same: codes that do not exist or contradict each other."""
        protocol = self.protocol
        for kolom, value, known, verwacht in (
            ("productcategorie", toewijzing.productcategorie, protocol.productcategorieen, "een code uit JZ020"),
            ("eenheid", toewijzing.eenheid, protocol.eenheden, ", ".join(protocol.eenheden)),
            ("frequentie", toewijzing.frequentie, protocol.frequenties, ", ".join(protocol.frequenties)),
            ("kwalificatieniveau_max", toewijzing.kwalificatieniveau_max, protocol.niveaus, ", ".join(protocol.niveaus)),
            ("reden_wijziging", toewijzing.reden_wijziging, protocol.redenen_wijziging, "een code uit JZ002, behalve 01"),
        ):
            if value is not None and value not in known:
                yield _Fout(wrong_value(kolom, in_form(value, verwacht), verwacht), f"{kolom}: verwacht {verwacht}")
        unknown = [code for code in toewijzing.prestatiecodes if code not in protocol.prestatiecodes]
        if unknown:
            verwacht = "een prestatiecode als 2.1"
            found = wrong_value("prestatiecode", in_form(",".join(unknown), "een prestatiecode"), verwacht)
            yield _Fout(found, f"prestatiecode: verwacht {verwacht}")
        for code in toewijzing.prestatiecodes:
            if code in unknown:
                continue
            if toewijzing.productcategorie not in (None, *protocol.prestatiecodes[code].categorieen):
                allowed = " of ".join(protocol.prestatiecodes[code].categorieen)
                yield _Fout.of(f"productcategorie past niet bij {code}, verwacht {allowed}")
        if toewijzing.productcode and toewijzing.prestatiecodes and (decoded := self.kaarten.decode(toewijzing)):
            code = decoded[1].prestatiecode
            if (code,) != toewijzing.prestatiecodes:
                yield _Fout.of(f"productcode hoort bij {code}, maar de kolom prestatiecode zegt iets anders")

    def _work_out(self, toewijzing: Toewijzing) -> _Bereik:
        protocol = self.protocol
        soort: Toewijzingsoort = SPECIFIEK
        categorie, maximum = toewijzing.productcategorie or "", toewijzing.kwalificatieniveau_max
        codes: frozenset[str] | None = frozenset(toewijzing.prestatiecodes)
        contract = self.kaarten.has(toewijzing.aanbieder)
        if toewijzing.productcode and not contract:
            codes = codes or None
        elif toewijzing.productcode:
            decoded = self.kaarten.decode(toewijzing)
            if decoded is None:
                soort, codes = NIET_MPJ, frozenset()
            else:
                kaart, found = decoded
                codes = frozenset([found.prestatiecode])
                known = protocol.prestatiecodes.get(found.prestatiecode)
                rows = known.categorieen if known else (found.productcategorie,)
                categorie = categorie or ("" if kaart.eigen_codes else found.productcategorie)
                if (categorie and categorie not in rows) or (not kaart.eigen_codes and found.productcategorie not in rows):
                    soort = NIET_MPJ
                if found.kwalificatieniveau:
                    levels = [found.kwalificatieniveau, *([maximum] if maximum else [])]
                    maximum = min(levels, key=protocol.niveaus.index)
        elif len(toewijzing.prestatiecodes) > 1:
            soort = ASPECIFIEK
        elif not toewijzing.prestatiecodes and categorie:
            soort = ASPECIFIEK
            of_mpj = (code.code for code in protocol.prestatiecodes.values() if categorie in code.categorieen)
            codes = self.kaarten.producten(toewijzing.aanbieder, categorie).union(of_mpj)
            if not codes:
                soort = NIET_MPJ
        elif not toewijzing.prestatiecodes:
            soort, codes = GENERIEK, None
        removed = toewijzing.reden_wijziging == protocol.reden_verwijderd
        return _Bereik(soort, codes, categorie, maximum, contract, removed)


def borders(dekkingen: Iterable[Dekking]) -> list[date]:
    """Return the days, in order, on which one of the toewijzingen begins or is over: between them nothing changes."""
    return sorted({day for dekking in dekkingen for day in dekking.toewijzing.grenzen})
