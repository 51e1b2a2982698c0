"""Single fields: text in, value out, or a `FieldError` that says what was expected.

Everything is exact: ASCII digits, whole numbers, no guessing: what can mean one thing only is read, as people write it. Amounts
become integer eurocents at once.
"""

from __future__ import annotations

import re
from datetime import date, time
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

_MIDNIGHT = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _MIDNIGHT)
_DUTCH = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})" + _MIDNIGHT)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00(?:\.0+)?)?")
_MINUTES = re.compile(r"([0-9]{1,4})(?:[.,]0{1,2})?")
_EUROS = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))?")
_PERCENTAGE = re.compile(r"([+-]?)([0-9]{1,4})(?:[.,]([0-9]{1,6}))?%?")
_ZEROS = 43 * ord("0")
"""What the weights of the elfproef, which add up to 43, make of nine zeros."""
# A time of day, with or without seconds and a zone.
_HOURS = re.compile(r"([0-9]{1,2}):[0-9]{2}(:[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
# A date, with or without a time of day and a zone, in any of the ways that systems write it.
_MOMENT = re.compile(
    r"([0-9]{4}|[0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})"
    r"(?:([ T])([0-9]{1,2}):[0-9]{2}(:[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
# Characters that Python prints, and that leave no mark: fillers, joiners, variation selectors.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

_Word = TypeVar("_Word", bound=str)
MAX_CENTS = 99_999_999


class FieldError(ValueError):
    """A field cannot be read; `verwacht` says, in Dutch, what was expected. Never holds the value itself.

    `gevonden` says what of the value is in the way, where that is not the value as a whole.
    """

    def __init__(self, verwacht: str, gevonden: str = "") -> None:
        super().__init__(verwacht)
        self.verwacht = verwacht
        self.gevonden = gevonden


@lru_cache(maxsize=8192)
def parse_date(text: str) -> date:
    """Read ``2026-03-31``, ``31-03-2026`` or ``31-3-2026``, also with midnight behind it (``2026-03-31T00:00:00``).

    Raises FieldError, for another time of day as well.
    """
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DUTCH.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise FieldError("een datum als 2026-03-31 of 31-3-2026, zonder tijd")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise FieldError("een bestaande datum als 2026-03-31") from None


@lru_cache(maxsize=2048)
def parse_time(text: str) -> time:
    """Read ``14:30``, ``9:00`` or ``09:00:00``; raises FieldError, also for a part of a minute."""
    if match := _TIME.fullmatch(text):
        return time(int(match[1]), int(match[2]))
    raise FieldError("een tijd als 14:30, in hele minuten")


@lru_cache(maxsize=2048)
def parse_clock(text: str) -> time:
    """Read ``14:30``, ``9:00`` or ``14:30:05`` (a fraction of a second is dropped); raises FieldError."""
    if match := _CLOCK.fullmatch(text):
        return time(int(match[1]), int(match[2]), int(match[3] or 0))
    raise FieldError("een tijd als 14:30 of 14:30:00")


def parse_number(text: str, low: int, high: int) -> int:
    """Read a whole number in ASCII digits between `low` and `high`, both included; raises FieldError."""
    if text.isascii() and text.isdigit() and len(text) <= 12 and low <= (number := int(text)) <= high:
        return number
    raise FieldError(f"een geheel getal van {low} tot en met {high}")


def parse_minutes(text: str, low: int, high: int) -> int:
    """Read a whole number as `parse_number` does, also one with decimals that are zero: ``45,0``; raises FieldError."""
    match = _MINUTES.fullmatch(text)
    return parse_number(match[1] if match else text, low, high)


def parse_text(text: str) -> str:
    """Return `text` without blanks around it; raises FieldError where it is empty, or holds a character that nobody sees.

    Such a character would make two texts of what looks like one. Visible is what Python can print; of blanks the space, the tab
    and the line end.
    """
    text = text.strip()
    if not text:
        raise FieldError("tekst", "niets")
    if text.isprintable() and (text.isascii() or _UNSEEN.search(text) is None):
        return text
    unseen = next((sign for sign in text if not (sign.isprintable() or sign in "\t\r\n") or _UNSEEN.match(sign)), "")
    if not unseen:
        return text
    raise FieldError("tekst waarvan elk teken te zien is", f"een onzichtbaar teken (U+{ord(unseen):04X})")


def check_line(text: str) -> str:
    """Return `text` where it is one line of visible characters; raises FieldError, for a tab or line end as well."""
    parse_text(text)
    if any(sign in text for sign in "\t\r\n"):
        raise FieldError("tekst op één regel, zonder tab", "een tab of regeleinde")
    return text


def parse_word(text: str) -> str:
    """Return a word of a list in small letters; raises what `parse_text` does."""
    return parse_text(text).lower()


def form_of(text: str) -> str:
    """Return the form of a date, a time, a moment or a number, without what it says; empty for any other text.

    >>> form_of("03-03-2026 14:30:00"), form_of("09:00:00+01:00")
    ('dd-mm-jjjj uu:mm:ss', 'uu:mm:ss+uu:mm')
    """
    if text.isascii() and text.isdigit():
        return f"{len(text)} cijfers"
    if hours := _HOURS.fullmatch(text):
        return f"{'u' * len(hours[1])}:mm{':ss' if hours[2] else ''}{'+uu:mm' if hours[3] else ''}"
    match = _MOMENT.fullmatch(text)
    if match is None:
        return ""
    begin, middle, _, apart, hour, seconds, zone = match.groups(default="")
    day = ("jjjj", "mm", "dd") if len(begin) == 4 else ("d" * len(begin), "m" * len(middle), "jjjj")
    clock = f"{apart}{'u' * len(hour)}:mm{':ss' if seconds else ''}" if hour else ""
    return text[len(begin)].join(day) + clock + ("+uu:mm" if zone else "")


def parse_percentage(text: str) -> Fraction:
    """Read ``3,42``, ``3.42``, ``-1`` or ``3,42%`` exactly; raises FieldError.

    >>> parse_percentage("3,42")
    Fraction(171, 50)
    """
    match = _PERCENTAGE.fullmatch(text.strip().replace(" %", "%"))
    if match is None:
        raise FieldError("een percentage als 3,42")
    sign, whole, decimals = match.groups()
    value = Fraction(int(whole + (decimals or "")), 10 ** len(decimals or ""))
    return -value if sign == "-" else value


def parse_euros(text: str) -> int:
    """Read euros with comma or point and at most 2 decimals as eurocents; raises FieldError."""
    match = _EUROS.fullmatch(text)
    if match is None:
        above = _EUROS.fullmatch(text.removeprefix("-")) is not None
        raise FieldError(
            "een bedrag boven nul, als 24,55" if above else "een bedrag in euro's met hoogstens 2 decimalen, als 24,55"
        )
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def is_bsn(text: str) -> bool:
    """Say whether `text` is exactly nine digits that pass the elfproef (CS002); no answer is kept."""
    if len(text) != 9 or not text.isascii() or not text.isdigit() or text == "000000000":
        return False
    # python-stdnum, which imports ssl and more, holds the tests to the same answer.
    a, b, c, d, e, f, g, h, i = text.encode()
    return (9 * a + 8 * b + 7 * c + 6 * d + 5 * e + 4 * f + 3 * g + 2 * h - i - _ZEROS) % 11 == 0


def check_bsn(text: str) -> str:
    """Return `text` when it is a BSN; raises FieldError, which never shows the value."""
    if not is_bsn(text):
        raise FieldError("een BSN: precies 9 cijfers die voldoen aan de elfproef")
    return text


def check_digits(text: str, length: int, what: str) -> str:
    """Return `text` when it is exactly `length` ASCII digits; raises FieldError naming `what`."""
    if len(text) != length or not text.isascii() or not text.isdigit():
        raise FieldError(f"{what}: precies {length} cijfers")
    return text


def check_agb(text: str) -> str:
    """Return `text` when it has the form of an AGB code; raises FieldError."""
    return check_digits(text, 8, "een AGB-code")


def check_gemeente(text: str) -> str:
    """Return `text` when it has the form of a CBS gemeente code; raises FieldError."""
    return check_digits(text, 4, "een gemeentecode (CBS)")


def check_choice(text: str, choices: tuple[_Word, ...]) -> _Word:
    """Return the one of `choices`, such as the words of a closed list, that `text` is; raises FieldError."""
    for choice in choices:
        if text == choice:
            return choice
    raise FieldError(", ".join(choices[:-1]) + f" of {choices[-1]}" if len(choices) > 1 else choices[0])
