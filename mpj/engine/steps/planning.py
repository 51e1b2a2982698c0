"""Step 2, once the contract is known: what its registratiewijze makes of planned time."""

from __future__ import annotations

from collections.abc import Sequence

from mpj.engine.care import Aside, Care, Clientrun, Passed
from mpj.reading.faults import Fault
from mpj.records.aside import named
from mpj.records.entries import Entry
from mpj.records.reasons import Redencode

REASONS: tuple[Redencode, ...] = ("niet_gerealiseerd", "vervangen", "niet_bevestigd")


def apply(run: Clientrun, care: Sequence[Care]) -> Passed:
    """Set aside plans and realised time that do not count beside one another under the contract's registratiewijze."""
    afspraken = run.afspraken
    if afspraken is None:
        return Passed(care)
    kept: list[Care] = []
    aside: list[Aside] = []
    meldingen: list[Fault] = []
    for one in care:
        settings = one.tarief.kaart.instellingen
        verdict = afspraken.judge(one.record, settings.registratiewijze, bevestiging=settings.bevestiging)
        if verdict is None:
            kept.append(one)
            continue
        reden, other = verdict
        value = None
        if reden == "niet_bevestigd":
            value = _value_alone(one)
            meldingen += run.context.notes(one)
        aside.append(Aside.of(one, reden, _sentence(reden, other, settings.registratiewijze), value))
    return Passed(kept, aside, meldingen)


def _sentence(reden: Redencode, other: Entry | None, registratiewijze: str) -> str:
    text = f"registratiewijze {registratiewijze}"
    if other is not None and reden == "vervangen":
        text += f"; telt in plaats hiervan: {named(other)}"
    if other is not None and reden == "niet_gerealiseerd":
        text += f"; afgezegd door {named(other)}"
    return text


def _value_alone(care: Care) -> int | None:
    """Return what a record would cost if it were the only one, None while its level is not billable."""
    tarief = care.tarief
    return None if tarief.billed is None else tarief.cost(tarief.units[care.measure])
