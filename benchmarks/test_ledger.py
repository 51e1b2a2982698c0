"""A run for 100,000 records against ledgers that hold nothing, 350,000 and 2,000,000 earlier records (two years).

The month is declared, sent and answered through the ledger itself; its rows then are repeated in SQL, for earlier months, under
other toewijzingen and numbers, for the same clients and for clients who have left. Every measurement is of CPU time, in one run of
this file, and printed with its ratio to the ledger without history.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from attrs import evolve
from ledger.support import answer_to
from pytest_benchmark.fixture import BenchmarkFixture

import mpj
from mpj.demo import Overview, contract_folders, generate
from mpj.demo.people import bsn_range
from mpj.ledger import Ledger
from mpj.messages import declaratieberichten
from mpj.reading.periods import first_day, last_day, month_text, parse_month
from mpj.records.values import Registratie

SIZE, LATE = 100_000, 1_000
CLIENTS = 3_000
DAY = date(2026, 4, 7)
YEAR = date(2026, 12, 31)
# Months of history, and of how many of them everything that was set aside still is: what is not repaired is looked at again.
HISTORIES = {
    "none": (0, 0),
    "4 months": (4, 0),
    "2 years": (24, 0),
    "2 years, 1 month unrepaired": (24, 1),
    "2 years, nothing repaired": (24, 24),
}


class Region:
    """A month of care as values, read once."""

    def __init__(self, found: Overview) -> None:
        self.periode = found.periode
        self.contracten = mpj.load_contracts(contract_folders())
        self.toewijzingen = list(mpj.read_toewijzingen([found.toewijzingen_csv]))
        self.registraties = list(mpj.read_registraties([found.registraties_csv]))
        self.verblijf = list(mpj.read_verblijf([found.verblijf_csv]))
        self.medewerkers = list(mpj.read_medewerkers([found.medewerkers_csv]))

    def declare(self, ledger: Ledger, registraties: Iterable[Any], verblijf: Iterable[Any] = ()) -> mpj.Result:
        """Declare these records of it."""
        return ledger.declare(
            self.contracten,
            self.toewijzingen,
            registraties,
            verblijf=verblijf,
            medewerkers=self.medewerkers,
            periode=self.periode,
            dagtekening=DAY,
        )

    def late(self) -> list[Registratie]:
        """Records of a few clients, corrected."""
        known = [one for one in self.registraties if isinstance(one, Registratie) and one.status == "gerealiseerd"]
        clients = sorted({one.bsn for one in known})[: CLIENTS * LATE // SIZE]
        return [
            evolve(one, minuten=one.minuten + 15, eindtijd=None)
            for one in known
            if one.bsn in clients and one.minuten and one.minuten < 600
        ][:LATE]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """100,000 registraties."""
    folder = tmp_path_factory.mktemp("region")
    return Region(generate(folder, contract_folders(), clienten=CLIENTS, registraties=SIZE, verblijven=500))


def settle(ledger: Ledger, result: mpj.Result) -> None:
    """Send all, and have it granted."""
    ledger.send(None, op=DAY)
    messages = declaratieberichten(result.regels, dagtekening=DAY)
    ledger.answer([(f"jw325-{one.declaratienummer}.xml", answer_to(one)) for one in messages], op=YEAR)


@pytest.fixture(scope="module")
def granted(region: Region, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which the month is granted."""
    path = tmp_path_factory.mktemp("ledgers") / "granted.db"
    with Ledger(path) as ledger:
        # Long before the history: a ledger that declares from there on asks nothing about care of earlier months.
        ledger.begin("2020-01")
        settle(ledger, region.declare(ledger, region.registraties, region.verblijf))
    return path


def history(granted: Path, path: Path, months: int, still_open: int, maand: int) -> int:
    """Make a ledger in which the month is not declared yet and the months before it are granted; returns its number of records."""
    shutil.copyfile(granted, path)
    with closing(sqlite3.connect(path)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000", "locking_mode = EXCLUSIVE"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("DELETE FROM herzien WHERE maand <> ?", (maand,))
        _leavers(connection, maand, months)
        for back in range(1, months + 1):
            _repeat(connection, maand, back, back <= still_open)
        connection.execute("DELETE FROM herkomst WHERE regel_id IN (SELECT id FROM regel WHERE declaratie_id < 1000)")
        connection.execute("DELETE FROM antwoord")
        connection.execute("DELETE FROM afkeuring")
        connection.execute("DELETE FROM regel WHERE declaratie_id < 1000")
        connection.execute("DELETE FROM declaratie WHERE id < 1000")
        connection.execute("DELETE FROM record WHERE instr(bron, '~') = 0")
        connection.execute("DELETE FROM opzij WHERE instr(bron, '~') = 0")
        connection.execute("DELETE FROM herzien WHERE maand >= ? OR maand < ?", (maand, maand - still_open))
        connection.commit()
        count: int = connection.execute("SELECT count(*) FROM record").fetchone()[0]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return count


def _half(back: int) -> int:
    """In which half year, counted back from 1, a month lies that is so many months back."""
    return -(-back // 6)


def _insert(
    connection: sqlite3.Connection, table: str, changed: Mapping[str, str], condition: str, values: Mapping[str, object]
) -> None:
    """Repeat the rows of a table that meet `condition`, with other content in some columns."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(changed.get(name, f"t.{name}") for name in columns)
    connection.execute(f"INSERT INTO {table} SELECT {chosen} FROM {table} AS t WHERE {condition}", values)


def _leavers(connection: sqlite3.Connection, maand: int, months: int) -> None:
    """Each half year a third of the clients is replaced by others, and all have other toewijzingen."""
    used = {row[0] for row in connection.execute("SELECT bsn FROM client")}
    free = iter(one for one in bsn_range() if one not in used)
    gone = connection.execute("SELECT id FROM client WHERE id % 6 IN (1, 2)").fetchall()
    for half in range(1, _half(months) + 1):
        rows = [(row[0] + 10_000 * half, next(free)) for row in gone]
        connection.executemany("INSERT INTO client (id, bsn) VALUES (?, ?)", rows)
        begin, end = maand - 6 * half, maand - 6 * half + 5
        number = "t.toewijzingnummer + 1000000 * :half"
        dates = "'$.begindatum', :first, '$.einddatum', :last"
        _insert(
            connection,
            "toewijzing",
            {
                "toewijzingnummer": number,
                "client_id": _CLIENT,
                "begin": ":begin",
                "eind": ":end",
                "inhoud": f"json_set(t.inhoud, '$.toewijzingnummer', {number}, {dates})",
            },
            "t.toewijzingnummer < 1000000",
            {"half": half, "begin": begin, "end": end, "first": first_day(begin).isoformat(), "last": last_day(end).isoformat()},
        )


# One client in eight has no care in a month, one in three has left since.
_ACTIVE = "(t.client_id + :back) % 8 > 0 AND t.client_id < 10000"
_CLIENT = "t.client_id + CASE WHEN t.client_id % 6 IN (1, 2) THEN 10000 * :half ELSE 0 END"


def _repeat(connection: sqlite3.Connection, maand: int, back: int, still_open: bool) -> None:
    """Say the month again, `back` months earlier."""
    month = month_text(maand - back)
    first, last = first_day(maand - back).isoformat(), last_day(maand - back).isoformat()
    where = {"back": back, "half": _half(back), "maand": maand, "first": first, "last": last, "month": month, "tail": f"~{back}"}
    day = "printf('%s-%02d', :month, min(28, CAST(substr({}, 9) AS INTEGER)))"
    number = "toewijzingnummer + 1000000 * :half"
    own_day, own_number = (f"json_extract(t.inhoud, '$.{name}')" for name in ("datum", "toewijzingnummer"))
    insert = partial(_insert, connection, values=where)
    insert(
        "record",
        {
            "bron": "t.bron || :tail",
            "client_id": _CLIENT,
            "maand": "t.maand - :back",
            "afspraak": "t.afspraak || :tail",
            "inhoud": f"json_replace(json_set(t.inhoud, '$.id', t.bron || :tail, '$.datum', {day.format(own_day)}, "
            f"'$.toewijzingnummer', {own_number} + 1000000 * :half), '$.afspraak', t.afspraak || :tail)",
        },
        f"t.soort = 'registratie' AND t.maand = :maand AND instr(t.bron, '~') = 0 AND {_ACTIVE}",
    )
    insert(
        "declaratie",
        {
            "id": "t.id + 1000 * :back",
            "declaratienummer": "substr(t.declaratienummer, 1, 9) || printf('~%02d', :back)",
            "identificatie": "substr(t.identificatie, 1, 9) || printf('~%02d', :back)",
            "maand": "t.maand - :back",
        },
        "t.id < 1000",
    )
    insert(
        "regel",
        {
            "id": "t.id + 100000 * :back",
            "declaratie_id": "t.declaratie_id + 1000 * :back",
            "client_id": _CLIENT,
            "maand": "t.maand - :back",
            "begindatum": ":first",
            "einddatum": ":last",
            "toewijzingnummer": f"t.{number}",
            "referentienummer": "substr(t.referentienummer, 1, 17) || printf('~%02d', :back)",
        },
        f"t.declaratie_id < 1000 AND t.maand = :maand AND {_ACTIVE}",
    )
    insert(
        "herkomst",
        {"regel_id": "t.regel_id + 100000 * :back", "bron": "t.bron || :tail", "datum": day.format("t.datum")},
        "t.regel_id < 100000 AND t.regel_id + 100000 * :back IN (SELECT id FROM regel)",
    )
    if still_open:
        insert("herzien", {"client_id": _CLIENT, "maand": "t.maand - :back"}, f"t.maand = :maand AND {_ACTIVE}")
        insert(
            "opzij",
            {"id": "NULL", "client_id": _CLIENT, "bron": "t.bron || :tail", "datum": day.format("t.datum"), "datum_tot": ":last"},
            f"instr(t.bron, '~') = 0 AND t.soort = 'registratie' AND {_ACTIVE}",
        )


def seconds(act: Callable[..., mpj.Result], *args: object) -> tuple[float, mpj.Result]:
    """CPU seconds of a call, and what it returned."""
    began = time.process_time()
    result = act(*args)
    return time.process_time() - began, result


class Measured(NamedTuple):
    """One ledger: its records and size, CPU seconds of the month's run and of the run for late records, and their lines."""

    history: str
    records: int
    megabytes: int
    month: float
    late: float
    month_lines: int
    late_lines: int


def test_a_run_follows_its_records_not_the_ledger(
    benchmark: BenchmarkFixture, region: Region, granted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[Measured] = []

    def tell(text: str) -> None:
        with capsys.disabled():
            print(text, flush=True)

    def measured() -> None:
        titles = f"{'history':30} {'records':>9} {'MB':>5}"
        tell(f"\n{titles}  {'month: s':>8} {'ratio':>5} {'lines':>6}  {'late: s':>8} {'ratio':>5} {'lines':>6}")
        for name, (months, still_open) in HISTORIES.items():
            path = tmp_path / f"{months}-{still_open}.db"
            count = history(granted, path, months, still_open, parse_month(region.periode))
            with Ledger(path) as ledger:
                month, result = seconds(region.declare, ledger, region.registraties, region.verblijf)
                assert result.samenvatting["gedeclareerd"] > SIZE * 0.8
                settle(ledger, result)
                late, changed = seconds(region.declare, ledger, region.late())
                assert changed.samenvatting["ledger"]["creditregels"] > 0
            size = path.stat().st_size // 1_000_000
            rows.append(Measured(name, count, size, month, late, len(result.regels), len(changed.regels)))
            first = f"{month:8.1f} {month / rows[0].month:5.2f} {len(result.regels):6,}"
            second = f"{late:8.1f} {late / rows[0].late:5.2f} {len(changed.regels):6,}"
            tell(f"{name:30} {count:9,} {size:5}  {first}  {second}")
            path.unlink()

    cast(Callable[..., None], benchmark.pedantic)(measured, rounds=1, iterations=1)
    benchmark.extra_info["cpu"] = [row._asdict() for row in rows]
