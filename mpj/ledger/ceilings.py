"""What is used of the ceilings of contracts, of either side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from attrs import frozen
from sqlalchemy import Connection, func, select, true

from mpj.contract import Contract
from mpj.ledger import schema
from mpj.ledger.rows import counting, signed
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN, WACHT
from mpj.ledger.use import month_column
from mpj.reading.periods import first_day
from mpj.tariefkaart import Tariefkaarten, compile_tariefkaart


@frozen
class Plafondstand:
    """One ceiling of a contract, and what is used of it."""

    contract: str
    gemeente: str
    """Empty: every gemeente."""
    prestatiecode: str
    """Empty: every prestatiecode."""
    maximum: int
    """In eurocents, over the whole term."""
    begindatum: date
    einddatum: date
    staten: Mapping[str, int]
    """Eurocents by what became of them: granted, sent or concept."""
    maanden: Mapping[int, int]
    """The same by month of care (`mpj.reading.periods`)."""


@frozen
class _Used:
    """What one group of lines comes to."""

    contract: str
    gemeente: str
    prestatiecode: str
    maand: int
    staat: str
    cent: int


def ceilings(connection: Connection, contracten: Sequence[Contract], *, ontvangen: bool) -> tuple[list[Plafondstand], int]:
    """Return every ceiling of the contracts, and the eurocents of which no contract that has one can be told (0 without any)."""
    watched = [one for one in contracten if one.plafond.ceilings]
    if not watched:
        return [], 0
    used = list(_received(connection, contracten) if ontvangen else _declared(connection))
    found = [_standing(used, one, place) for one in watched for place in one.plafond.ceilings]
    known = {one.id for one in contracten}
    return found, sum(one.cent for one in used if one.contract not in known)


def _standing(used: Sequence[_Used], contract: Contract, place: tuple[str, str, int]) -> Plafondstand:
    gemeente, code, maximum = place
    states: dict[str, int] = {}
    months: dict[int, int] = {}
    for one in used:
        if one.contract == contract.id and gemeente in ("", one.gemeente) and code in ("", one.prestatiecode):
            states[one.staat] = states.get(one.staat, 0) + one.cent
            months[one.maand] = months.get(one.maand, 0) + one.cent
    return Plafondstand(contract.id, gemeente, code, maximum, contract.begindatum, contract.einddatum, states, months)


def _declared(connection: Connection) -> Iterator[_Used]:
    table = schema.regel.c
    keys = (table.contract, table.gemeente, table.prestatiecode, table.maand, table.status)
    query = select(*keys, func.sum(signed(table))).group_by(*keys)
    where = table.in_bericht == true(), table.status.in_((TOEGEKEND, VERZONDEN, CONCEPT))
    for contract, gemeente, code, maand, staat, cent in connection.execute(query.where(*where)):
        yield _Used(contract, gemeente, code, maand, staat, int(cent))


def _received(connection: Connection, contracten: Sequence[Contract]) -> Iterator[_Used]:
    """Yield what a gemeente received, under the contract that its code is of in its month."""
    kaarten = Tariefkaarten([compile_tariefkaart(one) for one in contracten])
    table, message = schema.ontvangen_regel.c, schema.ontvangst.c
    keys = (table.aanbieder, table.gemeente, table.productcode, month_column(table), table.stand)
    query = select(*keys, func.sum(signed(table))).group_by(*keys).join(schema.ontvangst, message.id == table.ontvangst_id)
    where = table.stand.in_((TOEGEKEND, WACHT)), message.status != NIET_VERZONDEN, counting()
    for aanbieder, gemeente, productcode, maand, stand, cent in connection.execute(query.where(*where)):
        meaning = kaarten.meaning(aanbieder, gemeente, productcode, first_day(int(maand)))
        contract = "" if meaning is None else meaning[0].kaart.instellingen.contract
        code = "" if meaning is None else meaning[1].prestatiecode
        yield _Used(contract, gemeente, code, int(maand), VERZONDEN if stand == WACHT else stand, int(cent))
