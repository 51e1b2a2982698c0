"""The outcome of a verification as a report, in the language of its findings; group figures only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mpj.presentation import words
from mpj.presentation.report import Cell, Column, Part, Report, Table
from mpj.verification.paginas import page_of
from mpj.verification.texts import Texts

_MOST = 5
"""The most months that are named."""
_OUTCOMES = {"niet_verzonden": "scherm.niet_verzonden", "onbeslist": "scherm.onbeslist"}
"""The outcomes that take more than a word."""


def report(summary: Mapping[str, Any], out: Path | None, namen: Mapping[str, str] = words.NO_NAMES) -> Report:
    """Return the summary of a verification to read; `namen` stand beside codes.

    `out` is the folder that holds its files, None where they are in none.
    """
    taal = summary["instellingen"]["taal"]
    texts = Texts(taal, ())
    parts: list[Part] = []
    if summary["per_regel"]:
        parts.append(_findings(summary, texts))
    if summary["signalen"]:
        parts.append(texts.sentence("scherm.signalen", signalen="; ".join(_signals(summary, texts))))
    if told := "; ".join(_earlier(summary["geschiedenis"], texts)):
        parts.append(texts.sentence("scherm.eerder", maanden=told))
    if summary["niet_getoetst"]:
        codes = ", ".join(dict.fromkeys(row["regelcode"] for row in summary["niet_getoetst"]))
        parts.append(texts.sentence("scherm.niet_getoetst", codes=codes))
    if not summary["antwoord"]:
        parts.append(texts.sentence("scherm.geen_antwoord"))
    if out is not None:
        parts.append(texts.sentence("scherm.geschreven", map=str(out)))
    title = texts.sentence("scherm.titel", maand=summary["bericht"]["declaratieperiode"])
    return Report(title, tuple(_facts(summary, texts, namen)), tuple(parts), "mpj verify", taal)


def _facts(summary: Mapping[str, Any], texts: Texts, namen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    outcome = summary["uitkomst"]
    for name in ("aanbieder", "gemeente"):
        yield texts.word(f"kolom {name}"), words.named(summary["bericht"][name], namen)
    told = texts.sentence(_OUTCOMES[outcome]) if outcome in _OUTCOMES else texts.word(f"uitkomst {outcome}")
    yield texts.word("kolom uitkomst"), told
    yield texts.word("ingediend"), _lines(texts, summary["regels"], summary["ingediend_cent"])
    for name in ("toegekend", "afgekeurd", "niet_beoordeeld"):
        if summary[name] or name != "niet_beoordeeld":
            yield texts.word(name.replace("_", " ")), _lines(texts, summary[name], summary[f"{name}_cent"])
    for row in summary["op_besluit"]:
        name = texts.sentence("scherm.op_besluit", uitkomst=texts.word(row["uitkomst"]))
        yield name, texts.sentence("scherm.niet_te_beoordelen", regels=_lines(texts, row["regels"], row["bedrag_cent"]))


def _lines(texts: Texts, count: int, cent: int) -> str:
    amount = words.euros(cent)
    if count == 1:
        return texts.sentence("scherm.regel", bedrag=amount)
    return texts.sentence("scherm.regels", aantal=count, bedrag=amount)


def _signals(summary: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    """Yield what a person should look at."""
    for row in summary["signalen"]:
        values = {"omschrijving": row["omschrijving"], "code": row["regelcode"]}
        yield texts.sentence("scherm.signaal", aantal=row["aantal"], **values)


def _earlier(known: Mapping[str, Any], texts: Texts) -> Iterator[str]:
    """Yield which earlier months of this partner are known."""
    kinds = (("volledig", "met antwoord"), ("zonder_antwoord", "zonder antwoord"), ("zonder_declaratie", "zonder declaratie"))
    for name, text in kinds:
        if known[name]:
            yield f"{texts.word(text)} {_listed(known[name], texts)}"


def _listed(months: Sequence[str], texts: Texts) -> str:
    more = len(months) - _MOST
    told = ", ".join(months[:_MOST])
    return texts.sentence("scherm.en_nog", maanden=told, aantal=more) if more > 0 else told


def _findings(summary: Mapping[str, Any], texts: Texts) -> Table:
    columns = (
        *(Column(texts.word("kolom regelcode"), "code"), Column("code", "code"), Column(texts.word("kolom aantal"), "count")),
        *(Column(texts.word("kolom bedrag"), "cent"), Column(texts.word("kolom omschrijving"))),
    )
    rows = (
        (
            Cell(row["regelcode"], "code", link=page_of(row["regelcode"])),
            *(row["retourcode"], row["aantal"], row["bedrag_cent"], row["omschrijving"]),
        )
        for row in summary["per_regel"]
    )
    return Table(texts.word("Bevindingen"), columns, rows)
