"""Where on a sheet the tables are, and what each column of them is: heads of one to three rows, titles and notes around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from mpj.protocol import Protocol
from mpj.reading.register import Foutcode
from mpj.workbench.importing.grid import Rekenblad
from mpj.workbench.importing.headers import (
    BEGIN,
    BEROEP,
    CODE,
    EIND,
    GENEGEERD,
    NAAM,
    NIVEAU,
    NIVEAUKOLOM,
    PRIJZEN,
    Kolomkop,
    is_group,
    nearest,
    read_header,
)

_ABOVE, _BELOW = 2, 2
"""So many rows above and below the row that names the prestatiecode may belong to its head."""


@frozen
class Kop:
    """The head of one column: what stands there, and what it was taken for; None: it is not known."""

    tekst: str
    soort: Kolomkop | None
    dichtbij: str = ""
    """The nearest known word of a head that is not known."""

    @property
    def uitleg(self) -> str:
        """How people read it."""
        if self.soort is not None:
            return self.soort.uitleg
        return "niet bekend" + (f"; lijkt het meest op: {self.dichtbij}" if self.dichtbij else "")


@frozen
class Tabel:
    """One table of a sheet: the rows of its head, the last of its rows, and its columns."""

    kop: int
    """The row that names the prestatiecode."""
    eerste: int
    """The first row of its head."""
    begin: int
    """The first row below its head."""
    einde: int
    """The last row before the next table."""
    kolommen: Mapping[int, Kop]
    titels: tuple[tuple[int, str], ...] = field(default=())
    """The rows with text above its head."""

    def column(self, soort: str) -> int:
        """Return the column of a kind, 0 where there is none."""
        return next((place for place, kop in self.kolommen.items() if kop.soort is not None and kop.soort.soort == soort), 0)

    def prices(self) -> Iterator[tuple[int, Kolomkop]]:
        """Yield the columns that carry prices."""
        for place, kop in self.kolommen.items():
            if kop.soort is not None and kop.soort.soort in PRIJZEN:
                yield place, kop.soort


@frozen
class Indeling:
    """The tables of a sheet, and the head words of a row that could have been a head where there is none."""

    tabellen: tuple[Tabel, ...]
    bijna: Mapping[int, Kop]
    bijna_rij: int


def find_tables(blad: Rekenblad, protocol: Protocol) -> Indeling:
    """Return where the tables of a sheet are."""
    heads: list[tuple[int, int, int, dict[int, Kop]]] = []
    near: tuple[int, dict[int, Kop]] = (0, {})
    row, free = 1, 1
    while row <= blad.last_row:
        place = _code_column(blad, row, protocol)
        if place:
            first, last = _first_row(blad, row, place, free, protocol), _last_row(blad, row, place, protocol)
            found = _heads(blad, first, row, last, protocol)
            if any(kop.soort is not None and kop.soort.soort in PRIJZEN for kop in found.values()):
                heads.append((row, first, last, found))
                row = free = last + 1
                continue
            near = near if near[0] else (row, found)
        row += 1
    ends = [first - 1 for _, first, _, _ in heads[1:]] + [blad.last_row] * bool(heads)
    tables = []
    for number, ((row, first, last, found), end) in enumerate(zip(heads, ends, strict=True)):
        titles = tuple(blad.texts(1, first - 1)) if not number else ()
        tables.append(Tabel(row, first, last + 1, end, found, titles))
    return Indeling(tuple(tables), near[1], near[0])


def _code_column(blad: Rekenblad, row: int, protocol: Protocol) -> int:
    """Return the column in which a row names the prestatiecode, 0 where it does not, or where it is a sentence."""
    filled = blad.filled(row)
    for place, value in filled.items():
        kop = read_header(value, protocol) if isinstance(value, str) else None
        if kop is not None and kop.soort == CODE and len(filled) > 1:
            return place
    return 0


def _last_row(blad: Rekenblad, row: int, code: int, protocol: Protocol) -> int:
    """Return the last row of a head: rows of head words follow, with nothing under the prestatiecode."""
    last = row
    for number in range(row + 1, row + 1 + _BELOW):
        filled = blad.filled(number)
        texts = [value for value in filled.values() if isinstance(value, str)]
        if code in filled or not texts or len(texts) < len(filled):
            break
        if not any(read_header(value, protocol) or is_group(value, protocol) for value in texts):
            break
        last = number
    return last


def _first_row(blad: Rekenblad, row: int, code: int, free: int, protocol: Protocol) -> int:
    """Return the first row of a head: rows above it say what is under them, and nothing above the columns that carry no price."""
    first = row
    other = {place for place, value in blad.filled(row).items() if place <= code or _no_price(value, protocol)}
    for number in range(row - 1, max(row - 1 - _ABOVE, free - 1), -1):
        filled = blad.filled(number)
        areas = [blad.area(number, place) for place in filled]
        wide = any(area is not None and area.links <= code <= area.rechts for area in areas)
        if not filled or wide or any(place in other for place in filled):
            break
        first = number
    return first


def _no_price(value: object, protocol: Protocol) -> bool:
    kop = read_header(value, protocol)
    return kop is not None and kop.soort in (NAAM, GENEGEERD)


def _heads(blad: Rekenblad, first: int, code_row: int, last: int, protocol: Protocol) -> dict[int, Kop]:
    """Return the head of every column: the words of its rows together; those above several columns count for each of them."""
    texts: dict[int, list[str]] = {}
    for number in range(first, last + 1):
        for place, text in _spread(blad, number, last).items():
            texts.setdefault(place, []).append(text)
    own = {place for number in range(code_row, last + 1) for place in blad.filled(number)}
    return {place: _kop(texts[place], protocol) for place in sorted(texts) if place in own or _covered(blad, place, first, last)}


def _covered(blad: Rekenblad, column: int, first: int, last: int) -> bool:
    """Say whether a head merged over rows stands in a column."""
    return any(
        area is not None and (area.boven, area.links) == (number, column) and area.onder > number
        for number in range(first, last + 1)
        for area in (blad.area(number, column),)
    )


def _spread(blad: Rekenblad, row: int, last: int) -> dict[int, str]:
    """Return the words of one row of a head by column: a merged cell has them for all its columns, a word above other words for the
    blanks behind it."""
    filled = {place: str(value) for place, value in blad.filled(row).items()}
    found: dict[int, str] = {}
    for place, text in filled.items():
        area = blad.area(row, place)
        if area is not None:
            found.update(dict.fromkeys(range(area.links, area.rechts + 1), text))
            continue
        found[place] = text
        following = place + 1
        while row < last and following not in filled and _open(blad, row, following, last):
            found[following] = text
            following += 1
    return found


def _open(blad: Rekenblad, row: int, column: int, last: int) -> bool:
    """Say whether a cell is blank over a head word further down, and in no merged area."""
    if column > blad.last_column or blad.area(row, column) is not None:
        return False
    return any(blad.raw(number, column) is not None for number in range(row + 1, last + 1))


def _kop(words: Sequence[str], protocol: Protocol) -> Kop:
    """Read the words of a head together; one that carries no price may stand under words that are not about it."""
    whole = " ".join(dict.fromkeys(words))
    kop = read_header(whole, protocol)
    if kop is None and len(words) > 1:
        alone = read_header(words[-1], protocol)
        kop = alone if alone is not None and alone.soort not in PRIJZEN else None
    return Kop(whole, kop, "" if kop is not None else nearest(words[-1], protocol))


def head_faults(blad: Rekenblad, tabel: Tabel, protocol: Protocol) -> None:
    """Report the heads of a table that are not known, that are a profession, that are switched off, or that stand twice."""
    seen: dict[Kolomkop, str] = {}
    for place, kop in tabel.kolommen.items():
        refusal = _refusal(kop, tabel, seen, protocol)
        if refusal:
            code, expected, text = refusal
            blad.refuse(code, tabel.kop, place, kop.tekst, expected, text)
        elif kop.soort is not None and kop.soort.soort != GENEGEERD:
            seen[kop.soort] = kop.tekst
        if kop.soort is not None and kop.soort.soort in PRIJZEN and blad.column_hidden(place):
            blad.refuse("kolom_verborgen", tabel.kop, place, kop.tekst, "alleen zichtbare kolommen", "de kolom is verborgen")


def _refusal(kop: Kop, tabel: Tabel, seen: Mapping[Kolomkop, str], protocol: Protocol) -> tuple[Foutcode, str, str] | None:
    soort = kop.soort
    if soort is None:
        near = (
            f"een niveau, of een bekend woord; het meest lijkt: {kop.dichtbij}"
            if kop.dichtbij
            else "een niveau, of een bekend woord"
        )
        return "kop_onbekend", near, "onbekend kopwoord"
    if soort.soort == BEROEP:
        return "kop_beroep", ", ".join(protocol.niveaus), "een beroep is geen niveau; het niveau stelt de werkgever vast"
    if soort.soort == NIVEAU and soort.niveau not in protocol.niveaus:
        return "niveau_uit", ", ".join(protocol.niveaus), "dit niveau staat uit"
    if soort.soort == NIVEAU and tabel.column(NIVEAUKOLOM):
        return "kop_dubbel", "een kolom met niveaus, of een kolom per niveau", "de niveaus staan ook in een kolom"
    if soort.begindatum is not None and (tabel.column(BEGIN) or tabel.column(EIND)):
        return "kop_dubbel", "datums in de kop, of in een kolom", "er is ook een kolom met datums"
    if soort in seen and soort.soort != NAAM:
        return "kop_dubbel", "elke kolom één keer", f"betekent hetzelfde als de kolom {seen[soort]}"
    return None
