"""Reports as workbooks: a sheet per table, with euros, dates and percents as such, to filter, to add up and to print.

Texts are written as texts, whatever they begin with. Equal reports give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias, assert_never

from attrs import field, frozen

from mpj.presentation import languages, words
from mpj.presentation.pictures import PALETTE
from mpj.presentation.report import Bars, Cell, Column, Form, Report, Table, Value
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
_BAR_HEIGHT, _ROW_HEIGHT = 24, 20
_BESIDE = 3
"""The column from which the amounts of bars stand beside the facts."""
_MARKED = "#A8430F"
"""The colour of what a page sets apart."""
_SCALE = {
    "type": "data_bar",
    "bar_color": "#B9D4EC",
    "min_type": "num",
    "min_value": 0,
    "max_type": "num",
    "max_value": 1,
}
"""Shares as bars from nothing to all, behind their number."""
_LONGEST = 31
_Field: TypeAlias = tuple[Any, ...]
"""What writes a field of a sheet, and what it takes after row and column."""


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
    bars = [part for part in report.parts if isinstance(part, Bars) and part.bars]
    if report.facts or bars:
        tables.insert(0, _overview(report))
    book = module.Workbook(path, {"in_memory": True})
    book.set_properties({"title": report.title, "created": _CREATED})
    taken: list[str] = []
    for table in tables:
        taken.append(sheet_name(table.title, taken))
        sheet = _Sheet(book, book.add_worksheet(taken[-1]), report)
        sheet.fill(table)
        if table is tables[0]:
            sheet.draw(bars)
    book.close()


def _overview(report: Report) -> Table:
    """Return the first sheet: the facts, and below them what the page says around and under its tables."""
    said = (
        ("", part) if isinstance(part, str) else (part.title, part.note) for part in report.parts if isinstance(part, str | Table)
    )
    rows = [(name, _number(text, report.taal)) for name, text in report.facts]
    return Table(
        "Overzicht" if report.taal == "nl" else "Overview",
        (Column(report.title), Column("")),
        (*rows, *(pair for pair in said if pair[1])),
    )


def _number(said: str, taal: str) -> Value | Cell:
    """Return a fact that is a count or an amount as the number that it is; a code, which is written otherwise, stays a text."""
    text = said if taal == "nl" else languages.written(said, taal).replace("€", "€ ")
    whole, _, cents = text.removeprefix("€ ").replace(".", "").partition(",")
    digits = whole + cents
    if not (digits.removeprefix("-").isdecimal() and digits.isascii()):
        return said
    value = int(digits)
    return Cell(value, "count") if words.number(value) == text else Cell(value, "cent") if words.euros(value) == text else said


def sheet_name(name: str, taken: Iterable[str]) -> str:
    """Return `name` as a sheet may be called: at most 31 characters, no ``[]:*?/\\``, not yet taken; a long one up to its colon."""
    if len(name) > _LONGEST:
        name = name.partition(": ")[0]
    plain = name.translate(_FORBIDDEN).strip("' ")[:_LONGEST].strip("' ") or "Blad"
    used = {"history", *(other.casefold() for other in taken)}
    number, result = 2, plain
    while result.casefold() in used:
        suffix = f" ({number})"
        result, number = plain[: _LONGEST - len(suffix)] + suffix, number + 1
    return result


@frozen
class _Sheet:
    """One sheet that is being filled."""

    book: Any
    sheet: Any
    report: Report
    formats: dict[tuple[Form, bool, bool, bool], Any] = field(factory=dict)

    def fill(self, table: Table) -> None:
        """Write head, rows and sums, and set up the sheet for reading and printing."""
        head = self.book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True, "valign": "top"})
        for place, column in enumerate(table.columns):
            self._done(self.sheet.write_string(0, place, column.label, head))
            texts = _widest(column, {row[place] for row in table.lines})
            wide = max(len(text) for text in [*texts, column.label])
            self.sheet.set_column(place, place, min(wide + (6 if column.form == "cent" else 3), _WIDEST))
            self._column(place, column, [row[place] for row in table.rows])
        self._total(table)
        self._set_up(table)

    def _column(self, place: int, column: Column, values: Iterable[Value | Cell]) -> None:
        """Write the fields of a column below its head; a value that comes back is made ready once."""
        known: dict[Value | Cell, _Field | None] = {}
        for number, value in enumerate(values, 1):
            if value not in known:
                known[value] = self._field(column, value, strong=False)
            made = known[value]
            if made is not None:
                self._done(made[0](number, place, *made[1:]))

    def _total(self, table: Table) -> None:
        number = len(table.rows) + 1
        for place, value in enumerate(table.total or ()):
            if isinstance(value, Cell) or not self._sum(number, place, table, value):
                self._write(number, place, table.columns[place], value, strong=True)

    def draw(self, figures: Iterable[Bars]) -> None:
        """Write the amounts of bars beside the facts, each with its chart at the right."""
        top = 0
        for figure in figures:
            table = figure.table
            for place, column in enumerate(table.columns, _BESIDE):
                self._done(self.sheet.write_string(top, place, column.label or table.title, self._format("code", strong=True)))
                self.sheet.set_column(place, place, 30 if place == _BESIDE else 16)
                for number, row in enumerate(table.rows, top + 1):
                    self._write(number, place, column, row[place - _BESIDE], strong=False)
            self.sheet.insert_chart(top, _BESIDE + len(table.columns) + 1, self._chart(figure, top), {"description": figure.title})
            top += max(len(figure.bars), (120 + _BAR_HEIGHT * len(figure.bars)) // _ROW_HEIGHT) + 3

    def _chart(self, figure: Bars, top: int) -> Any:
        """Return stacked bars in the colours of the page, of the amounts that stand from row `top` on."""
        chart = self.book.add_chart({"type": "bar", "subtype": "stacked"})
        name, first, last = self.sheet.get_name(), top + 1, top + len(figure.bars)
        for part, colour in zip(range(len(figure.legend)), cycle(PALETTE), strict=False):
            place = _BESIDE + 1 + part
            series = {"name": [name, top, place], "values": [name, first, place, last, place], "gap": 40}
            chart.add_series(series | {"categories": [name, first, _BESIDE, last, _BESIDE], "fill": {"color": colour}})
        chart.set_title({"name": figure.title, "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": f"{_EURO}#,##0"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 760, "height": 120 + _BAR_HEIGHT * len(figure.bars)})
        return chart

    def _write(self, number: int, place: int, column: Column, value: Value | Cell, *, strong: bool) -> None:
        made = self._field(column, value, strong=strong)
        if made is not None:
            self._done(made[0](number, place, *made[1:]))

    def _field(self, column: Column, value: Value | Cell, *, strong: bool) -> _Field | None:
        """Return what writes a field, and what it takes after row and column; None for an empty one."""
        told, form, signed = column.told(value)
        marked = isinstance(value, Cell) and value.tone == "more"
        match told:
            case None:
                return None
            case str(text):
                shown = self._format("text" if form == "text" else "code", strong=strong)
                text = guarded(column.words.get(text, text))
                if isinstance(value, Cell) and value.link.startswith("https://"):
                    return self.sheet.write_url, value.link, shown, text
                return self.sheet.write_string, text, shown
            case date() as day:
                return self.sheet.write_datetime, day, self._format("date", strong=strong)
            case int() | Fraction() as amount:
                form, shown = self._shown(form, amount, signed=signed, strong=strong, marked=marked)
                return self.sheet.write_number, _scaled(form, amount), shown
        assert_never(told)

    def _shown(self, form: Form, value: int | Fraction, *, signed: bool, strong: bool, marked: bool = False) -> tuple[Form, Any]:
        """Return the form of a number and its format; units that are whole show no decimals."""
        form = "count" if form == "units" and value.denominator == 1 else form
        return form, self._format(form, signed=signed, strong=strong, marked=marked)

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

    def _format(self, form: Form, *, signed: bool = False, strong: bool = False, marked: bool = False) -> Any:
        key = form, signed, strong, marked
        if key not in self.formats:
            wanted: dict[str, object] = {"num_format": _FORMATS[form][signed], "valign": "top", "text_wrap": form == "text"}
            wanted |= {"bold": True, "top": 1} if strong else {}
            self.formats[key] = self.book.add_format(wanted | ({"font_color": _MARKED} if marked else {}))
        return self.formats[key]

    def _set_up(self, table: Table) -> None:
        columns: Sequence[Column] = table.columns
        self.sheet.freeze_panes(1, 0)
        if table.rows:
            self.sheet.autofilter(0, 0, len(table.rows), len(columns) - 1)
        for place, column in enumerate(columns):
            if column.form == "percent" and not column.signed and len(table.rows) > 1:
                self.sheet.conditional_format(1, place, len(table.rows), place, _SCALE)
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


def _widest(column: Column, values: Iterable[Value | Cell]) -> Iterator[str]:
    """Yield texts of a column among which the widest is: of numbers of one form the lowest and the highest."""
    numbers: dict[tuple[Form, bool], list[int | Fraction]] = {}
    for value in values:
        told, form, signed = column.told(value)
        if isinstance(told, int | Fraction):
            numbers.setdefault((form, signed), []).append(told)
        else:
            yield column.shown(value)
    for (form, signed), found in numbers.items():
        yield from (column.shown(Cell(one, form, signed=signed)) for one in (min(found), max(found)))


def _scaled(form: Form, value: int | Fraction) -> float:
    """Return a number as a sheet holds it: euros, and a hundredth for a percent."""
    return float(value / 100 if form in ("cent", "percent") else value)


def _escaped(text: str) -> str:
    return text.replace("&", "&&")[:120]
