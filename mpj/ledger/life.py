"""The whole life of a line or a record: what it was made of, when it went out, what the municipality said, and what followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL as _LABELS
from sqlalchemy import Connection, Row, Select, select

from mpj.engine.values import Herkomst, Identiteit
from mpj.explanation.build import Blok, Uitleg
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.rows import among
from mpj.ledger.schema import AFGEKEURD, NIET_VERZONDEN
from mpj.presentation import words
from mpj.reading.faults import Fault, InputError, mask, mask_number, shows_bsn
from mpj.reading.periods import month_text
from mpj.records.reasons import REDENEN

_STATUS = {
    "concept": "staat klaar en is nog niet verzonden",
    "verzonden": "is verzonden en wacht op antwoord",
    "toegekend": "is toegekend",
    "afgekeurd": "is afgekeurd",
    "niet_verzonden": "geldt als niet verzonden",
    "wacht": "is ontvangen en nog niet beoordeeld",
}


def life_of_line(connection: Connection, referentienummer: str) -> Uitleg:
    """Return the life of the line with this number and of all lines of the same identity, oldest first, without BSN.

    A line that a municipality received counts too. Raises InputError when the ledger has no such line.
    """
    table = schema.regel
    first = connection.execute(_lines().where(table.c.referentienummer == referentienummer)).first()
    if first is None:
        return _received(connection, referentienummer)
    same = [table.c[name] == getattr(first, f"regel_{name}") for name in ("client_id", *Identiteit._fields)]
    rows = connection.execute(_lines().where(*same).order_by(table.c.id)).all() or [first]
    return Uitleg(f"Regel {referentienummer}: het hele leven", (_care(first), *_blocks(connection, rows)))


def life_of_record(connection: Connection, bron: str) -> Uitleg:
    """Return what became of a registratie or stay: every line that it ever stood behind, oldest first, and why it is set aside.

    Raises InputError when the ledger has no such record, or its client was erased.
    """
    record = schema.record
    rows = connection.execute(select(record).where(record.c.bron == bron).order_by(record.c.soort)).all()
    if not rows:
        raise _nothing("bron", mask(bron), "geen registratie of verblijf in dit ledger heeft dit id")
    bsn = connection.execute(select(schema.client.c.bsn).where(schema.client.c.id == rows[0].client_id)).scalar()
    parts: list[Blok] = []
    for row in rows:
        ids = _lines_behind(connection, row)
        lines = sorted(among(connection, _lines(), schema.regel.c.id, ids), key=lambda line: (line.regel_maand, line.regel_id))
        own = (schema.herkomst.c.soort == row.soort, schema.herkomst.c.bron == row.bron)
        parts += [_record_block(connection, row), *_blocks(connection, lines, *own)]
    shown = "" if shows_bsn(bron, str(bsn or "")) else f" {bron}"
    return Uitleg(f"Bron{shown}: het hele leven", tuple(parts))


def _lines() -> Select[Any]:
    table = schema.regel
    query = select(table, schema.client.c.bsn, schema.declaratie, schema.antwoord.c.id)
    answered = schema.antwoord.c.declaratie_id == schema.declaratie.c.id
    query = query.join(schema.client).join(schema.declaratie).join(schema.antwoord, answered, isouter=True)
    return query.set_label_style(_LABELS)


def _lines_behind(connection: Connection, record: Row[Any]) -> list[int]:
    """Return the row numbers of the lines of this client that the record stood behind."""
    trace, regel = schema.herkomst.c, schema.regel.c
    query = select(trace.regel_id).distinct().join(schema.regel, regel.id == trace.regel_id)
    where = (regel.client_id == record.client_id, trace.soort == record.soort, trace.bron == record.bron)
    return list(connection.execute(query.where(*where)).scalars())


def _record_block(connection: Connection, record: Row[Any]) -> Blok:
    month = month_text(record.maand) + ("" if record.maand_tot in (None, record.maand) else f" t/m {month_text(record.maand_tot)}")
    read = f"{record.bestand or 'invoer'}{f', rij {record.rij}' if record.rij else ''}"
    steps = [("maand", month), ("gelezen", read)]
    if record.vervallen:
        steps.append(("nu", "is ingetrokken"))
    aside = schema.opzij.c
    where = (aside.client_id == record.client_id, aside.soort == record.soort, aside.bron == record.bron)
    for row in connection.execute(select(schema.opzij).where(*where).order_by(aside.datum, aside.id)):
        until = "" if row.datum_tot == row.datum else f" t/m {words.day(row.datum_tot)}"
        value = "" if row.waarde_cent is None else f", {words.euros(row.waarde_cent)}"
        steps.append(("opzij", f"{words.day(row.datum)}{until}: {row.reden}, {REDENEN[row.reden].betekenis}{value}"))
    return Blok(record.soort.capitalize(), tuple(steps))


def _care(first: Row[Any]) -> Blok:
    return Blok(
        "Waar het om gaat",
        (
            ("zorg", f"{first.regel_prestatiecode} {first.regel_kwalificatieniveau or 'zonder niveau'}, {first.regel_productcode}"),
            ("maand", month_text(first.regel_maand)),
            ("gemeente", f"{first.regel_gemeente}, contract {first.regel_contract}, perceel {first.regel_perceel}"),
        ),
    )


def _blocks(connection: Connection, rows: Sequence[Row[Any]], *only: Any) -> list[Blok]:
    """Return a part for each line, with the records behind it for which `only` holds.

    A debit names the credit that undoes it and the debit that came in its place.
    """
    ids = [row.regel_id for row in rows]
    regel, before = schema.regel.c, {row.regel_vorige_id for row in rows if row.regel_vorige_id is not None}
    numbers = {row.id: row.referentienummer for row in among(connection, select(schema.regel), regel.id, before)}
    undone: dict[int, list[tuple[str, str]]] = {}
    for row in among(connection, select(schema.regel).order_by(regel.id), regel.vorige_id, ids):
        undone.setdefault(row.vorige_id, []).append((row.referentienummer, row.status))
    codes: dict[int, list[str]] = {}
    refused = schema.afkeuring.c
    for row in among(connection, select(schema.afkeuring).order_by(refused.retourcode), refused.regel_id, ids):
        codes.setdefault(row.regel_id, []).append(row.retourcode)
    traces: dict[int, list[str]] = {}
    trace = schema.herkomst.c
    query = select(trace.regel_id, trace.inhoud).where(*only).order_by(trace.regel_id, trace.volg)
    for row in among(connection, query, trace.regel_id, ids):
        traces.setdefault(row.regel_id, []).append(row.inhoud)
    return [
        _block(
            row,
            numbers.get(row.regel_vorige_id, ""),
            [*((f"gecrediteerd door {name}", status) for name, status in undone.get(row.regel_id, ())), *_successor(row, rows)],
            codes.get(row.regel_id, []),
            traces.get(row.regel_id, []),
        )
        for row in rows
    ]


def _successor(row: Row[Any], rows: Sequence[Row[Any]]) -> list[tuple[str, str]]:
    """Return the debit that came in the place of a debit: of the same identity, the next one that was made."""
    if row.regel_debetcredit != "D":
        return []
    same = [getattr(row, f"regel_{name}") for name in Identiteit._fields]
    later = (
        other
        for other in rows
        if other.regel_id > row.regel_id
        and other.regel_debetcredit == "D"
        and [getattr(other, f"regel_{name}") for name in Identiteit._fields] == same
    )
    found = next(later, None)
    word = "opnieuw gedeclareerd als" if row.regel_status in (AFGEKEURD, NIET_VERZONDEN) else "vervangen door"
    return [] if found is None else [(f"{word} {found.regel_referentienummer}", found.regel_status)]


def _block(row: Row[Any], vorig: str, followed: Sequence[tuple[str, str]], codes: Sequence[str], traces: Sequence[str]) -> Blok:
    kind = "Debet" if row.regel_debetcredit == "D" else "Credit"
    period = f"{words.day(row.regel_begindatum)} t/m {words.day(row.regel_einddatum)}"
    steps = [
        ("inhoud", f"{period}: {row.regel_volume_bericht} in eenheid {row.regel_eenheid}, {words.euros(row.regel_bedrag_cent)}"),
        ("declaratie", f"{row.declaratie_declaratienummer} over {month_text(row.declaratie_maand)}"),
    ]
    if vorig:
        steps.append(("crediteert", vorig))
    if row.declaratie_verzonden_op is not None:
        steps.append(("verzonden", words.day(row.declaratie_verzonden_op)))
    if row.declaratie_afgesloten_op is not None and row.regel_in_bericht:
        # Closed without an answer: taken back with `mpj ledger withdraw`.
        closed = "ingetrokken" if row.antwoord_id is None else "antwoord"
        steps.append((closed, words.day(row.declaratie_afgesloten_op)))
    if not row.regel_in_bericht:
        steps.append(("nu", "staat alleen in het regelbestand"))
    else:
        whole = row.declaratie_retourcodes if row.regel_status == NIET_VERZONDEN else ""
        told = ", ".join(codes) or ", ".join(whole.split(","))
        steps.append(("nu", _STATUS[row.regel_status] + (f" ({told})" if told else "")))
    steps += [("daarna", f"{text}: {_STATUS[status]}") for text, status in followed]
    steps += [_trace(load(Herkomst, text), row.client_bsn) for text in traces]
    return Blok(f"{kind} {row.regel_referentienummer}", tuple(steps))


def _trace(trace: Herkomst, bsn: str | None) -> tuple[str, str]:
    shown = "" if bsn and shows_bsn(trace.bron, bsn) else f" {trace.bron}"
    minutes = "" if trace.minuten is None else f"{words.counted(trace.minuten, 'minuut')}, "
    what = f"{trace.soort}{shown} van {words.day(trace.datum)}: {minutes}{words.counted(trace.aantal_eenheden, 'eenheid')}"
    return "herkomst", f"{what}, {words.euros(trace.bedrag_cent)}{', afgetopt' if trace.afgetopt else ''}"


def _received(connection: Connection, referentienummer: str) -> Uitleg:
    """Return what a municipality said of the lines with this number, and which credits undo them."""
    regel, ontvangst = schema.ontvangen_regel, schema.ontvangst
    query = select(regel, ontvangst, schema.client.c.bsn).join(ontvangst).join(schema.client).set_label_style(_LABELS)
    query = query.order_by(regel.c.ontvangst_id, regel.c.id)
    rows = list(connection.execute(query.where(regel.c.referentienummer == referentienummer)))
    if not rows:
        raise _nothing("regel", mask_number(referentienummer), "geen regel in dit ledger heeft dit nummer")
    rows += connection.execute(query.where(regel.c.vorig_referentienummer == referentienummer)).all()
    return Uitleg(f"Regel {_told(referentienummer, rows[0])}: ontvangen", tuple(_received_block(row) for row in rows))


def _received_block(row: Row[Any]) -> Blok:
    dates = f"{words.day(row.ontvangen_regel_begindatum)} t/m {words.day(row.ontvangen_regel_einddatum)}"
    amount = words.euros(row.ontvangen_regel_bedrag_cent)
    number, period = _told(row.ontvangst_declaratienummer, row), month_text(row.ontvangst_maand)
    steps = [("inhoud", f"{dates}: {row.ontvangen_regel_volume} in eenheid {row.ontvangen_regel_eenheid}, {amount}")]
    if row.ontvangen_regel_vorig_referentienummer:
        steps.append(("crediteert", _told(row.ontvangen_regel_vorig_referentienummer, row)))
    steps.append(("declaratie", f"{number} over {period}, aanbieder {row.ontvangst_aanbieder}"))
    steps.append(("getoetst", words.day(row.ontvangst_dagtekening)))
    if row.ontvangst_antwoord:
        steps.append(("antwoord", row.ontvangst_antwoord))
    codes = row.ontvangen_regel_retourcodes
    steps.append(("nu", _STATUS[row.ontvangen_regel_stand] + (f" ({', '.join(codes.split(','))})" if codes else "")))
    kind = "Debet" if row.ontvangen_regel_debetcredit == "D" else "Credit"
    return Blok(f"{kind} {_told(row.ontvangen_regel_referentienummer, row)}", tuple(steps))


def _told(number: str, row: Row[Any]) -> str:
    """Return a number of the sender's own, hidden when it shows the BSN, or of an erased client when it could."""
    if row.client_bsn is None:
        return mask(number)
    return "(verborgen)" if shows_bsn(number, row.client_bsn) else number


def _nothing(kolom: str, found: str, text: str) -> InputError:
    return InputError(Fault("niet_gevonden", "", 0, kolom, found, "", text))
