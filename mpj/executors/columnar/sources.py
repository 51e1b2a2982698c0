"""The files of registraties as one table in SQL: every field as its text, with the file and row that it stands in.

A tidy CSV file and a Parquet file are read by the database itself. Any other CSV file (quotes, rows of other lengths, empty
lines, a zip) is read by mpj's own reader, which knows what to make of it, and rewritten in a form that cannot be misread.
"""

from __future__ import annotations

import csv
import glob
import re
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from mpj.executors.columnar.database import Database
from mpj.output.parquet import literal
from mpj.reading.faults import InputError
from mpj.reading.parquet import PARQUET, as_text, check_kinds, on_disk, query, unreadable
from mpj.reading.profile import PLAIN
from mpj.reading.sources import SILENT, TABLES, Reading, Source, find_sources
from mpj.reading.tables import WORKBOOKS, Table, headed, is_parquet, open_table
from mpj.records.definitions import REGISTRATIE

# What str.strip takes off; behind the ideographic space Unicode has no blanks.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))
# An id that needs no look: visible ASCII, spaces inside at most, no quotes or separators. The engine reads all others.
_PLAIN_ID = "[!#-:<-~]([ !#-:<-~]*[!#-:<-~])?"
_CHUNK = 1 << 17  # what the caches of a processor hold: it is gone through again and again
_BORDER = 3
_BUFFER = 32_000_000
_LONGEST = 20_000_000  # bytes: more than a row of the known columns can be
_EMPTY = re.compile(rb"\n\n")  # takes less than half the time that `in` takes
# Blanks beside the space, which may have to be taken off, and what nobody sees; a text in ASCII has no others.
_BLANK = tuple(bytes([sign]) for sign in (*range(1, 10), 11, 12, *range(14, 32), 127))


@frozen
class File:
    """A file of registraties: its number and short name, the known columns it has, and the query that gives its rows.

    The query yields `rij`, the columns in `columns` as text (id without blanks around it), `vreemd` (the engine has to read the
    id), `overig` (a column that is not known holds something, in a row without id) and `scheef` (more or fewer fields than
    the header). `source` is where a file comes from that looked tidy.
    """

    nummer: int
    naam: str
    columns: tuple[str, ...]
    sql: str
    source: Source | None = None

    def field(self, sql: str) -> str:
        """Return SQL for a text as a field of a row of CSV: in quotes, which no text of a tidy file needs."""
        return f"""'"' || replace({sql}, '"', '""') || '"'""" if self.source is None else sql


def open_files(database: Database, paths: Iterable[str | Path], reading: Reading) -> list[File]:
    """Return the files of registraties that `paths` stand for: tables as files, folders or zips.

    `reading` hears of them. Raises InputError for a file that is not what it should be.
    """
    sources = enumerate(find_sources(paths, TABLES, reading))
    return [_file(database, nummer, source, reading) for nummer, source in sources]


def _file(database: Database, nummer: int, source: Source, reading: Reading) -> File:
    if is_parquet(source) and reading.profiel == PLAIN:
        file, table, sha256 = _parquet(database, nummer, source)
    elif source.lid or source.suffix in (*WORKBOOKS, PARQUET):
        return _rewritten(database, nummer, source, reading)
    else:
        with open_table(source, REGISTRATIE.columns, Reading(profiel=reading.profiel)) as table:
            pass
        look = _Look(source) if table.tidy else None
        if look is None or not look.tidy:
            return _rewritten(database, nummer, source, reading)
        file, sha256 = _tidy(nummer, source, table, look), look.sha256
    reading.tell(table.warnings)
    if reading.hashes is not None:
        reading.hashes[source.naam] = sha256
    return file


def rewritten(database: Database, file: File) -> File:
    """Return a file that looked tidy, but that the database cannot read: with rows of other lengths, or very long ones."""
    return file if file.source is None else _rewritten(database, file.nummer, file.source, SILENT)


class _Look:
    """What the bytes of a CSV file tell: its SHA-256, and whether it is `tidy`, with the line end it has.

    Tidy: UTF-8, no quotes, one kind of line end, no empty lines. `plain`: nothing in it needs blanks taken off.
    """

    def __init__(self, source: Source) -> None:
        self.tidy, self.plain = True, True
        self.newline = ""
        ends = [0, 0, 0]
        decoder = getincrementaldecoder("utf-8")()
        before = b"\n"
        with source.open() as raw:
            while chunk := raw.read(_CHUNK):
                if not self.newline:
                    self.newline = "\\r\\n" if b"\r" in chunk else "\\n"
                    chunk = chunk.removeprefix(BOM_UTF8)
                border = before + chunk[:_BORDER]
                if self.newline == "\\n":
                    self.tidy = self.tidy and b"\r" not in chunk
                else:
                    across = before.endswith(b"\r") and chunk.startswith(b"\n")
                    counts = (chunk.count(b"\r"), chunk.count(b"\n"), chunk.count(b"\r\n") + across)
                    ends = [count + more for count, more in zip(ends, counts, strict=True)]
                    self.tidy = self.tidy and b"\n\r" not in chunk and b"\n\r" not in border
                if b'"' in chunk or _EMPTY.search(chunk) or _EMPTY.search(border):
                    self.tidy = False
                if self.plain:
                    blank = any(blank in chunk for blank in _BLANK) or (b" " in chunk and _untrimmed(chunk, border))
                    self.plain = chunk.isascii() and not blank
                if self.tidy and not self.plain:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        self.tidy = False
                before = (before + chunk if len(chunk) < _BORDER else chunk)[-_BORDER:]
            self.sha256 = raw.sha256()
            self.tidy = self.tidy and not raw.binary and len(set(ends)) == 1 and not decoder.getstate()[0]
        if before.endswith(b" "):
            self.plain = False


def _untrimmed(chunk: bytes, border: bytes) -> bool:
    """Say whether a blank stands at the begin or end of a field."""
    return any(blank in part for blank in (b" ;", b"; ", b"\n ", b" \n", b" \r") for part in (chunk, border))


def _tidy(nummer: int, source: Source, table: Table[list[str]], look: _Look) -> File:
    names = [f"c{place}" for place in range(table.width)]
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    read = (
        f"read_csv({literal(glob.escape(str(source.path)))}, delim = ';', quote = '', escape = '', header = true, "
        f"auto_detect = false, new_line = '{look.newline}', nullstr = 'n\"l', compression = 'none', "
        f"max_line_size = {csv.field_size_limit()}, buffer_size = {_BUFFER}, columns = {{{types}}})"
    )
    fields = {name: f"c{place}" for name, place in table.columns.items()}
    others = [name for place, name in enumerate(names) if place not in table.columns.values()]
    numbered = f"SELECT row_number() OVER () + 1 AS rij, * FROM {read}"
    return File(
        nummer, source.naam, tuple(table.columns), _query(numbered, fields, _any_of(others), "false", plain=look.plain), source
    )


def _query(rows: str, fields: dict[str, str], overig: str, scheef: str, *, plain: bool) -> str:
    """Return the query of a `File`: `fields` are SQL by column; `overig` says whether columns that are not known hold anything."""
    shown = [f"{sql} AS {name}" for name, sql in fields.items() if name != "id"]
    identity = fields["id"]
    if plain:
        shown += [f"{identity} AS id", "false AS vreemd", f"CASE WHEN {identity} = '' THEN {overig} ELSE false END AS overig"]
    else:
        plainly = f"CASE WHEN regexp_full_match({identity}, {literal(_PLAIN_ID)}) THEN"
        shown.append(f"{plainly} {identity} ELSE trim({identity}, {literal(BLANKS)}) END AS id")
        odd = f"NOT regexp_full_match(trim({identity}, {literal(BLANKS)}), {literal(f'({_PLAIN_ID})?')})"
        shown.append(f"{plainly} false ELSE {odd} END AS vreemd")
        shown.append(f"{plainly} false ELSE {overig} END AS overig")
    return f"SELECT rij, {', '.join(shown)}, {scheef} AS scheef FROM ({rows})"


def _any_of(columns: Sequence[str]) -> str:
    """Return SQL that says whether any of these columns holds more than blanks."""
    return f"trim(concat({', '.join(columns)}), {literal(BLANKS)}) <> ''" if columns else "false"


def _rewritten(database: Database, nummer: int, source: Source, reading: Reading) -> File:
    """Read a table with mpj's own reader, which refuses what is none, and write its rows anew, all in quotes."""
    path = database.folder / f"rijen-{nummer}.csv"
    with open_table(source, REGISTRATIE.columns, reading) as table, path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows(_padded(table))
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in ("rij", "scheef", "overig", *table.columns))
    read = (
        f"SELECT * REPLACE (rij::BIGINT AS rij) FROM read_csv({literal(glob.escape(str(path)))}, delim = ';', quote = '\"', "
        "escape = '\"', header = false, auto_detect = false, new_line = '\\n', parallel = false, compression = 'none', "
        f"max_line_size = {_LONGEST}, buffer_size = {2 * _LONGEST}, columns = {{{types}}})"
    )
    fields = {name: f"coalesce({name}, '')" for name in table.columns}
    query = _query(read, fields, "coalesce(overig = 'x', false)", "coalesce(scheef = 'x', false)", plain=False)
    return File(nummer, table.naam, tuple(table.columns), query)


def _padded(table: Table[list[str]]) -> Iterator[list[str]]:
    """Return the known fields of each row after its number, and whether it has another length, and holds more elsewhere."""
    width, known = table.width, list(table.columns.values())
    others = [place for place in range(width) if place not in known]
    for rij, fields in table:
        ragged = len(fields) < width or any(fields[width:])
        fields += [""] * (width - len(fields))
        more = any(fields[place].strip() for place in others)
        yield [str(rij), "x" if ragged else "", "x" if more else "", *(fields[place] for place in known)]


def _parquet(database: Database, nummer: int, source: Source) -> tuple[File, Table[list[str]], str]:
    path, sha256 = on_disk(source, database.folder)
    numbered = query(path, options=", file_row_number = true")
    try:
        described: list[tuple[Any, ...]] = database.all(f"DESCRIBE {numbered}")
    except database.error as error:
        raise InputError(unreadable(source)) from error
    names = [(str(row[0]), str(row[1])) for row in described if row[0] != "file_row_number"]
    columns = REGISTRATIE.columns
    table: Table[list[str]] = headed(source.naam, 0, [name for name, _ in names], columns, iter(()))
    check_kinds(source, columns, names)
    texts = [as_text(name, kind) for name, kind in names]
    fields = {name: texts[place] for name, place in table.columns.items()}
    others = [text for place, text in enumerate(texts) if place not in table.columns.values()]
    rows = f"SELECT file_row_number + 2 AS rij, * EXCLUDE (file_row_number) FROM ({numbered})"
    sql = _query(rows, fields, _any_of(others), "false", plain=False)
    return File(nummer, source.naam, tuple(table.columns), sql), table, sha256
