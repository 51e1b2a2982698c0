"""What the workbench shows on a terminal, with rich: tables that fit 110 columns when the output is no terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mpj.workbench.diff.comparison import Vergelijking
from mpj.workbench.diff.report import DIFF_HEADER, SHIFT_HEADER, cell_text, compared, diff_row, shift_rows
from mpj.workbench.exact import EMPTY, amount, day, percent_text
from mpj.workbench.index.indexation import Indexatie
from mpj.workbench.show.overview import LEEG, PRIJS, Blad, Overzicht, Vak, column_name
from mpj.workbench.show.report import units

if TYPE_CHECKING:
    from mpj.workbench.importing.workbook import Ingelezen

_MOST = 40
_NAME = 24


def console() -> Console:
    """Return the console that results go to."""
    return Console(width=None if Console().is_terminal else 110, highlight=False)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[int] = (), title: str = "") -> Group:
    """Return a table of text under its title; columns in `numeric` are right-aligned."""
    right = set(numeric)
    result = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(header):
        result.add_column(name, justify="right" if place in right else "left", no_wrap=place in right)
    for row in rows:
        result.add_row(*(escape(text) for text in row))
    return Group(Text(title, style="bold"), result) if title else Group(result)


def show_overview(overzicht: Overzicht) -> None:
    """Print a matrix: plain columns, since a large one has thousands of fields; styled on a terminal only."""
    out = console()
    style = _Style(plain=not out.is_terminal)
    period = f"{day(overzicht.begindatum)} t/m {day(overzicht.einddatum)}"
    lines = [f"{style('1', f'Contract {overzicht.contract}')}  {period}  tariefkaart {style('1', overzicht.hash)}"]
    for blad in overzicht.bladen:
        naam = f" · {blad.naam}" if blad.naam else ""
        lines += ["", style("1", f"Perceel {blad.perceel}{naam}")]
        if blad.gemeenten:
            lines.append(style("2", f"gemeenten {', '.join(blad.gemeenten)}"))
        lines += _sheet(blad, style)
    legend = f"Euro's per eenheid; eronder de uurprijs. x = uitgesloten, {EMPTY} = geen cel (rekent hetzelfde)."
    out.file.write("\n".join([*lines, "", style("2", legend), ""]))


@frozen
class _Style:
    """Wraps text in a terminal style (1 bold, 2 dim, 31 red, 32 green), or not at all."""

    plain: bool

    def __call__(self, code: str, text: str) -> str:
        return text if self.plain or not text else f"\x1b[{code}m{text}\x1b[0m"


_Field: TypeAlias = tuple[tuple[str, str], ...]
"""The lines of one field: (style or empty, text)."""


def _sheet(blad: Blad, style: _Style) -> list[str]:
    """Return the lines of one perceel: names left, prices right, columns as wide as they need."""
    head: list[_Field] = [(("1", name),) for name in ("code", "prestatie", "vanaf", "per")]
    head += [tuple(("1", word) for word in column_name(kolom).split()) for kolom in blad.kolommen]
    rows = [head]
    for rij in blad.rijen:
        code, naam = ("", "") if rij.vervolg else (rij.prestatiecode, rij.naam)
        row: list[_Field] = [(("", code),), tuple(("", part) for part in wrap(naam, _NAME)), (("", day(rij.begindatum)),)]
        row.append(tuple(("", part) for part in wrap(units(rij), 10)))
        rows.append(row + [_field(rij.vakken[kolom]) for kolom in blad.kolommen])
    widths = [max(len(text) for row in rows for _, text in row[place] or (("", ""),)) for place in range(len(head))]
    lines: list[str] = []
    for row in rows:
        for number in range(max(len(field) for field in row)):
            parts = []
            for place, field in enumerate(row):
                code, text = field[number] if number < len(field) else ("", "")
                gap = " " * (widths[place] - len(text))
                shown = style(code, text) if code else text
                parts.append(shown + gap if place < 4 else gap + shown)
            lines.append(" ".join(parts).rstrip())
    return lines


def _field(vak: Vak) -> _Field:
    if vak.soort == LEEG:
        return (("2", EMPTY),)
    if vak.soort != PRIJS:
        return (("", "x"),)
    lines = [("", amount(vak.tarief_cent))]
    if vak.uur_cent is not None and vak.uur_cent != vak.tarief_cent:
        lines.append(("2", amount(vak.uur_cent)))
    if vak.sprong is not None:
        lines.append(("31" if vak.sprong > 0 else "32", percent_text(vak.sprong)))
    return tuple(lines)


def show_diff(result: Vergelijking) -> None:
    """Print a comparison: first deviating cell, differences by size, level shifts, settings."""
    out = console()
    out.print(compared(result))
    if result.gelijk:
        out.print("Er is geen verschil.")
        return
    if result.eerste is not None:
        first = result.eerste
        out.print(
            f"Eerste afwijkende cel: [bold]{escape(cell_text(first))}[/bold], van {day(first.begindatum)}: "
            f"{amount(first.oud_cent)} naar {amount(first.nieuw_cent)} ({first.soort.replace('_', ' ')})."
        )
        rows = [diff_row(row) for row in result.cellen[:_MOST]]
        out.print(
            table(DIFF_HEADER, rows, numeric=(6, 7, 8, 9), title=f"\n{len(result.cellen)} cellen verschillen, de grootste eerst")
        )
        if len(result.cellen) > _MOST:
            out.print(f"[dim]en nog {len(result.cellen) - _MOST}; alles staat in --formaat csv of html.[/dim]")
    if result.niveaus:
        title = "\nWerk dat op een ander niveau wordt betaald"
        out.print(table(SHIFT_HEADER, shift_rows(result), numeric=(6, 8), title=title))
    if result.instellingen:
        rows = [(row.naam, row.oud, row.nieuw) for row in result.instellingen]
        out.print(table(("instelling", "oud", "nieuw"), rows, title="\nVerschillen buiten de cellen"))


def show_index(result: Indexatie, out_folder: str) -> None:
    """Print what an indexation changed."""
    out = console()
    out.print(f"{len(result.wijzigingen)} prijzen: {result.regel}.")
    rows = [
        (
            row.perceel,
            row.prestatiecode,
            row.kwalificatieniveau or "zonder",
            day(row.begindatum),
            amount(row.oud_cent),
            amount(row.nieuw_cent),
        )
        for row in result.wijzigingen[:_MOST]
    ]
    out.print(table(("perceel", "code", "niveau", "vanaf", "oud", "nieuw"), rows, numeric=(4, 5)))
    if len(result.wijzigingen) > _MOST:
        out.print(f"[dim]en nog {len(result.wijzigingen) - _MOST}.[/dim]")
    out.print(f"Geschreven in [bold]{escape(out_folder)}[/bold]; opnieuw geladen, zonder fouten.", soft_wrap=True)


def show_import(found: Ingelezen, cells: int) -> None:
    """Print what was understood of a workbook."""
    out = console()
    for sheet in found.bladen:
        if sheet.reden:
            out.print(f"Blad [bold]{escape(sheet.blad)}[/bold]: overgeslagen, {escape(sheet.reden)}.")
            continue
        columns = "; ".join(f"{name} = {meaning}" for name, meaning in sheet.kolommen)
        out.print(
            f"Blad [bold]{escape(sheet.blad)}[/bold] is perceel [bold]{escape(sheet.perceel)}[/bold]: kopregel {sheet.kopregel}, "
            f"{sheet.rijen} rijen, {sheet.cellen} cellen."
        )
        out.print(f"[dim]  {escape(columns)}[/dim]")
    out.print(f"Samen {cells} gedateerde cellen.")
