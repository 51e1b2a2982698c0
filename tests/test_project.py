"""What the project says of itself to whoever works on it: make targets, markers, what goes into a release."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TARGETS = set(re.findall(r"^(\w+):", MAKEFILE, re.M))


def test_every_make_target_that_is_named_exists() -> None:
    for name in ("CONTRIBUTING.md", "README.md", "tests/cases/README.md"):
        named = set(re.findall(r"(?:`|^)make (\w+)", (ROOT / name).read_text("utf-8"), re.M))
        assert named and named <= TARGETS, name


def test_every_make_target_is_declared_and_explained() -> None:
    assert set(re.findall(r"\w+", re.search(r"^\.PHONY:(.*)$", MAKEFILE, re.M)[1])) == TARGETS  # type: ignore[index]
    steps = {"help", "setup", "lint", "types", "unit", "clean"}
    assert set(re.findall(r'echo "make (\w+)', MAKEFILE)) == TARGETS - steps


def test_what_goes_into_a_release_exists() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [name for name in included if not (ROOT / name).exists()] == []
    shown = {path.name for path in ROOT.iterdir() if path.suffix == ".md"}
    assert shown <= set(included)


def test_ci_runs_what_make_test_leaves_out() -> None:
    """`make test` leaves out what is marked slow or long; the check of the whole runs both, so each test is in one of three."""
    for recipe in ("-m 'not slow and not long'\n", "-m 'slow and not long'\n", "-m long\n"):
        assert MAKEFILE.count(recipe) == 1
    assert re.findall(r"^make (\w+)$", (ROOT / ".ci/run").read_text("utf-8"), re.M) == ["test", "slow", "lowest", "long"]
