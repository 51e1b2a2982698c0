"""What the ledger tells the engine while it computes, and what it makes of the outcome: new, changed, waiting or as it was.

Works on values alone, client by client; no SQL. A line is what its identity says (`mpj.engine.lines.identity`). A granted line
that changed is credited whole and declared anew; a rejected one is declared anew once it changed; one without answer waits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from attrs import define, evolve, field

from mpj.engine.levering import Levering
from mpj.engine.limits import Verbruik, product_period
from mpj.engine.lines import REFERENTIE, identity, number
from mpj.engine.matching import Dekking
from mpj.engine.run import Uitkomst, identiteit
from mpj.engine.scope import set_aside
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger.codec import dump, dump_afronding, fingerprint
from mpj.ledger.hold import Hold, reason_to_hold, sleutel_of
from mpj.ledger.schema import AFGEKEURD, TOEGEKEND, WACHT
from mpj.ledger.stand import Clientstand, Identiteit, Regel, Sleutel, Spoor
from mpj.protocol import Afronding, Protocol
from mpj.reading.faults import Fault
from mpj.reading.periods import month_of, month_text
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval

Regels = dict[Identiteit, tuple[Declaratieregel, list[Herkomst]]]


@define
class Boeking:
    """What has to be remembered of one new line: its client, what it is made of, the line that it credits, its rounding."""

    client_id: int
    sleutel: str
    vorige_id: int | None = None
    afronding: str = ""


@define
class Nieuws:
    """What a run adds to the ledger, gathered client by client."""

    boekingen: dict[str, Boeking] = field(factory=dict)
    sporen: dict[int, list[Herkomst]] = field(factory=dict)
    opzij: list[tuple[int, Uitval]] = field(factory=list)
    herzien: set[tuple[int, int]] = field(factory=set)
    meldingen: list[Fault] = field(factory=list)
    wacht: dict[str, int] = field(factory=dict)
    afgedaan: dict[int, bool] = field(factory=dict)


@define
class Book:
    """The memory that `mpj.engine.declare` asks (`mpj.engine.run.Grootboek`).

    `vormen` is the declaration form by contract; `traces` returns the stored trace of a line by its row number; `vingers` the
    fingerprints of the records as they are now; `partijen` the (aanbieder, gemeente) pairs that the run has a contract of.
    """

    protocol: Protocol
    maand: int
    stands: Mapping[str, Clientstand]
    vingers: Mapping[tuple[str, str], str]
    vormen: Mapping[str, str]
    traces: Callable[[int], list[Herkomst]]
    crediteer: bool
    partijen: Collection[tuple[str, str]]
    nieuws: Nieuws = field(factory=Nieuws)
    now: Clientstand = field(factory=lambda: Clientstand(0))
    kept: dict[Sleutel, Spoor] = field(factory=dict)
    keys: dict[Identiteit, str] = field(factory=dict)
    roundings: dict[Identiteit, str] = field(factory=dict)
    held: dict[Identiteit, Hold] = field(factory=dict)
    frozen: set[Identiteit] = field(factory=set)
    repriced: set[Identiteit] = field(factory=set)
    leeg: bool = False

    # What the engine asks

    def clients(self, found: Collection[str]) -> Collection[str]:
        """Return the clients with records, and those of whom only lines are left."""
        return [*found, *(bsn for bsn in self.stands if bsn not in found)]

    def months(self, bsn: str) -> Collection[int] | None:
        """Return the months that this run looks at."""
        return self.stands[bsn].maanden

    def keeps(self, levering: Levering) -> bool:
        """Say whether the delivery stands behind a granted or waiting line: it keeps its place, whatever arrives late.

        One that a limit cut off, and is as it was, does not ask for the rest before what stands whole.
        """
        spoor = self.kept.get(sleutel_of(levering.record, levering.datum))
        if spoor is None:
            return False
        cut_off = spoor.eenheden < levering.voor_limiet and self.vingers.get(spoor.sleutel[:2]) == spoor.vinger
        return not cut_off or self.now.stand(identiteit(levering))[0] == WACHT

    def eenheden(self, levering: Levering) -> int:
        """Return the units of a delivery that stand behind a granted or waiting line."""
        spoor = self.kept.get(sleutel_of(levering.record, levering.datum))
        return 0 if spoor is None else spoor.eenheden

    def tarief(self, levering: Levering) -> tuple[int, Afronding | None] | None:
        """Return price and rounding that a line which stands was declared at, for as long as nothing else about it changed."""
        identiteit_ = identiteit(levering)
        state, regel = self.now.stand(identiteit_)
        if state not in (TOEGEKEND, WACHT) or regel is None or regel.line.perceel != levering.plaats.perceel:
            return None
        if identiteit_ in self.repriced:
            return None
        if levering.tarief.at(regel.line.tarief_cent, regel.afronding) is not levering.tarief:
            self.frozen.add(identiteit_)
        return regel.line.tarief_cent, regel.afronding

    def used(self, dekking: Dekking) -> Verbruik | None:
        """Return what was granted or is underway on a toewijzing and is not computed again in this run."""
        key = dekking.toewijzing.sleutel
        rows: list[tuple[str, int, int, int]] = []
        for identiteit_ in self.now.regels:
            state, regel = self.now.stand(identiteit_)
            if identiteit_[:2] == key and regel is not None and (state == WACHT or identiteit_ in self.held):
                line = regel.line
                rows.append((line.eenheid, regel.maand, line.bedrag_cent, line.volume_bericht))
        elsewhere = self.now.gebruik.get(key)
        return Verbruik.of(self.protocol, rows, elsewhere) if rows else elsewhere

    def block(self, leveringen: Sequence[Levering]) -> tuple[str, str] | None:
        """Return why a line may not be declared now: it waits, stands rejected as it was, or is held."""
        identiteit_ = identiteit(leveringen[0])
        key = self.keys[identiteit_] = _key(leveringen)
        self.roundings[identiteit_] = dump_afronding(leveringen[0].tarief.afronding)
        state, regel = self.now.stand(identiteit_)
        shown = f"regel {regel.line.referentienummer}" if regel else "de creditregel"
        if state == WACHT:
            if regel is not None and _apart_from_price(regel.sleutel) == _apart_from_price(key):
                return "reeds_gedeclareerd", f"{shown} wacht op antwoord"
            return "wacht_op_antwoord", f"de wijziging wacht op het antwoord op {shown}"
        if regel is None:
            return None
        if state == AFGEKEURD and not regel.opnieuw and regel.sleutel == key:
            return "reeds_gedeclareerd", f"{shown} is afgekeurd en staat op de herstellijst"
        if identiteit_ in self.held:
            if _apart_from_price(regel.sleutel) == _apart_from_price(key):
                return "reeds_gedeclareerd", f"{shown} is toegekend"
            return "wacht_op_antwoord", f"{shown} is toegekend en blijft staan: {self.held[identiteit_].tekst}"
        return None

    def settle(self, bsn: str, compute: Callable[[], Uitkomst]) -> Uitkomst:
        """Return what is new or changed of one client, computing again for as long as a line turns out to be held or repriced."""
        self.now = self.stands[bsn]
        self.kept = {spoor.sleutel: spoor for sporen in self.now.sporen.values() for spoor in sporen}
        self.held, self.frozen, self.repriced = {}, set(), set()
        while True:
            self.keys = {}
            outcome = compute()
            fresh: Regels = {identity(line): (line, traces) for line, traces in outcome.regels}
            held, repriced = self._judge(fresh, outcome)
            if not held and not repriced:
                return self._settled(fresh, outcome)
            self.held |= held
            self.repriced |= repriced

    # What became of it

    def _granted(self) -> Iterable[tuple[Identiteit, Regel]]:
        for identiteit_ in self.now.regels:
            state, regel = self.now.stand(identiteit_)
            if state == TOEGEKEND and regel is not None:
                yield identiteit_, regel

    def _judge(self, fresh: Regels, outcome: Uitkomst) -> tuple[dict[Identiteit, Hold], set[Identiteit]]:
        """Return which granted lines must stand as they are after all, and which changed and so get the contract's price."""
        held: dict[Identiteit, Hold] = {}
        repriced: set[Identiteit] = set()
        for identiteit_, regel in self._granted():
            line = fresh[identiteit_][0] if identiteit_ in fresh else None
            if identiteit_ in self.held or (line is not None and _same(line, regel.line)):
                continue
            hold = (
                self._elsewhere(regel)
                or self._credit_refused(identiteit_, regel)
                or reason_to_hold(identiteit_, self.now.sporen.get(regel.id, []), outcome, self.vingers, crediteer=self.crediteer)
            )
            if hold is not None:
                held[identiteit_] = hold
            elif identiteit_ in self.frozen and identiteit_ not in self.repriced:
                repriced.add(identiteit_)
        return held, repriced

    def _elsewhere(self, regel: Regel) -> Hold | None:
        """Hold what this run has no contract of: another run will look at it."""
        if (regel.line.aanbieder, regel.line.gemeente) in self.partijen:
            return None
        return Hold("geen_contract: het contract met deze gemeente is niet gegeven", melden=False)

    def _credit_refused(self, identiteit_: Identiteit, regel: Regel) -> Hold | None:
        """Hold a line whose credit was refused, until something changes or the credit is asked for again."""
        refused = [one for one in self.now.regels[identiteit_] if one.vorige_id == regel.id and one.status == AFGEKEURD]
        if not refused or refused[-1].opnieuw or refused[-1].sleutel != _apart_from_price(self.keys.get(identiteit_, "")):
            return None
        return Hold(f"creditregel {refused[-1].line.referentienummer} is afgekeurd", melden=True)

    def _settled(self, fresh: Regels, outcome: Uitkomst) -> Uitkomst:
        lines: list[tuple[Declaratieregel, list[Herkomst]]] = []
        unchanged: dict[Identiteit, str] = {}
        for identiteit_ in sorted(fresh.keys() | self.now.regels.keys()):
            state, regel = self.now.stand(identiteit_)
            made = fresh.get(identiteit_)
            if regel is not None and state == TOEGEKEND and made is not None and _same(made[0], regel.line):
                unchanged[identiteit_] = regel.line.referentienummer
                self.nieuws.sporen[regel.id] = [evolve(one, referentienummer=regel.line.referentienummer) for one in made[1]]
                self._look_again(made, identiteit_)
                lines += self._credit_again(identiteit_, asked=True)
                self._repaired(identiteit_, done=True)
                continue
            if self._waits(identiteit_, state, regel):
                if state != WACHT:
                    lines += self._credit_again(identiteit_, asked=True)
                    self._repaired(identiteit_, done=False)
                continue
            lines += self._credit_again(identiteit_, asked=False)
            if regel is not None:
                lines += self._credit(identiteit_, state, regel)
            if made is not None:
                lines.append(self._debit(identiteit_, *made))
            self._repaired(identiteit_, done=made is None)
        return self._without(outcome, unchanged, lines)

    def _credit_again(self, identiteit_: Identiteit, *, asked: bool) -> list[tuple[Declaratieregel, list[Herkomst]]]:
        """Credit once more what is granted beside the line that took its place; with `asked` only where that was asked for."""
        loose = self.now.los(identiteit_)
        return [
            one for regel, credit in loose if credit.opnieuw or not asked for one in self._credit(identiteit_, TOEGEKEND, regel)
        ]

    def _repaired(self, identiteit_: Identiteit, *, done: bool) -> None:
        """Note whether rejected lines of an identity need repair: not when what stands is right, or there is nothing to declare."""
        loose = {credit.id for _, credit in self.now.los(identiteit_)}
        for one in self.now.regels.get(identiteit_, ()):
            wanted = done and one.id not in loose
            if one.status == AFGEKEURD and one.afgedaan != wanted:
                self.nieuws.afgedaan[one.id] = wanted

    def _waits(self, identiteit_: Identiteit, state: str, regel: Regel | None) -> bool:
        """Say whether a line stays as it is for now, and have it looked at again by a later run."""
        key = self.keys.get(identiteit_, "")
        if state == WACHT:
            if regel is None or _apart_from_price(regel.sleutel) != _apart_from_price(key):
                self.nieuws.herzien.add((self.now.id, identiteit_[-1]))
                reference = regel.line.declaratienummer if regel else self.now.regels[identiteit_][-1].line.declaratienummer
                self.nieuws.wacht[reference] = self.nieuws.wacht.get(reference, 0) + 1
            elif _units(regel.sleutel) > regel.line.volume:
                self.nieuws.herzien.add((self.now.id, identiteit_[-1]))
            return True
        if state == AFGEKEURD and regel is not None and (self._elsewhere(regel) or (regel.sleutel == key and not regel.opnieuw)):
            self.nieuws.herzien.add((self.now.id, identiteit_[-1]))
            return True
        if identiteit_ in self.held and regel is not None:
            hold = self.held[identiteit_]
            self.nieuws.herzien.add((self.now.id, identiteit_[-1]))
            if hold.melden:
                self.nieuws.meldingen.append(_held_fault(regel, hold))
            return True
        return False

    def _credit(self, identiteit_: Identiteit, state: str, regel: Regel) -> list[tuple[Declaratieregel, list[Herkomst]]]:
        """Return the credit of a granted line; of a rejected one under `factuur`, in the line file only."""
        factuur = self.vormen.get(regel.line.contract) == "factuur"
        if state == AFGEKEURD and not factuur:
            return []
        sent = sum(one.vorige_id == regel.id for one in self.now.regels[identiteit_])
        line = evolve(
            regel.line,
            referentienummer=number(REFERENTIE, "C", regel.line.referentienummer, sent),
            vorig_referentienummer=regel.line.referentienummer,
            debetcredit="C",
            declaratienummer="",
            declaratieperiode=month_text(self.maand),
            in_bericht=state == TOEGEKEND,
        )
        key = _apart_from_price(self.keys.get(identiteit_, ""))
        self.nieuws.boekingen[line.referentienummer] = Boeking(self.now.id, key, regel.id)
        return [(line, [evolve(one, referentienummer=line.referentienummer) for one in self.traces(regel.id)])]

    def _debit(
        self, identiteit_: Identiteit, line: Declaratieregel, traces: list[Herkomst]
    ) -> tuple[Declaratieregel, list[Herkomst]]:
        """Return a new debit line, numbered by its content and by how often this identity was sent before."""
        sent = sum(one.debet for one in self.now.regels.get(identiteit_, ()))
        if sent:
            line = evolve(line, referentienummer=number(REFERENTIE, "D", line.referentienummer, sent))
            traces = [evolve(one, referentienummer=line.referentienummer) for one in traces]
        self.nieuws.boekingen[line.referentienummer] = Boeking(
            self.now.id, self.keys[identiteit_], afronding=self.roundings[identiteit_]
        )
        self._look_again((line, traces), identiteit_)
        return line, traces

    def _look_again(self, made: tuple[Declaratieregel, list[Herkomst]], identiteit_: Identiteit) -> None:
        if any(one.afgetopt for one in made[1]):
            self.nieuws.herzien.add((self.now.id, identiteit_[-1]))

    def _without(
        self, outcome: Uitkomst, unchanged: Mapping[Identiteit, str], lines: list[tuple[Declaratieregel, list[Herkomst]]]
    ) -> Uitkomst:
        """Set aside the deliveries behind lines that stand as they were, and remember what is still open."""
        aside = list(outcome.uitval)
        kept = [members for members in outcome.lines if identiteit(members[0]) not in unchanged]
        for levering in outcome.leveringen:
            reference = unchanged.get(identiteit(levering))
            if reference is None:
                continue
            gemeente = levering.dekking.toewijzing.gemeente
            text = f"regel {reference} is toegekend"
            aside.append(set_aside(levering.record, "reeds_gedeclareerd", text, datum=levering.datum, gemeente=gemeente))
        self._remember(aside)
        planned = [levering for levering in outcome.op_planning if identiteit(levering) not in unchanged]
        return Uitkomst(kept, aside, lines, planned)

    def _remember(self, aside: Iterable[Uitval]) -> None:
        for row in aside:
            if row.datum is None or row.datum_tot is None:
                continue
            if REDENEN[row.reden].remembered:
                self.nieuws.opzij.append((self.now.id, row))
                first, last = month_of(row.datum), month_of(row.datum_tot)
                months = range(first, min(last, max(first, self.maand + 1)) + 1)
                self.nieuws.herzien.update((self.now.id, month) for month in months)


def _same(fresh: Declaratieregel, line: Declaratieregel) -> bool:
    """Say whether a line is as it was: period, volume and unit, and the amount unless only the price moved."""
    wire = (fresh.begindatum, fresh.einddatum, fresh.volume_bericht, fresh.eenheid)
    before = (line.begindatum, line.einddatum, line.volume_bericht, line.eenheid)
    return wire == before and (fresh.perceel == line.perceel or fresh.bedrag_cent == line.bedrag_cent)


def _key(leveringen: Sequence[Levering]) -> str:
    """Return what a line is made of before any limit, as text: content, toewijzing, and last the price."""
    first = leveringen[0]
    toewijzing = first.dekking.toewijzing
    begin, end = product_period(toewijzing.begindatum, toewijzing.einddatum, first.maand)
    units = sum(levering.voor_limiet for levering in leveringen)
    content = f"{begin}|{end}|{units}|{first.eenheid}|{first.plaats.perceel}"
    return f"{content}#{fingerprint(dump(toewijzing))}#{first.prijs.tarief_cent}"


def _units(key: str) -> int:
    """Return the units before any limit that a line's key tells of."""
    return int(key.split("|")[2])


def _apart_from_price(key: str) -> str:
    return key.rpartition("#")[0]


def _held_fault(regel: Regel, hold: Hold) -> Fault:
    line = regel.line
    what = f"regel {line.referentienummer} ({line.bedrag_cent} cent, {month_text(regel.maand)})"
    text = f"{what} is toegekend en blijft staan: {hold.tekst}"
    return Fault("toegekend_blijft_staan", kolom=f"gemeente {line.gemeente}", toelichting=text, soort="waarschuwing")
