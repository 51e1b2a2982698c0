"""`mpj month`: a month declared in one word, from `mpj.toml`."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

import click

from mpj.cli import declare
from mpj.cli.common import FILE, Command, guarded
from mpj.reading.config import read_config

_EPILOG = """
Voorbeeld:

\b
  mpj month 2026-03
  mpj month 2026-03 --proef
  mpj ledger send 2026-03 --ledger zorg.db

Een optie op de opdrachtregel gaat voor wat in mpj.toml staat. --akkoord komt nooit uit een bestand.
"""
_OUTSIDE = ("periode", "berichten", "help", "config")


def _options() -> list[click.Parameter]:
    """Return the options of `mpj declare`, none of them required."""
    found = [copy(one) for one in declare.command.params if one.name not in _OUTSIDE]
    for one in found:
        one.required = False
    return found


@click.command(cls=Command, epilog=_EPILOG, params=_options())
@click.argument("periode", metavar="JJJJ-MM")
@click.option("--config", type=FILE, default=None, metavar="FILE", help="Het bestand.  [standaard: mpj.toml in deze map]")
@guarded
def command(periode: str, config: Path | None, **given: Any) -> int:
    """Declareer een maand zoals mpj.toml het zegt, met berichten.

    De map van het eigen concept wordt vervangen; een map waaruit is verzonden niet.
    """
    from mpj.output.folder import sealed

    declare.check_months({"JJJJ-MM": periode})
    known = read_config(config)
    asked = known.given(periode)
    asked |= {name: value for name, value in given.items() if name not in asked or value}
    asked["force"] = given["force"] or bool(sealed(asked["out"]))
    return declare.perform(declare.DeclareOptions(periode=periode, berichten=True, **asked), known.grens, known.namen)
