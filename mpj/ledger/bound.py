"""The bound: a run that takes back, or newly declares, far more to a gemeente than it is used to asks first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from attrs import frozen
from sqlalchemy import Connection, case, func, select

from mpj.engine.values import Declaratieregel
from mpj.ledger import schema
from mpj.ledger.decide import Decision, Move
from mpj.ledger.rows import among, signed
from mpj.ledger.schema import BEANTWOORD, VERZONDEN
from mpj.presentation import words
from mpj.reading.periods import month_of, month_text

_MONTHS = 3


@frozen
class Grens:
    """From where on a run asks; what it is used to is what was declared to the same gemeente."""

    procent: int = 5
    """A net fall of more than this share of the last answered month, and of more than `cent`."""
    cent: int = 250_000
    """In eurocents."""
    nieuw_procent: int = 125
    """New debits above this share of the mean of the last three months."""

    def marks(self, now: int, before: int) -> Literal["", "meer", "minder"]:
        """Say whether what goes to a gemeente now is far from what it was in the month before, both in eurocents."""
        if before <= 0:
            return ""
        if before - now > self.cent and (before - now) * 100 > self.procent * before:
            return "minder"
        return "meer" if now * 100 > self.nieuw_procent * before else ""


@frozen
class _Movement:
    """The lines of a run to one gemeente."""

    lines: Sequence[Declaratieregel]

    def sum(self, debetcredit: str, months: frozenset[int] | None = None) -> int:
        own = (line for line in self.lines if months is None or month_of(line.begindatum) in months)
        return sum(line.bedrag_cent for line in own if line.debetcredit == debetcredit)

    @property
    def credited(self) -> frozenset[int]:
        """The months of care in which something is taken back."""
        return frozenset(month_of(line.begindatum) for line in self.lines if line.debetcredit == "C")

    @property
    def fall(self) -> int:
        """What is taken back and does not come again in those months."""
        return self.sum("C", self.credited) - self.sum("D", self.credited)

    @property
    def new(self) -> int:
        """What is declared beside what takes the place of a credit."""
        return self.sum("D") - min(self.sum("C", self.credited), self.sum("D", self.credited))

    def moves(self, *, fall: bool) -> tuple[Move, ...]:
        """Return its lines, of a fall those of its months alone."""
        own = [line for line in self.lines if not fall or month_of(line.begindatum) in self.credited]
        return tuple(
            Move.of(line, "correctie", credit=line.bedrag_cent)
            if line.debetcredit == "C"
            else Move.of(line, "nieuw", debet=line.bedrag_cent)
            for line in own
        )


def beyond(connection: Connection, grens: Grens | None, regels: Iterable[Declaratieregel], maand: int) -> Iterator[Decision]:
    """Yield what goes beyond the bound, by gemeente; None is no bound, and there is none before there are such months."""
    gemeenten: dict[str, list[Declaratieregel]] = {}
    for line in regels if grens is not None else ():
        gemeenten.setdefault(line.gemeente, []).append(line)
    for gemeente, months in sorted(_declared(connection, gemeenten, maand).items()):
        assert grens is not None
        moved = _Movement(gemeenten[gemeente])
        answered = [(month, cents) for month, cents, known in months if known]
        if answered and moved.fall > grens.cent and moved.fall * 100 > grens.procent * answered[0][1]:
            used = f"de laatste beantwoorde maand ({month_text(answered[0][0])}) was {words.euros(answered[0][1])}"
            yield Decision("grens_daling", moved.moves(fall=True), f"per saldo valt {words.euros(moved.fall)} weg; {used}")
        total = sum(cents for _, cents, _ in months[:_MONTHS])
        if len(months) >= _MONTHS and moved.new * 100 * _MONTHS > grens.nieuw_procent * total:
            used = f"gemiddeld was het in de laatste drie maanden {words.euros(total // _MONTHS)}"
            yield Decision("grens_stijging", moved.moves(fall=False), f"nieuw is {words.euros(moved.new)}; {used}")


def _declared(connection: Connection, gemeenten: Iterable[str], before: int) -> dict[str, list[tuple[int, int, bool]]]:
    """Return by gemeente the months before a month that were sent, last one first: net eurocents, whether all was answered."""
    declaratie, regel = schema.declaratie.c, schema.regel.c
    keys = declaratie.gemeente, declaratie.maand
    query = (
        select(*keys, func.sum(signed(regel)), func.min(case((declaratie.status == BEANTWOORD, 1), else_=0)))
        .join(schema.regel, regel.declaratie_id == declaratie.id)
        .where(declaratie.maand < before, declaratie.status.in_((VERZONDEN, BEANTWOORD)))
        .group_by(*keys)
        .order_by(declaratie.maand.desc())
    )
    found: dict[str, list[tuple[int, int, bool]]] = {}
    for gemeente, month, cent, answered in among(connection, query, declaratie.gemeente, gemeenten):
        found.setdefault(gemeente, []).append((month, int(cent), bool(answered)))
    return found
