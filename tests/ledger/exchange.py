"""What provider and municipality do to each other in a conversation: runs, messages, answers, refusals and crashes.

A machine of care says what care there is, how a run is made of it, and what it comes to in the end. The municipality pays what it
grants and takes back what it credits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from scenarios import Row
from search import examples
from sqlalchemy import event, select

import mpj
from ledger.model import Identiteit, Inhoud, Spoor, month_number
from ledger.support import answer_to, migrated
from mpj.engine import Declaratieregel, Result, values
from mpj.ledger import Ledger, codes_asked, schema
from mpj.messages import Antwoordbericht, Declaratiebericht, declaratieberichten
from mpj.reading.periods import last_day, month_text, parse_month
from mpj.verification import MemoryHistory, verify

identity = values.Identiteit.of
T = TypeVar("T")
START, MONTHS = parse_month("2026-01"), 6
DAY = date(2026, 12, 31)
AGB, STAD, DORP = "65656055", "0384", "0363"
# How long after the month a run is dated, in days: a later run may be dated before it. And on which day after that of the
# declaration something is sent or answered; None: at the end of the year, -1: before it, which is refused.
LATER = st.sampled_from([0, 0, 0, 3, 35])
CLOCKS = st.sampled_from([None, None, None, 0, 9, -1])
# Nowhere; before or after the commit; or at a statement on the way there.
CRASHES = st.sampled_from([None, None, None, None, "voor", "na", 2, 9, 17, 24, 31, 43])


class CrashError(Exception):
    """The process died here."""


@dataclass
class Bericht:
    """One declaration: its lines, and what the world looked like to the run that made it."""

    lines: list[Declaratieregel]
    message: Declaratiebericht | None
    contracts: list[mpj.Contract]
    toewijzingen: list[Row]
    dated: date
    closed: dict[Identiteit, Declaratieregel] = field(default_factory=dict)

    @property
    def travelling(self) -> list[Declaratieregel]:
        """The lines in the message, credits first."""
        return sorted((line for line in self.lines if line.in_bericht), key=lambda line: line.debetcredit)


def content(line: Declaratieregel) -> Inhoud:
    return Inhoud(line.begindatum, line.einddatum, line.volume_bericht, line.eenheid, line.bedrag_cent)


def apart_from_price(one: Inhoud | None) -> tuple[object, ...] | None:
    return None if one is None else (one.begindatum, one.einddatum, one.volume, one.eenheid)


class Exchange(RuleBasedStateMachine):
    """Runs, answers, numbers and money between two parties; the machines of care say what care there is."""

    steps: ClassVar[int] = 0
    """How many steps were taken, over all conversations."""
    vorm: str = "declaratie"
    """What the contracts say of rejected lines."""
    source: str = ""
    """What stands before the ids of the records, in what a run reads."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger("sqlite://")
        with self.ledger.database._open().connect() as connection:
            migrated().backup(connection.connection.driver_connection)  # type: ignore[arg-type]
        self.ledger.begin(month_text(START))
        self.agreed = False
        """Whether somebody agreed to anything so far."""
        self.repriced = False
        """Whether a contract was applied to what was granted."""
        self.assigned: list[Row] = []
        """The toewijzingen that the last run was given."""
        self.month = START
        self.versions: dict[int, list[Row]] = {}
        """The versions of each toewijzing, by its number."""
        self.concepts: dict[str, Bericht] = {}
        self.underway: dict[str, Bericht] = {}
        self.received: dict[str, Declaratiebericht] = {}
        self.answers: list[Antwoordbericht] = []
        self.last: dict[str, int] = {}
        self.paid: dict[Identiteit, Declaratieregel] = {}
        self.rejected: dict[Identiteit, tuple[Declaratieregel, Row]] = {}
        self.refused_credits: dict[Identiteit, Declaratieregel] = {}
        self.loose: dict[str, Declaratieregel] = {}
        self.undo: dict[str, Declaratieregel] = {}
        self.resent: set[str] = set()
        self.used: set[str] = set()
        self.repeat: Callable[[], Result] | None = None

    # What a machine of care says

    def contracts(self, both: bool = True) -> list[mpj.Contract]:
        """The contracts as they are now, of both gemeenten or of the first."""
        raise NotImplementedError

    @property
    def prices(self) -> Mapping[str, int]:
        """The eurocents that a product code costs now."""
        raise NotImplementedError

    def plain_run(self, crediteer: bool) -> None:
        """A run of what is new."""
        raise NotImplementedError

    def last_run(self) -> None:
        """A run that credits what no longer counts, and agrees to all that is asked."""
        raise NotImplementedError

    def check_end(self) -> None:
        """What is paid, now that all is answered, is what all care comes to."""
        raise NotImplementedError

    def unlimited(self, key: Identiteit) -> bool:
        """Whether a line is of a toewijzing on which no limit is in play."""
        return True

    def first_version(self, nummer: int) -> Row:
        """A toewijzing as it begins."""
        raise NotImplementedError

    def wanted(self, month: int, kept: Mapping[Spoor, int]) -> Mapping[Identiteit, Inhoud]:
        """What all care up to a month comes to; `kept` are the units that keep their place before a limit."""
        raise NotImplementedError

    def content(self, line: Declaratieregel) -> Inhoud:
        """What a line says, so that lines of other prices compare by their volume."""
        return content(line)

    def told_to(self, rows: Sequence[Row]) -> list[Row]:
        """The toewijzingen as the municipality has them."""
        return list(rows)

    # The world outside

    def assign(self, nummer: int, **changes: str) -> None:
        """A toewijzing, or its next version; the first has no date of its own, so that what comes last counts."""
        base = {"toewijzingnummer": str(nummer), "aanbieder": AGB, "begindatum": "2026-01-01", "einddatum": "2026-12-31"}
        versions = self.versions.setdefault(nummer, [])
        row = base | self.first_version(nummer) | changes
        if nummer != 1:
            row["toewijzingsdatum"] = (date(2025, 11, 1) + timedelta(days=len(versions))).isoformat()
        versions.append(row)

    def toewijzingen(self) -> list[Row]:
        return [versions[-1] for _, versions in sorted(self.versions.items())]

    # Time, and crashes
    @invariant()
    def count(self) -> None:
        """Count a step: this is called after each."""
        type(self).steps += 1

    def teardown(self) -> None:
        """Whatever happened: in the end everything is paid, once."""
        try:
            if sys.exc_info()[0] is None and self.versions:
                self.finish()
        finally:
            self.ledger.database.close()

    def next_month(self) -> None:
        self.month = min(self.month + 1, START + MONTHS - 1)

    def attempt(self, act: Callable[[], T], crash: object = None) -> T:
        """What is done after a crash, if there is one, by saying the same again."""
        if crash is not None:
            with self.dying(crash), suppress(CrashError, mpj.InputError):
                act()
        return act()

    @contextmanager
    def dying(self, crash: object) -> Iterator[None]:
        engine, left = self.ledger.database._open(), [crash if isinstance(crash, int) else 0]

        def die(*_: object) -> None:
            left[0] -= 1
            if left[0] == 0 or crash == "voor":
                raise CrashError

        name = "commit" if crash == "voor" else "before_cursor_execute"
        event.listen(engine, name, die)
        try:
            yield
        finally:
            event.remove(engine, name, die)

    def agreeing(self, act: Callable[[], Result], options: dict[str, Any], crash: object) -> Result:
        """Do it, and agree to what it asks.

        That is records that are withdrawn by their absence, ids that come back with another client, and what a contract does.
        """
        try:
            return self.attempt(act, crash)
        except mpj.InputError as error:
            if not (codes := codes_asked(error)):
                raise
            options["akkoord"] = [*options.get("akkoord", ()), *codes]
            self.agreed = True
            return self.attempt(act, crash)

    def decided(
        self, declare: Callable[[], Result], options: dict[str, Any], crash: object, month: int, *, decide: bool
    ) -> Result | None:
        """Run, agree to what is asked, and perhaps decide what is left to decide; None where the month is closed to runs."""
        try:
            result = self.agreeing(declare, options, crash)
            if decide and (codes := to_decide(result)):
                options["akkoord"] = [*options.get("akkoord", ()), *codes]
                self.agreed = self.repriced = True
                result = self.agreeing(declare, options, None)
        except mpj.InputError as error:
            assert {fault.code for fault in error.faults} == {"periode_voor_laatste"}
            assert month < max(self.last.values())
            return None
        return result

    @rule(back=st.integers(0, 3), one=st.booleans(), crash=CRASHES)
    def reprice(self, back: int, one: bool, crash: object) -> None:
        """Apply the contract as it is now to what was granted, of some months and perhaps of one gemeente."""
        contracts, van, tot = self.contracts(), max(START, self.month - back), self.month
        options: dict[str, Any] = {"van": month_text(van), "tot": month_text(tot), "dagtekening": DAY}
        options["gemeenten"] = [STAD] if one else None

        def reprice() -> Result:
            return self.ledger.reprice(contracts, **options)

        result = self.agreeing(reprice, options, crash)
        # A repricing gives no toewijzingen: those of the last run are what the ledger knows.
        self.made(result, parse_month(result.samenvatting["instellingen"]["periode"]), True, DAY, self.assigned)
        self.repriced, self.repeat = True, reprice
        self.check_lines(result)

    def made(self, result: Result, month: int, both: bool, dated: date, assigned: list[Row]) -> None:
        """Concepts take the place of the earlier ones to the same gemeente."""
        self.assigned = assigned
        places = {STAD, DORP} if both else {STAD}
        self.concepts = {number: one for number, one in self.concepts.items() if one.lines[0].gemeente not in places}
        messages = {one.declaratienummer: one for one in declaratieberichten(result.regels, dagtekening=dated)}
        assert all(self.last.get(line.gemeente, month) <= month for line in result.regels)
        for line in result.regels:
            number = line.declaratienummer
            if number not in self.concepts:
                self.concepts[number] = Bericht([], messages.get(number), self.contracts(), self.assigned, dated)
            self.concepts[number].lines.append(line)

    def check_lines(self, result: Result) -> None:
        """What a run may say, given what was granted, refused and not answered yet."""
        waiting = {identity(line) for one in self.underway.values() for line in one.travelling}
        undone = {identity(line): line for line in self.undoing(result)}
        numbers = [line.referentienummer for line in result.regels]
        assert len(numbers) == len(set(numbers))
        assert not {*numbers, *(line.declaratienummer for line in result.regels)} & self.used
        for line in result.regels:
            key = identity(line)
            assert key not in waiting
            if line.debetcredit == "C":
                if line.vorig_referentienummer in self.loose:
                    assert self.content(line) == self.content(self.loose[line.vorig_referentienummer])
                    continue
                before = self.paid[key] if line.in_bericht else self.rejected[key][0]
                assert line.in_bericht or self.vorm == "factuur"
                assert (line.vorig_referentienummer, self.content(line)) == (before.referentienummer, self.content(before))
                continue
            assert line.tarief_cent == self.prices[line.productcode]
            assert key not in self.paid or key in undone
            if key in self.paid:
                stood, now = self.content(self.paid[key]), self.content(line)
                assert stood != now if self.repriced else apart_from_price(stood) != apart_from_price(now)
            elif key in self.rejected and self.unlimited(key):
                before, row = self.rejected[key]
                same = apart_from_price(self.content(line)) == apart_from_price(self.content(before))
                same = same and row == self.versions[key[1]][-1] and line.tarief_cent == before.tarief_cent
                assert not same or before.referentienummer in self.resent

    def check_unlimited(self, result: Result, month: int) -> None:
        """Where no limit is in play, what stands with these concepts is what all records say; what is open stays open."""
        wanted = self.wanted(month, {})
        after = {key: self.content(line) for key, line in self.paid.items()}
        for line in self.undoing(result):
            if line.in_bericht:
                after.pop(identity(line))
        after |= {identity(line): self.content(line) for line in result.regels if line.debetcredit == "D"}
        open_ = {identity(line) for one in self.underway.values() for line in one.lines} | self.refused_credits.keys()
        # What waits for an answer stands on its line until then, whatever line it belongs on now, of whatever month.
        waiting = {month_number(row.datum) for row in result.uitval if row.datum and row.reden == "wacht_op_antwoord"}
        assert open_ or not waiting
        waits = waiting | {key[-1] for key in open_ if self.unlimited(key)}
        for key in (after.keys() | wanted.keys()) - open_:
            if not self.unlimited(key) or key[-1] > month or key[-1] in waits:
                continue
            if key not in after and key in self.rejected:
                before = self.content(self.rejected[key][0])
                assert key not in wanted or apart_from_price(wanted[key]) == apart_from_price(before)
                continue
            assert apart_from_price(after.get(key)) == apart_from_price(wanted.get(key)), key

    def undoing(self, result: Result) -> list[Declaratieregel]:
        """The credits of what stands."""
        return [line for line in result.regels if line.debetcredit == "C" and line.vorig_referentienummer not in self.loose]

    @precondition(lambda self: bool(self.concepts))
    @rule(first=st.booleans(), crash=CRASHES, clock=CLOCKS)
    def send(self, first: bool, crash: object, clock: int | None = None) -> None:
        """Send what is ready, or one declaration of it; never before its day."""
        numbers = sorted(self.concepts)[: 1 if first else None]
        op = DAY if clock is None else max(self.concepts[number].dated for number in numbers) + timedelta(days=clock)
        if clock == -1:
            with pytest.raises(mpj.InputError) as caught:
                self.ledger.send(numbers, op=op)
            assert {fault.code for fault in caught.value.faults} == {"verzonden_te_vroeg"}
            op = DAY
        booked = self.attempt(lambda: self.ledger.send(numbers, op=op), crash)
        assert len(booked) == len(numbers)
        for number in numbers:
            self.sent(number, self.concepts.pop(number))

    def sent(self, number: str, one: Bericht) -> None:
        numbers = {number, *(line.referentienummer for line in one.lines)}
        assert not numbers & self.used
        self.used |= numbers
        for line in one.lines:
            if not line.in_bericht:
                one.closed[identity(line)] = self.rejected.pop(identity(line))[0]
        if one.message is None:
            return
        history = MemoryHistory(self.received.values(), self.answers)
        found = verify(one.message, one.contracts, self.told_to(one.toewijzingen), dagtekening=DAY, history=history)
        assert [(bad.regelcode, bad.gevonden, bad.verwacht) for bad in found.bevindingen] == []
        self.last[one.lines[0].gemeente] = parse_month(one.lines[0].declaratieperiode)
        self.received[number] = one.message
        self.underway[number] = one

    @precondition(lambda self: bool(self.rejected or self.refused_credits))
    @rule(data=st.data(), crash=CRASHES)
    def resend(self, data: st.DataObject, crash: object) -> None:
        lines = [*(line for line, *_ in self.rejected.values()), *self.undo.values()]
        name = data.draw(st.sampled_from(sorted(line.referentienummer for line in lines)))
        self.ask_for(name, crash)

    def ask_for(self, name: str, crash: object = None) -> None:
        """Ask for a rejected line again; the ledger says so when there is nothing left to repair."""
        with suppress(mpj.InputError):
            self.attempt(lambda: self.ledger.resend([name]), crash)
        self.resent.add(name)
        self.repeat = None

    @precondition(lambda self: bool(self.underway))
    @rule(data=st.data(), how=st.sampled_from(["alles", "debet", "debet", "credit"]), blind=st.booleans(), crash=CRASHES)
    def answer(self, data: st.DataObject, how: str, blind: bool, crash: object) -> None:
        number = data.draw(st.sampled_from(sorted(self.underway)))
        lines = self.underway[number].travelling
        refused: set[str] = set()
        if how != "alles":
            choice = sorted(line.referentienummer for line in lines if line.debetcredit == how[0].upper())
            refused = set(data.draw(st.lists(st.sampled_from(choice), unique=True, max_size=3))) if choice else set()
            # Whoever refuses a credit cannot grant the debit that comes in its place, unless it has forgotten what was before.
            keys = {identity(line) for line in lines if line.debetcredit == "C" and line.referentienummer in refused}
            if not blind:
                refused |= {line.referentienummer for line in lines if identity(line) in keys}
        self.answered(number, refused, crash)

    def answered(self, number: str, refused: Collection[str], crash: object = None) -> None:
        one = self.underway.pop(number)
        self.repeat = None
        assert one.message is not None
        reply = answer_to(one.message, refused)
        # It comes in on the day that the declaration bears, whenever that was sent.
        booked = self.attempt(lambda: self.ledger.answer([("jw325.xml", reply)], op=one.dated), crash)
        assert [row.afgekeurd for row in booked] == [len(refused)]
        self.answers.append(reply)
        for line in one.travelling:
            key, bad = identity(line), line.referentienummer in refused
            if line.debetcredit == "C":
                if bad:
                    self.refused_credits[key] = self.undo[line.vorig_referentienummer] = line
                    continue
                self.undo.pop(line.vorig_referentienummer, None)
                if self.loose.pop(line.vorig_referentienummer, None) is None:
                    assert self.paid.pop(key).referentienummer == line.vorig_referentienummer
                if not any(identity(other) == key for other in self.loose.values()):
                    self.refused_credits.pop(key, None)
                self.rejected.pop(key, None)
            elif not bad:
                if key in self.paid:
                    assert key in self.refused_credits
                    before = self.paid[key]
                    self.loose[before.referentienummer] = before
                self.paid[key] = line
                self.rejected.pop(key, None)
            elif key not in self.refused_credits:
                row = next(row for row in one.toewijzingen if (row["gemeente"], int(row["toewijzingnummer"])) == key[:2])
                self.rejected[key] = line, row
        self.check_sum()

    @precondition(lambda self: bool(self.underway))
    @rule(
        data=st.data(),
        verdict=st.sampled_from([None, {"technisch": True}, {"header": ("9056",)}, {"declaratie": ("9333",)}]),
        crash=CRASHES,
    )
    def never_processed(self, data: st.DataObject, verdict: Mapping[str, Any] | None, crash: object) -> None:
        """A transport error, or a declaration that is refused as a whole."""
        number = data.draw(st.sampled_from(sorted(self.underway)))
        one = self.underway.pop(number)
        self.repeat = None
        assert one.message is not None
        if verdict is None:
            self.attempt(lambda: self.ledger.withdraw([number], op=DAY), crash)
            del self.received[number]
        else:
            reply = answer_to(one.message, **verdict)
            self.attempt(lambda: self.ledger.answer([("jw325.xml", reply)], op=DAY), crash)
            self.answers.append(reply)
        for key, line in one.closed.items():
            self.rejected[key] = line, {}
        gemeente = one.lines[0].gemeente
        heard = [self.received[name] for name in self.received.keys() - self.refused_whole()]
        months = [month_number(one.periode.begindatum) for one in heard if one.header.ontvanger == gemeente]
        self.last = {name: month for name, month in self.last.items() if name != gemeente}
        if months:
            self.last[gemeente] = max(months)
        self.check_sum()

    def refused_whole(self) -> set[str]:
        names = {
            reply.header.declaratie_identificatie.identificatie
            for reply in self.answers
            if reply.antwoord is None or (not reply.antwoord.clienten and reply.antwoord.retourcodes == ("9333",))
        }
        return {number for number, one in self.received.items() if one.header.identificatie.identificatie in names}

    @rule(data=st.data(), refuse=st.booleans())
    def settle(self, data: st.DataObject, refuse: bool) -> None:
        """Send all that is ready, and answer all that was sent."""
        for number in sorted(self.concepts):
            self.ledger.send([number], op=DAY)
            self.sent(number, self.concepts.pop(number))
        repeat = self.repeat
        waits = self.run_again(repeat)
        for number in sorted(self.underway):
            debits = sorted(line.referentienummer for line in self.underway[number].travelling if line.debetcredit == "D")
            some = data.draw(st.lists(st.sampled_from(debits), unique=True, max_size=2)) if refuse and debits else []
            self.answered(number, some)
            waits = waits or bool(some)
        if not waits:
            self.run_again(repeat)

    def run_again(self, repeat: Callable[[], Result] | None) -> bool:
        """Now that all is sent the run before, again, makes no line; says whether something may wait for an answer in it."""
        if repeat is None:
            return True
        result = repeat()
        assert result.regels == ()
        return bool(result.samenvatting["ledger"]["wacht_op"])

    @rule(data=st.data(), refuse=st.booleans())
    def whole_month(self, data: st.DataObject, refuse: bool) -> None:
        """Run, send and answer without anything in between; then the next month."""
        self.plain_run(False)
        self.settle(data, refuse)
        self.next_month()

    def check_sum(self) -> None:
        """Granted debits less granted credits are what the municipality paid."""
        states = self.ledger.status()["gemeenten"].values()
        granted = sum(rows["toegekend"]["bedrag_cent"] for rows in states if "toegekend" in rows)
        assert granted == sum(line.bedrag_cent for line in (*self.paid.values(), *self.loose.values()))

    def finish(self) -> None:
        """Everything is answered, asked for again and granted, until there is nothing left to say.

        What is still to be delivered comes first: it may equal a rejected line, and then waits until that is asked for.
        """
        self.last_run()
        for _ in range(2):
            for number in sorted(self.underway):
                self.answered(number, ())
            refused = [line for line, *_ in self.rejected.values()] + list(self.undo.values())
            for line in refused:
                self.ask_for(line.referentienummer)
            self.last_run()
            if not self.concepts:
                break
            for number in sorted(self.concepts):
                self.ledger.send([number], op=DAY)
                self.sent(number, self.concepts.pop(number))
        else:
            raise AssertionError("the conversation does not end")
        self.check_end()
        assert self.loose == {}
        # What a refused credit would undo is due after all, as was just seen: there is nothing to repair.
        for line in self.refused_credits.values():
            with pytest.raises(mpj.InputError):
                self.ledger.resend([line.referentienummer])
        work = self.ledger.work()
        assert (work["concept_cent"], work["wacht_op_antwoord_cent"]) == (0, 0)

    def kept(self) -> dict[Spoor, int]:
        """The records behind what was granted, each once, with their units."""
        table, trace = schema.regel.c, schema.herkomst.c
        query = select(trace.soort, trace.bron, trace.datum, trace.eenheden).join(schema.regel, table.id == trace.regel_id)
        with self.ledger.database.transaction(write=False) as connection:
            rows = connection.execute(query.where(table.staat, table.status == "toegekend")).all()
        found = {(row.soort, row.bron.removeprefix(self.source), row.datum): row.eenheden for row in rows}
        assert len(found) == len(rows)
        return found


def to_decide(result: Result) -> list[str]:
    """The codes in te_beslissen.csv."""
    (table,) = (one for one in result.bijlagen if one.bestand == "te_beslissen.csv")
    return sorted({str(row[-1]).rpartition(" ")[2] for row in table.rijen})


def absent(rows: Mapping[str, Row], given: Collection[str], vanaf: int) -> Iterator[tuple[str, Row | None]]:
    """What a run with `volledig_vanaf` withdraws: the name, and what is left of it."""
    for name, row in rows.items():
        if name in given or row.get("status") == "vervallen":
            continue
        begin = parse_month((row.get("datum") or row["begindatum"])[:7])
        if begin >= vanaf:
            yield name, None
        elif "begindatum" in row and (not row["einddatum"] or parse_month(row["einddatum"][:7]) >= vanaf):
            yield name, row | {"einddatum": last_day(vanaf - 1).isoformat()}


def play(kind: type[Exchange], count: int, steps: int) -> None:
    effort = settings(
        max_examples=examples(count), stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(kind, settings=effort)


class Fixed:
    """Stands for what hypothesis draws: these, in this order."""

    def __init__(self, *drawn: object) -> None:
        self.drawn = list(drawn)

    def draw(self, _: object) -> Any:
        return self.drawn.pop(0)
