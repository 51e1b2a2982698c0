"""Units of a price as people write them, and what a price per one unit is per another, where that is exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from attrs import frozen

from mpj.protocol import Normtijd, Protocol
from mpj.reading.frozen import Frozen

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "kwartier": ("kw", "15 minuten", "15 min"),
    "uur": ("60 minuten", "60 min", "u"),
    "halve_dag": ("dagdeel", "dagdelen"),
    "hele_dag": ("dag", "dagen"),
    "stuk": ("rit", "ritten"),
}
"""Further words for a normtijd, where the protocol has it."""
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "minuut": ("minuut", "minuten", "min"),
    "week": ("week", "weken"),
    "maand": ("maand", "maanden"),
    "jaar": ("jaar", "jaren"),
    "traject": ("traject", "trajecten"),
}
"""Units that a price may be per, and that are no normtijd of every protocol."""
_MINUTES: Mapping[str, int] = {"minuut": 1}
_MONEY = r"(?:tarief|tarieven|prijs|prijzen|bedrag|bedragen)"
_APART = re.compile(r"\s*(?:/|,|;|\ben\b|\bof\b)\s*")


@frozen
class Eenheidswoorden:
    """The words for units under a protocol."""

    protocol: Protocol
    namen: Mapping[str, str]
    """The unit by each of its words."""
    _inside: re.Pattern[str]
    _alone: re.Pattern[str]

    @classmethod
    @cache
    def of(cls, protocol: Protocol) -> Eenheidswoorden:
        """Return the words for the normtijden of a protocol, and for the units that are none of them."""
        words: dict[str, str] = {}
        for naam, normtijd in protocol.normtijden.items():
            for word in (naam, naam.replace("_", " "), normtijd.woord(), normtijd.woord(2), *_ALIASES.get(naam, ())):
                words.setdefault(word, naam)
        for naam, others in _OTHERS.items():
            for word in others:
                words.setdefault(word, naam)
        unit = "(" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
        inside = re.compile(rf"(?:\bper|/|\bp/)\s*{unit}(?!\w)|\b{unit}{_MONEY}\b")
        alone = re.compile(rf"\b{_MONEY}\b[^.;]*?(?:\bper|/)\s*{unit}(?!\w)|\b{unit}{_MONEY}\b|^\(?per {unit}\)?$")
        return cls(protocol, Frozen(words), inside, alone)

    def taken_out(self, word: str) -> tuple[str, frozenset[str], bool]:
        """Return the words of a head without their unit, the units that were named, and whether one was named with its price."""
        found = {self.namen[text] for match in self._inside.finditer(word) for text in match.groups() if text}
        rest = self._inside.sub(" ", word)
        return re.sub(r"\s+", " ", rest).strip(), frozenset(found), bool(found)

    def in_note(self, text: str) -> frozenset[str]:
        """Return the units that a sentence beside a table says its prices are per."""
        word = text.casefold()
        found = {self.namen[name] for match in self._alone.finditer(word) for name in match.groups() if name}
        return frozenset(found)

    def in_field(self, word: str) -> frozenset[str] | None:
        """Return the units that a field of a column of units names, None where it has another word."""
        words = [part.removeprefix("per ").strip() for part in _APART.split(word) if part]
        if not words or any(part not in self.namen for part in words):
            return None
        return frozenset(self.namen[part] for part in words)

    def converted(self, cents: int, unit: str, normtijd: Normtijd) -> int | None:
        """Return a price per `unit` as one per `normtijd`, in eurocents; None where there is none that is exact."""
        if unit == normtijd.naam:
            return cents
        many, one = self._ratio(unit, normtijd)
        whole, rest = divmod(cents * many, one) if one else (0, 1)
        return None if rest or not whole else whole

    def comparable(self, unit: str, normtijd: Normtijd) -> bool:
        """Say whether prices per `unit` and per `normtijd` are of one kind: both of time, or both of what travels as one unit."""
        return unit == normtijd.naam or self._ratio(unit, normtijd)[1] > 0

    def woord(self, unit: str) -> str:
        """Return how people call a unit."""
        normtijd = self.protocol.normtijden.get(unit)
        return normtijd.woord() if normtijd else unit

    def _ratio(self, unit: str, normtijd: Normtijd) -> tuple[int, int]:
        """Return how many times `normtijd` is `unit`, as a fraction; a denominator of 0 where they do not compare."""
        other = self.protocol.normtijden.get(unit)
        minutes = other.minuten if other else _MINUTES.get(unit, 0)
        if minutes and normtijd.minuten:
            return normtijd.minuten, minutes
        if other is not None and not minutes and not normtijd.minuten:
            for wire in other.bericht.keys() & normtijd.bericht.keys():
                return normtijd.bericht[wire], other.bericht[wire]
        return 0, 0


def joined(words: Eenheidswoorden, units: Iterable[str]) -> str:
    """Return units as people write them in a matrix, in a fixed order."""
    return " / ".join(sorted(_ALIASES["halve_dag"][0] if unit == "halve_dag" else words.woord(unit) for unit in units))
