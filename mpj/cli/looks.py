"""`mpj ledger status` and `mpj ledger work`: the ledger looked back on, on the screen and as files. No client is ever named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mpj.cli.common import (
    FILE,
    Command,
    choice,
    config_option,
    force_option,
    guarded,
    ledger_option,
    meldingen_option,
    opened_ledger,
    today,
)
from mpj.cli.dutch import speaks
from mpj.cli.screen import say, say_json, show_report
from mpj.cli.signals import folder_to_write
from mpj.reading.config import names_of

if TYPE_CHECKING:
    from mpj.ledger.report import LookBack, Shown

_F = TypeVar("_F", bound=Callable[..., Any])


def _look_options(function: _F) -> _F:
    """Give a command the options of a look back."""
    out = click.option("--out", type=FILE, default=None, metavar="DIR", help="Schrijf ook als XLSX, CSV en HTML in deze map.")
    formaat = choice("--formaat", "tekst", "json", text="Vorm op het scherm.")
    for option in (meldingen_option, force_option, out, formaat, config_option, ledger_option):
        function = option(function)
    return function


@click.command(cls=Command)
@click.option(
    "--herstellijst", is_flag=True, help="Toon in plaats daarvan de afgekeurde regels die te herstellen zijn, een voor een."
)
@_look_options
@guarded
def status(herstellijst: bool, ledger: str, **asked: Any) -> None:
    """Toon per gemeente wat openstaat, is toegekend, is afgekeurd (per retourcode), te herstellen is en opzij staat.

    Ook hoever budgetten en omvang zijn gebruikt (in aantallen toewijzingen), het onderhanden werk, en wat een gemeente ontving.
    """
    from mpj.ledger import report

    with opened_ledger(ledger) as opened:
        if herstellijst:
            _look(opened.repair_list(), "herstellijst", report.repair_list, asked)
        else:
            _look(opened.status(), "ledger_status", report.status, asked)


@click.command(cls=Command)
@_look_options
@guarded
def work(ledger: str, **asked: Any) -> None:
    """Toon het onderhanden werk in euro's: geleverd, en nog niet gedeclareerd of toegekend."""
    from mpj.ledger import report

    with opened_ledger(ledger) as opened:
        _look(opened.work(), "onderhanden_werk", report.work, asked)


def _look(found: Any, soort: str, look: Callable[[Any, Shown], LookBack], asked: Mapping[str, Any]) -> None:
    """Show what the ledger says as a report, or as JSON; where a folder is asked, write it there too."""
    from mpj.ledger.report import Shown

    namen = names_of(asked["config"])
    told = look(found, Shown(today(), namen))
    if asked["out"] is not None:
        from mpj.presentation.files import write_report

        with folder_to_write(asked["out"], force=asked["force"]) as folder:
            write_report(folder, soort.removeprefix("ledger_"), told.report, told.tables, taal=speaks())
    if asked["formaat"] == "json":
        data = {"formaat": 1, "soort": soort} | (found if isinstance(found, dict) else {"regels": found})
        say_json(data, indent=2)
        return
    show_report(told.report)
    if asked["out"] is not None:
        say(f"\nGeschreven in {asked['out']}.")
