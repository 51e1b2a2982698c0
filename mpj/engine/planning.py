"""Step 2: what a record is by its own form, and, once the contract is known, what the registratiewijze makes of planned time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from mpj.contract.words import Registratiewijze
from mpj.engine.search import Afwijzing
from mpj.records.entries import VERBLIJF, Entry, Vorm
from mpj.records.reasons import Redencode
from mpj.records.values import AANWEZIG

GEPLAND = "gepland"
GEREALISEERD = "gerealiseerd"
AFGEZEGD = ("niet_verschenen", "geannuleerd")


def out_by_form(vorm: Vorm) -> Afwijzing | None:
    """Return why care of this form is out before any toewijzing is looked for, None when it goes on."""
    if vorm.bron == VERBLIJF:
        return None if vorm.status == AANWEZIG else Afwijzing("afwezig", "niet aanwezig gemeld")
    if vorm.tijdsoort != "direct":
        return Afwijzing("niet_direct", f"tijdsoort {vorm.tijdsoort}")
    if vorm.status in AFGEZEGD:
        return Afwijzing("niet_gerealiseerd", f"status {vorm.status}")
    return None


def rests_on_planning(entry: Entry) -> bool:
    """Say whether other records can bear on this one: it is planned, or belongs to an afspraak."""
    return entry.afspraak is not None or entry.reeks.vorm.status == GEPLAND


class Afspraken:
    """The records of one client that can belong together: valid, direct, not withdrawn, from inside and outside the period."""

    def __init__(self, records: Iterable[Entry]) -> None:
        self._by_afspraak: dict[str, list[Entry]] = {}
        for record in records:
            if record.afspraak is not None and record.reeks.vorm.tijdsoort == "direct":
                self._by_afspraak.setdefault(record.afspraak, []).append(record)

    def beside(self, record: Entry, *statussen: str) -> list[Entry]:
        """Return the other records with one of `statussen` that belong to `record`.

        Records belong together when afspraak and medewerker are equal, or, where one has no medewerker, the afspraak alone.
        """
        if record.afspraak is None:
            return []
        return [
            other
            for other in self._by_afspraak.get(record.afspraak, ())
            if other is not record
            and other.reeks.vorm.status in statussen
            and (other.medewerker is None or record.medewerker is None or other.medewerker == record.medewerker)
        ]

    def judge(
        self, record: Entry, registratiewijze: Registratiewijze, *, bevestiging: bool
    ) -> tuple[Redencode, Entry | None] | None:
        """Return why `record` does not count under the registratiewijze, and because of which other; None when it does."""
        if record.reeks.vorm.status == GEPLAND:
            return self._judge_plan(record, registratiewijze, bevestiging=bevestiging)
        match registratiewijze:
            case "planning":
                plans = (plan for plan in self.beside(record, GEPLAND) if not self.beside(plan, *AFGEZEGD))
                return next((("vervangen", plan) for plan in plans), None)
            case "realisatie" | "planning-tenzij":
                return None
            case other:
                assert_never(other)

    def _judge_plan(
        self, plan: Entry, registratiewijze: Registratiewijze, *, bevestiging: bool
    ) -> tuple[Redencode, Entry | None] | None:
        match registratiewijze:
            case "realisatie":
                return "niet_gerealiseerd", None
            case "planning":
                replaces = False
            case "planning-tenzij":
                replaces = True
            case other:
                assert_never(other)
        if cancelled := self.beside(plan, *AFGEZEGD):
            return "niet_gerealiseerd", cancelled[0]
        realised = self.beside(plan, GEREALISEERD)
        if replaces and realised:
            return "vervangen", realised[0]
        if bevestiging and not plan.reeks.vorm.bevestigd and not realised:
            return "niet_bevestigd", None
        return None

    def alone(self, plan: Entry) -> bool:
        """Say whether a billed plan rests on planning alone: nothing realised beside it, not confirmed."""
        return plan.reeks.vorm.status == GEPLAND and not plan.reeks.vorm.bevestigd and not self.beside(plan, GEREALISEERD)
