"""What all commands share: option types, faults and set-aside records as text or JSON, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mpj.cli.dutch import speaks
from mpj.cli.options import in_options
from mpj.cli.screen import say, say_json, told, write
from mpj.cli.signals import signals
from mpj.reading.faults import Fault, InputError

if TYPE_CHECKING:
    from mpj.presentation.languages import Taal

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)
_MANY = 3


def choice(name: str, *words: str, text: str) -> Callable[[_F], _F]:
    """Return an option that takes one of `words`, the first unless given."""
    return click.option(name, type=click.Choice(words), default=words[0], show_default=True, help=text)


meldingen_option = choice(
    "--meldingen", "tekst", "json", text="Vorm van fouten en meldingen op stderr; json: één object per regel."
)
force_option = click.option("--force", is_flag=True, help="Schrijf ook in een map die niet leeg is.")
profiel_option = click.option(
    "--profiel",
    type=FILE,
    default=None,
    metavar="FILE",
    help="Hoe uw systeem exporteert (TOML); mpj intake stelt er een voor.",
)


def taal_option(what: str) -> Callable[[_F], _F]:
    """Return the option for the language of what a command writes or shows."""
    return choice("--taal", "nl", "en", text=f"Taal van {what}.")


submappen_option = click.option("--submappen", is_flag=True, help="Lees in mappen en zips ook wat in submappen staat.")
config_option = click.option(
    "--config", type=FILE, default=None, metavar="FILE", help="Voor de namen: mpj.toml.  [standaard: die in deze map]"
)
ledger_option = click.option(
    "--ledger", required=True, metavar="URL", help="Het ledger: een bestand (SQLite) of postgresql://gebruiker@server/database."
)
strict_option = click.option("--strict", is_flag=True, help="Eindig met code 1 als er iets is uitgevallen of afgekeurd.")


def opened_ledger(url: str) -> Any:
    """Open a ledger that exists, as an `mpj.Ledger`; only declare, verify and begin make a new one. Raises InputError."""
    ledger = _ledger(url)
    if not ledger.database.exists():
        text, verwacht = "dit ledger bestaat nog niet", "een ledger van mpj declare --ledger of mpj verify --ledger"
        raise InputError(Fault("ledger_onbruikbaar", kolom="--ledger", toelichting=text, verwacht=verwacht))
    return ledger


@contextmanager
def ledger_to_write(url: str, form: str) -> Iterator[Any]:
    """Give an `mpj.Ledger` that is made on first use, and say afterwards, in the form of ``--meldingen``, that it is a new one.

    A mistyped name must not go unnoticed. Raises InputError for a ledger that would remember nothing.
    """
    ledger = _ledger(url)
    new = not ledger.database.exists()
    with ledger:
        yield ledger
    if new:
        made = ledger.database.exists()
        text = "dit ledger is nieuw gemaakt" if made else "dit ledger bestaat nog niet; de proef begon met een leeg ledger"
        with best_effort():
            show_fault(Fault("ledger_nieuw", ledger.database.name, toelichting=text, soort="waarschuwing"), form)


def user() -> str:
    """Return the name of who runs this, empty where the system has none."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError, ImportError):  # The last on Windows, up to Python 3.12.
        return ""


def _ledger(url: str) -> Any:
    from mpj.ledger import Ledger

    ledger = Ledger(url, wie=user())
    if ledger.database.memory:
        text, verwacht = "een ledger in het geheugen onthoudt niets", "een bestand, of postgresql://gebruiker@server/database"
        raise InputError(Fault("ledger_onbruikbaar", kolom="--ledger", toelichting=text, verwacht=verwacht))
    ledger.database.witness = signals()
    return ledger


if TYPE_CHECKING:
    _DatumType = click.ParamType[date]
else:
    _DatumType = click.ParamType  # it takes no type before click 8.4.


class Datum(_DatumType):
    """A date as 2026-03-31 or 31-03-2026."""

    name = "datum"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from mpj.reading.fields import FieldError, parse_date

        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value))
        except FieldError as error:
            self.fail(f"verwacht {error.verwacht}", param, ctx)


class Command(click.Command):
    """A command whose repeatable options also take several values at once: ``--registraties a.csv b.csv``."""

    def get_short_help_str(self, limit: int = 0) -> str:
        """Return the first sentence of the help, whole: a list of commands breaks it over lines."""
        return " ".join((self.help or "").split("\n\n")[0].split()).partition(". ")[0]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        repeatable = {name for param in self.params if isinstance(param, click.Option) and param.multiple for name in param.opts}
        expanded: list[str] = []
        current, taken = "", False
        for place, arg in enumerate(args):
            if arg == "--":
                expanded += args[place:]
                break
            if arg.startswith("-"):
                current, taken = (arg if arg in repeatable else ""), False
            elif current:
                if taken:
                    expanded.append(current)
                taken = True
            expanded.append(arg)
        return super().parse_args(ctx, expanded)


@contextmanager
def best_effort() -> Iterator[None]:
    """Show what can be shown: once the output is written, a terminal that is full, closed or gone does not make it a failure."""
    with suppress(OSError, ValueError):
        yield


def today() -> date:
    """Return today's date on this machine: the only clock in mpj."""
    return datetime.now().astimezone().date()


_WORDS: Mapping[Taal, tuple[str, str, str, str, str]] = {
    "nl": ("Let op", "Fout", "rij", "gevonden", "verwacht"),
    "en": ("Note", "Error", "row", "found", "expected"),
}
"""Of a warning, a fault, its row, and what was found and expected."""


def show_fault(fault: Fault, form: str) -> None:
    """Write one fault to stderr, as text or as a JSON object."""
    if speaks() != "nl":
        from mpj.presentation.translation import translated_fault

        fault = translated_fault(fault, speaks())
    fault = in_options(fault)
    if form == "json":
        data = {
            name: getattr(fault, name)
            for name in ("soort", "code", "bestand", "rij", "kolom", "gevonden", "verwacht", "toelichting")
        }
        write_melding(data | {"rij": fault.rij or None, "regel": fault.regel or None})
    else:
        (note, fault_, row, found, expected) = _WORDS[speaks()]
        prefix = note if fault.soort == "waarschuwing" else fault_
        write(f"{prefix}: {fault.told(row, found, expected)}", err=True, rest="  ")


def remark(text: str) -> None:
    """Write what a command says beside its result to stderr, in the form of its ``--meldingen``."""
    if click.get_current_context().params.get("meldingen") == "json":
        show_fault(Fault("opmerking", toelichting=text, soort="waarschuwing"), "json")
    else:
        say(text, err=True)


def write_melding(data: dict[str, Any]) -> None:
    """Write one JSON object to stderr (schema: mpj/output/schemas/melding.json)."""
    say_json({"formaat": 1} | data, err=True)


def write_new(path: Path, text: str, option: str, *, mode: int = 0o666) -> None:
    """Write a new file, which `option` names; raises InputError where one stands already, or none can be written."""
    from mpj.reading.system import system_reason

    try:
        path.touch(mode, exist_ok=False)
        path.write_text(text, "utf-8", newline="")
    except FileExistsError:
        told, verwacht = "het bestand bestaat al", "een nieuwe naam"
        raise InputError(Fault("uitvoer_bestaat", path.name, 0, option, verwacht=verwacht, toelichting=told)) from None
    except OSError as error:
        told = f"het bestand kan daar niet worden geschreven ({system_reason(error)})"
        raise InputError(Fault("uitvoer_onbruikbaar", path.name, 0, option, toelichting=told)) from error


def _together(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield faults for the screen: columns that a table misses, where there are many, as one; it is probably another table."""
    for (missing, bestand, rij), group in groupby(faults, lambda one: (one.code == "kolom_ontbreekt", one.bestand, one.rij)):
        found = list(group)
        if missing and bestand and len(found) >= _MANY:
            columns = ", ".join(one.kolom for one in found)
            text = "is dit het goede bestand? Verplichte kolommen ontbreken"
            yield Fault("kolom_ontbreekt", bestand, rij, verwacht=columns, toelichting=text)
        else:
            yield from found


def guarded(function: Callable[..., _T]) -> Callable[..., _T]:
    """Make a command show an InputError in the form of its ``--meldingen`` option and exit with 2."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> _T:
        form = kwargs.get("meldingen", "tekst")
        try:
            return function(*args, **kwargs)
        except InputError as error:
            for fault in error.faults if form == "json" else _together(error.faults):
                show_fault(fault, form)
            if signals().committed:
                from mpj.output.folder import BOOKED

                show_fault(BOOKED, form)
            elif form == "tekst":
                count = sum(fault.soort == "fout" for fault in error.faults)
                nothing = "; er is niets geschreven" if "out" in kwargs else ""
                say(f"{count} {'fout' if count == 1 else 'fouten'}{nothing}.", err=True)
            raise click.exceptions.Exit(2) from None

    return wrapper


class Progress:
    """A bar on stderr when that is a terminal, nothing otherwise. Counts only: no record is ever named."""

    def __init__(self) -> None:
        self._bar: Any = None

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """Show the bar while the block runs."""
        if sys.stderr is None or not sys.stderr.isatty():
            yield self
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as self._bar:
            yield self

    def counted(self, description: str, items: Iterable[_T]) -> Iterable[_T]:
        """Pass `items` on, counting them on the bar."""
        return items if self._bar is None else self._count(description, items)

    def _count(self, description: str, items: Iterable[_T]) -> Iterator[_T]:
        task = self._bar.add_task(told(description), total=None)
        for number, item in enumerate(items, 1):
            if number % 500 == 0:
                self._bar.update(task, completed=number)
            yield item
        self._bar.remove_task(task)

    def step(self, description: str) -> Callable[[int, int], None] | None:
        """Return a callback (done, in all) that moves a bar, None when nothing is shown."""
        if self._bar is None:
            return None
        task = self._bar.add_task(told(description), total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)
