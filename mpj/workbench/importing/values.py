"""What stands in a cell of a published matrix, read: a price, a prestatiecode, a date; or an error that says what is wrong."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from mpj.protocol import Protocol
from mpj.reading.fields import MAX_CENTS, FieldError, parse_date, parse_euros
from mpj.workbench.importing.headers import UITGESLOTEN_WOORDEN, plain

STREEPJES = ("-", "–", "—", "--")
"""What people put where there is no price."""
_HIGHEST = 1_000_000
_EURO = re.compile(r"^(?:€|eur(?:o)?)\s*|\s*(?:€|eur(?:o)?)$")
_THOUSANDS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{2}|-{1,2})")
_WHOLE = re.compile(r"([0-9]+),(?:-{1,2}|–|—)")
_CODE = re.compile(r"(?<![0-9.,])([0-9]{1,2}\.[0-9])(?![0-9.,]*[0-9])")
_EXPECTED = "euro's als 24,55, of uitgesloten"


class DoubtError(FieldError):
    """A field that cannot be read; `reden` says what is wrong."""

    def __init__(self, reden: str, verwacht: str) -> None:
        super().__init__(verwacht)
        self.reden = reden


def is_empty(value: object) -> bool:
    """Say whether a price field holds no price: nothing, or a dash."""
    return value is None or (isinstance(value, str) and value.strip() in ("", *STREEPJES))


def price(value: object) -> int | None:
    """Return a price in eurocents, None for a level that is excluded; raises DoubtError."""
    if isinstance(value, str):
        return _text_price(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _HIGHEST:
        raise DoubtError("geen tarief", _EXPECTED)
    cents = Decimal(repr(value)) * 100
    whole = cents.quantize(Decimal(1))
    if abs(cents - whole) > Decimal("0.0001") or whole <= 0:
        raise DoubtError("een prijs heeft hoogstens 2 decimalen en is boven 0,00; afronden is aan u", "hoogstens 2 decimalen")
    return int(whole)


def _text_price(value: str) -> int | None:
    """Read ``€ 1.053,88``, ``€ 182,-``, ``24,55``; a point and three digits behind it could mean either, and is refused."""
    if plain(value) in UITGESLOTEN_WOORDEN:
        return None
    text = _EURO.sub("", value.replace("\xa0", " ").casefold().strip()).strip()
    if match := _THOUSANDS.fullmatch(text):
        text = match[1].replace(".", "") + ("," + match[2] if match[2].isdigit() else "")
    elif match := _WHOLE.fullmatch(text):
        text = match[1]
    try:
        cents = parse_euros(text)
    except FieldError:
        raise DoubtError("geen tarief", _EXPECTED) from None
    if not 0 < cents <= MAX_CENTS:
        raise DoubtError("geen tarief", "een tarief boven 0,00")
    return cents


def codes_in(value: object, protocol: Protocol) -> list[str]:
    """Return the prestatiecodes that a cell names, by number."""
    if isinstance(value, bool | datetime | date) or value is None:
        return []
    return [code for code in _CODE.findall(str(value)) if code in protocol.prestatiecodes]


def looks_like_code(value: object) -> bool:
    """Say whether a cell begins as a prestatiecode does, known or not: ``2.9``, ``2.1 Behandeling``, a date made of one."""
    if isinstance(value, bool) or value is None:
        return False
    return not isinstance(value, str) or re.match(r"\s*[0-9]{1,2}[.,][0-9](?![0-9.,]*[0-9])", value) is not None


def prestatiecode(value: object, protocol: Protocol) -> str:
    """Return the prestatiecode that a cell names by number, by name or by both; raises DoubtError."""
    expected = "een prestatiecode als 2.1"
    if isinstance(value, datetime | date):
        raise DoubtError("Excel maakte er een datum van; zet de kolom op Tekst", expected)
    text = "" if value is None else str(value)
    named = _named(text, protocol)
    if not re.match(r"\s*[0-9]", text):
        if len(named) == 1:
            return named[0]
        raise DoubtError("geen prestatiecode", expected)
    match, codes = _CODE.match(text.strip()), codes_in(text, protocol)
    if match is None or match[1] not in protocol.prestatiecodes:
        raise DoubtError("geen prestatiecode", expected)
    if len(set(codes)) > 1 or re.search(r"[0-9.]\s*(?:t/m|tot en met|/)\s*[0-9]", text):
        raise DoubtError("de cel noemt meer dan één prestatiecode", "één prestatiecode per rij")
    rest = text.strip()[len(match[1]) :].strip(" -–:.")
    check_name(match[1], rest, protocol)
    return match[1]


def check_name(code: str, naam: object, protocol: Protocol) -> None:
    """Raise DoubtError for a name that is another prestatiecode's."""
    others = _named(str(naam or ""), protocol)
    if others and code not in others:
        raise DoubtError(
            f"{code} is {protocol.prestatiecodes[code].naam}, niet {str(naam).strip()}", "code en naam van één prestatie"
        )


def _named(text: str, protocol: Protocol) -> list[str]:
    word = plain(text)
    names = {code: plain(known.naam) for code, known in protocol.prestatiecodes.items()}
    return [code for code, naam in names.items() if word and word in (naam, re.sub(r"\s*\(.*\)$", "", naam))]


def day(value: object) -> date | None:
    """Return a date, None where there is none; raises FieldError."""
    if value is None:
        return None
    if isinstance(value, datetime):
        if (value.hour, value.minute) != (0, 0):
            raise FieldError("een datum zonder tijd")
        return value.date()
    return value if isinstance(value, date) else parse_date(str(value).strip())
