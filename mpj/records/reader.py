"""The one reader of registraties: rows of files, mappings and values become entries.

It remembers every cell and combination of cells that `parse_registratie` accepted, and asks it again only for what it has not
seen yet, so the rules stay in one place. A mapping is a row like any other, once its cells are texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from functools import partial
from itertools import compress, count, groupby, islice, repeat
from operator import attrgetter, itemgetter, not_
from pathlib import Path
from typing import Any

from mpj.reading.faults import Fault
from mpj.reading.fields import FieldError, check_bsn, check_gemeente, parse_date, parse_text
from mpj.reading.forms import birth_date, parse_nummer
from mpj.reading.lines import LineNumbers
from mpj.reading.profile import NO_PROFILE, Profiel
from mpj.reading.sources import SILENT, TABLES, Reading, find_sources
from mpj.reading.tables import Table, open_table, split_table
from mpj.records.columns import AsTexts, Known, keys_of, own_texts
from mpj.records.definitions import REGISTRATIE
from mpj.records.entries import Entry, Reeks, Tijd, Vorm
from mpj.records.held import entry_of, holder
from mpj.records.registraties import REQUIRED, Ongeldig, clock_fault, parse_registratie
from mpj.records.rows import MappingRows, records_or_errors, row_of
from mpj.records.values import Registratie, duration

_VORM = ("kwalificatieniveau", "prestatiecode", "productcode", "soort", "tijdsoort", "status", "bevestigd", "aantal")
_TIJD = ("minuten", "begintijd", "eindtijd")
_REEKS = ("bsn", "toewijzingnummer", "gemeente", "medewerker", "onderaannemer")
_SERIES = (*_REEKS, *_VORM)
# Rows at a time: few enough to stay close to the processor while they are looked at column by column.
_BATCH = 64
_MANY = 100_000
_LAYOUTS = 100
_vorm_of = attrgetter(*_VORM)
_tijd_of = attrgetter(*_TIJD)
_reeks_of = attrgetter(*_REEKS)
_series_of = attrgetter(*_REEKS, *_VORM)
_own_of = attrgetter("datum", "id", "afspraak", "bestand", "rij")
_registraties = holder(Registratie)
_make_entry = partial(tuple.__new__, Entry)


class Entries:
    """Turns registraties, as values, mappings or rows of files, into entries.

    `check` says what the protocol does not know about a readable registratie, empty when all is well; `report` hears once of each
    key of a mapping that is not known.
    """

    def __init__(self, check: Callable[[Registratie], str], report: Callable[[Fault], None] | None = None) -> None:
        self._check = check
        self._vormen: dict[tuple[object, ...], Vorm] = {}
        self._tijden: dict[tuple[object, ...], Tijd] = {}
        self._reeksen: dict[tuple[object, ...], Reeks] = {}
        self._series: dict[tuple[object, ...], Reeks] = {}
        self._taken: dict[Reeks, Reeks] = {}
        self._judged: dict[Vorm, Vorm] = {}
        self._memories: dict[object, _Memory] = {}
        self._births = Known(birth_date)
        self._texts = AsTexts()
        self._keys = MappingRows(REGISTRATIE, report)

    def of(self, registratie: Registratie) -> Entry:
        """Return a registratie as an entry."""
        one = registratie
        read = entry_of(one)
        if read is not None:
            own = self._taken.get(read.reeks) or self._take(one, read.reeks)
            return read if own is read.reeks else _make_entry((*read[:2], own, *read[3:]))
        series = _series_of(one)
        reeks = self._series.get(series)
        if reeks is None:
            reeks = self._series[series] = self.reeks(*_reeks_of(one), self.vorm(one))
        datum, identity, afspraak, bestand, rij = _own_of(one)
        return _make_entry((datum, identity, reeks, self.tijd(one), afspraak, bestand, rij))

    def _take(self, registratie: Registratie, reeks: Reeks) -> Reeks:
        """Return the reeks of a registratie that another reader read: that reader's own where it will do and is the first."""
        read = reeks.vorm
        vorm = self._judged.get(read) or self._judged.setdefault(read, self.vorm(registratie, read))
        content = (*_reeks_of(reeks), vorm)
        own = self._reeksen.setdefault(content, reeks) if read is vorm else self.reeks(*content)
        return self._taken.setdefault(reeks, own)

    def forget(self) -> None:
        """Let go of the reeksen so far: the clients they are of are done."""
        self._reeksen.clear()
        self._series.clear()
        self._taken.clear()
        for memory in self._memories.values():
            memory.reeksen.clear()

    def vorm(self, registratie: Registratie, read: Vorm | None = None) -> Vorm:
        """Return what it can share with registraties of other children; `read` is what another reader says that it is."""
        shared: tuple[Any, ...] = _vorm_of(registratie)
        vorm = self._vormen.get(shared)
        if vorm is None:
            fout = self._check(registratie)
            vorm = self._vormen[shared] = read if read is not None and read.fout == fout else Vorm(*(*shared, fout))
        return vorm

    def tijd(self, registratie: Registratie) -> Tijd:
        """Return its time."""
        return self.clock(*_tijd_of(registratie))

    def clock(self, minuten: int | None, begintijd: time | None, eindtijd: time | None) -> Tijd:
        """Return the one Tijd with these fields."""
        clock = minuten, begintijd, eindtijd
        return self._tijden.get(clock) or self._tijden.setdefault(clock, Tijd(*clock, duration(*clock)))

    def reeks(self, *values: Any) -> Reeks:
        """Return the one Reeks with these fields."""
        reeks = self._reeksen.get(values)
        if reeks is None:
            reeks = self._reeksen[values] = Reeks(*values)
        return reeks

    def read(self, paths: Iterable[str | Path], reading: Reading = SILENT) -> Iterator[Entry | Ongeldig]:
        """Read registraties from tables: what `mpj.read_registraties` reads, reports and raises, as entries."""
        for source in find_sources(paths, TABLES, reading):
            with open_table(source, REGISTRATIE.columns, reading) as table:
                yield from self.rows(table)

    def rows(self, table: Table[list[str]]) -> Iterator[Entry | Ongeldig]:
        """Turn the rows of a table of registraties into entries, column by column, some rows at a time."""
        return (item for _, items in self._batches(table) for item in items)

    def values(self, table: Table[list[str]]) -> Iterator[Registratie | Ongeldig]:
        """Turn the rows of a table into values, with the birth dates that entries do not have; forgets reeksen as it goes."""
        place = table.columns.get("geboortedatum")
        for rows, items in self._batches(table):
            births = (
                repeat(None) if place is None else (self._births[cells[place]] if len(cells) > place else None for cells in rows)
            )
            made = _registraties(items, births)
            yield from made if Ongeldig not in map(type, items) else map(_unless_ongeldig, items, made)
            if len(self._reeksen) > _MANY:
                self.forget()

    def _batches(self, table: Table[list[str]]) -> Iterator[tuple[list[list[str]], list[Entry | Ongeldig]]]:
        """Yield some rows of a table at a time, and what they are."""
        for some in split_table(table, shared_from(table.columns, table.width)):
            yield from self._some(some)

    def _some(self, table: Table[list[str]]) -> Iterator[tuple[list[list[str]], list[Entry | Ongeldig]]]:
        memory, width = self._memory(table), table.width if table.split < 0 else table.split + 1
        blank = [""] * width
        pairs = iter(table)
        while batch := list(islice(pairs, _BATCH)):
            rows = [fields for _, fields in batch]
            apart = [place for place, fields in enumerate(rows) if len(fields) != width] if {*map(len, rows)} != {width} else ()
            even = [fields if len(fields) == width else blank for fields in rows] if apart else rows
            items = memory.entries(table, [rij for rij, _ in batch], list(zip(*even, strict=True)))
            for place in apart:
                items[place] = self.with_all_rules(table, *batch[place])
            yield rows, items

    def with_all_rules(self, table: Table[list[str]], rij: int, fields: list[str]) -> Entry | Ongeldig:
        """Read a row by the rules, and remember nothing."""
        registratie = parse_registratie(row_of(table, rij, table.whole(fields)))
        return registratie if isinstance(registratie, Ongeldig) else self.of(registratie)

    def given(self, items: Iterable[Registratie | Ongeldig | Mapping[str, object]]) -> Iterator[Entry | Ongeldig]:
        """Turn what a caller gives into entries, in its order; raises what `as_registraties` does.

        Each is taken when it is asked for, and a mapping is looked at before the next is: its maker may fill it again.
        """
        each: Iterator[Any] = records_or_errors(items, Registratie, Ongeldig)
        for kind, group in groupby(each, type):
            if kind is dict:
                for keys, mappings in groupby(group, tuple):
                    yield from self._mappings(keys, mappings)
            elif issubclass(kind, Registratie):
                yield from map(self.of, group)
            elif kind is TypeError:
                raise next(group)
            else:
                yield from group

    def _mappings(self, found: tuple[object, ...], mappings: Iterator[dict[Any, object]]) -> Iterator[Entry | Ongeldig]:
        """Read mappings with these keys as rows of a table."""
        keys = self._keys.keys(found)
        if any(name not in keys for name in REQUIRED):
            for mapping in mappings:
                item = parse_registratie(self._keys.row(mapping))
                yield item if isinstance(item, Ongeldig) else self.of(item)
            return
        names = tuple(keys)
        table: Table[list[str]] = Table("", {name: place for place, name in enumerate(names)}, len(names), (), iter(()))
        memory = self._memory(table)
        pick = itemgetter(*keys.values())
        while rows := list(map(pick, islice(mappings, _BATCH))):
            yield from memory.entries(table, [0] * len(rows), list(map(self._texts.of, zip(*rows, strict=True))))

    def _memory(self, table: Table[list[str]]) -> _Memory:
        layout = tuple(table.columns.items()), table.width, table.split
        memory = self._memories.get(layout)
        if memory is None:
            if len(self._memories) == _LAYOUTS:
                self._memories.clear()
            memory = self._memories[layout] = _Memory(self, table)
        return memory


def shared_from(columns: Mapping[str, int], width: int) -> int:
    """Return how often a row of a table is to be split (`Table.split`), so that a last text holds only what many rows share."""
    shared = {place for name, place in columns.items() if name in _SERIES}
    place = next((place for place in range(width, 0, -1) if place - 1 not in shared), 0)
    return place if place < width - 1 else -1


class _Memory:
    """What reading tables of one layout has accepted so far, by cell.

    Where a cell is new, what can be judged by itself is; the rest of its row is read with all rules, and remembered.
    """

    def __init__(self, entries: Entries, table: Table[list[str]]) -> None:
        self._all = entries
        columns, split = table.columns, table.split
        self._id, self._datum, self._afspraak = columns["id"], columns["datum"], columns.get("afspraak")
        places = columns if split < 0 else {name: min(place, split) for name, place in columns.items()}
        self._tijd_of, self._series_of = keys_of(places, _TIJD), keys_of(places, _SERIES)
        self._reeks_of, self._vorm_of = (itemgetter(*(columns.get(name, -1) for name in names)) for names in (_REEKS, _VORM))
        self._vormen: dict[object, Vorm] = {}
        self._tijden: dict[str, Tijd] = {}
        self.reeksen: dict[str, Reeks] = {}
        self._days = Known(_day)
        self._numbers, self._gemeenten, self._names = Known(parse_nummer), Known(check_gemeente), Known(parse_text)
        self._clocks = [(columns.get(one.name, -1), Known(one.form.read)) for one in REGISTRATIE.fields if one.name in _TIJD]

    def entries(self, table: Table[list[str]], rijen: Sequence[int], columns: Sequence[Sequence[str]]) -> list[Entry | Ongeldig]:
        """Return the rows of which these are the columns as entries, in their order."""
        days = list(map(self._days.__getitem__, columns[self._datum]))
        names = own_texts(columns[self._id])
        clocks, series = list(self._tijd_of(columns)), list(self._series_of(columns))
        tijden = list(map(self._tijden.get, clocks))
        if not all(tijden):
            times = zip(tijden, clocks, zip(*columns, strict=True), strict=True)
            tijden = [tijd or self._tijd(clock, table.whole([*cells])) for tijd, clock, cells in times]
        reeksen = list(map(self.reeksen.get, series))
        if not all(reeksen):
            rows = zip(reeksen, series, zip(*columns, strict=True), strict=True)
            reeksen = [reeks or self._reeks(key, table.whole([*cells]), table.width) for reeks, key, cells in rows]
        afspraken: Sequence[str | None] = [""] * len(names) if self._afspraak is None else own_texts(columns[self._afspraak])
        shared = zip(days, names, reeksen, tijden, (text or None for text in afspraken), repeat(table.naam), rijen, strict=False)
        made: list[Entry | Ongeldig] = list(map(_make_entry, shared))
        if not (all(days) and all(names) and all(tijden) and all(reeksen)) or None in afspraken:
            known = zip(days, names, tijden, reeksen, (text is not None for text in afspraken), strict=True)
            for place in compress(count(), map(not_, map(all, known))):
                made[place] = self._again(table, rijen[place], [column[place] for column in columns])
        return made

    def _tijd(self, clock: str, cells: list[str]) -> Tijd | None:
        """Return the time of a row with this key, None where the row has to be read with all rules."""
        all_cells = (*cells, "")
        try:
            values = [known[all_cells[place]] for place, known in self._clocks]
        except FieldError:
            return None
        if clock_fault(*values):
            return None
        tijd = self._tijden[clock] = self._all.clock(*values)
        return tijd

    def _reeks(self, series: str, cells: list[str], width: int) -> Reeks | None:
        """Return the reeks of a row with this key, None where the row has to be read with all rules."""
        reeks, all_cells = self.reeksen.get(series), (*cells, "")
        vorm = self._vormen.get(self._vorm_of(all_cells)) if len(cells) == width else None
        if reeks is None and vorm is not None:
            bsn, nummer, gemeente, medewerker, onderaannemer = self._reeks_of(all_cells)
            try:
                values = (
                    check_bsn(bsn),
                    self._numbers[nummer],
                    self._gemeenten[gemeente],
                    self._names[medewerker],
                    self._names[onderaannemer],
                )
            except FieldError:
                return None
            reeks = self.reeksen[series] = self._all.reeks(*values, vorm)
        return reeks

    def _again(self, table: Table[list[str]], rij: int, cells: list[str]) -> Entry | Ongeldig:
        """Return a row of which something was not known, now that rows before it may have told."""
        columns, whole = [(cell,) for cell in cells], table.whole(cells)
        (clock,), (series,) = self._tijd_of(columns), self._series_of(columns)
        datum, tijd, reeks = self._days[cells[self._datum]], self._tijden.get(clock), self._reeks(series, whole, table.width)
        name, afspraak = own_texts([cells[self._id], "" if self._afspraak is None else cells[self._afspraak]])
        if datum is None or not name or tijd is None or reeks is None or afspraak is None:
            item = self._all.with_all_rules(table, rij, cells)
            if isinstance(item, Entry) and len(whole) == table.width:
                self._vormen[self._vorm_of((*whole, ""))] = item.vorm
            return item
        return Entry(datum, name, reeks, tijd, afspraak or None, table.naam, rij)


def _day(text: str) -> date | None:
    """Return a date, None for what is none."""
    try:
        return parse_date(text)
    except FieldError:
        return None


def _unless_ongeldig(item: Entry | Ongeldig, made: Registratie) -> Registratie | Ongeldig:
    return item if isinstance(item, Ongeldig) else made


def read_registraties(
    paths: Iterable[str | Path],
    *,
    report: Callable[[Fault], None] | None = None,
    hashes: dict[str, str] | None = None,
    lines: dict[str, LineNumbers] | None = None,
    submappen: bool = False,
    profiel: Profiel = NO_PROFILE,
) -> Iterator[Registratie | Ongeldig]:
    """Read registraties from tables: files, folders or zips (docs/formats.md, "How a table is read"), one at a time.

    Yields a Registratie per row, or an Ongeldig that says why not. Unknown columns, files that were not read and what was done
    to read one go to `report` as warnings, the SHA-256 of every file to `hashes`; to `lines` goes on which line rows begin, where
    that is not their number. With `submappen` files in sub-folders count; `profiel` says how the tables
    are written (`mpj.read_profile`). Raises InputError for a file that is no such table.
    """
    entries = Entries(lambda _: "")
    reading = Reading(report, hashes, lines, submappen, profiel.of("registraties"))
    for source in find_sources(paths, TABLES, reading):
        with open_table(source, REGISTRATIE.columns, reading) as table:
            yield from entries.values(table)
