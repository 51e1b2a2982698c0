"""The peers of the benchmarks come to mpj's lines, every one of them; and the table that compares them is made as it should be."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import import_module, util
from pathlib import Path

import pytest
from attrs import astuple

from benchmarks.growth.jobs import JOBS, timed
from benchmarks.growth.picture import Panel, picture
from benchmarks.measure import CommandFailedError, Measurement, measure
from benchmarks.peers.__main__ import Entrant, main, ratio, ratios
from benchmarks.peers.bound import Asked, Billed, bill
from benchmarks.peers.contestants import (
    AIMS,
    CONTESTANTS,
    HUNDRED,
    LEDGER,
    LIFE,
    PART,
    PLAIN,
    PYTHON,
    TOTALS,
    Contestant,
    script,
)
from benchmarks.peers.data import Files, prepare
from benchmarks.peers.totals import Totals, of_mpj
from mpj import cli
from mpj.output import read_run

SIZE = {LIFE: 10_000, PLAIN: 2_000}
PEERS = [(one, year) for one in CONTESTANTS[1:] if one.totals is not None and one.size is int for year in one.years]
BY_HAND = ("by_hand_duckdb", "by_hand_polars")
Trace = list[tuple[str, ...]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """The data of both years."""
    home = tmp_path_factory.mktemp("data")
    return {year: prepare(size, home=home, limits=year == LIFE) for year, size in SIZE.items()}


@pytest.fixture(scope="module")
def declared(files: dict[str, Files], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The outcome of mpj, by year."""
    found = {year: tmp_path_factory.mktemp("mpj") / "out" for year in SIZE}
    for year, out in found.items():
        command = CONTESTANTS[0].command(files[year], out)
        assert cli.run(command[command.index("declare") :]) == 0
    return found


def run(command: Sequence[str]) -> None:
    """Do what a contestant's command line says, in this process where it is a module."""
    _, kind, module, *arguments = command
    if kind == "-c":
        subprocess.run(command, check=True, timeout=120)
    elif module == "mpj":
        assert cli.run(arguments) == 0
    else:
        folder, out, *options = arguments
        first = Path(folder)
        import_module(module).main(Files(first) if module.endswith("api") else first, Path(out), *options)


@pytest.mark.slow
@pytest.mark.parametrize(("peer", "year"), PEERS, ids=lambda one: getattr(one, "name", one))
def test_a_peer_comes_to_the_same_lines(
    peer: Contestant, year: str, files: dict[str, Files], declared: dict[str, Path], tmp_path: Path
) -> None:
    if peer.missing():
        pytest.skip(f"{', '.join(peer.missing())} is not installed; the extra mpj[bench] has it")
    run(peer.command(files[year], tmp_path / "out"))
    assert peer.totals is not None
    assert peer.totals(tmp_path / "out") == of_mpj(declared[year])


def text(value: object) -> str:
    """A value as a CSV file holds it."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return ",".join(value) if isinstance(value, list | tuple) else "" if value is None else str(value)


def lines_and_trace(lines: list[dict[str, str]], trace: Iterable[tuple[object, ...]]) -> tuple[Trace, Trace]:
    """Lines without their numbers, and trace rows with what makes the line in place of its number; both in order."""
    key = {
        row["referentienummer"]: tuple(row[name] for name in ("gemeente", "toewijzingnummer", "productcode", "begindatum"))
        for row in lines
    }
    assert len(set(key.values())) == len(lines)
    numbers = ("referentienummer", "declaratienummer")
    plain = [tuple(value for name, value in row.items() if name not in numbers) for row in lines]
    return plain, [(*key[str(number)], *map(text, rest)) for number, *rest in trace]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.slow
@pytest.mark.parametrize("year", list(SIZE))
@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("module", BY_HAND)
def test_by_hand_gives_the_same_lines_and_trace(
    module: str, form: str, year: str, files: dict[str, Files], declared: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip(module.rpartition("_")[2], reason="the extra mpj[bench] has it")
    run(script(module, form)(files[year], tmp_path / "out"))
    mine = rows(tmp_path / "out" / "declaratieregels.csv")
    if form == "parquet":
        trace: list[tuple[object, ...]] = list(
            pytest.importorskip("polars").read_parquet(tmp_path / "out" / "herkomst.parquet").iter_rows()
        )
        assert [type(value) for value in trace[0]] == [
            str,
            str,
            str,
            date,
            int,
            str,
            int,
            int,
            bool,
            *[str] * 4,
            int,
            str,
            list,
            str,
            int,
            int,
            int,
        ]
    else:
        trace = [tuple(row.values()) for row in rows(tmp_path / "out" / "herkomst.csv")]
    found = read_run(declared[year])
    right = lines_and_trace(rows(declared[year] / "declaratieregels.csv"), [astuple(row) for row in found.herkomst()])
    assert lines_and_trace(mine, trace) == right
    assert len(right[1]) > SIZE[year] * 0.9


@pytest.mark.slow
def test_a_limit_is_billed_as_mpj_bills_it() -> None:
    asked = [Asked(1, 4, 15, 2455), Asked(1, 2, 15, 2455), Asked(1, 1, 15, 1000), Asked(2, 1, 15, 2455)]
    assert bill(asked, 10_000, None, {}) == [Billed(4, False), None, None, None]
    assert bill(asked, None, None, {1: 75, 2: None}) == [Billed(4, False), Billed(1, True), None, Billed(1, False)]
    assert bill(asked, None, 100, {1: 90, 2: 90}) == [Billed(4, False), Billed(2, False), None, None]
    assert bill(asked, None, None, {}) == [Billed(one.eenheden, False) for one in asked]


@pytest.mark.slow
@pytest.mark.parametrize("year", list(SIZE))
def test_the_data_follow_from_the_seed(year: str, files: dict[str, Files], tmp_path: Path) -> None:
    mine, limits, size = files[year], year == LIFE, SIZE[year]
    again, other = prepare(size, home=tmp_path, limits=limits), prepare(size, seed=1, home=tmp_path, limits=limits)
    assert again.registraties.read_bytes() == mine.registraties.read_bytes()
    assert again.toewijzingen.read_bytes() == mine.toewijzingen.read_bytes()
    assert other.registraties.read_bytes() != mine.registraties.read_bytes()
    assert mine.registraties.read_bytes().count(b"\n") == size + 1
    assert mine.limits is limits


SIMPLE = {"niet_direct", "niet_gerealiseerd", "toewijzing_onbekend", "buiten_toewijzing", "niveau_te_laag", "geen_tijd"}


@pytest.mark.slow
def test_some_are_set_aside_for_each_of_the_simple_reasons(declared: dict[str, Path]) -> None:
    found = rows(declared[PLAIN] / "uitval.csv")
    assert len(found) in range(SIZE[PLAIN] // 200, SIZE[PLAIN] // 50)
    assert {row["reden"] for row in found} == SIMPLE


@pytest.mark.slow
def test_the_year_with_limits_is_as_it_says(files: dict[str, Files], declared: dict[str, Path]) -> None:
    out, assigned = declared[LIFE], rows(files[LIFE].toewijzingen)
    limited = [row for row in assigned if row["volume"] or row["budget_cent"]]
    assert 0.9 < sum(bool(row["volume"]) for row in assigned) / len(assigned) < 0.95
    assert len(limited) > 0.94 * len(assigned)
    reached = {
        row["toelichting"].partition(" op sinds")[0] for row in rows(out / "uitval.csv") if row["reden"].endswith("_overschreden")
    }
    assert 0.02 < len(reached) / len(limited) < 0.05
    new = {"dubbele_aanwezigheid", "dubbele_dag", "vervangen", "afwezig", "omvang_overschreden", "budget_overschreden"}
    assert {row["reden"] for row in rows(out / "uitval.csv")} >= SIMPLE | new
    trace = rows(out / "herkomst.csv")
    assert {row["afgetopt"] for row in trace} == {"ja", "nee"}
    assert {row["status"] for row in trace} == {"gerealiseerd", "gepland", "aanwezig"}


MARKED = "before\n<!-- measured: peers -->\nearlier figures\n<!-- end measured -->\nafter\n"


@pytest.mark.slow
def test_the_tables_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "speed.md"
    page.write_text(MARKED, "utf-8")
    given = ["--registraties", "400", "--rounds", "2", "--only", "plain", "--data", str(tmp_path / "data"), "--docs", str(page)]
    assert main(given) == 0
    text = page.read_text("utf-8")
    assert "median of 2 rounds" in text
    assert text.count("| plain Python | totals only |") == 2
    assert "| mpj declare | plain Python | 1.60 |" in text
    assert "earlier figures" not in text
    assert text.startswith("before\n")
    assert text.endswith("<!-- end measured -->\nafter\n")
    assert "plain Python" in capsys.readouterr().out


def entrant(contestant: Contestant, *cpu: float) -> Entrant:
    rounds = [Measurement(seconds * 2, seconds, 10) for seconds in cpu]
    return Entrant(contestant, LIFE, Files(Path()), 1_000_000, rounds, [Totals(1, 2, 3, 4)])


@pytest.mark.slow
def test_ratios_are_of_medians_and_a_missed_aim_is_marked() -> None:
    one, other, few = entrant(PYTHON, 9.0, 4.0, 3.0), entrant(TOTALS, 2.0, 2.5, 30.0), entrant(HUNDRED, 0.3, 0.2, 0.9)
    assert ratios([one, other, few]) == [
        ("mpj declare", "plain Python", "1.60", "1.60 (0.10-4.50)", ""),
        ("mpj declare, 100 registraties", "", "0.35 s", "0.30 s (0.20-0.90)", ""),
    ]
    assert ratio(AIMS[0], LIFE, [entrant(PYTHON, 4.1), entrant(TOTALS, 2.5)]) == "**1.64**"
    assert one.row() == ("mpj declare", "lines, trace, reasons", "4.00", "4.0", "8.00", "10")


@pytest.mark.slow
def test_every_aim_is_of_contestants() -> None:
    assert {one for aim in AIMS for one in (aim.one, aim.other) if one} <= set(CONTESTANTS)


@pytest.mark.slow
def test_a_ledger_run_comes_to_the_same_lines(tmp_path: Path) -> None:
    files = prepare(400, home=tmp_path, limits=True)
    for contestant, out in ((PART, tmp_path / "out"), (LEDGER, tmp_path / "other")):
        run(contestant.command(files, out))
    assert of_mpj(tmp_path / "out") == of_mpj(tmp_path / "other")


@pytest.mark.slow
def test_a_peer_that_differs_is_not_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Contestant("wrong", "totals", TOTALS.command, lambda out: Totals(1, 2, 3, 4))
    monkeypatch.setattr("benchmarks.peers.__main__.CONTESTANTS", (CONTESTANTS[0], wrong))
    page = tmp_path / "speed.md"
    page.write_text(MARKED, "utf-8")
    assert main(["--registraties", "400", "--rounds", "1", "--data", str(tmp_path / "data"), "--docs", str(page)]) == 1
    assert "is not reported" in capsys.readouterr().out
    assert page.read_text("utf-8") == MARKED


@pytest.mark.slow
def test_a_command_is_measured_or_its_fault_shown() -> None:
    took = measure([sys.executable, "-c", "x = bytearray(60_000_000)\nfor _ in range(10**6): pass"])
    assert took.peak_mb is None or took.peak_mb > 50
    with pytest.raises(CommandFailedError, match="exit code 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_process_that_ends_while_it_is_looked_at_holds_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_folder: Path, _pattern: str) -> Iterable[Path]:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "glob", gone)
    assert measure([sys.executable, "-c", "x = bytearray(60_000_000)\nfor _ in range(10**6): pass"]).peak_mb in range(60, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(JOBS))
def test_every_job_of_the_growth_benchmark_can_be_done(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    job = JOBS[name]
    job.prepare(90, tmp_path)
    units, took = timed(job, 90, tmp_path)
    assert units > 0
    assert took >= 0


@pytest.mark.slow
def test_the_picture_tells_every_figure() -> None:
    drawn = picture([Panel("declare", "registratie", [(1_000, 3_210), (10_000, 3_000), (100_000, 2_900)])])
    assert all(text in drawn for text in ("3.2", "3.0", "2.9", "1,000", "100,000", "prefers-color-scheme: dark"))


@pytest.mark.slow
@pytest.mark.skipif(util.find_spec("duckdb") is None, reason="duckdb is not installed; the extra mpj[bench] has it")
@pytest.mark.parametrize("year", list(SIZE))
def test_the_same_rows_stand_in_parquet(year: str, files: dict[str, Files]) -> None:
    import duckdb

    from benchmarks.peers.data import with_parquet

    found = with_parquet(files[year])
    with duckdb.connect() as connection:
        row = connection.execute("SELECT count(*), min(id), min(datum)::VARCHAR FROM read_parquet($1)", [str(found.parquet)])
        assert row.fetchone() == (SIZE[year], "R00000001", "2026-01-01")
