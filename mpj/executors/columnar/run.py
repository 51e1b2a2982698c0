"""From files to files on the columnar executor: the database joins, groups and adds; the engine decides, and does the special."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path

from attrs import frozen

from mpj.engine.job import Job
from mpj.engine.memory import NOTHING, Memory
from mpj.executors.columnar.database import Database
from mpj.executors.columnar.kinds import Kinds, Reader, decide_kinds, find_kinds, raw
from mpj.executors.columnar.lines import Lines
from mpj.executors.columnar.routes import Key, find_routes, find_tarieven
from mpj.executors.columnar.sources import File, open_files, rewritten
from mpj.executors.parts import Outcome, computed
from mpj.output.shape import Trace
from mpj.reading.faults import Fault, InputError
from mpj.reading.sources import SILENT, Reading
from mpj.reading.tables import Table
from mpj.records.partitions import Partitions
from mpj.records.registraties import COMPUTED, Ongeldig
from mpj.records.values import Prestatie, Verblijf

_STEPS = 6
_NIVEAU = "CASE WHEN wie.genoemd THEN coalesce(niveau.niveaunr, 0) ELSE vorm.niveaunr END"


def declare_files(
    job: Job,
    paths: Iterable[str | Path],
    folder: Path,
    *,
    verblijf: Iterable[Verblijf | Ongeldig] = (),
    prestaties: Iterable[Prestatie | Ongeldig] = (),
    memory: Memory = NOTHING,
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    trace: Trace = "csv",
    reading: Reading = SILENT,
    memory_limit: str | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Declare the registraties in `paths`, `verblijf`, `prestaties`; write the files of a run (docs/formats.md) into `folder`.

    Gives the bytes that `mpj.executors.parts.declare_files` gives, and in a Parquet trace the same rows. `paths` are
    tables: files, folders or zips; `reading` hears of them. `memory` is what was declared before.
    `memory_limit` is what the database may hold (``1500MB``; None: so much that the process stays within 2 GiB),
    `threads` how many it uses (None: one per core; one writes the files); `progress` hears (steps done, steps in all).

    Raises InputError for files that are no registraties, when the extra ``mpj[columnar]`` is missing, and when `memory_limit` or
    the room on disk does not suffice. What the database keeps on disk stands in `folder`, and is gone when this returns or raises.
    """

    def done(step: int) -> None:
        if progress is not None:
            progress(step, _STEPS)

    stays, events = list(verblijf), list(prestaties)
    with Database(folder, memory_limit, threads) as database:
        try:
            files = open_files(database, paths, reading)
            with closing(Partitions()) as rest:
                lines = None
                if files:
                    stayed = {one.bsn for one in (*stays, *events) if not isinstance(one, Ongeldig)}
                    lines = _prepared(_Given(database, job, memory, stayed, done), files, rest)
                # None may run when other processes are made; and rows in order are written by one in less time of the processors,
                # and in less memory, than by more, which lay them up.
                database.run("SET threads = 1")
                with computed(job, rest, verblijf=stays, prestaties=events, memory=memory) as made:
                    outcome = made.write(folder, invoer or {}, trace, lines)
                done(_STEPS)
                return outcome
        except database.error as error:
            raise _as_fault(error) from None


def _as_fault(error: Exception) -> Exception:
    """Return what a user is told of an error of the database, which itself may show the rows it was about."""
    kind = type(error).__name__
    if kind == "OutOfMemoryException":
        text, verwacht = "het geheugen dat de database mag gebruiken is te klein, of de schijf is vol", "een grotere memory_limit"
        return InputError(Fault("geheugen_te_klein", kolom="executor", toelichting=text, verwacht=verwacht))
    if kind == "IOException":
        text = "de database kan niet schrijven; is de schijf vol?"
        return InputError(Fault("uitvoer_onbruikbaar", kolom="out", toelichting=text))
    return RuntimeError(f"the database failed: {kind}")


@frozen
class _Given:
    """What a run is made of."""

    database: Database
    job: Job
    memory: Memory
    stayed: set[str]
    """The clients with stays, which are left to the engine."""
    done: Callable[[int], None]


def _prepared(given: _Given, files: list[File], rest: Partitions) -> Lines:
    """Decide all there is to decide, and put aside in `rest` the rows that the engine has to do."""
    database, job, done = given.database, given.job, given.done
    try:
        kinds = find_kinds(database, files)
    except database.error:
        files = [rewritten(database, file) for file in files]
        kinds = find_kinds(database, files)
    done(1)
    reader = Reader(job)
    decide_kinds(database, job, reader, kinds)
    routes = find_routes(database, job, reader, kinds, given.memory)
    done(2)
    _make_facts(database, job, files, kinds, Key(routes, kinds, _NIVEAU if job.has_levels else "vorm.niveaunr"))
    done(3)
    keys = [key for (key,) in database.all("SELECT DISTINCT sleutel FROM feit WHERE sleutel IS NOT NULL")]
    tarieven = find_tarieven(database, job, Key(routes, kinds), kinds, keys)
    _find_special(database, given.stayed)
    lines = Lines(database, job, tarieven, routes, files)
    lines.make()
    done(4)
    for file in files:
        rest.take(_rest_of(database, file, lines))
    done(5)
    return lines


def _make_facts(database: Database, job: Job, files: list[File], kinds: Kinds, key: Key) -> None:
    """Make the table of all records (`feit`): what of them is their own, and the numbers of what they share."""
    joins = [
        (f"JOIN {table} AS {kind} ON " + " AND ".join(f"{kind}.{name} = r.{name}" for name in kinds.present[kind]))
        if kinds.present[kind]
        else f"CROSS JOIN {table} AS {kind}"
        for kind, table in (("zoek", "zoek_texts"), ("vorm", "vorm"), ("tijd", "tijd"), ("dag", "dag"), ("wie", "wie"))
    ]
    good = "vorm.telt AND tijd.leesbaar AND dag.tijdvak IS NOT NULL AND r.id <> '' AND NOT r.scheef"
    differs = "false"
    joins.append("LEFT JOIN route ON route.zoek = zoek.zoek AND dag.ordinaal >= route.begin AND dag.ordinaal <= route.einde")
    if job.has_levels:
        joins.append("LEFT JOIN niveau ON niveau.wie = wie.wie AND dag.ordinaal >= niveau.begin AND dag.ordinaal <= niveau.einde")
        # The engine warns of these.
        differs = "coalesce(wie.genoemd AND niveau.niveaunr <> vorm.niveaunr AND vorm.niveaunr <> 0, false)"
    planned = "r.afspraak <> ''" if kinds.afspraak else "false"
    placed = f"({good}) AND route.dekking IS NOT NULL"
    database.run(
        f"""CREATE TABLE feit AS
        SELECT r.bestand, r.rij::INTEGER AS rij, r.id, {"r.afspraak, " if kinds.afspraak else ""}r.overig, r.scheef,
          zoek.zoek, vorm.vorm, tijd.tijd, dag.dag, wie.wie, tijd.duur::SMALLINT AS duur, vorm.stuks::SMALLINT AS stuks,
          route.dekking, route.keuze,
          CASE WHEN {placed} THEN {key.sql} END AS sleutel,
          vorm.bijzonder OR wie.bijzonder OR r.vreemd OR {planned} OR {differs} OR (({placed}) AND route.gebruikt) AS bijzonder
        FROM ({raw(files)}) AS r {" ".join(joins)}"""
    )


def _find_special(database: Database, stayed: set[str]) -> None:
    """Make the table `alleen` of the searches of clients that are left to the engine."""
    database.create("verblijvers", {"bsn": "VARCHAR"}, ((bsn,) for bsn in stayed))
    # Of ids that rise from row to row none comes twice: that is seen in a fifth of the time that counting them takes.
    falls = database.all("SELECT 1 FROM (SELECT id, lag(id) OVER () AS before FROM feit) WHERE id <= before LIMIT 1")
    twice = "SELECT id FROM feit WHERE id <> '' GROUP BY id HAVING count(*) > 1"
    database.run(
        f"""CREATE TABLE clienten AS
        SELECT DISTINCT bsn FROM zoek_texts JOIN (
          SELECT zoek FROM feit WHERE bijzonder
          UNION SELECT zoek FROM feit JOIN bijzonder USING (sleutel)
          {f"UNION SELECT zoek FROM feit JOIN ({twice}) USING (id)" if falls else ""}
        ) USING (zoek)
        UNION SELECT bsn FROM verblijvers"""
    )
    database.run("CREATE TABLE alleen AS SELECT zoek FROM zoek_texts JOIN clienten USING (bsn)")


def _rest_of(database: Database, file: File, lines: Lines) -> Table[str]:
    """Return the rows of a file that the engine has to do, as `open_lines` would."""
    names = [name for name in COMPUTED if name in file.columns]
    fields = ", ';', ".join(map(file.field, (*names, "CASE WHEN overig THEN 'x' ELSE '' END")))
    row = f"concat({fields}, CASE WHEN scheef THEN ';x' ELSE '' END, chr(10))"
    batches = database.batches(f"SELECT rij, {row} {lines.rest} AND bestand = {file.nummer}")
    return Table(file.naam, {name: place for place, name in enumerate(names)}, len(names) + 1, (), chain.from_iterable(batches))
