"""What is understood of one file: its columns, the forms of their values, its rows, and what somebody has to decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from mpj.intake.forms import Forms
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.definition import Definition
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import form_of, is_bsn
from mpj.reading.frozen import Frozen
from mpj.reading.headers import Columns
from mpj.reading.names import check_names
from mpj.reading.profile import PLAIN, Profiel, Tabelprofiel
from mpj.reading.sources import Reading, Source
from mpj.reading.tables import Table, header_of, open_table
from mpj.reading.toml import quoted
from mpj.records.definitions import DEFINITIONS, MEDEWERKER, Recordsoort, definition_of
from mpj.records.known import check_protocol
from mpj.records.prestaties import parse_prestatie
from mpj.records.registraties import parse_registratie
from mpj.records.rows import Row, row_of
from mpj.records.toewijzingen import parse_toewijzing
from mpj.records.verblijf import parse_verblijf

Meaning: TypeAlias = Literal["ons", "profiel", "ongebruikt", "onbekend", "onbeslist"]
"""What a column was taken for: ours by its name, ours or unused by the profile, not known, or undecided."""
_PARSERS: Final[Mapping[str, Callable[[Row], Any]]] = Frozen(
    {
        "registraties": parse_registratie,
        "verblijf": parse_verblijf,
        "prestaties": parse_prestatie,
        "medewerkers": lambda row: row.read(MEDEWERKER),
        "toewijzingen": parse_toewijzing,
    }
)
_OF_CARE: Final = ("registraties", "verblijf")
_FOUND: Final = re.compile(r": gevonden .*?, verwacht ")


@frozen
class Kolom:
    """One column of a file."""

    naam: str
    """As the file calls it, fit to be shown."""
    wordt: str
    """Our column; of an undecided one what it most probably is, of any other empty."""
    duiding: Meaning
    vormen: tuple[tuple[str, int], ...] = ()
    """Forms of its values, or the values of a closed list, with how many there are; the most usual first."""

    @property
    def leesbaar(self) -> bool:
        """Whether its name is shown as it stands, not hidden or cut (`mpj.reading.faults.mask`), so that a profile can name it."""
        return bool(self.naam) and not self.naam.startswith("(verborgen, ") and not self.naam.endswith("…")


@frozen
class Keuze:
    """Something that somebody has to decide, with the lines of a profile of which one does."""

    wat: str
    """What is undecided, in Dutch."""
    sectie: str
    """The table of the profile that the lines belong to, as ``registraties.kolommen``."""
    regels: tuple[str, ...]
    """Its variants, each a line of TOML; of words, a line for each."""
    woorden: tuple[str, ...] = ()
    """What may be filled in, where the lines are of words that are not known."""
    fout: Fault | None = None
    """The fault that stands in the way, where no line of a profile helps."""


@frozen
class Oorzaak:
    """Why rows cannot be read: what they have in common, and the first of them."""

    tekst: str
    aantal: int
    voorbeeld: str
    """What is wrong with the first."""
    rij: int


@frozen
class Look:
    """What was understood of one file."""

    bestand: str
    soort: str
    """The kind of table it was taken for."""
    geraden: bool
    """Whether that follows from the header alone."""
    kolommen: tuple[Kolom, ...]
    gelezen: int = 0
    """Rows that are records, readable or not."""
    overgeslagen: int = 0
    foutief: int = 0
    oorzaken: tuple[Oorzaak, ...] = ()
    keuzes: tuple[Keuze, ...] = ()
    meldingen: tuple[Fault, ...] = field(default=())
    """What was done to read it."""


def look_at(source: Source, soort: str | None, profiel: Profiel, protocol: Protocol = MPJ_16) -> Look:
    """Return what is understood of a table; where no kind is told, that of which its header names most.

    Undecided columns are read as what they most probably are, so that their values show. Raises InputError for what is no table.
    """
    definition = _definition(source, soort, profiel)
    tabel = profiel.of(definition.soort)
    columns = definition.columns.under(tabel)
    header = [name.strip() for name in header_of(source, columns)]
    kolommen = _identified(source, header, _kolommen(header, columns), definition, tabel)
    undecided = [(naam, kolom) for naam, kolom in zip(header, kolommen, strict=True) if kolom.duiding == "onbeslist"]
    keuzes = (_column_choice(naam, kolom, definition.soort) for naam, kolom in undecided)
    found = Look(source.naam, definition.soort, soort is None, tuple(kolommen), keuzes=tuple(keuzes))
    supposed = {naam: kolom.wordt for naam, kolom in undecided}
    return _read(source, found, definition, evolve(tabel, kolommen={**tabel.kolommen, **supposed}), protocol)


def _definition(source: Source, soort: str | None, profiel: Profiel) -> Definition[Recordsoort]:
    """Return the definition of the kind that is told, or of which the header names most."""
    if soort is not None:
        return definition_of(soort)
    return max(DEFINITIONS, key=lambda one: _named(source, one.columns.under(profiel.of(one.soort))))


def _named(source: Source, columns: Columns) -> tuple[int, int]:
    """Return how many of the required columns of a kind a file seems to miss, as a negative number, and how many it has in all."""
    named = columns.named(header_of(source, columns))
    told = {*named, *columns.undecided(named).values()}
    missing = sum(name not in told for name in columns.required)
    return -missing, len(told.intersection(columns.known))


def _kolommen(header: list[str], columns: Columns) -> list[Kolom]:
    """Return what each column is taken for."""
    named = columns.named(header)
    undecided = _slips(named, columns) | columns.undecided(named)
    found: list[Kolom] = []
    for naam, ours in zip(header, named, strict=True):
        shown = mask(naam)
        if ours in columns.known:
            told: Meaning = "ons" if columns.under(PLAIN).named([naam]) == [ours] else "profiel"
            found.append(Kolom(shown, ours, told))
        elif not ours:
            found.append(Kolom(shown, "", "ongebruikt"))
        elif ours in undecided:
            found.append(Kolom(shown, undecided[ours], "onbeslist"))
        else:
            found.append(Kolom(shown, "", "onbekend"))
    return found


def _identified(
    source: Source, header: list[str], kolommen: list[Kolom], definition: Definition[Recordsoort], tabel: Tabelprofiel
) -> list[Kolom]:
    """Return the columns, with one that names each row as what most probably is the `id` where no other column is."""
    unknown = [place for place, kolom in enumerate(kolommen) if kolom.duiding == "onbekend" and header[place]]
    if "id" not in definition.columns.required or any(kolom.wordt == "id" for kolom in kolommen) or not unknown:
        return kolommen
    supposed = {naam: kolom.wordt for naam, kolom in zip(header, kolommen, strict=True) if kolom.duiding == "onbeslist"}
    supposed[header[unknown[0]]] = "id"  # Whichever: without any it is no table.
    profiel = evolve(tabel, kolommen={**tabel.kolommen, **supposed}, bron="")
    try:
        with open_table(source, definition.columns, Reading(profiel=profiel)) as table:
            found = _naming(unknown, (fields for _, fields in table))
    except InputError:
        return kolommen
    return [evolve(one, wordt="id", duiding="onbeslist") if place == found else one for place, one in enumerate(kolommen)]


def _naming(places: Sequence[int], rows: Iterable[Sequence[str]]) -> int | None:
    """Return the first of these columns with another value in every row: no BSN, date or time, and no text of words."""
    seen: dict[int, set[str]] = {place: set() for place in places}
    for fields in rows:
        for place in list(seen):
            text = fields[place].strip() if place < len(fields) else ""
            plain = text and not any(map(str.isspace, text)) and not is_bsn(text) and form_of(text) in ("", f"{len(text)} cijfers")
            if not plain or text in seen[place]:
                del seen[place]
            else:
                seen[place].add(text)
    return next((place for place, values in seen.items() if len(values) > 1), None)


def _slips(named: list[str], columns: Columns) -> dict[str, str]:
    """Return names that are nearly one of ours, each with that one."""
    faults = check_names(named, columns, (), "", 0)
    return {fault.kolom: fault.verwacht for fault in faults if fault.code == "kolom_verschreven"}


def _column_choice(naam: str, kolom: Kolom, soort: str) -> Keuze:
    key = quoted(naam)
    return Keuze(
        f"kolom {kolom.naam}: waarschijnlijk {kolom.wordt}", f"{soort}.kolommen", (f"{key} = {quoted(kolom.wordt)}", f'{key} = ""')
    )


def _read(source: Source, found: Look, definition: Definition[Recordsoort], tabel: Tabelprofiel, protocol: Protocol) -> Look:
    """Return the look with what the rows of a file tell, read as its undecided columns seem to be."""
    heard: list[Fault] = []
    try:
        with open_table(source, definition.columns, Reading(heard.append, profiel=tabel)) as table:
            looked = _Rows(definition, tabel, protocol, table)
            looked.read()
    except InputError as error:
        stopped = tuple(Keuze(str(fault), found.soort, (), fout=fault) for fault in error.faults)
        return evolve(found, keuzes=(*found.keuzes, *stopped), meldingen=tuple(heard))
    skipped = sum(int(fault.gevonden) for fault in heard if fault.code == "rijen_overgeslagen")
    forms = {name: one.told for name, one in looked.forms.items()}
    return evolve(
        found,
        kolommen=tuple(evolve(kolom, vormen=forms.get(kolom.wordt, ())) for kolom in found.kolommen),
        gelezen=looked.count,
        overgeslagen=skipped,
        foutief=looked.wrong,
        oorzaken=tuple(looked.causes()),
        keuzes=(*found.keuzes, *looked.choices()),
        meldingen=tuple(fault for fault in heard if fault.code != "profiel_gebruikt"),
    )


class _Rows:
    """Looks at the rows of a table: the forms of their values, and what keeps them from being read."""

    def __init__(self, definition: Definition[str], tabel: Tabelprofiel, protocol: Protocol, table: Table[list[str]]) -> None:
        self.definition, self.tabel, self.protocol, self.table = definition, tabel, protocol, table
        self.forms = {name: Forms(definition.by_name[name], protocol) for name in table.columns}
        self.count = self.wrong = 0
        self._causes: Counter[str] = Counter()
        self._first: dict[str, tuple[str, int]] = {}

    def read(self) -> None:
        """Look at every row."""
        parse = _PARSERS[self.definition.soort]
        for rij, fields in self.table:
            self.count += 1
            row = row_of(self.table, rij, fields)
            for name, forms in self.forms.items():
                forms.add(row.fields.get(name, ""))
            item = parse(row)
            if not row.faults and self.definition.soort in _OF_CARE and (text := check_protocol(item, self.protocol)):
                row.refuse(text)
            self.wrong += bool(row.faults)
            for text in row.faults:
                cause = _FOUND.sub(": verwacht ", text)
                self._causes[cause] += 1
                self._first.setdefault(cause, (text, rij))

    def causes(self) -> Iterator[Oorzaak]:
        """Yield why rows cannot be read, the most usual cause first."""
        for cause, number in self._causes.most_common():
            text, rij = self._first[cause]
            yield Oorzaak(cause, number, text, rij)

    def choices(self) -> Iterator[Keuze]:
        """Yield what the values leave undecided: words that are not known, hours, zeros that were lost."""
        soort = self.definition.soort
        for name, forms in self.forms.items():
            if forms.unknown:
                lines = tuple(f'{quoted(word)} = ""' for word in forms.unknown)
                yield Keuze(f"{name}: onbekende waarden", f"{soort}.waarden.{name}", lines, forms.words)
            if forms.hours and name not in self.tabel.eenheid:
                yield Keuze(f"{name}: dit lijken uren", f"{soort}.eenheid", (f'{name} = "uren"', f'{name} = "minuten"'))
            if forms.short and name not in self.tabel.aanvullen:
                yield Keuze(
                    f"{name}: te kort, misschien zonder voorloopnullen", f"{soort}.aanvullen", (f"{name} = {forms.length}",)
                )
