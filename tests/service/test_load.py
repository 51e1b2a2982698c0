"""Twenty people at once while a month of 60,000 records is declared: everybody is answered, and nothing is lost.

How long it took is told by `python -m benchmarks.service`; a clock is no test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.service import played, prepare
from mpj.ledger import Ledger
from mpj.output import read_run

pytestmark = pytest.mark.long


def test_nobody_is_refused_and_nothing_is_lost_during_a_run(tmp_path: Path) -> None:
    prepare(tmp_path, 60_000)
    made = played(tmp_path, users=20, seconds=1200, quiet=5)
    assert made.during and not [one for one in (*made.alone, *made.during) if one.status != 200]
    assert made.before == made.after > 0
    with Ledger(tmp_path / "zorg.db") as ledger:
        assert sum(one["bedrag_cent"] for one in ledger.status()["declaraties"]) == made.after
        assert ledger.check()[1] == []
    assert read_run(tmp_path / "uit" / "2026-03").samenvatting["bedrag_cent"] == made.after
