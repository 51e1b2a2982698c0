"""The child process that reads a workbook: a script of its own that knows nothing of mpj, under bounds of memory and time.

It tells its parent (`mpj.reading.workbooks`) the first rows of each sheet, is told which sheet and columns count, tells of cells
that are no value, and writes the rows as CSV. Whatever a file does to it, the parent only sees that it ended.
"""

from __future__ import annotations

import csv
import fcntl
import json
import os
import re
import resource
import select
import signal
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from numbers import Real
from typing import IO, Any

_MOST_ROWS = 1 << 20
_MOST_COLUMNS = 1 << 14
_EXACT = 10**15
_TOLD = 20
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\bt\s*=\s*[\"']e[\"'][^>]*>")
_NEVER_COMPUTED = re.compile(
    rb"(<(?:\w+:)?c\b(?![^>]*\bt=[\"']str)[^>]*>)\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ODS_TAG = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ODS_ERROR = re.compile(rb"value-type\s*=\s*[\"']error[\"']")
_ODS_TIMES = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"']([0-9]{1,7})[\"']")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
Cell = tuple[int, int]
"""Row and column, from 0; (-1, -1) is somewhere."""
_SOMEWHERE = (-1, -1)


def bound(life: int, memory: int, seconds: int) -> None:
    """End this process when it takes more, or when its parent is gone: then the other end of the pipe `life` is closed."""
    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        soft, hard = resource.getrlimit(kind)
        least = min(limit for limit in (wanted, soft, hard) if limit != resource.RLIM_INFINITY)
        resource.setrlimit(kind, (least, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(5 * seconds)
    # The kernel says so at once, also while a library holds the interpreter, and what it sends ends a process.
    with suppress(OSError, AttributeError):
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([life], [], [], 0)[0]:
        os._exit(5)


def text(value: Any) -> str:
    """Return a cell as the text that a CSV file would hold."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if _is_number(value):
        return str(int(value)) if value % 1 == 0 else repr(value)
    if isinstance(value, datetime):
        value = _to_the_second(value)
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        value = _to_the_second(datetime.combine(date(2000, 1, 1), value)).time()
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        hours, rest = divmod(abs(seconds), 3600)
        shown = f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}"
        return f"{shown}:{rest % 60:02}" if rest % 60 else shown
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _to_the_second(value: datetime) -> datetime:
    """Return a moment without the fraction of a second that a number in a cell has by chance."""
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)


class Book:
    """An open workbook: its sheets, and the cells in them that hold an error, which the library shows as blanks."""

    def __init__(self, file: IO[bytes]) -> None:
        from python_calamine import CalamineWorkbook

        self._book = CalamineWorkbook.from_filelike(file)
        self.names = self._book.sheet_names
        self._last: tuple[int, Any] | None = None
        self.errors = find_errors(file, len(self.names))

    def sheet(self, place: int) -> Any:
        """Return a sheet; the one that was asked for last stays."""
        if self._last is None or self._last[0] != place:
            self._last = None
            self._last = place, self._book.get_sheet_by_index(place)
        sheet = self._last[1]
        if sheet.total_height > _MOST_ROWS:
            raise MemoryError
        return sheet

    def rows(self, place: int) -> Iterator[list[Any]]:
        """Yield the rows of a sheet from its first column on, empty ones too."""
        sheet = self.sheet(place)
        before = [""] * (sheet.start[1] if sheet.start else 0)
        return (before + row for row in sheet.iter_rows())

    def first_rows(self, place: int, most: int) -> list[tuple[int, list[str]]]:
        """Return those of the first rows that hold anything, with their numbers."""
        rows = enumerate(([text(cell) for cell in row] for row in islice(self.rows(place), most)), 1)
        return [(rij, cells) for rij, cells in rows if any(map(str.strip, cells))]


def find_errors(file: IO[bytes], sheets: int) -> dict[int, list[Cell]]:
    """Return the cells of each sheet that hold an error; those of which the sheet cannot be told are in all."""
    file.seek(0)
    if not zipfile.is_zipfile(file):
        return _errors_in_xls(file)
    found: dict[int, list[Cell]] = {}
    with zipfile.ZipFile(file) as archive:
        places = dict(_sheets_by_part(archive))
        for name in archive.namelist():
            lower = name.lower()
            if lower.endswith(".bin") and "worksheets/" in lower:
                cells = list(_errors_in_xlsb(archive.read(name)))
            elif lower == "content.xml":
                found |= _errors_in_ods(archive, name)
                continue
            elif lower.endswith(".xml") and "sharedstrings" not in lower:
                cells = _errors_in_xml(archive, name)
            else:
                continue
            for place in [places[lower]] if lower in places else range(sheets):
                if cells:
                    found.setdefault(place, []).extend(cells)
    return found


def _sheets_by_part(archive: zipfile.ZipFile) -> Iterator[tuple[str, int]]:
    """Yield each part that is a sheet, and its place in the workbook."""
    names = {name.lower(): name for name in archive.namelist()}
    if "xl/workbook.xml" in names:
        sheets = re.findall(rb"<(?:\w+:)?sheet\b[^>]*?\b\w+:id\s*=\s*[\"']([^\"']+)", archive.read(names["xl/workbook.xml"]))
        relations = names.get("xl/_rels/workbook.xml.rels")
    elif "xl/workbook.bin" in names:
        sheets = list(_xlsb_sheets(archive.read(names["xl/workbook.bin"])))
        relations = names.get("xl/_rels/workbook.bin.rels")
    else:
        return
    targets = {}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", archive.read(relations)) if relations else ():
        identity, target = (re.search(rb"\b" + name + rb"\s*=\s*[\"']([^\"']+)", tag) for name in (b"Id", b"Target"))
        if identity and target:
            targets[identity[1]] = target[1].decode("utf-8", "replace").lower()
    for place, identity in enumerate(sheets):
        if identity in targets:
            part = targets[identity]
            yield part.lstrip("/") if part.startswith("/") else f"xl/{part}", place


def _has(archive: zipfile.ZipFile, name: str, marks: tuple[bytes, ...]) -> bool:
    """Say whether one of `marks` stands in a part, without holding it."""
    before = b""
    with archive.open(name) as part:
        while chunk := part.read(1 << 20):
            if any(mark in before + chunk for mark in marks):
                return True
            before = chunk[-8:]
    return False


def _errors_in_xml(archive: zipfile.ZipFile, name: str) -> list[Cell]:
    """Return the error cells of a sheet in XML, and formulas without a value: looked for where what marks one stands at all."""
    if not _has(archive, name, (b'"e"', b"'e'", b"<f>", b"<f ", b":f>", b":f ")):
        return []
    cells = []
    data = archive.read(name)
    for tag in (*_ERROR_CELL.findall(data), *_NEVER_COMPUTED.findall(data)):
        where = _REFERENCE.search(tag)
        cells.append((int(where[2]) - 1, _column(where[1])) if where else _SOMEWHERE)
    return cells


def _errors_in_ods(archive: zipfile.ZipFile, name: str) -> dict[int, list[Cell]]:
    """Return the error cells of each sheet; one within a table in a cell is somewhere in its sheet."""
    found: dict[int, list[Cell]] = {}
    if not _has(archive, name, (b'"error"', b"'error'")):
        return found
    sheet, row, following, column, depth = -1, -1, 0, 0, 0
    for closing, kind, attributes in (tag.groups() for tag in _ODS_TAG.finditer(archive.read(name))):
        times = int(counted[1]) if (counted := _ODS_TIMES.search(attributes)) else 1
        if kind == b"table":
            depth += 0 if attributes.endswith(b"/") else -1 if closing else 1
            if depth == 1 and not closing:
                sheet, following = sheet + 1, 0
        elif kind == b"table-row" and not closing and depth == 1:
            row, following, column = following, following + times, 0
        elif kind != b"table-row" and not closing:
            if _ODS_ERROR.search(attributes):
                places = range(column, column + min(times, _MOST_COLUMNS))
                found.setdefault(sheet, []).extend([(row, place) for place in places] if depth == 1 else [_SOMEWHERE])
            column += times if depth == 1 else 0
    return found


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, begin and length of every record of a part in XLSB."""
    place, end = 0, len(data)
    while place < end:
        kind = data[place]
        place += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while True:
            byte = data[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        yield kind, place, length
        place += length


def _errors_in_xlsb(data: bytes) -> Iterator[Cell]:
    row = -1
    for kind, begin, _ in _records(data):
        if kind == 0:
            row = int.from_bytes(data[begin : begin + 4], "little")
        elif kind in (3, 11):
            yield row, int.from_bytes(data[begin : begin + 4], "little")


def _xlsb_sheets(data: bytes) -> Iterator[bytes]:
    for kind, begin, _ in _records(data):
        if kind == 156:
            length = int.from_bytes(data[begin + 8 : begin + 12], "little")
            yield data[begin + 12 : begin + 12 + 2 * length].decode("utf-16-le").encode()


def _errors_in_xls(file: IO[bytes]) -> dict[int, list[Cell]]:
    import xlrd

    file.seek(0)
    book = xlrd.open_workbook(file_contents=file.read(), on_demand=True, logfile=sys.stderr)
    found: dict[int, list[Cell]] = {}
    for place in range(book.nsheets):
        sheet = book.sheet_by_index(place)
        for row in range(sheet.nrows):
            types = sheet.row_types(row)
            if xlrd.XL_CELL_ERROR in types:
                cells = found.setdefault(place, [])
                cells += ((row, column) for column, kind in enumerate(types) if kind == xlrd.XL_CELL_ERROR)
        book.unload_sheet(place)
    return found


def no_values(book: Book, asked: Mapping[str, Any]) -> list[tuple[int, int, str]]:
    """Return the cells below the header, in the columns that count, that are no value."""
    errors, columns, header = book.errors.get(asked["blad"], []), set(asked["kolommen"]), asked["kop"]
    counting = (cell for cell in errors if cell == _SOMEWHERE or (cell[0] >= header and cell[1] in columns))
    return [(row + 1, column, "fout") for row, column in islice(counting, _TOLD)]


def numbers(book: Book, asked: Mapping[str, Any]) -> tuple[dict[int, int], list[tuple[int, int, str]]]:
    """Return the first row in which each column that counts holds a number, and the cells whose number is not what was typed."""
    first: dict[int, int] = {}
    inexact: list[tuple[int, int, str]] = []
    columns: Sequence[int] = asked["kolommen"]
    for rij, row in enumerate(book.rows(asked["blad"]), 1):
        for column in columns:
            value = row[column]
            if type(value) is not str and rij > asked["kop"] and _is_number(value):
                first.setdefault(column, rij)
                if not -_EXACT < value < _EXACT and len(inexact) < _TOLD:
                    inexact.append((rij, column, "getal"))
    return first, inexact


def serve(file: IO[bytes], out: IO[str]) -> None:
    """Tell of the workbook, hear what counts, tell of that, and write its rows."""
    book = Book(file)
    rows = [[name, book.first_rows(place, 20)] for place, name in enumerate(book.names)]
    _tell(out, {"bladen": rows})
    asked = json.loads(sys.stdin.readline() or "null")
    if asked is None:
        return
    first, inexact = numbers(book, asked)
    _tell(out, {"geen_waarde": [*no_values(book, asked), *inexact], "getallen": list(first.items())})
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    for row in islice(book.rows(asked["blad"]), asked["kop"], None):
        cells = list(map(text, row))
        if any(cells):
            writer.writerow(cells)
        else:
            out.write("\n")
    out.write('"einde"\n')
    out.flush()


def _tell(out: IO[str], what: object) -> None:
    out.write(json.dumps(what) + "\n")
    out.flush()


def main() -> None:
    """Read the workbook that stands open under a number; what goes wrong is one word."""
    number, life, memory, seconds = map(int, sys.argv[1:])
    bound(life, memory, seconds)
    out = open(1, "w", encoding="utf-8", errors="replace", newline="", closefd=False)  # noqa: SIM115
    try:
        with os.fdopen(number, "rb") as file:
            serve(file, out)
    except MemoryError:
        os._exit(3)
    except BaseException as error:  # a library in Rust panics with one that is no Exception
        os._exit(4 if type(error).__name__ == "PasswordError" else 5)
    os._exit(0)


if __name__ == "__main__":
    main()
