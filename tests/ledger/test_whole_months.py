"""What a run need not read back: the months of which its input brings every registratie that the ledger holds."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import false, select
from world import BSN

from mpj.ledger import schema
from mpj.ledger.cells import Cells
from mpj.ledger.database import Database
from mpj.ledger.intake import Intake
from mpj.ledger.rows import client_ids
from mpj.ledger.schema import REGISTRATIE
from mpj.protocol import MPJ_16
from mpj.reading.periods import month_of
from mpj.records.known import check_protocol
from mpj.records.reader import Entries
from mpj.records.values import Registratie

JAN, FEB, MARCH = (month_of(date(2026, month, 1)) for month in (1, 2, 3))


def contact(name: str, month: int, **more: Any) -> Registratie:
    values: dict[str, Any] = {"minuten": 30, "prestatiecode": "2.1"}
    return Registratie(name, BSN, date(2026, month, 5), **values | more)


A, B, C = contact("a", 1), contact("b", 2), contact("c", 2)
GONE = contact("b", 2, status="vervallen")
UNKNOWN = contact("c", 2, prestatiecode="9.9")


@pytest.mark.parametrize(
    ("before", "given", "whole"),
    [
        ([], [], set()),
        ([], [A, B, C], {JAN, FEB}),
        ([A, B], [B, C], {FEB}),
        ([A, B, C], [A, B], {JAN}),
        ([A, B, C], [A, GONE, C], {JAN, FEB}),
        ([A, B, C], [contact("b", 3), C], {FEB, MARCH}),
        ([A, B, C], [B, UNKNOWN], set()),
        ([A, B], [A, B, contact("b", 2, minuten=45)], {JAN}),
        ([GONE, C], [C], {FEB}),
    ],
)
def test_a_month_is_whole_where_the_ledger_holds_nothing_beside_the_input(
    before: list[Registratie], given: list[Registratie], whole: set[int]
) -> None:
    database = Database("sqlite://")
    with database.transaction() as connection:
        clients, entries = client_ids(connection, [BSN]), Entries(partial(check_protocol, protocol=MPJ_16))
        Intake(connection, MPJ_16, Cells(MARCH), clients).take(REGISTRATIE, list(map(entries.of, before)), lambda one: one)
        intake = Intake(connection, MPJ_16, Cells(MARCH), clients)
        intake.take(REGISTRATIE, list(map(entries.of, given)), lambda one: one)
        record = schema.record.c
        held = connection.execute(select(record.maand, record.bron).where(record.vervallen == false())).all()
        missed = {month for month, name in held if (REGISTRATIE, name) not in intake.taken}
        assert intake.whole() == whole == {month for month, _ in held} - missed
    database.close()
