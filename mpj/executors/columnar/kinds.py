"""What registraties have in common, decided once: the distinct dates, times, forms, medewerkers and searches for a toewijzing.

The database finds the distinct texts; mpj's own reader reads one made-up row for each, so that no rule on fields stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from attrs import define, field

from mpj.engine.job import Job
from mpj.engine.planning import GEPLAND, out_by_form
from mpj.executors.columnar.database import Database
from mpj.executors.columnar.sources import File
from mpj.output.shape import cell
from mpj.reading.tables import Table
from mpj.records.entries import Entry
from mpj.records.registraties import COMPUTED, REQUIRED, Ongeldig

# Which columns are looked at together; the rest of a row is its id and its afspraak.
KINDS = {
    "zoek": ("bsn", "toewijzingnummer", "gemeente", "prestatiecode", "productcode"),
    "vorm": ("kwalificatieniveau", "soort", "tijdsoort", "status", "bevestigd", "aantal"),
    "tijd": ("minuten", "begintijd", "eindtijd"),
    "dag": ("datum",),
    "wie": ("medewerker", "onderaannemer"),
}
_MADE_UP = {"id": "x", "bsn": "999900006", "datum": "2026-01-01"}
_GEREALISEERD = "gerealiseerd"


class Numbers(dict[Any, int]):
    """Gives every distinct thing a number, from 0."""

    def __missing__(self, thing: Any) -> int:
        number = self[thing] = len(self)
        return number


@define
class Kinds:
    """The distinct things of a run, and what was decided of them.

    `present` are the columns that any file has, by kind; `months` the month of each tijdvak;
    `niveaus` and `soorten` number the levels (0: none) and soorten; `duren` and `aantallen` are all that time and pieces come to.
    """

    present: dict[str, tuple[str, ...]]
    months: dict[int, int] = field(factory=dict)
    eerste: date = date.max
    laatste: date = date.min
    niveaus: Numbers = field(factory=Numbers)
    soorten: Numbers = field(factory=Numbers)
    duren: set[int] = field(factory=set)
    aantallen: set[int] = field(factory=set)
    afspraak: bool = False


class Reader:
    """Reads made-up rows: those of the distinct texts of some columns, with something harmless in all others."""

    def __init__(self, job: Job) -> None:
        self._entries = job.entries()

    def read(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Entry | Ongeldig]:
        """Return what each row comes to, in their order."""
        extra = [name for name in REQUIRED if name not in columns]
        filled = [_MADE_UP[name] for name in extra]
        places = {name: place for place, name in enumerate((*columns, *extra))}
        yield from self._entries.rows(Table("", places, len(places), (), ((1, [*row, *filled]) for row in rows)))
        self._entries.forget()


def raw(files: Sequence[File]) -> str:
    """Return the query for the rows of all files."""
    present = columns_of(files)
    return " UNION ALL ".join(
        f"SELECT {file.nummer}::SMALLINT AS bestand, rij, vreemd, overig, scheef, "
        + ", ".join(name if name in file.columns else f"'' AS {name}" for name in present)
        + f" FROM ({file.sql})"
        for file in files
    )


def columns_of(files: Sequence[File]) -> list[str]:
    """Return the known columns that any of the files has."""
    return [name for name in COMPUTED if any(name in file.columns for file in files)]


def find_kinds(database: Database, files: Sequence[File]) -> Kinds:
    """Find the distinct texts of each kind: a table per kind, of its columns and a number."""
    known = columns_of(files)
    present = {kind: tuple(name for name in names if name in known) for kind, names in KINDS.items()}
    sets = {kind: names for kind, names in present.items() if names}
    texts = ", ".join(name for names in sets.values() for name in names)
    marks = ", ".join(f"GROUPING({names[0]}) AS is_{kind}" for kind, names in sets.items())
    grouped = ", ".join(f"({', '.join(names)})" for names in sets.values())
    database.run(f"CREATE TABLE texts AS SELECT {texts}, {marks} FROM ({raw(files)}) GROUP BY GROUPING SETS ({grouped})")
    for kind, names in sets.items():
        numbered = f"SELECT row_number() OVER ()::INTEGER AS {kind}, {', '.join(names)} FROM texts WHERE is_{kind} = 0"
        database.run(f"CREATE TABLE {kind}_texts AS {numbered}")
    database.run("DROP TABLE texts")
    return Kinds(present, afspraak="afspraak" in known)


def decide_kinds(database: Database, job: Job, reader: Reader, kinds: Kinds) -> None:
    """Decide all kinds but the searches, and make a table of each: its number, its texts, and what was decided."""
    kinds.niveaus[None], kinds.soorten[None]
    _decide(
        database, reader, kinds, "dag", {"ordinaal": "INTEGER", "tekst": "VARCHAR", "tijdvak": "INTEGER"}, partial(_dag, job, kinds)
    )
    _decide(database, reader, kinds, "tijd", {"leesbaar": "BOOLEAN", "duur": "INTEGER"}, partial(_tijd, kinds))
    columns = {"telt": "BOOLEAN", "bijzonder": "BOOLEAN", "soortnr": "INTEGER", "niveaunr": "INTEGER", "stuks": "INTEGER"}
    _decide(database, reader, kinds, "vorm", columns, partial(_vorm, kinds))
    columns = {"naam": "VARCHAR", "onder": "VARCHAR", "bijzonder": "BOOLEAN", "genoemd": "BOOLEAN"}
    _decide(database, reader, kinds, "wie", columns, _wie)
    if job.has_levels:
        _levels(database, job, reader, kinds)


def _decide(
    database: Database,
    reader: Reader,
    kinds: Kinds,
    kind: str,
    columns: dict[str, str],
    decide: Callable[[Entry | Ongeldig], tuple[Any, ...]],
) -> None:
    names = kinds.present[kind]
    rows: list[tuple[Any, ...]] = database.all(f"FROM {kind}_texts") if names else [(1,)]
    items = reader.read(names, (row[1:] for row in rows))
    types = {kind: "INTEGER", **dict.fromkeys(names, "VARCHAR"), **columns}
    database.create(kind, types, ((*row, *decide(item)) for row, item in zip(rows, items, strict=True)))


def _dag(job: Job, kinds: Kinds, item: Entry | Ongeldig) -> tuple[Any, ...]:
    if isinstance(item, Ongeldig):
        return None, "", None
    day = job.day(item.datum)
    kinds.eerste, kinds.laatste = min(kinds.eerste, item.datum), max(kinds.laatste, item.datum)
    kinds.months[day.tijdvak] = day.maand
    return item.datum.toordinal(), item.datum.isoformat(), None if day.outside else day.tijdvak


def _tijd(kinds: Kinds, item: Entry | Ongeldig) -> tuple[Any, ...]:
    if isinstance(item, Ongeldig):
        return False, None
    kinds.duren.add(item.tijd.duur or 0)
    return True, item.tijd.duur


def _vorm(kinds: Kinds, item: Entry | Ongeldig) -> tuple[Any, ...]:
    if isinstance(item, Ongeldig):
        return False, False, 0, 0, 0
    vorm = item.reeks.vorm
    kinds.aantallen.add(vorm.aantal)
    counts = not vorm.fout and out_by_form(vorm) is None and vorm.status == _GEREALISEERD
    niveau = kinds.niveaus[vorm.kwalificatieniveau] if counts else 0
    return counts, vorm.status == GEPLAND, kinds.soorten[vorm.soort] if counts else 0, niveau, vorm.aantal


def _wie(item: Entry | Ongeldig) -> tuple[Any, ...]:
    if isinstance(item, Ongeldig):
        return "", "", True, False
    medewerker, onder = item.reeks.medewerker or "", item.reeks.onderaannemer or ""
    return cell(medewerker), cell(onder), any(sign in medewerker + onder for sign in "\r\n"), bool(medewerker)


def _levels(database: Database, job: Job, reader: Reader, kinds: Kinds) -> None:
    """Make a table of the levels of each medewerker in the records, with their periods."""
    rows = database.all("SELECT wie, medewerker FROM wie") if "medewerker" in kinds.present["wie"] else []
    items = reader.read(("medewerker",), ((text,) for _, text in rows))
    periods = [
        (wie, one.begindatum.toordinal(), (one.einddatum or date.max).toordinal(), kinds.niveaus[one.kwalificatieniveau])
        for (wie, _), item in zip(rows, items, strict=True)
        if isinstance(item, Entry) and item.reeks.medewerker
        for one in job.periods_of(item.reeks.medewerker)
    ]
    database.create("niveau", {"wie": "INTEGER", "begin": "INTEGER", "einde": "INTEGER", "niveaunr": "INTEGER"}, periods)
