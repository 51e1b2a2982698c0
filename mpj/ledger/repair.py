"""The repair list: rejected lines that nothing followed up, one by one, and what their return codes say."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, func, select

from mpj.ledger import schema
from mpj.ledger.rows import among
from mpj.ledger.stand import open_rejected
from mpj.reading.fields import is_bsn
from mpj.reading.periods import month_text


def repair_list(connection: Connection) -> list[dict[str, Any]]:
    """Return the repair list without BSN, by gemeente and toewijzing (mpj/ledger/schemas/herstellijst.json).

    A toewijzingnummer that could be a BSN is left out (None); a return code that mpj has no words for has an empty text.
    """
    regel = schema.regel.c
    since = func.coalesce(schema.declaratie.c.afgesloten_op, schema.declaratie.c.dagtekening).label("sinds")
    query = select(schema.regel, since).join(schema.declaratie).where(*open_rejected())
    rows = connection.execute(query.order_by(regel.gemeente, regel.toewijzingnummer, regel.maand, regel.id)).all()
    refused = schema.afkeuring.c
    codes: dict[int, list[str]] = {}
    texts = code_texts()
    for row in among(connection, select(schema.afkeuring), refused.regel_id, [row.id for row in rows]):
        codes.setdefault(row.regel_id, []).append(row.retourcode)
    return [
        {
            "gemeente": row.gemeente,
            "referentienummer": row.referentienummer,
            "toewijzingnummer": None if is_bsn(str(row.toewijzingnummer)) else row.toewijzingnummer,
            "productcode": row.productcode,
            "periode": month_text(row.maand),
            "debetcredit": row.debetcredit,
            "bedrag_cent": row.bedrag_cent if row.debetcredit == "D" else -row.bedrag_cent,
            "retourcodes": [{"retourcode": code, "omschrijving": texts.get(code, "")} for code in sorted(codes.get(row.id, ()))],
            "opnieuw": row.opnieuw,
            "sinds": row.sinds.isoformat(),
        }
        for row in rows
    ]


@cache
def code_texts() -> dict[str, str]:
    """Return what each return code says, in the words of the first rule that gives it."""
    from mpj.verification.register import DECLARATION_RULES, HIGHER_CONTENT
    from mpj.verification.texts import NAAM, catalog

    names = catalog("nl")
    pairs = [(code, one.code) for one in DECLARATION_RULES for code in one.retourcode.split(", ")]
    pairs += [(code, rule) for rule, code in HIGHER_CONTENT.items()]
    return {code: names[NAAM, rule] for code, rule in reversed(pairs)}
