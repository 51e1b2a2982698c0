"""A work list as a report: what a run set aside, a table for each vervolg, without any BSN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from mpj.presentation.report import Column, Report, Row, Table
from mpj.reading.masking import hide
from mpj.records.reasons import REDENEN, Vervolg
from mpj.records.uitval import Uitval

Per: TypeAlias = Literal["medewerker", "gemeente"]
"""What a work list is divided by."""
COLUMNS = (
    Column("gemeente", "code", "gemeente"),
    Column("medewerker", "code", "medewerker"),
    Column("soort", "code", "soort"),
    Column("id", "code", "bron"),
    Column("datum", "date", "datum"),
    Column("t/m", "date", "datum_tot"),
    Column("aantal", "count", "aantal"),
    Column("code", "code", "prestatiecode"),
    Column("niveau", "code", "kwalificatieniveau"),
    Column("minuten", "count", "minuten"),
    Column("waarde", "cent", "waarde_cent"),
    Column("geschat", "cent", "geschat_cent"),
    Column("reden", "code", "reden"),
    Column("betekenis", "text", "betekenis"),
    Column("wat te doen", "text", "actie"),
    Column("toelichting", "text", "toelichting"),
    Column("bestand", "text", "bestand"),
    Column("rij", "code", "rij"),
)
"""Of each sheet; `geschat` is an estimate, where the value is unknown."""
_ORDER: tuple[str, ...] = get_args(Vervolg)


def report(uitval: Iterable[Uitval], title: str) -> Report:
    """Return what was set aside as a table for each vervolg that there is, first what somebody can do something about."""
    found: dict[str, list[Uitval]] = {vervolg: [] for vervolg in _ORDER}
    for row in uitval:
        found[row.vervolg].append(row)
    tables = tuple(Table(vervolg, COLUMNS, map(_row, rows), _total(rows)) for vervolg, rows in found.items() if rows)
    return Report(title, (), tables, "mpj worklist")


def table(uitval: Iterable[Uitval], title: str) -> Table:
    """Return the same as one table, in the same order, with the vervolg in front."""
    rows = sorted(uitval, key=lambda row: _ORDER.index(row.vervolg))
    return Table(title, (Column("vervolg", "code", "vervolg"), *COLUMNS), ((row.vervolg, *_row(row)) for row in rows))


def divided(uitval: Iterable[Uitval], per: Per, out: Path) -> Mapping[Path, Sequence[Uitval]]:
    """Return the rows of each file: one for each value of `per`, named by it behind the name of `out`."""
    groups: dict[str, list[Uitval]] = {}
    for row in uitval:
        groups.setdefault(row.gemeente if per == "gemeente" else row.medewerker, []).append(row)
    files: dict[Path, Sequence[Uitval]] = {}
    for value in sorted(groups):
        name = re.sub(r"[^\w-]+", "_", hide(value)).strip("_") or f"zonder-{per}"
        path, number = out.with_stem(f"{out.stem}-{name}"), 2
        while path in files:
            path, number = out.with_stem(f"{out.stem}-{name}-{number}"), number + 1
        files[path] = groups[value]
    return files


def _row(row: Uitval) -> Row:
    reden = REDENEN[row.reden]
    return (
        *(row.gemeente, row.medewerker, row.soort, row.bron, row.datum, row.datum_tot, row.aantal),
        *(row.prestatiecode, row.kwalificatieniveau, row.minuten, row.waarde_cent, row.geschat_cent),
        *(row.reden, reden.betekenis, reden.actie, row.toelichting, row.bestand, str(row.rij) if row.rij else ""),
    )


def _total(rows: Sequence[Uitval]) -> Row:
    sums = {
        "aantal": sum(row.aantal for row in rows),
        "minuten": sum(row.minuten or 0 for row in rows),
        "waarde_cent": sum(row.waarde_cent or 0 for row in rows),
        "geschat_cent": sum(row.geschat_cent or 0 for row in rows),
    }
    return ("totaal", *(sums.get(column.name, "" if column.form != "date" else None) for column in COLUMNS[1:]))
