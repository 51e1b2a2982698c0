"""The forms of the values of one column: never a value itself, but for the words of a closed list."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from mpj.protocol import Protocol
from mpj.reading.definition import Field
from mpj.reading.faults import mask
from mpj.reading.fields import FieldError, form_of, is_bsn

_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_DECIMALS: Final = re.compile(r"[0-9]+[.,]([0-9]+)")
_MOST_WORDS: Final = 20
_SHOWN: Final = 6
_OTHER: Final = "andere waarden"


class Forms:
    """Counts the forms of the values of one field."""

    def __init__(self, one: Field, protocol: Protocol) -> None:
        self.field = one
        self.words = protocol.niveaus if one.name.startswith("kwalificatieniveau") else one.form.words
        """The words of a closed list, empty where the field is none."""
        self.length = one.form.digits
        self.hours = self.short = 0
        """Values that look like hours in a field of minutes; numbers that are too short for it."""
        self._forms: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count one value."""
        self._forms[self._form(text.strip())] += 1

    def _form(self, text: str) -> str:
        if not text:
            return "leeg"
        if self.words:
            word = mask(text.lower())
            return word if word in self._forms or len(self._forms) < _MOST_WORDS else _OTHER
        digits = text.isascii() and text.isdigit()
        self.short += digits and len(text) < self.length
        if self.field.name == "bsn":
            return "BSN" if is_bsn(text) else f"{len(text)} cijfers" if digits else "geen BSN"
        decimals = _DECIMALS.fullmatch(text)
        clock = _CLOCK.fullmatch(text)
        if self.field.name == "minuten":
            self.hours += clock is not None or (decimals is not None and bool(decimals[1].strip("0")))
        if clock is not None:
            return "u:mm" if text.count(":") == 1 else "u:mm:ss"
        return "getal met decimalen" if decimals is not None else form_of(text) or "tekst"

    @property
    def told(self) -> tuple[tuple[str, int], ...]:
        """The forms, the most usual first; the rest as one."""
        rows = self._forms.most_common()
        rest = sum(number for _, number in rows[_SHOWN:])
        return (*rows[:_SHOWN], *((("overige", rest),) if rest else ()))

    @property
    def unknown(self) -> list[str]:
        """The words that the list does not have."""
        told = (form for form in self._forms if self.words and form not in ("leeg", _OTHER) and form == mask(form))
        return [form for form in told if not self._reads(form)]

    def _reads(self, word: str) -> bool:
        if self.words != self.field.form.words:
            return word in self.words
        try:
            self.field.form.read(word)
        except FieldError:
            return False
        return True
