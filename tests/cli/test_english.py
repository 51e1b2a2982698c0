"""Every command speaks English with ``--taal en`` or MPJ_TAAL=en: its help, a wrong call, its faults; and Dutch again after it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from inspect import cleandoc

import click
import pytest

from cli.gathering import DUTCH, gathered, shape
from mpj import cli
from mpj.cli import english
from mpj.cli.dutch import speak
from mpj.presentation import languages

HELP = {" ".join(dutch.split()): text for (_, dutch), text in languages.catalog("mpj.presentation", "help", "en").items()}
_NAMES = re.compile(r"^ {2,6}(mpj |curl |-|--).*$|--?[a-z-]+|\"[^\"]*\"|\S*[._;/\\=]\S+|\[[^\]]*\]|[A-Z_]{2,}\S*", re.MULTILINE)
OWN_WORDS = {"was", "wordt"}
"""Domain words that English keeps: ``was-wordt``."""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and group, by how it is called."""
    context = click.Context(cli.group)
    yield "", cli.group
    for name in cli.COMMANDS:
        command = cli.group.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", one) for sub, one in command.commands.items())


speak("nl")
NAMES = [name for name, _ in commands()]


def texts(command: click.Command) -> Iterator[str]:
    """Every paragraph that the help of a command shows, but for examples."""
    for whole in (command.help, command.epilog):
        yield from (" ".join(part.split()) for part in cleandoc(whole or "").split("\n\n") if part and not part.startswith("\b"))
    yield from (" ".join(one.help.split()) for one in command.params if isinstance(one, click.Option) and one.help)


def dutch_in(shown: str) -> list[str]:
    """The Dutch function words of a help, but for names: of options, files, columns and what stands between quotes."""
    plain = _NAMES.sub(" ", shown)
    return [word for word in re.findall(r"[a-zà-ÿ]+", plain.lower()) if word in DUTCH - OWN_WORDS]


def test_every_text_of_the_help_has_its_english() -> None:
    speak("nl")
    said = {text for _, command in commands() for text in (*texts(command), *(one for _, one in cli.COMMANDS.values()))}
    assert [text for text in said if english.said(text) == text] == []


@pytest.mark.slow
def test_no_text_is_translated_for_nothing() -> None:
    """What is in the catalog of help is a text of a help, or of a wrong call."""
    speak("nl")
    told = {text for _, command in commands() for text in texts(command)} | {one for _, one in cli.COMMANDS.values()}
    known = {shape(text) for text in gathered()}
    assert [text for text in HELP if text not in told and shape(text) not in known] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_help_is_english_and_dutch_again_after_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*name.split(), "--taal", "en", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: mpj {name}".strip()) and dutch_in(shown) == [], shown
    assert cli.run([*name.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Gebruik: mpj {name}".strip())


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
        (["declare", "--nonsens"], "No such option '--nonsens'."),
        (["ledger", "send", "--ledger", "x.db"], "give numbers of declarations, a month as 2026-03, or --alles"),
        (["ledger", "send", "--ledger", "x.db", "--alles", "--op", "gisteren"], "expected a date as 2026-03-31"),
        (["serve", "--nieuw", "a:owner"], "--nieuw and --intrekken ask for --gebruikers FILE"),
    ],
)
def test_a_wrong_call_is_told_in_english(args: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*args, "--taal", "en"]) == 2
    shown = capsys.readouterr().err
    assert "Error: " in shown and told in " ".join(shown.split())


CONTRACT = ["tariffs", "check", "niet-daar"]
SAID = {"nl": "Fout: niet-daar: contractmap bestaat niet; verwacht: een map met contract.toml en tarieven.csv\n1 fout.\n"}
SAID["en"] = "Error: niet-daar: contract folder does not exist; expected: a folder with contract.toml and tarieven.csv\n1 fault.\n"


@pytest.mark.parametrize(
    ("args", "environment", "taal"),
    [
        (CONTRACT, "", "nl"),
        ([*CONTRACT, "--taal", "en"], "", "en"),
        ([*CONTRACT, "--taal=en"], "", "en"),
        (["--taal", "en", *CONTRACT], "", "en"),
        (CONTRACT, "en", "en"),
        ([*CONTRACT, "--taal", "nl"], "en", "nl"),
        (["--taal", "en", *CONTRACT, "--taal", "nl"], "", "nl"),
    ],
)
def test_what_is_said_last_counts_and_mpj_taal_before_that(
    args: list[str], environment: str, taal: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MPJ_TAAL", environment) if environment else monkeypatch.delenv("MPJ_TAAL", raising=False)
    assert cli.run(args) == 2
    assert capsys.readouterr().err == SAID[taal]


def test_a_language_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MPJ_TAAL", "fr")
    assert cli.run(CONTRACT) == 2
    assert "'fr' is geen van 'nl', 'en'." in capsys.readouterr().err


def test_a_command_that_writes_in_a_language_writes_in_that_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPJ_TAAL", "en")
    cli.run(["--version"])
    defaults = {name: one.default for name, command in commands() for one in command.params if one.name == "taal"}
    assert set(defaults) == {name for name, command in commands()}
    assert set(defaults.values()) == {"en"}


@pytest.mark.parametrize(("taal", "told"), [("nl", "standaard: nl]"), ("en", "default: en]")])
def test_the_first_help_tells_its_own_language(taal: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--taal", taal, "--help"]) == 0
    assert told in capsys.readouterr().out


def test_messages_for_a_program_keep_their_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*CONTRACT, "--taal", "en", "--meldingen", "json"]) == 2
    told = json.loads(capsys.readouterr().err)
    assert told["code"] == "map_ontbreekt" and told["soort"] == "fout" and told["toelichting"] == "contract folder does not exist"
