"""The year as people read it: tables, an overview of all gemeenten, and one page for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, fields

from mpj.presentation.report import Bar, Bars, Column, Form, Part, Report, Row, Table
from mpj.reading.periods import first_day
from mpj.reports.beside import Naast, Raming
from mpj.reports.norms import year_norms
from mpj.reports.speech import ReportSpeech
from mpj.reports.tasks import tasks_table
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


def year_table(title: str, rows: Sequence[Jaarregel], speech: ReportSpeech) -> Table:
    """Return rows of the year, every column of jaar.csv; the title is said already."""
    names = [one.name for one in fields(Jaarregel)]
    forms = [_FORMS.get(name, "cent" if name.endswith("_cent") else "code") for name in names]
    columns = [Column(speech.say(name.removesuffix("_cent")), form, name) for name, form in zip(names, forms, strict=True)]
    found: list[Row] = [tuple(row.clienten_text if name == "clienten" else getattr(row, name) for name in names) for row in rows]
    adds = {f"{name}_cent" for name in _shown(rows)}
    sums = [sum(getattr(row, name) or 0 for row in rows) if name in adds else None for name in names]
    return Table(title, tuple(columns), tuple(found), (speech.say("samen"), *sums[1:]))


def _shown(rows: Iterable[Jaarregel]) -> tuple[str, ...]:
    """Return the amounts that are known: what was paid only where payments are."""
    return (*_CENTS, "betaald") if any(one.betaald_cent is not None for one in rows) else _CENTS


def reconciliation_table(rows: Iterable[Aansluiting], speech: ReportSpeech) -> Table:
    """Return the reconciliation, every column of aansluiting.csv."""
    say = speech.say
    columns = (
        Column(say("gemeente"), "code", "gemeente", {"": say("onbekend")}),
        Column(say("post"), "text", "post", _posts(speech)),
        Column(say("aantal"), "count", "aantal"),
        Column(say("bedrag"), "cent", "cent"),
    )
    return Table(say("Aansluiting"), columns, tuple((one.gemeente, one.post, one.aantal, one.cent) for one in rows))


def _posts(speech: ReportSpeech) -> Mapping[str, str]:
    return {post: speech.say(text) for post, text in POSTS.items()}


def _names(name: str, speech: ReportSpeech) -> Mapping[str, str]:
    """Return what people read for the values of a column of posts."""
    return {post: speech.say(post) for post in _CENTS[:4]} if name == "post" else {}


def beside_table(rows: Iterable[Naast], speech: ReportSpeech) -> Table:
    """Return both sides, every column of naast.csv."""
    names = {"gemeente": "gemeente", "code": "prestatiecode", "niveau": "kwalificatieniveau", "post": "post"}
    say = speech.say
    keys = (Column(say(label), "code", name, _names(name, speech)) for label, name in names.items())
    cents = Column(say("eigen"), "cent", "eigen_cent"), Column(say("naast"), "cent", "naast_cent")
    columns = (*keys, *cents, Column(say("verschil"), "cent", "verschil_cent", signed=True))
    found: list[Row] = [(*one.sleutel, one.eigen_cent, one.naast_cent, one.verschil_cent) for one in rows]
    return Table(say("Naast elkaar"), columns, found)


def differences_table(rows: Sequence[Naast], speech: ReportSpeech) -> Table:
    """Return both sides of what differs, and how many posts do not."""
    apart = [one for one in rows if one.verschil_cent]
    counts = {"gelijk": speech.number(len(rows) - len(apart)), "anders": speech.number(len(apart))}
    note = speech.say("Posten die gelijk zijn: {gelijk}; die verschillen: {anders}. Alle staan in naast.csv.", **counts)
    if any(not code for _, code, *_ in (one.sleutel for one in apart)):
        told = speech.say("Waar de code leeg is, is een eigen code ontvangen: --contracten DIR zegt wat die betekent.")
        note = f"{note} {told}"
    return evolve(beside_table(apart, speech), note=note)


def changes_table(rows: Sequence[Mutatie], speech: ReportSpeech) -> Table:
    """Return what changed after the closing, every column of mutaties.csv."""
    names, say = ("gemeente", "prestatiecode", "kwalificatieniveau", "productcode", "post"), speech.say
    columns = (
        *(Column(say(name), "code", name, _names(name, speech)) for name in names),
        Column(say("bedrag"), "cent", "cent", signed=True),
    )
    found = tuple((one.gemeente, one.prestatiecode, one.kwalificatieniveau, one.productcode, one.post, one.cent) for one in rows)
    sums: Row = (say("samen"), "", "", "", "", sum(one.cent for one in rows))
    return Table(say("Mutaties na verantwoording"), columns, found, sums)


def estimate_table(rows: Sequence[Raming], speech: ReportSpeech) -> Table:
    """Return the estimate, every column of raming.csv."""
    say = speech.say
    columns = (
        Column(say("gemeente"), "code", "gemeente", {"": say("onbekend")}),
        Column(say("laag"), "cent", "laag_cent"),
        Column(say("hoog"), "cent", "hoog_cent"),
        Column(say("zonder prijs"), "count", "zonder_prijs"),
        Column(say("maanden te gaan"), "count", "maanden"),
    )
    found: list[Row] = [(one.gemeente, one.laag_cent, one.hoog_cent, one.zonder_prijs, one.maanden) for one in rows]
    sums = (sum(one.laag_cent for one in rows), sum(one.hoog_cent for one in rows), sum(one.zonder_prijs for one in rows))
    note = say("Laag: toegekend en open. Hoog: alles wat is geleverd, ook wat is afgekeurd of nog geen toewijzing heeft.")
    if coming := max((one.maanden for one in rows), default=0):
        text = "Maanden die nog niet zijn gedeclareerd ({aantal}): als de laagste en de hoogste van de laatste drie."
        note = f"{note} {say(text, aantal=coming)}"
    return Table(say("Raming"), columns, found, (say("samen"), *sums, None), note)


def overview(beeld: Jaarbeeld, speech: ReportSpeech, more: Iterable[Part] = ()) -> Report:
    """Return the year of all gemeenten: where the money goes and when, who gets which statement, and the whole reconciled."""
    say = speech.say
    parts: tuple[Part, ...] = (*_bars(beeld, speech), per_gemeente(beeld, speech), _whole(beeld.aansluiting, speech), *more)
    return Report(
        say("Verantwoording {jaar}", jaar=beeld.jaar),
        _facts(beeld, sum(one.ingediend_cent for one in beeld.regels), speech),
        (*parts, _told(beeld, speech)),
        origin=_origin(),
        taal=speech.taal,
    )


def per_gemeente(beeld: Jaarbeeld, speech: ReportSpeech) -> Table:
    """Return what each gemeente comes to, and which statement that asks for."""
    say, norms, names = speech.say, year_norms(), _shown(beeld.regels)
    cents = tuple(Column(say(name), "cent", spare=name in ("credit", "betaald")) for name in names)
    columns = (Column(say("gemeente"), "code"), *cents, Column(say("verklaring"), spare=True))
    rows: list[Row] = []
    for gemeente, own in _by_gemeente(beeld).items():
        sums = _sums(own, names)
        rows.append((speech.named(gemeente), *sums.values(), say(norms.verklaring(sums["ingediend"]))))
    return Table(say("Per gemeente"), columns, rows, (say("samen"), *_sums(beeld.regels, names).values(), ""))


def _by_gemeente(beeld: Jaarbeeld) -> dict[str, list[Jaarregel]]:
    own: dict[str, list[Jaarregel]] = {gemeente: [] for gemeente in beeld.gemeenten}
    for one in beeld.regels:
        own[one.gemeente].append(one)
    return own


def _bars(beeld: Jaarbeeld, speech: ReportSpeech) -> Iterator[Bars]:
    """Yield where the money goes, by gemeente, and in which months its care was delivered."""
    say = speech.say
    sums = ((gemeente, _sums(own)) for gemeente, own in _by_gemeente(beeld).items())
    bars = tuple(_bar(gemeente, found, speech) for gemeente, found in sums if found["ingediend"])
    if bars:
        yield Bars(say("Waar het geld heen gaat"), tuple(say(post) for post in _CENTS[1:4]), bars)
    months: dict[int, int] = {}
    for (_, month), cent in beeld.maanden.items():
        months[month] = months.get(month, 0) + cent
    if any(months.values()):
        whole = range(beeld.jaar * 12, max(months) + 1)
        found = ((speech.month(first_day(month)), months.get(month, 0)) for month in whole)
        told = tuple(Bar(name, (Fraction(max(0, cent)),), speech.euros(cent)) for name, cent in found)
        yield Bars(say("Euro's per maand van levering"), (say("toegekend en open"),), told)


def gemeente_page(beeld: Jaarbeeld, gemeente: str, speech: ReportSpeech) -> Report:
    """Return the page of one gemeente, fit for one sheet of paper: per prestatiecode, the reconciliation, and where to sign."""
    say = speech.say
    own = [one for one in beeld.regels if one.gemeente == gemeente]
    facts = _facts(beeld, sum(one.ingediend_cent for one in own), speech)
    posts = _whole([one for one in beeld.aansluiting if one.gemeente == gemeente], speech)
    tasks = [one for one in beeld.taken if gemeente in one.gemeenten.split()]
    return Report(
        say("Verantwoording {jaar}, gemeente {gemeente}", jaar=beeld.jaar, gemeente=speech.named(gemeente)),
        (*facts, (say("SHA-256 van de regels"), f"{beeld.sha256[:16]}...")),
        (_per_code(own, speech), posts, *([tasks_table(tasks, speech)] if tasks else []), _told(beeld, speech), _signing(speech)),
        origin=_origin(),
        taal=speech.taal,
        upright=True,
    )


def _signing(speech: ReportSpeech) -> Table:
    return Table(speech.say("Ondertekening"), tuple(Column(speech.say(name)) for name in _SIGNED), (("", "", "", ""),))


def workbook(whole: Report, beeld: Jaarbeeld, gemeenten: Sequence[str], speech: ReportSpeech, more: Iterable[Table] = ()) -> Report:
    """Return a workbook in the order of the model: facts and hashes, the overview, a sheet per gemeente, where to sign.

    `whole` is the year of all gemeenten.
    """
    own = _by_gemeente(beeld)
    sheets = [year_table(speech.named(gemeente), own[gemeente], speech) for gemeente in gemeenten]
    posts = reconciliation_table((one for one in beeld.aansluiting if one.gemeente in gemeenten), speech)
    hashes = (
        (speech.say("SHA-256 van de regels"), beeld.sha256),
        *((speech.say("tariefkaart {contract}", contract=name), told) for name, told in beeld.tariefkaarten.items()),
    )
    bars = [part for part in whole.parts if isinstance(part, Bars)]
    tables: list[Part] = [*bars, per_gemeente(beeld, speech)] if len(gemeenten) > 1 else []
    parts: tuple[Part, ...] = (*tables, *sheets, posts, *more, _signing(speech))
    return Report(whole.title, (*whole.facts, *hashes), parts, origin=_origin(), taal=speech.taal)


def _sums(rows: Iterable[Jaarregel], names: Sequence[str] = _CENTS) -> dict[str, int]:
    found = list(rows)
    return {name: sum([getattr(one, f"{name}_cent") or 0 for one in found]) for name in names}


def _bar(gemeente: str, found: Mapping[str, int], speech: ReportSpeech) -> Bar:
    parts = tuple(Fraction(max(0, found[post])) for post in _CENTS[1:4])
    return Bar(speech.named(gemeente), parts, speech.euros(found["ingediend"]))


def _per_code(rows: Iterable[Jaarregel], speech: ReportSpeech) -> Table:
    """Return a gemeente's rows by prestatiecode; clients are counted per row only, and not added up."""
    say = speech.say
    found: dict[str, list[Jaarregel]] = {}
    for one in rows:
        found.setdefault(one.prestatiecode or one.productcode, []).append(one)
    cents = (Column(say(name), "cent") for name in _CENTS)
    columns = (Column(say("prestatiecode"), "code"), Column(say("uren"), "units"), *cents)
    lines: list[Row] = []
    for code, own in found.items():
        hours = [one.uren for one in own if one.uren is not None]
        lines.append((code, sum(hours, Fraction(0)) if hours else None, *_sums(own).values()))
    sums = (say("samen"), None, *_sums(one for own in found.values() for one in own).values())
    return Table(say("Per prestatiecode"), columns, tuple(lines), sums)


def _whole(rows: Iterable[Aansluiting], speech: ReportSpeech) -> Table:
    """Return the reconciliation of rows together."""
    say = speech.say
    found: dict[str, list[int | None]] = {}
    for one in rows:
        pair = found.setdefault(one.post, [None, None])
        for place, value in enumerate((one.aantal, one.cent)):
            if value is not None:
                pair[place] = (pair[place] or 0) + value
    columns = Column(say("post"), "text", words=_posts(speech)), Column(say("aantal"), "count"), Column(say("bedrag"), "cent")
    return Table(say("Aansluiting"), columns, tuple((post, *pair) for post, pair in found.items()))


def _facts(beeld: Jaarbeeld, cent: int, speech: ReportSpeech) -> tuple[tuple[str, str], ...]:
    say = speech.say
    found = [
        (say("jaar van levering"), str(beeld.jaar)),
        (say("wat"), speech.side(ontvangen=beeld.ontvangen)),
        (say("ingediend"), speech.euros(cent)),
    ]
    if beeld.peildatum is not None:
        found.append((say("stand op"), speech.day(beeld.peildatum)))
    if beeld.gesloten is not None:
        found.append((say("gesloten op"), speech.day(beeld.gesloten)))
    return tuple(found)


def _told(beeld: Jaarbeeld, speech: ReportSpeech) -> str:
    """Return the dates of the year, the threshold, and whether the page may be shown to everybody."""
    say, norms = speech.say, year_norms()
    dates = "; ".join(f"{speech.day(one.of(beeld.jaar))} {say(one.wat)}" for one in norms.datums)
    told = say(
        "Data: {data}. Verklaring per gemeente: vanaf {drempel} {boven}, daaronder {onder} (bron: {bron}).",
        data=dates,
        drempel=speech.euros(norms.drempel_cent),
        boven=say(norms.boven),
        onder=say(norms.onder),
        bron=norms.bron,
    )
    few = any(one.clienten_text.startswith("<") for one in beeld.regels)
    return f"{say('Niet voor openbaarmaking.')} {told}" if few else told


def _origin() -> str:
    return f"mpj {__version__}"
