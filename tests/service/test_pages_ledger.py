"""The clerk with a ledger: the month of mpj.toml previewed, kept as a concept, sent, and its answer booked."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from presentation.test_browser import browser as browser

from service.browsing import Tab
from service.support import answered, office, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.slow
@pytest.mark.parametrize("taal", ["nl", "en"])
def test_from_export_to_booked_answer(browser: Any, tmp_path: Path, taal: str) -> None:
    dutch = taal == "nl"
    with served(office=office(tmp_path / "kantoor")) as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/ledger")
        if not dutch:
            tab.press("English")
        assert ("Er is nog niets vastgelegd" if dutch else "Nothing was kept yet") in tab.text
        tab.open("/maand")
        tab.page.locator("#periode").fill("2026-03")
        tab.check("ledger-maand")
        tab.press("Laat de maand zien" if dutch else "Show the month")
        assert "98,20" in tab.text and "Proef" in tab.text
        tab.check("ledger-voorbeeld")
        tab.press("Leg vast als concept, en maak de berichten" if dutch else "Keep it as a concept, and make the messages")
        tab.check("ledger-concept")
        with tab.page.expect_download() as got:
            tab.page.get_by_role("link", name="Neem de berichten mee" if dutch else "Take the messages").click()
        with zipfile.ZipFile(Path(got.value.path())) as taken:
            (name,) = [one for one in taken.namelist() if one.startswith("jw323-")]
            message = taken.read(name).decode()
        tab.press("Ja, ze zijn verstuurd" if dutch else "Yes, they were sent")
        assert "verzonden: 1 regel, € 98,20" in tab.text
        tab.check("ledger-verzonden")
        (tmp_path / "jw325.xml").write_bytes(answered(message))
        tab.page.locator("#antwoord").set_input_files(tmp_path / "jw325.xml")
        tab.press("Boek de antwoorden" if dutch else "Book the answers")
        assert "1 regel toegekend, 0 afgekeurd" in tab.text
        tab.check("ledger-beantwoord")
        tab.follow("Rapporten" if dutch else "Reports")
        tab.check("rapporten")
        for soort, told in (("jaar", "98,20"), ("gebruik", "samen"), ("verkeer", "iJw 3.2")):
            tab.open("/rapporten")
            tab.page.locator("#soort").select_option(soort)
            tab.press("Maak het rapport" if dutch else "Make the report")
            tab.check(f"rapport-{soort}")
            assert told in tab.text, soort
            tab.press("Een ander rapport" if dutch else "Another report")
