"""A file of clients, for who is erased and whose own data are handed over: one BSN per line."""

from __future__ import annotations

from pathlib import Path

from mpj.presentation import words
from mpj.reading.faults import Fault, InputError
from mpj.reading.fields import is_bsn
from mpj.reading.limits import WHOLE_BYTES
from mpj.reading.sources import Source

_SHOWN = 20
"""How many rows that are no BSN are told one by one."""


def read_bsns(path: Path) -> list[str]:
    """Return the lines of a file, blank ones and a head `bsn` as empty, so that a fault names the row; InputError for no BSN."""
    try:
        text = Source(path.name, path).read(WHOLE_BYTES).decode("utf-8-sig")
        found = [line.strip() for line in text.splitlines()]
        found[:1] = ["" if line.casefold() == "bsn" else line for line in found[:1]]
    except UnicodeDecodeError:
        raise InputError(Fault("bestand_onleesbaar", path.name, toelichting="bestand kan niet worden gelezen")) from None
    wrong = [place for place, line in enumerate(found, 1) if line and not is_bsn(line)]
    if wrong:
        texts = ["geen BSN"] * min(len(wrong), _SHOWN)
        if len(wrong) > _SHOWN:  # another file than was meant; a fault for each row of it helps nobody
            texts[-1] += f", net als nog {words.counted(len(wrong) - _SHOWN, 'rij')} hierna"
        verwacht = "9 cijfers die aan de elfproef voldoen"
        raise InputError(
            [
                Fault("bsn_onjuist", path.name, place, toelichting=text, verwacht=verwacht)
                for place, text in zip(wrong, texts, strict=False)
            ]
        )
    return found
