"""The controller in the browser: messages dropped, the overview, what is wrong with a line, the answers taken along."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import browser as browser
from verify.support import line, message
from verify.test_many import MARCH, folder

from service.browsing import Tab
from service.support import served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WRONG = message(line(referentienummer="R7", tarief_cent=170, bedrag_cent=10200), nummer="DN7", identificatie="B7")


def dropped(tab: Tab, path: Path) -> None:
    """Choose the files of a controller: two messages and something else, toewijzingen, the files of a contract."""
    folder(path, goed=MARCH, fout=WRONG, anders=b"<anders/>")
    page = tab.page
    page.locator("#bericht").set_input_files(sorted((path / "berichten").iterdir()))
    page.locator("#toewijzingen").set_input_files(path / "toewijzingen.csv")
    page.locator("#contract").set_input_files(sorted((path / "contract").iterdir()))


@pytest.mark.slow
def test_from_messages_to_answers(browser: Any, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/controle")
        assert "Declaraties toetsen" in tab.page.title()
        tab.check("controle-leeg")
        dropped(tab, tmp_path)
        tab.press("Toets de declaraties")
        assert "Aandeel afgekeurd" in tab.text and tab.page.url.endswith("/controle")
        tab.check("controle-overzicht")
        with tab.page.expect_download() as got:
            tab.page.get_by_role("link", name="Neem de antwoorden mee").click()
        data = Path(got.value.path()).read_bytes()
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert {"bevindingen.csv", "overzicht.xlsx"} <= set(names) and sum(name.startswith("jw325-") for name in names) == 2
        tab.follow("fout.xml")
        assert ("R7" in tab.text and "9346" in tab.text) or "code" in tab.text
        link = tab.page.locator("article a").first
        assert str(link.get_attribute("href")).startswith("https://informatiemodel.istandaarden.nl/")
        tab.check("controle-bericht")
        tab.follow("Alle berichten")
        tab.press("Toets andere declaraties")
        assert tab.page.locator("#bericht").count() == 1


@pytest.mark.slow
def test_in_english(browser: Any, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/controle")
        tab.press("English")
        assert tab.page.locator("html").get_attribute("lang") == "en"
        tab.check("control-empty")
        dropped(tab, tmp_path)
        tab.press("Judge the declarations")
        tab.check("control-overview")
        tab.follow("fout.xml")
        tab.check("control-message")


@pytest.mark.slow
def test_what_is_wrong_is_told_with_what_to_do(browser: Any, tmp_path: Path) -> None:
    with served() as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/controle")
        dropped(tab, tmp_path)
        tab.page.locator("#contract").set_input_files([tmp_path / "contract" / "tarieven.csv"])
        tab.press("Toets de declaraties")
        assert "geen zip" in tab.text and tab.page.locator("#bericht").count() == 1
        tab.check("controle-fout")
