"""Was-wordt: from old product codes to prestatiecode and level mix, per contract party, so that old and new can be compared.

The same old code means different things in different gemeenten, so a row names its party: gemeente and aanbieder, each may be
empty for all. The most specific party wins; within a party the mapping must be a function. Amounts are split by largest
remainder, so that no cent is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias, TypeVar

from attrs import define, frozen

from mpj.engine.values import Declaratieregel
from mpj.presentation import words
from mpj.protocol import MPJ_16, Protocol
from mpj.reading.faults import Fault, InputError, mask
from mpj.reading.fields import FieldError, check_agb, check_choice, check_gemeente, parse_percentage
from mpj.reading.headers import Columns
from mpj.reading.periods import month_of, month_text, parse_month
from mpj.reading.sources import SILENT, Reading, Source, find_sources
from mpj.reading.tables import open_table, texts_of

_T = TypeVar("_T")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,6})?")
TABEL_COLUMNS = ("gemeente", "aanbieder", "productcode", "prestatiecode", "kwalificatieniveau", "aandeel", "minuten")
TABEL_REQUIRED = ("gemeente", "productcode", "prestatiecode", "kwalificatieniveau")
REGELS_COLUMNS = ("gemeente", "aanbieder", "productcode", "periode", "volume", "bedrag_cent", "debetcredit")
REGELS_REQUIRED = ("gemeente", "productcode", "periode", "volume", "bedrag_cent")
Partij: TypeAlias = tuple[str, str, str]
"""Gemeente, aanbieder (each empty for all) and old product code."""


@frozen
class Wordt:
    """One outcome of an old code: `aandeel` of it in percent; `minuten` the length of an old unit, None: units stay."""

    prestatiecode: str
    kwalificatieniveau: str
    aandeel: Fraction
    minuten: Fraction | None
    rij: int = 0


@frozen
class OudeRegel:
    """An old line, or a sum of old lines: `periode` as 2025-03, `volume` in old units, eurocents; credits negative."""

    gemeente: str
    aanbieder: str
    productcode: str
    periode: str
    volume: Fraction
    bedrag_cent: int


@define
class Som:
    """Sums of lines carried over: `volume` in units of the prestatiecode, exact; eurocents."""

    regels: int = 0
    volume: Fraction = Fraction(0)
    cent: int = 0


@frozen
class Omgezet:
    """Old lines carried over: sums by (periode, gemeente, prestatiecode, level);
    by party what the table does not map; `vertaald`
    counts the lines that were."""

    groepen: Mapping[tuple[str, str, str, str], Som]
    niet_vertaald: Mapping[Partij, Som]
    vertaald: int
    protocol: Protocol
    """The one that care went over to."""

    @property
    def totaal(self) -> int:
        """The eurocents of all old lines, mapped or not."""
        return sum(som.cent for som in (*self.groepen.values(), *self.niet_vertaald.values()))

    @property
    def gemist(self) -> int:
        """The eurocents of the lines that the table does not map."""
        return sum(som.cent for som in self.niet_vertaald.values())


def read_mapping(path: Path, *, protocol: Protocol = MPJ_16) -> dict[Partij, tuple[Wordt, ...]]:
    """Read a was-wordt table and check that it is a function (docs/tariffs.md, omzetten).

    Raises InputError with every fault: unreadable fields; one old code of one party on two prestatiecodes, or a level twice; shares
    that do not add up to 100; two lengths of a unit.
    """
    faults: list[Fault] = []
    found: dict[Partij, list[Wordt]] = {}
    with open_table(Source(path.name, path), Columns(TABEL_COLUMNS, TABEL_REQUIRED)) as table:
        for rij, fields in table:
            row = _Fields(path.name, rij, texts_of(table, rij, fields, faults), faults)
            partij = row.party()
            code = row.take("prestatiecode", lambda text: check_choice(text, tuple(protocol.prestatiecodes)))
            niveau = row.take("kwalificatieniveau", lambda text: check_choice(text, ("", *protocol.niveaus)))
            share = row.take("aandeel", _share) if row.texts.get("aandeel") else Fraction(100)
            minutes = row.take("minuten", _minutes) if row.texts.get("minuten") else None
            if row.ok:
                found.setdefault(partij, []).append(Wordt(code or "", niveau or "", share or Fraction(0), minutes, rij))
    for partij, outcomes in found.items():
        faults += _function_faults(path.name, partij, outcomes)
    if not found and not faults:
        faults.append(Fault("bestand_leeg", path.name, toelichting="er staat geen enkele rij in"))
    if faults:
        raise InputError(faults)
    return {partij: tuple(outcomes) for partij, outcomes in found.items()}


def read_old_lines(paths: Iterable[Path], reading: Reading = SILENT) -> list[OudeRegel]:
    """Read old lines from CSV files, or from declarations (JW303, JW323) with the answers to them; from folders or zips of either.

    Other columns are read past. Raises InputError with every fault of the tables. `reading` says whether files in sub-folders
    count, and hears of those that were not read and of what `mpj.verification.before.read_messages` tells of messages.
    """
    faults: list[Fault] = []
    sources = find_sources(paths, (".csv", ".xml"), reading)
    messages = [source for source in sources if source.suffix == ".xml"]
    lines = _declared(messages, reading) if messages else []
    for source in (one for one in sources if one.suffix != ".xml"):
        with open_table(source, Columns(REGELS_COLUMNS, REGELS_REQUIRED)) as table:
            for rij, fields in table:
                row = _Fields(source.naam, rij, texts_of(table, rij, fields, faults), faults)
                gemeente, aanbieder, code = row.party()
                periode = row.take("periode", _month)
                volume, cents = row.take("volume", _volume), row.take("bedrag_cent", _cents)
                sign = -1 if row.take("debetcredit", lambda text: check_choice(text, ("", "D", "C"))) == "C" else 1
                if row.ok and volume is not None and cents is not None:
                    lines.append(OudeRegel(gemeente, aanbieder, code, periode or "", sign * volume, sign * cents))
    if faults:
        raise InputError(faults)
    return lines


def _declared(sources: Iterable[Source], reading: Reading) -> list[OudeRegel]:
    """Return the lines of messages that stand: granted, or without an answer. Their volume is in the unit of the message."""
    from mpj.verification.before import read_messages
    from mpj.verification.history import MemoryHistory

    history = MemoryHistory.of(read_messages(sources, reading, without_toewijzing=True))
    reading.tell(history.meldingen)
    lines: list[OudeRegel] = []
    units: dict[Partij, set[str]] = {}
    for aanbieder, gemeente, line in history.standing():
        one = line.prestatie
        volume, month = one.volume if one.debetcredit == "D" else -one.volume, month_text(month_of(one.begindatum))
        lines.append(OudeRegel(gemeente, aanbieder, one.productcode, month, Fraction(volume), one.net))
        units.setdefault((gemeente, aanbieder, one.productcode), set()).add(one.eenheid)
    for (gemeente, _, code), own in units.items():
        if len(own) > 1:
            text = f"code {mask(code)} van gemeente {gemeente} staat in meer dan één eenheid: de volumes zijn bij elkaar geteld"
            reading.tell([Fault("opmerking", gevonden=", ".join(sorted(own)), toelichting=text, soort="waarschuwing")])
    return lines


@define
class _Fields:
    """Reads the fields of one row; every fault goes to `faults`."""

    bestand: str
    rij: int
    texts: Mapping[str, str]
    faults: list[Fault]
    ok: bool = True

    def take(self, kolom: str, parse: Callable[[str], _T]) -> _T | None:
        text = self.texts.get(kolom, "")
        try:
            return parse(text)
        except FieldError as error:
            self.ok = False
            found = mask(text) or "leeg"
            self.faults.append(Fault("waarde_onjuist", self.bestand, self.rij, kolom, found, error.verwacht, "het veld klopt niet"))
            return None

    def party(self) -> Partij:
        gemeente = self.take("gemeente", lambda text: check_gemeente(text) if text else "")
        aanbieder = self.take("aanbieder", lambda text: check_agb(text) if text else "")
        return gemeente or "", aanbieder or "", self.take("productcode", _code) or ""


def _code(text: str) -> str:
    if not 1 <= len(text) <= 20:
        raise FieldError("een productcode van 1 tot en met 20 tekens")
    return text


def _share(text: str) -> Fraction:
    value = parse_percentage(text)
    if not 0 < value <= 100:
        raise FieldError("een percentage boven 0, hoogstens 100")
    return value


def _minutes(text: str) -> Fraction:
    value = parse_percentage(text)
    if not 0 < value <= 1440:
        raise FieldError("minuten per oude eenheid, boven 0, hoogstens 1440")
    return value


def _month(text: str) -> str:
    try:
        return month_text(parse_month(text))
    except ValueError:
        raise FieldError("een maand als 2025-03") from None


def _cents(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise FieldError("een geheel aantal eurocenten")
    return int(text)


def _volume(text: str) -> Fraction:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise FieldError("een volume als 12 of 12,5")
    return Fraction(text.replace(",", "."))


def _function_faults(bestand: str, partij: Partij, outcomes: Sequence[Wordt]) -> Iterator[Fault]:
    """Report where one old code of one party does not become exactly one thing."""
    gemeente, aanbieder, code = partij
    name = f"{code} van gemeente {gemeente or '(alle)'}, aanbieder {mask(aanbieder) if aanbieder else '(alle)'}"
    first, last = outcomes[0], outcomes[-1]
    codes = dict.fromkeys(outcome.prestatiecode for outcome in outcomes)
    if len(codes) > 1:
        text = f"{name} wordt meer dan één prestatiecode"
        yield Fault("geen_functie", bestand, last.rij, "prestatiecode", ", ".join(codes), first.prestatiecode, text)
    levels = [outcome.kwalificatieniveau for outcome in outcomes]
    if len(set(levels)) != len(levels):
        text = f"{name} noemt een niveau twee keer"
        yield Fault("geen_functie", bestand, last.rij, "kwalificatieniveau", ", ".join(levels), "elk niveau één keer", text)
    total = sum((outcome.aandeel for outcome in outcomes), Fraction(0))
    if total != 100:
        text = f"de aandelen van {name} zijn samen geen 100%"
        yield Fault("geen_functie", bestand, last.rij, "aandeel", f"{words.number(total, 2)}%", "100%", text)
    if len({outcome.minuten for outcome in outcomes}) > 1:
        text = f"{name} noemt meer dan één lengte van een eenheid"
        yield Fault("geen_functie", bestand, last.rij, "minuten", "", "één lengte", text)


def convert(lines: Iterable[OudeRegel], mapping: Mapping[Partij, Sequence[Wordt]], *, protocol: Protocol = MPJ_16) -> Omgezet:
    """Carry old lines over: volume and eurocents by share, in units of the prestatiecode where the table gives the unit's length.

    Lines whose code the table does not map for their party are summed apart, never guessed.
    """
    groups: dict[tuple[str, str, str, str], Som] = {}
    unmapped: dict[Partij, Som] = {}
    mapped = 0
    for line in lines:
        outcomes = find(mapping, line.gemeente, line.aanbieder, line.productcode)
        if outcomes is None:
            _add(unmapped.setdefault((line.gemeente, line.aanbieder, line.productcode), Som()), line.volume, line.bedrag_cent)
            continue
        mapped += 1
        for outcome, cents in zip(outcomes, split_cents(line.bedrag_cent, [o.aandeel for o in outcomes]), strict=True):
            key = line.periode, line.gemeente, outcome.prestatiecode, outcome.kwalificatieniveau
            volume = line.volume * outcome.aandeel / 100 * _per_unit(protocol, outcome)
            _add(groups.setdefault(key, Som()), volume, cents)
    return Omgezet(groups, unmapped, mapped, protocol)


def _add(som: Som, volume: Fraction, cents: int) -> None:
    som.regels, som.volume, som.cent = som.regels + 1, som.volume + volume, som.cent + cents


def _per_unit(protocol: Protocol, outcome: Wordt) -> Fraction:
    """Return how many units of the prestatiecode one old unit is."""
    if outcome.minuten is None:
        return Fraction(1)
    naam = protocol.prestatiecodes[outcome.prestatiecode].hulpvorm.normtijd
    extra = outcome.kwalificatieniveau and protocol.prestatiecodes[outcome.prestatiecode].hulpvorm.niveau == "zorg"
    unit = protocol.normtijden[protocol.normtijd_zorg if extra or naam is None else naam]
    return outcome.minuten / unit.minuten if unit.minuten else Fraction(1)


def find(mapping: Mapping[Partij, Sequence[Wordt]], gemeente: str, aanbieder: str, productcode: str) -> Sequence[Wordt] | None:
    """Return what an old code of a party becomes: the row of gemeente and aanbieder, of the gemeente, of the aanbieder, of all."""
    for partij in ((gemeente, aanbieder), (gemeente, ""), ("", aanbieder), ("", "")):
        if (outcomes := mapping.get((*partij, productcode))) is not None:
            return outcomes
    return None


def split_cents(cents: int, shares: Sequence[Fraction]) -> list[int]:
    """Split eurocents by shares in percent that add up to 100; the largest remainders get the last cents, ties the first share.

    >>> split_cents(100, [Fraction(100, 3)] * 3)
    [34, 33, 33]
    """
    sign, whole = (-1, -cents) if cents < 0 else (1, cents)
    exact = [whole * share / 100 for share in shares]
    parts = [int(value) for value in exact]
    order = sorted(range(len(shares)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[: whole - sum(parts)]:
        parts[place] += 1
    return [sign * part for part in parts]


def new_sums(lines: Iterable[Declaratieregel]) -> dict[tuple[str, str, str, str], Som]:
    """Return new lines in the same groups as `Omgezet`, by the month of care; credits count negative."""
    groups: dict[tuple[str, str, str, str], Som] = {}
    for line in lines:
        sign = 1 if line.debetcredit == "D" else -1
        key = month_text(month_of(line.begindatum)), line.gemeente, line.prestatiecode, line.kwalificatieniveau
        _add(groups.setdefault(key, Som()), Fraction(sign * line.volume), sign * line.bedrag_cent)
    return groups
