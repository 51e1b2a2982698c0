"""Whether the corrections of a client can stand: what a gemeente would say of them, before anything of it is sent.

A gemeente can refuse the new debit of a correction, and never the credit before it. So the lines that a run would send of a client
are judged by our own verification (`mpj.verification`), under the contracts and toewijzingen of the run and beside what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial

from attrs import evolve, frozen
from sqlalchemy import Connection

from mpj.engine.job import Job
from mpj.engine.values import Declaratieregel, Identiteit
from mpj.ledger.changes import NewLine
from mpj.ledger.deadlines import Deadlines
from mpj.ledger.decide import Decision, Move
from mpj.ledger.fresh import Fresh
from mpj.ledger.schema import TOEGEKEND, WACHT
from mpj.ledger.stand import Clientstand, Regel, load_standing
from mpj.messages.declaratie import declaratieberichten, prestatie_of
from mpj.messages.values import DEBET
from mpj.protocol import Protocol
from mpj.reading.periods import last_day, parse_month
from mpj.records.values import Toewijzing
from mpj.verification import EerdereRegel, MemoryHistory
from mpj.verification.basis import Basis
from mpj.verification.verification import Toetsing

_NUMBER = "EIGENTOETS"
_WHOLE = 1 << 40
"""No message is divided: these are judged together, and sent by nobody."""


@frozen
class Correction:
    """A granted line that is credited, and what is declared in its place."""

    identiteit: Identiteit
    regel: Regel
    debits: Mapping[Identiteit, Declaratieregel]
    """The debit of its identity, and those on other lines with care that was behind it."""

    @classmethod
    def among(cls, lines: Iterable[NewLine], stand: Clientstand, fresh: Mapping[Identiteit, Fresh]) -> list[Correction]:
        """Return the corrections among the lines that a run would send of a client, of which `fresh` is what there is now."""
        credited = {one.vorige_id for one in lines if one.vorige_id is not None}
        found: list[Correction] = []
        for identiteit, regel in stand.granted if credited else ():
            if regel.id in credited:
                behind = {one.recorded for one in stand.behind.get(regel.id, ())}
                moved = {
                    key: one.line
                    for key, one in fresh.items()
                    if stand.state(key)[0] != TOEGEKEND and any(care.recorded in behind for care in one.care)
                }
                own = {identiteit: fresh[identiteit].line} if identiteit in fresh else {}
                found.append(cls(identiteit, regel, moved | own))
        return found

    def decision(self, refused: Mapping[Identiteit, Sequence[str]]) -> Decision | None:
        """Return what a person decides before it is sent, where what comes in its place may be refused; `refused` says why."""
        why = dict.fromkeys(text for key in sorted(self.debits) for text in refused.get(key, ()))
        if not why:
            return None
        own, line = self.debits.get(self.identiteit), self.regel.line
        more = sum(one.bedrag_cent for one in self.debits.values()) - line.bedrag_cent
        credit = {"credit": line.bedrag_cent, "winst": more, "inzet": line.bedrag_cent}
        moves = [Move.of(line, "correctie", debet=own.bedrag_cent if own else 0, **credit)]
        others = (one for key, one in sorted(self.debits.items()) if key != self.identiteit)
        moves += [Move.of(one, "correctie", debet=one.bedrag_cent) for one in others]
        text = f"{'; '.join(why)}: de gemeente kan de nieuwe regel weigeren, de creditregel niet"
        return Decision("correctie_houdt_geen_stand", tuple(moves), text)


@frozen
class Beforehand:
    """What the corrections of a run are held against; nothing of it is read or made ready before a correction asks."""

    dagtekening: date
    protocol: Protocol
    deadlines: Deadlines
    basis: Callable[[], Basis]
    """Returns the contracts of the run."""
    assigned: Callable[[str], Iterable[Toewijzing]]
    """Returns the current toewijzingen of a client, by BSN."""
    standing: Callable[[int, Collection[int]], Sequence[tuple[str, Declaratieregel]]]
    """Returns the debits that stand of a client, by the ledger's own number of the client, on these toewijzingen, each with its
    status."""

    @classmethod
    def of(cls, connection: Connection, job: Job, dagtekening: date) -> Beforehand:
        """Return what holds for a run."""
        basis = cache(lambda: Basis(job.contracten, ()))
        deadlines = Deadlines.of(connection, job.contracten, dagtekening)
        standing = partial(load_standing, connection)
        return cls(dagtekening, job.protocol, deadlines, basis, job.toewijzingen_of, standing)

    def refused(
        self, client: int, lines: Sequence[Declaratieregel], corrections: Iterable[Correction]
    ) -> dict[Identiteit, list[str]]:
        """Return why debits cannot stand, in Dutch: of `lines`, all that would be sent of a client, and of its corrections."""
        debits = {key: line for one in corrections for key, line in one.debits.items()}
        found = {key: [text] for key, line in debits.items() if (text := self.deadlines.against(line))}
        for key, text in self._verified(client, lines) if debits else ():
            found.setdefault(key, []).append(text)
        return found

    def _verified(self, client: int, lines: Sequence[Declaratieregel]) -> Iterator[tuple[Identiteit, str]]:
        """Yield the debits that our own verification refuses or cannot judge, each with the fault."""
        history = MemoryHistory()
        for status, line in self.standing(client, {line.toewijzingnummer for line in lines}):
            stand = TOEGEKEND if status == TOEGEKEND else WACHT
            history.remember(line.aanbieder, line.gemeente, EerdereRegel(line.bsn, prestatie_of(line, self.protocol), stand))
        day = max(self.dagtekening, *(last_day(parse_month(line.declaratieperiode)) for line in lines))
        numbered = [evolve(line, declaratienummer=_NUMBER) for line in lines]
        identities = {line.referentienummer: Identiteit.of(line) for line in lines if line.debetcredit == DEBET}
        for message in declaratieberichten(numbered, dagtekening=day, limiet_bytes=_WHOLE, protocol=self.protocol):
            known = (message.header.ontvanger,)
            basis = self.basis().part(self.assigned(lines[0].bsn))
            found = Toetsing(message, basis, dagtekening=day, history=history, toewijzingen_volledig=known)
            for client_, oordeel in zip(message.clienten, found.clienten(), strict=True):
                for fault in (*oordeel.bevindingen, *oordeel.niet_beoordeeld):
                    _, _, place = fault.positie.partition(".")
                    told = f"eigen controle, {fault.regelcode}: {fault.toelichting}"
                    for one in (client_.prestaties[int(place) - 1],) if place else client_.prestaties:
                        if one.referentienummer in identities:
                            yield identities[one.referentienummer], told
