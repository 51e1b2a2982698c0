"""Counts and euros of a verification. About groups only: no client, no BSN, no toewijzing stands in a summary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mpj import __version__
from mpj.messages.values import Antwoordbericht
from mpj.reading.periods import month_of, month_text
from mpj.verification.answer import Oordeel, Positie
from mpj.verification.case import Case
from mpj.verification.texts import Texts
from mpj.verification.values import AFWIJZEN, TOEKENNEN, Bevinding, NietGetoetst

FORMAAT = 1


def summarise(
    case: Case,
    texts: Texts,
    settings: Mapping[str, object],
    oordeel: Oordeel,
    bevindingen: Sequence[Bevinding],
    unjudged: Collection[Positie],
    skipped: Sequence[NietGetoetst],
    antwoord: Antwoordbericht | None,
    invoer: Mapping[str, str],
) -> dict[str, Any]:
    """Return the summary (docs/verify.md, samenvatting.json). Amounts are eurocents, credit lines below zero."""
    bestanden = dict(invoer)
    for contract in case.contracten:
        bestanden.update(contract.bestanden)
    counts = _counts(case, oordeel, unjudged, str(settings["onbeoordeeld"] or ""))
    return {
        "formaat": FORMAAT,
        "soort": "verify",
        "versie": __version__,
        "protocol": case.protocol.id,
        "instellingen": dict(settings),
        "bericht": _bericht(case, texts),
        "uitkomst": _uitkomst(oordeel, counts),
        "antwoord": antwoord is not None,
        "clienten": len(case.bericht.clienten),
        **counts,
        "per_regel": _per_regel(texts, bevindingen),
        "niet_getoetst": [{"regelcode": one.regelcode, "reden": one.reden} for one in skipped],
        "toewijzingen": {"gelezen": case.toewijzingen_gelezen},
        "contracten": [
            {"id": kaart.instellingen.contract, "tariefkaart": kaart.hash, "sha256": kaart.sha256} for kaart in case.kaarten.kaarten
        ],
        "invoer": [{"bestand": naam, "sha256": bestanden[naam]} for naam in sorted(bestanden)],
    }


def _bericht(case: Case, texts: Texts) -> dict[str, object]:
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


def _counts(case: Case, oordeel: Oordeel, unjudged: Collection[Positie], choice: str) -> dict[str, int]:
    """Count lines and eurocents; submitted is granted plus refused plus not assessed."""
    names = ("toegekend", "afgekeurd", "niet_beoordeeld")
    lines, cents = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for place, client in enumerate(case.bericht.clienten, start=1):
        for number, one in enumerate(client.prestaties, start=1):
            name = "toegekend"
            if oordeel.niet_verzonden:
                name = "afgekeurd"
            elif (place, number) in unjudged:
                name = {TOEKENNEN: "toegekend", AFWIJZEN: "afgekeurd"}.get(choice, "niet_beoordeeld")
            elif oordeel.teruggestuurd(place, number):
                name = "afgekeurd"
            lines[name] += 1
            cents[name] += one.net
    amounts = {f"{name}_cent": amount for name, amount in cents.items()}
    return {
        "regels": sum(lines.values()),
        **lines,
        "onbeoordeelbaar": len(unjudged),
        "ingediend_cent": sum(cents.values()),
        **amounts,
    }


def _uitkomst(oordeel: Oordeel, counts: Mapping[str, int]) -> str:
    if oordeel.niet_verzonden:
        return "niet_verzonden"
    if counts["niet_beoordeeld"]:
        return "onbeslist"
    if not counts["afgekeurd"]:
        return "toegekend"
    return "deels_toegekend" if counts["toegekend"] else "afgekeurd"


def _per_regel(texts: Texts, bevindingen: Sequence[Bevinding]) -> list[dict[str, object]]:
    """Return findings by rule and return code, the most frequent first; a line with several faults counts under each."""
    groups: dict[tuple[str, str], list[Bevinding]] = {}
    for one in bevindingen:
        groups.setdefault((one.regelcode, one.retourcode), []).append(one)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "regelcode": regelcode,
            "retourcode": retourcode,
            "omschrijving": texts.naam(regelcode),
            "aantal": len(found),
            "bedrag_cent": sum(one.bedrag_cent for one in found),
        }
        for (regelcode, retourcode), found in ranked
    ]
