"""Use of limits as people read it: what runs out this month, ceilings and budgets as bars, what waits, what may be expected.

Euros and minutes never share a column: people read a table per unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from attrs import asdict

from mpj.engine.told import LapseSummary
from mpj.ledger.use import EUROCENT
from mpj.presentation.files import write_report
from mpj.presentation.languages import Taal
from mpj.presentation.report import Bar, Bars, Cell, Column, Form, Part, Report, Row, Table, Value
from mpj.reports.speech import ReportSpeech
from mpj.reports.use import Gebruik, Gebruiksbeeld, in_cents
from mpj.reports.waiting import Wacht
from mpj.version import __version__

MOST = 20
"""How many rows the screen shows of what runs out."""
PLAFOND = "plafond"
_AMOUNTS = ("maximum", "toegekend", "verzonden", "concept", "rest")
_WAYS: Mapping[str, str] = {"is": "Uitgeput", "raakt": "Raakt uitgeput in {maand}", "eindigt": "Eindigt in {maand}"}
_ENDS: Mapping[str, str] = {
    "is": "Er past geen hele eenheid meer bij.",
    "raakt": "Bij het tempo van de laatste drie maanden.",
    "eindigt": "Raakt niet uitgeput voor de toewijzing of het contract eindigt.",
}
_FIRST = "Hier de eerste {most} van {all}; {rest}."
_OLDEST = "Hier de {most} die het langst wachten, van {all}; {rest}."
_UNKNOWN = (
    "Limieten per toewijzing, en wat nog te verwachten is: geef de toewijzingen met --toewijzingen; het ledger van een gemeente "
    "bewaart ze niet."
)


def write_use(beeld: Gebruiksbeeld, folder: Path, *, namen: Mapping[str, str], taal: Taal = "nl") -> Report:
    """Write the files of a report on use to a folder, and return the overview. Raises InputError where XlsxWriter is missing."""
    speech = ReportSpeech(taal, namen)
    tables = {"gebruik": limits_table(beeld.gebruik, speech)}
    more: list[Table] = []
    if not beeld.ontvangen:
        more.append(waiting_table(beeld.wacht, speech))
        tables["wacht"] = more[0]
        more += lapses_tables(beeld, speech)
    elif _asked(beeld):
        more.append(expected_table(beeld, speech))
        tables["verwacht"] = more[0]
    whole = overview(beeld, speech)
    bars = (part for part in whole.parts if isinstance(part, Bars))
    sheets: tuple[Part, ...] = (
        *bars,
        *gemeente_tables(beeld, speech),
        *use_tables(speech.say("Gebruik"), beeld.gebruik, speech),
        *more,
    )
    write_report(folder, "gebruik", whole, tables, Report(whole.title, whole.facts, sheets, origin=whole.origin, taal=taal))
    return whole


def _asked(beeld: Gebruiksbeeld) -> bool:
    """Say whether a gemeente gave toewijzingen: without them nothing is known of what it may expect."""
    return bool(beeld.verwacht) or any(one.soort != PLAFOND for one in beeld.gebruik)


def limits_table(rows: Iterable[Gebruik], speech: ReportSpeech) -> Table:
    """Return every column of gebruik.csv: amounts in what their unit counts."""
    columns = _columns("", speech)
    names = [column.name for column in columns]
    return Table(speech.say("Gebruik"), columns, (tuple([getattr(one, name) for name in names]) for one in rows))


def use_tables(
    title: str, rows: Sequence[Gebruik], speech: ReportSpeech, note: str = "", most: int | None = None
) -> Iterator[Table]:
    """Yield limits to read, a table for what counts euros and one for each other unit, and how much of each is used.

    `title` and `note` are said already; at most `most` rows of each.
    """
    for eenheid, own in _by_unit(rows):
        columns = *_columns(eenheid, speech), Column(speech.say("gebruikt"), "percent", spare=True)
        form: Form = "cent" if eenheid == EUROCENT else "count"
        names = [column.name for column in columns[:-1]]
        if most is not None and len(own) > most:
            rest = speech.say("alle staan in gebruik.csv")
            told = f"{note} {speech.say(_FIRST, most=most, all=speech.number(len(own)), rest=rest)}".strip()
        else:
            told = note
        yield Table(_in_unit(title, eenheid, speech), columns, (_row(one, names, form) for one in own[:most]), note=told)


def _by_unit(rows: Iterable[Gebruik]) -> list[tuple[str, list[Gebruik]]]:
    """Return rows by what they count, euros first."""
    found: dict[str, list[Gebruik]] = {}
    for one in rows:
        found.setdefault(one.eenheid, []).append(one)
    return sorted(found.items(), key=lambda pair: (pair[0] != EUROCENT, pair[0]))


def _in_unit(title: str, eenheid: str, speech: ReportSpeech) -> str:
    return title if eenheid == EUROCENT else speech.say("{titel}, in {eenheid}", titel=title, eenheid=speech.word(eenheid))


def _columns(eenheid: str, speech: ReportSpeech) -> tuple[Column, ...]:
    """Return every column of gebruik.csv; to be read as of one unit, or of none (empty) by a machine alone."""
    say = speech.say
    form: Form = "cent" if eenheid == EUROCENT else "count"
    return (
        Column(say("gemeente"), "code", "gemeente", {"": say("alle")}),
        Column(say("toewijzing"), "code", "toewijzingnummer"),
        Column(say("prestatie"), "code", "prestatiecode", spare=True),
        Column(say("soort"), "code", "soort", {name: speech.word(name) for name in ("budget", "omvang", PLAFOND)}),
        Column(say("eenheid"), "code", "eenheid", machine=True),
        *(Column(say(name), form, name, spare=name not in ("maximum", "rest")) for name in _AMOUNTS),
        Column(say("uitgeput"), "date", "op_datum"),
        Column(say("op tempo van vorig jaar"), "date", "op_datum_vorig_jaar", spare=True),
        Column(say("einde"), "date", "einddatum"),
        Column(say("contract"), "code", "contract", spare=True),
    )


def _row(one: Gebruik, names: Sequence[str], form: Form) -> Row:
    """Return a limit, what is left marked where that is nothing, and the percentage of it that is used."""
    values: list[Value | Cell] = [getattr(one, name) for name in names]
    if one.rest is not None and one.rest <= 0:
        values[names.index("rest")] = Cell(one.rest, form, "more")
    values.append(Fraction(100 * (one.maximum - one.rest), one.maximum) if one.maximum and one.rest is not None else None)
    return tuple(values)


def gemeente_tables(beeld: Gebruiksbeeld, speech: ReportSpeech) -> Iterator[Table]:
    """Yield the limits of toewijzingen that have a maximum in sums, by gemeente: a table per unit."""
    say = speech.say
    for eenheid, rows in _by_unit(one for one in beeld.gebruik if one.soort != PLAFOND and one.maximum is not None):
        form: Form = "cent" if eenheid == EUROCENT else "count"
        columns = (
            *(Column(say("gemeente"), "code"), Column(say("limieten"), "count")),
            *(Column(say(name), form, spare=name not in ("maximum", "rest")) for name in _AMOUNTS),
            Column(say("gebruikt"), "percent", spare=True),
        )
        found: dict[str, list[Gebruik]] = {}
        for one in rows:
            found.setdefault(one.gemeente, []).append(one)
        lines = tuple((speech.named(gemeente), *_sums(own)) for gemeente, own in sorted(found.items()))
        yield Table(_in_unit(say("Per gemeente"), eenheid, speech), columns, lines, (say("samen"), *_sums(rows)))


def _sums(rows: Sequence[Gebruik]) -> Row:
    amounts = [sum([getattr(one, name) or 0 for one in rows]) for name in _AMOUNTS]
    return len(rows), *amounts, Fraction(100 * (amounts[0] - amounts[-1]), amounts[0]) if amounts[0] else None


def waiting_table(rows: Sequence[Wacht], speech: ReportSpeech) -> Table:
    """Return what waits, every column of wacht.csv."""
    say = speech.say
    columns = (
        Column(say("gemeente"), "code", "gemeente", {"": say("onbekend")}),
        Column(say("reden"), "text", "reden", speech.meanings),
        Column(say("sinds"), "date", "sinds"),
        Column(say("aantal"), "count", "aantal"),
        Column(say("geschat"), "cent", "geschat_cent"),
        Column(say("zonder schatting"), "count", "zonder_schatting", spare=True),
    )
    known = [one.geschat_cent for one in rows if one.geschat_cent is not None]
    aantal, unknown = (sum(getattr(one, name) for one in rows) for name in ("aantal", "zonder_schatting"))
    sums: Row = (say("samen"), "", None, aantal, sum(known) if known else None, unknown)
    note = say("Wat nog kan worden gedeclareerd en achter geen regel staat. Geschat is tegen de laatste prijs van de contracten.")
    return Table(say("Wat wacht"), columns, (tuple(asdict(one).values()) for one in rows), sums, note)


def lapses_tables(beeld: Gebruiksbeeld, speech: ReportSpeech) -> Iterator[Table]:
    """Yield what of that lapses soon by the terms of the contracts, or has: a table where there is anything."""
    if not beeld.vervalt:
        return
    say = speech.say
    columns = (
        *(Column(say("uiterlijk"), "date"), Column(say("gemeente"), "code"), Column(say("aantal"), "count")),
        *(Column(say("waarde"), "cent"), Column("", "code")),
    )
    note = say("Tot en met die dag kan het nog, volgens [termijnen] van het contract; daarna kan de gemeente het weigeren.")
    yield Table(say("Vervalt binnenkort"), columns, (_lapse(one, beeld.op, speech) for one in beeld.vervalt), note=note)


def _lapse(one: LapseSummary, op: date, speech: ReportSpeech) -> Row:
    last = date.fromisoformat(one["uiterlijk"])
    place = speech.named(one["gemeente"]) or speech.say("onbekend")
    return last, place, one["aantal"], one["waarde_cent"], speech.say("verlopen") if last < op else ""


def expected_table(beeld: Gebruiksbeeld, speech: ReportSpeech) -> Table:
    """Return what a gemeente may expect, every column of verwacht.csv."""
    say = speech.say
    columns = (
        *(Column(say(name), "code", name) for name in ("gemeente", "aanbieder", "maand")),
        Column(say("toewijzingen"), "count", "toewijzingen"),
        Column(say("laag"), "cent", "laag_cent"),
        Column(say("hoog"), "cent", "hoog_cent"),
        Column(say("zonder schatting"), "count", "zonder_schatting", spare=True),
    )
    names = ("toewijzingen", "laag_cent", "hoog_cent", "zonder_schatting")
    sums: Row = (say("samen"), "", "", *(sum(getattr(one, name) for one in beeld.verwacht) for name in names))
    note = say(
        "Toegewezen en geldig, de maand is voorbij, en er is nog niets van gedeclareerd: een bandbreedte, geen verplichting."
    )
    return Table(say("Te verwachten"), columns, (tuple(asdict(one).values()) for one in beeld.verwacht), sums, note)


def overview(beeld: Gebruiksbeeld, speech: ReportSpeech) -> Report:
    """Return the use to read: the ceilings and budgets as bars, what runs out, what waits."""
    say, limits, month = speech.say, beeld.gebruik, speech.month(beeld.op)
    soon = beeld.op_deze_maand
    found = {way: [one for one in soon if _ends(beeld, one) == way] for way in _WAYS}
    titles = {way: say(text, maand=month) for way, text in _WAYS.items()}
    facts = [
        (say("gekeken vanaf"), speech.day(beeld.op)),
        (say("wat"), speech.side(ontvangen=beeld.ontvangen)),
        (say("limieten"), speech.number(len(limits))),
        *((titles[way][0].lower() + titles[way][1:], speech.number(len(rows))) for way, rows in found.items()),
    ]
    if beeld.zonder_plafond:
        facts.append((say("buiten de gegeven contracten"), speech.euros(beeld.zonder_plafond)))
    parts: list[Part] = [*_bars(beeld, speech)]
    for way, rows in found.items():
        parts += use_tables(titles[way], rows, speech, say(_ENDS[way]), MOST)
    parts += lapses_tables(beeld, speech)
    parts += gemeente_tables(beeld, speech)
    parts += use_tables(say("Plafonds"), [one for one in limits if one.soort == PLAFOND], speech)
    parts += _coming(beeld, speech)
    return Report(say("Gebruik van limieten"), tuple(facts), tuple(parts), origin=f"mpj {__version__}", taal=speech.taal)


def _coming(beeld: Gebruiksbeeld, speech: ReportSpeech) -> Iterator[Part]:
    """Yield what an aanbieder can still declare, or what a gemeente may expect."""
    if not beeld.ontvangen:
        oldest = sorted(beeld.wacht, key=lambda one: one.sinds)
        yield speech.first(waiting_table(oldest, speech), MOST, "alles staat in wacht.csv", _OLDEST)
        if beeld.wacht and beeld.vervalt is None:
            yield speech.say("Wat daarvan vervalt volgens [termijnen], zeggen de contracten: geef ze met --contracten.")
    elif _asked(beeld):
        yield expected_table(beeld, speech)
    else:
        yield speech.say(_UNKNOWN)


def _ends(beeld: Gebruiksbeeld, one: Gebruik) -> str:
    """Say how a limit ends: it is used up, will be, or its term ends with something left."""
    if one.op_datum is None:
        return "eindigt"
    return "is" if one.rest is not None and (one.rest <= 0 or one.op_datum < beeld.op) else "raakt"


def _bars(beeld: Gebruiksbeeld, speech: ReportSpeech) -> Iterator[Bars]:
    """Yield the ceilings, and the budgets of toewijzingen by gemeente, as bars of what is used and left."""
    say = speech.say
    legend = tuple(say(name) for name in ("toegekend", "verzonden", "concept", "over"))
    ceilings = list(in_cents(beeld.gebruik, (PLAFOND,)))
    if ceilings:
        yield Bars(say("Plafonds"), legend, tuple(_bar(_named(one, speech), [one], speech) for one in ceilings), say("plafond"))
    budgets: dict[str, list[Gebruik]] = {}
    for one in in_cents(beeld.gebruik, ("budget",)):
        budgets.setdefault(one.gemeente, []).append(one)
    if budgets:
        bars = tuple(_bar(speech.named(gemeente), own, speech) for gemeente, own in sorted(budgets.items()))
        yield Bars(say("Budgetten van toewijzingen"), legend, bars, say("budget"))


def _named(one: Gebruik, speech: ReportSpeech) -> str:
    place = speech.named(one.gemeente) if one.gemeente else one.prestatiecode or speech.say("geheel")
    return f"{one.contract} {place}"


def _bar(name: str, rows: Sequence[Gebruik], speech: ReportSpeech) -> Bar:
    sums = [sum(getattr(one, part) for one in rows) for part in ("toegekend", "verzonden", "concept")]
    most = sum(one.maximum or 0 for one in rows)
    left = sum(max(0, one.rest or 0) for one in rows)
    parts = tuple(Fraction(max(0, cent)) for cent in (*sums, left))
    text = speech.say("{rest} over van {maximum}", rest=speech.euros(left), maximum=speech.euros(most))
    return Bar(name, parts, text, Fraction(most))
