"""A run with a ledger, as a line: input, memory, compute, verdict, store. One transaction; the outcome is a concept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from attrs import evolve
from sqlalchemy import Connection, func, select

from mpj.engine.job import Job
from mpj.engine.lines import anew
from mpj.engine.outcome import Result, Traced, Uitkomst
from mpj.engine.sieve import Records
from mpj.engine.summary import renumbered
from mpj.engine.told import RunSummary
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.executors.memory import lay_together
from mpj.ledger import schema
from mpj.ledger.asks import asks
from mpj.ledger.beforehand import Beforehand
from mpj.ledger.begin import beginning
from mpj.ledger.bound import beyond
from mpj.ledger.cells import Cells, touch_granted, under_concepts
from mpj.ledger.changes import Changes, NewLine
from mpj.ledger.choices import decided_by_contract, judged, totals
from mpj.ledger.codec import assigned
from mpj.ledger.deadlines import lapses
from mpj.ledger.decide import Agreed, bijlage, counted, note
from mpj.ledger.difference import Difference
from mpj.ledger.gather import Gathered, gather
from mpj.ledger.input import Input
from mpj.ledger.intake import Naam
from mpj.ledger.known import keep
from mpj.ledger.memory import remembered
from mpj.ledger.older import Older, Opening
from mpj.ledger.release import Released
from mpj.ledger.schema import BEANTWOORD, VERZONDEN
from mpj.ledger.sent import unanswered
from mpj.ledger.signals import Odd
from mpj.ledger.stand import Clientstand, load_herkomst, load_stands, with_others
from mpj.ledger.store import store
from mpj.ledger.use import pressed
from mpj.ledger.verdict import Ledgerrun, SoFar, Verdict
from mpj.presentation import words
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_text
from mpj.records.values import Toewijzing


def run(connection: Connection, given: Input, wie: str = "") -> Result:
    """Compute a run inside the transaction of `connection` and store what it makes; see `mpj.Ledger.declare`.

    `wie` runs it.
    """
    cells, underway = _cells(connection, given)
    agreed = Agreed.of(connection, given.asked.akkoord, wie, given.asked.op or given.asked.dagtekening)
    start, gathered = beginning(connection, given.job), gather(connection, given, cells)
    later = _later(connection, cells)
    job = given.job.part(gathered.toewijzingen, gathered.levels, vanaf=start.vanaf)
    ledgerrun = _ledgerrun(connection, given, gathered, job, cells, agreed)
    records, aside = gathered.sifted(job)
    every = cache(lambda: given.job.part(gathered.toewijzingen, gathered.levels))
    older = Older.of(connection, start.vanaf)
    stands = with_others(_stands(connection, gathered, job, cells), records)
    verdicts, open_ = older.settled(connection, _verdicts(ledgerrun, (job, every), older, stands, records, given), agreed)
    changes = Changes.sum([*(one.changes for one in verdicts), Changes(look_again=later), open_])
    changes = evolve(changes, waits={**changes.waits, **underway})
    outcomes = [(Uitkomst(uitval=aside, bsns=frozenset(stands)), ()), *_with_lines(connection, verdicts)]
    result = _divided(lay_together(job, outcomes, given.asked.invoer or {}), given.asked.release)
    _check_period(connection, result, cells.maand)
    decisions, notes = asks(gathered, result, given.asked, new=start.new)
    by_contract = [move for one in verdicts for move in one.by_contract]
    decisions += decided_by_contract(given.reprice, by_contract)
    decisions += beyond(connection, given.asked.grens, result.regels, cells.maand)
    left = [one for one in changes.decisions if not agreed.to(one)]
    decisions += [one for one in changes.decisions if agreed.to(one)]
    notes += [one.fault("waarschuwing") for one in left if one.soort == "voor_begin"]
    notes += agreed.settle(connection, decisions, proef=given.asked.proef)
    store(connection, ledgerrun, result, changes, given.asked, gathered.earlier.replaced)
    keep(connection, given, gathered, result, changes.aside, agreed.op)
    _remember(connection, given, result, agreed)
    full = pressed(connection, result.protocol, result.regels)
    difference = Difference.of(changes.lines, gathered.earlier, gathered.loose_ends)
    odd, beside = Odd.of(connection, given, gathered, job), _from_ledger(verdicts, result, gathered.stored)
    told = _with_ledger(result, given, gathered, changes, (difference, odd), beside)
    told.samenvatting["ledger"] |= {
        "te_beslissen": counted([*left, *(one for one in decisions if not agreed.to(one))]),
        "limieten": full,
    }
    if given.reprice is not None:
        told.samenvatting["ledger"]["herprijzing"] = totals(by_contract)
    return evolve(told, meldingen=(*told.meldingen, *notes), bijlagen=(bijlage(left), difference.bijlage(), odd.bijlage()))


def _remember(connection: Connection, given: Input, result: Result, agreed: Agreed) -> None:
    """Keep who ran it and what it made; of a trial nothing."""
    if not given.asked.proef:
        made = words.counted(len(result.regels), "regel"), words.euros(_net(result.regels, "D") - _net(result.regels, "C"))
        done = "gedraaid" if given.reprice is None else "herprijsd"
        note(connection, done, f"{given.asked.periode}: {', '.join(made)}", agreed.wie, agreed.op)


def _cells(connection: Connection, given: Input) -> tuple[Cells, Mapping[str, int]]:
    """Return what a run looks at before its input, and of how many lines a repricing waits for the answer, by declaration."""
    cells = Cells(given.job.opdracht.maand)
    if given.reprice is None:
        return cells, {}
    asked = given.reprice.van, given.reprice.tot, [pair for pair in given.parties if given.reprice.concerns(pair[1])]
    touch_granted(connection, *asked, cells)
    return cells, unanswered(connection, *asked)


def _verdicts(
    ledgerrun: Ledgerrun,
    jobs: tuple[Job, Callable[[], Job]],
    older: Older,
    stands: Mapping[str, Clientstand],
    records: Mapping[str, Records],
    given: Input,
) -> Iterator[Verdict | Opening]:
    """Judge the clients with records, then those of whom only lines are left.

    `jobs` are that of the run, and what makes one for care of any month.
    """
    clients = [*records, *(bsn for bsn in stands if bsn not in records)]
    for done, bsn in enumerate(clients, 1):
        own, stand = records.get(bsn, Records()), stands[bsn]
        if older.concerns(stand, own):
            look, memory = jobs[1]().compute, remembered(ledgerrun, stand, SoFar())
            judge = partial(judged, ledgerrun, jobs[1](), bsn, stand)
            yield older.judged(own, stand, judge, partial(look, bsn, memory=memory))
        else:
            yield judged(ledgerrun, jobs[0], bsn, stand, own)
        if given.asked.progress is not None:
            given.asked.progress(done, len(clients))


def _ledgerrun(connection: Connection, given: Input, gathered: Gathered, job: Job, cells: Cells, agreed: Agreed) -> Ledgerrun:
    toewijzingen = assigned([one for one in job.toewijzingen if gathered.clients.get(one.bsn) in cells.months])
    nummers = frozenset(given.asked.crediteer_toewijzing)
    return Ledgerrun(
        opdracht=job.opdracht,
        protocol=job.protocol,
        released=Released(given.asked.crediteer, nummers, given.reprice, toewijzingen, cache(job.bound_by)),
        forms={contract.id: contract.vorm for contract in job.contracten},
        parties=given.parties,
        fingerprints=gathered.fingerprints,
        toewijzingen=toewijzingen,
        moved=frozenset((one.gemeente, one.nummer) for one in job.missed if not one.ongeldig),
        confirmed=gathered.confirmed,
        loose_ends=gathered.loose_ends,
        agreed=agreed,
        beforehand=Beforehand.of(connection, job, given.asked.dagtekening),
        terms=job.terms,
    )


def _stands(connection: Connection, gathered: Gathered, job: Job, cells: Cells) -> dict[str, Clientstand]:
    """Return what stands of each client that is looked at, by BSN."""
    limited = {
        gathered.clients[one.bsn]
        for one in gathered.toewijzingen
        if isinstance(one, Toewijzing) and one.bsn in gathered.clients and (one.budget_cent is not None or one.volume is not None)
    }
    bsns = {identity: bsn for bsn, identity in gathered.clients.items()}
    stands = load_stands(connection, cells.months, limited, job.protocol)
    return {bsn: stand for identity, stand in stands.items() if (bsn := bsns.get(identity))}


def _later(connection: Connection, cells: Cells) -> frozenset[tuple[int, int]]:
    """Return the cells of this run that the next one looks at, whatever is decided here.

    Those after the month of this run, of which nothing is decided; and those under a concept of another contract.
    """
    after = {(client, month) for client, months in cells.months.items() for month in months if month > cells.maand}
    return under_concepts(connection, cells) | after


def _with_lines(
    connection: Connection, verdicts: Sequence[Verdict]
) -> Iterator[tuple[Uitkomst, Iterable[tuple[Declaratieregel, Sequence[Herkomst | Traced]]]]]:
    """Return each outcome with its new lines; a credit has the trace of the line that it credits."""
    credited = {new.vorige_id for one in verdicts for new in one.changes.lines if new.vorige_id is not None}
    stored = load_herkomst(connection, credited)
    for one in verdicts:
        yield one.uitkomst, [(anew(new.line), _trace(new, stored)) for new in one.changes.lines]


def _trace(new: NewLine, stored: Mapping[int, Sequence[Herkomst]]) -> Sequence[Herkomst | Traced]:
    if new.vorige_id is None:
        return new.herkomst
    return [evolve(one, referentienummer=new.line.referentienummer) for one in stored.get(new.vorige_id, ())]


def _net(regels: Iterable[Declaratieregel], debetcredit: str) -> int:
    return sum(line.bedrag_cent for line in regels if line.debetcredit == debetcredit)


def _check_period(connection: Connection, result: Result, maand: int) -> None:
    """Refuse a declaration of a month before the last one that was sent to the same gemeente (IV090)."""
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


def _divided(result: Result, release: str) -> Result:
    """Give the lines of a declaration that does not fit in one message the numbers of its parts."""
    from mpj.messages import split

    numbers = {
        line.referentienummer: part.declaratienummer
        for part in split(result.regels, release=release, protocol=result.protocol)
        for line in part.regels
    }
    return renumbered(result, numbers)


def _from_ledger(verdicts: Iterable[Verdict], result: Result, stored: Collection[Naam]) -> int:
    """Count the records, a day of a stay being one, that the ledger brings to a run and its files do not."""
    declared = sum(care.recorded[:2] in stored for one in verdicts for care in one.uitkomst.care) if stored else 0
    return declared + sum(row.aantal for row in result.uitval if (row.soort, row.bron) in stored)


def _with_ledger(
    result: Result, given: Input, gathered: Gathered, changes: Changes, looked: tuple[Difference, Odd], beside: int
) -> Result:
    """Say in summary and warnings what the ledger made of the run, and how it `looked`."""
    difference, odd = looked
    kept = {line.declaratienummer for line in result.regels}
    void = [one for one in gathered.earlier.replaced if one.declaratienummer not in kept]
    again = [one.line.bedrag_cent for one in changes.lines if one.again]
    summary: RunSummary = {
        **result.samenvatting,
        "gelezen": result.samenvatting["gelezen"] - beside,
        "ledger": {
            "proef": given.asked.proef,
            "debet_cent": _net(result.regels, "D"),
            "credit_cent": _net(result.regels, "C"),
            "creditregels": sum(line.debetcredit == "C" for line in result.regels),
            "vervangen_concepten": sorted({one.declaratienummer for one in void}),
            "vervangen_mappen": sorted({one.map for one in void} - {"", given.asked.map}),
            "wacht_op": dict(sorted(changes.waits.items())),
            "ingetrokken": gathered.withdrawn,
            "opnieuw_ingediend": len(again),
            "opnieuw_ingediend_cent": sum(again),
            "toegekend_blijft_staan": len(changes.meldingen),
            "toegekend_blijft_staan_cent": changes.held_cent,
            "erbij": beside,
            "verzendt": difference.sent(),
            "te_beslissen": {},
            "verloopt": lapses(given.job.contracten, result.uitval, given.asked.dagtekening),
            "limieten": {},
            "per_gemeente": difference.per_gemeente(given.asked.grens),
            "signalen": odd.counts(),
            "signalen_gezien": odd.seen,
        },
    }
    return evolve(result, samenvatting=summary, meldingen=(*result.meldingen, *changes.meldingen, *given.meldingen))
