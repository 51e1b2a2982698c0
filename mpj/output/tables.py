"""The files of a run (docs/formats.md): columns, order and form of every value, both ways."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO, TypeVar

from attrs import fields, frozen

from mpj.engine.outcome import Result
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.protocol import MPJ_16
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, check_agb, check_bsn, check_choice, check_gemeente, parse_date
from mpj.reading.periods import month_text, parse_month
from mpj.reading.sources import Source
from mpj.reading.tables import open_table
from mpj.records.uitval import REDENEN, Uitval

REGELS, HERKOMST, UITVAL, STAPPEN, SAMENVATTING = (
    "declaratieregels.csv",
    "herkomst.csv",
    "uitval.csv",
    "stappen.csv",
    "samenvatting.json",
)
REGELS_COLUMNS = tuple(field.name for field in fields(Declaratieregel))
HERKOMST_COLUMNS = (
    "referentienummer",
    "soort",
    "bron",
    "datum",
    "minuten",
    "kwalificatieniveau",
    "aantal_eenheden",
    "bedrag_cent",
    "afgetopt",
    "status",
    "medewerker",
    "onderaannemer",
)
STAPPEN_COLUMNS = (
    "referentienummer",
    "soort",
    "bron",
    "datum",
    "bestand",
    "rij",
    "keuze",
    "niveaus",
    "maximum",
    "geteld",
    "som_voor",
    "eenheden_voor_limiet",
)
UITVAL_COLUMNS = (
    "soort",
    "bron",
    "datum",
    "datum_tot",
    "aantal",
    "bestand",
    "rij",
    "gemeente",
    "reden",
    "vervolg",
    "waarde_cent",
    "toelichting",
)
_regel_of = attrgetter(*REGELS_COLUMNS)
_herkomst_of = attrgetter(*(field.name for field in fields(Herkomst)))
_T = TypeVar("_T")


def text_of(value: object) -> str:
    """Return a value as every output writes it: ISO dates, ja and nee, nothing for None."""
    match value:
        case str():
            return value
        case bool():
            return "ja" if value else "nee"
        case date():
            return value.isoformat()
        case tuple():
            return ",".join(value)
    return "" if value is None else str(value)


class _LineFeeds:
    """Ends rows with a line feed alone. The writer is told CR/LF, since it quotes only the line ends that it knows of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, row: str) -> int:
        """Write one row."""
        return self._stream.write(row[:-2] + "\n")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a table in the house form: UTF-8, ``;`` between fields, a header row, line feeds."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(_LineFeeds(stream), delimiter=";", lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON output in the house form."""
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")


def cell(text: str) -> str:
    """Return free text as a field of the house form, in quotes where it needs them."""
    if ";" in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


class _Cells(dict[Any, str]):
    """Values that many rows share, as fields of a row, each worked out once."""

    def __missing__(self, value: Any) -> str:
        text = self[value] = cell(text_of(value))
        return text


class RowTexts:
    """Lines and their trace as rows of the output files: the one place that writes them, fast enough for millions."""

    def __init__(self) -> None:
        self._cells = _Cells()

    def regel(self, values: Sequence[Any]) -> str:
        """Return the row of ``declaratieregels.csv`` for the fields of a `Declaratieregel`, in their order."""
        cells = self._cells
        (
            referentienummer,
            vorig,
            debetcredit,
            declaratienummer,
            periode,
            contract,
            aanbieder,
            gemeente,
            bsn,
            toewijzingnummer,
            perceel,
            prestatiecode,
            niveau,
            categorie,
            productcode,
            begin,
            einde,
            volume,
            normtijd,
            tarief,
            bedrag,
            eenheid,
            volume_bericht,
            in_bericht,
        ) = values
        return (
            f"{referentienummer};{vorig};{debetcredit};{declaratienummer};{periode};{cells[contract]};{aanbieder};{gemeente};{bsn};"
            f"{toewijzingnummer};{cells[perceel]};{prestatiecode};{niveau};{categorie};{cells[productcode]};{cells[begin]};"
            f"{cells[einde]};{volume};{normtijd};{tarief};{bedrag};{eenheid};{volume_bericht};{'ja' if in_bericht else 'nee'}\n"
        )

    def herkomst(self, values: Sequence[Any]) -> tuple[str, str]:
        """Return the rows of ``herkomst.csv`` and ``stappen.csv`` for the fields of a `Herkomst`, in their order."""
        cells = self._cells
        (
            referentienummer,
            soort,
            bron,
            datum,
            minuten,
            niveau,
            eenheden,
            cent,
            afgetopt,
            status,
            medewerker,
            onderaannemer,
            bestand,
            rij,
            keuze,
            niveaus,
            maximum,
            geteld,
            som_voor,
            voor_limiet,
        ) = values
        head = f"{referentienummer};{soort};{cell(bron)};{cells[datum]};"
        return (
            f"{head}{'' if minuten is None else minuten};{niveau};{eenheden};{cent};{'ja' if afgetopt else 'nee'};{status};"
            f"{cells[medewerker]};{cells[onderaannemer]}\n",
            f"{head}{cells[bestand]};{rij};{keuze};{cells[niveaus]};{maximum};{geteld};{som_voor};{voor_limiet}\n",
        )


def write_result(result: Result, folder: Path) -> None:
    """Write lines, trace, steps, set-aside records and summary of a run into `folder`."""
    texts = RowTexts()
    with (
        open_rows(folder / REGELS, REGELS_COLUMNS) as regels,
        open_rows(folder / HERKOMST, HERKOMST_COLUMNS) as herkomst,
        open_rows(folder / STAPPEN, STAPPEN_COLUMNS) as stappen,
    ):
        for line in result.regels:
            regels.write(texts.regel(_regel_of(line)))
        for trace in result.herkomst:
            row, step = texts.herkomst(_herkomst_of(trace))
            herkomst.write(row)
            stappen.write(step)
    write_rest(result.uitval, result.samenvatting, folder)


def write_rest(uitval: Iterable[Uitval], samenvatting: Mapping[str, Any], folder: Path) -> None:
    """Write what was set aside, and last the summary, into `folder`."""
    write_csv(folder / UITVAL, UITVAL_COLUMNS, (row.texts() for row in uitval))
    write_json(folder / SAMENVATTING, samenvatting)


@contextmanager
def open_rows(path: Path, columns: Sequence[str]) -> Iterator[TextIO]:
    """Open a table of the house form for rows that are text already; the header is written."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(";".join(columns) + "\n")
        yield stream


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


def _maybe(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: parse(text) if text else None


def _levels(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _line_number(text: str) -> int:
    return _whole(text) if text else 0


def _reason(text: str) -> str:
    if text not in REDENEN:
        raise FieldError("een reden uit docs/reasons.md")
    return text


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "debetcredit": _one_of("D", "C"),
    "declaratieperiode": _month,
    "aanbieder": check_agb,
    "gemeente": check_gemeente,
    "bsn": check_bsn,
    "normtijd": _one_of(*MPJ_16.normtijden),
    "eenheid": _one_of(*MPJ_16.eenheden),
    "toewijzingnummer": _whole,
    "begindatum": parse_date,
    "einddatum": parse_date,
    "volume": _whole,
    "tarief_cent": _whole,
    "bedrag_cent": _whole,
    "volume_bericht": _whole,
    "in_bericht": _ja_nee,
    "datum": parse_date,
    "minuten": _maybe(_whole),
    "aantal_eenheden": _whole,
    "afgetopt": _ja_nee,
    "rij": _line_number,
    "niveaus": _levels,
    "geteld": _whole,
    "som_voor": _whole,
    "eenheden_voor_limiet": _whole,
}
_UITVAL_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "datum": _maybe(parse_date),
    "datum_tot": _maybe(parse_date),
    "aantal": _whole,
    "rij": _line_number,
    "reden": _reason,
    "waarde_cent": _maybe(_whole),
}


def _read(
    path: Path | Source,
    columns: Sequence[str],
    parsers: Mapping[str, Callable[[str], Any]],
    make: Callable[..., _T],
    hashes: dict[str, str] | None = None,
) -> Iterator[_T]:
    """Read a table that mpj wrote, row by row; raises InputError with every unreadable field of the first bad row."""
    source = path if isinstance(path, Source) else Source(path.name, path)
    with open_table(source, columns, columns) as table:
        for rij, texts in table:
            if len(texts) != table.width:
                raise InputError(Fault("rij_onvolledig", source.naam, rij, toelichting="de rij past niet bij de kopregel"))
            yield make(**_parsed({name: texts[table.columns[name]] for name in columns}, parsers, source.naam, rij))
    if hashes is not None:
        hashes[source.naam] = table.sha256


def _parsed(texts: Mapping[str, str], parsers: Mapping[str, Callable[[str], Any]], bestand: str, rij: int) -> dict[str, Any]:
    """Return the values of a row; raises InputError with every field that cannot be read."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, found in texts.items():
        try:
            values[name] = parsers.get(name, str)(found)
        except FieldError as error:
            faults.append(Fault("veld_onleesbaar", bestand, rij, name, mask(found), error.verwacht, "het veld klopt niet"))
    if faults:
        raise InputError(faults)
    return values


def parse_regel(texts: Mapping[str, str], bestand: str = "", rij: int = 0) -> Declaratieregel:
    """Return a row of ``declaratieregels.csv``, by column, as a line; raises InputError with every field that cannot be read."""
    return Declaratieregel(**_parsed(texts, _PARSERS, bestand, rij))


def read_regels(path: Path | Source, *, hashes: dict[str, str] | None = None) -> Iterator[Declaratieregel]:
    """Read ``declaratieregels.csv``, one line at a time; raises InputError for a file that is not one.

    The SHA-256 of the file goes to `hashes`, by its name.
    """
    return _read(path, REGELS_COLUMNS, _PARSERS, Declaratieregel, hashes)


@frozen
class Herkomstrij:
    """A row of ``herkomst.csv``: see `mpj.engine.values.Herkomst` for the fields."""

    referentienummer: str
    soort: str
    bron: str
    datum: date
    minuten: int | None
    kwalificatieniveau: str
    aantal_eenheden: int
    bedrag_cent: int
    afgetopt: bool
    status: str
    medewerker: str
    onderaannemer: str


@frozen
class Stap:
    """A row of ``stappen.csv``: see `mpj.engine.values.Herkomst` for the fields."""

    referentienummer: str
    soort: str
    bron: str
    datum: date
    bestand: str
    rij: int
    keuze: str
    niveaus: tuple[str, ...]
    maximum: str
    geteld: int
    som_voor: int
    eenheden_voor_limiet: int


def read_herkomst(path: Path) -> Iterator[Herkomstrij]:
    """Read ``herkomst.csv``, one row at a time; raises InputError for a file that is not one."""
    return _read(path, HERKOMST_COLUMNS, _PARSERS, Herkomstrij)


def read_stappen(path: Path) -> Iterator[Stap]:
    """Read ``stappen.csv``, one row at a time; raises InputError for a file that is not one."""
    return _read(path, STAPPEN_COLUMNS, _PARSERS, Stap)


def read_uitval(path: Path) -> Iterator[Uitval]:
    """Read ``uitval.csv``, one row at a time; raises InputError for a file that is not one."""

    def make(vervolg: str, **values: Any) -> Uitval:
        return Uitval(**values)

    return _read(path, UITVAL_COLUMNS, _UITVAL_PARSERS, make)


@frozen
class Run:
    """A run as it can be looked back on, from a `Result` or from the folder it was written to; the tables are read when asked."""

    regels: Callable[[], Iterable[Declaratieregel]]
    herkomst: Callable[[], Iterable[Herkomst]]
    uitval: Callable[[], Iterable[Uitval]]
    samenvatting: Mapping[str, Any]

    @classmethod
    def of(cls, result: Result) -> Run:
        """Return the run that `result` is."""
        return cls(lambda: result.regels, lambda: result.herkomst, lambda: result.uitval, result.samenvatting)


def read_run(folder: Path) -> Run:
    """Open a folder that ``mpj declare`` wrote; raises InputError when it is not a complete one."""
    path = folder / SAMENVATTING
    try:
        summary = json.loads(path.read_text("utf-8"))
        if summary["formaat"] != 1 or summary["soort"] != "declare":
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        verwacht = "een map die mpj declare schreef, met samenvatting.json"
        raise InputError(
            Fault("map_onleesbaar", folder.name, kolom="--van", toelichting="geen volledige uitvoer", verwacht=verwacht)
        ) from error
    return Run(
        lambda: read_regels(folder / REGELS),
        lambda: _joined(folder),
        lambda: read_uitval(folder / UITVAL),
        summary,
    )


def _joined(folder: Path) -> Iterator[Herkomst]:
    """Put trace and steps together again: they have the same rows in the same order."""
    for row, step in zip(read_herkomst(folder / HERKOMST), read_stappen(folder / STAPPEN), strict=True):
        if (row.referentienummer, row.soort, row.bron, row.datum) != (step.referentienummer, step.soort, step.bron, step.datum):
            text = "herkomst.csv en stappen.csv horen niet bij elkaar"
            raise InputError(Fault("stappen_past_niet", folder.name, toelichting=text))
        values = {name: getattr(row, name) for name in HERKOMST_COLUMNS}
        yield Herkomst(**values | {name: getattr(step, name) for name in STAPPEN_COLUMNS})
