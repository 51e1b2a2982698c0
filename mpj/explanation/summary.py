"""A run in group figures, as a report: what was declared and where, what was set aside, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mpj.explanation import preview
from mpj.explanation.sentences import OVER
from mpj.presentation import words
from mpj.presentation.report import Column, Part, Report, Row, Table, coded
from mpj.records.reasons import REDENEN, Vervolg
from mpj.records.uitval import Uitval

_BAR = 22
_MOST_FAULTS = 10
_FOUND = re.compile(r" gevonden .*?, (?=verwacht )")
"""What stands in one row alone: rows with one fault differ in it."""
VERVOLG: Mapping[Vervolg, str] = {
    "herstel": "herstel: verbeter het en lever het opnieuw aan",
    "overleg": "overleg: vraag de gemeente om ophoging",
    "wacht": "wacht: gaat later mee",
    "definitief": "definitief: wordt niet gedeclareerd",
}
"""What people read for what follows, in the order in which it is shown."""
NAAST = {
    "gelijk": "gelijk",
    "alleen_eigen": "alleen bij ons",
    "alleen_naast": "alleen in het andere systeem",
    "andere_code": "andere productcode",
    "andere_toewijzing": "op een andere toewijzing",
    "andere_maand": "in een andere maand",
    "andere_client": "bij een andere cliënt",
    "andere_eenheid": "in een andere eenheid",
    "ander_volume": "ander volume",
    "ander_tarief": "ander tarief",
}
"""What people read for the cause of a difference with another system."""
_PER_UNIT = "elke minuut tegen de prijs van haar eigen eenheid"


def report(
    summary: Mapping[str, Any],
    out: Path | None = None,
    uitval: Iterable[Uitval] = (),
    namen: Mapping[str, str] = words.NO_NAMES,
) -> Report:
    """Return the summary of a run to read; `out` is the folder that holds its files, None when they are not kept.

    `uitval` is what it set aside, of which the faults are told by kind; `namen` are those of gemeenten, by code.
    """
    rows = list(uitval)
    invalid = _faults(rows)
    parts: list[Part] = []
    if "ledger" in summary:
        parts += preview.parts(summary, rows, namen, invalid)
    else:
        if summary["per_gemeente"]:
            parts.append(_per_gemeente(summary, namen))
        if summary["uitval_per_reden"]:
            parts.append(_uitval(summary))
        parts += invalid
    if "naast" in summary:
        parts.append(_shadow(summary["naast"], namen))
    closing = preview.closing(summary) if "ledger" in summary else ""
    parts += [text for text in (_toewijzingen(summary["toewijzingen"]), closing) if text]
    if out is not None:
        parts.append(_written(summary, out))
    if not summary["gelezen"] and summary["regels"]:
        parts.append(
            "In de invoer staat geen enkele registratie, verblijfsdag of prestatie: deze regels zijn van wat het ledger al had."
        )
    elif not summary["gelezen"]:
        parts.append("Er is niets gedeclareerd: in de invoer staat geen enkele registratie, verblijfsdag of prestatie.")
    elif not summary["regels"]:
        parts.append("Er is niets gedeclareerd: alles wat is gelezen viel uit.")
    return Report(f"Declaratie {summary['instellingen']['periode']}", tuple(_facts(summary, namen)), tuple(parts), "mpj declare")


def _shadow(rows: Iterable[Mapping[str, Any]], namen: Mapping[str, str]) -> Table:
    """Return how a run differs from the messages of another system, per gemeente and cause."""
    columns = (
        *coded("gemeente", namen),
        Column("oorzaak", "text", words=NAAST),
        *(Column("aantal", "count"), Column("bij ons", "cent"), Column("daar", "cent"), Column("verschil", "cent", signed=True)),
    )
    names = "aantal", "eigen_cent", "naast_cent", "verschil_cent"
    found = [(row["gemeente"], namen.get(row["gemeente"], ""), row["oorzaak"], *(row[name] for name in names)) for row in rows]
    totals = (sum(row[place] for row in found) for place in range(3, 7))
    note = "Verschil: wat wij meer declareren dan het andere systeem. Per regel in naast.csv."
    return Table("Naast het andere systeem", columns, found, ("totaal", "", "", *totals), note, banded=True)


def _facts(summary: Mapping[str, Any], namen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    day = words.day(date.fromisoformat(summary["instellingen"]["dagtekening"]))
    yield "dagtekening", f"{day}, protocol {summary['protocol']}"
    for contract in summary["contracten"]:
        aanbieder = contract["instellingen"]["aanbieder"]
        yield "contract", f"{contract['id']}, aanbieder {words.named(aanbieder, namen)}, tariefkaart {contract['tariefkaart']}"
    yield "gelezen", words.counted(summary["gelezen"], "registratie, verblijfsdag of prestatie")
    if more := summary.get("ledger", {}).get("erbij"):
        yield "", f"uit het ledger kwamen er {words.number(more)} bij, om opnieuw te bekijken"
    yield "gedeclareerd", f"{words.number(summary['gedeclareerd'])}, op {words.counted(summary['regels'], 'regel')}"
    yield "uitval", ", ".join([words.number(summary["uitval"]), *_worth(summary)])
    yield "bedrag", words.euros(summary["bedrag_cent"])
    delivered = words.number(summary["minuten_geleverd"])
    yield "tijd", f"{words.counted(summary['minuten_gedeclareerd'], 'minuut')} gedeclareerd, {delivered} geleverd"
    difference = summary["verschil"]
    cents = difference["afronding_cent"]
    minutes = words.counted(difference["afronding_minuten"], "minuut", signed=True)
    yield "afronding", f"{minutes}, {words.euros(cents, signed=True)}" + (f" ({_PER_UNIT})" if cents else "")
    for one in summary["afronding_anders"]:
        if one["anders_cent"] != one["bedrag_cent"]:
            now, other = OVER[one["over"]], OVER[one["anders_over"]]
            yield "", f"{now} {words.euros(one['bedrag_cent'])}; {other} zou het {words.euros(one['anders_cent'])} zijn"
    if difference["aanwezigheid_minuten"]:
        minutes = words.counted(difference["aanwezigheid_minuten"], "minuut", signed=True)
        yield "groepstijd", f"{minutes}, die al telden voor hetzelfde kind"
    if difference["afgetopt_registraties"]:
        cut = words.counted(difference["afgetopt_registraties"], "registratie")
        yield "afgetopt", f"{cut}, {words.euros(difference['afgetopt_cent'])} boven een limiet"
    if summary["bedrag_op_planning_cent"]:
        yield "op planning", f"{words.euros(summary['bedrag_op_planning_cent'])} rust alleen op de planning"


def _worth(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say what is known, estimated and unknown of the worth of what was set aside; what nobody knows is never 0."""
    if summary["uitval_waarde_cent"]:
        yield f"bekende waarde {words.euros(summary['uitval_waarde_cent'])}"
    if summary["uitval_geschat_cent"]:
        yield f"naar schatting nog {words.euros(summary['uitval_geschat_cent'])}"
    if summary["uitval_zonder_waarde"]:
        yield f"waarde onbekend van {words.number(summary['uitval_zonder_waarde'])}"


def _written(summary: Mapping[str, Any], out: Path) -> str:
    told = [f"Geschreven in {out}."]
    if summary["uitval"]:
        told[-1] += " Wat uitviel staat per rij in uitval.csv; een werklijst ervan:"
        told += [f"  mpj worklist --van {out} --out werklijst.xlsx", ""]
    if summary["regels"]:
        told[-1] = f"{told[-1]} Uitleg van een regel:".lstrip()
        told.append(f"  mpj explain --van {out} --regel REFERENTIENUMMER")
    return "\n".join(told).rstrip()


def _faults(uitval: Iterable[Uitval]) -> Sequence[Table]:
    """Return what is wrong with unreadable rows, by field and form, with one example each; nothing where nothing is."""
    found: dict[str, list[Uitval]] = {}
    for row in uitval:
        if row.reden == "ongeldig":
            for text in dict.fromkeys(_FOUND.sub(" ", one) for one in row.toelichting.split("; ")):
                found.setdefault(text, []).append(row)
    if not found:
        return []
    columns = (Column("aantal", "count"), Column("wat er niet klopt"), Column("bijvoorbeeld"))
    rows = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    table = Table("Ongeldige rijen", columns, ((len(own), text, _place(own)) for text, own in rows))
    return [table.first(_MOST_FAULTS, "uitval.csv")]


def _place(rows: Sequence[Uitval]) -> str:
    first = min(rows, key=lambda row: (row.bestand, row.rij))
    return f"{first.bestand} rij {first.rij}" if first.rij else first.bestand or first.bron


def _per_gemeente(summary: Mapping[str, Any], namen: Mapping[str, str]) -> Table:
    columns = (
        *(Column("gemeente", "code"), Column("declaratienummer", "code"), Column("regels", "count")),
        *(Column("bedrag", "cent"), Column("", "code")),
    )
    highest = max(abs(row["bedrag_cent"]) for row in summary["declaraties"]) or 1
    rows = (
        (
            *(words.named(row["gemeente"], namen), row["declaratienummer"], row["regels"], row["bedrag_cent"]),
            "█" * max(1, abs(row["bedrag_cent"]) * _BAR // highest),
        )
        for row in summary["declaraties"]
    )
    return Table("Per gemeente", columns, rows, ("totaal", "", summary["regels"], summary["bedrag_cent"], ""))


def _uitval(summary: Mapping[str, Any]) -> Table:
    columns = (
        Column("vervolg", words=dict[str, str](VERVOLG.items())),
        Column("aantal", "count"),
        Column("reden, en wat u kunt doen"),
    )
    return Table("Uitval", columns, _uitval_rows(summary["uitval_per_reden"]), banded=True)


def _uitval_rows(counts: Mapping[str, int]) -> Iterator[Row]:
    for vervolg in VERVOLG:
        rows = [(code, number) for code, number in counts.items() if REDENEN[code].vervolg == vervolg]
        for code, number in sorted(rows, key=lambda item: -item[1]):
            yield vervolg, number, f"{code}: {REDENEN[code].betekenis} → {REDENEN[code].actie}"


def _toewijzingen(counts: Mapping[str, int]) -> str:
    if not (counts["ongeldig"] or counts["niet_mpj"]):
        return ""
    read = words.counted(counts["gelezen"], "toewijzing")
    return f"{read} gelezen, {words.number(counts['ongeldig'])} ongeldig, {words.number(counts['niet_mpj'])} van een ander stelsel."
