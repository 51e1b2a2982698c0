"""`mpj messages check`: is this message right, by form and content?"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from mpj.cli.common import FILE, Command, guarded, meldingen_option, show_fault, submappen_option
from mpj.cli.screen import say


@click.group()
def command() -> None:
    """Toets iJw-berichten (JW301, JW323, JW325)."""


@command.command(cls=Command, epilog="Eindcode 0: geen fouten; 2: er zijn fouten. Waarschuwingen tellen niet mee.")
@click.argument("berichten", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--xsd", type=FILE, default=None, metavar="DIR", help="Map met de officiële schema's: toets ook daarmee.")
@submappen_option
@meldingen_option
@guarded
def check(berichten: tuple[Path, ...], xsd: Path | None, submappen: bool, meldingen: str) -> int:
    """Toets vorm en inhoud (controleniveau 1 en 2), zonder eerdere berichten of contract.

    Elke fout komt op stderr met het pad van het element, de regelcode, wat er staat en wat er hoort te staan.
    """
    from mpj.messages import check as check_message
    from mpj.presentation import words
    from mpj.reading.sources import Reading, find_sources

    wrong = 0
    for source in find_sources(berichten, (".xml",), Reading(partial(show_fault, form=meldingen), submappen=submappen)):
        with source.open() as stream:
            faults = check_message(stream.read(), source.naam, xsd_dir=xsd)
        for fault in faults:
            show_fault(fault, meldingen)
        count = sum(fault.soort == "fout" for fault in faults)
        wrong += count
        say(f"{source.naam}: {words.counted(count, 'fout') if count else 'geen fouten'}")
    return 2 if wrong else 0
