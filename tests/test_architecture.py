"""The house in rules: imports run one way, no float touches money or time, every module says what it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mpj"
# Each folder may import those before it.
ORDER = (
    "reading",
    "protocol",
    "messages",
    "records",
    "contract",
    "tariefkaart",
    "engine",
    "output",
    "explanation",
    "demo",
    "verification",
    "workbench",
    "ledger",
    "cli",
)
EXACT = ("reading", "protocol", "records", "contract", "tariefkaart", "engine", "output", "messages")
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
