"""A line as it would be declared now, beside the one that stands: whether it is the same, and its trace."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from mpj.engine import outcome
from mpj.engine.care import Care
from mpj.engine.outcome import Traced
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger.stand import Regel


@frozen
class Fresh:
    """A line as it would be declared now, numbered as if it were the first of its identity, with the care behind it."""

    line: Declaratieregel
    found: outcome.Regel | None
    """The care behind it, as it was found."""
    pieces: Sequence[Herkomst] = ()
    """What was taken over from before the ledger."""
    adds: bool = True
    """Whether that and the care have one unit and one price, so that they can be one line."""

    @property
    def care(self) -> Sequence[Care]:
        """The care behind it."""
        return () if self.found is None else self.found.care

    @property
    def capped(self) -> bool:
        """Whether a limit cut any of its care."""
        plain = self.found is None or self.found.plain
        return not plain and any(one.counted.afgetopt for one in self.care)

    def herkomst(self, referentienummer: str) -> tuple[Herkomst | Traced, ...]:
        """Return its trace under a number."""
        traced = () if self.found is None else (Traced(referentienummer, self.found),)
        return (*(evolve(one, referentienummer=referentienummer) for one in self.pieces), *traced)

    def same(self, line: Declaratieregel, *, anew: bool) -> bool:
        """Say whether it is as `line` was: period, volume and unit, and where it is made `anew` code and amount too."""
        mine = self.line
        names = _MEASURED + _BILLED if anew else _MEASURED
        return all(getattr(mine, name) == getattr(line, name) for name in names)


_MEASURED = ("begindatum", "einddatum", "volume_bericht", "eenheid")
_BILLED = ("productcategorie", "productcode", "tarief_cent", "bedrag_cent")


def with_pieces(regel: Regel, pieces: Sequence[Herkomst], fresh: Fresh | None) -> Fresh:
    """Return a line with what was taken over beside the care that is known; without such care it is as it stands."""
    line = evolve(regel.line, volume=0, volume_bericht=0, bedrag_cent=0) if fresh is None else fresh.line
    wire, cent = sum(one.geteld for one in pieces), sum(one.bedrag_cent for one in pieces)
    units, adds = sum(one.aantal_eenheden for one in pieces), True
    if fresh is not None:
        units, rest = divmod(wire * line.volume, line.volume_bericht)
        adds = not rest and line.eenheid == regel.line.eenheid and cent * line.volume == line.bedrag_cent * units
    more = evolve(line, volume=line.volume + units, volume_bericht=line.volume_bericht + wire, bedrag_cent=line.bedrag_cent + cent)
    return Fresh(more, None if fresh is None else fresh.found, pieces, adds)
