"""The recipes of docs/extending.md, each applied to a copy of mpj as the page says, with its example; and a place left out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import frozen

from docs.examples import ROOT, blocks, matches

pytestmark = pytest.mark.slow
_COPY = re.compile(r"^<!-- copy: (\S+) (\S+) -->$", re.MULTILINE)
_PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")


@frozen
class Edit:
    """One change of one file: what stands there, once, and what comes in its place."""

    path: str
    before: str
    after: str

    @classmethod
    def read(cls, text: str) -> Edit:
        """Read a ``diff`` block: the file, then lines that stay, go (-) and come (+)."""
        head, *lines = text.splitlines()
        before, after = ("".join(f"{line[1:]}\n" for line in lines if line[:1] != sign) for sign in "+-")
        return cls(head.removeprefix("--- "), before, after)

    def apply(self, folder: Path) -> None:
        """Change the file, where the edit fits in one place only; a part of a line may stand for it."""
        path = folder / self.path
        text = path.read_text("utf-8")
        before, after = self.before, self.after
        if before not in text:
            before, after = before.removesuffix("\n"), after.removesuffix("\n")
        assert text.count(before) == 1, f"{self.path}: stands there {text.count(before)} times\n{before}"
        path.write_text(text.replace(before, after), "utf-8")


@frozen
class Recipe:
    """What a section of the page says to do, and its example."""

    titel: str
    copies: tuple[tuple[str, str], ...]
    edits: tuple[Edit, ...]
    example: str
    shown: str

    @classmethod
    def read(cls, section: str) -> Recipe:
        """Read a section."""
        found = list(blocks(section))
        edits = tuple(Edit.read(block.text) for block in found if block.language == "diff")
        (example,) = (block.text for block in found if block.language == "python")
        (shown,) = (block.text for block in found if block.language == "text")
        return cls(section.splitlines()[0], tuple(_COPY.findall(section)), edits, example, shown)


ROOMS = ("protocol", "records", "tariefkaart", "engine")
"""What the type checker is asked about: where the places that are left out stand."""
RECIPES = {recipe.titel: recipe for recipe in map(Recipe.read, _PAGE.split("\n## ")[1:])}


def copy(folder: Path, recipe: Recipe, edits: Sequence[Edit], *also: str) -> Path:
    """A copy of mpj, and of what else is named, with these edits of the recipe."""
    for name in ("mpj", *also):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tariffs").symlink_to(ROOT / "tariffs")
    for source, target in recipe.copies:
        (folder / target).parent.mkdir(exist_ok=True)
        shutil.copy(folder / source, folder / target)
    for edit in edits:
        edit.apply(folder)
    return folder


def python(folder: Path, *args: str) -> tuple[int, str]:
    """Run Python with the copy; returns the code and all that it says."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(folder / "tests")]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def without(recipe: Recipe, path: str, number: int = 0) -> list[Edit]:
    """The edits of a recipe, but for one of the file."""
    left_out = [edit for edit in recipe.edits if edit.path == path][number]
    return [edit for edit in recipe.edits if edit is not left_out]


def test_the_page_has_its_recipes() -> None:
    assert list(RECIPES) == [
        "A prestatiecode",
        "A kwalificatieniveau",
        "A rounding word",
        "A reason",
        "A setting",
        "A verification rule",
        "A report or a table",
        "A message release",
    ]


@pytest.mark.parametrize("titel", RECIPES)
def test_a_recipe_works_as_it_is_written(titel: str, tmp_path: Path) -> None:
    recipe = RECIPES[titel]
    folder = copy(tmp_path, recipe, recipe.edits)
    _, shown = python(folder, "-c", recipe.example)
    assert matches(recipe.shown, shown), shown
    _, before = python(ROOT, "-c", recipe.example)
    assert not matches(recipe.shown, before), "mpj does this already"


@pytest.mark.long
@pytest.mark.parametrize(
    ("titel", "path", "where"),
    [
        ("A rounding word", "mpj/protocol/rounding.py", "mpj/protocol/rounding.py"),
        ("A reason", "mpj/records/reasons.py", "mpj/engine/planning.py"),
        ("A setting", "mpj/tariefkaart/instellingen.py", "mpj/engine/steps/place.py"),
    ],
)
def test_the_type_checker_names_the_place_that_was_left_out(titel: str, path: str, where: str, tmp_path: Path) -> None:
    recipe = RECIPES[titel]
    for folder, edits, fine in (("whole", list(recipe.edits), True), ("part", without(recipe, path), False)):
        made = copy(tmp_path / folder, recipe, edits)
        asked = [word for room in ROOMS for word in ("-p", f"mpj.{room}")]
        code, said = python(made, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *asked)
        assert (code == 0) == fine, said
        assert fine or where in said


@pytest.mark.long
@pytest.mark.parametrize(
    ("titel", "path", "number", "test"),
    [
        ("A rounding word", "mpj/explanation/sentences.py", 0, "tests/test_words.py"),
        ("A reason", "mpj/records/reasons.py", 1, "tests/test_words.py"),
        ("A reason", "mpj/engine/steps/place.py", 0, "tests/engine/test_step_order.py"),
    ],
)
def test_the_named_test_fails_for_the_place_that_was_left_out(
    titel: str, path: str, number: int, test: str, tmp_path: Path
) -> None:
    recipe = RECIPES[titel]
    wanted = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", test, "-k", "has_its_row or has_its_owner")
    for folder, edits, fine in (("whole", list(recipe.edits), True), ("part", without(recipe, path, number), False)):
        made = copy(tmp_path / folder, recipe, edits, "tests", "docs")
        shutil.copy(ROOT / "pyproject.toml", made)
        code, said = python(made, *wanted)
        assert code == (0 if fine else 1), said
