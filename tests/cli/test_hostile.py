"""Each command on files made to take memory and time: under 1 GiB and 10 seconds of work it ends by itself, in plain words."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.helpers import ANNA, REGISTRATIES, TOEWIJZINGEN, write, write_contract

DATA = Path(__file__).parents[1] / "data" / "workbooks"
MEMORY, SECONDS = 1 << 30, 10
HEADER = "id;bsn;datum;minuten\n"


def zipped(path: Path, name: str, chunk: bytes, times: int) -> Path:
    """A zip with one member, a chunk many times over."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(times):
            member.write(chunk)
    return path


def workbook(path: Path, part: str, chunk: bytes, times: int) -> Path:
    """A workbook of which one part goes on and on."""
    with zipfile.ZipFile(DATA / "export-c.xlsx") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            with new.open(name, "w", force_zip64=True) as member:
                member.write(old.read(name))
                for _ in range(times if name == part else 0):
                    member.write(chunk)
    return path


def far(path: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD20000"] = "id", "x"
    book.save(path)
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def device(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "line.zip": lambda path: zipped(path, "r.csv", b"x" * (1 << 20), 300),
    "separators.csv": lambda path: write(path, HEADER + ";" * 50_000_000),
    "columns.csv": lambda path: write(path, ";".join(f"k{number}" for number in range(100_000))),
    "empty.csv": lambda path: write(path, HEADER + "\n" * 3_000_000),
    "quotes.csv": lambda path: write(path, HEADER + '"a\n' * 3_000_000),
    "styles.xlsx": lambda path: workbook(path, "xl/styles.xml", b"<x>" + b"x" * 1_000_000 + b"</x>", 200),
    "sheet.xlsx": lambda path: workbook(path, "xl/worksheets/sheet1.xml", b"<!--" + b"x" * 1_000_000 + b"-->", 200),
    "far.xlsx": far,
    "s-merge2.xlsx": lambda path: write(path, (DATA / path.name).read_bytes()),
    "trunc.xlsx": lambda path: write(path, (DATA / path.name).read_bytes()),
    "emptysheet.xlsx": lambda path: write(path, (DATA / path.name).read_bytes()),
    "pipe.csv": pipe,
    "zero.csv": device,
}


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def refused(*words: str | Path) -> str:
    """Run a command that must refuse its input, and return what it said."""
    command = [sys.executable, "-m", "mpj", *map(str, words)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120, preexec_fn=limited, stdin=subprocess.DEVNULL)
    said = made.stdout + made.stderr
    assert made.returncode == 2, f"exit {made.returncode}\n{said}"
    assert "Onverwacht" not in said
    assert "Traceback" not in said
    assert ANNA not in said
    return said


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_every_command_refuses_a_hostile_file_in_bounds(tmp_path: Path, name: str) -> None:
    path = FILES[name](tmp_path / name)
    contract = write_contract(tmp_path / "contract")
    toewijzingen = write(tmp_path / "t.csv", TOEWIJZINGEN)
    registraties = write(tmp_path / "r.csv", REGISTRATIES)
    month = ("--contracten", contract, "--periode", "2026-03", "--out", tmp_path / "uit")
    said = refused("declare", *month, "--toewijzingen", toewijzingen, "--registraties", path)
    assert said.count("Fout: ") <= 3, said
    refused("declare", *month, "--toewijzingen", path, "--registraties", registraties)
    if name.endswith(".xlsx"):
        said = refused("tariffs", "import", path, "--contract", contract / "contract.toml", "--naar", tmp_path / "nieuw")
        assert said.count("Fout: ") <= 3, said
    else:
        refused("verify", "--bericht", path, "--contracten", contract, "--toewijzingen", toewijzingen, *month[-2:])
