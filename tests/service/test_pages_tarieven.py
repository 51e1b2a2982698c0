"""Matrices in the browser: looked through, compared, lines repriced with a picture, and a workbook read in."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import browser as browser

from mpj.cli import run
from service.browsing import Tab
from service.support import CONTRACT, REGISTRATIES, TOEWIJZINGEN, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROOT = Path(__file__).parents[2]
REGION = ROOT / "tariffs" / "voorbeeldregio"
MATRICES = ROOT / "tests" / "data" / "matrices"


def folder_of(path: Path, price: str = "24,55") -> list[Path]:
    """The files of a small contract, at this price."""
    path.mkdir()
    for name, text in CONTRACT.items():
        (path / name).write_text(text.replace("24,55", price), "utf-8")
    return sorted(path.iterdir())


@pytest.mark.slow
def test_a_matrix_is_looked_through(browser: Any, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/")
        tab.follow("Tarieven")
        tab.check("tarieven")
        tab.follow("Matrix nakijken")
        tab.page.locator("#contract").set_input_files([one for one in REGION.iterdir() if one.suffix in (".toml", ".csv")])
        tab.press("Kijk na")
        assert "Perceel" in tab.text and "tariefkaart" in tab.text
        tab.check("matrix")
        tab.press("Opnieuw, met andere bestanden")
        (tmp_path / "kapot").mkdir()
        files = folder_of(tmp_path / "kapot" / "contract", "geen prijs")
        tab.page.locator("#contract").set_input_files(files)
        tab.press("Kijk na")
        assert "tarieven.csv, rij 2" in tab.text
        tab.check("matrix-fout")


def test_two_are_compared(browser: Any, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/tarieven/vergelijken")
        tab.page.locator("#oud").set_input_files(folder_of(tmp_path / "oud"))
        tab.page.locator("#nieuw").set_input_files(folder_of(tmp_path / "nieuw", "26,00"))
        tab.press("Vergelijk")
        assert "26,00" in tab.text
        tab.check("vergelijken")


@pytest.mark.slow
def test_lines_are_repriced_with_a_picture(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "toewijzingen.csv").write_text(TOEWIJZINGEN, "utf-8")
    (tmp_path / "maart.csv").write_text(REGISTRATIES, "utf-8")
    old = folder_of(tmp_path / "oud")
    files = [
        "--contracten",
        tmp_path / "oud",
        "--toewijzingen",
        tmp_path / "toewijzingen.csv",
        "--registraties",
        tmp_path / "maart.csv",
    ]
    asked = ["--periode", "2026-03", "--dagtekening", "2026-04-07", "--out", tmp_path / "maand"]
    assert run(["declare", *map(str, files), *map(str, asked)]) == 0
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/tarieven/herberekenen")
        tab.page.locator("#regels").set_input_files(tmp_path / "maand" / "declaratieregels.csv")
        tab.page.locator("#herkomst").set_input_files(tmp_path / "maand" / "herkomst.csv")
        tab.page.locator("#oud").set_input_files(old)
        tab.page.locator("#nieuw").set_input_files(folder_of(tmp_path / "nieuw", "26,00"))
        tab.press("Herbereken")
        assert "104,00" in tab.text
        tab.check("herberekenen")
        with tab.page.expect_download() as got:
            tab.page.get_by_role("link", name="Neem de bestanden mee").click()
        names = zipfile.ZipFile(io.BytesIO(Path(got.value.path()).read_bytes())).namelist()
        assert "herberekening.csv" in names


@pytest.mark.slow
def test_a_workbook_is_read_in_with_what_was_understood(browser: Any, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/tarieven/inlezen")
        tab.press("English")
        shutil.copyfile(MATRICES / "contract.toml", tmp_path / "contract.toml")
        tab.page.locator("#werkmap").set_input_files(MATRICES / "7-simple.xlsx")
        tab.page.locator("#contract").set_input_files(tmp_path / "contract.toml")
        tab.press("Read it in")
        assert "read as" in tab.text
        tab.check("inlezen")
