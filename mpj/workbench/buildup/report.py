"""Build-ups as a report that can be explained to a council, and as rows for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from mpj.presentation import words
from mpj.presentation.report import Bar, Bars, Cell, Column, Part, Report, Row, Table
from mpj.workbench.buildup.price import AFRONDING, ONDERDELEN, PERCENTAGES, Gevoeligheid, Stap, Uitgelegd

PARTS = (ONDERDELEN[0], *ONDERDELEN[1:6], "overhead", "overige kosten", "risico en marge")
_INTRO = "Wat een kwartier bij de cliënt kost, en waarom. De bedragen zijn exact doorgerekend; alleen de prijs is afgerond"


def report(items: Sequence[Uitgelegd], title: str) -> Report:
    """Return every step in words, the parts of each price, what-ifs, and the contracted cell beside it."""
    parts: list[Part] = [f"{_INTRO}: {AFRONDING}.", _figure(items), _parts(items), _what_ifs(items)]
    if any(item.contract for item in items):
        parts.append(_beside(items))
    for item in items:
        steps = ((step.naam, step.uitleg, _value(step)) for step in item.opbouw.stappen)
        kosten = item.opbouw.kosten
        columns = Column("stap"), Column("hoe"), Column("uitkomst", "units")
        note = f"Bron: {kosten.bron}" if kosten.bron else ""
        parts.append(Table(f"Stap voor stap: {kosten.naam}", columns, steps, note=note))
    facts = ((item.opbouw.kosten.naam, f"{words.euros(item.opbouw.prijs_cent)} per kwartier") for item in items)
    return Report(title, tuple(facts), tuple(parts), "mpj tariffs buildup")


def rows(items: Sequence[Uitgelegd]) -> Table:
    """Return every step, part, what-if and comparison; eurocents and hours with 4 decimals, half up."""
    names = "perceel", "prestatiecode", "kwalificatieniveau", "soort", "naam", "waarde", "eenheid"
    return Table("Opbouw", tuple(Column(name, "code", name) for name in names), _rows(items))


def _rows(items: Sequence[Uitgelegd]) -> Iterator[Row]:
    for item in items:
        kosten, unit = item.opbouw.kosten, "cent per kwartier"
        place = kosten.perceel, kosten.prestatiecode, kosten.kwalificatieniveau
        for step in item.opbouw.stappen:
            yield (*place, "stap", step.naam, _four(step.waarde), "cent" if step.eenheid == "euro" else step.eenheid)
        for naam, value in item.opbouw.onderdelen.items():
            yield (*place, "onderdeel", naam, _four(value), unit)
        yield (*place, "onderdeel", "afronding", _four(item.opbouw.afronding), unit)
        yield (*place, "prijs", "prijs per kwartier", str(item.opbouw.prijs_cent), unit)
        for what in item.gevoeligheid:
            yield (*place, "gevoeligheid", _what_if(what), str(what.prijs_cent), unit)
        for cel in item.contract:
            yield (*place, "contract", f"perceel {cel.perceel}", _four(cel.prijs), unit)


def _four(value: Fraction) -> str:
    return words.number(value, 4).replace(".", "")


def _value(step: Stap) -> str:
    return words.euros(step.waarde) if step.eenheid == "euro" else f"{words.number(step.waarde, 2)} {step.eenheid}"


def _what_if(what: Gevoeligheid) -> str:
    points = words.number(what.punten, 2, signed=True).removesuffix(",00")
    return f"{PERCENTAGES[what.veld]} {points} procentpunt"


def _figure(items: Sequence[Uitgelegd]) -> Bars:
    marks = [_mark(item) for item in items]
    bars = []
    for item, mark in zip(items, marks, strict=True):
        text = words.euros(item.opbouw.prijs_cent) + (f" (contract {words.euros(mark)})" if mark is not None else "")
        bars.append(Bar(item.opbouw.kosten.naam, tuple(item.opbouw.onderdelen[name] for name in PARTS), text, mark))
    return Bars("Waaruit een kwartier bestaat", PARTS, tuple(bars), "contractprijs" if any(marks) else "")


def _mark(item: Uitgelegd) -> Fraction | None:
    """Return the contracted price, where all percelen agree on it."""
    prices = {cel.prijs for cel in item.contract}
    return next(iter(prices)) if len(prices) == 1 else None


def _parts(items: Sequence[Uitgelegd]) -> Table:
    columns = (Column("onderdeel", "code"), *(Column(item.opbouw.kosten.naam, "cent") for item in items))
    found: list[Row] = [(name, *(item.opbouw.onderdelen[name] for item in items)) for name in PARTS]
    found.append(("afronding", *(Cell(f"{words.number(item.opbouw.afronding, 4)} ct", "code") for item in items)))
    total: Row = ("prijs per kwartier", *(item.opbouw.prijs_cent for item in items))
    return Table("Onderdelen per kwartier", columns, found, total)


def _what_ifs(items: Sequence[Uitgelegd]) -> Table:
    columns = Column(""), Column("wat als"), Column("prijs", "cent"), Column("verschil", "cent", signed=True)
    found = (
        (item.opbouw.kosten.naam, _what_if(what), what.prijs_cent, what.verschil_cent)
        for item in items
        for what in item.gevoeligheid
    )
    return Table("Wat als", columns, found)


def _beside(items: Sequence[Uitgelegd]) -> Table:
    columns = (
        *(Column(""), Column("perceel", "code"), Column("contract", "cent"), Column("opbouw", "cent")),
        *(Column("verschil", "cent", signed=True), Column("%", "percent", signed=True)),
    )
    return Table("Naast het contract, per kwartier", columns, _beside_rows(items))


def _beside_rows(items: Sequence[Uitgelegd]) -> Iterator[Row]:
    for item in items:
        naam, price = item.opbouw.kosten.naam, item.opbouw.prijs_cent
        for cel in item.contract:
            yield naam, cel.perceel, cel.prijs, price, cel.verschil, 100 * cel.verschil / cel.prijs
        if not item.contract:
            yield naam, words.EMPTY, Cell("geen cel", "code"), price, None, None
