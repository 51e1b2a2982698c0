"""Faults of the machine are told as such, each in its own sentence: no room, no right to write, a ledger that cannot be reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.helpers import ANNA, Month, Outcome, files_in, mpj, write_month
from mpj.executors import parts
from mpj.records.partitions import Partitions

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from mpj.cli import main
main(sys.argv[2:])
"""


def limited(most: int, *args: object) -> Outcome:
    """Run a command in a process of its own, of which no file may become larger than so many bytes: a disk that is full."""
    call = [sys.executable, "-c", LIMITED, str(most), *map(str, args)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def month(tmp_path: Path) -> Month:
    rows = "".join(f"R{number};{ANNA};2026-03-{number % 28 + 1:02d};15;hbo;2.1\n" for number in range(3000))
    return write_month(
        tmp_path / "maand",
        registraties="id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n" + rows,
        verblijf="id;bsn;begindatum\n",
    )


def code_of(outcome: Outcome) -> str:
    """The one fault that a command told as JSON, and that it is not one of mpj."""
    assert outcome.code == 2 and not outcome.unexpected
    (fault,) = [one for one in outcome.meldingen() if one["soort"] == "fout"]
    return str(fault["code"])


@pytest.mark.slow
@pytest.mark.parametrize(("option", "code"), [("--berichten", "uitvoer_vol"), ("--nalevering", "tijdelijk_onbruikbaar")])
def test_no_room_for_the_output_or_for_what_has_to_wait(month: Month, option: str, code: str) -> None:
    """With messages all is in memory; without, rows wait in a file without a name."""
    outcome = limited(20_000, *month.args(), option, "--meldingen", "json")
    assert code_of(outcome) == code
    assert not month.out.exists() and not list(month.folder.glob(".out*"))
    assert "er is geen ruimte meer" in outcome.err


@pytest.mark.slow
def test_no_room_for_the_ledger(month: Month) -> None:
    ledger = month.folder / "l.db"
    assert code_of(limited(8_000, *month.args(), "--ledger", ledger, "--meldingen", "json")) == "ledger_vol"
    assert not month.out.exists()


def test_no_room_in_a_tool_of_the_workbench(month: Month) -> None:
    outcome = limited(500, "tariffs", "show", month.folder / "vb", "--formaat", "html", "--out", month.folder / "x.html")
    assert outcome.code == 2 and "er is geen ruimte meer" in outcome.err


def test_no_folder_for_the_ledger(month: Month) -> None:
    outcome = month.declare("--ledger", month.folder / "niets" / "l.db", "--meldingen", "json")
    assert code_of(outcome) == "ledger_map_ontbreekt"


@pytest.mark.slow
def test_a_ledger_that_can_only_be_read(month: Month) -> None:
    ledger = month.folder / "l.db"
    assert month.declare("--ledger", ledger, "--berichten").code == 0
    data = bytearray(ledger.read_bytes())
    data[18] = 3  # The version that writes this file: SQLite only reads one of later than its own, whatever the rights of the user.
    before = bytes(data)
    ledger.write_bytes(before)
    assert code_of(mpj("ledger", "send", "--alles", "--ledger", ledger, "--meldingen", "json")) == "ledger_alleen_lezen"
    assert ledger.read_bytes() == before


def test_a_server_that_is_not_there(month: Month) -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://x@/x?host={month.folder}"
    assert code_of(mpj("ledger", "status", "--ledger", url, "--meldingen", "json")) == "ledger_onbereikbaar"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_where_nobody_may_write(month: Month) -> None:
    month.folder.chmod(0o500)
    try:
        assert code_of(month.declare("--meldingen", "json")) == "uitvoer_onbruikbaar"
    finally:
        month.folder.chmod(0o700)


@pytest.mark.slow
def test_output_that_cannot_be_put_in_place_after_the_ledger_was_changed(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mpj.output.folder._publish", refuse)
    outcome = month.declare("--ledger", month.folder / "l.db")
    assert outcome.code == 2
    assert "het ledger is al bijgewerkt" in outcome.err and "niets geschreven" not in outcome.err
    monkeypatch.undo()
    assert month.declare("--ledger", month.folder / "l.db").code == 0


def test_a_process_that_was_ended_from_outside(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: object) -> None:
        os._exit(9)

    monkeypatch.setattr(parts, "_MANY", 1)
    monkeypatch.setattr(parts, "_begin", end)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert code_of(month.declare("--meldingen", "json")) == "proces_weg"


def test_memory_that_is_full_and_what_nobody_foresaw(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    for error, code in (
        (MemoryError(), "geheugen_vol"),
        (OSError(24, "Too many open files"), "systeem_weigert"),
        (KeyError(1), "onverwacht"),
    ):

        def fail(*_: object, error: BaseException = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(Partitions, "read", fail)
        outcome = month.declare("--meldingen", "json")
        assert (outcome.code, json.loads(outcome.err)["code"]) == (2, code)
        assert files_in(month.folder).keys() == {
            "vb/contract.toml",
            "vb/tarieven.csv",
            "toewijzingen.csv",
            "registraties.csv",
            "verblijf.csv",
        }
