"""Reports as workbooks: a sheet per table, with euros, dates and percents as such, to filter, to add up and to print.

Texts are written as texts, whatever they begin with. Equal reports give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from attrs import field, frozen

from mpj.presentation.report import Cell, Column, Form, Report, Table, Value
from mpj.reading.faults import Fault, InputError
from mpj.reading.guard import guarded

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - any fixed moment: a workbook with the hour of writing never has equal bytes
_EURO = "[$€-413] "
_FORMATS: dict[Form, tuple[str, str]] = {
    "cent": (f"{_EURO}#,##0.00;{_EURO}-#,##0.00", f"{_EURO}+#,##0.00;{_EURO}-#,##0.00;{_EURO}0.00"),
    "percent": ("0.00%", "+0.00%;-0.00%;0.00%"),
    "count": ("#,##0", "+#,##0;-#,##0;0"),
    "units": ("#,##0.00", "+#,##0.00;-#,##0.00;0.00"),
    "date": ("dd-mm-yyyy", "dd-mm-yyyy"),
    "text": ("General", "General"),
    "code": ("@", "@"),
}
"""How Excel shows a form, and how it does so with a sign."""
_WIDEST = 60


def write(path: Path, report: Report) -> None:
    """Write a report to `path`: its facts on the first sheet, where it has any, then a sheet per table or figure.

    Raises InputError when XlsxWriter is missing, and for what does not fit on a sheet.
    """
    try:
        module = import_module("xlsxwriter")
    except ImportError:
        text = "voor XLSX is XlsxWriter nodig"
        raise InputError(Fault("xlsx_niet_mogelijk", toelichting=text, verwacht="pip install 'mpj[xlsx]'")) from None
    tables = list(report.tables)
    if report.facts:
        tables.insert(0, Table("Overzicht", (Column(report.title), Column("")), report.facts))
    book = module.Workbook(path)
    book.set_properties({"title": report.title, "created": _CREATED})
    taken: list[str] = []
    for table in tables:
        taken.append(sheet_name(table.title, taken))
        _Sheet(book, book.add_worksheet(taken[-1]), report).fill(table)
    book.close()


def sheet_name(name: str, taken: Iterable[str]) -> str:
    """Return `name` as a sheet may be called: at most 31 characters, no ``[]:*?/\\``, not yet taken."""
    plain = name.translate(_FORBIDDEN).strip("' ")[:31].strip("' ") or "Blad"
    used = {"history", *(other.casefold() for other in taken)}
    number, result = 2, plain
    while result.casefold() in used:
        suffix = f" ({number})"
        result, number = plain[: 31 - len(suffix)] + suffix, number + 1
    return result


@frozen
class _Sheet:
    """One sheet that is being filled."""

    book: Any
    sheet: Any
    report: Report
    formats: dict[tuple[Form, bool, bool], Any] = field(factory=dict)

    def fill(self, table: Table) -> None:
        """Write head, rows and sums, and set up the sheet for reading and printing."""
        head = self.book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True, "valign": "top"})
        for place, column in enumerate(table.columns):
            self._done(self.sheet.write_string(0, place, column.label, head))
            texts = [column.shown(row[place]) for row in table.lines]
            wide = max([len(text) for text in [*texts, column.label]], default=0)
            self.sheet.set_column(place, place, min(wide + (6 if column.form == "cent" else 3), _WIDEST))
        for number, row in enumerate(table.lines, 1):
            last = row is table.total
            for place, column in enumerate(table.columns):
                value = row[place]
                if last and not isinstance(value, Cell) and self._sum(number, place, table, value):
                    continue
                self._write(number, place, column, value, strong=last)
        self._set_up(table)

    def _write(self, number: int, place: int, column: Column, value: Value | Cell, *, strong: bool) -> None:
        cell = column.cell(value)
        match cell.value:
            case None:
                return
            case str(text):
                shown = self._format("text" if cell.form == "text" else "code", strong=strong)
                told = guarded(column.words.get(text, text))
                if cell.link.startswith("https://"):
                    self._done(self.sheet.write_url(number, place, cell.link, shown, told))
                else:
                    self._done(self.sheet.write_string(number, place, told, shown))
            case date() as day:
                self._done(self.sheet.write_datetime(number, place, day, self._format("date", strong=strong)))
            case int() | Fraction() as amount:
                form, shown = self._shown(cell.form, amount, signed=cell.signed, strong=strong)
                self._done(self.sheet.write_number(number, place, _scaled(form, amount), shown))

    def _shown(self, form: Form, value: int | Fraction, *, signed: bool, strong: bool) -> tuple[Form, Any]:
        """Return the form of a number and its format; units that are whole show no decimals."""
        form = "count" if form == "units" and value.denominator == 1 else form
        return form, self._format(form, signed=signed, strong=strong)

    def _sum(self, number: int, place: int, table: Table, value: Value) -> bool:
        """Write a sum as a formula that follows the filter, where it is one; say whether it was."""
        column = table.columns[place]
        numbers = [one for one in (row[place] for row in table.rows) if isinstance(one, int | Fraction)]
        if not isinstance(value, int | Fraction) or column.form == "percent":
            return False
        if len(numbers) < len(table.rows) or sum(numbers) != value:
            return False
        letter = import_module("xlsxwriter.utility").xl_col_to_name(place)
        form, shown = self._shown(column.form, value, signed=column.signed, strong=True)
        formula = f"=SUBTOTAL(109,{letter}2:{letter}{number})"
        self._done(self.sheet.write_formula(number, place, formula, shown, _scaled(form, value)))
        return True

    def _format(self, form: Form, *, signed: bool = False, strong: bool = False) -> Any:
        key = form, signed, strong
        if key not in self.formats:
            wanted: dict[str, object] = {"num_format": _FORMATS[form][signed], "valign": "top", "text_wrap": form == "text"}
            self.formats[key] = self.book.add_format(wanted | ({"bold": True, "top": 1} if strong else {}))
        return self.formats[key]

    def _set_up(self, table: Table) -> None:
        columns: Sequence[Column] = table.columns
        self.sheet.freeze_panes(1, 0)
        if table.rows:
            self.sheet.autofilter(0, 0, len(table.rows), len(columns) - 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_header(f"&L{_escaped(self.report.title)}&R{_escaped(table.title)}")
        self.sheet.set_footer(f"&L{_escaped(self.report.origin)}&R&P / &N")

    def _done(self, code: int) -> None:
        if code:
            text = "een tabel of tekst past niet op een blad"
            raise InputError(Fault("xlsx_te_groot", toelichting=text, verwacht="hoogstens 1.048.575 rijen; gebruik CSV"))


def _scaled(form: Form, value: int | Fraction) -> float:
    """Return a number as a sheet holds it: euros, and a hundredth for a percent."""
    return float(Fraction(value, 100 if form in ("cent", "percent") else 1))


def _escaped(text: str) -> str:
    return text.replace("&", "&&")[:120]
