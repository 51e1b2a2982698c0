"""A client of the service in the same process, and the files of a month."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from textwrap import indent
from typing import Any

import httpx
import uvicorn

from mpj.messages import Declaratiebericht, from_bytes, to_bytes
from mpj.reading.config import read_config
from mpj.service import Office, make_app
from mpj.service.processes import Processes
from mpj.service.server import settings_for
from mpj.verification import Oordeel, build_answer

TODAY = date(2026, 4, 7)
COMPUTING = Processes()
"""Where jobs of tests are done: a process takes a while to begin, so every client has them done by the same."""
File = tuple[str, tuple[str, bytes]]


class Here(Processes):
    """Does jobs in this process: where a test has something go wrong in one."""

    def do(self, job: Callable[..., Any], folder: Path, step: Any) -> Any:
        """Do a job here."""
        return job(step)


class Client:
    """Asks the service, as a program does."""

    def __init__(self, *, today: date = TODAY, **options: Any) -> None:
        self.now = 0.0
        self.app = make_app(lambda: today, lambda: self.now, **{"processes": COMPUTING} | options)

    def ask(self, method: str, path: str, files: Sequence[File] = (), **asked: Any) -> httpx.Response:
        """Send a request, and return its answer."""

        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8303") as client:
                return await client.request(method, path, files=list(files) or None, **asked)

        return asyncio.run(asking())

    def post(self, name: str, files: Sequence[File], data: Mapping[str, str] = {}, **asked: Any) -> httpx.Response:
        """Ask for a function of the API."""
        return self.ask("POST", f"/api/v1/{name}", files, data=dict(data), **asked)


@contextmanager
def served(**options: Any) -> Iterator[str]:
    """A service on a free port of this machine, for as long as it is needed; its address."""
    app = make_app(lambda: TODAY, time.monotonic, **options)
    server = uvicorn.Server(settings_for(app))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = threading.Thread(target=server.run, args=([listening],), daemon=True)
        running.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            running.join(30)


@contextmanager
def serving(folder: Path, *, first: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`mpj serve` in a process of its own, for the office whose files stand in a folder; the process, and its address.

    `first` is what the process that computes for it does first, in Python.
    """
    place = folder / "eerst"
    place.mkdir(exist_ok=True)
    begin = "import sys\nif '--multiprocessing-fork' in sys.orig_argv:\n    pass\n" + indent(first, "    ")
    (place / "sitecustomize.py").write_text(begin, "utf-8")
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))}
    called = ["serve", "--poort", "0", "--config", str(folder / "mpj.toml")]
    command = [sys.executable, "-m", "mpj", *called]
    own: Any = {"cwd": folder, "env": env, "text": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **own) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[-1].removesuffix("/api/v1")
            assert "mpj.toml" in process.stdout.readline()
            yield process, url
        finally:
            process.kill()


def office(folder: Path, wacht: float = 2, ledger: str = "zorg.db", more: str = "") -> Office:
    """An office whose configuration and files stand in a folder; `more` is what else its configuration says."""
    (folder / "contract").mkdir(parents=True)
    files = {f"contract/{name}": text for name, text in CONTRACT.items()}
    files |= {"toewijzingen.csv": TOEWIJZINGEN, "2026-03.csv": REGISTRATIES, "mpj.toml": CONFIG.replace("zorg.db", ledger) + more}
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return Office(read_config(folder / "mpj.toml"), "tester", wacht)


def answered(message: str) -> bytes:
    """The JW325 of today that grants a message in full."""
    declared = from_bytes(message.encode())
    assert isinstance(declared, Declaratiebericht)
    return to_bytes(build_answer(declared, Oordeel(), dagtekening=TODAY, xsd_versie="1.0.0", xslt_versie="1.0.0"))


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Files as a zip, the same bytes whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


CONTRACT = {
    "contract.toml": """
[contract]
id = "VB-2026"
protocol = "MPJ-16"
aanbieder = "65656055"
gemeenten = ["0384"]
begindatum = 2025-01-01
einddatum = 2027-12-31

[[perceel]]
code = "A"
""",
    "tarieven.csv": "perceel;prestatiecode;kwalificatieniveau;begindatum;tarief\nA;2.1;hbo;2025-01-01;24,55\n",
}
TOEWIJZINGEN = (
    "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;prestatiecode\n"
    "1001;999900006;0384;65656055;2026-01-01;2.1\n"
)  # fmt: skip
REGISTRATIES = (
    "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n"
    "a;999900006;2026-03-05;60;hbo;2.1\n"
    "b;999900006;2026-03-09;0;hbo;2.1\n"
)  # fmt: skip
CONFIG = """
contracten = ["contract"]
toewijzingen = ["toewijzingen.csv"]
registraties = ["{periode}.csv"]
ledger = "zorg.db"
uit = "uit/{periode}"
"""
FIELDS = {"periode": "2026-03", "dagtekening": "2026-04-07"}


def month(**changed: str | bytes | None) -> list[File]:
    """The files of a month; `changed` says what a field holds instead, None: nothing."""
    found: dict[str, tuple[str, str | bytes | None]] = {
        "contract": ("contract.zip", zipped(CONTRACT)),
        "toewijzingen": ("toewijzingen.csv", TOEWIJZINGEN),
        "registraties": ("maart.csv", REGISTRATIES),
    }
    for name, data in changed.items():
        found[name] = (found.get(name, (f"{name}.csv",))[0], data)
    return [
        (name, (naam, data.encode() if isinstance(data, str) else data)) for name, (naam, data) in found.items() if data is not None
    ]
