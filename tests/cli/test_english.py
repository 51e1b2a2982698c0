"""What speaks English does so throughout: every text of its help has its English, and a wrong call is told in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc

import click
import pytest

from mpj import cli
from mpj.cli.dutch import SPOKEN
from mpj.cli.english import ENGLISH

DUTCH = re.compile(r"\b(de|het|een|en|van|met|geen|niet|bij|wat|deze|naar|geef|voor)\b", re.IGNORECASE)


def plain(text: str) -> str:
    return " ".join(text.split())


KNOWN = {plain(text) for text in ENGLISH}


def texts(name: str) -> Iterator[str]:
    """Every paragraph that the help of a command shows, but for examples and what click adds itself."""
    command = import_module(cli.COMMANDS[name][0]).command
    for whole in (command.help, command.epilog):
        yield from (plain(part) for part in cleandoc(whole or "").split("\n\n") if not part.startswith("\b"))
    yield from (plain(param.help or "") for param in command.params if isinstance(param, click.Option))


@pytest.mark.parametrize("name", SPOKEN)
def test_every_text_of_the_help_has_its_english(name: str) -> None:
    assert [text for text in texts(name) if text not in KNOWN] == []


def test_no_text_is_translated_for_nothing() -> None:
    said = {text for name in SPOKEN for text in texts(name)}
    of_calls = {"geef --van, --ledger, of allebei", "geef \u00f3f --regel, \u00f3f --bron", "geef --van, of --ledger met --jaar"}
    assert KNOWN - said == of_calls | {"--proef hoort bij --ledger"}


@pytest.mark.parametrize("name", SPOKEN)
def test_the_help_is_english_and_dutch_again_after_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--taal", "en", "--help"]) == 0
    shown = capsys.readouterr().out
    heads = "\n".join(line for line in shown.splitlines() if not re.match(r"    (mpj |    --)", line))
    words = re.sub(r"--[a-z-]+|\S+;\S+|\[nl\|en\]", "", heads)
    assert shown.startswith(f"Usage: mpj {name} [OPTIONS]") and not DUTCH.findall(words), words
    assert cli.run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Gebruik: mpj {name} [OPTIES]")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["explain"], "give --van, --ledger, or both"),
        (["explain", "--van", "x"], "give either --regel or --bron"),
        (["sample", "--aantal", "1", "--zaad", "a"], "give --van, or --ledger with --jaar"),
        (
            ["verify", "--bericht", "a", "--contracten", "b", "--toewijzingen", "c", "--out", "d", "--proef"],
            "--proef goes with --ledger",
        ),
        (["sample"], "Missing option '--aantal'"),
    ],
)
def test_a_wrong_call_is_told_in_english(args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*args, "--taal", "en"]) == 2
    assert f"Error: {told}" in capsys.readouterr().err


def test_what_has_no_english_is_dutch_throughout(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["declare", "--taal", "en"]) == 2
    shown = capsys.readouterr().err
    assert "Fout: De optie '--taal' bestaat niet." in shown and "Usage" not in shown
