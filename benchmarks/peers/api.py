"""The same year through mpj's API, attrs values out: what a program does that has its records in memory.

``values`` gives a list of attrs values, read from the files; ``mappings`` gives one mapping after another, with typed values, as
they come from a database.
"""

from __future__ import annotations

import csv
import gc
import sys
from datetime import date
from pathlib import Path

import mpj
from benchmarks.peers.data import DAGTEKENING, PERIODE, Files
from benchmarks.peers.plain import HEADER
from benchmarks.peers.scan import mappings


def main(files: Files, out: Path, form: str = "values") -> None:
    """Declare the records of the files, and write the lines to `out` in the form that the peers use."""
    result = mpj.declare(
        [mpj.load_contract(files.contract)],
        list(mpj.read_toewijzingen([files.toewijzingen])),
        list(mpj.read_registraties([files.registraties])) if form == "values" else mappings(files.registraties),
        verblijf=mpj.read_verblijf([files.verblijf]) if files.limits else (),
        periode=PERIODE,
        dagtekening=date.fromisoformat(DAGTEKENING),
        nalevering=True,
    )
    # Whoever asks for the trace gets it, so it has to be there.
    if sum(row.bedrag_cent for row in result.herkomst) != sum(line.bedrag_cent for line in result.regels):
        raise SystemExit("the trace does not add up to the lines")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for line in result.regels:
            what = line.gemeente, line.toewijzingnummer, line.prestatiecode, line.kwalificatieniveau, line.begindatum.month
            writer.writerow((*what, line.volume, line.bedrag_cent))


if __name__ == "__main__":
    # As docs/api.md advises where nothing else runs beside the month, and as `mpj declare` does in its own process.
    gc.disable()
    main(Files(Path(sys.argv[1])), Path(sys.argv[2]), *sys.argv[3:])
