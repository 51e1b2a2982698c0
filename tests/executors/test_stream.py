"""`mpj.declare_to`: the bytes that `mpj.declare` and `write_result` give, and nothing held of the records."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from files import compare, earlier, levels, make_untidy
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import Scenario, scenarios
from world import BSN, BSN_2, contract, registratie, toewijzing

import mpj
from mpj.engine.job import Job
from mpj.engine.memory import Memory
from mpj.output import write_result

FILES = ("declaratieregels.csv", "herkomst.csv", "uitval.csv", "samenvatting.json")


@pytest.mark.slow
@given(scenarios(), st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_same_bytes_as_through_a_result(scenario: Scenario, again: bool, dice: Any) -> None:
    before = earlier(scenario) if again else ()

    def execute(_: Job, __: Memory, source: Path, out: Path) -> None:
        invoer: dict[str, dict[str, str]] = {"registraties": {}}
        mpj.declare_to(
            out,
            mpj.load_contracts(sorted(source.glob("contract-*"))),
            mpj.read_toewijzingen([source / "toewijzingen.csv"]),
            mpj.read_registraties(sorted(source.glob("registraties*.csv")), hashes=invoer["registraties"]),
            verblijf=mpj.read_verblijf([source / "verblijf.csv"]),
            medewerkers=levels(scenario, source),
            periode=scenario.periode,
            dagtekening=scenario.dagtekening,
            nalevering=scenario.nalevering,
            eerder=before,
            invoer=invoer,
        )

    compare(scenario, execute, lambda source: make_untidy(source, dice), eerder=before)


GIVEN: dict[str, Any] = {
    "contracten": [contract({"2.1 hbo": "24,55"})],
    "toewijzingen": [toewijzing(1), toewijzing(2, bsn=BSN_2)],
    "periode": "2026-03",
    "dagtekening": date(2026, 4, 7),
}
AWKWARD: list[Any] = [
    registratie(id='een;"twee"'),
    registratie("2026-03-04", id="b", afspraak="A;1", medewerker='m"1'),
    registratie("2026-03-05", id="b", bsn=BSN_2),
    mpj.Registratie(id="c", bsn=BSN, datum=date(2026, 3, 6), minuten=50, kwalificatieniveau="hbo", bestand="x.csv", rij=7),
    mpj.Registratie(id="d", bsn=BSN, datum=date(2026, 3, 6), minuten=50, kwalificatieniveau="hbo"),
    registratie("2026-03-09", id="e"),
    registratie("2026-03-09", id="e"),
    registratie("2026-03-10", id="f"),
    registratie("verkeerd", id="f", status="vervallen"),
    registratie("2026-03-11", id="g", kleur="rood"),
    registratie("2026-03-12", id=BSN_2),
]


def test_mappings_and_values_and_what_stands_in_their_way(tmp_path: Path) -> None:
    """Ids of two clients and of none, a double, one withdrawn by a row that cannot be read, an unknown key, marks of a CSV file."""
    one, two = tmp_path / "een", tmp_path / "twee"
    one.mkdir()
    two.mkdir()
    result = mpj.declare(registraties=iter(AWKWARD), **GIVEN)
    write_result(result, one)
    outcome = mpj.declare_to(two, registraties=iter(AWKWARD), **GIVEN)
    for name in FILES:
        assert (two / name).read_bytes() == (one / name).read_bytes(), name
    assert (outcome.uitval, outcome.meldingen, outcome.samenvatting) == (result.uitval, result.meldingen, result.samenvatting)
    assert outcome.samenvatting["uitval_per_reden"].keys() == {"ongeldig", "vervallen", "dubbel", "id_meermaals"}


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="record 2"):
        mpj.declare_to(tmp_path, registraties=[registratie(), 42], **GIVEN)  # type: ignore[list-item]


MEASURED = """
import sys
from datetime import date
from pathlib import Path
sys.path[:0] = sys.argv[4:]
from world import contract, registratie, toewijzing
import mpj
from mpj.output import write_result
from mpj.reading.fields import is_bsn

record = registratie()
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

way, out, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
bsns = [text for one in range(999900000, 999999999) if is_bsn(text := str(one))][: number // 50]
given = {
    "contracten": [contract({"2.1 hbo": "24,55"})],
    "toewijzingen": (toewijzing(place, bsn=bsn) for place, bsn in enumerate(bsns, 1)),
    "registraties": (
        {**record, "id": f"r-{one}", "bsn": bsns[one % len(bsns)], "datum": f"2026-03-{1 + one % 31:02d}"} for one in range(number)
    ),
    "periode": "2026-03",
    "dagtekening": date(2026, 4, 7),
}
begin = peak()
if way == "stream":
    mpj.declare_to(out, **given)
else:
    write_result(mpj.declare(**given), out)
print((peak() - begin) // 1024)
"""


def _mebibytes(way: str, out: Path, number: int) -> int:
    """How much the memory of a process grows that declares so many records, 50 of each client."""
    out.mkdir()
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", MEASURED, way, str(out), str(number), str(tests), str(tests.parent)]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    with (out / "herkomst.csv").open("rb") as trace:
        assert sum(1 for _ in trace) == number + 1
    return grown


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a process held at its peak is told otherwise here")
def test_records_do_not_stay_in_memory(tmp_path: Path) -> None:
    """80,000 records cost some 25 MiB as a Result, and 8 as a stream, whatever their number."""
    assert _mebibytes("result", tmp_path / "een", 80_000) > 18
    assert _mebibytes("stream", tmp_path / "twee", 80_000) < 14


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="what a process held at its peak is told otherwise here")
def test_a_million_records_do_neither(tmp_path: Path) -> None:
    """30 MiB, of which most is the 20,000 toewijzingen; a Result grows 300."""
    assert _mebibytes("stream", tmp_path / "uit", 1_000_000) < 60
