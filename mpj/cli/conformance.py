"""`mpj conformance`: the cases with their right outcomes for another system, and a comparison of what it answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option, show_fault
from mpj.cli.screen import say, show_report

if TYPE_CHECKING:
    from mpj.conformance import Comparison

_EPILOG = """
Voorbeeld:

\b
  mpj conformance --out gevallen
  mpj conformance check gevallen antwoorden

Elk geval is een JSON-bestand: wat erin gaat en wat eruit moet komen. Beantwoord het met een bestand van dezelfde naam, in de
vorm van "verwacht". Uitleg: docs/conformance.md
"""


@click.group(invoke_without_command=True, epilog=_EPILOG)
@click.option("--out", type=FILE, default=None, metavar="DIR", help="Nieuwe map voor de gevallen.")
@meldingen_option
@click.pass_context
@guarded
def command(ctx: click.Context, out: Path | None, meldingen: str) -> int:
    """Schrijf de gevallen waarmee een ander systeem zich aan mpj kan toetsen, of vergelijk wat het antwoordde."""
    if ctx.invoked_subcommand is not None:
        if out is not None:
            raise click.BadOptionUsage("--out", "--out hoort niet bij check: dat schrijft niets")
        return 0
    if out is None:
        raise click.MissingParameter(param_hint="--out", param_type="option", ctx=ctx)
    from mpj.conformance import write_pack
    from mpj.presentation import words

    number = write_pack(out)
    say(f"Geschreven in {out}: {words.counted(number, 'geval')}. Vergelijk straks wat uw systeem antwoordt:")
    say(f"  mpj conformance check {out} ANTWOORDEN")
    return 0


@command.command(cls=Command)
@click.argument("gevallen", type=FILE, metavar="DIR")
@click.argument("antwoorden", type=FILE, metavar="ANTWOORDEN")
@meldingen_option
@guarded
def check(gevallen: Path, antwoorden: Path, meldingen: str) -> int:
    """Vergelijk antwoorden met de gevallen: per geval, rij en veld.

    Niet vergeleken worden de nummers van regels en declaraties, bestand, rij en toelichting. Eindcode 1: er is verschil, of een
    geval zonder antwoord.
    """
    from mpj.conformance import check as compare
    from mpj.conformance import report
    from mpj.reading.sources import Reading

    found = compare(gevallen, antwoorden, reading=Reading(lambda fault: show_fault(fault, meldingen)))
    if meldingen == "json":
        _tell(found)
    show_report(report(found))
    return 0 if found.conform else 1


def _tell(found: Comparison) -> None:
    """Write what differs, and what was not answered, to stderr as JSON objects."""
    from mpj.reading.faults import Fault

    for one in found.verschillen:
        table = f"stap {one.stap}, {one.tabel}" if one.stap else one.tabel
        fault = Fault("geval_verschilt", f"{one.geval}.json", one.rij, one.veld, one.gevonden, one.verwacht, f"{table}: {one.bron}")
        show_fault(fault, "json")
    for naam in found.zonder_antwoord:
        show_fault(Fault("geval_onbeantwoord", f"{naam}.json"), "json")
