"""What is not let in: other hosts, other sites, too many bytes; and what every answer says of itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from service.support import FIELDS, Client, month, office, zipped

pytestmark = pytest.mark.lowest


@pytest.mark.parametrize(
    "host", ["kwaad.nl", "127.0.0.1.kwaad.nl", "localhost.kwaad.nl:8303", "", "127.0.0.1:x", "a@127.0.0.1", "127.1"]
)
def test_another_host_is_refused(host: str) -> None:
    answer = Client().post("declare", month(), FIELDS, headers={"Host": host})
    assert answer.status_code == 403 and answer.json()["meldingen"][0]["code"] == "verzoek_geweigerd"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8303", "LOCALHOST", "[::1]:8303"])
def test_this_machine_is_let_in(host: str) -> None:
    assert Client().ask("GET", "/api/v1/gezond", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://kwaad.nl", "http://127.0.0.1:9", "https://127.0.0.1:8303", "http://127.0.0.1:8303/"]
)
def test_another_site_is_refused(origin: str) -> None:
    answer = Client().post("declare", month(), FIELDS, headers={"Origin": origin})
    assert answer.status_code == 403 and "andere site" in answer.json()["detail"]


def test_its_own_site_is_let_in() -> None:
    assert Client().ask("GET", "/api/v1/gezond", headers={"Origin": "http://127.0.0.1:8303"}).status_code == 200


def test_a_request_that_is_too_large_is_refused_also_when_it_does_not_say_so() -> None:
    client = Client(most=1000)
    assert client.post("declare", month(), FIELDS).status_code == 413

    async def pieces() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="contract"; filename="a.zip"\r\n\r\n'
        for _ in range(30):
            yield b"x" * 100

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.ask("POST", "/api/v1/declare", content=pieces(), headers=headers)
    assert answer.status_code == 413 and answer.json()["status"] == 413


def test_every_answer_is_for_nobody_else_and_not_to_be_kept() -> None:
    client = Client()
    for answer in (client.ask("GET", "/api/v1/gezond"), client.ask("GET", "/niets"), client.ask("GET", "/", headers={"Host": "x"})):
        assert answer.headers["cache-control"] == "no-store" and "'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x", "/abs", "..", ".", "a\x00b", "x" * 5000, "", "C:x.csv", "nul.csv"]
)
def test_a_name_that_came_along_opens_nothing(name: str) -> None:
    files = [one for one in month() if one[0] != "registraties"] + [("registraties", (name, dict(month())["registraties"][1]))]
    answer = Client().post("declare", files, FIELDS)
    assert answer.status_code in (200, 400, 422) and "onverwacht" not in answer.text


def test_a_zip_that_becomes_huge_is_refused() -> None:
    bomb = zipped({"contract.toml": b"\n" * (40 << 20), "tarieven.csv": "x"})
    answer = Client().post("declare", month(contract=bomb), FIELDS)
    assert answer.status_code == 422 and answer.json()["meldingen"]


@pytest.mark.slow
def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "mpj", "serve", "--poort", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[-1]
            answer = httpx.post(f"{url}/declare", files=month(), data=FIELDS, timeout=60)
            assert answer.json()["regels"][0]["bedrag_cent"] == 9820
            assert httpx.get(f"{url}/gezond", headers={"Host": "kwaad.nl"}).status_code == 403
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0 and process.stdout.read().endswith("mpj is gestopt.\n")
        finally:
            process.kill()


BSN = "999900006"
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'


@pytest.mark.slow
@pytest.mark.parametrize("name", ["verify", "ledger/answer", "intake", "reports/kpi", "tariffs/import"])
def test_a_bomb_in_a_file_is_refused(tmp_path: Path, name: str) -> None:
    client = Client(office=office(tmp_path))
    assert client.ask("POST", "/api/v1/ledger/begin", data={"vanaf": "2026-03"}).status_code == 200
    huge = zipped({"a.xml": b" " * (40 << 20), "b.csv": b"\n" * (40 << 20)})
    fields = {"van": "2026-03", "tot": "2026-03"} if name == "reports/kpi" else {}
    file = {"ledger/answer": "antwoord", "intake": "bestand", "tariffs/import": "werkmap"}.get(name, "bericht")
    for naam, data in (("a.xml", BOMB), ("a.zip", huge), ("a.xlsx", huge)):
        files = [(file, (naam, data)), *(one for one in month() if one[0] in ("contract", "toewijzingen"))]
        wanted = {"verify": files, "tariffs/import": files[:2]}.get(name, files[:1])
        answer = client.post(name, wanted, fields)
        assert answer.status_code in (200, 422) and len(answer.content) < 20_000, answer.text[:200]


def test_no_bsn_leaves_by_an_error_an_address_or_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Planted where it may not stand: names, fields, keys, ids, files that are damaged."""
    client = Client(office=office(tmp_path))
    bad = [("registraties", (f"{BSN}.csv", f"id;bsn;datum\n{BSN};{BSN};{BSN}\n".encode()))]
    told = [
        client.ask("POST", "/api/v1/ledger/declare", bad, data={"periode": "2026-03"}),
        client.ask("POST", "/api/v1/ledger/declare", data={"periode": BSN, BSN: BSN}),
        client.ask("POST", "/api/v1/ledger/explain", json={"bron": BSN}),
        client.ask("POST", "/api/v1/ledger/send", json={"nummers": [BSN], BSN: BSN}),
        client.ask("POST", "/api/v1/ledger/messages", json={"nummers": [BSN]}),
        client.ask("POST", "/api/v1/ledger/answer", [("antwoord", (f"{BSN}.xml", BSN.encode()))]),
        client.ask("GET", f"/api/v1/taken/{BSN}"),
        client.ask("POST", "/api/v1/reports/year", data={"jaar": BSN}),
    ]
    assert [answer.status_code for answer in told[1:]] == [*[422] * 5, 404, 422]
    assert not [answer.text for answer in told if BSN in answer.text + str(answer.headers)]
    assert BSN not in caplog.text
