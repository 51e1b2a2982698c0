"""Memory does not grow with the message: ten times the lines, the same peak."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from datetime import date
from attrs import evolve
from mpj.messages import iter_jw323, write_stream
from mpj.messages import Berichtidentificatie, Declaratiekop, Header, Periode, Prestatie, Totaal, Xsdversie
from mpj.messages.parsing import Limits
from mpj.messages.values import Clientregel

path, count = sys.argv[1], int(sys.argv[2])
day = date(2026, 4, 1)
header = Header("490", 3, 2, "65656055", "0384", Berichtidentificatie("ID1", day), Xsdversie("1.0.0", "1.0.0"))
head = Declaratiekop(header, "DN1", Periode(date(2026, 3, 1), date(2026, 3, 31)), day, Totaal(count * 9820, "D"))
line = Prestatie("R", None, 1, "45", "45212", date(2026, 3, 1), date(2026, 3, 31), 60, "01", 164, 9820, "D")

def parts():
    yield head
    for number in range(count):
        yield Clientregel(number // 5 + 1, "999900006", number % 5 + 1, evolve(line, referentienummer=f"R{number}"))

if sys.argv[3] == "write":
    with open(path, "wb") as out:
        write_stream(parts(), out)
else:
    assert sum(1 for _ in iter_jw323(path, limits=Limits(omvang=10**9))) == count + 1
status = open("/proc/self/status").read()
print(status.split("VmHWM:")[1].split()[0])
"""


def peak(path: Path, count: int, what: str) -> int:
    """Return the peak memory in kilobytes of a process that writes or reads a message of `count` lines."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path), str(count), what], check=True, capture_output=True, text=True)
    return int(done.stdout)


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory of a process is read from /proc")
def test_writing_and_reading_take_the_same_memory_for_ten_times_the_lines(tmp_path: Path) -> None:
    """A tree of the larger message would take more than 100 MB."""
    path = tmp_path / "bericht.xml"
    for what in ("write", "read"):
        small, large = peak(tmp_path / "klein.xml", 1_500, what), peak(path, 15_000, what)
        assert large < small + 5_000
