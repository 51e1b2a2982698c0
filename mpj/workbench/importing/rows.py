"""The rows of a table, read into prices as they stand: for what, per which unit, from when. Each field is judged by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import define, evolve, field, frozen

from mpj.contract import Perceel
from mpj.contract.matrix import DAY
from mpj.protocol import Protocol
from mpj.reading.fields import FieldError
from mpj.workbench.importing.grid import Rekenblad
from mpj.workbench.importing.headers import (
    BEGIN,
    CODE,
    EENHEID,
    EIND,
    NAAM,
    NIVEAUKOLOM,
    PERCEEL,
    Kolomkop,
    nearest,
    plain,
    read_level,
)
from mpj.workbench.importing.layout import Tabel
from mpj.workbench.importing.percelen import named
from mpj.workbench.importing.units import Eenheidswoorden, joined
from mpj.workbench.importing.values import DoubtError, check_name, day, is_empty, looks_like_code, prestatiecode, price


@frozen
class Bladprijs:
    """One price as a sheet has it, before it is known what the contract prices it per."""

    blad: Rekenblad = field(eq=False, repr=False)
    rij: int
    kolom: int
    perceel: str
    prestatiecode: str
    niveau: str
    """The level; empty: the price without level."""
    begindatum: date
    einddatum: date | None
    """The last day; None: as long as the contract runs."""
    cent: int | None
    """Eurocents per unit; None: uitgesloten."""
    eenheden: frozenset[str]
    """The units that the head, the row or the sheet says it is per; empty: none of them does."""
    vast: bool = False
    """Whether head or row says so: then one of several units is the contract's own where it is among them."""
    goed: bool = True
    """Whether price and dates could be read."""


@define
class Opbrengst:
    """What a sheet gave: prices, and what was left out."""

    prijzen: list[Bladprijs] = field(factory=list)
    notities: list[tuple[int, str]] = field(factory=list)
    """Rows of text without a price, by row."""
    zonder_prijs: list[tuple[int, str]] = field(factory=list)
    """Rows with a code and no price."""


@frozen
class Kader:
    """What holds for all rows of a workbook."""

    percelen: tuple[Perceel, ...]
    protocol: Protocol
    begindatum: date
    """From when prices hold whose row and head name no date."""
    looptijd: tuple[date, date] = (date.min, date.max)
    """The first and the last day of the contract; a year in a head is meant as far as the contract runs."""


@define
class Rijlezer:
    """Reads the rows of the tables of one sheet; every fault goes to the sheet."""

    blad: Rekenblad
    kader: Kader
    blad_perceel: str
    """The perceel that the sheet's name, or the contract's only one, stands for; empty: none."""
    opbrengst: Opbrengst = field(factory=Opbrengst)
    _onder: str = field(init=False, default="")
    """The perceel that the last line of text above named."""
    _told: bool = field(init=False, default=False)
    """Whether it was said that the sheet names no perceel."""

    def title(self, rij: int, text: str) -> None:
        """Take a line of text above or between rows: it may name the perceel of what follows."""
        self.opbrengst.notities.append((rij, text))
        found = named(text, self.kader.percelen)
        if len(found) == 1:
            self._onder = next(iter(found))
            if self.blad_perceel and self._onder != self.blad_perceel:
                text = f"het blad is van perceel {self.blad_perceel}"
                self.blad.refuse("perceel_onbekend", rij, 0, self._onder, f"perceel {self.blad_perceel}", text)

    def read(self, tabel: Tabel) -> None:
        """Read every row of a table."""
        for rij in range(tabel.begin, tabel.einde + 1):
            filled = self.blad.filled(rij)
            if not filled:
                continue
            if self._is_note(tabel, rij, filled):
                self.title(rij, " ".join(str(value) for value in filled.values()))
                continue
            self._row(tabel, rij, filled)

    def _is_note(self, tabel: Tabel, rij: int, filled: Mapping[int, Any]) -> bool:
        """Say whether a row is text alone: no price, and nothing that begins as a prestatiecode where one belongs."""
        prices = any(place in filled and not is_empty(filled[place]) for place, _ in tabel.prices())
        formula = any(place in filled and filled[place] is None for place, _ in tabel.prices())
        return not prices and not formula and not looks_like_code(filled.get(tabel.column(CODE)))

    def _row(self, tabel: Tabel, rij: int, filled: Mapping[int, Any]) -> None:
        self._check_shape(tabel, rij, filled)
        code, perceel = self._code(tabel, rij), self._perceel(tabel, rij)
        begin, end, dated = self._dates(tabel, rij)
        units = self._units(tabel, rij)
        niveau = self._niveau(tabel, rij)
        prices = [
            (place, kop)
            for place, kop in tabel.prices()
            if not is_empty(self.blad.raw(rij, place)) or not self.blad.usable(rij, place)
        ]
        for place, kop in prices:
            cent, readable = self._price(rij, place)
            if code is None or not perceel or niveau is None:
                continue
            item = Bladprijs(self.blad, rij, place, perceel, code, niveau or kop.niveau, begin, end, cent, units or frozenset())
            item = evolve(item, vast=bool(units), goed=readable and dated and units is not None)
            self.opbrengst.prijzen.append(self._headed(item, kop, tabel))
        if not prices and code is not None:
            self.opbrengst.zonder_prijs.append((rij, code))

    def _headed(self, item: Bladprijs, kop: Kolomkop, tabel: Tabel) -> Bladprijs:
        """Return a price with what the head of its column says: its unit, and from when until when."""
        alike = [other for _, other in tabel.prices() if other.niveau == kop.niveau]
        if kop.eenheid:
            alone = sum(other.begindatum == kop.begindatum for other in alike) == 1
            if alone and item.eenheden and kop.eenheid not in item.eenheden:
                found = joined(Eenheidswoorden.of(self.kader.protocol), item.eenheden)
                text = "de kop van de kolom noemt een andere eenheid dan de rij"
                self.blad.refuse("eenheid_past_niet", item.rij, item.kolom, found, f"per {kop.eenheid}", text)
                item = evolve(item, goed=False)
            item = evolve(item, eenheden=frozenset((kop.eenheid,)), vast=True)
        if kop.begindatum is not None:
            later = [other.begindatum for other in alike if other.begindatum and other.begindatum > kop.begindatum]
            begin, end = kop.begindatum, kop.einddatum or (min(later) - DAY if later else None)
            first, last = self.kader.looptijd
            if kop.einddatum is not None and begin <= last and kop.einddatum >= first:
                begin, end = max(begin, first), min(kop.einddatum, last)
            item = evolve(item, begindatum=begin, einddatum=end)
        return item

    def _check_shape(self, tabel: Tabel, rij: int, filled: Mapping[int, Any]) -> None:
        """Report a row that is hidden, prices in merged cells, and amounts in a column without a head."""
        if self.blad.row_hidden(rij):
            self.blad.refuse("rij_verborgen", rij, 0, "", "alleen zichtbare rijen", "de rij is verborgen")
        merged = [place for place, _ in tabel.prices() if self.blad.area(rij, place) is not None]
        if merged:
            self.blad.refuse("cel_samengevoegd", rij, merged[0], "", "losse cellen", "samengevoegde cellen zijn niet eenduidig")
        for place, value in filled.items():
            if place in tabel.kolommen or is_empty(value):
                continue
            if not isinstance(value, str) or "€" in value:
                self.blad.refuse("kop_onbekend", rij, place, value, "een kop boven elke kolom", "een getal in een kolom zonder kop")
            else:
                self.opbrengst.notities.append((rij, value))

    def _field(self, tabel: Tabel, rij: int, soort: str) -> tuple[int, int, Any] | None:
        """Return the cell of a column of a kind and its value; one merged over rows counts for each. None without such a column."""
        place = tabel.column(soort)
        if not place:
            return None
        row, column = self.blad.carried(rij, place)
        if row < tabel.begin:
            row, column = rij, place
        return row, column, self.blad.raw(row, column)

    def _code(self, tabel: Tabel, rij: int) -> str | None:
        found = self._field(tabel, rij, CODE)
        assert found is not None, "a table has a column of prestatiecodes"
        row, column, value = found
        if not self.blad.usable(row, column):
            return None
        try:
            code = prestatiecode(value, self.kader.protocol)
        except DoubtError as doubt:
            self.blad.refuse("prestatiecode_onbekend", rij, column, value, doubt.verwacht, doubt.reden)
            return None
        name = self._field(tabel, rij, NAAM)
        if name is not None:
            try:
                check_name(code, name[2], self.kader.protocol)
            except DoubtError as doubt:
                self.blad.refuse("prestatiecode_onbekend", rij, name[1], name[2], doubt.verwacht, doubt.reden)
                return None
        return code

    def _perceel(self, tabel: Tabel, rij: int) -> str:
        """Return the perceel of a row: its column's, that of the line above, or the sheet's; one that says another is a fault."""
        field_ = self._field(tabel, rij, PERCEEL)
        own = self._onder or self.blad_perceel
        expected = ", ".join(
            f"{perceel.code} ({perceel.naam})" if perceel.naam else perceel.code for perceel in self.kader.percelen
        )
        if field_ is None or field_[2] is None:
            if not own and not self._told:
                self._told = True
                text = "blad, rij en regels erboven noemen niet één perceel van het contract"
                self.blad.refuse("perceel_onbekend", 0, 0, self.blad.naam, expected, text)
            return own
        found = named(field_[2], self.kader.percelen, in_field=True)
        if len(found) != 1 or (own and own not in found):
            text = f"de rij staat onder perceel {own}" if len(found) == 1 else "het perceel staat niet in contract.toml"
            self.blad.refuse("perceel_onbekend", rij, field_[1], field_[2], expected, text)
            return ""
        return next(iter(found))

    def _niveau(self, tabel: Tabel, rij: int) -> str | None:
        """Return the level that a column of levels names, empty without such a column; None where it is not known."""
        found = self._field(tabel, rij, NIVEAUKOLOM)
        if found is None or found[2] is None:
            return ""
        protocol = self.kader.protocol
        niveau = read_level(found[2], protocol)
        if niveau is None or (niveau and niveau not in protocol.niveaus):
            near = nearest(found[2], protocol)
            expected = ", ".join(protocol.niveaus) + (f"; het meest lijkt: {near}" if near in protocol.niveaus else "")
            self.blad.refuse("niveau_onbekend", rij, found[1], found[2], expected, "onbekend kwalificatieniveau")
            return None
        return niveau

    def _units(self, tabel: Tabel, rij: int) -> frozenset[str] | None:
        """Return the units that a row names, empty where it names none; None where it has another word."""
        found = self._field(tabel, rij, EENHEID)
        if found is None or is_empty(found[2]):
            return frozenset()
        words = Eenheidswoorden.of(self.kader.protocol)
        units = words.in_field(plain(found[2]))
        if units is None:
            known = ", ".join(dict.fromkeys(words.woord(unit) for unit in words.namen.values()))
            self.blad.refuse("eenheid_onbekend", rij, found[1], found[2], known, "onbekende eenheid")
        return units

    def _dates(self, tabel: Tabel, rij: int) -> tuple[date, date | None, bool]:
        """Return from when until when a row holds, and whether both could be read."""
        found: list[date | None] = []
        goed = True
        for soort in (BEGIN, EIND):
            cell = self._field(tabel, rij, soort)
            value: date | None = None
            if cell is not None:
                try:
                    value = day(cell[2]) if self.blad.usable(cell[0], cell[1]) else None
                except FieldError as error:
                    goed = False
                    self.blad.refuse("datum_onjuist", rij, cell[1], cell[2], error.verwacht, "geen datum")
            found.append(value)
        return found[0] or self.kader.begindatum, found[1], goed

    def _price(self, rij: int, kolom: int) -> tuple[int | None, bool]:
        """Return the price in a cell, and whether there is one that could be read."""
        if not self.blad.usable(rij, kolom):
            return None, False
        value = self.blad.raw(rij, kolom)
        try:
            return price(value), True
        except DoubtError as doubt:
            self.blad.refuse("tarief_onjuist", rij, kolom, value, doubt.verwacht, doubt.reden)
            return None, False
