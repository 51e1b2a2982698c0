"""What click says is Dutch, in help and in what is wrong with a call; with ``--taal en`` it keeps its own words."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mpj import cli
from mpj.cli import COMMANDS, group
from mpj.cli.dutch import DUTCH

SOURCE = Path(click.__file__).parent
MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "types")
UNSAID = re.compile(
    r"DeprecationWarning|defined twice|Boolean option|determine name|No options defined|parameter declaration|Choice\(|UUID|prog|"
    r"match the format|start character|want to continue|Confirm the action|DEPRECATED|^, $"
)
"""Faults in a definition, and types and prompts that no command has."""
ENGLISH = re.compile(
    r"\b(usage|options|commands|show this|default|required|no such|missing|invalid|unexpected|did you|choose|try|error|got|"
    r"requires|is not|INTEGER|RANGE|TEXT|PATH|COMMAND|ARGS)\b"
)


def says(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def commands() -> list[list[str]]:
    found: list[list[str]] = [[]]
    for name in COMMANDS:
        found.append([name])
        one = group.get_command(click.Context(group), name)
        if isinstance(one, click.Group):
            found += [[name, sub] for sub in one.commands]
    return found


@pytest.mark.slow
def test_all_that_click_says_is_in_the_table() -> None:
    texts = {text for name in MODULES for text in says(ast.parse((SOURCE / f"{name}.py").read_text("utf-8")))}
    assert len(texts) > 40
    assert {text for text in texts - DUTCH.keys() if not UNSAID.search(text)} == set()


def test_a_dutch_text_names_no_more_than_click_gives() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert {english for english, dutch in DUTCH.items() if not fields(dutch) <= fields(english)} == set()


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_help_is_dutch(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    heads = "\n".join(line for line in shown.splitlines() if not line.startswith("    mpj "))
    assert shown.startswith("Gebruik: mpj") and "Opties:" in shown and "Toon deze uitleg." in shown
    assert not ENGLISH.findall(re.sub(r"--[a-z-]+", "", heads))


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["foo"], "De opdracht 'foo' bestaat niet."),
        (["declare", "--bla"], "De optie '--bla' bestaat niet."),
        (["declare"], "Er ontbreekt '--contracten'."),
        (["ledger", "close-year"], "Er ontbreekt 'JAAR'."),
        (["explain", "--taal", "fr"], "Onjuiste waarde bij '--taal': 'fr' is geen van 'nl', 'en'."),
        (["explain", "--reg"], "Bedoelde u"),
        (["explain", "--bron"], "De optie '--bron' vraagt een waarde."),
        (["demo", "--force=1"], "De optie '--force' neemt geen waarde."),
        (["demo", "x"], "Er staat iets te veel: x"),
        (["demo", "--zaad", "x"], "Onjuiste waarde bij '--zaad': 'x' is geen geheel getal."),
        (["demo", "--clienten", "0"], "0 valt niet binnen 1<=x<=9000."),
    ],
)
def test_what_is_wrong_with_a_call_is_dutch(args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(args) == 2
    shown = capsys.readouterr()
    assert told in shown.err and "Fout: " in shown.err and not shown.out
    assert not ENGLISH.findall(re.sub(r"--[a-z-]+", "", shown.err))


def test_who_asks_for_english_gets_the_words_of_click(capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (["--taal", "en"], ["--taal=en"]):
        assert cli.run(["explain", *asked, "--bla"]) == 2
        assert "Error: No such option" in capsys.readouterr().err
    assert cli.run(["explain", "--bla"]) == 2
    assert "bestaat niet" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args", [["999900018"], ["explain", "--999900018"], ["demo", "--zaad", "x999900018"], ["demo", "999900018"]]
)
def test_no_bsn_in_what_click_says(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(args) == 2
    assert "999900018" not in capsys.readouterr().err
