"""The clerk in the browser: from the files of an invented month to the preview, the work list and an explanation."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import browser as browser

from mpj.demo import contract_folders, generate
from service.browsing import Tab
from service.support import served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SIZES = {"zaad": 7, "clienten": 40, "registraties": 900, "verblijven": 12}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of an invented aanbieder, and its contracts as zips."""
    folder = tmp_path_factory.mktemp("regio")
    generate(folder, contract_folders(), periode="2026-03", **SIZES)
    for one in contract_folders():
        with zipfile.ZipFile(folder / f"{one.name}.zip", "w") as made:
            for path in one.iterdir():
                made.write(path, path.name)
    return folder


def chosen(tab: Tab, region: Path) -> None:
    """Choose the files of the month."""
    page = tab.page
    page.locator("#periode").fill("2026-03")
    page.locator("#contract").set_input_files(sorted(region.glob("*.zip")))
    for name in ("toewijzingen", "registraties", "verblijf"):
        page.locator(f"#{name}").set_input_files(region / f"{name}.csv")
    page.locator("summary").click()
    page.locator("#medewerkers").set_input_files(region / "medewerkers.csv")


@pytest.mark.slow
def test_a_month_from_files_to_an_explanation(browser: Any, region: Path, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/")
        tab.check("maand-leeg")
        chosen(tab, region)
        tab.press("Laat de maand zien")
        assert "Wat nu?" in tab.text and "Per gemeente" in tab.text
        tab.check("maand-voorbeeld")
        tab.follow("Bekijk wat er te herstellen is")
        whole = tab.page.locator("tbody tr").count()
        tab.page.locator("#vervolg").select_option("herstel")
        tab.press("Laat zien")
        assert 0 < tab.page.locator("tbody tr").count() < whole
        tab.check("maand-uitval")
        with tab.page.expect_navigation():
            tab.page.locator("button.link").first.click()
        assert "Niet gedeclareerd" in tab.text and tab.page.url.endswith("/maand/uitleg")
        tab.check("maand-uitleg")
        tab.follow("Terug naar de lijst")
        tab.follow("Regels (")
        tab.check("maand-regels")
        with tab.page.expect_navigation():
            tab.page.locator("button.link").first.click()
        assert "klopt met de regel" in tab.text and "9999" not in tab.text
        tab.open("/maand/inhoud")
        assert "registraties.csv" in tab.text
        tab.check("maand-inhoud")
        for name, inside in (("bestanden.zip", "declaratieregels.csv"), ("werklijst.xlsx", "xl/workbook.xml")):
            with tab.page.expect_download() as got:
                tab.page.evaluate("path => { location.href = path }", f"/maand/{name}")
            assert inside in zipfile.ZipFile(io.BytesIO(Path(got.value.path()).read_bytes())).namelist()


@pytest.mark.slow
def test_in_english_and_what_is_undecided(browser: Any, region: Path, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/maand")
        tab.press("English")
        chosen(tab, region)
        text = (region / "registraties.csv").read_text("utf-8").replace("minuten", "duur", 1)
        (tmp_path / "export.csv").write_text(text, "utf-8")
        tab.page.locator("#registraties").set_input_files(tmp_path / "export.csv")
        tab.press("Show the month")
        assert "Still to decide" in tab.text and "cannot be computed yet" in tab.text
        tab.check("month-undecided")
        with tab.page.expect_download() as got:
            tab.page.get_by_role("link", name="Take the proposal").click()
        assert "[registraties" in Path(got.value.path()).read_text("utf-8")
