"""One row of any record table, field by field: what can be read is, what cannot is collected with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from mpj.reading.cells import as_text, type_in
from mpj.reading.definition import Definition
from mpj.reading.faults import Fault, Hears, InputError, in_form, mask, wrong_value
from mpj.reading.fields import FieldError, form_of, is_bsn
from mpj.reading.masking import bsns_in, digits_in
from mpj.reading.names import check_names
from mpj.reading.sources import SILENT, TABLES, Reading, Source, find_sources
from mpj.reading.tables import Table, open_table
from mpj.records.uitval import Uitval
from mpj.records.words import Uitvalsoort

_T = TypeVar("_T")
_K = TypeVar("_K")
_O = TypeVar("_O")


class Row:
    """The fields of one row by column name, stripped of blanks (the BSN is not), and the faults found while reading them."""

    __slots__ = ("bestand", "causes", "faults", "fields", "rij", "wrong")

    def __init__(self, fields: Mapping[str, str], bestand: str = "", rij: int = 0) -> None:
        self.fields = fields
        self.bestand = bestand
        self.rij = rij
        self.faults: list[str] = []
        self.causes: list[str] = []
        self.wrong: set[str] = set()

    def read(self, definition: Definition[str]) -> dict[str, Any]:
        """Return every field by its attribute: its default where it is empty, or unreadable, which is a fault.

        So is a period that ends before it begins.
        """
        found: dict[str, Any] = {}
        for one in definition.fields:
            value, text = one.default, self.fields.get(one.name)
            if text:
                try:
                    value = one.form.read(text)
                except FieldError as error:
                    self.wrong.add(one.name)
                    self.faults.append(wrong_value(one.name, _shown(one.name, text, error), error.verwacht))
                    self.causes.append(f"{one.name}: verwacht {error.verwacht}")
            elif one.required:
                self.refuse(f"{one.name} is leeg")
            found[one.attribute] = value
        begindatum, einddatum = found.get("begindatum"), found.get("einddatum")
        if begindatum and einddatum and einddatum < begindatum:
            self.refuse("einddatum ligt voor begindatum")
        return found

    def refuse(self, text: str) -> None:
        """Add a fault that no single field shows; `text` must not hold a value from the row."""
        self.faults.append(text)
        self.causes.append(text)

    @property
    def oorzaak(self) -> str:
        """What is wrong, as `faults` has it but without what was found."""
        return "; ".join(self.causes)

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
    texts = {name: "" if type_in(text) else text.encode("utf-8", "replace").decode("utf-8") for name, text in fields.items()}
    minuten = texts.get("minuten", "")
    named = {name: texts.get(name, "") for name in ("medewerker", "prestatiecode", "kwalificatieniveau")}
    return {
        **{name: "" if _may_show_bsn(text, fields.get("bsn", "")) else text for name, text in named.items()},
        "minuten": int(minuten) if minuten.isascii() and minuten.isdigit() and len(minuten) <= 4 else None,
    }


def _shown(name: str, text: str, error: FieldError) -> str:
    """Return what of an unreadable field may be shown: its type or form where the value itself might be a BSN."""
    if kind := type_in(text):
        return f"een waarde van het type {kind}"
    if name == "bsn":
        return f"(niet getoond, {len(text)} tekens)"
    form = form_of(text)
    return error.gevonden or (f"(verborgen, {form})" if form and mask(text) != text else in_form(text, error.verwacht))


def _may_show_bsn(bron: str, found: str) -> bool:
    """As `shows_bsn`, where the BSN itself could not be read: then any nine digits that are one count."""
    digits = digits_in(found)
    if len(digits) >= 7 and digits in digits_in(bron):
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
    definition: Definition[str],
    parse: Callable[[Row], _T],
    reading: Reading = SILENT,
) -> Iterator[_T]:
    """Read every row of every table that `paths` stand for; `reading` hears of it.

    Raises InputError for a file that is no such table; files are opened one by one while iterating, the paths are checked at once.
    """
    for source in find_sources(paths, TABLES, reading):
        for row in source_rows(source, definition, reading):
            yield parse(row)


def source_rows(source: Source, definition: Definition[str], reading: Reading) -> Iterator[Row]:
    """Read every row of one table; see `read_rows`."""
    with open_table(source, definition.columns, reading) as table:
        for rij, fields in table:
            yield row_of(table, rij, fields)


class MappingRows:
    """Turns the caller's own mappings into rows, looking at each new set of keys once.

    `report` hears once of each key that is not known.
    """

    def __init__(self, definition: Definition[str], report: Hears | None = None) -> None:
        self.columns = definition.columns
        self._report = report
        self._keys: dict[tuple[object, ...], dict[str, Any]] = {}
        self._told: set[str] = set()

    def row(self, mapping: Mapping[Any, object]) -> Row:
        """Return `mapping` as a row; raises what `keys` does."""
        fields = {name: as_text(mapping[key]) for name, key in self.keys(tuple(mapping)).items()}
        return Row({name: text.strip() if name != "bsn" else text for name, text in fields.items()})

    def keys(self, found: tuple[object, ...]) -> dict[str, Any]:
        """Return the key of each known column among the keys of a mapping.

        Raises InputError when one looks like a misspelt column, or stands for a column that is not there.
        """
        known = self._keys.get(found)
        if known is None:
            names = self.columns.named([str(key) for key in found])
            wrong = [fault for fault in check_names(names, self.columns, (), "", 0) if fault.soort == "fout"]
            if wrong:
                raise InputError(wrong)
            known = {name: key for name, key in zip(names, found, strict=True) if name in self.columns.known}
            self._keys[found] = known
            self._tell(name for name in names if name not in known)
        return known

    def _tell(self, unknown: Iterable[str]) -> None:
        for name in unknown:
            if self._report is not None and name not in self._told:
                self._told.add(name)
                text = f"onbekende sleutel in {self.columns.soort}, overgeslagen"
                self._report(Fault("kolom_onbekend", kolom=mask(name), toelichting=text, soort="waarschuwing"))


def as_values(
    items: Iterable[_K | _O | Mapping[str, object]],
    definition: Definition[str],
    parse: Callable[[Row], _K | _O],
    *kinds: type[_K | _O],
    report: Hears | None = None,
) -> Iterator[_K | _O]:
    """Turn what a caller gives into values; `report` and what is raised are those of `records_of` and `MappingRows`."""
    mappings = MappingRows(definition, report)
    for item in records_of(items, *kinds):
        yield parse(mappings.row(item)) if isinstance(item, dict) else item


def records_of(items: Iterable[Any], *kinds: type[_K]) -> Iterator[_K | dict[Any, Any]]:
    """Pass on values of these kinds, and other records as dicts: mappings, rows of databases, named tuples, attrs, dataclasses.

    Raises TypeError, naming the record by its number, for what is none of these.
    """
    for item in records_or_errors(items, *kinds):
        if isinstance(item, TypeError):
            raise item
        yield item


def records_or_errors(items: Iterable[Any], *kinds: type[_K]) -> Iterator[_K | dict[Any, Any] | TypeError]:
    """As `records_of`, for who first does something with the records before: gives the TypeError of one, and does not raise it."""
    try:
        given = iter(items)
    except TypeError:
        raise TypeError(f"expected an iterable of {kinds[0].__name__} or mappings, not {type(items).__name__}") from None
    for number, item in enumerate(given, 1):
        if type(item) is dict or isinstance(item, kinds):
            yield item
        elif (record := _as_dict(item)) is not None:
            yield record
        else:
            wanted = f"expected {kinds[0].__name__} or a mapping"
            yield TypeError(f"{wanted}, not {type(item).__name__} (record {number} of those given){_instead(items)}")


def _instead(items: object) -> str:
    """Return how to give what is no collection of records, but a table or one record of its own; empty for anything else."""
    if callable(getattr(items, "to_dicts", None)):
        return "; a DataFrame of polars goes as `frame.to_dicts()`"
    if callable(getattr(items, "to_dict", None)) and hasattr(items, "columns"):
        return '; a DataFrame goes as `frame.to_dict("records")`'
    return "; one mapping is one record: give a list of them" if isinstance(items, Mapping) else ""


def _as_dict(item: Any) -> dict[Any, Any] | None:
    """Return a record as a dict, None where it is no record with names; a record of another kind is none."""
    kind = type(item)
    if isinstance(item, Mapping):
        return dict(item)
    if isinstance(getattr(item, "_mapping", None), Mapping):  # a row of SQLAlchemy
        return dict(item._mapping)
    if isinstance(item, tuple):
        names = getattr(kind, "_fields", None)
        return None if names is None else dict(zip(names, item, strict=True))
    if kind.__module__.partition(".")[0] == "mpj":
        return None
    names = getattr(kind, "__dataclass_fields__", None) or [one.name for one in getattr(kind, "__attrs_attrs__", ())]
    if names:
        return {name: getattr(item, name) for name in names}
    if callable(getattr(kind, "keys", None)) and callable(getattr(kind, "__getitem__", None)):  # sqlite3.Row, a pandas Series
        return {key: item[key] for key in item.keys()}  # noqa: SIM118
    return None
