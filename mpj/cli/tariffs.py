"""`mpj tariffs`: check, show, compare, index, reprice, read in, build up and convert a tariff matrix."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.common import (
    FILE,
    Command,
    Datum,
    choice,
    config_option,
    force_option,
    guarded,
    meldingen_option,
    remark,
    show_fault,
    strict_option,
    submappen_option,
    today,
)
from mpj.cli.dutch import speaks
from mpj.cli.screen import say, say_report, show_report, spoken
from mpj.cli.signals import folder_to_write, signals
from mpj.cli.tariff_index import index
from mpj.cli.tariff_options import MOST, Percentage, load
from mpj.reading.config import names_of

if TYPE_CHECKING:
    from mpj.presentation.report import Report, Table
    from mpj.reading.sources import Reading

_OUT = click.option("--out", type=FILE, metavar="FILE", help="Schrijf in dit bestand in plaats van op het scherm.")


def _reading() -> Reading:
    """Return how the files of the command that runs are found; what is not read goes to stderr."""
    from mpj.reading.sources import Reading

    asked = click.get_current_context().params
    return Reading(partial(show_fault, form=asked["meldingen"]), submappen=asked["submappen"])


@click.group(epilog="Uitleg en voorbeelden: docs/tariffs.md. Uitleg per opdracht: mpj tariffs OPDRACHT --help")
def command() -> None:
    """Werk aan tariefmatrices: controleren, lezen, vergelijken, herberekenen, inlezen, indexeren, opbouwen en omzetten."""


@command.command(cls=Command)
@click.argument("mappen", metavar="DIR...", type=FILE, nargs=-1, required=True)
@click.option(
    "--sprong", type=Percentage(), default="10", show_default=True, help="Meld een prijs die met meer dan dit percentage verandert."
)
@meldingen_option
@guarded
def check(mappen: tuple[Path, ...], sprong: Fraction, meldingen: str) -> int:
    """Controleer contractmappen: alle fouten in één keer (code 2), en waarschuwingen (code 0)."""
    from mpj.presentation import words
    from mpj.workbench.check.folders import check_folders

    contracts, warnings = check_folders(mappen, sprong=sprong)
    for fault in warnings:
        if meldingen == "json":
            show_fault(fault, meldingen)
        else:
            say(f"Let op: {fault}")
    for contract in contracts:
        own = words.counted(sum(fault.bestand.startswith(f"{contract.map}/") for fault in warnings), "waarschuwing")
        size = f"{words.counted(len(contract.cellen), 'cel')} in {words.counted(len(contract.percelen), 'perceel')}"
        codes = len({product.productcode for product in contract.producten})
        beside = f", {words.counted(codes, 'product')} buiten MPJ" if codes else ""
        say(f"{contract.map}: geen fouten, {own}; {size}{beside}.")
    return 0


@command.command(cls=Command)
@click.argument("map_", metavar="DIR", type=FILE)
@choice("--formaat", "tekst", "csv", "xlsx", "html", text="Vorm van de uitvoer.")
@click.option("--op", type=Datum(), default=None, help="Laat alleen zien wat op deze datum geldt.")
@_OUT
@config_option
@force_option
@meldingen_option
@guarded
def show(map_: Path, formaat: str, op: date | None, out: Path | None, config: Path | None, force: bool, meldingen: str) -> int:
    """Laat de matrix van een contractmap zien: prestatiecodes onder elkaar, niveaus naast elkaar, per perceel."""
    from mpj.workbench.show import report
    from mpj.workbench.show.overview import overview

    overzicht = overview(load(meldingen, map_)[0], op=op)
    match formaat:
        case "xlsx":
            from mpj.presentation import xlsx

            _write(_needed(out), partial(xlsx.write, report=spoken(report.sheets(overzicht))), force=force)
        case "csv":
            _emit_csv(report.fields(overzicht), out, force=force)
        case _:
            _emit(report.report(overzicht, names_of(config)), formaat, out, force=force)
    return 0


@command.command(cls=Command)
@click.argument("oud", metavar="OUD", type=FILE)
@click.argument("nieuw", metavar="NIEUW", type=FILE)
@choice("--formaat", "tekst", "csv", "html", text="Vorm van de uitvoer.")
@click.option("--oud-op", type=Datum(), default=None, help="Vergelijk OUD zoals die op deze datum geldt.")
@click.option("--nieuw-op", type=Datum(), default=None, help="Vergelijk met NIEUW zoals die op deze datum geldt.")
@_OUT
@force_option
@meldingen_option
@guarded
def diff(
    oud: Path, nieuw: Path, formaat: str, oud_op: date | None, nieuw_op: date | None, out: Path | None, force: bool, meldingen: str
) -> int:
    """Vergelijk twee contractmappen cel voor cel, en wat dat doet met het niveau dat wordt betaald."""
    from mpj.tariefkaart import compile_tariefkaart
    from mpj.workbench.diff import report
    from mpj.workbench.diff.comparison import compare

    contracts = load(meldingen, oud, nieuw)
    result = compare(contracts[0], contracts[1], oud_op=oud_op, nieuw_op=nieuw_op)
    if formaat == "csv":
        _emit_csv(report.cells(result), out, force=force)
        return 0
    hashes = compile_tariefkaart(contracts[0]).hash, compile_tariefkaart(contracts[1]).hash
    names = oud.resolve().name, nieuw.resolve().name
    _emit(report.report(result, names, hashes, most=MOST if formaat == "tekst" else None), formaat, out, force=force)
    return 0


command.add_command(index)


@command.command(cls=Command)
@click.option(
    "--regels", type=FILE, multiple=True, required=True, metavar="FILE", help="declaratieregels.csv van een of meer maanden."
)
@click.option("--herkomst", type=FILE, multiple=True, metavar="FILE", help="herkomst.csv bij dezelfde regels.")
@click.option(
    "--stappen",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="stappen.csv bij een oude herkomst.csv: dan blijft er minder open.",
)
@click.option("--oud", type=FILE, multiple=True, required=True, metavar="DIR", help="Contractmap waaronder de regels zijn gemaakt.")
@click.option("--nieuw", type=FILE, multiple=True, required=True, metavar="DIR", help="Contractmap waarmee wordt herberekend.")
@click.option("--prijspeil", type=Datum(), default=None, help="Neem voor alle regels de nieuwe prijzen van deze datum.")
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de uitvoer; verschijnt volledig of niet.")
@config_option
@strict_option
@force_option
@submappen_option
@meldingen_option
@guarded
def reprice(
    oud: tuple[Path, ...],
    nieuw: tuple[Path, ...],
    out: Path,
    config: Path | None,
    strict: bool,
    force: bool,
    meldingen: str,
    **given: Any,
) -> int:
    """Herbereken declaratieregels onder een andere matrix: wat had dezelfde zorg gekost?

    Schrijft in DIR: herberekening.csv, verschuivingen.csv, samenvatting.json, herberekening.html en (met XlsxWriter)
    herberekening.xlsx. Wat de herkomst niet kan zeggen, wordt niet herberekend, met de reden; met --strict is dat code 1.
    """
    from mpj.contract import load_contracts
    from mpj.presentation.languages import Readers
    from mpj.workbench.reprice.files import reprice_files, trace_of

    old, new = (load_contracts(folders, report=lambda fault: show_fault(fault, meldingen)) for folders in (oud, nieuw))
    with folder_to_write(out, force=force) as stage:
        readers = Readers(speaks(), names_of(config))
        trace, lines = trace_of(given["herkomst"], given["stappen"]), given["regels"]
        outcome, report = reprice_files(stage, lines, trace, old, new, given["prijspeil"], _reading(), readers)
    for fault in outcome.meldingen:
        show_fault(fault, meldingen)
    show_report(report)
    say(f"\nGeschreven in {out}.")
    return 1 if strict and not outcome.volledig else 0


@command.command("import", cls=Command)
@click.argument("bestand", metavar="FILE.xlsx", type=FILE)
@click.option("--naar", type=FILE, required=True, metavar="DIR", help="Contractmap die tarieven.csv krijgt.")
@click.option("--contract", type=FILE, metavar="FILE", help="contract.toml om bij in te lezen.  [standaard: dat in DIR]")
@click.option("--vanaf", type=Datum(), default=None, help="Begindatum van rijen zonder datum.  [standaard: begin van het contract]")
@click.option("--proef", is_flag=True, help="Laat alleen zien wat is begrepen; schrijf niets.")
@force_option
@meldingen_option
@guarded
def import_(bestand: Path, naar: Path, contract: Path | None, vanaf: date | None, proef: bool, force: bool, meldingen: str) -> int:
    """Lees een matrix in zoals gemeenten die publiceren: een blad per perceel, prestatiecodes onder elkaar, niveaus ernaast."""
    from mpj.workbench.importing.folder import imported, publish
    from mpj.workbench.importing.report import report

    with imported(bestand, naar, toml=contract, vanaf=vanaf, tell=lambda found: show_report(report(found))) as (_, _, stage):
        if not proef:
            signals().hold()
            publish(stage, naar, whole=contract is not None, force=force)
            say(f"Geschreven in {naar}. Controleer met: mpj tariffs check {naar}")
    return 0


@command.command(cls=Command)
@click.argument("bestand", metavar="FILE", type=FILE)
@click.option("--contract", type=FILE, metavar="DIR", help="Contractmap om de opbouw naast te leggen.")
@click.option("--op", type=Datum(), default=None, help="Datum van de contractprijs.  [standaard: vandaag]")
@click.option(
    "--wat-als",
    multiple=True,
    metavar="VELD=PUNTEN",
    help="Wat als dit percentage zoveel punten hoger is.  [standaard: indirect_client=5]",
)
@click.option("--out", type=FILE, metavar="DIR", help="Map voor opbouw.csv en opbouw.html.")
@force_option
@meldingen_option
@guarded
def buildup(
    bestand: Path, contract: Path | None, op: date | None, wat_als: tuple[str, ...], out: Path | None, force: bool, meldingen: str
) -> int:
    """Bouw een reëel tarief op uit een kostenbestand: elke stap te zien, tot de prijs per kwartier bij de cliënt."""
    from mpj.presentation import csv, html
    from mpj.workbench.buildup import report
    from mpj.workbench.buildup.price import explain, read_costs

    what_ifs = [_what_if(text) for text in wat_als or ("indirect_client=5",)]
    loaded = load(meldingen, contract)[0] if contract else None
    items = [explain(row, what_ifs, loaded, op or today()) for row in read_costs(bestand)]
    found = report.report(items, "Opbouw van het tarief")
    if out is not None:
        with folder_to_write(out, force=force) as stage:
            csv.write(stage / "opbouw.csv", report.rows(items))
            (stage / "opbouw.html").write_text(html.page(spoken(found)), "utf-8", newline="\n")
    show_report(found)
    if out is not None:
        say(f"\nGeschreven in {out}.")
    return 0


def _what_if(text: str) -> tuple[str, Fraction]:
    from mpj.reading.fields import FieldError, parse_percentage
    from mpj.workbench.buildup.price import PERCENTAGES

    name, _, points = text.partition("=")
    full = name.removesuffix("_procent") + "_procent"
    try:
        if full in PERCENTAGES:
            return full, parse_percentage(points)
    except FieldError:
        pass
    names = ", ".join(known.removesuffix("_procent") for known in PERCENTAGES)
    raise click.BadParameter(f"verwacht VELD=PUNTEN, als indirect_client=5; velden: {names}", param_hint="--wat-als")


@command.command(cls=Command)
@click.argument("tabel", metavar="WAS_WORDT.csv", type=FILE)
@click.option(
    "--regels",
    type=FILE,
    multiple=True,
    required=True,
    metavar="FILE",
    help="Oude regels, als CSV of als berichten (JW303, JW323) met hun antwoorden.",
)
@click.option("--nieuw", type=FILE, multiple=True, metavar="FILE", help="declaratieregels.csv om mee te vergelijken.")
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Map voor de uitvoer; verschijnt volledig of niet.")
@strict_option
@force_option
@submappen_option
@meldingen_option
@guarded
def convert(
    tabel: Path, regels: tuple[Path, ...], nieuw: tuple[Path, ...], out: Path, strict: bool, force: bool, meldingen: str, **_: Any
) -> int:
    """Zet oude productcodes om naar prestatiecodes en niveaus (was-wordt), per gemeente en aanbieder.

    Schrijft in DIR: was_wordt.csv, niet_vertaald.csv, samenvatting.json en, met --nieuw, vergelijking.csv.
    """
    from mpj.workbench.convert import report
    from mpj.workbench.convert.files import convert_files

    with folder_to_write(out, force=force) as stage:
        outcome = convert_files(stage, tabel, regels, nieuw, reading=_reading())
    show_report(report.report(outcome, most=MOST))
    say(f"\nGeschreven in {out}.")
    return 1 if strict and outcome.niet_vertaald else 0


def _needed(out: Path | None) -> Path:
    if out is None:
        raise click.UsageError("XLSX kan niet op het scherm; geef --out FILE.")
    return out


def _write(out: Path, write: Any, *, force: bool) -> None:
    from mpj.workbench.files import write_file

    write_file(out, write, force=force)
    remark(f"Geschreven: {out}")


def _emit(report: Report, formaat: str, out: Path | None, *, force: bool) -> None:
    """Show a report on the screen, or write it as a page to the file, or to stdout when there is none."""
    from mpj.presentation import html

    if formaat == "html":
        _emit_text(html.page(spoken(report)), out, force=force)
    else:
        show_report(report)


def _emit_csv(table: Table, out: Path | None, *, force: bool) -> None:
    from mpj.presentation import csv

    _emit_text(csv.text(table), out, force=force)


def _emit_text(text: str, out: Path | None, *, force: bool) -> None:
    if out is None:
        say_report(text)
    else:
        _write(out, lambda path: path.write_text(text, "utf-8", newline="\n"), force=force)
