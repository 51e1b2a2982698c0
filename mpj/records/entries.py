"""Registraties in bulk: what many share is read and checked once, what is left of each is a small `Entry`.

Of a million registraties, those of one child by one medewerker differ in date, minutes and id alone: they are one `Reeks`. Reading
remembers every field and combination that `parse_registratie` accepted and asks it again only for what it has not seen yet,
so the rules stay in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, time
from functools import partial
from itertools import islice, repeat
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple

from attrs import field, frozen

from mpj.protocol.words import Zorgsoort
from mpj.reading.faults import Fault
from mpj.reading.fields import FieldError, check_bsn, check_gemeente, parse_date
from mpj.reading.sources import find_sources
from mpj.reading.tables import Table, open_table
from mpj.records.registraties import COLUMNS, REQUIRED, Ongeldig, parse_nummer, parse_registratie
from mpj.records.rows import row_of
from mpj.records.values import AANWEZIG, Registratie, Verblijf, unchecked
from mpj.records.words import Aanwezigheid, Bron, Status, Tijdsoort

VERBLIJF: Literal["verblijf"] = "verblijf"
_VORM = ("kwalificatieniveau", "prestatiecode", "soort", "tijdsoort", "status", "bevestigd", "aantal")
_TIJD = ("minuten", "begintijd", "eindtijd")
_REEKS = ("bsn", "toewijzingnummer", "gemeente", "medewerker", "onderaannemer")
_OWN = ("id", "datum", "afspraak")
# Rows at a time: few enough to stay close to the processor while they are looked at column by column.
_BATCH = 64
_MANY = 100_000
_tijd_of = attrgetter(*_TIJD, "duur")
_reeks_of = attrgetter(*_REEKS)


@frozen(eq=False)
class Vorm:
    """What care of different children can share: the fields of `mpj.Registratie` by the same names.

    Interned: equality is identity.
    """

    kwalificatieniveau: str | None
    prestatiecode: str | None
    soort: Zorgsoort | None
    """groep or individueel, None for the default of the hulpvorm; of a stay verblijf."""
    tijdsoort: Tijdsoort
    status: Status | Aanwezigheid
    """Of a registratie its status, of a stay its aanwezigheid."""
    bevestigd: bool
    aantal: int
    fout: str
    """What the protocol does not know about it, empty when all is well."""
    bron: Bron = "registratie"
    """Whether it is a registratie or a day of a verblijf."""


@frozen(eq=False)
class Reeks:
    """What the registraties of one child, by one medewerker, of one kind share. Interned: equality is identity."""

    bsn: str = field(repr=False)
    toewijzingnummer: int | None
    gemeente: str | None
    medewerker: str | None
    onderaannemer: str | None
    vorm: Vorm
    verblijf: Verblijf | None = None
    """The stay, where the entries are its days."""


class Tijd(NamedTuple):
    """The time of a registratie as recorded: see `mpj.Registratie`; `duur` in minutes, None where it has none."""

    minuten: int | None
    begintijd: time | None
    eindtijd: time | None
    duur: int | None


class Entry(NamedTuple):
    """One registratie, or one day of a stay, as the engine holds it: its own date, id, time and afspraak, and its `reeks`."""

    datum: date
    id: str
    reeks: Reeks
    tijd: Tijd
    afspraak: str | None
    bestand: str
    rij: int

    @property
    def inhoud(self) -> tuple[object, ...]:
        """The content: everything but where it was read."""
        return self[:-2]

    @property
    def bsn(self) -> str:
        """The client."""
        return self.reeks.bsn

    @property
    def gemeente(self) -> str | None:
        """The gemeente that the record names."""
        return self.reeks.gemeente

    @property
    def medewerker(self) -> str | None:
        """The medewerker."""
        return self.reeks.medewerker

    @property
    def vorm(self) -> Vorm:
        """What it shares with registraties of other children."""
        return self.reeks.vorm

    @property
    def order(self) -> tuple[date, str, str]:
        """The order in which care counts: date, then id; a day of a stay after a registratie with the same id."""
        return self.datum, self.id, self.reeks.vorm.bron


NO_TIME = Tijd(None, None, None, None)


def days_of(stay: Verblijf, days: Iterable[date]) -> Iterator[Entry]:
    """Return these days of a stay as entries."""
    there: Aanwezigheid = "aanwezig" if stay.aanwezigheid == AANWEZIG else "afwezig"
    vorm = Vorm(None, stay.prestatiecode, VERBLIJF, "direct", there, True, 1, "", VERBLIJF)
    reeks = Reeks(stay.bsn, stay.toewijzingnummer, stay.gemeente, None, None, vorm, stay)
    for day in days:
        yield Entry(day, stay.id, reeks, NO_TIME, None, stay.bestand, stay.rij)


_registratie = unchecked(Registratie)
_make_entry = partial(tuple.__new__, Entry)


class Entries:
    """Turns registraties, as values or as rows of files, into entries.

    `check` says what the protocol does not know about a readable registratie, empty when all is well.
    """

    def __init__(self, check: Callable[[Registratie], str]) -> None:
        self._check = check
        self._vormen: dict[tuple[object, ...], Vorm] = {}
        self._tijden: dict[tuple[object, ...], Tijd] = {}
        self._reeksen: dict[tuple[object, ...], Reeks] = {}
        self._memories: dict[object, _Memory] = {}

    def of(self, registratie: Registratie) -> Entry:
        """Return a registratie as an entry."""
        one = registratie
        reeks = self.reeks(*_reeks_of(one), self.vorm(one))
        return Entry(one.datum, one.id, reeks, self.tijd(one), one.afspraak, one.bestand, one.rij)

    def forget(self) -> None:
        """Let go of the reeksen so far: the clients they are of are done."""
        self._reeksen.clear()
        for memory in self._memories.values():
            memory.reeksen.clear()

    def vorm(self, registratie: Registratie) -> Vorm:
        """Return what it can share with registraties of other children."""
        one = registratie
        shared = (one.kwalificatieniveau, one.prestatiecode, one.soort, one.tijdsoort, one.status, one.bevestigd, one.aantal)
        vorm = self._vormen.get(shared)
        if vorm is None:
            vorm = self._vormen[shared] = Vorm(*shared, self._check(registratie))
        return vorm

    def tijd(self, registratie: Registratie) -> Tijd:
        """Return its time."""
        clock = _tijd_of(registratie)
        return self._tijden.get(clock) or self._tijden.setdefault(clock, Tijd(*clock))

    def reeks(self, *values: Any) -> Reeks:
        """Return the one Reeks with these fields."""
        reeks = self._reeksen.get(values)
        if reeks is None:
            reeks = self._reeksen[values] = Reeks(*values)
        return reeks

    def read(
        self,
        paths: Iterable[str | Path],
        *,
        report: Callable[[Fault], None] | None = None,
        hashes: dict[str, str] | None = None,
    ) -> Iterator[Entry | Ongeldig]:
        """Read registraties from CSV files, folders or zips: what `mpj.read_registraties` reads, reports and raises, as entries."""
        for source in find_sources(paths, (".csv",)):
            with open_table(source, COLUMNS, REQUIRED) as table:
                if report is not None:
                    for warning in table.warnings:
                        report(warning)
                yield from self.rows(table)
            if hashes is not None:
                hashes[source.naam] = table.sha256

    def rows(self, table: Table[list[str]]) -> Iterator[Entry | Ongeldig]:
        """Turn the rows of a table of registraties into entries, column by column, some rows at a time."""
        layout = (tuple(table.columns.items()), table.width)
        memory = self._memories.get(layout)
        if memory is None:
            memory = self._memories[layout] = _Memory(self, table)
        pairs = iter(table)
        while batch := list(islice(pairs, _BATCH)):
            yield from memory.entries(table, [rij for rij, _ in batch], [fields for _, fields in batch])


class _Memory:
    """What reading tables of one layout has accepted so far, by text.

    Where a text is new, what can be judged by itself is; the rest of its row is read with all rules, and remembered.
    """

    def __init__(self, entries: Entries, table: Table[list[str]]) -> None:
        self._all = entries
        self._width = table.width
        self._reeks_fields = itemgetter(*_places(table, _REEKS, all_of_them=True))
        self._id, self._datum, self._afspraak = (_column(table, name) for name in _OWN)
        self._vorm_of, self._tijd_of = itemgetter(*_places(table, _VORM)), itemgetter(*_places(table, _TIJD))
        self._series_of = itemgetter(*_places(table, (*_REEKS, *_VORM)))
        self._vormen: dict[object, Vorm] = {}
        self._tijden: dict[object, Tijd] = {}
        self.reeksen: dict[object, Reeks] = {}
        self._days = _Days()
        self._numbers = _Numbers()
        self._gemeenten = _Gemeenten()
        self._names = _Names()

    def entries(self, table: Table[list[str]], rijen: list[int], rows: list[list[str]]) -> list[Entry | Ongeldig]:
        """Return the rows as entries, in their order."""
        special: dict[int, Entry | Ongeldig] = {}
        if set(map(len, rows)) != {self._width}:
            for place, fields in enumerate(rows):
                if len(fields) != self._width:
                    special[place] = self._with_all_rules(table, rijen[place], fields)
                    rows[place] = [""] * self._width
        for fields in rows:
            fields.append("")
        days = list(map(self._days.__getitem__, map(self._datum, rows)))
        names = list(map(str.strip, map(self._id, rows)))
        tijden = list(map(self._tijden.get, map(self._tijd_of, rows)))
        reeksen = list(map(self.reeksen.get, map(self._series_of, rows)))
        for place in _all_of(reeksen, None):
            if place not in special:
                reeksen[place] = self._reeks(rows[place])
        for column, empty in ((days, None), (names, ""), (tijden, None), (reeksen, None)):
            for place in _all_of(column, empty):
                if place not in special:
                    special[place] = self._again(table, rijen[place], rows[place])
        has = "afspraak" in table.columns
        afspraken = [text.strip() or None for text in map(self._afspraak, rows)] if has else repeat(None)
        shared = zip(days, names, reeksen, tijden, afspraken, repeat(table.naam), rijen, strict=False)
        made: list[Entry | Ongeldig] = list(map(_make_entry, shared))
        for place, item in special.items():
            made[place] = item
        return made

    def _reeks(self, fields: list[str]) -> Reeks | None:
        """Return the reeks of a row, None where the row has to be read with all rules."""
        series = self._series_of(fields)
        reeks = self.reeksen.get(series)
        if reeks is None:
            vorm = self._vormen.get(self._vorm_of(fields))
            if vorm is None:
                return None
            bsn, nummer, gemeente, medewerker, onderaannemer = self._reeks_fields(fields)
            try:
                values = (check_bsn(bsn), self._numbers[nummer], self._gemeenten[gemeente])
            except FieldError:
                return None
            reeks = self._all.reeks(*values, self._names[medewerker], self._names[onderaannemer], vorm)
            self.reeksen[series] = reeks
        return reeks

    def _again(self, table: Table[list[str]], rij: int, fields: list[str]) -> Entry | Ongeldig:
        """Return a row of which something was not known, now that rows before it may have told."""
        datum, name, tijd = self._days[self._datum(fields)], self._id(fields).strip(), self._tijden.get(self._tijd_of(fields))
        reeks = self._reeks(fields)
        if datum is None or not name or tijd is None or reeks is None:
            return self._with_all_rules(table, rij, fields[:-1])
        return Entry(datum, name, reeks, tijd, self._afspraak(fields).strip() or None, table.naam, rij)

    def _with_all_rules(self, table: Table[list[str]], rij: int, fields: list[str]) -> Entry | Ongeldig:
        registratie = parse_registratie(row_of(table, rij, fields))
        if isinstance(registratie, Ongeldig):
            return registratie
        if len(fields) == self._width:
            fields = [*fields, ""]
            self._vormen[self._vorm_of(fields)] = self._all.vorm(registratie)
            self._tijden[self._tijd_of(fields)] = self._all.tijd(registratie)
        return self._all.of(registratie)


def read_registraties(
    paths: Iterable[str | Path], *, report: Callable[[Fault], None] | None = None, hashes: dict[str, str] | None = None
) -> Iterator[Registratie | Ongeldig]:
    """Read registraties from CSV files, folders or zips (docs/formats.md), one at a time.

    Yields a Registratie per row, or an Ongeldig that says why not. Unknown columns go to `report` as warnings, the
    SHA-256 of every file to `hashes`. Raises InputError for a file that is no such table.
    """
    entries = Entries(lambda _: "")
    for number, item in enumerate(entries.read(paths, report=report, hashes=hashes), 1):
        if isinstance(item, Ongeldig):
            yield item
            continue
        datum, identity, reeks, (minuten, begintijd, eindtijd, _), afspraak, bestand, rij = item
        vorm = reeks.vorm
        yield _registratie(
            (
                identity,
                reeks.bsn,
                datum,
                minuten,
                begintijd,
                eindtijd,
                vorm.kwalificatieniveau,
                reeks.medewerker,
                vorm.prestatiecode,
                reeks.toewijzingnummer,
                reeks.gemeente,
                vorm.soort,
                vorm.tijdsoort,
                vorm.status,
                vorm.bevestigd,
                afspraak,
                vorm.aantal,
                reeks.onderaannemer,
                bestand,
                rij,
            )
        )
        if number % _MANY == 0:
            entries.forget()


def _all_of(column: Sequence[object], value: object) -> Iterator[int]:
    """Return every place at which `value` stands."""
    place = -1
    while True:
        try:
            place = column.index(value, place + 1)
        except ValueError:
            return
        yield place


def _column(table: Table[list[str]], name: str) -> Callable[[list[str]], str]:
    return itemgetter(table.columns.get(name, table.width))


def _places(table: Table[list[str]], names: Iterable[str], *, all_of_them: bool = False) -> list[int]:
    """Return the places of columns in a row; one that the file does not have is an empty field behind the last."""
    places = [table.columns.get(name, table.width) for name in names if all_of_them or name in table.columns]
    return places or [table.width]


class _Days(dict[str, date | None]):
    """Dates by their text, None for what is none."""

    def __missing__(self, text: str) -> date | None:
        try:
            return self.setdefault(text, parse_date(text.strip()))
        except FieldError:
            return self.setdefault(text, None)


class _Numbers(dict[str, int | None]):
    """Toewijzingnummers by their text, None for an empty field."""

    def __missing__(self, text: str) -> int | None:
        stripped = text.strip()
        return self.setdefault(text, parse_nummer(stripped) if stripped else None)


class _Gemeenten(dict[str, str | None]):
    """Gemeenten by their text, None for an empty field."""

    def __missing__(self, text: str) -> str | None:
        stripped = text.strip()
        return self.setdefault(text, check_gemeente(stripped) if stripped else None)


class _Names(dict[str, str | None]):
    """Names that many records share, None for an empty field."""

    def __missing__(self, text: str) -> str | None:
        return self.setdefault(text, text.strip() or None)
