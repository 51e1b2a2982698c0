"""The real server process, told to stop in the middle of a run with a ledger: the run is done, and nothing of it is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from mpj.ledger import Ledger
from mpj.output import read_run
from service.support import REGISTRATIES, office

pytestmark = pytest.mark.slow
MANY = 4_000


@pytest.mark.parametrize(
    "signs",
    [[signal.SIGTERM], [signal.SIGTERM, signal.SIGTERM], [signal.SIGINT, signal.SIGINT]],
    ids=["once", "twice", "twice by a key"],
)
def test_a_stop_in_the_middle_of_a_run_loses_nothing(tmp_path: Path, signs: list[signal.Signals]) -> None:
    office(tmp_path)
    rows = "".join(f"r{number};999900006;2026-03-{number % 28 + 1:02};60;hbo;2.1\n" for number in range(MANY))
    (tmp_path / "2026-03.csv").write_text(REGISTRATIES.splitlines()[0] + "\n" + rows, "utf-8")
    command = [sys.executable, "-m", "mpj", "serve", "--poort", "0", "--config", str(tmp_path / "mpj.toml")]
    own: Any = {"cwd": tmp_path, "start_new_session": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **own) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[-1]
            assert "mpj.toml" in process.stdout.readline()
            data = {"periode": "2026-03", "dagtekening": "2026-04-07"}
            task = httpx.post(f"{url}/ledger/declare", params={"taak": "ja"}, data=data).json()["taak"]
            for _ in range(200):
                if httpx.get(f"{url}/taken/{task}").json()["toestand"] == "loopt":
                    break
                time.sleep(0.01)
            for sign in signs:
                os.killpg(process.pid, sign)  # As a terminal and a supervisor do: what computes is told as well.
            assert process.wait(120) == 0 and process.stdout.read() == "mpj is gestopt.\n"
        finally:
            process.kill()
    with Ledger(tmp_path / "zorg.db") as ledger:
        (made,) = ledger.status()["declaraties"]
        assert ledger.check()[1] == []
    run = read_run(tmp_path / "uit" / "2026-03")
    assert run.samenvatting["bedrag_cent"] == made["bedrag_cent"] == MANY * 9820
    assert [path.name for path in (tmp_path / "uit").iterdir()] == ["2026-03"], "no half folder stays"
