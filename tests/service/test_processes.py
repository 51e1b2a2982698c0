"""What is asked is computed in another process than who looks is answered by: one that may die, and that nobody hears."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from mpj.ledger import Ledger
from mpj.reading.faults import Fault, InputError, UnavailableError
from mpj.service.processes import NICE, FailedError, Processes
from service.support import REGISTRATIES, Client, office, serving
from service.test_pages_twice import Clerk

Step = Callable[[int, int], None]
MONTH = {"periode": "2026-03", "dagtekening": "2026-04-07"}
BSN = "999900006"


def pid(step: Step) -> int:
    return os.getpid()


def looks(step: Step) -> tuple[list[Any], Any]:
    for number in range(1_001):
        step(number, 1_000)
    return [os.nice(0), sys.stdin is None or sys.stdin.read()], MappingProxyType({date(2026, 3, 1): ("a",)})


def refuses(step: Step) -> None:
    raise InputError([Fault("ledger_bezet", toelichting="bezet"), Fault("aanroep_onjuist", rij=3)])


def talks(step: Step) -> None:
    print(BSN)
    os.write(2, BSN.encode())
    raise RuntimeError(BSN)


def gives_what_cannot_travel(step: Step) -> object:
    return lambda: BSN


def dies(step: Step) -> None:
    tempfile.mkdtemp()
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes()
    yield made
    made.close()


def do(processes: Processes, job: Callable[[Step], Any], folder: Path) -> Any:
    return processes.do(job, folder, lambda done, total: None)


def children() -> set[int]:
    return {one.pid for one in multiprocessing.active_children() if one.pid is not None}


def test_a_job_is_done_in_one_process_after_another_job_and_tells_how_far_it_is(processes: Processes, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    first = do(processes, pid, tmp_path)
    (low, stdin), found = processes.do(looks, tmp_path, lambda *step: told.append(step))
    assert first == do(processes, pid, tmp_path) != os.getpid()
    assert (low, stdin) == (os.nice(0) + NICE, "") and found == {date(2026, 3, 1): ("a",)}
    assert told[-1] == (1_000, 1_000) and len(told) <= 101, "each step wakes who waits"


def test_what_goes_wrong_in_a_job_comes_back_and_says_nothing_of_a_record(
    processes: Processes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = do(processes, pid, tmp_path)
    with pytest.raises(InputError) as refused:
        do(processes, refuses, tmp_path)
    assert [(one.code, one.rij) for one in refused.value.faults] == [("ledger_bezet", 0), ("aanroep_onjuist", 3)]
    for job in (talks, gives_what_cannot_travel):
        with pytest.raises(FailedError) as failed:
            do(processes, job, tmp_path)
        assert BSN not in repr(failed.value)
    assert do(processes, pid, tmp_path) == first
    assert capfd.readouterr() == ("", "")


def test_a_process_that_dies_is_told_and_the_next_job_has_another(processes: Processes, tmp_path: Path) -> None:
    first = do(processes, pid, tmp_path)
    with pytest.raises(InputError) as gone:
        do(processes, dies, tmp_path)
    assert [one.code for one in gone.value.faults] == ["proces_weg"]
    assert len(list(tmp_path.iterdir())) == 1, "what it made for a while stands where it goes with the request"
    second = do(processes, pid, tmp_path)
    os.kill(second, signal.SIGKILL)
    os.waitid(os.P_PID, second, os.WEXITED | os.WNOWAIT)
    third = do(processes, pid, tmp_path)
    assert len({first, second, third, os.getpid()}) == 4


def test_a_process_of_another_version_does_nothing_and_says_why(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an update of mpj while the service runs: what it asks may mean something else there."""
    monkeypatch.setattr("mpj.service.processes.__version__", "0.0.1")
    with pytest.raises(UnavailableError) as refused:
        do(processes, pid, tmp_path)
    assert [one.code for one in refused.value.faults] == ["herstart_nodig"]


def test_a_process_that_cannot_be_started_is_told(processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(kind: str) -> Any:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as patched:
        patched.setattr("mpj.service.processes.get_context", refuse)
        processes.warm()
        with pytest.raises(UnavailableError, match="het systeem werkt niet mee"):
            do(processes, pid, tmp_path)
    assert do(processes, pid, tmp_path) != os.getpid()


def test_no_process_stays_behind(tmp_path: Path) -> None:
    before, made = children(), Processes()
    made.warm()
    begun = children() - before
    assert len(begun) == 1 and do(made, pid, tmp_path) in begun
    made.close()
    assert children() == before
    assert do(made, pid, tmp_path) and children() == before, "one that was still asked for ends when it is done"


def many(folder: Path, count: int) -> None:
    rows = "".join(f"r{number};{BSN};2026-03-{number % 28 + 1:02};60;hbo;2.1\n" for number in range(count))
    (folder / "2026-03.csv").write_text(REGISTRATIES.splitlines()[0] + "\n" + rows, "utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", [False, True], ids=["api", "page"])
def test_a_run_whose_process_is_killed_is_told_and_changed_nothing(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch, page: bool
) -> None:
    (tmp_path / "kort").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "kort"))
    folder = tmp_path / "kantoor"
    client = Client(office=office(folder), processes=processes)
    many(folder, 4_000)
    running = do(processes, pid, tmp_path)
    killer = threading.Thread(target=kill_in_the_middle, args=(running, folder / "uit"))
    killer.start()
    if page:
        clerk = Clerk(client)
        clerk.sends("/maand", clerk.form("/maand"), **MONTH, vastleggen="ja")
        text = clerk.ask("GET", "/maand").text
        assert "Dit lag niet aan u" in text and "Er is niets gedaan" not in text
    else:
        answer = client.ask("POST", "/api/v1/ledger/declare", data=MONTH, headers={"Idempotency-Key": "maart"})
        assert answer.status_code == 503 and [one["code"] for one in answer.json()["meldingen"]] == ["proces_weg"]
        text = answer.text
    killer.join()
    assert BSN not in text and "kan al gewijzigd zijn" in text
    assert list((tmp_path / "kort").iterdir()) == [], "the files of the request are gone"
    again = client.ask("POST", "/api/v1/ledger/declare", data=MONTH, headers={"Idempotency-Key": "maart"})
    assert again.status_code == 200
    with Ledger(folder / "zorg.db") as ledger:
        (made,) = ledger.status()["declaraties"]
        assert made["bedrag_cent"] == 4_000 * 9820 and ledger.check()[1] == []
    assert [path.name for path in (folder / "uit").iterdir()] == ["2026-03"]


def kill_in_the_middle(running: int, out: Path) -> None:
    """Kill a process once a run has begun to write."""
    while not out.is_dir() or not any(out.iterdir()):
        time.sleep(0.001)
    os.kill(running, signal.SIGKILL)


def test_who_looks_is_not_answered_where_a_run_is_computed(
    tmp_path: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    real = Ledger.status

    def status(self: Ledger) -> Any:
        looked.append(os.getpid())
        return real(self)

    monkeypatch.setattr(Ledger, "status", status)
    client = Client(office=office(tmp_path, wacht=60), processes=processes)
    client.ask("POST", "/api/v1/ledger/declare", data=MONTH)
    with Ledger(tmp_path / "zorg.db") as other, other.database.transaction():
        task = client.ask("POST", "/api/v1/ledger/declare", data=MONTH, params={"taak": "ja"}).headers["location"]
        for path in ("/api/v1/ledger/status", "/ledger", "/api/v1/gezond", "/maand"):
            assert client.ask("GET", path).status_code == 200
        assert client.ask("GET", task).json()["toestand"] == "loopt"
    assert client.ask("GET", f"{task}/uitkomst").status_code == 200
    assert set(looked) == {os.getpid()} and do(processes, pid, tmp_path) != os.getpid()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells which processes a process made")
def test_a_service_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    office(tmp_path)
    with serving(tmp_path) as (process, url):
        httpx.post(f"{url}/api/v1/ledger/declare", data=MONTH, timeout=60).raise_for_status()
        made = made_by(process)
        assert len(made) == 2, "what computes, and what Python keeps beside it"
        for one in made:
            told = Path(f"/proc/{one}/cmdline").read_bytes() + Path(f"/proc/{one}/environ").read_bytes()
            assert b"zorg.db" not in told and b"mpj.toml" not in told and BSN.encode() not in told
        process.send_signal(signal.SIGKILL)
        process.wait()
        for _ in range(500):
            if not any(Path(f"/proc/{one}").exists() for one in made):
                break
            time.sleep(0.02)
        assert not [one for one in made if Path(f"/proc/{one}").exists()]


def made_by(process: subprocess.Popen[str]) -> list[int]:
    """The processes that one of the threads of a process made."""
    told = [path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/children")]
    return [int(one) for one in " ".join(told).split()]
