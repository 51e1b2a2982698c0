"""From files to files: the run of `mpj.engine.declare` on any number of records, in little memory, on all cores.

The rows are spread over parts by client; each part is read, computed and turned into the rows of the output files by itself,
and at the end the parts are laid together in the order of the lines. No value is made that nobody asked for.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Protocol

from attrs import define, field, frozen

from mpj.engine.lines import REFERENTIE, declaration_number, make_line, sort_key, trace_values
from mpj.engine.run import Job, Sieve, without_collector
from mpj.engine.summary import Totals, declaration
from mpj.output.parquet import check_installed
from mpj.output.shape import HERKOMST, REGELS, TRACE_FILES, Trace
from mpj.output.write import RowTexts, as_parquet, open_rows, write_rest
from mpj.reading.faults import Fault
from mpj.records.entries import Entry
from mpj.records.partitions import Partitions
from mpj.records.registraties import Ongeldig
from mpj.records.uitval import Uitval
from mpj.records.values import Verblijf

_MANY = 50_000
FILES = (REGELS, HERKOMST)
_MARK = "\x01"


@frozen
class Outcome:
    """What a run that wrote its lines to files leaves in hand: what was set aside, warnings, the summary (see `mpj.Result`)."""

    uitval: tuple[Uitval, ...]
    meldingen: tuple[Fault, ...]
    samenvatting: Mapping[str, Any]


@define
class Declaratie:
    """What one declaration adds up to, and the referentienummers in it, one after another."""

    regels: int = 0
    bedrag_cent: int = 0
    references: bytearray = field(factory=bytearray)

    def apart(self) -> list[str]:
        """Return the referentienummers."""
        text = self.references.decode()
        return [text[begin : begin + REFERENTIE] for begin in range(0, len(text), REFERENTIE)]


class Beside(Protocol):
    """Lines that somebody else computed, of clients of whom no line is computed here."""

    totals: Totals
    declared: dict[tuple[str, str], Declaratie]
    """What they add up to, by aanbieder and gemeente."""

    def write(self, place: int, path: Path, rows: Iterator[tuple[str, str, bytes]], numbers: Mapping[tuple[str, str], str]) -> None:
        """Write `FILES[place]` to `path`: their rows, and between them the `rows` of gemeente and BSN, which come in that order.

        `numbers` are the declaratienummers by aanbieder and gemeente.
        """


@define
class _Share:
    """What one process made of its parts: text of rows in its file, and what has to be known of it.

    `blocks` are the lines of one client in one gemeente: gemeente, BSN, the part, and the bytes of its rows in each of the two
    files. `regions` say where in the file each part's rows of each begin.
    """

    file: IO[bytes]
    blocks: list[tuple[str, str, int, tuple[int, int]]] = field(factory=list)
    regions: dict[int, tuple[int, int]] = field(factory=dict)
    declared: dict[tuple[str, str], Declaratie] = field(factory=dict)
    uitval: list[Uitval] = field(factory=list)
    notes: dict[Fault, None] = field(factory=dict)
    totals: Totals = field(factory=Totals)


def declare_files(
    job: Job,
    registraties: Partitions,
    folder: Path,
    *,
    verblijf: Iterable[Verblijf | Ongeldig] = (),
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    trace: Trace = "csv",
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Declare `registraties` and `verblijf` and write the files of a run (docs/formats.md) into `folder`.

    Gives the bytes that `mpj.declare` and `write_result` give, with the trace as CSV or Parquet. `processes` are at most so
    many at once (None: one per core where there are many records and the system can fork); `progress` hears (parts done, parts in
    all).
    """
    if trace == "parquet":
        check_installed()
    with computed(job, registraties, verblijf=verblijf, processes=processes, progress=progress) as made:
        return made.write(folder, invoer or {}, trace)


@contextmanager
def computed(
    job: Job,
    registraties: Partitions,
    *,
    verblijf: Iterable[Verblijf | Ongeldig] = (),
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Computed]:
    """Compute `registraties` and `verblijf` as `declare_files` does; the outcome can be written while the block lasts."""
    registraties.ready()
    sieve = Sieve(job.periode)
    stays: dict[int, dict[str, list[Verblijf]]] = {}
    for stay in sieve.stays(verblijf, job.protocol):
        stays.setdefault(hash(stay.bsn) % registraties.parts, {}).setdefault(stay.bsn, []).append(stay)
    rejected = _rejected(job, registraties, sieve)
    if processes is None:
        processes = (os.cpu_count() or 1) if registraties.rows >= _MANY and "fork" in multiprocessing.get_all_start_methods() else 1
    with without_collector(), ExitStack() as stack:
        shares = [_Share(stack.enter_context(tempfile.TemporaryFile())) for _ in range(processes)]

        def work(number: int, progress: Callable[[int, int], None] | None = None) -> _Share:
            maker = _Maker(job, registraties, stays, rejected, shares[number])
            own = range(number, registraties.parts, processes)
            for done, part in enumerate(own, 1):
                maker.make(part)
                if progress is not None:
                    progress(min(done * processes, registraties.parts), registraties.parts)
            shares[number].file.flush()
            shares[number].notes = job.notes
            return shares[number]

        with _Others(work, processes, shares) as others:
            work(0, progress)
            others.collect()
        yield Computed(job, shares, sieve)


class _Others:
    """The processes beside this one: forked, so that they have everything at hand; each sends back what it made."""

    def __init__(self, work: Callable[[int], _Share], processes: int, shares: list[_Share]) -> None:
        self.shares = shares
        self.running: list[tuple[int, Any, Connection]] = []
        for number in range(1, processes):
            context = multiprocessing.get_context("fork")
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(work, number, sender), daemon=True)
            process.start()
            sender.close()
            self.running.append((number, process, receiver))

    def __enter__(self) -> _Others:
        return self

    def __exit__(self, *error: object) -> None:
        for _, process, receiver in self.running:
            receiver.close()
            process.kill()
            process.join()

    def collect(self) -> None:
        """Wait for what the others made; raises what one of them raised."""
        for number, _, receiver in self.running:
            made: Any
            try:
                made = receiver.recv()
            except EOFError:
                raise RuntimeError("a process of this run was stopped from outside") from None
            if isinstance(made, BaseException):
                raise made
            share = self.shares[number]
            share.blocks, share.regions, share.declared, share.uitval, share.notes, share.totals = made


def _work(work: Callable[[int], _Share], number: int, sender: Connection) -> None:
    try:
        share = work(number)
        made: object = (share.blocks, share.regions, share.declared, share.uitval, share.notes, share.totals)
    except Exception as error:
        made = error
    sender.send(made)
    sender.close()


def _rejected(job: Job, registraties: Partitions, sieve: Sieve) -> set[tuple[str, int]]:
    """Return which rows do not count because of rows with the same id in another part, as (file, row): set aside here and now."""
    doubles = registraties.doubles()
    if not doubles:
        return set()
    found: dict[str, dict[int, list[Entry | Ongeldig]]] = {}
    for part in range(registraties.parts):
        for table in registraties.tables(part):
            place, width = table.columns["id"], table.width
            table.rows = ((rij, fields) for rij, fields in table.rows if hash(_at(fields, place, width)) in doubles)
            for item in job.entries.rows(table):
                found.setdefault(item.id, {}).setdefault(part, []).append(item)
        job.entries.forget()
    across = [item for parts in found.values() if len(parts) > 1 for items in parts.values() for item in items]
    trial = Sieve(job.periode)
    trial.entries(across)
    aside = [row for row in trial.uitval if row.reden != "ongeldig"]
    sieve.uitval += aside
    return {(row.bestand, row.rij) for row in aside}


def _at(fields: list[str], place: int, width: int) -> str:
    return fields[place].strip() if len(fields) >= width or len(fields) > place else ""


class _Maker:
    """Computes parts, one after another, into a share."""

    def __init__(
        self,
        job: Job,
        registraties: Partitions,
        stays: Mapping[int, Mapping[str, list[Verblijf]]],
        rejected: set[tuple[str, int]],
        share: _Share,
    ) -> None:
        self.job = job
        self.registraties = registraties
        self.stays = stays
        self.rejected = rejected
        self.share = share
        self.texts = RowTexts()

    def _entries(self, part: int) -> Iterator[Entry | Ongeldig]:
        for table in self.registraties.tables(part):
            if not self.rejected:
                yield from self.job.entries.rows(table)
                continue
            for item in self.job.entries.rows(table):
                if isinstance(item, Ongeldig) or (item.bestand, item.rij) not in self.rejected:
                    yield item

    def make(self, part: int) -> None:
        """Compute one part and add its rows to the file."""
        job, share = self.job, self.share
        sieve = Sieve(job.periode)
        clients: dict[str, list[Entry]] = {}
        for entry in sieve.entries(self._entries(part)):
            bsn = entry.reeks.bsn
            own = clients.get(bsn)
            if own is None:
                clients[bsn] = [entry]
            else:
                own.append(entry)
        stays = self.stays.get(part, {})
        share.uitval += sieve.uitval
        rows: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
        for bsn in clients.keys() | stays.keys():
            lines, aside, on_planning = job.run.run(bsn, clients.pop(bsn, []), stays.get(bsn, ()))
            share.uitval += aside
            share.totals.add(lines, sum(levering.cents for levering in on_planning))
            self._client(lines, rows)
        self._write(part, rows)
        job.entries.forget()

    def _client(self, lines: Iterable[list[Any]], rows: dict[tuple[str, str], tuple[list[str], list[str]]]) -> None:
        """Turn one client's lines into rows, in the order of all outputs."""
        job, texts, declared = self.job, self.texts, self.share.declared
        maand, volgnummer = job.periode.maand, job.volgnummer
        made = [(make_line(members, maand, volgnummer), members) for members in lines]
        if len(made) > 1:
            made.sort(key=lambda one: sort_key(one[0]))
        for line, members in made:
            aanbieder, gemeente = line.aanbieder, line.gemeente
            block = rows.get((gemeente, line.bsn))
            if block is None:
                block = rows[gemeente, line.bsn] = ([], [])
            regels, herkomst = block
            regels.append(texts.regel(line, f"{_MARK}{aanbieder}{_MARK}"))
            herkomst += [texts.herkomst(trace_values(line.referentienummer, levering)) for levering in members]
            declaratie = declared.get((aanbieder, gemeente))
            if declaratie is None:
                declaratie = declared[aanbieder, gemeente] = Declaratie()
            declaratie.regels += 1
            declaratie.bedrag_cent += line.bedrag_cent
            declaratie.references += line.referentienummer.encode()

    def _write(self, part: int, rows: Mapping[tuple[str, str], tuple[list[str], list[str]]]) -> None:
        share = self.share
        keys = sorted(rows)
        blocks = [tuple("".join(texts).encode() for texts in rows[key]) for key in keys]
        begins = []
        for place in range(len(FILES)):
            begins.append(share.file.tell())
            share.file.write(b"".join([block[place] for block in blocks]))
        share.regions[part] = (begins[0], begins[1])
        for key, block in zip(keys, blocks, strict=True):
            share.blocks.append((*key, part, (len(block[0]), len(block[1]))))


@define
class Computed:
    """What all records of a run came to, ready to be written."""

    job: Job
    shares: list[_Share]
    sieve: Sieve

    def write(
        self, folder: Path, invoer: Mapping[str, Mapping[str, str]], trace: Trace = "csv", beside: Beside | None = None
    ) -> Outcome:
        """Write the files of the run into `folder`, together with what was computed `beside` it."""
        job, shares = self.job, self.shares
        totals, uitval, notes = Totals(), list(self.sieve.uitval), dict(job.notes)
        declared: dict[tuple[str, str], Declaratie] = {}
        for share in shares:
            totals.merge(share.totals)
            uitval += share.uitval
            notes |= share.notes
            _add(declared, share.declared)
        if beside is not None:
            totals.merge(beside.totals)
            _add(declared, beside.declared)
        numbers: dict[tuple[str, str], str] = {}
        declaraties = []
        periode = str(job.settings["periode"])
        for (aanbieder, gemeente), one in sorted(declared.items()):
            nummer = declaration_number(aanbieder, gemeente, periode, one.apart(), job.volgnummer)
            numbers[aanbieder, gemeente] = nummer
            declaraties.append(declaration(aanbieder, gemeente, nummer, periode, one.regels, one.bedrag_cent))
        blocks = sorted((*block, number) for number, share in enumerate(shares) for block in share.blocks)
        for place, shape in enumerate(FILES):
            rows = self._rows(place, blocks, numbers)
            if beside is not None:
                beside.write(place, folder / (TRACE_FILES[trace] if shape is HERKOMST else shape.file), rows, numbers)
                continue
            with open_rows(folder, shape) as text_stream:
                text_stream.flush()
                text_stream.buffer.writelines(data for _, _, data in rows)
            if shape is HERKOMST and trace == "parquet":
                as_parquet(folder)
        uitval += job.dekkingen.uitval
        uitval.sort(key=Uitval.sort_key)
        job.notes = notes
        samenvatting = job.summary(totals, declaraties, uitval, invoer)
        write_rest(uitval, samenvatting, folder, job.protocol, trace)
        return Outcome(tuple(uitval), job.warnings(), samenvatting)

    def _rows(
        self,
        place: int,
        blocks: Iterable[tuple[str, str, int, tuple[int, int], int]],
        numbers: Mapping[tuple[str, str], str],
    ) -> Iterator[tuple[str, str, bytes]]:
        """Return the rows of one of the files, block by block: gemeente, BSN, and the bytes."""
        marks: dict[str, dict[bytes, bytes]] = {}
        for (aanbieder, gemeente), nummer in numbers.items():
            marks.setdefault(gemeente, {})[f"{_MARK}{aanbieder}{_MARK}".encode()] = nummer.encode()
        readers: dict[tuple[int, int], io.BufferedReader] = {}
        for gemeente, bsn, part, lengths, number in blocks:
            reader = readers.get((number, part))
            if reader is None:
                share = self.shares[number]
                reader = readers[number, part] = io.BufferedReader(_Region(share.file.fileno(), share.regions[part][place]))
            data = reader.read(lengths[place])
            if not place:
                for mark, nummer_bytes in marks[gemeente].items():
                    data = data.replace(mark, nummer_bytes)
            yield gemeente, bsn, data


def _add(sums: dict[tuple[str, str], Declaratie], more: Mapping[tuple[str, str], Declaratie]) -> None:
    for key, one in more.items():
        total = sums.setdefault(key, Declaratie())
        total.regels += one.regels
        total.bedrag_cent += one.bedrag_cent
        total.references += one.references


class _Region(io.RawIOBase):
    """A file from one place on, read without moving anybody else's place in it."""

    def __init__(self, descriptor: int, begin: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._place = begin

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = os.pread(self._descriptor, len(buffer), self._place)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
