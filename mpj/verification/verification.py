"""The whole verification: a declaration in; findings, answer and summary out.

Order: content (level 2), message, clients, credit lines, debit lines (OP366: credits come first), and per line the limits last,
because only lines without another fault count. Every level is reported, also when a lower one already refuses the message.

A `Toetsing` walks over the message client by client and keeps no more than totals; what it says of a client is for its caller to
keep (`verify`) or to write down and forget (`mpj.verification.output`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Unpack

from attrs import evolve, frozen

from mpj.contract import Contract
from mpj.messages.answers import NIET_BEOORDEELD as CODE_NIET_BEOORDEELD
from mpj.messages.answers import TECHNISCH
from mpj.messages.content import RULES as CONTENT_RULES
from mpj.messages.content import ContentCheck, ContentRule, as_fault
from mpj.messages.content_rules import ContentBreach
from mpj.messages.overview import Declaratie, scan
from mpj.messages.values import CREDIT, DEBET, Antwoordclient, Client, Declaratiebericht, Prestatie
from mpj.reading.calls import expect
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.verification import register
from mpj.verification.answer import Codes, Oordeel, Sending, returned, whole
from mpj.verification.basis import Basis, Toewijzingen
from mpj.verification.case import ONBEOORDEELBAAR, Case, Line
from mpj.verification.declared import StoredDeclaratie
from mpj.verification.lines import loose_credit
from mpj.verification.opdracht import Besluitsleutel, Toetsopdracht, ToetsopdrachtWords
from mpj.verification.register import Rule
from mpj.verification.summary import AFGEKEURD, NIET_BESLIST, TOEGEKEND, Tally, summarise
from mpj.verification.texts import Texts
from mpj.verification.told import VerificationSummary
from mpj.verification.values import (
    AFWIJZEN,
    CLIENT,
    DECLARATIE,
    HEADER,
    NIET_BEOORDEELD,
    REGEL,
    TOEKENNEN,
    Bevinding,
    Breach,
    NietGetoetst,
    Verificatie,
    Where,
)

_WARNINGS = tuple(rule for rule in CONTENT_RULES if rule.soort == "waarschuwing")
_CONTENT = tuple(
    rule for rule in CONTENT_RULES if rule.soort != "waarschuwing" and (rule.level == 2 or rule.code in register.HIGHER_CONTENT)
)
_CREDIT_RULES, _DEBIT_RULES = register.LINE_RULES + register.CREDIT_RULES, register.LINE_RULES + register.DEBIT_RULES
_OWN_RULES = tuple(rule for rule in _DEBIT_RULES if not rule.fixed)
_DECIDED = {TOEKENNEN: TOEGEKEND, AFWIJZEN: AFGEKEURD, None: NIET_BESLIST}
_PROGRESS = 1000
_NO_DATES = "van output alleen aan de toewijzing getoetst: wanneer de zorg begon of eindigde staat in geen bericht"
Broken = tuple[Rule, Breach]


def verify(
    bericht: Declaratie,
    contracten: Iterable[Contract],
    toewijzingen: Toewijzingen,
    *,
    profiel: Profiel = NO_PROFILE,
    **words: Unpack[ToetsopdrachtWords],
) -> Verificatie:
    """Verify a declaration line by line (docs/verify.md tells every rule).

    Takes a message that passed the form check, in memory or on disk (`open_declaratie`); checked contracts; toewijzingen as values,
    or mappings with the columns of toewijzingen.csv, read once; `profiel` says how mappings are written. The other keywords are
    the attributes of `Toetsopdracht`; only `dagtekening` has no default.

    Amounts are eurocents. Raises InputError for contracts or toewijzing versions that contradict each other and for a message that
    they are not about (`Case`), and ValueError for an unknown `taal` or `onbeoordeeld`. Nothing is printed, no clock is read, no
    state is kept.
    """
    Toetsopdracht(**words)  # what is asked wrongly is told before anything is read
    basis = Basis(contracten, toewijzingen, partijen=[parties(bericht)], profiel=profiel)
    return judged(Toetsing(bericht, basis, **words))


def judged(toetsing: Toetsing) -> Verificatie:
    """Carry out a verification and return all that it says as one value."""
    bevindingen, unjudged, back = list(toetsing.bericht), list[Bevinding](), list[Antwoordclient]()
    for one in toetsing.clienten():
        bevindingen += one.bevindingen
        unjudged += one.niet_beoordeeld
        if one.terug is not None:
            back.append(one.terug)
    return Verificatie(
        bevindingen=tuple(bevindingen),
        niet_beoordeeld=tuple(unjudged),
        niet_getoetst=toetsing.niet_getoetst,
        meldingen=toetsing.meldingen,
        signalen=tuple(toetsing.signalen),
        antwoord=whole(*toetsing.antwoord(), tuple(back)) if toetsing.beslist else None,
        samenvatting=toetsing.samenvatting(),
        besluiten=frozenset(toetsing.besluiten),
    )


@frozen
class Clientoordeel:
    """What is said of one client."""

    bevindingen: Sequence[Bevinding]
    """Findings about the client and its lines."""
    niet_beoordeeld: Sequence[Bevinding]
    """The lines that could not be judged."""
    terug: Antwoordclient | None
    """What the answer sends back of it; None when everything is granted."""


class Toetsing:
    """One verification against a `Basis`, client by client. Keywords and errors as of `verify`; walk over `clienten` once, to its
    end, and then ask for the answer and the summary.

    `bericht` are the findings about the message; `signalen`, `meldingen`, `niet_getoetst` and `besluiten` as in `Verificatie`.
    """

    def __init__(
        self,
        bericht: Declaratie,
        basis: Basis,
        **words: Unpack[ToetsopdrachtWords],
    ) -> None:
        self.opdracht = opdracht = Toetsopdracht(**words)
        parties(bericht)
        overview = bericht.overzicht if isinstance(bericht, StoredDeclaratie) else scan(bericht)
        self.case = Case(bericht, overview, basis, opdracht)
        self.texts = Texts(opdracht.taal, self.case.bsns)
        self.niet_getoetst = _not_checked(self.case, self.texts)
        warnings = ContentCheck(bericht, overview, _WARNINGS, self.case.protocol).of_message()
        self.meldingen = (*(as_fault(*one) for one in warnings), *basis.heard)
        self.bericht: list[Bevinding] = []
        self.tally = Tally()
        self.signalen: list[Bevinding] = []
        self.besluiten: set[Besluitsleutel] = set()
        self._technisch = False
        self._check = ContentCheck(bericht, overview, _CONTENT, self.case.protocol)
        self._message()

    @property
    def beslist(self) -> bool:
        """Whether there is an answer to give: every line is judged, or the caller said what to do with the others."""
        return self._oordeel.niet_verzonden or not self.tally.lines[NIET_BESLIST]

    def clienten(self) -> Iterator[Clientoordeel]:
        """Yield what is said of every client, in the order of the message."""
        self._book_credits()
        done, total, progress = 0, self.case.overzicht.regels, self.opdracht.progress
        for number, client in enumerate(self.case.bericht.clienten, start=1):
            yield self._client(number, client)
            before, done = done, done + len(client.prestaties)
            if progress is not None and (done // _PROGRESS > before // _PROGRESS or done == total):
                progress(done, total)

    def antwoord(self) -> tuple[Declaratie, Oordeel, Sending]:
        """Return what the answer follows from, beside what is sent back of the clients."""
        asked = self.opdracht
        return self.case.bericht, self._oordeel, Sending(asked.dagtekening, asked.xsd_versie, asked.xslt_versie)

    def samenvatting(self) -> VerificationSummary:
        """Return the summary."""
        return summarise(self.case, self.texts, self._oordeel, self.tally, self.niet_getoetst, self.signalen, answered=self.beslist)

    @property
    def _oordeel(self) -> Oordeel:
        return Oordeel(
            technisch=self._technisch,
            header=_codes(one for one in self.bericht if one.plaats == HEADER),
            declaratie=_codes(one for one in self.bericht if one.plaats == DECLARATIE),
        )

    def _message(self) -> None:
        """Judge what is not about one client."""
        amount = self.case.bericht.totaal.net
        for rule, one in self._check.of_message():
            kind = HEADER if one.path.startswith("Header") else DECLARATIE
            self.bericht.append(self._content(Where("", kind, "", amount), rule, one))
        for own in register.MESSAGE_RULES:
            if breach := own.function(self.case):
                self.bericht.append(self._breach(Where("", own.where, "", amount), own, breach))
        self.tally.findings(self.bericht)

    def _book_credits(self) -> None:
        """Count the credit lines that stand before any debit line is judged; what is wrong with others is said in their turn.

        One of a line that is not known takes nothing away: what that line used is not counted either.
        """
        if not self.case.overzicht.credits:
            return
        check = ContentCheck(self.case.bericht, self.case.overzicht, _CONTENT, self.case.protocol)
        for client in self.case.bericht.clienten:
            check.of_client(client.bsn)
            for one in client.prestaties:
                faulty = bool(check.broken_rules(one))
                if one.debetcredit != CREDIT or faulty:
                    continue
                line = self.case.line(client.bsn, one)
                if any(rule.function(line) for rule in _CREDIT_RULES):
                    continue
                if self.case.undone(one):
                    self.case.usage.add(one)
                elif not self.case.bekend.leeg:
                    self.meldingen += (loose_credit(one),)
                if one.vorig_referentienummer is not None:
                    self.case.credited.add(one.vorig_referentienummer)

    def _client(self, number: int, client: Client) -> Clientoordeel:
        """Judge a client and its lines. A client is refused as a whole, but by its debit lines where it has credit lines too."""
        where = Where("", CLIENT, str(number), sum(one.net for one in client.prestaties))
        found = [self._content(where, rule, one) for rule, one in self._check.of_client(client.bsn)]
        breaches = [(rule, breach) for rule in register.CLIENT_RULES if (breach := rule.function(self.case, client))]
        refused = bool(breaches) and all(one.debetcredit == DEBET for one in client.prestaties)
        if refused:
            found += [self._breach(where, *one) for one in breaches]
            breaches = []
        own = _codes(found) if found else None
        self.case.standing.clear()
        unjudged: list[Bevinding] = []
        codes: list[Codes] = []
        for nummer, one in enumerate(client.prestaties, start=1):
            faults, doubt = self._line(f"{number}.{nummer}", client.bsn, one, breaches, refused=refused)
            if own is not None:
                # Lines of a refused client travel as not assessed, whatever is wrong with them.
                faults = [evolve(fault, retourcode=CODE_NIET_BEOORDEELD) for fault in faults]
            decided = _DECIDED[self.opdracht.besluit(one)]
            verdict = decided if doubt else AFGEKEURD if own is not None or faults else TOEGEKEND
            self.tally.line(verdict, one.net, unjudged=doubt is not None)
            codes.append((CODE_NIET_BEOORDEELD,) if doubt and decided == AFGEKEURD else _codes(faults))
            found += faults
            if doubt is not None:
                unjudged.append(doubt)
        self.tally.findings(found)
        return Clientoordeel(found, unjudged, returned(client, own, codes))

    def _line(
        self, positie: str, bsn: str, one: Prestatie, breaches: Sequence[Broken], *, refused: bool
    ) -> tuple[list[Bevinding], Bevinding | None]:
        """Return the findings about a line, and why it cannot be judged when that is so; count it when it stands."""
        credit = one.debetcredit == CREDIT
        broken = [self._content(self._at(positie, one), *of) for of in self._check.broken_rules(one)]
        if any(of.regelcode == "TR101" for of in broken):
            broken = [of for of in broken if of.regelcode != "TR314"]
        if not credit:
            broken += [self._breach(self._at(positie, one), *of) for of in breaches]
        line = self.case.line(bsn, one)
        line.broken.update(of.regelcode for of in broken)
        self._judge(line, _CREDIT_RULES if credit else _OWN_RULES if line.passed else _DEBIT_RULES, positie, broken)
        if credit:
            return broken, None
        if not broken:
            self.case.keep(line)
        doubt = "" if broken else line.reden if line.reden in ONBEOORDEELBAAR else line.ongeregeld
        self._judge(line, register.LIMIT_RULES, positie, broken)
        if broken or refused:
            return broken, None
        if not (doubt and self.opdracht.besluit(one) == AFWIJZEN):
            self.case.accept(line)
        return broken, self._doubt(line, positie, doubt) if doubt else None

    def _judge(self, line: Line, rules: Iterable[Rule], positie: str, found: list[Bevinding]) -> None:
        for rule in rules:
            if rule.code in line.broken:
                continue
            breach: Breach | None = rule.function(line)
            if breach is None:
                continue
            finding = self._breach(self._at(positie, line.prestatie), rule, breach)
            if breach.signaal:
                self.signalen.append(finding)
            else:
                line.broken.add(rule.code)
                found.append(finding)

    def _at(self, positie: str, one: Prestatie) -> Where:
        return Where(self.texts.shown(one.referentienummer), REGEL, positie, one.net)

    def _doubt(self, line: Line, positie: str, why: str) -> Bevinding:
        productcode = line.prestatie.productcode
        if (key := self.opdracht.sleutel(line.prestatie)) is not None:
            self.besluiten.add(key)
        text = self.texts.sentence(f"{NIET_BEOORDEELD}.{why}", productcode=productcode)
        sent = CODE_NIET_BEOORDEELD if self.opdracht.besluit(line.prestatie) == AFWIJZEN else ""
        return self._at(positie, line.prestatie).finding(NIET_BEOORDEELD, sent, (self.texts.value(productcode), "", text))

    def _content(self, where: Where, rule: ContentRule, found: ContentBreach) -> Bevinding:
        texts, higher = self.texts, register.HIGHER_CONTENT.get(rule.code)
        self._technisch = self._technisch or not higher
        words = (texts.phrase(found.gevonden), texts.phrase(found.verwacht), texts.phrase(found.toelichting))
        return where.finding(rule.code, higher or TECHNISCH, words)

    def _breach(self, where: Where, rule: Rule, breach: Breach) -> Bevinding:
        texts, retourcode = self.texts, "" if breach.signaal else breach.retourcode or rule.retourcode.split(", ")[-1]
        words = (texts.value(breach.gevonden), texts.value(breach.verwacht), texts.explain(rule.code, breach))
        return where.finding(rule.code, retourcode, words)


def parties(bericht: Declaratie) -> tuple[str, str]:
    """Return aanbieder and gemeente of a declaration; raises TypeError for what is none."""
    expect("bericht", bericht, "a JW323 message, as mpj.messages.from_bytes gives", Declaratiebericht, StoredDeclaratie)
    return bericht.header.afzender, bericht.header.ontvanger


def _codes(found: Iterable[Bevinding]) -> Codes:
    return tuple(dict.fromkeys(one.retourcode for one in found if one.retourcode))


def _not_checked(case: Case, texts: Texts) -> tuple[NietGetoetst, ...]:
    """Return the rules that lacked their history or list, in the order of the register."""
    skipped = []
    for rule in register.DECLARATION_RULES:
        if rule.needs == register.HISTORY and case.bekend.leeg:
            reden = (
                "alleen binnen dit bericht getoetst: eerdere berichten ontbreken" if rule.partly else "eerdere berichten ontbreken"
            )
            skipped.append(NietGetoetst(rule.code, texts.word(reden)))
        elif rule.needs == register.GEMEENTEN and case.gemeenten is None:
            skipped.append(NietGetoetst(rule.code, texts.word("de lijst van gemeenten (CBS) ontbreekt")))
        elif rule.code == "MPJ07" and case.sells_output:
            skipped.append(NietGetoetst(rule.code, texts.word(_NO_DATES)))
    return tuple(skipped)
