"""Simple types: text from a message to a value and back, with every facet that the text breaks.

The facets are data (`Simpeltype.from_table`); this module only knows the four kinds of text: tekst, geheel, datum and
tijd. White space around numbers, dates and times does not count; in texts it does (the whiteSpace facet of XML
Schema).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from mpj.reading.faults import mask
from mpj.reading.register import Foutcode, Regelcode

Waarde = str | int | date | time

_XML_SPACE = " \t\n\r"
_WHOLE = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZONED_DATE = re.compile(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?")
_ZONED_TIME = re.compile(r"[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_DIGITS = 30
_DATE_LENGTH = 10
_MAX_SHOWN = 1000


@frozen
class FormBreach:
    """One facet that a text breaks."""

    code: Foutcode | Regelcode
    verwacht: str
    toelichting: str
    """A Dutch sentence."""


@frozen(eq=False)
class Simpeltype:
    """A simple type of a message standard."""

    naam: str
    soort: str
    """The kind of text: tekst, geheel, datum or tijd."""
    min: int = 0
    """The bounds of a whole number, both allowed."""
    max: int = 0
    min_lengte: int = 0
    """The bounds of a length in characters, both allowed; no upper one: None."""
    max_lengte: int | None = None
    patroon: str = ""
    """A regular expression for the whole text."""
    verwacht: str = ""
    """The same in Dutch words."""
    codes: tuple[str, ...] = ()
    """The code list; empty: any."""
    waarde: str = ""
    """The only text allowed; empty: any."""
    regels: Mapping[str, str] = MappingProxyType({})
    """The rule code of a facet, by the facet's name."""
    verborgen: bool = False
    """Whether the value is a personal detail."""
    _regex: re.Pattern[str] | None = field(init=False, repr=False)
    _set: frozenset[str] = field(init=False, repr=False)
    _read: Callable[[Simpeltype, str], _Read] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_regex", re.compile(self.patroon) if self.patroon else None)
        object.__setattr__(self, "_set", frozenset(self.codes))
        object.__setattr__(self, "_read", _READERS[self.soort])

    @classmethod
    def from_table(cls, naam: str, table: Mapping[str, Any]) -> Simpeltype:
        """Make a type from its TOML table."""
        settings = {
            **table,
            "codes": tuple(table.get("codes", ())),
            "regels": MappingProxyType(table.get("regels", {})),
        }
        return cls(naam=naam, **settings)

    def read(self, text: str) -> tuple[Waarde | None, tuple[FormBreach, ...]]:
        """Return the value of `text` and the facets it breaks; the value is None when there are any."""
        if not self.waarde:
            return self._read(self, text)
        value, breaks = self._read(self, text)
        if not breaks and text.strip(_XML_SPACE if self.soort != "tekst" else "") != self.waarde:
            breaks = (FormBreach(self.code("waarde"), self.waarde, "Deze waarde hoort niet in dit bericht"),)
        return (None, breaks) if breaks else (value, ())

    def write(self, value: Waarde) -> str:
        """Return `value` in canonical form: digits without sign or leading zeros, ISO dates, text as it stands.

        A value of another Python type than the one `read` gives raises TypeError; facets are not looked at.
        """
        expected = _PYTHON[self.soort]
        if type(value) is not expected:
            raise TypeError(f"{self.naam} needs {expected.__name__}, not {type(value).__name__}")
        if isinstance(value, time):
            return value.isoformat().rstrip("0").rstrip(".") if value.microsecond else value.isoformat()
        return value.isoformat() if isinstance(value, date) else str(value)

    def code(self, facet: Foutcode) -> Foutcode | Regelcode:
        """Return the rule code of `facet`, or the facet's own name where the standard gives none."""
        rule = self.regels.get(facet)
        return Regelcode(rule) if rule else facet

    def show(self, text: str) -> str:
        """Return `text` fit for a fault: hidden for personal details and very long ones, masked otherwise."""
        hidden = self.verborgen or len(text) > _MAX_SHOWN
        return f"(verborgen, {len(text)} tekens)" if hidden else mask(text)


_Read = tuple[Waarde | None, tuple[FormBreach, ...]]


def _read_text(kind: Simpeltype, text: str) -> _Read:
    length = len(text)
    fits = (kind.max_lengte is None or length <= kind.max_lengte) and length >= kind.min_lengte
    if fits and (kind._regex is None or kind._regex.fullmatch(text)) and (not kind._set or text in kind._set):
        return text, ()
    return None, tuple(_text_breaks(kind, text))


def _text_breaks(kind: Simpeltype, text: str) -> list[FormBreach]:
    if not text:
        return [FormBreach("leeg", kind.verwacht or "een waarde", "Het element is leeg; laat het weg als er niets is")]
    breaks: list[FormBreach] = []
    if kind.max_lengte is not None and len(text) > kind.max_lengte:
        breaks.append(FormBreach(kind.code("max_lengte"), f"hoogstens {kind.max_lengte} tekens", "De waarde is te lang"))
    if kind._regex is not None and not kind._regex.fullmatch(text):
        breaks.append(FormBreach(kind.code("patroon"), kind.verwacht, "De waarde heeft niet de vereiste vorm"))
    if kind._set and text not in kind._set:
        shown = ", ".join(kind.codes[:30]) + (", …" if len(kind.codes) > 30 else "")
        breaks.append(FormBreach(kind.code("codes"), shown, "De waarde staat niet in de codelijst"))
    return breaks


def _read_whole(kind: Simpeltype, text: str) -> _Read:
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        value = int(text)
    else:
        digits = text.strip(_XML_SPACE)
        if not _WHOLE.fullmatch(digits):
            return None, _whole_break(kind, "geheel_getal" if digits else "leeg", "De waarde is geen geheel getal")
        value = int(digits.lstrip("+-0")[:_MAX_DIGITS] or "0") * (-1 if digits[0] == "-" else 1)
    if value < kind.min:
        return None, _whole_break(kind, kind.code("min"), "Het getal is te klein")
    if value > kind.max:
        return None, _whole_break(kind, kind.code("max"), "Het getal is te groot")
    return value, ()


def _whole_break(kind: Simpeltype, code: Foutcode | Regelcode, text: str) -> tuple[FormBreach]:
    expected = f"een geheel getal van {kind.min} tot en met {kind.max:,}".replace(",", ".")
    return (FormBreach(code, expected, text),)


@lru_cache(maxsize=8192)
def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _read_date(kind: Simpeltype, text: str) -> _Read:
    bare = text.strip(_XML_SPACE)
    value = _date(bare) if len(bare) == _DATE_LENGTH else None
    if value is not None:
        return value, ()
    expected = "een bestaande datum als 2026-03-31"
    if _ZONED_DATE.fullmatch(bare):
        return None, (FormBreach(kind.code("patroon"), expected, "Een datum staat zonder tijdzone"),)
    return None, (FormBreach("datum" if bare else "leeg", expected, "De waarde is geen bestaande datum"),)


def _read_time(kind: Simpeltype, text: str) -> _Read:
    bare = text.strip(_XML_SPACE)
    expected = "een tijdstip als 13:59:41"
    if match := _TIME.fullmatch(bare):
        hours, minutes, seconds, fraction = match.groups(default="")
        if (hours, minutes, seconds) == ("24", "00", "00") and not fraction.strip("0"):
            return time(0), ()  # XML Schema: the end of a day is the same time as its beginning
        try:
            return time(int(hours), int(minutes), int(seconds), int(fraction[:6].ljust(6, "0"))), ()
        except ValueError:
            pass
    if _ZONED_TIME.fullmatch(bare):
        return None, (FormBreach(kind.code("patroon"), expected, "Een tijdstip staat zonder tijdzone"),)
    return None, (FormBreach("tijd" if bare else "leeg", expected, "De waarde is geen bestaand tijdstip"),)


def writable(text: str) -> bool:
    """Return whether XML 1.0 can carry `text` (no control characters, no lone surrogates)."""
    return not _NOT_IN_XML.search(text)


_READERS: Mapping[str, Callable[[Simpeltype, str], _Read]] = {
    "tekst": _read_text,
    "geheel": _read_whole,
    "datum": _read_date,
    "tijd": _read_time,
}
_PYTHON: Mapping[str, type] = {"tekst": str, "geheel": int, "datum": date, "tijd": time}
