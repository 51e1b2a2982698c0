"""What is open, granted, rejected, to correct and parked, in counts and eurocents: about groups, never about a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, case, func, select, true

from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.schema import AFGEKEURD, CONCEPT, TOEGEKEND, VERZONDEN
from mpj.reading.periods import month_text
from mpj.records.values import Toewijzing

_SIGNED = case((schema.regel.c.debetcredit == "D", schema.regel.c.bedrag_cent), else_=-schema.regel.c.bedrag_cent)
_PLACEHOLDER_BSN = "999990019"


def status(connection: Connection) -> dict[str, Any]:
    """Return the ledger at a glance; see docs/ledger.md for every key."""
    table = schema.regel.c
    states: dict[str, dict[str, dict[str, int]]] = {}
    query = select(table.gemeente, table.status, func.count(), func.sum(_SIGNED)).group_by(table.gemeente, table.status)
    for gemeente, state, count, cents in connection.execute(query):
        states.setdefault(gemeente, {})[state] = {"regels": count, "bedrag_cent": int(cents or 0)}
    for gemeente, rows in _open_rejected(connection).items():
        states.setdefault(gemeente, {})["te_herstellen"] = rows
    return {
        "formaat": 1,
        "soort": "ledger_status",
        "gemeenten": {
            gemeente: states.get(gemeente, {}) | {"retourcodes": codes.get(gemeente, {}), "opzij": aside.get(gemeente, {})}
            for codes, aside in [(_codes(connection), _aside(connection))]
            for gemeente in sorted({*states, *aside})
        },
        "declaraties": _declarations(connection),
        "onderhanden_werk": work(connection),
        "limieten": _limits(connection),
    }


def work(connection: Connection) -> dict[str, Any]:
    """Return onderhanden werk in eurocents: concepts, lines without answer, lines to repair, and what is set aside but may come."""
    table = schema.regel.c

    def lines(state: str) -> int:
        return int(connection.execute(select(func.sum(_SIGNED)).where(table.status == state)).scalar() or 0)

    aside = schema.opzij.c
    query = select(func.sum(aside.waarde_cent), func.sum(case((aside.waarde_cent.is_(None), aside.aantal), else_=0)))
    cents, unknown = connection.execute(query.where(aside.reden.not_in(("budget_overschreden", "omvang_overschreden")))).one()
    parts = {
        "concept_cent": lines(CONCEPT),
        "wacht_op_antwoord_cent": lines(VERZONDEN),
        "te_herstellen_cent": sum(row["bedrag_cent"] for row in _open_rejected(connection).values()),
        "opzij_cent": int(cents or 0),
    }
    return {"totaal_cent": sum(parts.values()), **parts, "opzij_zonder_bekende_waarde": int(unknown or 0)}


def _open_rejected(connection: Connection) -> dict[str, dict[str, int]]:
    """Return, by municipality, the rejected debits that nothing followed yet: no later line and no closing credit."""
    regel, later = schema.regel, schema.regel.alias("later")
    same = [later.c[name] == regel.c[name] for name in ("gemeente", "toewijzingnummer", "productcategorie", "productcode", "maand")]
    followed = select(later.c.id).where(
        *same, later.c.id > regel.c.id, later.c.status.in_((VERZONDEN, TOEGEKEND, AFGEKEURD)), later.c.debetcredit == "D"
    )
    closed = select(later.c.id).where(later.c.vorige_id == regel.c.id, later.c.status == TOEGEKEND)
    query = (
        select(regel.c.gemeente, func.count(), func.sum(regel.c.bedrag_cent))
        .where(regel.c.status == AFGEKEURD, regel.c.debetcredit == "D", ~followed.exists(), ~closed.exists())
        .group_by(regel.c.gemeente)
    )
    return {row[0]: {"regels": row[1], "bedrag_cent": int(row[2])} for row in connection.execute(query)}


def _codes(connection: Connection) -> dict[str, dict[str, dict[str, int]]]:
    """Return rejected lines by municipality and return code: a line with two codes counts at both."""
    regel, code = schema.regel.c, schema.afkeuring.c
    query = select(regel.gemeente, code.retourcode, func.count(), func.sum(regel.bedrag_cent)).join(
        schema.regel, regel.id == code.regel_id
    )
    found: dict[str, dict[str, dict[str, int]]] = {}
    for gemeente, name, count, cents in connection.execute(query.group_by(regel.gemeente, code.retourcode)):
        found.setdefault(gemeente, {})[name] = {"regels": count, "bedrag_cent": int(cents)}
    return found


def _aside(connection: Connection) -> dict[str, dict[str, dict[str, int]]]:
    table = schema.opzij.c
    query = select(table.gemeente, table.reden, func.sum(table.aantal), func.sum(table.waarde_cent))
    found: dict[str, dict[str, dict[str, int]]] = {}
    for gemeente, reden, count, cents in connection.execute(query.group_by(table.gemeente, table.reden)):
        found.setdefault(gemeente or "onbekend", {})[reden] = {"aantal": int(count), "bekende_waarde_cent": int(cents or 0)}
    return found


def _declarations(connection: Connection) -> list[dict[str, Any]]:
    table, regel = schema.declaratie.c, schema.regel.c
    query = (
        select(schema.declaratie, func.count(regel.id).label("regels"), func.sum(_SIGNED).label("cent"))
        .join(schema.regel, regel.declaratie_id == table.id)
        .group_by(*schema.declaratie.c)
        .order_by(table.maand, table.aanbieder, table.gemeente, table.declaratienummer)
    )
    return [
        {
            "declaratienummer": row.declaratienummer,
            "aanbieder": row.aanbieder,
            "gemeente": row.gemeente,
            "declaratieperiode": month_text(row.maand),
            "status": row.status,
            "verzonden_op": row.verzonden_op.isoformat() if row.verzonden_op else None,
            "afgesloten_op": row.afgesloten_op.isoformat() if row.afgesloten_op else None,
            "regels": row.regels,
            "bedrag_cent": int(row.cent),
        }
        for row in connection.execute(query)
    ]


def _limits(connection: Connection) -> dict[str, int]:
    """Return how many toewijzingen with a budget are used for how much: counts only."""
    regel = schema.regel.c
    query = select(regel.gemeente, regel.toewijzingnummer, func.sum(regel.bedrag_cent)).where(regel.staat == true())
    used = {(row[0], row[1]): int(row[2]) for row in connection.execute(query.group_by(regel.gemeente, regel.toewijzingnummer))}
    counts = {"toewijzingen_met_budget": 0, "tot_50_procent": 0, "tot_90_procent": 0, "tot_100_procent": 0, "op": 0}
    for key, budget in _budgets(connection.execute(select(schema.toewijzing).order_by(schema.toewijzing.c.stempel))).items():
        share = used.get(key, 0)
        counts["toewijzingen_met_budget"] += 1
        name = "op" if share >= budget else "tot_100_procent" if 10 * share > 9 * budget else "tot_90_procent"
        counts["tot_50_procent" if 2 * share <= budget and budget else name] += 1
    return counts


def _budgets(rows: Iterable[Any]) -> Mapping[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for row in rows:
        budget = load(Toewijzing, row.inhoud, bsn=_PLACEHOLDER_BSN).budget_cent
        found.pop((row.gemeente, row.toewijzingnummer), None)
        if budget is not None:
            found[row.gemeente, row.toewijzingnummer] = budget
    return found
