"""The overview of many messages, which a controller opens first: totals, gemeente by aanbieder, codes by euros, what is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import accumulate

from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Part, Report, Row, Table, Tone
from mpj.verification.many import Overzichtrij, Uitslagen
from mpj.verification.paginas import page_of
from mpj.verification.texts import Texts

_WARN, _ALARM = Fraction(5), Fraction(25)
"""From these percents of the euros refused on a field stands out."""


def table(overzicht: Uitslagen, taal: str, namen: Mapping[str, str] = words.NO_NAMES) -> Table:
    """Return every message as a row: the table of ``overzicht.csv``; people read `namen` beside the codes of partners."""
    texts = Texts(taal, ())
    named = {code: words.named(code, namen) for code in namen}
    outcomes = {one.uitkomst: texts.word(f"uitkomst {one.uitkomst}") for one in overzicht.rijen}
    forms = {"dagtekening": "date", "uiterste_antwoorddatum": "date", "uitkomst": "text", "bericht": "text", "regels": "count"}
    columns = tuple(
        Column(
            texts.word(f"kolom {name.removesuffix('_cent')}"),
            "cent" if name.endswith("_cent") else forms.get(name, "code"),  # type: ignore[arg-type]
            name,
            outcomes if name == "uitkomst" else named if name in ("aanbieder", "gemeente") else {},
            spare=name in _SPARE,
        )
        for name in COLUMNS
    )
    rows = tuple(tuple(getattr(one, name) for name in COLUMNS) for one in overzicht.rijen)
    return Table(texts.word("Alle berichten"), columns, rows)


_SPARE = frozenset(
    ("declaratienummer", "bericht", "dagtekening", "uiterste_antwoorddatum", "regels", "toegekend_cent", "niet_beoordeeld_cent")
)
"""What a narrow screen does without."""
COLUMNS = (
    *("aanbieder", "gemeente", "periode", "declaratienummer", "bericht", "dagtekening", "uiterste_antwoorddatum", "uitkomst"),
    *("regels", "ingediend_cent", "toegekend_cent", "afgekeurd_cent", "niet_beoordeeld_cent", "belangrijkste_code"),
)


def report(overzicht: Uitslagen, taal: str, antwoorddatum: date, namen: Mapping[str, str] = words.NO_NAMES) -> Report:
    """Return the overview to read; answers go out on `antwoorddatum`, so what was due before is late; `namen` are beside codes."""
    texts = Texts(taal, ())
    parts: list[Part] = []
    if cells := [one for one in overzicht.rijen if one.afgekeurd_cent is not None and one.ingediend_cent]:
        parts.append(_matrix(cells, texts, namen))
    if codes := list(_codes(overzicht)):
        parts.append(_pareto(codes, texts))
    late = [one for one in overzicht.rijen if _late(one, antwoorddatum)]
    if late:
        columns = table(overzicht, taal, namen).columns
        rows = tuple(tuple(getattr(one, name) for name in COLUMNS) for one in late)
        parts.append(Table(texts.word("Te laat of zonder antwoord"), columns, rows))
    parts.append(table(overzicht, taal, namen))
    return Report(texts.word("Declaraties getoetst"), tuple(_facts(overzicht, texts)), tuple(parts), "mpj verify", taal)


def _late(one: Overzichtrij, antwoorddatum: date) -> bool:
    return not one.antwoord or (one.uiterste_antwoorddatum is not None and antwoorddatum > one.uiterste_antwoorddatum)


def _facts(overzicht: Uitslagen, texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield the totals; of messages that were not judged the lines are not known, and their euros stand apart."""
    judged = [one for one in overzicht.rijen if one.afgekeurd_cent is not None]
    submitted, refused = sum(one.ingediend_cent or 0 for one in judged), sum(one.afgekeurd_cent or 0 for one in judged)
    yield texts.word("berichten"), words.number(len(overzicht.rijen))
    if len(judged) < len(overzicht.rijen):
        yield texts.word("niet getoetst"), words.number(len(overzicht.rijen) - len(judged))
    yield texts.word("regels"), words.number(sum(one.regels or 0 for one in judged))
    yield texts.word("ingediend"), words.euros(submitted)
    yield texts.word("toegekend"), words.euros(sum(one.toegekend_cent or 0 for one in judged))
    yield texts.word("afgekeurd"), words.euros(refused)
    if open_ := sum(one.niet_beoordeeld_cent or 0 for one in judged):
        yield texts.word("niet beoordeeld"), words.euros(open_)
    share = _share(refused, submitted)
    yield texts.word("aandeel afgekeurd"), "–" if share is None else words.percent(share)


def _share(part: int, whole: int) -> Fraction | None:
    """Return a part in percents; None where credits, which are below zero, leave a part of nothing, or more than the whole."""
    return Fraction(100 * part, whole) if 0 <= part <= whole and whole else None


def _matrix(rows: Iterable[Overzichtrij], texts: Texts, namen: Mapping[str, str]) -> Table:
    """Return the share of the euros that was refused, per gemeente and aanbieder; the fewer of the two stand beside each other."""
    rows = tuple(rows)
    down, across = "gemeente", "aanbieder"
    if len({one.aanbieder for one in rows}) > len({one.gemeente for one in rows}):
        down, across = across, down
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in rows:
        for key in ((getattr(one, down), getattr(one, across)), (getattr(one, down), "")):
            sums[key][0] += one.afgekeurd_cent or 0
            sums[key][1] += one.ingediend_cent or 0
    heads = (*sorted({head for _, head in sums if head}), "")
    columns = (
        Column(texts.word(f"kolom {down}"), "code", down, {code: words.named(code, namen) for code in namen}),
        *(Column(words.named(head, namen) or texts.word("samen"), "percent", head or "samen") for head in heads),
    )
    found: list[Row] = []
    for side in sorted({side for side, _ in sums}):
        shares = (_share(*sums[side, head]) if (side, head) in sums else None for head in heads)
        found.append((side, *(Cell(share, "percent", _tone(share)) for share in shares)))
    return Table(texts.word("Aandeel afgekeurd per gemeente en aanbieder"), columns, tuple(found))


def _tone(share: Fraction | None) -> Tone:
    if share is None:
        return "soft"
    return "less" if not share else "plain" if share < _WARN else "strong" if share < _ALARM else "more"


def _codes(overzicht: Uitslagen) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield (return code, rule, in words, findings, eurocents) over all messages, the most euros first."""
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for summary in overzicht.samenvattingen:
        for row in summary["per_regel"]:
            found = sums[row["retourcode"], row["regelcode"], row["omschrijving"]]
            found[0] += row["aantal"]
            found[1] += row["bedrag_cent"]
    for key, (count, cent) in sorted(sums.items(), key=lambda item: (-abs(item[1][1]), item[0])):
        yield *key, count, cent


def _pareto(codes: list[tuple[str, str, str, int, int]], texts: Texts) -> Table:
    """Return the codes by euros, with what they come to together; a line with several faults counts under each."""
    whole = sum(abs(cent) for *_, cent in codes)
    shares = (_share(part, whole) for part in accumulate(abs(cent) for *_, cent in codes))
    columns = (
        *(Column(texts.word("kolom retourcode"), "code", "retourcode"), Column(texts.word("kolom regelcode"), "code", "regelcode")),
        *(Column(texts.word("kolom omschrijving"), "text", "omschrijving"), Column(texts.word("kolom aantal"), "count", "aantal")),
        *(Column(texts.word("kolom bedrag"), "cent", "bedrag_cent"), Column(texts.word("kolom opgeteld"), "percent", "opgeteld")),
    )
    rows = tuple(
        (code, Cell(rule, "code", link=page_of(rule)), told, count, cent, share)
        for (code, rule, told, count, cent), share in zip(codes, shares, strict=True)
    )
    return Table(texts.word("Retourcodes naar bedrag"), columns, rows)
