"""A work list as a report: what a run set aside, a table for each vervolg, without any BSN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from mpj.presentation.report import Column, Report, Row, Table, coded
from mpj.reading.masking import hide
from mpj.records.reasons import REDENEN, Vervolg
from mpj.records.uitval import Uitval

Per: TypeAlias = Literal["medewerker", "gemeente"]
"""What a work list is divided by."""
_COLUMNS = (
    Column("medewerker", "code", "medewerker"),
    Column("soort", "code", "soort"),
    Column("id", "code", "bron"),
    Column("datum", "date", "datum"),
    Column("t/m", "date", "datum_tot"),
    Column("dagen", "count", "dagen"),
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
"""Of each sheet, behind the gemeente; `geschat` is an estimate, where the value is unknown."""
_ORDER: tuple[str, ...] = get_args(Vervolg)


@frozen
class Werklijst:
    """What was set aside, and how people see it."""

    uitval: Sequence[Uitval]
    titel: str
    op: date
    """The day that ages are counted to."""
    namen: Mapping[str, str] = field(factory=dict)
    """The names of gemeenten, by code."""

    @property
    def report(self) -> Report:
        """A table for each vervolg that there is, first what somebody can do something about."""
        found = {vervolg: [row for row in self.uitval if row.vervolg == vervolg] for vervolg in _ORDER}
        tables = (Table(name, self._columns, map(self._row, rows), self._total(rows)) for name, rows in found.items() if rows)
        return Report(self.titel, (), tuple(tables), "mpj worklist")

    @property
    def table(self) -> Table:
        """The same as one table, in the same order, with the vervolg in front."""
        rows = sorted(self.uitval, key=lambda row: _ORDER.index(row.vervolg))
        columns = (Column("vervolg", "code", "vervolg"), *self._columns)
        return Table(self.titel, columns, ((row.vervolg, *self._row(row)) for row in rows))

    @property
    def _columns(self) -> tuple[Column, ...]:
        return (*coded("gemeente", self.namen), *_COLUMNS)

    def _row(self, row: Uitval) -> Row:
        reden = REDENEN[row.reden]
        age = None if row.datum is None else max(0, (self.op - row.datum).days)
        return (
            *(row.gemeente, self.namen.get(row.gemeente, ""), row.medewerker, row.soort, row.bron, row.datum, row.datum_tot, age),
            *(row.aantal, row.prestatiecode, row.kwalificatieniveau, row.minuten, row.waarde_cent, row.geschat_cent),
            *(row.reden, reden.betekenis, reden.actie, row.toelichting, row.bestand, str(row.rij) if row.rij else ""),
        )

    def _total(self, rows: Sequence[Uitval]) -> Row:
        sums = {
            "aantal": sum(row.aantal for row in rows),
            "minuten": sum(row.minuten or 0 for row in rows),
            "waarde_cent": sum(row.waarde_cent or 0 for row in rows),
            "geschat_cent": sum(row.geschat_cent or 0 for row in rows),
        }
        empty = {"date": None, "count": None}
        return ("totaal", *(sums.get(column.name, empty.get(column.form, "")) for column in self._columns[1:]))


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
