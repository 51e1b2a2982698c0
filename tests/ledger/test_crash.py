"""A command that dies at any moment leaves the last complete state, and the same command completes it.

Four commands of two months (declare, send, answer, declare again) are run undisturbed first. Then each is killed, at chosen points
or at random moments, on a copy of the ledger as it was before: ledger and files must be as they were or as they became, and when
the command is given again they must be what they became, to the byte.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from scenarios import BSNS, ContractSpec, Scenario, write
from search import seed
from sqlalchemy import select

from ledger.conftest import Databases
from ledger.killed import KILLED, Ended, runner
from ledger.support import Partij, answer_to, registratie
from mpj.ledger import Ledger, schema
from mpj.messages import read_jw323
from mpj.messages import write as write_message

TOML: dict[str, Any] = {
    "contract": {
        "id": "VB-2026",
        "protocol": "MPJ-16",
        "aanbieder": "65656055",
        "gemeenten": ["0384"],
        "begindatum": date(2025, 1, 1),
        "einddatum": date(2027, 12, 31),
    },
    "perceel": [{"code": "A", "naam": "Alles", "gemeenten": []}],
}
PRICE = {"perceel": "A", "prestatiecode": "2.1", "kwalificatieniveau": "hbo", "begindatum": "2025-01-01", "tarief": "24,55"}
TOEWIJZING = {
    "toewijzingnummer": "1",
    "bsn": "999900006",
    "gemeente": "0384",
    "aanbieder": "65656055",
    "begindatum": "2026-01-01",
    "prestatiecode": "2.1",
}


def world(folder: Path, url: str) -> list[str]:
    """Files for April, and a ledger in which March was granted; returns the command that declares April."""
    partij = Partij(url, prices={"2.1 hbo": "24,55"})
    partij.month(registratie("a"), registratie("b", "2026-03-06"))
    partij.ledger.database.close()
    rows = [registratie("b", "2026-03-06", 30), registratie("c", "2026-04-07"), registratie("d", "2026-04-08", 45)]
    texts = [{name: str(value) for name, value in row.items()} for row in rows]
    write(Scenario([ContractSpec(TOML, [PRICE])], [TOEWIJZING], texts), folder)
    return [
        *("declare", "--contracten", str(folder / "contract-1"), "--toewijzingen", str(folder / "toewijzingen.csv")),
        *("--registraties", str(folder / "registraties.csv"), "--periode", "2026-04", "--dagtekening", "2026-04-30"),
        *("--ledger", url, "--berichten", "--force", "--out", str(folder / "april")),
    ]


# Numbers that the database hands out, the day of sending, and the folder that a run wrote, which is another each time.
PASSING = {"opzij.id", "antwoord.id", "declaratie.verzonden_op", "declaratie.map", "vervangen.map", "logboek.id"}
State = dict[str, list[str]]
Files = dict[str, bytes]
_numbers = count(1)


def state(url: str) -> State:
    """All rows of a ledger, once nobody writes in it any more."""
    ledger = Ledger(url)
    with ledger.database.transaction() as connection:
        found = {
            table.name: sorted(
                repr(tuple(row))
                for row in connection.execute(
                    select(*(column for column in table.c if f"{table.name}.{column.name}" not in PASSING))
                )
            )
            for table in schema.metadata.sorted_tables
        }
    ledger.database.close()
    return once_told(found)


def once_told(found: State) -> State:
    """The rows, and of a run that was done again, on the same day and with the same result, that it was done."""
    return found | {"logboek": sorted(set(found["logboek"]))}


def files(folder: Path) -> Files:
    """What the user finds there."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@dataclass
class Months:
    """The commands, and what they come to when nothing goes wrong: ledgers, states and files after each."""

    databases: Databases
    folder: Path
    ledgers: list[str] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    files: list[Files] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def play(self) -> None:
        """The months without any disturbance."""
        partij = Partij(url := self.databases.new(), prices={"2.1 hbo": "24,55"})
        partij.month(*(registratie(f"maart-{place}", f"2026-03-{place + 1:02d}") for place in range(9)))
        partij.ledger.database.close()
        rows = [registratie(f"maart-{place}", f"2026-03-{place + 1:02d}", 30) for place in range(4)]
        rows += [
            registratie(f"april-{place}-{day}", f"2026-04-{day:02d}", 20 + day, bsn=bsn)
            for place, bsn in enumerate(BSNS)
            for day in range(1, 11)
        ]
        toewijzingen = [TOEWIJZING | {"toewijzingnummer": str(place), "bsn": bsn} for place, bsn in enumerate(BSNS, 1)]
        toewijzingen[2]["budget_cent"] = "30000"
        texts = [{name: str(value) for name, value in row.items()} for row in rows]
        write(Scenario([ContractSpec(TOML, [PRICE])], toewijzingen, texts), self.folder)
        late = [registratie("laat", "2026-04-20", bsn=BSNS[1]), registratie("mei", "2026-05-04", bsn=BSNS[3])]
        texts = [{name: str(value) for name, value in row.items()} for row in late]
        (self.folder / "mei").mkdir()
        write(Scenario([], toewijzingen, texts), self.folder / "mei")
        self._keep(url)
        for number in range(4):
            if number == 2:
                self._write_answers()
            command, out = self.command(number, url)
            self.seconds.append(self._ended(runner()(command), 0).seconds)
            self._keep(url, files(out))

    def _keep(self, url: str, made: Files | None = None) -> None:
        self.ledgers.append(self.databases.new(url))
        self.states.append(state(url))
        self.files.append(made or {})

    def _write_answers(self) -> None:
        (self.folder / "jw325").mkdir()
        for path in (self.folder / "out-0").glob("jw323-*.xml"):
            with path.open("rb") as stream:
                message = read_jw323(stream, path.name)
            first = next(one for one in message.clienten[1].prestaties if one.debetcredit == "D")
            with (self.folder / "jw325" / path.name).open("wb") as stream:
                write_message(answer_to(message, [first.referentienummer]), stream)

    def command(self, number: int, url: str, out: Path | None = None) -> tuple[list[str], Path]:
        """The command that makes state `number + 1` of state `number`, and where its files go."""
        out = out or self.folder / f"out-{number}"
        if number in (1, 2):
            rest = [["send", "--alles"], ["answer", str(self.folder / "jw325")]][number - 1]
            return ["ledger", *rest, "--ledger", url], out
        source, month = (self.folder, "2026-04") if number == 0 else (self.folder / "mei", "2026-05")
        return [
            *("declare", "--contracten", str(self.folder / "contract-1"), "--toewijzingen", str(source / "toewijzingen.csv")),
            *("--registraties", str(source / "registraties.csv"), "--periode", month, "--dagtekening", "2026-06-01"),
            *("--ledger", url, "--berichten", "--force", "--out", str(out)),
        ], out

    def _ended(self, ended: Ended, *codes: int) -> Ended:
        assert ended.code in codes, ended
        return ended

    def survives(self, number: int, kill: Callable[[list[str]], Ended], *, again: bool = False) -> State:
        """Kill one command and give it again; returns the state in between. `again`: over files that are there already."""
        url, out = self.databases.new(self.ledgers[number]), self.folder / f"round-{next(_numbers)}"
        command, _ = self.command(number, url, out)
        if again:
            self._ended(runner()(command), 0)
        killed = self._ended(kill(command), KILLED, 0)
        between, made = state(url), files(out)
        assert between in self.states[number : number + 2]
        if killed.code == 0:
            assert between == self.states[number + 1]
        if not again:
            assert made in ({}, self.files[number + 1])
            assert not made or between == self.states[number + 1]
        elif made != self.files[number + 1]:
            assert "samenvatting.json" not in made
        self._ended(runner()(command), 0)
        assert state(url) == self.states[number + 1]
        assert files(out) == self.files[number + 1]
        self.databases.drop(url)
        return between


@pytest.fixture(scope="module")
def months(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Months:
    found = Months(databases, tmp_path_factory.mktemp("maanden"))
    found.play()
    return found


@pytest.mark.slow
def test_the_months_say_something(months: Months) -> None:
    """Corrections, refusals, a limit and late care, so that there is something to lose."""
    rows = [" ".join(one["regel"]) for one in months.states]
    assert all(before != after for before, after in zip(months.states, months.states[1:], strict=False))
    assert "'concept'" in rows[1] and "'verzonden'" in rows[2] and "'afgekeurd'" in rows[3] and "'C'" in rows[4]
    assert months.states[1]["opzij"] and [len(made) > 4 for made in months.files] == [False, True, False, False, True]


def dying_at(point: str) -> Callable[[list[str]], Ended]:
    def run(command: list[str]) -> Ended:
        ended = runner()(command, point=point)
        assert ended.code == KILLED, ended
        return ended

    return run


@pytest.mark.slow
@pytest.mark.parametrize("point", ["voor", "tijdens-0.5", "na"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_killed_around_the_commit(months: Months, number: int, point: str) -> None:
    between = months.survives(number, dying_at(point))
    if point == "voor":
        assert between == months.states[number]
    if point == "na":
        assert between == months.states[number + 1]


@pytest.mark.slow
@pytest.mark.parametrize(("point", "again"), [("bestanden", False), ("bestanden", True), ("halverwege", True)])
def test_killed_between_the_commit_and_the_files(months: Months, point: str, again: bool) -> None:
    between = months.survives(0, dying_at(point), again=again)
    assert between == months.states[1]


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2])
def test_killed_at_a_statement(months: Months, number: int) -> None:
    """The power really goes: the database undoes it, not this process (`test_every_write.py` has every statement)."""
    assert months.survives(number, dying_at("uitspraak-9")) == months.states[number]


@pytest.mark.long
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("statement", [3, 5, 7, 10, 11])
def test_killed_at_many_statements(months: Months, number: int, statement: int) -> None:
    assert months.survives(number, dying_at(f"uitspraak-{statement}")) == months.states[number]


@contextmanager
def told(start: int) -> Iterator[dict[str, object]]:
    """Say on failure which seed, round and moment it was."""
    found: dict[str, object] = {"seed": start}
    try:
        yield found
    except BaseException as error:
        error.add_note(f"random kill: {found}")
        raise


def kill_at_random(months: Months, rounds: int) -> None:
    start = seed()
    chance = random.Random(start)
    with told(start) as where:
        for place in range(rounds):
            number = place % 4
            after = chance.uniform(0, 1.1) * months.seconds[number]
            where.update({"round": place, "command": number, "seconds": after})
            months.survives(number, partial(runner(), after=after))


@pytest.mark.slow
def test_killed_at_random_moments(months: Months) -> None:
    kill_at_random(months, 4)


@pytest.mark.long
def test_killed_at_many_random_moments(months: Months) -> None:
    kill_at_random(months, 40)


@pytest.mark.long
def test_an_interpreter_killed_at_random_moments(months: Months) -> None:
    """As a user starts it: ``python -m mpj``, from the first import on."""

    def interpreter(command: list[str], after: float | None = None) -> Ended:
        process = subprocess.Popen([sys.executable, "-m", "mpj", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        began = time.monotonic()
        if after is not None:
            time.sleep(after)
            process.kill()
        text = process.communicate(timeout=60)[1].decode()
        return Ended(process.returncode, time.monotonic() - began, text)

    url = months.databases.new(months.ledgers[0])
    usual = interpreter(months.command(0, url, months.folder / "usual")[0]).seconds
    start = seed()
    chance = random.Random(start)
    with told(start) as where:
        for place in range(4):
            after = chance.uniform(0.5, 1.0) * usual
            where.update({"round": place, "seconds": after})
            months.survives(0, partial(interpreter, after=after))
