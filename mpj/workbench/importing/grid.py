"""A sheet of a workbook as a grid of values: what stands in a cell, what is merged, and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from attrs import define, field, frozen

from mpj.reading.faults import Fault, mask
from mpj.reading.register import Foutcode

_ERROR = re.compile(r"#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!)")


@frozen
class Gebied:
    """A merged area, its rows and columns inclusive."""

    boven: int
    links: int
    onder: int
    rechts: int

    def __contains__(self, place: tuple[int, int]) -> bool:
        row, column = place
        return self.boven <= row <= self.onder and self.links <= column <= self.rechts


@define
class Rekenblad:
    """One sheet; every fault goes to `faults`."""

    bestand: str
    values: Any
    formulas: Any
    faults: list[Fault] = field(repr=False)
    _areas: tuple[Gebied, ...] = field(init=False)
    _refused: set[tuple[int, int]] = field(init=False, factory=set)
    """Cells (row, column) without a usable value: each is reported once, however often it is looked at."""

    @_areas.default
    def _merged(self) -> tuple[Gebied, ...]:
        areas = self.values.merged_cells.ranges
        return tuple(Gebied(area.min_row, area.min_col, area.max_row, area.max_col) for area in areas)

    @property
    def naam(self) -> str:
        """Its name."""
        return str(self.values.title)

    @property
    def hidden(self) -> bool:
        """Whether it is hidden."""
        return bool(self.values.sheet_state != "visible")

    @property
    def last_row(self) -> int:
        """Its last row."""
        return int(self.values.max_row)

    @property
    def last_column(self) -> int:
        """Its last column."""
        return int(self.values.max_column)

    def place(self) -> str:
        """Return the sheet as faults name it."""
        return f"{self.bestand}, blad {mask(self.naam)}"

    def refuse(self, code: Foutcode, rij: int, kolom: int, gevonden: object, verwacht: str, toelichting: str) -> None:
        """Report a fault; row and column 0 are none."""
        shown = mask(str(gevonden)) if gevonden not in (None, "") else ""
        letter = column_letter(kolom) if kolom else ""
        self.faults.append(Fault(code, self.place(), rij, letter, shown, verwacht, toelichting))

    def raw(self, row: int, column: int) -> Any:
        """Return what stands in a cell, without a judgment; blanks are None."""
        value = self.values.cell(row, column).value
        return (value.strip() or None) if isinstance(value, str) else value

    def usable(self, row: int, column: int) -> bool:
        """Say whether a cell has a usable value, or none; reports it the first time where it has not."""
        value = self.raw(row, column)
        if (row, column) in self._refused:
            return False
        if value is None and self.formulas.cell(row, column).data_type == "f":
            text = "open en bewaar het bestand eerst in Excel"
            self.refuse("formule_zonder_waarde", row, column, "formule", "een opgeslagen waarde", text)
        elif isinstance(value, str) and _ERROR.fullmatch(value):
            self.refuse("foutwaarde", row, column, value, "een waarde", "de cel bevat een fout uit het rekenblad")
        else:
            return True
        self._refused.add((row, column))
        return False

    def filled(self, row: int) -> dict[int, Any]:
        """Return what stands in a row, by column; a formula without a value counts as filled."""
        found = {place: self.raw(row, place) for place in range(1, self.last_column + 1)}
        formula = {place for place in found if self.formulas.cell(row, place).data_type == "f"}
        return {place: value for place, value in found.items() if value is not None or place in formula}

    def area(self, row: int, column: int) -> Gebied | None:
        """Return the merged area that a cell is in."""
        return next((area for area in self._areas if (row, column) in area), None)

    def carried(self, row: int, column: int) -> tuple[int, int]:
        """Return the cell that a cell takes its value from: the first of its merged area, or itself."""
        area = self.area(row, column)
        return (area.boven, area.links) if area else (row, column)

    def row_hidden(self, row: int) -> bool:
        """Say whether a row is hidden."""
        return bool(self.values.row_dimensions[row].hidden)

    def column_hidden(self, column: int) -> bool:
        """Say whether a column is hidden; neighbours that are may share one setting."""
        return any(
            found.hidden and found.min <= column <= found.max
            for found in self.values.column_dimensions.values()
            if found.min is not None
        )

    def texts(self, first: int, last: int) -> Iterator[tuple[int, str]]:
        """Return the rows that hold text alone, each as one sentence."""
        for row in range(first, last + 1):
            found = [str(value) for value in self.filled(row).values() if value is not None]
            if found:
                yield row, " ".join(found)


def column_letter(column: int) -> str:
    """Return a column as people call it."""
    return f"kolom {import_module('openpyxl.utils').get_column_letter(column)}"
