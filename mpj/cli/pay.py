"""`mpj ledger pay`: what gemeenten paid, beside what was granted. Of a bank file only what they paid is kept or shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.common import (
    FILE,
    Command,
    config_option,
    force_option,
    guarded,
    ledger_option,
    meldingen_option,
    opened_ledger,
    show_fault,
    submappen_option,
    today,
)
from mpj.cli.dutch import speaks
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write
from mpj.presentation import words
from mpj.reading.config import config_of

if TYPE_CHECKING:
    from mpj.ledger.payments import Verwerkt

_EPILOG = """
Voorbeeld:

\b
  mpj ledger pay afschriften/ --ledger zorg.db
  mpj ledger pay --ledger zorg.db --koppel 12:JD050A8DDF55

De rekeningen van gemeenten staan in het bestand met namen (namen in mpj.toml), kolom rekening.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("bestanden", nargs=-1, type=FILE, metavar="[FILE]...")
@click.option("--koppel", multiple=True, metavar="BETALING:NUMMER", help="Koppel wat van een betaling over is aan een declaratie.")
@click.option("--ontkoppel", type=int, multiple=True, metavar="BETALING", help="Maak een betaling los, en laat haar los.")
@click.option("--out", type=FILE, default=None, metavar="DIR", help="Schrijf betaald.csv, rest.csv, betaald.xlsx en betaald.html.")
@submappen_option
@config_option
@force_option
@ledger_option
@meldingen_option
@guarded
def pay(bestanden: tuple[Path, ...], out: Path | None, force: bool, ledger: str, meldingen: str, **given: Any) -> None:
    """Lees wat de bank levert (camt.053 of CSV) en leg het naast wat is toegekend; zonder bestand: toon de stand.

    Van het bestand wordt alleen bewaard wat van een bekende rekening van een gemeente komt of daarheen gaat. Wat op meer dan één
    manier bedoeld kan zijn, staat op de restlijst.
    """
    from mpj.reports import paid_report, read_paid, write_paid

    config = config_of(given["config"])
    namen, rekeningen = config.namen, config.rekeningen
    asked = {"koppel": given["koppel"], "ontkoppel": given["ontkoppel"], "submappen": given["submappen"]}
    with opened_ledger(ledger) as opened:
        done = opened.pay(bestanden, rekeningen, **asked, op=today(), report=partial(show_fault, form=meldingen))
        beeld = read_paid(opened, today())
    if out is not None:
        with folder_to_write(out, force=force) as folder:
            write_paid(beeld, folder, namen, speaks())
    for text in _told(done, sum(one.lijkt_op is not None for one in beeld.rest)):
        say(text)
    show_report(paid_report(beeld, namen))
    if out is not None:
        say(f"Geschreven in {out}.")


def _told(done: Verwerkt, alike: int) -> list[str]:
    """Return what became of the files, and how many payments are left as they could be others, in sentences; of others a count."""
    new = words.counted(done.nieuw, "betaling")
    told = [f"Nieuw: {new}; al bekend: {words.number(done.bekend)}; gekoppeld: {words.number(done.gekoppeld)}."]
    if done.dubbel:
        told.append(f"Let op: stond in één bestand twee keer en telt één keer: {words.number(done.dubbel)}.")
    if alike:
        told.append(
            f"Let op: kan een betaling zijn die al gelezen is: {words.number(alike)}. Zie 'lijkt op' in de restlijst: "
            "is het een andere, koppel haar dan met --koppel; anders hoeft u niets te doen."
        )
    if done.ontkoppeld:
        told.append(f"Losgemaakt: {words.counted(done.ontkoppeld, 'koppeling')}.")
    if done.overig:
        told.append(f"Niet bewaard, want niet van een bekende rekening van een gemeente: {words.number(done.overig)}.")
    if done.niet_geboekt:
        told.append(f"Nog niet geboekt door de bank, dus niet geteld: {words.number(done.niet_geboekt)}.")
    return told
