"""From the caller's own mappings to a checked `Contract`, in the words of a program instead of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from attrs import evolve

from mpj.contract.load import Given, build
from mpj.contract.model import Contract
from mpj.contract.producten import PRODUCTEN
from mpj.contract.rows import CODES, TARIEVEN, Contracttabel
from mpj.contract.warnings import warnings_of
from mpj.protocol import PROTOCOLS, Protocol
from mpj.reading.faults import Fault, Hears, InputError
from mpj.reading.fields import FieldError, parse_date
from mpj.reading.names import check_names
from mpj.reading.toml import Document

Rows: TypeAlias = Iterable[Mapping[str, str | date | Decimal | None]]
"""Rows of a table by column: text; a date where a date is meant, a Decimal of euros as tarief; None is absent."""
_DATES = ("begindatum", "einddatum")
_OF_FILES = {
    " zonder aanhalingstekens": "",
    " tussen aanhalingstekens": "",
    "true of false": "True of False",
    "in contract.toml": "in de instellingen",
}
"""What faults say of a file, and what of a value."""


def make_contract(
    settings: Mapping[str, object],
    tarieven: Rows,
    codes: Rows | None = None,
    *,
    producten: Rows | None = None,
    protocols: Mapping[str, Protocol] = PROTOCOLS,
    report: Hears | None = None,
) -> Contract:
    """Make a contract without files: `settings` as contract.toml parses; `tarieven`, `codes`, `producten` as rows by column.

    Values of rows are text. A tarief is euros as text (``"24,55"``) or a Decimal, whose zeros behind the cents count for nothing
    (``Decimal("24.550")`` is 24,55); dates of contract and rows are a date or text as ``2026-01-31``. `report` hears warnings:
    unknown columns and keys, and what a contract manager wants to know of the matrix (docs/tariffs.md). Raises InputError with
    every fault, and TypeError for a value of another type: a tarief that is an int or a float may be cents or euros.
    """
    faults: list[Fault] = []
    tables: dict[str, Contracttabel] = {}
    for definition, rows in ((TARIEVEN, tarieven), (CODES, codes), (PRODUCTEN, producten)):
        naam, columns = definition.soort, definition.columns
        if rows is None:
            continue
        listed = list(rows)
        keys = list(dict.fromkeys(key for row in listed for key in row))
        names = columns.named(map(str, keys))
        if listed:
            faults += check_names(names, columns, columns.required, naam, 0)
        known = {name: key for name, key in zip(names, keys, strict=True) if name in columns.known}
        texts = [_texts(f"{naam}, rij {rij}", known, row) for rij, row in enumerate(listed, 1)]
        tables[naam] = Contracttabel(naam, list(enumerate(texts, 1)))
    notes: list[Fault] = []
    try:
        contract = build(Given(Document(_dated(settings), "contract"), tables, faults), protocols, notes.append)
    except InputError as error:
        raise InputError([_of_values(fault) for fault in error.faults]) from None
    if report is not None:
        for fault in (*notes, *(evolve(one, bestand=Path(one.bestand).stem) for one in warnings_of(contract))):
            report(_of_values(fault))
    return contract


def _texts(where: str, known: Mapping[str, str], row: Mapping[str, object]) -> dict[str, str]:
    """Return a row as it stands in a file; `known` are its keys by column."""
    return {name: _text(where, name, row.get(key)) for name, key in known.items()}


def _text(where: str, name: str, value: object) -> str:
    """Return a value as it stands in a file; raises TypeError for what no row may hold."""
    if value is None or type(value) is str:
        return (value or "").strip()
    if name in _DATES and type(value) is date:
        return value.isoformat()
    if name == "tarief" and type(value) is Decimal:
        return _euros(value)
    wanted = {"tarief": "text or a Decimal of euros"} | dict.fromkeys(_DATES, "text or a datetime.date")
    raise TypeError(f"{where}, {name}: expected {wanted.get(name, 'text')}, not {type(value).__name__}")


def _euros(value: Decimal) -> str:
    """Return exact euros in cents' notation; what holds a part of a cent stays as it is, and is refused as a text would be."""
    if not value.is_finite():
        return str(value)
    cents = value.scaleb(2)
    return f"{value:.2f}" if cents == cents.to_integral_value() else f"{value:f}"


def _dated(settings: Mapping[str, object]) -> Mapping[str, object]:
    """Return settings with dates for the texts that are one."""
    contract = settings.get("contract")
    if not isinstance(contract, Mapping):
        return settings
    return {**settings, "contract": {**contract, **{name: _date(contract[name]) for name in _DATES if name in contract}}}


def _date(value: object) -> object:
    try:
        return parse_date(value.strip()) if isinstance(value, str) else value
    except FieldError:
        return value


def _of_values(fault: Fault) -> Fault:
    """Return a fault in the words of values."""
    verwacht, toelichting = fault.verwacht, fault.toelichting
    for of_file, of_value in _OF_FILES.items():
        verwacht, toelichting = verwacht.replace(of_file, of_value), toelichting.replace(of_file, of_value)
    return evolve(fault, verwacht=verwacht, toelichting=toelichting)
