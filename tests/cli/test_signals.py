"""Signals: nothing is left behind, no other process shows itself, JSON stays JSON; after a commit a command is finished."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.helpers import ALL_BSNS, COMMAND, OUTPUTS, Month, mpj, names_in, write_month

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals as POSIX has them")
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]
ON_TWO_CORES = [COMMAND[0], "-c", "import os; os.cpu_count = lambda: 2; from mpj.cli import main; main()"]
TOEWIJZINGEN = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;einddatum;prestatiecode\n" + "".join(
    f"{number};{bsn};0384;65656055;2026-01-01;;2.1\n" for number, bsn in enumerate(ALL_BSNS, 1)
)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """A month of so many rows that two processes share the work; some are set aside, so that there is something to tell."""
    rows = "".join(
        f"R{number};{ALL_BSNS[number % 5]};2026-03-{number % 28 + 1:02d};15;hbo;{'2.1' if number % 100 else '4.1'}\n"
        for number in range(60_000)
    )
    header = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\n"
    return write_month(tmp_path_factory.mktemp("groot"), registraties=header + rows, toewijzingen=TOEWIJZINGEN)


def children(pid: int) -> list[int]:
    """The processes that a process made."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def running(large: Month, out: Path, *extra: str) -> subprocess.Popen[bytes]:
    """A run in a group of its own, that has come so far that another process computes along."""
    call = [*ON_TWO_CORES, *large.args(out=out, verblijf=False), "--executor", "python", *extra]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while process.poll() is None and not children(process.pid) and time.monotonic() < deadline:
        time.sleep(0.005)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_to_all_processes_leaves_nothing(large: Month, tmp_path: Path, sign: signal.Signals) -> None:
    process = running(large, tmp_path / "uit", "--meldingen", "json")
    os.killpg(process.pid, sign)
    time.sleep(0.02)
    if process.poll() is None:
        os.killpg(process.pid, sign)
    _, err = process.communicate(timeout=60)
    told = [json.loads(line) for line in err.decode().splitlines()]
    assert (process.returncode, [one["code"] for one in told]) == (2, ["afgebroken"])
    assert names_in(tmp_path) == []


@pytest.mark.slow
def test_a_process_whose_parent_is_killed_is_gone_within_a_second(large: Month, tmp_path: Path) -> None:
    out = tmp_path / "uit"
    process = running(large, out)
    workers = children(process.pid)
    assert workers
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    deadline = time.monotonic() + 1 + 4 * os.getloadavg()[0] / (os.cpu_count() or 1)
    while any(alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(worker) for worker in workers)
    process.communicate(timeout=30)
    assert [name.startswith(".uit.onvolledig-") for name in names_in(tmp_path)] == [True]
    assert mpj(*large.args(out=out, verblijf=False)).code == 0
    assert names_in(tmp_path) == ["uit"]


def alive(pid: int) -> bool:
    """Whether a process still runs: one that ended and that nobody has asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


COMES_LATE = """
import os, signal, sys
from mpj.ledger import database
from mpj.cli import main, signals
done = signals.Signals.done
def come(self):
    done(self)
    os.kill(os.getpid(), int(sys.argv[1]))
signals.Signals.done = come
main(sys.argv[2:])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "meldingen"), [(signal.SIGINT, "tekst"), (signal.SIGTERM, "json")])
def test_a_signal_after_the_commit_waits_for_the_files(tmp_path: Path, sign: signal.Signals, meldingen: str) -> None:
    month = write_month(tmp_path)
    ledger = ["--ledger", str(tmp_path / "l.db"), "--meldingen", meldingen]
    for args in (month.args(), ["ledger", "send", "--alles", "--zonder-bericht"]):
        call = [COMMAND[0], "-c", COMES_LATE, str(int(sign)), *args, *ledger]
        done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0
        assert "niets geschreven" not in done.stderr
        assert "is afgemaakt" in done.stderr
        if meldingen == "json":
            assert [json.loads(line) for line in done.stderr.splitlines()][-1]["code"] == "afgemaakt"
    assert names_in(month.out) == sorted([*OUTPUTS, "signalen.csv", "te_beslissen.csv", "verschil.csv"])
    assert '"verzonden"' in mpj("ledger", "status", "--formaat", "json", "--ledger", tmp_path / "l.db").out


@pytest.mark.slow
def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """As under nohup."""
    month = write_month(tmp_path)
    code = COMES_LATE.replace("import os, signal, sys\n", "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n")
    call = [COMMAND[0], "-c", code, str(int(signal.SIGHUP)), *month.args(), "--ledger", str(tmp_path / "l.db")]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "afgemaakt" in done.stderr) == (0, False)


COMES_LAST = """
import os, signal, sys
class Last:
    def __del__(self, kill=os.kill, pid=os.getpid(), sign=int(sys.argv[1])):
        kill(pid, sign)
sys.last = Last()
from mpj.cli import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_while_python_ends_changes_nothing(sign: signal.Signals) -> None:
    call = [COMMAND[0], "-c", COMES_LAST, str(int(sign)), "--version"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGHUP, signal.SIGQUIT])
def test_a_demo_that_is_ended_leaves_no_folder(tmp_path: Path, sign: signal.Signals) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    call = [*COMMAND, "demo", "--registraties", "40000"]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("mpj-demo-*/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in err, names_in(tmp_path)) == (2, False, [])
