"""The clerk with a ledger: the month of mpj.toml previewed, kept as a concept, sent, and its answer booked; on every database,
in both languages, with and without JavaScript, by keyboard, and by two persons where that is asked.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from ledger.conftest import Databases
from ledger.conftest import databases as databases
from ledger.conftest import postgres_cluster as postgres_cluster
from presentation.test_browser import browser as browser

from mpj.service import Users
from mpj.service.users import add_user
from service.browsing import Tab
from service.support import REGISTRATIES, answered, office, served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
ENGLISH = {
    "Er is nog niets vastgelegd": "Nothing was kept yet",
    "Laat de maand zien": "Show the month",
    "Leg vast als concept, en maak de berichten": "Keep it as a concept, and make the messages",
    "Neem de berichten mee": "Take the messages",
    "Ja, ze zijn verstuurd": "Yes, they were sent",
    "Boek de antwoorden": "Book the answers",
    "Rapporten": "Reports",
    "Geboekt": "Booked",
    "toegekend": "granted",
    "Maak het rapport": "Make the report",
    "Een ander rapport": "Another report",
    "samen": "together",
    "Controle": "Verification",
    "Maand": "Month",
    "Een ander dan u": "Somebody else than you",
    "Ja, 2026-03 is verstuurd": "Yes, 2026-03 was sent",
    "verzonden: 1 regel, € 98,20": "sent: 1 line, €98.20",
    "1 regel toegekend": "1 line granted",
    "Log uit": "Log out",
}


def message_in(tab: Tab, click: Any) -> str:
    """The one message in the zip that a click hands out."""
    with tab.page.expect_download() as got:
        click()
    with zipfile.ZipFile(Path(got.value.path())) as taken:
        (name,) = [one for one in taken.namelist() if one.startswith("jw323-")]
        return taken.read(name).decode()


@pytest.mark.parametrize("taal", ["nl", "en"])
def test_from_export_to_booked_answer(browser: Any, databases: Databases, tmp_path: Path, taal: str) -> None:
    """In Dutch with JavaScript, in English without."""
    dutch = taal == "nl"

    def t(text: str) -> str:
        return text if dutch else ENGLISH[text]

    amount = "98,20" if dutch else "98.20"

    with served(office=office(tmp_path / "kantoor", ledger=databases.new())) as url:
        tab = Tab(browser, url, tmp_path, script=dutch)
        tab.open("/ledger")
        if not dutch:
            tab.press("English")
        tab.open("/maand")
        tab.page.locator("#periode").fill("2026-03")
        tab.check("ledger-maand")
        tab.press(t("Laat de maand zien"))
        assert amount in tab.text
        tab.check("ledger-voorbeeld")
        tab.press(t("Leg vast als concept, en maak de berichten"))
        tab.check("ledger-concept")
        message = message_in(tab, tab.page.get_by_role("link", name=t("Neem de berichten mee")).click)
        tab.press(t("Ja, ze zijn verstuurd"))
        assert f"{t('Geboekt')}\n" in tab.text and amount in tab.page.locator("section.next li").inner_text()
        tab.check("ledger-verzonden")
        (tmp_path / "jw325.xml").write_bytes(answered(message))
        tab.page.locator("#antwoord").set_input_files(tmp_path / "jw325.xml")
        tab.press(t("Boek de antwoorden"))
        assert t("toegekend") in tab.page.locator("section.next li").inner_text()
        tab.check("ledger-beantwoord")
        tab.follow(t("Rapporten"))
        tab.check("rapporten")
        for soort, told in (("jaar", amount), ("gebruik", t("samen")), ("verkeer", "iJw 3.2")):
            tab.open("/rapporten")
            tab.page.locator("#soort").select_option(soort)
            tab.press(t("Maak het rapport"))
            tab.check(f"rapport-{soort}-{taal}")
            assert told in tab.text, soort
            tab.press(t("Een ander rapport"))


@pytest.mark.parametrize("taal", ["nl", "en"])
def test_two_persons_a_reader_and_a_controller(browser: Any, databases: Databases, tmp_path: Path, taal: str) -> None:
    """The clerk keeps the month and cannot send it; the owner takes the messages and does; others see what is theirs."""
    users = tmp_path / "gebruikers.csv"
    tokens = {rol: add_user(users, rol, rol) for rol in ("clerk", "owner", "reader", "controller")}
    own = office(tmp_path / "kantoor", ledger=databases.new(), more="vier_ogen = true\n")

    def t(text: str) -> str:
        return text if taal == "nl" else ENGLISH[text]

    def login(rol: str, script: bool) -> Tab:
        tab = Tab(browser, url, tmp_path, script=script)
        tab.open("/")
        if taal == "en":
            tab.press("English")
        tab.check(f"inloggen-{taal}")
        tab.page.locator("#token").fill(tokens[rol])
        tab.press("Log in")
        return tab

    with served(office=own, users=Users(users)) as url:
        clerk = login("clerk", script=True)
        assert t("Controle") not in clerk.page.locator("nav").inner_text()
        clerk.page.locator("#periode").fill("2026-03")
        clerk.press(t("Laat de maand zien"))
        clerk.press(t("Leg vast als concept, en maak de berichten"))
        sent = clerk.page.get_by_role("button", name=t("Ja, ze zijn verstuurd"))
        assert t("Een ander dan u") in clerk.text and sent.count() == 0
        clerk.check(f"vier-ogen-concept-{taal}")
        owner = login("owner", script=False)
        owner.follow("Ledger")
        owner.check(f"vier-ogen-ledger-{taal}")
        message = message_in(owner, owner.page.get_by_role("button", name=t("Neem de berichten mee")).click)
        owner.press(t("Ja, 2026-03 is verstuurd"))
        assert t("verzonden: 1 regel, € 98,20") in owner.text
        (tmp_path / "jw325.xml").write_bytes(answered(message))
        reader = login("reader", script=True)
        assert reader.page.url.endswith("/ledger") and reader.page.locator("main form").count() == 0
        reader.check(f"lezer-ledger-{taal}")
        controller = login("controller", script=True)
        controller.follow("Ledger")
        controller.page.locator("#antwoord").set_input_files(tmp_path / "jw325.xml")
        controller.press(t("Boek de antwoorden"))
        assert t("1 regel toegekend") in controller.text
        assert controller.page.locator("nav").get_by_text(t("Maand")).count() == 0
        controller.press(t("Log uit"))
        assert "/inloggen" in controller.page.url


def test_by_keyboard_alone(browser: Any, tmp_path: Path) -> None:
    """The link past the navigation first, everything that can be pressed seen when it has the focus, and a month kept and sent."""
    with served(office=office(tmp_path / "kantoor")) as url:
        tab = Tab(browser, url, tmp_path)
        tab.open("/maand")
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.id") == "periode"
        for name in ("Laat de maand zien", "Bekijk wat er te herstellen is", "b", "← Terug naar de lijst", "Voorbeeld"):
            tab.by_keyboard(name)
        for name in ("Leg vast als concept", "Ja, ze zijn verstuurd"):
            tab.by_keyboard(name)
        assert "verzonden: 1 regel" in tab.text and not tab.wrong, tab.wrong


@pytest.mark.parametrize("script", [True, False])
def test_what_is_undecided_is_chosen_on_the_page(browser: Any, tmp_path: Path, script: bool) -> None:
    own = office(tmp_path / "kantoor")
    export = REGISTRATIES.replace("id;", "Nr;").replace("minuten;kwalificatieniveau", "Tijdsduur;Functie").replace(";hbo;", ";SKJ;")
    (tmp_path / "kantoor" / "2026-03.csv").write_text(export, "utf-8")
    with served(office=own) as url:
        tab = Tab(browser, url, tmp_path, script=script)
        tab.open("/maand")
        tab.page.locator("#periode").fill("2026-03")
        tab.press("Laat de maand zien")
        tab.check("beslis")
        for name, answer in (("kolom Nr", "id"), ("kolom Tijdsduur", "minuten"), ("kolom Functie", "kwalificatieniveau")):
            tab.page.get_by_label(name).select_option(label=f"{answer} (waarschijnlijk)")
        tab.page.get_by_label("kwalificatieniveau: waarde skj").select_option(label="hbo")
        tab.press("Ga verder met deze keuzes")
        assert "98,20" in tab.text
        tab.check("beslist")
        with tab.page.expect_download() as got:
            tab.page.get_by_role("link", name="Neem het profiel mee").click()
        assert '"skj" = "hbo"' in Path(got.value.path()).read_text("utf-8")
        tab.press("Leg vast als concept, en maak de berichten")
        assert "De maand is vastgelegd als concept" in tab.text
