"""Build-ups as a report that can be explained to a council, and as rows for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from mpj.presentation import words
from mpj.presentation.report import Bar, Bars, Cell, Column, Part, Report, Row, Table
from mpj.workbench.buildup.price import AFRONDING, GROEPEN, ONDERDELEN, PERCENTAGES, Gevoeligheid, Stap, Uitgelegd

_INTRO = "Wat een kwartier bij de cliënt kost, en waarom. De bedragen zijn exact doorgerekend; alleen de prijs is afgerond"


def report(items: Sequence[Uitgelegd], title: str) -> Report:
    """Return every step in words, the parts of each price, what-ifs, and the contracted cell beside it."""
    parts: list[Part] = [f"{_INTRO}: {AFRONDING}.", _figure(items), _parts(items), _what_ifs(items)]
    if any(item.op for item in items):
        parts.append(_beside(items))
    for item in items:
        steps = ((step.groep, step.naam, step.uitleg, _value(step)) for step in item.opbouw.stappen)
        kosten = item.opbouw.kosten
        columns = Column("soort kosten"), Column("stap"), Column("hoe"), Column("uitkomst", "units")
        note = f"Bron: {kosten.bron}" if kosten.bron else ""
        parts.append(Table(f"Stap voor stap: {kosten.naam}", columns, steps, note=note, banded=True))
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
            price = "uitgesloten" if cel.prijs is None else _four(cel.prijs)
            yield (*place, "contract", f"perceel {cel.perceel} op {cel.op.isoformat()}", price, unit)


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
        bars.append(Bar(item.opbouw.kosten.naam, tuple(item.opbouw.onderdelen[name] for name in ONDERDELEN), text, mark))
    return Bars("Waaruit een kwartier bestaat", ONDERDELEN, tuple(bars), "contractprijs" if any(marks) else "")


def _mark(item: Uitgelegd) -> Fraction | None:
    """Return the contracted price, where all percelen agree on it."""
    prices = {cel.prijs for cel in item.contract if cel.prijs is not None}
    return next(iter(prices)) if len(prices) == 1 else None


def _parts(items: Sequence[Uitgelegd]) -> Table:
    """Return the account that article 2.3 of the Besluit Jeugdwet asks: per kind of cost its parts and their sum."""
    names = (Column(item.opbouw.kosten.naam, "cent") for item in items)
    columns = (Column("soort kosten"), Column("onderdeel"), *names)
    found: list[Row] = []
    for groep, parts in GROEPEN.items():
        found += [(groep, name, *(item.opbouw.onderdelen[name] for item in items)) for name in parts]
        if len(parts) > 1:
            sums = (sum(item.opbouw.onderdelen[name] for name in parts) for item in items)
            found.append((groep, Cell("samen", "text", "strong"), *(Cell(Fraction(one), "cent", "strong") for one in sums)))
    rounded = (Cell(f"{words.number(item.opbouw.afronding, 4)} ct", "code") for item in items)
    found.append(("prijs", "afronding", *rounded))
    total: Row = ("prijs", "prijs per kwartier", *(item.opbouw.prijs_cent for item in items))
    note = "De soorten kosten van artikel 2.3 van het Besluit Jeugdwet (Stb. 2024, 69)."
    return Table("De rekening per kwartier", columns, found, total, note, banded=True)


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
    days = dict.fromkeys(words.day(item.op) for item in items if item.op)
    return Table(f"Naast de contractprijs van {' en '.join(days)}, per kwartier", columns, _beside_rows(items))


def _beside_rows(items: Sequence[Uitgelegd]) -> Iterator[Row]:
    for item in items:
        naam, price = item.opbouw.kosten.naam, item.opbouw.prijs_cent
        for cel in item.contract:
            if cel.prijs is None or cel.verschil is None:
                yield naam, cel.perceel, Cell("uitgesloten", "code", "excluded"), price, None, None
                continue
            yield naam, cel.perceel, cel.prijs, price, cel.verschil, 100 * cel.verschil / cel.prijs
        if not item.contract:
            yield naam, words.EMPTY, Cell("geen cel", "code"), price, None, None
