"""What a run sends: why each line goes (verschil.csv), and what that is beside the concept that it replaces and last month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar, get_args

from attrs import frozen

from mpj.engine.outcome import Bijlage
from mpj.engine.told import BesideSummary, SentSummary
from mpj.engine.values import Declaratieregel
from mpj.ledger.bound import Grens
from mpj.ledger.carried import Before, Place
from mpj.ledger.changes import NewLine
from mpj.ledger.decide import VERSCHIL, Bewegingsoort

_T = TypeVar("_T")
BESTAND = "verschil.csv"


@frozen
class _Row:
    soort: Bewegingsoort
    oorzaak: str
    regels: int
    debet: int
    """In eurocents."""
    credit: int
    """In eurocents; what no longer goes counts as taken back."""

    @classmethod
    def of(cls, soort: Bewegingsoort, oorzaak: str, lines: Sequence[Declaratieregel]) -> _Row:
        """Return these lines."""
        sides = {"D": 0, "C": 0}
        for line in lines:
            sides[line.debetcredit] += line.bedrag_cent
        return cls(soort, oorzaak, len(lines), sides["D"], sides["C"])

    @classmethod
    def gone(cls, cent: int) -> _Row:
        """Return a concept that came to so much, of which nothing is left."""
        return cls("vervallen_concept", "", 1, max(0, -cent), max(0, cent))

    @property
    def cent(self) -> int:
        """What goes, in eurocents."""
        return 0 if self.soort == "vervallen_concept" else self.debet - self.credit


@frozen
class Difference:
    """What a run sends, by line of care."""

    rows: Mapping[Place, _Row]
    before: Before

    @classmethod
    def of(cls, lines: Iterable[NewLine], earlier: Before, loose_ends: Collection[tuple[str, str]]) -> Difference:
        """Return it for the new lines of a run; `loose_ends` are the records of what goes on without an end, by kind and id."""
        own: dict[Place, list[NewLine]] = {}
        for new in lines:
            own.setdefault(_place(new.line), []).append(new)
        rows = {place: _row(found, loose_ends) for place, found in own.items()}
        gone = {place: _Row.gone(cent) for place, cent in earlier.concept.items() if place not in rows}
        return cls(rows | gone, earlier)

    def bijlage(self) -> Bijlage:
        """Return the table verschil.csv."""
        rows = sorted((*place, one.soort, one.debet, one.credit, one.oorzaak) for place, one in self.rows.items())
        return Bijlage(BESTAND, VERSCHIL, tuple(rows))

    def sent(self) -> dict[str, SentSummary]:
        """Return what is sent by kind."""
        return _by_kind(self.rows.values())

    def per_gemeente(self, grens: Grens | None) -> dict[str, BesideSummary]:
        """Return what is sent to each gemeente beside what was before; above `grens` it is marked."""
        now = {place: one.cent for place, one in self.rows.items() if one.cent}
        replaced = {place: cent for place, cent in self.before.concept.items() if cent}
        other = {place[0] for place, _ in replaced.items() ^ now.items()}
        found: dict[str, BesideSummary] = {}
        rows, cents, concepts = _by_gemeente(self.rows), _by_gemeente(now), _by_gemeente(self.before.concept)
        for gemeente in sorted(rows.keys() | self.before.vorige_maand.keys()):
            cent, concept = sum(cents.get(gemeente, ())), concepts.get(gemeente, ())
            last = self.before.vorige_maand.get(gemeente, 0)
            found[gemeente] = {
                "verzendt": _by_kind(rows.get(gemeente, ())),
                "bedrag_cent": cent,
                "vorig_concept_cent": sum(concept) if concept and gemeente in other else None,
                "vorige_maand_cent": last,
                "opvallend": "" if grens is None else grens.marks(cent, last),
            }
        return found


def _by_gemeente(found: Mapping[Place, _T]) -> dict[str, list[_T]]:
    rows: dict[str, list[_T]] = {}
    for place, one in found.items():
        rows.setdefault(place[0], []).append(one)
    return rows


def _by_kind(rows: Iterable[_Row]) -> dict[str, SentSummary]:
    kinds: dict[str, list[_Row]] = {}
    for one in rows:
        kinds.setdefault(one.soort, []).append(one)
    found: dict[str, SentSummary] = {}
    for kind in get_args(Bewegingsoort):
        if own := kinds.get(kind):
            count, debit, credit = (sum(map(attrgetter(name), own)) for name in ("regels", "debet", "credit"))
            found[kind] = {"regels": count, "debet_cent": debit, "credit_cent": credit}
    return found


def _place(line: Declaratieregel) -> Place:
    return line.gemeente, line.toewijzingnummer, line.zorgcode, line.kwalificatieniveau, line.begindatum.isoformat()[:7]


def _row(new: Sequence[NewLine], loose_ends: Collection[tuple[str, str]]) -> _Row:
    """Return one line of care as it goes: the first that holds of correction, again, open stay, earlier month, new."""
    lines = [one.line for one in new]
    cause = next((one.oorzaak for one in new if one.oorzaak), "")
    if any(line.debetcredit == "C" for line in lines):
        return _Row.of("correctie", cause, lines)
    if any(one.again for one in new):
        return _Row.of("opnieuw", cause, lines)
    if loose_ends and any(name in loose_ends for one in new for name in one.behind):
        return _Row.of("verblijf", cause, lines)
    late = any(line.begindatum.isoformat()[:7] < line.declaratieperiode for line in lines)
    return _Row.of("nalevering" if late else "nieuw", cause, lines)
