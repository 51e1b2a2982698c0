"""From the care behind a line to the line with its trace, and the numbers that lines and declarations bear."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from attrs import fields

from mpj.engine.care import Care
from mpj.engine.limits import product_period
from mpj.engine.opdracht import Opdracht
from mpj.engine.outcome import Regel, Traced
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.reading.periods import day_text
from mpj.records.values import unchecked

REFERENTIE = 20
# The fields of a `Declaratieregel` that its referentienummer is the digest of, with the volgnummer after them.
NUMBERED_BY = (
    "debetcredit",
    "aanbieder",
    "gemeente",
    "toewijzingnummer",
    "productcategorie",
    "productcode",
    "begindatum",
    "einddatum",
    "volume_bericht",
    "eenheid",
    "bedrag_cent",
)
_SORTED_BY = ("gemeente", "bsn", "toewijzingnummer", "productcode", "begindatum", "debetcredit", "aanbieder")
_FIELDS = tuple(one.name for one in fields(Declaratieregel))
_PERIOD = slice(_FIELDS.index("begindatum"), _FIELDS.index("einddatum") + 1)
_numbered_by = itemgetter(*map(_FIELDS.index, NUMBERED_BY))
_up_to_number = attrgetter(*_FIELDS[: _FIELDS.index("declaratienummer")])
_from_number = attrgetter(*_FIELDS[_FIELDS.index("declaratienummer") + 1 :])
_declaratieregel, _herkomst = unchecked(Declaratieregel), unchecked(Herkomst)


HEXADECIMAL = "0123456789abcdef"
FIRST = "GHJKLMNPQRABCDSF"
"""The first sign of a number, by the hexadecimal digit that it stands for: a letter."""
_REPLACED = "E", "H"
REST = HEXADECIMAL.upper().replace(*_REPLACED)
"""The other signs, likewise: no E, which between digits makes an exponent."""
_FIRST = dict(zip(HEXADECIMAL, FIRST, strict=True))


def number(length: int, *parts: object) -> str:
    """Return a number of `length` letters and digits that follows from `parts` alone: the same parts, the same number.

    A letter comes first and there is no E: no spreadsheet or dataframe takes it for an amount.
    """
    text = ("%s\x1f" * len(parts))[:-1] % parts
    return number_of(hashlib.sha256(text.encode()).hexdigest(), length)


def number_of(digits: str, length: int) -> str:
    """Return the number of `length` signs that stands for hexadecimal digits: see `number`."""
    return _FIRST[digits[0]] + digits[1:length].upper().replace(*_REPLACED)


def make_lines(regels: Iterable[Regel], opdracht: Opdracht) -> Iterator[tuple[Declaratieregel, tuple[Traced]]]:
    """Make lines, each with its trace: see `make_line` and `herkomst_of`."""
    for regel in regels:
        line = make_line(regel, opdracht)
        yield line, (Traced(line.referentienummer, regel),)


def make_line(regel: Regel, opdracht: Opdracht) -> Declaratieregel:
    """Make a line of its care: see `line_values`."""
    return _declaratieregel(line_values(regel, opdracht))


def line_values(regel: Regel, opdracht: Opdracht) -> list[Any]:
    """Return the fields of a `Declaratieregel`, in their order: one per toewijzing, product code and product period (IV089).

    The declaratienummer, which follows from all lines of a declaration, is left empty.
    """
    match, tarief, _ = regel.care[0].at
    toewijzing = match.dekking.toewijzing
    billed, settings = tarief.price, tarief.kaart.instellingen
    period = product_period(toewijzing.begindatum, toewijzing.einddatum, tarief.maand)
    values = [
        "",
        "",
        "D",
        "",
        opdracht.periode,
        settings.contract,
        settings.aanbieder,
        toewijzing.gemeente,
        toewijzing.bsn,
        toewijzing.toewijzingnummer,
        tarief.perceel,
        tarief.mpj_code,
        billed.kwalificatieniveau,
        billed.productcategorie,
        billed.productcode,
        *map(day_text, period),
        regel.eenheden,
        tarief.normtijd,
        billed.tarief_cent,
        regel.cent,
        tarief.eenheid,
        regel.eenheden * tarief.per_unit,
        True,
    ]
    values[0] = number(REFERENTIE, *_numbered_by(values), opdracht.volgnummer)
    values[_PERIOD] = period
    return values


def herkomst_of(traces: Iterable[Herkomst | Traced]) -> Iterator[Herkomst]:
    """Make the rows of the trace, of what is not a row already."""
    for one in traces:
        if isinstance(one, Traced):
            yield from (_herkomst(trace_values(one.referentienummer, care)) for care in one.regel.care)
        else:
            yield one


def trace_values(referentienummer: str, care: Care) -> tuple[Any, ...]:
    """Return the fields of a `Herkomst`, in their order."""
    record, niveau, placed, counted = care
    assert placed is not None
    match, tarief, _ = placed
    datum, identity, reeks, tijd, _, bestand, rij = record
    vorm = reeks.vorm
    return (
        referentienummer,
        vorm.bron,
        identity,
        datum,
        tijd.duur,
        niveau or "",
        counted.eenheden,
        counted.cent,
        counted.afgetopt,
        vorm.status,
        reeks.medewerker or "",
        reeks.onderaannemer or "",
        bestand,
        rij,
        match.keuze,
        tarief.niveaus,
        match.dekking.maximum or "",
        counted.geteld,
        counted.som_voor,
        counted.voor_limiet,
    )


sort_key: Callable[[Declaratieregel], tuple[Any, ...]] = attrgetter(*_SORTED_BY)
"""The order of lines in every output: gemeente, bsn, toewijzingnummer, productcode, begindatum, credits first."""
sort_key_of: Callable[[Sequence[Any]], tuple[Any, ...]] = itemgetter(*map(_FIELDS.index, _SORTED_BY))
"""The same, of what `line_values` returns."""


def number_declarations(lines: Sequence[Declaratieregel], volgnummer: int) -> list[Declaratieregel]:
    """Give the lines of each declaration (aanbieder, gemeente, month) its number, which follows from what is declared."""
    groups: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        groups.setdefault((line.aanbieder, line.gemeente), []).append(line.referentienummer)
    numbers: Mapping[tuple[str, str], str] = {
        key: declaration_number(*key, lines[0].declaratieperiode, references, volgnummer) for key, references in groups.items()
    }
    return [_declaratieregel((*_up_to_number(line), numbers[line.aanbieder, line.gemeente], *_from_number(line))) for line in lines]


def declaration_number(aanbieder: str, gemeente: str, periode: str, references: Iterable[str], volgnummer: int) -> str:
    """Return the number of a declaration (aanbieder, gemeente, month), which follows from the lines in it."""
    return number(12, aanbieder, gemeente, periode, *sorted(references), volgnummer)
