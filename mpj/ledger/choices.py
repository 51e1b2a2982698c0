"""What is left to decide of a client, in euros: its verdict beside the one that another decision would give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve

from mpj.engine.job import Job
from mpj.engine.sieve import Records
from mpj.engine.told import RepricedSummary
from mpj.engine.values import Declaratieregel, Identiteit
from mpj.ledger.decide import Besluitsoort, Decision, Move
from mpj.ledger.hold import Door
from mpj.ledger.memory import remembered
from mpj.ledger.release import Reprice
from mpj.ledger.stand import Clientstand
from mpj.ledger.verdict import Ledgerrun, SoFar, Verdict, verdict

_ALWAYS = Reprice(0, 1 << 20)
_TOEWIJZING = "de toewijzing dekt toegekende zorg niet meer; --crediteer-toewijzing met dit nummer (of --crediteer) corrigeert haar"
_CONTRACT = "het contract van nu maakt van toegekende zorg een andere regel; mpj ledger reprice past haar aan"

_PART = "een correctie om een andere reden neemt de prijs of afronding van het contract van nu mee; dit is alleen dat deel"


def judged(run: Ledgerrun, job: Job, bsn: str, stand: Clientstand, records: Records) -> Verdict:
    """Return what becomes of a client, with what is left to decide of it, and what of it the contract does.

    What somebody agreed to is done; both are told.
    """
    look = partial(_judged, job=job, bsn=bsn, stand=stand, records=records)
    found = look(run)
    own = _own(run, found, look)
    decisions: list[Decision] = []
    for soort, text, concerns, more in _CHOICES:
        doors = [hold.door for hold in found.settled.held.values() if hold.melden]
        if not any(map(concerns, doors)) and not (soort == "contract" and found.uitkomst.kept_price):
            continue
        decided = evolve(run, released=evolve(run.released, **more))
        other = look(decided)
        decision = Decision(soort, tuple(_moves(found, other)), text)
        if decision.moves:
            decisions.append(decision)
        if decision.moves and run.agreed.to(decision):
            run, found = decided, other
    changes = evolve(found.changes, decisions=(*found.changes.decisions, *decisions))
    return evolve(found, changes=changes, by_contract=own)


_CHOICES: Sequence[tuple[Besluitsoort, str, Callable[[tuple[Door, ...]], bool], Mapping[str, Any]]] = (
    ("toewijzing", _TOEWIJZING, lambda door: door == ("crediteer",), {"crediteer": True}),
    ("contract", _CONTRACT, lambda door: "reprice" in door, {"reprice": _ALWAYS}),
)
"""What holds a line, and what makes the run let it go."""


def _own(run: Ledgerrun, found: Verdict, look: Callable[[Ledgerrun], Verdict]) -> tuple[Move, ...]:
    """Return what of a verdict the contract does: all that is made again, or the price of what changed for another reason."""
    if run.released.reprice is not None and found.settled.anew:
        return tuple(_moves(look(evolve(run, released=evolve(run.released, reprice=None))), found))
    return tuple(_priced(look(evolve(run, reprices=False)), found)) if found.settled.repriced else ()


def decided_by_contract(reprice: Reprice | None, moves: Iterable[Move]) -> list[Decision]:
    """Return the decision about what the contract would do to granted lines, where it does anything."""
    own = tuple(moves)
    text = f"herprijzing van {reprice.told()} naar het contract van nu" if reprice is not None else _PART
    return [Decision("contract", own, text)] if own else []


def totals(moves: Iterable[Move]) -> list[RepricedSummary]:
    """Return per gemeente how many lines a contract makes other, what they were and are worth, ready for JSON."""
    found: dict[str, list[Move]] = {}
    for move in moves:
        found.setdefault(move.gemeente, []).append(move)
    return [
        {"gemeente": gemeente, "regels": len(own), "oud_cent": old, "nieuw_cent": new, "verschil_cent": new - old}
        for gemeente, own in sorted(found.items())
        for old, new in [(sum(one.credit_cent for one in own), sum(one.debet_cent for one in own))]
    ]


def _judged(run: Ledgerrun, *, job: Job, bsn: str, stand: Clientstand, records: Records) -> Verdict:
    found: Verdict | SoFar = SoFar(anew=run.released.anew(stand.granted, run.judges))
    while isinstance(found, SoFar):
        found = verdict(run, stand, found, job.compute(bsn, records, remembered(run, stand, found)))
    return found


def _moves(base: Verdict, other: Verdict) -> Iterator[Move]:
    """Yield what a decision adds to a verdict: of each line what more is credited and declared."""
    before, after = _by_line(base), _by_line(other)
    for identiteit in sorted(before.keys() | after.keys()):
        old, new = before.get(identiteit, {}), after.get(identiteit, {})
        credit, debet = (_cent(new, kind) - _cent(old, kind) for kind in ("C", "D"))
        lines = [line for number, line in new.items() if number not in old] or list(old.values())
        if new.keys() != old.keys():
            move = Move.of(lines[-1], "correctie", debet=debet, credit=credit)
            numbers = tuple(sorted(line.referentienummer for line in lines))
            yield evolve(move, regels=numbers, te_winnen_cent=max(debet - credit, 0), op_het_spel_cent=max(credit, 0))


def _priced(base: Verdict, other: Verdict) -> Iterator[Move]:
    """Yield what of the corrections of a verdict is the price, or the rounding, of the contract of now."""
    before, after = _by_line(base), _by_line(other)
    for identiteit in sorted(other.settled.repriced - other.settled.held.keys()):
        old, new = (_cent(lines.get(identiteit, {}), "D") for lines in (before, after))
        if old != new and (lines := after.get(identiteit) or before.get(identiteit)):
            yield Move.of(list(lines.values())[-1], "correctie", debet=new, credit=old)


def _by_line(found: Verdict) -> dict[Identiteit, dict[str, Declaratieregel]]:
    lines: dict[Identiteit, dict[str, Declaratieregel]] = {}
    for one in found.changes.lines:
        lines.setdefault(Identiteit.of(one.line), {})[one.line.referentienummer] = one.line
    return lines


def _cent(lines: Mapping[str, Declaratieregel], debetcredit: str) -> int:
    return sum(line.bedrag_cent for line in lines.values() if line.debetcredit == debetcredit)
