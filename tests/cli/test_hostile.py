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
MESSAGE = DATA.parents[1] / "messages" / "golden" / "jw323-maand.xml"
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


def refused(*words: str | Path, codes: tuple[int, ...] = (2,)) -> str:
    """Run a command that must refuse its input, or end with one of `codes`, and return what it said."""
    command = [sys.executable, "-m", "mpj", *map(str, words)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120, preexec_fn=limited, stdin=subprocess.DEVNULL)
    said = made.stdout + made.stderr
    assert made.returncode in codes, f"exit {made.returncode}\n{said}"
    assert "Onverwacht" not in said
    assert "Traceback" not in said
    assert ANNA not in said
    return said


def tables(folder: Path) -> dict[str, Path]:
    """A contract and a month that are right, beside what is not, and a run that was declared."""
    contract = write_contract(folder / "contract")
    toewijzingen, registraties = write(folder / "t.csv", TOEWIJZINGEN), write(folder / "r.csv", REGISTRATIES)
    return {"contract": contract, "toewijzingen": toewijzingen, "registraties": registraties, "uit": folder / "uit"}


def declare(given: dict[str, Path], **options: Path) -> list[str | Path]:
    """The words of a declaration, with other files for some options."""
    words: dict[str, str | Path] = {"contracten": given["contract"], "periode": "2026-03", "out": given["uit"]}
    words |= {"toewijzingen": given["toewijzingen"], "registraties": given["registraties"]} | options
    return ["declare", *(part for name, value in words.items() for part in (f"--{name}", value))]


def verify(given: dict[str, Path], **options: Path) -> list[str | Path]:
    """The words of a verification."""
    words = {
        "bericht": MESSAGE,
        "contracten": given["contract"],
        "toewijzingen": given["toewijzingen"],
        "out": given["uit"],
    } | options
    return ["verify", *(part for name, value in words.items() for part in (f"--{name}", value))]


def as_folder(path: Path, name: str) -> Path:
    """A folder in which a file stands under this name."""
    folder = path.parent / f"als-{name}"
    folder.mkdir()
    (folder / name).symlink_to(path)
    return folder


def _as_run(path: Path) -> Path:
    return as_folder(path, "samenvatting.json")


def _as_contract(path: Path) -> Path:
    return as_folder(path, "contract.toml")


def ledger(given: dict[str, Path]) -> str:
    return f"{given['uit'].parent / 'zorg.db'}"


def new_ledger(given: dict[str, Path]) -> str:
    """A ledger to start from, made under no bound."""
    url = ledger(given)
    subprocess.run(
        [sys.executable, "-m", "mpj", "ledger", "begin", "--ledger", url, "--vanaf", "2026-03"], check=True, capture_output=True
    )
    return url


def accounts(path: Path) -> Path:
    """A config whose table of names has an account."""
    folder = path.parent / "namen"
    folder.mkdir(exist_ok=True)
    (folder / "namen.csv").write_text("soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;NL91ABNA0417164300\n", "utf-8")
    config = folder / "mpj.toml"
    config.write_text('contracten = "c"\ntoewijzingen = "t"\nuit = "u"\nnamen = "namen.csv"\n', "utf-8")
    return config


Words = list[str | Path]
COMMANDS: dict[str, Callable[[dict[str, Path], Path], Words]] = {
    "declare --registraties": lambda given, path: declare(given, registraties=path),
    "declare --toewijzingen": lambda given, path: declare(given, toewijzingen=path),
    "declare --verblijf": lambda given, path: declare(given, verblijf=path),
    "declare --medewerkers": lambda given, path: declare(given, medewerkers=path),
    "declare --eerder": lambda given, path: declare(given, eerder=path),
    "declare --profiel": lambda given, path: declare(given, profiel=path),
    "declare --contracten": lambda given, path: declare(given, contracten=as_folder(path, "tarieven.csv")),
    "verify --bericht": lambda given, path: verify(given, bericht=path),
    "verify --toewijzingen": lambda given, path: verify(given, toewijzingen=path),
    "verify --eerder": lambda given, path: verify(given, eerder=path),
    "verify --gemeenten": lambda given, path: verify(given, gemeenten=path),
    "intake": lambda _, path: ["intake", path],
    "intake --profiel": lambda given, path: ["intake", given["registraties"], "--profiel", path],
    "explain": lambda _, path: ["explain", "--van", _as_run(path), "--bron", "R1"],
    "worklist": lambda given, path: [
        "worklist",
        "--van",
        _as_run(path),
        "--out",
        given["uit"].with_suffix(".xlsx"),
    ],
    "sample": lambda _, path: ["sample", "--van", _as_run(path), "--aantal", "1", "--zaad", "1"],
    "messages check": lambda _, path: ["messages", "check", path],
    "tariffs check": lambda _, path: ["tariffs", "check", _as_contract(path)],
    "tariffs show": lambda _, path: ["tariffs", "show", as_folder(path, "tarieven.csv")],
    "tariffs diff": lambda given, path: ["tariffs", "diff", given["contract"], _as_contract(path)],
    "tariffs import": lambda given, path: [
        "tariffs",
        "import",
        path,
        "--contract",
        given["contract"] / "contract.toml",
        "--naar",
        given["uit"],
    ],
    "tariffs index": lambda _, path: [
        "tariffs",
        "index",
        _as_contract(path),
        "--percentage",
        "3",
        "--vanaf",
        "2027-01-01",
    ],
    "tariffs reprice": lambda given, path: [
        *("tariffs", "reprice", "--regels", path, "--herkomst", path, "--oud", given["contract"]),
        *("--nieuw", given["contract"], "--out", given["uit"]),
    ],
    "ledger begin": lambda given, path: ["ledger", "begin", "--ledger", ledger(given), "--vanaf", "2026-03", "--eerder", path],
    "ledger begin --nog-te-declareren": lambda given, path: [
        *("ledger", "begin", "--ledger", ledger(given), "--vanaf", "2026-03", "--nog-te-declareren", path),
    ],
    "month --config": lambda given, path: ["month", "2026-03", "--config", path, "--out", given["uit"]],
    "verify --onbeoordeeld": lambda given, path: [*verify(given), "--onbeoordeeld", path],
    "verify, several": lambda given, path: [*verify(given), "--bericht", MESSAGE, path],
    "ledger answer": lambda given, path: ["ledger", "answer", "--ledger", new_ledger(given), path],
    "ledger erase": lambda given, path: ["ledger", "erase", "--ledger", new_ledger(given), "--bsn-bestand", path],
    "ledger pay": lambda given, path: ["ledger", "pay", "--ledger", new_ledger(given), "--config", accounts(path), path],
    "ledger status": lambda _, path: ["ledger", "status", "--ledger", path],
}
"""How each command is given a file of somebody else's."""
QUICK = (
    *("declare --registraties", "s-merge2.xlsx"), *("declare --toewijzingen", "columns.csv"), *("verify --bericht", "line.zip"),
    *("intake", "s-merge2.xlsx"), *("ledger begin", "trunc.xlsx"), *("tariffs import", "sheet.xlsx"), *("explain", "zero.csv"),
    *("ledger erase", "quotes.csv"), *("ledger pay", "quotes.csv"), *("ledger pay", "line.zip"),
)  # fmt: skip
_QUICK = list(zip(QUICK[::2], QUICK[1::2], strict=True))


def bounded(tmp_path: Path, command: str, name: str) -> None:
    """Start a command on a hostile file; it refuses it, or ends well where the file says nothing wrong to it."""
    path = FILES[name](tmp_path / name)
    said = refused(*COMMANDS[command](tables(tmp_path), path), codes=(0, 1, 2))
    assert said.count("Fout: ") <= 30, f"at most one for each column that is missing\n{said}"


@pytest.mark.slow
@pytest.mark.parametrize(("command", "name"), _QUICK)
def test_a_command_refuses_a_hostile_file_in_bounds(tmp_path: Path, command: str, name: str) -> None:
    bounded(tmp_path, command, name)


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_ends_in_bounds_on_each_hostile_file(tmp_path: Path, command: str, name: str) -> None:
    bounded(tmp_path, command, name)


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
