"""The check of an answer (JW325) that a provider received, against the declarations that were sent (iJw 3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from mpj.messages.answers import TECHNISCH
from mpj.messages.content import REGELS as INHOUDSREGELS
from mpj.messages.content import content_breaches
from mpj.messages.values import Antwoordbericht, Antwoordclient, Declaratiebericht
from mpj.verification import register
from mpj.verification.answer_rules import AnswerCase
from mpj.verification.register import Controleregel
from mpj.verification.texts import Texts
from mpj.verification.values import CLIENT, DECLARATIE, REGEL, Bevinding, Breuk


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

    `declaraties` are the JW323 messages that were sent, read once; `eerdere` the Identificaties of this municipality's earlier
    answers (None: TR056 is not checked); `systeemdatum` the receiver's date; `gemeenten` the CBS codes (None: TR378 is not
    checked); `taal` nl or en. No message exists to report these faults, so a provider tells the municipality outside the traffic.
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
        rules = [rule for rule in INHOUDSREGELS if rule.niveau == 2 and rule.soort == "fout"]
        for rule, client, number, found in content_breaches(self.case.antwoord, rules):
            words = (texts.frase(found.gevonden), texts.frase(found.verwacht))
            kind = REGEL if number else CLIENT if client else DECLARATIE
            reference, position, cents = self._about(client, number)
            text = texts.frase(found.toelichting)
            yield Bevinding(reference, kind, position, rule.code, TECHNISCH, *words, cents, text)

    def message(self) -> Iterator[Bevinding]:
        """Yield what is wrong with header and declaration."""
        for rule in register.ANTWOORD:
            if breuk := rule.functie(self.case):
                yield self._finding(rule, breuk, 0, 0)

    def lines(self) -> Iterator[Bevinding]:
        """Yield what is wrong with clients and returned lines."""
        tr366, tr367 = register.ANTWOORD_REGEL
        for place, client in enumerate(self.clients, start=1):
            for rule in register.ANTWOORD_CLIENT:
                if breuk := rule.functie(self.case, client):
                    yield self._finding(rule, breuk, place, 0)
            for number, line in enumerate(client.prestaties, start=1):
                if breuk := tr366.functie(self.case, line):
                    yield self._finding(tr366, breuk, place, number)
                for breuk in tr367.functie(self.case, line):
                    yield self._finding(tr367, breuk, place, number)

    def _finding(self, rule: Controleregel, breuk: Breuk, client: int, number: int) -> Bevinding:
        texts = self.texts
        reference, position, cents = self._about(client, number)
        words = (texts.waarde(breuk.gevonden), texts.waarde(breuk.verwacht))
        text = texts.uitleg(f"JW325.{rule.code}", breuk)
        return Bevinding(reference, rule.plaats, position, rule.code, rule.retourcode, *words, cents, text)

    def _about(self, client: int, number: int) -> tuple[str, str, int]:
        """Return reference number, position and eurocents of what a finding is about."""
        if not client:
            body = self.case.antwoord.antwoord
            return "", "", body.totaal_ingediend.net if body else 0
        lines = self.clients[client - 1].prestaties
        if not number:
            return "", str(client), sum(line.net for line in lines)
        line = lines[number - 1]
        return self.texts.shown(line.referentienummer), f"{client}.{number}", line.net
