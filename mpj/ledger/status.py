"""What is open, granted, rejected, to correct and parked, in counts and eurocents: about groups, never about a client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, case, func, select, true

from mpj.engine.limits import Verbruik, counted, maximum_total
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.incoming import incoming
from mpj.ledger.protocols import last_protocol
from mpj.ledger.rows import signed
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN, VERZONDEN
from mpj.ledger.stand import open_rejected
from mpj.protocol import Protocol
from mpj.reading.periods import month_text
from mpj.records.reasons import REDENEN
from mpj.records.values import Toewijzing

# Set aside, but not because it waits for something: a limit is used up, or nobody said yet that it took place.
NOT_WORK = tuple(code for code, reden in REDENEN.items() if not reden.work)
BANDS = ("tot_50_procent", "tot_80_procent", "tot_100_procent", "op")
_SIGNED = signed(schema.regel.c)
_RECEIVED = schema.ontvangen_regel.c
_RECEIVED_CENT = signed(_RECEIVED)
_PLACEHOLDER_BSN = "999990019"
_Groups = dict[str, dict[str, Any]]


def status(connection: Connection) -> dict[str, Any]:
    """Return the ledger at a glance (mpj/ledger/schemas/ledger_status.json)."""
    states, codes, aside, limits = _states(connection), _codes(connection), _aside(connection), _limits(connection)
    return {
        "formaat": 1,
        "soort": "ledger_status",
        "gemeenten": {
            gemeente: states.get(gemeente, {})
            | {"retourcodes": codes.get(gemeente, {}), "opzij": aside.get(gemeente, {})}
            | {"limieten": limits.get(gemeente, _no_limits())}
            for gemeente in sorted({*states, *aside, *limits})
        },
        "declaraties": _declarations(connection),
        "onderhanden_werk": work(connection),
        "ontvangen": _received(connection),
        "ontvangen_per_maand": incoming(connection),
    }


def work(connection: Connection) -> dict[str, Any]:
    """Return onderhanden werk in eurocents: what was delivered and is not granted yet, each part once.

    Concepts, lines without answer, rejected lines to repair, lines that were not processed and that no run declared anew yet, and
    what is set aside but may come, as far as its value is known. Credits count below zero.
    """
    table = schema.regel.c

    def lines(*where: Any) -> int:
        return int(connection.execute(select(func.sum(_SIGNED)).where(table.in_bericht == true(), *where)).scalar() or 0)

    aside = schema.opzij.c
    query = select(func.sum(aside.waarde_cent), func.sum(case((aside.waarde_cent.is_(None), aside.aantal), else_=0)))
    cents, unknown = connection.execute(query.where(aside.reden.not_in(NOT_WORK))).one()
    parts = {
        "concept_cent": lines(table.status == CONCEPT),
        "wacht_op_antwoord_cent": lines(table.status == VERZONDEN),
        "te_herstellen_cent": sum(row["bedrag_cent"] for row in _to_repair(connection).values()),
        "niet_verwerkt_cent": lines(table.status == NIET_VERZONDEN, table.opnieuw == true()),
        "opzij_cent": int(cents or 0),
    }
    return {"totaal_cent": sum(parts.values()), **parts, "opzij_zonder_bekende_waarde": int(unknown or 0)}


def _states(connection: Connection) -> _Groups:
    """Return lines and their amount by municipality and state; lines that no message carries are left out."""
    table = schema.regel.c
    found: _Groups = {}
    query = select(table.gemeente, table.status, func.count(), func.sum(_SIGNED)).where(table.in_bericht == true())
    for gemeente, state, count, cents in connection.execute(query.group_by(table.gemeente, table.status)):
        found.setdefault(gemeente, {})[state] = {"regels": count, "bedrag_cent": int(cents or 0)}
    for gemeente, rows in _to_repair(connection).items():
        found.setdefault(gemeente, {})["te_herstellen"] = rows
    return found


def _to_repair(connection: Connection) -> dict[str, dict[str, int]]:
    """Return, by municipality, the rejected lines on the repair list.

    A rejected credit counts below zero: it and the debit that was to replace a granted line are one correction.
    """
    query = select(schema.regel.c.gemeente, func.count(), func.sum(_SIGNED)).where(*open_rejected())
    query = query.group_by(schema.regel.c.gemeente)
    return {row[0]: {"regels": row[1], "bedrag_cent": int(row[2])} for row in connection.execute(query)}


def _codes(connection: Connection) -> _Groups:
    """Return rejected lines by municipality and return code: a line with two codes counts at both."""
    regel, code = schema.regel.c, schema.afkeuring.c
    query = select(regel.gemeente, code.retourcode, func.count(), func.sum(_SIGNED)).join(schema.regel, regel.id == code.regel_id)
    query = query.group_by(regel.gemeente, code.retourcode).order_by(regel.gemeente, code.retourcode)
    found: _Groups = {}
    for gemeente, name, count, cents in connection.execute(query):
        found.setdefault(gemeente, {})[name] = {"regels": count, "bedrag_cent": int(cents)}
    return found


def _aside(connection: Connection) -> _Groups:
    table = schema.opzij.c
    query = select(table.gemeente, table.reden, func.sum(table.aantal), func.sum(table.waarde_cent))
    query = query.group_by(table.gemeente, table.reden).order_by(table.gemeente, table.reden)
    found: _Groups = {}
    for gemeente, reden, count, cents in connection.execute(query):
        found.setdefault(gemeente or "onbekend", {})[reden] = {"aantal": int(count), "bekende_waarde_cent": int(cents or 0)}
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
    """Return, of what a municipality received, messages by aanbieder and lines with their amount by what it said of them."""
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


def _limits(connection: Connection) -> _Groups:
    """Return, by municipality, how many toewijzingen with a budget or an omvang are used for how much: counts only."""
    regel = schema.regel.c
    keys = (regel.gemeente, regel.toewijzingnummer, regel.eenheid, regel.maand)
    query = select(*keys, func.sum(regel.bedrag_cent), func.sum(regel.volume_bericht)).where(regel.staat == true())
    rows: dict[tuple[str, int], list[tuple[str, int, int, int]]] = {}
    for gemeente, nummer, eenheid, maand, cents, volume in connection.execute(query.group_by(*keys)):
        rows.setdefault((gemeente, nummer), []).append((eenheid, maand, int(cents), int(volume)))
    found: _Groups = {}
    protocol = last_protocol(connection)
    for toewijzing in _current(connection, protocol):
        counts = found.setdefault(toewijzing.gemeente, _no_limits())
        used = Verbruik.of(protocol, rows.get(toewijzing.sleutel, ()))
        if toewijzing.budget_cent is not None:
            _count(counts["budget"], used.cent, toewijzing.budget_cent)
        if toewijzing.volume is not None:
            maximum = maximum_total(protocol, toewijzing)
            if maximum is None:
                counts["omvang"]["toewijzingen"] += 1
                counts["omvang"]["zonder_totaal"] += 1
            else:
                telt, weight = counted(protocol, toewijzing.eenheid or "")
                _count(counts["omvang"], used.volume(telt), maximum * weight)
    return {gemeente: counts for gemeente, counts in found.items() if counts != _no_limits()}


def _count(counts: dict[str, int], used: int, limit: int) -> None:
    counts["toewijzingen"] += 1
    shares = (2 * used < limit, 10 * used < 8 * limit, used < limit, True)
    counts[next(band for band, fits in zip(BANDS, shares, strict=True) if fits)] += 1


def _current(connection: Connection, protocol: Protocol) -> Iterator[Toewijzing]:
    """Yield the latest version of every toewijzing that was not removed, under a BSN that is nobody's."""
    latest: dict[tuple[str, int], str] = {}
    query = select(schema.toewijzing.c.gemeente, schema.toewijzing.c.toewijzingnummer, schema.toewijzing.c.inhoud)
    for gemeente, nummer, inhoud in connection.execute(query.order_by(schema.toewijzing.c.stempel)):
        latest[gemeente, nummer] = inhoud
    for inhoud in latest.values():
        toewijzing = load(Toewijzing, inhoud, bsn=_PLACEHOLDER_BSN)
        if toewijzing.reden_wijziging != protocol.reden_verwijderd:
            yield toewijzing
