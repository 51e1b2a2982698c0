"""Lays a profile over the records that a caller gives as mappings, before anything is read of them; values pass as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve

from mpj.reading.calls import expect
from mpj.reading.cells import as_text
from mpj.reading.faults import Hears
from mpj.reading.profile import PLAIN, Profiel, Profiled, Tabelprofiel
from mpj.reading.tables import Table, headed, lay_profile
from mpj.records.definitions import Recordsoort, definition_of
from mpj.records.registraties import Ongeldig
from mpj.records.rows import records_of
from mpj.records.toewijzingen import OngeldigeToewijzing
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf

_VALUES = (Registratie, Verblijf, Prestatie, Medewerker, Toewijzing, Ongeldig, OngeldigeToewijzing)


def profiled(items: Iterable[Any], soort: Recordsoort, profiel: Profiel, report: Hears) -> Iterable[Any]:
    """Return records of one kind as we would have them; `report` hears what the profile did and how many it passed over.

    Raises InputError for a column that the profile names and a mapping does not have, and as `mpj.records.rows.MappingRows` does.
    """
    expect("profiel", profiel, "what mpj.read_profile returns", Profiel)
    tabel = profiel.of(soort)
    return items if tabel == PLAIN else _profiled(items, soort, tabel, report)


def _profiled(items: Iterable[Any], soort: Recordsoort, tabel: Tabelprofiel, report: Hears) -> Iterator[Any]:
    layouts: dict[tuple[object, ...], tuple[list[str], Profiled]] = {}
    for item in records_of(items, *_VALUES):
        if not isinstance(item, dict):
            yield item
            continue
        keys = tuple(item)
        if keys not in layouts:
            layouts[keys] = layout(list(map(str, keys)), soort, tabel, report)
        names, laid = layouts[keys]
        cells = laid.row(list(map(as_text, item.values())))
        if cells is not None:
            yield {name: cell for name, cell in zip(names, cells, strict=True) if name}
    skipped = sum(laid.skipped for _, laid in layouts.values())
    tell_skipped(tabel, skipped, report)


def layout(keys: list[str], soort: Recordsoort, tabel: Tabelprofiel, report: Hears) -> tuple[list[str], Profiled]:
    """Return our names of these keys, or columns, of one kind of record, and what lays the profile over their values.

    `report` hears what the profile does; raises as `profiled`.
    """
    columns = evolve(definition_of(soort).columns, required=(), profiel=tabel)
    table: Table[list[str]] = headed("", 0, keys, columns, iter(()))
    laid = lay_profile(table, (0, keys), tabel) or Profiled(tabel, table.columns)
    for warning in table.warnings:
        report(warning)
    return columns.named(keys), laid


def tell_skipped(tabel: Tabelprofiel, skipped: int, report: Hears) -> None:
    """Tell how many records the profile passed over."""
    laid = Profiled(tabel, {})
    laid.skipped = skipped
    for notice in laid.notices(""):
        report(notice)
