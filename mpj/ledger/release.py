"""What somebody decided of granted lines that are held: which holds it releases, and how the ledger remembers it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from attrs import frozen

from mpj.engine.opdracht import check_order
from mpj.engine.values import Identiteit
from mpj.ledger.hold import Door, Hold
from mpj.ledger.stand import Regel
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.periods import month_text


@frozen
class Reprice:
    """The months of which standing lines are made again under the contracts of now."""

    van: int
    tot: int
    """Inclusive."""
    gemeenten: frozenset[str] | None = None
    """Of these alone; None: of all."""

    def check(self, served: Collection[str]) -> None:
        """Raise InputError where no line can be of these months and gemeenten; `served`: the gemeenten of the contracts."""
        check_order(self.van, self.tot, "tot")
        for gemeente in sorted((self.gemeenten or frozenset()) - set(served)):
            text, verwacht = (
                "geen contract dat is gegeven geldt in deze gemeente",
                "een code als 0363, uit gemeenten in contract.toml",
            )
            raise InputError(
                Fault("waarde_onjuist", kolom="gemeente", toelichting=text, gevonden=mask(gemeente), verwacht=verwacht)
            )

    def covers(self, identiteit: Identiteit) -> bool:
        """Say whether a line is of one of these months and gemeenten."""
        return self.van <= identiteit.maand <= self.tot and self.concerns(identiteit.gemeente)

    def concerns(self, gemeente: str) -> bool:
        """Say whether it is about a gemeente."""
        return self.gemeenten is None or gemeente in self.gemeenten

    def told(self) -> str:
        """Return the months in Dutch."""
        return f"{month_text(self.van)} tot en met {month_text(self.tot)}"


@frozen
class Released:
    """What is decided in this run, beside what the ledger remembers with each line (`regel.besloten`)."""

    crediteer: bool
    """Whether all granted care that its toewijzing no longer covers is credited."""
    nummers: frozenset[int]
    """The toewijzingen of which it is."""
    reprice: Reprice | None
    toewijzingen: Mapping[tuple[str, int], str]
    """The fingerprints of the toewijzingen as they are now, by gemeente and number."""
    contract: Callable[[str, str, date], str]
    """Returns which contracts bind an aanbieder and a gemeente on a day (`mpj.engine.job.Job.bound_by`)."""

    def doors(self, identiteit: Identiteit, regel: Regel) -> frozenset[Door]:
        """Return what is decided of a line."""
        known, found = regel.besloten.split(","), set[Door]()
        if self.crediteer or identiteit.toewijzingnummer in self.nummers or self._toewijzing(identiteit) in known:
            found.add("crediteer")
        if (self.reprice is not None and self.reprice.covers(identiteit)) or self._contract(regel) in known:
            found.add("reprice")
        return frozenset(found)

    def anew(self, granted: Iterable[tuple[Identiteit, Regel]], judges: Callable[[Regel], bool]) -> frozenset[Identiteit]:
        """Return the granted lines that are made again under the contract of now: of those that the run `judges`."""
        return frozenset(one for one, regel in granted if "reprice" in self.doors(one, regel) and judges(regel))

    def remembered(self, identiteit: Identiteit, regel: Regel, holds: Iterable[Hold], *, anew: bool) -> str:
        """Return what to remember of a line that changes although it would be held: only while toewijzing and contract stay so."""
        crediteer = any("crediteer" in hold.door for hold in holds)
        parts = [self._toewijzing(identiteit)] * crediteer + [self._contract(regel)] * anew
        return ",".join(parts)

    def _toewijzing(self, identiteit: Identiteit) -> str:
        return f"toewijzing {self.toewijzingen.get(identiteit[:2], '')}"

    def _contract(self, regel: Regel) -> str:
        line = regel.line
        return f"contract {self.contract(line.aanbieder, line.gemeente, line.begindatum)}"
