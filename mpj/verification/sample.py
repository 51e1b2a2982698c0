"""The auditor's sample: (professional, level) pairs and lines of a run or a year, drawn by euros, the same for the same seed.

No national register knows a professional's level, so it can only be checked at the employer. Drawing is monetary unit sampling:
every euro has the same chance. What is larger than the interval is always in; the rest is hit at equal distances from a start
that follows from the seed. Whole cents throughout, so that both parties draw the same sample.

What to look at is told in the words of the law (Regeling Jeugdwet): formal control (the right gemeente, entitled, the amount as
agreed) and material control (was it delivered), from the general to the particular (`ladder`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from attrs import define, field, frozen

from mpj.verification.texts import Texts

PAAR, REGEL = "paar", "regel"
COLUMNS = (
    "soort",
    "medewerker",
    "kwalificatieniveau",
    "referentienummer",
    "aantal",
    "eerste_datum",
    "laatste_datum",
    "bedrag_cent",
    "te_controleren",
    "formele_controle",
    "materiele_controle",
)


class TraceRow(Protocol):
    """The part of a record's trace (`mpj.engine.values.Herkomst`) that the sample needs."""

    @property
    def referentienummer(self) -> str: ...
    @property
    def soort(self) -> str: ...
    @property
    def datum(self) -> date: ...
    @property
    def kwalificatieniveau(self) -> str: ...
    @property
    def bedrag_cent(self) -> int: ...
    @property
    def medewerker(self) -> str: ...


@frozen
class Trekking:
    """One thing to check: a pair of medewerker and level, or a line."""

    soort: str
    """paar or regel."""
    medewerker: str
    kwalificatieniveau: str
    """Of a line: the levels behind it, parted by commas."""
    referentienummer: str
    """The line; empty for a pair."""
    aantal: int
    """How many records, over these dates, both inclusive."""
    eerste_datum: date
    laatste_datum: date
    bedrag_cent: int
    """What they are worth, in eurocents."""
    te_controleren: str
    """What to look at."""
    formele_controle: str
    """What formal control asks of it."""
    materiele_controle: str
    """What material control asks of it."""


@frozen
class Steekproef:
    """What was drawn."""

    trekkingen: tuple[Trekking, ...]
    """The drawn pairs, then the drawn lines, each by name."""
    zonder_medewerker_cent: int
    """What cannot be drawn: eurocents of records without medewerker or level."""


@define
class _Group:
    """The records behind one pair or line."""

    eerste: date
    laatste: date
    aantal: int = 0
    cent: int = 0
    niveaus: set[str] = field(factory=set)

    def add(self, row: TraceRow) -> None:
        self.eerste, self.laatste = min(self.eerste, row.datum), max(self.laatste, row.datum)
        self.aantal += 1
        self.cent += row.bedrag_cent
        self.niveaus.add(row.kwalificatieniveau)


def draw(herkomst: Iterable[TraceRow], *, aantal: int, zaad: str, taal: str = "nl") -> Steekproef:
    """Draw `aantal` pairs and `aantal` lines (fewer when there are fewer) from the trace of a run or a year, read once.

    `zaad` is the seed both parties agree on: the same seed and trace give the same sample, whatever the order of the rows.
    Records without medewerker, or without a level, are in no pair; stays are in lines alone. Raises ValueError when `aantal` is
    below 1 or `taal` unknown.
    """
    if aantal < 1:
        raise ValueError("aantal: at least 1")
    texts = Texts(taal, set())
    pairs: dict[tuple[str, str], _Group] = {}
    lines: dict[str, _Group] = {}
    loose = 0
    for row in herkomst:
        lines.setdefault(row.referentienummer, _Group(row.datum, row.datum)).add(row)
        if row.soort == "registratie" and row.medewerker and row.kwalificatieniveau:
            pair = (row.medewerker, row.kwalificatieniveau)
            pairs.setdefault(pair, _Group(row.datum, row.datum)).add(row)
        elif row.soort == "registratie":
            loose += row.bedrag_cent
    chosen_pairs = sorted(_hits({key: group.cent for key, group in pairs.items()}, aantal, zaad))
    chosen_lines = sorted(_hits({key: group.cent for key, group in lines.items()}, aantal, zaad))
    drawn = [_trekking(PAAR, *key, "", pairs[key], texts) for key in chosen_pairs]
    drawn += [_trekking(REGEL, "", ", ".join(sorted(lines[key].niveaus - {""})), key, lines[key], texts) for key in chosen_lines]
    return Steekproef(tuple(drawn), loose)


def _trekking(soort: str, medewerker: str, niveau: str, referentienummer: str, group: _Group, texts: Texts) -> Trekking:
    first, last = group.eerste, group.laatste
    kinds = "", ".formeel", ".materieel"
    told = [texts.sentence(f"steekproef.{soort}{kind}", niveau=niveau, begin=first, einde=last) for kind in kinds]
    return Trekking(soort, medewerker, niveau, referentienummer, group.aantal, first, last, group.cent, *told)


def ladder(taal: str = "nl") -> str:
    """Return the steps of a control, from the general to the particular. Raises ValueError for an unknown `taal`."""
    return Texts(taal, set()).sentence("steekproef.ladder")


_K = TypeVar("_K", str, tuple[str, str])


def _hits(values: Mapping[_K, int], count: int, seed: str) -> list[_K]:
    """Return `count` keys of items worth more than nothing, by monetary unit sampling; all of them when there are no more."""
    left = sorted((key for key, cents in values.items() if cents > 0), key=lambda key: (_digest(seed, key), key))
    if len(left) <= count:
        return left
    chosen: list[_K] = []
    while certain := _certain(left, values, count - len(chosen)):
        chosen += certain
        left = [key for key in left if key not in set(certain)]
    return chosen + _systematic(left, values, count - len(chosen), seed)


def _certain(left: Sequence[_K], values: Mapping[_K, int], count: int) -> list[_K]:
    """Return the items at least as large as the interval (total / count): every start would hit them."""
    total = sum(values[key] for key in left)
    return [key for key in left if count and values[key] * count >= total]


def _systematic(left: Sequence[_K], values: Mapping[_K, int], count: int, seed: str) -> list[_K]:
    """Walk over the cents of all items and take the one at every interval; none is as large as one, so none is hit twice."""
    total = sum(values[key] for key in left)
    start = _digest(seed, "start") % total if total else 0
    chosen: list[_K] = []
    reached = 0
    # Point k lies at (start + k * total) / count; comparing products keeps it in whole numbers.
    for key in left:
        reached += values[key]
        if len(chosen) < count and start + len(chosen) * total < reached * count:
            chosen.append(key)
    return chosen


def _digest(seed: str, key: object) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\x1f{key!r}".encode()).digest()[:8], "big")
