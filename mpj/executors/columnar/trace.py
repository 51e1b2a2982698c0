"""The trace as one typed Parquet file: the rows of the database and those of the engine, sorted together."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from mpj.executors.columnar.database import Database
from mpj.output.parquet import copy, csv_rows, literal
from mpj.output.shape import HERKOMST

# Texts that come back in the trace again and again. As numbers of words they are sorted in a fraction of the time.
_WORDS = frozenset(column.name for column in HERKOMST.columns if column.kind in (str, bool, tuple)) - {"referentienummer", "bron"}
_TABLES = {"wie": ("naam", "onder"), "tarief": ("geleverd", "niveaus"), "dekking": ("maximum",)}
_ALWAYS = {"soort": "registratie", "afgetopt": "nee", "status": "gerealiseerd"}
# Of the lines that the rows of the engine come before: none, where they come after all.
_LAST = 1 << 62


def write_parquet(
    database: Database, path: Path, billed: str, geteld: str, named: Mapping[str, Mapping[int, str]], rest: Path
) -> None:
    """Write ``herkomst.parquet`` to `path`: the records in `billed`, a FROM clause, and the rows of the engine in `rest`.

    `geteld` is SQL for what counted, `named` the words of `bestand` and `keuze` by their numbers. `rest` holds what `numbered`
    made.
    """
    others = rest.stat().st_size > 0
    database.run(f"CREATE TABLE ander AS {csv_rows(rest, 'line_number', header=False)}{'' if others else ' LIMIT 0'}")
    _make_words(database, [word for words in named.values() for word in words.values()])
    values = {
        "referentienummer": "regels.referentie",
        "bron": "feit.id",
        "datum": "DATE '0001-01-01' + (dag.ordinaal - 1)",
        "minuten": "feit.duur",
        "kwalificatieniveau": "tarief.geleverd",
        "aantal_eenheden": "eenheden.eenheden",
        "bedrag_cent": "eenheden.eenheden * tarief.cent",
        "medewerker": "wie.naam",
        "onderaannemer": "wie.onder",
        "rij": "feit.rij",
        "niveaus": "tarief.niveaus",
        "maximum": "dekking.maximum",
        "geteld": geteld,
        "som_voor": "0",
        "voor_limiet": "eenheden.eenheden",
        **{name: _word(text) for name, text in _ALWAYS.items()},
        **{name: choice(f"feit.{name}", {one: _word(text) for one, text in words.items()}) for name, words in named.items()},
    }
    shown = ", ".join(f"{values[name]} AS {name}" for name in HERKOMST.names)
    rows = f"SELECT regels.line_number, dag.ordinaal::BIGINT AS plaats, {shown} {billed}"
    if others:
        other = ", ".join(f"{name}::woord AS {name}" if name in _WORDS else name for name in HERKOMST.names)
        rows += f" UNION ALL SELECT line_number, row_number() OVER () - {_LAST}, {other} FROM ander"
    database.run(copy(f"FROM ({rows}) ORDER BY line_number, plaats, bron", path))


def choice(column: str, values: Mapping[int, str]) -> str:
    """Return SQL for the value that belongs to a number; where there is none, there are no rows either."""
    if len(set(values.values())) < 2:
        return next(iter(values.values()), "NULL")
    return f"CASE {column} {' '.join(f'WHEN {number} THEN {value}' for number, value in values.items())} END"


def numbered(line_number: int | None, data: bytes) -> bytes:
    """Return rows of herkomst.csv with the place of the line that they come before in front of each (None: after all)."""
    line_number = _LAST if line_number is None else line_number
    mark = b"%d;" % line_number
    if b'"' not in data:
        return mark + data[:-1].replace(b"\n", b"\n" + mark) + b"\n"
    made = io.StringIO(newline="")
    rows = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=";", strict=True)
    csv.writer(made, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([line_number, *row] for row in rows)
    return made.getvalue().encode()


def _word(text: str) -> str:
    return f"{literal(text)}::woord"


def _make_words(database: Database, more: Iterable[str]) -> None:
    """Make the type of all words, and put the database's own texts into it, without the quotes that they have in a CSV file."""
    for column in _TABLES["wie"]:
        bare = f"""replace({column}[2:-2], '""', '"')"""
        database.run(f"UPDATE wie SET {column} = {bare} WHERE starts_with({column}, '\"')")
    columns = [(column, table) for table, columns in _TABLES.items() for column in columns]
    words = [f"SELECT {column}::VARCHAR FROM {table}" for column, table in (*columns, *((name, "ander") for name in _WORDS))]
    words += [f"SELECT {literal(word)}" for word in (*_ALWAYS.values(), *more)]
    found = f"SELECT word FROM ({' UNION '.join(words)}) AS found(word) WHERE word IS NOT NULL ORDER BY ALL"
    database.run(f"CREATE TYPE woord AS ENUM ({found})")
    for column, table in columns:
        database.run(f"ALTER TABLE {table} ALTER {column} TYPE woord")
