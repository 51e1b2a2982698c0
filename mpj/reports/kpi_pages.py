"""The traffic as people read it: per partner what waits and what was in time, then every figure by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from mpj.presentation.files import write_report
from mpj.presentation.languages import Taal
from mpj.presentation.report import Bar, Bars, Cell, Column, Form, Part, Report, Row, Table
from mpj.protocol.rounding import round_half_up
from mpj.reports.kpi import Berichtenbeeld, Kpi
from mpj.reports.norms import traffic_norms
from mpj.reports.speech import ReportSpeech
from mpj.version import __version__

NAMES: Mapping[str, str] = {
    "indienen_dagen": "einde maand tot verzonden (dagen)",
    "antwoord_werkdagen": "ontvangen tot beantwoord (werkdagen)",
    "goed_in_een_keer_procent": "in één keer goed",
    "afgekeurd_cent": "in eerste instantie afgekeurd (euro)",
    "credit_cent": "gecrediteerd (euro)",
    "nagekomen_cent": "zorg van eerdere maanden (euro)",
    "herstel_dagen": "afgekeurd tot toegekend (dagen)",
    "zorg_voor_toewijzing_procent": "zorg van voor de toewijzing",
    "toewijzing_werkdagen": "verzoek tot toewijzing (werkdagen)",
    "buiten_mpj_procent": "toegewezen codes buiten MPJ",
    "code_overig": "afgekeurd: overige codes (euro)",
}
"""What people read for a figure."""
_FIRST = ("goed_in_een_keer_procent", "afgekeurd_cent")
"""What a partner's first lines came to: of the whole period, or not told."""


_WHOLE = "In één keer goed en afgekeurd: –, waar van een maand niet wordt getoond wat is afgekeurd, of nog niets is beantwoord."


def write_kpi(beeld: Berichtenbeeld, folder: Path, *, namen: Mapping[str, str], taal: Taal = "nl") -> Report:
    """Write the files of a report on the traffic to a folder, and return the overview. Raises InputError without XlsxWriter."""
    speech = ReportSpeech(taal, namen)
    table, whole = kpi_table(beeld.kpis, speech), overview(beeld, speech)
    parts = (part for part in whole.parts if isinstance(part, Table | Bars))
    book = Report(whole.title, whole.facts, (*parts, table), origin=whole.origin, taal=taal)
    write_report(folder, "kpi", overview(beeld, speech, [_by_month(beeld, speech)]), {"kpi": table}, book)
    return whole


def kpi_table(rows: Iterable[Kpi], speech: ReportSpeech) -> Table:
    """Return every figure, every column of kpi.csv."""
    say = speech.say
    told = {norm.wat: say(norm.wat) for norm in traffic_norms().values()}
    columns = (
        *(Column(say(name), "code", name) for name in ("maand", "gemeente", "aanbieder")),
        Column(say("wat"), "text", "kpi", {kpi: say(text) for kpi, text in NAMES.items()}),
        Column(say("waarde"), "units", "waarde"),
        Column(say("norm"), "text", "norm", told, spare=True),
        Column(say("aantal"), "count", "aantal"),
        Column(say("binnen norm"), "count", "binnen_norm"),
        Column(say("open"), "count", "open"),
    )
    return Table(say("Per maand"), columns, (_row(one) for one in rows))


def _by_month(beeld: Berichtenbeeld, speech: ReportSpeech) -> Table:
    """Return the figures to read, a row per month and partner; the counts behind them and the norms stand elsewhere."""
    say = speech.say
    found: dict[tuple[str, str], dict[str, Kpi]] = {}
    for one in beeld.kpis:
        found.setdefault((one.maand, one.aanbieder if beeld.ontvangen else one.gemeente), {})[one.kpi] = one
    names = [name for name in NAMES if not name.startswith("code_")]
    columns = (
        *(Column(say("maand"), "code"), Column(say("aanbieder" if beeld.ontvangen else "gemeente"))),
        *(Column(say(NAMES[name]), "units", spare=True) for name in names),
        Column(say("retourcodes"), spare=True),
    )
    rows = ((month, speech.named(partner), *_figures(own, names, speech)) for (month, partner), own in sorted(found.items()))
    note = say("Van hoeveel regels of berichten een cijfer is, en wat open is, staat in kpi.csv.")
    return Table(say("Per maand"), columns, tuple(rows), note=note)


def _figures(own: Mapping[str, Kpi], names: Sequence[str], speech: ReportSpeech) -> Iterator[Cell | str | None]:
    """Yield each figure of a month and partner, and at last the return codes with their euros."""
    for name in names:
        yield _value(name, own[name].waarde) if name in own else None
    codes = ((name.removeprefix("code_"), own[name]) for name in own if name.startswith("code_"))
    yield ", ".join(f"{code} {speech.euros(one.waarde or 0)}" for code, one in codes)


def _row(one: Kpi) -> Row:
    counts = one.norm, one.aantal, one.binnen_norm, Cell(one.open, "count", "more" if one.open else "plain")
    return one.maand, one.gemeente, one.aanbieder, one.kpi, _value(one.kpi, one.waarde), *counts


def _value(kpi: str, value: Fraction | None) -> Cell:
    form: Form = "cent" if kpi.endswith("_cent") or kpi.startswith("code_") else "percent" if kpi.endswith("_procent") else "units"
    return Cell(round_half_up(value) if form == "cent" and value is not None else value, form)


def overview(beeld: Berichtenbeeld, speech: ReportSpeech, more: Iterable[Part] = ()) -> Report:
    """Return the traffic to read: per partner what was in time and what waits."""
    say = speech.say
    facts = [
        (say("maanden van declareren"), speech.months(beeld.van, beeld.tot)),
        (say("wat"), speech.side(ontvangen=beeld.ontvangen)),
        (say("niet getoond, minder dan vijf cliënten"), speech.number(beeld.niet_getoond)),
        *((say("berichten {soort}", soort=kind), speech.number(count)) for kind, count in sorted(beeld.berichten.items())),
    ]
    unknown = {one.aanbieder if beeld.ontvangen else one.gemeente for one in beeld.eerste_verborgen}
    partners: dict[str, list[Kpi]] = {}
    for one in beeld.kpis:
        name = one.aanbieder if beeld.ontvangen else one.gemeente
        if name not in unknown or one.kpi not in _FIRST:
            partners.setdefault(name, []).append(one)
    label = "aanbieder" if beeld.ontvangen else "gemeente"
    parts: list[Part] = [*_bars(partners, speech), _summary(label, partners, speech), *more, _told(speech)]
    return Report(say("Berichtenverkeer"), tuple(facts), tuple(parts), origin=f"mpj {__version__}", taal=speech.taal)


def _summary(label: str, partners: Mapping[str, Sequence[Kpi]], speech: ReportSpeech) -> Table:
    say = speech.say
    counts = ("declaraties", "op tijd verzonden", "beantwoord", "op tijd beantwoord", "zonder antwoord")
    columns = (
        Column(say(label)),
        *(Column(say(name), "count", spare=name == "op tijd verzonden") for name in counts),
        *(Column(say("in één keer goed"), "percent"), Column(say("afgekeurd"), "cent")),
    )
    rows = tuple(_partner(speech.named(name), own) for name, own in sorted(partners.items()))
    return Table(say("Per partner"), columns, rows, note=say(_WHOLE))


def _partner(name: str, own: Sequence[Kpi]) -> Row:
    sent, answered = (_of(own, kpi) for kpi in ("indienen_dagen", "antwoord_werkdagen"))
    right, refused = _of(own, "goed_in_een_keer_procent"), _of(own, "afgekeurd_cent")
    lines = sum(one.aantal for one in right)
    share = sum((one.waarde or 0) * one.aantal for one in right)
    within = [one.binnen_norm for one in answered if one.binnen_norm is not None]
    return (
        *(name, sum(one.aantal + one.open for one in sent), sum(one.binnen_norm or 0 for one in sent)),
        *(sum(one.aantal for one in answered), sum(within) if within else None, sum(one.open for one in answered)),
        *(Fraction(share, lines) if lines else None, sum(round_half_up(one.waarde or 0) for one in refused) if refused else None),
    )


def _of(own: Sequence[Kpi], kpi: str) -> list[Kpi]:
    return [one for one in own if one.kpi == kpi]


def _bars(partners: Mapping[str, Sequence[Kpi]], speech: ReportSpeech) -> list[Bars]:
    """Return the euros that were rejected at first, by partner."""
    found = {name: sum(round_half_up(one.waarde or 0) for one in _of(own, "afgekeurd_cent")) for name, own in partners.items()}
    bars = [Bar(speech.named(name), (Fraction(cent),), speech.euros(cent)) for name, cent in sorted(found.items()) if cent > 0]
    return [Bars(speech.say("In eerste instantie afgekeurd"), (speech.say("afgekeurd"),), tuple(bars))] if bars else []


def _told(speech: ReportSpeech) -> str:
    say = speech.say
    norms = "; ".join(f"{say(NAMES[one.kpi])}: {say(one.wat)} ({speech.word(one.bron)})" for one in traffic_norms().values())
    return say("Wat open is, telt niet als binnen de norm. Normen: {normen}.", normen=norms)
