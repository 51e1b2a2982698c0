"""The trace of lines of a year that stand: what the auditor's sample draws from (`mpj.verification.sample`), and what was cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import frozen
from sqlalchemy import Connection, String, and_, cast, exists, extract, literal, or_, select, true

from mpj.engine.values import Herkomst
from mpj.ledger import schema
from mpj.ledger.codec import load
from mpj.ledger.rows import streamed
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN, TOEGEKEND
from mpj.ledger.year import receives
from mpj.protocol.rounding import half_up


@frozen
class Drawable:
    """What is behind a line: a record, or the line as a whole where no record is known (taken over, erased, received)."""

    referentienummer: str
    soort: str
    datum: date
    kwalificatieniveau: str
    bedrag_cent: int
    medewerker: str = ""


def year_trace(connection: Connection, jaar: int) -> Iterator[Drawable]:
    """Yield the trace of every debit of a year of delivery that stands: sent or granted, and not credited. Names no client."""
    return _received(connection, jaar) if receives(connection) else _declared(connection, jaar)


def cut(connection: Connection, jaar: int) -> dict[str, tuple[int, int]]:
    """Return, by gemeente, how many records behind lines of a year a limit cut, and the eurocents that it cut off.

    Of lines that stand or are concepts, at their own price. A line that does not know what it was made of (of an older mpj, or
    taken over) is left out.
    """
    line, behind = schema.regel.c, schema.herkomst.c
    # A line that is whole has no more units before limits than after: its records need not be read.
    whole = line.sleutel.like(literal("%|") + cast(line.volume, String) + "|%")
    stands = or_(line.staat == true(), line.status == CONCEPT), line.debetcredit == "D", line.in_bericht == true()
    where = *stands, line.maand.between(jaar * 12, jaar * 12 + 11), line.sleutel != "", ~whole
    query = select(line.gemeente, line.volume, line.bedrag_cent, behind.inhoud).join(schema.herkomst, behind.regel_id == line.id)
    found: dict[str, tuple[int, int]] = {}
    for gemeente, units, cent, inhoud in streamed(connection, query.where(*where)):
        one = load(Herkomst, inhoud)
        if one.afgetopt:
            count, total = found.get(gemeente, (0, 0))
            found[gemeente] = count + 1, total + half_up(cent * (one.voor_limiet - one.aantal_eenheden), units)
    return found


def _declared(connection: Connection, jaar: int) -> Iterator[Drawable]:
    line, behind = schema.regel.c, schema.herkomst
    query = select(line.referentienummer, line.begindatum, line.kwalificatieniveau, line.bedrag_cent, behind.c.inhoud)
    joined = schema.regel.outerjoin(behind, behind.c.regel_id == line.id)
    where = line.staat == true(), line.in_bericht == true(), line.maand.between(jaar * 12, jaar * 12 + 11)
    for row in streamed(connection, query.select_from(joined).where(*where)):
        if row.inhoud is None:
            yield Drawable(row.referentienummer, "regel", row.begindatum, row.kwalificatieniveau, row.bedrag_cent)
            continue
        one = load(Herkomst, row.inhoud)
        own = one.soort, one.datum, one.kwalificatieniveau, one.bedrag_cent, one.medewerker
        yield Drawable(row.referentienummer, *own)


def _received(connection: Connection, jaar: int) -> Iterator[Drawable]:
    """Yield the granted lines of a gemeente, each as a whole: a message names no professional and no level."""
    line, credit, message = schema.ontvangen_regel.c, schema.ontvangen_regel.alias("credit").c, schema.ontvangst.c
    undone = exists().where(
        and_(credit.aanbieder == line.aanbieder, credit.vorig_referentienummer == line.referentienummer),
        credit.debetcredit == "C",
        credit.stand == TOEGEKEND,
    )
    query = select(line.aanbieder, line.referentienummer, line.begindatum, line.bedrag_cent)
    query = query.join(schema.ontvangst, message.id == line.ontvangst_id)
    where = line.debetcredit == "D", line.stand == TOEGEKEND, message.status != NIET_VERZONDEN
    for row in connection.execute(query.where(*where, extract("year", line.begindatum) == jaar, ~undone)):
        # A number is an aanbieder's own: two of them may have given the same.
        yield Drawable(f"{row.aanbieder}/{row.referentienummer}", "regel", row.begindatum, "", row.bedrag_cent)
