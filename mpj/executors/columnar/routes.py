"""Steps 3, 4 and 6 as tables to join with: which toewijzing from which day on, what its care is billed as, how minutes round.

Every row is an answer of the engine: `Clientrun.match`, `Tarieven.find`, `Tarief.eenheden`. What the database cannot add up by
itself (group time, sums over more than one contact, limits) is marked as special, and its clients are left to the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import define, field

from mpj.engine.matching import Dekking, Match
from mpj.engine.run import Job
from mpj.engine.tarieven import Tarief
from mpj.executors.columnar.database import Database
from mpj.executors.columnar.kinds import Kinds, Numbers, Reader
from mpj.output.shape import cell
from mpj.reading.periods import first_day, last_day, month_of
from mpj.records.entries import Entry

_OPEN = date.max.toordinal()
MAAT = 1 << 14  # above all that minutes and pieces come to
_ROUTE = {
    "zoek": "INTEGER",
    "begin": "INTEGER",
    "einde": "INTEGER",
    "dekking": "INTEGER",
    "wijze": "INTEGER",
    "keuze": "TINYINT",
    "bijzonder": "BOOLEAN",
}
_DEKKING = {
    "dekking": "INTEGER",
    "gemeente": "VARCHAR",
    "bsn": "VARCHAR",
    "nummer": "INTEGER",
    "begin": "INTEGER",
    "einde": "INTEGER",
    "maximum": "VARCHAR",
}


@define
class Routes:
    """What was found of toewijzingen.

    `wijzen` are the distinct ways in which care on them is billed, each with an example; `keuzen` the ways to choose one, numbered.
    """

    wijzen: list[tuple[Dekking, str]] = field(factory=list)
    keuzen: Numbers = field(factory=Numbers)
    _numbers: dict[int, int] = field(factory=dict)

    def wijze(self, job: Job, match: Match) -> int:
        """Return the number of the way in which the care of `match` is billed."""
        known = job.run.tarieven.known(match.dekking, match.prestatiecode)
        number = self._numbers.get(id(known))
        if number is None:
            number = self._numbers[id(known)] = len(self.wijzen)
            self.wijzen.append((match.dekking, match.prestatiecode))
        return number


def find_routes(database: Database, job: Job, reader: Reader, kinds: Kinds) -> Routes:
    """Make the tables of toewijzingen (`dekking`, in the order of the lines) and of where each search leads, by day (`route`)."""
    routes = Routes()
    names = kinds.present["zoek"]
    database.create("gevonden", _ROUTE, ())
    database.create("gedekt", _DEKKING, ())
    covered = 0
    client, numbers = "", Numbers()
    for batch in database.batches(f"SELECT zoek, {', '.join(names)} FROM zoek_texts ORDER BY bsn"):
        rows: list[tuple[Any, ...]] = []
        dekkingen: list[tuple[Any, ...]] = []
        for (zoek, *_), item in zip(batch, reader.read(names, (row[1:] for row in batch)), strict=True):
            if not isinstance(item, Entry) or item.reeks.vorm.fout:
                continue
            if item.bsn != client:
                covered += len(numbers)
                client, numbers = item.bsn, Numbers()
            for begin, einde, match in _stretches(job, kinds, item):
                new = match.dekking not in numbers
                dekking = covered + numbers[match.dekking]
                if new:
                    dekkingen.append((dekking, *_dekking(match.dekking)))
                special = match.dekking.begrensd or not (job.run.earlier.leeg or job.run.earlier.used(match.dekking) is None)
                rows.append((zoek, begin, einde, dekking, routes.wijze(job, match), routes.keuzen[match.keuze], special))
        database.insert("gevonden", _ROUTE, rows)
        database.insert("gedekt", _DEKKING, dekkingen)
    database.run(
        """CREATE TABLE dekking AS SELECT * REPLACE (row_number() OVER (ORDER BY gemeente, bsn, nummer)::INTEGER AS dekking),
        dekking AS gevonden FROM gedekt"""
    )
    database.run(
        """CREATE TABLE route AS SELECT gevonden.* REPLACE (dekking.dekking AS dekking)
        FROM gevonden JOIN dekking ON dekking.gevonden = gevonden.dekking"""
    )
    database.run("DROP TABLE gevonden; DROP TABLE gedekt")
    return routes


def _stretches(job: Job, kinds: Kinds, item: Entry) -> Iterator[tuple[int, int, Match]]:
    """Return where a search leads, from day to day, while it leads anywhere."""
    reeks, run = item.reeks, job.run
    dekkingen = run.dekkingen.of(reeks.bsn)
    if not dekkingen:
        return
    grenzen = run.dekkingen.grenzen(reeks.bsn)
    ends = [*(grens.toordinal() for grens in grenzen[1:]), _OPEN + 1]
    held: tuple[int, int, Match] | None = None
    for grens, end in zip(grenzen, ends, strict=True):
        begin = grens.toordinal()
        if end <= kinds.eerste or begin > kinds.laatste:
            continue
        found = run.match(dekkingen, reeks.toewijzingnummer, reeks.gemeente, reeks.vorm.prestatiecode, grens)
        if held is not None:
            if isinstance(found, Match) and _same(held[2], found):
                held = (held[0], end, found)
                continue
            yield held
        held = (begin, end, found) if isinstance(found, Match) else None
    if held is not None:
        yield held


def _same(one: Match, other: Match) -> bool:
    return one.dekking is other.dekking and one.prestatiecode == other.prestatiecode and one.keuze == other.keuze


def _dekking(dekking: Dekking) -> tuple[Any, ...]:
    one = dekking.toewijzing
    begin, einde = one.begindatum.toordinal(), (one.einddatum or date.max).toordinal()
    return one.gemeente, one.bsn, one.toewijzingnummer, begin, einde, dekking.maximum or ""


_TARIEF = {
    "sleutel": "BIGINT",
    "regel": "INTEGER",
    "maat": "INTEGER",
    "telt_minuten": "BOOLEAN",
    "cent": "BIGINT",
    "geleverd": "VARCHAR",
    "niveaus": "VARCHAR",
}


def make_key(job: Job, routes: Routes, kinds: Kinds, niveau: str) -> str:
    """Return SQL for the number of a question about price and unit: `wijze`, soort, level, whether there is time, tijdvak."""
    niveaus, tijdvakken = len(kinds.niveaus), max(kinds.dagen, default=0) + 1
    return (
        f"(((route.wijze::BIGINT * {len(kinds.soorten)} + vorm.soortnr) * {niveaus} + {niveau}) * 2 "
        f"+ (tijd.duur IS NULL)::INTEGER) * {tijdvakken} + dag.tijdvak"
    )


def find_tarieven(database: Database, job: Job, routes: Routes, kinds: Kinds, keys: Sequence[int]) -> list[Tarief]:
    """Answer all questions that `make_key` numbered, and return the tarief of each kind of line.

    Makes the tables `tarief` (by sleutel: what it is counted, priced and coded as), `eenheden` (units by measure plus minutes or
    pieces), `regel` (what a line says, in the order of the lines of a toewijzing), `maand`, and `bijzonder` (the questions whose
    clients are left to the engine).
    """
    niveaus, soorten = list(kinds.niveaus), list(kinds.soorten)
    tijdvakken = max(kinds.dagen, default=0) + 1
    found: dict[int, tuple[Tarief, str, str | None]] = {}
    special: set[int] = set()
    months: dict[int, set[int]] = {}
    for tijdvak, day in kinds.dagen.items():
        months.setdefault(month_of(day), set()).add(tijdvak)
    codes: dict[tuple[str, str, int], set[str]] = {}
    for key in keys:
        rest, tijdvak = divmod(key, tijdvakken)
        rest, zonder = divmod(rest, 2)
        rest, niveaunr = divmod(rest, len(niveaus))
        wijze, soortnr = divmod(rest, len(soorten))
        (dekking, code), day, niveau = routes.wijzen[wijze], kinds.dagen[tijdvak], niveaus[niveaunr]
        tarief = job.run.tarieven.find(dekking, code, day, soorten[soortnr], niveau, zonder_tijd=bool(zonder))
        if tarief.geweigerd is not None:
            continue
        # One line holds one contract and perceel: where these may change within the month, the engine decides.
        if not tarief.gewoon or len(months[month_of(day)]) > 1:
            special.add(key)
        elif tarief.niveau_geweigerd is None:
            found[key] = (tarief, code, niveau)
            codes.setdefault(_line_of(tarief), set()).add(code)
    # One product code for two prestatiecodes (of two contracts): one line may hold both.
    regels: dict[int, tuple[Any, ...]] = {}
    for key, (tarief, code, _) in found.items():
        texts = _regel(tarief, code)
        if len(codes[_line_of(tarief)]) > 1 or any("\n" in text or "\r" in text for text in map(str, texts)):
            special.add(key)
        else:
            regels[key] = texts
    order = sorted(set(regels.values()), key=lambda texts: (texts[_PRODUCTCODE], texts[_MAAND], texts))
    places = {texts: place for place, texts in enumerate(order)}
    tarieven: dict[int, Tarief] = {}
    measures, units = Numbers(), {}
    rows: list[tuple[Any, ...]] = []
    for key, texts in regels.items():
        tarief, _, niveau = found[key]
        place, maat = places[texts], measures[id(tarief.eenheden), tarief.vanaf, tarief.telt_minuten]
        tarieven[place] = units[maat] = tarief
        rows.append((key, place, maat * MAAT, tarief.telt_minuten, tarief.cent, niveau or "", cell(",".join(tarief.niveaus))))
    database.create("tarief", _TARIEF, rows)
    database.create("bijzonder", {"sleutel": "BIGINT"}, ((key,) for key in special))
    _make_regels(database, order)
    _make_units(database, kinds, units)
    return [tarieven[place] for place in range(len(order))]


def _line_of(tarief: Tarief) -> tuple[str, str, int]:
    assert tarief.plaats is not None
    return tarief.plaats.kaart.instellingen.aanbieder, tarief.productcode, tarief.maand


_REGEL = {
    "regel": "INTEGER",
    "contract": "VARCHAR",
    "aanbieder": "VARCHAR",
    "perceel": "VARCHAR",
    "prestatiecode": "VARCHAR",
    "niveau": "VARCHAR",
    "categorie": "VARCHAR",
    "productcode": "VARCHAR",
    "productcel": "VARCHAR",
    "maand": "INTEGER",
    "normtijd": "VARCHAR",
    "tarief_cent": "BIGINT",
    "eenheid": "VARCHAR",
    "per_unit": "BIGINT",
    "minuten": "INTEGER",
    "telt_minuten": "BOOLEAN",
}
_PRODUCTCODE, _MAAND = 6, 8


def _regel(tarief: Tarief, prestatiecode: str) -> tuple[Any, ...]:
    """Return what all of a line follows from, beside its toewijzing and what was delivered."""
    plaats, prijs, code = tarief.plaats, tarief.prijs, tarief.code
    assert plaats is not None and prijs is not None and code is not None
    contract, aanbieder = plaats.kaart.instellingen.contract, plaats.kaart.instellingen.aanbieder
    return (
        cell(contract),
        aanbieder,
        cell(plaats.perceel),
        prestatiecode,
        prijs.gedeclareerd,
        code.productcategorie,
        code.productcode,
        cell(code.productcode),
        tarief.maand,
        prijs.normtijd,
        prijs.tarief_cent,
        tarief.eenheid,
        tarief.per_unit,
        prijs.minuten,
        tarief.telt_minuten,
    )


def _make_regels(database: Database, regels: Sequence[tuple[Any, ...]]) -> None:
    database.create("regel", _REGEL, ((place, *texts) for place, texts in enumerate(regels)))
    months = sorted({texts[_MAAND] for texts in regels})
    columns = {"maand": "INTEGER", "eerste": "INTEGER", "laatste": "INTEGER"}
    database.create("maand", columns, ((one, first_day(one).toordinal(), last_day(one).toordinal()) for one in months))


def _make_units(database: Database, kinds: Kinds, measures: Mapping[int, Tarief]) -> None:
    """Make the table of units by measure and what is counted; what counts for nothing is not in it."""
    rows = (
        (maat * MAAT + geteld, units)
        for maat, tarief in measures.items()
        for geteld in (kinds.duren if tarief.telt_minuten else kinds.aantallen)
        if geteld >= tarief.vanaf and (units := tarief.eenheden[geteld])
    )
    database.create("eenheden", {"maat": "INTEGER", "eenheden": "BIGINT"}, rows)
