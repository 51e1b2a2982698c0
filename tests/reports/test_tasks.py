"""What is bought by task stands in the year by month, with its months and no others, and in none of its amounts."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from ledger.support import Partij, registratie

import mpj
from mpj.reports import Jaarvraag, read_year, write_year
from mpj.reports.tasks import Taak, tasks

HEAD = {"id": "T-1", "protocol": "MPJ-16", "aanbieder": "65656055", "gemeenten": ["0384", "0363"]}
DATES = {"begindatum": date(2025, 7, 1), "einddatum": date(2027, 12, 31)}


def rows() -> list[dict[str, str]]:
    first = {"productcategorie": "45", "productcode": "45K01", "variant": "taak", "omschrijving": "Wijkteam"}
    return [
        first | {"tarief": "1000,00", "begindatum": "2025-07-01", "einddatum": "2026-02-28"},
        first | {"tarief": "1100,50", "begindatum": "2026-03-01", "einddatum": "2026-06-30"},
        {"productcategorie": "45", "productcode": "45S01", "variant": "stuk", "tarief": "125,00", "begindatum": "2026-01-01"},
    ]


CONTRACT = mpj.make_contract({"contract": HEAD | DATES}, [], producten=rows())


def test_a_task_is_its_lump_sum_in_each_month_of_its_dates() -> None:
    found = list(tasks([CONTRACT], 2026))
    assert [(one.maand.isoformat(), one.bedrag_cent) for one in found] == [
        (f"2026-0{month}-01", 100_000 if month < 3 else 110_050) for month in range(1, 7)
    ]
    assert found[0] == Taak("T-1", "65656055", "0384 0363", "45", "45K01", "Wijkteam", date(2026, 1, 1), 100_000)
    assert sum(one.bedrag_cent for one in tasks([CONTRACT], 2025)) == 600_000
    assert not list(tasks([CONTRACT], 2027)) and not list(tasks([CONTRACT], 2026, ["0599"]))
    assert len(list(tasks([CONTRACT], 2026, ["0363"]))) == 6


def test_the_year_tells_tasks_beside_its_amounts(tmp_path: Path) -> None:
    party = Partij("sqlite://")
    party.book(party.send(party.agreed(registratie("a"))))
    asked = [Jaarvraag(jaar=2026, contracten=found) for found in ((), (CONTRACT,))]
    without, beeld = (read_year(party.ledger, one) for one in asked)
    assert (without.taken, without.aansluiting) == ((), beeld.aansluiting)
    for taal in ("nl", "en"):
        (folder := tmp_path / taal).mkdir()
        write_year(beeld, folder, namen={}, taal=taal)
        with (folder / "taken.csv").open(encoding="utf-8-sig", newline="") as stream:
            told = list(csv.DictReader(stream, delimiter=";"))
        assert sum(int(row["bedrag_cent"]) for row in told) == 640_200
    assert "Taakgericht" in (tmp_path / "nl" / "jaar-0384.html").read_text("utf-8")
    (bare := tmp_path / "bare").mkdir()
    write_year(without, bare, namen={})
    assert not (bare / "taken.csv").exists()
