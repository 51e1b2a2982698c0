"""However many registraties: the memory of a run stays within bounds, and what is on disk meanwhile is gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import sys
from datetime import date
from pathlib import Path
sys.path[:0] = sys.argv[2:]
import duckdb
from world import contract, toewijzing
from mpj.executors.columnar import declare_files
from mpj.engine.job import Job
from mpj.reading.fields import is_bsn

folder = Path(sys.argv[1])
bsns = [text for number in range(999900000, 999999999) if is_bsn(text := str(number))][:1000]
with duckdb.connect(config={"threads": 1, "memory_limit": "100MB"}) as connection:
    connection.execute("SET enable_progress_bar = false")
    connection.execute("CREATE TABLE clients AS SELECT unnest($1::VARCHAR[]) AS bsn", [bsns])
    connection.execute(f'''COPY (
        SELECT 'R' || range || bsn[5:] AS id, bsn, DATE '2026-03-01' + (range % 31)::INTEGER AS datum,
          (range % 120 + 1)::SMALLINT AS minuten, 'hbo' AS kwalificatieniveau, 'medewerker ' || range % 50 AS medewerker,
          '2.1' AS prestatiecode
        FROM range(1000) JOIN clients ON true) TO '{folder}/r.parquet' (FORMAT parquet)''')
toewijzingen = [toewijzing(number, bsn=bsn) for number, bsn in enumerate(bsns, 1)]
job = Job.of([contract({"2.1 hbo": "24,55"})], toewijzingen, periode="2026-03", dagtekening=date(2026, 4, 7))
out = folder / "uit"
out.mkdir()
outcome = declare_files(job, [folder / "r.parquet"], out, memory_limit="150MB", threads=2)
print(outcome.samenvatting["gedeclareerd"], outcome.samenvatting["regels"], len(list(out.iterdir())))
"""


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the peak of another process cannot be seen here")
def test_a_million_in_little_memory(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", RUN, str(tmp_path), str(tests), str(tests.parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert said.split() == ["1000000", "1000", "4"]
    assert used.ru_maxrss < 600_000 * (1024 if sys.platform == "darwin" else 1)
    with (tmp_path / "uit" / "herkomst.csv").open("rb") as trace:
        assert sum(1 for _ in trace) == 1_000_001
