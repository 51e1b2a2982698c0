"""Rows of registraties spread over parts by client, so that each part can be read, and computed, by itself.

Only what tells the client and the id is looked at; a part is read in full when it is its turn. What does not fit in a small
buffer waits in a file without a name, which is gone when the process is: however many rows, little memory and no trace.
"""

from __future__ import annotations

import csv
import io
import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, NamedTuple

from attrs import define

from mpj.reading.scratch import scratch_file
from mpj.reading.sources import SILENT, TABLES, Reading, find_sources
from mpj.reading.tables import Table, open_lines
from mpj.records.definitions import REGISTRATIE

_BUFFER = 1 << 16
_BUCKETS = 16


@define
class _Layout:
    """The table that rows came from."""

    naam: str
    columns: dict[str, int]
    width: int


class _Segment(NamedTuple):
    """Some rows of a part: the number of their table, where in the file they begin, how many there are and how long they are.

    In the file their line numbers come first, 8 bytes each.
    """

    table: int
    begin: int
    rows: int
    size: int


class Partitions:
    """The rows of one or more files of registraties, in `parts` parts; a client's rows are all in one."""

    def __init__(self, parts: int = 64) -> None:
        self.parts = parts
        self.rows = 0
        self._layouts: list[_Layout] = []
        self._buffers: list[list[str]] = [[] for _ in range(parts)]
        self._rijen = [array("q") for _ in range(parts)]
        self._segments: list[list[_Segment]] = [[] for _ in range(parts)]
        self._hashes = [array("q") for _ in range(_BUCKETS)]
        self._file: IO[bytes] | None = None
        self._end = 0

    def read(
        self,
        paths: Iterable[str | Path],
        reading: Reading = SILENT,
        *,
        counted: Callable[[Iterable[tuple[int, str]]], Iterable[tuple[int, str]]] = iter,
    ) -> None:
        """Take in tables: files, folders or zips; reports and raises what `mpj.read_registraties` does of a file as a whole.

        The rows pass through `counted`, which may show progress.
        """
        for source in find_sources(paths, TABLES, reading):
            with open_lines(source, REGISTRATIE.columns, reading) as table:
                self._spread(table, counted(table))

    def take(self, table: Table[str]) -> None:
        """Take in the rows of an open table (`mpj.reading.tables.open_lines`)."""
        self._spread(table, table)

    def _spread(self, table: Table[str], rows: Iterable[tuple[int, str]]) -> None:
        self._layouts.append(_Layout(table.naam, dict(table.columns), table.width))
        id_at, bsn_at = table.columns["id"], table.columns["bsn"]
        cuts = max(id_at, bsn_at) + 1
        parts, buckets = self.parts, [bucket.append for bucket in self._hashes]
        buffers = self._buffers
        appends, numbers = [buffer.append for buffer in buffers], [rijen.append for rijen in self._rijen]
        sizes = [0] * parts
        number = 0
        for rij, text in rows:
            number += 1
            fields = text.split(";", cuts) if '"' not in text else next(csv.reader([text], delimiter=";"))
            try:
                part = hash(fields[bsn_at]) % parts
                identity = hash(fields[id_at].strip())
            except IndexError:
                part = identity = 0
            buckets[identity % _BUCKETS](identity)
            appends[part](text)
            numbers[part](rij)
            sizes[part] += len(text)
            if sizes[part] > _BUFFER:
                self._flush(part)
                sizes[part] = 0
        self.rows += number
        for part, buffer in enumerate(buffers):
            if buffer:
                self._flush(part)

    def _flush(self, part: int) -> None:
        """Move the buffer of a part to the file."""
        if self._file is None:
            self._file = scratch_file()
        rijen, data = self._rijen[part], "".join(self._buffers[part]).encode()
        self._file.write(rijen.tobytes())
        self._file.write(data)
        self._segments[part].append(_Segment(len(self._layouts) - 1, self._end, len(rijen), len(data)))
        self._end += len(rijen) * rijen.itemsize + len(data)
        self._buffers[part].clear()
        del rijen[:]

    def ready(self) -> None:
        """Have everything that was taken in stand where any process can read it: to be called after the last `read`."""
        if self._file is not None:
            self._file.flush()

    def tables(self, part: int) -> Iterator[Table[list[str]]]:
        """Return the rows of one part, a table for each file that some came from."""
        for number, segments in groupby(self._segments[part], attrgetter("table")):
            layout = self._layouts[number]
            yield Table(layout.naam, layout.columns, layout.width, (), chain.from_iterable(map(self._rows, segments)))

    def _rows(self, segment: _Segment) -> Iterator[tuple[int, list[str]]]:
        assert self._file is not None
        rijen = array("q")
        head = segment.rows * rijen.itemsize
        data = os.pread(self._file.fileno(), head + segment.size, segment.begin)
        rijen.frombytes(data[:head])
        text = data[head:].decode()
        rows: Iterable[list[str]]
        if '"' in text or "\r" in text:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
        else:
            rows = [line.split(";") for line in text.split("\n")]
        for rij, fields in zip(rijen, rows, strict=False):
            if fields and (fields[0].strip() or any(map(str.strip, fields))):
                yield rij, fields

    def doubles(self) -> set[int]:
        """Return the hashes of the ids that may occur more than once: two ids can share a hash, but none of them is missing."""
        found: set[int] = set()
        for bucket in self._hashes:
            seen = set(bucket)
            if len(seen) != len(bucket):
                for value in bucket:
                    if value in seen:
                        seen.discard(value)
                    else:
                        found.add(value)
        return found

    def close(self) -> None:
        """Let go of the rows."""
        if self._file is not None:
            self._file.close()
