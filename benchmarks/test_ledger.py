"""A run for 100,000 records against an empty ledger, and against one that holds two years (2 million records)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import Connection, text

import mpj
from mpj.demo import Overview, contract_folders, generate
from mpj.ledger import Ledger
from mpj.reading.periods import parse_month

SIZE = 100_000
YEARS = 24
DAY = date(2030, 1, 1)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """A demo region of 100,000 registraties."""
    return generate(tmp_path_factory.mktemp("region"), contract_folders(), clienten=3_000, registraties=SIZE, verblijven=500)


def declare(ledger: Ledger, region: Overview, *, proef: bool = False) -> mpj.Result:
    """Declare the region's month."""
    return ledger.declare(
        mpj.load_contracts(contract_folders()),
        mpj.read_toewijzingen([region.toewijzingen_csv]),
        mpj.read_registraties([region.registraties_csv]),
        verblijf=mpj.read_verblijf([region.verblijf_csv]),
        medewerkers=mpj.read_medewerkers([region.medewerkers_csv]),
        periode=region.periode,
        dagtekening=date(2026, 4, 7),
        proef=proef,
    )


def copy_months(connection: Connection, maand: int) -> None:
    """Repeat the month that is there for every month of the two years before it, as granted lines."""
    size = connection.execute(text("SELECT max(id) FROM regel")).scalar_one()
    for back in range(1, YEARS + 1):
        connection.execute(
            text(
                "INSERT INTO record SELECT soort, bron || :tail, client_id, maand - :back, maand_tot, berekend_tot, vervallen, "
                "medewerker, inhoud, bestand, rij FROM record WHERE soort = 'registratie' AND maand = :maand"
            ),
            {"tail": f"~{back}", "back": back, "maand": maand},
        )
        connection.execute(
            text(
                "INSERT INTO declaratie SELECT id + 1000 * :back, aanbieder, gemeente, substr(declaratienummer, 1, 9) || :tail, "
                "maand - :back, dagtekening, xsd_versie, 'beantwoord', NULL, NULL, NULL, '' FROM declaratie WHERE id < 1000"
            ),
            {"back": back, "tail": f"{back:03d}"},
        )
        columns = [row[1] for row in connection.execute(text("PRAGMA table_info(regel)"))]
        changed = {
            "id": "id + :shift",
            "declaratie_id": "declaratie_id + 1000 * :back",
            "maand": "maand - :back",
            "status": "'toegekend'",
            "staat": "1",
            "referentienummer": "substr(referentienummer, 1, 17) || :tail",
        }
        chosen = ", ".join(changed.get(name, name) for name in columns)
        where = {"shift": size * back, "back": back, "tail": f"{back:03d}", "maand": maand}
        connection.execute(text(f"INSERT INTO regel SELECT {chosen} FROM regel WHERE maand = :maand"), where)
        connection.execute(
            text(
                "INSERT INTO herkomst SELECT regel_id + :shift, volg, soort, bron || '~', datum, eenheden, vinger, inhoud "
                "FROM herkomst WHERE regel_id IN (SELECT id FROM regel WHERE maand = :maand)"
            ),
            where,
        )


def test_a_run_with_an_empty_ledger(benchmark: BenchmarkFixture, region: Overview, tmp_path: Path) -> None:
    numbers = iter(range(9))

    def run() -> mpj.Result:
        return declare(Ledger(tmp_path / f"{next(numbers)}.db"), region)

    result = cast(Callable[..., mpj.Result], benchmark.pedantic)(run, rounds=2, iterations=1)
    benchmark.extra_info["regels"] = len(result.regels)
    assert result.samenvatting["gedeclareerd"] > SIZE * 0.8


@pytest.mark.parametrize("years", [0, 2])
def test_a_run_again_with_so_many_years_in_the_ledger(
    benchmark: BenchmarkFixture, region: Overview, tmp_path: Path, years: int
) -> None:
    """The rerun of a month (its concept is replaced): with two years in the ledger it takes about as long as with none."""
    ledger = Ledger(tmp_path / "ledger.db")
    first = declare(ledger, region)
    if years:
        with ledger.database.transaction() as connection:
            copy_months(connection, parse_month(region.periode))
            benchmark.extra_info["records"] = connection.execute(text("SELECT count(*) FROM record")).scalar_one()
    pedantic = cast(Callable[..., mpj.Result], benchmark.pedantic)
    result = pedantic(declare, args=(ledger, region), kwargs={"proef": True}, rounds=2, iterations=1)
    assert len(result.regels) > 0.5 * len(first.regels)
