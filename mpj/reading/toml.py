"""TOML files that people write: parsed whole, with the line that a fault is about."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping

from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.limits import TOML_BYTES, TOML_DOTS
from mpj.reading.register import Foutcode


class Document:
    """A parsed TOML file with its text, to find the line a fault is about."""

    def __init__(self, data: Mapping[str, object], bestand: str, text: str = "") -> None:
        self.data = data
        self.bestand = bestand
        self._lines = text.splitlines()

    def line(self, section: str, key: str = "", nth: int = 0) -> int:
        """Return the line of `key` in the `nth` table called `section`; 0 when it cannot be told."""
        seen, inside = -1, False
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if stripped.startswith("["):
                inside = stripped.split("#")[0].strip().strip("[] ").replace('"', "") == section
                seen += inside
                if inside and seen == nth and not key:
                    return number
            elif inside and seen == nth and key and stripped.split("=")[0].strip().strip("\"'") == key:
                return number
        return 0

    def fault(
        self,
        code: Foutcode,
        section: str,
        key: str,
        toelichting: str,
        *,
        gevonden: object = "",
        verwacht: str = "",
        nth: int = 0,
    ) -> Fault:
        """Return a fault about `key` in `section`, with its line."""
        found = mask(str(gevonden)) if gevonden != "" else ""
        kolom = f"{section}.{key}" if key else section
        return Fault(
            code,
            self.bestand,
            self.line(section, key, nth) or self.line(section, "", nth),
            kolom,
            found,
            verwacht,
            toelichting,
        )


def parse_toml(raw: bytes, bestand: str) -> Document:
    """Return a TOML file as a document; raises InputError for what is no UTF-8 or no TOML, with the line where it can be told.

    What is larger or nested deeper than such a file may be is refused before it is parsed.
    """
    _check_size(raw, bestand)
    try:
        text = raw.decode("utf-8-sig")
        return Document(tomllib.loads(text), bestand, text)
    except UnicodeDecodeError:
        raise InputError(Fault("codering_onjuist", bestand, toelichting="het bestand is geen UTF-8", verwacht="UTF-8")) from None
    except (RecursionError, ValueError) as error:
        # tomllib tells the line in its text only; a number of thousands of digits and deep nesting tell none.
        place = re.search(r"\(at line ([0-9]+), column ([0-9]+)\)", str(error))
        kolom = f"teken {place[2]}" if place else ""
        toelichting = "geen leesbare TOML" if place or not isinstance(error, RecursionError) else "te diep genest"
        verwacht = "TOML: sleutel = waarde, teksten tussen aanhalingstekens"
        rij = int(place[1]) if place else 0
        raise InputError(Fault("toml_onleesbaar", bestand, rij, kolom, toelichting=toelichting, verwacht=verwacht)) from None


def quoted(text: str) -> str:
    """Return a text as TOML has it, between quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _check_size(raw: bytes, bestand: str) -> None:
    """Raise InputError for a file that tomllib would take long to parse: a key of many parts takes their square."""
    if len(raw) > TOML_BYTES:
        text, verwacht = "het bestand is te groot", f"hoogstens {TOML_BYTES >> 10} KiB"
        raise InputError(Fault("bestand_te_groot", bestand, toelichting=text, verwacht=verwacht))
    for number, line in enumerate(raw.splitlines(), 1):
        if line.count(b".") > TOML_DOTS:
            text, verwacht = "te diep genest", f"hoogstens {TOML_DOTS} punten op een regel"
            raise InputError(Fault("bestand_te_groot", bestand, number, toelichting=text, verwacht=verwacht))
