"""An invented region through many months: clients who come and go, care that is written down late or wrong the first time.

`generate_months` writes the files of one month after the other, as the aanbieder exports them and as the gemeenten know the
toewijzingen: those arrive late now and then, and at the gemeente later than at the aanbieder.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from attrs import evolve, field, fields, frozen, mutable

from mpj.demo.chance import apportion, between, happens
from mpj.demo.clients import Admission, DemoCare, DemoClient, Plan, make_client
from mpj.demo.files import Files
from mpj.demo.generator import admission, largest
from mpj.demo.mess import NO_MESS
from mpj.demo.month import Month, contact_rows
from mpj.demo.people import MedewerkerRow, bsn_range, make_staff
from mpj.demo.region import read_region
from mpj.demo.registraties import RegistratieRow
from mpj.demo.toewijzingen import Need, ToewijzingRow, need_of_days, toewijzing_rows
from mpj.demo.verblijf import present_days, stay_parts, verblijf_rows
from mpj.reading.periods import days, first_day, last_day, month_text

LATE_PERMILLE = 40
"""Of the contacts: written down a month late."""
CORRECTED_PERMILLE = 6
WITHDRAWN_PERMILLE = 3
"""Of the contacts: written down otherwise, or taken back, a month after."""
RENEWED_PERMILLE = 750
"""Of the toewijzingen that end: followed by another."""
RENEWED_LATE_PERMILLE = 80
"""Of those: a month after they should have come."""
KNOWN_LATE_PERMILLE = 70
"""Of the toewijzingen: not in the books of the gemeente in their first month."""
STAYING_PERMILLE = 80
GEMEENTE_CSV = "toewijzingen-gemeente.csv"


@frozen
class MonthFiles:
    """The files of one month."""

    month: int
    """The month (`mpj.reading.periods`)."""
    map: Path
    """Holds toewijzingen.csv, registraties.csv, verblijf.csv and medewerkers.csv."""
    rows: dict[str, int]
    """How many rows, by the name of the file."""

    @property
    def at_gemeente(self) -> Path:
        """The toewijzingen as the gemeenten know them."""
        return self.map / GEMEENTE_CSV


@frozen(kw_only=True)
class Sizes:
    """How large the region is, and which chance it has."""

    zaad: int = 1
    """The seed: the same sizes, months and contracts give the same bytes."""
    clienten: int = 120
    """How many clients receive care at a time."""
    registraties: int = 1200
    """How many contacts in a month."""
    aantal_gemeenten: int = 8
    """In how many gemeenten, the largest first."""


@mutable(eq=False)
class _Years:
    """What goes on from month to month."""

    rng: Random
    admission: Admission
    bsns: Iterator[str]
    medewerkers: tuple[MedewerkerRow, ...]
    months: Month
    """What every month shares: the ids go on."""
    clients: list[tuple[DemoClient, int]] = field(factory=list)
    """Each with the month of admission."""
    assigned: list[tuple[ToewijzingRow, int]] = field(factory=list)
    """Every version so far, with the month in which the gemeente has it."""
    later: list[RegistratieRow] = field(factory=list)
    """What is exported a month late."""
    numbers: set[int] = field(factory=set)
    """The toewijzingnummers that were written down."""


def generate_months(folder: Path, contract_dirs: Sequence[Path], months: Sequence[int], sizes: Sizes) -> Iterator[MonthFiles]:
    """Write the files of each of `months` to a folder of its own below `folder`, as ``2026-03``, and yield where they are.

    A client has a BSN of the test range. Raises ValueError when the test range has not so many, or the contracts have no price in
    a month.
    """
    years = _begin(contract_dirs, months[0], sizes)
    for month in months:
        read_region(contract_dirs, month)
        _move_on(years, month, sizes.clienten)
        place = folder / month_text(month)
        place.mkdir(parents=True, exist_ok=True)
        with Files(place) as files:
            files.write(years.medewerkers)
            _write_records(years, month, sizes.registraties, files)
            files.write([row for row, _ in years.assigned])
        _write_toewijzingen(place / GEMEENTE_CSV, [row for row, known in years.assigned if known <= month])
        yield MonthFiles(month, place, dict(files.rows))


def _begin(contract_dirs: Sequence[Path], month: int, sizes: Sizes) -> _Years:
    rng, known = Random(sizes.zaad), bsn_range()
    if not 0 < 3 * sizes.clienten <= len(known):
        raise ValueError(f"the test range has BSNs for at most {len(known) // 3} clients at a time, not {sizes.clienten}")
    region = largest(read_region(contract_dirs, month), sizes.aantal_gemeenten)
    staff, medewerkers = make_staff(rng, sizes.registraties, month)
    bsns = iter(rng.sample(known, len(known)))
    return _Years(rng, admission(rng, region, staff, month), bsns, medewerkers, Month(month, region.offers, staff))


def _move_on(years: _Years, month: int, clienten: int) -> None:
    """Renew what ended, let go of who has no care any more, and take in as many as there is room for."""
    years.admission = evolve(years.admission, month=month)
    gone_on = [(_renewed(years, client, month), since) for client, since in years.clients]
    years.clients = [(client, since) for client, since in gone_on if client.cares]
    while len(years.clients) < clienten:
        bsn = next(years.bsns, None)
        if bsn is None:
            break
        stays = happens(years.rng, STAYING_PERMILLE)
        years.clients.append((make_client(years.rng, years.admission, bsn, stays=stays), month))


def _renewed(years: _Years, client: DemoClient, month: int) -> DemoClient:
    """Return a client whose toewijzingen that are over are followed by others, or are no more."""
    plans: dict[Plan, Plan | None] = {}
    for plan in dict.fromkeys(care.plan for care in client.cares):
        if plan.mess == "te_laat":
            plans[plan] = evolve(plan, mess=NO_MESS)  # it has come
        elif plan.einde is not None and plan.einde < first_day(month):
            plans[plan] = _next_plan(years, plan) if happens(years.rng, RENEWED_PERMILLE) else None
        else:
            plans[plan] = plan
    cares = [(care, plans[care.plan]) for care in client.cares]
    return evolve(client, cares=tuple(evolve(care, plan=plan) for care, plan in cares if plan is not None))


def _next_plan(years: _Years, plan: Plan) -> Plan:
    assert plan.einde is not None
    begin = plan.einde + timedelta(days=1)
    mess = "te_laat" if happens(years.rng, RENEWED_LATE_PERMILLE) else NO_MESS
    nummer, einde = next(years.admission.numbers), begin + timedelta(days=between(years.rng, 120, 400))
    return evolve(plan, nummer=nummer, begin=begin, einde=einde, mess=mess)


def _write_records(years: _Years, month: int, registraties: int, files: Files) -> None:
    """Write the contacts and stays of a month, what came late, and the toewijzingen that are new."""
    late, years.later = years.later, []
    files.write(late)
    shared = evolve(years.months, number=month)
    active = [_in_month(client, since, month) for client, since in years.clients]
    for client, quota in zip(active, apportion(registraties, [client.weight for client in active]), strict=True):
        if client.cares:
            _write_client(years, shared, client, quota, files)


def _in_month(client: DemoClient, since: int, month: int) -> DemoClient:
    """Return a client with the care of a month; in the first one it is given as it was thought up."""
    if since == month:
        return client
    first, last = first_day(month), last_day(month)
    cares: list[DemoCare] = []
    for care in client.cares:
        begin, end = max(first, care.plan.begin), min(last, care.plan.einde or last)
        if begin <= end:
            weight = -(-care.weight * days(begin, end) // days(first, last))
            cares.append(evolve(care, window=(begin, end), weight=weight))
    return evolve(client, cares=tuple(cares))


def _write_client(years: _Years, month: Month, client: DemoClient, quota: int, files: Files) -> None:
    needs = {care.plan: Need() for care in client.cares}
    for care, part in zip(client.cares, apportion(quota, [care.weight for care in client.cares]), strict=True):
        rows, need = contact_rows(years.rng, month, client, care, part)
        files.write(_in_time(years, rows))
        needs[care.plan] += _whole_month(need, care, month.number)
    if client.stay:
        needs[client.stay.plan] += _write_stay(years, month, client, client.stay, files)
    for plan, need in needs.items():
        if plan.nummer not in years.numbers and (versions := toewijzing_rows(years.rng, client, plan, need, month.number)):
            years.numbers.add(plan.nummer)
            known = month.number + happens(years.rng, KNOWN_LATE_PERMILLE)
            years.assigned += [(version, known) for version in versions]


def _whole_month(need: Need, care: DemoCare, month: int) -> Need:
    """Return what care of part of a month would use in a whole one."""
    part, whole = days(*care.window), days(first_day(month), last_day(month))
    return Need(*(-(-one * whole // part) for one in (need.minuten, need.aantal, need.cent)))


def _write_stay(years: _Years, month: Month, client: DemoClient, care: DemoCare, files: Files) -> Need:
    """Write the stay of a month, which ends with it: the next month has rows of its own."""
    count = 1 + 2 * between(years.rng, 0, 2)
    parts = stay_parts(years.rng, care, count, month.number)
    closed = tuple(evolve(part, einde=part.einde or last_day(month.number)) for part in parts)
    rows = verblijf_rows(years.rng, client, care, closed, month.number, month.verblijf_ids)
    files.write([row for row, _, _ in rows])
    return _whole_month(need_of_days(care, present_days(closed, month.number)), care, month.number)


def _in_time(years: _Years, rows: Sequence[RegistratieRow]) -> list[RegistratieRow]:
    """Return the rows that are exported in their own month; what comes a month after goes to `later`."""
    now: list[RegistratieRow] = []
    for row in rows:
        if happens(years.rng, LATE_PERMILLE):
            years.later.append(row)
            continue
        now.append(row)
        if row.status == "" and happens(years.rng, CORRECTED_PERMILLE):
            years.later.append(_corrected(row))
        elif row.status == "" and happens(years.rng, WITHDRAWN_PERMILLE):
            years.later.append(evolve(row, status="vervallen"))
    return now


def _corrected(row: RegistratieRow) -> RegistratieRow:
    """Return a contact as it should have been written down: a quarter of an hour longer, or one piece more."""
    if row.minuten.isdigit() and not row.begintijd:
        return evolve(row, minuten=str(int(row.minuten) + 15))
    if row.aantal.isdigit():
        return evolve(row, aantal=str(int(row.aantal) + 1))
    return evolve(row, status="niet_verschenen")


def _write_toewijzingen(path: Path, rows: Sequence[ToewijzingRow]) -> None:
    names = [one.name for one in fields(ToewijzingRow)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\n")
        writer.writerow(names)
        writer.writerows([getattr(row, name) for name in names] for row in rows)
