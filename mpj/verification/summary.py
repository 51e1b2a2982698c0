"""Counts and euros of a verification. About groups only: no client, no BSN, no toewijzing stands in a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mpj.reading.masking import hide
from mpj.reading.periods import month_of, month_text
from mpj.verification.answer import Oordeel
from mpj.verification.case import Case
from mpj.verification.opdracht import Toetsopdracht
from mpj.verification.paginas import page_of
from mpj.verification.texts import Texts
from mpj.verification.told import (
    CountsSummary,
    DecidedSummary,
    EarlierSummary,
    MessageSummary,
    RuleSummary,
    SignalSummary,
    Uitkomstwoord,
    VerificationSummary,
)
from mpj.verification.values import DECLARATIE, HEADER, REGEL, Bevinding, NietGetoetst
from mpj.version import __version__

FORMAAT, PER_CODE = 1, "per_code"
TOEGEKEND, AFGEKEURD, NIET_BESLIST = _VERDICTS = ("toegekend", "afgekeurd", "niet_beoordeeld")


class Tally:
    """Counts and eurocents, as lines and findings go by."""

    def __init__(self) -> None:
        self.unjudged: dict[str, tuple[int, int]] = {}
        self.lines: dict[str, int] = dict.fromkeys(_VERDICTS, 0)
        self.cent: dict[str, int] = dict.fromkeys(_VERDICTS, 0)
        self.by_rule: dict[tuple[str, str], tuple[int, int]] = {}
        # What was found about the message as a whole: all its euros are counted.
        self._all: set[tuple[str, str]] = set()

    def line(self, verdict: str, cent: int, *, unjudged: bool) -> None:
        """Count a line with its verdict: toegekend, afgekeurd or niet_beoordeeld."""
        self.lines[verdict] += 1
        self.cent[verdict] += cent
        if unjudged:
            count, total = self.unjudged.get(verdict, (0, 0))
            self.unjudged[verdict] = (count + 1, total + cent)

    def findings(self, found: Iterable[Bevinding]) -> None:
        """Count the findings about the message as a whole, or those about one client and its lines.

        A line with several faults counts under each, and its euros once under each: those of a finding about the message or the
        client are those of all its lines.
        """
        groups: dict[tuple[str, str], list[Bevinding]] = {}
        for one in found:
            groups.setdefault((one.regelcode, one.retourcode), []).append(one)
        for key, ones in groups.items():
            count, cent = self.by_rule.get(key, (0, 0))
            if key not in self._all:
                whole = next((one for one in ones if one.plaats != REGEL), None)
                lines = {one.positie: one.bedrag_cent for one in ones}
                cent += sum(lines.values()) if whole is None else whole.bedrag_cent
            if any(one.plaats in (HEADER, DECLARATIE) for one in ones):
                self._all.add(key)
            self.by_rule[key] = (count + len(ones), cent)

    def decided(self) -> list[DecidedSummary]:
        """Return how many lines that could not be judged got which verdict, by decision."""
        found = ((verdict, *both) for verdict, both in self.unjudged.items() if verdict != NIET_BESLIST)
        return [{"uitkomst": verdict, "regels": count, "bedrag_cent": cent} for verdict, count, cent in found]

    def counts(self, oordeel: Oordeel) -> CountsSummary:
        """Return lines and eurocents; submitted is granted plus refused plus not assessed."""
        lines, cents = self.lines, self.cent
        if oordeel.niet_verzonden:
            lines = dict.fromkeys(_VERDICTS, 0) | {AFGEKEURD: sum(lines.values())}
            cents = dict.fromkeys(_VERDICTS, 0) | {AFGEKEURD: sum(cents.values())}
        return {
            "regels": sum(lines.values()),
            "toegekend": lines[TOEGEKEND],
            "afgekeurd": lines[AFGEKEURD],
            "niet_beoordeeld": lines[NIET_BESLIST],
            "onbeoordeelbaar": sum(count for count, _ in self.unjudged.values()),
            "ingediend_cent": sum(cents.values()),
            "toegekend_cent": cents[TOEGEKEND],
            "afgekeurd_cent": cents[AFGEKEURD],
            "niet_beoordeeld_cent": cents[NIET_BESLIST],
        }


def summarise(
    case: Case,
    texts: Texts,
    oordeel: Oordeel,
    tally: Tally,
    skipped: Sequence[NietGetoetst],
    signals: Sequence[Bevinding],
    *,
    answered: bool,
) -> VerificationSummary:
    """Return the summary (docs/verify.md, samenvatting.json). Amounts are eurocents, credit lines below zero."""
    asked = case.opdracht
    bestanden = dict(asked.invoer or {})
    for contract in case.basis.contracten:
        bestanden.update(contract.bestanden)
    counts = tally.counts(oordeel)
    return {
        "formaat": FORMAAT,
        "soort": "verify",
        "versie": __version__,
        "protocol": case.protocol.id,
        "instellingen": {"dagtekening": asked.dagtekening.isoformat(), "taal": asked.taal, "onbeoordeeld": _word(asked)},
        "bericht": _bericht(case, texts),
        "uitkomst": _uitkomst(oordeel, counts),
        "antwoord": answered,
        "clienten": case.overzicht.clienten,
        **counts,
        "op_besluit": tally.decided(),
        "per_regel": _by_rule(texts, tally),
        "signalen": _signals(texts, signals),
        "geschiedenis": _history(case),
        "niet_getoetst": [{"regelcode": one.regelcode, "reden": one.reden} for one in skipped],
        "toewijzingen": {"gelezen": case.basis.gelezen},
        "contracten": [
            {"id": hide(kaart.instellingen.contract), "tariefkaart": kaart.hash, "sha256": kaart.sha256}
            for kaart in case.kaarten.kaarten
        ],
        "invoer": [{"bestand": naam, "sha256": bestanden[naam]} for naam in sorted(bestanden)],
        "niet_gelezen": sorted(map(hide, asked.niet_gelezen)),
    }


def _signals(texts: Texts, signals: Iterable[Bevinding]) -> list[SignalSummary]:
    counts = sorted(Counter(one.regelcode for one in signals).items())
    return [{"regelcode": code, "omschrijving": texts.name(code), "aantal": count} for code, count in counts]


def _history(case: Case) -> EarlierSummary:
    """Return which earlier months are known in full, which lack their answer, and which a declaration, from the first known on."""
    known, until = case.bekend, month_of(case.bericht.periode.begindatum)
    first = min((*known.maanden, *([known.vanaf] if known.vanaf else [])), default=until)
    return {
        "bekend": not known.leeg,
        "volledig": [month_text(one) for one in sorted(known.maanden) if known.maanden[one]],
        "zonder_antwoord": [month_text(one) for one in sorted(known.maanden) if not known.maanden[one]],
        "zonder_declaratie": [month_text(one) for one in range(first, until) if one not in known.maanden],
    }


def _word(asked: Toetsopdracht) -> str | None:
    return asked.onbeoordeeld if isinstance(asked.onbeoordeeld, str | None) else PER_CODE


def _bericht(case: Case, texts: Texts) -> MessageSummary:
    message = case.bericht
    return {
        "aanbieder": case.aanbieder,
        "gemeente": case.gemeente,
        "identificatie": texts.shown(message.header.identificatie.identificatie),
        "dagtekening": message.header.identificatie.dagtekening.isoformat(),
        "declaratienummer": texts.shown(message.declaratienummer),
        "declaratieperiode": month_text(month_of(message.periode.begindatum)),
        "declaratiedagtekening": message.dagtekening.isoformat(),
    }


def _uitkomst(oordeel: Oordeel, counts: CountsSummary) -> Uitkomstwoord:
    if oordeel.niet_verzonden:
        return "niet_verzonden"
    if counts["niet_beoordeeld"]:
        return "onbeslist"
    if not counts["afgekeurd"]:
        return "toegekend"
    return "deels_toegekend" if counts["toegekend"] else "afgekeurd"


def _by_rule(texts: Texts, tally: Tally) -> list[RuleSummary]:
    """Return findings by rule and return code, the most frequent first."""
    ranked = sorted(tally.by_rule.items(), key=lambda item: (-item[1][0], item[0]))
    return [
        {
            "regelcode": regelcode,
            "retourcode": retourcode,
            "omschrijving": texts.name(regelcode),
            "aantal": count,
            "bedrag_cent": cent,
            "pagina": page_of(regelcode),
        }
        for (regelcode, retourcode), (count, cent) in ranked
    ]
