"""`mpj worklist`: what was set aside, as a workbook that people work in."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mpj.cli.common import FILE, Command, choice, config_option, force_option, guarded, meldingen_option
from mpj.cli.screen import say, spoken
from mpj.reading.config import names_of

if TYPE_CHECKING:
    from mpj.workbench.worklist.report import Werklijst

_EPILOG = """
Voorbeeld:

\b
  mpj worklist --van maart --out werklijst.xlsx
  mpj worklist --van maart --out werklijst.xlsx --per medewerker
  mpj worklist --van maart --out werklijst.csv --formaat csv

Geschatte bedragen zijn een schatting: de eigen minuten tegen de laatste prijs van de prestatiecode. Er staat geen BSN in.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--van", type=FILE, required=True, metavar="DIR", help="Map die mpj declare schreef.")
@click.option("--out", type=FILE, required=True, metavar="FILE", help="De werklijst; met --per komt de waarde achter de naam.")
@click.option("--per", type=click.Choice(["medewerker", "gemeente"]), default=None, help="Eén bestand per medewerker of gemeente.")
@choice("--formaat", "xlsx", "csv", "json", text="Een werkboek, of één tabel voor een ander programma, met bedragen in centen.")
@config_option
@force_option
@meldingen_option
@guarded
def command(van: Path, out: Path, per: str | None, formaat: str, config: Path | None, force: bool, meldingen: str) -> int:
    """Maak van wat uitviel een werklijst: een blad per vervolg, met filters, euro's en totalen."""
    from mpj.output import read_run
    from mpj.presentation import words
    from mpj.workbench.files import write_file
    from mpj.workbench.worklist import report

    if out.suffix.lower() != f".{formaat}":
        raise click.BadParameter(f"verwacht een bestand dat eindigt op .{formaat}; zie --formaat", param_hint="--out")
    run = read_run(van)
    rows = list(run.uitval())
    if not rows:
        say("Er viel niets uit: er is geen werklijst te maken.")
        return 0
    files = {out: rows} if per is None else report.divided(rows, "gemeente" if per == "gemeente" else "medewerker", out)
    said = run.samenvatting["instellingen"]
    made = partial(
        report.Werklijst, titel=f"Werklijst {said['periode']}", op=date.fromisoformat(said["dagtekening"]), namen=names_of(config)
    )
    # One that cannot be written is met before any is written.
    for path in sorted(files, key=lambda path: (not path.exists(), path)):
        write_file(path, partial(_write, made(files[path]), formaat), force=force)
    names = words.listed([path.name for path in files], "zie de map")
    count = words.number(sum(row.aantal for row in rows))
    say(f"Geschreven: {names} ({count} registraties, verblijfsdagen, prestaties en toewijzingen).")
    return 0


def _write(werklijst: Werklijst, formaat: str, path: Path) -> None:
    from mpj.presentation import csv, xlsx

    if formaat == "xlsx":
        xlsx.write(path, spoken(werklijst.report))
    elif formaat == "csv":
        csv.write(path, werklijst.table)
    else:
        csv.write_json(path, werklijst.table)
