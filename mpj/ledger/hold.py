"""When a granted line must not be credited by itself: what the toewijzing no longer covers, and what this run cannot judge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias, assert_never

from attrs import evolve, frozen

from mpj.engine.care import Aside, Care
from mpj.engine.memory import Recorded
from mpj.engine.outcome import Uitkomst, rows_of
from mpj.engine.values import Identiteit
from mpj.ledger.decide import Decision
from mpj.ledger.schema import PRESTATIE
from mpj.ledger.stand import Behind, Regel
from mpj.reading.faults import Fault
from mpj.reading.periods import month_text
from mpj.records.reasons import REDENEN, Oorzaak, Redencode
from mpj.records.uitval import Uitval

Door: TypeAlias = Literal["crediteer", "reprice"]
"""What releases a line that is held: somebody credits care that its toewijzing no longer covers, or applies a contract anew."""
_CREDITEER: tuple[Door, ...] = ("crediteer",)
_REPRICE: tuple[Door, ...] = ("reprice",)


@frozen
class Hold:
    """Why a granted line stands as it is, and whether the user must be told."""

    tekst: str
    """In Dutch."""
    melden: bool
    decision: Decision | None = None
    """What a person decides about it; None where nobody can."""
    door: tuple[Door, ...] = ()
    """What releases it; nothing: only what changes."""
    reden: Redencode = "geen_contract"
    """What care that is new on the line is told."""


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
    unseen: Collection[tuple[str, str]] = ()
    """The records behind it, by soort and id, that say nothing of its month: the run computes only those up to its own."""

    def by_contract(self, reden: Redencode | None) -> bool:
        """Say whether a record that is as it was leaves the line by the contract: nothing but its terms differs.

        What decides about planned time is compared alone for what planned time comes to.
        """
        if not (self.before and self.now and self.assigned_alike):
            return False
        if reden in _PLANNED:
            return self.before.partition("#")[0] != self.now.partition("#")[0]
        return self.before != self.now

    @property
    def by_toewijzing(self) -> bool:
        """Whether the toewijzing is another one, and the terms of the contract are known to be what they were."""
        return bool(self.before) and self.before == self.now and not self.assigned_alike


_PLANNED: tuple[Redencode, ...] = ("niet_gerealiseerd", "vervangen", "niet_bevestigd")
_DOUBT: tuple[Oorzaak, ...] = ("contract", "record")
_CONTRACT = "een contract crediteert niets dat is toegekend"


def reasons_to_hold(kept: Kept, found: Uitkomst, fingerprints: Mapping[tuple[str, str], str]) -> Iterator[Hold]:
    """Yield why a granted line may not be credited; nothing where it may.

    Records that changed, moved or were withdrawn credit their line. A record that is as it was, but is no longer billed on its line
    because of its toewijzing, its contract or its age, does not: somebody decides (`Hold.door`). What differs from what the line
    was kept under is the cause; where that is not known, the register of reasons says which of these a reason usually comes from
    (`Reden.oorzaken`).
    """
    if any(soort == PRESTATIE for soort, _ in kept.unseen):
        # All prestaties of a client decide together, whichever changed: a run that computes the month does.
        yield _not_computed("na_periode")
        return
    behind = (one for one in kept.behind if one.eenheden or one.recorded[0] != PRESTATIE)  # an end counts nothing of its own
    as_it_was = [one for one in behind if fingerprints.get(one.recorded[:2]) == one.fingerprint]
    billed = {one.recorded: one for one in found.care} if as_it_was else {}
    names = {recorded[:2] for recorded in billed}
    aside: dict[tuple[str, str], list[Uitval]] = {}
    for row in found.uitval if as_it_was else ():
        aside.setdefault((row.soort, row.bron), []).append(row)
    for one in as_it_was:
        care = billed.get(one.recorded)
        told = one.recorded[:2] in names
        if hold := _held_aside(kept, one, aside, billed=told) if care is None else _held_elsewhere(kept, one, care):
            yield hold


def _held_aside(kept: Kept, one: Behind, aside: Mapping[tuple[str, str], Sequence[Uitval]], *, billed: bool) -> Hold | None:
    """Return why a record that is set aside now keeps its line; `billed`: it is behind a line on other days."""
    reden = _reason_aside(one.recorded, aside)
    if reden is None and one.recorded[:2] in kept.unseen:
        return _not_computed("na_periode")
    if reden is None and one.recorded[0] == PRESTATIE:
        return _held_output(kept, aside.get(one.recorded[:2], ()), billed=billed)
    if reden is not None and kept.by_contract(reden) and REDENEN[reden].oorzaken != _DOUBT:
        return _by_contract(reden)
    return _hold(reden, kept)


def _held_output(kept: Kept, own: Sequence[Uitval], *, billed: bool) -> Hold | None:
    """Return why a week or month keeps its line that a start, as it and its end were, comes to no more.

    Where all that the start came to is set aside, it is by that reason. Else another toewijzing or contract tells other weeks; that
    other weeks of it wait, stand or are of no run says nothing of these.
    """
    if kept.by_contract(None):
        return _by_contract("het product telt nu anders")
    why = [row.reden for row in own if REDENEN[row.reden].oorzaak not in ("gesprek", "periode")]
    if not billed and why:
        return _hold(why[0], kept)
    return _by_toewijzing("de toewijzing geeft andere weken of maanden; met --crediteer wordt de regel gecorrigeerd")


def _held_elsewhere(kept: Kept, one: Behind, care: Care) -> Hold | None:
    """Return why a record that is billed otherwise, or on another line, keeps its line."""
    if care.identiteit == kept.identiteit:
        if not kept.unit_alike and kept.by_contract(None):
            return _by_contract("de eenheid is een andere")
        if one.recorded[0] == PRESTATIE and not kept.assigned_alike and care.counted.voor_limiet < one.eenheden:
            return _by_toewijzing("de toewijzing geeft minder; met --crediteer wordt de regel gecorrigeerd")
        return _hold(_reason_capped(kept.identiteit, one, care), kept)
    if care.identiteit[:2] != kept.identiteit[:2]:
        return _by_toewijzing(f"de zorg valt nu onder toewijzing {care.identiteit[1]}; met --crediteer verhuist zij daarheen")
    if kept.by_contract(None):
        return _by_contract("niveau of code is nu een andere")
    if not kept.assigned_alike:
        return _by_toewijzing("de toewijzing geeft een ander niveau of perceel; met --crediteer wordt de regel gecorrigeerd")
    return None


def _not_computed(reden: Redencode) -> Hold:
    return Hold(f"{reden}: deze run kijkt er niet naar", melden=False, reden=reden)


def _by_contract(text: str) -> Hold:
    return Hold(f"{text}: {_CONTRACT}; mpj ledger reprice past haar aan", melden=True, door=_REPRICE)


def _by_toewijzing(text: str) -> Hold:
    return Hold(text, melden=True, door=_CREDITEER, reden="buiten_toewijzing")


def held_fault(regel: Regel, hold: Hold) -> Fault:
    """Return the warning that a granted line stands as it is."""
    line = regel.line
    what = f"regel {line.referentienummer} ({line.bedrag_cent} cent, {month_text(regel.maand)})"
    text = f"{what} is toegekend en blijft staan: {hold.tekst}"
    return Fault("toegekend_blijft_staan", kolom=f"gemeente {line.gemeente}", toelichting=text, soort="waarschuwing")


def granted_aside(rows: Iterable[Uitval], stands: Mapping[Recorded, str]) -> Iterator[Uitval]:
    """Yield what was set aside; what stands behind a granted line all the same (with the text that says so) was declared."""
    for row in rows:
        text = None if row.datum is None or row.aantal != 1 else stands.get((row.soort, row.bron, row.datum))
        if text is None:
            yield row
        else:
            yield evolve(row, reden="reeds_gedeclareerd", waarde_cent=None, geschat_cent=None, toelichting=text)


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


def _hold(reden: Redencode | None, kept: Kept) -> Hold | None:
    """Return why a record that is as it was keeps its line: by the usual cause of the reason that it now has.

    Where that is the contract, but a level in the medewerkers' file may be it too, the doubt holds the line until the user decides.
    A contract that is known to be as it was is no cause: then it is the toewijzing that changed.
    """
    if reden is None:
        return None
    register = REDENEN[reden]
    match register.oorzaak:
        case "periode":
            return _not_computed(reden)
        case "contract" if register.oorzaken == _DOUBT:
            text = f"{reden}: door het contract of door de registratie; met --crediteer of reprice wordt de regel gecrediteerd"
            return Hold(text, melden=True, door=_CREDITEER + _REPRICE)
        case "contract" if not kept.by_toewijzing:
            return _by_contract(reden)
        case "contract" | "toewijzing":
            return _by_toewijzing(f"{reden}: de toewijzing dekt deze zorg niet meer; met --crediteer wordt de regel gecrediteerd")
        case "record" | "gesprek":
            return None
        case other:
            assert_never(other)


def standing_aside(found: Uitkomst, unchanged: Mapping[Identiteit, Regel]) -> Iterator[Uitval]:
    """Set aside the care behind lines that stand as they were; the days of one stay are one row."""
    standing = ((one, unchanged[one.identiteit]) for one in found.care if one.identiteit in unchanged) if unchanged else ()
    return rows_of(
        Aside.of(one, "reeds_gedeclareerd", f"regel {regel.line.referentienummer} is toegekend") for one, regel in standing
    )
