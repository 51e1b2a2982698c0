"""A year of an invented provider: one contract, its toewijzingen and its registraties, for any number of registraties.

There are two: with limits, groups, plans and stays, as a year is (`benchmarks.peers.life`), and plain, with none of them.

Everything follows from the seed and the size. 1,000,000 registraties are of 25,000 clients with 26,000 toewijzingen; other sizes
scale along, the 220 gemeenten stay. A client has a fixed team of one to three professionals and a contact about every week. One
registratie in a hundred cannot be billed, for one of the simple reasons, so that whoever adds up has to look.

``python -m benchmarks.peers.data 20000000 --parquet`` makes the plain year, where they are not there yet, and prints the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from attrs import frozen

from benchmarks.peers import life

SEED = 303
PERIODE = "2026-12"
DAGTEKENING = "2026-12-31"
YEAR_BEGIN, YEAR_END = date(2026, 1, 1), date(2026, 12, 31)
DAYS = [(YEAR_BEGIN + timedelta(days=number)).isoformat() for number in range((YEAR_END - YEAR_BEGIN).days + 1)]

AANBIEDER = "65650303"
GEMEENTEN = tuple(f"{number:04}" for number in range(3001, 3221))
PERCELEN = {"NOORD": GEMEENTEN[0::3], "MIDDEN": GEMEENTEN[1::3], "ZUID": GEMEENTEN[2::3]}
NIVEAUS = ("mbo", "hbo", "hbo+", "wo", "wo+", "ams")
CENT_PER_NIVEAU = {"mbo": 1840, "hbo": 2430, "hbo+": 2795, "wo": 3220, "wo+": 3610, "ams": 4485}
# What every perceel buys, and what only one of them buys besides.
CONTRACTED = {
    "1.1": ("mbo", "hbo"),
    "1.2": ("mbo", "hbo"),
    "1.3": ("hbo", "wo"),
    "2.1": ("hbo", "hbo+", "wo"),
    "2.2": ("wo", "wo+", "ams"),
}
BESIDES = {("ZUID", "1.2"): "hbo+", ("MIDDEN", "2.2"): "hbo+", ("NOORD", "1.3"): "hbo+"}
ASPECIFIC = (("1.1", "1.2"), ("1.2", "1.3"), ("2.1", "2.2"))
# When the prices of a perceel change; the first date is that of the contract.
CHANGES = {
    "NOORD": (date(2025, 1, 1), date(2026, 1, 1)),
    "MIDDEN": (date(2025, 1, 1), date(2026, 7, 1)),
    "ZUID": (date(2025, 1, 1), date(2026, 1, 1), date(2026, 7, 1)),
}
TEAM = (1, 1, 1, 1, 2, 2, 2, 2, 3, 3)  # how many professionals, each as likely
MINUTES = tuple(minutes for minutes in range(10, 121) for _ in range(6 if minutes % 15 == 0 else 3 if minutes % 5 == 0 else 1))
HEADER = "id;bsn;datum;minuten;kwalificatieniveau;medewerker;prestatiecode;toewijzingnummer;gemeente;tijdsoort;status"
ASSIGNED_HEADER = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode"
PLANNING = '[declaratie]\nregistratiewijze = "planning-tenzij"\n\n'


@frozen
class Files:
    """Where the data of one size stand."""

    folder: Path

    @property
    def contract(self) -> Path:
        """The contract folder."""
        return self.folder / "contract"

    @property
    def toewijzingen(self) -> Path:
        """The toewijzingen as CSV."""
        return self.folder / "toewijzingen.csv"

    @property
    def registraties(self) -> Path:
        """The registraties as CSV."""
        return self.folder / "registraties.csv"

    @property
    def verblijf(self) -> Path:
        """The stays as CSV; the plain year has none."""
        return self.folder / "verblijf.csv"

    @property
    def limits(self) -> bool:
        """Whether this is the year with limits."""
        return self.verblijf.exists()

    @property
    def parquet(self) -> Path:
        """The registraties as Parquet; only where `with_parquet` was called."""
        return self.folder / "registraties.parquet"


@frozen(eq=False)
class Care:
    """A toewijzing and who delivers on it.

    `first` and `last` are the days of the year (from 0) that it is valid on, `contacts` the number of registraties, `team` the
    level, name and prestatiecode of each who delivers, `below` the level just under every contracted one ("" where none is).
    `kind` and `limit`, the columns of it, are of `benchmarks.peers.life`.
    """

    bsn: str
    gemeente: str
    nummer: int
    begin: date
    einde: date | None
    codes: tuple[str, ...]
    first: int
    last: int
    contacts: int
    team: tuple[tuple[str, str, str], ...]
    below: str
    kind: str = ""
    limit: str = ""


def prepare(registraties: int, seed: int = SEED, home: Path | None = None, *, limits: bool = False) -> Files:
    """Return the files of `registraties` rows, written once per seed and size below `home` (a folder for temporary files)."""
    home = home or Path(tempfile.gettempdir()) / "mpj-benchmarks"
    sources = b"".join(Path(module).read_bytes() for module in (__file__, life.__file__))
    folder = home / f"{'life' if limits else 'plain'}-{hashlib.sha256(sources).hexdigest()[:8]}-{seed}-{registraties}"
    if not folder.is_dir():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=home))
        try:
            write(unfinished, registraties, seed, limits=limits)
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # nobody else was first
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return Files(folder)


def with_parquet(files: Files) -> Files:
    """Add the registraties as Parquet to `files`, once; needs DuckDB."""
    if not files.parquet.exists():
        import duckdb

        unfinished = files.parquet.with_suffix(f".{os.getpid()}")
        types = dict.fromkeys((HEADER + life.RECORD_COLUMNS if files.limits else HEADER).split(";"), "VARCHAR")
        types |= {"datum": "DATE", "minuten": "SMALLINT", "toewijzingnummer": "INTEGER"}
        with duckdb.connect() as connection:
            rows = connection.read_csv(str(files.registraties), sep=";", header=True, columns=types)
            rows.write_parquet(str(unfinished), compression="zstd")
        unfinished.rename(files.parquet)
    return files


def write(folder: Path, registraties: int, seed: int, *, limits: bool = False) -> None:
    """Write the contract, toewijzingen.csv, registraties.csv with exactly `registraties` rows and, with limits, verblijf.csv."""
    files = Files(folder)
    files.contract.mkdir(parents=True)
    (files.contract / "contract.toml").write_text(contract_toml(PLANNING if limits else ""), "utf-8")
    (files.contract / "tarieven.csv").write_text("".join(f"{row}\n" for row in tarieven(limits=limits)), "utf-8")
    rng, other = Random(seed), Random(seed + 1)
    cares = list(life.live(other, _cares(rng, registraties)) if limits else _cares(rng, registraties))
    with files.toewijzingen.open("w", encoding="utf-8", newline="") as out:
        out.write(f"{ASSIGNED_HEADER}{life.LIMIT_COLUMNS if limits else ''}\n")
        for care in cares:
            place = f"{care.nummer};{care.bsn};{care.gemeente};{AANBIEDER}"
            out.write(f"{place};{care.begin};{care.einde or ''};{','.join(care.codes)}{care.limit}\n")
    with files.registraties.open("w", encoding="utf-8", newline="") as out:
        out.write(f"{HEADER}{life.RECORD_COLUMNS if limits else ''}\n")
        number = 0
        for rows in _weeks(rng, cares, life.shape(other) if limits else _as_it_is):
            out.write("".join(f"R{place:08};{row}\n" for place, row in enumerate(rows, number + 1)))
            number += len(rows)
    if limits:
        found = (row for care in cares if care.kind == life.VERBLIJF for row in life.stays(other, care, DAYS))
        text = "".join(f"V{place:08};{row}\n" for place, row in enumerate(found, 1))
        files.verblijf.write_text(life.STAY_HEADER + text, "utf-8")


def contract_toml(settings: str = "") -> str:
    """Return the contract: one aanbieder, three percelen that divide the gemeenten, and the text of its `settings`."""
    named = "\n".join(
        f'[[perceel]]\ncode = "{code}"\nnaam = "Regio {code.title()}"\ngemeenten = {_toml_list(gemeenten)}\n'
        for code, gemeenten in PERCELEN.items()
    )
    return (
        f'# Invented data.\n[contract]\nid = "JAAR-2026"\nprotocol = "MPJ-16"\naanbieder = "{AANBIEDER}"\n'
        f"gemeenten = {_toml_list(GEMEENTEN)}\nbegindatum = 2025-01-01\neinddatum = 2026-12-31\n\n{settings}{named}"
    )


def _toml_list(values: tuple[str, ...]) -> str:
    rows = (", ".join(f'"{value}"' for value in values[at : at + 16]) for at in range(0, len(values), 16))
    return "[\n  " + ",\n  ".join(rows) + ",\n]"


def tarieven(*, limits: bool = False) -> Iterator[str]:
    """Yield the rows of the matrix: three percelen, five prestatiecodes, the levels that were bought, two or three dates.

    The year with limits has two prestatiecodes more, priced without level.
    """
    yield "perceel;prestatiecode;kwalificatieniveau;begindatum;einddatum;tarief"
    for at, (perceel, changes) in enumerate(CHANGES.items()):
        for place, code in enumerate(CONTRACTED):
            bought = bought_levels(perceel, code)
            for niveau in NIVEAUS:
                if niveau not in bought:
                    yield f"{perceel};{code};{niveau};{changes[0]};;uitgesloten"
                    continue
                cents = CENT_PER_NIVEAU[niveau] + 35 * at + 60 * place
                yield from _dated(f"{perceel};{code};{niveau}", changes, cents)
        for code, cents in life.WITHOUT_LEVEL.items() if limits else ():
            yield from _dated(f"{perceel};{code};", changes, cents + 35 * at)


def _dated(cell: str, changes: tuple[date, ...], cents: int) -> Iterator[str]:
    """Yield a row of the matrix for each date on which its price changes, by three percent."""
    ends = [f"{begin - timedelta(days=1)}" for begin in changes[1:]] + [""]
    for step, (begin, end) in enumerate(zip(changes, ends, strict=True)):
        price = cents + cents * 3 * step // 100
        yield f"{cell};{begin};{end};{price // 100},{price % 100:02}"


def bought_levels(perceel: str, code: str) -> list[str]:
    """Return the contracted levels of a prestatiecode in a perceel, low to high."""
    bought = {*CONTRACTED[code], BESIDES.get((perceel, code), "")}
    return [niveau for niveau in NIVEAUS if niveau in bought]


def bsns() -> Iterator[str]:
    """Yield invented BSNs that pass the elfproef, from the highest down.

    The range for tests (9999...) holds some nine thousand of them, not enough for 25,000 clients. Where it ends the numbers
    below it follow: 9998..., 9997... They are as invented as the rest, and stand in temporary files only.
    """
    for first in range(99_999_999, 10_000_000, -1):
        last = sum((9 - place) * int(digit) for place, digit in enumerate(str(first))) % 11
        if last < 10:
            yield f"{first}{last}"


def _cares(rng: Random, registraties: int) -> Iterator[Care]:
    clients = max(1, registraties // 40)
    numbers = dict.fromkeys(GEMEENTEN, 100_000)
    staff = max(3, clients // 60)
    plans: list[tuple[str, str, str, tuple[str, ...], date, date | None]] = []
    draw = rng.random
    for place, bsn in zip(range(clients), bsns(), strict=False):
        gemeente = GEMEENTEN[int(len(GEMEENTEN) * draw() * draw())]
        perceel = next(code for code, gemeenten in PERCELEN.items() if gemeente in gemeenten)
        first = _codes(rng)
        chosen = [first]
        if place % 25 == 24:  # a second toewijzing, of the other kind of care
            chosen.append(("1.1",) if first[0][0] == "2" else ("2.1",))
        plans.extend((bsn, gemeente, perceel, codes, *_dates(rng)) for codes in chosen)
    bounds = [0, *accumulate(_days(begin, einde)[1] - _days(begin, einde)[0] + 1 for *_, begin, einde in plans)]
    for place, (bsn, gemeente, perceel, codes, begin, einde) in enumerate(plans):
        numbers[gemeente] += 1
        first_day, last_day = _days(begin, einde)
        team = [_professional(rng, perceel, codes, staff) for _ in range(TEAM[int(draw() * len(TEAM))])]
        yield Care(
            bsn=bsn,
            gemeente=gemeente,
            nummer=numbers[gemeente],
            begin=begin,
            einde=einde,
            codes=codes,
            first=first_day,
            last=last_day,
            contacts=registraties * bounds[place + 1] // bounds[-1] - registraties * bounds[place] // bounds[-1],
            team=tuple(
                (niveau, medewerker, code)
                for niveau, medewerker in team
                for code in codes
                if NIVEAUS.index(niveau) >= NIVEAUS.index(bought_levels(perceel, code)[0])
            ),
            below=NIVEAUS[NIVEAUS.index(bought_levels(perceel, codes[0])[0]) - 1] if codes[0] > "1.2" else "",
        )


def _codes(rng: Random) -> tuple[str, ...]:
    """Return one prestatiecode, or now and then the few of an aspecific toewijzing."""
    if rng.random() < 0.08:
        return ASPECIFIC[int(rng.random() * len(ASPECIFIC))]
    return (tuple(CONTRACTED)[int(rng.random() * len(CONTRACTED))],)


def _dates(rng: Random) -> tuple[date, date | None]:
    """Return when a toewijzing begins and ends: some with the month, most on any day, one in ten with an open end."""
    begin = date(2025, 4, 1) + timedelta(days=int(rng.random() * 550))
    if rng.random() < 0.4:
        begin = begin.replace(day=1)
    if rng.random() < 0.1:
        return begin, None
    einde = max(begin, YEAR_BEGIN) + timedelta(days=60 + int(rng.random() * 400))
    if rng.random() < 0.4:
        einde = einde.replace(day=1) - timedelta(days=1)
    return begin, einde


def _days(begin: date, einde: date | None) -> tuple[int, int]:
    """Return the first and last day of the year, from 0, that the toewijzing is valid on."""
    return (max(begin, YEAR_BEGIN) - YEAR_BEGIN).days, (min(einde or YEAR_END, YEAR_END) - YEAR_BEGIN).days


def _professional(rng: Random, perceel: str, codes: tuple[str, ...], staff: int) -> tuple[str, str]:
    """Return the level and the name of somebody who may deliver: mostly of a contracted level, now and then of another above it."""
    bought = bought_levels(perceel, codes[0])
    pool = bought if rng.random() < 0.85 else NIVEAUS[NIVEAUS.index(bought[0]) :]
    niveau = pool[int(rng.random() * len(pool))]
    return niveau, f"M{NIVEAUS.index(niveau) + 1}{int(rng.random() * staff):05}"


def _as_it_is(care: Care, row: str, spoilt: bool, room: int, number: int) -> list[str]:
    """The rows of a contact in the plain year: one."""
    return [row]


def _weeks(rng: Random, cares: list[Care], shape: life.Shape) -> Iterator[list[str]]:
    """Yield the rows of registraties.csv without id, a week at a time, so that no size has to fit in memory.

    `shape` makes the rows of a contact of the one that it would have in the plain year.
    """
    draw, minutes, kinds = rng.random, MINUTES, len(MINUTES)
    made = [0] * len(cares)
    for week in range(0, len(DAYS), 7):
        until = week + 7
        days: list[list[str]] = [[] for _ in range(7)]
        for place, care in enumerate(cares):
            if care.first >= until or made[place] == care.contacts:
                continue
            span, contacts, team, begin = care.last - care.first + 1, care.contacts, care.team, care.first
            number = made[place]
            while number < contacts and (day := begin + number * span // contacts) < until:
                niveau, medewerker, code = team[int(draw() * len(team))]
                minuten = minutes[int(draw() * kinds)]
                tail = f"{code};{care.nummer};{care.gemeente};direct;gerealiseerd"
                row = f"{care.bsn};{DAYS[day]};{minuten};{niveau};{medewerker};{tail}"
                if spoilt := draw() < 0.01:
                    row = _spoilt(rng, care, row)
                rows = shape(care, row, spoilt, contacts - number, number)
                days[day - week] += rows
                number += len(rows)
            made[place] = number
        yield [row for rows in days for row in rows]


def _spoilt(rng: Random, care: Care, row: str) -> str:
    """Return the row with one thing wrong that keeps it from being billed."""
    bsn, datum, minuten, niveau, medewerker, code, nummer, gemeente, tijdsoort, status = row.split(";")
    kind = int(rng.random() * 6)
    if kind == 0:
        tijdsoort = ("indirect", "reis", "overig")[int(rng.random() * 3)]
    elif kind == 1:
        status = ("niet_verschenen", "geannuleerd")[int(rng.random() * 2)]
    elif kind == 2 and care.last + 20 < len(DAYS):
        datum = DAYS[care.last + 1 + int(rng.random() * 19)]  # after the toewijzing
    elif kind == 2 and care.first > 20:
        datum = DAYS[care.first - 1 - int(rng.random() * 19)]  # before it
    elif kind == 3 and care.below:
        niveau = care.below
    elif kind == 4:
        nummer = str(care.nummer + 1)  # a typing error: it is another client's, or nobody's
    elif kind == 5:
        minuten = "0"
    else:
        nummer = f"{900_000 + int(rng.random() * 1000)}"  # nobody's
    return ";".join((bsn, datum, minuten, niveau, medewerker, code, nummer, gemeente, tijdsoort, status))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.data", description=__doc__)
    parser.add_argument("registraties", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=SEED, help="seed (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="where generated data are kept")
    parser.add_argument("--limits", action="store_true", help="the year with limits, groups, plans and stays")
    parser.add_argument("--parquet", action="store_true", help="the registraties as Parquet too")
    asked = parser.parse_args()
    found = prepare(asked.registraties, asked.seed, asked.data, limits=asked.limits)
    print((with_parquet(found) if asked.parquet else found).folder)
