"""When a matrix changes: compile, recompile, check, show, compare, reprice; cost grows with the cells or lines touched.

Three sizes each. A nation is synthetic but complete: 42 regions that share 342 gemeenten, 5 percelen, and a contract per
provider for one perceel in one region, 3,900 in all at full size.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import cycle, islice
from typing import Any

import pytest
from attrs import evolve

import mpj
from mpj.contract import Contract
from mpj.contract.warnings import warnings_of
from mpj.engine import Declaratieregel
from mpj.presentation import html
from mpj.reading.periods import first_day, last_day, month_of
from mpj.tariefkaart import compile_tariefkaart
from mpj.workbench.diff.comparison import compare
from mpj.workbench.reprice.repricing import reprice
from mpj.workbench.show.overview import overview
from mpj.workbench.show.report import report

LEVELS = ("mbo", "hbo", "hbo+", "wo", "wo+", "ams")
AMBULANT = ("1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "5.1")
PERCELEN = (AMBULANT, ("4.1", "4.2", "4.3", "4.4"), ("6.1", "6.2", "6.3"), ("7.1", "7.2"), ("8.1", "8.2", "8.3", "9.1"))
CELLS = (1_000, 5_000, 20_000)
PROVIDERS = (39, 390, 3_900)
LINES = (10_000, 100_000, 1_000_000)
BEGIN, HALF, END = date(2026, 1, 1), date(2026, 12, 31), date(2027, 12, 31)


def settings(name: str, gemeenten: list[str], percelen: list[str], aanbieder: str = "65656055") -> dict[str, Any]:
    head = {"id": name, "protocol": "MPJ-16", "aanbieder": aanbieder, "gemeenten": gemeenten, "begindatum": BEGIN, "einddatum": END}
    return {"contract": head, "perceel": [{"code": code} for code in percelen]}


def dated(perceel: str, code: str, niveau: str, cents: int) -> Iterator[dict[str, str]]:
    """A price that changes after the first year: two rows of tarieven.csv."""
    place = {"perceel": perceel, "prestatiecode": code, "kwalificatieniveau": niveau}
    for begin, end, price in ((BEGIN, HALF, cents), (HALF + timedelta(days=1), END, cents + cents // 30)):
        yield place | {"begindatum": str(begin), "einddatum": str(end), "tarief": f"{price // 100},{price % 100:02}"}


@cache
def matrix(count: int) -> Contract:
    """A contract of `count` dated cells, two for every price."""
    percelen = [f"P{number}" for number in range(-(-count // (2 * len(AMBULANT) * len(LEVELS))))]
    rows = [
        row
        for perceel in percelen
        for code in AMBULANT
        for step, niveau in enumerate(LEVELS)
        for row in dated(perceel, code, niveau, 2000 + 500 * step)
    ]
    return mpj.make_contract(settings("M", ["0384"], percelen), rows[:count])


def changed(contract: Contract) -> Contract:
    """The same contract with every fifth price 3 percent higher."""
    cells = [
        evolve(cel, tarief_cent=cel.tarief_cent + cel.tarief_cent // 33) if number % 5 == 0 and cel.tarief_cent else cel
        for number, cel in enumerate(contract.cellen)
    ]
    return evolve(contract, cellen=tuple(cells))


@cache
def nation(providers: int) -> tuple[Contract, ...]:
    """The contracts of `providers` providers, each for one perceel in one region."""
    gemeenten = [f"{number:04}" for number in range(1, 343)]
    regions = [gemeenten[number::42] for number in range(42)]
    contracts: list[Contract] = []
    for number in range(providers):
        region, perceel = number % 42, number // 42 % len(PERCELEN)
        code = "ABCDE"[perceel]
        rows: list[dict[str, str]] = []
        for prestatiecode in PERCELEN[perceel]:
            if perceel:
                rows += dated(code, prestatiecode, "", 20000 + region)
            for step, niveau in enumerate(LEVELS):
                rows += dated(code, prestatiecode, niveau, 2000 + 500 * step + region)
        name, aanbieder = f"R{region:02}-{number:04}", f"{10000000 + number}"
        contracts.append(mpj.make_contract(settings(name, regions[region], [code], aanbieder), rows))
    return tuple(contracts)


def lines(contract: Contract, count: int) -> Iterator[Declaratieregel]:
    """`count` lines of 2026, over all prices of the contract, of many toewijzingen."""
    prices = [cel for cel in contract.cellen if cel.einddatum == HALF]
    for number, cel in enumerate(islice(cycle(prices), count)):
        month = month_of(BEGIN) + number % 12
        assert cel.tarief_cent is not None
        yield Declaratieregel(
            referentienummer=f"{number:020}",
            vorig_referentienummer="",
            debetcredit="D",
            declaratienummer="DECL",
            declaratieperiode="2026-03",
            contract=contract.id,
            aanbieder=contract.aanbieder,
            gemeente="0384",
            bsn="999900006",
            toewijzingnummer=number // 12,
            perceel=cel.perceel,
            prestatiecode=cel.prestatiecode,
            kwalificatieniveau=cel.kwalificatieniveau or "",
            productcategorie="45",
            productcode="45212",
            begindatum=first_day(month),
            einddatum=last_day(month),
            volume=4,
            normtijd="kwartier",
            tarief_cent=cel.tarief_cent,
            bedrag_cent=4 * cel.tarief_cent,
            eenheid="01",
            volume_bericht=60,
        )


@pytest.mark.parametrize("count", CELLS)
def test_compile_one_contract(benchmark: Any, count: int) -> None:
    contract = matrix(count)
    assert benchmark(compile_tariefkaart, contract).prijzen


@pytest.mark.parametrize("count", CELLS)
def test_check(benchmark: Any, count: int) -> None:
    contract = matrix(count)
    benchmark(warnings_of, contract)


@pytest.mark.parametrize("count", CELLS)
def test_show(benchmark: Any, count: int) -> None:
    """Overview, hash and page."""
    contract = matrix(count)
    assert benchmark(lambda: html.page(report(overview(contract))))


@pytest.mark.parametrize("count", CELLS)
def test_diff(benchmark: Any, count: int) -> None:
    contract = matrix(count)
    other = changed(contract)
    assert benchmark(compare, contract, other).cellen


@pytest.mark.parametrize("providers", PROVIDERS)
def test_compile_a_nation(benchmark: Any, providers: int) -> None:
    contracts = nation(providers)

    def compile_all() -> int:
        return sum(len(compile_tariefkaart(contract).prijzen) for contract in contracts)

    assert benchmark.pedantic(compile_all, rounds=1)


@pytest.mark.parametrize("providers", PROVIDERS)
def test_recompile_after_one_cell_changed(benchmark: Any, providers: int) -> None:
    """Only the contract that holds the cell: the same time whatever the size of the nation."""
    contract = nation(providers)[0]
    first = contract.cellen[0]
    other = evolve(contract, cellen=(evolve(first, tarief_cent=4321), *contract.cellen[1:]))
    assert benchmark(compile_tariefkaart, other).prijzen


@pytest.mark.parametrize("providers", PROVIDERS)
def test_diff_two_nations(benchmark: Any, providers: int) -> None:
    old = nation(providers)
    new = [changed(contract) for contract in old]

    def compare_all() -> int:
        return sum(len(compare(left, right).cellen) for left, right in zip(old, new, strict=True))

    assert benchmark.pedantic(compare_all, rounds=1)


@pytest.mark.parametrize("count", LINES)
def test_reprice(benchmark: Any, count: int) -> None:
    """Prices alone: exact from the lines. Making the lines is not in the figure, reading them from a file neither."""
    contract = matrix(1_000)
    other = changed(contract)
    given = list(lines(contract, count))
    outcome = benchmark.pedantic(reprice, args=(given, (), [contract], [other]), rounds=1)
    assert outcome.volledig
    assert outcome.totaal.regels == count
