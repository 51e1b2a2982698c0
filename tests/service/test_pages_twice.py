"""A form that is sent twice is done once, and a page says of what went wrong what is known: also where something was kept."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve
from ledger.test_replaced import log

from mpj.ledger import Ledger
from mpj.service import Office
from service.support import Client, Here, answered, office
from service.test_pages import Visitor

pytestmark = pytest.mark.lowest
MONTH = {"periode": "2026-03", "dagtekening": "2026-04-07", "vastleggen": "ja"}


class Clerk(Visitor):
    """Someone who keeps a month, with the form that they have before them."""

    def form(self, path: str, *, seal: bool = False) -> dict[str, str]:
        """What a form of a page carries; its `seal` alone, where it is of none that writes."""
        page = self.ask("GET", path).text
        names = ("zegel",) if seal else ("zegel", "sleutel")
        return {name: re.findall(rf'name="{name}" value="([\w-]+)"', page)[-1] for name in names}

    def sends(self, path: str, form: dict[str, str], files: Any = (), **more: str) -> httpx.Response:
        """Send a form."""
        return self.ask("POST", path, files, data=form | more)


@pytest.fixture
def own(tmp_path: Path) -> Office:
    return office(tmp_path / "kantoor", wacht=0.05)


@pytest.fixture
def clerk(own: Office) -> Clerk:
    return Clerk(Client(office=own))


def done(own: Office) -> list[str]:
    with own.ledger() as ledger:
        return [what for what, _, _ in log(ledger)]


def test_what_a_form_asks_is_done_once_and_both_presses_show_it(clerk: Clerk, own: Office) -> None:
    form = clerk.form("/maand")
    for _ in range(2):
        assert clerk.sends("/maand", form, **MONTH).status_code == 303
        assert "vastgelegd als concept" in clerk.ask("GET", "/maand").text
    form = clerk.form("/maand")
    for _ in range(2):
        clerk.sends("/maand/verzonden", form)
        page = clerk.ask("GET", "/ledger").text
        assert "verzonden: 1 regel, € 98,20" in page and "Dit lukte niet" not in page
    assert done(own) == ["gedraaid", "verzonden"]


def test_another_form_or_other_fields_are_done_anew(clerk: Clerk, own: Office) -> None:
    form = clerk.form("/maand")
    clerk.sends("/maand", form, **MONTH)
    clerk.sends("/maand", form, **MONTH | {"dagtekening": "2026-04-08"})
    clerk.sends("/maand", clerk.form("/maand"), **MONTH)
    assert done(own) == ["gedraaid"] * 3


def test_what_did_not_work_is_tried_again_by_the_same_form(clerk: Clerk, own: Office, tmp_path: Path) -> None:
    clerk.sends("/maand", clerk.form("/maand"), **MONTH)
    form = clerk.form("/maand")
    with Ledger(tmp_path / "kantoor" / "zorg.db") as other, other.database.transaction():
        clerk.sends("/maand/verzonden", form)
        assert "Dit lukte niet" in clerk.ask("GET", "/ledger").text
    clerk.sends("/maand/verzonden", form)
    assert "verzonden: 1 regel" in clerk.ask("GET", "/ledger").text
    assert done(own) == ["gedraaid", "verzonden"]


def test_a_month_that_could_not_be_computed_is_tried_again(clerk: Clerk, own: Office, tmp_path: Path) -> None:
    care, form = tmp_path / "kantoor" / "2026-03.csv", clerk.form("/maand")
    text = care.read_text("utf-8")
    care.write_text(text.replace("minuten", "duur"), "utf-8")
    clerk.sends("/maand", form, **MONTH)
    assert "nog niet te berekenen" in clerk.ask("GET", "/maand/inhoud").text
    care.write_text(text, "utf-8")
    clerk.sends("/maand", form, **MONTH)
    assert "vastgelegd als concept" in clerk.ask("GET", "/maand").text


def broken(*_: object, **__: object) -> Any:
    raise RuntimeError("999900006")


def test_what_goes_wrong_after_the_ledger_was_changed_says_that_it_was(own: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Clerk(Client(office=own, processes=Here()))
    monkeypatch.setattr("mpj.service.ledgering.made_new", broken)
    clerk.sends("/maand", clerk.form("/maand"), **MONTH)
    page = clerk.ask("GET", "/maand").text
    assert "Het ledger is wel gewijzigd" in page and "Er is niets gedaan" not in page and "999900006" not in page
    assert done(own) == ["gedraaid"]


def test_the_api_says_so_too(own: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpj.service.ledgering.made_new", broken)
    client = Client(office=own, processes=Here())
    answer = client.ask("POST", "/api/v1/ledger/declare", data={"periode": "2026-03", "dagtekening": "2026-04-07"})
    codes = [one["code"] for one in answer.json()["meldingen"]]
    assert (answer.status_code, codes) == (500, ["onverwacht", "ledger_wel_bijgewerkt"])


def test_what_goes_wrong_where_nothing_is_kept_says_that_nothing_was(own: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Clerk(Client(office=own, processes=Here()))
    monkeypatch.setattr("mpj.service.pages.tarieven.check_folders", broken)
    clerk.matrix()
    page = clerk.ask("GET", "/tarieven/matrix").text
    assert "er is niets gewijzigd" in page and "Verbeter het volgende" not in page


def test_who_is_to_send_takes_the_messages_that_another_kept(clerk: Clerk, own: Office, tmp_path: Path) -> None:
    clerk.sends("/maand", clerk.form("/maand"), **MONTH)
    second = Clerk(Client(office=evolve(own, wie="ander")))
    (number,) = re.findall(r'name="nummers" value="(\w+)"', second.ask("GET", "/ledger").text)
    answer = second.sends("/ledger/berichten", second.form("/ledger"), nummers=number)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        found = {name: made.read(name) for name in made.namelist()}
    wanted = {path.name: path.read_bytes() for path in (tmp_path / "kantoor" / "uit" / "2026-03").glob("jw323-*.xml")}
    assert found == wanted and len(found) == 1
    second.sends("/ledger/verzonden", second.form("/ledger"), nummers=number)
    (message,) = found.values()
    file = [("antwoord", ("a.xml", answered(message.decode())))]
    form = second.form("/ledger")
    for _ in range(2):
        second.sends("/ledger/antwoord", form, file)
        assert "1 regel toegekend" in second.ask("GET", "/ledger").text
    assert done(own) == ["gedraaid", "verzonden", "beantwoord"]


@pytest.mark.parametrize(("taal", "told"), [("nl", "toegekend"), ("en", "granted")])
def test_a_report_is_in_the_language_of_the_visitor(clerk: Clerk, taal: str, told: str) -> None:
    clerk.sends("/maand", clerk.form("/maand"), **MONTH)
    clerk.sends("/taal", clerk.form("/maand"), taal=taal, naar="/rapporten")
    form = {"zegel": clerk.form("/maand")["zegel"]}
    for soort in ("jaar", "gebruik", "verkeer"):
        clerk.sends("/rapporten", form, soort=soort, van="2026-01", tot="2026-12")
        page = clerk.ask("GET", "/rapporten").text
        assert '<section lang="nl">' not in page, soort
        if soort == "jaar":
            assert told in page.lower()
