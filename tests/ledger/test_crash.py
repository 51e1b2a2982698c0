"""A run that dies at any moment leaves the last complete state, and the same command completes it."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scenarios import ContractSpec, Scenario, write
from sqlalchemy import select

from ledger.support import Partij, registratie
from mpj.cli import run
from mpj.ledger import Ledger, schema
from mpj.output import read_regels

DRIVER = Path(__file__).parent / "killed.py"
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
    partij.ledger.close()
    rows = [registratie("b", "2026-03-06", 30), registratie("c", "2026-04-07"), registratie("d", "2026-04-08", 45)]
    texts = [{name: str(value) for name, value in row.items()} for row in rows]
    write(Scenario([ContractSpec(TOML, [PRICE])], [TOEWIJZING], texts), folder)
    return [
        *("declare", "--contracten", str(folder / "contract-1"), "--toewijzingen", str(folder / "toewijzingen.csv")),
        *("--registraties", str(folder / "registraties.csv"), "--periode", "2026-04", "--dagtekening", "2026-04-30"),
        *("--ledger", url, "--berichten", "--force", "--out", str(folder / "april")),
    ]


def concepts(url: str) -> list[tuple[str, str, int]]:
    """The lines that are ready to be sent."""
    ledger, table = Ledger(url), schema.regel.c
    with ledger.database.transaction(write=False) as connection:
        query = select(table.debetcredit, table.referentienummer, table.bedrag_cent).where(table.status == "concept")
        found = sorted((row[0], row[1], row[2]) for row in connection.execute(query))
    ledger.close()
    return found


def killed(point: str, command: list[str]) -> None:
    code = subprocess.run([sys.executable, str(DRIVER), point, *command], capture_output=True, timeout=60).returncode
    assert code == -signal.SIGKILL


def completes(folder: Path, url: str, command: list[str]) -> None:
    """The same command gives files and ledger that agree, once; sent, nothing is left to declare."""
    assert run(command) == 0
    lines = read_regels(folder / "april" / "declaratieregels.csv")
    written = sorted((line.debetcredit, line.referentienummer, line.bedrag_cent) for line in lines)
    assert [(kind, cents) for kind, _, cents in written] == [("C", 19640), ("D", 14730), ("D", 17185)]
    assert concepts(url) == written
    assert len(list((folder / "april").glob("jw323-*.xml"))) == 1
    ledger = Ledger(url)
    assert [one.status for one in ledger.send(None, op=date(2026, 5, 1))] == ["verzonden"]
    ledger.close()
    assert run(command) == 0 and concepts(url) == []


@pytest.mark.parametrize("point", ["voor", "tijdens", "na", "bestanden"])
def test_killed_around_the_commit(tmp_path: Path, url: str, point: str) -> None:
    command = world(tmp_path, url)
    killed(point, command)
    if point == "voor":
        assert concepts(url) == []
    if point in ("na", "bestanden"):
        assert len(concepts(url)) == 3 and not (tmp_path / "april").exists()
    completes(tmp_path, url, command)


def test_killed_while_sending(tmp_path: Path, url: str) -> None:
    command = world(tmp_path, url)
    assert run(command) == 0
    before = concepts(url)
    killed("voor", ["ledger", "send", "--ledger", url, "--alles"])
    assert concepts(url) == before
    completes(tmp_path, url, command)


def test_killed_at_random_moments(tmp_path: Path, url: str) -> None:
    command = world(tmp_path, url)
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "mpj", *command, "--proef"], capture_output=True, check=True, timeout=60)
    usual = time.monotonic() - began
    shutil.rmtree(tmp_path / "april")
    chance = random.Random(5)
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-m", "mpj", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.4, 1.0) * usual)
        process.kill()
        process.wait()
        assert len(concepts(url)) in (0, 3)
    completes(tmp_path, url, command)
