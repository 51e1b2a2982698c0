"""The whole life of one line: what it was made of, when it went out, what the municipality said, and what followed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL as _LABELS
from sqlalchemy import Connection, Row, select

from mpj.engine.values import Herkomst
from mpj.explanation import Blok, Uitleg, words
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.periods import month_text
from mpj.records.rows import shows_bsn

_STATUS = {
    "concept": "staat klaar en is nog niet verzonden",
    "verzonden": "is verzonden en wacht op antwoord",
    "toegekend": "is toegekend",
    "afgekeurd": "is afgekeurd",
    "niet_verzonden": "geldt als niet verzonden",
}


def life(connection: Connection, referentienummer: str) -> Uitleg:
    """Return the life of the line with this number and of all lines of the same identity, oldest first, without BSN.

    Raises InputError when the ledger has no such line.
    """
    table = schema.regel
    query = select(table, schema.client.c.bsn, schema.declaratie).join(schema.client).join(schema.declaratie)
    query = query.set_label_style(_LABELS)
    first = connection.execute(query.where(table.c.referentienummer == referentienummer)).first()
    if first is None:
        fault = Fault("niet_gevonden", "", 0, "--regel", mask(referentienummer), "", "geen regel in dit ledger heeft dit nummer")
        raise InputError(fault)
    names = ("gemeente", "toewijzingnummer", "productcategorie", "productcode", "maand")
    same = [table.c[name] == getattr(first, f"regel_{name}") for name in names]
    rows = connection.execute(query.where(*same).order_by(table.c.id)).all() or [first]
    head = Blok(
        "Waar het om gaat",
        (
            ("zorg", f"{first.regel_prestatiecode} {first.regel_kwalificatieniveau or 'zonder niveau'}, {first.regel_productcode}"),
            ("maand", month_text(first.regel_maand)),
            ("gemeente", f"{first.regel_gemeente}, contract {first.regel_contract}, perceel {first.regel_perceel}"),
        ),
    )
    return Uitleg(f"Regel {referentienummer}", (head, *(_block(connection, row) for row in rows)))


def _block(connection: Connection, row: Row[Any]) -> Blok:
    kind = "Debet" if row.regel_debetcredit == "D" else "Credit"
    period = f"{words.day(row.regel_begindatum)} t/m {words.day(row.regel_einddatum)}"
    steps = [
        ("inhoud", f"{period}: {row.regel_volume_bericht} in eenheid {row.regel_eenheid}, {words.euros(row.regel_bedrag_cent)}"),
        ("declaratie", f"{row.declaratie_declaratienummer} over {month_text(row.declaratie_maand)}"),
    ]
    if row.regel_vorige_id is not None:
        number = connection.execute(
            select(schema.regel.c.referentienummer).where(schema.regel.c.id == row.regel_vorige_id)
        ).scalar()
        steps.append(("crediteert", str(number)))
    if row.declaratie_verzonden_op is not None:
        steps.append(("verzonden", words.day(row.declaratie_verzonden_op)))
    if row.declaratie_afgesloten_op is not None:
        steps.append(("antwoord", words.day(row.declaratie_afgesloten_op)))
    codes = (
        connection.execute(select(schema.afkeuring.c.retourcode).where(schema.afkeuring.c.regel_id == row.regel_id)).scalars().all()
    )
    told = f" ({', '.join(codes)})" if codes else ""
    steps.append(("nu", _STATUS[row.regel_status] + told + ("" if row.regel_in_bericht else "; alleen in het regelbestand")))
    query = select(schema.herkomst.c.inhoud).where(schema.herkomst.c.regel_id == row.regel_id).order_by(schema.herkomst.c.volg)
    steps += [_record(load(Herkomst, text), row.client_bsn) for text in connection.execute(query).scalars()]
    return Blok(f"{kind} {row.regel_referentienummer}", tuple(steps))


def _record(trace: Herkomst, bsn: str | None) -> tuple[str, str]:
    shown = "" if bsn and shows_bsn(trace.bron, bsn) else f" {trace.bron}"
    minutes = "" if trace.minuten is None else f"{trace.minuten} minuten, "
    what = f"{trace.soort}{shown} van {words.day(trace.datum)}: {minutes}{trace.aantal_eenheden} eenheden"
    return "herkomst", f"{what}, {words.euros(trace.bedrag_cent)}{', afgetopt' if trace.afgetopt else ''}"
