"""Faults as values: what is wrong, where, what was found and what was expected.

Invariant: the text of a fault never holds a BSN. Values from unreadable fields pass through `mask` first (docs/privacy.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import frozen

from mpj.reading.register import Foutcode, Regelcode

_DIGIT_RUN = re.compile(r"[0-9]{7}")
_SEPARATORS = re.compile(r"[\s.\-_/]")
_REFERENTIENUMMER = re.compile(r"[0-9A-Fa-f]{20}")
_MAX_SHOWN = 60


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
    """Return a referentienummer fit to be shown: whole when it has the form of one (20 hexadecimal digits), else as `mask` does."""
    return text if _REFERENTIENUMMER.fullmatch(text) else mask(text)


def shows_bsn(text: str, bsn: str) -> bool:
    """Say whether `text` holds the nine digits of `bsn`, also with dots, dashes or blanks between them."""
    return bsn in text or bsn in re.sub(r"[^0-9]", "", text)


def printable(text: str) -> str:
    """Return `text` without characters that steer a terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


Ernst: TypeAlias = Literal["fout", "waarschuwing"]


@frozen
class Fault:
    """One thing that is wrong with the input or the call; `str` joins place, found and expected, and nothing else does."""

    code: Foutcode | Regelcode
    """A stable word for machines (docs/faults.md), or the code of a rule of the message standard."""
    bestand: str = ""
    """File name."""
    rij: int = 0
    """Line in the file, header = 1; 0 where there is none."""
    kolom: str = ""
    """Column, TOML key or element path."""
    gevonden: str = ""
    """What stands there, hidden where it could hold a BSN (`mask`)."""
    verwacht: str = ""
    """What should stand there."""
    toelichting: str = ""
    """What is wrong, in Dutch, without what was found and expected: `str` puts those behind it."""
    soort: Ernst = "fout"
    """``fout``: the run stops with exit code 2; ``waarschuwing``: it goes on."""

    def __str__(self) -> str:
        place = self.bestand
        if self.rij:
            place += f", rij {self.rij}" if place else f"rij {self.rij}"
        if self.kolom:
            place += f", {self.kolom}" if place else self.kolom
        values = (("gevonden", self.gevonden), ("verwacht", self.verwacht))
        named = [f"{name}: {value}" for name, value in values if value]
        sentence = self.toelichting.removesuffix(".") if named else self.toelichting
        text = "; ".join([sentence, *named] if sentence else named)
        return f"{place}: {text}" if place else text


def wrong_value(kolom: str, gevonden: str, verwacht: str) -> str:
    """Return what is wrong with one field of a record that is set aside; `gevonden` is fit to be shown (`mask`).

    >>> wrong_value("duur_minuten", "vijftig", "een geheel getal van 0 tot en met 1440")
    'duur_minuten: gevonden vijftig, verwacht een geheel getal van 0 tot en met 1440'
    """
    return f"{kolom}: gevonden {gevonden}, verwacht {verwacht}"


class InputError(Exception):
    """The input or the call is wrong and nothing was done; `faults` holds every fault found, in reading order."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
