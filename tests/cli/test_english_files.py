"""What a command writes for people is English with ``--taal en``: workbooks and pages; a CSV is the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.gathering import DUTCH
from cli.helpers import mpj, write_month

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
pytestmark = pytest.mark.slow
NAMED = "Behandeling basis (al dan niet GGZ)"
"""What the protocol calls a prestatiecode: a name."""
CALLS = {
    "worklist --van {folder}/uit --out {out}/lijst.xlsx": ("lijst.xlsx",),
    "ledger status --ledger {folder}/zorg.db --out {out}/stand": ("stand/status.html", "stand/status.xlsx"),
    "ledger work --ledger {folder}/zorg.db --out {out}/werk": ("werk/onderhanden_werk.html", "werk/onderhanden_werk.xlsx"),
    "tariffs show {folder}/vb --formaat html --out {out}/matrix.html": ("matrix.html",),
    "tariffs show {folder}/vb --formaat xlsx --out {out}/matrix.xlsx": ("matrix.xlsx",),
    "tariffs diff {folder}/vb {folder}/nieuw --formaat html --out {out}/diff.html": ("diff.html",),
    "tariffs reprice --regels {folder}/uit/declaratieregels.csv --herkomst {folder}/uit/herkomst.csv --oud {folder}/vb "
    "--nieuw {folder}/nieuw --out {out}/prijs": ("prijs/herberekening.html", "prijs/herberekening.xlsx"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month that was declared with a ledger, and another matrix."""
    folder = tmp_path_factory.mktemp("maand")
    month = write_month(folder)
    write_month(folder / "anders", tarieven=(month.folder / "vb" / "tarieven.csv").read_text("utf-8").replace("24,55", "25,55"))
    (folder / "anders" / "vb").rename(folder / "nieuw")
    made = month.declare("--ledger", folder / "zorg.db", out=folder / "uit")
    assert made.code == 0, made.err
    return folder


def told(path: Path) -> Iterator[str]:
    """Every text that people read in a workbook or on a page."""
    if path.suffix == ".html":
        text = re.sub(r"<style>.*?</style>", "", path.read_text("utf-8"), flags=re.DOTALL)
        yield from filter(None, (one.strip() for one in re.split(r"<[^>]*>", text)))
        return
    for sheet in openpyxl.load_workbook(path):
        yield sheet.title
        yield from (str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))


@pytest.mark.parametrize("call", CALLS)
def test_files_for_people(folder: Path, tmp_path: Path, call: str) -> None:
    shown = {}
    for taal in ("nl", "en"):
        out = tmp_path / taal
        out.mkdir()
        done = mpj(*call.format(folder=folder, out=out).split(), "--taal", taal)
        assert done.code == 0, done.err
        shown[taal] = {name: list(told(out / name)) for name in CALLS[call]}
    for name, texts in shown["en"].items():
        assert texts != shown["nl"][name], name
        wrong = [text for text in texts if NAMED not in text and DUTCH & set(re.findall(r"[a-zà-ÿ_]+", text.lower()))]
        assert wrong == [], name
    tables = [path.relative_to(tmp_path / "nl") for path in (tmp_path / "nl").rglob("*.csv")]
    assert all((tmp_path / "nl" / path).read_bytes() == (tmp_path / "en" / path).read_bytes() for path in tables)
