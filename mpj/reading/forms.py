"""What a field of a record may hold, as text and as a value: dates, times, numbers, words, and texts of visible characters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

from attrs import frozen

from mpj.reading.fields import (
    FieldError,
    check_agb,
    check_bsn,
    check_choice,
    check_gemeente,
    check_line,
    parse_clock,
    parse_date,
    parse_minutes,
    parse_number,
    parse_text,
    parse_time,
    parse_word,
)
from mpj.reading.periods import OPEN_YEAR

MAX_MINUTEN = 1440
MAX_AANTAL = 9999
MAX_NUMMER = 999_999_999
MAX_BEDRAG = 99_999_999


@frozen
class Form:
    """What a field may hold, as text and as a value."""

    told: str
    """What it is, in a few words, for docs and for who makes a value."""
    kind: type
    """The type of its values."""
    read: Callable[[str], Any]
    """Text without blanks around it, to value; raises FieldError."""
    check: Callable[[Any], Any]
    """A value of `kind`, to the value as the record holds it; raises FieldError."""
    words: tuple[str, ...] = ()
    """The words of a closed list."""
    digits: int = 0
    """How many digits it always has, 0 where that may differ."""


def _product_code(text: str) -> str:
    if not 1 <= len(text) <= 5:
        raise FieldError("1 tot en met 5 tekens")
    return check_line(text)


PRODUCTCODE = Form("a text of 1 to 5 visible characters", str, _product_code, _product_code)


def open_end(einddatum: date) -> date | None:
    """Return None for an end in the year 9999, which many systems write for: still going on."""
    return None if einddatum.year == OPEN_YEAR else einddatum


def birth_date(text: str) -> date | None:
    """Read a date of birth; what is none, or nobody's who is in care, is None: it refuses no record."""
    try:
        found = parse_date(text)
    except FieldError:
        return None
    return found if 1900 <= found.year <= 2100 else None


def parse_nummer(text: str) -> int:
    """Read a toewijzingnummer: an integer, so leading zeros do not count; raises FieldError."""
    if text.isascii() and text.isdigit() and len(text) <= 36 and int(text) <= MAX_NUMMER:
        return int(text)
    raise FieldError("een toewijzingnummer: hoogstens 9 cijfers")


def parse_codes(text: str) -> tuple[str, ...]:
    """Read prestatiecodes with commas between them, each once; raises FieldError."""
    return _codes(tuple(text.split(",")))


def _codes(values: tuple[Any, ...]) -> tuple[str, ...]:
    if not all(isinstance(one, str) and one.strip() for one in values) or len({one.strip() for one in values}) != len(values):
        raise FieldError("een prestatiecode, of verschillende met een komma ertussen")
    return tuple(map(parse_text, values))


def _same(value: Any) -> Any:
    return value


def _text(told: str, read: Callable[[str], str] = parse_text, digits: int = 0) -> Form:
    return Form(told, str, read, read, digits=digits)


def _number(high: int, parse: Callable[[str, int, int], int] = parse_number) -> Form:
    def within(value: int) -> int:
        return value if 0 <= value <= high else parse_number(str(value), 0, high)

    return Form(f"a whole number from 0 to {high}", int, lambda text: parse(text, 0, high), within)


def choice(words: tuple[str, ...]) -> Form:
    """A word of a closed list; in a table or mapping case does not count."""
    told = "one of " + ", ".join(words)
    return Form(told, str, lambda text: check_choice(text.lower(), words), lambda value: check_choice(value, words), words)


def _whole_minutes(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise FieldError("een tijd in hele minuten, zonder tijdzone")
    return value


def _local(value: time) -> time:
    if value.tzinfo is not None:
        raise FieldError("een tijd zonder tijdzone")
    return value


TEKST = _text("a text of visible characters")
NIVEAU = _text("a kwalificatieniveau of the protocol", parse_word)
WOORD = _text("a word", parse_word)
BSN = _text("nine digits that pass the elfproef", check_bsn, digits=9)
GEMEENTE = _text("a text of 4 digits", check_gemeente, digits=4)
AGB = _text("a text of 8 digits", check_agb, digits=8)
DATUM = Form("a date", date, parse_date, _same)
GEBOORTEDATUM = Form("a date; as if absent where it is none", date, birth_date, _same)
EINDE = Form("a date; in the year 9999 as if absent", date, lambda text: open_end(parse_date(text)), open_end)
TIJD = Form("a time in whole minutes, without a time zone", time, parse_time, _whole_minutes)
STEMPELTIJD = Form("a time, without a time zone", time, parse_clock, _local)
MINUTEN = _number(MAX_MINUTEN, parse_minutes)
AANTAL = _number(MAX_AANTAL, parse_minutes)
NUMMER = Form(f"a whole number from 0 to {MAX_NUMMER}", int, parse_nummer, _number(MAX_NUMMER).check)
BEDRAG = _number(MAX_BEDRAG)
CODES = Form("different texts (as a value, a tuple)", tuple, parse_codes, _codes)
JA_NEE = Form("True or False", bool, lambda text: check_choice(text.lower(), ("ja", "nee")) == "ja", _same, ("ja", "nee"))
