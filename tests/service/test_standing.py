"""What stands in a ledger is computed once, and again as soon as anybody changed it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ledger.conftest import Databases
from ledger.conftest import databases as databases
from ledger.conftest import postgres_cluster as postgres_cluster

from mpj.ledger import Ledger
from mpj.presentation import html
from mpj.presentation.report import Report
from service.support import Client, office

PERIODE = {"periode": "2026-03", "dagtekening": "2026-04-07"}


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows with every time that a ledger is read through."""
    times: list[None] = []
    real = Ledger.status

    def status(self: Ledger) -> Any:
        times.append(None)
        return real(self)

    monkeypatch.setattr(Ledger, "status", status)
    return times


def states(client: Client) -> list[str]:
    return [one["status"] for one in client.ask("GET", "/api/v1/ledger/status").json()["declaraties"]]


def test_what_nobody_changed_is_read_once(databases: Databases, tmp_path: Path, looked: list[None]) -> None:
    client = Client(office=office(tmp_path / "kantoor", ledger=databases.new()))
    client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)
    assert [states(client) for _ in range(3)] == [["concept"]] * 3 and len(looked) == 1
    assert client.ask("GET", "/ledger").status_code == 200 and len(looked) == 1
    client.ask("POST", "/api/v1/ledger/declare", data=PERIODE | {"proef": "ja"})
    assert states(client) == ["concept"]
    client.ask("POST", "/api/v1/ledger/send", json={"alles": "ja"})
    assert states(client) == states(client) == ["verzonden"]


def test_a_change_by_anybody_is_seen_at_once(tmp_path: Path) -> None:
    client = Client(office=office(tmp_path))
    client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)
    shutil.copy(tmp_path / "zorg.db", tmp_path / "kopie.db")
    assert states(client) == ["concept"]
    client.ask("POST", "/api/v1/ledger/send", json={"alles": "ja"})
    assert states(client) == ["verzonden"]
    with Ledger(tmp_path / "zorg.db") as other:
        (made,) = other.status()["declaraties"]
        other.withdraw([made["declaratienummer"]], op=date(2026, 4, 9))
    assert "verzonden" not in states(client), "by a command, on the same machine"
    shutil.copy(tmp_path / "kopie.db", tmp_path / "nieuw.db")
    (tmp_path / "nieuw.db").replace(tmp_path / "zorg.db")
    assert states(client) == ["concept"], "a back-up that was put back"


def test_who_looks_is_answered_while_a_large_month_is_written(tmp_path: Path) -> None:
    """A run that changes more than SQLite keeps by itself (2 MB) locked everybody out until its end."""
    client = Client(office=office(tmp_path, wacht=0.05))
    client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)
    with Ledger(tmp_path / "zorg.db") as other, other.database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE groot (inhoud TEXT)")
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
            "INSERT INTO groot SELECT hex(randomblob(200)) FROM n"
        )
        assert states(client) == ["concept"]
        connection.exec_driver_sql("DROP TABLE groot")


def test_what_is_shown_of_a_ledger_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page in each language and every document; another language, or a change, is made anew."""
    made: list[str] = []
    real = html.content

    def content(report: Report, level: int = 2) -> str:
        made.append(report.taal)
        return real(report, level)

    monkeypatch.setattr(html, "content", content)
    client = Client(office=office(tmp_path))
    client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)
    seen = [client.ask("GET", "/ledger", headers={"cookie": f"mpj_taal={taal}"}).text for taal in ("nl", "en", "nl", "en")]
    assert made == ["nl", "en"]
    assert "Stand op 7 april 2026" in seen[2] and "As it stands on 7 April 2026" in seen[3]
    client.ask("POST", "/api/v1/ledger/send", json={"alles": "ja"})
    after = client.ask("GET", "/ledger").text
    assert made == ["nl", "en", "nl"] and "Ligt klaar: verstuurd?" in seen[0] and "Ligt klaar: verstuurd?" not in after
    for name in ("work", "repair", "status"):
        first, second = (client.ask("GET", f"/api/v1/ledger/{name}").json() for _ in range(2))
        assert first == second and first["formaat"] == 1
