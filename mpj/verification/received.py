"""The check of an answer (JW325) that an aanbieder received, against the declarations that were sent (iJw 3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from mpj.messages.answers import TECHNISCH
from mpj.messages.content import RULES as CONTENT_RULES
from mpj.messages.content import content_breaches
from mpj.messages.values import Antwoordbericht, Antwoordclient, Declaratiebericht
from mpj.verification import register
from mpj.verification.answer_rules import AnswerCase
from mpj.verification.register import Rule
from mpj.verification.texts import Texts
from mpj.verification.values import CLIENT, DECLARATIE, REGEL, Bevinding, Breach, Where


def verify_answer(
    antwoord: Antwoordbericht,
    declaraties: Iterable[Declaratiebericht],
    *,
    systeemdatum: date,
    eerdere: Collection[str] | None = None,
    gemeenten: Collection[str] | None = None,
    taal: str = "nl",
) -> tuple[Bevinding, ...]:
    """Check a JW325 that was received; returns every fault, those of its content (level 2) first.

    `declaraties` are the JW323 messages that were sent, read once; `eerdere` the Identificaties of this gemeente's earlier
    answers (None: TR056 is not checked); `systeemdatum` the receiver's date; `gemeenten` the CBS codes (None: TR378 is not
    checked); `taal` nl or en. No message exists to report these faults, so an aanbieder tells the gemeente outside the traffic.
    """
    header = antwoord.header
    sent = [one for one in declaraties if (one.header.ontvanger, one.header.afzender) == (header.afzender, header.ontvanger)]
    named = header.declaratie_identificatie.identificatie
    declared = next((one for one in sent if one.header.identificatie.identificatie == named), None)
    clienten = {client.bsn for one in sent for client in one.clienten}
    numbers = {one.declaratienummer for one in sent}
    case = AnswerCase(antwoord, declared, numbers, eerdere, clienten, systeemdatum, gemeenten)
    check = _Answer(case, Texts(taal, clienten | {client.bsn for client in _clients(antwoord)}))
    return (*check.content(), *check.message(), *check.lines())


def _clients(antwoord: Antwoordbericht) -> tuple[Antwoordclient, ...]:
    return antwoord.antwoord.clienten if antwoord.antwoord else ()


class _Answer:
    """Puts the breaches of one answer into words."""

    def __init__(self, case: AnswerCase, texts: Texts) -> None:
        self.case = case
        self.texts = texts
        self.clients = _clients(case.antwoord)

    def content(self) -> Iterator[Bevinding]:
        """Yield what the answer itself shows (level 2)."""
        texts = self.texts
        rules = [rule for rule in CONTENT_RULES if rule.level == 2 and rule.soort == "fout"]
        for rule, client, number, found in content_breaches(self.case.antwoord, rules):
            kind = REGEL if number else CLIENT if client else DECLARATIE
            words = (texts.phrase(found.gevonden), texts.phrase(found.verwacht), texts.phrase(found.toelichting))
            yield self._where(kind, client, number).finding(rule.code, TECHNISCH, words)

    def message(self) -> Iterator[Bevinding]:
        """Yield what is wrong with header and declaration."""
        for rule in register.ANSWER_MESSAGE_RULES:
            if breach := rule.function(self.case):
                yield self._finding(rule, breach, 0, 0)

    def lines(self) -> Iterator[Bevinding]:
        """Yield what is wrong with clients and returned lines."""
        tr366, tr367 = register.ANSWER_LINE_RULES
        for index, client in enumerate(self.clients, start=1):
            for rule in register.ANSWER_CLIENT_RULES:
                if breach := rule.function(self.case, client):
                    yield self._finding(rule, breach, index, 0)
            for number, line in enumerate(client.prestaties, start=1):
                if breach := tr366.function(self.case, line):
                    yield self._finding(tr366, breach, index, number)
                for breach in tr367.function(self.case, line):
                    yield self._finding(tr367, breach, index, number)

    def _finding(self, rule: Rule, breach: Breach, client: int, number: int) -> Bevinding:
        texts = self.texts
        words = (texts.value(breach.gevonden), texts.value(breach.verwacht), texts.explain(f"JW325.{rule.code}", breach))
        return self._where(rule.where, client, number).finding(rule.code, rule.retourcode, words)

    def _where(self, kind: str, client: int, number: int) -> Where:
        """Return what a finding is about: line `number` of a client (from 1; 0: all of it), or the message (client 0)."""
        if not client:
            body = self.case.antwoord.antwoord
            return Where("", kind, "", body.totaal_ingediend.net if body else 0)
        lines = self.clients[client - 1].prestaties
        if not number:
            return Where("", kind, str(client), sum(line.net for line in lines))
        line = lines[number - 1]
        return Where(self.texts.shown(line.referentienummer), kind, f"{client}.{number}", line.net)
