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
from mpj.protocol import Afronding, Normtijd, is_prestatiecode
from mpj.reading.periods import month_of
from mpj.tariefkaart import Prijs, Tariefkaart, Tariefkaarten
from mpj.tariefkaart.model import NIVEAU, ZONDER
from mpj.workbench.reprice.values import Prijzen

LINE, TRACE, REFUSED, UNPAID = "line", "trace", "refused", "unpaid"


@frozen
class Fate:
    """What becomes of a line."""

    soort: str
    """LINE: exact from the line; TRACE: to recompute from the trace; REFUSED: it cannot be told; UNPAID: it is not paid."""
    reden: str = ""
    """Why, of a line that is refused or unpaid."""
    niveau: str = ""
    """The new billed level of a line that is exact."""
    unrounded: bool = False
    """Whether amounts are not linear in units: hours that are declared in minutes."""
    pair: Celpaar | None = field(default=None, repr=False)
    """Its cell under both contracts; None where it has none."""


@frozen(eq=False)
class Celpaar:
    """One cell (perceel, prestatiecode, kind of price) in one month under both contracts; without level, levels are empty."""

    oud: Tariefkaart
    """The tariefkaart that the line was made under."""
    nieuw: Tariefkaart
    """The one it is repriced with."""
    perceel: str
    """The perceel."""
    zorgcode: str
    """The prestatiecode; of a product beside MPJ its product code, without perceel."""
    soort_oud: str
    """The old kind of price."""
    soort_nieuw: str
    """The new kind of price."""
    maand_oud: int
    """The month of the line, as a number."""
    maand_nieuw: int
    """The month of the new price."""
    normtijd_oud: Normtijd
    """What the old price is per."""
    normtijd_nieuw: Normtijd
    """What the new price is per."""
    same_unit: bool
    """Whether both contracts name the same wire unit."""

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

    @property
    def rounded(self) -> bool:
        """Say whether the old price is per so many minutes, and time is rounded to them."""
        return self.normtijd_oud.afronding is not None

    def afronding_oud(self) -> Afronding:
        """Return the old rounding."""
        return self.oud.instellingen.afronding[self.normtijd_oud.naam]

    def afronding_nieuw(self) -> Afronding:
        """Return the new rounding."""
        return self.nieuw.instellingen.afronding[self.normtijd_nieuw.naam]

    def prijzen(self, oud: str, nieuw: str, *, unrounded: bool) -> Prijzen:
        """Return the prices to tell effects apart for care that goes from one billed level to another."""
        same_kind = self.soort_oud == self.soort_nieuw
        price = self.new_price(nieuw)
        assert price is not None
        return Prijzen(
            self.new_price(oud) if same_kind else None,
            self.old_price(nieuw) if same_kind else None,
            price,
            unrounded,
            self.normtijd_oud.naam != self.normtijd_nieuw.naam,
        )


def _price(kaart: Tariefkaart, pair: Celpaar, soort: str, niveau: str, maand: int) -> int | None:
    row = _row(kaart, pair.perceel, pair.zorgcode, soort, niveau, maand)
    return row.tarief_cent if row is not None and row.gedeclareerd == niveau else None


def _billed(kaart: Tariefkaart, pair: Celpaar, soort: str, effective: str, maand: int) -> str | None:
    row = _row(kaart, pair.perceel, pair.zorgcode, soort, effective if soort == NIVEAU else "", maand)
    if row is None or (soort == NIVEAU and not row.gedeclareerd):
        return None
    return row.gedeclareerd


def _row(kaart: Tariefkaart, perceel: str, code: str, soort: str, niveau: str, maand: int) -> Prijs | None:
    """Return a price of the matrix, or of a product beside MPJ: what is counted from prestaties has no time."""
    found = kaart.prijs(perceel, code, soort, niveau, maand)
    if found is not None or perceel or (sold := kaart.sold(code, maand)) is None:
        return found
    return Prijs("", code, ZONDER, "", maand, "", sold.normtijd, 0, sold.eenheid, sold.tarief_cent)


class Judge:
    """Judges lines by their kind; each kind is judged once."""

    def __init__(self, oud: Tariefkaarten, nieuw: Tariefkaarten, prijspeil: date | None) -> None:
        self.oud = oud
        self.nieuw = nieuw
        self.prijspeil = prijspeil
        self._by_id = {kaart.instellingen.contract: kaart for kaart in oud.kaarten}
        self.protocol = oud.kaarten[0].protocol
        self._known: dict[tuple[object, ...], Fate] = {}

    def knows(self, contract: str) -> bool:
        """Say whether `contract` is one of the old contracts."""
        return contract in self._by_id

    def judge(self, line: Declaratieregel) -> Fate:
        """Return what becomes of a line; its contract must be one of the old ones."""
        kind = (
            *(line.contract, line.gemeente, line.perceel, line.zorgcode, line.kwalificatieniveau),
            *(line.begindatum, line.einddatum, line.normtijd, line.eenheid, line.productcategorie, line.productcode),
        )
        found = self._known.get(kind)
        if found is None:
            found = self._known[kind] = self._judge(line)
        return found

    def _judge(self, line: Declaratieregel) -> Fate:
        pair = self._place(line)
        if isinstance(pair, Fate):
            return pair
        unrounded = line.eenheid in pair.normtijd_oud.ongerond
        refusal = _units(pair) or self._code(pair, line) or _fits(pair, line)
        if refusal:
            return Fate(REFUSED, refusal)
        images = pair.beelden[line.kwalificatieniveau]
        again = pair.rounded and rounds_again(pair, unrounded=unrounded)
        shared = pair.rounded and not pair.stabiel and (unrounded or pair.afronding_oud().over != "contact")
        if again or shared:
            refusal = _cannot_round(pair, unrounded=unrounded, again=again)
            return Fate(REFUSED, refusal) if refusal else Fate(TRACE, pair=pair)
        if len(images) > 1:
            return Fate(TRACE, pair=pair)
        (niveau,) = images
        if niveau is None:
            return Fate(UNPAID, "niveau_te_laag", pair=pair)
        return Fate(LINE, niveau=niveau, unrounded=unrounded, pair=pair)

    def _place(self, line: Declaratieregel) -> Celpaar | Fate:
        """Find the place of a line under both contracts, or why there is none."""
        oud, maand = self._by_id[line.contract], month_of(line.begindatum)
        begin = self.prijspeil or max(line.begindatum, oud.instellingen.begindatum)
        end = self.prijspeil or min(line.einddatum, oud.instellingen.einddatum)
        kaarten = self.nieuw.valid(line.aanbieder, line.gemeente, begin)
        if not kaarten or kaarten != self.nieuw.valid(line.aanbieder, line.gemeente, end):
            return Fate(REFUSED, "geen_contract")
        maand_nieuw = month_of(begin)
        was = _candidates(
            self.oud.valid(line.aanbieder, line.gemeente, max(line.begindatum, oud.instellingen.begindatum)), line, maand
        )
        named = [(kaart.instellingen.contract, perceel) for kaart, perceel in was] != [(line.contract, line.perceel)]
        options = _candidates(kaarten, line, maand_nieuw, named=named)
        if not options:
            if any(_other_care(kaart, line) for kaart in kaarten):
                return Fate(REFUSED, "stelsel_wisselt")
            known = any(kaart.bedient(line.perceel, line.gemeente) for kaart in kaarten)
            if named and line.perceel and not known:
                return Fate(REFUSED, "perceel_onbekend")
            return Fate(UNPAID, "prestatiecode_niet_gecontracteerd")
        if len(options) > 1 or options[0][1] != line.perceel:
            return Fate(REFUSED, "perceel_wisselt")
        return _plek(oud, options[0][0], line, maand, maand_nieuw)

    def _code(self, pair: Celpaar, line: Declaratieregel) -> str:
        """Return a refusal where the new contract insists on the assigned product code, which the trace does not hold.

        A product beside MPJ is its own code; under another category it may be no care of its toewijzing.
        """
        if not line.prestatiecode:
            return "" if (line.productcode, line.productcategorie) in pair.nieuw.listed else "categorie_wisselt"
        if not pair.nieuw.instellingen.insists_on_productcode:
            return ""
        if not pair.oud.instellingen.insists_on_productcode:
            return "productcode_vast"
        if pair.beelden.get(line.kwalificatieniveau) != frozenset((line.kwalificatieniveau,)):
            return "productcode_vast"
        try:
            code = pair.nieuw.productcode(line.perceel, line.zorgcode, line.kwalificatieniveau, line.productcategorie)
        except KeyError:
            return "productcode_vast"
        return "" if code.productcode == line.productcode else "productcode_vast"


def _candidates(
    kaarten: tuple[Tariefkaart, ...], line: Declaratieregel, maand: int, *, named: bool = False
) -> list[tuple[Tariefkaart, str]]:
    """Return where the line's care may fall: percelen with a price, explicit ones first; only its own where it is `named`.

    A product beside MPJ lies in no perceel.
    """
    if not line.prestatiecode:
        return [(kaart, "") for kaart in kaarten if _row(kaart, "", line.zorgcode, ZONDER, "", maand) is not None]
    rows = [(kaart, row) for kaart in kaarten for row in kaart.percelen_met_prijs(line.gemeente, line.prestatiecode, maand)]
    if named:
        rows = [(kaart, row) for kaart, row in rows if row.perceel == line.perceel]
    elif any(row.expliciet for _, row in rows):
        rows = [(kaart, row) for kaart, row in rows if row.expliciet]
    return [(kaart, row.perceel) for kaart, row in rows]


def _other_care(kaart: Tariefkaart, line: Declaratieregel) -> bool:
    """Say whether the product code of a line is care of MPJ on one side, and of a product beside MPJ on the other."""
    if line.prestatiecode:
        return line.productcode in kaart.varianten
    found = kaart.decode(line.productcode)
    return found is not None and is_prestatiecode(found.prestatiecode)


def _plek(oud: Tariefkaart, nieuw: Tariefkaart, line: Declaratieregel, maand: int, maand_nieuw: int) -> Celpaar | Fate:
    soort_oud = NIVEAU if line.kwalificatieniveau else ZONDER
    individueel = _individueel(nieuw, line)
    soort_nieuw = individueel if soort_oud == NIVEAU else ZONDER
    try:
        was_individueel = _individueel(oud, line)
    except KeyError:
        return Fate(REFUSED, "herkomst_past_niet")
    if soort_oud == ZONDER and was_individueel == ZONDER and individueel == NIVEAU:
        return Fate(REFUSED, "prijssoort_verschilt")
    left, right = _any_row(oud, line, soort_oud, maand), _any_row(nieuw, line, soort_nieuw, maand_nieuw)
    if left is None or not left.normtijd:
        return Fate(REFUSED, "herkomst_past_niet")
    if right is None:
        return Fate(UNPAID, "prestatiecode_niet_gecontracteerd")
    if not right.normtijd:
        return Fate(REFUSED, "taakgericht")
    normtijden = oud.protocol.normtijden
    return Celpaar(
        *(oud, nieuw, line.perceel, line.zorgcode, soort_oud, soort_nieuw, maand, maand_nieuw),
        normtijden[left.normtijd],
        normtijden[right.normtijd],
        left.eenheid == right.eenheid,
    )


def _individueel(kaart: Tariefkaart, line: Declaratieregel) -> str:
    """Return the kind of price of individual care; a product beside MPJ has a price without level. KeyError: it has none."""
    return kaart.soort(line.perceel, line.prestatiecode, "individueel").prijssoort if line.prestatiecode else ZONDER


def _any_row(kaart: Tariefkaart, line: Declaratieregel, soort: str, maand: int) -> Prijs | None:
    niveau = kaart.protocol.niveaus[-1] if soort == NIVEAU else ""
    return _row(kaart, line.perceel, line.zorgcode, soort, niveau, maand)


def _fits(pair: Celpaar, line: Declaratieregel) -> str:
    """Return a refusal when the line cannot come from the old contract."""
    known = line.kwalificatieniveau in pair.beelden and pair.normtijd_oud.naam == line.normtijd
    return "" if known else "herkomst_past_niet"


def _units(pair: Celpaar) -> str:
    """Return a refusal when the units differ in a way that line and trace cannot bridge."""
    old, new = pair.normtijd_oud, pair.normtijd_nieuw
    if old.naam == new.naam:
        return "eenheid_verschilt" if old.ongerond and not pair.same_unit else ""
    bridged = old.meet == new.meet == "minuten" and new.afronding is not None and not new.ongerond
    return "" if bridged else "normtijd_verschilt"


def rounds_again(pair: Celpaar, *, unrounded: bool) -> bool:
    """Say whether time must be rounded anew."""
    old, new = pair.afronding_oud(), pair.afronding_nieuw()
    if pair.normtijd_oud.naam != pair.normtijd_nieuw.naam:
        return True
    return old.drempel != new.drempel if unrounded else old != new


def _cannot_round(pair: Celpaar, *, unrounded: bool, again: bool) -> str:
    """Return a refusal when what was set aside before could count now: it is not in the trace."""
    old, new = pair.afronding_oud(), pair.afronding_nieuw()
    if new.drempel < old.drempel:
        return "drempel_lager"
    if not unrounded and old.minimum == 0 and old.wijze != "naar_boven":
        return "afronding_verschilt"
    if again and pair.soort_oud == ZONDER and new.drempel != old.drempel:
        return "aanwezigheid_onbekend"
    return ""
