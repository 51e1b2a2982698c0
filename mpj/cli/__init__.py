"""The command line: arguments in, API call, result shown. Commands are imported when they are called, not before.

Exit codes: 0 done; 1 done, but ``--strict`` and something was set aside or rejected; 2 the input or the call is wrong and
nothing was written. No traceback reaches a user.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from mpj.cli.dutch import DUTCH, TALEN, named, speak, speaks
from mpj.cli.screen import quiet_libraries, told, write
from mpj.reading.extras import MissingExtraError
from mpj.version import __version__

if TYPE_CHECKING:
    from mpj.cli.signals import Signals
    from mpj.presentation.languages import Taal
    from mpj.reading.faults import Ernst
    from mpj.reading.register import Foutcode

COMMANDS: dict[str, tuple[str, str]] = {
    "conformance": ("mpj.cli.conformance", "Schrijf gevallen waaraan een ander systeem zich toetst, of vergelijk zijn antwoorden."),
    "declare": ("mpj.cli.declare", "Maak van een maand registraties declaratieregels."),
    "demo": ("mpj.cli.demo", "Declareer een verzonnen regio en laat het resultaat zien."),
    "intake": ("mpj.cli.intake", "Laat zien wat mpj van een export begrijpt, en stel een profiel voor."),
    "ledger": ("mpj.cli.ledger", "Houd bij wat is verzonden en beantwoord, en corrigeer het."),
    "messages": ("mpj.cli.messages", "Toets iJw-berichten op vorm en inhoud."),
    "month": ("mpj.cli.month", "Declareer een maand zoals mpj.toml het zegt."),
    "report": ("mpj.cli.report", "Toon wat een ledger zegt: het jaar, limieten, een vergelijking, het verkeer."),
    "sample": ("mpj.cli.sample", "Trek een herhaalbare steekproef van (medewerker, niveau) voor de accountant."),
    "serve": ("mpj.cli.serve", "Bied mpj aan andere systemen aan over HTTP, op deze machine."),
    "tariffs": ("mpj.cli.tariffs", "Toets, toon, vergelijk, bereken en bouw tarievenbladen."),
    "verify": ("mpj.cli.verify", "Toets een JW323 regel voor regel en schrijf het antwoord."),
    "worklist": ("mpj.cli.worklist", "Maak van wat uitviel een werklijst (XLSX)."),
    "explain": ("mpj.cli.explain", "Leg één regel of één registratie stap voor stap uit."),
}

EXTRAS = {
    "lxml": "messages",
    "rich": "cli",
    "openpyxl": "xlsx",
    "xlsxwriter": "xlsx",
    "sqlalchemy": "ledger",
    "alembic": "ledger",
    "psycopg": "ledger",
    "duckdb": "columnar",
    "fastapi": "service",
    "uvicorn": "service",
}


class Lazy(click.Group):
    """A group that knows its commands by name and short help, and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return _spoken(named(import_module(COMMANDS[cmd_name][0]).command))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        self._help_option = None  # click keeps it in the language of the call that first asked.
        return super().get_help_option(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Opdrachten" if speaks() == "nl" else "Commands"):
            formatter.write_dl([(name, told(COMMANDS[name][1])) for name in self.list_commands(ctx)])


def _spoken(command: click.Command) -> click.Command:
    """Return a command in the language of this call."""
    if speaks() == "nl":
        return command
    from mpj.cli.english import in_english

    return in_english(command)


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin met: mpj demo. Uitleg per opdracht: mpj OPDRACHT --help",
)
@click.option(
    "--taal",
    type=click.Choice(TALEN),
    default="nl",
    show_default=True,
    envvar="MPJ_TAAL",
    show_envvar=True,
    expose_value=False,
    help="Taal van elk scherm; mag ook achter de opdracht.",
)
@click.version_option(__version__, message="mpj %(version)s", help=DUTCH["Show the version and exit."])
def group() -> None:
    """Declareren volgens het Model Prestatiecodes Jeugd: van registratie tot declaratieregel, tot op de cent uitgelegd."""


def _wants(args: list[str], option: str, value: str) -> bool:
    """Say whether a call gives an option this value; it may be so wrong that nobody else can tell."""
    return f"{option}={value}" in args or (option, value) in pairwise(args)


def _language(args: list[str]) -> Taal:
    """Return the language that a call asks for: what it says last, else what MPJ_TAAL says; Dutch for one that there is not."""
    asked = [arg.removeprefix("--taal=") for arg in args if arg.startswith("--taal=")]
    asked += [value for option, value in pairwise(args) if option == "--taal"]
    return "en" if (asked or [os.environ.get("MPJ_TAAL", "")])[-1] == "en" else "nl"


def _wants_json(args: list[str]) -> bool:
    """Say whether a call asks for messages as JSON."""
    return _wants(args, "--meldingen", "json")


def _show_call(error: click.ClickException, args: list[str]) -> None:
    """Show what is wrong with the call, in the form that the call itself asks for."""
    if speaks() == "en":
        from mpj.cli.english import said

        vars(error)["message"] = said(error.message)
    if not _wants_json(args):
        text = io.StringIO()
        error.show(text)
        write(text.getvalue(), err=True, end="")
        return
    from mpj.cli.common import show_fault
    from mpj.reading.faults import Fault

    parameter = getattr(error, "param", None)
    option = parameter.opts[0] if parameter is not None and parameter.opts else ""
    show_fault(Fault("aanroep_onjuist", kolom=option, toelichting=error.format_message()), "json")


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with 0, 1 or 2. What the terminal cannot show or take does not change that."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    quiet_libraries()
    code = run(sys.argv[1:] if args is None else args, last=True)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def run(args: list[str], *, last: bool = False) -> int:
    """Run the command line and return its exit code; with `last` the process ends behind it."""
    from mpj.cli.signals import Signals

    speak(_language(args))
    signals = Signals()
    with signals.heard(last=last):
        code = _run(args, signals)
    if signals.came and signals.waiting:
        _tell("afgemaakt", "het signaal kwam toen alles al vastlag: deze opdracht is afgemaakt", args, "waarschuwing")
    return code


def _run(args: list[str], signals: Signals) -> int:
    from mpj.cli.signals import Stopped

    try:
        code: Any = _spoken(named(group)).main(args, prog_name="mpj", standalone_mode=False, obj=signals)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        _show_call(error, args)
        return 2
    except (click.Abort, KeyboardInterrupt, Stopped):
        return _tell("afgebroken", "afgebroken; er is niets geschreven", args)
    except MissingExtraError as error:
        return _tell("uitbreiding_ontbreekt", str(error), args)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            return _unexpected(error, args)
        text = f"deze opdracht heeft een uitbreiding nodig: pip install 'mpj[{extra}]'"
        return _tell("uitbreiding_ontbreekt", text, args)
    except MemoryError:
        return _tell("geheugen_vol", "het geheugen is vol; geef deze opdracht meer geheugen, of minder tegelijk te lezen", args)
    except OSError as error:
        from mpj.reading.system import system_reason

        text = f"het systeem werkt niet mee ({system_reason(error)}); controleer schijfruimte en rechten"
        return _tell("systeem_weigert", text, args)
    except Exception as error:
        return _unexpected(error, args)
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception, args: list[str]) -> int:
    """Show what kind of error came that nobody foresaw, and no more: its text may quote a record."""
    return _tell("onverwacht", f"onverwachte fout ({type(error).__name__}); dit hoort niet te gebeuren: meld het", args)


def _tell(code: Foutcode, text: str, args: list[str], soort: Ernst = "fout") -> int:
    """Show what became of a command as a whole, in the form that the call asks for; returns the exit code of a fault."""
    from mpj.cli.common import show_fault
    from mpj.reading.faults import Fault

    text = told(text)
    if _wants_json(args):
        show_fault(Fault(code, toelichting=text, soort=soort), "json")
    else:
        write(text[0].upper() + text[1:] + ("" if text.endswith("'") else "."), err=True)
    return 2
