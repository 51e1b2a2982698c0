"""Texts in files that people open in a spreadsheet: none is run as a formula, none steers the screen."""

from __future__ import annotations

import re

_RUN = ("=", "+", "-", "@", "\t", "\r")
_ODD = frozenset(("'", *_RUN))
_ODD_CELL = re.compile(f";[{re.escape(''.join(_ODD))}]")


def guarded(text: str) -> str:
    r"""Return `text` as it stands in such a file: ``'`` before what would be run, control characters as ``\xNN``.

    >>> guarded("=1+1"), guarded("-2+3"), guarded("R\x1b-1"), guarded("R-1")
    ("'=1+1", "'-2+3", 'R\\x1b-1', 'R-1')
    """
    if text.isprintable() and text[:1] not in _ODD:
        return text
    shown = "".join(f"\\x{ord(sign):02x}" if ord(sign) < 32 or 127 <= ord(sign) < 160 else sign for sign in text)
    return f"'{shown}" if text.lstrip("'").startswith(_RUN) else shown


def stands_as_it_is(line: str, cells: int) -> bool:
    """Say whether a row of so many cells, joined by ``;``, needs neither a guard nor quotes: hardly any row does."""
    tidy = bool(line) and line.isprintable() and '"' not in line and line.count(";") == cells - 1
    return tidy and _ODD_CELL.search(f";{line}") is None


def unguarded(text: str) -> str:
    r"""Return what `guarded` was given, but for control characters.

    >>> unguarded("'=1+1"), unguarded("'s"), unguarded("''@x")
    ('=1+1', "'s", "'@x")
    """
    if text.startswith("'") and text.lstrip("'").startswith((*_RUN, "\\x09", "\\x0d")):
        return text[1:]
    return text
