"""A comparison as people read it: euros per client as bars with their median, a table per kind of group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from mpj.presentation.files import write_report
from mpj.presentation.languages import Taal
from mpj.presentation.report import Bar, Bars, Cell, Column, Form, Part, Report, Row, Table, Value
from mpj.protocol.rounding import round_half_up
from mpj.reports.benchmark import FEW_NAMES, GROEPEN, NIVEAU, Meting, Vergelijkingsbeeld
from mpj.reports.speech import ReportSpeech
from mpj.reports.suppression import FEW, MOST_PERCENT
from mpj.version import __version__

MOST = 20
"""How many rows the screen shows of a kind of group."""
_CENTS = ("cent_per_client", "cent_per_uur", "cent_per_eenheid")
_SHOWN: tuple[tuple[str, tuple[str, ...], Form, bool], ...] = (
    ("cliënten", ("clienten",), "count", False),
    ("per cliënt", ("cent_per_client",), "cent", False),
    ("uren of eenheden", ("uren_per_client", "eenheden_per_client"), "units", False),
    ("maanden", ("maanden_per_client",), "units", True),
    ("per uur of eenheid", ("cent_per_uur", "cent_per_eenheid"), "cent", True),
)
_TITLES: Mapping[str, str] = {"aanbieder": "Aanbieders", "gemeente": "Gemeenten", "regio": "Regio's"}
_HIDDEN = (
    "Niet getoond: minder dan {clienten} cliënten, één cliënt met meer dan {procent}%, en wat anders uit de rest zou volgen, in "
    "elk kwartaal. Een mediaan is van minstens {namen} namen die te zien zijn."
)


def write_benchmark(beeld: Vergelijkingsbeeld, folder: Path, *, namen: Mapping[str, str], taal: Taal = "nl") -> Report:
    """Write the files of a comparison to a folder, and return the overview. Raises InputError where XlsxWriter is missing."""
    speech = ReportSpeech(taal, namen)
    page, measures = overview(beeld, speech, most=None), measures_table(beeld.metingen, speech)
    parts = (part for part in page.parts if isinstance(part, Table | Bars))
    book = Report(page.title, page.facts, (*parts, measures), origin=page.origin, taal=taal)
    write_report(folder, "benchmark", page, {"benchmark": measures}, book)
    return overview(beeld, speech)


def measures_table(rows: Sequence[Meting], speech: ReportSpeech) -> Table:
    """Return every measure, every column of benchmark.csv."""
    say = speech.say
    columns = (
        Column(say("groep"), "code", "groep", {name: say(name) for name in GROEPEN}),
        *(Column(say(name), "code", name) for name in ("naam", "prestatiecode")),
        Column(say("maat"), "code", "maat"),
        *(Column(say(name), "units", name) for name in ("waarde", "mediaan")),
        Column(say("cliënten"), "count", "clienten"),
    )
    return Table(say("Metingen"), columns, (_measure(one) for one in rows))


def _measure(one: Meting) -> Row:
    return one.groep, one.naam, one.prestatiecode, one.maat, _told(one, one.waarde), _told(one, one.mediaan), one.clienten


def _told(one: Meting, value: Fraction | None) -> Cell | Value:
    """Return a value as it is told: whole eurocents, else two decimals."""
    if value is None or one.maat not in _CENTS:
        return Cell(value, "percent" if one.maat.startswith(NIVEAU) else "units")
    return Cell(round_half_up(value), "count")


def overview(beeld: Vergelijkingsbeeld, speech: ReportSpeech, most: int | None = MOST) -> Report:
    """Return the comparison to read, of each kind of group at most `most` rows."""
    say = speech.say
    facts = (
        (say("periode"), speech.months(beeld.van, beeld.tot)),
        (say("wat"), speech.side(ontvangen=beeld.ontvangen)),
        (say("niet getoond"), speech.number(beeld.niet_getoond)),
    )
    parts: list[Part] = []
    for groep in GROEPEN:
        own = [one for one in beeld.metingen if one.groep == groep]
        if own:
            title = say(_TITLES[groep])
            table = _table(title, own, speech)
            parts += [*_bars(own, title, speech), table if most is None else speech.first(table, most, "alles staat op de pagina")]
    parts.append(say(_HIDDEN, clienten=FEW, procent=MOST_PERCENT, namen=FEW_NAMES))
    return Report(say("Vergelijking op groepsniveau"), facts, tuple(parts), origin=f"mpj {__version__}", taal=speech.taal)


def _table(title: str, rows: Sequence[Meting], speech: ReportSpeech) -> Table:
    say = speech.say
    found: dict[tuple[str, str], dict[str, Meting]] = {}
    for one in rows:
        found.setdefault((one.naam, one.prestatiecode), {})[one.maat] = one
    columns = (
        *(Column(say("naam")), Column(say("code"), "code")),
        *(Column(say(label), form, spare=spare) for label, _, form, spare in _SHOWN),
        *(Column(say("mediaan per cliënt"), "cent"), Column(say("niveaus"), "text", spare=True)),
    )
    return Table(title, columns, tuple(_row(key, own, speech) for key, own in found.items()))


def _row(key: tuple[str, str], own: Mapping[str, Meting], speech: ReportSpeech) -> Row:
    naam, code = key
    values = [next((own[name].waarde for name in names if name in own), None) for _, names, _, _ in _SHOWN]
    levels = (f"{maat.removeprefix(NIVEAU)} {speech.percent(one.waarde)}" for maat, one in own.items() if maat.startswith(NIVEAU))
    return speech.named(naam), code, *values, own["cent_per_client"].mediaan, ", ".join(levels)


def _bars(rows: Sequence[Meting], title: str, speech: ReportSpeech) -> Iterator[Bars]:
    """Yield the euros per client of the prestatiecode that most clients have, of names that have a median."""
    counts: dict[str, int] = {}
    for one in rows:
        if one.maat == "cent_per_client" and one.mediaan is not None:
            counts[one.prestatiecode] = counts.get(one.prestatiecode, 0) + one.clienten
    if not counts:
        return
    code = max(counts, key=lambda name: (counts[name], name))
    own = [one for one in rows if (one.maat, one.prestatiecode) == ("cent_per_client", code)]
    bars = tuple(Bar(speech.named(one.naam), (one.waarde,), speech.euros(one.waarde), one.mediaan) for one in own)
    say = speech.say
    yield Bars(say("{titel}: {code}, euro's per cliënt", titel=title, code=code), (say("per cliënt"),), bars, say("mediaan"))
