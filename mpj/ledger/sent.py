"""Messages that were sent, again: the same bytes, proven by the digest that was kept when they went out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, select

from mpj.ledger import schema
from mpj.ledger.conversation import declarations, message_of, state_fault, to_bytes
from mpj.ledger.rows import among
from mpj.ledger.schema import BEANTWOORD, NIET_VERZONDEN, VERZONDEN
from mpj.messages.files import file_name
from mpj.reading.faults import Fault, InputError

SENT = (VERZONDEN, BEANTWOORD)
"""What was sent, and not taken back or refused as a whole."""


def messages(connection: Connection, nummers: Iterable[str], states: Collection[str] = SENT) -> list[tuple[str, bytes]]:
    """Return the messages of declarations in these states. See `mpj.Ledger.messages`."""
    found: list[tuple[str, bytes]] = []
    faults: list[Fault] = []
    for row in declarations(connection, nummers):
        if row.status not in states:
            faults.append(state_fault(row, "een verzonden declaratie"))
            continue
        if row.overgenomen:
            faults.append(_elsewhere(row.declaratienummer))
            continue
        if is_erased(connection, row.id):
            told = "deels gewist, digest bewaard: een cliënt van dit bericht is verwijderd, dus het is niet meer te maken"
            faults.append(Fault("bericht_gewist", "", 0, f"declaratie {row.declaratienummer}", toelichting=told))
            continue
        message = message_of(connection, row)
        if message is None:
            faults.append(_missing(row.declaratienummer, "van deze declaratie reist geen regel: er is geen bericht"))
            continue
        inhoud = to_bytes(message)
        if row.sha256 is not None and hashlib.sha256(inhoud).hexdigest() != row.sha256:
            faults.append(_missing(row.declaratienummer, "het bericht is niet meer te maken zoals het is verzonden"))
        else:
            found.append((file_name(message), inhoud))
    if faults:
        raise InputError(faults)
    return found


def is_erased(connection: Connection, declaratie: int) -> bool:
    """Say whether a client of a declaration was erased: of its message only the digest stays."""
    regel = schema.regel.c
    query = select(regel.id).where(regel.declaratie_id == declaratie, regel.toewijzingnummer.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def sent_among(connection: Connection, nummers: Iterable[str]) -> set[str]:
    """Return which of these declaratienummers were sent, and not taken back or refused as a whole."""
    table = schema.declaratie.c
    query = select(table.declaratienummer).where(table.status.in_(SENT))
    return {row.declaratienummer for row in among(connection, query, table.declaratienummer, nummers)}


def unanswered(connection: Connection, van: int, tot: int, pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return how many debit lines of care of these months are without answer, by the number of the declaration that took them."""
    table, regel, wanted = schema.declaratie.c, schema.regel.c, set(pairs)
    query = select(table.declaratienummer, table.aanbieder, table.gemeente, func.count()).join(schema.regel)
    query = query.where(regel.status == VERZONDEN, regel.debetcredit == "D", regel.maand.between(van, tot))
    rows = connection.execute(query.group_by(table.declaratienummer, table.aanbieder, table.gemeente))
    return {nummer: count for nummer, aanbieder, gemeente, count in rows if (aanbieder, gemeente) in wanted}


def _elsewhere(nummer: str) -> Fault:
    text = "deze declaratie is van voor dit ledger: haar bericht is in een ander systeem gemaakt"
    return Fault("declaratie_onbekend", "", 0, f"declaratie {nummer}", toelichting=text)


def _missing(nummer: str, text: str) -> Fault:
    return Fault("ledger_beschadigd", "", 0, f"declaratie {nummer}", toelichting=text)


def last_month(connection: Connection, gemeenten: Iterable[str]) -> int:
    """Return the last month that was declared to one of these gemeenten, as a concept or sent; 0 where there is none."""
    table, wanted = schema.declaratie.c, set(gemeenten)
    query = select(table.gemeente, func.max(table.maand)).where(table.status != NIET_VERZONDEN).group_by(table.gemeente)
    return max((row[1] for row in connection.execute(query) if row[0] in wanted), default=0)
