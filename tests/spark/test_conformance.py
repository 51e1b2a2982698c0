"""A run on Spark answers the conformance pack as every other way to declare does.

What the pack asks of a ledger and of verification is no work for Spark, nor is output (prestaties): a run there takes none. A case
takes Spark seconds, so that of the rest only as many are asked as together show all that there is to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cases.pack import FOLDER
from conformance.answering import conforms, on_spark

from mpj.conformance import ConformanceCase, read_pack
from spark.sessions import no_spark

pytestmark = [
    pytest.mark.spark,
    pytest.mark.long,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(bool(no_spark()), reason=no_spark() or "-"),
]


def shown(case: ConformanceCase) -> Iterator[object]:
    """What a case shows: reasons, settings of a contract, kinds of care with their unit, and which tables come in."""
    (outcome,) = case.verwacht
    yield from (row["reden"] for row in outcome["uitval"])
    yield from ((row["prestatiecode"], row["normtijd"]) for row in outcome["regels"])
    yield from settings(case.given["contract"], ())
    yield from (name for name in ("verblijf", "medewerkers", "nalevering") if case.given[name])
    yield from ((name, column) for name in ("registraties", "toewijzingen") for row in case.given[name] or () for column in row)


def settings(found: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Every setting of a contract that is a word or a number, with its place and value."""
    for name, value in found.items():
        if isinstance(value, dict):
            yield from settings(value, (*place, name))
        elif isinstance(value, str | int) and place != ("contract",):
            yield (*place, name, value)


def chosen() -> dict[str, ConformanceCase]:
    """As few cases as together show what all of them do, each time the one that shows most that is new."""
    left = [case for case in read_pack(FOLDER) if "registraties" in case.given and not case.given["prestaties"]]
    wanted = {one for case in left for one in shown(case)}
    found: dict[str, ConformanceCase] = {}
    while wanted:
        best = max(left, key=lambda case: (len(wanted & set(shown(case))), case.naam))
        found[best.naam] = best
        wanted -= set(shown(best))
    return found


def test_spark_answers_it_well(local: Any, tmp_path: Path) -> None:
    conforms(chosen(), tmp_path, on_spark(local))
