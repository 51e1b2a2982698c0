"""``python -m benchmarks.inputs``: a whole `mpj declare` of the same registraties as CSV, Parquet and XLSX, its memory above all.

Both executors run each form once, in a process of its own; peak MB is that of the process and its children together.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.measure import measure
from benchmarks.peers.contestants import declare
from benchmarks.peers.data import Files, prepare, with_parquet
from benchmarks.report import busy, provenance, write_between
from mpj.docs import table

FORMS = ("csv", "parquet", "xlsx")
EXECUTORS = ("python", "columnar")
COLUMNS = ("from", "file", "executor", "CPU s", "wall s", "peak MB")
PACKAGES = ("duckdb", "python-calamine")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def with_xlsx(files: Files) -> Path:
    """Return the registraties as a workbook of text cells in place, as an export in one pass makes it; made once."""
    path = files.folder / "registraties.xlsx"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=1) as book, files.registraties.open(encoding="utf-8") as rows:
            for name, text in PARTS.items():
                book.writestr(name, HEAD + text)
            with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
                sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for number, line in enumerate(rows, 1):
                    cells = line.rstrip("\n").replace(";", '</t></is></c><c t="inlineStr"><is><t>')
                    sheet.write(f'<row r="{number}"><c t="inlineStr"><is><t>{cells}</t></is></c></row>'.encode())
                sheet.write(b"</sheetData></worksheet>")
        unfinished.rename(path)
    return path


def registraties(files: Files, form: str) -> Path:
    """Return the file of registraties in a form."""
    if form == "csv":
        return files.registraties
    return with_parquet(files).parquet if form == "parquet" else with_xlsx(files)


def row(files: Files, form: str, executor: str, lines: set[str]) -> tuple[str, ...]:
    """Declare once and return the cells of the table; `lines` gets the digest of what was declared."""
    path = registraties(files, form)
    place = Path(tempfile.mkdtemp(prefix="mpj-inputs-"))
    try:
        command = declare("--executor", executor)(files, place / "out")
        command[command.index(str(files.registraties))] = str(path)
        took = measure(command)
        lines.add(hashlib.sha256((place / "out" / "declaratieregels.csv").read_bytes()).hexdigest())
    finally:
        shutil.rmtree(place)
    size = f"{path.stat().st_size / 1e6:.0f} MB"
    peak = "?" if took.peak_mb is None else f"{took.peak_mb:,}"
    return form.upper() if form != "parquet" else "Parquet", size, executor, f"{took.cpu:.0f}", f"{took.seconds:.0f}", peak


def main(given: Sequence[str] | None = None) -> int:
    """Run what was asked for; returns 1 when the forms do not come to the same lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inputs", description=__doc__)
    parser.add_argument("--registraties", type=int, default=1_000_000, help="how many registraties (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=[*FORMS, *EXECUTORS], metavar="NAME", help="only these forms and executors")
    parser.add_argument("--docs", type=Path, default=None, metavar="PAGE", help="also write the table into this page")
    asked = parser.parse_args(given)
    other_work = busy()
    files = prepare(asked.registraties)
    lines: set[str] = set()
    rows = []
    for form in (form for form in FORMS if form in asked.only):
        for executor in (executor for executor in EXECUTORS if executor in asked.only):
            rows.append(row(files, form, executor, lines))
            print(*rows[-1], sep="  ", flush=True)
    if len(lines) > 1:
        print("the forms do not come to the same lines")
        return 1
    if asked.docs:
        command = f"python -m benchmarks.inputs --registraties {asked.registraties}"
        text = f"{table(COLUMNS, rows)}\n{provenance(command, other_work, PACKAGES)}\n"
        write_between(asked.docs, "inputs", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
