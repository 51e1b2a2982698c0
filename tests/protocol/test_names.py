"""The shipped protocol is asked by name in few places; everywhere else the one that was given is asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mpj

PACKAGE = Path(mpj.__file__).parent
MAY = {
    "__init__.py": "the public name",
    "protocol/__init__.py": "the public name",
    "protocol/load.py": "where it is read",
    "docs.py": "the pages tell the shipped protocol",
    "contract/settings.py": "SETTINGS: as docs/settings.md tells them",
    "output/read.py": "a summary that names none is of before there was another",
    "ledger/taken.py": "a message of before the ledger: the contract that could name another protocol comes later",
    "ledger/protocols.py": "a declaration of which nothing is kept was made under it",
}
DEMO = "demo/"  # lifelike records for the shipped example region


def asked(tree: ast.Module) -> Iterator[ast.Name]:
    """Uses of the name that are not the default of an argument or field called protocol."""
    defaults: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            placed = [*node.posonlyargs, *node.args]
            ends = placed[len(placed) - len(node.defaults) :]
            pairs = [*zip(ends, node.defaults, strict=True), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
            defaults |= {id(value) for argument, value in pairs if argument.arg == "protocol"}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "protocol":
            defaults |= {id(one) for one in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "MPJ_16" and id(node) not in defaults:
            yield node


@pytest.mark.slow
def test_the_shipped_protocol_is_asked_by_name_only_where_there_is_no_other() -> None:
    found = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if [*asked(ast.parse(path.read_text("utf-8")))]}
    others = {name for name in found if not name.startswith(DEMO)} - set(MAY)
    assert others == set()


def test_the_check_sees_a_use() -> None:
    text = "def f(protocol=MPJ_16): return 1\ndef g(): return MPJ_16.niveaus\ndef h(other=MPJ_16): ...\n"
    assert sorted(node.lineno for node in asked(ast.parse(text))) == [2, 3]
