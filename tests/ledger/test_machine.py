"""Months of provider and municipality against each other, in any order, against a model that knows no ledger.

The municipality pays what it grants and takes back what it credits; whatever happened, nothing is paid or credited twice, no
number is used twice, and what stands is what a fresh computation of all records says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from world import BSN, BSN_2, contract

import mpj
from ledger.support import PRICES, answer_to, registratie, toewijzing
from mpj.engine import Declaratieregel, Result
from mpj.engine.lines import identity
from mpj.ledger import Ledger
from mpj.messages import Antwoordbericht, Declaratiebericht, declaratieberichten
from mpj.reading.periods import last_day, month_text, parse_month
from mpj.verification import MemoryHistory, verify

NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f"])
START = parse_month("2026-01")
DAY = date(2026, 12, 31)
Standing = dict[tuple[str, int, str, str, int], Declaratieregel]


class CrashError(Exception):
    """The process died just before the commit."""


class Conversation(RuleBasedStateMachine):
    """Runs, answers, late and changed records, withdrawals, shorter toewijzingen, other prices."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger("sqlite://")
        self.contract = contract(PRICES)
        self.ends = {1: "2026-12-31", 2: "2026-12-31"}
        self.repriced = False
        self.month = START
        self.records: dict[str, Mapping[str, Any]] = {}
        self.fresh_input: dict[str, Mapping[str, Any]] = {}
        self.result: Result | None = None
        self.underway: dict[str, tuple[Declaratiebericht, list[Declaratieregel]]] = {}
        self.messages: list[Declaratiebericht] = []
        self.answers: list[Antwoordbericht] = []
        self.paid: Standing = {}
        self.rejected: dict[tuple[str, int, str, str, int], Declaratieregel] = {}
        self.used: set[str] = set()

    def teardown(self) -> None:
        self.ledger.close()

    def toewijzingen(self) -> list[dict[str, object]]:
        return [toewijzing(1, einddatum=self.ends[1]), toewijzing(2, einddatum=self.ends[2], bsn=BSN_2)]

    @rule(
        name=NAMES,
        day=st.integers(1, 28),
        back=st.integers(0, 2),
        minuten=st.sampled_from([7, 15, 50, 52, 60]),
        wo=st.booleans(),
        second=st.booleans(),
    )
    def deliver(self, name: str, day: int, back: int, minuten: int, wo: bool, second: bool) -> None:
        month = max(START, self.month - back)
        level, bsn = "wo" if wo else "hbo", BSN_2 if second else BSN
        self.fresh_input[name] = registratie(name, f"{month_text(month)}-{day:02d}", minuten, level, bsn=bsn)

    @rule(name=NAMES)
    def withdraw_record(self, name: str) -> None:
        known = self.fresh_input.get(name) or self.records.get(name)
        if known is not None:
            self.fresh_input[name] = {**known, "status": "vervallen"}

    @rule(which=st.sampled_from([1, 2]), end=st.sampled_from(["2026-01-20", "2026-02-10", "2026-03-31", "2026-12-31"]))
    def change_toewijzing(self, which: int, end: str) -> None:
        self.ends[which] = end

    @rule(price=st.sampled_from(["24,55", "26,00"]))
    def reprice(self, price: str) -> None:
        self.contract = contract(dict(PRICES) | {"2.1 hbo": price})
        self.repriced = True

    @rule()
    def next_month(self) -> None:
        if self.month < START + 5:
            self.month += 1

    def declare(self, **options: Any) -> Result:
        return self.ledger.declare(
            [self.contract],
            self.toewijzingen(),
            list(self.fresh_input.values()),
            periode=month_text(self.month),
            dagtekening=last_day(self.month),
            crediteer=True,
            **options,
        )

    @rule(repeat=st.sets(NAMES))
    def run(self, repeat: set[str]) -> None:
        """A run, with some records that were given before as well."""
        for name in repeat & self.records.keys():
            self.fresh_input.setdefault(name, self.records[name])
        self.result = self.declare()
        self.records.update(self.fresh_input)
        self.fresh_input = {}
        assert self.declare().regels == self.result.regels
        self.check_against_fresh()

    @rule()
    def crash(self) -> None:
        def die(_: Result) -> None:
            raise CrashError

        try:
            self.declare(before_commit=die)
        except CrashError:
            return
        raise AssertionError

    @precondition(lambda self: self.result is not None)
    @rule()
    def send(self) -> None:
        assert self.result is not None
        result, self.result = self.result, None
        self.ledger.send(None, op=DAY)
        dated = date.fromisoformat(result.samenvatting["instellingen"]["dagtekening"])
        for message in declaratieberichten(result.regels, dagtekening=dated):
            lines = [line for line in result.regels if line.declaratienummer == message.declaratienummer]
            numbers = {message.declaratienummer, *(line.referentienummer for line in lines)}
            assert not numbers & self.used
            self.used |= numbers
            history = MemoryHistory(self.messages, self.answers)
            found = verify(message, [self.contract], self.toewijzingen(), dagtekening=DAY, history=history)
            codes = {one.regelcode for one in found.bevindingen}
            assert codes <= ({"TR418", "MPJ04", "TR346", "TR307", "TR308", "TR387", "TR388"} if self.stale() else set()), codes
            self.underway[message.declaratienummer] = (message, lines)

    def stale(self) -> bool:
        """Whether toewijzing or price may have changed between the run and the sending."""
        return self.repriced or any(end != "2026-12-31" for end in self.ends.values())

    @precondition(lambda self: bool(self.underway))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.underway)))
        message, lines = self.underway.pop(number)
        debits = sorted(line.referentienummer for line in lines if line.debetcredit == "D")
        refused = set(data.draw(st.lists(st.sampled_from(debits), unique=True, max_size=3))) if debits else set()
        reply = answer_to(message, refused)
        self.ledger.answer([("jw325.xml", reply)], op=DAY)
        self.messages.append(message)
        self.answers.append(reply)
        for line in sorted(lines, key=lambda line: line.debetcredit):
            key = identity(line)
            if line.debetcredit == "C":
                assert self.paid.pop(key).referentienummer == line.vorig_referentienummer
                self.rejected.pop(key, None)
            elif line.referentienummer in refused:
                self.rejected[key] = line
            else:
                assert key not in self.paid
                self.paid[key] = line
                self.rejected.pop(key, None)

    @precondition(lambda self: bool(self.underway))
    @rule(data=st.data(), by_hand=st.booleans())
    def never_processed(self, data: st.DataObject, by_hand: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.underway)))
        message, _ = self.underway.pop(number)
        if by_hand:
            self.ledger.withdraw([number], op=DAY)
        else:
            self.ledger.answer([("jw325.xml", answer_to(message, declaratie=("9333",)))], op=DAY)

    @precondition(lambda self: bool(self.rejected))
    @rule(data=st.data())
    def resend(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.rejected)))
        self.ledger.resend([self.rejected[key].referentienummer])

    def check_against_fresh(self) -> None:
        """What stands with this concept is what all records say, but for lines that wait or stand rejected."""
        assert self.result is not None
        fresh = mpj.declare(
            [self.contract],
            self.toewijzingen(),
            list(self.records.values()),
            periode=month_text(self.month),
            dagtekening=last_day(self.month),
            nalevering=True,
        )
        wanted = {identity(line): line for line in fresh.regels}
        after = dict(self.paid)
        for line in sorted(self.result.regels, key=lambda line: line.debetcredit):
            if line.debetcredit == "C":
                assert after.pop(identity(line)).referentienummer == line.vorig_referentienummer
            else:
                assert identity(line) not in after
                after[identity(line)] = line
        waiting = {identity(line) for _, lines in self.underway.values() for line in lines}
        later = {key for key in after if key[-1] > self.month}
        for key in (after.keys() | wanted.keys()) - waiting - later:
            if key not in after and key in self.rejected:
                continue
            left, right = after.get(key), wanted.get(key)
            assert left is not None and right is not None, (key, left, right)
            assert (left.volume, left.begindatum, left.einddatum) == (right.volume, right.begindatum, right.einddatum)
            assert self.repriced or left.bedrag_cent == right.bedrag_cent

    @invariant()
    def the_ledger_adds_up(self) -> None:
        """Granted debits less granted credits are what the municipality paid."""
        states = self.ledger.status()["gemeenten"].values()
        granted = sum(rows["toegekend"]["bedrag_cent"] for rows in states if "toegekend" in rows)
        assert granted == sum(line.bedrag_cent for line in self.paid.values())


Conversation.TestCase.settings = settings(
    max_examples=18, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_conversation = Conversation.TestCase
