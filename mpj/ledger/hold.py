"""When a granted line must not be credited by itself: what the toewijzing no longer covers, and what this run cannot judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from attrs import frozen

from mpj.engine.run import Uitkomst, identiteit
from mpj.ledger.schema import REGISTRATIE, VERBLIJF
from mpj.ledger.stand import Identiteit, Sleutel, Spoor
from mpj.records.entries import Entry
from mpj.records.reasons import REDENEN, Redencode
from mpj.records.uitval import Uitval
from mpj.records.values import Verblijf


@frozen
class Hold:
    """Why a granted line stands as it is, in Dutch, and whether the user must be told."""

    tekst: str
    melden: bool


def reason_to_hold(
    identiteit_: Identiteit,
    sporen: Sequence[Spoor],
    outcome: Uitkomst,
    vingers: Mapping[tuple[str, str], str],
    *,
    crediteer: bool,
) -> Hold | None:
    """Return why a granted line with these records behind it may not be credited, None when it may.

    Records that changed, moved or were withdrawn credit their line. A record that is as it was, but is no longer billed because of
    its toewijzing, does so only when told to (`crediteer`); because of its contract or its age never. The register of reasons says
    which of these a reason usually comes from (`Reden.oorzaken`).
    """
    where = {sleutel_of(levering.record, levering.datum): levering for levering in outcome.leveringen}
    aside: dict[tuple[str, str], list[Uitval]] = {}
    for row in outcome.uitval:
        aside.setdefault((row.soort, row.bron), []).append(row)
    worst: Hold | None = None
    for spoor in sporen:
        soort, bron, _ = spoor.sleutel
        if vingers.get((soort, bron)) != spoor.vinger:
            continue
        levering = where.get(spoor.sleutel)
        if levering is not None:
            capped = identiteit(levering) == identiteit_ and levering.afgetopt and levering.units < spoor.eenheden
            limit: Redencode = "budget_overschreden" if levering.dekking.toewijzing.volume is None else "omvang_overschreden"
            reden = limit if capped else None
        else:
            reden = _reason(spoor.sleutel, aside)
        hold = _hold(reden, crediteer=crediteer)
        if hold is not None and (worst is None or hold.melden):
            worst = hold
    return worst


def sleutel_of(record: Entry | Verblijf, datum: date) -> Sleutel:
    """Return what names a record, or a day of a stay, behind a line."""
    return (VERBLIJF if isinstance(record, Verblijf) else REGISTRATIE), record.id, datum


def _reason(sleutel: Sleutel, aside: Mapping[tuple[str, str], list[Uitval]]) -> Redencode | None:
    soort, bron, datum = sleutel
    for row in aside.get((soort, bron), []) + aside.get((soort, ""), []):
        if row.datum is not None and row.datum_tot is not None and row.datum <= datum <= row.datum_tot:
            return row.reden
    return None


def _hold(reden: Redencode | None, *, crediteer: bool) -> Hold | None:
    """Return why a record that is as it was keeps its line: by the usual cause of the reason that it now has.

    Where that is the contract, but a level in the medewerkers' file may be it too, the doubt holds the line until the user decides.
    """
    if reden is None:
        return None
    register = REDENEN[reden]
    match register.oorzaak:
        case "periode":
            return Hold(f"{reden}: deze run kijkt er niet naar", melden=False)
        case "contract" if "record" in register.oorzaken:
            text = f"{reden}: door het contract of door de registratie; met --crediteer wordt de regel gecrediteerd"
            return None if crediteer else Hold(text, melden=True)
        case "contract":
            return Hold(f"{reden}: een contract crediteert niets dat is toegekend", melden=True)
        case "toewijzing":
            text = f"{reden}: de toewijzing dekt deze zorg niet meer; met --crediteer wordt de regel gecrediteerd"
            return None if crediteer else Hold(text, melden=True)
        case "record" | "gesprek":
            return None
        case other:
            assert_never(other)
