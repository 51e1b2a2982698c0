"""Faults of the API in the words of the command line: the names of keywords become those of options."""

from __future__ import annotations

import re

import click
from attrs import evolve

from mpj.reading.faults import Fault

_KEYWORD = re.compile(r"`([a-z_]+)`")
_OR_KEYWORD = re.compile(r", (?:of|or) `([a-z_]+)`$")
_OTHER_NAMES = {"vervang": "force"}
"""Keywords of the API that are called otherwise on the command line."""
_PATHS = ("out", "van")
"""Keywords of which a fault names the path as well; any other column beside a file is one of that file."""


def in_options(fault: Fault) -> Fault:
    """Return a fault with the names of keywords (`kolom`, and what stands between backticks) as options of this command."""
    context = click.get_current_context(silent=True)
    params = () if context is None else context.command.params
    names = {one.name: max(one.opts, key=len) for one in params if isinstance(one, click.Option)}

    def option(keyword: str) -> str:
        return names.get(_OTHER_NAMES.get(keyword, keyword), keyword)

    def text(given: str) -> str:
        way = _OR_KEYWORD.search(given)
        if context is not None and way is not None and option(way[1]) == way[1]:
            given = given[: way.start()]  # this command has no such option to point at
        return _KEYWORD.sub(lambda found: option(found[1]), given)

    of_the_call = not fault.bestand or fault.kolom in _PATHS
    kolom = option(fault.kolom) if of_the_call else fault.kolom
    return evolve(fault, kolom=kolom, verwacht=text(fault.verwacht), toelichting=text(fault.toelichting))
