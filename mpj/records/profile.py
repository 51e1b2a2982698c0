"""Profiles: how one system exports each kind of table, read from TOML and written back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from attrs import fields

from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault, InputError
from mpj.reading.fields import FieldError, check_choice, check_gemeente
from mpj.reading.frozen import Frozen
from mpj.reading.headers import plain
from mpj.reading.limits import TOML_BYTES
from mpj.reading.profile import Profiel, Tabelprofiel
from mpj.reading.register import Foutcode
from mpj.reading.sources import Source
from mpj.reading.toml import Document, parse_toml, quoted
from mpj.records.definitions import DEFINITIONS, Recordsoort, definition_of
from mpj.records.words import AANWEZIGHEDEN

COLUMNS: Mapping[Recordsoort, tuple[str, ...]] = {one.soort: one.columns.known for one in DEFINITIONS}
"""The columns of ours, by kind of table."""
_EENHEDEN = ("minuten", "uren")
_MOST_DIGITS = 36
# Absent, these have a meaning that money depends on: a value can only be told to mean another one.
_MAY_BE_ABSENT = ("kwalificatieniveau", "prestatiecode", "gemeente")


def read_profile(path: str | Path, *, protocol: Protocol = MPJ_16, hashes: dict[str, str] | None = None) -> Profiel:
    """Read a profile (TOML; docs/profiles.md); its SHA-256 goes to `hashes` by its short name.

    Raises InputError with every fault: a table, key or column that mpj does not know, and a value that cannot stand in a column;
    kwalificatieniveaus and prestatiecodes are those of `protocol`.
    """
    source = Source(Path(path).name, Path(path))
    with source.open() as stream:
        raw, sha256 = stream.read(TOML_BYTES + 1), stream.sha256()
    profiel = parse_profile(raw, source.naam, protocol)
    if hashes is not None:
        hashes[source.naam] = sha256
    return profiel


def parse_profile(raw: bytes, bestand: str, protocol: Protocol = MPJ_16) -> Profiel:
    """Return the profile that the bytes of a file say; raises InputError as `read_profile` does."""
    reader = _Reader(parse_toml(raw, bestand), _checks(protocol))
    profiel = reader.profiel()
    if reader.faults:
        raise InputError(reader.faults)
    return profiel


def to_toml(profiel: Profiel, remarks: Mapping[str, Sequence[str]] = Frozen()) -> str:
    """Return a profile as the text of its file; `parse_profile` gives an equal one back.

    `remarks` are lines of comment, by the name of the table that they go to the end of (``registraties.kolommen``).
    """
    blocks: list[str] = []
    for soort in COLUMNS:
        tables = _tables(profiel.of(soort))
        own = {name.removeprefix(f"{soort}."): lines for name, lines in remarks.items() if name.startswith(f"{soort}.")}
        for name in dict.fromkeys((*tables, *own)):
            head = f"{soort}.{name}" if name else soort
            lines = [*tables.get(name, ()), *own.get(name, ())]
            blocks += ["".join(f"{line}\n" for line in (f"[{head}]", *lines))] if lines else []
    return "\n".join(blocks)


def _tables(profiel: Tabelprofiel) -> dict[str, list[str]]:
    """Return the lines of each table of a kind, by its name below that of the kind."""
    head = [f"{name} = {quoted(text)}" for name, text in (("blad", profiel.blad), ("bron", profiel.bron)) if text]
    if profiel.overslaan:
        head.append(f"overslaan = [{', '.join(map(quoted, profiel.overslaan))}]")
    return {
        "": head,
        "kolommen": [f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in profiel.kolommen.items()],
        **{
            f"waarden.{kolom}": [f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in waarden.items()]
            for kolom, waarden in profiel.waarden.items()
        },
        "eenheid": [f"{kolom} = {quoted(eenheid)}" for kolom, eenheid in profiel.eenheid.items()],
        "aanvullen": [f"{kolom} = {digits}" for kolom, digits in profiel.aanvullen.items()],
    }


def _checks(protocol: Protocol) -> Mapping[str, Callable[[str], str]]:
    """Return what checks a value of ours, by the column whose values a profile may translate."""
    closed: Mapping[str, tuple[str, ...]] = {
        **{one.name: one.form.words for definition in DEFINITIONS for one in definition.fields if one.form.words},
        "kwalificatieniveau": protocol.niveaus,
        "kwalificatieniveau_max": protocol.niveaus,
        "prestatiecode": tuple(protocol.prestatiecodes),
        "eenheid": tuple(protocol.eenheden),
        "frequentie": tuple(protocol.frequenties),
        "aanwezigheid": AANWEZIGHEDEN,
    }
    checks: dict[str, Callable[[str], str]] = {"gemeente": check_gemeente}
    return checks | {kolom: lambda text, words=words: check_choice(text, words) for kolom, words in closed.items()}


class _Reader:
    """Reads the tables of one file, and collects every fault."""

    def __init__(self, document: Document, checks: Mapping[str, Callable[[str], str]]) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self._checks = checks

    def profiel(self) -> Profiel:
        """Return the profile; after a fault it is not complete."""
        found: dict[str, Tabelprofiel] = {}
        for name, table in self.document.data.items():
            soort = next((soort for soort in COLUMNS if soort == name), None)
            if soort is None:
                text = "mpj kent deze soort tabel niet"
                self.fault("sleutel_onbekend", str(name), "", text, verwacht=", ".join(COLUMNS))
            elif self.is_table(table, soort):
                found[soort] = self.tabel(soort, table)
        return Profiel(found)

    def fault(self, code: Foutcode, section: str, key: str, text: str, gevonden: object = "", verwacht: str = "") -> None:
        """Report a fault at a key of the table called `section`."""
        self.faults.append(self.document.fault(code, section, key, text, gevonden=gevonden, verwacht=verwacht))

    def is_table(self, value: object, section: str) -> TypeGuard[Mapping[str, Any]]:
        """Say whether `value` is a table; what is none is a fault."""
        if isinstance(value, Mapping):
            return True
        self.fault("waarde_onjuist", section, "", "dit is geen tabel", verwacht=f"[{section}]")
        return False

    def tabel(self, soort: Recordsoort, table: Mapping[str, Any]) -> Tabelprofiel:
        """Return the profile of one kind of table."""
        keys = [attribute.name for attribute in fields(Tabelprofiel) if attribute.name not in _ABSENT.get(soort, ())]
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in keys:
                self.fault(
                    "sleutel_onbekend", soort, key, f"een profiel van {soort} heeft deze sleutel niet", verwacht=", ".join(keys)
                )
            elif key in ("blad", "bron"):
                values[key] = self.text(soort, key, value)
            elif key == "overslaan":
                values[key] = self.texts(soort, key, value)
            elif self.is_table(value, f"{soort}.{key}"):
                values[key] = getattr(self, key)(soort, f"{soort}.{key}", value)
        return Tabelprofiel(**values)

    def text(self, section: str, key: str, value: object) -> str:
        """Return a text that is not empty."""
        if isinstance(value, str) and value.strip() == value and value.isprintable() and value:
            return value
        verwacht = "een tekst tussen aanhalingstekens, niet leeg en zonder spaties eromheen"
        self.fault("waarde_onjuist", section, key, "de waarde klopt niet", value, verwacht)
        return ""

    def texts(self, section: str, key: str, value: object) -> tuple[str, ...]:
        """Return a list of such texts."""
        if isinstance(value, list):
            return tuple(self.text(section, key, one) for one in value)
        self.fault("waarde_onjuist", section, key, "de waarde klopt niet", value, 'een lijst, als ["Totaal"]')
        return ()

    def kolommen(self, soort: Recordsoort, section: str, table: Mapping[str, Any]) -> dict[str, str]:
        """Return their columns with ours."""
        seen: set[str] = set()
        for theirs, ours in table.items():
            if ours not in ("", *COLUMNS[soort]):
                verwacht = 'een van onze kolommen, of "" als de kolom niet telt: ' + ", ".join(COLUMNS[soort])
                self.fault("waarde_onjuist", section, theirs, "deze kolom hebben wij niet", ours, verwacht)
            if plain(theirs) in seen:
                self.fault("kolom_dubbel", section, theirs, "dezelfde kolom, op hoofdletters, spaties, _ en - na")
            seen.add(plain(theirs))
        return dict(table)

    def waarden(self, soort: Recordsoort, section: str, table: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """Return their values with ours, by our column."""
        known = [kolom for kolom in COLUMNS[soort] if kolom in self._checks]
        found: dict[str, dict[str, str]] = {}
        for kolom, values in table.items():
            where = f"{section}.{kolom}"
            if kolom not in known:
                self.fault("sleutel_onbekend", where, "", "van deze kolom zijn geen waarden te vertalen", verwacht=", ".join(known))
            elif self.is_table(values, where):
                found[kolom] = self.words(kolom, where, values)
        return found

    def words(self, kolom: str, section: str, values: Mapping[str, Any]) -> dict[str, str]:
        """Return their values of one column with ours."""
        seen: set[str] = set()
        for theirs, ours in values.items():
            try:
                if ours != "" or kolom not in _MAY_BE_ABSENT:
                    self._checks[kolom](ours if isinstance(ours, str) else "")
            except FieldError as error:
                self.fault("waarde_onjuist", section, theirs, "deze waarde hebben wij niet", ours, error.verwacht)
            if (folded := theirs.strip().casefold()) in seen or not folded:
                self.fault("waarde_onjuist", section, theirs, "elke waarde één keer, niet leeg; hoofdletters tellen niet")
            seen.add(folded)
        return dict(values)

    def eenheid(self, soort: Recordsoort, section: str, table: Mapping[str, Any]) -> dict[str, str]:
        """Return the unit of the minutes."""
        for kolom, eenheid in table.items():
            if kolom != "minuten":
                self.fault("sleutel_onbekend", section, kolom, "deze kolom heeft geen eenheid", verwacht="minuten")
            elif eenheid not in _EENHEDEN:
                self.fault("waarde_onjuist", section, kolom, "deze eenheid kent mpj niet", eenheid, " of ".join(_EENHEDEN))
        return dict(table)

    def aanvullen(self, soort: Recordsoort, section: str, table: Mapping[str, Any]) -> dict[str, int]:
        """Return how many digits columns have."""
        for kolom, digits in table.items():
            if kolom not in COLUMNS[soort]:
                self.fault("sleutel_onbekend", section, kolom, "deze kolom hebben wij niet", verwacht=", ".join(COLUMNS[soort]))
                continue
            always = definition_of(soort).by_name[kolom].form.digits
            low, high = (always, always) if always else (1, _MOST_DIGITS)
            if type(digits) is not int or not low <= digits <= high:
                verwacht = str(low) if low == high else f"een geheel getal van {low} tot en met {high}"
                self.fault("waarde_onjuist", section, kolom, "zoveel cijfers heeft deze kolom niet", digits, verwacht)
        return dict(table)


_ABSENT: Mapping[Recordsoort, tuple[str, ...]] = {
    "verblijf": ("eenheid",),
    "prestaties": ("eenheid",),
    "medewerkers": ("eenheid", "bron"),
    "toewijzingen": ("eenheid", "bron"),
}
"""The keys that mean nothing to a kind of table: it has no minutes, or no id."""
