"""`mpj demo`: the main job on a synthetic but lifelike region."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from mpj.cli.common import FILE, Command, Progress, force_option, guarded, meldingen_option
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write, signals
from mpj.reading.toml import quoted

_PERIODE, _DAGTEKENING = "2026-03", date(2026, 4, 7)


@click.command(
    cls=Command, epilog="Alles is verzonnen: de BSN's komen uit de testreeks (9999...). Dezelfde --zaad geeft dezelfde regio."
)
@click.option(
    "--out", type=FILE, default=None, metavar="DIR", help="Bewaar invoer en uitvoer hier.  [standaard: een tijdelijke map]"
)
@click.option("--zaad", type=int, default=2026, show_default=True, help="Startwaarde van het toeval.")
@click.option("--clienten", type=click.IntRange(1, 9000), default=2000, show_default=True, help="Aantal cliënten.")
@click.option("--registraties", type=click.IntRange(0, 5_000_000), default=60000, show_default=True, help="Aantal registraties.")
@click.option("--verblijven", type=click.IntRange(0, 100_000), default=300, show_default=True, help="Aantal verblijven.")
@click.option("--pagina", is_flag=True, help="Open de pagina op deze regio, in uw browser.")
@click.option("--poort", type=click.IntRange(0, 65535), default=8303, show_default=True, help="Van de pagina; 0: een die vrij is.")
@force_option
@meldingen_option
@guarded
def command(out: Path | None, pagina: bool, poort: int, force: bool, meldingen: str, **sizes: int) -> None:
    """Declareer een verzonnen regio en laat het resultaat zien.

    Maakt een maand registraties, verblijven, medewerkers en toewijzingen van een verzonnen aanbieder in twintig gemeenten, met
    de rommel van alledag erin, en declareert die met de contracten van tariffs/.
    """
    import tempfile

    if pagina:
        if out is not None:
            raise click.UsageError("--pagina en --out gaan niet samen: de pagina werkt in een tijdelijke map")
        with tempfile.TemporaryDirectory(prefix="mpj-demo-") as name:
            _open(Path(name), sizes, poort)
        return
    if out is not None:
        with folder_to_write(out, force=force) as folder:
            _run(folder, sizes, meldingen)
        say(f"\nInvoer: {out / 'invoer'}; uitvoer: {out / 'declaratie'}.")
        say(f"Verder kijken: mpj explain --van {out / 'declaratie'} --regel REFERENTIENUMMER (zie declaratieregels.csv)")
        return
    with tempfile.TemporaryDirectory(prefix="mpj-demo-") as name:
        _run(Path(name), sizes, meldingen)
    say("\nBewaren: mpj demo --out DIR")


def _open(folder: Path, sizes: dict[str, int], poort: int) -> None:
    """Make a region of these sizes in `folder` and open the page on it, with a ledger; until a signal ends it."""
    import logging
    import time
    import webbrowser

    from mpj.demo import contract_folders, generate
    from mpj.reading.config import read_config
    from mpj.service import Office, serve

    region = generate(folder, contract_folders(), periode=_PERIODE, **sizes)
    files = {"contracten": contract_folders(), "toewijzingen": [region.toewijzingen_csv], "registraties": [region.registraties_csv]}
    files |= {"verblijf": [region.verblijf_csv], "medewerkers": [region.medewerkers_csv]}
    lines = [f"{name} = [{', '.join(quoted(path.as_posix()) for path in paths)}]" for name, paths in files.items()]
    config = folder / "mpj.toml"
    config.write_text("\n".join([*lines, 'ledger = "demo.db"', 'uit = "maanden/{periode}"', ""]), "utf-8", newline="\n")
    logging.disable()  # What a library writes may quote a request.

    def ready(url: str) -> None:
        signals().own = True
        say(f"De pagina staat op {url}/ en gaat open in uw browser. Alles is verzonnen. Stop met Ctrl-C.")
        webbrowser.open(f"{url}/")

    office = Office(read_config(config), "demo")
    with office.ledger(new=True) as ledger:
        ledger.begin(_PERIODE)
    serve("127.0.0.1", poort, office=office, today=lambda: _DAGTEKENING, clock=time.monotonic, ready=ready)
    say("mpj is gestopt; de verzonnen regio is weg.")


def _run(folder: Path, sizes: dict[str, int], meldingen: str) -> None:
    """Make a region of these sizes in `folder`, declare it there, and show what came of it."""
    from mpj.cli.inputs import Inputs
    from mpj.demo import contract_folders, generate
    from mpj.explanation import summary
    from mpj.output import output_folder
    from mpj.presentation import words
    from mpj.presentation.report import Report

    contracts, periode, dagtekening = contract_folders(), _PERIODE, _DAGTEKENING
    region = generate(folder / "invoer", contracts, periode=periode, **sizes)
    made = (
        f"Verzonnen regio: {words.counted(region.gemeenten, 'gemeente')}, {words.counted(region.clienten, 'cliënt')}, "
        f"{words.counted(region.toewijzingen, 'toewijzing')}, {words.counted(region.registraties, 'registratie')}, "
        f"{words.counted(region.verblijven, 'verblijf')}."
    )
    show_report(Report("", (), (made,)))
    progress = Progress()
    with output_folder(folder / "declaratie") as stage, progress.shown():
        inputs = Inputs(
            contracts,
            [region.toewijzingen_csv],
            [region.registraties_csv],
            [region.verblijf_csv],
            (),
            (region.medewerkers_csv,),
            (),
            meldingen,
            progress,
        )
        result = inputs.declare_files({"periode": periode, "dagtekening": dagtekening}, stage)
    say()
    show_report(summary.report(result.samenvatting, uitval=result.uitval))
