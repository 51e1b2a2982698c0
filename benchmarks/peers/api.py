"""The same year through mpj's API, with attrs values in and out: what a program does that has its records in memory."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import mpj
from benchmarks.peers.data import DAGTEKENING, PERIODE, Files


def main(files: Files, out: Path) -> None:
    """Read the files as values, declare, and write the lines to `out` in the form that the peers use."""
    result = mpj.declare(
        [mpj.load_contract(files.contract)],
        list(mpj.read_toewijzingen([files.toewijzingen])),
        list(mpj.read_registraties([files.registraties])),
        periode=PERIODE,
        dagtekening=date.fromisoformat(DAGTEKENING),
        nalevering=True,
    )
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("gemeente", "toewijzingnummer", "prestatiecode", "niveau", "maand", "eenheden", "bedrag_cent"))
        for line in result.regels:
            what = line.gemeente, line.toewijzingnummer, line.prestatiecode, line.kwalificatieniveau, line.begindatum.month
            writer.writerow((*what, line.volume, line.bedrag_cent))


if __name__ == "__main__":
    main(Files(Path(sys.argv[1])), Path(sys.argv[2]))
