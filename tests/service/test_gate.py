"""A service with users: nobody is in without a token, each may what their role may, guessing is slow, and sessions end."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve
from ledger.test_replaced import log

from mpj.service import Users, users
from mpj.service.logins import IDLE, LONGEST
from mpj.service.operations import OPERATIONS, PAGES, roles_of
from mpj.service.pages.site import SECTIONS
from mpj.service.pages.visits import COOKIE
from mpj.service.roles import ROLES
from mpj.service.users import add_user, remove_user
from service.support import FIELDS, Client, answered, month, office
from service.test_pages import Visitor

pytestmark = pytest.mark.lowest
SITE = "https://mpj.voorbeeld.nl"
OPEN = {"/api/v1/gezond", "/openapi.json", "/stijl.css", "/mpj.js", "/inloggen", "/taal"}
"""What may be asked without a token: none of it says anything of anybody."""


class Desk:
    """A service with a ledger and a user of each role."""

    def __init__(self, folder: Path) -> None:
        own = office(folder / "kantoor")
        assert own.config is not None
        own = evolve(own, config=evolve(own.config, sites=(SITE,)))
        self.path = folder / "gebruikers.csv"
        self.tokens: dict[str, str] = {rol: add_user(self.path, rol, rol) for rol in ROLES}
        self.office = own
        self.client = Client(office=own, users=Users(self.path))

    def ask(self, rol: str, name: str, method: str = "POST", **asked: Any) -> httpx.Response:
        """Ask for a function as the user of a role."""
        headers = {"Authorization": f"Bearer {self.tokens[rol]}"} | asked.pop("headers", {})
        return self.client.ask(method, f"/api/v1/{name}", headers=headers, **asked)

    def visitor(self, rol: str) -> Visitor:
        """Someone who logged in on the pages."""
        found = Visitor(self.client)
        assert login(found, self.tokens[rol]).headers["location"] == "/"
        return found


def login(visitor: Visitor, token: str) -> httpx.Response:
    return visitor.ask("POST", "/inloggen", data={"zegel": visitor.seal("/inloggen"), "token": token})


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setitem(users._COST, "n", 2)  # test_users.py pays the price of a hash, here it is of no interest.
    return Desk(tmp_path)


def routes(client: Client) -> list[tuple[str, str]]:
    """Every address that is answered, with its method."""
    app: Any = client.app
    while not hasattr(app, "routes"):
        app = app.app  # what stands before it
    found = [(method, route.path) for route in app.routes for method in getattr(route, "methods", ())]
    described = client.ask("GET", "/openapi.json").json()["paths"]
    found += [(method.upper(), path) for path, asked in described.items() for method in asked]
    return [(method, re.sub(r"\{.*?\}", "1", path)) for method, path in found if method != "HEAD"]


def test_nothing_is_open_without_a_token(desk: Desk) -> None:
    asked = routes(desk.client)
    assert len(asked) > 60
    for method, path in asked:
        answer = desk.client.ask(method, path, headers={"Authorization": "Bearer geen.token"} if path == "/api/v1/gezond" else {})
        if path in OPEN:
            assert answer.status_code in (200, 409), path
        elif path.startswith("/api/"):
            assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer", path
            assert answer.json()["meldingen"][0]["code"] == "niet_ingelogd"
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/inloggen"), path


@pytest.mark.parametrize("rol", ROLES)
def test_every_function_is_for_its_roles_alone(desk: Desk, rol: str) -> None:
    for one in OPERATIONS:
        answer = desk.ask(rol, one.path[1:], "GET" if one.form is None else "POST")
        if rol in one.rollen:
            assert answer.status_code not in (401, 403), one.name
        else:
            told = answer.json()
            assert answer.status_code == 403 and told["meldingen"][0]["code"] == "rol_onvoldoende", one.name
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("rol", ROLES)
def test_every_page_is_for_its_roles_alone_and_no_other_leads_there(desk: Desk, rol: str) -> None:
    visitor = desk.visitor(rol)
    front = visitor.ask("GET", visitor.ask("GET", "/").headers["location"])
    assert front.status_code == 200 and rol in front.text
    for method, path in routes(desk.client):
        if path.startswith("/api/") or path in OPEN or path in ("/", "/uitloggen"):
            continue
        rollen = roles_of(path)
        assert rollen is not None
        answer = visitor.ask(method, path)
        if rol in rollen:
            assert answer.status_code != 403, path
        else:
            assert answer.status_code == 403 and f'action="{path}"' not in answer.text, path
    shown = {path for path in PAGES if f'href="{path}"' in front.text}
    assert shown - {"/"} == {path for path in SECTIONS if rol in (roles_of(path) or ())}
    assert ('action="/ledger/antwoord"' in visitor.ask("GET", "/ledger").text) == (rol != "reader")


def test_guessing_is_slowed_down_and_says_nothing_of_names(desk: Desk) -> None:
    def guess(token: str) -> httpx.Response:
        return desk.client.ask("GET", "/api/v1/ledger/status", headers={"Authorization": f"Bearer {token}"})

    known, other = guess("clerk.geraden"), guess("niemand.geraden")
    assert known.status_code == other.status_code == 401 and known.json() == other.json()
    assert [guess(f"{naam}.geraden").status_code for naam in ("clerk", "niemand")] == [429, 429]
    assert guess(desk.tokens["clerk"]).status_code == 429, "the right one waits as well"
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        desk.client.now += wait - 0.5
        assert guess("clerk.geraden").status_code == 429, wait
        desk.client.now += 0.5
        assert guess("clerk.geraden").status_code == 401, wait
    desk.client.now += 60
    assert guess(desk.tokens["clerk"]).status_code != 429 and guess("clerk.geraden").status_code == 401
    assert guess(desk.tokens["clerk"]).status_code != 429, "who was let in before does not wait for who guesses"


def test_a_login_that_fails_is_told_without_the_token(desk: Desk) -> None:
    visitor = Visitor(desk.client)
    answer = login(visitor, "clerk.geheim")
    assert answer.status_code == 401 and "klopt niet" in answer.text and "geheim" not in answer.text
    assert login(visitor, "clerk.geheim").status_code == 429
    assert visitor.ask("GET", "/ledger").headers["location"] == "/inloggen"
    assert visitor.ask("POST", "/inloggen", data={"token": desk.tokens["owner"]}).status_code == 409, "without its seal"


def test_a_session_ends_when_it_is_idle_too_long_or_over(desk: Desk) -> None:
    visitor = desk.visitor("owner")

    def is_in() -> bool:
        return visitor.ask("GET", "/ledger").status_code == 200

    assert is_in()
    desk.client.now += IDLE - 1
    assert is_in()
    desk.client.now += IDLE
    assert not is_in()
    visitor = desk.visitor("owner")
    begun = desk.client.now
    while desk.client.now < begun + LONGEST - 1200:
        desk.client.now += 1200
        assert is_in()
    desk.client.now = begun + LONGEST
    assert not is_in()
    visitor = desk.visitor("owner")
    assert visitor.ask("POST", "/uitloggen", data={"zegel": visitor.seal("/ledger")}).headers["location"] == "/inloggen"
    assert not is_in()
    visitor = desk.visitor("owner")
    remove_user(desk.path, "owner")
    assert not is_in() and desk.ask("owner", "ledger/status", "GET").status_code == 401


def test_a_login_gives_a_new_cookie_that_no_script_and_no_other_site_has(desk: Desk) -> None:
    visitor = Visitor(desk.client)
    visitor.ask("GET", "/inloggen")
    before = visitor.cookies[COOKIE]
    answer = login(visitor, desk.tokens["clerk"])
    told = answer.headers["set-cookie"]
    assert visitor.cookies[COOKIE] != before
    assert "HttpOnly" in told and "SameSite=strict" in told and "Secure" not in told
    stolen = Visitor(desk.client)
    stolen.cookies.set(COOKIE, before)
    assert stolen.ask("GET", "/ledger").headers["location"] == "/inloggen"
    served = Visitor(desk.client).ask("GET", "/inloggen", headers={"Host": "mpj.voorbeeld.nl", "Origin": SITE})
    assert served.status_code == 200 and "Secure" in served.headers["set-cookie"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("mpj.voorbeeld.nl", "http://mpj.voorbeeld.nl"),
        ("mpj.voorbeeld.nl", "https://127.0.0.1:8303"),
        ("mpj.voorbeeld.nl:8303", SITE),
        ("10.0.0.5:8303", "http://10.0.0.5:8303"),
        ("127.0.0.1:8303", SITE),
    ],
)
def test_a_site_answers_under_its_own_name_and_origin_alone(desk: Desk, host: str, origin: str) -> None:
    headers = {"Host": host, "Origin": origin}
    assert desk.ask("owner", "ledger/check", "GET", headers=headers).status_code == 403
    fine = {"Host": "MPJ.voorbeeld.nl", "Origin": SITE}
    assert desk.ask("owner", "ledger/repair", "GET", headers=fine).status_code != 403


def test_a_task_and_a_key_are_of_who_asked(desk: Desk) -> None:
    headers = {"Idempotency-Key": "x"}
    mine = desk.ask("clerk", "declare?taak=ja", files=month(), data=FIELDS, headers=headers).json()["taak"]
    theirs = desk.ask("owner", "declare?taak=ja", files=month(), data=FIELDS, headers=headers).json()["taak"]
    assert mine != theirs
    assert desk.ask("clerk", f"taken/{mine}/uitkomst", "GET").status_code == 200
    assert desk.ask("owner", f"taken/{mine}/uitkomst", "GET").status_code == 404
    assert desk.ask("reader", f"taken/{theirs}", "GET").status_code == 404


def test_no_token_leaves_by_an_error_or_a_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    token, bsn = desk.tokens["owner"], "999900006"
    told = [
        desk.ask("owner", "ledger/send", json={"nummers": [token], token: token}),
        desk.client.ask("GET", "/api/v1/ledger/status", headers={"Authorization": f"Bearer {bsn}.{bsn}"}),
        desk.client.ask("GET", "/api/v1/ledger/status", headers={"Authorization": f"Basic {token}"}),
        login(Visitor(desk.client), f"{bsn}.{bsn}"),
    ]
    assert [answer.status_code for answer in told] == [422, 401, 401, 429]
    assert not [answer.text for answer in told[1:] if token in answer.text or bsn in answer.text]
    assert token not in caplog.text and bsn not in caplog.text
    assert desk.client.ask("GET", "/openapi.json").json()["security"] == [{"token": []}]


def test_a_second_person_sends_in_the_api_and_on_the_pages(desk: Desk) -> None:
    config = desk.office.config
    assert config is not None
    desk.office = evolve(desk.office, config=evolve(config, vier_ogen=True))
    desk.client = Client(office=desk.office, users=Users(desk.path))
    clerk, owner = desk.visitor("clerk"), desk.visitor("owner")
    data = {"zegel": clerk.seal("/maand"), "periode": "2026-03", "dagtekening": "2026-04-07", "vastleggen": "ja"}
    assert clerk.ask("POST", "/maand", data=data).status_code == 303
    page = seen(clerk, "/maand")
    assert "Een ander dan u" in page and 'action="/maand/verzonden"' not in page
    answer = desk.ask("clerk", "ledger/send", json={"maand": "2026-03"})
    assert answer.status_code == 409 and answer.json()["meldingen"][0]["code"] == "vier_ogen"
    clerk.ask("POST", "/maand/verzonden", data={"zegel": clerk.seal("/maand")})
    assert "een ander dan clerk" in seen(clerk, "/ledger")
    (number,) = re.findall(r'name="nummers" value="(\w+)"', owner.ask("GET", "/ledger").text)
    owner.ask("POST", "/ledger/verzonden", data={"zegel": owner.seal("/ledger"), "nummers": number})
    assert "verzonden: 1 regel, € 98,20" in seen(owner, "/ledger")
    with desk.office.ledger() as ledger:
        assert [(done, wie) for done, wie, _ in log(ledger)] == [("gedraaid", "clerk"), ("verzonden", "owner")]
    done = desk.ask("controller", "ledger/answer", files=[("antwoord", ("a.xml", answered(message_of(desk))))])
    assert done.status_code == 200
    with desk.office.ledger() as ledger:
        assert log(ledger)[-1][:2] == ("beantwoord", "controller")


def seen(visitor: Visitor, path: str) -> str:
    """A page, once what it shows was computed."""
    while "<h1>Bezig</h1>" in (page := visitor.ask("GET", path).text):
        time.sleep(0.1)
    return page


def message_of(desk: Desk) -> str:
    """The one message that was sent."""
    with desk.office.ledger() as ledger:
        numbers = [one["declaratienummer"] for one in ledger.status()["declaraties"]]
        ((_, data),) = ledger.messages(numbers)
    return data.decode()
