"""The year as people read it: tables, an overview of all gemeenten, and one page for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, fields

from mpj.presentation import words
from mpj.presentation.report import Bar, Bars, Column, Form, Part, Report, Row, Table
from mpj.reports.beside import Naast, Raming
from mpj.reports.norms import year_norms
from mpj.reports.year import Aansluiting, Jaarbeeld, Jaarregel, Mutatie
from mpj.version import __version__

POSTS: Mapping[str, str] = {
    "toegekend": "toegekend",
    "open": "open: verzonden of concept",
    "afgekeurd": "afgekeurd",
    "ingetrokken": "afgekeurd, daarna ingetrokken of verplaatst",
    "nog_in_te_dienen": "nog in te dienen",
    "zonder_toewijzing": "zonder toewijzing (onzeker)",
    "niet_declarabel": "niet declarabel",
    "geleverd": "geleverd",
    "zonder_prijs": "waarvan zonder bekende prijs (aantal)",
    "onleesbaar": "onleesbaar (aantal)",
}
"""What people read for a post of the reconciliation."""
_CENTS = ("ingediend", "toegekend", "open", "afgekeurd", "credit")
_FORMS: Mapping[str, Form] = {"eenheden": "units", "uren": "units", "begindatum": "date", "einddatum": "date"}
_SIGNED = ("Naam", "Functie", "Plaats en datum", "Handtekening")


def year_table(title: str, rows: Sequence[Jaarregel]) -> Table:
    """Return rows of the year, every column of jaar.csv."""
    names = [one.name for one in fields(Jaarregel)]
    columns = [
        Column(name.removesuffix("_cent"), _FORMS.get(name, "cent" if name.endswith("_cent") else "code"), name) for name in names
    ]
    found: list[Row] = [tuple(row.clienten_text if name == "clienten" else getattr(row, name) for name in names) for row in rows]
    adds = {f"{name}_cent" for name in _CENTS}
    sums = [sum(getattr(row, name) for row in rows) if name in adds else None for name in names]
    return Table(title, tuple(columns), tuple(found), ("samen", *sums[1:]))


def reconciliation_table(rows: Iterable[Aansluiting]) -> Table:
    """Return the reconciliation, every column of aansluiting.csv."""
    columns = (
        Column("gemeente", "code", "gemeente", {"": "onbekend"}),
        Column("post", "text", "post", POSTS),
        Column("aantal", "count", "aantal"),
        Column("bedrag", "cent", "cent"),
    )
    return Table("Aansluiting", columns, tuple((one.gemeente, one.post, one.aantal, one.cent) for one in rows))


def beside_table(rows: Iterable[Naast]) -> Table:
    """Return both sides, every column of naast.csv."""
    names = {"gemeente": "gemeente", "code": "prestatiecode", "niveau": "kwalificatieniveau", "post": "post"}
    keys = (Column(label, "code", name) for label, name in names.items())
    cents = Column("eigen", "cent", "eigen_cent"), Column("naast", "cent", "naast_cent")
    columns = (*keys, *cents, Column("verschil", "cent", "verschil_cent", signed=True))
    found: list[Row] = [(*one.sleutel, one.eigen_cent, one.naast_cent, one.verschil_cent) for one in rows]
    return Table("Naast elkaar", columns, found)


def differences_table(rows: Sequence[Naast]) -> Table:
    """Return both sides of what differs, and how many posts do not."""
    apart = [one for one in rows if one.verschil_cent]
    equal, unequal = words.number(len(rows) - len(apart)), words.number(len(apart))
    note = f"Posten die gelijk zijn: {equal}; die verschillen: {unequal}. Alle staan in naast.csv."
    if any(not code for _, code, *_ in (one.sleutel for one in apart)):
        note += " Waar de code leeg is, is een eigen code ontvangen: --contracten DIR zegt wat die betekent."
    return evolve(beside_table(apart), note=note)


def changes_table(rows: Sequence[Mutatie]) -> Table:
    """Return what changed after the closing, every column of mutaties.csv."""
    names = ("gemeente", "prestatiecode", "kwalificatieniveau", "productcode", "post")
    columns = (*(Column(name, "code", name) for name in names), Column("bedrag", "cent", "cent", signed=True))
    found = tuple((one.gemeente, one.prestatiecode, one.kwalificatieniveau, one.productcode, one.post, one.cent) for one in rows)
    sums: Row = ("samen", "", "", "", "", sum(one.cent for one in rows))
    return Table("Mutaties na verantwoording", columns, found, sums)


def estimate_table(rows: Sequence[Raming]) -> Table:
    """Return the estimate, every column of raming.csv."""
    columns = (
        Column("gemeente", "code", "gemeente", {"": "onbekend"}),
        Column("laag", "cent", "laag_cent"),
        Column("hoog", "cent", "hoog_cent"),
        Column("zonder prijs", "count", "zonder_prijs"),
    )
    found: list[Row] = [(one.gemeente, one.laag_cent, one.hoog_cent, one.zonder_prijs) for one in rows]
    sums = (sum(one.laag_cent for one in rows), sum(one.hoog_cent for one in rows), sum(one.zonder_prijs for one in rows))
    note = "Laag: toegekend en open. Hoog: alles wat is geleverd, ook wat is afgekeurd of nog geen toewijzing heeft."
    return Table("Raming", columns, found, ("samen", *sums), note)


def overview(beeld: Jaarbeeld, namen: Mapping[str, str], more: Iterable[Part] = ()) -> Report:
    """Return the year of all gemeenten: where the money goes, who gets which statement, and the reconciliation of the whole."""
    norms = year_norms()
    sums = {gemeente: _sums(one for one in beeld.regels if one.gemeente == gemeente) for gemeente in beeld.gemeenten}
    rows: list[Row] = [
        (words.named(gemeente, namen), *found.values(), norms.verklaring(found["ingediend"])) for gemeente, found in sums.items()
    ]
    cents = tuple(Column(name, "cent", spare=name == "credit") for name in _CENTS)
    columns = (Column("gemeente", "code"), *cents, Column("verklaring", spare=True))
    total: Row = ("samen", *_sums(beeld.regels).values(), "")
    bars = Bars(
        "Waar het geld heen gaat",
        _CENTS[1:4],
        tuple(_bar(words.named(gemeente, namen), found) for gemeente, found in sums.items() if found["ingediend"]),
    )
    parts: tuple[Part, ...] = (
        *([bars] if bars.bars else []),
        Table("Per gemeente", columns, rows, total),
        _whole(beeld.aansluiting),
        *more,
    )
    return Report(
        f"Verantwoording {beeld.jaar}",
        _facts(beeld, sum(one.ingediend_cent for one in beeld.regels)),
        (*parts, _told(beeld)),
        origin=_origin(),
    )


def gemeente_page(beeld: Jaarbeeld, gemeente: str, namen: Mapping[str, str]) -> Report:
    """Return the page of one gemeente, fit for one sheet of paper: per prestatiecode, the reconciliation, and where to sign."""
    own = [one for one in beeld.regels if one.gemeente == gemeente]
    facts = (*_facts(beeld, sum(one.ingediend_cent for one in own)), ("SHA-256 van de regels", f"{beeld.sha256[:16]}..."))
    posts = _whole([one for one in beeld.aansluiting if one.gemeente == gemeente])
    signed = Table("Ondertekening", tuple(Column(name) for name in _SIGNED), (("", "", "", ""),))
    parts: list[Part] = [_per_code(own), posts, _told(beeld), signed]
    return Report(
        f"Verantwoording {beeld.jaar}, gemeente {words.named(gemeente, namen)}", facts, tuple(parts), origin=_origin(), upright=True
    )


def workbook(beeld: Jaarbeeld, gemeenten: Iterable[str], namen: Mapping[str, str], more: Iterable[Table] = ()) -> Report:
    """Return a workbook in the order of the model: facts and hashes, the overview, a sheet per gemeente, where to sign."""
    chosen = list(gemeenten)
    whole = overview(beeld, namen)
    sheets = [
        year_table(words.named(gemeente, namen), [one for one in beeld.regels if one.gemeente == gemeente]) for gemeente in chosen
    ]
    posts = reconciliation_table(one for one in beeld.aansluiting if one.gemeente in chosen)
    signed = Table("Ondertekening", tuple(Column(name) for name in _SIGNED), (("", "", "", ""),))
    hashes = (
        ("SHA-256 van de regels", beeld.sha256),
        *((f"tariefkaart {name}", told) for name, told in beeld.tariefkaarten.items()),
    )
    tables = [part for part in whole.parts if isinstance(part, Table) and part.title == "Per gemeente"] if len(chosen) > 1 else []
    return Report(whole.title, (*whole.facts, *hashes), (*tables, *sheets, posts, *more, signed), origin=_origin())


def _sums(rows: Iterable[Jaarregel]) -> dict[str, int]:
    found = list(rows)
    return {name: sum(getattr(one, f"{name}_cent") for one in found) for name in _CENTS}


def _bar(name: str, found: Mapping[str, int]) -> Bar:
    return Bar(name, tuple(Fraction(max(0, found[post])) for post in _CENTS[1:4]), words.euros(found["ingediend"]))


def _per_code(rows: Iterable[Jaarregel]) -> Table:
    """Return a gemeente's rows by prestatiecode; clients are counted per row only, and not added up."""
    found: dict[str, list[Jaarregel]] = {}
    for one in rows:
        found.setdefault(one.prestatiecode or one.productcode, []).append(one)
    columns = (Column("prestatiecode", "code"), Column("uren", "units"), *(Column(name, "cent") for name in _CENTS))
    lines: list[Row] = []
    for code, own in found.items():
        hours = [one.uren for one in own if one.uren is not None]
        lines.append((code, sum(hours, Fraction(0)) if hours else None, *_sums(own).values()))
    sums = ("samen", None, *_sums(one for own in found.values() for one in own).values())
    return Table("Per prestatiecode", columns, tuple(lines), sums)


def _whole(rows: Iterable[Aansluiting]) -> Table:
    """Return the reconciliation of rows together."""
    found: dict[str, list[int | None]] = {}
    for one in rows:
        pair = found.setdefault(one.post, [None, None])
        for place, value in enumerate((one.aantal, one.cent)):
            if value is not None:
                pair[place] = (pair[place] or 0) + value
    columns = Column("post", "text", words=POSTS), Column("aantal", "count"), Column("bedrag", "cent")
    return Table("Aansluiting", columns, tuple((post, *pair) for post, pair in found.items()))


def _facts(beeld: Jaarbeeld, cent: int) -> tuple[tuple[str, str], ...]:
    side = "ontvangen van aanbieders" if beeld.ontvangen else "gedeclareerd"
    found = [("jaar van levering", str(beeld.jaar)), ("wat", side), ("ingediend", words.euros(cent))]
    if beeld.peildatum is not None:
        found.append(("stand op", words.day(beeld.peildatum)))
    if beeld.gesloten is not None:
        found.append(("gesloten op", words.day(beeld.gesloten)))
    return tuple(found)


def _told(beeld: Jaarbeeld) -> str:
    """Return the dates of the year, the threshold, and whether the page may be shown to everybody."""
    norms = year_norms()
    dates = "; ".join(f"{words.day(one.of(beeld.jaar))} {one.wat}" for one in norms.datums)
    limit = f"vanaf {words.euros(norms.drempel_cent)} {norms.boven}, daaronder {norms.onder}"
    few = any(one.clienten_text.startswith("<") for one in beeld.regels)
    return f"{'Niet voor openbaarmaking. ' if few else ''}Data: {dates}. Verklaring per gemeente: {limit} (bron: {norms.bron})."


def _origin() -> str:
    return f"mpj {__version__}"
