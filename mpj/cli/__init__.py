"""The command line: arguments in, API call, result shown. Commands are imported when they are called, not before.

Exit codes: 0 done; 1 done, but ``--strict`` and something was set aside or rejected; 2 the input or the call is wrong and
nothing was written. No traceback reaches a user.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from mpj import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "declare": ("mpj.cli.declare", "Maak van een maand registraties declaratieregels."),
    "demo": ("mpj.cli.demo", "Declareer een verzonnen regio en laat het resultaat zien."),
    "messages": ("mpj.cli.messages", "Toets iJw-berichten op vorm en inhoud."),
    "explain": ("mpj.cli.explain", "Leg één regel of één registratie stap voor stap uit."),
}

EXTRAS = {"lxml": "messages", "rich": "cli", "openpyxl": "xlsx"}


class Lazy(click.Group):
    """A group that knows its commands by name and short help, and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Opdrachten"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Begin met: mpj demo. Uitleg per opdracht: mpj OPDRACHT --help",
)
@click.version_option(__version__, message="mpj %(version)s")
def group() -> None:
    """Declareren volgens het Model Prestatiecodes Jeugd: van registratie tot declaratieregel, tot op de cent uitgelegd."""


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with 0, 1 or 2."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        code: Any = group.main(args, prog_name="mpj", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Afgebroken; er is niets geschreven.", err=True)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        click.echo(f"Deze opdracht heeft een uitbreiding nodig: pip install 'mpj[{extra}]'", err=True)
        return 2
    except Exception as error:
        # Its text may quote a record, so only the kind of error is shown.
        click.echo(
            f"Onverwachte fout ({type(error).__name__}); er is niets geschreven. Dit hoort niet te gebeuren: meld het.", err=True
        )
        return 2
    return code if isinstance(code, int) else 0
