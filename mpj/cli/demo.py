"""`mpj demo`: the main job on a synthetic but lifelike region."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from mpj.cli.common import FILE, Command, Progress, force_option, guarded, meldingen_option
from mpj.cli.screen import say
from mpj.cli.signals import folder_to_write


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
@force_option
@meldingen_option
@guarded
def command(out: Path | None, zaad: int, clienten: int, registraties: int, verblijven: int, force: bool, meldingen: str) -> None:
    """Declareer een verzonnen regio en laat het resultaat zien.

    Maakt een maand registraties, verblijven, medewerkers en toewijzingen van een verzonnen aanbieder in twintig gemeenten, met
    de rommel van alledag erin, en declareert die met de contracten van tariffs/.
    """
    import tempfile

    sizes = {"zaad": zaad, "clienten": clienten, "registraties": registraties, "verblijven": verblijven}
    if out is not None:
        with folder_to_write(out, force=force) as folder:
            _run(folder, sizes, meldingen)
        say(f"\nInvoer: {out / 'invoer'}; uitvoer: {out / 'declaratie'}.")
        say(f"Verder kijken: mpj explain --van {out / 'declaratie'} --regel REFERENTIENUMMER (zie declaratieregels.csv)")
        return
    with tempfile.TemporaryDirectory(prefix="mpj-demo-") as name:
        _run(Path(name), sizes, meldingen)
    say("\nBewaren: mpj demo --out DIR")


def _run(folder: Path, sizes: dict[str, int], meldingen: str) -> None:
    """Make a region of these sizes in `folder`, declare it there, and show what came of it."""
    from mpj.cli.inputs import Inputs
    from mpj.demo import contract_folders, generate
    from mpj.explanation import summary
    from mpj.output import output_folder
    from mpj.presentation import terminal, words

    contracts, periode, dagtekening = contract_folders(), "2026-03", date(2026, 4, 7)
    region = generate(folder / "invoer", contracts, periode=periode, **sizes)
    terminal.say(
        f"Verzonnen regio: {words.counted(region.gemeenten, 'gemeente')}, {words.counted(region.clienten, 'cliënt')}, "
        f"{words.counted(region.toewijzingen, 'toewijzing')}, {words.counted(region.registraties, 'registratie')}, "
        f"{words.counted(region.verblijven, 'verblijf')}."
    )
    progress = Progress()
    with output_folder(folder / "declaratie") as stage, progress.shown():
        inputs = Inputs(
            contracts,
            [region.toewijzingen_csv],
            [region.registraties_csv],
            [region.verblijf_csv],
            (region.medewerkers_csv,),
            (),
            meldingen,
            progress,
        )
        result = inputs.declare_files({"periode": periode, "dagtekening": dagtekening}, stage)
    say()
    terminal.show(summary.report(result.samenvatting, uitval=result.uitval))
