"""Small contracts to test with, as rows a contract manager could type."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import mpj
from mpj.contract import Contract
from mpj.presentation import csv
from mpj.presentation.report import Table
from mpj.reading.faults import Fault

HEADER = ("perceel", "prestatiecode", "kwalificatieniveau", "begindatum", "einddatum", "tarief")


def cells(text: str) -> list[dict[str, str]]:
    """Rows of tarieven.csv: ``A 2.1 hbo 2026-01-01 .. 24,55``; ``-`` is empty, ``..`` runs to the end of the contract."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [dict(zip(HEADER, ["" if field in ("-", "..") else field for field in row], strict=True)) for row in rows]


def make(text: str, percelen: str = "A", **sections: Any) -> Contract:
    """A contract of 2026 and 2027 with these cells and percelen; `sections` are further tables of contract.toml."""
    head: dict[str, Any] = {
        "id": "T",
        "protocol": "MPJ-16",
        "aanbieder": "65656055",
        "gemeenten": ["0384", "0363"],
        "begindatum": date(2026, 1, 1),
        "einddatum": date(2027, 12, 31),
    }
    head |= sections.pop("contract", {})
    return mpj.make_contract({"contract": head, "perceel": [{"code": code} for code in percelen]} | sections, cells(text))


def codes(faults: Iterable[Fault]) -> list[str]:
    return [fault.code for fault in faults]


def write_folder(folder: Path, text: str, extra: str = "", percelen: str = "A") -> Path:
    """A contract folder on disk with these cells."""
    folder.mkdir(parents=True, exist_ok=True)
    head = '[contract]\nid = "T"\nprotocol = "MPJ-16"\naanbieder = "65656055"\ngemeenten = ["0384"]\n'
    head += "begindatum = 2026-01-01\neinddatum = 2027-12-31\n"
    head += "".join(f'[[perceel]]\ncode = "{code}"\nnaam = "Naam {code}"\n' for code in percelen)
    (folder / "contract.toml").write_text(head + extra, "utf-8")
    lines = [";".join(HEADER), *(";".join(row.values()) for row in cells(text))]
    (folder / "tarieven.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def csv_rows(table: Table) -> list[tuple[str, ...]]:
    """The rows of a table as its CSV holds them, without the header."""
    return [tuple(line.split(";")) for line in csv.text(table).splitlines()[1:]]
