"""``python -m benchmarks.year``: the four reports of a year on a ledger of a given size, and a region played for fifteen months.

The ledger is written straight into its tables (SQLite): clients with a toewijzing each, a line a month, its registraties behind it.
CPU seconds and memory are those of each command as a process of its own.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Measurement, measure
from benchmarks.report import busy, provenance, write_between
from mpj.docs import table
from mpj.ledger import Ledger
from mpj.ledger.codec import dump
from mpj.records.values import Toewijzing

MONTHS = 10
GEMEENTEN = [f"{number:04d}" for number in range(300, 350)]
CODES = ("1.1", "2.1", "2.2", "3.1", "4.1", "5.1")
LEVELS = ("mbo", "hbo", "wo")
REPORTS = {
    "year": ["--jaar", "2026", "--raming"],
    "use": ["--op", "2026-12-15"],
    "benchmark": ["--van", "2026-01", "--tot", "2026-12"],
    "kpi": ["--van", "2026-01", "--tot", "2026-12"],
}

PLAY = ("ledger", "simulate", "--van", "2026-01", "--tot", "2027-03", "--zaad", "1")
COLUMNS = ("command", "CPU s", "wall s", "peak MB")
PACKAGES = ("SQLAlchemy", "XlsxWriter")


def fill(path: Path, registraties: int, regels: int) -> None:
    """Make a ledger with so many registraties and lines."""
    with Ledger(path) as ledger, ledger.database.transaction(write=True):
        pass
    each = max(1, registraties // regels)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma synchronous = off")
        clients = -(-regels // MONTHS)
        connection.executemany("insert into client (id) values (?)", ((number + 1,) for number in range(clients)))
        connection.executemany(
            "insert into toewijzing (gemeente, toewijzingnummer, stempel, client_id, begin, eind, inhoud, bestand, rij)"
            " values (?, ?, '2026-01-01', ?, ?, ?, ?, 't.csv', 1)",
            (toewijzing(number) for number in range(clients)),
        )
        connection.executemany(
            "insert into declaratie (id, aanbieder, gemeente, declaratienummer, maand, dagtekening, xsd_versie, status,"
            " verzonden_op, afgesloten_op) values (?, '65656055', ?, ?, ?, ?, '1.0.0', 'beantwoord', ?, ?)",
            declaraties(),
        )
        names = (
            "id, declaratie_id, client_id, status, staat, opnieuw, sleutel, referentienummer, debetcredit, contract, aanbieder,"
            " gemeente, toewijzingnummer, perceel, prestatiecode, kwalificatieniveau, productcategorie, productcode, maand,"
            " begindatum, einddatum, volume, normtijd, tarief_cent, bedrag_cent, eenheid, volume_bericht, in_bericht"
        )
        connection.executemany(f"insert into regel ({names}) values ({', '.join('?' * 28)})", lines(regels))
        connection.executemany("insert into afkeuring values (?, '9338')", ((one + 1,) for one in range(0, regels, 50)))
        connection.executemany(
            "insert into herkomst values (?, ?, 'registratie', ?, ?, 4, '', '{}')",
            ((line + 1, turn, f"r{line * each + turn}", day(line, turn)) for line in range(regels) for turn in range(each)),
        )
        connection.executemany(
            "insert into record (soort, bron, client_id, maand, vervallen, inhoud, bestand, rij)"
            " values ('registratie', ?, ?, ?, 0, ?, 'r.csv', 1)",
            (
                (f"r{line * each + turn}", line // MONTHS + 1, month(line), content(line, turn))
                for line in range(regels)
                for turn in range(each)
            ),
        )
        connection.executemany(
            "insert into opzij (client_id, soort, bron, datum, datum_tot, aantal, gemeente, reden)"
            " values (?, 'registratie', ?, ?, ?, 1, ?, 'geen_toewijzing')",
            (
                (line // MONTHS + 1, f"r{line * each}", day(line, 0), day(line, 0), gemeente(line // MONTHS))
                for line in range(0, regels, 100)
            ),
        )
        connection.commit()


def gemeente(client: int) -> str:
    return GEMEENTEN[client % len(GEMEENTEN)]


def month(line: int) -> int:
    return 2026 * 12 + line % MONTHS


def day(line: int, turn: int) -> str:
    return f"2026-{line % MONTHS + 1:02d}-{turn % 28 + 1:02d}"


def content(line: int, turn: int) -> str:
    code = CODES[line // MONTHS % len(CODES)]
    return f'{{"id":"r","datum":"{day(line, turn)}","prestatiecode":"{code}","kwalificatieniveau":"hbo","minuten":60}}'


def toewijzing(client: int) -> tuple[object, ...]:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    place = {"gemeente": gemeente(client), "aanbieder": "65656055", "begindatum": first, "einddatum": last}
    code, stamp = (CODES[client % len(CODES)],), {"toewijzingsdatum": first}
    found = Toewijzing(client + 1, "999900006", **place, prestatiecodes=code, budget_cent=2_000_000, **stamp)  # type: ignore[arg-type]
    return gemeente(client), client + 1, client + 1, 2026 * 12, 2026 * 12 + 11, dump(found)


def declaraties() -> Iterator[tuple[object, ...]]:
    for turn in range(MONTHS):
        for place, code in enumerate(GEMEENTEN):
            number = turn * len(GEMEENTEN) + place + 1
            after = [f"2026-{turn + 2:02d}-{one:02d}" for one in (5, 6, 14)]
            yield number, code, f"D{number:08d}", 2026 * 12 + turn, *after


def lines(count: int) -> Iterator[tuple[object, ...]]:
    for line in range(count):
        client, turn = divmod(line, MONTHS)
        code, niveau = CODES[client % len(CODES)], LEVELS[client % len(LEVELS)]
        refused = line % 50 == 0
        made = turn * len(GEMEENTEN) + client % len(GEMEENTEN) + 1
        begin, end = f"2026-{turn + 1:02d}-01", f"2026-{turn + 1:02d}-28"
        yield (
            *(
                line + 1,
                made,
                client + 1,
                "afgekeurd" if refused else "toegekend",
                not refused,
                False,
                "",
                f"R{line:09d}",
                "D",
                "C",
            ),
            *("65656055", gemeente(client), client + 1, "A", code, niveau, "45", f"45{client % 900:03d}"[:5]),
            *(month(line), begin, end, 16, "kwartier", 2455, 16 * 2455, "01", 240, True),
        )


def _mpj(*asked: str) -> Measurement:
    return measure([sys.executable, "-m", "mpj", *asked])


def reports(path: Path) -> Iterator[tuple[str, Measurement]]:
    """Make each report of a ledger, and yield what it took."""
    for name, asked in REPORTS.items():
        yield f"mpj report {name}", _mpj("report", name, "--ledger", str(path), *asked, "--out", str(path.with_name(name)))


def text(rows: list[tuple[str, Measurement]], registraties: int, regels: int) -> str:
    """Return the table: a row per report, their sum, and the play."""
    *made, play = rows
    cpu, most = sum(one.cpu for _, one in made), max(one.peak_mb or 0 for _, one in made)
    shown = [(name, f"{one.cpu:.1f}", f"{one.seconds:.1f}", f"{one.peak_mb or 0:,}") for name, one in (*made, play)]
    whole = "**the four together**", f"**{cpu:.1f}**", f"{sum(one.seconds for _, one in made):.1f}", f"**{most:,}**"
    about = f"A year of {registraties:,} registraties and {regels:,} lines of 50 gemeenten, and the play of fifteen months."
    return f"{about}\n\n{table(COLUMNS, [*shown[:-1], whole, shown[-1]])}"


def main() -> None:
    """Make the ledger, run the reports and the play, and print what they took; with --docs write it into that page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year")
    parser.add_argument("--registraties", type=int, default=1_000_000)
    parser.add_argument("--regels", type=int, default=250_000)
    parser.add_argument("--docs", type=Path)
    given = parser.parse_args()
    other_work = busy()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        fill(path, given.registraties, given.regels)
        rows = [*reports(path), ("mpj ledger simulate", _mpj(*PLAY, "--out", str(path.with_name("gespeeld"))))]
    said = "python -m benchmarks.year"
    shown = f"{text(rows, given.registraties, given.regels)}\n{provenance(said, other_work, PACKAGES)}\n"
    print(shown)
    if given.docs:
        write_between(given.docs, "year", shown)


if __name__ == "__main__":
    main()
