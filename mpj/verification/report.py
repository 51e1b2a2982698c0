"""The outcome of a verification as a report; group figures only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Table

_UITKOMST = {
    "toegekend": "volledig toegekend",
    "deels_toegekend": "deels toegekend",
    "afgekeurd": "geheel afgekeurd",
    "niet_verzonden": "als geheel afgekeurd: geldt als niet verzonden",
    "onbeslist": "onbeslist: er zijn regels niet beoordeeld",
}


def report(summary: Mapping[str, Any], out: Path) -> Report:
    """Return the summary of a verification to read; `out` is the folder that holds its files."""
    parts: list[Part] = []
    if summary["per_regel"]:
        parts.append(_findings(summary))
    if summary["signalen"]:
        parts.append(_signals(summary))
    if told := _earlier(summary["geschiedenis"]):
        parts.append(told)
    if summary["niet_getoetst"]:
        codes = ", ".join(dict.fromkeys(row["regelcode"] for row in summary["niet_getoetst"]))
        parts.append(f"Niet (helemaal) getoetst: {codes}. Zie niet_getoetst in samenvatting.json.")
    if not summary["antwoord"]:
        parts.append(
            "Er is geen jw325.xml: beslis met --onbeoordeeld toekennen, --onbeoordeeld afwijzen, of een bestand "
            "met een besluit per productcode en toewijzingnummer."
        )
    parts.append(f"Geschreven in {out}.")
    return Report(f"Declaratie {summary['bericht']['declaratieperiode']}", tuple(_facts(summary)), tuple(parts), "mpj verify")


def _facts(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "aanbieder", summary["bericht"]["aanbieder"]
    yield "gemeente", summary["bericht"]["gemeente"]
    yield "uitkomst", _UITKOMST[summary["uitkomst"]]
    yield "ingediend", f"{words.counted(summary['regels'], 'regel')}, {words.euros(summary['ingediend_cent'])}"
    for name in ("toegekend", "afgekeurd", "niet_beoordeeld"):
        if summary[name] or name != "niet_beoordeeld":
            yield name.replace("_", " "), f"{words.counted(summary[name], 'regel')}, {words.euros(summary[f'{name}_cent'])}"
    for row in summary["op_besluit"]:
        told = f"{words.counted(row['regels'], 'regel')}, {words.euros(row['bedrag_cent'])}"
        yield f"{row['uitkomst']} op besluit", f"{told} (niet te beoordelen)"


def _signals(summary: Mapping[str, Any]) -> str:
    """Tell what a person should look at, and where it stands."""
    told = "; ".join(f"{row['aantal']} keer {row['omschrijving']} ({row['regelcode']})" for row in summary["signalen"])
    return f"Signalen, zonder gevolg voor het antwoord: {told}. Zie signalen.csv."


def _earlier(known: Mapping[str, Any]) -> str:
    """Tell which earlier months of this partner are known."""
    kinds = (("volledig", "met antwoord"), ("zonder_antwoord", "zonder antwoord"), ("zonder_declaratie", "zonder declaratie"))
    told = "; ".join(f"{text} {words.listed(known[name], 'samenvatting.json')}" for name, text in kinds if known[name])
    return f"Eerdere maanden van deze aanbieder en gemeente: {told}." if told else ""


def _findings(summary: Mapping[str, Any]) -> Table:
    columns = (
        *(Column("regel", "code"), Column("code", "code"), Column("aantal", "count"), Column("bedrag", "cent")),
        Column("wat er is"),
    )
    rows = (
        (row["regelcode"], row["retourcode"], row["aantal"], row["bedrag_cent"], row["omschrijving"])
        for row in summary["per_regel"]
    )
    return Table("Bevindingen", columns, rows)
