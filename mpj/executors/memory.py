"""Values in, values out: `mpj.declare`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Unpack

from mpj.contract import Contract
from mpj.engine.job import Job
from mpj.engine.lines import number_declarations, sort_key, traced_lines
from mpj.engine.memory import Memory, remember, without_contract
from mpj.engine.opdracht import OpdrachtWords
from mpj.engine.outcome import Result, Traced, Uitkomst
from mpj.engine.summary import Totals, declarations, passed_over, sort_notes
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.reading.calls import expect
from mpj.reading.faults import Fault, Hears
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.records.given import profiled
from mpj.records.prestaties import as_prestaties
from mpj.records.registraties import Ongeldig
from mpj.records.toewijzingen import OngeldigeToewijzing
from mpj.records.uitval import Uitval
from mpj.records.values import Medewerker, Prestatie, Registratie, Toewijzing, Verblijf
from mpj.records.verblijf import as_stays


def declare(
    contracten: Iterable[Contract],
    toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]],
    registraties: Iterable[Registratie | Ongeldig | Mapping[str, object]] = (),
    *,
    verblijf: Iterable[Verblijf | Ongeldig | Mapping[str, object]] = (),
    prestaties: Iterable[Prestatie | Ongeldig | Mapping[str, object]] = (),
    medewerkers: Iterable[Medewerker | Mapping[str, object]] | None = None,
    eerder: Iterable[Declaratieregel] = (),
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[int, int], None] | None = None,
    profiel: Profiel = NO_PROFILE,
    **words: Unpack[OpdrachtWords],
) -> Result:
    """Turn one month of records into declaration lines (docs/steps.md tells every step).

    Takes checked contracts; records as values or as mappings with the columns of docs/formats.md, in any order, read once.
    `periode` is the declaration month as ``2026-03``, `dagtekening` the date the declaration bears. `nalevering` lets records of
    earlier months ride along, because those months were never declared. `eerder` are earlier lines, whose use of limits
    counts first and whose care is not declared again. `volgnummer` changes the numbers of an otherwise equal declaration.
    `invoer` (kind of input, to file name, to SHA-256; the kind ``niet_gelezen``: files not read) goes into the summary; `progress`
    hears (clients done, clients in all). `profiel` says how mappings are written (`mpj.read_profile`).

    Amounts are eurocents, dates inclusive. Records that cannot be billed are in `Result.uitval`, with a reason. Raises InputError
    for contracts that contradict each other, toewijzing versions that cannot be ordered, faulty medewerkers, a malformed
    `periode`. Nothing is printed, no clock is read, no state is kept.
    """
    heard: list[Fault] = []
    tell = heard.append
    staff = None if medewerkers is None else profiled(medewerkers, "medewerkers", profiel, tell)
    assigned = profiled(toewijzingen, "toewijzingen", profiel, tell)
    job = Job.of(contracten, assigned, medewerkers=staff, report=tell, **words)
    entries = job.entries(tell).given(profiled(registraties, "registraties", profiel, tell))
    stays = as_stays(profiled(verblijf, "verblijf", profiel, tell), tell)
    events = as_prestaties(profiled(prestaties, "prestaties", profiel, tell), tell)
    outcomes = job.outcomes(entries, stays, remembered(job, eerder, tell), prestaties=events, progress=progress)
    pairs = ((outcome, traced_lines(outcome.regels, job.opdracht)) for outcome in outcomes)
    return lay_together(job, pairs, invoer or {}, heard)


def remembered(job: Job, eerder: Iterable[Declaratieregel], tell: Hears) -> Memory:
    """Return what earlier lines mean for a run; `tell` hears of those of an aanbieder and gemeente that no contract of it is of."""
    expect("eerder", eerder, "an iterable of Declaratieregel", Iterable)
    parties: Counter[tuple[str, str]] = Counter()

    def counted() -> Iterator[Declaratieregel]:
        for line in eerder:
            expect("eerder", line, "Declaratieregel values", Declaratieregel)
            parties[line.aanbieder, line.gemeente] += 1
            yield line

    memory = remember(counted(), job.protocol)
    for fault in without_contract(parties, job.contracten):
        tell(fault)
    return memory


def lay_together(
    job: Job,
    outcomes: Iterable[tuple[Uitkomst, Iterable[tuple[Declaratieregel, Sequence[Herkomst | Traced]]]]],
    invoer: Mapping[str, Mapping[str, str]],
    heard: Sequence[Fault] = (),
) -> Result:
    """Lay the outcomes of all clients together, which come with their lines, that nobody else has: lines in their order, numbered,
    and the summary.

    `heard` are warnings about the input; what is still added to it while outcomes are asked for counts.
    """
    uitval: list[Uitval] = []
    notes: list[Fault] = list(job.meldingen)
    totals = Totals()
    bsns: set[str] = set()
    pairs: list[tuple[Declaratieregel, Sequence[Herkomst | Traced]]] = []
    for outcome, lines in outcomes:
        uitval += outcome.uitval
        bsns |= outcome.bsns
        notes += outcome.meldingen
        totals.add(outcome)
        pairs += lines
    pairs.sort(key=lambda pair: sort_key(pair[0]))
    regels = tuple(line for line, _ in pairs)
    number_declarations(regels, job.opdracht.volgnummer)
    uitval = job.all_aside(uitval, bsns)
    traces = tuple(trace for _, traces in pairs for trace in traces)
    samenvatting = job.summary(totals, declarations(regels), uitval, passed_over(invoer, heard))
    return Result(regels, traces, tuple(uitval), sort_notes([*notes, *heard]), samenvatting, job.protocol)
