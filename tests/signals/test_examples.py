"""Every signal has a text and an example, which gives it, in a run with a ledger, and no other row of its kind."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from ledger.support import Partij, empty_ledger
from world import toewijzing

from mpj.engine import Result
from mpj.signals import SIGNALS, register

PRICES = {"2.1 hbo": "24,55", "8.1": "250,00", "8.2": "300,00"}


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a table of the register; empty cells count as absent."""
    return [{name: value for name, value in row.items() if value} for row in csv.DictReader(text.split(), delimiter=";")]


def signals(result: Result) -> list[tuple[str | int, ...]]:
    """The rows of signalen.csv."""
    (table,) = (one for one in result.bijlagen if one.bestand == "signalen.csv")
    return list(table.rijen)


@pytest.fixture
def partij(tmp_path: Path) -> Partij:
    found = Partij(empty_ledger(tmp_path / "zorg.db"), prices=PRICES)
    stays = [toewijzing(nummer, prestatiecode=code) for nummer, code in ((3, "8.1"), (4, "8.2"))]
    found.toewijzingen = [toewijzing(), toewijzing(2, bsn="999900018"), *stays]
    return found


def declared(partij: Partij, registraties: list[dict[str, str]], verblijf: list[dict[str, str]]) -> Result:
    """Declare each month of the records in turn; returns the last run."""
    months: Mapping[str, list[dict[str, str]]] = {
        month: [row for row in registraties if row["datum"][:7] == month]
        for month in sorted(row["datum"][:7] for row in registraties)
    }
    found = [partij.month(*own, periode=month, verblijf=verblijf) for month, own in months.items()]
    return found[-1]


def test_the_register_holds_every_signal() -> None:
    assert list(register()) == list(SIGNALS)


@pytest.mark.parametrize("code", SIGNALS)
def test_an_example_gives_its_signal(code: str, partij: Partij) -> None:
    example = register()[code]
    found = signals(declared(partij, rows(example.registraties), rows(example.verblijf)))
    assert [";".join(map(str, row[1:6])) for row in found if row[0] == code] == [example.signaal]
    assert all(row[6] == "" for row in found)
