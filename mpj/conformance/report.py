"""What came of a comparison with the cases, as a report: which case differs, where, and what the case is about."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from mpj.conformance.answers import Comparison, Mismatch
from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table

_COLUMNS = (Column("waar", "code"), Column("verwacht"), Column("gevonden"))


def report(found: Comparison) -> Report:
    """Return what was found: the counts, then each case that differs with its fields, then what was not answered."""
    facts = [
        ("gevallen", words.number(found.gevallen)),
        ("goed beantwoord", words.number(found.goed)),
        ("met verschillen", words.number(len({one.geval for one in found.verschillen}))),
        ("zonder antwoord", words.number(len(found.zonder_antwoord))),
    ]
    return Report("Vergelijking met de gevallen van mpj", tuple(facts), tuple(_parts(found)))


def _parts(found: Comparison) -> Iterator[Part]:
    for (naam, bron), group in groupby(found.verschillen, key=lambda one: (one.geval, one.bron)):
        yield Table(f"{naam} ({bron})", _COLUMNS, ((_where(one), one.verwacht, one.gevonden) for one in group))
    if found.zonder_antwoord:
        yield f"Zonder antwoord: {', '.join(found.zonder_antwoord)}."
    if found.onbekend:
        yield f"Let op: bij geen geval horen {', '.join(found.onbekend)}."


def _where(one: Mismatch) -> str:
    """Return where a difference stands, as ``stap 2, regels rij 1, volume``."""
    place = [f"stap {one.stap}"] if one.stap else []
    place.append(f"{one.tabel} rij {one.rij}" if one.rij else one.tabel or "het antwoord")
    return ", ".join([*place, one.veld] if one.veld else place)
