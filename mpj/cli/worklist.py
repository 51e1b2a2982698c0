"""`mpj worklist`: what was set aside, as a workbook that people work in."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from mpj.cli.common import FILE, Command, force_option, guarded, meldingen_option
from mpj.cli.screen import say

_EPILOG = """
Voorbeeld:

\b
  mpj worklist --van maart --out werklijst.xlsx
  mpj worklist --van maart --out werklijst.xlsx --per medewerker

Geschatte bedragen zijn een schatting: de eigen minuten tegen de laatste prijs van de prestatiecode. Er staat geen BSN in.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option("--van", type=FILE, required=True, metavar="DIR", help="Map die mpj declare schreef.")
@click.option("--out", type=FILE, required=True, metavar="FILE.xlsx", help="De werklijst; met --per komt de waarde achter de naam.")
@click.option("--per", type=click.Choice(["medewerker", "gemeente"]), default=None, help="Eén bestand per medewerker of gemeente.")
@force_option
@meldingen_option
@guarded
def command(van: Path, out: Path, per: str | None, force: bool, meldingen: str) -> int:
    """Maak van wat uitviel een werklijst: een blad per vervolg, met filters, euro's en totalen."""
    from mpj.output import read_run
    from mpj.presentation import words, xlsx
    from mpj.workbench.files import write_file
    from mpj.workbench.worklist import report

    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter("verwacht een bestand dat eindigt op .xlsx", param_hint="--out")
    run = read_run(van)
    rows = list(run.uitval())
    if not rows:
        say("Er viel niets uit: er is geen werklijst te maken.")
        return 0
    files = {out: rows} if per is None else report.divided(rows, "gemeente" if per == "gemeente" else "medewerker", out)
    title = f"Werklijst {run.samenvatting['instellingen']['periode']}"
    # One that cannot be written is met before any is written.
    for path in sorted(files, key=lambda path: (not path.exists(), path)):
        write_file(path, partial(xlsx.write, report=report.report(files[path], title)), force=force)
    names = words.listed([path.name for path in files], "zie de map")
    say(f"Geschreven: {names} ({words.number(sum(row.aantal for row in rows))} registraties, verblijfsdagen en toewijzingen).")
    return 0
