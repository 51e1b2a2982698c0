"""The house in rules: imports run one way, no float touches money or time, every module says what it is for."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mpj"
# Each folder may import those before it; `version` is a module, below everybody.
ORDER = (
    "version",
    "reading",
    "protocol",
    "presentation",
    "messages",
    "records",
    "contract",
    "tariefkaart",
    "prestaties",
    "engine",
    "signals",
    "intake",
    "output",
    "executors",
    "explanation",
    "demo",
    "verification",
    "workbench",
    "ledger",
    "reports",
    "simulation",
    "conformance",
    "service",
    "cli",
)
EXACT = ("reading", "protocol", "records", "contract", "tariefkaart", "prestaties", "engine", "output", "messages", "executors")
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The folders of mpj that a module imports from, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (name.split(".")[1] for name in names if name.startswith("mpj."))


@pytest.mark.parametrize("folder", [folder for folder in ORDER if (PACKAGE / folder).is_dir()])
def test_imports_run_one_way(folder: str) -> None:
    allowed = set(ORDER[: ORDER.index(folder) + 1])
    # A JW301 may stand for a file of toewijzingen; the reader that needs lxml is imported when one comes.
    wrong = [(path.name, name) for path in (PACKAGE / folder).rglob("*.py") for name in imports(path) if name not in allowed]
    assert wrong == []


def test_every_folder_has_its_place() -> None:
    found = {path.parent.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE}
    assert found <= set(ORDER)


@pytest.mark.parametrize("folder", EXACT)
def test_no_float_touches_money_or_time(folder: str) -> None:
    for path in (PACKAGE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), where
            assert not (isinstance(node, ast.Name) and node.id == "float"), where


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


CORE_ONLY = """
import sys
for name in ("lxml", "click", "rich", "sqlalchemy", "openpyxl", "xlsxwriter", "duckdb"):
    sys.modules[name] = None
import mpj
from mpj.protocol import MPJ_16
contract = mpj.load_contract("tariffs/voorbeeldregio")
try:
    list(mpj.read_toewijzingen(["x.xml"]))
except mpj.InputError as error:
    print(error)
from mpj.__main__ import main
main()
"""


def test_the_core_works_without_the_extras(tmp_path: Path) -> None:
    """Only pure-Python dependencies are there; what needs an extra says which."""
    (tmp_path / "x.xml").write_text("<a/>")
    (tmp_path / "tariffs").symlink_to(PACKAGE.parent / "tariffs")
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", CORE_ONLY], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert "mpj[messages]" in done.stdout
    assert (done.returncode, "mpj[cli]" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


SCREENS = ("cli/screen.py", "presentation/terminal.py", "__main__.py", "docs.py")
"""The modules that print: what a command says passes the first two, which hide every BSN (docs/privacy.md)."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_printed_leaves_by_one_door(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in SCREENS:
        return
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = [ast.unparse(call) for call in calls]
    assert not {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write", "csv.writer(sys.stdout)"} & set(names)
