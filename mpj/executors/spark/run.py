"""The run on Spark, seen from the driver: who meets whom in which part, and what is added up. No rule is decided here."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import reduce
from typing import Any, Unpack

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from mpj.contract import Contract
from mpj.engine.job import Job
from mpj.engine.memory import without_contract
from mpj.engine.opdracht import OpdrachtWords
from mpj.engine.summary import Totals, declaration, passed_over
from mpj.engine.told import DeclarationSummary
from mpj.engine.values import Declaratieregel
from mpj.executors.spark.frames import (
    ASIDE,
    BOUND,
    CLIENT,
    DECLARATIE,
    EERDER,
    FOUT,
    OUTCOME,
    PLACE,
    RECORDED,
    RECORDS,
    REGISTRATIE,
    TOEWIJZING,
    cells_of,
    client_of,
    columns_of,
    id_of,
    named,
    notes_of,
    number_of,
    rows_of,
    spark_type,
    values_of,
)
from mpj.executors.spark.parts import Shared, bind, compute, concealed, guarded, judge, lay, number, suspected
from mpj.executors.spark.result import SparkResult
from mpj.output.shape import REGELS
from mpj.reading.calls import expect_all
from mpj.reading.faults import Fault, InputError
from mpj.reading.headers import Columns
from mpj.reading.profile import NO_PROFILE, PLAIN, Profiel, Tabelprofiel
from mpj.records import definitions
from mpj.records.definitions import Recordsoort, definition_of
from mpj.records.entries import PRESTATIE, VERBLIJF
from mpj.records.given import layout, profiled, tell_skipped
from mpj.records.toewijzingen import OngeldigeToewijzing, as_toewijzingen
from mpj.records.uitval import Uitval
from mpj.records.values import Medewerker, Toewijzing

_KINDS: Mapping[str, Recordsoort] = {
    REGISTRATIE: "registraties",
    VERBLIJF: "verblijf",
    PRESTATIE: "prestaties",
    TOEWIJZING: "toewijzingen",
}
_KNOWN = {
    REGISTRATIE: definitions.REGISTRATIE.columns,
    VERBLIJF: definitions.VERBLIJF.columns,
    PRESTATIE: definitions.PRESTATIE.columns,
    TOEWIJZING: definitions.TOEWIJZING.columns,
    EERDER: Columns(REGELS.names, REGELS.names),
}


def declare(
    spark: SparkSession,
    contracten: Iterable[Contract],
    toewijzingen: DataFrame | Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]],
    registraties: DataFrame | None = None,
    *,
    verblijf: DataFrame | None = None,
    prestaties: DataFrame | None = None,
    medewerkers: Iterable[Medewerker | Mapping[str, object]] | None = None,
    eerder: DataFrame | Iterable[Declaratieregel] = (),
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    delen: int | None = None,
    profiel: Profiel = NO_PROFILE,
    **words: Unpack[OpdrachtWords],
) -> SparkResult:
    """Turn one month of records into declaration lines on Spark: what `mpj.declare` decides, this decides (docs/spark.md).

    Takes what `mpj.declare` takes, with records as tables: columns by the names of docs/formats.md, as text or typed, and where a
    row was read as `bestand` and `rij`, if there. `toewijzingen` and `eerder` may be values as well. `delen` is the number of
    parts that the clients are spread over, by default Spark's ``spark.sql.shuffle.partitions``; a part must fit in the memory of
    a task. `profiel` says how tables and mappings are written (`mpj.read_profile`).

    The result is computed before this returns and kept on the executors until it is closed. Amounts are eurocents, dates
    inclusive. Raises InputError as `mpj.declare` does, and for a table with a misspelt, double or missing column;
    pyspark's own error, without the content of any record, where a part fails.
    """
    notes: list[Fault] = []
    staff = None if medewerkers is None else profiled(medewerkers, "medewerkers", profiel, notes.append)
    job = Job.of(contracten, (), medewerkers=staff, report=notes.append, **words)
    given: dict[str, Any] = {REGISTRATIE: registraties, VERBLIJF: verblijf, PRESTATIE: prestaties}
    given |= {TOEWIJZING: toewijzingen, EERDER: eerder}
    frames: dict[str, DataFrame] = {}
    for soort, table in given.items():
        if isinstance(table, DataFrame):
            kind = _KINDS.get(soort)
            columns = _KNOWN[soort]
            frames[soort] = named(table, columns) if kind is None else _profiled(table, kind, profiel.of(kind), notes)
    if not isinstance(toewijzingen, DataFrame):
        items = profiled(toewijzingen, "toewijzingen", profiel, notes.append)
        given[TOEWIJZING] = as_toewijzingen(items, notes.append)
    return _Run(spark, job, frames, delen, notes).result(given, invoer or {})


class _Run:
    """One run: the caller's tables, what the executors share, and what they keep."""

    def __init__(
        self, spark: SparkSession, job: Job, frames: Mapping[str, DataFrame], delen: int | None, notes: list[Fault]
    ) -> None:
        self.spark = spark
        self.job = job
        self.frames = frames
        self.notes = notes
        self.layouts = {soort: columns_of(frames.get(soort), soort, known, self.notes) for soort, known in _KNOWN.items()}
        self.delen = delen or int(spark.conf.get("spark.sql.shuffle.partitions") or 1)
        self.shared: Any = spark.sparkContext.broadcast(Shared(job))
        self.kept: list[DataFrame] = []

    def result(self, given: Mapping[str, Any], invoer: Mapping[str, Mapping[str, str]]) -> SparkResult:
        """Compute everything; what goes wrong leaves nothing behind."""
        try:
            return self._result(given, invoer)
        except BaseException:
            with suppress(Exception):
                self.close()
            raise

    def close(self) -> None:
        """Have the executors let go of what they keep for this run."""
        for frame in self.kept:
            frame.unpersist()
        self.shared.destroy()

    def _result(self, given: Mapping[str, Any], invoer: Mapping[str, Mapping[str, str]]) -> SparkResult:
        bound = self._bound(given)
        read = self._check(bound)
        made = self._made(bound)
        uitval = self._without_bsns(_one_kind(bound, "uitval").union(_one_kind(made, "uitval")), bound, made)
        declaraties = self._declaraties(made)
        numbers = self.spark.createDataFrame(
            [(one["aanbieder"], one["gemeente"], one["declaratienummer"]) for one in declaraties],
            "aanbieder string, gemeente string, declaratienummer string",
        )
        regels = _one_kind(made, "regel").drop("declaratienummer").join(F.broadcast(numbers), ["aanbieder", "gemeente"])
        return SparkResult(
            regels.select(*REGELS.names),
            _one_kind(made, "herkomst"),
            uitval,
            _one_kind(made, "melding").union(notes_of(self.spark, self.notes)).distinct(),
            self.job.summary(self._totals(made), declaraties, list(_counted(uitval)), passed_over(invoer, self.notes), read),
            self.job.protocol,
            self.close,
        )

    def _apply(self, rows: DataFrame, sleutel: str, function: Any, schema: Any, *args: Any) -> DataFrame:
        """Bring the rows with the same key together, and have `function` compute each part."""
        work = guarded(function, self.shared, self.layouts, *args)
        return rows.repartition(self.delen, sleutel).mapInArrow(work, spark_type(schema))

    def _kept(self, frame: DataFrame) -> DataFrame:
        """Have the executors keep a table once it is computed."""
        self.kept.append(frame)
        return frame.persist()

    def _bound(self, given: Mapping[str, Any]) -> DataFrame:
        """Return the current toewijzingen and earlier lines by client: of a toewijzing all versions count, whoever they are of."""
        rows = [
            rows_of(self.frames[soort], soort, self.layouts[soort], number_of(self.frames[soort]))
            if soort in self.frames
            else values_of(self.spark, soort, values(given[soort]))
            for soort, values in ((TOEWIJZING, _toewijzingen), (EERDER, _lines))
        ]
        return self._kept(self._apply(_all_of(rows), "sleutel", bind, BOUND))

    def _check(self, bound: DataFrame) -> int:
        """Return how many toewijzingen were read, and tell of earlier lines; raises InputError with every fault in either."""
        found = bound.where((F.col("soort") == FOUT) | F.col("gelezen").isNotNull()).select("waarde", "gelezen").collect()
        faults: list[Fault] = [pickle.loads(row.waarde) for row in found if row.gelezen is None]
        if faults:
            raise InputError(sorted(faults, key=lambda fault: (fault.bestand, fault.rij, str(fault))))
        read = [row for row in found if row.gelezen is not None]
        self.notes += without_contract(sum((pickle.loads(row.waarde) for row in read), Counter()), self.job.contracten)
        return sum(row.gelezen for row in read)

    def _verdicts(self) -> Iterator[DataFrame]:
        """Return what was decided of ids that occur more than once: the one thing that no client can tell alone."""
        rows = [
            rows_of(self.frames[soort], soort, self.layouts[soort], id_of(self.frames[soort], soort))
            for soort in RECORDED
            if soort in self.frames
        ]
        if rows:
            by_id = _all_of(rows).where("sleutel is not null")
            twice = self._kept(by_id.groupBy("sleutel").count().where("count > 1").select("sleutel"))
            if not twice.isEmpty():
                yield self._apply(by_id.join(twice, "sleutel", "left_semi").select(*RECORDS.names), "sleutel", judge, RECORDS)

    def _made(self, bound: DataFrame) -> DataFrame:
        """Return what the clients came to, each computed where all that is known of it has come together."""
        records = [
            rows_of(self.frames[soort], soort, self.layouts[soort], client_of(self.frames[soort]))
            for soort in RECORDED
            if soort in self.frames
        ]
        known = bound.where(F.col("soort").isin(TOEWIJZING, EERDER)).select(*RECORDS.names)
        return self._kept(self._apply(_all_of([known, *records, *self._verdicts()]), "sleutel", compute, OUTCOME))

    def _without_bsns(self, uitval: DataFrame, bound: DataFrame, made: DataFrame) -> DataFrame:
        """Return what was set aside without BSNs of this run, whoever's: as `mpj.engine.job.Job.all_aside` does."""
        clients = made.where("client is not null").select("client")
        assigned = bound.where(F.col("soort") == TOEWIJZING).select(F.col("sleutel").alias("client"))
        found = uitval.mapInArrow(guarded(suspected), spark_type(CLIENT)).distinct()
        bsns = {row.client for row in found.join(clients.union(assigned), "client", "left_semi").collect()}
        return uitval.mapInArrow(guarded(concealed, bsns), spark_type(ASIDE)) if bsns else uitval

    def _totals(self, made: DataFrame) -> Totals:
        totals = Totals()
        for row in made.where("totalen is not null").select("totalen").collect():
            totals.merge(pickle.loads(row.totalen))
        return totals

    def _declaraties(self, made: DataFrame) -> list[DeclarationSummary]:
        """Return the declarations with their numbers, by aanbieder and gemeente."""
        lines = F.collect_list("referentienummer"), F.count("*"), F.sum("bedrag_cent")
        names = "referentienummers", "regels", "bedrag_cent"
        groups = _one_kind(made, "regel").groupBy("aanbieder", "gemeente")
        sums = groups.agg(*(column.alias(name) for column, name in zip(lines, names, strict=True)))
        periode = self.job.opdracht.periode
        numbered = sums.mapInArrow(guarded(number, periode, self.job.opdracht.volgnummer), spark_type(DECLARATIE))
        found = sorted(
            (row.aanbieder, row.gemeente, row.declaratienummer, row.regels, row.bedrag_cent) for row in numbered.collect()
        )
        return [declaration(*one[:3], periode, *one[3:]) for one in found]


def _toewijzingen(items: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]]) -> Iterator[tuple[str, bytes]]:
    for value in as_toewijzingen(items):
        yield _key(0 if value.sleutel is None else value.sleutel[1]), pickle.dumps(value)


def _lines(items: Iterable[Declaratieregel]) -> Iterator[tuple[str, bytes]]:
    lines = expect_all("eerder", items, "Declaratieregel values", Declaratieregel)
    return ((_key(line.toewijzingnummer), pickle.dumps(line)) for line in lines)


def _key(toewijzingnummer: int) -> str:
    """Return a number as `number_of` reads it from a table."""
    return str(toewijzingnummer).lstrip("0")


def _profiled(frame: DataFrame, soort: Recordsoort, tabel: Tabelprofiel, notes: list[Fault]) -> DataFrame:
    """Return a caller's table as we would have written it; what the profile did goes to `notes`."""
    if tabel == PLAIN:
        return named(frame, definition_of(soort).columns)
    place = [name for name in PLACE if name in frame.columns]
    names, laid = layout([name for name in frame.columns if name not in PLACE], soort, tabel, notes.append)
    known = {name: at for at, name in enumerate(names) if name in definition_of(soort).columns.known}
    cells = cells_of(frame)
    made = cells.mapInArrow(guarded(lay, laid), cells.schema)
    if tabel.overslaan:
        tell_skipped(tabel, made.where("size(velden) = 0").count(), notes.append)
    return made.where("size(velden) > 0").select(*(F.col("velden")[at].alias(name) for name, at in known.items()), *place)


def _all_of(frames: Iterable[DataFrame]) -> DataFrame:
    return reduce(DataFrame.union, frames)


def _one_kind(made: DataFrame, kind: str) -> DataFrame:
    return made.where(F.col(kind).isNotNull()).select(f"{kind}.*")


def _counted(uitval: DataFrame) -> Iterator[Uitval]:
    """Return what was set aside as the summary counts it: one for each kind of record, reason, and what is known of its worth."""
    known = F.col("waarde_cent").isNull(), F.col("geschat_cent").isNull()
    sums = uitval.groupBy("soort", "reden", *known).agg(
        *(F.sum(name).alias(name) for name in ("aantal", "waarde_cent", "geschat_cent"))
    )
    for row in sums.collect():
        yield Uitval(
            *(row.soort, "", None, None, row.aantal, "", 0, "", row.reden, row.waarde_cent, ""), geschat_cent=row.geschat_cent
        )
