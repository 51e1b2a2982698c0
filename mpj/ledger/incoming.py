"""What a gemeente received, per gemeente, aanbieder and month: how much, when its answer is due, and what was said of it.

None is what the ledger cannot know, and is shown as ``onbekend``: the day on which a message from before the ledger came in, what
a message without an answer will be granted, and the lines of one that was refused as a whole, of which none was declared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mpj.ledger import schema
from mpj.ledger.schema import AFGEKEURD, NIET_VERZONDEN, TOEGEKEND, WACHT
from mpj.presentation.report import Cell, Column, Table, Value, coded
from mpj.presentation.report import Row as Fields
from mpj.reading.periods import month_text
from mpj.reading.workdays import after

TERMIJN = 10
"""Working days from receipt to answer (iJw 3.2, OP090)."""
ONBEKEND = "onbekend"
_COLUMNS = (
    *(Column("maand", "code", "maand"), Column("berichten", "count", "berichten")),
    Column("beantwoord", "count", "beantwoord", spare=True),
    *(Column("ontvangen", "date", "ontvangen_op", spare=True), Column("antwoord uiterlijk", "date", "uiterste_antwoorddatum")),
    *(Column("regels", "count", "regels", spare=True), Column("toegekend", "cent", "toegekend_cent")),
    *(Column("afgekeurd", "cent", "afgekeurd_cent"), Column("gecrediteerd", "cent", "gecrediteerd_cent", spare=True)),
    Column("codes", "text", "retourcodes", spare=True),
)


def incoming(connection: Connection) -> list[dict[str, Any]]:
    """Return a row per gemeente, aanbieder and month of the messages, for `mpj.Ledger.status`.

    `toegekend_cent` are debit lines, `gecrediteerd_cent` granted credit lines, above zero; `afgekeurd_cent` refused lines, credit
    below zero. `retourcodes` are those of lines, by number of lines, and of messages refused as a whole, by number of messages.
    """
    table = schema.ontvangst.c
    query = select(schema.ontvangst).order_by(table.gemeente, table.aanbieder, table.maand, table.id)
    lines = _lines(connection)
    return [
        {"gemeente": gemeente, "aanbieder": aanbieder, "maand": month_text(maand)} | _row(list(messages), lines)
        for (gemeente, aanbieder, maand), messages in groupby(
            connection.execute(query), lambda row: (row.gemeente, row.aanbieder, row.maand)
        )
    ]


def _lines(connection: Connection) -> Mapping[int, Sequence[Row[Any]]]:
    """Return, by message, its lines in groups: state, debit or credit, return codes, number and eurocents."""
    line = schema.ontvangen_regel.c
    keys = (line.ontvangst_id, line.stand, line.debetcredit, line.retourcodes)
    query = select(*keys, func.count().label("aantal"), func.sum(line.bedrag_cent).label("cent")).group_by(*keys)
    rows = connection.execute(query.order_by(line.ontvangst_id)).all()
    return {number: list(group) for number, group in groupby(rows, lambda row: int(row.ontvangst_id))}


def _row(messages: Sequence[Row[Any]], lines: Mapping[int, Sequence[Row[Any]]]) -> dict[str, Any]:
    """Return what is known of the messages of one month; those refused as a whole have no lines."""
    waiting = [one for one in messages if one.status == WACHT]
    received = [one for one in messages if one.id > 0]
    sent = [one for one in messages if one.status != NIET_VERZONDEN]
    found = [row for one in sent for row in lines.get(one.id, ())]
    due = min((one.dagtekening for one in received if one in waiting), default=None)
    last = max((one.dagtekening for one in received), default=None)
    until = last if due is None and not waiting else due
    known = len(waiting) < len(messages)
    codes = Counter[str]()
    for row in found:
        codes.update(dict.fromkeys(filter(None, row.retourcodes.split(",")), row.aantal))
    for one in messages:
        if one.status == NIET_VERZONDEN:
            codes.update(filter(None, one.retourcodes.split(",")))
    return {
        "berichten": len(messages),
        "beantwoord": len(messages) - len(waiting),
        "ontvangen_op": None if last is None else last.isoformat(),
        "uiterste_antwoorddatum": None if until is None else after(until, TERMIJN).isoformat(),
        "regels": sum(row.aantal for row in found) if sent else None,
        "toegekend_cent": _cent(found, TOEGEKEND, "D") if known else None,
        "afgekeurd_cent": _cent(found, AFGEKEURD, "D") - _cent(found, AFGEKEURD, "C") if known and sent else None,
        "gecrediteerd_cent": _cent(found, TOEGEKEND, "C") if known else None,
        "retourcodes": dict(sorted(codes.items())) if known else None,
    }


def _cent(rows: Iterable[Row[Any]], stand: str, debetcredit: str) -> int:
    return sum(int(row.cent) for row in rows if (row.stand, row.debetcredit) == (stand, debetcredit))


def table(rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    """Return `incoming` to read, to filter and to print; `names` are those of gemeenten and aanbieders, by code."""
    note = "antwoord uiterlijk: tien werkdagen na ontvangst van het oudste bericht zonder antwoord"
    columns = (*coded("gemeente", names), *coded("aanbieder", names), *_COLUMNS)
    return Table("Ontvangen en getoetst, per gemeente, aanbieder en maand", columns, _fields(rows, names), note=note)


def _fields(rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Fields]:
    for row in rows:
        who = [text for key in ("gemeente", "aanbieder") for text in (row[key], names.get(row[key], ""))]
        yield *who, *(_shown(column, row[column.name]) for column in _COLUMNS)


def _shown(column: Column, value: Any) -> Value | Cell:
    if value is None:
        return Cell(ONBEKEND, "text", "soft")
    if isinstance(value, Mapping):
        return ", ".join(f"{code} ({count})" for code, count in value.items())
    return date.fromisoformat(value) if column.form == "date" else value
