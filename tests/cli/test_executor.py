"""`mpj declare --executor auto` takes DuckDB where it pays, says so, and writes the same bytes; `--trace parquet`."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from cli.helpers import OUTPUTS, mpj, write_month
from mpj.cli.executor import FROM_ROWS, choose_executor
from mpj.output import read_run

duckdb = pytest.importorskip("duckdb")
HEADER = b"id;bsn;datum\n"


def rows(path: Path, number: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(HEADER + b"".join(b"R%07d;999900006;2026-03-05\n" % one for one in range(number)))
    return path


def test_large_files_go_to_columnar_and_small_ones_do_not(tmp_path: Path) -> None:
    few, many = rows(tmp_path / "few.csv", FROM_ROWS * 9 // 10), rows(tmp_path / "many.csv", FROM_ROWS * 11 // 10)
    assert choose_executor([few]) == "python"
    assert choose_executor([many]) == "columnar"
    assert choose_executor([]) == "python"
    assert choose_executor([rows(tmp_path / "none.csv", 0)]) == "python"
    assert choose_executor([few, rows(tmp_path / "map" / "more.csv", FROM_ROWS // 5).parent]) == "columnar"


@pytest.mark.parametrize(("number", "chosen"), [(FROM_ROWS * 9 // 10, "python"), (FROM_ROWS * 11 // 10, "columnar")])
def test_in_a_zip_the_rows_count_that_are_packed(tmp_path: Path, number: int, chosen: str) -> None:
    path = rows(tmp_path / "r.csv", number)
    with ZipFile(tmp_path / "r.zip", "w", ZIP_DEFLATED) as archive:
        archive.write(path, "r.csv")
    assert choose_executor([tmp_path / "r.zip"]) == chosen


def test_parquet_is_for_columnar(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    duckdb.sql(f"COPY (SELECT 'R1' AS id) TO '{path}'")
    assert choose_executor([path]) == "columnar"


def test_without_duckdb_it_is_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpj.cli.executor.find_spec", lambda name: None)
    assert choose_executor([rows(tmp_path / "many.csv", FROM_ROWS * 2)]) == "python"


def test_both_sides_of_the_border_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = write_month(tmp_path)
    below = small.declare(out=tmp_path / "below")
    monkeypatch.setattr("mpj.cli.executor.FROM_ROWS", 1)
    above = small.declare(out=tmp_path / "above")
    assert (below.code, above.code) == (0, 0), above.err
    assert "DuckDB" not in below.err
    assert [line for line in above.err.splitlines() if line not in below.err.splitlines()] == [
        "Let op: --executor: de invoer is groot of Parquet, dus rekent DuckDB (columnar); de uitkomst is dezelfde"
    ]
    assert [(tmp_path / "below" / name).read_bytes() for name in OUTPUTS] == [
        (tmp_path / "above" / name).read_bytes() for name in OUTPUTS
    ]


@pytest.mark.parametrize("extra", [("--berichten",), ("--ledger", "ledger.db")])
def test_auto_goes_with_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: tuple[str, ...]) -> None:
    monkeypatch.setattr("mpj.cli.executor.FROM_ROWS", 1)
    monkeypatch.chdir(tmp_path)
    done = write_month(tmp_path).declare(*extra)
    assert done.code == 0, done.err
    assert "DuckDB" not in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "extra", [("--executor", "python"), ("--executor", "columnar"), ("--berichten",), ("--ledger", "ledger.db")]
)
def test_a_parquet_trace_is_explained_repriced_and_sampled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    small = write_month(tmp_path)
    assert small.declare(*[part.replace("ledger.db", "other.db") for part in extra], out=tmp_path / "csv").code == 0
    done = small.declare(*extra, "--trace", "parquet", out=tmp_path / "parquet")
    assert done.code == 0, done.err
    one, other = (read_run(tmp_path / form) for form in ("csv", "parquet"))
    assert list(other.herkomst()) == list(one.herkomst())
    assert one.samenvatting["bestanden"] == sorted(path.name for path in (tmp_path / "csv").iterdir())
    assert other.samenvatting["bestanden"] == sorted(path.name for path in (tmp_path / "parquet").iterdir())
    number = next(iter(one.regels())).referentienummer
    explained = [mpj("explain", "--van", tmp_path / form, "--regel", number) for form in ("csv", "parquet")]
    assert (explained[0].code, explained[0].out) == (0, explained[1].out)
    sampled = [mpj("sample", "--van", tmp_path / form, "--aantal", 2, "--zaad", "a") for form in ("csv", "parquet")]
    assert (sampled[0].code, sampled[0].out) == (0, sampled[1].out), sampled[0].err
    repriced = []
    for form in ("csv", "parquet"):
        contracts = ("--oud", tmp_path / "vb", "--nieuw", tmp_path / "vb", "--out", tmp_path / f"{form}-prijs")
        files = ("--regels", tmp_path / form / "declaratieregels.csv", "--herkomst", tmp_path / form / f"herkomst.{form}")
        assert mpj("tariffs", "reprice", *files, *contracts).code == 0
        repriced.append((tmp_path / f"{form}-prijs" / "herberekening.csv").read_bytes())
    assert repriced[0] == repriced[1]


def test_a_parquet_trace_needs_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    small = write_month(tmp_path)
    done = small.declare("--trace", "parquet")
    assert done.code == 2
    assert "pip install 'mpj[columnar]'" in done.err
    assert not small.out.exists()
