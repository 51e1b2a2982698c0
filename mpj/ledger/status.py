"""What is open, granted, rejected, to correct and parked, in counts and eurocents: about groups, never about a client.

A limit is told by the number of its toewijzing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, case, func, select, true

from mpj.ledger import schema
from mpj.ledger.incoming import incoming
from mpj.ledger.known import faulty_counts, faulty_rows
from mpj.ledger.looks import LimitRow
from mpj.ledger.replaced import replaced_concepts
from mpj.ledger.rows import signed
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN, VERZONDEN
from mpj.ledger.stand import open_rejected
from mpj.ledger.use import fullest, limits
from mpj.ledger.year import refuse_received
from mpj.reading.periods import month_text
from mpj.records.reasons import REDENEN

# Set aside, but not because it waits for something: a limit is used up, or nobody said yet that it took place.
NOT_WORK = tuple(code for code, reden in REDENEN.items() if not reden.work)
UNKNOWN = "onbekend"
"""The gemeente of a record that has none."""
BANDS = ("tot_50_procent", "tot_80_procent", "tot_100_procent", "op")
_SIGNED = signed(schema.regel.c)
_ESTIMATED = func.sum(case((schema.opzij.c.waarde_cent.is_(None), schema.opzij.c.geschat_cent)))
"""What the run that set care aside estimated it at, where its value is not known."""
_RECEIVED = schema.ontvangen_regel.c
_RECEIVED_CENT = signed(_RECEIVED)
_Groups = dict[str, dict[str, Any]]


def status(connection: Connection) -> dict[str, Any]:
    """Return the ledger at a glance (mpj/ledger/schemas/ledger_status.json)."""
    states, codes, aside, used = _states(connection), _codes(connection), _aside(connection), list(limits(connection))
    counted = _limits(used)
    return {
        "formaat": 1,
        "soort": "ledger_status",
        "gemeenten": {
            gemeente: states.get(gemeente, {})
            | {"retourcodes": codes.get(gemeente, {}), "opzij": aside.get(gemeente, {})}
            | {"limieten": counted.get(gemeente, _no_limits())}
            for gemeente in sorted({*states, *aside, *counted})
        },
        "declaraties": _declarations(connection),
        "vervangen": replaced_concepts(connection),
        "onderhanden_werk": work(connection),
        "onleesbaar": faulty_rows(connection),
        "limieten": used,
        "ontvangen": _received(connection),
        "ontvangen_per_maand": incoming(connection),
    }


def own_work(connection: Connection) -> dict[str, Any]:
    """Return what `work` does; raises InputError in the ledger of a gemeente, which declares nothing."""
    refuse_received(connection, "mpj ledger status: wat is ontvangen, toegekend en afgekeurd")
    return work(connection)


def work(connection: Connection) -> dict[str, Any]:
    """Return onderhanden werk in eurocents: what was delivered and is not granted yet, each part once.

    Concepts, lines without answer, rejected lines to repair, lines that were not processed and that no run declared anew yet, and
    what is set aside but may come, as far as its value is known (`opzij_geschat_cent` is what its run estimated of the rest, in no
    sum). Credits count below zero. `per_gemeente` has the same of each, and since when the oldest of each part is there (`sinds`):
    the dagtekening of a concept, the day of sending, of the answer or of closing, and of what is set aside the day of delivery.
    `herstel` counts the rows to repair, of unknown value.
    """
    table, declaration = schema.regel.c, schema.declaratie.c
    in_message = table.in_bericht == true()
    dated, closed = declaration.dagtekening, func.coalesce(declaration.afgesloten_op, declaration.dagtekening)
    sent = func.coalesce(declaration.verzonden_op, dated)
    parts = {
        "concept": _work_lines(connection, dated, in_message, table.status == CONCEPT),
        "wacht_op_antwoord": _work_lines(connection, sent, in_message, table.status == VERZONDEN),
        "te_herstellen": _work_lines(connection, closed, *open_rejected()),
        "niet_verwerkt": _work_lines(connection, closed, in_message, table.status == NIET_VERZONDEN, table.opnieuw == true()),
    }
    aside = schema.opzij.c
    unknown = func.sum(case((aside.waarde_cent.is_(None), aside.aantal), else_=0))
    sums = func.sum(aside.waarde_cent), func.min(aside.datum), unknown, _ESTIMATED
    query = select(aside.gemeente, *sums).where(aside.reden.not_in(NOT_WORK)).group_by(aside.gemeente)
    rows = connection.execute(query).all()
    parts["opzij"] = {row[0] or UNKNOWN: (int(row[1] or 0), row[2]) for row in rows}
    beside = {row[0] or UNKNOWN: (int(row[3] or 0), int(row[4] or 0)) for row in rows}
    gemeenten = sorted({gemeente for found in parts.values() for gemeente in found})
    per = {gemeente: _work_of(gemeente, parts, beside) for gemeente in gemeenten}
    names = "totaal_cent", *(f"{part}_cent" for part in parts), *_BESIDE
    totals = {name: sum(row[name] for row in per.values()) for name in names}
    return {**totals, "per_gemeente": per, "herstel": faulty_counts(faulty_rows(connection))}


_BESIDE = "opzij_zonder_bekende_waarde", "opzij_geschat_cent"
"""What is known of care that is set aside and has no known value: in no sum."""
_Part = dict[str, tuple[int, date]]
"""Eurocents, and since when the oldest is there, by gemeente."""


def _work_lines(connection: Connection, since: Any, *where: Any) -> _Part:
    gemeente = schema.regel.c.gemeente
    query = select(gemeente, func.sum(_SIGNED), func.min(since)).join(schema.declaratie).where(*where).group_by(gemeente)
    return {row[0]: (int(row[1]), row[2]) for row in connection.execute(query)}


def _work_of(gemeente: str, parts: Mapping[str, _Part], beside: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    cents = {f"{name}_cent": found[gemeente][0] if gemeente in found else 0 for name, found in parts.items()}
    since = {name: found[gemeente][1].isoformat() for name, found in parts.items() if gemeente in found}
    return {
        "totaal_cent": sum(cents.values()),
        **cents,
        **dict(zip(_BESIDE, beside.get(gemeente, (0, 0)), strict=True)),
        "sinds": since,
    }


def _states(connection: Connection) -> _Groups:
    """Return lines and their amount by gemeente and state; lines that no message carries are left out."""
    table = schema.regel.c
    found: _Groups = {}
    query = select(table.gemeente, table.status, func.count(), func.sum(_SIGNED)).where(table.in_bericht == true())
    for gemeente, state, count, cents in connection.execute(query.group_by(table.gemeente, table.status)):
        found.setdefault(gemeente, {})[state] = {"regels": count, "bedrag_cent": int(cents or 0)}
    for gemeente, rows in _to_repair(connection).items():
        found.setdefault(gemeente, {})["te_herstellen"] = rows
    return found


def _to_repair(connection: Connection) -> dict[str, dict[str, int]]:
    """Return, by gemeente, the rejected lines on the repair list.

    A rejected credit counts below zero: it and the debit that was to replace a granted line are one correction.
    """
    query = select(schema.regel.c.gemeente, func.count(), func.sum(_SIGNED)).where(*open_rejected())
    query = query.group_by(schema.regel.c.gemeente)
    return {row[0]: {"regels": row[1], "bedrag_cent": int(row[2])} for row in connection.execute(query)}


def _codes(connection: Connection) -> _Groups:
    """Return rejected lines by gemeente and return code: a line with two codes counts at both."""
    regel, code = schema.regel.c, schema.afkeuring.c
    query = select(regel.gemeente, code.retourcode, func.count(), func.sum(_SIGNED)).join(schema.regel, regel.id == code.regel_id)
    query = query.group_by(regel.gemeente, code.retourcode).order_by(regel.gemeente, code.retourcode)
    found: _Groups = {}
    for gemeente, name, count, cents in connection.execute(query):
        found.setdefault(gemeente, {})[name] = {"regels": count, "bedrag_cent": int(cents)}
    return found


def _aside(connection: Connection) -> _Groups:
    table = schema.opzij.c
    sums = func.sum(table.aantal), func.sum(table.waarde_cent), _ESTIMATED, func.min(table.datum)
    query = select(table.gemeente, table.reden, *sums).group_by(table.gemeente, table.reden).order_by(table.gemeente, table.reden)
    found: _Groups = {}
    for gemeente, reden, count, cents, estimated, since in connection.execute(query):
        row = {"aantal": int(count), "bekende_waarde_cent": int(cents or 0), "geschat_cent": int(estimated or 0)}
        row["sinds"] = since.isoformat()
        found.setdefault(gemeente or UNKNOWN, {})[reden] = row
    return found


def _declarations(connection: Connection) -> list[dict[str, Any]]:
    table, regel = schema.declaratie.c, schema.regel.c
    query = (
        select(schema.declaratie, func.count(regel.id).label("regels"), func.sum(_SIGNED).label("cent"))
        .join(schema.regel, regel.declaratie_id == table.id)
        .where(regel.in_bericht == true())
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


def _received(connection: Connection) -> _Groups:
    """Return, of what a gemeente received, messages by aanbieder and lines with their amount by what it said of them."""
    messages = schema.ontvangst.c
    found: _Groups = {}
    query = select(messages.aanbieder, messages.status, func.count()).group_by(messages.aanbieder, messages.status)
    for aanbieder, state, count in connection.execute(query.order_by(messages.aanbieder, messages.status)):
        found.setdefault(aanbieder, {"berichten": {}, "regels": {}})["berichten"][state] = count
    lines = select(_RECEIVED.aanbieder, _RECEIVED.stand, func.count(), func.sum(_RECEIVED_CENT))
    for aanbieder, stand, count, cents in connection.execute(lines.group_by(_RECEIVED.aanbieder, _RECEIVED.stand)):
        found[aanbieder]["regels"][stand] = {"regels": count, "bedrag_cent": int(cents)}
    return found


def _no_limits() -> dict[str, dict[str, int]]:
    none = {"toewijzingen": 0, **dict.fromkeys(BANDS, 0)}
    return {"budget": dict(none), "omvang": none | {"zonder_totaal": 0}}


def _limits(rows: Iterable[LimitRow]) -> _Groups:
    """Return, by gemeente, how many toewijzingen with a budget or an omvang are used for how much of the whole."""
    found: _Groups = {}
    for row in fullest(rows):
        counts = found.setdefault(row["gemeente"], _no_limits())[row["soort"]]
        counts["toewijzingen"] += 1
        counts[_band(row)] += 1
    return found


def _band(row: LimitRow) -> str:
    limit = row["maximum"]
    if limit is None or row["stand"] == "op":
        return "op" if limit is not None else "zonder_totaal"
    used = row["toegekend"] + row["verzonden"] + row["concept"]
    return next(band for band, fits in zip(BANDS, (2 * used < limit, 10 * used < 8 * limit, True), strict=False) if fits)
