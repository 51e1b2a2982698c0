"""A record is on one line that may be granted, or stands, whatever changes of it while lines wait for their answers."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from world import BSN_2

import mpj
from ledger.support import Partij, registratie, toewijzing
from mpj.ledger import schema
from mpj.ledger.schema import CONCEPT, TOEGEKEND, VERZONDEN

PERIODE, LAST = "2026-04", date(2026, 4, 30)
RECORDS = st.builds(
    registratie,
    st.sampled_from("abcd"),
    st.dates(date(2026, 3, 1), LAST).map(str),
    st.sampled_from([15, 30, 60]),
    st.sampled_from(["hbo", "wo"]),
    bsn=st.sampled_from(["999900006", BSN_2]),
    prestatiecode=st.sampled_from(["2.1", "1.2"]),
    status=st.sampled_from(["gerealiseerd"] * 5 + ["vervallen"]),
)
STEPS = st.lists(
    st.tuples(st.lists(RECORDS, max_size=3, unique_by=lambda one: one["id"]), st.booleans(), st.booleans()), max_size=8
)
"""What comes in a run, whether it is sent, and whether all that was sent is answered then."""
GRANTED = [
    toewijzing(),
    toewijzing(2, prestatiecode="1.2"),
    toewijzing(3, bsn=BSN_2),
    toewijzing(4, bsn=BSN_2, prestatiecode="1.2"),
]


def on_lines(one: Partij) -> Counter[tuple[str, object]]:
    """On how many lines a record is of one client, and on one day, that are a concept, wait for an answer or are granted.

    A credit takes one away. What has another client and another day is other care.
    """
    with one.ledger.database.transaction(write=False) as connection:
        lines = connection.execute(select(schema.regel).where(schema.regel.c.status.in_([CONCEPT, VERZONDEN, TOEGEKEND]))).all()
        behind: dict[int, list[tuple[str, date]]] = {}
        for row in connection.execute(select(schema.herkomst.c.regel_id, schema.herkomst.c.bron, schema.herkomst.c.datum)):
            behind.setdefault(row.regel_id, []).append((row.bron, row.datum))
    found: Counter[tuple[str, object]] = Counter()
    for line in lines:
        debit = line.debetcredit == "D"
        for bron, datum in behind.get(line.id if debit else line.vorige_id, ()):
            for key in ((bron, line.client_id), (bron, datum)):
                found[key] += 1 if debit else -1
    return found


def amounts(regels: tuple[mpj.Declaratieregel, ...]) -> Counter[tuple[object, ...]]:
    """What lines come to, by what they mean."""
    found: Counter[tuple[object, ...]] = Counter()
    for line in regels:
        sign = 1 if line.debetcredit == "D" else -1
        found[line.bsn, line.toewijzingnummer, line.productcode, line.begindatum, line.volume, line.bedrag_cent] += sign
    return found


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@example([([registratie("a")], True, False), ([registratie("a", bsn=BSN_2)], True, True)])
@example([([registratie("a")], True, False), ([registratie("a", prestatiecode="1.2")], True, True)])
@given(STEPS)
def test_a_record_is_billed_once_and_in_the_end_as_it_is(steps: list[tuple[list[dict[str, Any]], bool, bool]]) -> None:
    one = Partij("sqlite://", prices={"2.1 hbo": "24,55", "2.1 wo": "31,20", "1.2 hbo": "20,00", "1.2 wo": "30,00"})
    one.toewijzingen = list(GRANTED)
    newest: dict[str, dict[str, Any]] = {}
    standing: Counter[tuple[object, ...]] = Counter()
    underway: list[Any] = []
    for records, sends, answers in [*steps, ([], True, True), ([], True, True)]:
        newest |= {record["id"]: record for record in records}
        result = one.agreed(*records, periode=PERIODE)
        assert max(on_lines(one).values(), default=0) <= 1
        if sends:
            underway += one.send(result)
            standing.update(amounts(result.regels))
        if answers:
            one.book(underway)
            underway.clear()
            assert max(on_lines(one).values(), default=0) <= 1
    whole = mpj.declare([one.contract], GRANTED, list(newest.values()), periode=PERIODE, dagtekening=LAST, nalevering=True)
    assert +standing == amounts(whole.regels)
    one.ledger.close()
