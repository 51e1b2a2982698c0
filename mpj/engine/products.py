"""Products of output as the contracts of a job sell them: which one a code is, on which toewijzing, at which price."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import groupby

from attrs import evolve

from mpj.engine.matching import ASPECIFIEK, GENERIEK, SPECIFIEK, Dekking, Dekkingen
from mpj.engine.opdracht import Periode
from mpj.engine.rundays import Held
from mpj.engine.search import Afwijzing, Match, Search, Stretches
from mpj.engine.tarieven import Billed, Tarief, Units
from mpj.engine.variants import Variant
from mpj.protocol import Protocol, decode
from mpj.protocol.model import GI
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.values import Prestatie, Toewijzing
from mpj.tariefkaart import Outputprijs, Tariefkaart, Tariefkaarten

_NONE = "de cliënt heeft op deze datum geen toewijzing voor dit product"


class Products:
    """The products of all contracts of a job, and the answers about them so far."""

    def __init__(self, protocol: Protocol, kaarten: Tariefkaarten) -> None:
        self._protocol = protocol
        self._kaarten = kaarten
        self._tarieven: dict[tuple[str, Outputprijs], Tarief] = {}
        self._held: dict[tuple[tuple[str, str] | None, str], list[Held]] = {}

    def mpj(self, productcode: str) -> str:
        """Return the prestatiecode that a prestatie names; empty for a product that a contract has beside MPJ, and for neither."""
        return "" if self._told(productcode) else mpj_code(self._protocol, productcode)

    def bought(self, productcode: str, day: date, toewijzing: Toewijzing | None = None) -> Variant:
        """Return how what a prestatie names is bought on a day.

        Before the first price it is bought as that says, after the last as the last does. Where no toewijzing tells by which
        contracts, all of the job do: what these do not agree on is no variant.
        """
        told = self._told(productcode, toewijzing) or self._told(productcode)
        if not told:
            code = self.mpj(productcode)
            counts_records = bool(code) and not self._protocol.by_month(code)
            return _counts_records(code) if counts_records else GI if code else None
        found = {one.variant for one in told if one.first <= day <= one.last}
        if not found:
            later = [one.first for one in told if one.first > day]
            near = min(later) if later else max(one.last for one in told)
            found = {one.variant for one in told if near in (one.first, one.last)}
        first, *others = sorted(found)
        return _differ(productcode, first, others[0]) if others else first

    def variant(self, one: Prestatie, dekkingen: Dekkingen, periode: Periode) -> Variant:
        """Return by which variant a prestatie is judged: that of its day, of its toewijzing where that is found."""
        if len({held.variant for held in self._told(one.productcode)}) > 1:
            search = Search(one.bsn, one.toewijzingnummer, one.gemeente, one.productcode)
            found = self.stretches(dekkingen, search, periode).on(one.datum)
            if isinstance(found, Match):
                return self.bought(one.productcode, one.datum, found.dekking.toewijzing)
        return self.bought(one.productcode, one.datum)

    def otherwise(self, toewijzing: Toewijzing, productcode: str, variant: Variant) -> list[Held]:
        """Return when the contracts of a toewijzing buy a product by another variant, in order of time."""
        return [one for one in self._told(productcode, toewijzing) if one.variant != variant]

    def _told(self, productcode: str, toewijzing: Toewijzing | None = None) -> list[Held]:
        """Return how a product was bought and when, by the contracts of a toewijzing or by all, in order of time."""
        parties = None if toewijzing is None else (toewijzing.aanbieder, toewijzing.gemeente)
        if (parties, productcode) not in self._held:
            kaarten = self._kaarten.kaarten if parties is None else self._kaarten.between(*parties)
            self._held[parties, productcode] = sorted(one for kaart in kaarten for one in _held(kaart, productcode))
        return self._held[parties, productcode]

    def terms(self, productcode: str, day: date) -> str:
        """Return what the contracts say of a product of output on a day but its price; empty where they have none."""
        rows = (kaart.sold(productcode, month_of(day)) for kaart in self._kaarten.kaarten)
        return ",".join(sorted({f"{row.variant},{row.eenheid}" for row in rows if row is not None}))

    def covers(self, toewijzing: Toewijzing) -> bool:
        """Say whether a toewijzing is on a product of its aanbieder by its code."""
        return bool(toewijzing.productcode) and bool(self._kaarten.verkocht(toewijzing.aanbieder, toewijzing.productcode or ""))

    def stretches(self, dekkingen: Dekkingen, search: Search, periode: Periode) -> Stretches:
        """Return where a search for the toewijzing of a product (in place of the prestatiecode) leads, by day."""
        bsn, nummer, gemeente, code = search
        assert code is not None
        own = dekkingen.of(bsn, gemeente, nummer)
        bound = [covering(one, code, self._kaarten.verkocht(one.toewijzing.aanbieder, code)) for one in own]
        # Where the product is assigned at all, a toewijzing of other care says nothing of a day outside it.
        assigned = [one for one in bound if one.covers(code)] if nummer is None else []
        return Stretches(assigned or bound, search, periode, dekkingen.missed_by(bsn, gemeente, nummer), none=_NONE)

    def sold(self, toewijzing: Toewijzing, productcode: str, day: date) -> tuple[Tariefkaart, Outputprijs] | Afwijzing:
        """Return the product on a toewijzing on a day and the contract that sells it, or why there is none."""
        kaarten = self._kaarten.valid(toewijzing.aanbieder, toewijzing.gemeente, day)
        if not kaarten:
            return Afwijzing("geen_contract", f"product {productcode}")
        for kaart in kaarten:
            if (row := kaart.sold(productcode, month_of(day))) is not None:
                return (kaart, row) if toewijzing.eenheid in (None, row.eenheid) else _other_unit(toewijzing, row)
        text = f"producten.csv heeft op {day} geen prijs voor {productcode}"
        return Afwijzing("prestatiecode_niet_gecontracteerd", text)

    def tarief(self, kaart: Tariefkaart, product: Outputprijs) -> Tarief:
        """Return how a product counts in a month: pieces, weeks and months at their price, milestones by the cent."""
        cent, key = product.tarief_cent, (kaart.instellingen.contract, product)
        if key not in self._tarieven:
            amounts = product.eenheid in self._protocol.bedragen
            self._tarieven[key] = Tarief(
                kaart=kaart,
                perceel="",
                prestatiecode=product.productcode,
                maand=product.maand,
                soort="individueel",
                normtijd=product.normtijd,
                minuten=0,
                eenheid=product.eenheid,
                per_unit=cent if amounts else 1,
                unrounded=False,
                afronding=None,
                units=Units(0, None),
                presence=False,
                niveaus=(),
                billed=Billed("", cent, product.productcategorie, product.productcode),
                refused=None,
            )
        return self._tarieven[key]


def covering(dekking: Dekking, code: str, categorieen: Collection[str]) -> Dekking:
    """Return a toewijzing as it covers a product: by its code, by its category, by a budget for anything, or not at all.

    `categorieen` are those under which its aanbieder has the product: none where no contract of the aanbieder buys it.
    """
    one = dekking.toewijzing
    fits = bool(categorieen) and one.productcategorie in (None, *categorieen)
    if one.productcode == code and fits:
        return evolve(dekking, soort=SPECIFIEK, codes=frozenset([code]))
    if one.productcode or one.prestatiecodes or not fits:
        return evolve(dekking, soort=SPECIFIEK, codes=(dekking.codes or frozenset()) - {code})
    return evolve(dekking, soort=ASPECIFIEK if one.productcategorie else GENERIEK, codes=frozenset([code]))


def original(found: Match, own: Sequence[Dekking]) -> Match:
    """Return a match on the toewijzing itself, which holds the limits, in place of the one that covers a product."""
    key = found.dekking.toewijzing.sleutel
    return Match(next(one for one in own if one.toewijzing.sleutel == key), found.prestatiecode, found.keuze)


def mpj_code(protocol: Protocol, code: str) -> str:
    """Return the prestatiecode that a code is or stands for in the default scheme; empty for a code of no MPJ care."""
    decoded = None if code in protocol.prestatiecodes else decode(protocol, code)
    return code if code in protocol.prestatiecodes else "" if decoded is None else decoded.prestatiecode


def assigned_amount(protocol: Protocol, toewijzing: Toewijzing) -> int | None:
    """Return the eurocents that a toewijzing assigns in all, by an omvang in euros or a budget; None where it names no amount."""
    if toewijzing.volume is not None and toewijzing.eenheid in protocol.bedragen and toewijzing.frequentie is not None:
        return None if protocol.frequenties[toewijzing.frequentie].telt else toewijzing.volume
    return toewijzing.budget_cent


def _held(kaart: Tariefkaart, productcode: str) -> Iterator[Held]:
    """Yield by which variants a contract buys a product, and when."""
    months, term = sorted(kaart.varianten.get(productcode, {}).items()), kaart.instellingen
    for variant, rows in groupby(months, key=lambda row: row[1]):
        own = [month for month, _ in rows]
        yield Held(max(first_day(own[0]), term.begindatum), min(last_day(own[-1]), term.einddatum), variant)


def _counts_records(prestatiecode: str) -> Afwijzing:
    return Afwijzing("eenheid_past_niet", f"{prestatiecode} telt registraties en verblijf")


def _differ(productcode: str, variant: str, other: str) -> Afwijzing:
    return Afwijzing("eenheid_past_niet", f"contracten noemen {productcode} zowel {variant} als {other}")


def _other_unit(toewijzing: Toewijzing, product: Outputprijs) -> Afwijzing:
    text = f"toegewezen in eenheid {toewijzing.eenheid}, product {product.productcode} gaat in eenheid {product.eenheid}"
    return Afwijzing("eenheid_past_niet", text)
