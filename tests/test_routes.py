"""The house is a line: one registratie, and one client in a run with a ledger, pass every room once (tests/route.py).

The routes stand in docs/how-a-run-works.md as they are printed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ledger.support import Partij
from ledger.support import registratie as named
from route import Route, followed
from world import contract, registratie, toewijzing

import mpj
from mpj.engine import sieve
from mpj.engine.steps import level

PAGE = Path(__file__).parents[1] / "docs" / "how-a-run-works.md"
TOLD: Mapping[str, str] = dict(re.findall(r"<!-- route: (\w+) -->\n```text\n(.+)\n```", PAGE.read_text("utf-8")))


def once(route: Route, name: str) -> None:
    """The route enters every room once, and is told on the page."""
    print(route)
    assert route.twice == []
    assert str(route) == TOLD[name]


def follow_declare(record: Mapping[str, Any], terms: Mapping[str, Any]) -> Route:
    contracten = [contract({"2.1 hbo": "24,55"}, declaratie={"registratiewijze": "planning", "bevestiging": True})]
    staff = [{"medewerker": "M", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01"}]
    given = contracten, [toewijzing(**terms)], [registratie(medewerker="M", **record)]
    declare = partial(mpj.declare, *given, medewerkers=staff, periode="2026-03", dagtekening=date(2026, 4, 7))
    declare()  # what is imported on first use is no room of this route
    with followed() as route:
        declare()
    return route


@pytest.mark.parametrize(
    ("name", "record", "terms"),
    [
        ("plain", {}, {}),
        ("plain", {"minuten": 0}, {}),
        ("plain", {"tijdsoort": "reis"}, {}),
        ("steps", {"status": "gepland", "afspraak": "A"}, {}),
        ("steps", {"status": "gepland", "bevestigd": "ja"}, {}),
        ("bound", {}, {"budget_cent": 1_000}),
        ("steps", {"kwalificatieniveau": "mbo"}, {}),
    ],
)
def test_a_registratie_passes_every_room_once(name: str, record: Mapping[str, Any], terms: Mapping[str, Any]) -> None:
    once(follow_declare(record, terms), name)


def test_a_client_in_a_ledger_run_passes_every_room_once(tmp_path: Path) -> None:
    partij = Partij(tmp_path / "ledger.db")
    partij.month(named("r1"))
    with followed() as route:
        result = partij.run(named("r1", minuten=45), periode="2026-04")
    assert [line.debetcredit for line in result.regels] == ["C", "D"]
    once(route, "ledger")


def test_a_room_that_is_entered_twice_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that calls back into the sieve, which was left."""
    before = level._as_before

    def calls_back(*given: Any) -> Any:
        sieve.by_client((), ())
        return before(*given)

    monkeypatch.setattr(level, "_as_before", calls_back)
    route = follow_declare({"status": "gepland", "bevestigd": "ja"}, {})
    assert route.twice == ["engine/sieve: by_client by " + calls_back.__qualname__]
