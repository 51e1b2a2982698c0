"""What click says, in Dutch: headings of help, and what is wrong with a call. Who asks for English gets its own words."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext, ngettext
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mpj.presentation.languages import Taal

TALEN = ("nl", "en")
_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
DUTCH: Mapping[str, str] = {
    # Help.
    "Usage:": "Gebruik:",
    "Options": "Opties",
    "Commands": "Opdrachten",
    "Positional arguments": "Argumenten",
    "Show this message and exit.": "Toon deze uitleg.",
    "Show the version and exit.": "Toon de versie.",
    "default: {default}": "standaard: {default}",
    "(dynamic)": "(hangt ervan af)",
    "required": "verplicht",
    "env var: {var}": "omgevingsvariabele: {var}",
    "deprecated": "vervalt",
    # What is wrong with a call.
    "Error: {message}": "Fout: {message}",
    "Try '{command} {option}' for help.": "Uitleg: {command} {option}",
    "Aborted!": "Afgebroken.",
    "Invalid value: {message}": "Onjuiste waarde: {message}",
    "Invalid value for {param_hint}: {message}": "Onjuiste waarde bij {param_hint}: {message}",
    "Missing argument": "Er ontbreekt",
    "Missing option": "Er ontbreekt",
    "Missing parameter": "Er ontbreekt",
    "Missing {param_type}": "Er ontbreekt {param_type}",
    "Missing parameter: {param_name}": "Er ontbreekt {param_name}",
    "Missing command.": "Er ontbreekt een opdracht.",
    "Choose from:\n\t{choices}": "Kies uit:\n\t{choices}",
    "No such option {name!r}.": "De optie {name!r} bestaat niet.",
    "No such option: {name}": "De optie {name} bestaat niet.",
    "No such command {name!r}.": "De opdracht {name!r} bestaat niet.",
    "Did you mean {possibility}?": "Bedoelde u {possibility}?",
    "(Did you mean one of: {possibilities}?)": "Bedoelde u een van deze: {possibilities}?",
    "(Possible options: {possibilities})": "Bedoelde u een van deze: {possibilities}?",
    "Got unexpected extra argument ({args})": "Er staat iets te veel: {args}",
    "Got unexpected extra arguments ({args})": "Er staat iets te veel: {args}",
    "Argument {name!r} takes {nargs} values.": "{name!r} neemt {nargs} waarden.",
    "Takes {nargs} values but 1 was given.": "Neemt {nargs} waarden, en kreeg er 1.",
    "Takes {nargs} values but {len} were given.": "Neemt {nargs} waarden, en kreeg er {len}.",
    "Option {name!r} does not take a value.": "De optie {name!r} neemt geen waarde.",
    "Option {name!r} requires an argument.": "De optie {name!r} vraagt een waarde.",
    "Option {name!r} requires {nargs} arguments.": "De optie {name!r} vraagt {nargs} waarden.",
    "Value must be an iterable.": "Verwacht meer dan één waarde.",
    "{value!r} is not {choice}.": "{value!r} is niet {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} is geen van {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} is geen geheel getal.",
    "{value} is not in the range {range}.": "{value} valt niet binnen {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} is geen ja of nee.",
    "{value!r} is not a valid boolean.": "{value!r} is geen ja of nee.",
    "{len_type} values are required, but {len_value} was given.": "Verwacht {len_type} waarden, en kreeg er {len_value}.",
    "{len_type} values are required, but {len_value} were given.": "Verwacht {len_type} waarden, en kreeg er {len_value}.",
    "file": "bestand",
    "directory": "map",
    "path": "pad",
    "{name} {filename!r} does not exist.": "{name} {filename!r} bestaat niet.",
    "{name} {filename!r} is a file.": "{name} {filename!r} is een bestand.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} is een map.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} is niet te lezen.",
    "{name} {filename!r} is not writable.": "{name} {filename!r} is niet te schrijven.",
    "{name} {filename!r} is not executable.": "{name} {filename!r} is niet uit te voeren.",
    "unknown error": "onbekende fout",
    "Could not open file {filename!r}: {message}": "Het bestand {filename!r} is niet te openen: {message}",
}
"""By what click says; what a program of ours cannot make it say (prompts, faults in a definition) is not here."""


def speak(taal: str) -> None:
    """Let click speak a language in this process: Dutch, or for any other its own words.

    It asks gettext, which wants compiled catalogs on disk and a language in the environment; so each of its modules is given the
    words themselves.
    """
    say, counted = (_say, _counted) if taal == "nl" else (gettext, ngettext)
    for name in _MODULES:
        module = import_module(f"click.{name}")
        for own, word in (("_", say), ("ngettext", counted)):
            if hasattr(module, own):
                setattr(module, own, word)


def speaks() -> Taal:
    """Return the language that click, and so each screen, speaks in this process."""
    return "nl" if import_module("click.core")._ is _say else "en"


def _say(text: str) -> str:
    return DUTCH.get(text, text)


def _counted(one: str, more: str, number: int) -> str:
    return _say(one if number == 1 else more)


def _language(command: click.Command) -> None:
    """Give a command the option for its language; where it is not given, that of the call as a whole counts."""
    option = next((one for one in command.params if one.name == "taal"), None)
    if option is None:
        about = "Taal van het scherm."
        option = click.Option(["--taal"], type=click.Choice(TALEN), show_default=True, expose_value=False, help=about)
        command.params.append(option)
    option.default = speaks()


def named(command: click.Command) -> click.Command:
    """Return a command with what stands for its parts in the line of its use, and those of its own commands, in Dutch."""
    command.options_metavar = "[OPTIES]"
    _language(command)
    for param in command.params:
        if isinstance(param.type, click.types.IntParamType):
            param.metavar = param.metavar or "GETAL"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "OPDRACHT [ARGUMENT]..."
        for one in command.commands.values():
            named(one)
    return command
