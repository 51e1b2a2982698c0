"""What every page keeps to: who may ask, what stays with whom, what a page may hold, and its texts in both languages."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve
from starlette.requests import Request
from verify.test_many import MARCH
from verify.test_many import folder as messages

from mpj.presentation.languages import catalog
from mpj.reading.config import read_config
from mpj.service.pages.files import paged
from mpj.service.pages.site import SECTIONS
from mpj.service.pages.tarieven import TOOLS
from mpj.service.pages.visits import COOKIE, HEAVY, KEPT, MOST, PageWork, Visits
from service.support import CONFIG, CONTRACT, REGISTRATIES, TODAY, Client, File, answered, office, zipped

pytestmark = pytest.mark.lowest
PACKAGE = Path(__file__).parents[2] / "mpj" / "service" / "pages"
MATRICES = Path(__file__).parents[1] / "data" / "matrices"
MATRIX = "/tarieven/matrix"


class Visitor:
    """Someone who opens pages, with the cookies of their own."""

    def __init__(self, client: Client) -> None:
        self.client, self.cookies = client, httpx.Cookies()

    def ask(self, method: str, path: str, files: Sequence[File] = (), **asked: Any) -> httpx.Response:
        """Ask for a page, and keep the cookies that come with it."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": jar, "Origin": "http://127.0.0.1:8303"} | asked.pop("headers", {})
        answer = self.client.ask(method, path, files, headers=headers, **asked)
        self.cookies.update(answer.cookies)
        return answer

    def seal(self, path: str = "/controle") -> str:
        """What a form of theirs carries."""
        found = re.search(r'name="zegel" value="(\w+)"', self.ask("GET", path).text)
        assert found is not None
        return found[1]

    def matrix(self) -> httpx.Response:
        """Have a matrix looked through."""
        files: list[File] = [("contract", (name, text.encode())) for name, text in CONTRACT.items()]
        return self.ask("POST", MATRIX, files, data={"zegel": self.seal()})


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def with_ledger(tmp_path: Path) -> Client:
    return Client(office=office(tmp_path / "kantoor"))


def test_a_page_holds_nothing_from_elsewhere_and_nothing_inline(with_ledger: Client) -> None:
    visitor = Visitor(with_ledger)
    for path in [*SECTIONS, *(f"/{tool.pagina}" for tool in TOOLS), "/stijl.css", "/mpj.js"]:
        answer = visitor.ask("GET", path)
        policy = answer.headers["content-security-policy"]
        assert answer.status_code == 200 and "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store" and answer.headers["x-frame-options"] == "DENY"
        assert " style=" not in answer.text and "<style" not in answer.text and "onclick" not in answer.text


def test_a_cookie_is_for_nobody_else(client: Client) -> None:
    given = client.ask("GET", "/controle").headers["set-cookie"]
    assert given.startswith(COOKIE) and "HttpOnly" in given and "SameSite=strict" in given
    made_up = Visitor(client)
    made_up.cookies.set(COOKIE, "eigen.verzinsel")
    assert COOKIE in made_up.ask("GET", "/controle").headers["set-cookie"]


def test_what_one_has_computed_nobody_else_sees(client: Client) -> None:
    one, other = Visitor(client), Visitor(client)
    assert one.matrix().status_code == 303
    assert "Perceel A" in one.ask("GET", MATRIX).text
    assert "Perceel A" not in other.ask("GET", MATRIX).text
    client.now += KEPT + 1
    assert "Perceel A" not in one.ask("GET", MATRIX).text


def test_who_was_away_longest_goes_for_a_new_one(client: Client) -> None:
    first = Visitor(client)
    first.matrix()
    for _ in range(MOST):
        client.now += 1
        Visitor(client).matrix()
    assert "Perceel A" not in first.ask("GET", MATRIX).text


def test_of_a_heavy_page_few_are_kept_at_once() -> None:
    visits = Visits(count().__next__)
    visitors = [visits.of(Request({"type": "http", "headers": []})) for _ in range(HEAVY["maand"] + 2)]
    for one in visitors:
        visits.keep(one, "maand", PageWork())
        visits.keep(one, "controle", PageWork())
    assert [visits.find(one, "maand") is not None for one in visitors] == [False] * 2 + [True] * HEAVY["maand"]
    assert all(visits.find(one, "controle") is not None for one in visitors)


def test_who_asks_for_something_anew_is_not_away() -> None:
    visits = Visits(count().__next__)
    visitors = [visits.of(Request({"type": "http", "headers": []})) for _ in range(HEAVY["maand"] + 1)]
    for one in (*visitors[:-1], visitors[0], visitors[-1]):
        visits.keep(one, "maand", PageWork())
    assert [visits.find(one, "maand") is not None for one in visitors] == [True, False] + [True] * (HEAVY["maand"] - 1)


def test_only_the_messages_that_a_visitor_was_given_become_sent(tmp_path: Path) -> None:
    """Somebody else keeps the month anew, with other messages: what the first one sent is not those."""
    kept = office(tmp_path / "kantoor")
    client = Client(office=kept)
    first, second = Visitor(client), Visitor(client)
    month = {"periode": "2026-03", "dagtekening": "2026-04-07", "vastleggen": "ja"}
    first.ask("POST", "/maand", data=month | {"zegel": first.seal("/maand")})
    care = tmp_path / "kantoor" / "2026-03.csv"
    care.write_text(care.read_text("utf-8").replace(";60;", ";45;"), "utf-8")
    second.ask("POST", "/maand", data=month | {"zegel": second.seal("/maand")})

    def send(visitor: Visitor) -> str:
        visitor.ask("POST", "/maand/verzonden", data={"zegel": visitor.seal("/maand")})
        told = visitor.ask("GET", "/ledger").text
        visitor.ask("POST", "/ledger/weg", data={"zegel": visitor.seal("/maand")})
        return told

    assert "verzonden: " not in send(first)
    with kept.ledger() as ledger:
        assert [one["status"] for one in ledger.status()["declaraties"]] == ["concept"]
    assert "verzonden: 1 regel, € 73,65" in send(second)
    assert "Dit lukte niet" not in send(second), "a second press says what the first did"


def test_a_month_that_asks_for_an_agreement_has_a_form_for_its_code(tmp_path: Path) -> None:
    kept = office(tmp_path / "kantoor")
    assert kept.config is not None
    kept = evolve(kept, config=evolve(kept.config, grens={"cent": 100}))
    visitor = Visitor(Client(office=kept))

    def keep(periode: str, **more: str) -> str:
        asked = {"periode": periode, "dagtekening": "2026-04-07", "vastleggen": "ja", "zegel": visitor.seal("/maand")} | more
        visitor.ask("POST", "/maand", data=asked)
        return visitor.ask("GET", "/maand").text

    keep("2026-03")
    with kept.ledger() as ledger:
        ledger.send(None, op=TODAY)
        numbers = [one["declaratienummer"] for one in ledger.status()["declaraties"]]
        ((_, message),) = ledger.messages(numbers)
        (tmp_path / "jw325.xml").write_bytes(answered(message.decode()))
        ledger.answer([tmp_path / "jw325.xml"], op=TODAY)
    rows = "a;999900006;2026-03-05;1;hbo;2.1\nq;999900006;2026-04-02;60;hbo;2.1\n"
    (tmp_path / "kantoor" / "2026-04.csv").write_text(f"{REGISTRATIES.splitlines()[0]}\n{rows}", "utf-8")
    found = re.search(r"met code (\w+)", told := keep("2026-04", dagtekening="2026-05-01"))
    assert found is not None and 'name="akkoord"' in told, told
    assert "vastgelegd als concept" in keep("2026-04", dagtekening="2026-05-01", akkoord=found[1])


@pytest.mark.parametrize("seal", ["", "verkeerd", None])
def test_a_form_that_was_not_made_for_this_visitor_is_refused(client: Client, seal: str | None) -> None:
    visitor = Visitor(client)
    visitor.seal()
    other = Visitor(client)
    given = other.seal() if seal is None else seal
    for path in ("/taal", "/controle/weg", f"{MATRIX}/weg"):
        answer = visitor.ask("POST", path, data={"zegel": given})
        assert answer.status_code == 409 and "hoort niet bij dit bezoek" in answer.text, path


def test_a_form_of_another_site_is_refused(client: Client) -> None:
    visitor = Visitor(client)
    seal = visitor.seal()
    for origin in ("http://127.0.0.1:9", "null", "http://kwaad.nl"):
        assert visitor.ask("POST", "/taal", data={"zegel": seal, "taal": "en"}, headers={"Origin": origin}).status_code == 403


def test_a_form_that_is_too_large_is_refused() -> None:
    visitor = Visitor(Client(most=4000))
    seal = visitor.seal()
    files: list[File] = [("contract", ("contract.toml", b"x" * 5000))]
    assert visitor.ask("POST", MATRIX, files, data={"zegel": seal}).status_code == 413


@pytest.mark.parametrize("place", ["//kwaad.nl", "https://kwaad.nl", "/\\kwaad.nl", "javascript:x", "/controle?a=9"])
def test_a_change_of_language_leads_nowhere_else(client: Client, place: str) -> None:
    visitor = Visitor(client)
    answer = visitor.ask("POST", "/taal", data={"zegel": visitor.seal(), "taal": "en", "naar": place})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert '<html lang="en">' in visitor.ask("GET", "/controle").text


def test_the_answers_say_what_was_read_and_what_was_not(client: Client, tmp_path: Path) -> None:
    """The summary in the zip is that of the command: it is written after everything was read."""
    messages(tmp_path, maart=MARCH)
    dropped = zipped({"maart.xml": (tmp_path / "berichten" / "maart.xml").read_bytes(), "brief.txt": "dag"})
    contract: list[File] = [("contract", (path.name, path.read_bytes())) for path in sorted((tmp_path / "contract").iterdir())]
    toewijzingen = (tmp_path / "toewijzingen.csv").read_bytes()
    files: list[File] = [("bericht", ("maart.zip", dropped)), ("toewijzingen", ("toewijzingen.csv", toewijzingen)), *contract]
    visitor = Visitor(client)
    visitor.ask("POST", "/controle", files, data={"zegel": visitor.seal()})
    taken = visitor.ask("GET", "/controle/antwoorden.zip").content
    with zipfile.ZipFile(io.BytesIO(taken)) as made:
        told = json.loads(made.read("samenvatting.json"))
    assert [name.rpartition("/")[2] for name in told["niet_gelezen"]] == ["brief.txt"]
    read = {one["bestand"].rpartition("/")[2]: one["sha256"] for one in told["invoer"]}
    assert {"maart.xml", "toewijzingen.csv"} <= read.keys() and all(len(sha) == 64 for sha in read.values())
    assert "brief.txt" in visitor.ask("GET", "/controle").text


def test_answers_beside_which_something_was_not_read_say_so(with_ledger: Client) -> None:
    visitor = Visitor(with_ledger)
    asked = {"zegel": visitor.seal("/maand"), "periode": "2026-03", "vastleggen": "ja"}
    assert visitor.ask("POST", "/maand", data=asked).status_code == 303
    with zipfile.ZipFile(io.BytesIO(visitor.ask("GET", "/maand/bestanden.zip").content)) as made:
        (name,) = (one for one in made.namelist() if one.startswith("jw323-"))
        message = made.read(name).decode()
    visitor.ask("POST", "/maand/verzonden", data={"zegel": visitor.seal("/maand")})
    answers = zipped({"jw325.xml": answered(message), "brief.txt": "dag"})
    visitor.ask("POST", "/ledger/antwoord", [("antwoord", ("antwoorden.zip", answers))], data={"zegel": visitor.seal("/ledger")})
    page = visitor.ask("GET", "/ledger").text
    assert "1 regel toegekend" in page and "brief.txt" in page


@pytest.mark.parametrize("path", ["/api/v1/tariffs/import", "/tarieven/inlezen"])
def test_a_workbook_is_read_by_one_contract_and_no_other_is_passed_over(client: Client, path: str) -> None:
    workbook = (MATRICES / "1-merged.xlsx").read_bytes()
    contract = zipped({f"vb/{name}": text for name, text in CONTRACT.items()})
    files: list[File] = [
        ("werkmap", ("1-merged.xlsx", workbook)),
        ("contract", ("a.zip", contract)),
        ("contract", ("b.zip", contract)),
    ]
    visitor = Visitor(client)
    answer = visitor.ask("POST", path, files, data={} if path.startswith("/api") else {"zegel": visitor.seal()})
    if not path.startswith("/api"):
        answer = visitor.ask("GET", path)
    assert "er zijn meer contracten" in answer.text


def test_what_is_not_there_any_more_says_so(client: Client) -> None:
    visitor = Visitor(client)
    for path in ("/controle/antwoorden.zip", "/controle/bericht/1", f"{MATRIX}/bestanden.zip"):
        answer = visitor.ask("GET", path)
        assert answer.status_code == 422 and "kies de bestanden opnieuw" in answer.text


def test_a_page_is_no_part_of_the_description_for_programs(client: Client) -> None:
    paths = client.ask("GET", "/openapi.json").json()["paths"]
    assert all(path.startswith("/api/v1/") for path in paths)


def test_every_text_of_a_page_has_an_english_one_and_none_is_left_over() -> None:
    found = set(SECTIONS.values())
    for path in PACKAGE.rglob("*.html"):
        found |= {one[0] or one[1] for one in re.findall(r"""\bt\(\s*(?:"([^"]*)"|'([^']*)')""", path.read_text("utf-8"))}
    for path in PACKAGE.rglob("*.py"):
        found |= set(re.findall(r'\btold\(\s*"([^"]*)"', path.read_text("utf-8")))
    known = {text for _, text in catalog("mpj.service.pages", "pages", "en")}
    assert (found - known, known - found) == (set(), set())


def test_a_list_is_turned_sheet_by_sheet() -> None:
    assert [paged(range(5), page, 2)[2] for page in (0, 1, 3, 99)] == [range(2), range(2), range(4, 5), range(4, 5)]


def test_the_pages_that_are_described_are_there(with_ledger: Client) -> None:
    text = (Path(__file__).parents[2] / "docs" / "pages.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(/[^`]*)`", text, re.M))
    assert {f"/{tool.pagina}" for tool in TOOLS} <= told
    assert set(SECTIONS) - {"/tarieven"} <= told
    # Of a month that was not chosen yet the pages say that it is not there.
    assert {path for path in told if Visitor(with_ledger).ask("GET", path).status_code not in (200, 422)} == set()


@pytest.fixture
def named(tmp_path: Path) -> Visitor:
    """Who opens the pages of an office that knows the name of its gemeente."""
    folder = tmp_path / "kantoor"
    own = office(folder)
    (folder / "mpj.toml").write_text(CONFIG + 'namen = "namen.csv"\n', "utf-8")
    (folder / "namen.csv").write_text("soort;code;naam\ngemeente;0384;Diemen\naanbieder;65656055;De Brug\n", "utf-8")
    return Visitor(Client(office=evolve(own, config=read_config(folder / "mpj.toml"))))


def test_names_stand_beside_codes_on_every_page(named: Visitor, tmp_path: Path) -> None:
    month = {"periode": "2026-03", "dagtekening": "2026-04-07"}
    named.ask("POST", "/maand", data=month | {"zegel": named.seal("/maand")})
    told = named.ask("POST", "/maand/uitleg", data={"zegel": named.seal("/maand"), "regel": "0"}).text
    assert "Diemen" in told
    named.matrix()
    assert "De Brug" in named.ask("GET", MATRIX).text
    messages(tmp_path, maart=MARCH)
    files: list[File] = [("bericht", ("maart.xml", (tmp_path / "berichten" / "maart.xml").read_bytes()))]
    files += [("contract", (path.name, path.read_bytes())) for path in sorted((tmp_path / "contract").iterdir())]
    files.append(("toewijzingen", ("toewijzingen.csv", (tmp_path / "toewijzingen.csv").read_bytes())))
    named.ask("POST", "/controle", files, data={"zegel": named.seal()})
    for path in ("/controle", "/controle/bericht/1"):
        assert re.search("Diemen|De Brug", named.ask("GET", path).text), path


@pytest.mark.slow
@pytest.mark.parametrize("soort", ["jaar", "gebruik", "verkeer", "vergelijking"])
def test_the_page_and_the_api_make_the_same_report(named: Visitor, soort: str) -> None:
    named.client.ask("POST", "/api/v1/ledger/declare", data={"periode": "2026-03", "dagtekening": "2026-04-07"})
    fields = {"soort": soort, "van": "2026-01", "tot": "2026-12", "raming": "ja", "peildatum": "2026-04-07"}
    named.ask("POST", "/rapporten", data=fields | {"zegel": named.seal("/rapporten")})
    with zipfile.ZipFile(io.BytesIO(named.ask("GET", "/rapporten/bestanden.zip").content)) as made:
        tables = {name.removesuffix(".csv"): made.read(name).decode() for name in made.namelist() if name.endswith(".csv")}
    path = {"jaar": "year", "gebruik": "use", "verkeer": "kpi", "vergelijking": "benchmark"}[soort]
    asked = {"jaar": "2026", "raming": "ja", "peildatum": "2026-04-07"} if soort == "jaar" else {}
    asked |= {"van": "2026-01", "tot": "2026-12"} if path in ("kpi", "benchmark") else {}
    found = named.client.ask("POST", f"/api/v1/reports/{path}", data=asked).json()["tabellen"]
    assert found.keys() == tables.keys() and ("raming" in tables) == (soort == "jaar")
    for name, rows in found.items():
        assert list(csv.DictReader(io.StringIO(tables[name]), delimiter=";")) == rows


def test_what_went_wrong_is_in_the_language_of_the_page(client: Client) -> None:
    visitor = Visitor(client)
    wrong: list[File] = [("contract", ("contract.toml", b"perceel = 1"))]
    shown = {}
    for taal in ("nl", "en"):
        visitor.ask("POST", "/taal", data={"zegel": visitor.seal(), "taal": taal})
        visitor.ask("POST", MATRIX, wrong, data={"zegel": visitor.seal()})
        shown[taal] = visitor.ask("GET", MATRIX).text
    assert "bestaat niet; verwacht: een bestand" in shown["nl"] or "ontbreekt" in shown["nl"], shown["nl"]
    for dutch in ("verwacht:", "gevonden:", "ontbreekt", "bestaat niet", ", rij "):
        assert dutch not in shown["en"], shown["en"]
    assert "is missing" in shown["en"] and 'class="faults" lang' not in shown["en"]
