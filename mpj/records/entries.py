"""Registraties in bulk: what many share is read and checked once, what is left of each is a small `Entry`.

Of a million registraties, those of one child by one medewerker differ in date, minutes and id alone: they are one `Reeks`. Reading
remembers every field and combination that `parse_registratie` accepted and asks it again only for what it has not seen yet,
so the rules stay in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from attrs import define, field

from mpj.reading.faults import Fault
from mpj.reading.fields import FieldError, check_bsn, check_gemeente, parse_date
from mpj.reading.sources import find_sources
from mpj.reading.tables import Table, open_table
from mpj.records.registraties import COLUMNS, REQUIRED, Ongeldig, parse_nummer, parse_registratie
from mpj.records.rows import row_of
from mpj.records.values import Registratie

_VORM = ("kwalificatieniveau", "prestatiecode", "soort", "tijdsoort", "status", "bevestigd", "aantal")
_TIJD = ("minuten", "begintijd", "eindtijd")
_REEKS = ("bsn", "toewijzingnummer", "gemeente", "medewerker", "onderaannemer")
_OWN = ("id", "datum", "afspraak")
_tijd_of = attrgetter(*_TIJD, "duur")
_reeks_of = attrgetter(*_REEKS)


@define(eq=False)
class Vorm:
    """What registraties of different children can share: the fields of `mpj.Registratie` by the same names.

    `fout` says what the protocol does not know about it, empty when all is well. Two are the same only if they are one object.
    """

    kwalificatieniveau: str | None
    prestatiecode: str | None
    soort: str | None
    tijdsoort: str
    status: str
    bevestigd: bool
    aantal: int
    fout: str


@define(eq=False)
class Reeks:
    """What the registraties of one child, by one medewerker, of one kind share. Two are the same only if they are one object.

    `memo` is for what follows from it, by what else that takes; whoever computes keeps it here.
    """

    bsn: str = field(repr=False)
    toewijzingnummer: int | None
    gemeente: str | None
    medewerker: str | None
    onderaannemer: str | None
    vorm: Vorm
    memo: dict[Any, Any] = field(factory=dict, repr=False)


class Tijd(NamedTuple):
    """The time of a registratie as recorded: see `mpj.Registratie`; `duur` in minutes, None where it has none."""

    minuten: int | None
    begintijd: time | None
    eindtijd: time | None
    duur: int | None


class Entry(NamedTuple):
    """One registratie as the engine holds it: its own date, id, time and afspraak, and its `reeks`. Sorts by date, then id."""

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


class Entries:
    """Turns registraties, as values or as rows of files, into entries.

    `check` says what the protocol does not know about a readable registratie, empty when all is well.
    """

    def __init__(self, check: Callable[[Registratie], str]) -> None:
        self._check = check
        self._vormen: dict[tuple[object, ...], Vorm] = {}
        self._tijden: dict[tuple[object, ...], Tijd] = {}
        self._reeksen: dict[tuple[object, ...], Reeks] = {}

    def of(self, registratie: Registratie) -> Entry:
        """Return a registratie as an entry."""
        one = registratie
        reeks = self._reeks(*_reeks_of(one), self._vorm(one))
        return Entry(one.datum, one.id, reeks, self._tijd(one), one.afspraak, one.bestand, one.rij)

    def forget(self) -> None:
        """Let go of the reeksen so far: the clients they are of are done."""
        self._reeksen.clear()

    def _vorm(self, registratie: Registratie) -> Vorm:
        one = registratie
        shared = (one.kwalificatieniveau, one.prestatiecode, one.soort, one.tijdsoort, one.status, one.bevestigd, one.aantal)
        vorm = self._vormen.get(shared)
        if vorm is None:
            vorm = self._vormen[shared] = Vorm(*shared, self._check(registratie))
        return vorm

    def _tijd(self, registratie: Registratie) -> Tijd:
        clock = _tijd_of(registratie)
        return self._tijden.get(clock) or self._tijden.setdefault(clock, Tijd(*clock))

    def _reeks(self, *values: Any) -> Reeks:
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
        """Turn the rows of a table of registraties into entries."""
        width, naam = table.width, table.naam
        own, tijd_of = itemgetter(*_places(table, _OWN, all_of_them=True)), itemgetter(*_places(table, _TIJD))
        series_of = itemgetter(*_places(table, (*_REEKS, *_VORM)))
        memory = _Memory(self, table)
        reeksen: dict[object, Reeks] = {}
        make, kind = tuple.__new__, Entry
        days, tijden = memory.days, memory.tijden
        for rij, fields in table:
            if len(fields) == width:
                fields.append("")
                identity, datum, afspraak = own(fields)
                try:
                    series = series_of(fields)
                    reeks = reeksen.get(series)
                    if reeks is None:
                        reeks = reeksen[series] = memory.reeks(fields)
                    tijd = tijden[tijd_of(fields)]
                    identity = identity.strip() or memory.refuse()
                    yield make(kind, (days[datum], identity, reeks, tijd, (afspraak and afspraak.strip()) or None, naam, rij))
                    continue
                except (KeyError, FieldError):
                    fields.pop()
            registratie = parse_registratie(row_of(table, rij, fields))
            if isinstance(registratie, Ongeldig):
                yield registratie
                continue
            if len(fields) == width:
                fields.append("")
                memory.learn(fields, self._vorm(registratie), self._tijd(registratie))
            yield self.of(registratie)


class _Memory:
    """What reading one table has accepted so far, by text. What is new and can be judged by itself is, the rest raises KeyError."""

    def __init__(self, entries: Entries, table: Table[list[str]]) -> None:
        self._make = entries._reeks
        self._own = itemgetter(*_places(table, _REEKS, all_of_them=True))
        self._vorm_of, self._tijd_of = itemgetter(*_places(table, _VORM)), itemgetter(*_places(table, _TIJD))
        self.vormen: dict[object, Vorm] = {}
        self.tijden: dict[object, Tijd] = {}
        self.days = _Days()
        self._numbers = _Numbers()
        self._gemeenten = _Gemeenten()
        self._names = _Names()

    def reeks(self, fields: list[str]) -> Reeks:
        """Return the reeks of a row; raises KeyError or FieldError where the row has to be read with all rules."""
        bsn, nummer, gemeente, medewerker, onderaannemer = self._own(fields)
        return self._make(
            check_bsn(bsn),
            self._numbers[nummer],
            self._gemeenten[gemeente],
            self._names[medewerker],
            self._names[onderaannemer],
            self.vormen[self._vorm_of(fields)],
        )

    def learn(self, fields: list[str], vorm: Vorm, tijd: Tijd) -> None:
        """Remember what a row that was read with all rules came to."""
        self.vormen[self._vorm_of(fields)], self.tijden[self._tijd_of(fields)] = vorm, tijd

    def refuse(self) -> str:
        """Have the row read with all rules."""
        raise KeyError


def _places(table: Table[list[str]], names: Iterable[str], *, all_of_them: bool = False) -> list[int]:
    """Return the places of columns in a row; one that the file does not have is an empty field behind the last."""
    places = [table.columns.get(name, table.width) for name in names if all_of_them or name in table.columns]
    return places or [table.width]


class _Days(dict[str, date]):
    """Dates by their text."""

    def __missing__(self, text: str) -> date:
        day = self[text] = parse_date(text.strip())
        return day


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
