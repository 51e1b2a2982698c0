"""Faults as values: what is wrong, where, what was found and what was expected.

Invariant: the text of a fault never holds a BSN, whoever makes it: each of its texts is hidden where it has one. Values from
unreadable fields pass through `mask` first, since anything may stand there (docs/privacy.md).
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import Literal, NamedTuple, TypeAlias, cast

from attrs import field, frozen

from mpj.reading.masking import digits_in, hide, masked
from mpj.reading.register import Foutcode, Foutklasse, Regelcode, fault_register

_DIGIT_RUN = re.compile(r"[0-9]{7}")
_SEPARATORS = re.compile(r"[\s.\-_/]")
_REFERENTIENUMMER = re.compile(r"[A-DF-HJ-NP-S][0-9A-DFH]{19}|[0-9A-Fa-f]{20}")
_MAX_SHOWN = 60
_IN_FIGURES = re.compile(
    r"[0-9.,:;/+\- ]*[A-Za-z]?[0-9.,:;/+\- ]*|[A-Za-z0-9.]{1,3}|[0-9]+[A-Za-z][0-9]+|[0-9]+[Ee][+-]?[0-9]+|[0-9T:.+Z -]*"
)
"""Numbers, dates, times and codes, as far as they hold no word."""
_DATED = re.compile(r"[0-9][-/][0-9]{1,2}[-/][0-9]")


def mask(text: str) -> str:
    """Return `text` fit to be shown: cut to 60 characters, and hidden when it could hold a BSN.

    Hidden is what has 7 or more digits in a row, or 9 or more once blanks, dots, dashes and slashes are left out.
    """
    digits = sum(character.isdigit() for character in _SEPARATORS.sub("", text))
    if _DIGIT_RUN.search(text) or digits >= 9:
        return f"(verborgen, {len(text)} tekens)"
    shown = printable(text)
    return shown if len(shown) <= _MAX_SHOWN else shown[:_MAX_SHOWN] + "…"


def mask_number(text: str) -> str:
    """Return a referentienummer fit to be shown: whole when it has the form of one (20 letters and digits), else as `mask` does."""
    return text if _REFERENTIENUMMER.fullmatch(text) else mask(text)


def shows_bsn(text: str, bsn: str) -> bool:
    """Say whether `text` holds the nine digits of `bsn`, in digits of any script, also with other signs between them."""
    return bsn in text or (len(text.strip(ascii_letters)) >= len(bsn) and bsn in digits_in(text))


def printable(text: str) -> str:
    """Return `text` without characters that steer a terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


def is_full(error: OSError) -> bool:
    """Say whether the system refused a write because there is no room: on the disk, in a quota, or below a limit of the process."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Place(NamedTuple):
    """Where something stands: a file and a row of it, as `Fault` has them; empty where it came in no file."""

    bestand: str = ""
    rij: int = 0


NOWHERE = Place()


Ernst: TypeAlias = Literal["fout", "waarschuwing"]


@frozen(field_transformer=masked)
class Fault:
    """One thing that is wrong with the input or the call; `str` joins place, found and expected, and nothing else does."""

    code: Foutcode | Regelcode
    """A stable word for machines (docs/faults.md), or the code of a rule of the message standard."""
    bestand: str = field(default="", converter=hide)
    """File name."""
    rij: int = 0
    """Row, as a spreadsheet shows it; of a file that is no table the line. 0 where there is none."""
    kolom: str = field(default="", converter=hide)
    """Column, TOML key or element path."""
    gevonden: str = field(default="", converter=hide)
    """What stands there, hidden where it could hold a BSN (`mask`)."""
    verwacht: str = field(default="", converter=hide)
    """What should stand there."""
    toelichting: str = field(default="", converter=hide)
    """What is wrong, in Dutch, without what was found and expected: `str` puts those behind it."""
    soort: Ernst = "fout"
    """``fout``: the run stops with exit code 2; ``waarschuwing``: it goes on."""
    regel: int = 0
    """Line in the file that the row begins on, where that can be told; 0 elsewhere."""

    def __str__(self) -> str:
        return self.told("rij", "gevonden", "verwacht")

    def told(self, row: str, found: str, expected: str) -> str:
        """Return the fault on one line, with the words of a language for a row, for what was found and for what was expected."""
        place = self.bestand
        if self.rij:
            place += f", {row} {self.rij}" if place else f"{row} {self.rij}"
        if self.kolom:
            place += f", {self.kolom}" if place else self.kolom
        values = ((found, self.gevonden), (expected, self.verwacht))
        named = [f"{name}: {value}" for name, value in values if value]
        sentence = self.toelichting.removesuffix(".") if named else self.toelichting
        text = "; ".join([sentence, *named] if sentence else named)
        return f"{place}: {text}" if place else text


def wrong_value(kolom: str, gevonden: str, verwacht: str) -> str:
    """Return what is wrong with one field of a record that is set aside; `gevonden` is fit to be shown (`in_form`).

    >>> wrong_value("duur_minuten", "60,5", "een geheel getal van 0 tot en met 1440")
    'duur_minuten: gevonden 60,5, verwacht een geheel getal van 0 tot en met 1440'
    """
    return f"{kolom}: gevonden {gevonden}, verwacht {verwacht}"


def in_form(text: str, verwacht: str) -> str:
    """Return the value of a field that is unreadable, fit to be shown: as `mask`, and in the form of its field alone.

    That is a number, a date, a short code, or nearly a word of the list in `verwacht`. Any other text may be of another column, a
    name for one: then only its kind is told.

    >>> in_form("Jan Jansen 3-4-2010", "gerealiseerd of gepland"), in_form("gepland.", "gerealiseerd of gepland")
    ('een tekst van 19 tekens', 'gepland.')
    """
    from difflib import get_close_matches

    shown, dated = mask(text), _DATED.search(text) is not None
    if shown.startswith("(verborgen"):
        return shown
    if _IN_FIGURES.fullmatch(text):
        return "een datum" if dated and "datum" not in verwacht else shown
    if get_close_matches(text.lower(), re.split(", | of ", verwacht), 1):
        return shown
    return f"een tekst van {len(text)} tekens"


Hears: TypeAlias = Callable[[Fault], None]
"""Hears of faults and warnings, one at a time, as they are met."""


class InputError(Exception):
    """The input or the call is wrong and nothing was done; `faults` holds every fault found, in reading order.

    What is raised is the class of its faults, which docs/faults.md gives for each code: `InvalidError`, `UnreadableError`,
    `RefusedError`, `BusyError` or `UnavailableError`; faults of more than one class are an InputError itself.
    """

    def __new__(cls, faults: Sequence[Fault] | Fault) -> InputError:
        """Make the error of the class that its faults have in common."""
        return super().__new__(_class_of(_as_tuple(faults)) if cls is InputError else cls)

    def __init__(self, faults: Sequence[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = _as_tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        """Travel to another process with all faults."""
        return type(self), (self.faults,)


class InvalidError(InputError):
    """What was given can be read and is not right: a value, a contract, a message, a number that nobody knows."""


class UnreadableError(InputError):
    """What was given is not there, or cannot be read as what it should be: damaged, too large, another kind of file."""


class RefusedError(InputError):
    """What was asked would break a promise: send twice, lose what was granted, write over what is there."""


class BusyError(InputError):
    """Another run holds what is needed; try again later."""


class UnavailableError(InputError):
    """This machine cannot do it: a package, a database, memory or room on the disk is missing."""


_CLASSES: dict[Foutklasse, type[InputError]] = {
    "invalid": InvalidError,
    "unreadable": UnreadableError,
    "refused": RefusedError,
    "busy": BusyError,
    "unavailable": UnavailableError,
}


def error_class(code: str) -> type[InputError]:
    """Return the class of the error that a fault with this code is raised in; rules of the message standard are InvalidError."""
    known = fault_register().get(cast("Foutcode", code))
    return InvalidError if known is None else _CLASSES[known.klasse]


def _as_tuple(faults: Sequence[Fault] | Fault) -> tuple[Fault, ...]:
    return (faults,) if isinstance(faults, Fault) else tuple(faults)


def _class_of(faults: tuple[Fault, ...]) -> type[InputError]:
    classes = {error_class(fault.code) for fault in faults if fault.soort == "fout"}
    return classes.pop() if len(classes) == 1 else InputError
