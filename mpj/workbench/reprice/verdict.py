"""What becomes of a kind of line under another contract, decided from the two tariefkaarten alone.

Three answers: exact from the line, to be recomputed from the trace, or not (refused, or not paid). Nothing is assumed: where line
and trace leave a choice open, the answer is a refusal with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from attrs import field, frozen

from mpj.engine.values import Declaratieregel
from mpj.protocol import Afronding, Normtijd
from mpj.reading.periods import month_of
from mpj.tariefkaart import Prijs, Tariefkaart, Tariefkaarten
from mpj.tariefkaart.model import NIVEAU, ZONDER
from mpj.workbench.reprice.values import Prijzen

REGEL, SPOOR, WEIGERT, VERVALT = "regel", "spoor", "weigert", "vervalt"


@frozen
class Oordeel:
    """What becomes of a line: `soort` regel, spoor, weigert or vervalt, with the `reden` of the last two.

    `niveau` is the new billed level of a line that is exact (`regel`); `ongerond` says that
    amounts are not linear in units (hours declared in minutes); `plek` knows the rest.
    """

    soort: str
    reden: str = ""
    niveau: str = ""
    ongerond: bool = False
    plek: Plek | None = field(default=None, repr=False)


@frozen(eq=False)
class Plek:
    """One (perceel, prestatiecode, kind of price) in one month under both contracts.

    Levels are empty where the price is one without level; `gelijke_eenheid` says whether both contracts name the same wire unit.
    """

    oud: Tariefkaart
    nieuw: Tariefkaart
    perceel: str
    prestatiecode: str
    soort_oud: str
    soort_nieuw: str
    maand_oud: int
    maand_nieuw: int
    normtijd_oud: Normtijd
    normtijd_nieuw: Normtijd
    gelijke_eenheid: bool

    def old_price(self, niveau: str) -> int | None:
        """Return the old price of a billed level, None when it had none."""
        return _price(self.oud, self, self.soort_oud, niveau, self.maand_oud)

    def new_price(self, niveau: str) -> int | None:
        """Return the new price of a billed level, None when it has none."""
        return _price(self.nieuw, self, self.soort_nieuw, niveau, self.maand_nieuw)

    def old_billed(self, effective: str) -> str | None:
        """Return what an effective level (delivered, cut to the maximum) was billed as."""
        return _billed(self.oud, self, self.soort_oud, effective, self.maand_oud)

    def new_billed(self, effective: str) -> str | None:
        """Return what an effective level would be billed as, None when it would not be paid."""
        return _billed(self.nieuw, self, self.soort_nieuw, effective, self.maand_nieuw)

    @cached_property
    def beelden(self) -> Mapping[str, frozenset[str | None]]:
        """Per old billed level the new levels it may become, whatever was delivered and whatever the maximum."""
        images: dict[str, set[str | None]] = {}
        for effective in self.oud.protocol.niveaus if self.soort_oud == NIVEAU else ("",):
            old = self.old_billed(effective)
            if old is not None:
                images.setdefault(old, set()).add(self.new_billed(effective))
        return {level: frozenset(found) for level, found in images.items()}

    @cached_property
    def stabiel(self) -> bool:
        """Say whether every old line stays one line: each level becomes one new level, and no two the same."""
        images = self.beelden
        if any(len(found) != 1 for found in images.values()):
            return False
        new = [level for found in images.values() for level in found if level is not None]
        return len(new) == len(set(new))

    def afronding_oud(self) -> Afronding:
        """Return the old rounding."""
        return self.oud.instellingen.afronding[self.normtijd_oud.naam]

    def afronding_nieuw(self) -> Afronding:
        """Return the new rounding."""
        return self.nieuw.instellingen.afronding[self.normtijd_nieuw.naam]

    def prijzen(self, oud: str, nieuw: str, *, ongerond: bool) -> Prijzen:
        """Return the prices to tell effects apart for care that goes from one billed level to another."""
        same_kind = self.soort_oud == self.soort_nieuw
        price = self.new_price(nieuw)
        assert price is not None
        return Prijzen(
            self.new_price(oud) if same_kind else None,
            self.old_price(nieuw) if same_kind else None,
            price,
            ongerond,
            self.normtijd_oud.naam != self.normtijd_nieuw.naam,
        )


def _price(kaart: Tariefkaart, plek: Plek, soort: str, niveau: str, maand: int) -> int | None:
    row = kaart.prijs(plek.perceel, plek.prestatiecode, soort, niveau, maand)
    return row.tarief_cent if row is not None and row.gedeclareerd == niveau else None


def _billed(kaart: Tariefkaart, plek: Plek, soort: str, effective: str, maand: int) -> str | None:
    row = kaart.prijs(plek.perceel, plek.prestatiecode, soort, effective if soort == NIVEAU else "", maand)
    if row is None or (soort == NIVEAU and not row.gedeclareerd):
        return None
    return row.gedeclareerd


class Oordelen:
    """Judges lines by their kind; each kind is judged once."""

    def __init__(self, oud: Tariefkaarten, nieuw: Tariefkaarten, prijspeil: date | None) -> None:
        self.oud = oud
        self.nieuw = nieuw
        self.prijspeil = prijspeil
        self._by_id = {kaart.instellingen.contract: kaart for kaart in oud.kaarten}
        self.protocol = oud.kaarten[0].protocol
        self._known: dict[tuple[object, ...], Oordeel] = {}

    def knows(self, contract: str) -> bool:
        """Say whether `contract` is one of the old contracts."""
        return contract in self._by_id

    def judge(self, line: Declaratieregel) -> Oordeel:
        """Return what becomes of a line; its contract must be one of the old ones."""
        kind = (
            *(line.contract, line.gemeente, line.perceel, line.prestatiecode, line.kwalificatieniveau),
            *(line.begindatum, line.einddatum, line.normtijd, line.eenheid, line.productcategorie, line.productcode),
        )
        found = self._known.get(kind)
        if found is None:
            found = self._known[kind] = self._judge(line)
        return found

    def _judge(self, line: Declaratieregel) -> Oordeel:
        plek = self._place(line)
        if isinstance(plek, Oordeel):
            return plek
        ongerond = line.eenheid in plek.normtijd_oud.ongerond
        refusal = _units(plek) or self._code(plek, line) or _fits(plek, line)
        if refusal:
            return Oordeel(WEIGERT, refusal)
        images = plek.beelden[line.kwalificatieniveau]
        timed = plek.normtijd_oud.minuten > 0
        again = timed and rounds_again(plek, ongerond=ongerond)
        shared = timed and not plek.stabiel and (ongerond or plek.afronding_oud().over != "contact")
        if again or shared:
            refusal = _cannot_round(plek, ongerond=ongerond, again=again)
            return Oordeel(WEIGERT, refusal) if refusal else Oordeel(SPOOR, plek=plek)
        if len(images) > 1:
            return Oordeel(SPOOR, plek=plek)
        (niveau,) = images
        if niveau is None:
            return Oordeel(VERVALT, "niveau_te_laag", plek=plek)
        return Oordeel(REGEL, niveau=niveau, ongerond=ongerond, plek=plek)

    def _place(self, line: Declaratieregel) -> Plek | Oordeel:
        """Find the place of a line under both contracts, or why there is none."""
        oud, maand = self._by_id[line.contract], month_of(line.begindatum)
        begin = self.prijspeil or max(line.begindatum, oud.instellingen.begindatum)
        end = self.prijspeil or min(line.einddatum, oud.instellingen.einddatum)
        kaarten = self.nieuw.valid(line.aanbieder, line.gemeente, begin)
        if not kaarten or kaarten != self.nieuw.valid(line.aanbieder, line.gemeente, end):
            return Oordeel(WEIGERT, "geen_contract")
        maand_nieuw = month_of(begin)
        was = _candidates(
            self.oud.valid(line.aanbieder, line.gemeente, max(line.begindatum, oud.instellingen.begindatum)), line, maand
        )
        named = [(kaart.instellingen.contract, perceel) for kaart, perceel in was] != [(line.contract, line.perceel)]
        options = _candidates(kaarten, line, maand_nieuw, named=named)
        if not options:
            known = any(kaart.bedient(line.perceel, line.gemeente) for kaart in kaarten)
            if named and not known:
                return Oordeel(WEIGERT, "perceel_onbekend")
            return Oordeel(VERVALT, "prestatiecode_niet_gecontracteerd")
        if len(options) > 1 or options[0][1] != line.perceel:
            return Oordeel(WEIGERT, "perceel_wisselt")
        return _plek(oud, options[0][0], line, maand, maand_nieuw)

    def _code(self, plek: Plek, line: Declaratieregel) -> str:
        """Return a refusal where the new contract insists on the assigned product code, which the trace does not hold."""
        if plek.nieuw.instellingen.tr340 != "productcode":
            return ""
        if plek.oud.instellingen.tr340 != "productcode":
            return "productcode_vast"
        if plek.beelden.get(line.kwalificatieniveau) != frozenset((line.kwalificatieniveau,)):
            return "productcode_vast"
        try:
            code = plek.nieuw.productcode(line.perceel, line.prestatiecode, line.kwalificatieniveau, line.productcategorie)
        except KeyError:
            return "productcode_vast"
        return "" if code.productcode == line.productcode else "productcode_vast"


def _candidates(
    kaarten: tuple[Tariefkaart, ...], line: Declaratieregel, maand: int, *, named: bool = False
) -> list[tuple[Tariefkaart, str]]:
    """Return where the line's care may fall: percelen with a price, explicit ones first; only its own where it is `named`."""
    rows = [(kaart, row) for kaart in kaarten for row in kaart.percelen_met_prijs(line.gemeente, line.prestatiecode, maand)]
    if named:
        rows = [(kaart, row) for kaart, row in rows if row.perceel == line.perceel]
    elif any(row.expliciet for _, row in rows):
        rows = [(kaart, row) for kaart, row in rows if row.expliciet]
    return [(kaart, row.perceel) for kaart, row in rows]


def _plek(oud: Tariefkaart, nieuw: Tariefkaart, line: Declaratieregel, maand: int, maand_nieuw: int) -> Plek | Oordeel:
    code, perceel = line.prestatiecode, line.perceel
    soort_oud = NIVEAU if line.kwalificatieniveau else ZONDER
    individueel = nieuw.soort(perceel, code, "individueel").prijssoort
    soort_nieuw = individueel if soort_oud == NIVEAU else ZONDER
    try:
        was_individueel = oud.soort(perceel, code, "individueel").prijssoort
    except KeyError:
        return Oordeel(WEIGERT, "herkomst_past_niet")
    if soort_oud == ZONDER and was_individueel == ZONDER and individueel == NIVEAU:
        return Oordeel(WEIGERT, "prijssoort_verschilt")
    left, right = _any_row(oud, line, soort_oud, maand), _any_row(nieuw, line, soort_nieuw, maand_nieuw)
    if left is None:
        return Oordeel(WEIGERT, "herkomst_past_niet")
    if right is None:
        return Oordeel(VERVALT, "prestatiecode_niet_gecontracteerd")
    normtijden = oud.protocol.normtijden
    return Plek(
        *(oud, nieuw, perceel, code, soort_oud, soort_nieuw, maand, maand_nieuw),
        normtijden[left.normtijd],
        normtijden[right.normtijd],
        left.eenheid == right.eenheid,
    )


def _any_row(kaart: Tariefkaart, line: Declaratieregel, soort: str, maand: int) -> Prijs | None:
    niveau = kaart.protocol.niveaus[-1] if soort == NIVEAU else ""
    return kaart.prijs(line.perceel, line.prestatiecode, soort, niveau, maand)


def _fits(plek: Plek, line: Declaratieregel) -> str:
    """Return a refusal when the line cannot come from the old contract."""
    known = line.kwalificatieniveau in plek.beelden and plek.normtijd_oud.naam == line.normtijd
    return "" if known else "herkomst_past_niet"


def _units(plek: Plek) -> str:
    """Return a refusal when the units differ in a way that line and trace cannot bridge."""
    old, new = plek.normtijd_oud, plek.normtijd_nieuw
    if old.naam == new.naam:
        return "eenheid_verschilt" if old.ongerond and not plek.gelijke_eenheid else ""
    bridged = old.meet == new.meet == "minuten" and not new.ongerond
    return "" if bridged else "normtijd_verschilt"


def rounds_again(plek: Plek, *, ongerond: bool) -> bool:
    """Say whether time must be rounded anew."""
    old, new = plek.afronding_oud(), plek.afronding_nieuw()
    if plek.normtijd_oud.naam != plek.normtijd_nieuw.naam:
        return True
    return old.drempel != new.drempel if ongerond else old != new


def _cannot_round(plek: Plek, *, ongerond: bool, again: bool) -> str:
    """Return a refusal when what was set aside before could count now: it is not in the trace."""
    old, new = plek.afronding_oud(), plek.afronding_nieuw()
    if new.drempel < old.drempel:
        return "drempel_lager"
    if not ongerond and old.minimum == 0 and old.wijze != "naar_boven":
        return "afronding_verschilt"
    if again and plek.soort_oud == ZONDER and new.drempel != old.drempel:
        return "aanwezigheid_onbekend"
    return ""
