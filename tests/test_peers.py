"""The peers of the benchmarks come to mpj's lines, every one of them; and the table that compares them is made as it should be."""

from __future__ import annotations

import sys
from importlib import import_module, util
from pathlib import Path

import pytest

from benchmarks.growth.jobs import JOBS, timed
from benchmarks.growth.picture import Panel, picture
from benchmarks.measure import CommandFailedError, measure
from benchmarks.peers.__main__ import main
from benchmarks.peers.contestants import CONTESTANTS, Contestant
from benchmarks.peers.data import Files, prepare
from benchmarks.peers.totals import Totals, of_mpj
from mpj import cli

SIZE = 2_000
PEERS = [one for one in CONTESTANTS[1:] if one.totals is not None]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return prepare(SIZE, home=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def declared(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outcome of mpj."""
    out = tmp_path_factory.mktemp("mpj") / "out"
    command = CONTESTANTS[0].command(files, out)
    assert cli.run(command[command.index("declare") :]) == 0
    return out


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_comes_to_the_same_lines(peer: Contestant, files: Files, declared: Path, tmp_path: Path) -> None:
    if peer.missing():
        pytest.skip(f"{', '.join(peer.missing())} is not installed; the extra mpj[bench] has it")
    _, _, module, *arguments = peer.command(files, tmp_path / "out")
    if module == "mpj":
        assert cli.run(arguments) == 0
    else:
        folder, out = map(Path, arguments)
        import_module(module).main(Files(folder) if module.endswith("api") else folder, out)
    assert peer.totals is not None
    assert peer.totals(tmp_path / "out") == of_mpj(declared)


def test_the_data_follow_from_the_seed(files: Files, tmp_path: Path) -> None:
    again, other = prepare(SIZE, home=tmp_path), prepare(SIZE, seed=1, home=tmp_path)
    assert again.registraties.read_bytes() == files.registraties.read_bytes()
    assert again.toewijzingen.read_bytes() == files.toewijzingen.read_bytes()
    assert other.registraties.read_bytes() != files.registraties.read_bytes()
    assert files.registraties.read_bytes().count(b"\n") == SIZE + 1


def test_some_are_set_aside_for_each_of_the_simple_reasons(declared: Path) -> None:
    rows = (declared / "uitval.csv").read_text("utf-8").splitlines()[1:]
    assert len(rows) in range(SIZE // 200, SIZE // 50)
    assert {row.split(";")[8] for row in rows} == {
        "niet_direct",
        "niet_gerealiseerd",
        "toewijzing_onbekend",
        "buiten_toewijzing",
        "niveau_te_laag",
        "geen_tijd",
    }


def test_the_table_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "speed.md"
    page.write_text("before\n<!-- measured: peers -->\nold\n<!-- end measured -->\nafter\n", "utf-8")
    given = ["--registraties", "400", "--only", "plain", "csv", "--data", str(tmp_path / "data"), "--docs", str(page)]
    assert main(given) == 0
    text = page.read_text("utf-8")
    assert "| plain Python | totals |" in text
    assert "| csv.reader |" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("<!-- end measured -->\nafter\n")
    assert "plain Python" in capsys.readouterr().out


def test_a_peer_that_differs_is_not_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Contestant("wrong", "totals", CONTESTANTS[2].command, lambda out: Totals(1, 2, 3, 4))
    monkeypatch.setattr("benchmarks.peers.__main__.CONTESTANTS", (CONTESTANTS[0], wrong))
    page = tmp_path / "speed.md"
    page.write_text("<!-- measured: peers -->\nold\n<!-- end measured -->\n", "utf-8")
    assert main(["--registraties", "400", "--data", str(tmp_path / "data"), "--docs", str(page)]) == 1
    assert "is not reported" in capsys.readouterr().out
    assert "old" in page.read_text("utf-8")


def test_a_command_is_measured_or_its_fault_shown() -> None:
    took = measure([sys.executable, "-c", "x = bytearray(60_000_000)\nfor _ in range(10**6): pass"])
    assert took.peak_mb is None or took.peak_mb > 50
    with pytest.raises(CommandFailedError, match="exit code 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize("name", list(JOBS))
def test_every_job_of_the_growth_benchmark_can_be_done(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    job = JOBS[name]
    job.prepare(90, tmp_path)
    units, took = timed(job, 90, tmp_path)
    assert units > 0
    assert took >= 0


def test_the_picture_tells_every_figure() -> None:
    drawn = picture([Panel("declare", "registratie", [(1_000, 3_210), (10_000, 3_000), (100_000, 2_900)])])
    assert all(text in drawn for text in ("3.2", "3.0", "2.9", "1,000", "100,000", "prefers-color-scheme: dark"))


@pytest.mark.skipif(util.find_spec("duckdb") is None, reason="duckdb is not installed; the extra mpj[bench] has it")
def test_the_same_rows_stand_in_parquet(files: Files) -> None:
    import duckdb

    from benchmarks.peers.data import with_parquet

    found = with_parquet(files)
    with duckdb.connect() as connection:
        row = connection.execute("SELECT count(*), min(id), min(datum)::VARCHAR FROM read_parquet($1)", [str(found.parquet)])
        assert row.fetchone() == (SIZE, "R00000001", "2026-01-01")
