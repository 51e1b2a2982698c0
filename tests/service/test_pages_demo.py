"""`mpj demo --pagina`: the pages on the invented region, until the command is told to stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from mpj.cli import run

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "mpj", "demo", "--pagina", "--poort", "0", "--clienten", "20", "--registraties", "200"]


def test_the_page_opens_on_the_invented_region() -> None:
    opened = os.environ | {"BROWSER": "true"}  # A command that does nothing, in place of a browser.
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=opened) as process:
        assert process.stdout is not None
        try:
            (url,) = re.findall(r"http://[0-9.:]+", process.stdout.readline())
            with httpx.Client(base_url=url, follow_redirects=True, timeout=60, headers={"Origin": url}) as client:
                page = client.get("/").text
                assert "liggen klaar" in page
                seal = re.findall(r'name="zegel" value="(\w+)"', page)[0]
                form = {"zegel": (None, seal), "periode": (None, "2026-03")}
                answer = client.post("/maand", files=form)
                for _ in range(60):
                    if "<progress" not in answer.text:
                        break
                    time.sleep(0.5)
                    answer = client.get("/maand")
                assert "Leg vast als concept" in answer.text
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0 and "de verzonnen regio is weg" in process.stdout.read()
        finally:
            process.kill()


def test_a_page_keeps_nothing_in_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--pagina", "--out", "ergens"]) == 2
    assert "gaan niet samen" in capsys.readouterr().err
