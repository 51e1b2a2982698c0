"""The house in sizes: what grows beyond them holds a concept that has no name yet. Every exception says why it is one."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import mean

import pytest
from attrs import frozen

PACKAGE = Path(__file__).parents[1] / "mpj"
MODULE_LINES = 400
FUNCTION_LINES = 40
MEAN_LINES = 10
PARAMETERS = 8

_MIGRATION = "the tables as they were made then, one after another; a migration that ran somewhere never changes"
_DOOR = "what users call: every kind of input and every choice is a keyword that has a default"
LONG_MODULES: Mapping[str, str] = {}
LONG_FUNCTIONS: Mapping[str, str] = {
    "ledger/migrations/versions/0001_first.py:upgrade": _MIGRATION,
    "ledger/migrations/versions/0002_received.py:upgrade": _MIGRATION,
}
MANY_PARAMETERS: Mapping[str, str] = {
    "executors/memory.py:declare": _DOOR,
    "executors/parts.py:declare_files": _DOOR,
    "executors/columnar/run.py:declare_files": _DOOR,
    "executors/stream.py:declare_to": _DOOR,
    "executors/spark/run.py:declare": _DOOR,
}
SHARED_NAMES: Mapping[str, str] = {
    "Database": "the file that DuckDB computes in, and the ledger's: nothing meets both",
    "Declaratieregel": "a line as the engine makes it, and the protocol class of what a message takes of such a line",
    "Periode": "the months of a run, and the element of a message that the standard calls so",
    "Prestatie": "what happened with a product of output, and the line of a message that the standard calls so",
    "Regel": "a line of a run, and a line that a ledger stored",
    "Table": "of a report, and of an input file",
}
"""Each with the reason why it is one."""


@frozen
class Function:
    """One function or method of the package."""

    name: str
    """Its place: the module, the classes and functions around it, its name."""
    lines: int
    """From the line of `def` to its end; decorators and docstring do not count."""
    parameters: int
    """Without `self` and `cls`."""


def functions(tree: ast.AST, name: str) -> Iterator[Function]:
    """Yield every function below `tree`."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from functions(node, name)
            continue
        inner = f"{name}:{node.name}" if ":" not in name else f"{name}.{node.name}"
        yield from functions(node, inner)
        if not isinstance(node, ast.ClassDef):
            first = node.body[0]
            doc = _length(first) if ast.get_docstring(node) is not None else 0
            yield Function(inner, _length(node) - doc, _parameters(node.args))


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _parameters(given: ast.arguments) -> int:
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    own = len(names) - (names[:1] in (["self"], ["cls"]))
    return own + len(given.kwonlyargs) + (given.vararg is not None) + (given.kwarg is not None)


MODULES = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
FUNCTIONS = [one for name, text in MODULES.items() for one in functions(ast.parse(text), name)]


def test_no_module_is_too_long() -> None:
    assert {name for name, text in MODULES.items() if len(text.splitlines()) > MODULE_LINES} == set(LONG_MODULES)


def test_no_function_is_too_long() -> None:
    assert {one.name: one.lines for one in FUNCTIONS if one.lines > FUNCTION_LINES}.keys() == set(LONG_FUNCTIONS)


def test_no_function_takes_too_much() -> None:
    assert {one.name for one in FUNCTIONS if one.parameters > PARAMETERS} == set(MANY_PARAMETERS)


def test_functions_are_short_on_the_whole() -> None:
    assert mean(one.lines for one in FUNCTIONS) < MEAN_LINES


def test_a_class_has_its_name_to_itself() -> None:
    """One word, one meaning; what is private to a module is nobody else's word."""
    found = Counter(
        node.name
        for text in MODULES.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, times in found.items() if times > 1} == set(SHARED_NAMES)


@pytest.mark.parametrize("name", MODULES)
def test_nobody_asks_whether_care_is_a_stay(name: str) -> None:
    """A stay and a registratie are one form, an entry, for whatever is computed: who asks which one it has, treats them apart."""
    asked = [
        node.lineno
        for node in ast.walk(ast.parse(MODULES[name]))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
        and any(isinstance(one, ast.Name) and one.id == "Verblijf" for one in ast.walk(node.args[1]))
    ]
    assert asked == []


TEXT = '''
@cli.command()
def f(a, *b, c=1, **d):
    """Say.

    More.
    """
    return 1


class A:
    def g(self, a):
        def h():
            pass
'''


def test_a_function_is_measured_as_it_says() -> None:
    found = {one.name: (one.lines, one.parameters) for one in functions(ast.parse(TEXT), "m.py")}
    assert found == {"m.py:f": (2, 4), "m.py:A.g": (3, 1), "m.py:A.g.h": (2, 0)}
