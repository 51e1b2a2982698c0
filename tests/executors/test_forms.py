"""Whatever form the registraties have, every executor writes the same files."""

from __future__ import annotations

import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import ANNA, BRAM, write

import mpj
from mpj import Fault
from mpj.engine.job import Job
from mpj.executors import columnar, parts
from mpj.reading.lines import LineNumbers
from mpj.reading.sources import Reading
from mpj.records.partitions import Partitions

openpyxl = pytest.importorskip("openpyxl")
HEADER = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode;opmerking\n"


def rows(*ids: str) -> str:
    each = (f'{name};{bsn};2026-03-{day:02};{40 + day};hbo;2.1;"é\né"\n' for name in ids for day, bsn in ((2, ANNA), (3, BRAM)))
    return HEADER + "".join(row.replace(";", f"-{number};", 1) for number, row in enumerate(each))


def folder(path: Path) -> Path:
    """A folder of registraties in many forms, and some files that are none."""
    write(path / "a.csv", rows("A").replace('"é\né"', "é"))
    write(path / "b.csv", rows("B").encode("cp1252"))
    write(path / "c.csv", ("sep=,\n" + rows("C").replace(";", ",")).encode("utf-16"))
    write(path / "d.csv", "Export\n\n" + rows("D").replace(";", "\t").replace("id\t", "I D\t", 1))
    write(path / "lees.txt", "x")
    write(path / "oud/e.csv", rows("E"))
    book = openpyxl.Workbook()
    for line in rows("F").replace('"é\né"', "é").splitlines():
        book.active.append(line.split(";"))
    book.save(path / "f.xlsx")
    with zipfile.ZipFile(path.parent / "g.zip", "w") as archive:
        archive.writestr("g/g.csv", rows("G"))
        archive.write(path / "f.xlsx", "g/h.xlsx")
    import duckdb

    with duckdb.connect() as connection:
        read = f"read_csv('{path / 'a.csv'}', all_varchar = true)"
        connection.execute(f"COPY (SELECT * REPLACE (concat('P', id) AS id) FROM {read}) TO '{path / 'p.parquet'}'")
    return path


@pytest.mark.slow
def test_all_executors_read_the_same_of_all_forms(tmp_path: Path) -> None:
    contract = mpj.load_contract("tariffs/voorbeeldregio")
    granted: list[dict[str, object]] = [
        {
            "toewijzingnummer": number,
            "bsn": bsn,
            "gemeente": contract.gemeenten[0],
            "aanbieder": contract.aanbieder,
            "begindatum": "2026-01-01",
            "prestatiecode": "2.1",
        }
        for number, bsn in enumerate((ANNA, BRAM), 1)
    ]
    job = Job.of([contract], mpj.records.toewijzingen.as_toewijzingen(granted), periode="2026-03", dagtekening=date(2026, 4, 7))
    paths = [folder(tmp_path / "in"), tmp_path / "g.zip"]
    made: dict[str, Any] = {}
    for name in ("parts", "columnar"):
        told: list[Fault] = []
        lines: dict[str, LineNumbers] = {}
        out = tmp_path / name
        out.mkdir()
        invoer: dict[str, dict[str, str]] = {"registraties": {}}
        reading = Reading(told.append, invoer["registraties"], lines)
        if name == "parts":
            with closing(Partitions()) as taken:
                taken.read(paths, reading)
                parts.declare_files(job, taken, out, invoer=invoer, processes=1)
        else:
            columnar.declare_files(job, paths, out, invoer=invoer, reading=reading, threads=1)
        files = {path.name: path.read_bytes() for path in out.iterdir()}
        shifted = {naam: [numbers.of(rij) for rij in range(1, 6)] for naam, numbers in lines.items()}
        made[name] = files, sorted(map(str, told)), shifted
    assert made["parts"] == made["columnar"]
    files, heard, shifted = made["parts"]
    assert files["herkomst.csv"].count(b"\n") == 1 + 7 * 2, "F is in the folder and in the zip, the same"
    assert [line for line in heard if ("niet gelezen" in line and "lees.txt" in line) or "oud/e.csv" in line]
    assert shifted["in/c.csv"] == [2, 3, 5, 7, 8]
