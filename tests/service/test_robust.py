"""A service that listens, among clients that dawdle, send too much, ask for what it may not tell, and a machine that falls away."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mpj.ledger import Ledger
from service.support import Client, office, served, serving

BSN = "999900006"
PERIODE = {"periode": "2026-03", "dagtekening": "2026-04-07"}
PART = b'--x\r\nContent-Disposition: form-data; name="contract"; filename="a.zip"\r\n\r\n'


def connected(url: str) -> socket.socket:
    """A connection to a service, of which nothing was said yet."""
    place = urlsplit(url)
    assert place.hostname is not None
    return socket.create_connection((place.hostname, place.port or 0), timeout=60)


def head(url: str, length: int, *more: str) -> bytes:
    """The head of a request to declare, of so many bytes."""
    told = [f"Host: {urlsplit(url).netloc}", "Content-Type: multipart/form-data; boundary=x", f"Content-Length: {length}", *more]
    return "\r\n".join(["POST /api/v1/declare HTTP/1.1", *told, "", ""]).encode()


def dawdle(line: socket.socket, url: str, every: float, most: float) -> tuple[bytes, float]:
    """Send a byte every so many seconds until the other side had enough; returns what it said, and how long that took."""
    began = time.monotonic()
    line.settimeout(every)
    while time.monotonic() - began < most:
        with suppress(TimeoutError):
            if said := line.recv(65536):
                return said, time.monotonic() - began
            break
        line.sendall(b"x")
        assert httpx.get(f"{url}/api/v1/gezond", timeout=5).status_code == 200, "others are served meanwhile"
    return b"", time.monotonic() - began


def test_a_body_that_comes_in_drop_by_drop_is_cut_off() -> None:
    with served(patience=0.6) as url:
        with connected(url) as line:
            line.sendall(head(url, 1000) + PART)
            said, took = dawdle(line, url, 0.1, 10)
            assert said.startswith(b"HTTP/1.1 408 ") and 0.5 < took < 5
            with suppress(ConnectionResetError):  # what was sent behind its back may take its words along
                assert b"te langzaam" in said + line.recv(65536) and line.recv(10) == b"", "and the connection is closed"
        with connected(url) as line:
            line.sendall(head(url, 1000, "Origin: http://kwaad.nl"))
            said, took = dawdle(line, url, 0.1, 10)
            assert said.startswith(b"HTTP/1.1 403 ") and took < 5, "what is refused is not waited for longer"


@pytest.mark.slow
def test_the_command_waits_no_longer_than_it_says(tmp_path: Path) -> None:
    """Twenty seconds (docs/limits.md), for a body and for a head."""
    office(tmp_path)
    with serving(tmp_path) as (_, url), connected(url) as first, connected(url) as second:
        first.sendall(head(url, 1000) + PART)
        second.sendall(b"GET /api/v1/gez")
        said, took = dawdle(first, url, 1, 60)
        assert said.startswith(b"HTTP/1.1 408 ") and 18 < took < 30
        second.settimeout(10)
        assert second.recv(10) == b""


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with served(patience=0.3) as url:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with connected(url) as line:
            line.sendall(head(url, 10 << 30, "Expect: 100-continue"))
            assert line.recv(65536).startswith(b"HTTP/1.1 413 "), "not one byte of it was asked for"
        with connected(url) as line:
            line.sendall(head(url, 10 << 30) + b"x" * (8 << 20))
            assert line.recv(65536).startswith(b"HTTP/1.1 413 ")
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10, "nothing of it was kept (KiB)"


POINTS = [
    pytest.param("tijdens-0.2", marks=pytest.mark.slow),
    *(pytest.param(point, marks=pytest.mark.long) for point in ("voor", "na", "uitspraak-2", "uitspraak-4", "uitspraak-8")),
]


@pytest.mark.parametrize("alone", [False, True], ids=["all", "what computes"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_during_a_send_the_ledger_is_as_before_or_as_after(tmp_path: Path, point: str, alone: bool) -> None:
    """Either the whole service is gone at that point, or the process alone that the send is done in: then the service says so."""
    own = office(tmp_path)
    assert Client(office=own).ask("POST", "/api/v1/ledger/declare", data=PERIODE).status_code == 200
    first = (
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\nfrom ledger.killed import arm\narm({point!r}, above={not alone})"
    )
    with serving(tmp_path, first=first) as (process, url):

        def send() -> httpx.Response:
            return httpx.post(f"{url}/api/v1/ledger/send", json={"maand": "2026-03", "op": "2026-04-08"}, timeout=60)

        if alone:
            answer = send()
            assert answer.status_code == 503 and [one["code"] for one in answer.json()["meldingen"]] == ["proces_weg"]
        else:
            with pytest.raises(httpx.HTTPError):
                send()
            assert process.wait(30) == -9
    with Ledger(tmp_path / "zorg.db") as ledger:
        (found,) = ledger.status()["declaraties"]
        assert ledger.check()[1] == []
    wanted = {"voor": "concept", "na": "verzonden"}.get(point, found["status"])
    assert found["status"] == wanted and found["status"] in ("concept", "verzonden")
    with serving(tmp_path) as (_, url):
        answer = httpx.post(f"{url}/api/v1/ledger/send", json={"nummers": [found["declaratienummer"]], "op": "2026-04-08"})
        (sent,) = answer.json()["declaraties"]
        assert (sent["status"], sent["al_bekend"]) == ("verzonden", wanted == "verzonden")
    with Ledger(tmp_path / "zorg.db") as ledger:
        (now,) = ledger.status()["declaraties"]
        assert (now["status"], now["verzonden_op"]) == ("verzonden", "2026-04-08") and ledger.check()[1] == []


@pytest.mark.slow
def test_the_process_says_nothing_of_a_client(tmp_path: Path) -> None:
    """Planted in addresses, names, keys, cookies, forms and requests that are none: what the process writes stays two lines."""
    office(tmp_path)
    with serving(tmp_path) as (process, url):
        file = [("registraties", (f"{BSN}.csv", f"id;bsn;datum\n{BSN};{BSN};{BSN}\n".encode()))]
        answers = [
            httpx.get(f"{url}/{BSN}?{BSN}={BSN}"),
            httpx.get(f"{url}/maand/{BSN}", cookies={"mpj_bezoek": BSN}),
            httpx.post(f"{url}/maand", data={"zegel": BSN, "periode": BSN}),
            httpx.post(f"{url}/api/v1/ledger/declare", files=file, data={"periode": "2026-03"}, headers={"Idempotency-Key": BSN}),
            httpx.post(f"{url}/api/v1/ledger/declare", data={BSN: BSN}),
            httpx.post(f"{url}/api/v1/ledger/send", content=f'{{"{BSN}": '),
        ]
        asked = f"GET /{BSN} HTTP/1.1\r\n"
        for rubbish in (f"{BSN} {BSN}\r\n\r\n", f"{asked}{BSN}: \x00\r\n\r\n", f"{asked}Upgrade: {BSN}"):
            with connected(url) as line:
                line.sendall(rubbish.encode())
                line.shutdown(socket.SHUT_WR)
                while line.recv(65536):
                    pass
        assert not [one.text for one in answers if BSN in one.text + str(one.headers)]
        process.terminate()
        assert process.stdout is not None and process.stdout.read() == "mpj is gestopt.\n"
        assert process.wait(30) == 0
    assert not [path for path in tmp_path.rglob("*") if BSN in path.name]
