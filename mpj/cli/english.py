"""The help of a command in English (``--taal en``), by the catalog of its Dutch: a screen is in one language throughout."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from inspect import cleandoc

import click

from mpj.presentation.translation import translated

_METAVARS: Mapping[str, str] = {
    "NUMMER": "NUMBER",
    "GETAL": "NUMBER",
    "JAAR": "YEAR",
    "DATUM": "DATE",
    "JJJJ-MM": "YYYY-MM",
    "NAAM": "NAME",
    "DECLARATIENUMMER...|JJJJ-MM": "DECLARATIENUMMER...|YYYY-MM",
}


def said(text: str) -> str:
    """Return a text of a command in English, paragraph by paragraph; what has none, as an example, stays."""
    return "\n\n".join(
        part if part.startswith("\b") else translated(" ".join(part.split()), "en") for part in cleandoc(text).split("\n\n")
    )


def in_english(command: click.Command) -> click.Command:
    """Return a command, and those within it, whose help is in English."""
    made = copy(command)
    made._help_option = None
    made.help, made.epilog, made.options_metavar = said(made.help or ""), said(made.epilog or ""), "[OPTIONS]"
    made.params = [_in_english(param) for param in made.params]
    if isinstance(made, click.Group):
        made.subcommand_metavar = "COMMAND [ARGS]..."
        made.commands = {name: in_english(one) for name, one in made.commands.items()}
    return made


def _in_english(param: click.Parameter) -> click.Parameter:
    made = copy(param)
    shown = made.metavar or getattr(made.type, "name", "").upper()
    made.metavar = _METAVARS.get(shown, made.metavar)
    if isinstance(made, click.Option):
        made.help = said(made.help or "")
    return made
