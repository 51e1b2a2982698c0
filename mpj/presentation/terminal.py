"""A report on a terminal, with rich: never wider than it is; where the output is no terminal, plain text of 80 columns."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from textwrap import TextWrapper
from typing import TextIO

from attrs import frozen

from mpj.presentation.report import NUMBERS, Bars, Cell, Column, Report, Row, Table, Tone, Waterfall
from mpj.reading.faults import printable

WIDTH = 80
_GAPS = (2, 1)
_INDENT = 2
_NARROW = 12
"""A column of text is not made narrower than this, nor than its longest word."""
_EURO = "€\N{NO-BREAK SPACE}"
_STYLES: Mapping[Tone, str] = {
    "plain": "",
    "soft": "dim",
    "strong": "bold",
    "more": "red",
    "less": "green",
    "excluded": "dim",
}


class _Line:
    """One line: pieces of text, each with a style of rich."""

    def __init__(self, text: str = "", style: str = "") -> None:
        self.pieces = [(text, style)]

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces).rstrip()


def show(report: Report) -> None:
    """Print a report to stdout."""
    if _may_be_terminal():
        _show_with_rich(report)
    else:
        print(*_blocks(report, WIDTH), sep="\n", flush=True)


def _may_be_terminal() -> bool:
    """Say whether rich has to be asked; it takes longer to import than a small run takes."""
    return any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE")) or (sys.stdout is not None and sys.stdout.isatty())


def _show_with_rich(report: Report) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=WIDTH)
    for line in _blocks(report, console.width):
        text = Text.assemble(*line.pieces)
        text.rstrip()
        console.print(text, soft_wrap=True)


def _blocks(report: Report, width: int) -> Iterator[_Line]:
    """Return the parts of a report, an empty line between them."""
    if report.title:
        yield from _sentence(report.title, width, "bold")
    if report.facts:
        yield from _table(Table("", (Column("", "code"), Column("")), report.facts), width)
    first = not (report.title or report.facts)
    for part in report.parts:
        if not first:
            yield _Line()
        first = False
        match part:
            case str():
                yield from _sentence(part, width)
            case Table():
                yield from _table(part, width, report.taal)
            case Waterfall():
                yield from _table(part.table, width, report.taal)
            case Bars():
                yield from _bars(part, width)


def _sentence(text: str, width: int, style: str = "") -> Iterator[_Line]:
    return (_Line(line, style) for line in sentence(text, width))


def sentence(text: str, width: int, rest: str = "") -> Iterator[str]:
    """Yield a text in lines, `rest` before all but the first; a line that begins with blanks is a command, and stays whole."""
    for line in text.split("\n"):
        yield from [printable(line)] if line.startswith("  ") else _broken(line, width, rest)


def _broken(text: str, width: int, rest: str = "") -> list[str]:
    """Return text in lines. What is longer than a line (a path, a number) stays whole, to be copied, and so does an amount."""
    lines = [printable(line).replace("€ ", _EURO) for line in text.split("\n")]
    cut = TextWrapper(max(1, width), subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
    return [part.replace(_EURO, "€ ") for line in lines for part in cut.wrap(line) or [""]]


def width_of(stream: TextIO | None) -> int | None:
    """Return how wide the terminal is that a stream writes to, None where it writes to no terminal."""
    if stream is None or not stream.isatty():
        return None
    try:
        return int(os.environ.get("COLUMNS", "")) or WIDTH
    except ValueError:
        pass
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):
        return WIDTH


def _table(table: Table, width: int, taal: str = "nl") -> Iterator[_Line]:
    table = table.read
    if table.title:
        yield from _sentence(table.title, width, "bold")
    if table.note:
        yield from _sentence(table.note, width, "dim")
    shown = [[column.shown(value, taal) for column, value in zip(table.columns, row, strict=True)] for row in table.lines]
    names_only = not any(column.label for column in table.columns)
    indent = _INDENT if names_only else 0
    for sheet in _sheets(table, shown, width - indent):
        if not names_only:
            yield from sheet.row([(table.columns[place].head, "bold") for place in sheet.places])
        for band, group in groupby(zip(table.lines, shown, strict=True), lambda both: both[1][0] if table.banded else ""):
            if table.banded:
                yield from _sentence(band, width, "bold")
            for row, texts in group:
                strong = row is table.total
                yield from sheet.row([(texts[place], "bold" if strong else _style(row, place)) for place in sheet.places], indent)


def _bars(figure: Bars, width: int) -> Iterator[_Line]:
    """Yield the figure with one bar of blocks for the sum of each bar's parts; the parts themselves are for a page."""
    sums = [sum(bar.parts, Fraction(0)) for bar in figure.bars]
    most = max([*sums, Fraction(1)])
    columns = Column("", "code"), Column("", "code"), Column("")
    blocks = ["█" * (max(1, int(24 * value / most)) if value else 0) for value in sums]
    rows = ((bar.name, Cell(block, "code"), bar.text) for bar, block in zip(figure.bars, blocks, strict=True))
    yield from _table(Table(figure.title, columns, rows), width)


def _style(row: Row, place: int) -> str:
    value = row[place]
    return _STYLES[value.tone] if isinstance(value, Cell) else ""


@frozen
class _Sheet:
    """Columns of a table that stand beside each other."""

    table: Table
    places: Sequence[int]
    gap: int
    widths: Mapping[int, int]

    def row(self, fields: Sequence[tuple[str, str]], indent: int = 0) -> Iterator[_Line]:
        """Return one row of (text, style) as lines, `indent` blanks before each."""
        broken = [_broken(text, self.widths[place]) for (text, _), place in zip(fields, self.places, strict=True)]
        for number in range(max(map(len, broken))):
            line = _Line(" " * indent)
            for lines, (_, style), place in zip(broken, fields, self.places, strict=True):
                text = lines[number] if number < len(lines) else ""
                pad = " " * (self.widths[place] - len(text))
                right = self.table.columns[place].form in NUMBERS
                blank = " " * self.gap
                line.pieces += [(pad, ""), (text, style), (blank, "")] if right else [(text, style), (pad + blank, "")]
            yield line


def _sheets(table: Table, shown: Sequence[Sequence[str]], width: int) -> Iterator[_Sheet]:
    """Return the table as one sheet where that fits, if need be without its spare columns.

    Else as several below each other, each time with the columns that name the row.
    """
    sizes = {place: _sizes(table.columns[place], [row[place] for row in shown]) for place in range(len(table.columns))}
    every = range(int(table.banded), len(table.columns))
    for places in (every, [place for place in every if not table.columns[place].spare]):
        for gap in _GAPS:
            if sum(sizes[place][0] for place in places) + gap * (len(places) - 1) <= width:
                yield _Sheet(table, places, gap, _widths({place: sizes[place] for place in places}, gap, width))
                return
    gap = _GAPS[-1]
    names = [place for place in every if table.columns[place].form not in NUMBERS]
    taken = list(names)
    for place in [place for place in every if place not in names]:
        if len(taken) > len(names) and sum(sizes[one][0] + gap for one in [*taken, place]) - gap > width:
            yield _Sheet(table, taken, gap, _widths({one: sizes[one] for one in taken}, gap, width))
            taken = list(names)
        taken.append(place)
    yield _Sheet(table, taken, gap, _widths({one: sizes[one] for one in taken}, gap, width))


def _sizes(column: Column, texts: Sequence[str]) -> tuple[int, int]:
    """Return how wide a column is at least, and how wide it wants to be; only text is broken over lines."""
    head = max(len(word) for word in column.head.replace(" €", "_€").split(" "))
    most = max((len(line) for text in texts for line in text.split("\n")), default=0)
    if column.form != "text":
        return max(head, most), max(len(column.head), most)
    longest = max((len(word) for text in texts for word in text.split()), default=0)
    return max(head, longest, min(most, _NARROW)), max(len(column.head), most)


def _widths(sizes: Mapping[int, tuple[int, int]], gap: int, width: int) -> dict[int, int]:
    """Return a width per column: as wide as it wants where that fits, else the widest give way first."""
    widths = {place: most for place, (_, most) in sizes.items()}
    while sum(widths.values()) + gap * (len(widths) - 1) > width:
        able = [place for place, (least, _) in sizes.items() if widths[place] > least]
        if not able:
            break
        widths[max(able, key=widths.__getitem__)] -= 1
    return widths
