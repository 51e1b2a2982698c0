"""From files to files: the run of `mpj.declare` on any number of records, in little memory, on all cores.

The rows are spread over parts by client; each part is read, computed and turned into the rows of the output files by itself,
and at the end the parts are laid together in the order of the lines. No value is made that nobody asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from attrs import define, field, frozen

from mpj.engine.job import Job
from mpj.engine.lines import LinesAt
from mpj.engine.memory import NOTHING, Memory
from mpj.engine.outcome import Uitkomst
from mpj.engine.sieve import NO_VERDICTS, Verdicts, sift_registraties
from mpj.engine.summary import Declared, Totals, sort_notes
from mpj.engine.tarieven import Tarief
from mpj.engine.told import RunSummary
from mpj.executors.forked import deaf, end_with_parent
from mpj.output.parquet import check_installed
from mpj.output.shape import HERKOMST, REGELS, TRACE_FILES, Trace
from mpj.output.write import RowTexts, as_parquet, open_rows, write_rest
from mpj.reading.faults import Fault, InputError
from mpj.reading.masking import masked
from mpj.reading.scratch import read_at, scratch_file
from mpj.records.entries import Entry
from mpj.records.partitions import Partitions
from mpj.records.reader import Entries
from mpj.records.registraties import Ongeldig
from mpj.records.uitval import Uitval
from mpj.records.values import Prestatie, Verblijf

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.synchronize import Event

_MANY = 50_000
FILES = (REGELS, HERKOMST)
_MARK = "\x01"


@frozen(field_transformer=masked)
class Outcome:
    """What a run that wrote its lines to files leaves in hand (see `mpj.Result`)."""

    uitval: tuple[Uitval, ...]
    meldingen: tuple[Fault, ...]
    samenvatting: RunSummary


class Beside(Protocol):
    """Lines that another executor computed; no client is in both."""

    totals: Totals
    declared: Declared

    def write(self, place: int, path: Path, rows: Iterator[tuple[str, str, bytes]], numbers: Mapping[tuple[str, str], str]) -> None:
        """Write `FILES[place]` to `path`: their rows, and between them the `rows` of gemeente and BSN, which come in that order.

        `numbers` are the declaratienummers by aanbieder and gemeente.
        """


class _Block(NamedTuple):
    """The lines of one client in one gemeente: the part, and how many bytes its rows in each of `FILES` take. Sorts as lines do."""

    gemeente: str
    bsn: str
    part: int
    lengths: tuple[int, ...]


@define
class _Share:
    """What one process made of its parts."""

    blocks: list[_Block] = field(factory=list)
    regions: dict[int, tuple[int, ...]] = field(factory=dict)
    """Where in the file of its process the rows of each part begin, for each of `FILES`."""
    declared: Declared = field(factory=Declared)
    uitval: list[Uitval] = field(factory=list)
    bsns: set[str] = field(factory=set)
    """The clients."""
    notes: dict[Fault, None] = field(factory=dict)
    totals: Totals = field(factory=Totals)

    def take(self, outcome: Uitkomst) -> None:
        """Add up the outcome of a client, but for its lines."""
        self.uitval += outcome.uitval
        self.bsns |= outcome.bsns
        self.notes |= dict.fromkeys(outcome.meldingen)
        self.totals.add(outcome)


def declare_files(
    job: Job,
    registraties: Partitions,
    folder: Path,
    *,
    verblijf: Iterable[Verblijf | Ongeldig] = (),
    prestaties: Iterable[Prestatie | Ongeldig] = (),
    memory: Memory = NOTHING,
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    trace: Trace = "csv",
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Declare `registraties`, `verblijf` and `prestaties` and write the files of a run (docs/formats.md) into `folder`.

    Gives the bytes that `mpj.declare` and `write_result` give, with the trace as CSV or Parquet. `memory` is what was declared
    before (`mpj.engine.memory.remember`). `processes` are at most so many at once (None: one per core where there are many records;
    one where the system cannot fork); `progress` hears (parts done, parts in all).
    """
    if trace == "parquet":
        check_installed()
    given: dict[str, Any] = {"verblijf": verblijf, "prestaties": prestaties, "memory": memory}
    with computed(job, registraties, processes=processes, progress=progress, **given) as made:
        return made.write(folder, invoer or {}, trace)


@contextmanager
def computed(
    job: Job,
    registraties: Partitions,
    *,
    verblijf: Iterable[Verblijf | Ongeldig] = (),
    prestaties: Iterable[Prestatie | Ongeldig] = (),
    unreadable: Sequence[Ongeldig] = (),
    memory: Memory = NOTHING,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Computed]:
    """Compute `registraties`, `verblijf` and `prestaties` as `declare_files`; the outcome can be written while the block lasts.

    `unreadable` are registraties that could not be read, and so are in no part.
    """
    registraties.ready()
    clients, aside = job.sift(unreadable, verblijf, prestaties=prestaties)
    others: dict[int, tuple[list[Verblijf], list[Prestatie]]] = {}
    for bsn, own in clients.items():
        stays, events = others.setdefault(hash(bsn) % registraties.parts, ([], []))
        stays += own.verblijf
        events += own.prestaties
    verdicts = _verdicts(job, registraties, unreadable)
    if processes is None:
        processes = (os.cpu_count() or 1) if registraties.rows >= _MANY else 1
    if not hasattr(os, "fork"):
        processes = 1
    with ExitStack() as stack:
        files = [stack.enter_context(scratch_file()) for _ in range(processes)]
        maker = _Maker(job, registraties, others, verdicts, memory, files)
        shares = _on_all_cores(maker, progress)
        yield Computed(job, files, shares, list(aside))


def _on_all_cores(maker: _Maker, progress: Callable[[int, int], None] | None) -> list[_Share]:
    """Have each process make its parts: this one, and beside it others that are forked, so that they have everything at hand."""
    processes, parts = len(maker.files), maker.registraties.parts

    def heard(done: int) -> None:
        if progress is not None:
            progress(min(done * processes, parts), parts)

    if processes == 1:
        return [maker.make_all(0, heard)]
    # Only here, since the two take longer to import than a small run takes.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("fork")
    stop = context.Event()
    with ProcessPoolExecutor(processes - 1, context, _begin, (maker, stop)) as pool:
        try:
            with deaf():
                others: list[Future[_Share]] = [pool.submit(_make_all, number) for number in range(1, processes)]
            return [maker.make_all(0, heard), *(other.result() for other in others)]
        except BrokenProcessPool:
            text = "een van de processen die meerekenen is van buiten gestopt; vaak was het geheugen vol"
            raise InputError(Fault("proces_weg", toelichting=text, verwacht="meer geheugen")) from None
        except BaseException:
            stop.set()
            raise


_inherited: list[tuple[_Maker, Event]] = []
"""In a forked process: what it was forked with, which cannot travel (rows wait in a file without a name)."""


def _begin(maker: _Maker, stop: Event) -> None:
    from threading import Thread

    _inherited[:] = [(maker, stop)]
    Thread(target=end_with_parent, daemon=True).start()


def _make_all(number: int) -> _Share:
    ((maker, stop),) = _inherited
    return maker.make_all(number, lambda _: None, stop.is_set)


def _verdicts(job: Job, registraties: Partitions, unreadable: Sequence[Ongeldig]) -> Verdicts:
    """Return what is decided of ids that stand in more than one part, or are withdrawn by what cannot be read."""
    found: dict[str, dict[int, list[Entry | Ongeldig]]] = {}
    for one in unreadable:
        if one.vervallen and one.id:
            found.setdefault(one.id, {}).setdefault(-1, []).append(one)
    doubles = registraties.doubles() | set(map(hash, found))
    if not doubles:
        return NO_VERDICTS
    entries = job.entries()
    for part in range(registraties.parts):
        for table in registraties.tables(part):
            place, width = table.columns["id"], table.width
            table.rows = ((rij, fields) for rij, fields in table.rows if hash(_at(fields, place, width)) in doubles)
            for item in entries.rows(table):
                found.setdefault(item.id, {}).setdefault(part, []).append(item)
        entries.forget()
    across = (item for parts in found.values() if len(parts) > 1 for items in parts.values() for item in items)
    return sift_registraties(across).verdicts


def _at(fields: list[str], place: int, width: int) -> str:
    return fields[place].strip() if len(fields) >= width or len(fields) > place else ""


Rows = dict[tuple[str, str], tuple[list[str], ...]]
"""The rows of each of `FILES`, by gemeente and BSN."""


class _Maker:
    """Computes parts, one after another, into the share of a process."""

    def __init__(
        self,
        job: Job,
        registraties: Partitions,
        others: Mapping[int, tuple[list[Verblijf], list[Prestatie]]],
        verdicts: Verdicts,
        memory: Memory,
        files: Sequence[IO[bytes]],
    ) -> None:
        self.job = job
        self.registraties = registraties
        self.others = others
        self.verdicts = verdicts
        self.memory = memory
        self.files = files
        self.texts = RowTexts()
        self._lines: dict[Tarief, LinesAt] = {}

    def make_all(self, number: int, heard: Callable[[int], None], stopped: Callable[[], bool] = lambda: False) -> _Share:
        """Compute every part of a process; `heard` is told how many are done, `stopped` is asked between them."""
        share, entries = _Share(), self.job.entries()
        for done, part in enumerate(range(number, self.registraties.parts, len(self.files)), 1):
            if stopped():
                break
            self.make(part, share, entries, self.files[number])
            heard(done)
        self.files[number].flush()
        return share

    def make(self, part: int, share: _Share, entries: Entries, file: IO[bytes]) -> None:
        """Compute one part and add its rows to the file."""
        rows: Rows = {}
        found = chain.from_iterable(map(entries.rows, self.registraties.tables(part)))
        stays, events = self.others.get(part, ([], []))
        given: dict[str, Any] = {"prestaties": events, "decided": (self.verdicts, NO_VERDICTS, NO_VERDICTS)}
        for outcome in self.job.outcomes(found, stays, self.memory, **given):
            share.take(outcome)
            self._client(outcome, rows, share)
        self._write(part, rows, share, file)
        entries.forget()
        self.texts.forget()

    def _client(self, outcome: Uitkomst, rows: Rows, share: _Share) -> None:
        """Turn one client's lines into rows, in the order of all outputs."""
        made = [(self._at(regel.care[0].at.tarief).text(regel), regel) for regel in outcome.regels]
        if len(made) > 1:
            made.sort(key=lambda one: one[0].order)
        for line, regel in made:
            gemeente, bsn, *_, aanbieder = line.order
            block = rows.get((gemeente, bsn))
            if block is None:
                block = rows[gemeente, bsn] = ([], [])
            regels, herkomst = block
            regels.append(line.row)
            herkomst.append(self.texts.trace(line.referentienummer, regel))
            share.declared.add_sums(aanbieder, gemeente, 1, regel.cent, line.referentienummer)

    def _at(self, tarief: Tarief) -> LinesAt:
        lines = self._lines.get(tarief)
        if lines is None:
            mark = f"{_MARK}{tarief.kaart.instellingen.aanbieder}{_MARK}"
            lines = self._lines[tarief] = LinesAt(tarief, self.job.opdracht, partial(self.texts.regel, declaratienummer=mark))
        return lines

    def _write(self, part: int, rows: Rows, share: _Share, file: IO[bytes]) -> None:
        keys = sorted(rows)
        blocks = [tuple("".join(texts).encode() for texts in rows[key]) for key in keys]
        begins = []
        for place in range(len(FILES)):
            begins.append(file.tell())
            file.write(b"".join([block[place] for block in blocks]))
        share.regions[part] = tuple(begins)
        share.blocks += [_Block(*key, part, tuple(map(len, block))) for key, block in zip(keys, blocks, strict=True)]


@define
class Computed:
    """What all records of a run came to, ready to be written."""

    job: Job
    files: Sequence[IO[bytes]]
    """The files that the processes wrote rows into."""
    shares: list[_Share]
    aside: list[Uitval]
    """What was set aside before there were parts."""

    def write(
        self, folder: Path, invoer: Mapping[str, Mapping[str, str]], trace: Trace = "csv", beside: Beside | None = None
    ) -> Outcome:
        """Write the files of the run into `folder`, together with what was computed `beside` it."""
        totals, uitval, declared = Totals(), list(self.aside), Declared()
        bsns: set[str] = set()
        notes = dict.fromkeys(self.job.meldingen)
        for share in self.shares:
            totals.merge(share.totals)
            uitval += share.uitval
            bsns |= share.bsns
            notes |= share.notes
            declared.merge(share.declared)
        if beside is not None:
            totals.merge(beside.totals)
            declared.merge(beside.declared)
        declaraties = declared.declarations(self.job.opdracht)
        numbers = {(one["aanbieder"], one["gemeente"]): one["declaratienummer"] for one in declaraties}
        for place, shape in enumerate(FILES):
            rows = self._rows(place, numbers)
            if beside is not None:
                beside.write(place, folder / (TRACE_FILES[trace] if shape is HERKOMST else shape.file), rows, numbers)
                continue
            with open_rows(folder, shape) as text_stream:
                text_stream.flush()
                text_stream.buffer.writelines(data for _, _, data in rows)
            if shape is HERKOMST and trace == "parquet":
                as_parquet(folder)
        uitval = self.job.all_aside(uitval, bsns)
        samenvatting = self.job.summary(totals, declaraties, uitval, invoer)
        write_rest(uitval, samenvatting, folder, self.job.protocol, trace)
        return Outcome(tuple(uitval), sort_notes(notes), samenvatting)

    def _rows(self, place: int, numbers: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str, bytes]]:
        """Return the rows of one of the files, block by block: gemeente, BSN, and the bytes."""
        marks: dict[str, dict[bytes, bytes]] = {}
        for (aanbieder, gemeente), nummer in numbers.items():
            marks.setdefault(gemeente, {})[f"{_MARK}{aanbieder}{_MARK}".encode()] = nummer.encode()
        owners = zip(self.files, self.shares, strict=True)
        ahead = {part: (file, begins[place]) for file, share in owners for part, begins in share.regions.items()}
        for block in sorted(block for share in self.shares for block in share.blocks):
            file, begin = ahead[block.part]
            data = read_at(file, block.lengths[place], begin)
            ahead[block.part] = file, begin + len(data)
            if not place:
                for mark, number in marks[block.gemeente].items():
                    data = data.replace(mark, number)
            yield block.gemeente, block.bsn, data
