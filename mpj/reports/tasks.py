"""What is bought by task in a year: lump sums by month, which go outside the messages, so that no line and no ledger has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from attrs import fields, frozen

from mpj.contract import Contract
from mpj.presentation.report import Column, Form, Row, Table
from mpj.reading.periods import first_day, month_of
from mpj.reports.speech import ReportSpeech


@frozen
class Taak:
    """A row of taken.csv: the lump sum of one month of one product."""

    contract: str
    aanbieder: str
    gemeenten: str
    """The CBS codes of those that buy it together, with a space between them: what each pays of it no contract says."""
    productcategorie: str
    productcode: str
    omschrijving: str
    maand: date
    """Its first day."""
    bedrag_cent: int


def tasks(contracten: Iterable[Contract], jaar: int, gemeenten: Collection[str] = ()) -> Iterator[Taak]:
    """Yield the lump sums of the months of a year, of the contracts with one of these gemeenten (none named: of all).

    The price of a task in producten.csv is that of a calendar month, from its begindatum to its einddatum.
    """
    for contract in sorted(contracten, key=lambda one: (one.aanbieder, one.id)):
        if gemeenten and not set(gemeenten) & set(contract.gemeenten):
            continue
        who = contract.id, contract.aanbieder, " ".join(contract.gemeenten)
        for one in sorted(contract.producten, key=lambda one: (one.productcode, one.begindatum)):
            if one.variant == "taak":
                first, last = max(month_of(one.begindatum), jaar * 12), min(month_of(one.einddatum), jaar * 12 + 11)
                for month in range(first, last + 1):
                    what = one.productcategorie, one.productcode, one.omschrijving
                    yield Taak(*who, *what, first_day(month), one.tarief_cent or 0)


def tasks_table(rows: Iterable[Taak], speech: ReportSpeech) -> Table:
    """Return the lump sums, every column of taken.csv."""
    say, found = speech.say, list(rows)
    forms: dict[str, Form] = {"maand": "date", "bedrag_cent": "cent", "omschrijving": "text"}
    names = [one.name for one in fields(Taak)]
    columns = tuple(Column(say(name.removesuffix("_cent")), forms.get(name, "code"), name) for name in names)
    shown: list[Row] = [tuple(getattr(row, name) for name in names) for row in found]
    note = say("Een vast bedrag per maand, buiten de berichten om: het staat in geen regel, en in geen bedrag hierboven.")
    if any(" " in row.gemeenten for row in found):
        note = f"{note} {say('Van een bedrag van meer gemeenten samen zegt het contract niet wat elk ervan betaalt.')}"
    blank = [""] * (len(names) - 2)
    return Table(say("Taakgericht"), columns, shown, (say("samen"), *blank, sum(row.bedrag_cent for row in found)), note)
