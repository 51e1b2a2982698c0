"""Tables as text: which encoding and separator a file has, where its header stands, and its rows.

A row has the number that a spreadsheet shows: a quoted line break makes no new one, an empty line does.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from itertools import chain, islice
from typing import NoReturn

from attrs import define, frozen

from mpj.reading.faults import Fault, InputError
from mpj.reading.headers import Columns, Row
from mpj.reading.limits import EMPTY_ROWS, HEADER_ROWS, ROW_BYTES
from mpj.reading.lines import LineNumbers
from mpj.reading.register import Foutcode
from mpj.reading.sources import Digester, RowTooLongError, Source

# Longer rows are parsed at once: csv has a limit for a field, and what is beyond it is refused where it stands.
_LONG = 100_000
_CHUNK = 1 << 16
# Characters that are looked at together where rows are only passed on.
_PIECE = 1 << 15
# What is not longer, with its line end, may be an empty row.
_EMPTY = 2
_UTF8 = "utf-8-sig"
_UTF16 = "utf-16"
_WINDOWS = "cp1252"
_SEPARATORS = (";", ",", "\t")
_SPECIAL = re.compile(r'["\r\n]')
_SEP = re.compile(r'"?sep=([^\r\n])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)


@define
class Opened:
    """A table of whatever form, opened at its header."""

    header: Row | None
    """The header, or the row that comes nearest to one; None where the file is empty."""
    rows: Iterator[Row]
    """What is below the header, but for rows that are wholly empty."""
    sha256: Callable[[], str]
    """Gives the SHA-256 of the file, once all was read."""
    notices: tuple[Fault, ...] = ()
    """What was done to read it."""
    texts: Iterator[tuple[int, str]] | None = None
    """Instead of `rows`: each row as text with ``;`` between the fields, where they stand so in the file."""
    tidy: bool = False
    """Whether the file is UTF-8 with ``;`` between the fields and its header on the first row."""
    lines: LineNumbers | None = None
    """On which lines the rows begin."""


@frozen
class _Form:
    """How the text of a file is written: its encoding, what separates fields, whether a line ``sep=X`` says so, its header."""

    encoding: str
    separator: str
    said: bool
    header: Row | None
    above: tuple[int, ...]
    """The rows above the header that hold anything."""


@contextmanager
def open_text(source: Source, columns: Columns) -> Iterator[Opened]:
    """Open a file of text as a table. Raises InputError, also while iterating: text that cannot be read, broken quoting."""
    form = _look(source, columns)
    with source.open() as raw:
        raw.longest = ROW_BYTES
        stream = TextIOWrapper(io.BufferedReader(raw), encoding=form.encoding, newline="")
        rows = _Rows(source, raw, stream, form)
        header = rows.header()
        plainly = form.separator == ";"
        tidy = plainly and form.encoding == _UTF8 and not form.said and header is not None and header[0] == 1
        texts = rows.texts() if plainly else None
        yield Opened(header, rows.rows(), raw.sha256, tuple(_notices(source, form)), texts, tidy, rows.lines)
        stream.detach().detach()


def _notices(source: Source, form: _Form) -> Iterator[Fault]:
    if form.encoding == _WINDOWS:
        text = "geen UTF-8; gelezen als Windows-1252"
        yield Fault("codering_windows", source.naam, toelichting=text, soort="waarschuwing")
    if form.above and form.header is not None:
        yield above_header(source.naam, form.header[0], form.above)


def above_header(naam: str, rij: int, above: Sequence[int]) -> Fault:
    """Return the notice that rows above the header were passed over."""
    rijen = f"rij {above[0]} staat" if len(above) == 1 else f"rij {', '.join(map(str, above))} staan"
    text = f"{rijen} boven de kopregel en {'telt' if len(above) == 1 else 'tellen'} niet mee"
    return Fault("rijen_boven_kop", naam, rij, toelichting=text, soort="waarschuwing")


def _look(source: Source, columns: Columns) -> _Form:
    """Return how a file is written: the first separator under which it has the header, else the one that comes nearest."""
    encoding = _UTF8 if source.strict else _encoding(source)
    with source.open() as raw:
        sample = io.BufferedReader(raw).read(ROW_BYTES).decode(encoding, "replace")
    said = None if source.strict else _SEP.match(sample)
    separators = (said[1],) if said else _SEPARATORS[:1] if source.strict else _SEPARATORS
    if said:
        sample = sample[said.end() :]
    tried = [(separator, _first_rows(sample, separator)) for separator in separators]
    for separator, rows in tried:
        header = columns.header(rows)
        if header is not None:
            return _Form(encoding, separator, bool(said), header, tuple(rij for rij, _ in rows if rij < header[0]))
    separator, rows = max(tried, key=lambda one: max(map(columns.matches, one[1]), default=0))
    return _Form(encoding, separator, bool(said), columns.nearest(rows), ())


def _encoding(source: Source) -> str:
    """Return the encoding of a file: UTF-16 by its BOM, UTF-8 where it is, else Windows-1252."""
    decoder = getincrementaldecoder("utf-8")()
    endless = 0
    with source.open() as raw:
        stream = raw.stream  # This look asks for no SHA-256.
        chunk = stream.read(_CHUNK)
        if chunk.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return _UTF16
        try:
            while chunk and endless <= ROW_BYTES:
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
                endless = 0 if b"\n" in chunk or b"\r" in chunk else endless + len(chunk)
                chunk = stream.read(_CHUNK)
            decoder.decode(b"", final=not chunk)
        except UnicodeDecodeError:
            return _WINDOWS
    return _UTF8


def _first_rows(sample: str, separator: str) -> list[Row]:
    """Return the first rows that hold anything, as far as they can be read."""
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, strict=True)
    with suppress(csv.Error):
        for rij, fields in enumerate(islice(reader, HEADER_ROWS), 1):
            if any(map(str.strip, fields)):
                rows.append((rij, fields))
    return rows


class _Rows:
    """The rows of an open file, one after another: as fields, or as they stand."""

    def __init__(self, source: Source, raw: Digester, stream: TextIOWrapper, form: _Form) -> None:
        self.source, self.raw, self.stream, self.form = source, raw, stream, form
        self.lines = LineNumbers()
        self.rij = self.empty = 0
        if form.said:
            stream.readline()
            self.lines.shift(1, 1)
        self.shift = int(form.said)
        self.reader = csv.reader(stream, delimiter=form.separator, strict=True)

    def header(self) -> Row | None:
        """Return the header, or the row that comes nearest; what is above it is passed over."""
        wanted = self.form.header[0] if self.form.header else 1
        return next((row for row in self.rows() if row[0] >= wanted), None)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold anything, with their numbers."""
        raw, reader, first = self.raw, self.reader, self.rij + 1
        rij = last = self.rij
        before, shift = int(self.form.said), self.shift
        try:
            for rij, fields in enumerate(reader, first):
                raw.mark = raw.total
                if reader.line_num + before != rij + shift:
                    shift = self.shift = reader.line_num + before - rij
                    self.lines.shift(rij + 1, shift)
                if fields and (fields[0].strip() or any(map(str.strip, fields))):
                    if raw.binary and any("\0" in field for field in fields):
                        self.refuse_binary(rij)
                    last = self.rij = rij
                    yield rij, fields
                elif rij - last > EMPTY_ROWS:
                    self.refuse_empty(rij)
        except (UnicodeDecodeError, csv.Error, RowTooLongError) as error:
            raise self.refusal(error, rij + 1) from error

    def texts(self) -> Iterator[tuple[int, str]]:
        """Yield the rows below the header as text, each ending in a line end; those that are empty too."""
        return chain.from_iterable(self.pieces())

    def pieces(self) -> Iterator[Iterable[tuple[int, str]]]:
        """Yield the rows below the header some at a time, as far as nothing is special about any of them."""
        raw, stream, text = self.raw, self.stream, ""
        try:
            while text := stream.read(_PIECE):
                raw.mark = raw.total
                if text[-1] != "\n":
                    text += stream.readline()
                    raw.mark = raw.total
                if text[-1] not in "\r\n":
                    text += "\n"
                lines = _lines_of(text)
                if '"' in text or raw.binary or len(text) > _LONG or min(map(len, lines)) <= _EMPTY:
                    yield self.special(iter(lines))
                else:
                    self.empty, first = 0, self.rij + 1
                    self.rij += len(lines)
                    yield enumerate(lines, first)
                text = ""
        except (UnicodeDecodeError, RowTooLongError) as error:
            raise self.refusal(error, self.rij + max(len(_lines_of(text)), 1)) from error

    def special(self, lines: Iterator[str]) -> Iterator[tuple[int, str]]:
        """Yield rows one by one: with quotes, which may go on over more lines than these, long ones, and those that are empty."""
        for text in lines:
            self.rij += 1
            if '"' in text or len(text) > _LONG:
                text = self.quoted(self.rij, text, lines)
            if self.raw.binary and "\0" in text:
                self.refuse_binary(self.rij)
            self.empty = self.empty + 1 if len(text) <= _EMPTY else 0
            if self.empty > EMPTY_ROWS:
                self.refuse_empty(self.rij)
            yield self.rij, text

    def quoted(self, rij: int, text: str, after: Iterator[str]) -> str:
        """Return a row that has quotes, or is long, as one text; it may go on over the lines `after` it, and more."""
        reader = csv.reader(chain([text], after, self.stream), delimiter=";", strict=True)
        try:
            fields = next(reader)
        except (UnicodeDecodeError, csv.Error, RowTooLongError) as error:
            raise self.refusal(error, rij) from error
        if reader.line_num > 1:
            self.shift += reader.line_num - 1
            self.lines.shift(rij + 1, self.shift)
        return as_text(fields)

    def refuse_binary(self, rij: int) -> NoReturn:
        raise InputError(self.fault("csv_onleesbaar", rij, "het bestand is geen tekst", "een CSV-bestand"))

    def refuse_empty(self, rij: int) -> NoReturn:
        raise InputError(self.fault("bestand_te_groot", rij, "te veel lege rijen achter elkaar", f"hoogstens {EMPTY_ROWS}"))

    def refusal(self, error: Exception, rij: int) -> InputError:
        """Return what csv, the decoder and the bounds raise as an InputError."""
        if isinstance(error, RowTooLongError):
            verwacht = f"hoogstens {ROW_BYTES >> 20} MiB per rij"
            return InputError(self.fault("bestand_te_groot", rij, "de rij is te lang", verwacht))
        if isinstance(error, UnicodeDecodeError):
            rij = _undecodable(self.source, self.form.encoding) or rij
            neither = "het bestand is geen UTF-8 en geen Windows-1252"
            text = "het bestand is geen UTF-8" if self.form.encoding == _UTF8 else neither
            return InputError(self.fault("codering_onjuist", rij, text, "UTF-8 (in Excel: CSV UTF-8)"))
        verwacht = f"velden met {shown(self.form.separator)} ertussen, aanhalingstekens per veld gesloten"
        return InputError(self.fault("csv_onleesbaar", rij, "geen leesbare CSV vanaf deze rij", verwacht))

    def fault(self, code: Foutcode, rij: int, toelichting: str, verwacht: str) -> Fault:
        regel = self.lines.of(rij)
        return Fault(code, self.source.naam, rij, toelichting=toelichting, verwacht=verwacht, regel=regel)


def _lines_of(text: str) -> list[str]:
    """Return the lines of a text, with their ends, as a file that is opened with ``newline=""`` has them."""
    return io.StringIO(text, newline="").readlines()


def as_text(fields: Sequence[str]) -> str:
    """Return a row as text: ``;`` between the fields, quotes where they are needed, a line end behind it."""
    line = ";".join(fields)
    if line.count(";") == len(fields) - 1 and not _SPECIAL.search(line):
        return line + "\n"
    stream = io.StringIO()
    # The writer quotes only the line ends that it is told of.
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerow(fields)
    return stream.getvalue()[:-2] + "\n"


def shown(separator: str) -> str:
    """Return a separator as people name it."""
    return "tab" if separator == "\t" else separator


def _undecodable(source: Source, encoding: str) -> int:
    """Return the first line that cannot be decoded, 0 when every line can."""
    decoder, number = getincrementaldecoder(encoding)(), 1
    with source.open() as raw:
        while chunk := raw.read(_CHUNK):
            before = decoder.getstate()
            try:
                number += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError:
                decoder.setstate(before)
                with suppress(UnicodeDecodeError):
                    for place in range(len(chunk)):
                        number += decoder.decode(chunk[place : place + 1]).count("\n")
                return number
    return 0
