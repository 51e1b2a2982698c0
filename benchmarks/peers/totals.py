"""What a contestant came to: its lines, units and cents, and a digest of every line, so that two outcomes can be compared whole."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

Line = tuple[int, int, str, str, int, int, int]


@frozen
class Totals:
    """The number of lines, their units and cents, and the sum of the digests of the lines, in whatever order they came."""

    regels: int
    eenheden: int
    bedrag_cent: int
    digest: int

    def __str__(self) -> str:
        return f"{self.regels:,} lines, {self.eenheden:,} units, € {self.bedrag_cent // 100:,}.{self.bedrag_cent % 100:02}"


def of_peer(out: Path) -> Totals:
    """Return the totals of the file that a peer wrote: gemeente, toewijzingnummer, prestatiecode, level, month, units, cents."""
    return _add_up(_peer_lines(out))


def of_mpj(out: Path) -> Totals:
    """Return the totals of an output folder of mpj."""
    return _add_up(_mpj_lines(out / "declaratieregels.csv"))


def _peer_lines(path: Path) -> Iterator[Line]:
    for row in _rows(path):
        key = int(row["gemeente"]), int(row["toewijzingnummer"]), row["prestatiecode"], row["niveau"], int(row["maand"])
        yield *key, int(row["eenheden"]), int(row["bedrag_cent"])


def _mpj_lines(path: Path) -> Iterator[Line]:
    for row in _rows(path):
        month = int(row["begindatum"][5:7])
        key = int(row["gemeente"]), int(row["toewijzingnummer"]), row["prestatiecode"], row["kwalificatieniveau"], month
        yield *key, int(row["volume"]), int(row["bedrag_cent"])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def _add_up(lines: Iterable[Line]) -> Totals:
    regels = eenheden = cent = digest = 0
    for line in lines:
        regels += 1
        eenheden += line[5]
        cent += line[6]
        digest += int.from_bytes(hashlib.blake2b(repr(line).encode(), digest_size=16).digest(), "big")
    return Totals(regels, eenheden, cent, digest % 2**128)
