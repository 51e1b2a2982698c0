"""What the commands of `mpj tariffs` take: percentages, and contract folders that are loaded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.common import show_fault

if TYPE_CHECKING:
    from mpj.contract import Contract

    _PercentageType = click.ParamType[Fraction]
    _PairType = click.ParamType[tuple[Fraction, Fraction]]
else:
    _PercentageType = _PairType = click.ParamType  # it takes no type before click 8.4.

MOST = 40
"""So many rows of a table are shown on the screen."""


class Percentage(_PercentageType):
    """A percentage, read exactly: 3,42 or 3.42."""

    name = "percentage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        from mpj.reading.fields import FieldError, parse_percentage

        if isinstance(value, Fraction):
            return value
        try:
            return parse_percentage(str(value))
        except FieldError as error:
            self.fail(f"verwacht {error.verwacht}", param, ctx)


class PercentagePair(_PairType):
    """Two percentages with a colon between them, read exactly: 4,94:6,00."""

    name = "percentages"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Fraction, Fraction]:
        if isinstance(value, tuple):
            return value
        first, colon, second = str(value).partition(":")
        if not colon:
            self.fail("verwacht twee percentages met een dubbele punt ertussen, als 4,94:6,00", param, ctx)
        one = Percentage()
        return one.convert(first, param, ctx), one.convert(second, param, ctx)


def load(meldingen: str, *folders: Path) -> list[Contract]:
    """Load contract folders, with their warnings to stderr; raises InputError with the faults of all."""
    from mpj.contract import load_contract
    from mpj.reading.faults import Fault, InputError

    found: list[Contract] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            found.append(load_contract(folder, report=lambda fault: show_fault(fault, meldingen)))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found
