"""Where the words of a command leave it: everything that is printed passes here, and no BSN does (docs/privacy.md).

A text may come from outside and is hidden where it holds a BSN. A number in JSON, or in the cell of a report, is our own and stays.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.dutch import speaks

if TYPE_CHECKING:
    from mpj.presentation.report import Report


def told(text: str) -> str:
    """Return a text of ours in the language of this call (`mpj.presentation.translation`)."""
    if speaks() == "nl":
        return text
    from mpj.presentation.translation import translated

    return translated(text, speaks())


def spoken(report: Report) -> Report:
    """Return a report in the language of this call, to print or to write."""
    if report.taal == speaks():
        return report
    from mpj.presentation.translation import translated_report

    return translated_report(report, speaks())


def show_report(report: Report) -> None:
    """Print a report in the language of this call."""
    from mpj.presentation import terminal

    terminal.show(spoken(report))


def say(text: str = "", *, err: bool = False, end: str = "\n", rest: str = "") -> None:
    """Print a text of ours in the language of this call, as `write` does."""
    write(told(text), err=err, end=end, rest=rest)


def write(text: str, *, err: bool = False, end: str = "\n", rest: str = "") -> None:
    """Print a text as it is, to stderr with `err`, without signs that steer a terminal.

    On a terminal it is broken into lines that fit, `rest` before all but the first; elsewhere it stays on the lines it has.
    """
    from mpj.presentation.terminal import sentence, width_of
    from mpj.reading.faults import printable
    from mpj.reading.masking import hide

    stream = sys.stderr if err else sys.stdout  # named: of itself click finds a way past a bar that is shown there
    width, shown = width_of(stream), hide(text)
    lines = map(printable, shown.split("\n")) if width is None else sentence(shown, width, rest)
    click.echo("\n".join(lines) + end, file=stream, err=err, nl=False)


def say_json(data: Mapping[str, Any], *, err: bool = False, indent: int | None = None) -> None:
    """Print a JSON object: on one line unless `indent` is given."""
    click.echo(json.dumps(_without_bsn(data), ensure_ascii=False, indent=indent), err=err)


def say_rows(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table as CSV, with ``;`` between fields."""
    from mpj.reading.masking import hide

    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(hide, row) for row in rows)
    say_report(stream.getvalue())


def say_report(text: str) -> None:
    """Print a report in one of its forms (`mpj.presentation`), which has hidden what had to be."""
    click.echo(text, nl=False)


def _without_bsn(data: Any) -> Any:
    from mpj.reading.masking import hide

    match data:
        case str():
            return hide(data)
        case Mapping():
            return {hide(name): _without_bsn(value) for name, value in data.items()}
        case list() | tuple():
            return [_without_bsn(value) for value in data]
    return data


def quiet_libraries() -> None:
    """Let no library print by itself in this process: its words might quote a record, and would stand between lines of JSON."""
    import threading

    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda _: None
    threading.excepthook = lambda _: None
