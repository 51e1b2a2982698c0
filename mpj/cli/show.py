"""A run's summary on the terminal: what was declared, where, what was set aside and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mpj.cli.common import count, euros
from mpj.records.reasons import REDENEN

_SHOWN = 5
VERVOLG = {"herstel": "[bold]herstel[/bold]", "wacht": "wacht", "definitief": "definitief"}


def show_summary(summary: Mapping[str, Any], out: Path | None = None) -> None:
    """Print the summary of a run to stdout; group figures only."""
    console = Console(width=None if Console().is_terminal else 110, highlight=False)
    settings = summary["instellingen"]
    console.print(
        f"\n[bold]Declaratie {settings['periode']}[/bold]  dagtekening {settings['dagtekening']}, protocol {summary['protocol']}"
    )
    for contract in summary["contracten"]:
        aanbieder = contract["instellingen"]["aanbieder"]
        console.print(f"  contract {escape(contract['id'])}, aanbieder {aanbieder}, tariefkaart {contract['tariefkaart']}")
    console.print(_totals(summary))
    if summary["per_gemeente"]:
        console.print(_per_gemeente(summary))
    if summary["uitval_per_reden"]:
        console.print(_uitval(summary))
    if any(summary["toewijzingen"][kind] for kind in ("ongeldig", "niet_mpj")):
        counts = summary["toewijzingen"]
        console.print(
            f"Toewijzingen: {count(counts['gelezen'])} gelezen, {counts['ongeldig']} ongeldig, "
            f"{counts['niet_mpj']} van een ander stelsel."
        )
    for line in _ledger(summary):
        console.print(escape(line), soft_wrap=True)
    if out is not None:
        console.print(
            f"\nGeschreven in [bold]{escape(str(out))}[/bold]. "
            f"Uitleg van een regel: mpj explain --van {escape(str(out))} --regel REFERENTIENUMMER",
            soft_wrap=True,
        )


def _ledger(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a run with a ledger adds: credit and debit, what is waited for, and what the declarations are now."""
    told = summary.get("ledger")
    if told is None:
        return
    rows = f" op {_plural(told['creditregels'], 'creditregel')}" if told["creditregels"] else ""
    yield f"Debet {euros(told['debet_cent'])}, credit {euros(told['credit_cent'])}{rows}."
    if told["ingetrokken"]:
        yield f"Ingetrokken: {count(told['ingetrokken'])} registraties of verblijven."
    if told["wacht_op"]:
        waiting = [f"{_plural(number, 'regel')} op {name}" for name, number in told["wacht_op"].items()]
        yield f"Wacht op antwoord: {_some(waiting)}."
    if told["proef"]:
        yield "Proef: het ledger onthoudt niets van deze run; verstuur deze declaraties niet."
        return
    if told["vervangen_concepten"]:
        yield f"Vervangen concepten, die niet meer gelden: {_some(told['vervangen_concepten'])}."
    if summary["declaraties"]:
        yield "De declaraties zijn concepten: een volgende run vervangt ze, tot mpj ledger send."


def _plural(number: int, word: str) -> str:
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" en nog {count(rest)} (zie samenvatting.json)" if rest > 0 else "")


def _totals(summary: Mapping[str, Any]) -> Table:
    difference = summary["verschil"]
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    rows = [
        ("Gelezen", count(summary["gelezen"]), "registraties en verblijfsdagen"),
        (
            "Gedeclareerd",
            count(summary["gedeclareerd"]),
            f"op {count(summary['regels'])} {'regel' if summary['regels'] == 1 else 'regels'}",
        ),
        ("Uitval", count(summary["uitval"]), f"met een bekende waarde van {euros(summary['uitval_waarde_cent'])}"),
        ("[bold]Bedrag[/bold]", f"[bold]{euros(summary['bedrag_cent'])}[/bold]", ""),
        ("Tijd", count(summary["minuten_gedeclareerd"]), f"minuten gedeclareerd, {count(summary['minuten_geleverd'])} geleverd"),
        ("  afronding", _signed(difference["afronding_minuten"]), f"minuten, {_signed_euros(difference['afronding_cent'])}"),
    ]
    if difference["aanwezigheid_minuten"]:
        rows.append(("  groepstijd", _signed(difference["aanwezigheid_minuten"]), "minuten die al telden voor hetzelfde kind"))
    if difference["afgetopt_registraties"]:
        rows.append(
            (
                "  afgetopt",
                count(difference["afgetopt_registraties"]),
                f"registraties, {euros(difference['afgetopt_cent'])} boven een limiet",
            )
        )
    if summary["bedrag_op_planning_cent"]:
        rows.append(("  op planning", euros(summary["bedrag_op_planning_cent"]), "rust alleen op de planning"))
    for row in rows:
        table.add_row(*row)
    return table


def _signed(number: int) -> str:
    return ("+" if number > 0 else "") + count(number)


def _signed_euros(cents: int) -> str:
    return ("+" if cents > 0 else "") + euros(cents)


def _per_gemeente(summary: Mapping[str, Any]) -> Table:
    table = Table(title="Per gemeente", title_justify="left", title_style="bold")
    table.add_column("gemeente")
    table.add_column("declaratienummer")
    table.add_column("regels", justify="right")
    table.add_column("bedrag", justify="right")
    table.add_column("", no_wrap=True)
    highest = max(abs(row["bedrag_cent"]) for row in summary["declaraties"]) or 1
    for row in summary["declaraties"]:
        bar = "█" * max(1, abs(row["bedrag_cent"]) * 24 // highest)
        table.add_row(
            row["gemeente"], row["declaratienummer"], count(row["regels"]), euros(row["bedrag_cent"]), f"[cyan]{bar}[/cyan]"
        )
    table.add_section()
    table.add_row("totaal", "", count(summary["regels"]), euros(summary["bedrag_cent"]), "")
    return table


def _uitval(summary: Mapping[str, Any]) -> Table:
    table = Table(title="Uitval", title_justify="left", title_style="bold")
    table.add_column("reden", no_wrap=True)
    table.add_column("aantal", justify="right")
    table.add_column("vervolg", no_wrap=True)
    table.add_column("wat u kunt doen")
    for vervolg in VERVOLG:
        rows = [(code, number) for code, number in summary["uitval_per_reden"].items() if REDENEN[code].vervolg == vervolg]
        for code, number in sorted(rows, key=lambda item: -item[1]):
            table.add_row(code, count(number), VERVOLG[vervolg], f"{REDENEN[code].betekenis} → {REDENEN[code].actie}")
        table.add_section()
    return table
