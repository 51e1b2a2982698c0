"""A message with everything it is held against: assignments, contracts and history, looked up once per line.

`Case` is what rules about the message see, `Line` what rules about a line see. Rules only read; what is used up of a
toewijzing while the lines go by is kept in `mpj.verification.limits`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from attrs import define, field, frozen

from mpj.contract import Contract
from mpj.engine.matching import NIET_MPJ, Dekking, Dekkingen
from mpj.engine.rounding import minutes_amount
from mpj.messages.values import CREDIT, Declaratiebericht, Prestatie
from mpj.protocol import Normtijd, Protocol
from mpj.protocol.productcodes import decode
from mpj.reading.periods import month_of
from mpj.records.rows import MappingRows
from mpj.records.toewijzingen import COLUMNS, OngeldigeToewijzing, parse_toewijzing
from mpj.records.values import Toewijzing
from mpj.tariefkaart import Plaats, Prijs, Productcode, Tariefkaart, Tariefkaarten, compile_tariefkaart
from mpj.tariefkaart.model import NIVEAU, ZONDER
from mpj.verification.history import History
from mpj.verification.limits import Usage

# Why the contract says nothing about a line.
GEEN_CONTRACT, CODE_ONBEKEND, PERCEEL_ONBEKEND = "geen_contract", "code_onbekend", "perceel_onbekend"
TOEWIJZING_ONGELDIG = "toewijzing_ongeldig"
NIET_GECONTRACTEERD, ANDER_PERCEEL, JEUGDBESCHERMING = "niet_gecontracteerd", "ander_perceel", "jeugdbescherming"
ONBEOORDEELBAAR = frozenset({GEEN_CONTRACT, CODE_ONBEKEND, PERCEEL_ONBEKEND, TOEWIJZING_ONGELDIG, NIET_MPJ})
Toewijzingen = Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]]


@frozen(eq=False)
class Cell:
    """What the code of a line means in a contract: place, prestatiecode, level (empty: none), and the price, if there is one."""

    kaart: Tariefkaart
    perceel: str
    prestatiecode: str
    niveau: str
    contracted: tuple[str, ...]
    prijs: Prijs | None

    @property
    def normtijd(self) -> Normtijd | None:
        """The normed unit of the price, None without a price."""
        return None if self.prijs is None else self.kaart.protocol.normtijden[self.prijs.normtijd]

    def exact(self, volume: int, eenheid: str) -> int | None:
        """Return what `volume` in wire units costs in eurocents, None when it is no whole number of normed units."""
        normtijd = self.normtijd
        if self.prijs is None or normtijd is None or eenheid not in normtijd.bericht:
            return None
        if eenheid in normtijd.ongerond:
            return minutes_amount(self.prijs.tarief_cent, volume)
        units, rest = divmod(volume, normtijd.bericht[eenheid])
        return None if rest else units * self.prijs.tarief_cent


@define(eq=False)
class Line:
    """One line with its client, its toewijzing and the contract's cell.

    `dekking` is the toewijzing with the line's number, of this provider and municipality, whoever's it is. Without a `cell`,
    `reden` says why. `broken` are the codes of the rules that the line broke so far, so that one cause is named once.
    """

    case: Case
    client: int
    nummer: int
    bsn: str = field(repr=False)
    prestatie: Prestatie
    dekking: Dekking | None
    cell: Cell | None
    reden: str
    broken: set[str] = field(factory=set)

    @property
    def credit(self) -> bool:
        """Whether the line undoes an earlier one."""
        return self.prestatie.debetcredit == CREDIT

    @property
    def maand(self) -> int:
        """The month of the product period."""
        return month_of(self.prestatie.begindatum)

    @property
    def exact(self) -> int | None:
        """What the line should cost in eurocents by the cell; None when that cannot be said."""
        return None if self.cell is None else self.cell.exact(self.prestatie.volume, self.prestatie.eenheid)


@frozen
class Found:
    """What a product code may mean for a toewijzing and period: cells, or the reason why there is none."""

    cells: tuple[Cell, ...]
    reden: str = ""


class Case:
    """One declaration and what it is held against.

    `systeemdatum` is the receiver's date; `gemeenten` the CBS codes that exist, None when unknown; `history` None when nothing
    is known of earlier messages.
    """

    def __init__(
        self,
        bericht: Declaratiebericht,
        contracten: Sequence[Contract],
        toewijzingen: Toewijzingen,
        history: History | None,
        systeemdatum: date,
        gemeenten: Collection[str] | None,
    ) -> None:
        self.bericht = bericht
        self.aanbieder, self.gemeente = bericht.header.afzender, bericht.header.ontvanger
        self.protocol: Protocol = contracten[0].protocol
        self.history = history
        self.systeemdatum = systeemdatum
        self.gemeenten = gemeenten
        self.contracten = tuple(contracten)
        self.kaarten = Tariefkaarten([compile_tariefkaart(contract) for contract in contracten])
        self.usage = Usage(self.protocol, history, self.aanbieder, self.gemeente)
        self.gecrediteerd: set[str] = set()
        self.bsns: set[str] = {client.bsn for client in bericht.clienten}
        self._guarded = {contract.id for contract in contracten if not contract.jeugdbescherming}
        self._index(toewijzingen)
        self._found: dict[tuple[object, ...], Found] = {}
        self._listed: dict[str, frozenset[tuple[str, str]]] = {}

    def _index(self, items: Toewijzingen) -> None:
        """Keep the current toewijzingen of this municipality and provider by number, and who the known clients are."""
        mappings = MappingRows(COLUMNS)
        values = [parse_toewijzing(mappings.row(item)) if isinstance(item, Mapping) else item for item in items]
        dekkingen = Dekkingen(values, self.kaarten, self.protocol)
        self.toewijzingen_gelezen = dekkingen.gelezen
        good = [item for item in values if isinstance(item, Toewijzing)]
        self.bsns.update(item.bsn for item in good)
        keys = {item.sleutel for item in values if item.sleutel is not None}
        self.dekkingen: dict[int, Dekking] = {}
        current: set[tuple[str, int]] = set()
        self.clienten = {item.bsn for item in good if item.gemeente == self.gemeente}
        for bsn in {item.bsn for item in good}:
            for dekking in dekkingen.of(bsn):
                toewijzing = dekking.toewijzing
                current.add(toewijzing.sleutel)
                if (toewijzing.gemeente, toewijzing.aanbieder) == (self.gemeente, self.aanbieder):
                    self.dekkingen[toewijzing.toewijzingnummer] = dekking
        # A toewijzing whose latest version is faulty is the municipality's own fault, not an unknown number.
        self.verborgen = {nummer for gemeente, nummer in keys - current if gemeente == self.gemeente}

    def lines(self) -> Iterator[Line]:
        """Yield every line of the message, in its order."""
        for client, one in enumerate(self.bericht.clienten, start=1):
            for nummer, prestatie in enumerate(one.prestaties, start=1):
                yield self._line(client, nummer, one.bsn, prestatie)

    def _line(self, client: int, nummer: int, bsn: str, prestatie: Prestatie) -> Line:
        dekking = self.dekkingen.get(prestatie.toewijzingnummer)
        cell, reden = None, ""
        if dekking is None:
            reden = TOEWIJZING_ONGELDIG if prestatie.toewijzingnummer in self.verborgen else ""
        else:
            found = self._cells(dekking, prestatie)
            cell, reden = _best(found.cells, prestatie), found.reden
        return Line(self, client, nummer, bsn, prestatie, dekking, cell, reden)

    def valid(self, begin: date, end: date) -> tuple[Tariefkaart, ...]:
        """Return the contracts of this provider and municipality that touch the inclusive period."""
        return tuple(
            kaart
            for kaart in self.kaarten.kaarten
            if kaart.instellingen.aanbieder == self.aanbieder
            and self.gemeente in kaart.instellingen.gemeenten
            and kaart.instellingen.begindatum <= end
            and begin <= kaart.instellingen.einddatum
        )

    def listed(self, kaart: Tariefkaart, productcode: str, productcategorie: str) -> bool:
        """Say whether the contract's product list has this code under this category."""
        pairs = self._listed.get(kaart.instellingen.contract)
        if pairs is None:
            pairs = frozenset((row.productcode, row.productcategorie) for row in kaart.productcodes)
            self._listed[kaart.instellingen.contract] = pairs
        return (productcode, productcategorie) in pairs

    def _cells(self, dekking: Dekking, one: Prestatie) -> Found:
        key = (dekking.toewijzing.toewijzingnummer, one.productcode, one.begindatum, one.einddatum)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(dekking, one.productcode, one.begindatum, max(one.begindatum, one.einddatum))
        return found

    def _find(self, dekking: Dekking, productcode: str, begin: date, end: date) -> Found:
        kaarten = self.valid(begin, end)
        if not kaarten:
            return Found((), GEEN_CONTRACT)
        if dekking.soort == NIET_MPJ and dekking.toewijzing.productcode == productcode:
            return Found((), NIET_MPJ)
        decoded = [(kaart, code) for kaart in kaarten if (code := kaart.decode(productcode)) is not None]
        if not decoded:
            return Found((), self._undecoded(kaarten, productcode))
        cells: dict[tuple[str, str], Cell] = {}
        reasons: set[str] = set()
        for day in _days(kaarten, begin, end):
            for kaart, code in decoded:
                place = self.kaarten.place(dekking.toewijzing, code.prestatiecode, day)
                if isinstance(place, str):
                    reasons.add(place)
                elif place.kaart is kaart:
                    if code.perceel and code.perceel != place.perceel:
                        reasons.add(ANDER_PERCEEL)
                    else:
                        cells[kaart.instellingen.contract, place.perceel] = _cell(place, code, month_of(begin))
        if cells:
            return Found(tuple(cells.values()))
        order = (PERCEEL_ONBEKEND, ANDER_PERCEEL)
        return Found((), next((reden for reden in order if reden in reasons), NIET_GECONTRACTEERD))

    def _undecoded(self, kaarten: Sequence[Tariefkaart], productcode: str) -> str:
        """Tell youth protection that the contract does not allow from a code that is none of this contract's."""
        found = decode(self.protocol, productcode)
        if found is None or any(kaart.eigen_codes for kaart in kaarten):
            return CODE_ONBEKEND
        code = self.protocol.prestatiecodes[found.prestatiecode]
        guarded = all(kaart.instellingen.contract in self._guarded for kaart in kaarten)
        if code.hulpvorm.jeugdbescherming and found.productcategorie in code.categorieen and guarded:
            return JEUGDBESCHERMING
        elsewhere = any(kaart.decode(productcode) for kaart in self.kaarten.kaarten if self._same_parties(kaart))
        return NIET_GECONTRACTEERD if elsewhere else CODE_ONBEKEND

    def _same_parties(self, kaart: Tariefkaart) -> bool:
        settings = kaart.instellingen
        return settings.aanbieder == self.aanbieder and self.gemeente in settings.gemeenten


def _days(kaarten: Sequence[Tariefkaart], begin: date, end: date) -> list[date]:
    """Return the first day of every stretch of the period in which the same contracts are valid."""
    starts = {begin}
    for kaart in kaarten:
        if kaart.instellingen.begindatum > begin:
            starts.add(kaart.instellingen.begindatum)
        if kaart.instellingen.einddatum < end:
            starts.add(kaart.instellingen.einddatum + timedelta(days=1))
    return sorted(starts)


def _cell(place: Plaats, code: Productcode, month: int) -> Cell:
    kaart, perceel, niveau = place.kaart, place.perceel, code.kwalificatieniveau
    contracted = kaart.niveaus(perceel, code.prestatiecode, month)
    prijs = kaart.prijs(perceel, code.prestatiecode, NIVEAU if niveau else ZONDER, niveau, month)
    billed = prijs if prijs is not None and prijs.gedeclareerd == niveau else None
    return Cell(kaart, perceel, code.prestatiecode, niveau, contracted, billed)


def _best(cells: Sequence[Cell], one: Prestatie) -> Cell | None:
    """Return the cell that a line fits; where contract or perceel changes within the month, several are possible."""
    if len(cells) < 2:
        return cells[0] if cells else None
    exact = (cell for cell in cells if cell.exact(one.volume, one.eenheid) == one.bedrag_cent)
    priced = (cell for cell in cells if cell.prijs is not None)
    return next(exact, None) or next(priced, None) or cells[0]
