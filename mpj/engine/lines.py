"""From the care behind a line to the line with its trace, and the numbers that lines and declarations bear."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from attrs import define, fields

from mpj.engine.care import Care
from mpj.engine.limits import product_period
from mpj.engine.opdracht import Opdracht
from mpj.engine.outcome import Regel, Traced
from mpj.engine.tarieven import Tarief
from mpj.engine.values import Declaratieregel, Herkomst
from mpj.reading.periods import day_text
from mpj.records.values import Unchecked

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
# The fields that do not follow from the tarief and the opdracht.
_OWN = ("gemeente", "bsn", "toewijzingnummer", "begindatum", "einddatum", "volume", "bedrag_cent", "volume_bericht")
_HOLE = "\x02"
_PERIOD = slice(_FIELDS.index("begindatum"), _FIELDS.index("einddatum") + 1)
_numbered_by = itemgetter(*map(_FIELDS.index, NUMBERED_BY))
_own_numbered_by = itemgetter(*(_OWN.index(name) for name in NUMBERED_BY if name in _OWN))
_own_order = itemgetter(*map((*_OWN, *(name for name in _SORTED_BY if name not in _OWN)).index, _SORTED_BY))
_values_of = attrgetter(*_FIELDS)
_parties_of: Callable[[Declaratieregel], tuple[str, str]] = attrgetter("aanbieder", "gemeente")
# Past the class being frozen, of a line that was just made.
_set_number: Callable[[Declaratieregel, str], None] = Declaratieregel.__dict__["declaratienummer"].__set__
_declaratieregel, _herkomst = Unchecked(Declaratieregel), Unchecked(Herkomst)
_T = TypeVar("_T")
_day = lru_cache(maxsize=4096)(date.fromisoformat)

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
    return _number_of_text(_joined(parts), length)


def _joined(parts: tuple[object, ...]) -> str:
    return ("%s\x1f" * len(parts))[:-1] % parts


def _number_of_text(text: str, length: int) -> str:
    return number_of(hashlib.sha256(text.encode()).hexdigest(), length)


def number_of(digits: str, length: int) -> str:
    """Return the number of `length` signs that stands for hexadecimal digits: see `number`."""
    return _FIRST[digits[0]] + digits[1:length].upper().replace(*_REPLACED)


def traced_lines(regels: Iterable[Regel], opdracht: Opdracht) -> Iterator[tuple[Declaratieregel, list[Herkomst]]]:
    """Return lines (`make_line`), each with its trace, for who asks for both: later costs more than at once."""
    for regel in regels:
        line = make_line(regel, opdracht)
        yield line, _traced(line.referentienummer, regel)


def make_line(regel: Regel, opdracht: Opdracht) -> Declaratieregel:
    """Make a line of its care: one per toewijzing, product code and product period (IV089).

    The declaratienummer, which follows from all lines of a declaration, is left empty.
    """
    values = _values(regel.care[0].at.tarief, opdracht, _own_values(regel))
    values[0] = number(REFERENTIE, *_numbered_by(values), opdracht.volgnummer)
    values[_PERIOD] = map(_day, values[_PERIOD])
    return _declaratieregel(values)


def _own_values(regel: Regel) -> tuple[Any, ...]:
    """Return the values of a line for `_OWN`, dates as text."""
    placed = regel.care[0].at
    tarief, toewijzing, units = placed.tarief, placed.match.dekking.toewijzing, regel.eenheden
    begindatum, einddatum = product_period(toewijzing.begindatum, toewijzing.einddatum, tarief.maand)
    return (
        toewijzing.gemeente,
        toewijzing.bsn,
        toewijzing.toewijzingnummer,
        day_text(begindatum),
        day_text(einddatum),
        units,
        regel.cent,
        units * tarief.per_unit,
    )


def _values(tarief: Tarief, opdracht: Opdracht, own: Iterable[Any]) -> list[Any]:
    """Return the fields of a line without numbers: what follows from its tarief and the opdracht, and its `own` (`_OWN`)."""
    gemeente, bsn, toewijzingnummer, begindatum, einddatum, volume, bedrag_cent, volume_bericht = own
    billed, settings = tarief.price, tarief.kaart.instellingen
    return [
        "",
        "",
        "D",
        "",
        opdracht.periode,
        settings.contract,
        settings.aanbieder,
        gemeente,
        bsn,
        toewijzingnummer,
        tarief.perceel,
        tarief.mpj_code,
        billed.kwalificatieniveau,
        billed.productcategorie,
        billed.productcode,
        begindatum,
        einddatum,
        volume,
        tarief.normtijd,
        billed.tarief_cent,
        bedrag_cent,
        tarief.eenheid,
        volume_bericht,
        True,
    ]


@define
class LineText:
    """A line as text."""

    order: tuple[Any, ...]
    """As `sort_key`: gemeente and bsn first, aanbieder last."""
    referentienummer: str
    row: str


class LinesAt:
    """Writes the lines at one `Tarief`: they are the same text, but for their own values (`_OWN`), which are filled in."""

    def __init__(self, tarief: Tarief, opdracht: Opdracht, row: Callable[[Sequence[Any]], str]) -> None:
        """Take what makes a row of the fields of a line, in their order."""
        values = _values(tarief, opdracht, [_HOLE] * len(_OWN))
        self._numbered = _with_holes(_joined((*_numbered_by(values), opdracht.volgnummer)))
        values[0] = _HOLE
        self._row = _with_holes(row(values))
        self._shared = tuple(values[_FIELDS.index(name)] for name in _SORTED_BY if name not in _OWN)

    def text(self, regel: Regel) -> LineText:
        """Return a line at this tarief."""
        own = _own_values(regel)
        referentienummer = _number_of_text(self._numbered % _own_numbered_by(own), REFERENTIE)
        return LineText(_own_order(own + self._shared), referentienummer, self._row % (referentienummer, *own))


def _with_holes(text: str) -> str:
    """Return a text in which values have been left out as a form to fill them in."""
    return text.replace("%", "%%").replace(_HOLE, "%s")


def herkomst_of(traces: Iterable[Herkomst | Traced]) -> Iterator[Herkomst]:
    """Make the rows of the trace, of what is not a row already."""
    for one in traces:
        if isinstance(one, Traced):
            yield from _traced(one.referentienummer, one.regel)
        else:
            yield one


def _traced(referentienummer: str, regel: Regel) -> list[Herkomst]:
    return _herkomst.done(trace_rows(referentienummer, regel.care, _herkomst.draft))


def trace_rows(referentienummer: str, behind: Iterable[Care], make: Callable[..., _T]) -> Iterator[_T]:
    """Return what `make` makes of the fields of the `Herkomst` of each of the care behind the line with this number."""
    placed, reeks = None, None
    for one in behind:
        datum, identity, its_reeks, tijd, _, bestand, rij = one.record
        if one.placed is not placed:
            placed = one.placed
            assert placed is not None
            match, tarief = placed.match, placed.tarief
            keuze, niveaus, maximum = match.keuze, tarief.niveaus, match.dekking.maximum or ""
        if its_reeks is not reeks:
            reeks, vorm = its_reeks, its_reeks.vorm
            bron, status, medewerker, onderaannemer = vorm.bron, vorm.status, reeks.medewerker or "", reeks.onderaannemer or ""
        geteld, som_voor, voor_limiet, eenheden, cent, _, afgetopt = one.counted
        yield make(
            referentienummer,
            bron,
            identity,
            datum,
            tijd.duur,
            one.niveau or "",
            eenheden,
            cent,
            afgetopt,
            status,
            medewerker,
            onderaannemer,
            bestand,
            rij,
            keuze,
            niveaus,
            maximum,
            geteld,
            som_voor,
            voor_limiet,
        )


sort_key: Callable[[Declaratieregel], tuple[Any, ...]] = attrgetter(*_SORTED_BY)
"""The order of lines in every output: gemeente, bsn, toewijzingnummer, productcode, begindatum, credits first."""


def anew(line: Declaratieregel) -> Declaratieregel:
    """Return the same line as one that nobody else has, to be numbered."""
    return _declaratieregel(_values_of(line))


def number_declarations(lines: Sequence[Declaratieregel], volgnummer: int) -> None:
    """Give lines that nobody else has yet the number of their declaration, which follows from what the declaration holds."""
    periode, groups = "", defaultdict[tuple[str, str], list[str]](list)
    parties = list(map(_parties_of, lines))
    for own, line in zip(parties, lines, strict=True):
        periode = line.declaratieperiode
        groups[own].append(line.referentienummer)
    numbers = {own: declaration_number(*own, periode, references, volgnummer) for own, references in groups.items()}
    for own, line in zip(parties, lines, strict=True):
        _set_number(line, numbers[own])


def declaration_number(aanbieder: str, gemeente: str, periode: str, references: Iterable[str], volgnummer: int) -> str:
    """Return the number of a declaration (aanbieder, gemeente, month), which follows from the lines in it."""
    return number(12, aanbieder, gemeente, periode, *sorted(references), volgnummer)
