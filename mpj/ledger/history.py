"""What a gemeente received and answered before, from the ledger, for whoever verifies the next message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from mpj.ledger import schema
from mpj.ledger.rows import among, counting
from mpj.ledger.schema import AFGEKEURD, NIET_VERZONDEN, TOEGEKEND, WACHT
from mpj.messages.values import CREDIT, PRESTATIE_FIELDS, Prestatie
from mpj.reading.periods import first_day
from mpj.verification import Bekend, EerdereRegel

_CHOICE = (TOEGEKEND, WACHT, AFGEKEURD)
_Line = tuple[str, EerdereRegel]


class LedgerHistory:
    """The `mpj.verification.History` of everything that came before message number `before` of the ledger.

    Every question is answered from the database once and remembered; `prepare` asks those of a whole message together. `maand` is
    the month of that message: a ledger that has nothing yet begins with it.
    """

    def __init__(self, connection: Connection, before: int, maand: int = 0) -> None:
        self._connection = connection
        self._before = before
        self._maand = maand
        self._references: dict[tuple[str, str], list[_Line]] = {}
        self._credits: dict[tuple[str, str], set[str]] = {}
        self._lines: dict[tuple[str, str, int], list[EerdereRegel]] = {}

    def prepare(self, aanbieder: str, gemeente: str, prestaties: Iterable[Prestatie]) -> None:
        """Load what the verification of these lines will ask, in a few large questions instead of many small ones."""
        found = list(prestaties)
        undone = {one.vorig_referentienummer for one in found if one.vorig_referentienummer is not None}
        self._load_references(aanbieder, undone | {one.referentienummer for one in found})
        assigned = {one.toewijzingnummer for one in found}
        self._load_lines(aanbieder, gemeente, assigned)
        standing = {line.prestatie.referentienummer for nummer in assigned for line in self._lines[aanbieder, gemeente, nummer]}
        self._load_credits(aanbieder, undone | standing)

    def known(self, aanbieder: str, gemeente: str) -> Bekend:
        """See `History`: from the first month that the ledger received anything of."""
        table = schema.ontvangst.c
        first = self._connection.execute(select(func.min(table.maand)).where(table.id < self._before)).scalar()
        query = select(table.maand, table.status).where(*self._earlier(), table.aanbieder == aanbieder, table.gemeente == gemeente)
        months: dict[int, bool] = {}
        for maand, status in self._connection.execute(query):
            months[maand] = months.get(maand, True) and status != WACHT
        return Bekend(self._maand if first is None else first, months)

    def has_message(self, afzender: str, identificatie: str) -> bool:
        """See `History`."""
        table = schema.ontvangst.c
        return self._any(table.aanbieder == afzender, table.identificatie == identificatie)

    def has_declaration(self, aanbieder: str, declaratienummer: str) -> bool:
        """See `History`."""
        table = schema.ontvangst.c
        return self._any(table.aanbieder == aanbieder, table.declaratienummer == declaratienummer)

    def has_reference(self, aanbieder: str, referentienummer: str) -> bool:
        """See `History`."""
        self._load_references(aanbieder, {referentienummer})
        return bool(self._references[aanbieder, referentienummer])

    def last_period(self, aanbieder: str, gemeente: str) -> date | None:
        """See `History`."""
        table = schema.ontvangst.c
        query = select(func.max(table.maand)).where(*self._earlier(), table.aanbieder == aanbieder, table.gemeente == gemeente)
        maand = self._connection.execute(query).scalar()
        return None if maand is None else first_day(maand)

    def line(self, aanbieder: str, gemeente: str, referentienummer: str) -> EerdereRegel | None:
        """See `History`. Of a number that was used again, and refused for it, the first line is meant."""
        self._load_references(aanbieder, {referentienummer})
        found = [line for place, line in self._references[aanbieder, referentienummer] if place == gemeente]
        return min(found, key=lambda line: _CHOICE.index(line.stand), default=None)

    def credited(self, aanbieder: str, gemeente: str, referentienummer: str) -> bool:
        """See `History`."""
        self._load_credits(aanbieder, {referentienummer})
        return gemeente in self._credits[aanbieder, referentienummer]

    def lines(self, aanbieder: str, gemeente: str, toewijzingnummer: int) -> Sequence[EerdereRegel]:
        """See `History`."""
        self._load_lines(aanbieder, gemeente, {toewijzingnummer})
        return self._lines[aanbieder, gemeente, toewijzingnummer]

    def _earlier(self) -> tuple[Any, ...]:
        table = schema.ontvangst.c
        return table.id < self._before, table.status != NIET_VERZONDEN

    def _any(self, *where: Any) -> bool:
        return self._connection.execute(select(schema.ontvangst.c.id).where(*self._earlier(), *where).limit(1)).first() is not None

    def _query(self, aanbieder: str) -> Select[Any]:
        table = schema.ontvangen_regel.c
        query = select(table.gemeente, schema.client.c.bsn, table.stand, *(table[name] for name in PRESTATIE_FIELDS))
        query = query.join(schema.client, schema.client.c.id == table.client_id)
        query = query.where(table.aanbieder == aanbieder, table.ontvangst_id < self._before)
        return query.order_by(table.ontvangst_id, table.id)

    def _load_references(self, aanbieder: str, nummers: set[str]) -> None:
        if new := sorted(nummer for nummer in nummers if (aanbieder, nummer) not in self._references):
            self._references.update(((aanbieder, nummer), []) for nummer in new)
            for gemeente, *rest in among(self._connection, self._query(aanbieder), schema.ontvangen_regel.c.referentienummer, new):
                line = _line(*rest)
                self._references[aanbieder, line.prestatie.referentienummer].append((gemeente, line))

    def _load_credits(self, aanbieder: str, nummers: set[str]) -> None:
        if new := sorted(nummer for nummer in nummers if (aanbieder, nummer) not in self._credits):
            self._credits.update(((aanbieder, nummer), set()) for nummer in new)
            table = schema.ontvangen_regel.c
            query = select(table.gemeente, table.vorig_referentienummer).where(
                table.aanbieder == aanbieder,
                table.ontvangst_id < self._before,
                table.debetcredit == CREDIT,
                table.stand != AFGEKEURD,
            )
            for gemeente, nummer in among(self._connection, query, table.vorig_referentienummer, new):
                self._credits[aanbieder, nummer].add(gemeente)

    def _load_lines(self, aanbieder: str, gemeente: str, nummers: set[int]) -> None:
        if new := sorted(nummer for nummer in nummers if (aanbieder, gemeente, nummer) not in self._lines):
            self._lines.update(((aanbieder, gemeente, nummer), []) for nummer in new)
            table = schema.ontvangen_regel.c
            where = table.gemeente == gemeente, table.stand != AFGEKEURD, counting(self._before)
            query = self._query(aanbieder).where(*where)
            for _, *rest in among(self._connection, query, table.toewijzingnummer, new):
                line = _line(*rest)
                self._lines[aanbieder, gemeente, line.prestatie.toewijzingnummer].append(line)


def _line(bsn: str | None, stand: str, *values: Any) -> EerdereRegel:
    fields = dict(zip(PRESTATIE_FIELDS, values, strict=True))
    if fields["toewijzingnummer"] is None:
        fields["toewijzingnummer"] = 0
    return EerdereRegel(bsn or "", Prestatie(**fields), stand)
