"""What mpj says in Dutch, said in another language: texts, faults and reports, by the sentences of Babel's catalogs.

A sentence of the code is an id with names for what is filled in; a text that was made of one is recognised, and what was filled in
goes into the sentence of the other language. What no catalog knows stays as it is: no word is guessed, no value changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache

from attrs import evolve, frozen

from mpj.presentation import languages
from mpj.presentation.languages import Taal
from mpj.presentation.report import Bar, Bars, Cell, Column, Part, Report, Row, Table, Value, Waterfall
from mpj.presentation.words import MONTHS
from mpj.reading.faults import Fault
from mpj.reading.masking import hide

CATALOGS = (
    ("mpj.explanation", "explain"),
    ("mpj.reports", "reports"),
    ("mpj.presentation", "screens"),
    ("mpj.presentation", "faults"),
    ("mpj.presentation", "help"),
)
"""Where sentences are looked up: package and name (`languages.catalog`); of an id in two of them the last counts."""
GIVEN = frozenset(
    {"bestand", "code", "column", "gevonden", "id", "key", "kolom", "map", "naam", "name", "out", "path", "url", "value"}
)
"""Names of what is filled in as somebody gave it: no number and no word of it is translated, a sentence of ours about it is."""
CODED = ("mpj.verification", "verify")
"""The catalog whose ids are codes: it has one of Dutch as well."""
_HOLE = re.compile(r"\{(\w+)\}")
_ENOUGH = 12
"""A sentence with fewer letters of its own fits too much: what is filled in has to be known as well."""
_ASIDE = re.compile(r"(.+) \(([^()]+)\)")
_WORD = re.compile(r"[^\W\d_]{2}")
_EUROS = re.compile(r"€ ([+-]?)([\d.]+,\d\d)")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+)%?")
_COUNTED = re.compile(r"([+-]?\d{1,3}(?:\.\d{3})*|€ \S+) (\D.*)")
_DAY = re.compile(r"(0[1-9]|[12]\d|3[01])-(0[1-9]|1[0-2])-(\d{4})")
_LONG_DAY = re.compile(rf"(\d{{1,2}} )?({'|'.join(MONTHS)}) (\d{{4}})")
_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z€0-9{-])")
_APART = (" → ", "; ")
"""Between what stands by itself, as sentences do: each is said as far as it is known."""
_JOINED = ((": ", ": "), (", ", ", "), (" en ", " and "), (" of ", " or "), (" t/m ", " to "))
"""Between the parts of a list, in both languages: all of them have to be known, but for a single word or number."""


@frozen
class _Sentence:
    """A sentence with something to fill in, in both languages."""

    dutch: str
    other: str

    @property
    def ends(self) -> tuple[str, str]:
        """What stands before the first of what is filled in, and behind the last."""
        parts = _HOLE.split(self.dutch)
        return parts[0], parts[-1]

    @property
    def weight(self) -> int:
        """How much of it is fixed: of two that fit, the one with more is meant."""
        return len(_HOLE.sub("", self.dutch))


@cache
def _pattern(dutch: str) -> re.Pattern[str]:
    parts, seen, made = _HOLE.split(dutch), set[str](), ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            made += re.escape(part)
        else:
            made += f"(?P={part})" if part in seen else f"(?P<{part}>.*?)"
            seen.add(part)
    return re.compile(made, re.DOTALL)


@frozen
class _Catalogs:
    """All sentences of a language."""

    whole: Mapping[str, str]
    """Those with nothing to fill in, by their Dutch."""
    within: Mapping[str, str]
    """Those that may be a part of another text: a word by itself may be a value there, but for what we say of our own."""
    filled: tuple[tuple[str, str, _Sentence], ...]
    """Those with something to fill in, with both ends of each; what has more of its own goes first."""


@cache
def _catalogs(taal: Taal) -> _Catalogs:
    coded = (languages.catalog(*CODED, one).values() for one in ("nl", taal))
    entries = [("woord", *both) for both in zip(*coded, strict=True)]
    for package, name in CATALOGS:
        own = package == "mpj.presentation"
        entries += [(context if own else "woord", *both) for (context, *both) in _entries(package, name, taal)]
    known = {dutch: other for _, dutch, other in entries}
    within = {dutch: known[dutch] for context, dutch, _ in entries if " " in dutch or context != "woord"}
    filled = [_Sentence(*both) for both in known.items() if _HOLE.search(both[0]) and _WORD.search(_HOLE.sub("", both[0]))]
    return _Catalogs(known, within, tuple((*one.ends, one) for one in sorted(filled, key=lambda one: -one.weight)))


def _entries(package: str, name: str, taal: Taal) -> Iterator[tuple[str, str, str]]:
    return ((context, dutch, other) for (context, dutch), other in languages.catalog(package, name, taal).items())


def translated(text: str, taal: Taal) -> str:
    """Return a text in a language, as far as the catalogs know it; line by line, and without a BSN (`hide`).

    That is hidden before: in a number of another language it might not be known as one.
    """
    if taal == "nl" or not text:
        return text
    return "\n".join(line and (_known(line, taal) or line) for line in hide(text).split("\n"))


def translated_fault(fault: Fault, taal: Taal) -> Fault:
    """Return a fault in a language: what is wrong and what was expected; what was found only where a sentence of ours tells it."""
    if taal == "nl":
        return fault
    place, found = _given(fault.kolom, taal), _given(fault.gevonden, taal)
    told, expected = translated(fault.toelichting, taal), _given(fault.verwacht, taal)
    return evolve(fault, kolom=place, gevonden=found, toelichting=told, verwacht=expected)


def fault_text(fault: Fault, taal: Taal) -> str:
    """Return a fault on one line, as `str` does in Dutch."""
    if taal == "nl":
        return str(fault)
    return translated_fault(fault, taal).told("row", "found", "expected")


def translated_report(report: Report, taal: Taal) -> Report:
    """Return a report in a language; one that is in it already stays."""
    if taal in ("nl", report.taal):
        return report
    facts = tuple((translated(name, taal), translated(value, taal)) for name, value in report.facts)
    parts = tuple(_part(part, taal) for part in report.parts)
    title, origin = translated(report.title, taal), translated(report.origin, taal)
    return evolve(report, title=title, facts=facts, parts=parts, origin=origin, taal=taal)


@lru_cache(maxsize=4096)
def _known(text: str, taal: Taal) -> str | None:
    """Return a text in a language, None for one that no catalog knows."""
    catalogs = _catalogs(taal)
    if text in catalogs.whole:
        return catalogs.whole[text]
    bare = text.strip()
    if bare != text:
        found = _known(bare, taal) if bare else None
        return None if found is None else text.replace(bare, found)
    if (shown := _value(text, taal)) is not None:
        return shown
    parts = [_known(part, taal) for part in sentences] if len(sentences := _SENTENCES.split(text)) > 1 else [None]
    if None not in parts:
        return " ".join(filter(None, parts))
    for before, behind, sentence in catalogs.filled:
        if text.startswith(before) and text.endswith(behind) and (match := _pattern(sentence.dutch).fullmatch(text)):
            values = {name: (_given if name in GIVEN else _filled)(value, taal) for name, value in match.groupdict().items()}
            if sentence.weight >= _ENOUGH or None not in values.values():
                texts = {name: match[name] if value is None else value for name, value in values.items()}
                return _HOLE.sub(lambda hole: texts[hole[1]], sentence.other)  # noqa: B023 - used at once
    return _in_parts(text, taal)


def _given(text: str, taal: Taal) -> str:
    return text if " " not in text or _value(text, taal) else translated(text, taal)


def _filled(text: str, taal: Taal) -> str | None:
    """Return what is filled in, in a language: None for words that no catalog knows, which may be of another sentence."""
    found = _within(text, taal)
    return text if found is None and " " not in text else found


def _within(text: str, taal: Taal) -> str | None:
    """Return a part of a text in a language; a word by itself may be a value, and is known where it is one of ours alone."""
    return _known(text, taal) if " " in text else _catalogs(taal).within.get(text) or _value(text, taal)


def _value(text: str, taal: Taal) -> str | None:
    """Return an amount, a number, a date or a count in the form of a language."""
    if found := _EUROS.fullmatch(text):
        return f"{found[1]}€{languages.written(found[2], taal)}"
    if _NUMBER.fullmatch(text):
        return languages.written(text, taal)
    if found := _DAY.fullmatch(text):
        return languages.short_day(date(int(found[3]), int(found[2]), int(found[1])), taal)
    if found := _LONG_DAY.fullmatch(text):
        first = date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1] or 1))
        return languages.day(first, taal) if found[1] else languages.month(first, taal)
    if (found := _COUNTED.fullmatch(text)) and (noun := _catalogs(taal).whole.get(found[2])):
        return f"{_value(found[1], taal) or found[1]} {noun}"
    return None


def _in_parts(text: str, taal: Taal) -> str | None:
    """Return sentences after each other, or a list, in a language; None where nothing of them is known."""
    sentences = _SENTENCES.split(text)
    for apart, parts in ((" ", sentences), *((one, text.split(one)) for one in _APART)):
        if len(parts) > 1 and any(_within(part, taal) for part in parts):
            return apart.join(_within(part, taal) or part for part in parts)
    if (match := _ASIDE.fullmatch(text)) and (first := _within(match[1], taal)) and (aside := _filled(match[2], taal)):
        return f"{first} ({aside})"
    for dutch, other in _JOINED:
        parts = text.split(dutch, 1 if dutch == ": " else -1)
        known = [(part, _within(part, taal)) for part in parts if len(parts) > 1]
        if dutch in (" en ", " of ") and known and not any(part.isalpha() or " " in part for part in parts):
            return other.join(parts)
        if any(said for _, said in known) and all(said or " " not in part for part, said in known):
            return other.join(said or part for part, said in known)
    return None


def _part(part: Part, taal: Taal) -> Part:
    match part:
        case str():
            return translated(part, taal)
        case Table():
            return _table(part, taal)
        case Waterfall():
            steps = tuple(evolve(step, name=translated(step.name, taal)) for step in part.steps)
            return evolve(part, title=translated(part.title, taal), steps=steps)
        case Bars():
            bars = tuple(_bar(bar, taal) for bar in part.bars)
            legend = tuple(translated(name, taal) for name in part.legend)
            return Bars(translated(part.title, taal), legend, bars, translated(part.mark, taal))


def _bar(bar: Bar, taal: Taal) -> Bar:
    return evolve(bar, name=translated(bar.name, taal), text=translated(bar.text, taal))


def _table(table: Table, taal: Taal) -> Table:
    columns = tuple(_column(column, taal) for column in table.columns)
    rows = [tuple(_row(row, taal, table.columns)) for row in table.rows]
    total = None if table.total is None else tuple(_row(table.total, taal, table.columns))
    title, note = translated(table.title, taal), translated(table.note, taal)
    return evolve(table, title=title, note=note, columns=columns, rows=rows, total=total)


def _column(column: Column, taal: Taal) -> Column:
    words = {value: translated(word, taal) for value, word in column.words.items()}
    return evolve(column, label=translated(column.label, taal), words=words)


def _row(row: Row, taal: Taal, columns: Iterable[Column]) -> Iterator[Value | Cell]:
    """Yield the fields of a row; a code stays."""
    for value, column in zip(row, columns, strict=True):
        match value:
            case Cell(value=str(text), form=form) if form != "code":
                yield evolve(value, value=translated(text, taal))
            case str(text) if column.form != "code" and text not in column.words:
                yield translated(text, taal)
            case _:
                yield value
