"""Hides every BSN in a text before people see it: on a screen, in an error, in a report (docs/privacy.md).

Nine digits that pass the elfproef are taken for one, whoever's it is: in digits of any script, glued to letters, and with blanks,
dots, dashes, slashes or underscores between them. Dates, euros, hashes and the numbers of lines and declarations, as mpj
writes them, are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from string import ascii_letters
from typing import Any

import attrs

from mpj.reading.fields import is_bsn

HIDDEN = "(verborgen)"
_MANY = 1_000
_BETWEEN = r"(?:[^\S\n\r]|[.\-/_\u00ad\u00b7\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2212\ufeff])"
_CHAIN = re.compile(rf"\d(?:{_BETWEEN}{{0,3}}\d){{8,}}")
_RUN = re.compile(r"\d+")
_OTHER = re.compile(r"\D+")
_DAY, _MONTH, _YEAR = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_OWN = re.compile(
    rf"((?<!\d)(?<!\d[-.])(?:{_YEAR}-{_MONTH}(?:-{_DAY})?|{_DAY}-{_MONTH}-{_YEAR})(?![-.]?\d)"
    r"|€ ?[+-]?[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]{2}(?!\d)"
    r"|(?<!\w)(?:[0-9a-f]{64}|[0-9A-HJ-NP-S][0-9A-FH]{19}|[A-DF-HJ-NP-S][0-9A-DFH]{11}(?<!\d{9}))(?!\w))"
)


def hide(text: str, is_one: Callable[[str], bool] = is_bsn) -> str:
    """Return `text` with ``(verborgen)`` in the place of every BSN; `is_one` says of nine digits whether they are one.

    >>> hide("map-999900018 van 2026-03-02"), hide("9999.00.018"), hide("€ 9.999.000,18")
    ('map-(verborgen) van 2026-03-02', '(verborgen)', '€ 9.999.000,18')
    """
    if not _has_chain(text):
        return text
    parts = _OWN.split(text)
    return "".join(part if place % 2 else _CHAIN.sub(partial(_hidden, is_one), part) for place, part in enumerate(parts))


def _has_chain(text: str) -> bool:
    """Say whether nine digits may stand together; an id of a letter and fewer digits is looked through no further."""
    return len(text.strip(ascii_letters)) >= 9 and _CHAIN.search(text) is not None


def _hidden(is_one: Callable[[str], bool], found: re.Match[str]) -> str:
    """Hide the BSNs in a chain of digits; a piece of a longer number is none."""
    chain, shown, end = found[0], "", 0
    runs = list(_RUN.finditer(chain))
    for place, run in enumerate(runs):
        digits = ""
        for last in runs[place:] if run.start() >= end else ():
            digits += last[0]
            if len(digits) >= 9:
                break
        if len(digits) == 9 and is_one(_plain(digits)):
            shown += chain[end : run.start()] + HIDDEN
            end = last.end()
    return shown + chain[end:]


def digits_in(text: str) -> str:
    """Return the digits of a text, of any script, in ASCII and without what stands between them.

    >>> digits_in("\uff11\uff12.3-x4")
    '1234'
    """
    return _plain(_OTHER.sub("", text))


def bsns_in(text: str) -> set[str]:
    """Return every BSN that `hide` would hide, and every one within a longer number, in ASCII digits."""
    found: set[str] = set()
    if _has_chain(text):
        hide(text, lambda digits: is_bsn(digits) and _noted(found, digits))
        runs = (_plain(run) for run in _RUN.findall(text) if len(run) > 9)
        found.update(nine for run in runs for at in range(len(run) - 8) if is_bsn(nine := run[at : at + 9]))
    return found


def _noted(found: set[str], digits: str) -> bool:
    found.add(digits)
    return True


def _plain(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


def masked(_: type[Any], fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """The field transformer of an attrs class whose `repr` hides every BSN that stands in a field, and counts long rows."""
    return [one.evolve(repr=_shown) if one.repr is True else one for one in fields]


def _shown(value: object) -> str:
    return f"<{len(value)}>" if isinstance(value, tuple) and len(value) > _MANY else hide(repr(value))
