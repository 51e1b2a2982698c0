"""Steps 3, 4 and 6 as tables to join with: which toewijzing from which day on, what its care is billed as, how minutes round.

Every row is an answer of the engine: `Job.stretches`, `Job.tarief`, `Tarief.units`. What the database cannot add up by itself
(group time, sums over more than one contact) is marked as special, and its clients are left to the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import define, field

from mpj.engine.job import Job
from mpj.engine.limits import counted, maximum_total
from mpj.engine.matching import Dekking
from mpj.engine.memory import Memory
from mpj.engine.search import Afwijzing, Search
from mpj.engine.tarieven import AXES, Tarief, Tariefvraag
from mpj.executors.columnar.database import Database
from mpj.executors.columnar.kinds import Kinds, Numbers, Reader
from mpj.output.shape import cell
from mpj.reading.periods import first_day, last_day
from mpj.records.entries import Entry

# Above MAX_MINUTEN and MAX_AANTAL, so that measure * MEASURE + what is counted is unique.
MEASURE = 1 << 14
_ROUTE = {
    "zoek": "INTEGER",
    "begin": "INTEGER",
    "einde": "INTEGER",
    "dekking": "INTEGER",
    "code": "INTEGER",
    "keuze": "TINYINT",
}
_DEKKING = {
    "dekking": "INTEGER",
    "terms": "INTEGER",
    "gebruikt": "BOOLEAN",
    "gemeente": "VARCHAR",
    "bsn": "VARCHAR",
    "nummer": "INTEGER",
    "begin": "INTEGER",
    "einde": "INTEGER",
    "maximum": "VARCHAR",
    "budget": "BIGINT",
    "omvang": "INTEGER",
    "telt": "VARCHAR",
    "totaal": "BIGINT",
}


@define
class Routes:
    """What was found of toewijzingen: the distinct parts of a question about a price that follow from one, numbered."""

    terms: Numbers = field(factory=Numbers)
    codes: Numbers = field(factory=Numbers)
    keuzen: Numbers = field(factory=Numbers)
    """The ways to choose a toewijzing."""
    omvangen: Numbers = field(factory=Numbers)
    """The distinct omvangen: volume, unit and frequency."""
    dekkingen: list[Dekking] = field(factory=list)
    """By the number in the column `gevonden`."""


def find_routes(database: Database, job: Job, reader: Reader, kinds: Kinds, memory: Memory) -> Routes:
    """Make the tables of toewijzingen (`dekking`, in the order of the lines) and of where each search leads, by day (`route`)."""
    routes = Routes()
    names = kinds.present["zoek"]
    database.create("gevonden", _ROUTE, ())
    database.create("gedekt", _DEKKING, ())
    client, numbers = "", Numbers()
    for batch in database.batches(f"SELECT zoek, {', '.join(names)} FROM zoek_texts ORDER BY bsn"):
        rows: list[tuple[Any, ...]] = []
        dekkingen: list[tuple[Any, ...]] = []
        for (zoek, *_), item in zip(batch, reader.read(names, (row[1:] for row in batch)), strict=True):
            if not isinstance(item, Entry) or item.reeks.vorm.fout:
                continue
            reeks = item.reeks
            if reeks.bsn != client:
                client, numbers = reeks.bsn, Numbers()
            search = Search(client, reeks.toewijzingnummer, reeks.gemeente, reeks.vorm.zorgcode)
            for begin, einde, match in job.stretches(search).matches(kinds.eerste, kinds.laatste):
                of = match.dekking
                if of not in numbers:
                    numbers[of] = len(routes.dekkingen)
                    used = of.toewijzing.sleutel in memory.used
                    dekkingen.append((numbers[of], routes.terms[job.terms_of(of)], used, *_dekking(job, routes, of)))
                    routes.dekkingen.append(of)
                way = routes.codes[match.prestatiecode], routes.keuzen[match.keuze]
                rows.append((zoek, begin.toordinal(), einde.toordinal(), numbers[of], *way))
        database.insert("gevonden", _ROUTE, rows)
        database.insert("gedekt", _DEKKING, dekkingen)
    database.run(
        """CREATE TABLE dekking AS SELECT * REPLACE (row_number() OVER (ORDER BY gemeente, bsn, nummer)::INTEGER AS dekking),
        dekking AS gevonden FROM gedekt"""
    )
    database.run(
        """CREATE TABLE route AS SELECT gevonden.* REPLACE (dekking.dekking AS dekking), terms, gebruikt
        FROM gevonden JOIN dekking ON dekking.gevonden = gevonden.dekking"""
    )
    database.run("DROP TABLE gevonden; DROP TABLE gedekt")
    return routes


def _dekking(job: Job, routes: Routes, dekking: Dekking) -> tuple[Any, ...]:
    """Return what lines and limits take from a toewijzing; what it counts is empty where its omvang limits nothing."""
    one = dekking.toewijzing
    begin, einde = one.begindatum.toordinal(), (one.einddatum or date.max).toordinal()
    own = (one.gemeente, one.bsn, one.toewijzingnummer, begin, einde, dekking.maximum or "", one.budget_cent)
    if one.volume is None or one.eenheid is None or not job.protocol.eenheden[one.eenheid].telt:
        return (*own, None, "", None)
    telt, weight = counted(job.protocol, one.eenheid)
    total = maximum_total(job.protocol, one)
    return (*own, routes.omvangen[one.volume, one.eenheid, one.frequentie], telt, None if total is None else total * weight)


_TARIEF = {
    "sleutel": "BIGINT",
    "regel": "INTEGER",
    "maat": "INTEGER",
    "telt_minuten": "BOOLEAN",
    "cent": "BIGINT",
    "geleverd": "VARCHAR",
    "niveaus": "VARCHAR",
}


class Key:
    """The question about a price (`AXES`) as one number: what the database joins on. Each axis is numbered from 0."""

    def __init__(self, routes: Routes, kinds: Kinds, niveau: str = "") -> None:
        axes = {
            "terms": ("route.terms", list(routes.terms)),
            "prestatiecode": ("route.code", list(routes.codes)),
            "soort": ("vorm.soortnr", list(kinds.soorten)),
            "niveau": (niveau, list(kinds.niveaus)),
            "timed": ("(tijd.duur IS NOT NULL)::INTEGER", [False, True]),
            "tijdvak": ("dag.tijdvak", list(range(max(kinds.months, default=0) + 1))),
        }
        self._axes = [axes[name] for name in AXES]

    @property
    def sql(self) -> str:
        """SQL for the number of the question that a record asks."""
        made = "0::BIGINT"
        for column, values in self._axes:
            made = f"({made} * {max(len(values), 1)} + {column})"
        return made

    def question(self, job: Job, number: int) -> Tariefvraag:
        """Return the question of a number."""
        parts: list[Any] = []
        for _, values in reversed(self._axes):
            number, place = divmod(number, max(len(values), 1))
            parts.append(values[place])
        asked = dict(zip(AXES, reversed(parts), strict=True))
        return Tariefvraag(**asked | {"soort": asked["soort"] or job.default_soort(asked["prestatiecode"])})


def find_tarieven(database: Database, job: Job, key: Key, kinds: Kinds, keys: Sequence[int]) -> list[Tarief]:
    """Answer all questions that `key` numbered, and return the tarief of each kind of line.

    Makes the tables `tarief` (by sleutel: what it is counted, priced and coded as), `eenheden` (units by measure plus minutes or
    pieces), `regel` (what a line says, in the order of the lines of a toewijzing), `maand`, and `bijzonder` (the questions whose
    clients are left to the engine).
    """
    found: dict[int, tuple[Tarief, str | None]] = {}
    special: set[int] = set()
    months = list(kinds.months.values())
    codes: dict[tuple[str, str, int], set[str]] = {}
    for number in keys:
        vraag = key.question(job, number)
        tarief = job.tarief(vraag)
        if isinstance(tarief, Afwijzing):
            continue
        # One line holds one contract and perceel: where these may change within the month, the engine decides.
        if not tarief.plain or months.count(tarief.maand) > 1:
            special.add(number)
        elif tarief.refused is None:
            found[number] = (tarief, vraag.niveau)
            codes.setdefault(_line_of(tarief), set()).add(tarief.prestatiecode)
    # One product code for two prestatiecodes (of two contracts): one line may hold both.
    regels: dict[int, tuple[Any, ...]] = {}
    for number, (tarief, _) in found.items():
        texts = _regel(job, tarief)
        if len(codes[_line_of(tarief)]) > 1 or any("\n" in text or "\r" in text for text in map(str, texts)):
            special.add(number)
        else:
            regels[number] = texts
    order = sorted(set(regels.values()), key=lambda texts: (texts[_PRODUCTCODE], texts[_MAAND], texts))
    places = {texts: place for place, texts in enumerate(order)}
    tarieven: dict[int, Tarief] = {}
    measures, units = Numbers(), {}
    rows: list[tuple[Any, ...]] = []
    for number, texts in regels.items():
        tarief, niveau = found[number]
        place, measure = places[texts], measures[id(tarief.units), tarief.least, tarief.timed]
        tarieven[place] = units[measure] = tarief
        levels = cell(",".join(tarief.niveaus))
        rows.append((number, place, measure * MEASURE, tarief.timed, tarief.price.tarief_cent, niveau or "", levels))
    database.create("tarief", _TARIEF, rows)
    database.create("bijzonder", {"sleutel": "BIGINT"}, ((number,) for number in special))
    _make_regels(database, order)
    _make_units(database, kinds, units)
    return [tarieven[place] for place in range(len(order))]


def _line_of(tarief: Tarief) -> tuple[str, str, int]:
    return tarief.kaart.instellingen.aanbieder, tarief.price.productcode, tarief.maand


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
    "telt": "VARCHAR",
    "gewicht": "BIGINT",
}
_PRODUCTCODE, _MAAND = list(_REGEL).index("productcode") - 1, list(_REGEL).index("maand") - 1


def _regel(job: Job, tarief: Tarief) -> tuple[Any, ...]:
    """Return what all of a line follows from, beside its toewijzing and what was delivered."""
    billed, settings = tarief.price, tarief.kaart.instellingen
    telt, weight = counted(job.protocol, tarief.eenheid)
    return (
        cell(settings.contract),
        settings.aanbieder,
        cell(tarief.perceel),
        tarief.mpj_code,
        billed.kwalificatieniveau,
        billed.productcategorie,
        billed.productcode,
        cell(billed.productcode),
        tarief.maand,
        tarief.normtijd,
        billed.tarief_cent,
        tarief.eenheid,
        tarief.per_unit,
        tarief.minuten,
        tarief.timed,
        telt,
        tarief.per_unit * weight,
    )


def _make_regels(database: Database, regels: Sequence[tuple[Any, ...]]) -> None:
    database.create("regel", _REGEL, ((place, *texts) for place, texts in enumerate(regels)))
    months = sorted({texts[_MAAND] for texts in regels})
    columns = {"maand": "INTEGER", "eerste": "INTEGER", "laatste": "INTEGER"}
    database.create("maand", columns, ((one, first_day(one).toordinal(), last_day(one).toordinal()) for one in months))


def _make_units(database: Database, kinds: Kinds, measures: Mapping[int, Tarief]) -> None:
    """Make the table of units by measure and what is counted; what counts for nothing is not in it."""
    rows = (
        (measure * MEASURE + geteld, units, geteld)
        for measure, tarief in measures.items()
        for geteld in (kinds.duren if tarief.timed else kinds.aantallen)
        if geteld >= tarief.least and (units := tarief.units[geteld])
    )
    database.create("eenheden", {"maat": "INTEGER", "eenheden": "BIGINT", "geteld": "INTEGER"}, rows)
