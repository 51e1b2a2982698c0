"""On page Maand what is undecided is chosen and the month goes on with the same files; the choices are a profile to take along."""

from __future__ import annotations

import gc
import re
import tempfile
import time
from pathlib import Path

import pytest

from mpj.service import Office
from service.support import CONTRACT, REGISTRATIES, TOEWIJZINGEN, Client, File, office
from service.test_pages_twice import MONTH, Clerk, done

pytestmark = pytest.mark.lowest
HOURS = REGISTRATIES.replace("minuten", "Duur").replace(";60;", ";1:00;").replace(";0;", ";0:30;").replace("id;", "Nr;")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    (tmp_path / "kort").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "kort"))
    found = office(tmp_path / "kantoor")
    (tmp_path / "kantoor" / "2026-03.csv").write_text(HOURS, "utf-8")
    return found


def held(tmp_path: Path) -> list[str]:
    """What stands in the folders of requests."""
    return sorted(path.name for path in (tmp_path / "kort").rglob("*") if path.is_file())


def left(tmp_path: Path) -> list[str]:
    """What still stands there once the thread that worked last let go of what it worked with."""
    for _ in range(100):
        gc.collect()
        if not any((tmp_path / "kort").iterdir()):
            break
        time.sleep(0.02)
    return held(tmp_path)


def choice(page: str, wat: str, answer: str) -> str:
    """The value of an answer on a page."""
    (select,) = re.findall(rf'<label for="(v\d+)">[^<]*{re.escape(wat)}', page)
    options = page.split(f'<select id="{select}"')[1].split("</select>")[0]
    (found,) = re.findall(rf'<option value="(\w+)">{re.escape(answer)}', options)
    return str(found)


def choose(clerk: Clerk, *answers: tuple[str, str], **more: str) -> str:
    page = clerk.ask("GET", "/maand/inhoud").text
    data = {**clerk.form("/maand/inhoud", seal=True), "keuze": [choice(page, *one) for one in answers], **more}
    assert clerk.ask("POST", "/maand/beslis", data=data).status_code == 303
    return clerk.ask("GET", "/maand").text


def test_a_month_of_the_configuration_is_decided_and_kept(own: Office, tmp_path: Path) -> None:
    clerk = Clerk(Client(office=own))
    clerk.sends("/maand", clerk.form("/maand"), **MONTH | {"vastleggen": "nee"})
    page = clerk.ask("GET", "/maand/inhoud").text
    assert "Nog te beslissen: 3" in page and "niet te berekenen" in page
    choose(clerk, ("Nr", "id (waarschijnlijk)"), ("Duur", "minuten (waarschijnlijk)"))
    page = choose(clerk, ("minuten: eenheid", "uren"))
    assert "147,30" in page and "Leg vast als concept" in page and done_nothing(tmp_path)
    profile = clerk.ask("GET", "/maand/profiel.toml").text
    assert '"Nr" = "id"' in profile and 'minuten = "uren"' in profile and "# " not in profile.split("[", 1)[1]
    form = clerk.form("/maand")
    for _ in range(2):
        clerk.sends("/maand/beslis", form, vastleggen="ja")
        assert "vastgelegd als concept" in clerk.ask("GET", "/maand").text
    assert done(own) == ["gedraaid"]
    assert left(tmp_path) == []


def done_nothing(tmp_path: Path) -> bool:
    return not (tmp_path / "kantoor" / "zorg.db").exists()


def test_files_that_were_given_are_there_until_they_are_done_with(tmp_path: Path, own: Office) -> None:
    clerk = Clerk(Client())
    files: list[File] = [("contract", (name, text.encode())) for name, text in CONTRACT.items()]
    files += [("toewijzingen", ("t.csv", TOEWIJZINGEN.encode())), ("registraties", ("r.csv", HOURS.encode()))]
    month = {"periode": "2026-03", "dagtekening": "2026-04-07"}
    clerk.sends("/maand", clerk.form("/maand"), files, **month)
    assert "r.csv" in held(tmp_path)
    page = choose(clerk, ("Nr", "id"), ("Duur", "minuten"), ("minuten: eenheid", "uren"))
    assert "147,30" in page and "r.csv" in held(tmp_path)
    clerk.sends("/maand/weg", clerk.form("/maand", seal=True))
    assert left(tmp_path) == []
    clerk.sends("/maand", clerk.form("/maand"), files, **month)
    clerk.client.now += 4000
    assert "Een maand declareren" in clerk.ask("GET", "/maand").text
    assert left(tmp_path) == []


def test_a_choice_that_is_none_and_a_month_that_is_gone_are_told(own: Office, tmp_path: Path) -> None:
    clerk = Clerk(Client(office=own))
    zegel = clerk.form("/maand", seal=True)["zegel"]
    assert "er niet meer" in clerk.ask("POST", "/maand/beslis", data={"zegel": zegel}).text
    clerk.sends("/maand", clerk.form("/maand"), **MONTH | {"vastleggen": "nee"})
    refused = clerk.ask("POST", "/maand/beslis", data={"zegel": zegel, "keuze": "0" * 20})
    assert refused.status_code == 422 and "hoort niet bij" in refused.text
    page = choose(clerk, ("Nr", "id"), ("Duur", "minuten"), ("minuten: eenheid", "uren"))
    assert "147,30" in page, "what was refused cost nothing"
