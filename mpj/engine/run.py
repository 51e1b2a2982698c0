"""The whole run: records, toewijzingen and contracts in; lines, trace, what was set aside and the summary out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, Protocol, TypeVar

from attrs import define, evolve, field, frozen

from mpj.contract import Contract, check_together
from mpj.engine.client import Clientrun, Earlier, by_client
from mpj.engine.levering import Levering
from mpj.engine.limits import Verbruik
from mpj.engine.lines import identity, make_lines, number_declarations, sort_key
from mpj.engine.matching import Dekking, Dekkingen
from mpj.engine.scope import Periode, check_protocol, named, set_aside, split_doubles
from mpj.engine.summary import Totals, declarations, summarise
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.protocol import MPJ_16
from mpj.protocol import Protocol as Rules
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.periods import month_of, parse_month
from mpj.records.entries import Entries, Entry
from mpj.records.medewerkers import Levels, collect_medewerkers
from mpj.records.registraties import COLUMNS as REGISTRATIE_COLUMNS
from mpj.records.registraties import Ongeldig, parse_registratie
from mpj.records.rows import MappingRows, Row
from mpj.records.toewijzingen import OngeldigeToewijzing
from mpj.records.uitval import Uitval
from mpj.records.values import Medewerker, Registratie, Toewijzing, Verblijf
from mpj.records.verblijf import COLUMNS as VERBLIJF_COLUMNS
from mpj.records.verblijf import parse_verblijf
from mpj.tariefkaart import Tariefkaarten, compile_tariefkaart

_R = TypeVar("_R", Registratie, Verblijf)


@frozen
class Result:
    """The outcome of a run.

    `regels` and `herkomst` (their trace, in the order of the lines, then date and id), `uitval` (every record that stands behind no
    line), `meldingen` (warnings that stop nothing), `samenvatting` (counts and totals, ready for JSON; docs/formats.md) and the
    `protocol` that it was made under.
    """

    regels: tuple[Declaratieregel, ...]
    herkomst: tuple[Herkomst, ...]
    uitval: tuple[Uitval, ...]
    meldingen: tuple[Fault, ...]
    samenvatting: Mapping[str, Any]
    protocol: Rules = field(default=MPJ_16, repr=False)

    def renumbered(self, numbers: Mapping[str, str]) -> Result:
        """Return the same result under other declaratienummers, given by referentienummer: for a declaration that was split."""
        regels = tuple(
            evolve(line, declaratienummer=numbers.get(line.referentienummer, line.declaratienummer)) for line in self.regels
        )
        return evolve(self, regels=regels, samenvatting={**self.samenvatting, "declaraties": declarations(regels)})


@define
class Uitkomst:
    """What one client's records come to: the deliveries behind each line, what was set aside, each line with its trace.

    `op_planning` are the deliveries that rest on planning alone.
    """

    lines: list[list[Levering]]
    uitval: list[Uitval]
    regels: list[tuple[Declaratieregel, list[Herkomst]]]
    op_planning: list[Levering]

    @property
    def leveringen(self) -> Iterator[Levering]:
        """All deliveries behind lines."""
        return chain.from_iterable(self.lines)


class Grootboek(Earlier, Protocol):
    """What a memory of earlier declarations tells a run, client by client, and what it makes of the outcome."""

    def clients(self, found: Collection[str]) -> Collection[str]:
        """Return the BSNs to compute: those `found` in the records, and those of whom only earlier lines are left."""

    def months(self, bsn: str) -> Collection[int] | None:
        """Return the months that are computed of a client's stays, None for all."""

    def settle(self, bsn: str, compute: Callable[[], Uitkomst]) -> Uitkomst:
        """Return what is new or changed of one client; `compute` may be called again once this memory answers otherwise."""


class Job:
    """A run made ready: contracts compiled, toewijzingen bound to them, what came earlier at hand. The records come after.

    Takes and raises what `declare` does. `entries` reads registraties for this run.
    """

    def __init__(
        self,
        contracten: Iterable[Contract],
        toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]],
        *,
        periode: str,
        dagtekening: date,
        medewerkers: Iterable[Medewerker | Mapping[str, object]] | None = None,
        nalevering: bool = False,
        eerder: Iterable[Declaratieregel] = (),
        volgnummer: int = 1,
        grootboek: Grootboek | None = None,
    ) -> None:
        self.contracten = list(contracten)
        if not self.contracten:
            raise InputError(Fault("contract_ontbreekt", toelichting="geen enkel contract", verwacht="minstens één contract"))
        if type(dagtekening) is not date:
            raise TypeError("dagtekening: expected a datetime.date")
        check_together(self.contracten)
        self.protocol = protocol = self.contracten[0].protocol
        self.kaarten = Tariefkaarten([compile_tariefkaart(contract) for contract in self.contracten])
        self.periode = Periode.of(protocol, given_month(periode, "periode"), dagtekening, nalevering=nalevering)
        self.settings = {
            "periode": periode,
            "dagtekening": dagtekening.isoformat(),
            "nalevering": nalevering,
            "volgnummer": volgnummer,
        }
        self.volgnummer = volgnummer
        self.levels = None if medewerkers is None else Levels(collect_medewerkers(medewerkers, protocol))
        self._bind(toewijzingen, grootboek or _Earlier(protocol, eerder))

    def _bind(self, toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]], earlier: Earlier) -> None:
        self.dekkingen = Dekkingen(toewijzingen, self.kaarten, self.protocol)
        self.notes: dict[Fault, None] = {}
        self.run = Clientrun(self.protocol, self.periode, self.dekkingen, self.levels, earlier, self._differs)
        self.entries = Entries(partial(check_protocol, protocol=self.protocol))

    def part(self, toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing], eerder: Iterable[Declaratieregel] = ()) -> Job:
        """Return this run for some of its clients: with their toewijzingen and earlier lines, and nothing of the others."""
        one = copy(self)
        one._bind(toewijzingen, _Earlier(self.protocol, eerder))
        return one

    def _differs(self, entry: Entry, niveau: str) -> None:
        self.notes[_differs(entry, niveau)] = None

    def summary(
        self,
        totals: Totals,
        declaraties: Sequence[Mapping[str, Any]],
        uitval: Sequence[Uitval],
        invoer: Mapping[str, Mapping[str, str]],
    ) -> dict[str, Any]:
        """Return the summary of the run (`mpj.engine.summary.summarise`)."""
        kaarten, read = self.kaarten.kaarten, self.dekkingen.gelezen
        return summarise(self.contracten, kaarten, self.settings, totals, declaraties, uitval, read, invoer)

    def warnings(self) -> tuple[Fault, ...]:
        """Return the warnings of the run so far, by file and row."""
        return tuple(sorted(self.notes, key=lambda note: (note.bestand, note.rij, note.toelichting)))


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the search for circular garbage, of which none is made, and which would walk over every record again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@without_collector()
def declare(
    contracten: Iterable[Contract],
    toewijzingen: Iterable[Toewijzing | OngeldigeToewijzing | Mapping[str, object]],
    registraties: Iterable[Registratie | Ongeldig | Mapping[str, object]] = (),
    *,
    periode: str,
    dagtekening: date,
    verblijf: Iterable[Verblijf | Ongeldig | Mapping[str, object]] = (),
    medewerkers: Iterable[Medewerker | Mapping[str, object]] | None = None,
    nalevering: bool = False,
    eerder: Iterable[Declaratieregel] = (),
    volgnummer: int = 1,
    grootboek: Grootboek | None = None,
    invoer: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Turn one month of records into declaration lines (docs/steps.md tells every step).

    Takes checked contracts; records as values or as mappings with the columns of docs/formats.md, in any order, read once.
    `periode` is the declaration month as ``2026-03``, `dagtekening` the date the declaration bears. `nalevering` lets records of
    earlier months ride along, because those months were never declared. `eerder` are earlier lines, whose use of limits
    counts first and whose care is not declared again. `volgnummer` changes the numbers of an otherwise equal declaration.
    `grootboek` stands in for `eerder` where a ledger remembers (`mpj.Ledger`).
    `invoer` (kind of input, to file name, to SHA-256) goes into the summary; `progress` hears (clients done, clients in all).

    Amounts are eurocents, dates inclusive. Records that cannot be billed are in `Result.uitval`, with a reason. Raises InputError
    for contracts that contradict each other, toewijzing versions that cannot be ordered, faulty medewerkers, a malformed
    `periode`. Nothing is printed, no clock is read, no state is kept. The search for circular garbage rests meanwhile (`gc`).
    """
    job = Job(
        contracten,
        toewijzingen,
        periode=periode,
        dagtekening=dagtekening,
        medewerkers=medewerkers,
        nalevering=nalevering,
        eerder=eerder,
        volgnummer=volgnummer,
        grootboek=grootboek,
    )
    kept = Sieve(job.periode)
    registraties_ = kept.entries(_as_entries(registraties, job.entries))
    stays = kept.stays(as_values(verblijf, VERBLIJF_COLUMNS, parse_verblijf, Verblijf), job.protocol)
    uitval, totals = kept.uitval, Totals()
    pairs: list[tuple[Declaratieregel, list[Herkomst]]] = []
    records = by_client(registraties_, stays)
    clients = records if grootboek is None else grootboek.clients(records)
    for done, bsn in enumerate(clients, 1):
        own, own_stays = records.get(bsn, ([], []))
        if grootboek is None:
            outcome = _compute(job, bsn, own, own_stays, None)
        else:
            outcome = grootboek.settle(bsn, partial(_compute, job, bsn, own, own_stays, grootboek.months(bsn)))
        uitval += outcome.uitval
        totals.add(outcome.lines, sum(levering.cents for levering in outcome.op_planning))
        pairs += outcome.regels
        if progress is not None:
            progress(done, len(clients))
    pairs.sort(key=lambda pair: sort_key(pair[0]))
    regels = tuple(number_declarations([line for line, _ in pairs], volgnummer))
    uitval += job.dekkingen.uitval
    uitval.sort(key=Uitval.sort_key)
    herkomst = tuple(trace for _, traces in pairs for trace in traces)
    samenvatting = job.summary(totals, declarations(regels), uitval, invoer or {})
    return Result(regels, herkomst, tuple(uitval), job.warnings(), samenvatting, job.protocol)


def _compute(job: Job, bsn: str, own: list[Entry], stays: Sequence[Verblijf], maanden: Collection[int] | None) -> Uitkomst:
    lines, aside, on_planning = job.run.run(bsn, own, stays, maanden)
    regels = list(make_lines(lines, job.periode.maand, job.volgnummer))
    return Uitkomst(lines, aside, regels, on_planning)


def given_month(text: str, kolom: str) -> int:
    """Return the number of a month that a caller gave as `kolom`; raises InputError for what is none."""
    try:
        return parse_month(text)
    except ValueError:
        raise InputError(Fault("periode_onjuist", "", 0, kolom, mask(text), "een maand als 2026-03", "geen maand")) from None


def as_values(
    items: Iterable[_R | Ongeldig | Mapping[str, object]],
    columns: tuple[str, ...],
    parse: Callable[[Row], _R | Ongeldig],
    kind: type[_R],
) -> Iterator[_R | Ongeldig]:
    """Turn the caller's mappings into values; raises TypeError for anything that is neither."""
    mappings = MappingRows(columns)
    values = (kind, Ongeldig)
    for item in items:
        if isinstance(item, values):
            yield item
        elif isinstance(item, Mapping):
            yield parse(mappings.row(item))
        else:
            raise TypeError(f"expected {kind.__name__} or a mapping, not {type(item).__name__}")


def _as_entries(items: Iterable[Registratie | Ongeldig | Mapping[str, object]], entries: Entries) -> Iterator[Entry | Ongeldig]:
    for item in as_values(items, REGISTRATIE_COLUMNS, parse_registratie, Registratie):
        yield item if isinstance(item, Ongeldig) else entries.of(item)


class Sieve:
    """Step 1: sorts out what is unreadable, withdrawn or double; `uitval` is what that set aside."""

    def __init__(self, periode: Periode) -> None:
        self.periode = periode
        self.uitval: list[Uitval] = []

    def entries(self, items: Iterable[Entry | Ongeldig]) -> list[Entry]:
        """Return the registraties that count once."""
        good: list[Entry] = []
        withdrawn: set[str] = set()
        for item in items:
            if isinstance(item, Ongeldig):
                self._unreadable(item, withdrawn)
                continue
            vorm = item.reeks.vorm
            if vorm.status == "vervallen":
                withdrawn.add(item.id)
            if vorm.fout:
                self.uitval.append(set_aside(item, "ongeldig", vorm.fout))
            else:
                good.append(item)
        return split_doubles(good, withdrawn, self.aside)

    def stays(self, items: Iterable[Verblijf | Ongeldig], protocol: Rules) -> list[Verblijf]:
        """Return the stays that count once."""
        good: list[Verblijf] = []
        withdrawn: set[str] = set()
        for item in items:
            if isinstance(item, Ongeldig):
                self._unreadable(item, withdrawn)
            elif wrong := check_protocol(item, protocol):
                self.uitval.append(set_aside(item, "ongeldig", wrong))
            else:
                good.append(item)
        return split_doubles(good, withdrawn, self.aside)

    def _unreadable(self, item: Ongeldig, withdrawn: set[str]) -> None:
        self.uitval.append(item.uitval)
        if item.vervallen and item.id:
            withdrawn.add(item.id)

    def aside(self, record: Entry | Verblijf, reden: str, toelichting: str) -> None:
        """Set a readable record aside."""
        if not isinstance(record, Verblijf):
            self.uitval.append(set_aside(record, reden, toelichting))
            return
        days = list(self.periode.days_of(record))
        count = sum(run.aantal for run in days)
        begin, end = days[0].begin, days[-1].einde
        self.uitval.append(set_aside(record, reden, toelichting, datum=begin, datum_tot=end, aantal=count))


class _Earlier:
    """What earlier lines used of each toewijzing, and which of them stand uncredited."""

    def __init__(self, protocol: Rules, lines: Iterable[Declaratieregel]) -> None:
        used: dict[tuple[str, int], list[tuple[str, int, int, int]]] = {}
        standing: dict[tuple[str, int, str, str, int], int] = {}
        for line in lines:
            sign = 1 if line.debetcredit == "D" else -1
            row = (line.eenheid, month_of(line.begindatum), sign * line.bedrag_cent, sign * line.volume_bericht)
            used.setdefault((line.gemeente, line.toewijzingnummer), []).append(row)
            standing[identity(line)] = standing.get(identity(line), 0) + sign
        self.leeg = not used
        self._used = {key: Verbruik.of(protocol, rows) for key, rows in used.items()}
        self._standing = {key for key, count in standing.items() if count > 0}

    def used(self, dekking: Dekking) -> Verbruik | None:
        """Return what was used of a toewijzing, None when nothing was."""
        return self._used.get(dekking.toewijzing.sleutel)

    def block(self, leveringen: Sequence[Levering]) -> tuple[str, str] | None:
        """Refuse a line while an earlier one for the same toewijzing, product code and month still stands (TR389)."""
        if identiteit(leveringen[0]) not in self._standing:
            return None
        return "reeds_gedeclareerd", "een eerdere regel voor deze toewijzing, code en maand staat nog"

    def keeps(self, levering: Levering) -> bool:
        """Earlier lines are known without the records behind them."""
        return False

    def eenheden(self, levering: Levering) -> int:
        """Earlier lines are known without the records behind them."""
        return 0

    def tarief(self, levering: Levering) -> None:
        """Every line has the price and the rounding of its contract."""
        return


def identiteit(levering: Levering) -> tuple[str, int, str, str, int]:
    """Return the identity (`mpj.engine.lines.identity`) of the line that a delivery belongs to."""
    code = levering.code
    return (*levering.dekking.toewijzing.sleutel, code.productcategorie, code.productcode, levering.maand)


def _differs(record: Entry, niveau: str) -> Fault:
    return Fault(
        "niveau_afwijkend",
        record.bestand,
        record.rij,
        "kwalificatieniveau",
        record.reeks.vorm.kwalificatieniveau or "",
        niveau,
        f"{named(record)}: het niveau op de registratie wijkt af van het medewerkersbestand, dat telt",
        "waarschuwing",
    )
