"""A command that dies at any of its writes leaves the ledger as it was or as it became, and the same command completes it.

There is a boundary before every statement, before and after every commit, and before every file that is made, moved or removed.
A command is cut off at its first boundary, then at its second, and so on, always on what the cut before left behind: a ledger that
is as it was. From the cut on no file is written any more, and what the command would tidy up stays, as after a power cut. That the
power really goes (SIGKILL), and at random moments, is the business of `test_crash.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scenarios import ContractSpec, Scenario, write
from sqlalchemy import create_engine, event, inspect
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import NullPool

from ledger.conftest import Databases, fill
from ledger.support import Partij, answer_to, registratie
from ledger.test_crash import PASSING, PRICE, TOEWIJZING, TOML, State, files, once_told
from mpj.cli import run
from mpj.ledger import schema
from mpj.messages import read_jw323
from mpj.messages import write as write_message

FILE_EVENTS = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "open"}


class PowerCutError(BaseException):
    """The machine is switched off here: nothing catches it."""


class Power:
    """Counts the boundaries of a command, and cuts it off at one of them."""

    def __init__(self) -> None:
        self.folders: tuple[str, ...] = ()
        """Where the command writes."""
        self.passed: list[str] | None = None
        """The boundaries that were passed; None: nobody counts."""
        self.cut_at = 0

    def boundary(self, what: str) -> None:
        """Pass a boundary, unless the power goes at it."""
        if self.passed is not None:
            self.passed.append(what)
            if len(self.passed) == self.cut_at:
                raise PowerCutError(what)

    def on_file(self, what: str, given: tuple[Any, ...]) -> None:
        """Pass a boundary where a file of the command is written; after the cut none is."""
        if self.passed is None or what not in FILE_EVENTS or not any(self._ours(one) for one in given[:2]):
            return
        if what == "open" and not (isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            return
        if 0 < self.cut_at <= len(self.passed):
            raise PowerCutError(what)
        self.boundary(f"{what} {Path(str(given[0])).name}")

    def _ours(self, path: object) -> bool:
        return isinstance(path, (str, bytes, os.PathLike)) and os.fsdecode(path).startswith(self.folders)

    def on_statement(self, *given: Any) -> None:
        """Pass a boundary at a statement."""
        try:
            self.boundary(given[2].split("\n")[0])
        except PowerCutError:
            given[1].close()  # raised before SQLAlchemy watches over the cursor it made
            raise

    def on_commit(self, *_: object) -> None:
        """Pass a boundary just before a commit."""
        self.boundary("commit")


@pytest.fixture(scope="module")
def power() -> Iterator[Power]:
    """The power, with its hooks; an audit hook cannot be removed, so it stays and listens to nobody."""
    found = Power()
    committed: Any = DefaultDialect.do_commit

    def do_commit(self: Any, connection: Any) -> None:
        committed(self, connection)
        found.boundary("committed")

    event.listen(Engine, "before_cursor_execute", found.on_statement)
    event.listen(Engine, "commit", found.on_commit)
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    sys.addaudithook(found.on_file)
    yield found
    found.passed = None
    event.remove(Engine, "before_cursor_execute", found.on_statement)
    event.remove(Engine, "commit", found.on_commit)
    DefaultDialect.do_commit = committed  # type: ignore[method-assign]


# Numbers that PostgreSQL hands out also where a row is taken back.
HANDED_OUT = PASSING | {"ontvangst.id", "ontvangen_regel.id", "ontvangen_regel.ontvangst_id"}
QUERIES = {
    table.name: f"SELECT {', '.join(c.name for c in table.c if f'{table.name}.{c.name}' not in HANDED_OUT)} FROM {table.name}"
    for table in schema.metadata.sorted_tables
}


def contents(url: str) -> State | None:
    """All rows of the database; None where there is no file, or no ledger in it."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    with create_engine(url, poolclass=NullPool).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return once_told({name: sorted(map(repr, connection.exec_driver_sql(query))) for name, query in QUERIES.items()})


class World:
    """Two months of a provider and its gemeente: files, ledgers as each command finds them, and the commands."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.databases = databases
        self.folder = folder
        rows = [registratie("b", "2026-03-06", 30), registratie("c", "2026-04-07"), registratie("d", "2026-04-08", 45)]
        rows += [registratie("plan", "2026-04-09", bsn="999900018")]
        texts = [{name: str(value) for name, value in row.items()} for row in rows]
        toewijzingen = [TOEWIJZING, TOEWIJZING | {"toewijzingnummer": "2", "bsn": "999900018", "budget_cent": "3000"}]
        write(Scenario([ContractSpec(TOML, [PRICE])], toewijzingen, texts), folder)
        empty = databases.new()
        fill(empty)
        self.before: dict[str, str] = {"new": "", "begin": empty, "verify": empty}
        partij = Partij(start := databases.new(), prices={"2.1 hbo": "24,55"})
        partij.month(registratie("a"), registratie("b", "2026-03-06"))
        partij.ledger.close()
        self.before["declare"] = databases.new(start)
        play(self.command("declare", start, folder / "april"))
        self.before["send"] = databases.new(start)
        play(self.command("send", start, folder))
        self.before["answer"] = databases.new(start)
        self._write_answer()
        play(self.command("answer", start, folder))
        self.before["pay"] = databases.new(start)

    def _write_answer(self) -> None:
        (self.folder / "jw325").mkdir()
        for path in (self.folder / "april").glob("jw323-*.xml"):
            with path.open("rb") as stream:
                message = read_jw323(stream, path.name)
            refused = message.clienten[0].prestaties[-1].referentienummer
            with (self.folder / "jw325" / path.name).open("wb") as stream:
                write_message(answer_to(message, [refused]), stream)
        account, number = "NL91ABNA0417164300", message.declaratienummer
        rows = f"2026-06-01;1000;{number};{account};\n2026-06-02;77;voorschot;{account};\n"
        (self.folder / "bank.csv").write_text(f"datum;bedrag_cent;omschrijving;tegenrekening;declaratienummer\n{rows}", "utf-8")
        (self.folder / "namen.csv").write_text(f"soort;code;naam;regio;rekening\ngemeente;0384;Diemen;;{account}\n", "utf-8")
        config = 'contracten = "c"\ntoewijzingen = "t"\nuit = "u"\nnamen = "namen.csv"\n'
        (self.folder / "mpj.toml").write_text(config, "utf-8")

    def command(self, name: str, url: str, out: Path) -> list[str]:
        """The command of that name on this ledger."""
        contract, toewijzingen = str(self.folder / "contract-1"), str(self.folder / "toewijzingen.csv")
        given = ["--contracten", contract, "--toewijzingen", toewijzingen, "--ledger", url, "--force", "--out", str(out)]
        if name == "declare":
            records = ["--registraties", str(self.folder / "registraties.csv"), "--periode", "2026-04"]
            return ["declare", *records, "--dagtekening", "2026-04-30", "--berichten", *given]
        if name == "verify":
            message = next((self.folder / "april").glob("jw323-*.xml"))
            return ["verify", "--bericht", str(message), "--dagtekening", "2026-05-10", *given]
        bank = ["--config", str(self.folder / "mpj.toml"), str(self.folder / "bank.csv")]
        rest = {
            "pay": ["pay", *bank],
            "send": ["send", "--alles", "--op", "2026-05-01"],
            "answer": ["answer", str(self.folder / "jw325")],
        }
        return ["ledger", *rest.get(name, ["begin", "--vanaf", "2026-01"]), "--ledger", url]

    def ledger(self, name: str) -> str:
        """A ledger as the command finds it; for `new` none, or on PostgreSQL a database with nothing in it."""
        if self.before[name]:
            return self.databases.new(self.before[name])
        return self.databases.new(filled=False)


def play(command: list[str]) -> None:
    """Run a command to its end."""
    assert run(command) == 0


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(databases, tmp_path_factory.mktemp("wereld"))


@contextmanager
def counting(power: Power, cut_at: int = 0) -> Iterator[list[str]]:
    """Count the boundaries of what is run, and cut it off at one of them (0: at none)."""
    power.passed, power.cut_at = [], cut_at
    try:
        yield power.passed
    finally:
        power.passed = None


def sweep(power: Power, world: World, name: str, folder: Path, step: int = 1) -> None:
    """Cut a command off at each boundary (or at each so many), and hold what is left against before and after."""
    power.folders = (str(folder), str(world.databases.folder))
    begun, usual = world.ledger(name), folder / "usual"
    # A new SQLite file is a ledger as a whole before anything is told to it; nothing is half in it.
    whole = [contents(begun), *([contents(world.before["begin"])] if name == "new" and not world.databases.postgres else [])]
    with counting(power) as boundaries:
        play(world.command(name, begun, usual))
    after, made = contents(begun), files(usual)
    assert after not in whole and len(boundaries) > 3
    url, place = world.ledger(name), folder / "cut"
    for number in range(1, len(boundaries) + 1, step):
        told = f"{name}, boundary {number} of {len(boundaries)}: {boundaries[number - 1]}"
        with counting(power, number), pytest.raises(PowerCutError):
            run(world.command(name, url, place))
        # What this process left of a ledger in the making no other one takes up: the name has the number of the process.
        for left in world.databases.folder.glob(".*.nieuw*"):
            left.unlink()
        now, found = contents(url), files(place)
        assert now in (*whole, after), told
        assert not found or (now == after and found == made), told
        if now in whole[:1]:
            continue
        # What began once says so.
        assert run(world.command(name, url, place)) == (2 if now == after and name in ("new", "begin") else 0), told
        assert (contents(url), files(place)) == (after, made), told
        world.databases.drop(url)
        url, place = world.ledger(name), folder / f"cut-{number}"
    play(world.command(name, url, place))
    assert (contents(url), files(place)) == (after, made)


COMMANDS = ("begin", "declare", "send", "answer", "pay", "verify")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_cut_off_at_many_writes(power: Power, world: World, name: str, tmp_path: Path) -> None:
    sweep(power, world, name, tmp_path, step=5)


@pytest.mark.long
@pytest.mark.parametrize("name", ["new", *COMMANDS])
def test_cut_off_at_every_write(power: Power, world: World, name: str, tmp_path: Path) -> None:
    sweep(power, world, name, tmp_path)


@pytest.mark.slow
def test_cut_off_while_a_ledger_is_made(power: Power, world: World, tmp_path: Path) -> None:
    sweep(power, world, "new", tmp_path, step=29)
