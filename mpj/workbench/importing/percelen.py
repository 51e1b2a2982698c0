"""Which perceel of a contract a text means: the name of a sheet, a line above a table, a field of a column."""

from __future__ import annotations

import re

from mpj.contract import Perceel
from mpj.workbench.importing.headers import plain


def named(text: object, percelen: tuple[Perceel, ...], *, in_field: bool = False) -> frozenset[str]:
    """Return the codes of the percelen that a text names.

    It does by code or name alone, by "perceel" and one of these, or by code and name together (``A - Ambulant``, ``Perceel A
    Ambulant``); a text that names two is of neither, which is for the caller to say. `in_field`: a word that begins with the code
    counts only where the whole is code, name or both.
    """
    word = _words(text)
    found = {perceel.code for perceel in percelen if word in _ways(perceel)}
    if found or in_field:
        return frozenset(found)
    for perceel in percelen:
        code, naam = _words(perceel.code), _words(perceel.naam)
        begins = re.match(rf"\s*{re.escape(plain(perceel.code))}\s*[-–:.]\s", plain(text) + " ")
        if begins or re.search(rf"\bperceel {re.escape(code)}(?!\w)", word) or (naam and f"perceel {naam}" in word):
            found.add(perceel.code)
    others = {perceel.code for perceel in percelen if found and perceel.naam and _apart(_words(perceel.naam), word)}
    return frozenset(found | others)


def foreign(text: object, percelen: tuple[Perceel, ...]) -> bool:
    """Say whether a text names a perceel that the contract does not have: ``Perceel C``."""
    match = re.search(r"\bperceel ([a-z0-9]{1,3})(?!\w)", _words(text))
    return match is not None and match[1] not in {_words(perceel.code) for perceel in percelen}


def _ways(perceel: Perceel) -> set[str]:
    code, naam = _words(perceel.code), _words(perceel.naam)
    ways = {code, f"perceel {code}", f"perceel {code} {naam}", f"{code} {naam}"}
    return ways | ({naam, f"perceel {naam}", f"{naam} {code}", f"{naam} perceel {code}"} if naam else set())


def _words(text: object) -> str:
    """Return a text as it is compared: no signs between its words."""
    return re.sub(r"[\s\-–—:.,;()_]+", " ", plain(text)).strip()


def _apart(naam: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(naam)}(?!\w)", word) is not None
