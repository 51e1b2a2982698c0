"""The whole run: records, toewijzingen and contracts in; lines, trace, what was set aside and the summary out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Protocol, TypeVar

from attrs import define, evolve, frozen

from mpj.contract import Contract, check_together
from mpj.engine.client import Clientrun, Earlier, by_client
from mpj.engine.levering import Levering
from mpj.engine.limits import Verbruik
from mpj.engine.lines import identity, make_lines, number_declarations, sort_key
from mpj.engine.matching import Dekking, Dekkingen
from mpj.engine.scope import Periode, check_protocol, named, set_aside, split_doubles
from mpj.engine.summary import Totals, declarations, summarise
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.protocol import Protocol as Rules
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_of, parse_month
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
    line), `meldingen` (warnings that stop nothing) and `samenvatting` (counts and totals, ready for JSON; docs/formats.md).
    """

    regels: tuple[Declaratieregel, ...]
    herkomst: tuple[Herkomst, ...]
    uitval: tuple[Uitval, ...]
    meldingen: tuple[Fault, ...]
    samenvatting: Mapping[str, Any]

    def renumbered(self, numbers: Mapping[str, str]) -> Result:
        """Return the same result under other declaratienummers, given by referentienummer: for a declaration that was split."""
        regels = tuple(
            evolve(line, declaratienummer=numbers.get(line.referentienummer, line.declaratienummer)) for line in self.regels
        )
        return evolve(self, regels=regels, samenvatting={**self.samenvatting, "declaraties": declarations(regels)})


@define
class Uitkomst:
    """What one client's records come to: deliveries behind lines, what was set aside, each line with its trace.

    `op_planning` are the deliveries that rest on planning alone.
    """

    leveringen: list[Levering]
    uitval: list[Uitval]
    regels: list[tuple[Declaratieregel, list[Herkomst]]]
    op_planning: list[Levering]


class Grootboek(Earlier, Protocol):
    """What a memory of earlier declarations tells a run, client by client, and what it makes of the outcome."""

    def clients(self, found: Collection[str]) -> Collection[str]:
        """Return the BSNs to compute: those `found` in the records, and those of whom only earlier lines are left."""

    def months(self, bsn: str) -> Collection[int] | None:
        """Return the months that are computed of a client's stays, None for all."""

    def settle(self, bsn: str, compute: Callable[[], Uitkomst]) -> Uitkomst:
        """Return what is new or changed of one client; `compute` may be called again once this memory answers otherwise."""


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
    `periode`. Nothing is printed, no clock is read, no state is kept.
    """
    contracts = list(contracten)
    if not contracts:
        raise InputError(Fault("contract_ontbreekt", toelichting="geen enkel contract", verwacht="minstens één contract"))
    if type(dagtekening) is not date:
        raise TypeError("dagtekening: expected a datetime.date")
    check_together(contracts)
    protocol = contracts[0].protocol
    kaarten = Tariefkaarten([compile_tariefkaart(contract) for contract in contracts])
    window = Periode.of(protocol, _month(periode), dagtekening, nalevering=nalevering)
    dekkingen = Dekkingen(toewijzingen, kaarten, protocol)
    levels = None if medewerkers is None else Levels(collect_medewerkers(medewerkers, protocol))
    book = grootboek or _Earlier(protocol, eerder)
    uitval: list[Uitval] = []
    notes: list[Fault] = []
    readable = _Records(protocol, window, uitval)
    kept = readable.keep(as_values(registraties, REGISTRATIE_COLUMNS, parse_registratie, Registratie))
    stays = readable.keep(as_values(verblijf, VERBLIJF_COLUMNS, parse_verblijf, Verblijf))
    run = Clientrun(protocol, window, dekkingen, levels, book, lambda record, niveau: notes.append(_differs(record, niveau)))
    totals = Totals(protocol)
    pairs: list[tuple[Declaratieregel, list[Herkomst]]] = []
    records = by_client(kept, stays)
    clients = book.clients(records)
    for done, bsn in enumerate(clients, 1):
        own, own_stays = records.get(bsn, ([], []))
        outcome = book.settle(bsn, partial(_compute, run, bsn, own, own_stays, book.months(bsn), volgnummer))
        uitval += outcome.uitval
        totals.add(outcome.leveringen, sum(levering.cents for levering in outcome.op_planning))
        pairs += outcome.regels
        if progress is not None:
            progress(done, len(clients))
    pairs.sort(key=lambda pair: sort_key(pair[0]))
    regels = number_declarations([line for line, _ in pairs], volgnummer)
    uitval += dekkingen.uitval
    uitval.sort(key=Uitval.sort_key)
    settings = {
        "periode": periode,
        "dagtekening": dagtekening.isoformat(),
        "nalevering": nalevering,
        "volgnummer": volgnummer,
    }
    samenvatting = summarise(contracts, kaarten.kaarten, settings, totals, regels, uitval, dekkingen.gelezen, invoer or {})
    herkomst = tuple(trace for _, traces in pairs for trace in traces)
    return Result(
        tuple(regels),
        herkomst,
        tuple(uitval),
        tuple(sorted(dict.fromkeys(notes), key=lambda note: (note.bestand, note.rij, note.toelichting))),
        samenvatting,
    )


def _compute(
    run: Clientrun,
    bsn: str,
    registraties: Sequence[Registratie],
    stays: Sequence[Verblijf],
    maanden: Collection[int] | None,
    volgnummer: int,
) -> Uitkomst:
    leveringen, aside, on_planning = run.run(bsn, registraties, stays, maanden)
    return Uitkomst(leveringen, aside, list(make_lines(run.protocol, leveringen, run.periode.maand, volgnummer)), on_planning)


def _month(periode: str) -> int:
    try:
        return parse_month(periode)
    except ValueError:
        raise InputError(
            Fault("periode_onjuist", kolom="periode", toelichting="geen maand", verwacht="een maand als 2026-03")
        ) from None


def as_values(
    items: Iterable[_R | Ongeldig | Mapping[str, object]],
    columns: tuple[str, ...],
    parse: Callable[[Row], _R | Ongeldig],
    kind: type[_R],
) -> Iterator[_R | Ongeldig]:
    """Turn the caller's mappings into values; raises TypeError for anything that is neither."""
    mappings = MappingRows(columns)
    for item in items:
        if isinstance(item, kind | Ongeldig):
            yield item
        elif isinstance(item, Mapping):
            yield parse(mappings.row(item))
        else:
            raise TypeError(f"expected {kind.__name__} or a mapping, not {type(item).__name__}")


class _Records:
    """Step 1: sorts out what is unreadable, withdrawn or double."""

    def __init__(self, protocol: Rules, window: Periode, uitval: list[Uitval]) -> None:
        self.protocol = protocol
        self.window = window
        self.uitval = uitval

    def keep(self, items: Iterable[_R | Ongeldig]) -> list[_R]:
        """Return the readable records that count once; the others go to uitval."""
        good: list[_R] = []
        withdrawn: set[str] = set()
        for item in items:
            if isinstance(item, Ongeldig):
                self.uitval.append(item.uitval)
                if item.vervallen and item.id:
                    withdrawn.add(item.id)
                continue
            if isinstance(item, Registratie) and item.status == "vervallen":
                withdrawn.add(item.id)
            if wrong := check_protocol(item, self.protocol):
                self.uitval.append(set_aside(item, "ongeldig", wrong))
            else:
                good.append(item)
        return split_doubles(good, withdrawn, self._aside)

    def _aside(self, record: Registratie | Verblijf, reden: str, toelichting: str) -> None:
        if isinstance(record, Registratie):
            self.uitval.append(set_aside(record, reden, toelichting))
            return
        days = list(self.window.days_of(record))
        begin, end = days[0].begin, days[-1].einde
        count = sum(run.aantal for run in days)
        self.uitval.append(set_aside(record, reden, toelichting, datum=begin, datum_tot=end, aantal=count))


class _Earlier:
    """What earlier lines used of each toewijzing, and which of them stand uncredited."""

    def __init__(self, protocol: Rules, lines: Iterable[Declaratieregel]) -> None:
        cents: dict[tuple[str, int], int] = {}
        volumes: dict[tuple[str, int], dict[tuple[str, int], int]] = {}
        standing: dict[tuple[str, int, str, str, int], int] = {}
        for line in lines:
            sign = 1 if line.debetcredit == "D" else -1
            key, month = (line.gemeente, line.toewijzingnummer), month_of(line.begindatum)
            cents[key] = cents.get(key, 0) + sign * line.bedrag_cent
            unit = protocol.eenheden[line.eenheid]
            used = volumes.setdefault(key, {})
            used[unit.telt, month] = used.get((unit.telt, month), 0) + sign * line.volume_bericht * unit.gewicht
            standing[identity(line)] = standing.get(identity(line), 0) + sign
        self._used = {key: Verbruik(cent, volumes[key]) for key, cent in cents.items()}
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

    def tarief(self, levering: Levering) -> int | None:
        """Every line has the price of its contract."""
        return None

    def clients(self, found: Collection[str]) -> Collection[str]:
        """Return the clients who have records."""
        return found

    def months(self, bsn: str) -> Collection[int] | None:
        """All months count."""
        return None

    def settle(self, bsn: str, compute: Callable[[], Uitkomst]) -> Uitkomst:
        """Everything that was computed is new."""
        return compute()


def identiteit(levering: Levering) -> tuple[str, int, str, str, int]:
    """Return the identity (`mpj.engine.lines.identity`) of the line that a delivery belongs to."""
    code = levering.code
    return (*levering.dekking.toewijzing.sleutel, code.productcategorie, code.productcode, levering.maand)


def _differs(record: Registratie, niveau: str) -> Fault:
    return Fault(
        "niveau_afwijkend",
        record.bestand,
        record.rij,
        "kwalificatieniveau",
        record.kwalificatieniveau or "",
        niveau,
        f"{named(record)}: het niveau op de registratie wijkt af van het medewerkersbestand, dat telt",
        "waarschuwing",
    )
