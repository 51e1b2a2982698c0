"""Compiling a contract; declaring 100,000 registraties through the API; the same through the command line from CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mpj
from mpj.cli import run
from mpj.demo import Overview, contract_folders, generate
from mpj.tariefkaart import compile_tariefkaart

SIZE = 100_000


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """A demo region of 100,000 registraties."""
    return generate(tmp_path_factory.mktemp("region"), contract_folders(), clienten=3_000, registraties=SIZE, verblijven=500)


def test_compile_a_contract(benchmark: Any) -> None:
    contract = mpj.load_contract(contract_folders()[0])
    kaart = benchmark(compile_tariefkaart, contract)
    benchmark.extra_info["rows"] = len(kaart.prijzen)


def test_declare_through_the_api(benchmark: Any, region: Overview) -> None:
    contracts = mpj.load_contracts(contract_folders())
    toewijzingen = list(mpj.read_toewijzingen([region.toewijzingen_csv]))
    registraties = list(mpj.read_registraties([region.registraties_csv]))
    verblijf = list(mpj.read_verblijf([region.verblijf_csv]))
    medewerkers = mpj.read_medewerkers([region.medewerkers_csv])

    def declare() -> mpj.Result:
        return mpj.declare(
            contracts,
            toewijzingen,
            registraties,
            verblijf=verblijf,
            medewerkers=medewerkers,
            periode=region.periode,
            dagtekening=date(2026, 4, 7),
        )

    result = benchmark.pedantic(declare, rounds=3, iterations=1)
    benchmark.extra_info["regels"] = len(result.regels)
    assert result.samenvatting["gedeclareerd"] > SIZE * 0.8


def test_declare_through_the_command_line(benchmark: Any, region: Overview, tmp_path: Path) -> None:
    arguments = ["declare", "--periode", region.periode, "--dagtekening", "2026-04-07", "--force", "--out", str(tmp_path / "out")]
    arguments += ["--contracten", *map(str, contract_folders()), "--toewijzingen", str(region.toewijzingen_csv)]
    arguments += ["--registraties", str(region.registraties_csv), "--verblijf", str(region.verblijf_csv)]
    arguments += ["--medewerkers", str(region.medewerkers_csv)]
    assert benchmark.pedantic(run, args=(arguments,), rounds=3, iterations=1) == 0
