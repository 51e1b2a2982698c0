"""The whole verification: a declaration in; findings, answer and summary out.

Order: content (level 2), message, clients, credit lines, debit lines (OP366: credits come first), and per line the limits last,
because only lines without another fault count. Every level is reported, also when a lower one already refuses the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from mpj.contract import Contract, check_together
from mpj.messages.content import REGELS as INHOUDSREGELS
from mpj.messages.declaratie import XSD_VERSIE
from mpj.messages.lines import Bevinding as Inhoudsbevinding
from mpj.messages.values import Client, Declaratiebericht, Prestatie
from mpj.reading.faults import Fault, InputError
from mpj.verification import register
from mpj.verification.answer import NIET_BEOORDEELD as CODE_NIET_BEOORDEELD
from mpj.verification.answer import Oordeel, Positie, build_answer
from mpj.verification.case import ONBEOORDEELBAAR, Case, Line, Toewijzingen
from mpj.verification.history import History
from mpj.verification.register import Controleregel
from mpj.verification.summary import summarise
from mpj.verification.texts import Texts
from mpj.verification.values import (
    AFWIJZEN,
    CLIENT,
    DECLARATIE,
    HEADER,
    NIET_BEOORDEELD,
    REGEL,
    TOEKENNEN,
    Bevinding,
    Breuk,
    NietGetoetst,
    Verificatie,
)

XSLT_VERSIE = "1.0.0"
_PLACE = re.compile(r"Client\[([0-9]+)\](?:/Prestaties/Prestatie\[([0-9]+)\])?")


def verify(
    bericht: Declaratiebericht,
    contracten: Iterable[Contract],
    toewijzingen: Toewijzingen,
    *,
    dagtekening: date,
    history: History | None = None,
    taal: str = "nl",
    onbeoordeeld: str | None = None,
    gemeenten: Collection[str] | None = None,
    xsd_versie: str | tuple[str, str] = XSD_VERSIE,
    xslt_versie: str = XSLT_VERSIE,
    invoer: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verificatie:
    """Verify a declaration line by line (docs/verify.md tells every rule).

    Takes a message that passed the form check; checked contracts; toewijzingen as values, or mappings with the columns of
    toewijzingen.csv, read once. `dagtekening` is the receiver's date (TR135) and that of the answer. `history` tells what was
    sent and answered before; without it rules that need it are listed as not checked. `taal` is nl or en. `onbeoordeeld` says
    what becomes of lines that cannot be judged: toekennen or afwijzen; None leaves the answer out when there are any.
    `gemeenten` are the CBS codes that exist. `invoer` (file name to SHA-256) goes into the summary; `progress` hears (lines done,
    lines in all). Amounts are eurocents. Raises InputError for contracts or toewijzing versions that contradict each other, and
    ValueError for an unknown `taal` or `onbeoordeeld`. Nothing is printed, no clock is read, no state is kept.
    """
    if onbeoordeeld not in (None, TOEKENNEN, AFWIJZEN):
        raise ValueError(f"onbeoordeeld: {TOEKENNEN} or {AFWIJZEN}, not {onbeoordeeld!r}")
    contracts = list(contracten)
    if not contracts:
        raise InputError(Fault("contract_ontbreekt", toelichting="geen enkel contract", verwacht="minstens één contract"))
    check_together(contracts)
    case = Case(bericht, contracts, toewijzingen, history, dagtekening, gemeenten)
    run = _Run(case, Texts(taal, case.bsns), onbeoordeeld, progress)
    run.check()
    oordeel = run.oordeel()
    antwoord = None
    if oordeel.niet_verzonden or onbeoordeeld or not run.open:
        antwoord = build_answer(bericht, oordeel, dagtekening=dagtekening, xsd_versie=xsd_versie, xslt_versie=xslt_versie)
    bevindingen, unjudged = run.sorted(run.bevindingen), run.sorted(run.open)
    skipped = _not_checked(case, run.texts)
    settings = {"dagtekening": dagtekening.isoformat(), "taal": taal, "onbeoordeeld": onbeoordeeld}
    summary = summarise(case, run.texts, settings, oordeel, bevindingen, set(run.open), skipped, antwoord, invoer or {})
    return Verificatie(bevindingen, unjudged, skipped, tuple(run.meldingen), antwoord, summary)


class _Run:
    """Collects findings by place: (0, 0) is the message, (client, 0) a client, (client, line) a line."""

    def __init__(self, case: Case, texts: Texts, onbeoordeeld: str | None, progress: Callable[[int, int], None] | None) -> None:
        self.case = case
        self.texts = texts
        self.onbeoordeeld = onbeoordeeld
        self.progress = progress
        self.technisch = False
        self.bevindingen: dict[Positie, list[Bevinding]] = {}
        self.open: dict[Positie, list[Bevinding]] = {}
        self.meldingen: list[Fault] = []
        self._refused: set[int] = set()

    def check(self) -> None:
        case = self.case
        self._content()
        for rule in register.BERICHT:
            if breuk := rule.functie(case):
                self._add((0, 0), rule, breuk)
        for rule in register.CLIENTEN:
            for place, client in enumerate(case.bericht.clienten, start=1):
                if breuk := rule.functie(case, client):
                    self._refuse(place, client, rule, breuk)
        lines = list(case.lines())
        credits_first = sorted(lines, key=lambda line: not line.credit)
        for done, line in enumerate(credits_first, start=1):
            self._line(line)
            if self.progress is not None and (done % 1000 == 0 or done == len(lines)):
                self.progress(done, len(lines))

    def _content(self) -> None:
        """Run the rules that the message itself shows; those of level 2 refuse it as a whole."""
        for rule in INHOUDSREGELS:
            higher = register.INHOUD_HOGER.get(rule.code)
            if "JW323" not in rule.berichten or not (rule.niveau == 2 or higher):
                continue
            if rule.soort == "waarschuwing":
                self.meldingen += rule.check(self.case.bericht)
                continue
            for found in rule.functie(self.case.bericht):
                place = place_of(found)
                if rule.code == "TR314" and any(one.regelcode == "TR101" for one in self.bevindingen.get(place, ())):
                    continue
                self.technisch = self.technisch or not higher
                self._content_finding(rule.code, higher or register.TECHNISCH, place, found)

    def _content_finding(self, code: str, retourcode: str, place: Positie, found: Inhoudsbevinding) -> None:
        kind = HEADER if found.pad.startswith("Header") else DECLARATIE
        texts = self.texts
        self._put(
            place, kind, code, retourcode, texts.frase(found.gevonden), texts.frase(found.verwacht), texts.frase(found.toelichting)
        )

    def _refuse(self, place: int, client: Client, rule: Controleregel, breuk: Breuk) -> None:
        """Refuse a client as a whole; where it has credit lines, which stand apart, its debit lines one by one."""
        if all(one.debetcredit == "D" for one in client.prestaties):
            self._refused.add(place)
            self._add((place, 0), rule, breuk)
            return
        for number, one in enumerate(client.prestaties, start=1):
            if one.debetcredit == "D":
                self._add((place, number), rule, breuk)

    def _line(self, line: Line) -> None:
        place = (line.client, line.nummer)
        line.broken = {one.regelcode for one in self.bevindingen.get(place, ())}
        for rule in register.BEIDE + (register.CREDIT if line.credit else register.DEBET):
            self._judge(line, rule)
        if not line.credit and not self.bevindingen.get(place) and line.reden in ONBEOORDEELBAAR:
            self._leave_open(line)
        accepted = not self.bevindingen.get(place) and line.client not in self._refused
        if not line.credit:
            for rule in register.LIMIETEN:
                self._judge(line, rule)
            accepted = accepted and not self.bevindingen.get(place)
            if not accepted:
                self.open.pop(place, None)
        if accepted and not (place in self.open and self.onbeoordeeld == AFWIJZEN):
            self.case.usage.add(line.prestatie)
            if line.credit and line.prestatie.vorig_referentienummer is not None:
                self.case.gecrediteerd.add(line.prestatie.vorig_referentienummer)

    def _judge(self, line: Line, rule: Controleregel) -> None:
        if rule.code in line.broken:
            return
        breuk: Breuk | None = rule.functie(line)
        if breuk is not None:
            line.broken.add(rule.code)
            self._add((line.client, line.nummer), rule, breuk)

    def _leave_open(self, line: Line) -> None:
        one = line.prestatie
        text = self.texts.zin(f"{NIET_BEOORDEELD}.{line.reden}", productcode=one.productcode)
        finding = self._finding(
            (line.client, line.nummer), REGEL, NIET_BEOORDEELD, "", self.texts.waarde(one.productcode), "", text
        )
        self.open.setdefault((line.client, line.nummer), []).append(finding)

    def _add(self, place: Positie, rule: Controleregel, breuk: Breuk) -> None:
        texts, code = self.texts, breuk.retourcode or rule.retourcode.split(", ")[-1]
        found, expected = texts.waarde(breuk.gevonden), texts.waarde(breuk.verwacht)
        self._put(place, rule.plaats, rule.code, code, found, expected, texts.uitleg(rule.code, breuk))

    def _put(self, place: Positie, kind: str, code: str, retourcode: str, found: str, expected: str, text: str) -> None:
        finding = self._finding(place, kind, code, retourcode, found, expected, text)
        self.bevindingen.setdefault(place, []).append(finding)

    def _finding(self, place: Positie, kind: str, code: str, retourcode: str, found: str, expected: str, text: str) -> Bevinding:
        client, nummer = place
        reference = ""
        if not client:
            amount, position = self.case.bericht.totaal.net, ""
        else:
            prestaties = self.case.bericht.clienten[client - 1].prestaties
            if nummer:
                one: Prestatie = prestaties[nummer - 1]
                amount, position, kind, reference = one.net, f"{client}.{nummer}", REGEL, self.texts.shown(one.referentienummer)
            else:
                amount, position, kind = sum(one.net for one in prestaties), str(client), CLIENT
        return Bevinding(reference, kind, position, code, retourcode, found, expected, amount, text)

    def sorted(self, found: Mapping[Positie, list[Bevinding]]) -> tuple[Bevinding, ...]:
        """Return findings in the order of the message, those of one place in the order of checking."""
        return tuple(one for place in sorted(found) for one in found[place])

    def oordeel(self) -> Oordeel:
        """Return the verdict in return codes, each once."""
        message = self.bevindingen.get((0, 0), [])
        own = {place: _codes(found) for place, found in self.bevindingen.items()}
        lines = {place: codes for place, codes in own.items() if place[1]}
        if self.onbeoordeeld == AFWIJZEN:
            lines |= dict.fromkeys(self.open, (CODE_NIET_BEOORDEELD,))
        return Oordeel(
            technisch=self.technisch,
            header=_codes(one for one in message if one.plaats == HEADER),
            declaratie=_codes(one for one in message if one.plaats == DECLARATIE),
            clienten={place: codes for (place, line), codes in own.items() if place and not line},
            regels=lines,
        )


def _codes(found: Iterable[Bevinding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.retourcode for one in found if one.retourcode))


def place_of(found: Inhoudsbevinding) -> Positie:
    """Return where a breach of a content rule stands: client and line number, 0 where it is about more than that."""
    match = _PLACE.search(found.pad)
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


def _not_checked(case: Case, texts: Texts) -> tuple[NietGetoetst, ...]:
    """Return the rules that lacked their history or list, in the order of the register."""
    skipped = []
    for rule in register.DECLARATIEREGELS:
        if rule.nodig == register.GESCHIEDENIS and case.history is None:
            reden = (
                "alleen binnen dit bericht getoetst: eerdere berichten ontbreken" if rule.deels else "eerdere berichten ontbreken"
            )
            skipped.append(NietGetoetst(rule.code, texts.woord(reden)))
        elif rule.nodig == register.GEMEENTEN and case.gemeenten is None:
            skipped.append(NietGetoetst(rule.code, texts.woord("de lijst van gemeenten (CBS) ontbreekt")))
    return tuple(skipped)
