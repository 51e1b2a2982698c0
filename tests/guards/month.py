"""One month that has everything, declared under many settings: what its output and its ledger are, as digests.

A change that means to leave the outside as it is leaves `expected.json` as it is. One that means to change it says so, and writes
it anew: ``python -m guards.month`` (with tests/ on the path).
"""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ledger.support import answer_to, empty_ledger

import mpj
from mpj.engine import Result
from mpj.messages import declaratieberichten
from mpj.output import write_result

EXPECTED = Path(__file__).with_name("expected.json")
TRACE_COLUMNS, STEP_COLUMNS = 12, 8
# What each setting may say. Of the first four every combination is tried, of the others every pair of words with every other word.
CROSSED: Mapping[str, tuple[object, ...]] = {
    "declaratie.registratiewijze": ("realisatie", "planning", "planning-tenzij"),
    "declaratie.bevestiging": (False, True),
    "afronding.over": ("contact", "dag", "productperiode"),
    "afronding.wijze": ("rekenkundig", "naar_boven", "naar_beneden"),
}
MIXED: Mapping[str, tuple[object, ...]] = {
    "declaratie.eenheid_uur": ("uur", "minuut"),
    "verblijf.laatste_dag": ("telt", "telt_niet"),
    "limiet.bij_overschrijding": ("aftoppen", "hele_contacten"),
    "declaratie.tr340": ("prestatiecode", "productcode"),
    "declaratie.vorm": ("declaratie", "factuur"),
    "declaratie.eenheid_kwartier": ("minuut", "stuk"),
    "afronding.minimum": (1, 0),
    "afronding.drempel": (0, 20),
}
# Which of the words of a mixed setting a combination has, by its number: a row of signs for each setting, no two alike or opposite.
SIGNS = (0b10110011, 0b01101010, 0b11010110, 0b00111101, 0b10011010, 0b01011100, 0b11100001, 0b00101111)


def combinations() -> Iterator[dict[str, object]]:
    """Every combination of settings that is tried, in a fixed order."""
    for number, words in enumerate(product(*CROSSED.values())):
        mixed = {name: MIXED[name][_parity(number & sign)] for name, sign in zip(MIXED, SIGNS, strict=True)}
        yield dict(zip(CROSSED, words, strict=True)) | mixed


def _parity(number: int) -> int:
    return number.bit_count() % 2


# --- The month --------------------------------------------------------------------------------------------------------

BSNS = ("999900006", "999900018", "999900031", "999900043", "999900055", "999900067", "999900079", "999900080")
AGB, STAD, DORP = "65656055", "0384", "0363"
PRICES = {
    "1.1 hbo": "98,20",
    "1.1 wo": "124,00",
    "2.1 hbo": "24,55",
    "2.1 wo": "31,20",
    "4.1": "18,05",
    "4.2": "55,00",
    "6.1": "150,00",
    "8.1": "250,35",
    "8.1 hbo": "24,10",
    "10.2": "12,50",
}
NORMTIJD = {"1.1": "uur", "4.2": "halve_dag", "10.2": "stuk"}


def contract(settings: Mapping[str, object]) -> mpj.Contract:
    """The contract under these settings, by ``section.key``; those of `afronding` hold for kwartieren and hours."""
    tables: dict[str, Any] = {
        "contract": {
            "id": "VB-2026",
            "protocol": "MPJ-16",
            "aanbieder": AGB,
            "gemeenten": [STAD, DORP],
            "begindatum": date(2026, 1, 1),
            "einddatum": date(2026, 12, 31),
        },
        "normtijd": NORMTIJD,
        "perceel": [{"code": "N", "gemeenten": [STAD]}, {"code": "Z", "gemeenten": [DORP]}],
        "afronding": {"kwartier": {}, "uur": {}},
    }
    for name, word in settings.items():
        section, _, key = name.partition(".")
        places = tables["afronding"].values() if section == "afronding" else [tables.setdefault(section, {})]
        for place in places:
            place[key] = word
    rows = [
        {
            "perceel": perceel,
            "prestatiecode": name.split()[0],
            "kwalificatieniveau": "".join(name.split()[1:]),
            "begindatum": "2026-01-01",
            "tarief": price,
        }
        for perceel in "NZ"
        for name, price in PRICES.items()
    ]
    return mpj.make_contract(tables, rows)


def toewijzingen() -> list[dict[str, object]]:
    """Toewijzingen of every kind, most of them limited."""
    rows: list[dict[str, object]] = []

    def assign(client: int, gemeente: str = STAD, **fields: object) -> None:
        base = {"begindatum": "2026-01-01", "einddatum": "2026-12-31", "aanbieder": AGB}
        rows.append({"toewijzingnummer": len(rows) + 1, "bsn": BSNS[client], "gemeente": gemeente} | base | fields)

    assign(0, prestatiecode="2.1", volume=150, eenheid="01", frequentie="4")
    assign(0, prestatiecode="4.1", volume=3, eenheid="04", frequentie="2")
    assign(1, prestatiecode="2.1", budget_cent=25000)
    assign(1, prestatiecode="8.1", volume=5, eenheid="14", frequentie="6", begindatum="2026-03-03")
    assign(2, DORP, prestatiecode="2.1", productcode="45214", kwalificatieniveau_max="wo")
    assign(2, DORP, prestatiecode="10.2", volume=2, eenheid="84", frequentie="1")
    assign(3, DORP, prestatiecode="2.1,1.1", volume=500, eenheid="01", frequentie="6")
    assign(3, DORP, prestatiecode="6.1", einddatum="2026-03-20")
    assign(4, budget_cent=60000)
    assign(5, productcategorie="45", budget_cent=40000, einddatum="2026-03-17")
    assign(5, prestatiecode="4.1")
    assign(6, prestatiecode="4.2", volume=3, eenheid="16", frequentie="2")
    assign(6, prestatiecode="2.1", perceel="N", volume=100000, eenheid="01", frequentie="6")
    assign(7, prestatiecode="2.1", reden_wijziging="13")
    return rows


CODES = (("2.1", "4.1"), ("2.1", "8.1"), ("2.1", "10.2"), ("2.1", "1.1"), ("2.1", "4.1"), ("2.1", "4.1"), ("2.1", "4.2"), ("2.1",))
MINUTES = (50, 10, 7, 8, 95, 23, 60, 3, 15, 52)
LEVELS = ("hbo", "wo", "hbo", "hbo+", "mbo", "ams")
STATUSSEN = ("gerealiseerd", "gepland", "gerealiseerd", "gepland", "niet_verschenen", "gerealiseerd", "geannuleerd")


def registraties(month: int = 3) -> list[dict[str, object]]:
    """Contacts of every kind in a month of 2026: plans and what came of them, groups with two leaders, levels, some faulty."""
    rows: list[dict[str, object]] = []
    for number in range(150):
        turn, client = divmod(number, len(BSNS))
        day = date(2026, month, 1 + (5 * client + 13 * (turn // 2)) % 28)
        code = CODES[client][turn // 3 % len(CODES[client])]
        row: dict[str, object] = {
            "id": f"{month}-{number:03}",
            "bsn": BSNS[client],
            "datum": day.isoformat(),
            "prestatiecode": code,
        }
        row["status"] = STATUSSEN[number // 3 % len(STATUSSEN)]
        row["minuten"] = MINUTES[number * 3 % len(MINUTES)]
        row["kwalificatieniveau"] = LEVELS[number // 2 % len(LEVELS)] if code in ("1.1", "2.1") else ""
        if row["status"] == "gepland" or number % 5 == 0:
            row["afspraak"] = f"{month}-{client}-{number // 24}"
            row["bevestigd"] = ("ja", "nee", "")[number % 3]
        if code in ("4.2", "10.2"):
            row["aantal"], row["minuten"] = 1 + number % 3, ""
        if code == "4.1" and number % 3:
            row |= {"minuten": "", "begintijd": f"{13 + number % 3}:00", "eindtijd": f"{15 + number % 2}:20"}
        if number % 19 == 4:
            row["medewerker"] = ("m1", "m2", "m3")[number % 3]
        rows.append(row)
    return [*rows, *_odd(month)]


def _odd(month: int) -> list[dict[str, object]]:
    day = date(2026, month, 12)
    plain: dict[str, object] = {"bsn": BSNS[0], "datum": day.isoformat(), "minuten": 30, "kwalificatieniveau": "hbo"}
    plain["prestatiecode"] = "2.1"
    return [
        plain | {"id": f"{month}-twee"},
        plain | {"id": f"{month}-twee"},
        plain | {"id": f"{month}-anders"},
        plain | {"id": f"{month}-anders", "minuten": 45},
        plain | {"id": f"{month}-terug"},
        plain | {"id": f"{month}-terug", "status": "vervallen"},
        plain | {"id": f"{month}-fout", "minuten": "veel"},
        plain | {"id": f"{month}-reis", "tijdsoort": "reis"},
        plain | {"id": f"{month}-later", "datum": (day + timedelta(days=31)).isoformat()},
        plain | {"id": f"{month}-vroeg", "datum": "2020-12-31"},
        plain | {"id": f"{month}-vreemd", "bsn": "999900092"},
        plain | {"id": f"{month}-nummer", "toewijzingnummer": 99},
        plain | {"id": f"{month}-elders", "prestatiecode": "5.1"},
        plain | {"id": f"{month}-niveau", "kwalificatieniveau": ""},
        plain | {"id": f"{month}-geen", "prestatiecode": "", "onderaannemer": "65651122"},
        plain | {"id": f"{month}-deel", "bsn": BSNS[4], "prestatiecode": "", "medewerker": "m9"},
    ]


def verblijf(month: int = 3) -> list[dict[str, object]]:
    """Stays: one that goes on, one with a day away, two over one another, extra ones past a limit."""
    rows: list[tuple[int, str, int, int | None, str]] = [
        (3, "6.1", 2, 6, "aanwezig"),
        (3, "6.1", 5, 9, "aanwezig"),
        (3, "6.1", 12, 14, "verlof"),
        (3, "6.1", 18, None, "aanwezig"),
        (1, "8.1", 1, 6, "aanwezig"),
        (1, "8.1", 9, 12, "aanwezig"),
    ]
    made: list[dict[str, object]] = []
    for number, (client, code, begin, end, presence) in enumerate(rows):
        row: dict[str, object] = {"id": f"v{month}-{number}", "bsn": BSNS[client], "prestatiecode": code, "aanwezigheid": presence}
        row["begindatum"] = date(2026, month, begin).isoformat()
        row["einddatum"] = "" if end is None else date(2026, month, end).isoformat()
        made.append(row)
    return made


MEDEWERKERS = [
    {"medewerker": "m1", "kwalificatieniveau": "wo", "begindatum": "2026-01-01"},
    {"medewerker": "m2", "kwalificatieniveau": "hbo", "begindatum": "2026-01-01", "einddatum": "2026-03-10"},
]


# --- What it becomes --------------------------------------------------------------------------------------------------


def declared(settings: Mapping[str, object]) -> Result:
    """March, with February riding along."""
    return mpj.declare(
        [contract(settings)],
        toewijzingen(),
        [*registraties(2), *registraties()],
        verblijf=verblijf(),
        medewerkers=MEDEWERKERS,
        periode="2026-03",
        dagtekening=date(2026, 4, 7),
        nalevering=True,
    )


def output(result: Result, folder: Path) -> dict[str, str]:
    """What a run writes, as a digest per file. Trace and steps are two parts, whichever files they stand in."""
    write_result(result, folder)
    with (folder / "herkomst.csv").open(encoding="utf-8", newline="") as stream:
        traced = list(csv.reader(stream, delimiter=";"))
    steps = [row[TRACE_COLUMNS:] for row in traced[1:]]
    if (folder / "stappen.csv").exists():
        with (folder / "stappen.csv").open(encoding="utf-8", newline="") as stream:
            steps = [row[-STEP_COLUMNS:] for row in list(csv.reader(stream, delimiter=";"))[1:]]
    return {
        "declaratieregels.csv": digest((folder / "declaratieregels.csv").read_bytes()),
        "herkomst.csv": digest([row[:TRACE_COLUMNS] for row in traced]),
        "stappen": digest([row[:STEP_COLUMNS] for row in steps]),
        "uitval.csv": digest((folder / "uitval.csv").read_bytes()),
        "samenvatting.json": digest(summary(folder)),
    }


def summary(folder: Path) -> dict[str, object]:
    """The summary, without what names this version of the program."""
    found: dict[str, object] = json.loads((folder / "samenvatting.json").read_text("utf-8"))
    return {name: value for name, value in found.items() if name not in ("versie", "invoer", "bestanden", "niet_gelezen")}


def booked(settings: Mapping[str, object], folder: Path) -> dict[str, str]:
    """February sent and answered, with refusals; then March, with records of February that changed: each table as a digest."""
    path = empty_ledger(folder / "ledger.db")
    given: dict[str, Any] = {"contracten": [contract(settings)], "toewijzingen": toewijzingen(), "medewerkers": MEDEWERKERS}
    with mpj.Ledger(path) as ledger:
        ledger.begin("2021-01")
        first = ledger.declare(
            registraties=registraties(2), verblijf=verblijf(2), periode="2026-02", dagtekening=date(2026, 3, 3), **given
        )
        ledger.send([one["declaratienummer"] for one in first.samenvatting["declaraties"]], op=date(2026, 3, 3))
        refused = {line.referentienummer for line in first.regels[::4]}
        messages = declaratieberichten(first.regels, dagtekening=date(2026, 3, 3))
        answers = [(f"jw325-{one.declaratienummer}.xml", answer_to(one, refused)) for one in messages]
        ledger.answer(answers, op=date(2026, 3, 20))
        changed = [row | {"minuten": 40} for row in registraties(2)[3:60:8] if row["minuten"]]
        gone = [row | {"status": "vervallen"} for row in registraties(2)[5:60:13]]
        ledger.declare(
            registraties=[*registraties(), *changed, *gone],
            verblijf=verblijf(),
            periode="2026-03",
            dagtekening=date(2026, 4, 7),
            **given,
        )
    with closing(sqlite3.connect(path)) as connection:
        return {name: digest(rows) for name, rows in tables(connection).items() if rows}


def tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Every row of a ledger, sorted, under the name of its table."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    rows: dict[str, list[str]] = {}
    for name in names:
        if name != "alembic_version":
            found = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in found.description]
            rows[name] = sorted(repr(dict(zip(columns, row, strict=True))) for row in found)
    return rows


def digest(value: object) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of bytes, or of the text of a value."""
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def name_of(settings: Mapping[str, object]) -> str:
    """The settings as one text."""
    return " ".join(str(word).lower() for word in settings.values())


# --- What is pinned beside it -----------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]


def pinned() -> dict[str, object]:
    """Numbers, hashes and stored texts that others hold on to, in full."""
    usual = next(combinations())
    result = declared(usual)
    with TemporaryDirectory() as folder:
        path = empty_ledger(Path(folder) / "ledger.db")
        with mpj.Ledger(path) as ledger:
            ledger.declare(
                [contract(usual)],
                toewijzingen(),
                registraties(),
                verblijf=verblijf(),
                medewerkers=MEDEWERKERS,
                periode="2026-03",
                dagtekening=date(2026, 4, 7),
            )
        with closing(sqlite3.connect(path)) as connection:
            stored = {name: stored_texts(connection, name, column) for name, column in STORED}
    return {
        "tariefkaarten": kaarten(),
        "referentienummers": [line.referentienummer for line in result.regels],
        "declaratienummers": sorted({line.declaratienummer for line in result.regels}),
        "samenvatting": keys(result.samenvatting),
        "bewaard": stored,
    }


STORED = (
    ("record", "inhoud"),
    ("toewijzing", "inhoud"),
    ("medewerker", "inhoud"),
    ("regel", "sleutel"),
    ("regel", "afronding"),
    ("herkomst", "inhoud"),
    ("herkomst", "vinger"),
)


def stored_texts(connection: sqlite3.Connection, table: str, column: str) -> list[str]:
    """The first texts of a column, in order of the text."""
    return [row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM {table} ORDER BY 1 LIMIT 12")]


def kaarten() -> dict[str, str]:
    """The hash of each contract in tariffs/."""
    found: dict[str, str] = {}
    for folder in sorted(path.parent for path in (ROOT / "tariffs").glob("*/contract.toml")):
        result = mpj.declare([mpj.load_contract(folder)], [], [], periode="2026-03", dagtekening=date(2026, 4, 7))
        found[folder.name] = result.samenvatting["contracten"][0]["tariefkaart"]
    return found


def keys(value: object, path: str = "") -> list[str]:
    """The paths of all keys of a summary, in their order; of a list, those of its first item."""
    if isinstance(value, Mapping):
        return [name for key, one in value.items() for name in (f"{path}{key}", *keys(one, f"{path}{key}."))]
    if isinstance(value, list | tuple) and value:
        return keys(value[0], f"{path}0.")
    return []


def made() -> dict[str, object]:
    """All that is expected."""
    months: dict[str, dict[str, dict[str, str]]] = {}
    for settings in combinations():
        with TemporaryDirectory() as folder:
            (Path(folder) / "uit").mkdir()
            outcome = output(declared(settings), Path(folder) / "uit")
            months[name_of(settings)] = {"uitvoer": outcome, "ledger": booked(settings, Path(folder))}
    return {"vastgezet": pinned(), "maanden": months}


if __name__ == "__main__":
    EXPECTED.write_text(json.dumps(made(), indent=1, ensure_ascii=False) + "\n", "utf-8")
