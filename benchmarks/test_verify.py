"""Verifying: the cost per line stays the same from 1,000 to 100,000 lines, with the history of as many; and from file to files it
takes the same memory for 10,000 as for 1,000,000 lines.
"""

from __future__ import annotations

import sys
from datetime import date
from itertools import islice
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import Any

import pytest
from attrs import evolve
from verify import large
from verify.large import peak, prepare
from verify.support import AANBIEDER, GEMEENTE, contract, earlier, granted, line, message

import mpj
from benchmarks.measure import measure
from benchmarks.peers.data import bsns
from mpj.messages import Declaratiebericht, Prestatie
from mpj.records import Toewijzing
from mpj.verification import Verificatie, verify

SIZES = (1_000, 10_000, 100_000)
FILES = (10_000, 100_000, 1_000_000)
CLIENTS = 10_000
MOST = 0.6


def month(count: int) -> tuple[list[tuple[str, Prestatie]], list[Toewijzing]]:
    """`count` right lines, five codes and levels for each client, and their toewijzingen."""
    codes = (("45212", 164, 9820), ("45213", 174, 10440), ("45214", 208, 12480))
    lines: list[tuple[str, Prestatie]] = []
    own: list[Toewijzing] = []
    for number, bsn in enumerate(sorted(islice(bsns(), -(-count // len(codes)))), 1):
        own.append(
            Toewijzing(
                toewijzingnummer=number,
                bsn=bsn,
                gemeente=GEMEENTE,
                aanbieder=AANBIEDER,
                begindatum=date(2026, 1, 1),
                einddatum=date(2026, 12, 31),
                prestatiecodes=("2.1",),
                volume=100,
                eenheid="04",
                frequentie="6",
            )
        )
        for place, (code, tariff, amount) in enumerate(codes):
            values: dict[str, Any] = {"toewijzingnummer": number, "productcode": code, "tarief_cent": tariff, "bedrag_cent": amount}
            lines.append((bsn, evolve(line(referentienummer=f"R{number}-{place}"), **values)))
    return lines[:count], own


def run(declared: Declaratiebericht, contracts: list[mpj.Contract], own: list[Toewijzing], history: Any) -> Verificatie:
    return verify(declared, contracts, own, dagtekening=date(2026, 4, 10), history=history)


@pytest.mark.parametrize("size", SIZES)
def test_verify(benchmark: Any, size: int) -> None:
    lines, own = month(size)
    february: dict[str, Any] = {"begindatum": date(2026, 2, 1), "einddatum": date(2026, 2, 28)}
    before = [(bsn, evolve(one, referentienummer=f"{one.referentienummer}-F", **february)) for bsn, one in lines]
    history = granted(earlier(*before))
    outcome = benchmark.pedantic(run, (message(*lines), [contract()], own, history), rounds=1 if size > 10_000 else 3)
    assert outcome.bevindingen == ()
    assert outcome.samenvatting["toegekend"] == size
    benchmark.extra_info["microseconds_per_line"] = round(benchmark.stats.stats.min / size * 1e6, 1)


@pytest.mark.parametrize("size", FILES)
def test_verify_files(benchmark: Any, tmp_path: Path, size: int) -> None:
    """`mpj verify` in a process of its own, without history: the same clients and toewijzingen, more lines for each."""
    prepare(tmp_path, size, CLIENTS)
    benchmark.extra_info["bytes"] = (tmp_path / "jw323.xml").stat().st_size
    benchmark.extra_info["peak_kb"] = benchmark.pedantic(peak, (tmp_path, tmp_path / "uit"), rounds=1)
    benchmark.extra_info["microseconds_per_line"] = round(benchmark.stats.stats.min / size * 1e6, 1)


def cpu(folder: Path, *whole: str) -> float:
    """Return the CPU seconds of `mpj verify` over what `prepare` wrote; with ``whole`` every element is parsed."""
    program = [sys.executable, large.__file__, str(folder), str(folder / "uit"), *whole]
    found = measure(program).cpu
    rmtree(folder / "uit")
    return found


def test_lines_by_their_shape(benchmark: Any, tmp_path: Path) -> None:
    """100,000 lines take at most 0.6 of the CPU time of reading every element by itself: the median of ratios, two runs each."""
    prepare(tmp_path, 100_000, CLIENTS)
    ratio = median(cpu(tmp_path) / cpu(tmp_path, "whole") for _ in range(3))
    benchmark.pedantic(cpu, (tmp_path,), rounds=1)
    benchmark.extra_info["cpu_of_reading_every_element"] = round(ratio, 2)
    assert ratio <= MOST
