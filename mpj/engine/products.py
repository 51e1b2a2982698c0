"""Products of output as the contracts of a job sell them: which one a code is, on which toewijzing, at which price."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from attrs import evolve

from mpj.engine.matching import ASPECIFIEK, GENERIEK, SPECIFIEK, Dekking, Dekkingen
from mpj.engine.opdracht import Periode
from mpj.engine.search import Afwijzing, Match, Search, Stretches
from mpj.engine.tarieven import Billed, Tarief, Units
from mpj.protocol import Protocol, decode
from mpj.protocol.model import GI
from mpj.reading.periods import month_of
from mpj.records.values import Toewijzing
from mpj.tariefkaart import Outputprijs, Tariefkaart, Tariefkaarten


class Products:
    """The products of all contracts of a job, and the answers about them so far."""

    def __init__(self, protocol: Protocol, kaarten: Tariefkaarten) -> None:
        self._protocol = protocol
        self._kaarten = kaarten
        self._tarieven: dict[tuple[str, Outputprijs], Tarief] = {}

    def variant(self, productcode: str) -> str | None:
        """Return how a product is bought, None for a code that no contract has."""
        found = (kaart.varianten.get(productcode) for kaart in self._kaarten.kaarten)
        return min((one for one in found if one is not None), default=None)

    def bought(self, productcode: str) -> tuple[str | None, str]:
        """Return how what a prestatie names is bought, None where no contract tells, and its prestatiecode where it is of MPJ."""
        variant = self.variant(productcode)
        code = "" if variant else mpj_code(self._protocol, productcode)
        return (GI if code else variant), code

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
        own = [one for one in dekkingen.of(bsn) if gemeente in (None, one.toewijzing.gemeente)]
        if nummer is not None:
            own = [one for one in own if one.toewijzing.toewijzingnummer == nummer]
        bound = [covering(one, code, self._kaarten.verkocht(one.toewijzing.aanbieder, code)) for one in own]
        return Stretches(bound, search, periode, dekkingen.missed_by(bsn, gemeente, nummer))

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


def _other_unit(toewijzing: Toewijzing, product: Outputprijs) -> Afwijzing:
    text = f"toegewezen in eenheid {toewijzing.eenheid}, product {product.productcode} gaat in eenheid {product.eenheid}"
    return Afwijzing("eenheid_past_niet", text)
