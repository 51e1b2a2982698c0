"""A report as a value: what a tool has to say, apart from the form in which it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias, assert_never

from attrs import evolve, field, frozen

from mpj.presentation import languages, words
from mpj.reading.masking import hide

Value: TypeAlias = str | int | Fraction | date | None
"""What stands in a field of a table; eurocents for the form cent, percents for percent."""
Form: TypeAlias = Literal["text", "code", "date", "count", "units", "cent", "percent"]
"""What a value is: `text` may be broken over lines, a `code` may not; `units` are whole or have 2 decimals."""
Tone: TypeAlias = Literal["plain", "soft", "strong", "more", "less", "excluded"]
"""How a field stands out; never the only thing that tells."""

NUMBERS: frozenset[Form] = frozenset(("count", "units", "cent", "percent"))
"""The forms that stand at the right of their column."""


def _without_bsn(value: Value) -> Value:
    """Return a value fit to be shown: a text may come from outside and hold a BSN, a number or a date is our own."""
    return hide(value) if isinstance(value, str) else value


def _kept(names: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(names))


@frozen
class Column:
    """One column of a table."""

    label: str
    """What people read above it."""
    form: Form = "text"
    name: str = ""
    """Its name in a CSV."""
    words: Mapping[str, str] = field(factory=dict, converter=_kept)
    """What people read for a value that has a word of its own."""
    signed: bool = False
    """A difference: what is above zero has a plus."""
    spare: bool = False
    """Left out on a screen that is too narrow."""
    machine: bool = False
    """In a CSV alone: people read it in another column."""

    @property
    def head(self) -> str:
        """What stands above the column; a column of amounts says that these are euros, so that its fields need not."""
        return f"{self.label} €".lstrip() if self.form == "cent" else self.label

    def cell(self, value: Value | Cell) -> Cell:
        """Return a field of this column with its form."""
        return value if isinstance(value, Cell) else Cell(value, self.form, signed=self.signed)

    def told(self, value: Value | Cell) -> tuple[Value, Form, bool]:
        """Return what a field of this column holds, its form, and whether it is signed."""
        if isinstance(value, Cell):
            return value.value, value.form, value.signed
        return _without_bsn(value), self.form, self.signed

    def shown(self, value: Value | Cell, taal: str = "nl") -> str:
        """Return a field of this column as people read it in a language."""
        told, form, signed = self.told(value)
        match told:
            case None:
                return words.EMPTY if form in NUMBERS else ""
            case str(text):
                return self.words.get(text, text)
            case date() as day:
                return languages.short_day(day, taal)
            case int() | Fraction() as number:
                return languages.written(_number(form, number, signed), taal)
        assert_never(told)


def coded(label: str, names: Mapping[str, str]) -> tuple[Column, Column]:
    """Return the columns of a code and its name; people read both in the first, a machine has them apart.

    >>> [column.shown("0384") for column in coded("gemeente", {"0384": "Diemen"})]
    ['0384 Diemen', '0384']
    """
    told = {code: words.named(code, names) for code in names}
    name = f"{label}_naam"
    return Column(label, "text", label, told), Column(name, "text", name, machine=True)


def _number(form: Form, value: int | Fraction, signed: bool) -> str:
    match form:
        case "cent":
            return words.amount(value, signed=signed)
        case "percent":
            return words.percent(value, signed=signed)
        case "count" | "units" | "text" | "code" | "date":
            return words.number(value, 0 if value.denominator == 1 else 2, signed=signed)
    assert_never(form)


@frozen
class Cell:
    """A field that is of another form than its column, or stands out."""

    value: Value = field(converter=_without_bsn)
    form: Form
    tone: Tone = "plain"
    signed: bool = False
    link: str = ""
    """The address that a page makes of it, or a path of the service that shows it; a place in the project is none."""


def _nothing(value: Value | Cell) -> bool:
    return (value.value if isinstance(value, Cell) else value) in (None, "")


Row: TypeAlias = tuple[Value | Cell, ...]


def _rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(rows)


@frozen
class Table:
    """Rows under named columns; no column has a label where it is a list of names and values."""

    title: str = field(converter=hide)
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = field(converter=_rows)
    total: Row | None = None
    """The sums, shown as the last row."""
    note: str = field(default="", converter=hide)
    """A sentence under the title."""
    banded: bool = False
    """The first column stands above its rows, once for those that follow on each other with the same value."""

    @property
    def lines(self) -> tuple[Row, ...]:
        """The rows, with the sums as the last."""
        return self.rows if self.total is None else (*self.rows, self.total)

    @property
    def read(self) -> Table:
        """The table as people read it: without the columns that are for machines."""
        return self._only([place for place, column in enumerate(self.columns) if not column.machine])

    @property
    def filled(self) -> Table:
        """The table without the spare columns in which nothing stands."""
        there = {place for row in self.lines for place, value in enumerate(row) if not _nothing(value)}
        return self._only([place for place, column in enumerate(self.columns) if place in there or not column.spare])

    def _only(self, places: Sequence[int]) -> Table:
        if len(places) == len(self.columns):
            return self
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        total = None if self.total is None else tuple(self.total[place] for place in places)
        return evolve(self, columns=tuple(self.columns[place] for place in places), rows=rows, total=total)

    def first(self, most: int, rest: str, form: str = "Hier de eerste {most} van {all}; {rest}.", taal: str = "nl") -> Table:
        """Return the table with at most `most` rows; its note then says in `form` how many there are, and `rest` where."""
        if len(self.rows) <= most:
            return self
        text = form.format(most=most, all=languages.number(len(self.rows), taal), rest=rest)
        return Table(self.title, self.columns, self.rows[:most], self.total, f"{self.note} {text}".strip(), self.banded)


@frozen
class WaterfallStep:
    """One bar of a waterfall: a `total` stands on the ground, a change where the last bar ended. `cent` are eurocents."""

    name: str = field(converter=hide)
    cent: int
    total: bool = False

    @property
    def text(self) -> str:
        """The amount as people read it."""
        return words.euros(self.cent, signed=not self.total)


@frozen
class Waterfall:
    """From one total to another, step by step."""

    title: str
    steps: tuple[WaterfallStep, ...]

    @property
    def table(self) -> Table:
        """The same as a table."""
        rows = ((step.name, Cell(step.cent, "cent", signed=not step.total)) for step in self.steps)
        return Table(self.title, (Column("", "code"), Column("bedrag", "cent")), rows)


@frozen
class Bar:
    """One stacked bar; `parts` are eurocents, in the order of the legend."""

    name: str = field(converter=hide)
    parts: tuple[Fraction, ...]
    text: str
    """What stands at its end."""
    mark: Fraction | None = None
    """Eurocents to compare with."""


@frozen
class Bars:
    """Stacked bars beside each other, of the parts that `legend` names; `mark` says what the marks are."""

    title: str
    legend: tuple[str, ...]
    bars: tuple[Bar, ...]
    mark: str = ""

    @property
    def table(self) -> Table:
        """The same as a table: a row per bar, its parts as amounts, and what it is compared with."""
        marks = [self.mark] if self.mark else []
        columns = (Column("", "code"), *(Column(name, "cent") for name in (*self.legend, *marks)))
        rows = ((bar.name, *bar.parts, *(bar.mark for _ in marks)) for bar in self.bars)
        return Table(self.title, columns, rows)


Part: TypeAlias = Table | Waterfall | Bars | str


def _facts(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, hide(value)) for name, value in facts)


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(hide(part) if isinstance(part, str) else part for part in parts)


@frozen
class Report:
    """What a tool has to say, in all its forms without a BSN: a text that may come from outside is hidden where it holds one.

    Holds no client where the tool speaks of groups: that is the tool's to see to.
    """

    title: str = field(converter=hide)
    facts: tuple[tuple[str, str], ...] = field(default=(), converter=_facts)
    """What it opens with: (name, value) as people read them."""
    parts: tuple[Part, ...] = field(default=(), converter=_parts)
    """Tables, figures and sentences, in reading order."""
    origin: str = ""
    """What made it, for the foot of a page."""
    taal: str = "nl"
    """The language that it is in."""
    upright: bool = False
    """Printed small on paper that stands: fit for one sheet of A4."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """What can be a sheet of its own: the tables, and each waterfall as one."""
        return tuple(
            part.table if isinstance(part, Waterfall) else part.read for part in self.parts if isinstance(part, Table | Waterfall)
        )
