"""What runs on the executors: the engine, on one part of the rows after another.

Each function takes the rows of a part as Arrow batches and gives what they came to as Arrow batches, as Spark's `mapInArrow` asks.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from attrs import astuple
from pyspark import Broadcast, cloudpickle

from mpj.engine.job import Job
from mpj.engine.lines import declaration_number, make_line, trace_rows
from mpj.engine.memory import remember
from mpj.engine.sieve import Sifted, sift_prestaties, sift_registraties, sift_stays
from mpj.engine.summary import Totals
from mpj.engine.values import Declaratieregel
from mpj.executors.spark.frames import (
    ASIDE,
    BOUND,
    CLIENT,
    DECLARATIE,
    EERDER,
    FOUT,
    OORDEEL,
    OUTCOME,
    RECORDED,
    RECORDS,
    REGISTRATIE,
    TOEWIJZING,
)
from mpj.output.read import RegelReader
from mpj.output.shape import UITVAL
from mpj.reading.faults import Fault, InputError
from mpj.reading.profile import Profiled
from mpj.reading.tables import Table
from mpj.records.entries import PRESTATIE, VERBLIJF, Entry
from mpj.records.prestaties import parse_prestatie
from mpj.records.reasons import Redencode
from mpj.records.registraties import Ongeldig
from mpj.records.rows import Row
from mpj.records.toewijzingen import parse_toewijzing
from mpj.records.uitval import Uitval, conceal, suspects
from mpj.records.values import Prestatie, Verblijf
from mpj.records.verblijf import parse_verblijf

Batches = Iterator[pa.RecordBatch]
Layouts = Mapping[str, Sequence[str]]
"""The columns that the caller's table of each kind of record has: the order of the fields of its rows."""

_uitval_of = attrgetter(*UITVAL.names)
_BATCH = 10_000


class Shared:
    """A run as it goes to every executor, once: contracts, tariefkaarten, settings, medewerkers. It arrives as the `Job` itself."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __reduce__(self) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
        packed: bytes = cloudpickle.dumps(self.job)  # type: ignore[no-untyped-call]
        return pickle.loads, (packed,)


class PartError(Exception):
    """A part could not be computed. Says what happened and where in the code, and nothing of the records."""


def guarded(function: Callable[..., Batches], *args: Any) -> Callable[[Batches], Batches]:
    """Return `function` as a function of batches, whose errors say only what kind they are: their own text might quote a record."""
    return partial(_guarded, function, args)


def _guarded(function: Callable[..., Batches], args: tuple[Any, ...], batches: Batches) -> Batches:
    try:
        yield from function(*args, batches)
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace is not None else ""
        raise PartError(type(error).__name__ + where) from None


def lay(laid: Profiled, batches: Batches) -> Batches:
    """Lay a profile over rows that are lists of texts (`cells_of`); what is no record becomes an empty one."""
    for batch in batches:
        cells = [laid.row(row) or [] for row in batch.column("velden").to_pylist()]
        yield batch.set_column(0, batch.schema.field(0), pa.array(cells, batch.schema.field(0).type))


def bind(shared: Broadcast[Job], layouts: Layouts, batches: Batches) -> Batches:
    """Find the current version of each toewijzing, of which all are in this part; earlier lines go to its client."""
    job = shared.value
    items: list[Any] = []
    lines: dict[tuple[str, int], list[Declaratieregel]] = {}
    parties: Counter[tuple[str, str]] = Counter()
    faults: list[Fault] = []
    earlier = RegelReader(job.protocol)
    for soort, bestand, rij, velden, waarde in _rows(batches):
        value = pickle.loads(waarde) if waarde is not None else None
        if soort == TOEWIJZING:
            items.append(value or parse_toewijzing(_row(layouts[soort], bestand, rij, velden)))
            continue
        try:
            line = value or earlier.parse(dict(zip(layouts[soort], velden, strict=True)), bestand, rij)
            lines.setdefault((line.gemeente, line.toewijzingnummer), []).append(line)
            parties[line.aanbieder, line.gemeente] += 1
        except InputError as error:
            faults += error.faults
    made: list[dict[str, Any]] = [{"gelezen": len(items), "waarde": pickle.dumps(parties)}]
    try:
        bound = job.part(items)
    except InputError as error:
        faults += error.faults
    else:
        for toewijzing in bound.toewijzingen:
            values = [(TOEWIJZING, toewijzing), *((EERDER, line) for line in lines.get(toewijzing.sleutel, ()))]
            made += ({"soort": soort, "sleutel": toewijzing.bsn, "waarde": pickle.dumps(value)} for soort, value in values)
        made += ({"soort": TOEWIJZING, "sleutel": one.bsn, "waarde": pickle.dumps(one)} for one in bound.missed)
        made += ({"uitval": dict(zip(UITVAL.names, _uitval_of(row), strict=True))} for row in bound.toewijzingen_aside)
    made += ({"soort": FOUT, "waarde": pickle.dumps(fault)} for fault in faults)
    yield from _batches(made, BOUND)


def judge(shared: Broadcast[Job], layouts: Layouts, batches: Batches) -> Batches:
    """Decide on ids of which all records are in this part. Where none of them counts, each client with the id is told so."""
    job = shared.value.part(())
    part = _Part(job, layouts, batches)
    yield from _verdicts(REGISTRATIE, sift_registraties(part.registraties))
    yield from _verdicts(VERBLIJF, sift_stays(part.stays, job.protocol))
    yield from _verdicts(PRESTATIE, sift_prestaties(part.prestaties))


def _verdicts(soort: str, sifted: Sifted[Entry] | Sifted[Verblijf] | Sifted[Prestatie]) -> Batches:
    verdicts = sifted.verdicts
    told = {(out.record.bsn, out.record.id): verdicts[out.record.id] for out in sifted.out if out.record.id in verdicts}
    rows = [{"soort": OORDEEL + soort, "sleutel": bsn, "velden": [identity, *why]} for (bsn, identity), why in told.items()]
    yield from _batches(rows, RECORDS)


def compute(shared: Broadcast[Job], layouts: Layouts, batches: Batches) -> Batches:
    """Declare the clients of this part: what `mpj.declare` does, but for the summary and the numbers of the declarations."""
    reader = shared.value.part(())
    part, totals, made = _Part(reader, layouts, batches), Totals(), _Outcome()
    job, memory = reader.part(part.values[TOEWIJZING]), remember(part.values[EERDER], reader.protocol)
    registraties, verblijf, prestaties = (part.verdicts[soort] for soort in RECORDED)
    given: dict[str, Any] = {"prestaties": part.prestaties, "decided": (registraties, verblijf, prestaties)}
    outcomes = job.outcomes(part.registraties, part.stays, memory, **given)
    notes = dict.fromkeys(job.meldingen)
    for outcome in outcomes:
        totals.add(outcome)
        notes |= dict.fromkeys(outcome.meldingen)
        made.uitval += map(_uitval_of, outcome.uitval)
        made.client += outcome.bsns
        for regel in outcome.regels:
            line = make_line(regel, job.opdracht)
            made.regel.append(astuple(line))
            made.herkomst += trace_rows(line.referentienummer, regel.care, _cells)
        if len(made.herkomst) > _BATCH:
            yield from made.batches()
    made.melding += map(astuple, notes)
    made.totalen.append(pickle.dumps(totals))
    yield from made.batches()


def _cells(*cells: object) -> tuple[object, ...]:
    return cells


def suspected(batches: Batches) -> Batches:
    """Find what may be a BSN in the texts of what was set aside."""
    for batch in batches:
        yield pa.RecordBatch.from_pydict({"client": sorted(suspects(_uitval_in(batch)))}, schema=CLIENT)


def concealed(bsns: Set[str], batches: Batches) -> Batches:
    """Leave BSNs of the run out of what was set aside."""
    for batch in batches:
        rows = conceal(_uitval_in(batch), bsns)
        yield pa.RecordBatch.from_pylist([dict(zip(UITVAL.names, _uitval_of(row), strict=True)) for row in rows], schema=ASIDE)


def _uitval_in(batch: pa.RecordBatch) -> list[Uitval]:
    return [Uitval(**{name: value for name, value in row.items() if name != "vervolg"}) for row in batch.to_pylist()]


def number(periode: str, volgnummer: int, batches: Batches) -> Batches:
    """Give each declaration its number, which follows from the lines in it."""
    for batch in batches:
        rows = batch.to_pylist()
        for row in rows:
            references = row.pop("referentienummers")
            row["declaratienummer"] = declaration_number(row["aanbieder"], row["gemeente"], periode, references, volgnummer)
        yield pa.RecordBatch.from_pylist(rows, schema=DECLARATIE)


class _Part:
    """All that came to a part, by kind: records, current toewijzingen, earlier lines, and what was decided of ids."""

    def __init__(self, job: Job, layouts: Layouts, batches: Batches) -> None:
        entries = job.entries()
        self.registraties: list[Entry | Ongeldig] = []
        self.stays: list[Verblijf | Ongeldig] = []
        self.prestaties: list[Prestatie | Ongeldig] = []
        self.values: dict[str, list[Any]] = {TOEWIJZING: [], EERDER: []}
        self.verdicts: dict[str, dict[str, tuple[Redencode, str]]] = {soort: {} for soort in RECORDED}
        columns = {name: place for place, name in enumerate(layouts[REGISTRATIE])}
        for batch in batches:
            kinds = batch.column("soort")
            tables: dict[str, list[tuple[int, list[str]]]] = {}
            for _, bestand, rij, velden, _ in _rows([batch.filter(pc.equal(kinds, REGISTRATIE))]):
                tables.setdefault(bestand, []).append((rij, velden))
            for naam, rows in tables.items():
                self.registraties += entries.rows(Table(naam, columns, len(columns), (), iter(rows)))
            for soort, bestand, rij, velden, waarde in _rows([batch.filter(pc.not_equal(kinds, REGISTRATIE))]):
                if soort == VERBLIJF:
                    self.stays.append(parse_verblijf(_row(layouts[soort], bestand, rij, velden)))
                elif soort == PRESTATIE:
                    self.prestaties.append(parse_prestatie(_row(layouts[soort], bestand, rij, velden)))
                elif waarde is not None:
                    self.values[soort].append(pickle.loads(waarde))
                else:
                    identity, reden, toelichting = velden[0], cast("Redencode", velden[1]), velden[2]
                    self.verdicts[soort.removeprefix(OORDEEL)][identity] = reden, toelichting


class _Outcome:
    """What was made of clients, until it goes on its way."""

    def __init__(self) -> None:
        self.regel: list[tuple[Any, ...]] = []
        self.herkomst: list[tuple[Any, ...]] = []
        self.uitval: list[tuple[Any, ...]] = []
        self.melding: list[tuple[Any, ...]] = []
        self.totalen: list[bytes] = []
        self.client: list[str] = []

    def batches(self) -> Batches:
        """Give and forget what there is: batches of one kind each, with nothing in the columns of the others."""
        for kind in OUTCOME:
            rows: list[Any] = getattr(self, kind.name)
            for begin in range(0, len(rows), _BATCH):
                some = rows[begin : begin + _BATCH]
                if pa.types.is_struct(kind.type):
                    cells = [pa.array(values, one.type) for values, one in zip(zip(*some, strict=True), kind.type, strict=True)]
                    made: pa.Array = pa.StructArray.from_arrays(cells, fields=list(kind.type))
                else:
                    made = pa.array(some, kind.type)
                columns = [made if one.name == kind.name else pa.nulls(len(some), one.type) for one in OUTCOME]
                yield pa.RecordBatch.from_arrays(columns, schema=OUTCOME)
            rows.clear()


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, str, int, list[str], bytes | None]]:
    """Return what each row holds: kind, file and row, fields, value."""
    for batch in batches:
        columns = [batch.column(name).to_pylist() for name in ("soort", "bestand", "rij", "velden", "waarde")]
        yield from zip(*columns, strict=True)


def _row(columns: Sequence[str], bestand: str, rij: int, velden: Sequence[str]) -> Row:
    fields = zip(columns, velden, strict=True)
    return Row({name: text if name == "bsn" else text.strip() for name, text in fields}, bestand, rij)


def _batches(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> Batches:
    left = iter(rows)
    while some := list(islice(left, _BATCH)):
        yield pa.RecordBatch.from_pylist(some, schema=schema)
