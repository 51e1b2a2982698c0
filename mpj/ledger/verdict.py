"""What becomes of one client: an outcome held against what stands. Values alone, no SQL.

A line is what its identity says (`mpj.engine.values.Identiteit`). A granted line that changed is credited whole and declared anew;
a rejected one is declared anew once it changed; one without answer waits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date

from attrs import evolve, field, frozen

from mpj.engine.lines import REFERENTIE, make_line, number
from mpj.engine.memory import Recorded
from mpj.engine.opdracht import Opdracht
from mpj.engine.outcome import Uitkomst
from mpj.engine.values import Declaratieregel, Identiteit
from mpj.ledger.beforehand import Beforehand, Correction
from mpj.ledger.changes import Changes, NewLine, Oorzaak
from mpj.ledger.codec import apart_from_price, dump_afronding, dump_sleutel, load_sleutel
from mpj.ledger.decide import Agreed, Move
from mpj.ledger.fresh import Fresh, with_pieces
from mpj.ledger.hold import Hold, Kept, granted_aside, held_fault, reasons_to_hold, standing_aside
from mpj.ledger.release import Released
from mpj.ledger.schema import AFGEKEURD, CONCEPT, PRESTATIE, TOEGEKEND, WACHT
from mpj.ledger.stand import Behind, Clientstand, Regel
from mpj.protocol import Protocol
from mpj.reading.periods import month_of
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval


@frozen
class Ledgerrun:
    """What holds for all clients of a run with a ledger."""

    opdracht: Opdracht
    protocol: Protocol
    released: Released
    """What is decided of granted lines that are held."""
    forms: Mapping[str, str]
    """The declaration form by contract: bericht or factuur."""
    parties: frozenset[tuple[str, str]]
    """The (aanbieder, gemeente) pairs that the run has a contract of."""
    fingerprints: Mapping[tuple[str, str], str]
    """Of the records as they are now, by soort and id."""
    toewijzingen: Mapping[tuple[str, int], str]
    """The fingerprints of the toewijzingen as they are now, by gemeente and number."""
    moved: frozenset[tuple[str | None, int | None]]
    """The toewijzingen that were of another client before, by gemeente and number."""
    confirmed: Mapping[tuple[str, str], int]
    """Of what has no end and the input does not bring, by kind and id: the last month in which it is known that it goes on."""
    loose_ends: Collection[tuple[str, str]]
    """The stays, and the starts of products, that go on, by kind and id."""
    agreed: Agreed
    """What somebody agreed to."""
    beforehand: Beforehand
    """What a correction is held against before it is sent."""
    terms: Callable[[str, str, str, date], str]
    """Returns the terms of the contract that care falls under now (`mpj.engine.job.Job.terms`)."""
    reprices: bool = True
    """Whether a line that changes in more than price gets the price of the contract of now."""

    def judges(self, regel: Regel) -> bool:
        """Say whether the run has the contract of a line; where not, another run will look at it."""
        return (regel.line.aanbieder, regel.line.gemeente) in self.parties

    def terms_of(self, line: Declaratieregel) -> str:
        """Return the terms that a line falls under now."""
        return self.terms(line.aanbieder, line.gemeente, line.zorgcode, line.begindatum)


@frozen
class SoFar:
    """What is settled so far of a client's granted lines; it only grows, so that looking again ends."""

    held: Mapping[Identiteit, Hold] = field(factory=dict)
    """Those that stand as they are after all."""
    repriced: frozenset[Identiteit] = frozenset()
    """Those that changed in more than price, and so get the price of the contract."""
    anew: frozenset[Identiteit] = frozenset()
    """Those that are made again under the contract of now: decided before the first look."""


@frozen
class Verdict:
    """What becomes of a client."""

    uitkomst: Uitkomst
    """What was found, without what stands already as it is."""
    changes: Changes
    settled: SoFar
    by_contract: tuple[Move, ...] = ()
    """What of `changes` the contract does, and nobody agreed to yet (`mpj.ledger.choices`)."""


def verdict(run: Ledgerrun, stand: Clientstand, decisions: SoFar, found: Uitkomst) -> Verdict | SoFar:
    """Hold an outcome against what stands; SoFar where that asks for another look."""
    fresh = {regel.identiteit: Fresh(make_line(regel, run.opdracht), regel) for regel in found.regels}
    for identiteit in stand.regels if stand.pieces else ():
        _, regel = stand.state(identiteit)
        if regel is not None and regel.id in stand.pieces:
            fresh[identiteit] = with_pieces(regel, stand.pieces[regel.id], fresh.get(identiteit))
    look = _Look(run, stand, decisions, found, fresh)
    return look.another() or look.proven(look.settled())


@frozen
class _Look:
    """One look at a client: what was found, beside what stands and what is decided of it."""

    run: Ledgerrun
    stand: Clientstand
    decisions: SoFar
    found: Uitkomst
    fresh: Mapping[Identiteit, Fresh]

    def sleutel(self, identiteit: Identiteit) -> str:
        """Return what an identity is made of now, before limits; empty when there is nothing of it."""
        inhoud = self.found.inhoud.get(identiteit)
        return "" if inhoud is None else dump_sleutel(inhoud, self.run.toewijzingen[identiteit[:2]])

    def computed(self, identiteit: Identiteit) -> bool:
        """Say whether this run computes the care of a line: none of a month after its own."""
        return identiteit.maand <= self.run.opdracht.maand

    def unseen(self, identiteit: Identiteit, behind: Iterable[Behind]) -> frozenset[tuple[str, str]]:
        """Return which records behind a line say nothing of its month: what runs on, and prestaties, where it is not computed."""
        names = (one.recorded[:2] for one in behind if not self.computed(identiteit))
        return frozenset(name for name in names if name[0] == PRESTATIE or name in self.run.loose_ends)

    # Whether granted lines may change

    def another(self) -> SoFar | None:
        """Return which granted lines must stand as they are after all, and which get the contract's price; None when none more."""
        held, repriced = dict(self.decisions.held), set(self.decisions.repriced)
        for identiteit, regel in self.stand.granted:
            fresh = self.fresh.get(identiteit)
            if identiteit in self.decisions.held or (fresh is not None and self._same(identiteit, fresh, regel)):
                continue
            doors = self.run.released.doors(identiteit, regel)
            left = [hold for hold in self._holds(identiteit, regel) if doors.isdisjoint(hold.door)]
            if left:
                held[identiteit] = next((hold for hold in left if hold.melden), left[0])
            elif identiteit in self.found.kept_price - repriced and self.run.reprices:
                repriced.add(identiteit)
        more = evolve(self.decisions, held=held, repriced=frozenset(repriced))
        return None if more == self.decisions else more

    def _same(self, identiteit: Identiteit, fresh: Fresh, regel: Regel) -> bool:
        anew = identiteit in self.decisions.anew
        return fresh.same(regel.line, anew=anew) and not (anew and self.stand.beside(identiteit))

    def _holds(self, identiteit: Identiteit, regel: Regel) -> list[Hold]:
        """Return why a granted line that changed may stand as it is after all."""
        if not self.run.judges(regel):
            return [Hold("geen_contract: het contract met deze gemeente is niet gegeven", melden=False)]
        if refused := self._credit_refused(identiteit, regel):
            return [refused]
        if self.stand.elsewhere(identiteit):
            return []
        behind, fresh = self.stand.behind.get(regel.id, ()), self.fresh.get(identiteit)
        if fresh is not None and not fresh.adds:
            return [Hold("zij is overgenomen van een ander systeem, in een andere eenheid of tegen een andere prijs", melden=True)]
        if self.stand.beside(identiteit):
            text = "er staan twee regels onder twee codes voor deze zorg; mpj ledger reprice maakt er een van"
            return [Hold(text, melden=True, door=("reprice",))]
        stored = load_sleutel(regel.sleutel)
        kept = Kept(
            identiteit,
            behind,
            regel.termen,
            self.run.terms_of(regel.line),
            assigned_alike=stored is not None and stored[1] == self.run.toewijzingen.get(identiteit[:2]),
            unit_alike=fresh is None or fresh.line.eenheid == regel.line.eenheid,
            unseen=self.unseen(identiteit, behind),
        )
        return list(reasons_to_hold(kept, self.found, self.run.fingerprints))

    def _credit_refused(self, identiteit: Identiteit, regel: Regel) -> Hold | None:
        """Hold a line whose credit was refused, until something changes or the credit is asked for again."""
        refused = [one for one in self.stand.regels[identiteit] if one.vorige_id == regel.id and one.status == AFGEKEURD]
        if not refused or refused[-1].opnieuw or refused[-1].sleutel != apart_from_price(self.sleutel(identiteit)):
            return None
        return Hold(f"creditregel {refused[-1].line.referentienummer} is afgekeurd", melden=True, reden="afgekeurd")

    # What becomes of each line

    def settled(self) -> Verdict:
        """Return what is new or changed, now that no decision changes any more."""
        unchanged = {
            identiteit: regel
            for identiteit, regel in self.stand.granted
            if identiteit in self.fresh and self._same(identiteit, self.fresh[identiteit], regel)
        }
        identities = sorted(self.fresh.keys() | self.stand.regels.keys())
        parts = [
            self._unchanged(key, unchanged[key]) if key in unchanged else self._moved(key)
            for key in (identities if self.stand.regels else ())
        ] or [self._new(identities)]
        aside = (*self._granted_aside(), *standing_aside(self.found, unchanged))
        uitkomst = evolve(
            self.found,
            regels=tuple(regel for regel in self.found.regels if regel.identiteit not in unchanged),
            uitval=aside,
            op_planning=tuple(one for one in self.found.op_planning if one.identiteit not in unchanged),
        )
        return Verdict(uitkomst, Changes.sum([*parts, self._open(aside)]), self.decisions)

    # Whether its corrections can stand

    def proven(self, found: Verdict) -> Verdict | SoFar:
        """Return a verdict with what somebody agreed to; SoFar where granted lines stand because their correction may be refused.

        A look that leaves prices alone is for comparison, and nothing of it is sent.
        """
        corrections = Correction.among(found.changes.lines, self.stand, self.fresh) if self.run.reprices else []
        if not corrections:
            return found
        refused = self.run.beforehand.refused(self.stand.id, [new.line for new in found.changes.lines], corrections)
        asked = {one.identiteit: decision for one in corrections if (decision := one.decision(refused)) is not None}
        held = {
            identiteit: Hold(one.waarom, melden=False, decision=one, reden="wacht_op_antwoord")
            for identiteit, one in asked.items()
            if not self.run.agreed.to(one)
        }
        if held:
            return evolve(self.decisions, held={**self.decisions.held, **held})
        return evolve(found, changes=evolve(found.changes, decisions=(*found.changes.decisions, *asked.values())))

    def _granted_aside(self) -> Iterator[Uitval]:
        stands: dict[Recorded, str] = {}
        for identiteit, hold in self.decisions.held.items():
            _, regel = self.stand.state(identiteit)
            if regel is not None and hold.melden:
                text = f"regel {regel.line.referentienummer} is toegekend en blijft staan: {hold.tekst}"
                own = self.stand.behind.get(regel.id, ())
                stands |= {one.recorded: text for one in own if self.run.fingerprints.get(one.recorded[:2]) == one.fingerprint}
        return granted_aside(self.found.uitval, stands)

    def _unchanged(self, identiteit: Identiteit, regel: Regel) -> Changes:
        """A granted line stands as it was; on records that changed its trace is renewed."""
        fresh = self.fresh[identiteit]
        prints = self.run.fingerprints
        now = sorted((*one.recorded, one.counted.eenheden, prints.get(one.recorded[:2], "")) for one in fresh.care)
        before = sorted((*one.recorded, one.eenheden, one.fingerprint) for one in self.stand.behind.get(regel.id, ()))
        terms = self.run.terms_of(fresh.line)
        return Changes(
            tuple(self._credit_again(identiteit, asked=True)),
            {} if now == before else {regel.id: fresh.herkomst(regel.line.referentienummer)},
            {} if terms == regel.termen else {regel.id: terms},
            look_again=self._cell(identiteit) if fresh.capped else frozenset(),
            done=self._repaired(identiteit, done=True),
        )

    def _moved(self, identiteit: Identiteit) -> Changes:
        """A line is new, or not as it was: it waits, or what stands is credited and what is there now is declared."""
        state, regel = self.stand.state(identiteit)
        if state == CONCEPT or (state == AFGEKEURD and not self.computed(identiteit)):
            return Changes()  # that there is nothing of it now says nothing: it is looked at again
        waits = self._waits(identiteit, state, regel)
        if waits is not None and state == WACHT:
            return waits
        if waits is not None:
            credited = tuple(self._credit_again(identiteit, asked=True))
            return evolve(waits, lines=credited, done=self._repaired(identiteit, done=False))
        fresh = self.fresh.get(identiteit)
        lines = list(self._credit_again(identiteit, asked=False))
        if regel is not None:
            lines += self._credit(identiteit, state, regel)
        if fresh is not None:
            lines.append(self._debit(identiteit, fresh, again=state == AFGEKEURD))
        again = self._cell(identiteit) if fresh is not None and fresh.capped else frozenset()
        cause = "" if regel is None else self._cause(identiteit, regel)
        decided: dict[int, str] = {}
        if regel is not None and state == TOEGEKEND:
            holds, remade = self._holds(identiteit, regel), identiteit in self.decisions.anew
            text = self.run.released.remembered(identiteit, regel, holds, anew=remade)
            decided = {regel.id: text} if text and text != regel.besloten else {}
        return Changes(
            tuple(evolve(one, oorzaak=cause) for one in lines) if cause else tuple(lines),
            decided=decided,
            look_again=again,
            done=self._repaired(identiteit, done=fresh is None),
        )

    def _new(self, identities: Iterable[Identiteit]) -> Changes:
        """Declare lines of a client of whom nothing was declared: what `_moved` makes of each."""
        fresh = {identiteit: self.fresh[identiteit] for identiteit in identities}
        lines = tuple(self._debit(identiteit, one, again=False) for identiteit, one in fresh.items())
        return Changes(lines, look_again=frozenset().union(*(self._cell(key) for key, one in fresh.items() if one.capped)))

    def _cause(self, identiteit: Identiteit, regel: Regel) -> Oorzaak:
        """Return what makes a line another than it was: the first that differs, or that somebody asked for it."""
        if regel.opnieuw:
            return "gevraagd"
        fresh, stored = self.fresh.get(identiteit), load_sleutel(regel.sleutel)
        behind = {one.recorded: one.fingerprint for one in self.stand.behind.get(regel.id, ())}
        moved = any(self.run.fingerprints.get(one[:2]) != kept for one, kept in behind.items())
        if moved or not {one.recorded for one in (fresh.care if fresh else ())} <= behind.keys():
            return "registratie"
        if stored is not None and stored[1] != self.run.toewijzingen.get(identiteit[:2]):
            return "toewijzing"
        return "contract" if regel.termen and regel.termen != self.run.terms_of(regel.line) else "registratie"

    def _waits(self, identiteit: Identiteit, state: str, regel: Regel | None) -> Changes | None:
        """Return what is to be remembered of a line that stays as it is for now; None when it does not."""
        if regel is None and state != WACHT:
            return None
        look_again = self._cell(identiteit)
        if state == WACHT:
            sleutel = self.sleutel(identiteit)
            if regel is None or apart_from_price(regel.sleutel) != apart_from_price(sleutel):
                underway = regel or self.stand.regels[identiteit][-1]
                return Changes(look_again=look_again, waits={underway.line.declaratienummer: 1})
            # Equal content: what the line is made of now is what it was made of, before limits.
            cut = self.found.inhoud[identiteit].voor_limiet > regel.line.volume if sleutel else False
            return Changes(look_again=look_again if cut else frozenset())
        if state == AFGEKEURD and regel is not None:
            alike = regel.id in self.stand.pieces or regel.sleutel == self.sleutel(identiteit)
            as_it_was = alike and not regel.opnieuw
            return Changes(look_again=look_again) if as_it_was or not self.run.judges(regel) else None
        hold = self.decisions.held.get(identiteit)
        if hold is None or regel is None:
            return None
        return Changes(
            look_again=look_again,
            meldingen=(held_fault(regel, hold),) if hold.melden else (),
            held_cent=regel.line.bedrag_cent if hold.melden else 0,
            decisions=(hold.decision,) if hold.decision is not None else (),
        )

    def _repaired(self, identiteit: Identiteit, *, done: bool) -> dict[int, bool]:
        """Note whether rejected lines of an identity need repair: not when what stands is right, or there is nothing to declare."""
        loose = {credit.id for _, credit in self.stand.loose(identiteit)}
        rejected = [one for one in self.stand.regels.get(identiteit, ()) if one.status == AFGEKEURD]
        return {one.id: wanted for one in rejected if one.done != (wanted := done and one.id not in loose)}

    def _cell(self, identiteit: Identiteit) -> frozenset[tuple[int, int]]:
        return frozenset({(self.stand.id, identiteit.maand)})

    def _open(self, aside: Iterable[Uitval]) -> Changes:
        """Return what is set aside and still open, and the cells to look at again for it."""
        rows = [row for row in aside if row.datum is not None and row.datum_tot is not None and _stays_open(row)]
        return Changes(
            aside=tuple((self.stand.id, row) for row in rows),
            look_again=frozenset((self.stand.id, month) for row in rows for month in self._months(row)),
        )

    def _months(self, row: Uitval) -> range:
        assert row.datum is not None and row.datum_tot is not None
        first, last = month_of(row.datum), month_of(row.datum_tot)
        return range(first, min(last, max(first, self.run.opdracht.maand + 1)) + 1)

    # New lines

    def _credit_again(self, identiteit: Identiteit, *, asked: bool) -> Iterator[NewLine]:
        """Credit once more what is granted beside the line that took its place; with `asked` only where that was asked for."""
        for regel, credit in self.stand.loose(identiteit):
            if credit.opnieuw or not asked:
                yield from self._credit(identiteit, TOEGEKEND, regel)
        for regel in () if asked else self.stand.beside(identiteit):
            yield from self._credit(identiteit, TOEGEKEND, regel)

    def _credit(self, identiteit: Identiteit, state: str, regel: Regel) -> list[NewLine]:
        """Return the credit of a granted line; of a rejected one under `factuur`, in the line file only."""
        if state == AFGEKEURD and self.run.forms.get(regel.line.contract) != "factuur":
            return []
        sent = sum(one.vorige_id == regel.id for one in self.stand.regels[identiteit])
        line = evolve(
            regel.line,
            referentienummer=number(REFERENTIE, "C", regel.line.referentienummer, sent),
            vorig_referentienummer=regel.line.referentienummer,
            debetcredit="C",
            declaratienummer="",
            declaratieperiode=self.run.opdracht.periode,
            in_bericht=state == TOEGEKEND,
        )
        return [NewLine(line, self.stand.id, apart_from_price(self.sleutel(identiteit)), vorige_id=regel.id)]

    def _debit(self, identiteit: Identiteit, fresh: Fresh, *, again: bool) -> NewLine:
        """Return a new debit line, numbered by its content, by how often it was sent before, and where it moved by whose it is."""
        line, sent = fresh.line, sum(one.debet for one in self.stand.regels.get(identiteit, ()))
        moved = (self.stand.id,) if identiteit[:2] in self.run.moved else ()
        if sent or moved:
            line = evolve(line, referentienummer=number(REFERENTIE, "D", line.referentienummer, sent, *moved))
        herkomst = fresh.herkomst(line.referentienummer)
        rounding = dump_afronding(fresh.care[0].tarief.afronding if fresh.care else None)
        terms = self.run.terms_of(line)
        return NewLine(line, self.stand.id, self.sleutel(identiteit), herkomst, None, rounding, again, terms)


def _stays_open(row: Uitval) -> bool:
    """Say whether what is set aside may still come: it waits for something, or a limit may leave room for it."""
    return REDENEN[row.reden].remembered and row.reden != "voor_periode"
