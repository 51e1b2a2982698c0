"""The ledger of an office over HTTP: the same as the commands do, one writer at a time, and nothing outside its configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from ledger.test_replaced import log
from verify.test_many import MARCH
from verify.test_many import folder as messages

from mpj import cli
from mpj.ledger import Ledger
from service.support import CONTRACT, REGISTRATIES, TODAY, Client, Here, answered, office, zipped
from service.test_api import check

PERIODE = {"periode": "2026-03", "dagtekening": "2026-04-07"}


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(office=office(tmp_path))


def post(client: Client, name: str, document: str, data: dict[str, Any], files: Any = ()) -> Any:
    return check(client, client.ask("POST", f"/api/v1/ledger/{name}", files, data=data), document)


def send(client: Client, name: str, document: str, **values: Any) -> Any:
    return check(client, client.ask("POST", f"/api/v1/ledger/{name}", json=values), document)


def get(client: Client, name: str, document: str) -> Any:
    return check(client, client.ask("GET", f"/api/v1/ledger/{name}"), document)


@pytest.mark.slow
def test_a_month_from_begin_to_its_answer(client: Client, tmp_path: Path) -> None:
    post(client, "begin", "LedgerBegin", {"vanaf": "2026-03"})
    tried = post(client, "declare", "LedgerDeclaratie", PERIODE | {"proef": "ja"})
    assert tried["samenvatting"]["bedrag_cent"] == 9820 and not (tmp_path / "uit").exists()
    assert get(client, "status", "LedgerStatus")["declaraties"] == []
    made = post(client, "declare", "LedgerDeclaratie", PERIODE)
    assert made["regels"][0]["bedrag_cent"] == 9820 and {one["bron"] for one in made["uitval"]} == {"b"}
    (message,) = made["berichten"]
    assert (tmp_path / "uit" / "2026-03" / message["naam"]).read_bytes().decode() == message["bericht"]
    number = made["regels"][0]["declaratienummer"]
    assert send(client, "send", "Boeking", maand="2026-03")["declaraties"][0]["status"] == "verzonden"
    (again,) = send(client, "messages", "Berichten", nummers=[number])["berichten"]
    assert again == message
    file = [("antwoord", ("antwoord.xml", answered(again["bericht"])))]
    (booked,) = post(client, "answer", "Antwoordboeking", {}, file)["declaraties"]
    assert (booked["status"], booked["toegekend"]) == ("beantwoord", 1)
    assert get(client, "status", "LedgerStatus")["gemeenten"]["0384"]["toegekend"]["bedrag_cent"] == 9820
    assert get(client, "work", "OnderhandenWerk")["totaal_cent"] == 0 and get(client, "repair", "Herstellijst")["regels"] == []
    assert get(client, "check", "Ledgertoets")["aantallen"]["berichten"] == 1
    line = made["regels"][0]["referentienummer"]
    told = send(client, "explain", "Uitleg", regel=line)
    assert "toegekend" in json.dumps(told) and "999900006" not in json.dumps(told)
    assert send(client, "explain", "Uitleg", bron="a", taal="en")["blokken"]


def test_what_the_service_declared_is_what_mpj_month_declares(client: Client, tmp_path: Path) -> None:
    post(client, "declare", "LedgerDeclaratie", PERIODE)
    other = tmp_path / "ander"
    office(other)
    arguments = ["month", "2026-03", "--config", str(other / "mpj.toml"), "--dagtekening", "2026-04-07"]
    assert cli.run(arguments) == 0
    found, wanted = (
        {path.name: path.read_bytes() for path in (place / "uit" / "2026-03").iterdir() if path.suffix in (".csv", ".xml")}
        for place in (tmp_path, other)
    )
    assert found == wanted


def test_what_a_request_brings_goes_before_the_configuration(client: Client) -> None:
    rows = "id;bsn;datum;minuten;kwalificatieniveau;prestatiecode\nx;999900006;2026-03-05;120;hbo;2.1\n"
    contract = CONTRACT | {"tarieven.csv": CONTRACT["tarieven.csv"].replace("24,55", "10,00")}
    files = [("registraties", ("r.csv", rows.encode())), ("contract", ("c.zip", zipped(contract)))]
    made = post(client, "declare", "LedgerDeclaratie", PERIODE | {"proef": "ja"}, files)
    assert made["samenvatting"]["bedrag_cent"] == 8000
    assert "r.csv" in made["samenvatting"]["invoer"][-1]["bestand"], "the summary tells what was read"


@pytest.mark.slow
def test_what_needs_a_word_is_told_with_its_code(client: Client, tmp_path: Path) -> None:
    """A run that takes back what was granted, for which nobody gave a record, asks; with its code it goes on."""
    made = post(client, "declare", "LedgerDeclaratie", PERIODE)
    send(client, "send", "Boeking", alles="ja")
    file = [("antwoord", ("a.xml", answered(made["berichten"][0]["bericht"])))]
    post(client, "answer", "Antwoordboeking", {}, file)
    (tmp_path / "2026-04.csv").write_text(REGISTRATIES.splitlines()[0] + "\nq;999900006;2026-04-02;60;hbo;2.1\n", "utf-8")
    april = {"periode": "2026-04", "dagtekening": "2026-05-01", "volledig_vanaf": "2026-03"}
    refused = client.ask("POST", "/api/v1/ledger/declare", data=april)
    told = check(client, refused, "Probleem")
    (code,) = [one["kolom"].removeprefix("akkoord ") for one in told["meldingen"] if one["code"] == "akkoord_nodig"]
    assert refused.status_code == 409 and told["akkoord"] == [code]
    assert client.ask("POST", "/api/v1/ledger/declare", data=april | {"akkoord": "A2345678"}).status_code == 409
    agreed = post(client, "declare", "LedgerDeclaratie", april | {"akkoord": code})
    assert sorted(one["bedrag_cent"] for one in agreed["regels"]) == [-9820, 9820] or len(agreed["regels"]) == 2


@pytest.mark.slow
def test_the_second_writer_is_told_to_come_again(tmp_path: Path) -> None:
    client = Client(office=office(tmp_path, wacht=0.05))
    post(client, "declare", "LedgerDeclaratie", PERIODE)
    headers = {"Idempotency-Key": "een"}
    with Ledger(tmp_path / "zorg.db") as other, other.database.transaction():
        answer = client.ask("POST", "/api/v1/ledger/declare", data=PERIODE, headers=headers)
        assert answer.status_code == 409
        (told,) = check(client, answer, "Probleem")["meldingen"]
        assert told["code"] == "ledger_bezet" and "probeer het zo opnieuw" in told["verwacht"]
        assert get(client, "status", "LedgerStatus")["declaraties"], "who only looks waits for nobody"
    assert client.ask("POST", "/api/v1/ledger/declare", data=PERIODE, headers=headers).status_code == 200


def test_the_same_key_declares_and_sends_once(client: Client) -> None:
    headers = {"Idempotency-Key": "maart"}
    first, again = (client.ask("POST", "/api/v1/ledger/declare", data=PERIODE, headers=headers) for _ in range(2))
    assert first.status_code == 200 and first.content == again.content


def test_what_was_sent_is_not_written_over(client: Client, tmp_path: Path) -> None:
    post(client, "declare", "LedgerDeclaratie", PERIODE)
    send(client, "send", "Boeking", alles="ja")
    answer = client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)
    assert answer.status_code == 409 and "uitvoer_verzonden" in answer.text


def test_what_is_booked_and_not_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(stage: Path, out: Path) -> None:
        raise OSError(28, "No space left on device")

    client = Client(office=office(tmp_path / "kantoor"), processes=Here())
    monkeypatch.setattr("mpj.output.folder._publish", refuse)
    answer = client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)
    assert [one["code"] for one in answer.json()["meldingen"]] == ["uitvoer_vol", "ledger_wel_bijgewerkt"]
    assert len(get(client, "status", "LedgerStatus")["declaraties"]) == 1


@pytest.mark.parametrize("name", ["ledger", "uit", "map", "van", "config", "contracten", "out"])
def test_no_request_names_a_path(client: Client, tmp_path: Path, name: str) -> None:
    for function in ("declare", "begin", "answer"):
        answer = client.ask("POST", f"/api/v1/ledger/{function}", data=PERIODE | {name: str(tmp_path / "elders")})
        assert answer.status_code == 422 and name in {one["kolom"] for one in answer.json()["meldingen"]}
    assert not (tmp_path / "elders").exists()


def test_without_a_configuration_there_is_no_ledger() -> None:
    client = Client()
    for answer in (client.ask("GET", "/api/v1/ledger/status"), client.ask("POST", "/api/v1/ledger/declare", data=PERIODE)):
        assert answer.status_code == 503 and check(client, answer, "Probleem")["meldingen"][0]["code"] == "ledger_onbruikbaar"


def test_a_request_is_right_or_every_fault_is_told(client: Client) -> None:
    asked: list[tuple[str, dict[str, Any], set[str]]] = [
        ("send", {}, {"nummers, maand, alles"}),
        ("send", {"maand": "2026-13", "op": "gisteren", "zonder_bericht": "wel"}, {"maand", "op", "zonder_bericht"}),
        ("send", {"nummers": ["A"], "gemeente": ["0384"]}, {"nummers, maand, alles"}),
        ("messages", {"nummers": [1]}, {"nummers"}),
        ("messages", {"nummer": "A"}, {"nummer", "nummers"}),
        ("close-year", {"jaar": "1"}, {"jaar"}),
        ("explain", {"regel": "a", "bron": "b"}, {"regel, bron"}),
    ]
    for name, values, wrong in asked:
        told = send(client, name, "Probleem", **values)
        assert told["status"] == 422 and {one["kolom"] for one in told["meldingen"]} == wrong
    twice = b'{"maand": "2026-03", "maand": "2026-04"}'
    for body in (b"[]", b"{", b"\xff", b"[" * 100_000, b'{"nummers": NaN}', twice):
        answer = client.ask("POST", "/api/v1/ledger/send", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body[:9]
    assert client.ask("POST", "/api/v1/ledger/send", content=b" " * (1 << 20)).status_code == 413


def test_a_gemeente_keeps_who_verified_and_what_could_not_be_judged_changes_nothing(client: Client, tmp_path: Path) -> None:
    given = tmp_path / "in"
    given.mkdir()
    messages(given, maart=MARCH)
    files = [("contract", (path.name, path.read_bytes())) for path in sorted((given / "contract").iterdir())]
    files.append(("toewijzingen", ("toewijzingen.csv", (given / "toewijzingen.csv").read_bytes())))
    refused = client.ask("POST", "/api/v1/ledger/verify", [("bericht", ("a.xml", b"<anders/>")), *files], data={})
    codes = [one["code"] for one in check(client, refused, "Probleem")["meldingen"]]
    assert refused.status_code == 422 and "ledger_wel_bijgewerkt" not in codes
    post(client, "verify", "Verificatie", {}, [("bericht", ("m.xml", (given / "berichten" / "maart.xml").read_bytes())), *files])
    with Ledger(tmp_path / "zorg.db") as ledger:
        assert [(done, wie) for done, wie, _ in log(ledger)] == [("getoetst", "tester")]


def test_a_look_takes_nothing(client: Client) -> None:
    answer: httpx.Response = client.ask("GET", "/api/v1/ledger/status", params={"bsn": "999900006"})
    assert answer.status_code == 422 and "999900006" not in answer.text


def test_today_is_the_day_of_what_says_no_day(client: Client) -> None:
    post(client, "declare", "LedgerDeclaratie", {"periode": "2026-03"})
    send(client, "send", "Boeking", alles="ja")
    assert get(client, "status", "LedgerStatus")["declaraties"][0]["verzonden_op"] == TODAY.isoformat()
