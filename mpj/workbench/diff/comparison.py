"""Two matrices cell by cell: what appeared, disappeared and changed, and what that does to the level that is billed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from attrs import asdict, evolve, frozen

from mpj.contract import Cel, Contract, eenheid_key
from mpj.contract.matrix import Eenheden, Order, Sleutel, by_place, percentage, stretches, valid_on
from mpj.presentation import words
from mpj.tariefkaart import billed_level

_KINDS = {
    ("leeg", "prijs"): "verschenen",
    ("prijs", "leeg"): "verdwenen",
    ("prijs", "prijs"): "gewijzigd",
    ("prijs", "uitgesloten"): "uitgesloten",
    ("uitgesloten", "prijs"): "opengesteld",
    ("leeg", "uitgesloten"): "uitsluiting_genoemd",
    ("uitgesloten", "leeg"): "uitsluiting_vervallen",
}
"""What happened to a cell, from what it was to what it is; the last two change no bill."""
EENHEID = "eenheid_gewijzigd"
SOORTEN = (*_KINDS.values(), EENHEID)


@frozen
class Verschil:
    """One cell that differs during an inclusive period; amounts in eurocents, None where there is no price."""

    perceel: str
    prestatiecode: str
    kwalificatieniveau: str | None
    begindatum: date
    einddatum: date
    soort: str
    oud_cent: int | None
    nieuw_cent: int | None

    @property
    def place(self) -> Sleutel:
        """Where the cell is."""
        return self.perceel, self.prestatiecode, self.kwalificatieniveau

    @property
    def verschil_cent(self) -> int | None:
        """The new price minus the old one, None unless both exist per the same unit."""
        if self.oud_cent is None or self.nieuw_cent is None or self.soort == EENHEID:
            return None
        return self.nieuw_cent - self.oud_cent

    @property
    def procent(self) -> Fraction | None:
        """The difference in percent of the old price, exact."""
        if self.oud_cent is None or self.nieuw_cent is None or self.soort == EENHEID:
            return None
        return percentage(self.oud_cent, self.nieuw_cent)

    @property
    def omvang(self) -> int:
        """How large the difference is in eurocents, for sorting: a missing price counts as 0."""
        return abs((self.nieuw_cent or 0) - (self.oud_cent or 0))


@frozen
class Niveauverschuiving:
    """Work delivered at `geleverd` that is billed as another level: empty where it is (or was) not billed at all."""

    perceel: str
    prestatiecode: str
    geleverd: str
    begindatum: date
    einddatum: date
    oud: str
    nieuw: str
    oud_cent: int
    nieuw_cent: int


@frozen
class Instellingverschil:
    """A setting, perceel or product code that differs between the contracts; both sides as text."""

    naam: str
    oud: str
    nieuw: str


@frozen
class Vergelijking:
    """What differs."""

    cellen: tuple[Verschil, ...]
    """By size, the largest first."""
    eerste: Verschil | None
    """The first cell that deviates, in the order of the matrix."""
    niveaus: tuple[Niveauverschuiving, ...]
    """What happens to the level that is paid."""
    instellingen: tuple[Instellingverschil, ...]
    """The settings that differ."""
    periode: tuple[date, date]
    """What was compared."""
    momenten: tuple[date, date] | None
    """The two dates instead, where two moments were compared."""

    @property
    def gelijk(self) -> bool:
        """Say whether nothing differs."""
        return not (self.cellen or self.niveaus or self.instellingen)


def compare(oud: Contract, nieuw: Contract, *, oud_op: date | None = None, nieuw_op: date | None = None) -> Vergelijking:
    """Compare two checked contracts cell by cell (docs/tariffs.md).

    Without dates the cells are compared day for day in the period both contracts cover. With `oud_op` and/or `nieuw_op`, or
    when the periods do not meet, two moments are compared instead: by default the last day of the old contract and the
    first of the new.
    """
    begin, end = max(oud.begindatum, nieuw.begindatum), min(oud.einddatum, nieuw.einddatum)
    moments = None
    if oud_op or nieuw_op or begin > end:
        moments = oud_op or oud.einddatum, nieuw_op or nieuw.begindatum
        begin = end = moments[1]
    left, right = _Side.of(oud, moments and moments[0], begin), _Side.of(nieuw, moments and moments[1], begin)
    order = Order(nieuw.protocol, [perceel.code for side in (nieuw, oud) for perceel in side.percelen])
    places = sorted({*left.places, *right.places}, key=order)
    found = [row for place in places for row in _cells(left, right, place, begin, end)]
    first = min(found, key=lambda row: (order(row.place), row.begindatum), default=None)
    found.sort(key=lambda row: (-row.omvang, order(row.place), row.begindatum))
    shifts = sorted(
        _shifts(left, right, begin, end, order),
        key=lambda row: (order((row.perceel, row.prestatiecode, row.geleverd)), row.begindatum),
    )
    return Vergelijking(tuple(found), first, tuple(shifts), tuple(_settings(oud, nieuw)), (begin, end), moments)


@frozen
class _Side:
    """One of the two matrices; at a moment, every cell that holds then is stretched over the compared day."""

    contract: Contract
    places: Mapping[Sleutel, tuple[Cel, ...]]
    eenheden: Eenheden

    @classmethod
    def of(cls, contract: Contract, moment: date | None, shown: date) -> _Side:
        places = by_place(contract)
        if moment is not None:
            on = {place: valid_on(cells, moment) for place, cells in places.items()}
            places = {place: (evolve(cel, begindatum=shown, einddatum=shown),) for place, cel in on.items() if cel is not None}
        return cls(contract, places, Eenheden.of(contract))

    def state(self, place: Sleutel, when: date) -> tuple[str, int | None]:
        cel = valid_on(self.places.get(place, ()), when)
        if cel is None:
            return "leeg", None
        return ("uitgesloten", None) if cel.tarief_cent is None else ("prijs", cel.tarief_cent)


def _cells(left: _Side, right: _Side, place: Sleutel, begin: date, end: date) -> Iterator[Verschil]:
    """Return the stretches during which the cell differs, equal neighbours taken together."""
    old, new = left.places.get(place, ()), right.places.get(place, ())
    equal = [_key(cel) for cel in old] == [_key(cel) for cel in new]
    if equal and (not old or left.eenheden.normtijd(place) == right.eenheden.normtijd(place)):
        return
    last: Verschil | None = None
    for first, until in stretches(begin, end, (*old, *new)):
        was, is_now = left.state(place, first), right.state(place, first)
        kind = _KINDS.get((was[0], is_now[0]), "")
        if kind == "gewijzigd" and left.eenheden.normtijd(place) != right.eenheden.normtijd(place):
            kind = EENHEID
        elif was == is_now:
            kind = ""
        row = Verschil(*place, first, until, kind, was[1], is_now[1])
        if last is not None and evolve(last, begindatum=first, einddatum=until) == row:
            last = evolve(last, einddatum=until)
            continue
        if last is not None and last.soort:
            yield last
        last = row
    if last is not None and last.soort:
        yield last


def _shifts(left: _Side, right: _Side, begin: date, end: date, order: Order) -> Iterator[Niveauverschuiving]:
    """Return for every delivered level where it is billed as another one, by stretch of time."""
    niveaus = right.contract.protocol.niveaus
    codes = sorted({place[:2] for side in (left, right) for place in side.places if place[2]}, key=lambda key: order((*key, None)))
    for perceel, code in codes:
        places = [(perceel, code, niveau) for niveau in niveaus]
        old = [cel for place in places for cel in left.places.get(place, ())]
        new = [cel for place in places for cel in right.places.get(place, ())]
        if {_key(cel) for cel in old} == {_key(cel) for cel in new}:
            continue
        open_rows: dict[str, Niveauverschuiving] = {}
        for first, until in stretches(begin, end, (*old, *new)):
            was, now = _billed(left, places, first, niveaus), _billed(right, places, first, niveaus)
            for niveau in niveaus:
                row = Niveauverschuiving(
                    perceel, code, niveau, first, until, *was[niveau][:1], *now[niveau][:1], was[niveau][1], now[niveau][1]
                )
                last = open_rows.pop(niveau, None)
                if last is not None and evolve(last, begindatum=first, einddatum=until) == row:
                    row = evolve(last, einddatum=until)
                elif last is not None and last.oud != last.nieuw:
                    yield last
                open_rows[niveau] = row
        yield from (row for row in open_rows.values() if row.oud != row.nieuw)


def _key(cel: Cel) -> tuple[object, ...]:
    return cel.kwalificatieniveau, cel.begindatum, cel.einddatum, cel.tarief_cent


def _billed(side: _Side, places: Sequence[Sleutel], when: date, niveaus: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """Return per delivered level the billed level (empty: none) and its price."""
    states = {place[2]: side.state(place, when)[1] for place in places}
    prices = {niveau: cents for niveau, cents in states.items() if niveau and cents is not None}
    billed = {niveau: billed_level(niveau, prices, niveaus) for niveau in niveaus} if prices else dict.fromkeys(niveaus)
    return {niveau: (level or "", prices[level] if level else 0) for niveau, level in billed.items()}


_SETTINGS = (
    "aanbieder",
    "gemeenten",
    "begindatum",
    "einddatum",
    "jeugdbescherming",
    "categorieen_apart",
    "vorm",
    "registratiewijze",
    "bevestiging",
    "eenheid",
    "tr340",
    "bij_overschrijding",
    "laatste_dag",
)


def _settings(oud: Contract, nieuw: Contract) -> Iterator[Instellingverschil]:
    """Return what differs beside the cells: settings, rounding, units, percelen, product codes and products beside MPJ."""
    left, right = _facts(oud), _facts(nieuw)
    for naam in dict.fromkeys((*left, *right)):
        if left.get(naam) != right.get(naam):
            yield Instellingverschil(naam, left.get(naam, "–"), right.get(naam, "–"))


def _facts(contract: Contract) -> dict[str, str]:
    facts = {"protocol": contract.protocol.id}
    for naam in _SETTINGS:
        value = getattr(contract, naam)
        facts |= {eenheid_key(one): word for one, word in value.items()} if naam == "eenheid" else {naam: _text(value)}
    for soort, afronding in contract.afronding.items():
        facts |= {f"afronding {soort}, {naam}": str(value) for naam, value in asdict(afronding).items()}
    facts |= {f"termijnen {naam}": str(value or "geen") for naam, value in asdict(contract.termijnen).items()}
    facts |= {f"normtijd {code}": naam for code, naam in contract.normtijd.items()}
    facts |= {f"herindeling {oud}": nieuw for oud, nieuw in contract.herindeling.items()}
    for gemeente, code, cent in contract.plafond.ceilings:
        facts[" ".join(filter(None, ("plafond", gemeente, code)))] = words.euros(cent)
    for perceel in contract.percelen:
        facts[f"perceel {perceel.code}, gemeenten"] = _text(contract.gemeenten_of(perceel))
    facts["codetabel"] = "standaard" if contract.codes is None else "eigen"
    for row in contract.codes or ():
        place = f"{row.perceel or 'alle percelen'}, {row.prestatiecode}, {row.kwalificatieniveau or 'zonder niveau'}"
        facts[f"productcode {place}"] = f"{row.productcategorie} {row.productcode}"
    for one in contract.producten:
        price = "het toegewezen bedrag" if one.tarief_cent is None else words.euros(one.tarief_cent)
        period = f"{words.short_day(one.begindatum)} t/m {words.short_day(one.einddatum)}"
        facts[f"product {one.productcode}, {period}"] = f"{one.productcategorie} {one.variant} {one.eenheid} {price}"
    return facts


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(sorted(value)) if isinstance(value, tuple) else str(value)
