"""Care from before the begin of a ledger that it declares after all, once somebody agreed: what was opened, and what comes late.

A record of before the begin is `voor_periode`, unless `mpj ledger begin --nog-te-declareren` named it, or its care falls on a line
that was taken over and adds to it. Both are shown first; what was agreed to is remembered by record, and not asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import date, timedelta

from attrs import evolve, frozen
from sqlalchemy import Connection, delete, select

from mpj.engine.opdracht import Periode
from mpj.engine.outcome import Uitkomst
from mpj.engine.sieve import Records
from mpj.ledger import schema
from mpj.ledger.changes import Changes, NewLine
from mpj.ledger.decide import Agreed, Decision, Move
from mpj.ledger.intake import Naam
from mpj.ledger.rows import add
from mpj.ledger.schema import PRESTATIE, REGISTRATIE, TOEGEKEND, VERBLIJF
from mpj.ledger.stand import Clientstand
from mpj.ledger.verdict import Verdict
from mpj.reading.periods import days, first_day, month_of, month_text
from mpj.records.aside import set_aside
from mpj.records.entries import days_of
from mpj.records.uitval import Uitval
from mpj.records.values import Verblijf

Judge = Callable[[Records], Verdict]
"""Says what becomes of a client with these records, whatever month they are of."""


@frozen
class Opening:
    """A client with older care that could be declared: what becomes of it as it is, and if somebody agrees."""

    closed: Verdict
    opened: Verdict
    names: frozenset[Naam]
    """The records that it is about."""

    @property
    def moved(self) -> list[NewLine]:
        """The lines that agreeing makes beside the others."""
        before = {new.line for new in self.closed.changes.lines}
        return [new for new in self.opened.changes.lines if new.line not in before]

    @property
    def cells(self) -> set[tuple[int, int]]:
        """The cells (client number, month) of these: the next run asks again."""
        return {(new.client_id, month_of(new.line.begindatum)) for new in self.moved}


@frozen
class Older:
    """What a run knows of care from before the begin."""

    vanaf: int
    """The first month of the ledger, 0 where it begins with none."""
    named: Mapping[Naam, bool]
    """The records that were opened, and whether somebody agreed to them."""

    @classmethod
    def of(cls, connection: Connection, vanaf: int | None) -> Older:
        """Read it."""
        rows = connection.execute(select(schema.opengesteld))
        return cls(vanaf or 0, {(row.soort, row.bron): row.akkoord for row in rows})

    def concerns(self, stand: Clientstand, own: Records) -> bool:
        """Say whether any older care of a client may be declared."""
        return bool(stand.pieces) or (bool(self.named) and not self.named.keys().isdisjoint(self._names(own)))

    def judged(self, own: Records, stand: Clientstand, judge: Judge, look: Callable[[Records], Uitkomst]) -> Verdict | Opening:
        """Return what becomes of such a client; `look` tells where its care falls, all of it."""
        names = self._names(own)
        agreed = {name for name in names if self.named.get(name)}
        asked = {name for name in names if self.named.get(name) is False}
        wanted = frozenset((asked | set(self._late(own, stand, look))) - agreed)
        closed = self._judged(own, agreed, judge)
        return Opening(closed, self._judged(own, agreed | wanted, judge), wanted) if wanted else closed

    def _names(self, own: Records) -> set[Naam]:
        first = first_day(self.vanaf) if self.vanaf else date.min
        names = {(REGISTRATIE, one.id) for one in own.registraties if one.datum < first}
        names |= {(VERBLIJF, one.id) for one in own.verblijf if one.begindatum < first}
        return names | {(PRESTATIE, one.id) for one in own.prestaties if one.datum < first}

    def _late(self, own: Records, stand: Clientstand, look: Callable[[Records], Uitkomst]) -> Iterator[Naam]:
        """Yield the records whose care would add to a granted line that was taken over."""
        states = {identiteit: stand.state(identiteit) for identiteit in stand.regels if identiteit.maand < self.vanaf}
        taken = {key for key, (state, regel) in states.items() if state == TOEGEKEND and regel and regel.id in stand.pieces}
        for one in look(own).care if taken else ():
            if one.identiteit in taken:
                yield one.recorded[:2]

    def _judged(self, own: Records, opened: Set[Naam], judge: Judge) -> Verdict:
        """Judge a client without the older care that is not opened, which is set aside."""
        first, text = first_day(self.vanaf), Periode.before_begin(self.vanaf)
        out = [one for one in own.registraties if one.datum < first and (REGISTRATIE, one.id) not in opened]
        aside = [set_aside(one, "voor_periode", text) for one in out]
        closed = {one.id for one in out}
        registraties = [one for one in own.registraties if one.id not in closed]
        verblijf: list[Verblijf] = []
        for stay in own.verblijf:
            if stay.begindatum >= first or (VERBLIJF, stay.id) in opened:
                verblijf.append(stay)
                continue
            aside.append(_days_before(stay, first, text))
            if stay.einddatum is None or stay.einddatum >= first:
                verblijf.append(evolve(stay, begindatum=first))
        # What a prestatie tells of before is set aside month by month: all of them decide together.
        told = frozenset(bron for soort, bron in opened if soort == PRESTATIE)
        found = judge(Records(registraties, verblijf, own.prestaties, self.vanaf, told))
        return evolve(found, uitkomst=evolve(found.uitkomst, uitval=(*found.uitkomst.uitval, *aside)))

    def settled(self, connection: Connection, judged: Iterable[Verdict | Opening], agreed: Agreed) -> tuple[list[Verdict], Changes]:
        """Return what becomes of every client, and what there is to decide; what is agreed to now is remembered."""
        found = list(judged)
        openings = [one for one in found if isinstance(one, Opening)]
        decision = self._decision(openings)
        yes = decision is not None and agreed.to(decision)
        if yes:
            _remember(connection, {name for one in openings for name in one.names})
        verdicts = [one if isinstance(one, Verdict) else one.opened if yes else one.closed for one in found]
        again = frozenset() if yes else frozenset(cell for one in openings for cell in one.cells)
        return verdicts, Changes(decisions=() if decision is None else (decision,), look_again=again)

    def _decision(self, openings: Iterable[Opening]) -> Decision | None:
        moves: list[Move] = []
        names: set[Naam] = set()
        for one in openings:
            names |= one.names
            for line in (new.line for new in one.moved):
                cents = {"debet" if line.debetcredit == "D" else "credit": line.bedrag_cent}
                moves.append(Move.of(line, "nalevering" if line.debetcredit == "D" else "correctie", **cents))
        text = (
            f"{len(names)} registraties, verblijven of prestaties van voor {month_text(self.vanaf)}: opengesteld bij het begin, of "
            f"zij komen bij een overgenomen regel; zit hun zorg al in die regel, ga dan niet akkoord"
        )
        return Decision("voor_begin", tuple(moves), text) if moves else None


def _days_before(stay: Verblijf, first: date, text: str) -> Uitval:
    last = first - timedelta(days=1)
    end = last if stay.einddatum is None else min(stay.einddatum, last)
    (entry,) = days_of(stay, [stay.begindatum])
    return set_aside(entry, "voor_periode", text, datum_tot=end, aantal=days(stay.begindatum, end))


def _remember(connection: Connection, names: Set[Naam]) -> None:
    table = schema.opengesteld
    for soort, bron in names:
        connection.execute(delete(table).where(table.c.soort == soort, table.c.bron == bron))
    add(connection, table, [{"soort": soort, "bron": bron, "akkoord": True} for soort, bron in sorted(names)])
