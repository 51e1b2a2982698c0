"""What goes to the aanbieder beside an answer, since a JW325 has no room for words: rule, found and expected, and no BSN."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from mpj.output.write import write_csv
from mpj.presentation import html, words
from mpj.presentation.report import Cell, Column, Form, Report, Table
from mpj.reading.cells import as_text
from mpj.verification.paginas import page_of
from mpj.verification.texts import Texts
from mpj.verification.told import VerificationSummary
from mpj.verification.values import Bevinding

MOST = 2_000
"""The most rows on a page; the table has all of them."""
KOP = ("aanbieder", "gemeente", "declaratienummer")
_FORMS: dict[str, Form] = {
    "referentienummer": "code",
    "plaats": "code",
    "regelcode": "code",
    "retourcode": "code",
    "gevonden": "text",
    "verwacht": "text",
    "bedrag_cent": "cent",
    "toelichting": "text",
}
COLUMNS = (*KOP, *_FORMS, "pagina")


def name_of(summary: VerificationSummary, taken: Container[str] = ()) -> str:
    """Return what the explanation of a message is called, without its ending; longer where that is `taken` in this run."""
    of = summary["bericht"]
    number = of["declaratienummer"] or "verborgen"
    names = [number, f"{of['aanbieder']}-{of['gemeente']}-{of['declaratieperiode']}-{number}"]
    return next(name for name in _numbered(f"toelichting-{name}" for name in names) if name not in taken)


def _numbered(names: Iterable[str]) -> Iterator[str]:
    name = ""
    for name in names:
        yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def write_explanation(
    folder: Path, name: str, summary: VerificationSummary, found: Iterable[Bevinding], namen: Mapping[str, str]
) -> list[str]:
    """Write what the answer refuses as ``name.csv`` and ``name.html``; returns their names, none where it refuses nothing.

    `found` is read once, and only the rows of the page are kept; `namen` stand beside codes on the page.
    """
    refused = (one for one in found if one.retourcode)
    shown = list(islice(refused, MOST))
    if not shown:
        return []
    more = 0
    head = [summary["bericht"]["aanbieder"], summary["bericht"]["gemeente"], summary["bericht"]["declaratienummer"]]

    def rows() -> Iterator[list[str | int]]:
        nonlocal more
        for one in shown:
            yield _row(head, one)
        for more, one in enumerate(refused, 1):  # noqa: B007 - counted for the page
            yield _row(head, one)

    write_csv(folder / f"{name}.csv", COLUMNS, rows())
    (folder / f"{name}.html").write_text(_page(summary, [*_facts(summary, namen)], shown, more, name), "utf-8", newline="\n")
    return [f"{name}.csv", f"{name}.html"]


def _row(head: list[str], one: Bevinding) -> list[str | int]:
    values = (getattr(one, name) for name in _FORMS)
    return [*head, *(value if isinstance(value, int) else as_text(value) for value in values), page_of(one.regelcode)]


def _facts(summary: VerificationSummary, namen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    texts = Texts(summary["instellingen"]["taal"], ())
    for key in KOP:
        yield texts.word(f"kolom {key}"), words.named(summary["bericht"][key], namen)  # type: ignore[literal-required]


def _page(summary: VerificationSummary, facts: Iterable[tuple[str, str]], shown: Iterable[Bevinding], more: int, name: str) -> str:
    taal = summary["instellingen"]["taal"]
    texts = Texts(taal, ())
    columns = tuple(Column(texts.word(f"kolom {name.removesuffix('_cent')}"), form, name) for name, form in _FORMS.items())
    rows = (
        tuple(
            Cell(one.regelcode, "code", link=page_of(one.regelcode)) if name == "regelcode" else getattr(one, name)
            for name in _FORMS
        )
        for one in shown
    )
    parts = [Table("", columns, rows)]
    note = [texts.sentence("toelichting.meer", aantal=more, bestand=f"{name}.csv")] if more else []
    title = f"{texts.word('Toelichting bij het antwoord')} {summary['bericht']['declaratieperiode']}"
    return html.page(Report(title, tuple(facts), (*parts, *note), "mpj verify", taal))
