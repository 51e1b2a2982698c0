"""What programs and typed cells hand over, as the text that would stand in a file: one reader reads both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Real

_LONGEST = 40
_NO_TEXT = "\0"
# pandas' words for: nothing stands here. NaN is told by being no number equal to itself.
_ABSENT = frozenset(("NAType", "NaTType"))


def as_text(value: object) -> str:
    """Return a value as the text that would stand in a file: empty for None, NaN, NaT and NA.

    True and False are ``ja`` and ``nee``, whole numbers have no decimals (60.0 is ``60``), dates and times stand as ISO has them,
    a list as its parts with commas, and of numbers with blanks too, so that it is no number with decimals. What has no text comes
    back as one that no field accepts; `type_in` then says what it was.
    """
    match value:
        case None:
            return ""
        case str():
            return str.__str__(value)
        case bool():
            return "ja" if value else "nee"
        case int() | Real() | Decimal():
            return _number(value.item() if type(value).__module__ == "numpy" else value)  # type: ignore[union-attr]
        case datetime() if type(value).__name__ not in _ABSENT:
            return datetime.isoformat(value, " ")
        case time():
            return value.isoformat()
        case date() if type(value).__name__ not in _ABSENT:
            return value.isoformat()
        case tuple() | list():
            return _listed(value)
        case set() | frozenset():
            return _listed(sorted(value, key=as_text))
    return _other(value)


def _listed(values: Sequence[object]) -> str:
    numbers = any(isinstance(one, int | Real | Decimal) for one in values)
    return (", " if numbers else ",").join(map(as_text, values))


def type_in(text: str) -> str:
    """Return the type of what had no text (`as_text`), empty where `text` is one."""
    return text[1:] if text.startswith(_NO_TEXT) else ""


def _number(value: int | Real | Decimal) -> str:
    """Return a number as people write it: without decimals where it has none."""
    if isinstance(value, int):
        return int.__repr__(value) if abs(value) < 10**_LONGEST else _NO_TEXT + type(value).__name__
    if value.is_nan() if isinstance(value, Decimal) else value != value:
        return ""
    if abs(value) >= 10**_LONGEST:
        return str(value)
    whole = int(value)  # type: ignore[arg-type]
    return str(whole) if value == whole else format(value, "f") if isinstance(value, Decimal) else str(value)


def _other(value: object) -> str:
    """Return the text of a thing of a type that is not known here."""
    kind = type(value)
    if kind.__name__ in _ABSENT:
        return ""
    if kind.__module__ == "numpy" and kind.__name__ in ("bool_", "bool"):
        return as_text(bool(value))
    if isinstance(value, bytes | bytearray | memoryview | dict) or (kind.__str__, kind.__repr__) == (
        object.__str__,
        object.__repr__,
    ):
        return _NO_TEXT + kind.__name__
    try:
        return str.__str__(str(value))
    except Exception:
        return _NO_TEXT + kind.__name__
