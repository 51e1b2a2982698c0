"""What an indexation changed, as a report."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table
from mpj.workbench.index.figures import Indexcijfer, Indexpercentage
from mpj.workbench.index.indexation import Indexatie


def report(result: Indexatie, asked: Indexpercentage, *, most: int) -> Report:
    """Return where the percentage comes from, the rule, and the first `most` prices that changed."""
    columns = (
        Column("perceel", "code"),
        Column("code", "code"),
        Column("niveau", "code", words={"": "zonder"}),
        Column("vanaf", "date"),
        Column("oud", "cent"),
        Column("nieuw", "cent"),
    )
    rows = (
        (row.perceel, row.prestatiecode, row.kwalificatieniveau or "", row.begindatum, row.oud_cent, row.nieuw_cent)
        for row in result.wijzigingen
    )
    table = Table("", columns, rows).first(most, "alle staan in tarieven.csv")
    return Report("", (), (*_figures(asked), rule(result), table))


def _figures(asked: Indexpercentage) -> Iterator[Part]:
    """Yield how the percentage was weighed, where it was."""
    if not asked.cijfers:
        return
    names = "cijfer", "voorlopig", "vorig voorlopig", "vorig definitief", "correctie", "samen", "gewicht", "telt mee"
    columns = (Column(names[0], "code"), *(Column(name, "code") for name in names[1:]))
    rows = ((cijfer.naam, *map(_shown, _of(cijfer))) for cijfer in asked.cijfers)
    total = ("samen", *[""] * 6, _shown(asked.procent))
    note = "Correctie: (1 + definitief) / (1 + voorlopig) - 1. Getoond op 4 decimalen, exact doorgerekend."
    yield Table("Percentage", columns, rows, total, note)


def _of(cijfer: Indexcijfer) -> tuple[Fraction | None, ...]:
    provisional, definitive = cijfer.vorig or (None, None)
    share = cijfer.samen * cijfer.gewicht / 100
    return cijfer.voorlopig, provisional, definitive, cijfer.correctie, cijfer.samen, cijfer.gewicht, share


def _shown(value: Fraction | None) -> str:
    return words.EMPTY if value is None else f"{words.number(value, 4)}%"


def rule(result: Indexatie) -> str:
    """Return in a sentence how many prices changed, and how."""
    return f"{words.counted(len(result.wijzigingen), 'prijs')}: {result.regel}."
