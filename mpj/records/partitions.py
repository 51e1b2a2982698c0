"""Rows of registraties spread over parts by client, so that each part can be read, and computed, by itself.

Only what tells the client and the id is looked at; a part is read in full when it is its turn. What does not fit in a small
buffer waits in a file without a name, which is gone when the process is: however many rows, little memory and no trace.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from attrs import define

from mpj.reading.scratch import read_at, scratch_file
from mpj.reading.sources import SILENT, TABLES, Reading, find_sources
from mpj.reading.tables import Table, open_lines, split_rows
from mpj.records.definitions import REGISTRATIE
from mpj.records.reader import shared_from

# Characters that wait in memory at most, of all parts together.
_HELD = 1 << 22
_BUCKETS = 16


@define
class _Layout:
    """The table that rows came from."""

    naam: str
    columns: dict[str, int]
    width: int
    split: int
    """How often its rows are to be split (`Table.split`)."""


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
        columns, width = dict(table.columns), table.width
        self._layouts.append(_Layout(table.naam, columns, width, shared_from(columns, width)))
        id_at, bsn_at = table.columns["id"], table.columns["bsn"]
        cuts = max(id_at, bsn_at) + 1
        parts, buckets = self.parts, [bucket.append for bucket in self._hashes]
        appends, numbers = [buffer.append for buffer in self._buffers], [rijen.append for rijen in self._rijen]
        number = held = 0
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
            held += len(text)
            if held > _HELD:
                self._flush()
                held = 0
        self.rows += number
        self._flush()

    def _flush(self) -> None:
        """Move what is held to the file."""
        file = self._file = self._file or scratch_file()
        for part, (texts, rijen) in enumerate(zip(self._buffers, self._rijen, strict=True)):
            if texts:
                data = "".join(texts).encode()
                file.write(rijen.tobytes())
                file.write(data)
                self._segments[part].append(_Segment(len(self._layouts) - 1, self._end, len(rijen), len(data)))
                self._end += len(rijen) * rijen.itemsize + len(data)
                texts.clear()
                del rijen[:]

    def ready(self) -> None:
        """Have everything that was taken in stand where any process can read it: to be called after the last `read`."""
        if self._file is not None:
            self._file.flush()

    def tables(self, part: int) -> Iterator[Table[list[str]]]:
        """Return the rows of one part, as tables of some of them; what many rows share may be one text at their end."""
        for segment in self._segments[part]:
            layout = self._layouts[segment.table]
            rows, split = self._rows(segment, layout)
            yield Table(layout.naam, layout.columns, layout.width, (), rows, split=split)

    def _rows(self, segment: _Segment, layout: _Layout) -> tuple[Iterator[tuple[int, list[str]]], int]:
        """Return the rows of a segment, and how often they were split (`Table.split`)."""
        assert self._file is not None
        rijen = array("q")
        head = segment.rows * rijen.itemsize
        data = read_at(self._file, head + segment.size, segment.begin)
        rijen.frombytes(data[:head])
        return split_rows(rijen, data[head:].decode(), layout.split)

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
