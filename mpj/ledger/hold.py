"""When a granted line must not be credited by itself: what the toewijzing no longer covers, and what this run cannot judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from attrs import frozen

from mpj.engine.care import Care
from mpj.engine.memory import Recorded
from mpj.engine.outcome import Uitkomst
from mpj.engine.values import Identiteit
from mpj.ledger.decide import Decision
from mpj.ledger.stand import Behind
from mpj.records.reasons import REDENEN, Redencode
from mpj.records.uitval import Uitval


@frozen
class Hold:
    """Why a granted line stands as it is, and whether the user must be told."""

    tekst: str
    """In Dutch."""
    melden: bool
    decision: Decision | None = None
    """What a person decides about it; None where nobody can."""


@frozen
class Kept:
    """A granted line that would change, and what it was kept under."""

    identiteit: Identiteit
    behind: Sequence[Behind]
    before: str
    """The terms of the contract that it was kept under, empty where they are not known."""
    now: str
    """The terms that it falls under now."""
    assigned_alike: bool
    """Whether its toewijzing is as it was."""
    unit_alike: bool
    """Whether what there is of it now travels in the same unit."""

    def by_contract(self, reden: Redencode | None) -> bool:
        """Say whether a record that is as it was leaves the line by the contract: nothing but its terms differs.

        What decides about planned time is compared alone for what planned time comes to.
        """
        if not (self.before and self.now and self.assigned_alike):
            return False
        if reden in _PLANNED:
            return self.before.partition("#")[0] != self.now.partition("#")[0]
        return self.before != self.now


_PLANNED: tuple[Redencode, ...] = ("niet_gerealiseerd", "vervangen", "niet_bevestigd")
_CONTRACT = "een contract crediteert niets dat is toegekend"


def reason_to_hold(kept: Kept, found: Uitkomst, fingerprints: Mapping[tuple[str, str], str], *, crediteer: bool) -> Hold | None:
    """Return why a granted line may not be credited, None when it may.

    Records that changed, moved or were withdrawn credit their line. A record that is as it was, but is no longer billed on its line
    because of its toewijzing, does so only when told to (`crediteer`); because of its contract or its age never. What differs from
    what the line was kept under is the cause; where that is not known, the register of reasons says which of these a reason usually
    comes from (`Reden.oorzaken`).
    """
    as_it_was = [one for one in kept.behind if fingerprints.get(one.recorded[:2]) == one.fingerprint]
    billed = {one.recorded: one for one in found.care} if as_it_was else {}
    aside: dict[tuple[str, str], list[Uitval]] = {}
    for row in found.uitval if as_it_was else ():
        aside.setdefault((row.soort, row.bron), []).append(row)
    worst: Hold | None = None
    for one in as_it_was:
        care = billed.get(one.recorded)
        hold = _held_aside(kept, one, aside, crediteer) if care is None else _held_elsewhere(kept, one, care, crediteer)
        if hold is not None and (worst is None or hold.melden):
            worst = hold
    return worst


def _held_aside(kept: Kept, one: Behind, aside: Mapping[tuple[str, str], Sequence[Uitval]], crediteer: bool) -> Hold | None:
    """Return why a record that is set aside now keeps its line."""
    reden = _reason_aside(one.recorded, aside)
    hold = _hold(reden, crediteer=crediteer)
    if hold is None and reden is not None and REDENEN[reden].oorzaak == "record" and kept.by_contract(reden):
        return Hold(f"{reden}: {_CONTRACT}", melden=True)
    return hold


def _held_elsewhere(kept: Kept, one: Behind, care: Care, crediteer: bool) -> Hold | None:
    """Return why a record that is billed otherwise, or on another line, keeps its line."""
    if care.identiteit == kept.identiteit:
        if not kept.unit_alike and kept.by_contract(None):
            return Hold(f"de eenheid is een andere: {_CONTRACT}", melden=True)
        return _hold(_reason_capped(kept.identiteit, one, care), crediteer=crediteer)
    if care.identiteit[:2] != kept.identiteit[:2]:
        text = f"de zorg valt nu onder toewijzing {care.identiteit[1]}; met --crediteer verhuist zij daarheen"
        return None if crediteer else Hold(text, melden=True)
    if kept.by_contract(None):
        return Hold(f"niveau of code is nu een andere: {_CONTRACT}", melden=True)
    return None


def _reason_capped(regel: Identiteit, before: Behind, care: Care) -> Redencode | None:
    """Return which limit left less of care on its line than before, None when none did."""
    counted = care.counted
    if care.identiteit != regel or not counted.afgetopt or counted.eenheden >= before.eenheden:
        return None
    return "budget_overschreden" if care.match.dekking.toewijzing.volume is None else "omvang_overschreden"


def _reason_aside(recorded: Recorded, aside: Mapping[tuple[str, str], Sequence[Uitval]]) -> Redencode | None:
    """Return why a record is set aside now, None where it is not there; rows that show no id stand for any record of their day."""
    soort, bron, datum = recorded
    for row in (*aside.get((soort, bron), ()), *aside.get((soort, ""), ())):
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
            return Hold(f"{reden}: {_CONTRACT}", melden=True)
        case "toewijzing":
            text = f"{reden}: de toewijzing dekt deze zorg niet meer; met --crediteer wordt de regel gecrediteerd"
            return None if crediteer else Hold(text, melden=True)
        case "record" | "gesprek":
            return None
        case other:
            assert_never(other)
