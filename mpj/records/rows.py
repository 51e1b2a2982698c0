"""One row of any record table, field by field: what can be read is, what cannot is collected with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from mpj.reading.faults import InputError, mask, wrong_value
from mpj.reading.fields import FieldError, is_bsn
from mpj.reading.masking import bsns_in
from mpj.reading.names import check_names
from mpj.reading.sources import SILENT, TABLES, Reading, Source, find_sources
from mpj.reading.tables import Table, open_table
from mpj.records.uitval import Uitval
from mpj.records.words import Uitvalsoort

_T = TypeVar("_T")
_K = TypeVar("_K")
_O = TypeVar("_O")
_HIDDEN = "(niet getoond)"
_HUGE = 10**40


class Row:
    """The fields of one row by column name, stripped of blanks (the BSN is not), and the faults found while reading them."""

    __slots__ = ("bestand", "faults", "fields", "rij")

    def __init__(self, fields: Mapping[str, str], bestand: str = "", rij: int = 0) -> None:
        self.fields = fields
        self.bestand = bestand
        self.rij = rij
        self.faults: list[str] = []

    def text(self, name: str) -> str | None:
        """Return the field as text, None when it is empty."""
        return self.fields.get(name) or None

    def need(self, name: str) -> str:
        """Return a required text; its absence is a fault."""
        found = self.fields.get(name)
        if not found:
            self.faults.append(f"{name} is leeg")
            return ""
        return found

    def take(self, name: str, parse: Callable[[str], _T]) -> _T | None:
        """Return the parsed field, None when it is empty or unreadable; the latter is a fault."""
        found = self.fields.get(name)
        if not found:
            return None
        try:
            return parse(found)
        except FieldError as error:
            self.faults.append(wrong_value(name, _HIDDEN if name == "bsn" else mask(found), error.verwacht))
            return None

    def require(self, name: str, parse: Callable[[str], _T]) -> _T | None:
        """As `take`, but an empty field is a fault too."""
        if not self.fields.get(name):
            self.faults.append(f"{name} is leeg")
            return None
        return self.take(name, parse)

    def refuse(self, text: str) -> None:
        """Add a fault that no single field shows; `text` must not hold a value from the row."""
        self.faults.append(text)

    def uitval(self, soort: Uitvalsoort, bron: str, datum: date | None) -> Uitval:
        """Return the row as set aside: ``ongeldig``, with all its faults."""
        shown = "" if _may_show_bsn(bron, self.fields.get("bsn", "")) else bron
        gemeente = self.fields.get("gemeente", "")
        return Uitval(
            soort=soort,
            bron=shown,
            datum=datum,
            datum_tot=datum,
            aantal=1,
            bestand=self.bestand,
            rij=self.rij,
            gemeente=gemeente if len(gemeente) == 4 and gemeente.isdigit() else "",
            reden="ongeldig",
            waarde_cent=None,
            toelichting="; ".join(self.faults),
            **(_worked_on(self.fields) if soort != "toewijzing" else {}),
        )


def _worked_on(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what whoever mends a row wants to know of it, as it stands there: the engine leaves out what it does not know."""
    medewerker, minuten = fields.get("medewerker", ""), fields.get("minuten", "")
    return {
        "medewerker": "" if _may_show_bsn(medewerker, fields.get("bsn", "")) else medewerker,
        "prestatiecode": fields.get("prestatiecode", ""),
        "kwalificatieniveau": fields.get("kwalificatieniveau", ""),
        "minuten": int(minuten) if minuten.isascii() and minuten.isdigit() and len(minuten) <= 4 else None,
    }


def _may_show_bsn(bron: str, found: str) -> bool:
    """As `shows_bsn`, where the BSN itself could not be read: then any nine digits that are one count."""
    digits = re.sub(r"[^0-9]", "", found)
    if len(digits) >= 7 and digits in re.sub(r"[^0-9]", "", bron):
        return True
    return not is_bsn(found) and bool(bsns_in(bron))


def row_of(table: Table[list[str]], rij: int, fields: list[str]) -> Row:
    """Return one row of a table; more or fewer fields than the header has is a fault in itself."""
    width = table.width
    ragged = len(fields) < width or any(fields[width:])
    if len(fields) < width:
        fields = fields + [""] * (width - len(fields))
    texts = {name: fields[place].strip() if name != "bsn" else fields[place] for name, place in table.columns.items()}
    row = Row(texts, table.naam, rij)
    if ragged:
        row.refuse("de rij heeft meer of minder velden dan de kopregel")
    return row


def read_rows(
    paths: Iterable[str | Path],
    columns: tuple[str, ...],
    required: tuple[str, ...],
    parse: Callable[[Row], _T],
    reading: Reading = SILENT,
) -> Iterator[_T]:
    """Read every row of every table that `paths` stand for; `reading` hears of it.

    Raises InputError for a file that is no such table; files are opened one by one while iterating, the paths are checked at once.
    """
    for source in find_sources(paths, TABLES, reading):
        for row in source_rows(source, columns, required, reading):
            yield parse(row)


def source_rows(source: Source, columns: tuple[str, ...], required: tuple[str, ...], reading: Reading) -> Iterator[Row]:
    """Read every row of one table; see `read_rows`."""
    with open_table(source, columns, required, reading) as table:
        for rij, fields in table:
            yield row_of(table, rij, fields)


class MappingRows:
    """Turns the caller's own mappings into rows, checking each new set of keys for slips once."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self._seen: set[tuple[str, ...]] = set()

    def row(self, mapping: Mapping[str, object]) -> Row:
        """Return `mapping` as a row; raises what `check` does."""
        self.check(tuple(mapping))
        fields = {name: as_text(mapping.get(name)) for name in self.columns}
        return Row({name: text.strip() if name != "bsn" else text for name, text in fields.items()})

    def check(self, keys: tuple[str, ...]) -> None:
        """Check the keys of a mapping; raises InputError when one looks like a misspelt column."""
        if keys not in self._seen:
            faults = check_names([str(key) for key in keys], self.columns, (), "", 0)
            wrong = [fault for fault in faults if fault.soort == "fout"]
            if wrong:
                raise InputError(wrong)
            self._seen.add(keys)


def as_values(
    items: Iterable[_K | _O | Mapping[str, object]],
    columns: tuple[str, ...],
    parse: Callable[[Row], _K | _O],
    *kinds: type[_K | _O],
) -> Iterator[_K | _O]:
    """Turn the caller's mappings into values; raises TypeError for anything that is neither that nor one of `kinds`."""
    mappings = MappingRows(columns)
    for item in items:
        if isinstance(item, kinds):
            yield item
        elif isinstance(item, Mapping):
            yield parse(mappings.row(item))
        else:
            raise TypeError(f"expected {kinds[0].__name__} or a mapping, not {type(item).__name__}")


def as_text(value: object) -> str:
    """Return a value of a caller's mapping as the text that would stand in a file."""
    match value:
        case None:
            return ""
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case bool():
            return "ja" if value else "nee"
        case int() if abs(value) >= _HUGE:
            return "(een te groot getal)"
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        case date():
            return value.isoformat()
        case tuple() | list() | frozenset() | set():
            return ",".join(sorted(map(as_text, value)) if isinstance(value, set | frozenset) else map(as_text, value))
    try:
        return as_text(str(value))
    except Exception:
        return "(geen tekst)"
