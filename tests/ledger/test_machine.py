"""Months of provider and municipality against each other, in any order, against a model that knows no ledger.

The municipality pays what it grants and takes back what it credits. Whatever happened in between, in the end every delivered and
valid unit is paid exactly once, at no moment anything is paid or credited twice, no number is used twice, and the municipality's
own verification, with all that it received before, finds nothing wrong in any message.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, ClassVar, TypeVar

import hypothesis
import naive
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from scenarios import BSNS, ContractSpec, Row, Scenario, scenarios
from search import SHARE, examples, seed
from sqlalchemy import event, select

import mpj
from ledger.model import Identiteit, Inhoud, Spoor, month_number, standing
from ledger.support import answer_to, migrated
from mpj.engine import Declaratieregel, Result, values
from mpj.ledger import Ledger, codes_asked, schema
from mpj.messages import Antwoordbericht, Declaratiebericht, declaratieberichten
from mpj.reading.periods import first_day, last_day, month_text, parse_month
from mpj.reading.profile import NO_PROFILE
from mpj.records.profile import parse_profile
from mpj.verification import MemoryHistory, verify

identity = values.Identiteit.of
T = TypeVar("T")
Care = tuple[str, int, int, int, int, str, str, int]
START, MONTHS = parse_month("2026-01"), 6
DAY = date(2026, 12, 31)
AGB, STAD, DORP = "65656055", "0384", "0363"
NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"])
STAYS = st.sampled_from(["v", "w"])
# How long after the month a run is dated, in days: a later run may be dated before it. And on which day after that of the
# declaration something is sent or answered; None: at the end of the year, -1: before it, which is refused.
LATER = st.sampled_from([0, 0, 0, 3, 35])
CLOCKS = st.sampled_from([None, None, None, 0, 9, -1])
MONTHS_BACK = st.sampled_from([0, 0, 0, 1, 2, -1])
CARES = st.tuples(
    NAMES,
    st.sampled_from([0, 0, 1, 1, 2, 2, 3, 3]),
    st.integers(1, 28),
    MONTHS_BACK,
    st.sampled_from([7, 15, 50, 52, 60, 90]),
    st.sampled_from(["hbo", "hbo", "wo", "m1"]),
    st.sampled_from(["gerealiseerd", "gerealiseerd", "gepland", "bevestigd", "niet_verschenen"]),
    st.integers(0, 2),
)
# Nowhere; before or after the commit; or at a statement on the way there.
CRASHES = st.sampled_from([None, None, None, None, "voor", "na", 2, 9, 17, 24, 31, 43])
# What is cared for: client, prestatiecode, gemeente. The first and the third are without limits.
CARE = [(BSNS[0], "2.1"), (BSNS[1], "2.1"), (BSNS[1], "4.1"), (BSNS[3], "2.1")]
UNLIMITED = {(STAD, 1), (STAD, 6)}
# A budget in eurocents; how much by how often, in the unit of the toewijzing; both; nothing.
LIMITS: list[tuple[str, int, str]] = [
    ("10000", 0, ""),
    ("24000", 0, ""),
    ("", 8, "4"),
    ("", 12, "6"),
    ("40000", 2, "2"),
    ("", 0, ""),
]
UNITS = {2: ("01", 15), 3: ("04", 1), 4: ("14", 3), 5: ("01", 15)}
# The unit of toewijzing 3 where the contract has no hours for it, and how many of them are as much.
UNITS_OF_GROUP = {"kwartier": ("01", 60), "halve_dag": ("16", 1), "stuk": ("84", 1)}
# The gemeente that went into STAD.
FORMER = "0999"
# How an export calls its columns and words; its ids go by the name of their source.
BRON = "oost"
PROFIEL = parse_profile(
    f"""
[registraties]
bron = "{BRON}"
[registraties.kolommen]
"Nr" = "id"
"Duur" = "minuten"
"Stand" = "status"
[registraties.waarden.status]
"gedaan" = "gerealiseerd"
[registraties.eenheid]
minuten = "uren"
[verblijf]
bron = "{BRON}"
[verblijf.kolommen]
"Tot" = "einddatum"
[medewerkers.kolommen]
"Wie" = "medewerker"
[toewijzingen.kolommen]
"Beschikking" = "toewijzingnummer"
""".encode(),
    "erp.toml",
)
TOEWIJZINGEN: dict[int, Row] = {
    1: {"bsn": BSNS[0], "gemeente": STAD, "prestatiecode": "2.1"},
    2: {"bsn": BSNS[1], "gemeente": STAD, "prestatiecode": "2.1", "budget_cent": "24000"},
    3: {"bsn": BSNS[1], "gemeente": STAD, "prestatiecode": "4.1", "volume": "3", "eenheid": "04", "frequentie": "4"},
    4: {"bsn": BSNS[2], "gemeente": STAD, "prestatiecode": "8.1"},
    5: {"bsn": BSNS[3], "gemeente": DORP, "prestatiecode": "2.1", "volume": "150", "eenheid": "01", "frequentie": "6"},
    6: {"bsn": BSNS[0], "gemeente": STAD, "prestatiecode": "2.1"},
}


class CrashError(Exception):
    """The process died here."""


@dataclass
class Bericht:
    """One declaration: its lines, and what the world looked like to the run that made it."""

    lines: list[Declaratieregel]
    message: Declaratiebericht | None
    contracts: list[mpj.Contract]
    toewijzingen: list[Row]
    dated: date
    closed: dict[Identiteit, Declaratieregel] = field(default_factory=dict)

    @property
    def travelling(self) -> list[Declaratieregel]:
        """The lines in the message, credits first."""
        return sorted((line for line in self.lines if line.in_bericht), key=lambda line: line.debetcredit)


def content(line: Declaratieregel) -> Inhoud:
    return Inhoud(line.begindatum, line.einddatum, line.volume_bericht, line.eenheid, line.bedrag_cent)


def apart_from_price(one: Inhoud | None) -> tuple[object, ...] | None:
    return None if one is None else (one.begindatum, one.einddatum, one.volume, one.eenheid)


@dataclass(frozen=True)
class Terms:
    """What the contracts of a conversation agree on; a rounding is wijze, over, minimum, drempel."""

    vorm: str = "declaratie"
    bij_overschrijding: str = "aftoppen"
    registratiewijze: str = "realisatie"
    bevestiging: bool = False
    eenheid_uur: str = "uur"
    eenheid_kwartier: str = "minuut"
    tr340: str = "prestatiecode"
    laatste_dag: str = "telt"
    kwartier: tuple[str, str, int, int] = ("rekenkundig", "contact", 1, 0)
    uur: tuple[str, str, int, int] = ("rekenkundig", "productperiode", 1, 0)
    normtijd: tuple[tuple[str, str], ...] = ()
    termijnen: tuple[int, int, str] = (0, 0, "")
    gelijktijdig_max: int = 2
    categorieen_apart: bool = False
    herindeling: bool = False

    @property
    def group_unit(self) -> tuple[str, int]:
        """The unit in which group time is assigned, and how many of them stand for an hour."""
        return UNITS_OF_GROUP.get(dict(self.normtijd).get("4.1", ""), ("01", 60) if self.eenheid_uur == "minuut" else ("04", 1))

    @property
    def tables(self) -> dict[str, Any]:
        """The same as tables of contract.toml."""
        names = ("vorm", "registratiewijze", "bevestiging", "eenheid_uur", "eenheid_kwartier", "tr340")
        rounding = ("wijze", "over", "minimum", "drempel")
        terms = zip(("indienen_maanden", "correctie_maanden", "sluiting"), self.termijnen, strict=True)
        return {
            "normtijd": dict(self.normtijd),
            "termijnen": {name: value for name, value in terms if value},
            "declaratie": {name: getattr(self, name) for name in names},
            "limiet": {"bij_overschrijding": self.bij_overschrijding},
            "verblijf": {"laatste_dag": self.laatste_dag},
            "afronding": {name: dict(zip(rounding, getattr(self, name), strict=True)) for name in ("kwartier", "uur")},
        }


USUAL = Terms()
NORMTIJDEN = st.sampled_from(
    [(), (), (("2.1", "uur"),), (("4.1", "kwartier"),), (("2.1", "uur"), ("4.1", "halve_dag")), (("4.1", "stuk"),)]
)
TERMIJNEN = st.sampled_from([(0, 0, ""), (0, 0, ""), (1, 0, ""), (3, 1, ""), (0, 0, "03-31"), (2, 2, "01-31")])
ROUNDINGS = st.tuples(
    st.sampled_from(["rekenkundig", "naar_boven", "naar_beneden"]),
    st.sampled_from(["contact", "dag", "productperiode"]),
    st.sampled_from([1, 0, 2]),
    st.sampled_from([0, 0, 20]),
)
VORMEN = st.sampled_from(["declaratie", "factuur"])
BIJ_OVERSCHRIJDING = st.sampled_from(["aftoppen", "aftoppen", "hele_contacten"])
DEFAULTS = st.builds(Terms, vorm=VORMEN, bij_overschrijding=BIJ_OVERSCHRIJDING)
AGREED = st.builds(
    Terms,
    vorm=VORMEN,
    bij_overschrijding=BIJ_OVERSCHRIJDING,
    registratiewijze=st.sampled_from(["planning", "planning-tenzij", "realisatie"]),
    bevestiging=st.booleans(),
    eenheid_uur=st.sampled_from(["minuut", "minuut", "uur"]),
    eenheid_kwartier=st.sampled_from(["minuut", "minuut", "stuk"]),
    tr340=st.sampled_from(["prestatiecode", "productcode"]),
    laatste_dag=st.sampled_from(["telt", "telt", "telt_niet"]),
    kwartier=st.one_of(ROUNDINGS, st.just(USUAL.kwartier)),
    uur=st.one_of(ROUNDINGS, st.just(USUAL.uur)),
    normtijd=NORMTIJDEN,
    termijnen=TERMIJNEN,
    gelijktijdig_max=st.sampled_from([2, 0, 1]),
    categorieen_apart=st.booleans(),
    herindeling=st.booleans(),
)


def spec(number: int, price: str, terms: Terms) -> ContractSpec:
    """One contract per gemeente, with the same prices."""
    toml = {
        "contract": {
            "id": f"VB-{number}",
            "protocol": "MPJ-16",
            "aanbieder": AGB,
            "gemeenten": [(STAD, DORP)[number]],
            "begindatum": date(2025, 1, 1),
            "einddatum": date(2027, 12, 31),
            "gelijktijdig_max": terms.gelijktijdig_max,
            "categorieen_apart": terms.categorieen_apart,
        },
        "herindeling": {FORMER: STAD} if terms.herindeling and number == 0 else {},
        "perceel": [{"code": "A", "naam": "Alles", "gemeenten": []}],
        **terms.tables,
    }
    cells = {("2.1", "hbo"): price, ("2.1", "wo"): "31,20", ("4.1", ""): "18,25", ("8.1", ""): "250,00"}
    rows = [
        {"perceel": "A", "prestatiecode": code, "kwalificatieniveau": level, "begindatum": "2025-01-01", "tarief": cents}
        for (code, level), cents in cells.items()
    ]
    return ContractSpec(toml, rows)


@cache
def contract(number: int, price: str, terms: Terms) -> mpj.Contract:
    """The same, read."""
    found = spec(number, price, terms)
    return mpj.make_contract(found.toml, found.tarieven, found.codes)


class Conversation(RuleBasedStateMachine):
    """Runs, answers, late and changed records, withdrawals, other toewijzingen, levels and prices, and crashes."""

    agreements: ClassVar[st.SearchStrategy[Terms]] = DEFAULTS
    steps: ClassVar[int] = 0
    """How many steps were taken, over all conversations."""

    @invariant()
    def count(self) -> None:
        """Count a step: this is called after each."""
        type(self).steps += 1

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger("sqlite://")
        with self.ledger.database._open().connect() as connection:
            migrated().backup(connection.connection.driver_connection)  # type: ignore[arg-type]
        self.ledger.begin(month_text(START))
        self.agreed = False
        """Whether somebody agreed to anything so far."""
        self.repriced = False
        """Whether a contract was applied to what was granted."""
        self.profiel = NO_PROFILE
        """How rows are given."""
        self.assigned: list[Row] = []
        """The toewijzingen that the last run was given."""
        self.month = START
        self.price, self.terms = "24,55", USUAL
        self.records: dict[str, Row] = {}
        self.stays: dict[str, Row] = {}
        self.pending: dict[str, dict[str, Row]] = {"registratie": {}, "verblijf": {}}
        self.versions: dict[int, list[Row]] = {}
        self.levels: dict[str, str] | None = None
        self.concepts: dict[str, Bericht] = {}
        self.underway: dict[str, Bericht] = {}
        self.received: dict[str, Declaratiebericht] = {}
        self.answers: list[Antwoordbericht] = []
        self.last: dict[str, int] = {}
        self.paid: dict[Identiteit, Declaratieregel] = {}
        self.rejected: dict[Identiteit, tuple[Declaratieregel, Row, str]] = {}
        self.refused_credits: dict[Identiteit, Declaratieregel] = {}
        self.loose: dict[str, Declaratieregel] = {}
        self.undo: dict[str, Declaratieregel] = {}
        self.resent: set[str] = set()
        self.used: set[str] = set()
        self.repeat: Callable[[], Result] | None = None

    @initialize(
        data=st.data(),
        late=st.sets(st.integers(1, 5), max_size=2),
        level=st.sampled_from([None, "hbo"]),
    )
    def begin(self, data: st.DataObject, late: set[int], level: str | None) -> None:
        self.terms = data.draw(self.agreements)
        self.levels = None if level is None else {"m1": level}
        for nummer in {1, 2, 3, 4, 5} - late:
            self.assign(nummer)

    def teardown(self) -> None:
        """Whatever happened: in the end everything is paid, once."""
        try:
            if sys.exc_info()[0] is None and self.versions:
                self.finish()
        finally:
            self.ledger.database.close()

    # The world outside

    def assign(self, nummer: int, **changes: str) -> None:
        """A toewijzing, or its next version; the first has no date of its own, so that what comes last counts."""
        base = {"toewijzingnummer": str(nummer), "aanbieder": AGB, "begindatum": "2026-01-01", "einddatum": "2026-12-31"}
        versions = self.versions.setdefault(nummer, [])
        row = base | self.first_version(nummer) | changes
        if nummer != 1:
            row["toewijzingsdatum"] = (date(2025, 11, 1) + timedelta(days=len(versions))).isoformat()
        versions.append(row)

    def first_version(self, nummer: int) -> Row:
        """The toewijzing as it begins. Where the terms bear on it one names the very code, one no unit (hours go by the minute)."""
        row = TOEWIJZINGEN[nummer]
        if nummer == 2 and self.terms.tr340 == "productcode":
            row = row | {"productcode": "45214"}
        if nummer == 3 and self.terms.group_unit != UNITS[3]:
            eenheid, times = self.terms.group_unit
            row = row | {"volume": str(3 * times), "eenheid": eenheid}
        if nummer == 3 and self.terms.group_unit[0] == "01":
            row = {name: text for name, text in row.items() if name not in ("volume", "eenheid", "frequentie")} | {
                "budget_cent": "9000"
            }
        return row

    @initialize(through=st.booleans())
    def export(self, through: bool) -> None:
        """Rows reach a run as they are, or as a system writes them and a profile tells."""
        self.profiel = PROFIEL if through else NO_PROFILE

    def exported(self, rows: Iterable[Row]) -> list[Row]:
        """The rows as they are given to a run."""
        return list(rows) if self.profiel is NO_PROFILE else [as_exported(row) for row in rows]

    def toewijzingen(self) -> list[Row]:
        return [versions[-1] for _, versions in sorted(self.versions.items())]

    def contracts(self, both: bool = True) -> list[mpj.Contract]:
        return [contract(number, self.price, self.terms) for number in range(1 + both)]

    def scenario(self, month: int) -> Scenario:
        return Scenario(
            [spec(number, self.price, self.terms) for number in range(2)],
            self.toewijzingen(),
            list(self.records.values()),
            list(self.stays.values()),
            self.staff(),
            month_text(month),
            last_day(month),
            nalevering=True,
        )

    def staff(self) -> list[Row] | None:
        if self.levels is None:
            return None
        return [
            {"medewerker": name, "kwalificatieniveau": level, "begindatum": "2025-01-01"} for name, level in self.levels.items()
        ]

    @initialize(cares=st.lists(CARES, min_size=3, max_size=8))
    def first_care(self, cares: list[Care]) -> None:
        self.give(cares)

    @rule(cares=st.lists(CARES, min_size=1, max_size=5))
    def deliver(self, cares: list[Care]) -> None:
        """Care that is new, late, or told otherwise than before."""
        self.give(cares)

    @rule(cares=st.lists(CARES, min_size=1, max_size=5))
    def deliver_more(self, cares: list[Care]) -> None:
        self.give(cares)

    def give(self, cares: Iterable[Care]) -> None:
        for name, care, day, back, minuten, who, status, visit in cares:
            bsn, code = CARE[care]
            month = max(START, self.month - back)
            row = {"id": name, "bsn": bsn, "datum": f"{month_text(month)}-{day:02d}", "minuten": str(minuten)}
            if code == "2.1":
                row["medewerker" if who == "m1" else "kwalificatieniveau"] = who
            if self.terms.registratiewijze != "realisatie":
                row |= {"status": "gepland", "bevestigd": "ja"} if status == "bevestigd" else {"status": status}
                row["afspraak"] = f"{month_text(month)} {visit}" if visit else ""
            self.pending["registratie"][name] = row | {"prestatiecode": code}

    @rule(name=STAYS, day=st.integers(1, 28), back=MONTHS_BACK, days=st.sampled_from([0, 3, 20, 45, None]), here=st.booleans())
    def stay(self, name: str, day: int, back: int, days: int | None, here: bool) -> None:
        """A stay begins; one that is known ends, sooner or later than was known."""
        begin = first_day(max(START, self.month - back)) + timedelta(days=day - 1)
        if (known := self.stays.get(name)) and days is not None:
            begin = date.fromisoformat(known["begindatum"])
        end = "" if days is None else (begin + timedelta(days=days)).isoformat()
        row = {"id": name, "bsn": BSNS[2], "begindatum": begin.isoformat(), "einddatum": end, "prestatiecode": "8.1"}
        self.pending["verblijf"][name] = row if here or days else row | {"aanwezigheid": "weekendverlof"}

    @rule(names=st.sets(NAMES, min_size=1, max_size=3))
    def withdraw_records(self, names: set[str]) -> None:
        for name in names:
            known = self.pending["registratie"].get(name) or self.records.get(name)
            if known is not None:
                self.pending["registratie"][name] = known | {"status": "vervallen"}

    @rule(
        nummer=st.sampled_from([1, 2, 3, 4, 5, 6]),
        kind=st.sampled_from(["eind", "eind", "limiet", "limiet", "weg", "vervangen"]),
        end=st.sampled_from(["2026-01-20", "2026-02-10", "2026-03-31", "2026-12-31", "2026-12-31"]),
        limit=st.sampled_from(LIMITS),
    )
    def change_toewijzing(self, nummer: int, kind: str, end: str, limit: tuple[str, int, str]) -> None:
        """Shortened, extended, there at last; more or less of it; removed; or replaced by another."""
        names = ("budget_cent", "volume", "eenheid", "frequentie")
        before = self.versions[nummer][-1] if nummer in self.versions else self.first_version(nummer)
        same = {name: before.get(name, "") for name in names}
        if kind == "vervangen" and end != "2026-12-31":
            self.assign(1, einddatum=end)
            self.assign(6, begindatum=(date.fromisoformat(end) + timedelta(days=1)).isoformat())
        elif kind == "weg" and nummer in self.versions:
            self.assign(nummer, **same, einddatum="2026-01-01", reden_wijziging="13")
        elif kind == "limiet" and nummer in UNITS:
            budget, much, often = limit
            eenheid, times = self.terms.group_unit if nummer == 3 else UNITS[nummer]
            self.assign(
                nummer,
                **dict(zip(names, (budget, str(much * times), eenheid, often) if much else (budget, "", "", ""), strict=True)),
            )
        else:
            self.assign(nummer, **same, einddatum=end)

    @rule(what=st.sampled_from(["hbo", "wo", "24,55", "26,00", "maand", "twee maanden"]))
    def change_terms(self, what: str) -> None:
        """A level turns out to be another; a price changes in retrospect; or just time goes by."""
        if what in ("maand", "twee maanden"):
            for _ in what.split():
                self.next_month()
        elif what in ("hbo", "wo"):
            self.levels = {"m1": what}
        else:
            self.price = what

    def next_month(self) -> None:
        self.month = min(self.month + 1, START + MONTHS - 1)

    # Crashes

    def attempt(self, act: Callable[[], T], crash: object = None) -> T:
        """What is done after a crash, if there is one, by saying the same again."""
        if crash is not None:
            with self.dying(crash), suppress(CrashError, mpj.InputError):
                act()
        return act()

    @contextmanager
    def dying(self, crash: object) -> Iterator[None]:
        engine, left = self.ledger.database._open(), [crash if isinstance(crash, int) else 0]

        def die(*_: object) -> None:
            left[0] -= 1
            if left[0] == 0 or crash == "voor":
                raise CrashError

        name = "commit" if crash == "voor" else "before_cursor_execute"
        event.listen(engine, name, die)
        try:
            yield
        finally:
            event.remove(engine, name, die)

    # The provider

    @rule(
        repeat=st.sets(NAMES, max_size=3),
        missing=st.sets(st.one_of(NAMES, STAYS), max_size=2),
        volledig=st.sampled_from([None, None, None, 0, 1]),
        conflict=st.one_of(st.none(), st.none(), NAMES),
        crediteer=st.booleans(),
        nummers=st.sampled_from([(), (), (1,), (2, 4)]),
        decide=st.sampled_from([False, False, True]),
        both=st.sampled_from([True, True, True, False]),
        later=LATER,
        back=st.sampled_from([0, 0, 0, 1, 2]),
        versions=st.booleans(),
        again=st.booleans(),
        door=st.booleans(),
        crash=CRASHES,
    )
    def run(
        self,
        repeat: set[str],
        missing: set[str],
        volledig: int | None,
        conflict: str | None,
        crediteer: bool,
        nummers: tuple[int, ...],
        decide: bool,
        both: bool,
        back: int,
        versions: bool,
        again: bool,
        door: bool,
        crash: object,
        later: int = 0,
    ) -> None:
        """A run, with some records that were given before as well, or with all of them but a few."""
        month = max(START, self.month - back)
        given = {soort: dict(rows) for soort, rows in self.pending.items()}
        known = {"registratie": self.records, "verblijf": self.stays}
        for soort, rows in known.items():
            for name in rows.keys() - given[soort].keys():
                if name in repeat or (volledig is not None and name not in missing):
                    given[soort][name] = rows[name]
        options: dict[str, Any] = {"crediteer": crediteer, "crediteer_toewijzing": nummers, "verblijf_loopt_door": door}
        gone: dict[str, dict[str, Row | None]] = {"registratie": {}, "verblijf": {}}
        if volledig is not None:
            vanaf = max(START, month - volledig)
            gone = {soort: dict(absent(rows, given[soort], vanaf)) for soort, rows in known.items()}
            options["volledig_vanaf"] = month_text(vanaf)
        extra: list[Row] = []
        if conflict is not None and conflict not in given["registratie"] and volledig is None:
            row = self.records.get(conflict, {"id": conflict, "bsn": BSNS[0], "datum": month_text(month) + "-03"})
            extra = [row | {"minuten": "15"}, row | {"minuten": "45"}, {"id": conflict, "bsn": BSNS[0], "datum": "geen datum"}]
        toewijzingen = [row for rows in self.versions.values() for row in (rows if rows[0].get("toewijzingsdatum") else rows[-1:])]
        assigned, contracts, staff = toewijzingen if versions else self.toewijzingen(), self.contracts(both), self.staff()
        dated = last_day(month) + timedelta(days=later)

        def declare(**more: Any) -> Result:
            return self.ledger.declare(
                contracts,
                self.exported(assigned),
                self.exported([*given["registratie"].values(), *extra]),
                verblijf=self.exported(given["verblijf"].values()),
                medewerkers=None if staff is None else self.exported(staff),
                periode=month_text(month),
                dagtekening=dated,
                profiel=self.profiel,
                **options,
                **more,
            )

        try:
            result = self.agreeing(declare, options, crash)
            if decide and (codes := to_decide(result)):
                options["akkoord"] = [*options.get("akkoord", ()), *codes]
                self.agreed = self.repriced = True
                result = self.agreeing(declare, options, None)
            # The same without a cent to move was agreed to before: it is not asked again.
            assert "akkoord" in options or self.agreed or not (gone["registratie"] or gone["verblijf"])
        except mpj.InputError as error:
            assert {fault.code for fault in error.faults} == {"periode_voor_laatste"}
            assert month < max(self.last.values())
            return
        for soort, rows in known.items():
            rows.update(given[soort])
            for name, left in gone[soort].items():
                if left is None:
                    rows.pop(name)
                else:
                    rows[name] = left
            self.pending[soort] = {}
        self.made(result, month, both, dated, self.toewijzingen())
        self.repeat = declare if both else None
        if again:
            assert declare().regels == result.regels
        self.check_lines(result)
        if crediteer and both and (decide or not any(self.terms.termijnen)):
            self.check_unlimited(result, month)

    def agreeing(self, act: Callable[[], Result], options: dict[str, Any], crash: object) -> Result:
        """Do it, and agree to what it asks.

        That is records that are withdrawn by their absence, ids that come back with another client, and what a contract does.
        """
        try:
            return self.attempt(act, crash)
        except mpj.InputError as error:
            if not (codes := codes_asked(error)):
                raise
            options["akkoord"] = [*options.get("akkoord", ()), *codes]
            self.agreed = True
            return self.attempt(act, crash)

    @rule(back=st.integers(0, 3), one=st.booleans(), crash=CRASHES)
    def reprice(self, back: int, one: bool, crash: object) -> None:
        """Apply the contract as it is now to what was granted, of some months and perhaps of one gemeente."""
        contracts, van, tot = self.contracts(), max(START, self.month - back), self.month
        options: dict[str, Any] = {"van": month_text(van), "tot": month_text(tot), "dagtekening": DAY}
        options["gemeenten"] = [STAD] if one else None

        def reprice() -> Result:
            return self.ledger.reprice(contracts, **options)

        result = self.agreeing(reprice, options, crash)
        # A repricing gives no toewijzingen: those of the last run are what the ledger knows.
        self.made(result, parse_month(result.samenvatting["instellingen"]["periode"]), True, DAY, self.assigned)
        self.repriced, self.repeat = True, reprice
        self.check_lines(result)

    def made(self, result: Result, month: int, both: bool, dated: date, assigned: list[Row]) -> None:
        """Concepts take the place of the earlier ones to the same gemeente."""
        self.assigned = assigned
        places = {STAD, DORP} if both else {STAD}
        self.concepts = {number: one for number, one in self.concepts.items() if one.lines[0].gemeente not in places}
        messages = {one.declaratienummer: one for one in declaratieberichten(result.regels, dagtekening=dated)}
        assert all(self.last.get(line.gemeente, month) <= month for line in result.regels)
        for line in result.regels:
            number = line.declaratienummer
            if number not in self.concepts:
                self.concepts[number] = Bericht([], messages.get(number), self.contracts(), self.assigned, dated)
            self.concepts[number].lines.append(line)

    def check_lines(self, result: Result) -> None:
        """What a run may say, given what was granted, refused and not answered yet."""
        waiting = {identity(line) for one in self.underway.values() for line in one.travelling}
        undone = {identity(line): line for line in self.undoing(result)}
        numbers = [line.referentienummer for line in result.regels]
        assert len(numbers) == len(set(numbers))
        assert not {*numbers, *(line.declaratienummer for line in result.regels)} & self.used
        prices = {"45212": self.price, "45214": "31,20", "41410": "18,25", "44810": "250,00"}
        for line in result.regels:
            key = identity(line)
            assert key not in waiting
            if line.debetcredit == "C":
                if line.vorig_referentienummer in self.loose:
                    assert content(line) == content(self.loose[line.vorig_referentienummer])
                    continue
                before = self.paid[key] if line.in_bericht else self.rejected[key][0]
                assert line.in_bericht or self.terms.vorm == "factuur"
                assert (line.vorig_referentienummer, content(line)) == (before.referentienummer, content(before))
                continue
            assert line.tarief_cent == int(prices[line.productcode].replace(",", ""))
            assert key not in self.paid or key in undone
            if key in self.paid:
                stood, now = content(self.paid[key]), content(line)
                assert stood != now if self.repriced else apart_from_price(stood) != apart_from_price(now)
            elif key in self.rejected and key[:2] in UNLIMITED:
                before, row, price = self.rejected[key]
                same = apart_from_price(content(line)) == apart_from_price(content(before))
                same = same and row == self.versions[key[1]][-1] and price == self.price
                assert not same or before.referentienummer in self.resent

    def undoing(self, result: Result) -> list[Declaratieregel]:
        """The credits of what stands."""
        return [line for line in result.regels if line.debetcredit == "C" and line.vorig_referentienummer not in self.loose]

    def check_unlimited(self, result: Result, month: int) -> None:
        """Where no limit is in play, what stands with these concepts is what all records say; what is open stays open."""
        prices = {key: line.tarief_cent for key, line in self.paid.items()}
        wanted = standing(self.scenario(month), {}, prices)
        after = {key: content(line) for key, line in self.paid.items()}
        for line in self.undoing(result):
            if line.in_bericht:
                after.pop(identity(line))
        after |= {identity(line): content(line) for line in result.regels if line.debetcredit == "D"}
        open_ = {identity(line) for one in self.underway.values() for line in one.lines} | self.refused_credits.keys()
        # What waits for an answer stands on its line until then, whatever line it belongs on now.
        waits = {key[-1] for key in open_ if key[:2] in UNLIMITED}
        for key in (after.keys() | wanted.keys()) - open_:
            if key[:2] not in UNLIMITED or key[-1] > month or key[-1] in waits:
                continue
            if key not in after and key in self.rejected:
                before = content(self.rejected[key][0])
                assert key not in wanted or apart_from_price(wanted[key]) == apart_from_price(before)
                continue
            assert apart_from_price(after.get(key)) == apart_from_price(wanted.get(key)), key

    @precondition(lambda self: bool(self.concepts))
    @rule(first=st.booleans(), crash=CRASHES, clock=CLOCKS)
    def send(self, first: bool, crash: object, clock: int | None = None) -> None:
        """Send what is ready, or one declaration of it; never before its day."""
        numbers = sorted(self.concepts)[: 1 if first else None]
        op = DAY if clock is None else max(self.concepts[number].dated for number in numbers) + timedelta(days=clock)
        if clock == -1:
            with pytest.raises(mpj.InputError) as caught:
                self.ledger.send(numbers, op=op)
            assert {fault.code for fault in caught.value.faults} == {"verzonden_te_vroeg"}
            op = DAY
        booked = self.attempt(lambda: self.ledger.send(numbers, op=op), crash)
        assert len(booked) == len(numbers)
        for number in numbers:
            self.sent(number, self.concepts.pop(number))

    def sent(self, number: str, one: Bericht) -> None:
        numbers = {number, *(line.referentienummer for line in one.lines)}
        assert not numbers & self.used
        self.used |= numbers
        for line in one.lines:
            if not line.in_bericht:
                one.closed[identity(line)] = self.rejected.pop(identity(line))[0]
        if one.message is None:
            return
        history = MemoryHistory(self.received.values(), self.answers)
        former = [
            row | {"gemeente": FORMER} if self.terms.herindeling and row["gemeente"] == STAD else row for row in one.toewijzingen
        ]
        found = verify(one.message, one.contracts, former, dagtekening=DAY, history=history)
        assert [(bad.regelcode, bad.gevonden, bad.verwacht) for bad in found.bevindingen] == []
        self.last[one.lines[0].gemeente] = parse_month(one.lines[0].declaratieperiode)
        self.received[number] = one.message
        self.underway[number] = one

    @precondition(lambda self: bool(self.rejected or self.refused_credits))
    @rule(data=st.data(), crash=CRASHES)
    def resend(self, data: st.DataObject, crash: object) -> None:
        lines = [*(line for line, *_ in self.rejected.values()), *self.undo.values()]
        name = data.draw(st.sampled_from(sorted(line.referentienummer for line in lines)))
        self.ask_for(name, crash)

    def ask_for(self, name: str, crash: object = None) -> None:
        """Ask for a rejected line again; the ledger says so when there is nothing left to repair."""
        with suppress(mpj.InputError):
            self.attempt(lambda: self.ledger.resend([name]), crash)
        self.resent.add(name)
        self.repeat = None

    # The municipality

    @precondition(lambda self: bool(self.underway))
    @rule(data=st.data(), how=st.sampled_from(["alles", "debet", "debet", "credit"]), blind=st.booleans(), crash=CRASHES)
    def answer(self, data: st.DataObject, how: str, blind: bool, crash: object) -> None:
        number = data.draw(st.sampled_from(sorted(self.underway)))
        lines = self.underway[number].travelling
        refused: set[str] = set()
        if how != "alles":
            choice = sorted(line.referentienummer for line in lines if line.debetcredit == how[0].upper())
            refused = set(data.draw(st.lists(st.sampled_from(choice), unique=True, max_size=3))) if choice else set()
            # Whoever refuses a credit cannot grant the debit that comes in its place, unless it has forgotten what was before.
            keys = {identity(line) for line in lines if line.debetcredit == "C" and line.referentienummer in refused}
            if not blind:
                refused |= {line.referentienummer for line in lines if identity(line) in keys}
        self.answered(number, refused, crash)

    def answered(self, number: str, refused: Collection[str], crash: object = None) -> None:
        one = self.underway.pop(number)
        self.repeat = None
        assert one.message is not None
        reply = answer_to(one.message, refused)
        # It comes in on the day that the declaration bears, whenever that was sent.
        booked = self.attempt(lambda: self.ledger.answer([("jw325.xml", reply)], op=one.dated), crash)
        assert [row.afgekeurd for row in booked] == [len(refused)]
        self.answers.append(reply)
        for line in one.travelling:
            key, bad = identity(line), line.referentienummer in refused
            if line.debetcredit == "C":
                if bad:
                    self.refused_credits[key] = self.undo[line.vorig_referentienummer] = line
                    continue
                self.undo.pop(line.vorig_referentienummer, None)
                if self.loose.pop(line.vorig_referentienummer, None) is None:
                    assert self.paid.pop(key).referentienummer == line.vorig_referentienummer
                if not any(identity(other) == key for other in self.loose.values()):
                    self.refused_credits.pop(key, None)
                self.rejected.pop(key, None)
            elif not bad:
                if key in self.paid:
                    assert key in self.refused_credits
                    before = self.paid[key]
                    self.loose[before.referentienummer] = before
                self.paid[key] = line
                self.rejected.pop(key, None)
            elif key not in self.refused_credits:
                row = next(row for row in one.toewijzingen if (row["gemeente"], int(row["toewijzingnummer"])) == key[:2])
                self.rejected[key] = line, row, f"{line.tarief_cent // 100},{line.tarief_cent % 100:02d}"
        self.check_sum()

    @precondition(lambda self: bool(self.underway))
    @rule(
        data=st.data(),
        verdict=st.sampled_from([None, {"technisch": True}, {"header": ("9056",)}, {"declaratie": ("9333",)}]),
        crash=CRASHES,
    )
    def never_processed(self, data: st.DataObject, verdict: Mapping[str, Any] | None, crash: object) -> None:
        """A transport error, or a declaration that is refused as a whole."""
        number = data.draw(st.sampled_from(sorted(self.underway)))
        one = self.underway.pop(number)
        self.repeat = None
        assert one.message is not None
        if verdict is None:
            self.attempt(lambda: self.ledger.withdraw([number], op=DAY), crash)
            del self.received[number]
        else:
            reply = answer_to(one.message, **verdict)
            self.attempt(lambda: self.ledger.answer([("jw325.xml", reply)], op=DAY), crash)
            self.answers.append(reply)
        for key, line in one.closed.items():
            self.rejected[key] = line, {}, ""
        gemeente = one.lines[0].gemeente
        heard = [self.received[name] for name in self.received.keys() - self.refused_whole()]
        months = [month_number(one.periode.begindatum) for one in heard if one.header.ontvanger == gemeente]
        self.last = {name: month for name, month in self.last.items() if name != gemeente}
        if months:
            self.last[gemeente] = max(months)
        self.check_sum()

    def refused_whole(self) -> set[str]:
        names = {
            reply.header.declaratie_identificatie.identificatie
            for reply in self.answers
            if reply.antwoord is None or (not reply.antwoord.clienten and reply.antwoord.retourcodes == ("9333",))
        }
        return {number for number, one in self.received.items() if one.header.identificatie.identificatie in names}

    @rule(crediteer=st.booleans())
    def plain_run(self, crediteer: bool) -> None:
        self.run(set(), set(), None, None, crediteer, (), False, True, 0, False, False, True, None)

    def last_run(self) -> None:
        """A run that credits what no longer counts; what a gemeente may refuse by its terms is agreed to."""
        self.run(set(), set(), None, None, True, (), any(self.terms.termijnen), True, 0, False, False, True, None)

    @rule(data=st.data(), refuse=st.booleans())
    def settle(self, data: st.DataObject, refuse: bool) -> None:
        """Send all that is ready, and answer all that was sent."""
        for number in sorted(self.concepts):
            self.ledger.send([number], op=DAY)
            self.sent(number, self.concepts.pop(number))
        repeat = self.repeat
        waits = self.run_again(repeat)
        for number in sorted(self.underway):
            debits = sorted(line.referentienummer for line in self.underway[number].travelling if line.debetcredit == "D")
            some = data.draw(st.lists(st.sampled_from(debits), unique=True, max_size=2)) if refuse and debits else []
            self.answered(number, some)
            waits = waits or bool(some)
        if not waits:
            self.run_again(repeat)

    def run_again(self, repeat: Callable[[], Result] | None) -> bool:
        """Now that all is sent the run before, again, makes no line; says whether something may wait for an answer in it."""
        if repeat is None:
            return True
        result = repeat()
        assert result.regels == ()
        return bool(result.samenvatting["ledger"]["wacht_op"])

    @rule(data=st.data(), refuse=st.booleans())
    def whole_month(self, data: st.DataObject, refuse: bool) -> None:
        """Run, send and answer without anything in between; then the next month."""
        self.plain_run(False)
        self.settle(data, refuse)
        self.next_month()

    # What must hold

    def check_sum(self) -> None:
        """Granted debits less granted credits are what the municipality paid."""
        states = self.ledger.status()["gemeenten"].values()
        granted = sum(rows["toegekend"]["bedrag_cent"] for rows in states if "toegekend" in rows)
        assert granted == sum(line.bedrag_cent for line in (*self.paid.values(), *self.loose.values()))

    def finish(self) -> None:
        """Everything is answered, asked for again and granted, until there is nothing left to say.

        What is still to be delivered comes first: it may equal a rejected line, and then waits until that is asked for.
        """
        self.last_run()
        for _ in range(2):
            for number in sorted(self.underway):
                self.answered(number, ())
            refused = [line for line, *_ in self.rejected.values()] + list(self.undo.values())
            for line in refused:
                self.ask_for(line.referentienummer)
            self.last_run()
            if not self.concepts:
                break
            for number in sorted(self.concepts):
                self.ledger.send([number], op=DAY)
                self.sent(number, self.concepts.pop(number))
        else:
            raise AssertionError("the conversation does not end")
        wanted = standing(self.scenario(self.month), self.kept(), {key: line.tarief_cent for key, line in self.paid.items()})
        found = {key: content(line) for key, line in self.paid.items() if key[-1] <= self.month}
        assert found == wanted
        assert self.refused_credits == {} == self.loose
        work = self.ledger.work()
        assert (work["concept_cent"], work["wacht_op_antwoord_cent"]) == (0, 0)

    def kept(self) -> dict[Spoor, int]:
        """The records behind what was granted, each once, with their units."""
        table, trace = schema.regel.c, schema.herkomst.c
        query = select(trace.soort, trace.bron, trace.datum, trace.eenheden).join(schema.regel, table.id == trace.regel_id)
        with self.ledger.database.transaction(write=False) as connection:
            rows = connection.execute(query.where(table.staat, table.status == "toegekend")).all()
        source = f"{BRON}:" if self.profiel is not NO_PROFILE else ""
        found = {(row.soort, row.bron.removeprefix(source), row.datum): row.eenheden for row in rows}
        assert len(found) == len(rows)
        return found


class AgreedConversation(Conversation):
    """The same under contracts that say something of their own on every point."""

    agreements = AGREED


NAMES_OF_EXPORT = {
    "aanbieder": {"toewijzingnummer": "Beschikking"},
    "datum": {"id": "Nr", "minuten": "Duur", "status": "Stand"},
    "begindatum": {"einddatum": "Tot", "medewerker": "Wie"},
}
"""Which names are other ones in a row that has the first name."""


def as_exported(row: Row) -> Row:
    """The same row in the names, words and units of `PROFIEL`, with all columns that it names."""
    names = next(names for name, names in NAMES_OF_EXPORT.items() if name in row)
    if "datum" in row:
        minuten = int(row.get("minuten", "0"))
        row = {"minuten": "", "status": ""} | row
        row["minuten"] = f"{minuten // 60}:{minuten % 60:02d}" if row["minuten"] else ""
        row["status"] = "gedaan" if row["status"] == "gerealiseerd" else row["status"]
    return {names.get(name, name): text for name, text in row.items()}


def to_decide(result: Result) -> list[str]:
    """The codes in te_beslissen.csv."""
    (table,) = (one for one in result.bijlagen if one.bestand == "te_beslissen.csv")
    return sorted({str(row[-1]).rpartition(" ")[2] for row in table.rijen})


def absent(rows: Mapping[str, Row], given: Collection[str], vanaf: int) -> Iterator[tuple[str, Row | None]]:
    """What a run with `volledig_vanaf` withdraws: the name, and what is left of it."""
    for name, row in rows.items():
        if name in given or row.get("status") == "vervallen":
            continue
        begin = parse_month((row.get("datum") or row["begindatum"])[:7])
        if begin >= vanaf:
            yield name, None
        elif "begindatum" in row and (not row["einddatum"] or parse_month(row["einddatum"][:7]) >= vanaf):
            yield name, row | {"einddatum": last_day(vanaf - 1).isoformat()}


def play(kind: type[Conversation], count: int, steps: int) -> None:
    effort = settings(
        max_examples=examples(count), stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(kind, settings=effort)


MACHINES = (Conversation, AgreedConversation)


@pytest.mark.hypothesis
@pytest.mark.parametrize("kind", MACHINES)
def test_conversations(kind: type[Conversation]) -> None:
    play(kind, 15, 30)


class Fixed:
    """Stands for what hypothesis draws: these, in this order."""

    def __init__(self, *drawn: object) -> None:
        self.drawn = list(drawn)

    def draw(self, _: object) -> Any:
        return self.drawn.pop(0)


@pytest.mark.slow
def test_late_care_that_equals_a_rejected_line_goes_once_it_is_asked_for() -> None:
    """Found by a search: the rejected line's record is gone, another says the same, and only a later round can ask for it."""
    state = Conversation()
    state.first_care([])
    state.begin(data=Fixed(Terms(vorm="factuur")), late=set(), level=None)
    state.deliver([("b", 3, 7, 0, 50, "hbo", "gerealiseerd", 0)])
    state.plain_run(crediteer=True)
    (line,) = (line for one in state.concepts.values() for line in one.lines)
    state.settle(data=Fixed([line.referentienummer]), refuse=True)
    state.withdraw_records({"b"})
    state.plain_run(crediteer=False)
    state.deliver([("e", 3, 10, 0, 52, "hbo", "gerealiseerd", 0)])
    state.teardown()
    assert [(paid.volume, paid.bedrag_cent) for paid in state.paid.values()] == [(3, 7365)]


@pytest.mark.long
@pytest.mark.parametrize("kind", MACHINES)
def test_long_conversations(kind: type[Conversation]) -> None:
    """Ten thousand steps in all, half with each machine: rounds from one seed after another, since conversations may end early."""
    steps = 0
    for start in itertools.count(seed()):
        seeded: type[Conversation] = hypothesis.seed(start)(type(kind.__name__, (kind,), {"steps": 0}))
        play(seeded, 30, 60)
        steps += seeded.steps
        if steps >= (5_000 if SHARE >= 1 else 1_000):
            break


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_the_model_is_the_naive_computation_where_nothing_was_granted(scenario: Scenario) -> None:
    lines: Sequence[dict[str, Any]] = naive.declare(scenario).regels
    found = standing(scenario, {}, {}).values()
    columns: Iterable[str] = ("begindatum", "einddatum", "volume_bericht", "eenheid", "bedrag_cent")
    assert sorted(found, key=repr) == sorted((Inhoud(*(line[name] for name in columns)) for line in lines), key=repr)
