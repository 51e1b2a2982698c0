"""Twenty people on the pages and the API of one service while it declares a month: how long each click takes.

    python -m benchmarks.service [--registraties 60000] [--users 20] [--seconds 300]

A process of its own serves an invented region with a ledger in which the month stands already. Every user asks for one thing
after another, with a pause as of somebody who reads; meanwhile the month is declared anew. Two tables: clicks without a run, and
during one.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import httpx
from attrs import define, field, frozen

from mpj.docs import table

MONTH = {"periode": "2026-03", "dagtekening": "2026-04-07"}
READS = (
    "/api/v1/gezond",
    "/api/v1/ledger/status",
    "/api/v1/ledger/work",
    "/api/v1/ledger/repair",
    "/ledger",
    "/maand",
    "/maand/uitval?blad=2",
    "/maand/regels?blad=3",
    "/maand/inhoud",
    "/tarieven",
)
PAUSE = 1.0
"""Seconds that somebody looks at what came before the next click."""
_WAIT = 60


@frozen
class Click:
    """One answer: what was asked, its status (0: none came), and the seconds it took."""

    what: str
    status: int
    seconds: float


@define
class Play:
    """What came of a service under load."""

    alone: list[Click] = field(factory=list)
    during: list[Click] = field(factory=list)
    seconds: float = 0
    """How long the run took in which the others clicked."""
    before: int = 0
    after: int = 0
    """Eurocents of the month in the ledger, before and after it was declared anew."""


def prepare(folder: Path, registraties: int) -> None:
    """Make an invented region in `folder`, with a configuration and a ledger that begins with its month."""
    from mpj.demo import contract_folders, generate
    from mpj.ledger import Ledger

    sizes = {"clienten": max(20, registraties // 30), "verblijven": registraties // 200}
    region = generate(
        folder / "invoer", contract_folders(), periode=MONTH["periode"], zaad=2026, registraties=registraties, **sizes
    )
    files = {"contracten": contract_folders(), "toewijzingen": [region.toewijzingen_csv], "registraties": [region.registraties_csv]}
    files |= {"verblijf": [region.verblijf_csv], "medewerkers": [region.medewerkers_csv]}
    lines = [f"{name} = [{', '.join(repr(str(path)) for path in paths)}]" for name, paths in files.items()]
    (folder / "mpj.toml").write_text("\n".join([*lines, 'ledger = "zorg.db"', 'uit = "uit/{periode}"', ""]), "utf-8")
    with Ledger(folder / "zorg.db") as ledger:
        ledger.begin(MONTH["periode"])


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder in a process of its own; gives its address."""
    command = [sys.executable, "-m", "mpj", "serve", "--poort", "0", "--config", str(folder / "mpj.toml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1].removesuffix("/api/v1")
        finally:
            process.terminate()
            process.wait(_WAIT)


def played(folder: Path, users: int, seconds: float, quiet: float) -> Play:
    """Have so many users click, `quiet` seconds without a run and then during one, of so many seconds at most."""
    made = Play()
    with serving(folder) as url, httpx.Client(base_url=url, timeout=seconds, follow_redirects=True) as clerk:
        clerk.post("/api/v1/ledger/declare", data=MONTH).raise_for_status()
        made.before = standing(clerk)
        look_at_month(clerk, seconds)
        click(url, clerk, users, made.alone, lambda began: time.monotonic() - began < quiet)
        task = clerk.post("/api/v1/ledger/declare", params={"taak": "ja"}, data=MONTH).json()["taak"]

        def busy(began: float) -> bool:
            made.seconds = time.monotonic() - began
            return made.seconds < seconds and clerk.get(f"/api/v1/taken/{task}").json()["toestand"] != "klaar"

        click(url, clerk, users, made.during, busy)
        clerk.get(f"/api/v1/taken/{task}/uitkomst").raise_for_status()
        made.after = standing(clerk)
        clerk.get("/api/v1/ledger/check").raise_for_status()
    return made


def standing(client: httpx.Client) -> int:
    """Return the eurocents of the declarations in the ledger."""
    return sum(one["bedrag_cent"] for one in client.get("/api/v1/ledger/status").json()["declaraties"])


def look_at_month(client: httpx.Client, seconds: float) -> None:
    """Have the page Maand compute the month for this visitor."""
    (seal, *_) = re.findall(r'name="zegel" value="([^"]+)"', client.get("/maand").text)
    fields = MONTH | {"zegel": seal}
    page = client.post("/maand", data=fields).text
    began = time.monotonic()
    while "<progress" in page and time.monotonic() - began < seconds:
        time.sleep(1)
        page = client.get("/maand").text
    assert "/maand/uitval" in page, "the month was not computed"


def click(url: str, visitor: httpx.Client, users: int, clicks: list[Click], more: Callable[[float], bool]) -> None:
    """Have users click as long as `more` says so; what came of it is added to `clicks`."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_user, args=(url, dict(visitor.cookies), number, users, clicks, stop)) for number in range(users)
    ]
    for one in threads:
        one.start()
    began = time.monotonic()
    try:
        while more(began):
            time.sleep(0.2)
    finally:
        stop.set()
        for one in threads:
            one.join(_WAIT)


def _user(url: str, cookies: dict[str, str], number: int, users: int, clicks: list[Click], stop: threading.Event) -> None:
    with httpx.Client(base_url=url, cookies=cookies, timeout=_WAIT) as client:
        stop.wait(PAUSE * number / users)
        while not stop.is_set():
            what = READS[number % len(READS)]
            number += 1
            began = time.perf_counter()
            try:
                status = client.get(what).status_code
            except httpx.HTTPError:
                status = 0
            clicks.append(Click(what, status, time.perf_counter() - began))
            stop.wait(PAUSE)


def figures(clicks: Sequence[Click]) -> str:
    """Return a table of what each click took, in milliseconds."""
    rows = [_row(what, [one for one in clicks if one.what == what]) for what in READS]
    return table(("click", "times", "median ms", "p95 ms", "most ms"), [*rows, _row("all", clicks)])


def _row(what: str, clicks: Sequence[Click]) -> tuple[str, ...]:
    took = [one.seconds * 1000 for one in clicks] or [0.0]
    late = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    return what, str(len(clicks)), f"{median(took):.0f}", f"{late:.0f}", f"{max(took):.0f}"


def main() -> None:
    """Play it, and show the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registraties", type=int, default=60_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--quiet", type=float, default=20)
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, asked.registraties)
        made = played(folder, asked.users, asked.seconds, asked.quiet)
    wrong = sum(one.status != 200 for one in (*made.alone, *made.during))
    print(
        f"{asked.users} users, {asked.registraties} registraties; wrong answers: {wrong}; same total: {made.before == made.after}"
    )
    print(f"\nWithout a run:\n\n{figures(made.alone)}\n\nDuring a run of {made.seconds:.0f} s:\n\n{figures(made.during)}")


if __name__ == "__main__":
    main()
