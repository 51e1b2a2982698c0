"""A problem is told in the language that a request asks for, whoever refuses it; codes, places and what was found stay."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.gathering import is_dutch

from service.support import FIELDS, REGISTRATIES, Client, month, office, zipped

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
DUTCH = {"Accept-Language": "nl,en;q=0.8"}


def test_who_asks_for_english_is_told_in_english() -> None:
    wrong = FIELDS | {"periode": "maart"}
    dutch, english = (Client().post("declare", month(), wrong, headers=asked).json() for asked in (DUTCH, ENGLISH))
    assert dutch["detail"] == dutch["meldingen"][0]["toelichting"] and english["detail"] == english["meldingen"][0]["toelichting"]
    assert english["detail"] != dutch["detail"]
    assert [english[name] for name in ("type", "title", "status")] == [dutch[name] for name in ("type", "title", "status")]
    for one, other in zip(english["meldingen"], dutch["meldingen"], strict=True):
        same = ("formaat", "soort", "code", "bestand", "rij", "regel", "kolom")
        assert [one[name] for name in same] == [other[name] for name in same] and one.keys() == other.keys()


@pytest.mark.parametrize("asked", ["", "nl,en;q=0.8", "fr", "en;q=x, nl;q=0.1", "*"])
def test_dutch_is_what_it_says_of_itself(asked: str) -> None:
    answer = Client().ask("GET", "/api/v1/nergens", headers={"Accept-Language": asked})
    assert answer.json()["detail"] == "dit adres is er niet: /openapi.json zegt welke er zijn"
    assert "content-language" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Host": "kwaad.nl"}, ("this host is not of this service", "one of the names at which it listens")),
        ({"Origin": "http://kwaad.nl"}, ("this request comes from another site", "a request of this site or of a program")),
        ({}, ("there is no such address: /openapi.json says which there are", "")),
    ],
)
def test_a_refusal_at_the_door_too(headers: dict[str, str], told: tuple[str, str]) -> None:
    answer = Client().ask("GET", "/api/v1/nergens", headers=headers | ENGLISH)
    (one,) = answer.json()["meldingen"]
    assert (one["toelichting"], one["verwacht"]) == told
    assert answer.headers["content-language"] == "en" and answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["content-length"]) == len(answer.content) and answer.headers["cache-control"] == "no-store"


def texts(document: Any) -> Iterator[str]:
    """What people read in the description of the API, but for the names of schemas."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("summary", "description") and isinstance(value, str):
                yield from [value] if " " in value else []
            else:
                yield from texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from texts(value)


@pytest.mark.parametrize(("path", "asked"), [("/openapi.json?taal=en", DUTCH), ("/openapi.json", ENGLISH)])
def test_the_description_of_the_api(path: str, asked: dict[str, str]) -> None:
    """Every sentence has its English; names, paths and values are the same."""
    client = Client()
    dutch, english = client.ask("GET", "/openapi.json", headers=DUTCH).json(), client.ask("GET", path, headers=asked)
    said = list(zip(texts(dutch), texts(english.json()), strict=True))
    assert [one for one, other in said if one == other] == ["Successful Response"] * sum(
        one == "Successful Response" for one, _ in said
    )
    assert [other for _, other in said if is_dutch(other)] == []
    assert english.headers["content-language"] == "en"
    assert paths(english.json()) == paths(dutch) and list(english.json()["components"]["schemas"]) == list(
        dutch["components"]["schemas"]
    )
    assert client.ask("GET", "/openapi.json?taal=nl", headers=ENGLISH).json() == dutch


def paths(document: Any) -> list[tuple[str, list[str]]]:
    """Every address with its methods."""
    return [(path, list(own)) for path, own in document["paths"].items()]


def test_what_is_to_be_said_with_an_answer() -> None:
    """Its warnings are English; lines, codes and names stay."""
    more = zipped({"maart.csv": REGISTRATIES.replace("a;", "c;").replace("b;", "d;"), "lees.txt": "x"})
    files = [*month(), ("registraties", ("los.zip", more))]
    dutch, english = (Client().post("declare", files, FIELDS, headers=asked) for asked in (DUTCH, ENGLISH))
    assert dutch.status_code == english.status_code == 200 and english.headers["content-language"] == "en"
    one, other = dutch.json(), english.json()
    said = [(a["toelichting"], b["toelichting"]) for a, b in zip(one.pop("meldingen"), other.pop("meldingen"), strict=True)]
    assert said and all(a != b and not is_dutch(b) for a, b in said), said
    assert one == other


@pytest.mark.slow
def test_files_of_a_report_in_english(tmp_path: Path) -> None:
    """Workbook and page are English where `taal` asks for it; each CSV is the same."""
    client = Client(office=office(tmp_path))
    client.ask("POST", "/api/v1/ledger/declare", data=FIELDS)
    for name, fields in (("year", {"jaar": "2026"}), ("use", {}), ("kpi", {"van": "2026-01", "tot": "2026-03"})):
        dutch, english = (
            client.ask("POST", f"/api/v1/reports/{name}", data={**fields, "bestanden": "ja", "taal": taal}).json()
            for taal in ("nl", "en")
        )
        assert dutch["tabellen"] == english["tabellen"], name
        pages = {one["naam"]: b64decode(one["inhoud"]).decode() for one in english["bestanden"] if one["naam"].endswith(".html")}
        assert pages and all('<html lang="en">' in page for page in pages.values()), name
        assert all(one["naam"].endswith(".csv") for one in english["bestanden"] if one in dutch["bestanden"]), name
