"""Build-ups as CSV rows and as a page: every step in words, a stacked picture per level, what-ifs, and the contracted cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import escape

from mpj.workbench.buildup.price import AFRONDING, ONDERDELEN, PERCENTAGES, Gevoeligheid, Stap, Uitgelegd
from mpj.workbench.exact import EMPTY, euros, number, percent_text, signed
from mpj.workbench.page import facts, page, table
from mpj.workbench.pictures import Bar, stacked

CSV_COLUMNS = ("perceel", "prestatiecode", "kwalificatieniveau", "soort", "naam", "waarde", "eenheid")
PARTS = (ONDERDELEN[0], *ONDERDELEN[1:6], "overhead", "overige kosten", "risico en marge")


def value_text(step: Stap) -> str:
    """Return the outcome of a step as people read it."""
    return euros(step.waarde) if step.eenheid == "euro" else f"{number(step.waarde)} {step.eenheid}"


def csv_rows(items: Sequence[Uitgelegd]) -> Iterator[tuple[str, ...]]:
    """Return every step, part, what-if and comparison; eurocents and hours with 4 decimals, half up."""
    for item in items:
        kosten = item.opbouw.kosten
        place = kosten.perceel, kosten.prestatiecode, kosten.kwalificatieniveau
        for step in item.opbouw.stappen:
            yield (*place, "stap", step.naam, _four(step.waarde), "cent" if step.eenheid == "euro" else step.eenheid)
        for naam, value in item.opbouw.onderdelen.items():
            yield (*place, "onderdeel", naam, _four(value), "cent per kwartier")
        yield (*place, "onderdeel", "afronding", _four(item.opbouw.afronding), "cent per kwartier")
        yield (*place, "prijs", "prijs per kwartier", str(item.opbouw.prijs_cent), "cent per kwartier")
        for what in item.gevoeligheid:
            yield (*place, "gevoeligheid", what_if_text(what), str(what.prijs_cent), "cent per kwartier")
        for cel in item.contract:
            yield (*place, "contract", f"perceel {cel.perceel}", _four(cel.prijs), "cent per kwartier")


def _four(value: Fraction) -> str:
    return number(value, 4).replace(".", "")


def what_if_text(what: Gevoeligheid) -> str:
    """Return a what-if as people say it."""
    points = number(what.punten).removesuffix(",00")
    return f"{PERCENTAGES[what.veld]} {signed(points)} procentpunt"


def html_page(items: Sequence[Uitgelegd], title: str) -> str:
    """Return the build-ups as a self-contained page that can be explained to a council."""
    body = [f"<h1>{escape(title)}</h1>", "<p class='soft'>Wat een kwartier bij de cliënt kost, en waarom. "]
    body[-1] += f"De bedragen zijn exact doorgerekend; alleen de prijs is afgerond: {escape(AFRONDING)}.</p>"
    body.append(facts((item.opbouw.kosten.naam, euros(item.opbouw.prijs_cent)) for item in items))
    body.append(stacked([_bar(item) for item in items], PARTS, "Waaruit een kwartier bestaat", _mark_name(items)))
    body.append("<h2>Onderdelen per kwartier</h2>")
    header = ("", *(item.opbouw.kosten.naam for item in items))
    rows = [(name, *(euros(item.opbouw.onderdelen[name]) for item in items)) for name in PARTS]
    rows.append(("afronding", *(f"{number(item.opbouw.afronding, 4)} ct" for item in items)))
    rows.append(("prijs per kwartier", *(euros(item.opbouw.prijs_cent) for item in items)))
    body.append(table(header, rows, numeric=range(1, len(items) + 1), total=True))
    body.append("<h2>Wat als</h2>")
    body.append(table(("", "Verandering", "Prijs", "Verschil"), list(what_if_rows(items)), numeric=(2, 3)))
    if any(item.contract for item in items):
        body.append("<h2>Naast het contract</h2>")
        header = ("", "Perceel", "Contract, per kwartier", "Opbouw", "Verschil", "%")
        body.append(table(header, list(compared_rows(items)), numeric=(2, 3, 4, 5)))
    body.append("<h2>Stap voor stap</h2>")
    for item in items:
        body.append(f"<h3>{escape(item.opbouw.kosten.naam)}</h3>")
        if item.opbouw.kosten.bron:
            body.append(f"<p class='soft'>Bron: {escape(item.opbouw.kosten.bron)}</p>")
        steps = [(step.naam, step.uitleg, value_text(step)) for step in item.opbouw.stappen]
        body.append(table(("Stap", "Hoe", "Uitkomst"), steps, numeric=(2,), total=True))
    return page(title, "\n".join(body), footer="mpj tariffs buildup")


def _bar(item: Uitgelegd) -> Bar:
    parts = [item.opbouw.onderdelen[name] for name in PARTS]
    mark = _mark(item)
    text = euros(item.opbouw.prijs_cent) + (f" (contract {euros(mark)})" if mark is not None else "")
    return Bar(item.opbouw.kosten.naam, parts, text, mark)


def _mark(item: Uitgelegd) -> Fraction | None:
    """Return the contracted price, where all percelen agree on it."""
    prices = {cel.prijs for cel in item.contract}
    return next(iter(prices)) if len(prices) == 1 else None


def _mark_name(items: Sequence[Uitgelegd]) -> str:
    return "contractprijs" if any(_mark(item) is not None for item in items) else ""


def what_if_rows(items: Sequence[Uitgelegd]) -> Iterator[tuple[str, ...]]:
    """Return every what-if as the fields of a table."""
    for item in items:
        for what in item.gevoeligheid:
            yield item.opbouw.kosten.naam, what_if_text(what), euros(what.prijs_cent), signed(euros(what.verschil_cent))


def compared_rows(items: Sequence[Uitgelegd]) -> Iterator[tuple[str, ...]]:
    """Return each build-up beside the contracted cells, as the fields of a table."""
    for item in items:
        naam, price = item.opbouw.kosten.naam, euros(item.opbouw.prijs_cent)
        for cel in item.contract:
            share = percent_text(100 * cel.verschil / cel.prijs)
            yield naam, cel.perceel, euros(cel.prijs), price, signed(euros(cel.verschil)), share
        if not item.contract:
            yield naam, EMPTY, "geen cel", price, EMPTY, EMPTY
