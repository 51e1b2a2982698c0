"""A comparison at group level: per prestatiecode what a client receives, for how long and by whom, beside the median.

Of whole calendar quarters. What is not shown, and why nobody can work it out, stands in `mpj.reports.suppression`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import Any, Literal, TypeAlias

from attrs import define, evolve, field, fields, frozen
from sqlalchemy import Connection

from mpj.contract import Contract
from mpj.ledger import Ledger, year
from mpj.ledger.protocols import last_protocol
from mpj.ledger.year import KEYS, QUARTER, Jaarsom
from mpj.reading.faults import Fault, InputError
from mpj.reading.periods import month_text
from mpj.reports.received import Decoder
from mpj.reports.suppression import Aandelen, Block, Fijnst, blocks_of, may_be_told, shown, together

Groep: TypeAlias = Literal["aanbieder", "gemeente", "regio"]
GROEPEN: tuple[Groep, ...] = ("aanbieder", "gemeente", "regio")
FEW_NAMES = 3
"""Of fewer names no median is told."""
NIVEAU = "niveau_"
"""How the measures begin that tell which share of the care is of a level."""
_SCALE = 3600
"""Care is added up in this part of an hour or unit: whole numbers, whatever unit it travelled in."""


@frozen(kw_only=True)
class Meting:
    """A row of benchmark.csv: one measure of one prestatiecode in one group."""

    groep: Groep
    naam: str
    """The code of the aanbieder or gemeente, or the name of the region."""
    prestatiecode: str
    maat: str
    """clienten, uren_per_client or eenheden_per_client, cent_per_client, maanden_per_client, cent_per_uur or cent_per_eenheid; or
    niveau_ and a level: its percentage of the care."""
    waarde: Fraction
    mediaan: Fraction | None = None
    """Of the names of this group that are shown; None where there are fewer than three."""
    clienten: int
    """How many clients it is about, five at least."""


@frozen(kw_only=True)
class Vergelijkingsbeeld:
    """A comparison over a period."""

    van: int
    tot: int
    """The first and the last month (`mpj.reading.periods`)."""
    ontvangen: bool
    """Whether it is what a gemeente received, rather than what an aanbieder declared."""
    metingen: tuple[Meting, ...]
    niet_getoond: int
    """How many names with a prestatiecode are not shown, because they are too small or would give others away."""


@frozen(kw_only=True)
class Vergelijkingsvraag:
    """What is asked: whole calendar quarters, of which those still to come are empty."""

    van: int
    tot: int
    contracten: Sequence[Contract] = ()
    """Tell what the codes of received lines mean where contracts have their own."""
    regios: Mapping[str, str] = field(factory=dict)
    """The region of a gemeente, by CBS code."""

    def __attrs_post_init__(self) -> None:
        if self.van % QUARTER or (self.tot + 1) % QUARTER or self.tot < self.van:
            text, wanted = "geen hele kwartalen", "van een eerste tot een laatste maand, als 2026-01 en 2026-03, of een jaar"
            found = f"{month_text(self.van)} tot en met {month_text(self.tot)}"
            raise InputError(Fault("periode_onjuist", kolom="van", gevonden=found, verwacht=wanted, toelichting=text))


@define
class Zorgdeel:
    """What one client received of one prestatiecode at one level in one quarter from one aanbieder for one gemeente."""

    cent: int = 0
    amount: int = 0
    months: int = 0
    """The months of the quarter: 1, 2 and 4 added up; over more quarters each three bits of its own."""


@define
class Codezorg:
    """All care of one prestatiecode: by quarter, finest group, level and client; and whether it is time."""

    timed: bool = True
    quarters: dict[int, dict[Fijnst, dict[str, dict[int, Zorgdeel]]]] = field(factory=dict)


def read_benchmark(ledger: Ledger, asked: Vergelijkingsvraag) -> Vergelijkingsbeeld:
    """Return the comparison of a ledger. Raises InputError for a ledger that cannot be used."""
    with ledger.database.transaction(write=False) as connection:
        return compared(_read(connection, asked), asked, ontvangen=year.receives(connection))


def compared(codes: Mapping[str, Codezorg], asked: Vergelijkingsvraag, *, ontvangen: bool) -> Vergelijkingsbeeld:
    """Return the comparison of care by prestatiecode: what may be shown of it."""
    found: list[Meting] = []
    hidden = 0
    for code, care in sorted(codes.items(), key=lambda pair: _order(pair[0])):
        blocks = {quarter: blocks_of(_shares(groups)) for quarter, groups in care.quarters.items()}
        places = {place for groups in care.quarters.values() for place in groups}
        for groep, naam, cell in _cells(places, asked.regios):
            if _may_show(care, blocks, cell):
                found += _measured(
                    Meting(groep=groep, naam=naam, prestatiecode=code, maat="", waarde=Fraction(0), clienten=0), care, blocks, cell
                )
            else:
                hidden += 1
    return Vergelijkingsbeeld(
        van=asked.van, tot=asked.tot, ontvangen=ontvangen, metingen=tuple(_with_medians(found)), niet_getoond=hidden
    )


def _read(connection: Connection, asked: Vergelijkingsvraag) -> dict[str, Codezorg]:
    decoder = Decoder.of(last_protocol(connection), asked.contracten)
    known: dict[tuple[Any, ...], tuple[str, str, bool, Fraction]] = {}
    found: dict[str, Codezorg] = {}
    for jaar in range(asked.van // 12, asked.tot // 12 + 1):
        for key, client, month, months, units, cent in year.per_client(connection, jaar):
            if not asked.van <= month <= asked.tot:
                continue
            if key not in known:
                known[key] = _meaning(decoder, key, month)
            code, niveau, timed, one = known[key]
            if code not in found:
                found[code] = Codezorg(timed)
            place = found[code].quarters.setdefault(month // QUARTER, {}).setdefault((key[0], key[1]), {}).setdefault(niveau, {})
            own = Zorgdeel(cent, units * one.numerator // one.denominator, months << (month - asked.van) // QUARTER * QUARTER)
            if client in place:
                _add(place[client], own)
            else:
                place[client] = own
    return found


def _meaning(decoder: Decoder, key: tuple[Any, ...], month: int) -> tuple[str, str, bool, Fraction]:
    """Return prestatiecode and level of lines, whether they are time, and how much care one unit of them is."""
    counts = [one.name for one in fields(Jaarsom) if one.name.endswith(("_cent", "_regels")) and one.name not in KEYS]
    values: dict[str, Any] = dict(zip(KEYS, key, strict=True)) | dict.fromkeys(counts, 0)
    row = decoder.row(Jaarsom(**values, eerste=month, laatste=month, eenheden=1, clienten=0))
    one = row.eenheden if row.uren is None else row.uren
    return row.prestatiecode or row.productcode, row.kwalificatieniveau, row.uren is not None, one * _SCALE


def _shares(groups: Mapping[Fijnst, Mapping[str, Mapping[int, Zorgdeel]]]) -> dict[Fijnst, Aandelen]:
    return {place: together(_share(clients) for clients in levels.values()) for place, levels in groups.items()}


def _share(clients: Mapping[int, Zorgdeel]) -> Aandelen:
    return {client: (care.cent, care.amount) for client, care in clients.items()}


def _cells(places: Iterable[Fijnst], regios: Mapping[str, str]) -> Iterator[tuple[Groep, str, frozenset[Fijnst]]]:
    """Yield each cell with its finest groups."""
    found: dict[tuple[Groep, str], set[Fijnst]] = {}
    for aanbieder, gemeente in places:
        for groep, naam in zip(GROEPEN, (aanbieder, gemeente, regios.get(gemeente, "")), strict=True):
            if naam:
                found.setdefault((groep, naam), set()).add((aanbieder, gemeente))
    for (groep, naam), cell in sorted(found.items()):
        yield groep, naam, frozenset(cell)


def _may_show(care: Codezorg, blocks: Mapping[int, Sequence[Block]], cell: frozenset[Fijnst]) -> bool:
    """Say whether in every quarter a cell holds whole blocks: what one quarter more or less would tell is told by itself."""
    inside = {quarter: cell.intersection(groups) for quarter, groups in care.quarters.items()}
    return all(shown(own, blocks[quarter]) for quarter, own in inside.items() if own)


def _measured(row: Meting, care: Codezorg, blocks: Mapping[int, Sequence[Block]], cell: frozenset[Fijnst]) -> Iterator[Meting]:
    levels: dict[str, dict[int, Zorgdeel]] = {}
    whole: dict[int, Zorgdeel] = {}
    for groups in care.quarters.values():
        for place in cell.intersection(groups):
            for niveau, clients in groups[place].items():
                for client, one in clients.items():
                    for found in (whole, levels.setdefault(niveau, {})):
                        _add(found.setdefault(client, Zorgdeel()), one)
    there = [one for one in whole.values() if one.cent > 0 or one.amount > 0]
    count, cent, amount = len(there), sum(one.cent for one in there), Fraction(sum(one.amount for one in there), _SCALE)
    unit = "uur" if care.timed else "eenheid"
    row = evolve(row, clienten=count)
    yield evolve(row, maat="clienten", waarde=Fraction(count))
    yield evolve(row, maat="uren_per_client" if care.timed else "eenheden_per_client", waarde=amount / count)
    yield evolve(row, maat="cent_per_client", waarde=Fraction(cent, count))
    yield evolve(row, maat="maanden_per_client", waarde=Fraction(sum(one.months.bit_count() for one in there), count))
    if amount > 0:
        yield evolve(row, maat=f"cent_per_{unit}", waarde=cent / amount)
        if len(levels) > 1 and _levels_may_show(care, blocks, cell):
            for niveau, clients in sorted(levels.items()):
                part = Fraction(sum(one.amount for one in clients.values()) * 100, _SCALE) / amount
                own = sum(one.cent > 0 or one.amount > 0 for one in clients.values())
                yield evolve(row, maat=f"{NIVEAU}{niveau or 'zonder'}", waarde=part, clienten=own)


def _levels_may_show(care: Codezorg, blocks: Mapping[int, Sequence[Block]], cell: frozenset[Fijnst]) -> bool:
    """Say whether each level of each block may be told by itself."""
    for quarter, groups in care.quarters.items():
        for block in blocks[quarter]:
            if block <= cell:
                names = {niveau for place in block for niveau in groups[place]}
                shares = (together(_share(groups[place].get(niveau, {})) for place in block) for niveau in names)
                if not all(map(may_be_told, shares)):
                    return False
    return True


def _order(code: str) -> tuple[str, ...]:
    """Return the place of a prestatiecode: 2.1 before 10.1."""
    return tuple(part.zfill(2) for part in code.split("."))


def _add(to: Zorgdeel, more: Zorgdeel) -> None:
    to.cent += more.cent
    to.amount += more.amount
    to.months |= more.months


def _with_medians(rows: Sequence[Meting]) -> Iterator[Meting]:
    """Yield the rows by group, prestatiecode and measure, with the median of what is shown."""
    values: dict[tuple[str, str, str], list[Fraction]] = {}
    for row in rows:
        values.setdefault((row.groep, row.prestatiecode, row.maat), []).append(row.waarde)
    for row in sorted(rows, key=lambda one: (GROEPEN.index(one.groep), one.naam, _order(one.prestatiecode))):
        own = values[row.groep, row.prestatiecode, row.maat]
        yield evolve(row, mediaan=median(own) if len(own) >= FEW_NAMES else None)
