"""The form of a protocol file: every table and key, what a value may be, and its default. Reading and writing go by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from attrs import frozen

from mpj.protocol.model import Afronding
from mpj.protocol.words import MEET, OVER, PRIJSWIJZEN, SOORTEN, TELT, WIJZEN
from mpj.reading.fields import FieldError, check_choice
from mpj.reading.frozen import Frozen

# Of hulpvorm, follow number and level a product code has one character each; "0" is no level.
ALPHABET: Final = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DAGEN: Final = "dagen"
MAX_MINUTEN: Final = 1440
MAX_MINIMUM: Final = 96
CODE = re.compile(r"([1-9][0-9]?)\.([1-9][0-9]?)")
_REQUIRED: Final = object()


@frozen
class TomlKey:
    """One key of a table: its name, how its value is read, and what it is where it is left out."""

    naam: str
    read: Callable[[Any], Any]
    """Raises FieldError for a value that it may not be."""
    standaard: Any = _REQUIRED

    @property
    def verplicht(self) -> bool:
        """Whether the key must be there."""
        return self.standaard is _REQUIRED


def text(value: Any) -> str:
    """A text of printable characters, not empty."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise FieldError("een tekst tussen aanhalingstekens")
    return value


def sized(length: int) -> Callable[[Any], str]:
    """A code of exactly `length` letters and digits."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) != length or not value.isascii() or not value.isalnum():
            raise FieldError(f"een code van {length} letters of cijfers, tussen aanhalingstekens")
        return value

    return read


def word(longest: int) -> Callable[[Any], str]:
    """A name that files and messages can bear without quotes: letters, digits, ``_``, ``-`` and ``+``, a letter first."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= longest or not re.fullmatch(r"[^\W\d_][\w+-]*", value):
            raise FieldError(f"een naam van hoogstens {longest} letters, cijfers, _, - en +, met een letter vooraan")
        return value

    return read


def day(value: Any) -> date:
    """A date."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise FieldError("een datum zonder aanhalingstekens, als 2026-01-01")
    return value


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise FieldError("true of false")
    return value


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A whole number between two bounds, both included."""

    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise FieldError(f"een geheel getal van {low} tot en met {high}")
        return value

    return read


def choice(*words: str) -> Callable[[Any], str]:
    """One of a closed list of words."""
    return lambda value: check_choice(value if isinstance(value, str) else "?", words)


def listed(item: Callable[[Any], str], *, least: int = 1) -> Callable[[Any], tuple[str, ...]]:
    """A list of texts, each once."""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise FieldError("een lijst van teksten")
        items = tuple(map(item, value))
        if len(set(items)) != len(items):
            raise FieldError("elke waarde één keer")
        return items

    return read


def mapped(key: Callable[[Any], str], item: Callable[[Any], Any]) -> Callable[[Any], Mapping[str, Any]]:
    """A table whose keys are its own; not empty."""

    def read(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict) or not value:
            raise FieldError('een tabel, als { "01" = 15 }')
        return Frozen((key(name), item(one)) for name, one in value.items())

    return read


def letter(value: Any) -> str:
    """The character that a level has in a product code."""
    if (type(value) is int or isinstance(value, str)) and str(value) in ALPHABET and len(str(value)) == 1:
        return str(value)
    raise FieldError("één teken: 1 tot en met 9, of een hoofdletter (0 is: geen niveau)")


def prestatiecode(value: Any) -> str:
    """A prestatiecode: hulpvorm and follow number, each of one character in a product code."""
    match = CODE.fullmatch(value) if isinstance(value, str) else None
    if match is None or max(int(match[1]), int(match[2])) > len(ALPHABET):
        raise FieldError(f"hulpvorm en volgnummer, elk hoogstens {len(ALPHABET)} (één teken in de productcode), als 2.1")
    return match[0]


def rounding(value: Any) -> Afronding:
    """The default rounding of a normtijd in minutes."""
    names = [key.naam for key in AFRONDING]
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        raise FieldError(f"een tabel met precies {', '.join(names)}")
    values: dict[str, Any] = {}
    for key in AFRONDING:
        try:
            values[key.naam] = key.read(value[key.naam])
        except FieldError as error:
            raise FieldError(f"{key.naam}: {error.verwacht}") from None
    return Afronding(**values)


EENHEID = sized(2)
CATEGORIE = sized(2)
AFRONDING = (
    TomlKey("wijze", choice(*WIJZEN)),
    TomlKey("over", choice(*OVER)),
    TomlKey("minimum", whole(0, MAX_MINIMUM)),
    TomlKey("drempel", whole(0, MAX_MINUTEN)),
)
KEYS: Mapping[str, tuple[TomlKey, ...]] = Frozen(
    {
        "protocol": (
            TomlKey("id", text),
            TomlKey("naam", text),
            TomlKey("bron", text),
            TomlKey("vroegste_datum", day),
            TomlKey("jaren_terug", whole(0, 100)),
            TomlKey("normtijd_zorg", text),
        ),
        "kwalificatieniveau": (TomlKey("naam", word(16)), TomlKey("cijfer", letter), TomlKey("aan", flag, standaard=True)),
        "normtijd": (
            TomlKey("enkelvoud", text, ""),
            TomlKey("meervoud", text, ""),
            TomlKey("meet", choice(*MEET)),
            TomlKey("minuten", whole(1, MAX_MINUTEN), 0),
            TomlKey("eenheden", mapped(EENHEID, EENHEID)),
            TomlKey("bericht", mapped(EENHEID, whole(1, MAX_MINUTEN))),
            TomlKey("ongerond", lambda value: frozenset(listed(EENHEID)(value)), frozenset()),
            TomlKey("keuze", mapped(word(16), EENHEID)),
            TomlKey("standaard", text),
            TomlKey("afronding", rounding, None),
            TomlKey("alleen", listed(prestatiecode, least=0), None),
            TomlKey("variant", word(16), ""),
        ),
        "eenheid": (
            TomlKey("naam", text),
            TomlKey("telt", word(16), ""),
            TomlKey("gewicht", whole(1, 1_000_000), 0),
            TomlKey("bedrag", flag, standaard=False),
        ),
        "frequentie": (TomlKey("naam", text), TomlKey("telt", choice(*TELT))),
        "lijsten": (
            TomlKey("productcategorie", listed(CATEGORIE)),
            TomlKey("reden_wijziging", listed(sized(2))),
            TomlKey("verwijderd", sized(2)),
        ),
        "hulpvorm": (
            TomlKey("nummer", whole(1, len(ALPHABET))),
            TomlKey("naam", text),
            TomlKey("niveau", choice(*PRIJSWIJZEN)),
            TomlKey("normtijd", text, None),
            TomlKey("soort", choice(*SOORTEN), "individueel"),
            TomlKey("jeugdbescherming", flag, standaard=False),
        ),
        "prestatiecode": (TomlKey("code", prestatiecode), TomlKey("naam", text), TomlKey("categorieen", listed(CATEGORIE))),
    }
)
"""The keys of each table, in the order in which they are written."""
LISTS: Mapping[str, str] = Frozen({"kwalificatieniveau": "naam", "hulpvorm": "nummer", "prestatiecode": "code"})
"""Tables that stand in the file as often as there are rows (``[[hulpvorm]]``), and the key that names a row."""
NAMED: Mapping[str, Callable[[Any], str]] = Frozen({"normtijd": word(16), "eenheid": EENHEID, "frequentie": sized(1)})
"""Tables that hold a table for each name (``[normtijd.uur]``), and what a name may be."""
