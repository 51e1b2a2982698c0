"""Months of provider and municipality against each other, in any order, against a model that knows no ledger.

The municipality pays what it grants and takes back what it credits. Whatever happened in between, in the end every delivered and
valid unit is paid exactly once, at no moment anything is paid or credited twice, no number is used twice, and the municipality's
own verification, with all that it received before, finds nothing wrong in any message.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, ClassVar

import hypothesis
import naive
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from scenarios import BSNS, ContractSpec, Row, Scenario, scenarios
from search import SHARE, seed

import mpj
from ledger.exchange import (
    AGB,
    CRASHES,
    DORP,
    LATER,
    STAD,
    START,
    Exchange,
    Fixed,
    absent,
    content,
    play,
)
from ledger.model import Identiteit, Inhoud, Spoor, standing
from mpj.engine import Result
from mpj.reading.periods import first_day, last_day, month_text
from mpj.reading.profile import NO_PROFILE
from mpj.records.profile import parse_profile

Care = tuple[str, int, int, int, int, str, str, int]
NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"])
STAYS = st.sampled_from(["v", "w"])
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


class Conversation(Exchange):
    """Runs, answers, late and changed records, withdrawals, other toewijzingen, levels and prices, and crashes."""

    agreements: ClassVar[st.SearchStrategy[Terms]] = DEFAULTS

    def __init__(self) -> None:
        super().__init__()
        self.profiel = NO_PROFILE
        """How rows are given."""
        self.price, self.terms = "24,55", USUAL
        self.records: dict[str, Row] = {}
        self.stays: dict[str, Row] = {}
        self.pending: dict[str, dict[str, Row]] = {"registratie": {}, "verblijf": {}}
        self.levels: dict[str, str] | None = None

    @property
    def vorm(self) -> str:  # type: ignore[override]
        return self.terms.vorm

    @property
    def source(self) -> str:  # type: ignore[override]
        return f"{BRON}:" if self.profiel is not NO_PROFILE else ""

    @property
    def prices(self) -> Mapping[str, int]:
        return {"45212": int(self.price.replace(",", "")), "45214": 3120, "41410": 1825, "44810": 25_000}

    def unlimited(self, key: Identiteit) -> bool:
        return key[:2] in UNLIMITED

    def told_to(self, rows: Sequence[Row]) -> list[Row]:
        if not self.terms.herindeling:
            return list(rows)
        return [row | {"gemeente": FORMER} if row["gemeente"] == STAD else row for row in rows]

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

    # The world outside

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

        result = self.decided(declare, options, crash, month, decide=decide)
        if result is None:
            return
        # The same without a cent to move was agreed to before: it is not asked again.
        assert "akkoord" in options or self.agreed or not (gone["registratie"] or gone["verblijf"])
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

    @rule(crediteer=st.booleans())
    def plain_run(self, crediteer: bool) -> None:
        self.run(set(), set(), None, None, crediteer, (), False, True, 0, False, False, True, None)

    def last_run(self) -> None:
        """A run that credits what no longer counts; what a gemeente may refuse by its terms is agreed to."""
        self.run(set(), set(), None, None, True, (), any(self.terms.termijnen), True, 0, False, False, True, None)

    def wanted(self, month: int, kept: Mapping[Spoor, int]) -> Mapping[Identiteit, Inhoud]:
        return standing(self.scenario(month), kept, {key: line.tarief_cent for key, line in self.paid.items()})

    def check_end(self) -> None:
        wanted = self.wanted(self.month, self.kept())
        assert {key: content(line) for key, line in self.paid.items() if key[-1] <= self.month} == wanted


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


MACHINES = (Conversation, AgreedConversation)


@pytest.mark.hypothesis
@pytest.mark.parametrize("kind", MACHINES)
def test_conversations(kind: type[Conversation]) -> None:
    play(kind, 15, 30)


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


TWO_PRODUCTS = Scenario(
    [
        ContractSpec(
            {
                "contract": {
                    "id": "VB-1",
                    "protocol": "MPJ-16",
                    "aanbieder": "65656055",
                    "gemeenten": ["0384"],
                    "begindatum": date(2025, 1, 1),
                    "einddatum": date(2027, 11, 30),
                },
            },
            tarieven=[],
            producten=[
                {"productcategorie": "45", "productcode": code, "variant": "uur", "tarief": "24,55", "begindatum": "2025-01-01"}
                for code in ("45Y00", "45Y01")
            ],
        )
    ],
    [
        {"toewijzingnummer": "43", "bsn": BSNS[0], "gemeente": "0384", "aanbieder": "65656055", "productcategorie": "45"}
        | {"begindatum": "2026-03-01"}
    ],
    [{"id": code, "bsn": BSNS[0], "datum": "2026-03-01", "minuten": "60", "productcode": code} for code in ("45Y00", "45Y01")],
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example(TWO_PRODUCTS)
@given(scenarios())
def test_the_model_is_the_naive_computation_where_nothing_was_granted(scenario: Scenario) -> None:
    lines: Sequence[dict[str, Any]] = naive.declare(scenario).regels
    found = standing(scenario, {}, {}).values()
    columns: Iterable[str] = ("begindatum", "einddatum", "volume_bericht", "eenheid", "bedrag_cent")
    assert sorted(found, key=repr) == sorted((Inhoud(*(line[name] for name in columns)) for line in lines), key=repr)
