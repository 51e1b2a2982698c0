"""A message with everything it is held against: toewijzingen, contracts and history, looked up once per line.

`Case` is what rules about the message see, `Line` what rules about a line see. Rules only read; what is used up of a
toewijzing while the lines go by is kept in `mpj.verification.limits`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Final

from attrs import define, field, frozen

from mpj.engine.limits import counted, output_weeks
from mpj.engine.matching import NIET_MPJ, Dekking
from mpj.engine.products import assigned_amount, covering
from mpj.messages.overview import Declaratie, Overzicht
from mpj.messages.values import Prestatie
from mpj.protocol import Normtijd
from mpj.protocol.model import MINUTEN
from mpj.protocol.productcodes import decode
from mpj.protocol.rounding import amount
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import first_day, last_day, month_of
from mpj.tariefkaart import Outputprijs, Plaats, Prijs, Productcode, Tariefkaart
from mpj.tariefkaart.model import NIVEAU, ZONDER
from mpj.verification.basis import Basis
from mpj.verification.former import under
from mpj.verification.history import Bekend, counts
from mpj.verification.limits import Usage
from mpj.verification.opdracht import Toetsopdracht

# Why the contract says nothing about a line.
GEEN_CONTRACT, CODE_ONBEKEND, PERCEEL_ONBEKEND = "geen_contract", "code_onbekend", "perceel_onbekend"
TOEWIJZING_ONGELDIG = "toewijzing_ongeldig"
NIET_GECONTRACTEERD, ANDER_PERCEEL, JEUGDBESCHERMING = "niet_gecontracteerd", "ander_perceel", "jeugdbescherming"
TAAK: Final = "taak"
ONBEOORDEELBAAR = frozenset({GEEN_CONTRACT, CODE_ONBEKEND, PERCEEL_ONBEKEND, TOEWIJZING_ONGELDIG, NIET_MPJ})
# What no rule says of output, so that both sides agree it: a broken month, weeks without a Sunday, a traject without an amount.
GEBROKEN_MAAND, ZONDER_ZONDAG, ZONDER_BEDRAG = "gebroken_maand", "zonder_zondag", "zonder_bedrag"
# How many distinct things are remembered before it begins anew.
_KNOWN = 16_384
Care = tuple[int, str, str, str, str, int]
"""Toewijzingnummer, contract, perceel, prestatiecode, level and month: what is declared once (MPJ06)."""


@frozen(eq=False)
class ContractCell:
    """What the code of a line means in a contract."""

    kaart: Tariefkaart
    perceel: str
    prestatiecode: str
    niveau: str
    """The kwalificatieniveau; empty: a price without level."""
    contracted: tuple[str, ...]
    """The levels that are contracted for this prestatiecode in this month."""
    prijs: Prijs | None
    """The price, None where the contract has none."""
    variant: str = ""
    """How a product of output is bought; empty of care that is counted from registraties and stays."""
    normtijd: Normtijd | None = field(init=False)
    """The normed unit of the price, None without a price."""

    @normtijd.default
    def _normtijd(self) -> Normtijd | None:
        return None if self.prijs is None else self.kaart.protocol.normtijden[self.prijs.normtijd]

    def exact(self, volume: int, eenheid: str) -> int | None:
        """Return what `volume` in wire units costs in eurocents; None in euros, and when it is no whole number of normed units."""
        if self.prijs is None or self.normtijd is None or eenheid in self.kaart.protocol.bedragen:
            return None
        if eenheid in self.normtijd.ongerond:
            return amount(self.prijs.tarief_cent, volume, unrounded=True)
        units, rest = self.units(volume, eenheid) or (0, 1)
        return None if rest else units * self.prijs.tarief_cent

    def per_unit(self, eenheid: str) -> int:
        """Return the wire volume of one normed unit in a unit that its normtijd knows: in euros (83) that is its price."""
        assert self.normtijd is not None and self.prijs is not None
        return self.prijs.tarief_cent if eenheid in self.kaart.protocol.bedragen else self.normtijd.bericht[eenheid]

    def units(self, volume: int, eenheid: str) -> tuple[int, int] | None:
        """Return how many whole normed units `volume` in wire units is, and what is left of it; None for a unit of another kind.

        Hours, which a toewijzing of care per kwartier may be in, are four each.
        """
        normtijd = self.normtijd
        if normtijd is None:
            return None
        if eenheid in normtijd.bericht:
            return divmod(volume, self.per_unit(eenheid))
        telt, weight = counted(self.kaart.protocol, eenheid)
        return divmod(volume * weight, normtijd.minuten) if telt == MINUTEN and normtijd.meet == MINUTEN else None


@define(eq=False)
class Line:
    """One line with its client, its toewijzing and the contract's cell."""

    case: Case
    bsn: str = field(repr=False)
    prestatie: Prestatie
    dekking: Dekking | None
    """The toewijzing with the line's number, of this aanbieder and gemeente, whoever's it is."""
    cell: ContractCell | None
    """What its product code means in the contract."""
    reden: str
    """Why there is no cell."""
    equal_key: tuple[object, ...] | None = None
    """What the fixed rules look at (`Case.line`); None where the line stands alone."""
    passed: bool = False
    """A line with an equal key broke no fixed rule, so those are skipped."""
    broken: set[str] = field(factory=set)
    """The codes of the rules that the line broke so far: one cause is named once."""

    @property
    def maand(self) -> int:
        """The month of the product period."""
        return month_of(self.prestatie.begindatum)

    @property
    def ongeregeld(self) -> str:
        """What of a line of output no rule says, so that both sides agree it; empty where the rules say all."""
        variant, dekking = "" if self.cell is None else self.cell.variant, self.dekking
        if dekking is None:
            return ""
        of, one = dekking.toewijzing, self.prestatie
        if variant == "traject" and assigned_amount(self.case.protocol, of) is None:
            return ZONDER_BEDRAG
        if variant == "periode" and (one.begindatum, one.einddatum) != _month(one.begindatum, one.begindatum):
            return GEBROKEN_MAAND
        no_end = of.einddatum is None
        if variant == "week" and not no_end and not output_weeks(of, of.begindatum, of.einddatum or of.begindatum):
            return ZONDER_ZONDAG
        return ""

    @property
    def care(self) -> Care | None:
        """The care that is declared, whatever category it travels under; None where the contract does not know it."""
        if self.cell is None:
            return None
        cell, contract = self.cell, self.cell.kaart.instellingen.contract
        return self.prestatie.toewijzingnummer, contract, cell.perceel, cell.prestatiecode, cell.niveau, self.maand

    @property
    def exact(self) -> int | None:
        """What the line should cost in eurocents by the cell; None when that cannot be said."""
        return None if self.cell is None else self.cell.exact(self.prestatie.volume, self.prestatie.eenheid)


@frozen
class Found:
    """What a product code may mean for a toewijzing and period: cells, or the reason why there is none."""

    cells: tuple[ContractCell, ...]
    reden: str = ""


@frozen(eq=False)
class Bsns:
    """The BSNs of a message and of what it is held against."""

    known: Container[str]
    """Those of the toewijzingen."""
    others: Container[str]
    """Those that the message alone names."""

    def __contains__(self, bsn: object) -> bool:
        return bsn in self.known or bsn in self.others


class Case:
    """One declaration and what it is held against.

    Of the `opdracht` rules take the receiver's date (`systeemdatum`), the CBS codes that exist (`gemeenten`) and what is known of
    earlier messages (`history`). Raises InputError for the wrong file: a message of whose gemeente and aanbieder there is no
    contract, or no toewijzing while the opdracht does not say that all are given.
    """

    def __init__(self, bericht: Declaratie, overzicht: Overzicht, basis: Basis, opdracht: Toetsopdracht) -> None:
        self.bericht = bericht
        self.overzicht = overzicht
        self.basis = basis
        self.opdracht = opdracht
        self.aanbieder, self.gemeente = bericht.header.afzender, bericht.header.ontvanger
        self.protocol, self.kaarten = basis.protocol, basis.kaarten
        self.history = None if opdracht.history is None else under(opdracht.history, basis.codes(self.gemeente))
        self.bekend = Bekend() if self.history is None else self.history.known(self.aanbieder, self.gemeente)
        self.systeemdatum, self.gemeenten = opdracht.dagtekening, opdracht.gemeenten
        today = basis.now(self.gemeente)
        self._own = own = basis.of(self.aanbieder, today)
        self.dekkingen = own.dekkingen
        self.clienten: Container[str] = basis.clienten.get(today, ())
        self.hidden = {nummer for gemeente, nummer in basis.hidden if gemeente == today}
        self.unread = {(nummer, bsn) for gemeente, nummer, bsn in basis.unread if gemeente in (None, today)}
        self._check_file(today)
        self.credited: set[str] = set()
        self.standing: dict[Care, Prestatie] = {}
        others = {bsn for number in overzicht.bsns if (bsn := f"{number:09d}") not in basis.bsns}
        self.bsns = Bsns(basis.bsns, others)
        self.usage = Usage(self.protocol, self.history, self.aanbieder, self.gemeente, own.begrensd)
        self._found: dict[tuple[object, ...], Found] = {}
        self._passed: dict[tuple[object, ...], tuple[ContractCell | None, str]] = {}
        self._month = lru_cache(_KNOWN)(_month)

    def _check_file(self, today: str) -> None:
        """Raise InputError for a message that nothing was given for: judged, it would be refused in another gemeente's name."""
        verwacht = ""
        if not self._own.kaarten:
            verwacht = f"een contract van {self.aanbieder} met gemeente {self.gemeente}"
        elif not (self.dekkingen or self.hidden or {self.gemeente, today} & set(self.opdracht.toewijzingen_volledig)):
            verwacht = f"een toewijzing van {self.gemeente} voor {self.aanbieder}, of {self.gemeente} bij `toewijzingen_volledig`"
        if verwacht:
            found, text = f"een declaratie van {self.aanbieder} aan gemeente {self.gemeente}", "deze declaratie is niet getoetst"
            raise InputError([Fault("verkeerd_bestand", gevonden=found, verwacht=verwacht, toelichting=text), *self.basis.heard])

    def line(self, bsn: str, one: Prestatie) -> Line:
        """Return a line with its toewijzing, and with the contract's cell or the reason why there is none.

        What a fixed rule looks at (`register.Rule`) is the same for most lines: the terms of the toewijzing, its dates as
        far as they fall inside the month, and code, category, period, unit and tariff of the line. Lines that agree in these share
        their cell, and once one of them kept the fixed rules (`keep`) the others need not be held against those.
        """
        dekking = self.dekkingen.get(one.toewijzingnummer)
        if dekking is None:
            return Line(self, bsn, one, None, None, TOEWIJZING_ONGELDIG if self.hides(bsn, one) else "")
        of = dekking.toewijzing
        first, last = self._month(one.begindatum, one.einddatum)
        equal = (
            self._own.termen[one.toewijzingnummer],
            of.begindatum if of.begindatum >= first else None,
            of.einddatum if of.einddatum is not None and of.einddatum <= last else None,
            one.productcode,
            one.productcategorie,
            one.begindatum,
            one.einddatum,
            one.eenheid,
            one.tarief_cent,
        )
        known = self._passed.get(equal) if of.bsn == bsn else None
        if known is not None:
            return Line(self, bsn, one, dekking, *known, equal, True)
        found = self._cells(dekking, one)
        if any(cell.variant for cell in found.cells) or found.reden == TAAK:
            dekking = self._covered(dekking, one.productcode)
        shared = equal if of.bsn == bsn and len(found.cells) < 2 else None
        return Line(self, bsn, one, dekking, _best(found.cells, one), found.reden, shared)

    def hides(self, bsn: str, one: Prestatie) -> bool:
        """Say whether a faulty row may hold the toewijzing of a line: the gemeente's own fault, not an unknown number."""
        nummer = one.toewijzingnummer
        return nummer in self.hidden or not self.unread.isdisjoint(product((nummer, None), (bsn, None)))

    def keep(self, line: Line) -> None:
        """Remember that a line kept the fixed rules."""
        if line.equal_key is not None and not line.passed:
            if len(self._passed) >= _KNOWN:
                self._passed.clear()
            self._passed[line.equal_key] = (line.cell, line.reden)

    def accept(self, line: Line) -> None:
        """Count a debit line that stands: what it uses of its toewijzing, and the care that it declares."""
        self.usage.add(line.prestatie)
        if (care := line.care) is not None:
            self.standing.setdefault(care, line.prestatie)

    def undone(self, credit: Prestatie) -> bool:
        """Say whether the line that a credit undoes is known, and counts."""
        return self.history is not None and counts(self.history, self.aanbieder, self.gemeente, credit)

    def apart(self, cell: ContractCell) -> bool:
        """Say whether the contract of a cell has the same care under two categories (``categorieen_apart``)."""
        return cell.kaart.instellingen.contract in self.basis.apart

    def valid(self, begin: date, end: date) -> tuple[Tariefkaart, ...]:
        """Return the contracts of this aanbieder and gemeente that touch the inclusive period."""
        return tuple(
            kaart for kaart in self._own.kaarten if kaart.instellingen.begindatum <= end and begin <= kaart.instellingen.einddatum
        )

    def may_be(self, productcode: str, dekking: Dekking) -> bool:
        """Say whether a code that no contract in force knows may still be of what a toewijzing covers.

        By another contract of these parties, or where none has a table of its own by the default scheme.
        """
        if self._known(productcode):
            return True
        found = None if any(kaart.eigen_codes for kaart in self._own.kaarten) else decode(self.protocol, productcode)
        return found is not None and dekking.covers(found.prestatiecode)

    @property
    def sells_output(self) -> bool:
        """Whether a contract of these parties buys output."""
        return any(kaart.verkocht for kaart in self._own.kaarten)

    def _covered(self, dekking: Dekking, productcode: str) -> Dekking:
        """Return a toewijzing as it covers a product of output; one that does not cover it as it is."""
        found = covering(dekking, productcode, self.kaarten.verkocht(self.aanbieder, productcode))
        return found if found.covers(productcode) else dekking

    def _cells(self, dekking: Dekking, one: Prestatie) -> Found:
        key = (self._own.termen[one.toewijzingnummer], one.productcode, one.begindatum, one.einddatum)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _KNOWN:
                self._found.clear()
            found = self._found[key] = self._find(dekking, one.productcode, one.begindatum, max(one.begindatum, one.einddatum))
        return found

    def _find(self, dekking: Dekking, productcode: str, begin: date, end: date) -> Found:
        kaarten = self.valid(begin, end)
        if not kaarten:
            return Found((), GEEN_CONTRACT)
        sold = [(kaart, row) for kaart in kaarten if (row := kaart.sold(productcode, month_of(begin))) is not None]
        if sold:
            priced = tuple(_output(kaart, row) for kaart, row in sold if row.variant != TAAK)
            return Found(priced, "" if priced else TAAK)
        if any(productcode in kaart.verkocht for kaart in kaarten):
            return Found((), NIET_GECONTRACTEERD)
        if dekking.soort == NIET_MPJ and dekking.toewijzing.productcode == productcode:
            return Found((), NIET_MPJ)
        decoded = [(kaart, own) for kaart in kaarten if (own := kaart.decode(productcode)) is not None]
        if not decoded:
            return Found((), self._undecoded(kaarten, productcode))
        cells: dict[tuple[str, str], ContractCell] = {}
        reasons: set[str] = set()
        for day in _days(kaarten, begin, end):
            for kaart, own in decoded:
                place = self.kaarten.place(dekking.toewijzing, own.prestatiecode, day)
                if isinstance(place, str):
                    reasons.add(place)
                elif place.kaart is kaart:
                    if own.perceel and own.perceel != place.perceel:
                        reasons.add(ANDER_PERCEEL)
                    else:
                        cells[kaart.instellingen.contract, place.perceel] = _cell(place, own, month_of(begin))
        if cells:
            return Found(tuple(cells.values()))
        order = (PERCEEL_ONBEKEND, ANDER_PERCEEL)
        return Found((), next((reden for reden in order if reden in reasons), NIET_GECONTRACTEERD))

    def _undecoded(self, kaarten: Sequence[Tariefkaart], productcode: str) -> str:
        """Tell youth protection that the contract does not allow from a code that is none of this contract's."""
        found = decode(self.protocol, productcode)
        if found is None or any(kaart.eigen_codes for kaart in kaarten):
            return NIET_GECONTRACTEERD if any(productcode in kaart.verkocht for kaart in self._own.kaarten) else CODE_ONBEKEND
        prestatie = self.protocol.prestatiecodes[found.prestatiecode]
        guarded = all(kaart.instellingen.contract in self.basis.guarded for kaart in kaarten)
        if prestatie.hulpvorm.jeugdbescherming and found.productcategorie in prestatie.categorieen and guarded:
            return JEUGDBESCHERMING
        return NIET_GECONTRACTEERD if self._known(productcode) else CODE_ONBEKEND

    def _known(self, productcode: str) -> bool:
        """Say whether any contract of these parties has a code."""
        return any(productcode in kaart.verkocht or kaart.decode(productcode) for kaart in self._own.kaarten)


def _month(begin: date, end: date) -> tuple[date, date]:
    """Return the first day of the month that a period begins in, and the last of the one that it ends in."""
    return first_day(month_of(begin)), last_day(month_of(end))


def _days(kaarten: Sequence[Tariefkaart], begin: date, end: date) -> list[date]:
    """Return the first day of every stretch of the period in which the same contracts are valid."""
    starts = {begin}
    for kaart in kaarten:
        if kaart.instellingen.begindatum > begin:
            starts.add(kaart.instellingen.begindatum)
        if kaart.instellingen.einddatum < end:
            starts.add(kaart.instellingen.einddatum + timedelta(days=1))
    return sorted(starts)


def _cell(place: Plaats, own: Productcode, month: int) -> ContractCell:
    kaart, perceel, niveau = place.kaart, place.perceel, own.kwalificatieniveau
    contracted = kaart.niveaus(perceel, own.prestatiecode, month)
    prijs = kaart.prijs(perceel, own.prestatiecode, NIVEAU if niveau else ZONDER, niveau, month)
    billed = prijs if prijs is not None and prijs.gedeclareerd == niveau else None
    return ContractCell(kaart, perceel, own.prestatiecode, niveau, contracted, billed)


def _output(kaart: Tariefkaart, row: Outputprijs) -> ContractCell:
    """Return a product of output as a cell of the contract: without perceel and level, its code in the place of a prestatiecode."""
    prijs = Prijs("", row.productcode, ZONDER, "", row.maand, "", row.normtijd, 0, row.eenheid, row.tarief_cent)
    return ContractCell(kaart, "", row.productcode, "", (), prijs, row.variant)


def _best(cells: Sequence[ContractCell], one: Prestatie) -> ContractCell | None:
    """Return the cell that a line fits; where contract or perceel changes within the month, several are possible."""
    if len(cells) < 2:
        return cells[0] if cells else None
    exact = (cell for cell in cells if cell.exact(one.volume, one.eenheid) == one.bedrag_cent)
    priced = (cell for cell in cells if cell.prijs is not None)
    return next(exact, None) or next(priced, None) or cells[0]
