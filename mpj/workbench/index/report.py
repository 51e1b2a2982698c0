"""What an indexation changed, as a report."""

from __future__ import annotations

from mpj.presentation import words
from mpj.presentation.report import Column, Report, Table
from mpj.workbench.index.indexation import Indexatie


def report(result: Indexatie, *, most: int) -> Report:
    """Return the rule, and the first `most` prices that changed."""
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
    return Report("", (), (rule(result), table))


def rule(result: Indexatie) -> str:
    """Return in a sentence how many prices changed, and how."""
    return f"{words.counted(len(result.wijzigingen), 'prijs')}: {result.regel}."
