"""A profile: how one system writes its tables, laid over header and rows before anything is read of them.

Knows nothing of records: which columns there are, and what may stand in them, is checked where the profile is read
(`mpj.records.profile`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from mpj.reading.faults import Fault, mask
from mpj.reading.frozen import Frozen
from mpj.reading.masking import masked

_HOURS: Final = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,6}))?")
_CLOCK: Final = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?::00)?")
Change = Callable[[str], str]
"""What makes the text of their cell ours; text that it cannot make anything of is left, for the reader to refuse."""


def _texts(items: Mapping[str, str]) -> Mapping[str, str]:
    return Frozen(items)


def _digits(items: Mapping[str, int]) -> Mapping[str, int]:
    return Frozen(items)


def _tables(tables: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return Frozen((name, Frozen(table)) for name, table in tables.items())


@frozen(field_transformer=masked)
class Tabelprofiel:
    """How one system writes one kind of table; without any fields, as we do."""

    kolommen: Mapping[str, str] = field(factory=dict, converter=_texts)
    """Their name of a column, to ours; to an empty text where it is known and not used."""
    waarden: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=_tables)
    """By our column: their value, to ours."""
    eenheid: Mapping[str, str] = field(factory=dict, converter=_texts)
    """By our column: the unit that it is written in (`minuten`: uren or minuten)."""
    aanvullen: Mapping[str, int] = field(factory=dict, converter=_digits)
    """By our column: how many digits it has, once leading zeros are there again."""
    bron: str = ""
    """The name of the source, which goes before each id."""
    overslaan: tuple[str, ...] = ()
    """A row whose first filled cell begins with one of these is no record."""
    blad: str = ""
    """The sheet of a workbook."""

    def names(self, header: Iterable[str], plain: Callable[[str], str]) -> list[str]:
        """Return the header with our names, an empty one where a column is known and not used; `plain` is what of a name counts."""
        if not self.kolommen:
            return list(header)
        ours = {plain(theirs): ours for theirs, ours in self.kolommen.items()}
        return [ours.get(plain(name), name) for name in header]

    def missing(self, columns: Iterable[str]) -> dict[str, list[str]]:
        """Return our columns that are not among these, each with the names that it should have had."""
        found: dict[str, list[str]] = {}
        for theirs, ours in self.kolommen.items():
            if ours and ours not in columns:
                found.setdefault(ours, []).append(theirs)
        return found

    def told(self, header: Sequence[str], columns: Mapping[str, int], plain: Callable[[str], str]) -> list[str]:
        """Return, in Dutch, what the profile does to a table with this header of theirs and these columns of ours."""
        known = {plain(theirs): ours for theirs, ours in self.kolommen.items()}
        theirs = [name.strip() for name in header]
        renamed = [f"{mask(name)} is {known[plain(name)]}" for name in theirs if known.get(plain(name))]
        unused = [mask(name) for name in theirs if known.get(plain(name)) == ""]
        lists = {
            "kolommen": renamed,
            "niet gebruikt": unused,
            "waarden vertaald van": [name for name in columns if name in self.waarden],
            "in uren": [name for name in columns if self.eenheid.get(name) == "uren"],
            "voorloopnullen aangevuld in": [name for name in columns if name in self.aanvullen],
            "voor elk id": [f"{self.bron}:"] if self.bron and "id" in columns else [],
        }
        return [f"{what} {', '.join(names)}" for what, names in lists.items() if names]

    def changes(self, columns: Iterable[str]) -> dict[str, Change]:
        """Return what has to be done to the cells of these columns of ours, for those where something has."""
        found: dict[str, Change] = {}
        for column in columns:
            steps: list[Change] = []
            if column in self.waarden:
                words = {_folded(theirs): ours for theirs, ours in self.waarden[column].items()}
                steps.append(lambda text, words=words: words.get(_folded(text), text))  # type: ignore[misc]
            if self.eenheid.get(column) == "uren":
                steps.append(minutes_of_hours)
            if column in self.aanvullen:
                steps.append(lambda text, digits=self.aanvullen[column]: filled_up(text, digits))  # type: ignore[misc]
            if self.bron and column == "id":
                steps.append(self._sourced)
            if steps:
                found[column] = _one_after_another(steps)
        return found

    def _sourced(self, text: str) -> str:
        return f"{self.bron}:{text.strip()}" if text.strip() else text

    def skips(self, cells: Iterable[str]) -> bool:
        """Say whether a row is no record: its first filled cell begins as `overslaan` says."""
        if not self.overslaan:
            return False
        first = next((text for cell in cells if (text := cell.strip())), "")
        return first.startswith(self.overslaan)


PLAIN: Final = Tabelprofiel()
"""The profile of a table that is written as we do."""


def _kinds(items: Mapping[str, Tabelprofiel]) -> Mapping[str, Tabelprofiel]:
    return Frozen(items)


@frozen(field_transformer=masked)
class Profiel:
    """How one system exports: the profile of each kind of table that it says something of. `mpj.read_profile` reads it."""

    tabellen: Mapping[str, Tabelprofiel] = field(factory=dict, converter=_kinds)
    """By kind of table: registraties, verblijf, medewerkers or toewijzingen."""

    def of(self, soort: str) -> Tabelprofiel:
        """Return the profile of one kind of table."""
        return self.tabellen.get(soort, PLAIN)


NO_PROFILE: Final = Profiel()
"""Where nobody says how a system exports."""


class Profiled:
    """Lays a profile over the rows of a table with these columns of ours; `skipped` counts those that are no record."""

    def __init__(self, profiel: Tabelprofiel, columns: Mapping[str, int]) -> None:
        self.skipped = 0
        self.profiel = profiel
        self._changes = [(columns[name], change) for name, change in profiel.changes(columns).items()]

    def row(self, cells: Sequence[str]) -> list[str] | None:
        """Return the cells as we would write them, None for a row that is no record."""
        if self.profiel.skips(cells):
            self.skipped += 1
            return None
        made = list(cells)
        for place, change in self._changes:
            if place < len(made):
                made[place] = change(made[place])
        return made

    def notices(self, bestand: str) -> list[Fault]:
        """Return what there is to tell of the rows, once they were read."""
        if not self.skipped:
            return []
        text = f"{self.skipped} {'rij' if self.skipped == 1 else 'rijen'} overgeslagen, zoals het profiel zegt"
        begins = ", ".join(map(mask, self.profiel.overslaan))
        verwacht = f"geen registratie waar de eerste gevulde cel begint met {begins}"
        return [Fault("rijen_overgeslagen", bestand, 0, "", str(self.skipped), verwacht, text, "waarschuwing")]

    def rows(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Pass on the rows that are records, with their numbers."""
        for rij, cells in rows:
            made = self.row(cells)
            if made is not None:
                yield rij, made


def _folded(text: str) -> str:
    return text.strip().casefold()


def _one_after_another(steps: Sequence[Change]) -> Change:
    def change(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return change if len(steps) > 1 else steps[0]


def minutes_of_hours(text: str) -> str:
    """Return hours as the minutes they are; what is no whole number of minutes gets its unit behind it, so that it is refused.

    >>> minutes_of_hours("1,5"), minutes_of_hours("1:30"), minutes_of_hours("0,33")
    ('90', '90', '0,33 uur')
    """
    hours = text.strip()
    if match := _CLOCK.fullmatch(hours):
        return str(int(match[1]) * 60 + int(match[2]))
    if match := _HOURS.fullmatch(hours):
        decimals = match[2] or ""
        minutes, rest = divmod(int(match[1] + decimals) * 60, 10 ** len(decimals))
        if not rest:
            return str(minutes)
    return f"{hours} uur" if hours else text


def filled_up(text: str, digits: int) -> str:
    """Return a number with the leading zeros that it lost; anything else as it is.

    >>> filled_up("12", 9), filled_up("1.2", 9), filled_up("", 9)
    ('000000012', '1.2', '')
    """
    return text.zfill(digits) if text.isascii() and text.isdigit() else text
