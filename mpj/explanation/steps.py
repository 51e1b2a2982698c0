"""What each step (`STEPS`) did with one record behind a line: words, each with a sentence, in the order of docs/steps.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from mpj.engine.steps import STEPS
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.explanation import sentences
from mpj.explanation.speech import Speech
from mpj.protocol import Normtijd

Told = Iterator[tuple[str, str]]
"""Words of a step, each with its sentence."""


@frozen
class Explained:
    """One record behind a line, with all that the steps are told from."""

    row: Herkomst
    line: Declaratieregel
    normtijd: Normtijd
    settings: Mapping[str, Any]
    """Those of the line's contract, as the summary of the run keeps them."""
    speech: Speech

    def volume(self, value: int) -> str:
        """Return a volume in what the line counts."""
        return sentences.volume(self.speech, value, self.line, self.normtijd)


def _place(one: Explained) -> Told:
    yield "toewijzing", sentences.chosen(one.speech, one.row, one.line)
    line = one.line
    where = one.speech.say("{contract}, perceel {perceel}", contract=line.contract, perceel=line.perceel)
    yield "contract", where if line.perceel else line.contract


def _planning(one: Explained) -> Told:
    if one.row.status == "gepland":
        yield "planning", one.speech.say("geplande tijd telt: registratiewijze {wijze}", wijze=one.settings["registratiewijze"])


def _level(one: Explained) -> Told:
    if one.row.soort == "registratie":
        yield "niveau", sentences.level(one.speech, one.row, one.line)


def _presence(one: Explained) -> Told:
    row = one.row
    if row.minuten is not None and row.geteld != row.minuten and one.normtijd.minuten:
        text = "van {minuten} minuten tellen er {geteld}; de rest telt al bij een andere registratie"
        yield "aanwezigheid", one.speech.say(text, minuten=row.minuten, geteld=row.geteld)


def _round(one: Explained) -> Told:
    yield "afronding", sentences.rounding(one.speech, one.row, one.line, one.normtijd, one.settings)


def _limit(one: Explained) -> Told:
    if one.row.afgetopt:
        whole, billed = one.volume(one.row.voor_limiet), one.volume(one.row.aantal_eenheden)
        yield "limiet", one.speech.say("van {alles} passen er {past} binnen de toewijzing: afgetopt", alles=whole, past=billed)
    yield "bedrag", sentences.amount(one.speech, one.row, one.line, one.normtijd)


def _gather(one: Explained) -> Told:
    yield "regel", one.line.referentienummer


TOLD: Mapping[str, Callable[[Explained], Told]] = MappingProxyType(
    {
        "place": _place,
        "planning": _planning,
        "level": _level,
        "presence": _presence,
        "round": _round,
        "limit": _limit,
        "gather": _gather,
    }
)
"""How each step is told, by `Step.name`."""


def told(one: Explained) -> tuple[tuple[str, str], ...]:
    """Say what each step did with a record behind a line, in the order of their headings."""
    said = (words for step in sorted(STEPS, key=lambda step: step.numbers) for words in TOLD[step.name](one))
    return tuple((one.speech.say(name), text) for name, text in said)
