"""`mpj intake`: what is understood of an export, and a profile to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mpj.cli.common import (
    FILE,
    Command,
    best_effort,
    guarded,
    meldingen_option,
    profiel_option,
    show_fault,
    submappen_option,
    write_new,
)
from mpj.cli.screen import say, show_report
from mpj.records.definitions import DEFINITIONS

_EPILOG = """
Voorbeeld:

\b
  mpj intake export.csv --voorstel erp.toml
  mpj intake export.csv --profiel erp.toml

Eindcode 0: alles is begrepen; 1: er is iets onbeslist; 2: het bestand is niet te lezen.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("bestanden", type=FILE, nargs=-1, required=True, metavar="FILE...")
@profiel_option
@submappen_option
@click.option(
    "--soort",
    type=click.Choice([one.soort for one in DEFINITIONS]),
    default=None,
    help="Wat erin staat.  [standaard: herkend aan de kopregel]",
)
@click.option("--voorstel", type=FILE, default=None, metavar="FILE", help="Schrijf een profiel om verder in te vullen.")
@meldingen_option
@guarded
def command(
    bestanden: tuple[Path, ...], profiel: Path | None, submappen: bool, soort: str | None, voorstel: Path | None, meldingen: str
) -> int:
    """Laat zien wat mpj van een export begrijpt, en wat nog onbeslist is.

    Per kolom waarvoor zij is aangezien en welke vormen haar waarden hebben; hoeveel rijen te lezen zijn, en waarom andere niet.
    """
    from mpj.intake import look_at, proposal, report
    from mpj.reading.profile import NO_PROFILE
    from mpj.reading.sources import TABLES, Reading, find_sources
    from mpj.records import read_profile

    known = NO_PROFILE if profiel is None else read_profile(profiel)
    reading = Reading(lambda fault: show_fault(fault, meldingen), submappen=submappen)
    looks = [look_at(source, soort, known) for source in find_sources(bestanden, TABLES, reading)]
    if voorstel is not None:
        write_new(voorstel, proposal(looks, known), "--voorstel")
    with best_effort():
        for look in looks:
            show_report(report(look))
            say()
        if meldingen == "json":
            _tell(looks)
        if voorstel is not None:
            say(f"Geschreven: {voorstel.name}. Vul het in en toets het met: mpj intake ... --profiel {voorstel.name}")
    return 1 if any(look.keuzes for look in looks) else 0


def _tell(looks: list[Any]) -> None:
    """Write every choice to stderr as a JSON object."""
    from mpj.reading.faults import Fault

    for look in looks:
        for keuze in look.keuzes:
            verwacht = " of ".join(keuze.regels)
            show_fault(keuze.fout or Fault("profiel_onbeslist", look.bestand, 0, keuze.sectie, "", verwacht, keuze.wat), "json")
