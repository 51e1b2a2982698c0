"""Month after month of a ledger, under any settings, equals one run over everything that was ever delivered.

Care with a limit comes in its own month, since what was granted keeps its place whatever arrives late; all other care also comes
months late, is changed, withdrawn, planned and confirmed. Everything is granted; `test_machine.py` has the gemeente that refuses.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pytest
from search import seed
from world import AGB, BSN, BSN_2, contract

import mpj
from ledger.support import answer_to, lines
from mpj.engine import Declaratieregel
from mpj.messages import declaratieberichten
from mpj.reading.periods import first_day, last_day, month_text, parse_month

START = parse_month("2024-01")
STAY, OTHER = "999900031", "999900043"
STAD, DORP = "0384", "0363"
PRICES = [{"2.1 hbo": "24,55", "2.1 wo": "31,20", "4.1": "18,25", "8.1": "250,00"}, {"2.1 hbo": "25,05", "2.1 mbo": "17,10"}]
Row = dict[str, Any]
Line = tuple[object, ...]


class Region:
    """One aanbieder with two contracts, its clients, and what it delivers: all by chance."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)
        self.ids = iter(range(1_000_000))
        self.tables = [self._terms(), self._terms()]
        limit = self.chance.choice([{"budget_cent": "24000"}, {"volume": "150", "eenheid": "01", "frequentie": "4"}, {}])
        total = self.chance.choice([{"budget_cent": "600000"}, {"volume": "9000", "eenheid": "01", "frequentie": "6"}])
        self.toewijzingen: list[Row] = [
            self._assigned(1, BSN, STAD, "2.1"),
            self._assigned(2, BSN_2, STAD, "2.1", **limit),
            self._assigned(3, BSN_2, STAD, "4.1"),
            self._assigned(4, STAY, STAD, "8.1"),
            self._assigned(5, OTHER, DORP, "2.1", **total),
        ]
        self.newest: dict[str, Row] = {}
        self.stays: dict[str, Row] = {}

    @cached_property
    def contracts(self) -> list[mpj.Contract]:
        """The contracts of the two gemeenten: their own prices and settings."""
        heads = [
            {"id": f"VB-{gemeente}", "gemeenten": [gemeente], "begindatum": date(2024, 1, 1), "einddatum": date(2028, 12, 31)}
            for gemeente in (STAD, DORP)
        ]
        return [contract(prices, contract=head, **terms) for prices, head, terms in zip(PRICES, heads, self.tables, strict=True)]

    def _terms(self) -> Row:
        pick = self.chance.choice

        def rounding() -> Row:
            return {
                "wijze": pick(["rekenkundig", "naar_boven", "naar_beneden"]),
                "over": pick(["contact", "dag", "productperiode"]),
                "minimum": pick([0, 1, 2]),
                "drempel": pick([0, 0, 20]),
            }

        return {
            "declaratie": {
                "vorm": pick(["declaratie", "factuur"]),
                "registratiewijze": pick(["realisatie", "planning", "planning-tenzij"]),
                "bevestiging": pick([False, True]),
                "eenheid_uur": pick(["uur", "minuut"]),
            },
            "afronding": {"kwartier": rounding(), "uur": rounding()},
            "limiet": {"bij_overschrijding": pick(["aftoppen", "hele_contacten"])},
            "verblijf": {"laatste_dag": pick(["telt", "telt_niet"])},
        }

    def _assigned(self, nummer: int, bsn: str, gemeente: str, code: str, **limit: str) -> Row:
        dates = {"begindatum": self.chance.choice(["2024-01-01", "2024-01-11"]), "einddatum": "2028-12-31"}
        key = {"toewijzingnummer": str(nummer), "bsn": bsn, "gemeente": gemeente, "aanbieder": AGB, "prestatiecode": code}
        return key | dates | limit

    def _day(self, month: int) -> date:
        return first_day(month) + timedelta(days=self.chance.randrange(28))

    def _care(self, month: int, bsn: str, code: str) -> Row:
        pick = self.chance.choice
        row: Row = {"id": f"r{next(self.ids):05d}", "bsn": bsn, "prestatiecode": code, "datum": self._day(month)}
        if code == "4.1":
            begin = self.chance.randrange(8, 16)
            return row | {"begintijd": f"{begin:02d}:00", "eindtijd": f"{begin + pick([1, 2]):02d}:{pick(['00', '20', '40'])}"}
        return row | {"minuten": pick([7, 15, 20, 50, 52, 60, 90]), "kwalificatieniveau": pick(["hbo", "hbo", "wo"])}

    def _planned(self, row: Row) -> Row:
        """Perhaps planned, confirmed, cancelled, or beside another record of an afspraak, also one of the month before."""
        day: date = row["datum"]
        afspraak = self.chance.choice(["", "", f"{day:%Y}-{(day + timedelta(days=3)).month}"])
        status = self.chance.choice(["gerealiseerd", "gerealiseerd", "gepland", "gepland", "geannuleerd", "niet_verschenen"])
        return row | {"status": status, "bevestigd": self.chance.choice([True, False]), "afspraak": afspraak}

    def month(self, month: int) -> tuple[list[Row], list[Row]]:
        """What is delivered in a month: its own care, what is late, and what is told otherwise; registraties and stays."""
        chance = self.chance
        given = [self._planned(self._care(month, BSN, "2.1")) for _ in range(chance.randrange(1, 5))]
        given += [self._care(month, BSN_2, "2.1") for _ in range(chance.randrange(4))]
        given += [self._care(month, BSN_2, "4.1") for _ in range(chance.randrange(1, 4))]
        given += [self._care(month, OTHER, "2.1") for _ in range(chance.randrange(3))]
        late = max(START, month - chance.randrange(1, 5))
        given += [self._planned(self._care(late, BSN, "2.1")), self._care(late, BSN_2, "4.1")][: chance.randrange(3)]
        free = [row for row in self.newest.values() if row["bsn"] == BSN or row["prestatiecode"] == "4.1"][-40:]
        for row in chance.sample(free, min(len(free), chance.randrange(3))):
            gone = {"status": "vervallen"}
            given.append(row | chance.choice([gone, {"minuten": 35} if "minuten" in row else gone, {"datum": self._day(late)}]))
        self.newest |= {row["id"]: row for row in given}
        return list({row["id"]: row for row in given}.values()), list(self._stays(month))

    def _stays(self, month: int) -> Iterator[Row]:
        """A stay that begins, stays that run on, and one that ends or ended earlier than was told."""
        for name, stay in list(self.stays.items()):
            if self.chance.random() < 0.3:
                self.stays[name] = stay | {"einddatum": stay["begindatum"] + timedelta(days=self.chance.randrange(60))}
            if self.stays[name]["einddatum"] is None or self.stays[name] != stay:
                yield self.stays[name]
        if self.chance.random() < 0.5:
            stay = {"id": f"v{next(self.ids):05d}", "bsn": STAY, "prestatiecode": "8.1", "begindatum": self._day(month)}
            self.stays[stay["id"]] = stay | {"einddatum": None}
            yield self.stays[stay["id"]]


def content(line: Declaratieregel) -> Line:
    return (*mpj.engine.values.Identiteit.of(line), line.begindatum, line.einddatum, line.volume, line.bedrag_cent)


def play(number: int, months: int) -> None:
    """Declare so many months, each granted at once; hold what stands after each year, and at the end, against one run."""
    region, standing = Region(number), Counter[Line]()
    with mpj.Ledger("sqlite://") as ledger:
        ledger.begin(month_text(START))
        for month in range(START, START + months):
            registraties, stays = region.month(month)
            given: dict[str, Any] = {"periode": month_text(month), "dagtekening": last_day(month)}

            def declare(more: list[Row], verblijf: list[Row], given: Row = given) -> mpj.Result:
                return ledger.declare(region.contracts, region.toewijzingen, more, verblijf=verblijf, **given)

            result = declare(registraties, stays)
            ledger.send(None, op=last_day(month))
            messages = declaratieberichten(result.regels, dagtekening=last_day(month))
            ledger.answer([(f"{one.declaratienummer}.xml", answer_to(one)) for one in messages], op=last_day(month))
            for line in result.regels:
                standing[content(line)] += 1 if line.debetcredit == "D" else -1
            assert lines(declare([], [])) == [] and lines(declare(registraties, stays)) == [], month_text(month)
            if (month - START) % 12 == 11 or month == START + months - 1:
                assert +standing == whole(region, month) and not -standing, month_text(month)


def whole(region: Region, month: int) -> Counter[Line]:
    """The lines of one run over the newest content of everything."""
    result = mpj.declare(
        region.contracts,
        region.toewijzingen,
        list(region.newest.values()),
        verblijf=list(region.stays.values()),
        periode=month_text(month),
        dagtekening=last_day(month),
        nalevering=True,
    )
    return Counter(content(line) for line in result.regels)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(2))
def test_months_equal_one_run_over_everything(number: int) -> None:
    play(seed() + number, 5)


@pytest.mark.long
@pytest.mark.parametrize("number", range(8))
def test_forty_months_equal_one_run_over_everything(number: int) -> None:
    play(seed() + 100 + number, 40)
