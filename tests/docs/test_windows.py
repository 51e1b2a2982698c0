"""Windows, as far as it can be tried elsewhere: what it does not have, and what it does to open files, to texts and to names."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PureWindowsPath
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from service.support import FIELDS, month, office

from docs import like_windows
from docs.examples import ROOT
from mpj.cli import run
from mpj.output.folder import output_folder
from mpj.reading.faults import InputError
from mpj.reading.system import system_reason
from mpj.service.uploads import _safe

_ASKED_FIRST = {"mpj/reading/sheets.py", "mpj/executors/forked.py", "mpj/output/folder.py", "mpj/service/processes.py"}
"""What asks first whether it is there, or does without: the child that reads workbooks, the pool of processes, the lock of a
folder, the priority of a process of the service."""


_SYSTEM = re.compile(r"^\s*(?:import|from) (?:errno|fcntl|locale|mmap|os|resource|select|signal|socket|stat|time)\b", re.MULTILINE)


@pytest.mark.slow
def test_nothing_asks_windows_for_what_it_does_not_have() -> None:
    """By what mypy knows of each system; but for what looks first whether it is there."""
    from mypy import api

    files = [str(path) for path in sorted((ROOT / "mpj").rglob("*.py")) if _SYSTEM.search(path.read_text("utf-8"))]
    words = ["--platform", "win32", "--config-file", os.devnull, "--cache-dir", os.devnull, "--follow-imports", "skip"]
    said, wrong, _ = api.run([*words, "--ignore-missing-imports", "--check-untyped-defs", *files])
    found = {line.partition(":")[0] for line in said.splitlines() if "Module has no attribute" in line}
    assert {Path(name).resolve().relative_to(ROOT).as_posix() for name in found} == _ASKED_FIRST, said + wrong


def _written() -> Iterator[tuple[str, ast.Call]]:
    """Every call in mpj that opens a file as text, reads one or writes one."""
    for path in sorted((ROOT / "mpj").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            if isinstance(node, ast.Call) and (
                name == "write_text" or (name in ("open", "fdopen") and _mode(node) in ("w", "a", "x"))
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _mode(call: ast.Call) -> str:
    return next((str(one.value) for one in call.args if isinstance(one, ast.Constant)), "")


def test_a_text_is_the_same_bytes_on_every_system() -> None:
    """UTF-8 whatever the system prefers, and ends of lines as they are in the text: Windows makes others of them."""
    found = dict(_written())
    assert len(found) > 15
    for place, call in found.items():
        given = {one.arg: one.value for one in call.keywords}
        assert "newline" in given, place
        assert "encoding" in given or any(isinstance(one, ast.Constant) and one.value == "utf-8" for one in call.args), place


@given(st.text(st.sampled_from('aC:.\\/ nulNUL1<>|?*"comCOM'), max_size=9))
@example("C:x.csv")
@example("a.csv:b")
@example("nul.csv")
@example("COM1")
def test_a_name_that_came_along_stays_in_its_folder(name: str) -> None:
    folder = PureWindowsPath("D:/mpj-1/registraties/0")
    made = folder / _safe(name, "registraties")
    assert made.parent == folder and not set(made.name) & set('<>:"|?*')
    assert not made.name.lower().startswith(("nul.", "con.", "com1.")) and made.name.lower() not in ("nul", "con", "com1")


def test_what_another_program_has_open_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel on Windows: a file that it shows cannot be replaced, which is no question of rights."""
    error = PermissionError(13, "Permission denied")
    assert system_reason(error) == "geen toegang"
    error.winerror = 32  # type: ignore[attr-defined]
    assert system_reason(error) == "het bestand is open in een ander programma"

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(InputError) as caught, output_folder(tmp_path / "uit"):
        pass
    assert "open in een ander programma" in str(caught.value) and "schrijfrecht" not in str(caught.value)


class Windows:
    """A folder, and mpj in it as on Windows, with a console of Windows-1252."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        self.told = folder / "open"
        self.command = [sys.executable, like_windows.__file__, str(self.told)]
        own = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C", "USERNAME": "klerk", "TMPDIR": str(self.tmp)}
        self.given: dict[str, Any] = {"cwd": folder, "env": os.environ | own | {"PYTHONPATH": str(ROOT)}}

    def __call__(self, *words: str, code: int = 0) -> str:
        """Run a command; returns what it says."""
        done = subprocess.run([*self.command, *words], capture_output=True, check=False, **self.given)
        said: str = (done.stdout + done.stderr).decode("cp1252")
        assert done.returncode == code, said
        return said

    def left(self) -> list[Path]:
        """Return what is left behind; raises AssertionError where a file was removed or replaced while it was open."""
        assert not self.told.exists(), self.told.read_text("utf-8")
        return [*self.tmp.iterdir(), *self.folder.glob(".*"), *self.folder.glob("*/.*")]


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    return Windows(tmp_path)


@pytest.mark.slow
def test_a_month_without_what_windows_does_not_have(tmp_path: Path, windows: Windows) -> None:
    """No fork, no locks of folders, no such signals, a console of Windows-1252: the same month, or a fault that says what to do."""
    mpj = windows
    own = {"bsn": "999900006", "gemeente": "0384", "aanbieder": "65656055"}
    care = f"1001;{own['bsn']};0384;65656055;2026-01-01;2.1\n1002;{own['bsn']};0363;65656055;2026-01-01;2.1\n"
    (tmp_path / "toewijzingen.csv").write_text(f"toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode\n{care}", "utf-8")
    (tmp_path / "maart.csv").write_bytes("id;bsn;datum;minuten;kwalificatieniveau;toewijzingnummer\r\n".encode("cp1252"))
    with (tmp_path / "maart.csv").open("ab") as file:
        file.write("é1;999900006;2026-03-02;50;hbo;1001\r\né2;999900006;2026-03-09;60;hbo;1002\r\n".encode("cp1252"))
    shutil.copytree(ROOT / "tariffs" / "voorbeeldregio", tmp_path / "contract")
    config = ["contracten = ['contract']", "toewijzingen = ['toewijzingen.csv']", "registraties = ['maart.csv']"]
    (tmp_path / "mpj.toml").write_text("\n".join([*config, "ledger = 'zorg.db'", "uit = 'maanden/{periode}'", ""]), "utf-8")
    given = ("--contracten", "contract", "--toewijzingen", "toewijzingen.csv")
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        mpj.given["env"].pop(name, None)
    mpj("ledger", "begin", "--ledger", "zorg.db", "--vanaf", "2026-03")
    mpj.given["env"]["USERNAME"] = "klerk"
    assert "\u20ac 171,85" in mpj("month", "2026-03", "--dagtekening", str(date(2026, 4, 3)))
    mpj("ledger", "send", "2026-03", "--ledger", "zorg.db", "--op", "2026-04-03")
    mpj("verify", "--bericht", "maanden/2026-03", *given, "--processen", "2", "--dagtekening", "2026-04-10", "--out", "antwoord")
    assert mpj("ledger", "answer", "--ledger", "zorg.db", "antwoord").count("beantwoord: 1 regel") == 2
    assert "heel" in mpj("ledger", "check", "--ledger", "zorg.db")
    with ZipFile(tmp_path / "maart.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    said = mpj("declare", *given, "--registraties", "maart.xlsx", "--periode", "2026-03", "--out", "uit", code=2)
    assert "op dit systeem leest mpj geen werkmap" in said and "CSV" in said
    assert not windows.left()


@pytest.mark.slow
def test_the_first_command_gives_the_bytes_that_it_gives_elsewhere(tmp_path: Path, windows: Windows) -> None:
    sizes = ("--clienten", "40", "--registraties", "1500", "--verblijven", "10")
    windows("demo", *sizes, "--out", "windows")
    assert run(["demo", *sizes, "--out", str(tmp_path / "here")]) == 0
    files = {path.relative_to(tmp_path / "here") for path in (tmp_path / "here").rglob("*.*")}
    assert len(files) > 6
    for name in files:
        assert (tmp_path / "windows" / name).read_bytes() == (tmp_path / "here" / name).read_bytes(), name
    assert not windows.left()


@pytest.mark.slow
def test_the_service_leaves_nothing_of_a_request_behind(tmp_path: Path, windows: Windows) -> None:
    """An upload stands in a file, and is gone with its folder, which fails where it is still open."""
    office(tmp_path)
    with subprocess.Popen(
        [*windows.command, "serve", "--poort", "0"], stdout=subprocess.PIPE, text=True, **windows.given
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            for files in (month(), [one for one in month() if one[0] != "contract"]):
                answer = httpx.post(f"{url}/ledger/declare", files=files, data=FIELDS, timeout=60)
                assert answer.status_code == 200, answer.text
            assert not windows.left()
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert not windows.left() and (tmp_path / "uit" / "2026-03" / "samenvatting.json").exists()
