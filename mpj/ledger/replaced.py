"""Concepts that another run replaced: which one takes their place, and the folder whose messages are void by it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.carried import Replaced
from mpj.ledger.looks import ReplacedConcept
from mpj.ledger.rows import add, chunks
from mpj.reading.faults import Fault
from mpj.reading.periods import month_text


def keep(connection: Connection, replaced: Iterable[Replaced], regels: Iterable[Declaratieregel]) -> None:
    """Remember which concepts are no more, and by which declarations of this run; one with the same number is the same."""
    made: dict[tuple[str, str], set[str]] = {}
    for line in regels:
        made.setdefault((line.aanbieder, line.gemeente), set()).add(line.declaratienummer)
    table = schema.vervangen
    alive = {(aanbieder, nummer) for (aanbieder, _), numbers in made.items() for nummer in numbers}
    gone = [one for one in replaced if (one.aanbieder, one.declaratienummer) not in alive]
    query = delete(table).where(table.c.aanbieder == bindparam("own"), table.c.declaratienummer == bindparam("nummer"))
    for part in chunks(sorted(alive | {(one.aanbieder, one.declaratienummer) for one in gone})):
        connection.execute(query, [{"own": aanbieder, "nummer": nummer} for aanbieder, nummer in part])
    add(connection, table, [_row(one, made.get((one.aanbieder, one.gemeente), ())) for one in gone])


def _row(one: Replaced, by: Iterable[str]) -> dict[str, object]:
    names = "aanbieder", "declaratienummer", "gemeente", "maand", "map"
    return {name: getattr(one, name) for name in names} | {"door": ",".join(sorted(by))}


def replaced_concepts(connection: Connection) -> list[ReplacedConcept]:
    """Return the concepts whose folder holds messages that are void: no declaration that counts was written there since."""
    table, declaratie = schema.vervangen.c, schema.declaratie.c
    written = set(connection.execute(select(declaratie.map).distinct()).scalars())
    query = select(schema.vervangen).where(table.map != "").order_by(table.maand, table.aanbieder, table.gemeente)
    return [
        {
            "declaratienummer": row.declaratienummer,
            "aanbieder": row.aanbieder,
            "gemeente": row.gemeente,
            "declaratieperiode": month_text(row.maand),
            "map": row.map,
            "door": [one for one in row.door.split(",") if one],
        }
        for row in connection.execute(query.order_by(table.declaratienummer))
        if row.map not in written
    ]


def replaced_fault(connection: Connection, nummer: str) -> Fault | None:
    """Return that a declaration was a concept that another run replaced; None where it was not."""
    table = schema.vervangen.c
    row = connection.execute(select(schema.vervangen).where(table.declaratienummer == nummer)).first()
    if row is None:
        return None
    by = f"vervangen door {row.door.replace(',', ', ')}" if row.door else "vervallen: er is niets meer van te declareren"
    void = f"; de berichten in {row.map} gelden niet meer" if row.map else ""
    return Fault("concept_vervangen", "", 0, "declaratienummer", nummer, row.door, f"dit concept is {by}{void}")
