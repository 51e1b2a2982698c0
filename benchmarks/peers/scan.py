"""The floor for anything in plain Python: `csv.reader` over the registraties, and nothing done with a row."""

from __future__ import annotations

import csv
import sys
from pathlib import Path


def main(folder: Path) -> int:
    """Read every row; returns how many there are."""
    with (folder / "registraties.csv").open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
