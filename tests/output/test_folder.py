"""What stands beside the output folder: gone when a run ends, and when it was killed gone at the next run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mpj.output import output_folder
from mpj.output.folder import SEAL

KILLED = """
import sys, time
from pathlib import Path
from mpj.output import output_folder
with output_folder(Path(sys.argv[1])) as folder:
    (folder / "declaratieregels.csv").write_text("bsn")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def hidden(folder: Path) -> list[str]:
    """The names of the hidden folders."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked")
def test_the_next_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(out)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = process.stdout.readline().strip()
        with output_folder(out) as folder:
            assert hidden(tmp_path) == sorted([left, folder.name])
        assert hidden(tmp_path) == [left]
        process.send_signal(signal.SIGKILL)
    assert hidden(tmp_path) == [left]
    with output_folder(out, force=True) as folder:
        (folder / SEAL).write_text("{}")
        assert hidden(tmp_path) == [folder.name]
    assert hidden(tmp_path) == [] and (out / SEAL).exists()


def test_a_run_leaves_alone_what_is_in_use_or_not_its_own(tmp_path: Path) -> None:
    names = [".other.onvolledig-abcdefgh", ".out.onvolledig-mine", ".out.onvolledig-abcdefgh.bak"]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept.txt").write_text("x")
    (tmp_path / ".out.onvolledig-abcdefgh").symlink_to(tmp_path / "elsewhere")
    with output_folder(tmp_path / "out") as first, output_folder(tmp_path / "out") as second:
        assert first.exists() and second.exists()
    assert hidden(tmp_path) == sorted([*names, ".out.onvolledig-abcdefgh"])
    assert (tmp_path / "elsewhere" / "kept.txt").exists()


@pytest.mark.parametrize("bestanden", [["samenvatting.json", "herkomst.parquet", "../buiten.csv", "map"], None, [], [None]])
def test_force_removes_what_the_earlier_run_wrote_and_nothing_else(tmp_path: Path, bestanden: list[str] | None) -> None:
    out = tmp_path / "uit"
    (out / "map").mkdir(parents=True)
    kept = [out / "eigen.txt", out / "map" / "x.csv", tmp_path / "buiten.csv", out / "stappen.csv"]
    kept += [out / "jw323-oud.xml", out / "jw325.xml"]
    trace = out / "herkomst.parquet"
    for path in (*kept, trace):
        path.write_text("oud", "utf-8")
    (out / "samenvatting.json").write_text(json.dumps({"bestanden": bestanden}), "utf-8")
    with output_folder(out, force=True) as folder:
        (folder / "herkomst.csv").write_text("nieuw", "utf-8")
        (folder / "samenvatting.json").write_text("{}", "utf-8")
    assert all(path.exists() for path in kept)
    assert all(path.read_text("utf-8") == "oud" for path in kept)
    assert trace.exists() == (bestanden is None or "herkomst.parquet" not in bestanden)
