"""A run with a ledger: gather, compute, compare with what stands, and remember the outcome as a concept, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, field, frozen
from sqlalchemy import Connection, delete, func, select, true, update

from mpj.contract import Contract, check_together
from mpj.engine.run import Result, as_values, declare, given_month
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.ledger import schema
from mpj.ledger.book import Book, Nieuws
from mpj.ledger.codec import dump, load
from mpj.ledger.gather import Gathered, Gatherer, drop_concepts
from mpj.ledger.rows import add, among, chunks, next_id
from mpj.ledger.schema import BEANTWOORD, CONCEPT, NIET_VERZONDEN, TOEGEKEND, VERZONDEN
from mpj.ledger.stand import load_stands
from mpj.protocol import Protocol
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_text
from mpj.records.medewerkers import collect_medewerkers
from mpj.records.registraties import COLUMNS as REGISTRATIE_COLUMNS
from mpj.records.registraties import parse_registratie
from mpj.records.rows import MappingRows, Row
from mpj.records.toewijzingen import COLUMNS as TOEWIJZING_COLUMNS
from mpj.records.toewijzingen import OngeldigeToewijzing, parse_toewijzing
from mpj.records.values import Registratie, Toewijzing, Verblijf
from mpj.records.verblijf import COLUMNS as VERBLIJF_COLUMNS
from mpj.records.verblijf import parse_verblijf


@frozen
class Input:
    """What a run is given (see `mpj.Ledger.declare`), and what it is told to do with it."""

    contracten: Sequence[Contract]
    toewijzingen: Iterable[Any]
    registraties: Iterable[Any] | None
    verblijf: Iterable[Any] | None
    medewerkers: Iterable[Any] | None
    periode: str
    dagtekening: date
    volledig_vanaf: str | None = None
    akkoord: bool = False
    crediteer: bool = False
    proef: bool = False
    xsd_versie: str = "1.0.0"
    invoer: Mapping[str, Mapping[str, str]] = field(factory=dict)
    progress: Callable[[int, int], None] | None = None


def run(connection: Connection, given: Input) -> Result:
    """Compute a run inside the transaction of `connection` and store what it makes; see `mpj.Ledger.declare`."""
    if not given.contracten:
        raise InputError(Fault("contract_ontbreekt", toelichting="geen enkel contract", verwacht="minstens één contract"))
    check_together(given.contracten)
    protocol, maand = given.contracten[0].protocol, given_month(given.periode, "periode")
    gatherer = Gatherer(connection, protocol, maand)
    pairs = [(contract.aanbieder, gemeente) for contract in given.contracten for gemeente in contract.gemeenten]
    dropped = drop_concepts(connection, pairs, gatherer)
    found = _gather(gatherer, given, protocol)
    book = _book(connection, given, found, protocol, maand)
    result = declare(
        given.contracten,
        found.toewijzingen,
        found.registraties,
        verblijf=found.verblijf,
        medewerkers=found.medewerkers,
        periode=given.periode,
        dagtekening=given.dagtekening,
        nalevering=True,
        grootboek=book,
        invoer=given.invoer,
        progress=given.progress,
    )
    _check_consent(connection, given, found)
    _check_period(connection, result, maand)
    result = _divided(result)
    book.nieuws.herzien |= _under_other_concepts(connection, found)
    # Nothing is decided of what comes after the month of this run.
    book.nieuws.herzien |= {(client, month) for client, months in found.cellen.items() for month in months if month > maand}
    _store(connection, given, found, book, result, maand)
    return _with_ledger(result, given, found, book.nieuws, dropped)


def _gather(gatherer: Gatherer, given: Input, protocol: Protocol) -> Gathered:
    vanaf = None if given.volledig_vanaf is None else given_month(given.volledig_vanaf, "volledig_vanaf")
    return gatherer.gather(
        _given(given.registraties, REGISTRATIE_COLUMNS, parse_registratie, Registratie),
        _given(given.verblijf, VERBLIJF_COLUMNS, parse_verblijf, Verblijf),
        _toewijzingen(given.toewijzingen),
        None if given.medewerkers is None else collect_medewerkers(given.medewerkers, protocol),
        vanaf,
    )


def _given(items: Iterable[Any] | None, columns: tuple[str, ...], parse: Callable[[Row], Any], kind: type[Any]) -> list[Any] | None:
    return None if items is None else list(as_values(items, columns, parse, kind))


def _toewijzingen(items: Iterable[Any]) -> list[Toewijzing | OngeldigeToewijzing]:
    mappings = MappingRows(TOEWIJZING_COLUMNS)
    return [parse_toewijzing(mappings.row(item)) if isinstance(item, Mapping) else item for item in items]


def _book(connection: Connection, given: Input, found: Gathered, protocol: Protocol, maand: int) -> Book:
    limited = {
        found.clienten[one.bsn]
        for one in found.toewijzingen
        if isinstance(one, Toewijzing) and (one.budget_cent is not None or one.volume is not None)
    }
    stands = load_stands(connection, found.cellen, limited, protocol)
    bsns = {identity: bsn for bsn, identity in found.clienten.items()}

    def traces(regel_id: int) -> list[Herkomst]:
        table = schema.herkomst.c
        query = select(table.inhoud).where(table.regel_id == regel_id).order_by(table.volg)
        return [load(Herkomst, text) for text in connection.execute(query).scalars()]

    return Book(
        protocol=protocol,
        maand=maand,
        stands={bsns[identity]: stand for identity, stand in stands.items() if bsns.get(identity)},
        vingers=found.vingers,
        vormen={contract.id: contract.vorm for contract in given.contracten},
        traces=traces,
        crediteer=given.crediteer,
        partijen={(contract.aanbieder, gemeente) for contract in given.contracten for gemeente in contract.gemeenten},
    )


def _net(regels: Iterable[Declaratieregel], debetcredit: str) -> int:
    return sum(line.bedrag_cent for line in regels if line.debetcredit == debetcredit)


def _check_consent(connection: Connection, given: Input, found: Gathered) -> None:
    """Refuse to withdraw what is absent before somebody has seen what it costs (--akkoord)."""
    if given.akkoord or given.proef or not found.ontbreekt:
        return
    from mpj.presentation.words import euros

    regel, trace = schema.regel.c, schema.herkomst.c
    query = select(regel.status, trace.soort, trace.bron, trace.datum, trace.inhoud).join(schema.regel, trace.regel_id == regel.id)
    cents: dict[str, int] = {}
    clients = {client for client, _ in found.ontbreekt.values()}
    for row in among(connection, query.where(regel.staat == true()), regel.client_id, clients):
        _, since = found.ontbreekt.get((row.soort, row.bron), (0, date.max))
        if row.datum >= since:
            cents[row.status] = cents.get(row.status, 0) + load(Herkomst, row.inhoud).bedrag_cent
    text = (
        f"{len(found.ontbreekt)} registraties of verblijven ontbreken sinds {given.volledig_vanaf} en zouden worden ingetrokken: "
        f"{euros(cents.get(TOEGEKEND, 0))} aan toegekende zorg"
    )
    if waiting := cents.get(VERZONDEN, 0):
        text += f", en {euros(waiting)} zodra er antwoord op is"
    raise InputError(Fault("akkoord_nodig", kolom="--volledig-vanaf", toelichting=text, verwacht="--akkoord als dit klopt"))


def _check_period(connection: Connection, result: Result, maand: int) -> None:
    """Refuse a declaration of a month before the last one that was sent to the same municipality (IV090)."""
    table = schema.declaratie.c
    received = (table.status.in_([VERZONDEN, BEANTWOORD]), table.identificatie.is_not(None))
    query = select(table.aanbieder, table.gemeente, func.max(table.maand)).where(*received)
    last = {(row[0], row[1]): row[2] for row in connection.execute(query.group_by(table.aanbieder, table.gemeente))}
    faults = [
        Fault(
            "periode_voor_laatste",
            kolom="periode",
            gevonden=month_text(maand),
            verwacht=f"{month_text(last[pair])} of later",
            toelichting=f"aan gemeente {pair[1]} is al een latere maand verzonden (IV090); late zorg gaat daarin mee",
        )
        for pair in sorted({(line.aanbieder, line.gemeente) for line in result.regels})
        if last.get(pair, maand) > maand
    ]
    if faults:
        raise InputError(faults)


def _divided(result: Result) -> Result:
    """Give the lines of a declaration that does not fit in one message the numbers of its parts."""
    from mpj.messages import split

    return result.renumbered(
        {line.referentienummer: part.declaratienummer for part in split(result.regels) for line in part.regels}
    )


def _under_other_concepts(connection: Connection, found: Gathered) -> set[tuple[int, int]]:
    """Return the cells of this run that a concept of another contract stands on: it may still go out as it was made before."""
    table = schema.regel.c
    query = select(table.client_id, table.maand).where(table.status == CONCEPT)
    return {(row.client_id, row.maand) for row in connection.execute(query) if row.maand in found.cellen.get(row.client_id, ())}


def _store(connection: Connection, given: Input, found: Gathered, book: Book, result: Result, maand: int) -> None:
    news = book.nieuws
    _store_lines(connection, given, book, result, maand)
    _store_traces(connection, book)
    # What was not sent after all is looked at by this run: it is declared anew, or it is not there any more.
    regel = schema.regel
    anew = (regel.c.status == NIET_VERZONDEN, regel.c.opnieuw == true())
    connection.execute(update(regel).where(*anew).values(opnieuw=False))
    for done in (True, False):
        for part in chunks([identity for identity, wanted in news.afgedaan.items() if wanted is done]):
            connection.execute(update(regel).where(regel.c.id.in_(part)).values(afgedaan=done))
    connection.execute(delete(schema.opzij))
    connection.execute(delete(schema.herzien))
    add(
        connection,
        schema.opzij,
        [
            {
                "client_id": client_id,
                "soort": row.soort,
                "bron": row.bron,
                "datum": row.datum,
                "datum_tot": row.datum_tot,
                "aantal": row.aantal,
                "gemeente": row.gemeente,
                "reden": row.reden,
                "waarde_cent": row.waarde_cent,
            }
            for client_id, row in news.opzij
        ],
    )
    add(connection, schema.herzien, [{"client_id": client_id, "maand": month} for client_id, month in sorted(news.herzien)])


def _store_lines(connection: Connection, given: Input, book: Book, result: Result, maand: int) -> None:
    numbers: dict[tuple[str, str, str], int] = {}
    first, first_line = next_id(connection, schema.declaratie), next_id(connection, schema.regel)
    declarations: list[dict[str, object]] = []
    for line in result.regels:
        key = (line.aanbieder, line.gemeente, line.declaratienummer)
        if key not in numbers:
            numbers[key] = first + len(numbers)
            names = ("aanbieder", "gemeente", "declaratienummer")
            row = dict(zip(names, key, strict=True)) | {"id": numbers[key], "maand": maand, "dagtekening": given.dagtekening}
            declarations.append(row | {"xsd_versie": given.xsd_versie, "status": CONCEPT})
    add(connection, schema.declaratie, declarations)
    ids = {line.referentienummer: first_line + place for place, line in enumerate(result.regels)}
    rows = [
        _line_row(line, book, ids[line.referentienummer], numbers[line.aanbieder, line.gemeente, line.declaratienummer])
        for line in result.regels
    ]
    add(connection, schema.regel, rows)
    traces: dict[str, list[Herkomst]] = {}
    for trace in result.herkomst:
        traces.setdefault(trace.referentienummer, []).append(trace)
    add(connection, schema.herkomst, [row for name, own in traces.items() for row in _trace_rows(ids[name], own, book)])


_COPIED = (
    "referentienummer",
    "debetcredit",
    "contract",
    "aanbieder",
    "gemeente",
    "toewijzingnummer",
    "perceel",
    "prestatiecode",
    "kwalificatieniveau",
    "productcategorie",
    "productcode",
    "begindatum",
    "einddatum",
    "volume",
    "normtijd",
    "tarief_cent",
    "bedrag_cent",
    "eenheid",
    "volume_bericht",
    "in_bericht",
)


def _line_row(line: Declaratieregel, book: Book, identity: int, declaratie_id: int) -> dict[str, object]:
    booked = book.nieuws.boekingen[line.referentienummer]
    return {name: getattr(line, name) for name in _COPIED} | {
        "id": identity,
        "declaratie_id": declaratie_id,
        "client_id": booked.client_id,
        "vorige_id": booked.vorige_id,
        "status": CONCEPT,
        "staat": False,
        "opnieuw": False,
        "sleutel": booked.sleutel,
        "afronding": booked.afronding,
        "maand": line.begindatum.year * 12 + line.begindatum.month - 1,
    }


def _trace_rows(regel_id: int, traces: Sequence[Herkomst], book: Book) -> list[dict[str, object]]:
    return [
        {
            "regel_id": regel_id,
            "volg": place,
            "soort": one.soort,
            "bron": one.bron,
            "datum": one.datum,
            "eenheden": one.aantal_eenheden,
            "vinger": book.vingers.get((one.soort, one.bron), ""),
            "inhoud": dump(one),
        }
        for place, one in enumerate(traces)
    ]


def _store_traces(connection: Connection, book: Book) -> None:
    """Renew the trace of lines that stand as they were but rest on records that changed."""
    before = {
        regel_id: [(one.sleutel, one.eenheden, one.vinger) for one in sporen]
        for stand in book.stands.values()
        for regel_id, sporen in stand.sporen.items()
    }
    changed: dict[int, list[dict[str, object]]] = {}
    for regel_id, traces in book.nieuws.sporen.items():
        now = [
            ((one.soort, one.bron, one.datum), one.aantal_eenheden, book.vingers.get((one.soort, one.bron), "")) for one in traces
        ]
        if sorted(now) != sorted(before.get(regel_id, [])):
            changed[regel_id] = _trace_rows(regel_id, traces, book)
    for part in chunks(changed):
        connection.execute(delete(schema.herkomst).where(schema.herkomst.c.regel_id.in_(part)))
    add(connection, schema.herkomst, [row for rows in changed.values() for row in rows])


def _with_ledger(result: Result, given: Input, found: Gathered, news: Nieuws, dropped: Sequence[str]) -> Result:
    """Say in summary and warnings what the ledger made of the run."""
    kept = {line.declaratienummer for line in result.regels}
    summary = dict(result.samenvatting) | {
        "ledger": {
            "proef": given.proef,
            "debet_cent": _net(result.regels, "D"),
            "credit_cent": _net(result.regels, "C"),
            "creditregels": sum(line.debetcredit == "C" for line in result.regels),
            "vervangen_concepten": sorted(set(dropped) - kept),
            "wacht_op": dict(sorted(news.wacht.items())),
            "ingetrokken": found.ingetrokken,
            "toegekend_blijft_staan": len(news.meldingen),
        }
    }
    return evolve(result, samenvatting=summary, meldingen=(*result.meldingen, *news.meldingen))
