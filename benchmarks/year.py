"""The four reports of a year on a ledger of a given size: CPU seconds and memory of each, in processes of their own.

    python benchmarks/year.py [--registraties 1000000] [--regels 250000] [--map DIR]

The ledger is written straight into its tables (SQLite): clients with a toewijzing each, a line a month, its registraties behind it.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

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


def fill(path: Path, registraties: int, regels: int) -> None:
    """Make a ledger with so many registraties and lines."""
    from mpj.ledger import Ledger

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
    from mpj.ledger.codec import dump
    from mpj.records.values import Toewijzing

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


def measured(path: Path, name: str) -> tuple[float, float]:
    """Run a report in a process of its own; returns its CPU seconds and the most memory it had, in MB."""
    out = path.with_name(name)
    asked = [sys.executable, __file__, "--rapport", name, "--ledger", str(path), "--out", str(out)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    return float(told[-2]), float(told[-1])


def run(name: str, ledger: str, out: str) -> None:
    """Run a report, and print the CPU seconds and MB of this process."""
    from mpj import cli

    if cli.run(["report", name, "--ledger", ledger, *REPORTS[name], "--out", out]):
        raise SystemExit(1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss / 1024:.0f}")


def main() -> None:
    """Make the ledger, run the reports, and print what they took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--registraties", type=int, default=1_000_000)
    parser.add_argument("--regels", type=int, default=250_000)
    for name in ("--rapport", "--ledger", "--out"):
        parser.add_argument(name)
    given = parser.parse_args()
    if given.rapport:
        run(given.rapport, given.ledger, given.out)
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        fill(path, given.registraties, given.regels)
        print(f"{given.registraties} registraties, {given.regels} regels, {path.stat().st_size >> 20} MB", flush=True)
        total = 0.0
        for name in REPORTS:
            seconds, megabytes = measured(path, name)
            total += seconds
            print(f"{name:10} {seconds:7.2f} s CPU {megabytes:7.0f} MB", flush=True)
        print(f"{'samen':10} {total:7.2f} s CPU")


if __name__ == "__main__":
    main()
