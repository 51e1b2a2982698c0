"""What signals look at, as one value of the whole month, and what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Literal, TypeAlias

from attrs import field, frozen

from mpj.engine.opdracht import Opdracht
from mpj.reading.masking import bsns_in, hide
from mpj.records.entries import Entry
from mpj.records.values import Toewijzing, Verblijf

Signaalsoort: TypeAlias = Literal["registratie", "verblijf", "medewerker", "toewijzing", "gemeente"]
"""What `bron` names."""


@frozen
class Signaal:
    """One thing that looks odd: a row of signalen.csv."""

    code: str
    gemeente: str
    """Empty where it is about no gemeente, or more than one."""
    soort: Signaalsoort
    bron: str
    """The id of the record, the medewerker, the toewijzingnummer or the gemeente; never a BSN."""
    datum: date
    toelichting: str

    def texts(self) -> tuple[str, ...]:
        """Return its fields as they stand in signalen.csv."""
        return self.code, self.gemeente, self.soort, self.bron, self.datum.isoformat(), self.toelichting


@frozen
class Maandbedragen:
    """What the care of four months on end comes to, in eurocents: of a client in one gemeente, or of a gemeente."""

    soort: Signaalsoort
    bron: str
    gemeente: str
    eerder: tuple[int, int, int]
    """The three months before, the first one first."""
    nu: int


@frozen
class Zonder:
    """A toewijzing of a client who had contact before and has none in the month."""

    gemeente: str
    toewijzingnummer: int
    laatste: date
    """The first day of the last month with contact."""


def _took_place(items: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return what took place, each id once."""
    found: dict[str, Entry] = {}
    for one in items:
        if one.reeks.vorm.status == "gerealiseerd":
            found.setdefault(one.id, one)
    return tuple(found.values())


@frozen(slots=False)
class Beeld:
    """A month as signals see it: records as they were recorded, whatever became of them."""

    opdracht: Opdracht
    gegeven: Mapping[str, Collection[str]]
    """The ids of the records of this run, by soort: each signal is about one of them at least, or about the month."""
    contacten: Sequence[Entry] = field(default=(), converter=_took_place)
    """Those of the run, and others of the same medewerkers, clients and months."""
    verblijven: Sequence[Verblijf] = ()
    toewijzingen: Iterable[Toewijzing] = ()
    bsns: Collection[str] = frozenset()
    """The clients: no id that shows one of these is written."""
    groepscodes: Collection[str] = frozenset()
    """The prestatiecodes that are group care unless a registratie says otherwise."""
    gelijktijdig_max: Mapping[str, int] = field(factory=dict)
    """How many may be with one client at once, by gemeente."""
    laatste_dag_telt: Mapping[str, bool] = field(factory=dict)
    """Whether the last day of a stay is billed, by gemeente."""
    bedragen: Iterable[Maandbedragen] = ()
    zonder_contact: Iterable[Zonder] = ()
    geboren: Mapping[Entry, date] = field(factory=dict)
    """The birth dates of clients, by the contacts that tell them."""

    @cached_property
    def _per_client(self) -> dict[str, list[Toewijzing]]:
        own: dict[str, list[Toewijzing]] = defaultdict(list)
        for one in self.toewijzingen:
            own[one.bsn].append(one)
        return own

    @cached_property
    def per_medewerker(self) -> dict[tuple[str, date], list[Entry]]:
        """The contacts of each medewerker by day, where one of them is given: who else was there, and when, tells what is odd."""
        own: dict[tuple[str, date], list[Entry]] = defaultdict(list)
        for one in self.contacten:
            if (medewerker := one.reeks.medewerker) is not None:
                own[medewerker, one.datum].append(one)
        return {key: rows for key, rows in own.items() if self.is_given(rows)}

    @cached_property
    def clocked(self) -> list[list[tuple[int, int, Entry]]]:
        """The contacts with a clock of each medewerker by day, with begin and end, where there are more of them."""
        found = (
            [(*clock, one) for one in rows if (clock := clock_of(one)) is not None]
            for rows in self.per_medewerker.values()
            if len(rows) > 1
        )
        return [rows for rows in found if len(rows) > 1]

    def is_given(self, records: Iterable[Entry | Verblijf]) -> bool:
        """Say whether one of these records is of this run."""
        return any(one.id in self.gegeven[_soort(one)] for one in records)

    def place(self, record: Entry | Verblijf, day: date) -> tuple[str, str]:
        """Return gemeente and prestatiecode of a record on a day, as far as record and toewijzingen agree; else empty."""
        codes, gemeenten = {record.prestatiecode or ""}, {record.gemeente or ""}
        if not (record.prestatiecode and record.gemeente):
            covering = [
                one
                for one in self._per_client.get(record.bsn, ())
                if one.geldig(day)
                and record.toewijzingnummer in (None, one.toewijzingnummer)
                and record.gemeente in (None, one.gemeente)
                and (record.prestatiecode is None or not one.prestatiecodes or record.prestatiecode in one.prestatiecodes)
            ]
            if record.gemeente is None:
                gemeenten = {one.gemeente for one in covering}
            if record.prestatiecode is None:
                codes = {code for one in covering for code in one.prestatiecodes or ("",)}
        return *(gemeenten if len(gemeenten) == 1 else ("",)), *(codes if len(codes) == 1 else ("",))

    def in_a_group(self, one: Entry) -> bool:
        """Say whether a contact is, or may be, one with a group."""
        if one.vorm.soort is not None:
            return one.vorm.soort == "groep"
        if one.prestatiecode is not None:
            return one.prestatiecode in self.groepscodes
        own = self._per_client.get(one.bsn, ())
        return any(code in self.groepscodes for toewijzing in own for code in toewijzing.prestatiecodes)

    def naam(self, record: Entry | Verblijf) -> str:
        """Return the id of a record, or its file and row where the id would show a BSN."""
        return self.without_bsn(record.id) or f"{hide(record.bestand, self.bsns.__contains__)} rij {record.rij}"

    def without_bsn(self, name: str) -> str:
        """Return a name, empty where it shows the BSN of a client."""
        return "" if any(bsn in self.bsns for bsn in bsns_in(name)) else name

    def about(self, code: str, record: Entry | Verblijf, datum: date, toelichting: str) -> Signaal:
        """Return a signal about a record."""
        return Signaal(code, self.place(record, datum)[0], _soort(record), self.naam(record), datum, toelichting)


def _soort(record: Entry | Verblijf) -> Literal["registratie", "verblijf"]:
    return "registratie" if isinstance(record, Entry) else "verblijf"


def clock_of(one: Entry) -> tuple[int, int] | None:
    """Return begin and end of a contact in minutes of its day, past midnight above 1440; None where it has no clock."""
    _, begintijd, _, duur = one.tijd
    if begintijd is None or not duur:
        return None
    begin = begintijd.hour * 60 + begintijd.minute
    return begin, begin + duur
