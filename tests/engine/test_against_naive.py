"""The engine against an independent, naive re-computation over whole random scenarios."""

from __future__ import annotations

from collections import Counter
from typing import Any

import naive
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import Scenario, scenarios
from world import run

from mpj.engine import Result

LINE_FIELDS = (
    "contract",
    "aanbieder",
    "gemeente",
    "bsn",
    "toewijzingnummer",
    "perceel",
    "prestatiecode",
    "kwalificatieniveau",
    "productcategorie",
    "productcode",
    "begindatum",
    "einddatum",
    "volume",
    "normtijd",
    "tarief_cent",
    "bedrag_cent",
    "eenheid",
    "volume_bericht",
)


def lines_of(result: Result) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(getattr(line, name) for name in LINE_FIELDS) for line in result.regels)


def trace_of(result: Result) -> Counter[tuple[Any, ...]]:
    return Counter(
        (row.soort, row.bron, row.datum, row.minuten, row.kwalificatieniveau, row.aantal_eenheden, row.bedrag_cent, row.afgetopt)
        for row in result.herkomst
    )


def reasons_of(result: Result) -> Counter[tuple[Any, ...]]:
    """Every set-aside record, stays day by day where the reason does not depend on which day of several it is."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in result.uitval:
        if row.soort == "toewijzing":
            counts[row.soort, row.bron, row.reden] += 1
        else:
            counts[row.soort, row.bron, row.reden] += row.aantal
    return counts


@settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(scenarios())
def test_engine_agrees_with_the_naive_recomputation(scenario: Scenario) -> None:
    """Same lines, same trace, same reason for every record that stands behind none."""
    expected, result = naive.declare(scenario), run(scenario)
    assert lines_of(result) == Counter(tuple(line[name] for name in LINE_FIELDS) for line in expected.regels)
    assert trace_of(result) == Counter(trace for line in expected.regels for trace in line["herkomst"])
    assert reasons_of(result) == Counter((soort, bron, reden) for soort, bron, _, reden in expected.uitval)
