"""`mpj report`: what a ledger says at group level. No client is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.common import (
    FILE,
    Command,
    Datum,
    config_option,
    force_option,
    guarded,
    meldingen_option,
    opened_ledger,
    show_fault,
    submappen_option,
    taal_option,
    today,
)
from mpj.cli.declare import check_months
from mpj.cli.screen import say, show_report
from mpj.cli.signals import folder_to_write
from mpj.reading.config import names_of, regions_of
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    from mpj.reports import Jaarbeeld

_EPILOG = """
Voorbeeld:

\b
  mpj report year --ledger zorg.db --jaar 2026 --out jaar
  mpj report year --ledger zorg.db --jaar 2026 \\
      --naast gemeente/jaar.csv --out vergelijking
  mpj report use --ledger zorg.db --contracten tarieven \\
      --out gebruik
  mpj report benchmark --ledger zorg.db --van 2026-01 \\
      --tot 2026-12 --out vergelijking
  mpj report kpi --ledger zorg.db --van 2026-01 --tot 2026-12 \\
      --out verkeer
"""

_NOTHING = "Dit ledger weet niets over deze maanden: controleer --van, --tot en --ledger."


@click.group(epilog=_EPILOG)
def command() -> None:
    """Wat een ledger zegt op groepsniveau: het jaar, limieten, een vergelijking, het berichtenverkeer."""


_ledger_option = click.option("--ledger", required=True, metavar="URL", help="Het ledger, van een aanbieder of een gemeente.")
_config_option = click.option(
    "--config", type=FILE, default=None, metavar="FILE", help="Voor de namen: mpj.toml.  [standaard: die in deze map]"
)
_out_option = click.option(
    "--out", type=FILE, required=True, metavar="DIR", help="Map voor de bestanden; verschijnt volledig of niet."
)


@command.command(cls=Command)
@_ledger_option
@click.option("--jaar", type=click.IntRange(2000, 2100), required=True, metavar="JAAR", help="Het jaar van levering.")
@click.option("--gemeente", multiple=True, metavar="CODE", help="Alleen deze gemeenten.")
@click.option("--peildatum", type=Datum(), default=None, help="De stand op deze dag.  [standaard: nu, of de stand bij sluiting]")
@click.option("--raming", is_flag=True, help="Schrijf ook raming.csv: wat het jaar wordt, als bandbreedte.")
@click.option("--naast", type=FILE, default=None, metavar="FILE", help="De jaar.csv van de andere partij, om naast te leggen.")
@click.option(
    "--contracten", type=FILE, multiple=True, metavar="DIR", help="Zeggen wat eigen codes betekenen, en de hash van de tariefkaart."
)
@config_option
@taal_option("de bladen en pagina's")
@_out_option
@force_option
@meldingen_option
@guarded
def year(jaar: int, ledger: str, out: Path, force: bool, meldingen: str, **given: Any) -> None:
    """Maak het prestatie-kwalificatieoverzicht van een jaar: per gemeente en in totaal, met de aansluiting op wat is geleverd.

    Schrijft jaar.csv en aansluiting.csv, het geheel als jaar.xlsx en jaar.html, en per gemeente jaar-CODE.xlsx en jaar-CODE.html.
    """
    from mpj.contract import load_contracts
    from mpj.reports import Jaarvraag, beside, estimated, read_year, write_year

    peildatum: date | None = given["peildatum"]
    if peildatum is not None and peildatum > today():
        text = "deze dag is er nog niet: wat dan is toegekend, weet niemand"
        raise InputError(Fault("waarde_onjuist", "", 0, "peildatum", peildatum.isoformat(), "vandaag of eerder", text))
    tell = partial(show_fault, form=meldingen)
    contracts = load_contracts(given["contracten"])
    asked = Jaarvraag(jaar=jaar, gemeenten=given["gemeente"], peildatum=peildatum, contracten=contracts)
    with opened_ledger(ledger) as opened, folder_to_write(out, force=force) as folder:
        beeld = read_year(opened, asked)
        naast = None if given["naast"] is None else beside(beeld, given["naast"], gemeenten=given["gemeente"], report=tell)
        raming = estimated(beeld) if given["raming"] else None
        said = {"namen": names_of(given["config"]), "taal": given["taal"]}
        shown = write_year(beeld, folder, **said, naast=naast, raming=raming)
    show_report(shown)
    for text in _unknown(beeld, given["gemeente"]):
        say(text)
    say(f"Geschreven in {out}.")


def _unknown(beeld: Jaarbeeld, gemeenten: Sequence[str]) -> Iterator[str]:
    """Yield what was asked for and is not there: an empty overview alone would say that it is right."""
    if not (gemeenten or beeld.aansluiting):
        yield f"Dit ledger weet niets over {beeld.jaar}: controleer --jaar en --ledger."
    for gemeente in gemeenten:
        if gemeente not in beeld.gemeenten:
            yield f"Van gemeente {gemeente} weet dit ledger niets over {beeld.jaar}: verwacht een code als 0363."


@command.command(cls=Command)
@_ledger_option
@click.option(
    "--op",
    type=Datum(),
    default=None,
    help="De dag van waaraf wordt gekeken wat afloopt; wat is gebruikt, is wat nu bekend is.  [standaard: vandaag]",
)
@click.option(
    "--contracten", type=FILE, multiple=True, metavar="DIR", help="Zeggen de plafonds, en wat zorg die wacht waard kan zijn."
)
@click.option("--toewijzingen", type=FILE, multiple=True, metavar="FILE", help="Die van een gemeente: haar ledger bewaart ze niet.")
@submappen_option
@_config_option
@taal_option("de bladen en pagina's")
@_out_option
@force_option
@meldingen_option
@guarded
def use(ledger: str, out: Path, force: bool, meldingen: str, submappen: bool, **given: Any) -> None:
    """Toon wat van limieten is gebruikt en over is: per toewijzing, en per plafond van een contract, met de dag waarop het op is.

    Schrijft gebruik.csv, gebruik.xlsx en gebruik.html, en wacht.csv: wat wacht en sinds wanneer; van een gemeente verwacht.csv: wat
    zij nog kan verwachten. De bestanden noemen toewijzingnummers: ze gaan niet naar buiten.
    """
    import mpj
    from mpj.contract import load_contracts
    from mpj.reports import Gebruiksvraag, read_use, write_use

    tell = partial(show_fault, form=meldingen)
    asked = Gebruiksvraag(
        op=given["op"] or today(),
        contracten=load_contracts(given["contracten"]),
        toewijzingen=tuple(mpj.read_toewijzingen(given["toewijzingen"], report=tell, submappen=submappen)),
    )
    with opened_ledger(ledger) as opened, folder_to_write(out, force=force) as folder:
        beeld = read_use(opened, asked)
        for fault in beeld.meldingen:
            tell(fault)
        shown = write_use(beeld, folder, namen=names_of(given["config"]), taal=given["taal"])
    show_report(shown)
    if asked.op > today():
        say("--op is een dag die nog moet komen: wat er tot dan bij komt, weet het ledger nog niet.")
    if asked.toewijzingen and not beeld.ontvangen:
        say("--toewijzingen is niet gebruikt: dit is het ledger van een aanbieder, dat zijn toewijzingen zelf bewaart.")
    say(f"Geschreven in {out}.")


@command.command(cls=Command)
@_ledger_option
@click.option("--van", required=True, metavar="JJJJ-MM", help="De eerste maand van een kwartaal.")
@click.option("--tot", required=True, metavar="JJJJ-MM", help="De laatste maand van een kwartaal.")
@click.option("--contracten", type=FILE, multiple=True, metavar="DIR", help="Zeggen wat eigen codes betekenen.")
@_config_option
@taal_option("de bladen en pagina's")
@_out_option
@force_option
@meldingen_option
@guarded
def benchmark(ledger: str, van: str, tot: str, out: Path, force: bool, meldingen: str, **given: Any) -> None:
    """Vergelijk per prestatiecode wat een cliënt krijgt: tussen aanbieders, gemeenten en regio's (uit het bestand met namen).

    Alleen hele kwartalen; groepen van minder dan vijf cliënten, en wat die zou verraden, worden niet getoond. Schrijft
    benchmark.csv, benchmark.xlsx en benchmark.html.
    """
    from mpj.contract import load_contracts
    from mpj.reading.periods import parse_month
    from mpj.reports import Vergelijkingsvraag, read_benchmark, write_benchmark

    check_months({"--van": van, "--tot": tot})
    asked = Vergelijkingsvraag(
        van=parse_month(van),
        tot=parse_month(tot),
        contracten=load_contracts(given["contracten"]),
        regios=regions_of(given["config"]),
    )
    with opened_ledger(ledger) as opened, folder_to_write(out, force=force) as folder:
        beeld = read_benchmark(opened, asked)
        shown = write_benchmark(beeld, folder, namen=names_of(given["config"]), taal=given["taal"])
    show_report(shown)
    if not (beeld.metingen or beeld.niet_getoond):
        say(_NOTHING)
    say(f"Geschreven in {out}.")


@command.command(cls=Command)
@_ledger_option
@click.option("--van", required=True, metavar="JJJJ-MM", help="De eerste maand van declareren.")
@click.option("--tot", required=True, metavar="JJJJ-MM", help="De laatste maand van declareren.")
@click.option(
    "--berichten",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Berichten over toewijzingen (301, 305, 307, 315), of mappen.",
)
@submappen_option
@_config_option
@taal_option("de bladen en pagina's")
@_out_option
@force_option
@meldingen_option
@guarded
def kpi(ledger: str, van: str, tot: str, out: Path, force: bool, meldingen: str, **given: Any) -> None:
    """Toon het berichtenverkeer per maand en partner naast de normen: afkeur, antwoordtermijn, herstel, en wat openstaat.

    Schrijft kpi.csv, kpi.xlsx en kpi.html. Cijfers over minder dan vijf cliënten worden niet getoond.
    """
    from mpj.engine.opdracht import check_order
    from mpj.reading.periods import parse_month
    from mpj.reading.sources import Reading
    from mpj.reports import read_kpi, read_requests, write_kpi

    check_months({"--van": van, "--tot": tot})
    check_order(parse_month(van), parse_month(tot), "--tot")
    tell = partial(show_fault, form=meldingen)
    found = read_requests(given["berichten"], Reading(tell, submappen=given["submappen"])) if given["berichten"] else None
    with opened_ledger(ledger) as opened, folder_to_write(out, force=force) as folder:
        beeld = read_kpi(opened, parse_month(van), parse_month(tot), found)
        shown = write_kpi(beeld, folder, namen=names_of(given["config"]), taal=given["taal"])
    show_report(shown)
    if not (beeld.kpis or beeld.niet_getoond):
        say(_NOTHING)
    say(f"Geschreven in {out}.")
