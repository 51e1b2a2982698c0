"""Reading back the files of a run (docs/formats.md), row by row; what no run would write is an InputError."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from attrs import fields, frozen

from mpj.engine.outcome import Result
from mpj.engine.told import RunSummary
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.output.parquet import read_trace
from mpj.output.shape import (
    HERKOMST,
    OLD_HERKOMST,
    OLD_NAMES,
    OLD_UITVAL,
    PROTOCOL,
    REGELS,
    SAMENVATTING,
    SIGNALEN,
    STAPPEN,
    TRACE_FILES,
    UITVAL,
    Shape,
)
from mpj.protocol import MPJ_16, PROTOCOLS, Protocol, read_protocol
from mpj.reading.faults import Fault, InputError, Place, mask
from mpj.reading.fields import FieldError, check_agb, check_bsn, check_choice, check_gemeente, parse_date
from mpj.reading.guard import unguarded
from mpj.reading.headers import Columns
from mpj.reading.limits import WHOLE_BYTES
from mpj.reading.masking import masked
from mpj.reading.periods import month_text, parse_month
from mpj.reading.sources import Reading, Source
from mpj.reading.tables import misfit, open_table
from mpj.records.reasons import REDENEN
from mpj.records.uitval import Uitval

_SHARED = ("referentienummer", "soort", "bron", "datum")
UNTOLD: Mapping[str, Any] = {
    "bestand": "",
    "rij": 0,
    "keuze": "",
    "niveaus": (),
    "maximum": "",
    "geteld": 0,
    "som_voor": 0,
    "voor_limiet": 0,
}
"""What stands in a `Herkomst` of which only the first twelve columns are known: of no other is `keuze` empty."""


def _ja_nee(text: str) -> bool:
    if text not in ("ja", "nee"):
        raise FieldError("ja of nee")
    return text == "ja"


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise FieldError("een geheel getal")
    return int(text)


def _one_of(*choices: str) -> Callable[[str], str]:
    return lambda text: check_choice(text, choices)


def _month(text: str) -> str:
    try:
        return month_text(parse_month(text))
    except ValueError:
        raise FieldError("een maand als 2026-03") from None


def _texts(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _line_number(text: str) -> int:
    return _whole(text) if text else 0


def _reason(text: str) -> str:
    if text not in REDENEN:
        raise FieldError("een reden uit docs/reasons.md")
    return text


_KINDS: Mapping[type, Callable[[str], Any]] = {str: str, int: _whole, bool: _ja_nee, tuple: _texts, date: parse_date}
_NARROWER: Mapping[str, Callable[[str], Any]] = {
    "debetcredit": _one_of("D", "C"),
    "declaratieperiode": _month,
    "aanbieder": check_agb,
    "bsn": check_bsn,
    "rij": _line_number,
    "reden": _reason,
}


def _parsers(shape: Shape, narrower: Mapping[str, Callable[[str], Any]] = _NARROWER) -> dict[str, Callable[[str], Any]]:
    """Return what reads each column of a file."""
    found = {}
    for column in shape.columns:
        parse = narrower.get(column.name, _KINDS[column.kind])
        found[column.name] = partial(_maybe, parse) if column.optional else parse
    return found


def _maybe(parse: Callable[[str], Any], text: str) -> Any:
    return parse(text) if text else None


def _numbered(
    source: Source,
    shape: Shape,
    parsers: Mapping[str, Callable[[str], Any]],
    hashes: dict[str, str] | None = None,
    required: Sequence[str] = (),
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read a table that mpj wrote, row by row, each with its number.

    Raises InputError with every unreadable field of the first bad row. `required` are the columns that it has at the least, where
    an older one may lack others.
    """
    with open_table(source, Columns(shape.names, required or shape.names), Reading(hashes=hashes)) as table:
        for rij, texts in table:
            if len(texts) != table.width:
                raise InputError(misfit(table, rij, texts))
            own = {name: texts[table.columns[name]] for name in shape.names if name in table.columns}
            yield rij, _parsed(own, parsers, source.naam, rij)


def _rows(
    source: Source, shape: Shape, parsers: Mapping[str, Callable[[str], Any]], required: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Read as `_numbered`, without the numbers."""
    return (values for _, values in _numbered(source, shape, parsers, required=required))


def _parsed(texts: Mapping[str, str], parsers: Mapping[str, Callable[[str], Any]], bestand: str, rij: int) -> dict[str, Any]:
    """Return the values of a row; raises InputError with every field that cannot be read."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, found in texts.items():
        try:
            values[name] = parsers[name](found)
        except FieldError as error:
            faults.append(Fault("veld_onleesbaar", bestand, rij, name, mask(found), error.verwacht, "het veld klopt niet"))
    if faults:
        raise InputError(faults)
    return values


def _source(path: Path | Source) -> Source:
    return path if isinstance(path, Source) else Source(path.name, path)


class RegelReader:
    """Reads rows of ``declaratieregels.csv`` whose units are those of `protocol`."""

    def __init__(self, protocol: Protocol) -> None:
        units = {"normtijd": _one_of(*protocol.normtijden), "eenheid": _one_of(*protocol.eenheden)}
        self._parsers = _parsers(REGELS, {**_NARROWER, "gemeente": check_gemeente, **units})

    def parse(self, texts: Mapping[str, str], bestand: str = "", rij: int = 0) -> Declaratieregel:
        """Return a row, by column, as a line; raises InputError with every field that cannot be read."""
        return Declaratieregel(**_parsed(texts, self._parsers, bestand, rij))

    def read(self, path: Path | Source, hashes: dict[str, str] | None = None) -> Iterator[Declaratieregel]:
        """Return the lines of a file, one at a time: see `read_regels`."""
        return (line for line, _ in self.placed(_source(path), hashes))

    def placed(self, source: Source, hashes: dict[str, str] | None = None) -> Iterator[tuple[Declaratieregel, Place]]:
        """Return the lines of a file, each with where it stands."""
        rows = _numbered(source, REGELS, self._parsers, hashes)
        return ((Declaratieregel(**values), Place(source.naam, rij)) for rij, values in rows)


def read_regels(
    path: Path | Source, *, protocol: Protocol = MPJ_16, hashes: dict[str, str] | None = None
) -> Iterator[Declaratieregel]:
    """Read ``declaratieregels.csv``, one line at a time; raises InputError for a file that is not one.

    The units must be those of `protocol`. The SHA-256 of the file goes to `hashes`, by its name.
    """
    return RegelReader(protocol).read(path, hashes)


def read_herkomst(path: Path | Source, stappen: Path | Source | None = None) -> Iterator[Herkomst]:
    """Read ``herkomst.csv``, one row at a time; raises InputError for a file that is not one.

    One of twelve columns, as they were before, is read too: with the ``stappen.csv`` beside it, which has the same rows, or by
    itself, and then what it cannot tell is `UNTOLD`. A ``herkomst.parquet`` may stand for it.
    """
    source = _source(path)
    if source.suffix == ".parquet":
        return read_trace(source.path)
    with open_table(source, Columns(HERKOMST.names, OLD_HERKOMST.names)) as table:
        old = not set(HERKOMST.names[len(OLD_HERKOMST.names) :]) & set(table.columns)
    if not old:
        return (Herkomst(**values) for values in _rows(source, HERKOMST, _parsers(HERKOMST)))
    rows = _rows(source, OLD_HERKOMST, _parsers(OLD_HERKOMST))
    if stappen is None:
        return (Herkomst(**values, **UNTOLD) for values in rows)
    return _joined(rows, _rows(_source(stappen), STAPPEN, _parsers(STAPPEN)))


def _joined(rows: Iterable[dict[str, Any]], steps: Iterable[dict[str, Any]]) -> Iterator[Herkomst]:
    """Put the two files of an old trace together; raises InputError unless they have the same rows in the same order."""
    nothing: dict[str, Any] = {}
    for row, step in zip_longest(rows, steps, fillvalue=nothing):
        if any(row.get(name) != step.get(name) for name in _SHARED):
            text = "herkomst.csv en stappen.csv horen niet bij elkaar"
            raise InputError(Fault("stappen_past_niet", kolom="stappen", toelichting=text))
        yield Herkomst(**row | {OLD_NAMES.get(name, name): value for name, value in step.items()})


def read_uitval(path: Path | Source) -> Iterator[Uitval]:
    """Read ``uitval.csv``, one row at a time; raises InputError for a file that is not one."""
    names = [field.name for field in fields(Uitval)]
    parsers = {name: unguarded if parse is str else parse for name, parse in _parsers(UITVAL).items()}
    rows = _rows(_source(path), UITVAL, parsers, required=OLD_UITVAL)
    return (Uitval(**{name: values[name] for name in names if name in values}) for values in rows)


def read_signals(path: Path, wanted: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Read ``signalen.csv`` of a run, without the column `gezien`.

    `wanted` has values of a column, by its name (as an option: ``--code``); where there are any only rows with one of them count.
    Raises InputError for a file that is not one, and for a value that no row has.
    """
    read = _rows(Source(path.name, path), SIGNALEN, dict.fromkeys(SIGNALEN.names, unguarded))
    rows = [tuple(values[name] for name in SIGNALEN.names[:-1]) for values in read]
    chosen = rows
    for name, given in wanted.items():
        place = SIGNALEN.names.index(column := name.lstrip("-"))
        for value in sorted(set(given) - {row[place] for row in rows}):
            text, verwacht = "geen signaal van deze run heeft dit", f"een waarde uit de kolom {column}"
            raise InputError(Fault("waarde_onjuist", path.name, 0, name, mask(value), verwacht, text))
        chosen = [row for row in chosen if not given or row[place] in given]
    return chosen


@frozen(field_transformer=masked)
class Run:
    """A run as it can be looked back on, from a `Result` or from the folder it was written to; the tables are read when asked."""

    regels: Callable[[], Iterable[Declaratieregel]]
    herkomst: Callable[[], Iterable[Herkomst]]
    uitval: Callable[[], Iterable[Uitval]]
    samenvatting: RunSummary
    protocol: Protocol
    """The one that the run was made under."""

    @classmethod
    def of(cls, result: Result) -> Run:
        """Return the run that `result` is."""
        return cls(lambda: result.regels, lambda: result.herkomst, lambda: result.uitval, result.samenvatting, result.protocol)


def read_run(folder: Path) -> Run:
    """Open a folder that ``mpj declare`` wrote; raises InputError when it is not a complete one."""
    path = folder / SAMENVATTING
    try:
        summary = json.loads(Source(SAMENVATTING, path).read(WHOLE_BYTES))
        if summary["formaat"] != 1 or summary["soort"] != "declare":
            raise ValueError
    except (InputError, ValueError, KeyError, TypeError, RecursionError) as error:
        verwacht = "een map die mpj declare schreef, met samenvatting.json"
        raise InputError(
            Fault("map_onleesbaar", folder.name, kolom="van", toelichting="geen volledige uitvoer", verwacht=verwacht)
        ) from error
    parquet = TRACE_FILES["parquet"]
    trace = parquet if parquet in summary.get("bestanden", ()) else HERKOMST.file
    protocol = _protocol(folder, summary)
    return Run(
        lambda: read_regels(folder / REGELS.file, protocol=protocol),
        lambda: read_herkomst(folder / trace, folder / STAPPEN.file),
        lambda: read_uitval(folder / UITVAL.file),
        summary,
        protocol,
    )


def _protocol(folder: Path, summary: Mapping[str, Any]) -> Protocol:
    """Return the protocol of a run: the one beside its files, or else a shipped one."""
    if PROTOCOL in summary.get("bestanden", ()):
        return read_protocol(folder / PROTOCOL)
    named = str(summary.get("protocol", MPJ_16.id))
    if named not in PROTOCOLS:
        text = "de uitvoer is van een protocol dat mpj niet kent"
        raise InputError(Fault("protocol_onbekend", SAMENVATTING, kolom="protocol", gevonden=mask(named), toelichting=text))
    return PROTOCOLS[named]
