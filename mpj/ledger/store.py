"""Storing the outcome of a run: its concepts with their trace, what is open, and what the next run looks at again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter

from sqlalchemy import Connection, bindparam, delete, select, true, update

from mpj.engine.outcome import Result, Traced
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger import schema
from mpj.ledger.carried import Replaced
from mpj.ledger.changes import Changes, NewLine
from mpj.ledger.codec import TraceTexts
from mpj.ledger.input import Ledgeropdracht
from mpj.ledger.intake import Naam
from mpj.ledger.known import FAULTY
from mpj.ledger.protocols import remember
from mpj.ledger.replaced import keep
from mpj.ledger.rows import add, add_columns, add_rows, chunks, filling, maker, next_id
from mpj.ledger.schema import CONCEPT, NIET_VERZONDEN
from mpj.ledger.stand import LINE_COLUMNS
from mpj.ledger.verdict import Ledgerrun
from mpj.reading.periods import month_of
from mpj.records.uitval import Uitval

_ASIDE = ("soort", "bron", "datum", "datum_tot", "aantal", "gemeente", "reden", "waarde_cent", "geschat_cent")


def store(
    connection: Connection, run: Ledgerrun, result: Result, changes: Changes, asked: Ledgeropdracht, replaced: Sequence[Replaced]
) -> None:
    """Remember the lines of `result`, as concepts that take the place of `replaced`, and all that changed beside them."""
    keep(connection, replaced, result.regels)
    _store_lines(connection, run, result, changes.lines, asked)
    _renew_traces(connection, run, changes.traces)
    # What was not sent after all is looked at by this run: it is declared anew, or it is not there any more.
    regel = schema.regel
    anew = (regel.c.status == NIET_VERZONDEN, regel.c.opnieuw == true())
    connection.execute(update(regel).where(*anew).values(opnieuw=False))
    for name, kept in (("termen", changes.terms), ("besloten", changes.decided)):
        query = update(regel).where(regel.c.id == bindparam("key")).values({name: bindparam("kept")})
        for rows in chunks({"key": identity, "kept": text} for identity, text in kept.items()):
            connection.execute(query, rows)
    for done in (True, False):
        for part in chunks([identity for identity, wanted in changes.done.items() if wanted is done]):
            connection.execute(update(regel).where(regel.c.id.in_(part)).values(afgedaan=done))
    erased = select(schema.client.c.id).where(schema.client.c.gewist.is_not(None))
    connection.execute(delete(schema.opzij).where(schema.opzij.c.client_id.not_in(erased)))
    connection.execute(delete(schema.herzien))
    aside = [_aside_row(client_id, row) for client_id, row in changes.aside if row.reden not in FAULTY]
    add(connection, schema.opzij, aside)
    add(connection, schema.herzien, [{"client_id": client_id, "maand": month} for client_id, month in sorted(changes.look_again)])


def _aside_row(client_id: int, row: Uitval) -> dict[str, object]:
    return {"client_id": client_id} | {name: getattr(row, name) for name in _ASIDE}


def _store_lines(connection: Connection, run: Ledgerrun, result: Result, new: Iterable[NewLine], asked: Ledgeropdracht) -> None:
    numbers: dict[tuple[str, str, str], int] = {}
    first, first_line = next_id(connection, schema.declaratie), next_id(connection, schema.regel)
    declarations: list[dict[str, object]] = []
    for line in result.regels:
        key = _declaration(line)
        if key not in numbers:
            numbers[key] = first + len(numbers)
            row: dict[str, object] = {"id": numbers[key], "status": CONCEPT}
            row |= {"release": asked.release, "xsd_versie": asked.xsd_versie, "map": asked.map, "bericht": asked.bericht}
            row["wie"] = run.agreed.wie
            row |= zip(("aanbieder", "gemeente", "declaratienummer"), key, strict=True)
            declarations.append(row | {"maand": run.opdracht.maand, "dagtekening": run.opdracht.dagtekening})
    add(connection, schema.declaratie, declarations)
    remember(connection, numbers.values(), result.protocol)
    ids = {line.referentienummer: first_line + place for place, line in enumerate(result.regels)}
    beside = {one.line.referentienummer: one for one in new}
    columns = _line_columns(result.regels, [beside[line.referentienummer] for line in result.regels])
    placed = {
        "id": [ids[line.referentienummer] for line in result.regels],
        "declaratie_id": [numbers[_declaration(line)] for line in result.regels],
    }
    columns |= placed
    with filling(connection, schema.regel, len(result.regels)):
        add_columns(connection, schema.regel, columns)
    traces: dict[int, list[Herkomst | Traced]] = {}
    for one in result.traces:
        traces.setdefault(ids[one.referentienummer], []).append(one)
    _store_traces(connection, run, traces)


def _declaration(line: Declaratieregel) -> tuple[str, str, str]:
    return line.aanbieder, line.gemeente, line.declaratienummer


def _line_columns(lines: Sequence[Declaratieregel], beside: Sequence[NewLine]) -> dict[str, Sequence[object]]:
    told = {name: list(map(attrgetter(name), lines)) for name in LINE_COLUMNS}
    kept = {name: list(map(attrgetter(name), beside)) for name in ("client_id", "vorige_id", "sleutel", "afronding", "termen")}
    alike = {"status": CONCEPT, "staat": False, "opnieuw": False}
    own: dict[str, Sequence[object]] = {"prestatiecode": [line.zorgcode for line in lines]}
    own["maand"] = [month_of(line.begindatum) for line in lines]
    return told | kept | own | {name: [value] * len(lines) for name, value in alike.items()}


def _store_traces(connection: Connection, run: Ledgerrun, traces: Mapping[int, Sequence[Herkomst | Traced]]) -> None:
    names = ("regel_id", "volg", "soort", "bron", "datum", "eenheden", "vinger", "inhoud")
    day: Callable[[date], object] = maker(connection, schema.herkomst.c.datum) or (lambda datum: datum)
    add_rows(connection, schema.herkomst, names, _trace_rows(run.fingerprints, traces, day))


def _trace_rows(
    fingerprints: Mapping[Naam, str], traces: Mapping[int, Sequence[Herkomst | Traced]], day: Callable[[date], object]
) -> Iterator[tuple[object, ...]]:
    texts = TraceTexts()
    for regel_id, own in traces.items():
        for volg, (soort, bron, datum, eenheden, inhoud) in enumerate(texts.rows(own)):
            yield regel_id, volg, soort, bron, day(datum), eenheden, fingerprints.get((soort, bron), ""), inhoud


def _renew_traces(connection: Connection, run: Ledgerrun, traces: Mapping[int, Sequence[Herkomst | Traced]]) -> None:
    for part in chunks(traces):
        connection.execute(delete(schema.herkomst).where(schema.herkomst.c.regel_id.in_(part)))
    _store_traces(connection, run, traces)
