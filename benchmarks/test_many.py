"""Two hundred messages of 8 lines in one run: at most 3 times the CPU time of one message with the same 1,600 lines."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from scenarios import to_toml, write_csv
from verify.support import PRICES, TOML, message, toewijzing, written

from benchmarks.measure import measure
from benchmarks.test_verify import month
from mpj.messages import Prestatie

MESSAGES, LINES, ROUNDS, MOST = 200, 8, 5, 3.0
Lines = list[tuple[str, Prestatie]]


def prepare(folder: Path) -> None:
    """Write contract, toewijzingen, one message (``een``) and the same lines as many messages (``veel``)."""
    lines, own = month(MESSAGES * LINES)
    for name in ("contract", "een", "veel"):
        (folder / name).mkdir()
    (folder / "contract" / "contract.toml").write_text(to_toml(TOML), "utf-8")
    cells = [{"perceel": "A", "prestatiecode": code, "kwalificatieniveau": level, "tarief": price} for code, level, price in PRICES]
    write_csv(folder / "contract" / "tarieven.csv", [cell | {"begindatum": "2025-01-01"} for cell in cells])
    write_csv(folder / "toewijzingen.csv", [toewijzing(toewijzingnummer=str(one.toewijzingnummer), bsn=one.bsn) for one in own])
    (folder / "een" / "m.xml").write_bytes(written(message(*lines)))
    for number, part in enumerate(_parts(lines)):
        one = message(*part, nummer=f"DN{number}", identificatie=f"B{number}")
        (folder / "veel" / f"{number:03}.xml").write_bytes(written(one))


def _parts(lines: Lines) -> list[Lines]:
    return [lines[start : start + LINES] for start in range(0, len(lines), LINES)]


def cpu(folder: Path, name: str) -> float:
    """Return the CPU seconds that `mpj verify` takes for the messages in a folder."""
    paths = {"bericht": name, "contracten": "contract", "toewijzingen": "toewijzingen.csv", "out": f"uit-{name}"}
    arguments = [part for option, path in paths.items() for part in (f"--{option}", str(folder / path))]
    day = date(2026, 4, 10).isoformat()
    return measure([sys.executable, "-m", "mpj", "verify", *arguments, "--dagtekening", day, "--force"]).cpu


def test_many_messages(benchmark: Any, tmp_path: Path) -> None:
    """The median of five ratios, each of two runs after each other."""
    prepare(tmp_path)
    ratio = median(cpu(tmp_path, "veel") / cpu(tmp_path, "een") for _ in range(ROUNDS))
    benchmark.pedantic(cpu, (tmp_path, "veel"), rounds=1)
    benchmark.extra_info["cpu_of_one_message"] = round(ratio, 2)
    assert ratio <= MOST
