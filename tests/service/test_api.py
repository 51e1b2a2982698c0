"""The functions of the service: what comes in as files goes out as JSON, as its OpenAPI document says."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from verify.support import answer, contract_tables, message, toewijzing, written

from mpj.cli import run
from mpj.output import read_run
from mpj.output.shape import REGELS
from mpj.reading.cells import as_text
from mpj.service.tasks import Answer, Tasks
from service.support import CONTRACT, FIELDS, Client, month, zipped

pytestmark = pytest.mark.lowest


@pytest.fixture
def client() -> Client:
    return Client()


def check(client: Client, answer: httpx.Response, name: str) -> Any:
    """The document of an answer, once it is what the OpenAPI document says of it."""
    schemas = client.ask("GET", "/openapi.json").json()
    kind = "application/problem+json" if name == "Probleem" else "application/json"
    assert answer.headers["content-type"] == kind
    found = answer.json()
    Draft202012Validator({"$ref": f"#/components/schemas/{name}", **schemas}).validate(found)
    return found


def test_a_month_is_declared(client: Client) -> None:
    answer = client.post("declare", month(), FIELDS)
    found = check(client, answer, "Declaratie")
    assert answer.status_code == 200
    (line,), (set_aside,) = found["regels"], found["uitval"]
    assert (line["bedrag_cent"], line["volume"], line["begindatum"]) == (9820, 4, "2026-03-01")
    assert (set_aside["bron"], set_aside["reden"]) == ("b", "geen_tijd")
    assert found["samenvatting"]["regels"] == 1


def test_output_beside_mpj_is_declared(client: Client) -> None:
    products = "productcategorie;productcode;variant;tarief;begindatum\n45;45S01;stuk;125,00;2025-01-01\n"
    granted = "toewijzingnummer;bsn;gemeente;aanbieder;begindatum;productcode\n1;999900006;0384;65656055;2026-01-01;45S01\n"
    told = "id;bsn;datum;productcode;gebeurtenis;aantal\np;999900006;2026-03-05;45S01;stuk;2\n"
    given: dict[str, str | bytes | None] = {"toewijzingen": granted, "registraties": None, "prestaties": told}
    given["contract"] = zipped(CONTRACT | {"producten.csv": products})
    found = check(client, client.post("declare", month(**given), FIELDS), "Declaratie")
    assert [(line["productcode"], line["bedrag_cent"], line["eenheid"]) for line in found["regels"]] == [("45S01", 25_000, "82")]


def test_the_answer_that_the_docs_show_is_real(client: Client) -> None:
    text = Path("docs/service.md").read_text("utf-8")
    shown = json.loads(text.partition("```json\n")[2].partition("```")[0])
    found = client.post("declare", month(), FIELDS).json()
    assert shown.keys() == found.keys()
    for name in ("regels", "uitval"):
        assert all(found[name][0][key] == value for key, value in shown[name][0].items())
    assert all(found["samenvatting"][key] == value for key, value in shown["samenvatting"].items())


def test_what_comes_out_is_what_the_command_makes(client: Client, tmp_path: Path) -> None:
    found = client.post("declare", month(), FIELDS).json()
    for _, (naam, data) in month():
        (tmp_path / naam).write_bytes(data)
    contract = tmp_path / "contract"
    contract.mkdir()
    for naam, text in CONTRACT.items():
        (contract / naam).write_text(text, "utf-8")
    files = ["--contracten", contract, "--toewijzingen", tmp_path / "toewijzingen.csv", "--registraties", tmp_path / "maart.csv"]
    args = [*files, "--periode", "2026-03", "--dagtekening", "2026-04-07", "--out", tmp_path / "uit"]
    assert run(["declare", *map(str, args)]) == 0
    with (tmp_path / "uit" / REGELS.file).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [{name: as_text(value) for name, value in line.items()} for line in found["regels"]] == rows
    made = read_run(tmp_path / "uit").samenvatting
    assert {**found["samenvatting"], "invoer": []} == {**made, "invoer": []}


@pytest.mark.parametrize("top", ["", "VB-2026/"])
def test_a_contract_is_a_zip_of_its_folder_or_of_what_is_in_it(client: Client, top: str) -> None:
    data = zipped({f"{top}{name}": text for name, text in CONTRACT.items()})
    assert client.post("declare", month(contract=data), FIELDS).json()["regels"][0]["bedrag_cent"] == 9820


def test_what_is_not_read_of_a_zip_is_told(client: Client) -> None:
    data = zipped({**CONTRACT, "oud/tarieven.csv": CONTRACT["tarieven.csv"], "lees.txt": "x"})
    found = client.post("declare", month(contract=data), FIELDS).json()
    assert {one["bestand"].rpartition("/")[2] for one in found["meldingen"] if one["code"] == "bestand_niet_gelezen"} == {
        *("tarieven.csv", "lees.txt")
    }
    assert len(found["samenvatting"]["niet_gelezen"]) == 2


@pytest.mark.parametrize(
    ("changed", "fields", "status", "code"),
    [
        ({"registraties": None}, {}, 422, "invoer_ontbreekt"),
        ({"contract": None}, {}, 422, "aanroep_onjuist"),
        ({"contract": b"geen zip"}, {}, 422, "zip_onleesbaar"),
        ({"contract": zipped({"a/b/contract.toml": ""})}, {}, 422, "contract_ontbreekt"),
        ({"contract": zipped({"../contract.toml": "", "x/contract.toml": ""})}, {}, 422, "bestand_ontbreekt"),
        ({"registraties": "id;bsn\n1;2\n"}, {}, 422, "kolom_ontbreekt"),
        ({}, {"periode": "maart"}, 422, "periode_onjuist"),
        ({}, {"dagtekening": "morgen"}, 422, "aanroep_onjuist"),
        ({}, {"nalevering": "misschien"}, 422, "aanroep_onjuist"),
        ({"registraties": b"\x00\x01" * 500}, {}, 422, "csv_onleesbaar"),
    ],
)
def test_a_fault_is_a_problem_with_its_messages(
    client: Client, changed: dict[str, Any], fields: dict[str, str], status: int, code: str
) -> None:
    answer = client.post("declare", month(**changed), FIELDS | fields)
    found = check(client, answer, "Probleem")
    assert answer.status_code == found["status"] == status and code in {one["code"] for one in found["meldingen"]}, found


@pytest.mark.parametrize(
    ("files", "fields", "query", "kolom"),
    [
        ([("medewerker", ("medewerkers.csv", b"medewerker_id"))], {}, {}, "medewerker"),
        ([], {"naleveren": "ja"}, {}, "naleveren"),
        ([], {}, {"task": "ja"}, "task"),
        ([], {"dagtekening": ["2026-04-07", "2026-05-07"]}, {}, "dagtekening"),
    ],
)
def test_what_is_not_known_or_comes_twice_is_refused(
    client: Client, files: list[Any], fields: dict[str, Any], query: dict[str, str], kolom: str
) -> None:
    """A name with a typing error would leave out its file, and with it euros."""
    for name in ("declare", "explain"):
        answer = client.post(name, [*month(), *files], FIELDS | fields, params=query)
        found = check(client, answer, "Probleem")
        assert answer.status_code == 422
        assert [(one["code"], one["kolom"]) for one in found["meldingen"]] == [("aanroep_onjuist", kolom)]


def test_a_wrong_word_is_told_with_those_that_may_stand_there(client: Client) -> None:
    (told,) = client.post("declare", month(), FIELDS | {"nalevering": "misschien"}).json()["meldingen"]
    assert (told["kolom"], told["toelichting"], told["verwacht"]) == ("nalevering", "dit veld is onjuist", "'ja' of 'nee'")


def test_a_line_and_a_record_are_explained(client: Client) -> None:
    line = client.post("declare", month(), FIELDS).json()["regels"][0]
    found = check(client, client.post("explain", month(), FIELDS | {"regel": line["referentienummer"]}), "Uitleg")
    assert "98,20" in found["titel"]
    found = check(client, client.post("explain", month(), FIELDS | {"bron": "b", "taal": "en"}), "Uitleg")
    assert "999900006" not in json.dumps(found)
    assert client.post("explain", month(), FIELDS).status_code == 422
    two = [*month(), ("profiel", ("a.toml", b"")), ("profiel", ("b.toml", b""))]
    assert "één bestand" in client.post("declare", two, FIELDS).text
    assert client.post("explain", month(), FIELDS | {"bron": "zzz"}).json()["meldingen"][0]["code"] == "niet_gevonden"


def test_messages_are_judged_each_against_those_before_it(client: Client) -> None:
    _, tarieven = contract_tables()
    names = list(tarieven[0])
    table = "\n".join([";".join(names), *(";".join(row[name] for name in names) for row in tarieven)]) + "\n"
    normtijden = '[normtijd]\n"10.1" = "hele_dag"\n"10.2" = "stuk"\n'
    contract = zipped({"contract.toml": CONTRACT["contract.toml"] + normtijden, "tarieven.csv": table})
    row = toewijzing()
    assigned = "\n".join([";".join(row), ";".join(row.values())]) + "\n"
    first, again = message(), message(nummer="DN2", identificatie="B2")
    berichten = {"een.xml": written(first), "twee.xml": written(again), "drie.xml": b"<a/>"}
    files = [("bericht", one) for one in berichten.items()]
    files += [("contract", ("VB.zip", contract)), ("toewijzingen", ("t.csv", assigned.encode()))]
    found = check(client, client.post("verify", files, {"dagtekening": "2026-04-10"}), "Verificatie")
    outcomes = {one["bericht"]: (one["declaratienummer"], one["uitkomst"]) for one in found["berichten"]}
    assert outcomes == {"een.xml": ("DN1", "toegekend"), "twee.xml": ("DN2", "afgekeurd"), "drie.xml": (None, "onleesbaar")}
    refused = next(one for one in found["berichten"] if one["bericht"] == "twee.xml")
    assert (
        refused["samenvatting"]["niet_getoetst"]
        and {one["bericht"]: one["samenvatting"] for one in found["berichten"]}["drie.xml"] is None
    )
    files.append(("eerder", ("antwoord.xml", written(answer(message(nummer="DN0", identificatie="B0"))))))
    told = client.post("verify", files, {"dagtekening": "2026-04-10"}).json()["meldingen"]
    assert "antwoord_zonder_declaratie" in {one["code"] for one in told}
    assert {"TR389", "TR314"} & {one["regelcode"] for one in refused["bevindingen"]} and "<" in refused["jw325"]


def test_an_export_is_looked_at(client: Client) -> None:
    found = check(client, client.post("intake", [("bestand", ("export.csv", b"BSN;Dat\n1;2\n"))]), "Intake")
    assert found["bestanden"][0]["bestand"] == "export.csv"
    assert client.post("intake", [("bestand", ("export.csv", b"a;b\n"))], {"soort": "iets"}).status_code == 422


def test_long_work_is_a_task_with_progress_and_an_outcome_to_fetch(client: Client) -> None:
    begun = client.post("declare", month(), FIELDS, params={"taak": "ja"})
    task = check(client, begun, "Taak")
    assert begun.status_code == 202 and begun.headers["location"] == f"/api/v1/taken/{task['taak']}"
    outcome = client.ask("GET", f"{begun.headers['location']}/uitkomst")
    assert outcome.json()["regels"][0]["bedrag_cent"] == 9820
    told = check(client, client.ask("GET", begun.headers["location"]), "Taak")
    assert told["toestand"] == "klaar" and told["gedaan"] == told["totaal"] > 0
    client.now = 3601
    assert client.ask("GET", begun.headers["location"]).status_code == 404


def test_a_key_gives_the_same_answer_again_and_none_to_another_request(client: Client) -> None:
    headers = {"Idempotency-Key": "maart-1"}
    first = client.post("declare", month(), FIELDS, headers=headers)
    again = client.post("declare", month(), FIELDS, headers=headers)
    assert first.content == again.content and first.status_code == again.status_code == 200
    other = client.post("declare", month(), FIELDS | {"periode": "2026-04"}, headers=headers)
    assert other.status_code == 409 and other.json()["meldingen"][0]["code"] == "sleutel_gebruikt"


@pytest.mark.parametrize(("status", "again"), [(200, False), (422, False), (500, True), (503, True)])
def test_a_failure_of_the_machine_is_tried_again_under_the_same_key(status: int, again: bool) -> None:
    tasks = Tasks(lambda: 0.0)
    first, _ = tasks.begin(lambda step: Answer(status, b""), "asked", "key")
    first.future.result()
    second, new = tasks.begin(lambda step: Answer(200, b""), "asked", "key")
    assert (new, second is not first) == (again, again)
    tasks.close()


def test_what_is_not_there_is_a_problem_too(client: Client) -> None:
    for method, path in (("GET", "/api/v1/niets"), ("GET", "/api/v1/declare"), ("GET", "/api/v1/taken/zzz"), ("POST", "/")):
        answer = client.ask(method, path)
        found = check(client, answer, "Probleem")
        assert answer.status_code == found["status"] in (404, 405)
        assert found["detail"].startswith(("dit adres", "deze taak"))


def test_nothing_of_a_request_stays(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert client.post("declare", month(), FIELDS).status_code == 200
    assert client.post("declare", month(registraties="x"), FIELDS).status_code == 422
    assert client.post("declare", month(), FIELDS, headers={"Idempotency-Key": "k"}).status_code == 200
    assert client.post("declare", month(), FIELDS, headers={"Idempotency-Key": "k"}).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_no_problem_shows_a_bsn(client: Client) -> None:
    bsn = "999900006"
    for changed in ({"registraties": f"id;bsn;datum;minuten\n{bsn};{bsn};{bsn};{bsn}\n"}, {"contract": bsn.encode()}):
        text = client.post("declare", month(**changed), FIELDS | {"periode": bsn}).text
        assert bsn not in text
    assert bsn not in client.ask("GET", f"/api/v1/taken/{bsn}").text


# --- Whatever comes -----------------------------------------------------------------------------------------------------

FORMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "declare": (
        ("contract", "toewijzingen", "registraties", "verblijf", "prestaties", "medewerkers", "profiel", "eerder"),
        (*FIELDS, "nalevering"),
    ),
    "explain": (("contract", "toewijzingen", "registraties"), (*FIELDS, "nalevering", "regel", "bron", "taal")),
    "verify": (("bericht", "contract", "toewijzingen", "eerder", "gemeenten"), ("dagtekening", "taal", "eerder_volledig")),
    "intake": (("bestand", "profiel"), ("soort",)),
}
RIGHT = {name: data for name, (_, data) in month()}
WORDS = st.sampled_from(["", "ja", "nee", "nl", "en", "2026-03", "2026-04-07", "registraties", "a", "999900006"])
NAMES = st.sampled_from(["a.zip", "a.csv", "a.xlsx", "a.xml", "a.toml", "a.parquet", "a", "../a.csv"])


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, list[tuple[str, tuple[str, bytes]]], dict[str, str]]:
    """A request for a function: fields that may be absent, right or anything."""
    name = draw(st.sampled_from(sorted(FORMS)))
    files = []
    for field in FORMS[name][0]:
        for _ in range(draw(st.integers(0, 2))):
            data = draw(st.sampled_from([RIGHT.get(field, b"x"), *RIGHT.values(), b""]) | st.binary(max_size=60))
            files.append((field, (draw(NAMES), data)))
    fields = {field: draw(WORDS | st.text(max_size=30)) for field in FORMS[name][1] if draw(st.booleans())}
    return name, files, fields


KNOWN = Client()


@pytest.mark.slow
@given(requests())
def test_whatever_comes_is_answered_or_refused_with_its_messages(
    request_: tuple[str, list[tuple[str, tuple[str, bytes]]], dict[str, str]],
) -> None:
    name, files, fields = request_
    answer = KNOWN.post(name, files, fields)
    assert answer.status_code in (200, 400, 409, 422, 503), answer.text
    documents = {"declare": "Declaratie", "explain": "Uitleg", "verify": "Verificatie", "intake": "Intake"}
    check(KNOWN, answer, documents[name] if answer.status_code == 200 else "Probleem")


def test_every_fault_of_a_call_is_told_at_once(client: Client) -> None:
    files = [*month(toewijzingen=None), ("medewerker", ("m.csv", b""))]
    found = client.post("declare", files, {"periode": "maart", "dagtekening": "morgen", "nalevering": "misschien"}).json()
    told = {one["kolom"]: one["code"] for one in found["meldingen"]}
    wrong = dict.fromkeys(("toewijzingen", "medewerker", "dagtekening", "nalevering"), "aanroep_onjuist")
    assert told == wrong | {"periode": "periode_onjuist"}


def test_the_same_bytes_under_another_name_are_another_request(client: Client) -> None:
    """Its answer names the file: an old answer would name one that was not given."""
    headers = {"Idempotency-Key": "namen"}
    assert client.post("declare", month(), FIELDS, headers=headers).status_code == 200
    files = [(name, ("april.csv" if naam == "maart.csv" else naam, data)) for name, (naam, data) in month()]
    assert client.post("declare", files, FIELDS, headers=headers).status_code == 409
