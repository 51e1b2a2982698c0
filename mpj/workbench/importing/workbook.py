"""A published matrix in XLSX, read into cells: a sheet per perceel, prestatiecodes down, levels across.

Shows what it understood, and refuses what is ambiguous: a word it does not know, a price that is no number, formulas without a
value, merged or hidden cells in the matrix, a sheet that could be two percelen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from mpj.contract import Perceel
from mpj.contract.matrix import price_text
from mpj.contract.rows import UITGESLOTEN
from mpj.protocol import Protocol
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, parse_date, parse_euros
from mpj.reading.register import Foutcode
from mpj.workbench.importing.headers import (
    BEGIN,
    CODE,
    EIND,
    GENEGEERD,
    NIVEAU,
    UITGESLOTEN_WOORDEN,
    UURPRIJS,
    ZONDER,
    Kolomkop,
    plain,
    read_header,
)
from mpj.workbench.importing.opening import open_books

_SEARCH_ROWS = 30
_HIGHEST = 1_000_000
_LEADING_CODE = re.compile(r"([0-9]{1,2}\.[0-9])(?:\s|$|[-–:])")
_ERROR = re.compile(r"#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!)")


@frozen
class Begrepen:
    """What was understood of one sheet; `kolommen` names each column and its meaning, `reden` why a sheet was skipped."""

    blad: str
    perceel: str
    kopregel: int
    kolommen: tuple[tuple[str, str], ...]
    rijen: int
    cellen: int
    reden: str = ""


@frozen
class Ingelezen:
    """The rows for ``tarieven.csv``, as text by column, and what was understood of each sheet."""

    rijen: tuple[Mapping[str, str], ...]
    bladen: tuple[Begrepen, ...]


def read_matrix(path: Path, percelen: tuple[Perceel, ...], protocol: Protocol, begindatum: date) -> Ingelezen:
    """Read the workbook at `path` (docs/tariffs.md, inlezen).

    `percelen` are the contract's; `begindatum` holds where a row names none. Raises InputError with every fault of the file:
    sheet and row, column, what was found and what was expected; also when the file is no XLSX, or openpyxl is missing.
    """
    values, formulas = open_books(path)
    faults: list[Fault] = []
    rows: list[Mapping[str, str]] = []
    understood: list[Begrepen] = []
    taken: dict[str, str] = {}
    for sheet in values.worksheets:
        reader = _Sheet(path.name, sheet, formulas[sheet.title], protocol, begindatum, faults)
        header = reader.find_header()
        if header is None:
            understood.append(Begrepen(sheet.title, "", 0, (), 0, 0, "geen kopregel met prestatiecode en niveaus"))
            continue
        perceel = reader.find_perceel(percelen, sum(1 for _ in values.worksheets))
        if perceel is None:
            continue
        if perceel in taken:
            reader.refuse(
                "perceel_dubbel",
                0,
                "",
                sheet.title,
                "één blad per perceel",
                f"perceel {perceel} staat ook op blad {taken[perceel]}",
            )
        taken[perceel] = sheet.title
        own = list(reader.rows(header, perceel))
        rows += own
        understood.append(Begrepen(sheet.title, perceel, header.rij, header.meaning(), len({row["rij"] for row in own}), len(own)))
    if not rows and not faults:
        faults.append(
            Fault(
                "matrix_leeg", path.name, toelichting="geen enkele prijs gevonden", verwacht="een blad per perceel met een kopregel"
            )
        )
    if faults:
        raise InputError(faults)
    return Ingelezen(tuple({name: text for name, text in row.items() if name != "rij"} for row in rows), tuple(understood))


@define
class _Header:
    rij: int
    kolommen: dict[int, Kolomkop]
    namen: dict[int, str]

    def column(self, soort: str) -> int | None:
        return next((place for place, kop in self.kolommen.items() if kop.soort == soort), None)

    def prices(self) -> Iterator[tuple[int, str]]:
        for place, kop in self.kolommen.items():
            if kop.soort in (ZONDER, NIVEAU):
                yield place, kop.niveau

    def meaning(self) -> tuple[tuple[str, str], ...]:
        return tuple((self.namen[place], f"{kop.soort} {kop.niveau}".strip()) for place, kop in self.kolommen.items())


@define
class _Sheet:
    """Reads one sheet; every fault goes to `faults`."""

    bestand: str
    values: Any
    formulas: Any
    protocol: Protocol
    begindatum: date
    faults: list[Fault] = field(repr=False)
    _refused: set[tuple[int, int]] = field(init=False, factory=set)
    """Cells (row, column) without a usable value: each is reported once, however often it is looked at."""

    def refuse(self, code: Foutcode, rij: int, kolom: str, gevonden: object, verwacht: str, toelichting: str) -> None:
        shown = mask(str(gevonden)) if gevonden not in (None, "") else ""
        self.faults.append(Fault(code, f"{self.bestand}, blad {mask(self.values.title)}", rij, kolom, shown, verwacht, toelichting))

    def find_header(self) -> _Header | None:
        """Return the first row that names a prestatiecode column and a price column."""
        for number, cells in enumerate(self.values.iter_rows(max_row=_SEARCH_ROWS), 1):
            words = {cell.column: cell.value for cell in cells if isinstance(cell.value, str) and cell.value.strip()}
            found = {place: read_header(text, self.protocol) for place, text in words.items()}
            kinds = [kop.soort for kop in found.values() if kop is not None]
            if CODE in kinds and (NIVEAU in kinds or ZONDER in kinds or UURPRIJS in kinds):
                return self._header(number, words, found)
        return None

    def _header(self, number: int, words: Mapping[int, str], found: Mapping[int, Kolomkop | None]) -> _Header:
        known: dict[int, Kolomkop] = {}
        for place, kop in found.items():
            if refusal := self._refusal(kop, known.values()):
                code, *texts = refusal
                self.refuse(code, number, self._letter(place), words[place], *texts)
            elif kop is not None:
                known[place] = kop
        if not any(kop.soort in (NIVEAU, ZONDER) for kop in known.values()) and not self.faults:
            self.refuse(
                "alleen_uurprijs",
                number,
                "",
                "",
                "prijzen per kwartier",
                "alleen uurprijzen; een kwartierprijs is niet eenduidig af te leiden",
            )
        return _Header(number, known, {place: str(text) for place, text in words.items()})

    def _refusal(self, kop: Kolomkop | None, known: Iterable[Kolomkop]) -> tuple[Foutcode, str, str] | None:
        """Return the fault of a header beside those before it: its code, what was expected, what is wrong."""
        if kop is None:
            return "kop_onbekend", "een niveau, of een bekend woord", "onbekend kopwoord"
        if kop.soort == NIVEAU and kop.niveau not in self.protocol.niveaus:
            return "niveau_uit", ", ".join(self.protocol.niveaus), "dit niveau staat uit"
        if kop in known and kop.soort != GENEGEERD:
            return "kop_dubbel", "elke kolom één keer", "twee kolommen met dezelfde betekenis"
        return None

    def find_perceel(self, percelen: tuple[Perceel, ...], sheets: int) -> str | None:
        """Return the perceel that the sheet's name stands for; the only one of a contract needs no name."""
        name = plain(self.values.title)
        if self.values.sheet_state != "visible":
            self.refuse("blad_verborgen", 0, "", "", "alleen zichtbare bladen", "het blad is verborgen maar bevat een matrix")
            return None
        found = [
            perceel.code
            for perceel in percelen
            if name in (plain(perceel.code), f"perceel {plain(perceel.code)}", plain(perceel.naam))
        ]
        if len(found) == 1:
            return found[0]
        if len(percelen) == 1 and sheets == 1:
            return percelen[0].code
        names = ", ".join(f"{perceel.code} ({perceel.naam})" if perceel.naam else perceel.code for perceel in percelen)
        self.refuse("perceel_onbekend", 0, "", self.values.title, names, "het blad heet niet naar één perceel van het contract")
        return None

    def rows(self, header: _Header, perceel: str) -> Iterator[Mapping[str, str]]:
        """Return the cells of the matrix as rows for tarieven.csv, with the sheet's row beside them."""
        code_column = header.column(CODE)
        assert code_column is not None
        merged = {(row, column) for area in self.values.merged_cells.ranges for row, column in _area(area)}
        empty = 0
        for number in range(header.rij + 1, self.values.max_row + 1):
            used = [place for place in header.kolommen if self._value(number, place) is not None]
            if not used:
                empty += 1
                continue
            if any((number, place) in merged for place in header.kolommen):
                self.refuse("cel_samengevoegd", number, "", "", "losse cellen", "samengevoegde cellen zijn niet eenduidig")
                continue
            if self.values.row_dimensions[number].hidden:
                self.refuse("rij_verborgen", number, "", "", "alleen zichtbare rijen", "de rij is verborgen")
                continue
            code = self._code(number, code_column)
            if code is None:
                continue
            begin, end = self._date(number, header.column(BEGIN)), self._date(number, header.column(EIND))
            for place, niveau in header.prices():
                text = self._price(number, place)
                if text:
                    self._check_hour(number, header, niveau, text)
                    yield {
                        "perceel": perceel,
                        "prestatiecode": code,
                        "kwalificatieniveau": niveau,
                        "begindatum": begin or self.begindatum.isoformat(),
                        "einddatum": end,
                        "tarief": text,
                        "rij": str(number),
                    }

    def _value(self, row: int, column: int) -> Any:
        """Return the value of a cell; a formula that was never computed is a fault, an error value too."""
        value = self.values.cell(row, column).value
        if (row, column) in self._refused:
            return None
        where = row, self._letter(column)
        if value is None and self.formulas.cell(row, column).data_type == "f":
            self._refused.add((row, column))
            text = "open en bewaar het bestand eerst in Excel"
            self.refuse("formule_zonder_waarde", *where, "formule", "een opgeslagen waarde", text)
            return None
        if isinstance(value, str):
            if _ERROR.fullmatch(value.strip()):
                self._refused.add((row, column))
                self.refuse("foutwaarde", *where, value, "een waarde", "de cel bevat een fout uit het rekenblad")
                return None
            return value.strip() or None
        return value

    def _code(self, row: int, column: int) -> str | None:
        value = self._value(row, column)
        if (row, column) in self._refused:
            return None
        text = value if isinstance(value, str) else "" if value is None else str(value)
        codes = self.protocol.prestatiecodes
        if match := _LEADING_CODE.match(text + " "):
            text = match[1]
        else:
            named = [code for code, known in codes.items() if plain(known.naam) == plain(text)]
            text = named[0] if len(named) == 1 else text
        if text in codes and not isinstance(value, datetime | date):
            return text
        hint = (
            "Excel maakte er een datum van; zet de kolom op Tekst" if isinstance(value, datetime | date) else "geen prestatiecode"
        )
        self.refuse("prestatiecode_onbekend", row, self._letter(column), value, "een prestatiecode als 2.1", hint)
        return None

    def _date(self, row: int, column: int | None) -> str:
        value = self._value(row, column) if column is not None else None
        if value is None:
            return ""
        if isinstance(value, datetime):
            return value.date().isoformat()
        try:
            return parse_date(str(value)).isoformat()
        except FieldError as error:
            self.refuse("datum_onjuist", row, self._letter(column or 1), value, error.verwacht, "geen datum")
            return ""

    def _price(self, row: int, column: int) -> str:
        """Return a price as text for tarieven.csv, empty where the cell is empty or faulty."""
        value = self._value(row, column)
        if value is None:
            return ""
        if isinstance(value, str):
            if plain(value) in UITGESLOTEN_WOORDEN:
                return UITGESLOTEN
            text = re.sub(r"^(?:€|eur)\s*", "", value.replace("\xa0", " ").casefold()).strip()
            try:
                return price_text(parse_euros(text))
            except FieldError:
                self.refuse("tarief_onjuist", row, self._letter(column), value, "euro's als 24,55, of uitgesloten", "geen tarief")
                return ""
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _HIGHEST:
            self.refuse("tarief_onjuist", row, self._letter(column), value, "euro's als 24,55, of uitgesloten", "geen tarief")
            return ""
        cents = Decimal(repr(value)) * 100
        whole = cents.quantize(Decimal(1))
        if abs(cents - whole) > Decimal("0.0001") or whole <= 0:
            text = "een prijs heeft hoogstens 2 decimalen en is boven 0,00; afronden is aan u"
            self.refuse("tarief_onjuist", row, self._letter(column), value, "hoogstens 2 decimalen", text)
            return ""
        return price_text(int(whole))

    def _check_hour(self, row: int, header: _Header, niveau: str, text: str) -> None:
        """Refuse an hour price beside a quarter price that is not four times it."""
        column = next((place for place, kop in header.kolommen.items() if kop == Kolomkop(UURPRIJS, niveau)), None)
        if column is None or text == UITGESLOTEN:
            return
        hour = self._price(row, column)
        if hour and parse_euros(hour) != 4 * parse_euros(text):
            expected = price_text(4 * parse_euros(text))
            self.refuse(
                "uurprijs_past_niet", row, self._letter(column), hour, expected, "de uurprijs is niet vier keer de kwartierprijs"
            )

    def _letter(self, column: int) -> str:
        return f"kolom {self.values.cell(1, column).coordinate.rstrip('1')}"


def _area(area: Any) -> Iterator[tuple[int, int]]:
    for row in range(area.min_row, area.max_row + 1):
        for column in range(area.min_col, area.max_col + 1):
            yield row, column
